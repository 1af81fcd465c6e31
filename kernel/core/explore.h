// SPDX-License-Identifier: MIT
/*
 * explore: schedules that are a function of a number (debug builds, one CPU).
 *
 * Promise   while it is on, tasks that are explored (whoever started it, and what descends from that) give the CPU
 *           away at numbered points, and to whom, as a seed says, or as a list of such switches says. Under a
 *           deterministic emulator (QEMU's -icount) the same seed gives the same schedule, from the option
 *           sched.seed=N on to the last line that is printed. What really happened can be read as a list,
 *           and the list, or a part of it, played again.
 *           In release builds there is nothing of it.
 * Locks     none: one CPU, and preemption is off where the state changes
 */
#pragma once
#include "kernel/lib/macros.h"

struct rq;
struct strbuf;
struct task;

/* Orders of steps that are wrong on purpose, so that a test can show that exploring finds them. */
enum explore_fault {
	EXPLORE_NO_FAULT,
	EXPLORE_REARM,	/* wait_rearm_slot() forgets in the wrong order */
	EXPLORE_BATON,	/* a waiter that leaves with a wake does not pass it on */
	EXPLORE_FUTEX,	/* a futex waiter counts itself only after it is on the queue */
};

/* Of so many visits one switches, more or less: at unlocks, and where a window is known. */
enum { EXPLORE_UNLOCK_ODDS = 0, EXPLORE_DELAY_ODDS = 2 };

#ifdef DEBUG
extern bool explore_is_on;
extern u8 explore_fault; /* enum explore_fault */

void explore_visit(unsigned odds); /* odds 0: the seed's own */
void explore_inherit(struct task *t);
struct task *explore_pick(struct rq *rq, struct task *first);
bool explore_owns(const struct task *a, const struct task *b); /* both are explored: no other rule preempts */
void explore_from_start(void); /* sched.seed= was given: before the first random number */
void explore_process_1(void);  /* the current task becomes process 1 */
int explore_set_seed(const char *text);
void explore_show(struct strbuf *sb);
int explore_store(char *text);

/* Where a preemption may fall; called with nothing held in particular. */
static __always_inline void explore_point(void)
{
	if (unlikely(explore_is_on))
		explore_visit(EXPLORE_UNLOCK_ODDS);
}
static __always_inline void delay_point(void)
{
	if (unlikely(explore_is_on))
		explore_visit(EXPLORE_DELAY_ODDS);
}
static __always_inline bool explore_breaks(enum explore_fault fault)
{
	return unlikely(explore_fault == fault);
}
#else
static __always_inline void explore_point(void) {}
static __always_inline void delay_point(void) {}
static __always_inline bool explore_breaks(enum explore_fault fault) { return false; }
static inline void explore_inherit(struct task *t) {}
static inline struct task *explore_pick(struct rq *rq, struct task *first) { return first; }
static inline bool explore_owns(const struct task *a, const struct task *b) { return false; }
static inline void explore_from_start(void) {}
static inline void explore_process_1(void) {}
#endif

/* Marks a place where a race's window can be widened; the name is for who reads the code. */
#define DELAY_POINT(name) delay_point()
