// SPDX-License-Identifier: MIT
/*
 * test: conditions on files, strings and numbers, for test and [.
 *
 * Promise   status 0: it is so, 1: it is not, 2: it makes no sense. Up to four arguments are read as POSIX
 *           says, whatever they look like; longer ones by the grammar with -o, -a, ! and parentheses.
 * Linux     POSIX.1-2017, test; -nt -ot -ef < > of the usual shells
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { NONSENSE = 2 };

struct reader {
	char **v;
	int at, n;
	bool wrong; /* it was told */
	tool_say *say;
};

static bool complain(struct reader *r, const char *arg, const char *text)
{
	if (!r->wrong)
		r->say(*arg ? "%s: %s" : "%s%s", arg, text);
	r->wrong = true;
	return false;
}

static long number(struct reader *r, const char *s)
{
	char *end;

	errno = 0;
	long n = strtol(s, &end, 10);
	while (isspace(*end))
		end++;
	if (end == s || *end || errno) {
		if (!r->wrong)
			r->say("Illegal number: %s", s);
		r->wrong = true;
	}
	return n;
}

/* --- conditions --- */

static bool is_unary(const char *s)
{
	return s[0] == '-' && s[1] && !s[2] && strchr("bcdefghknprstuwxzGLOS", s[1]);
}

static bool test_file(char letter, const struct stat *st)
{
	switch (letter) {
	case 'b':
		return S_ISBLK(st->st_mode);
	case 'c':
		return S_ISCHR(st->st_mode);
	case 'd':
		return S_ISDIR(st->st_mode);
	case 'f':
		return S_ISREG(st->st_mode);
	case 'p':
		return S_ISFIFO(st->st_mode);
	case 'S':
		return S_ISSOCK(st->st_mode);
	case 'h':
	case 'L':
		return S_ISLNK(st->st_mode);
	case 's':
		return st->st_size > 0;
	case 'g':
		return st->st_mode & S_ISGID;
	case 'u':
		return st->st_mode & S_ISUID;
	case 'k':
		return st->st_mode & S_ISVTX;
	case 'O':
		return st->st_uid == geteuid();
	case 'G':
		return st->st_gid == getegid();
	}
	return true; /* -e */
}

static bool test_unary(struct reader *r, char letter, const char *arg)
{
	struct stat st;

	switch (letter) {
	case 'n':
		return *arg;
	case 'z':
		return !*arg;
	case 't':
		return isatty(number(r, arg));
	case 'r':
		return access(arg, R_OK) == 0;
	case 'w':
		return access(arg, W_OK) == 0;
	case 'x':
		return access(arg, X_OK) == 0;
	}
	int missing = letter == 'h' || letter == 'L' ? lstat(arg, &st) : stat(arg, &st);
	return !missing && test_file(letter, &st);
}

static const char *const binaries[] = { "=", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot",
	"-ef" };

enum binary { B_EQUAL, B_UNEQUAL, B_BEFORE, B_AFTER, B_EQ, B_NE, B_LT, B_LE, B_GT, B_GE, B_NEWER, B_OLDER, B_SAME,
	NR_BINARIES };

static int find_binary(const char *s)
{
	int i = 0;

	while (i < NR_BINARIES && strcmp(binaries[i], s) != 0)
		i++;
	return i;
}

static bool test_files(int op, const char *a, const char *b)
{
	struct stat x, y;
	bool has_x = stat(a, &x) == 0, has_y = stat(b, &y) == 0;

	if (op == B_SAME)
		return has_x && has_y && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	if (!has_x || !has_y)
		return op == B_NEWER ? has_x && !has_y : has_y && !has_x;
	long long by = x.st_mtim.tv_sec != y.st_mtim.tv_sec ? x.st_mtim.tv_sec - y.st_mtim.tv_sec
							    : x.st_mtim.tv_nsec - y.st_mtim.tv_nsec;
	return op == B_NEWER ? by > 0 : by < 0;
}

static bool test_binary(struct reader *r, int op, const char *a, const char *b)
{
	if (op <= B_AFTER) {
		int order = strcmp(a, b);
		return op == B_EQUAL   ? order == 0 :
		       op == B_UNEQUAL ? order != 0 :
		       op == B_BEFORE  ? order < 0 :
					 order > 0;
	}
	if (op >= B_NEWER)
		return test_files(op, a, b);
	long x = number(r, a), y = number(r, b);
	switch (op) {
	case B_EQ:
		return x == y;
	case B_NE:
		return x != y;
	case B_LT:
		return x < y;
	case B_LE:
		return x <= y;
	case B_GT:
		return x > y;
	}
	return x >= y;
}

/* --- the grammar --- */

static bool parse_or(struct reader *r);

static const char *peek(const struct reader *r, int ahead)
{
	return r->at + ahead < r->n ? r->v[r->at + ahead] : NULL;
}

static bool is(const char *s, const char *what)
{
	return s && strcmp(s, what) == 0;
}

static bool parse_primary(struct reader *r)
{
	const char *a = peek(r, 0), *b = peek(r, 1), *c = peek(r, 2);

	if (!a)
		return complain(r, r->at ? r->v[r->at - 1] : "", "argument expected");
	if (b && c && find_binary(b) < NR_BINARIES) {
		r->at += 3;
		return test_binary(r, find_binary(b), a, c);
	}
	if (is(a, "(") && b) {
		r->at++;
		bool value = parse_or(r);
		if (!is(peek(r, 0), ")"))
			return complain(r, "", "closing paren expected");
		r->at++;
		return value;
	}
	if (is_unary(a) && b) {
		r->at += 2;
		return test_unary(r, a[1], b);
	}
	if (b && find_binary(b) < NR_BINARIES)
		return complain(r, b, "argument expected");
	r->at++;
	return *a;
}

static bool parse_not(struct reader *r)
{
	bool negate = false;

	/* "! = x" is a comparison. */
	while (is(peek(r, 0), "!") && peek(r, 1) && !(peek(r, 2) && find_binary(peek(r, 1)) < NR_BINARIES)) {
		negate = !negate;
		r->at++;
	}
	return parse_primary(r) != negate;
}

static bool parse_and(struct reader *r)
{
	bool value = parse_not(r);

	while (is(peek(r, 0), "-a")) {
		r->at++;
		value &= parse_not(r);
	}
	return value;
}

static bool parse_or(struct reader *r)
{
	bool value = parse_and(r);

	while (is(peek(r, 0), "-o")) {
		r->at++;
		value |= parse_and(r);
	}
	return value;
}

/* POSIX: what up to four arguments mean does not depend on what they could also mean. */
static bool evaluate(struct reader *r)
{
	int left = r->n - r->at;
	const char *a = peek(r, 0);

	if (left == 0)
		return false;
	if (left == 1) {
		r->at++;
		return *a;
	}
	if (left == 3 && find_binary(peek(r, 1)) < NR_BINARIES)
		return parse_primary(r);
	if (left <= 4 && is(a, "!")) {
		r->at++;
		return !evaluate(r);
	}
	if (left <= 4 && left >= 3 && is(a, "(") && is(r->v[r->n - 1], ")")) {
		r->at++;
		r->n--;
		bool value = evaluate(r);
		r->at++;
		r->n++;
		return value;
	}
	return parse_or(r);
}

int tool_test(int argc, char **argv, tool_say *say)
{
	struct reader r = { .v = argv, .at = 1, .n = argc, .say = say };

	if (strcmp(argv[0], "[") == 0) {
		if (strcmp(argv[argc - 1], "]") != 0) {
			say("missing ]");
			return NONSENSE;
		}
		r.n--;
	}
	bool value = evaluate(&r);
	if (r.at < r.n && !r.wrong)
		complain(&r, r.v[r.at - (r.at > 1)], "unexpected operator");
	return r.wrong ? NONSENSE : !value;
}
