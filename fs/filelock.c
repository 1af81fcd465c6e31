// SPDX-License-Identifier: MIT
/*
 * filelock: setting, releasing and waiting for advisory locks; what it promises stands in filelock.h.
 *
 * Locks     filelocks.lock; memory is allocated and sleepers are woken under it, which its rank allows
 * Blocking  wait_turn(): -ERESTART after a signal
 * Linux     flock(2), fcntl(2), proc_locks(5)
 *
 * The locks of one owner are disjoint, so a tree by their place answers "what overlaps?" exactly; the
 * owners of an inode are few and stand in a list. Looking for a conflict costs a walk down each tree.
 *
 * A request that must wait stands in the list of waiters with the owner in its way (`blocker`). After each
 * change review() goes through those whose range was touched: who meets no lock, and no earlier waiter
 * that was just woken, is woken; who is in the way of whom is kept true for the rest. The search for deadlocks
 * follows owner -> request -> blocker -> request ... and needs no other inode's lock for that.
 */
#include "fs/filelock.h"
#include "kernel/core/alloc.h"
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/hash.h"

enum {
	LOCKS_PER_USER = 1 << 18, /* Linux has no such limit, but charges the memory */
	BLOCKED_BITS = 6,
	DEADLOCK_HOPS = 64, /* a ring that the request is not part of must not hold us for ever */
};

struct spinlock filelock_contexts_lock = SPINLOCK_INIT(RANK_OBJECT);
struct list filelock_contexts = LIST_INIT(filelock_contexts);

static struct kmem_cache *lock_cache;
static struct spinlock blocked_lock = SPINLOCK_INIT(RANK_FILEWAIT);
static struct list blocked[1u << BLOCKED_BITS]; /* [blocked_lock] sleeping requests, by owner */

void filelock_init(void)
{
	lock_cache = kmem_cache_create("filelock", sizeof(struct lock), 0);
	for (size_t i = 0; i < ARRAY_LEN(blocked); i++)
		list_init(&blocked[i]);
}

static inline enum lock_realm realm_of(enum lock_kind kind)
{
	return kind == LOCK_FLOCK ? LOCKS_WHOLE : LOCKS_RECORD;
}

/* --- an inode's struct filelocks --- */

static struct filelocks *context_make(struct inode *ino)
{
	struct filelocks *c = kzalloc(sizeof(*c)), *other = NULL;
	if (!c)
		return NULL;
	spin_init(&c->lock, RANK_FILELOCK);
	for (int realm = 0; realm < LOCK_REALMS; realm++) {
		list_init(&c->owners[realm]);
		list_init(&c->waiters[realm]);
	}
	c->inode = ino;
	guard(spin)(&filelock_contexts_lock);
	if (!__atomic_compare_exchange_n(&ino->locks, &other, c, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
		kfree(c);
		return other;
	}
	list_add(&filelock_contexts, &c->node);
	return c;
}

static inline struct filelocks *context_of(struct inode *ino)
{
	struct filelocks *c = __atomic_load_n(&ino->locks, __ATOMIC_ACQUIRE);
	return likely(c) ? c : context_make(ino);
}

void filelock_free(struct inode *ino)
{
	struct filelocks *c = ino->locks;
	spin_lock(&filelock_contexts_lock);
	list_del(&c->node);
	spin_unlock(&filelock_contexts_lock);
	kfree(c);
}

/* --- owners and their trees --- */

static struct lock_owner *owner_find(struct filelocks *c, enum lock_realm realm, const void *id)
{
	struct lock_owner *o;
	list_for_each(o, &c->owners[realm], node)
		if (o->id == id)
			return o;
	return NULL;
}

static struct lock_owner *owner_make(struct filelocks *c, const struct lock_request *r)
{
	struct lock_owner *o = kmalloc(sizeof(*o));
	if (!o)
		return NULL;
	o->id = r->owner;
	o->kind = r->kind;
	rb_init(&o->locks);
	o->account = current_cred()->account;
	ref_get(&o->account->ref);
	list_add_tail(&c->owners[realm_of(r->kind)], &o->node);
	return o;
}

static void owner_free(struct lock_owner *o)
{
	list_del(&o->node);
	account_put(o->account);
	kfree(o);
}

static struct lock *lock_make(struct lock_owner *o)
{
	if (charge(o->account, CHARGE_FILELOCKS, 1) <= LOCKS_PER_USER) {
		struct lock *l = kmem_cache_alloc(lock_cache);
		if (l) {
			rb_init_node(&l->node);
			return l;
		}
	}
	uncharge(o->account, CHARGE_FILELOCKS, 1);
	return NULL;
}

static void lock_free(struct lock_owner *o, struct lock *l)
{
	if (!l)
		return;
	rb_erase(&o->locks, &l->node);
	uncharge(o->account, CHARGE_FILELOCKS, 1);
	kmem_cache_free(lock_cache, l);
}

static inline struct lock *lock_of(struct rb_node *node)
{
	return rb_entry_or_null(node, struct lock, node);
}

static int order_by_end(const void *start, const struct rb_node *node)
{
	off_t wanted = *(const off_t *)start, end = rb_entry(node, struct lock, node)->range.end;
	return wanted > end ? 1 : wanted < end ? -1 : 0;
}

/* The first lock that reaches `start` or lies behind it. */
static inline struct lock *first_reaching(const struct lock_owner *o, off_t start)
{
	return lock_of(rb_lower_bound(&o->locks, &start, order_by_end));
}

static bool lies_before(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct lock, node)->range.start < rb_entry(b, struct lock, node)->range.start;
}

static inline bool overlaps(const struct lock_range *a, const struct lock_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* --- conflicts --- */

static struct lock *conflict_with(const struct lock_owner *o, const struct lock_request *r)
{
	for (struct lock *l = first_reaching(o, r->range.start); l && l->range.start <= r->range.end;
		l = lock_of(rb_next(&l->node)))
		if (r->type == LOCK_EXCLUSIVE || l->type == LOCK_EXCLUSIVE)
			return l;
	return NULL;
}

/* The first lock of anybody else in r's way, and whose it is. */
static struct lock *conflict(struct filelocks *c, const struct lock_request *r, struct lock_owner **whose)
{
	struct lock_owner *o;
	list_for_each(o, &c->owners[realm_of(r->kind)], node) {
		struct lock *l = o->id == r->owner ? NULL : conflict_with(o, r);
		if (l) {
			*whose = o;
			return l;
		}
	}
	return NULL;
}

static bool requests_conflict(const struct lock_request *a, const struct lock_request *b)
{
	return a->owner != b->owner && (a->type == LOCK_EXCLUSIVE || b->type == LOCK_EXCLUSIVE) &&
	       overlaps(&a->range, &b->range);
}

/* --- waiting --- */

static void set_blocker(struct lock_request *r, const void *owner)
{
	guard(spin)(&blocked_lock);
	r->blocker = owner;
}

static void wake_request(struct lock_request *r)
{
	set_blocker(r, NULL);
	WRITE_ONCE(r->is_woken, true);
	wake_all(&r->wq, POLLIN);
}

static struct lock_request *woken_before(struct filelocks *c, const struct lock_request *r)
{
	struct lock_request *e;
	list_for_each(e, &c->waiters[realm_of(r->kind)], node) {
		if (e == r)
			return NULL;
		if (e->is_woken && requests_conflict(e, r))
			return e;
	}
	return NULL;
}

/* A sleeper whose way may be free now, or who has somebody else in it. Types of `woken` wait before it. */
static void review_one(struct filelocks *c, struct lock_request *r, unsigned woken)
{
	struct lock_owner *whose = owner_find(c, realm_of(r->kind), r->blocker);
	if (whose && conflict_with(whose, r))
		return;
	if (conflict(c, r, &whose)) {
		if (r->kind == LOCK_POSIX)
			wake_request(r); /* this new blocker may close a ring: let it look */
		return;
	}
	bool may_meet = r->type == LOCK_EXCLUSIVE ? woken != 0 : (woken & 1u << LOCK_EXCLUSIVE) != 0;
	const struct lock_request *e = may_meet ? woken_before(c, r) : NULL;
	if (e)
		set_blocker(r, e->owner);
	else
		wake_request(r);
}

/* After a change in `range`. */
static void review(struct filelocks *c, enum lock_realm realm, const struct lock_range *range)
{
	struct lock_request *r;
	unsigned woken = 0;
	assert_spin_held(&c->lock);
	list_for_each(r, &c->waiters[realm], node) {
		if (!r->is_woken && overlaps(&r->range, range))
			review_one(c, r, woken);
		if (r->is_woken)
			woken |= 1u << r->type;
	}
}

static struct list *blocked_bucket(const void *owner)
{
	return &blocked[hash_bits((uintptr_t)owner, BLOCKED_BITS)];
}

/* For whom does some thread of that owner sleep? NULL: for nobody. */
static const void *waits_for(const void *owner)
{
	struct lock_request *r;
	list_for_each(r, blocked_bucket(owner), blocked)
		if (r->owner == owner && r->blocker)
			return r->blocker;
	return NULL;
}

/* r is about to sleep until `owner` gives way: 0, or -EDEADLK if he waits for r's owner himself. */
static int block_on(struct lock_request *r, const struct lock_owner *owner)
{
	if (r->kind != LOCK_POSIX) {
		r->blocker = owner->id;
		return 0;
	}
	guard(spin)(&blocked_lock);
	const void *next = owner->id;
	for (int hops = 0; next && hops < DEADLOCK_HOPS; hops++) {
		if (next == r->owner)
			return -EDEADLK;
		next = waits_for(next);
	}
	r->blocker = owner->id;
	list_add_tail(blocked_bucket(r->owner), &r->blocked);
	return 0;
}

static void unblock(struct lock_request *r)
{
	if (r->kind != LOCK_POSIX)
		return;
	guard(spin)(&blocked_lock);
	list_del(&r->blocked);
	r->blocker = NULL;
}

/* --- setting --- */

/* The request replaces what its owner has in the range. `fresh` becomes the lock, `rest` what is left of
 * one behind the range. */
static void replace(struct lock_owner *o, const struct lock_request *r, struct lock *fresh, struct lock *rest)
{
	struct lock_range mine = r->range;
	struct lock *next, *l = first_reaching(o, mine.start - (mine.start > 0)); /* neighbours too */
	for (; l && (l->range.start <= mine.end || l->range.start - 1 == mine.end); l = next) {
		next = lock_of(rb_next(&l->node));
		if (l->type == r->type) {
			mine.start = min(mine.start, l->range.start);
			mine.end = max(mine.end, l->range.end);
			lock_free(o, l);
			continue;
		}
		if (!overlaps(&l->range, &r->range))
			continue;
		if (rest) {
			*rest = *l;
			rest->range.start = r->range.end + 1;
			rb_init_node(&rest->node);
			l->range.end = r->range.start - 1;
			rb_insert(&o->locks, &rest->node, lies_before);
		} else if (l->range.start < r->range.start) {
			l->range.end = r->range.start - 1;
		} else if (l->range.end > r->range.end) {
			l->range.start = r->range.end + 1;
		} else {
			lock_free(o, l);
		}
	}
	if (fresh) {
		fresh->range = mine;
		fresh->type = r->type;
		fresh->pid = r->pid;
		rb_insert(&o->locks, &fresh->node, lies_before);
	}
}

/* A lock of another type that reaches out of the range on both sides: it will be two. */
static bool must_split(const struct lock_request *r, const struct lock *l)
{
	return l && l->type != r->type && l->range.start < r->range.start && l->range.end > r->range.end;
}

/* Nobody is in the way: everything that may fail, then the change. */
static int apply(struct filelocks *c, const struct lock_request *r)
{
	enum lock_realm realm = realm_of(r->kind);
	struct lock_owner *o = owner_find(c, realm, r->owner);
	struct lock *fresh = NULL, *rest = NULL;
	int err = 0;
	if (!o && r->type == LOCK_NONE)
		return 0;
	if (!o && !(o = owner_make(c, r)))
		return -ENOLCK;
	bool splits = must_split(r, first_reaching(o, r->range.start));
	if (splits)
		rest = lock_make(o);
	if (r->type != LOCK_NONE)
		fresh = lock_make(o);
	if ((splits && !rest) || (r->type != LOCK_NONE && !fresh)) {
		lock_free(o, rest);
		lock_free(o, fresh);
		err = -ENOLCK;
	} else {
		replace(o, r, fresh, rest);
	}
	if (rb_is_empty(&o->locks))
		owner_free(o);
	if (!err && unlikely(!list_is_empty(&c->waiters[realm])))
		review(c, realm, &r->range);
	return err;
}

static int try_set(struct filelocks *c, const struct lock_request *r, struct lock_owner **whose)
{
	assert_spin_held(&c->lock);
	if (r->type != LOCK_NONE && conflict(c, r, whose))
		return -EAGAIN;
	return apply(c, r);
}

/* Called and left with the lock held; `whose` is in the way. The place among the waiters is kept until the end. */
static int wait_turn(struct filelocks *c, struct lock_request *r, struct lock_owner *whose)
{
	int err;
	waitq_init(&r->wq, WAIT_FILELOCK, c);
	list_init(&r->blocked);
	list_add_tail(&c->waiters[realm_of(r->kind)], &r->node);
	do {
		err = block_on(r, whose);
		if (err)
			break;
		r->is_woken = false;
		spin_unlock(&c->lock);
		err = wait_event(&r->wq, POLLIN, READ_ONCE(r->is_woken), FOREVER, WAIT_INTERRUPTIBLE);
		spin_lock(&c->lock);
		unblock(r);
		if (!err)
			err = try_set(c, r, &whose);
	} while (err == -EAGAIN);
	list_del(&r->node);
	if (err) /* those behind it may go on, or have somebody else in their way */
		review(c, realm_of(r->kind), &r->range);
	return err;
}

int filelock_set(struct inode *ino, struct lock_request *r, bool may_wait)
{
	struct lock_owner *whose = NULL;
	struct filelocks *c = r->type == LOCK_NONE ? READ_ONCE(ino->locks) : context_of(ino);
	if (!c)
		return r->type == LOCK_NONE ? 0 : -ENOLCK;
	guard(spin)(&c->lock);
	int err = try_set(c, r, &whose);
	return err == -EAGAIN && may_wait ? wait_turn(c, r, whose) : err;
}

bool filelock_is_held(struct inode *ino, const struct lock_request *r)
{
	struct filelocks *c = READ_ONCE(ino->locks);
	if (!c)
		return false;
	guard(spin)(&c->lock);
	struct lock_owner *o = owner_find(c, realm_of(r->kind), r->owner);
	struct lock *l = o ? first_reaching(o, r->range.start) : NULL;
	return l && l->type == r->type && l->range.start <= r->range.start && l->range.end >= r->range.end;
}

bool filelock_test(struct inode *ino, const struct lock_request *r, struct lock *found)
{
	struct filelocks *c = READ_ONCE(ino->locks);
	struct lock_owner *o;
	struct lock *l;
	if (!c)
		return false;
	guard(spin)(&c->lock);
	if (r->type == LOCK_NONE) {
		o = owner_find(c, realm_of(r->kind), r->owner);
		l = o ? first_reaching(o, r->range.start) : NULL;
		l = l && overlaps(&l->range, &r->range) ? l : NULL;
	} else {
		l = conflict(c, r, &o);
	}
	if (!l)
		return false;
	*found = *l;
	return true;
}

/* A table that is empty now stays empty for this owner: what its other threads have set was seen, see reclock.c. */
void filelock_drop(struct inode *ino, enum lock_realm realm, const void *owner)
{
	static const struct lock_range everything = { 0, LOCK_END };
	struct filelocks *c = READ_ONCE(ino->locks);
	if (!c || list_is_empty(&c->owners[realm]))
		return;
	guard(spin)(&c->lock);
	struct lock_owner *o = owner_find(c, realm, owner);
	if (!o)
		return;
	while (!rb_is_empty(&o->locks))
		lock_free(o, lock_of(rb_first(&o->locks)));
	owner_free(o);
	review(c, realm, &everything);
}

void filelock_closed(struct fdtable *t, const struct file *f)
{
	if (!(f->mode & FILE_PATH_ONLY))
		filelock_drop(filelock_inode(f), LOCKS_RECORD, t);
}

void filelock_file_gone(struct file *f)
{
	struct inode *ino = filelock_inode(f);
	for (enum lock_realm realm = 0; realm < LOCK_REALMS; realm++)
		filelock_drop(ino, realm, f);
}
