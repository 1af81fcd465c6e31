// SPDX-License-Identifier: MIT
/*
 * xattr: extended attributes: names with values that a file carries beside its contents.
 *
 * Promise   xattr(7). Files of file systems in memory (FS_XATTR) keep user.*, trusted.* and security.*; each change
 *           is whole or not at all. Who may read or change a user.* one is who may read or write the file;
 *           trusted.* ones exist for CAP_SYS_ADMIN alone; security.* ones are read by all. They take the same
 *           account as inodes do: 1 KiB for each that the mount allows.
 * Locks     inode->lock guards the list; values are copied from and to user memory under it or before it
 * Lifetime  an attribute dies by removal, by a new value, or with its inode
 * Linux     getxattr(2), setxattr(2), listxattr(2), removexattr(2), capabilities(7). Access control lists cannot be
 *           set (EOPNOTSUPP) and are never found. security.capability counts at execve(2), and goes when the
 *           file is written to, cut or given away; one whose root is user 0 reads as one of revision 2.
 */
#include "fs/inode.h"
#include "fs/notify.h"
#include "fs/xattr.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/xattr.h"
#include "mm/uaccess.h"

enum { NAME_BYTES = XATTR_NAME_MAX + 1 };

struct xattr {
	struct xattr *next; /* [inode lock] in descending order of names, as Linux lists them */
	size_t size;	    /* [const] of the value */
	u8 *value;	    /* [const] in the same piece of memory */
	char name[];	    /* [const] */
};

/* The file that a call is about, in one of the three ways to say it. */
struct target {
	enum { OF_PATH, OF_LINK, OF_FD } by;
	const char __user *path;
	int fd;
};

#define BY_PATH(p) (&(struct target){ OF_PATH, .path = (p) })
#define BY_LINK(p) (&(struct target){ OF_LINK, .path = (p) })
#define BY_FD(n) (&(struct target){ OF_FD, .fd = (n) })

static int reach(const struct target *t, struct path *out)
{
	if (t->by != OF_FD)
		return path_lookup(AT_FDCWD, t->path, t->by == OF_PATH ? LOOKUP_FOLLOW : 0, out);
	FDREF r = fd_borrow(t->fd);
	return r.file ? file_path_get(r.file, out) : -EBADF;
}

static int take_name(char *name, const char __user *uname)
{
	ssize_t n = strncpy_from_user(name, uname, NAME_BYTES);
	if (n == 0 || n == -ENAMETOOLONG)
		return -ERANGE;
	return n < 0 ? (int)n : 0;
}

/* --- who may, and what there may be --- */

static bool is_trusted(const char *name)
{
	return str_has_prefix(name, "trusted.");
}

static bool is_acl(const char *name)
{
	return strcmp(name, "system.posix_acl_access") == 0 || strcmp(name, "system.posix_acl_default") == 0;
}

static int may_access(struct inode *ino, const char *name, unsigned want)
{
	int denied = want == WANT_WRITE ? -EPERM : -ENODATA;
	if (str_has_prefix(name, "security.") || str_has_prefix(name, "system."))
		return 0;
	if (is_trusted(name))
		return capable(CAP_SYS_ADMIN) ? 0 : denied;
	if (str_has_prefix(name, "user.")) {
		if (!S_ISREG(ino->mode) && !S_ISDIR(ino->mode))
			return denied;
		if (S_ISDIR(ino->mode) && ino->mode & S_ISVTX && want == WANT_WRITE && !inode_owner_or_capable(ino))
			return -EPERM;
	}
	return inode_permission(ino, want);
}

/* Changes of security.* ask for more than reading them does. */
static int may_change(struct inode *ino, const char *name)
{
	int err = may_access(ino, name, WANT_WRITE);
	if (err == 0 && str_has_prefix(name, "security.") &&
		!capable(strcmp(name, XATTR_NAME_CAPS) == 0 ? CAP_SETFCAP : CAP_SYS_ADMIN))
		err = -EPERM;
	return err;
}

/* Can a file of that file system have an attribute of that name? */
static int may_exist(const struct inode *ino, const char *name)
{
	static const char *const classes[] = { "user.", "trusted.", "security." };
	if (!(ino->sb->type->flags & FS_XATTR))
		return -EOPNOTSUPP;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (str_has_prefix(name, classes[i]))
			return name[strlen(classes[i])] ? 0 : -EINVAL;
	return -EOPNOTSUPP;
}

static bool keeps_acls(const struct inode *ino)
{
	return ino->sb->type->flags & FS_XATTR && !S_ISLNK(ino->mode);
}

/* --- the list of an inode --- */

/* Where the attribute is, or would be. */
static struct xattr **slot_of(struct inode *ino, const char *name)
{
	struct xattr **at = &ino->xattrs;
	while (*at && strcmp((*at)->name, name) > 0)
		at = &(*at)->next;
	return at;
}

static struct xattr *find(struct xattr **at, const char *name)
{
	return *at && strcmp((*at)->name, name) == 0 ? *at : NULL;
}

static u64 space_of(const struct xattr *x)
{
	return XATTR_OWN_BYTES + strlen(x->name) + 1 + x->size;
}

static int charge_bytes(struct superblock *sb, u64 bytes)
{
	u64 taken = __atomic_add_fetch(&sb->xattr_bytes, bytes, __ATOMIC_RELAXED);
	u64 limit = READ_ONCE(sb->max_inodes);
	if (limit == 0 || taken + READ_ONCE(sb->used_inodes) * INODE_ACCOUNT_BYTES <= limit * INODE_ACCOUNT_BYTES)
		return 0;
	__atomic_sub_fetch(&sb->xattr_bytes, bytes, __ATOMIC_RELAXED);
	return -ENOSPC;
}

static void discard(struct superblock *sb, struct xattr *x)
{
	__atomic_sub_fetch(&sb->xattr_bytes, space_of(x), __ATOMIC_RELAXED);
	kfree(x);
}

void xattr_free_all(struct inode *ino)
{
	while (ino->xattrs) {
		struct xattr *x = ino->xattrs;
		ino->xattrs = x->next;
		discard(ino->sb, x);
	}
}

ssize_t xattr_read(struct inode *ino, const char *name, void *value, size_t size)
{
	guard(rwread)(&ino->lock);
	const struct xattr *x = find(slot_of(ino, name), name);
	if (!x)
		return -ENODATA;
	if (x->size > size)
		return -ERANGE;
	memcpy(value, x->value, x->size);
	return (ssize_t)x->size;
}

void xattr_drop_capabilities(struct inode *ino)
{
	if (likely(!ino->xattrs))
		return;
	struct xattr **at = slot_of(ino, XATTR_NAME_CAPS), *x = find(at, XATTR_NAME_CAPS);
	if (!x)
		return;
	*at = x->next;
	discard(ino->sb, x);
}

/* --- giving one --- */

static int make(const char *name, const void __user *value, size_t size, struct xattr **out)
{
	size_t name_bytes = strlen(name) + 1;
	struct xattr *x = kmalloc(sizeof(*x) + name_bytes + size);
	if (!x)
		return -ENOMEM;
	x->size = size;
	x->value = (u8 *)x->name + name_bytes;
	memcpy(x->name, name, name_bytes);
	if (size && copy_from_user(x->value, value, size)) {
		kfree(x);
		return -EFAULT;
	}
	*out = x;
	return 0;
}

static int check_capabilities(const struct xattr *x)
{
	u32 magic;
	if (x->size == 0 || strcmp(x->name, XATTR_NAME_CAPS) != 0)
		return 0;
	if (x->size < sizeof(magic))
		return -EINVAL;
	memcpy(&magic, x->value, sizeof(magic));
	magic &= ~(u32)VFS_CAP_FLAGS_EFFECTIVE;
	return (magic == VFS_CAP_REVISION_2 && x->size == XATTR_CAPS_SZ_2) ||
			       (magic == VFS_CAP_REVISION_3 && x->size == XATTR_CAPS_SZ_3) ? 0 : -EINVAL;
}

static int may_set(const struct path *p, const struct xattr *x)
{
	struct inode *ino = p->dentry->inode;
	int err = mount_may_write(p->mount);
	if (err == 0)
		err = check_capabilities(x);
	if (err == 0)
		err = may_change(ino, x->name);
	return err ? err : may_exist(ino, x->name);
}

/* Puts `x` in its place. 0: it is the inode's now, and *old what it replaces; both are charged. */
static int put_in_place(struct inode *ino, struct xattr *x, unsigned flags, struct xattr **old)
{
	guard(rwwrite)(&ino->lock);
	struct xattr **at = slot_of(ino, x->name);
	*old = find(at, x->name);
	if (*old ? flags & XATTR_CREATE : flags & XATTR_REPLACE)
		return *old ? -EEXIST : -ENODATA;
	int err = charge_bytes(ino->sb, space_of(x));
	if (err)
		return err;
	x->next = *old ? (*old)->next : *at;
	*at = x;
	inode_touch(ino, false);
	return 0;
}

static int set_made(const struct target *t, struct xattr *x, unsigned flags)
{
	PATHREF p = {};
	struct xattr *old = NULL;
	int err = reach(t, &p);
	if (err == 0)
		err = may_set(&p, x);
	if (err == 0)
		err = put_in_place(p.dentry->inode, x, flags, &old);
	if (err == 0)
		notify_dentry(p.dentry, IN_ATTRIB);
	if (err == 0 && old)
		discard(p.dentry->inode->sb, old);
	return err;
}

static long set(const struct target *t, const char __user *uname, const void __user *value, size_t size, unsigned flags)
{
	char name[NAME_BYTES];
	struct xattr *x;
	if (flags & ~(unsigned)(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	int err = take_name(name, uname);
	if (err)
		return err;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	err = make(name, value, size, &x);
	if (err)
		return err;
	err = set_made(t, x, flags);
	if (err)
		kfree(x);
	return err;
}

long sys_setxattr(const char __user *path, const char __user *name, const void __user *value, size_t size,
	unsigned flags)
{
	return set(BY_PATH(path), name, value, size, flags);
}

long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value, size_t size,
	unsigned flags)
{
	return set(BY_LINK(path), name, value, size, flags);
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value, size_t size, unsigned flags)
{
	return set(BY_FD(fd), name, value, size, flags);
}

/* --- reading one --- */

/* Capabilities for user 0's children are those for everybody: how many bytes are shown, and the first word. */
static size_t shown_as(const struct xattr *x, u32 *first)
{
	struct vfs_cap_data v;
	if (x->size != sizeof(v) || strcmp(x->name, XATTR_NAME_CAPS) != 0)
		return x->size;
	memcpy(&v, x->value, sizeof(v));
	if (v.rootid != 0)
		return x->size;
	*first = VFS_CAP_REVISION_2 | (v.magic_etc & VFS_CAP_FLAGS_EFFECTIVE);
	return XATTR_CAPS_SZ_2;
}

static long copy_out(struct inode *ino, const char *name, void __user *value, size_t size)
{
	u32 first;
	guard(rwread)(&ino->lock);
	struct xattr *x = find(slot_of(ino, name), name);
	if (!x)
		return -ENODATA;
	size_t n = shown_as(x, &first);
	if (size && size < n)
		return -ERANGE;
	if (size && copy_to_user(value, x->value, n))
		return -EFAULT;
	if (size && n < x->size && copy_to_user(value, &first, sizeof(first)))
		return -EFAULT;
	return (long)n;
}

static long get(const struct target *t, const char __user *uname, void __user *value, size_t size)
{
	char name[NAME_BYTES];
	PATHREF p = {};
	int err = take_name(name, uname);
	if (err == 0)
		err = reach(t, &p);
	if (err)
		return err;
	struct inode *ino = p.dentry->inode;
	if (is_acl(name))
		return keeps_acls(ino) ? -ENODATA : -EOPNOTSUPP;
	err = may_access(ino, name, WANT_READ);
	if (err == 0)
		err = may_exist(ino, name);
	return err ? err : copy_out(ino, name, value, size);
}

long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return get(BY_PATH(path), name, value, size);
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return get(BY_LINK(path), name, value, size);
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
	return get(BY_FD(fd), name, value, size);
}

/* --- removing one --- */

static int remove_acl(struct inode *ino)
{
	if (!keeps_acls(ino))
		return -EOPNOTSUPP;
	return inode_owner_or_capable(ino) ? 0 : -EPERM;
}

static struct xattr *take_out(struct inode *ino, const char *name)
{
	guard(rwwrite)(&ino->lock);
	struct xattr **at = slot_of(ino, name), *x = find(at, name);
	if (x) {
		*at = x->next;
		inode_touch(ino, false);
	}
	return x;
}

static long remove_from(const struct target *t, const char __user *uname)
{
	char name[NAME_BYTES];
	PATHREF p = {};
	int err = take_name(name, uname);
	if (err == 0)
		err = reach(t, &p);
	if (err == 0)
		err = mount_may_write(p.mount);
	if (err)
		return err;
	struct inode *ino = p.dentry->inode;
	if (is_acl(name))
		return remove_acl(ino);
	err = may_change(ino, name);
	if (err == 0)
		err = may_exist(ino, name);
	if (err)
		return err;
	struct xattr *x = take_out(ino, name);
	if (!x)
		return -ENODATA;
	notify_dentry(p.dentry, IN_ATTRIB);
	discard(ino->sb, x);
	return 0;
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	return remove_from(BY_PATH(path), name);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	return remove_from(BY_LINK(path), name);
}

long sys_fremovexattr(int fd, const char __user *name)
{
	return remove_from(BY_FD(fd), name);
}

/* --- the list of names --- */

static long names_of(struct inode *ino, char __user *list, size_t size)
{
	bool sees_all = capable(CAP_SYS_ADMIN);
	size_t total = 0;
	guard(rwread)(&ino->lock);
	for (struct xattr *x = ino->xattrs; x; x = x->next) {
		size_t n = strlen(x->name) + 1;
		if (is_trusted(x->name) && !sees_all)
			continue;
		total += n;
		if (size && total > min(size, (size_t)XATTR_LIST_MAX))
			return size >= XATTR_LIST_MAX ? -E2BIG : -ERANGE;
		if (size && copy_to_user(list + total - n, x->name, n))
			return -EFAULT;
	}
	return (long)total;
}

static long list_of(const struct target *t, void __user *list, size_t size)
{
	PATHREF p = {};
	int err = reach(t, &p);
	return err ? err : names_of(p.dentry->inode, list, size);
}

long sys_listxattr(const char __user *path, void __user *list, size_t size)
{
	return list_of(BY_PATH(path), list, size);
}

long sys_llistxattr(const char __user *path, void __user *list, size_t size)
{
	return list_of(BY_LINK(path), list, size);
}

long sys_flistxattr(int fd, void __user *list, size_t size)
{
	return list_of(BY_FD(fd), list, size);
}
