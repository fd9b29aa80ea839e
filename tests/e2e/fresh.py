"""Sees whether what one process changes is seen at once, while others look at the same folder all the time.

    fresh.py FOLDER TIMES

In FOLDER (of a mount; keys of any name can be made there) names are made, renamed and removed. After each its time must be a
new one, and a listing must show just what is there: an answer that was on its way to somebody else must not bring back
what was before. Says what was not so, and ends with 1.

Linux takes an answer in with the mark first that it is good, then the time, and whoever looks in between, without a lock,
sees the time before (fuse_change_attributes_common() in its fs/fuse/inode.c). That is over at once, in less than one look
takes; what an answer brought back stays until somebody lists the folder. So an old time is looked at again, and at once.
"""

import os
import signal
import sys


def look_for_ever(folder):
    while True:
        os.stat(folder)
        os.listdir(folder)


class Onlookers:
    """Processes that look at a folder until the end."""

    def __init__(self, folder, count):
        self.children = []
        for _ in range(count):
            child = os.fork()
            if child == 0:
                try:
                    look_for_ever(folder)
                finally:
                    os._exit(2)
            self.children.append(child)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


LOOKS = 3


def time_after(path, before):
    """The folder's time, looked at again at once where it is the one before."""
    for _ in range(LOOKS):
        now = os.stat(path).st_mtime_ns
        if now > before:
            break
    return now


class Folder:
    """A folder, and what must be in it."""

    def __init__(self, path):
        self.path = path
        self.names = self.list()
        self.time = os.stat(path).st_mtime_ns
        self.wrong = 0

    def at(self, name):
        return os.path.join(self.path, name)

    def list(self):
        return set(os.listdir(self.path)) - {".types"}

    def check(self, what, gone=(), come=()):
        self.names = self.names - set(gone) | set(come)
        now = time_after(self.path, self.time)
        there = self.list()
        if now <= self.time:
            self.complain(f"{what}: the folder's time is the one before")
        if there != self.names:
            self.complain(f"{what}: listed are {' '.join(sorted(there))}")
        self.time = max(now, self.time)

    def complain(self, text):
        self.wrong += 1
        if self.wrong <= 10:
            print(text)


def write(path):
    with open(path, "x", encoding="ascii") as file:
        file.write("1\n")


def change(folder, other):
    """One of each kind of change."""
    write(folder.at("Made"))
    folder.check("made", come=["Made"])
    os.rename(folder.at("Made"), folder.at("Renamed"))
    folder.check("renamed", gone=["Made"], come=["Renamed"])
    os.rename(folder.at("Renamed"), other.at("Moved"))
    folder.check("moved away", gone=["Renamed"])
    other.check("moved here", come=["Moved"])
    os.unlink(other.at("Moved"))
    other.check("unlinked", gone=["Moved"])
    os.symlink("nowhere", folder.at(".link"))
    folder.check("linked", come=[".link"])
    os.unlink(folder.at(".link"))
    folder.check("link unlinked", gone=[".link"])
    os.mkdir(folder.at("Folder"))
    folder.check("folder made", come=["Folder"])
    os.rmdir(folder.at("Folder"))
    folder.check("folder removed", gone=["Folder"])


def main():
    path, times = sys.argv[1], int(sys.argv[2])
    os.mkdir(os.path.join(path, "From"))
    os.mkdir(os.path.join(path, "To"))
    folder, other = (Folder(os.path.join(path, name)) for name in ("From", "To"))
    with Onlookers(folder.path, 2), Onlookers(other.path, 1):
        for _ in range(times):
            change(folder, other)
    return 1 if folder.wrong or other.wrong else 0


sys.exit(main())
