// SPDX-License-Identifier: MIT
/*
 * sigcalls: dispositions, masks, alternate stacks, and waiting for signals.
 *
 * Promise   what was set is read back, without flags that nobody knows; ignoring a signal drops what is
 *           pending of it. sigtimedwait takes a signal although it is blocked or ignored, and
 *           without its handler; sigsuspend opens a mask and sleeps in one step.
 * Locks     sighand->lock for dispositions and queues; the mask and the stack are the thread's own
 * Blocking  rt_sigtimedwait, rt_sigsuspend and pause, until a signal comes that is open then
 * Linux     sigaction(2), sigprocmask(2), sigpending(2), sigaltstack(2), sigwaitinfo(2), sigsuspend(2),
 *           pause(2), restart_syscall(2) (sigdeliver.c has no use for it: there is never one to restart)
 */
#include "kernel/core/clock.h"
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

#define KNOWN_ACTION_FLAGS                                                                         \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS | SA_RESTORER | SA_ONSTACK | SA_RESTART | \
		SA_NODEFER | SA_RESETHAND)

/* --- dispositions --- */

static bool action_ignores(int sig, const struct ksigaction *a)
{
	long handler = (long)a->handler;
	return handler == __SIG_IGN || (handler == __SIG_DFL && sigmask(sig) & SIGNALS_IGNORED);
}

static void action_set_locked(struct ksigaction *to, int sig, const struct ksigaction *a)
{
	*to = *a;
	to->flags &= KNOWN_ACTION_FLAGS;
	to->mask &= ~SIGNALS_UNBLOCKABLE;
	if (action_ignores(sig, to))
		signal_discard_locked(current->process, sigmask(sig));
	else if (unlikely(!list_is_empty(&current->process->stalled_timers)))
		posix_timers_resume_locked(current->process, sig);
}

long sys_rt_sigaction(int sig, const struct ksigaction __user *uact, struct ksigaction __user *uold, size_t size)
{
	struct ksigaction act, old;
	if (size != sizeof(ksigset_t))
		return -EINVAL;
	if (uact && copy_from_user(&act, uact, sizeof(act)))
		return -EFAULT;
	if (sig < 1 || sig > _NSIG || (uact && sigmask(sig) & SIGNALS_UNBLOCKABLE))
		return -EINVAL;
	struct sighand *s = current->sighand;
	struct ksigaction *action = sighand_action(s, sig);
	u64 irq = spin_lock_irqsave(&s->lock);
	if (uold)
		old = *action;
	if (uact)
		action_set_locked(action, sig, &act);
	spin_unlock_irqrestore(&s->lock, irq);
	return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

void signal_exec_reset(struct sighand *s)
{
	u64 irq = spin_lock_irqsave(&s->lock);
	for (unsigned i = 0; i < _NSIG; i++) {
		void __user *handler = s->action[i].handler;
		if ((long)handler != __SIG_IGN)
			handler = (void __user *)__SIG_DFL;
		s->action[i] = (struct ksigaction){ .handler = handler };
	}
	spin_unlock_irqrestore(&s->lock, irq);
}

/* --- masks --- */

long sys_rt_sigprocmask(int how, const ksigset_t __user *uset, ksigset_t __user *uold, size_t size)
{
	ksigset_t old = current->blocked, set;
	if (size != sizeof(set))
		return -EINVAL;
	if (uset) {
		if (get_user(set, uset))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK: signal_set_mask(old | set); break;
		case SIG_UNBLOCK: signal_set_mask(old & ~set); break;
		case SIG_SETMASK: signal_set_mask(set); break;
		default: return -EINVAL;
		}
	}
	return uold ? put_user(old, uold) : 0;
}

long sys_rt_sigpending(ksigset_t __user *uset, size_t size)
{
	struct task *t = current;
	if (size > sizeof(ksigset_t))
		return -EINVAL;
	struct sighand *s = t->sighand;
	u64 irq = spin_lock_irqsave(&s->lock);
	ksigset_t set = (t->pending.set | t->process->pending.set) & t->blocked;
	spin_unlock_irqrestore(&s->lock, irq);
	return size ? copy_to_user(uset, &set, size) : 0;
}

/* --- the alternate stack --- */

int sigaltstack_set(const struct sigaltstack *ss, uaddr_t sp)
{
	struct sigaltstack *mine = &current->altstack;
	int mode = ss->ss_flags & ~(int)SS_AUTODISARM;
	if (sigaltstack_in_use(mine, sp))
		return -EPERM;
	if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		*mine = (struct sigaltstack){ .ss_flags = ss->ss_flags };
		return 0;
	}
	if (ss->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	*mine = *ss;
	return 0;
}

static void altstack_report(struct sigaltstack *out, uaddr_t sp)
{
	const struct sigaltstack *mine = &current->altstack;
	int state = mine->ss_size == 0 ? SS_DISABLE : sigaltstack_in_use(mine, sp) ? SS_ONSTACK : 0;
	memset(out, 0, sizeof(*out)); /* the hole between its fields too */
	out->ss_sp = mine->ss_sp;
	out->ss_size = mine->ss_size;
	out->ss_flags = state | (mine->ss_flags & (int)SS_AUTODISARM);
}

long sys_sigaltstack(const struct sigaltstack __user *uss, struct sigaltstack __user *uold)
{
	struct sigaltstack ss, old;
	uaddr_t sp = arch_user_regs(&current->arch)->rsp;
	if (uss && copy_from_user(&ss, uss, sizeof(ss)))
		return -EFAULT;
	altstack_report(&old, sp);
	int err = uss ? sigaltstack_set(&ss, sp) : 0;
	if (err)
		return err;
	return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

/* --- waiting --- */

/* Sleeps until TASK_WORK_SIGNAL: no wake of the queue has this mask. */
static int sleep_for_signal(u64 deadline_ns)
{
	struct waiter w;
	wait_begin(&w);
	w.on = &current->process->signal_wq;
	return wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
}

/* Takes one of `wanted` if there is any: its number. Else those of `open` are open from now on: a sender does
 * not ignore them, and wakes us. */
static int take_or_open(ksigset_t wanted, ksigset_t open, struct siginfo *info)
{
	struct task *t = current;
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	int sig = signal_dequeue_locked(t, wanted, info);
	t->wait_set = sig ? 0 : open;
	signal_recalc_locked(t);
	sighand_unlock(s, irq);
	return sig;
}

int signal_take(ksigset_t wanted, struct siginfo *info)
{
	return take_or_open(wanted, 0, info);
}

static long timedwait(ksigset_t wanted, struct siginfo *info, u64 deadline_ns)
{
	int sig = take_or_open(wanted, deadline_ns ? wanted : 0, info);
	if (sig)
		return sig;
	if (!deadline_ns)
		return -EAGAIN;
	int err = sleep_for_signal(deadline_ns);
	sig = signal_take(wanted, info);
	return sig ? sig : err == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

long sys_rt_sigtimedwait(const ksigset_t __user *uset, struct siginfo __user *uinfo,
	const struct timespec __user *utimeout, size_t size)
{
	ksigset_t wanted;
	struct timespec ts;
	struct siginfo info;
	u64 deadline = FOREVER;
	s64 ns;
	if (size != sizeof(wanted))
		return -EINVAL;
	if (get_user(wanted, uset))
		return -EFAULT;
	if (utimeout) {
		if (copy_from_user(&ts, utimeout, sizeof(ts)))
			return -EFAULT;
		if (timespec_to_ns(&ts, &ns))
			return -EINVAL;
		deadline = ns ? deadline_after((u64)ns) : 0;
	}
	long sig = timedwait(wanted & ~SIGNALS_UNBLOCKABLE, &info, deadline);
	if (sig > 0 && uinfo && siginfo_to_user(uinfo, &info))
		return -EFAULT;
	return sig;
}

long sys_rt_sigsuspend(const ksigset_t __user *umask, size_t size)
{
	ksigset_t mask;
	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, umask))
		return -EFAULT;
	signal_suspend_mask(mask);
	return sleep_for_signal(FOREVER);
}

long sys_pause(void)
{
	return sleep_for_signal(FOREVER);
}

long sys_restart_syscall(void)
{
	return -EINTR;
}
