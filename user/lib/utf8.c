// SPDX-License-Identifier: MIT
/*
 * utf8: how wide text is on a terminal.
 *
 * Linux     utf-8(7); the ranges are those of Unicode's EastAsianWidth.txt, joined where the gaps between
 *           them have no characters
 */
#include "user/lib/utf8.h"

enum { MAX_TAIL = 3, TAIL_BITS = 6, TAIL_MASK = 0x3f };

struct range {
	unsigned first, last;
};

size_t utf8_next(const char *s, size_t len, unsigned *point)
{
	unsigned char c = *s;
	size_t tail = c >= 0xf0 ? MAX_TAIL : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
	unsigned value = tail ? c & (TAIL_MASK >> tail) : c;

	*point = c;
	if (tail >= len || c > 0xf4)
		return 1;
	for (size_t i = 1; i <= tail; i++) {
		if (!utf8_is_inside(s[i]))
			return 1;
		value = value << TAIL_BITS | (s[i] & TAIL_MASK);
	}
	*point = value;
	return tail + 1;
}

static bool is_in(unsigned point, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (point >= r[i].first && point <= r[i].last)
			return true;
	return false;
}

int utf8_width(unsigned point)
{
	static const struct range none[] = { { 0x300, 0x36f }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f } };
	static const struct range wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd } };

	if (point < none[0].first)
		return 1;
	if (is_in(point, none, sizeof(none) / sizeof(none[0])))
		return 0;
	return is_in(point, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

size_t utf8_fitting(const char *s, size_t len, size_t columns)
{
	size_t used = 0, i = 0, n;
	unsigned point;

	for (; i < len; i += n) {
		n = utf8_next(s + i, len - i, &point);
		used += utf8_width(point);
		if (used > columns)
			break;
	}
	return i;
}

size_t utf8_text_width(const char *s, size_t len)
{
	size_t n = 0;
	unsigned point;

	for (size_t i = 0; i < len; n += utf8_width(point))
		i += utf8_next(s + i, len - i, &point);
	return n;
}
