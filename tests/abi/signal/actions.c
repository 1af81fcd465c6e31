// SPDX-License-Identifier: MIT
/*
 * signal/actions: rt_sigaction, masks, pending sets, and what the flags of an action do.
 *
 * Promise   what was set is what is read back; SIGKILL and SIGSTOP cannot be touched; a standard
 *           signal is pending once however often it is sent; the mask of an action holds while
 *           its handler runs and is undone after it.
 * Linux     sigaction(2), sigprocmask(2), sigpending(2), signal(7).
 */
#include "tests/abi/abi.h"

struct ksigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

static volatile int calls, depth, deepest;
static volatile uint64_t mask_inside, pending_inside;

static void note_call(int sig)
{
	(void)sig;
	calls++;
	mask_inside = get_mask();
	pending_inside = get_pending();
}

static void raise_again_once(int sig)
{
	calls++;
	depth++;
	if (depth > deepest)
		deepest = depth;
	if (calls == 1)
		sys(SYS_kill, getpid(), sig);
	depth--;
}

static void raise_me(int sig)
{
	CHECK_EQ(sys(SYS_kill, getpid(), sig), 0);
}

CASE(action_reads_back_as_set)
{
	struct ksigaction set = {note_call, SA_RESTART | SA_NODEFER | 0x04000000, (void *)0x1234,
		0x00000000deadbe00};
	struct ksigaction got;

	memset(&got, 0x55, sizeof(got));
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, &set, &got, KSIGSET), 0);
	CHECK_EQ(got.handler, SIG_DFL);
	CHECK_EQ(got.flags, 0);
	CHECK_EQ(got.mask, 0);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &got, KSIGSET), 0);
	CHECK_EQ(got.handler, set.handler);
	CHECK_EQ(got.flags, set.flags);
	CHECK_EQ(got.restorer, set.restorer);
	CHECK_EQ(got.mask, set.mask & ~(sigbit(SIGKILL) | sigbit(SIGSTOP)));
}

CASE(unknown_action_flags_are_dropped)
{
	struct ksigaction set = {SIG_IGN, 0x7ff00f00, 0, 0}, got;

	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, &set, 0, KSIGSET), 0);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &got, KSIGSET), 0);
	CHECK_EQ(got.flags, 0x5c000800);
}

CASE(kill_and_stop_cannot_be_caught)
{
	struct ksigaction set = {SIG_IGN, 0, 0, 0}, got;

	CHECK_EQ(sys(SYS_rt_sigaction, SIGKILL, &set, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGSTOP, &set, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGKILL, 0, &got, KSIGSET), 0);
	CHECK_EQ(got.handler, SIG_DFL);
}

CASE(sigaction_refuses_bad_arguments)
{
	struct ksigaction set = {SIG_IGN, 0, 0, 0};

	CHECK_EQ(sys(SYS_rt_sigaction, 0, 0, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigaction, 65, &set, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigaction, -1, &set, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, &set, 0, 4), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, hole(), 0, KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, hole(), KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigaction, 64, &set, 0, KSIGSET), 0);
}

CASE(mask_operations)
{
	uint64_t set = sigbit(SIGUSR1) | sigbit(SIGUSR2), old = 1;

	CHECK_EQ(sys(SYS_rt_sigprocmask, SIG_SETMASK, &set, &old, KSIGSET), 0);
	CHECK_EQ(old, 0);
	CHECK_EQ(get_mask(), set);
	CHECK_EQ(set_mask(SIG_UNBLOCK, sigbit(SIGUSR1) | sigbit(SIGHUP)), 0);
	CHECK_EQ(get_mask(), sigbit(SIGUSR2));
	CHECK_EQ(set_mask(SIG_BLOCK, sigbit(64)), 0);
	CHECK_EQ(get_mask(), sigbit(SIGUSR2) | sigbit(64));
	CHECK_EQ(set_mask(SIG_SETMASK, 0), 0);
	CHECK_EQ(get_mask(), 0);
}

CASE(kill_and_stop_cannot_be_blocked)
{
	CHECK_EQ(set_mask(SIG_SETMASK, ~0UL), 0);
	CHECK_EQ(get_mask(), ~(sigbit(SIGKILL) | sigbit(SIGSTOP)));
}

CASE(sigprocmask_refuses_bad_arguments)
{
	uint64_t set = 0;

	CHECK_EQ(sys(SYS_rt_sigprocmask, 3, &set, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigprocmask, -1, &set, 0, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigprocmask, 99, 0, &set, KSIGSET), 0);
	CHECK_EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, 0, 4), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, hole(), 0, KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, 0, hole(), KSIGSET), -EFAULT);
}

CASE(blocked_signal_is_pending_and_comes_when_unblocked)
{
	handle(SIGUSR1, note_call, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 0);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
	set_mask(SIG_UNBLOCK, sigbit(SIGUSR1));
	CHECK_EQ(calls, 1);
	CHECK_EQ(get_pending(), 0);
}

CASE(standard_signals_coalesce)
{
	handle(SIGUSR1, note_call, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	for (int i = 0; i < 5; i++)
		raise_me(SIGUSR1);
	set_mask(SIG_UNBLOCK, sigbit(SIGUSR1));
	CHECK_EQ(calls, 1);
}

CASE(sigpending_refuses_bad_arguments)
{
	CHECK_EQ(sys(SYS_rt_sigpending, hole(), KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigpending, hole(), 16), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigpending, -8L, KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigpending, -8L, 0), 0); /* nothing is copied to nowhere */
}

CASE(own_signal_is_masked_in_its_handler)
{
	handle(SIGUSR1, note_call, 0);
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 1);
	CHECK_EQ(mask_inside, sigbit(SIGUSR1));
	CHECK_EQ(get_mask(), 0);
}

CASE(action_mask_is_added_in_the_handler)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = note_call;
	sigaddset(&act.sa_mask, SIGUSR2);
	sigaction(SIGUSR1, &act, NULL);
	set_mask(SIG_BLOCK, sigbit(SIGHUP));
	raise_me(SIGUSR1);
	CHECK_EQ(mask_inside, sigbit(SIGUSR1) | sigbit(SIGUSR2) | sigbit(SIGHUP));
	CHECK_EQ(get_mask(), sigbit(SIGHUP));
}

CASE(sa_nodefer_leaves_the_signal_open)
{
	handle(SIGUSR1, note_call, SA_NODEFER);
	raise_me(SIGUSR1);
	CHECK_EQ(mask_inside, 0);
}

CASE(without_sa_nodefer_the_second_waits_for_the_first)
{
	handle(SIGUSR1, raise_again_once, 0);
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 2);
	CHECK_EQ(deepest, 1);
}

CASE(with_sa_nodefer_the_second_nests)
{
	handle(SIGUSR1, raise_again_once, SA_NODEFER);
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 2);
	CHECK_EQ(deepest, 2);
}

CASE(sa_resethand_is_for_one_signal)
{
	struct ksigaction got;

	handle(SIGUSR1, note_call, SA_RESETHAND);
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 1);
	CHECK_EQ(mask_inside, sigbit(SIGUSR1));
	CHECK_EQ(sys(SYS_rt_sigaction, SIGUSR1, 0, &got, KSIGSET), 0);
	CHECK_EQ(got.handler, SIG_DFL);
}

CASE(ignored_signal_leaves_nothing_pending)
{
	signal(SIGUSR1, SIG_IGN);
	set_mask(SIG_BLOCK, sigbit(SIGHUP));
	raise_me(SIGUSR1);
	CHECK_EQ(get_pending(), 0);
}

CASE(ignored_but_blocked_signal_stays_pending)
{
	signal(SIGUSR1, SIG_IGN);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	raise_me(SIGUSR1);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
}

CASE(setting_ignore_drops_what_is_pending)
{
	handle(SIGUSR1, note_call, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	raise_me(SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	CHECK_EQ(get_pending(), 0);
	handle(SIGUSR1, note_call, 0);
	set_mask(SIG_UNBLOCK, sigbit(SIGUSR1));
	CHECK_EQ(calls, 0);
}

CASE(default_ignored_signal_is_dropped_when_its_default_is_set)
{
	handle(SIGCHLD, note_call, 0);
	set_mask(SIG_BLOCK, sigbit(SIGCHLD));
	raise_me(SIGCHLD);
	CHECK_EQ(get_pending(), sigbit(SIGCHLD));
	signal(SIGCHLD, SIG_DFL);
	CHECK_EQ(get_pending(), 0);
}

CASE(several_pending_signals_all_arrive)
{
	handle(SIGUSR1, note_call, 0);
	handle(SIGUSR2, note_call, 0);
	handle(SIGHUP, note_call, 0);
	set_mask(SIG_SETMASK, ~0UL);
	raise_me(SIGUSR2);
	raise_me(SIGHUP);
	raise_me(SIGUSR1);
	set_mask(SIG_SETMASK, 0);
	CHECK_EQ(calls, 3);
}

static char alternate[64 * 1024];
static volatile uintptr_t handler_stack;
static volatile int flags_inside;

static void note_stack(int sig)
{
	stack_t now;
	char here;

	(void)sig;
	calls++;
	handler_stack = (uintptr_t)&here;
	sys(SYS_sigaltstack, 0, &now);
	flags_inside = now.ss_flags;
}

static bool on_alternate(void)
{
	return handler_stack - (uintptr_t)alternate < sizeof(alternate);
}

CASE(sa_onstack_uses_the_alternate_stack)
{
	stack_t ss = {.ss_sp = alternate, .ss_size = sizeof(alternate)}, now;

	CHECK_EQ(sys(SYS_sigaltstack, &ss, 0), 0);
	handle(SIGUSR1, note_stack, SA_ONSTACK);
	raise_me(SIGUSR1);
	CHECK_EQ(calls, 1);
	CHECK(on_alternate());
	CHECK_EQ(flags_inside, SS_ONSTACK);
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ(now.ss_flags, 0);
	CHECK_EQ(now.ss_sp, alternate);
	CHECK_EQ(now.ss_size, sizeof(alternate));
}

CASE(without_sa_onstack_the_stack_is_the_usual_one)
{
	stack_t ss = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	CHECK_EQ(sys(SYS_sigaltstack, &ss, 0), 0);
	handle(SIGUSR1, note_stack, 0);
	raise_me(SIGUSR1);
	CHECK(!on_alternate());
	CHECK_EQ(flags_inside, 0);
}

CASE(sigaltstack_starts_disabled)
{
	stack_t now;

	memset(&now, 0x55, sizeof(now));
	CHECK_EQ(sys(SYS_sigaltstack, 0, &now), 0);
	CHECK_EQ(now.ss_sp, 0);
	CHECK_EQ(now.ss_size, 0);
	CHECK_EQ(now.ss_flags, SS_DISABLE);
}

CASE(sigaltstack_refuses_bad_arguments)
{
	stack_t small = {.ss_sp = alternate, .ss_size = 1024};
	stack_t flags = {.ss_sp = alternate, .ss_size = sizeof(alternate), .ss_flags = 4};

	CHECK_EQ(sys(SYS_sigaltstack, &small, 0), -ENOMEM);
	CHECK_EQ(sys(SYS_sigaltstack, &flags, 0), -EINVAL);
	CHECK_EQ(sys(SYS_sigaltstack, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_sigaltstack, 0, hole()), -EFAULT);
	small.ss_flags = SS_DISABLE;
	CHECK_EQ(sys(SYS_sigaltstack, &small, 0), 0);
}

static volatile long change_inside;

static void try_change(int sig)
{
	stack_t ss = {.ss_sp = alternate, .ss_size = sizeof(alternate) / 2};

	(void)sig;
	change_inside = sys(SYS_sigaltstack, &ss, 0);
}

CASE(alternate_stack_in_use_cannot_be_changed)
{
	stack_t ss = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	CHECK_EQ(sys(SYS_sigaltstack, &ss, 0), 0);
	handle(SIGUSR1, try_change, SA_ONSTACK);
	raise_me(SIGUSR1);
	CHECK_EQ(change_inside, -EPERM);
}

CASE(overflowed_stack_is_handled_on_the_alternate_one)
{
	stack_t ss = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
	int pid;

	CHILD(pid) {
		CHECK_EQ(sys(SYS_sigaltstack, &ss, 0), 0);
		handle(SIGSEGV, _exit, SA_ONSTACK);
		__asm__ volatile("mov $64, %%rsp\n push %%rax" ::: "memory");
	}
	CHECK_EXIT(pid, SIGSEGV);
}

CASE(frame_that_cannot_be_written_kills)
{
	int pid;

	CHILD(pid) {
		handle(SIGUSR1, note_call, 0);
		handle(SIGSEGV, _exit, 0);
		__asm__ volatile("mov %%rsp, %%rbx\n xor %%esp, %%esp\n syscall\n"
			:: "a"(SYS_kill), "D"(getpid()), "S"(SIGUSR1)
			: "rbx", "rcx", "r11", "memory");
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}
