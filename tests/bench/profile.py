# SPDX-License-Identifier: MIT
"""profile: where the instructions of one row go, function by function.

Promise   The machine runs as for the counts. When the row is about to start, QEMU is told by its
          monitor to execute one instruction at a time and to log each; what lies between the two
          looks at the clock is counted by function. Nothing is sampled: the sums are the row's
          instructions.
"""
import bisect
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

from harness import qemu

LIMIT_S, SILENCE_S = 600, 240
SHOWN = 40
LINE = re.compile(rb"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")
ON = ("singlestep on", "one-insn-per-tb on", "log exec,nochain")
OFF = ("log none", "singlestep off", "one-insn-per-tb off")


class Symbols:
    def __init__(self, image):
        out = subprocess.run(["nm", "-n", "--defined-only", image], check=True,
                             capture_output=True, text=True).stdout
        rows = [line.split() for line in out.splitlines()]
        rows = [(int(r[0], 16), r[2]) for r in rows if len(r) == 3 and r[1] in "tTwW"]
        self.starts, self.names = [r[0] for r in rows], [r[1] for r in rows]

    def name(self, pc):
        if pc < 1 << 63:
            return "(user space)"
        at = bisect.bisect_right(self.starts, pc) - 1
        return self.names[at] if at >= 0 else "?"


class Monitor:
    """QEMU's human monitor on a socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self._prompt()

    def _prompt(self):
        data = b""
        while not data.endswith(b"(qemu) "):
            data += self.socket.recv(4096)

    def say(self, commands):
        for command in commands:
            self.socket.sendall(command.encode() + b"\n")
            self._prompt()


def count(log_path, symbols, marker):
    """{function: instructions} between the first and the second time that `marker` is executed"""
    counts, marks = {}, 0
    with open(log_path, "rb") as log:
        for line in log:
            m = LINE.match(line)
            if not m:
                continue
            pc = int(m.group(1), 16)
            marks += pc == marker
            if marks == 1:
                counts[pc] = counts.get(pc, 0) + 1
    by_name = {}
    for pc, n in counts.items():
        name = symbols.name(pc)
        by_name[name] = by_name.get(name, 0) + n
    return by_name


def report(row, operations, by_name):
    total = sum(by_name.values())
    print("%s: %d operations, %.0f instructions each" % (row, operations, total / operations))
    for name, n in sorted(by_name.items(), key=lambda kv: -kv[1])[:SHOWN]:
        print("%10.1f  %5.1f %%  %s" % (n / operations, 100 * n / total, name))


def run(setup, machine, archive):
    """Profiles one row; returns an exit status."""
    with tempfile.TemporaryDirectory() as folder:
        image, sock, log = (os.path.join(folder, n) for n in ("initrd", "monitor", "exec.log"))
        with open(image, "wb") as f:
            f.write(archive)
        extra = ["-monitor", "unix:%s,server=on,wait=off" % sock, "-D", log]
        what = machine(setup.paths, "parley", 1, image, setup.row + " bench.profile", setup.build,
                       extra)
        console = qemu.Run(what, os.path.join(setup.paths.logs, "profile.log"))
        seen = {"row": None, "operations": 1}

        def line(text):
            words = text.split()
            if words[:2] == ["profile", "ready"]:
                seen["row"], seen["operations"] = words[2], int(words[3])
                seen["marker"] = int(words[4], 16)
                seen["monitor"] = Monitor(sock)
                seen["monitor"].say(ON)
                time.sleep(0.2)
                console.type("\n")
            elif words == ["profile", "done"]:
                seen["monitor"].say(OFF)
                console.type("\n")

        os.makedirs(setup.paths.logs, exist_ok=True)
        console.follow(line, LIMIT_S, SILENCE_S)
        if not seen["row"]:
            print("bench: no row was profiled; see build/logs/profile.log", file=sys.stderr)
            return 1
        report(seen["row"], seen["operations"],
               count(log, Symbols(what.kernel), seen["marker"]))
    return 0
