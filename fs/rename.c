// SPDX-License-Identifier: MIT
/*
 * rename: moving names.
 *
 * Promise   rename(2), renameat2(2) with RENAME_NOREPLACE, RENAME_EXCHANGE and RENAME_WHITEOUT: at every moment
 *           the new name is the old object or the moved one, never nothing, and the old one the moved object or
 *           the whiteout; a directory never becomes its own descendant.
 * Locks     rename_lock while something moves between directories: it keeps "is an ancestor of" true
 *           from the test to the move. What the look-ups saw is confirmed by dentry_move() in the same
 *           step as the move; if anything moved meanwhile (dentry_seq), everything is looked up again.
 */
#include "fs/create.h"
#include "fs/notify.h"
#include "fs/walk.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"

enum { NOTHING_TO_DO = 1 };

/* The two ends of one rename, while it is judged. */
struct ends {
	struct walk *from, *to;
	struct dentry *old, *target; /* counted; target may be NULL */
	struct dentry *whiteout; /* counted; NULL until it is known to be needed */
	unsigned flags;
};

static int judge_slashes(const struct ends *e)
{
	if (!S_ISDIR(e->old->inode->mode) &&
		(e->from->last_slash || (e->to->last_slash && !(e->flags & RENAME_EXCHANGE))))
		return -ENOTDIR;
	if (e->flags & RENAME_EXCHANGE && e->to->last_slash && !S_ISDIR(e->target->inode->mode))
		return -ENOTDIR;
	return 0;
}

static int judge_ancestors(const struct ends *e)
{
	bool under_itself, over_its_parent;
	rcu_read_lock();
	under_itself = dentry_is_ancestor(e->old, e->to->held.dentry);
	over_its_parent = e->target && dentry_is_ancestor(e->target, e->from->held.dentry);
	rcu_read_unlock();
	if (under_itself)
		return -EINVAL;
	if (over_its_parent)
		return e->flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* ".." of a directory changes when it gets another parent: that takes write permission on it. */
static int judge_dotdot(const struct ends *e, struct inode *moves)
{
	if (e->from->held.dentry == e->to->held.dentry || !S_ISDIR(moves->mode))
		return 0;
	return inode_permission(moves, WANT_WRITE);
}

static int judge_permission(const struct ends *e)
{
	struct inode *old = e->old->inode, *target = e->target ? e->target->inode : NULL;
	int err = vfs_may_remove(&e->from->held, old, S_ISDIR(old->mode));
	if (err)
		return err;
	if (!target)
		err = vfs_may_create(&e->to->held);
	else
		err = vfs_may_remove(&e->to->held, target,
			S_ISDIR(e->flags & RENAME_EXCHANGE ? target->mode : old->mode));
	if (err == 0)
		err = judge_dotdot(e, old);
	if (err == 0 && e->flags & RENAME_EXCHANGE)
		err = judge_dotdot(e, target);
	return err;
}

static void touch_all(const struct ends *e)
{
	inode_touch(e->from->held.dentry->inode, true);
	inode_touch(e->to->held.dentry->inode, true);
	inode_touch(e->old->inode, false);
	if (e->target)
		inode_touch(e->target->inode, false);
}

static void tell_one_move(const struct path *from, const struct walk *old, const struct path *to,
	const struct walk *new, struct inode *moved)
{
	u32 cookie = notify_cookie(), isdir = isdir_bit(moved);
	notify_name(from->dentry->inode, IN_MOVED_FROM | isdir, old->last, old->last_len, cookie);
	notify_name(to->dentry->inode, IN_MOVED_TO | isdir, new->last, new->last_len, cookie);
}

static void tell(const struct ends *e)
{
	const struct walk *from = e->from, *to = e->to;
	if (!notify_is_on())
		return;
	tell_one_move(&from->held, from, &to->held, to, e->old->inode);
	if (e->target && !(e->flags & RENAME_EXCHANGE)) /* the link count */
		notify_inode(e->target->inode, IN_ATTRIB | isdir_bit(e->target->inode));
	notify_inode(e->old->inode, IN_MOVE_SELF);
	if (e->flags & RENAME_EXCHANGE) {
		tell_one_move(&to->held, to, &from->held, from, e->target->inode);
		notify_inode(e->target->inode, IN_MOVE_SELF);
	}
}

/* 0: to be moved; NOTHING_TO_DO; or an error. */
static int judge(const struct ends *e)
{
	if (e->target && e->flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (!e->target && e->flags & RENAME_EXCHANGE)
		return -ENOENT;
	int err = judge_slashes(e);
	if (err == 0)
		err = judge_ancestors(e);
	if (err)
		return err;
	if (e->target && e->target->inode == e->old->inode)
		return NOTHING_TO_DO; /* two names of one file, says POSIX */
	return judge_permission(e);
}

static int rename_found(struct ends *e, u32 seq)
{
	int err = judge(e);
	/* The two look-ups may have seen two moments: then the old and the new name can be one dentry, which
	 * somebody else has just moved. Only dentry_move() confirms by itself. */
	if (err && __atomic_load_n(&dentry_seq, __ATOMIC_ACQUIRE) != seq)
		return -EAGAIN;
	if (err)
		return err == NOTHING_TO_DO ? 0 : err;
	if (e->flags & RENAME_WHITEOUT && !e->whiteout)
		err = vfs_create_whiteout(&e->from->held, e->from->last, e->from->last_len, &e->whiteout);
	if (err)
		return err;
	if (e->flags & RENAME_EXCHANGE)
		err = dentry_exchange(seq, e->old, e->target);
	else
		err = dentry_move(&(struct dentry_move){
			.seq = seq, .d = e->old, .new_parent = e->to->held.dentry,
			.name = e->to->last, .len = e->to->last_len, .target = e->target, .whiteout = e->whiteout,
		});
	if (err == 0) {
		touch_all(e);
		tell(e);
	}
	return err;
}

static int rename_once(struct ends *e)
{
	struct walk *from = e->from, *to = e->to;
	u32 seq = __atomic_load_n(&dentry_seq, __ATOMIC_ACQUIRE);
	int err = dentry_lookup(from->held.dentry, from->last, from->last_len, &e->old);
	if (err)
		return err;
	err = dentry_lookup(to->held.dentry, to->last, to->last_len, &e->target);
	if (err == -ENOENT && to->held.dentry->inode->ops->create)
		err = 0; /* where nothing can be made, a name that is not there is an error */
	if (err == 0)
		err = rename_found(e, seq);
	dentry_put(take(e->target));
	dentry_put(take(e->old));
	return err;
}

static int rename_walked(struct walk *from, struct walk *to, unsigned flags)
{
	struct ends e = { .from = from, .to = to, .flags = flags };
	if (from->held.mount != to->held.mount)
		return -EXDEV;
	if (from->last_type != LAST_NAME)
		return -EBUSY;
	if (to->last_type != LAST_NAME)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	int err = mount_may_write(from->held.mount);
	if (err)
		return err;
	bool between_dirs = from->held.dentry != to->held.dentry;
	if (between_dirs)
		mutex_lock(&rename_lock);
	do
		err = rename_once(&e);
	while (err == -EAGAIN);
	if (between_dirs)
		mutex_unlock(&rename_lock);
	dentry_put(e.whiteout);
	return err;
}

long sys_renameat2(int fromfd, const char __user *from, int tofd, const char __user *to, unsigned flags)
{
	WALK(a);
	WALK(b);
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT) ||
		(flags & RENAME_EXCHANGE && flags != RENAME_EXCHANGE))
		return -EINVAL;
	int err = walk_to_parent(&a, fromfd, from);
	if (err == 0)
		err = walk_to_parent(&b, tofd, to);
	return err ? err : rename_walked(&a, &b, flags);
}

long sys_renameat(int fromfd, const char __user *from, int tofd, const char __user *to)
{
	return sys_renameat2(fromfd, from, tofd, to, 0);
}

long sys_rename(const char __user *from, const char __user *to)
{
	return sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
