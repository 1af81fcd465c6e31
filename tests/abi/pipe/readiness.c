// SPDX-License-Identifier: MIT
/*
 * pipe/readiness: what poll and select say of both ends in every condition, and when they wake.
 *
 * Promise   a pipe reads ready with data or without writers, and writes ready with a free page;
 *           POLLHUP is the reader's, POLLERR the writer's; neither can be asked for or masked.
 * Linux     poll(2), select(2), pipe(7).
 */
#include <poll.h>
#include <sys/select.h>
#include "tests/abi/abi.h"

enum { CAPACITY = 65536, EVERY = POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM | POLLRDHUP };

static char bytes[CAPACITY];

static int revents(int fd, int events)
{
	struct pollfd p = {.fd = fd, .events = events, .revents = -1};
	long r = sys(SYS_poll, &p, 1, 0);

	CHECK_EQ(r, p.revents != 0);
	return p.revents;
}

CASE(empty_pipe)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(revents(fd[0], EVERY), 0);
	CHECK_EQ(revents(fd[1], EVERY), POLLOUT | POLLWRNORM);
	CHECK_EQ(revents(fd[1], POLLIN), 0);
	CHECK_EQ(revents(fd[1], POLLOUT), POLLOUT);
}

CASE(pipe_with_data)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	sys(SYS_write, fd[1], "x", 1);
	CHECK_EQ(revents(fd[0], EVERY), POLLIN | POLLRDNORM);
	CHECK_EQ(revents(fd[0], POLLOUT), 0);
	CHECK_EQ(revents(fd[1], EVERY), POLLOUT | POLLWRNORM);
}

CASE(full_pipe_is_not_writable)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	CHECK_EQ(revents(fd[1], EVERY), 0);
	CHECK_EQ(revents(fd[0], EVERY), POLLIN | POLLRDNORM);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE - 1), PAGE - 1);
	CHECK_EQ(revents(fd[1], EVERY), 0);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), 1);
	CHECK_EQ(revents(fd[1], EVERY), POLLOUT | POLLWRNORM);
}

CASE(reader_without_writer_hangs_up)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	sys(SYS_close, fd[1]);
	CHECK_EQ(revents(fd[0], EVERY), POLLHUP);
	CHECK_EQ(revents(fd[0], 0), POLLHUP);
}

CASE(data_left_by_the_last_writer_is_in_and_hup)
{
	int fd[2];
	char c;

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	sys(SYS_write, fd[1], "x", 1);
	sys(SYS_close, fd[1]);
	CHECK_EQ(revents(fd[0], EVERY), POLLIN | POLLRDNORM | POLLHUP);
	CHECK_EQ(revents(fd[0], POLLIN), POLLIN | POLLHUP);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	CHECK_EQ(revents(fd[0], POLLIN), POLLHUP);
}

CASE(writer_without_reader_is_in_error)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(revents(fd[1], EVERY), POLLOUT | POLLWRNORM | POLLERR);
	CHECK_EQ(revents(fd[1], 0), POLLERR);
}

CASE(full_pipe_without_reader_is_only_in_error)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	sys(SYS_close, fd[0]);
	CHECK_EQ(revents(fd[1], EVERY), POLLERR);
}

CASE(both_ends_in_one_poll)
{
	int fd[2];
	struct pollfd p[3];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	p[0] = (struct pollfd){.fd = fd[0], .events = POLLIN};
	p[1] = (struct pollfd){.fd = fd[1], .events = POLLOUT};
	p[2] = (struct pollfd){.fd = fd[0], .events = POLLIN};
	CHECK_EQ(sys(SYS_poll, p, 3, -1), 1);
	CHECK_EQ(p[1].revents, POLLOUT);
	sys(SYS_write, fd[1], "x", 1);
	CHECK_EQ(sys(SYS_poll, p, 3, -1), 3);
	CHECK_EQ(p[0].revents, POLLIN);
	CHECK_EQ(p[2].revents, POLLIN);
}

static long selected(int fd, int *in, int *out, int *except)
{
	fd_set sets[3];
	struct timeval zero = {0, 0};
	long r;

	memset(sets, 0, sizeof(sets));
	FD_SET(fd, &sets[0]);
	FD_SET(fd, &sets[1]);
	FD_SET(fd, &sets[2]);
	r = sys(SYS_select, fd + 1, &sets[0], &sets[1], &sets[2], &zero);
	*in = !!FD_ISSET(fd, &sets[0]);
	*out = !!FD_ISSET(fd, &sets[1]);
	*except = !!FD_ISSET(fd, &sets[2]);
	return r;
}

CASE(select_counts_hang_up_as_readable)
{
	int fd[2], in, out, except;

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(selected(fd[0], &in, &out, &except), 0);
	sys(SYS_close, fd[1]);
	CHECK_EQ(selected(fd[0], &in, &out, &except), 1);
	CHECK_EQ(in, 1);
	CHECK_EQ(out, 0);
	CHECK_EQ(except, 0);
}

CASE(select_counts_error_as_readable_and_writable)
{
	int fd[2], in, out, except;

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(selected(fd[1], &in, &out, &except), 1);
	CHECK_EQ(out, 1);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	CHECK_EQ(selected(fd[1], &in, &out, &except), 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(selected(fd[1], &in, &out, &except), 2);
	CHECK_EQ(in, 1);
	CHECK_EQ(out, 1);
	CHECK_EQ(except, 0);
}

/* A child polls one end without a time limit and exits with the events that it saw. */
static int poller(int fd, int events, int close_too)
{
	int pid;

	CHILD(pid) {
		struct pollfd p = {.fd = fd, .events = events};

		if (close_too >= 0)
			sys(SYS_close, close_too);
		CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
		_exit(p.revents);
	}
	tap_wait_blocked(pid);
	return pid;
}

CASE(write_wakes_a_polling_reader)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	pid = poller(fd[0], POLLIN, -1);
	sys(SYS_write, fd[1], "x", 1);
	CHECK_EXIT(pid, POLLIN);
}

CASE(close_of_the_writer_wakes_a_polling_reader)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	pid = poller(fd[0], POLLIN, fd[1]);
	sys(SYS_close, fd[1]);
	CHECK_EXIT(pid, POLLHUP);
}

CASE(close_of_the_writer_wakes_a_poll_for_nothing)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	pid = poller(fd[0], 0, fd[1]);
	sys(SYS_close, fd[1]);
	CHECK_EXIT(pid, POLLHUP);
}

CASE(read_wakes_a_polling_writer)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	pid = poller(fd[1], POLLOUT, -1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE), PAGE);
	CHECK_EXIT(pid, POLLOUT);
}

CASE(close_of_the_reader_wakes_a_polling_writer)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	pid = poller(fd[1], POLLOUT, fd[0]);
	sys(SYS_close, fd[0]);
	CHECK_EXIT(pid, POLLERR);
}

CASE(one_write_wakes_all_pollers)
{
	int fd[2], pid[3];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	for (int i = 0; i < 3; i++)
		pid[i] = poller(fd[0], POLLIN, -1);
	sys(SYS_write, fd[1], "x", 1);
	for (int i = 0; i < 3; i++)
		CHECK_EXIT(pid[i], POLLIN);
}

CASE(poll_of_a_reader_times_out)
{
	int fd[2];
	struct pollfd p;
	int64_t start = now_ms();

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	p = (struct pollfd){.fd = fd[0], .events = POLLIN, .revents = 55};
	CHECK_EQ(sys(SYS_poll, &p, 1, 20), 0);
	CHECK_EQ(p.revents, 0);
	CHECK(now_ms() - start >= 19);
}
