// SPDX-License-Identifier: MIT
/*
 * panic: what the kernel does about its own faults.
 *
 * Promise   panic() says what happened (a line with "PANIC:"), where (symbolised backtraces of all CPUs,
 *           the registers if there are any, the current task, held locks, the last trace events), stops
 *           the other CPUs, and ends as the options panic= and exit= say. WARN_ON() reports a line with
 *           "WARNING:" and a backtrace, and goes on. Works in every context; a panic within a panic
 *           prints one line more and ends at once.
 */
#pragma once
#include "arch/x86_64/regs.h"
#include "kernel/lib/macros.h"

__noreturn void panic(const char *format, ...) __printf(1, 2);
/* The same for a fault whose registers are known (exceptions). */
__noreturn void panic_regs(const struct regs *r, const char *format, ...) __printf(2, 3);
__noreturn void bug_at(const char *what, const char *file, int line);
void warn_at(const char *what, const char *file, int line);

#define BUG() bug_at("should not be reached", __FILE__, __LINE__)
#define BUG_ON(condition)                                                                          \
	do {                                                                                       \
		if (unlikely(condition))                                                           \
			bug_at(#condition, __FILE__, __LINE__);                                    \
	} while (0)
/* Answers the condition. */
#define WARN_ON(condition)                                                                         \
	({                                                                                         \
		bool warn_ = !!(condition);                                                        \
		if (unlikely(warn_))                                                               \
			warn_at(#condition, __FILE__, __LINE__);                                   \
		unlikely(warn_);                                                                   \
	})

/* Logs the calls that led to `from`, or to here (NULL). */
void backtrace_print(const struct regs *from);
void regs_print(const struct regs *r);
/* For the NMI handler: true if a panic sent it; then this CPU's state has been printed. */
bool panic_handle_nmi(const struct regs *r);
bool panic_is_on(void);

/* How a run ends: option exit=. */
enum exit_mode { EXIT_POWEROFF, EXIT_REBOOT, EXIT_HALT, EXIT_DEBUG };
enum { DEBUG_EXIT_PASS = 0x10, DEBUG_EXIT_FAIL = 0x11, DEBUG_EXIT_CRASH = 0x12 };
extern unsigned exit_mode; /* enum exit_mode, option exit= */
/* Process 1 has ended, or the in-kernel tests have: ends the machine as exit= says. */
__noreturn void machine_end(bool passed);
extern int panic_timeout;  /* seconds until the end, negative: at once, 0: stays; option panic= */
