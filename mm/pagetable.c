// SPDX-License-Identifier: MIT
/*
 * pagetable: see pagetable.h.
 *
 * Promise   a page that loses its last mapping is freed only after no CPU can reach it any more: entries
 *           are cleared, pages gathered in a batch, the range flushed, then the references dropped
 * Locks     leaf entries under their table's lock; a gather holds no lock while it flushes
 */
#include "mm/pagetable.h"
#include "kernel/core/panic.h"
#include "kernel/lib/errno.h"

enum { GATHER_PAGES = 64 };

struct gather {
	struct mm *mm;
	uaddr_t start, end; /* what must be flushed */
	unsigned nr;
	unsigned nr_anon, nr_shmem; /* cleared under the lock that is held, and still counted */
	struct page *pages[GATHER_PAGES];
};

struct spinlock *pt_lock_of(pte_t *pte)
{
	return (struct spinlock *)&page_of_virt(pte)->priv;
}
_Static_assert(sizeof(struct spinlock) <= sizeof(((struct page *)0)->priv), "the lock lives in struct page");

static inline pte_t *table_of(pte_t entry)
{
	return phys_to_virt(pte_phys(entry));
}

pte_t *pt_find(struct mm *mm, uaddr_t va)
{
	pte_t *table = phys_to_virt(mm->arch.top);
	for (unsigned level = PT_LEVELS - 1; level > 0; level--) {
		pte_t e = __atomic_load_n(&table[pt_index(va, level)], __ATOMIC_ACQUIRE);
		if (!pte_is_present(e))
			return NULL;
		table = table_of(e);
	}
	return &table[pt_index(va, 0)];
}

/* Adds the missing table below *slot. */
static bool table_add(struct mm *mm, pte_t *slot)
{
	struct page *pg = page_alloc_zeroed(PAGE_TABLE);
	if (!pg)
		return false;
	spin_init((struct spinlock *)&pg->priv, RANK_PAGETABLE);
	((struct spinlock *)&pg->priv)->subrank = 1;
	pte_t none = 0, e = page_phys(pg) | PTE_PRESENT | PTE_WRITE | PTE_USER;
	if (__atomic_compare_exchange_n(slot, &none, e, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		__atomic_fetch_add(&mm->nr_tables, 1, __ATOMIC_RELAXED);
	else
		page_put(pg); /* a parallel fault was faster */
	return true;
}

pte_t *pt_make(struct mm *mm, uaddr_t va)
{
	pte_t *table = phys_to_virt(mm->arch.top);
	for (unsigned level = PT_LEVELS - 1; level > 0; level--) {
		pte_t *slot = &table[pt_index(va, level)];
		pte_t e = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
		if (unlikely(!pte_is_present(e))) {
			if (!table_add(mm, slot))
				return NULL;
			e = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
		}
		table = table_of(e);
	}
	return &table[pt_index(va, 0)];
}

pte_t pte_make(struct page *pg, u32 vma_flags, bool writable)
{
	bool readable = vma_flags & (VMA_READ | VMA_WRITE | VMA_EXEC);
	pte_t e = page_phys(pg) | (readable ? PTE_PRESENT : PTE_SOFT1) | PTE_USER | PTE_ACCESSED;
	if (writable)
		e |= PTE_WRITE | PTE_DIRTY;
	if (!(vma_flags & VMA_EXEC))
		e |= pte_nx_mask;
	return e;
}

void mm_count_rss(struct mm *mm, struct page *pg, long n)
{
	s64 *counter = pg->kind == PAGE_ANON ? &mm->rss_anon : &mm->rss_shmem;
	if (pg != zero_page)
		__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

void mm_note_peak(struct mm *mm, u64 gone)
{
	u64 before = mm_resident_pages(mm) + gone;
	if (before > READ_ONCE(mm->rss_peak))
		WRITE_ONCE(mm->rss_peak, before);
}

/* The counters follow the entries under the lock of their table: mm/check.c relies on it. */
static void gather_uncount(struct gather *g)
{
	if (g->nr_anon)
		__atomic_fetch_sub(&g->mm->rss_anon, g->nr_anon, __ATOMIC_RELAXED);
	if (g->nr_shmem)
		__atomic_fetch_sub(&g->mm->rss_shmem, g->nr_shmem, __ATOMIC_RELAXED);
	g->nr_anon = g->nr_shmem = 0;
}

static void gather_flush(struct gather *g)
{
	if (g->nr)
		mm_note_peak(g->mm, g->nr);
	if (g->start < g->end)
		tlb_flush_range(&g->mm->arch, g->start, g->end);
	page_put_all(g->pages, g->nr);
	g->nr = 0;
	g->start = UINT64_MAX;
	g->end = 0;
}

/* The leaf entries of one table between va and end; answers where the next table begins. */
static uaddr_t leaf_end(uaddr_t va, uaddr_t end)
{
	uaddr_t next = (va | (PAGE_SIZE * PT_ENTRIES - 1)) + 1;
	return min(next, end);
}

static bool zap_wanted(struct vma *v, pte_t e, bool shared_only)
{
	if (!pte_has_page(e))
		return false;
	return !shared_only || page_of_phys(pte_phys(e))->kind != PAGE_ANON;
}

static void zap_leaf(struct gather *g, struct vma *v, pte_t *pte, uaddr_t va, uaddr_t end, bool shared_only)
{
	struct spinlock *lock = pt_lock_of(pte);
	spin_lock(lock);
	for (; va < end; va += PAGE_SIZE, pte++) {
		pte_t e = *pte;
		if (!zap_wanted(v, e, shared_only))
			continue;
		WRITE_ONCE(*pte, 0);
		g->start = min(g->start, va);
		g->end = va + PAGE_SIZE;
		if (v->flags & VMA_PHYS)
			continue;
		struct page *pg = page_of_phys(pte_phys(e));
		if (pg == zero_page)
			continue;
		g->nr_anon += pg->kind == PAGE_ANON;
		g->nr_shmem += pg->kind != PAGE_ANON;
		g->pages[g->nr++] = pg;
		if (g->nr == GATHER_PAGES) {
			gather_uncount(g);
			spin_unlock(lock);
			gather_flush(g);
			spin_lock(lock);
		}
	}
	gather_uncount(g);
	spin_unlock(lock);
}

static void zap_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end, bool shared_only)
{
	struct gather g = { .mm = mm, .start = UINT64_MAX };
	for (uaddr_t va = start; va < end;) {
		uaddr_t stop = leaf_end(va, end);
		pte_t *pte = pt_find(mm, va);
		if (pte)
			zap_leaf(&g, v, pte, va, stop, shared_only);
		va = stop;
	}
	gather_flush(&g);
}

void pt_unmap_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end)
{
	zap_range(mm, v, start, end, false);
}

void pagetable_unmap_object(struct vm_object *o, u64 first, u64 end, enum unmap_what what)
{
	struct vma *v;
	guard(spin)(&o->maps_lock);
	list_for_each(v, &o->maps, object_node) {
		u64 v_first = v->offset >> PAGE_SHIFT, v_end = v_first + ((v->end - v->start) >> PAGE_SHIFT);
		u64 from = max(first, v_first), to = min(end, v_end);
		uaddr_t start = v->start + ((from - v_first) << PAGE_SHIFT);
		uaddr_t stop = v->start + ((to - v_first) << PAGE_SHIFT);
		if (from < to && what == UNMAP_SHARED)
			zap_range(v->mm, v, start, stop, true);
		else if (from < to)
			zap_range(v->mm, v, start, stop, false);
	}
}

/* Tables taken out of the tree; freed when no CPU can be walking them any more. */
struct doomed {
	struct mm *mm;
	uaddr_t start, end;	/* where mappings have gone: only tables over this are looked at */
	uaddr_t floor, ceiling; /* no vma lies in between: a table wholly within goes */
	struct page *tables;	/* chained by `owner` */
};

static void unlink_tables(struct doomed *d, pte_t *table, unsigned level, uaddr_t base)
{
	unsigned shift = PAGE_SHIFT + PT_INDEX_BITS * level;
	uaddr_t first = d->start > base ? (d->start - base) >> shift : 0;
	uaddr_t last = min((d->end - 1 - base) >> shift, (uaddr_t)PT_ENTRIES - 1);
	for (uaddr_t i = first; i <= last; i++) {
		uaddr_t start = base + (i << shift);
		pte_t e = table[i];
		if (!pte_is_present(e))
			continue;
		if (level > 1)
			unlink_tables(d, table_of(e), level - 1, start);
		if (start < d->floor || start + (1ul << shift) > d->ceiling)
			continue;
		WRITE_ONCE(table[i], 0);
		struct page *pg = page_of_phys(pte_phys(e));
		pg->owner = d->tables;
		d->tables = pg;
	}
}

void pt_free_tables(struct mm *mm, uaddr_t start, uaddr_t end, uaddr_t floor, uaddr_t ceiling)
{
	/* The leaf tables that can go; often none: a neighbour shares the one over the range. */
	u64 span = PAGE_SIZE * PT_ENTRIES;
	struct doomed d = { .mm = mm, .floor = floor, .ceiling = ceiling };
	d.start = max(ALIGN_DOWN(start, span), ALIGN_UP(floor, span));
	d.end = min(ALIGN_UP(end, span), ALIGN_DOWN(ceiling, span));
	if (d.start >= d.end)
		return;
	unlink_tables(&d, phys_to_virt(mm->arch.top), PT_LEVELS - 1, 0);
	if (!d.tables)
		return;
	/* A CPU may have kept the upper entries since the pages themselves were flushed. */
	tlb_flush_range(&mm->arch, start, end);
	while (d.tables) {
		struct page *pg = d.tables;
		d.tables = pg->owner;
		__atomic_fetch_sub(&mm->nr_tables, 1, __ATOMIC_RELAXED);
		page_put(pg);
	}
}

static void copy_leaf(struct mm *to, struct mm *from, struct vma *v, pte_t *src, pte_t *dst, unsigned nr)
{
	bool cow = !(v->flags & VMA_SHARED);
	bool counted = !(v->flags & VMA_PHYS);
	s64 nr_anon = 0, nr_shmem = 0;
	spin_lock(pt_lock_of(src)); /* nobody else knows the new table yet: it needs no lock */
	for (unsigned i = 0; i < nr; i++) {
		pte_t e = src[i];
		if (!pte_has_page(e))
			continue;
		if (cow && (e & PTE_WRITE)) {
			e &= ~PTE_WRITE;
			WRITE_ONCE(src[i], e);
		}
		if (counted) {
			struct page *pg = page_of_phys(pte_phys(e));
			if (pg != zero_page) {
				page_get(pg);
				nr_anon += pg->kind == PAGE_ANON;
				nr_shmem += pg->kind != PAGE_ANON;
			}
		}
		dst[i] = e & ~PTE_DIRTY;
	}
	spin_unlock(pt_lock_of(src));
	/* A truncation may be taking pages of the new address space away, and counting, by now. */
	if (nr_anon)
		__atomic_fetch_add(&to->rss_anon, nr_anon, __ATOMIC_RELAXED);
	if (nr_shmem)
		__atomic_fetch_add(&to->rss_shmem, nr_shmem, __ATOMIC_RELAXED);
}

static void copy_guards(const pte_t *src, pte_t *dst, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		if (src[i] & PTE_GUARD)
			dst[i] = src[i];
}

int pt_copy_range(struct mm *to, struct mm *from, struct vma *v)
{
	for (uaddr_t va = v->start; va < v->end;) {
		uaddr_t stop = leaf_end(va, v->end);
		pte_t *src = pt_find(from, va);
		if (src) {
			pte_t *dst = pt_make(to, va);
			if (!dst)
				return -ENOMEM;
			copy_leaf(to, from, v, src, dst, (stop - va) >> PAGE_SHIFT);
			if (unlikely(v->flags & VMA_GUARDED))
				copy_guards(src, dst, (stop - va) >> PAGE_SHIFT);
		}
		va = stop;
	}
	return 0;
}

static void protect_leaf(struct vma *v, pte_t *pte, unsigned nr)
{
	bool readable = v->flags & (VMA_READ | VMA_WRITE | VMA_EXEC);
	spin_lock(pt_lock_of(pte));
	for (unsigned i = 0; i < nr; i++) {
		pte_t e = pte[i];
		if (!pte_has_page(e))
			continue;
		e &= ~(PTE_PRESENT | PTE_SOFT1 | PTE_NX);
		if (!(v->flags & VMA_WRITE))
			e &= ~PTE_WRITE;
		if (!(v->flags & VMA_EXEC))
			e |= pte_nx_mask;
		/* PROT_NONE keeps the page: SOFT1 says that the entry is present but for the CPU. */
		e |= readable ? PTE_PRESENT : PTE_SOFT1;
		WRITE_ONCE(pte[i], e);
	}
	spin_unlock(pt_lock_of(pte));
}

void pt_protect_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end)
{
	bool any = false;
	for (uaddr_t va = start; va < end;) {
		uaddr_t stop = leaf_end(va, end);
		pte_t *pte = pt_find(mm, va);
		if (pte) {
			protect_leaf(v, pte, (stop - va) >> PAGE_SHIFT);
			any = true;
		}
		va = stop;
	}
	if (any)
		tlb_flush_range(&mm->arch, start, end);
}

/* --- moving --- */

/* The entry that holds the leaf table over va; NULL: no table for it. */
static pte_t *leaf_slot_find(struct mm *mm, uaddr_t va)
{
	pte_t *table = phys_to_virt(mm->arch.top);
	for (unsigned level = PT_LEVELS - 1; level > 1; level--) {
		pte_t e = table[pt_index(va, level)];
		if (!pte_is_present(e))
			return NULL;
		table = table_of(e);
	}
	return &table[pt_index(va, 1)];
}

/* The same, tables above it added; NULL: no memory. */
static pte_t *leaf_slot_make(struct mm *mm, uaddr_t va)
{
	pte_t *table = phys_to_virt(mm->arch.top);
	for (unsigned level = PT_LEVELS - 1; level > 1; level--) {
		pte_t *slot = &table[pt_index(va, level)];
		if (!pte_is_present(*slot) && !table_add(mm, slot))
			return NULL;
		table = table_of(*slot);
	}
	return &table[pt_index(va, 1)];
}

/* The whole leaf table over `from` comes to be that over `to`: its own, if it has one (it is empty), goes the other
 * way. -ENOMEM. */
static int move_table(struct mm *mm, uaddr_t from, uaddr_t to)
{
	pte_t *src = leaf_slot_find(mm, from);
	if (!src || !pte_is_present(*src))
		return 0;
	pte_t *dst = leaf_slot_make(mm, to), e = *src;
	if (!dst)
		return -ENOMEM;
	WRITE_ONCE(*src, *dst);
	WRITE_ONCE(*dst, e);
	return 0;
}

static int move_leaf(struct mm *mm, uaddr_t from, uaddr_t to, size_t bytes)
{
	pte_t *src = pt_find(mm, from);
	if (!src)
		return 0;
	pte_t *dst = NULL;
	for (size_t done = 0; done < bytes; done += PAGE_SIZE, src++) {
		if (!*src)
			continue;
		dst = pt_make(mm, to + done);
		if (!dst)
			return -ENOMEM;
		WRITE_ONCE(*dst, *src);
		WRITE_ONCE(*src, 0);
	}
	return 0;
}

/* One leaf table's worth of the source. */
static int move_part(struct mm *mm, uaddr_t from, uaddr_t to, size_t bytes)
{
	const uaddr_t span = PAGE_SIZE * PT_ENTRIES;
	return bytes == span && to % span == 0 ? move_table(mm, from, to) : move_leaf(mm, from, to, bytes);
}

/* mm->lock is held for writing: no fault sees either place. A truncation of the object might; it holds maps_lock while
 * it walks, and it flushes only where it finds pages: so no stale translation of the old place may be left to it. */
static int move_part_of_object(struct mm *mm, struct vm_object *o, uaddr_t from, uaddr_t to, size_t bytes)
{
	guard(spin)(&o->maps_lock);
	int err = move_part(mm, from, to, bytes);
	tlb_flush_range(&mm->arch, from, from + bytes);
	return err;
}

int pt_move_range(struct mm *mm, struct vma *v, uaddr_t from, uaddr_t to, size_t bytes)
{
	int err = 0;
	for (size_t done = 0; done < bytes && !err;) {
		uaddr_t at = from + done;
		size_t part = leaf_end(at, from + bytes) - at;
		err = v->object ? move_part_of_object(mm, v->object, at, to + done, part) :
				  move_part(mm, at, to + done, part);
		done += part;
	}
	if (!v->object)
		tlb_flush_range(&mm->arch, from, from + bytes);
	return err;
}

/* --- guard markers --- */

int pt_guard_range(struct mm *mm, struct vma *v, uaddr_t start, uaddr_t end)
{
	pt_unmap_range(mm, v, start, end);
	for (uaddr_t va = start; va < end; va += PAGE_SIZE) {
		pte_t *pte = pt_make(mm, va);
		if (!pte)
			return -ENOMEM;
		WRITE_ONCE(*pte, PTE_GUARD);
	}
	return 0;
}

void pt_unguard_range(struct mm *mm, uaddr_t start, uaddr_t end)
{
	for (uaddr_t va = start; va < end;) {
		uaddr_t stop = leaf_end(va, end);
		pte_t *pte = pt_find(mm, va);
		for (; va < stop && pte; va += PAGE_SIZE, pte++)
			if (*pte & PTE_GUARD)
				WRITE_ONCE(*pte, 0);
		va = stop;
	}
}
