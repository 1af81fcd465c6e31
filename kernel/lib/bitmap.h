// SPDX-License-Identifier: MIT
/*
 * bitmap: arrays of u64 as sets of small numbers.
 *
 * Promise   searches go a word at a time; a search that finds nothing answers nr_bits
 * Locks     the caller's: nothing here is atomic
 */
#pragma once
#include "kernel/lib/macros.h"

enum { BITMAP_WORD_BITS = 64 };
#define BITMAP_WORDS(nr_bits) (((nr_bits) + BITMAP_WORD_BITS - 1) / BITMAP_WORD_BITS)
#define DEFINE_BITMAP(name, nr_bits) u64 name[BITMAP_WORDS(nr_bits)]

static inline bool bitmap_test(const u64 *map, size_t bit)
{
	return map[bit / BITMAP_WORD_BITS] >> (bit % BITMAP_WORD_BITS) & 1;
}

static inline void bitmap_set(u64 *map, size_t bit)
{
	map[bit / BITMAP_WORD_BITS] |= 1ull << (bit % BITMAP_WORD_BITS);
}

static inline void bitmap_clear(u64 *map, size_t bit)
{
	map[bit / BITMAP_WORD_BITS] &= ~(1ull << (bit % BITMAP_WORD_BITS));
}

static inline void bitmap_clear_all(u64 *map, size_t nr_bits)
{
	for (size_t i = 0; i < BITMAP_WORDS(nr_bits); i++)
		map[i] = 0;
}

/* The first bit from `from` on that is set once each word was exclusive-ored with `flip`. */
static inline size_t bitmap_find_(const u64 *map, size_t nr_bits, size_t from, u64 flip)
{
	while (from < nr_bits) {
		u64 word = (map[from / BITMAP_WORD_BITS] ^ flip) >> (from % BITMAP_WORD_BITS);
		if (word) {
			size_t bit = from + __builtin_ctzll(word);
			return min(bit, nr_bits);
		}
		from = ALIGN_DOWN(from, (size_t)BITMAP_WORD_BITS) + BITMAP_WORD_BITS;
	}
	return nr_bits;
}

static inline size_t bitmap_find_set(const u64 *map, size_t nr_bits, size_t from)
{
	return bitmap_find_(map, nr_bits, from, 0);
}

static inline size_t bitmap_find_clear(const u64 *map, size_t nr_bits, size_t from)
{
	return bitmap_find_(map, nr_bits, from, ~0ull);
}

static inline size_t bitmap_count(const u64 *map, size_t nr_bits)
{
	size_t n = 0;
	for (size_t bit = 0; bit < nr_bits; bit += BITMAP_WORD_BITS) {
		u64 word = map[bit / BITMAP_WORD_BITS];
		if (nr_bits - bit < BITMAP_WORD_BITS)
			word &= (1ull << (nr_bits - bit)) - 1;
		/* no call of a library's population count, and few tables: clear bit by bit */
		for (; word; word &= word - 1)
			n++;
	}
	return n;
}
