// SPDX-License-Identifier: MIT
/*
 * paging: the kernel's own page tables.
 *
 * Promise   from arch_paging_init() on nothing in the kernel half is both writable and executable, neither
 *           by its own address nor by its alias in the direct map; guard pages below the boot CPU's
 *           stacks are not mapped; addresses of the lower half are the processes' alone. Kernel
 *           mappings are global: a change of address space keeps them.
 * Locks     kmap_lock (RANK_KMAP, interrupts off: its rank is above those that interrupts take) for every
 *           change; look-ups take none: tables are never freed
 * Lifetime  a process's top table copies the kernel's entries when it is made, and none is added after
 *           that: each 512 GiB that the kernel will ever use has its table from the beginning
 *
 * The direct map has RAM and the tables that ACPI wants back, in the largest pages that fit; other
 * physical memory is mapped by who needs it (arch_kmap() at its direct address, or kvirt_map_phys()).
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/kasan.h"
#include "kernel/core/panic.h"
#include "kernel/core/spinlock.h"
#include "kernel/lib/errno.h"

#define TOP_SPAN (1ul << 39) /* bytes below one entry of the top table */
#define KERNEL_HALF 0xffff000000000000ul /* canonical: the bits above those that are translated */
#define DIRECT_AT_LEAST (2 * TOP_SPAN) /* devices lie beyond the RAM: 1 TiB is what 40 address bits reach */

enum { MAX_TOP_ENTRIES = 16, LEVEL_1G = 2 };

/* From linker.ld and boot/entry.S. */
extern const u8 image_start[], text_start[], text_end[], rodata_start[], rodata_end[], setup_start[],
	setup_end[], data_start[], data_end[], boot_stack_guard[];

u64 pte_nx_mask __setup;

static pte_t kernel_top[PT_ENTRIES] __section(".bss.page_aligned") __aligned(PAGE_SIZE);
static struct spinlock kmap_lock = SPINLOCK_INIT(RANK_KMAP);
static u16 used_top[MAX_TOP_ENTRIES]; /* [const after arch_paging_init] entries of kernel_top in use */
static unsigned nr_used_top;

static inline phys_t image_phys(const void *in_image)
{
	return (phys_t)in_image - KERNEL_BASE;
}

phys_t paging_kernel_top(void)
{
	return image_phys(kernel_top);
}

static inline u64 level_bytes(unsigned level)
{
	return PAGE_SIZE << (PT_INDEX_BITS * level);
}

/* --- walking --- */

/* The lowest entry for `va` that exists, and its level. */
static pte_t *walk(u64 va, unsigned *level)
{
	pte_t *table = kernel_top;
	for (*level = PT_LEVELS - 1;; --*level) {
		pte_t *slot = &table[pt_index(va, *level)];
		pte_t e = READ_ONCE(*slot);
		if (*level == 0 || !pte_is_present(e) || (*level < PT_LEVELS - 1 && e & PTE_LARGE))
			return slot;
		table = phys_to_virt(pte_phys(e));
	}
}

/* The entry for `va` at `level`, tables above it added. */
static pte_t *make(u64 va, unsigned level)
{
	for (;;) {
		unsigned at;
		pte_t *slot = walk(va, &at);
		if (at == level)
			return slot;
		if (at < level || pte_is_present(*slot))
			panic("paging: %016lx is mapped already", va);
		if (at == PT_LEVELS - 1)
			panic("paging: no table for %016lx: outside of the kernel's map", va);
		*slot = kernel_alloc_table() | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
	}
}

int arch_kmap_prepare(u64 va, size_t bytes)
{
	u64 irq = spin_lock_irqsave(&kmap_lock);
	int err = 0;
	for (u64 end = va + bytes; va < end && !err;) {
		unsigned level;
		pte_t *slot = walk(va, &level);
		if (level == 0) {
			va = ALIGN_DOWN(va, level_bytes(1)) + level_bytes(1);
			continue;
		}
		phys_t table = kernel_try_alloc_table();
		if (table)
			*slot = table | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
		else
			err = -ENOMEM;
	}
	spin_unlock_irqrestore(&kmap_lock, irq);
	return err;
}

bool arch_kernel_va_is_mapped(u64 va)
{
	unsigned level;
	return pte_is_present(*walk(va, &level));
}

phys_t arch_kernel_phys(u64 va)
{
	unsigned level;
	pte_t e = *walk(va, &level);
	if (!pte_is_present(e))
		return 0;
	u64 inside = level_bytes(level) - 1;
	return (pte_phys(e) & ~inside) | (va & inside);
}

/* --- mapping --- */

static pte_t prot_bits(enum kmap_prot prot)
{
	pte_t e = PTE_PRESENT | PTE_GLOBAL | PTE_ACCESSED;
	switch (prot) {
	case KMAP_RX:
		return e;
	case KMAP_RO:
		return e | pte_nx_mask;
	case KMAP_RW:
		return e | pte_nx_mask | PTE_WRITE | PTE_DIRTY;
	case KMAP_RW_WRITE_COMBINING:
		/* by the memory types that cpu.c gave these two bits */
		return e | pte_nx_mask | PTE_WRITE | PTE_DIRTY | PTE_PWT | (cpu_features.pat ? 0 : PTE_PCD);
	case KMAP_RW_UNCACHED:
		break;
	}
	return e | pte_nx_mask | PTE_WRITE | PTE_DIRTY | PTE_PWT | PTE_PCD;
}

static unsigned best_level(u64 va, phys_t pa, size_t bytes)
{
	unsigned level = cpu_features.gbpages ? LEVEL_1G : LEVEL_1G - 1;
	while (level && (!IS_ALIGNED(va | pa, level_bytes(level)) || bytes < level_bytes(level)))
		level--;
	return level;
}

void arch_kmap(u64 va, phys_t pa, size_t bytes, enum kmap_prot prot)
{
	if (!kasan_map(va, bytes))
		panic("paging: no memory for the shadow of %016lx", va);
	u64 irq = spin_lock_irqsave(&kmap_lock);
	while (bytes) {
		unsigned level = best_level(va, pa, bytes);
		pte_t *slot = make(va, level);
		if (pte_is_present(*slot))
			panic("paging: %016lx is mapped already", va);
		WRITE_ONCE(*slot, pa | prot_bits(prot) | (level ? PTE_LARGE : 0));
		u64 step = level_bytes(level);
		va += step;
		pa += step;
		bytes -= step;
	}
	spin_unlock_irqrestore(&kmap_lock, irq);
}

void arch_kunmap(u64 va, size_t bytes)
{
	u64 irq = spin_lock_irqsave(&kmap_lock);
	while (bytes) {
		unsigned level;
		pte_t *slot = walk(va, &level);
		u64 step = level_bytes(level);
		if (!pte_is_present(*slot) || !IS_ALIGNED(va, step) || bytes < step)
			panic("paging: cannot unmap %lu bytes at %016lx", bytes, va);
		WRITE_ONCE(*slot, 0);
		va += step;
		bytes -= step;
	}
	spin_unlock_irqrestore(&kmap_lock, irq);
}

/* --- start-up --- */

static void add_top(u64 va)
{
	pte_t *slot = &kernel_top[pt_index(va, PT_LEVELS - 1)];
	if (pte_is_present(*slot))
		return;
	if (nr_used_top == MAX_TOP_ENTRIES)
		panic("paging: more memory than the kernel can map (%u TiB)", MAX_TOP_ENTRIES / 2 - 2);
	*slot = kernel_alloc_table() | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
	used_top[nr_used_top++] = slot - kernel_top;
}

/* Whole pages around [start, end), at their direct address; what of the image is not to be written by its
 * own address cannot be written here either. */
static void map_direct(phys_t start, phys_t end)
{
	phys_t fixed = image_phys(image_start), fixed_end = image_phys(setup_end);
	start = ALIGN_DOWN(start, PAGE_SIZE);
	end = ALIGN_UP(end, PAGE_SIZE);
	phys_t before = min(end, fixed), after = max(start, fixed_end);
	phys_t in = max(start, fixed), in_end = min(end, fixed_end);
	if (start < before)
		arch_kmap(DIRECT_BASE + start, start, before - start, KMAP_RW);
	if (in < in_end)
		arch_kmap(DIRECT_BASE + in, in, in_end - in, KMAP_RO);
	if (after < end)
		arch_kmap(DIRECT_BASE + after, after, end - after, KMAP_RW);
}

static void map_ranges(const struct bootinfo *bi)
{
	phys_t done = 0; /* a range of ACPI tables may end within a page of the next */
	for (unsigned i = 0; i < bi->nr_ranges; i++) {
		const struct boot_range *r = &bi->ranges[i];
		phys_t start = max(r->start, done);
		if (r->kind == BOOT_RESERVED || start >= r->end)
			continue;
		map_direct(start, r->end);
		done = ALIGN_UP(r->end, PAGE_SIZE);
	}
}

static void map_image(const u8 *start, const u8 *end, enum kmap_prot prot)
{
	arch_kmap((u64)start, image_phys(start), end - start, prot);
}

static void add_top_and_shadow(u64 va)
{
	add_top(va);
	add_top(kasan_shadow_of(va));
}

static void add_all_tops(const struct bootinfo *bi)
{
	phys_t ram_end = DIRECT_AT_LEAST;
	for (unsigned i = 0; i < bi->nr_ranges; i++)
		if (bi->ranges[i].kind != BOOT_RESERVED)
			ram_end = max(ram_end, bi->ranges[i].end);
	for (phys_t at = 0; at < ram_end; at += TOP_SPAN)
		add_top_and_shadow(DIRECT_BASE + at);
	add_top_and_shadow(KVIRT_BASE);
	add_top_and_shadow(PAGE_ARRAY_BASE);
	add_top_and_shadow(KERNEL_BASE);
}

void arch_paging_init(struct bootinfo *bi)
{
	add_all_tops(bi);
	map_ranges(bi);
	map_image(text_start, text_end, KMAP_RX);
	map_image(rodata_start, rodata_end, KMAP_RO);
	map_image(setup_start, setup_end, KMAP_RO);
	/* Page by page: a guard page within a large one could not be taken away. */
	for (const u8 *at = data_start; at < data_end; at += PAGE_SIZE)
		map_image(at, at + PAGE_SIZE, KMAP_RW);
	arch_kunmap((u64)boot_stack_guard, PAGE_SIZE);
	arch_kunmap((u64)boot_ist_stacks.nmi_guard, PAGE_SIZE);
	arch_kunmap((u64)boot_ist_stacks.fatal_guard, PAGE_SIZE);
	__asm__ volatile("movq %0, %%cr3" ::"r"(paging_kernel_top()) : "memory");
}

/* --- the kernel half of a process's table --- */

int arch_mm_init(struct arch_mm *am)
{
	static u64 last_id; /* [atomic] */
	am->top = kernel_try_alloc_table();
	if (!am->top)
		return -ENOMEM;
	am->active_cpus = 0;
	am->flush_generation = 1;
	am->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	pte_t *top = phys_to_virt(am->top);
	for (unsigned i = 0; i < nr_used_top; i++)
		top[used_top[i]] = kernel_top[used_top[i]];
	return 0;
}

bool arch_mm_has_kernel_half(const struct arch_mm *am)
{
	const pte_t *top = phys_to_virt(am->top);
	for (unsigned i = PT_ENTRIES / 2; i < PT_ENTRIES; i++)
		if (top[i] != kernel_top[i])
			return false;
	return true;
}

static u64 find_writable_code(const pte_t *table, unsigned level, u64 va)
{
	for (unsigned i = 0; i < PT_ENTRIES; i++) {
		pte_t e = READ_ONCE(table[i]);
		u64 at = va + i * level_bytes(level), bad = 0;
		if (!pte_is_present(e))
			continue;
		if (level && !(e & PTE_LARGE))
			bad = find_writable_code(phys_to_virt(pte_phys(e)), level - 1, at);
		else if (e & PTE_WRITE && !(e & pte_nx_mask))
			bad = at;
		if (bad)
			return bad;
	}
	return 0;
}

/* The shadow of kasan builds is left out: as many entries as memory has pages, all made in one place. */
u64 arch_kernel_find_writable_code(void)
{
	for (unsigned i = 0; pte_nx_mask && i < nr_used_top; i++) {
		u64 va = KERNEL_HALF | (u64)used_top[i] << (PAGE_SHIFT + PT_INDEX_BITS * (PT_LEVELS - 1));
		if (kasan_is_shadow(va))
			continue;
		u64 bad = find_writable_code(phys_to_virt(pte_phys(kernel_top[used_top[i]])), PT_LEVELS - 2, va);
		if (bad)
			return bad;
	}
	return 0;
}
