// SPDX-License-Identifier: MIT
/*
 * poll/select: select and pselect6 as such.
 *
 * Promise   the number of bits set in all three sets; sets are replaced only when the call succeeds;
 *           the time left is written back; a handler always makes it EINTR.
 * Linux     select(2). nfds beyond the table of descriptors is cut, a set bit without an open
 *           descriptor below that is EBADF.
 */
#include <sys/select.h>
#include <sys/time.h>
#include "tests/abi/abi.h"

static void ready_pipe(int fd[2])
{
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
}

CASE(counts_bits_of_all_sets)
{
	int fd[2];
	fd_set in, out;

	ready_pipe(fd);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd[0], &in);
	FD_SET(fd[1], &in);
	FD_SET(fd[1], &out);
	CHECK_EQ(sys(SYS_select, fd[1] + 1, &in, &out, 0, 0), 2);
	CHECK(FD_ISSET(fd[0], &in));
	CHECK(!FD_ISSET(fd[1], &in));
	CHECK(FD_ISSET(fd[1], &out));
}

CASE(timeout_clears_the_sets_and_the_time)
{
	int fd[2];
	fd_set in;
	struct timeval tv = {0, 15000};
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	CHECK_EQ(sys(SYS_select, fd[0] + 1, &in, 0, 0, &tv), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 15000000);
	CHECK(!FD_ISSET(fd[0], &in));
	CHECK_EQ(tv.tv_sec, 0);
	CHECK_EQ(tv.tv_usec, 0);
}

CASE(time_left_is_written_back)
{
	int fd[2];
	fd_set in;
	struct timeval tv = {100, 0};

	ready_pipe(fd);
	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	CHECK_EQ(sys(SYS_select, fd[0] + 1, &in, 0, 0, &tv), 1);
	CHECK(tv.tv_sec == 99 || (tv.tv_sec == 100 && tv.tv_usec == 0));
}

CASE(unopened_descriptor_is_ebadf_and_keeps_the_sets)
{
	int fd[2];
	fd_set in;
	struct timeval zero = {0, 0};

	ready_pipe(fd);
	CHECK_EQ(sys(SYS_close, fd[1]), 0);
	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	FD_SET(fd[1], &in);
	CHECK_EQ(sys(SYS_select, fd[1] + 1, &in, 0, 0, &zero), -EBADF);
	CHECK(FD_ISSET(fd[0], &in));
	CHECK(FD_ISSET(fd[1], &in));
}

CASE(bits_at_and_beyond_nfds_are_not_looked_at)
{
	int fd[2];
	fd_set in;
	struct timeval zero = {0, 0};

	ready_pipe(fd);
	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	CHECK_EQ(sys(SYS_select, fd[0], &in, 0, 0, &zero), 0);
}

CASE(negative_nfds_is_einval)
{
	struct timeval zero = {0, 0};

	CHECK_EQ(sys(SYS_select, -1, 0, 0, 0, &zero), -EINVAL);
}

CASE(huge_nfds_is_cut_to_the_table)
{
	static unsigned long set[1024];
	struct timeval zero = {0, 0};

	CHECK_EQ(sys(SYS_select, 65536, set, 0, 0, &zero), 0);
}

CASE(no_sets_is_a_sleep)
{
	struct timeval tv = {0, 12000};
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(sys(SYS_select, 0, 0, 0, 0, &tv), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 12000000);
}

CASE(bad_pointers_fault)
{
	int fd[2];
	fd_set in;
	struct timeval zero = {0, 0};

	ready_pipe(fd);
	FD_ZERO(&in);
	CHECK_EQ(sys(SYS_select, fd[1] + 1, hole(), 0, 0, &zero), -EFAULT);
	CHECK_EQ(sys(SYS_select, fd[1] + 1, &in, hole(), 0, &zero), -EFAULT);
	CHECK_EQ(sys(SYS_select, fd[1] + 1, &in, 0, 0, hole()), -EFAULT);
}

CASE(negative_times_are_einval)
{
	struct timeval early = {-1, 0}, negative = {0, -1};

	CHECK_EQ(sys(SYS_select, 0, 0, 0, 0, &early), -EINVAL);
	CHECK_EQ(sys(SYS_select, 0, 0, 0, 0, &negative), -EINVAL);
}

CASE(regular_file_is_ready_both_ways)
{
	fd_set in, out, except;
	struct timeval zero = {0, 0};

	scratch();
	int fd = sys(SYS_open, "file", O_RDWR | O_CREAT, 0600);
	FD_ZERO(&in);
	FD_SET(fd, &in);
	out = except = in;
	CHECK_EQ(sys(SYS_select, fd + 1, &in, &out, &except, &zero), 2);
	CHECK(!FD_ISSET(fd, &except));
}

CASE(high_descriptors_work)
{
	int fd[2];
	fd_set in;

	ready_pipe(fd);
	CHECK_EQ(sys(SYS_dup2, fd[0], 900), 900);
	FD_ZERO(&in);
	FD_SET(900, &in);
	CHECK_EQ(sys(SYS_select, 901, &in, 0, 0, 0), 1);
	CHECK(FD_ISSET(900, &in));
}

CASE(handler_makes_select_eintr_even_with_sa_restart)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		fd_set in;

		FD_ZERO(&in);
		FD_SET(fd[0], &in);
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(sys(SYS_select, fd[0] + 1, &in, 0, 0, 0), -EINTR);
		CHECK(FD_ISSET(fd[0], &in));
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(write_wakes_a_blocked_select)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		fd_set in;

		FD_ZERO(&in);
		FD_SET(fd[0], &in);
		CHECK_EQ(sys(SYS_select, fd[0] + 1, &in, 0, 0, 0), 1);
		CHECK(FD_ISSET(fd[0], &in));
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
	CHECK_EXIT(pid, 0);
}

struct set_arg {
	const void *set;
	size_t size;
};

CASE(pselect6_mask_is_atomic_with_the_wait)
{
	uint64_t none = 0;
	struct set_arg arg = {&none, 8};

	handle(SIGUSR1, count_signal, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, 0, &arg), -EINTR);
	CHECK_EQ(signals, 1);
	CHECK_EQ(get_mask(), sigbit(SIGUSR1));
}

CASE(pselect6_writes_the_time_left_back)
{
	int fd[2];
	fd_set in;
	struct timespec ts = {100, 0};

	ready_pipe(fd);
	FD_ZERO(&in);
	FD_SET(fd[0], &in);
	CHECK_EQ(sys(SYS_pselect6, fd[0] + 1, &in, 0, 0, &ts, 0), 1);
	CHECK(ts.tv_sec == 99 || (ts.tv_sec == 100 && ts.tv_nsec == 0));
}

CASE(pselect6_refuses_bad_arguments)
{
	uint64_t none = 0;
	struct set_arg arg = {&none, 4}, empty = {0, 99};
	struct timespec zero = {0, 0}, bad = {0, 1000000000};

	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, &zero, &arg), -EINVAL);
	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, &zero, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, &zero, &empty), 0);
	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, &bad, 0), -EINVAL);
	arg = (struct set_arg){hole(), 8};
	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, &zero, &arg), -EFAULT);
}

CASE(pselect6_times_out)
{
	struct timespec ts = {0, 12000000};
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(sys(SYS_pselect6, 0, 0, 0, 0, &ts, 0), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 12000000);
	CHECK_EQ(ts.tv_nsec, 0);
}
