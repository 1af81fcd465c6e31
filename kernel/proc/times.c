// SPDX-License-Identifier: MIT
/*
 * times: clocks as system calls, and the CPU time of processes.
 *
 * Promise   clock_gettime(2) of every clock of kernel/core/clock.h, of the CPU time of the caller, and of that of
 *           others by the numbers that clock_getcpuclockid(3) and pthread_getcpuclockid(3) make: a
 *           negative number holds the pid, whether it is a thread, and which time is meant.
 * Locks     proc_tree_lock to sum over threads
 * Linux     clock_gettime(2), settimeofday(2), times(2), getrusage(2). The time zone is kept and given back, and
 *           moves no clock. CPU time is exact; its split into user and system is sampled.
 */
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/core/sched.h"
#include "kernel/proc/cpuclock.h"
#include "kernel/proc/facts.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

enum { MAX_MINUTES_WEST = 15 * 60 };
#define NSEC_PER_TICK ((u64)NSEC_PER_SEC / USER_HZ)

static struct timezone time_zone; /* [atomic] each field a word */

/* --- CPU time --- */

u64 process_cpu_ns(struct process *p)
{
	struct usage u;
	process_usage(p, &u);
	return u.user_ns + u.system_ns;
}

static int usage_clock(const struct usage *u, unsigned which, s64 *ns)
{
	*ns = (s64)(which == CPUCLOCK_VIRT ? u->user_ns : u->user_ns + u->system_ns);
	return 0;
}

/* Threads are known only to their own process. */
static int thread_clock(int tid, unsigned which, s64 *ns)
{
	struct task *t __autoput(task) = task_own_get(tid);
	struct usage u;
	if (!t)
		return -EINVAL;
	task_usage(t, &u);
	return usage_clock(&u, which, ns);
}

static int process_clock(int pid, unsigned which, s64 *ns)
{
	struct process *p __autoput(process) = pid ? process_find_get(pid) : process_get(current->process);
	struct usage u;
	if (!p)
		return -EINVAL;
	process_usage(p, &u);
	return usage_clock(&u, which, ns);
}

static int cpu_clock_read(int clock, s64 *ns)
{
	int pid = cpuclock_pid(clock);
	unsigned which = cpuclock_which(clock);
	if (which > CPUCLOCK_SCHED || pid < 0)
		return -EINVAL;
	return (unsigned)clock & CPUCLOCK_THREAD ? thread_clock(pid, which, ns) : process_clock(pid, which, ns);
}

static int read_clock(int clock, s64 *ns)
{
	return unlikely(clock < 0) ? cpu_clock_read(clock, ns) : clock_read(clock, ns);
}

/* --- clocks --- */

long sys_clock_gettime(int clock, struct timespec __user *out)
{
	s64 ns;
	int err = read_clock(clock, &ns);
	if (unlikely(err))
		return err;
	struct timespec ts = ns_to_timespec(ns);
	return copy_to_user(out, &ts, sizeof(ts));
}

long sys_clock_getres(int clock, struct timespec __user *out)
{
	s64 ns = 1;
	int err = clock < 0 ? cpu_clock_read(clock, &ns) : clock_resolution(clock, &ns);
	if (err)
		return err;
	struct timespec ts = ns_to_timespec(clock < 0 ? 1 : ns);
	return out ? copy_to_user(out, &ts, sizeof(ts)) : 0;
}

/* A checked time of the wall clock becomes the time. */
static long set_realtime(const struct timespec *ts)
{
	s64 ns;
	int err = timespec_to_ns(ts, &ns);
	if (err)
		return err;
	return capable(CAP_SYS_TIME) ? clock_set_realtime(ns) : -EPERM;
}

long sys_clock_settime(int clock, const struct timespec __user *user)
{
	struct timespec ts;
	s64 ns;
	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
		int err = read_clock(clock, &ns);
		if (err)
			return err;
	} else if (clock != CLOCK_REALTIME) {
		return -EINVAL;
	}
	int err = copy_from_user(&ts, user, sizeof(ts));
	if (err)
		return err;
	return clock == CLOCK_REALTIME ? set_realtime(&ts) : -EPERM;
}

long sys_gettimeofday(struct timeval __user *tv, struct timezone __user *tz)
{
	if (tv) {
		struct timespec now = ns_to_timespec(realtime_now_ns());
		struct timeval copy = { .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / (long)NSEC_PER_USEC };
		if (copy_to_user(tv, &copy, sizeof(copy)))
			return -EFAULT;
	}
	struct timezone zone = time_zone;
	return tz ? copy_to_user(tz, &zone, sizeof(zone)) : 0;
}

long sys_settimeofday(const struct timeval __user *utv, const struct timezone __user *utz)
{
	struct timeval tv;
	struct timezone tz;
	if (utv && copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (utv && (tv.tv_usec < 0 || tv.tv_usec >= USEC_PER_SEC || tv.tv_sec < 0))
		return -EINVAL;
	if (utz && copy_from_user(&tz, utz, sizeof(tz)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (utz) {
		if (tz.tz_minuteswest > MAX_MINUTES_WEST || tz.tz_minuteswest < -MAX_MINUTES_WEST)
			return -EINVAL;
		time_zone = tz;
	}
	struct timespec ts = { .tv_sec = tv.tv_sec, .tv_nsec = tv.tv_usec * (long)NSEC_PER_USEC };
	return utv ? set_realtime(&ts) : 0;
}

long sys_time(long __user *out)
{
	long now = ns_to_timespec(realtime_now_ns()).tv_sec;
	return out && put_user(now, out) ? -EFAULT : now;
}

/* --- accounts --- */

long sys_times(struct tms __user *out)
{
	if (out) {
		struct usage u, children;
		spin_lock(&proc_tree_lock);
		process_usage_locked(current->process, &u);
		children = current->process->children_usage;
		spin_unlock(&proc_tree_lock);
		struct tms t = {
			.tms_utime = (long)(u.user_ns / NSEC_PER_TICK),
			.tms_stime = (long)(u.system_ns / NSEC_PER_TICK),
			.tms_cutime = (long)(children.user_ns / NSEC_PER_TICK),
			.tms_cstime = (long)(children.system_ns / NSEC_PER_TICK),
		};
		if (copy_to_user(out, &t, sizeof(t)))
			return -EFAULT;
	}
	return (long)(clock_now_ns() / NSEC_PER_TICK);
}

long sys_getrusage(int who, struct rusage __user *out)
{
	struct process *p = current->process;
	struct usage u, all;
	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock(&proc_tree_lock);
	process_usage_locked(p, &all);
	u = who == RUSAGE_CHILDREN ? p->children_usage : all;
	spin_unlock(&proc_tree_lock);
	if (who == RUSAGE_THREAD) {
		task_usage(current, &u);
		u.max_rss_pages = all.max_rss_pages; /* memory is the process's */
	}
	struct rusage r;
	usage_to_rusage(&u, &r);
	return copy_to_user(out, &r, sizeof(r));
}
