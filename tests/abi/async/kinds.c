// SPDX-License-Identifier: MIT
/*
 * async/kinds: which kinds of file have an O_ASYNC mode, and what terminals and inotify signal.
 *
 * Promise   pipes, terminals, inotify and the random devices have the mode; F_SETFL of others ignores the flag,
 *           FIOASYNC says ENOTTY. A terminal signals input that can be read and, after a write that fell
 *           short, room; its owner is the foreground group unless somebody was named.
 * Linux     fcntl(2), ioctl(2) FIOASYNC, tty_ioctl(4)
 */
#include <sys/inotify.h>
#include "tests/abi/async/async.h"
#include "tests/abi/tty/pair.h"

static long fioasync(int fd, int on)
{
	return sys(SYS_ioctl, fd, FIOASYNC, &on);
}

static void check_has_mode(int fd)
{
	CHECK(fd >= 0);
	CHECK_EQ(set_async(fd, 1), 0);
	CHECK(get_flags(fd) & O_ASYNC);
	CHECK_EQ(fioasync(fd, 0), 0);
	CHECK(!(get_flags(fd) & O_ASYNC));
	CHECK_EQ(fioasync(fd, 0), 0);
	CHECK_EQ(fioasync(fd, 5), 0);
	CHECK(get_flags(fd) & O_ASYNC);
	CHECK_EQ(set_async(fd, 0), 0);
	CHECK(!(get_flags(fd) & O_ASYNC));
}

static void check_has_none(int fd)
{
	CHECK(fd >= 0);
	CHECK_EQ(set_async(fd, 1), 0);
	CHECK(!(get_flags(fd) & O_ASYNC));
	CHECK_EQ(fioasync(fd, 1), -ENOTTY);
	CHECK_EQ(fioasync(fd, 0), 0);
}

CASE(kinds_that_signal)
{
	struct ends p = new_pipe();
	struct pair pair = new_pair();

	check_has_mode(p.r);
	check_has_mode(p.w);
	check_has_mode(pair.m);
	check_has_mode(pair.s);
	check_has_mode(sys(SYS_inotify_init1, 0));
	check_has_mode(sys(SYS_open, "/dev/random", O_RDONLY));
	check_has_mode(sys(SYS_open, "/dev/urandom", O_RDONLY));
}

CASE(kinds_that_do_not)
{
	uint64_t set = sigbit(SIGUSR2);

	scratch();
	check_has_none(sys(SYS_eventfd2, 0, 0));
	check_has_none(sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0));
	check_has_none(sys(SYS_signalfd4, -1, &set, KSIGSET, 0));
	check_has_none(sys(SYS_epoll_create1, 0));
	check_has_none(sys(SYS_pidfd_open, sys(SYS_getpid), 0));
	check_has_none(sys(SYS_memfd_create, "m", 0));
	check_has_none(sys(SYS_open, "file", O_RDWR | O_CREAT, 0600));
	check_has_none(sys(SYS_open, ".", O_RDONLY));
	check_has_none(sys(SYS_open, "/dev/null", O_RDWR));
	check_has_none(sys(SYS_open, "/dev/zero", O_RDWR));
	check_has_none(sys(SYS_open, "/proc/self/stat", O_RDONLY));
}

CASE(owner_and_signal_are_kept_by_all_kinds)
{
	int fd = sys(SYS_eventfd2, 0, 0);

	CHECK_EQ(sys(SYS_fcntl, fd, F_SETOWN, sys(SYS_getpid)), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETOWN), sys(SYS_getpid));
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETSIG, RT), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETSIG), RT);
}

CASE(fioasync_reads_a_word)
{
	struct ends p = new_pipe();

	CHECK_EQ(sys(SYS_ioctl, p.r, FIOASYNC, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, 999, FIOASYNC, hole()), -EBADF);
}

CASE(path_only_files_know_nothing_of_it)
{
	int fd = sys(SYS_open, "/dev/random", O_PATH);

	CHECK_EQ(sys(SYS_fcntl, fd, F_SETOWN, 0), -EBADF);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETSIG, 0), -EBADF);
	CHECK_EQ(fioasync(fd, 1), -EBADF);
}

CASE(typing_signals_the_slave)
{
	struct pair pair = new_pair();

	make_raw(pair.s, 1, 0);
	listen_to(pair.s, RT);
	type(pair.m, "x");
	CHECK_EQ(told_soon(), 1);
	CHECK_EQ(seen.code, CODE_IN);
	CHECK_EQ(seen.band, BAND_IN);
	CHECK_EQ(seen.fd, pair.s);
	expect(pair.s, "x");
}

CASE(a_line_signals_when_it_is_complete)
{
	struct pair pair = new_pair();

	MODES(pair.s, t.c_lflag &= ~ECHO);
	listen_to(pair.s, RT);
	type(pair.m, "ab");
	sleep_ms(NONE_MS);
	CHECK_EQ(told(), 0);
	type(pair.m, "c\n");
	CHECK_EQ(told_soon(), 1);
	expect(pair.s, "abc\n");
}

CASE(output_signals_the_master)
{
	struct pair pair = new_pair();

	make_raw(pair.s, 1, 0);
	listen_to(pair.m, RT);
	type(pair.s, "out");
	CHECK_EQ(told_soon(), 1);
	CHECK_EQ(seen.code, CODE_IN);
	CHECK_EQ(seen.fd, pair.m);
	expect(pair.m, "out");
}

CASE(room_signals_whom_it_was_missed_by)
{
	struct pair pair = new_pair();
	static char bytes[PAGE];

	make_raw(pair.s, 1, 0);
	CHECK_EQ(sys(SYS_fcntl, pair.s, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_fcntl, pair.m, F_SETFL, O_NONBLOCK), 0);
	listen_to(pair.s, RT);
	type(pair.s, "some");
	expect(pair.m, "some");
	sleep_ms(NONE_MS);
	CHECK_EQ(told(), 0);
	while (sys(SYS_write, pair.s, bytes, sizeof(bytes)) > 0)
		;
	for (int64_t end = now_ms() + 5000; !seen.count && now_ms() < end; sleep_ms(1))
		sys(SYS_read, pair.m, bytes, sizeof(bytes));
	CHECK(told() >= 1);
	CHECK_EQ(seen.code, CODE_OUT);
	CHECK_EQ(seen.band, BAND_OUT);
}

CASE(who_asks_a_terminal_is_its_owner)
{
	struct pair pair = new_pair();
	int me = sys(SYS_getpid);

	CHECK_EQ(set_async(pair.s, 1), 0);
	CHECK_EQ(get_owner(pair.s), OWNER(F_OWNER_PID, me));
	CHECK_EQ(set_async(pair.m, 1), 0);
	CHECK_EQ(get_owner(pair.m), OWNER(F_OWNER_PID, me));
}

CASE(a_named_owner_stays)
{
	struct pair pair = new_pair();
	int me = sys(SYS_getpid);

	CHECK_EQ(set_owner(pair.s, F_OWNER_TID, me), 0);
	CHECK_EQ(set_async(pair.s, 1), 0);
	CHECK_EQ(get_owner(pair.s), OWNER(F_OWNER_TID, me));
}

CASE(the_foreground_of_a_controlling_terminal_is_its_owner)
{
	struct pair pair = new_pair();
	int pid;

	CHILD(pid) {
		own(&pair);
		CHECK_EQ(set_async(pair.s, 1), 0);
		CHECK_EQ(get_owner(pair.s), OWNER(F_OWNER_PGRP, sys(SYS_getpid)));
	}
	CHECK_EXIT(pid, 0);
}

CASE(inotify_signals_what_is_new)
{
	int in = sys(SYS_inotify_init1, O_NONBLOCK);

	scratch();
	CHECK(sys(SYS_inotify_add_watch, in, ".", IN_CREATE) > 0);
	listen_to(in, RT);
	sys(SYS_close, sys(SYS_open, "a", O_CREAT | O_RDWR, 0600));
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.code, CODE_IN);
	CHECK_EQ(seen.fd, in);
	sys(SYS_unlink, "a");
	sys(SYS_close, sys(SYS_open, "a", O_CREAT | O_RDWR, 0600));
	CHECK_EQ(told(), 0); /* the same again is not put down again */
	sys(SYS_close, sys(SYS_open, "b", O_CREAT | O_RDWR, 0600));
	CHECK_EQ(told(), 1);
}
