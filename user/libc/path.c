// SPDX-License-Identifier: MIT
/*
 * path: the parts of names, real names, and new names.
 *
 * Linux     basename(3), realpath(3), mkstemp(3), gethostname(2)
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { PATTERN_LEN = 6, MAX_TRIES = 100 };

/* GNU's: the argument stays as it is. */
char *basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (char *)(slash ? slash + 1 : path);
}

static char *cut_slashes(char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	return path;
}

char *__xpg_basename(char *path)
{
	if (!path || !*path)
		return ".";
	cut_slashes(path);
	return path[1] ? basename(path) : path;
}

char *dirname(char *path)
{
	if (!path || !*path)
		return ".";
	char *slash = strrchr(cut_slashes(path), '/');
	if (!slash)
		return ".";
	slash[slash == path] = '\0';
	return cut_slashes(path);
}

/* The kernel knows the real name of what is open: no walk of our own. */
char *realpath(const char *path, char *resolved)
{
	char link[32], name[PATH_MAX];
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, name, sizeof(name) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	name[n] = '\0';
	return resolved ? strcpy(resolved, name) : strdup(name);
}

static char *fill_in(char *pattern)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(pattern);
	unsigned char random[PATTERN_LEN];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return NULL;
	for (int i = 0; i < PATTERN_LEN; i++)
		pattern[len - PATTERN_LEN + i] = letters[random[i] % (sizeof(letters) - 1)];
	return pattern;
}

static int is_pattern(const char *pattern)
{
	size_t len = strlen(pattern);

	if (len >= PATTERN_LEN && strcmp(pattern + len - PATTERN_LEN, "XXXXXX") == 0)
		return 1;
	errno = EINVAL;
	return 0;
}

int mkostemp(char *pattern, int flags)
{
	int fd = -1;

	if (!is_pattern(pattern))
		return -1;
	for (int i = 0; i < MAX_TRIES && fd < 0 && fill_in(pattern); i++) {
		fd = open(pattern, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

int mkstemp(char *pattern)
{
	return mkostemp(pattern, 0);
}

char *mkdtemp(char *pattern)
{
	if (!is_pattern(pattern))
		return NULL;
	for (int i = 0; i < MAX_TRIES && fill_in(pattern); i++) {
		if (mkdir(pattern, 0700) == 0)
			return pattern;
		if (errno != EEXIST)
			break;
	}
	return NULL;
}

int gethostname(char *name, size_t size)
{
	struct utsname u;

	if (uname(&u))
		return -1;
	if (strlcpy(name, u.nodename, size) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}
