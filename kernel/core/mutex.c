// SPDX-License-Identifier: MIT
/*
 * mutex: the slow paths of the sleeping locks; the theory is in mutex.h.
 *
 * Promise   mutex: a waiter marks bit 0 of `owner`, so that the unlock comes by here and wakes one. The mark
 *           is conservative: an unlock may find nobody. A newcomer may take a lock that was just released
 *           before the sleeper it was released for runs; the sleeper then sleeps again.
 *
 *     locker                                  unlocker
 *     add slot; barrier                       owner = NULL; barrier (in wake)
 *     owner == NULL ? take : mark and sleep   look at the slots
 *
 * Locks     the queue's own spinlock inside; rwlock.state is changed by compare-and-exchange only
 * Blocking  uninterruptible unless the name says killable
 */
#include "kernel/core/mutex.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"

enum { WAKE_READER = 1, WAKE_WRITER = 2 };
enum { MUTEX_WAITERS = 1 };

void mutex_init(struct mutex *m, enum lock_rank rank)
{
	m->owner = NULL;
	m->rank = rank;
	m->subrank = 0;
	waitq_init(&m->wq, WAIT_MUTEX, m);
}

static struct task *owner_marked(struct task *t)
{
	return (struct task *)((uintptr_t)t | MUTEX_WAITERS);
}

int mutex_owner_tid(const struct mutex *m)
{
	uintptr_t owner = (uintptr_t)__atomic_load_n(&m->owner, __ATOMIC_RELAXED) & ~(uintptr_t)MUTEX_WAITERS;
	return owner ? ((struct task *)owner)->tid : 0;
}

static int mutex_wait(struct mutex *m, enum wait_mode mode)
{
	struct waiter w;
	struct wait_slot slot;
	int err = 0;
	wait_begin(&w);
	wait_add(&w, &slot, &m->wq, WAKE_WRITER, WAIT_EXCLUSIVE);
	for (;;) {
		wait_rearm_slot(&w, &slot);
		struct task *owner = __atomic_load_n(&m->owner, __ATOMIC_SEQ_CST);
		if (!owner) {
			if (__atomic_compare_exchange_n(&m->owner, &owner, owner_marked(current), false,
				    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
				break;
			continue;
		}
		if (!((uintptr_t)owner & MUTEX_WAITERS) &&
			!__atomic_compare_exchange_n(&m->owner, &owner, owner_marked(owner), false,
				__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			continue;
		err = wait_sleep(&w, FOREVER, mode);
		if (err)
			break;
	}
	if (err)
		wait_remove_pass(&slot);
	else
		wait_remove(&slot);
	return err;
}

void mutex_lock_slow(struct mutex *m)
{
	mutex_wait(m, WAIT_UNINTERRUPTIBLE);
}

int mutex_lock_killable(struct mutex *m)
{
	struct task *expected = NULL;
	lockrank_assert_may_sleep();
	lockrank_acquire(m, m->rank, m->subrank, __builtin_return_address(0));
	if (__atomic_compare_exchange_n(&m->owner, &expected, current, false, __ATOMIC_ACQUIRE,
		    __ATOMIC_RELAXED))
		return 0;
	int err = mutex_wait(m, WAIT_KILLABLE);
	if (err)
		lockrank_release(m, m->rank);
	return err;
}

bool mutex_trylock(struct mutex *m)
{
	struct task *expected = NULL;
	if (!__atomic_compare_exchange_n(&m->owner, &expected, current, false, __ATOMIC_ACQUIRE,
		    __ATOMIC_RELAXED))
		return false;
	lockrank_acquire(m, RANK_NONE, 0, __builtin_return_address(0)); /* cannot deadlock */
	return true;
}

void mutex_unlock_slow(struct mutex *m)
{
	__atomic_store_n(&m->owner, NULL, __ATOMIC_RELEASE);
	wake(&m->wq, WAKE_WRITER);
}

void mutex_lock_pair(struct mutex *a, struct mutex *b)
{
	struct mutex *first = a < b ? a : b, *second = a < b ? b : a;
	mutex_lock(first);
	if (second != first)
		mutex_lock_nested(second, first->subrank + 1);
}

void mutex_unlock_pair(struct mutex *a, struct mutex *b)
{
	mutex_unlock(a);
	if (a != b)
		mutex_unlock(b);
}

/* --- shared and exclusive --- */

void rwlock_init(struct rwlock *l, enum lock_rank rank)
{
	l->state = 0;
	l->writers_waiting = 0;
	l->rank = rank;
	l->subrank = 0;
	waitq_init(&l->wq, WAIT_RWLOCK, l);
}

static bool rwlock_try_read(struct rwlock *l)
{
	s32 state = __atomic_load_n(&l->state, __ATOMIC_SEQ_CST);
	while (state >= 0 && !__atomic_load_n(&l->writers_waiting, __ATOMIC_SEQ_CST))
		if (__atomic_compare_exchange_n(&l->state, &state, state + 1, true, __ATOMIC_ACQUIRE,
			    __ATOMIC_RELAXED))
			return true;
	return false;
}

static bool rwlock_try_write(struct rwlock *l)
{
	s32 free = 0;
	return __atomic_compare_exchange_n(&l->state, &free, RWLOCK_WRITER, false, __ATOMIC_ACQUIRE,
		__ATOMIC_RELAXED);
}

/* Out of line like its brother below: what a sleep needs on the stack is no cost of the usual way. */
static __noinline void read_after_wait(struct rwlock *l)
{
	wait_event(&l->wq, WAKE_READER, rwlock_try_read(l), FOREVER, WAIT_UNINTERRUPTIBLE);
}

void rwlock_read(struct rwlock *l)
{
	lockrank_assert_may_sleep();
	lockrank_acquire(l, l->rank, l->subrank, __builtin_return_address(0));
	if (unlikely(!rwlock_try_read(l)))
		read_after_wait(l);
}

void rwlock_read_done(struct rwlock *l)
{
	lockrank_release(l, l->rank);
	if (__atomic_sub_fetch(&l->state, 1, __ATOMIC_SEQ_CST) == 0 &&
		__atomic_load_n(&l->writers_waiting, __ATOMIC_SEQ_CST))
		wake_all(&l->wq, WAKE_WRITER);
}

static __noinline int write_after_wait(struct rwlock *l, enum wait_mode mode)
{
	__atomic_fetch_add(&l->writers_waiting, 1, __ATOMIC_SEQ_CST);
	int err = wait_event(&l->wq, WAKE_WRITER, rwlock_try_write(l), FOREVER, mode);
	u32 left = __atomic_sub_fetch(&l->writers_waiting, 1, __ATOMIC_SEQ_CST);
	if (err) {
		lockrank_release(l, l->rank);
		if (left == 0) /* readers that this writer held off */
			wake_all(&l->wq, WAKE_READER);
	}
	return err;
}

static inline int rwlock_write_mode(struct rwlock *l, enum wait_mode mode)
{
	lockrank_assert_may_sleep();
	lockrank_acquire(l, l->rank, l->subrank, __builtin_return_address(0));
	return likely(rwlock_try_write(l)) ? 0 : write_after_wait(l, mode);
}

void rwlock_write(struct rwlock *l)
{
	rwlock_write_mode(l, WAIT_UNINTERRUPTIBLE);
}

int rwlock_write_killable(struct rwlock *l)
{
	return rwlock_write_mode(l, WAIT_KILLABLE);
}

void rwlock_write_done(struct rwlock *l)
{
	lockrank_release(l, l->rank);
	__atomic_store_n(&l->state, 0, __ATOMIC_SEQ_CST);
	if (unlikely(!waitq_is_idle(&l->wq)))
		wake_all(&l->wq, WAKE_READER | WAKE_WRITER);
}
