#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of pools whose workers are Pythons started anew, or by a server that forks them.
# Left out: what threads.slow.sh has, and waits of a second or less, in which a busy host starts no Python.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_concurrent_futures -x '.ProcessPoolFork[!s]*' '.ThreadPool*' '.FutureTests.*' \
	'*WaitTest.test_first_exception' '*WaitTest.test_timeout'
