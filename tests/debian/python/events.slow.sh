#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of signals, time, waiting for descriptors and for children.
# Left out: what needs a network.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_signal
u test_select
u test_selectors
u test_poll
u test_epoll
u test_wait3
u test_wait4
u test_fork1
u test_time
u test_pty
u test_thread
u test_threadsignals
u test_queue
