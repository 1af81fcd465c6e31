// SPDX-License-Identifier: MIT
/*
 * futex: sleeping on a word of user memory, and waking those who do.
 *
 * Promise   A wait goes to sleep only if the word still has the expected value, tested under the bucket's
 *           lock; a wake after a change of the word misses nobody who saw the old value. Waiters of one
 *           word are woken in the order in which they came. A wake that finds no waiter takes no lock.
 * Keys      private: address space and address. Shared: memory object and offset in it, so that every
 *           mapping of a page names the same futex; a private mapping's key is its address space. An
 *           object's number is never reused: a key cannot come to mean something else.
 * Locks     the bucket's queue lock (RANK_WAITQ); the user word is read under it with page faults disabled,
 *           and faulted in without it. mm->lock (read) for shared keys, before the bucket.
 * Lifetime  a waiter's record is on its stack; who takes it off the bucket (waker or waiter) is decided
 *           under the bucket's lock
 * Blocking  FUTEX_WAIT. Interrupted, it is restarted; with a time limit only if no handler ran, and the
 *           second entry goes on with the first one's deadline.
 * Linux     futex(2): WAIT, WAKE and their BITSET forms. The others answer ENOSYS: see CAVEATS.
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

enum { BUCKETS = 512, KEY_SHARED = 1 };

struct futex_key {
	u64 owner;  /* the mm, or the object's number */
	u64 offset; /* of the word; bit 0: KEY_SHARED (words are aligned) */
};

struct bucket {
	u32 waiters; /* [atomic] those who hold or are about to take a place in wq */
	struct waitq wq;
} __aligned(64);

struct futex_waiter {
	struct wait_slot slot;
	struct futex_key key;
	u32 bitset;
};

static struct bucket buckets[BUCKETS];

void futex_init(void)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		waitq_init(&buckets[i].wq, WAIT_FUTEX, &buckets[i]);
}

static struct bucket *bucket_of(const struct futex_key *key)
{
	return &buckets[hash_u64(key->owner ^ key->offset * 0x9e3779b97f4a7c15ul) % BUCKETS];
}

static bool key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->owner == b->owner && a->offset == b->offset;
}

/* The object behind a shared mapping; private ones are named by their address space. */
static int shared_key(uaddr_t addr, struct futex_key *key)
{
	struct mm *mm = current->mm;
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, addr);
	if (!v || v->start > addr)
		return -EFAULT;
	if (v->object && (v->flags & VMA_SHARED))
		*key = (struct futex_key){ v->object->ino, (v->offset + (addr - v->start)) | KEY_SHARED };
	else if (v->flags & VMA_WRITE || v->object)
		*key = (struct futex_key){ (u64)mm, addr };
	else
		return -EFAULT; /* what is nobody's and cannot be written never changes */
	return 0;
}

static int key_of(const u32 __user *uaddr, int op, struct futex_key *key)
{
	uaddr_t addr = (uaddr_t)uaddr;
	if (addr & (sizeof(u32) - 1))
		return -EINVAL;
	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	if (op & FUTEX_PRIVATE_FLAG) {
		*key = (struct futex_key){ (u64)current->mm, addr };
		return 0;
	}
	return shared_key(addr, key);
}

/* --- waking --- */

static long wake_key(const struct futex_key *key, u32 bitset, int nr)
{
	struct bucket *b = bucket_of(key);
	long woken = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* B */
	if (!READ_ONCE(b->waiters))
		return 0;
	u64 irq = spin_lock_irqsave(&b->wq.lock);
	struct wait_slot *slot, *next;
	list_for_each_safe(slot, next, &b->wq.slots, node) {
		struct futex_waiter *w = container_of(slot, struct futex_waiter, slot);
		if (woken >= nr)
			break;
		if (!key_equal(&w->key, key) || !(w->bitset & bitset))
			continue;
		wait_fire_locked(slot, 0);
		woken++;
	}
	spin_unlock_irqrestore(&b->wq.lock, irq);
	return woken;
}

static long futex_wake(u32 __user *uaddr, int op, int nr, u32 bitset)
{
	struct futex_key key;
	if (!bitset)
		return -EINVAL;
	int err = key_of(uaddr, op, &key);
	if (err)
		return err;
	return wake_key(&key, bitset, nr > 0 ? nr : 1);
}

void futex_wake_one_user(int __user *addr)
{
	futex_wake((u32 __user *)addr, FUTEX_WAKE, 1, FUTEX_BITSET_MATCH_ANY);
}

/* --- waiting --- */

/* Takes a place if *uaddr == expected: 0; -EAGAIN: it is not; -EFAULT: the word must be faulted in first. */
static int enqueue_if(struct bucket *b, struct waiter *w, struct futex_waiter *fw, const u32 __user *uaddr,
	u32 expected)
{
	u32 seen;
	u64 irq = spin_lock_irqsave(&b->wq.lock);
	int err = get_user_nofault(&seen, uaddr);
	if (!err && seen != expected)
		err = -EAGAIN;
	if (!err)
		wait_add_locked(w, &fw->slot, &b->wq);
	spin_unlock_irqrestore(&b->wq.lock, irq);
	return err;
}

static int wait_in_bucket(struct bucket *b, struct futex_waiter *fw, const u32 __user *uaddr, u32 expected,
	u64 deadline_ns)
{
	struct waiter w;
	wait_begin(&w);
	__atomic_fetch_add(&b->waiters, 1, __ATOMIC_SEQ_CST); /* A */
	int err = enqueue_if(b, &w, fw, uaddr, expected);
	if (!err) {
		err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
		/* Woken and interrupted at once counts as woken: the waker has counted this waiter. */
		if (wait_remove(&fw->slot))
			err = 0;
	}
	__atomic_fetch_sub(&b->waiters, 1, __ATOMIC_SEQ_CST);
	return err;
}

static long futex_wait(u32 __user *uaddr, int op, u32 expected, u64 deadline_ns, u32 bitset)
{
	struct futex_waiter fw = { .bitset = bitset };
	u32 seen;
	if (!bitset)
		return -EINVAL;
	int err = key_of(uaddr, op, &fw.key);
	while (!err) {
		err = wait_in_bucket(bucket_of(&fw.key), &fw, uaddr, expected, deadline_ns);
		if (err != -EFAULT)
			break;
		err = get_user(seen, uaddr); /* faults the page in, or there is none */
	}
	if (err == -ERESTART && deadline_ns != FOREVER)
		return -ERESTART_NOHAND;
	return err;
}

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
	if ((op & FUTEX_CMD_MASK) != FUTEX_WAIT)
		return clock_to_deadline(op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, ns, deadline_ns);
	*deadline_ns = current->restart_valid ? current->restart_deadline_ns : deadline_after((u64)ns);
	return 0;
}

long sys_futex(unsigned __user *uaddr, int op, unsigned val, unsigned long timeout, unsigned __user *uaddr2,
	unsigned val3)
{
	u64 deadline_ns;
	int err;
	int cmd = op & FUTEX_CMD_MASK;
	bool has_clock = op & FUTEX_CLOCK_REALTIME;
	switch (cmd) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		err = deadline_of(op, timeout, &deadline_ns);
		if (err)
			return err;
		if (has_clock && cmd == FUTEX_WAIT)
			return -ENOSYS;
		u32 bitset = cmd == FUTEX_WAIT ? FUTEX_BITSET_MATCH_ANY : val3;
		long result = futex_wait(uaddr, op, val, deadline_ns, bitset);
		current->restart_valid = result == -ERESTART_NOHAND;
		current->restart_deadline_ns = deadline_ns;
		return result;
	case FUTEX_WAKE:
		if (has_clock)
			return -ENOSYS;
		return futex_wake(uaddr, op, (int)val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		if (has_clock)
			return -ENOSYS;
		return futex_wake(uaddr, op, (int)val, val3);
	default:
		return -ENOSYS;
	}
}
