// SPDX-License-Identifier: MIT
/*
 * file/calls: the corners of the calls that move bytes and change attributes.
 *
 * Promise   flags that a file cannot honour are refused and change nothing; offsets end where an offset ends;
 *           copies tell bad pairs of files apart; a listing is whole whatever the buffer is like.
 * Linux     preadv2(2), copy_file_range(2), sendfile(2), fallocate(2), truncate(2), utimensat(2), faccessat2(2),
 *           statx(2), getdents64(2), close_range(2), fcntl(2).
 */
#include <sys/resource.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum { HIPRI = 1, DSYNC = 2, SYNC = 4, APPEND = 16, NOAPPEND = 32, ATOMIC = 64, DONTCACHE = 128 };
enum { NOFOLLOW = 0x100, EACCESS = 0x200, PATH_ONLY = 010000000, ENTRIES = 150, LISTING = 4096 };
enum { GET_BLOCK_SIZE = 2 /* FIGETBSZ */, TIME_NOW = (1 << 30) - 1, TIME_OMIT = (1 << 30) - 2, MOVED = 5 };
#define FARTHEST INT64_MAX

static long opened(const char *name, int flags)
{
	long fd = sys(SYS_open, name, flags, 0644);

	CHECK(fd >= 0);
	return fd;
}

static long make(const char *name, const char *text)
{
	long fd = opened(name, O_RDWR | O_CREAT | O_TRUNC);

	CHECK_EQ(sys(SYS_write, fd, text, strlen(text)), strlen(text));
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	return fd;
}

static void expect(const char *name, const char *want)
{
	char text[256];

	CHECK_EQ(slurp(name, text, sizeof(text)), strlen(want));
	CHECK_STR(text, want);
}

static long vector(long nr, long fd, const char *bytes, size_t n, long pos, int flags)
{
	struct iovec v = {(void *)bytes, n};

	return sys(nr, fd, &v, 1, pos, pos < 0 ? -1L : 0, flags);
}

CASE(a_count_of_pieces_has_32_bits)
{
	char buf[8];
	struct iovec v = {buf, 8};
	long fd = opened("/dev/zero", O_RDONLY);

	CHECK_EQ(sys(SYS_readv, fd, &v, (1L << 32) + 1), 8);
	CHECK_EQ(sys(SYS_readv, fd, &v, 1L << 32), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &v, (1L << 32) + 1, &v, 1, 0), 8);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &v, 1L << 32, &v, 1, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &v, 1, &v, (1L << 32) + 1, 0), -EINVAL);
}

CASE(flags_of_preadv2)
{
	char buf[8];

	scratch();
	long fd = make("f", "0123456789");
	CHECK_EQ(vector(SYS_preadv2, fd, buf, 4, 0, HIPRI | DSYNC | SYNC), 4);
	CHECK_EQ(vector(SYS_preadv2, fd, buf, 4, 0, APPEND), 4);
	CHECK_EQ(vector(SYS_preadv2, fd, buf, 4, 0, ATOMIC), -EOPNOTSUPP);
	CHECK_EQ(vector(SYS_preadv2, fd, buf, 4, 0, 0x1000), -EOPNOTSUPP);
	CHECK_EQ(vector(SYS_preadv2, fd, buf, 4, -2, 0), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 3, SEEK_SET), 3);
	CHECK_EQ(vector(SYS_preadv2, fd, buf, 4, -1, 0), 4);
	CHECK_MEM(buf, "3456", 4);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 7);
}

CASE(flags_of_pwritev2)
{
	NEEDS_LINUX(6, 9);
	scratch();
	long fd = make("f", "0123456789");
	CHECK_EQ(vector(SYS_pwritev2, fd, "AB", 2, 0, APPEND), 2);
	expect("f", "0123456789AB");
	CHECK_EQ(vector(SYS_pwritev2, fd, "CD", 2, -1, APPEND), 2);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 14);
	CHECK_EQ(vector(SYS_pwritev2, fd, "xx", 2, 0, APPEND | NOAPPEND), -EINVAL);
	CHECK_EQ(vector(SYS_pwritev2, fd, "xx", 2, 0, ATOMIC), -EOPNOTSUPP);
	long end = opened("f", O_WRONLY | O_APPEND);
	CHECK_EQ(sys(SYS_pwrite64, end, "EF", 2, 0), 2);
	CHECK_EQ(vector(SYS_pwritev2, end, "__", 2, 0, NOAPPEND), 2);
	expect("f", "__23456789ABCDEF");
}

CASE(vectors_that_are_none)
{
	static char buf[16]; /* 2 GiB behind the stack user memory may be over */
	struct iovec v[2] = {{buf, 4}, {buf, -1}};

	NEEDS_LINUX(6, 9);
	scratch();
	long fd = make("f", "0123456789");
	CHECK_EQ(sys(SYS_readv, fd, v, 0), 0);
	CHECK_EQ(sys(SYS_readv, fd, 0, 0), 0);
	CHECK_EQ(sys(SYS_readv, fd, 0, 1), -EFAULT);
	CHECK_EQ(sys(SYS_readv, fd, v, 1025), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd, v, -1), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd, v, 2), -EINVAL);
	v[0].iov_len = FARTHEST; /* a single one is cut to what a call moves */
	CHECK_EQ(sys(SYS_readv, fd, v, 1), 10);
	v[1].iov_len = 1;
	CHECK_EQ(sys(SYS_readv, fd, v, 2), -EFAULT);
}

CASE(offsets_end_somewhere)
{
	char c = 'x';

	scratch();
	long fd = make("f", "0123456789");
	CHECK_EQ(sys(SYS_lseek, fd, 10, SEEK_SET), 10);
	CHECK_EQ(sys(SYS_lseek, fd, FARTHEST, SEEK_CUR), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, FARTHEST), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, fd, &c, 1, FARTHEST), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, FARTHEST - 1), 0);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 0, FARTHEST), 0);
	expect("f", "0123456789");
}

CASE(copying_a_range)
{
	long in_pos = 2, out_pos = 1;

	scratch();
	long in = make("in", "abcdefghijklmnop"), out = make("out", "DDDD");
	CHECK_EQ(sys(SYS_copy_file_range, in, &in_pos, out, &out_pos, MOVED, 0), MOVED);
	CHECK_EQ(in_pos, 7);
	CHECK_EQ(out_pos, 6);
	expect("out", "Dcdefg");
	CHECK_EQ(sys(SYS_copy_file_range, in, 0, out, 0, 3, 0), 3);
	expect("out", "abcefg");
	CHECK_EQ(sys(SYS_lseek, in, 0, SEEK_CUR), 3);
	in_pos = 100;
	CHECK_EQ(sys(SYS_copy_file_range, in, &in_pos, out, 0, 3, 0), 0);
	in_pos = -1;
	CHECK_EQ(sys(SYS_copy_file_range, in, &in_pos, out, 0, 3, 0), -EOVERFLOW);
	CHECK_EQ(sys(SYS_copy_file_range, in, 0, out, 0, 3, 1), -EINVAL);
	CHECK_EQ(sys(SYS_copy_file_range, in, 0, out, hole(), 3, 0), -EFAULT);
}

/* Sums that wrap, then a place after which no byte can be, then places before the first one. */
CASE(copying_from_and_to_impossible_places)
{
	static const struct {
		long in, out, count, result;
	} cases[] = {
		{ 0, FARTHEST, 0, -EFBIG }, { 0, FARTHEST, 8, -EFBIG }, { 100, FARTHEST, 8, -EFBIG },
		{ -100, FARTHEST, 8, -EFBIG }, { -1, FARTHEST, 0, -EFBIG }, { 0, FARTHEST, INT64_MIN, -EFBIG },
		{ -1, FARTHEST, 8, -EOVERFLOW }, { 0, -1, 8, -EOVERFLOW }, { 1, 0, -1, -EOVERFLOW },
		{ -1, 0, 0, -EINVAL }, { 0, -1, 0, -EINVAL }, { -100, 0, 8, -EINVAL }, { 0, -100, 8, -EINVAL },
		{ FARTHEST, 0, 8, 0 },
	};

	scratch();
	long in = make("in", "abcdefghijklmnop"), out = make("out", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long from = cases[i].in, to = cases[i].out;

		tap_note("%ld to %ld, %ld bytes", from, to, cases[i].count);
		CHECK_EQ(sys(SYS_copy_file_range, in, &from, out, &to, cases[i].count, 0), cases[i].result);
		CHECK(from == cases[i].in && to == cases[i].out);
	}
	expect("out", "");
}

CASE(ranges_that_cannot_be_copied)
{
	int fd[2];
	long in_pos = 0, out_pos = 2;

	scratch();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	long both = make("in", "abcdefghijklmnop"), out = make("out", ""), dir = opened(".", O_RDONLY);
	long in = opened("in", O_RDONLY), end = opened("out", O_WRONLY | O_APPEND), zero = opened("/dev/zero", O_RDWR);
	CHECK_EQ(sys(SYS_copy_file_range, both, &in_pos, both, &out_pos, MOVED, 0), -EINVAL);
	CHECK_EQ(sys(SYS_copy_file_range, in, 0, end, 0, 3, 0), -EBADF);
	CHECK_EQ(sys(SYS_copy_file_range, end, 0, out, 0, 3, 0), -EBADF);
	CHECK_EQ(sys(SYS_copy_file_range, out, 0, in, 0, 3, 0), -EBADF);
	CHECK_EQ(sys(SYS_copy_file_range, fd[0], 0, out, 0, 3, 0), -EINVAL);
	CHECK_EQ(sys(SYS_copy_file_range, in, 0, fd[1], 0, 3, 0), -EINVAL);
	CHECK_EQ(sys(SYS_copy_file_range, dir, 0, out, 0, 3, 0), -EISDIR);
	CHECK_EQ(sys(SYS_copy_file_range, in, 0, dir, 0, 3, 0), -EISDIR);
	CHECK_EQ(sys(SYS_copy_file_range, zero, 0, out, 0, 3, 0), -EINVAL);
	out_pos = 8;
	CHECK_EQ(sys(SYS_copy_file_range, both, &in_pos, both, &out_pos, 4, 0), 4);
	expect("in", "abcdefghabcdmnop");
	expect("out", "");
}

CASE(sendfile_and_its_position)
{
	int fd[2];
	long pos = 3;

	scratch();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	long in = make("in", "abcdefghijklmnop"), out = make("out", "");
	CHECK_EQ(sys(SYS_sendfile, out, in, &pos, 4), 4);
	CHECK_EQ(pos, 7);
	CHECK_EQ(sys(SYS_lseek, in, 0, SEEK_CUR), 0);
	CHECK_EQ(sys(SYS_sendfile, out, in, 0, 4), 4);
	expect("out", "defgabcd");
	CHECK_EQ(sys(SYS_sendfile, fd[1], in, 0, -1L), -EINVAL);
	CHECK_EQ(sys(SYS_sendfile, fd[1], in, 0, 1L << 40), 12);
	CHECK_EQ(sys(SYS_sendfile, fd[1], in, 0, 4), 0);
	pos = -1;
	CHECK_EQ(sys(SYS_sendfile, out, in, &pos, 4), -EINVAL);
	CHECK_EQ(sys(SYS_sendfile, out, in, hole(), 4), -EFAULT);
	CHECK_EQ(sys(SYS_sendfile, opened("out", O_WRONLY | O_APPEND), in, 0, 4), -EINVAL);
	CHECK_EQ(sys(SYS_sendfile, out, fd[0], 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_sendfile, opened("in", O_RDONLY), out, 0, 1), -EBADF);
}

CASE(fallocate_and_what_it_refuses)
{
	struct stat st;
	int fd[2];

	scratch();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	long f = make("f", "xyz");
	CHECK_EQ(sys(SYS_fallocate, f, 0, 0L, 5000L), 0);
	CHECK_EQ(sys(SYS_fallocate, f, 1, 0L, 20000L), 0);
	CHECK_EQ(sys(SYS_fstat, f, &st), 0);
	CHECK_EQ(st.st_size, 5000);
	CHECK_EQ(sys(SYS_fallocate, f, 2, 0L, 4096L), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fallocate, f, 0x100, 0L, 10L), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fallocate, f, 0, -1L, 5L), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, f, 0, 0L, 0L), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, f, 0, FARTHEST, 1L), -EFBIG);
	CHECK_EQ(sys(SYS_fallocate, opened("f", O_RDONLY), 0, 0L, 10L), -EBADF);
	CHECK_EQ(sys(SYS_fallocate, fd[1], 0, 0L, 10L), -ESPIPE);
	CHECK_EQ(sys(SYS_fallocate, opened("/dev/null", O_RDWR), 0, 0L, 10L), -ENODEV);
}

CASE(truncate_refuses)
{
	int fd[2];

	scratch();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	long f = make("f", "xyz");
	CHECK_EQ(sys(SYS_ftruncate, f, -1L), -EINVAL);
	CHECK_EQ(sys(SYS_truncate, "f", -1L), -EINVAL);
	CHECK_EQ(sys(SYS_ftruncate, opened("f", O_RDONLY), 0L), -EINVAL);
	CHECK_EQ(sys(SYS_truncate, ".", 0L), -EISDIR);
	CHECK_EQ(sys(SYS_truncate, "", 0L), -ENOENT);
	CHECK_EQ(sys(SYS_truncate, "/dev/null", 0L), -EINVAL);
	CHECK_EQ(sys(SYS_ftruncate, fd[1], 0L), -EINVAL);
	expect("f", "xyz");
}

static long set_times(const char *name, long atime, long atime_ns, long mtime, long mtime_ns, int flags)
{
	struct timespec t[2] = {{atime, atime_ns}, {mtime, mtime_ns}};

	return sys(SYS_utimensat, AT_FDCWD, name, t, flags);
}

static void expect_times(const char *name, long atime, long mtime)
{
	struct stat st;

	CHECK_EQ(sys(SYS_lstat, name, &st), 0);
	CHECK_EQ(st.st_atim.tv_sec, atime);
	CHECK_EQ(st.st_mtim.tv_sec, mtime);
}

CASE(utimensat_and_its_special_values)
{
	scratch();
	long fd = make("f", "");
	CHECK_EQ(sys(SYS_symlink, "f", "l"), 0);
	CHECK_EQ(set_times("f", 1, 2, 3, 4, 0), 0);
	expect_times("f", 1, 3);
	CHECK_EQ(set_times("f", 5, TIME_OMIT, 6, 7, 0), 0);
	expect_times("f", 1, 6);
	CHECK_EQ(set_times("f", 8, 9, 10, TIME_OMIT, 0), 0);
	expect_times("f", 8, 6);
	CHECK_EQ(set_times("none", 1, TIME_OMIT, 1, TIME_OMIT, 0), 0); /* nothing to do: not even looked for */
	CHECK_EQ(set_times("f", 1, 1000000000, 1, 1, 0), -EINVAL);
	CHECK_EQ(set_times("l", 11, 0, 12, 0, NOFOLLOW), 0);
	expect_times("l", 11, 12);
	expect_times("f", 8, 6);
	CHECK_EQ(set_times("f", -5, 0, -6, 0, 0), 0);
	expect_times("f", -5, -6);
	CHECK_EQ(set_times("f", 1, 1, 1, 1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_utimensat, fd, 0, 0, NOFOLLOW), -EINVAL);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, 0, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_utimensat, opened("f", PATH_ONLY), 0, 0, 0), -EBADF);
}

CASE(who_may_set_times)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	make("open", "");
	CHECK_EQ(sys(SYS_chmod, "open", 0666), 0);
	make("closed", "");
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(set_times("open", 1, 1, 1, 1, 0), -EPERM);
		CHECK_EQ(set_times("open", 1, TIME_NOW, 1, TIME_NOW, 0), 0);
		CHECK_EQ(set_times("open", 1, TIME_NOW, 1, TIME_OMIT, 0), -EPERM);
		CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "open", 0, 0), 0);
		CHECK_EQ(set_times("closed", 1, TIME_NOW, 1, TIME_NOW, 0), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(faccessat2_flags)
{
	scratch();
	long fd = make("f", ""), path = opened("f", PATH_ONLY);
	CHECK_EQ(sys(SYS_symlink, "nowhere", "l"), 0);
	CHECK_EQ(sys(SYS_faccessat2, AT_FDCWD, "f", 8, 0), -EINVAL);
	CHECK_EQ(sys(SYS_faccessat2, AT_FDCWD, "f", R_OK, EACCESS), 0);
	CHECK_EQ(sys(SYS_faccessat2, AT_FDCWD, "f", R_OK, 0x4000), -EINVAL);
	CHECK_EQ(sys(SYS_faccessat2, fd, "", R_OK, AT_EMPTY_PATH), 0);
	CHECK_EQ(sys(SYS_faccessat2, path, "", R_OK, AT_EMPTY_PATH), 0);
	CHECK_EQ(sys(SYS_faccessat2, fd, "", R_OK, 0), -ENOENT);
	CHECK_EQ(sys(SYS_faccessat2, fd, "x", R_OK, 0), -ENOTDIR);
	CHECK_EQ(sys(SYS_faccessat2, AT_FDCWD, "l", 0, 0), -ENOENT);
	CHECK_EQ(sys(SYS_faccessat2, AT_FDCWD, "l", 0, NOFOLLOW), 0);
}

CASE(no_name_is_an_empty_one)
{
	struct stat st, want;
	char x[256];

	NEEDS_LINUX(6, 11);
	scratch();
	long fd = make("f", "");
	CHECK_EQ(sys(SYS_stat, ".", &want), 0);
	CHECK_EQ(sys(SYS_newfstatat, AT_FDCWD, 0, &st, AT_EMPTY_PATH), 0);
	CHECK_EQ(st.st_ino, want.st_ino);
	CHECK_EQ(sys(SYS_newfstatat, fd, 0, &st, AT_EMPTY_PATH), 0);
	CHECK_EQ(sys(SYS_newfstatat, fd, 0, &st, 0), -EFAULT);
	CHECK_EQ(sys(SYS_statx, AT_FDCWD, 0, AT_EMPTY_PATH, 0x7ff, x), 0);
	CHECK_EQ(sys(SYS_fchmodat2, fd, 0, 0644, AT_EMPTY_PATH), -EFAULT);
	CHECK_EQ(sys(SYS_faccessat2, fd, 0, 0, AT_EMPTY_PATH), -EFAULT);
}

static int count_entries(const char *buf, long bytes)
{
	int n = 0;

	for (long at = 0; at < bytes; n++)
		at += ((const struct dirent *)(buf + at))->d_reclen;
	return n;
}

static long many_entries(void)
{
	char name[300];

	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "d/%0*d", 3 + i % 60 * 4, i);
		sys(SYS_close, opened(name, O_WRONLY | O_CREAT));
	}
	return opened("d", O_RDONLY | O_DIRECTORY);
}

CASE(listing_by_small_buffers)
{
	char buf[LISTING];
	long got;
	int n = 0;

	scratch();
	long fd = many_entries();
	while ((got = sys(SYS_getdents64, fd, buf, 300)) > 0)
		n += count_entries(buf, got);
	CHECK_EQ(got, 0);
	CHECK_EQ(n, ENTRIES + 2);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_getdents64, fd, buf, 23), -EINVAL);
	CHECK_EQ(sys(SYS_getdents64, fd, buf, 0), -EINVAL);
	CHECK_EQ(sys(SYS_getdents64, fd, buf, 24), 24);
}

/* Where the memory ends in the middle, the entries before it count and the rest comes next time. */
CASE(listing_into_memory_that_ends)
{
	char buf[LISTING], *end = page_end(PROT_READ | PROT_WRITE);

	scratch();
	long fd = many_entries();
	CHECK_EQ(sys(SYS_getdents64, fd, end, LISTING), -EFAULT);
	CHECK_EQ(sys(SYS_getdents64, fd, end - 10, LISTING), -EFAULT);
	CHECK_EQ(sys(SYS_getdents64, fd, 0xffff888000000000, LISTING), -EFAULT);
	CHECK_EQ(sys(SYS_getdents64, fd, 0xffff888000000000, 8), -EINVAL); /* no entry is as short */
	long got = sys(SYS_getdents64, fd, end - 1500, LISTING);
	CHECK(got > 0 && got <= 1500);
	int n = count_entries(end - 1500, got);
	while ((got = sys(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		n += count_entries(buf, got);
	CHECK_EQ(n, ENTRIES + 2);
}

CASE(removing_while_listing)
{
	char buf[512], name[300];
	long got;
	int n = 0;

	scratch();
	long fd = many_entries();
	while ((got = sys(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < got;) {
			const struct dirent *d = (const struct dirent *)(buf + at);
			if (d->d_name[0] != '.') {
				snprintf(name, sizeof(name), "d/%s", d->d_name);
				CHECK_EQ(sys(SYS_unlink, name), 0);
				n++;
			}
			at += d->d_reclen;
		}
	CHECK_EQ(n, ENTRIES);
	CHECK_EQ(sys(SYS_rmdir, "d"), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_getdents64, fd, buf, sizeof(buf)), -ENOENT);
}

CASE(closing_a_range)
{
	scratch();
	long fd = make("f", "");
	for (int i = 50; i < 60; i++)
		CHECK_EQ(sys(SYS_dup2, fd, i), i);
	CHECK_EQ(sys(SYS_close_range, 51, 53, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, 50, F_GETFD), 0);
	CHECK_EQ(sys(SYS_fcntl, 51, F_GETFD), -EBADF);
	CHECK_EQ(sys(SYS_fcntl, 53, F_GETFD), -EBADF);
	CHECK_EQ(sys(SYS_close_range, 55, 57, 4), 0);
	CHECK_EQ(sys(SYS_fcntl, 54, F_GETFD), 0);
	CHECK_EQ(sys(SYS_fcntl, 57, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_close_range, 58, 50, 0), -EINVAL);
	CHECK_EQ(sys(SYS_close_range, 50, 58, 8), -EINVAL);
	CHECK_EQ(sys(SYS_close_range, 56, ~0u, 2), 0);
	CHECK_EQ(sys(SYS_fcntl, 55, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, 56, F_GETFD), -EBADF);
	CHECK_EQ(sys(SYS_close_range, 200, 300, 6), 0);
}

CASE(path_only_descriptors_do_little)
{
	struct stat st;
	char buf[16];

	scratch();
	make("f", "");
	CHECK_EQ(sys(SYS_symlink, "f", "l"), 0);
	long fd = opened("f", PATH_ONLY | O_RDWR | O_CLOEXEC), link = opened("l", PATH_ONLY | O_NOFOLLOW);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), PATH_ONLY);
	CHECK_EQ(sys(SYS_read, fd, buf, 1), -EBADF);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), -EBADF);
	CHECK_EQ(sys(SYS_fchmod, fd, 0600), -EBADF);
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), -EBADF);
	CHECK_EQ(sys(SYS_fsync, fd), -EBADF);
	CHECK_EQ(sys(SYS_getdents64, opened(".", PATH_ONLY), buf, 16), -EBADF);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(sys(SYS_readlinkat, fd, "", buf, 16), -ENOENT);
	CHECK_EQ(sys(SYS_readlinkat, link, "", buf, 16), 1);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETLEASE, RLIMIT_NOFILE), -EBADF);
}

/* --- access --- */

CASE(access_to_what_has_no_name)
{
	NEEDS_ROOT();
	enum { FACCESSAT2 = 439 };
	int pipe_fd[2], pid;
	long fd = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(sys(SYS_pipe2, pipe_fd, 0), 0);
	CHECK_EQ(sys(FACCESSAT2, fd, "", F_OK, AT_EMPTY_PATH), 0);
	CHECK_EQ(sys(FACCESSAT2, fd, "", W_OK, AT_EMPTY_PATH), 0);
	CHECK_EQ(sys(FACCESSAT2, fd, "", X_OK, AT_EMPTY_PATH), -EACCES);
	CHECK_EQ(sys(FACCESSAT2, pipe_fd[0], "", R_OK | W_OK, AT_EMPTY_PATH), 0);
	CHECK_EQ(sys(FACCESSAT2, fd, "x", F_OK, AT_EMPTY_PATH), -ENOTDIR);
	CHECK_EQ(sys(FACCESSAT2, 99, "", F_OK, AT_EMPTY_PATH), -EBADF);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(FACCESSAT2, fd, "", R_OK, AT_EMPTY_PATH), -EACCES);
		CHECK_EQ(sys(FACCESSAT2, pipe_fd[0], "", R_OK, AT_EMPTY_PATH), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

/* --- ioctl --- */

static long block_of(long fd, int *number)
{
	enum { FIBMAP_NUMBER = 1 };

	return sys(SYS_ioctl, fd, FIBMAP_NUMBER, number);
}

CASE(how_long_what_is_written_stays)
{
	NEEDS_ROOT();
	enum { GET_HINT = 1035, SET_HINT = 1036, LAST_HINT = 5 };
	uint64_t hint = 9;
	int pipe[2], pid;

	scratch();
	long fd = make("f", ""), other = opened("f", O_RDONLY), path = opened("f", PATH_ONLY);
	CHECK_EQ(sys(SYS_pipe2, pipe, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, GET_HINT, &hint), 0);
	CHECK_EQ(hint, 0);
	for (uint64_t set = 0; set <= LAST_HINT; set++) {
		CHECK_EQ(sys(SYS_fcntl, set % 2 ? fd : other, SET_HINT, &set), 0);
		CHECK_EQ(sys(SYS_fcntl, other, GET_HINT, &hint), 0);
		CHECK_EQ(hint, set);
	}
	CHECK_EQ(sys(SYS_fcntl, pipe[0], SET_HINT, &(uint64_t){2}), 0);
	CHECK_EQ(sys(SYS_fcntl, pipe[1], GET_HINT, &hint), 0);
	CHECK_EQ(hint, 2);
	for (uint64_t bad = LAST_HINT + 1; bad; bad *= 2)
		CHECK_EQ(sys(SYS_fcntl, fd, SET_HINT, &bad), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, fd, SET_HINT, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, fd, GET_HINT, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_fcntl, path, GET_HINT, &hint), -EBADF);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_fcntl, fd, SET_HINT, &hint), -EPERM);
		CHECK_EQ(sys(SYS_fcntl, fd, SET_HINT, hole()), -EPERM);
		CHECK_EQ(sys(SYS_fcntl, fd, GET_HINT, &hint), 0);
		CHECK_EQ(hint, LAST_HINT);
	}
	CHECK_EXIT(pid, 0);
}

CASE(the_block_of_a_file_that_has_none)
{
	NEEDS_ROOT();
	int number = 0, pid;
	long file = sys(SYS_memfd_create, "f", 0), fd = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(block_of(file, &number), -EINVAL);
	CHECK_EQ(block_of(file, hole()), -EFAULT);
	CHECK_EQ(block_of(fd, &number), -ENOTTY);
	CHECK_EQ(block_of(opened("/", O_RDONLY), &number), -ENOTTY);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(block_of(file, hole()), -EPERM);
		CHECK_EQ(block_of(opened("/proc/self/status", O_RDONLY), &number), -EPERM);
		CHECK_EQ(block_of(fd, &number), -ENOTTY);
	}
	CHECK_EXIT(pid, 0);
}

CASE(every_file_has_a_size_of_blocks)
{
	static const struct { const char *path; int size; } rows[] = {
		{"/dev/null", 4096}, {"/proc/self/stat", 1024}, {"/sys", 4096},
	};
	int fd[2], size = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_EQ(sys(SYS_ioctl, sys(SYS_open, rows[i].path, O_RDONLY), GET_BLOCK_SIZE, &size), 0);
		CHECK_EQ(size, rows[i].size);
	}
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], GET_BLOCK_SIZE, &size), 0);
	CHECK_EQ(size, 4096);
	CHECK_EQ(sys(SYS_ioctl, sys(SYS_eventfd2, 0, 0), GET_BLOCK_SIZE, &size), 0);
	CHECK_EQ(size, 4096);
	CHECK_EQ(sys(SYS_ioctl, fd[0], GET_BLOCK_SIZE, hole()), -EFAULT);
}
