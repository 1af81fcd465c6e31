// SPDX-License-Identifier: MIT
/*
 * sched_set: policies, priorities, nice values and affinity of tasks.
 *
 * Promise   see sched_set.h. A task that becomes less important than it was is the first of its new equals, one that
 *           becomes more important the last. What a real-time policy's task was owed in the fair class is forgotten.
 * Locks     the queue's lock of the task; outside it pi_lock, because who has a priority may hand it on (rt_mutex.h)
 * Linux     sched(7), sched_setattr(2)
 */
#include "kernel/core/sched_set.h"
#include "kernel/core/rt_mutex.h"
#include "kernel/core/sched_internal.h"
#include "kernel/core/trace.h"
#include "kernel/uapi/sched.h"

_Static_assert(SCHED_FIFO == 1 && SCHED_RR == 2, "is_rt_policy() knows the numbers");

/* Weights of nice -20..19: each step is about 10 % of CPU time, nice 0 is 1024 (setpriority(2)). */
static const u32 nice_weights[NICE_MAX - NICE_MIN + 1] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
	2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23,
	18, 15,
};

static void set_weight(struct task *t)
{
	t->se.weight = t->se.rt		       ? RT_WEIGHT :
		       t->se.policy == SCHED_IDLE ? IDLE_WEIGHT :
						    nice_weights[t->se.nice - NICE_MIN];
}

/* The queue of t is locked, and charged if t runs. */
static struct rq *lock_charged(struct task *t)
{
	struct rq *rq = task_rq_lock(t);
	if (rq->curr == t)
		sched_charge_current(rq);
	return rq;
}

/* Gives t the real-time priority `rt` in effect, and the weight of its policy and nice value. */
static void apply_locked(struct rq *rq, struct task *t, int rt)
{
	int was = t->se.rt;
	bool queued = t->se.queued;
	if (queued && rt != was)
		sched_dequeue(rq, t);
	if (was && !rt)
		t->se.vruntime = rq->min_vruntime;
	if (rt && !was)
		rt_begin(t);
	t->se.rt = (u8)rt;
	set_weight(t);
	if (rt == was)
		return;
	trace_event(TRACE_PRIORITY, t->tid, rt);
	t->se.to_tail = false;
	if (queued && rt && rt < was)
		rt_enqueue_first(rq, t);
	else if (queued && rt)
		rt_enqueue_last(rq, t);
	else if (queued)
		sched_enqueue(rq, t);
	if (queued)
		rt_check_preempt(rq, t);
	else if (rq->curr == t && rt < was)
		rq_resched(rq);
}

void sched_get(struct task *t, struct sched_settings *s)
{
	u64 irq = irq_save();
	struct rq *rq = task_rq_lock(t);
	*s = (struct sched_settings){
		.policy = t->se.policy, .nice = t->se.nice, .rt_priority = t->se.rt_priority,
		.reset_on_fork = t->se.reset_on_fork, .slice_ns = t->se.slice_ns,
	};
	spin_unlock(&rq->lock);
	irq_restore(irq);
}

bool sched_update_priority(struct task *t)
{
	u8 rt = rt_mutex_priority(t);
	assert_spin_held(&pi_lock);
	if (likely(rt == t->se.rt))
		return false;
	struct rq *rq = lock_charged(t);
	apply_locked(rq, t, rt);
	spin_unlock(&rq->lock);
	return true;
}

void sched_set(struct task *t, const struct sched_settings *s)
{
	u64 irq = spin_lock_irqsave(&pi_lock);
	struct rq *rq = lock_charged(t);
	if (t->se.policy != s->policy)
		rt_begin(t);
	t->se.policy = (u8)s->policy;
	t->se.nice = (s8)s->nice;
	t->se.rt_priority = (u8)s->rt_priority;
	t->se.reset_on_fork = s->reset_on_fork;
	t->se.slice_ns = s->slice_ns;
	if (is_rt_policy(s->policy)) /* its sleeps are as long as they are asked to be, from now on */
		WRITE_ONCE(t->timer_slack_ns, 0);
	else if (!t->timer_slack_ns)
		WRITE_ONCE(t->timer_slack_ns, t->default_slack_ns);
	apply_locked(rq, t, rt_mutex_priority(t));
	spin_unlock(&rq->lock);
	rt_mutex_propagate(t);
	spin_unlock_irqrestore(&pi_lock, irq);
}

void sched_set_nice(struct task *t, int nice)
{
	u64 irq = irq_save();
	struct rq *rq = lock_charged(t);
	t->se.nice = (s8)nice;
	set_weight(t);
	spin_unlock(&rq->lock);
	irq_restore(irq);
}

/* SCHED_RESET_ON_FORK: nothing that takes a right goes on to the child. */
void sched_inherit(struct task *child)
{
	struct sched_entity *se = &child->se;
	struct sched_settings s;
	sched_get(current, &s);
	bool resets = s.reset_on_fork;
	bool was_rt = is_rt_policy(s.policy);
	se->policy = resets && was_rt ? SCHED_OTHER : (u8)s.policy;
	se->rt = se->rt_priority = resets ? 0 : (u8)s.rt_priority;
	se->nice = resets && (was_rt || s.nice < 0) ? 0 : (s8)s.nice;
	se->slice_ns = s.slice_ns;
	set_weight(child);
	rt_begin(child);
}

int sched_set_affinity(struct task *t, u64 mask)
{
	if (!(mask & online_cpu_mask()))
		return -EINVAL;
	u64 irq = irq_save();
	struct rq *rq = task_rq_lock(t);
	t->affinity = mask;
	bool wrong = !(mask & (1ull << t->cpu));
	if (wrong && t->se.queued) {
		sched_dequeue(rq, t);
		rq->nr_running--;
		t->se.vruntime -= rq->min_vruntime;
		t->cpu = __builtin_ctzll(mask & online_cpu_mask());
		spin_unlock(&rq->lock);
		rq = rq_of(t->cpu);
		spin_lock(&rq->lock);
		t->se.vruntime += rq->min_vruntime;
		sched_activate(rq, t);
		wrong = false;
	} else if (t->se.queued && t->se.rt) {
		rt_check_preempt(rq, t); /* it may have to be pushed to where it may run now */
	}
	bool running = wrong && rq->curr == t;
	spin_unlock(&rq->lock);
	irq_restore(irq);
	if (running)
		migrate_running(t);
	return 0;
}

/* --- figures --- */

u64 sched_interval_ns(struct task *t)
{
	struct sched_settings s;
	sched_get(t, &s);
	if (s.policy == SCHED_RR)
		return (u64)READ_ONCE(sched_rr_slice_ms) * NSEC_PER_MSEC;
	return s.policy == SCHED_FIFO ? 0 : s.slice_ns / TICK_NS * TICK_NS;
}

u64 sched_rt_run_ns(struct task *t)
{
	return is_rt_policy(t->se.policy) ? READ_ONCE(t->se.sum_exec_ns) - READ_ONCE(t->se.rt_wake_ns) : 0;
}

int sched_priority_shown(struct task *t)
{
	enum { NICE_0_SHOWN = 20 };
	int rt = READ_ONCE(t->se.rt);
	return rt ? -1 - rt : NICE_0_SHOWN + READ_ONCE(t->se.nice);
}
