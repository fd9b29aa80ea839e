"""One of several processes that work on the same names; no result is predicted.

crowd.py FOLDER SEED COUNT NUMBER

FOLDER is PayloadContent. What must hold, whoever else is at work: no call gives EIO or an errno that nobody would
understand; what is listed twice in a row can be looked up, or was removed meanwhile; the key that only this process
writes shows what it wrote last. At the end LastNUMBER is in the first payload.
"""
import errno
import os
import random
import sys

NAMES = ["Alpha", "Beta", "Gamma", "Deep", "Alpha~", ".swap", "50%25"]
USUAL = {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY, errno.EPERM, errno.EINVAL}


def some_path(chance):
    path = chance.choice(["org.example.a", "org.example.a.2", "org.example.z"])
    for _ in range(chance.choice([1, 1, 2, 3])):
        path += "/" + chance.choice(NAMES)
    return path


def write(chance):
    flags = chance.choice([os.O_TRUNC, os.O_APPEND, os.O_EXCL])
    fd = os.open(some_path(chance), os.O_WRONLY | os.O_CREAT | flags, 0o600)
    try:
        os.write(fd, b"v%d\n" % chance.randrange(10 ** 6))
    finally:
        os.close(fd)


def read(chance):
    with open(some_path(chance), "rb") as file:
        file.read()


# Names that stay: nobody removes the keys called Payload... of the first payload.
def list_names(chance):
    names = os.listdir("org.example.a")
    if len(set(names)) != len(names):
        sys.exit("listed twice: %r" % names)
    for name in names:
        if name.startswith("Payload"):
            os.lstat("org.example.a/" + name)


OPERATIONS = [
    write, write, write, read, read, list_names,
    lambda chance: os.mkdir(some_path(chance)),
    lambda chance: os.mkdir("org.example.z"),
    lambda chance: os.rmdir(some_path(chance)),
    lambda chance: os.unlink(some_path(chance)),
    lambda chance: os.rename(some_path(chance), some_path(chance)),
    lambda chance: os.truncate(some_path(chance), 0),
    lambda chance: os.symlink("nowhere", some_path(chance) + "~"),
    lambda chance: os.listdir(os.path.dirname(some_path(chance))),
]


def own(number, text):
    with open("org.example.a/Last" + number, "w") as file:
        file.write(text)
    with open("org.example.a/Last" + number) as file:
        got = file.read()
    if got != text:
        sys.exit("expected: %r, got: %r" % (text, got))


def main(folder, seed, count, number):
    chance = random.Random(int(seed))
    os.chdir(folder)
    for done in range(int(count)):
        try:
            chance.choice(OPERATIONS)(chance)
        except OSError as error:
            if error.errno not in USUAL:
                sys.exit("seed %s, operation %d: %s" % (seed, done, error))
        if done % 50 == 0:
            own(number, "operation %d of %s\n" % (done, number))
    own(number, "closed by %s\n" % number)


main(*sys.argv[1:])
