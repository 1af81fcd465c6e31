// SPDX-License-Identifier: MIT
/*
 * regcomp: from a regular expression to a program for the machine in regexec.c.
 *
 * Promise   basic and extended expressions of POSIX, with + ? | after a backslash and \< \> \w \W as
 *           GNU has them. Back-references are refused (REG_ESUBREG): with them no bound on the time of a match
 *           could be kept.
 * How       recursive descent makes a tree; emit() turns it into instructions. x{2,4} becomes xx(x(x)?)?.
 * Linux     regex(3), regex(7)
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "user/libc/regex.h"

enum { NO_LIMIT = -1, MAX_REPEAT = 255, MAX_DEPTH = 200 };

enum kind { K_EMPTY, K_CHAR, K_ANY, K_SET, K_CAT, K_ALT, K_REPEAT, K_GROUP, K_ASSERT };

struct tree {
	enum kind kind;
	struct tree *a, *b;
	struct tree *all; /* the list of all, for freeing */
	int value;	  /* character, set, number of the group, or enum op of an assertion */
	int min, max;
};

struct compiler {
	const char *p;
	int flags, error, depth, groups;
	struct tree *all;
	struct regex_program *prog;
};

static struct tree *parse_alternatives(struct compiler *c);

static struct tree *node(struct compiler *c, enum kind kind, struct tree *a, struct tree *b)
{
	static struct tree spare; /* memory is out: what is built will not be used */
	struct tree *t = calloc(1, sizeof(*t));

	if (!t) {
		c->error = REG_ESPACE;
		return &spare;
	}
	*t = (struct tree){ .kind = kind, .a = a, .b = b, .all = c->all };
	return c->all = t;
}

static struct tree *leaf(struct compiler *c, enum kind kind, int value)
{
	struct tree *t = node(c, kind, NULL, NULL);

	t->value = value;
	return t;
}

static struct tree *fail(struct compiler *c, int error)
{
	if (!c->error)
		c->error = error;
	return node(c, K_EMPTY, NULL, NULL);
}

/* --- sets --- */

static void set_add(unsigned char *set, unsigned char ch)
{
	set[ch / 8] |= 1u << ch % 8;
}

static bool set_has(const unsigned char *set, unsigned char ch)
{
	return set[ch / 8] >> ch % 8 & 1;
}

static bool add_class(unsigned char *set, const char *name, size_t len)
{
	int (*is)(int) = __ctype_class(name, len);

	for (int ch = 0; is && ch < 256; ch++)
		if (is(ch))
			set_add(set, ch);
	return is;
}

static struct tree *finish_set(struct compiler *c, unsigned char *set, bool negate)
{
	void *grown = realloc(c->prog->sets, (c->prog->nr_sets + 1) * sizeof(*c->prog->sets));

	if (!grown)
		return fail(c, REG_ESPACE);
	c->prog->sets = grown;
	if (c->flags & REG_ICASE)
		for (int ch = 0; ch < 256; ch++)
			if (set_has(set, ch)) {
				set_add(set, tolower(ch));
				set_add(set, toupper(ch));
			}
	for (int i = 0; negate && i < SET_BYTES; i++)
		set[i] = ~set[i];
	if (negate && (c->flags & REG_NEWLINE))
		set['\n' / 8] &= ~(1u << '\n' % 8);
	memcpy(c->prog->sets[c->prog->nr_sets], set, SET_BYTES);
	return leaf(c, K_SET, c->prog->nr_sets++);
}

/* One element: [:class:], [=x=], [.x.], a character or a range. */
static bool parse_element(struct compiler *c, unsigned char *set)
{
	unsigned char from = *c->p;

	if (c->p[0] == '[' && strchr(":=.", c->p[1]) && c->p[1]) {
		char close[] = { c->p[1], ']', '\0' };
		const char *end = strstr(c->p + 2, close);
		if (!end)
			return fail(c, REG_EBRACK), false;
		size_t len = end - c->p - 2;
		if (c->p[1] == ':') {
			if (!add_class(set, c->p + 2, len))
				return fail(c, REG_ECTYPE), false;
			c->p = end + 2;
			return true;
		}
		if (len != 1)
			return fail(c, REG_ECTYPE), false;
		from = c->p[2];
		c->p = end + 1;
	}
	c->p++;
	unsigned char to = from;
	if (c->p[0] == '-' && c->p[1] && c->p[1] != ']') {
		to = c->p[1];
		c->p += 2;
		if (to < from)
			return fail(c, REG_ERANGE), false;
	}
	for (int ch = from; ch <= to; ch++)
		set_add(set, ch);
	return true;
}

/* After the '['. */
static struct tree *parse_set(struct compiler *c)
{
	unsigned char set[SET_BYTES] = { 0 };
	bool negate = *c->p == '^';

	c->p += negate;
	for (const char *first = c->p; *c->p != ']' || c->p == first;)
		if (!*c->p || !parse_element(c, set))
			return fail(c, REG_EBRACK);
	c->p++;
	return finish_set(c, set, negate);
}

static struct tree *word_set(struct compiler *c, bool negate)
{
	unsigned char set[SET_BYTES] = { 0 };

	for (int ch = 0; ch < 256; ch++)
		if (isalnum(ch) || ch == '_')
			set_add(set, ch);
	return finish_set(c, set, negate);
}

static struct tree *character(struct compiler *c, unsigned char ch)
{
	unsigned char set[SET_BYTES] = { 0 };

	if (!(c->flags & REG_ICASE) || !isalpha(ch))
		return leaf(c, K_CHAR, ch);
	set_add(set, ch);
	return finish_set(c, set, false);
}

/* --- the grammar; an operator is written with a backslash in the basic form, or without in the other --- */

static bool extended(const struct compiler *c)
{
	return c->flags & REG_EXTENDED;
}

/* Does the operator stand at p? Its length, or 0. */
static int at_operator(const struct compiler *c, char op)
{
	if (extended(c))
		return *c->p == op;
	return c->p[0] == '\\' && c->p[1] == op ? 2 : 0;
}

static struct tree *parse_group(struct compiler *c)
{
	int number = ++c->groups;

	if (++c->depth > MAX_DEPTH)
		return fail(c, REG_ESPACE);
	struct tree *inside = parse_alternatives(c);
	int len = at_operator(c, ')');
	c->depth--;
	if (!len)
		return fail(c, REG_EPAREN);
	c->p += len;
	struct tree *t = node(c, K_GROUP, inside, NULL);
	t->value = number;
	return t;
}

static struct tree *parse_escape(struct compiler *c)
{
	char ch = *c->p++;

	switch (ch) {
	case '\0':
		c->p--;
		return fail(c, REG_EESCAPE);
	case '<':
		return leaf(c, K_ASSERT, OP_WORD_START);
	case '>':
		return leaf(c, K_ASSERT, OP_WORD_END);
	case 'w':
		return word_set(c, false);
	case 'W':
		return word_set(c, true);
	}
	if (ch >= '1' && ch <= '9')
		return fail(c, REG_ESUBREG);
	return character(c, ch);
}

static struct tree *parse_atom(struct compiler *c, bool first)
{
	int len = at_operator(c, '(');

	if (len) {
		c->p += len;
		return parse_group(c);
	}
	char ch = *c->p++;
	switch (ch) {
	case '\\':
		return parse_escape(c);
	case '[':
		return parse_set(c);
	case '.':
		return leaf(c, K_ANY, 0);
	case '^':
		if (extended(c) || first)
			return leaf(c, K_ASSERT, OP_LINE_START);
		break;
	case '$':
		if (extended(c) || !*c->p || at_operator(c, ')') || at_operator(c, '|'))
			return leaf(c, K_ASSERT, OP_LINE_END);
		break;
	case '*':
		if (extended(c))
			return fail(c, REG_BADRPT);
		break;
	case '+':
	case '?':
		if (extended(c))
			return fail(c, REG_BADRPT);
	}
	return character(c, ch);
}

static int parse_number(struct compiler *c)
{
	int n = 0;

	if (!isdigit(*c->p))
		return NO_LIMIT;
	while (isdigit(*c->p) && n <= MAX_REPEAT)
		n = n * 10 + *c->p++ - '0';
	return n;
}

/* After the '{'. */
static bool parse_bounds(struct compiler *c, int *min, int *max)
{
	*min = parse_number(c);
	*max = *min;
	if (*c->p == ',') {
		c->p++;
		*max = parse_number(c);
		*min = *min == NO_LIMIT ? 0 : *min;
	}
	int len = at_operator(c, '}');
	if (!len || *min == NO_LIMIT || *min > MAX_REPEAT || *max > MAX_REPEAT || (*max != NO_LIMIT && *max < *min)) {
		fail(c, len ? REG_BADBR : REG_EBRACE);
		return false;
	}
	c->p += len;
	return true;
}

static struct tree *parse_repeated(struct compiler *c, bool first)
{
	struct tree *t = parse_atom(c, first);

	for (;;) {
		int min = 0, max = NO_LIMIT, len;

		if (*c->p == '*' && t->kind != K_ASSERT) {
			c->p++;
		} else if ((len = at_operator(c, '+'))) {
			c->p += len;
			min = 1;
		} else if ((len = at_operator(c, '?'))) {
			c->p += len;
			max = 1;
		} else if ((len = at_operator(c, '{')) && (!extended(c) || isdigit(c->p[1]) || c->p[1] == ',')) {
			c->p += len;
			if (!parse_bounds(c, &min, &max))
				return t;
		} else {
			return t;
		}
		t = node(c, K_REPEAT, t, NULL);
		t->min = min;
		t->max = max;
	}
}

static struct tree *parse_sequence(struct compiler *c)
{
	struct tree *t = node(c, K_EMPTY, NULL, NULL);

	for (bool first = true; *c->p && !c->error && !at_operator(c, '|'); first = false) {
		if (at_operator(c, ')') && (c->depth || !extended(c)))
			break;
		struct tree *next = parse_repeated(c, first);
		t = first ? next : node(c, K_CAT, t, next);
	}
	return t;
}

static struct tree *parse_alternatives(struct compiler *c)
{
	struct tree *t = parse_sequence(c);
	int len;

	while (!c->error && (len = at_operator(c, '|'))) {
		c->p += len;
		t = node(c, K_ALT, t, parse_sequence(c));
	}
	return t;
}

/* --- instructions --- */

static int emit_one(struct compiler *c, struct instruction i)
{
	struct regex_program *p = c->prog;

	if (p->len == MAX_PROGRAM) {
		fail(c, REG_ESPACE);
		return 0;
	}
	if ((p->len & (p->len - 1)) == 0) { /* room doubles at the powers of two */
		struct instruction *grown = realloc(p->code, (p->len ? 2 * p->len : 1) * sizeof(*grown));
		if (!grown) {
			fail(c, REG_ESPACE);
			return 0;
		}
		p->code = grown;
	}
	p->code[p->len] = i;
	return p->len++;
}

static void emit(struct compiler *c, const struct tree *t);

static int emit_split(struct compiler *c)
{
	int at = emit_one(c, (struct instruction){ .op = OP_SPLIT });

	if (!c->error)
		c->prog->code[at].to[0] = at + 1;
	return at;
}

static void emit_repeat(struct compiler *c, const struct tree *t)
{
	int splits[MAX_REPEAT], n = 0;

	for (int i = 0; i < t->min && !c->error; i++)
		emit(c, t->a);
	if (t->max == NO_LIMIT) {
		int loop = emit_split(c);
		emit(c, t->a);
		emit_one(c, (struct instruction){ .op = OP_JUMP, .to = { loop } });
		if (!c->error)
			c->prog->code[loop].to[1] = c->prog->len;
		return;
	}
	for (int i = t->min; i < t->max && !c->error; i++) {
		splits[n++] = emit_split(c);
		emit(c, t->a);
	}
	while (n > 0 && !c->error)
		c->prog->code[splits[--n]].to[1] = c->prog->len;
}

static void emit(struct compiler *c, const struct tree *t)
{
	int split, jump;

	if (c->error)
		return;
	switch (t->kind) {
	case K_EMPTY:
		break;
	case K_CHAR:
		emit_one(c, (struct instruction){ .op = OP_CHAR, .c = t->value });
		break;
	case K_ANY:
		emit_one(c, (struct instruction){ .op = OP_ANY });
		break;
	case K_SET:
		emit_one(c, (struct instruction){ .op = OP_SET, .set = t->value });
		break;
	case K_ASSERT:
		emit_one(c, (struct instruction){ .op = t->value });
		break;
	case K_CAT:
		emit(c, t->a);
		emit(c, t->b);
		break;
	case K_GROUP:
		emit_one(c, (struct instruction){ .op = OP_SAVE, .slot = 2 * t->value });
		emit(c, t->a);
		emit_one(c, (struct instruction){ .op = OP_SAVE, .slot = 2 * t->value + 1 });
		break;
	case K_REPEAT:
		emit_repeat(c, t);
		break;
	case K_ALT:
		split = emit_split(c);
		emit(c, t->a);
		jump = emit_one(c, (struct instruction){ .op = OP_JUMP });
		if (c->error)
			break;
		c->prog->code[split].to[1] = c->prog->len;
		emit(c, t->b);
		if (!c->error)
			c->prog->code[jump].to[0] = c->prog->len;
	}
}

int regcomp(regex_t *re, const char *pattern, int flags)
{
	struct compiler c = { .p = pattern, .flags = flags };

	re->__program = c.prog = calloc(1, sizeof(*c.prog));
	if (!c.prog)
		return REG_ESPACE;
	struct tree *t = parse_alternatives(&c);
	if (*c.p && !c.error)
		c.error = REG_EPAREN;
	emit(&c, t);
	emit_one(&c, (struct instruction){ .op = OP_MATCH });
	while (c.all) {
		struct tree *next = c.all->all;
		free(c.all);
		c.all = next;
	}
	re->re_nsub = c.groups;
	c.prog->nr_slots = flags & REG_NOSUB ? 2 : 2 * (c.groups + 1);
	c.prog->newline = flags & REG_NEWLINE;
	if (c.error)
		regfree(re);
	return c.error;
}

void regfree(regex_t *re)
{
	if (!re->__program)
		return;
	free(re->__program->code);
	free(re->__program->sets);
	free(re->__program);
	re->__program = NULL;
}

size_t regerror(int code, const regex_t *re, char *buf, size_t size)
{
	static const char *const texts[] = {
		"Success", "No match", "Invalid regular expression", "Invalid character class name",
		"Trailing backslash", "Invalid back reference", "Unmatched [", "Unmatched ( or \\(",
		"Unmatched { or \\{",
		"Invalid content of \\{\\}", "Invalid range end", "Memory exhausted",
		"Invalid preceding regular expression",
	};
	const char *text = code >= 0 && code <= REG_BADRPT ? texts[code] : "Unknown error";

	if (size)
		strlcpy(buf, text, size);
	return strlen(text) + 1;
}
