// SPDX-License-Identifier: MIT
/*
 * check: in-kernel tests of the page-table checker: each damages one thing of an address space and wants
 * it to be found.
 *
 * Promise   a sound address space has no faults; each kind of damage is told in its own words; after it is mended
 *           there are none again. If the checker finds nothing, each of them fails.
 */
#include "kernel/core/ktest.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/mman.h"
#include "mm/check.h"
#include "mm/pagetable.h"

#ifdef DEBUG
enum { AT = 0x600000, PAGES = 4, SHARED_AT = 0x800000, LEFT_UNTOUCHED = 3 };

static bool map_pages(struct mm *mm, uaddr_t at, int how)
{
	return mm_map(mm, at, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS | MAP_FIXED, NULL, 0) ==
	       (long)at;
}

static void touch(uaddr_t at)
{
	KEXPECT_EQ(arch_put_user_8((void __user *)at, 1), 0);
}

/* Two mappings: private, of which all pages but one are touched, and shared. */
static struct mm *enter(void)
{
	struct mm *mm = mm_create();
	if (!mm)
		return NULL;
	mm_switch_to(mm);
	KEXPECT(map_pages(mm, AT, MAP_PRIVATE));
	KEXPECT(map_pages(mm, SHARED_AT, MAP_SHARED));
	for (unsigned i = 0; i < LEFT_UNTOUCHED; i++)
		touch(AT + i * PAGE_SIZE);
	touch(SHARED_AT);
	return mm;
}

static void leave(struct mm *mm)
{
	mm_switch_to(NULL);
	mm_unuse(mm);
}

static void expect_sound(struct mm *mm)
{
	struct mm_check c;
	mm_check(mm, &c);
	KEXPECT_EQ(c.nr_faults, 0);
	if (c.nr_faults)
		ktest_expect(false, c.first, __FILE__, __LINE__);
}

static void expect_fault(struct mm *mm, const char *words)
{
	struct mm_check c;
	mm_check(mm, &c);
	KEXPECT(c.nr_faults > 0);
	if (!strstr(c.first, words))
		ktest_expect(false, c.nr_faults ? c.first : words, __FILE__, __LINE__);
}

static void with_entry(struct mm *mm, uaddr_t at, pte_t damaged, const char *words)
{
	pte_t *pte = pt_find(mm, at);
	KASSERT(pte);
	pte_t sound = *pte;
	WRITE_ONCE(*pte, damaged);
	expect_fault(mm, words);
	WRITE_ONCE(*pte, sound);
	expect_sound(mm);
}

KTEST(sound_address_spaces_have_no_faults)
{
	struct mm *mm = enter();
	KASSERT(mm);
	expect_sound(mm);
	KEXPECT_EQ(mm_protect(mm, AT, PAGE_SIZE, PROT_NONE), 0);
	KEXPECT_EQ(mm_protect(mm, AT + PAGE_SIZE, PAGE_SIZE, PROT_READ), 0);
	expect_sound(mm);
	KEXPECT_EQ(mm_unmap(mm, AT + PAGE_SIZE, PAGE_SIZE), 0);
	expect_sound(mm);
	struct mm *child = mm_fork(mm);
	KASSERT(child);
	expect_sound(mm);
	expect_sound(child);
	mm_unuse(child);
	expect_sound(mm);
	leave(mm);
}

KTEST(wrong_entries_are_found)
{
	struct mm *mm = enter();
	KASSERT(mm);
	pte_t e = *pt_find(mm, AT), shared = *pt_find(mm, SHARED_AT);
	with_entry(mm, AT, e & ~PTE_USER, "is the kernel's");
	with_entry(mm, AT, (e & ~PTE_PRESENT) | PTE_SOFT1, "is hidden");
	if (pte_nx_mask)
		with_entry(mm, AT, e & ~PTE_NX, "is executable");
	with_entry(mm, AT + PAGES * PAGE_SIZE, e, "lies in no mapping");
	with_entry(mm, AT, shared, "belongs elsewhere");
	with_entry(mm, SHARED_AT, e, "private page in a shared mapping");
	with_entry(mm, SHARED_AT + PAGE_SIZE, shared, "belongs elsewhere");
	with_entry(mm, AT, page_phys(zero_page) | (e & ~PTE_ADDR_MASK), "page of zeroes");
	with_entry(mm, AT, (direct_to_phys(mm) & PTE_ADDR_MASK) | (e & ~PTE_ADDR_MASK), "no program's");
	KEXPECT_EQ(mm_protect(mm, AT, PAGE_SIZE, PROT_READ), 0);
	with_entry(mm, AT, *pt_find(mm, AT) | PTE_WRITE, "writable against its mapping");
	leave(mm);
}

static void with_count(struct mm *mm, u64 *count, const char *words)
{
	++*count;
	expect_fault(mm, words);
	--*count;
	expect_sound(mm);
}

KTEST(wrong_counts_are_found)
{
	struct mm *mm = enter();
	KASSERT(mm);
	with_count(mm, (u64 *)&mm->rss_anon, "private pages");
	with_count(mm, (u64 *)&mm->rss_shmem, "shared pages");
	with_count(mm, &mm->nr_tables, "tables");
	with_count(mm, &mm->total_pages, "mapped pages");
	with_count(mm, &mm->data_pages, "data pages");
	with_count(mm, &mm->stack_pages, "stack pages");
	with_count(mm, &mm->locked_pages, "locked pages");
	leave(mm);
}

KTEST(pages_without_a_reference_are_found)
{
	struct mm *mm = enter();
	KASSERT(mm);
	struct page *pg = page_of_phys(pte_phys(*pt_find(mm, AT)));
	s32 count = pg->ref.count;
	pg->ref.count = 0;
	expect_fault(mm, "without a reference");
	pg->ref.count = count;
	pg->kind = PAGE_FREE;
	expect_fault(mm, "no program's");
	pg->kind = PAGE_ANON;
	expect_sound(mm);
	leave(mm);
}

KTEST(kernel_pages_are_not_writable_and_executable)
{
	KEXPECT_EQ(arch_kernel_find_writable_code(), 0);
}
#else
KTEST(address_spaces)
{
	ktest_skip("needs a debug build");
}
#endif
