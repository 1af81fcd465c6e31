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
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"

enum parse_state {
	GROUND, ESCAPE, CSI, SKIP_ONE, CHOOSE_SET, HASH, COMMAND, SKIP_COUNT, SKIP_STRING, SKIP_STRING_ESCAPE,
};
enum {
	CHAR_BELL = 7, CHAR_BACKSPACE = 8, CHAR_TAB = 9, CHAR_NEWLINE = 10, CHAR_VTAB = 11, CHAR_FORMFEED = 12,
	CHAR_RETURN = 13, CHAR_SHIFT_OUT = 14, CHAR_SHIFT_IN = 15, CHAR_CANCEL = 24, CHAR_SUBSTITUTE = 26,
	CHAR_ESCAPE = 27, CHAR_DELETE = 127, CHAR_REPLACEMENT = 0xfffd, PARAM_MAX = 9999,
};

enum { DIM_COLOUR = COLOUR_BRIGHT | COLOUR_BLACK, LINES_FIRST = 0x5f, LINES_LAST = 0x7e };

/* What "ESC ( 0" makes of _ to ~, as on a VT100. */
static const u16 line_drawing[LINES_LAST - LINES_FIRST + 1] = {
	0x00a0, 0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2591, 0x240b, 0x2518, 0x2510,
	0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c, 0x2502,
	0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

static u8 current_colours(const struct screen *s)
{
	const struct pen *p = &s->pen;
	u8 fg = p->bold ? p->fg | COLOUR_BRIGHT : p->dim ? DIM_COLOUR : p->fg;
	return p->reverse ? (u8)(p->bg | fg << 4) : (u8)(fg | p->bg << 4);
}

static struct cell blank(const struct screen *s)
{
	return (struct cell){ .code = ' ', .colours = (u8)(s->pen.fg | s->pen.bg << 4) };
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

/* As a program names a place: from the top of what scrolls, if it chose so. */
static void move_to_named(struct screen *s, int x, int y)
{
	if (s->origin)
		y = min(y + s->top, s->bottom - 1);
	move_to(s, x, y);
}

static void save_cursor(struct screen *s)
{
	s->saved.x = s->x;
	s->saved.y = s->y;
	s->saved.pen = s->pen;
}

static void restore_cursor(struct screen *s)
{
	move_to(s, s->saved.x, s->saved.y);
	s->pen = s->saved.pen;
}

static void reset_colours(struct screen *s)
{
	struct pen *p = &s->pen;
	p->fg = COLOUR_WHITE;
	p->bg = COLOUR_BLACK;
	p->bold = p->dim = p->reverse = p->underline = false;
}

static void reset_tabs(struct screen *s)
{
	bitmap_clear_all(s->tabs, SCREEN_TAB_COLUMNS);
	for (unsigned x = SCREEN_TAB; x < SCREEN_TAB_COLUMNS; x += SCREEN_TAB)
		bitmap_set(s->tabs, x);
}

static void reset(struct screen *s)
{
	s->pen = (struct pen){ .lines = { false, true } };
	reset_colours(s);
	reset_tabs(s);
	s->first_row = 0;
	s->top = 0;
	s->bottom = s->rows;
	s->cursor_visible = s->autowrap = true;
	s->origin = s->insert = s->newline = s->app_cursor = false;
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

static void insert_cells(struct screen *s, unsigned n)
{
	struct cell *row = screen_row(s, s->y);
	n = min(n, (unsigned)s->cols - s->x);
	memmove(row + s->x + n, row + s->x, (s->cols - s->x - n) * sizeof(*row));
	erase_cells(s, s->y, s->x, s->x + n);
}

static void put_char(struct screen *s, u32 code)
{
	if (s->pen.lines[s->pen.set] && code >= LINES_FIRST && code <= LINES_LAST)
		code = line_drawing[code - LINES_FIRST];
	if (s->wrap_pending) {
		s->x = 0;
		line_feed(s);
		s->wrap_pending = false;
	}
	if (s->insert)
		insert_cells(s, 1);
	screen_row(s, s->y)[s->x] = (struct cell){
		.code = (u16)(code > UINT16_MAX ? CHAR_REPLACEMENT : code),
		.colours = current_colours(s),
		.flags = s->pen.underline ? CELL_UNDERLINE : 0,
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

static void tab_forward(struct screen *s)
{
	move_to(s, (int)bitmap_find_set(s->tabs, min(s->cols, (u16)SCREEN_TAB_COLUMNS), s->x + 1u), s->y);
}

static void tab_back(struct screen *s)
{
	unsigned x = s->x;
	while (x > 0 && !(--x < SCREEN_TAB_COLUMNS && bitmap_test(s->tabs, x)))
		;
	move_to(s, (int)x, s->y);
}

static void control(struct screen *s, u8 c)
{
	switch (c) {
	case CHAR_BACKSPACE:
		move_to(s, s->x - 1, s->y);
		break;
	case CHAR_TAB:
		tab_forward(s);
		break;
	case CHAR_NEWLINE:
	case CHAR_VTAB:
	case CHAR_FORMFEED:
		s->wrap_pending = false;
		if (s->newline)
			s->x = 0;
		line_feed(s);
		break;
	case CHAR_SHIFT_OUT:
	case CHAR_SHIFT_IN:
		s->pen.set = c == CHAR_SHIFT_OUT;
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

static void delete_cells(struct screen *s, unsigned n)
{
	struct cell *row = screen_row(s, s->y);
	n = min(n, (unsigned)s->cols - s->x);
	memmove(row + s->x, row + s->x + n, (s->cols - s->x - n) * sizeof(*row));
	erase_cells(s, s->y, s->cols - n, s->cols);
}

/* The nearest of the sixteen: a channel counts from half of the strongest on. */
static u8 nearest_colour(unsigned red, unsigned green, unsigned blue)
{
	enum { DARK = 0x55, BRIGHT = 0xaa };
	unsigned strongest = max(red, max(green, blue));
	u8 hue = (u8)((red > strongest / 2) | (green > strongest / 2) << 1 | (blue > strongest / 2) << 2);
	if (hue == COLOUR_WHITE && strongest <= DARK)
		return DIM_COLOUR;
	return strongest > BRIGHT ? hue | COLOUR_BRIGHT : hue;
}

/* Of 256: the sixteen, a cube of 6 * 6 * 6, 24 greys. */
static u8 indexed_colour(unsigned n)
{
	enum { CUBE = NR_COLOURS, CUBE_SIDE = 6, GREYS = CUBE + CUBE_SIDE * CUBE_SIDE * CUBE_SIDE, ALL = 256 };
	enum { CUBE_STEP = 51, GREY_LEAST = 8, GREY_STEP = 10 };
	if (n < CUBE)
		return (u8)n;
	if (n >= ALL)
		return COLOUR_WHITE;
	if (n >= GREYS) {
		unsigned grey = GREY_LEAST + (n - GREYS) * GREY_STEP;
		return nearest_colour(grey, grey, grey);
	}
	n -= CUBE;
	return nearest_colour(n / (CUBE_SIDE * CUBE_SIDE) * CUBE_STEP, n / CUBE_SIDE % CUBE_SIDE * CUBE_STEP,
		n % CUBE_SIDE * CUBE_STEP);
}

/* "38;5;n" and "38;2;r;g;b". Answers how many parameters belong to it. */
static unsigned extended_colour(const struct screen *s, unsigned i, u8 *colour)
{
	enum { KIND_INDEX = 5, KIND_RGB = 2 };
	const u16 *p = s->params + i + 1;
	unsigned left = s->nr_params - i - 1u, kind = left ? p[0] : 0;
	if (kind == KIND_INDEX && left >= 2) {
		*colour = indexed_colour(p[1]);
		return 2;
	}
	if (kind == KIND_RGB && left >= 4) {
		*colour = nearest_colour(p[1], p[2], p[3]);
		return 4;
	}
	return left;
}

/* One parameter of "ESC [ ... m"; ANSI counts red 1, green 2, blue 4; so does enum screen_colour. */
static void select_graphic(struct screen *s, unsigned p)
{
	struct pen *pen = &s->pen;
	switch (p) {
	case 0: reset_colours(s); break;
	case 1: pen->bold = true; break;
	case 2: pen->dim = true; break;
	case 4: case 21: pen->underline = true; break;
	case 7: pen->reverse = true; break;
	case 10: pen->lines[pen->set] = false; break;
	case 11: pen->lines[pen->set] = true; break;
	case 22: pen->bold = pen->dim = false; break;
	case 24: pen->underline = false; break;
	case 27: pen->reverse = false; break;
	case 30 ... 37: pen->fg = (u8)(p - 30); break;
	case 39: pen->fg = COLOUR_WHITE; break;
	case 40 ... 47: pen->bg = (u8)(p - 40); break;
	case 49: pen->bg = COLOUR_BLACK; break;
	case 90 ... 97: pen->fg = (u8)(p - 90 + COLOUR_BRIGHT); break;
	case 100 ... 107: pen->bg = (u8)(p - 100 + COLOUR_BRIGHT); break;
	default: break;
	}
}

static void select_graphics(struct screen *s)
{
	enum { FOREGROUND = 38, BACKGROUND = 48 };
	for (unsigned i = 0; i < max(s->nr_params, (u8)1); i++) {
		unsigned p = i < s->nr_params ? s->params[i] : 0;
		if (p == FOREGROUND || p == BACKGROUND)
			i += extended_colour(s, i, p == FOREGROUND ? &s->pen.fg : &s->pen.bg);
		else
			select_graphic(s, p);
	}
}

static void set_mode(struct screen *s, bool on)
{
	enum { INSERT = 4, NEWLINE = 20 };
	for (unsigned i = 0; i < s->nr_params; i++) {
		if (s->params[i] == INSERT)
			s->insert = on;
		if (s->params[i] == NEWLINE)
			s->newline = on;
	}
}

static void set_private_mode(struct screen *s, bool on)
{
	enum { APP_CURSOR = 1, ORIGIN = 6, AUTOWRAP = 7, CURSOR = 25 };
	for (unsigned i = 0; i < s->nr_params; i++) {
		switch (s->params[i]) {
		case APP_CURSOR: s->app_cursor = on; break;
		case ORIGIN:
			s->origin = on;
			move_to_named(s, 0, 0);
			break;
		case AUTOWRAP: s->autowrap = on; break;
		case CURSOR: s->cursor_visible = on; break;
		default: break;
		}
	}
}

/* What does not fit is not said: the program that asks so much does not read. */
static void answer(struct screen *s, const char *text)
{
	size_t n = strlen(text);
	if (n > sizeof(s->reply) - s->nr_reply)
		return;
	memcpy(s->reply + s->nr_reply, text, n);
	s->nr_reply += (u8)n;
}

static void report(struct screen *s, unsigned what)
{
	enum { STATUS = 5, POSITION = 6, TEXT_BYTES = 24 };
	char text[TEXT_BYTES];
	if (what == STATUS)
		answer(s, "\033[0n");
	if (what != POSITION)
		return;
	fmt_snprintf(text, sizeof(text), "\033[%d;%dR", s->y - (s->origin ? s->top : 0) + 1, s->x + 1);
	answer(s, text);
}

static void identify(struct screen *s)
{
	answer(s, "\033[?6c"); /* a VT102 */
}

static void clear_tabs(struct screen *s, unsigned which)
{
	enum { HERE = 0, ALL = 3 };
	if (which == HERE && s->x < SCREEN_TAB_COLUMNS)
		bitmap_clear(s->tabs, s->x);
	else if (which == ALL)
		bitmap_clear_all(s->tabs, SCREEN_TAB_COLUMNS);
}

static void set_scroll_rows(struct screen *s)
{
	unsigned top = param(s, 0, 1) - 1, bottom = min(param(s, 1, s->rows), (unsigned)s->rows);
	if (top + 1 >= bottom)
		return;
	s->top = (u16)top;
	s->bottom = (u16)bottom;
	move_to_named(s, 0, 0);
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
	case 'd': move_to_named(s, x, n - 1); break;
	default: move_to_named(s, (int)param(s, 1, 1) - 1, n - 1); break; /* H, f */
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
	case 'Z':
		for (unsigned n = min(param(s, 0, 1), (unsigned)s->cols); n; n--)
			tab_back(s);
		break;
	case '@': insert_cells(s, param(s, 0, 1)); break;
	case 'c': identify(s); break;
	case 'g': clear_tabs(s, param(s, 0, 0)); break;
	case 'h': case 'l': set_mode(s, final == 'h'); break;
	case 'm': select_graphics(s); break;
	case 'n': report(s, param(s, 0, 0)); break;
	case 'r': set_scroll_rows(s); break;
	case 's': save_cursor(s); break;
	case 'u': restore_cursor(s); break;
	default: break;
	}
}

/* "ESC [ >" and what has bytes like a blank inside mean something to other terminals only. */
static void csi_end(struct screen *s, u8 final)
{
	s->state = GROUND;
	if (s->unknown)
		return;
	if (!s->private_mark)
		csi_final(s, final);
	else if (s->private_mark == '?' && (final == 'h' || final == 'l'))
		set_private_mode(s, final == 'h');
}

static void csi_byte(struct screen *s, u8 c)
{
	if (c >= '0' && c <= '9') {
		if (!s->nr_params)
			s->nr_params = 1;
		u16 *p = &s->params[s->nr_params - 1];
		*p = (u16)min(*p * 10 + (c - '0'), PARAM_MAX);
	} else if (c == ';' || c == ':') {
		/* too many: the last one takes what comes */
		s->nr_params = min((u8)(max(s->nr_params, (u8)1) + 1), (u8)SCREEN_MAX_PARAMS);
		s->params[s->nr_params - 1] = 0;
	} else if (c >= '<' && c <= '?') {
		s->private_mark = c;
	} else if (c == '[' && !s->nr_params) {
		s->state = SKIP_ONE; /* the echo of a function key */
	} else if (c >= '@' && c <= '~') {
		csi_end(s, c);
	} else {
		s->unknown = true;
	}
}

static void begin_csi(struct screen *s)
{
	s->state = CSI;
	s->nr_params = 0;
	s->private_mark = 0;
	s->unknown = false;
	memset(s->params, 0, sizeof(s->params));
}

static void escape_byte(struct screen *s, u8 c)
{
	s->state = GROUND;
	switch (c) {
	case '[': begin_csi(s); break;
	case ']': s->state = COMMAND; break;
	case 'P': case '_': case '^': case 'X': s->state = SKIP_STRING; break;
	case '(': case ')':
		s->set_to_choose = c == ')';
		s->state = CHOOSE_SET;
		break;
	case '#': s->state = HASH; break;
	case '%': case '*': case '+': case ' ': s->state = SKIP_ONE; break;
	case '7': save_cursor(s); break;
	case '8': restore_cursor(s); break;
	case 'D': line_feed(s); break;
	case 'E':
		move_to(s, 0, s->y);
		line_feed(s);
		break;
	case 'H':
		if (s->x < SCREEN_TAB_COLUMNS)
			bitmap_set(s->tabs, s->x);
		break;
	case 'M': reverse_line_feed(s); break;
	case 'Z': identify(s); break;
	case 'c': reset(s); break;
	default: break;
	}
}

/* "ESC # 8": the screen full of E, to adjust a tube by. */
static void hash_byte(struct screen *s, u8 c)
{
	s->state = GROUND;
	for (unsigned y = 0; c == '8' && y < s->rows; y++)
		for (unsigned x = 0; x < s->cols; x++)
			screen_row(s, y)[x] = (struct cell){ .code = 'E', .colours = current_colours(s) };
}

/* After "ESC ]": "R" and "P nrrggbb", the palette of Linux's console, have no end mark; all others do. */
static void command_byte(struct screen *s, u8 c)
{
	enum { PALETTE_ENTRY = 7 };
	s->skip = PALETTE_ENTRY;
	s->state = c == 'R' ? GROUND : c == 'P' ? SKIP_COUNT : SKIP_STRING;
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
	case CHOOSE_SET:
		s->pen.lines[s->set_to_choose] = c == '0';
		s->state = GROUND;
		return;
	case HASH: hash_byte(s, c); return;
	case COMMAND: command_byte(s, c); return;
	case SKIP_COUNT:
		if (--s->skip == 0)
			s->state = GROUND;
		return;
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
