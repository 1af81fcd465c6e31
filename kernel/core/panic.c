// SPDX-License-Identifier: MIT
/*
 * panic: the report and the end. The contract is in panic.h.
 *
 * Promise   exactly one CPU reports, the first; the others print their backtraces when its NMI asks them
 *           to and then stay. No lock is taken on the way: the log is switched to a mode without.
 * Locks     `reporter` (atomic): the CPU that panicked first
 * Linux     panic= as in its kernel parameters: seconds until a reboot, negative at once, 0 never. With
 *           exit=debug the end is QEMU's isa-debug-exit instead, so that a test run ends with a status.
 */
#include "kernel/core/panic.h"
#include "kernel/core/log.h"
#include "kernel/core/ref.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/symbols.h"
#include "kernel/core/task.h"
#include "kernel/core/trace.h"
#include "kernel/lib/fmt.h"

enum { BACKTRACE_MAX = 24, TRACE_EVENTS_SHOWN = 32, NOBODY = -1, NAME_MAX_BYTES = 96 };

unsigned exit_mode = EXIT_POWEROFF;
int panic_timeout;

static int reporter = NOBODY; /* [atomic] the CPU that reports */

bool panic_is_on(void)
{
	return __atomic_load_n(&reporter, __ATOMIC_RELAXED) != NOBODY;
}

void backtrace_print(const struct regs *from)
{
	u64 pcs[BACKTRACE_MAX];
	char name[NAME_MAX_BYTES];
	unsigned n = arch_backtrace(from, pcs, BACKTRACE_MAX);
	for (unsigned i = 0; i < n; i++) {
		symbol_describe(pcs[i], name, sizeof(name));
		log_err("  [<%016lx>] %s", pcs[i], name);
	}
}

void regs_print(const struct regs *r)
{
	char name[NAME_MAX_BYTES];
	symbol_describe(r->rip, name, sizeof(name));
	log_err("  rip %04lx:%016lx %s", r->cs, r->rip, regs_from_user(r) ? "(user)" : name);
	log_err("  rsp %04lx:%016lx flags %08lx orig_rax %lx", r->ss, r->rsp, r->rflags, r->orig_rax);
	log_err("  rax %016lx rbx %016lx rcx %016lx rdx %016lx", r->rax, r->rbx, r->rcx, r->rdx);
	log_err("  rsi %016lx rdi %016lx rbp %016lx r8  %016lx", r->rsi, r->rdi, r->rbp, r->r8);
	log_err("  r9  %016lx r10 %016lx r11 %016lx r12 %016lx", r->r9, r->r10, r->r11, r->r12);
	log_err("  r13 %016lx r14 %016lx r15 %016lx", r->r13, r->r14, r->r15);
}

/* Who ran here: one line for this CPU. */
static void print_context(void)
{
	struct task *t = current;
	if (t)
		log_err("  cpu %u task %d (%s) preempt_count %u", cpu_id(), t->tid, t->comm, preempt_count);
	else
		log_err("  cpu %u before the first task", cpu_id());
}

static __noreturn void end(void)
{
	u64 now = clock_now_ns();
	if (panic_timeout > 0)
		while (clock_now_ns() - now < (u64)panic_timeout * NSEC_PER_SEC)
			cpu_relax();
	if (exit_mode == EXIT_DEBUG)
		arch_debug_exit(DEBUG_EXIT_CRASH);
	if (panic_timeout != 0)
		arch_reboot();
	cpu_halt_forever();
}

__noreturn void machine_end(bool passed)
{
	console_drain();
	if (exit_mode == EXIT_DEBUG)
		arch_debug_exit(passed ? DEBUG_EXIT_PASS : DEBUG_EXIT_FAIL);
	if (exit_mode == EXIT_REBOOT)
		arch_reboot();
	if (exit_mode != EXIT_HALT)
		arch_poweroff();
	cpu_halt_forever();
}

static __noreturn void report(const struct regs *r, const char *format, va_list args)
{
	char text[LOG_TEXT_MAX];
	int nobody = NOBODY;
	irq_disable();
	fmt_vsnprintf(text, sizeof(text), format, args);
	if (!__atomic_compare_exchange_n(&reporter, &nobody, (int)cpu_id(), false, __ATOMIC_SEQ_CST,
		    __ATOMIC_SEQ_CST)) {
		if (nobody != (int)cpu_id())
			cpu_halt_forever();
		log_print(LOG_EMERG, "PANIC: within a panic: %s", text);
		end();
	}
	log_enter_panic();
	log_print(LOG_EMERG, "PANIC: %s", text);
	print_context();
	if (r)
		regs_print(r);
	backtrace_print(r);
	if (current)
		lockrank_print(NULL);
	arch_nmi_backtrace_others();
	ipi_stop_others();
	trace_print_last(TRACE_EVENTS_SHOWN);
	log_print(LOG_EMERG, "PANIC: end of report: %s", text);
	end();
}

__noreturn void panic(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report(NULL, format, args);
}

__noreturn void panic_regs(const struct regs *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	report(r, format, args);
}

bool panic_handle_nmi(const struct regs *r)
{
	if (!panic_is_on())
		return false;
	/* the reporter waits for us a while before it goes on, so the reports hardly ever mix */
	print_context();
	if (!regs_from_user(r))
		backtrace_print(r);
	else
		log_err("  in user mode at %016lx", r->rip);
	return true;
}

__noreturn void bug_at(const char *what, const char *file, int line)
{
	panic("BUG: %s at %s:%d", what, file, line);
}

void warn_at(const char *what, const char *file, int line)
{
	log_err("WARNING: %s at %s:%d", what, file, line);
	print_context();
	backtrace_print(NULL);
}

__noreturn void ref_bug(struct ref *r, const char *what)
{
	panic("ref: %s (%p, count %d)", what, (void *)r, r->count);
}
