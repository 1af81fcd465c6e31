#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench: runs tests/bench/bench.c on Debian's Linux and on Parley, and compares.

Promise   Both run in the same machine: QEMU's TCG, once with one processor and instruction counting
          (values are instructions, the same at every run), once with two and the wall clock. What is the
          worst of very many there is an accident of the host: the median of several measurements, in turn.
          The table is printed and saved under build/bench as table.txt, results.json and chart.svg.
          Exit status: 0, or 1 when a row's data was wrong or a machine did not end well.
"""
import argparse
import fnmatch
import json
import os
import statistics
import sys
import tempfile
import types

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from bench import chart, profile, programs, table  # noqa: E402
from harness import closure, cpio, debian, guest, qemu  # noqa: E402

MEMORY_MIB = 512
LIMIT_S, SILENCE_S = 1200, 240
CPU = "max,-erms"
DYNAMIC = "/usr/bin/true"
WORST_OF_MANY, ROUNDS = "rt-wake-*", 7  # by the wall clock
COUNTED = ["-icount", "shift=0,sleep=off"]
BARE_LINUX = ("mitigations=off init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off "
              "cgroup_disable=memory apparmor=0 audit=0 tsc=reliable nokaslr")
LINUX = "console=ttyS0 quiet loglevel=1 panic=-1 rdinit=/bin/bench " + BARE_LINUX
MARKS = "<!-- results -->\n", "<!-- end of results -->\n"
PROGRAM_MARKS = "<!-- programs -->\n", "<!-- end of programs -->\n"
PARLEY = "console=ttyS0 quiet panic=-1 exit=debug init=/bin/bench"


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--rows", default="*", metavar="GLOB", help="only these rows")
    p.add_argument("--only", choices=("linux", "parley"), help="one system; the other's last values")
    p.add_argument("--counted", action="store_true", help="only the instruction counts")
    p.add_argument("--programs", action="store_true",
                   help="what Debian's own benchmarks measure, instead of ours")
    p.add_argument("--profile", metavar="ROW", help="where Parley's instructions go in one row")
    p.add_argument("--build", default="release")
    p.add_argument("--publish", action="store_true",
                   help="the last results into tests/bench/README.md and chart.svg; runs nothing")
    return p.parse_args()


def initrd(paths):
    archive = cpio.base()
    archive.program("bin/bench", paths.need(os.path.join(paths.build, "bench", "bench"), "bench"))
    for name in ("sh", "true"):
        archive.program("bin/" + name, paths.need(os.path.join(paths.build, "user/bin", name), "user"))
    if os.path.exists(DYNAMIC):
        closure.Packer(archive).program(DYNAMIC)
    return archive.bytes()


def machine(paths, system, cpus, image, rows, build, extra=()):
    if system == "linux":
        kernel, options = debian.kernel(paths.cache), LINUX
    else:
        kernel, options = paths.kernel(guest.Config("parley", build)), PARLEY
    append = "%s bench.memory=%d bench.dynamic=%s bench.rows=%s" % (
        options, MEMORY_MIB * 1024, DYNAMIC, rows)
    counted = COUNTED if cpus == 1 else []
    return qemu.Machine(kernel=kernel, initrd=image, append=append, cpus=cpus, memory=MEMORY_MIB,
                        cpu=CPU, extra=[*counted, *extra])


class Lines:
    """What bench prints: {row: (value, unit)}, and complaints."""

    def __init__(self):
        self.rows, self.bad, self.ended, self.tail = {}, [], False, []

    def line(self, text):
        self.tail = (self.tail + [text])[-20:]
        words = text.split()
        if words[:1] == ["row"] and len(words) == 4:
            self.rows[words[1]] = (int(words[2]), words[3])
        elif words[:1] == ["bad"]:
            self.bad.append(text)
        elif words in (["bench", "done"], ["bench", "failed"]):
            self.ended = True


def run_machine(paths, system, cpus, rows, build):
    """One machine; returns the rows and a list of complaints."""
    title = "bench-%s-%dcpu" % (system, cpus)
    os.makedirs(paths.logs, exist_ok=True)
    lines = Lines()
    with tempfile.NamedTemporaryFile(suffix=".cpio") as image:
        image.write(initrd(paths))
        image.flush()
        run = qemu.Run(machine(paths, system, cpus, image.name, rows, build),
                       os.path.join(paths.logs, title + ".log"))
        run.follow(lines.line, LIMIT_S, SILENCE_S)
    bad = ["%s: %s" % (title, text) for text in lines.bad]
    if not lines.ended:
        bad.append("%s: broke off (%s, status %s): %s" % (title, run.ended, run.status,
                                                        " | ".join(lines.tail[-3:])))
    return lines.rows, bad


def between(text, marks, new):
    """The text with what stands between two marks replaced."""
    before, rest = text.split(marks[0])
    return "%s%s\n%s%s%s" % (before, marks[0], new, marks[1], rest.split(marks[1])[1])


def publish(results):
    """The README's parts between marks, and the chart beside it."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "README.md"), encoding="utf-8") as f:
        page = f.read()
    page = between(page, MARKS, table.text(results))
    page = between(page, PROGRAM_MARKS, programs.table(results))
    with open(os.path.join(here, "README.md"), "w", encoding="utf-8") as f:
        f.write(page)
    chart.write(os.path.join(here, "chart.svg"), table.compared(results, 1))


def repeat_worst(paths, args, results):
    """The rows WORST_OF_MANY on two processors again, both systems in turn: medians. The complaints."""
    kept, complaints = {"linux": {}, "parley": {}}, []
    for system, rows in kept.items():
        for name, (value, unit) in results.get(system + "-2", {}).items():
            if fnmatch.fnmatch(name, WORST_OF_MANY) and fnmatch.fnmatch(name, args.rows):
                rows[name] = [value], unit
    for _ in range(ROUNDS - 1 if kept["linux"] and kept["parley"] else 0):
        for system, rows in kept.items():
            again, bad = run_machine(paths, system, 2, WORST_OF_MANY, args.build)
            complaints += bad
            for name in rows:
                rows[name][0].append(again[name][0] if name in again else rows[name][0][0])
    for system, rows in kept.items():
        for name, (values, unit) in rows.items():
            print("bench: %s %s: %s" % (system, name, " ".join("%d" % v for v in sorted(values))))
            results[system + "-2"][name] = [round(statistics.median(values)), unit]
    return complaints


def run_programs(paths, args, results, path):
    """Debian's benchmarks on both systems; the exit status."""
    names = [name for name in programs.PROGRAMS if fnmatch.fnmatch(name, args.rows)]
    complaints = []
    for system in ("linux", "parley"):
        if args.only and system != args.only:
            continue
        print("bench: %s, Debian's programs ..." % system, flush=True)
        values, bad = programs.run(paths, system, names, args.build, BARE_LINUX if system == "linux" else "", COUNTED)
        results.setdefault(system + "-programs", {}).update(values)
        complaints += bad
    save(results, path)
    print(programs.table(results), end="")
    return complain(complaints)


def save(results, path):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(results, f, indent=1, sort_keys=True)


def complain(complaints):
    for line in complaints:
        print("bench: %s" % line, file=sys.stderr)
    return 1 if complaints else 0


def main():
    args = arguments()
    paths = guest.Paths(ROOT, os.path.join(ROOT, "build"))
    folder = os.path.join(paths.build, "bench")
    if args.profile:
        setup = types.SimpleNamespace(paths=paths, row=args.profile, build=args.build)
        return profile.run(setup, machine, initrd(paths))
    os.makedirs(folder, exist_ok=True)
    saved = os.path.join(folder, "results.json")
    results = table.load(saved)
    if args.publish:
        publish(results)
        return 0
    if args.programs:
        return run_programs(paths, args, results, saved)
    complaints = []
    for system in ("linux", "parley"):
        if args.only and system != args.only:
            continue
        for cpus in (1,) if args.counted else (1, 2):
            print("bench: %s, %d processor%s ..." % (system, cpus, "s" * (cpus > 1)), flush=True)
            try:
                rows, bad = run_machine(paths, system, cpus, args.rows, args.build)
            except guest.Missing as e:
                rows, bad = {}, [str(e)]
            results.setdefault("%s-%d" % (system, cpus), {}).update(
                {name: list(value) for name, value in rows.items()})
            complaints += bad
    if not args.counted and not args.only:
        complaints += repeat_worst(paths, args, results)
    save(results, saved)
    text = table.text(results)
    with open(os.path.join(folder, "table.txt"), "w", encoding="utf-8") as f:
        f.write(text)
    chart.write(os.path.join(folder, "chart.svg"), table.compared(results, 1))
    print(text, end="")
    return complain(complaints)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (guest.Missing, debian.FetchError) as error:
        print("bench: %s" % error, file=sys.stderr)
        sys.exit(1)
