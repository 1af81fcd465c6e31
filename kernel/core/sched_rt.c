// SPDX-License-Identifier: MIT
/*
 * sched_rt: the real-time class: SCHED_FIFO and SCHED_RR.
 *
 * Promise   a CPU runs its real-time task of the highest priority, and among equals the one that came first. One that
 *           is preempted stays the first of its equals; one that yields, or whose turn by SCHED_RR is over, becomes
 *           the last. Over all CPUs, no task waits while one of lower priority runs where it may run.
 * Push and  A waiting task has its queue's bit in rt_waiting. Every CPU that picks its next task looks at that mask
 * pull      and pulls what beats its own best. A queue on which one is left waiting, because it was preempted, or has
 *           come to a CPU with more important work, pushes by asking the CPU with the least important task to pick.
 *           A second queue is only tried for; who did not get its lock looks again at once.
 *
 *           CPU 0: a task is left waiting             CPU 1: switches to something of lower priority
 *           bit in rt_waiting                         rq->curr = the lower one, lock held
 *           look at CPU 1's curr, trylock its queue   unlock; on its next pick: look at rt_waiting
 *
 *           With CPU 1's lock got, its new curr is seen and told to pick again. Without it, CPU 0 looks again.
 * Throttle  where fair tasks wait too, real-time ones get at most rt_runtime_us of each rt_period_us of a CPU, so that
 *           a loop cannot take a machine away. It is noticed by the tick.
 * Locks     rq->lock; a second one only by trylock
 * Linux     sched(7). The share of fair tasks is kept for each CPU, as by Linux's server for them.
 */
#include "kernel/core/sched_internal.h"
#include "kernel/uapi/sched.h"

enum { WORD_BITS = 64, LEVEL_IDLE = -1, LEVEL_FAIR = 0 };

u64 rt_waiting;
int sched_rt_runtime_us = 950000, sched_rt_period_us = 1000000, sched_rr_slice_ms = SCHED_RR_SLICE_DEFAULT_MS;

void rt_queue_init(struct rt_queue *q)
{
	for (unsigned i = 0; i < RT_PRIORITIES; i++)
		list_init(&q->list[i]);
}

/* --- one queue --- */

static void link(struct rq *rq, struct task *t)
{
	struct rt_queue *q = &rq->rt;
	q->bits[t->se.rt / WORD_BITS] |= 1ull << t->se.rt % WORD_BITS;
	t->se.queued = true;
	if (q->nr++ == 0)
		__atomic_fetch_or(&rt_waiting, 1ull << rq->cpu, __ATOMIC_SEQ_CST);
}

void rt_enqueue_first(struct rq *rq, struct task *t)
{
	list_add(&rq->rt.list[t->se.rt], &t->rq_node);
	link(rq, t);
}

void rt_enqueue_last(struct rq *rq, struct task *t)
{
	t->se.to_tail = false;
	list_add_tail(&rq->rt.list[t->se.rt], &t->rq_node);
	link(rq, t);
}

void rt_enqueue(struct rq *rq, struct task *t)
{
	bool is_preempted = t == rq->curr;
	if (!is_preempted)
		t->se.rt_wake_ns = t->se.sum_exec_ns;
	if (is_preempted && !t->se.to_tail)
		rt_enqueue_first(rq, t);
	else
		rt_enqueue_last(rq, t);
}

void rt_dequeue(struct rq *rq, struct task *t)
{
	struct rt_queue *q = &rq->rt;
	list_del(&t->rq_node);
	t->se.queued = false;
	if (list_is_empty(&q->list[t->se.rt]))
		q->bits[t->se.rt / WORD_BITS] &= ~(1ull << t->se.rt % WORD_BITS);
	if (--q->nr == 0)
		__atomic_fetch_and(&rt_waiting, ~(1ull << rq->cpu), __ATOMIC_SEQ_CST);
}

/* The highest priority that waits below `limit`; 0: none. Without the lock it is a hint. */
static int waiting_priority(const struct rt_queue *q, int limit)
{
	for (int word = 1; word >= 0; word--) {
		int below = limit - word * WORD_BITS; /* bits of this word that count */
		u64 mask = below <= 0 ? 0 : below >= WORD_BITS ? UINT64_MAX : (1ull << below) - 1;
		u64 bits = READ_ONCE(q->bits[word]) & mask;
		if (bits)
			return word * WORD_BITS + WORD_BITS - 1 - __builtin_clzll(bits);
	}
	return 0;
}

static struct task *first_of(struct rq *rq, int priority)
{
	return list_first(&rq->rt.list[priority], struct task, rq_node);
}

/* The most important one that waits here and may run on `cpu`, NULL. */
static struct task *first_for(struct rq *rq, unsigned cpu)
{
	for (int prio = RT_PRIORITIES; (prio = waiting_priority(&rq->rt, prio)) > 0;) {
		struct task *t;
		list_for_each(t, &rq->rt.list[prio], rq_node)
			if (t->affinity & (1ull << cpu))
				return t;
	}
	return NULL;
}

static bool is_throttled(struct rq *rq)
{
	s64 runtime_us = READ_ONCE(sched_rt_runtime_us);
	if (rq->clock_ns >= rq->rt.period_end_ns) {
		rq->rt.period_end_ns = rq->clock_ns + (u64)READ_ONCE(sched_rt_period_us) * NSEC_PER_USEC;
		rq->rt.ran_ns = 0;
	}
	return runtime_us >= 0 && !rb_is_empty(&rq->fair) && rq->rt.ran_ns >= (u64)runtime_us * NSEC_PER_USEC;
}

/* --- other queues --- */

/* How important that is what a CPU runs, or will run at once. Interrupts are off, so what curr names is not freed. */
static int level_of(struct rq *rq)
{
	struct task *curr = READ_ONCE(rq->curr);
	int runs = curr == rq->idle ? LEVEL_IDLE : READ_ONCE(curr->se.rt);
	return max(runs, waiting_priority(&rq->rt, RT_PRIORITIES) ?: LEVEL_IDLE);
}

/* The CPU with the least important work where t may run; -1: everywhere it is as important as t. */
static int least_important_cpu(struct task *t, unsigned but)
{
	int best = -1, least = t->se.rt;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		int level = cpu != but && t->affinity & (1ull << cpu) ? level_of(rq_of(cpu)) : RT_PRIORITIES;
		if (level < least) {
			least = level;
			best = (int)cpu;
		}
	}
	return best;
}

unsigned rt_select_cpu(struct task *t)
{
	unsigned prev = t->cpu;
	u64 idle = READ_ONCE(idle_cpus) & t->affinity;
	bool may_stay = t->affinity & (1ull << prev);
	int here = may_stay ? level_of(rq_of(prev)) : RT_PRIORITIES;
	if (here == LEVEL_IDLE || (here == LEVEL_FAIR && !idle))
		return prev; /* what it left in the cache is there */
	int cpu = least_important_cpu(t, nr_cpus);
	if (cpu >= 0)
		return (unsigned)cpu;
	return may_stay ? prev : (unsigned)__builtin_ctzll(t->affinity & online_cpu_mask());
}

/* Takes from `from` what is more important than `least` and will not run there at once. False: it could not look. */
static bool pull_from(struct rq *rq, struct rq *from, int least)
{
	if (waiting_priority(&from->rt, RT_PRIORITIES) <= least)
		return true;
	if (!spin_trylock(&from->lock))
		return false;
	struct task *t = first_for(from, rq->cpu);
	if (t && t->se.rt > least && (t->se.rt <= from->curr->se.rt || is_throttled(from))) {
		rt_dequeue(from, t);
		from->nr_running--;
		t->cpu = rq->cpu;
		rq->nr_running++;
		rt_enqueue_last(rq, t);
	}
	spin_unlock(&from->lock);
	return true;
}

static bool pull(struct rq *rq)
{
	bool saw_all = true;
	for (u64 others = READ_ONCE(rt_waiting) & ~(1ull << rq->cpu); others; others &= others - 1)
		saw_all &= pull_from(rq, rq_of(__builtin_ctzll(others)), waiting_priority(&rq->rt, RT_PRIORITIES));
	return saw_all;
}

/* Asks another CPU to take what waits here. False: it could not be asked. */
static bool push(struct rq *rq)
{
	int prio = waiting_priority(&rq->rt, RT_PRIORITIES);
	int cpu = prio ? least_important_cpu(first_of(rq, prio), rq->cpu) : -1;
	if (cpu < 0)
		return true;
	struct rq *to = rq_of((unsigned)cpu);
	if (!spin_trylock(&to->lock))
		return false;
	rq_resched(to);
	spin_unlock(&to->lock);
	return true;
}

/* --- what the scheduler asks --- */

struct task *rt_pick(struct rq *rq, bool *look_again)
{
	struct task *t = NULL;
	if (!is_throttled(rq)) {
		if (nr_cpus > 1)
			*look_again |= !pull(rq);
		int prio = waiting_priority(&rq->rt, RT_PRIORITIES);
		if (prio) {
			t = first_of(rq, prio);
			rt_dequeue(rq, t);
		}
	}
	if (nr_cpus > 1 && rq->rt.nr)
		*look_again |= !push(rq);
	return t;
}

void rt_check_preempt(struct rq *rq, struct task *t)
{
	if (!t->se.rt)
		return;
	/* The pick of a CPU on which it must wait pushes it. */
	if (t->se.rt > rq->curr->se.rt || (nr_cpus > 1 && least_important_cpu(t, rq->cpu) >= 0))
		rq_resched(rq);
}

void rt_begin(struct task *t)
{
	t->se.rt_wake_ns = t->se.sum_exec_ns;
	t->se.rr_end_ns = t->se.sum_exec_ns + (u64)READ_ONCE(sched_rr_slice_ms) * NSEC_PER_MSEC;
}

void rt_charge(struct rq *rq, struct task *t, u64 ran_ns)
{
	rq->rt.ran_ns += ran_ns;
	if (t->se.policy != SCHED_RR || t->se.sum_exec_ns < t->se.rr_end_ns)
		return;
	t->se.rr_end_ns = t->se.sum_exec_ns + (u64)READ_ONCE(sched_rr_slice_ms) * NSEC_PER_MSEC;
	t->se.to_tail = true;
	if (!list_is_empty(&rq->rt.list[t->se.rt]))
		rq_resched(rq);
}

void rt_tick(struct rq *rq)
{
	bool runs_rt = rq->curr->se.rt, throttled = is_throttled(rq);
	if (runs_rt ? throttled : rq->rt.nr && !throttled)
		rq_resched(rq);
}
