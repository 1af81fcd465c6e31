#!/bin/sh
# SPDX-License-Identifier: MIT
# Messages in crowds by socket pairs: perf's and rt-tests' benchmarks as they are without -p. Times are taken out.
LIMIT_S=120
t() { echo "## $1"; }
r() {
	timeout $LIMIT_S "$@" >out 2>&1
	status=$?
	sed -E 's/[0-9.]+ \[sec\]/T [sec]/; s/Time: [0-9.]+/Time: T/; s/ +T/ T/' out
	echo $status
}
cd /tmp || exit 1

t messaging; r perf bench sched messaging -g 2 -l 20
t messaging-threads; r perf bench sched messaging -t -g 2 -l 20
t messaging-many; r perf bench sched messaging -g 4 -l 10
t hackbench; r hackbench -g 2 -l 20
t hackbench-threads; r hackbench -T -g 2 -l 20
t hackbench-large; r hackbench -f 4 -g 3 -s 8192 -l 50
t hackbench-one-byte; r hackbench -f 5 -g 2 -s 1 -l 50
t hackbench-threads-fifo; r hackbench -T -F -f 5 -g 2 -l 50
