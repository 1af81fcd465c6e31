// SPDX-License-Identifier: MIT
/*
 * clock: from the processor's monotonic count to the clocks of user space.
 *
 * Promise   see clock.h. Realtime is the monotonic clock plus one offset, read from the RTC at the start
 *           and changed by clock_set_realtime(); the vDSO's page follows.
 * Locks     the offset is one word; setters are ordered by set_lock (RANK_CLOCK, interrupts off)
 * Linux     clock_gettime(2). CLOCK_TAI has offset 0 until adjtimex(2) sets one, as on Linux; the coarse
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
static int tai_seconds; /* [set_lock; readers look at it without] */
static struct spinlock set_lock = SPINLOCK_INIT(RANK_CLOCK);

void clock_init(void)
{
	offset_ns = (s64)arch_boot_realtime_ns();
	arch_vdso_set_realtime(offset_ns, 0);
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

static s64 tai_offset_ns(void)
{
	return READ_ONCE(tai_seconds) * (s64)NSEC_PER_SEC;
}

static void set_offset_locked(s64 offset)
{
	__atomic_store_n(&offset_ns, offset, __ATOMIC_RELAXED);
	arch_vdso_set_realtime(offset, tai_offset_ns());
}

int clock_set_realtime(s64 ns)
{
	if (ns < 0)
		return -EINVAL;
	u64 irq = spin_lock_irqsave(&set_lock);
	set_offset_locked(ns - (s64)clock_now_ns());
	__atomic_fetch_add(&nr_steps, 1, __ATOMIC_SEQ_CST);
	spin_unlock_irqrestore(&set_lock, irq);
	clock_tell_moved();
	return 0;
}

void clock_move_realtime(s64 by_ns)
{
	u64 irq = spin_lock_irqsave(&set_lock);
	set_offset_locked(realtime_offset_ns() + by_ns);
	spin_unlock_irqrestore(&set_lock, irq);
}

void clock_tell_moved(void)
{
	wake_all(&clock_step_wq, POLLIN);
}

int clock_tai(void)
{
	return READ_ONCE(tai_seconds);
}

void clock_set_tai(int seconds)
{
	u64 irq = spin_lock_irqsave(&set_lock);
	WRITE_ONCE(tai_seconds, seconds);
	set_offset_locked(realtime_offset_ns());
	spin_unlock_irqrestore(&set_lock, irq);
}

static bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
	       clock == CLOCK_TAI;
}

/* What a clock of the time of day is ahead of CLOCK_REALTIME. */
static s64 ahead_ns(int clock)
{
	return unlikely(clock == CLOCK_TAI) ? tai_offset_ns() : 0;
}

static bool is_monotonic(int clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE ||
	       clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM;
}

int clock_read(int clock, s64 *ns)
{
	if (is_realtime(clock))
		*ns = realtime_now_ns() + ahead_ns(clock);
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
		s64 offset = realtime_offset_ns() + ahead_ns(clock);
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
