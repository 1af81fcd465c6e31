// SPDX-License-Identifier: MIT
/*
 * trace: what happened last, per CPU: for panics, and for whoever wants to see the scheduler at work.
 *
 * Promise   trace_event() is one predicted branch while its kind is not recorded, and stores 32 bytes without a lock
 *           while it is. Each CPU keeps its newest events. Kinds are rows of one list. What is recorded, and how
 *           many events are kept, is said by the option trace= and by writing to /proc/ipc/trace:
 *
 *           echo switch,wake,priority 4096 >/proc/ipc/trace     # these, and room for so many for each CPU
 *           echo none >/proc/ipc/trace			  # no more; what was recorded can be read
 *
 * Locks     none while events come: a CPU writes its own ring with interrupts off; readers may see a torn event of a
 *           CPU that is just writing it. A mutex between those who write that file.
 * Lifetime  rings of another size than the first are allocated, and replaced when no CPU writes into them any more
 * Linux     none: /proc/ipc/trace is ours
 */
#pragma once
#include "kernel/lib/macros.h"

struct strbuf;

/* KIND, name, format of the two arguments (both u64, in hexadecimal or decimal) */
#define TRACE_KINDS(X)                                                                             \
	X(SWITCH, "switch", "to %lu, stays runnable %lu")                                          \
	X(WAKE, "wake", "of %lu, on cpu %lu")                                                      \
	X(PRIORITY, "priority", "of %lu, %lu") /* real-time, in effect */                          \
	X(PI_WAIT, "pi-wait", "of %lu, for %#lx")                                                  \
	X(PI_OWNER, "pi-owner", "is %lu, of %#lx") /* told when somebody begins to wait */         \
	X(PI_LEAVE, "pi-leave", "of %lu, for %#lx") /* without the lock */                         \
	X(PI_HAND, "pi-hand", "to %lu, of %#lx")                                                   \
	X(TRAP, "trap", "vector %lu, at %#lx")                                                     \
	X(FAULT, "fault", "address %#lx, error %#lx")                                              \
	X(IRQ, "irq", "vector %lu, at %#lx")                                                       \
	X(IPI, "ipi", "to cpu %lu, kind %lu")                                                      \
	X(FORK, "fork", "child %lu, flags %#lx")                                                   \
	X(EXEC, "exec", "entry %#lx, stack %#lx")                                                  \
	X(EXIT, "exit", "code %#lx, of group %lu")                                                 \
	X(SIGNAL, "signal", "number %lu, to %lu")

enum trace_kind {
#define TRACE_ENUM(kind, name, format) TRACE_##kind,
	TRACE_KINDS(TRACE_ENUM)
#undef TRACE_ENUM
	TRACE_NR_KINDS,
};

extern u32 trace_kinds; /* [atomic] a bit for each kind that is recorded */
void trace_record(enum trace_kind kind, u64 a, u64 b);

static __always_inline void trace_event(enum trace_kind kind, u64 a, u64 b)
{
	if (unlikely(trace_kinds & (1u << kind)))
		trace_record(kind, a, b);
}

int trace_choose(const char *names);	/* by commas; "all", "none"; -EINVAL: one is unknown, and nothing has changed */
void trace_print_last(unsigned n);	/* the newest n of all CPUs, oldest first, into the log */
void trace_show(struct strbuf *sb);	/* all that are kept, behind a line that says how many are not */
/* "NAMES [EVENTS]": EVENTS empties the rings and makes room for so many. -EINVAL, -ENOMEM: nothing has changed. */
int trace_store(char *text);
