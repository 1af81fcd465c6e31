// SPDX-License-Identifier: MIT
/*
 * inotify: a queue of what happened to files, behind a descriptor.
 *
 * Promise   inotify(7): events are read in the order in which they happened, whole ones only; the same one twice
 *           in a row counts once. When the queue is full one IN_Q_OVERFLOW takes the place of all that follow until
 *           some are read. Removing a watch leaves what it has queued and adds IN_IGNORED; its number is not given
 *           again soon. A read whose buffer faults has taken the event all the same.
 * Locks     notify_lock (notify.c); never held over a user copy
 * Lifetime  the queue and the watches live and die with the one open file. Watches that the file system ends
 *           are gone from here when their IN_IGNORED is read.
 * Blocking  read: -EAGAIN while the queue is empty
 * Linux     inotify(7), proc_pid_fdinfo(5), proc_sys_fs(5). Each user has a number of descriptors and of watches.
 *           fdinfo has no file handles.
 */
#include "fs/inotify.h"
#include "fs/async.h"
#include "fs/notify.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/ioctl.h"
#include "mm/uaccess.h"

#define FLAGS_OF_WATCH (IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ONESHOT)
#define KNOWN_BITS (IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ISDIR | FLAGS_OF_WATCH)
#define KEPT_BITS (IN_ALL_EVENTS | IN_EXCL_UNLINK | IN_ONESHOT)

struct event {
	struct list node; /* [notify_lock] */
	struct inotify_event what; /* [const] and its name */
};

u32 inotify_max_queued_events = 16384, inotify_max_user_instances = 128, inotify_max_user_watches = 65536;
static const struct file_ops inotify_ops;

/* --- the queue --- */

static u32 event_bytes(const struct event *e)
{
	return sizeof(e->what) + e->what.len;
}

static void add(struct inotify *in, struct event *e)
{
	list_add_tail(&in->events, &e->node);
	in->nr_events++;
	in->bytes += event_bytes(e);
	wake(&in->wq, POLLIN | POLLRDNORM | ASYNC_IN);
}

static void add_overflow(struct inotify *in)
{
	if (list_is_empty(&in->overflow->node))
		add(in, in->overflow);
}

/* Names end with at least one zero. */
static u32 padded(size_t name_len)
{
	return name_len ? (u32)ALIGN_UP(name_len + 1, sizeof(struct inotify_event)) : 0;
}

/* Cookies are not compared, says Linux. */
static bool repeats_last(const struct inotify *in, const struct inotify_event *what, const char *name, size_t name_len)
{
	if (list_is_empty(&in->events))
		return false;
	const struct inotify_event *last = &list_entry(in->events.prev, struct event, node)->what;
	return last->mask == what->mask && last->wd == what->wd && last->len == padded(name_len) &&
	       (name_len == 0 || (memcmp(last->name, name, name_len) == 0 && last->name[name_len] == '\0'));
}

void inotify_queue(struct inotify *in, const struct inotify_event *what, const char *name, size_t name_len)
{
	assert_spin_held(&notify_lock);
	if (in->nr_events >= in->max_events) {
		add_overflow(in);
		return;
	}
	if (repeats_last(in, what, name, name_len))
		return;
	struct event *e = kzalloc(sizeof(*e) + padded(name_len));
	if (!e) {
		add_overflow(in);
		return;
	}
	e->what.wd = what->wd;
	e->what.mask = what->mask;
	e->what.cookie = what->cookie;
	e->what.len = padded(name_len);
	if (name_len)
		memcpy(e->what.name, name, name_len);
	add(in, e);
}

static struct event *take_first(struct inotify *in, size_t room, int *err)
{
	guard(spin)(&notify_lock);
	*err = -EAGAIN;
	if (list_is_empty(&in->events))
		return NULL;
	struct event *e = list_first(&in->events, struct event, node);
	*err = -EINVAL;
	if (event_bytes(e) > room)
		return NULL;
	list_del(&e->node);
	list_init(&e->node);
	in->nr_events--;
	in->bytes -= event_bytes(e);
	return e;
}

static void event_free(struct inotify *in, struct event *e)
{
	if (e != in->overflow)
		kfree(e);
}

static ssize_t inotify_read(struct file *f, struct uio *u)
{
	struct inotify *in = f->priv;
	struct event *e;
	ssize_t total = 0;
	int err;
	while ((e = take_first(in, u->left, &err))) {
		size_t n = event_bytes(e);
		bool faults = uio_put_all(u, &e->what, n);
		event_free(in, e);
		if (faults)
			return -EFAULT;
		total += (ssize_t)n;
	}
	return total ? total : err;
}

static u32 inotify_ready(struct file *f)
{
	struct inotify *in = f->priv;
	return READ_ONCE(in->nr_events) ? POLLIN | POLLRDNORM : 0;
}

static long inotify_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct inotify *in = f->priv;
	int bytes = (int)READ_ONCE(in->bytes);
	return cmd == FIONREAD ? put_user(bytes, (int __user *)arg) : -ENOTTY;
}

static void inotify_show(struct file *f, struct strbuf *sb)
{
	struct inotify *in = f->priv;
	struct watch *w;
	guard(spin)(&notify_lock);
	for (u64 wd = 0; (w = idtable_next(&in->watches, &wd)); wd++)
		strbuf_printf(sb, "inotify wd:%x ino:%lx sdev:%lx mask:%x ignored_mask:0\n", w->wd, w->inode->ino,
			w->inode->sb->dev, w->mask);
}

/* --- birth and death --- */

static bool take_any_watch(struct inotify *in, struct watch **out)
{
	u64 wd = 0;
	guard(spin)(&notify_lock);
	struct watch *w = idtable_next(&in->watches, &wd);
	*out = NULL;
	if (w)
		watch_remove(w, out);
	return w;
}

/* No watch leads here any more. */
static void inotify_free(struct inotify *in)
{
	struct event *e, *next;
	list_for_each_safe(e, next, &in->events, node)
		event_free(in, e);
	idtable_destroy(&in->watches);
	uncharge(in->account, CHARGE_INOTIFY_INSTANCES, 1);
	account_put(in->account);
	kfree(in->overflow);
	kfree(in);
}

static void inotify_release(struct file *f)
{
	struct watch *w;
	while (take_any_watch(f->priv, &w))
		watches_free(w);
	inotify_free(f->priv);
}

static const struct file_ops inotify_ops = {
	.name = "inotify",
	.flags = FILE_PLAIN_READ | FILE_ASYNC,
	.read = inotify_read,
	.ready = inotify_ready,
	.ioctl = inotify_ioctl,
	.seek = file_seek_noop,
	.show = inotify_show,
	.release = inotify_release,
};

static struct inotify *inotify_new(void)
{
	struct inotify *in = kzalloc(sizeof(*in));
	struct event *overflow = kzalloc(sizeof(*overflow));
	if (!in || !overflow) {
		kfree(in);
		kfree(overflow);
		return NULL;
	}
	list_init(&in->events);
	list_init(&overflow->node);
	overflow->what.wd = -1;
	overflow->what.mask = IN_Q_OVERFLOW;
	in->overflow = overflow;
	in->max_events = READ_ONCE(inotify_max_queued_events);
	in->next_wd = 1;
	in->account = current_cred()->account;
	ref_get(&in->account->ref);
	waitq_init(&in->wq, WAIT_INOTIFY, in);
	return in;
}

long sys_inotify_init1(unsigned flags)
{
	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	struct inotify *in = inotify_new();
	if (!in)
		return -ENOMEM;
	int fd = -EMFILE;
	if (charge(in->account, CHARGE_INOTIFY_INSTANCES, 1) <= (s64)READ_ONCE(inotify_max_user_instances))
		fd = anon_fd(&inotify_ops, in, &in->wq, O_RDONLY | flags);
	if (fd < 0)
		inotify_free(in);
	return fd;
}

long sys_inotify_init(void)
{
	return sys_inotify_init1(0);
}

/* --- watches --- */

static struct watch *find(struct inotify *in, struct inode *ino)
{
	struct watch *w = ino->watches;
	while (w && w->inotify != in)
		w = w->next;
	return w;
}

static int change(struct watch *w, u32 mask)
{
	if (mask & IN_MASK_CREATE)
		return -EEXIST;
	w->mask = (mask & IN_MASK_ADD ? w->mask : 0) | (mask & KEPT_BITS);
	return w->wd;
}

/* Do names keep the inode while it has some? Where nothing can be made, inodes come and go as they are asked for. */
static bool is_kept_by_names(const struct inode *ino)
{
	return ino->sb->root->inode->ops->create;
}

static int insert(struct inotify *in, struct inode *ino, struct watch *w, u32 mask)
{
	int err = -ENOSPC;
	if (charge(in->account, CHARGE_INOTIFY_WATCHES, 1) <= (s64)READ_ONCE(inotify_max_user_watches))
		err = idtable_alloc_cyclic(&in->watches, w, 1, INT32_MAX, &in->next_wd);
	if (err < 0) {
		uncharge(in->account, CHARGE_INOTIFY_WATCHES, 1);
		return err;
	}
	*w = (struct watch){
		.next = ino->watches, .inode = ino, .inotify = in, .mask = mask & KEPT_BITS, .wd = err,
		.pins_inode = !is_kept_by_names(ino),
	};
	if (w->pins_inode)
		inode_get(ino);
	WRITE_ONCE(ino->watches, w);
	WRITE_ONCE(notify_watches, notify_watches + 1);
	return w->wd;
}

static int watch_set(struct inotify *in, struct inode *ino, u32 mask)
{
	struct watch *fresh = kmalloc(sizeof(*fresh));
	if (!fresh)
		return -ENOMEM;
	spin_lock(&notify_lock);
	struct watch *old = find(in, ino);
	int wd = old ? change(old, mask) : insert(in, ino, fresh, mask);
	spin_unlock(&notify_lock);
	if (old || wd < 0)
		kfree(fresh);
	return wd;
}

long sys_inotify_add_watch(int fd, const char __user *path, unsigned mask)
{
	if (!(mask & KNOWN_BITS) || mask & ~KNOWN_BITS)
		return -EINVAL;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if ((mask & IN_MASK_ADD && mask & IN_MASK_CREATE) || r.file->ops != &inotify_ops)
		return -EINVAL;
	PATHREF p = {};
	unsigned how = (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) | (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0);
	int err = path_lookup(AT_FDCWD, path, how, &p);
	if (err == 0)
		err = inode_permission(p.dentry->inode, WANT_READ);
	return err ? err : watch_set(r.file->priv, p.dentry->inode, mask);
}

long sys_inotify_rm_watch(int fd, int wd)
{
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (r.file->ops != &inotify_ops)
		return -EINVAL;
	struct inotify *in = r.file->priv;
	struct watch *dead = NULL;
	spin_lock(&notify_lock);
	struct watch *w = wd > 0 ? idtable_get(&in->watches, (u64)wd) : NULL;
	if (w)
		watch_end(w, &dead);
	spin_unlock(&notify_lock);
	watches_free(dead);
	return w ? 0 : -EINVAL;
}
