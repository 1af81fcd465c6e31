// SPDX-License-Identifier: MIT
/*
 * rlimit: resource limits.
 *
 * Promise   getrlimit(2): the soft limit is at most the hard one; only CAP_SYS_RESOURCE raises a hard one.
 *           Another process's limits need all of its ids to be the caller's real ones, or CAP_SYS_RESOURCE.
 * Locks     limits->lock for a change of both words; readers of one word take none
 * Linux     getrlimit(2), prlimit(2). RLIMIT_LOCKS and RSS are kept and told, not enforced.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/resource.h"
#include "mm/uaccess.h"

enum { NR_OPEN = 1 << 20 /* RLIMIT_NOFILE cannot exceed it: getrlimit(2) */ };

static struct rlimit read_limit(struct limits *l, unsigned resource)
{
	spin_lock(&l->lock);
	struct rlimit r = l->v[resource];
	spin_unlock(&l->lock);
	return r;
}

static int write_limit(struct limits *l, unsigned resource, const struct rlimit *r, struct rlimit *old)
{
	if (r->rlim_cur > r->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && r->rlim_max > NR_OPEN)
		return -EPERM;
	bool may_raise = capable(CAP_SYS_RESOURCE);
	guard(spin)(&l->lock);
	*old = l->v[resource];
	if (r->rlim_max > old->rlim_max && !may_raise)
		return -EPERM;
	l->v[resource] = *r;
	return 0;
}

long sys_getrlimit(unsigned resource, struct rlimit __user *user)
{
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	struct rlimit r = read_limit(current->limits, resource);
	return copy_to_user(user, &r, sizeof(r));
}

long sys_setrlimit(unsigned resource, const struct rlimit __user *user)
{
	struct rlimit r, old;
	if (copy_from_user(&r, user, sizeof(r)))
		return -EFAULT;
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	return write_limit(current->limits, resource, &r, &old);
}

long sys_prlimit64(int pid, unsigned resource, const struct rlimit __user *user_new, struct rlimit __user *user_old)
{
	struct rlimit fresh, old;
	if (user_new && copy_from_user(&fresh, user_new, sizeof(fresh)))
		return -EFAULT;
	struct task *other __autoput(task) = pid && pid != current->tid ? task_find_get(pid) : NULL;
	if (pid && pid != current->tid && !other)
		return -ESRCH;
	if (other && other->process != current->process && !process_has_uids_of(other->process) &&
		!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	struct limits *l = other ? other->limits : current->limits;
	if (user_new) {
		int err = write_limit(l, resource, &fresh, &old);
		if (err)
			return err;
	} else {
		old = read_limit(l, resource);
	}
	return user_old ? copy_to_user(user_old, &old, sizeof(old)) : 0;
}
