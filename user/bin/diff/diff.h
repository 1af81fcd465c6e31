// SPDX-License-Identifier: MIT
/*
 * diff: what compare.c finds out and main.c prints.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct line {
	const char *s;
	size_t len;
	unsigned hash;
	bool changed; /* it has no partner in the other file */
};

struct text {
	struct line *lines;
	size_t n;
	bool no_newline; /* at the end */
};

/* Marks the lines of both that are not common to them; the rest are the same, one by one. */
void compare(struct text *a, struct text *b);
