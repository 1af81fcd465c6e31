// SPDX-License-Identifier: MIT
/*
 * readdir: listing directories.
 *
 * Promise   getdents64(2): positions are stable numbers (0 ".", 1 "..", then one per entry, growing), so
 *           that removal while a program iterates neither skips nor repeats others. Entries made after
 *           the listing began do not appear in it: a program that creates or renames as it reads ends.
 * Locks     the file's pos_lock; some dozens of entries at a time are collected under dentry_lock, and
 *           written to user memory with no lock of a directory held
 */
#include "fs/inode.h"
#include "fs/notify.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/dirent.h"
#include "mm/uaccess.h"

enum { FIRST_CHILD_POS = 2 };

bool dir_emit_dots(struct file *f, struct dir_emit *e)
{
	struct dentry *d = f->path.dentry;
	if (e->pos == 0 && !dir_emit(e, ".", 1, d->inode->ino, S_IFDIR, 1))
		return false;
	if (e->pos == 1) {
		rcu_read_lock();
		u64 ino = READ_ONCE(d->parent)->inode->ino;
		rcu_read_unlock();
		if (!dir_emit(e, "..", 2, ino, S_IFDIR, FIRST_CHILD_POS))
			return false;
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
	if (dir_emit_dots(f, e))
		(void)dentry_emit_children(dir, e, f->mark);
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

enum {
	CHUNK_WORDS = 128, /* on the stack; room for some dozens of usual entries, and for the longest name */
	TYPE_SHIFT = 12,   /* DT_* are the type bits of a mode */
};

struct getdents_sink {
	struct dir_emit e;
	char __user *to;
	size_t left;	 /* room at `to`, without what is collected */
	size_t done;	 /* bytes there */
	size_t words;	 /* collected */
	off_t chunk_pos; /* before the first collected one */
	bool is_full;
	int err;
	u64 chunk[CHUNK_WORDS];
};

static bool getdents_add(struct dir_emit *e, const char *name, size_t len, u64 ino, u32 mode, off_t next_pos)
{
	struct getdents_sink *s = container_of(e, struct getdents_sink, e);
	u64 *at = &s->chunk[s->words];
	struct dirent64 *d = (struct dirent64 *)at;
	size_t words = (DIRENT64_NAME_OFFSET + len + 1 + sizeof(u64) - 1) / sizeof(u64);
	if (unlikely(words * sizeof(u64) > s->left)) {
		s->is_full = true;
		return false;
	}
	if (words > CHUNK_WORDS - s->words)
		return false;
	at[words - 1] = 0; /* the name's end and what is behind it */
	d->d_ino = ino;
	d->d_off = next_pos;
	d->d_reclen = (u16)(words * sizeof(u64));
	d->d_type = (u8)((mode & S_IFMT) >> TYPE_SHIFT);
	memcpy(d->d_name, name, len);
	s->left -= words * sizeof(u64);
	s->words += words;
	e->pos = next_pos;
	return true;
}

/* The memory at `to` ended within the chunk: whole entries count, and the rest is read again next time. */
static void flush_singly(struct getdents_sink *s)
{
	s->err = -EFAULT;
	s->e.pos = s->chunk_pos;
	for (size_t at = 0; at < s->words;) {
		const struct dirent64 *d = (const struct dirent64 *)&s->chunk[at];
		if (copy_to_user(s->to, d, d->d_reclen))
			break;
		s->to += d->d_reclen;
		s->done += d->d_reclen;
		s->e.pos = d->d_off;
		at += d->d_reclen / sizeof(u64);
	}
	s->words = 0;
}

static bool getdents_flush(struct dir_emit *e)
{
	struct getdents_sink *s = container_of(e, struct getdents_sink, e);
	size_t bytes = s->words * sizeof(u64);
	if (copy_to_user(s->to, s->chunk, bytes)) {
		flush_singly(s);
		return false;
	}
	s->to += bytes;
	s->done += bytes;
	s->words = 0;
	s->chunk_pos = e->pos;
	return !s->is_full;
}

static long getdents(struct file *f, void __user *buf, size_t count)
{
	struct getdents_sink s;
	s.e.add = getdents_add;
	s.e.flush = getdents_flush;
	s.to = buf;
	s.left = count;
	s.done = s.words = 0;
	s.is_full = false;
	s.err = 0;
	guard(mutex)(&f->pos_lock);
	s.e.pos = s.chunk_pos = f->pos;
	int err = f->ops->readdir(f, &s.e);
	if (s.words)
		(void)getdents_flush(&s.e);
	f->pos = s.e.pos;
	inode_touch_atime(f->inode, f->path.mount);
	notify_file(f, IN_ACCESS);
	if (s.done)
		return (long)s.done;
	return err ?: s.err ?: s.is_full ? -EINVAL : 0;
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
