#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py: runs the tests, on the host, on Debian's Linux in QEMU, and on Parley.

Without options: everything, as `make test` does. The families of tests are unit (the kernel's library
on the host), kernel (inside the kernel), abi (programs, tests/abi), boot (many machines for a moment)
and debian (programs of Debian).

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

from harness import boots, debian, debian_tests, guest, report, unit  # noqa: E402

PASSED, FAILED, BROKEN, CRASHED, TIMED_OUT = 0, 1, 2, 3, 124
GRAVITY = (PASSED, FAILED, TIMED_OUT, CRASHED, BROKEN)
FAMILIES = ("unit", "kernel", "abi", "boot", "debian")

# What the address sanitizer sees in every run: the tests of memory. --all has it see everything.
MEMORY_TESTS = ("mm", "memfd", "process_vm", "tmpfs", "soak", "procfs/mem*", "procfs/smaps",
                "procfs/pagemap", "hostile/calls")
# The machines of each family: build, processors, how it is booted; which tests, if not all.
MACHINES = {
    "kernel": (("release", 1, "pvh"), ("release", 4, "pvh"), ("debug", 4, "pvh"),
               ("kasan", 4, "pvh")),
    "abi": (("release", 1, "pvh"), ("release", 4, "pvh"), ("debug", 4, "pvh"),
            ("kasan", 4, "pvh", MEMORY_TESTS),
            ("release", 1, "bios"), ("release", 1, "uefi")),
    "boot": (("release", 1, "pvh"),),
    "debian": (("release", 1, "pvh"), ("debug", 4, "pvh")),
}
# With --all each family also runs on these, all tests of it.
MORE_MACHINES = {
    "kernel": (("debug", 1, "pvh"), ("kasan", 1, "pvh")),
    "abi": (("debug", 1, "pvh"), ("kasan", 1, "pvh"), ("kasan", 4, "pvh")),
    "boot": (("debug", 1, "pvh"),),
    "debian": (("kasan", 4, "pvh"),),
}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    where = p.add_mutually_exclusive_group()
    where.add_argument("--host", action="store_true", help="the abi tests, natively, on this Linux")
    where.add_argument("--linux", action="store_true", help="on Debian's Linux in QEMU")
    where.add_argument("--list", action="store_true", help="only list the programs")
    p.add_argument("--unit", action="store_true", help="only this family")
    p.add_argument("--debian", action="store_true", help="only this family")
    p.add_argument("-T", "--test", default="", metavar="GLOB",
                   help="mechanism, name or mechanism/name with * and ?, by commas; a family, or "
                        "family/name")
    p.add_argument("--slow", action="store_true", help="Debian's slow programs, too")
    p.add_argument("--cpus", type=int, default=0, help="one machine, with so many processors")
    p.add_argument("--build", default="",
                   help="one machine, of this build: release, debug or kasan")
    p.add_argument("--all", action="store_true", help="more machines: all tests in all builds")
    p.add_argument("--route", default="", choices=("", "pvh", "bios", "uefi"),
                   help="one machine, booted like this")
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


def selections(args):
    """{family: [glob, ...]} of what is to run; no globs: all of the family."""
    chosen = {}
    for word in filter(None, args.test.split(",")):
        head, _, rest = word.partition("/")
        family = head if head in FAMILIES else "abi"
        glob = (rest if head in FAMILIES else word) or "*"
        chosen.setdefault(family, []).append(glob)
    if args.unit:
        return {"unit": chosen.get("unit") or sum(chosen.values(), [])}
    if args.debian:
        return {"debian": chosen.get("debian") or sum(chosen.values(), [])}
    if args.host or args.linux:
        return {"abi": chosen.get("abi", [])}
    if chosen:
        return chosen
    return {family: [] for family in FAMILIES}


def configurations(args, family):
    if args.host:
        return [guest.Config("host")]
    if args.linux:
        return [guest.Config("linux", cpus=args.cpus or 1, memory=args.memory, append=args.append)]
    if args.cpus or args.build or args.route:
        one = (args.build or "release", args.cpus or 1, args.route or "pvh")
        return [guest.Config("parley", *one, args.memory, args.append)]
    machines = MACHINES[family]
    if args.all:
        machines = [m for m in machines if len(m) == 3] + list(MORE_MACHINES[family])
    return [guest.Config("parley", *m[:3], args.memory, args.append, m[3] if m[3:] else ())
            for m in machines]


def run_family(args, paths, family, globs):
    """Runs a family on its machines; yields (title, cases, log, exit code)."""
    if family == "unit":
        yield unit.run_all(paths, globs)
        return
    for config in configurations(args, family):
        for boot in range(args.boots):
            title = config.title(family) + ("@%d" % (boot + 1) if boot else "")
            if config.within and not guest.Selection(paths.tests, globs, config.within).found():
                continue
            try:
                if family == "debian":
                    done = debian_tests.run(paths, config, title, globs, args.slow)
                elif family == "boot":
                    done = boots.run_all(paths, config, title, globs)
                elif family == "kernel":
                    done = guest.run_kernel_tests(config, paths, title, globs, args.timeout)
                elif config.system == "host":
                    done = guest.run_host(paths, globs, args.repeat)
                else:
                    done = guest.run_machine(config, paths, title, globs, args.repeat,
                                             args.timeout)
            except (guest.Missing, debian.FetchError, OSError) as e:
                case = guest.ktap.Case("machine", title, guest.ktap.FAIL, str(e))
                done = [case], "", BROKEN
            yield (title, *done)


def run_all(args, paths):
    """Runs what is chosen; returns (results, exit code)."""
    results, codes = [], [PASSED]
    for family, globs in selections(args).items():
        for title, cases, log, code in run_family(args, paths, family, globs):
            results.append((title, cases))
            codes.append(code)
            report.show_failures(title, cases, log)
    return results, max(codes, key=GRAVITY.index)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(BROKEN))
    args = arguments()
    paths = guest.Paths(ROOT, os.path.abspath(args.build_dir))
    if args.list:
        chosen = guest.Selection(paths.tests, selections(args).get("abi", []))
        print("\n".join("/".join(p) for p in chosen.programs()))
        return PASSED
    results, code = run_all(args, paths)
    if args.skips:
        report.show_skips(results)
    report.write_junit(args.junit or os.path.join(paths.build, "junit.xml"), results)
    if len(results) > 1:
        report.show_failed_names(results)
    print(report.tally_text(report.tally([c for _, cases in results for c in cases])))
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(BROKEN)
    except guest.Missing as error:
        print("run.py: %s" % error, file=sys.stderr)
        sys.exit(BROKEN)
