// SPDX-License-Identifier: MIT
/*
 * builtin_vars: the commands that change variables and the arguments of the shell.
 *
 * Linux     POSIX.1-2017, export, readonly, unset, set, shift, read, getopts; `local` is dash's
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/sh.h"

static void check_name(const char *s)
{
	size_t len = strcspn(s, "=");

	if (!is_name(s, len) || name_len(s) != len)
		fail("%s: bad variable name", s);
}

/* NAME or NAME=VALUE, with flags to add. */
static void declare(const char *arg, int flags)
{
	size_t len = strcspn(arg, "=");

	check_name(arg);
	if (arg[len])
		var_assign(arg, flags);
	else
		var_flag(arg, flags);
}

static int declare_all(char **argv, int flags, const char *prefix)
{
	char **arg = argv + 1;

	if (*arg && strcmp(*arg, "--") == 0)
		arg++;
	if (!*arg || strcmp(*arg, "-p") == 0) {
		var_print(flags, prefix);
		return 0;
	}
	for (; *arg; arg++)
		declare(*arg, flags);
	return 0;
}

int cmd_export(int argc, char **argv)
{
	return declare_all(argv, V_EXPORT, "export ");
}

int cmd_readonly(int argc, char **argv)
{
	return declare_all(argv, V_READONLY, "readonly ");
}

int cmd_local(int argc, char **argv)
{
	if (!sh.function_depth)
		fail("not in a function");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0) {
			var_save_options();
			continue;
		}
		check_name(argv[i]);
		var_save(mem_dup(argv[i], strcspn(argv[i], "=")));
		declare(argv[i], 0);
	}
	return 0;
}

int cmd_unset(int argc, char **argv)
{
	int i = 1, status = 0;
	bool functions = false;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
		functions = argv[i][1] == 'f';
	for (; i < argc; i++) {
		if (functions) {
			function_unset(argv[i]);
			continue;
		}
		check_name(argv[i]);
		status |= var_unset(argv[i]);
	}
	return status;
}

int cmd_set(int argc, char **argv)
{
	int i = 1;

	if (argc == 1) {
		var_print(0, "");
		return 0;
	}
	for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
		bool on = argv[i][0] == '-';

		if (strcmp(argv[i], "--") == 0) {
			set_params(argv + i + 1, argc - i - 1);
			return 0;
		}
		for (const char *p = argv[i] + 1; *p; p++) {
			if (*p != 'o') {
				if (!set_option_letter(*p, on))
					fail("Illegal option -%c", *p);
			} else if (i + 1 == argc) {
				(on ? print_options : print_options_as_commands)();
			} else if (!set_option(argv[++i], on)) {
				fail("Illegal option -o %s", argv[i]);
			}
		}
	}
	if (i < argc && strcmp(argv[i], "-") == 0) {
		sh.o.xtrace = sh.o.verbose = false;
		i++;
	}
	if (i < argc)
		set_params(argv + i, argc - i);
	return 0;
}

int cmd_shift(int argc, char **argv)
{
	long n = argc > 1 ? number_argument(argv[1]) : 1;

	if (n > sh.nr_params)
		fail("can't shift that many");
	for (int i = 0; i < n; i++)
		free(sh.params[i]);
	sh.nr_params -= n;
	sh.getopts_index = 1;
	memmove(sh.params, sh.params + n, (sh.nr_params + 1) * sizeof(*sh.params));
	sh.getopts_place = 0;
	return 0;
}

/* --- read --- */

struct line {
	struct text chars;
	struct text quoted; /* 'q' for a character after a backslash, else '-' */
};

/* One byte at a time, so that the rest of the input stays for others. False: the input ended first. */
static bool read_line(struct line *l, bool raw)
{
	char c;
	bool escaped = false;

	for (;;) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		if (n < 0 && errno == EINTR && !trap_pending() && !sh.interrupted)
			continue;
		if (n <= 0)
			return false;
		if (!c)
			continue;
		if (!raw && !escaped && c == '\\') {
			escaped = true;
			continue;
		}
		if (c == '\n' && !escaped)
			return true;
		if (!(c == '\n' && escaped)) {
			text_add(&l->chars, c);
			text_add(&l->quoted, escaped ? 'q' : '-');
		}
		escaped = false;
	}
}

static bool separates(const struct line *l, const char *ifs, size_t at)
{
	return at < l->chars.len && l->quoted.s[at] == '-' && strchr(ifs, l->chars.s[at]);
}

static bool is_blank(const struct line *l, const char *ifs, size_t at)
{
	return separates(l, ifs, at) && strchr(" \t\n", l->chars.s[at]);
}

static size_t skip_blanks(const struct line *l, const char *ifs, size_t at)
{
	while (is_blank(l, ifs, at))
		at++;
	return at;
}

/* Cuts the line into fields for the names; the last name has all that is left. */
static void assign_fields(const struct line *l, char **names, const char *ifs)
{
	const char *s = l->chars.s ? l->chars.s : "";
	size_t at = skip_blanks(l, ifs, 0), len = l->chars.len;

	for (; *names; names++) {
		size_t end = at;

		while (end < len && !separates(l, ifs, end))
			end++;
		size_t next = skip_blanks(l, ifs, end);
		if (separates(l, ifs, next))
			next = skip_blanks(l, ifs, next + 1);
		if (!names[1] && next < len) { /* more fields than names */
			end = len;
			while (end > at && is_blank(l, ifs, end - 1))
				end--;
		}
		var_set(*names, mem_dup(s + at, end - at), 0);
		at = next;
	}
}

int cmd_read(int argc, char **argv)
{
	const char *prompt = NULL, *ifs = var_get("IFS");
	struct line l = { 0 };
	bool raw = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "-r") == 0)
			raw = true;
		else if (strcmp(argv[i], "-p") == 0 && i + 1 < argc)
			prompt = argv[++i];
		else
			fail("Illegal option %s", argv[i]);
	}
	if (i == argc)
		fail("arg count");
	for (int j = i; j < argc; j++)
		check_name(argv[j]);
	if (prompt && isatty(STDIN_FILENO)) {
		fputs(prompt, stderr);
		fflush(stderr);
	}
	bool whole = read_line(&l, raw);
	assign_fields(&l, argv + i, ifs ? ifs : " \t\n");
	free(l.chars.s);
	free(l.quoted.s);
	return !whole;
}

/* --- getopts --- */

static void set_char(const char *name, char c)
{
	var_set(name, (char[]){ c, '\0' }, 0);
}

/* A wrong option: told to the script when the list begins with a colon, else to the user. */
static int wrong_option(const char *name, bool quiet, char letter, bool lacks_argument)
{
	if (quiet) {
		set_char(name, lacks_argument ? ':' : '?');
		set_char("OPTARG", letter);
	} else {
		set_char(name, '?');
		var_unset("OPTARG");
		fprintf(stderr, lacks_argument ? "No arg for -%c option\n" : "Illegal option -%c\n", letter);
	}
	return 0;
}

int cmd_getopts(int argc, char **argv)
{
	if (argc < 3)
		fail("Usage: getopts optstring var [arg]");
	char **args = argc > 3 ? argv + 3 : sh.params;
	int nr_args = argc > 3 ? argc - 3 : sh.nr_params;
	const char *list = argv[1];
	bool quiet = *list == ':';
	int index = sh.getopts_index - 1, place = sh.getopts_place, status = 0;
	char number[16];

	if (index < 0)
		index = 0;
	const char *arg = index < nr_args ? args[index] : NULL;
	if (!arg || (size_t)place >= strlen(arg))
		place = 0; /* these are not the arguments of the call before */
	if (place == 0) {
		bool ended = arg && strcmp(arg, "--") == 0;
		if (!arg || arg[0] != '-' || !arg[1] || ended) {
			set_char(argv[2], '?');
			snprintf(number, sizeof(number), "%d", index + 1 + ended);
			var_set("OPTIND", number, 0);
			return 1;
		}
		place = 1;
	}
	char letter = arg[place++];
	const char *found = letter == ':' ? NULL : strchr(list, letter);
	if (!arg[place]) {
		index++;
		place = 0;
	}
	if (!found) {
		status = wrong_option(argv[2], quiet, letter, false);
	} else if (found[1] != ':') {
		set_char(argv[2], letter);
		var_set("OPTARG", "", 0);
	} else if (place || index < nr_args) {
		var_set("OPTARG", place ? arg + place : args[index], 0);
		set_char(argv[2], letter);
		index++;
		place = 0;
	} else {
		status = wrong_option(argv[2], quiet, letter, true);
	}
	snprintf(number, sizeof(number), "%d", index + 1);
	var_set("OPTIND", number, 0);
	sh.getopts_place = place; /* last: setting OPTIND clears it */
	return status;
}
