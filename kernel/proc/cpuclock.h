// SPDX-License-Identifier: MIT
/*
 * cpuclock: the clock numbers that name somebody's CPU time, and that time.
 *
 * Reading   a negative clock number is ~pid << 3 | thread << 2 | which: what clock_getcpuclockid(3) and
 *           pthread_getcpuclockid(3) make. Pid 0 is the caller. The last value of `which` says that
 *           the number is not a pid but the descriptor of a clock device, of which there are none.
 */
#pragma once
#include "kernel/proc/process.h"

enum {
	CPUCLOCK_WHICH = 3, CPUCLOCK_PROF = 0, CPUCLOCK_VIRT = 1, CPUCLOCK_SCHED = 2, CPUCLOCK_DEVICE = 3,
	CPUCLOCK_THREAD = 4, CPUCLOCK_PID_SHIFT = 3,
};

static inline int cpuclock_pid(int clock)
{
	return ~(clock >> CPUCLOCK_PID_SHIFT);
}
static inline unsigned cpuclock_which(int clock)
{
	return (unsigned)clock & CPUCLOCK_WHICH;
}

static inline bool clock_is_device(int clock)
{
	return clock < 0 && cpuclock_which(clock) == CPUCLOCK_DEVICE && !((unsigned)clock & CPUCLOCK_THREAD);
}

/* Used so far by one thread or by all of a process. */
struct cpu_time {
	u64 user_ns, total_ns;
};
static inline u64 cpuclock_pick(const struct cpu_time *used, unsigned which)
{
	return which == CPUCLOCK_VIRT ? used->user_ns : used->total_ns;
}
/* itimer.c: of all threads, living and dead; under proc_tree_lock, in any context */
void process_cpu_time_locked(struct process *p, struct cpu_time *used);
