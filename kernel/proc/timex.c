// SPDX-License-Identifier: MIT
/*
 * timex: steering the wall clock: adjtimex and clock_adjtime.
 *
 * Promise   what adjtimex(2) sets is kept, told, and followed by CLOCK_REALTIME (and TAI): frequency and tick at
 *           once, adjtime(3)'s offset at 500 ppm, the loop's offset by its time constant. Nothing runs while
 *           there is nothing to correct. Setting the clock forgets offsets and says STA_UNSYNC.
 * Locks     lock (RANK_CLOCK, interrupts off) guards the state; the clock is moved when it has been dropped
 * Linux     adjtimex(2). The clock is moved every 10 ms and not by a rate; CLOCK_MONOTONIC stays that of the
 *           processor, where Linux bends it with the other. Leap seconds are not inserted: STA_INS and STA_DEL are
 *           kept only. There is no PPS.
 */
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/core/timer.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/cpuclock.h"
#include "kernel/syscall.h"
#include "kernel/uapi/timex.h"
#include "mm/uaccess.h"

enum {
	TICK_US = 1000000 / USER_HZ, TICK_MIN_US = 900000 / USER_HZ, TICK_MAX_US = 1100000 / USER_HZ,
	PHASE_LIMIT_US = 16000000, /* the largest error that is told */
	ERROR_PER_SECOND_US = 500, /* by so much maxerror grows */
	TIMECONST_MAX = 10, MICRO_TIMECONST = 4,
	TAI_MAX = 100000,
	MOVE_MS = 10, MOVES_PER_SECOND = 1000 / MOVE_MS,
	SLEW_NS = 500 * MOVE_MS, /* 500 ppm */
	LOOP_SHIFT = 2,
	FREQ_SHIFT = 16,	 /* freq has so many bits of fraction */
	MOVES_BETWEEN_NEWS = MOVES_PER_SECOND, /* timers on the wall clock look once a second */
};
#define FREQ_MAX (500l << FREQ_SHIFT)
#define FREQ_SCALE (1000l << FREQ_SHIFT) /* Linux multiplies by this: what overflows is refused */
#define PHASE_MAX_NS 500000000l

static struct spinlock lock = SPINLOCK_INIT(RANK_CLOCK);
static struct {
	long freq, tick_us;
	long max_error_us, est_error_us;
	u64 error_since_ns; /* when max_error_us was true */
	int status;
	long constant;
	s64 slew_ns;	    /* adjtime(3): still to be moved */
	s64 loop_ns;	    /* ADJ_OFFSET: the same */
	u64 seen_steps;	    /* of the clock */
	unsigned moves;
} state = {
	.tick_us = TICK_US, .max_error_us = PHASE_LIMIT_US, .est_error_us = PHASE_LIMIT_US, .status = STA_UNSYNC,
	.constant = 2,
}; /* [lock] */

static void move_clock(struct timer *t);
static struct timer mover = { .fn = move_clock, .cpu = -1 };

/* --- moving --- */

/* ns to add at each move for frequency and tick. */
static s64 drift_ns(void)
{
	s64 by_tick = (state.tick_us - TICK_US) * (s64)NSEC_PER_USEC * USER_HZ / MOVES_PER_SECOND;
	return by_tick + state.freq * MOVE_MS / (1l << FREQ_SHIFT);
}

static s64 take_slew(void)
{
	s64 part = min(max(state.slew_ns, (s64)-SLEW_NS), (s64)SLEW_NS);
	state.slew_ns -= part;
	return part;
}

static s64 take_loop(void)
{
	s64 part = state.loop_ns / ((s64)MOVES_PER_SECOND << (LOOP_SHIFT + state.constant));
	if (part == 0)
		part = state.loop_ns > 0 ? 1 : state.loop_ns < 0 ? -1 : 0;
	state.loop_ns -= part;
	return part;
}

static bool has_to_move(void)
{
	return drift_ns() || state.slew_ns || state.loop_ns;
}

static void move_clock(struct timer *t)
{
	u64 irq = spin_lock_irqsave(&lock);
	s64 by = drift_ns() + take_slew() + take_loop();
	bool more = has_to_move(), news = ++state.moves % MOVES_BETWEEN_NEWS == 0 || !more;
	spin_unlock_irqrestore(&lock, irq);
	clock_move_realtime(by);
	if (news)
		clock_tell_moved();
	if (more)
		timer_start(t, clock_now_ns() + MOVE_MS * NSEC_PER_MSEC);
}

/* --- the state --- */

/* Somebody set the clock: what was known of its error is no longer true. */
static void notice_steps_locked(void)
{
	u64 steps = clock_steps();
	if (likely(steps == state.seen_steps))
		return;
	state.seen_steps = steps;
	state.slew_ns = state.loop_ns = 0;
	state.status |= STA_UNSYNC;
	state.max_error_us = state.est_error_us = PHASE_LIMIT_US;
}

static void grow_error_locked(void)
{
	u64 now = clock_now_ns(), seconds = (now - state.error_since_ns) / NSEC_PER_SEC;
	state.error_since_ns += seconds * NSEC_PER_SEC;
	if (seconds < PHASE_LIMIT_US / ERROR_PER_SECOND_US)
		state.max_error_us += (long)seconds * ERROR_PER_SECOND_US;
	else
		state.max_error_us = PHASE_LIMIT_US;
	if (state.max_error_us >= PHASE_LIMIT_US) {
		state.max_error_us = PHASE_LIMIT_US;
		state.status |= STA_UNSYNC;
	}
}

static long within(long v, long low, long high)
{
	return min(max(v, low), high);
}

static void set_status(int status)
{
	if (state.status & STA_PLL && !(status & STA_PLL))
		state.status = STA_UNSYNC;
	state.status = (state.status & STA_RONLY) | (status & ~STA_RONLY);
}

static void set_loop_offset(long offset)
{
	if (!(state.status & STA_PLL))
		return;
	if (!(state.status & STA_NANO))
		offset = within(offset, -USEC_PER_SEC, USEC_PER_SEC) * (long)NSEC_PER_USEC;
	state.loop_ns = within(offset, -PHASE_MAX_NS, PHASE_MAX_NS);
}

static void apply_locked(const struct timex *x)
{
	if (x->modes & ADJ_STATUS)
		set_status(x->status);
	if (x->modes & ADJ_NANO)
		state.status |= STA_NANO;
	if (x->modes & ADJ_MICRO)
		state.status &= ~STA_NANO;
	if (x->modes & ADJ_FREQUENCY)
		state.freq = within(x->freq, -FREQ_MAX, FREQ_MAX);
	if (x->modes & ADJ_MAXERROR) {
		state.max_error_us = within(x->maxerror, 0, PHASE_LIMIT_US);
		state.error_since_ns = clock_now_ns();
	}
	if (x->modes & ADJ_ESTERROR)
		state.est_error_us = within(x->esterror, 0, PHASE_LIMIT_US);
	if (x->modes & ADJ_TIMECONST) {
		long c = within(x->constant, 0, TIMECONST_MAX);
		state.constant = state.status & STA_NANO ? c : within(c + MICRO_TIMECONST, 0, TIMECONST_MAX);
	}
	if (x->modes & ADJ_OFFSET)
		set_loop_offset(x->offset);
	if (x->modes & ADJ_TICK)
		state.tick_us = x->tick;
}

/* What is left of the offset, as `x` is to tell it. */
static long change_locked(const struct timex *x)
{
	if (x->modes & ADJ_ADJTIME) {
		long before = state.slew_ns / (s64)NSEC_PER_USEC;
		if (!(x->modes & ADJ_OFFSET_READONLY))
			state.slew_ns = within(x->offset, INT32_MIN, INT32_MAX) * (s64)NSEC_PER_USEC;
		return before;
	}
	apply_locked(x);
	return state.status & STA_NANO ? state.loop_ns : state.loop_ns / (s64)NSEC_PER_USEC;
}

static void tell_locked(struct timex *x)
{
	struct timespec now = ns_to_timespec(realtime_now_ns());
	unsigned modes = x->modes;
	long offset = x->offset;
	*x = (struct timex){
		.modes = modes, .offset = offset, .freq = state.freq, .maxerror = state.max_error_us,
		.esterror = state.est_error_us, .status = state.status, .constant = state.constant, .precision = 1,
		.tolerance = FREQ_MAX, .tick = state.tick_us, .tai = clock_tai(),
		.time = { now.tv_sec, state.status & STA_NANO ? now.tv_nsec : now.tv_nsec / (long)NSEC_PER_USEC },
	};
}

/* --- the calls --- */

static int check(const struct timex *x)
{
	bool only_asks = x->modes & ADJ_ADJTIME ? x->modes & ADJ_OFFSET_READONLY : x->modes == 0;
	if (x->modes & ADJ_ADJTIME && !(x->modes & ADJ_OFFSET))
		return -EINVAL;
	if (!only_asks && !capable(CAP_SYS_TIME))
		return -EPERM;
	if (!(x->modes & ADJ_ADJTIME) && x->modes & ADJ_TICK && (x->tick < TICK_MIN_US || x->tick > TICK_MAX_US))
		return -EINVAL;
	if (x->modes & ADJ_SETOFFSET) {
		long most = x->modes & ADJ_NANO ? (long)NSEC_PER_SEC : USEC_PER_SEC;
		if (!capable(CAP_SYS_TIME))
			return -EPERM;
		if (x->time.tv_usec < 0 || x->time.tv_usec >= most)
			return -EINVAL;
	}
	bool overflows = x->freq > INT64_MAX / FREQ_SCALE || x->freq < INT64_MIN / FREQ_SCALE;
	return x->modes & ADJ_FREQUENCY && overflows ? -EINVAL : 0;
}

/* ADJ_SETOFFSET: the clock is moved by time. */
static int inject(const struct timex *x)
{
	s64 ns = x->modes & ADJ_NANO ? x->time.tv_usec : x->time.tv_usec * (s64)NSEC_PER_USEC, by;
	if (__builtin_mul_overflow(x->time.tv_sec, (s64)NSEC_PER_SEC, &by) || __builtin_add_overflow(by, ns, &by) ||
		__builtin_add_overflow(by, realtime_now_ns(), &by))
		return -EINVAL;
	return clock_set_realtime(by);
}

/* The clock's state, or an error that leaves `x` as it was. */
static long adjust(struct timex *x)
{
	int err = check(x);
	if (!err && x->modes & ADJ_SETOFFSET)
		err = inject(x);
	if (err)
		return err;
	bool sets_tai = x->modes & ADJ_TAI && !(x->modes & ADJ_ADJTIME);
	if (sets_tai && x->constant >= 0 && x->constant <= TAI_MAX)
		clock_set_tai((int)x->constant);
	u64 irq = spin_lock_irqsave(&lock);
	notice_steps_locked();
	grow_error_locked();
	x->offset = change_locked(x);
	tell_locked(x);
	int answer = state.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
	if (has_to_move() && !timer_is_armed(&mover))
		timer_start(&mover, clock_now_ns() + MOVE_MS * NSEC_PER_MSEC);
	spin_unlock_irqrestore(&lock, irq);
	return answer;
}

/* Writes the structure back whatever the answer: memory that cannot be written is the first complaint. */
long sys_adjtimex(struct timex __user *user)
{
	struct timex x;
	if (copy_from_user(&x, user, sizeof(x)))
		return -EFAULT;
	long answer = adjust(&x);
	return copy_to_user(user, &x, sizeof(x)) ? -EFAULT : answer;
}

/* Writes it back only on success. */
long sys_clock_adjtime(int clock, struct timex __user *user)
{
	struct timex x;
	s64 now;
	if (copy_from_user(&x, user, sizeof(x)))
		return -EFAULT;
	if (clock_is_device(clock))
		return -EINVAL;
	if (clock >= 0 && clock_read(clock, &now) != 0)
		return -EINVAL;
	if (clock != CLOCK_REALTIME)
		return -EOPNOTSUPP;
	long answer = adjust(&x);
	return answer >= 0 && copy_to_user(user, &x, sizeof(x)) ? -EFAULT : answer;
}
