// SPDX-License-Identifier: MIT
/*
 * kasan: the shadow, and the checks that the compiler has put before each access. See kernel/core/kasan.h.
 *
 * Promise   each range that arch_kmap() maps has its shadow mapped before; it starts as accessible. An address
 *           without shadow passes: it is not mapped either, and the access itself faults and is told as what
 *           it is. Until kasan_init() everything passes, and the shadow that the boot tables know is one page
 *           for all.
 * Locks     none: shadow bytes of an object belong to its owner
 * Lifetime  shadow stays for ever; kernel addresses are used again
 *
 * Compiled without the checks, as is mm/slab.c, which works on freed objects. Functions are called for each
 * access instead of code in its place: a check that finds no shadow can then pass, and text is 1.7 times as
 * large instead of four times.
 */
#include "arch/x86_64/upcalls.h"
#include "kernel/core/kasan.h"
#include "kernel/core/task.h"
#include "mm/kasan.h"
#include "mm/page.h"

#ifdef KASAN
enum { FULL_WORD = 8 };

static bool is_on; /* [const after kasan_init] */

/* Answers what is there, or 0 if nothing is mapped there. */
#define SHADOW_LOAD(instruction, address, to)                                                      \
	__asm__ volatile("xorl %k0, %k0\n"                                                         \
			 "1:\t" instruction "\n"                                                   \
			 "2:\n"                                                                    \
			 ".pushsection .extable, \"a\"\n"                                          \
			 ".balign 4\n"                                                             \
			 ".long 1b - ., 2b - .\n"                                                  \
			 ".popsection"                                                             \
			 : "=&r"(to) : "r"(address))

static __always_inline s32 shadow_byte(u64 va)
{
	s32 v;
	SHADOW_LOAD("movsbl (%1), %0", kasan_shadow_of(va), v);
	return v;
}

u8 kasan_shadow_byte(u64 va)
{
	return (u8)shadow_byte(va);
}

static __always_inline bool byte_is_bad(u64 va)
{
	s32 v = shadow_byte(va);
	return unlikely(v) && (s32)(va & (KASAN_GRANULE - 1)) >= v;
}

/* The first byte of the range that may not be touched; 0: all may. */
static __noinline u64 first_bad(u64 va, size_t bytes)
{
	u64 end = va + bytes;
	while (va < end) {
		u64 at = kasan_shadow_of(va);
		u64 word = 1;
		if (IS_ALIGNED(at, FULL_WORD) && end - va >= FULL_WORD * KASAN_GRANULE)
			SHADOW_LOAD("movq (%1), %0", at, word);
		if (word == 0) {
			va = ALIGN_DOWN(va, (u64)KASAN_GRANULE) + FULL_WORD * KASAN_GRANULE;
			continue;
		}
		u64 granule_end = ALIGN_DOWN(va, (u64)KASAN_GRANULE) + KASAN_GRANULE;
		u64 last = min(end, granule_end) - 1;
		if (byte_is_bad(va))
			return va;
		if (byte_is_bad(last))
			return ALIGN_DOWN(va, (u64)KASAN_GRANULE) + shadow_byte(va);
		va = last + 1;
	}
	return 0;
}

static __always_inline bool is_checked(u64 va)
{
	return likely(is_on) && likely(va >= DIRECT_BASE);
}

static __always_inline void check_range(u64 va, size_t bytes, bool is_write, u64 pc)
{
	if (!bytes || !is_checked(va))
		return;
	u64 bad = first_bad(va, bytes);
	if (unlikely(bad))
		kasan_report_access(bad, bytes, is_write, pc);
}

/* Up to 8 bytes: they lie in one granule, or the first of two is needed to its end. */
static __always_inline void check_word(u64 va, size_t bytes, bool is_write, u64 pc)
{
	if (!is_checked(va))
		return;
	u64 last = va + bytes - 1;
	bool crosses = (va ^ last) & ~(u64)(KASAN_GRANULE - 1);
	if (unlikely(byte_is_bad(last)) || (unlikely(crosses) && shadow_byte(va)))
		kasan_report_access(first_bad(va, bytes), bytes, is_write, pc);
}

#define CALLER ((u64)__builtin_return_address(0))

void kasan_check(u64 va, size_t bytes, bool is_write, u64 pc)
{
	check_range(va, bytes, is_write, pc);
}

void kasan_check_read(const void *p, size_t bytes)
{
	check_range((u64)p, bytes, false, CALLER);
}

void kasan_check_write(const void *p, size_t bytes)
{
	check_range((u64)p, bytes, true, CALLER);
}

/* --- what the compiler calls, and hence declares --- */

#define ACCESS(n)                                                                                  \
	void __asan_load##n##_noabort(u64 va);                                                     \
	void __asan_load##n##_noabort(u64 va)                                                      \
	{                                                                                          \
		check_word(va, n, false, CALLER);                                                  \
	}                                                                                          \
	void __asan_store##n##_noabort(u64 va);                                                    \
	void __asan_store##n##_noabort(u64 va)                                                     \
	{                                                                                          \
		check_word(va, n, true, CALLER);                                                   \
	}
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)

void __asan_load16_noabort(u64 va);
void __asan_load16_noabort(u64 va)
{
	check_range(va, 16, false, CALLER);
}

void __asan_store16_noabort(u64 va);
void __asan_store16_noabort(u64 va)
{
	check_range(va, 16, true, CALLER);
}

void __asan_loadN_noabort(u64 va, size_t bytes);
void __asan_loadN_noabort(u64 va, size_t bytes)
{
	check_range(va, bytes, false, CALLER);
}

void __asan_storeN_noabort(u64 va, size_t bytes);
void __asan_storeN_noabort(u64 va, size_t bytes)
{
	check_range(va, bytes, true, CALLER);
}

/* Before a call that never comes back: the frames above will not unmark their arrays, and the next user of
 * this stack would stumble over them. */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
	struct task *t = current;
	u64 sp = ALIGN_DOWN((u64)__builtin_frame_address(0), (u64)KASAN_GRANULE);
	if (t && t->kstack && sp - (u64)t->kstack < KSTACK_BYTES)
		kasan_unpoison((void *)sp, (u64)t->kstack + KSTACK_BYTES - sp);
}

/* --- marking --- */

/* By hand: memset() is checked itself. */
static void shadow_fill(u64 from, u64 to, u8 v)
{
	u8 *at = (u8 *)from;
	u64 n = to - from;
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(v) : "memory");
}

void kasan_poison(const void *p, size_t bytes, enum kasan_why why)
{
	u64 va = (u64)p;
	shadow_fill(kasan_shadow_of(va), kasan_shadow_of(va + bytes + KASAN_GRANULE - 1), why);
}

void kasan_unpoison(const void *p, size_t bytes)
{
	u64 end = (u64)p + bytes;
	shadow_fill(kasan_shadow_of((u64)p), kasan_shadow_of(end), 0);
	if (!IS_ALIGNED(end, (u64)KASAN_GRANULE))
		*(u8 *)kasan_shadow_of(end) = end & (KASAN_GRANULE - 1);
}

/* --- start-up --- */

bool kasan_map(u64 va, size_t bytes)
{
	u64 from = ALIGN_DOWN(kasan_shadow_of(va), PAGE_SIZE);
	u64 to = ALIGN_UP(kasan_shadow_of(va + bytes - 1) + 1, PAGE_SIZE);
	if (kasan_is_shadow(va))
		return true;
	for (; from < to; from += PAGE_SIZE) {
		if (arch_kernel_va_is_mapped(from))
			continue;
		bool is_early = !pages_total();
		struct page *pg = is_early ? NULL : page_alloc_zeroed(PAGE_KERNEL);
		if (!is_early && (!pg || arch_kmap_prepare(from, PAGE_SIZE))) {
			if (pg)
				page_put(pg);
			return false;
		}
		arch_kmap(from, is_early ? kernel_alloc_table() : page_phys(pg), PAGE_SIZE, KMAP_RW);
	}
	return true;
}

/* From linker.ld: one constructor for each file, which calls __asan_register_globals(). */
extern void (*const constructors_start[])(void), (*const constructors_end[])(void);

void kasan_init(void)
{
	if (kasan_mode == KASAN_IS_OFF)
		return;
	for (void (*const *fn)(void) = constructors_start; fn < constructors_end; fn++)
		(*fn)();
	is_on = true;
}
#endif
