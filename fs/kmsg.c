// SPDX-License-Identifier: MIT
/*
 * kmsg: /dev/kmsg: the kernel's log as a file, one record per read, and a way to write into it.
 *
 * Promise   a reader sees every record once, in order, from the oldest that is kept when it opened; records
 *           that were overwritten before it came to them are told by one -EPIPE. A buffer that is too small
 *           for the next record is -EINVAL and costs that record. A write is one message; "<N>" in front sets
 *           its level.
 * Locks     the file's pos_lock around its place in the log
 * Lifetime  the place lives as long as the open file
 * Blocking  reads: -EAGAIN, woken by the log
 * Linux     Documentation/ABI/testing/dev-kmsg; SEEK_DATA goes to the newest, as if the log had been cleared
 */
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/core/log.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"

enum { KMSG_BYTES = LOG_TEXT_MAX + 64, MAX_WRITE = 976, LEVEL_MASK = 7 };

static int kmsg_open(struct file *f)
{
	struct log_reader *r = kzalloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	log_reader_oldest(r);
	f->priv = r;
	f->wq = log_waitq();
	return 0;
}

static void kmsg_release(struct file *f)
{
	kfree(f->priv);
}

static ssize_t kmsg_read(struct file *f, struct uio *u)
{
	struct log_entry e;
	char line[KMSG_BYTES];
	guard(mutex)(&f->pos_lock);
	int err = log_read(f->priv, &e);
	if (err)
		return err;
	size_t n = log_format_kmsg(&e, line, sizeof(line));
	if (n > u->left)
		return -EINVAL;
	return uio_put(u, line, n) == n ? (ssize_t)n : -EFAULT;
}

/* Takes "<N>" off the front of a message: N & 7 is its level; the facility above it is not kept. */
static enum log_level take_level(char **text)
{
	char *p = *text;
	unsigned n = 0;
	if (*p++ != '<' || *p < '0' || *p > '9')
		return LOG_INFO;
	for (; *p >= '0' && *p <= '9' && n < UINT16_MAX; p++)
		n = n * 10 + (unsigned)(*p - '0');
	if (*p != '>')
		return LOG_INFO;
	*text = p + 1;
	return n & LEVEL_MASK;
}

static ssize_t kmsg_write(struct file *f, struct uio *u)
{
	char line[MAX_WRITE + 1], *text = line;
	size_t n = u->left;
	if (n > MAX_WRITE)
		return -EINVAL;
	if (uio_take(u, line, n) < n)
		return -EFAULT;
	line[n] = '\0';
	enum log_level level = take_level(&text);
	log_print(level, "%s", text);
	return (ssize_t)n;
}

static u32 kmsg_ready(struct file *f)
{
	return log_has_more(f->priv) ? POLLIN | POLLRDNORM : 0;
}

static off_t kmsg_seek(struct file *f, off_t offset, int whence)
{
	if (offset)
		return -ESPIPE;
	if (whence == SEEK_SET)
		log_reader_oldest(f->priv);
	else if (whence == SEEK_END || whence == SEEK_DATA)
		log_reader_newest(f->priv);
	else
		return -EINVAL;
	return 0;
}

const struct file_ops kmsg_ops = {
	.name = "kmsg", .open = kmsg_open, .release = kmsg_release, .read = kmsg_read, .write = kmsg_write,
	.ready = kmsg_ready, .seek = kmsg_seek,
};
