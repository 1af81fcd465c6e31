#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of pools of threads and of processes, and of what its multiprocessing builds on locks.
# Elsewhere: test_thread, test_threadsignals and test_queue in events, test_threading in processes.
# Left out: what needs a network; and what changes how processes are started, or ends the tracker of resources: with those
# the module does not come to its end, on Linux either.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_threading_local
u test_threadedtempfile
u test_sched
u test_concurrent_futures -x '.ProcessPoolForkserver*' '.ProcessPoolSpawn*' # spawn.slow.sh has them
u test_multiprocessing_fork -x '*.TestStartMethod.test_context' '*.TestStartMethod.test_set_get' \
	'*.TestResourceTracker.test_resource_tracker_sig*' '*.WithManagerTestRemoteManager.test_remote' \
	'*.WithProcessesTestPicklingConnections.test_pickling'
