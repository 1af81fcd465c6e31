// SPDX-License-Identifier: MIT
/*
 * copy: moving bytes from file to file inside the kernel: sendfile, copy_file_range.
 *
 * Promise   what is answered was written; what was read and could not be written is still unread of a source
 *           that has a position. Given offsets are used and advanced instead of the files' positions.
 * Locks     none: as on Linux, two calls that share a position race for it
 * Blocking  as the two files: see file.c. The bytes go through a bounce buffer, page by page.
 * Linux     sendfile(2): the source must have a position, which a pipe has not. copy_file_range(2): between
 *           regular files of one file system; EXDEV else, and programs copy by themselves.
 */
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "mm/uaccess.h"
#include "mm/vm_object.h"

enum { BOUNCE_BYTES = 64 * 1024 };

static bool uses_position(const struct file *f)
{
	return f->ops->flags & FILE_SEEKABLE;
}

/* One end of a copy: a file and where in it. */
struct end {
	struct file *file;
	long __user *upos; /* NULL: the file's own position */
	off_t pos;
};

static ssize_t copy_between(struct end *in, struct end *out, size_t n)
{
	size_t room = min(n, (size_t)BOUNCE_BYTES);
	char *bounce = kmalloc(room);
	ssize_t total = 0, got = 0;
	if (!bounce)
		return -ENOMEM;
	while (total < (ssize_t)n) {
		off_t from = in->pos;
		got = kernel_read(in->file, bounce, min(n - (size_t)total, room), &from);
		if (got <= 0)
			break;
		ssize_t put = kernel_write(out->file, bounce, (size_t)got, &out->pos);
		if (put <= 0) {
			got = put;
			break;
		}
		in->pos += put;
		total += put;
		if (put < got)
			break;
	}
	kfree(bounce);
	return total ? total : got;
}

static int end_init(struct end *e, struct file *f, long __user *upos)
{
	long pos = f->pos;
	e->file = f;
	e->upos = upos;
	if (upos && get_user(pos, upos))
		return -EFAULT;
	e->pos = pos;
	return 0;
}

/* Where the copy ended becomes the position that it began from. */
static int end_finish(const struct end *e)
{
	if (e->upos)
		return put_user(e->pos, e->upos);
	if (uses_position(e->file))
		e->file->pos = e->pos;
	return 0;
}

static ssize_t copy_ends(struct end *in, struct end *out, size_t n)
{
	n = min(n, UIO_MAX_BYTES);
	ssize_t done = n ? copy_between(in, out, n) : 0;
	if (done <= 0)
		return done;
	int err = end_finish(in);
	if (err == 0)
		err = end_finish(out);
	return err ? err : done;
}

static long send(int out_fd, int in_fd, struct end *from, size_t count)
{
	struct end in = *from, out;
	FDREF i = fd_borrow(in_fd);
	if (!i.file || !(i.file->mode & FILE_READ))
		return -EBADF;
	in.file = i.file;
	if (!in.upos)
		in.pos = i.file->pos;
	else if (!uses_position(i.file))
		return -ESPIPE;
	if ((ssize_t)count < 0 || in.pos < 0 || count > (size_t)(INT64_MAX - in.pos))
		return -EINVAL;
	FDREF o = fd_borrow(out_fd);
	if (!o.file || !(o.file->mode & FILE_WRITE))
		return -EBADF;
	if (!uses_position(i.file) || !i.file->ops->read || i.file->ops->flags & (FILE_NO_SENDFILE | FILE_PLAIN_READ) ||
		o.file->ops->flags & FILE_PLAIN_WRITE ||
		READ_ONCE(o.file->flags) & O_APPEND)
		return -EINVAL;
	int err = end_init(&out, o.file, NULL);
	return err ? err : copy_ends(&in, &out, count);
}

long sys_sendfile(int out_fd, int in_fd, long __user *offset, size_t count)
{
	long pos = 0;
	if (offset && get_user(pos, offset))
		return -EFAULT;
	long done = send(out_fd, in_fd, &(struct end){ .upos = offset, .pos = pos }, count);
	/* Written even where nothing moved: memory that cannot take it is found out in any case. */
	return done <= 0 && offset && put_user(pos, offset) ? -EFAULT : done;
}

/* --- copy_file_range --- */

static int may_copy_range(const struct file *in, const struct file *out)
{
	if ((in->inode && S_ISDIR(in->inode->mode)) || (out->inode && S_ISDIR(out->inode->mode)))
		return -EISDIR;
	if (!in->inode || !out->inode || !S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE) || READ_ONCE(out->flags) & O_APPEND)
		return -EBADF;
	return in->inode->sb == out->inode->sb ? 0 : -EXDEV;
}

/* What of `count` lies before the source's end; positions that wrap or where nothing can be are refused. */
static ssize_t range_length(const struct end *in, const struct end *out, size_t count)
{
	u64 size = in->file->inode->object ? READ_ONCE(in->file->inode->object->size_bytes) : 0;
	if ((u64)in->pos + count < (u64)in->pos || (u64)out->pos + count < (u64)out->pos)
		return -EOVERFLOW;
	if (out->pos == INT64_MAX)
		return -EFBIG; /* no byte can be there: it is the largest size */
	if (in->pos < 0 || out->pos < 0)
		return -EINVAL;
	count = (u64)in->pos >= size ? 0 : min(count, size - (u64)in->pos);
	if (in->file->inode == out->file->inode && in->pos + (off_t)count > out->pos &&
		out->pos + (off_t)count > in->pos)
		return -EINVAL; /* the ranges overlap */
	return (ssize_t)count;
}

long sys_copy_file_range(int in_fd, long __user *in_offset, int out_fd, long __user *out_offset, size_t count,
	unsigned flags)
{
	struct end in, out;
	FDREF i = fd_borrow(in_fd);
	FDREF o = fd_borrow(out_fd);
	if (!i.file || !o.file)
		return -EBADF;
	int err = end_init(&in, i.file, in_offset);
	if (err == 0)
		err = end_init(&out, o.file, out_offset);
	if (err == 0 && flags)
		err = -EINVAL;
	if (err == 0)
		err = may_copy_range(i.file, o.file);
	if (err)
		return err;
	ssize_t n = range_length(&in, &out, count);
	return n <= 0 ? n : copy_ends(&in, &out, (size_t)n);
}
