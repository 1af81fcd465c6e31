// SPDX-License-Identifier: MIT
/*
 * fcntl: what can be asked of and changed at a descriptor or an open file, but for moving bytes.
 *
 * Promise   fcntl(2) and the ioctls that every file knows. Commands of one kind of file (pipe sizes, seals)
 *           go to its `fcntl` op, ioctls to its `ioctl` op.
 * Locks     none; O_ASYNC and its owner have theirs: async.h
 * Linux     fcntl(2), ioctl(2). There are no leases: -EINVAL. The hint of a pidfd is not kept, F_SET_RW_HINT: its
 *           inode lives as long as somebody looks at it.
 */
#include "fs/async.h"
#include "fs/filelock.h"
#include "kernel/core/cred.h"
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/ioctl.h"
#include "mm/uaccess.h"
#include "mm/vm_object.h"

enum { SETFL_CHANGES = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME };

/* O_ASYNC, when it changes: kinds without that mode ignore it. */
static long change_async(struct file *f, int fd, u32 flags)
{
	if (likely(!((flags ^ READ_ONCE(f->flags)) & O_ASYNC)) || !(f->ops->flags & FILE_ASYNC))
		return 0;
	return async_switch(f, fd, flags & O_ASYNC);
}

static long set_flags(struct file *f, int fd, u32 flags)
{
	u32 old = READ_ONCE(f->flags);
	long err = 0;
	if (flags & ~old & O_NOATIME && f->inode && !inode_owner_or_capable(f->inode))
		return -EPERM;
	if (f->ops->set_flags)
		err = f->ops->set_flags(f, flags);
	else if (flags & O_DIRECT && !(f->inode && S_ISREG(f->inode->mode)))
		err = -EINVAL;
	if (!err)
		err = change_async(f, fd, flags);
	if (err)
		return err;
	old = READ_ONCE(f->flags);
	while (!__atomic_compare_exchange_n(&f->flags, &old, (old & ~SETFL_CHANGES) | (flags & SETFL_CHANGES),
		false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return 0;
}

/* --- the owner: who gets SIGIO --- */

/* `nr` 0 means nobody. */
static long owner_set(struct file *f, int nr, int type)
{
	struct pid *p = nr ? pid_find_get(nr) : NULL;
	return nr && !p ? -ESRCH : async_set_owner(f, p, type);
}

static long owner_uids(struct file *f, u32 __user *user)
{
	u32 uids[2];
	async_get_uids(f, uids);
	return put_user(uids[0], user) ?: put_user(uids[1], user + 1);
}

long file_set_owner(struct file *f, int who)
{
	if (who == INT32_MIN)
		return -EINVAL;
	return owner_set(f, who < 0 ? -who : who, who < 0 ? F_OWNER_PGRP : F_OWNER_PID);
}

static long fcntl_owner(struct file *f, unsigned cmd, unsigned long arg)
{
	struct f_owner_ex ex;
	int type, nr, who = (int)arg;
	switch (cmd) {
	case F_SETOWN:
		return file_set_owner(f, who);
	case F_GETOWN:
		nr = async_get_owner(f, &type);
		if (type == F_OWNER_PGRP)
			syscall_result_stands(); /* a negative number that is no error */
		return type == F_OWNER_PGRP ? -nr : nr;
	case F_SETOWN_EX:
		if (copy_from_user(&ex, (const void __user *)arg, sizeof(ex)))
			return -EFAULT;
		if (ex.type < F_OWNER_TID || ex.type > F_OWNER_PGRP)
			return -EINVAL;
		return owner_set(f, ex.pid, ex.type);
	default: /* F_GETOWN_EX */
		ex.pid = async_get_owner(f, &ex.type);
		return copy_to_user((void __user *)arg, &ex, sizeof(ex));
	}
}

static long set_signal(struct file *f, unsigned long sig)
{
	return sig > _NSIG ? -EINVAL : async_set_signal(f, (int)sig);
}

static long dup_query(struct file *f, int other)
{
	FDREF r = fd_borrow_any(other);
	return r.file ? r.file == f : -EBADF;
}

/* Of the inode, so that all who have the file open see it. */
static long lifetime_hint(struct file *f, unsigned cmd, u64 __user *arg)
{
	u64 hint;
	struct inode *ino __autoput(inode) = file_inode_get(f);
	if (!ino)
		return -ENOMEM;
	if (cmd == F_GET_RW_HINT)
		return put_user(READ_ONCE(ino->write_hint), arg);
	if (!inode_owner_or_capable(ino))
		return -EPERM;
	int err = get_user(hint, arg);
	if (err)
		return err;
	if (hint > RWH_WRITE_LIFE_EXTREME)
		return -EINVAL;
	WRITE_ONCE(ino->write_hint, (u8)hint);
	return 0;
}

static bool works_on_path_only(unsigned cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_DUPFD_QUERY || cmd == F_CREATED_QUERY ||
	       cmd == F_GETFD || cmd == F_SETFD || cmd == F_GETFL;
}

static long dup_checked(int fd, unsigned long min_fd, u32 flags)
{
	return min_fd >= rlimit(RLIMIT_NOFILE) ? -EINVAL : fd_dup(fd, (unsigned)min_fd, flags);
}

long sys_fcntl(int fd, unsigned cmd, unsigned long arg)
{
	FDREF r = fd_borrow_any(fd);
	struct file *f = r.file;
	if (!f || (f->mode & FILE_PATH_ONLY && !works_on_path_only(cmd)))
		return -EBADF;
	switch (cmd) {
	case F_DUPFD:
		return dup_checked(fd, arg, 0);
	case F_DUPFD_CLOEXEC:
		return dup_checked(fd, arg, O_CLOEXEC);
	case F_DUPFD_QUERY:
		return dup_query(f, (int)arg);
	case F_GETFD:
		return fdtable_is_cloexec(current->fdtable, fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		return arg & FD_CLOEXEC ? fd_set_cloexec(fd) : fd_clear_cloexec(fd);
	case F_GETFL:
		return READ_ONCE(f->flags);
	case F_SETFL:
		return set_flags(f, fd, (u32)arg);
	case F_SETOWN:
	case F_GETOWN:
	case F_SETOWN_EX:
	case F_GETOWN_EX:
		return fcntl_owner(f, cmd, arg);
	case F_GETOWNER_UIDS:
		return owner_uids(f, (u32 __user *)arg);
	case F_SETSIG:
		return set_signal(f, arg);
	case F_GETSIG:
		return async_signal(f);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return reclock_fcntl(&r, fd, cmd, arg);
	case F_GETLEASE:
		return F_UNLCK; /* there are no leases */
	case F_GET_RW_HINT:
	case F_SET_RW_HINT:
		return lifetime_hint(f, cmd, (u64 __user *)arg);
	case F_CREATED_QUERY:
		return f->mode & FILE_CREATED ? 1 : 0;
	default:
		if (cmd == F_ADD_SEALS && !(f->mode & FILE_WRITE))
			return -EPERM; /* before anybody asks whether the file takes seals at all */
		if (f->ops->fcntl)
			return f->ops->fcntl(f, cmd, arg);
		return cmd == F_SETPIPE_SZ || cmd == F_GETPIPE_SZ ? -EBADF : -EINVAL; /* "not a pipe", says Linux */
	}
}

/* --- ioctl --- */

static long set_nonblock(struct file *f, int fd, const int __user *word)
{
	int on;
	if (get_user(on, word))
		return -EFAULT;
	u32 flags = READ_ONCE(f->flags);
	return set_flags(f, fd, on ? flags | O_NONBLOCK : flags & ~(u32)O_NONBLOCK);
}

static long bytes_to_end(struct file *f, int __user *answer)
{
	off_t left = (off_t)f->inode->object->size_bytes - f->pos;
	return put_user((int)left, answer);
}

/* Which block of the disk? No file system here has one. */
static long block_of_file(const int __user *block)
{
	int v;
	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	return get_user(v, block) ? -EFAULT : -EINVAL;
}

/* Unlike fcntl(2) it tells of a kind of file that has no such mode, if anything would change. */
static long set_async(struct file *f, int fd, const int __user *word)
{
	int on;
	if (get_user(on, word))
		return -EFAULT;
	u32 flags = READ_ONCE(f->flags), wanted = on ? flags | O_ASYNC : flags & ~(u32)O_ASYNC;
	if (flags != wanted && !(f->ops->flags & FILE_ASYNC))
		return -ENOTTY;
	return flags == wanted ? 0 : set_flags(f, fd, wanted);
}

static long block_size(struct file *f, int __user *answer)
{
	struct stat st = {};
	struct inode *ino __autoput(inode) = file_inode_get(f);
	if (!ino)
		return -ENOMEM;
	inode_fill_stat(ino, &st);
	return put_user((int)st.st_blksize, answer);
}

long sys_ioctl(int fd, unsigned request, unsigned long arg)
{
	FDREF r = fd_borrow(fd);
	struct file *f = r.file;
	long result;
	if (!f)
		return -EBADF;
	switch (request) {
	case FIOCLEX:
		return fd_set_cloexec(fd);
	case FIONCLEX:
		return fd_clear_cloexec(fd);
	case FIONBIO:
		return set_nonblock(f, fd, (const int __user *)arg);
	case FIOASYNC:
		return set_async(f, fd, (const int __user *)arg);
	case FIGETBSZ:
		return block_size(f, (int __user *)arg);
	case FIBMAP:
		if (f->inode && S_ISREG(f->inode->mode))
			return block_of_file((const int __user *)arg);
		break;
	case FIONREAD:
		if (f->inode && S_ISREG(f->inode->mode) && f->inode->object)
			return bytes_to_end(f, (int __user *)arg);
		break;
	default:
		break;
	}
	result = f->ops->ioctl ? f->ops->ioctl(f, request, arg) : -ENOTTY;
	return result == -ENOIOCTLCMD ? -ENOTTY : result;
}
