"""Compares the manual pages with what the program says of itself.

    manual.py PROFILEFS ROOT commands|options|rules|examples|references ...

Prints each difference on a line; exit status 1 if there is one. Pages are read from ROOT/docs/man, or from $PAGES.
"""

import functools
import os
import re
import shlex
import subprocess
import sys

PROGRAM, ROOT = sys.argv[1:3]
PAGES = os.environ.get("PAGES", os.path.join(ROOT, "docs", "man"))
OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")


def lines_of(page):
    with open(os.path.join(PAGES, page), encoding="utf-8") as file:
        return file.read().splitlines()


@functools.cache
def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)


@functools.cache
def commands():
    """The table of the program, which is in its main file."""
    with open(os.path.join(ROOT, "fs/cmd/main.c"), encoding="utf-8") as file:
        table = re.search(r"commands\[\] = \{(.*?)\};", file.read(), re.S).group(1)
    return [name.replace("_", "-") for name in re.findall(r"&command_(\w+)", table)]


def described():
    """The commands whose help can be compared: a program that cannot mount has none for those that do."""
    without = "without FUSE" in run("--version").stdout
    return [name for name in commands() if not (without and name in ("mount", "umount", "exec", "edit"))]


def compare(what, left, right, left_name, right_name):
    """One line for each thing that is on one side only."""
    for thing in sorted(left - right):
        yield f"{what}: {thing} is in {left_name}, and not in {right_name}"
    for thing in sorted(right - left):
        yield f"{what}: {thing} is in {right_name}, and not in {left_name}"


# --- options ------------------------------------------------------------------------------------------


def sections(page):
    """The lines of a page by the sections they are in."""
    found, name = {}, ""
    for line in lines_of(page):
        if line.startswith(".Sh "):
            name = line[4:]
        found.setdefault(name, []).append(line)
    return found


def page_options(page):
    """What the items of OPTIONS describe, each as it is typed."""
    found = set()
    for line in sections(page).get("OPTIONS", []):
        if line.startswith(".It "):
            for dashes, name in re.findall(r"\b(Fl(?: Fl)?) ([\w-]+)", line):
                found.add(("--" if dashes == "Fl Fl" else "-") + name)
    return found


def page_mount_options(page):
    items = sections(page).get("MOUNT OPTIONS", [])
    return {match.group(1) for match in (re.match(r"\.It Cm (\w+)", line) for line in items) if match}


def help_options(text):
    """Those of lines that begin with one; prose behind a gap of two blanks may name others."""
    found = set()
    for line in text.splitlines():
        if re.match(r" +-", line):
            found.update(OPTION.findall(re.split(r"(?<=[\w>\]])  +(?!-)", line.strip())[0]))
    return found


def help_mount_options(text):
    """The list below "Options, separated by commas": one or more names a line, two blanks before them."""
    _, mark, below = text.partition("separated by commas")
    found = set()
    for line in below.splitlines() if mark else []:
        names = re.match(r"  ([a-z].*?)(?:  |$)", line)
        if names:
            found.update(re.match(r"\w+", word).group() for word in names.group(1).split(", "))
    return found


def check_options():
    for name in described():
        page, text = f"profilefs-{name}.1", run(name, "--help").stdout
        if not os.path.exists(os.path.join(PAGES, page)):
            continue
        yield from compare(name, help_options(text), page_options(page), "its --help", page)
        told = help_mount_options(text)
        yield from compare(f"{name} -o", told, page_mount_options(page), "its --help", page)


# --- commands, rules, references ----------------------------------------------------------------------


def check_commands():
    pages = {page[len("profilefs-") : -2] for page in os.listdir(PAGES) if re.match(r"profilefs-.*\.1$", page)}
    yield from compare("command", set(commands()), pages, "the program", "the pages")
    for name in commands():
        if f".It Xr profilefs-{name} 1" not in lines_of("profilefs.1"):
            yield f"command: {name} is not listed in profilefs.1"


def check_rules():
    said = run("check", "-E", "no such rule at all", "-").stderr
    known = set(re.split(r", | and ", said.partition("the rules are ")[2].strip()))
    told = {line[4:] for line in lines_of("profilefs-rules.7") if re.match(r"\.Ss [a-z-]+$", line)}
    if len(known) < 20:
        yield f"rules: the program does not list them: {said}"
    yield from compare("rule", known, told, "the program", "profilefs-rules.7")


def check_references():
    for page in sorted(os.listdir(PAGES)):
        for number, line in enumerate(lines_of(page), 1):
            for name, section in re.findall(r"\bXr (\S*profilefs\S*) (\d)", line):
                if not os.path.exists(os.path.join(PAGES, f"{name}.{section}")):
                    yield f"{page}:{number}: there is no page {name}({section})"


# --- examples -----------------------------------------------------------------------------------------


def examples(page):
    """Commands in literal text, behind a dollar; a backslash at the end goes on in the next line."""
    literal, command = False, None
    for line in lines_of(page):
        literal = line.startswith(".Bd -literal") or literal and not line.startswith(".Ed")
        line = line.replace("\\e", "\\")
        if literal and (command is not None or line.startswith("$ ")):
            command = (command or "") + line.removeprefix("$ ").removesuffix("\\")
            if not line.endswith("\\"):
                yield command
                command = None


def used(command):
    """The profilefs command of an example, its options, and those after -o."""
    words = shlex.split(command.split(" | ")[0], comments=True)
    if not words or words[0] != "profilefs":
        return None
    words = words[1 : words.index("--")] if "--" in words else words[1:]
    name = words[0] if words[0] in commands() else "mount"
    after = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "-o"]
    mount = {re.match(r"\w+", part).group() for text in after for part in text.split(",") if re.match(r"\w", part)}
    return name, {word.split("=")[0] for word in words if OPTION.match(word)}, mount


def check_examples():
    count = 0
    for page in sorted(os.listdir(PAGES)):
        for command in examples(page):
            use = used(command)
            if not use:
                continue
            name, options, mount = use
            count += 1
            if name not in described():
                continue
            known = help_options(run(name, "--help").stdout) | {"--limit"}
            for option in sorted(options - known):
                yield f"{page}: `{command}`: {name} has no option {option}"
            if name in ("mount", "exec", "edit", "recover") and "mount" in described():
                for option in sorted(mount - help_mount_options(run("mount", "--help").stdout)):
                    yield f"{page}: `{command}`: there is no option -o {option}"
    if count < 20:
        yield f"examples: only {count} were found"


CHECKS = {
    "commands": check_commands,
    "options": check_options,
    "rules": check_rules,
    "references": check_references,
    "examples": check_examples,
}

differences = [line for name in sys.argv[3:] for line in CHECKS[name]()]
print("\n".join(differences))
sys.exit(1 if differences else 0)
