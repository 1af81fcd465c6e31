// SPDX-License-Identifier: MIT
/*
 * futex_internal: what the files of the futexes share; the theory is in futex.c.
 *
 * Promise   nothing outside ipc/futex*.c includes it
 */
#pragma once
#include "kernel/core/rt_mutex.h"
#include "kernel/core/wait.h"
#include "kernel/lib/types.h"
#include "mm/uaccess.h"

enum { KEY_OBJECT = 1, KEY_SHARED_MM = 2 }; /* in the low bits of an offset: words are aligned */

struct futex_key {
	u64 owner;  /* the mm, or the object's number */
	u64 offset; /* of the word, and what kind of owner */
};

struct futex_bucket {
	u32 waiters; /* [atomic] those who hold or are about to take a place in wq */
	struct waitq wq;
	struct list pi; /* [wq.lock] struct futex_pi */
} __aligned(64);

struct futex_waiter {
	struct wait_slot slot;
	struct futex_key key;	     /* [bucket's lock] */
	struct futex_bucket *bucket; /* [bucket's lock] whose count it is in */
	u32 bitset;
	u8 priority; /* [const] its place among the others; 0: at the end */
	bool is_pi;  /* [const] it is in a struct futex_pi_waiter */
};

/* One that waits for a priority-inheriting lock, or will be moved to one. On the stack of its task. */
struct futex_pi_waiter {
	struct futex_waiter fw;
	struct rt_waiter rt;	 /* [pi_lock] */
	struct futex_pi *state;	 /* [bucket's lock] the lock that it waits for; NULL: it has not been moved yet */
	struct futex_key target; /* [const] of the lock that it may be moved to */
};
static inline struct futex_pi_waiter *pi_of(struct futex_waiter *fw)
{
	return container_of(fw, struct futex_pi_waiter, fw);
}

struct futex_word { /* as a caller names it */
	u32 __user *uaddr;
	bool is_private;
};

enum futex_access { FUTEX_READS, FUTEX_WRITES };

static inline bool futex_key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->owner == b->owner && a->offset == b->offset;
}

int futex_shared_key(uaddr_t addr, enum futex_access access, struct futex_key *key); /* futex_key_of()'s other half */
/* 0, -EINVAL: not aligned, -EFAULT */
static inline int futex_key_of(struct futex_word word, enum futex_access access, struct futex_key *key)
{
	uaddr_t addr = (uaddr_t)word.uaddr;
	if (addr & (sizeof(u32) - 1))
		return -EINVAL;
	if (!access_ok(word.uaddr, sizeof(u32)))
		return -EFAULT;
	if (!word.is_private)
		return futex_shared_key(addr, access, key);
	*key = (struct futex_key){ (u64)current->mm, addr };
	return 0;
}
struct futex_bucket *futex_bucket_of(const struct futex_key *key);

/* Where one of that priority stands: behind those who are as important, in front of the others. */
static inline struct list *futex_place(struct futex_bucket *b, u8 priority)
{
	struct wait_slot *slot;
	if (unlikely(priority))
		list_for_each(slot, &b->wq.slots, node)
			if (container_of(slot, struct futex_waiter, slot)->priority < priority)
				return &slot->node;
	return &b->wq.slots;
}

/* Both wake one at least, if there is one: Linux knows no wake of none. The number woken, or -errno. -EINVAL: one of
 * those who wait must not be woken so. */
long futex_wake(struct futex_word word, int nr, u32 bitset);
long futex_wake_locked(struct futex_bucket *b, const struct futex_key *key, u32 bitset, int nr);

/* Takes a place if *uaddr is as expected: 0; -EAGAIN: it is not; -EFAULT: the word must be faulted in first. */
int futex_arm(struct waiter *w, struct futex_waiter *fw, const u32 __user *uaddr, u32 expected);
bool futex_disarm(struct futex_waiter *fw); /* true: it was woken */
/* 0: woken; -EAGAIN, -EFAULT, -ETIMEDOUT; -ERESTART */
int futex_wait(struct futex_word word, u32 expected, u64 deadline_ns, u32 bitset);

/* futex_requeue.c; expected NULL: whatever the first word is */
long futex_requeue(struct futex_word from, struct futex_word to, int nr_wake, int nr_requeue, const u32 *expected);
long futex_wake_op(struct futex_word word, struct futex_word changed, int nr, int nr_changed, u32 encoded);
u64 futex_lock_pair(struct futex_bucket *a, struct futex_bucket *b);
void futex_unlock_pair(struct futex_bucket *a, struct futex_bucket *b, u64 irq);
void futex_move(struct futex_waiter *w, struct futex_bucket *to, const struct futex_key *target); /* both locked */
int futex_compare(const u32 __user *uaddr, u32 expected); /* without faults: 0, -EAGAIN, -EFAULT */
int futex_fault_in_writable(u32 __user *uaddr);

/* futex_pi.c */
enum futex_lock_how { FUTEX_LOCK_WAITS, FUTEX_LOCK_TRIES };
long futex_lock_pi(struct futex_word word, u64 deadline_ns, enum futex_lock_how how);
long futex_unlock_pi(struct futex_word word);
int futex_wait_requeue_pi(struct futex_word word, u32 expected, u64 deadline_ns, struct futex_word lock);
long futex_cmp_requeue_pi(struct futex_word from, struct futex_word to, int nr_wake, int nr_requeue, u32 expected);
