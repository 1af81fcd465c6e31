// SPDX-License-Identifier: MIT
/*
 * walk: looking over the page-table entries of a range, without changing what is mapped.
 *
 * Promise   walk_entries() calls `visit` for every entry of [start, end) that is not 0, in the order of addresses, and
 *           steps over absent tables as a whole, so a large empty mapping costs next to nothing
 * Locks     mm->lock is held (reading is enough); the entry's table is locked while it is visited: no sleeping there
 */
#pragma once
#include "mm/pagetable.h"

struct walk {
	struct mm *mm;
	uaddr_t start, end;
	void (*visit)(struct walk *w, pte_t *pte, uaddr_t va);
	void *arg;		/* the visitor's */
};
void walk_entries(struct walk *w);

/* By how many entries an ordinary page is mapped. Whoever looks at it just now may be counted as well. */
static inline u64 page_sharers(const struct page *pg)
{
	s64 refs = (s64)ref_count(&pg->ref) - (pg->kind == PAGE_ANON ? 0 : 1); /* one is the object's own */
	return refs > 1 ? (u64)refs : 1;
}

/* What is resident of mappings: bytes, but for pss and its kin: 1 / 2^PSS_SHIFT of a byte. */
enum { PSS_SHIFT = 12 };
struct residence {
	u64 rss, shared_clean, shared_dirty, private_clean, private_dirty, referenced, anonymous;
	u64 pss, pss_dirty, pss_anon, pss_object, pss_locked;
};
void residence_add(struct residence *r, const struct vma *v);
