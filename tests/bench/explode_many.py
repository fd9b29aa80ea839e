"""Explodes and implodes 1,000 profiles of 20 keys, against `cp -r` of the same trees.

  explode    profilefs explode FOLDER TREES, into a folder that is not there
  update     the same once more: every file is compared, none is written
  implode    profilefs implode -t PROFILES TREES, into a folder that is not there
  cp         cp -r TREES COPY

All run in turn in every round, each one program. Reported: the median time of each, and the median and quartiles of the
rounds' ratios to cp. Every profile that comes back must be equal to the one that it was.
"""

import argparse
import json
import os
import plistlib
import shutil
import statistics
import tempfile
import time

from edit_one_key import run

AIM = 2
PATIENCE = 90  # seconds: after these no round begins, but the second
WAYS = ("explode", "update", "implode", "cp")


def make_profile(number):
    """A profile of 20 keys, one of them a list, in two payloads."""
    def payload(kind, place, **keys):
        return {
            "PayloadType": kind,
            "PayloadVersion": 1,
            "PayloadIdentifier": f"org.example.{number}.{place}",
            "PayloadUUID": f"5A0C7E52-3D0B-4C5E-{place:04X}-{number:012X}",
            **keys,
        }
    wifi = payload("com.apple.wifi.managed", 1, SSID_STR=f"Office {number}", AutoJoin=True, HIDDEN_NETWORK=False,
                   EncryptionType="WPA2", Password="correct horse")
    restrictions = payload("com.apple.applicationaccess", 2, allowCamera=False,
                           blacklistedAppBundleIDs=["org.example.a", "org.example.b"])
    return payload("Configuration", 0, PayloadContent=[wifi, restrictions])


class ManyBench:
    def __init__(self, program, folder, count):
        self.program = program
        self.folder = folder
        self.count = count
        self.profiles = os.path.join(folder, "profiles")
        for number in range(self.count):
            path = os.path.join(self.profiles, f"{number % 10}", f"{number}.mobileconfig")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                plistlib.dump(make_profile(number), file)

    def path(self, name):
        return os.path.join(self.folder, name)

    def explode(self):
        run(self.program, "explode", self.profiles, self.path("trees"))

    update = explode

    def implode(self):
        run(self.program, "implode", "--check=off", "-t", self.path("imploded"), self.path("trees"))

    def cp(self):
        run("cp", "-r", self.path("trees"), self.path("copy"))

    def verify(self):
        for number in range(self.count):
            with open(self.path(f"imploded/{number % 10}/{number}.mobileconfig"), "rb") as file:
                if plistlib.load(file) != make_profile(number):
                    raise SystemExit(f"bench: profile {number} is not what it was")

    def round(self):
        """Seconds that each way takes."""
        for name in "trees", "imploded", "copy":
            shutil.rmtree(self.path(name), ignore_errors=True)
        os.sync()
        taken = {}
        for way in WAYS:
            start = time.perf_counter()
            getattr(self, way)()
            taken[way] = time.perf_counter() - start
        self.verify()
        return taken


def summarise(rounds, count, files):
    rows = []
    for way in WAYS:
        ratios = [taken[way] / taken["cp"] for taken in rounds]
        low, middle, high = statistics.quantiles(ratios, n=4)
        rows.append({
            "way": way,
            "profiles": count,
            "files": files,
            "rounds": len(rounds),
            "median_ms": round(statistics.median(taken[way] for taken in rounds) * 1000, 1),
            "ratio": round(middle, 4),
            "ratio_quartiles": [round(low, 4), round(high, 4)],
        })
    return rows


def print_rows(rows):
    print(f"{rows[0]['profiles']} profiles, {rows[0]['files']} files")
    for row in rows:
        low, high = row["ratio_quartiles"]
        met = "met" if row["ratio"] <= AIM else "not met"
        print(f"{row['way']:<10}{row['median_ms']:>9.1f} ms{row['ratio']:>8.3f}   {low:.3f} to {high:.3f}"
              + (f"   (aim {AIM}: {met})" if row["way"] != "cp" else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how many times each (5)")
    parser.add_argument("--profiles", type=int, default=1000, help="how many profiles (1000)")
    given = parser.parse_args()
    rounds = max(2, given.rounds)
    program = os.path.abspath(os.environ["PROFILEFS"])
    with tempfile.TemporaryDirectory() as folder:
        bench = ManyBench(program, folder, given.profiles)
        times = []
        begun = time.monotonic()
        while len(times) < 2 or (len(times) < rounds and time.monotonic() - begun < PATIENCE):
            times.append(bench.round())
        files = sum(len(names) for _, _, names in os.walk(bench.path("trees")))
    rows = summarise(times, given.profiles, files)
    print_rows(rows)
    with open(os.path.join(os.path.dirname(program), "bench-explode.json"), "w", encoding="utf-8") as file:
        json.dump({"aim": AIM, "results": rows}, file, indent="\t")
        file.write("\n")


if __name__ == "__main__":
    main()
