// SPDX-License-Identifier: MIT
/*
 * mount: superblocks, and the tree of mounts that makes one name space of them.
 *
 * Promise   one name space for all. A mount covers one dentry of one parent mount; later mounts on the
 *           same place cover earlier ones. mount_at() costs nothing where nothing is mounted.
 * Locks     mount_lock (RANK_MOUNT, sleeping) for the tree and the table; the walk reads parent, at and
 *           the chain of dentry->mounted under RCU. The chain's head changes under dentry_lock too, so
 *           that unlink and mount cannot miss each other. move_seq is odd while a mount changes its place: who
 *           looks up or down across a mount meanwhile looks again.
 * Lifetime  a mount is counted: by the tree (one), by each path into it, by each child mount. The last
 *           mount of a superblock takes the file system down: names are unpinned, then inodes go, then
 *           the superblock. File systems with one superblock (proc, devtmpfs) stay for ever.
 */
#include "fs/mount.h"
#include "fs/xattr.h"
#include "kernel/core/task.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

enum { OPTIONS_MAX = 256 };

struct mutex mount_lock = MUTEX_INIT(mount_lock, RANK_MOUNT);
struct list mounts = LIST_INIT(mounts);
static struct list singles = LIST_INIT(singles); /* [mount_lock] superblocks of FS_SINGLE types */
static u32 last_minor;				 /* [atomic] of devices without hardware */
static int last_mount_id;			 /* [mount_lock] */
static u32 move_seq;				 /* [mount_lock to change; atomic] */

const struct fs_type *const fs_types[] = {
	&tmpfs_type, &procfs_type, &sysfs_type, &devfs_type, &devpts_type, NULL,
};

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *const *t = fs_types; *t; t++)
		if (strcmp((*t)->name, name) == 0)
			return *t;
	return NULL;
}

int mount_options_each(const char *options, int (*fn)(void *arg, const char *key, const char *value), void *arg)
{
	char text[OPTIONS_MAX];
	if (!options)
		return 0;
	if (strscpy(text, options, sizeof(text)) < 0)
		return -EINVAL;
	for (char *word = text, *next; word && *word; word = next) {
		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		if (!*word)
			continue;
		char *value = parse_value(word);
		int err = fn(arg, word, value);
		if (err)
			return err;
	}
	return 0;
}

struct superblock *superblock_new(const struct fs_type *type, u32 magic)
{
	struct superblock *sb = kzalloc(sizeof(*sb));
	if (!sb)
		return NULL;
	ref_init(&sb->ref);
	sb->type = type;
	sb->magic = magic;
	sb->dev = rdev_make(0, __atomic_add_fetch(&last_minor, 1, __ATOMIC_RELAXED));
	sb->next_ino = 1;
	list_init(&sb->node);
	return sb;
}

void superblock_put(struct superblock *sb)
{
	if (!sb || !ref_put(&sb->ref))
		return;
	if (sb->type->free)
		sb->type->free(sb);
	kfree(sb);
}

int superblock_charge_inode(struct superblock *sb)
{
	__atomic_add_fetch(&sb->used_inodes, 1, __ATOMIC_RELAXED);
	u64 limit = READ_ONCE(sb->max_inodes);
	if (limit == 0 || superblock_inodes(sb) <= limit)
		return 0;
	superblock_uncharge_inode(sb);
	return -ENOSPC;
}

/* No mount shows it any more: what is left are its own pins. */
static void superblock_shut_down(struct superblock *sb)
{
	dentry_drop_tree(sb->root);
	dentry_put(take(sb->root));
}

void superblock_discard(struct superblock *sb)
{
	if (!(sb->type->flags & FS_SINGLE))
		superblock_shut_down(sb);
	superblock_put(sb);
}

/* The only superblock of its type, counted, or NULL. */
static struct superblock *single_find(const struct fs_type *type)
{
	struct superblock *sb;
	guard(mutex)(&mount_lock);
	list_for_each(sb, &singles, node)
		if (sb->type == type) {
			ref_get(&sb->ref);
			return sb;
		}
	return NULL;
}

/* A superblock to mount: a new one, or the only one; counted. */
int superblock_make(const struct fs_type *type, const char *options, struct superblock **out)
{
	if (type->flags & FS_SINGLE && (*out = single_find(type)) != NULL)
		return 0;
	struct superblock *sb = superblock_new(type, 0);
	if (!sb)
		return -ENOMEM;
	int err = type->mount(sb, options);
	if (err) {
		superblock_put(sb);
		return err;
	}
	if (type->flags & FS_SINGLE) {
		guard(mutex)(&mount_lock);
		list_add_tail(&singles, &sb->node);
		ref_get(&sb->ref);
	}
	*out = sb;
	return 0;
}

static struct mount *mount_alloc(struct superblock *sb, struct dentry *root, u32 flags, const char *source)
{
	struct mount *m = kzalloc(sizeof(*m));
	if (!m)
		return NULL;
	ref_init(&m->ref);
	m->sb = sb;
	m->root = dentry_get(root);
	m->flags = flags & MOUNT_FLAGS;
	strlcpy(m->source, source, sizeof(m->source));
	list_init(&m->node);
	return m;
}

static void mount_number(struct mount *m)
{
	assert_mutex_held(&mount_lock);
	m->id = ++last_mount_id;
	m->sb->nr_mounts++;
}

/* Takes over the reference on sb; counts root. Not in the tree yet. */
struct mount *mount_new(struct superblock *sb, struct dentry *root, u32 flags, const char *source)
{
	struct mount *m = mount_alloc(sb, root, flags, source);
	if (!m)
		return NULL;
	guard(mutex)(&mount_lock);
	mount_number(m);
	return m;
}

struct mount *mount_copy(const struct mount *of, struct dentry *root)
{
	struct mount *m = mount_alloc(of->sb, root, READ_ONCE(of->flags), of->source);
	if (!m)
		return NULL;
	ref_get(&of->sb->ref);
	mount_number(m);
	return m;
}

static void mount_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct mount, rcu));
}

void mount_put(struct mount *m)
{
	if (m && unlikely(READ_ONCE(m->is_expiring)))
		WRITE_ONCE(m->is_expiring, false); /* somebody was here */
	mount_put_unseen(m);
}

void mount_put_unseen(struct mount *m)
{
	if (!m || !ref_put(&m->ref))
		return;
	struct superblock *sb = m->sb;
	mutex_lock(&mount_lock);
	bool is_last = --sb->nr_mounts == 0 && !(sb->type->flags & FS_SINGLE);
	mutex_unlock(&mount_lock);
	dentry_put(m->root);
	if (is_last)
		superblock_shut_down(sb);
	superblock_put(sb);
	rcu_defer(&m->rcu, mount_free_rcu);
}

/* --- where it is --- */

static u32 look_begin(void)
{
	u32 seq;
	while ((seq = __atomic_load_n(&move_seq, __ATOMIC_ACQUIRE)) & 1)
		cpu_relax();
	return seq;
}

/* Has a mount moved since look_begin()? Then what was seen may be half of the old place and half of the new. */
static bool look_failed(u32 seq)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return unlikely(__atomic_load_n(&move_seq, __ATOMIC_RELAXED) != seq);
}

struct mount *mount_at(struct mount *parent, struct dentry *d)
{
	struct mount *m;
	u32 seq;
	do {
		seq = look_begin();
		m = rcu_load(d->mounted);
		while (m && rcu_load(m->parent) != parent)
			m = rcu_load(m->next_at);
	} while (look_failed(seq));
	return m;
}

struct path mount_place(const struct mount *m)
{
	struct path p;
	u32 seq;
	do {
		seq = look_begin();
		p = (struct path){ rcu_load(m->parent), rcu_load(m->at) };
	} while (look_failed(seq));
	return p;
}

/* dentry_lock held */
static int may_attach(const struct path *at)
{
	bool is_gone = at->dentry->unhashed || at->dentry->inode->dead;
	return is_gone ? -ENOENT : at->mount->attached ? 0 : -EINVAL;
}

static void cover(struct mount *m, const struct path *at)
{
	m->at = dentry_get(at->dentry);
	m->next_at = at->dentry->mounted;
	rcu_publish(m->parent, mount_get(at->mount));
	rcu_publish(at->dentry->mounted, m);
}

static void uncover(struct mount *m)
{
	struct mount **link = &m->at->mounted;
	while (*link != m)
		link = &(*link)->next_at;
	rcu_publish(*link, m->next_at);
}

int mount_attach(struct mount *m, const struct path *at)
{
	assert_mutex_held(&mount_lock);
	spin_lock(&dentry_lock);
	int err = may_attach(at);
	if (err == 0)
		cover(m, at);
	spin_unlock(&dentry_lock);
	if (err)
		return err;
	m->attached = true;
	list_add_tail(&mounts, &m->node);
	ref_get(&m->ref);
	return 0;
}

/* Answers what the caller puts after unlocking: the place, and the tree's reference on m. */
struct path mount_detach(struct mount *m)
{
	assert_mutex_held(&mount_lock);
	struct path place = { m->parent, m->at };
	spin_lock(&dentry_lock);
	uncover(m);
	WRITE_ONCE(m->parent, NULL); /* `at` stays for readers who saw the parent */
	spin_unlock(&dentry_lock);
	m->attached = false;
	list_del(&m->node);
	return place;
}

int mount_shift(struct mount *m, const struct path *at, struct path *left)
{
	assert_mutex_held(&mount_lock);
	spin_lock(&dentry_lock);
	int err = may_attach(at);
	if (err == 0) {
		*left = (struct path){ m->parent, m->at };
		__atomic_fetch_add(&move_seq, 1, __ATOMIC_SEQ_CST);
		uncover(m);
		cover(m, at);
		__atomic_fetch_add(&move_seq, 1, __ATOMIC_SEQ_CST);
	}
	spin_unlock(&dentry_lock);
	return err;
}

/* --- who writes --- */

int mount_get_write(struct mount *m)
{
	__atomic_fetch_add(&m->sb->writers, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&m->writers, 1, __ATOMIC_SEQ_CST);
	int err = mount_may_write(m);
	if (unlikely(err))
		mount_put_write(m);
	return err;
}

void mount_put_write(struct mount *m)
{
	__atomic_fetch_sub(&m->writers, 1, __ATOMIC_RELEASE);
	__atomic_fetch_sub(&m->sb->writers, 1, __ATOMIC_RELEASE);
}

/* The flag first: who begins to write after it looks at it, who began before is seen by us. */
static int forbid_writing(u32 *flags, const u32 *writers)
{
	u32 before = __atomic_fetch_or(flags, MS_RDONLY, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(writers, __ATOMIC_SEQ_CST) == 0)
		return 0;
	WRITE_ONCE(*flags, before);
	return -EBUSY;
}

int mount_make_readonly(struct mount *m)
{
	assert_mutex_held(&mount_lock);
	return READ_ONCE(m->flags) & MS_RDONLY ? 0 : forbid_writing(&m->flags, &m->writers);
}

int superblock_make_readonly(struct superblock *sb)
{
	assert_mutex_held(&mount_lock);
	if (READ_ONCE(sb->flags) & MS_RDONLY)
		return 0;
	if (__atomic_load_n(&sb->nr_nameless, __ATOMIC_RELAXED))
		return -EBUSY; /* they will be removed */
	return forbid_writing(&sb->flags, &sb->writers);
}

int mount_kernel(const char *type, const char *source, const char *target, u32 flags, const char *options)
{
	const struct fs_type *t = fs_type_find(type);
	struct superblock *sb;
	PATHREF at = {};
	if (!t)
		return -ENODEV;
	int err = path_lookup_kernel(target, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &at);
	if (err == 0)
		err = superblock_make(t, options, &sb);
	if (err)
		return err;
	struct mount *m = mount_new(sb, sb->root, flags, source);
	if (!m) {
		superblock_discard(sb);
		return -ENOMEM;
	}
	mutex_lock(&mount_lock);
	err = mount_attach(m, &at);
	mutex_unlock(&mount_lock);
	mount_put(m);
	return err;
}

int mount_root(struct path *out)
{
	struct superblock *sb;
	int err = superblock_make(&tmpfs_type, "mode=755", &sb);
	if (err)
		return err;
	struct mount *m = mount_new(sb, sb->root, 0, "rootfs");
	if (!m)
		return -ENOMEM;
	mutex_lock(&mount_lock);
	m->attached = true;
	list_add_tail(&mounts, &m->node);
	ref_get(&m->ref);
	mutex_unlock(&mount_lock);
	*out = (struct path){ m, dentry_get(m->root) };
	return 0;
}
