// SPDX-License-Identifier: MIT
/*
 * vma: the internal interface between the files of mm/ that change address spaces; see vma.c.
 *
 * Locks     mm->lock for writing, but for vma_first/next/prev (reading)
 */
#pragma once
#include "mm/mm.h"

enum {
	MM_DEFAULT_MAX_VMAS = 65530,
	MMAP_MIN_ADDR = 65536,		/* vm.mmap_min_addr: page 0 stays unmapped */
	STACK_GUARD_BYTES = 256 * 4096,
};

extern u32 mm_max_vmas; /* [atomic] vm.max_map_count */

struct vma *vma_first(struct mm *mm);
struct vma *vma_prev(struct vma *v);
struct vma *vma_alloc(struct mm *mm, uaddr_t start, uaddr_t end, u32 flags);
void vma_free(struct vma *v);
void vma_insert(struct mm *mm, struct vma *v);
void vma_append(struct mm *mm, struct vma *v, struct vma *last); /* behind the last one there is; NULL: none */
void vma_remove(struct mm *mm, struct vma *v);
struct vma *vma_take_first(struct mm *mm); /* the same for one after the other, when none will be counted any more */
struct vma *vma_split(struct mm *mm, struct vma *v, uaddr_t at);
struct vma *vma_merge(struct mm *mm, struct vma *v);
int vma_boundary(struct mm *mm, uaddr_t addr);
bool vma_range_is_free(struct mm *mm, uaddr_t start, uaddr_t end);
uaddr_t vma_find_free(struct mm *mm, uaddr_t hint, size_t bytes, int flags);
void vma_init(void);
u32 vma_flags_of_prot(int prot);
/* Other flags for a vma that is in the tree; which of them are counted follows. */
void vma_set_end(struct mm *mm, struct vma *v, uaddr_t end); /* the same for its end; nothing else may be there */
void vma_set_flags(struct mm *mm, struct vma *v, u32 flags);
static inline u64 vma_pages(const struct vma *v)
{
	return (v->end - v->start) >> PAGE_SHIFT;
}
/* Unmaps with the lock held for writing. */
int mm_unmap_locked(struct mm *mm, uaddr_t addr, size_t bytes);
int mm_expand_stack(struct mm *mm, struct vma *v, uaddr_t addr); /* lock held for writing */
bool mm_may_map(struct mm *mm, s64 pages, u32 vma_flags);	 /* RLIMIT_AS, RLIMIT_DATA */
/* mlock.c: may anything be locked; may so many more pages with these flags: RLIMIT_MEMLOCK. */
bool mm_may_lock(void);
bool mm_may_lock_more(struct mm *mm, u64 pages, u32 vma_flags);
long mm_map_locked(struct mm *mm, uaddr_t addr, size_t bytes, int prot, int flags, struct file *file, u64 offset);
enum populate {
	POPULATE_TRY,	/* what can be had, of what is not locked on fault only */
	POPULATE_LOCK,	/* the same, but all of it: -EFAULT: a page cannot be had */
	POPULATE_READ,	/* all of it as a reader's touch would: -EINVAL: that is not permitted, -ENOMEM: a hole */
	POPULATE_WRITE,
};
int mm_populate(struct mm *mm, uaddr_t start, uaddr_t end, enum populate how); /* without the lock */
