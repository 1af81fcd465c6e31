// SPDX-License-Identifier: MIT
/*
 * edit: the line that is being typed.
 *
 * Promise   arrows, Home, End, Delete; ^A ^B ^E ^F ^P ^N to move; ^H ^D ^K ^U ^W ^Y to delete and bring back;
 *           ^R searches the history, ^L clears the screen, TAB completes, ^C gives the line up, ^D on an empty
 *           one is the end. The terminal is in raw mode only while a line is being typed. What is not a
 *           terminal, or says TERM=dumb, gets the prompt and nothing else.
 * How       a long line slides sideways in its one row, so that no wrapping of the terminal needs to be known.
 *           A character at the end of a line is written alone; all else draws the row anew, by one write.
 * Linux     termios(3); the sequences of console_codes(4)
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

enum {
	CTRL_MASK = 0x1f, ESCAPE = 27, DELETE = 127,
	ESCAPE_MS = 50, /* an escape key alone is followed by silence */
	DEFAULT_COLUMNS = 80, MIN_ROOM = 16,
};
#define CTRL(letter) ((letter) & CTRL_MASK)

enum key { KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE, KEY_WORD_LEFT,
	KEY_WORD_RIGHT, KEY_NONE, KEY_EOF, KEY_SIGNAL };

struct editor {
	const char *prompt;
	size_t prompt_width;
	struct text line;
	size_t at;
	int history;	/* which line is shown; history_count(): the new one */
	char *new_line; /* ... while another is shown */
	bool asked;	/* TAB was the last key: a second one lists */
};

static char *killed; /* for ^Y */

/* --- the terminal --- */

static bool set_raw(struct termios *before)
{
	struct termios t;
	const char *term = var_get("TERM");

	if (!isatty(STDIN_FILENO) || (term && strcmp(term, "dumb") == 0) || tcgetattr(STDIN_FILENO, &t) != 0)
		return false;
	*before = t;
	t.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
	t.c_iflag &= ~IXON;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0;
}

static int read_byte(void)
{
	unsigned char c;
	ssize_t n = read(STDIN_FILENO, &c, 1);

	return n == 1 ? c : n < 0 && errno == EINTR ? KEY_SIGNAL : KEY_EOF;
}

/* After ESC [ or ESC O. */
static int read_sequence(void)
{
	int c = read_byte(), number = 0;

	while (isdigit(c) || c == ';') {
		number = c == ';' ? number : number * 10 + c - '0';
		c = read_byte();
	}
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return number ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return number ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		return number == 1 || number == 7 ? KEY_HOME
			: number == 4 || number == 8 ? KEY_END
			: number == 3		     ? KEY_DELETE
						     : KEY_NONE;
	}
	return KEY_NONE;
}

static int read_key(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int c = read_byte();

	if (c != ESCAPE)
		return c;
	if (poll(&p, 1, ESCAPE_MS) <= 0)
		return KEY_NONE;
	c = read_byte();
	return c == '[' || c == 'O' ? read_sequence() : c == 'b' ? KEY_WORD_LEFT : c == 'f' ? KEY_WORD_RIGHT : KEY_NONE;
}

static void put(const char *s, size_t len)
{
	(void)!write(STDERR_FILENO, s, len);
}

static bool is_inside(char c)
{
	return (c & 0xc0) == 0x80; /* a byte of a UTF-8 character that is not its first */
}

/* Columns that the text takes, sequences for colours left out. */
static size_t width(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == ESCAPE && i + 1 < len && s[i + 1] == '[')
			while (i + 1 < len && !isalpha(s[i]))
				i++;
		else
			n += !is_inside(s[i]);
	}
	return n;
}

static size_t columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : DEFAULT_COLUMNS;
}

static void draw(const struct editor *e)
{
	size_t room = columns() - 1, from = 0, to;
	const char *s = e->line.s ? e->line.s : "";
	char move[16];
	struct text t = { 0 };

	room = room > e->prompt_width + MIN_ROOM ? room - e->prompt_width : MIN_ROOM;
	while (width(s + from, e->at - from) > room)
		from++;
	while (is_inside(s[from]))
		from++;
	for (to = from; to < e->line.len && (width(s + from, to - from) < room || is_inside(s[to]));)
		to++;
	text_add(&t, '\r');
	text_add_string(&t, e->prompt);
	for (size_t i = from; i < to; i++)
		text_add(&t, s[i]);
	text_add_string(&t, "\033[K\r");
	size_t column = e->prompt_width + width(s + from, e->at - from);
	snprintf(move, sizeof(move), "\033[%zuC", column);
	if (column)
		text_add_string(&t, move);
	put(t.s, t.len);
	free(t.s);
}

/* --- changing the line --- */

static size_t left_of(const struct editor *e, size_t at)
{
	while (at && is_inside(e->line.s[--at]))
		;
	return at;
}

static size_t right_of(const struct editor *e, size_t at)
{
	if (at < e->line.len)
		at++;
	while (at < e->line.len && is_inside(e->line.s[at]))
		at++;
	return at;
}

static size_t word_left(const struct editor *e)
{
	size_t at = e->at;

	while (at && isspace(e->line.s[at - 1]))
		at--;
	while (at && !isspace(e->line.s[at - 1]))
		at--;
	return at;
}

static size_t word_right(const struct editor *e)
{
	size_t at = e->at;

	while (at < e->line.len && isspace(e->line.s[at]))
		at++;
	while (at < e->line.len && !isspace(e->line.s[at]))
		at++;
	return at;
}

static void insert(struct editor *e, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_add(&e->line, 0);
	memmove(e->line.s + e->at + len, e->line.s + e->at, e->line.len - len - e->at);
	memcpy(e->line.s + e->at, s, len);
	e->at += len;
}

static void erase(struct editor *e, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(e->line.s + from, e->line.s + to, e->line.len - to + 1);
	e->line.len -= to - from;
	e->at = from;
}

static void kill_text(struct editor *e, size_t from, size_t to)
{
	if (from == to)
		return;
	free(killed);
	killed = must(strndup(e->line.s + from, to - from));
	erase(e, from, to);
}

static void replace(struct editor *e, const char *s)
{
	e->line.len = e->at = 0;
	text_add(&e->line, 0); /* there is a buffer now */
	e->line.len = 0;
	e->line.s[0] = '\0';
	insert(e, s, strlen(s));
}

static void show_history(struct editor *e, int to)
{
	if (to < 0 || to > history_count())
		return;
	if (e->history == history_count()) {
		free(e->new_line);
		e->new_line = str_dup(e->line.s ? e->line.s : "");
	}
	e->history = to;
	replace(e, to == history_count() ? e->new_line : history_get(to));
}

static void complete(struct editor *e)
{
	bool many;
	const char *line = e->line.s ? e->line.s : "";
	char *rest = complete_word(line, e->at, &many);

	if (rest)
		insert(e, rest, strlen(rest));
	free(rest);
	if (!rest && many && e->asked) {
		put("\n", 1);
		complete_list(line, e->at);
		fflush(stderr);
	}
	e->asked = !rest && many;
}

/* --- ^R --- */

static int find_back(const char *what, int from)
{
	for (int i = from; i >= 0; i--)
		if (strstr(history_get(i), what))
			return i;
	return -1;
}

/* Answers the key that ended the search; the line found is the line now. */
static int search(struct editor *e)
{
	struct text what = { 0 }, row = { 0 };
	int at = history_count() - 1, c;

	text_add(&what, 0);
	what.len = 0;
	for (;;) {
		row.len = 0;
		text_add_string(&row, "\r(search) ");
		text_add_string(&row, what.s);
		text_add_string(&row, ": ");
		text_add_string(&row, at >= 0 ? history_get(at) : "");
		text_add_string(&row, "\033[K");
		put(row.s, row.len);
		c = read_key();
		if (c == CTRL('R')) {
			int next = find_back(what.s, at - 1);
			at = next >= 0 ? next : at;
		} else if ((c == DELETE || c == CTRL('H')) && what.len) {
			what.s[--what.len] = '\0';
			at = find_back(what.s, history_count() - 1);
		} else if (c >= ' ' && c < DELETE) {
			text_add(&what, c);
			int next = find_back(what.s, at);
			if (next < 0)
				what.s[--what.len] = '\0';
			else
				at = next;
		} else {
			break;
		}
	}
	if (at >= 0 && c != CTRL('C') && c != CTRL('G'))
		replace(e, history_get(at));
	free(what.s);
	free(row.s);
	return c == CTRL('C') || c == CTRL('G') ? KEY_NONE : c;
}

/* --- keys --- */

static void move_or_erase(struct editor *e, int key)
{
	switch (key) {
	case CTRL('A'):
	case KEY_HOME:
		e->at = 0;
		break;
	case CTRL('E'):
	case KEY_END:
		e->at = e->line.len;
		break;
	case CTRL('B'):
	case KEY_LEFT:
		e->at = left_of(e, e->at);
		break;
	case CTRL('F'):
	case KEY_RIGHT:
		e->at = right_of(e, e->at);
		break;
	case KEY_WORD_LEFT:
		e->at = word_left(e);
		break;
	case KEY_WORD_RIGHT:
		e->at = word_right(e);
		break;
	case CTRL('H'):
	case DELETE:
		erase(e, left_of(e, e->at), e->at);
		break;
	case CTRL('D'):
	case KEY_DELETE:
		erase(e, e->at, right_of(e, e->at));
		break;
	case CTRL('K'):
		kill_text(e, e->at, e->line.len);
		break;
	case CTRL('U'):
		kill_text(e, 0, e->at);
		break;
	case CTRL('W'):
		kill_text(e, word_left(e), e->at);
		break;
	}
}

static void other_key(struct editor *e, int key)
{
	switch (key) {
	case CTRL('P'):
	case KEY_UP:
		show_history(e, e->history - 1);
		break;
	case CTRL('N'):
	case KEY_DOWN:
		show_history(e, e->history + 1);
		break;
	case CTRL('Y'):
		if (killed)
			insert(e, killed, strlen(killed));
		break;
	case CTRL('L'):
		put("\033[H\033[2J", 7);
		break;
	case '\t':
		complete(e);
		break;
	default:
		move_or_erase(e, key);
	}
}

static void type_char(struct editor *e, char c)
{
	insert(e, &c, 1);
	if (e->at == e->line.len && e->prompt_width + width(e->line.s, e->line.len) < columns() - 1)
		put(&c, 1);
	else
		draw(e);
}

static enum edit_result edit(struct editor *e)
{
	for (;;) {
		int key = read_key();

		if (key != '\t')
			e->asked = false;
		if (key == CTRL('R'))
			key = search(e);
		if (key == '\n' || key == '\r') {
			if (e->at != e->line.len) {
				e->at = e->line.len;
				draw(e);
			}
			put("\n", 1);
			text_add(&e->line, '\n');
			return EDIT_LINE;
		}
		if (key == KEY_EOF || (key == CTRL('D') && e->line.len == 0))
			return EDIT_END;
		if (key == CTRL('C') || sh.interrupted) {
			put("^C\n", 3);
			return EDIT_INTERRUPTED;
		}
		if (key >= ' ' && key < KEY_UP && key != DELETE) {
			type_char(e, key);
			continue;
		}
		other_key(e, key);
		draw(e);
	}
}

/* Without an editor: the terminal, or whatever it is, edits itself. */
static enum edit_result read_plain(struct editor *e)
{
	int c;

	do {
		c = read_byte();
		if (c == KEY_SIGNAL && sh.interrupted) {
			put("\n", 1);
			return EDIT_INTERRUPTED;
		}
		if (c <= 255)
			text_add(&e->line, c);
	} while (c != '\n' && c != KEY_EOF);
	return e->line.len ? EDIT_LINE : EDIT_END;
}

enum edit_result edit_line(const char *prompt, char **line)
{
	const char *last = strrchr(prompt, '\n');
	struct editor e = { .prompt = last ? last + 1 : prompt, .history = history_count() };
	struct termios before;
	enum edit_result result;

	put(prompt, strlen(prompt));
	e.prompt_width = width(e.prompt, strlen(e.prompt));
	if (set_raw(&before)) {
		result = edit(&e);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	} else {
		result = read_plain(&e);
	}
	free(e.new_line);
	if (result == EDIT_LINE) {
		history_add(e.line.s);
		*line = e.line.s;
	} else {
		free(e.line.s);
	}
	return result;
}
