"""Kills the daemon at seeded moments and counts what was lost.

    kills.py PROGRAM PROFILE MOUNTPOINT KILLS SEED

Each round mounts the profile, compares the tree with a model of what was acknowledged, and edits until another thread
kills the daemon. What was in flight then may be there or not, but whole. The profile on disk must always be one that was
saved, and after the last round a mount must end with everything in it. Prints a line with the sums; exit status 1 if
anything was lost.
"""

import ctypes
import os
import plistlib
import random
import signal
import subprocess
import sys
import threading
import time

PAYLOAD = "PayloadContent/com.example.kills"
KEYS = [f"Key{i}" for i in range(12)]
LISTS = [f"List{i}" for i in range(3)]


# Seconds, at the most.
LIFE = 0.02


class Lost(Exception):
    pass


def payload_of(profile):
    """The payload's values as its files show them, by name."""
    with open(profile, "rb") as file:
        content = plistlib.load(file)["PayloadContent"][0]
    state = {}
    for key, value in content.items():
        if key in KEYS:
            state[key] = value + "\n"
        elif key in LISTS:
            state[key] = "".join(line + "\n" for line in value)
        elif isinstance(value, dict) and key.startswith("Dict"):
            state[key] = None
    return state


class Round:
    """One life of a daemon. `state` is what was acknowledged; `doubt` what it is if what is in flight was done."""

    def __init__(self, state, saved, lots, dir):
        self.state, self.doubt = state, None
        self.saved = [saved]
        self.lots, self.dir = lots, dir
        self.writes = 0

    def path(self, name):
        return os.path.join(self.dir, PAYLOAD, name)

    def write(self, name, text, append=False):
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
        fd = os.open(self.path(name), flags, 0o644)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)

    def after(self, **changes):
        state = dict(self.state)
        for name, text in changes.items():
            if text is False:
                state.pop(name, None)
            else:
                state[name] = text
        return state

    def set_one(self):
        name = self.lots.choice(KEYS)
        text = f"value {self.lots.random()}\n"
        return self.after(**{name: text}), lambda: self.write(name, text)

    def append_one(self):
        name = self.lots.choice(LISTS)
        line = f"line{self.lots.randrange(1000000)}\n"
        return self.after(**{name: self.state[name] + line}), lambda: self.write(name, line, append=True)

    def shorten_one(self):
        name = self.lots.choice(LISTS)
        return self.after(**{name: "one\ntwo\n"}), lambda: self.write(name, "one\ntwo\n")

    def remove_one(self):
        name = self.lots.choice(KEYS)
        if name not in self.state:
            return self.set_one()
        return self.after(**{name: False}), lambda: os.unlink(self.path(name))

    def rename_one(self):
        old, new = self.lots.sample(KEYS, 2)
        if old not in self.state:
            return self.set_one()
        return (self.after(**{new: self.state[old], old: False}),
                lambda: os.rename(self.path(old), self.path(new)))

    def replace_one(self):
        """As sed -i does it."""
        name = self.lots.choice(KEYS)
        text = f"replaced {self.lots.random()}\n"
        if name not in self.state:
            return self.set_one()

        def replace():
            fd = os.open(self.path("sedXyZ12a"), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(fd, text.encode())
            finally:
                os.close(fd)
            os.rename(self.path("sedXyZ12a"), self.path(name))
        return self.after(**{name: text}), replace

    def toggle_dict(self):
        name = f"Dict{self.lots.randrange(4)}"
        if name in self.state:
            return self.after(**{name: False}), lambda: os.rmdir(self.path(name))
        return self.after(**{name: None}), lambda: os.mkdir(self.path(name))

    def step(self):
        if self.lots.random() < 0.04:
            self.saved.append(dict(self.state))
            fd = os.open(self.dir, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
            self.saved = [dict(self.state)]
            return
        operations = [self.set_one, self.set_one, self.append_one, self.shorten_one, self.remove_one, self.rename_one,
                      self.replace_one, self.toggle_dict]
        self.doubt, operation = self.lots.choice(operations)()
        operation()
        self.state, self.doubt = self.doubt, None
        self.writes += 1

    def shown(self):
        state = {}
        for name in os.listdir(self.path("")):
            if os.path.isdir(self.path(name)):
                state[name] = None
            elif name in KEYS or name in LISTS:
                with open(self.path(name), encoding="utf-8") as file:
                    state[name] = file.read()
        return state


def mount(program, profile, dir):
    result = subprocess.run([program, "-o", "unknown=allow", profile, dir], stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise Lost(f"it cannot be mounted any more: {result.stderr}")
    with open(os.path.join(dir, ".profilefs/status"), encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("pid:"))


MNT_DETACH = 2


def detach(dir):
    """What is left of the mount, at once: root needs no program for it."""
    if ctypes.CDLL(None).umount2(dir.encode(), MNT_DETACH) != 0:
        subprocess.run(["fusermount3", "-uz", dir], check=True)


def kill_later(pid, seconds):
    def kill():
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def live(one, pid):
    """Edits until the daemon is gone."""
    thread = kill_later(pid, one.lots.random() * LIFE)
    try:
        while True:
            one.step()
    except OSError as error:
        if error.errno not in (103, 107):  # ECONNABORTED, ENOTCONN
            thread.join()
            raise Lost(f"an edit was refused: {error}")
    thread.join()


def difference(got, wanted):
    names = sorted(name for name in got.keys() | wanted.keys() if got.get(name, "") != wanted.get(name, ""))
    return "; ".join(f"{name} is {got.get(name, 'not there')!r:.200}, not {wanted.get(name, 'not there')!r:.200}"
                     for name in names)


def compare(what, got, allowed):
    if got not in allowed:
        raise Lost(f"{what}: " + ", or ".join(difference(got, wanted) for wanted in allowed))
    return got


def one_round(program, profile, dir, allowed, saved, lots):
    """The round; and what may come back after it."""
    pid = mount(program, profile, dir)
    one = Round(None, saved, lots, dir)
    try:
        one.state = compare("what came back", one.shown(), allowed)
        live(one, pid)
    finally:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        detach(dir)
    return one, [one.state] + ([one.doubt] if one.doubt is not None else [])


def finish(program, profile, dir, allowed):
    mount(program, profile, dir)
    ended = subprocess.run([program, "umount", dir], stderr=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        raise Lost(f"the last mount was not saved: {ended.stderr}")
    compare("the profile at last", payload_of(profile), allowed)


def main():
    program, profile, dir = sys.argv[1:4]
    kills, seed = int(sys.argv[4]), int(sys.argv[5])
    lots = random.Random(seed)
    saved = payload_of(profile)
    allowed = [saved]
    writes = number = 0
    try:
        for number in range(kills):
            one, allowed = one_round(program, profile, dir, allowed, saved, lots)
            saved = compare("the profile", payload_of(profile), one.saved)
            writes += one.writes
        finish(program, profile, dir, allowed)
    except Lost as lost:
        print(f"seed {seed}, kill {number}: {lost}")
        return 1
    print(f"{kills} kills at seeded moments, {writes} writes acknowledged, 0 lost")
    return 0


sys.exit(main())
