// SPDX-License-Identifier: MIT
/*
 * dentry: the name cache, which for file systems in memory is also the directory itself.
 *
 * Promise   a look-up under RCU costs one hash chain and answers a name that was there at some moment
 *           during the look-up. A change of names is atomic: link, unlink and move check everything
 *           under dentry_lock and then act, so that no caller needs a sleeping lock to make
 *           "is it free? then take it" one step. Link counts change in the same step.
 * Locks     dentry_lock (RANK_DENTRY) for all changes, held for some dozens of instructions; never
 *           while anything is allocated, freed or copied to user space
 * Lifetime  a dentry holds its parent and its inode. The last put makes it unfindable, puts both and
 *           frees the memory after a grace period. A pinned one (tmpfs) has a reference of the file
 *           system's until unlink or unmount.
 * Ordering  a reader may stand on an entry that moves to another chain, or compare a name that is being
 *           replaced. Both are harmless reads of valid memory, and both are noticed:
 *
 *		reader				mover (holds dentry_lock)
 *		s = dentry_seq, even		dentry_seq++ (odd)
 *		walk the chain, compare		unhash, change name and parent, hash
 *		dentry_seq == s ? take it	dentry_seq++ (even)
 *		               : again
 *
 *           New and removed names need no sequence: a reader sees the chain before or after.
 *           A torn pair of name pointer and length must not make the comparison run out of a
 *           buffer: a block that replaces another is never smaller than the longest name that a
 *           reader may still have in mind (see block_bytes()).
 */
#include "fs/inode.h"
#include "fs/path.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

enum { HASH_BITS = 14, WORD = sizeof(u64) };

static struct dentry *hash_table[1u << HASH_BITS];
static struct kmem_cache *dentry_cache;
struct spinlock dentry_lock = SPINLOCK_INIT(RANK_DENTRY);
struct mutex rename_lock = MUTEX_INIT(rename_lock, RANK_RENAME);
u32 dentry_seq;

static inline u64 load_word(const char *p)
{
	u64 w;
	__builtin_memcpy(&w, p, WORD);
	return w;
}

/* The bytes of a word that belong to a name with `len` (1..7) bytes left. */
static inline u64 tail_mask(size_t len)
{
	return ~0ull >> (64 - 8 * len);
}

u64 name_hash(const char *name, size_t len)
{
	u64 h = 0, last = 0;
	for (; len >= WORD; len -= WORD, name += WORD)
		h = name_hash_step(h, load_word(name));
	memcpy(&last, name, len);
	return len ? name_hash_step(h, last) : h;
}

static inline u32 chain_hash(const struct dentry *parent, u64 hash)
{
	return (u32)name_hash_step(hash, (uintptr_t)parent);
}

static inline struct dentry **bucket_of(u32 hash)
{
	return &hash_table[hash >> (32 - HASH_BITS)];
}

static inline bool name_matches(const struct dentry *d, const char *name, size_t len)
{
	const u64 *have = READ_ONCE(d->name_words);
	for (; len >= WORD; len -= WORD, name += WORD)
		if (load_word(name) != *have++)
			return false;
	return len == 0 || (load_word(name) & tail_mask(len)) == *have;
}

/* `hash` is of the chain. Entries whose last reference is gone are on their way out: skipped. */
static inline struct dentry *chain_find(const struct dentry *parent, const char *name, size_t len, u32 hash)
{
	struct dentry *d = rcu_load(*bucket_of(hash));
	for (; d; d = rcu_load(d->hash_next))
		if (d->hash == hash && d->parent == parent && d->name_len == len &&
			name_matches(d, name, len) && READ_ONCE(d->ref.count) > 0)
			return d;
	return NULL;
}

struct dentry *dentry_find_rcu(struct dentry *parent, const char *name, size_t len, u64 hash)
{
	u32 chain = chain_hash(parent, hash);
	for (;;) {
		u32 seq = __atomic_load_n(&dentry_seq, __ATOMIC_ACQUIRE);
		struct dentry *d = chain_find(parent, name, len, chain);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (likely(!(seq & 1) && READ_ONCE(dentry_seq) == seq))
			return d;
		cpu_relax();
	}
}

static void chain_insert(struct dentry *d)
{
	assert_spin_held(&dentry_lock);
	struct dentry **head = bucket_of(d->hash);
	d->hash_next = *head;
	d->unhashed = false;
	rcu_publish(*head, d);
}

/* d->hash_next stays as it is: readers that stand on d find their way on. */
static void chain_remove(struct dentry *d)
{
	assert_spin_held(&dentry_lock);
	if (d->unhashed)
		return;
	struct dentry **link = bucket_of(d->hash);
	while (*link != d)
		link = &(*link)->hash_next;
	rcu_publish(*link, d->hash_next);
	d->unhashed = true;
}

static void dentry_free_rcu(struct rcu_head *head)
{
	struct dentry *d = container_of(head, struct dentry, rcu);
	if (d->name_words != d->inline_words)
		kfree(container_of(d->name_words, struct long_name, words[0]));
	kmem_cache_free(dentry_cache, d);
}

static void long_name_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct long_name, rcu));
}

/* See "Ordering": names that fit inline are replaced by blocks of that size, others by the longest. */
static size_t block_bytes(size_t old_len, size_t new_len)
{
	return max(old_len, new_len) < DENTRY_INLINE_NAME ? DENTRY_INLINE_NAME : FS_NAME_MAX + 1;
}

static struct long_name *long_name_new(size_t old_len, const char *name, size_t len)
{
	struct long_name *block = kzalloc(sizeof(*block) + block_bytes(old_len, len));
	if (block)
		memcpy(block->words, name, len);
	return block;
}

struct dentry *dentry_new(struct dentry *parent, const char *name, size_t len, struct inode *inode)
{
	struct dentry *d = kmem_cache_zalloc(dentry_cache);
	struct long_name *block = NULL;
	if (d && len >= DENTRY_INLINE_NAME)
		block = long_name_new(len, name, len);
	if (!d || (len >= DENTRY_INLINE_NAME && !block)) {
		if (d)
			kmem_cache_free(dentry_cache, d);
		inode_put(inode);
		return NULL;
	}
	ref_init(&d->ref);
	d->name_words = block ? block->words : d->inline_words;
	d->name_len = (u16)len;
	if (!block)
		memcpy(d->inline_words, name, len);
	d->inode = inode;
	d->unhashed = true;
	list_init(&d->child_node);
	list_init(&d->children);
	d->parent = parent ? dentry_get(parent) : d;
	d->hash = chain_hash(d->parent, name_hash(name, len));
	return d;
}

struct dentry *dentry_new_root(struct inode *inode)
{
	struct dentry *d = dentry_new(NULL, "/", 1, inode);
	if (d)
		d->unhashed = false; /* never in a chain, and never "(deleted)" */
	return d;
}

void dentry_drop(struct dentry *d)
{
	if (d->parent == d || READ_ONCE(d->unhashed))
		return;
	spin_lock(&dentry_lock);
	chain_remove(d);
	spin_unlock(&dentry_lock);
}

void dentry_put(struct dentry *d)
{
	while (d && ref_put(&d->ref)) {
		struct dentry *parent = d->parent;
		dentry_drop(d);
		inode_put(d->inode);
		rcu_defer(&d->rcu, dentry_free_rcu);
		d = parent != d ? parent : NULL;
	}
}

/* 0 and a counted child that is in memory, or -ENOENT. */
static int find_counted(struct dentry *parent, const char *name, size_t len, struct dentry **out)
{
	rcu_read_lock();
	struct dentry *d = dentry_find_rcu(parent, name, len, name_hash(name, len));
	if (d && d->inode->ops->revalidate && d->inode->ops->revalidate(d) != 0) {
		dentry_drop(d);
		d = NULL;
	}
	bool found = d && ref_tryget(&d->ref);
	rcu_read_unlock();
	*out = found ? d : NULL;
	return found ? 0 : -ENOENT;
}

int dentry_lookup(struct dentry *parent, const char *name, size_t len, struct dentry **out)
{
	struct inode *dir = parent->inode, *child;
	int err = find_counted(parent, name, len, out);
	if (err == 0 || !dir->ops->lookup)
		return err;
	err = dir->ops->lookup(dir, name, len, &child);
	if (err)
		return err;
	struct dentry *d = dentry_new(parent, name, len, child);
	if (!d)
		return -ENOMEM;
	*out = dentry_link_or_find(d);
	return 0;
}

static void pin(struct dentry *d)
{
	struct dentry *parent = d->parent;
	d->pinned = true;
	d->cookie = parent->inode->next_cookie++;
	list_add_tail(&parent->children, &d->child_node);
	parent->inode->nr_entries++;
	ref_get(&d->ref);
}

int dentry_link(struct dentry *d, unsigned flags)
{
	guard(spin)(&dentry_lock);
	struct inode *dir = d->parent->inode, *ino = d->inode;
	if (dir->dead)
		return -ENOENT;
	if (chain_find(d->parent, dentry_name(d), d->name_len, d->hash))
		return -EEXIST;
	if (flags & DENTRY_HARD_LINK) {
		if (ino->nlink == 0 && !ino->is_tmpfile)
			return -ENOENT;
		if (ino->nlink == UINT32_MAX)
			return -EMLINK;
		if (ino->nlink > 0 && superblock_charge_inode(ino->sb)) /* a further name costs as much as a file */
			return -ENOSPC;
		if (ino->nlink++ == 0)
			inode_leave_nameless(ino);
		ino->is_tmpfile = false;
	}
	if (S_ISDIR(ino->mode))
		dir->nlink++;
	if (flags & DENTRY_PIN)
		pin(d);
	chain_insert(d);
	return 0;
}

struct dentry *dentry_link_or_find(struct dentry *d)
{
	spin_lock(&dentry_lock);
	struct dentry *other = chain_find(d->parent, dentry_name(d), d->name_len, d->hash);
	if (other && ref_tryget(&other->ref)) {
		spin_unlock(&dentry_lock);
		dentry_put(d);
		return other;
	}
	chain_insert(d);
	spin_unlock(&dentry_lock);
	return d;
}

/* Removes a name that the caller checked; answers whether a reference of the file system's is left to put. */
static bool remove_locked(struct dentry *d)
{
	struct inode *ino = d->inode;
	bool was_pinned = d->pinned;
	chain_remove(d);
	if (was_pinned) {
		list_del(&d->child_node);
		d->parent->inode->nr_entries--;
		d->pinned = false;
	}
	if (S_ISDIR(ino->mode)) {
		ino->dead = true;
		inode_lose_names(ino);
		d->parent->inode->nlink--;
	} else if (ino->nlink == 1) {
		inode_lose_names(ino);
	} else {
		ino->nlink--;
		superblock_uncharge_inode(ino->sb);
	}
	return was_pinned;
}

static int may_remove_locked(const struct dentry *d)
{
	if (d->mounted)
		return -EBUSY;
	return S_ISDIR(d->inode->mode) && !list_is_empty(&d->children) ? -ENOTEMPTY : 0;
}

int dentry_unlink(struct dentry *dir, const char *name, size_t len, struct dentry *d)
{
	u32 chain = chain_hash(dir, name_hash(name, len));
	spin_lock(&dentry_lock);
	int err = chain_find(dir, name, len, chain) == d ? may_remove_locked(d) : -EAGAIN;
	bool unpin = err == 0 && remove_locked(d);
	spin_unlock(&dentry_lock);
	if (unpin)
		dentry_put(d);
	return err;
}

/* Gives d another parent and name; the sequence is odd. Answers the name block to free, if any. */
static struct long_name *place_locked(struct dentry *d, struct dentry *parent, struct long_name *block,
	size_t len)
{
	struct long_name *old = NULL;
	if (d->name_words != d->inline_words)
		old = container_of(d->name_words, struct long_name, words[0]);
	chain_remove(d);
	if (parent != d->parent) {
		list_del(&d->child_node);
		d->parent->inode->nr_entries--;
		d->cookie = parent->inode->next_cookie++;
		list_add_tail(&parent->children, &d->child_node);
		parent->inode->nr_entries++;
		if (S_ISDIR(d->inode->mode)) {
			d->parent->inode->nlink--;
			parent->inode->nlink++;
		}
	}
	WRITE_ONCE(d->name_words, block->words);
	d->name_len = (u16)len;
	d->parent = parent;
	d->hash = chain_hash(parent, name_hash((const char *)block->words, len));
	chain_insert(d);
	return old;
}

static void seq_enter(void)
{
	__atomic_store_n(&dentry_seq, dentry_seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static void seq_leave(void)
{
	__atomic_store_n(&dentry_seq, dentry_seq + 1, __ATOMIC_RELEASE);
}

static int may_move_locked(const struct dentry_move *m)
{
	if (m->seq != dentry_seq || m->d->unhashed)
		return -EAGAIN;
	if (m->new_parent->inode->dead)
		return -ENOENT;
	u32 chain = chain_hash(m->new_parent, name_hash(m->name, m->len));
	if (chain_find(m->new_parent, m->name, m->len, chain) != m->target)
		return -EAGAIN;
	if (m->d->mounted)
		return -EBUSY;
	return m->target ? may_remove_locked(m->target) : 0;
}

int dentry_move(const struct dentry_move *m)
{
	struct long_name *block = long_name_new(m->d->name_len, m->name, m->len);
	if (!block)
		return -ENOMEM;
	bool unpin = false;
	spin_lock(&dentry_lock);
	struct dentry *old_parent = m->d->parent;
	int err = may_move_locked(m);
	if (err == 0) {
		seq_enter();
		if (m->target)
			unpin = remove_locked(m->target);
		ref_get(&m->new_parent->ref);
		block = place_locked(m->d, m->new_parent, block, m->len);
		if (m->whiteout) {
			pin(m->whiteout);
			chain_insert(m->whiteout);
		}
		seq_leave();
	}
	spin_unlock(&dentry_lock);
	if (block)
		rcu_defer(&block->rcu, long_name_free_rcu);
	if (err)
		return err;
	if (unpin)
		dentry_put(m->target);
	dentry_put(old_parent);
	return 0;
}

int dentry_exchange(u32 seq, struct dentry *a, struct dentry *b)
{
	struct long_name *block_a = kzalloc(sizeof(*block_a) + FS_NAME_MAX + 1);
	struct long_name *block_b = kzalloc(sizeof(*block_b) + FS_NAME_MAX + 1);
	int err = block_a && block_b ? 0 : -ENOMEM;
	spin_lock(&dentry_lock);
	if (err == 0 && (dentry_seq != seq || a->unhashed || b->unhashed))
		err = -EAGAIN;
	if (err == 0 && (a->mounted || b->mounted))
		err = -EBUSY;
	if (err == 0) {
		struct dentry *parent_a = a->parent, *parent_b = b->parent;
		size_t len_a = a->name_len, len_b = b->name_len;
		memcpy(block_a->words, b->name_words, len_b);
		memcpy(block_b->words, a->name_words, len_a);
		seq_enter();
		block_a = place_locked(a, parent_b, block_a, len_b);
		block_b = place_locked(b, parent_a, block_b, len_a);
		seq_leave();
	}
	spin_unlock(&dentry_lock);
	/* each parent's count is the same as before: the two references changed hands */
	if (block_a)
		rcu_defer(&block_a->rcu, long_name_free_rcu);
	if (block_b)
		rcu_defer(&block_b->rcu, long_name_free_rcu);
	return err;
}

bool dentry_is_ancestor(const struct dentry *a, const struct dentry *of)
{
	for (; of != a; of = READ_ONCE(of->parent))
		if (READ_ONCE(of->parent) == of)
			return false;
	return true;
}

/* As many as there is room for, under one lock. False: one did not fit, and *at is the last that did, counted
 * (or as it was). */
static bool emit_some(struct dentry *dir, struct dir_emit *e, u64 end, struct dentry **at)
{
	struct dentry *before = *at, *d, *last = NULL;
	bool is_all = true;
	spin_lock(&dentry_lock);
	struct list *node = dir->children.next;
	if (before && before->pinned && before->parent == dir && before->cookie < (u64)e->pos)
		node = before->child_node.next;
	for (; node != &dir->children; node = node->next) {
		d = list_entry(node, struct dentry, child_node);
		if (d->cookie < (u64)e->pos)
			continue;
		if (d->cookie >= end)
			break;
		is_all = e->add(e, (const char *)d->name_words, d->name_len, d->inode->ino, d->inode->mode,
			(off_t)d->cookie + 1);
		if (!is_all)
			break;
		last = d;
	}
	if (!is_all && last)
		*at = dentry_get(last);
	spin_unlock(&dentry_lock);
	if (*at != before)
		dentry_put(before);
	return is_all;
}

bool dentry_emit_children(struct dentry *dir, struct dir_emit *e, u64 end)
{
	struct dentry *at = NULL;
	bool is_all;
	do
		is_all = emit_some(dir, e, end, &at);
	while (!is_all && e->flush(e));
	dentry_put(at);
	return is_all;
}

void dentry_drop_tree(struct dentry *root)
{
	for (;;) {
		spin_lock(&dentry_lock);
		struct dentry *d = root;
		while (!list_is_empty(&d->children))
			d = list_first(&d->children, struct dentry, child_node);
		if (d != root) {
			chain_remove(d);
			list_del(&d->child_node);
			d->pinned = false;
		}
		spin_unlock(&dentry_lock);
		if (d == root)
			return;
		dentry_put(d);
	}
}

void dentry_init(void)
{
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 64);
}
