// SPDX-License-Identifier: MIT
/*
 * futex_pi: locks in user memory whose owner inherits the priority of those who wait.
 *
 * Promise   the word is 0 or the owner's thread number, with WAITERS when the kernel must be asked, and OWNER_DIED when
 *           an owner ended without unlocking. Word and kernel agree whenever nobody is inside: an unlock writes the
 *           new owner, the most important waiter, and hands the lock to it in one moment. A waiter that is given the
 *           lock has it, whatever else (time, signal) came at the same moment. Nobody waits for a task that is gone.
 * Words     are the program's: any value may stand there, at any time. What it says is believed only where it does no
 *           harm: the owner is looked up by the number in it when the first one waits, and from then on the kernel's
 *           own record counts; a word that contradicts it is EINVAL. Operations of the plain kind on a word with such
 *           waiters, and of this kind on a word with plain ones, are EINVAL.
 * State     struct futex_pi: the lock behind a word, on its bucket's list, while somebody waits or the word of a dead
 *           owner is still to be mended. An uncontended lock has none.
 * Owner's   The waiter that is given the lock of a dead owner mends the word itself, when it runs, because it knows an
 * death     address of it and the dead one's memory may be gone; until then the state is marked, and others may queue.
 *           If it cannot be mended the lock goes on to the next, and the waiter gets EFAULT.
 * Requeue   FUTEX_WAIT_REQUEUE_PI names the lock that it will be moved to; only FUTEX_CMP_REQUEUE_PI with that lock may
 *           move it, and nothing else may wake it. Moved, it waits as if it had called FUTEX_LOCK_PI.
 * Locks     buckets' queue locks, inside them pi_lock (rt_mutex.h); user memory under them only without faults
 * Blocking  LOCK_PI is always restarted after a signal. WAIT_REQUEUE_PI, too, until it has been moved; then EAGAIN.
 * Linux     futex(2)
 *
 *     locker                                    unlocker, in the kernel
 *     lock the bucket                           lock the bucket
 *     word: owner's number; set WAITERS         word: my number; somebody queued ? write its : write 0
 *     queue behind the owner                    hand over, wake
 *     unlock                                    unlock
 *
 *     locker                                    unlocker, in user mode
 *     cmpxchg: number -> number | WAITERS       cmpxchg: number -> 0
 *
 *     The second pair meets at the word alone: if the locker's exchange is first the unlocker's fails, and it must
 *     come into the kernel, where the bucket's lock orders it behind the queueing. A bucket that counts nobody has
 *     no state and no waiter: then the kernel, too, exchanges the word as user mode might have done, without a lock.
 */
#include "ipc/futex.h"
#include "ipc/futex_internal.h"
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/core/rt_mutex.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/futex.h"
#include "mm/uaccess.h"

enum { GRANTED = 0, GRANTED_BY_THE_DEAD = 1 }; /* results of a waiter's slot */
enum { TRY_AGAIN = -EBUSY };		       /* the word has changed meanwhile: from the start */

struct futex_pi {
	struct list node;     /* [bucket] on its list of such states */
	struct futex_key key; /* [const] */
	struct rt_mutex m;    /* [pi_lock] */
	bool needs_mending;   /* [bucket] its owner is about to write the word */
};

/* --- states --- */

static struct futex_pi *state_of(struct futex_bucket *b, const struct futex_key *key)
{
	struct futex_pi *st;
	list_for_each(st, &b->pi, node)
		if (futex_key_equal(&st->key, key))
			return st;
	return NULL;
}

static bool has_waiter(struct futex_bucket *b, const struct futex_key *key)
{
	struct wait_slot *slot;
	list_for_each(slot, &b->wq.slots, node)
		if (futex_key_equal(&container_of(slot, struct futex_waiter, slot)->key, key))
			return true;
	return false;
}

/* Frees a state that nobody needs any more. */
static void state_settle(struct futex_pi *st)
{
	if (rt_mutex_first(&st->m) || st->needs_mending)
		return;
	list_del(&st->node);
	kfree(st);
}

/* The first waiter is the owner from now on, and awake. */
static void grant_first(struct futex_pi *st, long how)
{
	struct futex_waiter *fw = &container_of(rt_mutex_first(&st->m), struct futex_pi_waiter, rt)->fw;
	rt_mutex_hand_over(&st->m);
	st->needs_mending = how == GRANTED_BY_THE_DEAD;
	wait_fire_locked(&fw->slot, how);
	state_settle(st);
}

/* --- taking the word --- */

static int exchange(u32 __user *uaddr, u32 old, u32 fresh)
{
	u32 seen;
	int err = cmpxchg_user_nofault(uaddr, &seen, old, fresh);
	return err ? err : seen == old ? 0 : TRY_AGAIN;
}

/* Done where the bucket counts nobody; false: it is not as simple as that. */
static inline bool exchange_alone(const struct futex_bucket *b, u32 __user *uaddr, u32 old, u32 fresh)
{
	u32 seen;
	return !READ_ONCE(b->waiters) && !cmpxchg_user(uaddr, &seen, old, fresh) && seen == old;
}

/* What a word may say while the kernel has a record of its owner. */
static int check_word(const struct futex_pi *st, u32 word)
{
	u32 owner = word & FUTEX_TID_MASK;
	if (st->needs_mending || (!owner && word & FUTEX_OWNER_DIED))
		return 0;
	return owner == (u32)st->m.owner->tid ? 0 : -EINVAL;
}

/* The task that the word names as its owner becomes that of the fresh state. */
static int attach_owner(struct futex_pi *st, u32 __user *uaddr, u32 word)
{
	u32 seen;
	struct pid *pid = pid_find_rcu((int)(word & FUTEX_TID_MASK)); /* interrupts are off: nothing found is freed */
	struct task *owner = pid ? rcu_load(pid->task) : NULL;
	if (owner && !owner->pi.closed) {
		/* A private word can name no other process. */
		if (!(st->key.offset & (KEY_OBJECT | KEY_SHARED_MM)) && (u64)READ_ONCE(owner->mm) != st->key.owner)
			return -EPERM;
		st->m.owner = owner;
		return 0;
	}
	int err = get_user_nofault(&seen, uaddr);
	return err ? err : seen == word ? -ESRCH : TRY_AGAIN;
}

/* Where the word's lock stands for task t. */
struct take {
	struct futex_pi *spare; /* a fresh state to be used; NULL afterwards if it was */
	struct futex_pi *st;	/* whom to queue behind */
	bool is_fresh;		/* it is the spare, and on no list yet */
};

/* 1: the word was free and is t's; 0: t may queue behind tk->st; -errno; TRY_AGAIN; -EFAULT: fault it in first.
 * `with_waiters`: others will queue behind t at once. */
static int take_word(struct take *tk, struct futex_bucket *b, const struct futex_key *key, u32 __user *uaddr,
	struct task *t, bool with_waiters)
{
	u32 word;
	int err = get_user_nofault(&word, uaddr);
	if (err)
		return err;
	if ((word & FUTEX_TID_MASK) == (u32)t->tid)
		return -EDEADLK;
	tk->st = state_of(b, key);
	tk->is_fresh = false;
	if (tk->st)
		return check_word(tk->st, word);
	if (has_waiter(b, key))
		return -EINVAL;
	tk->st = tk->spare;
	tk->is_fresh = true;
	*tk->st = (struct futex_pi){ .key = *key };
	if (word & FUTEX_TID_MASK) {
		err = exchange(uaddr, word, word | FUTEX_WAITERS);
		return err ? err : attach_owner(tk->st, uaddr, word | FUTEX_WAITERS);
	}
	tk->st->m.owner = t;
	err = exchange(uaddr, word, (u32)t->tid | (word & FUTEX_OWNER_DIED) | (with_waiters ? FUTEX_WAITERS : 0));
	return err ? err : 1;
}

static int queue_behind(struct take *tk, struct futex_bucket *b, struct futex_waiter *fw, struct task *t)
{
	int err = rt_mutex_enqueue(&tk->st->m, &pi_of(fw)->rt, t);
	if (err)
		return err;
	pi_of(fw)->state = tk->st;
	if (tk->is_fresh) {
		list_add(&b->pi, &tk->st->node);
		tk->is_fresh = false;
		tk->spare = NULL;
	}
	return 0;
}

static int spare_state(struct take *tk)
{
	if (!tk->spare)
		tk->spare = kmalloc(sizeof(*tk->spare));
	return tk->spare ? 0 : -ENOMEM;
}

/* After a failure without the locks: 0: once more; else what to answer. */
static int may_retry(int err, u32 __user *uaddr)
{
	return err == -EFAULT ? futex_fault_in_writable(uaddr) : err == TRY_AGAIN ? 0 : err;
}

/* --- leaving --- */

static u64 lock_bucket_of(struct futex_waiter *fw)
{
	u64 irq = irq_save();
	for (;;) {
		struct futex_bucket *b = READ_ONCE(fw->bucket);
		spin_lock(&b->wq.lock);
		if (likely(b == fw->bucket))
			return irq;
		spin_unlock(&b->wq.lock); /* it has been requeued meanwhile */
	}
}

/* The owner has died and the lock is current's: tells so in the word. -EFAULT: there is none any more, and neither has
 * current the lock. */
static int mend_word(struct futex_waiter *fw, u32 __user *uaddr)
{
	struct futex_pi *st = pi_of(fw)->state;
	for (;;) {
		u32 word;
		u64 irq = lock_bucket_of(fw);
		int err = get_user_nofault(&word, uaddr);
		if (!err)
			err = exchange(uaddr, word, (u32)current->tid | FUTEX_OWNER_DIED | FUTEX_WAITERS);
		spin_lock(&pi_lock);
		if (!err) {
			st->needs_mending = false;
			state_settle(st);
		}
		spin_unlock(&pi_lock);
		spin_unlock_irqrestore(&fw->bucket->wq.lock, irq);
		if (!err)
			return 0;
		if (may_retry(err, uaddr))
			break;
	}
	u64 irq = lock_bucket_of(fw);
	spin_lock(&pi_lock);
	st->needs_mending = false;
	if (rt_mutex_first(&st->m))
		grant_first(st, GRANTED_BY_THE_DEAD);
	else
		state_settle(st);
	spin_unlock(&pi_lock);
	spin_unlock_irqrestore(&fw->bucket->wq.lock, irq);
	return -EFAULT;
}

/* After the sleep: takes the waiter off all that it is on. True: it was given the lock. */
static bool leave(struct futex_waiter *fw)
{
	u64 irq = lock_bucket_of(fw);
	bool granted = fw->slot.fired;
	if (!granted) {
		spin_lock(&pi_lock);
		if (pi_of(fw)->state) {
			rt_mutex_dequeue(&pi_of(fw)->rt);
			state_settle(pi_of(fw)->state);
		}
		wait_remove_locked(&fw->slot);
		spin_unlock(&pi_lock);
	}
	spin_unlock_irqrestore(&fw->bucket->wq.lock, irq);
	return granted;
}

/* `uaddr` is the lock's word; `err` what the sleep answered. */
static int finish(struct futex_waiter *fw, u32 __user *uaddr, int err)
{
	bool granted = leave(fw);
	if (granted)
		err = fw->slot.result == GRANTED_BY_THE_DEAD ? mend_word(fw, uaddr) : 0;
	__atomic_fetch_sub(&fw->bucket->waiters, 1, __ATOMIC_SEQ_CST);
	return err;
}

static int restarted_always(int err)
{
	if (err == -ERESTART)
		current->restart_always = true;
	return err;
}

/* --- LOCK_PI, TRYLOCK_PI --- */

/* 1: locked; 0: queued, to sleep; -errno. Takes its place in the bucket's count first. */
static int lock_or_queue(struct take *tk, struct waiter *w, struct futex_waiter *fw, u32 __user *uaddr,
	enum futex_lock_how how)
{
	struct futex_bucket *b = fw->bucket;
	u64 irq = spin_lock_irqsave(&b->wq.lock);
	spin_lock(&pi_lock);
	int r = take_word(tk, b, &fw->key, uaddr, current, false);
	if (!r)
		r = how == FUTEX_LOCK_TRIES ? -EAGAIN : queue_behind(tk, b, fw, current);
	if (!r)
		wait_add_locked(w, &fw->slot, &b->wq, futex_place(b, fw->priority));
	spin_unlock(&pi_lock);
	spin_unlock_irqrestore(&b->wq.lock, irq);
	return r;
}

static __noinline long lock_contended(struct futex_word word, const struct futex_key *key, u64 deadline_ns,
	enum futex_lock_how how)
{
	struct waiter w;
	struct futex_pi_waiter pw = { .fw = { .is_pi = true, .priority = current->se.rt_priority, .key = *key } };
	struct futex_waiter *fw = &pw.fw;
	struct take tk = { .spare = NULL };
	int r;
	fw->bitset = FUTEX_BITSET_MATCH_ANY;
	fw->bucket = futex_bucket_of(&fw->key);
	wait_begin(&w);
	__atomic_fetch_add(&fw->bucket->waiters, 1, __ATOMIC_SEQ_CST);
	do {
		r = spare_state(&tk);
		if (!r)
			r = lock_or_queue(&tk, &w, fw, word.uaddr, how);
	} while (r < 0 && (r = may_retry(r, word.uaddr)) == 0);
	kfree(tk.spare);
	if (!r)
		return restarted_always(finish(fw, word.uaddr, wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE)));
	__atomic_fetch_sub(&fw->bucket->waiters, 1, __ATOMIC_SEQ_CST);
	return r > 0 ? 0 : r;
}

long futex_lock_pi(struct futex_word word, u64 deadline_ns, enum futex_lock_how how)
{
	struct futex_key key;
	int err = futex_key_of(word, FUTEX_WRITES, &key);
	if (err)
		return err;
	if (likely(exchange_alone(futex_bucket_of(&key), word.uaddr, 0, (u32)current->tid)))
		return 0;
	return lock_contended(word, &key, deadline_ns, how);
}

/* --- UNLOCK_PI --- */

static int unlock_locked(struct futex_bucket *b, const struct futex_key *key, u32 __user *uaddr)
{
	u32 word;
	int err = get_user_nofault(&word, uaddr);
	if (err)
		return err;
	if ((word & FUTEX_TID_MASK) != (u32)current->tid)
		return -EPERM;
	struct futex_pi *st = state_of(b, key);
	if (!st)
		return has_waiter(b, key) ? -EINVAL : exchange(uaddr, word, 0);
	struct rt_waiter *first = rt_mutex_first(&st->m);
	if (st->m.owner != current || !first)
		return -EINVAL;
	err = exchange(uaddr, word, (u32)first->task->tid | FUTEX_WAITERS);
	if (!err)
		grant_first(st, GRANTED);
	return err;
}

long futex_unlock_pi(struct futex_word word)
{
	struct futex_key key;
	u32 seen;
	int err = get_user(seen, word.uaddr);
	if (!err && (seen & FUTEX_TID_MASK) != (u32)current->tid)
		err = -EPERM;
	if (!err)
		err = futex_key_of(word, FUTEX_WRITES, &key);
	if (err)
		return err;
	struct futex_bucket *b = futex_bucket_of(&key);
	if (seen == (u32)current->tid && likely(exchange_alone(b, word.uaddr, seen, 0)))
		return 0;
	do {
		u64 irq = spin_lock_irqsave(&b->wq.lock);
		spin_lock(&pi_lock);
		err = unlock_locked(b, &key, word.uaddr);
		spin_unlock(&pi_lock);
		spin_unlock_irqrestore(&b->wq.lock, irq);
	} while (err && (err = may_retry(err, word.uaddr)) == 0);
	return err;
}

/* --- WAIT_REQUEUE_PI, CMP_REQUEUE_PI --- */

int futex_wait_requeue_pi(struct futex_word word, u32 expected, u64 deadline_ns, struct futex_word lock)
{
	struct waiter w;
	struct futex_pi_waiter pw = { .fw = { .is_pi = true, .bitset = FUTEX_BITSET_MATCH_ANY } };
	u32 seen;
	if (word.uaddr == lock.uaddr)
		return -EINVAL;
	int err = futex_key_of(lock, FUTEX_WRITES, &pw.target);
	if (!err)
		err = futex_key_of(word, FUTEX_READS, &pw.fw.key);
	if (err)
		return err;
	if (futex_key_equal(&pw.fw.key, &pw.target))
		return -EINVAL;
	do {
		wait_begin(&w);
		err = futex_arm(&w, &pw.fw, word.uaddr, expected);
	} while (err == -EFAULT && (err = get_user(seen, word.uaddr) ? -EFAULT : TRY_AGAIN) == TRY_AGAIN);
	if (err)
		return err;
	err = finish(&pw.fw, lock.uaddr, wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE));
	/* Begun again, a moved one would find that the word has changed: it is told so at once. */
	if (err == -ERESTART && pw.state)
		return -EAGAIN;
	return restarted_always(err);
}

struct requeue {
	struct futex_word from, to;
	struct futex_key source, target;
	struct futex_bucket *a, *b;
	long nr_most;
	u32 expected;
	struct take tk;
};

/* The first waiter gets the lock if it is free. 1: it has; 0: it must queue, as all others. */
static int serve_first(struct requeue *rq, struct futex_waiter *fw)
{
	bool with_waiters = rq->nr_most > 1;
	int r = take_word(&rq->tk, rq->b, &rq->target, rq->to.uaddr, fw->slot.waiter->task, with_waiters);
	if (r == 1)
		wait_fire_locked(&fw->slot, GRANTED);
	return r;
}

static int check_waiter(const struct requeue *rq, struct futex_waiter *fw)
{
	return fw->is_pi && !pi_of(fw)->state && futex_key_equal(&pi_of(fw)->target, &rq->target) ? 0 : -EINVAL;
}

/* The number that was served, or -errno. */
static long requeue_all(struct requeue *rq)
{
	struct wait_slot *slot, *next;
	long n = 0;
	rq->tk.st = NULL;
	list_for_each_safe(slot, next, &rq->a->wq.slots, node) {
		struct futex_waiter *fw = container_of(slot, struct futex_waiter, slot);
		if (n >= rq->nr_most)
			break;
		if (!futex_key_equal(&fw->key, &rq->source))
			continue;
		int r = check_waiter(rq, fw);
		if (!r && !rq->tk.st)
			r = serve_first(rq, fw);
		if (r == 0) {
			r = queue_behind(&rq->tk, rq->b, fw, slot->waiter->task);
			if (r == 0)
				futex_move(fw, rq->b, &rq->target);
		}
		if (r < 0)
			return r;
		n++;
	}
	return n;
}

static long requeue_once(struct requeue *rq)
{
	__atomic_fetch_add(&rq->b->waiters, 1, __ATOMIC_SEQ_CST);
	u64 irq = futex_lock_pair(rq->a, rq->b);
	spin_lock(&pi_lock);
	u32 seen;
	long n = futex_compare(rq->from.uaddr, rq->expected);
	if (!n)
		n = get_user_nofault(&seen, rq->to.uaddr); /* before anything is said of those who wait */
	if (!n)
		n = requeue_all(rq);
	spin_unlock(&pi_lock);
	futex_unlock_pair(rq->a, rq->b, irq);
	__atomic_fetch_sub(&rq->b->waiters, 1, __ATOMIC_SEQ_CST);
	return n;
}

long futex_cmp_requeue_pi(struct futex_word from, struct futex_word to, int nr_wake, int nr_requeue, u32 expected)
{
	struct requeue rq = { .from = from, .to = to, .expected = expected, .nr_most = 1l + nr_requeue };
	u32 seen;
	if (nr_wake != 1 || nr_requeue < 0 || from.uaddr == to.uaddr)
		return -EINVAL;
	long n = futex_key_of(from, FUTEX_READS, &rq.source);
	if (!n)
		n = futex_key_of(to, FUTEX_WRITES, &rq.target);
	if (!n && futex_key_equal(&rq.source, &rq.target))
		n = -EINVAL;
	if (n)
		return n;
	rq.a = futex_bucket_of(&rq.source);
	rq.b = futex_bucket_of(&rq.target);
	do {
		n = spare_state(&rq.tk);
		if (!n)
			n = requeue_once(&rq);
		if (n == -EFAULT && get_user(seen, from.uaddr))
			break;
	} while (n < 0 && (n = may_retry((int)n, to.uaddr)) == 0);
	kfree(rq.tk.spare);
	return n;
}

/* --- the owner's end --- */

/* Hands over one lock that t holds; false: it holds none that anybody waits for. */
static bool give_one_away(struct task *t, bool closes)
{
	u64 irq = spin_lock_irqsave(&pi_lock);
	struct rt_mutex *m = rb_entry_or_null(rb_first(&t->pi.held), struct rt_mutex, held);
	t->pi.closed = closes && !m;
	struct futex_key key = { 0 };
	if (m)
		key = container_of(m, struct futex_pi, m)->key;
	spin_unlock_irqrestore(&pi_lock, irq);
	if (!m)
		return false;
	/* The bucket's lock comes first; what has changed meanwhile is seen under it. */
	struct futex_bucket *b = futex_bucket_of(&key);
	irq = spin_lock_irqsave(&b->wq.lock);
	spin_lock(&pi_lock);
	struct futex_pi *st = state_of(b, &key);
	if (st && st->m.owner == t && rt_mutex_first(&st->m))
		grant_first(st, GRANTED_BY_THE_DEAD);
	spin_unlock(&pi_lock);
	spin_unlock_irqrestore(&b->wq.lock, irq);
	return true;
}

void futex_pi_exec(void)
{
	while (give_one_away(current, false))
		;
}

void futex_pi_exit(struct task *t)
{
	while (give_one_away(t, true))
		;
}
