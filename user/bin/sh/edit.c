// SPDX-License-Identifier: MIT
/*
 * edit: the line that is being typed.
 *
 * Promise   arrows, Home, End, Delete; ^A ^B ^E ^F ^P ^N Alt-b Alt-f to move; ^H ^D ^K ^U ^W Alt-d to delete
 *           and ^Y to bring back; ^T swaps two characters, ^R searches the history, Alt-. is the last word of the
 *           line before, ^L clears the screen, TAB completes, ^C gives the line up, ^D on an empty one is the end.
 *           The terminal is in raw mode from the first line of a command to its last; while the command runs it
 *           is as it was. What is not a terminal, or says TERM=dumb, gets the prompt and nothing else.
 * How       a long line goes on in the rows below, as the terminal wraps it; one that is longer than the screen
 *           shows the part around the cursor. A character at the end is written alone; all else draws the
 *           line anew, by one write.
 * Linux     termios(3); the sequences of console_codes(4)
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"
#include "user/lib/terminal.h"
#include "user/lib/utf8.h"

enum { MIN_ROOM = 16, UTF8_BYTES = 4 };

struct editor {
	const char *prompt;
	size_t prompt_width;
	struct text line;
	size_t at;
	size_t row;	/* of the cursor, below that of the prompt */
	int history;	/* which line is shown; history_count(): the new one */
	char *new_line; /* ... while another is shown */
	bool asked;	/* TAB was the last key: a second one lists */
};

static char *killed; /* for ^Y */
static struct termios cooked; /* what the commands get */
static bool is_raw;

/* --- the terminal --- */

static bool set_raw(void)
{
	struct termios t;
	const char *term = var_get("TERM");

	if (is_raw)
		return true;
	if (!isatty(STDIN_FILENO) || (term && strcmp(term, "dumb") == 0) || tcgetattr(STDIN_FILENO, &t) != 0)
		return false;
	cooked = t;
	t.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
	t.c_iflag &= ~IXON;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	return is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0;
}

void edit_end(void)
{
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &cooked);
	is_raw = false;
}

static void put(const char *s, size_t len)
{
	(void)!write(STDERR_FILENO, s, len);
}

/* Columns that the text takes, sequences for colours left out. */
static size_t width(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		unsigned point;
		if (s[i] == KEY_ESCAPE && i + 1 < len && s[i + 1] == '[') {
			while (i < len && !isalpha((unsigned char)s[i]))
				i++;
			i++;
		} else {
			i += utf8_next(s + i, len - i, &point);
			n += utf8_width(point);
		}
	}
	return n;
}

/* ESC [ n letter, but nothing for 0, which would mean 1. */
static void add_move(struct text *t, size_t n, char letter)
{
	char sequence[32];

	snprintf(sequence, sizeof(sequence), "\033[%zu%c", n, letter);
	if (n)
		text_add_string(t, sequence);
}

/* To the row of the prompt, with nothing in it and below. */
static void wipe(struct editor *e, struct text *t)
{
	add_move(t, e->row, 'A');
	text_add_string(t, "\r\033[J");
	e->row = 0;
}

static size_t left_of(const struct editor *e, size_t at)
{
	while (at && utf8_is_inside(e->line.s[--at]))
		;
	return at;
}

static size_t right_of(const struct editor *e, size_t at)
{
	if (at < e->line.len)
		at++;
	while (at < e->line.len && utf8_is_inside(e->line.s[at]))
		at++;
	return at;
}

/* The part of the line that is shown: all of it, unless it is longer than the screen. */
static void choose_part(const struct editor *e, size_t room, size_t *from, size_t *to)
{
	const char *s = e->line.s;
	size_t used = 0;

	for (*from = e->at; *from && used + 2 < room;) {
		size_t before = left_of(e, *from);
		used += width(s + before, *from - before);
		*from = before;
	}
	for (*to = e->at; *to < e->line.len && used + 2 < room;) {
		size_t after = right_of(e, *to);
		used += width(s + *to, after - *to);
		*to = after;
	}
}

static void draw(struct editor *e)
{
	size_t rows, columns, from = 0, to = e->line.len;
	const char *s = e->line.s ? e->line.s : "";
	struct text t = { 0 };

	terminal_size(STDERR_FILENO, &rows, &columns);
	size_t room = rows * columns > e->prompt_width + MIN_ROOM ? rows * columns - e->prompt_width : MIN_ROOM;
	if (width(s, to) + 1 >= room)
		choose_part(e, room, &from, &to);
	wipe(e, &t);
	text_add_string(&t, e->prompt);
	for (size_t i = from; i < to; i++)
		text_add(&t, s[i]);
	size_t end = e->prompt_width + width(s + from, to - from);
	size_t cursor = e->prompt_width + width(s + from, e->at - from);
	if (end && end % columns == 0)
		text_add_string(&t, "\r\n"); /* a terminal wraps only when the next character comes */
	e->row = cursor / columns;
	add_move(&t, end / columns - e->row, 'A');
	text_add(&t, '\r');
	add_move(&t, cursor % columns, 'C');
	put(t.s, t.len);
	free(t.s);
}

static void go_to_end(struct editor *e)
{
	if (e->at == e->line.len)
		return;
	e->at = e->line.len;
	draw(e);
}

/* The cursor goes behind the line, to the beginning of the next row. */
static void leave(struct editor *e)
{
	size_t rows, columns, end;

	go_to_end(e);
	terminal_size(STDERR_FILENO, &rows, &columns);
	end = e->prompt_width + width(e->line.s ? e->line.s : "", e->line.len);
	if (end == 0 || end % columns)
		put("\n", 1);
	e->row = 0;
}

/* --- changing the line --- */

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

/* The character before the cursor and the one at it; at the end, the two before it. */
static void swap(struct editor *e)
{
	char moved[8];
	size_t middle = left_of(e, e->at == e->line.len ? e->at : right_of(e, e->at)), start = left_of(e, middle);
	size_t end = right_of(e, middle), len = middle - start;

	if (!middle || len > sizeof(moved))
		return;
	memcpy(moved, e->line.s + start, len);
	memmove(e->line.s + start, e->line.s + middle, end - middle);
	memcpy(e->line.s + end - len, moved, len);
	e->at = end;
}

static void insert_last_word(struct editor *e)
{
	const char *s = history_count() ? history_get(history_count() - 1) : "";
	size_t end = strlen(s), start;

	while (end && isspace((unsigned char)s[end - 1]))
		end--;
	for (start = end; start && !isspace((unsigned char)s[start - 1]);)
		start--;
	insert(e, s + start, end - start);
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
		size_t at = e->at, rows, columns;
		leave(e);
		terminal_size(STDERR_FILENO, &rows, &columns);
		complete_list(line, at, columns);
		fflush(stderr);
		e->at = at;
	}
	e->asked = many;
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
		wipe(e, &row);
		size_t start = row.len, rows, columns;
		text_add_string(&row, "(search) ");
		text_add_string(&row, what.s);
		text_add_string(&row, ": ");
		text_add_string(&row, at >= 0 ? history_get(at) : "");
		terminal_size(STDERR_FILENO, &rows, &columns);
		while (width(row.s + start, row.len - start) >= columns)
			row.len--;
		put(row.s, row.len);
		c = terminal_key(STDIN_FILENO);
		if (c == CTRL('R')) {
			int next = find_back(what.s, at - 1);
			at = next >= 0 ? next : at;
		} else if ((c == KEY_ERASE || c == CTRL('H')) && what.len) {
			what.s[--what.len] = '\0';
			at = find_back(what.s, history_count() - 1);
		} else if (c >= ' ' && c < KEY_ERASE) {
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
	case KEY_ALT + 'b':
		e->at = word_left(e);
		break;
	case KEY_WORD_RIGHT:
	case KEY_ALT + 'f':
		e->at = word_right(e);
		break;
	case CTRL('H'):
	case KEY_ERASE:
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
	case KEY_ALT + KEY_ERASE:
		kill_text(e, word_left(e), e->at);
		break;
	case KEY_ALT + 'd':
		kill_text(e, e->at, word_right(e));
		break;
	case CTRL('T'):
		swap(e);
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
	case KEY_ALT + '.':
		insert_last_word(e);
		break;
	case CTRL('L'):
		put("\033[H\033[2J", 7);
		e->row = 0;
		break;
	case '\t':
		complete(e);
		break;
	default:
		move_or_erase(e, key);
	}
}

/* A character of several bytes comes whole, or the terminal would be shown pieces of it. */
static void type_char(struct editor *e, int key)
{
	size_t rows, columns, used = e->prompt_width + width(e->line.s ? e->line.s : "", e->line.len);
	char c[UTF8_BYTES] = { key };
	int tail = key >= 0xf0 ? 3 : key >= 0xe0 ? 2 : key >= 0xc0 ? 1 : 0, n = 1;

	while (n <= tail && (key = terminal_byte(STDIN_FILENO)) < KEY_UP)
		c[n++] = key;
	insert(e, c, n);
	terminal_size(STDERR_FILENO, &rows, &columns);
	if (e->at == e->line.len && n == 1 && (used + 1) % columns && used + 1 < rows * columns - MIN_ROOM)
		put(c, 1);
	else
		draw(e);
}

static enum edit_result edit(struct editor *e)
{
	for (;;) {
		int key = terminal_key(STDIN_FILENO);

		if (key != '\t')
			e->asked = false;
		if (key == CTRL('R')) {
			key = search(e);
			draw(e);
		}
		if (key == '\n' || key == '\r') {
			leave(e);
			text_add(&e->line, '\n');
			return EDIT_LINE;
		}
		if (key == KEY_EOF || (key == CTRL('D') && e->line.len == 0))
			return EDIT_END;
		if (key == CTRL('C') || sh.interrupted) {
			go_to_end(e);
			put("^C\n", 3);
			return EDIT_INTERRUPTED;
		}
		if (key >= ' ' && key < KEY_UP && key != KEY_ERASE) {
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
		c = terminal_byte(STDIN_FILENO);
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
	enum edit_result result;

	put(prompt, strlen(prompt));
	e.prompt_width = width(e.prompt, strlen(e.prompt));
	result = set_raw() ? edit(&e) : read_plain(&e);
	if (result != EDIT_LINE)
		edit_end();
	free(e.new_line);
	if (result == EDIT_LINE) {
		history_add(e.line.s);
		*line = e.line.s;
	} else {
		free(e.line.s);
	}
	return result;
}
