// SPDX-License-Identifier: MIT
/*
 * path_name: from an object back to the name by which the caller would find it.
 *
 * Promise   getcwd(2), /proc/PID/fd, /proc/PID/maps, /proc/mounts: the name as seen from the caller's root, built
 *           from its end. A removed one has " (deleted)" behind it; one that cannot be reached from the root
 *           begins at the root of the mount where the way up ends.
 * Locks     RCU for the mounts, dentry_lock for the names: one moment's answer
 * Linux     proc_pid_fd(5), d_path in the kernel's own terms
 */
#include "fs/walk.h"
#include "kernel/core/alloc.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"

static inline bool same_place(const struct path *a, const struct path *b)
{
	return a->dentry == b->dentry && a->mount == b->mount;
}

struct name_builder {
	char *at, *buf;
	bool overflow;
};

static void prepend(struct name_builder *b, const char *text, size_t n)
{
	if (b->at - b->buf < n) {
		b->overflow = true;
		return;
	}
	b->at -= n;
	memcpy(b->at, text, n);
}

static void prepend_name(struct name_builder *b, const struct dentry *d)
{
	prepend(b, dentry_name(d), d->name_len);
	if (d->parent != d) /* one that is its own parent is a pipe's or socket's: its name is all there is */
		prepend(b, "/", 1);
}

/* One step towards the root; false: there is no way up from here. */
static bool climb(struct path *p, struct name_builder *b)
{
	struct dentry *d = p->dentry;
	if (d == p->mount->root) {
		struct mount *up = rcu_load(p->mount->parent);
		if (!up)
			return false;
		*p = (struct path){ up, rcu_load(p->mount->at) };
		return true;
	}
	if (b)
		prepend_name(b, d);
	p->dentry = d->parent;
	return d->parent != d;
}

int path_show(const struct path *p, char *buf, size_t size, char **start)
{
	static const char deleted[] = " (deleted)";
	struct name_builder b = { buf + size, buf, false };
	struct path at = *p;
	prepend(&b, "", 1);
	rcu_read_lock();
	struct path root = fs_ctx_peek(current->fs, &current->fs->root);
	spin_lock(&dentry_lock);
	if (at.dentry->unhashed && at.dentry->parent != at.dentry)
		prepend(&b, deleted, sizeof(deleted) - 1);
	const char *end = b.at;
	while (!same_place(&at, &root) && climb(&at, &b))
		;
	if (b.at == end)
		prepend(&b, "/", 1);
	spin_unlock(&dentry_lock);
	rcu_read_unlock();
	*start = b.at;
	return b.overflow ? -ENAMETOOLONG : 0;
}

bool path_is_reachable(const struct path *p)
{
	struct path at = *p;
	rcu_read_lock();
	struct path root = fs_ctx_peek(current->fs, &current->fs->root);
	spin_lock(&dentry_lock);
	while (!same_place(&at, &root) && climb(&at, NULL))
		;
	spin_unlock(&dentry_lock);
	rcu_read_unlock();
	return same_place(&at, &root);
}

void path_to_strbuf(const struct path *p, struct strbuf *sb)
{
	char *page = kmalloc(FS_PATH_MAX), *start;
	if (page && path_show(p, page, FS_PATH_MAX, &start) == 0)
		strbuf_puts(sb, start);
	kfree(page);
}

void dentry_to_strbuf(struct dentry *d, struct strbuf *sb)
{
	char *page = kmalloc(FS_PATH_MAX);
	if (!page)
		return;
	struct name_builder b = { page + FS_PATH_MAX, page, false };
	prepend(&b, "", 1);
	spin_lock(&dentry_lock);
	if (d->parent == d)
		prepend_name(&b, d); /* "/", or what a file without a place is called */
	for (; d->parent != d; d = d->parent)
		prepend_name(&b, d);
	spin_unlock(&dentry_lock);
	if (!b.overflow)
		strbuf_puts(sb, b.at);
	kfree(page);
}
