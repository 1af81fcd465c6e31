// SPDX-License-Identifier: MIT
/*
 * poison: in-kernel tests of what debug builds put into memory that nobody has written.
 *
 * Promise   whoever takes a page or an object without clearing it finds the pattern in every word, also when
 *           it was used before; who asks for zeroes finds zeroes
 */
#include "kernel/core/alloc.h"
#include "kernel/core/ktest.h"
#include "kernel/lib/string.h"
#include "mm/page.h"

#ifdef DEBUG
enum { POISON = 0x6b, BYTES = 100, ROUNDS = 200 };

static bool is_all(const u8 *p, u8 what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != what)
			return false;
	return true;
}

KTEST(taken_pages_hold_the_pattern)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct page *pg = page_alloc(0, PAGE_KERNEL);
		KASSERT(pg);
		KEXPECT(is_all(page_virt(pg), POISON, PAGE_SIZE));
		memset(page_virt(pg), i, PAGE_SIZE);
		page_put(pg);
	}
}

KTEST(taken_blocks_hold_the_pattern)
{
	enum { ORDER = 2 };
	struct page *pg = page_alloc(ORDER, PAGE_KERNEL);
	KASSERT(pg);
	KEXPECT(is_all(page_virt(pg), POISON, PAGE_SIZE << ORDER));
	page_put(pg);
}

/* Who found a page before it was freed may hold it for a moment, when it is something else. */
KTEST(a_late_look_at_a_block_frees_it_last)
{
	enum { ORDER = 3 };
	struct page *pg = page_alloc(ORDER, PAGE_SLAB);
	KASSERT(pg);
	u64 free = pages_free();
	for (unsigned i = 1; i < 1u << ORDER; i++)
		KEXPECT(!ref_tryget(&pg[i].ref));
	KEXPECT(ref_tryget(&pg->ref));
	page_put(pg);
	KEXPECT(pages_free() == free);
	page_put(pg);
	KEXPECT(pages_free() == free + (1u << ORDER));
	KEXPECT(!ref_tryget(&pg->ref));
}

KTEST(cleared_pages_hold_zeroes)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct page *pg = page_alloc_zeroed(PAGE_KERNEL);
		KASSERT(pg);
		KEXPECT(is_all(page_virt(pg), 0, PAGE_SIZE));
		page_put(pg);
	}
}

KTEST(taken_objects_hold_the_pattern)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		u8 *p = kmalloc(BYTES);
		KASSERT(p);
		KEXPECT(is_all(p, POISON, BYTES));
		memset(p, i, BYTES);
		kfree(p);
		p = kzalloc(BYTES);
		KASSERT(p);
		KEXPECT(is_all(p, 0, BYTES));
		kfree(p);
	}
}
#else
KTEST(memory_holds_the_pattern)
{
	ktest_skip("needs a debug build");
}
#endif
