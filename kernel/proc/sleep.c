// SPDX-License-Identifier: MIT
/*
 * sleep: nanosleep(2) and clock_nanosleep(2).
 *
 * Promise   never returns early but for a signal, which leaves the rest in *rem (relative sleeps only). A sleep
 *           that no handler ended goes on to the deadline it had: stopping and continuing does not stretch
 *           it. An absolute sleep on CLOCK_REALTIME follows the clock when it is set.
 * Locks     none
 * Blocking  interruptible: -ERESTART, policy NOHAND
 * Linux     nanosleep(2), clock_nanosleep(2). A sleep on the process's CPU time looks at it again and again,
 *           with pauses as long as its threads on all CPUs need at least, and a tick at last.
 */
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/poll.h"
#include "mm/uaccess.h"

#define CPU_CLOCK_PAUSE_NS (4 * NSEC_PER_MSEC)

static struct waitq nothing = WAITQ_INIT(nothing, WAIT_SLEEP); /* what a sleeper shows that it waits for */

/* Time that is over when the signal is seen counts as slept. */
static int sleep_until(u64 deadline_ns)
{
	struct waiter w;
	wait_begin(&w);
	w.on = &nothing;
	int err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
	return err == -ETIMEDOUT || deadline_ns <= clock_now_ns() ? 0 : err;
}

/* A relative sleep that a signal interrupts: what the next try needs to know, and the program. */
static long interrupted(u64 deadline_ns, u64 left_ns, struct timespec __user *urem)
{
	struct task *t = current;
	struct timespec left = ns_to_timespec((s64)min(left_ns, (u64)INT64_MAX));
	if (urem && copy_to_user(urem, &left, sizeof(left)))
		return -EFAULT;
	t->restart_deadline_ns = deadline_ns;
	t->restart_valid = true;
	return -ERESTART;
}

/* The deadline `ns` from now, or the one of the call that this one continues. */
static u64 deadline_of_call(u64 now, u64 ns)
{
	struct task *t = current;
	u64 deadline;
	if (unlikely(t->restart_valid)) {
		t->restart_valid = false;
		return t->restart_deadline_ns;
	}
	return __builtin_add_overflow(now, ns, &deadline) ? FOREVER - 1 : deadline;
}

static long sleep_for(u64 ns, struct timespec __user *urem)
{
	u64 deadline = deadline_of_call(clock_now_ns(), ns);
	if (!sleep_until(deadline))
		return 0;
	return interrupted(deadline, deadline - min(clock_now_ns(), deadline), urem);
}

static bool has_come(int clock, s64 abs_ns)
{
	s64 now = 0;
	(void)clock_read(clock, &now);
	return now >= abs_ns;
}

/* Wakes when realtime is set, to compute the deadline anew. */
static long sleep_realtime(int clock, s64 abs_ns)
{
	struct waiter w;
	struct wait_slot slot;
	u64 deadline;
	int err;
	wait_begin(&w);
	wait_add(&w, &slot, &clock_step_wq, POLLIN, WAIT_SHARED);
	do {
		wait_rearm(&w);
		(void)clock_to_deadline(clock, abs_ns, &deadline);
		err = wait_sleep(&w, deadline, WAIT_INTERRUPTIBLE);
		if (err == -ETIMEDOUT && !has_come(clock, abs_ns))
			err = 0;
	} while (!err);
	wait_remove(&slot);
	return err == -ETIMEDOUT || has_come(clock, abs_ns) ? 0 : err;
}

static u64 cpu_time_used(void)
{
	s64 used = 0;
	(void)clock_read(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (u64)used;
}

static int sleep_cpu_time(u64 until_ns)
{
	for (;;) {
		u64 used = cpu_time_used();
		if (used >= until_ns)
			return 0;
		u64 least = (until_ns - used) / nr_cpus;
		int err = sleep_until(deadline_after(max(least, CPU_CLOCK_PAUSE_NS)));
		if (err)
			return err;
	}
}

static long sleep_for_cpu_time(u64 ns, struct timespec __user *urem)
{
	u64 until = deadline_of_call(cpu_time_used(), ns);
	if (!sleep_cpu_time(until))
		return 0;
	return interrupted(until, until - min(cpu_time_used(), until), urem);
}

static long sleep_absolute(int clock, s64 abs_ns)
{
	u64 deadline;
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return sleep_cpu_time((u64)abs_ns);
	if (clock == CLOCK_REALTIME || clock == CLOCK_TAI)
		return sleep_realtime(clock, abs_ns);
	int err = clock_to_deadline(clock, abs_ns, &deadline);
	return err ? err : sleep_until(deadline);
}

static int request_from_user(s64 *ns, const struct timespec __user *ureq)
{
	struct timespec ts;
	int err = copy_from_user(&ts, ureq, sizeof(ts));
	if (!err)
		err = timespec_to_ns(&ts, ns);
	if (err)
		current->restart_valid = false; /* another thread has spoilt what a restarted call reads again */
	return err;
}

long sys_nanosleep(const struct timespec __user *ureq, struct timespec __user *urem)
{
	s64 ns;
	int err = request_from_user(&ns, ureq);
	return err ? err : sleep_for((u64)ns, urem);
}

/* Clocks that exist but cannot be slept on. */
static int clock_check(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME: case CLOCK_MONOTONIC: case CLOCK_BOOTTIME: case CLOCK_TAI:
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_REALTIME_ALARM: case CLOCK_BOOTTIME_ALARM:
		return 0;
	case CLOCK_THREAD_CPUTIME_ID: case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE: case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/* The machine never sleeps: a clock that would wake it is like its plain one, for those who may ask for it. */
static int alarm_clock_to_plain(int *clock, unsigned flags)
{
	if (*clock != CLOCK_REALTIME_ALARM && *clock != CLOCK_BOOTTIME_ALARM)
		return 0;
	if (flags & ~(unsigned)TIMER_ABSTIME)
		return -EINVAL;
	if (!capable(CAP_WAKE_ALARM))
		return -EPERM;
	*clock = *clock == CLOCK_REALTIME_ALARM ? CLOCK_REALTIME : CLOCK_BOOTTIME;
	return 0;
}

long sys_clock_nanosleep(int clock, unsigned flags, const struct timespec __user *ureq, struct timespec __user *urem)
{
	s64 ns;
	int err = clock_check(clock);
	if (err)
		return err;
	err = request_from_user(&ns, ureq);
	if (err)
		return err;
	err = alarm_clock_to_plain(&clock, flags);
	if (err)
		return err;
	if (flags & TIMER_ABSTIME)
		return sleep_absolute(clock, ns);
	return clock == CLOCK_PROCESS_CPUTIME_ID ? sleep_for_cpu_time((u64)ns, urem) : sleep_for((u64)ns, urem);
}
