// SPDX-License-Identifier: MIT
/*
 * parse: numbers, switches and words. The contract is in parse.h.
 *
 * Promise   no allocation; parse_word() and parse_value() change the text they split
 * Linux     quotes work as on Linux's kernel command line: "a b" is one word, name="a b" too
 */
#include "kernel/lib/parse.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"

enum { NOT_A_DIGIT = 99 };

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	char lower = c | 0x20;
	if (lower >= 'a' && lower <= 'f')
		return lower - 'a' + 10;
	return NOT_A_DIGIT;
}

/* Reads digits from *s on and leaves it behind them. */
static int read_digits(const char **s, unsigned base, u64 *out)
{
	const char *p = *s;
	bool has_0x = p[0] == '0' && (p[1] | 0x20) == 'x' && digit_value(p[2]) < 16;
	if (!base)
		base = has_0x ? 16 : *p == '0' ? 8 : 10;
	if (base == 16 && has_0x)
		p += 2;
	const char *start = p;
	u64 v = 0;
	bool too_large = false;
	for (; digit_value(*p) < base; p++)
		too_large |= __builtin_mul_overflow(v, base, &v) ||
			__builtin_add_overflow(v, digit_value(*p), &v);
	if (p == start)
		return -EINVAL;
	*s = p;
	if (too_large)
		return -ERANGE;
	*out = v;
	return 0;
}

static const char *skip_space(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

int parse_u64(const char *s, unsigned base, u64 *out)
{
	u64 v = 0;
	s = skip_space(s);
	if (*s == '+')
		s++;
	int err = read_digits(&s, base, &v);
	if (err == -EINVAL || *skip_space(s))
		return -EINVAL;
	if (!err)
		*out = v;
	return err;
}

int parse_s64(const char *s, unsigned base, s64 *out)
{
	s = skip_space(s);
	bool negative = *s == '-';
	u64 v = 0;
	int err = parse_u64(negative ? s + 1 : s, base, &v);
	if (negative && (s[1] == '+' || is_space(s[1])))
		return -EINVAL;
	if (err)
		return err;
	if (v > (u64)INT64_MAX + negative)
		return -ERANGE;
	*out = negative ? (s64)-v : (s64)v;
	return 0;
}

int parse_size(const char *s, u64 *out)
{
	u64 v = 0;
	s = skip_space(s);
	int err = read_digits(&s, 0, &v);
	if (err == -EINVAL)
		return err;
	static const char suffixes[] = "kmgt";
	char lower = *s | 0x20;
	const char *suffix = *s ? strchr(suffixes, lower) : NULL;
	unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
	if (*skip_space(suffix ? s + 1 : s))
		return -EINVAL;
	if (err)
		return err;
	if (v << shift >> shift != v)
		return -ERANGE;
	*out = v << shift;
	return 0;
}

int parse_bool(const char *s, bool *out)
{
	static const char *const words[2][5] = {
		{ "0", "n", "no", "off", "false" },
		{ "1", "y", "yes", "on", "true" },
	};
	if (!s || !*s) {
		*out = true;
		return 0;
	}
	for (unsigned value = 0; value < 2; value++) {
		for (unsigned i = 0; i < ARRAY_LEN(words[value]); i++) {
			if (!strcmp(s, words[value][i])) {
				*out = value;
				return 0;
			}
		}
	}
	return -EINVAL;
}

char *parse_word(char **line)
{
	char *from = (char *)skip_space(*line);
	if (!*from) {
		*line = from;
		return NULL;
	}
	char *word = from, *to = from;
	bool quoted = false;
	for (; *from && (quoted || !is_space(*from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*line = *from ? from + 1 : from;
	*to = 0;
	return word;
}

char *parse_value(char *word)
{
	char *equals = strchr(word, '=');
	if (!equals)
		return NULL;
	*equals = 0;
	return equals + 1;
}
