// SPDX-License-Identifier: MIT
/*
 * reclock: fcntl's locks on parts of a file, those of processes (POSIX) and those of open files (OFD).
 *
 * Promise   fcntl(2) "Advisory record locking" and "Open file description locks". A process's locks are its
 *           descriptor table's: threads share them, a child has none, exec keeps them, and any close of
 *           the file gives them up.
 * Locks     none here: fs/filelock.c; the table's lock for the look after a lock was set
 * Blocking  F_SETLKW, F_OFD_SETLKW: -ERESTART after a signal
 * Linux     fcntl(2); the waits of OFD locks are no part of the search for deadlocks, as there
 *
 * Another thread may close the file while a lock on it is being set, and its close finds nothing to give up
 * yet. So whoever has set one looks whether the descriptor still is that file:
 *
 *	locking thread                      closing thread
 *	note that the table has locks       take the entry out (table->lock)
 *	set the lock                        has the table locks? give up those that are there
 *	read the entry (table->lock)
 *	another file, or none: give it up
 */
#include "fs/filelock.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "mm/uaccess.h"
#include "mm/vm_object.h"

/* Where l_whence counts from, or -EINVAL. */
static off_t base_of(const struct file *f, short whence)
{
	switch (whence) {
	case SEEK_SET:
		return 0;
	case SEEK_CUR:
		return READ_ONCE(f->pos);
	case SEEK_END:
		return f->inode && f->inode->object ? (off_t)READ_ONCE(f->inode->object->size_bytes) : 0;
	default:
		return -EINVAL;
	}
}

/* A negative length is what lies before the start, 0 is up to the end of all files. */
static int read_range(const struct file *f, const struct flock *fl, struct lock_range *out)
{
	off_t start, base = base_of(f, fl->l_whence);
	if (base < 0)
		return -EINVAL;
	if (__builtin_add_overflow(base, fl->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	*out = (struct lock_range){ start, LOCK_END };
	if (fl->l_len > 0)
		return __builtin_add_overflow(start, fl->l_len - 1, &out->end) ? -EOVERFLOW : 0;
	if (fl->l_len < 0) {
		out->start = start + fl->l_len;
		out->end = start - 1;
	}
	return out->start < 0 ? -EINVAL : 0;
}

static int read_type(short type, u8 *out)
{
	static const u8 types[] = { [F_RDLCK] = LOCK_SHARED, [F_WRLCK] = LOCK_EXCLUSIVE, [F_UNLCK] = LOCK_NONE };
	if (type < 0 || type > F_UNLCK)
		return -EINVAL;
	*out = types[type];
	return 0;
}

static int read_request(const struct file *f, const struct flock *fl, bool is_ofd, struct lock_request *r)
{
	r->owner = is_ofd ? (const void *)f : current->fdtable;
	r->kind = is_ofd ? LOCK_OFD : LOCK_POSIX;
	r->pid = is_ofd ? -1 : current_tgid();
	return read_range(f, fl, &r->range) ?: read_type(fl->l_type, &r->type);
}

static bool may_set(const struct file *f, u8 type)
{
	return type == LOCK_NONE || f->mode & (type == LOCK_SHARED ? FILE_READ : FILE_WRITE);
}

static long set_lock(const struct fdref *ref, int fd, const struct flock *fl, bool is_ofd, bool may_wait)
{
	struct file *f = ref->file;
	struct inode *ino = filelock_inode(f);
	struct lock_request r;
	int err = read_request(f, fl, is_ofd, &r);
	if (err)
		return err;
	if (!may_set(f, r.type))
		return -EBADF;
	if (is_ofd) {
		if (fl->l_pid)
			return -EINVAL;
		WRITE_ONCE(f->has_locks, true);
	} else {
		WRITE_ONCE(current->fdtable->has_locks, true);
	}
	err = filelock_set(ino, &r, may_wait);
	if (err || is_ofd || r.type == LOCK_NONE || fdref_is_current(ref, fd))
		return err;
	r.type = LOCK_NONE;
	(void)filelock_set(ino, &r, false);
	return -EBADF;
}

static void show_lock(struct flock *fl, const struct lock *l)
{
	fl->l_type = l->type == LOCK_SHARED ? F_RDLCK : F_WRLCK;
	fl->l_whence = SEEK_SET;
	fl->l_start = l->range.start;
	fl->l_len = l->range.end == LOCK_END ? 0 : l->range.end - l->range.start + 1;
	fl->l_pid = l->pid;
}

static long get_lock(struct file *f, struct flock *fl, bool is_ofd)
{
	struct lock_request r;
	struct lock found;
	if (!is_ofd && fl->l_type != F_RDLCK && fl->l_type != F_WRLCK)
		return -EINVAL; /* before the range; F_OFD_GETLK takes F_UNLCK, and looks at the type last */
	int err = read_request(f, fl, is_ofd, &r);
	if (err)
		return err;
	if (is_ofd && fl->l_pid)
		return -EINVAL;
	if (filelock_test(filelock_inode(f), &r, &found))
		show_lock(fl, &found);
	else
		fl->l_type = F_UNLCK;
	return 0;
}

long reclock_fcntl(const struct fdref *ref, int fd, unsigned cmd, unsigned long arg)
{
	struct flock __user *user = (struct flock __user *)arg;
	struct flock fl;
	if (copy_from_user(&fl, user, sizeof(fl)))
		return -EFAULT;
	if (cmd != F_GETLK && cmd != F_OFD_GETLK)
		return set_lock(ref, fd, &fl, cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW,
			cmd == F_SETLKW || cmd == F_OFD_SETLKW);
	return get_lock(ref->file, &fl, cmd == F_OFD_GETLK) ?: copy_to_user(user, &fl, sizeof(fl));
}
