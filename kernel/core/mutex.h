// SPDX-License-Identifier: MIT
/*
 * mutex: sleeping locks, exclusive and shared.
 *
 * Promise   a mutex has one owner; an uncontended lock or unlock is one atomic instruction. A rwlock
 *           admits many readers or one writer; a waiting writer holds new readers off.
 * Locks     ranked like spinlocks (lockrank.h); clients of the wait core
 * Blocking  uninterruptible, but for mutex_lock_killable()
 */
#pragma once
#include "kernel/core/wait.h"

struct mutex {
	struct task *owner; /* [atomic] bit 0: there may be waiters */
	struct waitq wq;
	u8 rank, subrank; /* [const] */
};

struct rwlock {
	s32 state; /* [atomic] number of readers; RWLOCK_WRITER when written */
	u32 writers_waiting; /* [atomic] */
	struct waitq wq;
	u8 rank, subrank; /* [const] */
};

#define MUTEX_INIT(m, r) { .wq = WAITQ_INIT_OF((m).wq, WAIT_MUTEX, &(m)), .rank = (r) }

int mutex_owner_tid(const struct mutex *m); /* for reports; interrupts are off. 0: nobody */
void mutex_init(struct mutex *m, enum lock_rank rank);
void mutex_lock_slow(struct mutex *m);
void mutex_unlock_slow(struct mutex *m);
int mutex_lock_killable(struct mutex *m); /* -ERESTART when the task is to die */
bool mutex_trylock(struct mutex *m);

static inline void mutex_lock_nested(struct mutex *m, unsigned subrank)
{
	struct task *expected = NULL;
	lockrank_assert_may_sleep();
	lockrank_acquire(m, m->rank, subrank, __builtin_return_address(0));
	if (unlikely(!__atomic_compare_exchange_n(&m->owner, &expected, current_task, false,
		    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		mutex_lock_slow(m);
}

static inline void mutex_lock(struct mutex *m)
{
	mutex_lock_nested(m, m->subrank);
}

static inline void mutex_unlock(struct mutex *m)
{
	struct task *expected = current_task;
	lockrank_release(m, m->rank);
	if (unlikely(!__atomic_compare_exchange_n(&m->owner, &expected, NULL, false, __ATOMIC_RELEASE,
		    __ATOMIC_RELAXED)))
		mutex_unlock_slow(m);
}

static inline bool mutex_is_mine(const struct mutex *m)
{
	return ((uintptr_t)READ_ONCE(m->owner) & ~1ul) == (uintptr_t)current_task;
}
/* Two of one rank, in address order; a == b takes one. */
void mutex_lock_pair(struct mutex *a, struct mutex *b);
void mutex_unlock_pair(struct mutex *a, struct mutex *b);

enum { RWLOCK_WRITER = -1 };
void rwlock_init(struct rwlock *l, enum lock_rank rank);
void rwlock_read(struct rwlock *l);
void rwlock_read_done(struct rwlock *l);
void rwlock_write(struct rwlock *l);
int rwlock_write_killable(struct rwlock *l);
void rwlock_write_done(struct rwlock *l);

DEFINE_GUARD(mutex, struct mutex, mutex_lock, mutex_unlock);
DEFINE_GUARD(rwread, struct rwlock, rwlock_read, rwlock_read_done);
DEFINE_GUARD(rwwrite, struct rwlock, rwlock_write, rwlock_write_done);
#ifdef DEBUG_LOCKS
#define assert_mutex_held(m) lockrank_assert_held(mutex_is_mine(m), #m)
#else
#define assert_mutex_held(m) ((void)(m))
#endif
