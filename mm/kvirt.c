// SPDX-License-Identifier: MIT
/*
 * kvirt: the kernel's own virtual memory, page by page, with guard pages; kernel stacks.
 *
 * Promise   every range is followed by an unmapped page, and a stack also preceded by one: running over
 *           either end faults instead of damaging a neighbour.
 *           Taking and giving back cost the same however many ranges there are.
 * Locks     kvirt_lock (RANK_KVIRT, sleeping) for the ranges; stack_lock (RANK_SLAB) for the spare
 *           stacks
 * Lifetime  address ranges are reused once freed; device memory stays mapped for ever, up to SPARE_STACKS
 *           stacks for the next threads
 */
#include "kernel/core/kasan.h"
#include "kernel/core/mutex.h"
#include "kernel/core/panic.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"

enum { SPARE_STACKS = 512, GUARD_PAGES = 1, SIZE_CLASSES = 8 };

struct range {
	struct list node;	/* while free: in its size class */
	u64 start;		/* of the mapped part */
	u64 pages;		/* mapped; the guard page behind is not counted */
};

static struct mutex kvirt_lock = MUTEX_INIT(kvirt_lock, RANK_KVIRT);
static struct kmem_cache *range_cache;
static struct list free_ranges[SIZE_CLASSES]; /* [kvirt_lock] by pages; the last class: that many or more */
static u64 next_free = KVIRT_BASE + PAGE_SIZE; /* [kvirt_lock] */
static u64 pages_used;	/* [kvirt_lock] in ranges that are not free */
static struct spinlock stack_lock = SPINLOCK_INIT(RANK_SLAB);
static void *spare_stacks; /* [stack_lock] chained through their first word */
static u32 nr_spare_stacks; /* [stack_lock] */

void kvirt_init(void)
{
	mutex_init(&kvirt_lock, RANK_KVIRT);
	range_cache = kmem_cache_create("kvirt_range", sizeof(struct range), 8);
	for (unsigned i = 0; i < SIZE_CLASSES; i++)
		list_init(&free_ranges[i]);
}

static struct list *class_of(u64 pages)
{
	return &free_ranges[min(pages, (u64)SIZE_CLASSES) - 1];
}

/* One that was used before and has just this size; the small classes hold one size each. */
static struct range *reuse(u64 pages)
{
	struct range *r;
	list_for_each(r, class_of(pages), node)
		if (r->pages == pages) {
			list_del(&r->node);
			return r;
		}
	return NULL;
}

/* A range of address space, nothing mapped yet; the lock is held. */
static struct range *range_take(u64 pages)
{
	struct range *r = reuse(pages);
	if (!r) {
		if (next_free + (pages + GUARD_PAGES) * PAGE_SIZE > KVIRT_END)
			return NULL;
		if (arch_kmap_prepare(next_free, pages * PAGE_SIZE) || !kasan_map(next_free, pages * PAGE_SIZE))
			return NULL;
		r = kmem_cache_alloc(range_cache);
		if (!r)
			return NULL;
		r->start = next_free;
		r->pages = pages;
		next_free += (pages + GUARD_PAGES) * PAGE_SIZE;
	}
	pages_used += pages;
	return r;
}

/* Unmaps its first pages and forgets it; the lock is held. */
static void range_give_back(struct range *r, u64 mapped_pages)
{
	u64 end = r->start + mapped_pages * PAGE_SIZE;
	kasan_poison((void *)r->start, mapped_pages * PAGE_SIZE, KASAN_KVIRT_FREED);
	for (u64 va = r->start; va < end; va += PAGE_SIZE) {
		phys_t frame = arch_kernel_phys(va);
		arch_kunmap(va, PAGE_SIZE);
		tlb_flush_kernel(va, va + PAGE_SIZE);
		page_put(page_of_phys(frame));
	}
	list_add(class_of(r->pages), &r->node);
	pages_used -= r->pages;
}

u64 kvirt_pages_used(void)
{
	return READ_ONCE(pages_used);
}

void *kvirt_alloc(size_t bytes)
{
	u64 pages = ALIGN_UP(bytes, PAGE_SIZE) >> PAGE_SHIFT;
	guard(mutex)(&kvirt_lock);
	struct range *r = range_take(pages);
	if (!r)
		return NULL;
	for (u64 i = 0; i < pages; i++) {
		struct page *pg = page_alloc_zeroed(PAGE_KERNEL);
		if (!pg) {
			range_give_back(r, i);
			return NULL;
		}
		pg->priv = i ? 0 : (u64)r; /* how kvirt_free() finds it */
		arch_kmap(r->start + i * PAGE_SIZE, page_phys(pg), PAGE_SIZE, KMAP_RW);
	}
	kasan_poison((void *)r->start, pages * PAGE_SIZE, KASAN_KVIRT_FREED);
	kasan_unpoison((void *)r->start, bytes);
	return (void *)r->start;
}

void kvirt_free(void *p)
{
	if (!p)
		return;
	guard(mutex)(&kvirt_lock);
	phys_t first = arch_kernel_phys((u64)p);
	struct range *r = first ? (struct range *)page_of_phys(first)->priv : NULL;
	if (!r || r->start != (u64)p)
		panic("kvirt: free of %p, which is not allocated", p);
	range_give_back(r, r->pages);
}

void *kvirt_map_phys(phys_t pa, size_t bytes, int prot)
{
	phys_t first = ALIGN_DOWN(pa, PAGE_SIZE);
	u64 pages = (ALIGN_UP(pa + bytes, PAGE_SIZE) - first) >> PAGE_SHIFT;
	guard(mutex)(&kvirt_lock);
	struct range *r = range_take(pages);
	if (!r)
		return NULL;
	for (u64 i = 0; i < pages; i++)
		arch_kmap(r->start + i * PAGE_SIZE, first + i * PAGE_SIZE, PAGE_SIZE, prot);
	kasan_unpoison((void *)r->start, pages * PAGE_SIZE);
	return (void *)(r->start + (pa - first));
}

/* The one behind a spare stack, which is taken. */
static void *next_spare(void *stack)
{
	kasan_unpoison(stack, KSTACK_BYTES);
	return *(void **)stack;
}

void *kstack_alloc(void)
{
	u64 irq = spin_lock_irqsave(&stack_lock);
	void *stack = spare_stacks;
	if (stack) {
		spare_stacks = next_spare(stack);
		nr_spare_stacks--;
	}
	spin_unlock_irqrestore(&stack_lock, irq);
	/* Below each range lies the guard page of the one before it (or the start of the area). */
	return stack ? stack : kvirt_alloc(KSTACK_BYTES);
}

u64 kstack_trim(void)
{
	u64 irq = spin_lock_irqsave(&stack_lock);
	void *stack = spare_stacks;
	u64 pages = nr_spare_stacks * (KSTACK_BYTES / PAGE_SIZE);
	spare_stacks = NULL;
	nr_spare_stacks = 0;
	spin_unlock_irqrestore(&stack_lock, irq);
	while (stack) {
		void *next = next_spare(stack);
		kvirt_free(stack);
		stack = next;
	}
	return pages;
}

void kstack_free(void *lowest)
{
	if (!lowest)
		return;
	u64 irq = spin_lock_irqsave(&stack_lock);
	bool keep = nr_spare_stacks < SPARE_STACKS;
	if (keep) {
		*(void **)lowest = spare_stacks;
		spare_stacks = lowest;
		kasan_poison(lowest, KSTACK_BYTES, KASAN_STACK_FREED);
		nr_spare_stacks++;
	}
	spin_unlock_irqrestore(&stack_lock, irq);
	if (!keep)
		kvirt_free(lowest);
}
