// SPDX-License-Identifier: MIT
/*
 * hooks: what mechanisms above want to know of the lives of tasks and processes.
 *
 * Promise   fork.c, exec.c and exit.c walk the one table of kernel/hooks.c, in its order; a mechanism with
 *           per-task or per-process state (robust futexes, SEM_UNDO, message notification) has a row.
 * Blocking  each hook runs in the task concerned, without locks, and may sleep. task_exit() of a child
 *           whose birth failed runs in its parent.
 */
#pragma once
#include "kernel/lib/types.h"

struct task;

struct process_hook {
	const char *name; /* NULL ends the table */
	/* current makes `child`, which does not run yet; flags: CLONE_*. 0 or -errno: there will be no child. */
	int (*fork)(struct task *child, u64 flags);
	void (*exec)(void);		    /* current leaves its old program: its memory is still there */
	void (*task_exit)(struct task *t);  /* current ends, memory still there; or a child that never ran */
	void (*process_exit)(void);	    /* the same of the last thread, after task_exit */
};

extern const struct process_hook process_hooks[]; /* kernel/hooks.c */

/* process_hooks_run(exec): calls that member of every row that has it. */
#define process_hooks_run(member, ...)                                                             \
	do {                                                                                       \
		for (const struct process_hook *h_ = process_hooks; h_->name; h_++)               \
			if (h_->member)                                                            \
				h_->member(__VA_ARGS__);                                           \
	} while (0)
