// SPDX-License-Identifier: MIT
/*
 * wait: in-kernel tests of the wait core: above all, that no wake is lost.
 *
 * Promise   the first case is the one that a model of the core found: three writers blocked on a full
 *           counter, one read frees room for all of them; all three must get through.
 */
#include "kernel/core/clock.h"
#include "kernel/core/ktest.h"
#include "kernel/core/mutex.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/poll.h"

enum { WRITERS = 3, ROUNDS = 200 };

/* A counter of room with the pipe's discipline: exclusive waiters, one wake each, the baton passed on. */
struct room {
	struct spinlock lock;
	struct waitq wq;
	int left;	  /* [lock] */
	int done, started; /* [atomic] */
};

static void room_init(struct room *r, int left)
{
	spin_init(&r->lock, RANK_OBJECT);
	waitq_init(&r->wq, WAIT_OTHER, r);
	r->left = left;
	r->done = r->started = 0;
}

static bool room_take(struct room *r)
{
	spin_lock(&r->lock);
	bool ok = r->left > 0;
	if (ok)
		r->left--;
	spin_unlock(&r->lock);
	return ok;
}

static bool room_is_left(struct room *r)
{
	return READ_ONCE(r->left) > 0;
}

static void room_add(struct room *r, int n)
{
	spin_lock(&r->lock);
	r->left += n;
	spin_unlock(&r->lock);
	wake(&r->wq, POLLOUT);
}

static void writer_thread(void *arg)
{
	struct room *r = arg;
	struct waiter w;
	struct wait_slot slot;
	__atomic_fetch_add(&r->started, 1, __ATOMIC_SEQ_CST);
	wait_begin(&w);
	wait_add(&w, &slot, &r->wq, POLLOUT, WAIT_EXCLUSIVE);
	for (;;) {
		wait_rearm_slot(&w, &slot);
		if (room_take(r))
			break;
		wait_sleep(&w, FOREVER, WAIT_UNINTERRUPTIBLE);
	}
	wait_remove_pass(&slot);
	if (room_is_left(r))
		wake(&r->wq, POLLOUT);
	__atomic_fetch_add(&r->done, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

static void sleep_ms(unsigned ms)
{
	struct waitq nothing;
	waitq_init(&nothing, WAIT_OTHER, NULL);
	wait_event(&nothing, 1, false, deadline_after(ms * NSEC_PER_MSEC), WAIT_UNINTERRUPTIBLE);
}

KTEST(one_wake_with_room_for_three_releases_three)
{
	static struct room r;
	room_init(&r, 0);
	for (int i = 0; i < WRITERS; i++)
		KASSERT(kthread_start("writer", writer_thread, &r));
	KASSERT(ktest_becomes(&r.started, WRITERS));
	sleep_ms(5);
	room_add(&r, WRITERS);
	KEXPECT(ktest_becomes(&r.done, WRITERS));
	KEXPECT_EQ(r.left, 0);
}

static void interrupted_thread(void *arg)
{
	struct room *r = arg;
	struct waiter w;
	struct wait_slot slot;
	wait_begin(&w);
	wait_add(&w, &slot, &r->wq, POLLOUT, WAIT_EXCLUSIVE);
	wait_rearm_slot(&w, &slot);
	__atomic_fetch_add(&r->started, 1, __ATOMIC_SEQ_CST);
	/* Gives up at once, whether it was fired or not: as after a signal or a time-out. */
	while (!__atomic_load_n(&w.fired, __ATOMIC_SEQ_CST))
		wait_sleep(&w, deadline_after(NSEC_PER_MSEC), WAIT_UNINTERRUPTIBLE);
	wait_remove_pass(&slot);
	sched_exit();
}

KTEST(waiter_that_gives_up_passes_its_wake_on)
{
	static struct room r;
	room_init(&r, 0);
	KASSERT(kthread_start("gives-up", interrupted_thread, &r));
	KASSERT(ktest_becomes(&r.started, 1));
	KASSERT(kthread_start("writer", writer_thread, &r));
	KASSERT(ktest_becomes(&r.started, 2));
	sleep_ms(5);
	room_add(&r, 1);
	KEXPECT(ktest_becomes(&r.done, 1));
}

KTEST(wake_before_sleep_is_not_lost)
{
	static struct room r;
	struct waiter w;
	struct wait_slot slot;
	room_init(&r, 0);
	wait_begin(&w);
	wait_add(&w, &slot, &r.wq, POLLIN, WAIT_SHARED);
	wait_rearm(&w);
	wake(&r.wq, POLLIN);
	KEXPECT_EQ(wait_sleep(&w, deadline_after(NSEC_PER_SEC), WAIT_UNINTERRUPTIBLE), 0);
	KEXPECT(wait_remove(&slot));
}

KTEST(wake_for_other_events_does_not_fire)
{
	static struct room r;
	struct waiter w;
	struct wait_slot slot;
	room_init(&r, 0);
	wait_begin(&w);
	wait_add(&w, &slot, &r.wq, POLLIN, WAIT_SHARED);
	wait_rearm(&w);
	wake(&r.wq, POLLOUT);
	KEXPECT_EQ(wait_sleep(&w, deadline_after(NSEC_PER_MSEC), WAIT_UNINTERRUPTIBLE), -ETIMEDOUT);
	KEXPECT(!wait_remove(&slot));
}

KTEST(deadline_in_the_past_times_out_at_once)
{
	struct waitq q;
	waitq_init(&q, WAIT_OTHER, NULL);
	u64 before = clock_now_ns();
	KEXPECT_EQ(wait_event(&q, 1, false, before, WAIT_UNINTERRUPTIBLE), -ETIMEDOUT);
}

KTEST(destroyed_queue_lets_its_waiters_go)
{
	struct waitq q;
	struct waiter w;
	struct wait_slot slot;
	waitq_init(&q, WAIT_OTHER, NULL);
	wait_begin(&w);
	wait_add(&w, &slot, &q, POLLIN, WAIT_SHARED);
	wait_rearm(&w);
	waitq_destroy(&q);
	KEXPECT_EQ(wait_sleep(&w, FOREVER, WAIT_UNINTERRUPTIBLE), 0);
	KEXPECT(slot.seen & POLLFREE);
	KEXPECT(wait_remove(&slot));
}

/* --- sleeping locks are clients of the same core --- */

struct shared_count {
	struct mutex lock;
	int value, inside; /* [lock] */
	bool overlapped;
	int done;	   /* [atomic] */
};

static void counting_thread(void *arg)
{
	struct shared_count *s = arg;
	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(&s->lock);
		if (s->inside++)
			s->overlapped = true;
		int seen = s->value;
		if (i % 8 == 0)
			sched_yield_current();
		s->value = seen + 1;
		s->inside--;
		mutex_unlock(&s->lock);
	}
	__atomic_fetch_add(&s->done, 1, __ATOMIC_SEQ_CST);
	sched_exit();
}

KTEST(mutex_excludes)
{
	static struct shared_count s;
	mutex_init(&s.lock, RANK_REGISTRY);
	s.value = s.done = 0;
	for (int i = 0; i < WRITERS; i++)
		KASSERT(kthread_start("counter", counting_thread, &s));
	KASSERT(ktest_becomes(&s.done, WRITERS));
	KEXPECT(!s.overlapped);
	KEXPECT_EQ(s.value, WRITERS * ROUNDS);
}

/* --- wakes that go on at other queues --- */

enum { LINKS = 64 };

/* A queue, and the slot on it by which a wake goes on to the next one. */
struct link {
	struct waitq wq;
	struct wait_slot slot;
	struct wake_relay relay;
	struct link *next;
	int runs;
};
static struct link links[LINKS];

static bool link_fired(struct wait_slot *slot, u32 events, struct wake_list *list)
{
	wake_list_add(list, &container_of(slot, struct link, slot)->relay);
	return true;
}

static void link_run(struct wake_relay *r, struct wake_list *list)
{
	struct link *l = container_of(r, struct link, relay);
	spin_lock(&l->next->wq.lock);
	wake_relay_take(r);
	l->runs++;
	wake_locked(&l->next->wq, POLLIN, list);
	spin_unlock(&l->next->wq.lock);
}

static void link_to(struct link *l, struct waitq *from, struct link *next)
{
	l->next = next;
	l->relay = (struct wake_relay){ .run = link_run };
	l->runs = 0;
	wait_add_callback(&l->slot, from, POLLIN, WAIT_SHARED, link_fired);
}

/* As a recursion this would not fit on the stack, and nest LINKS locks of one rank. */
KTEST(a_wake_goes_on_from_queue_to_queue)
{
	struct waiter w;
	struct wait_slot slot;
	for (int i = 0; i < LINKS; i++)
		waitq_init(&links[i].wq, WAIT_OTHER, NULL);
	for (int i = 0; i + 1 < LINKS; i++)
		link_to(&links[i], &links[i].wq, &links[i + 1]);
	wait_begin(&w);
	wait_add(&w, &slot, &links[LINKS - 1].wq, POLLIN, WAIT_EXCLUSIVE);
	wake(&links[0].wq, POLLOUT);
	KEXPECT_EQ(links[0].runs, 0);
	wake(&links[0].wq, POLLIN);
	KEXPECT_EQ(wait_sleep(&w, 0, WAIT_UNINTERRUPTIBLE), 0);
	KEXPECT(wait_remove(&slot));
	for (int i = 0; i + 1 < LINKS; i++) {
		KEXPECT_EQ(links[i].runs, 1);
		wait_remove(&links[i].slot);
	}
}

KTEST(a_queue_that_ends_tells_callbacks)
{
	waitq_init(&links[0].wq, WAIT_OTHER, NULL);
	waitq_init(&links[1].wq, WAIT_OTHER, NULL);
	link_to(&links[0], &links[0].wq, &links[1]);
	waitq_destroy(&links[0].wq);
	KEXPECT_EQ(links[0].runs, 1);
	wait_remove(&links[0].slot);
	wake(&links[0].wq, POLLIN);
	KEXPECT_EQ(links[0].runs, 1);
}
