// SPDX-License-Identifier: MIT
/*
 * procfs_file: an open file whose contents are made by a show function.
 *
 * Promise   a read at position 0 makes the text anew; later reads go on in it, so a program that reads in
 *           pieces sees one moment. A text that may be long is made in parts as reads come to them, so no
 *           lock is held and no memory kept for the whole of it. A write hands its whole text to store at once.
 * Locks     the open file's lock (RANK_INODE) while the text is made and while it is copied: two threads
 *           may share the description and pread it. Show functions may take anything from RANK_MM on.
 * Lifetime  the text stays until it is made anew or the file is closed
 * Linux     seek to the end is EINVAL. Files below /proc/sys say something at position 0 only: the rest of
 *           a short read is gone. Reading or writing what cannot be: EIO, of a process: EINVAL.
 */
#include "fs/procfs.h"
#include "kernel/core/alloc.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"

enum { TEXT_LIMIT = 4 << 20 };

int procfs_text_open(struct file *f)
{
	struct procfs_node *n = procfs_node_of(f);
	struct procfs_open *o = kzalloc(sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->node = n;
	mutex_init(&o->lock, RANK_INODE);
	strbuf_init_growing(&o->text, TEXT_LIMIT);
	int err = 0;
	if (n->item->open) {
		struct task *t __autoput(task) = procfs_task(n);
		err = t ? n->item->open(o, t) : -ESRCH;
	}
	if (err) {
		kfree(o);
		return err;
	}
	f->priv = o;
	return 0;
}

static void text_release(struct file *f)
{
	struct procfs_open *o = f->priv;
	if (o->node->item->close)
		o->node->item->close(o);
	strbuf_free(&o->text);
	kfree(o);
}

static int show_task(struct procfs_open *o)
{
	const struct procfs_item *item = o->node->item;
	struct task *t __autoput(task) = procfs_task(o->node);
	return t || item->open ? item->show_of(o, t, &o->text) : -ESRCH;
}

/* The text from `cursor` on. */
static int make_part(struct procfs_open *o)
{
	const struct procfs_item *item = o->node->item;
	int err = 0;
	assert_mutex_held(&o->lock);
	strbuf_reset(&o->text);
	o->is_made = false;
	if (item->show_of)
		err = show_task(o);
	else if (item->show)
		item->show(&o->text);
	else
		err = o->node->pid ? -EINVAL : -EIO;
	if (err == 0 && o->text.overflow)
		err = -ENOMEM;
	o->is_made = err == 0;
	return err;
}

/* Makes the part of the text that has the byte at pos, or the last one. */
static int make_text(struct procfs_open *o, off_t pos)
{
	int err = 0;
	if (pos == 0 || !o->is_made || pos < o->text_pos) {
		o->cursor = 0;
		o->text_pos = 0;
		err = make_part(o);
	}
	while (err == 0 && o->cursor && pos >= o->text_pos + (off_t)o->text.len) {
		o->text_pos += (off_t)o->text.len;
		err = make_part(o);
	}
	return err;
}

static ssize_t text_read(struct file *f, struct uio *u)
{
	struct procfs_open *o = f->priv;
	if (u->pos && o->node->item->flags & PROCFS_SYSCTL)
		return 0;
	guard(mutex)(&o->lock);
	int err = make_text(o, u->pos);
	if (err)
		return err;
	off_t at = u->pos - o->text_pos;
	if (at >= (off_t)o->text.len)
		return 0;
	size_t n = min(o->text.len - (size_t)at, u->left);
	size_t done = uio_put(u, strbuf_text(&o->text) + at, n);
	u->pos += (off_t)done;
	return done || !n ? (ssize_t)done : -EFAULT;
}

static int store_text(struct procfs_open *o, char *text)
{
	const struct procfs_item *item = o->node->item;
	if (item->store_of) {
		struct task *t __autoput(task) = procfs_task(o->node);
		return t ? item->store_of(t, text) : -ESRCH;
	}
	if (item->store)
		return item->store(text);
	return o->node->pid ? -EINVAL : -EIO;
}

static ssize_t text_write(struct file *f, struct uio *u)
{
	struct procfs_open *o = f->priv;
	size_t n = u->left;
	if (o->node->item->flags & PROCFS_SYSCTL && (u->pos || !n)) {
		u->pos += (off_t)n;
		return (ssize_t)n;
	}
	if (n >= PAGE_SIZE)
		return -EINVAL;
	char *text = kmalloc(n + 1);
	if (!text)
		return -ENOMEM;
	ssize_t result = uio_take_all(u, text, n);
	text[n] = '\0';
	if (result == 0)
		result = store_text(o, text);
	kfree(text);
	if (result < 0)
		return result;
	u->pos += (off_t)n;
	return (ssize_t)n;
}

static off_t text_seek(struct file *f, off_t offset, int whence)
{
	return whence == SEEK_END ? -EINVAL : file_seek_generic(f, offset, whence, 0);
}

const struct file_ops procfs_text_ops = {
	.name = "procfs", .flags = FILE_SEEKABLE | FILE_POLL_ALWAYS,
	.read = text_read, .write = text_write, .seek = text_seek, .release = text_release,
};
