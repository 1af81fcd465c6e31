// SPDX-License-Identifier: MIT
/*
 * size: how large a file is and what of it is kept: truncate, fallocate, and the calls that write back.
 *
 * Promise   truncate(2), fallocate(2): growth stops at RLIMIT_FSIZE with SIGXFSZ and EFBIG; the set-id bits go as
 *           they do with a write. fsync and sync have nothing to do: every file system is in memory.
 * Locks     inode->lock for writing
 * Linux     fsync(2), sync(2), sync_file_range(2), posix_fadvise(2)
 */
#include "fs/inode.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/falloc.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/signal.h"
#include "mm/vm_object.h"

/* May the file grow to `size`? A caught SIGXFSZ leaves -EFBIG to answer. */
int inode_may_grow(struct inode *ino, off_t size)
{
	if (!ino->object || size <= READ_ONCE(ino->object->size_bytes) || (u64)size <= rlimit(RLIMIT_FSIZE))
		return 0;
	signal_raise(SIGXFSZ);
	return -EFBIG;
}

static int truncate_as_writer(struct inode *ino, off_t size)
{
	guard(rwwrite)(&ino->lock);
	int err = inode_may_grow(ino, size);
	if (err == 0)
		err = ino->ops->setsize(ino, size);
	if (err)
		return err;
	inode_drop_privileges(ino);
	inode_touch(ino, true);
	return 0;
}

int inode_truncate(struct inode *ino, off_t size)
{
	if (!S_ISREG(ino->mode) || !ino->ops->setsize)
		return -EINVAL;
	int err = inode_get_write(ino); /* a running program is not cut */
	if (err)
		return err;
	err = truncate_as_writer(ino, size);
	inode_put_write(ino);
	return err;
}

long sys_truncate(const char __user *path, off_t length)
{
	PATHREF p = {};
	if (length < 0)
		return -EINVAL;
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	struct inode *ino = p.dentry->inode;
	if (!S_ISREG(ino->mode))
		return S_ISDIR(ino->mode) ? -EISDIR : -EINVAL;
	err = mount_may_write(p.mount);
	if (err == 0)
		err = inode_permission(ino, WANT_WRITE);
	return err ? err : inode_truncate(ino, length);
}

long sys_ftruncate(int fd, off_t length)
{
	if (length < 0)
		return -EINVAL;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (!r.file->inode || !(r.file->mode & FILE_WRITE))
		return -EINVAL;
	return inode_truncate(r.file->inode, length);
}

/* Is there such a mode at all? What a file system offers of them is its own affair. */
static bool is_valid_mode(unsigned mode)
{
	return mode == 0 || mode == FALLOC_FL_KEEP_SIZE || mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE) ||
	       mode == FALLOC_FL_ZERO_RANGE || mode == (FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE) ||
	       mode == FALLOC_FL_COLLAPSE_RANGE || mode == FALLOC_FL_INSERT_RANGE;
}

static int type_refuses_allocation(const struct file *f)
{
	u32 mode = f->inode ? f->inode->mode : 0;
	if (S_ISFIFO(mode))
		return -ESPIPE;
	if (S_ISDIR(mode))
		return -EISDIR;
	return S_ISREG(mode) ? 0 : -ENODEV;
}

long sys_fallocate(int fd, unsigned mode, off_t offset, off_t length)
{
	off_t end;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (offset < 0 || length <= 0)
		return -EINVAL;
	if (!is_valid_mode(mode))
		return -EOPNOTSUPP;
	if (!(r.file->mode & FILE_WRITE))
		return -EBADF;
	int err = type_refuses_allocation(r.file);
	if (err)
		return err;
	if (__builtin_add_overflow(offset, length, &end))
		return -EFBIG;
	return r.file->ops->fallocate ? r.file->ops->fallocate(r.file, (int)mode, offset, length) : -EOPNOTSUPP;
}

/* --- writing back --- */

static long sync_file(int fd)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	return r.file->ops->fsync ? r.file->ops->fsync(r.file) : -EINVAL;
}

long sys_fsync(int fd)
{
	return sync_file(fd);
}

long sys_fdatasync(int fd)
{
	return sync_file(fd);
}

long sys_sync(void)
{
	return 0;
}

long sys_syncfs(int fd)
{
	FDREF r = fd_borrow(fd);
	return r.file ? 0 : -EBADF;
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
