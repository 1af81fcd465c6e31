#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of signals, time, waiting for descriptors and for children.
# Left out: what needs sockets; of test_signal, where a program that it starts needs them.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_signal -x '*.WakeupSocketSignalTests.*'
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
