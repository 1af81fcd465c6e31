// SPDX-License-Identifier: MIT
/*
 * fork: new tasks and processes, by every flag of clone(2).
 *
 * Promise   everything that can fail is done before the child is published; a failed call leaves nothing.
 *           A child is published whole, under proc_tree_lock: a signal to the group, a wait of the parent
 *           or a look into /proc finds either no child or one with parent, group and session.
 * Locks     proc_tree_lock to publish, inside it sighand->lock when a thread joins its process
 * Lifetime  task_alloc()'s reference is the one for being alive; a process's first reference is the pid
 *           table's. task_release_parts() drops what the task still holds when it is freed.
 * Blocking  vfork sleeps until the child's exec or exit; only a fatal signal ends that sleep early
 * Linux     fork(2), vfork(2), clone(2), credentials(7). Cgroups and namespaces are not
 *           there: EINVAL (EPERM without CAP_SYS_ADMIN for namespaces, as on a kernel built without them).
 */
#include "fs/file.h"
#include "fs/path.h"
#include "fs/tty.h"
#include "kernel/core/alloc.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/core/trace.h"
#include "kernel/lib/string.h"
#include "kernel/proc/clone.h"
#include "kernel/proc/hooks.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/signal.h"
#include "kernel/uapi/pidfd.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

/* --- limits --- */

/* One more task for the caller's real user: 0 or -EAGAIN. */
static int charge_task(void)
{
	const struct cred *cred = current_cred();
	s64 mine = charge(cred->account, CHARGE_PROCESSES, 1);
	int all = __atomic_add_fetch(&nr_tasks, 1, __ATOMIC_RELAXED);
	bool over = mine > 0 && (u64)mine > rlimit(RLIMIT_NPROC) && cred->account->uid != 0 &&
		    !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
	if (unlikely(over || all > READ_ONCE(threads_max))) {
		uncharge_task(cred);
		return -EAGAIN;
	}
	if (unlikely(process_flags(current->process) & PROCESS_NPROC_EXCEEDED))
		process_clear(current->process, PROCESS_NPROC_EXCEEDED);
	return 0;
}

void uncharge_task(const struct cred *cred)
{
	uncharge(cred->account, CHARGE_PROCESSES, 1);
	__atomic_fetch_sub(&nr_tasks, 1, __ATOMIC_RELAXED);
}

/* --- parts of a task --- */

static int copy_files(struct task *t, u64 flags)
{
	t->fdtable = flags & CLONE_FILES ? fdtable_share(current->fdtable) : fdtable_copy(current->fdtable);
	t->fs = flags & CLONE_FS ? fs_ctx_get(current->fs) : fs_ctx_copy(current->fs);
	return t->fdtable && t->fs ? 0 : -ENOMEM;
}

static int copy_sighand(struct task *t, u64 flags)
{
	struct sighand *mine = current->sighand;
	if (flags & CLONE_SIGHAND) {
		ref_get(&mine->ref);
		t->sighand = mine;
		return 0;
	}
	struct sighand *s = sighand_new();
	if (!s)
		return -ENOMEM;
	u64 irq = spin_lock_irqsave(&mine->lock);
	memcpy(s->action, mine->action, sizeof(s->action));
	spin_unlock_irqrestore(&mine->lock, irq);
	if (flags & CLONE_CLEAR_SIGHAND)
		signal_exec_reset(s);
	t->sighand = s;
	return 0;
}

static int copy_memory(struct task *t, u64 flags)
{
	if (flags & CLONE_VM) {
		mm_use(current->mm);
		t->mm = current->mm;
	} else {
		t->mm = mm_fork(current->mm);
		if (!t->mm)
			return -ENOMEM;
	}
	t->arch_mm = &t->mm->arch;
	return 0;
}

/* The facts that exec wrote down, the terminal, and what prctl(2) set. */
static void copy_facts(struct process *p, struct process *from)
{
	spin_lock(&from->lock);
	p->exe = from->exe ? file_get(from->exe) : NULL;
	p->tty = from->tty ? tty_get(from->tty) : NULL;
	memcpy(&p->arg_start, &from->arg_start,
		offsetof(struct process, thp_disabled) - offsetof(struct process, arg_start));
	memcpy(p->auxv, from->auxv, sizeof(p->auxv));
	spin_unlock(&from->lock);
	p->dumpable = READ_ONCE(from->dumpable);
	p->thp_disabled = READ_ONCE(from->thp_disabled);
	p->oom_score_adj = READ_ONCE(from->oom_score_adj);
}

static int make_process(struct task *t)
{
	struct process *p = process_alloc();
	if (!p)
		return -ENOMEM;
	t->process = process_get(p);
	struct limits *limits = limits_new(current->limits);
	if (!limits)
		return -ENOMEM;
	t->limits = limits;
	copy_facts(p, current->process);
	p->sighand = t->sighand;
	p->start_ns = t->start_ns;
	p->leader = t;
	task_get(t);
	itimer_init(p);
	return 0;
}

static int join_process(struct task *t)
{
	t->process = process_get(current->process);
	ref_get(&current->limits->ref);
	t->limits = current->limits;
	return 0;
}

static int copy_registers(struct task *t, const struct clone_request *rq)
{
	int err = arch_fpu_alloc(&t->arch);
	if (err)
		return err;
	arch_fpu_copy(&t->arch);
	arch_task_init_fork(&t->arch, arch_user_regs(&current->arch));
	if (rq->stack)
		arch_user_regs(&t->arch)->rsp = rq->stack;
	t->arch.fs_base = rq->flags & CLONE_SETTLS ? rq->tls : arch_get_fs_base();
	t->arch.gs_base = arch_get_gs_base();
	return 0;
}

static void copy_plain(struct task *t, const struct clone_request *rq)
{
	struct task *me = current;
	bool own_stack = (rq->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM;
	t->affinity = me->affinity;
	sched_inherit(t);
	t->timer_slack_ns = t->default_slack_ns = me->timer_slack_ns;
	t->mce_policy = me->mce_policy;
	t->personality = me->personality;
	t->is_io_flusher = me->is_io_flusher;
	t->blocked = me->blocked;
	t->work |= me->work & TASK_WORK_STRACE;
	if (own_stack)
		t->altstack.ss_flags = SS_DISABLE;
	else
		t->altstack = me->altstack;
	if (!(rq->flags & CLONE_VM)) {
		t->rseq_area = me->rseq_area;
		t->rseq_len = me->rseq_len;
		t->rseq_sig = me->rseq_sig;
	}
	t->set_child_tid = rq->flags & CLONE_CHILD_SETTID ? rq->child_tid : NULL;
	t->clear_child_tid = rq->flags & CLONE_CHILD_CLEARTID ? rq->child_tid : NULL;
	t->cred = cred_get(me->cred);
}

static int make_pid(struct task *t, const struct clone_request *rq)
{
	int err = rq->nr_set_tid ? pid_alloc_at(rq->set_tid, &t->pid) : pid_alloc(&t->pid);
	if (!err)
		t->tid = t->pid->nr;
	return err;
}

/* CLONE_PIDFD: the child's descriptor in the making. */
struct child_pidfd {
	int fd;
	struct file *file; /* NULL: none is wanted */
};

static int make_pidfd(struct task *t, const struct clone_request *rq, struct child_pidfd *out)
{
	if (likely(!(rq->flags & CLONE_PIDFD)))
		return 0;
	int fd = pidfd_prepare(t->pid, rq->flags & CLONE_THREAD ? PIDFD_THREAD : 0, &out->file);
	if (fd < 0)
		return fd;
	out->fd = fd;
	return put_user(fd, rq->pidfd);
}

static void pidfd_finish(struct child_pidfd *p, bool is_born)
{
	if (likely(!p->file))
		return;
	if (is_born) {
		fd_install(p->fd, p->file);
	} else {
		fd_cancel(p->fd);
		file_put(p->file);
	}
}

/* A hook that fails has undone its own part; the rows before it are told. */
static int run_hooks(struct task *t, u64 flags)
{
	for (const struct process_hook *h = process_hooks; h->name; h++) {
		int err = h->fork ? h->fork(t, flags) : 0;
		if (!err)
			continue;
		while (h-- > process_hooks)
			if (h->task_exit)
				h->task_exit(t);
		return err;
	}
	return 0;
}

static int copy_parts(struct task *t, const struct clone_request *rq, struct child_pidfd *pidfd)
{
	u64 flags = rq->flags;
	copy_plain(t, rq);
	int err = copy_files(t, flags);
	if (!err)
		err = copy_sighand(t, flags);
	if (!err)
		err = flags & CLONE_THREAD ? join_process(t) : make_process(t);
	if (!err)
		err = copy_memory(t, flags);
	if (!err)
		err = copy_registers(t, rq);
	if (!err)
		err = make_pid(t, rq);
	if (!err)
		err = make_pidfd(t, rq, pidfd);
	if (!err)
		err = run_hooks(t, flags);
	return err;
}

/* Undoes copy_parts(), as far as it came. The rest goes when the task is freed. */
static void abandon(struct task *t, u64 flags)
{
	struct process *p = t->process;
	t->arch_mm = NULL;
	mm_unuse(take(t->mm));
	fdtable_leave(take(t->fdtable));
	fs_ctx_put(take(t->fs));
	if (t->pid) {
		spin_lock(&proc_tree_lock);
		pid_unuse(t->pid);
		spin_unlock(&proc_tree_lock);
	}
	if (p && !(flags & CLONE_THREAD)) {
		file_put(take(p->exe));
		tty_put(take(p->tty));
		if (p->leader)
			task_put(take(p->leader));
		process_put(p);
	}
	task_put(t);
}

/* --- publishing --- */

static void publish_process(struct task *t, const struct clone_request *rq)
{
	struct process *p = t->process, *me = current->process;
	if (rq->flags & CLONE_PARENT) {
		p->parent = me->parent;
		p->parent_task = me->parent_task;
		p->exit_signal = me->exit_signal;
		p->parent_exec_id = me->parent_exec_id;
	} else {
		p->parent = me;
		p->parent_task = current;
		p->exit_signal = rq->exit_signal;
		p->parent_exec_id = me->exec_id;
	}
	p->exec_id = me->exec_id;
	p->parent_task->nr_children++;
	list_add_tail(&p->parent->children, &p->child_node);
	process_join_pgrp_locked(p, me->pgrp);
	process_join_session_locked(p, me->session);
	p->nr_threads = p->nr_live = 1;
	list_add_tail(&p->threads, &t->thread_node); /* nobody else knows its sighand's users yet */
	p->pid = pid_get(t->pid);
	pid_use(p->pid);
	rcu_publish(p->pid->process, p);
}

static int publish_thread(struct task *t)
{
	struct process *p = t->process;
	u64 irq = spin_lock_irqsave(&p->sighand->lock);
	if (READ_ONCE(current->work) & TASK_WORK_KILL) {
		spin_unlock_irqrestore(&p->sighand->lock, irq);
		return -ERESTART;
	}
	list_add_tail(&p->threads, &t->thread_node);
	p->nr_threads++;
	p->nr_live++;
	if (process_flags(p) & PROCESS_STOPPING)
		t->work |= TASK_WORK_SIGNAL; /* it stops with the others before its first instruction */
	spin_unlock_irqrestore(&p->sighand->lock, irq);
	return 0;
}

static u32 group_signals_now(void)
{
	rcu_read_lock();
	u32 n = READ_ONCE(rcu_load(current->process->pgrp)->group_signals);
	rcu_read_unlock();
	return n;
}

/* `seen`: the group's signals when the call began. A signal to the group that the parent has got and the
 * child would miss starts the call again, after the handler. */
static int publish(struct task *t, const struct clone_request *rq, struct vfork_wait *w, u32 seen)
{
	guard(spin)(&proc_tree_lock);
	u32 work = READ_ONCE(current->work);
	if (unlikely(work & TASK_WORK_KILL))
		return -ERESTART;
	if (rq->flags & CLONE_THREAD) {
		int err = publish_thread(t);
		if (err)
			return err;
	} else {
		bool missed = current->process->pgrp->group_signals != seen && (work & TASK_WORK_SIGNAL);
		if (unlikely(missed))
			return -ERESTART;
		publish_process(t, rq);
	}
	rcu_publish(t->pid->task, t);
	t->vfork = w;
	nr_forks++;
	return 0;
}

/* --- vfork --- */

void vfork_release(struct task *t)
{
	if (likely(!READ_ONCE(t->vfork)))
		return;
	spin_lock(&proc_tree_lock);
	struct vfork_wait *w = take(t->vfork);
	if (w) { /* its owner leaves only through the lock that is held here */
		w->done = true;
		wake(&w->wq, POLLIN);
	}
	spin_unlock(&proc_tree_lock);
}

static void vfork_wait_for(struct task *t, struct vfork_wait *w)
{
	(void)wait_event(&w->wq, POLLIN, READ_ONCE(w->done), FOREVER, WAIT_KILLABLE);
	spin_lock(&proc_tree_lock);
	t->vfork = NULL;
	spin_unlock(&proc_tree_lock);
	task_put(t);
}

/* --- all together --- */

long process_clone(const struct clone_request *rq)
{
	/* What is pending now is for the parent alone: its handlers run before there is a child. */
	if (unlikely(signal_pending()))
		return -ERESTART;
	u32 seen = group_signals_now();
	int err = charge_task();
	if (err)
		return err;
	struct task *t = task_alloc(current->comm);
	if (!t) {
		uncharge_task(current_cred());
		return -ENOMEM;
	}
	struct vfork_wait w = { .done = false };
	bool waits = rq->flags & CLONE_VFORK;
	if (waits)
		waitq_init(&w.wq, WAIT_VFORK, t);
	struct child_pidfd pidfd = { .file = NULL };
	err = copy_parts(t, rq, &pidfd);
	if (!err) {
		err = publish(t, rq, waits ? &w : NULL, seen);
		if (err)
			process_hooks_run(task_exit, t);
	}
	pidfd_finish(&pidfd, !err);
	if (err) {
		uncharge_task(t->cred);
		abandon(t, rq->flags);
		return err;
	}
	int tid = t->tid;
	trace_event(TRACE_FORK, tid, rq->flags);
	if (rq->flags & CLONE_PARENT_SETTID)
		(void)put_user(tid, rq->parent_tid); /* clone(2): the child is there in any case */
	if (waits)
		task_get(t);
	sched_start(t);
	if (waits)
		vfork_wait_for(t, &w);
	return tid;
}

void fork_child_start(void)
{
	struct task *t = current;
	if (t->set_child_tid)
		(void)put_user(t->tid, t->set_child_tid);
}
