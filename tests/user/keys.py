# SPDX-License-Identifier: MIT
"""keys: our shell on a terminal: line editing, history, completion, job control; and the programs for a screen.

Promise   Each case starts the shell on a pseudo-terminal in an empty directory, types its keys, and looks at
          the file `out` that the commands typed have written, or at what the terminal shows. After
          each piece of keys it waits until the terminal is quiet. SCREENS look at the rows that a person
          would see.
"""
import os
import pty
import re
import select
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness.emulator import Screen  # noqa: E402
from harness.guest import Missing  # noqa: E402,F401  run.py asks for it

QUIET_S, LIMIT_S = 0.15, 5.0
UP, DOWN, LEFT, RIGHT, HOME, END, DELETE = (b"\x1b[" + k for k in (b"A", b"B", b"D", b"C", b"H", b"F", b"3~"))


def ctrl(letter):
    return bytes([ord(letter) & 0x1f])


# (name, pieces of keys or pauses, what the file `out` must have, what the terminal must show)
CASES = [
    ("typing", [b"echo one >>out\r", b"echo tow\x7f\x7fwo >>out\r"], "one\ntwo\n", ""),
    ("arrows", [b"eho a >>out" + HOME + RIGHT + b"c\r", b"echo bX" + LEFT + b"\x1b[3~ >>out\r"], "a\nb\n", ""),
    ("control keys", [b"garbage" + ctrl("U") + b"echo c d" + ctrl("W") + b"e >>out\r",
                      b"xx" + ctrl("A") + ctrl("K") + b"echo " + ctrl("Y") + b" >>out\r"], "c e\nxx\n", ""),
    ("history", [b"echo first >>out\r", b"echo second >>out\r", UP + UP + b"\r", UP + UP + UP + DOWN + b"\r"],
     "first\nsecond\nfirst\nsecond\n", ""),
    ("search", [b"echo needle >>out\r", b"true hay\r", ctrl("R") + b"need\r"], "needle\nneedle\n", ""),
    ("completion", [b": >unique-name\r", b"ec\tuni\t>>out\r", b"echo u\t\x7f. >>out\r"],
     "unique-name\nunique-name.\n", ""),
    ("interrupt", [b"echo no >>out" + ctrl("C"), b"echo $? >>out\r", b"if true\r", ctrl("C"), b"echo yes >>out\r"],
     "130\nyes\n", "^C"),
    ("several lines", [b"for i in 1 2\r", b"do echo $i >>out\r", b"done\r", b"cat <<E >>out\r", b"body\r", b"E\r"],
     "1\n2\nbody\n", "> "),
    ("syntax error", [b"echo )\r", b"echo goes on >>out\r"], "goes on\n", "Syntax error"),
    ("errors are undone", [b"f() { local v=in; { : ${nope?gone}; } 2>err; }; v=out\r", b"f\r",
                           b"echo $v $# >>out\r"], "out 0\n", "# "),
    ("end of input", [b"cat >>out\r", b"line\r", ctrl("D"), b"echo after >>out\r"], "line\nafter\n", ""),
    ("killed job", [b"sleep 9\r", ctrl("C"), b"echo $? >>out\r"], "130\n", ""),
    ("stopped job", [b"sleep 9\r", ctrl("Z"), b"echo $? >>out\r", b"jobs >>out\r", b"bg\r", b"kill %1; wait\r",
                     b"jobs >>out\r"], "148\n[1] + Stopped              sleep 9\n", "Stopped"),
    ("foreground", [b"sh -c 'kill -STOP $$; echo woken >>out'\r", b"echo between >>out\r", b"fg\r",
                    b"echo $? >>out\r"], "between\nwoken\n0\n", ""),
    ("background", [b"sleep 0.1 &\r", 0.3, b"echo later >>out\r"], "later\n", "Done"),
    ("pipeline is a group", [b"cat | cat | cat\r", ctrl("C"), b"echo $? >>out\r"], "130\n", ""),
    ("background read", [b"cat &\r", b"sleep 0.2\r", b"jobs >>out\r", b"kill %1\r"],
     "[1] + Stopped              cat\n", ""),
    ("long line", [b"echo " + b"x" * 200 + HOME + RIGHT * 5 + b"y >>out;: \r"], "y\n", ""),
]


PAGE_UP, PAGE_DOWN = b"\x1b[5~", b"\x1b[6~"
P = "# "  # the prompt
BLANK = [""] * 20

# (name, pieces of keys, rows that the screen must begin with: texts, or patterns of which the row is a match)
SCREENS = [
    ("line goes on below", [b"echo " + b"0123456789" * 8], [P + "echo " + ("0123456789" * 8)[:73], "3456789", ""]),
    ("line fills its row", [b"echo " + b"x" * 73], [P + "echo " + "x" * 73, "", ""]),
    ("line shrinks", [b"echo " + b"x" * 80 + b"\x7f" * 10], [P + "echo " + "x" * 70, "", ""]),
    ("insert in a long line", [b"echo " + b"x" * 80 + HOME + RIGHT * 5 + b"abc" + END + b"!"],
     [P + "echo abc" + "x" * 70, "xxxxxxxxxx!", ""]),
    ("long line from the history", [b": " + b"y" * 90 + b"\r", b"echo a\r", UP + UP, UP + DOWN + DOWN + DOWN],
     [P + ": " + "y" * 76, "y" * 14, P + "echo a", "a", P.strip(), ""]),
    ("wide characters", ["echo \u65e5\u672c\u8a9ex".encode() + LEFT + LEFT + b"\x7f"],
     [P + "echo \u65e5\u8a9ex", ""]),
    ("accents", ["echo a\u0301\u00e9".encode() + b"\x7f\x7f" + b"b\r"], [P + "echo ab", "ab", P.strip(), ""]),
    ("pasted lines", [b"cat <<E\rfirst\rsecond\rE\recho third\r"],
     [P + "cat <<E", "> first", "> second", "> E", "first", "second", P + "echo third", "third", P.strip(), ""]),
    ("search", [b"echo needle one\r", b"true\r", ctrl("R") + b"dle"],
     [P + "echo needle one", "needle one", P + "true", "(search) dle: echo needle one", ""]),
    ("search is taken", [b"echo needle one\r", b"true\r", ctrl("R") + b"dle", b"\r"],
     [P + "echo needle one", "needle one", P + "true", P + "echo needle one", "needle one", P.strip(), ""]),
    ("search is given up", [b"echo needle\r", ctrl("R") + b"ee", ctrl("G")],
     [P + "echo needle", "needle", P.strip(), ""]),
    ("several candidates", [b": >ab1; : >ab2\r", b"echo a\t\t"],
     [P + ": >ab1; : >ab2", P + "echo ab", "ab1  ab2", P + "echo ab", ""]),
    ("name with blanks", [b": >'a b'; mkdir dir\r", b"ls a\t d\t"], [P + ": >'a b'; mkdir dir", P + "ls a\\ b  dir/", ""]),
    ("variable and tilde", [b"HOME=$PWD; export LONGNAME=1; : >file.c\r", b"echo $LONGN\t~/fi\t"],
     [P + "HOME=$PWD; export LONGNAME=1; : >file.c", P + "echo $LONGNAME ~/file.c", ""]),
    ("cd knows directories", [b"mkdir aa; : >ab\r", b"cd a\t"], [P + "mkdir aa; : >ab", P + "cd aa/", ""]),
    ("words and swaps", [b"echo one two" + ctrl("W") + b"\x1bb" + b"\x1bd" + b"x" + ctrl("Y") + ctrl("T")],
     [P + "echo xon e", ""]),
    ("last word", [b": a b last\r", b"echo \x1b.\r"], [P + ": a b last", P + "echo last", "last", P.strip(), ""]),
    ("screen is cleared", [b"echo a\r", b"echo b" + ctrl("L")], [P + "echo b", ""]),
    ("pipeline in the table", [b"sleep 9 | cat\r", ctrl("Z"), b"jobs\r"],
     [P + "sleep 9 | cat", "^Z", re.compile(r"\[1\] \+ Stopped +sleep 9 \| cat"), P + "jobs",
      re.compile(r"\[1\] \+ Stopped +sleep 9 \| cat")]),
    ("stopped job is killed", [b"sleep 9\r", ctrl("Z"), b"kill %1; sleep 0.2\r", 0.4, b"jobs\r"],
     [P + "sleep 9", "^Z", re.compile(r"\[1\] \+ Stopped"), P + "kill %1; sleep 0.2", re.compile(r"\[1\] \+ Terminated"),
      P + "jobs", P.strip(), ""]),
    ("edit", [b"edit f\r", b"one\r\ttwo\rthree" + UP + UP + END + b"!" + ctrl("S")],
     ["one!", "        two", "three", "~"] + ["~"] * 18 +
     [" f  line 1 of 3, column 5", "3 lines written"]),
    ("edit writes the file", [b"edit f\r", b"ab\rcd\x7f\x7f\x7fX" + HOME + b"\x1b[3~" + ctrl("S") + ctrl("Q"), ctrl("L"),
                              b"od -c f\r"], [P + "od -c f", "0000000   b   X  \\n", "0000003", P.strip(), ""]),
    ("edit cuts and puts back", [b"seq 1 5 >f; edit f\r", DOWN + ctrl("K") + ctrl("K") + DOWN + DOWN + ctrl("V")],
     ["1", "4", "2", "3", "5", "~"]),
    ("edit finds", [b"seq 1 100 >f; edit f\r", ctrl("F") + b"77\r", ctrl("G")], None, "from the top again"),
    ("edit asks", [b"edit f\r", b"x" + ctrl("Q")], None, "There are changes. Save them? (y, n, or ^C to stay)"),
    ("edit stops and goes on", [b"edit f\r", b"text", ctrl("Z"), b"fg\r"], ["text", "~", "~"]),
    ("edit is killed while it is stopped", [b"edit f\r", b"x", ctrl("Z"), b"kill %1\r", 0.3, ctrl("L") + b"jobs\r"],
     None, re.compile(r"\[1\] \+ Terminated +edit f")),
    ("loop is interrupted", [b"while :; do :; done\r", ctrl("C"), b"echo $?\r"],
     [P + "while :; do :; done", "^C", P + "echo $?", "130", P.strip(), ""]),
    ("edit a long line", [b"edit f\r", b"0123456789" * 9], None, "column 91"),
    ("edit refuses", [b"edit .\r"], [P + "edit .", "edit: .: is a directory", P.strip(), ""]),
    ("less", [b"seq 1 99 | less\r", b" "], [str(i) for i in range(23, 46)] + ["line 23"]),
    ("less to the end and back", [b"seq 1 99 | less\r", b"G", b"k" + PAGE_UP],
     [str(i) for i in range(54, 77)] + ["line 54"]),
    ("less searches", [b"seq 1 99 >f; less f\r", b"/5\r", b"n"], [str(i) for i in range(15, 38)] + ["line 15"]),
    ("less folds", [b"echo " + b"x" * 50 + b" >f; cat f f f | tr -d '\\n' | less\r"], ["x" * 80, "x" * 70, "~"]),
    ("less of a short text", [b"echo a | less\r", b"q"], ["a", "~"] + ["~"] * 21 + [P.strip()]),
    ("less without a screen", [b"echo a | less | cat\r"], [P + "echo a | less | cat", "a", P.strip(), ""]),
    ("top", [b"top\r", 1.0], [re.compile("top - [0-9:]{8} up .*load average: "), re.compile("Tasks: [0-9]+ total"),
                              re.compile(r"%Cpu\(s\): .* us, .* id"), re.compile("KiB Mem: [1-9]"),
                              re.compile(" +PID USER .*COMMAND$"), re.compile(" *[0-9]+ ")]),
    ("top sorts by id", [b"top\r", b"N", 1.0], None, re.compile(r"^ *1 root .*", re.M)),
    ("ps is cut", [b"sh -c 'sleep 5; :' " + b"z" * 90 + b" & ps -o args\r", 0.2], None, re.compile("^sh -c sleep 5; : z{63}$", re.M)),
]


def drain(fd, shown):
    """Reads until nothing comes any more; False: the shell is gone."""
    waited = 0.0
    while waited < LIMIT_S:
        if not select.select([fd], [], [], QUIET_S)[0]:
            return True
        try:
            data = os.read(fd, 4096)
        except OSError:
            return False
        if not data:
            return False
        shown += data
        waited += QUIET_S / 10
    return True


def run_case(shell, pieces, ours=""):
    """(the file `out`, what the terminal showed); `ours`: a folder of programs before the system's"""
    folder = tempfile.mkdtemp(prefix="sh-keys-")
    os.mkdir(os.path.join(folder, ".bin"))
    os.symlink(os.path.abspath(shell), os.path.join(folder, ".bin", "sh"))
    path = os.path.abspath(shell)
    env = {"PATH": folder + "/.bin:" + ours + "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C", "HOME": "/"}
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(path, ["sh"], env)
    shown = bytearray()
    drain(fd, shown)
    for keys in pieces:
        if isinstance(keys, float):
            time.sleep(keys)
            drain(fd, shown)
            continue
        os.write(fd, keys)
        if not drain(fd, shown):
            break
    os.kill(pid, signal.SIGKILL)
    os.close(fd)
    os.waitpid(pid, 0)
    try:
        with open(os.path.join(folder, "out"), encoding="utf-8") as f:
            out = f.read()
    except FileNotFoundError:
        out = ""
    shutil.rmtree(folder)
    return out, bytes(shown)


def fits(want, row):
    return bool(want.search(row)) if isinstance(want, re.Pattern) else want == row


def run_screens(shell):
    failed = 0
    for name, pieces, rows, *anywhere in SCREENS:
        screen = Screen()
        screen.feed(run_case(shell, pieces, os.path.dirname(os.path.abspath(shell)) + ":")[1])
        ok = not rows or all(fits(want, row) for want, row in zip(rows, screen.lines()))
        for want in anywhere:
            ok &= bool(want.search(screen.text())) if isinstance(want, re.Pattern) else want in screen.text()
        if ok and not screen.unknown:
            continue
        failed += 1
        print("not ok screen/%s\n    want %r %r\n    unknown %r" % (name, rows, anywhere, screen.unknown))
        print("".join("    |%s\n" % row for row in screen.lines()), end="")
    return failed


def run(shell):
    """Tells the differences; (passed, failed)"""
    failed = run_screens(shell)
    for name, pieces, want, want_shown in CASES:
        out, shown = run_case(shell, pieces)
        shown = shown.decode("utf-8", "replace")
        if out == want and want_shown in shown:
            continue
        failed += 1
        print("not ok keys/%s\n    want %r\n    got  %r\n    shown %r" % (name, want, out, shown))
    return len(CASES) + len(SCREENS) - failed, failed
