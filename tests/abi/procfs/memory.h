// SPDX-License-Identifier: MIT
/*
 * memory.h: memory with a known history, and what /proc says of it.
 *
 * Promise   island() is a mapping that merges with no neighbour, so that smaps has a paragraph for it alone.
 *           Figures are kB, as they are printed.
 */
#ifndef TESTS_ABI_PROCFS_MEMORY_H
#define TESTS_ABI_PROCFS_MEMORY_H

#include "tests/abi/abi.h"

enum { MAPS_TEXT = 1 << 19, PAGE_KB = PAGE / 1024 };

static char maps_text[MAPS_TEXT];

static inline char *island_of(int pages, int prot, int flags, int fd)
{
	char *area = mmap(NULL, (pages + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(area != MAP_FAILED);
	CHECK(mmap(area + PAGE, pages * PAGE, prot, flags | MAP_FIXED, fd, 0) == area + PAGE);
	return area + PAGE;
}

static inline char *island(int pages, int prot, int sharing)
{
	return island_of(pages, prot, sharing | MAP_ANONYMOUS, -1);
}

/* The paragraph of the mapping that begins at p, in maps_text, with an end behind its last line. */
static inline char *paragraph(int pid, const void *p)
{
	char path[64], key[64], *at, *end;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	CHECK(slurp(path, maps_text, sizeof(maps_text)) > 0);
	snprintf(key, sizeof(key), "%08lx-", (unsigned long)p);
	for (at = maps_text; strncmp(at, key, strlen(key)) != 0; at++) {
		at = strchr(at, '\n');
		if (!at)
			tap_fail(__FILE__, __LINE__, "no mapping begins at %p", p);
	}
	end = strchr(strstr(at, "\nVmFlags: ") + 1, '\n');
	end[1] = 0;
	return at;
}

/* The number in the line "key:" of a text. */
static inline long figure(const char *text, const char *key)
{
	char label[64];
	const char *at;

	snprintf(label, sizeof(label), "\n%s:", key);
	at = strstr(text, label);
	if (!at)
		tap_fail(__FILE__, __LINE__, "no line %s", key);
	return strtol(at + strlen(label), NULL, 10);
}

static inline long smap(const void *p, const char *key)
{
	return figure(paragraph((int)sys(SYS_getpid), p), key);
}

static inline const char *vm_flags(const void *p)
{
	char *at = strstr(paragraph((int)sys(SYS_getpid), p), "VmFlags:") + strlen("VmFlags:");

	*strchr(at, '\n') = 0;
	return at;
}

static inline long status(const char *key)
{
	CHECK(slurp("/proc/self/status", maps_text, sizeof(maps_text)) > 0);
	return figure(maps_text, key);
}

#endif
