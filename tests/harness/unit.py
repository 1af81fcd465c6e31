# SPDX-License-Identifier: MIT
"""unit: runs the host's unit tests of the kernel's library (tests/unit).

Promise   As for every test: a program that dies, hangs or breaks off is a failure. What the
          sanitizers say is in the log of the case that was running.
"""
import fnmatch
import glob
import os
import subprocess

from . import ktap, report

TIMEOUT_S = 120
TITLE = "unit"


def run_one(path, name):
    """(cases, output) of one program"""
    program = ktap.Program("unit/" + name)
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:abort_on_error=0")
    try:
        done = subprocess.run([path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT_S, env=env)
        out, status, reason = done.stdout, done.returncode, ""
    except subprocess.TimeoutExpired as e:
        out, status, reason = e.stdout or b"", -1, "time-out after %d s" % TIMEOUT_S
    text = out.decode("utf-8", "replace")
    for line in text.splitlines():
        program.line(line)
    if status and not reason and not any(c.outcome == ktap.FAIL for c in program.cases):
        reason = "exit status %d" % status
    return program.finish(status == 0, reason), text


def run_all(paths, globs):
    """All programs that a glob selects; returns (title, cases, log's path, exit code)."""
    found = sorted(p for p in glob.glob(os.path.join(paths.unit, "test_*"))
                   if os.access(p, os.X_OK) and "." not in os.path.basename(p))
    names = [(p, os.path.basename(p)[len("test_"):]) for p in found]
    names = [(p, n) for p, n in names if not globs or any(fnmatch.fnmatch(n, g) for g in globs)]
    live, cases = report.Live(TITLE), []
    log_path = os.path.join(paths.logs, TITLE + ".log")
    os.makedirs(paths.logs, exist_ok=True)
    with open(log_path, "w", encoding="utf-8") as log:
        for path, name in names:
            live.show("%s  %s" % (report.tally_text(report.tally(cases)), name))
            new, text = run_one(path, name)
            log.write("# %s\n%s" % (name, text))
            cases += new
    if not names:
        cases.append(ktap.Case("unit", "no test", ktap.FAIL, "none is built, or none is chosen"))
    live.end(cases)
    return TITLE, cases, log_path, 1 if any(c.outcome == ktap.FAIL for c in cases) else 0
