# SPDX-License-Identifier: MIT
"""report: the live line, the summary, and the JUnit XML of a run."""
import os
import re
import sys
import time
import xml.etree.ElementTree as xml

from . import ktap

SHOWN_LOG_LINES, SHOWN_NAMES = 30, 50
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd]")


class Live:
    """One line that tells where a run is: rewritten on a terminal, now and then elsewhere."""

    def __init__(self, title):
        self.title, self.tty = title, sys.stdout.isatty()
        self.started = time.monotonic()
        self.shown = ""

    def show(self, text):
        if not self.tty:
            return
        line = "[%s %3ds] %s" % (self.title, time.monotonic() - self.started, text)
        line = line[:max(20, width() - 1)]
        if line != self.shown:
            sys.stdout.write("\r\033[K" + line)
            sys.stdout.flush()
            self.shown = line

    def end(self, cases):
        if self.tty:
            sys.stdout.write("\r\033[K")
        print("%-22s %s  (%.1f s)" % (self.title, tally_text(tally(cases)),
                                      time.monotonic() - self.started), flush=True)


def width():
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 80


def tally(cases):
    counts = {ktap.PASS: 0, ktap.FAIL: 0, ktap.SKIP: 0}
    for case in cases:
        counts[case.outcome] += 1
    return counts


def tally_text(counts):
    return "%d passed, %d failed, %d skipped" % (counts[ktap.PASS], counts[ktap.FAIL],
                                                 counts[ktap.SKIP])


def show_failures(title, cases, log_path):
    failed = [c for c in cases if c.outcome == ktap.FAIL]
    for case in failed:
        print("\nFAILED %s  %s%s" % (title, case.title(),
                                     "  (%s)" % case.reason if case.reason else ""))
        for line in case.log[-SHOWN_LOG_LINES:]:
            print("    | " + line)
    if failed and log_path:
        print("\n    the whole log: %s" % log_path)


def show_failed_names(results):
    """What failed where, once more, below the logs of the runs."""
    lines = ["  %-22s %s" % (title, case.title()) for title, cases in results for case in cases
             if case.outcome == ktap.FAIL]
    if len(lines) > SHOWN_NAMES:
        lines[SHOWN_NAMES:] = ["  ... and %d more" % (len(lines) - SHOWN_NAMES)]
    if lines:
        print("\nfailed:\n" + "\n".join(lines))


def show_skips(results):
    """Each reason once, with how many cases it made skip."""
    reasons = {}
    for _, cases in results:
        for case in cases:
            if case.outcome == ktap.SKIP:
                reasons[case.reason] = reasons.get(case.reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        print("skipped %4d: %s" % (count, reason))


def write_junit(path, results):
    root = xml.Element("testsuites")
    for title, cases in results:
        counts = tally(cases)
        suite = xml.SubElement(root, "testsuite", name=title, tests=str(len(cases)),
                               failures=str(counts[ktap.FAIL]), skipped=str(counts[ktap.SKIP]))
        for case in cases:
            node = xml.SubElement(suite, "testcase", name=clean(case.name),
                                  classname="%s.%s" % (title, case.program.replace("/", ".")),
                                  time="%.3f" % case.seconds)
            if case.outcome == ktap.FAIL:
                failure = xml.SubElement(node, "failure", message=clean(case.reason))
                failure.text = clean("\n".join(case.log))
            elif case.outcome == ktap.SKIP:
                xml.SubElement(node, "skipped", message=clean(case.reason))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def clean(text):
    return NOT_XML.sub("?", text)
