// SPDX-License-Identifier: MIT
/*
 * ctype: what kind of character an ASCII code is.
 *
 * Promise   only the C locale: codes above 127 belong to no class.
 */
#include <ctype.h>
#include <string.h>

int isdigit(int c)
{
	return (unsigned)c - '0' < 10;
}
int islower(int c)
{
	return (unsigned)c - 'a' < 26;
}
int isupper(int c)
{
	return (unsigned)c - 'A' < 26;
}
int isalpha(int c)
{
	return islower(c) || isupper(c);
}
int isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}
int isblank(int c)
{
	return c == ' ' || c == '\t';
}
int isspace(int c)
{
	return c == ' ' || (unsigned)c - '\t' < 5;
}
int isprint(int c)
{
	return (unsigned)c - ' ' < 95;
}
int isgraph(int c)
{
	return isprint(c) && c != ' ';
}
int iscntrl(int c)
{
	return (unsigned)c < ' ' || c == 127;
}
int ispunct(int c)
{
	return isgraph(c) && !isalnum(c);
}
int isxdigit(int c)
{
	return isdigit(c) || (unsigned)(c | ' ') - 'a' < 6;
}
int isascii(int c)
{
	return (unsigned)c < 128;
}
int tolower(int c)
{
	return isupper(c) ? c | ' ' : c;
}
int toupper(int c)
{
	return islower(c) ? c & ~' ' : c;
}

static const struct {
	const char *name;
	int (*is)(int);
} classes[] = {
	{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
	{ "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
	{ "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
};

int (*__ctype_class(const char *name, size_t len))(int c)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == len && memcmp(classes[i].name, name, len) == 0)
			return classes[i].is;
	return NULL;
}
