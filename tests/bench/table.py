# SPDX-License-Identifier: MIT
"""table: the results of two systems side by side, with ratios and their geometric mean."""
import json
import math
import os

ROWS = ("null-call", "read-zero", "open-close", "stat", "clock-gettime", "fork-exit-wait",
        "exec-static", "exec-dynamic", "yield-switch", "fault-anonymous", "fault-file-shared",
        "fault-copy-on-write", "mmap-munmap", "pipe-one-process", "pipe-ping-pong",
        "fifo-ping-pong", "pipe-64k", "poll-100-pipes", "eventfd-ping-pong", "pty-echo",
        "signal-self", "timer-signal", "epoll-1-of-1000", "epoll-add-delete", "epoll-ping-pong",
        "timerfd-set", "timerfd-expire", "signalfd-read", "pidfd-open-close", "futex-wake-none",
        "futex-ping-pong", "path-1", "path-4", "path-16", "getdents-1000", "file-read-1",
        "file-read-4k", "file-read-64k", "file-write-1", "file-write-4k", "file-write-64k",
        "fcntl-lock", "memfd-create-close", "shell-loop", "boot", "memory-after-boot")
GOAL = 0.5  # of Linux, for each row


def load(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def compared(results, cpus):
    """[(name, unit, linux or None, parley or None, ratio or None)]"""
    linux, parley = (results.get("%s-%d" % (s, cpus), {}) for s in ("linux", "parley"))
    found = []
    for name in ROWS:
        a, b = linux.get(name), parley.get(name)
        if not a and not b:
            continue
        unit = (a or b)[1]
        if cpus == 1 and unit == "ns":
            unit = "instr."
        ratio = b[0] / a[0] if a and b and a[0] > 0 else None
        found.append((name, unit, a and a[0], b and b[0], ratio))
    return found


def geometric_mean(rows):
    ratios = [r[4] for r in rows if r[4]]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def part(rows, title):
    def cell(value):
        return "{:,}".format(value) if value is not None else "-"

    lines = [title, "", "| operation | unit | Linux | Parley | Parley / Linux |",
             "|---|---|---:|---:|---:|"]
    for name, unit, a, b, ratio in rows:
        mark = "" if ratio is None or ratio <= GOAL else " *"
        lines.append("| %s | %s | %s | %s | %s |" % (
            name, unit, cell(a), cell(b), "-" if ratio is None else "%.2f%s" % (ratio, mark)))
    mean = geometric_mean(rows)
    lines.append("| geometric mean | | | | %s |" % ("-" if mean is None else "%.2f" % mean))
    return "\n".join(lines) + "\n"


def text(results):
    parts = []
    for cpus, title in ((1, "One processor, instructions counted (QEMU TCG, -icount shift=0):"),
                        (2, "Two processors, wall clock (QEMU TCG):")):
        rows = compared(results, cpus)
        if rows:
            parts.append(part(rows, title))
    return "\n".join(parts) + "\n* above half of Linux's\n"
