// SPDX-License-Identifier: MIT
/*
 * fnmatch: does a string match a pattern of the shell?
 *
 * Promise   * ? [set] [!set] [a-z] [[:class:]] and backslash; time is bounded by pattern times string:
 *           after a star that matched, only the last one is ever tried again.
 * Linux     fnmatch(3), glob(7)
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

static bool in_class(const char *name, size_t len, int c)
{
	int (*is)(int) = __ctype_class(name, len);

	return is && is(c);
}

/*
 * p stands after '['. *matched tells whether c is in the set; the answer is what follows the ']',
 * NULL: there is none, and the bracket is an ordinary character.
 */
static const char *match_set(const char *p, unsigned char c, bool escapes, bool *matched)
{
	bool negate = *p == '!' || *p == '^', found = false;
	const char *start = p += negate;

	while (*p && (*p != ']' || p == start)) {
		const char *end;

		if (p[0] == '[' && p[1] == ':' && (end = strstr(p + 2, ":]"))) {
			found |= in_class(p + 2, end - p - 2, c);
			p = end + 2;
			continue;
		}
		if (*p == '\\' && escapes && p[1])
			p++;
		unsigned char from = *p++, to = from;
		if (p[0] == '-' && p[1] && p[1] != ']') {
			p++;
			if (*p == '\\' && escapes && p[1])
				p++;
			to = *p++;
		}
		found |= from <= c && c <= to;
	}
	*matched = found != negate;
	return *p ? p + 1 : NULL;
}

/* One element of the pattern against one character; answers the rest of the pattern, NULL: no match. */
static const char *match_one(const char *p, char c, int flags)
{
	bool escapes = !(flags & FNM_NOESCAPE), matched;

	if ((flags & FNM_PATHNAME) && c == '/' && *p != '/' && !(*p == '\\' && p[1] == '/'))
		return NULL;
	if (*p == '?')
		return p + 1;
	if (*p == '[') {
		const char *rest = match_set(p + 1, c, escapes, &matched);
		if (rest)
			return matched ? rest : NULL;
	}
	if (*p == '\\' && escapes && p[1])
		p++;
	if (flags & FNM_CASEFOLD)
		return tolower(*p) == tolower(c) ? p + 1 : NULL;
	return *p == c ? p + 1 : NULL;
}

int fnmatch(const char *pattern, const char *s, int flags)
{
	const char *star = NULL, *star_s = NULL, *start = s;

	for (;;) {
		bool at_dot = *s == '.' && (flags & FNM_PERIOD) &&
			(s == start || ((flags & FNM_PATHNAME) && s[-1] == '/'));

		if (*pattern == '*' && !at_dot) {
			while (*pattern == '*')
				pattern++;
			star = pattern;
			star_s = s;
			continue;
		}
		if (!*s && !*pattern)
			return 0;
		const char *next = *s && *pattern && !(at_dot && *pattern != '.' && *pattern != '\\')
			? match_one(pattern, *s, flags)
			: NULL;
		if (next) {
			pattern = next;
			s++;
			continue;
		}
		/* Let the last star swallow one more. */
		if (!star || !*star_s || ((flags & FNM_PATHNAME) && *star_s == '/'))
			return FNM_NOMATCH;
		s = ++star_s;
		pattern = star;
	}
}
