// SPDX-License-Identifier: MIT
/*
 * signal/codes: what the processor's rarer exceptions become.
 *
 * Promise   each floating-point exception of the x87 has its own code, told at the next instruction that waits, with
 *           the address of the one that failed; software interrupts that programs may not use are general
 *           protection faults. The signal is of the thread that executed the instruction.
 * Linux     sigaction(2)
 */
#include "tests/abi/abi.h"

enum { FPE_DIV = 3, FPE_OVF = 4, FPE_UND = 5, FPE_RES = 6, FPE_INV = 7, ALL_MASKED = 0x37f };
enum { INVALID = 1, ZERO_DIVIDE = 4, OVERFLOW_ = 8, UNDERFLOW_ = 16, PRECISION = 32 };

struct seen {
	int sig, code;
	long addr;
};
static struct seen *seen;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)context;
	seen->sig = sig;
	seen->code = info->si_code;
	seen->addr = (long)info->si_addr;
	_exit(0);
}

/* What a child is sent that executes the statements. */
#define SIGNAL_OF(...) \
	do { \
		int pid; \
		seen = shared_page(); \
		CHILD(pid) { \
			handle_info(SIGFPE, note, 0); \
			handle_info(SIGSEGV, note, 0); \
			handle_info(SIGTRAP, note, 0); \
			handle_info(SIGILL, note, 0); \
			handle_info(SIGBUS, note, 0); \
			__VA_ARGS__; \
		} \
		CHECK_EXIT(pid, 0); \
	} while (0)

static void unmask(int exception)
{
	uint16_t control = ALL_MASKED & ~exception;

	__asm__ volatile("fninit\n fldcw %0" : : "m"(control));
}

static double values[2];

#define X87(EXCEPTION, A, B, OPERATION) \
	SIGNAL_OF({ \
		values[0] = (A); \
		values[1] = (B); \
		unmask(EXCEPTION); \
		__asm__ volatile("fldl %0\n fldl %1\n" OPERATION "\n fwait" : : "m"(values[0]), "m"(values[1])); \
	})

CASE(x87_division_by_zero)
{
	X87(ZERO_DIVIDE, 1.0, 2.0, "fdivp");
	CHECK_EQ(seen->sig, 0); /* nothing wrong */
	X87(ZERO_DIVIDE, 0.0, 1.0, "fdivp");
	if (seen->sig == 0) /* assemblers do not agree about which is divided by which */
		X87(ZERO_DIVIDE, 0.0, 1.0, "fdivrp");
	CHECK_EQ(seen->sig, SIGFPE);
	CHECK_EQ(seen->code, FPE_DIV);
	CHECK(seen->addr != 0);
}

CASE(x87_invalid_operation)
{
	X87(INVALID, 1.0, -1.0, "fsqrt");
	CHECK_EQ(seen->sig, SIGFPE);
	CHECK_EQ(seen->code, FPE_INV);
}

CASE(x87_inexact_result)
{
	X87(PRECISION, 3.0, 1.0, "fdivp");
	if (seen->sig == 0)
		X87(PRECISION, 3.0, 1.0, "fdivrp");
	CHECK_EQ(seen->sig, SIGFPE);
	CHECK_EQ(seen->code, FPE_RES);
}

CASE(x87_overflow)
{
	X87(OVERFLOW_, 16000.0, 1.5, "fscale\n fmul %%st(0), %%st\n fmul %%st(0), %%st");
	CHECK_EQ(seen->sig, SIGFPE);
	CHECK_EQ(seen->code, FPE_OVF);
}

CASE(x87_underflow)
{
	X87(UNDERFLOW_, -16000.0, 1.5, "fscale\n fmul %%st(0), %%st\n fmul %%st(0), %%st");
	CHECK_EQ(seen->sig, SIGFPE);
	CHECK_EQ(seen->code, FPE_UND);
}

CASE(masked_exceptions_are_results)
{
	X87(0, 1.0, -1.0, "fsqrt");
	CHECK_EQ(seen->sig, 0);
}

CASE(a_process_that_does_not_handle_it_dies_of_it)
{
	int pid;

	CHILD(pid) {
		unmask(INVALID);
		values[0] = -1.0;
		__asm__ volatile("fldl %0\n fsqrt\n fwait" : : "m"(values[0]));
	}
	CHECK_EQ(reap(pid) & ~DUMPED, KILLED(SIGFPE));
}

CASE(software_interrupts_of_the_kernel_are_protection_faults)
{
	SIGNAL_OF(__asm__ volatile("int $32"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
	CHECK_EQ(seen->addr, 0);
	SIGNAL_OF(__asm__ volatile("int $14"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
	SIGNAL_OF(__asm__ volatile("int $240"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
}

CASE(overflow_may_be_raised_by_hand)
{
	SIGNAL_OF(__asm__ volatile("int $4"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
}

CASE(breakpoints_of_both_kinds)
{
	SIGNAL_OF(__asm__ volatile("int3"));
	CHECK_EQ(seen->sig, SIGTRAP);
	CHECK_EQ(seen->code, SI_KERNEL);
	SIGNAL_OF(__asm__ volatile("int $3"));
	CHECK_EQ(seen->sig, SIGTRAP);
	CHECK_EQ(seen->code, SI_KERNEL);
}

CASE(segment_registers_take_no_rubbish)
{
	SIGNAL_OF(__asm__ volatile("mov %0, %%ds" : : "r"(0xfff0)));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
}

CASE(ports_are_the_kernels)
{
	SIGNAL_OF(__asm__ volatile("inb $0x80, %%al" : : : "al"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
}

CASE(interrupts_are_the_kernels)
{
	SIGNAL_OF(__asm__ volatile("cli"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
	SIGNAL_OF(__asm__ volatile("sti"));
	CHECK_EQ(seen->sig, SIGSEGV);
}

CASE(model_specific_registers_are_the_kernels)
{
	SIGNAL_OF(__asm__ volatile("rdmsr" : : "c"(0xc0000080) : "eax", "edx"));
	CHECK_EQ(seen->sig, SIGSEGV);
	CHECK_EQ(seen->code, SI_KERNEL);
	SIGNAL_OF(__asm__ volatile("mov %%cr0, %%rax" : : : "rax"));
	CHECK_EQ(seen->sig, SIGSEGV);
}
