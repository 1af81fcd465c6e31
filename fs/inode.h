// SPDX-License-Identifier: MIT
/*
 * inode: what a file is, apart from its names; superblocks and mounts.
 *
 * Promise   inode(7). One struct for every file system; what differs is in inode_ops. Attribute changes and
 *           directory changes hold the inode's lock.
 * Locks     inode->lock (RANK_INODE); a child's is taken with subrank 1 while its directory's is held
 * Lifetime  counted; the last put with nlink == 0 calls ops->evict
 */
#pragma once
#include "fs/file.h"
#include "kernel/uapi/stat.h"
#include "kernel/uapi/statfs.h"

struct superblock;
struct vm_object;

struct inode_ops {
	/* Finds or makes the child's inode, counted: 0, -ENOENT. NULL op: the dentries in memory are all there is. */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* Creation: makes the inode for a new name; the caller links it. type in mode; dev for nodes; target for links. */
	int (*create)(struct inode *dir, u32 mode, u64 dev, const char *target, struct inode **out);
	int (*may_unlink)(struct inode *dir, struct inode *child); /* NULL: always */
	const char *(*readlink)(struct inode *ino, char *buf, size_t size, int *err); /* text of a link, may use buf */
	int (*follow)(struct inode *ino, struct path *out); /* magic links (/proc/PID/fd/N): jumps; NULL: by text */
	int (*open)(struct inode *ino, struct file *f);	    /* may change f->ops, priv, wq; 0 or -errno */
	int (*setsize)(struct inode *ino, off_t size);
	int (*setattr)(struct inode *ino, u32 mode, u32 uid, u32 gid); /* told after a change; NULL: fine. -EPERM refuses before */
	int (*permission)(struct inode *ino, unsigned want);	    /* NULL: cred_permits() on uid, gid, mode */
	void (*getattr)(struct inode *ino, struct stat *st);	    /* touches up what the generic fill gave */
	void (*evict)(struct inode *ino);
	bool volatile_entries; /* look-ups are not cached by name (procfs) */
	int (*revalidate)(struct dentry *d); /* 0: the cached entry is still right; -ENOENT: drop it */
};

struct inode {
	struct ref ref;
	struct rcu_head rcu;
	const struct inode_ops *ops;
	const struct file_ops *fops; /* regular files, directories, devices of this file system */
	struct superblock *sb;
	u64 ino;		/* [const] */
	u32 mode, uid, gid;	/* [lock] */
	u32 nlink;		/* [lock] */
	u64 rdev;		/* [const] device number of a node */
	s64 atime_ns, mtime_ns, ctime_ns, btime_ns; /* [atomic] since the epoch */
	struct rwlock lock;
	struct vm_object *object; /* regular files: contents and size */
	void *priv;		/* file system's own; a FIFO's pipe */
	struct spinlock priv_lock; /* RANK_OBJECT: priv of FIFOs and sockets */
	char *link_target;	/* [const] */
	u64 next_cookie;	/* [lock] directories */
	bool dead;		/* [lock] a removed directory: no new entries */
	struct list locks;	/* advisory locks: fs/flock.c */
	struct list sb_node;	/* [sb->lock] */
};

struct fs_type {
	const char *name;
	int (*mount)(struct superblock *sb, const char *options); /* fills sb->root */
	u32 flags; /* FS_NODEV: "nodev" in /proc/filesystems */
};

struct superblock {
	struct ref ref;
	const struct fs_type *type;
	struct dentry *root;
	u64 dev;	/* [const] st_dev */
	u32 magic;	/* [const] f_type */
	u32 flags;	/* MS_RDONLY */
	u64 max_blocks, max_inodes; /* 0: no limit */
	u64 used_blocks, used_inodes; /* [atomic] */
	u64 next_ino;	/* [atomic] */
	void *priv;
	char options[128];
};

struct mount {
	struct ref ref;
	struct superblock *sb;
	struct dentry *root;	 /* what of the file system is seen */
	struct mount *parent;	 /* [mount lock] NULL: the namespace's root */
	struct dentry *at;	 /* [mount lock] in parent */
	struct list node;	 /* [mount lock] mount table, in order */
	u32 flags;		 /* MS_NOSUID, NODEV, NOEXEC, RDONLY, NOATIME... */
	int id;
	char source[64];
};

struct inode *inode_new(struct superblock *sb, u32 mode, const struct inode_ops *ops); /* NULL: no memory */
static inline struct inode *inode_get(struct inode *i)
{
	ref_get(&i->ref);
	return i;
}
void inode_put(struct inode *i);
DEFINE_AUTOPUT(inode)
int inode_permission(struct inode *i, unsigned want); /* cred_permits with the current fsuid */
bool inode_owner_or_capable(struct inode *i);	      /* fsuid owns it or CAP_FOWNER */
void inode_fill_stat(struct inode *i, struct stat *st);
s64 realtime_now_ns(void);	/* kernel/core/clock.h */
static inline void inode_touch(struct inode *i, bool modified)
{
	s64 now = realtime_now_ns();
	i->ctime_ns = now;
	if (modified)
		i->mtime_ns = now;
}

struct dentry *dentry_new(struct dentry *parent, const char *name, size_t len, struct inode *inode); /* takes the inode reference */
static inline struct dentry *dentry_get(struct dentry *d)
{
	ref_get(&d->ref);
	return d;
}
void dentry_put(struct dentry *d);
int open_path(const struct path *p, u32 flags, struct file **out); /* permission was checked */
int file_open_kernel(const char *name, u32 flags, u32 mode, struct file **out);
/* Special inodes (fs/special.c): the one table from file type to open. */
int special_open(struct inode *ino, struct file *f);
int device_register(u32 type, u64 rdev, const char *name, const struct file_ops *ops, void *priv, u32 mode);
struct inode *anon_inode_new(u32 mode); /* for pipes, sockets: on the hidden file system "pipefs"/"anon" */
void vfs_init(void);	/* mounts the root tmpfs, sets up devfs and procfs types */
int cpio_unpack(const void *archive, size_t bytes, const char **error); /* into the root; gzip too */
