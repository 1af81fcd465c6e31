#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py SHELL LIBC LIBC-HOST [NAME...]: our shell beside dash, our C library beside the host's.

Promise   Each tests/user/*.sh runs twice under the name `sh`, in an empty directory, without input: by
          dash and by our shell. Each tests/user/programs/*.sh runs twice by dash: with Debian's programs,
          and with ours. The program tests/user/libc.c runs with both libraries. A line "## NAME" of the
          output begins a case. The two must agree in every line of standard output and of standard error,
          and in the exit status. What differs is shown. keys.py types at a terminal. The last line is
          "N passed, N failed".
"""
import glob
import os
import subprocess
import sys
import tempfile

import keys

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_S = 60
DASH = "/bin/dash"


def run(shell, script, path="/usr/bin:/bin"):
    with tempfile.TemporaryDirectory(prefix="sh-test-") as folder:
        os.mkdir(os.path.join(folder, ".bin"))
        os.symlink(os.path.abspath(shell), os.path.join(folder, ".bin", "sh"))
        with open(script, "rb") as f, open(os.path.join(folder, "script"), "wb") as to:
            to.write(f.read())
        env = {"PATH": folder + "/.bin:" + path, "LC_ALL": "C", "HOME": "/root"}
        try:
            done = subprocess.run([os.path.abspath(shell), "./script"], cwd=folder, env=env,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
            text, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as e:
            text, status = e.stdout or b"", "time-out"
        text = text.replace(folder.encode(), b"DIR").decode("utf-8", "replace")
        return text + "## end\n%s\n" % status


def sections(text):
    found, name = {}, "start"
    for line in text.splitlines():
        if line.startswith("## "):
            name = line[3:]
            while name in found:
                name += "'"
        found.setdefault(name, []).append(line)
    return found


def program(path):
    done = subprocess.run([os.path.abspath(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=TIMEOUT_S)
    return done.stdout.decode("utf-8", "replace") + "## end\n%s\n" % done.returncode


def compare(title, oracle, want, got):
    """Tells the differences; (passed, failed)"""
    want, got, failed = sections(want), sections(got), 0
    names = list(want) + [n for n in got if n not in want]
    for name in names:
        if want.get(name) == got.get(name):
            continue
        failed += 1
        print("not ok %s/%s" % (title, name))
        for who, lines in ((oracle, want.get(name, [])), ("ours", got.get(name, []))):
            print("".join("    %s  %s\n" % (who, line) for line in lines[1:]), end="")
    return len(names) - failed, failed


def main():
    shell, library, host, names = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    results = []
    if not names or "libc" in names:
        results.append(compare("libc", "host", program(host), program(library)))
    for script in sorted(glob.glob(os.path.join(HERE, "*.sh"))):
        title = os.path.basename(script)[:-3]
        if not names or title in names:
            results.append(compare(title, "dash", run(DASH, script), run(shell, script)))
    ours = os.path.dirname(os.path.abspath(shell))
    for script in sorted(glob.glob(os.path.join(HERE, "programs", "*.sh"))):
        title = "programs/" + os.path.basename(script)[:-3]
        if not names or title in names:
            results.append(compare(title, "Debian", run(DASH, script),
                                   run(DASH, script, ours + ":/usr/bin:/bin")))
    if not names or "keys" in names:
        results.append(keys.run(shell))
    passed, failed = (sum(counts) for counts in zip(*results))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except keys.Missing as error:
        sys.exit("run.py: %s" % error)
