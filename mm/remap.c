// SPDX-License-Identifier: MIT
/*
 * remap: mremap(2), and msync(2).
 *
 * Promise   mremap(2) shrinks in place, grows in place where there is room, else moves page-table entries, whole
 *           tables where both places allow it, never pages. With an old size of 0 it makes a second mapping of shared
 *           memory; with MREMAP_DONTUNMAP the old place stays, empty. A move that changes no size may be of several
 *           mappings; they keep their distances.
 * Locks     mm->lock for writing
 * Linux     mremap(2), msync(2). When memory for page tables runs out in the middle of several mappings, those that
 *           moved stay where they are now, as on Linux.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/commit.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

enum { SPARE_VMAS = 3 }; /* a move may cut the old mapping in three */

/* The whole of a call, its numbers in bytes of whole pages. */
struct remap {
	struct mm *mm;
	uaddr_t from, to; /* to: with MREMAP_FIXED, and a wish with MREMAP_DONTUNMAP */
	size_t old_bytes, bytes;
	unsigned flags;
	uaddr_t fill, fill_end; /* set: locked pages to be made afterwards */
};

/* Makes a vma like `v` at `to`, `bytes` long, whose contents begin where v's do at `from`. */
static struct vma *clone_at(struct mm *mm, struct vma *v, uaddr_t from, uaddr_t to, size_t bytes)
{
	struct vma *n = vma_alloc(mm, to, to + bytes, v->flags);
	if (!n)
		return NULL;
	n->ops = v->ops;
	n->priv = v->priv;
	n->offset = v->offset + (v->object || v->flags & VMA_PHYS ? from - v->start : 0);
	if (v->object)
		vma_set_object(n, v->object, n->offset);
	if (v->file) {
		n->file = v->file;
		vma_file_get(v->file);
	}
	return n;
}

static bool is_kept(const struct remap *r)
{
	return r->flags & MREMAP_DONTUNMAP || !r->old_bytes;
}

/* Moves what v has at r->from to `to`, where nothing is. */
static long move_to(struct remap *r, struct vma *v, uaddr_t to)
{
	struct mm *mm = r->mm;
	size_t moved = min(r->old_bytes, r->bytes);
	s64 pages = v->flags & VMA_ACCOUNT ? (s64)(r->bytes >> PAGE_SHIFT) : 0;
	s64 back = is_kept(r) || !pages ? 0 : (s64)(r->old_bytes >> PAGE_SHIFT);
	if (mm->nr_vmas + SPARE_VMAS >= READ_ONCE(mm_max_vmas))
		return -ENOMEM;
	/* Cut now: once the pages have moved, the old place must go, or be left, without asking for memory. */
	if (r->old_bytes && (vma_boundary(mm, r->from) || vma_boundary(mm, r->from + r->old_bytes)))
		return -ENOMEM;
	v = mm_find(mm, r->from);
	if (!commit_take(mm, pages, back))
		return -ENOMEM;
	struct vma *n = clone_at(mm, v, r->from, to, r->bytes);
	if (!n) {
		commit_give(mm, pages);
		return -ENOMEM;
	}
	bool is_locked = n->flags & VMA_LOCKED;
	vma_insert(mm, n);
	if (n->ops && n->ops->open)
		n->ops->open(n);
	int err = pt_move_range(mm, v, r->from, to, moved);
	if (err) { /* back with what moved: the tables at `from` are still there */
		pt_move_range(mm, v, to, r->from, moved);
		mm_unmap_locked(mm, to, r->bytes);
		vma_merge(mm, v);
		return err;
	}
	if (r->flags & MREMAP_DONTUNMAP) { /* the old place stays, with nothing in it and no lock */
		vma_set_flags(mm, v, v->flags & ~(u32)VMA_LOCK_BITS);
		vma_merge(mm, v);
	} else if (r->old_bytes) {
		mm_unmap_locked(mm, r->from, r->old_bytes);
	}
	if (mm->vdso == r->from && n->flags & VMA_VDSO)
		mm->vdso = to;
	vma_merge(mm, mm_find(mm, to));
	if (is_locked && r->bytes > r->old_bytes) {
		r->fill = to + r->old_bytes;
		r->fill_end = to + r->bytes;
	}
	return (long)to;
}

/* --- without a place --- */

static bool can_grow_in_place(struct mm *mm, struct vma *v, uaddr_t old_end, uaddr_t new_end)
{
	return v->end == old_end && new_end <= USER_TOP && vma_range_is_free(mm, old_end, new_end);
}

static long grow_in_place(struct remap *r, struct vma *v)
{
	s64 more = (s64)((r->bytes - r->old_bytes) >> PAGE_SHIFT);
	if (v->flags & VMA_ACCOUNT && !commit_take(r->mm, more, 0))
		return -ENOMEM;
	if (v->flags & VMA_LOCKED) {
		r->fill = v->end;
		r->fill_end = r->from + r->bytes;
	}
	vma_set_end(r->mm, v, r->from + r->bytes);
	vma_merge(r->mm, v);
	return (long)r->from;
}

/* May v, of which the call names a part, become larger or be there twice? */
static int check_growth(const struct remap *r, struct vma *v)
{
	size_t more = is_kept(r) ? r->bytes : r->bytes - r->old_bytes;
	if (v->flags & VMA_PHYS && r->bytes > r->old_bytes)
		return -EFAULT;
	if (!is_kept(r) && r->bytes <= r->old_bytes)
		return 0;
	if (!mm_may_lock_more(r->mm, more >> PAGE_SHIFT, v->flags))
		return -EAGAIN;
	return mm_may_map(r->mm, (s64)(more >> PAGE_SHIFT), v->flags) ? 0 : -ENOMEM;
}

/* The mapping that has all of what is to be moved: 0 or -errno. */
static int find_source(const struct remap *r, struct vma **out)
{
	struct vma *v = mm_find(r->mm, r->from);
	if (!v || v->start > r->from)
		return -EFAULT;
	*out = v;
	if (!r->old_bytes && !(v->flags & VMA_SHARED))
		return -EINVAL;
	if (r->flags & MREMAP_DONTUNMAP && v->flags & VMA_PHYS)
		return -EINVAL;
	if (v->end - r->from < r->old_bytes)
		return -EFAULT;
	return check_growth(r, v);
}

/* What is beyond the new length goes away; the range is only looked at here, after its first mapping. */
static int cut(struct remap *r)
{
	if (r->old_bytes > USER_TOP - r->from)
		return -EINVAL;
	return mm_unmap_locked(r->mm, r->from + r->bytes, r->old_bytes - r->bytes);
}

static long remap_anywhere(struct remap *r)
{
	struct vma *v;
	/* What stays in its place is not looked at, nor is what goes away: it may be several mappings, and holes. */
	if (r->bytes <= r->old_bytes && !(r->flags & MREMAP_DONTUNMAP)) {
		v = mm_find(r->mm, r->from);
		if (!v || v->start > r->from)
			return -EFAULT;
		int err = r->bytes == r->old_bytes ? 0 : cut(r);
		return err ? err : (long)r->from;
	}
	int err = find_source(r, &v);
	if (err)
		return err;
	if (!is_kept(r) && can_grow_in_place(r->mm, v, r->from + r->old_bytes, r->from + r->bytes))
		return grow_in_place(r, v);
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	uaddr_t to = vma_find_free(r->mm, r->to, r->bytes, 0);
	return to ? move_to(r, v, to) : -ENOMEM;
}

/* --- to a place --- */

/* Each mapping of the range, to the same distance; the place is empty. */
static long move_several(struct remap *r)
{
	uaddr_t end = r->from + r->old_bytes, to = r->to;
	for (uaddr_t at = r->from; at < end;) {
		struct vma *v = mm_find(r->mm, at);
		if (!v || v->start >= end)
			break;
		struct remap one = *r;
		one.from = max(v->start, at);
		one.old_bytes = one.bytes = min(v->end, end) - one.from;
		at = one.from + one.bytes;
		int err = find_source(&one, &v);
		long done = err ? err : move_to(&one, v, to + (one.from - r->from));
		if (done < 0)
			return done;
	}
	return (long)to;
}

static long remap_fixed(struct remap *r)
{
	struct mm *mm = r->mm;
	struct vma *v = mm_find(mm, r->from);
	if (!v || v->start > r->from)
		return -EFAULT;
	if (r->bytes < r->old_bytes) { /* what goes away is not moved, and not looked at */
		if (v->end - r->from < r->bytes)
			return -EFAULT;
		int err = cut(r);
		if (err)
			return err;
		r->old_bytes = r->bytes;
	}
	bool is_several = r->old_bytes == r->bytes && mm_find(mm, r->from)->end - r->from < r->bytes;
	int err = is_several ? 0 : find_source(r, &v);
	if (!err && r->to < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
		err = -EPERM;
	if (!err)
		err = mm_unmap_locked(mm, r->to, r->bytes);
	if (err)
		return err;
	return is_several ? move_several(r) : move_to(r, mm_find(mm, r->from), r->to);
}

long sys_mremap(unsigned long addr, size_t old_length, size_t new_length, unsigned long flags,
	unsigned long new_addr)
{
	struct remap r = {
		.mm = current->mm, .from = addr, .flags = (unsigned)flags,
		.old_bytes = ALIGN_UP(old_length, PAGE_SIZE), .bytes = ALIGN_UP(new_length, PAGE_SIZE),
	};
	const unsigned long needs_move = MREMAP_FIXED | MREMAP_DONTUNMAP;
	if (flags & ~(MREMAP_MAYMOVE | needs_move) || (flags & needs_move && !(flags & MREMAP_MAYMOVE)))
		return -EINVAL;
	if (addr & ~PAGE_MASK || !r.bytes || (flags & MREMAP_DONTUNMAP && r.old_bytes != r.bytes))
		return -EINVAL;
	if (r.bytes > USER_TOP)
		return -EINVAL;
	if (flags & needs_move)
		r.to = flags & MREMAP_FIXED ? new_addr : ALIGN_DOWN(new_addr, PAGE_SIZE);
	if (flags & MREMAP_FIXED && (new_addr & ~PAGE_MASK || new_addr > USER_TOP - r.bytes ||
					    (addr < new_addr + r.bytes && new_addr < addr + r.old_bytes)))
		return -EINVAL;
	rwlock_write(&r.mm->lock);
	long result = flags & MREMAP_FIXED ? remap_fixed(&r) : remap_anywhere(&r);
	rwlock_write_done(&r.mm->lock);
	if (unlikely(r.fill))
		(void)mm_populate(r.mm, r.fill, r.fill_end, POPULATE_TRY);
	return result;
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
	uaddr_t end = addr + bytes;
	long result = 0;
	guard(rwread)(&mm->lock);
	for (uaddr_t at = addr; at < end;) {
		struct vma *v = mm_find(mm, at);
		if (!v || v->start > at)
			result = -ENOMEM; /* unless something behind the hole is worse */
		if (!v || v->start >= end)
			break;
		if ((flags & MS_INVALIDATE) && (v->flags & VMA_LOCKED))
			return -EBUSY;
		at = v->end;
	}
	return result;
}
