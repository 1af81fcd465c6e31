// SPDX-License-Identifier: MIT
/*
 * soak.h: what twenty processes that change memory together know about it: the model.
 *
 * Promise   each SLOT of memory is filled from a number, its seed: zeroes for 0, else words that another seed or
 *           another slot would not give. Who holds the lock of a page knows its seeds, changes slots and
 *           seeds together, and can say of each byte what it must be.
 * Locks     object->lock for reading around each access, for writing while its size or its holes change; then one
 *           page's lock. A worker that fails sets world->failed: nobody waits for a lock after that.
 */
#ifndef TESTS_ABI_SOAK_H
#define TESTS_ABI_SOAK_H

#include <setjmp.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

enum {
	WORKERS = 20,
	OBJECTS = 6, OBJECT_PAGES = 32,
	SLOTS = 4, SLOT = PAGE / SLOTS, SLOT_WORDS = SLOT / 8, OBJECT_SLOTS = OBJECT_PAGES * SLOTS,
	BOX_PAGES = 4,
	CELLS = 128,
	LOCK_WAIT_MS = 50, WRITER_TRIES = 40,
};

#define OBJECT_AT(i) ((char *)0x100000000ul + (size_t)(i) * 0x1000000)
#define BOX_AT ((char *)0x200000000ul)
#define CELL_AT(i) ((char *)0x300000000ul + (size_t)(i) * PAGE)

struct page_model {
	int lock;
	uint32_t cut; /* how often a truncation has taken the whole page away */
	uint32_t seed[SLOTS];
};

struct object {
	int lock; /* readers, or -1: a writer */
	int fd;
	unsigned slots; /* its size */
	struct page_model page[OBJECT_PAGES];
};

struct world {
	int failed, finished, ready;
	uint64_t seed;
	int64_t end_ms;
	unsigned long operations[WORKERS];
	int pid[WORKERS];
	struct page_model box[WORKERS][BOX_PAGES];
	struct object object[OBJECTS];
};

enum kind { NOTHING, ANONYMOUS, SHARED, PRIVATE };

/* One page of a worker's own address space. */
struct cell {
	enum kind kind;
	int prot;
	int object, page;    /* of SHARED and PRIVATE */
	bool own;	     /* PRIVATE: written since it was mapped; `cut` is that of the page then */
	uint32_t cut, mapping; /* mapping: cells of one mmap(2) that nothing has split */
	uint32_t seed[SLOTS];
};

struct worker {
	int number;
	uint64_t random;
	unsigned long step;
	const char *doing;
	bool is_child;
	struct cell cell[CELLS];
};

extern struct world *world;
extern struct worker me;

/* Ends this process and the case, with all that is needed to run it again. */
#define WRONG(format, ...)                                                                         \
	do {                                                                                       \
		world->failed = 1;                                                                 \
		tap_fail(__FILE__, __LINE__, "seed %lu worker %d step %lu (%s): " format, world->seed, \
			me.number, me.step, me.doing, ##__VA_ARGS__);                              \
	} while (0)
#define WANT(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			WRONG("%s", #condition);                                                   \
	} while (0)
#define WANT_EQ(a, b)                                                                              \
	do {                                                                                       \
		long want_a = (long)(a), want_b = (long)(b);                                       \
		if (want_a != want_b)                                                              \
			WRONG("%s is %ld, not %s = %ld", #a, want_a, #b, want_b);                  \
	} while (0)

static inline uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	return x ^ x >> 33;
}

static inline uint32_t random_below(uint32_t n)
{
	me.random += 0x9e3779b97f4a7c15ull;
	return (uint32_t)(mix(me.random) >> 32) % n;
}

static inline uint32_t new_seed(void)
{
	return random_below(0xffffffff) + 1;
}

/* --- what memory must hold --- */

static inline uint64_t word_of(uint32_t seed, unsigned slot, unsigned i)
{
	return seed ? mix((uint64_t)seed << 32 | slot << 16 | i) : 0;
}

static inline void fill_slot(void *to, uint32_t seed, unsigned slot)
{
	for (unsigned i = 0; i < SLOT_WORDS; i++)
		((uint64_t *)to)[i] = word_of(seed, slot, i);
}

static inline void check_slot(const void *at, uint32_t seed, unsigned slot, const char *where)
{
	for (unsigned i = 0; i < SLOT_WORDS; i++) {
		uint64_t got = ((const volatile uint64_t *)at)[i], must = word_of(seed, slot, i);

		if (got != must)
			WRONG("%s, slot %u, word %u at %p: %#lx instead of %#lx (seed %#x)", where, slot, i, at, got,
				must, seed);
	}
}

static inline void check_page(const void *at, const uint32_t *seeds, const char *where)
{
	for (unsigned s = 0; s < SLOTS; s++)
		check_slot((const char *)at + s * SLOT, seeds[s], s, where);
}

/* --- locks --- */

static inline void lock_wait(int *word, int seen)
{
	struct timespec ts = {.tv_nsec = LOCK_WAIT_MS * 1000000};

	sys(SYS_futex, word, 0, seen, &ts);
	if (world->failed)
		_exit(0);
}

static inline bool cas(int *word, int from, int to)
{
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline void page_lock(struct page_model *p)
{
	if (cas(&p->lock, 0, 1))
		return;
	while (__atomic_exchange_n(&p->lock, 2, __ATOMIC_SEQ_CST))
		lock_wait(&p->lock, 2);
}

static inline void page_unlock(struct page_model *p)
{
	if (__atomic_exchange_n(&p->lock, 0, __ATOMIC_SEQ_CST) == 2)
		sys(SYS_futex, &p->lock, 1, 1);
}

static inline void read_lock(struct object *o)
{
	for (;;) {
		int seen = __atomic_load_n(&o->lock, __ATOMIC_SEQ_CST);

		if (seen < 0)
			lock_wait(&o->lock, seen);
		else if (cas(&o->lock, seen, seen + 1))
			return;
	}
}

static inline void read_unlock(struct object *o)
{
	if (__atomic_sub_fetch(&o->lock, 1, __ATOMIC_SEQ_CST) == 0)
		sys(SYS_futex, &o->lock, 1, WORKERS);
}

/* Readers come all the time: a writer may give up. */
static inline bool write_lock(struct object *o)
{
	for (int i = 0; i < WRITER_TRIES; i++) {
		if (cas(&o->lock, 0, -1))
			return true;
		sys(SYS_sched_yield);
	}
	return false;
}

static inline void write_unlock(struct object *o)
{
	__atomic_store_n(&o->lock, 0, __ATOMIC_SEQ_CST);
	sys(SYS_futex, &o->lock, 1, WORKERS);
}

#endif
