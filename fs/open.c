// SPDX-License-Identifier: MIT
/*
 * open: from a name to an open file description.
 *
 * Promise   open(2), openat2(2): creation is atomic with O_EXCL; a dangling link is created through its
 *           text; O_TRUNC happens only when everything else succeeded; O_PATH needs no permission on
 *           the object; O_TMPFILE.
 * Locks     none held while another is taken; see dentry.c for the atomicity of creation
 * Lifetime  the descriptor is reserved first and cancelled on failure, and the file is made before a name is, so
 *           a failed open leaves nothing but, as on Linux, perhaps the created file
 * Linux     ETXTBSY for a program that is running
 */
#include "fs/create.h"
#include "fs/notify.h"
#include "fs/walk.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/openat2.h"
#include "mm/uaccess.h"

#define OPEN_FLAGS                                                                                 \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC |     \
		O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |          \
		O_CLOEXEC | O_SYNC | O_PATH | O_TMPFILE)
#define PATH_ONLY_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
#define RESOLVE_KNOWN                                                                              \
	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT | \
		RESOLVE_CACHED)

struct open_request {
	u32 flags, mode;
	unsigned how;	/* enum lookup_flags */
	unsigned want;	/* enum want */
	struct file *fresh; /* made before a name is made, so that a lack of memory leaves no name behind; or NULL */
};

static const struct file_ops path_only_ops = { .name = "path" };
static const struct file_ops unopened_ops = { .name = "unopened" };

static int become_writer(struct file *f)
{
	int err = inode_get_write(f->inode);
	if (err)
		return err;
	err = mount_get_write(f->path.mount);
	if (err)
		inode_put_write(f->inode);
	else
		f->mode |= FILE_IS_WRITER;
	return err;
}

/* O_NOCTTY is the opening's, not the file's: terminals look at it now, F_GETFL never shows it. */
static int open_by_kind(struct inode *ino, struct file *f, u32 flags)
{
	f->flags |= flags & O_NOCTTY;
	int err = ino->ops->open ? ino->ops->open(ino, f) : special_open(ino, f);
	f->flags &= ~(u32)O_NOCTTY;
	return err;
}

/* Nobody is told that what was not opened is closed. */
static void put_unopened(struct file *f)
{
	f->mode |= FILE_PATH_ONLY;
	file_put(f);
}

/* The file takes the path over; on error it is put. `fresh`: one that is to be used, or NULL. */
static int open_path_taking(struct path *p, u32 flags, struct file *fresh, struct file **out)
{
	struct inode *ino = p->dentry->inode;
	bool is_special = !ino->fops, opens = !(flags & O_PATH);
	const struct file_ops *ops = !opens ? &path_only_ops : is_special ? &unopened_ops : ino->fops;
	struct file *f = fresh ? fresh : file_new(ops, NULL, NULL, flags);
	int err = 0;
	if (!f) {
		path_put(p);
		return -ENOMEM;
	}
	f->ops = ops;
	f->path = path_take(p);
	f->inode = ino;
	if (opens && f->mode & FILE_WRITE && S_ISREG(ino->mode))
		err = become_writer(f);
	if (err == 0 && opens && (ino->ops->open || is_special))
		err = open_by_kind(ino, f, flags);
	if (unlikely(err))
		f->ops = &unopened_ops; /* what did not open need not be released */
	else if (unlikely(flags & O_DIRECT) && !S_ISREG(ino->mode))
		err = -EINVAL; /* so late, says Linux: the opening was seen */
	if (unlikely(err)) {
		put_unopened(f);
	} else {
		notify_file(f, IN_OPEN);
		*out = f;
	}
	return err;
}

int open_path(const struct path *p, u32 flags, struct file **out)
{
	struct path own = *p;
	path_get(&own);
	return open_path_taking(&own, flags, NULL, out);
}

static unsigned wanted(u32 flags)
{
	static const u8 by_mode[] = {
		[O_RDONLY] = WANT_READ, [O_WRONLY] = WANT_WRITE, [O_RDWR] = WANT_READ | WANT_WRITE,
		[O_ACCMODE] = WANT_READ | WANT_WRITE,
	};
	return by_mode[flags & O_ACCMODE] | (flags & O_TRUNC ? WANT_WRITE : 0);
}

static int may_open(const struct path *p, const struct open_request *r)
{
	struct inode *ino = p->dentry->inode;
	u32 type = ino->mode & S_IFMT;
	if (type == S_IFLNK)
		return -ELOOP;
	if (type == S_IFDIR && r->want & WANT_WRITE)
		return -EISDIR;
	int err = inode_permission(ino, r->want);
	if (err == 0 && r->want & WANT_WRITE && !inode_is_special(ino))
		err = mount_may_write(p->mount);
	if (err == 0 && r->flags & O_NOATIME && !inode_owner_or_capable(ino))
		err = -EPERM;
	return err;
}

/* What has no size of its own (devices, /proc) takes O_TRUNC and ignores it. */
static int truncate_opened(struct file *f)
{
	struct inode *ino = f->inode;
	if (!S_ISREG(ino->mode) || !ino->ops->setsize)
		return 0;
	int err = inode_truncate(ino, 0);
	if (err == 0)
		notify_file(f, IN_MODIFY);
	return err;
}

/* Everything after the name is resolved. `created`: by us, just now: its mode does not restrict us. */
static int open_resolved(struct path *p, struct open_request *r, bool created, struct file **out)
{
	struct inode *ino = p->dentry->inode;
	int err = 0;
	if (!created && r->flags & O_CREAT && r->flags & O_EXCL)
		return -EEXIST;
	if (!created && r->flags & O_CREAT && S_ISDIR(ino->mode))
		return -EISDIR;
	if (r->flags & O_DIRECTORY && !S_ISDIR(ino->mode))
		return -ENOTDIR;
	if (!created && !(r->flags & O_PATH))
		err = may_open(p, r);
	if (err == 0)
		err = open_path_taking(p, r->flags, take(r->fresh), out);
	if (err == 0 && created)
		(*out)->mode |= FILE_CREATED;
	if (err == 0 && r->flags & O_TRUNC && !created) {
		err = truncate_opened(*out);
		if (err)
			file_put(*out);
	}
	return err;
}

/* In a folder where everybody may put things, a name that was to be made must not be another's trap: devices and
 * sockets always, files and FIFOs where fs.protected_regular and fs.protected_fifos say so, which are off here. */
static int may_find_instead(const struct inode *dir, const struct inode *found)
{
	bool is_trap = inode_is_special(found) && !S_ISFIFO(found->mode) && found->uid != dir->uid &&
		       found->uid != current_cred()->fsuid;
	return is_trap && (dir->mode & (S_ISVTX | S_IWOTH)) == (S_ISVTX | S_IWOTH) ? -EACCES : 0;
}

/* The last name of a held walk, made if need be. 0: *out counted; 1: it was a link, walk on. */
static int open_last(struct walk *w, const struct open_request *r, struct path *out, bool *created)
{
	struct dentry *d;
	for (;;) {
		int err = dentry_lookup(w->held.dentry, w->last, w->last_len, &d);
		if (err == 0)
			break;
		if (err == -ENOENT)
			err = vfs_create_at(&w->held, w->last, w->last_len, S_IFREG | r->mode, 0, NULL, &d);
		*created = err == 0;
		if (err == 0)
			break;
		if (err != -EEXIST)
			return err;
	}
	if (S_ISLNK(d->inode->mode) && !(r->flags & (O_NOFOLLOW | O_EXCL))) {
		int err = walk_follow_last(w, d);
		return err ? err : 1;
	}
	*out = (struct path){ mount_get(w->held.mount), d };
	path_cross_mounts(out);
	if (w->flags & LOOKUP_NO_XDEV && out->mount != w->held.mount)
		return -EXDEV;
	return *created || r->flags & (O_EXCL | O_PATH) ? 0 : may_find_instead(w->held.dentry->inode, d->inode);
}

/* O_CREAT: walks to the last name, makes or finds it, follows links by their text. */
static int open_create(struct walk *w, const struct open_request *r, struct path *out, bool *created)
{
	for (;;) {
		int err = walk_run_parent(w);
		if (err == 0)
			err = walk_hold(w);
		if (err)
			return err;
		if (w->last_type == LAST_NAME && w->last_slash)
			return -EISDIR;
		if (w->last_type != LAST_NAME) { /* "/", where a magic link led, "." or "..": there it is */
			err = walk_to_dots(w);
			path_get(&w->held);
			*out = w->held;
			return err;
		}
		err = open_last(w, r, out, created);
		if (err <= 0)
			return err;
	}
}

static int open_nameless(const struct path *dir, const struct open_request *r, struct path *out)
{
	struct dentry *d;
	int err = vfs_create_nameless(dir, S_IFREG | r->mode, !(r->flags & O_EXCL), &d);
	if (err == 0)
		*out = (struct path){ mount_get(dir->mount), d };
	return err;
}

static int open_walked(struct walk *w, struct open_request *r, struct file **out)
{
	PATHREF p = {};
	bool created = false;
	int err;
	if (r->flags & O_CREAT) {
		err = open_create(w, r, &p, &created);
	} else {
		err = walk_run(w);
		if (err == 0)
			err = walk_hold(w);
		if (err == 0 && r->flags & TMPFILE_BIT) {
			err = open_nameless(&w->held, r, &p);
			created = true;
		} else if (err == 0) {
			p = path_take(&w->held);
		}
	}
	if (err)
		return err;
	return r->flags & TMPFILE_BIT ? open_path_taking(&p, r->flags, take(r->fresh), out) :
					open_resolved(&p, r, created, out);
}

static int open_file(int dirfd, const char __user *name, struct open_request *r, struct file **out)
{
	int err;
	do {
		WALK(w);
		err = walk_begin(&w, dirfd, name, r->how);
		if (err == 0)
			err = open_walked(&w, r, out);
	} while (unlikely(err == -ESTALE));
	return err;
}

static long do_open(int dirfd, const char __user *name, struct open_request *r)
{
	struct file *f;
	int fd = fd_reserve(r->flags & O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	int err = 0;
	if (r->flags & (O_CREAT | TMPFILE_BIT)) {
		r->fresh = file_new(&unopened_ops, NULL, NULL, r->flags);
		err = r->fresh ? 0 : -ENOMEM;
	}
	if (err == 0)
		err = open_file(dirfd, name, r, &f);
	if (unlikely(r->fresh))
		put_unopened(r->fresh);
	if (err) {
		fd_cancel(fd);
		return err;
	}
	fd_install(fd, f);
	return fd;
}

/* Checks a combination of flags and makes the request: 0 or -EINVAL. */
static int request_init(struct open_request *r, u32 flags, u32 mode)
{
	flags = flags & O_PATH ? flags & PATH_ONLY_FLAGS : flags | O_LARGEFILE;
	bool creates = flags & (O_CREAT | TMPFILE_BIT);
	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	if (flags & TMPFILE_BIT && (!(flags & O_DIRECTORY) || (flags & O_ACCMODE) == O_RDONLY))
		return -EINVAL;
	r->flags = flags;
	r->fresh = NULL;
	r->mode = creates ? mode & 07777 & ~READ_ONCE(current->fs->umask) : 0;
	r->want = wanted(flags);
	r->how = flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	if (flags & TMPFILE_BIT)
		r->how |= LOOKUP_DIRECTORY;
	return 0;
}

long sys_openat(int dirfd, const char __user *path, unsigned flags, unsigned mode)
{
	struct open_request r;
	int err = request_init(&r, flags & OPEN_FLAGS, mode);
	return err ? err : do_open(dirfd, path, &r);
}

long sys_open(const char __user *path, unsigned flags, unsigned mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

long sys_creat(const char __user *path, unsigned mode)
{
	return sys_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static int copy_how(struct open_how *how, const struct open_how __user *user, size_t size)
{
	if (size < sizeof(*how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	int err = copy_from_user(how, user, sizeof(*how));
	for (size_t at = sizeof(*how); err == 0 && at < size; at++) {
		u8 byte;
		err = get_user(byte, (const u8 __user *)user + at);
		if (err == 0 && byte)
			err = -E2BIG;
	}
	return err;
}

long sys_openat2(int dirfd, const char __user *path, const struct open_how __user *user, size_t size)
{
	static const struct { u64 resolve; unsigned how; } table[] = {
		{ RESOLVE_NO_XDEV, LOOKUP_NO_XDEV }, { RESOLVE_NO_MAGICLINKS, LOOKUP_NO_MAGIC },
		{ RESOLVE_NO_SYMLINKS, LOOKUP_NO_SYMLINKS | LOOKUP_NO_MAGIC },
		{ RESOLVE_BENEATH, LOOKUP_BENEATH }, { RESOLVE_IN_ROOT, LOOKUP_IN_ROOT },
		{ RESOLVE_CACHED, LOOKUP_CACHED },
	};
	struct open_how how;
	struct open_request r;
	int err = copy_how(&how, user, size);
	if (err)
		return err;
	if (how.flags & ~(u64)OPEN_FLAGS || how.resolve & ~(u64)RESOLVE_KNOWN || how.mode & ~07777ull)
		return -EINVAL;
	if (how.mode && !(how.flags & (O_CREAT | TMPFILE_BIT)))
		return -EINVAL;
	if (how.flags & O_PATH && how.flags & ~(u64)PATH_ONLY_FLAGS)
		return -EINVAL;
	if ((how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	err = request_init(&r, (u32)how.flags, (u32)how.mode);
	if (err)
		return err;
	if (how.resolve & RESOLVE_CACHED && how.flags & (O_CREAT | O_TRUNC | TMPFILE_BIT))
		return -EAGAIN;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (how.resolve & table[i].resolve)
			r.how |= table[i].how;
	return do_open(dirfd, path, &r);
}

int file_open_kernel(const char *name, u32 flags, u32 mode, struct file **out)
{
	struct open_request r;
	int err = request_init(&r, flags, mode);
	while (err == 0) {
		WALK(w);
		err = walk_begin_kernel(&w, name, r.how);
		if (err == 0)
			err = open_walked(&w, &r, out);
		if (err != -ESTALE)
			break;
		err = 0;
	}
	return err;
}
