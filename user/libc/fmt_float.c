// SPDX-License-Identifier: MIT
/*
 * fmt_float: the decimal digits of a double, exactly.
 *
 * Promise   every digit is right, and the last one is rounded to nearest, ties to even, as glibc does.
 * How       a double is m * 2^e. The number is kept as decimal digits, one per byte, with a point: an
 *           integer m doubled or halved |e| times. Halving appends one digit each time and nothing is
 *           ever lost. It takes up to a million digit operations for the largest numbers; nobody
 *           prints those in a loop.
 */
#include <string.h>
#include "user/libc/libc.h"

enum {
	MAX_WHOLE = 330,    /* digits before the point of the largest double, and room */
	MAX_FRACTION = 1100, /* behind it, of the smallest */
};

/* digit[point - 1] is the ones; digits from `first` to `last` (exclusive) may differ from zero. */
struct decimal {
	unsigned char digit[MAX_WHOLE + MAX_FRACTION];
	int first, last;
};
enum { POINT = MAX_WHOLE };

static void twice(struct decimal *d)
{
	int carry = 0;

	for (int i = d->last; i-- > d->first;) {
		int v = d->digit[i] * 2 + carry;
		d->digit[i] = v % 10;
		carry = v / 10;
	}
	if (carry)
		d->digit[--d->first] = carry;
}

static void halve(struct decimal *d)
{
	int rest = 0;

	for (int i = d->first; i < d->last; i++) {
		int v = rest * 10 + d->digit[i];
		d->digit[i] = v / 2;
		rest = v % 2;
	}
	if (rest)
		d->digit[d->last++] = 5;
	while (d->first < d->last && d->first < POINT && !d->digit[d->first])
		d->first++;
}

static void expand(struct decimal *d, double value)
{
	int e;
	unsigned long m = 0;

	memset(d, 0, sizeof(*d));
	d->first = d->last = POINT;
	unsigned long bits;
	memcpy(&bits, &value, sizeof(bits));
	e = bits >> 52 & 0x7ff;
	m = bits & ((1ul << 52) - 1);
	if (e)
		m |= 1ul << 52;
	else
		e = 1;
	e -= 1023 + 52;
	for (; m; m /= 10)
		d->digit[--d->first] = m % 10;
	for (; e > 0; e--)
		twice(d);
	for (; e < 0; e++)
		halve(d);
}

/* Keeps the digits before position `end`, rounding by what follows. */
static void round_at(struct decimal *d, int end)
{
	if (end >= d->last)
		return;
	if (end < d->first - 1) {
		d->first = d->last = end;
		return;
	}
	int next = end >= d->first ? d->digit[end] : 0;
	bool more = false;
	for (int i = end + 1; i < d->last; i++)
		more |= d->digit[i];
	bool odd = end > d->first ? d->digit[end - 1] & 1 : false;
	memset(d->digit + end, 0, d->last - end);
	d->last = end > POINT ? end : POINT;
	if (next < 5 || (next == 5 && !more && !odd))
		return;
	int i = end - 1;
	for (; i >= d->first && d->digit[i] == 9; i--)
		d->digit[i] = 0;
	if (i < d->first)
		d->first = i;
	d->digit[i]++;
}

static int digit_at(const struct decimal *d, int i)
{
	return i >= d->first && i < d->last ? d->digit[i] : 0;
}

/* The place of the first digit that is not zero; that of the ones for zero. */
static int leading(const struct decimal *d)
{
	for (int i = d->first; i < d->last; i++)
		if (d->digit[i])
			return i;
	return POINT - 1;
}

struct text {
	char *p, *end;
};

static void add(struct text *t, char c)
{
	if (t->p < t->end)
		*t->p++ = c;
}

static void add_fixed(struct text *t, const struct decimal *d, int precision, bool point)
{
	for (int i = d->first < POINT - 1 ? d->first : POINT - 1; i < POINT; i++)
		add(t, '0' + digit_at(d, i));
	if (precision > 0 || point)
		add(t, '.');
	for (int i = POINT; i < POINT + precision; i++)
		add(t, '0' + digit_at(d, i));
}

static void add_exponent(struct text *t, const struct decimal *d, int precision, bool point, char e)
{
	int at = leading(d), exponent = POINT - 1 - at;

	add(t, '0' + digit_at(d, at));
	if (precision > 0 || point)
		add(t, '.');
	for (int i = at + 1; i <= at + precision; i++)
		add(t, '0' + digit_at(d, i));
	add(t, e);
	add(t, exponent < 0 ? '-' : '+');
	if (exponent < 0)
		exponent = -exponent;
	if (exponent >= 100)
		add(t, '0' + exponent / 100);
	add(t, '0' + exponent / 10 % 10);
	add(t, '0' + exponent % 10);
}

/* %g: the shorter style; without '#' the zeros at the end go. */
static void add_general(struct text *t, struct decimal *d, int precision, bool alternate, char e)
{
	if (precision == 0)
		precision = 1;
	round_at(d, leading(d) + precision);
	int at = leading(d), exponent = POINT - 1 - at, last = at;
	for (int i = at; i < at + precision; i++)
		if (digit_at(d, i))
			last = i;
	bool fixed = exponent >= -4 && exponent < precision;
	int shown = fixed ? precision - 1 - exponent : precision - 1;
	if (!alternate)
		shown = fixed ? (last >= POINT ? last - POINT + 1 : 0) : last - at;
	if (fixed)
		add_fixed(t, d, shown, alternate);
	else
		add_exponent(t, d, shown, alternate, e);
}

/* `value` is not negative. Answers the length; the text is cut at `size`. */
int __format_double(char *buf, size_t size, double value, char conversion, int precision, bool alternate)
{
	static const char low[] = "infnan", high[] = "INFNAN";
	struct text t = { buf, buf + size };
	struct decimal d;
	bool upper = conversion < 'a';

	if (!__builtin_isfinite(value)) {
		memcpy(buf, (upper ? high : low) + (__builtin_isnan(value) ? 3 : 0), 3);
		return 3;
	}
	expand(&d, value);
	if ((conversion | ' ') == 'f') {
		round_at(&d, POINT + precision);
		add_fixed(&t, &d, precision, alternate);
	} else if ((conversion | ' ') == 'e') {
		round_at(&d, leading(&d) + precision + 1);
		add_exponent(&t, &d, precision, alternate, upper ? 'E' : 'e');
	} else {
		add_general(&t, &d, precision, alternate, upper ? 'E' : 'e');
	}
	return t.p - buf;
}
