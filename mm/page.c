// SPDX-License-Identifier: MIT
/*
 * page: the buddy allocator, with per-CPU lists for single pages.
 *
 * Promise   a free block of order n starts at a multiple of 2^n pages and is split and merged with its
 *           buddy; single pages come from and go to a per-CPU stack that is filled and drained in
 *           batches. Nothing above the boot-time ranges is ever touched.
 * Locks     buddy_lock (RANK_PAGE), interrupts off; the per-CPU stack: interrupts off
 * Lifetime  before page_init() a bump allocator serves page tables and the page array; what it took is
 *           never given back
 */
#include "mm/page.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/panic.h"
#include "kernel/core/spinlock.h"
#include "kernel/lib/string.h"

enum { CPU_PAGES_MAX = 64, CPU_PAGES_BATCH = 16 };
#ifdef KASAN
enum { CPU_PAGES_HELD = 32 }; /* freed pages rest: a late access is to find them marked */
#else
enum { CPU_PAGES_HELD = 0 };
#endif
#define LOW_MEMORY_END 0x100000ul   /* below 1 MiB: firmware data and the CPUs' start-up code */
#define EARLY_LIMIT 0x40000000ul    /* the boot page tables map the first GiB */

struct cpu_pages {
	u32 count;
	struct page *pages[CPU_PAGES_MAX];
};

static DEFINE_PERCPU(struct cpu_pages, cpu_pages);
static struct spinlock buddy_lock = SPINLOCK_INIT(RANK_PAGE);
static struct list free_lists[PAGE_MAX_ORDER + 1];   /* [buddy_lock] */
static u64 free_blocks[PAGE_MAX_ORDER + 1];	     /* [buddy_lock] */
static u64 nr_total, nr_free_buddy;		     /* [buddy_lock] */
static phys_t early_start, early_next, early_end;    /* the bump allocator's hole */
static struct bootinfo *boot;
struct page *zero_page;

/* --- before the buddy --- */

static bool hole_is_better(phys_t start, phys_t end)
{
	return end > start && end - start > early_end - early_start;
}

/* The end of the free hole that begins at `start`, or where the reserved range around it ends. */
static phys_t next_edge(phys_t start, phys_t end, bool *is_free)
{
	phys_t edge = end;
	*is_free = true;
	for (unsigned i = 0; i < boot->nr_reserved; i++) {
		struct boot_range *r = &boot->reserved[i];
		if (r->start <= start && start < r->end) {
			*is_free = false;
			return min(end, ALIGN_UP(r->end, PAGE_SIZE));
		}
		if (r->start > start)
			edge = min(edge, ALIGN_DOWN(r->start, PAGE_SIZE));
	}
	if (edge == start) { /* a reserved range begins inside this very page */
		*is_free = false;
		return start + PAGE_SIZE;
	}
	return edge;
}

static void for_each_free_hole(phys_t limit, void (*fn)(phys_t start, phys_t end))
{
	for (unsigned i = 0; i < boot->nr_ranges; i++) {
		struct boot_range *r = &boot->ranges[i];
		if (r->kind != BOOT_RAM)
			continue;
		phys_t at = max(ALIGN_UP(r->start, PAGE_SIZE), LOW_MEMORY_END);
		phys_t end = min(ALIGN_DOWN(r->end, PAGE_SIZE), limit);
		while (at < end) {
			bool is_free;
			phys_t edge = next_edge(at, end, &is_free);
			if (is_free)
				fn(at, edge);
			at = edge;
		}
	}
}

static void consider_hole(phys_t start, phys_t end)
{
	if (hole_is_better(start, end)) {
		early_start = start;
		early_end = end;
	}
}

void page_early_init(struct bootinfo *bi)
{
	boot = bi;
	for_each_free_hole(EARLY_LIMIT, consider_hole);
	early_next = early_start;
}

static phys_t early_alloc(size_t bytes, size_t align)
{
	phys_t p = ALIGN_UP(early_next, align);
	if (p + bytes > early_end)
		panic("page: not enough memory to start (%lu KiB needed)", bytes / 1024);
	early_next = p + bytes;
	return p;
}

phys_t kernel_alloc_table(void)
{
	if (nr_total) {
		/* not PAGE_TABLE: those are programs', and gone when these are */
		struct page *pg = page_alloc_zeroed(PAGE_KERNEL);
		if (!pg)
			panic("page: no memory for a kernel page table");
		return page_phys(pg);
	}
	phys_t p = early_alloc(PAGE_SIZE, PAGE_SIZE);
	memset(phys_to_virt(p), 0, PAGE_SIZE);
	return p;
}

phys_t kernel_try_alloc_table(void)
{
	struct page *pg = page_alloc_zeroed(PAGE_TABLE);
	return pg ? page_phys(pg) : 0;
}

void kernel_free_table(phys_t table)
{
	page_put(page_of_phys(table));
}

/* --- the buddy --- */

static void buddy_link(struct page *pg, unsigned order)
{
	pg->kind = PAGE_FREE;
	pg->order = order;
	list_add(&free_lists[order], &pg->node);
	free_blocks[order]++;
}

static void buddy_unlink(struct page *pg)
{
	list_del(&pg->node);
	free_blocks[pg->order]--;
	pg->kind = PAGE_KERNEL;
}

static bool buddy_is_free(struct page *buddy, unsigned order)
{
	return page_phys_is_ram(page_phys(buddy)) && buddy->kind == PAGE_FREE && buddy->order == order;
}

static void buddy_free(struct page *pg, unsigned order)
{
	nr_free_buddy += 1ul << order;
	u64 pfn = page_phys(pg) >> PAGE_SHIFT;
	for (; order < PAGE_MAX_ORDER; order++) {
		struct page *buddy = page_of_phys((pfn ^ (1ul << order)) << PAGE_SHIFT);
		if (!buddy_is_free(buddy, order))
			break;
		buddy_unlink(buddy);
		pfn &= ~(1ul << order);
	}
	buddy_link(page_of_phys(pfn << PAGE_SHIFT), order);
}

static struct page *buddy_alloc(unsigned order)
{
	unsigned have = order;
	while (have <= PAGE_MAX_ORDER && list_is_empty(&free_lists[have]))
		have++;
	if (have > PAGE_MAX_ORDER)
		return NULL;
	struct page *pg = list_first(&free_lists[have], struct page, node);
	buddy_unlink(pg);
	while (have > order) {
		have--;
		buddy_link(pg + (1ul << have), have);
	}
	nr_free_buddy -= 1ul << order;
	return pg;
}

static void page_make(struct page *pg, unsigned order, enum page_kind kind)
{
	pg->kind = kind;
	pg->order = order;
	pg->flags = 0;
	pg->owner = NULL;
	pg->index = 0;
	pg->priv = 0;
}

/* The one that was freed last is in the cache; a sanitizer wants the oldest. */
static struct page *cpu_pages_take(struct cpu_pages *mine)
{
	struct page *pg = mine->pages[CPU_PAGES_HELD ? 0 : mine->count - 1];
	mine->count--;
	if (CPU_PAGES_HELD)
		memmove(mine->pages, mine->pages + 1, mine->count * sizeof(pg));
	return pg;
}

static struct page *page_alloc_one(enum page_kind kind)
{
	u64 irq = irq_save();
	struct cpu_pages *mine = this_cpu_ptr(struct cpu_pages, cpu_pages);
	if (unlikely(mine->count <= CPU_PAGES_HELD)) {
		spin_lock(&buddy_lock);
		struct page *pg;
		while (mine->count < CPU_PAGES_HELD + CPU_PAGES_BATCH && (pg = buddy_alloc(0)))
			mine->pages[mine->count++] = pg;
		spin_unlock(&buddy_lock);
	}
	struct page *pg = mine->count ? cpu_pages_take(mine) : NULL;
	irq_restore(irq);
	if (likely(pg)) {
		page_debug_alloc(pg, 0);
		page_make(pg, 0, kind);
		ref_init(&pg->ref);
	}
	return pg;
}

struct page *page_alloc_inner(unsigned order, enum page_kind kind)
{
	if (order == 0)
		return page_alloc_one(kind);
	if (order > PAGE_MAX_ORDER)
		return NULL;
	u64 irq = spin_lock_irqsave(&buddy_lock);
	struct page *pg = buddy_alloc(order);
	spin_unlock_irqrestore(&buddy_lock, irq);
	if (!pg)
		return NULL;
	page_debug_alloc(pg, order);
	for (u64 i = 0; i < 1ul << order; i++)
		page_make(pg + i, i ? 0 : order, kind);
	ref_init(&pg->ref);
	return pg;
}

struct page *page_alloc_zeroed(enum page_kind kind)
{
	struct page *pg = unlikely(alloc_should_fail()) ? NULL : page_alloc_one(kind);
	if (likely(pg))
		page_clear(page_virt(pg));
	return pg;
}

/* A page that nobody has any more, into the CPU's list; interrupts are off. */
static void free_one(struct cpu_pages *mine, struct page *pg)
{
	if (unlikely(mine->count == CPU_PAGES_MAX)) {
		spin_lock(&buddy_lock);
		while (mine->count > CPU_PAGES_MAX - CPU_PAGES_BATCH)
			buddy_free(cpu_pages_take(mine), 0);
		spin_unlock(&buddy_lock);
	}
	pg->kind = PAGE_KERNEL;
	mine->pages[mine->count++] = pg;
}

static void check_is_used(const struct page *pg)
{
	if (unlikely(pg->kind == PAGE_FREE || pg->kind == PAGE_RESERVED))
		panic("page: free of page %lx of kind %u", page_phys(pg) >> PAGE_SHIFT, pg->kind);
}

void page_free(struct page *pg)
{
	unsigned order = pg->order;
	check_is_used(pg);
	page_debug_free(pg, order);
	u64 irq = irq_save();
	if (order == 0) {
		free_one(this_cpu_ptr(struct cpu_pages, cpu_pages), pg);
	} else {
		spin_lock(&buddy_lock);
		buddy_free(pg, order);
		spin_unlock(&buddy_lock);
	}
	irq_restore(irq);
}

void page_put_all(struct page *const pages[], unsigned n)
{
	u64 irq = irq_save();
	struct cpu_pages *mine = this_cpu_ptr(struct cpu_pages, cpu_pages);
	for (unsigned i = 0; i < n; i++) {
		if (!ref_put(&pages[i]->ref))
			continue;
		check_is_used(pages[i]);
		page_debug_free(pages[i], 0);
		free_one(mine, pages[i]);
	}
	irq_restore(irq);
}

void page_clear(void *page)
{
	kasan_check_write(page, PAGE_SIZE);
	u64 words = PAGE_SIZE / sizeof(u64);
	__asm__ volatile("rep stosq" : "+D"(page), "+c"(words) : "a"(0ul) : "memory");
}

void page_copy(void *to, const void *from)
{
	kasan_check_read(from, PAGE_SIZE);
	kasan_check_write(to, PAGE_SIZE);
	u64 words = PAGE_SIZE / sizeof(u64);
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
}

/* --- taking over from the loader's map --- */

bool page_phys_is_ram(phys_t p)
{
	for (unsigned i = 0; i < boot->nr_ranges; i++)
		if (boot->ranges[i].kind == BOOT_RAM && p >= boot->ranges[i].start && p < boot->ranges[i].end)
			return true;
	return false;
}

/* Maps the part of the page array that describes the RAM ranges; neighbours may share a page of it. */
static void map_page_array(void)
{
	u64 mapped_to = 0;
	for (unsigned i = 0; i < boot->nr_ranges; i++) {
		struct boot_range *r = &boot->ranges[i];
		if (r->kind != BOOT_RAM)
			continue;
		u64 from = ALIGN_DOWN((u64)page_of_phys(r->start), PAGE_SIZE);
		u64 to = ALIGN_UP((u64)(page_of_phys(r->end - 1) + 1), PAGE_SIZE);
		from = max(from, mapped_to);
		if (from >= to)
			continue;
		phys_t p = early_alloc(to - from, PAGE_SIZE);
		arch_kmap(from, p, to - from, KMAP_RW);
		memset((void *)from, 0, to - from);
		mapped_to = to;
	}
}

static void reserve_all(void)
{
	for (unsigned i = 0; i < boot->nr_ranges; i++) {
		struct boot_range *r = &boot->ranges[i];
		if (r->kind != BOOT_RAM)
			continue;
		for (phys_t p = ALIGN_UP(r->start, PAGE_SIZE); p + PAGE_SIZE <= r->end; p += PAGE_SIZE) {
			struct page *pg = page_of_phys(p);
			ref_init(&pg->ref);
			pg->kind = PAGE_RESERVED;
		}
	}
}

static void give_range(phys_t start, phys_t end)
{
	while (start < end) {
		unsigned order = PAGE_MAX_ORDER;
		while (!IS_ALIGNED(start, PAGE_SIZE << order) || start + (PAGE_SIZE << order) > end)
			order--;
		kasan_poison(phys_to_virt(start), PAGE_SIZE << order, KASAN_PAGE_FREED);
		for (u64 i = 0; i < 1ul << order; i++)
			ref_init_dead(&page_of_phys(start)[i].ref);
		buddy_free(page_of_phys(start), order);
		nr_total += 1ul << order;
		start += PAGE_SIZE << order;
	}
}

/* A free hole less what the bump allocator took out of it. */
static void give_hole(phys_t start, phys_t end)
{
	phys_t taken_start = max(start, early_start), taken_end = min(end, ALIGN_UP(early_next, PAGE_SIZE));
	if (taken_start >= taken_end) {
		give_range(start, end);
		return;
	}
	give_range(start, taken_start);
	give_range(taken_end, end);
}

void page_init(struct bootinfo *bi)
{
	for (unsigned i = 0; i <= PAGE_MAX_ORDER; i++)
		list_init(&free_lists[i]);
	map_page_array();
	reserve_all();
	for_each_free_hole(UINT64_MAX, give_hole);
	zero_page = page_alloc_zeroed(PAGE_KERNEL);
	if (!zero_page)
		panic("page: no memory at all");
}

void page_release_reserved(phys_t start, phys_t end)
{
	u64 irq = spin_lock_irqsave(&buddy_lock);
	start = ALIGN_UP(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start < end)
		give_range(start, end);
	spin_unlock_irqrestore(&buddy_lock, irq);
}

u64 pages_total(void)
{
	return nr_total;
}

u64 pages_free(void)
{
	u64 n = READ_ONCE(nr_free_buddy);
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		n += READ_ONCE(percpu_of(cpu, struct cpu_pages, cpu_pages)->count);
	return n;
}

u64 pages_free_shared(void)
{
	return READ_ONCE(nr_free_buddy);
}

void page_stats(u64 free_per_order[PAGE_MAX_ORDER + 1])
{
	u64 irq = spin_lock_irqsave(&buddy_lock);
	for (unsigned i = 0; i <= PAGE_MAX_ORDER; i++)
		free_per_order[i] = free_blocks[i];
	spin_unlock_irqrestore(&buddy_lock, irq);
}

void page_take_census(struct page_census *c)
{
	for (unsigned i = 0; i < boot->nr_ranges; i++) {
		struct boot_range *r = &boot->ranges[i];
		if (r->kind != BOOT_RAM)
			continue;
		struct page *pg = page_of_phys(ALIGN_UP(r->start, PAGE_SIZE));
		struct page *end = page_of_phys(ALIGN_DOWN(r->end, PAGE_SIZE));
		while (pg < end) {
			unsigned kind = READ_ONCE(pg->kind), order = READ_ONCE(pg->order);
			u64 pages = kind == PAGE_FREE && order <= PAGE_MAX_ORDER ? 1ul << order : 1;
			if (kind < PAGE_KINDS)
				c->of_kind[kind] += pages;
			if (kind == PAGE_OBJECT)
				c->mapped += ref_count(&pg->ref) > 1;
			pg += pages;
		}
	}
}
