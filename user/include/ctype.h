// SPDX-License-Identifier: MIT
/*
 * ctype.h: classes of ASCII characters.
 */
#pragma once
#include <stddef.h>
int isalnum(int c);
int isalpha(int c);
int isascii(int c);
int isblank(int c);
int iscntrl(int c);
int isdigit(int c);
int isgraph(int c);
int islower(int c);
int isprint(int c);
int ispunct(int c);
int isspace(int c);
int isupper(int c);
int isxdigit(int c);
int tolower(int c);
int toupper(int c);
/* Ours alone: the class that [:NAME:] means in a set, NULL: none. */
int (*__ctype_class(const char *name, size_t len))(int c);
