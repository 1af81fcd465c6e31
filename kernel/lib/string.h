// SPDX-License-Identifier: MIT
/*
 * string: the C library's memory and string functions, as far as a kernel needs them.
 *
 * Promise   as in C; strlcpy and strscpy always terminate (if size > 0) and tell about truncation. The
 *           macros let the compiler expand calls whose size it knows.
 */
#pragma once
#include "kernel/lib/macros.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int c, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strlcpy(char *to, const char *from, size_t size);  /* strlen(from): >= size if cut */
ssize_t strscpy(char *to, const char *from, size_t size); /* bytes without NUL; -E2BIG if cut */
static inline bool str_has_prefix(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}

#define memcpy(to, from, n) __builtin_memcpy(to, from, n)
#define memset(to, c, n) __builtin_memset(to, c, n)
#define memmove(to, from, n) __builtin_memmove(to, from, n)
#define memcmp(a, b, n) __builtin_memcmp(a, b, n)
#define strlen(s) __builtin_strlen(s)
#define strcmp(a, b) __builtin_strcmp(a, b)
