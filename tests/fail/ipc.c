// SPDX-License-Identifier: MIT
/*
 * ipc: rows for pipes, event descriptors, futexes, polling and epoll; see fail.h.
 *
 * Linux     the man page of each call
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include "tests/fail/fail.h"

enum { FUTEX_WAIT_OP = 0, FUTEX_WAKE_OP_1 = 1, FUTEX_WAITV = 449, FUTEX2_WAKE = 454, FUTEX2_WAIT, FUTEX2_REQUEUE };
enum { FUTEX_REQUEUE_OP = 3, U32 = 2, SHARED_U32 = 2, MANY_FDS = 64, EPOLL_PWAIT2 = 441, EVENTS = 8 };

static uint64_t rt = 1ull << 39, usr1 = 1ull << (SIGUSR1 - 1);
static struct epoll_event event = { .events = EPOLLIN }, events[EVENTS];
static struct itimerspec hour = { .it_value.tv_sec = 3600 }, old;
static const struct timespec no_time = { 0, 1000 };
static struct timeval no_timeval = { 0, 1000 };
static struct pollfd many[MANY_FDS];
static int two[2], word;
static fd_set set;
static struct { uint64_t val, uaddr; uint32_t flags, reserved; } waits[2];

/* The world's pipe and more, too many for room on the kernel's stack. */
static void poll_many(void)
{
	for (int i = 0; i < MANY_FDS; i++)
		many[i] = (struct pollfd){ i % 2 ? PIPE_R : MASTER_FD, POLLIN, 0 };
}

static void choose(void)
{
	FD_ZERO(&set);
	FD_SET(PIPE_R, &set);
	CHECK_EQ(sys(SYS_dup2, PIPE_R, 1000), 1000);
	FD_SET(1000, &set);
}

static long select_high(void)
{
	fd_set in = set;

	return sys(SYS_select, 1001, &in, 0, 0, &no_timeval);
}

static long pselect_high(void)
{
	fd_set in = set;
	struct timespec left = no_time;

	return sys(SYS_pselect6, 1001, &in, 0, 0, &left, 0);
}

/* Neither is ready: they wait. */
static void empty_all(void)
{
	char drain[64];

	sys(SYS_read, PIPE_R, drain, sizeof(drain));
	sys(SYS_read, EVENT_FD, drain, sizeof(drain));
	for (int i = 0; i < 2; i++) {
		waits[i].uaddr = (uint64_t)&word;
		waits[i].flags = SHARED_U32;
	}
}

static void other_value(void)
{
	empty_all();
	waits[1].val = 1;
}

static struct timespec moment;

static void for_a_moment(void)
{
	empty_all();
	CHECK_EQ(sys(SYS_clock_gettime, CLOCK_MONOTONIC, &moment), 0);
}

static long make_pipe(void)
{
	return sys(SYS_pipe, two);
}

static long make_pipe2(void)
{
	return sys(SYS_pipe2, two, O_CLOEXEC);
}

static long timed_poll(void)
{
	return sys(SYS_poll, many, MANY_FDS, 1);
}

static long add_set(void)
{
	return sys(SYS_epoll_ctl, EPOLL_FD, EPOLL_CTL_ADD, FREE_FD, &event);
}

static void make_set(void)
{
	long fd = sys(SYS_epoll_create1, 0);

	CHECK_EQ(sys(SYS_dup2, fd, FREE_FD), FREE_FD);
	sys(SYS_close, fd);
}

static const struct sigset_and_size { const uint64_t *set; size_t size; } mask = { &usr1, KSIGSET };

const struct row ipc_calls_rows[] = {
	{ "pipe", {}, .act = make_pipe, .error = { ENFILE } }, /* so says Linux */
	{ "pipe2", {}, .act = make_pipe2, .error = { ENFILE } },
	{ "eventfd", { 1 } },
	{ "eventfd2", { 1, 0 } },
	{ "signalfd", { -1, A(&rt), KSIGSET } },
	{ "signalfd4", { -1, A(&rt), KSIGSET, 0 } },
	{ "timerfd_create", { CLOCK_MONOTONIC, 0 } },
	{ "timerfd_settime", { TIMER_FD, 0, A(&hour), A(&old) } },
	{ "timerfd_gettime", { TIMER_FD, A(&old) } },
	{ "inotify_init", {} },
	{ "inotify_init1", { 0 } },
	{ "inotify_add_watch", { INOTIFY_FD, A("file"), 0xfff }, .error = { ENOSPC } },
	{ "inotify_rm_watch", { INOTIFY_FD, 1 } },
	{ "epoll_create", { 1 } },
	{ "epoll_create1", { 0 } },
	{ "epoll_ctl", { EPOLL_FD, EPOLL_CTL_ADD, PIPE_R, A(&event) }, "ADD", .error = { ENOSPC } },
	{ "epoll_ctl", { EPOLL_FD, EPOLL_CTL_ADD, SIGNAL_FD, A(&event) }, "ADD of signals", .error = { ENOSPC } },
	{ "epoll_ctl", {}, "ADD of a set", make_set, add_set, .error = { ENOSPC } },
	{ "epoll_ctl", { EPOLL_FD, EPOLL_CTL_MOD, EVENT_FD, A(&event) }, "MOD" },
	{ "epoll_ctl", { EPOLL_FD, EPOLL_CTL_DEL, EVENT_FD }, "DEL" },
	{ "epoll_wait", { EPOLL_FD, A(events), EVENTS, 1 } },
	{ "epoll_wait", { EPOLL_FD, A(events), EVENTS, 1 }, "in vain", empty_all },
	{ "epoll_pwait", { EPOLL_FD, A(events), EVENTS, 1, A(&usr1), KSIGSET } },
	{ "epoll_pwait2", { EPOLL_FD, A(events), EVENTS, A(&no_time), A(&usr1), KSIGSET } },
	{ "poll", { A(many), MANY_FDS, 1 }, "of many", poll_many },
	{ "poll", {}, "of many, in vain", empty_all, timed_poll },
	{ "ppoll", { A(many), MANY_FDS, 0, A(&usr1), KSIGSET }, .before = poll_many },
	{ "select", {}, .before = choose, .act = select_high },
	{ "pselect6", {}, .before = choose, .act = pselect_high },
	{ "pselect6", { 0, 0, 0, 0, A(&no_time), A(&mask) }, "for a moment" },
	{ "futex", { A(&word), FUTEX_WAIT_OP, 0, A(&no_time) }, "WAIT", .success = -ETIMEDOUT },
	{ "futex", { BUF, FUTEX_WAIT_OP, 0, A(&no_time) }, "WAIT on a new page", .success = -ETIMEDOUT },
	{ "futex", { TEXT, FUTEX_WAKE_OP_1, 1 }, "WAKE" },
	{ "futex", { A(&word), FUTEX_REQUEUE_OP, 1, 1, TEXT }, "REQUEUE" },
	{ "futex_waitv", { A(waits), 2, 0, 0, 0 }, "that does not match", other_value, .success = -EAGAIN },
	{ "futex_waitv", { A(waits), 2, 0, A(&moment), CLOCK_MONOTONIC }, "in vain", for_a_moment,
		.success = -ETIMEDOUT },
	{ "futex_wake", { A(&word), 1, 1, U32 } },
	{ "futex_wait", { A(&word), 1, 0xffffffff, U32, 0, 0 }, .success = -EAGAIN },
	{ "futex_requeue", { A(waits), 0, 1, 1 }, .before = empty_all },
};
ROWS(ipc_calls);
