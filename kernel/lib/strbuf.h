// SPDX-License-Identifier: MIT
/*
 * strbuf: text that is put together piece by piece: what the show functions of procfs write into.
 *
 * Promise   either over the caller's memory, or growing by itself up to a limit. Appending never fails
 *           loudly: what does not fit is dropped and `overflow` stays set, so a writer need not check each
 *           call. The text is always terminated.
 * Lifetime  a growing buffer is freed by strbuf_free(); a fixed one belongs to the caller
 */
#pragma once
#include "kernel/lib/fmt.h"

struct strbuf {
	char *text;	/* NUL-terminated, but NULL in a growing buffer that is still empty */
	size_t len;	/* without the NUL */
	size_t size;	/* bytes at text */
	size_t limit;	/* growing: never more bytes than this; 0: fixed */
	bool overflow;	/* something was dropped */
};

/* Called once before the first growing buffer is used; resize as realloc (NULL: no memory). */
struct strbuf_ops {
	void *(*resize)(void *old, size_t n);
	void (*release)(void *p);
};
void strbuf_set_allocator(const struct strbuf_ops *ops);

void strbuf_init(struct strbuf *sb, char *memory, size_t size); /* size > 0 */
void strbuf_init_growing(struct strbuf *sb, size_t limit);
void strbuf_free(struct strbuf *sb);	/* nothing for a fixed one; empty and usable afterwards */
void strbuf_reset(struct strbuf *sb);	/* empty, memory kept */

void strbuf_put(struct strbuf *sb, const char *s, size_t n);
void strbuf_puts(struct strbuf *sb, const char *s);
void strbuf_putc(struct strbuf *sb, char c);
void strbuf_printf(struct strbuf *sb, const char *format, ...) __printf(2, 3);
void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args) __printf(2, 0);
/* Spaces until the line that is being written has `column` characters. */
void strbuf_pad(struct strbuf *sb, size_t column);
/* Like puts; characters that occur in `special` (and backslash) become \ooo, as in /proc/mounts. */
void strbuf_puts_escaped(struct strbuf *sb, const char *s, const char *special);

static inline const char *strbuf_text(const struct strbuf *sb)
{
	return sb->text ? sb->text : "";
}
