// SPDX-License-Identifier: MIT
/*
 * rw: the calls that move bytes: read, write, their vector and positioned forms, lseek, sendfile.
 *
 * Promise   one position per open file, changed by one call at a time; a call moves at most
 *           UIO_MAX_BYTES; pread and pwrite leave the position alone; O_APPEND writes at the end.
 * Locks     pos_lock (RANK_POS) around a call that uses the position, when the file can be reached by more
 *           than this task
 * Blocking  as the file: see file.c. sendfile and copy_file_range go through a bounce buffer.
 * Linux     read(2), write(2), readv(2), pread(2), lseek(2), sendfile(2), copy_file_range(2)
 */
#include "fs/file.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"
#include "mm/vm_object.h"

enum { SMALL_IOV = 8, BOUNCE_BYTES = 64 * 1024 };
enum direction { FROM_FILE, TO_FILE };

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

static inline bool uses_position(const struct file *f)
{
	return f->ops->flags & FILE_SEEKABLE;
}

static inline ssize_t move(struct file *f, struct uio *u, enum direction dir)
{
	return dir == FROM_FILE ? file_read(f, u) : file_write(f, u);
}

/* Moves at the file's own position. */
static ssize_t move_at_own_pos(struct file *f, struct uio *u, enum direction dir)
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

static inline ssize_t rw_simple(int fd, void __user *buf, size_t count, enum direction dir)
{
	FDREF r = fd_borrow(fd);
	struct uio u;
	if (unlikely(!r.file || !(r.file->mode & (dir == FROM_FILE ? FILE_READ : FILE_WRITE))))
		return -EBADF;
	if (unlikely(!access_ok(buf, count)))
		return (ssize_t)count < 0 ? -EINVAL : -EFAULT;
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

static ssize_t rw_at(int fd, void __user *buf, size_t count, off_t pos, enum direction dir)
{
	struct uio u;
	if (pos < 0)
		return -EINVAL;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (!uses_position(r.file))
		return -ESPIPE;
	if (!access_ok(buf, count))
		return (ssize_t)count < 0 ? -EINVAL : -EFAULT;
	uio_init_user(&u, buf, min(count, UIO_MAX_BYTES));
	u.pos = pos;
	return move(r.file, &u, dir);
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

static ssize_t rw_vector(int fd, const struct iovec __user *uiov, unsigned long n, off_t pos, u32 rwf,
	enum direction dir)
{
	struct iovec small[SMALL_IOV], *iov;
	struct uio u;
	FDREF r = fd_borrow(fd);
	if (!r.file || !(r.file->mode & (dir == FROM_FILE ? FILE_READ : FILE_WRITE)))
		return -EBADF;
	if (pos != POS_OWN && !uses_position(r.file))
		return -ESPIPE;
	ssize_t err = uio_import(&u, uiov, n, small, SMALL_IOV, &iov);
	if (err < 0)
		return err;
	u.flags = rwf;
	u.pos = pos;
	ssize_t done = pos == POS_OWN ? move_at_own_pos(r.file, &u, dir) : move(r.file, &u, dir);
	uio_iov_free(iov, small);
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

static ssize_t rw_vector2(int fd, const struct iovec __user *iov, unsigned long n, off_t pos, u32 rwf,
	enum direction dir)
{
	if (rwf & ~RWF_KNOWN)
		return -EOPNOTSUPP;
	if (pos < POS_OWN)
		return -EINVAL;
	return rw_vector(fd, iov, n, pos, rwf, dir);
}

long sys_preadv2(int fd, const struct iovec __user *iov, unsigned long iovcnt, unsigned long pos_low,
	unsigned long pos_high, unsigned flags)
{
	return rw_vector2(fd, iov, iovcnt, (off_t)pos_low, flags, FROM_FILE);
}

long sys_pwritev2(int fd, const struct iovec __user *iov, unsigned long iovcnt, unsigned long pos_low,
	unsigned long pos_high, unsigned flags)
{
	return rw_vector2(fd, iov, iovcnt, (off_t)pos_low, flags, TO_FILE);
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

/* --- from file to file --- */

/* Copies up to n bytes; *in_pos and *out_pos are used and advanced where they are given. What was read but
 * could not be written is given back to a seekable source. */
static ssize_t copy_between(struct file *in, off_t *in_pos, struct file *out, off_t *out_pos, size_t n)
{
	size_t room = min(n, (size_t)BOUNCE_BYTES);
	char *bounce = kmalloc(room ? room : 1);
	ssize_t total = 0, got = 0;
	if (!bounce)
		return -ENOMEM;
	while (total < (ssize_t)n) {
		off_t from = *in_pos;
		got = kernel_read(in, bounce, min(n - (size_t)total, room), &from);
		if (got <= 0)
			break;
		off_t to = *out_pos;
		ssize_t put = kernel_write(out, bounce, (size_t)got, &to);
		if (put <= 0) {
			got = put;
			break;
		}
		*in_pos += put;
		*out_pos = to;
		total += put;
		if (put < got)
			break;
	}
	kfree(bounce);
	return total ? total : got;
}

/* A user's offset word, or the file's own position. */
static int position_in(struct file *f, const long __user *upos, off_t *pos)
{
	long v;
	if (!upos) {
		*pos = f->pos;
		return 0;
	}
	if (!uses_position(f))
		return -ESPIPE;
	if (get_user(v, upos))
		return -EFAULT;
	*pos = v;
	return v < 0 ? -EINVAL : 0;
}

static int position_out(struct file *f, long __user *upos, off_t pos)
{
	if (upos)
		return put_user(pos, upos);
	f->pos = pos;
	return 0;
}

long sys_sendfile(int out_fd, int in_fd, long __user *offset, size_t count)
{
	off_t in_pos, out_pos;
	FDREF in = fd_borrow(in_fd);
	FDREF out = fd_borrow(out_fd);
	if (!in.file || !(in.file->mode & FILE_READ) || !out.file || !(out.file->mode & FILE_WRITE))
		return -EBADF;
	int err = position_in(in.file, offset, &in_pos);
	if (err)
		return err;
	if (!uses_position(in.file) || READ_ONCE(out.file->flags) & O_APPEND)
		return -EINVAL;
	out_pos = out.file->pos;
	ssize_t n = copy_between(in.file, &in_pos, out.file, &out_pos, min(count, UIO_MAX_BYTES));
	if (n > 0) {
		out.file->pos = out_pos;
		err = position_out(in.file, offset, in_pos);
	}
	return err ? err : n;
}

static int may_copy_range(struct file *in, struct file *out)
{
	if (!in || !out || !(in->mode & FILE_READ) || !(out->mode & FILE_WRITE) ||
		READ_ONCE(out->flags) & O_APPEND)
		return -EBADF;
	if (!in->inode || !out->inode)
		return -EINVAL;
	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	return 0;
}

long sys_copy_file_range(int in_fd, long __user *in_offset, int out_fd, long __user *out_offset, size_t count,
	unsigned flags)
{
	off_t in_pos, out_pos;
	if (flags)
		return -EINVAL;
	FDREF in = fd_borrow(in_fd);
	FDREF out = fd_borrow(out_fd);
	int err = may_copy_range(in.file, out.file);
	if (err == 0)
		err = position_in(in.file, in_offset, &in_pos);
	if (err == 0)
		err = position_in(out.file, out_offset, &out_pos);
	if (err)
		return err;
	if (in.file->inode == out.file->inode && in_pos < out_pos + (off_t)count && out_pos < in_pos + (off_t)count)
		return -EINVAL; /* overlapping ranges */
	ssize_t n = copy_between(in.file, &in_pos, out.file, &out_pos, min(count, UIO_MAX_BYTES));
	if (n > 0) {
		err = position_out(in.file, in_offset, in_pos);
		if (err == 0)
			err = position_out(out.file, out_offset, out_pos);
	}
	return err ? err : n;
}

long sys_fadvise64(int fd, off_t offset, size_t length, int advice)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->inode && S_ISFIFO(r.file->inode->mode))
		return -ESPIPE;
	if (advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE || (off_t)length < 0)
		return -EINVAL;
	return 0; /* everything is in memory: there is nothing to advise on */
}
