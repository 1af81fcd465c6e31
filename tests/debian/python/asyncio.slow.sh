#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython's own tests of asyncio: event loops on epoll, poll and select, their signals, children and threads.
# Left out: what needs a network, and so SSL and sendfile as a whole, and streams, where one waits for its server for ever
# then; one that fails where a tenth of a second is not enough, which is so on a busy host.
t() { echo "## $1"; }
u() { t "$1"; python3 /tests/unit.py "test_asyncio.test_$1" -x '*.BaseEventLoopTests.test_env_var_debug' \
	'*.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started' \
	'*.test_create_connection_service_name' '*.test_create_datagram_endpoint_sock'; }
cd /tmp || exit 1
for module in base_events buffered_proto context events futures futures2 locks pep492 protocols queues runners \
	selector_events server subprocess taskgroups tasks threads timeouts transports unix_events waitfor; do
	u $module
done
