// SPDX-License-Identifier: MIT
/*
 * mount_tree: a mount with everything that is mounted in it: bound to another place, moved, taken down.
 *
 * Promise   a bind shows the same files at another place; with its tree (MS_REC) also what is mounted below, each
 *           copy at the same place of its parent's copy; all of it or nothing. A move changes the place of one
 *           mount: who is in it stays in it, and no look-up finds it nowhere or in both places (mount.c).
 * Locks     mount_lock around looking at the tree and changing it; what was taken out of it is put afterwards
 * Lifetime  mount.c; mount->copy is only set while copy_below() runs
 * Linux     mount(2) MS_BIND, MS_REC, MS_MOVE, umount(2); every mount is private: nothing propagates
 */
#include "fs/mount.h"
#include "kernel/core/rcu.h"
#include "kernel/lib/errno.h"

static bool is_below(const struct mount *m, const struct mount *top)
{
	while (m && m != top)
		m = m->parent;
	return m != NULL;
}

static bool has_children(const struct mount *top)
{
	struct mount *m;
	list_for_each(m, &mounts, node)
		if (m->parent == top)
			return true;
	return false;
}

static bool is_directory(const struct path *p)
{
	return S_ISDIR(p->dentry->inode->mode);
}

/* --- copies --- */

/* Is it seen by who begins at `from`? Its parent has been copied already, and it is no copy itself. */
static bool belongs_to_copy(const struct mount *m, const struct path *from)
{
	const struct mount *up = m->parent;
	if (m->copy || !up || !up->copy || up->copy == up)
		return false;
	if (up != from->mount)
		return true;
	rcu_read_lock();
	bool is_seen = dentry_is_ancestor(from->dentry, m->at);
	rcu_read_unlock();
	return is_seen;
}

/* Each mount below `from` once more, below `top`. After an error some may be there, and *rest is to be put. */
static int copy_below(const struct path *from, struct mount *top, struct mount **rest)
{
	struct mount *m;
	int err = 0;
	bool more = true;
	from->mount->copy = top;
	top->copy = top;
	while (more && err == 0) { /* once is not enough where a mount was moved into a younger one */
		more = false;
		list_for_each(m, &mounts, node) {
			if (!belongs_to_copy(m, from))
				continue;
			struct mount *c = mount_copy(m, m->root);
			err = c ? mount_attach(c, &(struct path){ m->parent->copy, m->at }) : -ENOMEM;
			*rest = c;
			if (err)
				break;
			mount_put(take(*rest)); /* the tree has its own reference */
			m->copy = c->copy = c;
			more = true;
		}
	}
	list_for_each(m, &mounts, node)
		m->copy = NULL;
	return err;
}

int mount_bind(struct path *at, const struct path *from, bool whole_tree)
{
	struct mount *rest = NULL;
	if (is_directory(from) != is_directory(at))
		return -ENOTDIR;
	path_cross_mounts(at);
	mutex_lock(&mount_lock);
	/* What was never mounted cannot be bound either, but for name spaces: so one keeps them. */
	bool may = from->mount->attached || from->mount->sb->magic == NSFS_MAGIC;
	struct mount *top = may ? mount_copy(from->mount, from->dentry) : NULL;
	int err = top ? mount_attach(top, at) : may ? -ENOMEM : -EINVAL;
	bool is_there = err == 0;
	if (is_there && whole_tree && from->mount->attached)
		err = copy_below(from, top, &rest);
	mutex_unlock(&mount_lock);
	if (err && is_there)
		mount_take_down(top);
	mount_put(rest);
	mount_put(top);
	return err;
}

/* --- moves --- */

static int may_move(const struct path *from, const struct path *at)
{
	const struct mount *m = from->mount;
	if (from->dentry != m->root || !m->attached || !m->parent || is_directory(from) != is_directory(at))
		return -EINVAL;
	return is_below(at->mount, m) ? -ELOOP : 0;
}

int mount_move(struct path *at, const struct path *from)
{
	struct path left = {};
	path_cross_mounts(at);
	mutex_lock(&mount_lock);
	int err = may_move(from, at);
	if (err == 0)
		err = mount_shift(from->mount, at, &left);
	mutex_unlock(&mount_lock);
	path_put(&left);
	return err;
}

/* --- the end --- */

bool mount_is_used(struct mount *top, u32 own_refs)
{
	assert_mutex_held(&mount_lock);
	return has_children(top) || ref_count(&top->ref) > own_refs + 1;
}

/* One of the tree under `top` on which nothing is mounted. */
static struct mount *leaf_of(struct mount *top)
{
	struct mount *m;
	list_for_each(m, &mounts, node)
		if (is_below(m, top) && !has_children(m))
			return m;
	return top;
}

/* Takes one mount out of the tree: answers whether there was one and what has to be put. */
static bool detach_one(struct mount *top, struct mount **gone, struct path *place)
{
	guard(mutex)(&mount_lock);
	if (!top->attached)
		return false;
	*gone = leaf_of(top);
	*place = mount_detach(*gone);
	return true;
}

int mount_take_away(struct mount *top, u32 own_refs)
{
	mutex_lock(&mount_lock);
	int err = !top->attached ? -EINVAL : mount_is_used(top, own_refs) ? -EBUSY : 0;
	struct path place = err ? (struct path){} : mount_detach(top);
	mutex_unlock(&mount_lock);
	if (err)
		return err;
	mount_put(top); /* the tree's reference */
	path_put(&place);
	return 0;
}

void mount_take_down(struct mount *top)
{
	struct mount *gone;
	struct path place;
	while (detach_one(top, &gone, &place)) {
		mount_put(gone);
		path_put(&place);
	}
}
