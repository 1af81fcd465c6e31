// SPDX-License-Identifier: MIT
/*
 * lock.h: what the cases about fcntl's locks share.
 *
 * Promise   set(), wait_for() and the ofd_ forms are one call each; is_free() and expect_locks() ask from a process
 *           of their own, because nobody is kept out by his own locks.
 * Linux     fcntl(2)
 */
#ifndef TESTS_ABI_LOCK_H
#define TESTS_ABI_LOCK_H

#include "tests/abi/abi.h"

enum { RD = F_RDLCK, WR = F_WRLCK, UN = F_UNLCK };

static inline long lock_call(long fd, int cmd, int type, long start, long len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	return sys(SYS_fcntl, fd, cmd, &fl);
}

static inline long set(long fd, int type, long start, long len)
{
	return lock_call(fd, F_SETLK, type, start, len);
}

static inline long wait_for(long fd, int type, long start, long len)
{
	return lock_call(fd, F_SETLKW, type, start, len);
}

static inline long ofd_set(long fd, int type, long start, long len)
{
	return lock_call(fd, F_OFD_SETLK, type, start, len);
}

static inline long ofd_wait(long fd, int type, long start, long len)
{
	return lock_call(fd, F_OFD_SETLKW, type, start, len);
}

/* What keeps out a lock of that type there; l_type UN: nothing. */
static inline struct flock test(long fd, int cmd, int type, long start, long len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	CHECK_EQ(sys(SYS_fcntl, fd, cmd, &fl), 0);
	return fl;
}

/* May another process lock the range for writing? */
static inline int is_free(long fd, long start, long len)
{
	int pid;

	CHILD(pid)
		_exit(test(fd, F_GETLK, WR, start, len).l_type == UN);
	return reap(pid) == EXITED(1);
}

/* Another process finds exactly these locks between byte 0 and the end: "R0-9 W20-EOF". */
static inline void expect_locks(long fd, const char *want)
{
	static const char letters[] = {[RD] = 'R', [WR] = 'W'};
	char text[512] = "";
	size_t used = 0;
	int pid;

	CHILD(pid) {
		for (long at = 0;;) {
			struct flock fl = test(fd, F_GETLK, WR, at, 0);
			if (fl.l_type == UN)
				break;
			used += snprintf(text + used, sizeof(text) - used, "%s%c%ld-", used ? " " : "",
				letters[fl.l_type], (long)fl.l_start);
			at = fl.l_start + fl.l_len;
			if (!fl.l_len) {
				used += snprintf(text + used, sizeof(text) - used, "EOF");
				break;
			}
			used += snprintf(text + used, sizeof(text) - used, "%ld", at - 1);
		}
		CHECK_STR(text, want);
	}
	CHECK_EXIT(pid, 0);
}

static inline long opened(void)
{
	long fd = sys(SYS_open, "f", O_RDWR | O_CREAT, 0600);

	CHECK(fd >= 0);
	return fd;
}

#endif
