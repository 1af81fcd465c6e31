// SPDX-License-Identifier: MIT
/*
 * attr: changing what an inode says of itself: mode, owner, times.
 *
 * Promise   chmod(2), chown(2), utimensat(2): who may do what as in inode(7) and capabilities(7); a change of
 *           owner takes the set-id bits away. A refused change changes nothing.
 * Locks     inode->lock for the change; permission is judged under it
 * Linux     fchmodat2(2) cannot change a link (EOPNOTSUPP); files without names, but for pipes and sockets,
 *           cannot be changed either
 */
#include "fs/inode.h"
#include "fs/notify.h"
#include "fs/walk.h"
#include "fs/xattr.h"
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "mm/uaccess.h"

enum { PERM_BITS = 07777, KEEP_ID = -1 };

/* One kind of change, to be made to a file that is named in one of several ways. */
struct change {
	int (*apply)(struct inode *ino, const struct change *c); /* inode lock held for writing */
	u32 event;		/* IN_ATTRIB or what else watchers are told; 0: nothing */
	u32 mode;
	u32 uid, gid;		/* (u32)KEEP_ID: as it is */
	bool is_touch;		/* times: both "now", which whoever may write may do */
	struct timespec times[2]; /* access, modification; UTIME_NOW, UTIME_OMIT */
};

static bool is_valid_time(const struct timespec *t)
{
	return t->tv_nsec == UTIME_NOW || t->tv_nsec == UTIME_OMIT ||
	       (t->tv_nsec >= 0 && t->tv_nsec < (s64)NSEC_PER_SEC);
}

static int apply_locked(struct inode *ino, const struct change *c)
{
	guard(rwwrite)(&ino->lock);
	return c->apply(ino, c);
}

static int change_inode(const struct path *p, const struct change *c)
{
	struct inode *ino = p->dentry->inode;
	if (!is_valid_time(&c->times[0]) || !is_valid_time(&c->times[1]))
		return -EINVAL;
	int err = mount_may_write(p->mount);
	if (err)
		return err;
	if (ino->sb->type->flags & FS_FIXED)
		return c->is_touch && !inode_owner_or_capable(ino) && inode_permission(ino, WANT_WRITE) ? -EACCES :
												      -EOPNOTSUPP;
	err = apply_locked(ino, c);
	if (err == 0)
		notify_dentry(p->dentry, c->event);
	return err;
}

/* `flags`: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
static int change_at(int dirfd, const char __user *name, unsigned flags, const struct change *c)
{
	PATHREF p = {};
	if (flags & AT_EMPTY_PATH && dirfd != AT_FDCWD && name && path_is_empty(name)) {
		FDREF r = fd_borrow_any(dirfd);
		if (!r.file)
			return -EBADF;
		int err = file_path_get(r.file, &p);
		return err ? err : change_inode(&p, c);
	}
	unsigned how = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	int err = path_lookup(dirfd, name, how, &p);
	return err ? err : change_inode(&p, c);
}

static int change_fd(int fd, const struct change *c)
{
	PATHREF p = {};
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	int err = file_path_get(r.file, &p);
	return err ? err : change_inode(&p, c);
}

static int ask_file_system(struct inode *ino, u32 mode, u32 uid, u32 gid)
{
	return ino->ops->setattr ? ino->ops->setattr(ino, mode, uid, gid) : 0;
}

/* --- mode --- */

static int apply_mode(struct inode *ino, const struct change *c)
{
	u32 mode = c->mode & PERM_BITS;
	if (S_ISLNK(ino->mode))
		return -EOPNOTSUPP;
	if (!inode_owner_or_capable(ino))
		return -EPERM;
	if (mode & S_ISGID && !cred_in_group(current_cred(), ino->gid) && !capable(CAP_FSETID))
		mode &= ~(u32)S_ISGID;
	mode |= ino->mode & S_IFMT;
	int err = ask_file_system(ino, mode, ino->uid, ino->gid);
	if (err)
		return err;
	WRITE_ONCE(ino->mode, mode);
	inode_touch(ino, false);
	return 0;
}

long sys_fchmodat2(int dirfd, const char __user *path, unsigned mode, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_at(dirfd, path, flags, &(struct change){ .apply = apply_mode, .event = IN_ATTRIB, .mode = mode });
}

long sys_fchmodat(int dirfd, const char __user *path, unsigned mode)
{
	return sys_fchmodat2(dirfd, path, mode, 0);
}

long sys_chmod(const char __user *path, unsigned mode)
{
	return sys_fchmodat2(AT_FDCWD, path, mode, 0);
}

long sys_fchmod(int fd, unsigned mode)
{
	return change_fd(fd, &(struct change){ .apply = apply_mode, .event = IN_ATTRIB, .mode = mode });
}

/* --- owner --- */

static bool may_give(const struct inode *ino, u32 uid, u32 gid)
{
	const struct cred *cred = current_cred();
	bool is_owner = cred->fsuid == ino->uid;
	if ((uid == ino->uid && is_owner) && (gid == ino->gid || cred_in_group(cred, gid)))
		return true;
	return cred_has_cap(cred, CAP_CHOWN);
}

static int apply_owner(struct inode *ino, const struct change *c)
{
	u32 uid = c->uid == (u32)KEEP_ID ? ino->uid : c->uid;
	u32 gid = c->gid == (u32)KEEP_ID ? ino->gid : c->gid;
	u32 mode = ino->mode;
	bool asks = c->uid != (u32)KEEP_ID || c->gid != (u32)KEEP_ID;
	if (asks && !may_give(ino, uid, gid))
		return -EPERM;
	if (!S_ISDIR(mode)) {
		mode &= ~(u32)S_ISUID;
		if (mode & S_IXGRP)
			mode &= ~(u32)S_ISGID;
	}
	if (mode != ino->mode && !inode_owner_or_capable(ino))
		return -EPERM; /* taking them away changes the mode, even where the owner stays */
	int err = ask_file_system(ino, mode, uid, gid);
	if (err)
		return err;
	WRITE_ONCE(ino->uid, uid);
	WRITE_ONCE(ino->gid, gid);
	WRITE_ONCE(ino->mode, mode);
	xattr_drop_capabilities(ino);
	inode_touch(ino, false);
	return 0;
}

static struct change owner_change(u32 uid, u32 gid)
{
	bool changes = uid != (u32)KEEP_ID || gid != (u32)KEEP_ID; /* if not, nobody is told */
	return (struct change){ .apply = apply_owner, .event = changes ? IN_ATTRIB : 0, .uid = uid, .gid = gid };
}

long sys_fchownat(int dirfd, const char __user *path, unsigned uid, unsigned gid, unsigned flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	struct change c = owner_change(uid, gid);
	return change_at(dirfd, path, flags, &c);
}

long sys_chown(const char __user *path, unsigned uid, unsigned gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

long sys_lchown(const char __user *path, unsigned uid, unsigned gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(int fd, unsigned uid, unsigned gid)
{
	struct change c = owner_change(uid, gid);
	return change_fd(fd, &c);
}

/* --- times --- */

static s64 time_of(const struct timespec *t, s64 old, s64 now)
{
	s64 ns;
	if (t->tv_nsec == UTIME_OMIT)
		return old;
	if (t->tv_nsec == UTIME_NOW)
		return now;
	if (__builtin_mul_overflow(t->tv_sec, (s64)NSEC_PER_SEC, &ns) || __builtin_add_overflow(ns, t->tv_nsec, &ns))
		return t->tv_sec < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

static int apply_times(struct inode *ino, const struct change *c)
{
	s64 now = realtime_now_ns();
	if (!inode_owner_or_capable(ino)) {
		int err = c->is_touch ? inode_permission(ino, WANT_WRITE) : -EPERM;
		if (err)
			return err;
	}
	int err = ask_file_system(ino, ino->mode, ino->uid, ino->gid);
	if (err)
		return err;
	WRITE_ONCE(ino->atime_ns, time_of(&c->times[0], ino->atime_ns, now));
	WRITE_ONCE(ino->mtime_ns, time_of(&c->times[1], ino->mtime_ns, now));
	WRITE_ONCE(ino->ctime_ns, now);
	return 0;
}

/* One of the two times alone looks like a read or a write. */
static u32 times_event(const struct timespec times[2])
{
	if (times[1].tv_nsec == UTIME_OMIT)
		return IN_ACCESS;
	return times[0].tv_nsec == UTIME_OMIT ? IN_MODIFY : IN_ATTRIB;
}

/* `times` NULL: now. A NULL name means dirfd itself. */
static long set_times(int dirfd, const char __user *path, const struct timespec times[2], unsigned flags)
{
	struct change c = { .apply = apply_times, .times = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } } };
	if (times) {
		c.times[0] = times[0];
		c.times[1] = times[1];
	}
	c.is_touch = c.times[0].tv_nsec == UTIME_NOW && c.times[1].tv_nsec == UTIME_NOW;
	c.event = times_event(c.times);
	if (!path && dirfd != AT_FDCWD)
		return flags ? -EINVAL : change_fd(dirfd, &c);
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_at(dirfd, path, flags, &c);
}

long sys_utimensat(int dirfd, const char __user *path, const struct timespec __user *utimes, unsigned flags)
{
	struct timespec t[2];
	if (!utimes)
		return set_times(dirfd, path, NULL, flags);
	if (copy_from_user(t, utimes, sizeof(t)))
		return -EFAULT;
	if (t[0].tv_nsec == UTIME_OMIT && t[1].tv_nsec == UTIME_OMIT)
		return 0; /* not even the name is looked at */
	return set_times(dirfd, path, t, flags);
}

long sys_futimesat(int dirfd, const char __user *path, const struct timeval __user *utimes)
{
	struct timeval tv[2];
	struct timespec t[2];
	if (!utimes)
		return set_times(dirfd, path, NULL, 0);
	if (copy_from_user(tv, utimes, sizeof(tv)))
		return -EFAULT;
	for (unsigned i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= USEC_PER_SEC)
			return -EINVAL;
		t[i] = (struct timespec){ tv[i].tv_sec, tv[i].tv_usec * (long)NSEC_PER_USEC };
	}
	return set_times(dirfd, path, t, 0);
}

long sys_utimes(const char __user *path, const struct timeval __user *times)
{
	return sys_futimesat(AT_FDCWD, path, times);
}

long sys_utime(const char __user *path, const struct utimbuf __user *utimes)
{
	struct utimbuf u;
	if (!utimes)
		return set_times(AT_FDCWD, path, NULL, 0);
	if (copy_from_user(&u, utimes, sizeof(u)))
		return -EFAULT;
	struct timespec t[2] = { { .tv_sec = u.actime }, { .tv_sec = u.modtime } };
	return set_times(AT_FDCWD, path, t, 0);
}
