// SPDX-License-Identifier: MIT
/*
 * rseq: the area in which a thread can read on which CPU it runs, and restartable sequences.
 *
 * Promise   cpu_id_start and cpu_id are right whenever user code runs. A sequence (rseq_cs) of which another thread
 *           could have seen a part, because of a switch, a move or a signal, goes on at its abort address; one that
 *           is described by nonsense, or without the signature before that address, costs the program SIGSEGV.
 * Locks     none: the area is the thread's own. The scheduler says TASK_WORK_NOTIFY whenever the task gets a CPU,
 *           membarrier.c when it is to abort.
 * Ordering  the flag goes down before the area is looked at, and the way to user mode looks at it with interrupts off:
 *           a switch in between sets it again.
 * Linux     rseq(2), as of 6.18. mm_cid is the number of the CPU. Flags of a sequence are no longer known there.
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

/* --- sequences --- */

static int read_sequence(const struct task *t, u64 at, struct rseq_cs *cs)
{
	u64 end;
	u32 sig;
	if (at >= USER_TOP)
		return -EINVAL;
	if (copy_from_user(cs, (const void __user *)at, sizeof(*cs)))
		return -EFAULT;
	if (cs->version || cs->start_ip >= USER_TOP || cs->abort_ip >= USER_TOP ||
		__builtin_add_overflow(cs->start_ip, cs->post_commit_offset, &end) || end >= USER_TOP)
		return -EINVAL;
	if (cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EINVAL; /* it would begin again within itself */
	if (get_user(sig, (const u32 __user *)(cs->abort_ip - sizeof(sig))))
		return -EFAULT;
	return sig == t->rseq_sig ? 0 : -EINVAL;
}

/* Sends r to the abort address if it is in a sequence; one that it has left is forgotten. */
static int abort_sequence(const struct task *t, struct regs *r)
{
	struct rseq __user *area = t->rseq_area;
	struct rseq_cs cs;
	u64 at;
	u32 flags = 0;
	if (get_user(at, &area->rseq_cs))
		return -EFAULT;
	if (likely(!at))
		return 0;
	int err = read_sequence(t, at, &cs);
	if (err)
		return err;
	bool is_inside = r->rip - cs.start_ip < cs.post_commit_offset;
	if (is_inside && get_user(flags, &area->flags))
		return -EFAULT;
	if (is_inside && (flags || cs.flags))
		return -EINVAL;
	if (put_user(0ull, &area->rseq_cs))
		return -EFAULT;
	if (is_inside)
		r->rip = cs.abort_ip;
	return 0;
}

int rseq_signal_work(struct regs *r)
{
	const struct task *t = current;
	if (!t->rseq_area)
		return 0;
	u32 cpu = READ_ONCE(t->cpu);
	int err = abort_sequence(t, r);
	return err ? err : write_ids(t->rseq_area, cpu, cpu, cpu);
}

void rseq_exit_work(struct regs *r)
{
	task_work_clear(current, TASK_WORK_NOTIFY);
	if (rseq_signal_work(r))
		signal_fault(SIGSEGV, SI_KERNEL, 0);
}

/* --- registration --- */

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
