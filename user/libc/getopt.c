// SPDX-License-Identifier: MIT
/*
 * getopt: taking a command line apart.
 *
 * Promise   options end at the first argument that is none (as POSIX has it; nothing is moved about).
 *           getopt_long() knows --name, --name=VALUE, --name VALUE and unambiguous beginnings.
 * Linux     getopt(3)
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt;
static int place; /* in argv[optind], within a group of letters */

static int complain(char *const argv[], const char *options, const char *text, int result)
{
	if (opterr && *options != ':')
		fprintf(stderr, "%s: %s -- '%c'\n", argv[0], text, optopt);
	return result;
}

static bool at_option(int argc, char *const argv[])
{
	if (optind == 0) {
		optind = 1;
		place = 0;
	}
	if (place)
		return true;
	if (optind >= argc || !argv[optind] || argv[optind][0] != '-' || !argv[optind][1])
		return false;
	if (strcmp(argv[optind], "--") == 0) {
		optind++;
		return false;
	}
	place = 1;
	return true;
}

int getopt(int argc, char *const argv[], const char *options)
{
	const char *list = options + (*options == '+' || *options == '-');
	const char *quiet = list;

	optarg = NULL;
	if (!at_option(argc, argv))
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
	if (optarg || found[2] == ':')
		return optopt;
	if (optind < argc) {
		optarg = argv[optind++];
		return optopt;
	}
	return complain(argv, quiet, "option requires an argument", *list == ':' ? ':' : '?');
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
	if (!at_option(argc, argv))
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
		if (optind >= argc) {
			if (opterr)
				fprintf(stderr, "%s: option '--%s' requires an argument\n", argv[0], text);
			return *options == ':' ? ':' : '?';
		}
		optarg = argv[optind++];
	}
	if (index)
		*index = i;
	if (!longs[i].flag)
		return longs[i].val;
	*longs[i].flag = longs[i].val;
	return 0;
}
