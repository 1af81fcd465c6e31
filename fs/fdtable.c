// SPDX-License-Identifier: MIT
/*
 * fdtable: from descriptor numbers to open files.
 *
 * Promise   the lowest free number is given; a look-up by the table's only user takes no lock and no
 *           reference; a descriptor is reserved before its file is made and installed when nothing can
 *           fail any more, so no half-made file is ever visible.
 * Locks     table->lock (RANK_FDTABLE) for changes; look-ups run under RCU. Files are closed after the
 *           lock is dropped.
 * Lifetime  counted by the tasks that share it; another task's look (/proc) counts it too. When the last task
 *           leaves it everything is closed, whoever still looks: a parent that has seen the end of its child
 *           finds nothing of it open or locked.
 *
 * An entry is a file's address; its bit 0 is the close-on-exec flag. A reserved entry has no address, and
 * its flag waits in the reservation: bit 0 of an otherwise empty entry.
 *
 *	closing task                        looking task, which counts the table
 *	take the entry out                  read the entry
 *	drop its reference                  ref_tryget(), read the entry again: the same, or try again
 *	(memory stays for a grace period)
 *
 * The grace period is spared where nobody could look: the table has one user after the entry was taken out.
 */
#include "fs/file.h"
#include "fs/filelock.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/idtable.h"
#include "kernel/syscall.h"
#include "mm/uaccess.h"

enum { FD_LIMIT = 1 << 20 /* /proc/sys/fs/nr_open */, SLOTS_PER_STEP = 64 };

static inline struct file *entry_file(const void *e)
{
	return (struct file *)((uintptr_t)e & ~(uintptr_t)FDTABLE_CLOEXEC);
}

static inline bool entry_is_cloexec(const void *e)
{
	return (uintptr_t)e & FDTABLE_CLOEXEC;
}

static inline void *entry_make(struct file *f, bool cloexec)
{
	return (void *)((uintptr_t)f | (cloexec ? FDTABLE_CLOEXEC : 0));
}

/* --- looking --- */

static struct file *lookup_shared(struct fdtable *t, unsigned fd)
{
	for (;;) {
		rcu_read_lock();
		struct file *f = entry_file(idtable_get(&t->ids, fd));
		bool got = f && ref_tryget(&f->ref);
		bool same = got && entry_file(idtable_get(&t->ids, fd)) == f;
		rcu_read_unlock();
		if (!f || same)
			return f;
		if (got)
			file_put(f);
	}
}

static inline struct fdref borrow(unsigned fd, bool path_only_too)
{
	struct fdtable *t = current->fdtable;
	struct fdref r = { .counted = ref_count(&t->users) != 1 };
	if (unlikely(r.counted))
		r.file = lookup_shared(t, fd);
	else
		r.file = entry_file(idtable_get(&t->ids, fd));
	if (r.file && unlikely(r.file->mode & FILE_PATH_ONLY) && !path_only_too) {
		fdref_put(&r);
		r.file = NULL;
	}
	if (!r.file)
		r.counted = false;
	return r;
}

struct fdref fd_borrow_slow(int fd)
{
	return borrow((unsigned)fd, false);
}

struct fdref fd_borrow_any(int fd)
{
	return borrow((unsigned)fd, true);
}

struct file *fd_get(int fd)
{
	struct fdref r = fd_borrow(fd);
	if (r.file && !r.counted)
		file_get(r.file);
	return r.file;
}

struct file *fdtable_lookup(struct fdtable *t, int fd)
{
	return lookup_shared(t, (unsigned)fd);
}

struct file *fdtable_next(struct fdtable *t, unsigned *fd)
{
	for (;; (*fd)++) {
		rcu_read_lock();
		u64 id = *fd;
		void *e = idtable_next(&t->ids, &id);
		rcu_read_unlock();
		if (!e)
			return NULL;
		*fd = (unsigned)id;
		struct file *f = lookup_shared(t, *fd);
		if (f)
			return f;
	}
}

bool fdtable_is_cloexec(struct fdtable *t, int fd)
{
	rcu_read_lock();
	bool is_set = entry_is_cloexec(idtable_get(&t->ids, (unsigned)fd));
	rcu_read_unlock();
	return is_set;
}

int fdtable_mode(struct fdtable *t, int fd)
{
	rcu_read_lock();
	struct file *f = entry_file(idtable_get(&t->ids, (unsigned)fd));
	int mode = f ? f->mode : -EBADF;
	rcu_read_unlock();
	return mode;
}

unsigned fdtable_slots(struct fdtable *t)
{
	return ALIGN_UP(max(READ_ONCE(t->highest), 1u), SLOTS_PER_STEP);
}

/* --- changing --- */

static unsigned fd_limit(void)
{
	u64 soft = rlimit(RLIMIT_NOFILE);
	return soft < FD_LIMIT ? (unsigned)soft : FD_LIMIT;
}

int fd_reserve(u32 flags, unsigned min_fd)
{
	struct fdtable *t = current->fdtable;
	unsigned limit = fd_limit();
	if (min_fd >= limit)
		return -EMFILE;
	guard(spin)(&t->lock);
	int fd = idtable_alloc(&t->ids, entry_make(NULL, flags & O_CLOEXEC), (int)min_fd, (int)limit);
	if (fd >= (int)t->highest)
		t->highest = (u32)fd + 1;
	return fd == -ENOSPC ? -EMFILE : fd;
}

void fd_install(int fd, struct file *f)
{
	struct fdtable *t = current->fdtable;
	guard(spin)(&t->lock);
	void **slot = idtable_slot(&t->ids, (unsigned)fd); /* was reserved: it is there */
	rcu_publish(*slot, entry_make(f, entry_is_cloexec(*slot)));
}

void fd_cancel(int fd)
{
	struct fdtable *t = current->fdtable;
	guard(spin)(&t->lock);
	idtable_remove(&t->ids, (unsigned)fd);
}

/* The file's entry has been taken out of t. close(2) answers what flush says, but the descriptor is gone in any
 * case. A looker counts the table before it reads the entry: whom the fence does not show sees no entry. */
static int close_file(struct fdtable *t, struct file *f)
{
	int err = f->ops->flush ? f->ops->flush(f) : 0;
	if (unlikely(READ_ONCE(t->has_locks)))
		filelock_closed(t, f);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (ref_count(&t->users) > 1)
		WRITE_ONCE(f->seen_shared, true);
	file_put(f);
	return err;
}

int fd_close(int fd)
{
	struct fdtable *t = current->fdtable;
	struct file *f = NULL;
	spin_lock(&t->lock);
	f = entry_file(idtable_get(&t->ids, (unsigned)fd));
	if (f)
		idtable_remove(&t->ids, (unsigned)fd);
	spin_unlock(&t->lock);
	return f ? close_file(t, f) : -EBADF;
}

/* Whether the table is shared now says nothing: who closed it may be gone. */
bool fdref_is_current(const struct fdref *r, int fd)
{
	struct fdtable *t = current->fdtable;
	if (likely(!r->counted))
		return true;
	guard(spin)(&t->lock);
	return entry_file(idtable_get(&t->ids, (unsigned)fd)) == r->file;
}

int fd_dup_to(struct file *f, int fd, u32 flags)
{
	struct fdtable *t = current->fdtable;
	struct file *old = NULL;
	int err;
	if ((unsigned)fd >= fd_limit()) {
		file_put(f);
		return -EBADF;
	}
	spin_lock(&t->lock);
	old = entry_file(idtable_get(&t->ids, (unsigned)fd));
	if (!old && idtable_is_used(&t->ids, (unsigned)fd))
		err = -EBUSY; /* another thread is opening it: dup(2) */
	else
		err = idtable_set(&t->ids, (unsigned)fd, entry_make(f, flags & O_CLOEXEC));
	if (err == 0 && fd >= (int)t->highest)
		t->highest = (u32)fd + 1;
	spin_unlock(&t->lock);
	if (err) {
		file_put(f);
		return err;
	}
	if (old)
		close_file(t, old);
	return fd;
}

static int set_cloexec(int fd, bool on)
{
	struct fdtable *t = current->fdtable;
	guard(spin)(&t->lock);
	void **slot = idtable_slot(&t->ids, (unsigned)fd);
	struct file *f = slot ? entry_file(*slot) : NULL;
	if (!f)
		return -EBADF;
	rcu_publish(*slot, entry_make(f, on));
	return 0;
}

int fd_set_cloexec(int fd)
{
	return set_cloexec(fd, true);
}

int fd_clear_cloexec(int fd)
{
	return set_cloexec(fd, false);
}

/* --- whole tables --- */

struct fdtable *fdtable_create(void)
{
	struct fdtable *t = kzalloc(sizeof(*t));
	if (!t)
		return NULL;
	ref_init(&t->users);
	t->tasks = 1;
	spin_init(&t->lock, RANK_FDTABLE);
	return t;
}

struct fdtable *fdtable_get(struct fdtable *t)
{
	ref_get(&t->users);
	return t;
}

/* Closes every entry in [first, last], or only those marked, entry by entry: closing may sleep. */
static void close_entries(struct fdtable *t, u64 first, u64 last, bool only_cloexec)
{
	for (u64 id = first; id <= last; id++) {
		struct file *f = NULL;
		spin_lock(&t->lock);
		void *e;
		while ((e = idtable_next(&t->ids, &id)) && id <= last) {
			f = entry_file(e);
			if (f && (!only_cloexec || entry_is_cloexec(e)))
				break;
			f = NULL;
			id++;
		}
		if (f)
			idtable_remove(&t->ids, id);
		spin_unlock(&t->lock);
		if (!f)
			return;
		close_file(t, f);
	}
}

void fdtable_put(struct fdtable *t)
{
	if (!t || !ref_put(&t->users))
		return;
	idtable_destroy(&t->ids);
	kfree(t);
}

struct fdtable *fdtable_share(struct fdtable *t)
{
	__atomic_add_fetch(&t->tasks, 1, __ATOMIC_RELAXED);
	return fdtable_get(t);
}

void fdtable_leave(struct fdtable *t)
{
	if (t && __atomic_sub_fetch(&t->tasks, 1, __ATOMIC_ACQ_REL) == 0)
		close_entries(t, 0, FD_LIMIT, false);
	fdtable_put(t);
}

/* Copies entries below `end`; reserved ones (another thread is in open) stay out. */
static int copy_entries(struct fdtable *to, struct fdtable *from, u64 end)
{
	guard(spin)(&from->lock);
	u64 id = 0;
	void *e;
	for (; (e = idtable_next(&from->ids, &id)) && id < end; id++) {
		if (!entry_file(e))
			continue;
		int err = idtable_set(&to->ids, id, e);
		if (err)
			return err;
		file_get(entry_file(e));
		to->highest = (u32)id + 1;
	}
	return 0;
}

static struct fdtable *copy_below(struct fdtable *from, u64 end)
{
	struct fdtable *t = fdtable_create();
	if (t && copy_entries(t, from, end)) {
		fdtable_leave(t);
		return NULL;
	}
	return t;
}

struct fdtable *fdtable_copy(struct fdtable *from)
{
	return copy_below(from, FD_LIMIT);
}

static void replace_current(struct fdtable *t)
{
	struct fdtable *old = current->fdtable;
	spin_lock(&current->lock);
	current->fdtable = t;
	spin_unlock(&current->lock);
	fdtable_leave(old);
}

int fdtable_unshare(void)
{
	if (__atomic_load_n(&current->fdtable->tasks, __ATOMIC_ACQUIRE) == 1)
		return 0;
	struct fdtable *t = fdtable_copy(current->fdtable);
	if (!t)
		return -ENOMEM;
	replace_current(t);
	return 0;
}

void fdtable_close_on_exec(struct fdtable *t)
{
	close_entries(t, 0, FD_LIMIT, true);
}

/* --- calls --- */

long sys_close(int fd)
{
	return fd_close(fd);
}

static void mark_range_cloexec(struct fdtable *t, u64 first, u64 last)
{
	guard(spin)(&t->lock);
	void *e;
	for (u64 id = first; (e = idtable_next(&t->ids, &id)) && id <= last; id++)
		if (entry_file(e))
			(void)idtable_set(&t->ids, id, entry_make(entry_file(e), true));
}

long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		int err = fdtable_unshare();
		if (err)
			return err;
	}
	if (flags & CLOSE_RANGE_CLOEXEC)
		mark_range_cloexec(current->fdtable, first, last);
	else
		close_entries(current->fdtable, first, last, false);
	return 0;
}

static long dup_at_least(struct file *f, unsigned min_fd, u32 flags)
{
	int fd = fd_reserve(flags, min_fd);
	if (fd < 0) {
		file_put(f);
		return fd;
	}
	fd_install(fd, f);
	return fd;
}

long fd_dup(int old, unsigned min_fd, u32 flags)
{
	FDREF r = fd_borrow_any(old);
	return r.file ? dup_at_least(file_get(r.file), min_fd, flags) : -EBADF;
}

long sys_dup(int fd)
{
	return fd_dup(fd, 0, 0);
}

static long dup_exactly(int oldfd, int newfd, u32 flags)
{
	FDREF r = fd_borrow_any(oldfd);
	if (!r.file)
		return -EBADF;
	return fd_dup_to(file_get(r.file), newfd, flags);
}

long sys_dup2(int oldfd, int newfd)
{
	if (oldfd != newfd)
		return dup_exactly(oldfd, newfd, 0);
	FDREF r = fd_borrow_any(oldfd);
	return r.file ? newfd : -EBADF;
}

long sys_dup3(int oldfd, int newfd, unsigned flags)
{
	if (flags & ~O_CLOEXEC || oldfd == newfd)
		return -EINVAL;
	return dup_exactly(oldfd, newfd, flags);
}

int fd_reserve_pair(u32 flags, int __user *fds, int fd[2])
{
	fd[0] = fd_reserve(flags, 0);
	if (fd[0] < 0)
		return fd[0];
	fd[1] = fd_reserve(flags, 0);
	int err = fd[1] < 0 ? fd[1] : put_user(fd[0], &fds[0]) ?: put_user(fd[1], &fds[1]);
	if (err) {
		fd_cancel(fd[0]);
		if (fd[1] >= 0)
			fd_cancel(fd[1]);
	}
	return err;
}

int fd_install_pair(struct file **a, struct file **b, u32 flags, int __user *fds)
{
	int fd[2], err = fd_reserve_pair(flags, fds, fd);
	if (err)
		return err;
	fd_install(fd[0], take(*a));
	fd_install(fd[1], take(*b));
	return 0;
}
