// SPDX-License-Identifier: MIT
/*
 * reap: what becomes of children, groups and zombies when somebody ends.
 *
 * Promise   an orphan belongs to another thread of its parent, else to the nearest living subreaper, else
 *           to process 1, and gets its pdeath signal. A stopped group that becomes orphaned is told by
 *           SIGHUP and continued. A parent that ignores SIGCHLD, or set SA_NOCLDWAIT, has no zombies.
 * Locks     everything here but process_reap_finish() runs under proc_tree_lock
 * Lifetime  a zombie keeps its leader task, its number and its groups until it is reaped
 * Linux     wait(2) "NOTES", prctl(2): PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG; POSIX on orphaned groups
 */
#include "fs/file.h"
#include "fs/tty.h"
#include "kernel/core/sched.h"
#include "kernel/proc/clone.h"
#include "kernel/proc/signal.h"
#include "kernel/uapi/wait.h"

enum { TICK_NS = NSEC_PER_SEC / USER_HZ };

/* --- leaving the tree --- */

void task_release_pid_locked(struct task *t)
{
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	list_del(&t->thread_node);
	sighand_unlock(s, irq);
	rcu_publish(t->pid->task, NULL);
	wake(&t->pid->wq, POLLIN | POLLRDNORM | POLLHUP);
	pid_unuse(t->pid);
	uncharge_task(t->cred);
}

void process_reap_locked(struct process *p)
{
	list_del(&p->child_node);
	p->parent_task->nr_children--;
	process_leave_groups_locked(p);
	rcu_publish(p->pid->process, NULL);
	pid_unuse(p->pid);
	task_release_pid_locked(p->leader);
}

void process_reap_finish(struct process *p)
{
	spin_lock(&p->lock);
	struct tty *tty = take(p->tty);
	struct file *exe = take(p->exe);
	struct pid *hung_up = take(p->hung_up_pgrp);
	spin_unlock(&p->lock);
	tty_put(tty);
	pid_put(hung_up);
	file_put(exe);
	task_put(p->leader);
	process_put(p);
}

/* --- telling the parent --- */

static void exit_info(struct process *p, struct siginfo *info, int sig)
{
	int code = p->exit_code;
	bool dumped = code & WCOREFLAG || process_flags(p) & PROCESS_DUMPED;
	*info = (struct siginfo){ .si_signo = sig };
	info->si_code = WTERMSIG(code) == 0 ? CLD_EXITED : dumped ? CLD_DUMPED : CLD_KILLED;
	info->si_pid = p->pid->nr;
	info->si_uid = p->leader->cred->uid;
	info->si_status = WTERMSIG(code) ? WTERMSIG(code) : WEXITSTATUS(code);
	info->si_utime = p->dead_threads.user_ns / TICK_NS;
	info->si_stime = p->dead_threads.system_ns / TICK_NS;
}

/* Sends what the child's end is to send. True: the parent will not wait for it. */
static bool notify_parent_locked(struct process *p)
{
	struct process *parent = p->parent;
	int sig = p->exit_signal;
	/* A signal that the parent chose is not for the program that it has become. */
	if (sig != SIGCHLD && p->parent_exec_id != parent->exec_id)
		sig = SIGCHLD;
	struct siginfo info;
	exit_info(p, &info, sig);
	bool autoreap = false;
	if (sig == SIGCHLD) {
		u64 irq;
		struct sighand *s = sighand_lock(parent->leader, &irq);
		const struct ksigaction *a = sighand_action(s, SIGCHLD);
		bool ignored = (long)a->handler == __SIG_IGN;
		autoreap = ignored || a->flags & SA_NOCLDWAIT;
		sighand_unlock(s, irq);
		if (ignored)
			sig = 0;
	}
	if (sig > 0 && sig <= _NSIG)
		(void)signal_send_process(parent, &info);
	wake(&parent->child_wq, POLLIN);
	return autoreap;
}

/* --- orphaned groups --- */

static void signal_members_locked(struct pid *pgrp, int sig)
{
	struct siginfo info;
	struct process *p;
	siginfo_kernel(&info, sig);
	pgrp->group_signals++;
	list_for_each(p, &pgrp->group, pgrp_node)
		(void)signal_send_process(p, &info);
}

/* p's tie to `parent` ends. If that was the last one between its group and the rest of the session, and
 * somebody in the group is stopped, nobody could continue it. */
static void check_orphaned_locked(struct process *p, struct process *parent, struct process *ignored)
{
	struct pid *pgrp = p->pgrp;
	if (!parent || parent->pgrp == pgrp || parent->session != p->session)
		return;
	if (!pgrp_has_stopped_locked(pgrp) || !pgrp_will_be_orphaned_locked(pgrp, ignored))
		return;
	signal_members_locked(pgrp, SIGHUP);
	signal_members_locked(pgrp, SIGCONT);
}

/* --- orphans --- */

static struct task *living_thread(struct process *p)
{
	struct task *t;
	list_for_each(t, &p->threads, thread_node)
		if (!t->exiting)
			return t;
	return NULL;
}

static struct process *find_reaper(struct process *p)
{
	for (struct process *a = p->parent; a; a = a->parent)
		if (process_flags(a) & PROCESS_SUBREAPER && a->nr_live > 0)
			return a;
	return init_process;
}

/* Once for each thread that asked for it. */
static void send_pdeath(struct process *child)
{
	struct siginfo info;
	struct task *t;
	list_for_each(t, &child->threads, thread_node) {
		int sig = READ_ONCE(t->pdeath_signal);
		if (likely(!sig))
			continue;
		siginfo_user(&info, sig, SI_USER);
		(void)signal_send_process(child, &info);
	}
}

static void give_to_process(struct process *child, struct process *reaper, struct list *dead)
{
	struct process *old = child->parent;
	list_del(&child->child_node);
	child->parent = reaper;
	list_add_tail(&reaper->children, &child->child_node);
	child->exit_signal = SIGCHLD;
	if (child->nr_threads == 0 && notify_parent_locked(child)) {
		process_reap_locked(child);
		list_add_tail(dead, &child->child_node);
		return;
	}
	check_orphaned_locked(child, old, NULL);
}

void task_give_children_away_locked(struct task *t, struct list *dead)
{
	if (likely(!t->nr_children))
		return;
	struct process *p = t->process, *reaper = p, *child, *next;
	struct task *thread = living_thread(p);
	if (!thread) {
		reaper = find_reaper(p);
		thread = living_thread(reaper);
	}
	list_for_each_safe(child, next, &p->children, child_node) {
		if (child->parent_task != t)
			continue;
		t->nr_children--;
		thread->nr_children++;
		child->parent_task = thread;
		send_pdeath(child);
		if (reaper != p)
			give_to_process(child, reaper, dead);
	}
}

/* --- the end of a process --- */

bool process_end_locked(struct process *p)
{
	process_clear(p, PROCESS_STOPPED | PROCESS_STOPPING | PROCESS_STOP_NEWS | PROCESS_CONT_NEWS);
	check_orphaned_locked(p, p->parent, p);
	process_set(p, PROCESS_ZOMBIE);
	bool autoreap = notify_parent_locked(p);
	p->pid->exit_code = p->exit_code;
	wake(&p->pid->wq, POLLIN | POLLRDNORM);
	if (autoreap) {
		process_set(p, PROCESS_AUTOREAP);
		process_reap_locked(p);
	}
	return autoreap;
}
