#!/usr/bin/env python3
"""Runs a page of the documentation: every command that it shows, as it stands, in one bash, in the page's order.

    guides.py PAGE              in the current folder, which has what the page takes for granted

What a page may hold:

    ```console                  commands after "$ ", continued after "> " or a backslash, and what they say. "..." is
                                any text, and on a line of its own any lines. A command that says nothing must succeed;
                                one that fails must say so with words of the page
    ```sh                       a script: every command must succeed
    ```yaml  ```json  ...       any other language: if its first line is "# PATH", the file is written. A workflow of
                                GitHub's or GitLab's is also read, its commands are run, and its reports looked at
    | ... | What you type now | the last code of each row is a command that must succeed, in the page's folder; the first
                                one too, in a copy of it, if its program is installed
    <!-- not run: REASON -->    before a block: counted, told, and not run

A page that shows commands in any other way is refused: nobody would run them.
"""

import os
import re
import shutil
import subprocess
import sys
import threading

from guides_ci import jobs_of, look_at_report
from guides_page import Wrong, blocks_of, must, pattern_of, steps_of
from guides_servers import CERTIFICATE, serve

SECONDS = 60  # for one command
NAMED = re.compile(r"# ([\w./-]+)$")
SHOWN_AS_TEXT = ("", "text", "xml", "diff")
# Whoever runs exec next tells of a tree that was left dead, and tests that are run meanwhile leave some.
OTHERS = re.compile(r"^profilefs: note: the tree of a killed command in \S+ was dead: .*\n", re.M)
# What only a Mac has.
ELSEWHERE = ("PlistBuddy", "defaults", "mcxToProfile.py", "munkiimport", "plutil", "security", "uuidgen")


class Shell:
    """One bash for all of a page, so that its folder and its variables stay."""

    def __init__(self):
        self.bash = subprocess.Popen(["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True)
        self.run_folder = os.environ["HOME"]

    def run(self, command, before="", after=""):
        """Exit status and output; files take both, so that what the command leaves running holds no pipe."""
        asked, said = f"{self.run_folder}/command", f"{self.run_folder}/output"
        with open(asked, "w", encoding="utf-8") as file:
            file.write(command)
        timer = threading.Timer(SECONDS, self.bash.kill)
        timer.start()
        try:
            self.bash.stdin.write(f"""{{ {before or ':'}; eval "$(<{asked})"; {after or ':'}; }} """
                                  f"""</dev/null >{said} 2>&1; echo $?\n""")
            self.bash.stdin.flush()
            answer = self.bash.stdout.readline()
        finally:
            timer.cancel()
        with open(said, encoding="utf-8", errors="replace") as file:
            output = re.sub(r"^bash: line \d+: ", "bash: ", OTHERS.sub("", file.read()), flags=re.M)
        if output and not output.endswith("\n"):
            output += "\n"
        return int(answer) if answer else None, output

    def status(self, command):
        """The command's own exit status; its output."""
        return self.run(command, after="(exit $?)")

    def script(self, command):
        """In a subshell that ends at the first failure."""
        return self.run(f"( set -eo pipefail\n{command}\n)", after="(exit $?)")

    def folder(self):
        return self.run("pwd")[1].rstrip("\n")

    def end(self):
        self.bash.stdin.close()
        self.bash.wait()


def run_console(shell, block):
    for line, command, expected in steps_of(block):
        status, output = shell.status(command)
        must(status is not None, line, f"bash ended, or {SECONDS} seconds were over: {command}", output)
        must(pattern_of(expected).fullmatch(output), line,
             f"$ {command}\nexpected:\n" + "\n".join(expected) + "\ngot:", output)
        told = [text for text in expected if text.strip() != "..."]
        must(status == 0 or told, line, f"this failed with {status}, and the page does not say so: {command}", output)


def run_sh(shell, block):
    """In the page's own shell, so that what it exports stays."""
    status, output = shell.run("\n".join(block.lines), before="set -e", after="set +e")
    must(status == 0, block.line, "a command of this script failed", output)


def run_script(shell, line, command):
    status, output = shell.script(command)
    must(status == 0, line, f"this failed with {status}:\n{command}", output)


def row_codes(line):
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    return [[code.replace("\\|", "|") for code in re.findall(r"`` (.+?) ``|`([^`]+)`", cell) for code in code if code]
            for cell in cells]


def is_here(command):
    """True if the programs that a command needs are installed."""
    words = re.findall(r"[\w.]+", command)
    return bool(shutil.which(words[0])) and all(shutil.which(tool) for tool in ELSEWHERE if tool in words)


def run_row(shell, block, counts):
    """What was typed before, where its program is here, and what is typed now."""
    cells = row_codes(block.lines[0])
    must(len(cells) == 3, block.line, "a row has three cells: a task, what was typed, what is typed now")
    old, new = cells[1], cells[2]
    must(new, block.line, "nothing to type in the last cell")
    if old and all(is_here(command) for command in old):
        folder = shell.folder()
        copy = f"{folder}.before"
        shutil.copytree(folder, copy)
        try:
            for command in old:
                run_script(shell, block.line, f"cd '{copy}'\n{command}")
        finally:
            shutil.rmtree(copy)
        counts["before"] += 1
    for command in new:
        run_script(shell, block.line, command)
        counts["now"] += 1


def write_file(folder, block):
    """The file that a block shows; None if it shows none."""
    named = NAMED.match(block.lines[0]) if block.lines else None
    if not named:
        return None
    path = os.path.join(folder, named.group(1))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(block.lines) + "\n")
    return named.group(1)


def run_file(shell, block, counts):
    folder = shell.folder()
    name = write_file(folder, block)
    if name is None:
        must(block.language in SHOWN_AS_TEXT, block.line, f"what is this block of {block.language} for? Begin it with "
             "a line '# PATH'")
        must(not any(line.startswith("$ ") for line in block.lines), block.line, "commands belong into ```console")
        return
    counts["files"] += 1
    if block.language != "yaml":
        return
    scripts, reports = jobs_of(name, "\n".join(block.lines), block.line)
    for script in scripts:
        run_script(shell, block.line, script)
        counts["steps"] += 1
    for kind, path in reports:
        look_at_report(folder, kind, path, block.line)


def run_page(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    counts = {"commands": 0, "files": 0, "steps": 0, "now": 0, "before": 0, "not run": 0}
    if os.path.exists(os.path.join(os.environ["HOME"], CERTIFICATE)):
        serve()
    shell = Shell()
    try:
        for block in blocks_of(text):
            if block.reason:
                counts["not run"] += 1
                print(f"not run: {os.path.basename(path)}:{block.line}: {block.reason}")
            elif block.language == "console":
                run_console(shell, block)
                counts["commands"] += len(steps_of(block))
            elif block.language == "sh":
                run_sh(shell, block)
                counts["commands"] += 1
            elif block.language == "row":
                run_row(shell, block, counts)
            else:
                run_file(shell, block, counts)
    finally:
        shell.end()
    must(counts["commands"] + counts["now"] > 0, 1, "the page shows no command at all")
    print("; ".join(f"{name}: {count}" for name, count in counts.items() if count))


def main(path):
    try:
        run_page(path)
    except Wrong as wrong:
        print(f"{path}:{wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
