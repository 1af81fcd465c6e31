# SPDX-License-Identifier: MIT
"""commands: ./run as one types it: streams, exit statuses, and where programs may lie.

Promise   Each row is one use of ./run by a shell of the host, in an empty folder of the host's /tmp with a
          few programs in it. What it writes, and its status, are those of the host, or stand in the row.
"""
import os
import re
import shutil
import subprocess
import tempfile

from . import ktap

LIMIT_S = 60
HERE = "HERE"  # stands for ./run in the commands: with it on Parley, without on the host

# name: a line for the host's shell, which says on the host what it says on Parley
SAME = {
    "run-pipeline": HERE + " sh -c 'seq 1 100000 | sort -rn | head -3'",
    "run-input": "printf 'b\\nc\\na\\n' | " + HERE + " sort",
    "run-input-unread": "yes | " + HERE + " head -c 5",
    "run-bytes": "printf '\\000\\377\\\\~x1\\n~' | " + HERE + " od -An -tx1",
    "run-streams": HERE + " sh -c 'echo out; echo err >&2'",
    "run-status": HERE + " sh -c 'exit 7'",
    "run-of-tmp": HERE + " ./program 'in %s\\n' tmp",
    "run-script-of-tmp": HERE + " ./script a 'b c'",
    "run-file-argument": HERE + " cat ./script",
}

# name: the line, a pattern for all that it says, its status
SAID = {
    "run-no-such-command": (HERE + " no-such-command", r"run: no-such-command: no such command\n", 125),
    "run-signal": (HERE + " sh -c 'kill -9 $$'", r"", 137),
    "run-cpus": (HERE + " --cpus 3 -- nproc", r"3\n", 0),
    "run-memory": (HERE + " --memory 100 -- sed -n /MemTotal/p /proc/meminfo",
                   r"MemTotal: +(8|9)\d\d\d\d kB\n", 0),
    "run-time-out": (HERE + " --timeout 3 -- sleep 100", r"(?s).*run: time-out\n", 124),
    "run-strace": (HERE + " --strace -- echo hello", r"(?s).*write\(1, \"hello\\n\", 6\) += 6\n.*", 0),
    "run-debug": (HERE + " --build debug -- uname -s", r"Parley\n|Linux\n", 0),
}


def shell(line, folder):
    ended = subprocess.run(["sh", "-c", line], cwd=folder, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S,
                           env=dict(os.environ, ACCEL="tcg"))
    return ended.stdout, ended.stderr, ended.returncode


def typed(paths, line):
    """What the line says on Parley, and on the host without ./run."""
    run = os.path.join(paths.root, "run")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        shutil.copy(shutil.which("printf"), os.path.join(folder, "program"))
        with open(os.path.join(folder, "script"), "w") as f:
            f.write("#!/bin/sh\necho $# \"$2\"\n")
        os.chmod(os.path.join(folder, "script"), 0o755)
        options = "" if "--" in line.split(HERE)[1] else " --"
        return (shell(line.replace(HERE, run + options), folder),
                shell(line.replace(HERE, ""), folder))


def run_same(paths, _config, name, _archive):
    parley, host = typed(paths, SAME[name])
    return case(name, parley == host, "%r on Parley, %r on the host" % (parley, host))


def run_said(paths, _config, name, _archive):
    line, wanted, status = SAID[name]
    out, err, ended = typed(paths, line)[0]
    said = (out + err).decode(errors="replace")
    return case(name, re.fullmatch(wanted, said) and ended == status,
                "status %d, %r" % (ended, said[-300:]))


def case(name, holds, why):
    return ktap.Case("boot", name, ktap.PASS if holds else ktap.FAIL, "" if holds else why)


# the rows of boots.py
ROWS = {**{name: run_same for name in SAME}, **{name: run_said for name in SAID}}
