// SPDX-License-Identifier: MIT
/*
 * notify: who is told of what happens to a file.
 *
 * Promise   inotify(7): a watch on a file hears of the file, one on a directory also of what is in it, with the
 *           name that was used. Of one change the directory's watch is told first. A file without names and open
 *           files says IN_DELETE_SELF, one whose file system is unmounted IN_UNMOUNT, then IN_IGNORED.
 * Locks     notify_lock (RANK_OBJECT): the watches of all inodes and the queues of all descriptors; one lock for
 *           all, because what is watched is rare. dentry_lock inside it, to copy a name.
 * Lifetime  a watch does not keep its inode where names do that (tmpfs): the last put of the inode must be seen.
 *           Where inodes come and go unseen (procfs, pipes) it does. An inode with a watch cannot pass
 *           notify_gone() while the lock is held, so its memory is there.
 * Linux     What is done to devices, pipes and sockets by read and write is told to their own watches only.
 */
#include "fs/notify.h"
#include "fs/inotify.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/string.h"

struct spinlock notify_lock = SPINLOCK_INIT(RANK_OBJECT);
u32 notify_watches;
static u32 last_cookie; /* [atomic] */

struct message {
	struct inotify_event what; /* wd: of no one yet */
	const char *name;	   /* NULL: the file itself */
	size_t name_len;
	bool skips_excl;	   /* not for IN_EXCL_UNLINK: done through a name that is gone */
	struct watch *dead;	   /* watches that it ended */
};

u32 notify_cookie(void)
{
	return __atomic_add_fetch(&last_cookie, 1, __ATOMIC_RELAXED);
}

/* --- the end of a watch --- */

void watch_remove(struct watch *w, struct watch **dead)
{
	assert_spin_held(&notify_lock);
	struct watch **at = &w->inode->watches;
	while (*at != w)
		at = &(*at)->next;
	WRITE_ONCE(*at, w->next);
	idtable_remove(&w->inotify->watches, (u64)w->wd);
	uncharge(w->inotify->account, CHARGE_INOTIFY_WATCHES, 1);
	WRITE_ONCE(notify_watches, notify_watches - 1);
	w->next = *dead;
	*dead = w;
}

void watches_free(struct watch *dead)
{
	while (dead) {
		struct watch *w = dead;
		dead = w->next;
		if (w->pins_inode)
			inode_put(w->inode);
		kfree(w);
	}
}

void watch_end(struct watch *w, struct watch **dead)
{
	inotify_queue(w->inotify, &(struct inotify_event){ .wd = w->wd, .mask = IN_IGNORED }, NULL, 0);
	watch_remove(w, dead);
}

/* --- telling --- */

static void tell(struct watch *w, struct message *m)
{
	const u32 unasked = IN_UNMOUNT;
	u32 event = m->what.mask & ~IN_ISDIR;
	if (!(event & (w->mask | unasked)) || (m->skips_excl && w->mask & IN_EXCL_UNLINK))
		return;
	m->what.wd = w->wd;
	inotify_queue(w->inotify, &m->what, m->name, m->name_len);
	if (w->mask & IN_ONESHOT)
		watch_end(w, &m->dead);
}

static void tell_all(struct inode *ino, struct message *m)
{
	assert_spin_held(&notify_lock);
	for (struct watch *w = ino->watches, *next; w; w = next) {
		next = w->next;
		tell(w, m);
	}
}

static void tell_one_inode(struct inode *ino, struct message *m)
{
	if (!READ_ONCE(ino->watches))
		return;
	spin_lock(&notify_lock);
	tell_all(ino, m);
	spin_unlock(&notify_lock);
	watches_free(m->dead);
}

void notify_inode_slow(struct inode *ino, u32 event)
{
	tell_one_inode(ino, &(struct message){ .what.mask = event });
}

void notify_name_slow(struct inode *dir, u32 event, const char *name, size_t len, u32 cookie)
{
	tell_one_inode(dir, &(struct message){
		.what.mask = event, .what.cookie = cookie, .name = name, .name_len = len,
	});
}

/* Devices and their like may be shared by many who do not know of each other: what goes through them is
 * nobody's business who merely watches the directory. */
static bool is_private(const struct inode *ino, u32 event)
{
	return event & (IN_ACCESS | IN_MODIFY) && inode_is_special(ino);
}

/* The name and the directory that the dentry has now; under RCU and notify_lock. NULL: a root has none. */
static struct inode *copy_name(struct dentry *d, char *name, size_t *len)
{
	guard(spin)(&dentry_lock);
	if (d->parent == d)
		return NULL;
	*len = d->name_len;
	memcpy(name, d->name_words, d->name_len);
	return d->parent->inode;
}

static void tell_dentry(struct dentry *d, u32 event, bool skips_excl)
{
	char name[FS_NAME_MAX + 1];
	struct inode *ino = d->inode;
	struct message m = { .what.mask = event | isdir_bit(ino), .skips_excl = skips_excl };
	size_t len = 0;
	rcu_read_lock(); /* for a directory without watches */
	spin_lock(&notify_lock);
	struct inode *dir = is_private(ino, event) ? NULL : copy_name(d, name, &len);
	if (dir) {
		m.name = name;
		m.name_len = len;
		tell_all(dir, &m);
	}
	m.name = NULL;
	m.name_len = 0;
	tell_all(ino, &m);
	spin_unlock(&notify_lock);
	rcu_read_unlock();
	watches_free(m.dead);
}

static bool is_watched(struct dentry *d)
{
	rcu_read_lock();
	bool is = READ_ONCE(d->inode->watches) || READ_ONCE(READ_ONCE(d->parent)->inode->watches);
	rcu_read_unlock();
	return is;
}

void notify_dentry_slow(struct dentry *d, u32 event)
{
	if (is_watched(d))
		tell_dentry(d, event, false);
}

void notify_file_slow(struct file *f, u32 event)
{
	struct dentry *d = f->path.dentry;
	if (f->mode & FILE_PATH_ONLY)
		return;
	if (d && is_watched(d))
		tell_dentry(d, event, READ_ONCE(d->unhashed));
	else if (!d && f->inode)
		notify_inode_slow(f->inode, event);
}

ssize_t notify_moved_slow(struct file *f, u32 event, ssize_t n)
{
	if (n > 0)
		notify_file_slow(f, event);
	return n;
}

void notify_closed_slow(struct file *f)
{
	notify_file_slow(f, f->mode & FILE_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
}

void notify_gone(struct inode *ino)
{
	u32 event = ino->nlink == 0 ? IN_DELETE_SELF : IN_UNMOUNT | isdir_bit(ino);
	struct message m = { .what.mask = event };
	spin_lock(&notify_lock);
	tell_all(ino, &m);
	while (ino->watches)
		watch_end(ino->watches, &m.dead);
	spin_unlock(&notify_lock);
	watches_free(m.dead);
}
