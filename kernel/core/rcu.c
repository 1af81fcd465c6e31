// SPDX-License-Identifier: MIT
/*
 * rcu: grace periods by watching each CPU pass a quiescent state.
 *
 * Promise   a callback runs after every CPU has, since it was queued, switched tasks, gone round the idle
 *           loop or been seen in user mode: at such a point no reader that began earlier is left, because
 *           readers keep preemption off.
 * Locks     pending_lock (RANK_RCU) guards the list of new callbacks; callbacks run without locks in the
 *           kernel thread "rcu". Each CPU's count is written by that CPU only.
 * Ordering  a count is seen by others before the next reader begins:
 *
 *		updater				reader's CPU
 *		unlink				count + 1
 *		fence				fence
 *		seen = count			load the pointer
 *		until count != seen ...		use it
 *
 *           A load that still found the pointer was done before the unlink could be seen, and so was the count
 *           before it: the updater has read the new count and waits for the next one.
 * Blocking  the thread sleeps between looks; CPUs that do not pass by themselves (idle or looping in user
 *           mode without a tick) are kicked with a reschedule IPI
 */
#include "kernel/core/rcu.h"
#include "kernel/core/panic.h"
#include "kernel/core/sched.h"

enum { LOOK_NS = 1000000, BATCH_DELAY_NS = 2000000 };

static DEFINE_PERCPU(u64, quiescent_count);
static struct spinlock pending_lock = SPINLOCK_INIT(RANK_RCU);
static struct rcu_head *pending, **pending_tail = &pending; /* [pending_lock] */
static struct waitq work_wq = WAITQ_INIT(work_wq, WAIT_KTHREAD);

void rcu_note_quiescent(void)
{
	barrier(); /* x86 shows what was read and written before the count no later than the count */
	quiescent_count++;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void rcu_defer(struct rcu_head *head, void (*fn)(struct rcu_head *))
{
	head->next = NULL;
	head->fn = fn;
	u64 irq = spin_lock_irqsave(&pending_lock);
	bool was_empty = pending == NULL;
	*pending_tail = head;
	pending_tail = &head->next;
	spin_unlock_irqrestore(&pending_lock, irq);
	if (was_empty)
		wake(&work_wq, 1);
}

static void sleep_ns(u64 ns)
{
	struct waitq nothing;
	waitq_init(&nothing, WAIT_KTHREAD, NULL);
	wait_event(&nothing, 1, false, clock_now_ns() + ns, WAIT_UNINTERRUPTIBLE);
}

static void wait_for_all_cpus(void)
{
	u64 seen[MAX_CPUS];
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		seen[cpu] = READ_ONCE(*percpu_of(cpu, u64, quiescent_count));
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		while (READ_ONCE(*percpu_of(cpu, u64, quiescent_count)) == seen[cpu]) {
			if (cpu != cpu_id())
				ipi_resched(cpu);
			sleep_ns(LOOK_NS); /* sleeping is this CPU's own quiescent state */
		}
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void rcu_synchronize(void)
{
	lockrank_assert_may_sleep();
	wait_for_all_cpus();
}

static void rcu_thread(void *arg)
{
	for (;;) {
		wait_event(&work_wq, 1, READ_ONCE(pending) != NULL, FOREVER, WAIT_UNINTERRUPTIBLE);
		sleep_ns(BATCH_DELAY_NS); /* let a batch gather: one grace period serves them all */
		u64 irq = spin_lock_irqsave(&pending_lock);
		struct rcu_head *batch = pending;
		pending = NULL;
		pending_tail = &pending;
		spin_unlock_irqrestore(&pending_lock, irq);
		wait_for_all_cpus();
		while (batch) {
			struct rcu_head *head = batch;
			batch = head->next;
			head->fn(head);
		}
	}
}

struct barrier_head {
	struct rcu_head rcu;
	struct waitq wq;
	bool done;
};

static void barrier_reached(struct rcu_head *head)
{
	struct barrier_head *b = container_of(head, struct barrier_head, rcu);
	__atomic_store_n(&b->done, true, __ATOMIC_RELEASE);
	wake(&b->wq, 1);
}

void rcu_barrier(void)
{
	struct barrier_head b = { .done = false };
	waitq_init(&b.wq, WAIT_KTHREAD, &b);
	rcu_defer(&b.rcu, barrier_reached);
	wait_event(&b.wq, 1, __atomic_load_n(&b.done, __ATOMIC_ACQUIRE), FOREVER, WAIT_UNINTERRUPTIBLE);
	/* barrier_reached() may still hold the queue's lock: b is on this stack. */
	u64 irq = spin_lock_irqsave(&b.wq.lock);
	spin_unlock_irqrestore(&b.wq.lock, irq);
}

void rcu_init(void)
{
	if (!kthread_start("rcu", rcu_thread, NULL))
		panic("rcu: no memory for the grace-period thread");
}
