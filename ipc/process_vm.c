// SPDX-License-Identifier: MIT
/*
 * process_vm: one copy between the caller's memory and another process's.
 *
 * Promise   bytes move in the order of both vectors, page by page, without a buffer of the kernel's in between
 *           (mm/remote.c). What was moved before something was not there is answered; -EFAULT says that nothing
 *           was. The two processes are not synchronised: who wants to see whole messages uses a futex or a pipe.
 * Locks     none here; a page of the other side is locked while its bytes move
 * Lifetime  the call is a user of the other address space: its process may exec or end meanwhile, and the memory
 *           stays until the call is over
 * Blocking  for locks and page faults of either side; a fatal signal ends it
 * Linux     process_vm_readv(2); the check is ptrace(2)'s PTRACE_MODE_ATTACH_REALCREDS, in kernel/proc/access.c.
 *           Deviations: none
 */
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "mm/uio.h"

enum { SMALL_IOV = 8 };

/* The other side's vector: its addresses are looked at when their turn comes, only lengths are refused here. *any: there
 * is a byte to move. */
static int import_far(const struct iovec __user *uiov, unsigned long n, struct iovec **out, bool *any)
{
	struct iovec *v = kmalloc(max(n, 1ul) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	int err = copy_from_user(v, uiov, n * sizeof(*v));
	for (unsigned long i = 0; !err && i < n; i++) {
		if ((ssize_t)v[i].iov_len < 0)
			err = -EINVAL;
		*any |= v[i].iov_len != 0;
	}
	if (err)
		kfree(v);
	else
		*out = v;
	return err;
}

static ssize_t move_all(struct mm *mm, struct uio *near, const struct iovec *far, unsigned long n, unsigned how)
{
	ssize_t done = 0;
	for (unsigned long i = 0; i < n && near->left; i++) {
		size_t want = min((size_t)far[i].iov_len, near->left);
		ssize_t moved = want ? mm_move_remote(mm, (uaddr_t)far[i].iov_base, near, want, how) : 0;
		if (moved < 0)
			return done ? done : -EFAULT;
		done += moved;
		if ((size_t)moved < want)
			break;
	}
	return done;
}

static ssize_t move_with(int pid, struct uio *near, const struct iovec *far, unsigned long n, unsigned how)
{
	struct task *t __autoput(task) = task_find_get(pid);
	struct mm *mm;
	if (!t)
		return -ESRCH;
	if (task_mm_for_access(t, process_may_attach, &mm))
		return -EPERM;
	if (!mm)
		return -ESRCH;
	ssize_t done = move_all(mm, near, far, n, how);
	mm_unuse(mm);
	return done;
}

static ssize_t move_from(int pid, struct uio *near, const struct iovec __user *rvec, unsigned long n, unsigned how)
{
	struct iovec *far = NULL;
	bool any = false;
	if (n > IOV_MAX)
		return -EINVAL;
	ssize_t result = import_far(rvec, n, &far, &any);
	if (!result && any)
		result = move_with(pid, near, far, n, how);
	kfree(far);
	return result;
}

static ssize_t process_vm(int pid, const struct iovec __user *lvec, unsigned long liovcnt,
	const struct iovec __user *rvec, unsigned long riovcnt, unsigned long flags, unsigned how)
{
	struct iovec small[SMALL_IOV], *near_iov;
	struct uio near;
	if (flags)
		return -EINVAL;
	ssize_t result = uio_import(&near, lvec, liovcnt, small, SMALL_IOV, &near_iov);
	if (result > 0)
		result = move_from(pid, &near, rvec, riovcnt, how);
	uio_iov_free(near_iov, small);
	return result;
}

long sys_process_vm_readv(int pid, const struct iovec __user *lvec, unsigned long liovcnt,
	const struct iovec __user *rvec, unsigned long riovcnt, unsigned long flags)
{
	return process_vm(pid, lvec, liovcnt, rvec, riovcnt, flags, REMOTE_READ);
}

long sys_process_vm_writev(int pid, const struct iovec __user *lvec, unsigned long liovcnt,
	const struct iovec __user *rvec, unsigned long riovcnt, unsigned long flags)
{
	return process_vm(pid, lvec, liovcnt, rvec, riovcnt, flags, REMOTE_WRITE);
}
