// SPDX-License-Identifier: MIT
/*
 * flock: advisory locks on whole files, held by open file descriptions.
 *
 * Promise   flock(2): one holder of LOCK_EX or any number of LOCK_SH; the lock belongs to the open file, so
 *           duplicates and children share it and any of them may release it; the last close does. A conversion is
 *           a release and a new request, as on Linux: another one may come in between, and with LOCK_NB the
 *           old lock may be lost.
 * Locks     a bucket's spinlock (RANK_FILELOCK), chosen by the inode, guards inode->locks and file->has_flock of
 *           all its inodes
 * Lifetime  a lock is a record on the inode's list; it goes with the request that releases it, or with the file
 * Blocking  -ERESTART after a signal; a release wakes everybody who waits in the bucket
 */
#include "fs/flock.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/hash.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"

enum { BUCKET_BITS = 4 };

struct flock_record {
	struct list node;   /* [bucket] in inode->locks */
	struct file *file;  /* [const] not counted: the file outlives its record */
	bool is_exclusive;  /* [const] */
};

static struct bucket {
	struct spinlock lock;
	struct waitq wq;
} buckets[1u << BUCKET_BITS];

void flock_init(void)
{
	for (size_t i = 0; i < ARRAY_LEN(buckets); i++) {
		spin_init(&buckets[i].lock, RANK_FILELOCK);
		waitq_init(&buckets[i].wq, WAIT_FILELOCK, &buckets[i]);
	}
}

static struct inode *inode_of(const struct file *f)
{
	return f->inode ? f->inode : anon_inode_shared;
}

static struct bucket *bucket_of(const struct inode *ino)
{
	return &buckets[hash_bits((uintptr_t)ino, BUCKET_BITS)];
}

/* The file's own record, or NULL. */
static struct flock_record *own_record(struct inode *ino, const struct file *f)
{
	struct flock_record *r;
	list_for_each(r, &ino->locks, node)
		if (r->file == f)
			return r;
	return NULL;
}

static bool conflicts(struct inode *ino, bool is_exclusive)
{
	struct flock_record *r;
	list_for_each(r, &ino->locks, node)
		if (is_exclusive || r->is_exclusive)
			return true;
	return false;
}

void flock_release(struct file *f)
{
	struct inode *ino = inode_of(f);
	struct bucket *b = bucket_of(ino);
	spin_lock(&b->lock);
	struct flock_record *r = own_record(ino, f);
	if (r)
		list_del(&r->node);
	f->has_flock = false;
	spin_unlock(&b->lock);
	if (r)
		wake_all(&b->wq, POLLIN);
	kfree(r);
}

/* True: `r` is on the list now. */
static bool try_lock(struct bucket *b, struct inode *ino, struct flock_record *r)
{
	guard(spin)(&b->lock);
	if (conflicts(ino, r->is_exclusive))
		return false;
	list_add_tail(&ino->locks, &r->node);
	r->file->has_flock = true;
	return true;
}

/* Has the file that lock already? */
static bool is_held(struct file *f, bool is_exclusive)
{
	struct inode *ino = inode_of(f);
	guard(spin)(&bucket_of(ino)->lock);
	struct flock_record *r = own_record(ino, f);
	return r && r->is_exclusive == is_exclusive;
}

static int lock(struct file *f, bool is_exclusive, bool may_wait)
{
	struct inode *ino = inode_of(f);
	struct bucket *b = bucket_of(ino);
	if (is_held(f, is_exclusive))
		return 0;
	struct flock_record *r = kzalloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	*r = (struct flock_record){ .file = f, .is_exclusive = is_exclusive };
	flock_release(f);
	int err = 0;
	if (!try_lock(b, ino, r))
		err = may_wait ? wait_event(&b->wq, POLLIN, try_lock(b, ino, r), FOREVER, WAIT_INTERRUPTIBLE) :
				 -EWOULDBLOCK;
	if (err)
		kfree(r);
	return err;
}

long sys_flock(int fd, unsigned op)
{
	unsigned what = op & ~(unsigned)LOCK_NB;
	if (op & LOCK_MAND) /* mandatory locks went away, but programs that ask for one are not told */
		return 0;
	if (what != LOCK_UN && what != LOCK_SH && what != LOCK_EX)
		return -EINVAL;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (what != LOCK_UN)
		return lock(r.file, what == LOCK_EX, !(op & LOCK_NB));
	flock_release(r.file);
	return 0;
}
