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
	EXPECT_EQ(row[6].colours, 0x26);
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
	start();
	put("\033]Ra\033]P7ffffffb\033[[Ac\033[!pd\033[2 qe\033%Gf");
	EXPECT(row_is(0, "abcdef"));
	put("\033[>4;2mX\033[?4mY");
	EXPECT_EQ(screen_row(&s, 0)[6].flags | screen_row(&s, 0)[7].flags, 0);
}

static bool reply_is(const char *expected)
{
	bool same = s.nr_reply == strlen(expected) && memcmp(s.reply, expected, s.nr_reply) == 0;
	s.nr_reply = 0;
	return same;
}

static void answers(void)
{
	start();
	put("\033[3;7H\033[6n");
	EXPECT(reply_is("\033[3;7R"));
	put("\033[5n\033[c\033Z");
	EXPECT(reply_is("\033[0n\033[?6c\033[?6c"));
	put("\033[2;4r\033[?6h\033[2;1H\033[6n");
	EXPECT(reply_is("\033[2;1R"));
	for (unsigned i = 0; i < 100; i++)
		put("\033[c");
	EXPECT(s.nr_reply <= SCREEN_REPLY);
}

static void origin_mode(void)
{
	start();
	put("\033[2;4r\033[?6ha\033[99;1Hb\033[1dc");
	EXPECT(row_is(1, "ac") && row_is(3, "b"));
	put("\033[?6ld");
	EXPECT(row_is(0, "d"));
}

static void line_drawing_sets(void)
{
	start();
	put("\033(0lqx\033(Bl\016q\017q\033[11mq\033[10mq");
	const u16 expected[] = { 0x250c, 0x2500, 0x2502, 'l', 0x2500, 'q', 0x2500, 'q' };
	for (unsigned i = 0; i < ARRAY_LEN(expected); i++)
		EXPECT_EQ(screen_row(&s, 0)[i].code, expected[i]);
}

static void insert_mode(void)
{
	start();
	put("abc\r\033[4hxy\033[4lz");
	EXPECT(row_is(0, "xyzbc"));
}

static void tab_stops(void)
{
	start();
	put("\ta\033[3Zb");
	EXPECT(row_is(0, "b       a"));
	put("\033[2J\033[1;4H\033H\r\tc\033[1;9H\033[g\r\t\td");
	EXPECT(row_is(0, "   c            d"));
	put("\033[3g\r\te");
	EXPECT(row_is(0, "   c            d  e"));
}

static void saves_and_restores(void)
{
	start();
	put("\033[2;3H\033[31m\033(0\0337\033[H\033[0m\033(B\0338q");
	EXPECT_EQ(screen_row(&s, 1)[2].code, 0x2500);
	EXPECT_EQ(screen_row(&s, 1)[2].colours, 0x01);
}

static void many_colours(void)
{
	static const struct { const char *text; u8 colours; } table[] = {
		{ "\033[0;38;5;9ma", 0x09 }, { "\033[0;38;5;196mb", 0x09 }, { "\033[0;38;5;22mc", 0x02 },
		{ "\033[0;38;5;232md", 0x08 }, { "\033[0;38;5;255me", 0x0f }, { "\033[0;48;5;21mf", 0xc7 },
		{ "\033[0;38;2;200;200;10mg", 0x0b }, { "\033[0;2mh", 0x08 }, { "\033[0;38;5mi", 0x07 },
		{ "\033[0;38;5;3;44mj", 0x43 },
	};
	start();
	for (unsigned i = 0; i < ARRAY_LEN(table); i++) {
		put(table[i].text);
		EXPECT_EQ(screen_row(&s, 0)[i].colours, table[i].colours);
	}
}

static void modes_that_others_look_at(void)
{
	start();
	put("\033[?1h\033[?25l");
	EXPECT(s.app_cursor && !s.cursor_visible);
	put("\033[20h\033[?1;25lA\n");
	EXPECT(!s.app_cursor && cursor_is(0, 1));
	put("\033#8\033c");
	EXPECT(row_is(0, "") && s.cursor_visible && !s.newline);
}

static void survives_anything(void)
{
	static const char likely_bytes[] = "\033\033[[[;;?>?#(]0123456789ABCDEHJKLMPRSTXZ@cghlmnrsu\n\r\t\b\016\017";
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
	CASE(skips_what_it_does_not_know), CASE(answers), CASE(origin_mode), CASE(line_drawing_sets),
	CASE(insert_mode), CASE(tab_stops), CASE(saves_and_restores), CASE(many_colours),
	CASE(modes_that_others_look_at), CASE(survives_anything))
