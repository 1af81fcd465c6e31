// SPDX-License-Identifier: MIT
/*
 * rseq: the area in which a thread can read on which CPU it runs.
 *
 * Promise   cpu_id_start and cpu_id are right whenever user code runs: the scheduler notes a move by
 *           TASK_WORK_NOTIFY, and the way to user mode writes the new number.
 * Linux     rseq(2): registration as glibc does it. Critical sections (rseq_cs) are not aborted yet:
 *           user code that uses them must not rely on the kernel noticing a preemption.
 */
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/rseq.h"
#include "mm/uaccess.h"

static int write_ids(struct rseq __user *area, u32 start, u32 id, u32 mm_cid)
{
	u64 both = start | (u64)id << 32;
	_Static_assert(offsetof(struct rseq, cpu_id) == offsetof(struct rseq, cpu_id_start) + 4, "written as one");
	int err = put_user(both, (u64 __user *)area);
	return err ? err : put_user(mm_cid, &area->mm_cid);
}

void rseq_exit_work(struct regs *r)
{
	struct task *t = current;
	task_work_clear(t, TASK_WORK_NOTIFY);
	if (!t->rseq_area)
		return;
	/* A move after this look sets the flag again. */
	u32 cpu = READ_ONCE(t->cpu);
	if (write_ids(t->rseq_area, cpu, cpu, cpu))
		signal_fault(SIGSEGV, SI_KERNEL, (uaddr_t)t->rseq_area);
}

static int unregister(void __user *area, unsigned length, unsigned sig)
{
	struct task *t = current;
	if (t->rseq_area != area || !area || length != t->rseq_len)
		return -EINVAL;
	if (sig != t->rseq_sig)
		return -EPERM;
	if (write_ids(area, 0, RSEQ_CPU_ID_UNINITIALIZED, 0))
		return -EFAULT;
	t->rseq_area = NULL;
	t->rseq_len = t->rseq_sig = 0;
	return 0;
}

static bool place_is_good(const void __user *area, unsigned length)
{
	if (length == RSEQ_ORIG_SIZE)
		return IS_ALIGNED((uaddr_t)area, RSEQ_ORIG_SIZE);
	return length >= offsetof(struct rseq, end) && length > RSEQ_ORIG_SIZE &&
	       IS_ALIGNED((uaddr_t)area, _Alignof(struct rseq));
}

long sys_rseq(void __user *area, unsigned length, unsigned flags, unsigned sig)
{
	struct task *t = current;
	if (flags & RSEQ_FLAG_UNREGISTER)
		return flags & ~RSEQ_FLAG_UNREGISTER ? -EINVAL : unregister(area, length, sig);
	if (flags)
		return -EINVAL;
	if (t->rseq_area) {
		if (t->rseq_area != area || t->rseq_len != length)
			return -EINVAL;
		return t->rseq_sig != sig ? -EPERM : -EBUSY;
	}
	if (!place_is_good(area, length))
		return -EINVAL;
	struct rseq __user *r = area;
	if (!access_ok(area, length) || put_user(0ull, &r->rseq_cs) || put_user(0u, &r->node_id))
		return -EFAULT;
	t->rseq_len = length;
	t->rseq_sig = sig;
	t->rseq_area = area;
	task_work_set(t, TASK_WORK_NOTIFY);
	return 0;
}
