// SPDX-License-Identifier: MIT
/*
 * getopt: taking a command line apart.
 *
 * Promise   options may follow operands, which are moved behind them; a list that begins with '+' ends
 *           options at the first operand, for programs that run others. getopt_long() knows --name,
 *           --name=VALUE, --name VALUE and unambiguous beginnings.
 * Linux     getopt(3)
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt;
static int place;  /* in argv[optind], within a group of letters */
static int passed; /* operands between the option and the word after it */

static int complain(char *const argv[], const char *options, const char *text, int result)
{
	if (opterr && *options != ':')
		fprintf(stderr, "%s: %s -- '%c'\n", argv[0], text, optopt);
	return result;
}

/* Moves argv[from] to `to`, before what stands there. */
static void move_forward(char *const argv[], int to, int from)
{
	char **v = (char **)argv, *moved = v[from];

	for (; from > to; from--)
		v[from] = v[from - 1];
	v[to] = moved;
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1];
}

/* Is there one more option? It stands at optind then, in front of the `passed` operands before it. */
static bool at_option(int argc, char *const argv[], const char *options)
{
	int at;

	if (optind == 0) {
		optind = 1;
		place = 0;
	}
	if (place)
		return true;
	for (at = optind; at < argc && !is_option(argv[at]); at++)
		if (*options == '+')
			return false;
	if (at >= argc)
		return false;
	passed = at - optind;
	move_forward(argv, optind, at);
	if (strcmp(argv[optind], "--") == 0) {
		optind++;
		return false;
	}
	place = 1;
	return true;
}

/* The option's argument is the next word; NULL: there is none. */
static char *take_argument(int argc, char *const argv[])
{
	if (optind + passed >= argc)
		return NULL;
	move_forward(argv, optind, optind + passed);
	return argv[optind++];
}

int getopt(int argc, char *const argv[], const char *options)
{
	const char *list = options + (*options == '+' || *options == '-');
	const char *quiet = list;

	optarg = NULL;
	if (!at_option(argc, argv, options))
		return -1;
	optopt = (unsigned char)argv[optind][place++];
	const char *found = optopt == ':' ? NULL : strchr(list + (*list == ':'), optopt);
	bool last = !argv[optind][place];
	if (!found || found[1] != ':') {
		if (last) {
			optind++;
			place = 0;
		}
		return found ? optopt : complain(argv, quiet, "invalid option", '?');
	}
	if (!last)
		optarg = argv[optind] + place;
	place = 0;
	optind++;
	if (!optarg && found[2] != ':') {
		optarg = take_argument(argc, argv);
		if (!optarg)
			return complain(argv, quiet, "option requires an argument", *list == ':' ? ':' : '?');
	}
	return optopt;
}

/* The index of the long option that `text` begins or names; -1: none, -2: several. */
static int find_long(const char *text, size_t len, const struct option *longs)
{
	int found = -1;

	for (int i = 0; longs[i].name; i++) {
		if (strncmp(longs[i].name, text, len) != 0)
			continue;
		if (!longs[i].name[len])
			return i;
		found = found == -1 ? i : -2;
	}
	return found;
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *longs, int *index)
{
	if (!at_option(argc, argv, options))
		return -1;
	const char *text = argv[optind];
	if (place != 1 || text[1] != '-')
		return getopt(argc, argv, options);
	text += 2;
	size_t len = strcspn(text, "=");
	int i = find_long(text, len, longs);
	place = 0;
	optind++;
	optarg = text[len] ? (char *)text + len + 1 : NULL;
	optopt = 0;
	if (i < 0 || (optarg && longs[i].has_arg == no_argument)) {
		if (opterr)
			fprintf(stderr, "%s: %s option '--%s'\n", argv[0],
				i == -2 ? "ambiguous" : i < 0 ? "unrecognized" : "no value for", text);
		return '?';
	}
	if (!optarg && longs[i].has_arg == required_argument) {
		optarg = take_argument(argc, argv);
		if (!optarg) {
			if (opterr)
				fprintf(stderr, "%s: option '--%s' requires an argument\n", argv[0], text);
			return *options == ':' ? ':' : '?';
		}
	}
	if (index)
		*index = i;
	if (!longs[i].flag)
		return longs[i].val;
	*longs[i].flag = longs[i].val;
	return 0;
}

/* One of "name,name=value,...": its place in `names`; -1: it is none of them. */
int getsubopt(char **options, char *const *names, char **value)
{
	char *word = *options, *end = word + strcspn(word, ",");

	*options = *end ? end + 1 : end;
	*end = '\0';
	size_t len = strcspn(word, "=");
	for (int i = 0; names[i]; i++)
		if (strncmp(names[i], word, len) == 0 && !names[i][len]) {
			*value = word[len] ? word + len + 1 : NULL;
			return i;
		}
	*value = word;
	return -1;
}
