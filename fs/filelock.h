// SPDX-License-Identifier: MIT
/*
 * filelock: who holds and who wants which part of a file: the core of flock(2) and of fcntl's locks.
 *
 * Promise   an owner's locks on one inode are disjoint: what is set replaces what the owner had there, and
 *           neighbours of one type are one lock. Locks of different owners overlap only if all are shared.
 *           Requests that must wait are tried in the order in which they came; one that has just arrived
 *           may be faster than those that were woken, as on Linux.
 * Locks     filelocks.lock (RANK_FILELOCK) guards everything about one inode; blocked_lock
 *           (RANK_FILEWAIT) what the search for deadlocks reads; contexts_lock (RANK_OBJECT) the list of
 *           inodes for /proc/locks
 * Lifetime  an inode gets its struct filelocks with its first lock and keeps it until it is freed. Owners
 *           drop what they have before their address may be used again.
 */
#pragma once
#include "fs/inode.h"
#include "kernel/core/wait.h"
#include "kernel/lib/rbtree.h"

/* A lock of one kind never meets those of the other realm. */
enum lock_realm { LOCKS_WHOLE, LOCKS_RECORD, LOCK_REALMS };

enum lock_kind {
	LOCK_FLOCK, /* owner: the open file */
	LOCK_POSIX, /* owner: the descriptor table, hence a process */
	LOCK_OFD,   /* owner: the open file */
};

enum lock_type { LOCK_SHARED, LOCK_EXCLUSIVE, LOCK_NONE /* releases */ };

#define LOCK_END INT64_MAX /* the last byte that a file may have */

struct lock_range {
	off_t start, end; /* both included */
};

struct lock_request {
	struct lock_range range;
	const void *owner;	/* [const] */
	u8 kind;		/* [const] enum lock_kind */
	u8 type;		/* [const] enum lock_type */
	bool is_woken;		/* [filelocks.lock] may try again */
	int pid;		/* [const] what others see */
	const void *blocker;	/* [filelocks.lock, blocked_lock] owner that it waits for, NULL while woken */
	struct list node;	/* [filelocks.lock] in waiters, in the order of arrival */
	struct list blocked;	/* [blocked_lock] LOCK_POSIX */
	struct waitq wq;	/* the one sleeper */
};

/* --- one inode's locks; filelock.c and filelock_show.c only --- */
struct lock {
	struct rb_node node; /* in owner->locks, by range */
	struct lock_range range;
	u8 type;
	int pid;
};

struct lock_owner {
	struct list node;    /* in owners, in the order of their first locks */
	const void *id;	     /* [const] */
	u8 kind;	     /* [const] enum lock_kind */
	struct rb_root locks; /* never empty */
	struct account *account; /* [const] counted: pays for the locks */
};

struct filelocks {
	struct spinlock lock;
	struct list owners[LOCK_REALMS];  /* [lock] */
	struct list waiters[LOCK_REALMS]; /* [lock] struct lock_request */
	struct inode *inode;		   /* [const] */
	struct list node;		   /* [contexts_lock] */
};

extern struct spinlock filelock_contexts_lock;
extern struct list filelock_contexts;

void filelock_init(void);
/* The inode that a file's locks are on: those without an inode of their own share one, as on Linux. */
static inline struct inode *filelock_inode(const struct file *f)
{
	return f->inode ? f->inode : anon_inode_shared;
}
/* Sets or releases: 0; -EAGAIN: taken and !may_wait; -EDEADLK, -ERESTART; -ENOLCK: no memory, or too many. */
int filelock_set(struct inode *ino, struct lock_request *r, bool may_wait);
bool filelock_is_held(struct inode *ino, const struct lock_request *r); /* all of it, with that type */
/* A lock that would keep r out is copied: true. LOCK_NONE asks for a lock of r's own owner. */
bool filelock_test(struct inode *ino, const struct lock_request *r, struct lock *found);
void filelock_drop(struct inode *ino, enum lock_realm realm, const void *owner); /* all that it has */
void filelock_free(struct inode *ino); /* at the inode's end: there are no locks any more */
/* Each close(2) of a file in table t releases what the table's processes have locked of it: fcntl(2). */
void filelock_closed(struct fdtable *t, const struct file *f);
void filelock_file_gone(struct file *f); /* the last close of a file that had locks of its own */

/* filelock_show.c */
void filelock_show(struct strbuf *sb); /* /proc/locks */
void filelock_show_file(struct strbuf *sb, const struct file *f, const struct fdtable *t); /* fdinfo */

/* reclock.c */
long reclock_fcntl(const struct fdref *ref, int fd, unsigned cmd, unsigned long arg);
