// SPDX-License-Identifier: MIT
/*
 * queues: explorations of what waits on descriptors, children and signals.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include "tests/explore/explore.h"

enum { READERS = 2 };

static int ends[2];

/* --- pipes --- */

static int bytes_read;

/* Who has the first byte writes one for the other. */
static int read_one(void *arg)
{
	char c;
	long n = sys(SYS_read, ends[0], &c, 1);

	*(long *)arg = n;
	if (n == 1 && __atomic_fetch_add(&bytes_read, 1, __ATOMIC_SEQ_CST) == 0)
		CHECK_EQ(sys(SYS_write, ends[1], "b", 1), 1);
	return 0;
}

/* Of two who wait for one byte the one that is woken is interrupted, too: then the byte is the other's. */
EXPLORATION(pipe_baton)
{
	struct partners p = {.nr = 0};
	long got[READERS] = {0, 0};

	interrupt_by(SIGUSR1);
	CHECK_EQ(sys(SYS_pipe2, ends, 0), 0);
	long first = partner_start(&p, read_one, &got[0]);
	partner_start(&p, read_one, &got[1]);
	sys(SYS_tgkill, getpid(), first, SIGUSR1);
	CHECK_EQ(sys(SYS_write, ends[1], "a", 1), 1);
	partners_join(&p);
	CHECK(got[0] == 1 || got[0] == -EINTR);
	CHECK_EQ(got[1], 1);
}

/* Bytes that a thief takes, and gives back: who was woken for one sleeps again, and is woken again. */
enum { BYTES_EACH = 2, THEFTS = 5 };
static int thief_end;

static int read_some(void *arg)
{
	char c;

	for (int i = 0; i < BYTES_EACH; i++)
		CHECK_EQ(sys(SYS_read, ends[0], &c, 1), 1);
	return 0;
}

static int steal_and_give_back(void *arg)
{
	char c;

	for (int i = 0; i < THEFTS; i++)
		if (sys(SYS_read, thief_end, &c, 1) == 1)
			CHECK_EQ(sys(SYS_write, ends[1], &c, 1), 1);
	return 0;
}

EXPLORATION(pipe_thief)
{
	struct partners p = {.nr = 0};
	char path[32];

	CHECK_EQ(sys(SYS_pipe2, ends, 0), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	thief_end = sys(SYS_open, path, O_RDONLY | O_NONBLOCK);
	CHECK(thief_end >= 0);
	for (int i = 0; i < READERS; i++)
		partner_start(&p, read_some, NULL);
	partner_start(&p, steal_and_give_back, NULL);
	for (int i = 0; i < READERS * BYTES_EACH; i++)
		CHECK_EQ(sys(SYS_write, ends[1], "a", 1), 1);
	partners_join(&p);
}

static int write_and_close(void *arg)
{
	CHECK_EQ(sys(SYS_write, ends[1], "ab", 2), 2);
	CHECK_EQ(sys(SYS_close, ends[1]), 0);
	return 0;
}

EXPLORATION(pipe_end)
{
	struct partners p = {.nr = 0};
	char c[4];
	long n, all = 0;

	CHECK_EQ(sys(SYS_pipe2, ends, 0), 0);
	partner_start(&p, write_and_close, NULL);
	while ((n = sys(SYS_read, ends[0], c, 1)) == 1)
		all++;
	CHECK_EQ(n, 0);
	CHECK_EQ(all, 2);
	partners_join(&p);
}

/* A pipe of one page between two: full, empty, and never in between. */
static int fill(void *arg)
{
	static char bytes[2 * PAGE + 100];

	CHECK_EQ(sys(SYS_write, ends[1], bytes, sizeof(bytes)), sizeof(bytes));
	return 0;
}

EXPLORATION(pipe_full)
{
	struct partners p = {.nr = 0};
	static char bytes[PAGE];
	long left = 2 * PAGE + 100;

	CHECK_EQ(sys(SYS_pipe2, ends, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, ends[0], 1031 /* F_SETPIPE_SZ */, PAGE), PAGE);
	partner_start(&p, fill, NULL);
	while (left > 0) {
		long n = sys(SYS_read, ends[0], bytes, 3000);
		CHECK(n > 0);
		left -= n;
	}
	CHECK_EQ(left, 0);
	partners_join(&p);
}

/* --- readiness --- */

static int counter_fd;

static int read_counter(void *arg)
{
	uint64_t v;

	CHECK_EQ(sys(SYS_read, counter_fd, &v, sizeof(v)), sizeof(v));
	CHECK_EQ(v, 1);
	return 0;
}

EXPLORATION(eventfd_tickets)
{
	struct partners p = {.nr = 0};
	uint64_t v = 1;

	counter_fd = sys(SYS_eventfd2, 0, EFD_SEMAPHORE);
	for (int i = 0; i < 3; i++)
		partner_start(&p, read_counter, NULL);
	CHECK_EQ(sys(SYS_write, counter_fd, &v, sizeof(v)), sizeof(v));
	v = 2;
	CHECK_EQ(sys(SYS_write, counter_fd, &v, sizeof(v)), sizeof(v));
	partners_join(&p);
}

/* Each has a set of its own and asks to be woken alone; they take tickets until all are taken. */
enum { TICKETS = 3 };
static int quit_fd, taken;

static int take_tickets_by_epoll(void *arg)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLEXCLUSIVE}, got;
	struct epoll_event end = {.events = EPOLLIN, .data.u32 = 1};
	int set = sys(SYS_epoll_create1, 0);
	uint64_t v = 1;

	CHECK_EQ(sys(SYS_epoll_ctl, set, EPOLL_CTL_ADD, counter_fd, &ev), 0);
	CHECK_EQ(sys(SYS_epoll_ctl, set, EPOLL_CTL_ADD, quit_fd, &end), 0);
	for (;;) {
		CHECK_EQ(sys(SYS_epoll_wait, set, &got, 1, -1), 1);
		if (got.data.u32)
			return 0;
		long n = sys(SYS_read, counter_fd, &v, sizeof(v));
		CHECK(n == sizeof(v) || n == -EAGAIN);
		if (n > 0 && __atomic_add_fetch(&taken, 1, __ATOMIC_SEQ_CST) == TICKETS)
			CHECK_EQ(sys(SYS_write, quit_fd, &v, sizeof(v)), sizeof(v));
	}
}

EXPLORATION(epoll_exclusive)
{
	struct partners p = {.nr = 0};
	uint64_t v = 1;

	counter_fd = sys(SYS_eventfd2, 0, EFD_SEMAPHORE | EFD_NONBLOCK);
	quit_fd = sys(SYS_eventfd2, 0, 0);
	partner_start(&p, take_tickets_by_epoll, NULL);
	partner_start(&p, take_tickets_by_epoll, NULL);
	for (int i = 0; i < TICKETS; i++)
		CHECK_EQ(sys(SYS_write, counter_fd, &v, sizeof(v)), sizeof(v));
	partners_join(&p);
	CHECK_EQ(taken, TICKETS);
}

/* An edge is told once, and the set may be asked by two. */
static int turns_left = 2;

static int wait_for_edge(void *arg)
{
	struct epoll_event got;

	CHECK_EQ(sys(SYS_epoll_wait, (long)arg, &got, 1, -1), 1);
	__atomic_sub_fetch(&turns_left, 1, __ATOMIC_SEQ_CST);
	return 0;
}

EXPLORATION(epoll_edges)
{
	struct partners p = {.nr = 0};
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int set = sys(SYS_epoll_create1, 0);
	uint64_t v = 1;

	counter_fd = sys(SYS_eventfd2, 0, EFD_NONBLOCK);
	CHECK_EQ(sys(SYS_epoll_ctl, set, EPOLL_CTL_ADD, counter_fd, &ev), 0);
	partner_start(&p, wait_for_edge, (void *)(long)set);
	partner_start(&p, wait_for_edge, (void *)(long)set);
	while (__atomic_load_n(&turns_left, __ATOMIC_SEQ_CST) > 0) {
		CHECK_EQ(sys(SYS_write, counter_fd, &v, sizeof(v)), sizeof(v));
		sys(SYS_sched_yield);
	}
	partners_join(&p);
}

static int poll_both(void *arg)
{
	struct pollfd f[2] = {{ends[0], POLLIN, 0}, {counter_fd, POLLIN, 0}};

	CHECK(sys(SYS_poll, f, 2, -1) >= 1);
	CHECK((f[0].revents | f[1].revents) & POLLIN);
	return 0;
}

static int write_pipe(void *arg)
{
	CHECK_EQ(sys(SYS_write, ends[1], "a", 1), 1);
	return 0;
}

EXPLORATION(poll_two)
{
	struct partners p = {.nr = 0};
	uint64_t v = 1;

	CHECK_EQ(sys(SYS_pipe2, ends, 0), 0);
	counter_fd = sys(SYS_eventfd2, 0, 0);
	partner_start(&p, poll_both, NULL);
	partner_start(&p, write_pipe, NULL);
	CHECK_EQ(sys(SYS_write, counter_fd, &v, sizeof(v)), sizeof(v));
	partners_join(&p);
}

/* --- children and signals --- */

static int reaped;

static int reap_one(void *arg)
{
	int status;
	long pid = sys(SYS_wait4, -1, &status, 0, 0);

	CHECK(pid > 0);
	CHECK_EQ(status, 7 << 8);
	__atomic_add_fetch(&reaped, 1, __ATOMIC_SEQ_CST);
	return 0;
}

EXPLORATION(children_are_reaped_once)
{
	struct partners p = {.nr = 0};

	for (int i = 0; i < 2; i++)
		if (sys(SYS_fork) == 0)
			sys(SYS_exit_group, 7);
	partner_start(&p, reap_one, NULL);
	reap_one(NULL);
	partners_join(&p);
	CHECK_EQ(reaped, 2);
	CHECK_EQ(sys(SYS_wait4, -1, 0, 0, 0), -ECHILD);
}

static int send_two(void *arg)
{
	int32_t info[32] = {SIGRTMIN, 0, -1 /* SI_QUEUE */};

	for (int i = 0; i < 2; i++)
		CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, info), 0);
	return 0;
}

EXPLORATION(queued_signals_are_counted)
{
	struct partners p = {.nr = 0};
	unsigned long set = 1ul << (SIGRTMIN - 1);
	struct timespec none = {0, 0};

	sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, 0, KSIGSET);
	partner_start(&p, send_two, NULL);
	partner_start(&p, send_two, NULL);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, 0, KSIGSET), SIGRTMIN);
	partners_join(&p);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, &none, KSIGSET), -EAGAIN);
}
