// SPDX-License-Identifier: MIT
/*
 * check: compares the page tables of an address space with its vmas, pages and counters.
 *
 * Promise   it finds an entry outside of every vma, one that allows what its vma forbids, a page that is free, has no
 *           reference, is not the one that the object has there, or could be written through a private
 *           mapping of a shared page; a table that nobody counts; counters (resident pages by kind, tables,
 *           vmas, mapped pages) that differ from what is there; vmas out of order; a top table whose kernel
 *           half is not the kernel's; and a kernel page that is writable and executable.
 * Locks     each leaf table's lock while its entries are looked at: a truncation clears entries and counts
 *           under it. It may do so between two tables: counters that do not fit are counted again, and are
 *           wrong only when PASSES counts agree.
 * Blocking  never sleeps
 */
#include "mm/check.h"
#include "kernel/core/log.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"
#include "mm/pagetable.h"
#include "mm/vma.h"

#ifdef DEBUG
enum { PASSES = 4 };

/* What a walk counts. */
struct counts {
	s64 anon, shmem;
	u64 tables, vmas, total, data, stack, locked;
};

struct walk {
	struct mm *mm;
	struct mm_check *result;
	struct counts seen;
	struct vma *v; /* the first that ends above where the walk is; NULL: none */
};

static void __printf(2, 3) fault_found(struct mm_check *c, const char *format, ...)
{
	if (c->nr_faults++)
		return;
	va_list args;
	va_start(args, format);
	fmt_vsnprintf(c->first, sizeof(c->first), format, args);
	va_end(args);
}

/* --- one entry --- */

static const char *wrong_rights(const struct vma *v, pte_t e)
{
	bool readable = v->flags & (VMA_READ | VMA_WRITE | VMA_EXEC);
	if (pte_is_present(e) != readable)
		return readable ? "is hidden in a mapping that can be read" : "is open in a PROT_NONE mapping";
	if (pte_is_present(e) && !(e & PTE_USER))
		return "is the kernel's";
	if (e & PTE_WRITE && !(v->flags & VMA_WRITE))
		return "is writable against its mapping";
	if (pte_nx_mask && !(e & PTE_NX) && !(v->flags & VMA_EXEC))
		return "is executable against its mapping";
	return NULL;
}

static const char *wrong_page(const struct vma *v, pte_t e, uaddr_t va)
{
	const struct page *pg = page_of_phys(pte_phys(e));
	u64 index = (v->offset + (va - v->start)) >> PAGE_SHIFT;
	if (!page_phys_is_ram(pte_phys(e)))
		return "maps what is no memory";
	if (pg == zero_page)
		return e & PTE_WRITE ? "lets the page of zeroes be written" :
		       v->object     ? "maps zeroes over an object" : NULL;
	if (pg->kind == PAGE_ANON)
		return ref_count(&pg->ref) < 1 ? "maps a page without a reference" :
		       v->flags & VMA_SHARED ? "maps a private page in a shared mapping" : NULL;
	if (pg->kind != PAGE_OBJECT)
		return "maps a page that is no program's";
	if (!v->object || pg->owner != v->object || pg->index != index)
		return "maps a page that belongs elsewhere";
	if (ref_count(&pg->ref) < 1)
		return "maps a page without a reference";
	return e & PTE_WRITE && !(v->flags & VMA_SHARED) ? "lets a shared page be written privately" : NULL;
}

static void check_entry(struct walk *w, pte_t e, uaddr_t va)
{
	while (w->v && w->v->end <= va)
		w->v = vma_next(w->v);
	const char *what = NULL;
	if (!w->v || w->v->start > va) {
		what = "lies in no mapping";
	} else if (pte_has_page(e)) {
		what = wrong_rights(w->v, e);
		if (!(w->v->flags & VMA_PHYS)) {
			const struct page *pg = page_of_phys(pte_phys(e));
			w->seen.anon += pg->kind == PAGE_ANON;
			w->seen.shmem += pg->kind != PAGE_ANON && pg != zero_page;
			what = what ? what : wrong_page(w->v, e, va);
		}
	} else if (e != PTE_GUARD || !(w->v->flags & VMA_GUARDED)) {
		what = "is a marker that its mapping does not know";
	}
	if (what)
		fault_found(w->result, "the entry %016lx at %lx %s", e, va, what);
}

/* --- the tables --- */

static void walk_leaf(struct walk *w, pte_t *table, uaddr_t base)
{
	struct spinlock *lock = pt_lock_of(table);
	spin_lock(lock);
	for (unsigned i = 0; i < PT_ENTRIES; i++)
		if (table[i])
			check_entry(w, table[i], base + i * PAGE_SIZE);
	spin_unlock(lock);
}

static void walk_table(struct walk *w, pte_t *table, unsigned level, uaddr_t base)
{
	unsigned end = level == PT_LEVELS - 1 ? PT_ENTRIES / 2 : PT_ENTRIES;
	for (unsigned i = 0; i < end; i++) {
		pte_t e = table[i];
		if (!pte_is_present(e))
			continue;
		uaddr_t start = base + ((uaddr_t)i << (PAGE_SHIFT + PT_INDEX_BITS * level));
		struct page *pg = page_of_phys(pte_phys(e));
		w->seen.tables++;
		if (pg->kind != PAGE_TABLE || ref_count(&pg->ref) < 1)
			fault_found(w->result, "the table for %lx is no table (kind %u)", start, pg->kind);
		else if (level > 1)
			walk_table(w, phys_to_virt(pte_phys(e)), level - 1, start);
		else
			walk_leaf(w, phys_to_virt(pte_phys(e)), start);
	}
}

static void count_vmas(struct walk *w)
{
	uaddr_t at = 0;
	for (struct vma *v = vma_first(w->mm); v; at = v->end, v = vma_next(v)) {
		u64 pages = (v->end - v->start) >> PAGE_SHIFT;
		if (v->start < at || v->start >= v->end || v->end > USER_TOP ||
			!IS_ALIGNED(v->start | v->end, PAGE_SIZE))
			fault_found(w->result, "the mapping [%lx, %lx) is behind %lx", v->start, v->end, at);
		if (v->mm != w->mm)
			fault_found(w->result, "the mapping at %lx belongs to another address space", v->start);
		w->seen.vmas++;
		w->seen.total += pages;
		if (v->flags & VMA_STACK)
			w->seen.stack += pages;
		else if ((v->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE)
			w->seen.data += pages;
		if (v->flags & VMA_LOCKED)
			w->seen.locked += pages;
	}
}

static void compare(struct mm_check *c, const char *what, s64 counted, s64 there)
{
	if (counted != there)
		fault_found(c, "%s: counted %ld, there are %ld", what, counted, there);
}

static void compare_counts(struct walk *w)
{
	struct mm *mm = w->mm;
	compare(w->result, "private pages", READ_ONCE(mm->rss_anon), w->seen.anon);
	compare(w->result, "shared pages", READ_ONCE(mm->rss_shmem), w->seen.shmem);
	compare(w->result, "tables", mm->nr_tables, w->seen.tables);
	compare(w->result, "mappings", mm->nr_vmas, w->seen.vmas);
	compare(w->result, "mapped pages", mm->total_pages, w->seen.total);
	compare(w->result, "data pages", mm->data_pages, w->seen.data);
	compare(w->result, "stack pages", mm->stack_pages, w->seen.stack);
	compare(w->result, "locked pages", mm->locked_pages, w->seen.locked);
}

static void check_once(struct mm *mm, struct mm_check *result, struct counts *seen)
{
	struct walk w = { .mm = mm, .result = result, .v = vma_first(mm) };
	memset(result, 0, sizeof(*result));
	count_vmas(&w);
	walk_table(&w, phys_to_virt(mm->arch.top), PT_LEVELS - 1, 0);
	if (!arch_mm_has_kernel_half(&mm->arch))
		fault_found(result, "the kernel's half of the top table is not the kernel's");
	compare_counts(&w);
	*seen = w.seen;
}

void mm_check(struct mm *mm, struct mm_check *result)
{
	struct counts last, now;
	check_once(mm, result, &last);
	for (unsigned pass = 1; result->nr_faults && pass < PASSES; pass++) {
		check_once(mm, result, &now);
		if (memcmp(&now, &last, sizeof(now)) != 0)
			pass = 0;
		last = now;
	}
}

void mm_check_at_end(struct mm *mm)
{
	struct mm_check result;
	mm_check(mm, &result);
	if (result.nr_faults)
		log_err("WARNING: mm: %u faults in an address space at its end: %s", result.nr_faults, result.first);
	u64 bad = arch_kernel_find_writable_code();
	if (bad)
		log_err("WARNING: mm: the kernel's page at %016lx is writable and executable", bad);
}
#endif
