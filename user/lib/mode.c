// SPDX-License-Identifier: MIT
/*
 * mode: permissions as people write and read them.
 *
 * Promise   octal numbers, and clauses like u+x,go=r,a-w with r w x X s t and the letters u g o to copy. When
 *           nobody is named, the bits of `mask` (the umask) are left alone.
 * Linux     chmod(1), POSIX.1-2017 chmod
 */
#include <string.h>
#include <sys/stat.h>
#include "user/lib/tool.h"

enum { ALL_WHO = 07777, USER = 04700, GROUP = 02070, OTHER = 01007 };

/* Which bits the letters before the operator speak of; 0: none was named. */
static mode_t parse_who(const char **p)
{
	mode_t who = 0;

	for (;; (*p)++) {
		switch (**p) {
		case 'u':
			who |= USER;
			continue;
		case 'g':
			who |= GROUP;
			continue;
		case 'o':
			who |= OTHER;
			continue;
		case 'a':
			who |= ALL_WHO;
			continue;
		}
		return who;
	}
}

/* The permissions of one third, for all three. */
static mode_t spread(mode_t mode, int shift)
{
	return (mode >> shift & 7) * 0111;
}

static mode_t parse_permissions(const char **p, mode_t old, bool is_dir)
{
	mode_t bits = 0;

	for (;; (*p)++) {
		switch (**p) {
		case 'r':
			bits |= 0444;
			continue;
		case 'w':
			bits |= 0222;
			continue;
		case 'x':
			bits |= 0111;
			continue;
		case 'X':
			bits |= is_dir || (old & 0111) ? 0111 : 0;
			continue;
		case 's':
			bits |= S_ISUID | S_ISGID;
			continue;
		case 't':
			bits |= S_ISVTX;
			continue;
		case 'u':
			bits |= spread(old, 6);
			continue;
		case 'g':
			bits |= spread(old, 3);
			continue;
		case 'o':
			bits |= spread(old, 0);
			continue;
		}
		return bits;
	}
}

static bool parse_octal(const char *s, mode_t *mode)
{
	*mode = 0;
	for (; *s >= '0' && *s <= '7'; s++)
		*mode = *mode * 8 + *s - '0';
	return !*s && *mode <= ALL_WHO;
}

bool tool_parse_mode(const char *text, mode_t old, mode_t mask, bool is_dir, mode_t *mode)
{
	if (*text >= '0' && *text <= '7')
		return parse_octal(text, mode);
	*mode = old & ALL_WHO;
	for (const char *p = text;; p++) {
		mode_t who = parse_who(&p);
		mode_t allowed = who ? who : ALL_WHO & ~mask;

		if (!*p || !strchr("+-=", *p))
			return false;
		while (*p && strchr("+-=", *p)) {
			char op = *p++;
			mode_t bits = parse_permissions(&p, *mode, is_dir) & allowed;

			if (op == '=')
				*mode &= ~((who ? who : ALL_WHO) & ~(is_dir ? S_ISUID | S_ISGID : 0));
			*mode = op == '-' ? *mode & ~bits : *mode | bits;
		}
		if (!*p)
			return true;
		if (*p != ',')
			return false;
	}
}

static char type_letter(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	}
	return '-';
}

void tool_mode_text(mode_t mode, char text[11])
{
	text[0] = type_letter(mode);
	for (int i = 0; i < 9; i++)
		text[i + 1] = mode >> (8 - i) & 1 ? "rwx"[i % 3] : '-';
	if (mode & S_ISUID)
		text[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		text[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		text[9] = mode & S_IXOTH ? 't' : 'T';
	text[10] = '\0';
}
