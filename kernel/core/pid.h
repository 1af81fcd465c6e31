// SPDX-License-Identifier: MIT
/*
 * pid: the identity of a task, process, group or session, which outlives what it names.
 *
 * Promise   while anybody holds a reference the number is not given to anyone else as long as something
 *           living still uses it; pid_find_rcu() needs no lock. F_SETOWN, si_pid and pidfds hold a pid.
 * Locks     proc_tree_lock guards the table and the fields marked [tree]
 * Lifetime  counted; freed after a grace period. The number is free again when the task is reaped and
 *           neither a process group nor a session bears it. Whoever counts as a user holds a reference.
 */
#pragma once
#include "kernel/core/ref.h"
#include "kernel/core/rcu.h"
#include "kernel/core/wait.h"
#include "kernel/lib/cleanup.h"
#include "kernel/lib/list.h"

struct task;
struct process;

enum { PID_MAX_DEFAULT = 32768, PID_MAX_LIMIT = 4194304 };

struct pid {
	struct ref ref;
	int nr;			  /* [const] */
	u64 ino;		  /* [const] of its pidfds: no other pid ever has it */
	u32 users;		  /* [tree] task, process, group, session: the number is taken while > 0 */
	struct task *task;	  /* [tree; RCU readers] the thread with this tid; NULL once it is reaped */
	struct process *process;  /* [tree; RCU readers] the process with this pid; NULL once it is reaped */
	struct list group;	  /* [tree] struct process by pgrp_node: members of this process group */
	struct list session;	  /* [tree] struct process by session_node */
	int exit_code;		  /* [tree] of the thread or process, once it has ended: as wait(2) reports it */
	u32 group_signals;	  /* [tree] signals sent to the group so far: fork looks whether it missed one */
	struct waitq wq;	  /* pidfd pollers: woken at exit and at reaping */
	struct rcu_head rcu;
};

int pid_alloc(struct pid **out);     /* one user and one reference for the caller; -ENOMEM, -EAGAIN: no number left */
int pid_alloc_at(int nr, struct pid **out); /* this number: -EEXIST, -EINVAL, -ENOMEM */
void pid_use(struct pid *p);	     /* [tree] one more thing bears the number */
void pid_unuse(struct pid *p);	     /* [tree] one less; the last one frees the number */
struct pid *pid_find_rcu(int nr);    /* under RCU or proc_tree_lock, not counted */
struct pid *pid_find_get(int nr);    /* counted or NULL */
struct task *pid_task_get(const struct pid *p); /* the task that bears it, counted; NULL: it was reaped */
struct pid *pid_next(int *nr);	     /* first living pid >= *nr, counted, *nr becomes its number; NULL: no more */
static inline struct pid *pid_get(struct pid *p)
{
	ref_get(&p->ref);
	return p;
}
void pid_put(struct pid *p); /* accepts NULL */
static inline int pid_number(const struct pid *p)
{
	return p->nr;
}
DEFINE_AUTOPUT(pid)
extern int pid_max;	     /* [atomic] /proc/sys/kernel/pid_max */
extern int pid_last;	     /* [tree] the newest number: /proc/loadavg */
extern struct pid pid_zero;  /* group and session of process 1 before it makes its own; never freed */
void pid_init(void);
