# SPDX-License-Identifier: MIT
"""inversion: what the kernel's trace tells about priorities that are inherited.

Promise   Each row runs cases of futex/pi_inherit with the trace on, and follows who waits for which lock of whom, who
          has which priority in effect, and who runs:
            - a lock is handed to the most important one that waits for it, always;
            - whoever holds up a waiter, directly or at the end of a chain, has at least that one's priority;
            - on one processor, while such a one is runnable nobody less important than the waiter runs: a waiter
              is held up by what its chain does under its locks, and by nothing else.
          The same check must refuse that trace when one hand-over in it is changed, or one inheritance taken out.
"""
import re
import subprocess
import os

from . import ktap

LIMIT_S = 120
PROGRAM = "build/tests/abi/futex/pi_inherit"
CASES = "sixteen_threads_and_eight_locks the_most_important_is_always_next inversion_is_bounded"
KINDS = "switch,wake,priority,pi-wait,pi-owner,pi-leave,pi-hand"
EVENTS = 32768  # of each processor: more than the cases make
LINE = re.compile(r" *\d+\.\d+ cpu (\d+) task (\d+) ([a-z-]+): (.*)")
LEAST_HANDED, LEAST_CHOSEN, LEAST_CHAIN = 200, 100, 3  # what the cases surely make


class Event:
    def __init__(self, line):
        found = LINE.fullmatch(line)
        self.text = line.strip()
        self.cpu, self.task, self.kind = int(found[1]), int(found[2]), found[3]
        self.args = [int(n, 0) for n in re.findall(r"0x[0-9a-f]+|\d+", found[4])]


class Violation(Exception):
    pass


class Model:
    """What follows from the events so far."""

    def __init__(self, cpus):
        self.cpus = cpus
        self.priority, self.owner, self.waits, self.runnable = {}, {}, {}, set()
        self.handed = self.chosen = self.chain = 0

    def prio(self, task):
        return self.priority.get(task, 0)

    def end_of_chain(self, task):
        """Whom a waiter waits for in the end."""
        length = 0
        while task in self.waits:
            task = self.owner[self.waits[task]]
            length += 1
        self.chain = max(self.chain, length)
        return task

    def check_inherited(self):
        for waiter in self.waits:
            end = self.end_of_chain(waiter)
            if self.prio(end) < self.prio(waiter):
                raise Violation("task %d (%d) is held up by task %d (%d)" %
                                (waiter, self.prio(waiter), end, self.prio(end)))

    def check_running(self, task):
        for waiter in self.waits:
            end = self.end_of_chain(waiter)
            if self.prio(task) < self.prio(waiter) and end in self.runnable:
                raise Violation("task %d (%d) runs while task %d (%d) waits for task %d" %
                                (task, self.prio(task), waiter, self.prio(waiter), end))

    def hand(self, task, lock):
        rivals = sorted(self.prio(t) for t, wanted in self.waits.items() if wanted == lock)
        if self.waits.get(task) != lock:
            raise Violation("task %d is given a lock that it does not wait for" % task)
        if self.prio(task) < rivals[-1]:
            raise Violation("task %d (%d) is given the lock, %d waits" % (task, self.prio(task), rivals[-1]))
        self.handed += 1
        self.chosen += rivals[0] < rivals[-1]
        self.owner[lock] = task
        del self.waits[task]

    def apply(self, event):
        a, b = event.args
        if event.kind in ("pi-owner", "pi-leave", "pi-hand"):  # each begins a section under the one lock
            self.check_inherited()
        if event.kind == "priority":
            self.priority[a] = b
        elif event.kind == "wake":
            self.runnable.add(a)
        elif event.kind == "switch":
            if not b:
                self.runnable.discard(event.task)
            if self.cpus == 1:
                self.check_running(a)
        elif event.kind == "pi-owner":
            self.owner[b] = a
        elif event.kind == "pi-wait":
            self.waits[a] = b
        elif event.kind == "pi-leave":
            del self.waits[a]
        elif event.kind == "pi-hand":
            self.hand(a, b)


def follow(events, cpus):
    """(the model at the end, what is wrong or "")"""
    model = Model(cpus)
    for event in events:
        try:
            model.apply(event)
        except Violation as e:
            return model, "%s: %s" % (event.text, e)
    return model, ""


def changed_hand_over(events):
    """The events with one hand-over to the least important of several waiters of unlike priority."""
    model = Model(0)
    for i, event in enumerate(events):
        if event.kind == "pi-hand":
            rivals = sorted((model.prio(t), t) for t, lock in model.waits.items() if lock == event.args[1])
            if rivals[0][0] < rivals[-1][0]:
                other = Event(event.text)
                other.args = [rivals[0][1], event.args[1]]
                return events[:i] + [other] + events[i + 1:]
        model.apply(event)
    return events


def without_inheritance(events):
    """The events without the first rise that a wait gives its lock's owner."""
    for i in range(len(events) - 2):
        owner, wait, rise = events[i:i + 3]
        if (owner.kind, wait.kind, rise.kind) == ("pi-owner", "pi-wait", "priority") and owner.args[0] == rise.args[0]:
            return events[:i + 2] + events[i + 3:]
    return events


def judge(said, cpus):
    """What is wrong with the output of a run, or ""."""
    if said.count("\nok ") != len(CASES.split()):
        return "the cases failed: %r" % said[:300]
    if "# 0 older events are lost" not in said:
        return "the trace is not whole"
    events = [Event(line) for line in said.splitlines() if LINE.fullmatch(line)]
    model, wrong = follow(events, cpus)
    if not wrong and (model.handed < LEAST_HANDED or model.chosen < LEAST_CHOSEN or model.chain < LEAST_CHAIN):
        wrong = "too little happened: %d hand-overs, %d of them a choice, a chain of %d" % (
            model.handed, model.chosen, model.chain)
    for change in (changed_hand_over, without_inheritance):
        if not wrong and not follow(change(events), cpus)[1]:
            wrong = "%s() is not noticed" % change.__name__
    return wrong


def run_traced(paths, config, name, _archive):
    cpus = CPUS[name]
    line = "echo %s %d >/proc/ipc/trace; %s %s; echo none >/proc/ipc/trace; cat /proc/ipc/trace" % (
        KINDS, EVENTS, os.path.join(paths.root, PROGRAM), CASES)
    ended = subprocess.run([os.path.join(paths.root, "run"), "--cpus", str(cpus), "--build", config.build, "--",
                            "sh", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=LIMIT_S, env=dict(os.environ, ACCEL="tcg"))
    wrong = judge(ended.stdout.decode(errors="replace"), cpus)
    return ktap.Case("boot", name, ktap.FAIL if wrong else ktap.PASS, wrong)


CPUS = {"trace-inversion-1cpu": 1, "trace-inversion-4cpu": 4}
# the rows of boots.py
ROWS = {name: run_traced for name in CPUS}
