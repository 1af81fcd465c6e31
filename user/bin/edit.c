// SPDX-License-Identifier: MIT
/*
 * edit: changes a text file, on the whole screen.
 *
 * Promise   what is typed goes into the text; arrows, Home, End, Page Up and Down move. ^S saves, ^Q ends (and asks
 *           when there are changes), ^F searches and ^G goes on, ^L goes to a line, ^K cuts a line and ^V puts
 *           what was cut back; several ^K in a row cut several lines. ^Z stops as everywhere. The text is kept
 *           until it was written; a file that cannot be written says so. Bytes that are no UTF-8 stay as
 *           they are, and a file without a newline at its end gets one.
 * Lifetime  the text is an array of lines, each malloc'ed; memory that runs out ends the program
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/terminal.h"
#include "user/lib/tool.h"
#include "user/lib/utf8.h"

enum { MESSAGE_BYTES = 256, ANSWER_BYTES = 128, BARS = 2 /* rows at the bottom */, MIN_ROWS = 4 };

struct line {
	char *s;
	size_t len;
};

static struct line *lines, *cut;
static size_t nr_lines /* never 0 */, nr_cut;
static size_t row, at;	 /* the cursor: a line, and a byte in it */
static size_t wanted;	 /* the column that up and down keep to */
static size_t top, left; /* what the screen begins with */
static size_t rows, columns;
static bool changed, cutting;
static int keys;
static const char *name;
static char message[MESSAGE_BYTES], searched[ANSWER_BYTES];

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
}

/* --- the text --- */

static struct line copy(const char *s, size_t len)
{
	struct line l = { tool_must(malloc(len + 1)), len };

	memcpy(l.s, s, len);
	return l;
}

static void insert_line(size_t where, struct line l)
{
	lines = tool_must(realloc(lines, (nr_lines + 1) * sizeof(*lines)));
	memmove(lines + where + 1, lines + where, (nr_lines - where) * sizeof(*lines));
	lines[where] = l;
	nr_lines++;
}

static void remove_line(size_t where)
{
	memmove(lines + where, lines + where + 1, (nr_lines - where - 1) * sizeof(*lines));
	nr_lines--;
}

static void insert_text(const char *s, size_t len)
{
	struct line *l = &lines[row];

	l->s = tool_must(realloc(l->s, l->len + len + 1));
	memmove(l->s + at + len, l->s + at, l->len - at);
	memcpy(l->s + at, s, len);
	l->len += len;
	at += len;
	changed = true;
}

static void split_line(void)
{
	insert_line(row + 1, copy(lines[row].s + at, lines[row].len - at));
	lines[row++].len = at;
	at = 0;
	changed = true;
}

static size_t before(size_t from)
{
	while (from && utf8_is_inside(lines[row].s[--from]))
		;
	return from;
}

static size_t after(size_t from)
{
	unsigned point;

	return from < lines[row].len ? from + utf8_next(lines[row].s + from, lines[row].len - from, &point) : from;
}

/* The character at the cursor, or the end of the line. */
static void erase(void)
{
	struct line *l = &lines[row];
	size_t end = after(at);

	if (end > at) {
		memmove(l->s + at, l->s + end, l->len - end);
		l->len -= end - at;
	} else if (row + 1 < nr_lines) {
		struct line next = lines[row + 1];
		size_t here = at;
		insert_text(next.s, next.len);
		at = here;
		free(next.s);
		remove_line(row + 1);
	} else {
		return;
	}
	changed = true;
}

static void cut_line(void)
{
	if (!cutting) {
		for (size_t i = 0; i < nr_cut; i++)
			free(cut[i].s);
		nr_cut = 0;
	}
	cut = tool_must(realloc(cut, (nr_cut + 1) * sizeof(*cut)));
	cut[nr_cut++] = lines[row];
	remove_line(row);
	if (row == nr_lines)
		insert_line(row, copy("", 0));
	at = 0;
	cutting = changed = true;
}

static void put_back(void)
{
	for (size_t i = 0; i < nr_cut; i++)
		insert_line(row++, copy(cut[i].s, cut[i].len));
	at = 0;
	changed |= nr_cut > 0;
}

/* --- the file --- */

static void load(void)
{
	struct stat st;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *f = fopen(name, "r");

	if (f && fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))
		tool_die("%s: is a directory", name);
	if (!f && errno != ENOENT)
		tool_die_errno("%s", name);
	while (f && (len = getline(&text, &size, f)) > 0)
		insert_line(nr_lines, copy(text, len - (text[len - 1] == '\n')));
	say(f ? "%zu lines" : "a new file", nr_lines);
	if (f)
		fclose(f);
	free(text);
	if (!nr_lines)
		insert_line(0, copy("", 0));
}

static bool save(void)
{
	FILE *f = fopen(name, "w");
	size_t used = nr_lines == 1 && !lines[0].len ? 0 : nr_lines; /* an empty text is an empty file */

	for (size_t i = 0; f && i < used; i++) {
		fwrite(lines[i].s, 1, lines[i].len, f);
		putc('\n', f);
	}
	bool ok = f && !ferror(f);
	if (f && fclose(f) != 0)
		ok = false;
	if (!ok) {
		say("%s: %s", name, strerror(errno));
		return false;
	}
	changed = false;
	say("%zu lines written", used);
	return true;
}

/* --- the screen --- */

static void scroll(void)
{
	size_t height = rows - BARS, column = terminal_columns(lines[row].s, at);

	if (row < top)
		top = row;
	if (row >= top + height)
		top = row - height + 1;
	if (column < left || column >= left + columns)
		left = column < columns ? 0 : column - columns / 2;
}

static void draw(const char *prompt)
{
	char bar[MESSAGE_BYTES];
	size_t column = terminal_columns(lines[row].s, at);

	scroll();
	for (size_t i = 0; i + BARS < rows; i++) {
		bool is_text = top + i < nr_lines;
		terminal_row(i, is_text ? lines[top + i].s : "~", is_text ? lines[top + i].len : 1,
			is_text ? left : 0, false);
	}
	int n = snprintf(bar, sizeof(bar), " %.100s%s  line %zu of %zu, column %zu", name, changed ? " (changed)" : "",
		row + 1, nr_lines, column + 1);
	terminal_row(rows - 2, bar, n, 0, true);
	const char *last = prompt ? prompt : *message ? message
		: "^S save  ^Q end  ^F find  ^G again  ^L line  ^K cut  ^V put back";
	terminal_row(rows - 1, last, strlen(last), 0, false);
	if (prompt)
		terminal_cursor(rows - 1, terminal_columns(prompt, strlen(prompt)));
	else
		terminal_cursor(row - top, column - left);
	terminal_flush();
}

static void redraw(void)
{
	terminal_forget();
	terminal_size(STDOUT_FILENO, &rows, &columns);
	if (rows < MIN_ROWS)
		rows = MIN_ROWS;
}

static int next_key(const char *prompt)
{
	for (;;) {
		draw(prompt);
		int key = terminal_key_within(keys, -1);
		if (key != KEY_REDRAW)
			return key;
		redraw();
	}
}

/* --- keys --- */

/* From behind the cursor on, round the end of the text. */
static void find_next(void)
{
	size_t len = strlen(searched);

	for (size_t i = 0; len && i <= nr_lines; i++) {
		size_t r = (row + i) % nr_lines, from = i == 0 ? after(at) : 0;
		char *found = memmem(lines[r].s + from, lines[r].len - from, searched, len);
		if (found) {
			if (r < row || (i && r == row))
				say("from the top again");
			row = r;
			at = found - lines[r].s;
			return;
		}
	}
	say("\"%s\" is not there", searched);
}

static void find(void)
{
	char answer[ANSWER_BYTES];

	if (!terminal_ask("find: ", answer, sizeof(answer), next_key))
		return;
	if (*answer)
		strcpy(searched, answer);
	find_next();
}

static void go_to_line(void)
{
	char answer[ANSWER_BYTES];

	if (!terminal_ask("line: ", answer, sizeof(answer), next_key))
		return;
	size_t n = strtoul(answer, NULL, 10);
	row = n > nr_lines ? nr_lines - 1 : n ? n - 1 : 0;
	at = 0;
}

static bool may_end(void)
{
	for (;;) {
		int key = changed ? next_key("There are changes. Save them? (y, n, or ^C to stay) ") : 'n';
		if (key == 'y')
			return save();
		if (key == 'n' || key == KEY_EOF)
			return true;
		if (key == CTRL('C') || key == KEY_ESCAPE)
			return false;
	}
}

/* To the byte at that column, or what comes next before it. */
static void to_column(void)
{
	for (at = 0; at < lines[row].len && terminal_columns(lines[row].s, after(at)) <= wanted;)
		at = after(at);
}

static void move_lines(long by)
{
	long to = (long)row + by;

	row = to < 0 ? 0 : to >= (long)nr_lines ? nr_lines - 1 : (size_t)to;
	to_column();
}

static void move_words(bool forward)
{
	struct line *l = &lines[row];

	if (forward) {
		while (at < l->len && !isalnum((unsigned char)l->s[at]))
			at++;
		while (at < l->len && isalnum((unsigned char)l->s[at]))
			at++;
	} else {
		while (at && !isalnum((unsigned char)l->s[at - 1]))
			at--;
		while (at && isalnum((unsigned char)l->s[at - 1]))
			at--;
	}
}

/* Up and down; true: it was such a key. */
static bool move_vertically(int key)
{
	long page = rows > BARS + 1 ? rows - BARS - 1 : 1;

	switch (key) {
	case KEY_UP:
	case CTRL('P'):
		move_lines(-1);
		break;
	case KEY_DOWN:
	case CTRL('N'):
		move_lines(1);
		break;
	case KEY_PAGE_UP:
		move_lines(-page);
		break;
	case KEY_PAGE_DOWN:
		move_lines(page);
		break;
	default:
		return false;
	}
	return true;
}

static void move_horizontally(int key)
{
	switch (key) {
	case KEY_LEFT:
		if (at) {
			at = before(at);
		} else if (row) {
			row--;
			at = lines[row].len;
		}
		break;
	case KEY_RIGHT:
		if (at < lines[row].len) {
			at = after(at);
		} else if (row + 1 < nr_lines) {
			row++;
			at = 0;
		}
		break;
	case KEY_HOME:
	case CTRL('A'):
		at = 0;
		break;
	case KEY_END:
	case CTRL('E'):
		at = lines[row].len;
		break;
	case KEY_WORD_LEFT:
	case KEY_WORD_RIGHT:
		move_words(key == KEY_WORD_RIGHT);
		break;
	}
}

static void change(int key)
{
	char c = key;

	switch (key) {
	case '\r':
	case '\n':
		split_line();
		break;
	case KEY_ERASE:
	case CTRL('H'):
		if (row || at) {
			move_horizontally(KEY_LEFT);
			erase();
		}
		break;
	case KEY_DELETE:
	case CTRL('D'):
		erase();
		break;
	case CTRL('K'):
		cut_line();
		break;
	case CTRL('V'):
		put_back();
		break;
	default:
		if (key == '\t' || (key >= ' ' && key < KEY_UP))
			insert_text(&c, 1);
		else
			move_horizontally(key);
	}
}

static bool command(int key)
{
	switch (key) {
	case CTRL('S'):
		save();
		break;
	case CTRL('F'):
		find();
		break;
	case CTRL('G'):
		find_next();
		break;
	case CTRL('L'):
		go_to_line();
		break;
	default:
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "edit FILE");
	if (argc != 2)
		tool_usage();
	name = argv[1];
	load();
	keys = terminal_open();
	if (keys < 0)
		tool_die("this is not a terminal");
	redraw();
	for (;;) {
		int key = next_key(NULL);

		*message = '\0';
		if (key != CTRL('K'))
			cutting = false;
		if (key == KEY_EOF || ((key == CTRL('Q') || key == CTRL('X')) && may_end()))
			break;
		if (move_vertically(key))
			continue;
		if (!command(key))
			change(key);
		wanted = terminal_columns(lines[row].s, at);
	}
	return tool_finish();
}
