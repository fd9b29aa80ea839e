#!/usr/bin/env python3
"""Types at a program in a terminal, for the end-to-end tests.

  keys.py STEP... -- COMMAND...

Steps, in order:
  wait:REGEX   until the screen has shown it (since the last step)
  send:TEXT    keys; \\r \\e \\x18 and the like are understood
  calm:        until nothing has been shown for 0.3 s
Ends with COMMAND's status, or 124 and what the screen showed if something did not come within a minute.
"""
import os
import pty
import re
import select
import signal
import sys
import time

LIMIT = 60
ESCAPES = re.compile(rb"\x1b(\[[0-9;?>=]*[A-Za-z@]|\][^\x07]*\x07|[()][A-Z0-9]|[=>78MDEHc])|[\x0e\x0f\x00]")


class Terminal:
    def __init__(self, command):
        self.shown = b""
        self.all = b""
        self.open = True
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="vt100", LINES="24", COLUMNS="200")
            os.execvp(command[0], command)

    def read(self, seconds):
        """Takes in what is shown; False if nothing came."""
        if not self.open or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.open = bool(data)
        self.shown += data
        self.all += data
        return self.open

    def text(self):
        return ESCAPES.sub(b"", self.shown)

    def wait(self, pattern):
        end = time.monotonic() + LIMIT
        while not re.search(pattern.encode(), self.text()):
            if time.monotonic() > end or not self.open:
                self.give_up(f"'{pattern}' did not come")
            self.read(0.1)
        self.shown = b""

    def calm(self, _):
        while self.read(0.3):
            pass

    def send(self, keys):
        self.shown = b""
        os.write(self.fd, re.sub(r"\\e", r"\\x1b", keys).encode().decode("unicode_escape").encode("latin-1"))

    def status(self):
        """Waits for the end."""
        end = time.monotonic() + LIMIT
        while True:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > end:
                self.give_up("it did not end")

    def give_up(self, why):
        print(f"keys.py: {why}; the screen showed:", ESCAPES.sub(b"", self.all).decode(errors="replace"),
              file=sys.stderr)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        sys.exit(124)


def main(arguments):
    cut = arguments.index("--")
    terminal = Terminal(arguments[cut + 1:])
    for step in arguments[:cut]:
        verb, _, text = step.partition(":")
        getattr(terminal, verb)(text)
    status = terminal.status()
    sys.stdout.write(ESCAPES.sub(b"", terminal.all).decode(errors="replace"))
    sys.exit(status if status >= 0 else 128 - status)


main(sys.argv[1:])
