// SPDX-License-Identifier: MIT
/*
 * epoll_wait: from the wake of a watched file to what a wait tells; the theory is in epoll.c.
 *
 * Promise   what is told, and in which order, as epoll.c says. A wake puts items on the ready list, a look takes off
 *           those that are not ready.
 * Locks     as in epoll.c
 * Blocking  epoll_wait(2), epoll_pwait(2), epoll_pwait2(2): -ERESTART after a signal (policy NEVER)
 */
#include "fs/epoll_internal.h"
#include "fs/poll.h"
#include "kernel/core/clock.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

#define READY (POLLIN | POLLRDNORM) /* a set with ready items */

enum { MAX_EVENTS = INT32_MAX / sizeof(struct epoll_event) /* epoll_wait(2) */ };

/* --- wakes --- */

bool epoll_item_fired(struct wait_slot *slot, u32 events, struct wake_list *list)
{
	struct epoll_item *it = container_of(slot, struct epoll_item, slot);
	struct epoll_set *s = it->set;
	wake_list_add(list, &it->relay);
	bool used = !list_is_empty(&s->wq.slots) && !READ_ONCE(s->called);
	if (used)
		WRITE_ONCE(s->called, true);
	return used;
}

/* The item is to be looked at: whoever waits for its set wakes up. set->wq.lock is held. */
static void item_make_ready_locked(struct epoll_item *it, struct wake_list *list)
{
	struct epoll_set *s = it->set;
	if (unlikely(it->gone))
		return;
	WRITE_ONCE(it->fresh, true);
	if (!list_is_linked(&it->in_ready))
		list_add_tail(&s->ready, &it->in_ready);
	wake_locked(&s->wq, READY, list);
}

void epoll_item_relay(struct wake_relay *r, struct wake_list *list)
{
	struct epoll_item *it = container_of(r, struct epoll_item, relay);
	struct epoll_set *s = it->set;
	spin_lock(&s->wq.lock);
	wake_relay_take(r);
	item_make_ready_locked(it, list);
	spin_unlock(&s->wq.lock);
}

void epoll_item_make_ready(struct epoll_item *it)
{
	struct wake_list list = {};
	u64 irq = spin_lock_irqsave(&it->set->wq.lock);
	item_make_ready_locked(it, &list);
	waitq_unlock_run(&it->set->wq, irq, &list);
}

/* --- looking ---
 *
 * Only who holds set->lock takes items off the ready list, and wakes only add at its end: so it is walked without
 * set->wq.lock.
 *
 *	who looks				a wake of the file
 *	fresh = false				change the file
 *	full barrier				full barrier
 *	look at the file			set->wq.lock: fresh = true, on the list if it is not
 *	not ready: set->wq.lock: off the list,
 *	unless it is fresh again
 */

u32 epoll_item_look(struct epoll_item *it, unsigned depth)
{
	struct epoll_set *inner = epoll_set_of(it->file);
	return (unlikely(inner) ? epoll_set_look(inner, depth + 1) : file_ready(it->file)) & it->events;
}

static inline u32 item_look_anew(struct epoll_item *it, unsigned depth)
{
	(void)__atomic_exchange_n(&it->fresh, false, __ATOMIC_SEQ_CST);
	return epoll_item_look(it, depth);
}

/* Off the list, unless a wake came after the look. */
static void item_rest(struct epoll_item *it)
{
	struct epoll_set *s = it->set;
	u64 irq = spin_lock_irqsave(&s->wq.lock);
	if (!it->fresh)
		list_del(&it->in_ready);
	spin_unlock_irqrestore(&s->wq.lock, irq);
}

/* A walk along the ready list, over what was there at the start: an item that is woken meanwhile does not come twice. */
struct ready_walk {
	const struct epoll_set *set;
	const struct list *last;
	struct list *next;
};

static inline void walk_start(struct ready_walk *w, const struct epoll_set *s)
{
	*w = (struct ready_walk){ s, READ_ONCE(s->ready.prev), READ_ONCE(s->ready.next) };
}

/* NULL: that was all. The one before may have left the list. */
static inline struct epoll_item *walk_step(struct ready_walk *w)
{
	struct list *at = w->next;
	if (at == &w->set->ready)
		return NULL;
	w->next = at == w->last ? (struct list *)&w->set->ready : READ_ONCE(at->next);
	return list_entry(at, struct epoll_item, in_ready);
}

/* Is anything ready? Items that turn out not to be are off the list. */
u32 epoll_set_look(struct epoll_set *s, unsigned depth)
{
	struct epoll_item *it;
	struct ready_walk w;
	u32 found = 0;
	if (list_is_empty(&s->ready))
		return 0;
	mutex_lock_nested(&s->lock, depth);
	walk_start(&w, s);
	while (!found && (it = walk_step(&w))) {
		if (item_look_anew(it, depth))
			found = READY;
		else
			item_rest(it);
	}
	mutex_unlock(&s->lock);
	return found;
}

/* --- waiting --- */

/* Tells of one item: 1, 0: it is not ready, -EFAULT. */
static inline int item_tell(struct epoll_item *it, struct epoll_event __user *out)
{
	struct epoll_event ev = { .events = item_look_anew(it, 0), .data = it->data };
	if (!ev.events) {
		item_rest(it);
		return 0;
	}
	if (copy_to_user(out, &ev, sizeof(ev)))
		return -EFAULT;
	if (likely(!(it->events & (EPOLLONESHOT | EPOLLET))))
		return 1;
	if (it->events & EPOLLONESHOT) {
		it->events &= EPOLL_PRIVATE_BITS;
		WRITE_ONCE(it->slot.mask, POLLFREE);
	}
	item_rest(it);
	return 1;
}

/* Those up to `told` go to the end of the line: the list begins behind it. */
static void ready_rotate(struct epoll_set *s, struct epoll_item *told)
{
	if (READ_ONCE(s->ready.prev) == &told->in_ready)
		return;
	u64 irq = spin_lock_irqsave(&s->wq.lock);
	list_del(&s->ready);
	list_add(&told->in_ready, &s->ready);
	spin_unlock_irqrestore(&s->wq.lock, irq);
}

static int collect(struct epoll_set *s, struct epoll_event __user *out, int max)
{
	struct epoll_item *it, *told = NULL;
	struct ready_walk w;
	int n = 0, err = 0;
	mutex_lock(&s->lock);
	walk_start(&w, s);
	while (n < max && (it = walk_step(&w))) {
		err = item_tell(it, out + n);
		if (err < 0)
			break;
		n += err;
		if (err > 0 && list_is_linked(&it->in_ready))
			told = it;
	}
	if (told)
		ready_rotate(s, told);
	mutex_unlock(&s->lock);
	return n ? n : min(err, 0);
}

/* The caller leaves: what he leaves behind is for the next waiter. */
static void pass_on(struct epoll_set *s)
{
	if (list_is_empty(&s->ready) || waitq_is_idle(&s->wq))
		return;
	u64 irq = spin_lock_irqsave(&s->wq.lock);
	wake_next_locked(&s->wq, READY);
	spin_unlock_irqrestore(&s->wq.lock, irq);
}

static inline int collect_if_any(struct epoll_set *s, struct epoll_event __user *out, int max)
{
	return list_is_empty(&s->ready) ? 0 : collect(s, out, max);
}

static __noinline int collect_or_sleep(struct epoll_set *s, struct epoll_event __user *out, int max, u64 deadline_ns)
{
	struct waiter w;
	struct wait_slot slot;
	int n, err = 0;
	wait_begin(&w);
	wait_add(&w, &slot, &s->wq, READY, WAIT_EXCLUSIVE);
	for (;;) {
		WRITE_ONCE(s->called, false);
		wait_rearm_slot(&w, &slot);
		n = collect_if_any(s, out, max);
		if (n || err)
			break;
		err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
		if (READ_ONCE(current->work) & TASK_WORK_KILL)
			break; /* what it took now would be lost */
	}
	(void)wait_remove(&slot);
	pass_on(s);
	return n ? n : err == -ETIMEDOUT ? 0 : err;
}

static long wait_on(int epfd, struct epoll_event __user *out, int max, u64 deadline_ns)
{
	FDREF r = fd_borrow(epfd);
	if (!r.file)
		return -EBADF;
	if (max <= 0 || max > MAX_EVENTS)
		return -EINVAL;
	if (!access_ok(out, (size_t)max * sizeof(*out)))
		return -EFAULT;
	struct epoll_set *s = epoll_set_of(r.file);
	if (!s)
		return -EINVAL;
	int n = collect_if_any(s, out, max);
	if (!n && deadline_ns)
		return collect_or_sleep(s, out, max, deadline_ns);
	pass_on(s);
	return n;
}

/* --- calls --- */

static u64 deadline_of_ms(int timeout_ms)
{
	if (timeout_ms <= 0)
		return timeout_ms < 0 ? FOREVER : 0;
	return deadline_after((u64)timeout_ms * NSEC_PER_MSEC);
}

long sys_epoll_wait(int epfd, struct epoll_event __user *events, int max, int timeout_ms)
{
	return wait_on(epfd, events, max, deadline_of_ms(timeout_ms));
}

static long wait_with_mask(int epfd, struct epoll_event __user *events, int max, u64 deadline_ns,
	const ksigset_t __user *mask, size_t size)
{
	int err = poll_import_mask(mask, size);
	if (err)
		return err;
	long result = wait_on(epfd, events, max, deadline_ns);
	poll_finish_mask(mask, result);
	return result;
}

long sys_epoll_pwait(int epfd, struct epoll_event __user *events, int max, int timeout_ms,
	const ksigset_t __user *mask, size_t size)
{
	return wait_with_mask(epfd, events, max, deadline_of_ms(timeout_ms), mask, size);
}

long sys_epoll_pwait2(int epfd, struct epoll_event __user *events, int max, const struct timespec __user *timeout,
	const ksigset_t __user *mask, size_t size)
{
	u64 deadline;
	int err = poll_import_timespec(timeout, &deadline);
	return err ? err : wait_with_mask(epfd, events, max, deadline, mask, size);
}
