// SPDX-License-Identifier: MIT
/*
 * explore.h: what an exploration is written with.
 *
 * Promise   An EXPLORATION() is a small race that must end well under every schedule: it is run some thousand
 *           times, each time in a new process, and each time with another schedule. It fails by a CHECK
 *           that fails, and by not ending: whoever lost a wake-up waits for ever.
 *           Keep it short: what it takes is taken for each seed. It also runs on Linux, by whatever
 *           schedule that happens to choose.
 */
#ifndef TESTS_EXPLORE_EXPLORE_H
#define TESTS_EXPLORE_EXPLORE_H

#include "tests/abi/thread.h"

struct exploration {
	const char *name;
	void (*run)(void);
};

#define EXPLORATION(NAME)                                                                \
	static void explore_fn_##NAME(void);                                             \
	static const struct exploration exploration_##NAME = {#NAME, explore_fn_##NAME}; \
	static const struct exploration *const exploration_entry_##NAME                  \
		__attribute__((used, section("explorations"))) = &exploration_##NAME;    \
	static void explore_fn_##NAME(void)

enum { PARTNERS_MAX = 4 };

/* Threads of one exploration. */
struct partners {
	int done[PARTNERS_MAX];
	int nr;
};

static inline long partner_start(struct partners *p, int (*fn)(void *), void *arg)
{
	long tid = start_thread(&p->done[p->nr++], fn, arg);

	CHECK(tid > 0);
	return tid;
}

static inline void partners_join(struct partners *p)
{
	for (int i = 0; i < p->nr; i++)
		join_thread(&p->done[i]);
}

static inline void explore_nothing(int sig)
{
	(void)sig;
}

/* The signal interrupts calls, and does nothing else. */
static inline void interrupt_by(int sig)
{
	struct sigaction sa = {.sa_handler = explore_nothing};

	CHECK_EQ(sigaction(sig, &sa, NULL), 0);
}

static inline long futex(void *word, int op, long value, const void *timeout, void *word2, long value3)
{
	return sys(SYS_futex, word, op, value, timeout, word2, value3);
}

#endif
