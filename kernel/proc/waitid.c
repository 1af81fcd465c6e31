// SPDX-License-Identifier: MIT
/*
 * waitid: waiting for children: wait4 and waitid.
 *
 * Promise   each end of a child is told once, to one waiter; each stop and each continue once. WNOWAIT tells
 *           without taking. A waiter without any child that it could wait for gets ECHILD, also when the
 *           last one goes to nobody (SIGCHLD ignored) while it sleeps.
 * Locks     proc_tree_lock for one look at all children, inside it the child's sighand->lock for stop news
 * Blocking  on the process's child_wq; interruptible
 * Linux     wait(2), with __WALL, __WCLONE, __WNOTHREAD; waitid of a PIDFD_NONBLOCK answers EAGAIN
 */
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/poll.h"
#include "kernel/uapi/wait.h"
#include "mm/uaccess.h"

#define WAIT_COMMON (WNOHANG | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)
#define WAIT4_OPTIONS (WAIT_COMMON | WUNTRACED)
#define WAITID_OPTIONS (WAIT_COMMON | WNOWAIT | WEXITED | WSTOPPED)

struct wait_request {
	int type;	     /* P_ALL, P_PID, P_PGID */
	int nr;		     /* of the process or group */
	struct pid *target;  /* P_PID: counted, of a pidfd; NULL: whoever has the number */
	u32 options;
	bool wants_usage;
	/* --- the answer --- */
	int error;	     /* -ECHILD */
	int pid;	     /* 0: no news */
	u32 uid;
	int code, detail; /* as waitid tells them: si_code and si_status */
	int status;	     /* as wait4 tells it */
	struct usage usage;
	struct process *reaped;
	int no_news;	  /* what waitid answers then */
};

/* --- one child --- */

static bool is_eligible(const struct wait_request *rq, const struct process *child)
{
	if (rq->type == P_PGID && child->pgrp->nr != rq->nr)
		return false;
	if (rq->options & __WNOTHREAD && child->parent_task != current)
		return false;
	if (process_flags(child) & PROCESS_ZOMBIE && !(rq->options & WEXITED))
		return false; /* it will never have the news that are asked for */
	if (rq->options & __WALL)
		return true;
	bool is_clone = child->exit_signal != SIGCHLD;
	return is_clone == !!(rq->options & __WCLONE);
}

static void tell(struct wait_request *rq, struct process *child, int code, int detail, int status)
{
	rq->pid = child->pid->nr;
	rq->uid = rcu_load(child->leader->cred)->uid;
	rq->code = code;
	rq->detail = detail;
	rq->status = status;
	if (rq->wants_usage) {
		process_usage_locked(child, &rq->usage);
		usage_add(&rq->usage, &child->children_usage);
	}
}

static void take_zombie(struct wait_request *rq, struct process *child)
{
	int status = child->exit_code;
	bool killed = WTERMSIG(status) != 0;
	if (process_flags(child) & PROCESS_DUMPED)
		status |= WCOREFLAG;
	tell(rq, child, !killed ? CLD_EXITED : status & WCOREFLAG ? CLD_DUMPED : CLD_KILLED,
		killed ? WTERMSIG(status) : WEXITSTATUS(status), status);
	if (rq->options & WNOWAIT)
		return;
	struct usage *sum = &current->process->children_usage;
	usage_add(sum, &child->dead_threads);
	usage_add(sum, &child->children_usage);
	process_reap_locked(child);
	rq->reaped = child;
}

/* News of `bit` that were not told yet; told now, unless WNOWAIT. */
static bool take_news(const struct wait_request *rq, struct process *child, u32 bit, int *signal)
{
	if (!(process_flags(child) & bit))
		return false;
	u64 irq;
	struct sighand *s = sighand_lock(child->leader, &irq);
	bool there = process_flags(child) & bit;
	*signal = child->stop_signal;
	if (there && !(rq->options & WNOWAIT))
		process_clear(child, bit);
	sighand_unlock(s, irq);
	return there;
}

static bool consider(struct wait_request *rq, struct process *child)
{
	int sig;
	if (process_flags(child) & PROCESS_ZOMBIE) {
		take_zombie(rq, child);
		return true;
	}
	if (rq->options & WSTOPPED && take_news(rq, child, PROCESS_STOP_NEWS, &sig)) {
		tell(rq, child, CLD_STOPPED, sig, W_STOPCODE(sig));
		return true;
	}
	if (rq->options & WCONTINUED && take_news(rq, child, PROCESS_CONT_NEWS, &sig)) {
		tell(rq, child, CLD_CONTINUED, SIGCONT, __W_CONTINUED);
		return true;
	}
	return false;
}

/* --- all children --- */

static bool look_at_one(struct wait_request *rq)
{
	struct pid *pid = rq->target ? rq->target : pid_find_rcu(rq->nr);
	struct process *child = pid ? pid->process : NULL;
	if (!child || child->parent != current->process || !is_eligible(rq, child)) {
		rq->error = -ECHILD;
		return true;
	}
	return consider(rq, child);
}

static bool look_at_all(struct wait_request *rq)
{
	struct process *child;
	bool any = false;
	list_for_each(child, &current->process->children, child_node) {
		if (!is_eligible(rq, child))
			continue;
		any = true;
		if (consider(rq, child))
			return true;
	}
	if (!any)
		rq->error = -ECHILD;
	return !any;
}

/* True: there is an answer. */
static bool look(struct wait_request *rq)
{
	spin_lock(&proc_tree_lock);
	bool done = rq->type == P_PID ? look_at_one(rq) : look_at_all(rq);
	spin_unlock(&proc_tree_lock);
	return done || rq->options & WNOHANG;
}

/* The child's number, 0 for no news, or -errno. */
static int wait_for_child(struct wait_request *rq)
{
	int err = wait_event(&current->process->child_wq, POLLIN, look(rq), FOREVER, WAIT_INTERRUPTIBLE);
	if (rq->reaped)
		process_reap_finish(rq->reaped);
	if (err)
		return err;
	return rq->error ? rq->error : rq->pid;
}

/* --- calls --- */

static int current_pgrp_number(void)
{
	rcu_read_lock();
	int nr = rcu_load(current->process->pgrp)->nr;
	rcu_read_unlock();
	return nr;
}

static int put_usage(const struct wait_request *rq, struct rusage __user *user)
{
	struct rusage r;
	usage_to_rusage(&rq->usage, &r);
	return copy_to_user(user, &r, sizeof(r));
}

long sys_wait4(int pid, int __user *status, unsigned options, struct rusage __user *usage)
{
	if (options & ~WAIT4_OPTIONS)
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	struct wait_request rq = { .options = options | WEXITED, .wants_usage = usage };
	if (pid == -1) {
		rq.type = P_ALL;
	} else if (pid > 0) {
		rq.type = P_PID;
		rq.nr = pid;
	} else {
		rq.type = P_PGID;
		rq.nr = pid ? -pid : current_pgrp_number();
	}
	int child = wait_for_child(&rq);
	if (child <= 0)
		return child;
	if (status && put_user(rq.status, status))
		return -EFAULT;
	if (usage && put_usage(&rq, usage))
		return -EFAULT;
	return child;
}

static int put_info(struct siginfo __user *info, const struct wait_request *rq)
{
	bool any = rq->pid != 0;
	int err = put_user(any ? SIGCHLD : 0, &info->si_signo);
	if (!err)
		err = put_user(0, &info->si_errno);
	if (!err)
		err = put_user(rq->code, &info->si_code);
	if (!err)
		err = put_user(rq->pid, &info->si_pid);
	if (!err)
		err = put_user(rq->uid, &info->si_uid);
	if (!err)
		err = put_user(rq->detail, &info->si_status);
	return err;
}

static int parse_pidfd(struct wait_request *rq, int fd)
{
	struct pidfd_target target;
	int err = pidfd_target_get(fd, &target);
	if (err)
		return err;
	rq->type = P_PID;
	rq->target = target.pid;
	if (target.is_nonblock && !(rq->options & WNOHANG)) {
		rq->options |= WNOHANG;
		rq->no_news = -EAGAIN;
	}
	return 0;
}

static int parse_id(struct wait_request *rq, int idtype, int id)
{
	rq->type = idtype;
	rq->nr = id;
	switch (idtype) {
	case P_ALL:
		return 0;
	case P_PID:
		return id > 0 ? 0 : -EINVAL;
	case P_PGID:
		if (id == 0)
			rq->nr = current_pgrp_number();
		return id >= 0 ? 0 : -EINVAL;
	case P_PIDFD:
		return id >= 0 ? parse_pidfd(rq, id) : -EINVAL;
	default:
		return -EINVAL;
	}
}

long sys_waitid(int idtype, int id, struct siginfo __user *info, unsigned options, struct rusage __user *usage)
{
	struct wait_request rq = { .options = options, .wants_usage = usage };
	bool knows = !(options & ~WAITID_OPTIONS) && options & (WEXITED | WSTOPPED | WCONTINUED);
	int child = knows ? parse_id(&rq, idtype, id) : -EINVAL;
	if (!child)
		child = wait_for_child(&rq);
	pid_put(rq.target);
	if (child > 0 && usage && put_usage(&rq, usage))
		return -EFAULT;
	if (info && put_info(info, &rq))
		return -EFAULT;
	return child < 0 ? child : child == 0 ? rq.no_news : 0;
}
