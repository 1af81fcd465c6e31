// SPDX-License-Identifier: MIT
/*
 * procwaits: /proc/ipc/waits: who sleeps, and on what.
 *
 * Promise   a line for every task that waits, kernel threads too: process, thread, name, kind of wait, the
 *           address of the object it waits on, by which those who wait for the same one can be told, and the thread
 *           that can release it, where the kernel knows it: the owner of a mutex of the kernel's or of a
 *           priority-inheriting futex
 * Locks     proc_tree_lock from task to task, never while text is made: the list may change between two lines
 * Lifetime  the task that is being shown is counted, and a counted task stays on the list
 */
#include "kernel/core/rt_mutex.h"
#include "kernel/core/sched.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/procfs.h"
#include "kernel/watch.h"

struct task *waits_next(struct task *prev)
{
	struct task *found = NULL;
	spin_lock(&proc_tree_lock);
	struct list *node = prev ? prev->all_node.next : all_tasks.next;
	for (; node != &all_tasks && !found; node = node->next) {
		struct task *t = list_entry(node, struct task, all_node);
		if (ref_tryget(&t->ref))
			found = t;
	}
	spin_unlock(&proc_tree_lock);
	task_put(prev);
	return found;
}

bool waits_put(struct strbuf *sb, struct task *t)
{
	struct task_wait w;
	char comm[TASK_COMM_LEN];
	if (!task_wait_look(t, &w))
		return false;
	spin_lock(&t->lock);
	memcpy(comm, t->comm, sizeof(comm));
	spin_unlock(&t->lock);
	strbuf_printf(sb, "%7d %7d %-15s %-10s %lx", t->process ? t->process->pid->nr : 0, t->tid, comm,
		wait_kind_names[w.kind], (unsigned long)w.object);
	int releaser = w.releaser ? w.releaser : rt_mutex_releaser(t);
	if (releaser)
		strbuf_printf(sb, " %d", releaser);
	return true;
}

void proc_show_waits(struct strbuf *sb)
{
	strbuf_puts(sb, "    PID     TID COMM            KIND       OBJECT           RELEASER\n");
	for (struct task *t = waits_next(NULL); t; t = waits_next(t))
		if (waits_put(sb, t))
			strbuf_putc(sb, '\n');
}
