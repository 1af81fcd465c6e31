// SPDX-License-Identifier: MIT
/*
 * string: memory and strings. The contract is in string.h.
 *
 * Promise   a copy or fill of n bytes costs a handful of instructions up to 32 bytes (two loads and two
 *           stores that may overlap), eight more up to 64, and beyond that one string instruction over
 *           8-byte words plus one word for the rest. Words rather than bytes because processors without
 *           fast byte strings (and emulators) go one unit at a time.
 * Locks     none; no vector registers are used, so any context may call
 *
 * The compiler turns loops into calls of these very functions: loops here contain a barrier() where it
 * could.
 */
#include "kernel/lib/string.h"
#include "kernel/lib/errno.h"

#undef memcpy
#undef memset
#undef memmove
#undef memcmp
#undef strlen
#undef strcmp

enum { WORD = 8, BLOCK = 32, BY_STRING = 64 /* from here on a string instruction pays */ };

/* Memory as words at any address. */
struct word64 { u64 v; } __packed __attribute__((may_alias));
struct word32 { u32 v; } __packed __attribute__((may_alias));
struct word16 { u16 v; } __packed __attribute__((may_alias));

static __always_inline u64 load64(const void *p)
{
	return ((const struct word64 *)p)->v;
}
static __always_inline void store64(void *p, u64 v)
{
	((struct word64 *)p)->v = v;
}
static __always_inline u32 load32(const void *p)
{
	return ((const struct word32 *)p)->v;
}
static __always_inline void store32(void *p, u32 v)
{
	((struct word32 *)p)->v = v;
}
static __always_inline u16 load16(const void *p)
{
	return ((const struct word16 *)p)->v;
}
static __always_inline void store16(void *p, u16 v)
{
	((struct word16 *)p)->v = v;
}

/* Up to 64 bytes, overlapping or not: everything is loaded before anything is stored. */
static __always_inline void move_small(u8 *to, const u8 *from, size_t n)
{
	if (n > BLOCK) {
		u64 a = load64(from), b = load64(from + 8), c = load64(from + 16), d = load64(from + 24);
		u64 e = load64(from + n - 32), f = load64(from + n - 24);
		u64 g = load64(from + n - 16), h = load64(from + n - 8);
		store64(to, a), store64(to + 8, b), store64(to + 16, c), store64(to + 24, d);
		store64(to + n - 32, e), store64(to + n - 24, f);
		store64(to + n - 16, g), store64(to + n - 8, h);
	} else if (n > 16) {
		u64 a = load64(from), b = load64(from + 8);
		u64 c = load64(from + n - 16), d = load64(from + n - 8);
		store64(to, a), store64(to + 8, b);
		store64(to + n - 16, c), store64(to + n - 8, d);
	} else if (n >= 8) {
		u64 a = load64(from), b = load64(from + n - 8);
		store64(to, a), store64(to + n - 8, b);
	} else if (n >= 4) {
		u32 a = load32(from), b = load32(from + n - 4);
		store32(to, a), store32(to + n - 4, b);
	} else if (n >= 2) {
		u16 a = load16(from), b = load16(from + n - 2);
		store16(to, a), store16(to + n - 2, b);
	} else if (n) {
		*to = *from;
	}
}

/* More than 8 bytes, ascending; right for overlaps with to < from: the last word is loaded before a
 * store can reach it, and each word is loaded before the store that runs into it. */
static __always_inline void copy_up(u8 *to, const u8 *from, size_t n)
{
	u64 last = load64(from + n - WORD);
	u8 *last_to = to + n - WORD;
	size_t words = n / WORD;
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
	store64(last_to, last);
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	if (n <= BY_STRING)
		move_small(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}

/* More than 32 bytes, descending, for overlaps with to > from. */
static void copy_down(u8 *to, const u8 *from, size_t n)
{
	u64 a = load64(from), b = load64(from + 8), c = load64(from + 16), d = load64(from + 24);
	size_t left = n;
	while (left > BLOCK) {
		const u8 *f = from + left - BLOCK;
		u8 *t = to + left - BLOCK;
		u64 w0 = load64(f), w1 = load64(f + 8), w2 = load64(f + 16), w3 = load64(f + 24);
		store64(t, w0), store64(t + 8, w1), store64(t + 16, w2), store64(t + 24, w3);
		left -= BLOCK;
		barrier();
	}
	store64(to, a), store64(to + 8, b), store64(to + 16, c), store64(to + 24, d);
}

void *memmove(void *to, const void *from, size_t n)
{
	if (n <= BY_STRING)
		move_small(to, from, n);
	else if ((uintptr_t)to - (uintptr_t)from >= n) /* to < from, or no overlap */
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}

void *memset(void *to, int c, size_t n)
{
	u8 *p = to;
	u64 v = (u8)c * 0x0101010101010101ull;
	if (n > BY_STRING) {
		u8 *last = p + n - WORD;
		size_t words = n / WORD;
		__asm__ volatile("rep stosq" : "+D"(p), "+c"(words) : "a"(v) : "memory");
		store64(last, v);
	} else if (n > BLOCK) {
		store64(p, v), store64(p + 8, v), store64(p + 16, v), store64(p + 24, v);
		p += n - BLOCK;
		store64(p, v), store64(p + 8, v), store64(p + 16, v), store64(p + 24, v);
	} else if (n > 16) {
		store64(p, v), store64(p + 8, v);
		store64(p + n - 16, v), store64(p + n - 8, v);
	} else if (n >= 8) {
		store64(p, v), store64(p + n - 8, v);
	} else if (n >= 4) {
		store32(p, (u32)v), store32(p + n - 4, (u32)v);
	} else if (n >= 2) {
		store16(p, (u16)v), store16(p + n - 2, (u16)v);
	} else if (n) {
		*p = (u8)v;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;
	for (; n >= WORD; n -= WORD, p += WORD, q += WORD) {
		u64 v = load64(p), w = load64(q);
		if (v != w)
			return __builtin_bswap64(v) < __builtin_bswap64(w) ? -1 : 1;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;
	while (*p) {
		p++;
		barrier();
	}
	return p - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;
	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	while (n && *a && *a == *b)
		a++, b++, n--;
	return n ? (u8)*a - (u8)*b : 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;
	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (!*s)
			return (char *)found;
	}
}

char *strstr(const char *s, const char *what)
{
	for (;; s++) {
		if (str_has_prefix(s, what))
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

size_t strlcpy(char *to, const char *from, size_t size)
{
	size_t n = strlen(from);
	if (size) {
		size_t fits = min(n, size - 1);
		memcpy(to, from, fits);
		to[fits] = 0;
	}
	return n;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	if (!size)
		return -E2BIG;
	size_t n = strnlen(from, size);
	size_t fits = min(n, size - 1);
	memcpy(to, from, fits);
	to[fits] = 0;
	return n < size ? (ssize_t)n : -E2BIG;
}
