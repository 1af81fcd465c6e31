// SPDX-License-Identifier: MIT
/*
 * hooks: which mechanisms want to know of the lives of tasks and processes, in the order they are told.
 *
 * Promise   see kernel/proc/hooks.h; the table is the whole list. SEM_UNDO and message notification will
 *           have their rows here.
 */
#include "kernel/proc/hooks.h"
#include "ipc/futex.h"
#include "kernel/core/task.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/strace.h"

const struct process_hook process_hooks[] = {
	{ .name = "strace", .fork = strace_fork, .task_exit = strace_task_exit },
	{ .name = "robust_list", .exec = futex_robust_exec, .task_exit = futex_robust_exit },
	{ .name = "futex_pi", .exec = futex_pi_exec, .task_exit = futex_pi_exit },
	{ .name = "posix_timer", .exec = posix_timers_end, .process_exit = posix_timers_end },
	{ .name = NULL },
};
