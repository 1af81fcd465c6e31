// SPDX-License-Identifier: MIT
/*
 * locale: the locale C, under its names C, POSIX and the empty one; any other is refused.
 *
 * Linux     setlocale(3), localeconv(3)
 */
#include <limits.h>
#include <locale.h>
#include <string.h>

static char none[] = "", point[] = ".";
static struct lconv c = {
	point, none, none, none, none, none, none, none, none, none,
	CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX, CHAR_MAX,
};

char *setlocale(int category, const char *locale)
{
	static char name[] = "C";

	if (category < LC_CTYPE || category > LC_ALL)
		return NULL;
	return !locale || !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0 ? name : NULL;
}

struct lconv *localeconv(void)
{
	return &c;
}
