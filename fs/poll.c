// SPDX-License-Identifier: MIT
/*
 * poll: waiting for many files at once: poll, ppoll, select, pselect6.
 *
 * Promise   a call that finds something ready, or may not wait, costs one look at each file and arms
 *           nothing. Else one slot per file is armed, everything is looked at once more, and the task
 *           sleeps; after a wake only the files whose slots fired are looked at again.
 * Locks     none of its own
 * Lifetime  slots live in the call's own memory (on the stack for few files); a file that another thread
 *           closes meanwhile stays open until the call returns, as its reference is held
 * Blocking  -ERESTART after a signal (policy NOHAND); the relative time-out goes on where it stopped
 * Linux     poll(2), select(2). pselect6 and ppoll write the remaining time back, as the calls do on Linux.
 */
#include "fs/poll.h"
#include "kernel/core/alloc.h"
#include "kernel/core/clock.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/select.h"
#include "kernel/uapi/time.h"
#include "mm/uaccess.h"

enum { STACK_ITEMS = 8, ALWAYS_REPORTED = POLLERR | POLLHUP | POLLNVAL, USEC_PER_SEC = 1000000 };

/* One watched descriptor. */
struct poll_item {
	struct fdref ref;
	struct wait_slot slot;
	u32 events;	/* asked for, with what is always reported */
	u32 revents;
	bool armed;
};

static inline u32 item_look(struct poll_item *it)
{
	return file_ready(it->ref.file) & it->events;
}

static unsigned items_look(struct poll_item *items, unsigned n)
{
	unsigned found = 0;
	for (unsigned i = 0; i < n; i++) {
		struct poll_item *it = &items[i];
		if (it->ref.file)
			it->revents = item_look(it);
		found += it->revents != 0;
	}
	return found;
}

static void items_arm(struct poll_item *items, unsigned n, struct waiter *w)
{
	for (unsigned i = 0; i < n; i++) {
		struct poll_item *it = &items[i];
		struct waitq *q = it->ref.file ? file_waitq(it->ref.file) : NULL;
		it->armed = q;
		if (q)
			wait_add(w, &it->slot, q, it->events | POLLFREE, WAIT_SHARED);
	}
}

static void items_disarm(struct poll_item *items, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (items[i].armed)
			wait_remove(&items[i].slot);
}

static void items_put(struct poll_item *items, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		fdref_put(&items[i].ref);
}

/* Number of ready items, 0 at the deadline (a deadline of 0 does not wait), -ERESTART. */
static long items_wait(struct poll_item *items, unsigned n, u64 deadline_ns)
{
	struct waiter w;
	unsigned found = items_look(items, n);
	int err = 0;
	if (found || deadline_ns == 0)
		return found;
	wait_begin(&w);
	items_arm(items, n, &w);
	for (;;) {
		wait_rearm(&w);
		found = items_look(items, n);
		if (found || err)
			break;
		err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
	}
	items_disarm(items, n);
	return found ? found : err == -ETIMEDOUT ? 0 : err;
}

static void item_init(struct poll_item *it, int fd, u32 events)
{
	it->ref = fd_borrow(fd);
	it->events = events | ALWAYS_REPORTED;
	it->revents = it->ref.file ? 0 : POLLNVAL;
	it->armed = false;
}

static struct poll_item *items_alloc(unsigned n, struct poll_item *on_stack)
{
	return n <= STACK_ITEMS ? on_stack : kmalloc((size_t)n * sizeof(*on_stack));
}

static void items_free(struct poll_item *items, struct poll_item *on_stack)
{
	if (items != on_stack)
		kfree(items);
}

/* --- poll --- */

static long poll_import(struct pollfd __user *ufds, struct poll_item *items, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct pollfd p;
		if (copy_from_user(&p, &ufds[i], sizeof(p))) {
			items_put(items, i);
			return -EFAULT;
		}
		item_init(&items[i], p.fd, (u16)p.events);
		if (p.fd < 0)
			items[i].revents = 0;
	}
	return 0;
}

static long poll_export(struct pollfd __user *ufds, struct poll_item *items, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		u16 revents = (u16)items[i].revents;
		if (copy_to_user(&ufds[i].revents, &revents, sizeof(revents)))
			return -EFAULT;
	}
	return 0;
}

static long poll_until(struct pollfd __user *ufds, unsigned n, u64 deadline_ns)
{
	struct poll_item small[STACK_ITEMS];
	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	struct poll_item *items = items_alloc(n, small);
	if (!items)
		return -ENOMEM;
	long result = poll_import(ufds, items, n);
	if (result == 0) {
		result = items_wait(items, n, deadline_ns);
		if (result >= 0 && poll_export(ufds, items, n))
			result = -EFAULT;
		items_put(items, n);
	}
	items_free(items, small);
	return result;
}

/* A restarted call goes on with the deadline of the first one. */
static u64 deadline_of_call(u64 timeout_ns)
{
	if (timeout_ns == 0 || timeout_ns == FOREVER)
		return timeout_ns;
	if (current->restart_valid)
		return current->restart_deadline_ns;
	return deadline_after(timeout_ns);
}

static long remember_restart(long result, u64 deadline_ns)
{
	current->restart_valid = result == -ERESTART;
	current->restart_deadline_ns = deadline_ns;
	return result;
}

long sys_poll(struct pollfd __user *fds, unsigned nfds, int timeout_ms)
{
	u64 deadline = deadline_of_call(timeout_ms < 0 ? FOREVER : (u64)timeout_ms * NSEC_PER_MSEC);
	return remember_restart(poll_until(fds, nfds, deadline), deadline);
}

/* --- time-outs and masks of the p-forms --- */

static int import_timespec(const struct timespec __user *uts, u64 *deadline_ns)
{
	struct timespec ts;
	s64 ns;
	*deadline_ns = FOREVER;
	if (!uts)
		return 0;
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (timespec_to_ns(&ts, &ns))
		return -EINVAL;
	*deadline_ns = ns ? deadline_after((u64)ns) : 0;
	return 0;
}

static u64 time_left_ns(u64 deadline_ns)
{
	u64 now = clock_now_ns();
	return deadline_ns > now ? deadline_ns - now : 0;
}

/* Errors are ignored: a time-out in read-only memory is the program's affair, as on Linux. A restart starts
 * from the time that is left. */
static void export_time_left(struct timespec __user *uts, u64 deadline_ns)
{
	if (!uts || deadline_ns == FOREVER)
		return;
	struct timespec ts = ns_to_timespec((s64)time_left_ns(deadline_ns));
	int ignored = copy_to_user(uts, &ts, sizeof(ts));
	(void)ignored;
}

static int import_mask(const ksigset_t __user *umask, size_t size)
{
	ksigset_t mask;
	if (!umask)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user(mask, umask))
		return -EFAULT;
	signal_mask_temporarily(mask);
	return 0;
}

/* The handler of the signal that ended the wait runs with the temporary mask; else it ends here. */
static void mask_done(const ksigset_t __user *umask, long result)
{
	if (umask && result != -ERESTART)
		signal_mask_restore();
}

long sys_ppoll(struct pollfd __user *fds, unsigned nfds, struct timespec __user *timeout,
	const ksigset_t __user *sigmask, size_t size)
{
	u64 deadline;
	int err = import_timespec(timeout, &deadline);
	if (err == 0)
		err = import_mask(sigmask, size);
	if (err)
		return err;
	long result = poll_until(fds, nfds, deadline);
	mask_done(sigmask, result);
	export_time_left(timeout, deadline);
	return result;
}

/* --- select --- */

enum { WORD_BITS = 64, SELECT_READ = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	SELECT_WRITE = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR, SELECT_EXCEPT = POLLPRI };

/* Bitmaps of one call: in, out, except, each nr_words long. */
struct select_sets {
	unsigned nfds, nr_words;
	u64 *in, *out, *except;
	u64 small[3 * STACK_ITEMS];
};

static int sets_import(struct select_sets *s, const kfd_set __user *const sets[3], unsigned nfds)
{
	s->nfds = nfds;
	s->nr_words = (nfds + WORD_BITS - 1) / WORD_BITS;
	size_t words = 3 * (size_t)s->nr_words, bytes = (size_t)s->nr_words * sizeof(u64);
	s->in = words <= ARRAY_LEN(s->small) ? s->small : kmalloc(words * sizeof(u64));
	if (!s->in)
		return -ENOMEM;
	s->out = s->in + s->nr_words;
	s->except = s->out + s->nr_words;
	u64 *to[3] = { s->in, s->out, s->except };
	for (unsigned i = 0; i < 3; i++) {
		memset(to[i], 0, bytes);
		if (sets[i] && bytes && copy_from_user(to[i], sets[i], bytes))
			return -EFAULT;
	}
	return 0;
}

static void sets_free(struct select_sets *s)
{
	if (s->in != s->small)
		kfree(s->in);
}

static inline bool bit_of(const u64 *set, unsigned fd)
{
	return set[fd / WORD_BITS] >> (fd % WORD_BITS) & 1;
}

static u32 select_events(const struct select_sets *s, unsigned fd)
{
	return (bit_of(s->in, fd) ? SELECT_READ : 0) | (bit_of(s->out, fd) ? SELECT_WRITE : 0) |
	       (bit_of(s->except, fd) ? SELECT_EXCEPT : 0);
}

static unsigned sets_count(const struct select_sets *s)
{
	unsigned n = 0;
	for (unsigned i = 0; i < s->nr_words; i++) {
		u64 any = s->in[i] | s->out[i] | s->except[i];
		if ((i + 1) * WORD_BITS > s->nfds && s->nfds % WORD_BITS)
			any &= (1ul << s->nfds % WORD_BITS) - 1;
		n += (unsigned)__builtin_popcountl(any);
	}
	return n;
}

/* Answers -EBADF for a set bit without an open file: select(2). */
static int select_items(const struct select_sets *s, struct poll_item *items, unsigned *n)
{
	int err = 0;
	*n = 0;
	for (unsigned fd = 0; fd < s->nfds; fd++) {
		u32 events = select_events(s, fd);
		if (!events)
			continue;
		struct poll_item *it = &items[*n];
		item_init(it, (int)fd, events);
		it->events = events;
		(*n)++;
		if (!it->ref.file)
			err = -EBADF;
	}
	return err;
}

static inline unsigned report(u64 *set, unsigned fd, bool was_asked, bool is_ready)
{
	if (was_asked && !is_ready)
		set[fd / WORD_BITS] &= ~(1ul << fd % WORD_BITS);
	return was_asked && is_ready;
}

/* Leaves in the sets what is ready; answers the number of bits. */
static unsigned select_results(struct select_sets *s, const struct poll_item *items)
{
	unsigned bits = 0;
	for (unsigned fd = 0; fd < s->nfds; fd++) {
		if (!select_events(s, fd))
			continue;
		u32 r = items++->revents;
		bits += report(s->in, fd, bit_of(s->in, fd), r & SELECT_READ);
		bits += report(s->out, fd, bit_of(s->out, fd), r & SELECT_WRITE);
		bits += report(s->except, fd, bit_of(s->except, fd), r & SELECT_EXCEPT);
	}
	return bits;
}

static long sets_export(const struct select_sets *s, kfd_set __user *const sets[3])
{
	const u64 *from[3] = { s->in, s->out, s->except };
	for (unsigned i = 0; i < 3; i++)
		if (sets[i] && copy_to_user(sets[i], from[i], (size_t)s->nr_words * sizeof(u64)))
			return -EFAULT;
	return 0;
}

static long select_wait(struct select_sets *s, u64 deadline_ns)
{
	struct poll_item small[STACK_ITEMS];
	unsigned n = sets_count(s);
	struct poll_item *items = items_alloc(n, small);
	if (!items)
		return -ENOMEM;
	long result = select_items(s, items, &n);
	if (result == 0) {
		result = items_wait(items, n, deadline_ns);
		if (result >= 0)
			result = select_results(s, items);
	}
	items_put(items, n);
	items_free(items, small);
	return result;
}

static long select_until(int nfds, kfd_set __user *const sets[3], u64 deadline_ns)
{
	struct select_sets s;
	if (nfds < 0)
		return -EINVAL;
	/* No descriptor can be at or above the size of the table: what lies beyond is not looked at. */
	unsigned end = min((unsigned)nfds, fdtable_slots(current->fdtable));
	long result = sets_import(&s, (const kfd_set __user *const *)sets, end);
	if (s.in && result == 0)
		result = select_wait(&s, deadline_ns);
	if (s.in && result >= 0 && sets_export(&s, sets))
		result = -EFAULT;
	sets_free(&s);
	return result;
}

static void export_timeval_left(struct timeval __user *utv, u64 deadline_ns)
{
	if (!utv || deadline_ns == FOREVER)
		return;
	u64 left = time_left_ns(deadline_ns);
	struct timeval tv = { .tv_sec = (long)(left / NSEC_PER_SEC),
		.tv_usec = (long)(left % NSEC_PER_SEC / NSEC_PER_USEC) };
	int ignored = copy_to_user(utv, &tv, sizeof(tv));
	(void)ignored;
}

static int import_timeval(const struct timeval __user *utv, u64 *deadline_ns)
{
	struct timeval tv;
	*deadline_ns = FOREVER;
	if (!utv)
		return 0;
	if (copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	struct timespec ts = { .tv_sec = tv.tv_sec + tv.tv_usec / USEC_PER_SEC,
		.tv_nsec = tv.tv_usec % USEC_PER_SEC * (long)NSEC_PER_USEC };
	s64 ns;
	if (timespec_to_ns(&ts, &ns))
		return -EINVAL;
	*deadline_ns = ns ? deadline_after((u64)ns) : 0;
	return 0;
}

long sys_select(int nfds, kfd_set __user *in, kfd_set __user *out, kfd_set __user *except,
	struct timeval __user *timeout)
{
	kfd_set __user *const sets[3] = { in, out, except };
	u64 deadline;
	int err = import_timeval(timeout, &deadline);
	if (err)
		return err;
	long result = select_until(nfds, sets, deadline);
	export_timeval_left(timeout, deadline);
	return result;
}

long sys_pselect6(int nfds, kfd_set __user *in, kfd_set __user *out, kfd_set __user *except,
	struct timespec __user *timeout, const struct sigset_arg __user *sigmask)
{
	kfd_set __user *const sets[3] = { in, out, except };
	struct sigset_arg arg = {};
	u64 deadline;
	if (sigmask && copy_from_user(&arg, sigmask, sizeof(arg)))
		return -EFAULT;
	const ksigset_t __user *mask = (const ksigset_t __user *)(uaddr_t)arg.set;
	int err = import_timespec(timeout, &deadline);
	if (err == 0)
		err = import_mask(mask, arg.size);
	if (err)
		return err;
	long result = select_until(nfds, sets, deadline);
	mask_done(mask, result);
	export_time_left(timeout, deadline);
	return result;
}
