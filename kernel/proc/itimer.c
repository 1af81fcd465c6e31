// SPDX-License-Identifier: MIT
/*
 * itimer: setitimer(2)'s three timers, alarm(2), and the limit of CPU time.
 *
 * Promise   ITIMER_REAL sends SIGALRM at or after its time. Its next interval begins when the signal is taken,
 *           so a process that does not get to it is not flooded; an ignored SIGALRM ends the series.
 *           VIRTUAL (time in user mode) and PROF (all CPU time) are looked at by the tick that hits one of the
 *           process's threads: they are late by up to a tick. RLIMIT_CPU, RLIMIT_RTTIME and the timers of
 *           cpu_timer.c are watched at the same place.
 * Locks     sighand->lock for deadlines. The tick needs proc_tree_lock as well, for the times of threads that
 *           have ended, but only tries to get it: the next tick does as well.
 * Lifetime  the timer is part of its process; itimer_stop() by the last thread waits until it cannot run
 * Linux     getitimer(2), alarm(2), getrlimit(2) RLIMIT_CPU, RLIMIT_RTTIME
 */
#include "kernel/core/clock.h"
#include "kernel/core/sched.h"
#include "kernel/core/sched_set.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

enum { NR_ITIMERS = 3, ALARM_ROUND_USEC = USEC_PER_SEC / 2 };
#define LEAST_LEFT_NS NSEC_PER_USEC /* an armed timer never reads as 0, which would mean "not armed" */
#define MOST_NS ((u64)INT64_MAX)

static const u8 itimer_signals[NR_ITIMERS] = { SIGALRM, SIGVTALRM, SIGPROF };

/* --- ITIMER_REAL --- */

/* A timer that was set anew while this was on its way is not due. */
static void real_expired(struct timer *timer)
{
	struct itimer *it = container_of(timer, struct itimer, timer);
	struct process *p = container_of(it, struct process, itimers[ITIMER_REAL]);
	struct siginfo info;
	u64 irq;
	siginfo_kernel(&info, SIGALRM);
	struct sighand *s = sighand_lock(p->leader, &irq);
	if (it->deadline_ns && it->deadline_ns <= clock_now_ns()) {
		it->deadline_ns = 0;
		(void)signal_send_locked(p->leader, &info, SIGNAL_PROCESS);
	}
	sighand_unlock(s, irq);
}

void itimer_rearm_locked(struct process *p)
{
	struct itimer *it = &p->itimers[ITIMER_REAL];
	if (it->deadline_ns || !it->interval_ns)
		return;
	/* The series keeps its rhythm: intervals that have passed meanwhile are left out. */
	u64 now = clock_now_ns(), last = it->timer.deadline_ns;
	u64 passed = now > last ? (now - last) / it->interval_ns : 0;
	it->deadline_ns = last + (passed + 1) * it->interval_ns;
	timer_start(&it->timer, it->deadline_ns);
}

void itimer_init(struct process *p)
{
	timer_init(&p->itimers[ITIMER_REAL].timer, real_expired);
}

void itimer_stop(struct process *p)
{
	(void)timer_cancel_sync(&p->itimers[ITIMER_REAL].timer);
}

/* --- CPU time --- */

void process_cpu_time_locked(struct process *p, struct cpu_time *used)
{
	struct task *t;
	used->user_ns = p->dead_threads.user_ns;
	used->total_ns = used->user_ns + p->dead_threads.system_ns;
	list_for_each(t, &p->threads, thread_node) {
		struct usage one;
		if (t->gone)
			continue;
		task_usage(t, &one);
		used->user_ns += one.user_ns;
		used->total_ns += one.user_ns + one.system_ns;
	}
}

static void send_to_process_locked(struct process *p, int sig)
{
	struct siginfo info;
	siginfo_kernel(&info, sig);
	(void)signal_send_locked(p->leader, &info, SIGNAL_PROCESS);
}

static void check_cpu_timer(struct process *p, int which, u64 used_ns)
{
	struct itimer *it = &p->itimers[which];
	if (!it->deadline_ns || used_ns < it->deadline_ns)
		return;
	it->deadline_ns = it->interval_ns ? it->deadline_ns + it->interval_ns : 0;
	send_to_process_locked(p, itimer_signals[which]);
}

/* Beyond the soft limit SIGXCPU comes every second: the limit itself is raised, as on Linux. */
static void check_cpu_limit(struct process *p, struct rlimit *limit, u64 used_ns)
{
	u64 seconds = used_ns / NSEC_PER_SEC;
	if (seconds >= limit->rlim_max) {
		send_to_process_locked(p, SIGKILL);
	} else if (seconds >= limit->rlim_cur) {
		send_to_process_locked(p, SIGXCPU);
		WRITE_ONCE(limit->rlim_cur, limit->rlim_cur + 1);
	}
}

/* A thread of a real-time policy may not run for longer than that without a sleep. */
static void check_rt_limit(struct task *t)
{
	u64 ran_us = sched_rt_run_ns(t) / NSEC_PER_USEC;
	struct rlimit *limit = &t->limits->v[RLIMIT_RTTIME];
	if (likely(ran_us < min(READ_ONCE(limit->rlim_cur), READ_ONCE(limit->rlim_max)) || !ran_us))
		return;
	bool is_last_word = ran_us >= limit->rlim_max;
	struct siginfo info;
	siginfo_kernel(&info, is_last_word ? SIGKILL : SIGXCPU);
	(void)signal_send_process(t->process, &info);
	if (!is_last_word)
		WRITE_ONCE(limit->rlim_cur, limit->rlim_cur + USEC_PER_SEC);
}

void itimer_tick(struct task *t)
{
	struct process *p = t->process;
	if (!p)
		return;
	if (unlikely(READ_ONCE(t->limits->v[RLIMIT_RTTIME].rlim_cur) != RLIM_INFINITY))
		check_rt_limit(t);
	struct rlimit *limit = &t->limits->v[RLIMIT_CPU];
	u64 armed = READ_ONCE(p->itimers[ITIMER_VIRTUAL].deadline_ns) | READ_ONCE(p->itimers[ITIMER_PROF].deadline_ns);
	if (likely(!armed && READ_ONCE(limit->rlim_cur) == RLIM_INFINITY && list_is_empty(&p->cpu_timers)))
		return;
	if (!spin_trylock(&proc_tree_lock))
		return;
	if (unlikely(t->gone)) { /* its process may have another sighand by now */
		spin_unlock(&proc_tree_lock);
		return;
	}
	struct cpu_time used;
	u64 irq;
	struct sighand *s = sighand_lock(t, &irq);
	process_cpu_time_locked(p, &used);
	check_cpu_timer(p, ITIMER_VIRTUAL, used.user_ns);
	check_cpu_timer(p, ITIMER_PROF, used.total_ns);
	if (limit->rlim_cur != RLIM_INFINITY)
		check_cpu_limit(p, limit, used.total_ns);
	sighand_unlock(s, irq);
	cpu_timers_tick_locked(t, &used);
	spin_unlock(&proc_tree_lock);
}

/* --- setting and reading --- */

struct itimer_ns {
	u64 value, interval; /* value 0: not armed */
};

/* What the deadline of `which` is counted in, now. */
static u64 itimer_clock(struct process *p, int which)
{
	struct cpu_time used;
	if (which == ITIMER_REAL)
		return clock_now_ns();
	process_cpu_time_locked(p, &used);
	return which == ITIMER_VIRTUAL ? used.user_ns : used.total_ns;
}

static void itimer_read(const struct itimer *it, u64 now, struct itimer_ns *out)
{
	out->interval = it->interval_ns;
	out->value = !it->deadline_ns	    ? 0 :
		     it->deadline_ns > now + LEAST_LEFT_NS ? it->deadline_ns - now :
						  LEAST_LEFT_NS;
}

static void itimer_write(struct itimer *it, int which, u64 now, const struct itimer_ns *in)
{
	u64 deadline;
	if (__builtin_add_overflow(now, in->value, &deadline))
		deadline = FOREVER;
	it->interval_ns = in->interval;
	it->deadline_ns = in->value ? deadline : 0;
	if (which != ITIMER_REAL)
		return;
	if (in->value) {
		timer_start(&it->timer, deadline);
	} else {
		(void)timer_cancel(&it->timer);
		it->interval_ns = 0; /* a SIGALRM that is pending starts nothing new */
	}
}

/* Either may be NULL. */
static void itimer_exchange(int which, const struct itimer_ns *in, struct itimer_ns *old)
{
	struct process *p = current->process;
	struct itimer *it = &p->itimers[which];
	bool needs_tree = which != ITIMER_REAL;
	u64 irq;
	if (needs_tree)
		spin_lock(&proc_tree_lock);
	struct sighand *s = sighand_lock(current, &irq);
	u64 now = itimer_clock(p, which);
	if (old)
		itimer_read(it, now, old);
	if (in)
		itimer_write(it, which, now, in);
	sighand_unlock(s, irq);
	if (needs_tree)
		spin_unlock(&proc_tree_lock);
}

static int timeval_to_ns(const struct timeval *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= USEC_PER_SEC)
		return -EINVAL;
	if (__builtin_mul_overflow((u64)tv->tv_sec, NSEC_PER_SEC, ns) || *ns > MOST_NS - NSEC_PER_SEC)
		*ns = MOST_NS;
	else
		*ns += (u64)tv->tv_usec * NSEC_PER_USEC;
	return 0;
}

static struct timeval ns_to_timeval(u64 ns)
{
	return (struct timeval){ .tv_sec = ns / NSEC_PER_SEC, .tv_usec = ns % NSEC_PER_SEC / NSEC_PER_USEC };
}

static int itimer_export(struct itimerval __user *out, const struct itimer_ns *in)
{
	struct itimerval v = { ns_to_timeval(in->interval), ns_to_timeval(in->value) };
	return copy_to_user(out, &v, sizeof(v));
}

long sys_getitimer(int which, struct itimerval __user *ucur)
{
	struct itimer_ns cur;
	if ((unsigned)which >= NR_ITIMERS)
		return -EINVAL;
	itimer_exchange(which, NULL, &cur);
	return itimer_export(ucur, &cur);
}

long sys_setitimer(int which, const struct itimerval __user *uval, struct itimerval __user *uold)
{
	struct itimerval v = { 0 }; /* no new value: disarms */
	struct itimer_ns in, old;
	if (uval && copy_from_user(&v, uval, sizeof(v)))
		return -EFAULT;
	if (timeval_to_ns(&v.it_value, &in.value) || timeval_to_ns(&v.it_interval, &in.interval) ||
		(unsigned)which >= NR_ITIMERS)
		return -EINVAL;
	itimer_exchange(which, &in, &old);
	return uold ? itimer_export(uold, &old) : 0;
}

long sys_alarm(unsigned seconds)
{
	struct itimer_ns in = { .value = min((u64)seconds, (u64)INT32_MAX) * NSEC_PER_SEC }, old;
	itimer_exchange(ITIMER_REAL, &in, &old);
	struct timeval left = ns_to_timeval(old.value);
	bool rounds_up = left.tv_usec >= ALARM_ROUND_USEC || (left.tv_sec == 0 && left.tv_usec);
	return left.tv_sec + rounds_up;
}
