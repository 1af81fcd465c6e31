// SPDX-License-Identifier: MIT
/*
 * rw: the calls that move bytes between files and memory: read, write, their vector and positioned forms, lseek.
 *
 * Promise   one position per open file, changed by one call at a time; a call moves at most
 *           UIO_MAX_BYTES; pread and pwrite leave the position alone; O_APPEND writes at the end.
 * Locks     pos_lock (RANK_POS) around a call that uses the position, when the file can be reached by more
 *           than this task
 * Blocking  as the file: see file.c
 * Linux     read(2), write(2), readv(2), preadv2(2), lseek(2)
 */
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/notify.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

enum { SMALL_IOV = 8 };
enum direction { FROM_FILE, TO_FILE };

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND | RWF_NOAPPEND)

static inline bool uses_position(const struct file *f)
{
	return f->ops->flags & FILE_SEEKABLE;
}

static inline ssize_t move(struct file *f, struct uio *u, enum direction dir)
{
	return dir == FROM_FILE ? file_read(f, u) : file_write(f, u);
}

/* Moves at the file's own position. */
static __always_inline ssize_t move_at_own_pos(struct file *f, struct uio *u, enum direction dir)
{
	if (!uses_position(f))
		return move(f, u, dir);
	bool is_shared = ref_count(&f->ref) > 1 && !(f->ops->flags & FILE_KEEP_POS_UNLOCKED);
	if (is_shared)
		mutex_lock(&f->pos_lock);
	u->pos = f->pos;
	ssize_t n = move(f, u, dir);
	if (n > 0)
		f->pos = u->pos;
	if (is_shared)
		mutex_unlock(&f->pos_lock);
	return n;
}

/* Why a buffer is refused, in the order that Linux finds out. */
static __noinline ssize_t bad_buffer(const struct file *f, enum direction dir)
{
	bool has_op = dir == FROM_FILE ? f->ops->read != NULL : f->ops->write != NULL;
	return has_op ? -EFAULT : -EINVAL;
}

static __always_inline ssize_t rw_simple(int fd, void __user *buf, size_t count, enum direction dir)
{
	FDREF r = fd_borrow(fd);
	struct uio u;
	if (unlikely(!r.file || !(r.file->mode & (dir == FROM_FILE ? FILE_READ : FILE_WRITE))))
		return -EBADF;
	if (unlikely(!access_ok(buf, count)))
		return bad_buffer(r.file, dir);
	uio_init_user(&u, buf, min(count, UIO_MAX_BYTES));
	return move_at_own_pos(r.file, &u, dir);
}

long sys_read(int fd, void __user *buf, size_t count)
{
	return rw_simple(fd, buf, count, FROM_FILE);
}

long sys_write(int fd, const void __user *buf, size_t count)
{
	return rw_simple(fd, (void __user *)buf, count, TO_FILE);
}

static __always_inline ssize_t move_at(struct file *f, void __user *buf, size_t count, off_t pos, enum direction dir)
{
	struct uio u;
	if (unlikely(!f))
		return -EBADF;
	if (unlikely(!uses_position(f)))
		return -ESPIPE;
	if (unlikely(!(f->mode & (dir == FROM_FILE ? FILE_READ : FILE_WRITE))))
		return -EBADF;
	if (unlikely(!access_ok(buf, count)))
		return bad_buffer(f, dir);
	uio_init_user(&u, buf, min(count, UIO_MAX_BYTES));
	u.pos = pos;
	if (unlikely(uio_overflows(&u)))
		return -EINVAL;
	return move(f, &u, dir);
}

static __noinline ssize_t move_at_shared(int fd, void __user *buf, size_t count, off_t pos, enum direction dir)
{
	FDREF r = fd_borrow(fd);
	return move_at(r.file, buf, count, pos, dir);
}

static __always_inline ssize_t rw_at(int fd, void __user *buf, size_t count, off_t pos, enum direction dir)
{
	const struct fdtable *t = current->fdtable;
	if (unlikely(pos < 0))
		return -EINVAL;
	if (unlikely(!fdtable_is_private(t)))
		return move_at_shared(fd, buf, count, pos, dir);
	return move_at(fdtable_peek(t, fd), buf, count, pos, dir);
}

long sys_pread64(int fd, void __user *buf, size_t count, off_t offset)
{
	return rw_at(fd, buf, count, offset, FROM_FILE);
}

long sys_pwrite64(int fd, const void __user *buf, size_t count, off_t offset)
{
	return rw_at(fd, (void __user *)buf, count, offset, TO_FILE);
}

/* --- vectors --- */

enum { POS_OWN = -1 }; /* preadv2(2): offset -1 uses the file's position */

/* The flags of preadv2(2) that a file of ours can honour: everything is in memory, so nothing is synchronous. */
static int check_flags(const struct file *f, u32 rwf, enum direction dir)
{
	u32 plain = dir == FROM_FILE ? FILE_PLAIN_READ : FILE_PLAIN_WRITE;
	if (rwf & ~RWF_KNOWN || (rwf & ~RWF_HIPRI && f->ops->flags & plain))
		return -EOPNOTSUPP;
	return (rwf & (RWF_APPEND | RWF_NOAPPEND)) == (RWF_APPEND | RWF_NOAPPEND) ? -EINVAL : 0;
}

static ssize_t rw_vector(int fd, const struct iovec __user *uiov, unsigned long n, off_t pos, u32 rwf,
	enum direction dir)
{
	struct iovec small[SMALL_IOV], *iov;
	struct uio u;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (pos != POS_OWN && !uses_position(r.file))
		return -ESPIPE;
	if (!(r.file->mode & (dir == FROM_FILE ? FILE_READ : FILE_WRITE)))
		return -EBADF;
	if (!(dir == FROM_FILE ? r.file->ops->read : r.file->ops->write))
		return -EINVAL;
	n = (u32)n; /* the rest of the word is not looked at */
	ssize_t done = uio_import(&u, uiov, n, small, SMALL_IOV, &iov);
	if (done < 0)
		return done;
	u.flags = rwf;
	u.pos = pos;
	int err = !u.left ? 0 : pos != POS_OWN && uio_overflows(&u) ? -EINVAL : check_flags(r.file, rwf, dir);
	if (err)
		done = err;
	else if (u.left) /* nothing asked for: the file is not even looked at */
		done = pos == POS_OWN ? move_at_own_pos(r.file, &u, dir) : move(r.file, &u, dir);
	uio_iov_free(iov, small);
	if (done == 0 && dir == FROM_FILE) /* other reads of nothing are none */
		notify_file(r.file, IN_ACCESS);
	return done;
}

long sys_readv(int fd, const struct iovec __user *iov, unsigned long iovcnt)
{
	return rw_vector(fd, iov, iovcnt, POS_OWN, 0, FROM_FILE);
}

long sys_writev(int fd, const struct iovec __user *iov, unsigned long iovcnt)
{
	return rw_vector(fd, iov, iovcnt, POS_OWN, 0, TO_FILE);
}

long sys_preadv(int fd, const struct iovec __user *iov, unsigned long iovcnt, unsigned long pos_low,
	unsigned long pos_high)
{
	return (off_t)pos_low < 0 ? -EINVAL : rw_vector(fd, iov, iovcnt, (off_t)pos_low, 0, FROM_FILE);
}

long sys_pwritev(int fd, const struct iovec __user *iov, unsigned long iovcnt, unsigned long pos_low,
	unsigned long pos_high)
{
	return (off_t)pos_low < 0 ? -EINVAL : rw_vector(fd, iov, iovcnt, (off_t)pos_low, 0, TO_FILE);
}

long sys_preadv2(int fd, const struct iovec __user *iov, unsigned long iovcnt, unsigned long pos_low,
	unsigned long pos_high, unsigned flags)
{
	off_t pos = (off_t)pos_low;
	return pos < POS_OWN ? -EINVAL : rw_vector(fd, iov, iovcnt, pos, flags, FROM_FILE);
}

long sys_pwritev2(int fd, const struct iovec __user *iov, unsigned long iovcnt, unsigned long pos_low,
	unsigned long pos_high, unsigned flags)
{
	off_t pos = (off_t)pos_low;
	return pos < POS_OWN ? -EINVAL : rw_vector(fd, iov, iovcnt, pos, flags, TO_FILE);
}

long sys_lseek(int fd, off_t offset, int whence)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (whence < SEEK_SET || whence > SEEK_HOLE)
		return -EINVAL;
	if (!r.file->ops->seek)
		return -ESPIPE;
	guard(mutex)(&r.file->pos_lock);
	return r.file->ops->seek(r.file, offset, whence);
}
