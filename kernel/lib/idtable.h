// SPDX-License-Identifier: MIT
/*
 * idtable: the one sparse table from small numbers to pointers: descriptors, pids, SysV ids, timers,
 * and the pages of a memory object.
 *
 * Promise   idtable_get() and idtable_next() need no lock: they see each entry as it was before or after a
 *           concurrent change, never torn. A table whose ids are all < 64 costs two dependent loads.
 *           The lowest free id is found in O(levels). A slot may be taken without a pointer (NULL):
 *           then it is not free, and get answers NULL.
 * Locks     writers hold the caller's lock; readers nothing, or rcu_read_lock() if the table may lose
 *           nodes meanwhile
 * Lifetime  a node that has become empty goes to the allocator's free hook, which must let readers finish
 *           (the kernel's waits for a grace period). What the pointers point to is the caller's affair.
 *
 *     table.top --> node: slots[64] --> node: slots[64] --> pointer        ids 0..4095 with two levels
 *     (low bits: levels - 1)
 */
#pragma once
#include "kernel/lib/errno.h"
#include "kernel/lib/macros.h"

enum {
	IDTABLE_BITS = 6,
	IDTABLE_SLOTS = 1 << IDTABLE_BITS,
	IDTABLE_LEVELS_MASK = 7, /* low bits of `top` */
	IDTABLE_MAX_LEVELS = 7,	 /* keys below 2^42 */
};

struct idtable_node {
	uintptr_t defer[2]; /* room for the free hook (an rcu_head): not touched by readers */
	u64 used;	    /* a bit per slot that is taken; in inner nodes: that has a child */
	u64 full;	    /* the same; in inner nodes: whose child has no free slot left */
	void *slots[IDTABLE_SLOTS];
};

struct idtable {
	uintptr_t top; /* the top node | (levels - 1); 0: empty */
};

#define IDTABLE_INIT { 0 }

/* Called once before the first table is used. alloc answers node_bytes of 8-aligned memory (contents
 * undefined) or NULL; free gets a node that readers may still look at. */
struct idtable_ops {
	void *(*alloc)(size_t node_bytes);
	void (*free)(struct idtable_node *node);
};
void idtable_set_allocator(const struct idtable_ops *ops);

static inline void idtable_init(struct idtable *t)
{
	t->top = 0;
}

void *idtable_get_deep(const struct idtable *t, u64 id); /* idtable_get() of any depth */

static inline void *idtable_load_(const struct idtable_node *node, u64 slot)
{
	return __atomic_load_n(&node->slots[slot], __ATOMIC_ACQUIRE);
}

/* The pointer at `id`, NULL if there is none. */
static inline void *idtable_get(const struct idtable *t, u64 id)
{
	uintptr_t top = __atomic_load_n(&t->top, __ATOMIC_ACQUIRE);
	unsigned above = top & IDTABLE_LEVELS_MASK;
	if (likely(above == 0))
		return likely(top && id < IDTABLE_SLOTS) ? idtable_load_((struct idtable_node *)top, id) : NULL;
	if (above > 1 || id >= 1u << 2 * IDTABLE_BITS)
		return idtable_get_deep(t, id);
	struct idtable_node *node = idtable_load_((struct idtable_node *)(top - 1), id >> IDTABLE_BITS);
	return node ? idtable_load_(node, id & (IDTABLE_SLOTS - 1)) : NULL;
}

bool idtable_is_used(const struct idtable *t, u64 id); /* taken, with or without a pointer */

/* Takes the lowest free id in [min, end) and answers it: -ENOSPC, -ENOMEM. `p` may be NULL. */
int idtable_alloc(struct idtable *t, void *p, int min, int end);
/* The same, first from *cursor on, then from min; *cursor becomes the id behind the one given. */
int idtable_alloc_cyclic(struct idtable *t, void *p, int min, int end, int *cursor);
/* Takes `id`, or replaces what is there: 0, -ENOMEM (not when the slot was taken), -EINVAL: too large. */
int idtable_set(struct idtable *t, u64 id, void *p);
/* For writers: where the pointer at `id`, whose slot is taken, is kept; NULL if the slot is not taken. Store to it
 * with release. */
void **idtable_slot(const struct idtable *t, u64 id);
/* Frees the slot and answers its pointer (NULL too if it was free). */
void *idtable_remove(struct idtable *t, u64 id);
/* The first pointer that is not NULL at or above *id, which becomes its id; NULL: no more.
 *     for (u64 id = 0; (p = idtable_next(t, &id)); id++) */
void *idtable_next(const struct idtable *t, u64 *id);
/* Gives all nodes to the free hook; the table is empty afterwards. */
void idtable_destroy(struct idtable *t);
