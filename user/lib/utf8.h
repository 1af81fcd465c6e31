// SPDX-License-Identifier: MIT
/*
 * utf8: how wide text is on a terminal.
 *
 * Promise   a byte that is no part of a valid sequence counts as a character of one column; marks that
 *           combine with the character before them take none, the wide characters of East Asia two.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

size_t utf8_next(const char *s, size_t len, unsigned *point); /* bytes of the first character; len > 0 */
int utf8_width(unsigned point);
size_t utf8_text_width(const char *s, size_t len);
size_t utf8_fitting(const char *s, size_t len, size_t columns); /* how many bytes of it have room */

/* A byte of a character that is not its first. */
static inline bool utf8_is_inside(char c)
{
	return (c & 0xc0) == 0x80;
}
