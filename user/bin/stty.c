// SPDX-License-Identifier: MIT
/*
 * stty: shows and sets the modes of the terminal at standard input.
 *
 * Promise   -a shows all; words set or, with a minus, clear modes; NAME CHARACTER sets a control character (^C,
 *           undef); rows N, cols N, sane, raw, -raw, size, speed; -g saves everything as a word that stty reads
 * Linux     POSIX.1-2017, stty; termios(3)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { CTRL_MASK = 0x1f, DELETE = 127, PER_ROW = 8 };

enum where { IN, OUT, CONTROL, LOCAL, NR_WHERE };

static const struct {
	const char *name;
	enum where where;
	unsigned bit;
} modes[] = {
	{ "ignbrk", IN, IGNBRK },   { "brkint", IN, BRKINT },	  { "ignpar", IN, IGNPAR },
	{ "parmrk", IN, PARMRK },   { "inpck", IN, INPCK },	  { "istrip", IN, ISTRIP },
	{ "inlcr", IN, INLCR },	    { "igncr", IN, IGNCR },	  { "icrnl", IN, ICRNL },
	{ "ixon", IN, IXON },	    { "ixany", IN, IXANY },	  { "ixoff", IN, IXOFF },
	{ "imaxbel", IN, IMAXBEL }, { "iutf8", IN, IUTF8 },	  { "opost", OUT, OPOST },
	{ "olcuc", OUT, OLCUC },    { "onlcr", OUT, ONLCR },	  { "ocrnl", OUT, OCRNL },
	{ "onocr", OUT, ONOCR },    { "onlret", OUT, ONLRET },	  { "parenb", CONTROL, PARENB },
	{ "parodd", CONTROL, PARODD }, { "hupcl", CONTROL, HUPCL }, { "cstopb", CONTROL, CSTOPB },
	{ "cread", CONTROL, CREAD }, { "clocal", CONTROL, CLOCAL }, { "crtscts", CONTROL, CRTSCTS },
	{ "isig", LOCAL, ISIG },    { "icanon", LOCAL, ICANON },  { "echo", LOCAL, ECHO },
	{ "echoe", LOCAL, ECHOE },  { "echok", LOCAL, ECHOK },	  { "echonl", LOCAL, ECHONL },
	{ "noflsh", LOCAL, NOFLSH }, { "tostop", LOCAL, TOSTOP }, { "echoctl", LOCAL, ECHOCTL },
	{ "echoprt", LOCAL, ECHOPRT }, { "echoke", LOCAL, ECHOKE }, { "iexten", LOCAL, IEXTEN },
};

static const struct {
	const char *name;
	int index;
	unsigned char sane;
} chars[] = {
	{ "intr", VINTR, 3 },	{ "quit", VQUIT, 28 },	    { "erase", VERASE, DELETE }, { "kill", VKILL, 21 },
	{ "eof", VEOF, 4 },	{ "start", VSTART, 17 },    { "stop", VSTOP, 19 },	 { "susp", VSUSP, 26 },
	{ "eol", VEOL, 0 },	{ "eol2", VEOL2, 0 },	    { "rprnt", VREPRINT, 18 },	 { "werase", VWERASE, 23 },
	{ "lnext", VLNEXT, 22 }, { "discard", VDISCARD, 15 }, { "min", VMIN, 1 },	 { "time", VTIME, 0 },
};

enum { NR_MODES = sizeof(modes) / sizeof(modes[0]), NR_CHARS = sizeof(chars) / sizeof(chars[0]) };

static struct termios t;

static unsigned *flags(enum where where)
{
	return where == IN ? &t.c_iflag : where == OUT ? &t.c_oflag : where == CONTROL ? &t.c_cflag : &t.c_lflag;
}

/* --- showing --- */

static void print_char(unsigned char c)
{
	if (!c)
		fputs("<undef>", stdout);
	else if (c == DELETE)
		fputs("^?", stdout);
	else if (c < ' ')
		printf("^%c", c + '@');
	else
		putchar(c);
}

static void show(bool all)
{
	struct winsize size = { 0 };

	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	if (all)
		printf("rows %d; columns %d; line = %d;\n", size.ws_row, size.ws_col, t.c_line);
	for (int i = 0, shown = 0; i < NR_CHARS; i++) {
		unsigned char c = t.c_cc[chars[i].index];
		bool number = chars[i].index == VMIN || chars[i].index == VTIME;

		if (!all && c == chars[i].sane)
			continue;
		printf("%s%s = ", shown % PER_ROW ? " " : "", chars[i].name);
		if (number)
			printf("%d", c);
		else
			print_char(c);
		shown++;
		printf(shown % PER_ROW && (i + 1 < NR_CHARS || !all) ? ";" : ";\n");
	}
	for (enum where w = IN; w < NR_WHERE; w++) {
		const char *gap = "";
		for (int i = 0; i < NR_MODES; i++) {
			if (modes[i].where != w)
				continue;
			printf("%s%s%s", gap, *flags(w) & modes[i].bit ? "" : "-", modes[i].name);
			gap = " ";
		}
		putchar('\n');
	}
}

static void print_saved(void)
{
	printf("%x:%x:%x:%x", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
	for (int i = 0; i < NCCS; i++)
		printf(":%x", t.c_cc[i]);
	putchar('\n');
}

/* --- setting --- */

static bool restore(char *s)
{
	for (int i = 0; i < NR_WHERE + NCCS; i++) {
		char *field = strsep(&s, ":"), *end;
		if (!field || !*field)
			return false;
		unsigned long value = strtoul(field, &end, 16);
		if (*end)
			return false;
		if (i < NR_WHERE)
			*flags(i) = value;
		else
			t.c_cc[i - NR_WHERE] = value;
	}
	return !s;
}

static void make_sane(void)
{
	t.c_iflag = BRKINT | ICRNL | IXON | IMAXBEL;
	t.c_oflag = OPOST | ONLCR;
	t.c_cflag |= CREAD;
	t.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	for (int i = 0; i < NR_CHARS; i++)
		t.c_cc[chars[i].index] = chars[i].sane;
}

static unsigned char parse_char(const char *s)
{
	if (strcmp(s, "undef") == 0 || strcmp(s, "^-") == 0)
		return 0;
	if (s[0] == '^' && s[1])
		return s[1] == '?' ? DELETE : s[1] & CTRL_MASK;
	return s[1] ? tool_number(s) : s[0];
}

static void set_size(const char *name, const char *value)
{
	struct winsize size;

	if (!value)
		tool_usage();
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0)
		tool_die_errno("standard input");
	*(*name == 'r' ? &size.ws_row : &size.ws_col) = tool_number(value);
	ioctl(STDIN_FILENO, TIOCSWINSZ, &size);
}

static bool set_mode(const char *word)
{
	bool off = *word == '-';

	for (int i = 0; i < NR_MODES; i++) {
		if (strcmp(modes[i].name, word + off) != 0)
			continue;
		unsigned *f = flags(modes[i].where);
		*f = off ? *f & ~modes[i].bit : *f | modes[i].bit;
		return true;
	}
	return false;
}

/* Takes one setting; answers how many words it was. */
static int set(char **words)
{
	const char *word = words[0];

	for (int i = 0; i < NR_CHARS; i++)
		if (strcmp(chars[i].name, word) == 0 && words[1]) {
			t.c_cc[chars[i].index] = parse_char(words[1]);
			return 2;
		}
	if (strcmp(word, "rows") == 0 || strcmp(word, "cols") == 0 || strcmp(word, "columns") == 0) {
		set_size(word, words[1]);
		return 2;
	}
	if (strcmp(word, "raw") == 0)
		cfmakeraw(&t);
	else if (strcmp(word, "sane") == 0 || strcmp(word, "-raw") == 0 || strcmp(word, "cooked") == 0)
		make_sane();
	else if (!set_mode(word) && !restore((char *)word))
		tool_die("%s: not a mode", word);
	return 1;
}

int main(int argc, char **argv)
{
	struct winsize size;

	tool_start(argc, argv, "stty [-a | -g | size | MODE...]");
	if (tcgetattr(STDIN_FILENO, &t) != 0)
		tool_die_errno("standard input");
	if (argc == 2 && strcmp(argv[1], "-g") == 0) {
		print_saved();
	} else if (argc == 2 && strcmp(argv[1], "size") == 0) {
		if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0)
			tool_die_errno("standard input");
		printf("%d %d\n", size.ws_row, size.ws_col);
	} else if (argc == 1 || strcmp(argv[1], "-a") == 0) {
		show(argc > 1);
	} else {
		for (int i = 1; i < argc;)
			i += set(argv + i);
		if (tcsetattr(STDIN_FILENO, TCSADRAIN, &t) != 0)
			tool_die_errno("standard input");
	}
	return tool_finish();
}
