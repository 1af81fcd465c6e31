// SPDX-License-Identifier: MIT
/*
 * poll: waiting for many files at once: poll and ppoll. The sleeping itself serves select.c too.
 *
 * Promise   a call that finds something ready, or may not wait, costs one look at each file and arms
 *           nothing. Else one slot per file is armed, everything is looked at once more, and the task
 *           sleeps; after a wake only the files whose slots fired are looked at again.
 * Locks     none of its own
 * Lifetime  watches live in the call's own memory (on the stack for few files); a file that another thread
 *           closes meanwhile stays open until the call returns, as the watch counts it
 * Blocking  -ERESTART after a signal (policy NOHAND). The way out clears current->restart_valid when it
 *           makes that an EINTR; a call that is restarted finds it set and goes on with the old deadline.
 * Linux     poll(2), ppoll(2). ppoll writes the remaining time back; where it cannot, it does not restart.
 */
#include "fs/poll.h"
#include "kernel/core/clock.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

enum { STACK_POLLFDS = 32, KMALLOC_MAX = 64 * 1024, ALWAYS_REPORTED = POLLERR | POLLHUP };

void *poll_memory(size_t bytes, void *on_stack, size_t stack_bytes)
{
	return bytes <= stack_bytes ? on_stack : bytes <= KMALLOC_MAX ? kmalloc(bytes) : kvirt_alloc(bytes);
}

void poll_memory_free(void *p, size_t bytes, size_t stack_bytes)
{
	if (bytes <= stack_bytes)
		return;
	if (bytes <= KMALLOC_MAX)
		kfree(p);
	else
		kvirt_free(p);
}

/* --- sleeping --- */

void watch_init(struct watch *it, int fd, u32 events)
{
	it->ref = fd_borrow(fd);
	it->events = events;
	it->revents = !it->ref.file && fd >= 0 ? POLLNVAL : 0;
	it->slot.fired = true; /* to be looked at */
	it->armed = false;
}

void watches_put(struct watch *items, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		fdref_put(&items[i].ref);
}

static void watches_arm(struct watch *items, unsigned n, struct waiter *w)
{
	for (unsigned i = 0; i < n; i++) {
		struct watch *it = &items[i];
		struct waitq *q = it->ref.file ? file_waitq(it->ref.file) : NULL;
		if (!q)
			continue;
		wait_add(w, &it->slot, q, it->events | ALWAYS_REPORTED | POLLFREE, WAIT_SHARED);
		it->slot.fired = true;
		it->armed = true;
	}
}

/* Looks at the files whose slots have fired. The exchange comes before the look, with its full barrier: what
 * changes after the look fires the slot again. */
static unsigned watches_look(struct watch *items, unsigned n)
{
	unsigned found = 0;
	for (unsigned i = 0; i < n; i++) {
		struct watch *it = &items[i];
		if (READ_ONCE(it->slot.fired) && it->ref.file) {
			(void)__atomic_exchange_n(&it->slot.fired, false, __ATOMIC_SEQ_CST);
			it->revents = file_ready(it->ref.file) & it->events;
		}
		found += it->revents != 0;
	}
	return found;
}

long watches_wait(struct watch *items, unsigned n, u64 deadline_ns)
{
	struct waiter w;
	unsigned found;
	int err = 0;
	wait_begin(&w);
	watches_arm(items, n, &w);
	for (;;) {
		wait_rearm(&w);
		found = watches_look(items, n);
		if (found || err)
			break;
		err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
	}
	for (unsigned i = 0; i < n; i++)
		if (items[i].armed)
			wait_remove(&items[i].slot);
	if (found)
		return found;
	return err == -ETIMEDOUT ? 0 : err;
}

/* --- time-outs and masks --- */

int poll_deadline(s64 sec, s64 nsec, u64 *deadline_ns)
{
	struct timespec ts = { .tv_sec = sec, .tv_nsec = nsec };
	s64 ns;
	if (timespec_to_ns(&ts, &ns))
		return -EINVAL;
	*deadline_ns = ns ? deadline_after((u64)ns) : 0;
	return 0;
}

int poll_import_timespec(const struct timespec __user *uts, u64 *deadline_ns)
{
	struct timespec ts;
	*deadline_ns = FOREVER;
	if (!uts)
		return 0;
	return copy_from_user(&ts, uts, sizeof(ts)) ? -EFAULT : poll_deadline(ts.tv_sec, ts.tv_nsec, deadline_ns);
}

u64 poll_time_left_ns(u64 deadline_ns)
{
	u64 now = clock_now_ns();
	return deadline_ns > now ? deadline_ns - now : 0;
}

long poll_finish_timespec(struct timespec __user *uts, u64 deadline_ns, long result)
{
	if (!uts || deadline_ns == 0 || deadline_ns == FOREVER)
		return result;
	struct timespec ts = ns_to_timespec((s64)poll_time_left_ns(deadline_ns));
	return poll_finish(copy_to_user(uts, &ts, sizeof(ts)), result);
}

int poll_import_mask(const ksigset_t __user *umask, size_t size)
{
	ksigset_t mask;
	if (!umask)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, umask))
		return -EFAULT;
	signal_suspend_mask(mask);
	return 0;
}

void poll_finish_mask(const ksigset_t __user *umask, long result)
{
	if (umask && result != -ERESTART)
		signal_restore_mask();
}

/* --- poll --- */

static inline u32 events_of(const struct pollfd *p)
{
	return (u16)p->events | ALWAYS_REPORTED;
}

/* What one look at each found: how many have something to report, and what differs from what the program's
 * memory says already. */
struct look {
	unsigned found;
	u32 difference;
};

static __always_inline void look_at(struct look *l, struct pollfd *p, struct file *f)
{
	u32 revents = likely(f) ? file_ready(f) & events_of(p) : p->fd < 0 ? 0 : POLLNVAL;
	if (likely(!revents && !p->revents))
		return; /* idle, as it was */
	l->found += revents != 0;
	l->difference |= revents ^ (u16)p->revents;
	p->revents = (short)revents;
}

static struct look pollfds_look(struct pollfd *fds, unsigned n)
{
	const struct fdtable *t = current->fdtable;
	struct look l = {};
	if (likely(fdtable_is_private(t))) {
		for (struct pollfd *p = fds; p < fds + n; p++)
			look_at(&l, p, fdtable_peek(t, p->fd));
		return l;
	}
	for (struct pollfd *p = fds; p < fds + n; p++) {
		struct fdref r = fd_borrow(p->fd);
		look_at(&l, p, r.file);
		fdref_put(&r);
	}
	return l;
}

static long pollfds_wait(struct pollfd *fds, unsigned n, u64 deadline_ns)
{
	struct watch small[STACK_WATCHES];
	size_t bytes = n * sizeof(*small);
	struct watch *items = poll_memory(bytes, small, sizeof(small));
	if (!items)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++)
		watch_init(&items[i], fds[i].fd, events_of(&fds[i]));
	long found = watches_wait(items, n, deadline_ns);
	for (unsigned i = 0; i < n; i++)
		fds[i].revents = (short)items[i].revents;
	watches_put(items, n);
	poll_memory_free(items, bytes, sizeof(small));
	return found;
}

/* Where nothing differs, one entry per page is written, so that memory that cannot be written is noticed. Only
 * revents is touched: another thread may be changing the rest. */
static long pollfds_export(struct pollfd __user *ufds, const struct pollfd *fds, unsigned n, bool differs)
{
	unsigned step = 1;
	for (unsigned i = 0; i < n; i += step) {
		uaddr_t at = (uaddr_t)&ufds[i].revents;
		u16 revents = (u16)fds[i].revents;
		if (copy_to_user((void __user *)at, &revents, sizeof(revents)))
			return -EFAULT;
		uaddr_t left_in_page = PAGE_SIZE - (at & ~PAGE_MASK);
		if (!differs) /* to the first one that lies in the next page */
			step = (unsigned)((left_in_page + sizeof(*fds) - 1) / sizeof(*fds));
	}
	return 0;
}

static long poll_until(struct pollfd __user *ufds, unsigned n, u64 deadline_ns)
{
	struct pollfd small[STACK_POLLFDS];
	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	size_t bytes = n * sizeof(*small);
	struct pollfd *fds = poll_memory(bytes, small, sizeof(small));
	if (!fds)
		return -ENOMEM;
	bool differs = true;
	long result = n ? copy_from_user(fds, ufds, bytes) : access_ok(ufds, 0) ? 0 : -EFAULT;
	if (result == 0) {
		struct look l = pollfds_look(fds, n);
		result = l.found;
		differs = l.difference;
	}
	if (result == 0 && deadline_ns) {
		result = pollfds_wait(fds, n, deadline_ns);
		differs = true;
	}
	if ((result >= 0 || result == -ERESTART) && pollfds_export(ufds, fds, n, differs))
		result = -EFAULT;
	poll_memory_free(fds, bytes, sizeof(small));
	return result;
}

long sys_poll(struct pollfd __user *fds, unsigned nfds, int timeout_ms)
{
	struct task *t = current;
	u64 deadline = timeout_ms < 0 ? FOREVER : 0;
	if (timeout_ms > 0)
		deadline = t->restart_valid ? t->restart_deadline_ns :
					      deadline_after((u64)timeout_ms * NSEC_PER_MSEC);
	long result = poll_until(fds, nfds, deadline);
	t->restart_valid = result == -ERESTART;
	t->restart_deadline_ns = deadline;
	return result;
}

long sys_ppoll(struct pollfd __user *fds, unsigned nfds, struct timespec __user *timeout,
	const ksigset_t __user *sigmask, size_t size)
{
	u64 deadline;
	int err = poll_import_timespec(timeout, &deadline);
	if (err == 0)
		err = poll_import_mask(sigmask, size);
	if (err)
		return err;
	long result = poll_until(fds, nfds, deadline);
	poll_finish_mask(sigmask, result);
	return poll_finish_timespec(timeout, deadline, result);
}
