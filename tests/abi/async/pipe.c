// SPDX-License-Identifier: MIT
/*
 * async/pipe: when a pipe or FIFO signals, and what the signal says.
 *
 * Promise   each write signals who reads, each read that makes room who writes, the last close of one end who has
 *           the other. Without F_SETSIG the signal is a bare SIGIO; with it, it has code, band and descriptor.
 * Linux     fcntl(2), sigaction(2)
 */
#include "tests/abi/async/async.h"

CASE(a_write_signals_the_reader)
{
	struct ends p = new_pipe();

	listen_to(p.r, 0);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.sig, SIGIO);
	CHECK_EQ(seen.code, CODE_KERNEL);
	CHECK_EQ(seen.band, 0);
	CHECK_EQ(seen.fd, 0);
}

CASE(each_write_does)
{
	struct ends p = new_pipe();

	listen_to(p.r, 0);
	for (int i = 0; i < 5; i++) {
		put(p.w, 1);
		CHECK_EQ(told(), 1);
	}
	put(p.w, PAGE * 3);
	CHECK_EQ(told(), 1);
}

CASE(a_read_signals_the_writer)
{
	struct ends p = new_pipe();

	listen_to(p.w, RT);
	put(p.w, PAGE * 2);
	CHECK_EQ(told(), 0);
	get(p.r, PAGE);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.code, CODE_OUT);
	CHECK_EQ(seen.band, BAND_OUT);
	CHECK_EQ(seen.fd, p.w);
	get(p.r, PAGE);
	CHECK_EQ(told(), 1);
}

CASE(a_chosen_signal_has_details)
{
	struct ends p = new_pipe();

	listen_to(p.r, RT);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_GETSIG), RT);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.sig, RT);
	CHECK_EQ(seen.code, CODE_IN);
	CHECK_EQ(seen.band, BAND_IN);
	CHECK_EQ(seen.fd, p.r);
}

CASE(sigio_may_be_chosen_and_has_details_then)
{
	struct ends p = new_pipe();

	listen_to(p.r, SIGIO);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.sig, SIGIO);
	CHECK_EQ(seen.code, CODE_IN);
	CHECK_EQ(seen.band, BAND_IN);
}

CASE(a_signal_with_codes_of_its_own_says_si_sigio)
{
	struct ends p = new_pipe();

	handle_info(SIGCHLD, note_io, 0);
	listen_to(p.r, SIGCHLD);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.sig, SIGCHLD);
	CHECK_EQ(seen.code, CODE_SIGIO);
	CHECK_EQ(seen.band, BAND_IN);
	CHECK_EQ(seen.fd, p.r);
}

CASE(the_descriptor_is_the_one_that_asked)
{
	struct ends p = new_pipe();
	int other = sys(SYS_dup, p.r);

	listen_to(other, RT);
	CHECK(get_flags(p.r) & O_ASYNC);
	sys(SYS_close, other);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.fd, other);
}

CASE(closing_the_last_writer_signals_the_reader)
{
	struct ends p = new_pipe();
	int other = sys(SYS_dup, p.w);

	listen_to(p.r, RT);
	sys(SYS_close, p.w);
	CHECK_EQ(told(), 0);
	sys(SYS_close, other);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.code, CODE_IN);
	CHECK_EQ(seen.band, BAND_IN);
}

CASE(closing_the_last_reader_signals_the_writer)
{
	struct ends p = new_pipe();

	listen_to(p.w, SIGUSR1);
	sys(SYS_close, p.r);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.code, CODE_OUT);
	CHECK_EQ(seen.fd, p.w);
}

CASE(switched_off_it_is_quiet)
{
	struct ends p = new_pipe();

	listen_to(p.r, 0);
	CHECK_EQ(set_async(p.r, 0), 0);
	CHECK(!(get_flags(p.r) & O_ASYNC));
	put(p.w, 1);
	CHECK_EQ(told(), 0);
	CHECK_EQ(set_async(p.r, 1), 0);
	CHECK_EQ(told(), 0); /* what was there before is no event */
	put(p.w, 1);
	CHECK_EQ(told(), 1);
}

CASE(without_an_owner_nobody_is_told)
{
	struct ends p = new_pipe();

	note_signals();
	CHECK_EQ(set_async(p.r, 1), 0);
	put(p.w, 1);
	CHECK_EQ(told(), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, sys(SYS_getpid)), 0);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, 0), 0);
	put(p.w, 1);
	CHECK_EQ(told(), 0);
}

CASE(an_owner_alone_is_not_told)
{
	struct ends p = new_pipe();

	note_signals();
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETOWN, sys(SYS_getpid)), 0);
	CHECK_EQ(sys(SYS_fcntl, p.r, F_SETSIG, RT), 0);
	put(p.w, 1);
	CHECK_EQ(told(), 0);
}

CASE(closed_files_are_quiet)
{
	struct ends p = new_pipe();

	listen_to(p.r, RT);
	int other = sys(SYS_open, "/proc/self/fd/3", O_RDONLY);
	CHECK_EQ(p.r, 3);
	CHECK(other >= 0);
	sys(SYS_close, p.r);
	put(p.w, 1);
	CHECK_EQ(told(), 0);
}

CASE(every_open_file_signals_for_itself)
{
	struct ends p = new_pipe();
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", p.r);
	int other = sys(SYS_open, path, O_RDONLY | O_NONBLOCK);
	listen_to(p.r, RT);
	listen_to(other, RT);
	put(p.w, 1);
	CHECK_EQ(told(), 2);
	set_async(p.r, 0);
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.fd, other);
}

CASE(both_ends_may_signal)
{
	struct ends p = new_pipe();

	listen_to(p.r, RT);
	listen_to(p.w, RT);
	put(p.w, PAGE);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.fd, p.r);
	get(p.r, PAGE);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.fd, p.w);
}

CASE(a_fifo_does_the_same)
{
	scratch();
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0600, 0), 0);
	int fd = sys(SYS_open, "fifo", O_RDWR | O_NONBLOCK);
	listen_to(fd, RT);
	put(fd, PAGE);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.code, CODE_IN);
	get(fd, PAGE);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.code, CODE_OUT);
}

CASE(o_async_of_open_is_a_flag_without_effect)
{
	scratch();
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0600, 0), 0);
	int fd = sys(SYS_open, "fifo", O_RDWR | O_NONBLOCK | O_ASYNC);
	note_signals();
	CHECK(get_flags(fd) & O_ASYNC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETOWN, sys(SYS_getpid)), 0);
	CHECK_EQ(set_async(fd, 1), 0);
	put(fd, 1);
	CHECK_EQ(told(), 0);
}

CASE(a_reader_that_sleeps_is_signalled_too)
{
	static int fds[2];
	int pid, *ready = shared_page();

	CHECK_EQ(sys(SYS_pipe2, fds, 0), 0);
	CHILD(pid) {
		static char bytes[PAGE];
		listen_to(fds[0], RT);
		*ready = 1;
		CHECK_EQ(sys(SYS_read, fds[0], bytes, PAGE), PAGE);
		CHECK_EQ(told_soon(), 1);
	}
	while (!*(volatile int *)ready)
		sleep_ms(1);
	tap_wait_blocked(pid);
	put(fds[1], PAGE); /* large enough to be handed over */
	CHECK_EXIT(pid, 0);
}

CASE(a_blocked_signal_is_pending_once_if_it_is_a_standard_one)
{
	struct ends p = new_pipe();

	listen_to(p.r, 0);
	set_mask(SIG_BLOCK, sigbit(SIGIO));
	for (int i = 0; i < 3; i++)
		put(p.w, 1);
	CHECK_EQ(get_pending() & sigbit(SIGIO), sigbit(SIGIO));
	set_mask(SIG_UNBLOCK, sigbit(SIGIO));
	CHECK_EQ(told(), 1);
}

CASE(real_time_signals_queue)
{
	struct ends p = new_pipe();

	listen_to(p.r, RT);
	set_mask(SIG_BLOCK, sigbit(RT));
	for (int i = 0; i < 20; i++)
		put(p.w, 1);
	set_mask(SIG_UNBLOCK, sigbit(RT));
	CHECK_EQ(told(), 20);
}

CASE(a_full_queue_becomes_sigio)
{
	struct ends p = new_pipe();
	struct {
		unsigned long soft, hard;
	} none = {0, 0};

	listen_to(p.r, RT);
	CHECK_EQ(sys(SYS_setrlimit, 11, &none), 0); /* RLIMIT_SIGPENDING */
	put(p.w, 1);
	CHECK_EQ(told(), 1);
	CHECK_EQ(seen.sig, SIGIO);
	CHECK_EQ(seen.code, CODE_KERNEL);
	CHECK_EQ(seen.band, 0);
}

CASE(it_wakes_sigtimedwait)
{
	struct ends p = new_pipe();
	uint64_t set = sigbit(RT);
	siginfo_t info;
	struct timespec no_time = {0, 0};

	listen_to(p.r, RT);
	set_mask(SIG_BLOCK, set);
	put(p.w, 3);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, &info, &no_time, KSIGSET), RT);
	CHECK_EQ(info.si_band, BAND_IN);
	CHECK_EQ(info.si_fd, p.r);
	CHECK_EQ(info.si_code, CODE_IN);
}

CASE(many_writers_at_once)
{
	enum { WRITERS = 4, EACH = 200 };
	struct ends p = new_pipe();
	int pids[WRITERS];
	long got = 0;

	listen_to(p.r, 0);
	for (int i = 0; i < WRITERS; i++)
		CHILD(pids[i])
			for (int n = 0; n < EACH; n++)
				put(p.w, 1);
	char bytes[PAGE];
	int64_t end = now_ms() + 8000;
	while (got < WRITERS * EACH && now_ms() < end) {
		long n = sys(SYS_read, p.r, bytes, sizeof(bytes));
		if (n > 0) {
			got += n;
			continue;
		}
		/* Nothing there: whatever comes from now on signals. */
		struct timespec ts = {5, 0};
		uint64_t none = 0;
		set_mask(SIG_BLOCK, sigbit(SIGIO));
		if (!told())
			CHECK(sys(SYS_ppoll, 0, 0, &ts, &none, KSIGSET) == -EINTR || got == WRITERS * EACH);
		set_mask(SIG_UNBLOCK, sigbit(SIGIO));
	}
	CHECK_EQ(got, WRITERS * EACH);
	for (int i = 0; i < WRITERS; i++)
		CHECK_EXIT(pids[i], 0);
}
