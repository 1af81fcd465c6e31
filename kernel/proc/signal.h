// SPDX-License-Identifier: MIT
/*
 * signal: sending, taking and delivering signals.
 *
 * Promise   standard signals are pending once, real-time signals queue in order; a fatal signal ends every
 *           thread; SIGKILL and SIGSTOP are neither blocked nor caught. signal_send() decides at once
 *           whether the signal is ignored, as signal(7) says.
 * Locks     sighand->lock guards dispositions, masks and both queues; taken with interrupts off
 * Lifetime  a queued real-time signal is charged to the target's real user; whoever takes it frees it.
 *           Standard signals are bounded by being pending once, and are not charged.
 *
 *	signal.c	queues, masks, and the choice of the thread that is to act
 *	sigsend.c	who may send to whom: the kill family, and what other layers raise
 *	sigio.c		signals about files
 *	sigjob.c	job control: stopping and continuing
 *	sigdeliver.c	on the way to user mode: default actions, handlers, restarts
 *	sigframe.c	what a handler finds on its stack, and the way back
 *	sigcalls.c	dispositions, masks, waiting for signals
 *	posix_timer.c	timers that send signals (posix_timer.h); notify.c reads what they, and others, send
 */
#pragma once
#include "kernel/proc/process.h"

/* What a default action is. Signals in none of these end the process. */
#define SIGNALS_IGNORED (sigmask(SIGCHLD) | sigmask(SIGURG) | sigmask(SIGWINCH) | sigmask(SIGCONT))
#define SIGNALS_STOP (sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SIGNALS_UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))
/* Those that an instruction can cause: they come before others. */
#define SIGNALS_SYNCHRONOUS                                                                        \
	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGFPE) | sigmask(SIGSYS))

enum signal_scope { SIGNAL_THREAD, SIGNAL_PROCESS };

static inline ksigset_t sigmask(int sig)
{
	return 1ul << (sig - 1);
}
static inline bool signal_pending(void) /* something deliverable, or a kill */
{
	return READ_ONCE(current->work) & (TASK_WORK_SIGNAL | TASK_WORK_KILL);
}

/* --- what comes with a signal; of a siginfo only the first SIGINFO_BYTES are ever set or read --- */
void siginfo_user(struct siginfo *info, int sig, int code); /* si_pid and si_uid of the current task */
void siginfo_kernel(struct siginfo *info, int sig);	    /* SI_KERNEL */
int siginfo_to_user(struct siginfo __user *to, const struct siginfo *info); /* all 128 bytes; -EFAULT */

/* Which part of a siginfo counts: by its number and code. */
enum siginfo_kind {
	SIGINFO_KILL, SIGINFO_TIMER, SIGINFO_POLL, SIGINFO_FAULT, SIGINFO_CHILD, SIGINFO_QUEUE, SIGINFO_SYS,
};
enum siginfo_kind siginfo_kind(const struct siginfo *info);
bool signal_has_own_codes(int sig); /* its positive codes are its own: SIGSEGV, SIGCHLD, ... */

/* --- sending: 0, or -EAGAIN when a real-time signal cannot be queued (RLIMIT_SIGPENDING) --- */
/* Any context; t or p is held by a reference, RCU or the tree. */
int signal_send(struct task *t, const struct siginfo *info, enum signal_scope scope);
int signal_send_process(struct process *p, const struct siginfo *info);
/* Under sighand->lock held by the caller. With SIGNAL_PROCESS t is the leader. */
int signal_send_locked(struct task *t, const struct siginfo *info, enum signal_scope scope);
/* May the current task send `sig` to p? 0, -EPERM (kill(2)). Under RCU or with a reference. */
int signal_may_send(struct process *p, int sig);
/* The process ends with status `sig`: every thread learns of it. */
void signal_end_process_locked(struct process *p, int sig);
void signal_zap_other_threads_locked(struct process *p); /* a kill to all but current: exec, exit_group */

/* --- taking --- */
/* Takes the next signal of `set` (bits: wanted): its number and info, 0 if none. sighand->lock held; a
 * signal_recalc_locked() is to follow. */
int signal_dequeue_locked(struct task *t, ksigset_t set, struct siginfo *info);
/* The same for a fault of the current task that waits to be delivered. */
int signal_dequeue_fault_locked(struct task *t, struct siginfo *info);
/* Has t something to do on its way to user mode? Sets TASK_WORK_SIGNAL of t, or clears that of current. */
void signal_recalc_locked(struct task *t);
void signal_discard_locked(struct process *p, ksigset_t set); /* drops them from all queues of p */
void signal_flush(struct sigpending *p); /* frees what is queued; nobody else looks at it any more */

/* Takes one of `wanted`, blocked or not, from the current task or its process: its number, 0 if there is none. */
int signal_take(ksigset_t wanted, struct siginfo *info);

/* --- masks of the current task --- */
void signal_set_mask(ksigset_t mask); /* with what follows */
void signal_set_mask_locked(ksigset_t mask);

/* --- lives of threads and programs --- */
void signal_exec_reset(struct sighand *s); /* caught ones become default; ignored stay */
/* t->exiting has been set: what only t could have taken goes to the others. True: it was the last one that
 * a stop waited for; then job_tell_parent(p, CLD_STOPPED) is due, without the lock. */
bool signal_leave_locked(struct task *t);
void signal_init(void);

/* --- job control: sigjob.c --- */
void job_signal_sent_locked(struct process *p, int sig); /* a stop signal or SIGCONT: even if ignored or blocked */
void job_stop_begin_locked(struct process *p, int sig);	 /* every thread is to stop */
void job_cancel_locked(struct process *p);		 /* the process is to die: no stop holds it */
void signal_stop_thread(void);		       /* the current thread stops with its process */
void job_tell_parent(struct process *p, int code); /* CLD_STOPPED, CLD_CONTINUED; takes proc_tree_lock */
/* Is t still to stop? */
static inline bool job_is_stop_due(const struct task *t)
{
	return unlikely(process_flags(t->process) & (PROCESS_STOPPING | PROCESS_STOPPED)) && !t->stopped;
}

/* --- delivery: sigdeliver.c, sigframe.c --- */
void signal_exit_work(struct regs *r); /* from kernel_exit_work(): signals, masks, restarts */
/* Makes r start the action's handler, on a frame that returns to what r is now with `mask`; -EFAULT. */
int sigframe_push(struct regs *r, const struct siginfo *info, const struct ksigaction *action, ksigset_t mask);
/* sigaltstack(2) of the current task, whose stack pointer is sp: -EPERM, -EINVAL, -ENOMEM. */
int sigaltstack_set(const struct sigaltstack *ss, uaddr_t sp);
/* Does sp lie on the alternate stack? One that disarms itself is never in use. */
static inline bool sigaltstack_holds(const struct sigaltstack *ss, uaddr_t sp)
{
	uaddr_t base = (uaddr_t)ss->ss_sp;
	return sp > base && sp - base <= ss->ss_size;
}
static inline bool sigaltstack_in_use(const struct sigaltstack *ss, uaddr_t sp)
{
	return !(ss->ss_flags & SS_AUTODISARM) && sigaltstack_holds(ss, sp);
}

/* --- itimer.c --- */
void itimer_rearm_locked(struct process *p); /* SIGALRM has been taken: the next interval begins */

/* --- notify.c: whom to tell of an event --- */
struct notify {
	int how; /* SIGEV_* */
	int sig;
	union sigval value;
	struct pid *thread; /* counted: SIGEV_THREAD_ID; NULL: the process */
};
int notify_parse(const struct sigevent *ev, struct notify *n); /* 0, -EINVAL; ev is a copy of the user's */

/* --- entries that come with a timer (is_timer) instead of from a cache --- */
/* One entry more on account of t's real user, counted; NULL: RLIMIT_SIGPENDING. Under RCU, or t is current. */
struct account *signal_charge_entry(struct task *t);
void signal_uncharge_entry(struct account *a);
/* Sends the signal of `q`: the queue that it is on now. NULL: it is ignored, or there is nobody to take it. */
struct sigpending *signal_queue_locked(struct task *t, struct sigqueue *q, enum signal_scope scope);
void signal_unqueue_locked(struct sigpending *pending, struct sigqueue *q);
/* posix_timer.c: q leaves its queue; info is what the taker gets */
void posix_timer_taken_locked(struct sigqueue *q, struct siginfo *info);
void posix_timer_dropped_locked(struct sigqueue *q);
void posix_timers_resume_locked(struct process *p, int sig); /* sig is no longer ignored */
