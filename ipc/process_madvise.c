// SPDX-License-Identifier: MIT
/*
 * process_madvise: advice about the memory of the process behind a pidfd.
 *
 * Promise   the ranges are advised in order; after an error the bytes of those before it are answered, or the error if
 *           there is none. Of another process only advice that changes no contents is taken.
 * Locks     none here; mm's own
 * Lifetime  the call is a user of the other address space meanwhile
 * Linux     process_madvise(2): the check is ptrace(2)'s PTRACE_MODE_READ_FSCREDS, and CAP_SYS_NICE. The addresses
 *           must lie in the user's half, whoever's they are.
 */
#include "kernel/core/cred.h"
#include "kernel/core/pid.h"
#include "kernel/lib/errno.h"
#include "kernel/proc/pidfd.h"
#include "kernel/proc/process.h"
#include "kernel/syscall.h"
#include "kernel/uapi/pidfd.h"
#include "mm/mm.h"
#include "mm/uio.h"

enum { SMALL_IOV = 8 };

static long advise_each(struct mm *mm, const struct iovec *v, unsigned long n, int advice)
{
	long done = 0;
	for (unsigned long i = 0; i < n; i++) {
		int err = mm_advise(mm, (uaddr_t)v[i].iov_base, v[i].iov_len, advice);
		if (err)
			return done ? done : err;
		done += (long)v[i].iov_len;
	}
	return done;
}

static long advise_mm(struct mm *mm, const struct iovec *v, unsigned long n, int advice)
{
	if (mm != current->mm && !mm_advice_is_for_others(advice))
		return -EINVAL;
	if (mm != current->mm && !capable(CAP_SYS_NICE))
		return -EPERM;
	return advise_each(mm, v, n, advice);
}

static int target_of(int pidfd, struct pidfd_target *out)
{
	bool is_self = pidfd == PIDFD_SELF_THREAD || pidfd == PIDFD_SELF_THREAD_GROUP;
	return is_self ? pidfd_target_get_any(pidfd, out) : pidfd_target_get(pidfd, out);
}

static long advise_target(int pidfd, const struct iovec *v, unsigned long n, int advice)
{
	struct pidfd_target target;
	struct mm *mm;
	int err = target_of(pidfd, &target);
	if (err)
		return err;
	struct task *t __autoput(task) = pid_task_get(target.pid);
	pid_put(target.pid);
	if (!t)
		return -ESRCH;
	if (task_mm_for_access(t, process_may_trace, &mm))
		return -EACCES;
	if (!mm)
		return -ESRCH;
	long done = advise_mm(mm, v, n, advice);
	mm_unuse(mm);
	return done;
}

long sys_process_madvise(int pidfd, const struct iovec __user *vec, unsigned long vlen, int advice, unsigned flags)
{
	struct iovec small[SMALL_IOV], *iov;
	struct uio u;
	if (flags)
		return -EINVAL;
	long result = uio_import(&u, vec, vlen, small, SMALL_IOV, &iov);
	if (result >= 0)
		result = advise_target(pidfd, iov, vlen, advice);
	uio_iov_free(iov, small);
	return result;
}
