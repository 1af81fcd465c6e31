// SPDX-License-Identifier: MIT
/*
 * tlb: which address space a CPU has loaded, and forgetting translations that have changed.
 *
 * Promise   when a flush returns, no CPU uses the old translation any more. A CPU gets an interrupt for it
 *           only while it has the address space loaded; one that runs a kernel thread on a borrowed
 *           space (lazy) gives it back then, and is not bothered again. With PCID, translations outlive a
 *           switch: each CPU remembers NR_SLOTS spaces and how far their flushes had come.
 * Locks     none. active_cpus and flush_generation are atomic; the per-CPU record is touched with interrupts
 *           off. The flusher waits for others: interrupts on.
 * Lifetime  arch_mm_destroy() takes the space away from CPUs that still borrow it
 *
 * Why no flush is missed, with A the flusher and B a CPU that loads the space meanwhile:
 *
 *     A: change the entry                     B: set own bit in active_cpus       (locked: a full barrier)
 *        flush_generation + 1  (locked)          read flush_generation
 *        read active_cpus                        load the table; flush if the generation has moved on
 *
 * If A does not see B's bit, B's locked instruction came after A's, and B sees A's generation. Without
 * PCID loading always flushes. If A sees the bit, it interrupts B, which flushes or has switched away.
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/preempt.h"

enum {
	NR_SLOTS = 6,		 /* spaces remembered per CPU: PCIDs 1..NR_SLOTS; 0 is the kernel's own table */
	FLUSH_SINGLE_MAX = 32,	 /* pages; beyond that forgetting everything is cheaper */
};
#define CR3_KEEP (1ul << 63) /* PCID: do not flush on load */
#define CR4_PGE (1ul << 7)

struct slot {
	u64 id, generation;
};

struct tlb_state {
	struct arch_mm *loaded;	/* NULL: the kernel's own table */
	bool lazy;		/* a kernel thread runs on it */
	u8 current, next;	/* slot in use; slot to reuse next */
	struct slot slots[NR_SLOTS]; /* without PCID only the first is used */
};
static DEFINE_PERCPU(struct tlb_state, tlb); /* [this CPU, interrupts off] */

struct flush {
	struct arch_mm *am;
	uaddr_t start, end;
	u64 generation; /* of the space, with this flush */
};

static inline void write_cr3(u64 v)
{
	__asm__ volatile("movq %0, %%cr3" ::"r"(v) : "memory");
}

static inline void invalidate(u64 va)
{
	__asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
}

static inline u64 own_bit(void)
{
	return 1ul << cpu_id();
}

/* --- switching --- */

/* The slot of a space; one that is not remembered takes the place of another. */
static unsigned find_slot(u64 id)
{
	for (unsigned i = 0; i < NR_SLOTS; i++)
		if (tlb.slots[i].id == id)
			return i;
	unsigned i = tlb.next;
	tlb.next = i + 1 < NR_SLOTS ? i + 1 : 0;
	tlb.slots[i].id = id;
	tlb.slots[i].generation = 0;
	return i;
}

static void load_with_pcid(struct arch_mm *am, u64 generation)
{
	unsigned i = find_slot(am->id);
	u64 keep = tlb.slots[i].generation == generation ? CR3_KEEP : 0;
	tlb.slots[i].generation = generation;
	tlb.current = i;
	write_cr3(am->top | (i + 1) | keep);
}

void arch_mm_switch(struct arch_mm *next)
{
	if (!next) {
		tlb.lazy = true;
		return;
	}
	tlb.lazy = false;
	struct arch_mm *prev = tlb.loaded;
	if (prev == next)
		return;
	__atomic_fetch_or(&next->active_cpus, own_bit(), __ATOMIC_SEQ_CST);
	u64 generation = __atomic_load_n(&next->flush_generation, __ATOMIC_SEQ_CST);
	if (cpu_features.pcid) {
		load_with_pcid(next, generation);
	} else {
		tlb.slots[0].generation = generation;
		write_cr3(next->top);
	}
	tlb.loaded = next;
	if (prev)
		__atomic_fetch_and(&prev->active_cpus, ~own_bit(), __ATOMIC_SEQ_CST);
}

/* Back to the kernel's own table. */
static void leave(void)
{
	struct arch_mm *am = tlb.loaded;
	write_cr3(paging_kernel_top());
	tlb.loaded = NULL;
	__atomic_fetch_and(&am->active_cpus, ~own_bit(), __ATOMIC_SEQ_CST);
}

/* --- flushing --- */

static void flush_loaded(const struct flush *f)
{
	PERCPU struct slot *s = &tlb.slots[tlb.current];
	if (s->generation >= f->generation)
		return; /* a larger flush has come in between */
	bool only_this = s->generation + 1 == f->generation;
	if (only_this && f->end - f->start <= FLUSH_SINGLE_MAX * PAGE_SIZE) {
		for (uaddr_t va = f->start; va < f->end; va += PAGE_SIZE)
			invalidate(va);
		s->generation = f->generation;
	} else {
		/* read first: what is flushed later than this may not count as done */
		s->generation = __atomic_load_n(&f->am->flush_generation, __ATOMIC_SEQ_CST);
		write_cr3(f->am->top | (cpu_features.pcid ? tlb.current + 1 : 0));
	}
}

/* On each CPU that may have the space loaded; interrupts off. */
static void flush_here(void *arg)
{
	const struct flush *f = arg;
	if (tlb.loaded != f->am)
		return;
	if (tlb.lazy)
		leave();
	else
		flush_loaded(f);
}

static void leave_here(void *am)
{
	if (tlb.loaded == am)
		leave();
}

void arch_mm_call_cpus(struct arch_mm *am, void (*fn)(void *), void *arg)
{
	preempt_disable();
	u64 irq = irq_save();
	fn(arg);
	irq_restore(irq);
	u64 others = __atomic_load_n(&am->active_cpus, __ATOMIC_SEQ_CST) & ~own_bit();
	if (others)
		ipi_call_mask(others, fn, arg);
	preempt_enable();
}

void tlb_flush_range(struct arch_mm *am, uaddr_t start, uaddr_t end)
{
	struct flush f = {
		.am = am,
		.start = start,
		.end = end,
		.generation = __atomic_add_fetch(&am->flush_generation, 1, __ATOMIC_SEQ_CST),
	};
	arch_mm_call_cpus(am, flush_here, &f);
}

void tlb_flush_page(struct arch_mm *am, uaddr_t va)
{
	tlb_flush_range(am, va, va + PAGE_SIZE);
}

void tlb_flush_all(struct arch_mm *am)
{
	tlb_flush_range(am, 0, USER_TOP);
}

void arch_mm_destroy(struct arch_mm *am)
{
	arch_mm_call_cpus(am, leave_here, am);
	kernel_free_table(am->top);
}

/* --- kernel mappings --- */

static void flush_kernel_here(void *arg)
{
	const struct flush *f = arg;
	if (f->end - f->start <= FLUSH_SINGLE_MAX * PAGE_SIZE) {
		for (u64 va = f->start; va < f->end; va += PAGE_SIZE)
			invalidate(va);
		return;
	}
	/* global translations go when their feature is switched off */
	u64 cr4;
	__asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("movq %0, %%cr4" ::"r"(cr4 & ~CR4_PGE) : "memory");
	__asm__ volatile("movq %0, %%cr4" ::"r"(cr4) : "memory");
}

void tlb_flush_kernel(u64 start, u64 end)
{
	struct flush f = { .start = start, .end = end };
	preempt_disable();
	u64 irq = irq_save();
	flush_kernel_here(&f);
	irq_restore(irq);
	if (nr_cpus > 1)
		ipi_call_others(flush_kernel_here, &f);
	preempt_enable();
}
