// SPDX-License-Identifier: MIT
/*
 * timerfd/timerfd: timers behind descriptors.
 *
 * Promise   a read answers how many expiries there were since the last one
 * Linux     timerfd_create(2), proc_pid_fdinfo(5)
 */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include "tests/abi/thread.h"
#include "tests/abi/timerfd/timerfd.h"

enum { ALARM_REALTIME = 8, ALARM_BOOTTIME = 9, CAP_ALARM = 35, LONG_MS = 5000 };

CASE(clocks)
{
	CHECK(sys(SYS_timerfd_create, CLOCK_REALTIME, 0) >= 0);
	CHECK(sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0) >= 0);
	CHECK(sys(SYS_timerfd_create, CLOCK_BOOTTIME, 0) >= 0);
	CHECK_EQ(sys(SYS_timerfd_create, CLOCK_PROCESS_CPUTIME_ID, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_create, CLOCK_THREAD_CPUTIME_ID, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_create, 4, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_create, 11, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_create, 99, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_create, -1, 0), -EINVAL);
}

CASE(alarm_clocks_need_a_capability)
{
	int pid;

	NEEDS_ROOT();
	if (!have_cap(CAP_ALARM))
		SKIP("no CAP_WAKE_ALARM");
	CHECK(sys(SYS_timerfd_create, ALARM_REALTIME, 0) >= 0);
	int fd = sys(SYS_timerfd_create, ALARM_BOOTTIME, O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(take(fd), 1);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_timerfd_create, ALARM_REALTIME, 0), -EPERM);
		CHECK_EQ(sys(SYS_timerfd_create, ALARM_BOOTTIME, 0), -EPERM);
		CHECK_EQ(set_timer(fd, 0, MS, 0), -EPERM);
	}
	CHECK_EQ(reap(pid), 0);
}

CASE(flags_of_create)
{
	long fd = sys(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(sys(SYS_timerfd_create, CLOCK_MONOTONIC, 1), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_create, CLOCK_MONOTONIC, O_APPEND), -EINVAL);
}

CASE(not_set_is_not_readable)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	struct itimerspec v = {{1, 1}, {1, 1}};

	CHECK_EQ(take(fd), -EAGAIN);
	CHECK_EQ(readable(fd, 0), 0);
	CHECK_EQ(sys(SYS_timerfd_gettime, fd, &v), 0);
	CHECK(ns_of(v.it_value) == 0 && ns_of(v.it_interval) == 0);
}

CASE(expires_once)
{
	int fd = new_timer(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, 0, HOUR, 0), 0);
	CHECK_EQ(take(fd), -EAGAIN);
	CHECK(time_left(fd) > HOUR / 2 && time_left(fd) <= HOUR);
	int64_t start = now_ns(CLOCK_MONOTONIC);
	CHECK_EQ(set_timer(fd, 0, 20 * MS, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 20 * MS);
	CHECK_EQ(time_left(fd), 0);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(an_interval_is_counted)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	int64_t start = now_ns(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, 0, MS, MS), 0);
	sleep_ms(20);
	long n = take(fd), most = (now_ns(CLOCK_MONOTONIC) - start) / MS;
	CHECK(n >= 19 && n <= most);
	CHECK(readable(fd, LONG_MS));
	n += take(fd);
	most = (now_ns(CLOCK_MONOTONIC) - start) / MS;
	CHECK(n >= 20 && n <= most);
}

CASE(an_interval_of_a_nanosecond_costs_nothing)
{
	int fd = new_timer(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, 0, 1, 1), 0);
	sleep_ms(10);
	CHECK(take(fd) > 1000000);
}

CASE(first_and_interval_differ)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	struct itimerspec v;

	CHECK_EQ(set_timer(fd, 0, MS, HOUR), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(sys(SYS_timerfd_gettime, fd, &v), 0);
	CHECK_EQ(ns_of(v.it_interval), HOUR);
	CHECK(ns_of(v.it_value) > HOUR - 10 * SEC && ns_of(v.it_value) <= HOUR);
}

CASE(gettime_starts_the_next_interval)
{
	int fd = new_timer(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, 0, MS, HOUR), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK(time_left(fd) > HOUR - 10 * SEC);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(absolute_times)
{
	const int clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME};

	for (int i = 0; i < 3; i++) {
		int fd = new_timer(clocks[i]);

		CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(clocks[i]) + HOUR, 0), 0);
		CHECK(time_left(fd) > HOUR - 10 * SEC && time_left(fd) <= HOUR);
		CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, 1, 0), 0);
		CHECK(readable(fd, LONG_MS));
		CHECK_EQ(take(fd), 1);
		CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(clocks[i]) + 5 * MS, 0), 0);
		CHECK(readable(fd, LONG_MS));
	}
}

CASE(a_time_in_the_past_counts_the_intervals_since)
{
	int fd = new_timer(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, now_ns(CLOCK_MONOTONIC) - 100 * MS, HOUR), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(take(fd), 1);
	CHECK(time_left(fd) < HOUR - 99 * MS);
}

CASE(setting_anew_forgets)
{
	int fd = new_timer(CLOCK_MONOTONIC);

	CHECK_EQ(set_timer(fd, 0, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(set_timer(fd, 0, HOUR, 0), 0);
	CHECK_EQ(readable(fd, 0), 0);
	CHECK_EQ(take(fd), -EAGAIN);
	CHECK_EQ(set_timer(fd, 0, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(set_timer(fd, 0, 0, 0), 0);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(the_old_setting_is_told)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	struct itimerspec v = {ts_of(2 * HOUR), ts_of(HOUR)}, old = {{9, 9}, {9, 9}};

	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, &v, &old), 0);
	CHECK(ns_of(old.it_value) == 0 && ns_of(old.it_interval) == 0);
	v.it_value = ts_of(0);
	v.it_interval = ts_of(7);
	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, &v, &old), 0);
	CHECK(ns_of(old.it_value) > HOUR - 10 * SEC && ns_of(old.it_interval) == 2 * HOUR);
	CHECK_EQ(sys(SYS_timerfd_gettime, fd, &old), 0);
	CHECK(ns_of(old.it_value) == 0 && ns_of(old.it_interval) == 7);
}

CASE(the_old_setting_after_an_expiry)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	struct itimerspec v = {{0, 0}, {0, 0}}, old;

	CHECK_EQ(set_timer(fd, 0, MS, HOUR), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, &v, &old), 0);
	CHECK(ns_of(old.it_value) > HOUR - 10 * SEC);
}

CASE(bad_times)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	const struct itimerspec bad[] = {
		{{0, 0}, {-1, 0}}, {{0, 0}, {0, -1}}, {{0, 0}, {0, SEC}}, {{-1, 0}, {1, 0}}, {{0, SEC}, {1, 0}},
		{{0, -1}, {1, 0}},
	};

	for (int i = 0; i < 6; i++)
		CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, &bad[i], 0), -EINVAL);
	struct itimerspec far = {{0, 0}, {0x7fffffffffffffff, 999999999}};
	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, &far, 0), 0);
	CHECK(time_left(fd) > HOUR);
	CHECK_EQ(sys(SYS_timerfd_settime, fd, TFD_TIMER_ABSTIME, &far, 0), 0);
	CHECK(time_left(fd) > HOUR);
}

CASE(bad_arguments)
{
	int fd = new_timer(CLOCK_MONOTONIC), event = sys(SYS_eventfd2, 0, 0);
	struct itimerspec v = {{0, 0}, {1, 0}};

	CHECK_EQ(sys(SYS_timerfd_settime, fd, 4, &v, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_timerfd_settime, fd, 0, &v, hole()), -EFAULT);
	CHECK(time_left(fd) > 0);
	CHECK_EQ(sys(SYS_timerfd_settime, 999, 0, &v, 0), -EBADF);
	CHECK_EQ(sys(SYS_timerfd_settime, event, 0, &v, 0), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_gettime, 999, &v), -EBADF);
	CHECK_EQ(sys(SYS_timerfd_gettime, event, &v), -EINVAL);
	CHECK_EQ(sys(SYS_timerfd_gettime, fd, hole()), -EFAULT);
}

CASE(reads_and_writes)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	char bytes[16];

	CHECK_EQ(set_timer(fd, 0, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(sys(SYS_read, fd, bytes, 7), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, bytes, 8), -EINVAL);
	CHECK_EQ(sys(SYS_pread64, fd, bytes, 8, 0), -ESPIPE);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_read, fd, bytes, 16), 8);
	CHECK_EQ(set_timer(fd, 0, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(sys(SYS_read, fd, hole(), 8), -EFAULT);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(a_read_into_pieces)
{
	NEEDS_LINUX(6, 10);
	int fd = new_timer(CLOCK_MONOTONIC);
	uint64_t count = 0;
	char *half = (char *)&count;
	struct iovec pieces[] = {{half, 3}, {half + 3, 5}}, cut[] = {{half, 4}, {hole(), 4}};

	CHECK_EQ(sys(SYS_readv, fd, pieces, 1), -EINVAL); /* room first, as in a read */
	CHECK_EQ(sys(SYS_readv, fd, pieces, 2), -EAGAIN);
	CHECK_EQ(sys(SYS_preadv2, fd, pieces, 2, -1, -1, RWF_NOWAIT), -EAGAIN);
	CHECK_EQ(sys(SYS_readv, fd, pieces, 0), 0);
	CHECK_EQ(set_timer(fd, 0, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(sys(SYS_readv, fd, pieces, 1), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd, pieces, 2), 8);
	CHECK_EQ(count, 1);
	CHECK_EQ(set_timer(fd, 0, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	CHECK_EQ(sys(SYS_readv, fd, cut, 2), 4);
	CHECK_EQ(take(fd), -EAGAIN); /* it was taken */
}

CASE(a_read_waits)
{
	int fd = sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0), pid;

	CHILD(pid) {
		CHECK_EQ(take(fd), 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
	CHECK_EQ(reap(pid), 0);
}

CASE(a_signal_ends_a_read)
{
	int fd = sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0), pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(take(fd), -EINTR);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EQ(reap(pid), 0);
}

CASE(a_read_is_restarted)
{
	int fd = sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0), pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(take(fd), 1);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	sleep_ms(20);
	CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
	CHECK_EQ(reap(pid), 0);
}

CASE(one_expiry_is_for_one_reader)
{
	int fd = sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0), pids[3];
	volatile int *told = shared_page();

	for (int i = 0; i < 3; i++) {
		CHILD(pids[i]) {
			if (take(fd) == 1)
				__atomic_fetch_add(told, 1, __ATOMIC_SEQ_CST);
		}
		tap_wait_blocked(pids[i]);
	}
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
		while (*told <= i)
			sleep_ms(1);
	}
	for (int i = 0; i < 3; i++)
		CHECK_EQ(reap(pids[i]), 0);
	CHECK_EQ(*told, 3);
}

CASE(it_is_shared_with_children)
{
	int fd = new_timer(CLOCK_MONOTONIC), pid;

	CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
	CHILD(pid) {
		CHECK(readable(fd, LONG_MS));
		CHECK_EQ(take(fd), 1);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(take(fd), -EAGAIN);
}

CASE(in_an_epoll_set)
{
	int fd = new_timer(CLOCK_MONOTONIC), ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, &ev), 0);
	CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
	CHECK_EQ(ev.events, EPOLLIN);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 0);
	CHECK_EQ(set_timer(fd, 0, MS, 0), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
}

CASE(an_unread_interval_is_one_edge)
{
	int fd = new_timer(CLOCK_MONOTONIC), ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, &ev), 0);
	CHECK_EQ(set_timer(fd, 0, MS, MS), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 20), 0);
	CHECK(take(fd) >= 1);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
}

CASE(set_ticks)
{
	int fd = new_timer(CLOCK_MONOTONIC);
	uint64_t ticks = 0;
	long r = sys(SYS_ioctl, fd, TFD_IOC_SET_TICKS, &ticks);

	if (r == -ENOTTY && !tap_is_parley())
		SKIP("built without checkpoints");
	CHECK_EQ(r, -EINVAL);
	ticks = 1234567890123;
	CHECK_EQ(sys(SYS_ioctl, fd, TFD_IOC_SET_TICKS, &ticks), 0);
	CHECK_EQ(readable(fd, 0), 1);
	CHECK_EQ(take(fd), 1234567890123);
	CHECK_EQ(sys(SYS_ioctl, fd, TFD_IOC_SET_TICKS, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, fd, TIOCNOTTY, &ticks), -ENOTTY);
}

CASE(set_ticks_wakes_a_reader)
{
	int fd = sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0), pid;
	uint64_t ticks = 5;

	CHILD(pid) {
		long n = take(fd);

		CHECK(n == 5 || n == 1);
	}
	tap_wait_blocked(pid);
	if (sys(SYS_ioctl, fd, TFD_IOC_SET_TICKS, &ticks))
		set_timer(fd, 0, 1, 0);
	CHECK_EQ(reap(pid), 0);
}

CASE(fdinfo)
{
	int fd = new_timer(CLOCK_BOOTTIME);
	char path[64], text[512];

	CHECK_EQ(set_timer(fd, TFD_TIMER_ABSTIME, 1, 0), 0);
	CHECK(readable(fd, LONG_MS));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "clockid: 7\nticks: 1\nsettime flags: 01\nit_value: (0, 0)\nit_interval: (0, 0)\n"));
	CHECK_EQ(set_timer(fd, 0, HOUR, 3 * SEC + 5), 0);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "clockid: 7\nticks: 0\nsettime flags: 00\nit_value: (3599, "));
	CHECK(strstr(text, ")\nit_interval: (3, 5)\n"));
}

static int shared_fd;

static int set_for_ever(void *arg)
{
	for (int i = 0; i < 500; i++)
		set_timer(shared_fd, arg ? TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET : TFD_TIMER_ABSTIME,
			now_ns(CLOCK_REALTIME) + (i % 3) * MS, i % 2 * MS);
	return 0;
}

/* CVE-2017-10661 */
CASE(two_threads_that_set_one_timer, .timeout = 30)
{
	int done[2];

	shared_fd = new_timer(CLOCK_REALTIME);
	CHECK(start_thread(&done[0], set_for_ever, NULL) > 0);
	CHECK(start_thread(&done[1], set_for_ever, (void *)1) > 0);
	for (int i = 0; i < 500; i++)
		take(shared_fd);
	join_thread(&done[0]);
	join_thread(&done[1]);
	CHECK_EQ(set_timer(shared_fd, 0, MS, 0), 0);
	CHECK(readable(shared_fd, LONG_MS));
}

CASE(close_while_it_is_about_to_expire)
{
	for (int i = 0; i < 200; i++) {
		int fd = new_timer(CLOCK_MONOTONIC);

		CHECK_EQ(set_timer(fd, 0, 1 + i * 100, i), 0);
		sys(SYS_close, fd);
	}
}
