#!/usr/bin/env python3
"""Whether what pages of the documentation name and link to is there.

    guides_names.py --names PAGE      files and functions of this tree, in whose root it is run
    guides_names.py --links PAGE...   files and headings
"""

import os
import re
import sys

from guides_page import Wrong, must

# What is named as code: files from the root of the tree, and functions. NAME stands for a name of the reader's own.
PATH = re.compile(r"`((?:plist|sign|fs|tests|scripts|docs|packaging|completions)/[\w./-]+)`")
FUNCTION = re.compile(r"`(\w+)\(\)`")


def sources():
    for folder in ("plist", "sign", "fs", "tests/unit", "tests/fuzz"):
        for path, _, names in os.walk(folder):
            for name in names:
                if name.endswith((".c", ".h")):
                    with open(os.path.join(path, name), encoding="utf-8") as file:
                        yield file.read()


def look_at_names(path):
    """Whether the files and the functions that a page names are there; from the root of the tree."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    paths = {name for name in PATH.findall(text) if "NAME" not in name}
    gone = sorted(name for name in paths if not os.path.exists(name))
    must(paths and not gone, 1, "there is no " + ", ".join(gone))
    functions = set(FUNCTION.findall(text))
    known = set()
    for source in sources():
        known.update(re.findall(r"\b(\w+)\(", source))
    gone = sorted(functions - known)
    must(functions and not gone, 1, "there is no function " + ", ".join(gone))
    print(f"paths: {len(paths)}; functions: {len(functions)}")


def anchors_of(text):
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def look_at_links(pages):
    count = 0
    for path in pages:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for target in re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", text):
            target = "".join(target)
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            there = os.path.join(os.path.dirname(path), name) if name else path
            must(os.path.exists(there), 1, f"{path}: links to {target}, which is not there")
            if anchor:
                with open(there, encoding="utf-8") as file:
                    must(anchor in anchors_of(file.read()), 1, f"{path}: {target} has no such heading")
            count += 1
    must(count, 1, "no links at all")
    print(f"links: {count}")


def main(arguments):
    try:
        if arguments[0] == "--names":
            look_at_names(arguments[1])
        else:
            look_at_links(arguments[1:])
    except Wrong as wrong:
        print(f"{arguments[-1]}:{wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
