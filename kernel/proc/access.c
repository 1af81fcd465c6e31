// SPDX-License-Identifier: MIT
/*
 * access: may the current task look into, or act upon, another process?
 *
 * Promise   the one answer for everything that exposes a process's memory or files (/proc/PID, robust lists,
 *           pidfd_getfd, process_vm, later ptrace): the same user in all of the target's ids, no more
 *           capabilities than oneself has, and a target that may be dumped; or CAP_SYS_PTRACE.
 * Linux     ptrace(2) "Ptrace access mode checking": _may_trace() is PTRACE_MODE_READ_FSCREDS, _may_attach()
 *           PTRACE_MODE_ATTACH_REALCREDS
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "mm/mm.h"

static bool all_ids_are(const struct cred *target, u32 uid, u32 gid)
{
	return uid == target->uid && uid == target->euid && uid == target->suid && gid == target->gid &&
	       gid == target->egid && gid == target->sgid;
}

/* The target's credentials: those of its leader, under RCU. NULL: it was reaped. As long as its pid still names it,
 * the leader is there, and stays for the reader's grace period. */
static const struct cred *cred_of(struct process *p)
{
	return rcu_load(p->pid->process) == p ? rcu_load(READ_ONCE(p->leader)->cred) : NULL;
}

static bool may_access(struct process *target, u32 uid, u32 gid, u64 caps)
{
	if (target == current->process || capable(CAP_SYS_PTRACE))
		return true;
	rcu_read_lock();
	const struct cred *c = cred_of(target);
	bool may = c && all_ids_are(c, uid, gid) && !(c->cap_permitted & ~caps) &&
		   READ_ONCE(target->dumpable) == DUMPABLE_BY_USER;
	rcu_read_unlock();
	return may;
}

bool process_may_trace(struct process *target)
{
	const struct cred *me = current_cred();
	return may_access(target, me->fsuid, me->fsgid, me->cap_effective);
}

bool process_may_attach(struct process *target)
{
	const struct cred *me = current_cred();
	return may_access(target, me->uid, me->gid, me->cap_permitted);
}

/* First the memory, then the check: execve commits the new identity before the new memory, so whoever got the new
 * one is measured by the new identity (CVE-2012-0056). */
int task_mm_for_access(struct task *t, bool (*may)(struct process *), struct mm **out)
{
	struct mm *mm = mm_of_task(t);
	*out = NULL;
	if (!may(t->process)) {
		mm_unuse(mm);
		return -EACCES;
	}
	*out = mm;
	return 0;
}

bool process_has_uids_of(struct process *target)
{
	const struct cred *me = current_cred();
	rcu_read_lock();
	const struct cred *c = cred_of(target);
	bool same = c && all_ids_are(c, me->uid, me->gid);
	rcu_read_unlock();
	return same;
}
