"""What editing one key of a signed profile of 10 KB and signing it again costs, against signing alone.

  exec     profilefs exec PROFILE -- sh -c 'echo ... >key': mount, edit, save, sign, unmount
  mounted  in a mount that is there: the key is written, and the mount synced, which saves and signs
  sign     profilefs sign PROFILE: read, check, sign again, put in its place
  openssl  openssl cms -sign, with the same key and content, to a new file

All run in turn in every round, each program started by itself. Reported: the median time of each, and the median and
quartiles of the rounds' ratios to openssl. What was written is verified with openssl in every round.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from edit_one_key import KEY, KEYS, Bench, run

AIM = 1.5
WAYS = ("exec", "mounted", "sign", "openssl")


class SignBench(Bench):
    def __init__(self, program, folder, name):
        super().__init__(program, folder, name, WAYS)
        self.program = program
        self.mount = os.path.join(self.folder, "mnt")
        with open(self.plain, "rb") as file:
            self.before = file.read()
        run(program, self.profiles["mounted"], self.mount, "-o", self.options())

    def options(self):
        return f"key={self.key},cert={self.cert}"

    def exec(self, value):
        run(self.program, "exec", "-o", self.options(), self.profiles["exec"], "--",
            "sh", "-c", f'echo "$NEW" >{KEY}', env={**os.environ, "NEW": value})

    def mounted(self, value):
        with open(os.path.join(self.mount, KEY), "w", encoding="utf-8") as file:
            file.write(value)
        root = os.open(self.mount, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(root)
        os.close(root)

    def sign(self, _):
        run(self.program, "sign", f"--key={self.key}", f"--cert={self.cert}", self.profiles["sign"])

    def openssl(self, _):
        run("openssl", "cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-outform", "DER", "-in", self.plain,
            "-out", self.profiles["openssl"], "-signer", self.cert, "-inkey", self.key)

    def round(self, value):
        """Seconds that each way takes."""
        shutil.copy(self.signed, self.profiles["sign"])  # what has the same bytes would not be written
        taken = {}
        for way in WAYS:
            start = time.perf_counter()
            getattr(self, way)(value)
            taken[way] = time.perf_counter() - start
        for way in "exec", "mounted":
            self.verify(way, value)
        plain = os.path.join(self.folder, "verified")
        run("openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile", self.cert,
            "-in", self.profiles["sign"], "-out", plain)
        with open(plain, "rb") as file:
            if file.read() != self.before:
                raise SystemExit("bench: what was signed is not what it was")
        return taken

    def clean(self):
        run(self.program, "umount", self.mount)


def summarise(name, bench, rounds):
    rows = []
    for way in WAYS:
        times = [taken[way] for taken in rounds]
        ratios = [taken[way] / taken["openssl"] for taken in rounds]
        low, middle, high = statistics.quantiles(ratios, n=4)
        rows.append({
            "key": name,
            "way": way,
            "profile_bytes": bench.size,
            "rounds": len(rounds),
            "median_ms": round(statistics.median(times) * 1000, 3),
            "ratio": round(middle, 4),
            "ratio_quartiles": [round(low, 4), round(high, 4)],
        })
    return rows


def print_rows(rows):
    for row in rows:
        low, high = row["ratio_quartiles"]
        met = "met" if row["ratio"] <= AIM else "not met"
        print(f"{row['key']:<10}{row['way']:<10}{row['median_ms']:>7.2f} ms{row['ratio']:>8.3f}"
              f"   {low:.3f} to {high:.3f}" + (f"   (aim {AIM}: {met})" if row["way"] != "openssl" else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="how many times each (40)")
    rounds = max(2, parser.parse_args().rounds)
    program = os.path.abspath(os.environ["PROFILEFS"])
    rows = []
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        for name in KEYS:
            bench = SignBench(program, folder, name)
            stack.callback(bench.clean)
            bench.round("https://warm.example.org/server")  # warms the caches and does not count
            times = [bench.round(f"https://mdm{number}.example.org/server") for number in range(rounds)]
            rows += summarise(name, bench, times)
    print_rows(rows)
    with open(os.path.join(os.path.dirname(program), "bench-sign.json"), "w", encoding="utf-8") as file:
        json.dump({"aim": AIM, "results": rows}, file, indent="\t")
        file.write("\n")


if __name__ == "__main__":
    main()
