"""Pages of the documentation as they are read: blocks, commands, what they must say. See guides.py."""

import re

NOT_RUN = re.compile(r"<!-- not run: (.+) -->$")
FENCE = re.compile(r"```(\w*)$")
TABLE = "What you type now"


class Wrong(Exception):
    """The page does not hold."""


def must(condition, line, what, output=""):
    if not condition:
        raise Wrong(f"{line}: {what}" + ("\n" + output if output else ""))


class Block:
    def __init__(self, language, line, lines, reason):
        self.language, self.line, self.lines, self.reason = language, line, lines, reason


def blocks_of(text):
    """The fenced blocks of a page and the rows of its tables of commands, in their order."""
    reason, block, in_table = None, None, False
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if block is not None:
            if line == "```":
                yield block
                block = reason = None
            else:
                block.lines.append(line)
        elif fence:
            block = Block(fence.group(1), number, [], reason)
        elif line.startswith("|") and TABLE in line:
            in_table = True
        elif in_table and line.startswith("|"):
            if not line.startswith("| ---"):
                yield Block("row", number, [line], reason)
        elif line.startswith(("    $ ", "\t$ ")):
            raise Wrong(f"{number}: a command outside of a ```console block")
        elif line.lstrip().startswith(("```", "~~~")):
            raise Wrong(f"{number}: a block begins with ``` and the name of a language, at the beginning of the line")
        else:
            in_table = False
            found = NOT_RUN.match(line)
            if found:
                reason = found.group(1)
            elif line:
                reason = None
    if block is not None:
        raise Wrong(f"{block.line}: a block without an end")


def steps_of(block):
    """The commands of a ```console block: (line, command, lines expected)."""
    steps = []
    for number, line in enumerate(block.lines, block.line + 1):
        if line.startswith("$ "):
            steps.append((number, [line[2:]], []))
        elif steps and not steps[-1][2] and line.startswith("> "):
            steps[-1][1].append(line[2:])
        elif steps and not steps[-1][2] and steps[-1][1][-1].endswith("\\"):
            steps[-1][1].append(line)
        elif steps:
            steps[-1][2].append(line)
        else:
            raise Wrong(f"{number}: a ```console block begins with a command")
    return [(number, "\n".join(command), expected) for number, command, expected in steps]


def pattern_of(expected):
    """What is expected, as an expression for all of the output."""
    parts = []
    for line in expected:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(re.escape(line).replace(r"\.\.\.", ".*") + r"\n")
    return re.compile("".join(parts))
