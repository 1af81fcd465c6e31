// SPDX-License-Identifier: MIT
/*
 * strverscmp: compares names so that numbers in them count as numbers.
 *
 * How       up to the first difference the texts are the same. If it lies in a run of digits, those that begin with a
 *           zero are fractions (000 < 00 < 01 < 010 < 09 < 0 < 1), all others count: the longer is the larger.
 * Linux     strverscmp(3)
 */
#include <ctype.h>
#include <dirent.h>
#include <string.h>

static int is_digit(char c)
{
	return isdigit((unsigned char)c) != 0;
}

int strverscmp(const char *a, const char *b)
{
	size_t same = 0, start, digits_a, digits_b;
	int zeros = 1;

	while (a[same] && a[same] == b[same])
		same++;
	if (a[same] == b[same])
		return 0;
	for (start = same; start && is_digit(a[start - 1]);)
		start--;
	for (size_t i = start; i < same; i++)
		zeros &= a[i] == '0';
	int plain = (unsigned char)a[same] - (unsigned char)b[same];
	int both = is_digit(a[same]) && is_digit(b[same]);
	if (!is_digit(a[same]) && !is_digit(b[same]))
		return plain;
	if (start < same && a[start] == '0' && !zeros) /* digits of a fraction */
		return plain;
	if (start < same && zeros) { /* one goes on with zeros, or ends */
		if (both)
			return plain;
		return is_digit(a[same]) ? -1 : 1;
	}
	if (both && start == same && (a[same] == '0' || b[same] == '0'))
		return plain;
	digits_a = same + strspn(a + same, "0123456789");
	digits_b = same + strspn(b + same, "0123456789");
	if (start == same && !both)
		return plain;
	return digits_a != digits_b ? (digits_a > digits_b ? 1 : -1) : plain;
}

int versionsort(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}
