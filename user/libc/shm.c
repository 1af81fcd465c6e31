// SPDX-License-Identifier: MIT
/*
 * shm: POSIX shared memory: files in /dev/shm by names that have no folders.
 *
 * Promise   a name may begin with slashes, which say nothing, and must have no others; what is found must not be a link
 * Linux     shm_open(3), shm_overview(7)
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "user/libc/libc.h"

int __shm_path(const char *prefix, const char *name, char path[SHM_PATH_BYTES])
{
	while (*name == '/')
		name++;
	size_t n = strlen(name);
	if (n == 0 || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return (int)ret(-EINVAL);
	if (strlen(prefix) + n > NAME_MAX)
		return (int)ret(-ENAMETOOLONG);
	strcpy(stpcpy(stpcpy(path, SHM_DIR), prefix), name);
	return 0;
}

int shm_open(const char *name, int flags, mode_t mode)
{
	char path[SHM_PATH_BYTES];

	return __shm_path("", name, path) ? -1 : open(path, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

int shm_unlink(const char *name)
{
	char path[SHM_PATH_BYTES];

	return __shm_path("", name, path) ? (int)ret(-ENOENT) : unlink(path); /* no object has such a name */
}
