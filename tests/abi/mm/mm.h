// SPDX-License-Identifier: MIT
/*
 * mm.h: what the tests of address spaces share.
 *
 * Promise   touch() tells what an access does, without dying of it: 0, or the signal and its si_code. room()
 *           is a part of the address space where nothing is, with the same all around it.
 * Linux     anything but 4 KiB pages is none of these tests' business: THP is not asked for.
 */
#ifndef TESTS_ABI_MM_MM_H
#define TESTS_ABI_MM_MM_H

#include <setjmp.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

enum {
	RW = PROT_READ | PROT_WRITE,
	ANON = MAP_PRIVATE | MAP_ANONYMOUS,
	SHARED_ANON = MAP_SHARED | MAP_ANONYMOUS,
	ROOM = 64,         /* pages of room() */
	ROOM_MARGIN = 600, /* pages on each side: more than any guard gap */
	CAP_SYS_ADMIN_NR = 21, CAP_IPC_LOCK_NR = 14, CAP_SYS_NICE_NR = 23,
	/* what the C library may be too old to name */
	POPULATE_READ = 22, POPULATE_WRITE = 23, DONTNEED_LOCKED = 24, COLLAPSE = 25, GUARD_INSTALL = 102,
	GUARD_REMOVE = 103, COLD = 20, PAGEOUT = 21,
	LOCK_ONFAULT = 1,
	MCL_NOW = 1, MCL_LATER = 2, MCL_TOUCHED = 4,
	DONTUNMAP = 4,
	MAP_TYPE_VALIDATE = 3, NOREPLACE = 0x100000,
};

static sigjmp_buf touch_jump;
static __attribute__((unused)) siginfo_t touch_info; /* of the last touch() that failed */

static inline void touch_failed(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	touch_info = *info;
	siglongjmp(touch_jump, 1);
}

#define FAULT(sig, code) ((sig) * 100 + (code))
enum { MAPERR = FAULT(SIGSEGV, SEGV_MAPERR), ACCERR = FAULT(SIGSEGV, SEGV_ACCERR), ADRERR = FAULT(SIGBUS, BUS_ADRERR) };

static inline void touch_prepare(void)
{
	handle_info(SIGSEGV, touch_failed, SA_NODEFER);
	handle_info(SIGBUS, touch_failed, SA_NODEFER);
}

/* A read. */
static inline int touch(const volatile void *p)
{
	touch_prepare();
	if (sigsetjmp(touch_jump, 1))
		return FAULT(touch_info.si_signo, touch_info.si_code);
	(void)*(const volatile char *)p;
	return 0;
}

static inline int touch_write(volatile void *p)
{
	touch_prepare();
	if (sigsetjmp(touch_jump, 1))
		return FAULT(touch_info.si_signo, touch_info.si_code);
	*(volatile char *)p = 'w';
	return 0;
}

static inline char *map_at(void *at, size_t pages, int prot, int flags)
{
	return mmap(at, pages * PAGE, prot, flags | (at ? MAP_FIXED : 0) | MAP_ANONYMOUS, -1, 0);
}

static inline char *map(size_t pages, int prot, int flags)
{
	return map_at(NULL, pages, prot, flags);
}

/* Private memory, each byte 1. */
static inline char *fresh(int pages)
{
	char *p = map(pages, RW, MAP_PRIVATE);

	memset(p, 1, pages * PAGE);
	return p;
}

/* Nothing is mapped from here on for ROOM pages, nor near it. */
static inline char *room(void)
{
	char *p = map(ROOM + 2 * ROOM_MARGIN, PROT_NONE, MAP_PRIVATE);

	munmap(p, (ROOM + 2 * ROOM_MARGIN) * PAGE);
	return p + ROOM_MARGIN * PAGE;
}

/* A memfd of that many pages, each filled with its number from 1 on. */
static inline int filled_file(int pages)
{
	int fd = sys(SYS_memfd_create, "mm", 2 /* MFD_ALLOW_SEALING */);
	char page[PAGE];

	for (int i = 0; i < pages; i++) {
		memset(page, i + 1, PAGE);
		CHECK_EQ(sys(SYS_pwrite64, fd, page, PAGE, i * PAGE), PAGE);
	}
	return fd;
}

/* kB of a line in /proc/self/status, /proc/meminfo and their like; -1: there is none. */
static inline long kib_in(const char *path, const char *label)
{
	static char text[32768];
	char *at;

	slurp(path, text, sizeof(text));
	at = strstr(text, label);
	return at ? atol(at + strlen(label)) : -1;
}

static inline long locked_pages(void)
{
	return kib_in("/proc/self/status", "VmLck:") * 1024 / PAGE;
}

/* The mappings of [from, to) as text: "0-2 rw-p, 4-5 r--s"; pages counted from `from`. */
static inline const char *mappings(const char *from, const char *to)
{
	static char text[1 << 16], out[512];
	char *line, *save;
	size_t used = 0;

	slurp("/proc/self/maps", text, sizeof(text));
	out[0] = 0;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *rest, *start = (char *)strtoul(line, &rest, 16), *end = (char *)strtoul(rest + 1, &rest, 16);

		if (end <= from || start >= to)
			continue;
		used += snprintf(out + used, sizeof(out) - used, "%s%ld-%ld %.4s", used ? ", " : "",
			(start - from) / PAGE, (end - from) / PAGE, rest + 1);
	}
	return out;
}

/* One digit for each page: is it there? */
static inline const char *residence(const void *p, int pages)
{
	static char out[ROOM + 1];
	unsigned char vec[ROOM];

	memset(vec, 0, sizeof(vec));
	if (sys(SYS_mincore, p, pages * PAGE, vec))
		return "error";
	for (int i = 0; i < pages; i++)
		out[i] = vec[i] & 1 ? '1' : '0';
	out[pages] = 0;
	return out;
}

static inline long madv(void *p, size_t pages, int advice)
{
	return sys(SYS_madvise, p, pages * PAGE, advice);
}

static inline void set_limit(int resource, unsigned long value)
{
	struct rlimit r = {value, value};

	CHECK_EQ(setrlimit(resource, &r), 0);
}

/* An ordinary user with this limit on locked pages. */
static inline void become_user_with(unsigned long pages)
{
	CHECK(become(NOBODY));
	set_limit(RLIMIT_MEMLOCK, pages * PAGE);
}

#endif
