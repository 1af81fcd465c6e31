// SPDX-License-Identifier: MIT
/*
 * pipe/basics: what a pipe is between two descriptors of one process.
 *
 * Promise   bytes come out once, in order; the flags of pipe2 and of fcntl belong where Linux keeps
 *           them; a pipe cannot seek; the end of file comes with the last writer and EPIPE with the
 *           last reader.
 * Linux     pipe(2), pipe(7), fcntl(2).
 */
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

static void pipe_pair(int fd[2], int flags)
{
	CHECK_EQ(sys(SYS_pipe2, fd, flags), 0);
}

CASE(pipe_gives_the_two_lowest_free_descriptors)
{
	int a[2], b[2];

	CHECK_EQ(sys(SYS_pipe, a), 0);
	CHECK_EQ(a[1], a[0] + 1);
	CHECK_EQ(sys(SYS_close, a[0]), 0);
	CHECK_EQ(sys(SYS_pipe, b), 0);
	CHECK_EQ(b[0], a[0]);
	CHECK_EQ(b[1], a[1] + 1);
}

CASE(read_returns_what_was_written)
{
	int fd[2];
	char buf[16] = "";

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_write, fd[1], "hello", 5), 5);
	CHECK_EQ(sys(SYS_read, fd[0], buf, sizeof(buf)), 5);
	CHECK_EQ(memcmp(buf, "hello", 5), 0);
}

CASE(short_read_leaves_the_rest)
{
	int fd[2];
	char buf[16] = "";

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abcdef", 6), 6);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 2), 2);
	CHECK_EQ(memcmp(buf, "ab", 2), 0);
	CHECK_EQ(sys(SYS_read, fd[0], buf, sizeof(buf)), 4);
	CHECK_EQ(memcmp(buf, "cdef", 4), 0);
}

CASE(read_joins_several_writes)
{
	int fd[2];
	char buf[16] = "";

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_write, fd[1], "ab", 2), 2);
	CHECK_EQ(sys(SYS_write, fd[1], "cd", 2), 2);
	CHECK_EQ(sys(SYS_write, fd[1], "ef", 2), 2);
	CHECK_EQ(sys(SYS_read, fd[0], buf, sizeof(buf)), 6);
	CHECK_EQ(memcmp(buf, "abcdef", 6), 0);
}

CASE(read_after_last_writer_drains_then_ends)
{
	int fd[2];
	char buf[4];

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_write, fd[1], "xy", 2), 2);
	CHECK_EQ(sys(SYS_close, fd[1]), 0);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 4), 2);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 4), 0);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 4), 0);
}

CASE(dup_of_the_write_end_defers_end_of_file)
{
	int fd[2], other;
	char c;

	pipe_pair(fd, O_NONBLOCK);
	other = sys(SYS_dup, fd[1]);
	CHECK(other > 0);
	CHECK_EQ(sys(SYS_close, fd[1]), 0);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
	CHECK_EQ(sys(SYS_close, other), 0);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
}

CASE(child_holding_the_write_end_defers_end_of_file)
{
	int fd[2], gate[2], pid;
	char c;

	pipe_pair(fd, O_NONBLOCK);
	pipe_pair(gate, 0);
	CHILD(pid) {
		sys(SYS_close, gate[1]);
		sys(SYS_read, gate[0], &c, 1);
	}
	sys(SYS_close, fd[1]);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
	sys(SYS_close, gate[1]);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
}

CASE(write_without_reader_raises_sigpipe_and_epipe)
{
	int fd[2];

	handle(SIGPIPE, count_signal, 0);
	pipe_pair(fd, 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EPIPE);
	CHECK_EQ(signals, 1);
}

CASE(write_without_reader_kills_by_default)
{
	int fd[2], pid;

	pipe_pair(fd, 0);
	sys(SYS_close, fd[0]);
	CHILD(pid) {
		sys(SYS_write, fd[1], "x", 1);
	}
	CHECK_EQ(reap(pid), KILLED(SIGPIPE));
}

CASE(ignored_sigpipe_leaves_epipe)
{
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	pipe_pair(fd, 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EPIPE);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EPIPE);
}

CASE(sigpipe_comes_from_the_kernel_to_the_thread)
{
	int fd[2];
	uint64_t set = sigbit(SIGPIPE);
	siginfo_t info;

	set_mask(SIG_BLOCK, set);
	pipe_pair(fd, 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EPIPE);
	CHECK_EQ(get_pending(), set);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, &info, 0, KSIGSET), SIGPIPE);
	CHECK_EQ(info.si_signo, SIGPIPE);
	CHECK_EQ(info.si_code, SI_USER);
	CHECK_EQ(info.si_pid, getpid());
}

CASE(zero_length_write_without_reader_succeeds)
{
	int fd[2];

	pipe_pair(fd, 0);
	sys(SYS_close, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 0), 0);
}

CASE(zero_length_read_of_an_empty_pipe_returns_at_once)
{
	int fd[2];
	char c;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 0), 0);
}

CASE(zero_length_write_adds_nothing)
{
	int fd[2], n = -1;

	pipe_pair(fd, O_NONBLOCK);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 0), 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 0);
}

CASE(nonblocking_read_of_an_empty_pipe_is_eagain)
{
	int fd[2];
	char c;

	pipe_pair(fd, O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
}

CASE(each_end_accepts_only_its_direction)
{
	int fd[2];
	char c = 0;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_write, fd[0], &c, 1), -EBADF);
	CHECK_EQ(sys(SYS_read, fd[1], &c, 1), -EBADF);
	CHECK_EQ(sys(SYS_write, fd[0], &c, 0), -EBADF);
	CHECK_EQ(sys(SYS_read, fd[1], &c, 0), -EBADF);
}

CASE(pipe2_refuses_unknown_flags)
{
	int fd[2] = {-7, -7};

	CHECK_EQ(sys(SYS_pipe2, fd, O_APPEND), -EINVAL);
	CHECK_EQ(sys(SYS_pipe2, fd, O_RDWR), -EINVAL);
	CHECK_EQ(sys(SYS_pipe2, fd, ~0), -EINVAL);
	CHECK_EQ(sys(SYS_pipe2, fd, O_CREAT | O_CLOEXEC), -EINVAL);
	CHECK_EQ(fd[0], -7);
	CHECK_EQ(fd[1], -7);
}

CASE(pipe2_bad_pointer_leaves_no_descriptors)
{
	int before = sys(SYS_dup, 0), after;

	CHECK_EQ(sys(SYS_pipe2, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_pipe2, page_end(PROT_READ) - 8, 0), -EFAULT);
	CHECK_EQ(sys(SYS_pipe2, page_end(PROT_READ | PROT_WRITE) - 4, 0), -EFAULT);
	after = sys(SYS_dup, 0);
	CHECK_EQ(after, before + 1);
}

CASE(pipe_is_emfile_when_only_one_descriptor_is_free)
{
	int fd[2], lowest = sys(SYS_dup, 0);
	struct { uint64_t cur, max; } lim = {lowest + 2, lowest + 2}, old;

	CHECK_EQ(sys(SYS_prlimit64, 0, 7, &lim, &old), 0);
	CHECK_EQ(sys(SYS_pipe, fd), -EMFILE);
	CHECK_EQ(sys(SYS_dup, 0), lowest + 1);
	CHECK_EQ(sys(SYS_dup, 0), -EMFILE);
}

CASE(flags_of_a_new_pipe)
{
	int fd[2];

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_WRONLY);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFD), 0);
	pipe_pair(fd, O_NONBLOCK | O_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_WRONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFD), FD_CLOEXEC);
}

CASE(nonblock_is_set_on_one_end_only)
{
	int fd[2];
	char c;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_WRONLY);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
}

CASE(status_flags_are_shared_with_a_forked_child)
{
	int fd[2], pid;

	pipe_pair(fd, O_CLOEXEC);
	CHILD(pid) {
		CHECK(sys(SYS_fcntl, fd[0], F_GETFD) == FD_CLOEXEC);
		CHECK(sys(SYS_fcntl, fd[0], F_SETFL, O_NONBLOCK) == 0);
		CHECK(sys(SYS_fcntl, fd[0], F_SETFD, 0) == 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFD), FD_CLOEXEC);
}

CASE(setfl_cannot_change_the_access_mode)
{
	int fd[2];
	char c = 0;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_SETFL, O_RDWR), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY);
	CHECK_EQ(sys(SYS_write, fd[0], &c, 1), -EBADF);
}

CASE(fstat_tells_a_fifo_of_4096_byte_blocks)
{
	int fd[2];
	struct stat r, w;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abc", 3), 3);
	CHECK_EQ(sys(SYS_fstat, fd[0], &r), 0);
	CHECK_EQ(sys(SYS_fstat, fd[1], &w), 0);
	CHECK_EQ(r.st_mode, S_IFIFO | 0600);
	CHECK_EQ(r.st_nlink, 1);
	CHECK_EQ(r.st_size, 0);
	CHECK_EQ(r.st_blksize, 4096);
	CHECK_EQ(r.st_uid, geteuid());
	CHECK_EQ(r.st_gid, getegid());
	CHECK_EQ(r.st_ino, w.st_ino);
	CHECK_EQ(r.st_dev, w.st_dev);
}

CASE(two_pipes_have_two_inode_numbers)
{
	int a[2], b[2];
	struct stat sa, sb;

	pipe_pair(a, 0);
	pipe_pair(b, 0);
	sys(SYS_fstat, a[0], &sa);
	sys(SYS_fstat, b[0], &sb);
	CHECK(sa.st_ino != sb.st_ino);
	CHECK_EQ(sa.st_dev, sb.st_dev);
}

CASE(pipe_cannot_seek)
{
	int fd[2];
	char c = 0;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_lseek, fd[0], 0, SEEK_CUR), -ESPIPE);
	CHECK_EQ(sys(SYS_lseek, fd[1], 0, SEEK_SET), -ESPIPE);
	CHECK_EQ(sys(SYS_pread64, fd[0], &c, 1, 0), -ESPIPE);
	CHECK_EQ(sys(SYS_pwrite64, fd[1], &c, 1, 0), -ESPIPE);
}

CASE(file_calls_that_a_pipe_refuses)
{
	int fd[2];

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_ftruncate, fd[1], 0), -EINVAL);
	CHECK_EQ(sys(SYS_fsync, fd[1]), -EINVAL);
	CHECK_EQ(sys(SYS_fdatasync, fd[1]), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd[1], 0, 0, 1), -ESPIPE);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED, fd[0], 0), -ENODEV);
	CHECK_EQ(sys(SYS_fchdir, fd[0]), -ENOTDIR);
	CHECK_EQ(sys(SYS_fadvise64, fd[0], 0, 0, 0), -ESPIPE);
}

CASE(fionread_counts_the_bytes_at_both_ends)
{
	int fd[2], n = -1;
	char buf[5000];

	memset(buf, 'x', sizeof(buf));
	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 0);
	CHECK_EQ(sys(SYS_write, fd[1], buf, 5000), 5000);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 5000);
	CHECK_EQ(sys(SYS_ioctl, fd[1], FIONREAD, &n), 0);
	CHECK_EQ(n, 5000);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 4097), 4097);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 903);
}

CASE(unknown_ioctls_are_enotty)
{
	int fd[2];
	char termios[64];

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], TCGETS, termios), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, fd[0], 0xdeadbeef, termios), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, hole()), -EFAULT);
}

CASE(fionbio_switches_nonblocking)
{
	int fd[2], on = 1, off = 0;
	char c;

	pipe_pair(fd, 0);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONBIO, &on), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONBIO, &off), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY);
}

CASE(proc_self_fd_names_the_pipe)
{
	int fd[2];
	struct stat st;
	char path[64], text[64] = "", want[64];

	pipe_pair(fd, 0);
	sys(SYS_fstat, fd[0], &st);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[0]);
	snprintf(want, sizeof(want), "pipe:[%lu]", (unsigned long)st.st_ino);
	CHECK(sys(SYS_readlink, path, text, sizeof(text) - 1) > 0);
	CHECK_EQ(strcmp(text, want), 0);
}

CASE(reopened_through_proc_joins_the_same_pipe)
{
	int fd[2], again;
	char path[64], c = 0;

	pipe_pair(fd, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[0]);
	again = sys(SYS_open, path, O_WRONLY);
	CHECK(again > fd[1]);
	CHECK_EQ(sys(SYS_write, again, "q", 1), 1);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	CHECK_EQ(c, 'q');
}

CASE(reopened_end_has_flags_of_its_own)
{
	int fd[2], again;
	char path[64], c;

	pipe_pair(fd, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[0]);
	again = sys(SYS_open, path, O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY);
	CHECK_EQ(sys(SYS_read, again, &c, 1), -EAGAIN);
}

CASE(reopened_writer_counts_for_end_of_file)
{
	int fd[2], again;
	char path[64], c;

	pipe_pair(fd, O_NONBLOCK);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[1]);
	again = sys(SYS_open, path, O_WRONLY);
	CHECK(again >= 0);
	sys(SYS_close, fd[1]);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
	sys(SYS_close, again);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 0);
}

CASE(reopened_read_write_end_never_sees_end_of_file)
{
	int fd[2], both;
	char path[64], c = 0;

	pipe_pair(fd, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[0]);
	both = sys(SYS_open, path, O_RDWR | O_NONBLOCK);
	sys(SYS_close, fd[0]);
	sys(SYS_close, fd[1]);
	CHECK_EQ(sys(SYS_read, both, &c, 1), -EAGAIN);
	CHECK_EQ(sys(SYS_write, both, "z", 1), 1);
	CHECK_EQ(sys(SYS_read, both, &c, 1), 1);
	CHECK_EQ(c, 'z');
}

CASE(dup_shares_the_data_and_the_flags)
{
	int fd[2], other;
	char c;

	pipe_pair(fd, 0);
	other = sys(SYS_dup, fd[0]);
	CHECK_EQ(sys(SYS_write, fd[1], "12", 2), 2);
	CHECK_EQ(sys(SYS_read, other, &c, 1), 1);
	CHECK_EQ(c, '1');
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	CHECK_EQ(c, '2');
	CHECK_EQ(sys(SYS_fcntl, other, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
}
