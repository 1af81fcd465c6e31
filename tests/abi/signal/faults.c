// SPDX-License-Identifier: MIT
/*
 * signal/faults: what the processor refuses and which signal it becomes.
 *
 * Promise   each exception is the right signal with the right code and address, once for each
 *           attempt; a handler may repair and return, or change the registers; a fault whose signal
 *           is blocked or ignored kills.
 * Linux     sigaction(2) "The si_code field", core(5).
 */
#include <ucontext.h>
#include "tests/abi/abi.h"

#ifndef REG_RIP
enum { REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RDI, REG_RSI,
	REG_RBP, REG_RBX, REG_RDX, REG_RAX, REG_RCX, REG_RSP, REG_RIP, REG_EFL, REG_CSGSFS, REG_ERR,
	REG_TRAPNO, REG_OLDMASK, REG_CR2 };
#endif

static siginfo_t seen;
static volatile long skip, trap, error, fault_address;
static volatile int calls;

/* Keeps what it is told and steps over the instruction, whose length is in `skip`. */
static void step_over(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	calls++;
	seen = *info;
	trap = uc->uc_mcontext.gregs[REG_TRAPNO];
	error = uc->uc_mcontext.gregs[REG_ERR];
	fault_address = uc->uc_mcontext.gregs[REG_CR2];
	uc->uc_mcontext.gregs[REG_RIP] += skip;
}

enum { TRAP_PF = 14, TRAP_GP = 13, LOAD_BYTES = 2, STORE_BYTES = 2 };

/* movb (%rdi),%al and movb %al,(%rdi): two bytes each */
static void load(const void *p)
{
	skip = LOAD_BYTES;
	__asm__ volatile(".byte 0x8a, 0x07" :: "D"(p) : "rax", "memory");
}

static void store(void *p)
{
	skip = STORE_BYTES;
	__asm__ volatile(".byte 0x88, 0x07" :: "D"(p), "a"(1) : "memory");
}

CASE(read_of_unmapped_memory_is_maperr)
{
	char *p = hole();

	handle_info(SIGSEGV, step_over, 0);
	load(p + 5);
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_signo, SIGSEGV);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK_EQ(seen.si_addr, p + 5);
	CHECK_EQ(trap, TRAP_PF);
	CHECK_EQ(error, 4);
	CHECK_EQ(fault_address, p + 5);
}

CASE(write_to_unmapped_memory_is_maperr)
{
	char *p = hole();

	handle_info(SIGSEGV, step_over, 0);
	store(p + 7);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK_EQ(seen.si_addr, p + 7);
	CHECK_EQ(error, 6);
}

CASE(write_to_read_only_memory_is_accerr)
{
	char *p = page_end(PROT_READ) - 1;

	handle_info(SIGSEGV, step_over, 0);
	load(p);
	CHECK_EQ(calls, 0);
	store(p);
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_code, SEGV_ACCERR);
	CHECK_EQ(seen.si_addr, p);
	CHECK_EQ(error, 7);
}

CASE(read_of_prot_none_memory_is_accerr)
{
	char *p = page_end(PROT_NONE) - 1;

	handle_info(SIGSEGV, step_over, 0);
	load(p);
	CHECK_EQ(seen.si_code, SEGV_ACCERR);
	CHECK_EQ(seen.si_addr, p);
}

static void return_from(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	long *sp = (long *)uc->uc_mcontext.gregs[REG_RSP];

	(void)sig;
	calls++;
	seen = *info;
	error = uc->uc_mcontext.gregs[REG_ERR];
	uc->uc_mcontext.gregs[REG_RIP] = *sp;
	uc->uc_mcontext.gregs[REG_RSP] += 8;
}

CASE(execution_of_data_is_accerr)
{
	char *p = page_end(PROT_READ | PROT_WRITE) - PAGE;

	*p = (char)0xc3;
	handle_info(SIGSEGV, return_from, 0);
	((void (*)(void))p)();
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_code, SEGV_ACCERR);
	CHECK_EQ(seen.si_addr, p);
	CHECK_EQ(error & 0x15, 0x15);
}

CASE(jump_to_nothing_is_maperr)
{
	char *p = hole();

	handle_info(SIGSEGV, return_from, 0);
	((void (*)(void))p)();
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK_EQ(seen.si_addr, p);
}

CASE(null_is_maperr_at_zero)
{
	handle_info(SIGSEGV, step_over, 0);
	load(NULL);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK_EQ(seen.si_addr, 0);
}

CASE(kernel_addresses_are_maperr_for_users)
{
	handle_info(SIGSEGV, step_over, 0);
	load((void *)0xffffffff81000000);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
	CHECK_EQ(seen.si_addr, 0xffffffff81000000);
	store((void *)0xffff888000000000);
	CHECK_EQ(calls, 2);
	CHECK_EQ(seen.si_code, SEGV_MAPERR);
}

CASE(non_canonical_address_is_a_general_protection_fault)
{
	handle_info(SIGSEGV, step_over, 0);
	load((void *)0x8000000000000000);
	CHECK_EQ(seen.si_signo, SIGSEGV);
	CHECK_EQ(seen.si_code, SI_KERNEL);
	CHECK_EQ(seen.si_addr, 0);
	CHECK_EQ(trap, TRAP_GP);
}

CASE(privileged_instruction_is_a_general_protection_fault)
{
	handle_info(SIGSEGV, step_over, 0);
	skip = 1;
	__asm__ volatile("hlt");
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_code, SI_KERNEL);
	__asm__ volatile("cli");
	CHECK_EQ(calls, 2);
	skip = 2;
	__asm__ volatile("in $0x80, %%al" ::: "rax");
	CHECK_EQ(calls, 3);
}

CASE(division_by_zero_is_fpe_intdiv)
{
	handle_info(SIGFPE, step_over, 0);
	skip = 2;
	__asm__ volatile("xor %%ecx, %%ecx\n xor %%edx, %%edx\n .byte 0xf7, 0xf1"
		::: "rax", "rcx", "rdx", "cc");
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_signo, SIGFPE);
	CHECK_EQ(seen.si_code, FPE_INTDIV);
	CHECK(seen.si_addr != NULL);
	CHECK_EQ(trap, 0);
}

/* QEMU's own emulation never raises the exception of SSE arithmetic, whatever MXCSR says. */
static int is_tcg(void)
{
	unsigned a = 0x40000000, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return b == 0x54474354 && c == 0x43544743 && d == 0x47435447; /* "TCGTCGTCGTCG" */
}

CASE(sse_division_by_zero_is_fpe_fltdiv_when_unmasked)
{
	unsigned csr = 0x1f80 & ~0x200, usual = 0x1f80;
	float one = 1, zero = 0;

	if (is_tcg())
		SKIP("the processor is QEMU's TCG, which raises no #XM");
	handle_info(SIGFPE, step_over, 0);
	skip = 4;
	__asm__ volatile("ldmxcsr %0\n movss %1, %%xmm0\n movss %2, %%xmm1\n"
		".byte 0xf3, 0x0f, 0x5e, 0xc1\n ldmxcsr %3"
		:: "m"(csr), "m"(one), "m"(zero), "m"(usual) : "xmm0", "xmm1");
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_code, FPE_FLTDIV);
	CHECK_EQ(trap, 19);
}

CASE(undefined_instruction_is_ill_illopn)
{
	void *at;

	handle_info(SIGILL, step_over, 0);
	skip = 2;
	__asm__ volatile("lea 1f(%%rip), %0\n 1: ud2" : "=r"(at));
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_signo, SIGILL);
	CHECK_EQ(seen.si_code, ILL_ILLOPN);
	CHECK_EQ(seen.si_addr, at);
	CHECK_EQ(trap, 6);
}

CASE(int3_is_sigtrap_after_the_instruction)
{
	handle_info(SIGTRAP, step_over, 0);
	skip = 0;
	__asm__ volatile("int3");
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_signo, SIGTRAP);
	CHECK_EQ(seen.si_code, SI_KERNEL);
	CHECK_EQ(trap, 3);
}

CASE(trap_flag_is_sigtrap_trace)
{
	handle_info(SIGTRAP, step_over, 0);
	skip = 0;
	__asm__ volatile("sub $128, %%rsp\n pushf\n orl $0x100, (%%rsp)\n popf\n nop\n"
		"pushf\n andl $~0x100, (%%rsp)\n popf\n add $128, %%rsp" ::: "memory", "cc");
	CHECK(calls >= 1);
	CHECK_EQ(seen.si_code, TRAP_TRACE);
	CHECK_EQ(trap, 1);
}

CASE(mapping_beyond_the_end_of_a_file_is_bus_adrerr)
{
	scratch();
	int fd = sys(SYS_open, "file", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(sys(SYS_write, fd, "x", 1), 1);
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	handle_info(SIGBUS, step_over, 0);
	load(p + PAGE - 1);
	CHECK_EQ(calls, 0);
	load(p + PAGE + 3);
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_signo, SIGBUS);
	CHECK_EQ(seen.si_code, BUS_ADRERR);
	CHECK_EQ(seen.si_addr, p + PAGE + 3);
}

static void make_writable(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	calls++;
	mprotect((void *)((uintptr_t)info->si_addr & ~(PAGE - 1UL)), PAGE, PROT_READ | PROT_WRITE);
}

CASE(handler_may_repair_and_the_instruction_is_repeated)
{
	char *p = page_end(PROT_READ) - 1;

	handle_info(SIGSEGV, make_writable, 0);
	store(p);
	CHECK_EQ(calls, 1);
	CHECK_EQ(*p, 1);
}

CASE(blocked_fault_kills)
{
	int pid;
	char *p = hole();

	CHILD(pid) {
		handle_info(SIGSEGV, step_over, 0);
		set_mask(SIG_BLOCK, sigbit(SIGSEGV));
		load(p);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

CASE(ignored_fault_kills)
{
	int pid;
	char *p = hole();

	CHILD(pid) {
		signal(SIGSEGV, SIG_IGN);
		load(p);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

static void fault_again(int sig)
{
	(void)sig;
	load((void *)8);
}

CASE(fault_inside_its_own_handler_kills)
{
	int pid;

	CHILD(pid) {
		handle(SIGSEGV, fault_again, 0);
		load((void *)8);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

static void set_registers(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_RAX] = 0x1122334455667788;
	uc->uc_mcontext.gregs[REG_R13] = uc->uc_mcontext.gregs[REG_R12] + 1;
	uc->uc_mcontext.gregs[REG_EFL] |= 1;
}

CASE(handler_changes_registers)
{
	long rax, r13;
	unsigned char carry;

	handle_info(SIGILL, set_registers, 0);
	__asm__ volatile("mov $41, %%r12d\n clc\n ud2\n setc %2\n mov %%r13, %1"
		: "=a"(rax), "=&r"(r13), "=&r"(carry) :: "r12", "r13", "cc");
	CHECK_EQ(rax, 0x1122334455667788);
	CHECK_EQ(r13, 42);
	CHECK_EQ(carry, 1);
}

static void set_bad_flags(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_EFL] = ~0L & ~0x100;
}

CASE(handler_cannot_raise_its_privilege)
{
	long flags;

	handle_info(SIGILL, set_bad_flags, 0);
	__asm__ volatile("ud2\n sub $128, %%rsp\n pushf\n pop %0\n push $2\n popf\n cld\n"
		"add $128, %%rsp" : "=r"(flags) :: "cc", "memory");
	CHECK_EQ(flags & 0x3000, 0);
	CHECK_EQ(flags & 0x200, 0x200);
	CHECK_EQ(flags & 0x20000, 0);
}

static void return_to_kernel(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = 0x8000000000000000;
}

CASE(return_to_a_non_canonical_address_is_the_users_fault)
{
	int pid;

	CHILD(pid) {
		handle_info(SIGUSR1, return_to_kernel, 0);
		sys(SYS_kill, getpid(), SIGUSR1);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

CASE(sigreturn_without_a_frame_kills)
{
	int pid;

	CHILD(pid)
		__asm__ volatile("mov $0x1000, %%rsp\n syscall" :: "a"(SYS_rt_sigreturn)
			: "rcx", "r11", "memory");
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}
