// SPDX-License-Identifier: MIT
/*
 * scanf: values out of a string or a stream.
 *
 * Promise   d i u x o p c s [set] n % and the floating ones; *, widths, lengths hh h l ll z j t L. At most one
 *           character more than needed is looked at, and it goes back to the stream.
 * How       what a conversion may take is gathered into a small text, which strtol() and strtod() then read
 * Linux     scanf(3)
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "user/libc/stream.h"

enum { NUMBER_BYTES = 128, LONG_DOUBLE = 16 };

struct source {
	const char *s; /* a string; NULL: the stream */
	FILE *f;
	int next;      /* the character looked at, when `looked` */
	bool looked;
	long taken;
};

static int peek(struct source *src)
{
	if (!src->looked) {
		src->next = src->f ? __stream_getc(src->f) : *src->s ? (unsigned char)*src->s++ : EOF;
		src->looked = true;
	}
	return src->next;
}

static void take(struct source *src)
{
	src->looked = false;
	src->taken++;
}

static void skip_space(struct source *src)
{
	while (isspace(peek(src)))
		take(src);
}

struct directive {
	bool discard;
	int width, length;
	char conversion;
	bool set[256]; /* which characters %[ %s %c take */
};

/* --- numbers --- */

struct gathered {
	char text[NUMBER_BYTES];
	int len, max;
};

/* Takes the next character when it is one of these. */
static bool gather(struct source *src, struct gathered *g, const char *which)
{
	int c = peek(src);

	if (c == EOF || c == 0 || g->len == g->max || !strchr(which, c))
		return false;
	g->text[g->len++] = c;
	take(src);
	return true;
}

static struct gathered start_number(struct source *src, const struct directive *d)
{
	struct gathered g = { .max = NUMBER_BYTES - 1 };

	if (d->width && d->width < g.max)
		g.max = d->width;
	skip_space(src);
	gather(src, &g, "+-");
	return g;
}

static void store(void *to, long value, int length)
{
	switch (length) {
	case 1:
		*(char *)to = value;
		break;
	case 2:
		*(short *)to = value;
		break;
	case 4:
		*(int *)to = value;
		break;
	default:
		*(long *)to = value;
	}
}

static int base_of(char conversion)
{
	switch (conversion) {
	case 'x':
	case 'X':
	case 'p':
		return 16;
	case 'o':
		return 8;
	case 'i':
		return 0;
	}
	return 10;
}

static bool scan_integer(struct source *src, const struct directive *d, void *to)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	char allowed[sizeof(digits)];
	struct gathered g = start_number(src, d);
	int base = base_of(d->conversion);
	bool any = false;
	char *end;

	if (base == 0 || base == 16) {
		any = gather(src, &g, "0");
		bool hex = any && gather(src, &g, "xX");
		base = hex || base == 16 ? 16 : any ? 8 : 10;
	}
	strlcpy(allowed, digits, base == 16 ? sizeof(digits) : (size_t)base + 1);
	while (gather(src, &g, allowed))
		any = true;
	if (!any)
		return false;
	bool is_signed = d->conversion == 'd' || d->conversion == 'i';
	long value = is_signed ? strtol(g.text, &end, base) : (long)strtoul(g.text, &end, base);
	if (to)
		store(to, value, d->conversion == 'p' ? 8 : d->length);
	return true;
}

static bool scan_float(struct source *src, const struct directive *d, void *to)
{
	static const char digits[] = "0123456789";
	struct gathered g = start_number(src, d);
	bool any = false;

	while (gather(src, &g, "infatyINFATY")) /* inf, infinity, nan */
		any = true;
	while (!any && gather(src, &g, digits))
		any = true;
	if (!any || isdigit(g.text[g.len - 1])) {
		while (gather(src, &g, digits))
			;
		if (gather(src, &g, "."))
			while (gather(src, &g, digits))
				any = true;
		if (any && gather(src, &g, "eE")) {
			gather(src, &g, "+-");
			while (gather(src, &g, digits))
				;
		}
	}
	char *end;
	double value = strtod(g.text, &end);
	if (!any || end == g.text)
		return false;
	if (to && d->length == LONG_DOUBLE)
		*(long double *)to = value;
	else if (to && d->length == 8)
		*(double *)to = value;
	else if (to)
		*(float *)to = value;
	return true;
}

/* --- characters --- */

/* The set after '['; answers what follows the ']'. */
static const char *read_set(const char *fmt, bool *set)
{
	bool negate = *fmt == '^';
	const char *p = fmt + negate, *start = p;

	memset(set, negate, 256);
	for (; *p && (*p != ']' || p == start); p++) {
		unsigned char from = *p, to = from;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			to = p[2];
			p += 2;
		}
		for (unsigned c = from; c <= to; c++)
			set[c] = !negate;
	}
	return *p ? p + 1 : p;
}

static bool scan_text(struct source *src, const struct directive *d, char *to)
{
	int n = 0, c;

	while ((c = peek(src)) != EOF && d->set[c] && (!d->width || n < d->width)) {
		if (to)
			to[n] = c;
		n++;
		take(src);
	}
	if (to && d->conversion != 'c')
		to[n] = '\0';
	return d->conversion == 'c' ? n == d->width : n > 0;
}

/* --- formats --- */

/* fmt after the '%'; answers what follows the directive. */
static const char *read_directive(const char *fmt, struct directive *d)
{
	*d = (struct directive){ .length = 4 };
	if (*fmt == '*') {
		d->discard = true;
		fmt++;
	}
	for (; isdigit(*fmt); fmt++)
		d->width = d->width * 10 + (*fmt - '0');
	for (; strchr("hlzjtqL", *fmt) && *fmt; fmt++)
		d->length = *fmt == 'h' ? d->length / 2 : *fmt == 'L' ? LONG_DOUBLE : 8;
	d->conversion = *fmt;
	fmt += *fmt != '\0';
	if (d->conversion == '[')
		return read_set(fmt, d->set);
	for (int c = 0; c < 256; c++)
		d->set[c] = d->conversion == 'c' || !isspace(c);
	if (d->conversion == 'c' && !d->width)
		d->width = 1;
	return fmt;
}

static bool scan_one(struct source *src, const struct directive *d, void *to)
{
	switch (d->conversion) {
	case 's':
		skip_space(src);
		return scan_text(src, d, to);
	case 'c':
	case '[':
		return scan_text(src, d, to);
	case 'a':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return scan_float(src, d, to);
	}
	return scan_integer(src, d, to);
}

static int scan(struct source *src, const char *fmt, va_list ap)
{
	int stored = 0;

	while (*fmt) {
		struct directive d;

		if (isspace(*fmt)) {
			skip_space(src);
			fmt++;
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			if (*fmt == '%') {
				skip_space(src);
				fmt++;
			}
			if (peek(src) != (unsigned char)*fmt)
				return stored || peek(src) != EOF ? stored : EOF;
			take(src);
			fmt++;
			continue;
		}
		fmt = read_directive(fmt + 1, &d);
		void *to = d.discard ? NULL : va_arg(ap, void *);
		if (d.conversion == 'n') {
			store(to, src->taken, d.length);
			continue;
		}
		long before = src->taken;
		if (!scan_one(src, &d, to))
			return stored || peek(src) != EOF || src->taken > before ? stored : EOF;
		stored += !d.discard;
	}
	return stored;
}

int vsscanf(const char *s, const char *fmt, va_list ap)
{
	struct source src = { .s = s };

	return scan(&src, fmt, ap);
}

int vfscanf(FILE *f, const char *fmt, va_list ap)
{
	struct source src = { .f = f };

	__lock(&f->lock);
	int n = scan(&src, fmt, ap);
	__unlock(&f->lock);
	if (src.looked && src.next != EOF)
		ungetc(src.next, f);
	return n;
}

int vscanf(const char *fmt, va_list ap)
{
	return vfscanf(stdin, fmt, ap);
}

int sscanf(const char *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsscanf(s, fmt, ap);
	va_end(ap);
	return n;
}

int fscanf(FILE *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vfscanf(f, fmt, ap);
	va_end(ap);
	return n;
}

int scanf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vfscanf(stdin, fmt, ap);
	va_end(ap);
	return n;
}
