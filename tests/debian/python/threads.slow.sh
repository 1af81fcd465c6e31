#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of pools of threads and of processes, and of what its multiprocessing builds on locks.
# Elsewhere: test_thread, test_threadsignals and test_queue in events, test_threading in processes.
# Left out: what needs sockets, namely managers, listeners, pipes of two directions and the fork server; and pools that
# are spawned, each worker of which is a Python started anew.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "$@"; }
cd /tmp || exit 1
u test_threading_local
u test_threadedtempfile
u test_sched
u test_concurrent_futures -x '*Fork[Ss]erver*' '*Spawn*' '*.test_ressources_gced_in_workers'
u test_multiprocessing_fork -x '*.WithManager*' '*.TestInitializers.*' '*.TestSyncManagerTypes.*' \
	'*.WithProcessesTestSharedMemory.*SharedMemoryManager*' '*.WithProcessesTestSharedMemory.*SharedMemoryServer*' \
	'*.WithProcessesTestListener.*' '*.WithProcessesTestListenerClient.*' '*.WithProcessesTestPicklingConnections.*' \
	'*.WithProcessesTestConnection.test_connection' '*.WithProcessesTestConnection.test_context' \
	'*.WithProcessesTestConnection.test_sendbytes' '*.WithProcessesTestConnection.test_spawn_close' \
	'*.WithProcessesTestConnection.test*_fd_transfer' '*.WithProcessesTestFinalize.test_finalize' \
	'*.WithProcessesTestPoll.test_empty_string' '*.WithProcessesTestPoll.test_strings' \
	'*.WithProcessesTestPoll.test_dont_merge' '*.WithProcessesTestSubclassingProcess.test_subclassing' \
	'*.TestWait.test_wait_socket*' '*.TestWait.test_wait_timeout' '*.TestWait.test_wait_integer' \
	'*.TestWait.test_neg_timeout' '*.TestTimeouts.*' '*.TestCloseFds.*' '*.TestIgnoreEINTR.*' \
	'*.TestStartMethod.test_context' '*.TestStartMethod.test_set_get'
