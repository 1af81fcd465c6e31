// SPDX-License-Identifier: MIT
/*
 * fifo/open: names for pipes, and who waits for whom in open.
 *
 * Promise   a reader's open waits for a writer and a writer's for a reader; O_NONBLOCK lets the
 *           reader in at once and turns the writer away; O_RDWR waits for nobody. Permission is the
 *           inode's. The pipe lives as long as somebody has it open, the name as long as it is linked.
 * Linux     fifo(7), open(2), mkfifo(3).
 */
#include <poll.h>
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

static void fifo(void)
{
	scratch();
	CHECK_EQ(sys(SYS_mknod, "f", S_IFIFO | 0644, 0), 0);
}

CASE(mknod_makes_a_fifo)
{
	struct stat st;

	sys(SYS_umask, 022);
	scratch();
	CHECK_EQ(sys(SYS_mknodat, AT_FDCWD, "f", S_IFIFO | 0666, 0), 0);
	CHECK_EQ(sys(SYS_stat, "f", &st), 0);
	CHECK_EQ(st.st_mode, S_IFIFO | 0644);
	CHECK_EQ(st.st_size, 0);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(sys(SYS_mknod, "f", S_IFIFO | 0666, 0), -EEXIST);
}

CASE(ordinary_user_may_make_a_fifo)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_chmod, ".", 0777), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_mknod, "f", S_IFIFO | 0600, 0), 0);
		CHECK_EQ(sys(SYS_mknod, "null", S_IFCHR | 0600, 0x103), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(reader_waits_for_a_writer)
{
	int pid;
	char c;

	fifo();
	CHILD(pid) {
		long fd = sys(SYS_open, "f", O_RDONLY);

		CHECK(fd >= 0);
		CHECK_EQ(sys(SYS_read, fd, &c, 1), 1);
		CHECK_EQ(c, 'k');
	}
	tap_wait_blocked(pid);
	long fd = sys(SYS_open, "f", O_WRONLY);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, "k", 1), 1);
	CHECK_EXIT(pid, 0);
}

CASE(writer_waits_for_a_reader)
{
	int pid;
	char c;

	fifo();
	CHILD(pid) {
		long fd = sys(SYS_open, "f", O_WRONLY);

		CHECK(fd >= 0);
		CHECK_EQ(sys(SYS_write, fd, "w", 1), 1);
	}
	tap_wait_blocked(pid);
	long fd = sys(SYS_open, "f", O_RDONLY);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_read, fd, &c, 1), 1);
	CHECK_EQ(sys(SYS_read, fd, &c, 1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(nonblocking_reader_opens_at_once)
{
	char c;

	fifo();
	long fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDONLY | O_NONBLOCK | 0100000);
	CHECK_EQ(sys(SYS_read, fd, &c, 1), 0);
}

CASE(nonblocking_writer_without_reader_is_enxio)
{
	fifo();
	CHECK_EQ(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK), -ENXIO);
	long fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK) > fd);
}

CASE(failed_writer_open_leaves_no_trace)
{
	struct pollfd p = {.events = POLLIN};

	fifo();
	CHECK_EQ(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK), -ENXIO);
	p.fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
	sys(SYS_close, p.fd);
	CHECK_EQ(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK), -ENXIO);
}

CASE(read_write_open_waits_for_nobody)
{
	char buf[4];

	fifo();
	long fd = sys(SYS_open, "f", O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, "abc", 3), 3);
	CHECK_EQ(sys(SYS_read, fd, buf, 4), 3);
	CHECK_MEM(buf, "abc", 3);
	CHECK(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK) >= 0);
}

CASE(data_is_lost_with_the_last_descriptor)
{
	char c;

	fifo();
	long fd = sys(SYS_open, "f", O_RDWR);
	CHECK_EQ(sys(SYS_write, fd, "abc", 3), 3);
	sys(SYS_close, fd);
	fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, fd, &c, 1), 0);
}

CASE(reader_sees_end_of_file_again_and_again)
{
	char c;

	fifo();
	long r = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < 3; i++) {
		long w = sys(SYS_open, "f", O_WRONLY);

		CHECK_EQ(sys(SYS_read, r, &c, 1), -EAGAIN);
		CHECK_EQ(sys(SYS_write, w, "x", 1), 1);
		sys(SYS_close, w);
		CHECK_EQ(sys(SYS_read, r, &c, 1), 1);
		CHECK_EQ(sys(SYS_read, r, &c, 1), 0);
	}
}

CASE(before_the_first_writer_poll_does_not_hang_up)
{
	struct pollfd p = {.events = POLLIN};
	char c;

	fifo();
	p.fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
	long w = sys(SYS_open, "f", O_WRONLY);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
	CHECK_EQ(sys(SYS_write, w, "x", 1), 1);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLIN);
	sys(SYS_close, w);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLIN | POLLHUP);
	CHECK_EQ(sys(SYS_read, p.fd, &c, 1), 1);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLHUP);
	w = sys(SYS_open, "f", O_WRONLY);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
	sys(SYS_close, w);
}

CASE(reader_opened_after_a_hang_up_does_not_see_it)
{
	struct pollfd p = {.events = POLLIN};

	fifo();
	long first = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	sys(SYS_close, sys(SYS_open, "f", O_WRONLY));
	p.fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
	p.fd = first;
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLHUP);
}

static int opening_child(int flags, int handler_flags)
{
	int pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, handler_flags);
		long fd = sys(SYS_open, "f", flags);

		CHECK_EQ(signals, 1);
		_exit(fd == -EINTR ? 10 : fd >= 0 ? 11 : 12);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	return pid;
}

CASE(signal_interrupts_a_waiting_open)
{
	fifo();
	CHECK_EXIT(opening_child(O_RDONLY, 0), 10);
	CHECK_EXIT(opening_child(O_WRONLY, 0), 10);
	CHECK_EQ(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK), -ENXIO);
}

CASE(sa_restart_restarts_a_waiting_open)
{
	int pid;

	fifo();
	pid = opening_child(O_RDONLY, SA_RESTART);
	sleep_ms(5);
	tap_wait_blocked(pid);
	CHECK(sys(SYS_open, "f", O_WRONLY) >= 0);
	CHECK_EXIT(pid, 11);
}

CASE(killed_opener_is_no_reader)
{
	int pid;

	fifo();
	CHILD(pid)
		sys(SYS_open, "f", O_RDONLY);
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_open, "f", O_WRONLY | O_NONBLOCK), -ENXIO);
}

CASE(writer_that_came_and_went_still_lets_the_reader_in)
{
	int pid;

	fifo();
	CHILD(pid) {
		char c;
		long fd = sys(SYS_open, "f", O_RDONLY);

		CHECK(fd >= 0);
		CHECK_EQ(sys(SYS_read, fd, &c, 1), 0);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, sys(SYS_open, "f", O_WRONLY));
	CHECK_EXIT(pid, 0);
}

CASE(one_reader_lets_all_waiting_writers_in)
{
	int pid[3];
	char buf[8];
	long got = 0, n;

	fifo();
	for (int i = 0; i < 3; i++)
		CHILD(pid[i]) {
			long fd = sys(SYS_open, "f", O_WRONLY);

			CHECK_EQ(sys(SYS_write, fd, "x", 1), 1);
		}
	for (int i = 0; i < 3; i++)
		tap_wait_blocked(pid[i]);
	long r = sys(SYS_open, "f", O_RDONLY);
	for (int i = 0; i < 3; i++)
		CHECK_EXIT(pid[i], 0);
	while ((n = sys(SYS_read, r, buf, 8)) > 0)
		got += n;
	CHECK_EQ(got, 3);
	CHECK_EQ(n, 0);
}

CASE(unlinked_fifo_lives_on_while_open)
{
	char c;

	fifo();
	long r = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	long w = sys(SYS_open, "f", O_WRONLY);
	CHECK_EQ(sys(SYS_unlink, "f"), 0);
	CHECK_EQ(sys(SYS_open, "f", O_RDONLY | O_NONBLOCK), -ENOENT);
	CHECK_EQ(sys(SYS_write, w, "u", 1), 1);
	CHECK_EQ(sys(SYS_read, r, &c, 1), 1);
	CHECK_EQ(c, 'u');
}

CASE(new_fifo_of_the_same_name_is_another_pipe)
{
	char c;

	fifo();
	long old = sys(SYS_open, "f", O_RDWR);
	CHECK_EQ(sys(SYS_unlink, "f"), 0);
	CHECK_EQ(sys(SYS_mknod, "f", S_IFIFO | 0600, 0), 0);
	long new = sys(SYS_open, "f", O_RDWR | O_NONBLOCK);
	CHECK_EQ(sys(SYS_write, old, "o", 1), 1);
	CHECK_EQ(sys(SYS_read, new, &c, 1), -EAGAIN);
}

CASE(hard_link_names_the_same_pipe)
{
	char c;

	fifo();
	CHECK_EQ(sys(SYS_link, "f", "g"), 0);
	long r = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	long w = sys(SYS_open, "g", O_WRONLY | O_NONBLOCK);
	CHECK(w >= 0);
	CHECK_EQ(sys(SYS_write, w, "l", 1), 1);
	CHECK_EQ(sys(SYS_read, r, &c, 1), 1);
}

CASE(permission_is_checked_before_waiting)
{
	int pid;

	NEEDS_ROOT();
	fifo();
	CHECK_EQ(sys(SYS_chmod, "f", 0604), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, "f", O_WRONLY), -EACCES);
		CHECK_EQ(sys(SYS_open, "f", O_RDWR), -EACCES);
		CHECK(sys(SYS_open, "f", O_RDONLY | O_NONBLOCK) >= 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(reopening_through_proc_checks_the_fifo_again)
{
	int pid;
	char path[64];

	NEEDS_ROOT();
	fifo();
	CHECK_EQ(sys(SYS_chmod, "f", 0644), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		long fd = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);

		snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
		CHECK_EQ(sys(SYS_open, path, O_WRONLY | O_NONBLOCK), -EACCES);
		CHECK(sys(SYS_open, path, O_RDONLY | O_NONBLOCK) >= 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(fifo_has_a_pipes_size_and_count)
{
	int n = -1;
	char buf[100] = "";

	fifo();
	long fd = sys(SYS_open, "f", O_RDWR);
	CHECK_EQ(sys(SYS_fcntl, fd, 1032), 65536);
	CHECK_EQ(sys(SYS_fcntl, fd, 1031, 8192), 8192);
	CHECK_EQ(sys(SYS_write, fd, buf, 100), 100);
	CHECK_EQ(sys(SYS_ioctl, fd, FIONREAD, &n), 0);
	CHECK_EQ(n, 100);
}

CASE(fifo_cannot_seek)
{
	char c = 0;

	fifo();
	long fd = sys(SYS_open, "f", O_RDWR);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), -ESPIPE);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, 0), -ESPIPE);
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), -EINVAL);
	CHECK_EQ(sys(SYS_truncate, "f", 0), -EINVAL);
}

CASE(open_flags_that_fifos_ignore)
{
	fifo();
	CHECK(sys(SYS_open, "f", O_RDWR | O_TRUNC) >= 0);
	CHECK(sys(SYS_open, "f", O_RDWR | O_APPEND) >= 0);
	CHECK(sys(SYS_open, "f", O_RDWR | O_CREAT, 0600) >= 0);
	CHECK_EQ(sys(SYS_open, "f", O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
	CHECK_EQ(sys(SYS_open, "f", O_RDONLY | O_DIRECTORY), -ENOTDIR);
}

CASE(writer_after_the_reader_left_gets_sigpipe)
{
	fifo();
	handle(SIGPIPE, count_signal, 0);
	long r = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	long w = sys(SYS_open, "f", O_WRONLY);
	sys(SYS_close, r);
	CHECK_EQ(sys(SYS_write, w, "x", 1), -EPIPE);
	CHECK_EQ(signals, 1);
	r = sys(SYS_open, "f", O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_write, w, "x", 1), 1);
}
