"""How cost grows with the profile: 10^2 to 10^6 keys, values to 50 MB, arrays to 10^5 elements, nesting to 500.

tests/bench/grow.c loads a profile in a process of its own and asks its tree as the mount does: it measures load, first
access, look-up of every key, one edit, its save, and keys made and removed, each in seconds. 10^6 keys are 100 MB.

  load    against libplist's parse of the same file
  save    of one edit, against copying the file to the disk and hashing it
  memory  the peak of a mount that was edited and saved, against the file

`shapes` are what is quadratic elsewhere: entities in one string, 400,000 keys in one dictionary, arrays with many
elements. Each is measured in two sizes: the cost of an element may not grow. Neither may that of an edit of one that has
many: a line that is appended to an array, a file that is removed and made again when all of a folder are. The plots
(tests/bench/plot.py) go to docs/, if BENCH_PLOTS says so.
"""

import json
import os
import subprocess

import frame
import plot

NEAR = 1.3          # how much the cost of one key may grow from 10^3 to 10^6
SHAPE_NEAR = 1.5    # the same for shapes, from one size to ten times that
MEMORY = 3
PARSE = 1
SAVE = 2
FOLDER = f"PayloadContent/{frame.NAMELESS}"
PER_KEY = ("load", "lookup", "create", "unlink", "save")


def grow(*arguments):
    return json.loads(frame.run(frame.helper("grow"), *map(str, arguments)))


class Sized:
    """A profile of `count` keys of about 100 bytes."""

    def __init__(self, folder, count):
        self.count = count
        self.path = os.path.join(folder, f"{count}.mobileconfig")
        self.made = min(10000, max(100, count // 10))
        frame.write_profile(self.path, frame.keys(count, "value {:048d}", "key{:07d}"))
        self.size = os.path.getsize(self.path)

    def keys(self):
        return grow("keys", self.path, FOLDER, "key0000050", self.made)

    def parse(self):
        return grow("parse", self.path)["parse"]

    def saves(self, rounds):
        """Seconds of as many saves of one edit, and of copies beside the profile, by turns."""
        found = grow("saves", self.path, FOLDER, "key0000050", rounds + 1)
        return found["saves"][1:], found["copies"][1:]


def per_key(sized, step, seconds):
    return seconds / (sized.made if step in ("create", "unlink") else sized.count)


def measure_sizes(folder, part):
    """{count: (size, {step: [seconds]})}"""
    results = {}
    for count in (100, 1000, 10000, 100000) if part.quick else (100, 1000, 10000, 100000, 1000000):
        sized = Sized(folder, count)
        # libplist needs minutes for a million keys of one dictionary, and does not get faster the second time.
        figures = frame.in_turn({"keys": sized.keys}, part.rounds(7 if count < 100000 else 3, 2), patience=60)["keys"]
        steps = {step: [taken[step] for taken in figures] for step in figures[0]}
        steps["save"], steps["copy"] = sized.saves(part.rounds(7, 2))
        if count < 1000000:
            steps["parse"] = [sized.parse() for _ in figures]
        results[count] = (sized, steps)
        os.unlink(sized.path)
    return results


def report_sizes(part, results):
    middle = {count: {step: frame.spread(values)[1] for step, values in steps.items()}
              for count, (_, steps) in results.items()}
    for count, (sized, _) in results.items():
        found = middle[count]
        part.row(keys=count, bytes=sized.size, memory=found["memory"] / sized.size,
                 **{f"{step} ms": found[step] * 1e3 if step in found else None
                    for step in ("load", "parse", "first", "lookup", "edit", "save", "copy", "create", "unlink")})
    small, large = 1000, max(results)
    for step in PER_KEY:
        costs = [per_key(results[count][0], step, middle[count][step]) for count in (small, large)]
        part.line(f"{step}: cost of a key at {large}, of that at {small}", costs[1] / costs[0], most=NEAR)
    for count, (_, steps) in results.items():
        if "parse" in steps:
            low, ratio, high = frame.ratios(steps["load"], steps["parse"])
            part.line(f"load of {count} keys, of libplist's parse", ratio, most=PARSE, quartiles=(low, high))
    low, ratio, high = frame.ratios(results[large][1]["save"], results[large][1]["copy"])
    part.line(f"save of one edit of {large} keys, of copying and hashing", ratio, most=SAVE, quartiles=(low, high))
    part.line(f"peak of memory at {large} keys, of the file", middle[large]["memory"] / results[large][0].size,
              most=MEMORY)
    return middle


# --- shapes -------------------------------------------------------------------------------------------------------

def string(text):
    return ["\t\t\t<key>value</key>\n\t\t\t<string>", text, "</string>\n"]


def array(element, count):
    return ["\t\t\t<key>list</key>\n\t\t\t<array>\n", *(element.format(i) for i in range(count)), "\t\t\t</array>\n"]


def nested(depth):
    return ["\t\t\t<key>nest</key>\n", *["<dict><key>in</key>\n"] * depth, "<true/>\n", *["</dict>\n"] * depth]


SHAPES = {
    "bytes in one string": (lambda n: string("x" * n), (5 << 20, 50 << 20)),
    "entities in one string": (lambda n: string("&amp;" * (n // 5)), (8 << 17, 8 << 20)),
    "keys in one dictionary": (lambda n: frame.keys(n, "v", "k{}"), (40000, 400000)),
    "scalars in an array": (lambda n: array("<string>element {}</string>\n", n), (10000, 100000)),
    "dictionaries in an array": (lambda n: array("<dict><key>n</key><integer>{}</integer></dict>\n", n),
                                 (10000, 100000)),
    "levels of nesting": (nested, (50, 500)),
}


def measure_shape(folder, name, rounds, quick):
    """(sizes, [[seconds of the smaller], [of the larger]])"""
    make, sizes = SHAPES[name]
    sizes = [size // 10 if quick and sizes[1] > 1000 else size for size in sizes]
    paths = []
    for size in sizes:
        paths.append(os.path.join(folder, f"shape{size}.mobileconfig"))
        frame.write_profile(paths[-1], make(size))
    figures = frame.in_turn({path: lambda path=path: grow("load", path)["load"] for path in paths}, rounds, 30)
    for path in paths:
        os.unlink(path)
    return sizes, [figures[path] for path in paths]


def append_line(path):
    return grow("append", path, FOLDER, "list", 1000)["append"] / 1000


def make_again(path, count, inside):
    found = grow("again", path, FOLDER + inside)
    return (found["remove"] + found["again"]) / count


EDITS = {
    "lines appended to an array": (lambda n: array("<string>element {}</string>\n", n), (1000, 100000),
                                   lambda path, n: append_line(path)),
    "keys removed and made again": (frame.keys, (3000, 30000), lambda path, n: make_again(path, n, "")),
    "elements removed and made again": (lambda n: array("<data>AA==</data>\n", n), (3000, 30000),
                                        lambda path, n: make_again(path, n, "/list")),
}


def measure_edit(folder, name, rounds):
    """(sizes, [[seconds of one edit of the smaller], [of the larger]])"""
    make, sizes, edit = EDITS[name]
    path = os.path.join(folder, "edited.mobileconfig")

    def measure(size):
        frame.write_profile(path, make(size))
        return edit(path, size)

    figures = frame.in_turn({size: lambda size=size: measure(size) for size in sizes}, rounds, 30)
    return sizes, [figures[size] for size in sizes]


def measure_appends(folder, count, rounds):
    """Seconds of the first and of the last tenth of `count` appends to an array in a mount."""
    profile = os.path.join(folder, "appends.mobileconfig")
    mount = os.path.join(folder, "appends")
    os.makedirs(mount, exist_ok=True)
    frame.write_profile(profile, array("<string>element {}</string>\n", 1))
    frame.run(frame.program(), "-o", "nojournal", profile, mount)
    path = os.path.join(mount, FOLDER, "list")

    def append():
        with open(path, "a", encoding="ascii") as file:
            file.write("one more element\n")

    times = [frame.timed(append) for _ in range(count * rounds)]
    frame.run(frame.program(), "umount", mount)
    tenth = len(times) // 10
    return sum(times[:tenth]), sum(times[-tenth:])


def report_shapes(folder, part):
    for name in SHAPES:
        sizes, (small, large) = measure_shape(folder, name, part.rounds(5, 1), part.quick)
        factor = sizes[1] / sizes[0]
        low, ratio, high = (value / factor for value in frame.ratios(large, small))
        part.row(shape=name, small=sizes[0], **{"small ms": frame.spread(small)[1] * 1e3}, large=sizes[1],
                 **{"large ms": frame.spread(large)[1] * 1e3}, growth=ratio)
        part.line(f"{name}: cost of one at {sizes[1]}, of that at {sizes[0]}", ratio, most=SHAPE_NEAR,
                  quartiles=(low, high))
    for name in EDITS:
        sizes, (small, large) = measure_edit(folder, name, part.rounds(5, 1))
        low, ratio, high = frame.ratios(large, small)
        part.row(shape=name, small=sizes[0], **{"small ms": frame.spread(small)[1] * 1e3}, large=sizes[1],
                 **{"large ms": frame.spread(large)[1] * 1e3}, growth=ratio)
        part.line(f"{name}: cost of one at {sizes[1]}, of that at {sizes[0]}", ratio, most=SHAPE_NEAR,
                  quartiles=(low, high))
    first, last = measure_appends(folder, 200 if part.quick else 1000, 1)
    part.line("appends to an array: the last tenth, of the first", last / first, most=SHAPE_NEAR)


# --- a mount ------------------------------------------------------------------------------------------------------

MOUNTED = 1000      # how many files each operation is tried with
OPERATIONS = {"stat": "look-up", "create": "create", "rename": "rename", "unlink": "unlink"}


def serve(folder, count, name, use):
    """What use(mount) says of a mount of `count` keys, and its server's process, size of the file."""
    path = os.path.join(folder, f"{name}.mobileconfig")
    mount = os.path.join(folder, name)
    os.makedirs(mount, exist_ok=True)
    frame.write_profile(path, frame.keys(count, "value {:048d}"))
    options = "limit=profile:1g,limit=journal:4g"
    server = subprocess.Popen([frame.program(), "-f", "-o", options, path, mount])
    try:
        frame.wait_for(lambda: os.path.ismount(mount), "the profile is not mounted")
        return use(os.path.join(mount, FOLDER), server)
    finally:
        if os.path.ismount(mount):
            frame.run(frame.program(), "umount", mount)
        server.wait()
        os.unlink(path)


def operate(inside, server):
    """Seconds of one operation. The directory is filled, and the journal begun, by what comes before."""
    del server
    edit_first(inside)
    fill(inside)
    return {step: float(frame.run(frame.helper("operate"), step, inside, str(MOUNTED))) / 1e9
            for step in OPERATIONS}


def fill(inside):
    """What is made first in a directory of many takes as long as to list it."""
    path = os.path.join(inside, "first")
    with open(path, "w", encoding="ascii") as file:
        file.write("first\n")
    os.unlink(path)


def edit_first(inside):
    with open(os.path.join(inside, "key00000"), "w", encoding="ascii") as file:
        file.write("edited\n")


def report_mounted(folder, part, counts):
    figures = frame.in_turn({count: lambda count=count: serve(folder, count, f"mounted{count}", operate)
                             for count in counts}, part.rounds(5, 1), 60)
    for step, what in OPERATIONS.items():
        small, large = ([found[step] for found in figures[count]] for count in counts)
        low, ratio, high = frame.ratios(large, small)
        part.row(mounted=what, small=counts[0], **{"small us": frame.spread(small)[1] * 1e6}, large=counts[1],
                 **{"large us": frame.spread(large)[1] * 1e6}, growth=ratio)
        part.line(f"{what} in a mount: cost of one at {counts[1]} keys, of that at {counts[0]}", ratio, most=NEAR,
                  quartiles=(low, high))


def peak_of(inside, server):
    """The peak of memory of a mount that is edited and saved."""
    edit_first(inside)
    root = os.open(os.path.join(inside, "..", ".."), os.O_RDONLY)
    os.fsync(root)
    os.close(root)
    with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))


def draw(results, middle):
    folder = os.environ.get("BENCH_PLOTS")
    if not folder:
        return
    counts = sorted(results)
    series = {step: [(count, middle[count][step]) for count in counts if step in middle[count]]
              for step in ("load", "parse", "first", "lookup", "edit", "save", "copy")}
    series = {("libplist's parse" if step == "parse" else step): points for step, points in series.items()}
    plot.write(os.path.join(folder, "performance-time.svg"), "Seconds by keys", "keys", "seconds", series)
    plot.write(os.path.join(folder, "performance-memory.svg"), "Memory by keys", "keys", "bytes", {
        "peak of memory": [(count, middle[count]["memory"]) for count in counts],
        "file": [(count, results[count][0].size) for count in counts],
    })


def main():
    part = frame.Part("growth", __doc__)
    with frame.workplace() as folder:
        results = measure_sizes(folder, part)
        middle = report_sizes(part, results)
        report_shapes(folder, part)
        count = 100000 if part.quick else 1000000
        report_mounted(folder, part, (1000, count))
        part.line(f"peak of memory of a mount of {count} keys, edited and saved, of the file",
                  serve(folder, count, "large", peak_of) / results[count][0].size, most=MEMORY)
    draw(results, middle)
    part.end()


if __name__ == "__main__":
    main()
