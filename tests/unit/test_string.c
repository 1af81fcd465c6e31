// SPDX-License-Identifier: MIT
/*
 * test_string: the kernel's memory and string functions against the host's.
 *
 * Promise   each size from 0 to 200 at each alignment, overlapping moves in both directions, nothing read or
 *           written outside (the last byte lies before an inaccessible page)
 *
 * kernel/lib/string.c is linked with its functions renamed: memcpy is k_memcpy here (see the README).
 */
#include "tests/unit/unit.h"

#define DECLARE(type, name, ...)                                                                   \
	type name(__VA_ARGS__);                                                                    \
	type k_##name(__VA_ARGS__)
DECLARE(void *, memcpy, void *restrict, const void *restrict, size_t);
DECLARE(void *, memmove, void *, const void *, size_t);
DECLARE(void *, memset, void *, int, size_t);
DECLARE(int, memcmp, const void *, const void *, size_t);
DECLARE(void *, memchr, const void *, int, size_t);
DECLARE(size_t, strlen, const char *);
DECLARE(size_t, strnlen, const char *, size_t);
DECLARE(int, strcmp, const char *, const char *);
DECLARE(int, strncmp, const char *, const char *, size_t);
DECLARE(char *, strchr, const char *, int);
DECLARE(char *, strrchr, const char *, int);
DECLARE(char *, strstr, const char *, const char *);
size_t k_strlcpy(char *, const char *, size_t);
ssize_t k_strscpy(char *, const char *, size_t);
void *mmap(void *addr, size_t n, int prot, int flags, int fd, long offset);
int mprotect(void *addr, size_t n, int prot);

enum { SIZES = 200, PAGE = 4096, E2BIG_ = 7 };

/* Two pages of which the second cannot be touched; answers the border. */
static u8 *border(void)
{
	enum { PROT_RW = 3, MAP_PRIVATE_ANONYMOUS = 0x22 };
	u8 *p = mmap(NULL, 2 * PAGE, PROT_RW, MAP_PRIVATE_ANONYMOUS, -1, 0);
	mprotect(p + PAGE, PAGE, 0);
	return p + PAGE;
}

static void randomize(u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (u8)unit_random();
}

static int sign(int v)
{
	return v < 0 ? -1 : v > 0;
}

static void copies_every_size(void)
{
	u8 *from_end = border(), *to_end = border();
	for (size_t n = 0; n < SIZES; n++) {
		for (size_t shift = 0; shift < 15; shift++) {
			u8 *from = from_end - n - shift, *to = to_end - n - 15 + shift;
			randomize(from, n);
			to[-1] = 0x5a;
			to[n] = 0xa5;
			EXPECT(k_memcpy(to, from, n) == to);
			EXPECT(!memcmp(to, from, n) && to[-1] == 0x5a && to[n] == 0xa5);
		}
		randomize(from_end - n, n);
		k_memcpy(to_end - n, from_end - n, n);
		EXPECT(!memcmp(to_end - n, from_end - n, n));
	}
}

static void moves_overlapping(void)
{
	static u8 a[3 * SIZES], b[3 * SIZES];
	for (size_t n = 0; n < SIZES; n++) {
		for (size_t to = 0; to < 2 * SIZES; to += 1 + unit_below(5)) {
			randomize(a, sizeof(a));
			memcpy(b, a, sizeof(a));
			EXPECT(k_memmove(a + to, a + SIZES, n) == a + to);
			memmove(b + to, b + SIZES, n);
			EXPECT(!memcmp(a, b, sizeof(a)));
		}
	}
	for (size_t delta = 1; delta < 70; delta++) {
		for (int up = 0; up < 2; up++) {
			size_t from = up ? 70 : 70 - delta, to = up ? 70 - delta : 70;
			randomize(a, sizeof(a));
			memcpy(b, a, sizeof(a));
			k_memmove(a + to, a + from, 500);
			memmove(b + to, b + from, 500);
			EXPECT(!memcmp(a, b, sizeof(a)));
		}
	}
}

static void fills_every_size(void)
{
	u8 *end = border();
	for (size_t n = 0; n < SIZES; n++) {
		u8 *p = end - n;
		p[-1] = 1;
		EXPECT(k_memset(p, (int)n + 0x300, n) == p);
		for (size_t i = 0; i < n; i++)
			EXPECT(p[i] == (u8)n);
		EXPECT(p[-1] == 1);
	}
}

static void compares(void)
{
	u8 *a_end = border(), *b_end = border();
	for (size_t n = 0; n < SIZES; n++) {
		u8 *a = a_end - n, *b = b_end - n;
		randomize(a, n);
		memcpy(b, a, n);
		EXPECT_EQ(k_memcmp(a, b, n), 0);
		for (unsigned i = 0; n && i < 8; i++) {
			size_t at = unit_below(n);
			b[at] = (u8)unit_random();
			EXPECT_EQ(sign(k_memcmp(a, b, n)), sign(memcmp(a, b, n)));
			EXPECT(k_memchr(a, b[at], n) == memchr(a, b[at], n));
		}
	}
}

static void random_text(char *end, size_t n, unsigned letters)
{
	for (size_t i = 0; i < n; i++)
		end[-1 - (long)n + (long)i] = (char)(unit_below(30) ? 'a' + unit_below(letters) : 0xe4);
	end[-1] = 0;
}

static void strings(void)
{
	char *a_end = (char *)border(), *b_end = (char *)border();
	for (unsigned round = 0; round < 20000; round++) {
		size_t n = unit_below(40), m = unit_below(4);
		char *a = a_end - 1 - n, *b = b_end - 1 - m;
		int c = unit_below(8) ? 'a' + (int)unit_below(3) : 0;
		random_text(a_end, n, 2);
		random_text(b_end, m, 2);
		EXPECT_EQ(k_strlen(a), n);
		EXPECT_EQ(k_strnlen(a, n / 2), n / 2);
		EXPECT_EQ(k_strnlen(a, n + 1), n);
		EXPECT_EQ(sign(k_strcmp(a, b)), sign(strcmp(a, b)));
		EXPECT_EQ(sign(k_strncmp(a, b, n / 2)), sign(strncmp(a, b, n / 2)));
		EXPECT(k_strchr(a, c) == strchr(a, c));
		EXPECT(k_strrchr(a, c) == strrchr(a, c));
		EXPECT(k_strstr(a, b) == strstr(a, b));
	}
}

static void bounded_copies(void)
{
	char *end = (char *)border();
	for (size_t size = 0; size < 12; size++) {
		char *to = end - size;
		EXPECT_EQ(k_strlcpy(to, "seventh", size), 7);
		EXPECT(!size || strlen(to) == min(size - 1, (size_t)7));
		EXPECT_EQ(k_strscpy(to, "seventh", size), size > 7 ? 7 : -E2BIG_);
		EXPECT(!size || (strlen(to) == min(size - 1, (size_t)7) && !memcmp(to, "seventh", strlen(to))));
	}
}

UNIT_MAIN("string", CASE(copies_every_size), CASE(moves_overlapping), CASE(fills_every_size), CASE(compares),
	CASE(strings), CASE(bounded_copies))
