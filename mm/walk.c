// SPDX-License-Identifier: MIT
/*
 * walk: see walk.h; and what /proc tells of page-table entries: residence, pagemap, clear_refs.
 *
 * Promise   the figures are those of the entries themselves, not of counters kept beside them. Several tables are
 *           not seen at one moment: threads may fault meanwhile.
 * Locks     mm->lock for reading, then one leaf table's lock at a time
 * Linux     proc_pid_pagemap(5), proc_pid_smaps(5), proc_pid_clear_refs(5), of a kernel without soft-dirty bits:
 *           bit 55 is 0. The shared page of zeroes and the vDSO count for nothing in smaps. Pages are in no file but
 *           in memory, so none is ever clean.
 */
#include "mm/walk.h"
#include "kernel/lib/string.h"

static void walk_leaf(struct walk *w, pte_t *table, uaddr_t va, unsigned first, unsigned last)
{
	guard(spin)(pt_lock_of(table));
	for (unsigned i = first; i <= last; i++)
		if (table[i])
			w->visit(w, &table[i], va + i * PAGE_SIZE);
}

/* The part of [start, end) below a table that covers addresses from `base` on. */
static void walk_table(struct walk *w, pte_t *table, unsigned level, uaddr_t base)
{
	unsigned shift = PAGE_SHIFT + PT_INDEX_BITS * level;
	uaddr_t first = w->start > base ? (w->start - base) >> shift : 0;
	uaddr_t last = min((w->end - 1 - base) >> shift, (uaddr_t)PT_ENTRIES - 1);
	if (level == 0) {
		walk_leaf(w, table, base, (unsigned)first, (unsigned)last);
		return;
	}
	for (uaddr_t i = first; i <= last; i++) {
		pte_t e = __atomic_load_n(&table[i], __ATOMIC_ACQUIRE);
		if (pte_is_present(e))
			walk_table(w, phys_to_virt(pte_phys(e)), level - 1, base + (i << shift));
	}
}

void walk_entries(struct walk *w)
{
	if (w->start < w->end)
		walk_table(w, phys_to_virt(w->mm->arch.top), PT_LEVELS - 1, 0);
}

/* --- residence --- */

static void count_page(struct walk *w, pte_t *pte, uaddr_t va)
{
	struct residence *r = w->arg;
	struct page *pg = page_of_phys(pte_phys(*pte));
	if (!pte_has_page(*pte) || pg == zero_page)
		return;
	u64 sharers = page_sharers(pg), share = (PAGE_SIZE << PSS_SHIFT) / sharers;
	r->rss += PAGE_SIZE;
	r->pss += share;
	r->pss_dirty += share;
	*(sharers > 1 ? &r->shared_dirty : &r->private_dirty) += PAGE_SIZE;
	r->referenced += *pte & PTE_ACCESSED ? PAGE_SIZE : 0;
	if (pg->kind == PAGE_ANON) {
		r->anonymous += PAGE_SIZE;
		r->pss_anon += share;
	} else {
		r->pss_object += share;
	}
}

void residence_add(struct residence *r, const struct vma *v)
{
	struct walk w = { .mm = v->mm, .start = v->start, .end = v->end, .visit = count_page, .arg = r };
	u64 before = r->pss;
	if (v->flags & VMA_PHYS)
		return;
	walk_entries(&w);
	if (v->flags & VMA_LOCKED)
		r->pss_locked += r->pss - before;
}

/* --- pagemap --- */

#define PAGEMAP_EXCLUSIVE (1ull << 56)
#define PAGEMAP_GUARD (1ull << 58 | 1ull << 62) /* a marker looks like something swapped out */
#define PAGEMAP_OBJECT (1ull << 61) /* of a file, or shared anonymous memory */
#define PAGEMAP_PRESENT (1ull << 63)

struct pagemap {
	uaddr_t start;
	u64 *words;
	bool with_frames;
	bool is_phys; /* the mapping's frames have no page of ours */
};

static void describe(struct walk *w, pte_t *pte, uaddr_t va)
{
	struct pagemap *m = w->arg;
	u64 *to = &m->words[(va - m->start) >> PAGE_SHIFT];
	if (!pte_has_page(*pte)) {
		*to = *pte & PTE_GUARD ? PAGEMAP_GUARD : 0;
		return;
	}
	u64 word = PAGEMAP_PRESENT | (m->with_frames ? pte_phys(*pte) >> PAGE_SHIFT : 0);
	struct page *pg = m->is_phys ? zero_page : page_of_phys(pte_phys(*pte));
	if (pg != zero_page)
		word |= (page_sharers(pg) == 1 ? PAGEMAP_EXCLUSIVE : 0) | (pg->kind == PAGE_ANON ? 0 : PAGEMAP_OBJECT);
	*to = word;
}

void mm_pagemap(struct mm *mm, uaddr_t start, size_t n, u64 *words, bool with_frames)
{
	uaddr_t end = start + n * PAGE_SIZE;
	struct pagemap m = { .start = start, .words = words, .with_frames = with_frames };
	struct walk w = { .mm = mm, .visit = describe, .arg = &m };
	memset(words, 0, n * sizeof(*words));
	guard(rwread)(&mm->lock);
	for (struct vma *v = mm_find(mm, start); v && v->start < end; v = vma_next(v)) {
		m.is_phys = v->flags & VMA_PHYS;
		w.start = max(v->start, start);
		w.end = min(v->end, end);
		walk_entries(&w);
	}
}

/* --- clear_refs --- */

static void forget_reference(struct walk *w, pte_t *pte, uaddr_t va)
{
	__atomic_fetch_and(pte, ~PTE_ACCESSED, __ATOMIC_RELAXED); /* the processor may be setting a bit just now */
}

void mm_clear_refs(struct mm *mm, enum clear_refs which)
{
	if (which == CLEAR_REFS_PEAK)
		WRITE_ONCE(mm->rss_peak, mm_resident_pages(mm));
	if (which > CLEAR_REFS_MAPPED)
		return;
	struct walk w = { .mm = mm, .visit = forget_reference };
	guard(rwread)(&mm->lock);
	for (struct vma *v = mm_find(mm, 0); v; v = vma_next(v)) {
		if (v->flags & VMA_PHYS || (which != CLEAR_REFS_ALL && !v->object != (which == CLEAR_REFS_ANON)))
			continue;
		w.start = v->start;
		w.end = v->end;
		walk_entries(&w);
	}
	tlb_flush_all(&mm->arch);
}
