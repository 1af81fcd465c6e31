// SPDX-License-Identifier: MIT
/*
 * arith: the value of $(( )).
 *
 * Promise   C's operators on long, with their precedence, assignments included; what && || ?: do not need
 *           is parsed but not computed. A variable counts as its number, unset as 0.
 * How       precedence climbing: parse_binary(level) handles all operators of at least that level.
 * Linux     POSIX.1-2017, Shell Command Language 2.6.4
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/sh.h"

static const char *p, *whole; /* where we are, and the beginning, for messages */
static int idle; /* > 0: inside an operand that is not computed */

static long parse_assignment(void);

static const struct {
	char text[3];
	int level;
} operators[] = {
	/* longer ones before their beginnings */
	{ "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<=", 7 }, { ">=", 7 }, { "<<", 8 }, { ">>", 8 },
	{ "|", 3 }, { "^", 4 }, { "&", 5 }, { "<", 7 }, { ">", 7 }, { "+", 9 }, { "-", 9 }, { "*", 10 },
	{ "/", 10 }, { "%", 10 },
};
enum { NR_OPERATORS = sizeof(operators) / sizeof(operators[0]) };

static void skip_space(void)
{
	while (isspace(*p))
		p++;
}

static bool take(const char *text)
{
	skip_space();
	if (strncmp(p, text, strlen(text)) != 0)
		return false;
	p += strlen(text);
	return true;
}

/* The binary operator that stands next, -1: none (or it is an assignment). */
static int peek_operator(void)
{
	skip_space();
	for (int i = 0; i < NR_OPERATORS; i++) {
		size_t len = strlen(operators[i].text);
		if (strncmp(p, operators[i].text, len) != 0)
			continue;
		bool compares = operators[i].level == 6 || operators[i].level == 7;
		return p[len] == '=' && !(compares && len == 2) && operators[i].level > 2 ? -1 : i;
	}
	return -1;
}

static long compute(const char *op, long a, long b)
{
	unsigned long x = a, y = b;

	if (idle)
		return 0;
	switch (op[0]) {
	case '+':
		return x + y;
	case '-':
		return x - y;
	case '*':
		return x * y;
	case '/':
	case '%':
		if (b == 0)
			fail("arithmetic expression: division by zero: \"%s\"", whole);
		if (b == -1) /* LONG_MIN / -1 traps */
			return op[0] == '/' ? (long)-x : 0;
		return op[0] == '/' ? a / b : a % b;
	case '=':
		return a == b;
	case '!':
		return a != b;
	case '<':
		return op[1] == '<' ? (long)(x << (b & 63)) : op[1] ? a <= b : a < b;
	case '>':
		return op[1] == '>' ? a >> (b & 63) : op[1] ? a >= b : a > b;
	case '&':
		return a & b;
	case '^':
		return a ^ b;
	default:
		return a | b;
	}
}

static long number(const char *s)
{
	char *end;

	while (isspace(*s))
		s++;
	if (!*s)
		return 0;
	errno = 0;
	long value = strtol(s, &end, 0);
	if (errno == ERANGE && *s != '-')
		value = LONG_MAX;
	while (isspace(*end))
		end++;
	if (*end)
		fail("Illegal number: %s", s);
	return value;
}

static long variable(const char *name)
{
	const char *value = var_get(name);

	if (idle)
		return 0;
	if (!value && sh.o.nounset)
		fail("%s: parameter not set", name);
	return value ? number(value) : 0;
}

static void assign(const char *name, long value)
{
	char text[24];

	if (idle)
		return;
	snprintf(text, sizeof(text), "%ld", value);
	var_set(name, text, 0);
}

static long parse_primary(void)
{
	skip_space();
	if (take("(")) {
		long value = parse_assignment();
		if (!take(")"))
			fail("arithmetic expression: expecting ')': \"%s\"", whole);
		return value;
	}
	if (isdigit(*p)) {
		char *end;
		long value = strtol(p, &end, 0);
		p = end;
		if (isalnum(*p) || *p == '_')
			fail("arithmetic expression: expecting EOF: \"%s\"", whole);
		return value;
	}
	size_t len = name_len(p);
	if (!len)
		fail("arithmetic expression: expecting primary: \"%s\"", whole);
	char *name = mem_dup(p, len);
	p += len;
	if (take("++")) {
		long value = variable(name);
		assign(name, value + 1);
		return value;
	}
	if (take("--")) {
		long value = variable(name);
		assign(name, value - 1);
		return value;
	}
	return variable(name);
}

static long parse_unary(void)
{
	skip_space();
	bool plus = strncmp(p, "++", 2) == 0, minus = strncmp(p, "--", 2) == 0;
	if (plus || minus) {
		const char *q = p + 2 + strspn(p + 2, " \t\n");
		size_t len = name_len(q);
		if (len) {
			char *name = mem_dup(q, len);
			p = q + len;
			long value = variable(name) + (plus ? 1 : -1);
			assign(name, value);
			return value;
		}
	}
	if (take("!"))
		return !parse_unary();
	if (take("~"))
		return ~parse_unary();
	if (take("-"))
		return -(unsigned long)parse_unary();
	if (take("+"))
		return parse_unary();
	return parse_primary();
}

static long parse_binary(int level)
{
	long left = parse_unary();
	int i;

	while ((i = peek_operator()) >= 0 && operators[i].level >= level) {
		const char *op = operators[i].text;
		bool is_or = operators[i].level == 1, is_and = operators[i].level == 2;
		bool skip = (is_or && left) || (is_and && !left);

		p += strlen(op);
		idle += skip;
		long right = parse_binary(operators[i].level + 1);
		idle -= skip;
		left = is_or ? left || right : is_and ? left && right : compute(op, left, right);
	}
	return left;
}

static long parse_conditional(void)
{
	long condition = parse_binary(1);

	if (!take("?"))
		return condition;
	idle += !condition;
	long yes = parse_assignment();
	idle -= !condition;
	if (!take(":"))
		fail("arithmetic expression: expecting ':': \"%s\"", whole);
	idle += !!condition;
	long no = parse_assignment();
	idle -= !!condition;
	return condition ? yes : no;
}

/* NAME op= value */
static long parse_assignment(void)
{
	static const char *const ops[] = { "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "=" };

	skip_space();
	const char *start = p;
	size_t len = name_len(p);
	if (len) {
		char *name = mem_dup(p, len);
		p += len;
		skip_space();
		for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
			size_t n = strlen(ops[i]);
			if (strncmp(p, ops[i], n) != 0 || (n == 1 && p[1] == '='))
				continue;
			p += n;
			long value = parse_assignment();
			if (n > 1)
				value = compute(mem_dup(ops[i], n - 1), variable(name), value);
			assign(name, value);
			return value;
		}
		p = start;
	}
	return parse_conditional();
}

long arith_eval(const char *text)
{
	const char *outer = p, *outer_whole = whole;
	int outer_idle = idle;
	long value = 0;

	p = whole = text;
	idle = 0;
	skip_space();
	if (*p)
		value = parse_assignment();
	skip_space();
	if (*p)
		fail("arithmetic expression: expecting EOF: \"%s\"", text);
	p = outer;
	whole = outer_whole;
	idle = outer_idle;
	return value;
}
