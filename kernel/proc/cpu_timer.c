// SPDX-License-Identifier: MIT
/*
 * cpu_timer: POSIX timers on CPU time: of the caller, one of its threads, or another process.
 *
 * Promise   the tick that hits a thread looks at the timers on its process's time, so they are late by up to a tick,
 *           and nothing runs for them while their process does not. What expires while the signal is queued
 *           is counted by later ticks.
 * Locks     proc_tree_lock guards process->cpu_timers and holds the owners of what is on it; each owner's
 *           sighand->lock is taken inside it, one at a time
 * Lifetime  a timer holds the process whose time it watches, which may be reaped meanwhile: then it never expires,
 *           reads as not armed and cannot be set (ESRCH). Threads are held by their struct pid.
 * Linux     timer_create(2), clock_getcpuclockid(3). Of other processes only the whole can be watched.
 */
#include "kernel/lib/errno.h"
#include "kernel/proc/posix_timer.h"

/* --- whose time --- */

/* One of the current process's threads, 0: the caller itself. */
static int attach_thread(struct cpu_clock *c, int tid)
{
	struct task *t __autoput(task) = task_own_get(tid);
	if (!t)
		return -EINVAL;
	c->thread = pid_get(t->pid);
	c->process = process_get(t->process);
	return 0;
}

int cpu_timer_attach(struct posix_timer *t)
{
	struct cpu_clock *c = &t->cpu;
	c->which = CPUCLOCK_SCHED;
	if (t->clock == CLOCK_THREAD_CPUTIME_ID)
		return attach_thread(c, 0);
	if (t->clock >= 0) {
		c->process = t->clock == CLOCK_PROCESS_CPUTIME_ID ? process_get(current->process) : NULL;
		return 0;
	}
	c->which = cpuclock_which(t->clock);
	int pid = cpuclock_pid(t->clock);
	if (pid < 0 || c->which == CPUCLOCK_DEVICE)
		return -EINVAL;
	if (t->clock & CPUCLOCK_THREAD)
		return attach_thread(c, pid);
	c->process = pid ? process_find_get(pid) : process_get(current->process);
	return c->process ? 0 : -EINVAL;
}

void cpu_timer_detach(struct posix_timer *t)
{
	pid_put(t->cpu.thread);
	process_put(t->cpu.process);
}

static void thread_cpu_time(struct task *t, struct cpu_time *used)
{
	struct usage u;
	task_usage(t, &u);
	*used = (struct cpu_time){ u.user_ns, u.user_ns + u.system_ns };
}

int cpu_timer_now_locked(const struct posix_timer *t, s64 *now)
{
	const struct cpu_clock *c = &t->cpu;
	struct cpu_time used;
	assert_spin_held(&proc_tree_lock);
	if (c->thread) {
		struct task *thread = c->thread->task;
		if (!thread || thread->gone)
			return -ESRCH;
		thread_cpu_time(thread, &used);
	} else {
		if (c->process->pid->process != c->process)
			return -ESRCH;
		process_cpu_time_locked(c->process, &used);
	}
	*now = (s64)cpuclock_pick(&used, c->which);
	return 0;
}

/* --- expiry --- */

static void check_locked(struct posix_timer *t, s64 now)
{
	if (now < t->on.expires_ns)
		return;
	u64 missed = 0;
	if (t->interval_ns)
		missed = clock_timer_advance(&t->on, t->interval_ns, now);
	else
		list_del(&t->cpu.node);
	if (t->state == TIMER_ARMED) {
		t->missed = missed;
		posix_timer_fire_locked(t);
	} else {
		t->missed += missed + 1;
	}
}

/* The tree's lock comes before the one that is held: if it is not free, what the next tick would find is missing. */
void cpu_timer_catch_up_locked(struct posix_timer *t)
{
	s64 now;
	if (!t->interval_ns || !spin_trylock(&proc_tree_lock))
		return;
	if (cpu_timer_now_locked(t, &now) == 0 && now >= t->on.expires_ns)
		t->missed += clock_timer_advance(&t->on, t->interval_ns, now) + 1;
	spin_unlock(&proc_tree_lock);
}

void cpu_timer_start_locked(struct posix_timer *t, s64 now)
{
	assert_spin_held(&proc_tree_lock);
	if (t->notify.how == SIGEV_NONE)
		return;
	list_add_tail(&t->cpu.process->cpu_timers, &t->cpu.node);
	check_locked(t, now);
}

void cpu_timer_stop_locked(struct posix_timer *t)
{
	assert_spin_held(&proc_tree_lock);
	list_del(&t->cpu.node);
}

void cpu_timers_tick_locked(struct task *hit, const struct cpu_time *used)
{
	struct posix_timer *t, *next;
	struct cpu_time mine;
	thread_cpu_time(hit, &mine);
	list_for_each_safe(t, next, &hit->process->cpu_timers, cpu.node) {
		if (t->cpu.thread && t->cpu.thread != hit->pid)
			continue;
		struct sighand *s = t->owner->sighand;
		u64 irq = spin_lock_irqsave(&s->lock);
		check_locked(t, (s64)cpuclock_pick(t->cpu.thread ? &mine : used, t->cpu.which));
		spin_unlock_irqrestore(&s->lock, irq);
	}
}
