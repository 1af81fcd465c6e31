// SPDX-License-Identifier: MIT
/*
 * pipe: a bounded byte stream between descriptors; a FIFO is the same behind a name.
 *
 * Promise   Bytes come out in the order they went in. A write of up to PIPE_BUF bytes is contiguous; a
 *           non-blocking one is whole or not at all. The ring has a power of two of slots, each a page: a
 *           write's odd bytes join the last page when they all fit there, else it begins a page of its
 *           own; a slot is free again when its last byte is read. A read of an empty pipe without writers
 *           is the end; a write without readers is EPIPE. Packets (O_DIRECT) keep their boundaries.
 *           A reader that sleeps is woken by the first byte or the last writer's close, a writer by the
 *           first slot that becomes free or the last reader's close. A large write into an empty pipe is
 *           copied straight to the readers that sleep there (fs/offer.h), what is left to the ring.
 * Locks     pipe->lock (RANK_PAIR), one for both ends; user memory is copied under it, so nobody sees half
 *           a write. inode->priv_lock (RANK_OBJECT) guards the way from the inode to the pipe, and `opens`.
 * Lifetime  each open file of either end counts in `opens`; the last release frees the pipe with its
 *           pages. The inode of an anonymous pipe dies with its files; a FIFO's lives in the file system.
 * Blocking  read: -EAGAIN while empty with writers; write: -EAGAIN while full with readers; fs/file.c
 *           sleeps. Opening a FIFO waits for the other end here, since no file exists yet to retry on.
 * Linux     pipe(7), fifo(7), pipe(2), fcntl(2) F_SETPIPE_SZ, proc_sys_fs(5); deviations: none
 *
 *     slots   [ a | b | c |   |   |   |   |   ]     head, tail run freely; slot = counter & mask
 *               ^tail       ^head                   full when head - tail == capacity
 */
#include "ipc/pipe.h"
#include "fs/async.h"
#include "fs/inode.h"
#include "fs/offer.h"
#include "fs/special.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/ring.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/ioctl.h"
#include "kernel/uapi/statfs.h"
#include "mm/page.h"
#include "mm/uaccess.h"

enum {
	DEFAULT_SLOTS = 16,	/* pipe(7): 64 KiB */
	MIN_SLOTS = 2,		/* what a user beyond his soft quota gets */
	SPARES_MAX = DEFAULT_SLOTS, /* emptied pages that are kept: a default pipe never allocates twice */
	DEFAULT_MAX_BYTES = 1 << 20,
	DEFAULT_SOFT_PAGES = 16384, /* of all pipes of one user */
};
#define PIPE_LIMIT_BYTES (1ul << 31)	/* F_SETPIPE_SZ refuses more, whoever asks */
#define FIFO_OPENED (1u << 20)		/* an event of our own beside POLL*: an end was opened */

enum slot_flags { SLOT_PACKET = 1, SLOT_MERGE = 2 };

struct pipe_slot {
	struct page *page;
	u32 offset, len; /* the valid bytes within the page */
	u32 flags;	 /* enum slot_flags */
};

struct pipe {
	struct mutex lock;
	struct waitq wq;
	struct ring ring;	/* [lock; readiness looks without] */
	struct pipe_slot *slots; /* [lock] ring_capacity() of them */
	struct list offers;	/* [lock] of readers that sleep because the ring was empty */
	u32 nr_spares;		/* [lock] */
	struct page *spares[SPARES_MAX]; /* [lock] pages that were emptied, the last one on top: for writes */
	u32 readers, writers;	/* [lock] open files that can read, write */
	u32 opens;		/* [inode->priv_lock] open files */
	bool may_signal;	/* [atomic] O_ASYNC has been set on some end */
	u32 reader_openings, writer_openings; /* [lock] ever: what a waiting open looks for */
	struct account *account; /* [const] charged for the slots */
};

unsigned pipe_max_size = DEFAULT_MAX_BYTES;
unsigned long pipe_user_pages_soft = DEFAULT_SOFT_PAGES;
unsigned long pipe_user_pages_hard;

static const struct file_ops pipe_ops;

/* --- quotas --- */

static bool is_bound_by_quota(void)
{
	return !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

static bool is_beyond(s64 pages, const unsigned long *limit)
{
	unsigned long max = READ_ONCE(*limit);
	return max && pages > (s64)max;
}

/* Charges a new pipe; answers how many slots it gets, 0: none. */
static u32 charge_new_pipe(struct account *a)
{
	u32 nr = DEFAULT_SLOTS;
	u32 max = READ_ONCE(pipe_max_size) >> PAGE_SHIFT;
	if (nr > max && !capable(CAP_SYS_RESOURCE))
		nr = max;
	s64 total = charge(a, CHARGE_PIPE_PAGES, nr);
	bool bound = is_bound_by_quota();
	if (bound && nr > MIN_SLOTS && is_beyond(total, &pipe_user_pages_soft)) {
		total = charge(a, CHARGE_PIPE_PAGES, (s64)MIN_SLOTS - nr);
		nr = MIN_SLOTS;
	}
	if (bound && is_beyond(total, &pipe_user_pages_hard)) {
		uncharge(a, CHARGE_PIPE_PAGES, nr);
		return 0;
	}
	return nr;
}

int pipe_set_max_size(unsigned long bytes)
{
	if (bytes == 0 || bytes > PIPE_LIMIT_BYTES)
		return -EINVAL;
	WRITE_ONCE(pipe_max_size, max(round_up_pow2((u32)bytes), (u32)PAGE_SIZE));
	return 0;
}

/* --- birth and end --- */

static struct pipe *pipe_new(void)
{
	struct account *a = current_cred()->account;
	u32 nr = charge_new_pipe(a);
	if (!nr)
		return NULL;
	struct pipe *p = kzalloc(sizeof(*p));
	struct pipe_slot *slots = kcalloc(nr, sizeof(*slots));
	if (!p || !slots) {
		kfree(p);
		kfree(slots);
		uncharge(a, CHARGE_PIPE_PAGES, nr);
		return NULL;
	}
	mutex_init(&p->lock, RANK_PAIR);
	waitq_init(&p->wq, WAIT_PIPE, p);
	ring_init(&p->ring, nr);
	list_init(&p->offers);
	p->slots = slots;
	p->account = a;
	ref_get(&a->ref);
	return p;
}

static void pipe_free(struct pipe *p)
{
	for (u32 i = 0; i < ring_used(&p->ring); i++)
		page_put(p->slots[ring_slot(&p->ring, i)].page);
	while (p->nr_spares)
		page_put(p->spares[--p->nr_spares]);
	uncharge(p->account, CHARGE_PIPE_PAGES, ring_capacity(&p->ring));
	account_put(p->account);
	kfree(p->slots);
	kfree(p);
}

/* The inode's pipe with one more opening, made if there is none; NULL: no memory or beyond the quota. */
static struct pipe *pipe_of_inode(struct inode *ino)
{
	spin_lock(&ino->priv_lock);
	struct pipe *p = ino->priv;
	if (p)
		p->opens++;
	spin_unlock(&ino->priv_lock);
	if (p)
		return p;
	struct pipe *fresh = pipe_new();
	if (!fresh)
		return NULL;
	spin_lock(&ino->priv_lock);
	p = ino->priv;
	if (!p)
		ino->priv = p = fresh;
	p->opens++;
	spin_unlock(&ino->priv_lock);
	if (p != fresh)
		pipe_free(fresh);
	return p;
}

static void pipe_drop(struct inode *ino, struct pipe *p)
{
	spin_lock(&ino->priv_lock);
	bool last = --p->opens == 0;
	if (last)
		ino->priv = NULL;
	spin_unlock(&ino->priv_lock);
	if (last)
		pipe_free(p);
}

/* --- reading --- */

static inline void slot_release(struct pipe *p, struct pipe_slot *slot)
{
	if (likely(p->nr_spares < SPARES_MAX))
		p->spares[p->nr_spares++] = slot->page;
	else
		page_put(slot->page);
	ring_pop(&p->ring, 1);
}

/* Takes what is there, up to u->left or the end of a packet; -EFAULT if not even the first piece fits. */
static __always_inline ssize_t take_bytes(struct pipe *p, struct uio *u, bool *made_room)
{
	ssize_t done = 0;
	while (!ring_is_empty(&p->ring) && u->left) {
		struct pipe_slot *slot = &p->slots[ring_tail_slot(&p->ring)];
		u32 part = min((size_t)slot->len, u->left);
		if (uio_put(u, (char *)page_virt(slot->page) + slot->offset, part) < part)
			return done ? done : -EFAULT;
		done += part;
		bool packet = slot->flags & SLOT_PACKET;
		slot->offset += part;
		slot->len -= part;
		if (slot->len == 0 || packet) {
			slot_release(p, slot);
			*made_room = true;
		}
		if (packet)
			break;
	}
	return done;
}

/* After the lock is dropped: tells writers, and a FIFO's inode, of a read that answered n. */
static inline void read_done(struct file *f, struct pipe *p, ssize_t n, bool made_room)
{
	if (made_room)
		wake_sync(&p->wq, POLLOUT | POLLWRNORM | ASYNC_OUT);
	if (n > 0 && f->path.dentry)
		inode_touch_atime(f->inode, f->path.mount);
}

static __always_inline ssize_t read_locked(struct pipe *p, struct uio *u, bool *made_room)
{
	ssize_t n = take_bytes(p, u, made_room);
	return n == 0 && p->writers ? -EAGAIN : n;
}

static ssize_t pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->priv;
	bool made_room = false;
	if (unlikely(u->left == 0))
		return 0;
	mutex_lock(&p->lock);
	ssize_t n = read_locked(p, u, &made_room);
	mutex_unlock(&p->lock);
	read_done(f, p, n, made_room);
	return n;
}

static ssize_t pipe_read_or_offer(struct file *f, struct read_offer *o)
{
	struct pipe *p = f->priv;
	bool made_room = false;
	ssize_t n = offer_filled(o);
	if (!n) {
		mutex_lock(&p->lock);
		n = o->filled ? (ssize_t)o->filled : read_locked(p, o->u, &made_room);
		if (n == -EAGAIN)
			offer_make(o, &p->offers);
		else
			offer_withdraw(o);
		mutex_unlock(&p->lock);
	}
	read_done(f, p, n, made_room);
	return n;
}

static void pipe_cancel_offer(struct file *f, struct read_offer *o)
{
	struct pipe *p = f->priv;
	guard(mutex)(&p->lock);
	offer_withdraw(o);
}

/* --- writing --- */

/* The bytes that do not fill a page join the last page if they all fit: 1 done, 0 not possible, -EFAULT. */
static int merge_into_last(struct pipe *p, struct uio *u, u32 odd)
{
	struct pipe_slot *last = &p->slots[(p->ring.head - 1) & p->ring.mask];
	u32 end = last->offset + last->len;
	if (!(last->flags & SLOT_MERGE) || end + odd > PAGE_SIZE)
		return 0;
	if (uio_take(u, (char *)page_virt(last->page) + end, odd) < odd)
		return -EFAULT;
	last->len += odd;
	return 1;
}

/* One page more in the ring: 1, or -ENOMEM, -EFAULT without effect. */
static int append_page(struct pipe *p, struct uio *u, u32 flags, u32 *bytes)
{
	struct page *pg = likely(p->nr_spares) ? p->spares[--p->nr_spares] : page_alloc(0, PAGE_KERNEL);
	if (!pg)
		return -ENOMEM;
	u32 part = min(u->left, PAGE_SIZE);
	if (uio_take(u, page_virt(pg), part) < part) {
		p->spares[p->nr_spares++] = pg; /* there is room: it came from here, or there was none */
		return -EFAULT;
	}
	p->slots[ring_head_slot(&p->ring)] = (struct pipe_slot){ .page = pg, .len = part, .flags = flags };
	ring_push(&p->ring, 1);
	*bytes = part;
	return 1;
}

static ssize_t put_bytes(struct pipe *p, struct uio *u, u32 flags)
{
	ssize_t done = 0;
	u32 odd = u->left & (PAGE_SIZE - 1);
	if (odd && !ring_is_empty(&p->ring)) {
		int merged = merge_into_last(p, u, odd);
		if (merged < 0)
			return merged;
		done = merged ? odd : 0;
	}
	while (u->left) {
		if (ring_is_full(&p->ring))
			return done ? done : -EAGAIN;
		u32 bytes;
		int err = append_page(p, u, flags, &bytes);
		if (err < 0)
			return done ? done : err;
		done += bytes;
	}
	return done;
}

/* A stream's bytes go straight to readers that sleep, the rest into the ring. *ringed: there is such a rest. */
static __noinline ssize_t write_direct(struct pipe *p, struct uio *u, bool *ringed)
{
	ssize_t direct = 0;
	while (u->left && !list_is_empty(&p->offers)) {
		size_t n = offer_fill(&p->offers, u);
		if (!n)
			break;
		direct += n;
	}
	if (direct && !u->left)
		return direct;
	ssize_t n = put_bytes(p, u, SLOT_MERGE);
	*ringed = n > 0;
	return direct ? direct + max(n, (ssize_t)0) : n;
}

static ssize_t pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->priv;
	bool ringed = true;
	if (unlikely(u->left == 0))
		return 0;
	u32 flags = READ_ONCE(f->flags) & O_DIRECT ? SLOT_PACKET : SLOT_MERGE;
	mutex_lock(&p->lock);
	ssize_t n;
	if (unlikely(!p->readers))
		n = -EPIPE;
	else if (likely(list_is_empty(&p->offers)) || flags != SLOT_MERGE || !ring_is_empty(&p->ring))
		n = put_bytes(p, u, flags);
	else /* only into an empty ring: else these bytes would overtake */
		n = write_direct(p, u, &ringed);
	mutex_unlock(&p->lock);
	if (n > 0) {
		if (likely(ringed))
			wake_sync(&p->wq, POLLIN | POLLRDNORM | ASYNC_IN);
		else if (unlikely(READ_ONCE(p->may_signal)))
			wake(&p->wq, ASYNC_IN); /* the reader is awake already */
		if (f->path.dentry)
			inode_touch(f->inode, true);
	}
	return n;
}

/* --- readiness, settings --- */

static u32 pipe_ready(struct file *f)
{
	struct pipe *p = f->priv;
	struct ring r = { READ_ONCE(p->ring.head), READ_ONCE(p->ring.tail), READ_ONCE(p->ring.mask) };
	u32 events = 0;
	if (f->mode & FILE_READ) {
		if (!ring_is_empty(&r))
			events |= POLLIN | POLLRDNORM;
		/* A FIFO's reader that no writer has met yet is not hung up: see fifo_open(). */
		if (!READ_ONCE(p->writers) && f->mark != READ_ONCE(p->writer_openings))
			events |= POLLHUP;
	}
	if (f->mode & FILE_WRITE) {
		if (!ring_is_full(&r))
			events |= POLLOUT | POLLWRNORM;
		if (!READ_ONCE(p->readers))
			events |= POLLERR;
	}
	return events;
}

static long pipe_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct pipe *p = f->priv;
	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	int bytes = 0;
	mutex_lock(&p->lock);
	for (u32 i = 0; i < ring_used(&p->ring); i++)
		bytes += p->slots[ring_slot(&p->ring, i)].len;
	mutex_unlock(&p->lock);
	return put_user(bytes, (int __user *)arg);
}

/* Moves the content into `fresh`; fails if it does not fit. The lock is held. */
static int replace_slots(struct pipe *p, struct pipe_slot *fresh, u32 nr)
{
	u32 used = ring_used(&p->ring);
	if (used > nr)
		return -EBUSY;
	for (u32 i = 0; i < used; i++)
		fresh[i] = p->slots[ring_slot(&p->ring, i)];
	kfree(p->slots);
	p->slots = fresh;
	p->ring = (struct ring){ .head = used, .tail = 0, .mask = nr - 1 };
	return 0;
}

/* The lock is held. Answers the new size in bytes. */
static long resize_locked(struct pipe *p, u32 nr)
{
	u32 old = ring_capacity(&p->ring);
	s64 total = charge(p->account, CHARGE_PIPE_PAGES, (s64)nr - old);
	long err = 0;
	if (nr > old && is_bound_by_quota() &&
		(is_beyond(total, &pipe_user_pages_soft) || is_beyond(total, &pipe_user_pages_hard)))
		err = -EPERM;
	struct pipe_slot *fresh = err ? NULL : kcalloc(nr, sizeof(*fresh));
	if (!err)
		err = fresh ? replace_slots(p, fresh, nr) : -ENOMEM;
	if (err) {
		kfree(fresh);
		uncharge(p->account, CHARGE_PIPE_PAGES, (s64)nr - old);
		return err;
	}
	return (long)nr << PAGE_SHIFT;
}

static long set_size(struct pipe *p, unsigned long bytes)
{
	if (bytes > PIPE_LIMIT_BYTES)
		return -EINVAL;
	u32 size = max(round_up_pow2((u32)max(bytes, 1ul)), (u32)PAGE_SIZE);
	u32 nr = size >> PAGE_SHIFT;
	mutex_lock(&p->lock);
	bool too_big = nr > ring_capacity(&p->ring) && size > READ_ONCE(pipe_max_size) && !capable(CAP_SYS_RESOURCE);
	long result = too_big ? -EPERM : resize_locked(p, nr);
	mutex_unlock(&p->lock);
	if (result > 0)
		wake_all(&p->wq, POLLOUT | POLLWRNORM);
	return result;
}

static long pipe_fcntl(struct file *f, unsigned cmd, unsigned long arg)
{
	struct pipe *p = f->priv;
	if (cmd == F_GETPIPE_SZ)
		return (long)ring_capacity(&p->ring) << PAGE_SHIFT;
	if (cmd == F_SETPIPE_SZ)
		return set_size(p, (unsigned)arg);
	return -EINVAL;
}

static int pipe_set_flags(struct file *f, u32 flags)
{
	struct pipe *p = f->priv;
	if (unlikely(flags & O_ASYNC))
		WRITE_ONCE(p->may_signal, true);
	return 0; /* all that F_SETFL changes, O_DIRECT too */
}

/* --- opening and closing ends --- */

static void close_end(struct pipe *p, u8 mode)
{
	mutex_lock(&p->lock);
	if (mode & FILE_READ)
		p->readers--;
	if (mode & FILE_WRITE)
		p->writers--;
	bool hung_up = !p->readers != !p->writers;
	mutex_unlock(&p->lock);
	if (hung_up)
		wake_all(&p->wq, POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLERR | POLLHUP | ASYNC_IN | ASYNC_OUT);
}

static void pipe_release(struct file *f)
{
	struct pipe *p = f->priv;
	close_end(p, f->mode);
	pipe_drop(f->inode, p);
}

static void open_end(struct pipe *p, u8 mode)
{
	if (mode & FILE_READ) {
		p->readers++;
		p->reader_openings++;
	}
	if (mode & FILE_WRITE) {
		p->writers++;
		p->writer_openings++;
	}
}

/* Sleeps until somebody has opened the other end since `seen`, even if he has closed it again. */
static int wait_for_other_end(struct pipe *p, const u32 *openings, u32 seen)
{
	return wait_event(&p->wq, FIFO_OPENED, READ_ONCE(*openings) != seen, FOREVER, WAIT_INTERRUPTIBLE);
}

/* Who opens a pipe without a name anew (/dev/fd/0) waits for nobody: he could wait for ever. */
static int open_fifo_end(struct pipe *p, struct file *f, bool is_named)
{
	bool may_wait = !(READ_ONCE(f->flags) & O_NONBLOCK);
	mutex_lock(&p->lock);
	bool lacks_writer = is_named && f->mode == FILE_READ && !p->writers;
	bool lacks_reader = is_named && f->mode == FILE_WRITE && !p->readers;
	if (lacks_reader && !may_wait) {
		mutex_unlock(&p->lock);
		return -ENXIO;
	}
	open_end(p, f->mode);
	u32 readers_seen = p->reader_openings, writers_seen = p->writer_openings;
	if (lacks_writer && !may_wait)
		f->mark = writers_seen;
	mutex_unlock(&p->lock);
	wake_all(&p->wq, FIFO_OPENED);
	int err = 0;
	if (may_wait && lacks_writer)
		err = wait_for_other_end(p, &p->writer_openings, writers_seen);
	if (may_wait && lacks_reader)
		err = wait_for_other_end(p, &p->reader_openings, readers_seen);
	if (err)
		close_end(p, f->mode);
	return err;
}

/* Also how /proc/PID/fd/N opens an anonymous pipe anew: its ends count as if it had a name. */
int fifo_open(struct inode *ino, struct file *f)
{
	if (!(f->mode & (FILE_READ | FILE_WRITE))) /* access mode 3, which is for ioctl alone */
		return -EINVAL;
	struct pipe *p = pipe_of_inode(ino);
	if (!p)
		return -ENOMEM;
	int err = open_fifo_end(p, f, ino->sb->magic != PIPEFS_MAGIC);
	if (err) {
		pipe_drop(ino, p);
		return err;
	}
	f->ops = &pipe_ops;
	f->priv = p;
	f->wq = &p->wq;
	return 0;
}

static const struct file_ops pipe_ops = {
	.name = "pipe",
	.flags = FILE_WRITE_ALL | FILE_ASYNC,
	.read = pipe_read,
	.write = pipe_write,
	.read_or_offer = pipe_read_or_offer,
	.cancel_offer = pipe_cancel_offer,
	.ready = pipe_ready,
	.ioctl = pipe_ioctl,
	.fcntl = pipe_fcntl,
	.set_flags = pipe_set_flags,
	.release = pipe_release,
};

/* --- calls --- */

/* An end of a fresh pipe: the file, counted in the pipe and the inode; NULL: no memory. */
static struct file *end_file(struct inode *ino, struct pipe *p, u32 flags)
{
	struct file *f = file_new(&pipe_ops, p, &p->wq, flags);
	if (!f)
		return NULL;
	f->inode = inode_get(ino);
	p->opens++; /* nobody else knows it yet */
	open_end(p, f->mode);
	return f;
}

static int make_pipe(int __user *fds, u32 flags)
{
	struct inode *ino __autoput(inode) = anon_inode_new(S_IFIFO | S_IRUSR | S_IWUSR);
	if (!ino)
		return -ENFILE;
	struct pipe *p = pipe_new();
	if (!p)
		return -ENFILE; /* as on Linux, also for want of memory */
	ino->priv = p;
	p->opens = 1; /* ours, until both ends stand */
	struct file *in __autoput(file) = end_file(ino, p, O_RDONLY | (flags & O_NONBLOCK));
	struct file *out __autoput(file) = end_file(ino, p, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)));
	int err = in && out ? fd_install_pair(&in, &out, flags & O_CLOEXEC, fds) : -ENFILE;
	pipe_drop(ino, p);
	return err;
}

long sys_pipe2(int __user *fds, unsigned flags)
{
	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	return make_pipe(fds, flags);
}

long sys_pipe(int __user *fds)
{
	return make_pipe(fds, 0);
}
