#!/usr/bin/env python3
"""Puts a secret into every key that the schema calls sensitive, in the current directory.

  secrets.py make FOLDER       profiles with a secret in each of those keys, wrong in another way in each profile
  secrets.py write MNT         writes what is wrong into each of those keys of a mount, and prints all that it says
  secrets.py search PID HEX... prints those texts that are in the memory of the process (its own excepted)
"""
import json
import os
import plistlib
import re
import shlex
import subprocess
import sys

PROGRAM = os.environ["PROFILEFS"]
RULES = os.path.join(os.environ["ROOT"], "plist/schema/rules.schema")

# All that may be in no message; each spelling of it holds one of these.
SECRET = "hunter2hunter2"
NUMBER = 987654321987


# --- which keys ------------------------------------------------------------------------------------------------


def types_with_secrets():
    """The payload types of the rules that call a key sensitive: asking for all types takes long."""
    found, types = set(), []
    for line in open(RULES):
        if line.startswith("rule "):
            types = [word for word in shlex.split(line)[1:] if "=" not in word]
        elif re.search(r"\bsensitive\b", line) and not line.startswith("#"):
            found.update(types)
    return sorted(found - {"profile", "common"})


def sensitive_below(keys, path):
    for key in keys:
        here = path + [key.get("key")]
        if key.get("sensitive"):
            yield here
        yield from sensitive_below(key.get("keys", []), here)
        if "item" in key:
            yield from sensitive_below([key["item"]], here)


def sensitive_paths():
    """(payload type, path) of every sensitive key; None stands for an element."""
    for name in types_with_secrets():
        told = subprocess.run([PROGRAM, "schema", "--format", "json", name], capture_output=True, check=True).stdout
        for path in sensitive_below(json.loads(told)["keys"], []):
            yield name, path


# --- profiles --------------------------------------------------------------------------------------------------

# What is wrong: as a value for plistlib, and as a file.
VALUES = {
    "string": SECRET,
    "long": SECRET * 1000,
    "lines": SECRET + "\n" + SECRET,
    "integer": NUMBER,
    "real": NUMBER + 0.5,
    "data": SECRET.encode(),
    "array": [SECRET, SECRET],
    "dict": {"a": SECRET, "Password": NUMBER},
    "deep": [[{"a": SECRET}]],
}

FILES = [
    SECRET.encode() + b"\x01\n",
    SECRET.encode() + b"\xff\n",
    (SECRET * 1000).encode(),
    b"%d\n" % NUMBER,
    b"%d.5\n%s\n" % (NUMBER, SECRET.encode()),
]


def put(container, path, value):
    """Makes what is above the last key, arrays of one element among it."""
    for key, below in zip(path, path[1:]):
        fresh = [] if below is None else {}
        if key is None:
            container.append(fresh)
            container = container[-1]
        else:
            container = container.setdefault(key, fresh)
    if path[-1] is None:
        container.append(value)
    else:
        container[path[-1]] = value


def head(kind, number):
    return {
        "PayloadType": kind,
        "PayloadIdentifier": "org.example.%d" % number,
        "PayloadUUID": "00000000-0000-4000-8000-%012d" % number,
        "PayloadVersion": 1,
    }


def profile_with(paths, value):
    payloads = []
    for number, (kind, path) in enumerate(paths, 1):
        payloads.append(head(kind, number))
        put(payloads[-1], path, value)
    return {"PayloadContent": payloads, **head("Configuration", 0), "RemovalPassword": value}


def make(folder):
    paths = list(sensitive_paths())
    for name, value in VALUES.items():
        with open(os.path.join(folder, name + ".mobileconfig"), "wb") as file:
            plistlib.dump(profile_with(paths, value), file, sort_keys=False)
    print(len(paths))


# --- a mount ---------------------------------------------------------------------------------------------------


def say(*parts):
    sys.stdout.buffer.write(b" ".join(parts) + b"\n")


def tell(mount, path):
    """All that can be read about what went wrong."""
    for name in ("last-error", "problems", "status"):
        with open(os.path.join(mount, ".profilefs", name), "rb") as file:
            say(file.read())
    for name in os.listxattr(path) + ["user.profilefs.error"]:
        try:
            say(name.encode(), os.getxattr(path, name))
        except OSError:
            pass


def holds_secret(path):
    with open(path, "rb") as file:
        return SECRET.encode() in file.read()


def try_writing(mount, path):
    refused = 0
    for text in FILES:
        for kind in (None, b"integer", b"boolean", b"date", b"array integer"):
            try:
                if kind:
                    os.setxattr(path, "user.profilefs.type", kind)
                with open(path, "wb", buffering=0) as file:
                    file.write(text)
            except OSError as error:
                say(str(error).encode())
                refused += 1
    tell(mount, path)
    return refused


def write(mount):
    refused = files = 0
    for folder, _, names in os.walk(mount):
        for path in (os.path.join(folder, name) for name in names if name != ".types"):
            if holds_secret(path):
                files += 1
                refused += try_writing(mount, path)
    say(b"%d files, %d refused" % (files, refused))


# --- a process -------------------------------------------------------------------------------------------------


def mappings(pid):
    for line in open("/proc/%s/maps" % pid):
        span, rights = line.split()[:2]
        start, end = (int(word, 16) for word in span.split("-"))
        if rights.startswith("rw") and start < 1 << 63:
            yield start, end


def search(pid, texts):
    texts = [bytes.fromhex(text) for text in texts]
    found = set()
    with open("/proc/%s/mem" % pid, "rb", buffering=0) as memory:
        for start, end in mappings(pid):
            memory.seek(start)
            try:
                data = memory.read(end - start)
            except OSError:
                continue
            found.update(text for text in texts if text in data)
    for text in sorted(found):
        print(text.decode())


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    elif sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        search(sys.argv[2], sys.argv[3:])
