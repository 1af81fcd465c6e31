# SPDX-License-Identifier: MIT
"""explorations: tests/explore in one machine of one processor whose time is counted in instructions.

Promise   The same words give the same console, byte for byte. ROWS are a part of the boots: all
          explorations hold for some schedules; the same words really give the same console; each order
          that can be broken on purpose is found within BREAK_SEEDS; each seed that has ever failed
          (tests/explore/regressions) holds.
"""
import os
import tempfile

from . import cpio, guest, ktap, qemu

COUNTED = ["-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
OPTIONS = "console=ttyS0 panic=-1 exit=debug init=/bin/explore sched.seed=1 -- "
LIMIT_S, SILENCE_S, MEMORY = 7200, 1200, 128
ROW_LIMIT_S, ROW_SEEDS, SAME_SEEDS, BREAK_SEEDS = 300, 100, 5, 1000
BREAKS = {"rearm": "pipe_thief", "baton": "pipe_baton", "futex": "futex_condition"}


def archive(paths):
    made = cpio.base()
    made.program("bin/explore", paths.need(os.path.join(paths.build, "tests", "explore", "explore"),
                                           "build/tests/explore/explore"))
    return made.bytes()


def explore(paths, words, name, on_line, limit=LIMIT_S):
    """One machine; (its exit status, its console)"""
    os.makedirs(paths.logs, exist_ok=True)
    log = os.path.join(paths.logs, "explore-%s.log" % name)
    with tempfile.NamedTemporaryFile(suffix=".cpio") as image:
        image.write(archive(paths))
        image.flush()
        run = qemu.Run(qemu.Machine(
            kernel=paths.kernel(guest.Config("parley", "debug")), initrd=image.name,
            append=OPTIONS + " ".join(words), memory=MEMORY, extra=COUNTED), log)
        run.follow(on_line, limit, min(SILENCE_S, limit))
    with open(log, "rb") as f:
        return run.status, f.read().split(b"\n", 1)[1]  # without QEMU's own command line


def seeds(first, count):
    return "seeds=%d:%d" % (first, count)


def row(name, paths, words):
    lines = []
    status, console = explore(paths, words, name, lines.append, ROW_LIMIT_S)
    ended = status == qemu.PASS
    return ktap.Case("boot", name, ktap.PASS if ended else ktap.FAIL,
                     "" if ended else "the machine ended with %s" % status, lines[-30:]), console


def run_sound(paths, config, name, _):
    return row(name, paths, [seeds(1, ROW_SEEDS)])[0]


def run_same(paths, config, name, _):
    words = [seeds(1, SAME_SEEDS)]
    (first, console), (second, again) = row(name, paths, words), row(name + "-again", paths, words)
    if first.outcome == ktap.PASS and console != again:
        return ktap.Case("boot", name, ktap.FAIL, "the second console is another", ())
    return first if first.outcome == ktap.FAIL else second


def run_break(paths, config, name, _):
    fault = name.rpartition("-")[2]
    return row(name, paths, [seeds(1, BREAK_SEEDS), "break=" + fault, BREAKS[fault]])[0]


def regressions():
    path = os.path.join(os.path.dirname(__file__), "..", "explore", "regressions")
    with open(path) as f:
        return [line.split()[:2] for line in f if line.strip() and not line.startswith("#")]


def run_regressions(paths, config, name, _):
    for exploration, seed in regressions():
        case, _ = row(name, paths, [seeds(int(seed), 1), exploration])
        if case.outcome == ktap.FAIL:
            break
    return case


ROWS = {
    "explore-sound": run_sound,
    "explore-same-console": run_same,
    "explore-regressions": run_regressions,
    **{"explore-finds-%s" % fault: run_break for fault in BREAKS},
}
