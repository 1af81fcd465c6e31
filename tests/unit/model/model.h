// SPDX-License-Identifier: MIT
/*
 * model: a few tasks on one stack each, interleaved at random, to run kernel code that synchronises.
 *
 * Promise   between two steps a task is alone; at each it may be another's turn, as the seed says: the same seed is
 *           the same schedule. A step stands before each shared access (READ_ONCE, WRITE_ONCE, the atomics, locks),
 *           so every interleaving that sequential consistency allows can come up. What reorders further, as
 *           real processors do, is not in the model: the barriers are argued in the files themselves.
 *           When all tasks that are not done are blocked, the run is stuck, which is a lost wake.
 */
#pragma once
#include "tests/unit/unit.h"

enum { MODEL_TASKS = 6, MODEL_STACK = 64 << 10, MODEL_SWITCH_ONE_IN = 3 };

struct model_task {
	void *sp;
	char *stack;
	void (*fn)(void *arg);
	void *arg;
	bool is_blocked, is_done;
};

static struct model_task model_main, *model_current = &model_main;
static struct model_task *model_tasks[MODEL_TASKS];
static unsigned model_nr;

/* Keeps the caller's registers on its stack, and goes on where the other one did so. */
void model_switch(void **save, void *load);
__asm__(".text\nmodel_switch:\n"
	"push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
	"mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
	"pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");

static void model_go(struct model_task *to)
{
	struct model_task *from = model_current;
	if (to == from)
		return;
	model_current = to;
	model_switch(&from->sp, to->sp);
}

/* One that can run, by chance; the main program when there is none. */
static struct model_task *model_pick(void)
{
	struct model_task *able[MODEL_TASKS];
	unsigned n = 0;
	for (unsigned i = 0; i < model_nr; i++)
		if (!model_tasks[i]->is_done && !model_tasks[i]->is_blocked)
			able[n++] = model_tasks[i];
	return n ? able[unit_random() % n] : &model_main;
}

static void model_step(void)
{
	if (model_current != &model_main && unit_random() % MODEL_SWITCH_ONE_IN == 0)
		model_go(model_pick());
}

static void model_block(void)
{
	model_current->is_blocked = true;
	model_go(model_pick());
}

static void model_unblock(struct model_task *t)
{
	t->is_blocked = false;
}

static __noreturn void model_begin(void)
{
	model_current->fn(model_current->arg);
	model_current->is_done = true;
	model_go(model_pick());
	abort();
}

static void model_add(struct model_task *t, void (*fn)(void *arg), void *arg)
{
	enum { SAVED_REGISTERS = 6 };
	*t = (struct model_task){ .stack = malloc(MODEL_STACK), .fn = fn, .arg = arg };
	void **top = (void **)(t->stack + MODEL_STACK) - 2;
	*top = (void *)model_begin; /* where model_switch() returns to; the stack is then as after a call */
	t->sp = top - SAVED_REGISTERS;
	model_tasks[model_nr++] = t;
}

/* Runs all that were added; false: it got stuck. */
static bool model_run(void)
{
	bool all_done = true;
	model_go(model_pick());
	for (unsigned i = 0; i < model_nr; i++) {
		all_done &= model_tasks[i]->is_done;
		free(model_tasks[i]->stack);
	}
	model_nr = 0;
	return all_done;
}

/* --- steps before shared accesses: the code under test is compiled after this --- */

#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x) (*({ model_step(); (const volatile __typeof__(x) *)&(x); }))
#define WRITE_ONCE(x, v) ((void)({ model_step(); *(volatile __typeof__(x) *)&(x) = (v); }))
#define __atomic_load_n(p, order) ({ model_step(); *(p); })
#define __atomic_store_n(p, v, order) ({ model_step(); *(p) = (v); })
#define __atomic_fetch_add(p, v, order) ({ model_step(); (*(p) += (v)) - (v); })
#define __atomic_fetch_sub(p, v, order) ({ model_step(); (*(p) -= (v)) + (v); })
#define __atomic_sub_fetch(p, v, order) ({ model_step(); *(p) -= (v); })
#define __atomic_exchange_n(p, v, order) ({ model_step(); __typeof__(*(p)) was_ = *(p); *(p) = (v); was_; })
#define __atomic_compare_exchange_n(p, expected, desired, weak, success, failure)                              \
	({                                                                                         \
		model_step();                                                                      \
		bool same_ = *(p) == *(expected);                                                  \
		if (same_)                                                                         \
			*(p) = (desired);                                                          \
		else                                                                               \
			*(expected) = *(p);                                                        \
		same_;                                                                             \
	})
#define __atomic_thread_fence(order) model_step()
