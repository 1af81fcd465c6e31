// SPDX-License-Identifier: MIT
/*
 * lockrank: the run-time check of the lock order; debug builds only.
 *
 * Promise   an acquisition out of order, a sleep or a user copy at a wrong moment, and a release of what
 *           is not held panic with the held locks' names. Interrupts push on the interrupted task's
 *           record and have popped again when they return.
 * Locks     the record is the current task's own
 */
#include "kernel/core/panic.h"
#include "kernel/core/task.h"
#include "kernel/core/symbols.h"
#include "kernel/core/log.h"

#ifdef DEBUG_LOCKS

void lockrank_print(void *task)
{
	struct task *t = task ? task : current;
	for (unsigned i = 0; i < t->held_count; i++)
		log_err("  held: rank %u.%u lock %p taken at %p", t->held[i].rank, t->held[i].subrank, t->held[i].lock,
			t->held[i].pc);
}

static __noreturn void complain(const char *what, const void *lock, unsigned rank)
{
	panic("lockrank: %s (lock %p, rank %u)", what, lock, rank);
}

void lockrank_acquire(const void *lock, unsigned rank, unsigned subrank, const void *pc)
{
	struct task *t = current;
	if (!t)
		return;
	if (rank >= RANK_SIGHAND && irqs_enabled())
		complain("taken with interrupts on", lock, rank);
	u64 irq = irq_save();
	if (rank != RANK_NONE) /* a trylock cannot deadlock: it is recorded only */
		for (unsigned i = 0; i < t->held_count; i++) {
			if (t->held[i].lock == lock)
				complain("taken twice", lock, rank);
			if (t->held[i].rank > rank || (t->held[i].rank == rank && t->held[i].subrank >= subrank))
				complain("out of order", lock, rank);
		}
	if (t->held_count == ARRAY_LEN(t->held))
		complain("too many locks held", lock, rank);
	t->held[t->held_count].lock = lock;
	t->held[t->held_count].pc = pc;
	t->held[t->held_count].rank = rank;
	t->held[t->held_count].subrank = subrank;
	t->held_count++;
	irq_restore(irq);
}

void lockrank_release(const void *lock, unsigned rank)
{
	struct task *t = current;
	if (!t)
		return;
	u64 irq = irq_save();
	unsigned i = t->held_count;
	while (i > 0 && t->held[i - 1].lock != lock)
		i--;
	if (i == 0)
		complain("released but not held", lock, rank);
	for (; i < t->held_count; i++)
		t->held[i - 1] = t->held[i];
	t->held_count--;
	irq_restore(irq);
}

void lockrank_assert_may_sleep(void)
{
	struct task *t = current;
	for (unsigned i = 0; i < t->held_count; i++)
		if (t->held[i].rank >= RANK_FIRST_SPIN)
			complain("sleeps with a spinlock held", t->held[i].lock, t->held[i].rank);
	if (preempt_count != 0)
		panic("sleeps with preemption disabled (count %u)", preempt_count);
	if (!irqs_enabled())
		panic("sleeps with interrupts off");
}

void lockrank_assert_may_touch_user(void)
{
	struct task *t = current;
	if (t->pagefaults_disabled)
		return;
	for (unsigned i = 0; i < t->held_count; i++)
		if (t->held[i].rank >= RANK_MM)
			complain("touches user memory with a lock that a page fault may need", t->held[i].lock,
				t->held[i].rank);
}

void lockrank_assert_held(bool held, const char *what)
{
	if (!held)
		panic("lockrank: %s is not held", what);
}
#endif
