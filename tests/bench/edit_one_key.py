"""Edits one key of a signed profile of 10 KB, the way profilefs does it and the way people do it today.

  profilefs  mount, echo into the key's file, profilefs umount (which saves, signs and waits)
  exec       the same with `profilefs exec PROFILE -- sh -c 'echo ... > key'`
  pipeline   openssl cms -verify, Python's plistlib, openssl cms -sign
  floor      profilefs --version, twice: what starting two programs costs on this machine, and nothing else

All run in turn in every round, so that what else the machine does falls on each alike; one shell runs the
steps of each. Reported: the median time of each, and the median and quartiles of the rounds' ratios.
Every result is verified with openssl and must hold the new value and nothing else that is new.
"""

import argparse
import contextlib
import json
import os
import plistlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

AIM = 0.1
KEY = "PayloadContent/com.apple.mdm/ServerURL"

KEYS = {
    "P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RSA-2048": ["-newkey", "rsa:2048"],
}

EDIT = """
import plistlib, sys
with open(sys.argv[1], "rb") as file:
    profile = plistlib.load(file)
profile["PayloadContent"][-1]["ServerURL"] = sys.argv[3]
with open(sys.argv[2], "wb") as file:
    plistlib.dump(profile, file, sort_keys=False)
"""

# Each is a shell script: $1 the profile, $2 the new value, $3 a scratch folder, $KEYFILE, $CERT.
WAYS = {
    "profilefs": f"""
        "$PROFILEFS" "$1" "$3/mnt" -o "key=$KEYFILE,cert=$CERT" &&
        echo "$2" > "$3/mnt/{KEY}" &&
        "$PROFILEFS" umount "$3/mnt"
    """,
    "exec": f"""
        NEW=$2 "$PROFILEFS" exec -o "key=$KEYFILE,cert=$CERT" "$1" -- sh -c 'echo "$NEW" > {KEY}'
    """,
    "pipeline": """
        openssl cms -verify -noverify -inform DER -in "$1" -out "$3/plain" 2>/dev/null &&
        "$PYTHON" "$3/../edit.py" "$3/plain" "$3/edited" "$2" &&
        openssl cms -sign -binary -nodetach -nosmimecap -outform DER -in "$3/edited" -out "$1" \\
            -signer "$CERT" -inkey "$KEYFILE"
    """,
    "floor": '"$PROFILEFS" --version && "$PROFILEFS" --version',
}
EDITS = [way for way in WAYS if way != "floor"]


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def make_profile():
    """A profile of about 10 KB: enrolment, two certificates' worth of data, and settings."""
    dice = random.Random(2026)

    def payload(kind, number, **keys):
        return {
            "PayloadType": kind,
            "PayloadVersion": 1,
            "PayloadIdentifier": f"org.example.bench.{number}",
            "PayloadUUID": f"7C2B9F50-6C55-4E07-8D0B-0000000000{number:02X}",
            "PayloadDisplayName": f"Payload {number}",
            **keys,
        }

    payloads = [
        payload("com.apple.security.pem", number, PayloadContent=dice.randbytes(1300)) for number in range(1, 3)
    ]
    payloads += [
        payload("org.example.settings", number, **{f"Setting {i}": f"value {i} of {number}" for i in range(20)})
        for number in range(3, 6)
    ]
    payloads.append(
        payload(
            "com.apple.mdm",
            6,
            AccessRights=8191,
            CheckOutWhenRemoved=True,
            IdentityCertificateUUID="7C2B9F50-6C55-4E07-8D0B-000000000001",
            ServerCapabilities=["com.apple.mdm.per-user-connections", "com.apple.mdm.bootstraptoken"],
            ServerURL="https://mdm.example.org/server",
            Topic="com.apple.mgmt.External.bench",
        )
    )
    profile = payload("Configuration", 0, PayloadContent=payloads)
    return plistlib.dumps(profile, sort_keys=False)


class Bench:
    def __init__(self, program, folder, name, ways=tuple(WAYS)):
        self.folder = os.path.join(folder, name)
        os.makedirs(os.path.join(self.folder, "mnt"))
        self.key = os.path.join(self.folder, "key.pem")
        self.cert = os.path.join(self.folder, "cert.pem")
        self.environment = {
            **os.environ,
            "PROFILEFS": program,
            "PYTHON": sys.executable,
            "KEYFILE": self.key,
            "CERT": self.cert,
        }
        run("openssl", "req", "-x509", "-noenc", "-subj", "/CN=bench", "-days", "30",
            *KEYS[name], "-keyout", self.key, "-out", self.cert)
        self.plain = plain = os.path.join(self.folder, "plist")
        self.signed = signed = os.path.join(self.folder, "signed.mobileconfig")
        with open(plain, "wb") as file:
            file.write(make_profile())
        run("openssl", "cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-outform", "DER",
            "-in", plain, "-out", signed, "-signer", self.cert, "-inkey", self.key)
        self.size = os.path.getsize(signed)
        self.profiles = {way: os.path.join(self.folder, way + ".mobileconfig") for way in ways}
        for profile in self.profiles.values():
            shutil.copy(signed, profile)
        with open(plain, "rb") as file:
            self.content = plistlib.load(file)

    def once(self, way, value):
        """Seconds that one edit takes."""
        start = time.perf_counter()
        done = subprocess.run(
            ["sh", "-c", WAYS[way], "sh", self.profiles[way], value, self.folder],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        )
        taken = time.perf_counter() - start
        if done.returncode != 0:
            raise SystemExit(f"bench: {way} failed: {done.stderr.decode(errors='replace').strip()}")
        return taken

    def verify(self, way, value):
        plain = os.path.join(self.folder, "verified")
        run("openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile", self.cert,
            "-in", self.profiles[way], "-out", plain)
        with open(plain, "rb") as file:
            found = plistlib.load(file)
        self.content["PayloadContent"][-1]["ServerURL"] = value
        if found != self.content:
            raise SystemExit(f"bench: what {way} saved is not what was edited")

    def clean(self):
        mount = os.path.join(self.folder, "mnt")
        if os.path.ismount(mount):
            subprocess.run(["fusermount3", "-uz", mount], check=False)


def measure(bench, rounds):
    times = {way: [] for way in WAYS}
    for way in WAYS:  # one round that warms the caches and does not count
        bench.once(way, "https://warm.example.org/server")
    for number in range(rounds):
        value = f"https://mdm{number}.example.org/server"
        for way in WAYS:
            times[way].append(bench.once(way, value))
        for way in EDITS:
            bench.verify(way, value)
    return times


def summarise(name, bench, times):
    rows = []
    for way, taken in times.items():
        ratios = [mine / theirs for mine, theirs in zip(taken, times["pipeline"])]
        low, middle, high = statistics.quantiles(ratios, n=4)
        rows.append({
            "key": name,
            "way": way,
            "profile_bytes": bench.size,
            "rounds": len(taken),
            "median_ms": round(statistics.median(taken) * 1000, 3),
            "ratio": round(middle, 4),
            "ratio_quartiles": [round(low, 4), round(high, 4)],
        })
    return rows


def print_table(rows):
    print(f"{'key':<10}{'way':<12}{'median':>10}{'ratio':>8}   quartiles")
    for row in rows:
        low, high = row["ratio_quartiles"]
        print(f"{row['key']:<10}{row['way']:<12}{row['median_ms']:>7.2f} ms{row['ratio']:>8.3f}"
              f"   {low:.3f} to {high:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="how many times each (40)")
    rounds = max(2, parser.parse_args().rounds)
    program = os.path.abspath(os.environ["PROFILEFS"])
    rows = []
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        with open(os.path.join(folder, "edit.py"), "w", encoding="utf-8") as file:
            file.write(EDIT)
        for name in KEYS:
            bench = Bench(program, folder, name)
            stack.callback(bench.clean)
            rows += summarise(name, bench, measure(bench, rounds))
    print_table(rows)
    worst = max(row["ratio"] for row in rows if row["way"] == "profilefs")
    met = worst <= AIM
    print(f"aim: a tenth of the pipeline's time at most: {'met' if met else 'not met'} ({worst:.3f} at worst)")
    output = os.path.join(os.path.dirname(program), "bench.json")
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"aim": AIM, "met": met, "results": rows}, file, indent="\t")
        file.write("\n")


if __name__ == "__main__":
    main()
