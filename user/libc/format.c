// SPDX-License-Identifier: MIT
/*
 * format: the one engine behind every printf.
 *
 * Promise   flags - + space 0 #, width and precision (also *), lengths hh h l ll z t j L, conversions
 *           d i u x X o c s p n m % and the floating ones (f F e E g G, by fmt_float.c).
 *           The text goes to a sink in pieces; the answer is its whole length.
 * Linux     printf(3)
 */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include "user/libc/libc.h"

enum { DIGITS_BYTES = 72, FLOAT_BYTES = 1400 };

struct spec {
	bool left, plus, space, zero, alternate;
	int width, precision; /* precision -1: none */
	int length;	      /* bytes of the argument: 1 2 4 8; 16: long double */
};

static void put(struct sink *s, const char *text, size_t n)
{
	s->put(s, text, n);
	s->len += n;
}

static void pad(struct sink *s, char c, int n)
{
	char block[32];

	memset(block, c, sizeof(block));
	for (; n > 0; n -= sizeof(block))
		put(s, block, n < (int)sizeof(block) ? n : (int)sizeof(block));
}

/* prefix, zeros, text: within the width, padded on the side that the flags say. */
static void put_field(struct sink *s, const struct spec *sp, const char *prefix, int zeros, const char *text,
	int len)
{
	int before = strlen(prefix);
	int room = sp->width - before - (zeros > 0 ? zeros : 0) - len;

	if (!sp->left)
		pad(s, ' ', room);
	put(s, prefix, before);
	pad(s, '0', zeros);
	put(s, text, len);
	if (sp->left)
		pad(s, ' ', room);
}

static void put_number(struct sink *s, struct spec *sp, uint64_t value, unsigned base, bool upper,
	const char *prefix)
{
	char buf[DIGITS_BYTES], *p = buf + sizeof(buf);
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (uint64_t v = value; v; v /= base)
		*--p = digits[v % base];
	int len = buf + sizeof(buf) - p;
	int wanted = sp->precision >= 0 ? sp->precision : 1;
	if (base == 8 && sp->alternate && wanted <= len)
		wanted = len + 1;
	if (sp->precision < 0 && sp->zero && !sp->left && sp->width - (int)strlen(prefix) > wanted)
		wanted = sp->width - strlen(prefix);
	put_field(s, sp, prefix, wanted - len, p, len);
}

static const char *sign_of(const struct spec *sp, bool negative)
{
	return negative ? "-" : sp->plus ? "+" : sp->space ? " " : "";
}

static void put_float(struct sink *s, struct spec *sp, double value, char conversion)
{
	char buf[FLOAT_BYTES];
	bool negative = __builtin_signbit(value), finite = __builtin_isfinite(value);
	const char *sign = sign_of(sp, negative);
	int len = __format_double(buf, sizeof(buf), negative ? -value : value, conversion,
		sp->precision < 0 ? 6 : sp->precision, sp->alternate);
	int zeros = sp->zero && !sp->left && finite ? sp->width - (int)strlen(sign) - len : 0;

	put_field(s, sp, sign, zeros, buf, len);
}

static int64_t signed_argument(va_list *ap, int length)
{
	switch (length) {
	case 1:
		return (signed char)va_arg(*ap, int);
	case 2:
		return (short)va_arg(*ap, int);
	case 4:
		return va_arg(*ap, int);
	default:
		return va_arg(*ap, long);
	}
}

static uint64_t unsigned_argument(va_list *ap, int length)
{
	uint64_t value = signed_argument(ap, length);

	return length >= 8 ? value : value & ((1ull << 8 * length) - 1);
}

/* Flags, width, precision and length; answers the conversion's place. */
static const char *parse_spec(const char *p, struct spec *sp, va_list *ap)
{
	*sp = (struct spec){ .precision = -1, .length = 4 };
	for (;; p++) {
		if (*p == '-')
			sp->left = true;
		else if (*p == '+')
			sp->plus = true;
		else if (*p == ' ')
			sp->space = true;
		else if (*p == '0')
			sp->zero = true;
		else if (*p == '#')
			sp->alternate = true;
		else if (*p != '\'') /* the C locale groups nothing */
			break;
	}
	if (*p == '*') {
		sp->width = va_arg(*ap, int);
		p++;
		if (sp->width < 0) {
			sp->left = true;
			sp->width = -sp->width;
		}
	}
	for (; *p >= '0' && *p <= '9'; p++)
		sp->width = sp->width * 10 + (*p - '0');
	if (*p == '.') {
		sp->precision = 0;
		if (*++p == '*') {
			sp->precision = va_arg(*ap, int);
			p++;
		}
		for (; *p >= '0' && *p <= '9'; p++)
			sp->precision = sp->precision * 10 + (*p - '0');
	}
	for (;; p++) {
		if (*p == 'h')
			sp->length /= 2;
		else if (*p == 'l' || *p == 'z' || *p == 't' || *p == 'j' || *p == 'q')
			sp->length = 8;
		else if (*p == 'L')
			sp->length = 16;
		else
			return p;
	}
}

static void convert_number(struct sink *s, struct spec *sp, char c, va_list *ap)
{
	if (c == 'd' || c == 'i') {
		int64_t value = signed_argument(ap, sp->length);
		put_number(s, sp, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, false,
			sign_of(sp, value < 0));
		return;
	}
	uint64_t value = unsigned_argument(ap, sp->length);
	unsigned base = c == 'o' ? 8 : c == 'u' ? 10 : 16;
	const char *prefix = base == 16 && sp->alternate && value ? (c == 'X' ? "0X" : "0x") : "";
	put_number(s, sp, value, base, c == 'X', prefix);
}

static void convert_text(struct sink *s, struct spec *sp, const char *text)
{
	if (!text)
		text = "(null)";
	put_field(s, sp, "", 0, text, sp->precision < 0 ? strlen(text) : strnlen(text, sp->precision));
}

static void convert(struct sink *s, struct spec *sp, char c, va_list *ap, int saved_errno)
{
	switch (c) {
	case 'd': case 'i': case 'u': case 'x': case 'X': case 'o':
		convert_number(s, sp, c, ap);
		break;
	case 'p': {
		void *pointer = va_arg(*ap, void *);
		sp->alternate = true;
		if (pointer)
			put_number(s, sp, (uintptr_t)pointer, 16, false, "0x");
		else
			convert_text(s, sp, "(nil)");
		break;
	}
	case 'c': {
		char one = va_arg(*ap, int);
		put_field(s, sp, "", 0, &one, 1);
		break;
	}
	case 's':
		convert_text(s, sp, va_arg(*ap, const char *));
		break;
	case 'm':
		convert_text(s, sp, strerror(saved_errno));
		break;
	case 'n':
		*va_arg(*ap, int *) = s->len;
		break;
	case 'f': case 'F': case 'e': case 'E': case 'g': case 'G':
		put_float(s, sp, sp->length == 16 ? (double)va_arg(*ap, long double) : va_arg(*ap, double),
			c);
		break;
	case '%':
		put(s, "%", 1);
		break;
	default: /* not a conversion: shown as it stands */
		put(s, "%", 1);
		put(s, &c, 1);
	}
}

int __format(struct sink *s, const char *fmt, va_list args)
{
	int saved_errno = errno;
	va_list ap;

	va_copy(ap, args);
	s->len = 0;
	while (*fmt) {
		size_t plain = strcspn(fmt, "%");
		struct spec sp;

		if (plain)
			put(s, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;
		fmt = parse_spec(fmt + 1, &sp, &ap);
		if (!*fmt)
			break;
		convert(s, &sp, *fmt++, &ap, saved_errno);
	}
	va_end(ap);
	return s->len;
}
