// SPDX-License-Identifier: MIT
/*
 * page: physical memory in pages: the buddy allocator and struct page.
 *
 * Promise   page_alloc(order) gives 2^order contiguous page frames; order 0 comes from a per-CPU list
 *           without a shared lock. Freed memory is coalesced. Every frame has a struct page of 32 bytes.
 * Locks     the buddy's lists: RANK_PAGE; per-CPU lists: interrupts off. Callable from interrupts.
 * Lifetime  a page is born with ref 1; page_put() of the last reference frees it, whatever it is used for: a
 *           reader that found a page of an object may come late, and hold for a moment what has been freed
 *           and taken by a slab meanwhile. A block is held by its first page; the others have no references, so
 *           such a reader does not get them. Pages mapped into user space hold one reference per mapping entry.
 */
#pragma once
#include "arch/x86_64/arch.h"
#include "kernel/core/kasan.h"
#include "kernel/core/ref.h"
#include "kernel/lib/list.h"
#include "mm/fail.h"

struct bootinfo;

enum page_kind { PAGE_FREE, PAGE_KERNEL, PAGE_ANON, PAGE_OBJECT, PAGE_TABLE, PAGE_SLAB, PAGE_RESERVED, PAGE_KINDS };

struct page {
	struct ref ref;		/* [atomic] */
	u8 kind;		/* [owner] enum page_kind */
	u8 order;		/* [owner] of the block it heads */
	u16 flags;		/* [atomic] PG_* */
	union {
		struct list node;	/* free lists */
		struct {
			void *owner;	/* slab: its struct slab; object page: its struct vm_object; anon: NULL */
			u64 index;	/* object page: page number within it */
		};
	};
	u64 priv;		/* page tables: lock and use count; others: 0 */
	struct kasan_track made, freed; /* nothing but in kasan builds */
};
#ifndef KASAN
_Static_assert(sizeof(struct page) == 32, "one per page frame: keep it small");
#endif

enum page_flags { PG_ZEROED = 1, PG_DIRTY = 2, PG_POISONED = 4 /* debug: freed, and full of PAGE_POISON */ };
enum { PAGE_MAX_ORDER = 10 };

static inline struct page *page_of_phys(phys_t p)
{
	return (struct page *)PAGE_ARRAY_BASE + (p >> PAGE_SHIFT);
}
static inline phys_t page_phys(const struct page *pg)
{
	return (phys_t)(pg - (const struct page *)PAGE_ARRAY_BASE) << PAGE_SHIFT;
}
static inline void *page_virt(const struct page *pg)
{
	return phys_to_virt(page_phys(pg));
}
static inline struct page *page_of_virt(const void *direct)
{
	return page_of_phys(direct_to_phys(direct));
}

/* For the allocators above: the same as page_alloc(), but no point of failure (mm/fail.h). */
struct page *page_alloc_inner(unsigned order, enum page_kind kind);
static inline struct page *page_alloc(unsigned order, enum page_kind kind) /* NULL: none; contents undefined */
{
	return unlikely(alloc_should_fail()) ? NULL : page_alloc_inner(order, kind);
}
struct page *page_alloc_zeroed(enum page_kind kind);	      /* one page of zeroes */
void page_free(struct page *pg); /* page_put()'s: no references left */
static inline void page_get(struct page *pg)
{
	ref_get(&pg->ref);
}
static inline void page_put(struct page *pg)
{
	if (ref_put(&pg->ref))
		page_free(pg);
}
void page_put_all(struct page *const pages[], unsigned n); /* the same for a few single pages */
u64 pages_total(void);
u64 pages_free(void);
u64 pages_free_shared(void); /* of these, what every CPU can have */
void page_clear(void *page_virt);
void page_copy(void *to, const void *from);
bool page_phys_is_ram(phys_t p);
extern struct page *zero_page; /* the shared page of zeroes; never freed */

void page_early_init(struct bootinfo *bi); /* before paging: kernel_alloc_table() works */
void page_init(struct bootinfo *bi);	   /* after arch_paging_init(): the buddy takes over */
/* Gives the page frames of [start, end) (modules that were unpacked) to the allocator. */
void page_release_reserved(phys_t start, phys_t end);

/* --- debug builds: page_debug.c. What leaves the allocator and what comes back --- */
#ifdef DEBUG
void page_debug_alloc(struct page *pg, unsigned order);
void page_debug_free(struct page *pg, unsigned order);
#else
static inline void page_debug_alloc(struct page *pg, unsigned order) {}
static inline void page_debug_free(struct page *pg, unsigned order) {}
#endif

void page_stats(u64 free_per_order[PAGE_MAX_ORDER + 1]);
/* What memory is used for: walks all of it, unlocked: an estimate, for /proc/meminfo. */
struct page_census {
	u64 of_kind[PAGE_KINDS];
	u64 mapped; /* of PAGE_OBJECT: not only its object refers to it */
};
void page_take_census(struct page_census *c); /* adds to what is there */
