// SPDX-License-Identifier: MIT
/*
 * clock: from the processor's monotonic count to the clocks of user space.
 *
 * Promise   see clock.h. Realtime is the monotonic clock plus one offset, read from the RTC at the start
 *           and changed by clock_set_realtime(); the vDSO's page follows.
 * Locks     the offset is one word; setters are ordered by set_lock (RANK_OBJECT)
 * Linux     clock_gettime(2). CLOCK_TAI has offset 0 until somebody sets one, as on Linux; the coarse
 *           clocks are as exact as the others.
 */
#include "kernel/core/clock.h"
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/poll.h"

#define COARSE_RESOLUTION_NS (4 * NSEC_PER_MSEC) /* what programs see on Linux with HZ=250 */

struct waitq clock_step_wq = WAITQ_INIT(clock_step_wq, WAIT_SLEEP);
static s64 offset_ns; /* [atomic] realtime - monotonic */
static u64 nr_steps;  /* [atomic] */
static struct spinlock set_lock = SPINLOCK_INIT(RANK_OBJECT);

void clock_init(void)
{
	offset_ns = (s64)arch_boot_realtime_ns();
	arch_vdso_set_realtime(offset_ns);
}

s64 realtime_offset_ns(void)
{
	return __atomic_load_n(&offset_ns, __ATOMIC_RELAXED);
}

s64 realtime_now_ns(void)
{
	return (s64)clock_now_ns() + realtime_offset_ns();
}

u64 clock_steps(void)
{
	return __atomic_load_n(&nr_steps, __ATOMIC_SEQ_CST);
}

int clock_set_realtime(s64 ns)
{
	if (ns < 0)
		return -EINVAL;
	spin_lock(&set_lock);
	s64 offset = ns - (s64)clock_now_ns();
	__atomic_store_n(&offset_ns, offset, __ATOMIC_RELAXED);
	arch_vdso_set_realtime(offset);
	__atomic_fetch_add(&nr_steps, 1, __ATOMIC_SEQ_CST);
	spin_unlock(&set_lock);
	wake_all(&clock_step_wq, POLLIN);
	return 0;
}

static bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
	       clock == CLOCK_TAI;
}

static bool is_monotonic(int clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE ||
	       clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM;
}

int clock_read(int clock, s64 *ns)
{
	if (is_realtime(clock))
		*ns = realtime_now_ns();
	else if (is_monotonic(clock))
		*ns = (s64)clock_now_ns();
	else if (clock == CLOCK_THREAD_CPUTIME_ID)
		*ns = (s64)task_cpu_ns(current);
	else if (clock == CLOCK_PROCESS_CPUTIME_ID)
		*ns = (s64)current_process_cpu_ns();
	else
		return -EINVAL;
	return 0;
}

int clock_to_deadline(int clock, s64 abs_ns, u64 *deadline_ns)
{
	if (is_realtime(clock)) {
		s64 offset = realtime_offset_ns();
		*deadline_ns = abs_ns <= offset ? 0 : (u64)abs_ns - (u64)offset;
	} else if (is_monotonic(clock)) {
		*deadline_ns = abs_ns < 0 ? 0 : (u64)abs_ns;
	} else {
		return -EINVAL;
	}
	return 0;
}

int clock_resolution(int clock, s64 *ns)
{
	s64 now;
	if (clock_read(clock, &now))
		return -EINVAL;
	*ns = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ? (s64)COARSE_RESOLUTION_NS : 1;
	return 0;
}

int timespec_to_ns(const struct timespec *ts, s64 *ns)
{
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= (long)NSEC_PER_SEC)
		return -EINVAL;
	if (__builtin_mul_overflow(ts->tv_sec, (s64)NSEC_PER_SEC, ns) || __builtin_add_overflow(*ns, ts->tv_nsec, ns))
		*ns = INT64_MAX;
	return 0;
}

struct timespec ns_to_timespec(s64 ns)
{
	return (struct timespec){ ns / (s64)NSEC_PER_SEC, ns % (s64)NSEC_PER_SEC };
}

int itimerspec_to_ns(const struct itimerspec *v, struct timer_ns *ns)
{
	return timespec_to_ns(&v->it_value, &ns->value) ?: timespec_to_ns(&v->it_interval, &ns->interval);
}

struct itimerspec ns_to_itimerspec(const struct timer_ns *ns)
{
	return (struct itimerspec){ ns_to_timespec(ns->interval), ns_to_timespec(ns->value) };
}

u64 deadline_after(u64 ns)
{
	u64 at;
	return __builtin_add_overflow(clock_now_ns(), ns, &at) ? FOREVER : at;
}
