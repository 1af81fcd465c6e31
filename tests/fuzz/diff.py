#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""diff: the calls of one seed on Debian's Linux and on Parley, each in QEMU, compared call by call.

    tests/fuzz/diff.py --seed N [--first B] [--batches N] [--build debug]

Promise   Prints one line for each kind of difference that tests/fuzz/differences does not explain, with
          an example and its arguments. Status 0 when there is none, 1 when there are some, 2 when a
          machine did not come to the end. After a difference the rest of the batch is
          not compared when only one of the two succeeded, because its world is another one then; how
          many calls that were is told.
"""
import argparse
import collections
import fnmatch
import io
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from harness import command, debian  # noqa: E402

REPLAY = os.path.join(ROOT, "build", "tests", "fuzz", "replay")
EXAMPLES = 300


class Options:
    """What command.boot() wants to know of ./run's command line."""
    root = None
    cpus, memory, strace, gdb, console, dry_run = 1, 512, False, False, False, False
    more, env = [], []

    def __init__(self, argv, linux, timeout, build):
        # Addresses as wide as ours, no security module that answers in the capabilities' place, and code that
        # can be read, as without protection keys. A timer that is late on a busy host is none that is broken.
        self.kernel_args = "no5lvl lsm=none nopku no_timer_check" if linux else ""
        self.command, self.linux, self.timeout, self.build = argv, linux, timeout, build


def replay(args, linux, words):
    """The lines that replay prints there."""
    out, err = io.BytesIO(), io.BytesIO()
    options = Options([REPLAY, str(args.seed), *map(str, words)], linux, args.timeout, args.build)
    status = command.boot(ROOT, options, "null", None, out, err)
    if status:
        sys.stderr.write(err.getvalue().decode("utf-8", "replace"))
        print("diff: replay ended with status %d on %s" % (status, "Linux" if linux else "Parley"))
        sys.exit(2)
    return out.getvalue().decode("utf-8", "replace").splitlines()


def batches(lines):
    """{batch: [line, ...]}"""
    found = collections.OrderedDict()
    for line in lines:
        found.setdefault(int(line.split(".", 1)[0]), []).append(line)
    return found


def reasons():
    """[(call, Linux's answer, ours, reason), ...]; each field may be a glob"""
    found = []
    with open(os.path.join(HERE, "differences"), encoding="utf-8") as f:
        for line in f:
            fields = line.split(None, 3)
            if fields and not line.startswith("#"):
                found.append((*fields[:3], fields[3].strip()))
    return found


def explains(reason, difference):
    return all(fnmatch.fnmatch(d, r) for r, d in zip(reason[:3], difference))


def compare(linux, parley):
    """(calls compared, calls left out, [(batch.step, (call, Linux's answer, ours)), ...])"""
    compared = left_out = 0
    found = []
    for batch, here in linux.items():
        there = parley.get(batch, [])
        for i, line in enumerate(here):
            other = there[i] if i < len(there) else "%d.- missing -" % batch
            if line == other:
                compared += 1
                continue
            step, call, answer = (line.split() + ["-"])[:3]
            ours = (other.split() + ["-"])[:3]
            if call != ours[1]:
                call, answer, ours = "end", call, ["", "", ours[1]]
            found.append((step, (call, answer, ours[2])))
            if not (answer.isdigit() and ours[2].isdigit()):
                left_out += len(here) - i - 1
                break
    return compared, left_out, found


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--first", type=int, default=0, metavar="BATCH")
    p.add_argument("--batches", type=int, default=400)
    p.add_argument("--build", default="release")
    p.add_argument("--timeout", type=int, default=300)
    p.add_argument("--all", action="store_true", help="also what is explained")
    args = p.parse_args()

    words = (args.first, args.batches)
    compared, left_out, found = compare(batches(replay(args, True, words)),
                                        batches(replay(args, False, words)))
    table = [] if args.all else reasons()
    used, groups = collections.Counter(), collections.OrderedDict()
    for step, difference in found:
        why = next((r for r in table if explains(r, difference)), None)
        if why:
            used[why] += 1
        else:
            groups.setdefault(difference, []).append(step)
    ordered = sorted(groups.items(), key=lambda g: -len(g[1]))
    examples = {steps[0] for _, steps in ordered[:EXAMPLES]}
    shown = {}
    if examples:
        chosen = sorted({int(s.split(".")[0]) for s in examples})
        for linux in (True, False):
            for line in replay(args, linux, ("-a", *chosen)):
                step, _, text = line.partition(" ")
                if step in examples:
                    shown.setdefault(step, []).append(text.partition(" ")[2] or text)
    for (call, there, ours), steps in ordered:
        print("%4d  %-18s Linux %-6s Parley %-6s at %s" % (len(steps), call, there, ours, steps[0]))
        for text in shown.get(steps[0], []):
            print("          %s" % text)
    for why, count in used.items():
        print("%4d  explained: %s" % (count, " ".join(why)))
    print("%d calls agree, %d differ, %d are explained; %d after a difference were not compared" %
          (compared, sum(map(len, groups.values())), sum(used.values()), left_out))
    return 1 if groups else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (command.Refused, debian.FetchError, OSError) as error:
        print("diff: %s" % error, file=sys.stderr)
        sys.exit(2)
