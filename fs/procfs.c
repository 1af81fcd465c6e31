// SPDX-License-Identifier: MIT
/*
 * procfs: the tree of names. Theory in procfs.h.
 *
 * Promise   the rows of a table are pinned entries, made once at the mount. What depends on a process is
 *           made at look-up and forgotten when nobody uses it; its owner and its being there are looked at
 *           anew by every walk that comes by (revalidate). Inode numbers of such files depend only on what
 *           they stand for, so a listing and a stat agree.
 * Locks     none of its own
 * Lifetime  a node is freed a grace period after its inode was evicted: revalidate reads it under RCU
 * Linux     proc(5). A directory of a process that is gone: look-ups ESRCH, listings ENOENT.
 */
#include "fs/procfs.h"
#include "kernel/core/alloc.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"

enum {
	PATH_BYTES_MAX = 96,	/* of a row */
	FIRST_ITEM_POS = 2,	/* behind "." and ".." */
	FIRST_NUMBER_POS = 1024, /* behind all rows of a directory */
	DIGITS_MAX = 10,	/* of an unsigned */
	PROC_BLOCK_BYTES = 1024, /* what stat(2) says */
	MODE_BITS = 07777,
	INO_BASE = 1u << 16,	/* above the numbers of the pinned inodes */
};

static const struct inode_ops task_ops, guarded_ops, magic_ops;

/* --- inodes --- */

static void node_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct procfs_node, rcu));
}

static void procfs_evict(struct inode *ino)
{
	struct procfs_node *n = ino->priv;
	if (!n)
		return;
	pid_put(n->pid);
	rcu_defer(&n->rcu, node_free_rcu);
}

struct task *procfs_task(const struct procfs_node *n)
{
	return pid_task_get(n->pid);
}

struct pid *procfs_process_of(const struct file *f)
{
	const struct inode *ino = f->inode;
	if (!ino || (ino->ops != &task_ops && ino->ops != &guarded_ops))
		return NULL;
	const struct procfs_node *n = ino->priv;
	return n && n->item == procfs_processes.item ? n->pid : NULL;
}

static const struct file_ops *fops_of(const struct procfs_item *item)
{
	if (S_ISDIR(item->mode))
		return &dir_ops;
	if (S_ISREG(item->mode))
		return item->fops ? item->fops : &procfs_text_ops;
	return NULL;
}

/* Takes over the reference on n.pid, also on failure. */
static struct inode *inode_of_node(struct superblock *sb, const struct procfs_node *from,
	const struct inode_ops *ops)
{
	struct procfs_node *n = kzalloc(sizeof(*n));
	struct inode *ino = n ? inode_new(sb, from->item->mode, ops) : NULL;
	if (!ino) {
		kfree(n);
		pid_put(from->pid);
		return NULL;
	}
	*n = *from;
	ino->priv = n;
	ino->fops = fops_of(n->item);
	ino->uid = ino->gid = 0;
	return ino;
}

static const struct inode_ops *task_inode_ops(const struct procfs_item *item)
{
	if (item->follow)
		return &magic_ops;
	return item->flags & PROCFS_GUARDED ? &guarded_ops : &task_ops;
}

static u64 ino_of(const struct procfs_item *item, const struct pid *pid, unsigned number)
{
	u64 h = name_hash_step((uintptr_t)item, (u64)pid->nr << 32 | number);
	return (h >> 16) + INO_BASE;
}

/* Under RCU: brings owner and mode up to date; -ENOENT: what the inode stood for is gone. */
static int refresh(struct inode *ino)
{
	struct procfs_node *n = ino->priv;
	struct task *t = rcu_load(n->pid->task);
	int mode = 0;
	if (!t)
		return -ENOENT;
	if (n->item->revalidate)
		mode = n->item->revalidate(n, t);
	if (mode < 0)
		return mode;
	if (mode)
		WRITE_ONCE(ino->mode, (ino->mode & S_IFMT) | ((u32)mode & MODE_BITS));
	procfs_task_owner(t, n->item->flags & PROCFS_PUBLIC, &ino->uid, &ino->gid);
	return 0;
}

static int procfs_revalidate(struct dentry *d)
{
	return refresh(d->inode);
}

/* The inode of a node that belongs to a task. Takes over the reference on child->pid. */
static int make_task_inode(struct inode *dir, const struct procfs_node *child, struct inode **out)
{
	struct inode *ino = inode_of_node(dir->sb, child, task_inode_ops(child->item));
	if (!ino)
		return -ENOMEM;
	ino->ino = ino_of(child->item, child->pid, child->number);
	if (child->item->items)
		for (const struct procfs_item *const *i = child->item->items; *i; i++)
			ino->nlink += S_ISDIR((*i)->mode);
	rcu_read_lock();
	int err = refresh(ino);
	rcu_read_unlock();
	if (err) {
		inode_put(ino);
		return err;
	}
	*out = ino;
	return 0;
}

/* --- looking up --- */

/* A number as procfs writes it: no sign, no leading zero. */
static int parse_number(const char *name, size_t len, unsigned *out)
{
	u64 v = 0;
	if (len == 0 || len > DIGITS_MAX || (name[0] == '0' && len > 1))
		return -ENOENT;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -ENOENT;
		v = v * 10 + (unsigned)(name[i] - '0');
	}
	if (v > INT32_MAX)
		return -ENOENT;
	*out = (unsigned)v;
	return 0;
}

static int find_number(const struct procfs_node *dir, const char *name, size_t len, struct procfs_node *child)
{
	const struct procfs_numbers *numbers = dir->item->numbers;
	*child = (struct procfs_node){};
	if (!numbers)
		return -ENOENT;
	int err = parse_number(name, len, &child->number);
	if (err == 0)
		err = numbers->find(dir, child);
	child->item = numbers->item;
	return err;
}

static int find_item(const struct procfs_node *dir, const char *name, size_t len, struct procfs_node *child)
{
	const struct procfs_item *const *i = dir->item->items;
	for (; i && *i; i++)
		if (strncmp((*i)->name, name, len) == 0 && !(*i)->name[len])
			break;
	if (!i || !*i)
		return -ENOENT;
	*child = (struct procfs_node){ .item = *i, .pid = pid_get(dir->pid), .number = dir->number };
	return 0;
}

static bool is_gone(const struct procfs_node *n)
{
	return n->pid && !READ_ONCE(n->pid->task);
}

static int procfs_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct procfs_node *n = dir->priv, child;
	if (is_gone(n))
		return n->item->flags & PROCFS_PUBLIC ? -ESRCH : -ENOENT;
	int err = find_item(n, name, len, &child);
	if (err)
		err = find_number(n, name, len, &child);
	return err ? err : make_task_inode(dir, &child, out);
}

/* --- listing --- */

static int list_numbers(const struct procfs_node *dir, struct dir_emit *e)
{
	const struct procfs_numbers *numbers = dir->item->numbers;
	struct procfs_node child = { .item = numbers->item };
	char name[DIGITS_MAX + 1];
	for (;;) {
		child.number = (unsigned)(e->pos - FIRST_NUMBER_POS);
		int err = numbers->next(dir, &child);
		if (err)
			return err == -ENOENT ? 0 : err;
		size_t len = (size_t)fmt_snprintf(name, sizeof(name), "%u", child.number);
		off_t next = (off_t)child.number + 1 + FIRST_NUMBER_POS;
		u64 ino = ino_of(child.item, child.pid, child.number);
		pid_put(child.pid);
		if (!dir_emit(e, name, len, ino, child.item->mode, next))
			return 0;
	}
}

static int procfs_readdir(struct file *f, struct dir_emit *e)
{
	struct procfs_node *n = f->inode->priv;
	const struct procfs_item *const *i = n->item->items;
	if (is_gone(n))
		return -ENOENT;
	if (!dir_emit_dots(f, e))
		return 0;
	for (off_t pos = FIRST_ITEM_POS; i && *i; i++, pos++) {
		if (pos < e->pos)
			continue;
		if (!dir_emit(e, (*i)->name, strlen((*i)->name), ino_of(*i, n->pid, n->number), (*i)->mode, pos + 1))
			return 0;
	}
	if (!n->item->numbers)
		return 0;
	e->pos = max(e->pos, (off_t)FIRST_NUMBER_POS);
	return list_numbers(n, e);
}

/* The root: the pinned rows first, then the processes. */
static int root_readdir(struct file *f, struct dir_emit *e)
{
	if (!dir_emit_dots(f, e) || !dentry_emit_children(f->path.dentry, e, FIRST_NUMBER_POS))
		return 0;
	e->pos = max(e->pos, (off_t)FIRST_NUMBER_POS);
	return list_numbers(f->inode->priv, e);
}

/* --- the other inode operations --- */

static int procfs_readlink(struct inode *ino, char *buf, size_t size)
{
	struct procfs_node *n = ino->priv;
	return n->item->readlink ? n->item->readlink(n, buf, size) : -EINVAL;
}

static int procfs_follow(struct inode *ino, struct path *out)
{
	struct procfs_node *n = ino->priv;
	return n->item->follow(n, out);
}

static int procfs_open_inode(struct inode *ino, struct file *f)
{
	const struct procfs_item *item = procfs_node_of(f)->item;
	if (S_ISDIR(ino->mode))
		return 0;
	if (!item->fops)
		return procfs_text_open(f);
	return item->fops->open ? item->fops->open(f) : 0;
}

static int refuse_change(struct inode *ino, u32 mode, u32 uid, u32 gid)
{
	return mode != ino->mode || uid != ino->uid || gid != ino->gid ? -EPERM : 0;
}

/* sysfs knows which names it has: EACCES and EPERM instead of ENOENT for those who would add some. */
static int refuse_create(struct inode *dir, u32 mode, u64 rdev, const char *target, struct inode **out)
{
	return S_ISREG(mode) ? -EACCES : -EPERM;
}

static int refuse_unlink(struct inode *dir, struct inode *child)
{
	return -EPERM;
}

/* sysctls: the mode holds for root too. */
static int sysctl_permission(struct inode *ino, unsigned want)
{
	const struct cred *c = current_cred();
	unsigned shift = c->fsuid == ino->uid ? 6 : cred_in_group(c, ino->gid) ? 3 : 0;
	return (ino->mode >> shift & want) == want ? 0 : -EACCES;
}

static int guarded_permission(struct inode *ino, unsigned want)
{
	struct procfs_node *n = ino->priv;
	return n->item->permission(ino, want);
}

static void row_getattr(struct inode *ino, struct stat *st)
{
	struct procfs_node *n = ino->priv;
	if (!(n->item->flags & PROCFS_ATTRIBUTE))
		st->st_blksize = PROC_BLOCK_BYTES;
	else if (S_ISREG(ino->mode))
		st->st_size = PAGE_SIZE;
}

static void task_getattr(struct inode *ino, struct stat *st)
{
	struct procfs_node *n = ino->priv;
	rcu_read_lock();
	bool is_there = refresh(ino) == 0;
	rcu_read_unlock();
	if (is_there) {
		st->st_mode = ino->mode;
		st->st_uid = ino->uid;
		st->st_gid = ino->gid;
	}
	st->st_blksize = PROC_BLOCK_BYTES;
	if (n->item->getattr)
		n->item->getattr(n, st);
}

static const struct inode_ops row_ops = {
	.readlink = procfs_readlink, .open = procfs_open_inode, .getattr = row_getattr, .evict = procfs_evict,
};
static const struct inode_ops attribute_ops = {
	.create = refuse_create, .may_unlink = refuse_unlink,
	.open = procfs_open_inode, .getattr = row_getattr, .evict = procfs_evict,
};
static const struct inode_ops root_ops = {
	.lookup = procfs_lookup, .readdir = root_readdir, .open = procfs_open_inode, .getattr = row_getattr,
	.evict = procfs_evict,
};
static const struct inode_ops sysctl_ops = {
	.open = procfs_open_inode, .getattr = row_getattr, .setattr = refuse_change,
	.permission = sysctl_permission, .evict = procfs_evict,
};
#define TASK_INODE_OPS                                                                             \
	.lookup = procfs_lookup, .readdir = procfs_readdir, .readlink = procfs_readlink,           \
	.open = procfs_open_inode, .getattr = task_getattr, .setattr = refuse_change,              \
	.revalidate = procfs_revalidate, .evict = procfs_evict
static const struct inode_ops task_ops = { TASK_INODE_OPS };
static const struct inode_ops guarded_ops = { TASK_INODE_OPS, .permission = guarded_permission };
static const struct inode_ops magic_ops = { TASK_INODE_OPS, .follow = procfs_follow };

/* --- building the tree --- */

static const struct inode_ops *row_inode_ops(const struct procfs_item *item)
{
	if (item->numbers)
		return &root_ops;
	if (item->flags & PROCFS_ATTRIBUTE)
		return &attribute_ops;
	return item->flags & PROCFS_SYSCTL ? &sysctl_ops : &row_ops;
}

/* One pinned entry. The dentry is counted. */
static int add_entry(struct dentry *parent, const char *name, const struct procfs_item *item,
	struct dentry **out)
{
	struct procfs_node n = { .item = item };
	struct inode *ino = inode_of_node(parent->inode->sb, &n, row_inode_ops(item));
	if (!ino)
		return -ENOMEM;
	if (item->target && !(ino->link_target = kstrdup(item->target))) {
		inode_put(ino);
		return -ENOMEM;
	}
	struct dentry *d = dentry_new(parent, name, strlen(name), ino);
	if (!d)
		return -ENOMEM;
	int err = dentry_link(d, DENTRY_PIN);
	if (err == 0)
		*out = d;
	else
		dentry_put(d);
	return err;
}

static const struct procfs_item proc_folder = { .name = "folder", .mode = S_IFDIR | 0555 };
static const struct procfs_item sys_folder = {
	.name = "folder", .mode = S_IFDIR | 0755, .flags = PROCFS_ATTRIBUTE,
};

/* The folder `name` (padded) of a row. Counted. */
static int folder(struct dentry *parent, const char *name, const struct procfs_item *row, struct dentry **out)
{
	int err = dentry_lookup(parent, name, strlen(name), out);
	if (err != -ENOENT)
		return err;
	return add_entry(parent, name, row->flags & PROCFS_ATTRIBUTE ? &sys_folder : &proc_folder, out);
}

int procfs_add_row(struct dentry *root, const struct procfs_item *row)
{
	struct dentry *at = dentry_get(root), *below;
	const char *rest = row->name, *slash;
	int err = 0;
	while (err == 0 && (slash = strchr(rest, '/'))) {
		u64 padded[PATH_BYTES_MAX / sizeof(u64)] = {};
		strlcpy((char *)padded, rest, min((size_t)(slash - rest) + 1, sizeof(padded)));
		err = folder(at, (char *)padded, row, &below);
		if (err)
			break;
		dentry_put(at);
		at = below;
		rest = slash + 1;
	}
	/* "sys/fs/": a folder that has no rows yet */
	if (err == 0 && *rest) {
		err = add_entry(at, rest, row, &below);
		if (err == 0)
			dentry_put(below);
	}
	dentry_put(at);
	return err;
}

int procfs_build(struct superblock *sb, u32 magic, const struct procfs_item *rows,
	const struct procfs_numbers *numbers)
{
	struct procfs_item *top = kzalloc(sizeof(*top)); /* lives as long as the only superblock: for ever */
	if (!top)
		return -ENOMEM;
	*top = (struct procfs_item){
		.name = "/", .mode = S_IFDIR | 0555, .flags = rows->flags & PROCFS_ATTRIBUTE,
		.numbers = numbers,
	};
	struct procfs_node n = { .item = top };
	struct inode *ino = inode_of_node(sb, &n, row_inode_ops(top));
	sb->magic = magic;
	sb->root = ino ? dentry_new_root(ino) : NULL;
	if (!sb->root) {
		kfree(top);
		return -ENOMEM;
	}
	int err = 0;
	for (; rows->name && err == 0; rows++)
		err = procfs_add_row(sb->root, rows);
	if (err) {
		dentry_drop_tree(sb->root);
		dentry_put(take(sb->root));
	}
	return err;
}

static int procfs_mount(struct superblock *sb, const char *options)
{
	return procfs_build(sb, PROC_SUPER_MAGIC, procfs_rows, &procfs_processes);
}

const struct fs_type procfs_type = {
	.name = "proc", .mount = procfs_mount, .flags = FS_NODEV | FS_SINGLE,
};
