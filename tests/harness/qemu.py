# SPDX-License-Identifier: MIT
"""qemu: starts one machine and follows its console.

Promise   follow() ends: when QEMU does, when nothing was printed for `silence` seconds, or after
          `limit` seconds at most; QEMU is gone when it returns. The whole console is in the log.
          No machine outlives the harness, whatever ends it; end_all() ends those that other threads follow.
          Tests and benchmarks name TCG; PLATFORM facts are in tests/README.md.
"""
import ctypes
import os
import selectors
import signal
import subprocess
import threading
import time
import weakref

QEMU = os.environ.get("QEMU", "qemu-system-x86_64")
OVMF = ("/usr/share/ovmf/OVMF.fd", "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/qemu/OVMF.fd")
DEBUG_EXIT = ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
PASS, FAIL = 33, 35  # every other status is a crash, and 0 is one too: a triple fault ends so
READ_BYTES = 65536
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def die_with_parent():
    """Run in the child: no machine outlives the program that started it, however that ends."""
    os.setsid()
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


machines = weakref.WeakSet()
ending = threading.Event()


class Ending(Exception):
    """The harness ends: no further machine is begun."""


def start(argv, **more):
    """The process of a machine, with pipes for its console."""
    if ending.is_set():
        raise Ending()
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                               preexec_fn=die_with_parent, **more)
    machines.add(process)
    return process


def end_all():
    ending.set()
    for process in list(machines):
        process.kill()


class Machine:
    """The settings of one QEMU; command() is its command line."""

    def __init__(self, kernel=None, initrd=None, append="", iso=None, uefi=False, cpus=1,
                 memory=512, machine="q35", cpu="max", accel="tcg", extra=()):
        self.kernel, self.initrd, self.append = kernel, initrd, append
        self.iso, self.uefi, self.cpus, self.memory = iso, uefi, cpus, memory
        self.machine, self.cpu, self.accel, self.extra = machine, cpu, accel, list(extra)

    def command(self, serial=("-serial", "stdio")):
        argv = [QEMU, "-M", self.machine, "-m", str(self.memory), "-accel", self.accel,
                "-cpu", self.cpu, "-smp", str(self.cpus), "-display", "none", "-nodefaults",
                "-no-reboot", *DEBUG_EXIT, *serial]
        if self.kernel:
            argv += ["-kernel", self.kernel, "-append", self.append]
        if self.initrd:
            argv += ["-initrd", self.initrd]
        if self.iso:
            argv += ["-cdrom", self.iso, "-vga", "std"]
        if self.uefi:
            argv += ["-bios", ovmf()]
        return argv + self.extra


def ovmf():
    for path in OVMF:
        if os.path.exists(path):
            return path
    raise FileNotFoundError("no OVMF firmware: install the Debian package ovmf")


class Run:
    """One run of one machine: its status, how it ended, and what it printed."""

    def __init__(self, machine, log_path):
        self.machine, self.log_path = machine, log_path
        self.status, self.ended = None, "running"
        self.process = None

    def type(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except OSError:
            pass

    def follow(self, on_line, limit, silence, on_tick=None):
        """Calls on_line(text) for each line, and on_tick() about every second."""
        argv = self.machine.command()
        with open(self.log_path, "wb") as log:
            log.write(("# %s\n" % " ".join(argv)).encode())
            log.flush()
            self.process = start(argv, stderr=subprocess.STDOUT)
            try:
                self._loop(log, on_line, limit, silence, on_tick)
            finally:
                self.stop()
        return self.status

    def _loop(self, log, on_line, limit, silence, on_tick):
        out = self.process.stdout
        started = heard = time.monotonic()
        rest = b""
        with selectors.DefaultSelector() as sel:
            sel.register(out, selectors.EVENT_READ)
            while True:
                ready = sel.select(1.0)
                now = time.monotonic()
                if ready:
                    data = os.read(out.fileno(), READ_BYTES)
                    if not data:
                        self.ended = "exit"
                        break
                    log.write(data)
                    log.flush()
                    heard = now
                    *lines, rest = (rest + data).split(b"\n")
                    for line in lines:
                        on_line(line.decode("utf-8", "replace").rstrip("\r"))
                if on_tick:
                    on_tick()
                if now - started > limit:
                    self.ended = "over %d s" % limit
                    break
                if now - heard > silence:
                    self.ended = "silent for %d s" % silence
                    break
        if rest:
            on_line(rest.decode("utf-8", "replace").rstrip("\r"))
        if self.ended == "exit":
            self.status = self.process.wait()

    def stop(self):
        p = self.process
        if p.poll() is None:
            os.killpg(p.pid, signal.SIGTERM)
            try:
                p.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
        p.stdin.close()
        p.stdout.close()
