#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py: runs the tests, on the host's Linux, on Debian's Linux in QEMU, and on Parley.

Promise   The last line is exactly "N passed, N failed, N skipped", counted in cases. Exit status:
          0 all passed, 1 a test failed, 2 the run could not be made, 3 a kernel crashed,
          124 a machine took too long.
          build/logs/ has the console of every run, build/junit.xml the results.
"""
import argparse
import os
import signal
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from harness import debian, guest, report  # noqa: E402

PASSED, FAILED, BROKEN, CRASHED, TIMED_OUT = 0, 1, 2, 3, 124
GRAVITY = (PASSED, FAILED, TIMED_OUT, CRASHED, BROKEN)

SUITES = {
    "default": (("release", 1, "pvh"), ("release", 4, "pvh"), ("debug", 4, "pvh"),
                ("release", 1, "bios"), ("release", 1, "uefi")),
    "quick": (("release", 1, "pvh"),),
    "iso": (("release", 1, "bios"), ("release", 1, "uefi")),
}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    where = p.add_mutually_exclusive_group()
    where.add_argument("--host", action="store_true", help="natively, on this Linux")
    where.add_argument("--linux", action="store_true", help="on Debian's Linux in QEMU")
    where.add_argument("--parley", action="store_true", help="on Parley, one configuration")
    where.add_argument("--suite", choices=sorted(SUITES), help="on Parley, several")
    where.add_argument("--debian", action="store_true",
                       help="Debian's programs, compared with a chroot on the host")
    where.add_argument("--pack", metavar="FILE", help="only write the initrd of a run")
    where.add_argument("--list", action="store_true", help="only list the programs")
    p.add_argument("-T", "--test", default="", metavar="GLOB",
                   help="programs: mechanism, name or mechanism/name with * and ?; by commas")
    p.add_argument("--cpus", default="", help="overrides the suite's; default 1")
    p.add_argument("--build", default="", help="release or debug; overrides the suite's")
    p.add_argument("--route", default="pvh", choices=("pvh", "bios", "uefi"))
    p.add_argument("--memory", type=int, default=512, metavar="MIB")
    p.add_argument("--append", default="", help="more options for the kernel")
    p.add_argument("--repeat", type=int, default=1, metavar="N", help="the list N times")
    p.add_argument("--boots", type=int, default=1, metavar="N", help="each machine N times")
    p.add_argument("--timeout", type=int, default=guest.LIMIT_S, metavar="S",
                   help="for each machine")
    p.add_argument("--build-dir", default=os.path.join(ROOT, "build"))
    p.add_argument("--junit", default="", metavar="FILE")
    p.add_argument("--skips", action="store_true", help="tell the reasons of skips")
    return p.parse_args()


def configurations(args):
    if args.host:
        return [guest.Config("host")]
    if args.linux:
        return [guest.Config("linux", cpus=int(args.cpus or 1), memory=args.memory,
                             append=args.append)]
    if args.suite and not args.cpus and not args.build:
        return [guest.Config("parley", b, c, r, args.memory, args.append)
                for b, c, r in SUITES[args.suite]]
    return [guest.Config("parley", args.build or "release", int(args.cpus or 1), args.route,
                         args.memory, args.append)]


def run_all(args, paths, selection):
    """Runs every configuration; returns (results, exit code)."""
    results, codes = [], [PASSED]
    for config in configurations(args):
        for boot in range(args.boots):
            title = config.title() + ("@%d" % (boot + 1) if boot else "")
            log = os.path.join(paths.logs, config.title() + ".log")
            try:
                if config.system == "host":
                    cases, code = guest.run_host(paths, selection, args.repeat)
                else:
                    cases, code = guest.run_machine(config, paths, selection, args.repeat,
                                                    args.timeout)
            except (guest.Missing, debian.FetchError, OSError) as e:
                cases, code = [guest.ktap.Case("machine", title, guest.ktap.FAIL, str(e))], BROKEN
            results.append((title, cases, log))
            codes.append(code)
            report.show_failures(title, cases, log)
    return results, max(codes, key=GRAVITY.index)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(BROKEN))
    args = arguments()
    paths = guest.Paths(ROOT, os.path.abspath(args.build_dir))
    selection = guest.Selection(paths.tests, args.test.split(","))
    try:
        if args.list:
            print("\n".join("/".join(p) for p in selection.programs()))
            return PASSED
        if args.pack:
            with open(args.pack, "wb") as f:
                f.write(guest.pack(paths, selection))
            return PASSED
        if args.debian:
            from harness import debian_tests
            results, code = debian_tests.run_all(args, paths, configurations(args))
        else:
            results, code = run_all(args, paths, selection)
    except (guest.Missing, debian.FetchError) as e:
        print("run.py: %s" % e, file=sys.stderr)
        return BROKEN
    if args.skips:
        report.show_skips(results)
    report.write_junit(args.junit or os.path.join(paths.build, "junit.xml"), results)
    print(report.tally_text(report.tally([c for _, cases, _ in results for c in cases])))
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(BROKEN)
