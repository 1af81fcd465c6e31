// SPDX-License-Identifier: MIT
/*
 * file/rw: reading and writing files that have a position.
 *
 * Promise   who may what is told in Linux's order; holes are zeroes; appending goes to the end; copies between
 *           files move what they say and no more.
 * Linux     read(2), preadv2(2), lseek(2), sendfile(2), copy_file_range(2), truncate(2), fallocate(2).
 */
#include <sys/uio.h>
#include "tests/abi/abi.h"

enum { PATH_ONLY = 010000000, RWF_NOWAIT_ = 8, RWF_APPEND_ = 0x10, RWF_NOAPPEND_ = 0x20, FSIZE = 1 };
enum { KEEP_SIZE = 1, PUNCH_HOLE = 2, DATA = 3, HOLE = 4 };

static long opened(const char *name, int flags)
{
	long fd = sys(SYS_open, name, flags, 0600);

	CHECK(fd >= 0);
	return fd;
}

static long size_of(long fd)
{
	struct stat st;

	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	return st.st_size;
}

CASE(access_mode_comes_before_the_buffer)
{
	scratch();
	long w = opened("f", O_WRONLY | O_CREAT), r = opened("f", O_RDONLY), d = opened(".", O_RDONLY);
	CHECK_EQ(sys(SYS_read, w, 0, 1), -EBADF);
	CHECK_EQ(sys(SYS_write, r, 0, 0), -EBADF);
	CHECK_EQ(sys(SYS_read, r, hole(), 1), 0); /* nothing to copy */
	CHECK_EQ(sys(SYS_read, r, -4096L, 1), -EFAULT);
	CHECK_EQ(sys(SYS_read, r, 0, -1L), -EFAULT);
	CHECK_EQ(sys(SYS_read, d, 0, 0), -EISDIR);
	CHECK_EQ(sys(SYS_read, d, -1L, 1), -EFAULT);
	CHECK_EQ(sys(SYS_pread64, 999, 0, 1, -1L), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, r, 0, 1, 0), -EBADF);
}

CASE(holes_read_as_zeroes)
{
	char buf[3 * PAGE];

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_pwrite64, fd, "end", 3, 2 * PAGE), 3);
	memset(buf, 'x', sizeof(buf));
	CHECK_EQ(sys(SYS_read, fd, buf, sizeof(buf)), 2 * PAGE + 3);
	for (int i = 0; i < 2 * PAGE; i++)
		CHECK_EQ(buf[i], 0);
	CHECK_MEM(buf + 2 * PAGE, "end", 3);
	CHECK_EQ(sys(SYS_lseek, fd, 0, DATA), 2 * PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 2 * PAGE, HOLE), 2 * PAGE + 3);
	CHECK_EQ(sys(SYS_lseek, fd, 2 * PAGE + 3, DATA), -ENXIO);
}

CASE(cut_and_grown_again_shows_zeroes)
{
	char buf[100];

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	memset(buf, 'x', sizeof(buf));
	CHECK_EQ(sys(SYS_write, fd, buf, 100), 100);
	CHECK_EQ(sys(SYS_ftruncate, fd, 10), 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, 100), 0);
	CHECK_EQ(sys(SYS_pread64, fd, buf, 100, 0), 100);
	CHECK_EQ(buf[9], 'x');
	for (int i = 10; i < 100; i++)
		CHECK_EQ(buf[i], 0);
}

CASE(appending_ignores_the_position)
{
	scratch();
	long a = opened("f", O_RDWR | O_CREAT | O_APPEND), b = opened("f", O_RDWR);
	CHECK_EQ(sys(SYS_write, a, "one", 3), 3);
	CHECK_EQ(sys(SYS_lseek, a, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_write, a, "two", 3), 3);
	CHECK_EQ(sys(SYS_lseek, a, 0, SEEK_CUR), 6);
	CHECK_EQ(sys(SYS_pwrite64, a, "three", 5, 0), 5); /* even pwrite, says Linux */
	CHECK_EQ(size_of(b), 11);
	CHECK_EQ(sys(SYS_fcntl, a, F_SETFL, 0), 0);
	CHECK_EQ(sys(SYS_pwrite64, a, "1", 1, 0), 1);
	CHECK_EQ(size_of(b), 11);
}

CASE(position_is_shared_by_duplicates_only)
{
	scratch();
	long a = opened("f", O_RDWR | O_CREAT), b = opened("f", O_RDWR), d = sys(SYS_dup, a);
	CHECK_EQ(sys(SYS_write, a, "hello", 5), 5);
	CHECK_EQ(sys(SYS_lseek, d, 0, SEEK_CUR), 5);
	CHECK_EQ(sys(SYS_lseek, b, 0, SEEK_CUR), 0);
	CHECK_EQ(sys(SYS_pwrite64, a, "x", 1, 100), 1);
	CHECK_EQ(sys(SYS_lseek, d, 0, SEEK_CUR), 5);
}

CASE(odd_seeks)
{
	scratch();
	long fd = opened("f", O_RDWR | O_CREAT), z = opened("/dev/zero", O_RDONLY);
	CHECK_EQ(sys(SYS_lseek, fd, -1L, SEEK_SET), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 5, 9), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 100, SEEK_END), 100);
	CHECK_EQ(sys(SYS_read, fd, &z, 1), 0);
	CHECK_EQ(sys(SYS_lseek, fd, INT64_MAX, SEEK_CUR), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, z, 100, SEEK_END), 0);
	CHECK_EQ(sys(SYS_lseek, 999, 0, SEEK_SET), -EBADF);
}

CASE(flags_of_one_call)
{
	char buf[8];
	struct iovec v = {buf, 8}, none = {buf, 0}, w = {"xyz", 3};

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_write, fd, "12345678", 8), 8);
	CHECK_EQ(sys(SYS_preadv2, fd, &v, 1, 0, 0, 0x1000), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_preadv2, fd, &none, 1, 0, 0, 0x1000), 0);
	CHECK_EQ(sys(SYS_preadv2, fd, &v, 1, -2L, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_preadv, fd, &v, 1, -1L, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwritev2, fd, &w, 1, 0, 0, RWF_APPEND_), 3);
	CHECK_EQ(size_of(fd), 11);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 8);
	CHECK_EQ(sys(SYS_preadv2, fd, &v, 1, -1L, 0, 0), 3);
	NEEDS_LINUX(6, 9);
	CHECK_EQ(sys(SYS_pwritev2, fd, &w, 1, 0, 0, RWF_APPEND_ | RWF_NOAPPEND_), -EINVAL);
}

CASE(no_wait_where_nothing_is_there)
{
	int fd[2];
	char c;
	struct iovec v = {&c, 1};

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_preadv2, fd[0], &v, 1, 0, 0, 0), -ESPIPE);
	NEEDS_LINUX(6, 5);
	CHECK_EQ(sys(SYS_preadv2, fd[0], &v, 1, -1L, 0, RWF_NOWAIT_), -EAGAIN);
}

CASE(sendfile_from_a_file)
{
	int fd[2];
	long off = 3;
	char buf[20];

	scratch();
	long f = opened("f", O_RDWR | O_CREAT), g = opened("g", O_RDWR | O_CREAT | O_APPEND);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, f, "hello world", 11), 11);
	CHECK_EQ(sys(SYS_lseek, f, 1, SEEK_SET), 1);
	CHECK_EQ(sys(SYS_sendfile, fd[1], f, &off, 100), 8);
	CHECK_EQ(off, 11);
	CHECK_EQ(sys(SYS_lseek, f, 0, SEEK_CUR), 1);
	CHECK_EQ(sys(SYS_sendfile, fd[1], f, 0, 4), 4);
	CHECK_EQ(sys(SYS_lseek, f, 0, SEEK_CUR), 5);
	CHECK_EQ(sys(SYS_read, fd[0], buf, sizeof(buf)), 12);
	CHECK_MEM(buf, "lo worldello", 12);
	CHECK_EQ(sys(SYS_sendfile, g, f, &off, 5), -EINVAL);
	CHECK_EQ(sys(SYS_sendfile, f, fd[0], 0, 5), -EINVAL);
	CHECK_EQ(sys(SYS_sendfile, f, fd[0], &off, 5), -ESPIPE);
	CHECK_EQ(sys(SYS_sendfile, fd[0], f, 0, 5), -EBADF);
	CHECK_EQ(sys(SYS_sendfile, fd[1], f, hole(), 5), -EFAULT);
	CHECK_EQ(sys(SYS_sendfile, fd[1], f, 0, -1L), -EINVAL);
}

CASE(copy_between_files)
{
	long a = 0, b = 0;
	int fd[2];
	char buf[8];

	scratch();
	long f = opened("f", O_RDWR | O_CREAT), g = opened("g", O_RDWR | O_CREAT), d = opened(".", O_RDONLY);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, f, "0123456789", 10), 10);
	CHECK_EQ(sys(SYS_copy_file_range, f, &a, g, &b, 5, 0), 5);
	CHECK_EQ(a, 5);
	CHECK_EQ(b, 5);
	CHECK_EQ(sys(SYS_pread64, g, buf, 8, 0), 5);
	CHECK_MEM(buf, "01234", 5);
	CHECK_EQ(sys(SYS_copy_file_range, f, &a, g, &b, 5, 1), -EINVAL);
	CHECK_EQ(sys(SYS_copy_file_range, d, &a, g, &b, 5, 0), -EISDIR);
	CHECK_EQ(sys(SYS_copy_file_range, fd[0], 0, g, 0, 5, 0), -EINVAL);
	CHECK_EQ(sys(SYS_copy_file_range, f, 0, fd[1], 0, 5, 0), -EINVAL);
	a = 0;
	b = 3;
	CHECK_EQ(sys(SYS_copy_file_range, f, &a, f, &b, 5, 0), -EINVAL); /* the ranges overlap */
	a = 100;
	CHECK_EQ(sys(SYS_copy_file_range, f, &a, g, &b, 5, 0), 0);
}

CASE(growth_stops_at_the_limit)
{
	struct { uint64_t cur, max; } limit;

	scratch();
	sys(SYS_umask, 022);
	handle(SIGXFSZ, SIG_IGN, 0);
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_prlimit64, 0, FSIZE, 0, &limit), 0);
	limit.cur = PAGE;
	CHECK_EQ(sys(SYS_prlimit64, 0, FSIZE, &limit, 0), 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE + 1), -EFBIG);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, PAGE + 1), -EFBIG);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, PAGE), -EFBIG);
	CHECK_EQ(sys(SYS_pwrite64, fd, "xxxx", 4, PAGE - 2), 2);
	CHECK_EQ(sys(SYS_pwrite64, fd, "", 0, 2 * PAGE), 0);
}

CASE(truncating_what_has_no_size)
{
	scratch();
	long d = opened(".", O_RDONLY), f = opened("f", O_RDWR | O_CREAT), r = opened("f", O_RDONLY);
	CHECK_EQ(sys(SYS_truncate, "none", -1L), -EINVAL);
	CHECK_EQ(sys(SYS_truncate, ".", 0), -EISDIR);
	CHECK_EQ(sys(SYS_truncate, "/dev/null", 0), -EINVAL);
	CHECK_EQ(sys(SYS_ftruncate, 999, -1L), -EINVAL);
	CHECK_EQ(sys(SYS_ftruncate, 999, 0), -EBADF);
	CHECK_EQ(sys(SYS_ftruncate, r, 0), -EINVAL);
	CHECK_EQ(sys(SYS_ftruncate, d, 0), -EINVAL);
	CHECK_EQ(sys(SYS_ftruncate, f, 5), 0);
}

CASE(holes_are_punched)
{
	char buf[2 * PAGE];
	struct stat st;

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	memset(buf, 'x', sizeof(buf));
	CHECK_EQ(sys(SYS_write, fd, buf, sizeof(buf)), 2 * PAGE);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH_HOLE, 0, PAGE), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fallocate, fd, PUNCH_HOLE | KEEP_SIZE, 100, PAGE), 0);
	CHECK_EQ(sys(SYS_pread64, fd, buf, sizeof(buf), 0), 2 * PAGE);
	CHECK_EQ(buf[99], 'x');
	CHECK_EQ(buf[100], 0);
	CHECK_EQ(buf[PAGE + 99], 0);
	CHECK_EQ(buf[PAGE + 100], 'x');
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 3 * PAGE), 0);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_size, 3 * PAGE);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, -1L, 1), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, opened("f", O_RDONLY), 0, 0, 1), -EBADF);
}

CASE(fault_in_a_write_keeps_what_came)
{
	scratch();
	char *edge = page_end(PROT_READ | PROT_WRITE);
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_write, fd, hole(), 10), -EFAULT);
	CHECK_EQ(size_of(fd), 0);
	memset(edge - 10, 'x', 10);
	CHECK_EQ(sys(SYS_pread64, fd, edge - 10, 20, 0), 0);
	CHECK_EQ(sys(SYS_write, fd, edge - 10, 10), 10);
	CHECK_EQ(sys(SYS_pread64, fd, hole(), 10, 0), -EFAULT);
}

CASE(what_fsync_is_for)
{
	scratch();
	CHECK_EQ(sys(SYS_fsync, opened(".", O_RDONLY)), 0);
	CHECK_EQ(sys(SYS_fdatasync, opened("f", O_RDWR | O_CREAT)), 0);
	CHECK_EQ(sys(SYS_fsync, opened("/dev/null", O_RDWR)), -EINVAL);
	CHECK_EQ(sys(SYS_fsync, opened("f", PATH_ONLY)), -EBADF);
	CHECK_EQ(sys(SYS_syncfs, 999), -EBADF);
	CHECK_EQ(sys(SYS_sync), 0);
}

CASE(copying_descriptors)
{
	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_dup2, fd, fd), fd);
	CHECK_EQ(sys(SYS_dup3, fd, fd, 0), -EINVAL);
	CHECK_EQ(sys(SYS_dup3, fd, 70000000, 0), -EBADF);
	CHECK_EQ(sys(SYS_dup3, fd, 80, 1), -EINVAL);
	CHECK_EQ(sys(SYS_dup3, fd, 80, O_CLOEXEC), 80);
	CHECK_EQ(sys(SYS_fcntl, 80, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_DUPFD, 85), 85);
	CHECK_EQ(sys(SYS_fcntl, fd, F_DUPFD, -1), -EINVAL);
	CHECK_EQ(sys(SYS_close_range, 84, 83, 0), -EINVAL);
	CHECK_EQ(sys(SYS_close_range, 80, 90, 4), 0);
	CHECK_EQ(sys(SYS_fcntl, 85, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_close_range, 80, 90, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, 80, F_GETFD), -EBADF);
	CHECK_EQ(sys(SYS_fcntl, fd, 9999), -EINVAL);
	NEEDS_LINUX(6, 10);
	CHECK_EQ(sys(SYS_fcntl, fd, 1027, sys(SYS_dup, fd)), 1);
}
