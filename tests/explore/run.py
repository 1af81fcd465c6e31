# SPDX-License-Identifier: MIT
"""run: what `make explore` runs: explorations under many schedules, in one machine.

Exit status: 0 nothing failed (with --break: everything did), 1 otherwise, 3 the machine ended in another way.
The console is in build/logs/explore-NAME.log.
"""
import argparse
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from harness import explorations, guest, qemu  # noqa: E402


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("names", nargs="*", help="explorations; none: all")
    p.add_argument("--seeds", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1, help="the first")
    p.add_argument("--break", dest="fault", default="", choices=["", *explorations.BREAKS])
    p.add_argument("--at", default="", help="a list of switches P:C,P:C... instead of seeds")
    args = p.parse_args()
    words = ["at=" + args.at if args.at else explorations.seeds(args.seed, args.seeds)]
    words += (["break=" + args.fault] if args.fault else []) + args.names
    paths = guest.Paths(ROOT, os.path.join(ROOT, "build"))
    name = "-".join(args.names[:1] + ([args.fault] if args.fault else [])) or "all"
    try:
        status, _ = explorations.explore(paths, words, name, print)
    except guest.Missing as error:
        sys.exit("explore: %s" % error)
    return {qemu.PASS: 0, qemu.FAIL: 1}.get(status, 3)


if __name__ == "__main__":
    sys.exit(main())
