// SPDX-License-Identifier: MIT
/*
 * test_futex: the futexes and priority inheritance under thousands of random schedules.
 *
 * Promise   ipc/futex.c, futex_requeue.c, futex_pi.c and kernel/core/rt_mutex.c as they are, in the model of
 *           model/model.h, with signals, pages that must be faulted in, owners that end and priorities that change: no
 *           two hold a lock, nobody sleeps for ever, and whenever nobody is inside, each task has the priority that the
 *           definition gives it. A schedule that fails is named by its SEED and comes up again with it.
 */
#include "tests/unit/model/model.h"
#include "kernel/core/sched.h" /* the model's */
#include "kernel/core/pid.h"
#include "kernel/core/wait.c"
#include "kernel/core/rt_mutex.c"
#include "ipc/futex.c"
#include "ipc/futex_requeue.c"
#include "ipc/futex_pi.c"

enum { SCHEDULES = 2000, TASKS = 5, ROUNDS = 6, LOCKS = 3, PRIORITIES = 6 };

static struct task tasks[TASKS];
static struct pid pids[TASKS];
static struct mm the_mm;
static u32 words[LOCKS], cond;
static int inside[LOCKS], passed, items;
static bool over;

struct pid *pid_find_rcu(int nr)
{
	return nr >= 1 && nr <= TASKS && pids[nr - 1].task ? &pids[nr - 1] : NULL;
}

/* The scheduler's part: a change of what is inherited. */
bool sched_update_priority(struct task *t)
{
	u8 rt = rt_mutex_priority(t);
	EXPECT(pi_lock.is_held);
	if (rt == t->se.rt)
		return false;
	t->se.rt = rt;
	return true;
}

static void set_priority(struct task *t, u8 priority)
{
	spin_lock(&pi_lock);
	t->se.rt_priority = priority;
	(void)sched_update_priority(t);
	rt_mutex_propagate(t);
	spin_unlock(&pi_lock);
}

/* What each task has, against the definition: the most of its own and of all who wait behind what it owns. */
static void check_priorities(void)
{
	if (pi_lock.is_held)
		return;
	for (int pass = 0; pass < TASKS; pass++)
		for (int i = 0; i < TASKS; i++) {
			u8 most = tasks[i].se.rt_priority;
			for (int j = 0; j < TASKS; j++) {
				struct rt_waiter *w = tasks[j].pi.blocked;
				if (w && w->lock->owner == &tasks[i] && tasks[j].se.rt > most)
					most = tasks[j].se.rt;
			}
			EXPECT_EQ(tasks[i].se.rt, most);
		}
}

static void start(void (*fn)(void *arg))
{
	passed = items = 0;
	over = false;
	cond = 0;
	futex_init();
	for (int i = 0; i < LOCKS; i++)
		words[i] = inside[i] = 0;
	for (int i = 0; i < TASKS; i++) {
		u8 priority = (u8)unit_below(PRIORITIES);
		tasks[i] = (struct task){
			.state = TASK_RUNNING, .tid = i + 1, .mm = &the_mm, .se = { priority, priority },
		};
		pids[i].task = &tasks[i];
		model_add(&tasks[i].model, fn, NULL);
	}
}

static struct futex_word word_at(u32 *word)
{
	return (struct futex_word){ (u32 __user *)(u64)word, true };
}

/* Nothing is left: no waiter, no state, no count, nobody boosted. */
static void check_rest(void)
{
	for (int i = 0; i < TASKS; i++) {
		EXPECT(!tasks[i].pi.blocked);
		EXPECT(rb_is_empty(&tasks[i].pi.held));
		EXPECT_EQ(tasks[i].se.rt, tasks[i].se.rt_priority);
	}
	for (int i = 0; i < BUCKETS; i++) {
		EXPECT_EQ(buckets[i].waiters, 0);
		EXPECT(list_is_empty(&buckets[i].pi));
		EXPECT(list_is_empty(&buckets[i].wq.slots));
	}
}

static void run(void (*fn)(void *arg))
{
	for (int i = 0; i < SCHEDULES && !unit_failures; i++) {
		start(fn);
		EXPECT(model_run());
		check_rest();
	}
}

/* A signal for somebody, and sometimes another priority. */
static void disturb(void)
{
	struct task *t = &tasks[unit_below(TASKS)];
	if (unit_below(4) == 0)
		set_priority(t, (u8)unit_below(PRIORITIES));
	if (unit_below(4) == 0) {
		t->work |= TASK_WORK_SIGNAL;
		(void)task_wake(t);
	}
	check_priorities();
}

static void take_signal(void)
{
	current->work &= ~(u32)TASK_WORK_SIGNAL;
}

/* --- plain: a mutex of three states, as in every paper on futexes --- */

static void plain_lock(u32 *word)
{
	u32 seen = 0;
	if (__atomic_compare_exchange_n(word, &seen, 1, false, 0, 0))
		return;
	while (__atomic_exchange_n(word, 2, 0) != 0) {
		int r = futex_wait(word_at(word), 2, FOREVER, FUTEX_BITSET_MATCH_ANY);
		EXPECT(r == 0 || r == -EAGAIN || r == -ERESTART);
		take_signal();
	}
}

static void plain_unlock(u32 *word)
{
	if (__atomic_exchange_n(word, 0, 0) == 2)
		EXPECT(futex_wake(word_at(word), 1, FUTEX_BITSET_MATCH_ANY) >= 0);
}

static void use_plain(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		plain_lock(&words[0]);
		EXPECT_EQ(inside[0]++, 0);
		model_step();
		inside[0]--;
		passed++;
		plain_unlock(&words[0]);
		disturb();
	}
}

static void test_wait_and_wake(void)
{
	run(use_plain);
	EXPECT_EQ(passed, TASKS * ROUNDS);
}

/* One item at a time is told by a requeue from one word to another, and by a wake there. */
static void use_requeue(void *arg)
{
	bool gives = current == &tasks[0];
	for (int i = 0; gives && i < ROUNDS * (TASKS - 1); i++) {
		items++;
		__atomic_fetch_add(&cond, 1, 0);
		EXPECT(futex_requeue(word_at(&cond), word_at(&words[1]), 0, (int)unit_below(3), NULL) >= 0);
		EXPECT(futex_wake(word_at(&words[1]), INT32_MAX, FUTEX_BITSET_MATCH_ANY) >= 0);
		EXPECT(futex_wake(word_at(&cond), 1, FUTEX_BITSET_MATCH_ANY) >= 0);
		disturb();
	}
	if (gives) {
		over = true;
		__atomic_fetch_add(&cond, 1, 0);
		EXPECT(futex_wake(word_at(&cond), INT32_MAX, FUTEX_BITSET_MATCH_ANY) >= 0);
	}
	while (!gives && (!over || items)) {
		u32 seen = READ_ONCE(cond);
		if (items) {
			items--;
			passed++;
		} else if (!over) {
			int r = futex_wait(word_at(&cond), seen, FOREVER, FUTEX_BITSET_MATCH_ANY);
			EXPECT(r == 0 || r == -EAGAIN || r == -ERESTART);
			take_signal();
		}
	}
}

static void test_requeue(void)
{
	run(use_requeue);
	EXPECT_EQ(passed, ROUNDS * (TASKS - 1));
}

/* --- priority inheritance --- */

/* 0, or -EDEADLK. The first try is the program's own. */
static int pi_lock_word(int i)
{
	u32 seen = 0, mine = (u32)current->tid;
	long r = 0;
	if (!__atomic_compare_exchange_n(&words[i], &seen, mine, false, 0, 0))
		do {
			r = futex_lock_pi(word_at(&words[i]), FOREVER, FUTEX_LOCK_WAITS);
			take_signal();
		} while (r == -ERESTART);
	EXPECT(r == 0 || r == -EDEADLK);
	if (r)
		return (int)r;
	EXPECT_EQ(words[i] & FUTEX_TID_MASK, mine);
	EXPECT_EQ(inside[i]++, 0);
	return 0;
}

static void pi_unlock_word(int i)
{
	u32 mine = (u32)current->tid;
	inside[i]--;
	if (!__atomic_compare_exchange_n(&words[i], &mine, 0, false, 0, 0))
		EXPECT_EQ(futex_unlock_pi(word_at(&words[i])), 0);
}

static void use_pi(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(pi_lock_word(0), 0);
		model_step();
		disturb();
		pi_unlock_word(0);
		disturb();
	}
}

static void test_pi(void)
{
	run(use_pi);
}

/* Two locks in any order: circles must be found, by whoever closes them. */
static void use_two(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int a = (int)unit_below(LOCKS), b = (a + 1 + (int)unit_below(LOCKS - 1)) % LOCKS;
		if (pi_lock_word(a))
			continue;
		if (pi_lock_word(b) == 0) {
			model_step();
			check_priorities();
			pi_unlock_word(b);
		}
		disturb();
		pi_unlock_word(a);
	}
}

static void test_circles(void)
{
	run(use_two);
}

/* Owners that end: whoever waits must get it; a late comer is told that there is no owner. */
static void use_and_die(void *arg)
{
	struct task *me = current;
	for (int i = 0; i < 2; i++) {
		long r;
		do {
			r = futex_lock_pi(word_at(&words[0]), FOREVER, FUTEX_LOCK_WAITS);
			take_signal();
		} while (r == -ERESTART);
		if (r == -ESRCH)
			break; /* the word names one that is gone: nobody mends it */
		EXPECT_EQ(r, 0);
		EXPECT_EQ(words[0] & FUTEX_TID_MASK, (u32)me->tid);
		EXPECT_EQ(inside[0]++, 0);
		disturb();
		inside[0]--;
		if (unit_below(2))
			break;
		EXPECT_EQ(futex_unlock_pi(word_at(&words[0])), 0);
	}
	futex_pi_exit(me);
	pids[me->tid - 1].task = NULL;
}

static void test_owners_end(void)
{
	run(use_and_die);
}

/* A condition variable: waiters come back with the lock, or interrupted and without. */
static void use_condition(void *arg)
{
	bool gives = current == &tasks[0];
	for (int i = 0; gives && i < ROUNDS * (TASKS - 1); i++) {
		EXPECT_EQ(pi_lock_word(0), 0);
		items++;
		u32 seen = __atomic_fetch_add(&cond, 1, 0) + 1;
		EXPECT(futex_cmp_requeue_pi(word_at(&cond), word_at(&words[0]), 1, (int)unit_below(3), seen) >= 0);
		pi_unlock_word(0);
		disturb();
	}
	EXPECT_EQ(pi_lock_word(0), 0);
	if (gives) {
		over = true;
		u32 seen = __atomic_fetch_add(&cond, 1, 0) + 1;
		EXPECT(futex_cmp_requeue_pi(word_at(&cond), word_at(&words[0]), 1, INT32_MAX, seen) >= 0);
	}
	while (!gives && (!over || items)) {
		if (items) {
			items--;
			passed++;
			continue;
		}
		u32 seen = cond;
		int r;
		pi_unlock_word(0);
		r = futex_wait_requeue_pi(word_at(&cond), seen, FOREVER, word_at(&words[0]));
		take_signal();
		if (r == 0) {
			EXPECT_EQ(words[0] & FUTEX_TID_MASK, (u32)current->tid);
			EXPECT_EQ(inside[0]++, 0);
		} else {
			EXPECT(r == -EAGAIN || r == -ERESTART);
			EXPECT_EQ(pi_lock_word(0), 0);
		}
	}
	pi_unlock_word(0);
}

static void test_requeue_pi(void)
{
	run(use_condition);
	EXPECT_EQ(passed, ROUNDS * (TASKS - 1));
}

UNIT_MAIN("futex", CASE(test_wait_and_wake), CASE(test_requeue), CASE(test_pi), CASE(test_circles),
	CASE(test_owners_end), CASE(test_requeue_pi))
