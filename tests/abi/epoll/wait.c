// SPDX-License-Identifier: MIT
/*
 * epoll/wait: waiting: times, signals, masks, many waiters.
 *
 * Promise   a wait ends for what becomes ready, at its time, or for a signal, and is never restarted
 * Linux     epoll_wait(2), epoll_pwait(2), epoll_pwait2(2), signal(7)
 */
#include "tests/abi/epoll/epoll.h"
#include "tests/abi/thread.h"

enum { WAITERS = 4, MS = 1000000 };

static long wait_one(int ep, int timeout_ms)
{
	struct epoll_event ev;

	return sys(SYS_epoll_wait, ep, &ev, 1, timeout_ms);
}

CASE(arguments)
{
	int ep = new_set();
	struct epoll_event ev;

	CHECK_EQ(sys(SYS_epoll_wait, 999, &ev, 1, 0), -EBADF);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_wait, ep, 0, 0x7fffffff / 12, 0), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 0x7fffffff / 12 + 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_wait, ep, -4096l, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_epoll_wait, new_counter(0), &ev, 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_wait, ep, 0, 1, 0), 0);
}

CASE(an_empty_set_times_out)
{
	int64_t start = now_ms();

	CHECK_EQ(wait_one(new_set(), SHORT_MS), 0);
	CHECK(now_ms() - start >= SHORT_MS - 1);
}

CASE(what_cannot_be_told_stays)
{
	int ep = new_set(), fd = new_counter(1), shot = new_counter(1);
	struct epoll_event *last = (struct epoll_event *)page_end(PROT_READ | PROT_WRITE) - 1;

	watch(ep, fd, EPOLLIN | EPOLLET);
	CHECK_EQ(sys(SYS_epoll_wait, ep, hole(), 1, 0), -EFAULT);
	watch(ep, shot, EPOLLIN | EPOLLONESHOT);
	CHECK_EQ(sys(SYS_epoll_wait, ep, last, 2, 0), 1);
	CHECK_EQ(sys(SYS_epoll_wait, ep, last, 2, 0), 1);
	CHECK_EQ(sys(SYS_epoll_wait, ep, last, 2, 0), 0);
}

CASE(a_write_ends_the_wait)
{
	int ep = new_set(), fd = new_counter(0), pid;

	watch(ep, fd, EPOLLIN);
	CHILD(pid) {
		CHECK_EQ(wait_one(ep, -1), 1);
	}
	tap_wait_blocked(pid);
	tell(fd);
	CHECK_EQ(reap(pid), 0);
}

CASE(an_add_ends_the_wait)
{
	int ep = new_set(), fd = new_counter(1), pid;

	CHILD(pid) {
		CHECK_EQ(wait_one(ep, -1), 1);
	}
	tap_wait_blocked(pid);
	watch(ep, fd, EPOLLIN);
	CHECK_EQ(reap(pid), 0);
}

CASE(a_modify_ends_the_wait)
{
	int ep = new_set(), fd = new_counter(1), pid;

	watch(ep, fd, EPOLLPRI);
	CHILD(pid) {
		CHECK_EQ(wait_one(ep, -1), 1);
	}
	tap_wait_blocked(pid);
	modify(ep, fd, EPOLLIN);
	CHECK_EQ(reap(pid), 0);
}

CASE(a_delete_does_not_end_the_wait)
{
	int ep = new_set(), fd = new_counter(0), pid;
	volatile int *woken = shared_page();

	watch(ep, fd, EPOLLIN);
	pid = start_waiter(ep, woken);
	unwatch(ep, fd);
	tell(fd);
	expect_woken(&pid, 1, woken, 0);
}

static volatile long answer;

static int wait_in_thread(void *arg)
{
	answer = wait_one((int)(long)arg, LONG_MS);
	return 0;
}

CASE(closing_the_set_does_not_end_the_wait)
{
	int ep = new_set(), fd = new_counter(0), done;

	answer = -1;
	watch(ep, fd, EPOLLIN);
	CHECK(start_thread(&done, wait_in_thread, (void *)(long)ep) > 0);
	tap_wait_blocked(done);
	sys(SYS_close, ep);
	tell(fd);
	join_thread(&done);
	CHECK_EQ(answer, 1);
}

CASE(closing_what_is_watched_does_not_end_the_wait)
{
	int ep = new_set(), fd = new_counter(0), done;

	answer = -1;
	watch(ep, fd, EPOLLIN);
	CHECK(start_thread(&done, wait_in_thread, (void *)(long)ep) > 0);
	tap_wait_blocked(done);
	sys(SYS_close, fd);
	watch(ep, new_counter(1), EPOLLIN);
	join_thread(&done);
	CHECK_EQ(answer, 1);
}

CASE(a_signal_ends_the_wait_even_with_restart)
{
	int ep = new_set(), pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(wait_one(ep, -1), -EINTR);
		CHECK_EQ(signals, 1);
		CHECK_EQ(wait_one(ep, LONG_MS), -EINTR);
		CHECK_EQ(signals, 2);
	}
	for (int i = 0; i < 2; i++) {
		tap_wait_blocked(pid);
		sys(SYS_kill, pid, SIGUSR1);
		sleep_ms(SHORT_MS);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(a_stop_and_continue_end_the_wait)
{
	int ep = new_set(), pid;

	CHILD(pid) {
		CHECK_EQ(wait_one(ep, LONG_MS), -EINTR);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGSTOP);
	wait_state(pid, 'T');
	sys(SYS_kill, pid, SIGCONT);
	CHECK_EQ(reap(pid), 0);
}

CASE(an_event_comes_before_a_signal)
{
	int ep = new_set(), fd = new_counter(1);
	struct epoll_event ev;
	uint64_t open = 0;

	handle(SIGUSR1, count_signal, 0);
	watch(ep, fd, EPOLLIN);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
	CHECK_EQ(sys(SYS_epoll_pwait, ep, &ev, 1, -1, &open, KSIGSET), 1);
	CHECK_EQ(signals, 0);
	CHECK_EQ(get_pending(), sigbit(SIGUSR1));
}

CASE(pwait_lets_a_signal_in)
{
	int ep = new_set();
	struct epoll_event ev;
	uint64_t open = 0;

	handle(SIGUSR1, count_signal, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
	CHECK_EQ(sys(SYS_epoll_pwait, ep, &ev, 1, -1, &open, KSIGSET), -EINTR);
	CHECK_EQ(signals, 1);
	CHECK_EQ(get_mask(), sigbit(SIGUSR1));
}

CASE(pwait_keeps_a_signal_out)
{
	int ep = new_set();
	struct epoll_event ev;
	uint64_t closed = sigbit(SIGALRM);
	struct timespec ts = {0, SHORT_MS * MS};

	handle(SIGALRM, count_signal, 0);
	struct itimerval soon = {.it_value.tv_usec = 1000};
	sys(SYS_setitimer, 0, &soon, 0);
	CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, &ts, &closed, KSIGSET), 0);
	CHECK_EQ(signals, 1);
}

CASE(pwait_arguments)
{
	int ep = new_set();
	struct epoll_event ev;
	uint64_t mask = 0;

	CHECK_EQ(sys(SYS_epoll_pwait, ep, &ev, 1, 0, &mask, 4), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_pwait, ep, &ev, 1, 0, hole(), KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_epoll_pwait, ep, &ev, 1, 0, 0, 4), 0);
	CHECK_EQ(sys(SYS_epoll_pwait, ep, &ev, 1, 0, &mask, KSIGSET), 0);
}

CASE(pwait2_times)
{
	int ep = new_set();
	struct epoll_event ev;
	struct timespec ts = {0, 20 * MS};
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, &ts, 0, 0), 0);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 20 * MS);
	ts = (struct timespec){0, 0};
	CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, &ts, 0, 0), 0);
	ts = (struct timespec){0, 1000000000};
	CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, &ts, 0, 0), -EINVAL);
	ts = (struct timespec){-1, 0};
	CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, &ts, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, hole(), 0, 0), -EFAULT);
}

CASE(pwait2_without_a_time_waits)
{
	int ep = new_set(), fd = new_counter(0), pid;

	watch(ep, fd, EPOLLIN);
	CHILD(pid) {
		struct epoll_event ev;

		CHECK_EQ(sys(SYS_epoll_pwait2, ep, &ev, 1, 0, 0, 0), 1);
	}
	tap_wait_blocked(pid);
	tell(fd);
	CHECK_EQ(reap(pid), 0);
}

static void start_waiters(int ep, int *pids, volatile int *woken)
{
	for (int i = 0; i < WAITERS; i++)
		pids[i] = start_waiter(ep, woken);
}

CASE(an_edge_wakes_one_waiter)
{
	int ep = new_set(), fd = new_counter(0), pids[WAITERS];
	volatile int *woken = shared_page();

	watch(ep, fd, EPOLLIN | EPOLLET);
	start_waiters(ep, pids, woken);
	tell(fd);
	expect_woken(pids, WAITERS, woken, 1);
}

CASE(a_level_that_stays_wakes_all_waiters)
{
	int ep = new_set(), fd = new_counter(0), pids[WAITERS];
	volatile int *woken = shared_page();

	watch(ep, fd, EPOLLIN);
	start_waiters(ep, pids, woken);
	tell(fd);
	expect_woken(pids, WAITERS, woken, WAITERS);
}

CASE(each_of_many_events_finds_a_waiter)
{
	int ep = new_set(), fd[WAITERS], pids[WAITERS];
	volatile int *woken = shared_page();

	for (int i = 0; i < WAITERS; i++)
		watch(ep, fd[i] = new_counter(0), EPOLLIN | EPOLLET);
	start_waiters(ep, pids, woken);
	for (int i = 0; i < WAITERS; i++)
		tell(fd[i]);
	expect_woken(pids, WAITERS, woken, WAITERS);
}

/* The first in the queue is killed before the wake, which may still find it there. */
CASE(a_waiter_that_is_killed_takes_no_edge_along, .timeout = 30)
{
	int ep = new_set(), fd = new_counter(0);
	volatile int *woken = shared_page();

	watch(ep, fd, EPOLLIN | EPOLLET);
	for (int turn = 0; turn < 20; turn++) {
		int victim = start_waiter(ep, woken), heir = start_waiter(ep, woken);

		sys(SYS_kill, victim, SIGKILL);
		tell(fd);
		CHECK_EQ(reap(victim), KILLED(SIGKILL));
		CHECK_EQ(reap(heir), 0);
		CHECK_EQ(*woken, turn + 1);
		take_all(fd);
	}
}

CASE(poll_and_wait_on_one_set)
{
	int ep = new_set(), fd = new_counter(0), poller, waiter;

	watch(ep, fd, EPOLLIN);
	CHILD(poller) {
		struct pollfd p = {.fd = ep, .events = POLLIN | POLLOUT};

		CHECK_EQ(sys(SYS_poll, &p, 1, LONG_MS), 1);
		CHECK_EQ(p.revents, POLLIN);
	}
	CHILD(waiter) {
		CHECK_EQ(wait_one(ep, LONG_MS), 1);
	}
	tap_wait_blocked(poller);
	tap_wait_blocked(waiter);
	tell(fd);
	CHECK_EQ(reap(poller), 0);
	CHECK_EQ(reap(waiter), 0);
}

CASE(poll_says_what_holds_now)
{
	int ep = new_set(), fd = new_counter(1);

	CHECK_EQ(poll_now(ep, POLLIN | POLLOUT), 0);
	watch(ep, fd, EPOLLIN);
	CHECK_EQ(poll_now(ep, POLLIN | POLLOUT | POLLRDNORM), POLLIN | POLLRDNORM);
	take_all(fd);
	CHECK_EQ(poll_now(ep, POLLIN), 0);
	tell(fd);
	CHECK_EQ(poll_now(ep, POLLIN), POLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(poll_now(ep, POLLIN), POLLIN);
}

CASE(poll_does_not_use_up_an_edge)
{
	int ep = new_set(), fd = new_counter(0);

	watch(ep, fd, EPOLLIN | EPOLLET);
	tell(fd);
	CHECK_EQ(poll_now(ep, POLLIN), POLLIN);
	CHECK_EQ(poll_now(ep, POLLIN), POLLIN);
	CHECK_EQ(look_at(ep, fd), EPOLLIN);
	CHECK_EQ(poll_now(ep, POLLIN), 0);
}
