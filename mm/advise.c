// SPDX-License-Identifier: MIT
/*
 * advise: madvise(2).
 *
 * Promise   advice on a range reaches each mapping in it, in order, up to the first error; a hole is an error that is
 *           told at the end. MADV_DONTNEED drops pages at once, MADV_FREE too; MADV_REMOVE frees those of the file
 *           itself; guard markers make a range unusable without a mapping of its own. Advice about huge pages,
 *           merging and read-ahead is kept in the mapping's flags and told in smaps; no memory behaves otherwise.
 * Locks     mm->lock: for writing where flags change, for reading where pages go; none while a file is punched or
 *           pages are made
 * Linux     madvise(2). MADV_COLLAPSE, HWPOISON and SOFT_OFFLINE are EINVAL, as without huge pages and memory errors.
 */
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

enum advice_kind {
	ADVICE_UNKNOWN, ADVICE_FLAGS, ADVICE_HINT, ADVICE_DROP, ADVICE_REMOVE, ADVICE_POPULATE, ADVICE_GUARD,
};

static const struct advice {
	u8 kind;
	bool for_others; /* process_madvise(2) on another process: it changes no contents */
	u32 set, clear;
} advices[] = {
	[MADV_NORMAL] = { .kind = ADVICE_FLAGS, .clear = VMA_RANDOM | VMA_SEQUENTIAL },
	[MADV_RANDOM] = { .kind = ADVICE_FLAGS, .set = VMA_RANDOM, .clear = VMA_SEQUENTIAL },
	[MADV_SEQUENTIAL] = { .kind = ADVICE_FLAGS, .set = VMA_SEQUENTIAL, .clear = VMA_RANDOM },
	[MADV_DONTFORK] = { .kind = ADVICE_FLAGS, .set = VMA_DONTFORK },
	[MADV_DOFORK] = { .kind = ADVICE_FLAGS, .clear = VMA_DONTFORK },
	[MADV_WIPEONFORK] = { .kind = ADVICE_FLAGS, .set = VMA_WIPEONFORK },
	[MADV_KEEPONFORK] = { .kind = ADVICE_FLAGS, .clear = VMA_WIPEONFORK },
	[MADV_DONTDUMP] = { .kind = ADVICE_FLAGS, .set = VMA_DONTDUMP },
	[MADV_DODUMP] = { .kind = ADVICE_FLAGS, .clear = VMA_DONTDUMP },
	[MADV_MERGEABLE] = { .kind = ADVICE_FLAGS, .set = VMA_MERGEABLE },
	[MADV_UNMERGEABLE] = { .kind = ADVICE_FLAGS, .clear = VMA_MERGEABLE },
	[MADV_HUGEPAGE] = { .kind = ADVICE_FLAGS, .set = VMA_HUGEPAGE, .clear = VMA_NOHUGEPAGE },
	[MADV_NOHUGEPAGE] = { .kind = ADVICE_FLAGS, .set = VMA_NOHUGEPAGE, .clear = VMA_HUGEPAGE },
	[MADV_WILLNEED] = { .kind = ADVICE_HINT, .for_others = true },
	[MADV_COLD] = { .kind = ADVICE_HINT, .for_others = true },
	[MADV_PAGEOUT] = { .kind = ADVICE_HINT, .for_others = true },
	[MADV_DONTNEED] = { .kind = ADVICE_DROP },
	[MADV_DONTNEED_LOCKED] = { .kind = ADVICE_DROP },
	[MADV_FREE] = { .kind = ADVICE_DROP },
	[MADV_REMOVE] = { .kind = ADVICE_REMOVE },
	[MADV_POPULATE_READ] = { .kind = ADVICE_POPULATE },
	[MADV_POPULATE_WRITE] = { .kind = ADVICE_POPULATE },
	[MADV_GUARD_INSTALL] = { .kind = ADVICE_GUARD },
	[MADV_GUARD_REMOVE] = { .kind = ADVICE_GUARD },
};

static const struct advice *advice_of(int advice)
{
	static const struct advice unknown;
	return advice >= 0 && advice < (int)ARRAY_LEN(advices) ? &advices[advice] : &unknown;
}

bool mm_advice_is_for_others(int advice)
{
	return advice_of(advice)->for_others;
}

/* The part of v in [start, end) gets the flags that the advice asks for. *v: what covers it then. */
static int advise_flags(struct mm *mm, struct vma **v, uaddr_t start, uaddr_t end, int advice)
{
	const struct advice *a = advice_of(advice);
	struct vma *part = *v;
	u32 flags = (part->flags & ~a->clear) | a->set;
	if (advice == MADV_MERGEABLE && part->flags & (VMA_SHARED | VMA_PHYS))
		return 0;
	if (advice == MADV_WIPEONFORK && (part->object || part->file || part->flags & VMA_SHARED))
		return -EINVAL;
	if (flags == part->flags)
		return 0;
	if (part->flags & VMA_PHYS)
		return -EINVAL;
	if (part->start < start)
		part = vma_split(mm, part, start);
	if (!part || (part->end > end && !vma_split(mm, part, end)))
		return -EAGAIN; /* ENOMEM says: not mapped */
	vma_set_flags(mm, part, flags);
	*v = vma_merge(mm, part);
	return 0;
}

static int advise_hint(struct vma *v, int advice)
{
	return advice != MADV_WILLNEED && v->flags & VMA_LOCKED ? -EINVAL : 0;
}

static int advise_drop(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end, int advice)
{
	if (advice != MADV_DONTNEED_LOCKED && v->flags & VMA_LOCKED)
		return -EINVAL;
	if (advice == MADV_FREE && (v->object || v->flags & (VMA_SHARED | VMA_PHYS)))
		return -EINVAL;
	pt_unmap_range(mm, v, start, end);
	return 0;
}

static int advise_guard(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end, int advice)
{
	if (v->flags & VMA_PHYS || (advice == MADV_GUARD_INSTALL && v->flags & VMA_LOCKED))
		return -EINVAL;
	if (advice == MADV_GUARD_INSTALL) {
		v->flags |= VMA_GUARDED; /* not counted: no vma_set_flags() */
		return pt_guard_range(mm, v, start, end);
	}
	if (v->flags & VMA_GUARDED)
		pt_unguard_range(mm, start, end);
	return 0;
}

/* Each mapping of the range in turn; the lock is held as the kind of advice needs it. */
static int advise_range(struct mm *mm, uaddr_t start, uaddr_t end, int advice)
{
	bool has_hole = false;
	uaddr_t at = start;
	for (struct vma *v = mm_find(mm, start); at < end; at = v->end, v = vma_next(v)) {
		has_hole |= !v || v->start > at;
		if (!v || v->start >= end)
			break;
		uaddr_t from = max(v->start, at), to = min(v->end, end);
		int err = 0;
		switch (advice_of(advice)->kind) {
		case ADVICE_FLAGS: err = advise_flags(mm, &v, from, to, advice); break;
		case ADVICE_HINT: err = advise_hint(v, advice); break;
		case ADVICE_DROP: err = advise_drop(mm, v, from, to, advice); break;
		case ADVICE_GUARD: err = advise_guard(mm, v, from, to, advice); break;
		}
		if (err)
			return err;
	}
	return has_hole ? -ENOMEM : 0;
}

/* --- MADV_REMOVE --- */

/* The first mapping that reaches beyond `at`, kept while the lock is not held. */
struct removal {
	uaddr_t from, to;
	u64 offset; /* of `from` in the object */
	struct file *file;
	struct vm_object *object;
};

static int find_removal(struct mm *mm, uaddr_t at, uaddr_t end, struct removal *r)
{
	const u32 may_write = VMA_SHARED | VMA_MAYWRITE;
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, at);
	if (!v || v->start >= end)
		return -ENOMEM;
	if (v->flags & VMA_LOCKED || !(v->file || v->object) || v->flags & VMA_PHYS)
		return -EINVAL;
	if ((v->flags & may_write) != may_write)
		return -EACCES;
	r->from = max(v->start, at);
	r->to = min(v->end, end);
	r->offset = v->offset + (r->from - v->start);
	r->object = v->object;
	r->file = v->file;
	vm_object_get(r->object);
	if (r->file)
		vma_file_get(r->file);
	return 0;
}

static int advise_remove(struct mm *mm, uaddr_t start, uaddr_t end)
{
	bool has_hole = false;
	for (uaddr_t at = start; at < end;) {
		struct removal r;
		int err = find_removal(mm, at, end, &r);
		if (err)
			return err;
		u64 last = r.offset + (r.to - r.from);
		if (r.file)
			err = vma_file_punch(r.file, r.object, r.offset, last);
		else
			vm_object_punch(r.object, r.offset, last);
		if (r.file)
			vma_file_put(r.file);
		vm_object_put(r.object);
		if (err)
			return err;
		has_hole |= r.from > at;
		at = r.to;
	}
	return has_hole ? -ENOMEM : 0;
}

/* --- the call --- */

static int advise_checked(struct mm *mm, uaddr_t start, uaddr_t end, int advice)
{
	switch (advice_of(advice)->kind) {
	case ADVICE_REMOVE:
		return advise_remove(mm, start, end);
	case ADVICE_POPULATE:
		return mm_populate(mm, start, end, advice == MADV_POPULATE_READ ? POPULATE_READ : POPULATE_WRITE);
	case ADVICE_HINT:
	case ADVICE_DROP: {
		guard(rwread)(&mm->lock);
		return advise_range(mm, start, end, advice);
	}
	default: {
		guard(rwwrite)(&mm->lock);
		return advise_range(mm, start, end, advice);
	}
	}
}

int mm_advise(struct mm *mm, uaddr_t addr, size_t length, int advice)
{
	size_t bytes = ALIGN_UP(length, PAGE_SIZE);
	if (advice_of(advice)->kind == ADVICE_UNKNOWN || addr & ~PAGE_MASK || bytes < length || addr + bytes < addr)
		return -EINVAL;
	if (!bytes)
		return 0;
	if (addr > USER_TOP)
		return -ENOMEM;
	uaddr_t end = min(addr + bytes, USER_TOP); /* nothing is mapped beyond, which is told last */
	int err = addr < end ? advise_checked(mm, addr, end, advice) : 0;
	return err || end == addr + bytes ? err : -ENOMEM;
}

long sys_madvise(unsigned long addr, size_t length, int advice)
{
	return mm_advise(current->mm, addr, length, advice);
}
