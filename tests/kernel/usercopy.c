// SPDX-License-Identifier: MIT
/*
 * usercopy: in-kernel tests of the accesses to user memory.
 *
 * Promise   at each size and each distance to a page that is not there, copies answer exactly what is missing
 *           and touch nothing else
 */
#include "kernel/core/ktest.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/mman.h"
#include "mm/mm.h"

enum { PAGE_AT = 0x600000, BORDER = 0x601000, SIZES = 150, AROUND = 256, STRINGS = 40 };

static u8 buffer[AROUND + 1], pattern[AROUND];

/* The test's thread gets an address space with one page, and nothing behind it. */
static struct mm *enter(void)
{
	struct mm *mm = mm_create();
	if (!mm)
		return NULL;
	mm_switch_to(mm);
	mm_map(mm, PAGE_AT, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
	for (unsigned i = 0; i < AROUND; i++)
		pattern[i] = i * 7 + 1;
	return mm;
}

static void leave(struct mm *mm)
{
	mm_switch_to(NULL);
	mm_unuse(mm);
}

static void __user *before_border(unsigned bytes)
{
	return (void __user *)(uaddr_t)(BORDER - bytes);
}

/* Sets or gets the last AROUND bytes of the page. */
static void put_tail(const void *from)
{
	KEXPECT_EQ(arch_copy_to_user(before_border(AROUND), from, AROUND), 0);
}
static void get_tail(void *to)
{
	KEXPECT_EQ(arch_copy_from_user(to, before_border(AROUND), AROUND), 0);
}

KTEST(copies_from_user_stop_exactly)
{
	struct mm *mm = enter();
	KASSERT(mm);
	put_tail(pattern);
	for (unsigned n = 0; n < SIZES; n++)
		for (unsigned there = 0; there <= n; there++) {
			memset(buffer, 0, sizeof(buffer));
			KEXPECT_EQ(arch_copy_from_user(buffer, before_border(there), n), n - there);
			KEXPECT(!memcmp(buffer, pattern + AROUND - there, there));
			KEXPECT(!buffer[n]);
		}
	leave(mm);
}

KTEST(copies_to_user_stop_exactly)
{
	struct mm *mm = enter();
	KASSERT(mm);
	static u8 zeroes[AROUND];
	for (unsigned n = 0; n < SIZES; n++)
		for (unsigned there = 0; there <= n; there += 3) {
			put_tail(zeroes);
			KEXPECT_EQ(arch_copy_to_user(before_border(there), pattern, n), n - there);
			get_tail(buffer);
			KEXPECT(!memcmp(buffer, zeroes, AROUND - there));
			KEXPECT(!memcmp(buffer + AROUND - there, pattern, there));
			put_tail(pattern);
			KEXPECT_EQ(arch_clear_user(before_border(there), n), n - there);
			get_tail(buffer);
			KEXPECT(!memcmp(buffer, pattern, AROUND - there));
			KEXPECT(!memcmp(buffer + AROUND - there, zeroes, there));
		}
	leave(mm);
}

/* A string of `len` bytes whose NUL lies `behind` bytes before the border, into room for n. */
static void try_string(unsigned len, unsigned behind, unsigned n)
{
	static char text[AROUND], out[AROUND];
	memset(text, 'x', sizeof(text));
	text[AROUND - 1 - behind] = 0;
	put_tail(text);
	memset(out, 'y', sizeof(out));
	unsigned expected = min(len, n);
	KEXPECT_EQ(arch_strncpy_from_user(out, before_border(len + 1 + behind), n), expected);
	KEXPECT(!memcmp(out, text + AROUND - 1 - behind - len, len < n ? len + 1 : n));
	KEXPECT_EQ(out[n], 'y');
}

KTEST(strings_end_at_the_nul_or_the_room)
{
	struct mm *mm = enter();
	KASSERT(mm);
	for (unsigned len = 0; len < STRINGS; len++)
		for (unsigned behind = 0; behind < 9; behind++)
			for (unsigned n = 1; n < STRINGS; n += 3)
				try_string(len, behind, n);
	/* without a NUL the page's end is a fault, if there is room for more */
	put_tail(memset(buffer, 'x', AROUND));
	KEXPECT_EQ(arch_strncpy_from_user((char *)pattern, before_border(16), 16), 16);
	KEXPECT_EQ(arch_strncpy_from_user((char *)pattern, before_border(16), 17), -EFAULT);
	leave(mm);
}

KTEST(words_fail_where_nothing_is)
{
	struct mm *mm = enter();
	KASSERT(mm);
	u64 v64;
	u32 v32 = 0, seen = 0;
	u8 v8;
	KEXPECT_EQ(arch_put_user_64(before_border(8), 0x1122334455667788), 0);
	KEXPECT_EQ(arch_get_user_32(&v32, before_border(4)), 0);
	KEXPECT_EQ(v32, 0x11223344);
	KEXPECT_EQ(arch_put_user_64(before_border(7), 1), -EFAULT);
	KEXPECT_EQ(arch_get_user_64(&v64, before_border(7)), -EFAULT);
	KEXPECT_EQ(arch_get_user_8(&v8, before_border(0)), -EFAULT);
	KEXPECT_EQ(arch_put_user_32(before_border(0), 1), -EFAULT);
	KEXPECT_EQ(arch_cmpxchg_user_32(before_border(4), &seen, 1, 2), 0);
	KEXPECT_EQ(seen, 0x11223344);
	KEXPECT_EQ(arch_cmpxchg_user_32(before_border(4), &seen, 0x11223344, 2), 0);
	KEXPECT_EQ(arch_get_user_32(&v32, before_border(4)), 0);
	KEXPECT_EQ(v32, 2);
	KEXPECT_EQ(arch_cmpxchg_user_32(before_border(0), &seen, 1, 2), -EFAULT);
	leave(mm);
}

/* With page faults disabled a page that would only have to be made is an error, too. */
KTEST(disabled_faults_are_errors)
{
	struct mm *mm = enter();
	KASSERT(mm);
	u32 v;
	pagefault_disable();
	KEXPECT_EQ(arch_get_user_32(&v, before_border(4)), -EFAULT);
	pagefault_enable();
	KEXPECT_EQ(arch_get_user_32(&v, before_border(4)), 0);
	pagefault_disable();
	KEXPECT_EQ(arch_get_user_32(&v, before_border(4)), 0);
	pagefault_enable();
	leave(mm);
}

KTEST(probes_answer_everywhere)
{
	u64 v;
	KEXPECT_EQ(arch_probe_kernel_64(&v, pattern), 0);
	KEXPECT_EQ(arch_probe_kernel_64(&v, (void *)KERNEL_BASE), -EFAULT);
	KEXPECT_EQ(arch_probe_kernel_64(&v, (void *)0x1234000000000000), -EFAULT); /* not canonical */
	KEXPECT_EQ(arch_probe_kernel_64(&v, (u8 *)current->kstack - sizeof(u64)), -EFAULT);
}
