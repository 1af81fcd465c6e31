// SPDX-License-Identifier: MIT
/*
 * devpts: the names of pseudo-terminals: /dev/pts/N, and ptmx, which makes them.
 *
 * Promise   every mount is an instance with numbers of its own (newinstance is what there is always). A node
 *           belongs to who opened its master, or to uid= and gid=, with the permissions mode=; ptmx in the
 *           folder has ptmxmode=. max= limits the instance, /proc/sys/kernel/pty/max all of them. Names
 *           are made and removed by the kernel alone.
 * Locks     lock (RANK_OBJECT): the table of numbers. inode->priv_lock: whether the terminal behind a node
 *           can still be opened
 * Lifetime  the superblock goes when its last mount and its last terminal are gone
 * Linux     pts(4), and mount(8) for the options; the reserve for the first instance is shown and not kept
 */
#include "fs/mount.h"
#include "fs/pty.h"
#include "fs/tty.h"
#include "kernel/core/cred.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/idtable.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

enum {
	FIRST_NODE_INO = 3, /* after the folder and ptmx */
	BLOCK_BYTES = 1024, /* st_blksize, as Linux says it */
	PERM_BITS = 07777,
	NAME_BYTES = 16,
	MODE_DEFAULT = 0600,
	PTMX_MAJOR = 5, PTMX_MINOR = 2,
};

struct options {
	u64 uid, gid, mode, ptmxmode, max;
	bool has_uid, has_gid;
};

struct devpts {
	struct spinlock lock;
	struct idtable numbers; /* [lock] taken ones, without pointers */
	struct options set;	/* [mount lock; read anywhere] */
	struct dentry *ptmx;	/* [const] counted by the tree */
};

/* --- numbers --- */

int devpts_take_number(struct superblock *sb)
{
	struct devpts *d = sb->priv;
	u32 before = __atomic_fetch_add(&pty_count, 1, __ATOMIC_RELAXED);
	int nr = -ENOSPC;
	if (before < READ_ONCE(pty_max)) {
		spin_lock(&d->lock);
		nr = idtable_alloc(&d->numbers, NULL, 0, (int)d->set.max);
		spin_unlock(&d->lock);
	}
	if (nr < 0)
		__atomic_fetch_sub(&pty_count, 1, __ATOMIC_RELAXED);
	return nr;
}

void devpts_put_number(struct superblock *sb, int nr)
{
	struct devpts *d = sb->priv;
	spin_lock(&d->lock);
	idtable_remove(&d->numbers, (u64)nr);
	spin_unlock(&d->lock);
	__atomic_fetch_sub(&pty_count, 1, __ATOMIC_RELAXED);
}

/* --- nodes --- */

static int node_open(struct inode *ino, struct file *f)
{
	spin_lock(&ino->priv_lock);
	struct tty *t = ino->priv ? tty_get(ino->priv) : NULL;
	spin_unlock(&ino->priv_lock);
	return t ? pty_open_slave(t, f) : -EIO;
}

static void node_getattr(struct inode *ino, struct stat *st)
{
	st->st_blksize = BLOCK_BYTES;
}

/* What Linux says to who wants to make a name in a folder where nobody can. */
static int folder_create(struct inode *dir, u32 mode, u64 rdev, const char *target, struct inode **out)
{
	return S_ISREG(mode) ? -EACCES : -EPERM;
}

static int folder_may_unlink(struct inode *dir, struct inode *child)
{
	return -EPERM;
}

static const struct inode_ops folder_ops = {
	.create = folder_create, .may_unlink = folder_may_unlink, .getattr = node_getattr,
};
static const struct inode_ops node_ops = { .open = node_open, .getattr = node_getattr };

static int add(struct dentry *root, const char *name, struct inode *ino, struct dentry **out)
{
	struct dentry *d = dentry_new(root, name, strlen(name), ino);
	if (!d)
		return -ENOMEM;
	int err = dentry_link(d, DENTRY_PIN);
	if (err)
		dentry_put(d);
	else
		*out = d;
	return err;
}

int devpts_add(struct superblock *sb, int nr, struct tty *t, struct dentry **out)
{
	char name[NAME_BYTES] = {}; /* padded */
	const struct devpts *d = sb->priv;
	struct inode *ino = inode_new(sb, S_IFCHR | (u32)d->set.mode, &node_ops);
	if (!ino)
		return -ENOMEM;
	if (d->set.has_uid)
		ino->uid = (u32)d->set.uid;
	if (d->set.has_gid)
		ino->gid = (u32)d->set.gid;
	ino->ino = FIRST_NODE_INO + (u64)nr;
	ino->rdev = tty_rdev(t);
	ino->priv = t;
	fmt_snprintf(name, sizeof(name), "%d", nr);
	return add(sb->root, name, ino, out);
}

void devpts_remove(struct dentry *d)
{
	struct inode *ino = d->inode;
	spin_lock(&ino->priv_lock);
	ino->priv = NULL;
	spin_unlock(&ino->priv_lock);
	dentry_unlink(d->parent, dentry_name(d), d->name_len, d); /* or unmounting did it */
	dentry_put(d);
}

/* --- which instance --- */

/* Where a folder is looked for beside a node, both counted: a mount of a single file stands for the place that it
 * covers. -ENOENT: it is just vanishing. */
static int folder_of(const struct path *node, struct path *out)
{
	rcu_read_lock();
	struct mount *m = node->mount;
	struct dentry *d = node->dentry;
	struct path up;
	while (d == m->root && (up = mount_place(m)).mount) {
		d = up.dentry;
		m = up.mount;
	}
	d = rcu_load(d->parent);
	bool has_folder = ref_tryget(&d->ref), has_mount = ref_tryget(&m->ref);
	rcu_read_unlock();
	*out = (struct path){ has_mount ? m : NULL, has_folder ? d : NULL };
	if (has_folder && has_mount)
		return 0;
	path_put(out);
	return -ENOENT;
}

int devpts_find(const struct path *ptmx, struct path *out)
{
	static const char pts[sizeof(u64)] = "pts"; /* padded, as look-ups want it */
	if (ptmx->mount->sb->type == &devpts_type) {
		*out = (struct path){ mount_get(ptmx->mount), dentry_get(ptmx->mount->sb->root) };
		return 0;
	}
	PATHREF folder = {};
	struct dentry *found;
	int err = folder_of(ptmx, &folder);
	if (err == 0)
		err = dentry_lookup(folder.dentry, pts, strlen(pts), &found);
	if (err)
		return err;
	*out = (struct path){ mount_get(folder.mount), found };
	path_cross_mounts(out);
	if (out->mount->sb->type == &devpts_type && out->dentry == out->mount->sb->root)
		return 0;
	path_put(out);
	return -ENODEV;
}

/* --- mounting --- */

static int parse_option(void *arg, const char *key, const char *value)
{
	struct options *o = arg;
	if (strcmp(key, "newinstance") == 0)
		return 0;
	if (!value)
		return -EINVAL;
	o->has_uid |= strcmp(key, "uid") == 0;
	o->has_gid |= strcmp(key, "gid") == 0;
	if (strcmp(key, "uid") == 0)
		return parse_u64(value, 10, &o->uid);
	if (strcmp(key, "gid") == 0)
		return parse_u64(value, 10, &o->gid);
	if (strcmp(key, "mode") == 0)
		return parse_u64(value, 8, &o->mode);
	if (strcmp(key, "ptmxmode") == 0)
		return parse_u64(value, 8, &o->ptmxmode);
	return strcmp(key, "max") == 0 ? parse_u64(value, 10, &o->max) : -EINVAL;
}

static int parse_options(struct options *o, const char *text)
{
	*o = (struct options){ .mode = MODE_DEFAULT, .max = PTY_MAX_LIMIT };
	int err = mount_options_each(text, parse_option, o);
	if (err || o->uid >= UINT32_MAX || o->gid >= UINT32_MAX || o->max > PTY_MAX_LIMIT)
		return -EINVAL;
	o->mode &= PERM_BITS;
	o->ptmxmode &= PERM_BITS;
	return 0;
}

static int devpts_remount(struct superblock *sb, const char *options)
{
	struct devpts *d = sb->priv;
	struct options o;
	int err = parse_options(&o, options);
	if (err)
		return err;
	d->set = o;
	WRITE_ONCE(d->ptmx->inode->mode, S_IFCHR | (u32)o.ptmxmode);
	return 0;
}

static int make_root(struct superblock *sb)
{
	struct inode *root = inode_new(sb, S_IFDIR | 0755, &folder_ops);
	if (!root)
		return -ENOMEM;
	root->uid = root->gid = 0;
	root->fops = &dir_ops;
	sb->root = dentry_new_root(root);
	return sb->root ? 0 : -ENOMEM;
}

static int make_ptmx(struct superblock *sb)
{
	static const char name[sizeof(u64)] = "ptmx";
	struct devpts *d = sb->priv;
	struct inode *ino = inode_new(sb, S_IFCHR | (u32)d->set.ptmxmode, &folder_ops);
	if (!ino)
		return -ENOMEM;
	ino->uid = ino->gid = 0;
	ino->rdev = rdev_make(PTMX_MAJOR, PTMX_MINOR);
	int err = add(sb->root, name, ino, &d->ptmx);
	if (err == 0)
		dentry_put(d->ptmx); /* the tree's own reference keeps it */
	return err;
}

static int devpts_mount(struct superblock *sb, const char *options)
{
	struct options o;
	int err = parse_options(&o, options);
	if (err)
		return err;
	struct devpts *d = kzalloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	spin_init(&d->lock, RANK_OBJECT);
	d->set = o;
	sb->priv = d;
	sb->magic = DEVPTS_SUPER_MAGIC;
	err = make_root(sb);
	if (err)
		return err;
	err = make_ptmx(sb);
	if (err)
		dentry_put(take(sb->root));
	return err;
}

static void devpts_free(struct superblock *sb)
{
	struct devpts *d = sb->priv;
	if (d)
		idtable_destroy(&d->numbers);
	kfree(d);
}

static void devpts_show_options(struct superblock *sb, struct strbuf *out)
{
	const struct options *o = &((struct devpts *)sb->priv)->set;
	if (o->has_uid)
		strbuf_printf(out, ",uid=%lu", o->uid);
	if (o->has_gid)
		strbuf_printf(out, ",gid=%lu", o->gid);
	strbuf_printf(out, ",mode=%03lo,ptmxmode=%03lo", o->mode, o->ptmxmode);
	if (o->max < PTY_MAX_LIMIT)
		strbuf_printf(out, ",max=%lu", o->max);
}

const struct fs_type devpts_type = {
	.name = "devpts", .mount = devpts_mount, .remount = devpts_remount, .show_options = devpts_show_options,
	.free = devpts_free, .flags = FS_NODEV,
};
