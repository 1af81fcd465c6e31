// SPDX-License-Identifier: MIT
/*
 * stat: what user space may know about a file.
 *
 * Promise   stat(2), statx(2), statfs(2), access(2), readlink(2)
 * Locks     none: attributes are single words, read as they are
 * Linux     fstat of a file without inode (eventfd, ...) shows an anonymous inode of mode 0600
 */
#include "fs/walk.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

static long stat_path(int dirfd, const char __user *name, unsigned how, struct stat *st)
{
	int err;
	do {
		struct walk w;
		err = walk_begin(&w, dirfd, name, how);
		if (err)
			return err;
		err = walk_run(&w);
		if (err == 0 && w.cur.dentry->inode->ops->getattr)
			err = walk_hold(&w); /* a file system's own view may sleep */
		if (err == 0)
			inode_fill_stat(w.cur.dentry->inode, st);
		walk_end(&w);
	} while (unlikely(err == -ESTALE));
	return err;
}

static void stat_file(struct file *f, struct stat *st)
{
	if (f->inode) {
		inode_fill_stat(f->inode, st);
		return;
	}
	memset(st, 0, sizeof(*st));
	st->st_dev = anon_dev();
	st->st_mode = S_IRUSR | S_IWUSR;
	st->st_nlink = 1;
	st->st_ino = 1;
	st->st_blksize = PAGE_SIZE;
}

static long stat_fd(int fd, struct stat *st)
{
	FDREF r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	stat_file(r.file, st);
	return 0;
}

long sys_stat(const char __user *path, struct stat __user *out)
{
	struct stat st;
	long err = stat_path(AT_FDCWD, path, LOOKUP_FOLLOW, &st);
	return err ? err : copy_to_user(out, &st, sizeof(st));
}

long sys_lstat(const char __user *path, struct stat __user *out)
{
	struct stat st;
	long err = stat_path(AT_FDCWD, path, 0, &st);
	return err ? err : copy_to_user(out, &st, sizeof(st));
}

long sys_fstat(int fd, struct stat __user *out)
{
	struct stat st;
	long err = stat_fd(fd, &st);
	return err ? err : copy_to_user(out, &st, sizeof(st));
}

/* AT_EMPTY_PATH with "" or NULL means the descriptor. */
static bool is_empty_path(const char __user *path)
{
	u8 first;
	return !path || (get_user(first, (const u8 __user *)path) == 0 && first == 0);
}

static long stat_at(int dirfd, const char __user *path, unsigned flags, struct stat *st)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && dirfd != AT_FDCWD && is_empty_path(path))
		return stat_fd(dirfd, st);
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
		       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	return stat_path(dirfd, path, how, st);
}

long sys_newfstatat(int dirfd, const char __user *path, struct stat __user *out, unsigned flags)
{
	struct stat st;
	long err = flags & AT_STATX_SYNC_TYPE ? -EINVAL : stat_at(dirfd, path, flags, &st);
	return err ? err : copy_to_user(out, &st, sizeof(st));
}

static struct statx_timestamp to_statx_time(const struct timespec *t)
{
	return (struct statx_timestamp){ .tv_sec = t->tv_sec, .tv_nsec = (u32)t->tv_nsec };
}

long sys_statx(int dirfd, const char __user *path, unsigned flags, unsigned mask, struct statx __user *out)
{
	struct stat st;
	if (mask & STATX__RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	long err = stat_at(dirfd, path, flags, &st);
	if (err)
		return err;
	struct statx x = {
		.stx_mask = STATX_BASIC_STATS, .stx_blksize = (u32)st.st_blksize,
		.stx_nlink = (u32)st.st_nlink, .stx_uid = st.st_uid, .stx_gid = st.st_gid,
		.stx_mode = (u16)st.st_mode, .stx_ino = st.st_ino, .stx_size = (u64)st.st_size,
		.stx_blocks = (u64)st.st_blocks, .stx_atime = to_statx_time(&st.st_atim),
		.stx_mtime = to_statx_time(&st.st_mtim), .stx_ctime = to_statx_time(&st.st_ctim),
		.stx_rdev_major = rdev_major(st.st_rdev), .stx_rdev_minor = rdev_minor(st.st_rdev),
		.stx_dev_major = rdev_major(st.st_dev), .stx_dev_minor = rdev_minor(st.st_dev),
	};
	return copy_to_user(out, &x, sizeof(x));
}

/* --- access --- */

/* access(2) asks for the real ids: a cred in which they are the effective ones. NULL: no memory. */
static struct cred *real_cred(void)
{
	struct cred *c = cred_copy(current_cred());
	if (!c)
		return NULL;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP))
		c->cap_effective = c->uid == 0 ? c->cap_permitted : 0;
	return c;
}

static long access_checked(const struct path *p, unsigned want)
{
	struct inode *ino = p->dentry->inode;
	if (want & WANT_WRITE && mount_may_write(p->mount) && (S_ISREG(ino->mode) || S_ISDIR(ino->mode)))
		return -EROFS;
	if (want & WANT_EXEC && S_ISREG(ino->mode) && READ_ONCE(p->mount->flags) & 8 /* MS_NOEXEC */)
		return -EACCES;
	return want ? inode_permission(ino, want) : 0;
}

static long access_at(int dirfd, const char __user *path, unsigned want, unsigned flags)
{
	PATHREF p = {};
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
		       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	int err = path_lookup(dirfd, path, how, &p);
	return err ? err : access_checked(&p, want);
}

long sys_faccessat2(int dirfd, const char __user *path, unsigned mode, unsigned flags)
{
	if (mode & ~(WANT_READ | WANT_WRITE | WANT_EXEC) ||
		flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	const struct cred *own = current_cred();
	bool same_ids = own->fsuid == own->uid && own->fsgid == own->gid;
	if (flags & AT_EACCESS || (same_ids && (own->uid != 0 || own->cap_effective == own->cap_permitted)))
		return access_at(dirfd, path, mode, flags);
	struct cred *real = real_cred();
	if (!real)
		return -ENOMEM;
	current->cred = real;
	long err = access_at(dirfd, path, mode, flags);
	current->cred = own;
	cred_put(real);
	return err;
}

long sys_faccessat(int dirfd, const char __user *path, unsigned mode)
{
	return sys_faccessat2(dirfd, path, mode, 0);
}

long sys_access(const char __user *path, unsigned mode)
{
	return sys_faccessat2(AT_FDCWD, path, mode, 0);
}

/* --- readlink --- */

/* The text of a link, also of a magic one, into buf (FS_PATH_MAX bytes). */
static int link_text(const struct path *p, char *buf)
{
	struct inode *ino = p->dentry->inode;
	if (!S_ISLNK(ino->mode))
		return -EINVAL;
	inode_touch_atime(ino, p->mount);
	if (!ino->link_target)
		return ino->ops->readlink ? ino->ops->readlink(ino, buf, FS_PATH_MAX) : -EINVAL;
	strlcpy(buf, ino->link_target, FS_PATH_MAX);
	return 0;
}

long sys_readlinkat(int dirfd, const char __user *path, void __user *buf, size_t size)
{
	PATHREF p = {};
	if ((ssize_t)size <= 0 || size > INT32_MAX)
		return -EINVAL;
	int err = path_lookup(dirfd, path, LOOKUP_EMPTY, &p);
	if (err)
		return err;
	if (is_empty_path(path) && !S_ISLNK(p.dentry->inode->mode))
		return -ENOENT;
	char *text = kmalloc(FS_PATH_MAX);
	if (!text)
		return -ENOMEM;
	long n = link_text(&p, text);
	if (n == 0) {
		size_t bytes = min(strlen(text), size);
		n = copy_to_user(buf, text, bytes) ? -EFAULT : (long)bytes;
	}
	kfree(text);
	return n;
}

long sys_readlink(const char __user *path, void __user *buf, size_t size)
{
	return sys_readlinkat(AT_FDCWD, path, buf, size);
}

/* --- statfs --- */

static long statfs_of(struct mount *m, struct statfs __user *out)
{
	struct superblock *sb = m->sb;
	struct statfs s = {
		.f_type = sb->magic, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE, .f_namelen = FS_NAME_MAX,
		.f_blocks = sb->max_blocks, .f_files = sb->max_inodes,
		.f_flags = ST_VALID | (READ_ONCE(m->flags) & 0xf) | (READ_ONCE(sb->flags) & 1) |
			   (READ_ONCE(m->flags) & MS_NOATIME ? ST_NOATIME : ST_RELATIME),
	};
	if (sb->max_blocks)
		s.f_bfree = s.f_bavail = sb->max_blocks - min(sb->max_blocks, READ_ONCE(sb->used_blocks));
	if (sb->max_inodes)
		s.f_ffree = sb->max_inodes - min(sb->max_inodes, READ_ONCE(sb->used_inodes));
	s.f_fsid.val[0] = (int)sb->dev;
	return copy_to_user(out, &s, sizeof(s));
}

long sys_statfs(const char __user *path, struct statfs __user *out)
{
	PATHREF p = {};
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &p);
	return err ? err : statfs_of(p.mount, out);
}

long sys_fstatfs(int fd, struct statfs __user *out)
{
	FDREF r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->path.mount)
		return statfs_of(r.file->path.mount, out);
	struct statfs s = { .f_type = ANON_MAGIC, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE,
		.f_namelen = FS_NAME_MAX, .f_flags = ST_VALID };
	return copy_to_user(out, &s, sizeof(s));
}
