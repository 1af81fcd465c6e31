// SPDX-License-Identifier: MIT
/*
 * schedcalls: what user space may say about who runs where and when.
 *
 * Promise   sched_yield(2), sched_setaffinity(2), getpriority(2) and their kin. A thread is named by its tid, 0 is
 *           the caller.
 * Locks     proc_tree_lock to walk groups and users; the run queue's lock inside (sched.h)
 * Linux     sched(7): SCHED_OTHER, BATCH and IDLE. The real-time and deadline policies are EINVAL so far, their
 *           ranges of priority are told. Answers of getpriority are 20 - nice, as the call's ABI wants.
 */
#include "kernel/core/cred.h"
#include "kernel/core/sched.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/sched.h"
#include "mm/uaccess.h"

enum {
	NICE_MIN = -20, NICE_MAX = 19, NICE_TO_RLIMIT = 20,
	REALTIME_PRIORITY_MIN = 1, REALTIME_PRIORITY_MAX = 99,
	CPU_MASK_BYTES = sizeof(u64),
};

/* May the caller set t's scheduling? Its owner and CAP_SYS_NICE may. */
static bool may_set(struct task *t)
{
	rcu_read_lock();
	const struct cred *c = rcu_load(t->cred);
	u32 me = current_cred()->euid;
	bool is_mine = me == c->euid || me == c->uid;
	rcu_read_unlock();
	return is_mine || capable(CAP_SYS_NICE);
}

long sys_sched_yield(void)
{
	sched_yield_current();
	return 0;
}

/* --- affinity --- */

long sys_sched_setaffinity(int pid, size_t size, const unsigned long __user *user)
{
	u64 mask = 0;
	size = (u32)size; /* the call's argument is an unsigned int */
	if (size && copy_from_user(&mask, user, min(size, (size_t)CPU_MASK_BYTES)))
		return -EFAULT;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	if (!may_set(t))
		return -EPERM;
	return sched_set_affinity(t, mask);
}

long sys_sched_getaffinity(int pid, size_t size, unsigned long __user *out)
{
	size = (u32)size;
	if ((u32)(size * 8) < nr_possible_cpus || size & (sizeof(unsigned long) - 1))
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	u64 online = nr_cpus >= 64 ? UINT64_MAX : (1ull << nr_cpus) - 1;
	u64 mask = READ_ONCE(t->affinity) & online;
	return copy_to_user(out, &mask, CPU_MASK_BYTES) ? -EFAULT : CPU_MASK_BYTES;
}

/* --- nice --- */

/* Whom getpriority and setpriority mean. */
struct priority_target {
	int which;
	int who;	/* 0: the caller's own */
	u32 uid;	/* PRIO_USER */
	struct pid *pgrp; /* PRIO_PGRP; compared only */
};

static bool is_meant(const struct priority_target *of, struct task *t)
{
	if (!t->process)
		return false;
	switch (of->which) {
	case PRIO_PROCESS:
		return of->who ? t->tid == of->who : t == current;
	case PRIO_PGRP:
		return of->who ? t->process->pgrp && t->process->pgrp->nr == of->who :
				 t->process->pgrp == current->process->pgrp;
	default: {
		guard(spin)(&t->lock);
		return t->cred->uid == of->uid;
	}
	}
}

static int target_init(struct priority_target *of, int which, int who)
{
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	*of = (struct priority_target){ .which = which, .who = who };
	of->uid = who ? (u32)who : current_cred()->uid;
	return 0;
}

/* Runs fn on every thread that is meant; the last one found while one is named by its number. */
static void for_each_meant(const struct priority_target *of, void (*fn)(struct task *t, void *arg), void *arg)
{
	struct task *t;
	guard(spin)(&proc_tree_lock);
	list_for_each(t, &all_tasks, all_node)
		if (READ_ONCE(t->state) != TASK_DEAD && is_meant(of, t))
			fn(t, arg);
}

static void note_best(struct task *t, void *arg)
{
	long *best = arg;
	*best = max(*best, (long)NICE_TO_RLIMIT - t->se.nice);
}

long sys_getpriority(int which, int who)
{
	struct priority_target of;
	long best = -ESRCH;
	int err = target_init(&of, which, who);
	if (err)
		return err;
	for_each_meant(&of, note_best, &best);
	return best;
}

struct nice_change {
	int nice;
	long result;
};

static bool may_be_as_nice(struct task *t, int nice)
{
	return nice >= t->se.nice || capable(CAP_SYS_NICE) ||
	       (u64)(NICE_TO_RLIMIT - nice) <= READ_ONCE(t->limits->v[RLIMIT_NICE].rlim_cur);
}

/* The first success hides no failure, and a failure hides no later success: as setpriority(2). */
static void change_nice(struct task *t, void *arg)
{
	struct nice_change *c = arg;
	if (!may_set(t)) {
		c->result = -EPERM;
	} else if (!may_be_as_nice(t, c->nice)) {
		c->result = -EACCES;
	} else {
		if (c->result == -ESRCH)
			c->result = 0;
		sched_set_nice(t, c->nice);
	}
}

long sys_setpriority(int which, int who, int prio)
{
	struct priority_target of;
	struct nice_change c = { .nice = min(max(prio, (int)NICE_MIN), (int)NICE_MAX), .result = -ESRCH };
	int err = target_init(&of, which, who);
	if (err)
		return err;
	for_each_meant(&of, change_nice, &c);
	return c.result;
}

/* --- policies --- */

static bool is_policy(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

static bool is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

long sys_sched_get_priority_max(int policy)
{
	if (is_realtime(policy))
		return REALTIME_PRIORITY_MAX;
	return is_policy(policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	if (is_realtime(policy))
		return REALTIME_PRIORITY_MIN;
	return is_policy(policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

/* Leaving SCHED_IDLE makes more of a thread, so it asks as a lower nice value would. */
static long set_policy(int pid, int policy, int priority)
{
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	if (!is_policy(policy) || priority)
		return -EINVAL;
	if (!may_set(t))
		return -EPERM;
	if (t->se.policy == SCHED_IDLE && policy != SCHED_IDLE && !capable(CAP_SYS_NICE) &&
		(u64)(NICE_TO_RLIMIT - t->se.nice) > READ_ONCE(t->limits->v[RLIMIT_NICE].rlim_cur))
		return -EPERM;
	sched_set_policy(t, (unsigned)policy);
	return 0;
}

long sys_sched_setscheduler(int pid, int policy, const struct sched_param __user *user)
{
	struct sched_param param;
	if (!user || pid < 0 || policy < 0)
		return -EINVAL;
	if (copy_from_user(&param, user, sizeof(param)))
		return -EFAULT;
	return set_policy(pid, policy, param.sched_priority);
}

long sys_sched_getscheduler(int pid)
{
	if (pid < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	return t ? t->se.policy : -ESRCH;
}

long sys_sched_setparam(int pid, const struct sched_param __user *user)
{
	struct sched_param param;
	if (!user || pid < 0)
		return -EINVAL;
	if (copy_from_user(&param, user, sizeof(param)))
		return -EFAULT;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	if (param.sched_priority)
		return -EINVAL;
	return may_set(t) ? 0 : -EPERM;
}

long sys_sched_getparam(int pid, struct sched_param __user *out)
{
	struct sched_param param = { .sched_priority = 0 };
	if (!out || pid < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	return t ? copy_to_user(out, &param, sizeof(param)) : -ESRCH;
}

long sys_sched_rr_get_interval(int pid, struct timespec __user *out)
{
	struct timespec slice = { .tv_nsec = (long)sched_slice_ns() };
	if (pid < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	return t ? copy_to_user(out, &slice, sizeof(slice)) : -ESRCH;
}
