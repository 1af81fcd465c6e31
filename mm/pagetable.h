// SPDX-License-Identifier: MIT
/*
 * pagetable: user page tables, walked generically.
 *
 * Promise   four levels of 512 entries over the helpers of arch/x86_64/paging.h. Upper tables are added by
 *           compare-and-exchange, so that parallel faults need no lock for them; leaf entries change under
 *           the spinlock of their table page.
 * Locks     pt_lock(leaf table): RANK_PAGETABLE, subrank 1; an object's maps_lock (subrank 0) may be held
 *           outside it. Tables are freed only with mm->lock held for writing.
 */
#pragma once
#include "mm/mm.h"

#define PTE_GUARD PTE_SOFT2 /* a marker, of an entry without a page: madvise(2), "MADV_GUARD_INSTALL" */

/* An entry of a PROT_NONE mapping keeps its page: not present for the CPU, marked with SOFT1. */
static inline bool pte_has_page(pte_t e)
{
	return e & (PTE_PRESENT | PTE_SOFT1);
}
struct spinlock *pt_lock_of(pte_t *pte);      /* of the table that holds this leaf entry */
pte_t *pt_find(struct mm *mm, uaddr_t va);    /* leaf entry or NULL: no table there */
pte_t *pt_make(struct mm *mm, uaddr_t va);    /* the same, tables added: NULL: no memory */
pte_t pte_make(struct page *pg, u32 vma_flags, bool writable); /* as protected: of PROT_NONE not for the CPU */
/* Drops the mappings of [start, end) of one vma, flushes, and frees the pages. */
void pt_unmap_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end);
/* After the mappings of [start, end) have gone: frees the tables over it that lie wholly in [floor, ceiling),
 * where no vma is any more. Every removal of a vma comes here: tables are never left where no vma is. */
void pt_free_tables(struct mm *mm, uaddr_t start, uaddr_t end, uaddr_t floor, uaddr_t ceiling);
/* Copies a vma's present entries; private writable ones become read-only on both sides. -ENOMEM. */
int pt_copy_range(struct mm *to, struct mm *from, struct vma *v);
/* New protection for what is mapped; never adds write permission (faults do). */
void pt_protect_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end);
/* Moves the entries of v (mremap), whole tables where both places allow. -ENOMEM leaves the rest where it was. */
int pt_move_range(struct mm *mm, struct vma *v, uaddr_t from, uaddr_t to, size_t bytes);
/* Puts guard markers in place of what v maps there, v being VMA_GUARDED: -ENOMEM, some are there. Takes them away. */
int pt_guard_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end);
void pt_unguard_range(struct mm *mm, uaddr_t start, uaddr_t end);
/* Unmaps pages [first, end) of an object from every mapping of it, and private copies made of them, or not. */
enum unmap_what { UNMAP_SHARED, UNMAP_COPIES_TOO };
void pagetable_unmap_object(struct vm_object *o, u64 first, u64 end, enum unmap_what what);
void mm_count_rss(struct mm *mm, struct page *pg, long n);
void vm_object_init(void);
