// SPDX-License-Identifier: MIT
/*
 * select: poll.c's older sister, with sets of bits: select and pselect6.
 *
 * Promise   as poll.c; the sets are replaced only when the call succeeds, by what is ready of them.
 * Locks     none of its own
 * Blocking  as poll.c
 * Linux     select(2). Bits at or above the size of the descriptor table are not looked at. The time left is
 *           written back in either call.
 */
#include "fs/poll.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/select.h"
#include "mm/uaccess.h"

enum { NR_SETS = 3, WORD_BITS = 64, STACK_WORDS = 4 };

/* What makes a descriptor ready for each of the three sets. */
static const u32 set_events[NR_SETS] = {
	POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR | POLLNVAL,
	POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR | POLLNVAL,
	POLLPRI | POLLNVAL,
};

/* One call's bits. Each set is nr_words long. */
struct sets {
	unsigned nfds, nr_words;
	u64 *asked[NR_SETS], *ready[NR_SETS];
};

static u64 valid_bits(const struct sets *s, unsigned word)
{
	unsigned left = s->nfds - word * WORD_BITS;
	return left < WORD_BITS ? (1ul << left) - 1 : ~0ul;
}

static u32 events_of(const struct sets *s, unsigned word, u64 bit)
{
	u32 events = 0;
	for (unsigned i = 0; i < NR_SETS; i++)
		if (s->asked[i][word] & bit)
			events |= set_events[i];
	return events;
}

/* Notes what `revents` makes of one descriptor; answers the number of bits. */
static unsigned report(struct sets *s, unsigned word, u64 bit, u32 revents)
{
	unsigned bits = 0;
	for (unsigned i = 0; i < NR_SETS; i++)
		if (s->asked[i][word] & bit && revents & set_events[i]) {
			s->ready[i][word] |= bit;
			bits++;
		}
	return bits;
}

/* Calls fn(arg, fd, word, bit) for every descriptor that is in a set, until it answers an error. */
static __always_inline long for_each_asked(struct sets *s,
	long (*fn)(struct sets *s, void *arg, int fd, unsigned word, u64 bit), void *arg)
{
	for (unsigned word = 0; word < s->nr_words; word++) {
		u64 any = (s->asked[0][word] | s->asked[1][word] | s->asked[2][word]) & valid_bits(s, word);
		for (; any; any &= any - 1) {
			unsigned at = (unsigned)__builtin_ctzll(any);
			long err = fn(s, arg, (int)(word * WORD_BITS + at), word, 1ul << at);
			if (err)
				return err;
		}
	}
	return 0;
}

struct look_result {
	const struct fdtable *table; /* NULL: others change it, so what is looked at must be counted */
	unsigned asked, bits;	     /* descriptors; ready bits */
};

/* What another thread may close, and what is not open, or only as a path. */
static __noinline long look_at_unusual(struct sets *s, struct look_result *l, int fd, unsigned word, u64 bit)
{
	struct fdref r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	l->asked++;
	l->bits += report(s, word, bit, r.file->mode & FILE_PATH_ONLY ? ~0u : file_ready(r.file));
	fdref_put(&r);
	return 0;
}

static __always_inline long look_at(struct sets *s, void *arg, int fd, unsigned word, u64 bit)
{
	struct look_result *l = arg;
	struct file *f = l->table ? fdtable_peek(l->table, fd) : NULL;
	if (unlikely(!f))
		return look_at_unusual(s, l, fd, word, bit);
	l->asked++;
	u32 revents = file_ready(f);
	if (revents)
		l->bits += report(s, word, bit, revents);
	return 0;
}

/* A walk along the watches, which are in the order of the descriptors. */
struct watch_walk {
	struct watch *next;
	unsigned bits;
};

static long watch_it(struct sets *s, void *arg, int fd, unsigned word, u64 bit)
{
	struct watch_walk *walk = arg;
	watch_init(walk->next++, fd, events_of(s, word, bit));
	return 0;
}

static long report_watched(struct sets *s, void *arg, int fd, unsigned word, u64 bit)
{
	struct watch_walk *walk = arg;
	walk->bits += report(s, word, bit, walk->next++->revents);
	return 0;
}

/* Number of bits after sleeping on the `n` descriptors. */
static long sets_wait(struct sets *s, unsigned n, u64 deadline_ns)
{
	struct watch small[STACK_WATCHES];
	size_t bytes = n * sizeof(*small);
	struct watch *items = poll_memory(bytes, small, sizeof(small));
	if (!items)
		return -ENOMEM;
	struct watch_walk walk = { .next = items };
	for_each_asked(s, watch_it, &walk);
	long found = watches_wait(items, n, deadline_ns);
	if (found > 0) {
		walk.next = items;
		for_each_asked(s, report_watched, &walk);
		found = walk.bits;
	}
	watches_put(items, n);
	poll_memory_free(items, bytes, sizeof(small));
	return found;
}

static long sets_run(struct sets *s, kfd_set __user *const usets[NR_SETS], u64 deadline_ns)
{
	size_t bytes = s->nr_words * sizeof(u64);
	const struct fdtable *t = current->fdtable;
	struct look_result l = { .table = fdtable_is_private(t) ? t : NULL };
	for (unsigned i = 0; i < NR_SETS; i++)
		if (usets[i] && bytes && copy_from_user(s->asked[i], usets[i], bytes))
			return -EFAULT;
	long result = for_each_asked(s, look_at, &l);
	if (result == 0)
		result = l.bits || !deadline_ns ? l.bits : sets_wait(s, l.asked, deadline_ns);
	if (result < 0)
		return result;
	for (unsigned i = 0; i < NR_SETS; i++)
		if (usets[i] && bytes && copy_to_user(usets[i], s->ready[i], bytes))
			return -EFAULT;
	return result;
}

static long select_until(int nfds, kfd_set __user *const usets[NR_SETS], u64 deadline_ns)
{
	u64 small[2 * NR_SETS * STACK_WORDS];
	struct sets s;
	if (nfds < 0)
		return -EINVAL;
	s.nfds = min((unsigned)nfds, fdtable_slots(current->fdtable));
	s.nr_words = (s.nfds + WORD_BITS - 1) / WORD_BITS;
	size_t bytes = 2 * NR_SETS * s.nr_words * sizeof(u64);
	u64 *words = poll_memory(bytes, small, sizeof(small));
	if (!words)
		return -ENOMEM;
	memset(words, 0, bytes);
	for (unsigned i = 0; i < NR_SETS; i++) {
		s.asked[i] = words + i * s.nr_words;
		s.ready[i] = words + (NR_SETS + i) * s.nr_words;
	}
	long result = sets_run(&s, usets, deadline_ns);
	poll_memory_free(words, bytes, sizeof(small));
	return result;
}

/* --- calls --- */

/* Microseconds may be any number that is not negative; whole seconds in them count as such. */
static int import_timeval(const struct timeval __user *utv, u64 *deadline_ns)
{
	struct timeval tv;
	s64 sec;
	*deadline_ns = FOREVER;
	if (!utv)
		return 0;
	if (copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (__builtin_add_overflow(tv.tv_sec, tv.tv_usec / USEC_PER_SEC, &sec))
		return -EINVAL;
	return poll_deadline(sec, tv.tv_usec % USEC_PER_SEC * (s64)NSEC_PER_USEC, deadline_ns);
}

static long finish_timeval(struct timeval __user *utv, u64 deadline_ns, long result)
{
	if (!utv || deadline_ns == 0 || deadline_ns == FOREVER)
		return result;
	u64 left = poll_time_left_ns(deadline_ns);
	struct timeval tv = { .tv_sec = (long)(left / NSEC_PER_SEC),
		.tv_usec = (long)(left % NSEC_PER_SEC / NSEC_PER_USEC) };
	return poll_finish(copy_to_user(utv, &tv, sizeof(tv)), result);
}

long sys_select(int nfds, kfd_set __user *in, kfd_set __user *out, kfd_set __user *except,
	struct timeval __user *timeout)
{
	kfd_set __user *const usets[NR_SETS] = { in, out, except };
	u64 deadline;
	int err = import_timeval(timeout, &deadline);
	if (err)
		return err;
	return finish_timeval(timeout, deadline, select_until(nfds, usets, deadline));
}

long sys_pselect6(int nfds, kfd_set __user *in, kfd_set __user *out, kfd_set __user *except,
	struct timespec __user *timeout, const struct sigset_arg __user *sigmask)
{
	kfd_set __user *const usets[NR_SETS] = { in, out, except };
	struct sigset_arg arg = {};
	u64 deadline;
	if (sigmask && copy_from_user(&arg, sigmask, sizeof(arg)))
		return -EFAULT;
	const ksigset_t __user *mask = arg.set;
	int err = poll_import_timespec(timeout, &deadline);
	if (err == 0)
		err = poll_import_mask(mask, arg.size);
	if (err)
		return err;
	long result = select_until(nfds, usets, deadline);
	poll_finish_mask(mask, result);
	return poll_finish_timespec(timeout, deadline, result);
}
