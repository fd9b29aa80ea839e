#!/usr/bin/env python3
"""Compares profiles that went through a tree with those they come from, by Python's plistlib.

  imploded.py BEFORE AFTER       two folders: each profile in AFTER has the values, types and arrays of the one of the
                                 same name in BEFORE. A line for each that has not; then how many there are.
"""
import os
import plistlib
import subprocess
import sys


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:1] == b"\x30" or b"-----BEGIN" in data[:2000]:
        form = "DER" if data[:1] == b"\x30" else "PEM"
        data = subprocess.run(["openssl", "cms", "-verify", "-noverify", "-inform", form, "-in", path],
                              capture_output=True, check=True).stdout
    return plistlib.loads(data)


def differ(old, new, path):
    """The first place where they differ, or None. True is no 1, and the order of keys means nothing."""
    if type(old) is not type(new):
        return path
    if isinstance(old, dict) and old.keys() == new.keys():
        children = [(old[key], new[key], f"{path}/{key}") for key in old]
    elif isinstance(old, list) and len(old) == len(new):
        children = [(a, b, f"{path}/{i}") for i, (a, b) in enumerate(zip(old, new))]
    else:
        return None if repr(old) == repr(new) else path
    return next(filter(None, (differ(*child) for child in children)), None)


def main(before, after):
    failed = count = 0
    for where, _, names in os.walk(after):
        for name in names:
            path = os.path.join(where, name)
            place = differ(load(os.path.join(before, os.path.relpath(path, after))), load(path), "")
            count += 1
            if place is not None:
                failed += 1
                print(f"{path}: {place or 'the top'} differs")
    print(count, "profiles,", failed, "differ")
    sys.exit(failed > 0)


main(*sys.argv[1:])
