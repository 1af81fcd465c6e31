#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""screenshots: takes the pictures of the console that README.md shows.

Promise   Boots the ISO, types at its keyboard what SCENES say, and writes what the screen then shows
          as PNG files into iso/. `make screenshots` builds what it needs and runs it.
"""
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import guest, monitor, qemu  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT_S, SILENCE_S = 120, 60
LINE_S, SETTLE_S = 1.5, 3.0  # a person reads what a command says before the next
MENU_KEY = "s"  # iso/grub.cfg
# the picture's name, and the lines that are typed before it is taken
SCENES = (
    ("screen-shell", ("clear; uname -srm; free",
                      "mkfifo /tmp/fifo; wc -l </tmp/fifo &",
                      "sleep 1000 | cat &",
                      "jobs; ps",
                      "cat /proc/ipc/waits",
                      "seq 1000 >/tmp/fifo; ls /")),
)


class Visit:
    """What is still to be done, one thing at each tick() that is due."""

    def __init__(self, run, socket_path):
        self.run, self.path = run, socket_path
        self.in_menu, self.eyes, self.due = True, None, 0.0
        self.todo = []
        for name, lines in SCENES:
            self.todo += [(self.type, text, LINE_S) for text in lines]
            self.todo += [(self.wait, "", SETTLE_S), (self.picture, name, 0.0)]
        self.todo += [(self.type, "clear; poweroff", LINE_S)]

    def type(self, text):
        self.eyes.type(text + "\n")

    def wait(self, _):
        pass

    def picture(self, name):
        self.eyes.picture(os.path.join(ROOT, "iso", name + ".png"))

    def line(self, text):
        self.in_menu = self.in_menu and guest.ISO_LOADS not in text
        if "Welcome to Parley" in text:
            self.eyes = monitor.Monitor(self.path)

    def tick(self):
        if self.in_menu:
            self.run.type(MENU_KEY)
        if self.eyes and self.todo and time.monotonic() >= self.due:
            act, what, pause = self.todo.pop(0)
            act(what)
            self.due = time.monotonic() + pause


def main():
    iso = os.path.join(ROOT, "build", "release", "parley.iso")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        run = qemu.Run(qemu.Machine(iso=iso, memory=256, extra=monitor.arguments(path)),
                       os.path.join(folder, "log"))
        visit = Visit(run, path)
        run.follow(visit.line, LIMIT_S, SILENCE_S, visit.tick)
    return 1 if visit.todo or run.ended != "exit" else 0


if __name__ == "__main__":
    sys.exit(main())
