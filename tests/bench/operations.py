"""Operations in a mounted profile, against tmpfs and the least that a FUSE file system can do.

10,000 keys; 2,000 with --quick.

  profilefs  the payload's directory in a mount, journal and all
  least      tests/bench/least_fs.c: the same files in memory, the same cache settings, one thread, nothing judged
  noting     the same, which writes to a file what it changes before it answers, as a journal must
  tmpfs      the same files

tests/bench/operate.c runs each operation in a loop and says how long one takes. `cold` is the first time after a
mount; the others are warm: of names that the kernel knows. grep, find, cp (to another tmpfs) and git status run over the tree as they are. All that
is measured is pinned to one core: a request then costs the same change from one process to the other in every file
system, instead of what the scheduler makes of it.
"""

import os
import shutil
import subprocess

import frame

KEYS = 10000
KEYS_QUICK = 2000
LEAST = 0.95  # of the least file system's speed
WARM = 1      # of tmpfs's speed
OPERATIONS = ("stat", "read", "write", "relist", "create", "rename", "unlink")
COLD = ("readdir", "stat")
AT_LEAST_TMPFS = ("stat", "relist")
CHANGES = ("write", "create", "rename", "unlink")


class Place:
    """One file system with the files in it."""

    def __init__(self, folder, name, keys):
        self.keys = keys
        self.root = os.path.join(folder, name)
        self.files = self.root
        os.mkdir(self.root)

    def mount(self):
        raise NotImplementedError

    def unmount(self):
        frame.run("fusermount3", "-u", self.root)

    def operate(self, operation, count):
        """Nanoseconds for one."""
        return float(frame.run(frame.helper("operate"), operation, self.files, str(count)))


class Profilefs(Place):
    def __init__(self, folder, keys):
        super().__init__(folder, "profilefs", keys)
        self.profile = os.path.join(folder, "profile.mobileconfig")
        self.files = os.path.join(self.root, "PayloadContent", frame.NAMELESS)
        frame.write_profile(self.profile, frame.keys(keys))

    def mount(self):
        frame.run(frame.program(), self.profile, self.root)

    def unmount(self):
        frame.run(frame.program(), "umount", self.root)


class Least(Place):
    def __init__(self, folder, keys, name="least"):
        super().__init__(folder, name, keys)
        self.server = None
        self.notes = [os.path.join(folder, "notes")] if name == "noting" else []

    def mount(self):
        # pylint: disable=consider-using-with
        self.server = subprocess.Popen([frame.helper("least_fs"), self.root, str(self.keys), *self.notes])
        frame.wait_for(lambda: os.path.ismount(self.root), "least_fs is not mounted")

    def unmount(self):
        super().unmount()
        self.server.wait()


class Tmpfs(Place):
    def __init__(self, folder, keys):
        super().__init__(folder, "tmpfs", keys)
        frame.run("mount", "-t", "tmpfs", "bench", self.root)

    def mount(self):
        for number in range(self.keys):
            with open(os.path.join(self.root, f"key{number:05d}"), "w", encoding="ascii") as file:
                file.write(f"value {number}\n")

    def unmount(self):
        for name in os.listdir(self.root):
            os.unlink(os.path.join(self.root, name))


def tools(folder, place):
    """What people run over a tree; each a function without arguments."""
    copy = os.path.join(folder, "copies", "copy")
    repository = place.root + ".git"
    git = ("git", f"--git-dir={repository}", f"--work-tree={place.files}", "-c", "core.safecrlf=false")
    quiet = {"stdout": subprocess.DEVNULL, "cwd": place.files}
    shutil.rmtree(repository, ignore_errors=True)
    frame.run(*git, "init", "-q")
    # --info-only: the index alone, for git would take half a minute to write ten thousand objects.
    frame.run(*git, "update-index", "--add", "--info-only", "-z", "--stdin", cwd=place.files,
              input=b"".join(f"key{number:05d}\0".encode() for number in range(place.keys)))

    def cp():
        shutil.rmtree(copy, ignore_errors=True)
        return frame.timed(frame.run, "cp", "-r", place.files, copy)

    return {
        "grep -r": lambda: frame.timed(lambda: subprocess.run(["grep", "-r", "nowhere", "."], check=False, **quiet)),
        "find": lambda: frame.timed(lambda: subprocess.run(["find", ".", "-size", "+9"], check=True, **quiet)),
        "cp -r": cp,
        "git status": lambda: frame.timed(lambda: frame.run(*git, "status", "--short", cwd=place.files)),
    }


def measure_cold(places, rounds):
    """{operation: {place: [ns]}}; each figure is of a fresh mount."""
    def once(place, operation):
        place.mount()
        try:
            if isinstance(place, Tmpfs):
                return None
            return place.operate(operation, place.keys)
        finally:
            place.unmount()
    return {
        f"{operation} cold": frame.in_turn(
            {name: lambda place=place, operation=operation: once(place, operation)
             for name, place in places.items() if name not in ("tmpfs", "noting")}, rounds)
        for operation in COLD
    }


def measure_warm(places, rounds, count):
    """Round after round of all operations in all places: {operation: {place: [ns]}}"""
    for place in places.values():
        place.mount()
        place.operate("readdir", place.keys)
        place.operate("stat", place.keys)
    results = {operation: {name: [] for name in places} for operation in OPERATIONS}
    for number in range(rounds + 1):
        for operation in OPERATIONS:
            for name, place in places.items():
                if name == "noting" and operation not in CHANGES:
                    continue
                taken = place.operate(operation, place.keys if operation in AT_LEAST_TMPFS else count)
                if number > 0:
                    results[operation][name].append(taken)
    return results


def measure_tools(folder, places, rounds):
    by_place = {name: tools(folder, place) for name, place in places.items() if name != "noting"}
    return {
        tool: {name: [seconds * 1e9 / places[name].keys for seconds in taken]
               for name, taken in frame.in_turn({name: by_place[name][tool] for name in by_place}, rounds).items()}
        for tool in next(iter(by_place.values()))
    }


def report(part, results):
    for operation, taken in results.items():
        low, middle, high = frame.ratios(taken["least"], taken["profilefs"])
        others = {name: frame.ratios(taken[name], taken["profilefs"])
                  for name in ("noting", "tmpfs") if taken.get(name)}
        tmpfs = others.get("tmpfs")
        part.row(operation=operation, **{f"{name} ns": frame.spread(taken[name])[1] if taken.get(name) else None
                                         for name in ("profilefs", "least", "tmpfs")},
                 of_least=middle, low=low, high=high,
                 **{f"of_{name}": others[name][1] if name in others else None for name in ("noting", "tmpfs")})
        part.line(f"{operation}: speed, of the least file system's", middle, least=LEAST, quartiles=(low, high))
        if operation in AT_LEAST_TMPFS:
            part.line(f"{operation}, warm: speed, of tmpfs's", tmpfs[1], least=WARM, quartiles=(tmpfs[0], tmpfs[2]))


def main():
    part = frame.Part("operations", __doc__)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with frame.workplace() as folder:
        keys = KEYS_QUICK if part.quick else KEYS
        places = {"profilefs": Profilefs(folder, keys), "least": Least(folder, keys),
                  "noting": Least(folder, keys, "noting"), "tmpfs": Tmpfs(folder, keys)}
        os.mkdir(os.path.join(folder, "copies"))
        frame.run("mount", "-t", "tmpfs", "bench", os.path.join(folder, "copies"))
        results = measure_cold(places, part.rounds(9, 1))
        results |= measure_warm(places, part.rounds(21, 2), 300 if part.quick else 1000)
        results |= measure_tools(folder, places, part.rounds(7, 1))
        for name in "profilefs", "least", "noting":
            places[name].unmount()
    report(part, results)
    part.end()


if __name__ == "__main__":
    main()
