// SPDX-License-Identifier: MIT
/*
 * flock: advisory locks on whole files, held by open file descriptions.
 *
 * Promise   flock(2): one holder of LOCK_EX or any number of LOCK_SH; the lock belongs to the open file, so
 *           duplicates and children share it and any of them may release it; the last close does. A conversion is
 *           a release and a new request, as on Linux: another one may come in between, and with LOCK_NB the
 *           old lock may be lost.
 * Locks     none here: fs/filelock.c
 * Blocking  -ERESTART after a signal
 * Linux     LOCK_MAND is answered with 0 and does nothing, as since Linux 5.15
 */
#include "fs/filelock.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"

static long lock(struct file *f, enum lock_type type, bool may_wait)
{
	struct inode *ino = filelock_inode(f);
	struct lock_request r = {
		.range = { 0, LOCK_END }, .owner = f, .kind = LOCK_FLOCK, .type = type, .pid = current_tgid(),
	};
	if (filelock_is_held(ino, &r))
		return 0;
	filelock_drop(ino, LOCKS_WHOLE, f);
	if (type == LOCK_NONE)
		return 0;
	if (!(f->mode & (FILE_READ | FILE_WRITE)))
		return -EBADF;
	WRITE_ONCE(f->has_locks, true);
	return filelock_set(ino, &r, may_wait);
}

long sys_flock(int fd, unsigned op)
{
	unsigned what = op & ~(unsigned)LOCK_NB;
	if (op & LOCK_MAND) /* mandatory locks went away, but programs that ask for one are not told */
		return 0;
	if (what != LOCK_UN && what != LOCK_SH && what != LOCK_EX)
		return -EINVAL;
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	enum lock_type type = what == LOCK_UN ? LOCK_NONE : what == LOCK_EX ? LOCK_EXCLUSIVE : LOCK_SHARED;
	return lock(r.file, type, !(op & LOCK_NB));
}
