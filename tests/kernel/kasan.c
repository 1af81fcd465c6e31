// SPDX-License-Identifier: MIT
/*
 * kasan: in-kernel tests of the address sanitizer: each provokes one kind of error and wants its report.
 *
 * Promise   a report names the bug, the access, the object, and who allocated and freed it; what is right
 *           gives none. With the option kasan=off each test of an error fails.
 *
 * Errors that are only read, or written where the object's own room is, damage nothing: the test goes on.
 */
#include "kernel/core/alloc.h"
#include "kernel/core/kasan.h"
#include "kernel/core/ktest.h"
#include "kernel/core/symbols.h"
#include "kernel/lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"

#ifdef KASAN
enum { SMALL = 20, HIDDEN_STEP = 4 };

/* Values that the compiler must not know. */
static volatile size_t nothing;
static volatile u8 sink;
static u8 some_global[SMALL];

static size_t hidden(size_t n)
{
	return n + nothing;
}

static __noinline void read_at(const void *p, s64 offset)
{
	sink = ((const volatile u8 *)p)[offset];
}

static __noinline void write_at(void *p, s64 offset)
{
	((volatile u8 *)p)[offset] = 1;
}

static bool track_has(const struct kasan_track *t, const char *function)
{
	for (unsigned i = 0; i < KASAN_TRACK_DEPTH && t->pcs[i]; i++) {
		u64 offset, size;
		const char *name = symbol_find((u64)(s64)(s32)t->pcs[i], &offset, &size);
		if (name && str_has_prefix(name, function))
			return true;
	}
	return false;
}

static bool is_in(const struct kasan_report *r, const char *function)
{
	u64 offset, size;
	const char *name = symbol_find(r->pc, &offset, &size);
	return name && str_has_prefix(name, function);
}

/* What came since kasan_expect_begin() is one report of this bug. */
static struct kasan_report one_report(const char *bug)
{
	struct kasan_report r;
	KEXPECT_EQ(kasan_expect_end(&r), 1);
	KEXPECT(r.bug && !strcmp(r.bug, bug));
	return r;
}

static void expect_object(const struct kasan_report *r, const char *name, s64 offset, size_t bytes)
{
	KEXPECT(r->object && !strcmp(r->object, name));
	KEXPECT_EQ(r->offset, offset);
	KEXPECT_EQ(r->object_bytes, bytes);
}

static __noinline void *make_object(void)
{
	void *p = kmalloc(hidden(SMALL));
	barrier();
	return p;
}

static __noinline void free_object(void *p)
{
	kfree(p);
	barrier();
}

KTEST(what_is_right_is_not_told)
{
	struct kasan_report r;
	u8 local[SMALL];
	kasan_expect_begin();
	u8 *p = make_object();
	for (size_t i = 0; p && i < SMALL; i++) {
		write_at(p, i);
		write_at(local, i);
		write_at(some_global, i);
	}
	memcpy(p, local, hidden(SMALL));
	p = krealloc(p, hidden(SMALL + HIDDEN_STEP));
	write_at(p, SMALL + HIDDEN_STEP - 1);
	p = krealloc(p, hidden(PAGE_SIZE * 3));
	write_at(p, PAGE_SIZE * 3 - 1);
	kfree(p);
	void *stack = kvirt_alloc(hidden(PAGE_SIZE + SMALL));
	write_at(stack, PAGE_SIZE + SMALL - 1);
	kvirt_free(stack);
	KEXPECT_EQ(kasan_expect_end(&r), 0);
}

KTEST(slab_right)
{
	u8 *p = make_object();
	kasan_expect_begin();
	write_at(p, SMALL);
	struct kasan_report r = one_report("slab out of bounds");
	expect_object(&r, "kmalloc-32", SMALL, SMALL);
	KEXPECT(r.is_write && r.bytes == 1 && r.address == (u64)p + SMALL);
	KEXPECT(is_in(&r, "write_at"));
	KEXPECT(track_has(&r.made, "make_object"));
	p[SMALL - 1] = 0;
	kasan_expect_begin();
	read_at(p, 2 * SMALL);
	r = one_report("slab out of bounds");
	expect_object(&r, "kmalloc-32", 2 * SMALL, SMALL);
	KEXPECT(!r.is_write);
	/* What was written there is put back, or the allocator complains. */
	kasan_expect_begin();
	__asm__ volatile("movb $0x6b, (%0)" ::"r"(p + SMALL) : "memory");
	free_object(p);
	KEXPECT_EQ(kasan_expect_end(&r), 0);
}

KTEST(slab_left)
{
	u8 *p = make_object();
	kasan_expect_begin();
	read_at(p, -1);
	struct kasan_report r = one_report("slab out of bounds");
	KEXPECT_EQ(r.address, (u64)p - 1);
	expect_object(&r, "kmalloc-32", -1, SMALL);
	free_object(p);
}

KTEST(slab_words_across_the_end)
{
	u8 *p = make_object();
	kasan_expect_begin();
	(void)*(volatile u64 *)(p + hidden(SMALL - 4));
	struct kasan_report r = one_report("slab out of bounds");
	KEXPECT_EQ(r.bytes, 8);
	KEXPECT_EQ(r.address, (u64)p + SMALL);
	free_object(p);
}

KTEST(use_after_free)
{
	u8 *p = make_object();
	free_object(p);
	kasan_expect_begin();
	read_at(p, 3);
	struct kasan_report r = one_report("use after free");
	expect_object(&r, "kmalloc-32", 3, SMALL);
	KEXPECT(track_has(&r.made, "make_object"));
	KEXPECT(track_has(&r.freed, "free_object"));
	KEXPECT(!track_has(&r.freed, "make_object"));
}

KTEST(freed_objects_rest)
{
	u8 *p = make_object();
	free_object(p);
	for (unsigned i = 0; i < 100; i++) {
		u8 *other = make_object();
		KEXPECT(other != p);
		free_object(other);
	}
	kasan_expect_begin();
	read_at(p, 0);
	one_report("use after free");
}

KTEST(double_free)
{
	u8 *p = make_object();
	free_object(p);
	kasan_expect_begin();
	free_object(p);
	struct kasan_report r = one_report("double free");
	KEXPECT(track_has(&r.made, "make_object"));
	KEXPECT(track_has(&r.freed, "free_object"));
}

KTEST(free_of_no_start)
{
	u8 *p = make_object();
	kasan_expect_begin();
	free_object(p + hidden(8));
	one_report("free of no object's start");
	free_object(p);
}

KTEST(stack_array)
{
	u8 local_array[SMALL];
	memset(local_array, 0, sizeof(local_array));
	kasan_expect_begin();
	read_at(local_array, SMALL);
	struct kasan_report r = one_report("stack out of bounds");
	KEXPECT(r.object && str_has_prefix(r.object, "local_array"));
	KEXPECT_EQ(r.offset, SMALL);
	KEXPECT_EQ(r.object_bytes, SMALL);
	kasan_expect_begin();
	read_at(local_array, -1);
	r = one_report("stack out of bounds");
	KEXPECT_EQ(r.offset, -1);
}

KTEST(global_array)
{
	kasan_expect_begin();
	read_at(some_global, SMALL);
	struct kasan_report r = one_report("global out of bounds");
	expect_object(&r, "some_global", SMALL, SMALL);
}

static __noinline void *make_page(void)
{
	struct page *pg = page_alloc(0, PAGE_KERNEL);
	barrier();
	return pg ? page_virt(pg) : NULL;
}

static __noinline void free_page(void *p)
{
	page_put(page_of_virt(p));
	barrier();
}

KTEST(page_use_after_free)
{
	u8 *p = make_page();
	KASSERT(p);
	write_at(p, 0);
	free_page(p);
	kasan_expect_begin();
	read_at(p, hidden(100));
	struct kasan_report r = one_report("page use after free");
	KEXPECT(track_has(&r.made, "make_page"));
	KEXPECT(track_has(&r.freed, "free_page"));
	KEXPECT_EQ(r.offset, 100);
}

KTEST(page_block_right)
{
	u8 *p = kmalloc(hidden(3 * PAGE_SIZE - SMALL));
	KASSERT(p);
	kasan_expect_begin();
	read_at(p, 3 * PAGE_SIZE - SMALL);
	one_report("page block out of bounds");
	kasan_expect_begin();
	read_at(p, 4 * PAGE_SIZE - 1);
	one_report("page block out of bounds");
	kfree(p);
}

KTEST(freed_kernel_memory)
{
	u8 *p = kstack_alloc();
	KASSERT(p);
	kstack_free(p);
	kasan_expect_begin();
	read_at(p, hidden(sizeof(void *)));
	struct kasan_report r;
	KEXPECT_EQ(kasan_expect_end(&r), 1);
	KEXPECT(r.bug && strstr(r.bug, "free"));
}

KTEST(blocks_and_strings)
{
	u8 *p = make_object(), *q = kzalloc(hidden(2 * SMALL));
	KASSERT(p && q);
	kasan_expect_begin();
	memcpy(q, p, hidden(SMALL + 1));
	struct kasan_report r = one_report("slab out of bounds");
	KEXPECT(!r.is_write && r.address == (u64)p + SMALL);
	KEXPECT(is_in(&r, "blocks_and_strings"));
	kasan_expect_begin();
	memmove(q + hidden(1), q, 2 * SMALL - 1);
	KEXPECT_EQ(kasan_expect_end(&r), 0);
	memset(p, 'x', hidden(SMALL));
	kasan_expect_begin();
	KEXPECT(strlen((char *)p) >= SMALL);
	one_report("slab out of bounds");
	kfree(p);
	kfree(q);
}

/* No user memory is there: the check comes first. */
KTEST(user_copies)
{
	void __user *nowhere = (void __user *)(uaddr_t)PAGE_SIZE;
	u8 *p = make_object();
	KASSERT(p);
	kasan_expect_begin();
	KEXPECT(arch_copy_from_user(p, nowhere, hidden(SMALL + HIDDEN_STEP)) != 0);
	struct kasan_report r = one_report("slab out of bounds");
	KEXPECT(r.is_write && r.address == (u64)p + SMALL);
	KEXPECT_EQ(r.bytes, SMALL + HIDDEN_STEP);
	kasan_expect_begin();
	KEXPECT(arch_copy_to_user(nowhere, p, hidden(SMALL + HIDDEN_STEP)) != 0);
	r = one_report("slab out of bounds");
	KEXPECT(!r.is_write && r.address == (u64)p + SMALL);
	kasan_expect_begin();
	KEXPECT(arch_copy_from_user(p, nowhere, hidden(SMALL)) != 0);
	KEXPECT_EQ(kasan_expect_end(&r), 0);
	free_object(p);
}
#else
KTEST(every_kind_of_error)
{
	ktest_skip("needs BUILD=kasan");
}
#endif
