// SPDX-License-Identifier: MIT
/*
 * number: numbers out of text.
 *
 * Promise   as strtol(3): leading space, sign, 0x and 0 for base 0; out of range answers the nearest
 *           limit with ERANGE; without a digit *end is the start.
 *           strtod() is exact to the last bit only for up to 19 digits and small exponents.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

static int digit_of(int c)
{
	return isdigit(c) ? c - '0' : isalpha(c) ? (c | ' ') - 'a' + 10 : INT_MAX;
}

/* The magnitude; *negative tells the sign, *over that it did not fit. */
static unsigned long parse(const char *s, char **end, int base, bool *negative, bool *over)
{
	const char *start = s;
	unsigned long value = 0;

	*over = false;
	while (isspace(*s))
		s++;
	*negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] | ' ') == 'x' && digit_of(s[2]) < 16) {
		s += 2;
		base = 16;
	}
	if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (; digit_of(*s) < base; s++) {
		if (__builtin_mul_overflow(value, base, &value) ||
			__builtin_add_overflow(value, digit_of(*s), &value))
			*over = true;
		start = NULL;
	}
	if (end)
		*end = (char *)(start ? start : s);
	return value;
}

unsigned long strtoul(const char *s, char **end, int base)
{
	bool negative, over;
	unsigned long value = parse(s, end, base, &negative, &over);

	if (over) {
		errno = ERANGE;
		return ULONG_MAX;
	}
	return negative ? -value : value;
}

long strtol(const char *s, char **end, int base)
{
	bool negative, over;
	unsigned long value = parse(s, end, base, &negative, &over);

	if (over || value > (unsigned long)LONG_MAX + negative) {
		errno = ERANGE;
		return negative ? LONG_MIN : LONG_MAX;
	}
	return negative ? -value : value;
}

long long strtoll(const char *s, char **end, int base)
{
	return strtol(s, end, base);
}
unsigned long long strtoull(const char *s, char **end, int base)
{
	return strtoul(s, end, base);
}
intmax_t strtoimax(const char *s, char **end, int base)
{
	return strtol(s, end, base);
}
uintmax_t strtoumax(const char *s, char **end, int base)
{
	return strtoul(s, end, base);
}
int atoi(const char *s)
{
	return strtol(s, NULL, 10);
}
long atol(const char *s)
{
	return strtol(s, NULL, 10);
}
long long atoll(const char *s)
{
	return strtol(s, NULL, 10);
}

static long double power_of_ten(int n)
{
	long double result = 1, base = 10;

	for (; n; n /= 2, base *= base)
		if (n % 2)
			result *= base;
	return result;
}

double strtod(const char *s, char **end)
{
	const char *p = s;
	long double value = 0;
	int exponent = 0;
	bool any = false, negative;

	while (isspace(*p))
		p++;
	negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (strncasecmp(p, "inf", 3) == 0 || strncasecmp(p, "nan", 3) == 0) {
		value = (*p | ' ') == 'i' ? __builtin_inf() : __builtin_nan("");
		if (end)
			*end = (char *)p + (strncasecmp(p, "infinity", 8) == 0 ? 8 : 3);
		return negative ? -value : value;
	}
	for (; isdigit(*p); p++, any = true)
		value = value * 10 + (*p - '0');
	if (*p == '.')
		for (p++; isdigit(*p); p++, any = true, exponent--)
			value = value * 10 + (*p - '0');
	if (any && (*p | ' ') == 'e') {
		char *after;
		long e = strtol(p + 1, &after, 10);

		if (after != p + 1 && !isspace(p[1])) {
			exponent += e < -9999 ? -9999 : e > 9999 ? 9999 : e;
			p = after;
		}
	}
	if (end)
		*end = (char *)(any ? p : s);
	if (value != 0)
		value = exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
	double result = value;
	if (value != 0 && (result == 0 || __builtin_isinf(result)))
		errno = ERANGE;
	return negative ? -result : result;
}

float strtof(const char *s, char **end)
{
	return strtod(s, end);
}
double atof(const char *s)
{
	return strtod(s, NULL);
}

int abs(int i)
{
	return i < 0 ? -i : i;
}
long labs(long i)
{
	return i < 0 ? -i : i;
}
long long llabs(long long i)
{
	return i < 0 ? -i : i;
}
div_t div(int a, int b)
{
	return (div_t){ a / b, a % b };
}
ldiv_t ldiv(long a, long b)
{
	return (ldiv_t){ a / b, a % b };
}

lldiv_t lldiv(long long a, long long b)
{
	return (lldiv_t){ a / b, a % b };
}
