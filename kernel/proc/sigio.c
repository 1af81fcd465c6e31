// SPDX-License-Identifier: MIT
/*
 * sigio: the signals of O_ASYNC files (fs/async.h).
 *
 * Promise   the owner gets the signal if who made him the owner might have sent it then: a real or effective id 0
 *           or equal to the owner's real or saved one (fcntl(2) F_SETOWN); of a group, those members who
 *           would. SIGURG is as if from the kernel. A signal of F_SETSIG carries code, band and descriptor;
 *           SIGIO comes in its place when
 *           it cannot be queued, and alone when no signal was chosen.
 * Locks     RCU for one owner; proc_tree_lock for a group, but only if it is free: events come from
 *           interrupts, too, which may have interrupted its holder
 * Linux     fcntl(2), sigaction(2) "SIGPOLL/SIGIO". Signals whose codes mean something else carry SI_SIGIO.
 */
#include "kernel/core/upcalls.h"
#include "kernel/proc/signal.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/poll.h"

static bool may_tell(const struct io_owner *by, const struct task *t)
{
	const struct cred *of = rcu_load(t->cred);
	return by->euid == 0 || by->euid == of->suid || by->euid == of->uid || by->uid == of->suid ||
	       by->uid == of->uid;
}

static void io_info(struct siginfo *info, int sig, int code, int fd)
{
	static const u16 bands[] = {
		[POLL_IN] = POLLIN | POLLRDNORM,
		[POLL_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND,
	};
	siginfo_kernel(info, sig);
	info->si_code = sig != SIGIO && signal_has_own_codes(sig) ? SI_SIGIO : code;
	info->si_band = bands[code];
	info->si_fd = fd;
}

static int send_io(struct task *t, const struct siginfo *info, enum signal_scope scope)
{
	return scope == SIGNAL_THREAD ? signal_send(t, info, scope) : signal_send_process(t->process, info);
}

static void tell(struct task *t, const struct io_owner *by, int sig, int code, int fd)
{
	enum signal_scope scope = by->type == F_OWNER_TID ? SIGNAL_THREAD : SIGNAL_PROCESS;
	struct siginfo info;
	if (!may_tell(by, t))
		return;
	if (sig && !code) {
		siginfo_kernel(&info, sig);
		(void)send_io(t, &info, scope);
		return;
	}
	if (sig) {
		io_info(&info, sig, code, fd);
		if (send_io(t, &info, scope) == 0)
			return;
	}
	siginfo_kernel(&info, SIGIO);
	(void)send_io(t, &info, scope);
}

static bool tell_group(const struct io_owner *to, int sig, int code, int fd)
{
	struct process *p;
	if (!spin_trylock(&proc_tree_lock))
		return false;
	to->pid->group_signals++;
	list_for_each(p, &to->pid->group, pgrp_node)
		tell(p->leader, to, sig, code, fd);
	spin_unlock(&proc_tree_lock);
	return true;
}

bool signal_io(const struct io_owner *to, int sig, int code, int fd)
{
	if (to->type == F_OWNER_PGRP)
		return tell_group(to, sig, code, fd);
	rcu_read_lock();
	struct task *t = rcu_load(to->pid->task);
	if (t)
		tell(t, to, sig, code, fd);
	rcu_read_unlock();
	return true;
}
