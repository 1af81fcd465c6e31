// SPDX-License-Identifier: MIT
/*
 * test_parse: numbers, sizes, switches, words.
 *
 * Promise   limits are exact, rubbish is refused and changes nothing
 */
#include "kernel/lib/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

enum { UNTOUCHED = 4711 };

static void unsigned_numbers(void)
{
	static const struct {
		const char *text;
		unsigned base;
		int err;
		u64 value;
	} table[] = {
		{ "0", 10, 0, 0 },
		{ "42", 10, 0, 42 },
		{ " 42\n", 10, 0, 42 },
		{ "+7", 10, 0, 7 },
		{ "0x1F", 0, 0, 31 },
		{ "0X1f", 16, 0, 31 },
		{ "1f", 16, 0, 31 },
		{ "017", 0, 0, 15 },
		{ "0", 0, 0, 0 },
		{ "18446744073709551615", 10, 0, UINT64_MAX },
		{ "18446744073709551616", 10, -ERANGE, 0 },
		{ "99999999999999999999999", 10, -ERANGE, 0 },
		{ "99999999999999999999999x", 10, -EINVAL, 0 },
		{ "", 10, -EINVAL, 0 },
		{ " ", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "12a", 10, -EINVAL, 0 },
		{ "0x", 0, -EINVAL, 0 },
		{ "08", 0, -EINVAL, 0 },
		{ "1 2", 10, -EINVAL, 0 },
	};
	for (unsigned i = 0; i < ARRAY_LEN(table); i++) {
		u64 v = UNTOUCHED;
		EXPECT_EQ(parse_u64(table[i].text, table[i].base, &v), table[i].err);
		EXPECT_EQ(v, table[i].err ? UNTOUCHED : table[i].value);
	}
}

static void signed_numbers(void)
{
	s64 v = UNTOUCHED;
	EXPECT(!parse_s64("-9223372036854775808", 10, &v) && v == INT64_MIN);
	EXPECT(!parse_s64("9223372036854775807", 10, &v) && v == INT64_MAX);
	EXPECT(!parse_s64(" -0x10", 0, &v) && v == -16);
	EXPECT_EQ(parse_s64("9223372036854775808", 10, &v), -ERANGE);
	EXPECT_EQ(parse_s64("-9223372036854775809", 10, &v), -ERANGE);
	EXPECT_EQ(parse_s64("--1", 10, &v), -EINVAL);
	EXPECT_EQ(parse_s64("-+1", 10, &v), -EINVAL);
	EXPECT_EQ(parse_s64("- 1", 10, &v), -EINVAL);
	EXPECT_EQ(parse_s64("-", 10, &v), -EINVAL);
}

static void sizes(void)
{
	u64 v = UNTOUCHED;
	EXPECT(!parse_size("64", &v) && v == 64);
	EXPECT(!parse_size("64k", &v) && v == 65536);
	EXPECT(!parse_size("3M\n", &v) && v == 3u << 20);
	EXPECT(!parse_size("0x2G", &v) && v == 2ull << 30);
	EXPECT(!parse_size("1t", &v) && v == 1ull << 40);
	EXPECT_EQ(parse_size("99999999999G", &v), -ERANGE);
	EXPECT_EQ(parse_size("64kb", &v), -EINVAL);
	EXPECT_EQ(parse_size("k", &v), -EINVAL);
	EXPECT_EQ(parse_size("-1k", &v), -EINVAL);
	EXPECT_EQ(v, 1ull << 40);
}

static void switches(void)
{
	bool b = false;
	EXPECT(!parse_bool(NULL, &b) && b);
	EXPECT(!parse_bool("off", &b) && !b);
	EXPECT(!parse_bool("", &b) && b);
	EXPECT(!parse_bool("0", &b) && !b);
	EXPECT(!parse_bool("yes", &b) && b);
	EXPECT_EQ(parse_bool("maybe", &b), -EINVAL);
}

static void words(void)
{
	char line[] = "  quiet init=\"/bin/my init\" \"a b\"c\td= =e \"open end";
	static const struct {
		const char *key, *value;
	} expected[] = {
		{ "quiet", NULL }, { "init", "/bin/my init" }, { "a bc", NULL }, { "d", "" }, { "", "e" },
		{ "open end", NULL },
	};
	char *rest = line, *word;
	unsigned n = 0;
	for (; (word = parse_word(&rest)); n++) {
		char *value = parse_value(word);
		if (n >= ARRAY_LEN(expected))
			continue;
		EXPECT(!strcmp(word, expected[n].key));
		EXPECT(!value == !expected[n].value);
		EXPECT(!value || !strcmp(value, expected[n].value));
	}
	EXPECT_EQ(n, ARRAY_LEN(expected));
	EXPECT(!parse_word(&rest));
}

UNIT_MAIN("parse", CASE(unsigned_numbers), CASE(signed_numbers), CASE(sizes), CASE(switches), CASE(words))
