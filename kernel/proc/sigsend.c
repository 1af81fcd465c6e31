// SPDX-License-Identifier: MIT
/*
 * sigsend: who may send a signal to whom, and the ways to send one.
 *
 * Promise   kill(2)'s rule: the sender's real or effective id is the target's real or saved one, or he has
 *           CAP_KILL, or it is SIGCONT within his session; a process may always signal itself. Nobody
 *           can claim to be the kernel, or another call than he used, towards another process. A group is
 *           signalled in one step of the process tree: who forks meanwhile is not missed.
 * Locks     proc_tree_lock for groups; RCU for single targets; inside both sighand->lock
 * Linux     kill(2), tgkill(2), rt_sigqueueinfo(2). kill(2) of a thread's number reaches its process.
 *           Signals that the kernel sends to a group or process are SI_KERNEL; SIGPIPE and SIGXFSZ look as
 *           if the thread had sent them itself.
 */
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/pidfd.h"
#include "mm/uaccess.h"

/* --- permission --- */

static int may_signal(const struct task *t, int sig)
{
	const struct process *me = current->process, *p = t->process;
	if (p == me)
		return 0;
	const struct cred *c = current_cred(), *of = rcu_load(t->cred);
	if (c->euid == of->suid || c->euid == of->uid || c->uid == of->suid || c->uid == of->uid ||
		cred_has_cap(c, CAP_KILL))
		return 0;
	return sig == SIGCONT && READ_ONCE(p->session) == READ_ONCE(me->session) ? 0 : -EPERM;
}

int signal_may_send(struct process *p, int sig)
{
	rcu_read_lock();
	int err = may_signal(READ_ONCE(p->leader), sig);
	rcu_read_unlock();
	return err;
}

/* --- one target --- */

/* The caller holds RCU or the tree. Signal 0 only asks. */
static int send_checked(struct task *t, const struct siginfo *info, enum signal_scope scope)
{
	int sig = info->si_signo;
	if (sig < 0 || sig > _NSIG)
		return -EINVAL;
	int err = may_signal(t, sig);
	if (err || sig == 0)
		return err;
	return scope == SIGNAL_PROCESS ? signal_send_process(t->process, info) : signal_send(t, info, scope);
}

/* To the process that the thread `tid` belongs to, or to the thread; tgid, unless 0, must be the process's. */
static int send_to_tid(int tgid, int tid, const struct siginfo *info, enum signal_scope scope)
{
	int err = -ESRCH;
	rcu_read_lock();
	struct pid *pid = pid_find_rcu(tid);
	struct task *t = pid ? rcu_load(pid->task) : NULL;
	if (t && (!tgid || t->process->pid->nr == tgid))
		err = send_checked(t, info, scope);
	rcu_read_unlock();
	return err;
}

/* --- many targets: under proc_tree_lock --- */

/* 0 if anybody got it, else the last error; -ESRCH for an empty group. */
static int send_to_group_locked(struct pid *pgrp, const struct siginfo *info)
{
	struct process *p;
	bool any = false;
	int err = -ESRCH;
	pgrp->group_signals++;
	list_for_each(p, &pgrp->group, pgrp_node) {
		err = send_checked(p->leader, info, SIGNAL_PROCESS);
		any |= err == 0;
	}
	return any ? 0 : err;
}

/* All but process 1 and the sender. -EPERM of single ones does not count: kill(2). */
static int send_to_all_locked(const struct siginfo *info)
{
	struct task *t;
	int result = 0;
	bool any = false;
	list_for_each(t, &all_tasks, all_node) {
		struct process *p = t->process;
		if (!p || !t->pid || p->leader != t || !p->pgrp || p == init_process || p == current->process)
			continue;
		any = true;
		p->pgrp->group_signals++;
		int err = send_checked(t, info, SIGNAL_PROCESS);
		if (err != -EPERM)
			result = err;
	}
	return any ? result : -ESRCH;
}

static int send_to_group(int nr, const struct siginfo *info)
{
	guard(spin)(&proc_tree_lock);
	struct pid *pgrp = nr ? pid_find_rcu(nr) : current->process->pgrp;
	return pgrp ? send_to_group_locked(pgrp, info) : -ESRCH;
}

static int send_to_all(const struct siginfo *info)
{
	guard(spin)(&proc_tree_lock);
	return send_to_all_locked(info);
}

/* --- what other layers raise --- */

void signal_raise(int sig)
{
	struct siginfo info;
	if (!current->process)
		return;
	siginfo_user(&info, sig, SI_USER);
	(void)signal_send(current, &info, SIGNAL_THREAD);
}

void signal_fault(int sig, int code, uaddr_t address)
{
	struct task *t = current;
	struct siginfo info;
	siginfo_kernel(&info, sig);
	info.si_code = code;
	info.si_addr = (void __user *)address;
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	struct ksigaction *a = sighand_action(s, sig);
	bool is_blocked = t->blocked & sigmask(sig);
	if (is_blocked || (long)a->handler == __SIG_IGN)
		a->handler = (void __user *)__SIG_DFL;
	if (is_blocked)
		signal_set_mask_locked(t->blocked & ~sigmask(sig));
	if ((long)a->handler == __SIG_DFL)
		process_clear(t->process, PROCESS_UNKILLABLE); /* it cannot go on, process 1 or not */
	(void)signal_send_locked(t, &info, SIGNAL_THREAD);
	sighand_unlock(s, irq);
}

void signal_pgrp(struct pid *pgrp, int sig)
{
	struct siginfo info;
	struct process *p;
	siginfo_kernel(&info, sig);
	guard(spin)(&proc_tree_lock);
	pgrp->group_signals++;
	list_for_each(p, &pgrp->group, pgrp_node)
		(void)signal_send_process(p, &info);
}

void signal_process(struct pid *pid, int sig)
{
	struct siginfo info;
	siginfo_kernel(&info, sig);
	rcu_read_lock();
	struct process *p = rcu_load(pid->process);
	if (p)
		(void)signal_send_process(p, &info);
	rcu_read_unlock();
}

void signal_task_kill(struct task *t)
{
	struct siginfo info;
	siginfo_kernel(&info, SIGKILL);
	if (t->process)
		(void)signal_send_process(t->process, &info);
}

bool signal_is_ignored_or_blocked(int sig)
{
	struct task *t = current;
	return t->blocked & sigmask(sig) || (long)READ_ONCE(sighand_action(t->sighand, sig)->handler) == __SIG_IGN;
}

/* --- calls --- */

long sys_kill(int pid, int sig)
{
	struct siginfo info;
	siginfo_user(&info, sig, SI_USER);
	if (pid == info.si_pid && sig > 0 && sig <= _NSIG) /* what raise(3) and abort(3) do: nothing to ask */
		return signal_send_process(current->process, &info);
	if (pid > 0)
		return send_to_tid(0, pid, &info, SIGNAL_PROCESS);
	if (pid == INT32_MIN)
		return -ESRCH;
	return pid == -1 ? send_to_all(&info) : send_to_group(-pid, &info);
}

long sys_tkill(int tid, int sig)
{
	struct siginfo info;
	if (tid <= 0)
		return -EINVAL;
	siginfo_user(&info, sig, SI_TKILL);
	return send_to_tid(0, tid, &info, SIGNAL_THREAD);
}

long sys_tgkill(int tgid, int tid, int sig)
{
	struct siginfo info;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	siginfo_user(&info, sig, SI_TKILL);
	return send_to_tid(tgid, tid, &info, SIGNAL_THREAD);
}

/* Signals whose codes are their own. */
static const struct {
	u8 last_code; /* the highest that Linux 6.18 has; 0: none */
	u8 kind;      /* enum siginfo_kind */
} code_rows[] = {
	[SIGILL] = { 11, SIGINFO_FAULT }, [SIGFPE] = { 15, SIGINFO_FAULT }, [SIGSEGV] = { 10, SIGINFO_FAULT },
	[SIGBUS] = { 5, SIGINFO_FAULT }, [SIGTRAP] = { 6, SIGINFO_FAULT }, [SIGCHLD] = { 6, SIGINFO_CHILD },
	[SIGIO] = { POLL_HUP, SIGINFO_POLL }, [SIGSYS] = { 2, SIGINFO_SYS },
};

bool signal_has_own_codes(int sig)
{
	return (unsigned)sig < ARRAY_LEN(code_rows) && code_rows[sig].last_code;
}

/* Does the kernel know what a siginfo of this code holds? Then bytes beyond that are of no interest. */
static bool is_known_layout(int sig, int code)
{
	if (code == SI_KERNEL)
		return true;
	if (code > SI_USER)
		return code <= (signal_has_own_codes(sig) ? code_rows[sig].last_code : POLL_HUP);
	return code >= SI_DETHREAD || code == SI_ASYNCNL;
}

enum siginfo_kind siginfo_kind(const struct siginfo *info)
{
	int sig = info->si_signo, code = info->si_code;
	if (code > SI_USER && code < SI_KERNEL) {
		if (signal_has_own_codes(sig) && code <= code_rows[sig].last_code)
			return code_rows[sig].kind;
		return code <= POLL_HUP ? SIGINFO_POLL : SIGINFO_KILL;
	}
	if (code == SI_TIMER)
		return SIGINFO_TIMER;
	if (code == SI_SIGIO)
		return SIGINFO_POLL;
	return code < 0 ? SIGINFO_QUEUE : SIGINFO_KILL;
}

static int siginfo_from_user(struct siginfo *info, int sig, const struct siginfo __user *from)
{
	char *rest = (char *)info + SIGINFO_BYTES;
	size_t rest_bytes = sizeof(*info) - SIGINFO_BYTES;
	if (copy_from_user(info, from, SIGINFO_BYTES))
		return -EFAULT;
	info->si_signo = sig;
	memset(rest, 0, rest_bytes);
	if (likely(is_known_layout(sig, info->si_code)))
		return 0;
	if (copy_from_user(rest, (const char __user *)from + SIGINFO_BYTES, rest_bytes))
		return -EFAULT;
	for (size_t i = 0; i < rest_bytes; i++)
		if (rest[i])
			return -E2BIG;
	return 0;
}

/* Codes of the kernel, and of kill and tgkill, are its word: only to oneself may one say such things. */
static bool is_forged(const struct siginfo *info, int tid)
{
	return (info->si_code >= 0 || info->si_code == SI_TKILL) && tid != current->tid;
}

long sys_rt_sigqueueinfo(int pid, int sig, const struct siginfo __user *uinfo)
{
	struct siginfo info;
	int err = siginfo_from_user(&info, sig, uinfo);
	if (err)
		return err;
	return is_forged(&info, pid) ? -EPERM : send_to_tid(0, pid, &info, SIGNAL_PROCESS);
}

long sys_rt_tgsigqueueinfo(int tgid, int tid, int sig, const struct siginfo __user *uinfo)
{
	struct siginfo info;
	int err = siginfo_from_user(&info, sig, uinfo);
	if (err)
		return err;
	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	return is_forged(&info, tid) ? -EPERM : send_to_tid(tgid, tid, &info, SIGNAL_THREAD);
}

/* --- pidfd_send_signal --- */

static int send_to_pid(struct pid *pid, unsigned scope, const struct siginfo *info)
{
	int err = -ESRCH;
	if (scope == PIDFD_SIGNAL_PROCESS_GROUP) {
		guard(spin)(&proc_tree_lock);
		return send_to_group_locked(pid, info);
	}
	rcu_read_lock();
	struct task *t = rcu_load(pid->task);
	if (t)
		err = send_checked(t, info, scope == PIDFD_SIGNAL_THREAD ? SIGNAL_THREAD : SIGNAL_PROCESS);
	rcu_read_unlock();
	return err;
}

/* What the program says of the signal; at other processes it cannot claim to be the kernel. */
static int import_info(struct siginfo *info, int sig, const struct siginfo __user *from, bool is_to_me)
{
	int signo;
	if (get_user(signo, &from->si_signo))
		return -EFAULT;
	int err = siginfo_from_user(info, sig, from);
	if (err)
		return err;
	if (signo != sig)
		return -EINVAL;
	return !is_to_me && (info->si_code >= 0 || info->si_code == SI_TKILL) ? -EPERM : 0;
}

long sys_pidfd_send_signal(int pidfd, int sig, const struct siginfo __user *uinfo, unsigned flags)
{
	const unsigned scopes = PIDFD_SIGNAL_THREAD | PIDFD_SIGNAL_THREAD_GROUP | PIDFD_SIGNAL_PROCESS_GROUP;
	struct pidfd_target target;
	struct siginfo info;
	if (flags & ~scopes || flags & (flags - 1)) /* one at most */
		return -EINVAL;
	int err = pidfd_target_get_any(pidfd, &target);
	if (err)
		return err;
	unsigned scope = flags ? flags : target.is_thread ? PIDFD_SIGNAL_THREAD : PIDFD_SIGNAL_THREAD_GROUP;
	siginfo_user(&info, sig, scope == PIDFD_SIGNAL_THREAD ? SI_TKILL : SI_USER);
	if (uinfo)
		err = import_info(&info, sig, uinfo, target.pid == current->pid && scope != PIDFD_SIGNAL_PROCESS_GROUP);
	if (!err)
		err = send_to_pid(target.pid, scope, &info);
	pid_put(target.pid);
	return err;
}
