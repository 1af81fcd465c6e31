// SPDX-License-Identifier: MIT
/*
 * test_ring: ring arithmetic, bitmaps and hashes against the obvious implementations.
 *
 * Promise   a ring keeps order and count across the 32-bit wrap; bitmap searches find what a loop finds;
 *           hashes spread
 */
#include "kernel/lib/bitmap.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/ring.h"
#include "tests/unit/unit.h"

enum { CAPACITY = 16, BITS = 200 };

static void keeps_order_across_the_wrap(void)
{
	u32 slots[CAPACITY], put = 0, taken = 0;
	struct ring r;
	ring_init(&r, CAPACITY);
	r.head = r.tail = 0u - 1000;
	for (unsigned round = 0; round < 20000; round++) {
		u32 used = put - taken;
		EXPECT_EQ(ring_used(&r), used);
		EXPECT_EQ(ring_room(&r), CAPACITY - used);
		EXPECT_EQ(ring_is_full(&r), used == CAPACITY);
		EXPECT_EQ(ring_is_empty(&r), used == 0);
		EXPECT(ring_used_contiguous(&r) <= used && ring_room_contiguous(&r) <= CAPACITY - used);
		EXPECT(!used == !ring_used_contiguous(&r));
		if (unit_below(2) && !ring_is_full(&r)) {
			slots[ring_head_slot(&r)] = put++;
			ring_push(&r, 1);
		} else if (!ring_is_empty(&r)) {
			u32 last = put - taken - 1;
			EXPECT_EQ(slots[ring_slot(&r, last)], put - 1);
			EXPECT_EQ(slots[ring_tail_slot(&r)], taken);
			taken++;
			ring_pop(&r, 1);
		}
	}
	EXPECT(put > 3000);
}

static void rounds_up_to_powers_of_two(void)
{
	for (unsigned shift = 1; shift < 31; shift++) {
		EXPECT_EQ(round_up_pow2(1u << shift), 1u << shift);
		EXPECT_EQ(round_up_pow2((1u << shift) + 1), 1u << (shift + 1));
		EXPECT_EQ(round_up_pow2((1u << shift) - 1), shift == 1 ? 1 : 1u << shift);
	}
	EXPECT_EQ(round_up_pow2(1), 1);
	EXPECT_EQ(round_up_pow2(1u << 31), 1u << 31);
}

static void bitmap_searches(void)
{
	for (unsigned round = 0; round < 2000; round++) {
		DEFINE_BITMAP(map, BITS);
		bool model[BITS] = { false };
		size_t nr = 1 + unit_below(BITS), set = 0;
		bitmap_clear_all(map, BITS);
		for (unsigned i = 0; i < 60; i++) {
			size_t bit = unit_below(nr);
			model[bit] = unit_below(4);
			if (model[bit])
				bitmap_set(map, bit);
			else
				bitmap_clear(map, bit);
		}
		for (size_t i = 0; i < nr; i++) {
			size_t s = i, c = i;
			while (s < nr && !model[s])
				s++;
			while (c < nr && model[c])
				c++;
			set += model[i];
			EXPECT(bitmap_test(map, i) == model[i]);
			EXPECT_EQ(bitmap_find_set(map, nr, i), s);
			EXPECT_EQ(bitmap_find_clear(map, nr, i), c);
		}
		EXPECT_EQ(bitmap_count(map, nr), set);
		EXPECT_EQ(bitmap_find_set(map, nr, nr), nr);
	}
}

static void hashes_spread(void)
{
	enum { BUCKETS_BITS = 8, BUCKETS = 1 << BUCKETS_BITS, KEYS = BUCKETS * 64 };
	static unsigned a[BUCKETS], b[BUCKETS], c[BUCKETS];
	for (u64 i = 0; i < KEYS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "file%llu", (unsigned long long)i);
		a[hash_u64(i * 4096) % BUCKETS]++;
		b[hash_bits(0xffff888000000000ull + i * 192, BUCKETS_BITS)]++;
		c[hash_string(name, 0) % BUCKETS]++;
	}
	for (unsigned i = 0; i < BUCKETS; i++)
		EXPECT(a[i] > 16 && a[i] < 160 && b[i] > 16 && b[i] < 160 && c[i] > 16 && c[i] < 160);
	EXPECT(hash_bytes("abc", 3, 7) == hash_string("abc", 7));
	EXPECT(hash_string("abc", 7) != hash_string("abc", 8));
	EXPECT(hash_combine(1, 2) != hash_combine(2, 1));
}

UNIT_MAIN("ring", CASE(keeps_order_across_the_wrap), CASE(rounds_up_to_powers_of_two), CASE(bitmap_searches),
	CASE(hashes_spread))
