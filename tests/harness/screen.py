# SPDX-License-Identifier: MIT
"""screen: what a person would see of the output of a terminal.

Promise   feed() takes the bytes as a VT102 would: UTF-8, wrapping (pending at the last column), scrolling and
          scrolling regions, cursor movement, erasing, inserting and deleting. lines() are the rows without
          blanks at their ends. Colours are read over; `reverse` has the places shown inverted.
          What is not known stands in `unknown`, so that a test can ask that there was nothing.
Linux     console_codes(4)
"""
import codecs
import re

CSI = re.compile(r"\x1b\[([?>]?)([0-9;]*)([@-~])")
OTHER = re.compile(r"\x1b(?:[()][0-9A-Za-z]|[78DEMc=>])")
OSC = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class Screen:
    def __init__(self, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.reverse = set()
        self.row = self.column = 0
        self.top, self.bottom = 0, rows - 1
        self.pending = self.inverted = False
        self.saved = (0, 0)
        self.scrolled = []  # rows that left at the top
        self.unknown = []
        self.rest = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines()).rstrip()

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        self.rest = ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self._char(text[at])
                at += 1
                continue
            m = CSI.match(text, at) or OTHER.match(text, at) or OSC.match(text, at)
            if not m:
                if len(text) - at > 64:
                    self.unknown.append(text[at:at + 8])
                    at += 1
                    continue
                self.rest = text[at:]
                return
            at = m.end()
            if m.re is CSI:
                self._csi(*m.groups())
            elif m.re is OTHER:
                self._other(m.group()[1])

    # --- characters ---

    def _char(self, c):
        if c == "\r":
            self.column, self.pending = 0, False
        elif c in "\n\v\f":
            self._down()
        elif c == "\b":
            self.column, self.pending = max(self.column - 1, 0), False
        elif c == "\t":
            self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
        elif c >= " " and c != "\x7f":
            if self.pending:
                self.column, self.pending = 0, False
                self._down()
            self._put(self.row, self.column, c)
            if self.column == self.columns - 1:
                self.pending = True
            else:
                self.column += 1
        elif c != "\x07":
            self.unknown.append(c)

    def _put(self, row, column, c):
        self.cells[row][column] = c
        (self.reverse.add if self.inverted else self.reverse.discard)((row, column))

    def _down(self):
        if self.row == self.bottom:
            self._scroll_up(1)
        elif self.row < self.rows - 1:
            self.row += 1

    def _scroll_up(self, n):
        for _ in range(n):
            gone = self.cells.pop(self.top)
            if self.top == 0:
                self.scrolled.append("".join(gone).rstrip())
            self.cells.insert(self.bottom, [" "] * self.columns)

    def _scroll_down(self, n):
        for _ in range(n):
            self.cells.pop(self.bottom)
            self.cells.insert(self.top, [" "] * self.columns)

    # --- sequences ---

    def _other(self, c):
        if c == "7":
            self.saved = (self.row, self.column)
        elif c == "8":
            self.row, self.column = self.saved
        elif c == "D":
            self._down()
        elif c == "E":
            self.column = 0
            self._down()
        elif c == "M":
            if self.row == self.top:
                self._scroll_down(1)
            else:
                self.row = max(self.row - 1, 0)
        elif c == "c":
            self.__init__(self.rows, self.columns)

    def _erase(self, row, first, last):
        for column in range(first, last):
            self.cells[row][column] = " "
            self.reverse.discard((row, column))

    def _csi(self, private, numbers, what):
        n = [int(x) if x else 0 for x in numbers.split(";")]
        one = max(n[0], 1)
        if private or what in "nh":
            return  # modes and questions
        self.pending = False if what != "m" else self.pending
        moves = {"A": (-one, 0), "B": (one, 0), "C": (0, one), "D": (0, -one)}
        if what in moves:
            down, right = moves[what]
            self.row = min(max(self.row + down, 0), self.rows - 1)
            self.column = min(max(self.column + right, 0), self.columns - 1)
        elif what in "Hf":
            self.row = min(one, self.rows) - 1
            self.column = min(max(n[1] if len(n) > 1 else 1, 1), self.columns) - 1
        elif what == "G":
            self.column = min(one, self.columns) - 1
        elif what == "d":
            self.row = min(one, self.rows) - 1
        elif what == "K":
            self._erase(self.row, 0 if n[0] else self.column, self.column + 1 if n[0] == 1 else self.columns)
        elif what == "J":
            self._erase_screen(n[0])
        elif what in "LM" and self.top <= self.row <= self.bottom:
            top, self.top = self.top, self.row
            (self._scroll_down if what == "L" else self._scroll_up)(min(one, self.rows))
            self.top = top
        elif what in "@P":
            cells = self.cells[self.row]
            for _ in range(min(one, self.columns)):
                cells.pop(self.column if what == "P" else -1)
                cells.insert(len(cells) if what == "P" else self.column, " ")
        elif what == "X":
            self._erase(self.row, self.column, min(self.column + one, self.columns))
        elif what == "r":
            self.top, self.bottom = one - 1, (n[1] if len(n) > 1 and n[1] else self.rows) - 1
            self.row = self.column = 0
        elif what == "m":
            for code in n:
                self.inverted = code == 7 or (self.inverted and code not in (0, 27))
        elif what not in "lst":
            self.unknown.append("\x1b[" + numbers + what)

    def _erase_screen(self, what):
        first = 0 if what else self.row + 1
        last = self.row if what == 1 else self.rows
        for row in range(first, last):
            self._erase(row, 0, self.columns)
        if what == 0:
            self._erase(self.row, self.column, self.columns)
        elif what == 1:
            self._erase(self.row, 0, self.column + 1)
