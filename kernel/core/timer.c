// SPDX-License-Identifier: MIT
/*
 * timer: a wheel of wheels on which arming and disarming are O(1).
 *
 * Promise   a timer stands in the bucket named by the highest 6-bit digit in which its deadline differs
 *           from the wheel's position `now`: level = that digit's place, bucket = its value. Level 0
 *           buckets hold deadlines exact to the ns; when the position enters a bucket of a higher
 *           level, its timers are sorted into lower ones. So each timer moves at most once per level
 *           and usually, being disarmed early, never.
 * Locks     a wheel's lock, RANK_TIMERQ, interrupts off; not held while a timer's function runs
 * Lifetime  `running` names the timer whose function runs: timer_cancel_sync() waits until it is another
 *
 * The one-shot hardware timer is set to `programmed`, never later than the earliest deadline. It may fire
 * early: a disarm does not touch the hardware, the interrupt then finds nothing due and goes on. A timer that may be
 * late joins the interrupt that is programmed, if that comes soon enough after its deadline; so those who sleep do not
 * wake a processor that is about to be woken, and none of them is late for nothing.
 */
#include "kernel/core/timer.h"
#include "kernel/core/spinlock.h"

#define SLACK_MOST_NS ((u64)100 * NSEC_PER_MSEC) /* nobody is later than that, whatever he allows */
enum { DIGIT_BITS = 6, BUCKETS = 1 << DIGIT_BITS, LEVELS = 11 }; /* 66 bits cover a u64 of ns */

struct wheel {
	struct spinlock lock;
	u64 now;	/* [lock] position: every armed deadline is >= now */
	u64 programmed; /* [lock] what the hardware is set to */
	struct timer *running;
	u32 nonempty_levels;
	u64 nonempty[LEVELS]; /* a bit per bucket */
	struct list buckets[LEVELS][BUCKETS];
};

static DEFINE_PERCPU(struct wheel, wheel);

static struct wheel *wheel_of(unsigned cpu)
{
	return percpu_of(cpu, struct wheel, wheel);
}

void timer_queue_init(void)
{
	for (unsigned cpu = 0; cpu < nr_possible_cpus; cpu++) {
		struct wheel *w = wheel_of(cpu);
		spin_init(&w->lock, RANK_TIMERQ);
		w->programmed = FOREVER;
		for (unsigned l = 0; l < LEVELS; l++)
			for (unsigned b = 0; b < BUCKETS; b++)
				list_init(&w->buckets[l][b]);
	}
}

void timer_init(struct timer *t, void (*fn)(struct timer *))
{
	list_init(&t->node);
	t->deadline_ns = 0;
	t->fn = fn;
	t->cpu = -1;
}

/* A deadline that passed already stands in the bucket of `now`. */
static void wheel_link(struct wheel *w, struct timer *t)
{
	u64 at = t->deadline_ns > w->now ? t->deadline_ns : w->now;
	u64 differs = at ^ w->now;
	unsigned level = differs ? (63 - __builtin_clzll(differs)) / DIGIT_BITS : 0;
	unsigned bucket = (at >> (level * DIGIT_BITS)) & (BUCKETS - 1);
	t->level = level;
	t->bucket = bucket;
	list_add_tail(&w->buckets[level][bucket], &t->node);
	w->nonempty[level] |= 1ull << bucket;
	w->nonempty_levels |= 1u << level;
}

static inline void wheel_unlink(struct wheel *w, struct timer *t)
{
	list_del(&t->node);
	if (list_is_empty(&w->buckets[t->level][t->bucket])) {
		w->nonempty[t->level] &= ~(1ull << t->bucket);
		if (!w->nonempty[t->level])
			w->nonempty_levels &= ~(1u << t->level);
	}
}

/* The earliest deadline's bucket; false if the wheel is empty. Lower levels come first, always. */
static bool wheel_first(struct wheel *w, unsigned *level, unsigned *bucket)
{
	if (!w->nonempty_levels)
		return false;
	*level = __builtin_ctz(w->nonempty_levels);
	*bucket = __builtin_ctzll(w->nonempty[*level]);
	return true;
}

static u64 wheel_next_deadline(struct wheel *w)
{
	unsigned level, bucket;
	if (!wheel_first(w, &level, &bucket))
		return FOREVER;
	u64 earliest = FOREVER;
	struct timer *t;
	list_for_each(t, &w->buckets[level][bucket], node)
		earliest = min(earliest, t->deadline_ns);
	return earliest;
}

/* Moves the position to `now` as far as no due timer stands in the way; answers a due one, unlinked. */
static struct timer *wheel_pop_due(struct wheel *w, u64 now)
{
	unsigned level, bucket;
	while (wheel_first(w, &level, &bucket)) {
		unsigned shift = level * DIGIT_BITS;
		u64 above = shift + DIGIT_BITS >= 64 ? 0 : w->now >> (shift + DIGIT_BITS) << (shift + DIGIT_BITS);
		u64 start = above | (u64)bucket << shift;
		if (max(start, w->now) > now)
			return NULL;
		w->now = max(start, w->now);
		struct list *head = &w->buckets[level][bucket];
		if (level == 0) {
			struct timer *t = list_first(head, struct timer, node);
			wheel_unlink(w, t);
			return t;
		}
		struct list sorted = LIST_INIT(sorted);
		list_splice_tail(&sorted, head);
		w->nonempty[level] &= ~(1ull << bucket);
		if (!w->nonempty[level])
			w->nonempty_levels &= ~(1u << level);
		while (!list_is_empty(&sorted)) {
			struct timer *t = list_first(&sorted, struct timer, node);
			list_del(&t->node);
			wheel_link(w, t);
		}
	}
	w->now = now;
	return NULL;
}

/* Locks the wheel the timer is on; NULL (nothing locked): it is not armed. Interrupts are off. */
static struct wheel *timer_lock_wheel(struct timer *t)
{
	for (;;) {
		int cpu = READ_ONCE(t->cpu);
		if (cpu < 0)
			return NULL;
		struct wheel *w = wheel_of(cpu);
		spin_lock(&w->lock);
		if (t->cpu == cpu)
			return w;
		spin_unlock(&w->lock);
	}
}

static bool timer_detach(struct timer *t)
{
	struct wheel *w = timer_lock_wheel(t);
	if (!w)
		return false;
	wheel_unlink(w, t);
	t->cpu = -1;
	spin_unlock(&w->lock);
	return true;
}

/* Makes t this wheel's, which is locked; false: another CPU has started it meanwhile. */
static bool timer_claim(struct timer *t, s16 cpu)
{
	s16 nobody = -1;
	return __atomic_compare_exchange_n(&t->cpu, &nobody, cpu, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void timer_start_within(struct timer *t, u64 deadline_ns, u64 slack_ns)
{
	u64 irq = irq_save();
	s16 cpu = (s16)cpu_id();
	struct wheel *w = wheel_of(cpu);
	for (;;) {
		if (timer_is_armed(t))
			timer_detach(t);
		spin_lock(&w->lock);
		if (likely(timer_claim(t, cpu)))
			break;
		spin_unlock(&w->lock);
	}
	/* What comes too early to be joined is far away as an unsigned number. */
	if (slack_ns && w->programmed - deadline_ns <= min(slack_ns, SLACK_MOST_NS))
		deadline_ns = w->programmed;
	t->deadline_ns = deadline_ns;
	if (!w->nonempty_levels)
		w->now = max(w->now, clock_now_ns()); /* an idle wheel catches up for free */
	wheel_link(w, t);
	if (deadline_ns < w->programmed) {
		w->programmed = deadline_ns;
		arch_timer_program(deadline_ns);
	}
	spin_unlock(&w->lock);
	irq_restore(irq);
}

bool timer_cancel_armed(struct timer *t)
{
	u64 irq = irq_save();
	bool was_armed = timer_detach(t);
	irq_restore(irq);
	return was_armed;
}

static bool timer_runs(const struct timer *t)
{
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		if (__atomic_load_n(&wheel_of(cpu)->running, __ATOMIC_SEQ_CST) == t)
			return true;
	return false;
}

bool timer_cancel_sync(struct timer *t)
{
	bool was_armed = timer_cancel(t);
	while (timer_runs(t) || timer_is_armed(t)) {
		cpu_relax();
		was_armed |= timer_cancel(t);
	}
	return was_armed;
}

void timer_run_expired(void)
{
	struct wheel *w = wheel_of(cpu_id());
	spin_lock(&w->lock);
	struct timer *t;
	while ((t = wheel_pop_due(w, clock_now_ns()))) {
		/* first `running`, then `cpu`: timer_cancel_sync() reads them the other way round */
		__atomic_store_n(&w->running, t, __ATOMIC_SEQ_CST);
		__atomic_store_n(&t->cpu, -1, __ATOMIC_RELEASE);
		spin_unlock(&w->lock);
		t->fn(t);
		spin_lock(&w->lock);
		__atomic_store_n(&w->running, NULL, __ATOMIC_SEQ_CST);
	}
	w->programmed = wheel_next_deadline(w);
	arch_timer_program(w->programmed);
	spin_unlock(&w->lock);
}

u64 timer_next_deadline(void)
{
	return wheel_of(cpu_id())->programmed;
}
