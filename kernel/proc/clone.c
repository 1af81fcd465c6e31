// SPDX-License-Identifier: MIT
/*
 * clone: the calls fork, vfork, clone and clone3: reading and judging their arguments.
 *
 * Promise   a combination of flags that Linux refuses is refused with the same error, before anything is done
 * Linux     fork(2), vfork(2), clone(2). clone3's structure may be longer or shorter than ours: what we do not
 *           know must be zero (E2BIG).
 */
#include "kernel/proc/clone.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/signal.h"
#include "mm/uaccess.h"

enum { MAX_PID_LEVELS = 32 /* nested pid namespaces: clone(2), set_tid_size */ };

#define CLONE_NAMESPACES                                                                           \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | \
		(u64)CLONE_NEWTIME)
#define CLONE3_FLAGS (0xffffffffull | CLONE_CLEAR_SIGHAND)

static bool has_all(u64 flags, u64 wanted)
{
	return (flags & wanted) == wanted;
}

static int check_flags(const struct clone_request *rq)
{
	u64 f = rq->flags;
	if (has_all(f, CLONE_NEWNS | CLONE_FS) || has_all(f, CLONE_NEWUSER | CLONE_FS))
		return -EINVAL;
	if (f & CLONE_THREAD && (!(f & CLONE_SIGHAND) || f & (CLONE_NEWUSER | CLONE_NEWPID)))
		return -EINVAL;
	if (f & CLONE_SIGHAND && !(f & CLONE_VM))
		return -EINVAL;
	if (f & CLONE_PARENT && process_flags(current->process) & PROCESS_UNKILLABLE)
		return -EINVAL; /* process 1 has no parent to share */
	if (f & CLONE_PIDFD && f & CLONE_PARENT_SETTID && rq->pidfd == rq->parent_tid)
		return -EINVAL;
	if (has_all(f, CLONE_PIDFD | CLONE_DETACHED))
		return -EINVAL;
	if (f & CLONE_NEWUSER)
		return -EINVAL;
	if (f & CLONE_NAMESPACES)
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	if (f & CLONE_SETTLS && rq->tls >= USER_TOP)
		return -EPERM;
	return 0;
}

static long checked_clone(const struct clone_request *rq)
{
	int err = check_flags(rq);
	return err ? err : process_clone(rq);
}

long sys_fork(void)
{
	struct clone_request rq = { .exit_signal = SIGCHLD };
	return process_clone(&rq);
}

long sys_vfork(void)
{
	struct clone_request rq = { .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD };
	return process_clone(&rq);
}

long sys_clone(unsigned flags, unsigned long stack, int __user *parent_tid, int __user *child_tid,
	unsigned long tls)
{
	struct clone_request rq = {
		.flags = flags & ~CSIGNAL, .exit_signal = flags & CSIGNAL, .stack = stack, .tls = tls,
		.parent_tid = parent_tid, .child_tid = child_tid, .pidfd = parent_tid,
	};
	return checked_clone(&rq);
}

/* --- clone3 --- */

static int copy_args(struct clone_args *a, const struct clone_args __user *user, size_t size)
{
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	memset(a, 0, sizeof(*a));
	int err = copy_from_user(a, user, min(size, sizeof(*a)));
	for (size_t at = sizeof(*a); !err && at < size; at++) {
		u8 byte;
		err = get_user(byte, (const u8 __user *)user + at);
		if (!err && byte)
			err = -E2BIG;
	}
	return err;
}

static int check_args(const struct clone_args *a)
{
	if (a->set_tid_size > MAX_PID_LEVELS || !a->set_tid != !a->set_tid_size)
		return -EINVAL;
	if (a->exit_signal & ~(u64)CSIGNAL || a->exit_signal > _NSIG)
		return -EINVAL;
	if (a->flags & ~CLONE3_FLAGS || a->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
		return -EINVAL;
	if (has_all(a->flags, CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if (a->flags & (CLONE_THREAD | CLONE_PARENT) && a->exit_signal)
		return -EINVAL;
	if (!a->stack != !a->stack_size)
		return -EINVAL;
	return access_ok((const void __user *)a->stack, a->stack_size) ? 0 : -EINVAL;
}

static int read_set_tid(struct clone_request *rq, const struct clone_args *a)
{
	if (!a->set_tid_size)
		return 0;
	int tid;
	int err = get_user(tid, (const int __user *)a->set_tid);
	if (err)
		return err;
	if (a->set_tid_size > 1) /* one level of pid namespaces */
		return -EINVAL;
	if (tid < 1 || tid >= READ_ONCE(pid_max))
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN) && !capable(CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	rq->set_tid = tid;
	rq->nr_set_tid = 1;
	return 0;
}

long sys_clone3(const struct clone_args __user *user, size_t size)
{
	struct clone_args a;
	int err = copy_args(&a, user, size);
	if (!err)
		err = check_args(&a);
	if (err)
		return err;
	struct clone_request rq = {
		.flags = a.flags, .exit_signal = (int)a.exit_signal, .tls = a.tls,
		.stack = a.stack ? a.stack + a.stack_size : 0,
		.parent_tid = (int __user *)a.parent_tid, .child_tid = (int __user *)a.child_tid,
		.pidfd = (int __user *)a.pidfd,
	};
	err = check_flags(&rq);
	if (!err)
		err = read_set_tid(&rq, &a);
	return err ? err : process_clone(&rq);
}
