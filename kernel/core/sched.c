// SPDX-License-Identifier: MIT
/*
 * sched: per-CPU run queues: real-time tasks by priority, then the fair class.
 *
 * Promise   each CPU runs its real-time task of the highest priority (sched_rt.c). While there is none it runs the
 *           task with the least virtual run time (real run time divided by the
 *           weight of its nice level), changing over when the running one has had a slice and another is
 *           waiting. A woken task starts at most half a slice behind the queue's minimum: sleepers get the
 *           CPU soon but cannot save up. A busy CPU has a tick of TICK_NS, for slices, for sampling user
 *           against system time and for balance; an idle CPU has none and halts.
 * Placement a woken task goes to where it last ran if that CPU is idle; to the waker's CPU if the waker is
 *           about to sleep (wake_sync) and alone; else to an idle CPU; else where it last ran. A CPU that
 *           runs out of work pulls from the longest queue; a tick with waiting tasks wakes an idle CPU, and pulls
 *           one when another queue is longer by two.
 * Locks     rq->lock (RANK_RUNQ), interrupts off; held across the context switch and released by the next
 *           task: so whoever holds the lock of a sleeping task's queue knows its registers are saved. A task's
 *           queue is t->cpu's; it changes only under that queue's lock. Second queues only by trylock.
 * Lifetime  the "alive" reference of a task that called sched_exit() is dropped after the switch away from it
 * Classes   what the hot paths pay for the real-time class is a look at se.rt where a task is queued, and one at
 *           rt_waiting where the next is picked. Settings are changed in sched_set.c.
 */
#include "kernel/core/sched.h"
#include "kernel/core/sched_internal.h"
#include "kernel/core/upcalls.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/trace.h"
#include "kernel/uapi/sched.h"

DEFINE_PERCPU(unsigned, preempt_count);
DEFINE_PERCPU(struct task *, current_task);
#ifdef DEBUG
DEFINE_PERCPU(unsigned, irq_depth);
#endif
static DEFINE_PERCPU(struct rq, runqueue);

u64 idle_cpus; /* [atomic] a bit per CPU that halts or is about to */

struct rq *rq_of(unsigned cpu)
{
	return percpu_of(cpu, struct rq, runqueue);
}

static inline struct rq *this_rq(void)
{
	return percpu_of(cpu_id(), struct rq, runqueue);
}

struct arch_task *task_arch(struct task *t)
{
	return &t->arch;
}

static bool entity_less(const struct rb_node *a, const struct rb_node *b)
{
	return (s64)(container_of(a, struct sched_entity, node)->vruntime -
		       container_of(b, struct sched_entity, node)->vruntime) < 0;
}

static struct task *entity_task(struct rb_node *n)
{
	return container_of(n, struct task, se.node);
}

void sched_charge_current(struct rq *rq)
{
	u64 now = clock_now_ns();
	struct task *t = rq->curr;
	s64 ran = (s64)(now - rq->clock_ns);
	rq->clock_ns = now;
	if (unlikely(ran <= 0))
		return;
	if (t == rq->idle) {
		rq->idle_ns += ran;
		return;
	}
	rq->busy_ns += ran;
	t->se.sum_exec_ns += ran;
	if (likely(t->se.weight == NICE_0_WEIGHT)) {
		t->se.vruntime += ran;
	} else if (t->se.weight != RT_WEIGHT) {
		t->se.vruntime += (u64)ran * NICE_0_WEIGHT / t->se.weight;
	} else {
		rt_charge(rq, t, ran);
		return;
	}
	u64 floor = t->se.vruntime;
	struct rb_node *first = rb_first(&rq->fair);
	if (first && (s64)(entity_task(first)->se.vruntime - floor) < 0)
		floor = entity_task(first)->se.vruntime;
	if ((s64)(floor - rq->min_vruntime) > 0)
		rq->min_vruntime = floor;
}

static inline void enqueue(struct rq *rq, struct task *t)
{
	t->se.queued = true;
	if (unlikely(t->se.rt))
		rt_enqueue(rq, t);
	else
		rb_insert(&rq->fair, &t->se.node, entity_less);
}

static inline void dequeue_fair(struct rq *rq, struct task *t)
{
	t->se.queued = false;
	rb_erase(&rq->fair, &t->se.node);
}

void sched_enqueue(struct rq *rq, struct task *t)
{
	enqueue(rq, t);
}

void sched_dequeue(struct rq *rq, struct task *t)
{
	if (t->se.rt)
		rt_dequeue(rq, t);
	else
		dequeue_fair(rq, t);
}

void rq_resched(struct rq *rq)
{
	struct task *curr = rq->curr;
	if (curr->work & TASK_WORK_RESCHED)
		return;
	task_work_set(curr, TASK_WORK_RESCHED);
	if (rq->cpu != cpu_id())
		ipi_resched(rq->cpu);
}

static void tick_start(struct rq *rq, u64 now)
{
	if (!timer_is_armed(&rq->tick))
		timer_start(&rq->tick, now + TICK_NS);
}

enum activation { WOKEN, WOKEN_SYNC /* the waker is about to sleep: nothing to preempt */ };

/* Puts a task that just became runnable on the queue and decides whether it preempts. */
static void activate(struct rq *rq, struct task *t, enum activation how)
{
	u64 floor = rq->min_vruntime - SCHED_SLICE_DEFAULT_NS / 2;
	if ((s64)(t->se.vruntime - floor) < 0)
		t->se.vruntime = floor;
	t->cpu = rq->cpu;
	rq->nr_running++;
	enqueue(rq, t);
	trace_event(TRACE_WAKE, t->tid, rq->cpu);
	struct task *curr = rq->curr;
	if (curr == rq->idle)
		rq_resched(rq);
	else if (unlikely(t->se.rt | curr->se.rt))
		rt_check_preempt(rq, t);
	else if (how == WOKEN && !explore_owns(curr, t) &&
		(s64)(curr->se.vruntime - t->se.vruntime) > (s64)WAKEUP_GRANULARITY_NS && t->se.policy != SCHED_BATCH)
		rq_resched(rq);
}

void sched_activate(struct rq *rq, struct task *t)
{
	activate(rq, t, WOKEN);
}

/* A queue for a task that wakes up; see "Placement". */
static unsigned select_cpu(struct task *t, bool sync)
{
	unsigned prev = t->cpu, here = cpu_id();
	if (nr_cpus == 1)
		return 0;
	if (unlikely(t->se.rt))
		return rt_select_cpu(t);
	u64 idle = READ_ONCE(idle_cpus) & t->affinity;
	if (idle & (1ull << prev))
		return prev;
	bool here_allowed = t->affinity & (1ull << here);
	if (sync && here_allowed && rq_of(here)->nr_running <= 1)
		return here;
	if (idle)
		return __builtin_ctzll(idle);
	if (t->affinity & (1ull << prev))
		return prev;
	return here_allowed ? here : __builtin_ctzll(t->affinity & online_cpu_mask());
}

struct rq *task_rq_lock(struct task *t)
{
	for (;;) {
		struct rq *rq = rq_of(READ_ONCE(t->cpu));
		spin_lock(&rq->lock);
		if (likely(rq->cpu == t->cpu))
			return rq;
		spin_unlock(&rq->lock);
	}
}

static bool task_wake_from(struct task *t, u32 from_states, bool sync)
{
	u64 irq = irq_save();
	struct rq *rq = task_rq_lock(t);
	bool woken = from_states & (1u << READ_ONCE(t->state));
	if (woken) {
		t->state = TASK_RUNNING;
		/* Still on its way to sleep: schedule() will find it running. */
		if (rq->curr != t && !t->se.queued) {
			unsigned cpu = select_cpu(t, sync);
			if (cpu != rq->cpu) {
				t->cpu = cpu; /* from here on it belongs to the other queue */
				t->se.vruntime -= rq->min_vruntime;
				spin_unlock(&rq->lock);
				rq = rq_of(cpu);
				spin_lock(&rq->lock);
				t->se.vruntime += rq->min_vruntime;
			}
			activate(rq, t, sync ? WOKEN_SYNC : WOKEN);
		}
	}
	spin_unlock(&rq->lock);
	irq_restore(irq);
	return woken;
}

bool task_wake(struct task *t)
{
	return task_wake_from(t, 1u << TASK_SLEEPING, false);
}

bool task_wake_sync(struct task *t)
{
	return task_wake_from(t, 1u << TASK_SLEEPING, true);
}

void sched_continue(struct task *t)
{
	task_wake_from(t, 1u << TASK_STOPPED, false);
}

void sched_start(struct task *t)
{
	t->cpu = cpu_id();
	t->se.vruntime = rq_of(t->cpu)->min_vruntime;
	if (t->se.rt)
		trace_event(TRACE_PRIORITY, t->tid, t->se.rt);
	task_wake_from(t, 1u << TASK_SLEEPING, false);
}

void task_interrupt(struct task *t)
{
	u32 work = READ_ONCE(t->work);
	bool kill = work & TASK_WORK_KILL;
	/* wait_mode is read without a lock: a sleeper sets it before its last look at the flags. */
	if (READ_ONCE(t->wait_mode) == WAIT_INTERRUPTIBLE || (kill && t->wait_mode == WAIT_KILLABLE))
		task_wake_from(t, 1u << TASK_SLEEPING, false);
	if (kill)
		task_wake_from(t, 1u << TASK_STOPPED, false);
}

void task_kick(struct task *t, u32 work_bits)
{
	task_work_set(t, work_bits);
	unsigned cpu = READ_ONCE(t->cpu);
	if (t != current && cpu != cpu_id() && READ_ONCE(rq_of(cpu)->curr) == t)
		ipi_resched(cpu);
}

/* --- switching --- */

/* How much waits on a queue, for those who may take some of it. A real-time task counts twice: it leaves the others
 * what the throttle does. Interrupts are off, so what curr names is not freed. */
static unsigned queue_length(struct rq *rq)
{
	return READ_ONCE(rq->nr_running) + (READ_ONCE(rq->curr)->se.rt && !rb_is_empty(&rq->fair));
}

/* The longest queue of those that have more than `least` runnable tasks, without the CPUs that were looked at. */
static struct rq *longest_queue(unsigned least, u64 looked_at)
{
	struct rq *longest = NULL;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		unsigned length = looked_at & (1ull << cpu) ? 0 : queue_length(rq_of(cpu));
		if (length > least) {
			least = length;
			longest = rq_of(cpu);
		}
	}
	return longest;
}

static bool pull_from(struct rq *rq, struct rq *busiest)
{
	if (!spin_trylock(&busiest->lock)) {
		rq->look_again = true;
		return false;
	}
	bool pulled = false;
	for (struct rb_node *n = rb_last(&busiest->fair); n && !pulled; n = rb_prev(n)) {
		struct task *t = entity_task(n);
		if (!(t->affinity & (1ull << rq->cpu)) || busiest->nr_running < 2)
			continue;
		dequeue_fair(busiest, t);
		busiest->nr_running--;
		t->se.vruntime += rq->min_vruntime - busiest->min_vruntime;
		t->cpu = rq->cpu;
		rq->nr_running++;
		enqueue(rq, t);
		pulled = true;
	}
	spin_unlock(&busiest->lock);
	return pulled;
}

/* Pulls one waiting task of the fair class that may run here from a queue with more than `least` runnable ones, the
 * longest first; rq->lock is held, and still on return. */
static bool pull_task(struct rq *rq, unsigned least)
{
	u64 looked_at = 1ull << rq->cpu;
	rq->look_again = false;
	for (struct rq *other; (other = longest_queue(least, looked_at)); looked_at |= 1ull << other->cpu)
		if (pull_from(rq, other))
			return true;
	return false;
}

static inline struct task *pick_fair(struct rq *rq)
{
	struct rb_node *first = rb_first(&rq->fair);
	if (!first && nr_cpus > 1 && pull_task(rq, 1))
		first = rb_first(&rq->fair);
	if (!first)
		return rq->idle;
	struct task *t = explore_pick(rq, entity_task(first));
	dequeue_fair(rq, t);
	return t;
}

static __noinline struct task *pick_with_rt(struct rq *rq)
{
	bool look_again = false;
	struct task *t = rt_pick(rq, &look_again);
	if (!t)
		t = pick_fair(rq);
	if (look_again) {
		cpu_relax(); /* whoever has the other queue's lock may share a processor of the host with us */
		task_work_set(t, TASK_WORK_RESCHED);
	}
	return t;
}

static inline struct task *pick_next(struct rq *rq)
{
	return unlikely(READ_ONCE(rt_waiting)) ? pick_with_rt(rq) : pick_fair(rq);
}

/* A task that was running here may not any more; it is on no queue. Interrupts are off. */
static void place_elsewhere(struct task *t)
{
	u64 allowed = t->affinity & online_cpu_mask();
	struct rq *rq = rq_of(__builtin_ctzll(allowed ? allowed : online_cpu_mask()));
	spin_lock(&rq->lock);
	t->se.vruntime = rq->min_vruntime;
	activate(rq, t, WOKEN);
	spin_unlock(&rq->lock);
}

/* Runs on the new task's stack, with the queue's lock of the switch still held. */
void sched_finish_switch(void)
{
	struct rq *rq = this_rq();
	struct task *prev = rq->prev;
	bool dead = prev->state == TASK_DEAD;
	bool moves = prev->state == TASK_RUNNING && !prev->se.queued && prev != rq->idle;
	spin_release_(&rq->lock);
	rcu_note_quiescent();
	if (unlikely(dead))
		task_put(prev);
	if (unlikely(moves))
		place_elsewhere(prev);
}

static void switch_to(struct rq *rq, struct task *prev, struct task *next)
{
	u64 bit = 1ull << rq->cpu;
	if (next == rq->idle) {
		__atomic_fetch_or(&idle_cpus, bit, __ATOMIC_SEQ_CST);
		rq->look_again = true;
	} else if (prev == rq->idle) {
		__atomic_fetch_and(&idle_cpus, ~bit, __ATOMIC_SEQ_CST);
		tick_start(rq, rq->clock_ns);
	}
	rq->nr_switches++;
	trace_event(TRACE_SWITCH, next->tid, prev->se.queued);
	rq->prev = prev;
	rq->curr = next;
	next->se.slice_end_ns = rq->clock_ns + next->se.slice_ns;
	if (unlikely(next->rseq_area)) /* others ran meanwhile, and perhaps it has moved: user space is told */
		task_work_set(next, TASK_WORK_NOTIFY);
	if (next->arch_mm != prev->arch_mm)
		arch_mm_switch(next->arch_mm);
	lockrank_release(&rq->lock, RANK_RUNQ);
	current_task = next;
	arch_switch(prev, next);
	sched_finish_switch();
}

enum switch_reason {
	SWITCH_ASKED,	/* the task sleeps, if its state says so */
	SWITCH_PREEMPTED, /* it did not ask to sleep, whatever its state says */
	SWITCH_YIELD,	/* nor here, but the others come first */
};

/* Behind everybody who waits now, but no further: one place after the last. */
static void step_back(struct rq *rq, struct task *t)
{
	struct rb_node *last = rb_last(&rq->fair);
	t->se.to_tail = true;
	if (last && (s64)(entity_task(last)->se.vruntime - t->se.vruntime) >= 0)
		t->se.vruntime = entity_task(last)->se.vruntime + 1;
}

/* Interrupts on return as before. */
static __always_inline void schedule_common(enum switch_reason why)
{
	u64 irq = irq_save();
	struct rq *rq = this_rq();
	spin_lock(&rq->lock);
	struct task *prev = rq->curr;
	__atomic_fetch_and(&prev->work, ~TASK_WORK_RESCHED, __ATOMIC_RELAXED);
	sched_charge_current(rq);
	if (why == SWITCH_YIELD)
		step_back(rq, prev);
	bool leaves = why == SWITCH_ASKED && prev->state != TASK_RUNNING;
	if (prev != rq->idle) {
		if (leaves) {
			rq->nr_running--;
			prev->nr_voluntary++;
		} else if (likely(prev->affinity & (1ull << rq->cpu))) {
			enqueue(rq, prev);
		} else {
			rq->nr_running--; /* sched_finish_switch() finds it another queue */
			prev->state = TASK_RUNNING;
		}
	}
	struct task *next = pick_next(rq);
	if (next == prev) {
		prev->se.slice_end_ns = rq->clock_ns + prev->se.slice_ns;
		spin_unlock(&rq->lock);
	} else {
		if (!leaves)
			prev->nr_involuntary++;
		switch_to(rq, prev, next);
		preempt_enable_no_resched();
	}
	irq_restore(irq);
}

void schedule(void)
{
	lockrank_assert_may_sleep();
	schedule_common(SWITCH_ASKED);
}

static __noinline void preempt_current(void)
{
	schedule_common(SWITCH_PREEMPTED);
}

void preempt_schedule(void)
{
	if (!irqs_enabled())
		return; /* an interrupt handler or a section with interrupts off: the way out looks again */
	do
		preempt_current();
	while (preempt_is_due());
}

void sched_explore_switch(void)
{
	preempt_current();
}

/* The end of an interrupt in kernel code: interrupts are off and stay off. */
void sched_preempt_from_irq(void)
{
	while (preempt_is_due())
		preempt_current();
}

bool preempt_is_due(void)
{
	return READ_ONCE(current->work) & TASK_WORK_RESCHED;
}

void sched_yield_current(void)
{
	/* Who comes later than this look has not been waiting. */
	if (!rb_is_empty(&this_rq()->fair) || unlikely(READ_ONCE(rt_waiting)))
		schedule_common(SWITCH_YIELD);
}

void sched_stop_current(const bool *stopped)
{
	struct task *t = current;
	for (;;) {
		/* As in wait.c: first the state, then the look, so that no wake falls in between. */
		__atomic_store_n(&t->state, TASK_STOPPED, __ATOMIC_SEQ_CST);
		if (!READ_ONCE(*stopped) || (READ_ONCE(t->work) & TASK_WORK_KILL))
			break;
		schedule();
	}
	__atomic_store_n(&t->state, TASK_RUNNING, __ATOMIC_RELAXED);
}

void sched_exit(void)
{
	/* With interrupts off: a preemption in between would queue the dead task once more. */
	irq_disable();
	current->state = TASK_DEAD;
	schedule_common(SWITCH_ASKED);
	panic("sched: a dead task ran again");
}

/* --- ticks and idling --- */

void sched_timer_interrupt(bool from_user)
{
	this_rq()->tick_user = from_user;
	timer_run_expired();
}

static void count_tick(struct time_split *s, bool user)
{
	++*(user ? &s->user_samples : &s->system_samples);
}

/* One that may run some of what waits here comes for it. */
static void call_idle_cpu(struct rq *rq)
{
	u64 idle = READ_ONCE(idle_cpus);
	for (struct rb_node *n = idle ? rb_last(&rq->fair) : NULL; n; n = rb_prev(n)) {
		u64 able = idle & entity_task(n)->affinity;
		if (able) {
			ipi_resched(__builtin_ctzll(able));
			return;
		}
	}
}

void sched_tick(struct timer *timer)
{
	struct rq *rq = container_of(timer, struct rq, tick);
	spin_lock(&rq->lock);
	sched_charge_current(rq);
	struct task *t = rq->curr;
	if (t != rq->idle) {
		count_tick(&t->times, rq->tick_user);
		count_tick(&rq->times, rq->tick_user);
		if (unlikely(t->se.rt || rq->rt.nr))
			rt_tick(rq);
		else if (nr_cpus > 1)
			(void)pull_task(rq, rq->nr_running + 1);
		if (!rb_is_empty(&rq->fair)) {
			/* A slice that ends before the next half tick is over: else those of one tick would last two. */
			if (rq->clock_ns + TICK_NS / 2 >= t->se.slice_end_ns && !t->se.rt)
				rq_resched(rq);
			call_idle_cpu(rq);
		}
		timer_start(&rq->tick, rq->clock_ns + TICK_NS);
	}
	load_average_sample(rq->clock_ns);
	spin_unlock(&rq->lock);
	itimer_tick(t);
	if (rq->tick_user || t == rq->idle)
		rcu_note_quiescent();
}

/* What came to wait before others could see that this CPU is idle is looked for once, not over and over: it may be
 * for others. Each tick there looks for idle CPUs. */
static bool may_halt(struct rq *rq)
{
	return !(READ_ONCE(current->work) & TASK_WORK_RESCHED) &&
		!(rq->look_again && longest_queue(1, 1ull << rq->cpu));
}

void sched_idle_loop(void)
{
	struct rq *rq = this_rq();
	for (;;) {
		irq_disable();
		rcu_note_quiescent();
		preempt_disable();
		if (may_halt(rq))
			cpu_wait_for_irq();
		preempt_enable_no_resched();
		irq_enable();
		preempt_current();
	}
}
