// SPDX-License-Identifier: MIT
/*
 * async: from a wake to a signal; the theory is in async.h.
 *
 * Promise   an O_ASYNC file has a slot with a callback on its own queue, so a queue without one is woken as ever.
 *           The callback notes what happened; the signal is sent by a relay, when the queue's lock has been
 *           dropped, which is still inside the wake: who writes to his own O_ASYNC pipe has the signal
 *           before write(2) returns.
 * Locks     the relay may run in interrupts and under the waker's locks, so it takes none that ranks before
 *           RANK_SIGHAND. Members of a group are listed under proc_tree_lock: if that is taken, a timer
 *           tries again.
 * Blocking  none
 */
#include "fs/async.h"
#include "fs/file.h"
#include "kernel/core/alloc.h"
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "kernel/uapi/signal.h"

enum { RETRY_NS = 50 * NSEC_PER_USEC };

/* --- telling --- */

static bool tell_one(struct async *a, u32 events, u32 bit, int code)
{
	if (!(events & bit))
		return true;
	const struct async_owner *o = rcu_load(a->owner); /* interrupts are off, which holds RCU back */
	if (!o || !o->to.pid)
		return true;
	return signal_io(&o->to, READ_ONCE(a->sig), code, READ_ONCE(a->fd));
}

static bool tell_urgent(struct async *a, u32 events)
{
	if (likely(!(events & ASYNC_URGENT)))
		return true;
	const struct async_owner *o = rcu_load(a->owner);
	return !o || !o->to.pid || signal_io(&o->to, SIGURG, 0, 0);
}

static void tell(struct async *a)
{
	u32 events = __atomic_exchange_n(&a->events, 0, __ATOMIC_SEQ_CST);
	u32 left = 0;
	if (!tell_one(a, events, ASYNC_IN, POLL_IN))
		left |= ASYNC_IN;
	if (!tell_one(a, events, ASYNC_OUT, POLL_OUT))
		left |= ASYNC_OUT;
	if (!tell_urgent(a, events))
		left |= ASYNC_URGENT;
	if (likely(!left) || READ_ONCE(a->gone))
		return;
	__atomic_fetch_or(&a->events, left, __ATOMIC_SEQ_CST);
	timer_start(&a->retry, clock_now_ns() + RETRY_NS);
}

static void retry_fire(struct timer *t)
{
	tell(container_of(t, struct async, retry));
}

static void relay_run(struct wake_relay *r, struct wake_list *list)
{
	wake_relay_take(r);
	tell(container_of(r, struct async, relay));
}

void async_urgent(struct file *f)
{
	u64 irq = irq_save(); /* holds RCU back: the file may be ending */
	struct async *a = __atomic_load_n(&f->async, __ATOMIC_ACQUIRE);
	if (a) {
		__atomic_fetch_or(&a->events, ASYNC_URGENT, __ATOMIC_SEQ_CST);
		tell(a);
	}
	irq_restore(irq);
}

static bool slot_event(struct wait_slot *slot, u32 events, struct wake_list *list)
{
	struct async *a = container_of(slot, struct async, slot);
	__atomic_fetch_or(&a->events, events & slot->mask, __ATOMIC_SEQ_CST);
	wake_list_add(list, &a->relay);
	return true;
}

/* --- birth and end --- */

static void owner_free(struct rcu_head *head)
{
	struct async_owner *o = container_of(head, struct async_owner, rcu);
	pid_put(o->to.pid);
	kfree(o);
}

/* Made once and kept; NULL: no memory. */
static struct async *async_of(struct file *f)
{
	struct async *a = __atomic_load_n(&f->async, __ATOMIC_ACQUIRE);
	if (a)
		return a;
	struct async *fresh = kzalloc(sizeof(*fresh));
	if (!fresh)
		return NULL;
	fresh->relay.run = relay_run;
	timer_init(&fresh->retry, retry_fire);
	spin_lock(&f->lock);
	a = f->async;
	if (!a)
		__atomic_store_n(&f->async, a = fresh, __ATOMIC_RELEASE);
	spin_unlock(&f->lock);
	if (a != fresh)
		kfree(fresh);
	return a;
}

/* Relays that were on other CPUs' lists have run: nobody starts the timer any more. */
static void async_free(struct rcu_head *head)
{
	struct async *a = container_of(head, struct async, rcu);
	timer_cancel_sync(&a->retry);
	if (a->owner)
		owner_free(&a->owner->rcu);
	kfree(a);
}

void async_file_gone(struct file *f)
{
	struct async *a = f->async;
	if (a->on)
		wait_remove(&a->slot);
	WRITE_ONCE(a->gone, true);
	__atomic_store_n(&f->async, NULL, __ATOMIC_RELEASE); /* async_urgent() may still come */
	rcu_defer(&a->rcu, async_free);
}

/* --- what fcntl(2) sets --- */

/* The two ends of a pipe share a queue. */
static u32 events_of(const struct file *f)
{
	return (f->mode & FILE_READ ? ASYNC_IN : 0) | (f->mode & FILE_WRITE ? ASYNC_OUT : 0);
}

int async_switch(struct file *f, int fd, bool on)
{
	struct async *a = async_of(f);
	if (!a)
		return -ENOMEM;
	spin_lock(&f->lock);
	WRITE_ONCE(a->fd, fd);
	if (on && !a->on && f->wq)
		wait_add_callback(&a->slot, f->wq, events_of(f), WAIT_SHARED, slot_event);
	if (!on && a->on)
		wait_remove(&a->slot);
	a->on = on && f->wq;
	if (on)
		__atomic_fetch_or(&f->flags, O_ASYNC, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&f->flags, ~(u32)O_ASYNC, __ATOMIC_RELAXED);
	spin_unlock(&f->lock);
	return 0;
}

static struct async_owner *owner_new(struct pid *pid, int type)
{
	struct async_owner *o = kzalloc(sizeof(*o));
	if (!o)
		return NULL;
	const struct cred *me = current_cred();
	o->to = (struct io_owner){ .pid = pid, .type = type, .uid = me->uid, .euid = me->euid };
	return o;
}

int async_set_owner(struct file *f, struct pid *pid, int type)
{
	struct async *a = async_of(f);
	struct async_owner *o = a ? owner_new(pid, type) : NULL;
	if (!o) {
		pid_put(pid);
		return -ENOMEM;
	}
	spin_lock(&f->lock);
	struct async_owner *old = a->owner;
	rcu_publish(a->owner, o);
	spin_unlock(&f->lock);
	if (old)
		rcu_defer(&old->rcu, owner_free);
	return 0;
}

int async_default_owner(struct file *f, struct pid *pid, int type)
{
	struct async *a = async_of(f);
	if (!a)
		return -ENOMEM;
	rcu_read_lock();
	const struct async_owner *o = rcu_load(a->owner);
	bool has_one = o && o->to.pid;
	rcu_read_unlock();
	return has_one ? 0 : async_set_owner(f, pid_get(pid), type);
}

int async_set_signal(struct file *f, int sig)
{
	struct async *a = async_of(f);
	if (!a)
		return -ENOMEM;
	WRITE_ONCE(a->sig, (u8)sig);
	return 0;
}

int async_signal(const struct file *f)
{
	const struct async *a = __atomic_load_n(&f->async, __ATOMIC_ACQUIRE);
	return a ? READ_ONCE(a->sig) : 0;
}

/* Does anything of that kind still bear the number? */
static bool is_alive(const struct io_owner *o)
{
	const struct pid *p = o->pid;
	return o->type == F_OWNER_TID ? READ_ONCE(p->task) != NULL :
	       o->type == F_OWNER_PID ? READ_ONCE(p->process) != NULL : !list_is_empty(&p->group);
}

int async_get_owner(struct file *f, int *type)
{
	const struct async *a = __atomic_load_n(&f->async, __ATOMIC_ACQUIRE);
	int nr = 0;
	*type = F_OWNER_TID;
	rcu_read_lock();
	const struct async_owner *o = a ? rcu_load(a->owner) : NULL;
	if (o) {
		*type = o->to.type;
		nr = o->to.pid && is_alive(&o->to) ? o->to.pid->nr : 0;
	}
	rcu_read_unlock();
	return nr;
}

void async_get_uids(struct file *f, u32 uids[2])
{
	const struct async *a = __atomic_load_n(&f->async, __ATOMIC_ACQUIRE);
	rcu_read_lock();
	const struct async_owner *o = a ? rcu_load(a->owner) : NULL;
	uids[0] = o ? o->to.uid : 0;
	uids[1] = o ? o->to.euid : 0;
	rcu_read_unlock();
}
