#!/usr/bin/env python3
"""Takes real profiles through a mount, in the current directory.

  corpus.py PROFILES CA

Of every profile, or of one in E2E_SHARE: it is mounted, or refused with a message that names it; its values, read through the mount, are
those that Python's plistlib reads; unmounted without an edit, it is the same file with the same bytes and times.
One in five then gets one key edited: one value and one hunk differ, and a signed profile is signed again and verifies.

  PROFILEFS      the program
  E2E_SHARE=N    takes one profile in N
  E2E_SEED       another of the N
  E2E_FULL=1     takes all profiles, and edits all of them
"""
import concurrent.futures
import datetime
import difflib
import os
import plistlib
import re
import subprocess
import sys

PROGRAM = os.environ["PROFILEFS"]
FULL = bool(os.environ.get("E2E_FULL"))
SHARE = 1 if FULL else int(os.environ.get("E2E_SHARE") or 1)
SEED = int(os.environ.get("E2E_SEED") or 1)
EDITED = "edited by a test"


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


# --- what plistlib and openssl say -----------------------------------------------------------------------------


def content_of(data, path):
    """The plist in a profile, signed or not."""
    start = data.lstrip()[:1]
    if start in (b"<", b"") or data.startswith(b"bplist00") or data[:3] == b"\xef\xbb\xbf":
        return data
    form = "PEM" if b"-----BEGIN" in data[:2000] else "DER"
    return run("openssl", "cms", "-verify", "-noverify", "-inform", form, "-in", path).stdout


def load(content):
    """What plistlib makes of it, None if nothing."""
    try:
        return plistlib.loads(content)
    except Exception:
        return None


def is_lax(content):
    """True where plistlib reads what is no property list: hexadecimal integers."""
    return re.search(rb"<integer>\s*0[xX]", content) is not None


# --- what the tree should be -----------------------------------------------------------------------------------


def name_of(key):
    """A key as a name; for keys that must be cut, None."""
    name = "".join("%%%02X" % ord(c) if c in "/%\0" else c for c in key) or "%"
    at = -1
    if name.startswith("."):
        at = 0
    elif name.endswith("~"):
        at = len(name) - 1
    elif found := re.search(r"\.(bak|orig|rej|save|tmp)\Z|\.o[A-Za-z0-9]{6}\Z", name):
        at = found.start()
    elif re.fullmatch(r"#.*#|4913", name):
        at = 0
    if at >= 0:
        name = name[:at] + "%%%02X" % ord(name[at]) + name[at + 1:]
    return name if len(name.encode()) <= 255 else None


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def is_lines(array):
    return all(isinstance(item, (str, int, float, datetime.datetime)) and "\n" not in str(item) for item in array)


def entries_of(value, is_payloads):
    if isinstance(value, dict):
        return [(name_of(key), child) for key, child in value.items()]
    if not is_payloads:
        return [(f"{i:02}", child) for i, child in enumerate(value)]
    counts, entries = {}, []
    for child in value:
        kind = child.get("PayloadType") if isinstance(child, dict) else None
        if not isinstance(kind, str):
            return None
        counts[kind] = counts.get(kind, 0) + 1
        entries.append((name_of(kind) + (f".{counts[kind]}" if counts[kind] > 1 else ""), child))
    return entries


def compare(value, path, depth=0, is_payloads=False):
    """Compares a value with what the mount shows at `path`."""
    if isinstance(value, dict) or isinstance(value, list) and not (is_lines(value) and os.path.isfile(path)):
        entries = entries_of(value, is_payloads)
        check(os.path.isdir(path), f"{path} is no directory")
        if entries is None or any(name is None for name, _ in entries):
            return
        listed = [name for name in sorted(os.listdir(path)) if name != ".types"]
        check(sorted(name for name, _ in entries) == listed, f"{path} lists {listed}")
        for name, child in entries:
            compare(child, f"{path}/{name}", depth + 1, depth == 0 and name == "PayloadContent" and
                    isinstance(child, list))
        return
    with open(path, "rb") as file:
        shown = file.read()
    if isinstance(value, bytes):
        check(shown == value, f"{path} has other bytes")
        return
    shown = shown.decode()
    if isinstance(value, float):
        check(float(shown) == value, f"{path} is {shown!r}, not {value!r}")
        return
    items = value if isinstance(value, list) else [value] if value != "" else []
    expected = "".join(text_of(item) + "\n" for item in items)
    if isinstance(value, list) and any(isinstance(item, float) for item in value):
        check([float(line) for line in shown.split()] == value, f"{path} is {shown!r}, not {value!r}")
    else:
        check(shown == expected, f"{path} is {shown!r}, not {expected!r}")


# --- one profile -----------------------------------------------------------------------------------------------


def unmount(mount):
    done = run(PROGRAM, "umount", mount)
    check(done.returncode == 0, "umount: " + done.stderr.decode())


def state(path):
    found = os.stat(path)
    with open(path, "rb") as file:
        return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, file.read()


def assert_one_hunk(before, after):
    old, new = (data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n") for data in (before, after))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    hunks = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    check(len(hunks) == 1, f"{len(hunks)} hunks differ")


def edited_key(value):
    """A string at the top to edit."""
    for key in ("PayloadDescription", "PayloadDisplayName", "PayloadOrganization", "PayloadIdentifier"):
        if isinstance(value.get(key), str):
            return key
    return None


def edit(path, mount, content, value, ca):
    key = edited_key(value)
    if key is None:
        return False
    signed = content != state(path)[3]
    options = ["-o", f"key={ca}/ec.key,cert={ca}/ec.crt"] if signed else []
    done = run(PROGRAM, path, mount, *options)
    check(done.returncode == 0, "mount to edit: " + done.stderr.decode())
    if b"read-only" in done.stderr:
        unmount(mount)
        return False
    with open(f"{mount}/{key}", "w") as file:
        file.write(EDITED + "\n")
    unmount(mount)
    after = state(path)[3]
    if signed:
        done = run("openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile", f"{ca}/ca.crt",
                   "-in", path)
        check(done.returncode == 0, "does not verify: " + done.stderr.decode())
        after = done.stdout
    value[key] = EDITED
    check(load(after) == value, "other values than the edited one differ")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    assert_one_hunk(content, after)
    return True


def take(number, source, ca):
    """What became of one profile: "refused", "mounted" or "edited"."""
    path, mount = f"{number:03}.mobileconfig", f"{number:03}.mnt"
    with open(source, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(data)
    os.mkdir(mount)
    before = state(path)
    content = content_of(data, path)
    value = load(content)
    done = run(PROGRAM, path, mount)
    message = done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        check(message.startswith(path + ":") and "error: " in message, f"refused without a message: {message!r}")
        check(not os.path.ismount(mount), "refused and mounted")
        check(value is None or is_lax(content), f"refused, and plistlib reads it: {message}")
        return "refused"
    try:
        check(value is not None, "mounted, and plistlib cannot read it")
        if "duplicate" not in message and "twice" not in message:
            compare(value, mount)
    finally:
        unmount(mount)
    check(state(path) == before, "it was touched without an edit")
    if (FULL or number % 5 == 0) and edit(path, mount, content, value, ca):
        return "edited"
    return "mounted"


def main(folder, ca):
    sources = sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names
                     if name.endswith(".mobileconfig"))
    check(sources, f"there is no profile in {folder}")
    taken = sources[SEED % SHARE::SHARE] or sources[:1]
    failed = 0
    counts = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [(pool.submit(take, number, source, ca), source) for number, source in enumerate(taken)]
        for job, source in jobs:
            try:
                outcome = job.result()
                counts[outcome] = counts.get(outcome, 0) + 1
            except Exception as failure:
                failed += 1
                print(f"{source}: {type(failure).__name__} {failure}")
    print(len(taken), "of", len(sources), "profiles:", counts, f"{failed} failed")
    sys.exit(failed > 0)


main(*sys.argv[1:])
