// SPDX-License-Identifier: MIT
/*
 * fuzz: calls with arguments out of a seed, in batches, each in a child with a world of its own.
 *
 * Promise   The arguments of step S of batch B are a function of (seed, B, S), of what a few earlier
 *           calls of the batch answered (descriptors, timers, children), and of nothing else: not of
 *           addresses, time or process ids. A batch ends in bounded time, whatever it does to itself.
 *           Nothing of this runs outside of a machine made by tests/harness: fuzz_is_safe().
 * Lifetime  A world is a tmpfs that is mounted, filled, made the root of the child, and thrown away.
 * Blocking  A call that waits is interrupted by SIGUSR2 after STALL_MS and answers what it then does; a
 *           child that does not go on after that is killed.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include "tests/abi/abi.h"
#include "tests/fuzz/table.h"

enum {
	STEPS = 48,        /* calls in a batch: few, so that a difference spoils few others */
	STALL_MS = 60,     /* without a step: the child waits */
	STALLS_MAX = 6,
	KEPT = 8,
	PATH_SHOWN = 40,
	USER_ID = 1000,
	FIRST_FD = 10,     /* of the world's descriptors */
	LAST_FD = 49,
	STRUCTURE = 64,    /* bytes that there are for a structure, at least */
};

/* Where the memory of a world is: far from what the kernel and the program put anywhere by themselves. */
#define GOOD_AT   0x200000000000ul /* usable memory: a part for each argument */
#define ARENA_AT  0x210000000000ul /* what mmap and its like work on */
#define GONE_AT   0x220000000000ul /* nothing */
#define RECORD_AT 0x300000000000ul
enum { PART = 8 * PAGE, ARENA_PAGES = 64 };

struct step {
	int call; /* index in calls[] */
	long a[ARGS], result;
	char path[2][PATH_SHOWN];
};

/* What a batch tells its parent, in memory that both share. */
struct record {
	volatile int done; /* steps that came to their end */
	volatile int started;
	volatile int world; /* the first thing that failed while the world was made, or 0 */
	struct step step[STEPS];
};

enum fuzz_mode {
	FUZZ_COMPARE, /* only what answers the same on each kernel: nothing races */
	FUZZ_WILD,
};

struct fuzz {
	uint64_t seed, state;
	enum fuzz_mode mode;
	int is_root;
	int worker; /* which of several at the same time */
	struct record *record;
	int fd[KEPT], timer[KEPT], child[KEPT];
	unsigned nr_fds, nr_timers, nr_children;
	char *edge, *readonly; /* before a hole; without writing */
};

/* True in a guest of tests/harness alone; every program here asks first. */
int fuzz_is_safe(void);

/* Runs one batch; answers how the child ended, as wait(2) says. */
int fuzz_batch(struct fuzz *f, unsigned batch);
void fuzz_begin(struct fuzz *f, uint64_t seed, enum fuzz_mode mode, int worker);
void fuzz_end(struct fuzz *f);

/* --- between the parts --- */

uint64_t fuzz_random(struct fuzz *f);
static inline unsigned fuzz_below(struct fuzz *f, unsigned n)
{
	return fuzz_random(f) % n;
}

/* The child's part: memory, files and descriptors; ends as who it shall be. */
void world_make(struct fuzz *f);
/* The parent's part. */
void world_mount(const struct fuzz *f);
void world_unmount(const struct fuzz *f);

long value_of(struct fuzz *f, const struct call *c, int arg);
int call_is_wanted(const struct fuzz *f, const struct call *c);
/* What a typed pointer leads to. */
void fill(struct fuzz *f, const char *type, void *at, int arg);
const char *world_path(struct fuzz *f);

#endif
