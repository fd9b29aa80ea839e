"""Random operations on names, each compared with a model: the errno, what is listed, and at the end what was saved.

names.py run MOUNT PROFILE SEED COUNT MODEL   works in MOUNT, where PROFILE is mounted, and leaves MODEL
names.py saved MODEL PROFILE                  compares PROFILE, saved since, with MODEL
names.py profile PROFILE                      makes a profile to work on

The model is what POSIX says of names, and beyond it: no key is spelled otherwise than it must be, payloads are
directories that are named by their types, elements of arrays are named by numbers, what is not to be saved is a file or
a link, and a refused rename is EPERM. All values are strings, so that any may stand under any name.
"""
import ctypes
import errno
import os
import pickle
import plistlib
import random
import re
import sys

KEYS = ["Alpha", "Beta", "Gamma", "a b", "50%25", "%2Fetc", "%2Eh", "Ä"]
SCRATCH = [".swap", "Alpha~", "b.tmp", "4913"]
WRONG = ["%41", "50%", "x%7e"]  # spell no key
PAYLOADS = ["org.example.a", "org.example.a.2", "org.example.b", "org.example.b.7", "org.example.c%25"]
NUMBERS = ["00", "01", "02", "07", "40", "123"]
DEEPEST = 4
SAID_LINES = 40

libc = ctypes.CDLL(None, use_errno=True)
EXCHANGE = 2


class File:
    def __init__(self, text=None, link=None):
        self.text, self.link = text, link


class Dir:
    def __init__(self, shape):
        self.shape, self.entries, self.parent = shape, {}, None

    def put(self, name, entry):
        self.entries[name] = entry
        if isinstance(entry, Dir):
            entry.parent = self

    def is_inside(self, other):
        at = self
        while at and at is not other:
            at = at.parent
        return at is not None

    def depth(self):
        return 0 if self.parent is None else 1 + self.parent.depth()

    def height(self):
        return 1 + max((e.height() for e in self.entries.values() if isinstance(e, Dir)), default=0)


def name_of(key):
    """How a key is spelled, as far as keys here go."""
    name = key.replace("%", "%25").replace("/", "%2F")
    return "%2E" + name[1:] if name.startswith(".") else name


def key_of(name):
    return re.sub("%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), name)


def type_of(name):
    return key_of(re.sub(r"\.([2-9]|[1-9][0-9]+)$", "", name))


def is_scratch(name):
    return name in SCRATCH


def model_of(value):
    """The model of a dictionary or an array of a profile."""
    if isinstance(value, str):
        return File(value)
    made = Dir("dict" if isinstance(value, dict) else "array")
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        name = name_of(key) if isinstance(value, dict) else "%02d" % key
        if isinstance(inner, (str, dict, list)):
            made.put(name, model_of(inner))
        else:
            made.put(name, File("%s" % inner))
    return made


def payloads_of(profile):
    made = Dir("payloads")
    for payload in profile["PayloadContent"]:
        name, number = name_of(payload["PayloadType"]), 1
        while name in made.entries:
            number += 1
            name = "%s.%d" % (name_of(payload["PayloadType"]), number)
        made.put(name, model_of(payload))
    return made


class Run:
    def __init__(self, mount, profile, seed):
        self.chance = random.Random(seed)
        self.seed = seed
        self.said = []
        self.root = payloads_of(plistlib.load(open(profile, "rb")))
        os.chdir(os.path.join(mount, "PayloadContent"))

    def die(self, text):
        sys.exit("\n".join(self.said + [text, "seed %d: run it again with STRESS_SEED=%d" % (self.seed, self.seed)]))

    def say(self, *words):
        self.said = self.said[1 - SAID_LINES:] + [" ".join(map(str, words))]

    # What a call must have answered: 0 or an errno.
    def expect(self, expected, call, *args):
        got, result = 0, None
        try:
            result = call(*args)
        except OSError as error:
            got = error.errno
        if got != expected:
            names = errno.errorcode
            self.die("expected: %s, got: %s" % (names.get(expected, "success"), names.get(got, "success")))
        return result

    # --- choosing

    # The end of a walk from the top that goes on mostly.
    def some_dir(self):
        at, path = self.root, "."
        while self.chance.random() < 0.8:
            inner = [name for name, entry in at.entries.items() if isinstance(entry, Dir)]
            if not inner:
                break
            name = self.chance.choice(inner)
            at, path = at.entries[name], path + "/" + name
        return at, path

    # A name that fits the directory mostly, and mostly one that is there.
    def some_name(self, where):
        pick = self.chance.random()
        if pick < 0.03:
            return self.chance.choice(WRONG)
        if pick < 0.12:
            return self.chance.choice(SCRATCH)
        if pick < 0.5 and where.entries:
            return self.chance.choice([n for n in where.entries if not n.startswith("Payload")] or KEYS)
        return self.chance.choice({"dict": KEYS, "array": NUMBERS, "payloads": PAYLOADS}[where.shape])

    # Why nothing can be made under that name in that directory; 0: it can.
    @staticmethod
    def refusal(where, name):
        if is_scratch(name):
            return 0
        if where.shape == "array":
            return 0 if name.isdigit() else errno.EINVAL
        return errno.EINVAL if name in WRONG else 0

    # --- operations

    def op_mkdir(self):
        where, path = self.some_dir()
        name = self.some_name(where)
        self.say("mkdir", path, name)
        if name in where.entries:
            expected = errno.EEXIST
        elif is_scratch(name):
            expected = errno.EPERM
        else:
            expected = self.refusal(where, name)
        if not expected and where.depth() >= DEEPEST:
            return
        self.expect(expected, os.mkdir, path + "/" + name)
        if not expected:
            where.put(name, Dir("dict"))

    def op_write(self):
        where, path = self.some_dir()
        name = self.some_name(where)
        text = "v" + "x" * self.chance.randrange(40) + str(self.chance.randrange(1000))
        new = self.chance.random() < 0.4
        self.say("write", path, name, text, "that must be new" if new else "")
        old = where.entries.get(name)
        if isinstance(old, File) and old.link is not None:
            return
        if old:
            expected = errno.EEXIST if new else errno.EISDIR if isinstance(old, Dir) else 0
        else:
            expected = self.refusal(where, name)
            if not expected and where.shape == "payloads" and not is_scratch(name):
                expected = errno.EINVAL
        fd = self.expect(expected, os.open, path + "/" + name,
                         os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC), 0o600)
        if expected:
            return
        self.expect(0, os.write, fd, text.encode() + b"\n")
        self.expect(0, os.close, fd)
        if old:
            old.text = text
        else:
            where.put(name, File(text))

    def op_symlink(self):
        where, path = self.some_dir()
        name = self.some_name(where)
        self.say("symlink", path, name)
        expected = errno.EEXIST if name in where.entries else self.refusal(where, name)
        self.expect(expected, os.symlink, "nowhere", path + "/" + name)
        if not expected:
            where.put(name, File(link="nowhere"))

    def op_read(self):
        where, path = self.some_dir()
        name = self.some_name(where)
        self.say("read", path, name)
        entry = where.entries.get(name)
        path += "/" + name
        if entry is None:
            self.expect(errno.ENOENT, os.lstat, path)
            self.expect(errno.ENOENT, os.getxattr, path, "user.profilefs.type")
        elif isinstance(entry, Dir):
            self.expect(errno.EISDIR, lambda: open(path).read())
            self.same(entry.shape if entry.shape == "dict" else "array",
                      self.expect(0, os.getxattr, path, "user.profilefs.type").decode().split()[0])
        elif entry.link is not None:
            self.same(entry.link, self.expect(0, os.readlink, path))
        else:
            self.same(entry.text + "\n", self.expect(0, lambda: open(path).read()))

    def same(self, expected, got):
        if expected != got:
            self.die("expected: %r, got: %r" % (expected, got))

    def op_unlink(self):
        where, path = self.some_dir()
        name = self.some_name(where)
        self.say("unlink", path, name)
        entry = where.entries.get(name)
        expected = errno.ENOENT if entry is None else errno.EISDIR if isinstance(entry, Dir) else 0
        self.expect(expected, os.unlink, path + "/" + name)
        if not expected:
            del where.entries[name]

    def op_rmdir(self):
        where, path = self.some_dir()
        name = self.some_name(where)
        self.say("rmdir", path, name)
        entry = where.entries.get(name)
        if entry is None:
            expected = errno.ENOENT
        elif isinstance(entry, File):
            expected = errno.ENOTDIR
        else:
            expected = errno.ENOTEMPTY if entry.entries else 0
        self.expect(expected, os.rmdir, path + "/" + name)
        if not expected:
            del where.entries[name]

    # What rename(2) must answer.
    def rename_answer(self, source, target, to_dir, to):
        if source is None:
            return errno.ENOENT
        if isinstance(source, Dir) and to_dir.is_inside(source):
            return errno.EINVAL
        if source is target:
            return 0
        if isinstance(target, Dir) and not isinstance(source, Dir):
            return errno.EISDIR
        if isinstance(source, Dir) and isinstance(target, File):
            return errno.ENOTDIR
        if self.refusal(to_dir, to):
            return errno.EPERM
        if isinstance(source, Dir):
            if is_scratch(to) or (to_dir.shape == "payloads" and source.shape != "dict"):
                return errno.EPERM
            return errno.ENOTEMPTY if target and target.entries else 0
        if is_scratch(to):
            return 0
        if to_dir.shape == "payloads":
            return errno.EPERM
        return errno.EPERM if source.link is not None and target and target.link is None else 0

    def op_rename(self):
        from_dir, from_path = self.some_dir()
        to_dir, to_path = (from_dir, from_path) if self.chance.random() < 0.5 else self.some_dir()
        name, to = self.some_name(from_dir), self.some_name(to_dir)
        source, target = from_dir.entries.get(name), to_dir.entries.get(to)
        self.say("rename", from_path, name, "to", to_path, to)
        if isinstance(target, Dir) and from_dir.is_inside(target):
            return  # ENOTEMPTY from the kernel, which asks nobody
        if isinstance(source, Dir) and to_dir.depth() + source.height() > DEEPEST + 1:
            return
        expected = self.rename_answer(source, target, to_dir, to)
        self.expect(expected, os.rename, from_path + "/" + name, to_path + "/" + to)
        if expected or source is target:
            return
        del from_dir.entries[name]
        to_dir.put(to, source)
        kind = source.entries.get("PayloadType") if isinstance(source, Dir) else None
        if to_dir.shape == "payloads" and kind and kind.text != type_of(to) and kind.text != key_of(to):
            kind.text = type_of(to)

    @staticmethod
    def exchange(a, b):
        if libc.renameat2(-100, a.encode(), -100, b.encode(), EXCHANGE) < 0:
            raise OSError(ctypes.get_errno(), "renameat2")

    def op_exchange(self):
        a_dir, a_path = self.some_dir()
        b_dir, b_path = self.some_dir()
        a, b = self.some_name(a_dir), self.some_name(b_dir)
        one, two = a_dir.entries.get(a), b_dir.entries.get(b)
        self.say("exchange", a_path, a, "and", b_path, b)
        plain = [isinstance(e, File) and e.link is None for e in (one, two)]
        if one is None or two is None:
            expected = errno.ENOENT
        elif one is two:
            expected = 0
        else:
            expected = 0 if all(plain) else errno.EINVAL
        self.expect(expected, self.exchange, a_path + "/" + a, b_path + "/" + b)
        if not expected:
            a_dir.entries[a], b_dir.entries[b] = two, one

    def op_list(self):
        where, path = self.some_dir()
        self.say("list", path)
        got = self.expect(0, os.listdir, path)
        if ".types" in got:
            got.remove(".types")
        self.same(sorted(where.entries), sorted(got))

    # What is said of names while they come and go belongs to those that stay.
    def op_list_changing(self):
        where, path = self.some_dir()
        self.say("list while unlinking", path)
        listed = []
        with os.scandir(path) as entries:
            for entry in entries:
                listed.append(entry.name)
                old = where.entries.get(entry.name)
                if isinstance(old, File) and not entry.name.startswith("Payload") and self.chance.random() < 0.2:
                    self.expect(0, os.unlink, path + "/" + entry.name)
                    del where.entries[entry.name]
        if len(set(listed)) != len(listed) or not set(where.entries) <= set(listed):
            self.die("listed: %r, there: %r" % (listed, sorted(where.entries)))

    OPERATIONS = {op_write: 30, op_mkdir: 12, op_rename: 20, op_read: 15, op_unlink: 6, op_rmdir: 7, op_symlink: 2,
                  op_exchange: 4, op_list: 8, op_list_changing: 1}

    def run(self, count):
        operations, weights = list(self.OPERATIONS), list(self.OPERATIONS.values())
        for _ in range(count):
            self.chance.choices(operations, weights)[0](self)
        return self.payloads()

    # What must be saved: payloads with their names, in any order, for numbers decide that in the end.
    def payloads(self):
        return [(name, saved(entry)) for name, entry in self.root.entries.items() if isinstance(entry, Dir)]


def saved(entry):
    """The value that an entry of the model is saved as."""
    if isinstance(entry, File):
        return entry.text
    kept = {n: e for n, e in entry.entries.items()
            if not is_scratch(n) and (isinstance(e, Dir) or e.link is None)}
    if entry.shape == "array":
        return [saved(kept[n]) for n in sorted(kept, key=int)]
    return {key_of(n): saved(e) for n, e in kept.items()}


def plain(value):
    """What the model knows of a value in a saved profile: numbers as text."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return str(value)


FILLED = ["PayloadIdentifier", "PayloadType", "PayloadUUID", "PayloadVersion"]


def compare(model, profile):
    expected = pickle.load(open(model, "rb"))
    got = [plain(p) for p in plistlib.load(open(profile, "rb"))["PayloadContent"]]
    if len(got) != len(expected):
        sys.exit("expected: %d payloads, got: %d" % (len(expected), len(got)))
    for name, wanted in expected:
        wanted.setdefault("PayloadType", type_of(name))
        same = [p for p in got if dict({k: p[k] for k in FILLED if k in p}, **wanted) == p]
        if not same:
            sys.exit("%s was not saved as it was:\n%r\nin:\n%r" % (name, wanted, got))
        got.remove(same[0])



def make(profile):
    def identified(number, **keys):
        return dict(PayloadVersion=1, PayloadDisplayName="Stress", PayloadIdentifier="org.example.%d" % number,
                    PayloadUUID="5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E00%02d" % number, **keys)

    content = {"PayloadType": "org.example.a", "Alpha": "first", "Deep": {"Beta": "second", "Empty": {}},
               "Rules": [{"Gamma": "third"}, {"50%": "fourth", "/etc": "fifth"}]}
    payloads = [identified(number, **content) for number in (1, 2, 3)]
    plistlib.dump(identified(0, PayloadType="Configuration", PayloadContent=payloads), open(profile, "wb"))


if __name__ == "__main__":
    if sys.argv[1] == "profile":
        make(sys.argv[2])
    elif sys.argv[1] == "saved":
        compare(sys.argv[2], sys.argv[3])
    else:
        model = os.path.abspath(sys.argv[6])
        kept = Run(sys.argv[2], sys.argv[3], int(sys.argv[4])).run(int(sys.argv[5]))
        pickle.dump(kept, open(model, "wb"))
