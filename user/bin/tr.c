// SPDX-License-Identifier: MIT
/*
 * tr: replaces, deletes or squeezes characters.
 *
 * Linux     POSIX.1-2017, tr; ranges, escapes, [:class:] and [x*n]
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { MAX_SET = 1024, NR_CHARS = 256 };

struct set {
	unsigned char v[MAX_SET];
	int n;
};

static void add(struct set *s, unsigned char c)
{
	if (s->n == MAX_SET)
		tool_die("the set is too large");
	s->v[s->n++] = c;
}

static unsigned char next_char(const char **p)
{
	if (**p != '\\' || !(*p)[1])
		return *(*p)++;
	(*p)++;
	int c = tool_escape(p, ESCAPES_FORMAT);
	return c == '\\' && **p && (*p)[-1] != '\\' ? *(*p)++ : c;
}

/* After "[:"; false: no class stands there. */
static bool add_class(struct set *s, const char **p)
{
	const char *end = strstr(*p, ":]");
	int (*is)(int) = end ? __ctype_class(*p, end - *p) : NULL;

	if (!is)
		return false;
	for (int c = 0; c < NR_CHARS; c++)
		if (is(c))
			add(s, c);
	*p = end + 2;
	return true;
}

/* [x*n] and [x*], which fills the set up to `fill`; p after the '['. */
static bool add_repeat(struct set *s, const char **p, int fill)
{
	const char *q = *p;
	int n = 0;

	if (!*q)
		return false;
	unsigned char c = next_char(&q);
	if (*q++ != '*')
		return false;
	while (isdigit((unsigned char)*q))
		n = n * 10 + *q++ - '0';
	if (*q != ']')
		return false;
	for (n = n ? n : fill - s->n; n > 0; n--)
		add(s, c);
	*p = q + 1;
	return true;
}

static void parse_set(struct set *s, const char *p, int fill)
{
	while (*p) {
		if (p[0] == '[' && p[1] == ':') {
			const char *q = p + 2;
			if (add_class(s, &q)) {
				p = q;
				continue;
			}
		}
		if (p[0] == '[') {
			const char *q = p + 1;
			if (add_repeat(s, &q, fill)) {
				p = q;
				continue;
			}
		}
		unsigned char from = next_char(&p), to = from;
		if (p[0] == '-' && p[1]) {
			p++;
			to = next_char(&p);
			if (to < from)
				tool_die("the range %c-%c is upside down", from, to);
		}
		for (int c = from; c <= to; c++)
			add(s, c);
	}
}

static void complement(struct set *s)
{
	struct set all = { .n = 0 };

	for (int c = 0; c < NR_CHARS; c++)
		if (!memchr(s->v, c, s->n))
			add(&all, c);
	*s = all;
}

int main(int argc, char **argv)
{
	static unsigned char map[NR_CHARS];
	static bool deleted[NR_CHARS], squeezed[NR_CHARS];
	static struct set one, two;
	bool inverts = false, deletes = false, squeezes = false;
	int c, last = -1;

	tool_start(argc, argv, "tr [-cds] SET [SET]");
	while ((c = getopt(argc, argv, "cCds")) != -1) {
		inverts |= c == 'c' || c == 'C';
		deletes |= c == 'd';
		squeezes |= c == 's';
		if (c == '?')
			tool_usage();
	}
	argv += optind;
	argc -= optind;
	bool translates = argc == 2 && !deletes;
	if (argc < 1 || argc > 2 || (argc == 1 && !deletes && !squeezes))
		tool_usage();
	parse_set(&one, argv[0], 0);
	if (inverts)
		complement(&one);
	if (argc == 2)
		parse_set(&two, argv[1], one.n);
	for (c = 0; c < NR_CHARS; c++)
		map[c] = c;
	for (int i = 0; i < one.n; i++) {
		deleted[one.v[i]] = deletes;
		if (translates && two.n)
			map[one.v[i]] = two.v[i < two.n ? i : two.n - 1];
	}
	const struct set *s = argc == 2 ? &two : &one;
	for (int i = 0; squeezes && i < s->n; i++)
		squeezed[s->v[i]] = true;
	while ((c = getchar()) != EOF) {
		if (deleted[c])
			continue;
		c = map[c];
		if (c == last && squeezed[c])
			continue;
		putchar(c);
		last = c;
	}
	return tool_finish();
}
