// SPDX-License-Identifier: MIT
/*
 * tty/line: canonical mode: lines, their editing, their echo, and what becomes of output.
 *
 * Promise   a read answers one line at most; editing reaches back to the last line's end; the echo keeps the
 *           screen equal to the line.
 * Linux     termios(3).
 */
#include <ctype.h>
#include "tests/abi/tty/pair.h"

enum { LINE_MAX_BYTES = 4095 };

CASE(one_read_one_line)
{
	struct pair p = new_pair();

	type(p.m, "first\nsecond\n");
	expect(p.m, "first\r\nsecond\r\n");
	read_is(p.s, "first\n");
	read_is(p.s, "second\n");
}

CASE(short_reads_leave_the_rest)
{
	struct pair p = new_pair();
	char c[3];

	type(p.m, "abcdef\n");
	wait_for(p.s, POLLIN);
	CHECK_EQ(sys(SYS_read, p.s, c, 3), 3);
	CHECK_MEM(c, "abc", 3);
	read_is(p.s, "def\n");
}

CASE(nothing_before_the_end)
{
	struct pair p = new_pair();

	fcntl(p.s, F_SETFL, O_NONBLOCK);
	type(p.m, "unfinished");
	expect(p.m, "unfinished");
	expect_none(p.s);
	CHECK_EQ(count_of(p.s, FIONREAD), 0);
	type(p.m, "\n");
	read_is(p.s, "unfinished\n");
}

CASE(return_is_newline)
{
	struct pair p = new_pair();

	type(p.m, "a\r");
	expect(p.m, "a\r\n");
	read_is(p.s, "a\n");
	MODES(p.s, t.c_iflag = (t.c_iflag & ~ICRNL) | INLCR);
	type(p.m, "b\nc\r");
	expect_none(p.s);
	MODES(p.s, t.c_iflag = IGNCR);
	type(p.m, "\r\n");
	read_is(p.s, "b\rc\r\n");
}

CASE(end_of_file)
{
	struct pair p = new_pair();
	char c[8];

	type(p.m, "\004");
	wait_for(p.s, POLLIN);
	CHECK_EQ(sys(SYS_read, p.s, c, 8), 0);
	expect_none(p.m);
	type(p.m, "half\004");
	read_is(p.s, "half");
	type(p.m, "x\004\004");
	read_is(p.s, "x");
	wait_for(p.s, POLLIN);
	CHECK_EQ(sys(SYS_read, p.s, c, 8), 0);
}

CASE(end_of_file_behind_a_read_that_fits_exactly)
{
	struct pair p = new_pair();
	char c[4];

	type(p.m, "four\004next\n");
	wait_for(p.s, POLLIN);
	CHECK_EQ(sys(SYS_read, p.s, c, 4), 4);
	CHECK_MEM(c, "four", 4);
	CHECK_EQ(count_of(p.s, FIONREAD), 5);
	read_is(p.s, "next\n");
}

CASE(other_line_ends)
{
	struct pair p = new_pair();

	MODES(p.s, (t.c_cc[VEOL] = ';', t.c_cc[VEOL2] = '.'));
	type(p.m, "a;b.c\n");
	expect(p.m, "a;b.c\r\n");
	read_is(p.s, "a;");
	read_is(p.s, "b.");
	read_is(p.s, "c\n");
	MODES(p.s, t.c_lflag &= ~IEXTEN);
	type(p.m, "d.e;");
	read_is(p.s, "d.e;");
}

CASE(erase)
{
	struct pair p = new_pair();

	type(p.m, "ab\177c\177\177\177\177d\n");
	expect(p.m, "ab\b \bc\b \b\b \bd\r\n");
	read_is(p.s, "d\n");
}

CASE(erase_of_control_characters)
{
	struct pair p = new_pair();

	type(p.m, "\001\177x\n");
	expect(p.m, "^A\b \b\b \bx\r\n");
	read_is(p.s, "x\n");
}

CASE(erase_of_a_tab)
{
	struct pair p = new_pair();

	type(p.m, "abc\t\177x\n");
	expect(p.m, "abc\t\b\b\b\b\bx\r\n");
	read_is(p.s, "abcx\n");
}

CASE(erase_without_echoe)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~ECHOE);
	type(p.m, "ab\177\n");
	expect(p.m, "ab^?\r\n");
	read_is(p.s, "a\n");
}

CASE(erase_as_on_paper)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag |= ECHOPRT);
	type(p.m, "abc\177\177x\n");
	expect(p.m, "abc\\cb/x\r\n");
	read_is(p.s, "ax\n");
}

CASE(erase_of_utf8)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_iflag |= IUTF8);
	type(p.m, "a\xc3\xa4\177b\xe2\x82\xac\177\n");
	expect(p.m, "a\xc3\xa4\b \bb\xe2\x82\xac\b \b\r\n");
	read_is(p.s, "ab\n");
	MODES(p.s, t.c_iflag &= ~IUTF8);
	type(p.m, "\xc3\xa4\177\n");
	expect(p.m, "\xc3\xa4\b \b\r\n");
	read_is(p.s, "\xc3\n");
}

CASE(kill)
{
	struct pair p = new_pair();

	type(p.m, "abc\025d\n");
	expect(p.m, "abc\b \b\b \b\b \bd\r\n");
	read_is(p.s, "d\n");
	MODES(p.s, t.c_lflag &= ~ECHOKE);
	type(p.m, "abc\025d\n");
	expect(p.m, "abc^U\r\nd\r\n");
	read_is(p.s, "d\n");
	MODES(p.s, t.c_lflag &= ~(ECHOKE | ECHOK));
	type(p.m, "abc\025d\n");
	expect(p.m, "abc^Ud\r\n");
	read_is(p.s, "d\n");
}

CASE(word_erase)
{
	struct pair p = new_pair();

	type(p.m, "one two  \027x\n");
	expect(p.m, "one two  \b \b\b \b\b \b\b \b\b \bx\r\n");
	read_is(p.s, "one x\n");
	MODES(p.s, t.c_lflag &= ~IEXTEN);
	type(p.m, "a\027\n");
	expect(p.m, "a^W\r\n");
	read_is(p.s, "a\027\n");
}

/* Latin-1's letters, whatever the text is in. */
static int is_word(int c)
{
	return isalnum(c) || c == '_' || (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

CASE(word_erase_knows_letters, .timeout = 30)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~ECHO);
	for (int c = ' '; c < 256; c++) {
		char typed[] = {'\026', ' ', '\026', (char)c, 'x', '\027', '\n'}, got[8];

		CHECK_EQ(sys(SYS_write, p.m, typed, sizeof(typed)), sizeof(typed));
		wait_for(p.s, POLLIN);
		long n = sys(SYS_read, p.s, got, sizeof(got));
		if (n != (is_word(c) ? 2 : 3))
			tap_fail(__FILE__, __LINE__, "after \"%c\" (%#x) %ld bytes are left", c, c, n);
	}
}

CASE(echo_and_case_beyond_ascii)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_oflag |= OLCUC);
	type(p.s, "\xe4\xf7\xff\xdf\xc4");
	expect(p.m, "\xc4\xf7\xdf\xbf\xc4");
	type(p.m, "\xe4\xff");
	expect(p.m, "\xc4\xff");
	MODES(p.s, (t.c_oflag &= ~OLCUC, t.c_iflag |= IUCLC));
	type(p.m, "\xc4\xd7\xde\n");
	expect(p.m, "\xe4\xd7\xfe\r\n");
}

CASE(return_without_lines)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~ICANON);
	type(p.m, "\r\n");
	expect(p.m, "\r\n^J");
	expect(p.s, "\n\n");
}

CASE(literal_next)
{
	struct pair p = new_pair();

	type(p.m, "a\026\003b\026\n\n");
	expect(p.m, "a^\b^Cb^\b^J\r\n");
	read_is(p.s, "a\003b\n\n");
}

CASE(literal_line_end_ends_nothing)
{
	struct pair p = new_pair();

	type(p.m, "a\026\004b\n");
	expect(p.m, "a^\b^Db\r\n");
	read_is(p.s, "a\004b\n");
}

CASE(reprint)
{
	struct pair p = new_pair();

	type(p.m, "abc\022d\n");
	expect(p.m, "abc^R\r\nabcd\r\n");
	read_is(p.s, "abcd\n");
}

CASE(editing_stops_at_the_lines_begin)
{
	struct pair p = new_pair();

	type(p.m, "one\n\177\177\025\027two\n");
	expect(p.m, "one\r\ntwo\r\n");
	read_is(p.s, "one\n");
	read_is(p.s, "two\n");
}

CASE(switched_off_characters_mean_themselves)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_cc[VERASE] = t.c_cc[VEOF] = 0);
	type(p.m, "a\177\004\n");
	expect(p.m, "a^?^D\r\n");
	read_is(p.s, "a\177\004\n");
}

CASE(no_echo)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~ECHO);
	type(p.m, "secret\n");
	read_is(p.s, "secret\n");
	expect_none(p.m);
	MODES(p.s, t.c_lflag |= ECHONL);
	type(p.m, "secret\n");
	expect(p.m, "\r\n");
	expect_none(p.m);
}

CASE(control_characters_as_they_are)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~ECHOCTL);
	type(p.m, "\001\177\n");
	expect(p.m, "\001\r\n");
	read_is(p.s, "\n");
}

CASE(longest_line)
{
	struct pair p = new_pair();
	static char text[LINE_MAX_BYTES + 100], got[LINE_MAX_BYTES + 200];
	long n;

	MODES(p.s, t.c_lflag &= ~ECHO);
	memset(text, 'x', sizeof(text));
	CHECK_EQ(sys(SYS_write, p.m, text, sizeof(text)), sizeof(text));
	type(p.m, "y\n");
	wait_for(p.s, POLLIN);
	n = sys(SYS_read, p.s, got, sizeof(got));
	CHECK_EQ(n, LINE_MAX_BYTES + 1); /* and its end */
	CHECK_EQ(got[n - 1], '\n');
	CHECK_EQ(got[n - 2], 'x');
	type(p.m, "after\n");
	read_is(p.s, "after\n");
}

CASE(case_and_bits)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_iflag |= ISTRIP);
	type(p.m, "\xe1\n");
	read_is(p.s, "a\n");
	MODES(p.s, t.c_iflag = (t.c_iflag & ~ISTRIP) | IUCLC);
	type(p.m, "AbC\n");
	read_is(p.s, "abc\n");
}

CASE(marked_bytes)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_iflag |= PARMRK);
	type(p.m, "a\xff" "b\n");
	read_is(p.s, "a\xff\xff" "b\n");
}

CASE(modes_changed_with_input_waiting)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_lflag &= ~ECHO);
	type(p.m, "no end");
	expect_none(p.s);
	MODES(p.s, t.c_lflag &= ~ICANON);
	read_is(p.s, "no end");
	type(p.m, "raw");
	wait_for(p.s, POLLIN);
	MODES(p.s, t.c_lflag |= ICANON);
	read_is(p.s, "raw");
}

CASE(flushing_set_drops_input)
{
	struct pair p = new_pair();
	struct termios t;

	type(p.m, "old\n");
	wait_for(p.s, POLLIN);
	CHECK_EQ(tcgetattr(p.s, &t), 0);
	CHECK_EQ(tcsetattr(p.s, TCSAFLUSH, &t), 0);
	type(p.m, "new\n");
	read_is(p.s, "new\n");
}

/* --- output --- */

CASE(output_newline)
{
	struct pair p = new_pair();

	type(p.s, "a\nb\r\n");
	expect(p.m, "a\r\nb\r\r\n");
	MODES(p.s, t.c_oflag &= ~ONLCR);
	type(p.s, "a\nb");
	expect(p.m, "a\nb");
}

CASE(output_return)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_oflag = OPOST | OCRNL);
	type(p.s, "a\rb");
	expect(p.m, "a\nb");
	MODES(p.s, t.c_oflag = OPOST | ONOCR | ONLRET);
	type(p.s, "\n\rx\r");
	expect(p.m, "\nx\r");
}

CASE(output_tabs)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_oflag |= XTABS);
	type(p.s, "\ta\tbc\b\t\xc3\t\n");
	expect(p.m, "        a       bc\b       \xc3       \r\n");
}

CASE(output_case)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_oflag |= OLCUC);
	type(p.s, "aZ1{\n");
	expect(p.m, "AZ1{\r\n");
}

CASE(output_as_it_is)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_oflag &= ~OPOST);
	type(p.s, "\ta\nb\r");
	expect(p.m, "\ta\nb\r");
}

CASE(column_is_kept_across_echo_and_output)
{
	struct pair p = new_pair();

	MODES(p.s, t.c_oflag |= XTABS);
	type(p.s, "ab");
	type(p.m, "\t\177\n");
	expect(p.m, "ab      \b\b\b\b\b\b\r\n");
	read_is(p.s, "\n");
}
