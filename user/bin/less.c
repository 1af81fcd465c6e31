// SPDX-License-Identifier: MIT
/*
 * less: shows text a screen at a time, forwards and backwards.
 *
 * Promise   Space and Page Down, b and Page Up, arrows, Return, j and k move; g and G to the beginning and the end,
 *           NUMBER g to a line; / searches, n and N go on in both directions; q ends. Long lines are folded. Input is
 *           read only as far as it is shown, so that it may be endless. When the output is no terminal the text
 *           is copied. Several files are shown one behind the other.
 * Linux     less(1), a small part
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/terminal.h"
#include "user/lib/tool.h"
#include "user/lib/utf8.h"

enum { ANSWER_BYTES = 128, BAR_BYTES = 192, MOST = 1 << 30 };

/* A piece of a line that fills a row of the screen, or less. */
struct piece {
	const char *s;
	size_t len;
	bool first; /* of its line */
};

static struct piece *pieces;
static size_t nr_pieces, room_pieces, top, rows, columns;
static char **files;
static FILE *input;
static bool at_end;
static int keys;
static char searched[ANSWER_BYTES], note[ANSWER_BYTES];

/* --- text --- */

static void add_piece(const char *s, size_t len, bool first)
{
	if (nr_pieces == room_pieces) {
		room_pieces = room_pieces ? 2 * room_pieces : 256;
		pieces = tool_must(realloc(pieces, room_pieces * sizeof(*pieces)));
	}
	pieces[nr_pieces++] = (struct piece){ s, len, first };
}

/* Where the piece that begins here ends. */
static size_t fold(const char *s, size_t len)
{
	size_t end = 0, n;
	unsigned point;

	while (end < len) {
		n = utf8_next(s + end, len - end, &point);
		if (end && terminal_columns(s, end + n) > columns)
			break;
		end += n;
	}
	return end;
}

static void add_line(const char *s, size_t len)
{
	bool first = true;

	do {
		size_t n = terminal_columns(s, len) <= columns ? len : fold(s, len);
		add_piece(s, n, first);
		first = false;
		s += n;
		len -= n;
	} while (len);
}

static bool next_file(void)
{
	while (*files) {
		const char *name = *files++;
		if (input && input != stdin)
			fclose(input);
		input = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
		if (input)
			return true;
		tool_warn_errno("%s", name);
	}
	return false;
}

/* Until there are so many pieces; the lines stay in memory. */
static void read_to(size_t count)
{
	while (nr_pieces < count && !at_end) {
		char *line = NULL;
		size_t size = 0;
		ssize_t len = input ? getline(&line, &size, input) : -1;
		if (len >= 0) {
			add_line(line, len - (len && line[len - 1] == '\n'));
			continue;
		}
		free(line);
		at_end = !next_file();
	}
}

static int copy_all(void)
{
	char buf[BUFSIZ];
	size_t n;

	while (input) {
		while ((n = fread(buf, 1, sizeof(buf), input)) > 0)
			fwrite(buf, 1, n, stdout);
		if (!next_file())
			break;
	}
	return tool_finish();
}

/* The screen has another width. */
static void fold_again(void)
{
	struct piece *old = pieces;
	size_t n = nr_pieces, line = 0;

	for (size_t i = 0; i < top && i < n; i++)
		line += old[i].first;
	pieces = NULL;
	nr_pieces = room_pieces = top = 0;
	for (size_t i = 0, next; i < n; i = next) {
		const char *end = old[i].s + old[i].len;
		for (next = i + 1; next < n && !old[next].first; next++)
			end = old[next].s + old[next].len;
		if (line-- == 0)
			top = nr_pieces;
		add_line(old[i].s, end - old[i].s);
	}
	free(old);
}

/* --- the screen --- */

static void draw(const char *prompt)
{
	char bar[BAR_BYTES];
	size_t height = rows - 1, line = 0;

	read_to(top + height + 1);
	if (top + height > nr_pieces)
		top = nr_pieces > height ? nr_pieces - height : 0;
	for (size_t i = 0; i < height; i++) {
		bool is_text = top + i < nr_pieces;
		terminal_row(i, is_text ? pieces[top + i].s : "~", is_text ? pieces[top + i].len : 1, 0, false);
	}
	for (size_t i = 0; i <= top && i < nr_pieces; i++)
		line += pieces[i].first;
	bool is_last = at_end && top + height >= nr_pieces;
	int n = snprintf(bar, sizeof(bar), "%s%sline %zu%s", note, *note ? "  " : "", line, is_last ? " (END)" : "");
	terminal_row(rows - 1, prompt ? prompt : bar, prompt ? strlen(prompt) : (size_t)n, 0, !prompt);
	terminal_cursor(rows - 1, terminal_columns(prompt ? prompt : bar, prompt ? strlen(prompt) : (size_t)n));
	terminal_flush();
}

static int next_key(const char *prompt)
{
	for (;;) {
		draw(prompt);
		int key = terminal_key_within(keys, -1);
		if (key != KEY_REDRAW)
			return key;
		size_t before = columns;
		terminal_forget();
		terminal_size(STDOUT_FILENO, &rows, &columns);
		if (columns != before)
			fold_again();
	}
}

static bool ask(void)
{
	char answer[ANSWER_BYTES];

	if (!terminal_ask("/", answer, sizeof(answer), next_key))
		return false;
	if (*answer)
		strcpy(searched, answer);
	return *searched;
}

static void search(bool forward)
{
	for (size_t i = top; forward || i > 0;) {
		i += forward ? 1 : -1;
		read_to(i + 1);
		if (i >= nr_pieces)
			break;
		if (memmem(pieces[i].s, pieces[i].len, searched, strlen(searched))) {
			top = i;
			return;
		}
	}
	snprintf(note, sizeof(note), "\"%.100s\" is not there", searched);
}

static void go_to_line(size_t number)
{
	size_t i = 0;

	for (read_to(1); number > 1; number -= i < nr_pieces && pieces[i].first) {
		read_to(++i + 1);
		if (i >= nr_pieces)
			break;
	}
	top = i;
}

static void move(long by)
{
	top = by < 0 && (size_t)-by > top ? 0 : top + by;
}

static void act(int key, size_t number)
{
	long page = rows > 2 ? rows - 2 : 1;

	switch (key) {
	case ' ':
	case 'f':
	case KEY_PAGE_DOWN:
		move(page);
		break;
	case 'b':
	case KEY_PAGE_UP:
		move(-page);
		break;
	case '\r':
	case '\n':
	case 'j':
	case KEY_DOWN:
		move(1);
		break;
	case 'k':
	case KEY_UP:
		move(-1);
		break;
	case 'g':
	case '<':
	case KEY_HOME:
		go_to_line(number);
		break;
	case 'G':
	case '>':
	case KEY_END:
		if (!number)
			read_to(MOST);
		go_to_line(number ? number : MOST);
		break;
	case '/':
		if (ask())
			search(true);
		break;
	case 'n':
	case 'N':
		search(key == 'n');
		break;
	}
}

int main(int argc, char **argv)
{
	size_t number = 0;

	tool_start(argc, argv, "less [FILE...]");
	if (argc < 2 && isatty(STDIN_FILENO))
		tool_usage();
	files = argc < 2 ? (char *[]){ "-", NULL } : argv + 1;
	if (!next_file())
		return tool_finish();
	keys = terminal_open();
	if (keys < 0)
		return copy_all();
	terminal_size(STDOUT_FILENO, &rows, &columns);
	for (;;) {
		int key = next_key(NULL);

		*note = '\0';
		if (key == 'q' || key == 'Q' || key == CTRL('C') || key == KEY_EOF)
			break;
		if (key >= '0' && key <= '9') {
			number = number * 10 + key - '0';
			continue;
		}
		act(key, number);
		number = 0;
	}
	return tool_finish();
}
