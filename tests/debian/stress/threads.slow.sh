#!/bin/sh
# SPDX-License-Identifier: MIT
# stress-ng on threads, futexes and the scheduler, each stressor for a number of operations. Linux's log is not compared:
# it tells that real-time tasks were throttled.
. /tests/stress
s futex 500
# So many that the first thread, which is a real-time one, is throttled before it has done them all alone.
s mutex 500000
s pthread 100 --pthread-max 32
s sem 2000
for policy in batch fifo idle other rr; do
	s pthread 20 --pthread-max 16 --sched $policy
	s switch 200 --switch-method pipe --sched $policy
done
s schedpolicy 200
# Debian 12 has none.
if stress-ng --help | grep -q prio-inv; then s prio-inv 20; fi
s yield 2000
s switch 500 --switch-method pipe
s membarrier 50
s rseq 50
s resched 50
