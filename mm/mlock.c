// SPDX-License-Identifier: MIT
/*
 * mlock: memory that stays.
 *
 * Promise   nothing is ever swapped out here, so a lock is what can be seen of it: its pages are made at once, or with
 *           MLOCK_ONFAULT when touched, and neither MADV_DONTNEED nor its kin takes them away. Locked pages are
 *           counted against RLIMIT_MEMLOCK, and told as VmLck.
 * Locks     mm->lock for writing while flags change; pages are made afterwards, without it
 * Lifetime  a lock ends with munlock(2), the mapping, or exec; a child of fork has none
 * Linux     mlock(2), mlockall(2). A range that has a hole is locked as far as the hole.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/vma.h"

bool mm_may_lock(void)
{
	return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

bool mm_may_lock_more(struct mm *mm, u64 pages, u32 flags)
{
	return likely(!(flags & VMA_LOCKED)) ||
	       mm->locked_pages + pages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT || capable(CAP_IPC_LOCK);
}

/* Gives the part of v in [start, end) these VMA_LOCK_BITS; *v becomes what covers it then. -ENOMEM. */
static int lock_part(struct mm *mm, struct vma **v, uaddr_t start, uaddr_t end, u32 bits)
{
	struct vma *part = *v;
	if ((part->flags & VMA_LOCK_BITS) == bits || part->flags & VMA_PHYS)
		return 0;
	if (part->start < start)
		part = vma_split(mm, part, start);
	if (!part || (part->end > end && !vma_split(mm, part, end)))
		return -ENOMEM;
	vma_set_flags(mm, part, (part->flags & ~(u32)VMA_LOCK_BITS) | bits);
	*v = vma_merge(mm, part);
	return 0;
}

static int lock_range(struct mm *mm, uaddr_t start, uaddr_t end, u32 bits)
{
	struct vma *v = mm_find(mm, start);
	for (uaddr_t at = start; at < end; at = v->end, v = vma_next(v)) {
		if (!v || v->start > at)
			return -ENOMEM;
		int err = lock_part(mm, &v, at, end, bits);
		if (err)
			return err;
	}
	return 0;
}

static u64 locked_pages_in(struct mm *mm, uaddr_t start, uaddr_t end)
{
	u64 n = 0;
	for (struct vma *v = mm_find(mm, start); v && v->start < end; v = vma_next(v))
		if (v->flags & VMA_LOCKED)
			n += (min(v->end, end) - max(v->start, start)) >> PAGE_SHIFT;
	return n;
}

/* What is locked already is not counted twice. */
static bool fits_limit(struct mm *mm, uaddr_t start, size_t bytes)
{
	u64 limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT, n = mm->locked_pages + (bytes >> PAGE_SHIFT);
	return n <= limit || capable(CAP_IPC_LOCK) || n - locked_pages_in(mm, start, start + bytes) <= limit;
}

/* The whole pages around [addr, addr + length); -EINVAL: they go around the end. */
static int whole_pages(unsigned long addr, size_t length, uaddr_t *start, size_t *bytes)
{
	*start = ALIGN_DOWN(addr, PAGE_SIZE);
	*bytes = ALIGN_UP(length + (addr & ~PAGE_MASK), PAGE_SIZE);
	return *start + *bytes < *start ? -EINVAL : 0;
}

static long lock_memory(unsigned long addr, size_t length, u32 bits)
{
	struct mm *mm = current->mm;
	uaddr_t start;
	size_t bytes;
	if (!mm_may_lock())
		return -EPERM;
	int err = whole_pages(addr, length, &start, &bytes);
	rwlock_write(&mm->lock);
	if (!fits_limit(mm, start, bytes))
		err = -ENOMEM;
	else if (!err)
		err = lock_range(mm, start, start + bytes, bits);
	rwlock_write_done(&mm->lock);
	if (!err)
		err = mm_populate(mm, start, start + bytes, POPULATE_LOCK);
	return err == -EFAULT ? -ENOMEM : err;
}

long sys_mlock(unsigned long addr, size_t length)
{
	return lock_memory(addr, length, VMA_LOCKED);
}

long sys_mlock2(unsigned long addr, size_t length, unsigned flags)
{
	if (flags & ~(unsigned)MLOCK_ONFAULT)
		return -EINVAL;
	return lock_memory(addr, length, flags & MLOCK_ONFAULT ? VMA_LOCK_BITS : VMA_LOCKED);
}

long sys_munlock(unsigned long addr, size_t length)
{
	struct mm *mm = current->mm;
	uaddr_t start;
	size_t bytes;
	int err = whole_pages(addr, length, &start, &bytes);
	guard(rwwrite)(&mm->lock);
	return err ? err : lock_range(mm, start, start + bytes, 0);
}

/* Every mapping, as far as it goes. */
static void lock_all(struct mm *mm, u32 bits)
{
	for (struct vma *v = vma_first(mm); v; v = vma_next(v))
		(void)lock_part(mm, &v, v->start, v->end, bits);
}

long sys_mlockall(unsigned flags)
{
	struct mm *mm = current->mm;
	u32 bits = flags & MCL_ONFAULT ? VMA_LOCK_BITS : VMA_LOCKED;
	if (!flags || flags & ~(unsigned)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!mm_may_lock())
		return -EPERM;
	rwlock_write(&mm->lock);
	bool fits = !(flags & MCL_CURRENT) || capable(CAP_IPC_LOCK) ||
		    mm->total_pages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	if (fits)
		mm->future_lock = flags & MCL_FUTURE ? bits : 0;
	if (fits && flags & MCL_CURRENT)
		lock_all(mm, bits);
	rwlock_write_done(&mm->lock);
	if (fits && flags & MCL_CURRENT)
		(void)mm_populate(mm, 0, USER_TOP, POPULATE_TRY);
	return fits ? 0 : -ENOMEM;
}

long sys_munlockall(void)
{
	struct mm *mm = current->mm;
	guard(rwwrite)(&mm->lock);
	mm->future_lock = 0;
	lock_all(mm, 0);
	return 0;
}
