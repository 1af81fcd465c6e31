// SPDX-License-Identifier: MIT
/*
 * inode: what a file is, apart from its names; superblocks and mounts.
 *
 * Promise   inode(7). One struct for every file system; what differs is in inode_ops. Attribute changes
 *           and changes of contents hold the inode's lock; names and link counts are dentry_lock's.
 * Locks     inode->lock (RANK_INODE). No path takes two of them.
 * Lifetime  counted; the last put calls ops->evict, which frees the contents. The struct itself lives
 *           on for a grace period: the walk reads mode, owner and link text under RCU.
 */
#pragma once
#include "fs/file.h"
#include "kernel/core/clock.h"
#include "kernel/uapi/mount.h"
#include "kernel/uapi/stat.h"
#include "kernel/uapi/statfs.h"

struct filelocks;
struct superblock;
struct vm_object;
struct watch;
struct xattr;

struct inode_ops {
	/* Finds or makes the child's inode, counted: 0, -ENOENT. May sleep. NULL: the dentries in memory are all there is. */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* Makes the inode, counted, for a new name in dir; the caller links it. Type in mode; rdev for nodes; target for
	 * links. NULL: -EACCES to whoever wants to create (procfs). */
	int (*create)(struct inode *dir, u32 mode, u64 rdev, const char *target, struct inode **out);
	int (*may_unlink)(struct inode *dir, struct inode *child); /* NULL: if there is `create` */
	/* Text of a link without link_target, NUL-terminated in buf: 0 or -errno. May sleep. */
	int (*readlink)(struct inode *ino, char *buf, size_t size);
	int (*follow)(struct inode *ino, struct path *out); /* magic links (/proc/PID/fd/N): jumps; NULL: by text */
	int (*open)(struct inode *ino, struct file *f);	    /* may change f->ops, priv, wq; 0 or -errno */
	int (*setsize)(struct inode *ino, off_t size);	    /* inode lock held for writing */
	int (*setattr)(struct inode *ino, u32 mode, u32 uid, u32 gid); /* asked before a change: -EPERM; NULL: fine */
	int (*permission)(struct inode *ino, unsigned want); /* under RCU, must not sleep; NULL: cred_permits() */
	void (*getattr)(struct inode *ino, struct stat *st); /* touches up what the generic fill gave */
	int (*readdir)(struct file *f, struct dir_emit *d);  /* from dir_emit_dots() on; NULL: the dentries in memory */
	void (*evict)(struct inode *ino);
	int (*revalidate)(struct dentry *d); /* under RCU: 0 still right; -ENOENT: drop it */
};

struct inode {
	struct ref ref;
	u32 mode, uid, gid;	/* [lock; RCU readers] */
	const struct inode_ops *ops; /* [const] */
	const struct file_ops *fops; /* [const] regular files and directories of this file system */
	struct superblock *sb;	/* [const] counted */
	u64 ino;		/* [const] */
	char *link_target;	/* [const] */
	u32 nlink;		/* [dentry lock] */
	bool dead;		/* [dentry lock] a removed directory: no new entries */
	s32 writers;		/* [atomic] files open for writing; below 0: it is executed that many times */
	bool is_tmpfile;	/* [dentry lock] O_TMPFILE: link(2) may name it though nlink is 0 */
	u64 rdev;		/* [const] device number of a node, as the kernel's u64 (see rdev_*) */
	s64 atime_ns, mtime_ns, ctime_ns, btime_ns; /* [atomic] since the epoch */
	struct vm_object *object; /* [const] regular files: contents and size */
	struct rwlock lock;
	struct watch *watches;	/* [notify_lock] who wants to know what happens here: fs/notify.c */
	struct xattr *xattrs;	/* [lock] extended attributes: fs/xattr.c */
	void *priv;		/* [priv_lock] file system's own; a FIFO's pipe; a bound socket */
	struct spinlock priv_lock; /* RANK_OBJECT */
	u64 next_cookie;	/* [dentry lock] directories: position of the next entry */
	u32 nr_entries;		/* [dentry lock] directories: pinned entries */
	u8 write_hint;		/* [atomic] how long what is written is expected to stay: told, not used */
	u8 entry_bytes;		/* [const] directories: what an entry adds to st_size */
	struct filelocks *locks; /* [atomic] advisory locks, once there were any: fs/filelock.c */
	struct rcu_head rcu;
};

enum fs_type_flags {
	FS_NODEV = 1,	/* "nodev" in /proc/filesystems */
	FS_SINGLE = 2,	/* one superblock, however often it is mounted (proc, sysfs, devtmpfs) */
	FS_XATTR = 4,	/* its files keep extended attributes */
	FS_FIXED = 8,	/* mode, owner and times of its files cannot be changed by anybody */
};

struct fs_type {
	const char *name;
	int (*mount)(struct superblock *sb, const char *options); /* sets sb->root; 0 or -errno */
	int (*remount)(struct superblock *sb, const char *options); /* NULL: options are ignored */
	void (*show_options)(struct superblock *sb, struct strbuf *sb_out); /* ",size=..." for /proc/mounts */
	void (*free)(struct superblock *sb);
	u32 flags; /* enum fs_type_flags */
};
extern const struct fs_type tmpfs_type, procfs_type, sysfs_type, devfs_type, devpts_type;

struct superblock {
	struct ref ref;
	const struct fs_type *type;
	struct dentry *root;	/* [const] counted */
	u64 dev;	/* [const] st_dev */
	u32 magic;	/* [const] f_type */
	u32 flags;	/* [mount lock] MS_RDONLY */
	u64 max_blocks, max_inodes; /* [mount lock] 0: no limit */
	u64 used_blocks, used_inodes; /* [atomic] */
	u64 xattr_bytes; /* [atomic] on the account of inodes: fs/xattr.h */
	u32 writers;	/* [atomic] files open for writing */
	u32 nr_nameless; /* [atomic] inodes that have lost their last name and are still in use */
	u64 next_ino;	/* [atomic] */
	unsigned nr_mounts; /* [mount lock] */
	void *priv;
	struct list node; /* [mount lock] FS_SINGLE ones */
};

struct mount {
	struct ref ref;
	u32 flags;		 /* [mount lock] MS_NOSUID, NODEV, NOEXEC, RDONLY, NOATIME... */
	struct superblock *sb;	 /* [const] counted */
	struct dentry *root;	 /* [const] counted: what of the file system is seen */
	struct mount *parent;	 /* [mount lock; RCU readers] counted; NULL: the namespace's root, or unmounted */
	struct dentry *at;	 /* [mount lock; RCU readers] in parent, counted */
	struct mount *next_at;	 /* [mount lock; RCU readers] chain of at->mounted */
	struct list node;	 /* [mount lock] mount table, in order */
	int id;			 /* [const] */
	bool attached;		 /* [mount lock] */
	bool is_expiring;	 /* [atomic] MNT_EXPIRE was asked for, and nobody has come by since */
	u32 writers;		 /* [atomic] files open for writing */
	struct mount *copy;	 /* [mount lock] while a tree is copied: the other one; of a copy: itself */
	struct rcu_head rcu;
	char source[64];	 /* [const] */
};

extern struct mutex mount_lock; /* RANK_MOUNT */
extern struct list mounts;	/* [mount_lock] */
struct superblock *superblock_new(const struct fs_type *type, u32 magic); /* NULL: no memory */
void superblock_put(struct superblock *sb);
/* One more inode, or further name of one, on its account: 0 or -ENOSPC. */
int superblock_charge_inode(struct superblock *sb);
static inline void superblock_uncharge_inode(struct superblock *sb)
{
	__atomic_sub_fetch(&sb->used_inodes, 1, __ATOMIC_RELAXED);
}
struct mount *mount_at(struct mount *parent, struct dentry *d); /* under RCU, not counted: what covers it, or NULL */
struct path mount_place(const struct mount *m); /* under RCU, not counted: what it covers; empty: it is in no tree */
static inline struct mount *mount_get(struct mount *m)
{
	ref_get(&m->ref);
	return m;
}
void mount_put(struct mount *m);
void mount_put_unseen(struct mount *m); /* the same of one that MNT_EXPIRE goes on taking for unused */
/* Is a change of names or attributes through this mount allowed? 0 or -EROFS. */
static inline int mount_may_write(const struct mount *m)
{
	return unlikely((READ_ONCE(m->flags) | READ_ONCE(m->sb->flags)) & MS_RDONLY) ? -EROFS : 0;
}
/* One more file that is open for writing; who makes the mount read-only sees either it or is seen: 0, or -EROFS. */
int mount_get_write(struct mount *m);
void mount_put_write(struct mount *m);
int mount_kernel(const char *type, const char *source, const char *target, u32 flags, const char *options);

/* A node whose writes reach no file system: what a read-only mount does not forbid. */
static inline bool inode_is_special(const struct inode *i)
{
	u32 type = i->mode & S_IFMT;
	return type != S_IFREG && type != S_IFDIR && type != S_IFLNK;
}
struct inode *inode_new(struct superblock *sb, u32 mode, const struct inode_ops *ops); /* NULL: no memory */
static inline struct inode *inode_get(struct inode *i)
{
	ref_get(&i->ref);
	return i;
}
void inode_put(struct inode *i);
DEFINE_AUTOPUT(inode)
int inode_permission_slow(struct inode *i, unsigned want);
bool inode_owner_or_capable(struct inode *i);	      /* fsuid owns it or CAP_FOWNER */
void inode_fill_stat(struct inode *i, struct stat *st);
/* A write clears the set-id bits, unless by CAP_FSETID, and capabilities; lock held. */
void inode_drop_privileges_slow(struct inode *i);
static inline void inode_drop_privileges(struct inode *i)
{
	if (unlikely(i->mode & (S_ISUID | S_ISGID) || i->xattrs))
		inode_drop_privileges_slow(i);
}
int inode_may_grow(struct inode *i, off_t size);  /* RLIMIT_FSIZE: 0, or -EFBIG and SIGXFSZ */
int inode_truncate(struct inode *i, off_t size);  /* takes the lock; permission was checked */
static inline void inode_touch(struct inode *i, bool modified)
{
	s64 now = realtime_now_ns();
	i->ctime_ns = now;
	if (modified)
		i->mtime_ns = now;
}
/* After a read: relatime, mount(8). */
void inode_touch_atime(struct inode *i, const struct mount *m);
/* It has no name (any more): counted until it goes, or gets one again. dentry_lock, or not yet known to anybody. */
static inline void inode_lose_names(struct inode *i)
{
	i->nlink = 0;
	__atomic_fetch_add(&i->sb->nr_nameless, 1, __ATOMIC_RELAXED);
}
static inline void inode_leave_nameless(struct inode *i)
{
	__atomic_fetch_sub(&i->sb->nr_nameless, 1, __ATOMIC_RELAXED);
}
/* A regular file is either written or executed: one more writer, or one more execution. 0 or -ETXTBSY. */
static inline int inode_writers_add(struct inode *i, s32 step)
{
	s32 old = __atomic_load_n(&i->writers, __ATOMIC_RELAXED);
	do {
		if (step > 0 ? old < 0 : old > 0)
			return -ETXTBSY;
	} while (!__atomic_compare_exchange_n(&i->writers, &old, old + step, true, __ATOMIC_ACQUIRE,
		__ATOMIC_RELAXED));
	return 0;
}
static inline int inode_get_write(struct inode *i)
{
	return inode_writers_add(i, 1);
}
static inline int inode_deny_write(struct inode *i)
{
	return inode_writers_add(i, -1);
}
static inline void inode_put_write(struct inode *i)
{
	__atomic_fetch_sub(&i->writers, 1, __ATOMIC_RELEASE);
}
static inline void inode_allow_write(struct inode *i)
{
	__atomic_fetch_add(&i->writers, 1, __ATOMIC_RELEASE);
}
/* cred_permits with the current fsuid; directories that everybody may search cost three instructions. */
static inline int inode_permission(struct inode *i, unsigned want)
{
	u32 mode = READ_ONCE(i->mode);
	if (likely(want == WANT_EXEC && (mode & 0111) == 0111 && !i->ops->permission))
		return 0;
	return inode_permission_slow(i, want);
}

/* Device numbers: 12 bits of major, 20 of minor, packed as user space's 64-bit dev_t does. */
static inline u64 rdev_make(u32 major, u32 minor)
{
	return (u64)(minor & 0xff) | (u64)(major & 0xfff) << 8 | (u64)(minor & ~0xffu) << 12;
}
static inline u32 rdev_major(u64 rdev)
{
	return (rdev >> 8) & 0xfff;
}
static inline u32 rdev_minor(u64 rdev)
{
	return (rdev & 0xff) | ((rdev >> 12) & 0xfff00);
}

/* Opens; permission was checked. O_TRUNC and O_CREAT are the caller's business. */
int open_path(const struct path *p, u32 flags, struct file **out);
int file_open_kernel(const char *name, u32 flags, u32 mode, struct file **out); /* with the permissions of the caller */
/* Special inodes (fs/special.c): the one table from file type to open. */
int special_open(struct inode *ino, struct file *f);
/* Makes the driver reachable by number and the node appear in devfs as /dev/NAME ("pts/0": in a folder). -ENOMEM, -EEXIST. */
int device_register(u32 type, u64 rdev, const char *name, const struct file_ops *ops, void *priv, u32 mode);
/* An inode without a name, on a hidden file system of its kind: pipes (S_IFIFO), sockets, others. */
struct inode *anon_inode_new(u32 mode);
enum anon_kind { ANON_PLAIN, ANON_PIPES, ANON_SOCKETS, ANON_PIDFS };
struct inode *anon_inode_new_kind(enum anon_kind kind, u32 mode);
extern struct inode *anon_inode_shared; /* [boot] what files without an inode of their own show of themselves */
struct inode *file_inode_get(struct file *f); /* what fstat shows, counted; NULL: no memory */
/* A path to any open file, counted, for magic links: one of an anonymous file leads to its inode by a name
 * made for the purpose ("pipe:[17]"). -ENOMEM. */
int file_path_get(struct file *f, struct path *out);
void anon_inode_init(void);
/* "." and "..", if their turn is now; false: the buffer is full */
bool dir_emit_dots(struct file *f, struct dir_emit *e);
extern const struct file_ops dir_ops;	/* directories of every file system */
void memdev_init(void);	/* registers /dev/null and its like */
void vfs_init(void);	/* mounts the root tmpfs; devfs with the devices registered so far on /dev, procfs, sysfs */
int cpio_unpack(const void *archive, size_t bytes, const char **error); /* into the root; gzip too */
/* fs/create.c: the changes of names that other parts of the kernel make too. */
int vfs_create_at(const struct path *dir, const char *name, size_t len, u32 mode, u64 rdev, const char *target,
	struct dentry **out);
/* mknod(2) of a FIFO or socket by a name in kernel memory: a counted *out. */
int vfs_make_node(const char *name, u32 mode, struct path *out);
int vfs_link_at(const struct path *from, const struct path *dir, const char *name, size_t len);
int vfs_unlink_at(const struct path *dir, const char *name, size_t len, bool want_dir);
