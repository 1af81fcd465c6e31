// SPDX-License-Identifier: MIT
/*
 * proctask: what a task is about, as text: /proc/PID/syscall, timers and timerslack_ns.
 *
 * Promise   `syscall` is the call that a task sleeps in, with its arguments, and where it came from; "running" of a
 *           task that does not sleep. `timers` are the POSIX timers that a process had when the file was opened,
 *           the newest first; those that are gone meanwhile are left out. `timerslack_ns` is the slack of the
 *           process's first thread, and sets it.
 * Locks     proc_tree_lock and the sighand's lock for a few timers at a time; the registers of a task that sleeps are
 *           read without, and looked at again if it has run meanwhile
 * Lifetime  an open `timers` holds a list of numbers, no timer
 * Linux     proc_pid_syscall(5), proc_pid_timers(5), proc_pid_timerslack_ns(5)
 */
#include "arch/x86_64/arch.h"
#include "arch/x86_64/regs.h"
#include "kernel/core/alloc.h"
#include "kernel/core/cred.h"
#include "kernel/core/sched_set.h"
#include "kernel/lib/idtable.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/strbuf.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/proc/procfiles.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/time.h"

/* --- syscall --- */

/* The registers of a task that sleeps; false: it runs, or has run meanwhile. */
static bool sleeping_regs(struct task *t, struct regs *r)
{
	u64 before = READ_ONCE(t->nr_voluntary);
	if (READ_ONCE(t->state) == TASK_RUNNING)
		return false;
	*r = *arch_user_regs(&t->arch);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return READ_ONCE(t->state) != TASK_RUNNING && READ_ONCE(t->nr_voluntary) == before;
}

static int show_syscall(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	struct regs r = {};
	if (!process_may_attach(t->process))
		return -EPERM;
	if (!READ_ONCE(t->mm)) /* it has ended */
		strbuf_puts(sb, "-1 0x0 0x0\n");
	else if (t != current && !sleeping_regs(t, &r))
		strbuf_puts(sb, "running\n");
	else {
		if (t == current)
			r = *arch_user_regs(&t->arch);
		if (r.orig_rax == SYSCALL_NONE)
			strbuf_puts(sb, "-1");
		else
			strbuf_printf(sb, "%ld 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx", (long)r.orig_rax, r.rdi, r.rsi,
				r.rdx, r.r10, r.r8, r.r9);
		strbuf_printf(sb, " 0x%lx 0x%lx\n", r.rsp, r.rip);
	}
	return 0;
}

/* --- timers --- */

enum {
	TIMERS_AT_ONCE = 16,
	OWN_PROCESS_TIME = -6, /* by number, as clock_getcpuclockid(3) makes it for process 0: one's own */
	OWN_THREAD_TIME = -2,
};

struct timer_ids {
	unsigned n;
	int id[];
};

/* The ids of the first `room` timers in the table; the number of all. */
static unsigned list_timers(struct task *t, int *ids, unsigned room)
{
	unsigned n = 0;
	u64 irq;
	guard(spin)(&proc_tree_lock);
	struct sighand *s = sighand_lock(t, &irq);
	for (u64 id = 0; idtable_next(&t->process->timers, &id); id++, n++)
		if (n < room)
			ids[n] = (int)id;
	sighand_unlock(s, irq);
	return n;
}

static int open_timers(struct procfs_open *o, struct task *t)
{
	if (!process_may_trace(t->process))
		return -EACCES;
	unsigned room = list_timers(t, NULL, 0);
	struct timer_ids *list = kmalloc(sizeof(*list) + room * sizeof(list->id[0]));
	if (!list)
		return -ENOMEM;
	list->n = min(list_timers(t, list->id, room), room);
	o->held = list;
	return 0;
}

static void close_timers(struct procfs_open *o)
{
	kfree(o->held);
}

static int shown_clock(int clock)
{
	return clock == CLOCK_PROCESS_CPUTIME_ID ? OWN_PROCESS_TIME :
	       clock == CLOCK_THREAD_CPUTIME_ID	 ? OWN_THREAD_TIME :
						   clock;
}

static void put_timer_locked(struct strbuf *sb, const struct posix_timer *pt)
{
	static const char *const how[] = {
		[SIGEV_SIGNAL] = "signal", [SIGEV_NONE] = "none", [SIGEV_THREAD] = "thread",
		[SIGEV_THREAD_ID] = "signal",
	};
	const struct siginfo *info = (const struct siginfo *)pt->entry.info;
	bool is_thread = pt->notify.how == SIGEV_THREAD_ID;
	strbuf_printf(sb, "ID: %d\nsignal: %d/%016lx\nnotify: %s/%s.%d\nClockID: %d\n", pt->id, pt->notify.sig,
		(u64)info->si_value.sival_ptr, how[pt->notify.how], is_thread ? "tid" : "pid",
		is_thread ? pt->notify.thread->nr : pt->owner->pid->nr, shown_clock(pt->clock));
}

static int show_timers(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	const struct timer_ids *list = o->held;
	u64 from = o->cursor, to = min(from + TIMERS_AT_ONCE, (u64)list->n);
	u64 irq;
	o->cursor = 0;
	if (!t)
		return -ESRCH;
	guard(spin)(&proc_tree_lock);
	struct sighand *s = sighand_lock(t, &irq);
	for (u64 i = from; i < to; i++) {
		const struct posix_timer *pt = idtable_get(&t->process->timers, (u64)list->id[list->n - 1 - i]);
		if (pt && __atomic_load_n(&pt->is_told, __ATOMIC_ACQUIRE))
			put_timer_locked(sb, pt);
	}
	sighand_unlock(s, irq);
	o->cursor = to < list->n ? to : 0;
	return 0;
}

/* --- slack --- */

static int show_timerslack(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	if (t != current && !capable(CAP_SYS_NICE))
		return -EPERM;
	strbuf_printf(sb, "%lu\n", READ_ONCE(t->timer_slack_ns));
	return 0;
}

static int store_timerslack(struct task *t, char *text)
{
	u64 slack;
	if (t != current && !capable(CAP_SYS_NICE))
		return -EPERM;
	int err = parse_u64(text, 10, &slack);
	if (err)
		return err;
	if (!is_rt_policy(t->se.policy))
		WRITE_ONCE(t->timer_slack_ns, slack ? slack : t->default_slack_ns);
	return 0;
}

const struct procfs_item proc_syscall = { .name = "syscall", .mode = S_IFREG | 0400, .show_of = show_syscall };
const struct procfs_item proc_timers = {
	.name = "timers", .mode = S_IFREG | 0444, .open = open_timers, .close = close_timers, .show_of = show_timers,
};
const struct procfs_item proc_timerslack = {
	.name = "timerslack_ns", .mode = S_IFREG | 0666, .show_of = show_timerslack, .store_of = store_timerslack,
};
