# SPDX-License-Identifier: MIT
"""programs: what Debian's own benchmarks measure of themselves, on Linux and on Parley, in the same machine.

Promise   One processor, instructions counted: a nanosecond that a program measures is an instruction. Each value is
          what one operation, or one whole run, took; less is better. A program that ends badly, or says something
          else than its row knows, is a complaint.
"""
import re
import types

from harness import command, debian_tests

GROUP, MEMORY_MIB, LIMIT_S = "threads", 768, 1500
NSEC = 1e9


def per_second(number):
    return NSEC / float(number.replace(",", ""))


def seconds(number):
    return NSEC * float(number)


def milliseconds(number):
    return seconds(number) / 1e3


def microseconds(number):
    return seconds(number) / 1e6


THREADS = 4  # of the benchmarks that average over threads; they share one processor
TIMED = (r"Time: ([0-9.]+)", seconds)
TOTAL = (r"Total time: ([0-9.]+) \[sec\]", seconds)
AVERAGED = (r"Averaged (\d+) ", lambda number: per_second(number) / THREADS)
PER_CALL = (r"([0-9.]+) usecs/op", microseconds)
WAKE = (r"in ([0-9.]+) ms \(", milliseconds)
INVERSIONS = (r"Total inversion performed: (\d+)", lambda number: 2 * NSEC / float(number))
AVERAGE, LATEST = (r"Avg: +(\d+)", float), (r"Max: +(\d+)", float)
HANDED = (r"Avg +(\d+)", microseconds)
ROUNDS = 20
# Timed from outside, start and end included, but for the 100 ms of each round in which its threads fall asleep.
WHOLE = (r"all took (\d+)", lambda number: float(number) / ROUNDS - NSEC / 10)

# name: what the shell runs, what is one value, where it stands in the output (the last such place) and its unit
PROGRAMS = {
    "hackbench-1": ("hackbench -p -g 1 -l 50", "50 messages of each of 400 pairs of processes", TIMED),
    "hackbench-10": ("hackbench -p -g 10 -l 5", "5 messages in 10 such groups", TIMED),
    "hackbench-threads-1": ("hackbench -p -T -g 1 -l 50", "50 messages of each of 400 pairs of threads", TIMED),
    "hackbench-sockets-1": ("hackbench -g 1 -l 50", "the same as hackbench-1, by pairs of sockets", TIMED),
    "hackbench-sockets-10": ("hackbench -g 10 -l 5", "the same as hackbench-10, by pairs of sockets", TIMED),
    "messaging": ("perf bench sched messaging -p -g 1 -l 50", "the same, by perf", TOTAL),
    "messaging-threads": ("perf bench sched messaging -p -t -g 1 -l 50", "the same with threads", TOTAL),
    "messaging-sockets": ("perf bench sched messaging -g 1 -l 50", "the same by pairs of sockets", TOTAL),
    "sched-pipe": ("perf bench sched pipe -l 10000", "there and back between processes", PER_CALL),
    "sched-pipe-threads": ("perf bench sched pipe -T -l 10000", "there and back between threads", PER_CALL),
    "futex-hash": ("perf bench futex hash -r 1 -t 4", "a futex wait that does not wait, of 4 threads", AVERAGED),
    "futex-wake": ("perf bench futex wake -t 64", "64 threads woken, one by one", WAKE),
    "futex-wake-parallel": ("perf bench futex wake-parallel -t 64 -w 4", "16 threads woken by one of 4", WAKE),
    "futex-requeue": ("perf bench futex requeue -t 64", "64 threads moved, one by one", WAKE),
    "futex-requeue-pi": ("perf bench futex requeue -p -t 64", "64 threads moved to a lock with inheritance", WAKE),
    "futex-wake-round": ("perf bench -r 20 futex wake -t 64", "64 threads made, put to sleep, woken, and ended", WHOLE),
    "futex-wake-parallel-round": ("perf bench -r 20 futex wake-parallel -t 64 -w 4", "the same, woken by 4", WHOLE),
    "futex-requeue-pi-round": ("perf bench -r 20 futex requeue -p -t 64", "the same, moved to a lock", WHOLE),
    "futex-lock-pi": ("perf bench futex lock-pi -r 1 -t 4", "a lock, a sleep of 1 us and an unlock, of 4 threads", AVERAGED),
    "futex-lock-pi-many": ("perf bench futex lock-pi -M -r 1 -t 4", "the same, each with a lock of its own", AVERAGED),
    "pi_stress": ("pi_stress -q -g 1 -D 2", "an inversion, by three threads", INVERSIONS),
    "ptsematest": ("ptsematest -q -p 80 -i 100 -l 1000 -t 1", "a hand-over between threads, to 1,000", HANDED),
    "cyclictest": ("cyclictest -q -N -p 80 -i 500 -l 2000", "a wake of a real-time thread, how late", AVERAGE),
    "cyclictest-latest": ("cyclictest -q -N -p 80 -i 500 -l 2000", "the latest of 2,000", LATEST),
    "cyclictest-other": ("cyclictest -q -N --policy=other -i 500 -l 2000", "a wake of a plain thread, how late",
                         AVERAGE),
}


def script(names):
    lines = ["cd /tmp || exit 1"]
    for name in names:
        line, _, measure = PROGRAMS[name]
        lines.append("echo '## %s'; a=$(date +%%s%%N); %s 2>&1 || echo ended badly" % (name, line))
        if measure is WHOLE:
            lines.append("echo all took $(($(date +%s%N) - a))")
    return "\n".join(lines) + "\n"


def value(name, lines):
    """What the lines of one program say; None: not what is expected."""
    pattern, scale = PROGRAMS[name][2]
    text = "\n".join(lines).replace("\r", "\n")
    found = re.findall(pattern, text)
    return None if not found or "ended badly" in text else scale(found[-1])


def run(paths, system, names, build, options, extra):
    """({name: value}, complaints) of one system: with `options` for its kernel, `extra` words for QEMU"""
    group = debian_tests.Group(paths, GROUP)
    root = debian_tests.root_image(paths, group)
    image = debian_tests.prepare(root, group, paths)
    settings = types.SimpleNamespace(linux=system == "linux", strace=False, gdb=False, cpus=1, memory=MEMORY_MIB,
                                     kernel_args=options, build=build, dry_run=False, timeout=LIMIT_S, console=False,
                                     extra=extra)
    out, err = debian_tests.Output(), debian_tests.Output()
    argv = ["/bin/sh", "-c", script(names)]
    status = command.boot_image(paths.root, settings, debian_tests.with_job(image, "null", argv, debian_tests.ENV),
                                "null", out, err, "tcg")
    values, bad = {}, []
    said = dict(debian_tests.sections(bytes(out.data)))
    for name in names:
        found = value(name, said.get(name, []))
        if found is None:
            bad.append("%s: %s: %s" % (system, name, " | ".join(said.get(name, ["nothing"])[-3:])))
        else:
            values[name] = round(found)
    if status:
        bad.append("%s: status %d: %s" % (system, status, err.data.decode(errors="replace")))
    return values, bad


def table(results):
    """The rows as a table of Markdown."""
    linux, parley = results.get("linux-programs", {}), results.get("parley-programs", {})
    lines = ["| row | command | one value is | Linux | Parley | Parley / Linux |", "|---|---|---|---:|---:|---:|"]
    for name, (line, what, _) in PROGRAMS.items():
        a, b = linux.get(name), parley.get(name)
        if a is None and b is None:
            continue
        ratio = "%.2f" % (b / a) if a and b is not None else "-"
        lines.append("| %s | `%s` | %s | %s | %s | %s |" % (
            name, line, what, "-" if a is None else format(a, ","), "-" if b is None else format(b, ","), ratio))
    return "\n".join(lines) + "\n"
