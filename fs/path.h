// SPDX-License-Identifier: MIT
/*
 * path: names, directory entries, and the walk from a string to an object.
 *
 * Promise   path_resolution(7): every component is checked for search permission with the caller's fsuid,
 *           symbolic links are followed to at most 40, trailing slashes demand a directory, mounts are
 *           crossed both ways, ".." never leaves the root of the caller's fs_ctx.
 * Locks     dentry_lock (RANK_DENTRY, spinning) guards every change of names: hash chains, children, link
 *           counts, "this directory is dead". No sleeping lock is held to create, remove or list names.
 *           Look-ups are RCU plus a sequence number that moves make odd. RANK_RENAME orders moves
 *           between directories, so that the test for loops stays true until the move is done.
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
struct superblock;
struct fs_ctx;

enum {
	DENTRY_INLINE_WORDS = 4,
	DENTRY_INLINE_NAME = DENTRY_INLINE_WORDS * 8, /* with the NUL */
	FS_NAME_MAX = 255,
	FS_PATH_MAX = 4096, /* with the NUL */
	FS_MAX_LINKS = 40,  /* path_resolution(7) */
};

/* A name too long for the dentry itself. */
struct long_name {
	struct rcu_head rcu;
	u64 words[]; /* padded with zeroes to whole words */
};

struct dentry {
	struct ref ref;
	u32 hash;		/* [dentry lock; RCU readers] of parent and name */
	struct dentry *parent;	/* [dentry lock] counted; the root of a file system: itself, not counted */
	struct dentry *hash_next; /* [dentry lock; RCU readers] */
	struct inode *inode;	/* [const] counted; never NULL: there are no negative entries */
	const u64 *name_words;	/* [dentry lock; RCU readers] the name, NUL-terminated, padded with zeroes */
	u16 name_len;		/* [dentry lock] */
	bool unhashed;		/* [dentry lock] the name is gone: "(deleted)" */
	bool pinned;		/* [dentry lock] the file system holds one reference; on parent->children */
	struct mount *mounted;	/* [mount lock; RCU readers] mounts on this name, linked by next_at */
	u64 inline_words[DENTRY_INLINE_WORDS];
	struct list child_node, children; /* [dentry lock] pinned ones, in order of cookie */
	u64 cookie;		/* [dentry lock] directory position: readdir goes on after it */
	struct rcu_head rcu;
};

static inline const char *dentry_name(const struct dentry *d) /* under dentry_lock, or RCU and a look at the sequence */
{
	return (const char *)READ_ONCE(d->name_words);
}

struct dir_emit;

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

void path_get(const struct path *p);
void path_put(struct path *p); /* accepts empty ones, leaves it empty */
/* Hands a counted path out of a variable, which is left empty. */
static inline struct path path_take(struct path *p)
{
	struct path taken = *p;
	*p = (struct path){};
	return taken;
}
void path_cross_mounts(struct path *p); /* counted: replaced by what is mounted on top of it */
/* A local path that is counted or empty, and put at the end of its scope. */
#define PATHREF __cleanup(path_put) struct path

enum lookup_flags {
	LOOKUP_FOLLOW = 1,	 /* follow a link in the last component */
	LOOKUP_DIRECTORY = 2,	 /* the result must be a directory */
	LOOKUP_EMPTY = 4,	 /* AT_EMPTY_PATH: "" is dirfd itself */
	LOOKUP_NO_MAGIC = 8,	 /* RESOLVE_NO_MAGICLINKS */
	LOOKUP_NO_SYMLINKS = 16, LOOKUP_BENEATH = 32, LOOKUP_IN_ROOT = 64, LOOKUP_NO_XDEV = 128,
	LOOKUP_CACHED = 256,	 /* RESOLVE_CACHED: -EAGAIN where it would have to sleep, and where the way ends */
};
/* Walks a user string. 0 and a counted *out, or -errno. */
int path_lookup(int dirfd, const char __user *name, unsigned flags, struct path *out);
int path_lookup_kernel(const char *name, unsigned flags, struct path *out); /* relative to the caller's root or cwd */
/* The absolute name as seen from the caller's root, built at the end of buf; -ENAMETOOLONG. Appends
 * " (deleted)" to removed names; what cannot be reached from the root starts at its own file system's root. */
int path_show(const struct path *p, char *buf, size_t size, char **start);
void path_to_strbuf(const struct path *p, struct strbuf *sb);
void dentry_to_strbuf(struct dentry *d, struct strbuf *sb); /* its name within its own file system */

/* --- the name cache: fs/dentry.c --- */
extern struct spinlock dentry_lock;
u64 name_hash(const char *name, size_t len);
/* One word (8 bytes, the last one padded with zeroes) of a name into its hash. */
static inline u64 name_hash_step(u64 h, u64 word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}
/* Takes the inode's reference; not yet findable. NULL: no memory (the inode reference is put). */
struct dentry *dentry_new(struct dentry *parent, const char *name, size_t len, struct inode *inode);
struct dentry *dentry_new_root(struct inode *inode);
static inline struct dentry *dentry_get(struct dentry *d)
{
	ref_get(&d->ref);
	return d;
}
void dentry_put(struct dentry *d); /* accepts NULL; may sleep */
static inline void dentry_autoput_(struct dentry **d)
{
	dentry_put(*d);
}
/* Under RCU, not counted; NULL: not in memory. `hash` from name_hash(); name padded to whole words. */
struct dentry *dentry_find_rcu(struct dentry *parent, const char *name, size_t len, u64 hash);
/* The child, counted, made by the file system's lookup op if need be. 0 or -errno. May sleep. */
int dentry_lookup(struct dentry *parent, const char *name, size_t len, struct dentry **out);
enum dentry_link_flags {
	DENTRY_PIN = 1,	      /* joins the directory's children and takes a reference for the file system */
	DENTRY_HARD_LINK = 2, /* one more name of an inode: raises its link count */
};
/* Makes the name findable; a directory's link count is raised for a child directory.
 * -EEXIST; -ENOENT: the directory (or the inode of a hard link) is gone. */
int dentry_link(struct dentry *d, unsigned flags);
/* Not pinned: d, or the one that somebody else made findable meanwhile (d is put then). */
struct dentry *dentry_link_or_find(struct dentry *d);
/* Takes a name of `dir` away from d, lowers link counts. -EAGAIN: the name is not d's any more, look again; -ENOTEMPTY,
 * -EBUSY (mounted on). */
int dentry_unlink(struct dentry *dir, const char *name, size_t len, struct dentry *d);
/* One rename(2). The caller holds rename_lock if the parents differ. Names seen since `seq` are still
 * right or -EAGAIN: look up again. */
struct dentry_move {
	u32 seq;		 /* dentry_seq before the look-ups */
	struct dentry *d;	 /* what moves */
	struct dentry *new_parent;
	const char *name;	 /* the new name, padded to whole words */
	size_t len;
	struct dentry *target;	 /* what has the new name now and is replaced, or NULL */
	struct dentry *whiteout; /* what gets the old name, made for it and not findable yet, or NULL */
};
int dentry_move(const struct dentry_move *m);	/* -EAGAIN, -ENOTEMPTY, -ENOENT, -ENOMEM, -EBUSY */
int dentry_exchange(u32 seq, struct dentry *a, struct dentry *b);
void dentry_drop(struct dentry *d);	 /* makes it unfindable: the next look-up asks the file system again */
void dentry_drop_tree(struct dentry *root); /* unmount: unpins everything below */
bool dentry_is_ancestor(const struct dentry *a, const struct dentry *of); /* a == of counts; RCU or rename_lock */
/* The pinned children with e->pos <= cookie < end. True: that were all. */
bool dentry_emit_children(struct dentry *dir, struct dir_emit *e, u64 end);
void dentry_init(void);
extern struct mutex rename_lock; /* RANK_RENAME */
extern u32 dentry_seq;		 /* [dentry lock] odd while names move */

/* --- what a task knows about places: fs/fs_ctx.c --- */
struct fs_ctx {
	struct ref ref;
	struct spinlock lock; /* RANK_OBJECT: writers */
	u32 seq;	      /* [lock] odd while root or cwd change: RCU readers look twice */
	struct path root, cwd; /* [lock; RCU readers] counted */
	u32 umask;	      /* [lock] */
};
struct fs_ctx *fs_ctx_new(const struct path *root); /* cwd the same; NULL: no memory */
struct fs_ctx *fs_ctx_copy(struct fs_ctx *from); /* NULL: no memory */
struct fs_ctx *fs_ctx_get(struct fs_ctx *c);
void fs_ctx_put(struct fs_ctx *c);
void fs_ctx_paths(struct fs_ctx *c, struct path *root, struct path *cwd); /* counted; either may be NULL */
void fs_ctx_set_root(struct fs_ctx *c, const struct path *p); /* counts its own reference */
void fs_ctx_set_cwd(struct fs_ctx *c, const struct path *p);
/* Under RCU: a consistent copy of one of the two. */
static inline struct path fs_ctx_peek(const struct fs_ctx *c, const struct path *which)
{
	for (;;) {
		u32 seq = __atomic_load_n(&c->seq, __ATOMIC_ACQUIRE);
		struct path p = { READ_ONCE(which->mount), READ_ONCE(which->dentry) };
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (likely(!(seq & 1) && READ_ONCE(c->seq) == seq))
			return p;
	}
}
