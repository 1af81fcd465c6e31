# SPDX-License-Identifier: MIT
"""command: one command of the host in a guest; ./run is its command line.

The guest's side, and the frames that both exchange, are in user/bin/runcmd.c.
"""
import difflib
import io
import os
import re
import select
import stat
import sys
import tempfile
import termios
import time
import tty

from . import accel, closure, cpio, debian, qemu

MACHINE_FAILED, TIMED_OUT = 125, 124
CHUNK_BYTES = 1024   # of input for one request; escaped it stays below a terminal's line limit
KEPT_LINES = 40
GUEST_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HELPER = ".run/runcmd"
LINUX = "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off rdinit=/" + HELPER
PARLEY = "console=ttyS0 quiet panic=-1 exit=debug init=/" + HELPER
SYSTEM = "console=ttyS0 init=/bin/init"
ESCAPE = re.compile(rb"\\([0-9a-f]{2})")


class Refused(Exception):
    pass


def unescape(text):
    return ESCAPE.sub(lambda m: bytes([int(m.group(1), 16)]), text)


def escape(raw):
    return b"".join(bytes([c]) if 32 <= c < 127 and c != 0x5c else b"\\%02x" % c for c in raw)


# -- what goes into the initrd ----------------------------------------------------------------


def input_mode():
    """(mode of the job, the bytes of the input when they are packed)"""
    try:
        fd = sys.stdin.fileno()
        mode = os.fstat(fd).st_mode
    except (OSError, ValueError, AttributeError):
        return "null", None
    if os.isatty(fd):
        return ("tty" if sys.stdout.isatty() else "pull"), None
    if stat.S_ISREG(mode):
        return "file", sys.stdin.buffer.read()
    return ("null", None) if stat.S_ISCHR(mode) else ("pull", None)


def guest_environment(args):
    env = {"PATH": GUEST_PATH, "HOME": "/root", "TERM": os.environ.get("TERM", "dumb"),
           "LANG": "C.UTF-8"}
    for item in args.env:
        name, _, value = item.partition("=")
        env[name] = value
    return env


def shell():
    return ["sh"]


def job_bytes(mode, cwd, argv, env):
    strings = [mode, cwd, str(len(argv))] + argv + ["%s=%s" % kv for kv in env.items()]
    return b"".join(os.fsencode(s) + b"\0" for s in strings)


def add_own_programs(archive, folder):
    """Our programs, under their names, where the host's are not."""
    inside = "usr/bin" if "bin" in archive.entries and \
        stat.S_ISLNK(archive.entries["bin"][0]) else "bin"
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and "%s/%s" % (inside, name) not in archive.entries:
            archive.program("%s/%s" % (inside, name), path)


def initrd(root, args, mode, data):
    build_bin = os.path.join(root, "build", "user", "bin")
    helper = os.path.join(build_bin, "runcmd")
    if not os.path.exists(helper):
        raise Refused("build/user/bin/runcmd is not there: make builds it")
    argv, cwd = args.command or shell(), os.getcwd()
    archive = cpio.base()
    if args.root:
        archive.tree(args.root)
        cwd = "/"
    else:
        packer = closure.Packer(archive, GUEST_PATH + ":" + os.environ.get("PATH", ""))
        own = os.path.join(build_bin, os.path.basename(argv[0]))
        if not packer.word(argv[0]) and not os.path.exists(own):
            raise Refused("%s: no such command" % argv[0])
        for word in argv[1:] + args.more:
            packer.argument(word)
        archive.folder(cwd)
    if args.strace and args.linux:
        argv = host_strace(archive, packer if not args.root else None) + argv
    add_own_programs(archive, build_bin)
    archive.program(HELPER, helper)
    archive.file(".run/job", job_bytes(mode, cwd, argv, guest_environment(args)))
    if data is not None:
        archive.file(".run/stdin", data)
    return archive.bytes()


def host_strace(archive, packer):
    if not packer or not packer.word("strace"):
        raise Refused("--strace --linux needs the Debian package strace, and no --root")
    return ["strace", "-f"]


# -- the machine ------------------------------------------------------------------------------


def build_machine(root, args, initrd_path, accelerator, parley=PARLEY):
    build = os.path.join(root, "build")
    if args.linux:
        kernel, options = debian.kernel(os.path.join(build, "cache")), LINUX
    else:
        kernel, options = os.path.join(build, args.build, "parley.elf"), parley
        if not os.path.exists(kernel):
            raise Refused("%s is not there: make BUILD=%s builds it" %
                          (os.path.relpath(kernel), args.build))
        if args.strace:
            options += " strace=1"
    extra = list(getattr(args, "extra", ()))
    if args.gdb:
        sock = os.path.join(build, "gdb.sock")
        extra += ["-S", "-gdb", "unix:%s,server=on,wait=off" % sock]
        print("run: waiting for:  gdb -x tests/gdb.py -ex 'target remote %s' %s" %
              (sock, kernel), file=sys.stderr)
    chosen = accelerator or accel.choose(qemu.QEMU, os.path.join(build, "cache", "accel"))
    return qemu.Machine(kernel=kernel, initrd=initrd_path, cpus=args.cpus, memory=args.memory,
                        append=("%s %s" % (options, args.kernel_args)).strip(), accel=chosen,
                        cpu="host" if chosen == "kvm" else "max", extra=extra)


class Session:
    """Follows the console of a guest, splits frames from messages, and answers requests."""

    def __init__(self, process, out, err, source, show_console):
        self.process, self.out, self.err, self.source = process, out, err, source
        self.show_console = show_console
        self.rest, self.kept = b"", []
        self.status, self.started, self.asked = None, False, False

    def line(self, line):
        line = line.rstrip(b"\r")
        at = line.find(b"~")
        kind = line[at + 1:at + 2] if at >= 0 else b""
        if at > 0 and not (kind in b"12srx" and kind):
            kind = b""
        if kind == b"1":
            self.out.write(unescape(line[at + 2:]))
            self.out.flush()
        elif kind == b"2":
            self.err.write(unescape(line[at + 2:]))
            self.err.flush()
        elif kind == b"r" and not line[at + 2:]:
            self.asked = True
        elif kind == b"s" and not line[at + 2:]:
            self.started = True
        elif kind == b"x" and line[at + 2:].isdigit():
            self.status = int(line[at + 2:])
        elif kind != b"0":
            self.message(line)

    def message(self, line):
        self.kept = (self.kept + [line])[-KEPT_LINES:]
        if self.show_console == "all" or (self.show_console == "started" and self.started):
            self.err.write(line + b"\n")
            self.err.flush()

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.line(line)

    def send_input(self):
        data = os.read(self.source, CHUNK_BYTES)
        self.process.stdin.write(b"~0" + escape(data) + b"\n")
        self.process.stdin.flush()
        self.asked = False

    def follow(self, deadline):
        """Until QEMU ends; False when the deadline passed first."""
        out = self.process.stdout.fileno()
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            wanted = [out] + ([self.source] if self.asked else [])
            ready = select.select(wanted, [], [], left)[0]
            if self.asked and self.source in ready:
                self.send_input()
            if out in ready:
                data = os.read(out, qemu.READ_BYTES)
                if not data:
                    break
                self.feed(data)
        self.line(self.rest)
        return True


class Screen:
    """What a terminal session shows: all between the frames ~s and ~x, which it keeps back."""

    BEGIN, END = re.compile(rb"~s\r?\n"), re.compile(rb"~x(\d+)\r?\n")
    MAYBE_END = re.compile(rb"~(x(\d+\r?)?)?\Z")

    def __init__(self):
        self.held, self.begun, self.status = b"", False, None

    def feed(self, data):
        """The bytes to show now."""
        self.held += data
        begin = None if self.begun else self.BEGIN.search(self.held)
        if begin:
            self.begun, self.held = True, self.held[begin.end():]
        if not self.begun:
            return b""
        end, maybe = self.END.search(self.held), self.MAYBE_END.search(self.held)
        if end:
            self.status = int(end.group(1))
        cut = end.start() if end else maybe.start() if maybe else len(self.held)
        shown, self.held = self.held[:cut], self.held[cut:]
        return shown


def follow_terminal(process, deadline):
    """Joins the terminal and the console byte by byte; returns (status, timed out)."""
    fd, out, screen = sys.stdin.fileno(), process.stdout.fileno(), Screen()
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        while deadline is None or time.monotonic() < deadline:
            ready = select.select([fd, out], [], [], 1.0)[0]
            if fd in ready:
                process.stdin.write(os.read(fd, CHUNK_BYTES))
                process.stdin.flush()
            if out in ready:
                data = os.read(out, qemu.READ_BYTES)
                if not data:
                    return screen.status, False
                os.write(1, screen.feed(data))
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
    return screen.status, True


def boot(root, args, mode, data, out, err):
    """Runs the command of `args` in a machine; returns its exit status."""
    return boot_image(root, args, initrd(root, args, mode, data), mode, out, err)


def boot_image(root, args, archive, mode, out, err, accelerator=None):
    """The same for an initrd that is made already."""
    with tempfile.NamedTemporaryFile(prefix="parley-run-", suffix=".cpio") as image:
        image.write(archive)
        image.flush()
        machine = build_machine(root, args, image.name, accelerator)
        if args.dry_run:
            print(" ".join(machine.command()))
            return 0
        process = qemu.start(machine.command())
        deadline = time.monotonic() + args.timeout if args.timeout else None
        try:
            if mode == "tty":
                status, late = follow_terminal(process, deadline)
                kept = []
            else:
                show = "all" if args.console else "started" if args.strace else ""
                source = sys.stdin.fileno() if mode == "pull" else -1
                session = Session(process, out, err, source, show)
                late = not session.follow(deadline)
                status, kept = session.status, session.kept
        finally:
            process.kill()
            process.wait()
    if status is None:
        err.write(b"".join(b"run: console: " + line + b"\n" for line in kept))
        err.write(b"run: time-out\n" if late else
                  b"run: the machine ended (QEMU's status is %d) before the command did\n" %
                  process.returncode)
        err.flush()
        return TIMED_OUT if late else MACHINE_FAILED
    return status


def run(root, args):
    mode, data = input_mode()
    return boot(root, args, mode, data, sys.stdout.buffer, sys.stderr.buffer)


def boot_system(root, args):
    """Our own system on this terminal, monitor included; does not return."""
    if args.linux:
        raise Refused("--boot is for Parley: Linux would not know our init")
    archive = os.path.join(root, "build", "initrd.cpio")
    if not os.path.exists(archive):
        raise Refused("build/initrd.cpio is not there: make run builds it")
    argv = build_machine(root, args, archive, None, SYSTEM).command(("-serial", "mon:stdio"))
    if args.dry_run:
        print(" ".join(argv))
        return 0
    print("run: Ctrl-A X ends the machine", file=sys.stderr)
    os.execvp(argv[0], argv)


def diff(root, args):
    """On Linux and on Parley; the input is read once. Returns 0 when nothing differs."""
    mode, data = input_mode()
    if mode == "pull":
        mode, data = "file", sys.stdin.buffer.read()
    texts = []
    for args.linux in (True, False):
        out, err = io.BytesIO(), io.BytesIO()
        status = boot(root, args, "null" if mode == "tty" else mode, data, out, err)
        text = out.getvalue() + b"--- standard error\n" + err.getvalue() + \
            b"--- exit status %d\n" % status
        texts.append(text.decode("utf-8", "replace").splitlines(True))
    changes = list(difflib.unified_diff(texts[0], texts[1], "linux", "parley"))
    sys.stdout.writelines(changes or texts[0])
    return 1 if changes else 0
