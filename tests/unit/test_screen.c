// SPDX-License-Identifier: MIT
/*
 * test_screen: text and control sequences on a small screen (kernel/dev/screen.c).
 *
 * Promise   what stands where after the sequences that programs use; and that no bytes at all take the cursor
 *           off the screen or a write out of it
 */
#include "kernel/dev/screen.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

enum { COLS = 20, ROWS = 5 };

static struct cell cells[COLS * ROWS];
static struct screen s;

static void start(void)
{
	screen_init(&s, cells, COLS, ROWS);
}

static void put(const char *text)
{
	screen_write(&s, (const u8 *)text, strlen(text));
}

/* The row's text without the blanks at its end; what is not ASCII shows as '?'. */
static bool row_is(unsigned y, const char *expected)
{
	char text[COLS + 1];
	unsigned len = 0;
	for (unsigned x = 0; x < COLS; x++) {
		u16 code = screen_row(&s, y)[x].code;
		text[x] = code < 0x80 ? (char)code : '?';
		if (code != ' ')
			len = x + 1;
	}
	text[len] = 0;
	if (strcmp(text, expected) == 0)
		return true;
	printf("# row %u is \"%s\"\n", y, text);
	return false;
}

static bool cursor_is(unsigned x, unsigned y)
{
	if (s.x == x && s.y == y)
		return true;
	printf("# cursor at %u, %u\n", s.x, s.y);
	return false;
}

static void lines_and_scrolling(void)
{
	start();
	put("one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix");
	EXPECT(row_is(0, "two") && row_is(3, "five") && row_is(4, "six"));
	EXPECT(cursor_is(3, 4));
	put("\nlf\r\tab\bX");
	EXPECT(row_is(3, "six") && row_is(4, "   lf   aX"));
}

static void wraps_after_the_last_column(void)
{
	start();
	put("01234567890123456789");
	EXPECT(cursor_is(COLS - 1, 0));
	put("\r\nx");
	EXPECT(row_is(0, "01234567890123456789") && row_is(1, "x") && row_is(2, ""));
	put("\033[1;20Hab");
	EXPECT(row_is(0, "0123456789012345678a") && row_is(1, "b"));
	put("\033[?7l\033[3;20Hxyz");
	EXPECT(row_is(2, "                   z") && row_is(3, ""));
}

static void moves_the_cursor(void)
{
	start();
	put("\033[3;5Ha\033[Ab\033[2Dc\033[2Bd\033[Ge\033[4df\033[99;99Hg");
	EXPECT(row_is(2, "    a") && row_is(1, "    cb"));
	EXPECT(row_is(3, "ef   d") && row_is(4, "                   g"));
	put("\033[H\033[s\033[5;5H\033[u!");
	EXPECT(row_is(0, "!"));
}

static void erases_and_shifts(void)
{
	start();
	put("aaaaaa\r\nbbbbbb\r\ncccccc\033[2;3H");
	put("\033[K");
	EXPECT(row_is(1, "bb"));
	put("\033[1J");
	EXPECT(row_is(0, "") && row_is(1, "") && row_is(2, "cccccc"));
	put("\033[3;1H\033[2P\033[1@\033[2;3H\033[L");
	EXPECT(row_is(2, "") && row_is(3, " cccc"));
	put("\033[2M");
	EXPECT(row_is(1, " cccc"));
	put("\033[2J");
	EXPECT(row_is(1, ""));
}

static void scrolls_a_part(void)
{
	start();
	put("1\r\n2\r\n3\r\n4\r\n5\033[2;4r\033[4;1H\n");
	EXPECT(row_is(0, "1") && row_is(1, "3") && row_is(2, "4") && row_is(3, "") && row_is(4, "5"));
	put("\033[2;1H\033M");
	EXPECT(row_is(1, "") && row_is(2, "3") && row_is(3, "4") && row_is(4, "5"));
}

static void colours(void)
{
	start();
	put("\033[31;44ma\033[1mb\033[7mc\033[0md\033[97me\033[38;5;2mf\033[38;2;1;2;3;42mg");
	const struct cell *row = screen_row(&s, 0);
	EXPECT_EQ(row[0].colours, 0x41);
	EXPECT_EQ(row[1].colours, 0x49);
	EXPECT_EQ(row[2].colours, 0x94);
	EXPECT_EQ(row[3].colours, 0x07);
	EXPECT_EQ(row[4].colours, 0x0f);
	EXPECT_EQ(row[5].colours, 0x02);
	EXPECT_EQ(row[6].colours, 0x22);
}

static void utf8(void)
{
	start();
	put("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc3z\x80\xe2\x82");
	put("\xff" "A");
	const u16 expected[] = { 0xe4, 0x20ac, 0xfffd, 0xfffd, 'z', 0xfffd, 0xfffd, 0xfffd, 'A' };
	for (unsigned i = 0; i < ARRAY_LEN(expected); i++)
		EXPECT_EQ(screen_row(&s, 0)[i].code, expected[i]);
}

static void skips_what_it_does_not_know(void)
{
	start();
	put("\033]0;title\007a\033(Bb\033P1;2q\033\\c\033[>0cd\033[5ne\033=f\033[1;2\030g");
	EXPECT(row_is(0, "abcdefg"));
}

static void survives_anything(void)
{
	static const char likely_bytes[] = "\033\033[[[;;??0123456789ABCDHJKLMPSTX@hlmrsu\n\r\t\b";
	start();
	for (unsigned round = 0; round < 20000; round++) {
		u8 bytes[32];
		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = unit_below(4) ? (u8)likely_bytes[unit_below(sizeof(likely_bytes))] :
						   (u8)unit_random();
		screen_write(&s, bytes, sizeof(bytes));
		EXPECT(s.x < COLS && s.y < ROWS && s.first_row < ROWS);
		EXPECT(s.top < s.bottom && s.bottom <= ROWS);
	}
}

UNIT_MAIN("screen", CASE(lines_and_scrolling), CASE(wraps_after_the_last_column), CASE(moves_the_cursor),
	CASE(erases_and_shifts), CASE(scrolls_a_part), CASE(colours), CASE(utf8),
	CASE(skips_what_it_does_not_know), CASE(survives_anything))
