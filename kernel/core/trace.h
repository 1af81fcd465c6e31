// SPDX-License-Identifier: MIT
/*
 * trace: what happened last, per CPU: for panics, and for timelines later.
 *
 * Promise   trace_event() is one predicted branch while tracing is off, and stores 32 bytes without a lock
 *           while it is on. Each CPU keeps its newest events. Kinds are rows of one list.
 * Locks     none: a CPU writes its own ring with interrupts off; readers may see a torn event of a CPU that
 *           is just writing it
 */
#pragma once
#include "kernel/lib/macros.h"

struct strbuf;

/* KIND, name, format of the two arguments (both u64, in hexadecimal or decimal) */
#define TRACE_KINDS(X)                                                                             \
	X(SWITCH, "switch", "to %lu, state %lu")                                                   \
	X(WAKE, "wake", "task %lu, on cpu %lu")                                                    \
	X(SYSCALL, "syscall", "nr %lu, arg %#lx")                                                  \
	X(SYSRET, "sysret", "nr %lu, result %#lx")                                                 \
	X(TRAP, "trap", "vector %lu, at %#lx")                                                     \
	X(FAULT, "fault", "address %#lx, error %#lx")                                              \
	X(IRQ, "irq", "vector %lu, at %#lx")                                                       \
	X(IPI, "ipi", "to cpu %lu, kind %lu")                                                      \
	X(TIMER, "timer", "timer %#lx, fn %#lx")                                                   \
	X(FORK, "fork", "child %lu, flags %#lx")                                                   \
	X(EXEC, "exec", "entry %#lx, stack %#lx")                                                  \
	X(EXIT, "exit", "code %#lx, of group %lu")                                                 \
	X(SIGNAL, "signal", "number %lu, to %lu")                                                  \
	X(MARK, "mark", "%#lx %#lx")

enum trace_kind {
#define TRACE_ENUM(kind, name, format) TRACE_##kind,
	TRACE_KINDS(TRACE_ENUM)
#undef TRACE_ENUM
	TRACE_NR_KINDS,
};

extern bool trace_is_on; /* option trace= */
void trace_record(enum trace_kind kind, u64 a, u64 b);

static __always_inline void trace_event(enum trace_kind kind, u64 a, u64 b)
{
	if (unlikely(trace_is_on))
		trace_record(kind, a, b);
}

void trace_print_last(unsigned n);	/* the newest n of all CPUs, oldest first, into the log */
void trace_show(struct strbuf *sb);	/* all that are kept */
