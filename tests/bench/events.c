// SPDX-License-Identifier: MIT
/*
 * events: rows about what a program can wait for: epoll, timerfd, signalfd, pidfd, futex.
 *
 * Promise   as in bench.c: every row checks what it is told
 * Linux     epoll(7), timerfd_create(2), signalfd(2), pidfd_open(2), futex(2)
 */
#define _GNU_SOURCE 1
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { WATCHED = 1000, ONE_HOUR = 3600, WAIT_FOR = 0, WAKE_UP = 1, PRIVATE_WORD = 128 };

static bool watch(int ep, int fd, unsigned events)
{
	struct epoll_event ev = { .events = events, .data.fd = fd };

	return raw(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, (long)&ev) == 0;
}

/* --- epoll --- */

/* A write to one of WATCHED, the wait that tells of it, the read. */
static long epoll_one_of_many(long n)
{
	static int fd[WATCHED];
	int ep = epoll_create1(0);
	long took = -1;

	for (int i = 0; i < WATCHED; i++) {
		fd[i] = eventfd(0, EFD_NONBLOCK);
		if (fd[i] < 0 || !watch(ep, fd[i], EPOLLIN))
			return bad("item %d", i);
	}
	long start = now();
	for (long i = 0; i < n; i++) {
		struct epoll_event ev;
		uint64_t value = 1;
		int active = fd[i * 7 % WATCHED];

		raw(SYS_write, active, (long)&value, sizeof(value), 0);
		if (raw(SYS_epoll_wait, ep, (long)&ev, 1, -1) != 1 || ev.data.fd != active)
			return bad("turn %ld", i);
		raw(SYS_read, active, (long)&value, sizeof(value), 0);
	}
	took = now() - start;
	for (int i = 0; i < WATCHED; i++)
		close(fd[i]);
	close(ep);
	return took;
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

/* --- futex --- */

static long futex_wake_none(long n)
{
	static unsigned word;
	long start = now();

	for (long i = 0; i < n; i++)
		if (raw(SYS_futex, (long)&word, WAKE_UP | PRIVATE_WORD, 1, 0) != 0)
			return bad("turn %ld", i);
	return now() - start;
}

/* Waits until the word is no longer `from`; it should be the next value then. */
static bool await(volatile unsigned *word, unsigned from)
{
	while (*word == from)
		raw(SYS_futex, (long)word, WAIT_FOR, from, 0);
	return *word == from + 1;
}

static void tell(volatile unsigned *word)
{
	++*word;
	raw(SYS_futex, (long)word, WAKE_UP, 1, 0);
}

static long futex_ping_pong(long n)
{
	volatile unsigned *word = mmap(NULL, sizeof(*word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if ((void *)word == MAP_FAILED)
		return bad("no page");
	pid_t pid = fork();
	if (pid == 0) {
		for (unsigned i = 0; i < n + 1; i++) {
			if (!await(word, 2 * i))
				_exit(1);
			tell(word);
		}
		_exit(EXIT_STATUS);
	}
	long start = 0, wrong = 0;
	for (unsigned i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the child to start */
			start = now();
		tell(word);
		wrong += !await(word, 2 * i + 1);
	}
	long took = now() - start;
	munmap((void *)word, sizeof(*word));
	return ended_with(pid, EXIT_STATUS) && !wrong ? took : bad("%ld answers are wrong", wrong);
}

const struct bench event_benches[] = {
	{ "epoll-1-of-1000", 500, epoll_one_of_many },
	{ "epoll-add-delete", 500, epoll_add_delete },
	{ "epoll-ping-pong", 500, epoll_ping_pong },
	{ "timerfd-set", 500, timerfd_set },
	{ "timerfd-expire", 500, timerfd_expire },
	{ "signalfd-read", 500, signalfd_read },
	{ "pidfd-open-close", 500, pidfd_open_close },
	{ "futex-wake-none", 1000, futex_wake_none },
	{ "futex-ping-pong", 500, futex_ping_pong },
	{ 0 },
};
