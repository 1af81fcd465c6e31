// SPDX-License-Identifier: MIT
/*
 * env: the environment.
 *
 * Promise   environ may also be set by the program; the first change copies the array.
 * Lifetime  strings that setenv() made are not freed: somebody may still hold what getenv() answered.
 * Linux     environ(7), setenv(3)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static char **own; /* the array that we allocated, when environ is that */

static char **find(const char *name, size_t len)
{
	char **e = environ;

	for (; e && *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return e;
	return NULL;
}

char *getenv(const char *name)
{
	size_t len = strlen(name);
	char **e = len ? find(name, len) : NULL;

	return e ? *e + len + 1 : NULL;
}

/* The entry is kept as it is, not copied. */
int putenv(char *entry)
{
	size_t len = strcspn(entry, "="), count = 0;

	if (!entry[len])
		return unsetenv(entry);
	char **e = find(entry, len);
	if (e) {
		*e = entry;
		return 0;
	}
	while (environ && environ[count])
		count++;
	char **grown = realloc(environ == own ? own : NULL, (count + 2) * sizeof(*grown));
	if (!grown)
		return -1;
	if (environ != own && count)
		memcpy(grown, environ, count * sizeof(*grown));
	grown[count] = entry;
	grown[count + 1] = NULL;
	environ = own = grown;
	return 0;
}

static int is_name(const char *name)
{
	if (name && *name && !strchr(name, '='))
		return 1;
	errno = EINVAL;
	return 0;
}

int setenv(const char *name, const char *value, int overwrite)
{
	if (!is_name(name))
		return -1;
	if (!overwrite && getenv(name))
		return 0;
	char *entry = malloc(strlen(name) + strlen(value) + 2);
	if (!entry)
		return -1;
	stpcpy(stpcpy(stpcpy(entry, name), "="), value);
	return putenv(entry);
}

int unsetenv(const char *name)
{
	if (!is_name(name))
		return -1;
	for (char **e; (e = find(name, strlen(name)));)
		do
			e[0] = e[1];
		while (*e++);
	return 0;
}

int clearenv(void)
{
	environ = NULL;
	return 0;
}

char *secure_getenv(const char *name)
{
	return getauxval(AT_SECURE) ? NULL : getenv(name);
}
