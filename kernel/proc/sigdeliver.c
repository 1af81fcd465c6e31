// SPDX-License-Identifier: MIT
/*
 * sigdeliver: what becomes of signals on the way to user mode.
 *
 * Promise   each pending signal that is not blocked has its effect before the next instruction of the
 *           program: its default action, or a frame for its handler; the handler of the signal taken last
 *           runs first. A call that was interrupted is restarted or answers EINTR by its policy
 *           (syscalls.def) and the flags of the first handler.
 * Locks     sighand->lock for one look; everything that may sleep or take proc_tree_lock happens after it
 * Blocking  a stop; the end of the process
 * Linux     signal(7) "Interruption of system calls", sigaction(2). A call that goes on with a deadline
 *           (restart_valid) is simply entered again with its own number instead of restart_syscall(2);
 *           as there, a handler that gets in between makes it answer EINTR.
 */
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"

enum { SYSCALL_BYTES = 2 }; /* of the instruction */

/* What a look at the queues found; all but the first two are acted on without the lock. */
enum verdict { NOTHING, HANDLER, DISCARDED, DIE, DIE_OF_IT, STOP, MAY_STOP, TELL_STOPPED, TELL_CONTINUED };

struct taken {
	struct siginfo info;
	struct ksigaction action;
	ksigset_t frame_mask; /* what the handler returns to */
};

static ksigset_t handler_mask(const struct task *t, int sig, const struct ksigaction *a)
{
	return t->blocked | a->mask | (a->flags & SA_NODEFER ? 0 : sigmask(sig));
}

static void prepare_handler(struct task *t, int sig, struct ksigaction *a, struct taken *d)
{
	d->action = *a;
	if (a->flags & SA_RESETHAND)
		a->handler = (void __user *)__SIG_DFL;
	d->frame_mask = t->blocked;
	if (unlikely(READ_ONCE(t->work) & TASK_WORK_MASK)) {
		d->frame_mask = t->saved_mask;
		task_work_clear(t, TASK_WORK_MASK);
	}
	signal_set_mask_locked(handler_mask(t, sig, a));
}

static enum verdict default_action(struct task *t, int sig)
{
	ksigset_t bit = sigmask(sig);
	struct process *p = t->process;
	if (bit & SIGNALS_IGNORED)
		return DISCARDED;
	if (process_flags(p) & PROCESS_UNKILLABLE)
		return DISCARDED;
	if (!(bit & SIGNALS_STOP))
		return DIE_OF_IT;
	if (sig == SIGSTOP)
		return STOP;
	t->stop_dequeued = true;
	return MAY_STOP;
}

static enum verdict judge(struct task *t, int sig, struct taken *d)
{
	struct ksigaction *a = sighand_action(t->sighand, sig);
	switch ((long)a->handler) {
	case __SIG_IGN:
		return DISCARDED;
	case __SIG_DFL:
		return default_action(t, sig);
	default:
		prepare_handler(t, sig, a, d);
		return HANDLER;
	}
}

static enum verdict look(struct task *t, struct taken *d)
{
	struct process *p = t->process;
	if (unlikely(READ_ONCE(t->work) & TASK_WORK_KILL))
		return DIE;
	u32 tell = process_flags(p) & (PROCESS_TELL_STOPPED | PROCESS_TELL_CONTINUED);
	if (unlikely(tell)) {
		process_clear(p, tell);
		return tell & PROCESS_TELL_CONTINUED ? TELL_CONTINUED : TELL_STOPPED;
	}
	if (job_is_stop_due(t))
		return STOP;
	for (;;) {
		int sig = signal_dequeue_fault_locked(t, &d->info);
		if (likely(!sig))
			sig = signal_dequeue_locked(t, ~t->blocked, &d->info);
		if (!sig) {
			signal_recalc_locked(t);
			return NOTHING;
		}
		enum verdict v = judge(t, sig, d);
		if (v == STOP)
			job_stop_begin_locked(p, sig);
		if (v != DISCARDED)
			return v;
	}
}

/* SIGTSTP and its like do not stop an orphaned group, of which nobody could take care. The question needs a
 * lock that comes before sighand's, so a SIGCONT may come in between: it clears stop_dequeued. */
static void stop_unless_orphaned(struct task *t, int sig)
{
	bool is_orphaned = pgrp_is_orphaned(current_pgrp());
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	if (!is_orphaned && t->stop_dequeued)
		job_stop_begin_locked(t->process, sig);
	t->stop_dequeued = false;
	sighand_unlock(s, irq);
}

/* Carries out what is pending, up to the next handler: true. */
static bool take_signal(struct taken *d)
{
	struct task *t = current;
	for (;;) {
		struct sighand *s = t->sighand;
		u64 irq = spin_lock_irqsave(&s->lock);
		enum verdict v = look(t, d);
		spin_unlock_irqrestore(&s->lock, irq);
		switch (v) {
		case NOTHING: return false;
		case HANDLER: return true;
		case DISCARDED: break;
		case DIE: process_exit_group(SIGKILL);
		case DIE_OF_IT: process_exit_group(d->info.si_signo);
		case STOP: signal_stop_thread(); break;
		case MAY_STOP: stop_unless_orphaned(t, d->info.si_signo); break;
		case TELL_STOPPED: job_tell_parent(t->process, CLD_STOPPED); break;
		case TELL_CONTINUED: job_tell_parent(t->process, CLD_CONTINUED); break;
		}
	}
}

/* --- interrupted calls --- */

static enum restart_policy policy_of(const struct regs *r)
{
	enum restart_policy policy = syscall_restart_policy(r->orig_rax);
	bool is_weaker = (long)r->rax == -ERESTART_NOHAND || current->restart_valid;
	if (unlikely(take(current->restart_always)))
		return ALWAYS;
	return policy == RESTART && is_weaker ? NOHAND : policy;
}

static bool restarts(enum restart_policy policy, const struct ksigaction *handler)
{
	switch (policy) {
	case ALWAYS: return true;
	case RESTART: return !handler || handler->flags & SA_RESTART;
	case NOHAND: return !handler;
	case NEVER: return false;
	}
	return false;
}

/* A handler runs between the decision to restart a call and its instruction. */
static __noinline void restart_missed(struct regs *r)
{
	r->rax = -EINTR;
	r->rip += SYSCALL_BYTES;
	current->restart_valid = false;
}

static __noinline void call_interrupted(struct regs *r, const struct ksigaction *handler)
{
	if (restarts(policy_of(r), handler)) {
		r->rax = r->orig_rax;
		r->rip -= SYSCALL_BYTES;
	} else {
		r->rax = -EINTR;
		current->restart_valid = false;
	}
	r->orig_rax = SYSCALL_NONE;
}

/* Decides about the call that r comes from, if it is one. `handler`: the first one that will run, or NULL. */
static inline void finish_call(struct regs *r, const struct ksigaction *handler)
{
	if (r->orig_rax == SYSCALL_NONE) {
		if (unlikely(handler && current->restart_valid))
			restart_missed(r);
	} else if (unlikely((long)r->rax == -ERESTART || (long)r->rax == -ERESTART_NOHAND)) {
		call_interrupted(r, handler);
	}
}

static void forget_segv_handler(void)
{
	struct sighand *s = current->sighand;
	u64 irq = spin_lock_irqsave(&s->lock);
	sighand_action(s, SIGSEGV)->handler = (void __user *)__SIG_DFL;
	spin_unlock_irqrestore(&s->lock, irq);
}

/* The stack cannot take the frame. Not even a handler for that would get one if it were the same again. */
static void frame_failed(const struct taken *d)
{
	signal_set_mask(d->frame_mask);
	if (d->info.si_signo == SIGSEGV)
		forget_segv_handler();
	signal_fault(SIGSEGV, SI_KERNEL, 0);
}

/* A restartable sequence cannot be left. A handler may hear of it once: what waits for its return is fatal. */
static void sequence_failed(const struct taken *d)
{
	if (d->info.si_signo != SIGSEGV) {
		signal_fault(SIGSEGV, SI_KERNEL, 0);
		return;
	}
	forget_segv_handler();
	signal_raise(SIGSEGV);
}

void signal_exit_work(struct regs *r)
{
	struct taken d;
	while (READ_ONCE(current->work) & (TASK_WORK_SIGNAL | TASK_WORK_KILL) && take_signal(&d)) {
		finish_call(r, &d.action);
		if (unlikely(rseq_signal_work(r)))
			sequence_failed(&d);
		if (sigframe_push(r, &d.info, &d.action, d.frame_mask))
			frame_failed(&d);
	}
	finish_call(r, NULL);
	if (unlikely(READ_ONCE(current->work) & TASK_WORK_MASK))
		signal_restore_mask();
}
