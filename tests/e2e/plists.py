#!/usr/bin/env python3
"""Looks at property lists with another reader than ours, for the end-to-end tests.

  plists.py get FILE PATH        the value at a/b/0/c, as Python writes it
  plists.py changes OLD NEW      one line per difference: "PATH: old -> new", "+ PATH: new", "- PATH: old"
  plists.py types FILE           one line per value: path, type, value
"""
import plistlib
import sys


def load(path):
    with open(path, "rb") as file:
        return plistlib.load(file)


def at(value, path):
    for step in filter(None, path.split("/")):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def children(value):
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, list):
        return enumerate(value)
    return ()


def changes(old, new, path=""):
    if type(old) is type(new) and isinstance(old, (dict, list)):
        before, after = dict(children(old)), dict(children(new))
        for key in list(before) + [key for key in after if key not in before]:
            where = f"{path}/{key}" if path else str(key)
            if key not in after:
                yield f"- {where}: {before[key]!r}"
            elif key not in before:
                yield f"+ {where}: {after[key]!r}"
            else:
                yield from changes(before[key], after[key], where)
        if isinstance(old, dict) and [k for k in before if k in after] != [k for k in after if k in before]:
            yield f"{path or '.'}: the order of keys"
    elif type(old) is not type(new) or old != new:
        yield f"{path}: {old!r} -> {new!r}"


def types(value, path=""):
    yield f"{path or '.'} {type(value).__name__}" + ("" if isinstance(value, (dict, list)) else f" {value!r}")
    items = sorted(children(value)) if isinstance(value, dict) else children(value)
    for key, child in items:
        yield from types(child, f"{path}/{key}")


def main(command, *arguments):
    if command == "get":
        print(repr(at(load(arguments[0]), arguments[1])))
    elif command == "changes":
        print(*changes(load(arguments[0]), load(arguments[1])), sep="\n", end="")
    elif command == "types":
        print(*types(load(arguments[0])), sep="\n")
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
