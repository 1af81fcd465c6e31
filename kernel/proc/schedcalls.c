// SPDX-License-Identifier: MIT
/*
 * schedcalls: what user space may say about who runs where and when.
 *
 * Promise   sched_yield(2), sched_setaffinity(2), getpriority(2) and their kin. A thread is named by its tid, 0 is
 *           the caller.
 * Locks     proc_tree_lock to walk groups and users; the run queue's lock inside (sched.h)
 * Linux     sched(7), sched_setattr(2). SCHED_DEADLINE is EINVAL, its range of priorities is told; clamps of
 *           utilisation are EOPNOTSUPP, as on a Linux without them. Answers of getpriority are 20 - nice, as the
 *           call's ABI wants.
 */
#include "kernel/core/cred.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/sched.h"
#include "mm/uaccess.h"

enum { NICE_TO_RLIMIT = 20, CPU_MASK_BYTES = sizeof(u64) };

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

/* Runs fn on every thread that is meant, until it is reaped. */
static void for_each_meant(const struct priority_target *of, void (*fn)(struct task *t, void *arg), void *arg)
{
	struct task *t;
	guard(spin)(&proc_tree_lock);
	list_for_each(t, &all_tasks, all_node)
		if (t->pid && t->pid->task == t && is_meant(of, t))
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

static bool is_within_nice_limit(struct task *t, int nice)
{
	return (u64)(NICE_TO_RLIMIT - nice) <= READ_ONCE(t->limits->v[RLIMIT_NICE].rlim_cur);
}

static bool may_be_as_nice(struct task *t, int nice)
{
	return nice >= t->se.nice || is_within_nice_limit(t, nice) || capable(CAP_SYS_NICE);
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

static bool is_fair_policy(unsigned policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

long sys_sched_get_priority_max(int policy)
{
	if (is_rt_policy((unsigned)policy))
		return RT_PRIORITY_MAX;
	return is_fair_policy((unsigned)policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	if (is_rt_policy((unsigned)policy))
		return RT_PRIORITY_MIN;
	return is_fair_policy((unsigned)policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

static bool may_be_rt(struct task *t, const struct sched_settings *old, const struct sched_settings *s)
{
	u64 limit = READ_ONCE(t->limits->v[RLIMIT_RTPRIO].rlim_cur);
	if (s->policy != old->policy && !limit)
		return false;
	return s->rt_priority <= old->rt_priority || (u64)s->rt_priority <= limit;
}

/* What makes more of a thread, or sheds what it was given against its will, needs a limit or CAP_SYS_NICE. */
static bool may_change(struct task *t, const struct sched_settings *old, const struct sched_settings *s)
{
	if (is_fair_policy(s->policy) && s->nice < old->nice && !may_be_as_nice(t, s->nice))
		return false;
	if (is_rt_policy(s->policy) && !may_be_rt(t, old, s))
		return false;
	/* Leaving SCHED_IDLE counts as a lower nice value. */
	if (old->policy == SCHED_IDLE && s->policy != SCHED_IDLE && !is_within_nice_limit(t, old->nice))
		return false;
	return !old->reset_on_fork || s->reset_on_fork;
}

static int check_change(struct task *t, const struct sched_settings *old, const struct sched_settings *s)
{
	if (!is_fair_policy(s->policy) && !is_rt_policy(s->policy))
		return -EINVAL; /* SCHED_DEADLINE, too */
	if (s->rt_priority < 0 || s->rt_priority > RT_PRIORITY_MAX || is_rt_policy(s->policy) != !!s->rt_priority)
		return -EINVAL;
	return (may_set(t) && may_change(t, old, s)) || capable(CAP_SYS_NICE) ? 0 : -EPERM;
}

static int change(struct task *t, const struct sched_settings *old, const struct sched_settings *s)
{
	int err = check_change(t, old, s);
	if (!err)
		sched_set(t, s);
	return err;
}

/* Policy and priority; what is not said stays. */
static int set_scheduler(int pid, unsigned policy, bool reset_on_fork, int priority)
{
	struct sched_settings old;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	sched_get(t, &old);
	struct sched_settings s = old;
	s.policy = policy;
	s.reset_on_fork = reset_on_fork;
	s.rt_priority = priority;
	return change(t, &old, &s);
}

long sys_sched_setscheduler(int pid, int policy, const struct sched_param __user *user)
{
	struct sched_param param;
	if (!user || pid < 0 || policy < 0)
		return -EINVAL;
	if (copy_from_user(&param, user, sizeof(param)))
		return -EFAULT;
	return set_scheduler(pid, (unsigned)policy & ~SCHED_RESET_ON_FORK, policy & SCHED_RESET_ON_FORK,
		param.sched_priority);
}

long sys_sched_getscheduler(int pid)
{
	struct sched_settings s;
	if (pid < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	sched_get(t, &s);
	return s.policy | (s.reset_on_fork ? SCHED_RESET_ON_FORK : 0);
}

long sys_sched_setparam(int pid, const struct sched_param __user *user)
{
	struct sched_param param;
	struct sched_settings old;
	if (!user || pid < 0)
		return -EINVAL;
	if (copy_from_user(&param, user, sizeof(param)))
		return -EFAULT;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	sched_get(t, &old);
	struct sched_settings s = old;
	s.rt_priority = param.sched_priority;
	return change(t, &old, &s);
}

long sys_sched_getparam(int pid, struct sched_param __user *out)
{
	struct sched_settings s;
	if (!out || pid < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	sched_get(t, &s);
	struct sched_param param = { .sched_priority = s.rt_priority };
	return copy_to_user(out, &param, sizeof(param));
}

long sys_sched_rr_get_interval(int pid, struct timespec __user *out)
{
	if (pid < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	struct timespec slice = { .tv_nsec = (long)sched_interval_ns(t) };
	return copy_to_user(out, &slice, sizeof(slice));
}

/* --- sched_setattr and sched_getattr --- */

/* A structure that we do not know tells its caller how large ours is, where there is room for that. */
static int size_is_wrong(struct sched_attr __user *user)
{
	(void)put_user((unsigned)sizeof(struct sched_attr), &user->size);
	return -E2BIG;
}

static int attr_from_user(struct sched_attr *a, struct sched_attr __user *user)
{
	u32 size;
	memset(a, 0, sizeof(*a));
	if (get_user(size, &user->size))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return size_is_wrong(user);
	if (copy_from_user(a, user, min((size_t)size, sizeof(*a))))
		return -EFAULT;
	for (size_t at = sizeof(*a); at < size; at++) {
		u8 byte;
		if (get_user(byte, (const u8 __user *)user + at))
			return -EFAULT;
		if (byte)
			return size_is_wrong(user);
	}
	return a->sched_flags & SCHED_FLAG_UTIL_CLAMP && size < SCHED_ATTR_SIZE_VER1 ? -EINVAL : 0;
}

/* Only a real-time thread has a priority to keep: another's attributes have one, and it must suit the policy. */
static void settings_from_attr(struct sched_settings *s, const struct sched_attr *a)
{
	bool keeps_params = a->sched_flags & SCHED_FLAG_KEEP_PARAMS;
	if (!keeps_params || !is_rt_policy(s->policy))
		s->rt_priority = (int)min(a->sched_priority, (unsigned)INT32_MAX);
	if (!(a->sched_flags & SCHED_FLAG_KEEP_POLICY)) {
		s->policy = a->sched_policy;
		s->reset_on_fork = a->sched_flags & SCHED_FLAG_RESET_ON_FORK;
	}
	if (keeps_params || is_rt_policy(s->policy) || s->policy == SCHED_IDLE)
		return;
	s->nice = min(max(a->sched_nice, (int)NICE_MIN), (int)NICE_MAX);
	s->slice_ns = !a->sched_runtime ? SCHED_SLICE_DEFAULT_NS :
		      min(max(a->sched_runtime, SCHED_SLICE_MIN_NS), SCHED_SLICE_MAX_NS);
}

long sys_sched_setattr(int pid, struct sched_attr __user *user, unsigned flags)
{
	struct sched_attr a;
	struct sched_settings old;
	if (!user || pid < 0 || flags)
		return -EINVAL;
	int err = attr_from_user(&a, user);
	if (err)
		return err;
	if ((int)a.sched_policy < 0)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	sched_get(t, &old);
	struct sched_settings s = old;
	settings_from_attr(&s, &a);
	if (a.sched_flags & ~(u64)SCHED_FLAG_ALL)
		return -EINVAL;
	if (a.sched_flags & SCHED_FLAG_UTIL_CLAMP)
		return -EOPNOTSUPP;
	err = check_change(t, &old, &s);
	if (err)
		return err;
	if (a.sched_flags & SCHED_FLAG_KEEP_PARAMS) { /* the policy is one of them */
		s.policy = old.policy;
		s.rt_priority = old.rt_priority;
	}
	sched_set(t, &s);
	return 0;
}

long sys_sched_getattr(int pid, struct sched_attr __user *user, unsigned size, unsigned flags)
{
	struct sched_settings s;
	if (!user || pid < 0 || size > PAGE_SIZE || size < SCHED_ATTR_SIZE_VER0 || flags)
		return -EINVAL;
	struct task *t __autoput(task) = task_named_get(pid);
	if (!t)
		return -ESRCH;
	sched_get(t, &s);
	struct sched_attr a = {
		.size = min(size, (unsigned)sizeof(a)), .sched_policy = s.policy,
		.sched_flags = s.reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0,
		.sched_priority = (unsigned)s.rt_priority,
	};
	if (!is_rt_policy(s.policy)) {
		a.sched_nice = s.nice;
		a.sched_runtime = s.slice_ns;
	}
	if (copy_to_user(user, &a, a.size))
		return -EFAULT;
	return clear_user((char __user *)user + a.size, size - a.size);
}
