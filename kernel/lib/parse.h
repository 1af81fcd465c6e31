// SPDX-License-Identifier: MIT
/*
 * parse: numbers and words from text that somebody typed.
 *
 * Promise   the whole word must be a number, else -EINVAL; one that does not fit is -ERANGE. Nothing is
 *           written on failure.
 */
#pragma once
#include "kernel/lib/macros.h"

/* base 10, 16, 8 or 0 (0x: 16, a leading 0: 8, else 10). Surrounding white space is allowed. */
int parse_u64(const char *s, unsigned base, u64 *out);
int parse_s64(const char *s, unsigned base, s64 *out);
int parse_size(const char *s, u64 *out); /* with an optional K, M, G or T (either case): times 1024 */
/* 1 y yes on true, 0 n no off false; NULL and "" are true (an option that was merely named). */
int parse_bool(const char *s, bool *out);

/* Cuts the next word off *line, in place: words are separated by white space; within double quotes it
 * is kept and the quotes go away. NULL: no more. */
char *parse_word(char **line);
/* Cuts "key=value" at the first '='; answers the value, or NULL if there is no '='. */
char *parse_value(char *word);
