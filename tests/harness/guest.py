# SPDX-License-Identifier: MIT
"""guest: runs the test programs in one booted machine, or natively on the host.

Promise   One run of a configuration gives a list of ktap.Case and a verdict on the machine. The
          log of the run is build/logs/TITLE.log.
"""
import os
import queue
import secrets
import signal
import subprocess
import threading

from . import cpio, debian, ktap, qemu, report

SILENCE_S = 200      # longer than the runner's time-out for one program
LIMIT_S = 1500
PROGRAM_TIMEOUT_S = 120
HOST_PARALLEL = 2
SLOWNESS = {"kasan": 12}  # how much longer a case may take in an emulated machine,
SLOWNESS_ELSE = 4         # and in one without the sanitizer
SMOKE = ("eventfd", "pipe")  # what the quick entry of the ISO's menu runs (iso/grub.cfg)
ISO_LOADS = "Loading Parley"  # what it says then
ISO_KEYS = {"abi": "q", "kernel": "k"}  # the keys that choose entries there
LINUX_OPTIONS = "console=ttyS0 quiet loglevel=5 panic=-1 mitigations=off rdinit=/bin/testrun"
PARLEY_OPTIONS = "console=ttyS0 panic=-1 exit=debug init=/bin/testrun"
KTEST_OPTIONS = "console=ttyS0 panic=-1 exit=debug ktest=1"


class Missing(Exception):
    """Something that make builds or installs is not there."""


class Config:
    """Which system, on which machine, by which route."""

    def __init__(self, system, build="release", cpus=1, route="pvh", memory=512, append="",
                 within=()):
        self.system, self.build, self.cpus, self.route = system, build, cpus, route
        self.memory, self.append, self.within = memory, append, within

    def title(self, family="abi"):
        """The name of a run, and of its log."""
        if self.system == "host":
            return "host"
        if self.system == "linux":
            name = "linux-%dcpu" % self.cpus
        elif self.route == "pvh":
            name = "%s-%dcpu" % (self.build, self.cpus)
        else:
            name = "%s-%s-%dcpu" % (self.route, self.build, self.cpus)
        return name if family == "abi" else "%s-%s" % (family, name)


class Selection:
    """The programs to run: all under `folder` that a glob selects, and one of `within`, if any."""

    def __init__(self, folder, globs, within=()):
        self.folder, self.globs, self.within = folder, [g for g in globs if g], within

    def found(self):
        found = []
        if os.path.isdir(self.folder):
            for mechanism in sorted(os.listdir(self.folder)):
                inside = os.path.join(self.folder, mechanism)
                if os.path.isdir(inside):
                    found += [(mechanism, name) for name in sorted(os.listdir(inside))
                              if os.access(os.path.join(inside, name), os.X_OK) and
                              os.path.isfile(os.path.join(inside, name)) and
                              "." not in name and self.wants(mechanism, name)]
        return found

    def programs(self):
        found = self.found()
        if not found:
            raise Missing("no test program in %s%s" % (
                self.folder, " matches " + ",".join(self.globs) if self.globs else ""))
        return found

    def wants(self, mechanism, name):
        # The same rule as is_selected() in user/bin/testrun.c.
        texts = (mechanism + "/" + name, mechanism, name)
        return all(not globs or any(glob_match(g, t) for g in globs for t in texts)
                   for globs in (self.globs, self.within))


def glob_match(glob, text):
    """'*' and '?' only, as in user/bin/testrun.c."""
    if not glob:
        return not text
    if glob[0] == "*":
        return any(glob_match(glob[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and glob[0] in ("?", text[0]) and glob_match(glob[1:], text[1:])


class Paths:
    """Where make puts what a run needs."""

    def __init__(self, root, build_dir):
        self.root, self.build = root, build_dir
        self.tests = os.path.join(build_dir, "tests", "abi")
        self.unit = os.path.join(build_dir, "tests", "unit")
        self.bin = os.path.join(build_dir, "user", "bin")
        self.cache = os.path.join(build_dir, "cache")
        self.logs = os.path.join(build_dir, "logs")

    def need(self, path, target):
        if not os.path.exists(path):
            raise Missing("%s is not there: make %s builds it" %
                          (os.path.relpath(path, self.root), target))
        return path

    def kernel(self, config, image="parley.elf"):
        if config.system == "linux":
            return debian.kernel(self.cache)
        return self.need(os.path.join(self.build, config.build, image),
                         "build/%s/%s" % (config.build, image))

    def iso(self, config):
        return self.need(os.path.join(self.build, config.build, "parley.iso"), "iso")


def add_programs(archive, paths):
    """Our programs, in /bin."""
    paths.need(os.path.join(paths.bin, "testrun"), "all")
    for name in sorted(os.listdir(paths.bin)):
        path = os.path.join(paths.bin, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            archive.program("bin/" + name, path)


def add_tests(archive, paths, selection):
    for mechanism, name in selection.programs():
        archive.program("tests/%s/%s" % (mechanism, name),
                        os.path.join(paths.tests, mechanism, name))


def pack(paths, selection):
    """The initrd of a test run: our programs in /bin, the tests in /tests."""
    archive = cpio.base()
    add_programs(archive, paths)
    add_tests(archive, paths, selection)
    return archive.bytes()


def iso_machine(config, paths):
    return qemu.Machine(iso=paths.iso(config), uefi=config.route == "uefi", cpus=config.cpus,
                        memory=config.memory)


def machine(config, paths, selection, repeat, nonce):
    if config.route != "pvh":
        return iso_machine(config, paths)
    initrd = os.path.join(paths.build, "initrd-%s.cpio" % config.title())
    with open(initrd, "wb") as f:
        f.write(pack(paths, selection))
    options = LINUX_OPTIONS if config.system == "linux" else PARLEY_OPTIONS
    append = "%s test.nonce=%s test.slow=%d test.timeout=%d test.repeat=%d %s" % (
        options, nonce, SLOWNESS.get(config.build, SLOWNESS_ELSE), PROGRAM_TIMEOUT_S, repeat,
        config.append)
    return qemu.Machine(kernel=paths.kernel(config), initrd=initrd, append=append.strip(),
                        cpus=config.cpus, memory=config.memory)


def run_machine(config, paths, title, globs, repeat=1, limit=LIMIT_S):
    """The programs in one machine; returns (cases, log's path, exit code: 0, 1, 3 or 124)."""
    by_iso = config.route != "pvh"
    nonce = "-" if by_iso else secrets.token_hex(4)
    selection = Selection(paths.tests, SMOKE if by_iso else globs, config.within)
    total = len(selection.programs()) * (1 if by_iso else repeat)
    stream = ktap.Stream(nonce)
    return follow(machine(config, paths, selection, repeat, nonce), paths, title, stream, total,
                  ISO_KEYS["abi"] if by_iso else "", limit)


def run_kernel_tests(config, paths, title, globs, limit=LIMIT_S):
    """The tests inside the kernel, without any program; returns the same."""
    by_iso = config.route != "pvh"
    one = globs[0].strip("*") if len(globs) == 1 and "/" not in globs[0] else ""
    append = KTEST_OPTIONS.replace("ktest=1", "ktest=" + (one or "1"))
    setup = iso_machine(config, paths) if by_iso else qemu.Machine(
        kernel=paths.kernel(config, "parley-test.elf"), cpus=config.cpus, memory=config.memory,
        append=("%s %s" % (append, config.append)).strip())
    return follow(setup, paths, title, ktap.KernelStream(), 0,
                  ISO_KEYS["kernel"] if by_iso else "", limit)


class Menu:
    """Presses a key of the ISO's menu until it has been taken."""

    def __init__(self, run, key):
        self.run, self.key, self.is_open = run, key, bool(key)

    def line(self, text):
        self.is_open = self.is_open and ISO_LOADS not in text

    def tick(self):
        if self.is_open:
            self.run.type(self.key)


def follow(setup, paths, title, stream, total, key, limit):
    """Boots one machine and listens; `key` is pressed until the ISO's menu has taken it."""
    os.makedirs(paths.logs, exist_ok=True)
    log = os.path.join(paths.logs, title + ".log")
    live = report.Live(title)
    run = qemu.Run(setup, log)

    menu = Menu(run, key)

    def line(text):
        menu.line(text)
        stream.line(text)

    def tick():
        menu.tick()
        now = stream.current
        seen = "%d/%d  " % (stream.programs_seen, total) if total else ""
        live.show("%s%s  %s" % (seen, report.tally_text(report.tally(stream.cases)),
                                now.cases[-1].name if now and now.cases else ""))

    # A program that seems to leave something is run again, silently, and may take as long as it did.
    run.follow(line, limit, max(SILENCE_S, limit // 4), tick)
    how, code = verdict(run)
    cases = stream.finish(how)
    live.end(cases)
    if code == 0 and any(c.outcome == ktap.FAIL for c in cases):
        code = 1
    return cases, log, code


def verdict(run):
    """(what went wrong with the machine or "", exit code)"""
    if run.ended != "exit":
        return "time-out: the machine was %s" % run.ended, 124
    if run.status == qemu.PASS:
        return "", 0
    if run.status == qemu.FAIL:
        return "the runner reported a failure", 1
    return "the machine crashed (QEMU's status is %d)" % run.status, 3


# -- natively ---------------------------------------------------------------------------------


def session_members(sid):
    """The processes of a session; a case makes a process group of its own inside it."""
    members = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(pid)) == sid:
                members.append(int(pid))
        except OSError:
            pass
    return members


def run_program(path, name, timeout, log):
    program = ktap.Program(name)
    env = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "TERM": "dumb"}
    p = subprocess.Popen([path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, env=env, cwd="/tmp", start_new_session=True)
    timed_out = threading.Event()

    def expire():
        timed_out.set()
        for pid in session_members(p.pid):
            os.kill(pid, signal.SIGKILL)

    watchdog = threading.Timer(timeout, expire)
    watchdog.start()
    for line in p.stdout:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        log.append(text)
        program.line(text)
    status = p.wait()
    watchdog.cancel()
    p.stdout.close()
    left = session_members(p.pid)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    reason = "time-out after %d s" % timeout if timed_out.is_set() else ""
    if status < 0 and not reason:
        reason = "killed by signal %d" % -status
    if left and not reason:
        reason = "%d process(es) left running" % len(left)
    return program.finish(status == 0 and not reason, reason)


def run_host(paths, globs, repeat=1):
    """The programs on this Linux, a few at a time; returns (cases, log's path, exit code)."""
    todo, done, cases = queue.Queue(), queue.Queue(), []
    programs = Selection(paths.tests, globs).programs()
    for round_no in range(repeat):
        for mechanism, name in programs:
            todo.put((mechanism, name, "@%d" % (round_no + 1) if round_no else ""))
    total = todo.qsize()

    def work():
        while True:
            try:
                mechanism, name, suffix = todo.get_nowait()
            except queue.Empty:
                return
            log = []
            path = os.path.join(paths.tests, mechanism, name)
            title = "%s/%s%s" % (mechanism, name, suffix)
            try:
                result = run_program(path, title, PROGRAM_TIMEOUT_S, log)
            except OSError as e:
                result = [ktap.Case(title, ktap.WHOLE, ktap.FAIL, str(e))]
            done.put((title, result, log))

    live = report.Live("host")
    os.makedirs(paths.logs, exist_ok=True)
    workers = [threading.Thread(target=work, daemon=True) for _ in range(HOST_PARALLEL)]
    for w in workers:
        w.start()
    log_path = os.path.join(paths.logs, "host.log")
    with open(log_path, "w", encoding="utf-8") as log_file:
        for count in range(total):
            title, result, log = done.get()
            cases += result
            log_file.write("# %s\n%s\n" % (title, "\n".join(log)))
            live.show("%d/%d  %s  %s" % (count + 1, total,
                                         report.tally_text(report.tally(cases)), title))
    cases.sort(key=lambda c: c.program)
    live.end(cases)
    return cases, log_path, 1 if any(c.outcome == ktap.FAIL for c in cases) else 0
