// SPDX-License-Identifier: MIT
/*
 * eventfd: a 64-bit counter behind a descriptor, for telling that something happened.
 *
 * Promise   A write adds its 8-byte value; the counter never passes 2^64 - 2. A read takes all of it, or 1
 *           with EFD_SEMAPHORE, and answers what it took. Readable while the counter is not 0; writable
 *           while 1 can be added. A read whose buffer faults has taken the value all the same.
 * Locks     lock (RANK_OBJECT) guards count; never held over a user copy
 * Lifetime  the counter lives and dies with its one open file
 * Blocking  read: -EAGAIN at 0; write: -EAGAIN while the value does not fit. A sleeping writer may need
 *           more room than another one, so a wake is for all of them (FILE_WAIT_SHARED).
 * Linux     eventfd(2), proc_pid_fdinfo(5); deviations: none
 */
#include "fs/file.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/eventfd.h"

#define COUNT_MAX (UINT64_MAX - 1) /* eventfd(2) */

struct eventfd {
	struct spinlock lock;
	u64 count;	  /* [lock] */
	bool semaphore;	  /* [const] */
	int id;		  /* [const] for fdinfo */
	struct waitq wq;
};

static int next_id; /* [atomic] */

static ssize_t eventfd_read(struct file *f, struct uio *u)
{
	struct eventfd *e = f->priv;
	if (u->left < sizeof(e->count))
		return -EINVAL;
	spin_lock(&e->lock);
	u64 value = e->semaphore ? e->count != 0 : e->count;
	e->count -= value;
	spin_unlock(&e->lock);
	if (value == 0)
		return -EAGAIN;
	wake_sync(&e->wq, POLLOUT | POLLWRNORM);
	return uio_put_all(u, &value, sizeof(value)) ? -EFAULT : (ssize_t)sizeof(value);
}

static ssize_t eventfd_write(struct file *f, struct uio *u)
{
	struct eventfd *e = f->priv;
	u64 value;
	if (u->left != sizeof(value))
		return -EINVAL;
	if (uio_take_all(u, &value, sizeof(value)))
		return -EFAULT;
	if (value > COUNT_MAX)
		return -EINVAL;
	spin_lock(&e->lock);
	bool fits = value <= COUNT_MAX - e->count;
	if (fits)
		e->count += value;
	spin_unlock(&e->lock);
	if (!fits)
		return -EAGAIN;
	wake_sync(&e->wq, POLLIN | POLLRDNORM);
	return sizeof(value);
}

static u32 eventfd_ready(struct file *f)
{
	struct eventfd *e = f->priv;
	u64 count = READ_ONCE(e->count);
	return (count > 0 ? POLLIN | POLLRDNORM : 0) | (count < COUNT_MAX ? POLLOUT | POLLWRNORM : 0);
}

static void eventfd_show(struct file *f, struct strbuf *sb)
{
	struct eventfd *e = f->priv;
	strbuf_printf(sb, "eventfd-count: %16lx\neventfd-id: %d\neventfd-semaphore: %d\n", READ_ONCE(e->count), e->id,
		e->semaphore);
}

static void eventfd_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops eventfd_ops = {
	.name = "[eventfd]",
	.flags = FILE_WAIT_SHARED | FILE_PLAIN_WRITE,
	.read = eventfd_read,
	.write = eventfd_write,
	.ready = eventfd_ready,
	.seek = file_seek_noop,
	.show = eventfd_show,
	.release = eventfd_release,
};

long sys_eventfd2(unsigned initval, unsigned flags)
{
	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	struct eventfd *e = kzalloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	spin_init(&e->lock, RANK_OBJECT);
	waitq_init(&e->wq, WAIT_EVENTFD, e);
	e->count = initval;
	e->semaphore = flags & EFD_SEMAPHORE;
	e->id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
	int fd = anon_fd(&eventfd_ops, e, &e->wq, O_RDWR | (flags & (EFD_CLOEXEC | EFD_NONBLOCK)));
	if (fd < 0)
		kfree(e);
	return fd;
}

long sys_eventfd(unsigned initval)
{
	return sys_eventfd2(initval, 0);
}
