// SPDX-License-Identifier: MIT
/*
 * signal/frame: the frame that a handler runs on, and what rt_sigreturn makes of a changed one.
 *
 * Promise   the layout is the ABI's; the alternate stack is used, nested and disarmed as documented; a frame
 *           with impossible contents is SIGSEGV for the program, at the place that the frame names.
 * Linux     sigreturn(2), sigaltstack(2), sigaction(2).
 */
#include <ucontext.h>
#include "tests/abi/abi.h"

#ifndef REG_RIP
enum { REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RDI, REG_RSI,
	REG_RBP, REG_RBX, REG_RDX, REG_RAX, REG_RCX, REG_RSP, REG_RIP, REG_EFL, REG_CSGSFS, REG_ERR,
	REG_TRAPNO, REG_OLDMASK, REG_CR2 };
#endif
#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

enum {
	UC_SIZE = 304, MAGIC1 = 0x46505853, MAGIC2 = 0x46505845, SW_RESERVED = 464, FPU_ALIGN = 64,
	SEL_CODE = 0x33, SEL_DATA = 0x2b, TRAP_GP = 13, STACK_BYTES = 64 * 1024,
};

struct selectors {
	unsigned short cs, gs, fs, ss;
};

static char alternate[STACK_BYTES], other[STACK_BYTES];
static volatile int calls, change;
static siginfo_t seen;
static ucontext_t seen_context;
static volatile uintptr_t context_at, info_at, stack_at, frame_rsp;

static struct selectors *selectors_of(ucontext_t *uc)
{
	return (struct selectors *)&uc->uc_mcontext.gregs[REG_CSGSFS];
}

static void look(int sig, siginfo_t *info, void *context)
{
	char here;

	(void)sig;
	calls++;
	seen = *info;
	memcpy(&seen_context, context, UC_SIZE);
	context_at = (uintptr_t)context;
	info_at = (uintptr_t)info;
	stack_at = (uintptr_t)&here;
}

static void raise_me(int sig)
{
	CHECK_EQ(sys(SYS_kill, getpid(), sig), 0);
}

static void use_stack(char *base, size_t size, unsigned flags)
{
	stack_t ss = {.ss_sp = base, .ss_size = size, .ss_flags = (int)flags};

	CHECK_EQ(sys(SYS_sigaltstack, &ss, 0), 0);
}

static bool inside(uintptr_t p, const char *base)
{
	return p - (uintptr_t)base < STACK_BYTES;
}

CASE(frame_has_the_layout_of_the_abi)
{
	uintptr_t before;

	handle_info(SIGUSR1, look, 0);
	__asm__ volatile("mov %%rsp, %0" : "=r"(before));
	raise_me(SIGUSR1);
	uintptr_t fpu = (uintptr_t)seen_context.uc_mcontext.fpregs;

	CHECK_EQ(calls, 1);
	CHECK_EQ(info_at, context_at + UC_SIZE);
	CHECK_EQ(context_at % 16, 0);
	CHECK_EQ(fpu % FPU_ALIGN, 0);
	CHECK(fpu >= info_at + 128);
	CHECK(before > fpu + 512);
	CHECK_EQ(seen_context.uc_flags & 6, 6);
	CHECK_EQ(seen_context.uc_link, 0);
	CHECK_EQ(selectors_of(&seen_context)->cs, SEL_CODE);
	CHECK_EQ(selectors_of(&seen_context)->ss, SEL_DATA);
	CHECK_EQ(selectors_of(&seen_context)->gs, 0);
	CHECK_EQ(selectors_of(&seen_context)->fs, 0);
}

static volatile unsigned magic1, magic2, extended_size, xstate_size;

static void look_at_fpu(int sig, siginfo_t *info, void *context)
{
	char *fpu = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;
	unsigned sw[6];

	(void)sig;
	(void)info;
	memcpy(sw, fpu + SW_RESERVED, sizeof(sw));
	magic1 = sw[0];
	extended_size = sw[1];
	xstate_size = sw[4];
	if (magic1 == MAGIC1)
		memcpy((void *)&magic2, fpu + xstate_size, 4);
}

CASE(extended_state_is_between_its_magics)
{
	handle_info(SIGUSR1, look, 0);
	raise_me(SIGUSR1);
	if (!(seen_context.uc_flags & 1))
		SKIP("no XSAVE");
	handle_info(SIGUSR1, look_at_fpu, 0);
	raise_me(SIGUSR1);
	CHECK_EQ(magic1, MAGIC1);
	CHECK_EQ(magic2, MAGIC2);
	CHECK_EQ(extended_size, xstate_size + 4);
	CHECK(xstate_size >= 576);
}

CASE(info_beyond_what_is_used_is_clear)
{
	siginfo_t info;

	memset(&info, 0x55, sizeof(info));
	info.si_errno = 0;
	info.si_code = SI_QUEUE;
	handle_info(SIGUSR1, look, 0);
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info), 0);
	for (int i = 0; i < 80; i++)
		CHECK_EQ(((char *)&seen)[48 + i], 0);
	CHECK_EQ(((char *)&seen)[47], 0x55);
}

CASE(unknown_code_with_bytes_beyond_is_e2big)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = -50;
	((char *)&info)[100] = 1;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGWINCH, &info), -E2BIG);
	((char *)&info)[100] = 0;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGWINCH, &info), 0);
}

CASE(broken_pipe_is_from_oneself)
{
	int fd[2];

	handle_info(SIGPIPE, look, 0);
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EPIPE);
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_code, SI_USER);
	CHECK_EQ(seen.si_pid, getpid());
}

static void nest(int sig)
{
	char here;

	calls++;
	if (sig == SIGUSR1) {
		frame_rsp = (uintptr_t)&here;
		sys(SYS_kill, getpid(), SIGUSR2);
	} else {
		stack_at = (uintptr_t)&here;
	}
}

CASE(nested_handlers_share_the_alternate_stack)
{
	use_stack(alternate, STACK_BYTES, 0);
	handle(SIGUSR1, nest, SA_ONSTACK);
	handle(SIGUSR2, nest, SA_ONSTACK);
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 2);
	CHECK(inside(frame_rsp, alternate));
	CHECK(inside(stack_at, alternate));
	CHECK(stack_at < frame_rsp);
}

CASE(alternate_stack_too_small_for_a_frame_is_sigsegv)
{
	int pid;

	CHILD(pid) {
		use_stack(alternate, 2048, 0);
		handle(SIGUSR1, nest, SA_ONSTACK);
		handle(SIGUSR2, nest, SA_ONSTACK);
		raise_me(SIGUSR1);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

static void recurse(int sig)
{
	sys(SYS_kill, getpid(), sig);
}

CASE(alternate_stack_that_overflows_is_sigsegv)
{
	int pid;

	CHILD(pid) {
		use_stack(alternate, STACK_BYTES, 0);
		handle(SIGUSR1, recurse, SA_ONSTACK | SA_NODEFER);
		raise_me(SIGUSR1);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

static stack_t inside_stack;
static volatile long set_inside;

static void disarmed(int sig, siginfo_t *info, void *context)
{
	stack_t ss = {.ss_sp = other, .ss_size = STACK_BYTES};

	look(sig, info, context);
	sys(SYS_sigaltstack, 0, &inside_stack);
	set_inside = sys(SYS_sigaltstack, &ss, 0);
}

CASE(stack_that_disarms_itself_comes_back)
{
	stack_t now;

	use_stack(alternate, STACK_BYTES, SS_AUTODISARM);
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ((unsigned)now.ss_flags, SS_AUTODISARM);
	handle_info(SIGUSR1, disarmed, SA_ONSTACK);
	raise_me(SIGUSR1);
	CHECK(inside(stack_at, alternate));
	CHECK_EQ(inside_stack.ss_flags, SS_DISABLE);
	CHECK_EQ(inside_stack.ss_size, 0);
	CHECK_EQ(set_inside, 0);
	CHECK_EQ((unsigned)seen_context.uc_stack.ss_flags, SS_AUTODISARM);
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ((unsigned)now.ss_flags, SS_AUTODISARM);
	CHECK_EQ(now.ss_sp, alternate);
	CHECK_EQ(now.ss_size, STACK_BYTES);
}

static void move_stack(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	look(sig, info, context);
	uc->uc_stack.ss_sp = other;
	uc->uc_stack.ss_size = STACK_BYTES;
	uc->uc_stack.ss_flags = change;
}

CASE(handler_may_change_the_alternate_stack_to_return_to)
{
	stack_t now;

	NEEDS_LINUX(6, 18);
	use_stack(alternate, STACK_BYTES, 0);
	handle_info(SIGUSR1, move_stack, 0);
	raise_me(SIGUSR1);
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ(now.ss_sp, other);
	use_stack(alternate, STACK_BYTES, 0);
	handle_info(SIGUSR1, move_stack, SA_ONSTACK); /* but not while on it */
	raise_me(SIGUSR1);
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ(now.ss_sp, alternate);
	handle_info(SIGUSR1, move_stack, 0);
	change = 77;
	raise_me(SIGUSR1);
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ(now.ss_sp, alternate);
}

CASE(handler_without_restorer_is_sigsegv)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} act = {look, 4, 0, 0};
	int pid;

	CHILD(pid) {
		CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, &act, 0, KSIGSET), 0);
		sys(SYS_kill, getpid(), SIGUSR1);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

enum damage {
	NONE, RIP_HIGH, RIP_KERNEL, CODE_SELECTOR, STACK_SELECTOR, NULL_STACK_SELECTOR, LENIENT_STACK_SELECTOR,
	FPU_NOWHERE, FPU_UNALIGNED, FPU_NONE,
};

static void damage(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	char *fpu = (char *)uc->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	switch (change) {
	case RIP_HIGH: uc->uc_mcontext.gregs[REG_RIP] = 0x8000000000000000; break;
	case RIP_KERNEL: uc->uc_mcontext.gregs[REG_RIP] = 0xffffffff80000000; break;
	case CODE_SELECTOR: selectors_of(uc)->cs = 0x10; break;
	case STACK_SELECTOR: selectors_of(uc)->ss = 0x10; break;
	case NULL_STACK_SELECTOR: selectors_of(uc)->ss = 0; break;
	case LENIENT_STACK_SELECTOR: selectors_of(uc)->ss = 0, uc->uc_flags &= ~4UL; break;
	case FPU_NOWHERE: uc->uc_mcontext.fpregs = (void *)0x1000; break;
	case FPU_UNALIGNED: uc->uc_mcontext.fpregs = (void *)(fpu + 1); break;
	case FPU_NONE: uc->uc_mcontext.fpregs = NULL; break;
	}
}

static void told(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	memcpy(&seen_context, context, UC_SIZE);
	_exit(100 + (info->si_code == SI_KERNEL) + 2 * (seen_context.uc_mcontext.gregs[REG_TRAPNO] == TRAP_GP) +
		4 * (seen_context.uc_mcontext.gregs[REG_RIP] == (long)0x8000000000000000));
}

/* How a process ends whose handler does this to its frame: 0 well, 100 and more by SIGSEGV. */
static int after(enum damage what)
{
	int pid;

	CHILD(pid) {
		change = what;
		use_stack(alternate, STACK_BYTES, 0);
		handle_info(SIGUSR1, damage, 0);
		handle_info(SIGSEGV, told, SA_ONSTACK);
		raise_me(SIGUSR1);
	}
	return reap(pid);
}

CASE(damaged_frames)
{
	CHECK_EQ(after(NONE), EXITED(0));
	CHECK_EQ(after(RIP_HIGH), EXITED(107));
	CHECK_EQ(after(RIP_KERNEL), EXITED(100));
	CHECK_EQ(after(CODE_SELECTOR), EXITED(103));
	CHECK_EQ(after(STACK_SELECTOR), EXITED(103));
	CHECK_EQ(after(NULL_STACK_SELECTOR), EXITED(103));
	CHECK_EQ(after(LENIENT_STACK_SELECTOR), EXITED(0));
	CHECK_EQ(after(FPU_NOWHERE), EXITED(101));
	CHECK_EQ(after(FPU_UNALIGNED), EXITED(101));
	CHECK_EQ(after(FPU_NONE), EXITED(0));
}

CASE(handler_at_an_impossible_address_is_sigsegv)
{
	int pid;

	CHILD(pid) {
		use_stack(alternate, STACK_BYTES, 0);
		handle_info(SIGUSR1, (void (*)(int, siginfo_t *, void *))0x8000000000000000, 0);
		handle_info(SIGSEGV, told, SA_ONSTACK);
		raise_me(SIGUSR1);
	}
	CHECK_EQ(reap(pid), EXITED(107));
}

CASE(frame_that_cannot_be_written_is_handled_on_the_alternate_stack)
{
	int pid;

	CHILD(pid) {
		use_stack(alternate, STACK_BYTES, 0);
		handle(SIGUSR1, nest, 0);
		handle_info(SIGSEGV, told, SA_ONSTACK);
		__asm__ volatile("xor %%esp, %%esp\n syscall\n"
			:: "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1) : "rcx", "r11", "memory");
	}
	CHECK_EQ(reap(pid), EXITED(101));
}

static void by_trap(int sig, siginfo_t *info, void *context)
{
	look(sig, info, context);
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

CASE(all_registers_come_back_from_any_instruction)
{
	handle_info(SIGILL, by_trap, 0);
	register long rcx __asm__("rcx") = 0x1111;
	register long r11 __asm__("r11") = 0x2222;

	__asm__ volatile("ud2" : "+r"(rcx), "+r"(r11) :: "memory");
	long got_rcx = rcx, got_r11 = r11;

	CHECK_EQ(got_rcx, 0x1111);
	CHECK_EQ(got_r11, 0x2222);
	CHECK_EQ(seen_context.uc_mcontext.gregs[REG_RCX], 0x1111);
	CHECK_EQ(seen_context.uc_mcontext.gregs[REG_R11], 0x2222);
}
