// SPDX-License-Identifier: MIT
/*
 * strace: prints system calls on the console, in the format of strace(1).
 *
 * Promise   nothing is paid by tasks that are not traced: tracing hangs on one bit of task->work, which
 *           children inherit. Option strace=1 sets it for process 1.
 */
#pragma once
#include "arch/x86_64/regs.h"
#include "kernel/lib/strbuf.h"

enum { STRACE_LINE_MAX = 480 };

/* One call's line, on the stack of the tracing dispatch. */
struct strace_line {
	struct strbuf text;
	unsigned next_arg; /* what the entry left for the exit: from the first output argument on */
	char memory[STRACE_LINE_MAX];
};
void strace_enter(struct strace_line *line, const struct regs *r);
void strace_exit(struct strace_line *line, const struct regs *r, long result);
