// SPDX-License-Identifier: MIT
/*
 * kcmp: do two threads share a thing?
 *
 * Promise   0: the same; 1 and 2: an order that stays the same as long as both things live, so that many can be
 *           sorted; it says nothing about addresses. Only who might look into both threads is answered.
 * Locks     task->lock for one look at each
 * Linux     kcmp(2). KCMP_IO and KCMP_SYSVSEM: nobody has a context for block devices or a list of undos, and having
 *           none in common is being equal.
 */
#include "fs/epoll.h"
#include "fs/file.h"
#include "kernel/core/random.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/procfiles.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/kcmp.h"
#include "mm/uaccess.h"

enum { SAME, LESS, GREATER };

/* Drawn at the first call: how an address becomes a place in an order that does not give it away. */
static u64 mask, factor; /* [atomic] */

static void draw_secret(void)
{
	u64 fresh[2], none = 0;
	if (__atomic_load_n(&factor, __ATOMIC_ACQUIRE))
		return;
	random_bytes(fresh, sizeof(fresh));
	(void)__atomic_compare_exchange_n(&mask, &none, fresh[0] | 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	none = 0;
	(void)__atomic_compare_exchange_n(&factor, &none, fresh[1] | 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

static long order(const void *a, const void *b)
{
	draw_secret();
	u64 x = ((uintptr_t)a ^ mask) * factor, y = ((uintptr_t)b ^ mask) * factor; /* odd: distinct ones stay so */
	return x == y ? SAME : x < y ? LESS : GREATER;
}

static struct file *file_of(struct task *t, unsigned fd)
{
	struct fdtable *files = task_fdtable_get(t);
	struct file *f = files && fd <= INT32_MAX ? fdtable_lookup(files, (int)fd) : NULL;
	fdtable_put(files);
	return f;
}

static long compare_files(struct task *a, struct task *b, unsigned long fd_a, unsigned long fd_b)
{
	struct file *f __autoput(file) = file_of(a, (unsigned)fd_a);
	struct file *g __autoput(file) = file_of(b, (unsigned)fd_b);
	return f && g ? order(f, g) : -EBADF;
}

static long compare_watched(struct task *a, struct task *b, unsigned long fd, const struct kcmp_epoll_slot __user *user)
{
	struct kcmp_epoll_slot slot;
	struct file *watched = NULL;
	if (copy_from_user(&slot, user, sizeof(slot)))
		return -EFAULT;
	struct file *f __autoput(file) = file_of(a, (unsigned)fd);
	struct file *set __autoput(file) = f ? file_of(b, slot.efd) : NULL;
	if (!set)
		return -EBADF;
	int err = epoll_find(set, slot.tfd, slot.toff, &watched);
	if (err)
		return err;
	long result = order(f, watched);
	file_put(watched);
	return result;
}

static const void *part_of(struct task *t, int type)
{
	guard(spin)(&t->lock);
	switch (type) {
	case KCMP_VM:
		return t->mm;
	case KCMP_FILES:
		return t->fdtable;
	case KCMP_FS:
		return t->fs;
	case KCMP_SIGHAND:
		return READ_ONCE(t->sighand);
	default: /* KCMP_IO, KCMP_SYSVSEM */
		return NULL;
	}
}

static long compare(struct task *a, struct task *b, int type, unsigned long x, unsigned long y)
{
	if (!process_may_attach(a->process) || !process_may_attach(b->process))
		return -EPERM;
	if (type == KCMP_FILE)
		return compare_files(a, b, x, y);
	if (type == KCMP_EPOLL_TFD)
		return compare_watched(a, b, x, (const struct kcmp_epoll_slot __user *)y);
	return type >= 0 && type < KCMP_TYPES ? order(part_of(a, type), part_of(b, type)) : -EINVAL;
}

long sys_kcmp(int pid_a, int pid_b, int type, unsigned long x, unsigned long y)
{
	struct task *a __autoput(task) = task_find_get(pid_a);
	struct task *b __autoput(task) = task_find_get(pid_b);
	return a && b ? compare(a, b, type, x, y) : -ESRCH;
}
