// SPDX-License-Identifier: MIT
/*
 * strcopy: making strings out of strings: copies, joins, pieces.
 *
 * Promise   as string(3)
 */
#include <stdlib.h>
#include <string.h>

char *stpcpy(char *restrict to, const char *restrict from)
{
	while ((*to = *from))
		to++, from++;
	return to;
}

char *strcpy(char *restrict to, const char *restrict from)
{
	stpcpy(to, from);
	return to;
}

char *strncpy(char *restrict to, const char *restrict from, size_t n)
{
	size_t len = strnlen(from, n);

	memcpy(to, from, len);
	memset(to + len, 0, n - len);
	return to;
}

size_t strlcpy(char *restrict to, const char *restrict from, size_t size)
{
	size_t len = strlen(from);

	if (size) {
		size_t n = len < size ? len : size - 1;

		memcpy(to, from, n);
		to[n] = '\0';
	}
	return len;
}

char *strcat(char *restrict to, const char *restrict from)
{
	strcpy(to + strlen(to), from);
	return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t n)
{
	char *end = to + strlen(to);
	size_t len = strnlen(from, n);

	memcpy(end, from, len);
	end[len] = '\0';
	return to;
}

char *strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

char *strdup(const char *s)
{
	return strndup(s, strlen(s));
}

char *strsep(char **s, const char *sep)
{
	char *word = *s;

	if (word) {
		char *end = strpbrk(word, sep);

		if (end)
			*end++ = '\0';
		*s = end;
	}
	return word;
}

char *strtok_r(char *restrict s, const char *restrict sep, char **restrict save)
{
	if (!s)
		s = *save;
	if (s)
		s += strspn(s, sep);
	if (!s || !*s) {
		*save = NULL;
		return NULL;
	}
	*save = s;
	return strsep(save, sep);
}

char *strtok(char *restrict s, const char *restrict sep)
{
	static char *save;

	return strtok_r(s, sep, &save);
}

size_t strlcat(char *restrict to, const char *restrict from, size_t size)
{
	size_t len = strnlen(to, size);

	return len + (len < size ? strlcpy(to + len, from, size - len) : strlen(from));
}

char *stpncpy(char *restrict to, const char *restrict from, size_t n)
{
	size_t len = strnlen(from, n);

	memcpy(to, from, len);
	memset(to + len, 0, n - len);
	return to + len;
}

size_t strxfrm(char *restrict to, const char *restrict from, size_t n)
{
	size_t len = strlen(from);

	if (len < n)
		memcpy(to, from, len + 1);
	return len;
}
