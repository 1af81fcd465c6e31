// SPDX-License-Identifier: MIT
/*
 * paging: in-kernel tests of the kernel's own page tables and of flushes on several CPUs.
 *
 * Promise   walks what the CPU walks, from CR3: nothing in the kernel half is writable and executable, or
 *           open to user mode. A page that was unmapped is not read again by another CPU.
 */
#include "kernel/core/clock.h"
#include "kernel/core/ktest.h"
#include "kernel/core/sched.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/mman.h"
#include "mm/mm.h"

struct findings {
	unsigned pages, executable, writable_executable, user;
	u64 first_bad;
};

static u64 table_of_this_cpu(void)
{
	u64 cr3;
	__asm__ volatile("movq %%cr3, %0" : "=r"(cr3));
	return cr3 & PTE_ADDR_MASK;
}

static void judge(struct findings *f, u64 va, bool write, bool exec, bool user)
{
	f->pages++;
	f->executable += exec;
	f->user += user;
	f->writable_executable += write && exec;
	if (((write && exec) || user) && !f->first_bad)
		f->first_bad = va;
}

static void walk(struct findings *f, phys_t table, unsigned level, u64 va, bool write, bool exec, bool user)
{
	const pte_t *entries = phys_to_virt(table);
	unsigned first = level == PT_LEVELS - 1 ? PT_ENTRIES / 2 : 0;
	for (unsigned i = first; i < PT_ENTRIES; i++) {
		pte_t e = entries[i];
		if (!pte_is_present(e))
			continue;
		u64 at = va + ((u64)i << (PAGE_SHIFT + PT_INDEX_BITS * level));
		bool w = write && e & PTE_WRITE, x = exec && !(e & PTE_NX), u = user && e & PTE_USER;
		if (level && !(e & PTE_LARGE))
			walk(f, pte_phys(e), level - 1, at, w, x, u);
		else
			judge(f, at, w, x, u);
	}
}

KTEST(nothing_is_writable_and_executable)
{
	struct findings f = { 0 };
	if (!pte_nx_mask) {
		ktest_skip("the CPU has no NX");
		return;
	}
	walk(&f, table_of_this_cpu(), PT_LEVELS - 1, 0xffff000000000000, true, true, true);
	KEXPECT_EQ(f.writable_executable, 0);
	KEXPECT_EQ(f.user, 0);
	KEXPECT_EQ(f.first_bad, 0);
	KEXPECT(f.executable > 0 && f.executable < f.pages);
}

KTEST(stacks_have_guard_pages)
{
	KEXPECT(arch_kernel_va_is_mapped((u64)current->kstack));
	KEXPECT(!arch_kernel_va_is_mapped((u64)current->kstack - 1));
	KEXPECT(!arch_kernel_va_is_mapped((u64)current->kstack + KSTACK_BYTES));
}

/* --- flushes --- */

enum { PAGE_AT = 0x600000, REMAPS = 300, LIMIT_S = 20 };

static struct shared {
	struct mm *mm;
	u32 gone;	   /* [atomic] the page with this value, and all before, have been unmapped */
	bool stop, stopped; /* [atomic] */
	u32 reads, stale;
} shared;


static bool map_page(struct mm *mm)
{
	return mm_map(mm, PAGE_AT, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL,
		       0) == PAGE_AT;
}

/* Reads all the time; what it reads must be newer than what was gone before it looked. */
static void reader(void *arg)
{
	mm_switch_to(shared.mm);
	while (!__atomic_load_n(&shared.stop, __ATOMIC_ACQUIRE)) {
		u32 v, gone = __atomic_load_n(&shared.gone, __ATOMIC_SEQ_CST);
		if (arch_get_user_32(&v, (void __user *)(uaddr_t)PAGE_AT) || !v)
			continue;
		shared.reads++;
		if (v <= gone)
			shared.stale++;
	}
	mm_switch_to(NULL);
	mm_unuse(shared.mm);
	__atomic_store_n(&shared.stopped, true, __ATOMIC_RELEASE);
	sched_exit();
}

static void remap_often(struct mm *mm)
{
	u64 deadline = clock_now_ns() + LIMIT_S * NSEC_PER_SEC;
	for (u32 i = 1; i <= REMAPS && clock_now_ns() < deadline; i++) {
		KEXPECT(map_page(mm));
		KEXPECT_EQ(arch_put_user_32((void __user *)(uaddr_t)PAGE_AT, i), 0);
		for (unsigned spin = 0; spin < 1000; spin++)
			cpu_relax();
		KEXPECT_EQ(mm_unmap(mm, PAGE_AT, PAGE_SIZE), 0);
		__atomic_store_n(&shared.gone, i, __ATOMIC_SEQ_CST);
	}
}

KTEST(unmapped_pages_are_not_read_again)
{
	if (nr_cpus < 2) {
		ktest_skip("one CPU");
		return;
	}
	memset(&shared, 0, sizeof(shared));
	struct mm *mm = shared.mm = mm_create();
	KASSERT(mm);
	mm_switch_to(mm);
	mm_use(mm);
	KASSERT(kthread_start("reader", reader, NULL));
	remap_often(mm);
	__atomic_store_n(&shared.stop, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shared.stopped, __ATOMIC_ACQUIRE))
		sched_yield_current();
	mm_switch_to(NULL);
	mm_unuse(mm);
	KEXPECT_EQ(shared.stale, 0);
	KEXPECT(shared.reads > 0);
}
