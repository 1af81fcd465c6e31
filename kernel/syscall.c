// SPDX-License-Identifier: MIT
/*
 * syscall: from a number and six registers to a C function and back.
 *
 * Promise   a number that is not in syscalls.def answers -ENOSYS. The usual way costs one test of the
 *           task's flags, one bounds check and one indirect call; tracing is behind that one test.
 * Blocking  a call that was interrupted answers -ERESTART; only the way out (kernel/proc/sigdeliver.c)
 *           turns that into a restart or EINTR, by the policy column of the table.
 * Linux     syscall(2); errors are -4095..-1 in rax
 */
#include "kernel/syscall.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/strace.h"

typedef long (*syscall_thunk)(const struct regs *r);

#define SC_ARG(kind, name, reg) (T_##kind)(r->reg)
#define SC_ARGS_0(F)
#define SC_ARGS(...) SC_CAT(SC_PASS_, SC_COUNT(__VA_ARGS__))(__VA_ARGS__)
#define SC_PASS_0()
#define SC_PASS_1(...) SC_MAP_1(SC_ARG, __VA_ARGS__)
#define SC_PASS_2(...) SC_MAP_2(SC_ARG, __VA_ARGS__)
#define SC_PASS_3(...) SC_MAP_3(SC_ARG, __VA_ARGS__)
#define SC_PASS_4(...) SC_MAP_4(SC_ARG, __VA_ARGS__)
#define SC_PASS_5(...) SC_MAP_5(SC_ARG, __VA_ARGS__)
#define SC_PASS_6(...) SC_MAP_6(SC_ARG, __VA_ARGS__)
#define SYSCALL(nr, name, policy, ...)                                                             \
	static long thunk_##name(const struct regs *r)                                             \
	{                                                                                          \
		return sys_##name(SC_ARGS(__VA_ARGS__));                                           \
	}
#include "kernel/syscalls.def"
#undef SYSCALL

static long thunk_enosys(const struct regs *r)
{
	return -ENOSYS;
}

enum {
#define SYSCALL(nr, name, ...) NR_##name = nr,
#include "kernel/syscalls.def"
#undef SYSCALL
	NR_LIMIT = 512, /* above every number of the table; a bounds check against a power of two */
};

/* The table overrides its own default range: that is its purpose, not an accident. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const syscall_thunk thunks[NR_LIMIT] = {
	[0 ... NR_LIMIT - 1] = thunk_enosys,
#define SYSCALL(nr, name, ...) [nr] = thunk_##name,
#include "kernel/syscalls.def"
#undef SYSCALL
};
#pragma GCC diagnostic pop

static const struct {
	const char *name;
	u8 policy;
} facts[NR_LIMIT] = {
#define SYSCALL(nr, name, policy, ...) [nr] = { #name, policy },
#include "kernel/syscalls.def"
#undef SYSCALL
};

enum restart_policy syscall_restart_policy(u64 nr)
{
	return nr < NR_LIMIT && facts[nr].name ? facts[nr].policy : NEVER;
}

const char *syscall_name(u64 nr)
{
	return nr < NR_LIMIT ? facts[nr].name : NULL;
}

void syscall_result_stands(void)
{
	arch_user_regs(&current->arch)->orig_rax = SYSCALL_NONE;
}

/* The number counts as 32 bits: Linux sign-extends eax, so a negative one is just not found. */
static inline long syscall_run(const struct regs *r)
{
	u64 nr = (u32)r->orig_rax;
	return likely(nr < NR_LIMIT) ? thunks[nr](r) : -ENOSYS;
}

static __noinline void syscall_traced(struct regs *r)
{
	struct strace_line line;
	strace_enter(&line, r);
	long result = syscall_run(r);
	r->rax = result;
	strace_exit(&line, r, result);
}

void kernel_syscall(struct regs *r)
{
	explore_point();
	if (unlikely(current->work & TASK_WORK_ENTRY_MASK))
		syscall_traced(r);
	else
		r->rax = syscall_run(r);
	/* The signal that interrupted the call may have gone to another thread meanwhile. */
	if (unlikely((long)r->rax == -ERESTART || (long)r->rax == -ERESTART_NOHAND))
		task_work_set(current, TASK_WORK_SIGNAL);
}
