// SPDX-License-Identifier: MIT
/*
 * expand: from a word as written to the arguments that it means.
 *
 * Promise   the order of POSIX.1-2017, Shell Command Language 2.6: tilde, parameters, commands, arithmetic;
 *           then fields; then file names; then the quotes go.
 * How       the first step yields characters with flags: quoted, came from an expansion (and may be split),
 *           a field ends here, a field is here even if it is empty. The other steps read the flags.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

void strings_add(struct strings *s, char *v)
{
	/* room for 8, 16, 32 ... and the NULL */
	if (s->n == 0 || (s->n >= 7 && ((s->n + 1) & s->n) == 0)) {
		char **grown = mem_alloc(((s->n + 1) * 2 + 8) * sizeof(*grown));
		if (s->n)
			memcpy(grown, s->v, s->n * sizeof(*grown));
		s->v = grown;
	}
	s->v[s->n++] = v;
	s->v[s->n] = NULL;
}

void flagged_add(struct flagged *o, char c, unsigned char flag)
{
	if (o->n == o->size) {
		o->size = o->size ? o->size * 2 : 64;
		o->ch = must(realloc(o->ch, o->size));
		o->flag = must(realloc(o->flag, o->size));
	}
	o->ch[o->n] = c;
	o->flag[o->n++] = flag;
}

void flagged_add_string(struct flagged *o, const char *s, enum quoting q)
{
	for (; *s; s++)
		flagged_add(o, *s, q == UNQUOTED ? F_SPLIT : F_QUOTED);
}

static void flagged_free(struct flagged *o)
{
	free(o->ch);
	free(o->flag);
	*o = (struct flagged){ 0 };
}

/* Frees the buffer. A break becomes the separator that it carries. */
char *flagged_to_string(struct flagged *o)
{
	struct text t = { 0 };

	for (size_t i = 0; i < o->n; i++)
		if (!(o->flag[i] & F_NULL) && (!(o->flag[i] & F_BREAK) || o->ch[i]))
			text_add(&t, o->ch[i]);
	flagged_free(o);
	return text_to_arena(&t);
}

static bool is_special(char c)
{
	return strchr("*?[]\\!-^", c) && c;
}

static void add_pattern_char(struct text *t, char c, unsigned char flag)
{
	if ((flag & F_QUOTED) && is_special(c))
		text_add(t, '\\');
	text_add(t, c);
}

char *flagged_to_pattern(struct flagged *o)
{
	struct text t = { 0 };

	for (size_t i = 0; i < o->n; i++)
		if (!(o->flag[i] & F_NULL) && (!(o->flag[i] & F_BREAK) || o->ch[i]))
			add_pattern_char(&t, o->ch[i], o->flag[i]);
	flagged_free(o);
	return text_to_arena(&t);
}

/* --- tilde --- */

static char *home_of(const char *user, size_t len)
{
	static char line[256];
	FILE *f = fopen("/etc/passwd", "re");
	char *home = NULL;

	while (f && !home && fgets(line, sizeof(line), f)) {
		if (strncmp(line, user, len) != 0 || line[len] != ':')
			continue;
		home = line;
		for (int i = 0; i < 5 && home; i++)
			home = strchr(home, ':') ? strchr(home, ':') + 1 : NULL;
		if (home)
			home[strcspn(home, ":\n")] = '\0';
	}
	if (f)
		fclose(f);
	return home;
}

/* p at '~': answers what follows the name when there is such a home. */
static const char *expand_tilde(struct flagged *o, const char *p, bool assignment)
{
	size_t len = strcspn(p + 1, assignment ? "/:" : "/");
	const char *home;

	if (strcspn(p + 1, "\\'\"$`") < len)
		return p;
	home = len ? home_of(p + 1, len) : var_get("HOME");
	if (!home)
		return p;
	flagged_add(o, 0, F_NULL);
	flagged_add_string(o, home, DQUOTED);
	return p + 1 + len;
}

/* --- the first step --- */

static bool saw_empty_at; /* "$@" without parameters: the quotes around it make no field */

void expand_note_empty_at(void)
{
	saw_empty_at = true;
}

static const char *expand_dquote(struct flagged *o, const char *p, const char *end);

static const char *expand_backslash(struct flagged *o, const char *p, const char *end, enum quoting q)
{
	if (p + 1 == end) {
		flagged_add(o, '\\', F_QUOTED);
		return p + 1;
	}
	if (p[1] == '\n')
		return p + 2;
	if (q == UNQUOTED || strchr(q == DQUOTED ? "$`\"\\}" : "$`\\", p[1])) {
		/* A quoted brace is only special inside ${ }, where the lexer needed it quoted. */
		flagged_add(o, p[1], F_QUOTED);
		return p + 2;
	}
	flagged_add(o, '\\', F_QUOTED);
	return p + 1;
}

static const char *expand_squote(struct flagged *o, const char *p, const char *end)
{
	flagged_add(o, 0, F_NULL);
	for (p++; p < end && *p != '\''; p++)
		flagged_add(o, *p, F_QUOTED);
	return p + 1;
}

static const char *expand_one(struct flagged *o, const char *p, const char *end, enum quoting q)
{
	switch (*p) {
	case '\\':
		return expand_backslash(o, p, end, q);
	case '$':
		return expand_dollar(o, p, q);
	case '`':
		return expand_backquote(o, p + 1, q);
	case '\'':
		if (q == UNQUOTED)
			return expand_squote(o, p, end);
		break;
	case '"':
		if (q == UNQUOTED)
			return expand_dquote(o, p + 1, end);
		if (q == DQUOTED) /* quotes inside the word of "${x:-...}" */
			return p + 1;
	}
	flagged_add(o, *p, q == UNQUOTED ? 0 : F_QUOTED);
	return p + 1;
}

static const char *expand_dquote(struct flagged *o, const char *p, const char *end)
{
	size_t start = o->n;
	bool outer = saw_empty_at;

	saw_empty_at = false;
	flagged_add(o, 0, F_NULL);
	while (p < end && *p != '"') {
		/* \} is no escape here: only in the word of ${ }. */
		if (*p == '\\' && p[1] == '}')
			flagged_add(o, *p++, F_QUOTED);
		p = expand_one(o, p, end, DQUOTED);
	}
	if (saw_empty_at && o->n == start + 1)
		o->n = start;
	saw_empty_at = outer;
	return p + 1;
}

void expand_text(struct flagged *o, const char *p, const char *end, enum quoting q, bool assignment)
{
	bool tilde = q == UNQUOTED;

	while (p < end) {
		if (tilde && *p == '~') {
			const char *after = expand_tilde(o, p, assignment);
			tilde = false;
			if (after != p) {
				p = after;
				continue;
			}
		}
		tilde = q == UNQUOTED && assignment && *p == ':';
		p = expand_one(o, p, end, q);
	}
}

/* --- fields --- */

struct field {
	struct flagged chars;
	bool exists;
};

/* Not every [ needs the directory to be read: the command of that name, above all. */
static bool may_be_pattern(const struct flagged *c)
{
	bool open = false;

	for (size_t i = 0; i < c->n; i++) {
		if (c->flag[i] & F_QUOTED)
			continue;
		if (c->ch[i] == '*' || c->ch[i] == '?' || (open && c->ch[i] == ']'))
			return true;
		open |= c->ch[i] == '[';
	}
	return false;
}

static void finish_field(struct field *f, struct strings *out)
{
	struct flagged *c = &f->chars;

	if (!f->exists)
		return;
	if (sh.o.noglob || !may_be_pattern(c)) {
		strings_add(out, mem_dup(c->n ? c->ch : "", c->n));
	} else {
		struct text t = { 0 };
		for (size_t i = 0; i < c->n; i++)
			add_pattern_char(&t, c->ch[i], c->flag[i]);
		if (!glob_files(t.s, out))
			strings_add(out, mem_dup(c->ch, c->n));
		free(t.s);
	}
	c->n = 0;
	f->exists = false;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Splits at IFS what may be split. A delimiter is white space with at most one other character in it. */
static void split_fields(const struct flagged *o, struct strings *out)
{
	const char *ifs = var_get("IFS");
	struct field f = { 0 };

	if (!ifs)
		ifs = " \t\n";
	for (size_t i = 0; i < o->n; i++) {
		bool separates = (o->flag[i] & F_SPLIT) && strchr(ifs, o->ch[i]);

		if (o->flag[i] & F_BREAK) {
			finish_field(&f, out);
			continue;
		}
		if (o->flag[i] & F_NULL) {
			f.exists = true;
			continue;
		}
		if (!separates) {
			flagged_add(&f.chars, o->ch[i], o->flag[i]);
			f.exists = true;
			continue;
		}
		bool had_field = f.exists, hard = false;
		for (;; i++) {
			hard |= !is_white(o->ch[i]);
			if (i + 1 == o->n || !(o->flag[i + 1] & F_SPLIT) || !strchr(ifs, o->ch[i + 1]) ||
				(hard && !is_white(o->ch[i + 1])))
				break;
		}
		if (hard && !had_field)
			f.exists = true; /* an empty one */
		finish_field(&f, out);
	}
	finish_field(&f, out);
	flagged_free(&f.chars);
}

/* Of these, what looks like an assignment is expanded like one: one field, with ~ in it. */
static bool is_declaration(const struct strings *words)
{
	static const char *const names[] = { "export", "readonly", "local" };
	int i = 0;

	while (i < words->n && strcmp(words->v[i], "command") == 0)
		i++;
	for (size_t n = 0; i < words->n && n < sizeof(names) / sizeof(names[0]); n++)
		if (strcmp(words->v[i], names[n]) == 0)
			return true;
	return false;
}

void expand_words(const struct word *w, struct strings *out)
{
	for (; w; w = w->next) {
		struct flagged o = { 0 };
		size_t name = name_len(w->text);

		if (name && w->text[name] == '=' && is_declaration(out)) {
			char *value = expand_assignment(w->text + name + 1);
			char *whole = mem_alloc(name + strlen(value) + 2);
			sprintf(whole, "%.*s=%s", (int)name, w->text, value);
			strings_add(out, whole);
			continue;
		}
		expand_text(&o, w->text, w->text + strlen(w->text), UNQUOTED, false);
		split_fields(&o, out);
		flagged_free(&o);
	}
}

char *expand_single(const char *text)
{
	struct flagged o = { 0 };

	expand_text(&o, text, text + strlen(text), UNQUOTED, false);
	return flagged_to_string(&o);
}

char *expand_assignment(const char *text)
{
	struct flagged o = { 0 };

	expand_text(&o, text, text + strlen(text), UNQUOTED, true);
	return flagged_to_string(&o);
}

char *expand_body(const char *text)
{
	struct flagged o = { 0 };

	expand_text(&o, text, text + strlen(text), IN_BODY, false);
	return flagged_to_string(&o);
}

char *expand_pattern(const char *text)
{
	struct flagged o = { 0 };

	expand_text(&o, text, text + strlen(text), UNQUOTED, false);
	return flagged_to_pattern(&o);
}
