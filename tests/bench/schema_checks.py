"""What knowing the schema costs.

  check   `profilefs check -j1` over 1,000 profiles of 10 KB, against parsing the same files with libplist in one
          process (parse_plists)
  echo    writing a value of com.apple.mdm in a mount that checks, against one with check=off
  start   opening the built-in schema for a profile with two payload types (schema_start)

All run in turn in every round. Reported: medians, and the median and quartiles of the rounds' ratios.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

from edit_one_key import make_profile

PROFILES = 1000
ECHOES = 300
AIMS = {"check": 2.0, "echo": 1.05, "start": 1.0}
KEY = "PayloadContent/com.apple.mdm/ServerURL"


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_folder(folder):
    profile = make_profile()
    for number in range(PROFILES):
        with open(os.path.join(folder, f"{number:04}.mobileconfig"), "wb") as file:
            file.write(profile)


def compare(first, second, rounds):
    """Times of both, in turn."""
    first()
    second()
    pairs = [(timed(first), timed(second)) for _ in range(rounds)]
    ratios = [a / b for a, b in pairs]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {
        "median_ms": round(statistics.median(a for a, _ in pairs) * 1000, 3),
        "other_ms": round(statistics.median(b for _, b in pairs) * 1000, 3),
        "ratio": round(middle, 4),
        "ratio_quartiles": [round(low, 4), round(high, 4)],
    }


def measure_check(program, tools, folder, rounds):
    profiles = os.path.join(folder, "profiles")
    os.mkdir(profiles)
    make_folder(profiles)
    return compare(
        lambda: run(program, "check", "-q", "-j1", profiles),
        lambda: run(os.path.join(tools, "parse_plists"), profiles),
        rounds,
    )


def write_often(path):
    for number in range(ECHOES):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"https://mdm{number}.example.org/server\n")


def measure_echo(program, folder, rounds):
    mounts = {}
    try:
        for check in ("strict", "off"):
            profile = os.path.join(folder, check + ".mobileconfig")
            mount = os.path.join(folder, check)
            os.mkdir(mount)
            with open(profile, "wb") as file:
                file.write(make_profile())
            run(program, profile, mount, "-o", f"check={check}")
            mounts[check] = os.path.join(mount, KEY)
        return compare(lambda: write_often(mounts["strict"]), lambda: write_often(mounts["off"]), rounds)
    finally:
        for check in mounts:
            run(program, "umount", os.path.join(folder, check))


def measure_start(tools):
    out = subprocess.run([os.path.join(tools, "schema_start")], check=True, stdout=subprocess.PIPE).stdout
    return {"median_ms": float(out), "ratio": float(out)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="how many times each (20)")
    rounds = max(3, parser.parse_args().rounds)
    program = os.path.abspath(os.environ["PROFILEFS"])
    tools = os.path.join(os.path.dirname(program), "tests", "bench")
    with tempfile.TemporaryDirectory() as folder:
        results = {
            "check": measure_check(program, tools, folder, rounds),
            "echo": measure_echo(program, folder, rounds),
            "start": measure_start(tools),
        }
    units = {"check": "times libplist", "echo": "times check=off", "start": "ms"}
    for name, result in results.items():
        met = "met" if result["ratio"] <= AIMS[name] else "not met"
        print(f"{name:<8}{result['median_ms']:>10.3f} ms{result['ratio']:>8.3f} {units[name]}"
              f"   (aim {AIMS[name]}: {met})")
    with open(os.path.join(os.path.dirname(program), "bench-schema.json"), "w", encoding="utf-8") as file:
        json.dump({"aims": AIMS, "results": results}, file, indent="\t")
        file.write("\n")


if __name__ == "__main__":
    main()
