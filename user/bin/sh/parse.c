// SPDX-License-Identifier: MIT
/*
 * parse: from tokens to a tree.
 *
 * Promise   recursive descent over the grammar of POSIX.1-2017, Shell Command Language 2.10. A reserved word
 *           counts only where a command may begin, and unquoted. A syntax error does not return.
 * Lifetime  trees live in the arena; node_copy() makes one that lasts, for functions
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

static struct node *parse_sequence(bool line);
static struct node *parse_list(void);
static struct node *parse_command(void);

static struct node *node_new(enum node_type type)
{
	struct node *n = mem_alloc(sizeof(*n));

	n->type = type;
	n->line = input_line();
	return n;
}

__attribute__((noreturn)) static void unexpected(struct token_value t, const char *expecting)
{
	if (expecting)
		syntax_error("%s%s%s unexpected (expecting \"%s\")", t.type <= T_NEWLINE ? "" : "\"",
			token_name(t), t.type <= T_NEWLINE ? "" : "\"", expecting);
	syntax_error("%s%s%s unexpected", t.type <= T_NEWLINE ? "" : "\"", token_name(t),
		t.type <= T_NEWLINE ? "" : "\"");
}

static bool is_word(struct token_value t, const char *text)
{
	return t.type == T_WORD && !t.quoted && strcmp(t.text, text) == 0;
}

bool is_reserved(const char *word)
{
	static const char *const words[] = { "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for",
		"if", "in", "then", "until", "while" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static bool take_word(const char *text)
{
	if (!is_word(lex_peek(), text))
		return false;
	lex_next();
	return true;
}

static void expect_word(const char *text)
{
	if (!take_word(text))
		unexpected(lex_peek(), text);
}

static void expect(enum token type, const char *text)
{
	if (lex_peek().type != type)
		unexpected(lex_peek(), text);
	lex_next();
}

static void skip_newlines(void)
{
	while (lex_peek().type == T_NEWLINE)
		lex_next();
}

/* --- redirections and simple commands --- */

static bool is_redir(enum token type)
{
	return type >= T_LESS || type == T_IO_NUMBER;
}

static struct redir *parse_redir(void)
{
	struct redir *r = mem_alloc(sizeof(*r));
	struct token_value t = lex_next();

	r->fd = -1;
	if (t.type == T_IO_NUMBER) {
		r->fd = atoi(t.text);
		t = lex_next();
	}
	r->op = t.type;
	if (r->fd < 0)
		r->fd = t.type == T_GREAT || t.type == T_DGREAT || t.type == T_GREATAND || t.type == T_CLOBBER;
	t = lex_next();
	if (t.type != T_WORD)
		unexpected(t, NULL);
	r->word = t.text;
	if (r->op == T_DLESS || r->op == T_DLESSDASH) {
		r->literal = t.quoted;
		r->body = "";
		lex_want_body(r);
	}
	return r;
}

static void parse_redirs(struct node *n)
{
	struct redir **end = &n->redirs;

	while (*end)
		end = &(*end)->next;
	for (; is_redir(lex_peek().type); end = &(*end)->next)
		*end = parse_redir();
}

static void add_word(struct word ***end, char *text)
{
	struct word *w = mem_alloc(sizeof(*w));

	w->text = text;
	**end = w;
	*end = &w->next;
}

static bool is_assignment(const char *text)
{
	size_t n = name_len(text);

	return n && text[n] == '=';
}

static struct node *parse_function(char *name)
{
	struct node *n = node_new(N_FUNCTION);

	lex_next();
	expect(T_RPAREN, ")");
	if (!is_name(name, strlen(name)))
		syntax_error("Bad function name");
	skip_newlines();
	n->text = name;
	n->a = parse_command();
	if (!n->a)
		unexpected(lex_peek(), "{");
	return n;
}

/* While the next token is an alias, its text takes the token's place. */
static void expand_aliases(void)
{
	struct alias *a;

	do {
		struct token_value t = lex_peek();
		a = t.type == T_WORD && !t.quoted && !is_reserved(t.text) ? alias_find(t.text) : NULL;
		if (a)
			lex_push_alias(a);
	} while (a);
}

static struct node *parse_simple(void)
{
	struct node *n = node_new(N_SIMPLE);
	struct word **assigns = &n->assigns, **words = &n->words;
	struct redir **redirs = &n->redirs;

	for (;;) {
		if (lex_peek().after_alias)
			expand_aliases();
		struct token_value t = lex_peek();

		if (is_redir(t.type)) {
			*redirs = parse_redir();
			redirs = &(*redirs)->next;
		} else if (t.type == T_WORD) {
			lex_next();
			if (!n->words && is_assignment(t.text))
				add_word(&assigns, t.text);
			else
				add_word(&words, t.text);
		} else if (t.type == T_LPAREN && n->words && !n->words->next && !n->assigns && !n->redirs) {
			return parse_function(n->words->text);
		} else {
			break;
		}
	}
	return n->words || n->assigns || n->redirs ? n : NULL;
}

/* --- compound commands --- */

static struct node *parse_if(void)
{
	struct node *n = node_new(N_IF);

	n->a = parse_list();
	expect_word("then");
	n->b = parse_list();
	if (take_word("elif")) {
		n->c = parse_if();
		return n;
	}
	if (take_word("else"))
		n->c = parse_list();
	expect_word("fi");
	return n;
}

static struct node *parse_do(void)
{
	expect_word("do");
	struct node *body = parse_list();
	expect_word("done");
	return body;
}

static struct node *parse_loop(enum node_type type)
{
	struct node *n = node_new(type);

	n->a = parse_list();
	n->b = parse_do();
	return n;
}

static struct node *parse_for(void)
{
	struct node *n = node_new(N_FOR);
	struct token_value t = lex_next();
	struct word **end = &n->words;

	if (t.type != T_WORD || t.quoted || !is_name(t.text, strlen(t.text)))
		syntax_error("Bad for loop variable");
	n->text = t.text;
	skip_newlines();
	if (take_word("in")) {
		n->has_in = true;
		while (lex_peek().type == T_WORD)
			add_word(&end, lex_next().text);
		if (lex_peek().type != T_SEMI && lex_peek().type != T_NEWLINE)
			unexpected(lex_peek(), NULL);
		lex_next();
	} else if (lex_peek().type == T_SEMI) {
		lex_next();
	}
	skip_newlines();
	n->a = parse_do();
	return n;
}

static struct case_item *parse_case_item(void)
{
	struct case_item *item = mem_alloc(sizeof(*item));
	struct word **end = &item->patterns;

	if (lex_peek().type == T_LPAREN)
		lex_next();
	do {
		struct token_value t = lex_next();
		if (t.type != T_WORD)
			unexpected(t, NULL);
		add_word(&end, t.text);
	} while (lex_peek().type == T_PIPE && lex_next().type == T_PIPE);
	expect(T_RPAREN, ")");
	item->body = parse_sequence(false);
	enum token type = lex_peek().type;
	item->falls = type == T_SEMI_AND;
	if (type == T_DSEMI || type == T_SEMI_AND)
		lex_next();
	else if (!is_word(lex_peek(), "esac"))
		unexpected(lex_peek(), ";;");
	skip_newlines();
	return item;
}

static struct node *parse_case(void)
{
	struct node *n = node_new(N_CASE);
	struct token_value t = lex_next();

	if (t.type != T_WORD)
		unexpected(t, NULL);
	n->text = t.text;
	skip_newlines();
	expect_word("in");
	skip_newlines();
	for (struct case_item **end = &n->items; !take_word("esac"); end = &(*end)->next)
		*end = parse_case_item();
	return n;
}

static struct node *parse_compound(struct token_value t)
{
	struct node *n;

	if (t.type == T_LPAREN) {
		lex_next();
		n = node_new(N_SUBSHELL);
		n->a = parse_list();
		expect(T_RPAREN, ")");
		return n;
	}
	if (take_word("{")) {
		n = node_new(N_GROUP);
		n->a = parse_list();
		expect_word("}");
		return n;
	}
	if (take_word("if"))
		return parse_if();
	if (take_word("while"))
		return parse_loop(N_WHILE);
	if (take_word("until"))
		return parse_loop(N_UNTIL);
	if (take_word("for"))
		return parse_for();
	if (take_word("case"))
		return parse_case();
	return NULL;
}

static bool ends_list(struct token_value t)
{
	static const char *const words[] = { "then", "else", "elif", "fi", "do", "done", "esac", "}" };

	if (t.type == T_END || t.type == T_RPAREN || t.type == T_DSEMI || t.type == T_SEMI_AND)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(t, words[i]))
			return true;
	return false;
}

/* NULL: no command begins here. */
static struct node *parse_command(void)
{
	expand_aliases();
	struct token_value t = lex_peek();

	if (t.type == T_WORD && ends_list(t))
		return NULL;
	struct node *n = parse_compound(t);
	if (!n)
		return parse_simple();
	parse_redirs(n);
	return n;
}

/* --- pipelines and lists --- */

/* What was read since `start`; the first token was read before the recording began. */
static char *as_written(struct token_value first, size_t start)
{
	struct text t = { 0 };
	char *rest = input_record_end(start, lex_peek().chars);

	text_add_string(&t, token_name(first));
	text_add_string(&t, rest);
	while (t.len && isspace((unsigned char)t.s[t.len - 1]))
		t.s[--t.len] = '\0';
	return text_to_arena(&t);
}

static struct node *parse_pipe_only(void)
{
	bool negate = false;

	while (take_word("!"))
		negate = !negate;
	struct node *first = parse_command();
	if (!first) {
		if (negate)
			unexpected(lex_peek(), NULL);
		return NULL;
	}
	if (lex_peek().type != T_PIPE && !negate)
		return first;
	struct node *n = node_new(N_PIPE);
	n->negate = negate;
	n->a = first;
	for (struct node **end = &first->next; lex_peek().type == T_PIPE; end = &(*end)->next) {
		lex_next();
		skip_newlines();
		*end = parse_command();
		if (!*end)
			unexpected(lex_peek(), NULL);
	}
	return n;
}

static struct node *parse_pipe(void)
{
	struct token_value first = lex_peek();
	size_t start = input_record_start();
	struct node *n = parse_pipe_only();
	char *text = as_written(first, start);

	if (n && (n->type == N_PIPE || n->type == N_SUBSHELL))
		n->text = text;
	return n;
}

static struct node *parse_and_or(void)
{
	struct node *left = parse_pipe();
	enum token type;

	while (left && ((type = lex_peek().type) == T_AND_IF || type == T_OR_IF)) {
		struct node *n = node_new(type == T_AND_IF ? N_AND : N_OR);
		lex_next();
		skip_newlines();
		n->a = left;
		n->b = parse_pipe();
		if (!n->b)
			unexpected(lex_peek(), NULL);
		left = n;
	}
	return left;
}

/* An and-or list with the text that it was written as, for the job table. */
static struct node *parse_and_or_text(void)
{
	struct token_value first = lex_peek();
	size_t start = input_record_start();
	struct node *n = parse_and_or();
	char *text = as_written(first, start);

	if (!n)
		return NULL;
	struct node *job = node_new(N_LIST);
	job->a = n;
	job->text = text;
	return job;
}

/*
 * One command after the other, up to a newline (`line`) or up to what cannot begin a command. Every
 * element is an N_LIST of one with its text, or an N_BACKGROUND around such.
 */
static struct node *parse_sequence(bool line)
{
	struct node *list = node_new(N_LIST), **end = &list->a;

	for (;;) {
		if (!line)
			skip_newlines();
		if (ends_list(lex_peek()))
			break;
		struct node *n = parse_and_or_text();
		if (!n)
			break;
		enum token type = lex_peek().type;
		if (type == T_AMP) {
			struct node *background = node_new(N_BACKGROUND);
			background->a = n;
			n = background;
		}
		*end = n;
		end = &n->next;
		if (type == T_AMP || type == T_SEMI)
			lex_next();
		else if (type != T_NEWLINE || line)
			break;
	}
	if (!list->a)
		return NULL;
	/* A list of one is that one, but for its text, which stays with it. */
	return list->a->next ? list : list->a;
}

static struct node *parse_list(void)
{
	struct node *n = parse_sequence(false);

	if (!n)
		unexpected(lex_peek(), NULL);
	return n;
}

struct node *parse_until_paren(void)
{
	struct node *n = parse_sequence(false);

	expect(T_RPAREN, ")");
	return n;
}

struct node *parse_line(bool *end)
{
	input_set_continued(false);
	*end = false;
	struct token_value t = lex_peek();
	if (t.type == T_END) {
		lex_next();
		*end = true;
		return NULL;
	}
	if (t.type == T_NEWLINE) {
		lex_next();
		return NULL;
	}
	struct node *n = parse_sequence(true);
	t = lex_next();
	if (t.type != T_NEWLINE && t.type != T_END)
		unexpected(t, NULL);
	return n;
}

/* --- copies --- */

static char *copy_string(const char *s)
{
	return s ? str_dup(s) : NULL;
}

static struct word *copy_words(const struct word *w)
{
	struct word *first = NULL;

	for (struct word **end = &first; w; w = w->next, end = &(*end)->next) {
		*end = must(calloc(1, sizeof(**end)));
		(*end)->text = copy_string(w->text);
	}
	return first;
}

static void free_words(struct word *w)
{
	while (w) {
		struct word *next = w->next;
		free(w->text);
		free(w);
		w = next;
	}
}

static struct redir *copy_redirs(const struct redir *r)
{
	struct redir *first = NULL;

	for (struct redir **end = &first; r; r = r->next, end = &(*end)->next) {
		*end = must(calloc(1, sizeof(**end)));
		**end = *r;
		(*end)->next = NULL;
		(*end)->word = copy_string(r->word);
		(*end)->body = copy_string(r->body);
	}
	return first;
}

static struct case_item *copy_items(const struct case_item *item)
{
	struct case_item *first = NULL;

	for (struct case_item **end = &first; item; item = item->next, end = &(*end)->next) {
		*end = must(calloc(1, sizeof(**end)));
		(*end)->falls = item->falls;
		(*end)->patterns = copy_words(item->patterns);
		(*end)->body = node_copy(item->body);
	}
	return first;
}

struct node *node_copy(const struct node *n)
{
	if (!n)
		return NULL;
	struct node *copy = must(malloc(sizeof(*copy)));
	*copy = *n;
	copy->next = node_copy(n->next);
	copy->a = node_copy(n->a);
	copy->b = node_copy(n->b);
	copy->c = node_copy(n->c);
	copy->assigns = copy_words(n->assigns);
	copy->words = copy_words(n->words);
	copy->redirs = copy_redirs(n->redirs);
	copy->items = copy_items(n->items);
	copy->text = copy_string(n->text);
	return copy;
}

void node_free(struct node *n)
{
	if (!n)
		return;
	node_free(n->next);
	node_free(n->a);
	node_free(n->b);
	node_free(n->c);
	free_words(n->assigns);
	free_words(n->words);
	while (n->redirs) {
		struct redir *r = n->redirs;
		n->redirs = r->next;
		free(r->word);
		free(r->body);
		free(r);
	}
	while (n->items) {
		struct case_item *item = n->items;
		n->items = item->next;
		free_words(item->patterns);
		node_free(item->body);
		free(item);
	}
	free(n->text);
	free(n);
}
