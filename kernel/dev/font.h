// SPDX-License-Identifier: MIT
/*
 * font: the console's font, made at build time from an installed one by mkfont.py.
 *
 * Promise   glyphs are FONT_WIDTH pixels wide, one byte per row, leftmost pixel in the highest bit; `codes`
 *           is sorted
 */
#pragma once
#include "kernel/lib/types.h"

enum { FONT_WIDTH = 8 };

struct font_code {
	u16 code;  /* Unicode */
	u16 glyph;
};

struct font {
	u32 height, nr_glyphs, nr_codes;
	const u8 *rows; /* of glyph g: height bytes from g * height on */
	const struct font_code *codes;
};
extern const struct font console_font;
