// SPDX-License-Identifier: MIT
/*
 * futex_many: waiting for many words at once, and the futex calls with a number of their own.
 *
 * Promise   futex_waitv sleeps only while all words have their expected values, each tested when its waiter took
 *           its place; one wake at any of them ends it. The answer is an index of a word at which it was woken
 *           (of several the last): a wake that was counted by its waker is told even if a later word had
 *           changed, or a signal or the time limit came first.
 * Locks     one bucket at a time
 * Lifetime  the waiters are on the heap while the call lasts: 128 of them are too many for the stack
 * Blocking  futex_waitv and futex_wait; absolute deadlines, so that a restart needs no memory of the first entry
 * Linux     futex_waitv(2), futex_wake, futex_wait, futex_requeue: 32-bit words, private and shared. Other sizes
 *           are EINVAL there, too; so are FUTEX2_NUMA and FUTEX2_MPOL here.
 */
#include "ipc/futex_internal.h"
#include "kernel/core/alloc.h"
#include "kernel/core/clock.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/futex.h"
#include "kernel/uapi/time.h"
#include "mm/uaccess.h"

enum { REQUEUE_WORDS = 2 };

/* A call's words and its waiters at them, in one piece of memory. */
struct awaited {
	unsigned n;
	struct futex_waitv *set;
	struct futex_waiter *fw;
};

/* --- arguments --- */

/* Values have the size of the word, whatever the size of the argument. */
static inline bool is_word(u64 value, unsigned flags)
{
	return (flags & ~FUTEX2_PRIVATE) == FUTEX2_SIZE_U32 && value == (u32)value;
}

static int word_from(u64 uaddr, u64 value, unsigned flags, struct futex_word *word)
{
	if (!is_word(value, flags))
		return -EINVAL;
	*word = (struct futex_word){ (u32 __user *)uaddr, flags & FUTEX2_PRIVATE };
	return 0;
}

static int word_from_user(const struct futex_waitv __user *user, struct futex_word *word, u32 *expected)
{
	struct futex_waitv v;
	if (copy_from_user(&v, user, sizeof(v)))
		return -EFAULT;
	*expected = (u32)v.val;
	return v.__reserved ? -EINVAL : word_from(v.uaddr, v.val, v.flags, word);
}

static int deadline_from(const struct timespec __user *timeout, int clock, u64 *deadline_ns)
{
	struct timespec ts;
	s64 ns;
	*deadline_ns = FOREVER;
	if (!timeout)
		return 0;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return -EINVAL;
	if (copy_from_user(&ts, timeout, sizeof(ts)))
		return -EFAULT;
	if (timespec_to_ns(&ts, &ns))
		return -EINVAL;
	return clock_to_deadline(clock, ns, deadline_ns);
}

/* --- many words --- */

/* How many have their places; *err tells why not the next. */
static unsigned arm_all(struct waiter *w, const struct awaited *a, int *err)
{
	unsigned i;
	*err = 0;
	for (i = 0; i < a->n; i++) {
		*err = futex_arm(w, &a->fw[i], (u32 __user *)a->set[i].uaddr, (u32)a->set[i].val);
		if (*err)
			break;
	}
	return i;
}

/* The index of one that was woken, or -1. */
static int disarm_all(const struct awaited *a, unsigned n)
{
	int woken = -1;
	for (unsigned i = 0; i < n; i++)
		if (futex_disarm(&a->fw[i]))
			woken = (int)i;
	return woken;
}

static int wait_for_any(const struct awaited *a, u64 deadline_ns)
{
	for (;;) {
		struct waiter w;
		int err;
		u32 seen;
		wait_begin(&w);
		unsigned armed = arm_all(&w, a, &err);
		if (!err)
			err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
		int woken = disarm_all(a, armed);
		if (woken >= 0)
			return woken;
		if (err != -EFAULT)
			return err;
		if (get_user(seen, (u32 __user *)a->set[armed].uaddr))
			return -EFAULT;
	}
}

/* What is wrong with an entry comes before the one that is not there. */
static int import(const struct awaited *a, const struct futex_waitv __user *user)
{
	size_t bytes = a->n * sizeof(*a->set), missed = bytes;
	lockrank_assert_may_touch_user();
	if (access_ok(user, bytes))
		missed = arch_copy_from_user(a->set, user, bytes);
	unsigned there = (unsigned)((bytes - missed) / sizeof(*a->set));
	for (const struct futex_waitv *v = a->set; v < a->set + there; v++)
		if (v->__reserved || !is_word(v->val, v->flags))
			return -EINVAL;
	return missed ? -EFAULT : 0;
}

static int make_keys(const struct awaited *a)
{
	int err = 0;
	for (unsigned i = 0; i < a->n && !err; i++) {
		struct futex_word word = { (u32 __user *)a->set[i].uaddr, a->set[i].flags & FUTEX2_PRIVATE };
		a->fw[i].bitset = FUTEX_BITSET_MATCH_ANY;
		a->fw[i].is_pi = false;
		err = futex_key_of(word, FUTEX_READS, &a->fw[i].key);
	}
	return err;
}

long sys_futex_waitv(const struct futex_waitv __user *waiters, unsigned nr, unsigned flags,
	const struct timespec __user *timeout, int clock)
{
	u64 deadline_ns;
	if (flags || !nr || nr > FUTEX_WAITV_MAX || !waiters)
		return -EINVAL;
	int err = deadline_from(timeout, clock, &deadline_ns);
	if (err)
		return err;
	struct awaited a = { .n = nr };
	a.fw = kmalloc(nr * (sizeof(*a.fw) + sizeof(*a.set)));
	if (!a.fw)
		return -ENOMEM;
	a.set = (struct futex_waitv *)(a.fw + nr);
	err = import(&a, waiters);
	if (!err)
		err = make_keys(&a);
	if (!err)
		err = wait_for_any(&a, deadline_ns);
	kfree(a.fw);
	return err;
}

/* --- one word, two words --- */

long sys_futex_wake(void __user *uaddr, unsigned long mask, int nr, unsigned flags)
{
	struct futex_word word;
	struct futex_key key;
	int err = word_from((u64)uaddr, mask, flags, &word);
	if (err)
		return err;
	if (nr || !mask)
		return futex_wake(word, nr, (u32)mask);
	return futex_key_of(word, FUTEX_READS, &key); /* none is none: futex(2) would wake one */
}

long sys_futex_wait(void __user *uaddr, unsigned long val, unsigned long mask, unsigned flags,
	const struct timespec __user *timeout, int clock)
{
	struct futex_word word;
	u64 deadline_ns;
	int err = word_from((u64)uaddr, val, flags, &word);
	if (!err && mask != (u32)mask)
		err = -EINVAL;
	if (!err)
		err = deadline_from(timeout, clock, &deadline_ns);
	return err ? err : futex_wait(word, (u32)val, deadline_ns, (u32)mask);
}

long sys_futex_requeue(const struct futex_waitv __user *waiters, unsigned flags, int nr_wake, int nr_requeue)
{
	struct futex_word word[REQUEUE_WORDS];
	u32 expected[REQUEUE_WORDS]; /* the second is checked and not compared */
	if (flags || !waiters)
		return -EINVAL;
	for (unsigned i = 0; i < REQUEUE_WORDS; i++) {
		int err = word_from_user(&waiters[i], &word[i], &expected[i]);
		if (err)
			return err;
	}
	if (word[0].is_private != word[1].is_private)
		return -EINVAL;
	return futex_requeue(word[0], word[1], nr_wake, nr_requeue, &expected[0]);
}
