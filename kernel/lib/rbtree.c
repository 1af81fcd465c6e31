// SPDX-License-Identifier: MIT
/*
 * rbtree: keeping the tree balanced. The contract is in rbtree.h.
 *
 * Promise   the red-black rules: the top is black; a red node has black children; every way from a node
 *           down to a missing child meets the same number of black nodes. Hence no way down is more
 *           than twice as long as another. No recursion, at most three rotations per operation.
 *
 * A node's colour is bit 0 of its parent pointer (set: black), which is why a linked node never has
 * parent_color == 0: a top is black, and every other node has a parent.
 *
 * Both repairs are written once: `side` says whether the trouble is at the left (0) or right (1) child,
 * and child(node, side) picks it; the mirror case is the same code with the sides exchanged.
 */
#include "kernel/lib/rbtree.h"

enum { RED = 0, BLACK = 1 };

static inline struct rb_node *parent_of(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_color & ~(uintptr_t)BLACK);
}

static inline bool is_black(const struct rb_node *n)
{
	return !n || (n->parent_color & BLACK);
}

static inline void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->parent_color = (uintptr_t)parent | (n->parent_color & BLACK);
}

static inline void paint_black(struct rb_node *n)
{
	n->parent_color |= BLACK;
}

static inline void paint_red(struct rb_node *n)
{
	n->parent_color &= ~(uintptr_t)BLACK;
}

static inline struct rb_node **child(struct rb_node *n, int side)
{
	return side ? &n->right : &n->left;
}

/* Whatever pointed at `old` (its parent or the root) now points at `node`. */
static inline void redirect_parent(struct rb_root *root, struct rb_node *parent,
	struct rb_node *old, struct rb_node *node)
{
	if (!parent)
		root->top = node;
	else if (parent->left == old)
		parent->left = node;
	else
		parent->right = node;
}

/* `n` sinks to `side`; its child of the other side takes its place. Colours stay with the nodes. */
static void rotate(struct rb_root *root, struct rb_node *n, int side)
{
	struct rb_node *up = *child(n, !side), *middle = *child(up, side), *parent = parent_of(n);
	*child(n, !side) = middle;
	if (middle)
		set_parent(middle, n);
	*child(up, side) = n;
	set_parent(up, parent);
	set_parent(n, up);
	redirect_parent(root, parent, n, up);
}

/* `n` is red; mends the rule "a red node has black children" between it and its parent. */
static void repair_red(struct rb_root *root, struct rb_node *n)
{
	for (;;) {
		struct rb_node *parent = parent_of(n);
		if (!parent) {
			paint_black(n);
			return;
		}
		if (is_black(parent))
			return;
		/* a red parent is not the top */
		struct rb_node *grand = parent_of(parent);
		int side = grand->right == parent;
		struct rb_node *uncle = *child(grand, !side);
		if (!is_black(uncle)) {
			paint_black(uncle);
			paint_black(parent);
			paint_red(grand);
			n = grand;
			continue;
		}
		if (*child(parent, !side) == n) {
			rotate(root, parent, side);
			parent = n;
		}
		paint_black(parent);
		paint_red(grand);
		rotate(root, grand, !side);
		return;
	}
}

/* Every way through child `side` of `parent` has one black node too few. */
static void repair_black(struct rb_root *root, struct rb_node *parent, int side)
{
	while (parent) {
		struct rb_node *sibling = *child(parent, !side);
		if (!is_black(sibling)) {
			paint_black(sibling);
			paint_red(parent);
			rotate(root, parent, side);
			sibling = *child(parent, !side);
		}
		struct rb_node *near = *child(sibling, side), *far = *child(sibling, !side);
		if (is_black(near) && is_black(far)) {
			paint_red(sibling);
			if (!is_black(parent)) {
				paint_black(parent);
				return;
			}
			struct rb_node *n = parent;
			parent = parent_of(n);
			side = parent && parent->right == n;
			continue;
		}
		if (is_black(far)) {
			paint_black(near);
			paint_red(sibling);
			rotate(root, sibling, !side);
			far = sibling;
			sibling = near;
		}
		sibling->parent_color = (sibling->parent_color & ~(uintptr_t)BLACK) |
			(parent->parent_color & BLACK);
		paint_black(parent);
		paint_black(far);
		rotate(root, parent, side);
		return;
	}
}

void rb_link(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
	struct rb_node **link)
{
	node->left = node->right = NULL;
	node->parent_color = (uintptr_t)parent; /* red */
	*link = node;
	if (!parent || (parent == root->leftmost && link == &parent->left))
		root->leftmost = node;
	repair_red(root, node);
}

/* Exchanges `node`, which has two children, for its successor `next`, which has no left one. Answers
 * the parent of the hole that `next` left, and tells its side, its orphan and its colour. */
static struct rb_node *move_successor(struct rb_root *root, struct rb_node *node, int *side,
	struct rb_node **orphan, bool *black)
{
	struct rb_node *next = node->right;
	while (next->left)
		next = next->left;
	struct rb_node *hole = parent_of(next);
	*orphan = next->right;
	*black = is_black(next);
	*side = hole == node;
	if (hole == node) {
		hole = next;
	} else {
		hole->left = *orphan;
		next->right = node->right;
		set_parent(next->right, next);
	}
	next->left = node->left;
	set_parent(next->left, next);
	next->parent_color = node->parent_color;
	redirect_parent(root, parent_of(node), node, next);
	return hole;
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
	if (!rb_is_linked(node))
		return;
	if (root->leftmost == node)
		root->leftmost = rb_next(node);
	struct rb_node *parent, *orphan;
	int side;
	bool black;
	if (node->left && node->right) {
		parent = move_successor(root, node, &side, &orphan, &black);
	} else {
		parent = parent_of(node);
		orphan = node->left ? node->left : node->right;
		black = is_black(node);
		side = parent && parent->right == node;
		redirect_parent(root, parent, node, orphan);
	}
	rb_init_node(node);
	if (orphan) {
		/* an only child is red under a black parent: taking the black over is the whole repair */
		orphan->parent_color = (uintptr_t)parent | BLACK;
		return;
	}
	if (black)
		repair_black(root, parent, side);
}

struct rb_node *rb_take_first(struct rb_root *root)
{
	struct rb_node *first = root->leftmost;
	if (!first)
		return NULL;
	struct rb_node *parent = parent_of(first), *next = first->right;
	redirect_parent(root, parent, first, next);
	root->leftmost = next ? next : parent;
	if (next)
		set_parent(next, parent);
	while (next && next->left)
		root->leftmost = next = next->left;
	rb_init_node(first);
	return first;
}

void rb_replace(struct rb_root *root, struct rb_node *old, struct rb_node *node)
{
	*node = *old;
	redirect_parent(root, parent_of(old), old, node);
	if (node->left)
		set_parent(node->left, node);
	if (node->right)
		set_parent(node->right, node);
	if (root->leftmost == old)
		root->leftmost = node;
	rb_init_node(old);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->top;
	while (n && n->right)
		n = n->right;
	return n;
}

/* The neighbour at `side`: the outermost of the subtree there, else the first ancestor beyond. */
static struct rb_node *step(const struct rb_node *node, int side)
{
	struct rb_node *n = (struct rb_node *)node, *down = *child(n, side);
	if (down) {
		while (*child(down, !side))
			down = *child(down, !side);
		return down;
	}
	struct rb_node *parent = parent_of(n);
	while (parent && *child(parent, side) == n) {
		n = parent;
		parent = parent_of(n);
	}
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return step(node, 1);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return step(node, 0);
}
