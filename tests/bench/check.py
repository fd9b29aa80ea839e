"""profilefs check over 10,000 profiles of 10 KB (300 with --quick), on one core and on all.

  one       profilefs check -q -j1
  all       profilefs check -q: as many threads as there are cores
  libplist  tests/bench/parse_plists.c: the same files parsed in one process, on one core, and nothing done with them
  xmllint   xmllint --noout, a program for every thousand files
"""

import os
import subprocess

import frame
from edit_one_key import make_profile

PROFILES = 10000
PROFILES_QUICK = 300
BATCH = 1000
PARSE = 2     # times libplist's parse, on one core
SCALING = 0.8  # of the cores


def make_folder(folder, count):
    profile = make_profile()
    for number in range(count):
        with open(os.path.join(folder, f"{number:05}.mobileconfig"), "wb") as file:
            file.write(profile)


def main():
    part = frame.Part("check", __doc__)
    cores = len(os.sched_getaffinity(0))
    with frame.workplace() as folder:
        profiles = os.path.join(folder, "profiles")
        os.mkdir(profiles)
        make_folder(profiles, PROFILES_QUICK if part.quick else PROFILES)
        paths = [os.path.join(profiles, name) for name in sorted(os.listdir(profiles))]

        def check(*options):
            # The same profile over and over: it is a problem of its own that UUIDs are there twice.
            done = subprocess.run([frame.program(), "check", "-q", "-O", "duplicate-uuid", *options, profiles],
                                  stdout=subprocess.DEVNULL, check=False)
            if done.returncode > 1:
                raise SystemExit("bench: profilefs check failed")

        def lint():
            for start in range(0, len(paths), BATCH):
                frame.run("xmllint", "--noout", "--nonet", *paths[start:start + BATCH])

        times = frame.in_turn({
            "one": lambda: frame.timed(check, "-j1"),
            "all": lambda: frame.timed(check),
            "libplist": lambda: frame.timed(frame.run, frame.helper("parse_plists"), profiles),
            "xmllint": lambda: frame.timed(lint),
        }, part.rounds(7, 2), patience=60)
    for way, taken in times.items():
        part.row(way=way, profiles=len(paths), ms=frame.spread(taken)[1] * 1e3,
                 of_libplist=frame.ratios(taken, times["libplist"])[1])
    low, ratio, high = frame.ratios(times["one"], times["libplist"])
    part.line("check on one core: time, of libplist's parse", ratio, most=PARSE, quartiles=(low, high))
    low, ratio, high = frame.ratios(times["one"], times["all"])
    part.line(f"check on {cores} cores: times as fast as on one", ratio, least=round(SCALING * cores, 2),
              quartiles=(low, high))
    part.end()


if __name__ == "__main__":
    main()
