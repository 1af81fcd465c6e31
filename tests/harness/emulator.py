# SPDX-License-Identifier: MIT
"""emulator: what a person would see of the output of a terminal.

Promise   feed() takes bytes in any pieces; lines() are the rows without blanks at their ends. The emulator is
          the Debian package python3-pyte; without it Missing is raised with what to install.
          `unknown` has the parameters of each control sequence that it does not know, so that a test can
          ask that there was none.
"""
from . import guest

COLUMNS, ROWS = 80, 24


class Screen:
    def __init__(self):
        try:
            import pyte  # only those who look at a screen need it
        except ImportError as e:
            raise guest.Missing("python3-pyte is missing: apt-get install python3-pyte, and run this with "
                                "/usr/bin/python3, as make does") from e
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.unknown = []
        self.screen.debug = lambda *parameters, **_: self.unknown.append(parameters)
        self.feed = pyte.ByteStream(self.screen).feed

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines()).rstrip()

    def cursor(self):
        """(row, column), from 0"""
        return self.screen.cursor.y, self.screen.cursor.x
