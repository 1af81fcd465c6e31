// SPDX-License-Identifier: MIT
/*
 * escape: what a backslash and the characters after it mean to echo and printf; and echo itself.
 *
 * Promise   an unknown sequence stands for itself, backslash included
 * Linux     POSIX.1-2017, echo (XSI) and printf
 */
#include <stdio.h>
#include <string.h>
#include "user/lib/tool.h"

enum { MAX_OCTAL = 3 };

static int octal(const char **p, int max)
{
	int value = 0;

	for (int i = 0; i < max && **p >= '0' && **p <= '7'; i++)
		value = value * 8 + *(*p)++ - '0';
	return value & 0xff;
}

int tool_escape(const char **p, enum escapes kind)
{
	static const char letters[] = "abefnrtv\\", values[] = "\a\b\033\f\n\r\t\v\\";
	const char *found = **p ? strchr(letters, **p) : NULL;

	if (found) {
		(*p)++;
		return (unsigned char)values[found - letters];
	}
	if (kind == ESCAPES_ECHO && **p == 'c')
		return -1;
	if (kind == ESCAPES_ECHO && **p == '0') {
		(*p)++;
		return octal(p, MAX_OCTAL);
	}
	if (**p >= '0' && **p <= '7')
		return octal(p, MAX_OCTAL);
	return '\\';
}

int tool_echo(int argc, char **argv)
{
	bool newline = true;
	int i = 1;

	if (i < argc && strcmp(argv[i], "-n") == 0) {
		newline = false;
		i++;
	}
	for (; i < argc; i++) {
		for (const char *p = argv[i]; *p;) {
			if (*p != '\\') {
				putchar(*p++);
				continue;
			}
			p++;
			int c = tool_escape(&p, ESCAPES_ECHO);
			if (c < 0)
				return 0;
			putchar(c);
		}
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	return 0;
}
