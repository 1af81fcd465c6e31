// SPDX-License-Identifier: MIT
/*
 * rbtree: balanced binary search trees with the links inside the objects.
 *
 * Promise   insertion and removal are O(log n), the smallest node O(1). The tree never compares: the
 *           caller walks down with its own comparison (or lets rb_insert() do it with an inlined one)
 *           and links where it fell off. Equal keys are fine: with rb_insert() they stay in the order
 *           of insertion. A removed node reports rb_is_linked() == false and may be removed again.
 * Locks     the caller's
 */
#pragma once
#include "kernel/lib/macros.h"

struct rb_node {
	uintptr_t parent_color; /* parent pointer, bit 0: black; 0 and not the top: not linked */
	struct rb_node *left, *right;
};

struct rb_root {
	struct rb_node *top;
	struct rb_node *leftmost; /* the smallest, NULL when empty */
};

#define RB_ROOT_INIT { NULL, NULL }
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
/* The object around a node, or NULL for NULL. */
#define rb_entry_or_null(ptr, type, member)                                                        \
	({                                                                                         \
		struct rb_node *rb_node_ = (ptr);                                                  \
		rb_node_ ? container_of(rb_node_, type, member) : NULL;                            \
	})
#define rb_for_each(node, root)                                                                    \
	for (struct rb_node *node = rb_first(root); node; node = rb_next(node))

static inline void rb_init(struct rb_root *root)
{
	root->top = root->leftmost = NULL;
}

static inline void rb_init_node(struct rb_node *node)
{
	node->parent_color = 0;
}

static inline bool rb_is_empty(const struct rb_root *root)
{
	return !root->top;
}

/* True while on a tree; a node must have seen rb_init_node() (or zeroes) before it is asked. */
static inline bool rb_is_linked(const struct rb_node *node)
{
	return node->parent_color != 0;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return root->leftmost;
}

/* Makes `node` the child of `parent` at `*link`, which is &parent->left, &parent->right or, with
 * parent NULL, &root->top; then balances. */
void rb_link(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
	struct rb_node **link);
void rb_erase(struct rb_root *root, struct rb_node *node); /* nothing if it is not linked */
/* Unlinks the smallest without balancing, for a tree that is taken apart; NULL: it is empty. */
struct rb_node *rb_take_first(struct rb_root *root);
/* `node` takes the place of `old`, whose key must be equal. */
void rb_replace(struct rb_root *root, struct rb_node *old, struct rb_node *node);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* `less(a, b)` orders two nodes; behind all that are not greater. */
static __always_inline void rb_insert(struct rb_root *root, struct rb_node *node,
	bool (*less)(const struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->top, *parent = NULL;
	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->left : &parent->right;
	}
	rb_link(root, node, parent, link);
}

/* The first node (in order) for which `cmp(key, node) <= 0`, i.e. that is not smaller than the key. */
static __always_inline struct rb_node *rb_lower_bound(const struct rb_root *root, const void *key,
	int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = root->top, *best = NULL;
	while (node) {
		if (cmp(key, node) <= 0) {
			best = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return best;
}

static __always_inline struct rb_node *rb_find(const struct rb_root *root, const void *key,
	int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = root->top;
	while (node) {
		int order = cmp(key, node);
		if (order == 0)
			return node;
		node = order < 0 ? node->left : node->right;
	}
	return NULL;
}
