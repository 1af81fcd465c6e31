// SPDX-License-Identifier: MIT
/*
 * regex.h: regular expressions, basic and extended.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>

typedef long regoff_t;

typedef struct {
	size_t re_nsub; /* pairs of parentheses */
	struct regex_program *__program;
} regex_t;

typedef struct {
	regoff_t rm_so, rm_eo; /* -1: the pair took no part */
} regmatch_t;

#define REG_EXTENDED 1
#define REG_ICASE 2
#define REG_NOSUB 4
#define REG_NEWLINE 8
#define REG_NOTBOL 1
#define REG_NOTEOL 2

enum {
	REG_OK, REG_NOMATCH, REG_BADPAT, REG_ECTYPE, REG_EESCAPE, REG_ESUBREG, REG_EBRACK, REG_EPAREN, REG_EBRACE,
	REG_BADBR, REG_ERANGE, REG_ESPACE, REG_BADRPT,
};

int regcomp(regex_t *re, const char *pattern, int flags);
int regexec(const regex_t *re, const char *s, size_t count, regmatch_t match[], int flags);
size_t regerror(int code, const regex_t *re, char *buf, size_t size);
void regfree(regex_t *re);
