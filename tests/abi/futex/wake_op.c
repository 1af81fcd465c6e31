// SPDX-License-Identifier: MIT
/*
 * futex/wake_op: one call that changes a word and wakes at two.
 *
 * Promise   every operation and comparison, the sign of the arguments, the shift; who is woken; the errors.
 * Linux     futex(2): FUTEX_WAKE_OP.
 */
#include "tests/abi/futex/futex.h"

enum { SET = 0, ADD = 1, OR = 2, ANDN = 3, XOR = 4, SHIFT = 8 };
enum { EQ = 0, NE = 1, LT = 2, LE = 3, GT = 4, GE = 5 };
enum { ADDERS = 4, ADDITIONS = 2000 };

static uint32_t word, changed;

static uint32_t encode(unsigned op, int oparg, unsigned cmp, int cmparg)
{
	return op << 28 | cmp << 24 | (oparg & 0xfffu) << 12 | (cmparg & 0xfffu);
}

static long wake_op(int nr, int nr_changed, uint32_t encoded)
{
	return sys(SYS_futex, &word, WAKE_OP | PRIVATE, nr, nr_changed, &changed, encoded);
}

/* What `old` becomes. */
static uint32_t after(uint32_t old, unsigned op, int oparg)
{
	changed = old;
	CHECK_EQ(wake_op(1, 1, encode(op, oparg, EQ, 0)), 0);
	return changed;
}

/* Whether `old` compares so: then a waiter at the changed word is woken. */
static int holds(int old, unsigned cmp, int cmparg)
{
	struct sleeper s;
	int woken;

	changed = old;
	start_waiters(&s, 1, &changed);
	woken = wake_op(1, 1, encode(SET, 5, cmp, cmparg));
	CHECK_EQ(changed, 5);
	CHECK_EQ(wake_private(&changed, 1), !woken);
	CHECK_EQ(finish(&s), 0);
	return woken;
}

CASE(operations)
{
	CHECK_EQ(after(3, SET, 9), 9);
	CHECK_EQ(after(3, ADD, 9), 12);
	CHECK_EQ(after(3, OR, 6), 7);
	CHECK_EQ(after(7, ANDN, 2), 5);
	CHECK_EQ(after(6, XOR, 3), 5);
}

CASE(operands_have_twelve_bits_and_a_sign)
{
	CHECK_EQ(after(3, SET, -1), ANY);
	CHECK_EQ(after(3, SET, 2047), 2047);
	CHECK_EQ(after(3, SET, 2048), (uint32_t)-2048);
	CHECK_EQ(after(3, ADD, -4), ANY);
	CHECK_EQ(after(ANY, ADD, 1), 0);
	CHECK_EQ(after(ANY, ANDN, -2), 1);
	CHECK_EQ(after(0x80000000, OR, -2048), (uint32_t)-2048);
}

CASE(operands_that_are_shifts)
{
	CHECK_EQ(after(1, SET | SHIFT, 0), 1);
	CHECK_EQ(after(1, SET | SHIFT, 31), 0x80000000u);
	CHECK_EQ(after(1, ADD | SHIFT, 4), 17);
	CHECK_EQ(after(ANY, ANDN | SHIFT, 30), ~(1u << 30));
	CHECK_EQ(after(0, OR | SHIFT, 32), 1);
	CHECK_EQ(after(0, XOR | SHIFT, -1), 0x80000000u);
}

CASE(comparisons_equal)
{
	CHECK_EQ(holds(3, EQ, 3), 1);
	CHECK_EQ(holds(3, EQ, 4), 0);
	CHECK_EQ(holds(3, NE, 4), 1);
	CHECK_EQ(holds(3, NE, 3), 0);
}

CASE(comparisons_less)
{
	CHECK_EQ(holds(3, LT, 4), 1);
	CHECK_EQ(holds(3, LT, 3), 0);
	CHECK_EQ(holds(3, LE, 3), 1);
	CHECK_EQ(holds(3, LE, 2), 0);
}

CASE(comparisons_greater)
{
	CHECK_EQ(holds(3, GT, 2), 1);
	CHECK_EQ(holds(3, GT, 3), 0);
	CHECK_EQ(holds(3, GE, 3), 1);
	CHECK_EQ(holds(3, GE, 4), 0);
}

CASE(comparisons_have_a_sign)
{
	CHECK_EQ(holds(-1, LT, 0), 1);
	CHECK_EQ(holds(-1, GT, 0), 0);
	CHECK_EQ(holds(-5, EQ, -5), 1);
	CHECK_EQ(holds(2047, EQ, -1), 0);
	CHECK_EQ(holds(0, GT, 2048), 1);
}

CASE(numbers_of_the_woken)
{
	struct sleeper a[3], b[3];

	changed = 0;
	start_waiters(a, 3, &word);
	start_waiters(b, 3, &changed);
	CHECK_EQ(wake_op(2, 1, encode(ADD, 0, EQ, 0)), 3);
	CHECK_EQ(finish(&a[0]) | finish(&a[1]) | finish(&b[0]), 0);
	CHECK_EQ(wake_op(0, 0, encode(ADD, 0, EQ, 0)), 2);
	CHECK_EQ(finish(&a[2]) | finish(&b[1]), 0);
	CHECK_EQ(wake_op(-1, -1, encode(ADD, 0, EQ, 1)), 0);
	CHECK_EQ(wake_op(ALL_OF_THEM, ALL_OF_THEM, encode(ADD, 0, EQ, 0)), 1);
	CHECK_EQ(finish(&b[2]), 0);
}

CASE(first_word_is_woken_whatever_the_comparison)
{
	struct sleeper s;

	start_waiters(&s, 1, &word);
	CHECK_EQ(wake_op(1, 1, encode(SET, 1, EQ, 77)), 1);
	CHECK_EQ(finish(&s), 0);
}

CASE(one_word_twice)
{
	struct sleeper s[3];

	word = 0;
	start_waiters(s, 3, &word);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, &word, encode(SET, 8, EQ, 0)), 2);
	CHECK_EQ(word, 8);
	CHECK_EQ(wake_private(&word, ALL_OF_THEM), 1);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(finish(&s[i]), 0);
	word = 0;
}

CASE(unknown_operations)
{
	struct sleeper s;

	changed = 3;
	for (int op = XOR + 1; op < SHIFT; op++) {
		CHECK_EQ(wake_op(1, 1, encode(op, 1, EQ, 0)), -ENOSYS);
		CHECK_EQ(wake_op(1, 1, encode(op | SHIFT, 1, EQ, 0)), -ENOSYS);
	}
	CHECK_EQ(changed, 3);
	start_waiters(&s, 1, &word);
	for (int cmp = GE + 1; cmp < 16; cmp++)
		CHECK_EQ(wake_op(1, 1, encode(ADD, 1, cmp, 0)), -ENOSYS);
	CHECK_EQ(changed, 3 + 10); /* it was too late for that */
	CHECK_EQ(wake_private(&word, 1), 1);
	CHECK_EQ(finish(&s), 0);
}

CASE(bad_addresses)
{
	uint32_t *gone = hole(), *readonly = (uint32_t *)page_end(PROT_READ) - 1;
	uint32_t op = encode(SET, 1, EQ, 0);

	CHECK_EQ(sys(SYS_futex, gone, WAKE_OP | PRIVATE, 1, 1, &changed, op), 0);
	CHECK_EQ(sys(SYS_futex, gone, WAKE_OP, 1, 1, &changed, op), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, gone, op), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP, 1, 1, gone, op), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, readonly, op), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP, 1, 1, readonly, op), -EFAULT);
	CHECK_EQ(*readonly, 0);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, (char *)&changed + 1, op), -EINVAL);
	CHECK_EQ(sys(SYS_futex, (char *)&word + 1, WAKE_OP | PRIVATE, 1, 1, &changed, op), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, 0xffffffff80000000, op), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE | REALTIME, 1, 1, &changed, op), -ENOSYS);
}

CASE(page_that_must_be_copied_first)
{
	uint32_t *w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int pid;

	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, w, encode(ADD, 5, EQ, 0)), 0);
	CHECK_EQ(*w, 5);
	CHILD(pid)
	{
		CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, w, encode(ADD, 5, EQ, 0)), 0);
		CHECK_EQ(*w, 10);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(*w, 5);
}

CASE(between_processes)
{
	uint32_t *w = shared_page();
	int a = start_in_process(SLEEP_IN(SYS_futex, (long)w, WAIT, 0, 0), 0);
	int b = start_in_process(SLEEP_IN(SYS_futex, (long)(w + 1), WAIT, 0, 0), 0);

	CHECK_EQ(sys(SYS_futex, w, WAKE_OP, 1, 1, w + 1, encode(SET, 1, LE, 0)), 2);
	CHECK_EQ(reap(a), 0);
	CHECK_EQ(reap(b), 0);
	CHECK_EQ(w[1], 1);
}

static int add_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < ADDITIONS; i++)
		CHECK_EQ(wake_op(1, 1, encode(ADD, 1, LT, 0)), 0);
	return 0;
}

CASE(additions_are_not_lost, .timeout = 30)
{
	int done[ADDERS];

	changed = 0;
	for (int i = 0; i < ADDERS; i++)
		CHECK(start_thread(&done[i], add_often, NULL) > 0);
	for (int i = 0; i < ADDITIONS; i++)
		__atomic_fetch_add(&changed, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < ADDERS; i++)
		join_thread(&done[i]);
	CHECK_EQ(changed, (ADDERS + 1) * ADDITIONS);
}
