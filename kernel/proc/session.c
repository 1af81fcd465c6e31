// SPDX-License-Identifier: MIT
/*
 * session: process groups and sessions.
 *
 * Promise   a process is in one group, a group in one session; setpgid(2) moves only oneself or a child
 *           that has not executed anything yet. A group is orphaned when no member has its parent in
 *           another group of the same session: nobody could continue it then.
 * Locks     proc_tree_lock for membership; process->lock for the controlling terminal
 * Lifetime  each member is a user of the group's and the session's number and holds a reference. What
 *           current_pgrp() and current_session() lend is held by the asking task, because another thread
 *           or the parent may change membership meanwhile.
 * Linux     setpgid(2), setsid(2), credentials(7)
 */
#include "fs/tty.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"

/* --- membership --- */

void process_join_pgrp_locked(struct process *p, struct pid *pgrp)
{
	pid_use(pgrp);
	p->pgrp = pid_get(pgrp);
	list_add_tail(&pgrp->group, &p->pgrp_node);
}

void process_join_session_locked(struct process *p, struct pid *session)
{
	pid_use(session);
	p->session = pid_get(session);
	list_add_tail(&session->session, &p->session_node);
}

static void leave(struct pid **which, struct list *node)
{
	struct pid *old = *which;
	list_del(node);
	*which = NULL;
	pid_unuse(old);
	pid_put(old);
}

void process_leave_groups_locked(struct process *p)
{
	leave(&p->pgrp, &p->pgrp_node);
	leave(&p->session, &p->session_node);
}

/* A member keeps its group until it is in the next one: look-ups never find it without. */
static void change_pgrp_locked(struct process *p, struct pid *pgrp)
{
	struct pid *old = p->pgrp;
	list_del(&p->pgrp_node);
	process_join_pgrp_locked(p, pgrp);
	pid_unuse(old);
	pid_put(old);
}

static void change_session_locked(struct process *p, struct pid *session)
{
	struct pid *old = p->session;
	list_del(&p->session_node);
	process_join_session_locked(p, session);
	pid_unuse(old);
	pid_put(old);
}

/* --- orphaned groups --- */

bool pgrp_will_be_orphaned_locked(struct pid *pgrp, struct process *ignored)
{
	struct process *p;
	list_for_each(p, &pgrp->group, pgrp_node) {
		if (p == ignored || p->nr_threads == 0 || !p->parent || p->parent == init_process)
			continue;
		if (p->parent->pgrp != pgrp && p->parent->session == p->session)
			return false;
	}
	return true;
}

bool pgrp_has_stopped_locked(struct pid *pgrp)
{
	struct process *p;
	list_for_each(p, &pgrp->group, pgrp_node)
		if (process_flags(p) & PROCESS_STOPPED)
			return true;
	return false;
}

bool pgrp_is_orphaned(struct pid *pgrp)
{
	spin_lock(&proc_tree_lock);
	bool is_orphaned = pgrp_will_be_orphaned_locked(pgrp, NULL);
	spin_unlock(&proc_tree_lock);
	return is_orphaned;
}

static bool is_in_my_session_locked(struct pid *pgrp)
{
	struct process *member = list_first_or_null(&pgrp->group, struct process, pgrp_node);
	return member && member->session == current->process->session;
}

bool pgrp_is_in_my_session(struct pid *pgrp)
{
	spin_lock(&proc_tree_lock);
	bool mine = is_in_my_session_locked(pgrp);
	spin_unlock(&proc_tree_lock);
	return mine;
}

/* --- for files and terminals --- */

/* Makes *lent a reference to what *which is now. */
static struct pid *lend(struct pid **which, struct pid **lent)
{
	if (*lent && *lent == READ_ONCE(*which))
		return *lent;
	spin_lock(&proc_tree_lock);
	struct pid *old = *lent;
	*lent = pid_get(*which);
	spin_unlock(&proc_tree_lock);
	pid_put(old);
	return *lent;
}

struct pid *current_pgrp(void)
{
	return lend(&current->process->pgrp, &current->pgrp_lent);
}

struct pid *current_session(void)
{
	return lend(&current->process->session, &current->session_lent);
}

struct pid *current_process_pid(void)
{
	return current->process->pid;
}

int current_tgid(void)
{
	return current->process ? current->process->pid->nr : 0;
}

bool current_is_session_leader(void)
{
	struct process *p = current->process;
	return p && READ_ONCE(p->session) == p->pid;
}

struct tty *current_tty(void)
{
	struct process *p = current->process;
	if (!p)
		return NULL;
	spin_lock(&p->lock);
	struct tty *t = p->tty ? tty_get(p->tty) : NULL;
	spin_unlock(&p->lock);
	return t;
}

static void set_tty(struct process *p, struct tty *tty)
{
	spin_lock(&p->lock);
	struct tty *old = p->tty;
	p->tty = tty ? tty_get(tty) : NULL;
	spin_unlock(&p->lock);
	tty_put(old);
}

void session_clear_tty(struct pid *session)
{
	struct process *p;
	spin_lock(&proc_tree_lock);
	list_for_each(p, &session->session, session_node)
		set_tty(p, NULL);
	spin_unlock(&proc_tree_lock);
}

void session_hung_up(struct pid *session, struct pid *pgrp)
{
	struct pid *old = NULL;
	session_clear_tty(session);
	spin_lock(&proc_tree_lock);
	struct process *leader = session->process;
	if (leader && pgrp) {
		spin_lock(&leader->lock);
		old = leader->hung_up_pgrp;
		leader->hung_up_pgrp = pid_get(pgrp);
		spin_unlock(&leader->lock);
	}
	spin_unlock(&proc_tree_lock);
	pid_put(old);
}

void session_leader_exits(void)
{
	struct process *p = current->process;
	tty_leader_exits();
	spin_lock(&p->lock);
	struct pid *pgrp __autoput(pid) = take(p->hung_up_pgrp);
	spin_unlock(&p->lock);
	if (!pgrp)
		return;
	signal_pgrp(pgrp, SIGHUP);
	signal_pgrp(pgrp, SIGCONT);
}

void current_set_tty(struct tty *tty)
{
	set_tty(current->process, tty);
}

/* --- calls --- */

/* The process of `pid` as setpgid(2) may name it: 0 is the caller; -ESRCH, -EPERM, -EACCES. */
static int find_for_setpgid(int pid, struct process **out)
{
	struct process *me = current->process, *p = me;
	if (pid) {
		struct pid *found = pid_find_rcu(pid);
		p = found ? found->process : NULL;
		if (!p)
			return found && found->task ? -EINVAL : -ESRCH;
	}
	if (p->parent == me) {
		if (p->session != me->session)
			return -EPERM;
		if (process_flags(p) & PROCESS_EXECED)
			return -EACCES;
	} else if (p != me) {
		return -ESRCH;
	}
	*out = p;
	return p->session == p->pid ? -EPERM : 0;
}

static int setpgid_locked(int pid, int nr)
{
	struct process *p;
	int err = find_for_setpgid(pid, &p);
	if (err)
		return err;
	struct pid *pgrp = p->pid;
	if (nr && nr != p->pid->nr) {
		pgrp = pid_find_rcu(nr);
		if (!pgrp || !is_in_my_session_locked(pgrp))
			return -EPERM;
	}
	if (p->pgrp != pgrp)
		change_pgrp_locked(p, pgrp);
	return 0;
}

long sys_setpgid(int pid, int pgid)
{
	if (pgid < 0 || (pgid == 0 && pid < 0)) /* 0: as the process */
		return -EINVAL;
	spin_lock(&proc_tree_lock);
	int err = setpgid_locked(pid, pgid);
	spin_unlock(&proc_tree_lock);
	return err;
}

enum membership { IN_GROUP, IN_SESSION };

/* The number of a thread's group or session; 0 is the caller. */
static long number_of(int tid, enum membership which)
{
	long nr = -ESRCH;
	spin_lock(&proc_tree_lock);
	struct process *p = current->process;
	if (tid) {
		struct pid *found = pid_find_rcu(tid);
		p = found && found->task ? found->task->process : NULL;
	}
	if (p)
		nr = which == IN_SESSION ? p->session->nr : p->pgrp->nr;
	spin_unlock(&proc_tree_lock);
	return nr;
}

long sys_getpgid(int pid)
{
	return number_of(pid, IN_GROUP);
}

long sys_getpgrp(void)
{
	return number_of(0, IN_GROUP);
}

long sys_getsid(int pid)
{
	return number_of(pid, IN_SESSION);
}

long sys_setsid(void)
{
	struct process *p = current->process;
	int err = 0;
	spin_lock(&proc_tree_lock);
	if (p->session == p->pid || !list_is_empty(&p->pid->group)) {
		err = -EPERM; /* the number is a group's already */
	} else {
		change_session_locked(p, p->pid);
		change_pgrp_locked(p, p->pid);
	}
	spin_unlock(&proc_tree_lock);
	if (err)
		return err;
	set_tty(p, NULL);
	return p->pid->nr;
}
