// SPDX-License-Identifier: MIT
/*
 * fmt: text from values, as printf does it, into a bounded buffer.
 *
 * Promise   conversions d i u o x X c s p %, flags - 0 + space #, width and precision (both also *), sizes
 *           hh h l ll z t j. Always terminates the buffer (if size > 0). No floating point.
 */
#pragma once
#include "kernel/lib/macros.h"

/* Answers the length that the whole text has; >= size means that it was cut. */
int fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args) __printf(3, 0);
int fmt_snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);

/* Where formatted text goes, piece by piece. */
struct fmt_sink {
	void (*put)(struct fmt_sink *sink, const char *s, size_t n);
};
void fmt_to_sink(struct fmt_sink *sink, const char *format, va_list args) __printf(2, 0);
