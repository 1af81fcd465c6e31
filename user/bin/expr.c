// SPDX-License-Identifier: MIT
/*
 * expr: an expression whose operators and operands are arguments.
 *
 * Promise   | & = != < <= > >= + - * / % : ( ), and length, substr, index, match. Status 0, or 1 when the value is
 *           empty or 0, 2 for what is no expression.
 * Linux     POSIX.1-2017, expr; expr(1)
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/lib/tool.h"

enum { EMPTY = 1, WRONG = 2, NUMBER_BYTES = 24, GROUPS = 2 };

static char **words;

__attribute__((noreturn)) static void wrong(const char *what)
{
	tool_status = WRONG;
	tool_die("%s", what);
}

static char *either(void);

static char *text_of(long n)
{
	char *s = tool_must(malloc(NUMBER_BYTES));

	snprintf(s, NUMBER_BYTES, "%ld", n);
	return s;
}

static bool is_integer(const char *s, long *n)
{
	char *end;

	errno = 0;
	*n = strtol(s, &end, 10);
	return *s && !*end && *s != '+' && *s != ' ' && !errno;
}

static bool is_null(const char *s)
{
	long n;

	return !*s || (is_integer(s, &n) && n == 0);
}

static bool take(const char *word)
{
	if (!*words || strcmp(*words, word) != 0)
		return false;
	words++;
	return true;
}

static char *next(void)
{
	if (!*words)
		wrong("syntax error: missing argument");
	return *words++;
}

/* The part in \( \), or the number of characters that match from the beginning. */
static char *match(const char *s, const char *pattern)
{
	regex_t r;
	regmatch_t m[GROUPS];
	char *anchored = tool_must(malloc(strlen(pattern) + 2));

	sprintf(anchored, "%s%s", *pattern == '^' ? "" : "^", pattern);
	if (regcomp(&r, anchored, 0) != 0)
		wrong("invalid pattern");
	bool found = regexec(&r, s, GROUPS, m, 0) == 0;
	bool has_group = r.re_nsub > 0;
	regfree(&r);
	free(anchored);
	if (has_group)
		return found && m[1].rm_so >= 0 ? tool_must(strndup(s + m[1].rm_so, m[1].rm_eo - m[1].rm_so)) : "";
	return text_of(found ? m[0].rm_eo : 0);
}

static char *substr(const char *s, const char *from, const char *len)
{
	long start, n, all = strlen(s);

	if (!is_integer(from, &start) || !is_integer(len, &n) || start < 1 || n < 1 || start > all)
		return "";
	return tool_must(strndup(s + start - 1, n));
}

static char *primary(void)
{
	if (take("(")) {
		char *s = either();
		if (!take(")"))
			wrong("syntax error: expecting ')'");
		return s;
	}
	if (take("+"))
		return next();
	if (take("length"))
		return text_of(strlen(primary()));
	if (take("match")) {
		char *s = primary();
		return match(s, primary());
	}
	if (take("index")) {
		char *s = primary();
		size_t at = strcspn(s, primary());
		return text_of(s[at] ? at + 1 : 0);
	}
	if (take("substr")) {
		char *s = primary(), *from = primary();
		return substr(s, from, primary());
	}
	return next();
}

static char *matched(void)
{
	char *s = primary();

	while (take(":"))
		s = match(s, primary());
	return s;
}

static char *calculate(char *left, char op, char *right)
{
	long a, b, r = 0;
	bool over = false;

	if (!is_integer(left, &a) || !is_integer(right, &b))
		wrong("non-integer argument");
	if ((op == '/' || op == '%') && b == 0)
		wrong("division by zero");
	switch (op) {
	case '+':
		over = __builtin_add_overflow(a, b, &r);
		break;
	case '-':
		over = __builtin_sub_overflow(a, b, &r);
		break;
	case '*':
		over = __builtin_mul_overflow(a, b, &r);
		break;
	case '/':
		over = b == -1 && __builtin_sub_overflow(0, a, &r);
		r = b == -1 ? r : a / b;
		break;
	case '%':
		r = b == -1 ? 0 : a % b;
		break;
	}
	if (over)
		wrong("result is out of range");
	return text_of(r);
}

static char *product(void)
{
	char *s = matched();

	while (*words && words[0][0] && strchr("*/%", words[0][0]) && !words[0][1]) {
		char op = **words++;
		s = calculate(s, op, matched());
	}
	return s;
}

static char *sum(void)
{
	char *s = product();

	while (*words && (strcmp(*words, "+") == 0 || strcmp(*words, "-") == 0)) {
		char op = **words++;
		s = calculate(s, op, product());
	}
	return s;
}

static char *comparison(void)
{
	static const struct {
		const char *name;
		bool less, equal, greater;
	} operators[] = {
		{ "<=", true, true, false }, { ">=", false, true, true }, { "!=", true, false, true },
		{ "==", false, true, false }, { "=", false, true, false }, { "<", true, false, false },
		{ ">", false, false, true },
	};
	char *s = sum();

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		long a, b;
		if (!take(operators[i].name))
			continue;
		char *right = sum();
		int order = is_integer(s, &a) && is_integer(right, &b) ? (a > b) - (a < b) : strcmp(s, right);
		s = text_of(order < 0 ? operators[i].less : order > 0 ? operators[i].greater : operators[i].equal);
		i = -1ul; /* from the first operator again */
	}
	return s;
}

static char *both(void)
{
	char *s = comparison();

	while (take("&")) {
		char *right = comparison();
		s = is_null(s) || is_null(right) ? "0" : s;
	}
	return s;
}

static char *either(void)
{
	char *s = both();

	while (take("|")) {
		char *right = both();
		s = !is_null(s) ? s : is_null(right) ? "0" : right;
	}
	return s;
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "expr EXPRESSION");
	words = argv + 1;
	if (*words && strcmp(*words, "--") == 0)
		words++;
	if (!*words) {
		tool_status = WRONG;
		tool_usage();
	}
	char *s = either();
	if (*words) {
		fprintf(stderr, "expr: syntax error: unexpected argument '%s'\n", *words);
		return WRONG;
	}
	puts(s);
	if (is_null(s))
		tool_status = EMPTY;
	return tool_finish();
}
