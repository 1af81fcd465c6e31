// SPDX-License-Identifier: MIT
/*
 * test_rbtree: the tree against a sorted array, with its rules checked after each operation.
 *
 * Promise   random insertions and removals, equal keys included, keep order, leftmost and balance
 */
#include "kernel/lib/rbtree.h"
#include "tests/unit/unit.h"

enum { ITEMS = 300, ROUNDS = 20000 };

struct item {
	struct rb_node node;
	unsigned key, order; /* order: when it was inserted */
};

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	return container_of(a, struct item, node)->key < container_of(b, struct item, node)->key;
}

static int item_cmp(const void *key, const struct rb_node *n)
{
	unsigned a = *(const unsigned *)key, b = container_of(n, struct item, node)->key;
	return a < b ? -1 : a > b;
}

static struct rb_node *parent_of(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_color & ~(uintptr_t)1);
}

/* Answers the number of black nodes down from n. */
static unsigned check_subtree(const struct rb_node *n, const struct rb_node *parent)
{
	if (!n)
		return 1;
	bool black = n->parent_color & 1;
	EXPECT(parent_of(n) == parent);
	EXPECT(black || (parent && (parent->parent_color & 1)));
	unsigned left = check_subtree(n->left, n), right = check_subtree(n->right, n);
	EXPECT_EQ(left, right);
	return left + black;
}

static void check_tree(const struct rb_root *root, unsigned count)
{
	unsigned n = 0;
	const struct item *last = NULL;
	check_subtree(root->top, NULL);
	rb_for_each (node, root) {
		const struct item *it = rb_entry(node, struct item, node);
		EXPECT(!last || last->key < it->key || (last->key == it->key && last->order < it->order));
		EXPECT(rb_prev(node) == (last ? &last->node : NULL));
		last = it;
		n++;
	}
	EXPECT_EQ(n, count);
	EXPECT(rb_last(root) == (last ? &last->node : NULL));
}

static void random_operations(void)
{
	static struct item items[ITEMS];
	struct rb_root root = RB_ROOT_INIT;
	unsigned count = 0, clock = 0;
	for (unsigned i = 0; i < ITEMS; i++)
		rb_init_node(&items[i].node);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct item *it = &items[unit_below(ITEMS)];
		if (rb_is_linked(&it->node)) {
			rb_erase(&root, &it->node);
			count--;
		} else {
			it->key = (unsigned)unit_below(100);
			it->order = clock++;
			rb_insert(&root, &it->node, item_less);
			count++;
		}
		if (round % 16 == 0 || count < 20)
			check_tree(&root, count);
	}
}

static void ascending_and_descending(void)
{
	static struct item items[ITEMS];
	for (int down = 0; down < 2; down++) {
		struct rb_root root = RB_ROOT_INIT;
		for (unsigned i = 0; i < ITEMS; i++) {
			items[i].key = down ? ITEMS - i : i;
			rb_insert(&root, &items[i].node, item_less);
		}
		check_tree(&root, ITEMS);
		for (unsigned i = 0; i < ITEMS; i++) {
			rb_erase(&root, rb_first(&root));
			check_tree(&root, ITEMS - i - 1);
		}
		EXPECT(rb_is_empty(&root));
	}
}

static void find_and_lower_bound(void)
{
	static struct item items[ITEMS];
	struct rb_root root = RB_ROOT_INIT;
	for (unsigned i = 0; i < ITEMS; i++) {
		items[i].key = 2 * i;
		rb_insert(&root, &items[i].node, item_less);
	}
	for (unsigned key = 0; key <= 2 * ITEMS; key++) {
		struct rb_node *found = rb_find(&root, &key, item_cmp);
		struct rb_node *bound = rb_lower_bound(&root, &key, item_cmp);
		unsigned up = (key + 1) / 2;
		EXPECT(found == (key % 2 || key / 2 >= ITEMS ? NULL : &items[key / 2].node));
		EXPECT(bound == (up < ITEMS ? &items[up].node : NULL));
	}
}

static void replace_keeps_the_place(void)
{
	static struct item items[ITEMS];
	struct rb_root root = RB_ROOT_INIT;
	for (unsigned i = 0; i < ITEMS; i++) {
		items[i] = (struct item){ .key = i };
		rb_insert(&root, &items[i].node, item_less);
	}
	for (unsigned i = 0; i < ITEMS; i++) {
		struct item copy = items[i];
		rb_replace(&root, &items[i].node, &copy.node);
		EXPECT(!rb_is_linked(&items[i].node));
		check_tree(&root, ITEMS);
		rb_replace(&root, &copy.node, &items[i].node);
	}
	check_tree(&root, ITEMS);
}

static void taken_apart_in_order(void)
{
	static struct item items[ITEMS];
	struct rb_root root = RB_ROOT_INIT;
	unsigned count = 0;
	for (unsigned i = 0; i < ITEMS; i++) {
		items[i].key = i * 37 % ITEMS;
		rb_insert(&root, &items[i].node, item_less);
	}
	for (struct rb_node *n; (n = rb_take_first(&root)); count++) {
		EXPECT_EQ(container_of(n, struct item, node)->key, count);
		EXPECT(!rb_is_linked(n));
	}
	EXPECT_EQ(count, ITEMS);
	EXPECT(rb_is_empty(&root));
}

static void erase_twice_is_harmless(void)
{
	struct item a = { .key = 1 }, b = { .key = 2 };
	struct rb_root root = RB_ROOT_INIT;
	rb_insert(&root, &a.node, item_less);
	rb_insert(&root, &b.node, item_less);
	rb_erase(&root, &a.node);
	rb_erase(&root, &a.node);
	check_tree(&root, 1);
}

UNIT_MAIN("rbtree", CASE(random_operations), CASE(ascending_and_descending), CASE(find_and_lower_bound),
	CASE(replace_keeps_the_place), CASE(taken_apart_in_order),
	CASE(erase_twice_is_harmless))
