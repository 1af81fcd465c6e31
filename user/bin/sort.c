// SPDX-License-Identifier: MIT
/*
 * sort: lines in order.
 *
 * Promise   -n compares numbers, -r turns the order around, -u leaves out what is equal, -k FIELD[,FIELD] with
 *           -t CHARACTER compares parts; -f ignores case, -b leading blanks, -s keeps what is equal in order,
 *           -c only checks, -o names the output, which may be one of the inputs.
 * Linux     POSIX.1-2017, sort; everything is held in memory
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { MAX_KEYS = 16 };

struct order {
	bool numeric, reverse, fold, blanks;
};

struct key {
	int from, from_char, to, to_char; /* fields count from 1; to 0: the end of the line */
	struct order order;
	bool own_order;
};

static struct key keys[MAX_KEYS];
static int nr_keys;
static struct order global;
static bool unique, stable;
static char delimiter;
static char **lines;
static size_t nr_lines, room;

/* --- keys --- */

/* Where the field begins, blanks in front of it included when blanks delimit. */
static const char *skip_field(const char *s)
{
	if (delimiter)
		return s + strcspn(s, (char[]){ delimiter, '\0' });
	s += strspn(s, " \t");
	return s + strcspn(s, " \t");
}

static const char *field_start(const char *s, int n, int at, bool blanks)
{
	while (--n > 0 && *s) {
		s = skip_field(s);
		s += delimiter && *s;
	}
	if (blanks)
		s += strspn(s, " \t");
	for (at--; at > 0 && *s; at--)
		s++;
	return s;
}

static const char *field_end(const char *s, int n, int at, bool blanks)
{
	if (n == 0)
		return s + strlen(s);
	if (at) {
		s = field_start(s, n, at, blanks);
		return s + (*s != '\0');
	}
	while (n-- > 0 && *s) {
		s = skip_field(s);
		s += delimiter && *s && n > 0;
	}
	return s;
}

static int compare_numbers(const char *a, const char *b)
{
	double x = strtod(a, NULL), y = strtod(b, NULL);

	return (x > y) - (x < y);
}

static int compare_parts(const char *a, const char *a_end, const char *b, const char *b_end, const struct order *o)
{
	size_t a_len = a_end > a ? a_end - a : 0, b_len = b_end > b ? b_end - b : 0;
	size_t len = a_len < b_len ? a_len : b_len;
	int by;

	if (o->numeric)
		by = compare_numbers(a, b);
	else if (o->fold)
		by = strncasecmp(a, b, len);
	else
		by = memcmp(a, b, len);
	if (by == 0 && !o->numeric)
		by = (a_len > b_len) - (a_len < b_len);
	return o->reverse ? -by : by;
}

static int compare_keys(const char *a, const char *b)
{
	for (int i = 0; i < nr_keys; i++) {
		const struct key *k = &keys[i];
		const struct order *o = k->own_order ? &k->order : &global;
		int by = compare_parts(field_start(a, k->from, k->from_char, o->blanks),
			field_end(a, k->to, k->to_char, o->blanks), field_start(b, k->from, k->from_char, o->blanks),
			field_end(b, k->to, k->to_char, o->blanks), o);

		if (by)
			return by;
	}
	if (nr_keys)
		return 0;
	if (global.blanks) {
		a += strspn(a, " \t");
		b += strspn(b, " \t");
	}
	return compare_parts(a, a + strlen(a), b, b + strlen(b), &global);
}

static int compare(const void *x, const void *y)
{
	char *const *a = x, *const *b = y;
	int by = compare_keys(*a, *b);

	if (by || unique || stable)
		return by;
	by = strcmp(*a, *b);
	return global.reverse ? -by : by;
}

static bool set_order(struct order *o, char c)
{
	o->numeric |= c == 'n';
	o->reverse |= c == 'r';
	o->fold |= c == 'f';
	o->blanks |= c == 'b';
	return c && strchr("nrfb", c);
}

static const char *parse_position(const char *s, int *field, int *at, struct key *k)
{
	char *end;

	*field = strtol(s, &end, 10);
	if (end == s || *field < 1)
		tool_die("%s: not a key", s);
	if (*end == '.')
		*at = strtol(end + 1, &end, 10);
	for (; set_order(&k->order, *end); end++)
		k->own_order = true;
	return end;
}

static void parse_key(const char *s)
{
	if (nr_keys == MAX_KEYS)
		tool_die("too many keys");
	struct key *k = &keys[nr_keys++];
	k->from_char = 1;
	const char *p = parse_position(s, &k->from, &k->from_char, k);
	if (*p == ',')
		p = parse_position(p + 1, &k->to, &k->to_char, k);
	if (*p)
		tool_die("%s: not a key", s);
}

/* --- lines --- */

static void read_lines(FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, f)) > 0) {
		line[len - (line[len - 1] == '\n')] = '\0';
		if (nr_lines == room) {
			room = room ? 2 * room : 1024;
			lines = tool_must(realloc(lines, room * sizeof(*lines)));
		}
		lines[nr_lines++] = tool_must(strdup(line));
	}
	free(line);
}

/* Merges two sorted halves; unlike qsort() this keeps what is equal in order. */
static void sort_range(char **v, char **spare, size_t n)
{
	size_t half = n / 2, a = 0, b = half, to = 0;

	if (n < 2)
		return;
	sort_range(v, spare, half);
	sort_range(v + half, spare, n - half);
	if (compare(&v[half - 1], &v[half]) <= 0)
		return;
	memcpy(spare, v, half * sizeof(*v));
	while (a < half && b < n)
		v[to++] = compare(&spare[a], &v[b]) <= 0 ? spare[a++] : v[b++];
	memcpy(v + to, spare + a, (half - a) * sizeof(*v));
}

static int check(void)
{
	for (size_t i = 1; i < nr_lines; i++) {
		int by = compare(&lines[i - 1], &lines[i]);
		if (by > 0 || (by == 0 && unique)) {
			tool_warn("line %zu is out of order: %s", i + 1, lines[i]);
			return 1;
		}
	}
	return 0;
}

static void read_files(char **names)
{
	if (!*names)
		read_lines(stdin);
	for (; *names; names++) {
		FILE *f = strcmp(*names, "-") == 0 ? stdin : fopen(*names, "r");

		if (!f)
			tool_die_errno("%s", *names);
		read_lines(f);
		if (f != stdin)
			fclose(f);
	}
}

int main(int argc, char **argv)
{
	const char *output = NULL;
	bool checks = false;
	int c;

	tool_start(argc, argv, "sort [-bcfnrsu] [-t CHARACTER] [-k FIELD[,FIELD]]... [-o FILE] [FILE...]");
	while ((c = getopt(argc, argv, "bcfnrsut:k:o:")) != -1) {
		unique |= c == 'u';
		stable |= c == 's';
		checks |= c == 'c';
		if (c == 't')
			delimiter = *optarg;
		else if (c == 'k')
			parse_key(optarg);
		else if (c == 'o')
			output = optarg;
		else if (!set_order(&global, c) && !strchr("usc", c))
			tool_usage();
	}
	read_files(argv + optind);
	if (checks)
		return check();
	sort_range(lines, tool_must(malloc((nr_lines / 2 + 1) * sizeof(*lines))), nr_lines);
	if (output && !freopen(output, "w", stdout))
		tool_die_errno("%s", output);
	for (size_t i = 0; i < nr_lines; i++)
		if (!i || !unique || compare(&lines[i - 1], &lines[i]) != 0)
			puts(lines[i]);
	return tool_finish();
}
