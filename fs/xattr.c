// SPDX-License-Identifier: MIT
/*
 * xattr: extended attributes, of which no file here has any.
 *
 * Promise   programs that look for them (ls, cp, install) find none: reading one is ENODATA where such a one could
 *           be and EOPNOTSUPP where not, the list is empty, removing one is ENODATA; giving one is EOPNOTSUPP, as
 *           on a file system that was made without them.
 * Locks     none
 * Linux     xattr(7), getxattr(2), listxattr(2), setxattr(2). tmpfs on Linux keeps them.
 */
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "mm/uaccess.h"

enum { XATTR_NAME_MAX = 255, XATTR_SIZE_MAX = 65536, XATTR_CREATE = 1, XATTR_REPLACE = 2 };

/* The classes of names that files in memory could have. */
static const char *const classes[] = { "user.", "trusted.", "security.", "system.posix_acl_" };

/* What is said of an attribute called `uname` on a file of that file system. */
static long judge(const struct superblock *sb, const char __user *uname)
{
	char name[XATTR_NAME_MAX + 1];
	ssize_t n = strncpy_from_user(name, uname, sizeof(name));
	if (n == 0 || n == -ENAMETOOLONG)
		return -ERANGE;
	if (n < 0)
		return n;
	if (sb->magic == PROC_SUPER_MAGIC || sb->magic == SYSFS_MAGIC)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (str_has_prefix(name, classes[i]))
			return name[strlen(classes[i])] ? -ENODATA : -EINVAL;
	return -EOPNOTSUPP;
}

static long judge_path(const char __user *path, unsigned how, const char __user *name)
{
	PATHREF p = {};
	int err = path_lookup(AT_FDCWD, path, how, &p);
	return err ? err : judge(p.dentry->inode->sb, name);
}

static long judge_fd(int fd, const char __user *name)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	return judge((r.file->inode ? r.file->inode : anon_inode_shared)->sb, name);
}

/* The arguments of a call that wants to set one, looked at before the file is. */
static long check_value(const void __user *value, size_t size, unsigned flags)
{
	if (flags & ~(unsigned)(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	void *copy = kmalloc(size ? size : 1);
	if (!copy)
		return -ENOMEM;
	long err = copy_from_user(copy, value, size);
	kfree(copy);
	return err;
}

/* Where there could be such an attribute, there is no room for one. */
static long refusal(long judgement)
{
	return judgement == -ENODATA ? -EOPNOTSUPP : judgement;
}

long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return judge_path(path, LOOKUP_FOLLOW, name);
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return judge_path(path, 0, name);
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
	return judge_fd(fd, name);
}

long sys_setxattr(const char __user *path, const char __user *name, const void __user *value, size_t size,
	unsigned flags)
{
	long err = check_value(value, size, flags);
	return err ? err : refusal(judge_path(path, LOOKUP_FOLLOW, name));
}

long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value, size_t size,
	unsigned flags)
{
	long err = check_value(value, size, flags);
	return err ? err : refusal(judge_path(path, 0, name));
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value, size_t size, unsigned flags)
{
	long err = check_value(value, size, flags);
	return err ? err : refusal(judge_fd(fd, name));
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	return judge_path(path, LOOKUP_FOLLOW, name);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	return judge_path(path, 0, name);
}

long sys_fremovexattr(int fd, const char __user *name)
{
	return judge_fd(fd, name);
}

static long list_path(const char __user *path, unsigned how)
{
	PATHREF p = {};
	return path_lookup(AT_FDCWD, path, how, &p);
}

long sys_listxattr(const char __user *path, void __user *list, size_t size)
{
	return list_path(path, LOOKUP_FOLLOW);
}

long sys_llistxattr(const char __user *path, void __user *list, size_t size)
{
	return list_path(path, 0);
}

long sys_flistxattr(int fd, void __user *list, size_t size)
{
	FDREF r = fd_borrow(fd);
	return r.file ? 0 : -EBADF;
}
