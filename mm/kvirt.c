// SPDX-License-Identifier: MIT
/*
 * kvirt: the kernel's own virtual memory, page by page, with guard pages; kernel stacks.
 *
 * Promise   every range is followed by an unmapped page, and a stack also preceded by one: running over
 *           either end faults instead of damaging a neighbour
 * Locks     kvirt_lock (RANK_KVIRT, sleeping) for the list of ranges; stack_lock (RANK_SLAB) for the spare
 *           stacks
 * Lifetime  address ranges are reused once freed; up to SPARE_STACKS stacks stay mapped for the next threads
 */
#include "kernel/core/mutex.h"
#include "kernel/core/panic.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"

enum { SPARE_STACKS = 512, GUARD_PAGES = 1 };

struct range {
	struct list node;
	u64 start;	/* of the mapped part */
	u64 pages;	/* mapped; the guard page behind is not counted */
	bool used;
	bool owns_pages; /* false: device memory */
};

static struct mutex kvirt_lock = MUTEX_INIT(kvirt_lock, RANK_KVIRT);
static struct kmem_cache *range_cache;
static struct list ranges = LIST_INIT(ranges); /* [kvirt_lock] used and free ones */
static u64 next_free = KVIRT_BASE + PAGE_SIZE; /* [kvirt_lock] */
static struct spinlock stack_lock = SPINLOCK_INIT(RANK_SLAB);
static void *spare_stacks; /* [stack_lock] chained through their first word */
static u32 nr_spare_stacks; /* [stack_lock] */

void kvirt_init(void)
{
	mutex_init(&kvirt_lock, RANK_KVIRT);
	range_cache = kmem_cache_create("kvirt_range", sizeof(struct range), 8);
}

/* A range of address space, nothing mapped yet; the lock is held. */
static struct range *range_take(u64 pages)
{
	struct range *r;
	list_for_each(r, &ranges, node)
		if (!r->used && r->pages == pages) {
			r->used = true;
			return r;
		}
	if (next_free + (pages + GUARD_PAGES) * PAGE_SIZE > KVIRT_END)
		return NULL;
	r = kmem_cache_alloc(range_cache);
	if (!r)
		return NULL;
	r->start = next_free;
	r->pages = pages;
	r->used = true;
	next_free += (pages + GUARD_PAGES) * PAGE_SIZE;
	list_add_tail(&ranges, &r->node);
	return r;
}

static void range_unmap(struct range *r, u64 mapped_pages, bool owns_pages, phys_t *frames)
{
	arch_kunmap(r->start, mapped_pages * PAGE_SIZE);
	tlb_flush_kernel(r->start, r->start + mapped_pages * PAGE_SIZE);
	for (u64 i = 0; owns_pages && i < mapped_pages; i++)
		page_free(page_of_phys(frames[i]), 0);
}

void *kvirt_alloc(size_t bytes)
{
	u64 pages = ALIGN_UP(bytes, PAGE_SIZE) >> PAGE_SHIFT;
	guard(mutex)(&kvirt_lock);
	struct range *r = range_take(pages);
	if (!r)
		return NULL;
	r->owns_pages = true;
	for (u64 i = 0; i < pages; i++) {
		struct page *pg = page_alloc_zeroed(PAGE_KERNEL);
		if (!pg) {
			/* What is mapped so far goes back page by page: its frames are found by walking. */
			for (u64 back = 0; back < i; back++) {
				phys_t frame = arch_kernel_phys(r->start + back * PAGE_SIZE);
				struct range one = { .start = r->start + back * PAGE_SIZE };
				range_unmap(&one, 1, true, &frame);
			}
			r->used = false;
			return NULL;
		}
		arch_kmap(r->start + i * PAGE_SIZE, page_phys(pg), PAGE_SIZE, KMAP_RW);
	}
	return (void *)r->start;
}

void kvirt_free(void *p)
{
	if (!p)
		return;
	guard(mutex)(&kvirt_lock);
	struct range *r;
	list_for_each(r, &ranges, node) {
		if (!r->used || r->start != (u64)p)
			continue;
		for (u64 i = 0; i < r->pages; i++) {
			phys_t frame = arch_kernel_phys(r->start + i * PAGE_SIZE);
			struct range one = { .start = r->start + i * PAGE_SIZE };
			range_unmap(&one, 1, r->owns_pages, &frame);
		}
		r->used = false;
		return;
	}
	panic("kvirt: free of %p, which is not allocated", p);
}

void *kvirt_map_phys(phys_t pa, size_t bytes, int prot)
{
	phys_t first = ALIGN_DOWN(pa, PAGE_SIZE);
	u64 pages = (ALIGN_UP(pa + bytes, PAGE_SIZE) - first) >> PAGE_SHIFT;
	guard(mutex)(&kvirt_lock);
	struct range *r = range_take(pages);
	if (!r)
		return NULL;
	r->owns_pages = false;
	for (u64 i = 0; i < pages; i++)
		arch_kmap(r->start + i * PAGE_SIZE, first + i * PAGE_SIZE, PAGE_SIZE, prot);
	return (void *)(r->start + (pa - first));
}

void *kstack_alloc(void)
{
	u64 irq = spin_lock_irqsave(&stack_lock);
	void *stack = spare_stacks;
	if (stack) {
		spare_stacks = *(void **)stack;
		nr_spare_stacks--;
	}
	spin_unlock_irqrestore(&stack_lock, irq);
	/* Below each range lies the guard page of the one before it (or the start of the area). */
	return stack ? stack : kvirt_alloc(KSTACK_BYTES);
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
		nr_spare_stacks++;
	}
	spin_unlock_irqrestore(&stack_lock, irq);
	if (!keep)
		kvirt_free(lowest);
}
