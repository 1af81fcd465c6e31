# SPDX-License-Identifier: MIT
r"""screens: the same keys to the same program on the host and in a guest, and what is then on the screen.

Promise   Each file of tests/debian/screens drives a program on a terminal of 80 x 24, once in a chroot
          on the host's Linux behind a pseudo-terminal, once in a guest over the serial line. The output
          of both goes through the same terminal emulator. A `shot` is one case: it passes when the text and
          the place of the cursor are the same. Every wait is bounded.
Form      a line is a command and its text:

            run COMMAND   what /bin/sh starts, once, at the top; /tmp is empty
            mask REGEX    what differs from run to run, from here on; it reads as "#" on both
            keys TEXT     types it; \r \t \e \x03 ... as in Python
            wait REGEX    until the screen shows it; ^ and $ are the ends of a line, \n is between two
            shot NAME     compares
"""
import codecs
import difflib
import fcntl
import glob
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from . import command, emulator, guest, ktap, qemu, signals

WAIT_S = 45          # for what the screen must show
AFTER_FAILURE_S = 2  # one screen that is not right is seldom alone
FAREWELL_S = 1       # for the program to end when its keys are all typed
QUIET_S = 0.1        # the host's screen is what it shows when all have slept and said nothing for so long
SETTLE_S = 0.1       # the guest's must stay what it became for so long
TICK_S = 0.02
READ_BYTES = 65536


def environment(env):
    return dict(env, TERM="linux", PS1="$ ", HISTFILE="/dev/null", LESSHISTFILE="-")


def parse(path):
    """[(verb, text)] of a file"""
    steps = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            verb, _, text = line.rstrip("\n").partition(" ")
            if verb and not verb.startswith("#"):
                steps.append((verb, text))
    return steps


def bytes_of(text):
    return codecs.decode(text.replace("\\e", "\\x1b"), "unicode_escape").encode("latin-1")


class Terminal:
    """A program on a screen: what is typed goes to `put`, what it writes comes from `take`."""

    def __init__(self, put, source, take=lambda data: data, rests=lambda: True):
        self.screen = emulator.Screen()
        self.put, self.source, self.take, self.rests = put, source, take, rests
        self.heard, self.ended, self.masks = time.monotonic(), False, []

    def listen(self, seconds):
        """Feeds the screen with what comes; false when nothing came in time."""
        if self.ended or not select.select([self.source], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.source, READ_BYTES)
        except OSError:  # the other end of a pseudo-terminal is closed
            data = b""
        self.ended = not data
        self.screen.feed(self.take(data))
        self.heard = time.monotonic()
        return bool(data)

    def picture(self):
        """The lines of the screen, and where the cursor is."""
        lines = self.screen.lines()
        for mask in self.masks:
            lines = [re.sub(mask, "#", line) for line in lines]
        # what stands before the cursor may be masked
        return lines + ["cursor in line %d" % self.screen.cursor()[0]] if self.masks else \
            lines + ["cursor at %d,%d" % self.screen.cursor()]

    def until(self, is_true, limit=WAIT_S):
        deadline = time.monotonic() + limit
        while not is_true():
            if self.ended or time.monotonic() > deadline:
                return False
            self.listen(TICK_S)
        return True

    def shows(self, regex):
        return re.search(regex, "\n".join(self.screen.lines()), re.M)

    def is_quiet(self):
        if time.monotonic() - self.heard < QUIET_S:
            return False
        if not self.rests():
            self.heard = time.monotonic()
        return self.rests()

    def stays(self, wanted, limit):
        """Becomes the wanted picture, and is still it a moment later."""
        if self.until(lambda: self.picture() == wanted, limit):
            end = time.monotonic() + SETTLE_S
            self.until(lambda: time.monotonic() > end)
        return self.picture()

    def play(self, steps, wanted=None):
        """{name: picture} of all shots; `wanted` are those of the host."""
        shots, limit = {}, WAIT_S
        for verb, text in steps:
            if verb == "mask":
                self.masks.append(text)
            elif verb == "keys":
                self.put(bytes_of(text))
                self.heard = time.monotonic()
            elif verb == "wait" and not self.until(lambda: self.shows(text)):
                shots["wait for " + text] = self.picture()
                return shots
            elif verb == "shot" and wanted is None:
                self.until(self.is_quiet)
                shots[text] = self.picture()
            elif verb == "shot":
                shots[text] = self.stays(wanted.get(text), limit)
                limit = WAIT_S if shots[text] == wanted.get(text) else AFTER_FAILURE_S
        end = time.monotonic() + FAREWELL_S
        self.until(lambda: time.monotonic() > end)
        return shots


def is_asleep(sid):
    """Nobody of a session has anything to do."""
    for pid in guest.session_members(sid):
        try:
            with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as f:
                if f.read().rpartition(")")[2].split()[0] in "RD":
                    return False
        except OSError:
            pass
    return True


def own_terminal():
    """Run in the child: the terminal on its standard input becomes its controlling one."""
    qemu.die_with_parent()
    signals.default_signals()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def on_host(argv, steps):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", emulator.ROWS, emulator.COLUMNS, 0, 0))
    child = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs,
                             preexec_fn=own_terminal)
    os.close(theirs)
    try:
        return Terminal(lambda data: os.write(ours, data), ours,
                        rests=lambda: is_asleep(child.pid)).play(steps)
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def in_guest(machine, steps, wanted):
    split = command.Screen()
    child = qemu.start(machine.command())
    try:
        terminal = Terminal(child.stdin.write, child.stdout.fileno(), split.feed)
        terminal.until(lambda: split.begun)
        return terminal.play(steps, wanted)
    finally:
        child.kill()
        child.wait()


def compare(title, steps, host, seen):
    """A case for each shot; what has none ends with the screen of the wait that failed."""
    cases = []
    for name in [text for verb, text in steps if verb == "shot"]:
        want, got = host.get(name), seen.get(name)
        if want and want == got:
            cases.append(ktap.Case(title, name, ktap.PASS))
            continue
        reason = "" if want and got else "no screen of the %s" % ("guest" if want else "host")
        cases.append(ktap.Case(title, name, ktap.FAIL, reason, difference(
            want or last(host), got or last(seen))))
    return cases


def last(shots):
    return ["%s:" % name for name in list(shots)[-1:]] + (list(shots.values()) or [[]])[-1]


def difference(want, got):
    return [line for line in difflib.unified_diff(want, got, "host", "guest", lineterm="", n=99)
            if line.strip()]


def names(folder):
    return sorted(os.path.basename(p)[:-5] for p in glob.glob(os.path.join(folder, "*.keys")))


def read(path):
    """(script of /bin/sh that starts the program, steps) of a file"""
    (_, start), *steps = parse(path)
    return "stty rows %d cols %d; %s" % (emulator.ROWS, emulator.COLUMNS, start), steps
