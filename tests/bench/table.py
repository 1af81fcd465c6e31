# SPDX-License-Identifier: MIT
"""table: the results of two systems side by side, with ratios and their geometric mean."""
import json
import math
import os

SECTIONS = (
    ("Calls and processes", (
        "null-call", "read-zero", "open-close", "stat", "clock-gettime", "fork-exit-wait",
        "fork-256m", "fork-beside-10000", "exec-static", "exec-dynamic", "yield-switch",
        "yield-threads", "shell-loop")),
    ("Memory", (
        "fault-anonymous", "fault-file-shared", "fault-file-private", "fault-memfd",
        "fault-copy-on-write", "fault-one-thread", "fault-two-threads", "mmap-munmap",
        "mmap-munmap-64m", "mprotect-flip", "mremap-64m", "memfd-create-close", "memfd-life",
        "process-vm-4k", "process-vm-1m")),
    ("Pipes and terminals", (
        "pipe-one-process", "pipe-ping-pong", "fifo-ping-pong", "pipe-64k", "eventfd-ping-pong",
        "many-pipes-1", "many-pipes-10", "many-pipes-40", "thread-pipes-1", "thread-pipes-10",
        "thread-pipes-40", "pty-echo")),
    ("Sockets", (
        "socket-one-process", "dgram-one-process", "socket-ping-pong", "dgram-ping-pong", "socket-64k",
        "socketpair-life", "socket-connect", "pass-descriptor")),
    ("Signals and timers", (
        "signal-install", "signal-self", "kill-ping-pong", "signal-queue", "timer-life",
        "timer-signal", "nanosleep-error")),
    ("Events", (
        "poll-100-pipes", "select-100-pipes", "epoll-1-of-1", "epoll-1-of-100", "epoll-1-of-1000",
        "epoll-1-of-10000", "epoll-add-delete", "epoll-ping-pong", "timerfd-set", "timerfd-expire",
        "signalfd-read", "pidfd-open-close", "pidfd-exit")),
    ("Threads and futexes", (
        "thread-create-join", "futex-wake-none", "futex-ping-pong", "futex-ping-private",
        "futex-ping-beside-1000", "futex-waitv-1", "futex-waitv-128", "mutex-contended",
        "futex-pi-alone", "futex-pi-contended", "broadcast-100", "requeue-100", "rt-wake-latest",
        "rt-wake-999")),
    ("Files", (
        "path-1", "path-4", "path-16", "getdents-1000", "file-read-1", "file-read-4k",
        "file-read-64k", "file-write-1", "file-write-4k", "file-write-64k", "fcntl-lock")),
    ("The machine", ("boot", "memory-after-boot")),
)
GOAL = 0.5  # of Linux, for each row


def load(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def rows_of(results, cpus, names):
    """[(name, unit, linux or None, parley or None, ratio or None)]"""
    linux, parley = (results.get("%s-%d" % (s, cpus), {}) for s in ("linux", "parley"))
    found = []
    for name in names:
        a, b = linux.get(name), parley.get(name)
        if not a and not b:
            continue
        unit = (a or b)[1]
        if cpus == 1 and unit == "ns":
            unit = "instr."
        ratio = b[0] / a[0] if a and b and a[0] > 0 else None
        found.append((name, unit, a and a[0], b and b[0], ratio))
    return found


def compared(results, cpus):
    """[(section, rows)], sections without rows left out"""
    sections = [(title, rows_of(results, cpus, names)) for title, names in SECTIONS]
    return [s for s in sections if s[1]]


def all_rows(sections):
    return [row for _, rows in sections for row in rows]


def geometric_mean(rows):
    ratios = [r[4] for r in rows if r[4]]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def share(ratio):
    return "-" if ratio is None else "%.2f" % ratio


def section(title, rows):
    def cell(value):
        return "{:,}".format(value) if value is not None else "-"

    lines = ["", "| %s | unit | Linux | Parley | Parley / Linux |" % title.lower(),
             "|---|---|---:|---:|---:|"]
    for name, unit, a, b, ratio in rows:
        mark = "" if ratio is None or ratio <= GOAL else " *"
        lines.append("| %s | %s | %s | %s | %s%s |" % (
            name, unit, cell(a), cell(b), share(ratio), mark))
    return lines


def speed_up(results, system):
    rows = results.get("%s-2" % system, {})
    one, two = rows.get("fault-one-thread"), rows.get("fault-two-threads")
    return "%.2f" % (one[0] / two[0]) if one and two and two[0] else "-"


def part(results, cpus, title):
    sections = compared(results, cpus)
    if not sections:
        return ""
    lines = [title]
    for name, rows in sections:
        lines += section(name, rows)
    rows = all_rows(sections)
    over = sum(1 for r in rows if r[4] and r[4] > GOAL)
    lines += ["", "%d rows, %d above half; geometric mean %s." % (
        len(rows), over, share(geometric_mean(rows)))]
    if cpus > 1:
        lines.append("Two threads that fault are %s times as fast as one (on Linux %s times)." % (
            speed_up(results, "parley"), speed_up(results, "linux")))
    return "\n".join(lines) + "\n"


def text(results):
    parts = (part(results, 1, "One processor, instructions counted (QEMU TCG, -icount shift=0):"),
             part(results, 2, "Two processors, wall clock (QEMU TCG):"))
    return "\n".join(p for p in parts if p)
