// SPDX-License-Identifier: MIT
/*
 * test_fmt: formatted output against the host's snprintf.
 *
 * Promise   random directives over random values print the same text and length, in every buffer size
 */
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"

enum { ROUNDS = 200000, TEXT_MAX = 512 };

#define COMPARE(size, ...)                                                                         \
	do {                                                                                       \
		char mine_[TEXT_MAX], host_[TEXT_MAX];                                             \
		memset(mine_, 0x7e, sizeof(mine_));                                                \
		memset(host_, 0x7e, sizeof(host_));                                                \
		int m_ = fmt_snprintf(mine_, size, __VA_ARGS__);                                   \
		int h_ = snprintf(host_, size, __VA_ARGS__);                                       \
		EXPECT_EQ(m_, h_);                                                                 \
		EXPECT(!memcmp(mine_, host_, sizeof(mine_)));                                      \
		if (m_ != h_ || memcmp(mine_, host_, sizeof(mine_)))                               \
			printf("#   kernel \"%s\" host \"%s\"\n", mine_, host_);                   \
	} while (0)

static s64 random_value(void)
{
	switch (unit_below(4)) {
	case 0:
		return 0;
	case 1:
		return (s64)unit_below(200) - 100;
	case 2:
		return (s64)unit_random();
	default:
		return (s64)((1ull << unit_below(64)) - unit_below(2));
	}
}

/* Builds "%[flags][width][.precision]": flags that C leaves undefined for the conversion are left out. */
static char *build_directive(char *p, const char *flags)
{
	*p++ = '<';
	*p++ = '%';
	for (; *flags; flags++)
		if (!unit_below(3))
			*p++ = *flags;
	if (unit_below(2))
		p += snprintf(p, 8, "%u", (unsigned)(1 + unit_below(30)));
	if (!unit_below(3))
		p += snprintf(p, 8, ".%u", (unsigned)unit_below(25));
	return p;
}

static void integers(void)
{
	static const char conversions[] = "diuoxX";
	static const char *const sizes[] = { "hh", "h", "", "l", "ll", "z", "t", "j" };
	for (unsigned round = 0; round < ROUNDS; round++) {
		char format[64];
		char c = conversions[unit_below(6)];
		unsigned size = (unsigned)unit_below(ARRAY_LEN(sizes));
		char *p = build_directive(format, c == 'd' || c == 'i' ? "-0+ " : c == 'u' ? "-0" : "-0#");
		snprintf(p, 8, "%s%c>", sizes[size], c);
		size_t room = unit_below(3) ? TEXT_MAX : unit_below(30);
		s64 value = random_value();
		if (size < 3)
			COMPARE(room, format, (int)value);
		else
			COMPARE(room, format, value);
	}
}

static void strings_and_characters(void)
{
	static const char *const words[] = { "", "a", "word", "a rather long piece of text with spaces" };
	for (unsigned round = 0; round < ROUNDS / 10; round++) {
		char format[64];
		char *p = build_directive(format, "-");
		snprintf(p, 8, "s>%%%%");
		size_t room = unit_below(3) ? TEXT_MAX : unit_below(30);
		const char *word = words[unit_below(4)];
		COMPARE(room, format, word);
	}
	COMPARE(TEXT_MAX, "%c|%5c|%-5c|", 'a', 'b', 'c');
	COMPARE(TEXT_MAX, "%.*s|%*s|%-*s|%*d", 3, "abcdef", 8, "x", 8, "y", -6, 42);
	COMPARE(TEXT_MAX, "%.*s|%.*d", -1, "abcdef", -2, 5);
	COMPARE(TEXT_MAX, "%s", (char *)NULL);
	COMPARE(TEXT_MAX, "%p|%20p|%-20p|", (void *)0x1234abcd, (void *)0xffffffff80000000, (void *)1);
	COMPARE(TEXT_MAX, "%d %s %lx %c%u%%", -5, "five", 0x55ul, '5', 5u);
}

static void reads_no_further_than_the_precision(void)
{
	char text[3] = { 'a', 'b', 'c' };
	char out[8];
	EXPECT_EQ(fmt_snprintf(out, sizeof(out), "%.3s", text), 3);
	EXPECT(!strcmp(out, "abc"));
}

static void unknown_conversions_are_shown(void)
{
	char out[32];
	fmt_snprintf(out, sizeof(out), "a %k b");
	EXPECT(!strcmp(out, "a %k b"));
	fmt_snprintf(out, sizeof(out), "end %");
	EXPECT(!strcmp(out, "end %"));
	fmt_snprintf(out, sizeof(out), "end %5l");
	EXPECT(!strcmp(out, "end %5l"));
}

static void huge_widths_end(void)
{
	char out[8];
	EXPECT(fmt_snprintf(out, sizeof(out), "%99999999999d", 1) > 0);
	EXPECT(fmt_snprintf(out, sizeof(out), "%.99999999d", 1) > 0);
}

UNIT_MAIN("fmt", CASE(integers), CASE(strings_and_characters), CASE(reads_no_further_than_the_precision),
	CASE(unknown_conversions_are_shown), CASE(huge_widths_end))
