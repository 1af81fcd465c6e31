// SPDX-License-Identifier: MIT
/*
 * pidfd/pidfd: descriptors that stand for processes: making them, waiting, what they tell.
 *
 * Promise   readable when the process has ended, hung up when it has been reaped; it never stands for another
 * Linux     pidfd_open(2), waitid(2), proc_pid_fdinfo(5), ioctl_pidfd(2)
 */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include "tests/abi/pidfd/pidfd.h"

enum { PIDFS = 0x50494446 };

CASE(arguments)
{
	CHECK_EQ(sys(SYS_pidfd_open, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pidfd_open, -1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pidfd_open, sys(SYS_getpid), 1), -EINVAL);
	CHECK_EQ(sys(SYS_pidfd_open, sys(SYS_getpid), O_CLOEXEC), -EINVAL);
	CHECK_EQ(sys(SYS_pidfd_open, 4194303, 0), -ESRCH);
}

CASE(flags)
{
	int me = sys(SYS_getpid), fd = open_pid(me, 0), nonblock = open_pid(me, PIDFD_NONBLOCK);

	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR);
	CHECK_EQ(sys(SYS_fcntl, nonblock, F_GETFL), O_RDWR | O_NONBLOCK);
}

CASE(it_is_not_read_nor_written)
{
	int fd = open_pid(sys(SYS_getpid), 0);
	char c;

	CHECK_EQ(sys(SYS_read, fd, &c, 1), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, &c, 1), -EINVAL);
}

CASE(readable_at_the_end)
{
	int pid = sleeper(), fd = open_pid(pid, 0);

	CHECK_EQ(poll_for(fd, 0), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(poll_for(fd, LONG_MS), ENDED);
	CHECK_EQ(poll_for(fd, 0), ENDED);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
	CHECK_EQ(poll_for(fd, 0) & ~POLLHUP, ENDED);
}

CASE(hung_up_when_reaped)
{
	int pid = sleeper(), fd = open_pid(pid, 0);

	NEEDS_LINUX(6, 9);
	end(pid);
	CHECK_EQ(poll_for(fd, 0), ENDED | POLLHUP);
}

CASE(a_zombie_is_still_there)
{
	int pid, fd;

	CHILD(pid) {
	}
	wait_state(pid, 'Z');
	fd = open_pid(pid, 0);
	CHECK_EQ(poll_for(fd, 0), ENDED);
	CHECK_EQ(send_by(fd, 0, 0), 0);
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(send_by(fd, 0, 0), -ESRCH);
	CHECK_EQ(sys(SYS_pidfd_open, pid, 0), -ESRCH);
}

CASE(many_pollers)
{
	int pid = sleeper(), fd = open_pid(pid, 0), pollers[4];

	for (int i = 0; i < 4; i++) {
		CHILD(pollers[i]) {
			CHECK_EQ(poll_for(fd, LONG_MS) & ~POLLHUP, ENDED);
		}
		tap_wait_blocked(pollers[i]);
	}
	end(pid);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(reap(pollers[i]), 0);
}

CASE(nobody_waits_for_it)
{
	int pid, fd, gate = sys(SYS_eventfd2, 0, 0);
	uint64_t one = 1;

	handle(SIGCHLD, SIG_IGN, 0);
	CHILD(pid) {
		uint64_t value;

		sys(SYS_read, gate, &value, 8);
	}
	fd = open_pid(pid, 0);
	sys(SYS_write, gate, &one, 8);
	CHECK_EQ(poll_for(fd, LONG_MS) & ~POLLHUP, ENDED);
	CHECK_EQ(reap(pid), -ECHILD);
	CHECK_EQ(send_by(fd, 0, 0), -ESRCH);
}

CASE(in_an_epoll_set)
{
	int pid = sleeper(), fd = open_pid(pid, 0), ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, &ev), 0);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, 0), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(sys(SYS_epoll_wait, ep, &ev, 1, LONG_MS), 1);
	CHECK_EQ(ev.events, EPOLLIN);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(closed_while_it_is_polled)
{
	int pid = sleeper(), fd = open_pid(pid, 0), poller;

	CHILD(poller) {
		CHECK_EQ(poll_for(fd, LONG_MS) & ~POLLHUP, ENDED);
	}
	tap_wait_blocked(poller);
	sys(SYS_close, fd);
	end(pid);
	CHECK_EQ(reap(poller), 0);
}

/* --- waitid --- */

CASE(waitid_takes_it)
{
	int pid, fd;
	siginfo_t info = {0};

	CHILD(pid) {
		_exit(9);
	}
	fd = open_pid(pid, 0);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED | WNOWAIT, 0), 0);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), 0);
	CHECK_EQ(info.si_pid, pid);
	CHECK_EQ(info.si_status, 9);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), -ECHILD);
}

CASE(waitid_waits_for_the_right_one)
{
	int first = sleeper(), other, fd = open_pid(first, 0), waiter;
	siginfo_t info = {0};

	CHILD(other) {
	}
	wait_state(other, 'Z');
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, 0), 0);
	CHECK_EQ(info.si_pid, 0);
	CHILD(waiter) {
		CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), -ECHILD); /* not its child */
	}
	CHECK_EQ(reap(waiter), 0);
	sys(SYS_kill, first, SIGSTOP);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WSTOPPED, 0), 0);
	CHECK_EQ(info.si_code, CLD_STOPPED);
	sys(SYS_kill, first, SIGKILL);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), 0);
	CHECK_EQ(info.si_pid, first);
	CHECK_EQ(reap(other), 0);
}

CASE(waitid_of_a_nonblocking_one)
{
	int pid = sleeper(), fd = open_pid(pid, PIDFD_NONBLOCK);
	siginfo_t info = {0};

	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), -EAGAIN);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, 0), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(poll_for(fd, LONG_MS), ENDED);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), 0);
	CHECK_EQ(info.si_pid, pid);
}

CASE(waitid_of_what_is_none)
{
	siginfo_t info;

	CHECK_EQ(sys(SYS_waitid, P_PIDFD, sys(SYS_eventfd2, 0, 0), &info, WEXITED, 0), -EBADF);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, 999, &info, WEXITED, 0), -EBADF);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, -1, &info, WEXITED, 0), -EINVAL);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, open_pid(sys(SYS_getpid), 0), &info, WEXITED, 0), -ECHILD);
}

/* --- clone --- */

CASE(clone_makes_one)
{
	int fd = -1;
	long pid = sys(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd);

	if (pid == 0)
		_exit(4);
	CHECK(pid > 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR);
	CHECK_EQ(poll_for(fd, LONG_MS), ENDED);
	CHECK_EQ(reap(pid), EXITED(4));
}

CASE(clone_that_cannot_tell_makes_nothing)
{
	int before = sys(SYS_dup, 0), after;
	long pid = sys(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 8);

	if (pid == 0)
		_exit(4);
	CHECK_EQ(pid, -EFAULT);
	sys(SYS_close, before);
	after = sys(SYS_dup, 0);
	CHECK_EQ(after, before);
	CHECK_EQ(reap(-1), -ECHILD);
}

CASE(clone_flags_that_do_not_go_together)
{
	int fd;

	CHECK_EQ(sys(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &fd), -EINVAL);
	CHECK_EQ(sys(SYS_clone, CLONE_PIDFD | CLONE_DETACHED | SIGCHLD, 0, &fd), -EINVAL);
}

CASE(clone3_makes_one)
{
	int fd = -1, tid = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .exit_signal = SIGCHLD,
		.pidfd = (unsigned long)&fd, .parent_tid = (unsigned long)&tid,
	};
	long pid = sys(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(5);
	CHECK(pid > 0 && tid == pid && fd > 0);
	siginfo_t info = {0};
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED, 0), 0);
	CHECK(info.si_pid == pid && info.si_status == 5);
	args.parent_tid = args.pidfd;
	CHECK_EQ(sys(SYS_clone3, &args, sizeof(args)), -EINVAL);
}

CASE(clone_without_a_free_descriptor)
{
	struct rlimit limit = {3, 3};
	int pid, fd;

	CHILD(pid) {
		sys(SYS_close_range, 3, ~0u, 0);
		CHECK_EQ(sys(SYS_prlimit64, 0, 7, &limit, 0), 0);
		long child = sys(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd);
		if (child == 0)
			_exit(1);
		CHECK_EQ(child, -EMFILE);
		CHECK_EQ(sys(SYS_pidfd_open, sys(SYS_getpid), 0), -EMFILE);
	}
	CHECK_EQ(reap(pid), 0);
}

/* --- threads --- */

CASE(a_thread_needs_the_flag)
{
	int done;
	long tid = start_thread(&done, wait_for_release, NULL);

	NEEDS_LINUX(6, 9);
	CHECK(tid > 0);
	long err = sys(SYS_pidfd_open, tid, 0);
	CHECK(err == -ENOENT || (err == -EINVAL && !tap_has_linux(6, 16)));
	int fd = open_pid(tid, PIDFD_THREAD), me = open_pid(sys(SYS_getpid), 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL) & PIDFD_THREAD, PIDFD_THREAD);
	CHECK_EQ(poll_for(fd, 0), 0);
	siginfo_t info;
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, 0), -ECHILD);
	released = 1;
	CHECK_EQ(poll_for(fd, LONG_MS) & ENDED, ENDED);
	join_thread(&done);
	CHECK_EQ(poll_for(fd, 0), ENDED | POLLHUP);
	CHECK_EQ(send_by(fd, 0, 0), -ESRCH);
	CHECK_EQ(poll_for(me, 0), 0);
}

static int gate_fd;

static int wait_at_the_gate(void *arg)
{
	uint64_t value;

	(void)arg;
	sys(SYS_read, gate_fd, &value, 8);
	return 0;
}

CASE(a_leader_that_leaves_its_threads)
{
	int pid;
	uint64_t one = 1;

	NEEDS_LINUX(6, 16);
	gate_fd = sys(SYS_eventfd2, 0, 0);
	CHILD(pid) {
		CHECK(start_simple(THREAD_FLAGS, wait_at_the_gate, NULL) > 0);
		sys(SYS_exit, 0);
	}
	int whole = open_pid(pid, 0), thread = open_pid(pid, PIDFD_THREAD);
	wait_state(pid, 'Z');
	CHECK_EQ(poll_for(thread, 0), 0);
	CHECK_EQ(poll_for(whole, 0), 0);
	sys(SYS_write, gate_fd, &one, 8);
	CHECK_EQ(poll_for(whole, LONG_MS), ENDED);
	CHECK_EQ(poll_for(thread, 0), ENDED);
	CHECK_EQ(reap(pid), 0);
}

CASE(clone_of_a_thread)
{
	int fd = -1;
	struct task_start t = {.flags = THREAD_FLAGS | CLONE_PIDFD, .parent_tid = &fd, .fn = wait_for_release};

	NEEDS_LINUX(6, 9);
	CHECK(start_task(&t) > 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL) & PIDFD_THREAD, PIDFD_THREAD);
	released = 1;
	CHECK_EQ(poll_for(fd, LONG_MS) & ENDED, ENDED);
}

/* --- what it tells --- */

CASE(fdinfo)
{
	int pid = sleeper(), fd = open_pid(pid, 0);
	char path[64], text[512], want[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	snprintf(want, sizeof(want), "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, want));
	end(pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "Pid:\t-1\n"));
}

CASE(an_inode_of_its_own)
{
	int pid = sleeper(), other = sleeper();
	struct stat a, b, c;
	struct statfs fs;
	char path[64], text[64];

	NEEDS_LINUX(6, 9);
	int fd = open_pid(pid, 0), again = open_pid(pid, PIDFD_NONBLOCK), second = open_pid(other, 0);
	CHECK_EQ(sys(SYS_fstat, fd, &a), 0);
	CHECK_EQ(sys(SYS_fstat, again, &b), 0);
	CHECK_EQ(sys(SYS_fstat, second, &c), 0);
	CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_dev == c.st_dev);
	CHECK(a.st_ino != c.st_ino);
	CHECK_EQ(a.st_mode & 0777, 0700);
	CHECK_EQ(sys(SYS_fstatfs, fd, &fs), 0);
	CHECK_EQ(fs.f_type, PIDFS);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	memset(text, 0, sizeof(text));
	CHECK(sys(SYS_readlink, path, text, sizeof(text) - 1) > 0);
	CHECK(strcmp(text, "anon_inode:[pidfd]") == 0 || !tap_has_linux(6, 16));
	end(pid);
	CHECK_EQ(sys(SYS_fstat, fd, &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	end(other);
}

static void info_of(int fd, uint64_t mask, struct pidfd_info *info)
{
	memset(info, 0, sizeof(*info));
	info->mask = mask;
	CHECK_EQ(sys(SYS_ioctl, fd, PIDFD_GET_INFO, info), 0);
}

CASE(info_of_a_living_process)
{
	struct pidfd_info info;
	int pid = sleeper();

	NEEDS_LINUX(6, 13);
	info_of(open_pid(pid, 0), 0, &info);
	CHECK_EQ(info.mask & (PIDFD_INFO_PID | PIDFD_INFO_CREDS), PIDFD_INFO_PID | PIDFD_INFO_CREDS);
	CHECK_EQ(info.pid, pid);
	CHECK_EQ(info.tgid, pid);
	CHECK_EQ(info.ppid, sys(SYS_getpid));
	CHECK_EQ(info.ruid, sys(SYS_getuid));
	CHECK_EQ(info.euid, sys(SYS_geteuid));
	CHECK_EQ(info.egid, sys(SYS_getegid));
	end(pid);
}

CASE(info_of_another_user)
{
	struct pidfd_info info;
	int pid, fd[2];
	char c;

	NEEDS_LINUX(6, 13);
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresgid, 1, 2, 3), 0);
		CHECK_EQ(sys(SYS_setresuid, 4, 5, 6), 0);
		CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), 1);
	info_of(open_pid(pid, 0), PIDFD_INFO_CREDS, &info);
	CHECK(info.rgid == 1 && info.egid == 2 && info.sgid == 3 && info.fsgid == 2);
	CHECK(info.ruid == 4 && info.euid == 5 && info.suid == 6 && info.fsuid == 5);
	end(pid);
}

CASE(info_of_the_dead)
{
	struct pidfd_info info;
	int pid, fd;

	NEEDS_LINUX(6, 15);
	CHILD(pid) {
		_exit(77);
	}
	fd = open_pid(pid, 0);
	CHECK_EQ(reap(pid), EXITED(77));
	memset(&info, 0, sizeof(info));
	CHECK_EQ(sys(SYS_ioctl, fd, PIDFD_GET_INFO, &info), -ESRCH);
	info_of(fd, PIDFD_INFO_EXIT, &info);
	CHECK(info.mask & PIDFD_INFO_EXIT && !(info.mask & PIDFD_INFO_PID));
	CHECK_EQ(info.exit_code, EXITED(77));
	fd = open_pid(pid = sleeper(), 0);
	end(pid);
	info_of(fd, PIDFD_INFO_EXIT, &info);
	CHECK_EQ(info.exit_code, KILLED(SIGKILL));
}

CASE(info_sizes)
{
	int fd = open_pid(sys(SYS_getpid), 0);
	struct {
		struct pidfd_info known;
		char more[56];
	} info;
	const unsigned size_bits = 0x3fffu << 16, base = PIDFD_GET_INFO & ~size_bits;

	NEEDS_LINUX(6, 15);
	memset(&info, 0xee, sizeof(info));
	info.known.mask = 0;
	CHECK_EQ(sys(SYS_ioctl, fd, base | 56 << 16, &info), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, fd, base | 64 << 16, &info), 0);
	CHECK_EQ(info.known.coredump_mask, 0xeeeeeeee);
	info.known.mask = 0;
	CHECK_EQ(sys(SYS_ioctl, fd, base | 128 << 16, &info), 0);
	CHECK_EQ(info.more[55], 0);
	CHECK_EQ(sys(SYS_ioctl, fd, PIDFD_GET_INFO, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_ioctl, fd, TIOCNOTTY, 0), -ENOTTY);
}

/* --- numbers that are used again --- */

CASE(a_number_that_is_used_again)
{
	int pid = sleeper(), fd = open_pid(pid, 0);
	struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (unsigned long)&pid, .set_tid_size = 1};
	siginfo_t info;

	NEEDS_ROOT();
	end(pid);
	long again = sys(SYS_clone3, &args, sizeof(args));
	if (again == 0)
		for (;;)
			sys(SYS_pause);
	if (again == -EPERM || again == -EEXIST)
		SKIP("the number cannot be had");
	CHECK_EQ(again, pid);
	CHECK_EQ(send_by(fd, SIGKILL, 0), -ESRCH);
	CHECK_EQ(poll_for(fd, 0) & ENDED, ENDED);
	CHECK_EQ(sys(SYS_waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, 0), -ECHILD);
	CHECK_EQ(sys(SYS_pidfd_getfd, fd, 0, 0), -ESRCH);
	CHECK_EQ(sys(SYS_kill, pid, 0), 0);
	end(pid);
}
