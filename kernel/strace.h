// SPDX-License-Identifier: MIT
/*
 * strace: tells system calls, in the format of strace(1), on the console or into a file.
 *
 * Promise   nothing is paid by tasks that are not traced: tracing hangs on one bit of task->work, which
 *           children inherit. Option strace=1 sets it for process 1; /proc/ipc/strace for who writes to it.
 */
#pragma once
#include "arch/x86_64/regs.h"
#include "kernel/lib/strbuf.h"

struct task;

enum { STRACE_LINE_MAX = 480 };

/* One call's line, on the stack of the tracing dispatch. */
struct strace_line {
	struct strbuf text;
	unsigned next_arg; /* what the entry left for the exit: from the first output argument on */
	char memory[STRACE_LINE_MAX];
};
void strace_enter(struct strace_line *line, const struct regs *r);
void strace_exit(struct strace_line *line, const struct regs *r, long result);

/* strace_file.c */
void strace_write(const char *text, size_t n); /* to current's trace_file; it may be gone afterwards */
int strace_store(char *text);
int strace_fork(struct task *child, u64 flags);
void strace_task_exit(struct task *t);
