// SPDX-License-Identifier: MIT
/*
 * futex: sleeping on a word of user memory, and waking those who do.
 *
 * Promise   A wait goes to sleep only if the word still has the expected value, tested under the bucket's
 *           lock; a wake after a change of the word misses nobody who saw the old value. Waiters of one
 *           word are woken by their real-time priority, and else in the order in which they came. A wake that finds
 *           no waiter takes no lock.
 * Keys      private: address space and address. Shared: memory object and offset in it, so that every
 *           mapping of a page names the same futex; a private mapping's key is its address space, and still
 *           another than the private one. An object's number is never reused: a key cannot come to mean
 *           something else.
 * Locks     the bucket's queue lock (RANK_WAITQ); the user word is read under it with page faults disabled,
 *           and faulted in without it. mm->lock (read) for shared keys, before the bucket.
 * Lifetime  a waiter's record is its own, on its stack or futex_many.c's heap; who takes it off the bucket
 *           (waker or waiter) is decided under the bucket's lock
 * Blocking  FUTEX_WAIT. Interrupted, it is restarted; with a time limit only if no handler ran, and the
 *           second entry goes on with the first one's deadline.
 * Others    what has two words is in futex_requeue.c, many words and the newer calls in futex_many.c, what an
 *           owner's death does in futex_robust.c, priority inheritance in futex_pi.c.
 * Linux     futex(2)
 *
 *     waiter                                waker
 *     bucket->waiters++     (A)             change the word
 *     full barrier                          full barrier (B)
 *     lock; word == expected ? enqueue      bucket->waiters == 0 ? nobody to wake
 *     unlock; sleep                         lock; fire the matching; unlock
 *
 *     Either the waker's load (after B) sees the count of A, or the waiter's look at the word (after A) sees
 *     the change.
 */
#include "ipc/futex.h"
#include "ipc/futex_internal.h"
#include "kernel/core/clock.h"
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/hash.h"
#include "kernel/syscall.h"
#include "kernel/uapi/futex.h"
#include "kernel/uapi/time.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

enum { BUCKET_BITS = 9, BUCKETS = 1 << BUCKET_BITS };

static struct futex_bucket buckets[BUCKETS];

void futex_init(void)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		waitq_init(&buckets[i].wq, WAIT_FUTEX, &buckets[i]);
		list_init(&buckets[i].pi);
	}
}

struct futex_bucket *futex_bucket_of(const struct futex_key *key)
{
	return &buckets[hash_bits(key->owner ^ key->offset * 0x9e3779b97f4a7c15ul, BUCKET_BITS)];
}

/* The object behind a shared mapping; private ones are named by their address space. */
int futex_shared_key(uaddr_t addr, enum futex_access access, struct futex_key *key)
{
	struct mm *mm = current->mm;
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, addr);
	if (!v || v->start > addr || (access == FUTEX_WRITES && !(v->flags & VMA_WRITE)))
		return -EFAULT;
	if (v->object && (v->flags & VMA_SHARED))
		*key = (struct futex_key){ v->object->ino, (v->offset + (addr - v->start)) | KEY_OBJECT };
	else if (v->flags & VMA_WRITE || v->object)
		*key = (struct futex_key){ (u64)mm, addr | KEY_SHARED_MM };
	else
		return -EFAULT; /* what is nobody's and cannot be written never changes */
	return 0;
}

/* --- waking --- */

long futex_wake_locked(struct futex_bucket *b, const struct futex_key *key, u32 bitset, int nr)
{
	long woken = 0;
	struct wait_slot *slot, *next;
	list_for_each_safe(slot, next, &b->wq.slots, node) {
		struct futex_waiter *w = container_of(slot, struct futex_waiter, slot);
		if (!futex_key_equal(&w->key, key) || !(w->bitset & bitset))
			continue;
		if (unlikely(w->is_pi))
			return -EINVAL;
		wait_fire_locked(slot, 0);
		if (++woken >= nr)
			break;
	}
	return woken;
}

long futex_wake(struct futex_word word, int nr, u32 bitset)
{
	struct futex_key key;
	if (!bitset)
		return -EINVAL;
	int err = futex_key_of(word, FUTEX_READS, &key);
	if (err)
		return err;
	struct futex_bucket *b = futex_bucket_of(&key);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* B */
	if (!READ_ONCE(b->waiters))
		return 0;
	u64 irq = spin_lock_irqsave(&b->wq.lock);
	long woken = futex_wake_locked(b, &key, bitset, nr);
	spin_unlock_irqrestore(&b->wq.lock, irq);
	return woken;
}

void futex_wake_one_user(int __user *addr)
{
	futex_wake((struct futex_word){ .uaddr = (u32 __user *)addr }, 1, FUTEX_BITSET_MATCH_ANY);
}

/* --- waiting --- */

int futex_arm(struct waiter *w, struct futex_waiter *fw, const u32 __user *uaddr, u32 expected)
{
	u32 seen;
	struct futex_bucket *b = futex_bucket_of(&fw->key);
	fw->bucket = b;
	fw->priority = current->se.rt_priority;
	if (!explore_breaks(EXPLORE_FUTEX))
		__atomic_fetch_add(&b->waiters, 1, __ATOMIC_SEQ_CST); /* A */
	u64 irq = spin_lock_irqsave(&b->wq.lock);
	int err = get_user_nofault(&seen, uaddr);
	if (!err && seen != expected)
		err = -EAGAIN;
	if (!err)
		wait_add_locked(w, &fw->slot, &b->wq, futex_place(b, fw->priority));
	spin_unlock_irqrestore(&b->wq.lock, irq);
	if (explore_breaks(EXPLORE_FUTEX))
		__atomic_fetch_add(&b->waiters, 1, __ATOMIC_SEQ_CST);
	if (err)
		__atomic_fetch_sub(&b->waiters, 1, __ATOMIC_SEQ_CST);
	return err;
}

bool futex_disarm(struct futex_waiter *fw)
{
	bool woken = wait_remove(&fw->slot);
	/* Only now: until it was off its queue, somebody might have moved it to another. */
	__atomic_fetch_sub(&fw->bucket->waiters, 1, __ATOMIC_SEQ_CST);
	return woken;
}

static int wait_once(struct futex_waiter *fw, const u32 __user *uaddr, u32 expected, u64 deadline_ns)
{
	struct waiter w;
	wait_begin(&w);
	int err = futex_arm(&w, fw, uaddr, expected);
	if (err)
		return err;
	err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
	/* Woken and interrupted at once counts as woken: the waker has counted this waiter. */
	return futex_disarm(fw) ? 0 : err;
}

int futex_wait(struct futex_word word, u32 expected, u64 deadline_ns, u32 bitset)
{
	struct futex_waiter fw = { .bitset = bitset };
	u32 seen;
	if (!bitset)
		return -EINVAL;
	int err = futex_key_of(word, FUTEX_READS, &fw.key);
	while (!err) {
		err = wait_once(&fw, word.uaddr, expected, deadline_ns);
		if (err != -EFAULT)
			break;
		err = get_user(seen, word.uaddr); /* faults the page in, or there is none */
	}
	return err;
}

/* --- futex(2) --- */

/* The deadline of a call: FUTEX_WAIT's time is relative, the others' absolute. */
static int deadline_of(int op, unsigned long timeout, u64 *deadline_ns)
{
	struct timespec ts;
	s64 ns;
	*deadline_ns = FOREVER;
	if (!timeout)
		return 0;
	if (copy_from_user(&ts, (const void __user *)timeout, sizeof(ts)))
		return -EFAULT;
	if (timespec_to_ns(&ts, &ns))
		return -EINVAL;
	if ((op & FUTEX_CMD_MASK) == FUTEX_LOCK_PI)
		op |= FUTEX_CLOCK_REALTIME;
	if ((op & FUTEX_CMD_MASK) != FUTEX_WAIT)
		return clock_to_deadline(op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, ns, deadline_ns);
	*deadline_ns = current->restart_valid ? current->restart_deadline_ns : deadline_after((u64)ns);
	return 0;
}

static long wait_call(struct futex_word word, int op, u32 expected, unsigned long timeout, u32 bitset)
{
	u64 deadline_ns;
	int err = deadline_of(op, timeout, &deadline_ns);
	if (err)
		return err;
	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT && op & FUTEX_CLOCK_REALTIME)
		return -ENOSYS;
	err = futex_wait(word, expected, deadline_ns, bitset);
	if (err == -ERESTART && deadline_ns != FOREVER)
		err = -ERESTART_NOHAND;
	current->restart_valid = err == -ERESTART_NOHAND;
	current->restart_deadline_ns = deadline_ns;
	return err;
}

static bool takes_realtime(int cmd)
{
	return cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_WAIT_REQUEUE_PI || cmd == FUTEX_LOCK_PI2;
}

static bool takes_deadline(int cmd)
{
	return cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 || cmd == FUTEX_WAIT_REQUEUE_PI;
}

/* Out of the way of the others. A time limit is looked at before the clock that it is of. */
static __noinline long pi_call(struct futex_word word, int op, u32 val, unsigned long timeout, struct futex_word word2,
	u32 val3)
{
	int cmd = op & FUTEX_CMD_MASK;
	u64 deadline_ns = FOREVER;
	int err = takes_deadline(cmd) ? deadline_of(op, timeout, &deadline_ns) : 0;
	if (err == 0 && op & FUTEX_CLOCK_REALTIME && !takes_realtime(cmd))
		err = -ENOSYS;
	if (err)
		return err;
	switch (cmd) {
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return futex_lock_pi(word, deadline_ns, FUTEX_LOCK_WAITS);
	case FUTEX_WAIT_REQUEUE_PI:
		return futex_wait_requeue_pi(word, val, deadline_ns, word2);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(word, FOREVER, FUTEX_LOCK_TRIES);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(word);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_cmp_requeue_pi(word, word2, (int)val, (int)timeout, val3);
	default:
		return -ENOSYS;
	}
}

long sys_futex(unsigned __user *uaddr, int op, unsigned val, unsigned long timeout, unsigned __user *uaddr2,
	unsigned val3)
{
	int cmd = op & FUTEX_CMD_MASK;
	struct futex_word word = { uaddr, op & FUTEX_PRIVATE_FLAG }, word2 = { uaddr2, word.is_private };
	if (cmd == FUTEX_WAIT)
		return wait_call(word, op, val, timeout, FUTEX_BITSET_MATCH_ANY);
	if (cmd == FUTEX_WAIT_BITSET)
		return wait_call(word, op, val, timeout, val3);
	if (op & FUTEX_CLOCK_REALTIME)
		return pi_call(word, op, val, timeout, word2, val3);
	switch (cmd) { /* where there is no time to wait, its argument is a second number */
	case FUTEX_WAKE:
		return futex_wake(word, (int)val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(word, (int)val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(word, word2, (int)val, (int)timeout, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(word, word2, (int)val, (int)timeout, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(word, word2, (int)val, (int)timeout, val3);
	default:
		return pi_call(word, op, val, timeout, word2, val3);
	}
}
