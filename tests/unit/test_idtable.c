// SPDX-License-Identifier: MIT
/*
 * test_idtable: the table against a plain array, under random operations and failing allocations.
 *
 * Promise   ids, order, iteration, memory given back; an allocation that fails changes no entry; keys up to
 *           2^42; readers running beside a writer see old or new entries only
 */
#include "kernel/lib/idtable.h"
#include "tests/unit/unit.h"

typedef unsigned long pthread_t;
int pthread_create(pthread_t *t, const void *attr, void *(*fn)(void *), void *arg);
int pthread_join(pthread_t t, void **result);

enum { IDS = 5000, ROUNDS = 60000 };

static long live_nodes, fail_one_in;

static void *node_alloc(size_t n)
{
	if (fail_one_in && unit_below(fail_one_in) == 0)
		return NULL;
	live_nodes++;
	unsigned char *p = malloc(n);
	for (size_t i = 0; i < n; i++)
		p[i] = 0xa5;
	return p;
}

static void node_free(struct idtable_node *node)
{
	live_nodes--;
	free(node);
}

static const struct idtable_ops ops = { node_alloc, node_free };

struct model {
	bool used[IDS];
	void *p[IDS];
};

static int model_alloc(struct model *m, int min, int end)
{
	for (int i = min; i < end && i < IDS; i++)
		if (!m->used[i])
			return i;
	return -ENOSPC;
}

static void check_all(struct idtable *t, struct model *m)
{
	u64 id = 0;
	void *p;
	int i = 0;
	for (; (p = idtable_next(t, &id)); id++, i++) {
		while (i < IDS && !m->p[i])
			i++;
		EXPECT_EQ(id, i);
		EXPECT(i < IDS && p == m->p[i]);
	}
	for (; i < IDS; i++)
		EXPECT(!m->p[i]);
	for (i = 0; i < IDS; i++) {
		EXPECT(idtable_get(t, i) == m->p[i]);
		EXPECT(idtable_is_used(t, i) == m->used[i]);
	}
}

static void random_step(struct idtable *t, struct model *m)
{
	int at = (int)unit_below(unit_below(2) ? 70 : IDS);
	void *p = unit_below(8) ? (void *)(uintptr_t)(unit_random() | 8) : NULL;
	int id;
	switch (unit_below(5)) {
	case 0:
	case 1: {
		int end = unit_below(2) ? (int)IDS : min(at + 10, (int)IDS);
		id = idtable_alloc(t, p, at, end);
		if (fail_one_in && id == -ENOMEM)
			return;
		EXPECT_EQ(id, model_alloc(m, at, end));
		break;
	}
	case 2:
		id = idtable_set(t, at, p) ? -1 : at;
		EXPECT(id >= 0 || fail_one_in);
		break;
	default:
		EXPECT(idtable_remove(t, at) == m->p[at]);
		m->used[at] = false;
		m->p[at] = NULL;
		return;
	}
	if (id >= 0 && id < IDS) {
		m->used[id] = true;
		m->p[id] = p;
	}
}

static void run_random(void)
{
	static struct model m;
	struct idtable t = IDTABLE_INIT;
	idtable_set_allocator(&ops);
	m = (struct model){ 0 };
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_step(&t, &m);
		if (round % 4096 == 0)
			check_all(&t, &m);
	}
	check_all(&t, &m);
	idtable_destroy(&t);
	EXPECT_EQ(live_nodes, 0);
	EXPECT(!idtable_get(&t, 0));
}

static void random_operations(void)
{
	run_random();
}

static void random_operations_short_of_memory(void)
{
	fail_one_in = 3;
	run_random();
	fail_one_in = 0;
}

static void fill_to_the_brim(void)
{
	struct idtable t = IDTABLE_INIT;
	idtable_set_allocator(&ops);
	for (int i = 0; i < 10000; i++)
		EXPECT_EQ(idtable_alloc(&t, &t, 0, 10000), i);
	EXPECT_EQ(idtable_alloc(&t, &t, 0, 10000), -ENOSPC);
	EXPECT_EQ(idtable_alloc(&t, &t, 9999, 9999), -ENOSPC);
	EXPECT(idtable_remove(&t, 4095) == &t);
	EXPECT_EQ(idtable_alloc(&t, &t, 0, 10000), 4095);
	for (int i = 9999; i >= 0; i--)
		EXPECT(idtable_remove(&t, i) == &t);
	EXPECT(live_nodes <= 1);
	idtable_destroy(&t);
	EXPECT_EQ(live_nodes, 0);
}

static void cyclic_goes_round(void)
{
	struct idtable t = IDTABLE_INIT;
	int cursor = 0;
	idtable_set_allocator(&ops);
	for (int round = 0; round < 3; round++) {
		for (int i = 1; i < 300; i++) {
			EXPECT_EQ(idtable_alloc_cyclic(&t, &t, 1, 300, &cursor), i);
			EXPECT(idtable_remove(&t, i) == &t);
		}
	}
	EXPECT_EQ(idtable_set(&t, 5, &t), 0);
	cursor = 5;
	EXPECT_EQ(idtable_alloc_cyclic(&t, &t, 1, 300, &cursor), 6);
	for (int i = 0; i < 297; i++)
		EXPECT(idtable_alloc_cyclic(&t, &t, 1, 300, &cursor) > 0);
	EXPECT_EQ(idtable_alloc_cyclic(&t, &t, 1, 300, &cursor), -ENOSPC);
	idtable_destroy(&t);
	EXPECT_EQ(live_nodes, 0);
}

static void huge_keys(void)
{
	struct idtable t = IDTABLE_INIT;
	u64 id = 0;
	idtable_set_allocator(&ops);
	for (unsigned bit = 0; bit < 42; bit++)
		EXPECT_EQ(idtable_set(&t, 1ull << bit, &t), 0);
	EXPECT_EQ(idtable_set(&t, 1ull << 42, &t), -EINVAL);
	EXPECT(!idtable_get(&t, 1ull << 42) && !idtable_get(&t, ~0ull));
	for (unsigned bit = 0; bit < 42; bit++, id++) {
		EXPECT(idtable_next(&t, &id) == &t);
		EXPECT_EQ(id, 1ull << bit);
	}
	EXPECT(!idtable_next(&t, &id));
	for (unsigned bit = 41; bit; bit--)
		EXPECT(idtable_remove(&t, 1ull << bit) == &t);
	EXPECT(live_nodes == 1 && idtable_get(&t, 1) == &t);
	idtable_destroy(&t);
	EXPECT_EQ(live_nodes, 0);
}

/* A reader beside a writer. Freed nodes are kept until the end, as a grace period would. */
static struct idtable shared;
static bool stop;
static struct idtable_node *graveyard;

static void node_bury(struct idtable_node *node)
{
	node->defer[0] = (uintptr_t)graveyard;
	graveyard = node;
}

static void *reader(void *arg)
{
	unsigned wrong = 0;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (u64 id = 0; id < 200; id++) {
			void *p = idtable_get(&shared, id);
			wrong += p && p != (void *)(id + 1);
		}
		void *p;
		for (u64 id = 0; (p = idtable_next(&shared, &id)); id++)
			wrong += p != (void *)(id + 1);
		wrong += idtable_get(&shared, 7) != (void *)8;
	}
	*(unsigned *)arg = wrong;
	return NULL;
}

static void readers_need_no_lock(void)
{
	static const struct idtable_ops deferring = { node_alloc, node_bury };
	unsigned wrong = 0;
	pthread_t thread;
	idtable_set_allocator(&deferring);
	EXPECT_EQ(idtable_set(&shared, 7, (void *)8), 0);
	EXPECT_EQ(pthread_create(&thread, NULL, reader, &wrong), 0);
	for (unsigned round = 0; round < 200000; round++) {
		u64 id = unit_below(8) ? unit_below(200) : unit_below(5000);
		if (id == 7)
			continue;
		if (unit_below(2))
			idtable_set(&shared, id, (void *)(id + 1));
		else
			idtable_remove(&shared, id);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	EXPECT_EQ(wrong, 0);
	idtable_destroy(&shared);
	while (graveyard) {
		struct idtable_node *node = graveyard;
		graveyard = (struct idtable_node *)node->defer[0];
		node_free(node);
	}
	EXPECT_EQ(live_nodes, 0);
}

UNIT_MAIN("idtable", CASE(random_operations), CASE(random_operations_short_of_memory), CASE(fill_to_the_brim),
	CASE(cyclic_goes_round), CASE(huge_keys), CASE(readers_need_no_lock))
