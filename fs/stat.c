// SPDX-License-Identifier: MIT
/*
 * stat: what user space may know about a file.
 *
 * Promise   stat(2), statx(2), statfs(2), access(2), readlink(2)
 * Locks     none: attributes are single words, read as they are
 * Linux     fstat of a file without inode (eventfd, ...) shows the shared anonymous inode, of mode 0600
 */
#include "fs/walk.h"
#include "fs/xattr.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/securebits.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

/* Finds the name and hands it, borrowed, to `fill`. */
static __always_inline long at_path(int dirfd, const char __user *name, unsigned how,
	void (*fill)(const struct path *p, void *out), void *out)
{
	int err;
	do {
		struct walk w;
		err = walk_begin(&w, dirfd, name, how);
		if (err)
			return err;
		err = walk_run(&w);
		if (err == 0 && unlikely(w.cur.dentry->inode->ops->getattr != NULL))
			err = walk_hold(&w); /* a file system's own view may sleep */
		if (err == 0)
			fill(&w.cur, out);
		walk_end(&w);
	} while (unlikely(err == -ESTALE));
	return err;
}

static long at_file(int fd, void (*fill)(const struct path *p, void *out), void *out)
{
	PATHREF p = {};
	FDREF r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	int err = file_path_get(r.file, &p);
	if (err == 0)
		fill(&p, out);
	return err;
}

/* AT_EMPTY_PATH takes no name at all for an empty one. */
static long at_cwd(void (*fill)(const struct path *p, void *out), void *out)
{
	PATHREF p = {};
	fs_ctx_paths(current->fs, NULL, &p);
	fill(&p, out);
	return 0;
}

static void fill_stat(const struct path *p, void *out)
{
	inode_fill_stat(p->dentry->inode, out);
}

static long stat_user(const char __user *path, unsigned how, struct stat __user *out)
{
	struct stat st;
	long err = at_path(AT_FDCWD, path, how, fill_stat, &st);
	return err ? err : copy_to_user(out, &st, sizeof(st));
}

long sys_stat(const char __user *path, struct stat __user *out)
{
	return stat_user(path, LOOKUP_FOLLOW, out);
}

long sys_lstat(const char __user *path, struct stat __user *out)
{
	return stat_user(path, 0, out);
}

long sys_fstat(int fd, struct stat __user *out)
{
	struct stat st;
	FDREF r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	struct inode *ino = r.file->inode ? NULL : file_inode_get(r.file);
	if (!ino && !r.file->inode)
		return -ENOMEM;
	inode_fill_stat(ino ? ino : r.file->inode, &st);
	inode_put(ino);
	return copy_to_user(out, &st, sizeof(st));
}

static unsigned how_of(unsigned flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}

enum { STAT_FLAGS = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE };

long sys_newfstatat(int dirfd, const char __user *path, struct stat __user *out, unsigned flags)
{
	struct stat st;
	if (flags & ~STAT_FLAGS)
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && dirfd != AT_FDCWD && path_is_empty(path))
		return sys_fstat(dirfd, out);
	bool is_cwd = flags & AT_EMPTY_PATH && !path;
	long err = is_cwd ? at_cwd(fill_stat, &st) : at_path(dirfd, path, how_of(flags), fill_stat, &st);
	return err ? err : copy_to_user(out, &st, sizeof(st));
}

/* --- statx --- */

static struct statx_timestamp to_statx_time(const struct timespec *t)
{
	return (struct statx_timestamp){ .tv_sec = t->tv_sec, .tv_nsec = (u32)t->tv_nsec };
}

/* The fields come out of `mask` in: what was asked for; out: what is there. */
static void fill_statx(const struct path *p, void *out)
{
	struct statx *x = out;
	struct inode *ino = p->dentry->inode;
	bool is_tmpfs = ino->sb->magic == TMPFS_MAGIC;
	bool wants_btime = x->stx_mask & STATX_BTIME && is_tmpfs;
	bool is_mount_root = p->dentry == p->mount->root;
	struct timespec birth = ns_to_timespec(ino->btime_ns);
	struct stat st;
	inode_fill_stat(ino, &st);
	*x = (struct statx){
		.stx_mask = STATX_BASIC_STATS | STATX_MNT_ID | (wants_btime ? STATX_BTIME : 0),
		.stx_blksize = (u32)st.st_blksize, .stx_nlink = (u32)st.st_nlink,
		.stx_uid = st.st_uid, .stx_gid = st.st_gid, .stx_mode = (u16)st.st_mode,
		.stx_ino = st.st_ino, .stx_size = (u64)st.st_size, .stx_blocks = (u64)st.st_blocks,
		.stx_attributes = is_mount_root ? STATX_ATTR_MOUNT_ROOT : 0,
		.stx_attributes_mask = STATX_ATTR_AUTOMOUNT | STATX_ATTR_MOUNT_ROOT | STATX_ATTR_DAX |
			(is_tmpfs ? STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP : 0),
		.stx_atime = to_statx_time(&st.st_atim), .stx_mtime = to_statx_time(&st.st_mtim),
		.stx_ctime = to_statx_time(&st.st_ctim),
		.stx_rdev_major = rdev_major(st.st_rdev), .stx_rdev_minor = rdev_minor(st.st_rdev),
		.stx_dev_major = rdev_major(st.st_dev), .stx_dev_minor = rdev_minor(st.st_dev),
		.stx_mnt_id = (u64)p->mount->id,
	};
	if (wants_btime)
		x->stx_btime = to_statx_time(&birth);
}

long sys_statx(int dirfd, const char __user *path, unsigned flags, unsigned mask, struct statx __user *out)
{
	struct statx x = { .stx_mask = mask };
	if (mask & STATX__RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE || flags & ~STAT_FLAGS)
		return -EINVAL;
	bool is_descriptor = flags & AT_EMPTY_PATH && dirfd != AT_FDCWD && path_is_empty(path);
	bool is_cwd = flags & AT_EMPTY_PATH && !path;
	long err = is_descriptor ? at_file(dirfd, fill_statx, &x) :
		   is_cwd	 ? at_cwd(fill_statx, &x) :
				   at_path(dirfd, path, how_of(flags), fill_statx, &x);
	return err ? err : copy_to_user(out, &x, sizeof(x));
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
	if (want & WANT_EXEC && S_ISREG(ino->mode) && READ_ONCE(p->mount->flags) & MS_NOEXEC)
		return -EACCES;
	int err = want ? inode_permission(ino, want) : 0;
	if (err == 0 && want & WANT_WRITE && !inode_is_special(ino))
		err = mount_may_write(p->mount);
	return err;
}

/* AT_EMPTY_PATH: what is open, also what has no name. */
static long access_opened(int fd, unsigned want)
{
	FDREF r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->path.dentry)
		return access_checked(&r.file->path, want);
	struct inode *ino = r.file->inode ? NULL : file_inode_get(r.file);
	if (!ino && !r.file->inode)
		return -ENOMEM;
	int err = want ? inode_permission(ino ? ino : r.file->inode, want) : 0;
	inode_put(ino);
	return err;
}

static long access_at(int dirfd, const char __user *path, unsigned want, unsigned flags)
{
	PATHREF p = {};
	if (flags & AT_EMPTY_PATH && dirfd != AT_FDCWD && path && path_is_empty(path))
		return access_opened(dirfd, want);
	int err = path_lookup(dirfd, path, how_of(flags), &p);
	return err ? err : access_checked(&p, want);
}

/* Others may take a reference on a task's credentials under its lock. */
static void cred_swap(const struct cred *c)
{
	spin_lock(&current->lock);
	current->cred = c;
	spin_unlock(&current->lock);
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
	cred_swap(real);
	long err = access_at(dirfd, path, mode, flags);
	cred_swap(own);
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
	if ((int)size <= 0) /* the call's argument is an int */
		return -EINVAL;
	int err = path_lookup(dirfd, path, LOOKUP_EMPTY, &p);
	if (err == -ENOTDIR && path_is_empty(path))
		return -ENOENT;
	if (err)
		return err;
	if (path_is_empty(path) && !S_ISLNK(p.dentry->inode->mode))
		return -ENOENT;
	char *text = kmalloc(FS_PATH_MAX);
	if (!text)
		return -ENOMEM;
	long n = link_text(&p, text);
	if (n == 0) {
		size_t bytes = min(strlen(text), (size_t)(int)size);
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

static long statfs_of(const struct mount *m, struct statfs __user *out)
{
	const u32 same_bits = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME;
	struct superblock *sb = m->sb;
	u32 flags = READ_ONCE(m->flags);
	struct statfs s = {
		.f_type = sb->magic, .f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE, .f_namelen = FS_NAME_MAX,
		.f_blocks = sb->max_blocks, .f_files = sb->max_inodes,
		.f_fsid.val[0] = (int)sb->dev,
		.f_flags = ST_VALID | (flags & same_bits) | (READ_ONCE(sb->flags) & MS_RDONLY) |
			   (flags & MS_RELATIME ? ST_RELATIME : 0) | (flags & MS_NOSYMFOLLOW ? ST_NOSYMFOLLOW : 0),
	};
	if (sb->max_blocks)
		s.f_bfree = s.f_bavail = sb->max_blocks - min(sb->max_blocks, READ_ONCE(sb->used_blocks));
	if (sb->max_inodes)
		s.f_ffree = sb->max_inodes - min(sb->max_inodes, superblock_inodes(sb));
	return copy_to_user(out, &s, sizeof(s));
}
_Static_assert(MS_RDONLY == ST_RDONLY && MS_NOSUID == ST_NOSUID && MS_NODEV == ST_NODEV && MS_NOEXEC == ST_NOEXEC &&
	MS_NOATIME == ST_NOATIME && MS_NODIRATIME == ST_NODIRATIME, "statfs_of copies them as they are");

long sys_statfs(const char __user *path, struct statfs __user *out)
{
	PATHREF p = {};
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &p);
	return err ? err : statfs_of(p.mount, out);
}

long sys_fstatfs(int fd, struct statfs __user *out)
{
	PATHREF p = {};
	FDREF r = fd_borrow_any(fd);
	if (!r.file)
		return -EBADF;
	int err = file_path_get(r.file, &p);
	return err ? err : statfs_of(p.mount, out);
}
