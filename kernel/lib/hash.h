// SPDX-License-Identifier: MIT
/*
 * hash: numbers that spread keys over buckets.
 *
 * Promise   deterministic from boot to boot, so that a run can be repeated. Not for adversaries: a table that
 *           users can fill mixes a random seed into its keys.
 */
#pragma once
#include "kernel/lib/types.h"

/* A bijection of 64 bits in which each bit of the key moves about half of the result's. */
static inline u64 hash_u64(u64 key)
{
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15ull; /* 2^64 / golden ratio, odd */
	key ^= key >> 29;
	key *= 0xbf58476d1ce4e5b9ull; /* odd, with evenly spread bits */
	return key ^ key >> 32;
}

/* The upper `bits` bits of one multiplication: the cheapest hash that is good enough for pointers. */
static inline u32 hash_bits(u64 key, unsigned bits)
{
	return (u32)(key * 0x9e3779b97f4a7c15ull >> (64 - bits));
}

static inline u64 hash_combine(u64 seed, u64 key)
{
	return hash_u64(seed * 0x9e3779b97f4a7c15ull + key);
}

/* n bytes, one multiplication per byte (the FNV-1a scheme), finished by hash_u64(). */
static inline u64 hash_bytes(const void *data, size_t n, u64 seed)
{
	const u8 *p = data;
	u64 h = 0xcbf29ce484222325ull ^ seed;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return hash_u64(h);
}

static inline u64 hash_string(const char *s, u64 seed)
{
	u64 h = 0xcbf29ce484222325ull ^ seed;
	for (; *s; s++)
		h = (h ^ (u8)*s) * 0x100000001b3ull;
	return hash_u64(h);
}
