// SPDX-License-Identifier: MIT
/*
 * errno: the number of the last error, and the texts of all.
 *
 * Promise   errno is the thread's own. Unknown numbers have a text too.
 * Linux     errno(3), strerror(3)
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "user/libc/libc.h"

enum { MAX_ERRNO = 4095 };

__thread int errno;

long __set_errno(long result)
{
	if ((unsigned long)result < (unsigned long)-MAX_ERRNO)
		return result;
	errno = -result;
	return -1;
}

static const struct {
	const char *name, *text;
} errors[] = {
#define ERRNO(name, number, text) [number] = { #name, text },
#include "kernel/uapi/errno.def"
#undef ERRNO
};

static bool is_known(int number)
{
	return number > 0 && number < (int)(sizeof(errors) / sizeof(errors[0])) && errors[number].text;
}

char *strerror(int number)
{
	static char unknown[32];

	if (number == 0)
		return "Success";
	if (is_known(number))
		return (char *)errors[number].text;
	snprintf(unknown, sizeof(unknown), "Unknown error %d", number);
	return unknown;
}

const char *strerrorname_np(int number)
{
	return number == 0 ? "0" : is_known(number) ? errors[number].name : NULL;
}

void perror(const char *what)
{
	const char *text = strerror(errno);

	if (what && *what)
		fprintf(stderr, "%s: ", what);
	fprintf(stderr, "%s\n", text);
}

int strerror_r(int number, char *text, size_t size)
{
	char unknown[32];
	bool known = number == 0 || is_known(number);
	const char *s = number == 0 ? "Success" : known ? errors[number].text : unknown;

	snprintf(unknown, sizeof(unknown), "Unknown error %d", number);
	if (strlcpy(text, s, size) >= size)
		return ERANGE;
	return known ? 0 : EINVAL;
}
