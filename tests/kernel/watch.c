// SPDX-License-Identifier: MIT
/*
 * watch: waits without end are seen, and who can end them.
 *
 * Promise   A task that sleeps where nothing can interrupt it is hung after the limit, and not before; one that runs,
 *           or has run in between, is not. The owner of a mutex is told.
 */
#include "kernel/core/clock.h"
#include "kernel/core/ktest.h"
#include "kernel/core/mutex.h"
#include "kernel/core/sched.h"
#include "kernel/watch.h"

static struct mutex lock = MUTEX_INIT(lock, RANK_INODE);
static int steps; /* [atomic] how often the other thread has had the lock */

enum { SOME_TID = 4711 };

static void lock_twice(void *unused)
{
	for (int i = 0; i < 2; i++) {
		mutex_lock(&lock);
		mutex_unlock(&lock);
		__atomic_fetch_add(&steps, 1, __ATOMIC_SEQ_CST);
	}
	sched_exit();
}

KTEST(a_wait_without_end_is_seen)
{
	struct task_wait w = {};
	u64 limit = 5 * NSEC_PER_MSEC;
	steps = 0;
	mutex_lock(&lock);
	struct task *t = kthread_start("waiter", lock_twice, NULL);
	KASSERT(t);
	task_get(t);
	for (u64 end = deadline_after(NSEC_PER_SEC); !task_wait_look(t, &w) && clock_now_ns() < end;)
		sched_yield_current();
	int own_tid = current->tid;
	current->tid = SOME_TID;
	u64 now = clock_now_ns();
	KEXPECT(!watch_is_hung(t, now, limit)); /* the first look */
	KEXPECT(!watch_is_hung(t, now + limit - 1, limit));
	KEXPECT(watch_is_hung(t, now + limit, limit));
	KEXPECT(task_wait_look(t, &w));
	KEXPECT(w.kind == WAIT_MUTEX && w.mode == WAIT_UNINTERRUPTIBLE && w.releaser == SOME_TID);
	current->tid = own_tid;
	mutex_unlock(&lock);
	KEXPECT(ktest_becomes(&steps, 2));
	KEXPECT(!watch_is_hung(t, now + 2 * limit, limit));
	task_put(t);
}
