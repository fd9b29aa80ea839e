"""What all measurements have in common: ways to do a job in turn, medians and their spread, lines, tables, JSON.

In every round each way runs once, one after the other, so that what else the machine does falls on each alike. What
counts are ratios within a round: their median, and their quartiles as the spread.

PROFILEFS is the program that is measured, BENCH_PROGRAMS the folder of the helpers in C, BENCH_OUTPUT where
bench-PART.json goes.
"""

import argparse
import contextlib
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time

NAMELESS = "org.example.bench"  # a type that no schema knows: any key goes


def program():
    return os.path.abspath(os.environ["PROFILEFS"])


def helper(name):
    return os.path.join(os.path.abspath(os.environ["BENCH_PROGRAMS"]), name)


def run(*command, **options):
    """Runs a command that must succeed; its standard output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise SystemExit(f"bench: {' '.join(map(str, command[:4]))} failed: {said}")
    return done.stdout


def timed(function, *arguments):
    """Seconds that a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def in_turn(ways, rounds, patience=None):
    """Calls every way of `ways` (name: function that returns a figure) once in each round, after one round that warms
    the caches and does not count. After `patience` seconds no round begins, but the third. {name: [figures]}."""
    figures = {name: [] for name in ways}
    for way in ways.values():
        way()
    begun = time.monotonic()
    for number in range(rounds):
        if number >= 3 and patience and time.monotonic() - begun > patience:
            break
        for name, way in ways.items():
            figures[name].append(way())
    return figures


def spread(values):
    """(first quartile, median, third quartile)"""
    values = list(values)
    if len(values) < 2:
        return values[0], values[0], values[0]
    return tuple(statistics.quantiles(values, n=4, method="inclusive"))


def ratios(mine, theirs):
    return spread(a / b for a, b in zip(mine, theirs))


class Part:
    """The results of one part: rows for the table, and the lines that it is held to."""

    def __init__(self, name, description):
        parser = argparse.ArgumentParser(description=description.splitlines()[0])
        parser.add_argument("--quick", action="store_true", help="little and inexact, in some seconds")
        parser.add_argument("--rounds", type=int, help="how many times each")
        given = parser.parse_args()
        self.name = name
        self.quick = given.quick
        self.asked_rounds = given.rounds
        self.rows = []
        self.lines = []

    def rounds(self, usual, quick):
        return self.asked_rounds or (quick if self.quick else usual)

    def row(self, **columns):
        self.rows.append(columns)

    def line(self, what, figure, most=None, least=None, quartiles=None):
        """A bound on a figure. A figure that is None could not be measured, which is no success."""
        bound = most if least is None else least
        met = figure is not None and (figure <= bound if least is None else figure >= bound)
        self.lines.append({
            "line": what,
            "figure": None if figure is None else round(figure, 3),
            "quartiles": [round(value, 3) for value in quartiles] if quartiles else None,
            "at_most" if least is None else "at_least": bound,
            "met": met,
        })

    def print_lines(self):
        width = max((len(line["line"]) for line in self.lines), default=0)
        for line in self.lines:
            bound = f"at most {line['at_most']}" if "at_most" in line else f"at least {line['at_least']}"
            figure = "none" if line["figure"] is None else f"{line['figure']:.3f}"
            between = "{:.3f} to {:.3f}".format(*line["quartiles"]) if line["quartiles"] else ""
            met = "met" if line["met"] else "NOT MET"
            print(f"{line['line']:<{width}}  {figure:>9}  {bound:<15} {met:<8} {between}".rstrip())

    def end(self):
        """Prints all, writes the JSON, and exits: 1 if a line is not met."""
        print_table(self.rows)
        print()
        self.print_lines()
        output = os.path.join(os.environ.get("BENCH_OUTPUT", os.path.dirname(program())), f"bench-{self.name}.json")
        with open(output, "w", encoding="utf-8") as file:
            json.dump({"part": self.name, "quick": self.quick, "machine": machine(), "rows": self.rows,
                       "lines": self.lines}, file, indent="\t")
            file.write("\n")
        short = [line["line"] for line in self.lines if not line["met"]]
        if short:
            print(f"{self.name}: {len(short)} of {len(self.lines)} lines not met: {'; '.join(short)}")
        sys.exit(1 if short else 0)


def show(value):
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"
    return "-" if value is None else str(value)


def print_table(rows):
    """Rows of one kind after the other; each kind has its own head."""
    head = None
    for place, row in enumerate(rows):
        if list(row) != head:
            head = list(row)
            alike = [other for other in rows[place:] if list(other) == head]
            widths = [max(len(name), *(len(show(other[name])) for other in alike)) for name in head]
            print(("\n" if place else "") + "  ".join(f"{name:<{width}}" for name, width in zip(head, widths)))
        print("  ".join(f"{show(row[name]):>{width}}" if isinstance(row[name], (int, float)) else
                        f"{show(row[name]):<{width}}" for name, width in zip(head, widths)))


def machine():
    model = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "")
    return {"system": platform.system(), "release": platform.release(), "processor": model, "cores": os.cpu_count()}


@contextlib.contextmanager
def workplace():
    """A folder for everything, its own state folder too; what is mounted in it is unmounted at the end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ["XDG_STATE_HOME"] = os.path.join(folder, "state")
        try:
            yield folder
        finally:
            unmount_all(folder)


def mounts_in(folder):
    with open("/proc/self/mounts", encoding="utf-8") as file:
        places = [line.split(" ")[1] for line in file]
    return [place for place in places if place.startswith(folder + "/")]


def unmount_all(folder):
    for place in reversed(mounts_in(folder)):
        if subprocess.run(["fusermount3", "-uz", place], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            subprocess.run(["umount", "-l", place], check=False)


def wait_for(condition, what):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"bench: waited for a minute: {what}")
        time.sleep(0.002)


# --- profiles -----------------------------------------------------------------------------------------------------

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
"""
MIDDLE = f"""			<key>PayloadIdentifier</key>
			<string>org.example.bench.1</string>
			<key>PayloadType</key>
			<string>{NAMELESS}</string>
			<key>PayloadUUID</key>
			<string>7C2B9F50-6C55-4E07-8D0B-000000000001</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadIdentifier</key>
	<string>org.example.bench</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>7C2B9F50-6C55-4E07-8D0B-000000000000</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
"""


def write_profile(path, inside):
    """A profile with one payload, whose keys are `inside`: pieces of XML."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(inside)
        file.write(MIDDLE)


def keys(count, value="value {}", name="key{:05d}"):
    """The XML of `count` strings."""
    return (f"\t\t\t<key>{name.format(number)}</key>\n\t\t\t<string>{value.format(number)}</string>\n"
            for number in range(count))
