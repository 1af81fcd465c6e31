// SPDX-License-Identifier: MIT
/*
 * param: what begins with a dollar sign or a backquote: parameters, commands, arithmetic.
 *
 * Linux     POSIX.1-2017, Shell Command Language 2.6.2 to 2.6.4
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

/* --- the value of a parameter --- */

static const char *number_text(long n)
{
	char buf[24];

	return mem_dup(buf, snprintf(buf, sizeof(buf), "%ld", n));
}

/* NULL: not set. The parameters @ and * are joined by spaces here. */
static const char *param_value(const char *name, size_t len)
{
	if (isdigit(*name)) {
		long n = strtol(name, NULL, 10);
		return n == 0 ? sh.name : n <= sh.nr_params ? sh.params[n - 1] : NULL;
	}
	if (is_name(name, len)) {
		char *copy = mem_dup(name, len);
		return strcmp(copy, "LINENO") == 0 ? number_text(sh.line) : var_get(copy);
	}
	struct text t = { 0 };
	switch (*name) {
	case '#':
		return number_text(sh.nr_params);
	case '?':
		return number_text(sh.status);
	case '$':
		return number_text(sh.pid);
	case '!':
		return sh.last_background ? number_text(sh.last_background) : NULL;
	case '-':
		return option_letters();
	default:
		if (sh.nr_params == 0)
			return NULL;
		for (int i = 0; i < sh.nr_params; i++) {
			if (i)
				text_add(&t, ' ');
			text_add_string(&t, sh.params[i]);
		}
		return text_to_arena(&t);
	}
}

static void add_params(struct flagged *o, char which, enum quoting q)
{
	const char *ifs = var_get("IFS");
	char separator = which == '*' ? (ifs ? *ifs : ' ') : ' ';
	bool joined = q == IN_BODY || (q == DQUOTED && which == '*');

	if (q == DQUOTED && which == '@' && sh.nr_params == 0)
		expand_note_empty_at();
	for (int i = 0; i < sh.nr_params; i++) {
		if (i && joined && separator)
			flagged_add(o, separator, F_QUOTED);
		if (i && !joined)
			flagged_add(o, separator, F_BREAK);
		if (q == DQUOTED && which == '@' && i)
			flagged_add(o, 0, F_NULL);
		flagged_add_string(o, sh.params[i], q);
	}
}

static bool is_all_params(const char *name, size_t len)
{
	return len == 1 && (*name == '@' || *name == '*');
}

static void add_value(struct flagged *o, const char *name, size_t len, const char *value, enum quoting q)
{
	if (is_all_params(name, len))
		add_params(o, *name, q);
	else if (value)
		flagged_add_string(o, value, q);
	else if (sh.o.nounset)
		fail("%.*s: parameter not set", (int)len, name);
}

/* --- ${ } --- */

/* How long the name of the parameter at p is; 0: none. */
static size_t param_len(const char *p, const char *end)
{
	size_t n = 0;

	if (p < end && isdigit(*p)) {
		while (p + n < end && isdigit(p[n]))
			n++;
		return n;
	}
	n = name_len(p);
	return n ? n : p < end && strchr("@*#?$!-", *p);
}

static void add_word(struct flagged *o, const char *p, const char *end, enum quoting q)
{
	size_t start = o->n;

	/* In a here-document a quote is nothing special, but inside braces it is. */
	expand_text(o, p, end, q == IN_BODY ? DQUOTED : q, false);
	/* Unquoted, the word is split like a value. */
	for (size_t i = start; i < o->n; i++)
		if (o->flag[i] == 0)
			o->flag[i] = F_SPLIT;
}

/* The value without the part that the pattern matches. */
static char *remove_match(const char *value, const char *pattern, bool prefix, bool longest)
{
	size_t len = strlen(value);

	for (size_t i = 0; i <= len; i++) {
		size_t n = longest ? len - i : i; /* characters that go */
		char *part = prefix ? mem_dup(value, n) : mem_dup(value + len - n, n);

		if (fnmatch(pattern, part, 0) == 0)
			return prefix ? mem_dup(value + n, len - n) : mem_dup(value, len - n);
	}
	return mem_dup(value, len);
}

static void add_trimmed(struct flagged *o, const char *name, size_t len, const char *p, const char *end,
	enum quoting q)
{
	bool prefix = *p == '#', longest = p[1] == *p && p + 1 < end;
	const char *value = param_value(name, len);

	if (!value && sh.o.nounset)
		fail("%.*s: parameter not set", (int)len, name);
	char *pattern = expand_pattern(mem_dup(p + 1 + longest, end - p - 1 - longest));
	flagged_add_string(o, remove_match(value ? value : "", pattern, prefix, longest), q);
}

__attribute__((noreturn)) static void fail_unset(const char *name, size_t len, const char *p, const char *end)
{
	if (p == end)
		fail("%.*s: parameter not set", (int)len, name);
	fail("%.*s: %s", (int)len, name, expand_single(mem_dup(p, end - p)));
}

static void add_conditional(struct flagged *o, const char *name, size_t len, const char *p, const char *end,
	enum quoting q)
{
	bool colon = *p == ':';
	const char *value = param_value(name, len);
	bool present = value && !(colon && !*value);
	char op = p[colon];

	p += colon + 1;
	if (op == '+') {
		if (present)
			add_word(o, p, end, q);
		return;
	}
	if (present) {
		add_value(o, name, len, value, q);
		return;
	}
	if (op == '-') {
		add_word(o, p, end, q);
	} else if (op == '=') {
		if (!is_name(name, len))
			fail("%.*s: bad variable name", (int)len, name);
		struct flagged word = { 0 };
		expand_text(&word, p, end, q, false);
		char *s = flagged_to_string(&word);
		var_set(mem_dup(name, len), s, 0);
		flagged_add_string(o, s, q);
	} else {
		fail_unset(name, len, p, end);
	}
}

static void expand_brace(struct flagged *o, const char *p, const char *end, enum quoting q)
{
	if (*p == '#' && p + 1 < end && param_len(p + 1, end) == (size_t)(end - p - 1)) {
		const char *value = param_value(p + 1, end - p - 1);
		if (!value && sh.o.nounset && !is_all_params(p + 1, end - p - 1))
			fail("%.*s: parameter not set", (int)(end - p - 1), p + 1);
		bool count = is_all_params(p + 1, end - p - 1);
		flagged_add_string(o, number_text(count ? sh.nr_params : value ? (long)strlen(value) : 0), q);
		return;
	}
	size_t len = param_len(p, end);
	const char *op = p + len;
	if (!len)
		fail("Bad substitution");
	if (op == end)
		add_value(o, p, len, param_value(p, len), q);
	else if (*op == '%' || *op == '#')
		add_trimmed(o, p, len, op, end, q);
	else if (strchr("-=?+", op[*op == ':']) && op + (*op == ':') < end)
		add_conditional(o, p, len, op, end, q);
	else
		fail("Bad substitution");
}

/* --- $( ), ` `, $(( )) --- */

static void add_output(struct flagged *o, struct node *n, enum quoting q)
{
	struct text t = { 0 };

	sh.substitution_status = eval_substitution(n, &t);
	while (t.len && t.s[t.len - 1] == '\n')
		t.s[--t.len] = '\0';
	if (t.len)
		flagged_add_string(o, t.s, q);
	free(t.s);
}

static const char *expand_command(struct flagged *o, const char *p, enum quoting q)
{
	struct lex_state s = lex_save();

	input_push_string(p);
	struct node *n = parse_until_paren();
	p += input_used();
	input_pop();
	lex_restore(s);
	add_output(o, n, q);
	return p;
}

/* p after the first backquote. */
const char *expand_backquote(struct flagged *o, const char *p, enum quoting q)
{
	struct text t = { 0 };

	for (; *p && *p != '`'; p++) {
		if (*p == '\\' && (strchr("$`\\", p[1]) || (q == DQUOTED && p[1] == '"')) && p[1])
			p++;
		text_add(&t, *p);
	}
	text_add_string(&t, "\n)");
	char *command = text_to_arena(&t);
	struct lex_state s = lex_save();
	input_push_string(command);
	struct node *n = parse_until_paren();
	input_pop();
	lex_restore(s);
	add_output(o, n, q);
	return *p ? p + 1 : p;
}

static const char *expand_arith(struct flagged *o, const char *p, size_t len, enum quoting q)
{
	struct flagged expression = { 0 };

	expand_text(&expression, p, p + len - 2, DQUOTED, false);
	flagged_add_string(o, number_text(arith_eval(flagged_to_string(&expression))), q);
	return p + len;
}

const char *expand_dollar(struct flagged *o, const char *p, enum quoting q)
{
	size_t len;

	if (p[1] == '(') {
		if (p[2] == '(' && (len = lex_skip_arith(p + 3)))
			return expand_arith(o, p + 3, len, q);
		return expand_command(o, p + 2, q);
	}
	if (p[1] == '{') {
		len = lex_skip_brace(p + 2, q != UNQUOTED);
		expand_brace(o, p + 2, p + 2 + len - 1, q);
		return p + 2 + len;
	}
	/* Without braces only one digit belongs to it. */
	len = isdigit(p[1]) ? 1 : param_len(p + 1, p + 1 + strlen(p + 1));
	if (!len) {
		flagged_add(o, '$', q == UNQUOTED ? 0 : F_QUOTED);
		return p + 1;
	}
	char *name = mem_dup(p + 1, len);
	add_value(o, name, len, param_value(name, len), q);
	return p + 1 + len;
}
