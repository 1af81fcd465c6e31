// SPDX-License-Identifier: MIT
/*
 * memory: blocks of bytes.
 *
 * Promise   as string(3). The compiler must not turn these loops into calls of themselves (user.mk).
 */
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <strings.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *d = to;
	size_t words = n / 8, rest = n % 8;

	__asm__ volatile("rep movsq" : "+D"(d), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(rest) : : "memory");
	return to;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t n)
{
	return (char *)memcpy(to, from, n) + n;
}

void *memmove(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if ((uintptr_t)to - (uintptr_t)from >= n)
		return memcpy(to, from, n);
	/* From the end, eight at a time: each is read whole before anything of it is overwritten. */
	for (uint64_t u; n >= 8;) {
		n -= 8;
		__builtin_memcpy(&u, s + n, 8);
		__builtin_memcpy(d + n, &u, 8);
	}
	while (n--)
		d[n] = s[n];
	return to;
}

void *memset(void *to, int c, size_t n)
{
	void *d = to;
	size_t words = n / 8, rest = n % 8;
	uint64_t pattern = 0x0101010101010101ull * (unsigned char)c;

	__asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(pattern) : "memory");
	return to;
}

void bzero(void *to, size_t n)
{
	memset(to, 0, n);
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;
	uint64_t u, v;

	for (; n >= 8; n -= 8, x += 8, y += 8) {
		__builtin_memcpy(&u, x, 8);
		__builtin_memcpy(&v, y, 8);
		if (u != v)
			break;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)p;
	return NULL;
}

void *memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n--)
		if (p[n] == (unsigned char)c)
			return (void *)(p + n);
	return NULL;
}

void *memmem(const void *hay, size_t hay_len, const void *needle, size_t len)
{
	const char *h = hay;

	for (; hay_len >= len; h++, hay_len--)
		if (memcmp(h, needle, len) == 0)
			return (void *)h;
	return NULL;
}

void *memccpy(void *restrict to, const void *restrict from, int c, size_t n)
{
	const char *end = memchr(from, c, n);

	memcpy(to, from, end ? (size_t)(end + 1 - (const char *)from) : n);
	return end ? (char *)to + (end + 1 - (const char *)from) : NULL;
}

void *rawmemchr(const void *s, int c)
{
	const unsigned char *p = s;

	while (*p != (unsigned char)c)
		p++;
	return (void *)p;
}

void explicit_bzero(void *to, size_t n)
{
	memset(to, 0, n);
	__asm__ volatile("" : : "r"(to) : "memory"); /* somebody may look, as far as the compiler knows */
}

void swab(const void *restrict from, void *restrict to, ssize_t n)
{
	const char *a = from;
	char *b = to;

	for (ssize_t i = 0; i + 1 < n; i += 2) {
		b[i] = a[i + 1];
		b[i + 1] = a[i];
	}
}
