// SPDX-License-Identifier: MIT
/*
 * readdir: listing directories.
 *
 * Promise   getdents64(2): positions are stable numbers (0 ".", 1 "..", then one per entry, growing), so
 *           that removal while a program iterates neither skips nor repeats others. Entries made after
 *           the listing began do not appear in it: a program that creates or renames as it reads ends.
 * Locks     the file's pos_lock; names are copied under dentry_lock one at a time, user memory is
 *           written with no lock of a directory held
 */
#include "fs/inode.h"
#include "fs/notify.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/dirent.h"
#include "mm/uaccess.h"

enum { FIRST_CHILD_POS = 2 };

static inline unsigned dirent_type(u32 mode)
{
	return (mode & S_IFMT) >> 12;
}

bool dir_emit_dots(struct file *f, struct dir_emit *e)
{
	struct dentry *d = f->path.dentry;
	if (e->pos == 0) {
		if (!e->emit(e, ".", 1, d->inode->ino, DT_DIR, 1))
			return false;
		e->pos = 1;
	}
	if (e->pos == 1) {
		rcu_read_lock();
		u64 ino = READ_ONCE(d->parent)->inode->ino;
		rcu_read_unlock();
		if (!e->emit(e, "..", 2, ino, DT_DIR, FIRST_CHILD_POS))
			return false;
		e->pos = FIRST_CHILD_POS;
	}
	return true;
}

static int readdir_memory(struct file *f, struct dir_emit *e)
{
	struct dentry *dir = f->path.dentry;
	if (e->pos == 0)
		f->mark = READ_ONCE(dir->inode->next_cookie);
	if (READ_ONCE(dir->inode->dead))
		return -ENOENT;
	if (!dir_emit_dots(f, e))
		return 0;
	struct dir_cursor c = {};
	while (dentry_next_child(dir, &c, (u64)e->pos)) {
		struct inode *ino = c.at->inode;
		if (c.cookie >= f->mark)
			break;
		if (!e->emit(e, c.name, c.len, ino->ino, dirent_type(ino->mode), (off_t)c.cookie + 1))
			break;
		e->pos = (off_t)c.cookie + 1;
	}
	dentry_put(c.at);
	return 0;
}

static int dir_readdir(struct file *f, struct dir_emit *e)
{
	struct inode *ino = f->inode;
	return ino->ops->readdir ? ino->ops->readdir(f, e) : readdir_memory(f, e);
}

static ssize_t dir_read(struct file *f, struct uio *u)
{
	return -EISDIR;
}

static off_t dir_seek(struct file *f, off_t offset, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	off_t pos = file_seek_generic(f, offset, whence, 0);
	if (pos > 0) /* a program that comes back to a place has seen everything up to now */
		f->mark = READ_ONCE(f->inode->next_cookie);
	return pos;
}

static int dir_fsync(struct file *f)
{
	return 0;
}

const struct file_ops dir_ops = {
	.name = "directory", .flags = FILE_SEEKABLE | FILE_PLAIN_READ,
	.read = dir_read, .seek = dir_seek, .readdir = dir_readdir, .fsync = dir_fsync,
};

/* --- getdents64 --- */

struct getdents_sink {
	struct dir_emit e;
	char __user *to;
	size_t left, done;
	int err;
};

enum { DIRENT_WORDS = (DIRENT64_NAME_OFFSET + FS_NAME_MAX + 1 + sizeof(u64) - 1) / sizeof(u64) };

static bool getdents_emit(struct dir_emit *e, const char *name, size_t len, u64 ino, unsigned type,
	off_t next_pos)
{
	struct getdents_sink *s = container_of(e, struct getdents_sink, e);
	u64 space[DIRENT_WORDS];
	struct dirent64 *d = (struct dirent64 *)space;
	size_t bytes = ALIGN_UP(DIRENT64_NAME_OFFSET + len + 1, sizeof(u64));
	if (bytes > s->left) {
		s->err = s->done ? 0 : -EINVAL;
		return false;
	}
	space[bytes / sizeof(u64) - 1] = 0; /* the name's end and what is behind it */
	d->d_ino = ino;
	d->d_off = next_pos;
	d->d_reclen = (u16)bytes;
	d->d_type = (u8)type;
	memcpy(d->d_name, name, len);
	if (copy_to_user(s->to, space, bytes)) {
		s->err = -EFAULT;
		return false;
	}
	s->to += bytes;
	s->left -= bytes;
	s->done += bytes;
	return true;
}

static long getdents(struct file *f, void __user *buf, size_t count)
{
	struct getdents_sink s = { .e.emit = getdents_emit, .to = buf, .left = count };
	guard(mutex)(&f->pos_lock);
	s.e.pos = f->pos;
	int err = f->ops->readdir(f, &s.e);
	f->pos = s.e.pos;
	inode_touch_atime(f->inode, f->path.mount);
	notify_file(f, IN_ACCESS);
	if (s.done)
		return (long)s.done;
	return err ? err : s.err;
}

long sys_getdents64(int fd, void __user *buf, size_t count)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (!r.file->ops->readdir)
		return -ENOTDIR;
	count = (u32)count; /* the call's argument is an unsigned int, and one that is too large has no room at all */
	return getdents(r.file, buf, count > INT32_MAX ? 0 : count);
}
