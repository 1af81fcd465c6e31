// SPDX-License-Identifier: MIT
/*
 * fbconsole: text on the boot loader's framebuffer, or in VGA text mode. The contract is in fbconsole.h.
 *
 * Promise   any pitch, 15 to 32 bits per pixel, colours anywhere in them. Video memory is only written,
 *           through a write-combining mapping: reading it back costs a microsecond a word on real
 *           machines. The glyphs are doubled on very wide screens.
 * Locks     fb.lock (RANK_DEVICE), interrupts off: screen and pixels. In a panic the log takes none.
 * Lifetime  all of it static, or allocated once
 * Drawing   `screen` says what should be seen, `shown` what is. After each write the cells that differ are
 *           drawn; so a scroll costs what changed, and several lines in one write are drawn once.
 */
#include "kernel/dev/fbconsole.h"
#include "arch/x86_64/io.h"
#include "kernel/core/alloc.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/spinlock.h"
#include "kernel/dev/font.h"
#include "kernel/dev/screen.h"
#include "kernel/dev/tty_port.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

enum {
	DOUBLE_FROM_WIDTH = 2400, DOUBLED = 2, MAX_BYTES_PER_PIXEL = 4,
	MAX_COLS = 512, MAX_ROWS = 256, TEXT_MIN = 8, /* columns and rows below which it is no screen */
	ASCII = 128, GLYPH_UNKNOWN = 0xfffd,
	MAJOR_TTY = 4, MINOR_TTY1 = 1,
	VGA_INDEX = 0x3d4, VGA_CURSOR_HIGH = 14, VGA_CURSOR_LOW = 15,
};
#define FB_MAX_BYTES (256ul << 20)

static struct fbconsole {
	struct spinlock lock;
	struct boot_framebuffer mode; /* [const] */
	u8 *pixels;		      /* [const] NULL: nothing to show on */
	unsigned bytes_per_pixel, scale; /* [const] */
	u32 palette[NR_COLOURS];      /* [const] as pixels */
	u16 ascii_glyphs[ASCII];      /* [const] */
	struct screen screen;	      /* [lock] */
	struct cell *shown;	      /* [lock] */
	u16 cursor_x, cursor_y;	      /* [lock] where it is drawn */
	struct tty_port port;
	struct console console;
} fb;

/* As VGA shows the sixteen: 0xRRGGBB. */
static const u32 colours[NR_COLOURS] = {
	0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
	0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

/* --- glyphs --- */

static u16 find_glyph(u16 code, u16 missing)
{
	u32 low = 0, high = console_font.nr_codes;
	while (low < high) {
		u32 middle = (low + high) / 2;
		if (console_font.codes[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < console_font.nr_codes && console_font.codes[low].code == code;
	return found ? console_font.codes[low].glyph : missing;
}

static const u8 *glyph_rows(u16 code)
{
	u16 glyph = code < ASCII ? fb.ascii_glyphs[code] : find_glyph(code, fb.ascii_glyphs[0]);
	return console_font.rows + (size_t)glyph * console_font.height;
}

/* --- pixels --- */

static u32 pack_channel(u32 value, u8 size, u8 pos)
{
	return size > 8 ? value << (size - 8) << pos : value >> (8 - size) << pos;
}

static u32 pack(u32 rgb)
{
	const struct boot_framebuffer *m = &fb.mode;
	return pack_channel(rgb >> 16 & 0xff, m->red_size, m->red_pos) |
		pack_channel(rgb >> 8 & 0xff, m->green_size, m->green_pos) |
		pack_channel(rgb & 0xff, m->blue_size, m->blue_pos);
}

/* One row of a glyph, in the way that any format needs. */
static void draw_row_bytes(u8 *at, u8 bits, u32 fg, u32 bg)
{
	for (unsigned x = 0; x < FONT_WIDTH * fb.scale; x++) {
		u32 pixel = bits & (0x80 >> x / fb.scale) ? fg : bg;
		for (unsigned i = 0; i < fb.bytes_per_pixel; i++)
			*at++ = (u8)(pixel >> 8 * i);
	}
}

/* The same for what most machines have: four bytes per pixel, each drawn once. */
static void draw_row_words(u32 *at, u8 bits, u32 fg, u32 bg)
{
	for (unsigned x = 0; x < FONT_WIDTH; x++)
		at[x] = bits & (0x80 >> x) ? fg : bg;
}

static void draw_pixels(unsigned x, unsigned y, struct cell c)
{
	const u8 *rows = glyph_rows(c.code);
	u32 fg = fb.palette[c.colours & 15], bg = fb.palette[c.colours >> 4];
	bool plain = fb.bytes_per_pixel == sizeof(u32) && fb.scale == 1;
	u8 *at = fb.pixels + (size_t)y * console_font.height * fb.scale * fb.mode.pitch_bytes +
		(size_t)x * FONT_WIDTH * fb.scale * fb.bytes_per_pixel;
	for (unsigned row = 0; row < console_font.height; row++) {
		bool line_here = (c.flags & CELL_UNDERLINE) && row + 2 == console_font.height;
		u8 bits = line_here ? 0xff : rows[row];
		for (unsigned i = 0; i < fb.scale; i++, at += fb.mode.pitch_bytes)
			if (plain)
				draw_row_words((u32 *)at, bits, fg, bg);
			else
				draw_row_bytes(at, bits, fg, bg);
	}
}

/* --- VGA text mode --- */

/* Code page 437 from 0x80 on, which is what the adapter's font has. */
static const u16 code_page_437[128] = {
	0xc7, 0xfc, 0xe9, 0xe2, 0xe4, 0xe0, 0xe5, 0xe7, 0xea, 0xeb, 0xe8, 0xef, 0xee, 0xec, 0xc4, 0xc5,
	0xc9, 0xe6, 0xc6, 0xf4, 0xf6, 0xf2, 0xfb, 0xf9, 0xff, 0xd6, 0xdc, 0xa2, 0xa3, 0xa5, 0x20a7, 0x192,
	0xe1, 0xed, 0xf3, 0xfa, 0xf1, 0xd1, 0xaa, 0xba, 0xbf, 0x2310, 0xac, 0xbd, 0xbc, 0xa1, 0xab, 0xbb,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d,
	0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554,
	0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553,
	0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x3b1, 0xdf, 0x393, 0x3c0, 0x3a3,
	0x3c3, 0xb5, 0x3c4, 0x3a6, 0x398, 0x3a9, 0x3b4, 0x221e, 0x3c6, 0x3b5, 0x2229, 0x2261, 0xb1, 0x2265, 0x2264,
	0x2320, 0x2321, 0xf7, 0x2248, 0xb0, 0x2219, 0xb7, 0x221a, 0x207f, 0xb2, 0x25a0, 0xa0,
};

static u8 text_code(u16 code)
{
	if (code < ASCII)
		return (u8)code;
	for (unsigned i = 0; i < ARRAY_LEN(code_page_437); i++)
		if (code_page_437[i] == code)
			return (u8)(ASCII + i);
	return '?';
}

/* The adapter counts blue 1, green 2, red 4. */
static u8 text_colour(u8 colour)
{
	return (colour & 0xa) | (colour & 1) << 2 | (colour & 4) >> 2;
}

static void draw_text(unsigned x, unsigned y, struct cell c)
{
	u8 attribute = text_colour(c.colours & 15) | text_colour(c.colours >> 4 & 7) << 4;
	u16 *at = (u16 *)(fb.pixels + (size_t)y * fb.mode.pitch_bytes) + x;
	WRITE_ONCE(*at, (u16)(attribute << 8 | text_code(c.code)));
}

static void move_text_cursor(void)
{
	u16 at = (u16)(fb.screen.cursor_visible ? fb.screen.y * fb.screen.cols + fb.screen.x : UINT16_MAX);
	outb(VGA_INDEX, VGA_CURSOR_HIGH);
	outb(VGA_INDEX + 1, (u8)(at >> 8));
	outb(VGA_INDEX, VGA_CURSOR_LOW);
	outb(VGA_INDEX + 1, (u8)at);
}

/* --- bringing the screen up to date: the lock is held --- */

static bool is_text(void)
{
	return fb.mode.kind == BOOT_FB_TEXT;
}

static void refresh(void)
{
	const struct screen *s = &fb.screen;
	bool cursor_drawn = s->cursor_visible && !is_text();
	for (unsigned y = 0; y < s->rows; y++) {
		const struct cell *row = screen_row(s, y);
		struct cell *shown = fb.shown + (size_t)y * s->cols;
		for (unsigned x = 0; x < s->cols; x++) {
			struct cell c = row[x];
			if (unlikely(cursor_drawn && x == s->x && y == s->y))
				c.colours = (u8)(c.colours << 4 | c.colours >> 4);
			if (likely(c.code == shown[x].code && c.colours == shown[x].colours &&
				    c.flags == shown[x].flags))
				continue;
			shown[x] = c;
			if (is_text())
				draw_text(x, y, c);
			else
				draw_pixels(x, y, c);
		}
	}
	if (is_text())
		move_text_cursor();
}

static u64 lock_fb(void)
{
	return panic_is_on() ? irq_save() : spin_lock_irqsave(&fb.lock);
}

static void unlock_fb(u64 irq)
{
	if (panic_is_on())
		irq_restore(irq);
	else
		spin_unlock_irqrestore(&fb.lock, irq);
}

/* --- the log's side and the terminal's --- */

static void log_write(const char *s, size_t n)
{
	u64 irq = lock_fb();
	for (size_t i = 0, line; i < n; i += line) {
		const char *end = memchr(s + i, '\n', n - i);
		line = end ? (size_t)(end - (s + i)) : n - i;
		screen_write(&fb.screen, (const u8 *)s + i, line);
		if (end) {
			screen_write(&fb.screen, (const u8 *)"\r\n", 2);
			line++;
		}
	}
	refresh();
	unlock_fb(irq);
}

static size_t port_write(struct tty_port *p, const u8 *s, size_t n)
{
	u8 reply[SCREEN_REPLY];
	u64 irq = lock_fb();
	screen_write(&fb.screen, s, n);
	refresh();
	size_t nr_reply = fb.screen.nr_reply;
	memcpy(reply, fb.screen.reply, nr_reply);
	fb.screen.nr_reply = 0;
	unlock_fb(irq);
	if (unlikely(nr_reply))
		tty_port_input(p, reply, nr_reply, TTY_INPUT_NORMAL);
	return n;
}

static size_t port_write_room(struct tty_port *p)
{
	return SIZE_MAX;
}

static size_t port_pending(struct tty_port *p)
{
	return 0;
}

static void port_set_termios(struct tty_port *p, const struct termios *t)
{
	/* nothing of it concerns a screen */
}

static const struct tty_port_ops port_ops = {
	.write = port_write, .write_room = port_write_room, .pending = port_pending, .set_termios = port_set_termios,
};

bool fbconsole_wants_app_cursor(void)
{
	return READ_ONCE(fb.screen.app_cursor);
}

int fbconsole_choose(void)
{
	if (!fb.pixels)
		return -ENODEV;
	tty_port_set_console(&fb.port);
	return 0;
}

/* --- start-up --- */

/* Columns and rows of a mode that can be used; false: it cannot. */
static bool fit(const struct boot_framebuffer *m, unsigned *cols, unsigned *rows)
{
	if (m->kind == BOOT_FB_TEXT) {
		*cols = m->width;
		*rows = m->height;
		return m->pitch_bytes >= m->width * sizeof(u16);
	}
	fb.bytes_per_pixel = (m->bpp + 7) / 8;
	fb.scale = m->width >= DOUBLE_FROM_WIDTH ? DOUBLED : 1;
	*cols = m->width / (FONT_WIDTH * fb.scale);
	*rows = m->height / (console_font.height * fb.scale);
	bool channels = m->red_size && m->red_size <= 16 && m->green_size && m->green_size <= 16 && m->blue_size &&
		m->blue_size <= 16;
	return m->kind == BOOT_FB_RGB && m->bpp >= 15 && m->bpp <= 8 * MAX_BYTES_PER_PIXEL && channels &&
		m->pitch_bytes >= (u64)m->width * fb.bytes_per_pixel;
}

static void prepare_glyphs(void)
{
	u16 unknown = find_glyph(GLYPH_UNKNOWN, find_glyph('?', 0));
	for (unsigned i = 0; i < ASCII; i++)
		fb.ascii_glyphs[i] = find_glyph((u16)i, unknown);
	for (unsigned i = 0; i < NR_COLOURS; i++)
		fb.palette[i] = pack(colours[i]);
}

void fbconsole_init(const struct bootinfo *bi)
{
	unsigned cols, rows;
	fb.mode = bi->fb;
	size_t bytes = (size_t)fb.mode.pitch_bytes * fb.mode.height;
	if (!fit(&fb.mode, &cols, &rows) || cols < TEXT_MIN || rows < TEXT_MIN || bytes > FB_MAX_BYTES) {
		if (fb.mode.kind != BOOT_FB_NONE)
			log_warn("fbconsole: no use for %ux%u, %u bits per pixel, pitch %u", fb.mode.width,
				fb.mode.height, fb.mode.bpp, fb.mode.pitch_bytes);
		return;
	}
	cols = min(cols, (unsigned)MAX_COLS);
	rows = min(rows, (unsigned)MAX_ROWS);
	struct cell *cells = kcalloc((size_t)cols * rows, sizeof(*cells));
	struct cell *shown = kcalloc((size_t)cols * rows, sizeof(*shown));
	u8 *pixels = kvirt_map_phys(fb.mode.addr, bytes, KMAP_RW_WRITE_COMBINING);
	if (!cells || !shown || !pixels) {
		log_warn("fbconsole: no memory");
		kfree(cells);
		kfree(shown);
		return;
	}
	prepare_glyphs();
	spin_init(&fb.lock, RANK_DEVICE);
	screen_init(&fb.screen, cells, cols, rows);
	fb.shown = shown;
	fb.pixels = pixels;
	if (is_text()) {
		refresh(); /* `shown` is of zeroes and differs everywhere */
	} else {
		memset(pixels, 0, bytes); /* black in every format, also beyond the last cell */
		memcpy(shown, cells, (size_t)cols * rows * sizeof(*cells));
	}
	fb.port = (struct tty_port){
		.name = "tty1", .major = MAJOR_TTY, .minor = MINOR_TTY1, .ops = &port_ops,
		.initial = tty_default_termios, .size = { .ws_row = (u16)rows, .ws_col = (u16)cols },
	};
	fb.port.initial.c_iflag |= IUTF8; /* what is typed is erased as it is shown */
	tty_port_register(&fb.port);
	fb.console.write = log_write;
	console_register(&fb.console, CONSOLE_WHOLE_LOG);
	log_info("fbconsole: %ux%u characters on %ux%u, %u bits per pixel", cols, rows, fb.mode.width,
		fb.mode.height, fb.mode.bpp);
}
