// SPDX-License-Identifier: MIT
/*
 * path: names, directory entries, mounts, and the walk from a string to an object.
 *
 * Promise   path_resolution(7): every component is checked for search permission with the caller's fsuid,
 *           symbolic links are followed to at most 40, trailing slashes demand a directory, mounts are
 *           crossed both ways, ".." never leaves the root of the caller's fs_ctx.
 * Locks     dentries hash: RCU look-ups, RANK_DENTRY for changes; the directory's inode lock (RANK_INODE)
 *           orders creation and removal of names in it; RANK_RENAME for moves between directories
 * Lifetime  a dentry is counted and holds its parent and its inode. File systems whose tree lives in
 *           memory (tmpfs, devfs) pin their dentries; others (procfs) make them when asked.
 */
#pragma once
#include "kernel/core/ref.h"
#include "kernel/core/rcu.h"
#include "kernel/core/mutex.h"
#include "kernel/lib/list.h"
#include "kernel/lib/strbuf.h"

struct inode;
struct mount;
struct fs_ctx;

enum { DENTRY_INLINE_NAME = 32 };

struct dentry {
	struct ref ref;
	struct rcu_head rcu;
	struct dentry *parent;	/* [rename + dentry lock] counted; the root of a file system: itself, not counted */
	struct inode *inode;	/* [const] counted; never NULL: there are no negative entries */
	struct list hash_node;	/* [dentry lock; RCU readers] */
	struct list child_node, children; /* [parent inode's lock] in order of creation */
	u64 cookie;		/* [parent inode's lock] directory position, grows: readdir goes on after it */
	u32 hash;		/* [dentry lock] of parent and name */
	bool unhashed;		/* [dentry lock] the name is gone: "(deleted)" */
	bool pinned;		/* [parent inode's lock] the file system holds one reference */
	struct mount *mounted;	/* [mount lock] what is mounted here, topmost; NULL: nothing */
	u16 name_len;
	char *name;		/* [dentry lock] NUL-terminated */
	char inline_name[DENTRY_INLINE_NAME];
};

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

void path_get(const struct path *p);
void path_put(struct path *p); /* accepts empty ones */

enum lookup_flags {
	LOOKUP_FOLLOW = 1,	 /* follow a link in the last component */
	LOOKUP_DIRECTORY = 2,	 /* the result must be a directory */
	LOOKUP_EMPTY = 4,	 /* AT_EMPTY_PATH: "" is dirfd itself */
	LOOKUP_NO_MAGIC = 8,	 /* RESOLVE_NO_MAGICLINKS */
	LOOKUP_NO_SYMLINKS = 16, LOOKUP_BENEATH = 32, LOOKUP_IN_ROOT = 64, LOOKUP_NO_XDEV = 128,
};
/* Walks a user string. 0 and a counted *out, or -errno. */
int path_lookup(int dirfd, const char __user *name, unsigned flags, struct path *out);
int path_lookup_kernel(const char *name, unsigned flags, struct path *out); /* from the root */
/* Walks all but the last component: *dir counted, `last` (NAME_MAX + 1 bytes) holds the name.
 * Used by create, remove, rename. Trailing slashes are reported in *had_slash. */
int path_lookup_parent(int dirfd, const char __user *name, struct path *dir, char *last, bool *had_slash);
/* The absolute name as seen from the caller's root, built at the end of buf; -ENAMETOOLONG. Appends
 * " (deleted)" and handles unreachable ones as d_path does on Linux. */
int path_show(const struct path *p, char *buf, size_t size, char **start);
void path_to_strbuf(const struct path *p, struct strbuf *sb);

struct fs_ctx {
	struct ref ref;
	struct spinlock lock; /* RANK_OBJECT */
	struct path root, cwd; /* [lock] counted */
	u32 umask;	       /* [lock] */
};
struct fs_ctx *fs_ctx_copy(struct fs_ctx *from); /* NULL: no memory */
struct fs_ctx *fs_ctx_get(struct fs_ctx *c);
void fs_ctx_put(struct fs_ctx *c);
