// SPDX-License-Identifier: MIT
/*
 * builtin_names: what a name means to the shell: aliases, type, command.
 *
 * Promise   an alias is not looked for while its own text is being read, so it cannot go in circles
 * Lifetime  an alias that is removed while its text is being read goes when that ends
 * Linux     POSIX.1-2017, alias, unalias, type, command, hash; Shell Command Language 2.3.1
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

static struct alias *aliases;

/* --- aliases --- */

struct alias *alias_find(const char *name)
{
	for (struct alias *a = aliases; a; a = a->next)
		if (!a->dead && !a->active && strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

static void alias_free(struct alias *a)
{
	struct alias **p = &aliases;

	while (*p != a)
		p = &(*p)->next;
	*p = a->next;
	free(a->name);
	free(a->value);
	free(a);
}

static void alias_remove(struct alias *a)
{
	a->dead = true;
	if (!a->active)
		alias_free(a);
}

void alias_done(struct alias *a)
{
	a->active = false;
	if (a->dead)
		alias_free(a);
}

/* Kept in the order of their names. */
static void alias_define(const char *name, size_t len, const char *value)
{
	struct alias *a = must(calloc(1, sizeof(*a))), **p = &aliases;

	a->name = must(strndup(name, len));
	a->value = str_dup(value);
	struct alias *old = alias_find(a->name);
	if (old)
		alias_remove(old);
	while (*p && strcmp((*p)->name, a->name) < 0)
		p = &(*p)->next;
	a->next = *p;
	*p = a;
}

static void alias_print(const struct alias *a)
{
	printf("%s=", a->name);
	print_quoted(a->value);
	putchar('\n');
}

int cmd_alias(int argc, char **argv)
{
	int status = 0;

	for (struct alias *a = argc == 1 ? aliases : NULL; a; a = a->next)
		if (!a->dead)
			alias_print(a);
	for (int i = 1; i < argc; i++) {
		size_t len = strcspn(argv[i], "=");
		struct alias *a = alias_find(argv[i]);

		if (argv[i][len] && len) {
			alias_define(argv[i], len, argv[i] + len + 1);
		} else if (a) {
			alias_print(a);
		} else {
			fprintf(stderr, "alias: %s not found\n", argv[i]);
			status = 1;
		}
	}
	return status;
}

int cmd_unalias(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-a") == 0) {
			for (struct alias *a = aliases, *next; a; a = next) {
				next = a->next;
				alias_remove(a);
			}
			continue;
		}
		struct alias *a = alias_find(argv[i]);
		if (a) {
			alias_remove(a);
			continue;
		}
		fprintf(stderr, "unalias: %s not found\n", argv[i]);
		status = 1;
	}
	return status;
}

/* --- what a name means --- */

enum how { WORDS /* type, command -V */, SHORT /* command -v */ };

static int describe(const char *name, enum how how)
{
	const struct alias *a = alias_find(name);
	const struct builtin *b = builtin_find(name);
	const char *path;

	if (a) {
		if (how == WORDS)
			printf("%s is an alias for %s\n", name, a->value);
		else
			printf("alias "), alias_print(a);
	} else if (how == SHORT && (is_reserved(name) || function_find(name) || b)) {
		puts(name);
	} else if (is_reserved(name)) {
		printf("%s is a shell keyword\n", name);
	} else if (b && b->special) {
		printf("%s is a special shell builtin\n", name);
	} else if (function_find(name)) {
		printf("%s is a shell function\n", name);
	} else if (b) {
		printf("%s is a shell builtin\n", name);
	} else if ((path = find_program(name))) {
		if (how == WORDS)
			printf("%s is ", name);
		puts(path);
	} else {
		if (how == WORDS)
			printf("%s: not found\n", name);
		return 127;
	}
	return 0;
}

int cmd_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= describe(argv[i], WORDS);
	return status;
}

/* "command NAME ..." was taken apart before; here come the options. */
int cmd_command(int argc, char **argv)
{
	if (argc < 2)
		return 0;
	if (strcmp(argv[1], "-v") == 0 || strcmp(argv[1], "-V") == 0)
		return argc > 2 ? describe(argv[2], argv[1][1] == 'V' ? WORDS : SHORT) : 0;
	fail("Illegal option %s", argv[1]);
}

/* Nothing is remembered, so there is nothing to list or to forget. */
int cmd_hash(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-' && !find_program(argv[i]) && !builtin_find(argv[i])) {
			warn("%s: not found", argv[i]);
			status = 1;
		}
	return status;
}
