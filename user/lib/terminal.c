// SPDX-License-Identifier: MIT
/*
 * terminal: keys and the size of the screen.
 *
 * Lifetime  the modes are put back by whoever ends the program: terminal_close(), or the signals that end one
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/lib/terminal.h"
#include "user/lib/tool.h"
#include "user/lib/utf8.h"

enum { ESCAPE_MS = 50 /* an escape key alone is followed by silence */, DEFAULT_ROWS = 24, DEFAULT_COLUMNS = 80,
	TAB_COLUMNS = 8, SHAPE_BYTES = 8, DRAWN_BYTES = 4096, PROMPT_BYTES = 256 };

/* --- keys --- */

int terminal_byte(int fd)
{
	unsigned char c;
	ssize_t n = read(fd, &c, 1);

	return n == 1 ? c : n < 0 && errno == EINTR ? KEY_SIGNAL : KEY_EOF;
}

static int numbered(int number)
{
	switch (number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 2:
		return KEY_INSERT;
	case 3:
		return KEY_DELETE;
	case 4:
	case 8:
		return KEY_END;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	}
	return KEY_NONE;
}

/* After ESC [ or ESC O. */
static int sequence(int fd)
{
	static const struct {
		char letter;
		int key, modified;
	} letters[] = {
		{ 'A', KEY_UP, KEY_UP }, { 'B', KEY_DOWN, KEY_DOWN }, { 'C', KEY_RIGHT, KEY_WORD_RIGHT },
		{ 'D', KEY_LEFT, KEY_WORD_LEFT }, { 'H', KEY_HOME, KEY_HOME }, { 'F', KEY_END, KEY_END },
	};
	int c = terminal_byte(fd), number = 0, first = 0;

	while (isdigit(c) || c == ';') {
		first = c == ';' ? number : first;
		number = c == ';' ? 0 : number * 10 + c - '0';
		c = terminal_byte(fd);
	}
	if (c == '~')
		return numbered(first ? first : number);
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].letter == c)
			return number > 1 ? letters[i].modified : letters[i].key;
	return KEY_NONE;
}

int terminal_key(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int c = terminal_byte(fd);

	if (c != KEY_ESCAPE)
		return c;
	if (poll(&p, 1, ESCAPE_MS) <= 0)
		return KEY_ESCAPE;
	c = terminal_byte(fd);
	return c == '[' || c == 'O' ? sequence(fd) : c < KEY_UP ? KEY_ALT + c : KEY_NONE;
}

void terminal_size(int fd, size_t *height, size_t *width)
{
	struct winsize size;
	bool known = ioctl(fd, TIOCGWINSZ, &size) == 0;

	*height = known && size.ws_row ? size.ws_row : DEFAULT_ROWS;
	*width = known && size.ws_col ? size.ws_col : DEFAULT_COLUMNS;
}

/* --- the whole screen --- */

static struct termios before;
static int terminal = -1;
static volatile sig_atomic_t must_redraw;
static size_t rows, columns;
static char *drawn;
static size_t drawn_len, drawn_size;

/* What each row shows, to leave out what would not change. */
struct row {
	char *s;
	size_t len, skip;
	bool reverse, known;
};
static struct row *shown;

/* Also called by the handler below: only what a handler may call. In the background the terminal is another's. */
static void give_back(void)
{
	static const char last[] = "\033[?25h\033[m\033[r";
	char bottom[16] = "\033[999;1H\033[K";

	if (terminal < 0 || tcgetpgrp(terminal) != getpgrp())
		return;
	(void)!write(STDOUT_FILENO, last, sizeof(last) - 1);
	(void)!write(STDOUT_FILENO, bottom, strlen(bottom));
	tcsetattr(terminal, TCSADRAIN, &before);
}

static void set_modes(void)
{
	struct termios t = before;

	t.c_lflag &= ~(ICANON | ECHO | IEXTEN);
	t.c_iflag &= ~(IXON | ICRNL);
	t.c_cc[VINTR] = t.c_cc[VQUIT] = _POSIX_VDISABLE;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(terminal, TCSADRAIN, &t);
	must_redraw = 1;
}

/* Ends or stops the program after all, as the signal would have; after a stop it goes on here. */
static void on_signal(int sig)
{
	struct sigaction now, standard = { .sa_handler = SIG_DFL };
	sigset_t only;
	int saved = errno;

	give_back();
	sigaction(sig, &standard, &now);
	sigemptyset(&only);
	sigaddset(&only, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	sigaction(sig, &now, NULL);
	set_modes();
	errno = saved;
}

static void on_size(int sig)
{
	must_redraw = 1;
}

int terminal_open(void)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGTSTP };

	terminal = isatty(STDIN_FILENO) ? STDIN_FILENO : open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0 || !isatty(STDOUT_FILENO) || tcgetattr(terminal, &before) != 0)
		return terminal = -1;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &(struct sigaction){ .sa_handler = on_signal }, NULL);
	sigaction(SIGWINCH, &(struct sigaction){ .sa_handler = on_size }, NULL);
	set_modes();
	terminal_forget();
	atexit(terminal_close);
	return terminal;
}

void terminal_close(void)
{
	give_back();
	terminal = -1;
}

int terminal_key_within(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (must_redraw) {
		must_redraw = 0;
		return KEY_REDRAW;
	}
	int n = poll(&p, 1, ms);
	if (n < 0 && errno == EINTR)
		return terminal_key_within(fd, 0);
	return n > 0 ? terminal_key(fd) : KEY_TIMEOUT;
}

bool terminal_ask(const char *question, char *answer, size_t size, int (*key)(const char *prompt))
{
	char prompt[PROMPT_BYTES];
	size_t len = 0;

	for (;;) {
		snprintf(prompt, sizeof(prompt), "%s%.*s", question, (int)len, answer);
		int c = key(prompt);
		bool erases = c == KEY_ERASE || c == CTRL('H');
		if (c == '\r' || c == '\n') {
			answer[len] = '\0';
			return true;
		}
		if (c == CTRL('C') || c == KEY_ESCAPE || c == KEY_EOF || (erases && !len))
			return false;
		if (erases)
			while (len && utf8_is_inside(answer[--len]))
				;
		else if (c >= ' ' && c < KEY_UP && len + 1 < size)
			answer[len++] = c;
	}
}

/* --- drawing --- */

static void put(const char *s, size_t len)
{
	while (drawn_len + len > drawn_size) {
		drawn_size = drawn_size ? 2 * drawn_size : DRAWN_BYTES;
		drawn = tool_must(realloc(drawn, drawn_size));
	}
	memcpy(drawn + drawn_len, s, len);
	drawn_len += len;
}

void terminal_cursor(size_t row, size_t column)
{
	char text[32];

	put(text, snprintf(text, sizeof(text), "\033[%zu;%zuH", row + 1, column + 1));
}

/* How a character is shown at this column: the text for it, and its width. */
static size_t shape(const char *s, size_t n, unsigned point, size_t column, char text[SHAPE_BYTES], size_t *width)
{
	if (point == '\t') {
		*width = TAB_COLUMNS - column % TAB_COLUMNS;
		memset(text, ' ', *width);
		return *width;
	}
	if (point < ' ' || point == KEY_ERASE) {
		text[0] = '^';
		text[1] = point ^ 0x40;
		return *width = 2;
	}
	*width = utf8_width(point);
	memcpy(text, n == 1 && point > KEY_ERASE ? "?" : s, n);
	return n;
}

size_t terminal_columns(const char *s, size_t len)
{
	size_t column = 0, width;
	char text[SHAPE_BYTES];
	unsigned point;

	for (size_t i = 0; i < len; column += width) {
		size_t n = utf8_next(s + i, len - i, &point);
		shape(s + i, n, point, column, text, &width);
		i += n;
	}
	return column;
}

static void put_text(const char *s, size_t len, size_t skip)
{
	size_t column = 0, width;
	char text[SHAPE_BYTES];
	unsigned point;

	for (size_t i = 0; i < len; column += width) {
		size_t n = utf8_next(s + i, len - i, &point);
		size_t bytes = shape(s + i, n, point, column, text, &width);
		i += n;
		if (column + width > skip + columns)
			return;
		if (column >= skip)
			put(text, bytes);
		else if (column + width > skip) /* the rest of a tab, or half of a wide character */
			put("        ", column + width - skip);
	}
}

void terminal_row(size_t row, const char *s, size_t len, size_t skip, bool reverse)
{
	if (row >= rows)
		return;
	struct row *r = &shown[row];
	if (r->known && r->len == len && r->skip == skip && r->reverse == reverse && memcmp(r->s, s, len) == 0)
		return;
	r->s = tool_must(realloc(r->s, len + 1));
	memcpy(r->s, s, len);
	r->len = len;
	r->skip = skip;
	r->reverse = reverse;
	r->known = true;
	terminal_cursor(row, 0);
	put("\033[7m\033[K", reverse ? 7 : 0);
	put("\033[K", reverse ? 0 : 3); /* first: at the last column it would take the last character away */
	put_text(s, len, skip);
	put("\033[m", reverse ? 3 : 0);
}

void terminal_forget(void)
{
	for (size_t i = 0; i < rows; i++)
		free(shown[i].s);
	free(shown);
	terminal_size(STDOUT_FILENO, &rows, &columns);
	shown = tool_must(calloc(rows, sizeof(*shown)));
	put("\033[2J", 4);
}

void terminal_flush(void)
{
	for (size_t done = 0; done < drawn_len;) {
		ssize_t n = write(STDOUT_FILENO, drawn + done, drawn_len - done);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? n : 0;
	}
	drawn_len = 0;
}
