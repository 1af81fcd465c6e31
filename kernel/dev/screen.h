// SPDX-License-Identifier: MIT
/*
 * screen: what a terminal's screen holds after the text and control sequences it was sent. No pixels here.
 *
 * Promise   any bytes are taken: text in UTF-8, the control characters, and those ANSI sequences that Linux's
 *           console and its terminfo entry know and full-screen programs use; others are swallowed whole.
 *           The cursor is always inside. Scrolling moves no cell: the rows are a ring.
 * Locks     the owner's
 *           What a query asks for (where is the cursor? what are you?) lies in `reply` until the owner takes it.
 * Linux     console_codes(4). Left out: character sets but ASCII and line drawing, blinking, the mouse, the
 *           keyboard lamps, the palette, wide characters.
 */
#pragma once
#include "kernel/lib/bitmap.h"
#include "kernel/lib/macros.h"

enum { SCREEN_MAX_PARAMS = 16, SCREEN_TAB = 8, SCREEN_TAB_COLUMNS = 512, SCREEN_REPLY = 64 };
enum screen_colour { COLOUR_BLACK, COLOUR_WHITE = 7, COLOUR_BRIGHT = 8 /* + one of the above */, NR_COLOURS = 16 };

struct cell {
	u16 code;  /* Unicode */
	u8 colours; /* foreground | background << 4 */
	u8 flags;  /* CELL_* */
};
enum { CELL_UNDERLINE = 1 };

struct screen {
	u16 cols, rows;	     /* [const] */
	struct cell *cells;  /* [const] rows * cols, as a ring of rows */
	u16 first_row;	     /* where in the ring the top row is */
	u16 x, y;	     /* the cursor */
	u16 top, bottom;     /* rows that scroll: [top, bottom) */
	bool wrap_pending;   /* the last column was written: the next character begins a row */
	bool cursor_visible, autowrap;
	bool origin;	     /* rows are counted from `top` */
	bool insert;	     /* characters push others to the right */
	bool newline;	     /* a line feed returns as well */
	bool app_cursor;     /* arrow keys are to send "ESC O" */
	struct pen {
		u8 fg, bg;   /* enum screen_colour */
		bool bold, dim, reverse, underline;
		bool lines[2];	/* character set G0, G1: line drawing */
		u8 set;		/* which of them is in use */
	} pen;
	struct {
		u16 x, y;
		struct pen pen;
	} saved;
	u8 state;	     /* enum parse_state */
	u8 private_mark;     /* "ESC [ ?" and its like; 0: none */
	bool unknown;	     /* a sequence of a form that nothing here has */
	u8 set_to_choose;    /* after "ESC (" and "ESC )" */
	u8 skip;	     /* bytes of a palette entry to come */
	u8 nr_params;
	u16 params[SCREEN_MAX_PARAMS];
	u32 utf8_code;	     /* of a character that is not complete yet */
	u8 utf8_left;
	u32 utf8_least;	     /* shorter encodings of less are errors */
	DEFINE_BITMAP(tabs, SCREEN_TAB_COLUMNS);
	u8 nr_reply;
	u8 reply[SCREEN_REPLY];
};

void screen_init(struct screen *s, struct cell *cells, unsigned cols, unsigned rows);
void screen_write(struct screen *s, const u8 *bytes, size_t n);

static inline struct cell *screen_row(const struct screen *s, unsigned y)
{
	unsigned row = s->first_row + y;
	return s->cells + (size_t)(row >= s->rows ? row - s->rows : row) * s->cols;
}
