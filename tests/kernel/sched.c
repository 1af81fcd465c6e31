// SPDX-License-Identifier: MIT
/*
 * sched: in-kernel tests of switching, placement and grace periods.
 */
#include "kernel/core/alloc.h"
#include "kernel/core/clock.h"
#include "kernel/core/ktest.h"
#include "kernel/core/rcu.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"

enum { THREADS = 24, TURNS = 50, SHARE_MS = 200 };

static int finished; /* [atomic] */

static void yielding_thread(void *arg)
{
	for (int i = 0; i < TURNS; i++)
		sched_yield_current();
	__atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

KTEST(many_threads_yield_and_end)
{
	finished = 0;
	for (int i = 0; i < THREADS; i++)
		KASSERT(kthread_start("yield", yielding_thread, NULL));
	KEXPECT(ktest_becomes(&finished, THREADS));
}

static u64 spun_ns[2]; /* what each had; by the clock, which goes on when the host takes the CPU away */
static bool stop;      /* [atomic] */

static void spinning_thread(void *arg)
{
	u64 *ns = arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		cpu_relax();
	*ns = task_cpu_ns(current);
	__atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

/* Two that never give up the CPU share one: the tick takes it away from them. */
KTEST(spinning_threads_share_a_cpu)
{
	finished = 0;
	stop = false;
	for (int i = 0; i < 2; i++) {
		struct task *t = kthread_start("spin", spinning_thread, &spun_ns[i]);
		KASSERT(t);
		KEXPECT_EQ(sched_set_affinity(t, 1), 0);
	}
	struct waitq nothing;
	waitq_init(&nothing, WAIT_OTHER, NULL);
	wait_event(&nothing, 1, false, deadline_after(SHARE_MS * NSEC_PER_MSEC), WAIT_UNINTERRUPTIBLE);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	KASSERT(ktest_becomes(&finished, 2));
	KEXPECT(spun_ns[0] + spun_ns[1] > SHARE_MS * NSEC_PER_MSEC / 2);
	KEXPECT(spun_ns[0] < 8 * spun_ns[1] && spun_ns[1] < 8 * spun_ns[0]);
}

static void where_thread(void *arg)
{
	*(unsigned *)arg = cpu_id();
	__atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

KTEST(task_runs_where_its_affinity_says)
{
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		static unsigned ran_on;
		finished = 0;
		ran_on = MAX_CPUS;
		struct task *t = task_alloc("where");
		KASSERT(t);
		arch_task_init_kernel(&t->arch, where_thread, &ran_on);
		t->affinity = 1ull << cpu;
		sched_start(t);
		KASSERT(ktest_becomes(&finished, 1));
		KEXPECT_EQ(ran_on, cpu);
	}
}

struct counted {
	struct rcu_head rcu;
};
static int freed; /* [atomic] */

static void count_free(struct rcu_head *head)
{
	kfree(container_of(head, struct counted, rcu));
	__atomic_fetch_add(&freed, 1, __ATOMIC_SEQ_CST);
}

KTEST(rcu_barrier_waits_for_callbacks)
{
	freed = 0;
	for (int i = 0; i < THREADS; i++) {
		struct counted *c = kmalloc(sizeof(*c));
		KASSERT(c);
		rcu_defer(&c->rcu, count_free);
	}
	rcu_barrier();
	KEXPECT_EQ(freed, THREADS);
}

KTEST(rcu_synchronize_returns)
{
	u64 before = clock_now_ns();
	rcu_synchronize();
	KEXPECT(clock_now_ns() - before < NSEC_PER_SEC);
}
