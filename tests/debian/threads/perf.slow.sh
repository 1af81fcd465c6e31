#!/bin/sh
# SPDX-License-Identifier: MIT
# perf's benchmarks of futexes and of the scheduler. Times and addresses are taken out, counts stay.
# What passes messages by sockets is in sockets.slow.sh.
LIMIT_S=60
ATTEMPTS=5
t() { echo "## $1"; }
plain() {
	sed -E 's/0x[0-9a-f]+/ADDRESS/g; s/\[PID [0-9]+\]/[PID]/; s/[0-9.]+ (ms|ops\/sec|\[sec\]|usecs\/op)/T \1/g
		s/\(\+-[0-9.na-]+%\)/(+-P)/; s/ \(\+- [0-9.na-]+%\)//; s/Averaged [0-9]+/Averaged N/; s/ +T/ T/
		s/\([0-9]+\+-?[0-9]+\)/(WOKEN+REQUEUED)/' | uniq
}
p() {
	timeout $LIMIT_S perf bench "$@" >out 2>&1
	status=$?
	plain <out
	echo $status
}
# asleep WHAT...: these give their threads 100 ms to fall asleep, and say so of a machine that was too slow for that.
asleep() {
	for attempt in $(seq $ATTEMPTS); do
		timeout 15 perf bench "$@" >out 2>&1
		status=$?
		grep -q "couldn't wakeup" out || break
	done
	plain <out
	echo $status
}
cd /tmp || exit 1

for kind in "" "-S"; do
	t "hash $kind"; p futex hash -r 1 -t 4 -f 64 $kind
	t "wake $kind"; p futex wake -t 16 $kind
	t "wake-by-4 $kind"; p futex wake -t 16 -w 4 $kind
	t "wake-parallel $kind"; asleep futex wake-parallel -t 16 -w 4 $kind
	t "requeue $kind"; p futex requeue -t 16 $kind
	t "requeue-by-5 $kind"; p futex requeue -t 16 -q 5 $kind
	t "requeue-broadcast $kind"; p futex requeue -B -t 16 $kind
	t "requeue-pi $kind"; p futex requeue -p -t 16 $kind
	t "requeue-pi-broadcast $kind"; p futex requeue -p -B -t 16 $kind
	t "lock-pi $kind"; p futex lock-pi -r 1 -t 4 $kind
	t "lock-pi-many $kind"; p futex lock-pi -M -r 1 -t 4 $kind
done
t locked; p futex wake -m -t 8
t silent; p futex requeue -s -t 8
t messaging; p sched messaging -p -g 2 -l 20
t messaging-threads; p sched messaging -p -t -g 2 -l 20
t pipe; p sched pipe -l 500
t pipe-threads; p sched pipe -T -l 500
t syscall; p syscall basic -l 10000
