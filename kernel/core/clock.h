// SPDX-License-Identifier: MIT
/*
 * clock: the clocks that user space can name, on top of the processor's monotonic one.
 *
 * Promise   clock_read() answers ns of a CLOCK_*; realtime is monotonic plus an offset that clock_settime
 *           and adjtimex change; clock_step_wq tells of a step those whose deadlines depend on it.
 * Locks     the offset is one word, read and written atomically
 */
#pragma once
#include "kernel/core/wait.h"
#include "kernel/uapi/time.h"

s64 realtime_now_ns(void);
s64 realtime_offset_ns(void);
int clock_read(int clock, s64 *ns);	/* -EINVAL: no such clock; CPU-time clocks of the current task too */
int clock_set_realtime(s64 ns);
void clock_move_realtime(s64 by_ns);	/* a correction, no step: nobody is told; any context */
void clock_tell_moved(void);		/* of such corrections those whose timers depend on it */
int clock_tai(void);			/* seconds that CLOCK_TAI is ahead */
void clock_set_tai(int seconds);	/* any context */
extern struct waitq clock_step_wq;	/* woken when realtime has been set */
u64 clock_steps(void);			/* how often that was; counted before the wake */
/* Monotonic deadline of an absolute time on `clock`: -EINVAL. */
int clock_to_deadline(int clock, s64 abs_ns, u64 *deadline_ns);
int clock_resolution(int clock, s64 *ns);
void clock_init(void);
/* User structures: checked (-EINVAL when nsec is out of range or sec negative) and saturating. */
int timespec_to_ns(const struct timespec *ts, s64 *ns);
struct timespec ns_to_timespec(s64 ns);
struct timer_ns { /* struct itimerspec in ns */
	s64 value, interval;
};
int itimerspec_to_ns(const struct itimerspec *v, struct timer_ns *ns);
struct itimerspec ns_to_itimerspec(const struct timer_ns *ns);
u64 deadline_after(u64 ns); /* now + ns, saturating at FOREVER */
static inline s64 time_add_saturating(s64 a, s64 b) /* neither negative */
{
	s64 sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}
