// SPDX-License-Identifier: MIT
/*
 * paging: page-table entries, the kernel's address map, and flushing of stale translations.
 *
 * Promise   mm/ walks user page tables itself, generically, four levels of 512 entries, with the
 *           helpers below; it never spells a bit. Kernel mappings are made by arch_kmap() only.
 * Locks     user tables: mm's page-table locks. Kernel tables: a lock inside paging.c.
 *           A flush returns when no CPU can use the stale translation any more.
 *
 *   0000000000000000 - 00007fffffffefff   user (USER_TOP leaves a guard page below the hole)
 *   ffff800000000000 - ffffbfffffffffff   DIRECT_BASE: all physical memory
 *   ffffc00000000000 - ffffdfffffffffff   KVIRT_BASE: guarded kernel virtual memory (mm/kmap.c)
 *   ffffe00000000000 - ffffe0ffffffffff   PAGE_ARRAY_BASE: struct page of every page frame (mm/page.c)
 *   ffffec0000000000 - fffffbffffffffff   kasan builds: the shadow of the kernel half (kernel/core/kasan.h)
 *   ffffffff80000000 - ffffffffffffffff   the kernel image (physical + KERNEL_BASE)
 */
#pragma once
#include "kernel/lib/macros.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define USER_TOP 0x00007ffffffff000ul
#define DIRECT_BASE 0xffff800000000000ul
#define KVIRT_BASE 0xffffc00000000000ul
#define KVIRT_END 0xffffe00000000000ul
#define PAGE_ARRAY_BASE 0xffffe00000000000ul
#define KERNEL_BASE 0xffffffff80000000ul

static inline void *phys_to_virt(phys_t p)
{
	return (void *)(p + DIRECT_BASE);
}
static inline phys_t direct_to_phys(const void *v) /* v: in the direct map */
{
	return (phys_t)v - DIRECT_BASE;
}

/* --- entries --- */
typedef u64 pte_t;
enum { PT_LEVELS = 4, PT_ENTRIES = 512, PT_INDEX_BITS = 9 };

#define PTE_PRESENT (1ul << 0)
#define PTE_WRITE (1ul << 1)
#define PTE_USER (1ul << 2)
#define PTE_PWT (1ul << 3)
#define PTE_PCD (1ul << 4)
#define PTE_ACCESSED (1ul << 5)
#define PTE_DIRTY (1ul << 6)
#define PTE_LARGE (1ul << 7)
#define PTE_GLOBAL (1ul << 8)
#define PTE_SOFT1 (1ul << 9)  /* ignored by the CPU: mm's own marks */
#define PTE_SOFT2 (1ul << 10)
#define PTE_SOFT3 (1ul << 11)
#define PTE_NX (1ul << 63)
#define PTE_ADDR_MASK 0x000ffffffffff000ul

extern u64 pte_nx_mask; /* [const] PTE_NX, or 0 on a CPU without it */

static inline phys_t pte_phys(pte_t e)
{
	return e & PTE_ADDR_MASK;
}
static inline bool pte_is_present(pte_t e)
{
	return e & PTE_PRESENT;
}
/* The index of `va` in a table of `level`: 0 holds the page entries, 3 is the top. */
static inline unsigned pt_index(u64 va, unsigned level)
{
	return (va >> (PAGE_SHIFT + PT_INDEX_BITS * level)) & (PT_ENTRIES - 1);
}

/* --- a user address space, as the CPU sees it; embedded in struct mm --- */
struct arch_mm {
	phys_t top;		/* [const] the level-3 table; its upper half is the kernel's */
	u64 active_cpus;	/* [atomic] CPUs that may hold its translations */
	u64 flush_generation;	/* [atomic] bumped by each flush: lets lazy CPUs and PCIDs know */
	u64 id;			/* [const] never reused: names it for PCID slots */
};
/* allocates `top` with kernel_alloc_table's non-panicking kin: -ENOMEM */
int arch_mm_init(struct arch_mm *am);
void arch_mm_destroy(struct arch_mm *am);	/* frees `top`; user half must be empty; no CPU uses it */
/* (I) interrupts off; NULL: a kernel thread, keep what is loaded (lazy) */
void arch_mm_switch(struct arch_mm *next);
/* Runs fn, interrupts off, on this CPU and on all others that may have it loaded, and waits. A CPU that loads it later
 * passes a full barrier first, and a serialising instruction. */
void arch_mm_call_cpus(struct arch_mm *am, void (*fn)(void *), void *arg);
void tlb_flush_page(struct arch_mm *am, uaddr_t va);
void tlb_flush_range(struct arch_mm *am, uaddr_t start, uaddr_t end);
void tlb_flush_all(struct arch_mm *am);

/* --- kernel mappings --- */
enum kmap_prot { KMAP_RW, KMAP_RO, KMAP_RX, KMAP_RW_UNCACHED, KMAP_RW_WRITE_COMBINING };
/* Maps [pa, pa+bytes) at va with the largest pages that fit; panics if va is mapped already. */
/* The tables for [va, va + bytes), where nothing is mapped yet: arch_kmap() of its pages will need no memory. -ENOMEM. */
int arch_kmap_prepare(u64 va, size_t bytes);
void arch_kmap(u64 va, phys_t pa, size_t bytes, enum kmap_prot prot);
/* Unmaps; the caller flushes once for a batch with tlb_flush_kernel(). */
void arch_kunmap(u64 va, size_t bytes);
void tlb_flush_kernel(u64 start, u64 end);
bool arch_kernel_va_is_mapped(u64 va);		/* for dumps and for tests of W^X */
phys_t arch_kernel_phys(u64 va);		/* of a mapped kernel address; 0: not mapped */
/* Checks of debug builds. */
bool arch_mm_has_kernel_half(const struct arch_mm *am);
u64 arch_kernel_find_writable_code(void);	/* the first kernel page that can be written and executed; 0: none */
