// SPDX-License-Identifier: MIT
/*
 * pipe/blocking: who sleeps on a pipe and what wakes or interrupts them.
 *
 * Promise   no wake-up is lost or given to one who cannot use it: as many readers return as there
 *           is data for, and every sleeper learns of the last close. A call that moved bytes says
 *           how many when a signal comes; one that moved none is restarted or answers EINTR.
 * Linux     pipe(7), signal(7) "Interruption of system calls".
 */
#include <sys/ioctl.h>
#include <sys/time.h>
#include "tests/abi/abi.h"

enum { CAPACITY = 65536, READERS = 4 };

static char bytes[2 * CAPACITY];
static void fill_up(int fd)
{
	CHECK_EQ(sys(SYS_write, fd, bytes, CAPACITY), CAPACITY);
}

CASE(write_wakes_a_blocked_reader)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		char buf[8];

		CHECK_EQ(sys(SYS_read, fd[0], buf, 8), 3);
		CHECK_MEM(buf, "abc", 3);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fd[1], "abc", 3), 3);
	CHECK_EXIT(pid, 0);
}

CASE(last_close_wakes_a_blocked_reader_with_end_of_file)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		char c;

		sys(SYS_close, fd[1]);
		CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, fd[1]);
	CHECK_EXIT(pid, 0);
}

CASE(death_of_the_last_writer_ends_a_blocked_read)
{
	int fd[2], writer;
	char c;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(writer)
		sleep_ms(10);
	sys(SYS_close, fd[1]);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
	CHECK_EXIT(writer, 0);
}

CASE(read_wakes_a_blocked_writer)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	fill_up(fd[1]);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[1], "z", 1), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE), PAGE);
	CHECK_EXIT(pid, 0);
}

CASE(reading_less_than_a_page_does_not_let_a_writer_in)
{
	int fd[2], pid, n;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	fill_up(fd[1]);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[1], "z", 1), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 100);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, CAPACITY - 100);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE - 100), PAGE - 100);
	CHECK_EXIT(pid, 0);
}

CASE(last_close_wakes_a_blocked_writer_with_sigpipe)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	fill_up(fd[1]);
	CHILD(pid) {
		sys(SYS_close, fd[0]);
		handle(SIGPIPE, count_signal, 0);
		CHECK_EQ(sys(SYS_write, fd[1], "z", 1), -EPIPE);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, fd[0]);
	CHECK_EXIT(pid, 0);
}

CASE(close_in_a_long_write_gives_the_count_and_sigpipe)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		sys(SYS_close, fd[0]);
		handle(SIGPIPE, count_signal, 0);
		CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY + 1), CAPACITY);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, fd[0]);
	CHECK_EXIT(pid, 0);
}

CASE(long_write_goes_on_until_all_is_out)
{
	int fd[2], pid;
	size_t got = 0;

	tap_fill(bytes, sizeof(bytes), 5);
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[1], bytes, sizeof(bytes)), sizeof(bytes));
	sys(SYS_close, fd[1]);
	memset(bytes, 0, sizeof(bytes));
	while (got < sizeof(bytes)) {
		long n = sys(SYS_read, fd[0], bytes + got, 7001);

		CHECK(n > 0);
		got += n;
	}
	CHECK(tap_is_filled(bytes, sizeof(bytes), 5));
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), 0);
	CHECK_EXIT(pid, 0);
}

static int reading_child(int fd, int flags)
{
	int pid;

	CHILD(pid) {
		char c;
		long r;

		handle(SIGUSR1, count_signal, flags);
		r = sys(SYS_read, fd, &c, 1);
		CHECK_EQ(signals, 1);
		_exit(r == -EINTR ? 10 : r == 1 ? c : 20);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	return pid;
}

CASE(signal_interrupts_a_blocked_read)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	pid = reading_child(fd[0], 0);
	CHECK_EXIT(pid, 10);
}

CASE(sa_restart_restarts_a_blocked_read)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	pid = reading_child(fd[0], SA_RESTART);
	sleep_ms(5);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fd[1], "c", 1), 1);
	CHECK_EXIT(pid, 'c');
}

CASE(ignored_signal_does_not_interrupt_a_read)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		char c;

		signal(SIGUSR1, SIG_IGN);
		CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EQ(sys(SYS_kill, pid, SIGWINCH), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fd[1], "c", 1), 1);
	CHECK_EXIT(pid, 0);
}

CASE(stop_and_continue_does_not_interrupt_a_read)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		char c;

		CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	wait_state(pid, 'T');
	CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fd[1], "c", 1), 1);
	CHECK_EXIT(pid, 0);
}

CASE(signal_in_a_long_write_gives_the_count)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY + 10), CAPACITY);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(signal_interrupts_a_write_that_moved_nothing)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	fill_up(fd[1]);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EINTR);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(sigkill_ends_a_blocked_reader)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHILD(pid)
		sys(SYS_read, fd[0], bytes, 1);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_KILLED(pid, SIGKILL);
}

static void start_readers(int *pid, int fd)
{
	for (int i = 0; i < READERS; i++)
		CHILD(pid[i]) {
			char c = 0;

			CHECK_EQ(sys(SYS_read, fd, &c, 1), 1);
			_exit(c);
		}
	for (int i = 0; i < READERS; i++)
		tap_wait_blocked(pid[i]);
}

/* Reaps the readers; returns the sum of the bytes that they exited with. */
static int sum_of_readers(void)
{
	int sum = 0;

	for (int i = 0; i < READERS; i++) {
		int status = reap(-1);

		CHECK_EQ(status & 0x7f, 0);
		sum += status >> 8 & 0xff;
	}
	return sum;
}

CASE(one_write_feeds_all_blocked_readers)
{
	int fd[2], pid[READERS];

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	start_readers(pid, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "\1\2\4\10", 4), 4);
	CHECK_EQ(sum_of_readers(), 15);
}

CASE(each_write_feeds_one_blocked_reader)
{
	int fd[2], pid[READERS], sum = 0, status;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	start_readers(pid, fd[0]);
	for (int i = 0; i < READERS; i++) {
		char c = 1 << i;

		CHECK_EQ(sys(SYS_write, fd[1], &c, 1), 1);
		status = reap(-1);
		CHECK_EQ(status, EXITED(1 << i));
		sum += status >> 8;
		CHECK_EQ(sys(SYS_wait4, -1, &status, WNOHANG, 0), i < READERS - 1 ? 0 : -ECHILD);
	}
	CHECK_EQ(sum, 15);
}

CASE(killed_reader_passes_its_wake_up_on)
{
	int fd[2], pid[READERS];

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	start_readers(pid, fd[0]);
	CHECK_EQ(sys(SYS_kill, pid[0], SIGKILL), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "\1\2\4", 3), 3);
	CHECK_EQ(sys(SYS_write, fd[1], "\10", 1), 1);
	CHECK_KILLED(pid[0], SIGKILL);
	for (int i = 1; i < READERS; i++)
		CHECK((reap(pid[i]) & 0x7f) == 0);
}

CASE(closing_ends_all_blocked_readers)
{
	int fd[2], pid[READERS];

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	for (int i = 0; i < READERS; i++)
		CHILD(pid[i]) {
			sys(SYS_close, fd[1]);
			CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), 0);
		}
	for (int i = 0; i < READERS; i++)
		tap_wait_blocked(pid[i]);
	sys(SYS_close, fd[1]);
	for (int i = 0; i < READERS; i++)
		CHECK_EXIT(pid[i], 0);
}

CASE(one_big_read_lets_all_blocked_writers_in)
{
	int fd[2], pid[READERS], n;

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	fill_up(fd[1]);
	for (int i = 0; i < READERS; i++)
		CHILD(pid[i])
			CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE), PAGE);
	for (int i = 0; i < READERS; i++)
		tap_wait_blocked(pid[i]);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, CAPACITY), CAPACITY);
	for (int i = 0; i < READERS; i++)
		CHECK_EXIT(pid[i], 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, READERS * PAGE);
}

CASE(ping_pong_keeps_every_byte)
{
	int there[2], back[2], pid;
	unsigned char c;

	CHECK_EQ(sys(SYS_pipe, there), 0);
	CHECK_EQ(sys(SYS_pipe, back), 0);
	CHILD(pid) {
		sys(SYS_close, there[1]);
		while (sys(SYS_read, there[0], &c, 1) == 1) {
			c++;
			CHECK_EQ(sys(SYS_write, back[1], &c, 1), 1);
		}
	}
	for (int i = 0; i < 200; i++) {
		c = i;
		CHECK_EQ(sys(SYS_write, there[1], &c, 1), 1);
		CHECK_EQ(sys(SYS_read, back[0], &c, 1), 1);
		CHECK_EQ(c, (i + 1) & 0xff);
	}
	sys(SYS_close, there[1]);
	CHECK_EXIT(pid, 0);
}
