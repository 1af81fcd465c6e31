// SPDX-License-Identifier: MIT
/*
 * remap: mremap, madvise, msync.
 *
 * Promise   mremap(2): shrinks in place, grows in place where there is room, else moves page-table entries,
 *           not pages. madvise(2): MADV_DONTNEED drops pages at once; advices without effect here are
 *           accepted where Linux accepts them; others answer EINVAL.
 * Locks     mm->lock for writing
 */
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

/* Makes a vma like `v` at `to`, `bytes` long, whose contents begin where v's do at `from`. */
static struct vma *clone_at(struct mm *mm, struct vma *v, uaddr_t from, uaddr_t to, size_t bytes)
{
	struct vma *n = vma_alloc(mm, to, to + bytes, v->flags);
	if (!n)
		return NULL;
	n->ops = v->ops;
	n->priv = v->priv;
	n->offset = v->offset + (v->object ? from - v->start : 0);
	if (v->object)
		vma_set_object(n, v->object, n->offset);
	if (v->file) {
		n->file = v->file;
		vma_file_get(v->file);
	}
	return n;
}

static long move_mapping(struct mm *mm, struct vma *v, uaddr_t from, size_t old_bytes, uaddr_t to, size_t bytes)
{
	/* Cut now: once the pages have moved, the old place must go without asking for memory. */
	if (vma_boundary(mm, from) || vma_boundary(mm, from + old_bytes))
		return -ENOMEM;
	v = mm_find(mm, from);
	struct vma *n = clone_at(mm, v, from, to, bytes);
	if (!n)
		return -ENOMEM;
	vma_insert(mm, n);
	if (n->ops && n->ops->open)
		n->ops->open(n);
	int err = pt_move_range(mm, from, to, min(old_bytes, bytes));
	if (err) { /* back with what moved: the tables at `from` are still there */
		pt_move_range(mm, to, from, min(old_bytes, bytes));
		mm_unmap_locked(mm, to, bytes);
		return err;
	}
	err = mm_unmap_locked(mm, from, old_bytes);
	if (err)
		return err;
	vma_merge(mm, n);
	return to;
}

static bool can_grow_in_place(struct mm *mm, struct vma *v, uaddr_t old_end, uaddr_t new_end)
{
	return v->end == old_end && vma_range_is_free(mm, old_end, new_end) && new_end <= USER_TOP;
}

static long grow(struct mm *mm, struct vma *v, uaddr_t addr, size_t old_bytes, size_t bytes, unsigned flags)
{
	if (!mm_may_map(mm, (bytes - old_bytes) >> PAGE_SHIFT, v->flags))
		return -ENOMEM;
	if (can_grow_in_place(mm, v, addr + old_bytes, addr + bytes)) {
		vma_remove(mm, v);
		v->end = addr + bytes;
		vma_insert(mm, v);
		vma_merge(mm, v);
		return addr;
	}
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	uaddr_t to = vma_find_free(mm, 0, bytes, 0);
	return to ? move_mapping(mm, v, addr, old_bytes, to, bytes) : -ENOMEM;
}

static long remap_locked(struct mm *mm, uaddr_t addr, size_t old_bytes, size_t bytes, unsigned flags, uaddr_t to)
{
	struct vma *v = mm_find(mm, addr);
	if (!v || v->start > addr)
		return -EFAULT;
	if (!old_bytes) /* duplicating a shared mapping is not offered: see CAVEATS */
		return -EINVAL;
	/* What stays in its place is not looked at, nor is what goes away: it may be several mappings, and holes. */
	bool all_stays = bytes <= old_bytes && !(flags & MREMAP_FIXED);
	if (!all_stays && addr + min(old_bytes, bytes) > v->end)
		return -EFAULT;
	if (flags & MREMAP_FIXED) {
		int err = mm_unmap_locked(mm, to, bytes);
		if (err)
			return err;
		v = mm_find(mm, addr);
		if (bytes < old_bytes) {
			err = mm_unmap_locked(mm, addr + bytes, old_bytes - bytes);
			if (err)
				return err;
			v = mm_find(mm, addr);
			old_bytes = bytes;
		}
		return move_mapping(mm, v, addr, old_bytes, to, bytes);
	}
	if (bytes <= old_bytes) {
		int err = bytes < old_bytes ? mm_unmap_locked(mm, addr + bytes, old_bytes - bytes) : 0;
		return err ? err : (long)addr;
	}
	return grow(mm, v, addr, old_bytes, bytes, flags);
}

long sys_mremap(unsigned long addr, size_t old_length, size_t new_length, unsigned flags, unsigned long new_addr)
{
	size_t old_bytes = ALIGN_UP(old_length, PAGE_SIZE), bytes = ALIGN_UP(new_length, PAGE_SIZE);
	if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED) || ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE)))
		return -EINVAL;
	if (addr & ~PAGE_MASK || !bytes || bytes > USER_TOP || old_bytes > USER_TOP || addr > USER_TOP - old_bytes)
		return -EINVAL;
	if (flags & MREMAP_FIXED) {
		if (new_addr & ~PAGE_MASK || new_addr > USER_TOP - bytes)
			return -EINVAL;
		if (addr < new_addr + bytes && new_addr < addr + old_bytes)
			return -EINVAL;
	}
	struct mm *mm = current->mm;
	guard(rwwrite)(&mm->lock);
	return remap_locked(mm, addr, old_bytes, bytes, flags, new_addr);
}

/* --- advice --- */

static bool advice_is_known(int advice)
{
	switch (advice) {
	case MADV_NORMAL: case MADV_RANDOM: case MADV_SEQUENTIAL: case MADV_WILLNEED: case MADV_DONTNEED:
	case MADV_FREE: case MADV_DONTFORK: case MADV_DOFORK: case MADV_WIPEONFORK: case MADV_KEEPONFORK:
	case MADV_DONTDUMP: case MADV_DODUMP: case MADV_COLD: case MADV_PAGEOUT: case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE: case MADV_DONTNEED_LOCKED:
		return true;
	default:
		return false;
	}
}

static void set_flags(struct mm *mm, struct vma *v, u32 set, u32 clear)
{
	vma_remove(mm, v);
	v->flags = (v->flags & ~clear) | set;
	vma_insert(mm, v);
}

static int advise_one(struct mm *mm, struct vma *v, int advice)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		if (v->flags & VMA_PHYS || (v->flags & VMA_LOCKED && advice != MADV_DONTNEED_LOCKED))
			return -EINVAL;
		if (advice == MADV_FREE && (v->object || v->flags & VMA_SHARED))
			return -EINVAL;
		pt_unmap_range(mm, v, v->start, v->end);
		return 0;
	case MADV_DONTFORK:
		set_flags(mm, v, VMA_DONTFORK, 0);
		return 0;
	case MADV_DOFORK:
		set_flags(mm, v, 0, VMA_DONTFORK);
		return 0;
	case MADV_WIPEONFORK:
		if (v->object || v->flags & VMA_SHARED)
			return -EINVAL;
		set_flags(mm, v, VMA_WIPEONFORK, 0);
		return 0;
	case MADV_KEEPONFORK:
		set_flags(mm, v, 0, VMA_WIPEONFORK);
		return 0;
	case MADV_DONTDUMP:
		set_flags(mm, v, VMA_DONTDUMP, 0);
		return 0;
	case MADV_DODUMP:
		set_flags(mm, v, 0, VMA_DONTDUMP);
		return 0;
	default: /* a hint that changes nothing here */
		return 0;
	}
}

/* Only these need vmas cut at the range's ends; hints do not. */
static bool advice_has_effect(int advice)
{
	return advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED || advice == MADV_FREE ||
	       (advice >= MADV_DONTFORK && advice <= MADV_DOFORK) ||
	       (advice >= MADV_DONTDUMP && advice <= MADV_KEEPONFORK);
}

long sys_madvise(unsigned long addr, size_t length, int advice)
{
	size_t bytes = ALIGN_UP(length, PAGE_SIZE);
	if (!advice_is_known(advice) || addr & ~PAGE_MASK || bytes < length || addr + bytes < addr)
		return -EINVAL;
	if (!bytes)
		return 0;
	if (addr > USER_TOP || bytes > USER_TOP - addr)
		return -ENOMEM;
	struct mm *mm = current->mm;
	uaddr_t end = addr + bytes;
	guard(rwwrite)(&mm->lock);
	if (advice_has_effect(advice) && (vma_boundary(mm, addr) || vma_boundary(mm, end)))
		return -ENOMEM;
	bool hole = false;
	uaddr_t at = addr;
	for (struct vma *v = mm_find(mm, addr); at < end; v = vma_next(v)) {
		if (!v || v->start > at)
			hole = true;
		if (!v || v->start >= end)
			break;
		int err = advise_one(mm, v, advice);
		if (err)
			return err;
		at = v->end;
	}
	return hole ? -ENOMEM : 0;
}

long sys_msync(unsigned long addr, size_t length, unsigned flags)
{
	size_t bytes = ALIGN_UP(length, PAGE_SIZE);
	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || addr & ~PAGE_MASK ||
		((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	if (addr + bytes < addr)
		return -ENOMEM;
	/* Memory is the only store there is: nothing to write back, but the range must be mapped. */
	struct mm *mm = current->mm;
	guard(rwread)(&mm->lock);
	for (uaddr_t at = addr; at < addr + bytes;) {
		struct vma *v = mm_find(mm, at);
		if (!v || v->start > at)
			return -ENOMEM;
		if ((flags & MS_INVALIDATE) && (v->flags & VMA_LOCKED))
			return -EBUSY;
		at = v->end;
	}
	return 0;
}
