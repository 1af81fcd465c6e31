// SPDX-License-Identifier: MIT
/*
 * filelock_show: /proc/locks, and the lines about locks in /proc/PID/fdinfo.
 *
 * Promise   proc_locks(5): one line for each lock, those on whole files of an inode before its records; below
 *           a lock, with "->", the requests that wait for its owner there
 * Locks     filelock_contexts_lock, then filelocks.lock of one inode after the other
 * Linux     the order is that of the inodes, newest first; who waits behind another waiter is shown
 *           beside him and not below him
 */
#include "fs/filelock.h"
#include "kernel/lib/strbuf.h"

static void show_line(struct strbuf *sb, int number, const char *arrow, const struct inode *ino, u8 kind, u8 type,
	int pid, const struct lock_range *range)
{
	static const char *const kinds[] = { [LOCK_FLOCK] = "FLOCK ", [LOCK_POSIX] = "POSIX ", [LOCK_OFD] = "OFDLCK" };
	strbuf_printf(sb, "%d: %s%s ADVISORY  %s %d %02x:%02x:%lu %ld ", number, arrow, kinds[kind],
		type == LOCK_SHARED ? "READ" : "WRITE", pid, rdev_major(ino->sb->dev), rdev_minor(ino->sb->dev),
		(unsigned long)ino->ino, (long)range->start);
	if (range->end == LOCK_END)
		strbuf_puts(sb, "EOF\n");
	else
		strbuf_printf(sb, "%ld\n", (long)range->end);
}

/* Is it this lock, of all that its owner has, that r is shown below? */
static bool is_in_the_way(const struct lock *l, const struct lock_request *r)
{
	return (r->type == LOCK_EXCLUSIVE || l->type == LOCK_EXCLUSIVE) && l->range.start <= r->range.end &&
	       r->range.start <= l->range.end;
}

static void show_waiters(struct strbuf *sb, int number, struct filelocks *c, enum lock_realm realm,
	const struct lock_owner *o, const struct lock *l)
{
	struct lock_request *r;
	list_for_each(r, &c->waiters[realm], node)
		if (r->blocker == o->id && is_in_the_way(l, r))
			show_line(sb, number, "-> ", c->inode, r->kind, r->type, r->pid, &r->range);
}

void filelock_show(struct strbuf *sb)
{
	struct filelocks *c;
	struct lock_owner *o;
	int number = 0;
	guard(spin)(&filelock_contexts_lock);
	list_for_each(c, &filelock_contexts, node) {
		guard(spin)(&c->lock);
		for (enum lock_realm realm = 0; realm < LOCK_REALMS; realm++)
			list_for_each(o, &c->owners[realm], node)
				rb_for_each(node, &o->locks) {
					const struct lock *l = rb_entry(node, struct lock, node);
					show_line(sb, ++number, "", c->inode, o->kind, l->type, l->pid, &l->range);
					show_waiters(sb, number, c, realm, o, l);
				}
	}
}

void filelock_show_file(struct strbuf *sb, const struct file *f, const struct fdtable *t)
{
	struct filelocks *c = READ_ONCE(filelock_inode(f)->locks);
	struct lock_owner *o;
	int number = 0;
	if (!c)
		return;
	guard(spin)(&c->lock);
	for (enum lock_realm realm = 0; realm < LOCK_REALMS; realm++)
		list_for_each(o, &c->owners[realm], node)
			rb_for_each(node, &o->locks) {
				const struct lock *l = rb_entry(node, struct lock, node);
				if (o->id != f && o->id != t)
					break;
				strbuf_puts(sb, "lock:\t");
				show_line(sb, ++number, "", c->inode, o->kind, l->type, l->pid, &l->range);
			}
}
