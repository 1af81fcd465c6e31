// SPDX-License-Identifier: MIT
/*
 * timerfd: a timer behind a descriptor: a read answers how often it has expired.
 *
 * Promise   readable from the first expiry that was not read; a read takes the count. A timer with an interval that
 *           nobody reads costs nothing: the expiries behind the first are counted when somebody asks.
 *           An expiry that the clock was set back behind before it was read is taken back, and a read that may wait
 *           answers 0. With
 *           TFD_TIMER_CANCEL_ON_SET a read after the clock was set answers ECANCELED, once. A read whose buffer
 *           faults has taken the count all the same.
 * Locks     lock (RANK_TIMERFD, interrupts off) guards everything; clock_timer.h says what it must cover
 * Lifetime  lives and dies with its one open file; release waits for a timer function that runs
 * Blocking  read: -EAGAIN until there is something to tell
 * Linux     timerfd_create(2), proc_pid_fdinfo(5). The ALARM clocks need CAP_WAKE_ALARM; the machine never sleeps,
 *           so they are like the others.
 */
#include "fs/file.h"
#include "kernel/core/alloc.h"
#include "kernel/core/clock_timer.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/timerfd.h"
#include "mm/uaccess.h"

#define SETTIME_FLAGS (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)

enum timerfd_state {
	IDLE,	 /* not set, or expired without interval */
	ARMED,
	EXPIRED, /* and has an interval: the next one starts when somebody asks */
};

struct timerfd {
	struct spinlock lock;
	struct clock_timer on;	/* [lock] */
	int clock;		/* [const] */
	u8 state;		/* [lock] enum timerfd_state */
	bool is_cancelled_by_steps; /* [lock] */
	u32 flags;		/* [lock] of the last timerfd_settime(2) */
	u64 ticks;		/* [lock] not read yet */
	u64 steps_seen;		/* [lock] clock_steps() that are no news */
	s64 interval_ns;	/* [lock] */
	struct waitq wq;
};

static bool is_cancelled(const struct timerfd *t)
{
	return t->is_cancelled_by_steps && READ_ONCE(t->steps_seen) != clock_steps();
}

/* The time has come, or the clock was set, or the timer was set anew while this was on its way. */
static void look(struct clock_timer *on)
{
	struct timerfd *t = container_of(on, struct timerfd, on);
	u64 irq = spin_lock_irqsave(&t->lock);
	bool is_due = t->state == ARMED && clock_timer_is_due(on);
	if (is_due) {
		t->state = t->interval_ns ? EXPIRED : IDLE;
		t->ticks++;
	}
	bool is_news = is_due || is_cancelled(t);
	spin_unlock_irqrestore(&t->lock, irq);
	if (is_news)
		wake(&t->wq, POLLIN);
}

/* Counts what has expired since, and starts the next interval. */
static void catch_up_locked(struct timerfd *t)
{
	if (t->state != EXPIRED)
		return;
	s64 now = clock_timer_now(&t->on);
	if (now >= t->on.expires_ns)
		t->ticks += clock_timer_advance(&t->on, t->interval_ns, now);
	else
		t->ticks--; /* the clock was set back: the time is yet to come */
	t->state = ARMED;
	clock_timer_start(&t->on);
}

static void get_locked(struct timerfd *t, struct timer_ns *out)
{
	s64 left = t->state == ARMED ? t->on.expires_ns - clock_timer_now(&t->on) : 0;
	*out = (struct timer_ns){ max(left, (s64)0), t->interval_ns };
}

/* --- the file --- */

static ssize_t timerfd_read(struct file *f, struct uio *u)
{
	struct timerfd *t = f->priv;
	u64 ticks = 0;
	if (u->left < sizeof(ticks))
		return -EINVAL;
	u64 irq = spin_lock_irqsave(&t->lock);
	bool cancelled = is_cancelled(t), had_any = t->ticks;
	if (unlikely(cancelled)) {
		t->steps_seen = clock_steps();
		if (t->state == EXPIRED)
			t->state = IDLE;
	} else if (t->ticks) {
		catch_up_locked(t);
		ticks = t->ticks;
	}
	t->ticks = 0;
	spin_unlock_irqrestore(&t->lock, irq);
	if (unlikely(cancelled))
		return -ECANCELED;
	if (ticks == 0)
		return had_any && !(READ_ONCE(f->flags) & O_NONBLOCK) ? 0 : -EAGAIN;
	size_t done = uio_put(u, &ticks, sizeof(ticks)); /* in part counts, as on Linux */
	return done ? (ssize_t)done : -EFAULT;
}

static u32 timerfd_ready(struct file *f)
{
	struct timerfd *t = f->priv;
	return READ_ONCE(t->ticks) || is_cancelled(t) ? POLLIN : 0;
}

static int set_ticks(struct timerfd *t, u64 ticks)
{
	if (ticks == 0)
		return -EINVAL;
	u64 irq = spin_lock_irqsave(&t->lock);
	bool cancelled = is_cancelled(t);
	if (!cancelled)
		t->ticks = ticks;
	spin_unlock_irqrestore(&t->lock, irq);
	if (cancelled)
		return -ECANCELED;
	wake(&t->wq, POLLIN);
	return 0;
}

static long timerfd_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	u64 ticks;
	if (cmd != TFD_IOC_SET_TICKS)
		return -ENOTTY;
	return get_user(ticks, (const u64 __user *)arg) ? -EFAULT : set_ticks(f->priv, ticks);
}

static void timerfd_show(struct file *f, struct strbuf *sb)
{
	struct timerfd *t = f->priv;
	struct timer_ns now;
	u64 irq = spin_lock_irqsave(&t->lock);
	get_locked(t, &now);
	u64 ticks = t->ticks;
	u32 flags = t->flags;
	spin_unlock_irqrestore(&t->lock, irq);
	struct itimerspec v = ns_to_itimerspec(&now);
	strbuf_printf(sb, "clockid: %d\nticks: %lu\nsettime flags: 0%o\n", t->clock, ticks, flags);
	strbuf_printf(sb, "it_value: (%ld, %ld)\nit_interval: (%ld, %ld)\n", v.it_value.tv_sec,
		v.it_value.tv_nsec, v.it_interval.tv_sec, v.it_interval.tv_nsec);
}

static void timerfd_release(struct file *f)
{
	struct timerfd *t = f->priv;
	u64 irq = spin_lock_irqsave(&t->lock);
	t->state = IDLE;
	clock_timer_stop(&t->on);
	spin_unlock_irqrestore(&t->lock, irq);
	clock_timer_end(&t->on);
	kfree(t);
}

static const struct file_ops timerfd_ops = {
	.name = "[timerfd]",
	.read = timerfd_read,
	.ready = timerfd_ready,
	.ioctl = timerfd_ioctl,
	.seek = file_seek_noop,
	.show = timerfd_show,
	.release = timerfd_release,
};

/* --- calls --- */

static int check_clock(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME: case CLOCK_MONOTONIC: case CLOCK_BOOTTIME:
		return 0;
	case CLOCK_REALTIME_ALARM: case CLOCK_BOOTTIME_ALARM:
		return capable(CAP_WAKE_ALARM) ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

long sys_timerfd_create(int clock, unsigned flags)
{
	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
		return -EINVAL;
	int err = check_clock(clock);
	if (err)
		return err;
	struct timerfd *t = kzalloc(sizeof(*t));
	if (!t)
		return -ENOMEM;
	spin_init(&t->lock, RANK_TIMERFD);
	clock_timer_init(&t->on, look);
	waitq_init(&t->wq, WAIT_TIMERFD, t);
	t->clock = clock;
	int fd = anon_fd(&timerfd_ops, t, &t->wq, O_RDWR | flags);
	if (fd < 0)
		kfree(t);
	return fd;
}

static bool may_follow(const struct timerfd *t, u32 flags)
{
	return flags == SETTIME_FLAGS && (t->clock == CLOCK_REALTIME || t->clock == CLOCK_REALTIME_ALARM);
}

/* -ECANCELED: the clock has been set since it was asked last; the timer is set all the same. */
static int set_locked(struct timerfd *t, u32 flags, const struct timer_ns *in)
{
	bool was_cancelled_by_steps = t->is_cancelled_by_steps;
	t->is_cancelled_by_steps = may_follow(t, flags);
	if (!was_cancelled_by_steps)
		t->steps_seen = clock_steps();
	clock_timer_stop(&t->on);
	t->ticks = 0;
	t->interval_ns = in->interval;
	t->state = IDLE;
	if (t->is_cancelled_by_steps)
		clock_timer_hear_steps(&t->on);
	if (in->value) {
		clock_timer_set(&t->on, t->clock, flags & TFD_TIMER_ABSTIME, in->value);
		t->state = ARMED;
		clock_timer_start(&t->on);
		if (is_cancelled(t)) {
			t->steps_seen = clock_steps();
			return -ECANCELED;
		}
	}
	t->flags = flags;
	return 0;
}

static int timerfd_set(struct timerfd *t, u32 flags, const struct timer_ns *in, struct timer_ns *old)
{
	if (check_clock(t->clock))
		return -EPERM;
	u64 irq = spin_lock_irqsave(&t->lock);
	catch_up_locked(t);
	get_locked(t, old);
	int err = set_locked(t, flags, in);
	spin_unlock_irqrestore(&t->lock, irq);
	return err;
}

static int put_times(struct itimerspec __user *out, const struct timer_ns *in)
{
	struct itimerspec v = ns_to_itimerspec(in);
	return copy_to_user(out, &v, sizeof(v));
}

long sys_timerfd_settime(int fd, unsigned flags, const struct itimerspec __user *unew, struct itimerspec __user *uold)
{
	struct itimerspec v;
	struct timer_ns in, old;
	if (copy_from_user(&v, unew, sizeof(v)))
		return -EFAULT;
	if (flags & ~SETTIME_FLAGS || itimerspec_to_ns(&v, &in))
		return -EINVAL;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->ops != &timerfd_ops)
		return -EINVAL;
	int err = timerfd_set(r.file->priv, flags, &in, &old);
	return !err && uold ? put_times(uold, &old) : err;
}

long sys_timerfd_gettime(int fd, struct itimerspec __user *out)
{
	struct timer_ns now;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->ops != &timerfd_ops)
		return -EINVAL;
	struct timerfd *t = r.file->priv;
	u64 irq = spin_lock_irqsave(&t->lock);
	catch_up_locked(t);
	get_locked(t, &now);
	spin_unlock_irqrestore(&t->lock, irq);
	return put_times(out, &now);
}
