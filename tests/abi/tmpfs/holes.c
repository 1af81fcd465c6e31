// SPDX-License-Identifier: MIT
/*
 * tmpfs/holes: files of which not all is there, and fallocate.
 *
 * Promise   SEEK_DATA and SEEK_HOLE tell of whole pages, the end of the file is a hole; what is punched is zero.
 *           Whether room that was only allocated counts as data is not asked.
 * Linux     lseek(2), fallocate(2), tmpfs(5).
 */
#include <fcntl.h>
#include "tests/abi/abi.h"

#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

enum { KEEP = 1, PUNCH = 2 | KEEP, TEN_AND_A_BIT = 10 * PAGE + 100 };

static long file(long size)
{
	long fd = sys(SYS_memfd_create, "holes", 1 /* MFD_CLOEXEC */);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, size), 0);
	return fd;
}

static void put(long fd, long at)
{
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, at), 1);
}

/* The data of a file as text: "0-4096 8192-9000". */
static const char *map_of(long fd)
{
	static char text[256];
	long from = 0, to;
	size_t len = 0;

	text[0] = 0;
	while ((from = sys(SYS_lseek, fd, from, SEEK_DATA)) >= 0) {
		to = sys(SYS_lseek, fd, from, SEEK_HOLE);
		CHECK(to > from);
		len += snprintf(text + len, sizeof(text) - len, "%s%ld-%ld", len ? " " : "", from, to);
		from = to;
	}
	CHECK_EQ(from, -ENXIO);
	return text;
}

CASE(patterns)
{
	long fd = file(TEN_AND_A_BIT);

	CHECK_STR(map_of(fd), "");
	put(fd, 0);
	CHECK_STR(map_of(fd), "0-4096");
	put(fd, 9 * PAGE + 5);
	CHECK_STR(map_of(fd), "0-4096 36864-40960");
	put(fd, 10 * PAGE + 5); /* the last page ends with the file */
	CHECK_STR(map_of(fd), "0-4096 36864-41060");
	put(fd, 4 * PAGE);
	CHECK_STR(map_of(fd), "0-4096 16384-20480 36864-41060");
	put(fd, 5 * PAGE - 1);
	put(fd, 5 * PAGE);
	CHECK_STR(map_of(fd), "0-4096 16384-24576 36864-41060");
	CHECK_EQ(sys(SYS_ftruncate, fd, 9 * PAGE + 1), 0);
	CHECK_STR(map_of(fd), "0-4096 16384-24576 36864-36865");
	CHECK_EQ(sys(SYS_ftruncate, fd, 9 * PAGE), 0);
	CHECK_STR(map_of(fd), "0-4096 16384-24576");
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), 0);
	CHECK_STR(map_of(fd), "");
}

CASE(places_within)
{
	long fd = file(TEN_AND_A_BIT);

	put(fd, 0);
	put(fd, 9 * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 100, SEEK_DATA), 100);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 100);
	CHECK_EQ(sys(SYS_lseek, fd, 100, SEEK_HOLE), PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 5000, SEEK_HOLE), 5000);
	CHECK_EQ(sys(SYS_lseek, fd, 5000, SEEK_DATA), 9 * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 10 * PAGE, SEEK_DATA), -ENXIO);
	CHECK_EQ(sys(SYS_lseek, fd, 10 * PAGE, SEEK_HOLE), 10 * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, TEN_AND_A_BIT - 1, SEEK_HOLE), TEN_AND_A_BIT - 1);
	CHECK_EQ(sys(SYS_lseek, fd, TEN_AND_A_BIT, SEEK_HOLE), -ENXIO);
	CHECK_EQ(sys(SYS_lseek, fd, TEN_AND_A_BIT, SEEK_DATA), -ENXIO);
	CHECK_EQ(sys(SYS_lseek, fd, 1L << 60, SEEK_HOLE), -ENXIO);
	CHECK_EQ(sys(SYS_lseek, fd, -1, SEEK_DATA), -ENXIO);
	CHECK_EQ(sys(SYS_lseek, fd, -1, SEEK_HOLE), -ENXIO);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), TEN_AND_A_BIT - 1); /* failures move nothing */
}

CASE(the_last_page_is_full)
{
	long fd = file(2 * PAGE);

	put(fd, PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, PAGE, SEEK_HOLE), 2 * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 2 * PAGE - 1, SEEK_HOLE), 2 * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 2 * PAGE - 1, SEEK_DATA), 2 * PAGE - 1);
	CHECK_EQ(sys(SYS_lseek, fd, 2 * PAGE, SEEK_HOLE), -ENXIO);
}

CASE(mappings_fill_holes)
{
	long fd = file(8 * PAGE);
	char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);

	p[3 * PAGE] = 1;
	CHECK_STR(map_of(fd), "12288-16384");
	CHECK_EQ(*(volatile char *)(p + 5 * PAGE), 0); /* looking does, too */
	CHECK_STR(map_of(fd), "12288-16384 20480-24576");
	munmap(p, 8 * PAGE);
	CHECK_STR(map_of(fd), "12288-16384 20480-24576");
}

CASE(reading_fills_none)
{
	static char buf[4 * PAGE];
	long fd = file(4 * PAGE);

	put(fd, PAGE);
	memset(buf, 1, sizeof(buf));
	CHECK_EQ(sys(SYS_read, fd, buf, sizeof(buf)), sizeof(buf));
	CHECK_EQ(buf[0], 0);
	CHECK_EQ(buf[PAGE], 'x');
	CHECK_EQ(buf[2 * PAGE], 0);
	CHECK_STR(map_of(fd), "4096-8192");
}

CASE(punching)
{
	static char buf[10 * PAGE], want[10 * PAGE];
	long fd = file(0);

	memset(buf, 'd', sizeof(buf));
	memset(want, 'd', sizeof(want));
	CHECK_EQ(sys(SYS_write, fd, buf, sizeof(buf)), sizeof(buf));
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, PAGE + 100, 3 * PAGE), 0); /* two whole pages and two parts */
	memset(want + PAGE + 100, 0, 3 * PAGE);
	CHECK_STR(map_of(fd), "0-8192 16384-40960");
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 6 * PAGE + 1, 5), 0); /* within one */
	memset(want + 6 * PAGE + 1, 0, 5);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 7 * PAGE, PAGE), 0); /* just one */
	memset(want + 7 * PAGE, 0, PAGE);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 9 * PAGE + 10, 1L << 50), 0); /* beyond the end */
	memset(want + 9 * PAGE + 10, 0, PAGE - 10);
	CHECK_EQ(sys(SYS_pread64, fd, buf, sizeof(buf), 0), sizeof(buf));
	CHECK_MEM(buf, want, sizeof(buf));
	CHECK_STR(map_of(fd), "0-8192 16384-28672 32768-40960");
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), sizeof(buf));
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 0, 1L << 50), 0);
	CHECK_STR(map_of(fd), "");
}

CASE(punching_under_mappings)
{
	long fd = file(4 * PAGE);
	char *a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	char *b = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, (int)fd, 0);

	memset(a, 'a', 4 * PAGE);
	b[PAGE] = 'b'; /* a copy, which stays */
	CHECK_EQ(b[2 * PAGE], 'a');
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, PAGE, 2 * PAGE), 0);
	CHECK_EQ(a[PAGE], 0);
	CHECK_EQ(a[2 * PAGE], 0);
	CHECK_EQ(b[PAGE], 'b');
	CHECK_EQ(b[2 * PAGE], 0);
	CHECK_EQ(a[0], 'a');
	CHECK_EQ(a[3 * PAGE], 'a');
}

CASE(allocating)
{
	char buf[8] = "";
	long fd = file(0);

	put(fd, PAGE);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 3 * PAGE + 1), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), 3 * PAGE + 1);
	CHECK_EQ(sys(SYS_pread64, fd, buf, 1, PAGE), 1);
	CHECK_EQ(buf[0], 'x'); /* what was there stays */
	CHECK_EQ(sys(SYS_pread64, fd, buf, 1, 3 * PAGE), 1);
	CHECK_EQ(buf[0], 0);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, PAGE), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), 3 * PAGE + 1); /* never smaller */
	CHECK_EQ(sys(SYS_fallocate, fd, KEEP, 0, 9 * PAGE), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), 3 * PAGE + 1);
	CHECK_EQ(sys(SYS_ftruncate, fd, 9 * PAGE), 0);
	CHECK_EQ(sys(SYS_pread64, fd, buf, 1, 8 * PAGE), 1);
	CHECK_EQ(buf[0], 0);
}

CASE(modes)
{
	static const int offered[] = {0, 1, 3};
	long fd = file(4 * PAGE), readonly;
	char path[64];

	for (int mode = 0; mode < 0x200; mode++) {
		bool is_offered = false;

		for (size_t i = 0; i < sizeof(offered) / sizeof(offered[0]); i++)
			is_offered |= mode == offered[i];
		long r = sys(SYS_fallocate, fd, mode, 0, PAGE);
		if (r != (is_offered ? 0 : -EOPNOTSUPP))
			tap_fail(__FILE__, __LINE__, "mode %#x: %ld", mode, r);
	}
	CHECK_EQ(sys(SYS_fallocate, fd, 0, -1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, -1), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 1L << 62, 1L << 62), -EFBIG);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, 1L << 40, PAGE), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	readonly = sys(SYS_open, path, O_RDONLY);
	CHECK_EQ(sys(SYS_fallocate, readonly, 0, 0, PAGE), -EBADF);
	CHECK_EQ(sys(SYS_fallocate, -1, 0, 0, PAGE), -EBADF);
}

CASE(punching_races_with_touching, .timeout = 30)
{
	enum { ROUNDS = 400, PAGES = 8 };
	long fd = file(PAGES * PAGE);
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	int pid;

	CHILD(pid)
		for (int i = 0;; i++)
			p[i % PAGES * PAGE + 7] = 'x';
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQ(sys(SYS_fallocate, fd, PUNCH, i % PAGES * PAGE, 2 * PAGE), 0);
		for (int k = 0; k < PAGES; k++) {
			char c = *(volatile char *)(p + k * PAGE + 7);

			CHECK(c == 0 || c == 'x');
			CHECK_EQ(*(volatile char *)(p + k * PAGE + 8), 0);
		}
	}
	end_child(pid);
}
