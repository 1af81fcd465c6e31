// SPDX-License-Identifier: MIT
/*
 * memdev: the devices without hardware: /dev/null, zero, full, random, urandom; kmsg.c has the last one.
 *
 * Promise   null(4), full(4), random(4). Reads of zero and random stop at a fatal signal.
 * Locks     none of its own
 * Linux     random and urandom are the same; writing to them stirs the pool. Mapping /dev/zero gives
 *           anonymous memory.
 */
#include "fs/devfs.h"
#include "kernel/core/random.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "mm/mm.h"

enum { MEM_MAJOR = 1, CHUNK = 256 };

static ssize_t null_read(struct file *f, struct uio *u)
{
	return 0;
}

static ssize_t null_write(struct file *f, struct uio *u)
{
	size_t n = u->left;
	u->left = 0;
	return (ssize_t)n;
}

static bool is_dying(void)
{
	return READ_ONCE(current->work) & TASK_WORK_KILL;
}

static ssize_t zero_read(struct file *f, struct uio *u)
{
	ssize_t total = 0;
	while (u->left && !(total && is_dying())) {
		size_t n = min(u->left, PAGE_SIZE), done = uio_put_zero(u, n);
		total += (ssize_t)done;
		if (done < n)
			return total ? total : -EFAULT;
	}
	return total;
}

static int zero_mmap(struct file *f, struct vma *v)
{
	if (!(v->flags & VMA_SHARED))
		return 0; /* no object: private anonymous memory */
	return vma_set_new_object(v, v->offset, v->end - v->start);
}

static ssize_t full_write(struct file *f, struct uio *u)
{
	return -ENOSPC; /* even to nothing */
}

static ssize_t random_read(struct file *f, struct uio *u)
{
	u8 bytes[CHUNK];
	ssize_t total = 0;
	while (u->left && !(total && is_dying())) {
		size_t n = min(u->left, sizeof(bytes));
		random_bytes(bytes, n);
		size_t done = uio_put(u, bytes, n);
		total += (ssize_t)done;
		if (done < n)
			return total ? total : -EFAULT;
	}
	return total;
}

static ssize_t random_write(struct file *f, struct uio *u)
{
	u8 bytes[CHUNK];
	ssize_t total = 0;
	while (u->left && !(total && is_dying())) {
		size_t n = min(u->left, sizeof(bytes)), done = uio_take(u, bytes, n);
		random_add(bytes, done);
		total += (ssize_t)done;
		if (done < n)
			return total ? total : -EFAULT;
	}
	return total;
}

static off_t mem_seek(struct file *f, off_t offset, int whence)
{
	return f->pos = 0;
}

static const struct file_ops null_ops = {
	.name = "null", .flags = FILE_SEEKABLE | FILE_KEEP_POS_UNLOCKED | FILE_NO_SENDFILE,
	.read = null_read, .write = null_write, .seek = mem_seek,
};
static const struct file_ops zero_ops = {
	.name = "zero", .flags = FILE_SEEKABLE | FILE_KEEP_POS_UNLOCKED,
	.read = zero_read, .write = null_write, .mmap = zero_mmap, .seek = mem_seek,
};
static const struct file_ops full_ops = {
	.name = "full", .flags = FILE_SEEKABLE | FILE_KEEP_POS_UNLOCKED | FILE_NO_NOWAIT | FILE_PLAIN_WRITE,
	.read = zero_read, .write = full_write, .seek = mem_seek,
};
static const struct file_ops random_ops = {
	.name = "random",
	.flags = FILE_SEEKABLE | FILE_KEEP_POS_UNLOCKED | FILE_POLL_ALWAYS | FILE_ASYNC,
	.read = random_read, .write = random_write, .seek = mem_seek,
};

void memdev_init(void)
{
	static const struct { u32 minor, mode; const char *name; const struct file_ops *ops; } table[] = {
		{ 3, 0666, "null", &null_ops }, { 5, 0666, "zero", &zero_ops },
		{ 7, 0666, "full", &full_ops }, { 8, 0666, "random", &random_ops },
		{ 9, 0666, "urandom", &random_ops }, { 11, 0644, "kmsg", &kmsg_ops },
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		device_register(S_IFCHR, rdev_make(MEM_MAJOR, table[i].minor), table[i].name,
			table[i].ops, NULL, table[i].mode);
}
