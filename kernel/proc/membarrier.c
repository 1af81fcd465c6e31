// SPDX-License-Identifier: MIT
/*
 * membarrier: a barrier that one thread pays for all, so that the others need none.
 *
 * Promise   when the call returns, every thread that runs (of this process, or of all) has passed a full barrier
 *           since the call began; with SYNC_CORE also an instruction that serialises, so that it sees changed code;
 *           with RSEQ a restartable sequence that was under way has been aborted.
 * Locks     none. mm->membarrier is atomic: bits are only ever added.
 * Lifetime  registrations belong to the address space: a fork inherits them, an execve begins without
 * Ordering  the seldom side S and the frequent side F, where only the compiler keeps F's order:
 *
 *		S				F, on another CPU
 *		Y = 1				X = 1
 *		membarrier()			(compiler barrier)
 *		r = X				r = Y		never both 0
 *
 *           S passes a full barrier and reads active_cpus (arch/x86_64/tlb.c). A CPU that is in it is interrupted:
 *           F's accesses before the interrupt are seen by S behind it, those after it see Y. A CPU that is not in it
 *           yet enters by a locked instruction that comes after S's barrier, so F sees Y; one that has left did so
 *           by a locked instruction that S has seen, and X with it. Threads of one address space that follow one
 *           another on a CPU leave it in the set. GLOBAL waits until each CPU has
 *           passed a barrier of its own instead (rcu.c).
 * Blocking  GLOBAL sleeps for a grace period; the others wait for the interrupted CPUs
 * Linux     membarrier(2). GLOBAL_EXPEDITED interrupts all CPUs, whoever has registered.
 */
#include "arch/x86_64/arch.h"
#include "kernel/core/rcu.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/membarrier.h"
#include "mm/mm.h"

enum {
	ALL_COMMANDS = MEMBARRIER_CMD_GET_REGISTRATIONS * 2 - 1,
	PRIVATE_KINDS = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE |
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
};

/* --- what the CPUs do, interrupts off --- */

static void pass_barrier(void *arg)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void sync_core(void *arg)
{
	arch_sync_core();
}

/* The way back to user mode aborts what is under way. */
static void abort_sequence(void *mm)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (current->mm == mm && current->rseq_area)
		task_work_set(current, TASK_WORK_NOTIFY);
}

/* --- commands --- */

static long global(void)
{
	if (nr_cpus > 1)
		rcu_synchronize();
	return 0;
}

static long global_expedited(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	ipi_call_others(pass_barrier, NULL);
	return 0;
}

static bool is_registered(const struct mm *mm, unsigned cmd)
{
	return __atomic_load_n(&mm->membarrier, __ATOMIC_RELAXED) & cmd << 1; /* the command behind it registers */
}

/* `only_cpu` below 0: all. Nobody else is interrupted for a process of one thread. */
static long private_expedited(unsigned cmd, int only_cpu)
{
	struct mm *mm = current->mm;
	bool is_alone = nr_cpus == 1 || ref_count(&mm->users) == 1;
	if (!is_registered(mm, cmd))
		return -EPERM;
	if (cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE)
		arch_mm_call_cpus(&mm->arch, sync_core, NULL);
	else if (is_alone)
		pass_barrier(NULL);
	else if (cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED)
		arch_mm_call_cpus(&mm->arch, pass_barrier, NULL);
	else if (only_cpu < 0)
		arch_mm_call_cpus(&mm->arch, abort_sequence, mm);
	else if (only_cpu < (int)nr_cpus)
		ipi_call_one((unsigned)only_cpu, abort_sequence, mm);
	return 0;
}

static long add_registration(unsigned cmd)
{
	__atomic_fetch_or(&current->mm->membarrier, cmd, __ATOMIC_SEQ_CST);
	return 0;
}

/* Every private kind counts as the plain one here, though not for its command: as Linux has it. */
static long registrations(void)
{
	u32 have = __atomic_load_n(&current->mm->membarrier, __ATOMIC_RELAXED);
	return have | (have & PRIVATE_KINDS ? MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED : 0);
}

long sys_membarrier(int cmd, unsigned flags, int cpu)
{
	bool may_name_cpu = cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ;
	if (flags && !(may_name_cpu && flags == MEMBARRIER_CMD_FLAG_CPU))
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_CMD_QUERY:
		return ALL_COMMANDS;
	case MEMBARRIER_CMD_GLOBAL:
		return global();
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
		return global_expedited();
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ:
		return private_expedited((unsigned)cmd, flags ? cpu : -1);
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ:
		return add_registration((unsigned)cmd);
	case MEMBARRIER_CMD_GET_REGISTRATIONS:
		return registrations();
	default:
		return -EINVAL;
	}
}
