// SPDX-License-Identifier: MIT
/*
 * pid: the numbers of tasks, processes, groups and sessions.
 *
 * Promise   numbers are given in rising order up to pid_max, then again from RESERVED_PIDS on, so that a
 *           number is used again as late as possible. A look-up takes no lock.
 * Locks     proc_tree_lock for the table and all [tree] fields
 * Lifetime  the table does not count: the users of the number do (each holds a reference as well). When
 *           the last user goes the number is free; the object lives on while pidfds, siginfo or file
 *           owners hold it, and its memory for a grace period more.
 * Linux     credentials(7), proc_sys_kernel(5): pid_max
 */
#include "kernel/core/pid.h"
#include "kernel/core/alloc.h"
#include "kernel/core/panic.h"
#include "kernel/core/task.h"
#include "kernel/lib/idtable.h"
#include "kernel/proc/process.h"

enum { RESERVED_PIDS = 300 /* low numbers are for what starts first: they are not given twice */ };

int pid_max = PID_MAX_DEFAULT;
int pid_last;
static struct idtable pids;	   /* [tree; RCU readers] */
static int next_number = 1;	   /* [tree] */
static u64 last_ino;		   /* [atomic] */
static struct kmem_cache *pid_cache;

struct pid pid_zero = {
	.ref = { 1 }, .users = 1, .group = LIST_INIT(pid_zero.group), .session = LIST_INIT(pid_zero.session),
	.wq = WAITQ_INIT(pid_zero.wq, WAIT_OTHER),
};

void pid_init(void)
{
	pid_cache = kmem_cache_create("pid", sizeof(struct pid), 8);
}

static struct pid *pid_new(void)
{
	struct pid *p = kmem_cache_alloc(pid_cache);
	if (!p)
		return NULL;
	ref_init(&p->ref);
	p->users = 1;
	p->task = NULL;
	p->process = NULL;
	p->group_signals = 0;
	p->exit_code = 0;
	p->ino = __atomic_add_fetch(&last_ino, 1, __ATOMIC_RELAXED);
	list_init(&p->group);
	list_init(&p->session);
	waitq_init(&p->wq, WAIT_PIDFD, p);
	return p;
}

static void pid_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(pid_cache, container_of(head, struct pid, rcu));
}

void pid_put(struct pid *p)
{
	if (p && ref_put(&p->ref))
		rcu_defer(&p->rcu, pid_free_rcu);
}

int pid_alloc(struct pid **out)
{
	struct pid *p = pid_new();
	if (!p)
		return -ENOMEM;
	spin_lock(&proc_tree_lock);
	int min_number = next_number >= RESERVED_PIDS ? RESERVED_PIDS : 1;
	int nr = idtable_alloc_cyclic(&pids, NULL, min_number, READ_ONCE(pid_max), &next_number);
	if (likely(nr > 0)) {
		p->nr = pid_last = nr;
		(void)idtable_set(&pids, nr, p); /* the slot is there: cannot fail */
	}
	spin_unlock(&proc_tree_lock);
	if (unlikely(nr < 0)) {
		kmem_cache_free(pid_cache, p);
		return nr == -ENOSPC ? -EAGAIN : nr;
	}
	*out = p;
	return 0;
}

int pid_alloc_at(int nr, struct pid **out)
{
	if (nr < 1 || nr >= READ_ONCE(pid_max))
		return -EINVAL;
	struct pid *p = pid_new();
	if (!p)
		return -ENOMEM;
	p->nr = nr;
	spin_lock(&proc_tree_lock);
	int err = idtable_is_used(&pids, nr) ? -EEXIST : idtable_set(&pids, nr, p);
	spin_unlock(&proc_tree_lock);
	if (err) {
		kmem_cache_free(pid_cache, p);
		return err;
	}
	*out = p;
	return 0;
}

void pid_use(struct pid *p)
{
	assert_spin_held(&proc_tree_lock);
	p->users++;
}

void pid_unuse(struct pid *p)
{
	assert_spin_held(&proc_tree_lock);
	BUG_ON(p->users == 0);
	if (--p->users == 0)
		idtable_remove(&pids, p->nr);
}

struct pid *pid_find_rcu(int nr)
{
	return nr > 0 ? idtable_get(&pids, nr) : NULL;
}

struct pid *pid_find_get(int nr)
{
	rcu_read_lock();
	struct pid *p = pid_find_rcu(nr);
	if (p && !ref_tryget(&p->ref))
		p = NULL;
	rcu_read_unlock();
	return p;
}

struct pid *pid_next(int *nr)
{
	struct pid *p;
	rcu_read_lock();
	for (u64 id = *nr > 0 ? *nr : 1; (p = idtable_next(&pids, &id)); id++) {
		if (!READ_ONCE(p->task) && !READ_ONCE(p->process))
			continue; /* only a group or a session is left of it */
		if (!ref_tryget(&p->ref))
			continue;
		*nr = (int)id;
		break;
	}
	rcu_read_unlock();
	return p;
}

struct process *process_find_get(int nr)
{
	rcu_read_lock();
	struct pid *pid = pid_find_rcu(nr);
	struct process *p = pid ? rcu_load(pid->process) : NULL;
	if (p && !ref_tryget(&p->ref))
		p = NULL;
	rcu_read_unlock();
	return p;
}

struct task *pid_task_get(const struct pid *pid)
{
	rcu_read_lock();
	struct task *t = rcu_load(pid->task);
	if (t && !ref_tryget(&t->ref))
		t = NULL;
	rcu_read_unlock();
	return t;
}

struct task *task_find_get(int tid)
{
	rcu_read_lock();
	struct pid *pid = pid_find_rcu(tid);
	struct task *t = pid ? rcu_load(pid->task) : NULL;
	if (t && !ref_tryget(&t->ref))
		t = NULL;
	rcu_read_unlock();
	return t;
}

struct task *task_named_get(int tid)
{
	if (tid)
		return task_find_get(tid);
	task_get(current);
	return current;
}

struct task *task_own_get(int tid)
{
	struct task *t = task_named_get(tid);
	if (!t || t->process == current->process)
		return t;
	task_put(t);
	return NULL;
}
