// SPDX-License-Identifier: MIT
/*
 * grep: lines that match a regular expression.
 *
 * Promise   status 0 when a line matched, 1 when none did, 2 after an error. -F takes strings, which are looked
 *           for without the machinery of expressions.
 * Linux     POSIX.1-2017, grep; -A -B -C -o -r -w -h -H -m of grep(1)
 */
#include <ctype.h>
#include <dirent.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { MAX_PATTERNS = 64, NO_MATCH = 1, TROUBLE = 2 };

struct pattern {
	const char *text; /* -F */
	regex_t re;
};

static struct pattern patterns[MAX_PATTERNS];
static int nr_patterns, flags;
static bool fixed, inverts, counts, names_only, numbers, quiet, silent, words, whole, only_match, recursive;
static int with_names = -1; /* -1: when there are several files */
static unsigned long lines_before, lines_after;
static char **before; /* the lines before this one, as a ring */
static unsigned long last_printed;
static unsigned long max_lines = ~0ul;
static bool any;

static void add_pattern(char *list)
{
	char error[80];

	for (char *p; (p = strsep(&list, "\n"));) {
		if (nr_patterns == MAX_PATTERNS)
			tool_die("too many patterns");
		struct pattern *new = &patterns[nr_patterns++];
		new->text = p;
		int code = fixed ? 0 : regcomp(&new->re, p, flags);
		if (code) {
			regerror(code, &new->re, error, sizeof(error));
			tool_status = TROUBLE;
			tool_die("%s: %s", p, error);
		}
	}
}

static bool find(const struct pattern *p, const char *s, bool first, regmatch_t *m)
{
	if (!fixed)
		return regexec(&p->re, s, 1, m, first ? 0 : REG_NOTBOL) == 0;
	const char *found = (flags & REG_ICASE ? strcasestr : strstr)(s, p->text);
	if (found)
		*m = (regmatch_t){ found - s, found - s + strlen(p->text) };
	return found;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The first match at or after s; of several patterns the leftmost, then the longest. */
static bool match(const char *line, const char *s, regmatch_t *best)
{
	bool found = false;

	for (int i = 0; i < nr_patterns; i++) {
		const char *from = s;
		regmatch_t m;

		while (find(&patterns[i], from, from == line, &m)) {
			m.rm_so += from - line;
			m.rm_eo += from - line;
			bool fits = whole ? m.rm_so == 0 && !line[m.rm_eo]
				: words	  ? (!m.rm_so || !is_word(line[m.rm_so - 1])) && !is_word(line[m.rm_eo])
					  : true;
			if (fits && (!found || m.rm_so < best->rm_so ||
					(m.rm_so == best->rm_so && m.rm_eo > best->rm_eo))) {
				*best = m;
				found = true;
			}
			from = line + m.rm_so + 1;
			if (fits || whole || !line[m.rm_so])
				break;
		}
	}
	return found;
}

/* `mark` is ':' before what matched, '-' around it. */
static void print_head(const char *name, unsigned long number, char mark)
{
	if (with_names > 0)
		printf("%s%c", name, mark);
	if (numbers)
		printf("%lu%c", number, mark);
}

static void print_context(const char *line, const char *name, unsigned long number)
{
	print_head(name, number, '-');
	puts(line);
	last_printed = number;
}

static void print_line(const char *line, const char *name, unsigned long number)
{
	static bool printed_any;
	unsigned long first = number > lines_before ? number - lines_before : 1;

	if (first <= last_printed)
		first = last_printed + 1;
	if ((lines_before || lines_after) && printed_any && (first > last_printed + 1 || !last_printed))
		puts("--");
	for (; first < number; first++)
		print_context(before[first % lines_before], name, first);
	print_head(name, number, ':');
	puts(line);
	last_printed = number;
	printed_any = true;
}

static void keep_before(const char *line, unsigned long number)
{
	if (!lines_before)
		return;
	if (!before)
		before = tool_must(calloc(lines_before, sizeof(*before)));
	free(before[number % lines_before]);
	before[number % lines_before] = tool_must(strdup(line));
}

static void print_matches(const char *line, const char *name, unsigned long number)
{
	regmatch_t m;

	for (const char *s = line; match(line, s, &m); s = line + m.rm_eo + (m.rm_eo == m.rm_so)) {
		if (m.rm_eo > m.rm_so) {
			print_head(name, number, ':');
			printf("%.*s\n", (int)(m.rm_eo - m.rm_so), line + m.rm_so);
		}
		if (!line[m.rm_so])
			break;
	}
}

static void search(FILE *f, const char *name)
{
	static char *line;
	static size_t size;
	unsigned long number = 0, found = 0, last_match = 0;
	regmatch_t m;
	ssize_t len;

	last_printed = 0;
	while ((found < max_lines || number < last_match + lines_after) && (len = getline(&line, &size, f)) > 0) {
		number++;
		line[len - (line[len - 1] == '\n')] = '\0';
		if (found == max_lines || match(line, line, &m) == inverts) {
			if (last_match && number <= last_match + lines_after)
				print_context(line, name, number);
			keep_before(line, number);
			continue;
		}
		found++;
		any = true;
		if (quiet)
			exit(0);
		if (names_only)
			break;
		if (counts)
			continue;
		if (only_match) {
			if (!inverts)
				print_matches(line, name, number);
			continue;
		}
		print_line(line, name, number);
		keep_before(line, number);
		last_match = number;
	}
	if (names_only && found)
		puts(name);
	if (counts && !names_only)
		printf(with_names > 0 ? "%s:%lu\n" : "%s%lu\n", with_names > 0 ? name : "", found);
}

static void search_name(const char *name);

static void search_directory(const char *name)
{
	DIR *d = opendir(name);
	struct dirent *e;

	if (!d) {
		tool_warn_errno("%s", name);
		return;
	}
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		char *path = tool_join(name, e->d_name);
		struct stat st;
		if (lstat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			search_name(path);
		free(path);
	}
	closedir(d);
}

static void search_name(const char *name)
{
	bool is_input = strcmp(name, "-") == 0;
	struct stat st;

	if (!is_input && stat(name, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (recursive)
			search_directory(name);
		else
			tool_warn("%s: is a directory", name);
		return;
	}
	FILE *f = is_input ? stdin : fopen(name, "r");
	if (!f) {
		if (!silent)
			tool_warn_errno("%s", name);
		tool_status = TROUBLE;
		return;
	}
	search(f, is_input ? "(standard input)" : name);
	if (f != stdin)
		fclose(f);
}

static void take_option(int c)
{
	switch (c) {
	case 'E':
		flags |= REG_EXTENDED;
		break;
	case 'F':
		fixed = true;
		break;
	case 'G':
		break;
	case 'i':
	case 'y':
		flags |= REG_ICASE;
		break;
	case 'v':
		inverts = true;
		break;
	case 'c':
		counts = true;
		break;
	case 'l':
		names_only = true;
		break;
	case 'n':
		numbers = true;
		break;
	case 'q':
		quiet = true;
		break;
	case 's':
		silent = true;
		break;
	case 'w':
		words = true;
		break;
	case 'x':
		whole = true;
		break;
	case 'o':
		only_match = true;
		break;
	case 'r':
	case 'R':
		recursive = true;
		break;
	case 'h':
	case 'H':
		with_names = c == 'H';
		break;
	case 'A':
	case 'B':
	case 'C':
		lines_after = c != 'B' ? tool_number(optarg) : lines_after;
		lines_before = c != 'A' ? tool_number(optarg) : lines_before;
		break;
	case 'm':
		max_lines = tool_number(optarg);
		break;
	default:
		tool_usage();
	}
}

int main(int argc, char **argv)
{
	char *given[MAX_PATTERNS];
	int c, nr_given = 0;

	tool_start(argc, argv, "grep [-EFchHilnoqrsvwx] [-ABCm LINES] [-e PATTERN]... [PATTERN] [FILE...]");
	while ((c = getopt(argc, argv, "A:B:C:EFGiyvclnqswxorRhHm:e:")) != -1) {
		if (c != 'e')
			take_option(c);
		else if (nr_given < MAX_PATTERNS)
			given[nr_given++] = optarg;
	}
	if (nr_given == 0) {
		if (!argv[optind])
			tool_usage();
		given[nr_given++] = argv[optind++];
	}
	/* Every pattern is compiled once all options are known. */
	for (int i = 0; i < nr_given; i++)
		add_pattern(given[i]);
	if (with_names < 0)
		with_names = recursive || argc - optind > 1;
	if (!argv[optind])
		search_name(recursive ? "." : "-");
	for (; argv[optind]; optind++)
		search_name(argv[optind]);
	int status = tool_finish();
	return status ? TROUBLE : any ? 0 : NO_MATCH;
}
