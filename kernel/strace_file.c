// SPDX-License-Identifier: MIT
/*
 * strace_file: traces of system calls into an open file: /proc/ipc/strace.
 *
 * Promise   who writes the number of one of its descriptors into /proc/ipc/strace has its own further system calls, and
 *           those of all tasks that it makes from then on, written into that open file, a line each as strace.c
 *           makes it, begun with the thread's id; -1 ends it for the writer. A line goes whole or not at all: a
 *           full pipe holds the traced task up, as a tracer would. When nobody can read any more the trace is over,
 *           without SIGPIPE. So it is when a program gets rights that its caller does not have: a process that may
 *           not be dumped is not traced.
 * Locks     the position lock of a file that has a position; none of its own: a task's trace_file is its owner's
 * Lifetime  each traced task counts the file; the last that ends closes it, which a reader sees as the end
 * Blocking  a write of a line sleeps until there is room; only a fatal signal ends that
 * Linux     has no such file. The program strace of user/bin is its reader.
 */
#include "fs/file.h"
#include "kernel/core/task.h"
#include "kernel/lib/parse.h"
#include "kernel/proc/process.h"
#include "kernel/strace.h"

static void set_file(struct task *t, struct file *f)
{
	struct file *old = t->trace_file;
	t->trace_file = f;
	if (f)
		task_work_set(t, TASK_WORK_STRACE);
	else
		task_work_clear(t, TASK_WORK_STRACE);
	file_put(old);
}

static ssize_t attempt(struct file *f, const char *text, size_t n)
{
	struct uio u;
	bool has_position = f->ops->flags & FILE_SEEKABLE;
	uio_init_kernel(&u, (void *)text, n);
	if (!has_position)
		return f->ops->write(f, &u);
	guard(mutex)(&f->pos_lock);
	u.pos = f->pos;
	ssize_t done = f->ops->write(f, &u);
	f->pos = u.pos;
	return done;
}

void strace_write(const char *text, size_t n)
{
	struct file *f = current->trace_file;
	struct waitq *q = file_waitq(f);
	ssize_t done;
	if (READ_ONCE(current->process->dumpable) != DUMPABLE_BY_USER) {
		set_file(current, NULL);
		return;
	}
	if (q)
		(void)wait_event(q, POLLOUT | POLLERR | POLLHUP, (done = attempt(f, text, n)) != -EAGAIN, FOREVER,
			WAIT_KILLABLE);
	else
		done = attempt(f, text, n);
	if (done == -EPIPE)
		set_file(current, NULL);
}

/* --- /proc/ipc/strace --- */

int strace_store(char *text)
{
	s64 fd;
	if (parse_s64(text, 0, &fd) || fd < -1 || fd > INT32_MAX)
		return -EINVAL;
	if (fd == -1) {
		set_file(current, NULL);
		return 0;
	}
	struct file *f __autoput(file) = fd_get((int)fd);
	if (!f || !(f->mode & FILE_WRITE) || !f->ops->write)
		return -EBADF;
	if (READ_ONCE(current->process->dumpable) != DUMPABLE_BY_USER)
		return -EPERM;
	set_file(current, take(f));
	return 0;
}

/* --- a task's life: rows of hooks.c --- */

int strace_fork(struct task *child, u64 flags)
{
	if (current->trace_file)
		child->trace_file = file_get(current->trace_file);
	return 0;
}

void strace_task_exit(struct task *t)
{
	if (t->trace_file)
		set_file(t, NULL);
}
