// SPDX-License-Identifier: MIT
/*
 * thread.h: bare clone() with a stack of its own, for cases about what tasks share.
 *
 * Promise   start_task() runs fn(arg) in the new task and ends that task alone with the result as
 *           exit status; where there is no new task nothing of it is left. No library is told: a task that
 *           shares memory also shares the C library's thread pointer, hence it should use
 *           sys() and CHECK only.
 */
#ifndef TESTS_ABI_THREAD_H
#define TESTS_ABI_THREAD_H

#include <sched.h>
#include "tests/abi/abi.h"

enum {
	TASK_STACK = 64 * 1024,
	THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
};

struct task_start {
	unsigned long flags;
	int *parent_tid, *child_tid;
	void *tls;
	int (*fn)(void *);
	void *arg;
};

static inline long start_task(const struct task_start *t)
{
	char *stack = mmap(NULL, TASK_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void **sp = (void **)(stack + TASK_STACK) - 2;
	register long r10 __asm__("r10") = (long)t->child_tid;
	register long r8 __asm__("r8") = (long)t->tls;
	long ret;

	if (stack == MAP_FAILED)
		return -ENOMEM;
	sp[0] = (void *)t->fn;
	sp[1] = t->arg;
	__asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n"
		"xor %%ebp, %%ebp\n pop %%rax\n pop %%rdi\n call *%%rax\n"
		"mov %%eax, %%edi\n mov $60, %%eax\n syscall\n 1:"
		: "=a"(ret)
		: "a"(SYS_clone), "D"(t->flags), "S"(sp), "d"(t->parent_tid), "r"(r10), "r"(r8)
		: "rcx", "r11", "memory");
	if (ret < 0)
		sys(SYS_munmap, stack, TASK_STACK);
	return ret;
}

static inline long start_simple(unsigned long flags, int (*fn)(void *), void *arg)
{
	struct task_start t = {.flags = flags, .fn = fn, .arg = arg};

	return start_task(&t);
}

enum { FUTEX_OP_WAIT = 0, FUTEX_OP_WAKE = 1 };

/* A thread of this process; *done is its id until it has ended, then 0. */
static inline long start_thread(int *done, int (*fn)(void *), void *arg)
{
	struct task_start t = {
		.flags = THREAD_FLAGS | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID,
		.parent_tid = done,
		.child_tid = done,
		.fn = fn,
		.arg = arg,
	};

	return start_task(&t);
}

static inline void join_thread(volatile int *done)
{
	for (int tid; (tid = *done) != 0;)
		sys(SYS_futex, done, FUTEX_OP_WAIT, tid, 0);
}

static __attribute__((unused)) volatile int released;

/* What a thread does that is only there: it ends when `released` is set. */
static inline int wait_for_release(void *arg)
{
	(void)arg;
	while (!released)
		sleep_ms(1);
	return 0;
}

#endif
