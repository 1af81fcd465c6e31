// SPDX-License-Identifier: MIT
/*
 * pipe/sysctl: the limits of pipes as the administrator sets them.
 *
 * Promise   pipe-max-size bounds F_SETPIPE_SZ and is kept a power of two of pages; the user quotas
 *           act on ordinary users and 0 switches them off. Each case puts back what it found.
 * Linux     pipe(7) "/proc files".
 */
#include "tests/abi/abi.h"

TAP_DANGEROUS("changes the pipe limits in /proc/sys/fs");

enum { SET_SIZE = 1031, GET_SIZE = 1032, USER = 54323 };

static char saved[32];

static long put(const char *path, const char *text)
{
	long r, fd = sys(SYS_open, path, O_WRONLY);

	CHECK(fd >= 0);
	r = sys(SYS_write, fd, text, strlen(text));
	sys(SYS_close, fd);
	return r;
}

static long number(const char *path)
{
	char text[32];

	CHECK(slurp(path, text, sizeof(text)) > 0);
	return atol(text);
}

#define MAX_SIZE "/proc/sys/fs/pipe-max-size"
#define SOFT "/proc/sys/fs/pipe-user-pages-soft"
#define HARD "/proc/sys/fs/pipe-user-pages-hard"

CASE(pipe_max_size_is_rounded_to_a_power_of_two)
{
	slurp(MAX_SIZE, saved, sizeof(saved));
	CHECK_EQ(put(MAX_SIZE, "100000\n"), 7);
	CHECK_EQ(number(MAX_SIZE), 131072);
	CHECK_EQ(put(MAX_SIZE, "1"), 1);
	CHECK_EQ(number(MAX_SIZE), PAGE);
	CHECK_EQ(put(MAX_SIZE, "0"), 1);
	CHECK_EQ(number(MAX_SIZE), PAGE);
	put(MAX_SIZE, saved);
}

CASE(pipe_max_size_refuses_nonsense)
{
	slurp(MAX_SIZE, saved, sizeof(saved));
	CHECK_EQ(put(MAX_SIZE, "words"), -EINVAL);
	CHECK_EQ(put(MAX_SIZE, "-4096"), -EINVAL);
	CHECK_EQ(number(MAX_SIZE), atol(saved));
}

CASE(pipe_max_size_bounds_new_pipes_too)
{
	int fd[2];

	slurp(MAX_SIZE, saved, sizeof(saved));
	CHECK(put(MAX_SIZE, "8192") > 0);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), have_cap(CAP_RESOURCE) ? 65536 : 8192);
	put(MAX_SIZE, saved);
}

CASE(pipe_max_size_binds_ordinary_users)
{
	int pid;

	slurp(MAX_SIZE, saved, sizeof(saved));
	CHECK(put(MAX_SIZE, "131072") > 0);
	CHILD(pid) {
		int fd[2];

		CHECK(become(USER));
		CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, 131072), 131072);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, 131073), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	put(MAX_SIZE, saved);
}

CASE(hard_quota_refuses_new_pipes)
{
	int pid;

	slurp(HARD, saved, sizeof(saved));
	CHECK(put(HARD, "32") > 0);
	CHILD(pid) {
		int fd[2];

		CHECK(become(USER));
		CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_pipe2, fd, 0), -ENFILE);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, 131072), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	put(HARD, saved);
}

CASE(zero_soft_quota_is_no_quota)
{
	int pid;

	slurp(SOFT, saved, sizeof(saved));
	CHECK(put(SOFT, "16") > 0);
	CHILD(pid) {
		int fd[2];

		CHECK(become(USER));
		CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), 65536);
		CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), 2 * PAGE);
	}
	CHECK_EXIT(pid, 0);
	CHECK(put(SOFT, "0") > 0);
	CHILD(pid) {
		int fd[2];

		CHECK(become(USER));
		for (int i = 0; i < 3; i++)
			CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), 65536);
	}
	CHECK_EXIT(pid, 0);
	put(SOFT, saved);
}

CASE(root_is_above_the_quotas)
{
	int fd[2];

	slurp(HARD, saved, sizeof(saved));
	CHECK(put(HARD, "1") > 0);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), 65536);
	put(HARD, saved);
}
