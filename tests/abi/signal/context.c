// SPDX-License-Identifier: MIT
/*
 * signal/context: the machine state around a handler and what fork and exec do with signals.
 *
 * Promise   a handler may use every register, vector ones too, and the interrupted code does not
 *           notice; the frame holds that state for the handler to read and change; masks,
 *           dispositions and pending sets are inherited as Linux does.
 * Linux     sigreturn(2), signal(7) "Execution of signal handlers", fork(2), execve(2).
 */
#include <ucontext.h>
#include "tests/abi/program.h"

enum { GREG_RAX = 13, GREG_RSP = 15, GREG_RIP = 16, XMM_OFFSET = 160, MXCSR_OFFSET = 24 };

static volatile int calls;
static volatile uint64_t seen_xmm[2];
static volatile uint32_t seen_mxcsr;
static volatile uint64_t seen_mask;
static volatile int change_xmm;

static void use_everything(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	char *fx = (char *)uc->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	calls++;
	memcpy((void *)seen_xmm, fx + XMM_OFFSET + 6 * 16, 16);
	memcpy((void *)&seen_mxcsr, fx + MXCSR_OFFSET, 4);
	memcpy((void *)&seen_mask, &uc->uc_sigmask, 8);
	if (change_xmm)
		memset(fx + XMM_OFFSET + 6 * 16, 0x77, 16);
	__asm__ volatile("pcmpeqd %%xmm0, %%xmm0\n movdqa %%xmm0, %%xmm6\n movdqa %%xmm0, %%xmm15\n"
		"fninit\n fldpi" ::: "xmm0", "xmm6", "xmm15", "memory");
}

/* Sends a signal to itself with known vector registers and reads them back behind it. */
static void signal_with_xmm(uint64_t low, uint64_t high, uint64_t out[2])
{
	uint64_t in[2] = {low, high};

	__asm__ volatile("movdqu (%[in]), %%xmm6\n syscall\n movdqu %%xmm6, (%[out])"
		:: [in] "r"(in), [out] "r"(out), "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
		: "rcx", "r11", "xmm6", "memory");
}

CASE(vector_registers_survive_a_handler)
{
	uint64_t out[2];

	handle_info(SIGUSR1, use_everything, 0);
	signal_with_xmm(0x1111222233334444, 0x5555666677778888, out);
	CHECK_EQ(calls, 1);
	CHECK_EQ(out[0], 0x1111222233334444);
	CHECK_EQ(out[1], 0x5555666677778888);
}

CASE(vector_registers_are_in_the_frame)
{
	uint64_t out[2];

	handle_info(SIGUSR1, use_everything, 0);
	signal_with_xmm(0x1111222233334444, 0x5555666677778888, out);
	CHECK_EQ(seen_xmm[0], 0x1111222233334444);
	CHECK_EQ(seen_xmm[1], 0x5555666677778888);
	CHECK_EQ(seen_mxcsr & 0xffc0, 0x1f80);
}

CASE(handler_may_change_vector_registers)
{
	uint64_t out[2];

	change_xmm = 1;
	handle_info(SIGUSR1, use_everything, 0);
	signal_with_xmm(1, 2, out);
	CHECK_EQ(out[0], 0x7777777777777777);
	CHECK_EQ(out[1], 0x7777777777777777);
}

CASE(x87_stack_survives_a_handler)
{
	double before = 1234.5, after = 0;

	handle_info(SIGUSR1, use_everything, 0);
	__asm__ volatile("fldl %1\n syscall\n fstpl %0"
		: "=m"(after) : "m"(before), "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
		: "rcx", "r11", "st", "memory");
	CHECK(after == before);
}

CASE(general_registers_survive_a_handler)
{
	uint64_t got[6];

	handle_info(SIGUSR1, use_everything, 0);
	__asm__ volatile("mov $1, %%r8d\n mov $2, %%r9d\n mov $3, %%r10d\n mov $4, %%r12d\n"
		"mov $5, %%r14d\n mov $6, %%edx\n syscall\n"
		"mov %%r8, (%%rbx)\n mov %%r9, 8(%%rbx)\n mov %%r10, 16(%%rbx)\n"
		"mov %%r12, 24(%%rbx)\n mov %%r14, 32(%%rbx)\n mov %%rdx, 40(%%rbx)"
		:: "b"(got), "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
		: "rcx", "r11", "r8", "r9", "r10", "r12", "r14", "rdx", "memory");
	CHECK_EQ(calls, 1);
	for (int i = 0; i < 6; i++)
		CHECK_EQ(got[i], i + 1);
}

CASE(red_zone_survives_a_handler)
{
	uint64_t got;

	handle_info(SIGUSR1, use_everything, 0);
	__asm__ volatile("movq $0x1234567, -128(%%rsp)\n syscall\n mov -128(%%rsp), %0"
		: "=r"(got) : "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
		: "rcx", "r11", "memory");
	CHECK_EQ(got, 0x1234567);
}

CASE(frame_holds_the_mask_to_return_to)
{
	handle_info(SIGUSR1, use_everything, 0);
	set_mask(SIG_BLOCK, sigbit(SIGHUP) | sigbit(50));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(seen_mask, sigbit(SIGHUP) | sigbit(50));
}

static void change_return_mask(int sig, siginfo_t *info, void *context)
{
	uint64_t mask = sigbit(SIGUSR2) | sigbit(SIGKILL);

	(void)sig;
	(void)info;
	memcpy(&((ucontext_t *)context)->uc_sigmask, &mask, 8);
}

CASE(handler_may_change_the_mask_to_return_to)
{
	handle_info(SIGUSR1, change_return_mask, 0);
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(get_mask(), sigbit(SIGUSR2));
}

static void answer_for_the_call(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	CHECK_EQ(uc->uc_mcontext.gregs[GREG_RAX], 0);
	uc->uc_mcontext.gregs[GREG_RAX] = 4711;
}

CASE(handler_sees_and_changes_the_result_of_the_call)
{
	handle_info(SIGUSR1, answer_for_the_call, 0);
	CHECK_EQ(sys(SYS_kill, getpid(), SIGUSR1), 4711);
}

static volatile int stack_is_aligned;

__attribute__((noinline)) static void look_at_stack(int sig)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

	(void)sig;
	stack_is_aligned = (frame & 15) == 0;
}

CASE(handler_starts_with_an_aligned_stack)
{
	handle(SIGUSR1, look_at_stack, 0);
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK(stack_is_aligned);
}

static volatile int flag_inside;

static void look_at_direction_flag(int sig)
{
	unsigned long flags;

	(void)sig;
	__asm__ volatile("sub $128, %%rsp\n pushf\n pop %0\n add $128, %%rsp" : "=r"(flags));
	flag_inside = !!(flags & 0x400);
}

CASE(direction_flag_is_clear_in_a_handler_and_restored_after)
{
	unsigned long flags;

	flag_inside = 9;
	handle(SIGUSR1, look_at_direction_flag, 0);
	__asm__ volatile("std\n syscall\n sub $128, %%rsp\n pushf\n pop %0\n cld\n add $128, %%rsp"
		: "=r"(flags) : "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
		: "rcx", "r11", "memory", "cc");
	CHECK_EQ(flag_inside, 0);
	CHECK_EQ(flags & 0x400, 0x400);
}

static volatile int trail[4], steps;

static void outer(int sig)
{
	trail[steps++ & 3] = sig;
	sys(SYS_kill, getpid(), SIGUSR2);
	trail[steps++ & 3] = sig;
}

static void inner(int sig)
{
	trail[steps++ & 3] = sig;
}

CASE(handlers_nest)
{
	handle(SIGUSR1, outer, 0);
	handle(SIGUSR2, inner, 0);
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(steps, 3);
	CHECK_EQ(trail[0], SIGUSR1);
	CHECK_EQ(trail[1], SIGUSR2);
	CHECK_EQ(trail[2], SIGUSR1);
}

static void jump_out(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	calls++;
	__asm__ volatile("mov $60, %%eax\n mov $21, %%edi\n syscall" ::: "memory");
}

CASE(exit_from_a_handler)
{
	int pid;

	CHILD(pid) {
		handle_info(SIGUSR1, jump_out, 0);
		sys(SYS_kill, getpid(), SIGUSR1);
	}
	CHECK_EXIT(pid, 21);
}

CASE(child_inherits_mask_and_handlers_but_no_pending_signal)
{
	int pid;

	handle(SIGUSR1, inner, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1) | sigbit(SIGHUP));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHILD(pid) {
		CHECK_EQ(get_mask(), sigbit(SIGUSR1) | sigbit(SIGHUP));
		CHECK_EQ(get_pending(), 0);
		sys(SYS_kill, getpid(), SIGUSR1);
		set_mask(SIG_SETMASK, 0);
		CHECK_EQ(steps, 1);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
}

CASE(child_inherits_the_alternate_stack)
{
	static char stack[32768];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)}, now;
	int pid;

	CHECK_EQ(sys(SYS_sigaltstack, &ss, 0), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
		CHECK_EQ(now.ss_sp, stack);
	}
	CHECK_EXIT(pid, 0);
}

CASE(child_has_no_alarm)
{
	int pid;

	CHECK_EQ(sys(SYS_alarm, 100), 0);
	CHILD(pid)
		CHECK_EQ(sys(SYS_alarm, 0), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_alarm, 0), 100);
}

CASE(exec_keeps_mask_pending_and_ignored_but_no_handler_and_no_stack)
{
	static char stack[32768];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct program_signals got;
	int fd[2], pid;

	scratch();
	write_program("p", PROGRAM_SIGNALS);
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		handle(SIGUSR1, inner, SA_RESTART);
		signal(SIGUSR2, SIG_IGN);
		set_mask(SIG_SETMASK, sigbit(SIGHUP));
		sys(SYS_sigaltstack, &ss, 0);
		sys(SYS_kill, getpid(), SIGHUP);
		sys(SYS_dup2, fd[1], 1);
		CHECK_EQ(sys(SYS_execve, "p", 0, 0), 0);
	}
	CHECK_EQ(sys(SYS_read, fd[0], &got, sizeof(got)), sizeof(got));
	CHECK_EXIT(pid, 0);
	CHECK_EQ(got.mask, sigbit(SIGHUP));
	CHECK_EQ(got.pending, sigbit(SIGHUP));
	CHECK_EQ(got.usr1[0], SIG_DFL);
	CHECK_EQ(got.usr1[1], 0);
	CHECK_EQ(got.usr2[0], SIG_IGN);
	CHECK_EQ(got.alternate[0], 0);
	CHECK_EQ((int)got.alternate[1], SS_DISABLE);
}
