// SPDX-License-Identifier: MIT
/*
 * lex: tokens.
 *
 * Promise   a word is kept as it was written, quotes and substitutions included; only a backslash before a
 *           newline is gone. What is inside $( ) is parsed to find its end, so a case pattern or a
 *           comment there cannot mislead it.
 * Linux     POSIX.1-2017, Shell Command Language 2.3
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

static bool have;
static struct token_value peeked;
static struct redir *bodies; /* here-documents whose bodies come after the next newline */

static int next_char(void)
{
	int c;

	while ((c = input_next()) == '\\') {
		int d = input_next();

		if (d != '\n') {
			input_back(d);
			break;
		}
	}
	return c;
}

struct lex_state lex_save(void)
{
	struct lex_state s = { have, peeked, bodies };

	have = false;
	bodies = NULL;
	return s;
}

void lex_restore(struct lex_state s)
{
	have = s.have;
	peeked = s.peeked;
	bodies = s.bodies;
}

/* --- words --- */

static void read_dollar(struct text *t, bool in_dquote);

static int must_have(int c, const char *what)
{
	if (c == END)
		syntax_error("end of file unexpected (expecting \"%s\")", what);
	return c;
}

static void read_squote(struct text *t)
{
	int c;

	do {
		c = must_have(input_next(), "'");
		text_add(t, c);
	} while (c != '\'');
}

static void read_backquote(struct text *t)
{
	for (;;) {
		int c = must_have(next_char(), "`");

		text_add(t, c);
		if (c == '`')
			return;
		if (c == '\\')
			text_add(t, must_have(input_next(), "`"));
	}
}

static void read_dquote(struct text *t)
{
	for (;;) {
		int c = must_have(next_char(), "\"");

		if (c == '$') {
			read_dollar(t, true);
			continue;
		}
		text_add(t, c);
		if (c == '"')
			return;
		if (c == '\\')
			text_add(t, must_have(input_next(), "\""));
		if (c == '`')
			read_backquote(t);
	}
}

/* After "${". In double quotes ' is an ordinary character, but not in the pattern after # and %. */
static void read_brace(struct text *t, bool in_dquote)
{
	bool pattern = false, in_name = true;

	for (;;) {
		int c = must_have(next_char(), "}");

		if (in_name && (c == '#' || c == '%') && t->s[t->len - 1] != '{') {
			pattern = true;
			in_name = false;
		}
		in_name &= isalnum(c) || c == '_' || c == '@' || c == '*' || c == '?' || c == '!' || c == '#';
		if (c == '$') {
			read_dollar(t, in_dquote);
			continue;
		}
		text_add(t, c);
		if (c == '}')
			return;
		if (c == '\\')
			text_add(t, must_have(input_next(), "}"));
		else if (c == '\'' && (!in_dquote || pattern))
			read_squote(t);
		else if (c == '"')
			read_dquote(t);
		else if (c == '`')
			read_backquote(t);
	}
}

/* After "$((": takes up to "))" when there are such; else the second parenthesis is given back. */
static bool read_arith(struct text *t)
{
	struct text seen = { 0 };
	int depth = 0, c;

	text_add(&seen, '(');
	while ((c = input_next()) != END) {
		text_add(&seen, c);
		if (c == '(')
			depth++;
		if (c == ')' && depth-- == 0)
			break;
	}
	if (c == ')') {
		c = input_next();
		if (c == ')') {
			text_add(&seen, c);
			text_add_string(t, seen.s + 1);
			free(seen.s);
			return true;
		}
		input_back(c);
	}
	/* Not arithmetic after all: a command that begins with a subshell. */
	input_again(seen.s, seen.len);
	free(seen.s);
	return false;
}

static void read_command(struct text *t)
{
	struct lex_state s = lex_save();
	size_t start = input_record_start();

	parse_until_paren();
	char *inside = input_record_end(start, 0);
	text_add_string(t, inside);
	lex_restore(s);
}

static void read_dollar(struct text *t, bool in_dquote)
{
	int c = next_char();

	text_add(t, '$');
	if (c == '{') {
		text_add(t, c);
		read_brace(t, in_dquote);
	} else if (c == '(') {
		text_add(t, c);
		c = next_char();
		if (c == '(') {
			text_add(t, c);
			if (read_arith(t))
				return;
			t->s[--t->len] = '\0';
		} else {
			input_back(c);
		}
		read_command(t);
	} else {
		input_back(c);
	}
}

size_t lex_skip_brace(const char *p, bool in_dquote)
{
	struct text t = { 0 };

	text_add(&t, '{');
	input_push_string(p);
	read_brace(&t, in_dquote);
	size_t n = input_used();
	input_pop();
	free(t.s);
	return n;
}

size_t lex_skip_arith(const char *p)
{
	struct text t = { 0 };

	input_push_string(p);
	size_t n = read_arith(&t) ? input_used() : 0;
	input_pop();
	free(t.s);
	return n;
}

static struct token_value read_word(int c)
{
	struct text t = { 0 };
	bool quoted = false;

	for (; c != END && !strchr(" \t\n|&;<>()", c); c = next_char()) {
		if (c == '$') {
			read_dollar(&t, false);
			continue;
		}
		text_add(&t, c);
		quoted |= c == '\\' || c == '\'' || c == '"';
		if (c == '\\') {
			c = input_next();
			if (c != END)
				text_add(&t, c);
		} else if (c == '\'') {
			read_squote(&t);
		} else if (c == '"') {
			read_dquote(&t);
		} else if (c == '`') {
			read_backquote(&t);
		}
	}
	input_back(c);
	struct token_value v = { .type = T_WORD, .quoted = quoted };
	bool digits = t.len && strspn(t.s, "0123456789") == t.len;
	if (digits && (c == '<' || c == '>'))
		v.type = T_IO_NUMBER;
	v.text = text_to_arena(&t);
	return v;
}

/* --- here-documents --- */

void lex_want_body(struct redir *r)
{
	struct redir **p = &bodies;

	while (*p)
		p = &(*p)->waiting;
	*p = r;
}

/* The delimiter without its quotes. */
static char *unquote(const char *s)
{
	struct text t = { 0 };
	char quote = 0;

	for (; *s; s++) {
		if (*s == '\\' && quote != '\'' && s[1])
			text_add(&t, *++s);
		else if (*s == quote)
			quote = 0;
		else if (!quote && (*s == '\'' || *s == '"'))
			quote = *s;
		else
			text_add(&t, *s);
	}
	return text_to_arena(&t);
}

static void read_body(struct redir *r)
{
	struct text body = { 0 };
	const char *delimiter = unquote(r->word);

	for (;;) {
		size_t start = body.len;
		bool escaped = false;
		int c = input_next();

		while (c == '\t' && r->op == T_DLESSDASH)
			c = input_next();
		if (c == END)
			break;
		for (; c != END && (c != '\n' || (escaped && !r->literal)); c = input_next()) {
			text_add(&body, c);
			escaped = c == '\\' && !escaped;
		}
		if (body.len - start == strlen(delimiter) &&
			strncmp(body.s ? body.s + start : "", delimiter, strlen(delimiter)) == 0) {
			body.len = start;
			break;
		}
		if (c == '\n')
			text_add(&body, '\n');
	}
	if (body.s)
		body.s[body.len] = '\0';
	r->body = text_to_arena(&body);
}

static void read_bodies(void)
{
	while (bodies) {
		struct redir *r = bodies;

		bodies = r->waiting;
		r->waiting = NULL;
		read_body(r);
	}
}

/* --- tokens --- */

static const struct {
	char text[4];
	enum token type;
} operators[] = {
	{ "<<-", T_DLESSDASH }, { "&&", T_AND_IF }, { "||", T_OR_IF }, { ";;", T_DSEMI }, { ";&", T_SEMI_AND },
	{ ">>", T_DGREAT }, { "<<", T_DLESS }, { "<&", T_LESSAND }, { ">&", T_GREATAND }, { "<>", T_LESSGREAT },
	{ ">|", T_CLOBBER }, { "&", T_AMP }, { ";", T_SEMI }, { "|", T_PIPE }, { "(", T_LPAREN },
	{ ")", T_RPAREN }, { "<", T_LESS }, { ">", T_GREAT },
};
enum { NR_OPERATORS = sizeof(operators) / sizeof(operators[0]) };

static int find_operator(const char *s)
{
	for (int i = 0; i < NR_OPERATORS; i++)
		if (strcmp(operators[i].text, s) == 0)
			return i;
	return -1;
}

static struct token_value read_operator(int c)
{
	char text[4] = { c };

	for (int len = 1; len < 3; len++) {
		text[len] = c = next_char();
		if (c == END || find_operator(text) < 0) {
			text[len] = '\0';
			input_back(c);
			break;
		}
	}
	return (struct token_value){ .type = operators[find_operator(text)].type };
}

static struct token_value read_token(void)
{
	int c;

	input_alias_ended();
	do
		c = next_char();
	while (c == ' ' || c == '\t');
	if (c == '#')
		while (c != '\n' && c != END)
			c = input_next();
	if (c == END || c == '\n') {
		read_bodies();
		return (struct token_value){ .type = c == END ? T_END : T_NEWLINE };
	}
	if (strchr("|&;<>()", c))
		return read_operator(c);
	bool after_alias = input_alias_ended();
	struct token_value word = read_word(c);
	word.after_alias = after_alias;
	return word;
}

struct token_value lex_peek(void)
{
	if (!have) {
		size_t before = input_recorded();
		peeked = read_token();
		peeked.chars = input_recorded() - before;
		have = true;
	}
	return peeked;
}

void lex_push_alias(struct alias *a)
{
	have = false;
	input_push_alias(a);
}

struct token_value lex_next(void)
{
	struct token_value t = lex_peek();

	have = false;
	return t;
}

const char *token_name(struct token_value t)
{
	if (t.type == T_WORD || t.type == T_IO_NUMBER)
		return t.text;
	if (t.type == T_END)
		return "end of file";
	if (t.type == T_NEWLINE)
		return "newline";
	for (int i = 0; i < NR_OPERATORS; i++)
		if (operators[i].type == t.type)
			return operators[i].text;
	return "?";
}
