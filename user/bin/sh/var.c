// SPDX-License-Identifier: MIT
/*
 * var: variables and functions.
 *
 * Promise   an unset variable may still have flags (export NAME before NAME=...). A read-only one refuses
 *           changes by ending what is being run.
 * Lifetime  a function that is redefined or unset while it runs stays until it returns
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

enum { NR_BUCKETS = 64 };

struct var {
	struct var *next;
	char *name;
	char *value; /* NULL: unset */
	int flags;
};

struct saved_var {
	struct saved_var *below;
	char *name, *value;
	int flags;
	struct options *options; /* of `local -`, in place of a variable */
};

static struct var *buckets[NR_BUCKETS];
static struct function *functions;
static struct saved_var *saved;

size_t name_len(const char *s)
{
	size_t n = 0;

	if (isalpha(*s) || *s == '_')
		while (isalnum(s[n]) || s[n] == '_')
			n++;
	return n;
}

bool is_name(const char *s, size_t len)
{
	return len && name_len(s) >= len;
}

static struct var **bucket_of(const char *name)
{
	unsigned h = 5381;

	while (*name)
		h = h * 33 + (unsigned char)*name++;
	return &buckets[h % NR_BUCKETS];
}

static struct var *find(const char *name)
{
	struct var *v = *bucket_of(name);

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

static struct var *find_or_make(const char *name)
{
	struct var *v = find(name);

	if (!v) {
		v = must(calloc(1, sizeof(*v)));
		v->name = str_dup(name);
		v->next = *bucket_of(name);
		*bucket_of(name) = v;
	}
	return v;
}

char *var_get(const char *name)
{
	struct var *v = find(name);

	return v ? v->value : NULL;
}

static void changed(const char *name)
{
	if (strcmp(name, "OPTIND") == 0) {
		const char *value = var_get(name);
		sh.getopts_index = value ? atoi(value) : 1;
		sh.getopts_place = 0;
	}
}

void var_set(const char *name, const char *value, int flags)
{
	struct var *v = find_or_make(name);

	if (v->flags & V_READONLY)
		fail("%s: is read only", name);
	char *copy = str_dup(value);
	free(v->value);
	v->value = copy;
	v->flags |= flags | (sh.o.allexport ? V_EXPORT : 0);
	changed(name);
}

void var_assign(const char *text, int flags)
{
	size_t len = strcspn(text, "=");

	var_set(mem_dup(text, len), text + len + 1, flags);
}

int var_unset(const char *name)
{
	struct var *v = find(name);

	if (!v)
		return 0;
	if (v->flags & V_READONLY)
		fail("%s: is read only", name);
	free(v->value);
	v->value = NULL;
	v->flags = 0;
	changed(name);
	return 0;
}

void var_flag(const char *name, int flags)
{
	find_or_make(name)->flags |= flags;
}

static int compare(const void *a, const void *b)
{
	return strcmp((*(struct var *const *)a)->name, (*(struct var *const *)b)->name);
}

static int list(struct var ***out)
{
	int n = 0;

	for (int i = 0; i < NR_BUCKETS; i++)
		for (struct var *v = buckets[i]; v; v = v->next)
			n++;
	*out = mem_alloc((n + 1) * sizeof(**out));
	n = 0;
	for (int i = 0; i < NR_BUCKETS; i++)
		for (struct var *v = buckets[i]; v; v = v->next)
			(*out)[n++] = v;
	qsort(*out, n, sizeof(**out), compare);
	return n;
}

void print_quoted(const char *s)
{
	do {
		size_t plain = strcspn(s, "'"), quotes = strspn(s + plain, "'");

		printf("'%.*s'", (int)plain, s);
		if (quotes)
			printf("\"%.*s\"", (int)quotes, s + plain);
		s += plain + quotes;
	} while (*s);
}

void var_print(int flags, const char *prefix)
{
	struct var **all;
	int n = list(&all);

	for (int i = 0; i < n; i++) {
		if ((all[i]->flags & flags) != flags || (!all[i]->value && !flags))
			continue;
		printf("%s%s", prefix, all[i]->name);
		if (all[i]->value) {
			putchar('=');
			print_quoted(all[i]->value);
		}
		putchar('\n');
	}
}

void var_import(char **envp)
{
	for (; *envp; envp++) {
		size_t len = strcspn(*envp, "=");
		if ((*envp)[len] && is_name(*envp, len) && name_len(*envp) == len)
			var_assign(*envp, V_EXPORT);
	}
}

char **var_environment(void)
{
	struct strings env = { 0 };
	struct var **all;
	int n = list(&all);

	for (int i = 0; i < n; i++) {
		if (!(all[i]->flags & V_EXPORT) || !all[i]->value)
			continue;
		char *entry = mem_alloc(strlen(all[i]->name) + strlen(all[i]->value) + 2);
		stpcpy(stpcpy(stpcpy(entry, all[i]->name), "="), all[i]->value);
		strings_add(&env, entry);
	}
	return env.v ? env.v : mem_alloc(sizeof(char *));
}

struct saved_var *var_mark(void)
{
	return saved;
}

void var_save(const char *name)
{
	struct saved_var *s = must(calloc(1, sizeof(*s)));
	struct var *v = find(name);

	s->name = str_dup(name);
	s->value = v && v->value ? str_dup(v->value) : NULL;
	s->flags = v ? v->flags : 0;
	s->below = saved;
	saved = s;
}

void var_save_options(void)
{
	struct saved_var *s = must(calloc(1, sizeof(*s)));

	s->name = str_dup("-");
	s->options = must(malloc(sizeof(sh.o)));
	*s->options = sh.o;
	s->below = saved;
	saved = s;
}

static void restore(struct saved_var *s)
{
	if (s->options) {
		sh.o = *s->options;
		free(s->options);
		return;
	}
	struct var *v = find_or_make(s->name);
	free(v->value);
	v->value = s->value;
	v->flags = s->flags;
	changed(s->name);
}

void var_restore(struct saved_var *mark)
{
	while (saved != mark) {
		struct saved_var *s = saved;

		restore(s);
		saved = s->below;
		free(s->name);
		free(s);
	}
}

/* --- functions --- */

struct function *function_find(const char *name)
{
	struct function *f = functions;

	while (f && (f->dead || strcmp(f->name, name) != 0))
		f = f->next;
	return f;
}

static void function_free(struct function *f)
{
	struct function **p = &functions;

	while (*p != f)
		p = &(*p)->next;
	*p = f->next;
	node_free(f->body);
	free(f->name);
	free(f);
}

void function_unset(const char *name)
{
	struct function *f = function_find(name);

	if (!f)
		return;
	f->dead = true;
	if (!f->users)
		function_free(f);
}

void function_put(struct function *f)
{
	if (--f->users == 0 && f->dead)
		function_free(f);
}

void function_define(const char *name, const struct node *body)
{
	struct function *f = must(calloc(1, sizeof(*f)));

	f->name = str_dup(name);
	f->body = node_copy(body);
	function_unset(name);
	f->next = functions;
	functions = f;
}
