// SPDX-License-Identifier: MIT
/*
 * idtable: the writing side. The contract is in idtable.h.
 *
 * Promise   a failed operation leaves every entry as it was (it may leave empty inner nodes, which the
 *           next insertion below them uses). Emptied nodes are given back at once, but for the way to the
 *           last entry of all: a table of one entry that comes and goes, under one id or under rising
 *           ones, does not allocate each time. That way is given up when another one is needed.
 * Locks     the caller's; each pointer that readers follow is stored with release after what it points
 *           to is complete. `used` and `full` belong to the writers alone, but for idtable_next(), which
 *           takes `used` as a hint and believes the slots only.
 *
 *     writer                                  reader
 *     fill the node                           load the slot (acquire)
 *     store it in the slot (release)          read the node: complete
 *
 * When the table grows, a new top gets the old one as its child 0, so a reader that still holds the old
 * top finds the same entries. When it shrinks, the old top keeps its child until it is freed.
 */
#include "kernel/lib/idtable.h"

static const struct idtable_ops *allocator;

void idtable_set_allocator(const struct idtable_ops *ops)
{
	allocator = ops;
}

static inline struct idtable_node *top_node(const struct idtable *t, unsigned *shift)
{
	uintptr_t top = __atomic_load_n(&t->top, __ATOMIC_ACQUIRE);
	*shift = (top & IDTABLE_LEVELS_MASK) * IDTABLE_BITS;
	return (struct idtable_node *)(top & ~(uintptr_t)IDTABLE_LEVELS_MASK);
}

static inline void set_top(struct idtable *t, struct idtable_node *node, unsigned shift)
{
	__atomic_store_n(&t->top, (uintptr_t)node | shift / IDTABLE_BITS, __ATOMIC_RELEASE);
}

static inline unsigned slot_of(u64 id, unsigned shift)
{
	return (id >> shift) & (IDTABLE_SLOTS - 1);
}

static inline void store_slot(struct idtable_node *node, unsigned slot, void *p)
{
	__atomic_store_n(&node->slots[slot], p, __ATOMIC_RELEASE);
}

static inline void *load_slot(const struct idtable_node *node, unsigned slot)
{
	return __atomic_load_n(&node->slots[slot], __ATOMIC_ACQUIRE);
}

static struct idtable_node *new_node(void)
{
	struct idtable_node *node = allocator->alloc(sizeof(*node));
	if (!node)
		return NULL;
	node->used = node->full = 0;
	for (unsigned i = 0; i < IDTABLE_SLOTS; i++)
		node->slots[i] = NULL;
	return node;
}

/* Makes the first node, at the height that `id` needs; or adds levels on top until it has a place. */
static int grow(struct idtable *t, u64 id)
{
	unsigned shift;
	struct idtable_node *top = top_node(t, &shift);
	if (!top) {
		top = new_node();
		if (!top)
			return -ENOMEM;
		while ((id >> shift) >= IDTABLE_SLOTS)
			shift += IDTABLE_BITS;
		set_top(t, top, shift);
	}
	while ((id >> shift) >= IDTABLE_SLOTS) {
		struct idtable_node *node = new_node();
		if (!node)
			return -ENOMEM;
		node->slots[0] = top;
		node->used = 1;
		node->full = ~top->full ? 0 : 1;
		shift += IDTABLE_BITS;
		set_top(t, node, shift);
		top = node;
	}
	return 0;
}

/* The nodes from the top (path[levels - 1]) to the leaf (path[0]) over `id`, as far as they exist. */
struct path {
	struct idtable_node *node[IDTABLE_MAX_LEVELS];
	unsigned levels;
};

/* False if the leaf is not there. */
static inline bool walk(const struct idtable *t, u64 id, struct path *path)
{
	unsigned shift;
	struct idtable_node *node = top_node(t, &shift);
	if (!node || (id >> shift) >= IDTABLE_SLOTS)
		return false;
	path->levels = shift / IDTABLE_BITS + 1;
	for (;;) {
		path->node[shift / IDTABLE_BITS] = node;
		if (!shift)
			return true;
		node = node->slots[slot_of(id, shift)];
		if (!node)
			return false;
		shift -= IDTABLE_BITS;
	}
}

/* Gives up what mark_free() has kept: the only way down, if its leaf is empty. */
static void drop_empty_way(struct idtable *t)
{
	unsigned shift;
	struct idtable_node *node = top_node(t, &shift), *next;
	if (!node)
		return;
	for (; shift; shift -= IDTABLE_BITS) {
		if (!node->used || node->used & (node->used - 1))
			return;
		node = node->slots[__builtin_ctzll(node->used)];
	}
	if (node->used)
		return;
	node = top_node(t, &shift);
	set_top(t, NULL, 0);
	for (; node; node = next, shift -= IDTABLE_BITS) {
		next = shift ? node->slots[__builtin_ctzll(node->used)] : NULL;
		allocator->free(node);
	}
}

/* As walk(), which has found no leaf, making what is missing. */
static int walk_make(struct idtable *t, u64 id, struct path *path)
{
	drop_empty_way(t);
	int err = grow(t, id);
	if (err)
		return err;
	unsigned shift;
	struct idtable_node *node = top_node(t, &shift);
	path->levels = shift / IDTABLE_BITS + 1;
	for (;;) {
		path->node[shift / IDTABLE_BITS] = node;
		if (!shift)
			return 0;
		unsigned slot = slot_of(id, shift);
		struct idtable_node *next = node->slots[slot];
		if (!next) {
			next = new_node();
			if (!next)
				return -ENOMEM;
			node->used |= 1ull << slot;
			store_slot(node, slot, next);
		}
		node = next;
		shift -= IDTABLE_BITS;
	}
}

/* Takes the slot of the leaf, and carries "full" upwards. */
static inline void take_slot(struct path *path, u64 id, void *p)
{
	path->node[0]->used |= 1ull << slot_of(id, 0);
	for (unsigned level = 0; level < path->levels; level++) {
		path->node[level]->full |= 1ull << slot_of(id, level * IDTABLE_BITS);
		if (~path->node[level]->full)
			break;
	}
	store_slot(path->node[0], slot_of(id, 0), p);
}

/* Takes levels off the top while it has only child 0. */
static void shrink(struct idtable *t)
{
	unsigned shift;
	for (;;) {
		struct idtable_node *top = top_node(t, &shift);
		if (!shift || top->used != 1)
			return;
		set_top(t, top->slots[0], shift - IDTABLE_BITS);
		allocator->free(top);
	}
}

static bool is_only_way(const struct path *path)
{
	for (unsigned level = 1; level < path->levels; level++)
		if (path->node[level]->used & (path->node[level]->used - 1))
			return false;
	return true;
}

/* Gives back what has become empty from the leaf upwards. */
static void free_empty(struct idtable *t, struct path *path, u64 id)
{
	for (unsigned level = 0; level + 1 < path->levels && !path->node[level]->used; level++) {
		struct idtable_node *up = path->node[level + 1];
		unsigned slot = slot_of(id, (level + 1) * IDTABLE_BITS);
		store_slot(up, slot, NULL);
		up->used &= ~(1ull << slot);
		allocator->free(path->node[level]);
	}
	shrink(t);
}

/* A slot of the leaf was freed: clears "full" upwards, as far as it was set. */
static void mark_free(struct idtable *t, struct path *path, u64 id)
{
	path->node[0]->used &= ~(1ull << slot_of(id, 0));
	for (unsigned level = 0; level < path->levels; level++) {
		u64 was = path->node[level]->full;
		path->node[level]->full = was & ~(1ull << slot_of(id, level * IDTABLE_BITS));
		if (~was)
			break;
	}
	if (!path->node[0]->used && !is_only_way(path))
		free_empty(t, path, id);
}

/* The lowest free id at or above `id`, and the way to its leaf: no levels, if that is not there. The id may lie
 * beyond what the nodes cover. */
static u64 find_free(const struct idtable *t, u64 id, struct path *path)
{
	unsigned top_shift;
	struct idtable_node *top = top_node(t, &top_shift);
	const unsigned levels = top_shift / IDTABLE_BITS + 1;
	path->levels = 0;
	if (!top)
		return id;
restart:
	if ((id >> top_shift) >= IDTABLE_SLOTS)
		return id;
	struct idtable_node *node = top;
	for (unsigned shift = top_shift, level = levels - 1;; shift -= IDTABLE_BITS, level--) {
		unsigned slot = slot_of(id, shift);
		u64 free_slots = ~node->full & (~0ull << slot);
		if (!free_slots) {
			/* nothing left below this node: go on behind it */
			id = ((id >> (shift + IDTABLE_BITS)) + 1) << (shift + IDTABLE_BITS);
			goto restart;
		}
		unsigned found = __builtin_ctzll(free_slots);
		if (found != slot)
			id = (((id >> shift) & ~(u64)(IDTABLE_SLOTS - 1)) | found) << shift;
		path->node[level] = node;
		if (!shift) {
			path->levels = levels;
			return id;
		}
		node = node->slots[found];
		if (!node)
			return id;
	}
}

bool idtable_is_used(const struct idtable *t, u64 id)
{
	struct path path;
	return walk(t, id, &path) && (path.node[0]->used >> slot_of(id, 0) & 1);
}

/* Three levels hold all descriptors that a table has room for in practice: without a loop. */
static inline void *get_of_three(const struct idtable_node *top, u64 id)
{
	const struct idtable_node *node = idtable_load_(top, id >> 2 * IDTABLE_BITS);
	if (node)
		node = idtable_load_(node, id >> IDTABLE_BITS & (IDTABLE_SLOTS - 1));
	return node ? idtable_load_(node, id & (IDTABLE_SLOTS - 1)) : NULL;
}

void *idtable_get_deep(const struct idtable *t, u64 id)
{
	unsigned shift;
	void *p = top_node(t, &shift);
	if (id >> shift >= IDTABLE_SLOTS)
		return NULL;
	if (likely(shift == 2 * IDTABLE_BITS))
		return get_of_three(p, id);
	for (;; shift -= IDTABLE_BITS) {
		p = idtable_load_(p, slot_of(id, shift));
		if (!p || !shift)
			return p;
	}
}

void **idtable_slot(const struct idtable *t, u64 id)
{
	unsigned shift;
	struct idtable_node *node = top_node(t, &shift);
	if (!node || (id >> shift) >= IDTABLE_SLOTS)
		return NULL;
	for (; shift; shift -= IDTABLE_BITS) {
		node = node->slots[slot_of(id, shift)];
		if (!node)
			return NULL;
	}
	unsigned slot = slot_of(id, 0);
	return node->used >> slot & 1 ? &node->slots[slot] : NULL;
}

int idtable_set(struct idtable *t, u64 id, void *p)
{
	if (id >> (IDTABLE_MAX_LEVELS * IDTABLE_BITS))
		return -EINVAL;
	struct path path;
	if (!walk(t, id, &path)) {
		int err = walk_make(t, id, &path);
		if (err)
			return err;
	}
	take_slot(&path, id, p);
	return 0;
}

/* The node of a table that has only one, and a slot for `id`; NULL: it takes the long way. */
static inline struct idtable_node *only_node(const struct idtable *t, u64 id)
{
	bool is_only = t->top && !(t->top & IDTABLE_LEVELS_MASK) && id < IDTABLE_SLOTS;
	return is_only ? (struct idtable_node *)t->top : NULL;
}

int idtable_alloc(struct idtable *t, void *p, int min, int end)
{
	if (min < 0 || min >= end)
		return -ENOSPC;
	struct idtable_node *node = only_node(t, min);
	u64 free_slots = node ? ~node->full & (~0ull << min) : 0;
	if (likely(free_slots)) {
		int slot = __builtin_ctzll(free_slots);
		if (slot >= end)
			return -ENOSPC;
		node->used |= 1ull << slot;
		node->full |= 1ull << slot;
		store_slot(node, slot, p);
		return slot;
	}
	struct path path;
	u64 id = find_free(t, min, &path);
	if (id >= (u64)end)
		return -ENOSPC;
	int err = path.levels ? 0 : walk_make(t, id, &path);
	if (err)
		return err;
	take_slot(&path, id, p);
	return (int)id;
}

int idtable_alloc_cyclic(struct idtable *t, void *p, int min, int end, int *cursor)
{
	int start = *cursor < min || *cursor >= end ? min : *cursor;
	int id = idtable_alloc(t, p, start, end);
	if (id == -ENOSPC && start > min)
		id = idtable_alloc(t, p, min, start);
	if (id >= 0)
		*cursor = id + 1 < end ? id + 1 : min;
	return id;
}

void *idtable_remove(struct idtable *t, u64 id)
{
	struct path path;
	struct idtable_node *node = only_node(t, id);
	if (likely(node && node->used >> id & 1)) {
		void *p = node->slots[id];
		store_slot(node, id, NULL);
		node->used &= ~(1ull << id);
		node->full &= ~(1ull << id);
		return p;
	}
	if (!walk(t, id, &path) || !(path.node[0]->used >> slot_of(id, 0) & 1))
		return NULL;
	void *old = path.node[0]->slots[slot_of(id, 0)];
	store_slot(path.node[0], slot_of(id, 0), NULL);
	mark_free(t, &path, id);
	return old;
}

void *idtable_next(const struct idtable *t, u64 *id)
{
	unsigned top_shift;
	struct idtable_node *top = top_node(t, &top_shift);
	u64 at = *id;
	if (!top)
		return NULL;
restart:
	if ((at >> top_shift) >= IDTABLE_SLOTS)
		return NULL;
	struct idtable_node *node = top;
	for (unsigned shift = top_shift;; shift -= IDTABLE_BITS) {
		unsigned slot = slot_of(at, shift);
		u64 taken = READ_ONCE(node->used) & (~0ull << slot);
		void *p = NULL;
		unsigned found = slot;
		for (; taken && !p; taken &= taken - 1) {
			found = __builtin_ctzll(taken);
			p = load_slot(node, found);
		}
		if (!p) {
			at = ((at >> (shift + IDTABLE_BITS)) + 1) << (shift + IDTABLE_BITS);
			goto restart;
		}
		if (found != slot)
			at = (((at >> shift) & ~(u64)(IDTABLE_SLOTS - 1)) | found) << shift;
		if (!shift) {
			*id = at;
			return p;
		}
		node = p;
	}
}

void idtable_destroy(struct idtable *t)
{
	unsigned shift;
	struct idtable_node *top = top_node(t, &shift);
	struct path path;
	if (!top)
		return;
	set_top(t, NULL, 0);
	/* goes down to a node without children, frees it, and goes on with its parent */
	unsigned top_level = shift / IDTABLE_BITS, level = top_level;
	path.node[level] = top;
	for (;;) {
		struct idtable_node *node = path.node[level];
		if (level && node->used) {
			unsigned slot = __builtin_ctzll(node->used);
			node->used &= node->used - 1;
			path.node[--level] = node->slots[slot];
			continue;
		}
		allocator->free(node);
		if (level++ == top_level)
			return;
	}
}
