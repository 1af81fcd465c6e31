// SPDX-License-Identifier: MIT
/*
 * lock/show: /proc/locks and the lock lines of /proc/PID/fdinfo.
 *
 * Promise   each lock is a line, each waiter one below what it waits for, under the same number; fdinfo has the
 *           locks that are the descriptor's own.
 * Linux     proc_locks(5), proc_pid_fdinfo(5).
 */
#include <sys/sysmacros.h>
#include "tests/abi/lock/lock.h"

enum { TEXT = 16384 };

/* "fe:00:1234 ": how the file is named in a line. */
static void file_name(long fd, char *name, size_t size)
{
	struct stat st;

	CHECK_EQ(fstat((int)fd, &st), 0);
	snprintf(name, size, "%02x:%02x:%lu ", major(st.st_dev), minor(st.st_dev), (unsigned long)st.st_ino);
}

static char seen[TEXT];

/* One look at all lines: the next one may number them anew, because others lock and release too. */
static void look(void)
{
	CHECK(slurp("/proc/locks", seen, sizeof(seen)) >= 0);
}

/* The line about this file with this text before its name and that behind it; its number, 0: none. */
static long number_of(long fd, const char *before, const char *behind)
{
	char want[128], name[64], *found;

	file_name(fd, name, sizeof(name));
	snprintf(want, sizeof(want), ": %s %s%s\n", before, name, behind);
	found = strstr(seen, want);
	if (!found)
		return 0;
	while (found > seen && found[-1] != '\n')
		found--;
	return strtol(found, NULL, 10);
}

CASE(lines_of_held_locks)
{
	char want[64];

	scratch();
	long fd = opened(), other = opened();
	CHECK_EQ(set(fd, WR, 3, 4), 0);
	CHECK_EQ(set(fd, RD, 10, 0), 0);
	CHECK_EQ(ofd_set(other, RD, 20, 10), 0);
	CHECK_EQ(sys(SYS_flock, other, LOCK_EX), 0);
	look();
	snprintf(want, sizeof(want), "POSIX  ADVISORY  WRITE %d", getpid());
	long first = number_of(fd, want, "3 6");
	CHECK(first > 0);
	snprintf(want, sizeof(want), "POSIX  ADVISORY  READ %d", getpid());
	long second = number_of(fd, want, "10 EOF");
	CHECK(second > 0 && second != first);
	CHECK(number_of(fd, "OFDLCK ADVISORY  READ -1", "20 29") > 0);
	snprintf(want, sizeof(want), "FLOCK  ADVISORY  WRITE %d", getpid());
	CHECK(number_of(fd, want, "0 EOF") > 0);
	CHECK_EQ(set(fd, UN, 0, 0), 0);
	look();
	snprintf(want, sizeof(want), "POSIX  ADVISORY  WRITE %d", getpid());
	CHECK_EQ(number_of(fd, want, "3 6"), 0);
}

CASE(waiters_bear_the_number_of_what_they_wait_for)
{
	int posix, whole;
	char want[64];

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 3, 4), 0);
	CHECK_EQ(sys(SYS_flock, fd, LOCK_SH), 0);
	CHILD(posix)
		wait_for(fd, RD, 0, 5);
	tap_wait_blocked(posix);
	CHILD(whole)
		sys(SYS_flock, opened(), LOCK_EX);
	tap_wait_blocked(whole);
	look();
	snprintf(want, sizeof(want), "POSIX  ADVISORY  WRITE %d", getpid());
	long held = number_of(fd, want, "3 6");
	snprintf(want, sizeof(want), "-> POSIX  ADVISORY  READ %d", posix);
	CHECK_EQ(number_of(fd, want, "0 4"), held);
	snprintf(want, sizeof(want), "FLOCK  ADVISORY  READ %d", getpid());
	held = number_of(fd, want, "0 EOF");
	snprintf(want, sizeof(want), "-> FLOCK  ADVISORY  WRITE %d", whole);
	CHECK_EQ(number_of(fd, want, "0 EOF"), held);
	sys(SYS_kill, posix, SIGKILL);
	CHECK_KILLED(posix, SIGKILL);
	look();
	CHECK_EQ(number_of(fd, want, "0 4"), 0);
	sys(SYS_kill, whole, SIGKILL);
	CHECK_KILLED(whole, SIGKILL);
}

CASE(descriptor_shows_its_own)
{
	char text[TEXT], path[64], want[128], name[64];

	scratch();
	long fd = opened(), other = opened();
	CHECK_EQ(set(fd, WR, 3, 4), 0);
	CHECK_EQ(ofd_set(fd, RD, 20, 10), 0);
	CHECK_EQ(ofd_set(other, RD, 25, 10), 0);
	file_name(fd, name, sizeof(name));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%ld", fd);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), ": POSIX  ADVISORY  WRITE %d %s3 6\n", getpid(), name);
	CHECK(strstr(text, want));
	snprintf(want, sizeof(want), ": OFDLCK ADVISORY  READ -1 %s20 29\n", name);
	CHECK(strstr(text, want));
	CHECK(strstr(text, "\nlock:\t1: "));
	CHECK(!strstr(text, " 25 34\n"));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%ld", other);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, " 25 34\n"));
	CHECK(!strstr(text, " 20 29\n"));
}
