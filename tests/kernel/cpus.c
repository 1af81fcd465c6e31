// SPDX-License-Identifier: MIT
/*
 * cpus: in-kernel tests of what CPUs do for and to each other: calls, and agreeing on the time.
 */
#include "arch/x86_64/arch.h"
#include "kernel/core/clock.h"
#include "kernel/core/ktest.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"

enum { CALLS = 300, READS = 20000 };

static u32 ran;	    /* [atomic] */
static int finished; /* [atomic] */

/* One thread on each CPU; true if all have ended. */
static bool run_on_all(void (*fn)(void *))
{
	finished = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		struct task *t = kthread_start("cpus", fn, NULL);
		if (!t || sched_set_affinity(t, 1ull << cpu))
			return false;
	}
	return ktest_becomes(&finished, (int)nr_cpus);
}

static void count(void *by)
{
	__atomic_fetch_add(&ran, *(u32 *)by, __ATOMIC_RELAXED);
}

KTEST(calls_have_run_when_they_return)
{
	u32 by = 3;
	ran = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		ipi_call_one(cpu, count, &by);
		KEXPECT_EQ(ran, by * (cpu + 1));
	}
	ran = 0;
	ipi_call_others(count, &by);
	KEXPECT_EQ(ran, by * (nr_cpus - 1));
}

static void calling_thread(void *arg)
{
	for (u32 i = 0; i < CALLS; i++) {
		u32 by = 1;
		u64 irq = i & 1 ? irq_save() : 0;
		ipi_call_others(count, &by);
		if (i & 1)
			irq_restore(irq);
	}
	__atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

/* With interrupts off every second time: who waits must serve, or two such callers wait for ever. */
KTEST(cpus_that_call_each_other_do_not_block)
{
	ran = 0;
	KASSERT(run_on_all(calling_thread));
	KEXPECT_EQ(ran, CALLS * nr_cpus * (nr_cpus - 1));
}

static u64 latest; /* [atomic] the latest time that any CPU has read */
static u64 backwards; /* [atomic] reads that were earlier than one that had been published before */

static void reading_thread(void *arg)
{
	for (unsigned i = 0; i < READS; i++) {
		u64 published = __atomic_load_n(&latest, __ATOMIC_SEQ_CST), now = clock_now_ns();
		if (now < published)
			__atomic_fetch_add(&backwards, 1, __ATOMIC_RELAXED);
		while (now > published && !__atomic_compare_exchange_n(&latest, &published, now, false,
						  __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			;
	}
	__atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

KTEST(time_is_the_same_on_all_cpus)
{
	latest = backwards = 0;
	KASSERT(run_on_all(reading_thread));
	KEXPECT_EQ(backwards, 0);
}

KTEST(the_one_shot_timer_keeps_its_time)
{
	enum { SLEEP_NS = 3000000, ROUNDS = 10 };
	struct waitq nothing;
	waitq_init(&nothing, WAIT_OTHER, NULL);
	u64 best = FOREVER;
	for (unsigned i = 0; i < ROUNDS; i++) {
		u64 deadline = clock_now_ns() + SLEEP_NS;
		wait_event(&nothing, 1, false, deadline, WAIT_UNINTERRUPTIBLE);
		u64 now = clock_now_ns();
		KEXPECT(now >= deadline);
		best = min(best, now - deadline);
	}
	/* the host may be busy, but hardly all ten times */
	KEXPECT(best < SLEEP_NS);
}
