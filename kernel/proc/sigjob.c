// SPDX-License-Identifier: MIT
/*
 * sigjob: job control: how a process stops and goes on.
 *
 * Promise   a stop is of the whole process: every thread stops on its way to user mode, the last one makes the
 *           news. SIGCONT continues at once, whether it is blocked, ignored or caught, and takes stop
 *           signals that are pending away; a stop signal takes a pending SIGCONT away. The parent gets
 *           SIGCHLD, unless SA_NOCLDSTOP, and its wait(2) can ask for the news.
 * Locks     sighand->lock; proc_tree_lock, and the parent's sighand->lock inside it, to tell the parent
 * Blocking  a stopped thread sleeps in sched_stop_current(): only SIGCONT and a kill end that
 * Linux     signal(7), wait(2) WUNTRACED and WCONTINUED, credentials(7)
 *
 *	STOPPING	from the first thread that took the signal; nr_stopping threads have stop_due
 *	STOPPED		nr_stopping has become 0: each thread is `stopped`, or gone
 *
 * Who sends SIGCONT may be an interrupt, or hold another process's lock, so he cannot tell the parent: the
 * flags TELL_* leave that to the first thread of the process that comes by.
 */
#include "kernel/core/sched.h"
#include "kernel/proc/signal.h"
#include "kernel/uapi/poll.h"

enum { CLOCK_TICK_NS = NSEC_PER_SEC / USER_HZ };

enum { ANY_STOP = PROCESS_STOPPING | PROCESS_STOPPED, ANY_TELL = PROCESS_TELL_STOPPED | PROCESS_TELL_CONTINUED };

/* Nobody is to stop, and who has stopped goes on. */
static void release_threads(struct process *p)
{
	struct task *t;
	p->nr_stopping = 0;
	list_for_each(t, &p->threads, thread_node) {
		t->stop_dequeued = false;
		t->stop_due = false;
		if (t->stopped) {
			WRITE_ONCE(t->stopped, false);
			sched_continue(t);
		}
	}
}

static void continue_process(struct process *p)
{
	u32 was = process_flags(p);
	signal_discard_locked(p, SIGNALS_STOP);
	if (was & ANY_STOP) {
		process_clear(p, ANY_STOP | PROCESS_STOP_NEWS | ANY_TELL);
		process_set(p, PROCESS_CONT_NEWS |
			(was & PROCESS_STOPPED ? PROCESS_TELL_CONTINUED : PROCESS_TELL_STOPPED));
	}
	release_threads(p);
}

void job_signal_sent_locked(struct process *p, int sig)
{
	if (sig == SIGCONT)
		continue_process(p);
	else
		signal_discard_locked(p, sigmask(SIGCONT));
}

void job_cancel_locked(struct process *p)
{
	process_clear(p, ANY_STOP | PROCESS_STOP_NEWS | ANY_TELL);
	release_threads(p);
}

void job_stop_begin_locked(struct process *p, int sig)
{
	struct task *t;
	if (process_flags(p) & (PROCESS_EXITING | ANY_STOP))
		return;
	p->stop_signal = sig;
	process_set(p, PROCESS_STOPPING);
	list_for_each(t, &p->threads, thread_node) {
		if (t->exiting)
			continue;
		t->stop_due = true;
		p->nr_stopping++;
		if (t == current)
			continue;
		task_kick(t, TASK_WORK_SIGNAL);
		task_interrupt(t);
	}
}

void job_tell_parent(struct process *p, int code)
{
	struct siginfo info = { .si_signo = SIGCHLD, .si_code = code };
	struct usage used;
	info.si_pid = p->pid->nr;
	info.si_uid = current_cred()->uid;
	info.si_status = code == CLD_CONTINUED ? SIGCONT : p->stop_signal;
	task_usage(current, &used);
	info.si_utime = used.user_ns / CLOCK_TICK_NS;
	info.si_stime = used.system_ns / CLOCK_TICK_NS;
	guard(spin)(&proc_tree_lock);
	struct process *parent = p->parent;
	if (!parent)
		return;
	u64 irq;
	struct sighand *s = sighand_lock(parent->leader, &irq);
	if (!(sighand_action(s, SIGCHLD)->flags & SA_NOCLDSTOP))
		(void)signal_send_locked(parent->leader, &info, SIGNAL_PROCESS);
	sighand_unlock(s, irq);
	wake(&parent->child_wq, UINT32_MAX);
}

void signal_stop_thread(void)
{
	struct task *t = current;
	struct process *p = t->process;
	bool is_last = false;
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	if (job_is_stop_due(t)) {
		t->stopped = true;
		if (t->stop_due) /* a thread that was made meanwhile stops without being waited for */
			is_last = --p->nr_stopping == 0;
		t->stop_due = false;
	}
	if (is_last) {
		process_clear(p, PROCESS_STOPPING | PROCESS_CONT_NEWS);
		process_set(p, PROCESS_STOPPED | PROCESS_STOP_NEWS);
	}
	sighand_unlock(s, irq);
	if (is_last)
		job_tell_parent(p, CLD_STOPPED);
	sched_stop_current(&t->stopped);
}
