// SPDX-License-Identifier: MIT
/*
 * screen: text and control sequences on a grid of cells. The contract is in screen.h.
 *
 * Locks     the owner's
 *
 * The parser is the usual small automaton: ground, after ESC, inside "ESC [", and inside what is only to
 * be skipped. A scroll of the whole screen turns the ring of rows by one; a scroll of a part copies rows.
 */
#include "kernel/dev/screen.h"
#include "kernel/lib/string.h"

enum parse_state { GROUND, ESCAPE, CSI, SKIP_ONE, SKIP_STRING, SKIP_STRING_ESCAPE };
enum {
	CHAR_BELL = 7, CHAR_BACKSPACE = 8, CHAR_TAB = 9, CHAR_NEWLINE = 10, CHAR_VTAB = 11, CHAR_FORMFEED = 12,
	CHAR_RETURN = 13, CHAR_CANCEL = 24, CHAR_SUBSTITUTE = 26, CHAR_ESCAPE = 27, CHAR_DELETE = 127,
	CHAR_REPLACEMENT = 0xfffd, PARAM_MAX = 9999,
};

static u8 current_colours(const struct screen *s)
{
	u8 fg = s->fg | (s->bold ? COLOUR_BRIGHT : 0), bg = s->bg;
	return s->reverse ? (u8)(bg | fg << 4) : (u8)(fg | bg << 4);
}

static struct cell blank(const struct screen *s)
{
	return (struct cell){ .code = ' ', .colours = (u8)(s->fg | s->bg << 4) };
}

static void erase_cells(struct screen *s, unsigned y, unsigned from, unsigned to)
{
	struct cell *row = screen_row(s, y);
	for (unsigned x = from; x < to; x++)
		row[x] = blank(s);
}

static void erase_rows(struct screen *s, unsigned from, unsigned to)
{
	for (unsigned y = from; y < to; y++)
		erase_cells(s, y, 0, s->cols);
}

/* --- scrolling and the cursor --- */

static void copy_row(struct screen *s, unsigned to, unsigned from)
{
	memcpy(screen_row(s, to), screen_row(s, from), s->cols * sizeof(struct cell));
}

/* Rows [top, bottom) move up by n; blank ones come in below. */
static void scroll_up(struct screen *s, unsigned top, unsigned bottom, unsigned n)
{
	n = min(n, bottom - top);
	if (top == 0 && bottom == s->rows)
		s->first_row = (s->first_row + n) % s->rows;
	else
		for (unsigned y = top; y + n < bottom; y++)
			copy_row(s, y, y + n);
	erase_rows(s, bottom - n, bottom);
}

static void scroll_down(struct screen *s, unsigned top, unsigned bottom, unsigned n)
{
	n = min(n, bottom - top);
	for (unsigned y = bottom; y-- > top + n;)
		copy_row(s, y, y - n);
	erase_rows(s, top, top + n);
}

static void line_feed(struct screen *s)
{
	if (s->y + 1 == s->bottom)
		scroll_up(s, s->top, s->bottom, 1);
	else if (s->y + 1 < s->rows)
		s->y++;
}

static void reverse_line_feed(struct screen *s)
{
	if (s->y == s->top)
		scroll_down(s, s->top, s->bottom, 1);
	else if (s->y)
		s->y--;
}

static void move_to(struct screen *s, int x, int y)
{
	s->x = (u16)max(0, min(x, s->cols - 1));
	s->y = (u16)max(0, min(y, s->rows - 1));
	s->wrap_pending = false;
}

static void save_cursor(struct screen *s)
{
	s->saved.x = s->x;
	s->saved.y = s->y;
	s->saved.fg = s->fg;
	s->saved.bg = s->bg;
	s->saved.bold = s->bold;
	s->saved.reverse = s->reverse;
	s->saved.underline = s->underline;
}

static void restore_cursor(struct screen *s)
{
	move_to(s, s->saved.x, s->saved.y);
	s->fg = s->saved.fg;
	s->bg = s->saved.bg;
	s->bold = s->saved.bold;
	s->reverse = s->saved.reverse;
	s->underline = s->saved.underline;
}

static void reset_colours(struct screen *s)
{
	s->fg = COLOUR_WHITE;
	s->bg = COLOUR_BLACK;
	s->bold = s->reverse = s->underline = false;
}

static void reset(struct screen *s)
{
	reset_colours(s);
	s->first_row = 0;
	s->top = 0;
	s->bottom = s->rows;
	s->cursor_visible = s->autowrap = true;
	s->state = GROUND;
	s->utf8_left = 0;
	move_to(s, 0, 0);
	save_cursor(s);
	erase_rows(s, 0, s->rows);
}

void screen_init(struct screen *s, struct cell *cells, unsigned cols, unsigned rows)
{
	*s = (struct screen){ .cols = (u16)cols, .rows = (u16)rows, .cells = cells };
	reset(s);
}

/* --- text --- */

static void put_char(struct screen *s, u32 code)
{
	if (s->wrap_pending) {
		s->x = 0;
		line_feed(s);
		s->wrap_pending = false;
	}
	screen_row(s, s->y)[s->x] = (struct cell){
		.code = (u16)(code > UINT16_MAX ? CHAR_REPLACEMENT : code),
		.colours = current_colours(s),
		.flags = s->underline ? CELL_UNDERLINE : 0,
	};
	if (s->x + 1 < s->cols)
		s->x++;
	else
		s->wrap_pending = s->autowrap;
}

/* A byte of UTF-8 from 0x80 on, or one that cuts such a character off. */
static void put_utf8(struct screen *s, u8 byte)
{
	if ((byte & 0xc0) == 0x80) {
		if (!s->utf8_left) {
			put_char(s, CHAR_REPLACEMENT);
			return;
		}
		s->utf8_code = s->utf8_code << 6 | (byte & 0x3f);
		if (--s->utf8_left == 0)
			put_char(s, s->utf8_code < s->utf8_least ? CHAR_REPLACEMENT : s->utf8_code);
		return;
	}
	if (s->utf8_left)
		put_char(s, CHAR_REPLACEMENT);
	s->utf8_left = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
	s->utf8_least = byte >= 0xf0 ? 0x10000 : byte >= 0xe0 ? 0x800 : 0x80;
	s->utf8_code = byte & (0x3f >> s->utf8_left);
	if (!s->utf8_left)
		put_char(s, CHAR_REPLACEMENT);
}

static void control(struct screen *s, u8 c)
{
	switch (c) {
	case CHAR_BACKSPACE:
		move_to(s, s->x - 1, s->y);
		break;
	case CHAR_TAB:
		move_to(s, (s->x / SCREEN_TAB + 1) * SCREEN_TAB, s->y);
		break;
	case CHAR_NEWLINE:
	case CHAR_VTAB:
	case CHAR_FORMFEED:
		s->wrap_pending = false;
		line_feed(s);
		break;
	case CHAR_RETURN:
		move_to(s, 0, s->y);
		break;
	case CHAR_ESCAPE:
		s->state = ESCAPE;
		break;
	case CHAR_CANCEL:
	case CHAR_SUBSTITUTE:
		s->state = GROUND;
		break;
	default:
		break; /* the bell has no sound here, the others no meaning */
	}
}

/* --- sequences --- */

/* Parameter i, or `missing` where it was left out or 0. */
static unsigned param(const struct screen *s, unsigned i, unsigned missing)
{
	return i < s->nr_params && s->params[i] ? s->params[i] : missing;
}

static void erase_display(struct screen *s, unsigned what)
{
	if (what == 0) {
		erase_cells(s, s->y, s->x, s->cols);
		erase_rows(s, s->y + 1, s->rows);
	} else if (what == 1) {
		erase_rows(s, 0, s->y);
		erase_cells(s, s->y, 0, s->x + 1);
	} else {
		erase_rows(s, 0, s->rows);
	}
}

static void erase_line(struct screen *s, unsigned what)
{
	erase_cells(s, s->y, what == 0 ? s->x : 0, what == 1 ? s->x + 1u : s->cols);
}

static void insert_cells(struct screen *s, unsigned n)
{
	struct cell *row = screen_row(s, s->y);
	n = min(n, (unsigned)s->cols - s->x);
	memmove(row + s->x + n, row + s->x, (s->cols - s->x - n) * sizeof(*row));
	erase_cells(s, s->y, s->x, s->x + n);
}

static void delete_cells(struct screen *s, unsigned n)
{
	struct cell *row = screen_row(s, s->y);
	n = min(n, (unsigned)s->cols - s->x);
	memmove(row + s->x, row + s->x + n, (s->cols - s->x - n) * sizeof(*row));
	erase_cells(s, s->y, s->cols - n, s->cols);
}

/* "38;5;n" and "38;2;r;g;b": the nearest of ours for the first eight and their bright ones, else white.
 * Answers how many parameters belong to it. */
static unsigned extended_colour(const struct screen *s, unsigned i, u8 *colour)
{
	enum { KIND_INDEX = 5, KIND_RGB = 2 };
	unsigned kind = i + 1 < s->nr_params ? s->params[i + 1] : 0;
	if (kind == KIND_INDEX && i + 2 < s->nr_params) {
		*colour = s->params[i + 2] < NR_COLOURS ? (u8)s->params[i + 2] : COLOUR_WHITE;
		return 2;
	}
	return kind == KIND_RGB ? 4 : 1;
}

/* ANSI counts red 1, green 2, blue 4; so does enum screen_colour. */
static void select_graphics(struct screen *s)
{
	for (unsigned i = 0; i < max(s->nr_params, (u8)1); i++) {
		unsigned p = i < s->nr_params ? s->params[i] : 0;
		if (p == 0)
			reset_colours(s);
		else if (p == 1)
			s->bold = true;
		else if (p == 21 || p == 22)
			s->bold = false;
		else if (p == 4 || p == 24)
			s->underline = p == 4;
		else if (p == 7 || p == 27)
			s->reverse = p == 7;
		else if (p >= 30 && p <= 37)
			s->fg = (u8)(p - 30);
		else if (p == 38)
			i += extended_colour(s, i, &s->fg);
		else if (p == 39)
			s->fg = COLOUR_WHITE;
		else if (p >= 40 && p <= 47)
			s->bg = (u8)(p - 40);
		else if (p == 48)
			i += extended_colour(s, i, &s->bg);
		else if (p == 49)
			s->bg = COLOUR_BLACK;
		else if (p >= 90 && p <= 97)
			s->fg = (u8)(p - 90 + COLOUR_BRIGHT);
		else if (p >= 100 && p <= 107)
			s->bg = (u8)(p - 100 + COLOUR_BRIGHT);
	}
}

static void set_mode(struct screen *s, bool on)
{
	enum { MODE_AUTOWRAP = 7, MODE_CURSOR = 25 };
	for (unsigned i = 0; i < s->nr_params && s->private_mode; i++) {
		if (s->params[i] == MODE_AUTOWRAP)
			s->autowrap = on;
		if (s->params[i] == MODE_CURSOR)
			s->cursor_visible = on;
	}
}

static void set_scroll_rows(struct screen *s)
{
	unsigned top = param(s, 0, 1) - 1, bottom = min(param(s, 1, s->rows), (unsigned)s->rows);
	if (top + 1 >= bottom)
		return;
	s->top = (u16)top;
	s->bottom = (u16)bottom;
	move_to(s, 0, 0);
}

/* Insert and delete lines: only inside the rows that scroll. */
static void shift_rows(struct screen *s, void (*scroll)(struct screen *, unsigned, unsigned, unsigned))
{
	if (s->y >= s->top && s->y < s->bottom)
		scroll(s, s->y, s->bottom, param(s, 0, 1));
}

static void move_cursor(struct screen *s, u8 final)
{
	int n = (int)param(s, 0, 1), x = s->x, y = s->y;
	switch (final) {
	case 'A': move_to(s, x, y - n); break;
	case 'B': case 'e': move_to(s, x, y + n); break;
	case 'C': case 'a': move_to(s, x + n, y); break;
	case 'D': move_to(s, x - n, y); break;
	case 'E': move_to(s, 0, y + n); break;
	case 'F': move_to(s, 0, y - n); break;
	case 'G': case '`': move_to(s, n - 1, y); break;
	case 'd': move_to(s, x, n - 1); break;
	default: move_to(s, (int)param(s, 1, 1) - 1, n - 1); break; /* H, f */
	}
}

static void csi_final(struct screen *s, u8 final)
{
	switch (final) {
	case 'A' ... 'H': case '`': case 'a': case 'd': case 'e': case 'f':
		move_cursor(s, final);
		break;
	case 'J': erase_display(s, param(s, 0, 0)); break;
	case 'K': erase_line(s, param(s, 0, 0)); break;
	case 'L': shift_rows(s, scroll_down); break;
	case 'M': shift_rows(s, scroll_up); break;
	case 'P': delete_cells(s, param(s, 0, 1)); break;
	case 'S': scroll_up(s, s->top, s->bottom, param(s, 0, 1)); break;
	case 'T': scroll_down(s, s->top, s->bottom, param(s, 0, 1)); break;
	case 'X': erase_cells(s, s->y, s->x, min(s->x + param(s, 0, 1), (unsigned)s->cols)); break;
	case '@': insert_cells(s, param(s, 0, 1)); break;
	case 'h': case 'l': set_mode(s, final == 'h'); break;
	case 'm': select_graphics(s); break;
	case 'r': set_scroll_rows(s); break;
	case 's': save_cursor(s); break;
	case 'u': restore_cursor(s); break;
	default: break;
	}
	s->state = GROUND;
}

static void csi_byte(struct screen *s, u8 c)
{
	if (c >= '0' && c <= '9') {
		if (!s->nr_params)
			s->nr_params = 1;
		u16 *p = &s->params[s->nr_params - 1];
		*p = (u16)min(*p * 10 + (c - '0'), PARAM_MAX);
	} else if (c == ';') {
		/* too many: the last one takes what comes */
		s->nr_params = min((u8)(max(s->nr_params, (u8)1) + 1), (u8)SCREEN_MAX_PARAMS);
		s->params[s->nr_params - 1] = 0;
	} else if (c == '?') {
		s->private_mode = true;
	} else if (c >= '@' && c <= '~') {
		csi_final(s, c);
	}
}

static void escape_byte(struct screen *s, u8 c)
{
	s->state = GROUND;
	switch (c) {
	case '[':
		s->state = CSI;
		s->nr_params = 0;
		s->private_mode = false;
		memset(s->params, 0, sizeof(s->params));
		break;
	case ']': case 'P': case '_': case '^': case 'X': s->state = SKIP_STRING; break;
	case '(': case ')': case '#': case '%': s->state = SKIP_ONE; break;
	case '7': save_cursor(s); break;
	case '8': restore_cursor(s); break;
	case 'D': line_feed(s); break;
	case 'E': s->x = 0; line_feed(s); break;
	case 'M': reverse_line_feed(s); break;
	case 'c': reset(s); break;
	default: break;
	}
}

/* Titles and the like end with a bell or with "ESC \". */
static void skip_string(struct screen *s, u8 c)
{
	if (c == CHAR_BELL || c == CHAR_CANCEL || s->state == SKIP_STRING_ESCAPE)
		s->state = GROUND;
	else if (c == CHAR_ESCAPE)
		s->state = SKIP_STRING_ESCAPE;
}

static void put_byte(struct screen *s, u8 c)
{
	if (s->state == SKIP_STRING || s->state == SKIP_STRING_ESCAPE) {
		skip_string(s, c);
		return;
	}
	if (c < ' ') {
		control(s, c);
		return;
	}
	switch (s->state) {
	case ESCAPE: escape_byte(s, c); return;
	case CSI: csi_byte(s, c); return;
	case SKIP_ONE: s->state = GROUND; return;
	default: break;
	}
	if (c >= 0x80 || s->utf8_left) {
		if (c >= 0x80) {
			put_utf8(s, c);
			return;
		}
		s->utf8_left = 0;
		put_char(s, CHAR_REPLACEMENT);
	}
	if (c != CHAR_DELETE)
		put_char(s, c);
}

void screen_write(struct screen *s, const u8 *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_byte(s, bytes[i]);
}
