// SPDX-License-Identifier: MIT
/*
 * inode: the common part of every file: birth and death, permission, attributes.
 *
 * Promise   inode(7); the permission check is cred_permits() unless the file system has its own.
 *           Timestamps are realtime nanoseconds; reads follow relatime.
 * Locks     inode->lock for mode, owner and contents; link counts are dentry_lock's (dentry.c)
 * Lifetime  the last put runs ops->evict (may sleep), which drops the contents; the inode, its empty memory
 *           object and its hold on the superblock go after a grace period, because walks and stat(2) read
 *           them under RCU
 */
#include "fs/inode.h"
#include "fs/filelock.h"
#include "fs/mount.h"
#include "fs/notify.h"
#include "fs/xattr.h"
#include "kernel/core/clock.h"
#include "kernel/core/panic.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/mount.h"
#include "mm/slab.h"
#include "mm/vm_object.h"

enum { BLOCK_BYTES = 512, ANON_NAME_MAX = 64 };

static struct kmem_cache *inode_cache;

struct inode *inode_new(struct superblock *sb, u32 mode, const struct inode_ops *ops)
{
	if (unlikely(!inode_cache))
		inode_cache = kmem_cache_create("inode", sizeof(struct inode), 64);
	struct inode *i = kmem_cache_zalloc(inode_cache);
	if (!i)
		return NULL;
	const struct cred *cred = current_cred();
	ref_init(&i->ref);
	i->mode = mode;
	i->uid = cred->fsuid;
	i->gid = cred->fsgid;
	i->ops = ops;
	i->sb = sb;
	ref_get(&sb->ref);
	i->ino = __atomic_fetch_add(&sb->next_ino, 1, __ATOMIC_RELAXED);
	i->nlink = S_ISDIR(mode) ? 2 : 1;
	i->next_cookie = 2; /* 0 and 1 are "." and ".." */
	i->atime_ns = i->mtime_ns = i->ctime_ns = i->btime_ns = realtime_now_ns();
	rwlock_init(&i->lock, RANK_INODE);
	spin_init(&i->priv_lock, RANK_OBJECT);
	return i;
}

static void inode_free_rcu(struct rcu_head *head)
{
	struct inode *i = container_of(head, struct inode, rcu);
	vm_object_put(i->object);
	superblock_put(i->sb);
	kfree(i->link_target);
	kmem_cache_free(inode_cache, i);
}

void inode_put(struct inode *i)
{
	if (!i || !ref_put(&i->ref))
		return;
	if (unlikely(i->watches))
		notify_gone(i);
	if (unlikely(i->locks))
		filelock_free(i);
	if (i->ops->evict)
		i->ops->evict(i);
	if (unlikely(i->xattrs))
		xattr_free_all(i);
	if (i->nlink == 0)
		inode_leave_nameless(i);
	rcu_defer(&i->rcu, inode_free_rcu);
}

int inode_permission_slow(struct inode *i, unsigned want)
{
	if (i->ops->permission)
		return i->ops->permission(i, want);
	return cred_permits(current_cred(), i->uid, i->gid, i->mode, want, S_ISDIR(i->mode));
}

bool inode_owner_or_capable(struct inode *i)
{
	return current_cred()->fsuid == i->uid || capable(CAP_FOWNER);
}

static struct timespec to_timespec(s64 ns)
{
	s64 sec = ns / (s64)NSEC_PER_SEC, rest = ns % (s64)NSEC_PER_SEC;
	if (rest < 0) { /* before the epoch */
		sec--;
		rest += (s64)NSEC_PER_SEC;
	}
	return (struct timespec){ .tv_sec = sec, .tv_nsec = rest };
}

void inode_fill_stat(struct inode *i, struct stat *st)
{
	struct vm_object *o = i->object;
	st->st_dev = i->sb->dev;
	st->st_ino = i->ino;
	st->st_nlink = READ_ONCE(i->nlink);
	st->st_mode = READ_ONCE(i->mode);
	st->st_uid = i->uid;
	st->st_gid = i->gid;
	st->__pad0 = 0;
	st->st_rdev = i->rdev;
	st->st_size = o		      ? (long)READ_ONCE(o->size_bytes) :
		      i->link_target ? (long)strlen(i->link_target) :
				       (long)(i->entry_bytes * (2 + READ_ONCE(i->nr_entries)));
	st->st_blksize = PAGE_SIZE;
	st->st_blocks = o ? READ_ONCE(o->nr_pages) * (PAGE_SIZE / BLOCK_BYTES) : 0;
	st->st_atim = to_timespec(i->atime_ns);
	st->st_mtim = to_timespec(i->mtime_ns);
	st->st_ctim = to_timespec(i->ctime_ns);
	st->__reserved[0] = st->__reserved[1] = st->__reserved[2] = 0;
	if (i->ops->getattr)
		i->ops->getattr(i, st);
}

void inode_drop_privileges_slow(struct inode *i)
{
	u32 gone = 0;
	if (i->mode & S_ISUID)
		gone |= S_ISUID;
	if ((i->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		gone |= S_ISGID;
	if (gone && S_ISREG(i->mode) && !capable(CAP_FSETID))
		WRITE_ONCE(i->mode, i->mode & ~gone);
	xattr_drop_capabilities(i);
}

static inline void touch_relative(struct inode *i)
{
	const s64 day_ns = 24 * 60 * 60 * (s64)NSEC_PER_SEC;
	s64 now = realtime_now_ns(), last = READ_ONCE(i->atime_ns);
	if (unlikely(last <= i->mtime_ns || last <= i->ctime_ns || now - last >= day_ns))
		WRITE_ONCE(i->atime_ns, now);
}

static __noinline void touch_unusual(struct inode *i, u32 flags)
{
	if (flags & (MS_NOATIME | MS_RDONLY) || (S_ISDIR(i->mode) && flags & MS_NODIRATIME))
		return;
	if (flags & MS_STRICTATIME)
		WRITE_ONCE(i->atime_ns, realtime_now_ns());
	else
		touch_relative(i);
}

void inode_touch_atime(struct inode *i, const struct mount *m)
{
	const u32 unusual = MS_NOATIME | MS_RDONLY | MS_NODIRATIME | MS_STRICTATIME;
	u32 flags = m ? (READ_ONCE(m->flags) | READ_ONCE(m->sb->flags)) & unusual : 0;
	if (unlikely(flags))
		touch_unusual(i, flags);
	else
		touch_relative(i);
}

/* --- inodes without names --- */

static const struct inode_ops anon_inode_ops = {};

/* One hidden file system per kind, as fstatfs(2) tells them apart. */
static const struct fs_type anon_types[] = {
	{ .name = "anon_inodefs", .flags = FS_NODEV | FS_FIXED },
	{ .name = "pipefs", .flags = FS_NODEV },
	{ .name = "sockfs", .flags = FS_NODEV },
	{ .name = "pidfs", .flags = FS_NODEV | FS_FIXED },
};
static const u32 anon_magics[] = { ANON_INODE_FS_MAGIC, PIPEFS_MAGIC, SOCKFS_MAGIC, PID_FS_MAGIC };
static struct superblock *anon_sbs[ARRAY_LEN(anon_types)]; /* [boot] */
static struct mount *anon_mounts[ARRAY_LEN(anon_types)];   /* [boot] never in the tree */
struct inode *anon_inode_shared;

struct inode *anon_inode_new_kind(enum anon_kind kind, u32 mode)
{
	return inode_new(anon_sbs[kind], mode, &anon_inode_ops);
}

struct inode *anon_inode_new(u32 mode)
{
	return anon_inode_new_kind(S_ISFIFO(mode) ? ANON_PIPES : S_ISSOCK(mode) ? ANON_SOCKETS : ANON_PLAIN, mode);
}

static struct mount *anon_mount_of(const struct inode *ino)
{
	unsigned kind = ANON_PLAIN;
	while (anon_sbs[kind] != ino->sb)
		kind++;
	return anon_mounts[kind];
}

struct inode *file_inode_get(struct file *f)
{
	if (f->ops->make_inode)
		return f->ops->make_inode(f);
	return inode_get(f->inode ? f->inode : anon_inode_shared);
}

int file_path_get(struct file *f, struct path *out)
{
	char name[ANON_NAME_MAX];
	if (f->path.dentry) {
		path_get(&f->path);
		*out = f->path;
		return 0;
	}
	struct inode *ino = file_inode_get(f);
	if (!ino)
		return -ENOMEM;
	int len = f->inode ? fmt_snprintf(name, sizeof(name), "%s:[%lu]", f->ops->name, ino->ino) :
			     fmt_snprintf(name, sizeof(name), "anon_inode:%s", f->ops->name);
	struct dentry *d = dentry_new(NULL, name, min((size_t)len, sizeof(name) - 1), ino);
	if (!d)
		return -ENOMEM;
	d->unhashed = false; /* not in a chain, but not "(deleted)" either */
	*out = (struct path){ mount_get(anon_mount_of(ino)), d };
	return 0;
}

void anon_inode_init(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(anon_types); i++) {
		struct superblock *sb = superblock_new(&anon_types[i], anon_magics[i]);
		struct inode *root = sb ? inode_new(sb, S_IFDIR | S_IRUSR | S_IXUSR, &anon_inode_ops) : NULL;
		if (!root || !(sb->root = dentry_new_root(root)) ||
			!(anon_mounts[i] = mount_new(sb, sb->root, 0, anon_types[i].name)))
			panic("inode: no memory for %s", anon_types[i].name);
		anon_sbs[i] = sb;
	}
	anon_inode_shared = anon_inode_new(S_IRUSR | S_IWUSR);
	if (!anon_inode_shared)
		panic("inode: no memory");
}
