// SPDX-License-Identifier: MIT
/*
 * fmt: formatted text. The contract is in fmt.h.
 *
 * Promise   what printf of C prints for the conversions named there; %p prints 0x and hexadecimal digits,
 *           (null) for a NULL string. An unknown conversion is printed as it stands, so that a mistake is
 *           seen rather than guessed at.
 *
 * One directive is read into a struct spec; a number is made into digits from the right; then one
 * function pads. All output goes through a sink, of which a bounded buffer is one.
 */
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"

enum { DIGITS_MAX = 24 /* 64 bits in octal, and some */, CHUNK = 16, NO_PRECISION = -1 };

struct spec {
	bool left, zero, plus, space, alternate;
	int width, precision;
	enum { SIZE_CHAR, SIZE_SHORT, SIZE_INT, SIZE_LONG } size;
};

static void put_repeated(struct fmt_sink *sink, char c, int n)
{
	char chunk[CHUNK];
	memset(chunk, c, sizeof(chunk));
	for (; n > 0; n -= CHUNK)
		sink->put(sink, chunk, min(n, (int)CHUNK));
}

/* [spaces] prefix [zeroes] body [spaces] */
static void put_padded(struct fmt_sink *sink, const struct spec *spec, const char *prefix,
	size_t prefix_n, int zeroes, const char *body, size_t n)
{
	int pad = spec->width - (int)(prefix_n + n) - zeroes;
	if (!spec->left)
		put_repeated(sink, ' ', pad);
	if (prefix_n)
		sink->put(sink, prefix, prefix_n);
	put_repeated(sink, '0', zeroes);
	if (n)
		sink->put(sink, body, n);
	if (spec->left)
		put_repeated(sink, ' ', pad);
}

static void put_number(struct fmt_sink *sink, const struct spec *spec, u64 value, unsigned base,
	const char *digits, const char *prefix)
{
	char text[DIGITS_MAX];
	int n = 0;
	bool is_zero = !value;
	for (; value; value /= base)
		text[DIGITS_MAX - ++n] = digits[value % base];
	if (is_zero && spec->precision != 0)
		text[DIGITS_MAX - ++n] = '0';
	size_t prefix_n = strlen(prefix);
	int zeroes = 0;
	if (spec->precision != NO_PRECISION)
		zeroes = max(spec->precision - n, 0);
	else if (spec->zero && !spec->left)
		zeroes = max(spec->width - n - (int)prefix_n, 0);
	if (base == 8 && spec->alternate && !zeroes && (!is_zero || !n))
		zeroes = 1;
	put_padded(sink, spec, prefix, prefix_n, zeroes, text + DIGITS_MAX - n, n);
}

static void put_signed(struct fmt_sink *sink, const struct spec *spec, s64 value)
{
	const char *sign = value < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";
	put_number(sink, spec, value < 0 ? -(u64)value : (u64)value, 10, "0123456789", sign);
}

static void put_string(struct fmt_sink *sink, const struct spec *spec, const char *s)
{
	if (!s)
		s = "(null)";
	size_t n = spec->precision == NO_PRECISION ? strlen(s) : strnlen(s, spec->precision);
	put_padded(sink, spec, "", 0, 0, s, n);
}

static s64 cut_signed(const struct spec *spec, s64 v)
{
	switch (spec->size) {
	case SIZE_CHAR:
		return (s8)v;
	case SIZE_SHORT:
		return (s16)v;
	case SIZE_INT:
		return (s32)v;
	default:
		return v;
	}
}

static u64 cut_unsigned(const struct spec *spec, u64 v)
{
	switch (spec->size) {
	case SIZE_CHAR:
		return (u8)v;
	case SIZE_SHORT:
		return (u16)v;
	case SIZE_INT:
		return (u32)v;
	default:
		return v;
	}
}

static const char *read_flags(const char *f, struct spec *spec)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			spec->left = true;
			break;
		case '0':
			spec->zero = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->alternate = true;
			break;
		default:
			return f;
		}
	}
}

static const char *read_int(const char *f, int *out)
{
	enum { LIMIT = 1 << 24 };
	int v = 0;
	for (; *f >= '0' && *f <= '9'; f++)
		if (v < LIMIT)
			v = v * 10 + (*f - '0');
	*out = v;
	return f;
}

static const char *read_size(const char *f, struct spec *spec)
{
	spec->size = SIZE_INT;
	if (*f == 'h') {
		spec->size = f[1] == 'h' ? SIZE_CHAR : SIZE_SHORT;
		return f + (f[1] == 'h' ? 2 : 1);
	}
	if (*f == 'l') {
		spec->size = SIZE_LONG;
		return f + (f[1] == 'l' ? 2 : 1);
	}
	if (*f == 'z' || *f == 't' || *f == 'j') {
		spec->size = SIZE_LONG;
		return f + 1;
	}
	return f;
}

/* The variable arguments, boxed so that helpers can take from them. */
struct args {
	va_list ap;
};

/* Flags, width and precision. Answers the place of the size. */
static const char *read_spec(const char *f, struct spec *spec, struct args *args)
{
	*spec = (struct spec){ .precision = NO_PRECISION };
	f = read_flags(f, spec);
	if (*f == '*') {
		spec->width = va_arg(args->ap, int);
		if (spec->width < 0) {
			spec->left = true;
			spec->width = -spec->width;
		}
		f++;
	} else {
		f = read_int(f, &spec->width);
	}
	if (*f != '.')
		return f;
	if (*++f == '*') {
		int precision = va_arg(args->ap, int);
		spec->precision = precision < 0 ? NO_PRECISION : precision;
		return f + 1;
	}
	return read_int(f, &spec->precision);
}

static s64 take_signed(const struct spec *spec, struct args *args)
{
	return cut_signed(spec, spec->size == SIZE_LONG ? va_arg(args->ap, s64) : va_arg(args->ap, int));
}

static u64 take_unsigned(const struct spec *spec, struct args *args)
{
	return cut_unsigned(spec,
		spec->size == SIZE_LONG ? va_arg(args->ap, u64) : va_arg(args->ap, unsigned));
}

static void put_pointer(struct fmt_sink *sink, struct spec *spec, struct args *args)
{
	u64 v = (uintptr_t)va_arg(args->ap, void *);
	put_number(sink, spec, v, 16, "0123456789abcdef", "0x");
}

/* One conversion character; false if it is unknown. */
static bool convert(struct fmt_sink *sink, char conversion, struct spec *spec, struct args *args)
{
	u64 v;
	char c;
	switch (conversion) {
	case 'd':
	case 'i':
		put_signed(sink, spec, take_signed(spec, args));
		return true;
	case 'u':
		put_number(sink, spec, take_unsigned(spec, args), 10, "0123456789", "");
		return true;
	case 'o':
		put_number(sink, spec, take_unsigned(spec, args), 8, "01234567", "");
		return true;
	case 'x':
		v = take_unsigned(spec, args);
		put_number(sink, spec, v, 16, "0123456789abcdef", spec->alternate && v ? "0x" : "");
		return true;
	case 'X':
		v = take_unsigned(spec, args);
		put_number(sink, spec, v, 16, "0123456789ABCDEF", spec->alternate && v ? "0X" : "");
		return true;
	case 'c':
		c = (char)va_arg(args->ap, int);
		put_padded(sink, spec, "", 0, 0, &c, 1);
		return true;
	case 's':
		put_string(sink, spec, va_arg(args->ap, const char *));
		return true;
	case 'p':
		put_pointer(sink, spec, args);
		return true;
	case '%':
		sink->put(sink, "%", 1);
		return true;
	default:
		return false;
	}
}

void fmt_to_sink(struct fmt_sink *sink, const char *format, va_list ap)
{
	struct args args;
	va_copy(args.ap, ap);
	const char *f = format;
	while (*f) {
		const char *start = f;
		while (*f && *f != '%')
			f++;
		if (f != start)
			sink->put(sink, start, f - start);
		if (!*f)
			break;
		start = f;
		struct spec spec;
		f = read_spec(f + 1, &spec, &args);
		f = read_size(f, &spec);
		if (!convert(sink, *f, &spec, &args)) {
			sink->put(sink, start, f - start);
			continue;
		}
		f++;
	}
	va_end(args.ap);
}

struct buffer_sink {
	struct fmt_sink sink;
	char *buf;
	size_t size, len; /* len counts what did not fit as well */
};

static void put_buffer(struct fmt_sink *sink, const char *s, size_t n)
{
	struct buffer_sink *b = container_of(sink, struct buffer_sink, sink);
	if (b->len < b->size)
		memcpy(b->buf + b->len, s, min(n, b->size - b->len));
	b->len += n;
}

int fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args)
{
	struct buffer_sink b = { .sink.put = put_buffer, .buf = buf, .size = size };
	fmt_to_sink(&b.sink, format, args);
	if (size)
		buf[min(b.len, size - 1)] = 0;
	return (int)b.len;
}

int fmt_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = fmt_vsnprintf(buf, size, format, args);
	va_end(args);
	return n;
}
