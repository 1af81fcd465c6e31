// SPDX-License-Identifier: MIT
/*
 * sched.h: names of scheduling policies, the structure of sched_setattr(2), and children on one processor whose
 * steps are noted in their order.
 *
 * Promise   no loop of a real-time child is without a bound: it ends after a time, and RLIMIT_RTTIME is set in
 *           real_time(), so that a case that goes wrong does not take a machine away
 * Linux     sched(7), sched_setattr(2)
 */
#ifndef TESTS_ABI_SCHED_H
#define TESTS_ABI_SCHED_H

#include <sys/resource.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum {
	OTHER = 0, FIFO = 1, RR = 2, BATCH = 3, IDLE = 5, DEADLINE = 6, RESET = 0x40000000,
	FLAG_RESET = 1, KEEP_POLICY = 8, KEEP_PARAMS = 0x10, CLAMP_MIN = 0x20, CLAMP_MAX = 0x40,
	NO_TID = 4190000,
	RT_LIMIT_US = 2000000,
	STEPS = 64,
};

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};

static inline long set_policy(int pid, int policy, int priority)
{
	return sys(SYS_sched_setscheduler, pid, policy, &priority);
}

static inline long set_priority(int pid, int priority)
{
	return sys(SYS_sched_setparam, pid, &priority);
}

static inline int get_rt_priority(int pid)
{
	int priority = -1;

	CHECK_EQ(sys(SYS_sched_getparam, pid, &priority), 0);
	return priority;
}

static inline long set_attr(struct attr a)
{
	if (!a.size)
		a.size = sizeof(a);
	return sys(SYS_sched_setattr, 0, &a, 0);
}

static inline struct attr get_attr(int pid)
{
	struct attr a;

	memset(&a, 0xee, sizeof(a));
	CHECK_EQ(sys(SYS_sched_getattr, pid, &a, sizeof(a), 0), 0);
	return a;
}

static inline void pin(int pid, int cpu)
{
	unsigned long mask = 1ul << cpu;

	CHECK_EQ(sys(SYS_sched_setaffinity, pid, sizeof(mask), &mask), 0);
}

static inline int nr_cpus(void)
{
	unsigned long mask[16] = {0};
	long n = sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	int cpus = 0;

	for (long i = 0; i < n / 8; i++)
		cpus += __builtin_popcountl(mask[i]);
	return cpus;
}

/* The caller from now on, with an end to any loop of it. */
static inline void real_time(int policy, int priority)
{
	struct rlimit limit = {RT_LIMIT_US, RT_LIMIT_US};

	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_RTTIME, &limit), 0);
	CHECK_EQ(set_policy(0, policy, priority), 0);
}

static inline void limit_to(int resource, long soft, long hard)
{
	struct rlimit limit = {soft, hard};

	CHECK_EQ(sys(SYS_setrlimit, resource, &limit), 0);
}

static inline int64_t cpu_ms(void)
{
	return now_ns(CLOCK_THREAD_CPUTIME_ID) / 1000000;
}

/* Burns its own CPU time; at most ten times that by the clock. */
static inline void burn_ms(long ms)
{
	int64_t start = cpu_ms(), end = now_ms() + 10 * ms;

	while (cpu_ms() - start < ms && now_ms() < end)
		;
}

static inline int start_thread_of_case(int *done)
{
	return start_thread(done, wait_for_release, NULL);
}

static inline void end_thread_of_case(int *done)
{
	released = 1;
	join_thread(done);
}

/* What happened, in its order: shared with children. */
struct steps {
	volatile int n;
	volatile char who[STEPS];
	volatile int word[4];
};

static inline void step(struct steps *s, char who)
{
	s->who[__atomic_fetch_add(&s->n, 1, __ATOMIC_SEQ_CST)] = who;
}

/* Field `n` of /proc/PID/stat, counted from 1 as proc_pid_stat(5) does; those before the 4th cannot be asked for. */
static inline long stat_field(int pid, int n)
{
	char path[64], text[1024], *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	p = strrchr(text, ')') + 2;
	for (int field = 3; field < n; field++)
		p = strchr(p, ' ') + 1;
	return strtol(p, NULL, 10);
}

#endif
