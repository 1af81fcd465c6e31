// SPDX-License-Identifier: MIT
/*
 * events: rows about what a program can wait for: poll, epoll, timerfd, signalfd, pidfd.
 *
 * Promise   as in bench.c: every row checks what it is told
 * Linux     poll(2), select(2), epoll(7), timerfd_create(2), signalfd(2), pidfd_open(2)
 */
#define _GNU_SOURCE 1
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { POLL_PIPES = 100, MOST_WATCHED = 10000, ONE_HOUR = 3600 };

/* --- poll and select: none of many is ready --- */

static bool open_pipes(int fd[POLL_PIPES][2])
{
	for (int i = 0; i < POLL_PIPES; i++)
		if (pipe(fd[i]) != 0)
			return false;
	return true;
}

static void close_pipes(int fd[POLL_PIPES][2])
{
	for (int i = 0; i < POLL_PIPES; i++) {
		close(fd[i][0]);
		close(fd[i][1]);
	}
}

static long poll_idle(long n)
{
	static int fd[POLL_PIPES][2];
	static struct pollfd set[POLL_PIPES];

	if (!open_pipes(fd))
		return bad("pipe");
	for (int i = 0; i < POLL_PIPES; i++)
		set[i] = (struct pollfd){ .fd = fd[i][0], .events = POLLIN };
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_poll, (long)set, POLL_PIPES, 0, 0) != 0)
			return bad("a pipe is ready");
	long took = now() - start;
	(void)!write(fd[POLL_PIPES / 2][1], "x", 1);
	if (poll(set, POLL_PIPES, 0) != 1 || set[POLL_PIPES / 2].revents != POLLIN)
		return bad("the ready pipe is not seen");
	close_pipes(fd);
	return took;
}

static long select_idle(long n)
{
	static int fd[POLL_PIPES][2];
	fd_set all, set;
	int most = 0;

	if (!open_pipes(fd))
		return bad("pipe");
	FD_ZERO(&all);
	for (int i = 0; i < POLL_PIPES; i++) {
		FD_SET(fd[i][0], &all);
		most = fd[i][0] > most ? fd[i][0] : most;
	}
	struct timeval none = { 0 };
	long start = now();
	for (long i = 0; i < n; i++) {
		set = all;
		if (raw6(SYS_select, most + 1, (long)&set, 0, 0, (long)&none, 0) != 0)
			return bad("a pipe is ready");
	}
	long took = now() - start;
	(void)!write(fd[POLL_PIPES / 2][1], "x", 1);
	set = all;
	if (select(most + 1, &set, NULL, NULL, &none) != 1 || !FD_ISSET(fd[POLL_PIPES / 2][0], &set))
		return bad("the ready pipe is not seen");
	close_pipes(fd);
	return took;
}

/* --- epoll --- */

static bool watch(int ep, int fd, unsigned events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	return raw(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, (long)&ev) == 0;
}

/* A write to one of so many, the wait that tells of it, the read. */
static long epoll_one_of(long n, int watched)
{
	static int fd[MOST_WATCHED];
	int ep = epoll_create1(0);
	long took = -1;

	for (int i = 0; i < watched; i++) {
		fd[i] = eventfd(0, EFD_NONBLOCK);
		if (fd[i] < 0 || !watch(ep, fd[i], EPOLLIN))
			return bad("item %d", i);
	}
	long start = now();
	for (long i = 0; i < n; i++) {
		struct epoll_event ev;
		uint64_t value = 1;
		int active = fd[i * 7 % watched];

		raw(SYS_write, active, (long)&value, sizeof(value), 0);
		if (raw(SYS_epoll_wait, ep, (long)&ev, 1, -1) != 1 || ev.data.fd != active)
			return bad("turn %ld", i);
		raw(SYS_read, active, (long)&value, sizeof(value), 0);
	}
	took = now() - start;
	for (int i = 0; i < watched; i++)
		close(fd[i]);
	close(ep);
	return took;
}

static long epoll_one_of_1(long n)
{
	return epoll_one_of(n, 1);
}

static long epoll_one_of_100(long n)
{
	return epoll_one_of(n, 100);
}

static long epoll_one_of_1000(long n)
{
	return epoll_one_of(n, 1000);
}

static long epoll_one_of_10000(long n)
{
	return epoll_one_of(n, MOST_WATCHED);
}

static long epoll_add_delete(long n)
{
	int ep = epoll_create1(0), first = eventfd(0, 0), second = eventfd(0, 0);
	struct epoll_event ev = { .events = EPOLLIN };

	if (!watch(ep, first, EPOLLIN))
		return bad("no set");
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, second, (long)&ev) != 0 ||
			raw(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, second, 0) != 0)
			return bad("turn %ld", i);
	long took = now() - start;
	close(first);
	close(second);
	close(ep);
	return took;
}

/* Waits for `in` by its set, takes what is there, and tells `out`. */
static bool answer(int ep, int in, int out)
{
	struct epoll_event ev;
	uint64_t value = 0;

	if (raw(SYS_epoll_wait, ep, (long)&ev, 1, -1) != 1 || ev.data.fd != in)
		return false;
	if (raw(SYS_read, in, (long)&value, sizeof(value), 0) != sizeof(value) || value != 1)
		return false;
	return raw(SYS_write, out, (long)&value, sizeof(value), 0) == sizeof(value);
}

static long epoll_ping_pong(long n)
{
	int to = eventfd(0, 0), from = eventfd(0, 0), child_ep = epoll_create1(0), ep = epoll_create1(0);
	uint64_t value = 1;

	if (!watch(child_ep, to, EPOLLIN) || !watch(ep, from, EPOLLIN))
		return bad("no set");
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n + 1; i++)
			if (!answer(child_ep, to, from))
				_exit(1);
		_exit(EXIT_STATUS);
	}
	long start = 0, wrong = 0;
	raw(SYS_write, to, (long)&value, sizeof(value), 0);
	for (long i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the child to start */
			start = now();
		wrong += !answer(ep, from, to);
	}
	long took = now() - start;
	if (!ended_with(pid, EXIT_STATUS) || wrong)
		return bad("%ld answers are wrong", wrong);
	close(to);
	close(from);
	close(child_ep);
	close(ep);
	return took;
}

/* --- timerfd --- */

static long timerfd_set(long n)
{
	const struct itimerspec armed = { .it_value = { .tv_sec = ONE_HOUR } }, disarmed = { 0 };
	struct itimerspec left;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	long start = now();

	for (long i = 0; i < n; i++)
		if (raw(SYS_timerfd_settime, fd, 0, (long)&armed, 0) != 0 ||
			raw(SYS_timerfd_settime, fd, 0, (long)&disarmed, 0) != 0)
			return bad("turn %ld", i);
	long took = now() - start;
	raw(SYS_timerfd_settime, fd, 0, (long)&armed, 0);
	timerfd_gettime(fd, &left);
	close(fd);
	return left.it_value.tv_sec >= ONE_HOUR - 1 ? took : bad("it is not armed");
}

static long timerfd_expire(long n)
{
	const struct itimerspec at_once = { .it_value = { .tv_nsec = 1 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	long start = now();

	for (long i = 0; i < n; i++) {
		uint64_t ticks = 0;

		raw(SYS_timerfd_settime, fd, 0, (long)&at_once, 0);
		if (raw(SYS_read, fd, (long)&ticks, sizeof(ticks), 0) != sizeof(ticks) || ticks != 1)
			return bad("turn %ld", i);
	}
	long took = now() - start;
	close(fd);
	return took;
}

/* --- signalfd, pidfd --- */

static long signalfd_read(long n)
{
	ksigset_t set = 1ul << (SIGUSR1 - 1);
	struct signalfd_siginfo info;
	pid_t pid = getpid();

	raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, sizeof(set));
	int fd = (int)raw(SYS_signalfd4, -1, (long)&set, sizeof(set), 0);
	long start = now();
	for (long i = 0; i < n; i++) {
		raw(SYS_kill, pid, SIGUSR1, 0, 0);
		if (raw(SYS_read, fd, (long)&info, sizeof(info), 0) != sizeof(info) || info.ssi_signo != SIGUSR1 ||
			info.ssi_pid != (unsigned)pid)
			return bad("turn %ld", i);
	}
	long took = now() - start;
	raw(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&set, 0, sizeof(set));
	close(fd);
	return took;
}

static long pidfd_open_close(long n)
{
	pid_t pid = getpid();
	long first = raw(SYS_pidfd_open, pid, 0, 0, 0);

	close((int)first);
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_pidfd_open, pid, 0, 0, 0) != first || raw(SYS_close, first, 0, 0, 0) != 0)
			return bad("turn %ld", i);
	return now() - start;
}

/* A child made with its pidfd; its end, for which we wait by that, and what is left of it. */
static long pidfd_exit(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		int fd = -1;
		pid_t pid = (pid_t)raw6(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, (long)&fd, 0, 0, 0);

		if (pid == 0)
			_exit(EXIT_STATUS);
		struct pollfd set = { .fd = fd, .events = POLLIN };
		if (raw(SYS_poll, (long)&set, 1, -1, 0) != 1 || set.revents != POLLIN ||
			!ended_with(pid, EXIT_STATUS) || raw(SYS_close, fd, 0, 0, 0) != 0)
			return bad("turn %ld", i);
	}
	return now() - start;
}

const struct bench event_benches[] = {
	{ "poll-100-pipes", 200, poll_idle, NULL },
	{ "select-100-pipes", 200, select_idle, NULL },
	{ "epoll-1-of-1", 500, epoll_one_of_1, NULL },
	{ "epoll-1-of-100", 500, epoll_one_of_100, NULL },
	{ "epoll-1-of-1000", 500, epoll_one_of_1000, NULL },
	{ "epoll-1-of-10000", 500, epoll_one_of_10000, NULL },
	{ "epoll-add-delete", 500, epoll_add_delete, NULL },
	{ "epoll-ping-pong", 500, epoll_ping_pong, NULL },
	{ "timerfd-set", 500, timerfd_set, NULL },
	{ "timerfd-expire", 500, timerfd_expire, NULL },
	{ "signalfd-read", 500, signalfd_read, NULL },
	{ "pidfd-open-close", 500, pidfd_open_close, NULL },
	{ "pidfd-exit", 30, pidfd_exit, NULL },
	{ 0 },
};
