#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""unit: runs tests of CPython, one line for each, in the order of their names.

    unit.py [-v] MODULE [-x PATTERN]...

Promise   What a test prints is not shown; -v shows what it failed of. A test that takes longer than LIMIT_S ends the
          run. Tests that the patterns select are left out, and named. The last line has the counts.
Network   There is none, on every system alike: a test that asks for a socket of another family than AF_UNIX ends there
          and is left out, too. test_epoll gets its connected sockets by socketpair.
"""
import contextlib
import errno
import faulthandler
import fnmatch
import io
import os
import socket
import sys
import traceback
import unittest

LIMIT_S = 120
OUTCOMES = ("ok", "skipped", "FAILED", "left out")
NEEDS_NETWORK = "needs a network"


class Network:
    """There is none; a module that asks for it while it is loaded hears so, a test ends."""
    testing = False

    @classmethod
    def refuse(cls):
        raise unittest.SkipTest(NEEDS_NETWORK) if cls.testing else OSError(errno.EAFNOSUPPORT, NEEDS_NETWORK)


def without_network():
    make = socket.socket.__init__

    def make_local(self, family=-1, type=-1, proto=-1, fileno=None):
        if fileno is None and family != socket.AF_UNIX:
            Network.refuse()
        make(self, family, type, proto, fileno)

    socket.socket.__init__ = make_local


def pair_locally():
    """test_epoll asks a server of the network for its pairs of connected sockets; any pair will do."""
    from test import test_epoll

    def connected_pair(self):
        pair = socket.socketpair()
        pair[0].setblocking(False)
        self.connections.extend(pair)
        return pair

    test_epoll.TestEPoll.setUp = lambda self: setattr(self, "connections", [])
    test_epoll.TestEPoll._connected_pair = connected_pair


class Result(unittest.TestResult):
    def __init__(self, verbose):
        super().__init__()
        self.verbose, self.outcomes = verbose, {}

    def startTest(self, test):
        super().startTest(test)
        faulthandler.dump_traceback_later(LIMIT_S, exit=True, file=sys.__stderr__)
        self.outcomes[test.id()] = "ok"

    def stopTest(self, test):
        super().stopTest(test)
        faulthandler.cancel_dump_traceback_later()
        print("%s %s" % (self.outcomes[test.id()], test.id()), file=sys.__stdout__, flush=True)

    def note(self, test, outcome, text):
        name = test.id()
        if name not in self.outcomes:  # of a module or a class as a whole
            print("%s %s" % (outcome, name), file=sys.__stdout__, flush=True)
        self.outcomes[name] = outcome
        if self.verbose:
            print(text, file=sys.__stdout__, flush=True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "left out" if reason == NEEDS_NETWORK else "skipped", reason)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "FAILED", "".join(traceback.format_exception(*err)))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.note(test, "FAILED", "".join(traceback.format_exception(*err)))


def cases(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from cases(one)
        else:
            yield one


def main():
    words = sys.argv[1:]
    verbose = words[0] == "-v"
    module, patterns = words[verbose], words[verbose + 1:]
    patterns = [p for p in patterns if p != "-x"]
    without_network()
    if module == "test_epoll":
        pair_locally()
    from test import support
    support.use_resources = ()
    support.print_warning = lambda _: None  # of threads and children by their numbers
    support.verbose = 0
    found = unittest.defaultTestLoader.loadTestsFromName("test." + module)
    chosen, result = unittest.TestSuite(), Result(verbose)
    for test in sorted(cases(found), key=lambda test: test.id()):
        if any(fnmatch.fnmatch(test.id(), "*" + p) for p in patterns):
            print("left out %s" % test.id(), flush=True)
            result.outcomes[test.id()] = "left out"
        else:
            chosen.addTest(test)
    Network.testing = True
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        chosen.run(result)
    counts = {what: list(result.outcomes.values()).count(what) for what in OUTCOMES}
    print("%s: %s" % (module, ", ".join("%d %s" % (n, what) for what, n in counts.items())), flush=True)
    os._exit(0)


if __name__ == "__main__":  # workers that are spawned load this file, too
    main()
