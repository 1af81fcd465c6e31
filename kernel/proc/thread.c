// SPDX-License-Identifier: MIT
/*
 * thread: the numbers of the caller, and what a thread library registers for its threads.
 *
 * Promise   getpid(2) and its like take no lock. A robust list is only noted here: the futex code walks it
 *           when the thread ends (kernel/hooks.c).
 * Linux     getpid(2), gettid(2), set_tid_address(2), get_robust_list(2)
 */
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/futex.h"
#include "mm/uaccess.h"

long sys_getpid(void)
{
	return current->process->pid->nr;
}

long sys_gettid(void)
{
	return current->tid;
}

long sys_getppid(void)
{
	rcu_read_lock();
	struct process *parent = rcu_load(current->process->parent);
	int nr = parent ? parent->pid->nr : 0;
	rcu_read_unlock();
	return nr;
}

long sys_set_tid_address(int __user *tid)
{
	current->clear_child_tid = tid;
	return current->tid;
}

long sys_set_robust_list(void __user *head, size_t length)
{
	if (length != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(int pid, kuptr_t __user *head, size_t __user *length)
{
	struct task *other __autoput(task) = pid ? task_find_get(pid) : NULL;
	if (pid && !other)
		return -ESRCH;
	if (other && !process_may_trace(other->process))
		return -EPERM;
	void __user *list = READ_ONCE((other ? other : current)->robust_list);
	if (put_user(sizeof(struct robust_list_head), length) || put_user((kuptr_t)list, head))
		return -EFAULT;
	return 0;
}
