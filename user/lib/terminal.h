// SPDX-License-Identifier: MIT
/*
 * terminal: keys and the size of the screen, for the shell and for programs that fill the whole screen.
 *
 * Promise   terminal_key() answers a byte as it came, or one of the keys below for a sequence that a VT102, a
 *           Linux console or an xterm sends; Alt with a key is KEY_ALT + the key. terminal_open() gives a
 *           program the whole screen until terminal_close(), which also happens when a signal ends it; it
 *           stops and goes on like any program (^Z, fg): terminal_key() then answers KEY_REDRAW, as it does
 *           when the size has changed.
 * Linux     console_codes(4), termios(3)
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum {
	CTRL_MASK = 0x1f, KEY_ESCAPE = 27, KEY_ERASE = 127,
	KEY_UP = 256, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_DELETE, KEY_INSERT, KEY_PAGE_UP,
	KEY_PAGE_DOWN, KEY_WORD_LEFT, KEY_WORD_RIGHT, KEY_NONE, KEY_EOF, KEY_SIGNAL /* read() was interrupted */,
	KEY_REDRAW, KEY_TIMEOUT,
	KEY_ALT = 512,
};
#define CTRL(letter) ((letter) & CTRL_MASK)

int terminal_byte(int fd);
int terminal_key(int fd);
void terminal_size(int fd, size_t *rows, size_t *columns); /* 24 and 80 when it does not say */

int terminal_open(void); /* the descriptor of the keys, -1: there is no terminal */
void terminal_close(void);
int terminal_key_within(int fd, int ms); /* KEY_TIMEOUT: none came; ms -1: waits for ever */

/* A line of text behind a question; `key` shows that and answers the next key. False: ^C, Escape, or all erased. */
bool terminal_ask(const char *question, char *answer, size_t size, int (*key)(const char *prompt));

/* Columns of a text: a tab goes to the next multiple of eight, control characters are shown as ^X. */
size_t terminal_columns(const char *s, size_t len);

/*
 * What is drawn is gathered and written at once; a row that shows the text already costs nothing. Rows and
 * columns count from 0; `skip` columns at the left of the text are left out.
 */
void terminal_row(size_t row, const char *s, size_t len, size_t skip, bool reverse);
void terminal_cursor(size_t row, size_t column);
void terminal_forget(void); /* the screen may show anything: after KEY_REDRAW */
void terminal_flush(void);
