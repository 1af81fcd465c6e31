// SPDX-License-Identifier: MIT
/*
 * file: the open file description: birth, blocking reads and writes, the end. Theory in file.h.
 *
 * Promise   a read or write that cannot move a byte sleeps on the file's own queue until it can, unless
 *           O_NONBLOCK or RWF_NOWAIT say otherwise; a signal ends the sleep with -ERESTART, or with the
 *           bytes that were moved. Whoever consumes a readiness that is not used up wakes the next waiter.
 * Locks     none; the ops take their own
 * Lifetime  the struct lives on for a grace period after the last put: descriptor look-ups are under RCU
 * Blocking  waiters are exclusive (unless FILE_WAIT_SHARED): one wake lets one of them try. The baton rule: who
 *           leaves the loop while the file is still ready for its mask wakes the next.
 * Linux     read(2), write(2), signal(7)
 */
#include "fs/file.h"
#include "fs/async.h"
#include "fs/epoll.h"
#include "fs/filelock.h"
#include "fs/inode.h"
#include "fs/notify.h"
#include "fs/offer.h"
#include "kernel/core/alloc.h"
#include "kernel/core/clock.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"

static struct kmem_cache *file_cache;
u64 files_open;

static u8 mode_of_flags(u32 flags)
{
	static const u8 by_access[O_ACCMODE + 1] = {
		[O_RDONLY] = FILE_READ, [O_WRONLY] = FILE_WRITE, [O_RDWR] = FILE_READ | FILE_WRITE,
		[O_ACCMODE] = 0, /* opened for ioctl only */
	};
	return flags & O_PATH ? FILE_PATH_ONLY : by_access[flags & O_ACCMODE];
}

struct file *file_new(const struct file_ops *ops, void *priv, struct waitq *wq, u32 flags)
{
	const u32 not_kept = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;
	struct file *f = kmem_cache_zalloc(file_cache);
	if (!f)
		return NULL;
	ref_init(&f->ref);
	f->flags = flags & ~not_kept;
	f->mode = mode_of_flags(flags);
	f->ops = ops;
	f->priv = priv;
	f->wq = wq;
	mutex_init(&f->pos_lock, RANK_POS);
	spin_init(&f->lock, RANK_OBJECT);
	list_init(&f->epolls);
	f->cred = cred_get(current_cred());
	__atomic_fetch_add(&files_open, 1, __ATOMIC_RELAXED);
	return f;
}

struct file *file_new_at(const struct file_ops *ops, void *priv, struct waitq *wq, u32 flags,
	const struct path *path)
{
	struct file *f = file_new(ops, priv, wq, flags);
	if (!f)
		return NULL;
	f->path = *path;
	path_get(&f->path);
	f->inode = path->dentry->inode;
	return f;
}

static void file_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(file_cache, container_of(head, struct file, rcu));
}

/* The memory must outlast look-ups under RCU; where no other task could look, it is free at once. */
static void file_free(struct file *f)
{
	__atomic_fetch_sub(&files_open, 1, __ATOMIC_RELAXED);
	if (READ_ONCE(f->seen_shared))
		rcu_defer(&f->rcu, file_free_rcu);
	else
		kmem_cache_free(file_cache, f);
}

void file_put(struct file *f)
{
	if (!f || !ref_put(&f->ref))
		return;
	notify_closed(f);
	if (unlikely(!list_is_empty(&f->epolls)))
		epoll_forget(f);
	if (unlikely(f->async != NULL))
		async_file_gone(f);
	if (unlikely(f->has_locks))
		filelock_file_gone(f);
	if (f->ops->release)
		f->ops->release(f);
	if (f->mode & FILE_IS_WRITER) {
		inode_put_write(f->inode);
		mount_put_write(f->path.mount);
	}
	if (f->mode & FILE_DENIES_WRITE)
		inode_allow_write(f->inode);
	if (f->path.dentry)
		path_put(&f->path);
	else if (f->inode)
		inode_put(f->inode); /* anonymous: no name holds it */
	cred_put(f->cred);
	file_free(f);
}

struct waitq *file_waitq(struct file *f)
{
	return f->ops->waitq ? f->ops->waitq(f) : f->wq;
}

/* The baton: what this caller leaves behind may serve the next exclusive waiter. */
static void pass_baton(struct file *f, struct waitq *q, u32 mask)
{
	if (waitq_is_idle(q))
		return;
	u32 still = file_ready(f) & mask;
	if (still)
		wake(q, still);
}

/* `moving`: asked before each sleep for a deadline that moves, or NULL. `slot` waits on the file's queue meanwhile. */
static ssize_t retry(struct file *f, struct wait_slot *slot, u32 mask, u64 deadline_ns,
	u64 (*moving)(struct file *f, u64 began_ns), ssize_t (*try)(struct file *f, void *arg), void *arg)
{
	struct waitq *q = file_waitq(f);
	struct waiter w;
	ssize_t result;
	u64 began_ns = moving ? clock_now_ns() : 0;
	if (!q)
		return -EAGAIN;
	wait_begin(&w);
	wait_add(&w, slot, q, mask | POLLERR | POLLHUP,
		f->ops->flags & FILE_WAIT_SHARED ? WAIT_SHARED : WAIT_EXCLUSIVE);
	for (;;) {
		wait_rearm_slot(&w, slot);
		result = try(f, arg);
		if (result != -EAGAIN)
			break;
		if (moving)
			deadline_ns = moving(f, began_ns);
		int err = wait_sleep(&w, deadline_ns, WAIT_INTERRUPTIBLE);
		if (err) {
			result = err == -ETIMEDOUT ? -EAGAIN : err;
			break;
		}
	}
	wait_remove_pass(slot);
	if (result != -EAGAIN && result != -ERESTART)
		pass_baton(f, q, mask);
	return result;
}

ssize_t file_retry(struct file *f, u32 mask, u64 deadline_ns, ssize_t (*try)(struct file *f, void *arg), void *arg)
{
	struct wait_slot slot;
	return retry(f, &slot, mask, deadline_ns, NULL, try, arg);
}

ssize_t file_retry_for(struct file *f, u32 mask, u64 patience_ns, ssize_t (*try)(struct file *f, void *arg), void *arg)
{
	if (likely(patience_ns == FOREVER))
		return file_retry(f, mask, FOREVER, try, arg);
	ssize_t n = file_retry(f, mask, deadline_after(patience_ns), try, arg);
	return n == -ERESTART ? -EINTR : n;
}

static inline bool must_not_block(const struct file *f, const struct uio *u)
{
	return READ_ONCE(f->flags) & O_NONBLOCK || u->flags & RWF_NOWAIT;
}

static ssize_t try_read(struct file *f, void *arg)
{
	return f->ops->read(f, arg);
}

/* A write may have looked at its bytes before it found no room for them. */
static inline ssize_t try_write(struct file *f, void *arg)
{
	struct uio *u = arg;
	struct uio_mark mark;
	uio_save(u, &mark);
	ssize_t n = f->ops->write(f, u);
	if (unlikely(n == -EAGAIN))
		uio_restore(u, &mark);
	return n;
}

static ssize_t try_read_or_offer(struct file *f, void *arg)
{
	return f->ops->read_or_offer(f, arg);
}

/* A read whose bytes may be put in place while it sleeps. */
static ssize_t read_offering(struct file *f, struct uio *u)
{
	struct wait_slot slot;
	struct read_offer o = { .node = LIST_INIT(o.node), .u = u, .mm = current->mm, .slot = &slot };
	ssize_t n = retry(f, &slot, POLLIN, FOREVER, NULL, try_read_or_offer, &o);
	if (n != -ERESTART)
		return n;
	f->ops->cancel_offer(f, &o);
	return o.filled ? (ssize_t)o.filled : n;
}

static __noinline ssize_t read_blocking(struct file *f, struct uio *u)
{
	if (f->ops->read_or_offer && u->kind == UIO_USER && u->left >= OFFER_MIN_BYTES)
		return read_offering(f, u);
	if (!f->ops->read_deadline)
		return file_retry_for(f, POLLIN, file_patience_ns(f, POLLIN), try_read, u);
	struct wait_slot slot;
	ssize_t n = retry(f, &slot, POLLIN, FOREVER, f->ops->read_deadline, try_read, u);
	if (n != -EAGAIN)
		return n;
	u->flags |= UIO_LAST_TRY;
	n = f->ops->read(f, u);
	return n == -EAGAIN ? 0 : n;
}

/* Why a file cannot be read or written at all, in the order that Linux checks. */
static __noinline ssize_t refuse(const struct file *f, const struct uio *u, u8 mode, bool has_op)
{
	if (!(f->mode & mode))
		return -EBADF;
	return has_op ? -EOPNOTSUPP : -EINVAL;
}

static inline bool may_nowait(const struct file *f, const struct uio *u)
{
	return !(u->flags & RWF_NOWAIT && f->ops->flags & FILE_NO_NOWAIT);
}

ssize_t file_read(struct file *f, struct uio *u)
{
	if (unlikely(!(f->mode & FILE_READ) || !f->ops->read || !may_nowait(f, u)))
		return refuse(f, u, FILE_READ, f->ops->read);
	ssize_t n = f->ops->read(f, u);
	if (unlikely(n == -EAGAIN) && !must_not_block(f, u))
		n = read_blocking(f, u);
	return notify_moved(f, IN_ACCESS, n);
}

static void raise_sigpipe(const struct file *f)
{
	if (!(f->ops->flags & FILE_NO_SIGPIPE))
		signal_raise(SIGPIPE);
}

/* Goes on until all is out; what was moved before an error or a signal is the answer. */
static ssize_t write_blocking(struct file *f, struct uio *u, ssize_t done)
{
	u64 patience_ns = file_patience_ns(f, POLLOUT);
	for (;;) {
		ssize_t n = done >= 0 && u->left == 0 ? 0 : file_retry_for(f, POLLOUT, patience_ns, try_write, u);
		if (n < 0) {
			if (n == -EPIPE)
				raise_sigpipe(f);
			return done > 0 ? done : n;
		}
		done += n;
		if (u->left == 0 || n == 0 || !(f->ops->flags & FILE_WRITE_ALL))
			return done;
	}
}

/* The first try did not move all; `n` is its answer. */
static __noinline ssize_t write_rest(struct file *f, struct uio *u, ssize_t n)
{
	if (n == -EPIPE)
		raise_sigpipe(f);
	bool goes_on = n == -EAGAIN || (n > 0 && u->left && f->ops->flags & FILE_WRITE_ALL);
	return goes_on && !must_not_block(f, u) ? write_blocking(f, u, max(n, (ssize_t)0)) : n;
}

ssize_t file_write(struct file *f, struct uio *u)
{
	if (unlikely(!(f->mode & FILE_WRITE) || !f->ops->write || !may_nowait(f, u)))
		return refuse(f, u, FILE_WRITE, f->ops->write);
	ssize_t n = try_write(f, u);
	if (unlikely(n <= 0 || u->left))
		n = write_rest(f, u, n);
	return notify_moved(f, IN_MODIFY, n);
}

ssize_t kernel_read(struct file *f, void *buf, size_t n, off_t *pos)
{
	struct uio u;
	uio_init_kernel(&u, buf, n);
	u.pos = *pos;
	ssize_t done = file_read(f, &u);
	*pos = u.pos;
	return done;
}

ssize_t kernel_write(struct file *f, const void *buf, size_t n, off_t *pos)
{
	struct uio u;
	uio_init_kernel(&u, (void *)buf, n);
	u.pos = *pos;
	ssize_t done = file_write(f, &u);
	*pos = u.pos;
	return done;
}

off_t file_seek_generic(struct file *f, off_t offset, int whence, off_t size)
{
	off_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? f->pos : size;
	off_t to;
	if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
		return -EINVAL;
	if (__builtin_add_overflow(base, offset, &to) || to < 0)
		return -EINVAL;
	f->pos = to;
	return to;
}

off_t file_seek_noop(struct file *f, off_t offset, int whence)
{
	return f->pos;
}

int anon_fd(const struct file_ops *ops, void *priv, struct waitq *wq, u32 flags)
{
	int fd = fd_reserve(flags, 0);
	if (fd < 0)
		return fd;
	struct file *f = file_new(ops, priv, wq, flags);
	if (!f) {
		fd_cancel(fd);
		return -ENOMEM;
	}
	fd_install(fd, f);
	return fd;
}

int file_show_fdinfo(struct file *f, struct fdtable *t, int fd, struct strbuf *sb)
{
	u32 flags = READ_ONCE(f->flags) | (fdtable_is_cloexec(t, fd) ? O_CLOEXEC : 0);
	PATHREF p = {};
	int err = file_path_get(f, &p);
	if (err)
		return err;
	strbuf_printf(sb, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (long)f->pos, flags, p.mount->id,
		(unsigned long)p.dentry->inode->ino);
	filelock_show_file(sb, f, t);
	if (f->ops->show)
		f->ops->show(f, sb);
	return 0;
}

void file_init(void)
{
	file_cache = kmem_cache_create("file", sizeof(struct file), 0);
}
