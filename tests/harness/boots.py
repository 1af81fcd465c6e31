# SPDX-License-Identifier: MIT
"""boots: many machines for a moment each: processors, boards, memory, and bad input at the start.

Promise   Each row of MACHINES boots by PVH, runs the eventfd tests, or those it names, and ends well.
          Each row of CHANCES lets allocations fail, and ends without a word from the kernel.
          Each row of ISOS boots the one ISO and runs the menu's quick tests. Each row of FAULTS
          is a start that cannot go well, or not fully: the console tells why, in the words that the
          row names, and the machine ends as it says. Never silence. At the machines of
          consoles.py somebody sits and types, those of explorations.py try schedules.
"""
import fnmatch
import gzip
import os
import re
import tempfile
import time

from . import commands, consoles, cpio, explorations, guest, inversion, ktap, qemu, report

LIMIT_S, SILENCE_S = 90, 40
TESTS = "test=eventfd test.slow=4"
BARE = "q35,i8042=off,hpet=off,smbus=off,sata=off,vmport=off"

# name: what differs from a q35 with one `max` processor and 256 MiB
MACHINES = {
    "cpu-qemu64": {"cpu": "qemu64"},
    "cpu-qemu64-without-nx": {"cpu": "qemu64,-nx"},
    "cpu-nehalem": {"cpu": "Nehalem"},
    "cpu-haswell": {"cpu": "Haswell-noTSX"},
    "cpu-epyc-rome": {"cpu": "EPYC-Rome"},
    "cpu-cascadelake": {"cpu": "Cascadelake-Server"},
    "cpu-max-without-la57": {"cpu": "max,la57=off"},
    "board-pc": {"machine": "pc"},
    "board-q35-bare": {"machine": BARE},
    "board-microvm": {"machine": "microvm"},
    "board-microvm-bare": {"machine": "microvm,pit=off,pic=off,rtc=off",
                           "warns": r"rtc: no usable clock"},
    "board-microvm-without-acpi": {"machine": "microvm,acpi=off", "warns": r"acpi: none"},
    "cpus-2": {"cpus": "2"},
    "cpus-sparse-ids": {"cpus": "6,sockets=2,cores=3"},
    "cpus-absent-ones": {"cpus": "2,maxcpus=4"},
    "cpus-8": {"cpus": "8"},
    "cpus-8-of-which-2": {"cpus": "8", "append": "maxcpus=2"},
    "memory-48m": {"memory": 48},
    "memory-64m": {"memory": 64},
    "memory-64m-oom": {"memory": 64, "tests": "bomb/oom", "build": "debug", "limit": 300},
    "memory-limited": {"memory": 1024, "append": "mem=48M"},
    "memory-4g": {"memory": 4096},
    "memory-8g": {"memory": 8192},
    "memory-low-hole": {"memory": 1024, "machine": "q35,max-ram-below-4g=64M"},
    "archive-gzip": {"archive": "gzip"},
    "archives-two": {"archive": "two"},
    "crowd": {"tests": "crowd"},
    "crowd-debug": {"tests": "crowd", "build": "debug", "cpus": "4", "limit": 300},
}

ISOS = {
    "iso-%s-%dcpu-%dm" % (firmware, cpus, memory):
        {"machine": board, "uefi": firmware == "uefi", "cpus": cpus, "memory": memory}
    for firmware, board in (("bios", "pc"), ("uefi", "q35"))
    for cpus in (1, 2, 4, 8) for memory in (64, 4096)
}

# name: the options: allocations of all processes but the first fail by chance. Tests may fail; the kernel may not.
CHANCES = {
    "allocations-fail-1-in-%d" % rate: "fail_alloc=%d,%d" % (rate, seed)
    for rate, seed in ((20, 3), (300, 5))
}
CHANCE_TESTS = "eventfd,pipe/basics,process/clone,epoll/ctl,file/names"

CRASH = 2 * 0x12 + 1
# name: the archive, the options, what the console must say, how the machine ends
FAULTS = {
    "archive-missing": (None, "", r"no initial archive.*|no program to run", CRASH),
    "archive-of-noise": (lambda a: bytes(range(256)) * 40, "", r"boot: archive", CRASH),
    "archive-cut-short": (lambda a: a[:len(a) // 3], "", r"boot: archive", None),
    "archive-cut-in-a-header": (lambda a: a[:50], "", r"boot: archive", CRASH),
    "archive-gzip-damaged": (lambda a: damage(gzip.compress(a)), "", r"boot: archive", None),
    "archive-gzip-cut-short": (lambda a: gzip.compress(a)[:5000], "", r"boot: archive", None),
    "init-missing": (lambda a: a, "init=/nowhere", r"cannot run init=/nowhere", CRASH),
    "init-not-executable": (lambda a: a, "init=/etc/passwd", r"cannot run init=/etc/passwd", CRASH),
    "init-damaged-elf": (lambda a: with_init(b"\x7fELF\2\1\1" + b"\xff" * 200), "init=/broken",
                         r"cannot run init=/broken", CRASH),
    "init-empty": (lambda a: with_init(b""), "init=/broken", r"cannot run init=/broken", CRASH),
    "init-script-of-nothing": (lambda a: with_init(b"#!/nowhere\n"), "init=/broken",
                               r"cannot run init=/broken", CRASH),
    "option-unknown-value": (lambda a: a, "maxcpus=many " + TESTS,
                             r'option "maxcpus=many" is not understood', qemu.PASS),
    "options-of-nonsense": (lambda a: a, "mem=x panic= exit=never =1 %s ''' \"a " % TESTS,
                            r'option "mem=x" is not understood', qemu.PASS),
    "options-too-long": (lambda a: a, TESTS + " x" * 900, r"testrun", qemu.PASS),
}


def damage(data):
    return data[:200] + bytes(b ^ 0x55 for b in data[200:300]) + data[300:]


def with_init(data):
    archive = cpio.base()
    archive.file("broken", data, 0o755)
    return archive.bytes()


def packed(paths, name=None):
    tests = MACHINES.get(name, {}).get("tests", "eventfd")
    return guest.pack(paths, guest.Selection(paths.tests, [tests]))


def archive_as(form, paths, archive):
    if form == "gzip":
        return gzip.compress(archive)
    if form == "two":
        first, second = cpio.base(), cpio.Archive()
        guest.add_programs(first, paths)
        guest.add_tests(second, paths, guest.Selection(paths.tests, ["eventfd"]))
        return first.bytes() + second.bytes()
    return archive


def boot(paths, config, name, settings, archive, on_line):
    """(the ended run, its log) of one machine"""
    log = os.path.join(paths.logs, "boot-%s.log" % name)
    with tempfile.NamedTemporaryFile(suffix=".cpio") as image:
        if archive is not None:
            image.write(archive)
            image.flush()
        run = qemu.Run(qemu.Machine(
            kernel=paths.kernel(guest.Config("parley", settings.get("build", config.build))),
            initrd=image.name if archive is not None else None,
            append="%s %s" % (guest.PARLEY_OPTIONS, settings.get("append", TESTS)),
            cpus=settings.get("cpus", 1), memory=settings.get("memory", 256),
            machine=settings.get("machine", "q35"), cpu=settings.get("cpu", "max")), log)
        limit = settings.get("limit", LIMIT_S)
        run.follow(on_line, limit, max(SILENCE_S, limit // 2))
    return run, log


def ending(run):
    return "status %d" % run.status if run.ended == "exit" else "QEMU was " + run.ended


def run_machine(paths, config, name, archive):
    settings = dict(MACHINES[name])
    options = TESTS.replace("eventfd", settings.get("tests", "eventfd"))
    settings["append"] = "%s %s" % (options, settings.get("append", ""))
    if "tests" in settings:
        archive = packed(paths, name)
    stream = ktap.Stream("-")
    run, _ = boot(paths, config, name, settings,
                  archive_as(settings.get("archive"), paths, archive), stream.line)
    stream.troubles = [t for t in stream.troubles
                       if not re.search(settings.get("warns", r"(?!)"), t)]
    return one_case(name, stream.finish(guest.verdict(run)[0]))


def one_case(name, cases):
    failed = [c for c in cases if c.outcome == ktap.FAIL]
    why = "; ".join(c.title() for c in failed[:3])
    return ktap.Case("boot", name, ktap.FAIL if failed else ktap.PASS, why,
                     failed[0].log if failed else ())


def run_chance(paths, config, name, _):
    stream = ktap.Stream("-")
    settings = {"build": "debug", "cpus": 2, "limit": 300, "append": "%s test=%s test.slow=4 test.timeout=20" % (
        CHANCES[name], CHANCE_TESTS)}
    archive = guest.pack(paths, guest.Selection(paths.tests, CHANCE_TESTS.split(",")))
    run, _ = boot(paths, config, name, settings, archive, stream.line)
    trouble, code = guest.verdict(run)
    problems = stream.troubles + ([trouble] if code > 1 else [])
    return ktap.Case("boot", name, ktap.FAIL if problems else ktap.PASS, "; ".join(problems), stream.tail)


def run_iso(paths, config, name, _):
    stream = ktap.Stream("-")
    run = qemu.Run(qemu.Machine(iso=paths.iso(config), **ISOS[name]),
                   os.path.join(paths.logs, "boot-%s.log" % name))
    menu = guest.Menu(run, guest.ISO_KEYS["abi"])

    def line(text):
        menu.line(text)
        stream.line(text)

    run.follow(line, LIMIT_S, SILENCE_S, menu.tick)
    return one_case(name, stream.finish(guest.verdict(run)[0]))


def run_fault(paths, config, name, archive):
    change, options, wanted, status = FAULTS[name]
    lines = []
    given = change(archive) if change else None
    run, _ = boot(paths, config, name, {"append": options}, given, lines.append)
    problems = []
    if not any(re.search(wanted, line) for line in lines):
        problems.append("the console does not say %r" % wanted)
    if run.ended != "exit" or (status is not None and run.status != status):
        problems.append("the machine ended with %s, not %s" % (ending(run), status))
    return ktap.Case("boot", name, ktap.FAIL if problems else ktap.PASS, "; ".join(problems),
                     lines[-20:])


def run_all(paths, config, title, globs):
    """The rows that a glob selects; returns (cases, log's path, exit code)."""
    os.makedirs(paths.logs, exist_ok=True)
    rows = [(name, run_machine) for name in MACHINES]
    rows += [(name, run_chance) for name in CHANCES]
    rows += [(name, run_iso) for name in ISOS] + [(name, run_fault) for name in FAULTS]
    rows += [*consoles.ROWS.items(), *explorations.ROWS.items(), *commands.ROWS.items(),
             *inversion.ROWS.items()]
    rows = [r for r in rows if not globs or any(fnmatch.fnmatch(r[0], g) for g in globs)]
    archive, live, cases = packed(paths), report.Live(title), []
    for name, runner in rows:
        live.show("%s  %s" % (report.tally_text(report.tally(cases)), name))
        started = time.monotonic()
        case = runner(paths, config, name, archive)
        case.seconds = time.monotonic() - started
        cases.append(case)
    live.end(cases)
    failed = any(c.outcome == ktap.FAIL for c in cases)
    return cases, os.path.join(paths.logs, "boot-*.log"), 1 if failed or not cases else 0
