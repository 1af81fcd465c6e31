// SPDX-License-Identifier: MIT
/*
 * mount_calls: mount(2) and umount2(2), and the tables of mounts that /proc shows.
 *
 * Promise   new mounts of every type in fs_types, remounting, bind mounts of a place or a tree, moves, lazy unmounting
 *           of a whole tree; a mount that is used by anybody is EBUSY without MNT_DETACH, and so is becoming
 *           read-only while a file is open for writing or an open one has lost its name. CAP_SYS_ADMIN for all of it.
 * Locks     mount_lock around looking at the tree and changing it
 * Linux     mount(2), umount(2), proc_pid_mountinfo(5). One name space, in which every mount is private:
 *           MS_PRIVATE changes nothing, the other kinds of propagation are EINVAL. Flags that are not known are
 *           EINVAL, too, where Linux ignores them.
 */
#include "fs/mount.h"
#include "fs/walk.h"
#include "kernel/core/alloc.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"
#include "mm/uio.h"

enum {
	OWN_REFS = 1, /* umount2's */
	TYPE_MAX = 64,
	PROPAGATION = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE,
	IGNORED_FLAGS = MS_SILENT | MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME, /* no difference in memory */
	SUPPORTED_FLAGS = MOUNT_FLAGS | IGNORED_FLAGS | MS_REMOUNT | MS_BIND | MS_MOVE | MS_REC | PROPAGATION,
};

/* Linux's default: relatime, unless another rule for access times was asked for. */
static u32 with_relatime(u32 flags)
{
	return flags & (MS_NOATIME | MS_STRICTATIME) ? flags & ~(u32)MS_RELATIME : flags | MS_RELATIME;
}

/* --- mounting --- */

/* Puts a mount that nobody else knows at a place, on top of what is there; eats the reference on m. */
static int attach_at(struct mount *m, struct path *at)
{
	path_cross_mounts(at);
	mutex_lock(&mount_lock);
	int err = mount_attach(m, at);
	mutex_unlock(&mount_lock);
	mount_put(m);
	return err;
}

static int mount_new_at(struct path *at, const char *source, const char *type, u32 flags, const char *options)
{
	struct superblock *sb;
	const struct fs_type *t = fs_type_find(type);
	if (!t)
		return -ENODEV;
	int err = superblock_make(t, options, &sb);
	if (err)
		return err;
	if (!S_ISDIR(at->dentry->inode->mode)) {
		superblock_discard(sb);
		return -ENOTDIR;
	}
	if (!(t->flags & FS_SINGLE))
		sb->flags |= flags & MS_RDONLY;
	struct mount *m = mount_new(sb, sb->root, with_relatime(flags), source);
	if (!m) {
		superblock_discard(sb);
		return -ENOMEM;
	}
	return attach_at(m, at);
}

/* A bind or a move: the source is a place, too. */
static int mount_old_at(struct path *at, const char __user *usource, u32 flags)
{
	PATHREF from = {};
	u8 first;
	if (!usource)
		return -EINVAL;
	if (get_user(first, (const u8 __user *)usource))
		return -EFAULT;
	if (!first)
		return -EINVAL;
	int err = path_lookup(AT_FDCWD, usource, LOOKUP_FOLLOW, &from);
	if (err)
		return err;
	return flags & MS_BIND ? mount_bind(at, &from, flags & MS_REC) : mount_move(at, &from);
}

/* With MS_BIND only the mount changes, else what all mounts of the superblock share does, too. */
static int remount_at(const struct path *at, u32 flags, const char *options)
{
	struct mount *m = at->mount;
	struct superblock *sb = m->sb;
	bool whole = !(flags & MS_BIND);
	int err = 0;
	guard(mutex)(&mount_lock);
	u32 before = READ_ONCE(sb->flags);
	if (flags & MS_RDONLY)
		err = whole ? superblock_make_readonly(sb) : mount_make_readonly(m);
	if (err)
		return err;
	if (whole) {
		err = sb->type->remount ? sb->type->remount(sb, options) : 0;
		WRITE_ONCE(sb->flags, err ? before : flags & MS_RDONLY);
	}
	if (err == 0)
		WRITE_ONCE(m->flags, with_relatime(flags) & MOUNT_FLAGS);
	return err;
}

struct mount_request {
	u32 flags;
	const char __user *source;
	char name[sizeof(((struct mount *)0)->source)]; /* the source as a text, cut */
	char type[TYPE_MAX]; /* "" : none was given; no type has a name as long as that, so it may be cut, too */
	char *options; /* one page; "" : none */
};

static int mount_checked(struct path *at, const struct mount_request *r)
{
	bool is_root = at->dentry == at->mount->root;
	if (r->flags & (MS_REMOUNT | PROPAGATION) && !is_root)
		return -EINVAL;
	if (r->flags & MS_REMOUNT)
		return remount_at(at, r->flags, r->options);
	if (r->flags & MS_BIND)
		return mount_old_at(at, r->source, r->flags);
	if (r->flags & PROPAGATION)
		return (r->flags & PROPAGATION) == MS_PRIVATE ? 0 : -EINVAL;
	if (r->flags & MS_MOVE)
		return mount_old_at(at, r->source, r->flags);
	if (!*r->type)
		return -EINVAL;
	return mount_new_at(at, r->name, r->type, r->flags, r->options);
}

/* A page, of which there need be only as much as there is memory to hold it. */
static int import_options(char *options, const void __user *user)
{
	struct uio u;
	options[0] = '\0';
	if (!user)
		return 0;
	if (!access_ok(user, PAGE_SIZE))
		return -EFAULT;
	uio_init_user(&u, (void __user *)user, PAGE_SIZE);
	size_t n = uio_take(&u, options, PAGE_SIZE);
	options[min(n, (size_t)PAGE_SIZE - 1)] = '\0';
	return n ? 0 : -EFAULT;
}

/* A text of up to a page, of which `to` takes what it has room for. */
static int import_text(char *to, size_t size, const char __user *user, char *page)
{
	ssize_t n = strncpy_from_user(page, user, PAGE_SIZE);
	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : (int)n;
	size_t kept = min((size_t)n, size - 1);
	memcpy(to, page, kept);
	to[kept] = '\0';
	return 0;
}

/* Everything is read before the target is looked at, and that before the caller's right to mount. */
static int request_import(struct mount_request *r, const char __user *type, void __user *data)
{
	memcpy(r->name, "none", sizeof("none"));
	r->type[0] = '\0';
	int err = type ? import_text(r->type, sizeof(r->type), type, r->options) : 0;
	if (err == 0 && r->source)
		err = import_text(r->name, sizeof(r->name), r->source, r->options);
	return err ? err : import_options(r->options, data);
}

long sys_mount(const char __user *source, const char __user *target, const char __user *type, unsigned long flags,
	void __user *data)
{
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(unsigned long)MS_MGC_MSK;
	struct mount_request r = { .source = source, .options = kmalloc(PAGE_SIZE), .flags = (u32)flags };
	if (!r.options)
		return -ENOMEM;
	PATHREF at = {};
	long err = request_import(&r, type, data);
	if (err == 0)
		err = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW, &at);
	if (err == 0 && flags >= MS_NOUSER)
		err = -EINVAL; /* it and all above: refused before the caller is asked for rights */
	if (err == 0 && !capable(CAP_SYS_ADMIN))
		err = -EPERM;
	if (err == 0)
		err = r.flags & ~(u32)SUPPORTED_FLAGS ? -EINVAL : mount_checked(&at, &r);
	kfree(r.options);
	return err;
}

/* --- unmounting --- */

/* The caller's own root cannot go: it becomes read-only instead, which is what a shutdown wants. */
static int unmount_root(struct mount *m)
{
	guard(mutex)(&mount_lock);
	return superblock_make_readonly(m->sb);
}

static bool is_own_root(const struct mount *m)
{
	PATHREF root = {};
	fs_ctx_paths(current->fs, &root, NULL);
	return root.mount == m;
}

/* MNT_EXPIRE: only what was unused at the last call, too, goes now. */
static int may_expire(struct mount *m, unsigned flags)
{
	if (is_own_root(m) || flags & (MNT_FORCE | MNT_DETACH))
		return -EINVAL;
	guard(mutex)(&mount_lock);
	if (mount_is_used(m, OWN_REFS))
		return -EBUSY;
	bool again = m->is_expiring;
	m->is_expiring = true;
	return again ? 0 : -EAGAIN;
}

static int unmount(struct mount *top, unsigned flags)
{
	mutex_lock(&mount_lock);
	bool is_ours = top->attached && top->parent;
	mutex_unlock(&mount_lock);
	int err = is_ours && flags & MNT_EXPIRE ? may_expire(top, flags) : 0;
	if (err)
		return err;
	if (is_own_root(top) && !(flags & MNT_DETACH))
		return unmount_root(top);
	if (!is_ours)
		return -EINVAL;
	if (!(flags & MNT_DETACH))
		return mount_take_away(top, OWN_REFS);
	mount_take_down(top);
	return 0;
}

long sys_umount2(const char __user *target, unsigned flags)
{
	PATHREF p = {};
	if (flags & ~(unsigned)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	int err = path_lookup(AT_FDCWD, target, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (p.dentry != p.mount->root)
		return -EINVAL;
	dentry_put(take(p.dentry)); /* else the root would be in use, by us */
	struct mount *m = take(p.mount);
	err = unmount(m, flags);
	mount_put_unseen(m);
	return err;
}

/* --- tables --- */

static void show_flags(const struct mount *m, struct strbuf *sb)
{
	static const struct { u32 flag; const char *name; } names[] = {
		{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" },
		{ MS_NOATIME, ",noatime" }, { MS_NODIRATIME, ",nodiratime" }, { MS_RELATIME, ",relatime" },
		{ MS_NOSYMFOLLOW, ",nosymfollow" },
	};
	u32 flags = READ_ONCE(m->flags);
	strbuf_puts(sb, flags & MS_RDONLY ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (flags & names[i].flag)
			strbuf_puts(sb, names[i].name);
}

static void show_super_options(const struct mount *m, struct strbuf *sb)
{
	if (m->sb->type->show_options)
		m->sb->type->show_options(m->sb, sb);
}

/* Calls fn for every mount that can be reached from the caller's root, with its place as seen from there. */
static void for_each_shown(void (*fn)(struct mount *m, const char *place, struct strbuf *sb), struct strbuf *sb)
{
	char *page = kmalloc(FS_PATH_MAX), *place;
	struct mount *m;
	if (!page)
		return;
	mutex_lock(&mount_lock);
	list_for_each(m, &mounts, node) {
		struct path root = { m, m->root };
		if (path_is_reachable(&root) && path_show(&root, page, FS_PATH_MAX, &place) == 0)
			fn(m, place, sb);
	}
	mutex_unlock(&mount_lock);
	kfree(page);
}

static const char special_chars[] = " \t\n#";

static void show_mount(struct mount *m, const char *place, struct strbuf *sb)
{
	strbuf_puts_escaped(sb, m->source, special_chars);
	strbuf_putc(sb, ' ');
	strbuf_puts_escaped(sb, place, special_chars);
	strbuf_printf(sb, " %s ", m->sb->type->name);
	show_flags(m, sb);
	show_super_options(m, sb);
	strbuf_puts(sb, " 0 0\n");
}

static void show_mountinfo(struct mount *m, const char *place, struct strbuf *sb)
{
	strbuf_printf(sb, "%d %d %u:%u ", m->id, m->parent ? m->parent->id : 0, rdev_major(m->sb->dev),
		rdev_minor(m->sb->dev));
	dentry_to_strbuf(m->root, sb);
	strbuf_putc(sb, ' ');
	strbuf_puts_escaped(sb, place, special_chars);
	strbuf_putc(sb, ' ');
	show_flags(m, sb);
	strbuf_printf(sb, " - %s ", m->sb->type->name);
	strbuf_puts_escaped(sb, m->source, special_chars);
	strbuf_puts(sb, READ_ONCE(m->sb->flags) & MS_RDONLY ? " ro" : " rw");
	show_super_options(m, sb);
	strbuf_putc(sb, '\n');
}

void mounts_show(struct strbuf *sb)
{
	for_each_shown(show_mount, sb);
}

void mountinfo_show(struct strbuf *sb)
{
	for_each_shown(show_mountinfo, sb);
}

void filesystems_show(struct strbuf *sb)
{
	for (const struct fs_type *const *t = fs_types; *t; t++)
		strbuf_printf(sb, "%s\t%s\n", (*t)->flags & FS_NODEV ? "nodev" : "", (*t)->name);
}
