// SPDX-License-Identifier: MIT
/*
 * poll/poll: poll and ppoll as such, whatever they look at.
 *
 * Promise   the count of entries with events; negative descriptors are skipped, bad ones are
 *           POLLNVAL; a handler always makes it EINTR; ppoll's mask holds for the wait only.
 * Linux     poll(2). ppoll writes the time left back, the C library hides it; here it is seen.
 */
#include <poll.h>
#include "tests/abi/abi.h"

enum { RLIMIT_FILES = 7, MANY = 200 };

static void ready_pipe(int fd[2])
{
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
}

CASE(no_descriptors_is_a_sleep)
{
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(sys(SYS_poll, 0, 0, 15), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 15000000);
}

CASE(zero_timeout_returns_at_once)
{
	int fd[2];
	struct pollfd p = {.events = POLLIN};

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	p.fd = fd[0];
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
}

CASE(negative_descriptor_is_skipped_and_zeroed)
{
	struct pollfd p[2] = {{-1, POLLIN, 77}, {-5, POLLOUT, 77}};

	CHECK_EQ(sys(SYS_poll, p, 2, 0), 0);
	CHECK_EQ(p[0].revents, 0);
	CHECK_EQ(p[1].revents, 0);
	CHECK_EQ(p[0].fd, -1);
}

CASE(closed_descriptor_is_pollnval_and_counts)
{
	int fd[2];
	struct pollfd p[2];

	ready_pipe(fd);
	p[0] = (struct pollfd){.fd = 999, .events = POLLIN};
	p[1] = (struct pollfd){.fd = fd[0], .events = POLLIN};
	CHECK_EQ(sys(SYS_poll, p, 2, -1), 2);
	CHECK_EQ(p[0].revents, POLLNVAL);
	CHECK_EQ(p[1].revents, POLLIN);
}

CASE(pollnval_comes_without_being_asked_for)
{
	struct pollfd p = {.fd = 999, .events = 0};

	CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
	CHECK_EQ(p.revents, POLLNVAL);
}

CASE(revents_is_cleared_where_nothing_happened)
{
	int fd[2];
	struct pollfd p[2];

	ready_pipe(fd);
	p[0] = (struct pollfd){.fd = fd[0], .events = POLLIN, .revents = -1};
	p[1] = (struct pollfd){.fd = fd[0], .events = POLLOUT, .revents = -1};
	CHECK_EQ(sys(SYS_poll, p, 2, 0), 1);
	CHECK_EQ(p[0].revents, POLLIN);
	CHECK_EQ(p[1].revents, 0);
	CHECK_EQ(p[1].events, POLLOUT);
}

CASE(regular_files_are_always_ready)
{
	struct pollfd p = {.events = POLLIN | POLLOUT | POLLPRI};

	scratch();
	p.fd = sys(SYS_open, "file", O_RDONLY | O_CREAT, 0600);
	CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
	CHECK_EQ(p.revents, POLLIN | POLLOUT);
}

CASE(directories_are_always_ready)
{
	struct pollfd p = {.events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM};

	p.fd = sys(SYS_open, "/", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
	CHECK_EQ(p.revents, POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

CASE(dev_null_is_always_ready)
{
	struct pollfd p = {.events = POLLIN | POLLOUT};

	p.fd = sys(SYS_open, "/dev/null", O_RDWR);
	CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
	CHECK_EQ(p.revents, POLLIN | POLLOUT);
}

CASE(path_descriptor_is_pollnval)
{
	struct pollfd p = {.events = POLLIN};

	p.fd = sys(SYS_open, "/dev/null", 010000000);
	CHECK(p.fd >= 0);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLNVAL);
}

CASE(more_entries_than_the_limit_is_einval)
{
	struct pollfd p[8];
	struct { uint64_t cur, max; } lim;

	memset(p, 0xff, sizeof(p));
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_FILES, 0, &lim), 0);
	lim.cur = 4;
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_FILES, &lim, 0), 0);
	CHECK_EQ(sys(SYS_poll, p, 4, 0), 0);
	CHECK_EQ(sys(SYS_poll, p, 5, 0), -EINVAL);
	CHECK_EQ(sys(SYS_poll, p, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_poll, hole(), 5, 0), -EINVAL);
}

CASE(bad_array_faults)
{
	struct pollfd *edge = (void *)page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_poll, hole(), 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_poll, 0, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_poll, edge - 1, 2, 0), -EFAULT);
	CHECK_EQ(sys(SYS_poll, hole(), 0, 0), 0);
}

CASE(read_only_array_faults_at_the_end)
{
	struct pollfd *edge = (void *)page_end(PROT_READ | PROT_WRITE);

	edge[-1] = (struct pollfd){.fd = -1};
	CHECK_EQ(sys(SYS_mprotect, (char *)edge - PAGE, PAGE, PROT_READ), 0);
	CHECK_EQ(sys(SYS_poll, edge - 1, 1, 0), -EFAULT);
}

CASE(many_entries_cross_pages)
{
	static struct pollfd p[4 * MANY];
	int fd[2];

	ready_pipe(fd);
	for (int i = 0; i < 4 * MANY; i++)
		p[i] = (struct pollfd){.fd = i % 2 ? fd[0] : -1, .events = POLLIN};
	CHECK_EQ(sys(SYS_poll, p, 4 * MANY, -1), 2 * MANY);
	for (int i = 0; i < 4 * MANY; i++)
		CHECK_EQ(p[i].revents, i % 2 ? POLLIN : 0);
}

CASE(last_of_many_pipes_wakes)
{
	static struct pollfd p[MANY];
	int fd[2] = {-1, -1}, pid;

	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(sys(SYS_pipe, fd), 0);
		p[i] = (struct pollfd){.fd = fd[0], .events = POLLIN};
	}
	CHILD(pid) {
		CHECK_EQ(sys(SYS_poll, p, MANY, -1), 1);
		CHECK_EQ(p[MANY - 1].revents, POLLIN);
		CHECK_EQ(p[0].revents, 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
	CHECK_EXIT(pid, 0);
}

CASE(handler_makes_poll_eintr_even_with_sa_restart)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		struct pollfd p = {.fd = fd[0], .events = POLLIN, .revents = 9};

		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(sys(SYS_poll, &p, 1, -1), -EINTR);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(stop_and_continue_keeps_poll_and_its_deadline)
{
	int pid;

	CHILD(pid) {
		int64_t start = now_ms();

		CHECK_EQ(sys(SYS_poll, 0, 0, 1000), 0); /* time enough to be seen asleep */
		CHECK(now_ms() - start >= 999);
		CHECK(now_ms() - start < 5000);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGSTOP);
	wait_state(pid, 'T');
	sys(SYS_kill, pid, SIGCONT);
	CHECK_EXIT(pid, 0);
}

CASE(descriptor_closed_by_nobody_else_stays_polled)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		struct pollfd p = {.fd = fd[0], .events = POLLIN};

		CHECK_EQ(sys(SYS_poll, &p, 1, -1), 1);
		CHECK_EQ(p.revents, POLLIN);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
	CHECK_EXIT(pid, 0);
}

CASE(ppoll_times_out_and_writes_zero_back)
{
	struct timespec ts = {0, 15000000};
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(sys(SYS_ppoll, 0, 0, &ts, 0, 0), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 15000000);
	CHECK_EQ(ts.tv_sec, 0);
	CHECK_EQ(ts.tv_nsec, 0);
}

CASE(ppoll_writes_the_time_left_back)
{
	int fd[2];
	struct pollfd p = {.events = POLLIN};
	struct timespec ts = {100, 0};

	ready_pipe(fd);
	p.fd = fd[0];
	CHECK_EQ(sys(SYS_ppoll, &p, 1, &ts, 0, 0), 1);
	CHECK(ts.tv_sec == 99 || (ts.tv_sec == 100 && ts.tv_nsec == 0));
}

CASE(ppoll_refuses_bad_times)
{
	struct timespec ts = {0, 1000000000};

	CHECK_EQ(sys(SYS_ppoll, 0, 0, &ts, 0, 0), -EINVAL);
	ts = (struct timespec){0, -1};
	CHECK_EQ(sys(SYS_ppoll, 0, 0, &ts, 0, 0), -EINVAL);
	ts = (struct timespec){-1, 0};
	CHECK_EQ(sys(SYS_ppoll, 0, 0, &ts, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_ppoll, 0, 0, hole(), 0, 0), -EFAULT);
}

CASE(ppoll_refuses_a_set_of_another_size)
{
	uint64_t set = 0;
	struct timespec zero = {0, 0};

	CHECK_EQ(sys(SYS_ppoll, 0, 0, &zero, &set, 4), -EINVAL);
	CHECK_EQ(sys(SYS_ppoll, 0, 0, &zero, &set, 16), -EINVAL);
	CHECK_EQ(sys(SYS_ppoll, 0, 0, &zero, hole(), 8), -EFAULT);
	CHECK_EQ(sys(SYS_ppoll, 0, 0, &zero, 0, 99), 0);
}

CASE(ppoll_lets_a_pending_signal_in_and_restores_the_mask)
{
	uint64_t none = 0;

	handle(SIGUSR1, count_signal, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(signals, 0);
	CHECK_EQ(sys(SYS_ppoll, 0, 0, 0, &none, 8), -EINTR);
	CHECK_EQ(signals, 1);
	CHECK_EQ(get_mask(), sigbit(SIGUSR1));
}

CASE(ppoll_mask_keeps_a_signal_out_of_the_wait)
{
	uint64_t mask = sigbit(SIGUSR1);
	struct timespec ts = {0, 10000000};

	handle(SIGUSR1, count_signal, 0);
	set_mask(SIG_BLOCK, mask);
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(sys(SYS_ppoll, 0, 0, &ts, &mask, 8), 0);
	CHECK_EQ(signals, 0);
	CHECK_EQ(get_pending(), mask);
}

CASE(ppoll_with_ready_descriptor_still_delivers_after)
{
	int fd[2];
	struct pollfd p = {.events = POLLIN};
	uint64_t none = 0;

	ready_pipe(fd);
	p.fd = fd[0];
	handle(SIGUSR1, count_signal, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(sys(SYS_ppoll, &p, 1, 0, &none, 8), 1);
	CHECK_EQ(signals, 0);
	CHECK_EQ(get_mask(), sigbit(SIGUSR1));
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
}
