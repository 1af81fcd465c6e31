// SPDX-License-Identifier: MIT
/*
 * page_debug: what debug builds do with pages that leave the allocator and come back.
 *
 * Promise   a freed page is filled with PAGE_POISON, and still full of it when it is handed out again: a write in
 *           between, by the kernel or by a program through a translation that should have gone, is a
 *           panic that names the place. Who takes a page without clearing it reads the same pattern: as
 *           a pointer it faults, as a number it is 0x6b6b6b6b. Kasan builds also mark freed pages and keep
 *           who took and who freed each.
 * Locks     none: the page is the caller's
 *
 * A page that was never freed is filled when it is taken first: all of them at the start would cost as long as
 * memory is large.
 */
#include "kernel/core/panic.h"
#include "mm/page.h"

#ifdef DEBUG
#define PAGE_POISON 0x6b6b6b6b6b6b6b6bull

static void fill(struct page *pg)
{
	void *at = page_virt(pg);
	u64 words = PAGE_SIZE / sizeof(u64);
	__asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(PAGE_POISON) : "memory");
	pg->flags |= PG_POISONED;
}

static void check(struct page *pg)
{
	const u64 *word = page_virt(pg), *end = word + PAGE_SIZE / sizeof(u64);
	while (word < end && *word == PAGE_POISON)
		word++;
	if (word < end)
		panic("page: %lx was written after it was freed: %016lx at byte %lu", page_phys(pg) >> PAGE_SHIFT,
			*word, (u64)word & (PAGE_SIZE - 1));
}

void page_debug_alloc(struct page *pg, unsigned order)
{
	kasan_unpoison(page_virt(pg), PAGE_SIZE << order);
	for (u64 i = 0; i < 1ul << order; i++) {
		if (pg[i].flags & PG_POISONED)
			check(&pg[i]);
		else
			fill(&pg[i]);
		kasan_track_take(&pg[i].made);
	}
}

void page_debug_free(struct page *pg, unsigned order)
{
	for (u64 i = 0; i < 1ul << order; i++) {
		kasan_unpoison(page_virt(&pg[i]), PAGE_SIZE);
		fill(&pg[i]);
		kasan_track_take(&pg[i].freed);
	}
	kasan_poison(page_virt(pg), PAGE_SIZE << order, KASAN_PAGE_FREED);
}
#endif
