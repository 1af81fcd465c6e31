// SPDX-License-Identifier: MIT
/*
 * posix_timer: timer_create(2) and what follows.
 *
 * Promise   a timer sends its signal at or after its time, one at a time; expiries while that one is queued are
 *           its overruns, counted when it is taken, up to INT_MAX. So an interval of 1 ns whose signal is
 *           blocked or ignored costs nothing. A timer that is set anew or deleted takes its queued signal back.
 *           A time of day stays one when the clock is set; on CLOCK_REALTIME, a time from now on does not move.
 * Locks     the owner's sighand->lock for everything; proc_tree_lock around it for timers on CPU time. The owner
 *           keeps one sighand as long as it has timers: exec deletes them before it takes another.
 * Lifetime  posix_timer.h. Charged to RLIMIT_SIGPENDING of the maker's real user until it is freed. Nobody finds
 *           a timer by its id before that has been told: what cannot be told is not there.
 * Linux     timer_create(2), timer_settime(2), timer_getoverrun(2), timer_delete(2), sigevent(7). There a signal
 *           that was taken back stays visible to sigpending(2) until somebody tries to take it. A signal
 *           ignored by default resumes its timer as soon as it gets a handler; Linux 6.18 forgets that
 *           timer. CLOCK_*_ALARM need CAP_WAKE_ALARM; the machine never sleeps, so they are like the others.
 *           Not there: PR_TIMER_CREATE_RESTORE_IDS and /proc/PID/timers.
 */
#include "kernel/proc/posix_timer.h"
#include "kernel/core/alloc.h"
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/poll.h"
#include "mm/uaccess.h"

#define LEAST_LEFT_NS 1 /* an armed timer never reads as 0, which would mean "not armed" */

static struct kmem_cache *timer_cache;

/* --- time --- */

static int timer_now(const struct posix_timer *t, s64 *now)
{
	if (unlikely(posix_timer_is_cpu(t)))
		return cpu_timer_now_locked(t, now);
	*now = clock_timer_now(&t->on);
	return 0;
}

/* --- states --- */

static void stall_locked(struct posix_timer *t)
{
	t->state = t->interval_ns ? TIMER_STALLED : TIMER_IDLE;
	if (t->interval_ns)
		list_add_tail(&t->owner->stalled_timers, &t->stalled_node);
}

void posix_timer_fire_locked(struct posix_timer *t)
{
	struct task *target = t->owner->leader;
	enum signal_scope scope = SIGNAL_PROCESS;
	if (t->notify.thread) {
		target = rcu_load(t->notify.thread->task); /* interrupts are off: it stays */
		scope = SIGNAL_THREAD;
	}
	t->queue = target ? signal_queue_locked(target, &t->entry, scope) : NULL;
	if (likely(t->queue))
		t->state = TIMER_QUEUED;
	else
		stall_locked(t);
}

/* The time has come, or the clock was set, or the timer was set anew while this was on its way. */
static void clock_look(struct clock_timer *on)
{
	struct posix_timer *t = container_of(on, struct posix_timer, on);
	struct sighand *s = t->owner->sighand;
	u64 irq = spin_lock_irqsave(&s->lock);
	if (t->state == TIMER_ARMED && clock_timer_is_due(on))
		posix_timer_fire_locked(t);
	spin_unlock_irqrestore(&s->lock, irq);
}

/* A clock that was set back comes to the time of the signal again: then that is the next expiry. */
static u64 next_interval_locked(struct posix_timer *t)
{
	u64 missed = t->missed;
	t->missed = 0;
	t->state = TIMER_ARMED;
	if (!posix_timer_is_cpu(t)) {
		s64 now;
		(void)timer_now(t, &now);
		if (now >= t->on.expires_ns)
			missed = clock_timer_advance(&t->on, t->interval_ns, now);
		clock_timer_start(&t->on);
	}
	return missed;
}

void posix_timer_taken_locked(struct sigqueue *entry, struct siginfo *info)
{
	struct posix_timer *t = container_of(entry, struct posix_timer, entry);
	u64 missed = 0;
	if (posix_timer_is_cpu(t))
		cpu_timer_catch_up_locked(t);
	t->state = TIMER_IDLE;
	if (t->interval_ns)
		missed = next_interval_locked(t);
	t->overrun = (int)min(missed, (u64)INT32_MAX);
	info->si_overrun = t->overrun;
}

void posix_timer_dropped_locked(struct sigqueue *entry)
{
	stall_locked(container_of(entry, struct posix_timer, entry));
}

void posix_timers_resume_locked(struct process *p, int sig)
{
	struct list stalled = LIST_INIT(stalled);
	list_splice_tail(&stalled, &p->stalled_timers);
	while (!list_is_empty(&stalled)) {
		struct posix_timer *t = list_first(&stalled, struct posix_timer, stalled_node);
		list_del(&t->stalled_node);
		if (t->notify.sig == sig)
			posix_timer_fire_locked(t);
		else
			list_add_tail(&p->stalled_timers, &t->stalled_node);
	}
}

static void disarm_locked(struct posix_timer *t)
{
	if (t->state == TIMER_QUEUED)
		signal_unqueue_locked(t->queue, &t->entry);
	else if (t->state == TIMER_STALLED)
		list_del(&t->stalled_node);
	if (posix_timer_is_cpu(t))
		cpu_timer_stop_locked(t);
	else
		clock_timer_stop(&t->on);
	t->state = TIMER_IDLE;
	t->interval_ns = 0;
	t->missed = 0;
	t->overrun = 0;
}

/* Of a timer on CPU time, `now` is what has been used. */
static void arm_locked(struct posix_timer *t, bool is_absolute, const struct timer_ns *in, s64 now)
{
	t->interval_ns = in->interval;
	t->state = TIMER_ARMED;
	if (posix_timer_is_cpu(t)) {
		t->on.expires_ns = is_absolute ? in->value : time_add_saturating(now, in->value);
		cpu_timer_start_locked(t, now);
		return;
	}
	clock_timer_set(&t->on, t->clock, is_absolute, in->value);
	if (t->notify.how != SIGEV_NONE)
		clock_timer_start(&t->on);
}

static void read_locked(const struct posix_timer *t, s64 now, struct timer_ns *out)
{
	s64 left = t->on.expires_ns - now;
	bool is_waiting = t->state == TIMER_ARMED && t->notify.how != SIGEV_NONE;
	*out = (struct timer_ns){ .interval = t->interval_ns };
	if (t->state == TIMER_IDLE || (t->state == TIMER_QUEUED && !t->interval_ns))
		return;
	if (left > 0)
		out->value = left;
	else if (is_waiting)
		out->value = LEAST_LEFT_NS;
	else if (t->interval_ns)
		out->value = t->interval_ns - (now - t->on.expires_ns) % t->interval_ns;
}

static int set_locked(struct posix_timer *t, bool is_absolute, const struct timer_ns *in, struct timer_ns *old)
{
	s64 now;
	int err = timer_now(t, &now);
	if (err)
		return err;
	read_locked(t, now, old);
	disarm_locked(t);
	if (in->value)
		arm_locked(t, is_absolute, in, now);
	return 0;
}

/* --- finding one --- */

struct timer_lock {
	u64 irq;
	bool has_tree;
};

static inline void timer_unlock(struct timer_lock *l)
{
	spin_unlock_irqrestore(&current->sighand->lock, l->irq);
	if (l->has_tree)
		spin_unlock(&proc_tree_lock);
}

static inline struct posix_timer *timer_find_locked(const struct process *p, int id)
{
	struct posix_timer *t = idtable_get(&p->timers, (u32)id);
	return likely(t && __atomic_load_n(&t->is_told, __ATOMIC_ACQUIRE)) ? t : NULL;
}

/* With the locks that a timer on CPU time needs; others do with them, too. */
static __noinline struct posix_timer *timer_find_lock_tree(int id, struct timer_lock *l)
{
	l->has_tree = true;
	spin_lock(&proc_tree_lock);
	l->irq = spin_lock_irqsave(&current->sighand->lock);
	struct posix_timer *t = timer_find_locked(current->process, id);
	if (!t)
		timer_unlock(l);
	return t;
}

/* The current process's timer `id` with the locks that it needs; NULL, without any: there is none. */
static struct posix_timer *timer_find_lock(int id, struct timer_lock *l)
{
	struct task *me = current;
	l->has_tree = false;
	l->irq = spin_lock_irqsave(&me->sighand->lock);
	struct posix_timer *t = timer_find_locked(me->process, id);
	if (likely(t && !posix_timer_is_cpu(t)))
		return t;
	timer_unlock(l);
	return t ? timer_find_lock_tree(id, l) : NULL;
}

/* --- making and ending --- */

void posix_timer_init(void)
{
	timer_cache = kmem_cache_create("posix_timer", sizeof(struct posix_timer), 8);
}

static struct posix_timer *timer_alloc(int clock)
{
	struct posix_timer *t = kmem_cache_zalloc(timer_cache);
	if (!t)
		return NULL;
	t->entry.account = signal_charge_entry(current);
	if (!t->entry.account) {
		kmem_cache_free(timer_cache, t);
		return NULL;
	}
	t->entry.is_timer = true;
	t->owner = current->process;
	t->clock = clock;
	list_init(&t->entry.node);
	list_init(&t->stalled_node);
	list_init(&t->cpu.node);
	clock_timer_init(&t->on, clock_look);
	return t;
}

/* It is in no table, and not armed. */
static void timer_free(struct posix_timer *t)
{
	if (!posix_timer_is_cpu(t))
		clock_timer_end(&t->on);
	cpu_timer_detach(t);
	pid_put(t->notify.thread);
	signal_uncharge_entry(t->entry.account);
	kmem_cache_free(timer_cache, t);
}

static void describe(struct posix_timer *t, const struct sigevent *ev)
{
	struct siginfo *info = (struct siginfo *)t->entry.info; /* its first SIGINFO_BYTES, all zero */
	info->si_signo = t->notify.sig;
	info->si_code = SI_TIMER;
	info->si_timerid = t->id;
	info->si_value = t->notify.value;
	if (!ev)
		info->si_value.sival_int = t->id; /* and else zero */
}

/* The process has `t` from now on, and the program knows its id. */
static int timer_publish(struct posix_timer *t, const struct sigevent *ev, int __user *uid)
{
	struct process *p = t->owner;
	struct sighand *s = current->sighand;
	u64 irq = spin_lock_irqsave(&s->lock);
	t->id = idtable_alloc_cyclic(&p->timers, t, 0, INT32_MAX, &p->next_timer_id);
	spin_unlock_irqrestore(&s->lock, irq);
	if (t->id < 0)
		return -EAGAIN;
	describe(t, ev);
	int err = put_user(t->id, uid);
	if (likely(!err)) {
		__atomic_store_n(&t->is_told, true, __ATOMIC_RELEASE);
		return 0;
	}
	irq = spin_lock_irqsave(&s->lock);
	(void)idtable_remove(&p->timers, t->id);
	spin_unlock_irqrestore(&s->lock, irq);
	return err;
}

/* One of the process's timers: nobody finds it any more. NULL: there are none. */
static struct posix_timer *timer_take_any(void)
{
	struct process *p = current->process;
	u64 id = 0;
	guard(spin)(&proc_tree_lock);
	u64 irq = spin_lock_irqsave(&p->sighand->lock);
	struct posix_timer *t = idtable_next(&p->timers, &id);
	if (t) {
		(void)idtable_remove(&p->timers, id);
		disarm_locked(t);
	} else {
		idtable_destroy(&p->timers);
	}
	spin_unlock_irqrestore(&p->sighand->lock, irq);
	return t;
}

void posix_timers_end(void)
{
	struct posix_timer *t;
	if (likely(!current->process->timers.top))
		return;
	while ((t = timer_take_any()))
		timer_free(t);
}

/* --- calls --- */

/* Clocks that exist but have no timers: -EOPNOTSUPP. */
static int clock_check(int clock)
{
	if (clock < 0)
		return clock_is_device(clock) ? -EOPNOTSUPP : 0;
	switch (clock) {
	case CLOCK_REALTIME: case CLOCK_MONOTONIC: case CLOCK_BOOTTIME: case CLOCK_TAI:
	case CLOCK_PROCESS_CPUTIME_ID: case CLOCK_THREAD_CPUTIME_ID:
		return 0;
	case CLOCK_REALTIME_ALARM: case CLOCK_BOOTTIME_ALARM:
		return 0;
	case CLOCK_MONOTONIC_RAW: case CLOCK_REALTIME_COARSE: case CLOCK_MONOTONIC_COARSE:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

static bool wakes_machine(int clock)
{
	return clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

long sys_timer_create(int clock, const struct sigevent __user *uev, int __user *uid)
{
	struct sigevent ev;
	if (!uev)
		ev = (struct sigevent){ .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	else if (copy_from_user(&ev, uev, sizeof(ev)))
		return -EFAULT;
	int err = clock_check(clock);
	if (err)
		return err;
	struct posix_timer *t = timer_alloc(clock);
	if (!t)
		return -EAGAIN;
	err = notify_parse(&ev, &t->notify);
	if (!err && (clock < 0 || wakes_machine(clock))) /* what they lack is found out when the number is given */
		err = put_user(0, uid);
	if (!err && wakes_machine(clock) && !capable(CAP_WAKE_ALARM))
		err = -EPERM;
	if (!err)
		err = cpu_timer_attach(t);
	if (!err)
		err = timer_publish(t, uev ? &ev : NULL, uid);
	if (err)
		timer_free(t);
	return err;
}

static int timer_export(struct itimerspec __user *out, const struct timer_ns *in)
{
	struct itimerspec v = ns_to_itimerspec(in);
	return copy_to_user(out, &v, sizeof(v));
}

long sys_timer_settime(int id, unsigned flags, const struct itimerspec __user *unew, struct itimerspec __user *uold)
{
	struct itimerspec v;
	struct timer_ns in, old;
	struct timer_lock lock;
	if (!unew)
		return -EINVAL;
	if (copy_from_user(&v, unew, sizeof(v)))
		return -EFAULT;
	if (itimerspec_to_ns(&v, &in))
		return -EINVAL;
	struct posix_timer *t = timer_find_lock(id, &lock);
	if (!t)
		return -EINVAL;
	int err = set_locked(t, flags & TIMER_ABSTIME, &in, &old);
	timer_unlock(&lock);
	return !err && uold ? timer_export(uold, &old) : err;
}

long sys_timer_gettime(int id, struct itimerspec __user *uout)
{
	struct timer_ns cur = { 0 };
	struct timer_lock lock;
	s64 now;
	struct posix_timer *t = timer_find_lock(id, &lock);
	if (!t)
		return -EINVAL;
	if (!timer_now(t, &now))
		read_locked(t, now, &cur);
	timer_unlock(&lock);
	return timer_export(uout, &cur);
}

long sys_timer_getoverrun(int id)
{
	struct timer_lock lock;
	struct posix_timer *t = timer_find_lock(id, &lock);
	if (!t)
		return -EINVAL;
	int overrun = t->overrun;
	timer_unlock(&lock);
	return overrun;
}

long sys_timer_delete(int id)
{
	struct timer_lock lock;
	struct posix_timer *t = timer_find_lock(id, &lock);
	if (!t)
		return -EINVAL;
	(void)idtable_remove(&current->process->timers, id);
	disarm_locked(t);
	timer_unlock(&lock);
	timer_free(t);
	return 0;
}
