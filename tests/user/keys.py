# SPDX-License-Identifier: MIT
"""keys: our shell on a terminal: line editing, history, completion, job control.

Promise   Each case starts the shell on a pseudo-terminal in an empty directory, types its keys, and looks at
          the file `out` that the commands typed have written, or at what the terminal shows. After
          each piece of keys it waits until the terminal is quiet.
"""
import os
import pty
import select
import shutil
import signal
import tempfile
import time

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


def run_case(shell, pieces):
    """(the file `out`, what the terminal showed)"""
    folder = tempfile.mkdtemp(prefix="sh-keys-")
    os.mkdir(os.path.join(folder, ".bin"))
    os.symlink(os.path.abspath(shell), os.path.join(folder, ".bin", "sh"))
    path = os.path.abspath(shell)
    env = {"PATH": folder + "/.bin:/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C", "HOME": "/"}
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(path, ["sh"], env)
    shown = bytearray()
    drain(fd, shown)
    for keys in pieces:
        if isinstance(keys, float):
            time.sleep(keys)
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
    return out, shown.decode("utf-8", "replace")


def run(shell):
    """Tells the differences; (passed, failed)"""
    failed = 0
    for name, pieces, want, want_shown in CASES:
        out, shown = run_case(shell, pieces)
        if out == want and want_shown in shown:
            continue
        failed += 1
        print("not ok keys/%s\n    want %r\n    got  %r\n    shown %r" % (name, want, out, shown))
    return len(CASES) - failed, failed
