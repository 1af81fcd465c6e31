# SPDX-License-Identifier: MIT
"""ktap: turns what a test program or the runner in the guest prints into results.

Promise   Every planned case has a result or a reason why not. Beyond the lines "not ok", a
          failure is: a program that died, hung or broke off, a plan that is missing or not kept,
          a stream without its end line, a kernel warning.
          A kernel message in the middle of the stream spoils nothing but its own line.
"""
import re
import time

PASS, FAIL, SKIP = "passed", "failed", "skipped"
WHOLE = "(whole program)"  # the name of a failure that belongs to no case
RESULT = re.compile(r"^(ok|not ok) (\d+)(?: -)? ?(.*)$")
DIRECTIVE = re.compile(r"^(.*?)\s*# (SKIP|TODO|TIMEOUT|ERROR)\b ?(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)(?:\s|$)")
# The first words of what a kernel says when it is broken: ours (PANIC, BUG, WARNING), and Linux's.
TROUBLE = re.compile(r"(?:^|[\]\s>])((?:# kernel warning|WARNING|BUG|PANIC|KASAN|UBSAN|Kernel panic|Oops|"
                     r"general protection fault)[:, ].*)")


END_OF_REPORT = "PANIC: end of report"  # the first line of it said what happened


class Case:
    def __init__(self, program, name, outcome, reason="", log=(), seconds=0.0):
        self.program, self.name, self.outcome = program, name, outcome
        self.reason, self.log, self.seconds = reason, list(log), seconds

    def title(self):
        return "%s: %s" % (self.program, self.name)


def split_directive(text):
    m = DIRECTIVE.match(text)
    return (m.group(1), m.group(2), m.group(3)) if m else (text, "", "")


class Program:
    """The stream of one test program, line by line."""

    def __init__(self, name):
        self.name, self.plan, self.log = name, None, []
        self.cases, self.pending = [], []
        self.started = self.last = time.monotonic()

    def line(self, text):
        self.log.append(text)
        plan, result = PLAN.match(text), RESULT.match(text)
        if plan and self.plan is None:
            self.plan = int(plan.group(1))
        elif result:
            self._result(result)
        else:
            self.pending.append(text)

    def _result(self, m):
        name, directive, reason = split_directive(m.group(3))
        outcome = PASS if m.group(1) == "ok" else FAIL
        if directive == "SKIP":
            outcome = SKIP
        elif directive and outcome == FAIL:
            reason = (directive.lower() + " " + reason).strip()
        now = time.monotonic()
        self.cases.append(Case(self.name, name, outcome, reason, self.pending, now - self.last))
        self.last, self.pending = now, []

    def fail_whole(self, reason):
        self.cases.append(Case(self.name, WHOLE, FAIL, reason, self.pending[-40:],
                               time.monotonic() - self.last))

    def finish(self, ok, reason=""):
        """The program has ended; `ok` is what its runner says of it."""
        failed = any(c.outcome == FAIL for c in self.cases)
        if self.plan is None:
            self.fail_whole(reason or "printed no plan")
        elif len(self.cases) != self.plan:
            self.fail_whole(reason or "%d results of %d planned" % (len(self.cases), self.plan))
        elif not ok and not (failed and not self._blames()):
            self.fail_whole(reason or "; ".join(self._blames()) or "failed as a whole")
        return self.cases

    def _blames(self):
        """What the runner said of the program after its last case, when there is any."""
        return [t[2:] for t in self.pending if t.startswith("# ")]


class Console:
    """What both kinds of machine have in common; `whose` are the cases for faults of the machine itself."""

    def __init__(self, whose):
        self.whose, self.started, self.current = whose, False, None
        self.plan, self.programs_seen = None, 0
        self.cases, self.troubles, self.tail = [], [], []

    def _close(self, missing, how):
        """All has been heard. `missing`: what the run did not have; `how`: it ended in a wrong way."""
        if missing:
            self._machine(missing)
        elif how and not any(c.outcome == FAIL for c in self.cases):
            self._machine(how)
        for text in self.troubles:
            self._machine("the kernel said: %s" % text)
        return self.cases

    def _machine(self, reason):
        self.cases.append(Case(self.whose, reason, FAIL, "", self.tail))
        self.tail = []  # told once


class Stream(Console):
    """The console of a guest that runs user/bin/testrun."""

    def __init__(self, nonce, on_program=None):
        super().__init__("machine")
        self.nonce, self.on_program, self.ended = nonce, on_program, False

    def line(self, text):
        self.tail = (self.tail + [text])[-60:]
        trouble = TROUBLE.search(text)
        if trouble and END_OF_REPORT not in text and (not text.lstrip().startswith("#") or text.startswith("# kernel warning")):
            self.troubles.append(trouble.group(1).strip())
        if text == "# testrun %s start" % self.nonce:
            self.started = True
        elif text.startswith("# testrun %s end" % self.nonce):
            self.ended = True
        elif self.started and not self.ended:
            self._inside(text)

    def _inside(self, text):
        plan, result = PLAN.match(text), RESULT.match(text)
        if text.startswith("  "):
            self._program().line(text[2:])
        elif plan and self.plan is None:
            self.plan = int(plan.group(1))
        elif result:
            name, directive, reason = split_directive(result.group(3))
            program = self._program()
            program.name = name
            for case in program.cases:
                case.program = name
            reason = (directive.lower() + " " + reason).strip()
            self.cases += program.finish(result.group(1) == "ok", reason)
            self.programs_seen += 1
            self.current = None
            if self.on_program:
                self.on_program(name)
        elif self.current or text.startswith("# "):
            # The runner's own words, or the kernel's, belong to the program that runs now.
            self._program().line(text)

    def _program(self):
        if not self.current:
            self.current = Program("program %d" % (self.programs_seen + 1))
        return self.current

    def finish(self, how):
        """The machine has ended, `how` says in which way when it was not the right one."""
        if self.current:
            self.current.fail_whole(how or "the stream broke off")
            self.cases += self.current.cases
        if not self.started:
            missing = "the runner never started: %s" % (how or "no start line")
        elif not self.ended:
            missing = "%s; %d of %d programs have no result" % (
                how or "no end line", (self.plan or 0) - self.programs_seen, self.plan or 0)
        elif self.programs_seen != self.plan:
            missing = "%d programs of %s planned" % (self.programs_seen, self.plan)
        else:
            missing = None
        return self._close(missing, how)


class KernelStream(Console):
    """The console of a kernel that runs its own tests: KTAP in column 0 among messages."""

    def __init__(self):
        super().__init__("kernel")
        self.noted = []

    def line(self, text):
        self.tail = (self.tail + [text])[-60:]
        plan, result, trouble = PLAN.match(text), RESULT.match(text), TROUBLE.search(text)
        if trouble and END_OF_REPORT not in text:
            self.troubles.append(trouble.group(1).strip())
        if text == "KTAP version 1":
            self.started = True
        elif self.started and plan and self.plan is None:
            self.plan = int(plan.group(1))
        elif self.started and result:
            self._result(result)
        elif self.started:
            self.noted = (self.noted + [text])[-40:]

    def _result(self, m):
        title, directive, reason = split_directive(m.group(3))
        program, _, name = title.partition(".")
        outcome = SKIP if directive == "SKIP" else PASS if m.group(1) == "ok" else FAIL
        self.cases.append(Case("kernel/" + program, name or title, outcome, reason, self.noted))
        self.noted = []

    def finish(self, how):
        if self.plan is None:
            return self._close("the kernel printed no plan: %s" % (how or "it ended"), how)
        if len(self.cases) != self.plan:
            return self._close("%d results of %d planned; %s" % (len(self.cases), self.plan, how), how)
        return self._close(None, how)
