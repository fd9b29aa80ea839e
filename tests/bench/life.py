"""The life of an edit of a signed profile: mounted, one echo, unmounted and saved. 10 KB, 100 KB and 1 MB.

  profilefs  mount, echo into a key's file, profilefs umount (which saves, signs and waits)
  pipeline   openssl cms -verify, Python's plistlib, openssl cms -sign
  floor      tests/bench/sign_floor.c: the same in one process, with libplist and OpenSSL alone

One shell runs the steps of each, so a floor of one program has no more of the shell than the others. What each saved is
verified with openssl in every round, and must hold the new value. --quick: P-256 alone.
"""

import os
import plistlib
import shutil
import subprocess
import sys

import frame
from edit_one_key import EDIT, KEYS

PIPELINE = 0.1  # of the pipeline's time
FLOOR = 3       # times the floor's, at the largest size
SIZES = {"10 KB": 100, "100 KB": 1000, "1 MB": 10000}  # keys of about 100 bytes
LARGEST = "1 MB"
KEY = f"PayloadContent/{frame.NAMELESS}/ServerURL"

# Each is a shell script: $1 the profile, $2 the new value, $3 a scratch folder with a mount point and edit.py in it.
WAYS = {
    "profilefs": f"""
        "$PROFILEFS" "$1" "$3/mnt" -o "key=$KEYFILE,cert=$CERT" &&
        echo "$2" > "$3/mnt/{KEY}" &&
        "$PROFILEFS" umount "$3/mnt"
    """,
    "pipeline": """
        openssl cms -verify -noverify -inform DER -in "$1" -out "$3/plain" 2>/dev/null &&
        "$PYTHON" "$3/edit.py" "$3/plain" "$3/edited" "$2" &&
        openssl cms -sign -binary -nodetach -nosmimecap -outform DER -in "$3/edited" -out "$1" \\
            -signer "$CERT" -inkey "$KEYFILE"
    """,
    "floor": '"$FLOOR" "$1" "$KEYFILE" "$CERT" ServerURL "$2"',
}


class Signed:
    """One signed profile for each way, of one size, by one kind of key."""

    def __init__(self, folder, kind, count):
        self.folder = os.path.join(folder, f"{kind}-{count}")
        os.makedirs(os.path.join(self.folder, "mnt"))
        self.key, self.cert = (os.path.join(self.folder, name) for name in ("key.pem", "cert.pem"))
        self.environment = {**os.environ, "PYTHON": sys.executable, "KEYFILE": self.key, "CERT": self.cert,
                            "PROFILEFS": frame.program(), "FLOOR": frame.helper("sign_floor")}
        with open(os.path.join(self.folder, "edit.py"), "w", encoding="utf-8") as file:
            file.write(EDIT)
        frame.run("openssl", "req", "-x509", "-noenc", "-subj", "/CN=bench", "-days", "30", *KEYS[kind],
                  "-keyout", self.key, "-out", self.cert)
        plain = os.path.join(self.folder, "plain")
        url = "\t\t\t<key>ServerURL</key>\n\t\t\t<string>https://mdm.example.org/server</string>\n"
        frame.write_profile(plain, [*frame.keys(count, "value {:048d}", "key{:07d}"), url])
        self.profiles = {way: os.path.join(self.folder, f"{way}.mobileconfig") for way in WAYS}
        signed = self.profiles["profilefs"]
        frame.run("openssl", "cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-outform", "DER", "-in", plain,
                  "-out", signed, "-signer", self.cert, "-inkey", self.key)
        self.size = os.path.getsize(signed)
        with open(plain, "rb") as file:
            self.content = plistlib.load(file)
        for way in WAYS:
            if way != "profilefs":
                shutil.copy(signed, self.profiles[way])
        self.number = 0

    def once(self, way):
        self.number += 1
        value = f"https://mdm{self.number}.example.org/server"
        taken = frame.timed(lambda: subprocess.run(
            ["sh", "-c", WAYS[way], "sh", self.profiles[way], value, self.folder],
            env=self.environment, stdout=subprocess.DEVNULL, check=True))
        self.verify(way, value)
        return taken

    def verify(self, way, value):
        plain = frame.run("openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile", self.cert,
                          "-in", self.profiles[way])
        self.content["PayloadContent"][-1]["ServerURL"] = value
        if plistlib.loads(plain) != self.content:
            raise SystemExit(f"bench: what {way} saved is not what was edited")


def report(part, kind, size, signed, times):
    for way, taken in times.items():
        part.row(key=kind, size=size, way=way, bytes=signed.size, ms=frame.spread(taken)[1] * 1e3,
                 of_pipeline=frame.ratios(taken, times["pipeline"])[1], of_floor=frame.ratios(taken, times["floor"])[1])
    low, ratio, high = frame.ratios(times["profilefs"], times["pipeline"])
    part.line(f"{kind}, {size}: time, of the pipeline's", ratio, most=PIPELINE, quartiles=(low, high))
    if size == LARGEST:
        low, ratio, high = frame.ratios(times["profilefs"], times["floor"])
        part.line(f"{kind}, {size}: time, of the floor's", ratio, most=FLOOR, quartiles=(low, high))


def main():
    part = frame.Part("life", __doc__)
    with frame.workplace() as folder:
        for kind in list(KEYS)[:1] if part.quick else KEYS:
            for size, count in SIZES.items():
                signed = Signed(folder, kind, count)
                times = frame.in_turn({way: lambda way=way: signed.once(way) for way in WAYS}, part.rounds(21, 1),
                                      patience=30)
                report(part, kind, size, signed, times)
    part.end()


if __name__ == "__main__":
    main()
