// SPDX-License-Identifier: MIT
/*
 * exit: how a thread ends, and with the last one its process.
 *
 * Promise   the order is: no more signals; hooks, while user memory is there; memory (tid word, vfork);
 *           files; directory; the terminal of a session leader; then, in one step under proc_tree_lock,
 *           children, group, zombie and news to the parent. What the parent can wait for is complete.
 * Locks     proc_tree_lock, inside it sighand->lock
 * Lifetime  a thread's number is free at once, the leader's when the process is reaped. The struct goes a
 *           grace period after the last switch away from it.
 * Linux     _exit(2), exit_group(2). The status of a process is that of exit_group(2) or of the fatal signal,
 *           else that with which its last thread left.
 */
#include "fs/file.h"
#include "fs/path.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/sched.h"
#include "kernel/core/trace.h"
#include "kernel/core/upcalls.h"
#include "kernel/proc/hooks.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/wait.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

enum { SIGNAL_BITS = 0x7f, STATUS_SHIFT = 8 }; /* wait(2): what ended it, and with which status */

/* From here on the thread takes no signals: those of the process that only it could have taken go to the
 * others. True: it is the last. */
static bool begin_exit(struct task *t, int status)
{
	struct process *p = t->process;
	u64 irq;
	spin_lock(&proc_tree_lock);
	struct sighand *s = sighand_lock(t, &irq);
	t->exiting = true;
	bool is_last = --p->nr_live == 0;
	if (is_last && !(process_flags(p) & PROCESS_EXITING)) {
		process_set(p, PROCESS_EXITING);
		p->exit_code = status;
	}
	bool completes_stop = signal_leave_locked(t);
	sighand_unlock(s, irq);
	spin_unlock(&proc_tree_lock);
	if (completes_stop)
		job_tell_parent(p, CLD_STOPPED);
	return is_last;
}

void mm_release_current(void)
{
	struct task *t = current;
	int __user *tid_word = take(t->clear_child_tid);
	if (tid_word && ref_count(&t->mm->users) > 1 && put_user(0, tid_word) == 0)
		futex_wake_one_user(tid_word);
	vfork_release(t);
}

static void leave_memory(struct task *t)
{
	struct mm *mm = t->mm;
	if (!mm)
		return;
	mm_release_current();
	mm_switch_to(NULL);
	mm_unuse(mm);
}

static void leave_files(struct task *t)
{
	spin_lock(&t->lock);
	struct fdtable *files = take(t->fdtable);
	struct fs_ctx *fs = take(t->fs);
	spin_unlock(&t->lock);
	fdtable_leave(files);
	fs_ctx_put(fs);
}

/* The last step: the process tree learns of it. */
static void leave_tree(struct task *t, int status, u64 peak_pages)
{
	struct process *p = t->process;
	struct list dead = LIST_INIT(dead);
	struct usage used;
	spin_lock(&proc_tree_lock);
	task_usage(t, &used);
	used.max_rss_pages = peak_pages;
	usage_add(&p->dead_threads, &used);
	t->gone = true;
	task_give_children_away_locked(t, &dead);
	p->nr_threads--;
	t->pid->exit_code = status;
	if (t != p->leader)
		task_release_pid_locked(t);
	bool is_over = p->nr_threads == 0;
	if (p->execing)
		wake(&p->exec_wq, POLLIN);
	bool finish = is_over && process_end_locked(p);
	spin_unlock(&proc_tree_lock);
	if (finish)
		process_reap_finish(p);
	struct process *child, *next;
	list_for_each_safe(child, next, &dead, child_node) {
		list_del(&child->child_node);
		process_reap_finish(child);
	}
}

/* Nothing can go on without it: the machine ends as the option exit= says, or as after a fault. */
static __noreturn void end_of_process_1(int status)
{
	if (status & SIGNAL_BITS)
		panic("exit: process 1 was killed by signal %d", status & SIGNAL_BITS);
	log_info("exit: process 1 ended with status %d", status >> STATUS_SHIFT);
	machine_end(status == 0);
}

void task_exit(int status)
{
	struct task *t = current;
	struct process *p = t->process;
	bool is_last = begin_exit(t, status);
	if (is_last && p == init_process)
		end_of_process_1(p->exit_code);
	trace_event(TRACE_EXIT, status, p->pid->nr);
	process_hooks_run(task_exit, t);
	if (is_last) {
		process_hooks_run(process_exit);
		itimer_stop(p);
	}
	u64 peak = mm_peak_pages(t);
	leave_memory(t);
	leave_files(t);
	if (is_last && current_is_session_leader())
		session_leader_exits();
	leave_tree(t, status, peak);
	sched_exit();
}

void process_exit_group(int status)
{
	struct process *p = current->process;
	u64 irq;
	struct sighand *s = sighand_lock(current, &irq);
	if (process_flags(p) & PROCESS_EXITING) {
		status = p->exit_code;
	} else if (p->execing && p->execing != current) {
		status = 0; /* exec ends the other threads, not the process */
	} else {
		process_set(p, PROCESS_EXITING);
		p->exit_code = status;
		if (p->nr_live > 1)
			signal_zap_other_threads_locked(p);
	}
	sighand_unlock(s, irq);
	task_exit(status);
}

long sys_exit(int status)
{
	task_exit(W_EXITCODE(status & 0xff, 0));
}

long sys_exit_group(int status)
{
	process_exit_group(W_EXITCODE(status & 0xff, 0));
}
