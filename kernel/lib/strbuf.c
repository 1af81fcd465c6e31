// SPDX-License-Identifier: MIT
/*
 * strbuf: growing and fixed text buffers. The contract is in strbuf.h.
 *
 * Promise   sizes double, so appending n bytes in all costs O(n); one byte is always kept for the NUL
 * Locks     the caller's
 */
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"

enum { FIRST_SIZE = 256 };

static const struct strbuf_ops *allocator;

void strbuf_set_allocator(const struct strbuf_ops *ops)
{
	allocator = ops;
}

void strbuf_init(struct strbuf *sb, char *memory, size_t size)
{
	*sb = (struct strbuf){ .text = memory, .size = size };
	memory[0] = 0;
}

void strbuf_init_growing(struct strbuf *sb, size_t limit)
{
	*sb = (struct strbuf){ .limit = limit };
}

void strbuf_free(struct strbuf *sb)
{
	if (!sb->limit)
		return;
	if (sb->text)
		allocator->release(sb->text);
	strbuf_init_growing(sb, sb->limit);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	sb->overflow = false;
	if (sb->text)
		sb->text[0] = 0;
}

/* Room for n more bytes and the NUL, as far as it can be had. Answers how many fit. */
static size_t reserve(struct strbuf *sb, size_t n)
{
	size_t wanted = sb->len + n + 1;
	if (wanted > sb->size && wanted > n && sb->size < sb->limit) {
		size_t size = max(sb->size, (size_t)FIRST_SIZE);
		while (size < wanted && size < sb->limit)
			size *= 2;
		size = min(size, sb->limit);
		char *text = allocator->resize(sb->text, size);
		if (text) {
			sb->text = text;
			sb->size = size;
		}
	}
	if (sb->size <= sb->len)
		return 0;
	return min(n, sb->size - sb->len - 1);
}

void strbuf_put(struct strbuf *sb, const char *s, size_t n)
{
	size_t fits = reserve(sb, n);
	if (fits < n)
		sb->overflow = true;
	if (!fits)
		return;
	memcpy(sb->text + sb->len, s, fits);
	sb->len += fits;
	sb->text[sb->len] = 0;
}

void strbuf_puts(struct strbuf *sb, const char *s)
{
	strbuf_put(sb, s, strlen(s));
}

void strbuf_putc(struct strbuf *sb, char c)
{
	strbuf_put(sb, &c, 1);
}

struct strbuf_sink {
	struct fmt_sink sink;
	struct strbuf *sb;
};

static void put_strbuf(struct fmt_sink *sink, const char *s, size_t n)
{
	strbuf_put(container_of(sink, struct strbuf_sink, sink)->sb, s, n);
}

void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args)
{
	struct strbuf_sink sink = { .sink.put = put_strbuf, .sb = sb };
	fmt_to_sink(&sink.sink, format, args);
}

void strbuf_printf(struct strbuf *sb, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	strbuf_vprintf(sb, format, args);
	va_end(args);
}

void strbuf_pad(struct strbuf *sb, size_t column)
{
	size_t start = sb->len;
	while (start > 0 && sb->text[start - 1] != '\n')
		start--;
	while (sb->len - start < column && !sb->overflow)
		strbuf_putc(sb, ' ');
}

void strbuf_puts_escaped(struct strbuf *sb, const char *s, const char *special)
{
	for (; *s; s++) {
		if (*s == '\\' || strchr(special, *s))
			strbuf_printf(sb, "\\%03o", (u8)*s);
		else
			strbuf_putc(sb, *s);
	}
}
