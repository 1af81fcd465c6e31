// SPDX-License-Identifier: MIT
/*
 * memfd.h: what the programs about memfds share.
 *
 * Promise   sealable() is a memfd of that size to which seals can be added, filled with 'x'.
 */
#ifndef TESTS_ABI_MEMFD_H
#define TESTS_ABI_MEMFD_H

#include <sys/uio.h>
#include "tests/abi/abi.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif
enum {
	SEAL = 1, SHRINK = 2, GROW = 4, SEAL_WRITE = 8, FUTURE = 16, SEAL_EXEC = 32, ALL = 63,
	CLOEXEC = 1, SEALING = 2, HUGETLB = 4, NOEXEC = 8, EXEC = 16,
	KEEP_SIZE = 1, PUNCH = 2 | KEEP_SIZE,
	RW = PROT_READ | PROT_WRITE,
	LINK = 64, BAD = -1,
};

static inline long memfd(const char *name, unsigned flags)
{
	return sys(SYS_memfd_create, name, flags);
}

static inline int sealable(size_t size)
{
	static char bytes[8 * PAGE];
	long fd = memfd("sealable", SEALING);

	memset(bytes, 'x', sizeof(bytes));
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, bytes, size), size);
	return (int)fd;
}

static inline long seal(int fd, unsigned long seals)
{
	return sys(SYS_fcntl, fd, F_ADD_SEALS, seals);
}

static inline long seals_of(int fd)
{
	return sys(SYS_fcntl, fd, F_GET_SEALS);
}

/* Maps the first pages: the address or the negative errno. */
static inline char *map(int fd, size_t size, int prot, int flags)
{
	return (char *)sys(SYS_mmap, 0, size, prot, flags, fd, 0);
}
#define MAP_ERROR(p) ((long)(p) < 0 ? (long)(p) : 0)

/* The same file by another description. */
static inline int reopen(int fd, int flags)
{
	char name[LINK];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return (int)sys(SYS_open, name, flags);
}

#endif
