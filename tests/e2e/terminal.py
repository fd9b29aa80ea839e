#!/usr/bin/env python3
"""Runs a program at a terminal of its own and types, for the end-to-end tests.

  terminal.py COMMAND [ARG...] < STEPS

A step is a line "TEXT => KEYS": when TEXT is shown (after what the step before waited for), KEYS are typed, and Enter.
Without KEYS it is Enter alone; ^C and ^D are those keys, without Enter. What was shown is written to the standard
output without carriage returns and escape sequences; the exit status is the command's, 128+N if signal N killed it,
99 if a text was not shown in time.
"""
import os
import pty
import re
import select
import signal
import sys
import time

SECONDS = 30
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[=>()][B0]?|\r")


class Terminal:
    def __init__(self, command):
        self.shown = ""
        self.at = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            for number in signal.SIGPIPE, signal.SIGXFSZ:  # ignored by Python
                signal.signal(number, signal.SIG_DFL)
            os.execvp(command[0], command)

    def hear(self, end):
        """Reads what there is. False at the end, or when it is too late."""
        ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
        if not ready:
            return False
        try:
            got = os.read(self.fd, 65536)
        except OSError:
            return False
        self.shown = ESCAPES.sub("", self.shown + got.decode(errors="replace"))
        return bool(got)

    def wait_for(self, text):
        end = time.monotonic() + SECONDS
        while self.shown.find(text, self.at) < 0:
            if not self.hear(end):
                return False
        self.at = self.shown.index(text, self.at) + len(text)
        return True

    def type(self, keys):
        control = {"^C": "\x03", "^D": "\x04"}.get(keys, keys + "\r")
        os.write(self.fd, control.encode())

    def end(self):
        end = time.monotonic() + SECONDS
        while self.hear(end):
            pass
        if time.monotonic() >= end:
            os.kill(self.pid, 9)
        return os.waitpid(self.pid, 0)[1]


def main(command):
    terminal = Terminal(command)
    for line in sys.stdin:
        text, _, keys = line.rstrip("\n").partition("=>")
        if not terminal.wait_for(text.strip(" ")):
            sys.stdout.write(terminal.shown)
            print(f"\nnot shown: {text}", file=sys.stderr)
            os.kill(terminal.pid, 15)
            terminal.end()
            return 99
        terminal.type(keys.strip(" "))
    status = os.waitstatus_to_exitcode(terminal.end())
    sys.stdout.write(terminal.shown)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
