// SPDX-License-Identifier: MIT
/*
 * futex_requeue: futex operations on two words.
 *
 * Promise   a requeue wakes the first waiters of one word and makes the next ones wait for another, in their
 *           order and behind those who wait there already; if it compares, all of it happens at one moment at
 *           which the first word had the expected value. WAKE_OP changes its second word, and wakes, at one
 *           moment for all other futex calls on either.
 * Locks     both buckets' queue locks, in the order of their addresses. User words are read and written under
 *           them with page faults disabled; a page that is not there is faulted in without them, and all begins
 *           again. So it does when another CPU's store comes between: nobody is kept out for long.
 * Lifetime  a moved waiter sleeps on: its record names its new queue (wait_move_locked()), where its time-out
 *           and its signals find it
 * Blocking  never, except for page faults
 * Linux     futex(2): REQUEUE, CMP_REQUEUE, WAKE_OP. Moved waiters go behind the others of their priority always;
 *           Linux leaves them in their place when both words happen to share a bucket.
 *
 * The target's count goes up before the first word is compared: who changes that word and then wakes at the
 * target has either changed it too early for the comparison, or sees the count (the proof in futex.c).
 */
#include "ipc/futex_internal.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/futex.h"
#include "mm/uaccess.h"

u64 futex_lock_pair(struct futex_bucket *a, struct futex_bucket *b)
{
	u64 irq = irq_save();
	if (a == b)
		spin_lock(&a->wq.lock);
	else
		spin_lock_pair(&a->wq.lock, &b->wq.lock);
	return irq;
}

void futex_unlock_pair(struct futex_bucket *a, struct futex_bucket *b, u64 irq)
{
	if (a != b)
		spin_unlock(&b->wq.lock);
	spin_unlock_irqrestore(&a->wq.lock, irq);
}

/* --- requeue --- */

void futex_move(struct futex_waiter *w, struct futex_bucket *to, const struct futex_key *target)
{
	__atomic_fetch_add(&to->waiters, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&w->bucket->waiters, 1, __ATOMIC_SEQ_CST);
	w->bucket = to;
	w->key = *target;
	wait_move_locked(&w->slot, &to->wq, futex_place(to, w->priority));
}

static long move_waiters(struct futex_bucket *from, const struct futex_key *source, struct futex_bucket *to,
	const struct futex_key *target, int nr_wake, int nr_requeue)
{
	bool same = futex_key_equal(source, target); /* these are counted, and stay where they are */
	long n = 0;
	struct wait_slot *slot, *next;
	list_for_each_safe(slot, next, &from->wq.slots, node) {
		struct futex_waiter *w = container_of(slot, struct futex_waiter, slot);
		if (n - nr_wake >= nr_requeue)
			break;
		if (!futex_key_equal(&w->key, source))
			continue;
		if (unlikely(w->is_pi))
			return -EINVAL;
		if (n++ < nr_wake)
			wait_fire_locked(slot, 0);
		else if (!same)
			futex_move(w, to, target);
	}
	return n;
}

int futex_compare(const u32 __user *uaddr, u32 expected)
{
	u32 seen;
	int err = get_user_nofault(&seen, uaddr);
	return err ? err : seen == expected ? 0 : -EAGAIN;
}

long futex_requeue(struct futex_word from, struct futex_word to, int nr_wake, int nr_requeue, const u32 *expected)
{
	struct futex_key source, target;
	u32 seen;
	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	long n = futex_key_of(from, FUTEX_READS, &source);
	if (!n)
		n = futex_key_of(to, FUTEX_READS, &target);
	if (n)
		return n;
	struct futex_bucket *a = futex_bucket_of(&source), *b = futex_bucket_of(&target);
	do {
		__atomic_fetch_add(&b->waiters, 1, __ATOMIC_SEQ_CST);
		u64 irq = futex_lock_pair(a, b);
		n = expected ? futex_compare(from.uaddr, *expected) : 0;
		if (!n)
			n = move_waiters(a, &source, b, &target, nr_wake, nr_requeue);
		futex_unlock_pair(a, b, irq);
		__atomic_fetch_sub(&b->waiters, 1, __ATOMIC_SEQ_CST);
	} while (n == -EFAULT && get_user(seen, from.uaddr) == 0);
	return n;
}

/* --- WAKE_OP --- */

enum { /* see FUTEX_OP() */
	OP_AT = 28, CMP_AT = 24, OPARG_AT = 12, OP_MASK = 7, CMP_MASK = 15, ARG_BITS = 12, SHIFT_MASK = 31,
};

static int sign_extend(u32 bits)
{
	enum { UNUSED = 32 - ARG_BITS };
	return (int)(bits << UNUSED) >> UNUSED;
}

static int operate(u32 encoded, u32 old, u32 *fresh)
{
	u32 arg = (u32)sign_extend(encoded >> OPARG_AT);
	if (encoded >> OP_AT & FUTEX_OP_OPARG_SHIFT)
		arg = 1u << (arg & SHIFT_MASK);
	switch (encoded >> OP_AT & OP_MASK) {
	case FUTEX_OP_SET: *fresh = arg; return 0;
	case FUTEX_OP_ADD: *fresh = old + arg; return 0;
	case FUTEX_OP_OR: *fresh = old | arg; return 0;
	case FUTEX_OP_ANDN: *fresh = old & ~arg; return 0;
	case FUTEX_OP_XOR: *fresh = old ^ arg; return 0;
	default: return -ENOSYS;
	}
}

/* 1, 0, or -ENOSYS */
static int test_old(u32 encoded, int old)
{
	int arg = sign_extend(encoded);
	switch (encoded >> CMP_AT & CMP_MASK) {
	case FUTEX_OP_CMP_EQ: return old == arg;
	case FUTEX_OP_CMP_NE: return old != arg;
	case FUTEX_OP_CMP_LT: return old < arg;
	case FUTEX_OP_CMP_LE: return old <= arg;
	case FUTEX_OP_CMP_GT: return old > arg;
	case FUTEX_OP_CMP_GE: return old >= arg;
	default: return -ENOSYS;
	}
}

/* What test_old() says; -EAGAIN: the word has changed meanwhile; -EFAULT: it must be faulted in first. */
static int change_word(u32 __user *uaddr, u32 encoded)
{
	u32 old, fresh, seen;
	int err = get_user_nofault(&old, uaddr);
	if (!err)
		err = operate(encoded, old, &fresh);
	if (!err)
		err = cmpxchg_user_nofault(uaddr, &seen, old, fresh);
	if (err)
		return err;
	return seen == old ? test_old(encoded, (int)old) : -EAGAIN;
}

/* Makes the page one that can be written to, without a change. */
int futex_fault_in_writable(u32 __user *uaddr)
{
	u32 seen;
	return cmpxchg_user(uaddr, &seen, 0, 0);
}

long futex_wake_op(struct futex_word word, struct futex_word changed, int nr, int nr_changed, u32 encoded)
{
	struct futex_key key, changed_key;
	int err = futex_key_of(word, FUTEX_READS, &key);
	if (!err)
		err = futex_key_of(changed, FUTEX_WRITES, &changed_key);
	if (err)
		return err;
	struct futex_bucket *a = futex_bucket_of(&key), *b = futex_bucket_of(&changed_key);
	for (;;) {
		long woken = 0;
		u64 irq = futex_lock_pair(a, b);
		int answer = change_word(changed.uaddr, encoded);
		if (answer >= 0)
			woken = futex_wake_locked(a, &key, FUTEX_BITSET_MATCH_ANY, nr);
		if (answer > 0 && woken >= 0) {
			long more = futex_wake_locked(b, &changed_key, FUTEX_BITSET_MATCH_ANY, nr_changed);
			woken = more < 0 ? more : woken + more;
		}
		futex_unlock_pair(a, b, irq);
		if (answer >= 0)
			return woken;
		if (answer == -EFAULT)
			answer = futex_fault_in_writable(changed.uaddr);
		if (answer && answer != -EAGAIN)
			return answer;
	}
}
