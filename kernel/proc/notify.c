// SPDX-License-Identifier: MIT
/*
 * notify: whom to tell of an event, as a program wrote it into a sigevent(7).
 *
 * Promise   what is kept has been checked: one of the four ways, a signal that there is, a thread of the
 *           caller's process. Nothing of the program's structure is looked at again later.
 * Lifetime  the thread is held by its struct pid, so one that ends keeps nothing else alive
 * Linux     sigevent(7). SIGEV_THREAD is the C library's affair: the kernel sends a signal. SIGEV_NONE
 *           takes any signal number.
 */
#include "kernel/lib/errno.h"
#include "kernel/proc/signal.h"

/* The current process's thread with this number, counted; NULL: there is none. */
static struct pid *own_thread(int tid)
{
	struct pid *pid = pid_find_get(tid);
	if (!pid)
		return NULL;
	rcu_read_lock();
	struct task *t = rcu_load(pid->task);
	bool is_mine = t && t->process == current->process;
	rcu_read_unlock();
	if (is_mine)
		return pid;
	pid_put(pid);
	return NULL;
}

int notify_parse(const struct sigevent *ev, struct notify *n)
{
	*n = (struct notify){ .how = ev->sigev_notify, .sig = ev->sigev_signo, .value = ev->sigev_value };
	switch (n->how) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL: case SIGEV_THREAD: case SIGEV_THREAD_ID:
		break;
	default:
		return -EINVAL;
	}
	if (n->sig < 1 || n->sig > _NSIG)
		return -EINVAL;
	if (n->how != SIGEV_THREAD_ID)
		return 0;
	n->thread = own_thread(ev->sigev_notify_thread_id);
	return n->thread ? 0 : -EINVAL;
}
