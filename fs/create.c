// SPDX-License-Identifier: MIT
/*
 * create: making and removing names: mkdir, mknod, symlink, link, unlink, rmdir.
 *
 * Promise   each call is atomic: the name is there with its inode complete, or not at all. Two makers of
 *           one name: exactly one succeeds, the other gets EEXIST.
 * Locks     none held here: dentry_link() and dentry_unlink() decide in one step (dentry.c). Permission is
 *           judged on what the look-up saw.
 * Linux     mkdir(2) mknod(2) symlink(2) link(2) unlink(2) rmdir(2)
 */
#include "fs/create.h"
#include "fs/notify.h"
#include "fs/walk.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

enum { DIR_WANT = WANT_WRITE | WANT_EXEC, PERM_BITS = 07777 };

static u32 masked(u32 mode)
{
	return mode & PERM_BITS & ~READ_ONCE(current->fs->umask);
}

/* Set-group-id directories hand their group on, and themselves to subdirectories. */
static void inherit_group(struct inode *dir, struct inode *ino)
{
	if (!(dir->mode & S_ISGID))
		return;
	ino->gid = dir->gid;
	if (S_ISDIR(ino->mode))
		ino->mode |= S_ISGID;
	else if ((ino->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		 !cred_in_group(current_cred(), dir->gid) && !capable(CAP_FSETID))
		ino->mode &= ~(u32)S_ISGID;
}

int vfs_may_create(const struct path *dir)
{
	struct inode *ino = dir->dentry->inode;
	int err = mount_may_write(dir->mount);
	if (err == 0 && READ_ONCE(ino->dead))
		err = -ENOENT;
	if (err == 0)
		err = inode_permission(ino, DIR_WANT);
	return err ? err : ino->ops->create ? 0 : -ENOENT;
}

int vfs_create_at(const struct path *dir, const char *name, size_t len, u32 mode, u64 rdev,
	const char *target, struct dentry **out)
{
	struct inode *parent = dir->dentry->inode, *ino;
	int err = vfs_may_create(dir);
	if (err == 0)
		err = parent->ops->create(parent, mode, rdev, target, &ino);
	if (err)
		return err;
	inherit_group(parent, ino);
	struct dentry *d = dentry_new(dir->dentry, name, len, ino);
	if (!d)
		return -ENOMEM;
	err = dentry_link(d, DENTRY_PIN);
	if (err) {
		dentry_put(d);
		return err;
	}
	inode_touch(parent, true);
	notify_name(parent, IN_CREATE | isdir_bit(ino), name, len, 0);
	*out = d;
	return 0;
}

/* A nameless regular file (O_TMPFILE): findable only through its descriptor, or by link(2) later. */
int vfs_create_nameless(const struct path *dir, u32 mode, bool may_link, struct dentry **out)
{
	char name[24];
	struct inode *parent = dir->dentry->inode, *ino;
	int err = vfs_may_create(dir);
	if (err)
		return err == -ENOENT ? -EOPNOTSUPP : err;
	err = parent->ops->create(parent, mode, 0, NULL, &ino);
	if (err)
		return err;
	inherit_group(parent, ino);
	inode_lose_names(ino);
	ino->is_tmpfile = may_link;
	int len = fmt_snprintf(name, sizeof(name), "#%lu", ino->ino);
	*out = dentry_new(dir->dentry, name, (size_t)len, ino);
	return *out ? 0 : -ENOMEM;
}

int vfs_create_whiteout(const struct path *dir, const char *name, size_t len, struct dentry **out)
{
	struct inode *parent = dir->dentry->inode, *ino;
	int err = parent->ops->create(parent, S_IFCHR, 0, NULL, &ino);
	if (err)
		return err;
	inherit_group(parent, ino);
	*out = dentry_new(dir->dentry, name, len, ino);
	return *out ? 0 : -ENOMEM;
}

/* May the child's name be taken away from its directory? want_dir: it is to be a directory, or must not be. */
int vfs_may_remove(const struct path *dir, struct inode *child, bool want_dir)
{
	struct inode *parent = dir->dentry->inode;
	int err = mount_may_write(dir->mount);
	if (err == 0)
		err = inode_permission(parent, DIR_WANT);
	if (err)
		return err;
	u32 uid = current_cred()->fsuid;
	if (parent->mode & S_ISVTX && uid != child->uid && uid != parent->uid && !capable(CAP_FOWNER))
		return -EPERM;
	if (want_dir != S_ISDIR(child->mode))
		return want_dir ? -ENOTDIR : -EISDIR;
	if (parent->ops->may_unlink)
		return parent->ops->may_unlink(parent, child);
	return parent->ops->create ? 0 : -EPERM;
}

static int unlink_once(const struct path *dir, const char *name, size_t len, bool want_dir)
{
	struct dentry *d __cleanup(dentry_autoput_) = NULL;
	int err = dentry_lookup(dir->dentry, name, len, &d);
	if (err == 0)
		err = vfs_may_remove(dir, d->inode, want_dir);
	if (err == 0)
		err = dentry_unlink(dir->dentry, name, len, d);
	if (err)
		return err;
	u32 event = IN_DELETE | isdir_bit(d->inode);
	inode_touch(dir->dentry->inode, true);
	inode_touch(d->inode, false);
	if (!want_dir)
		notify_inode(d->inode, IN_ATTRIB); /* the link count */
	dentry_put(take(d)); /* the file's own end is told before that of its name */
	notify_name(dir->dentry->inode, event, name, len, 0);
	return 0;
}

int vfs_unlink_at(const struct path *dir, const char *name, size_t len, bool want_dir)
{
	int err;
	do /* -EAGAIN: the name went to another between the look and the act */
		err = unlink_once(dir, name, len, want_dir);
	while (err == -EAGAIN);
	return err;
}

/* --- system calls --- */

/* The walk's last name is to be made: -EEXIST and -ENOENT in the order that Linux has. */
static int may_make(struct walk *w, bool is_dir)
{
	struct dentry *d;
	if (w->last_type != LAST_NAME)
		return -EEXIST;
	int err = dentry_lookup(w->held.dentry, w->last, w->last_len, &d);
	if (err == 0) {
		dentry_put(d);
		return -EEXIST;
	}
	if (err != -ENOENT)
		return err;
	return w->last_slash && !is_dir ? -ENOENT : 0;
}

int vfs_make_node(const char *name, u32 mode, struct path *out)
{
	WALK(w);
	struct dentry *d = NULL;
	int err = walk_to_parent_kernel(&w, name);
	if (err == 0)
		err = may_make(&w, false);
	if (err == 0)
		err = vfs_create_at(&w.held, w.last, w.last_len, (mode & S_IFMT) | masked(mode), 0, NULL, &d);
	if (err == 0)
		*out = (struct path){ mount_get(w.held.mount), d };
	return err;
}

static long make(int dirfd, const char __user *path, u32 mode, u64 rdev, const char *target)
{
	WALK(w);
	struct dentry *d = NULL;
	int err = walk_to_parent(&w, dirfd, path);
	if (err)
		return err;
	err = may_make(&w, S_ISDIR(mode));
	bool is_whiteout = S_ISCHR(mode) && rdev == 0; /* "no such file" to overlays; leads to no device */
	if (err == 0 && (S_ISCHR(mode) || S_ISBLK(mode)) && !is_whiteout && !capable(CAP_MKNOD)) {
		err = vfs_may_create(&w.held);
		err = err ? err : -EPERM;
	}
	if (err == 0)
		err = vfs_create_at(&w.held, w.last, w.last_len, mode, rdev, target, &d);
	dentry_put(d);
	return err;
}

long sys_mkdirat(int dirfd, const char __user *path, unsigned mode)
{
	return make(dirfd, path, S_IFDIR | (masked(mode) & (0777 | S_ISVTX)), 0, NULL);
}

long sys_mkdir(const char __user *path, unsigned mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_mknodat(int dirfd, const char __user *path, unsigned mode, unsigned long dev)
{
	u32 type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
	switch (type) {
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		return make(dirfd, path, type | masked(mode), 0, NULL);
	case S_IFCHR:
	case S_IFBLK:
		return make(dirfd, path, type | masked(mode), rdev_make(rdev_major(dev), rdev_minor(dev)), NULL);
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

long sys_mknod(const char __user *path, unsigned mode, unsigned long dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}

long sys_symlinkat(const char __user *target, int dirfd, const char __user *path)
{
	char *text = kmalloc(FS_PATH_MAX);
	if (!text)
		return -ENOMEM;
	ssize_t n = strncpy_from_user(text, target, FS_PATH_MAX);
	long err = n < 0 ? n : n == 0 ? -ENOENT : make(dirfd, path, S_IFLNK | 0777, 0, text);
	kfree(text);
	return err;
}

long sys_symlink(const char __user *target, const char __user *path)
{
	return sys_symlinkat(target, AT_FDCWD, path);
}

int vfs_link_at(const struct path *from, const struct path *dir, const char *name, size_t len)
{
	struct inode *ino = from->dentry->inode;
	int err = mount_may_write(dir->mount);
	if (err == 0 && !dir->dentry->inode->ops->create)
		err = -ENOENT;
	if (err == 0 && from->mount != dir->mount)
		err = -EXDEV;
	if (err == 0)
		err = vfs_may_create(dir);
	if (err)
		return err;
	if (S_ISDIR(ino->mode))
		return -EPERM;
	struct dentry *d = dentry_new(dir->dentry, name, len, inode_get(ino));
	if (!d)
		return -ENOMEM;
	err = dentry_link(d, DENTRY_PIN | DENTRY_HARD_LINK);
	dentry_put(d);
	if (err)
		return err;
	inode_touch(ino, false);
	inode_touch(dir->dentry->inode, true);
	notify_inode(ino, IN_ATTRIB); /* the link count */
	notify_name(dir->dentry->inode, IN_CREATE, name, len, 0);
	return 0;
}

/* An empty name means a descriptor: one opened with the very credentials of the caller, or else privilege. What
 * is no descriptor is found out later. */
static bool may_link_descriptor(int fd)
{
	FDREF r = fd_borrow_any(fd);
	return !r.file || r.file->cred == current_cred() || capable(CAP_DAC_READ_SEARCH);
}

long sys_linkat(int fromfd, const char __user *from, int tofd, const char __user *to, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && !may_link_descriptor(fromfd))
		return -ENOENT;
	unsigned how = (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
		       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	PATHREF old = {};
	WALK(w);
	int err = path_lookup(fromfd, from, how, &old);
	if (err == 0)
		err = walk_to_parent(&w, tofd, to);
	if (err == 0)
		err = may_make(&w, false);
	return err ? err : vfs_link_at(&old, &w.held, w.last, w.last_len);
}

long sys_link(const char __user *from, const char __user *to)
{
	return sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static long remove_name(int dirfd, const char __user *path, bool want_dir)
{
	static const int dir_errors[] = { [LAST_DOT] = -EINVAL, [LAST_DOTDOT] = -ENOTEMPTY, [LAST_ROOT] = -EBUSY };
	WALK(w);
	struct dentry *d __cleanup(dentry_autoput_) = NULL;
	int err = walk_to_parent(&w, dirfd, path);
	if (err)
		return err;
	if (w.last_type != LAST_NAME)
		return want_dir ? dir_errors[w.last_type] : -EISDIR;
	err = mount_may_write(w.held.mount);
	if (err)
		return err;
	if (w.last_slash && !want_dir) {
		err = dentry_lookup(w.held.dentry, w.last, w.last_len, &d);
		return err ? err : S_ISDIR(d->inode->mode) ? -EISDIR : -ENOTDIR;
	}
	return vfs_unlink_at(&w.held, w.last, w.last_len, want_dir);
}

long sys_unlinkat(int dirfd, const char __user *path, unsigned flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return remove_name(dirfd, path, flags & AT_REMOVEDIR);
}

long sys_unlink(const char __user *path)
{
	return remove_name(AT_FDCWD, path, false);
}

long sys_rmdir(const char __user *path)
{
	return remove_name(AT_FDCWD, path, true);
}
