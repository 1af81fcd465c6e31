// SPDX-License-Identifier: MIT
/*
 * signal: sending, taking and delivering signals.
 *
 * Promise   standard signals are pending once, real-time signals queue in order; a fatal signal ends every
 *           thread; SIGKILL and SIGSTOP are neither blocked nor caught. signal_send() decides at once
 *           whether the signal is ignored, as signal(7) says.
 * Locks     sighand->lock guards dispositions, masks and both queues; taken with interrupts off
 * Lifetime  a queued signal is charged to the target's real user and freed by whoever dequeues it
 */
#pragma once
#include "kernel/proc/process.h"

struct sigqueue {
	struct list node;	  /* [sighand] */
	struct account *account;  /* charged CHARGE_SIGPENDING; NULL: preallocated */
	struct siginfo info;	  /* [const] */
};

enum signal_scope { SIGNAL_THREAD, SIGNAL_PROCESS };

void siginfo_user(struct siginfo *info, int sig, int code); /* si_pid and si_uid of the current task */
void siginfo_kernel(struct siginfo *info, int sig);	    /* SI_KERNEL */
/* Sends; 0, or -EAGAIN when a real-time signal cannot be queued (RLIMIT_SIGPENDING). Any context. */
int signal_send(struct task *t, const struct siginfo *info, enum signal_scope scope);
int signal_send_process(struct process *p, const struct siginfo *info);
/* Under sighand->lock held by the caller. */
int signal_send_locked(struct task *t, const struct siginfo *info, enum signal_scope scope);
/* May the current task send `sig` to p? 0, -EPERM (kill(2)). */
int signal_may_send(struct process *p, int sig);
/* Takes the next signal of `set` (bits: wanted): its number and info, 0 if none. sighand->lock held. */
int signal_dequeue_locked(struct task *t, ksigset_t set, struct siginfo *info);
/* Does t have an unblocked signal? Sets or clears TASK_WORK_SIGNAL of t. sighand->lock held. */
void signal_recalc_locked(struct task *t);
void signal_set_mask(ksigset_t mask);	      /* the current task's, with what follows */
void signal_suspend_mask(ksigset_t mask);     /* temporary mask; put back by TASK_WORK_MASK on the way out */
void signal_flush(struct sigpending *p);      /* frees what is queued */
void signal_exec_reset(struct sighand *s);    /* caught ones become default; ignored stay */
void signal_exit_work(struct regs *r);	      /* sigdeliver.c: from kernel_exit_work(): signals, masks, restarts */
void signal_stop_thread(void);		      /* sigdeliver.c: the current thread stops with its process */
void signal_zap_other_threads_locked(struct process *p); /* SIGKILL to all but current: exec, exit_group */
void signal_init(void);
static inline ksigset_t sigmask(int sig)
{
	return 1ul << (sig - 1);
}
static inline bool signal_pending(void) /* something deliverable, or a kill */
{
	return READ_ONCE(current->work) & (TASK_WORK_SIGNAL | TASK_WORK_KILL);
}
/* arch/x86_64/sigframe.c (through arch.h's rules: plain registers and user memory) */
struct sigframe_args {
	int sig;
	const struct siginfo *info;
	const struct ksigaction *action;
	ksigset_t old_mask;
	const struct sigaltstack *altstack; /* what the frame records */
	uaddr_t stack;			    /* where the frame goes below */
	u64 trap_nr, trap_error, fault_address;
};
