// SPDX-License-Identifier: MIT
/*
 * lock/process: who owns fcntl's classic locks, and when they end.
 *
 * Promise   the process owns them, all of its threads alike; a child has none; exec keeps them; any close of the file
 *           by the process, and its end, give up all that it has there, before anybody learns of the end. A lock that
 *           is granted behind a close is taken back.
 * Linux     fcntl(2), fork(2), execve(2), clone(2) CLONE_FILES.
 */
#include "tests/abi/lock/lock.h"
#include "tests/abi/program.h"
#include "tests/abi/thread.h"

enum { PATH_ONLY = 010000000, DEATHS = 50, CLOSE_ROUNDS = 400 };

CASE(child_inherits_none)
{
	int pid;

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHILD(pid) {
		CHECK_EQ(set(fd, RD, 0, 1), -EAGAIN);
		CHECK_EQ(set(fd, UN, 0, 10), 0);
		CHECK_EQ(test(fd, F_GETLK, RD, 0, 1).l_pid, getppid());
		CHECK_EQ(set(fd, WR, 10, 1), 0);
	}
	CHECK_EXIT(pid, 0);
	expect_locks(fd, "W0-9");
}

CASE(own_locks_keep_nobody_out)
{
	scratch();
	long a = opened(), b = opened();
	CHECK_EQ(set(a, WR, 0, 10), 0);
	CHECK_EQ(set(b, RD, 0, 10), 0);
	CHECK_EQ(set(b, WR, 5, 10), 0);
	CHECK_EQ(test(b, F_GETLK, WR, 0, 0).l_type, UN);
	expect_locks(a, "R0-4 W5-14");
}

CASE(any_close_releases)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	sys(SYS_close, opened());
	CHECK(is_free(fd, 0, 0));
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	sys(SYS_close, sys(SYS_dup, fd));
	CHECK(is_free(fd, 0, 0));
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	sys(SYS_close, sys(SYS_open, "f", PATH_ONLY));
	CHECK(!is_free(fd, 0, 0));
}

CASE(close_of_another_file_does_not)
{
	scratch();
	long fd = opened(), other = sys(SYS_open, "g", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHECK_EQ(set(other, WR, 0, 10), 0);
	sys(SYS_close, other);
	expect_locks(fd, "W0-9");
}

CASE(other_ways_to_close)
{
	scratch();
	long fd = opened(), zero = sys(SYS_open, "/dev/zero", O_RDONLY), d = sys(SYS_dup, fd);
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHECK_EQ(sys(SYS_dup2, zero, d), d);
	CHECK(is_free(fd, 0, 0));
	CHECK_EQ(sys(SYS_dup2, fd, d), d);
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHECK_EQ(sys(SYS_dup3, zero, d, O_CLOEXEC), d);
	CHECK(is_free(fd, 0, 0));
	CHECK_EQ(sys(SYS_dup2, fd, d), d);
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHECK_EQ(sys(SYS_close_range, d, d, 0), 0);
	CHECK(is_free(fd, 0, 0));
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHECK_EQ(sys(SYS_dup2, fd, fd), fd);
	CHECK(!is_free(fd, 0, 0));
}

CASE(close_in_the_child_is_none_of_the_parents)
{
	int pid;

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHILD(pid)
		sys(SYS_close, fd);
	CHECK_EXIT(pid, 0);
	CHECK(!is_free(fd, 0, 0));
}

/* Whoever has waited for the end finds the lock free, at once and every time. */
CASE(end_releases_before_it_is_told)
{
	int pid, other;

	scratch();
	long fd = opened();
	CHILD(other)
		for (char path[64];;) { /* somebody who looks into everybody's descriptors */
			snprintf(path, sizeof(path), "/proc/%d/fd/%ld", getppid() + 1, fd);
			sys(SYS_readlink, path, path, sizeof(path));
		}
	for (int i = 0; i < DEATHS; i++) {
		CHILD(pid) {
			CHECK_EQ(set(fd, WR, 0, 10), 0);
			if (i % 2)
				sys(SYS_kill, getpid(), SIGKILL);
		}
		CHECK_EQ(reap(pid), i % 2 ? KILLED(SIGKILL) : EXITED(0));
		CHECK_EQ(set(fd, WR, 0, 10), 0);
		CHECK_EQ(set(fd, UN, 0, 10), 0);
	}
	sys(SYS_kill, other, SIGKILL);
	CHECK_KILLED(other, SIGKILL);
}

static void run_sleeper(void)
{
	char *argv[] = {"sleeper", NULL}, *envp[] = {NULL};

	sys(SYS_execve, "sleeper", argv, envp);
	CHECK(!"execve");
}

CASE(exec_keeps_them)
{
	int pid;

	scratch();
	write_program("sleeper", PROGRAM_SLEEP);
	long fd = opened();
	CHILD(pid) {
		CHECK_EQ(set(fd, WR, 0, 10), 0);
		/* who sees "g" sees it locked */
		CHECK_EQ(set(sys(SYS_open, "h", O_RDWR | O_CREAT | O_CLOEXEC, 0600), WR, 0, 10), 0);
		CHECK_EQ(sys(SYS_rename, "h", "g"), 0);
		run_sleeper();
	}
	long other = -1;
	while (other < 0)
		other = sys(SYS_open, "g", O_RDWR);
	CHECK_EQ(wait_for(other, WR, 0, 10), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(set(fd, WR, 9, 1), -EAGAIN);
	CHECK_EQ(test(fd, F_GETLK, WR, 0, 0).l_pid, pid);
	sys(SYS_kill, pid, SIGTERM);
	CHECK_KILLED(pid, SIGTERM);
	CHECK_EQ(set(fd, WR, 9, 1), 0);
}

static int sleep_thread(void *arg)
{
	while (!arg)
		sys(SYS_pause);
	return 0;
}

/* The threads had the descriptors too; what is left of the process has them, and the locks. */
CASE(exec_with_threads_keeps_them)
{
	int pid, done = 0;

	scratch();
	write_program("sleeper", PROGRAM_SLEEP);
	int told[2];
	long fd = opened();
	CHECK_EQ(sys(SYS_pipe2, told, O_CLOEXEC), 0);
	CHILD(pid) {
		sys(SYS_close, told[0]);
		CHECK_EQ(set(fd, WR, 0, 10), 0);
		start_thread(&done, sleep_thread, NULL);
		run_sleeper();
	}
	sys(SYS_close, told[1]);
	CHECK_EQ(sys(SYS_read, told[0], &done, 1), 0); /* closed by the exec */
	CHECK_EQ(set(fd, WR, 9, 1), -EAGAIN);
	sys(SYS_kill, pid, SIGTERM);
	CHECK_KILLED(pid, SIGTERM);
}

static int set_thread(void *arg)
{
	return set((long)arg, WR, 20, 10) != 0;
}

static int close_thread(void *arg)
{
	sys(SYS_close, sys(SYS_dup, (long)arg));
	return 0;
}

CASE(threads_share_them)
{
	int done = 0;

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	start_thread(&done, set_thread, (void *)fd);
	join_thread(&done);
	CHECK_EQ(set(fd, RD, 20, 5), 0);
	expect_locks(fd, "W0-9 R20-24 W25-29");
	start_thread(&done, close_thread, (void *)fd);
	join_thread(&done);
	CHECK(is_free(fd, 0, 0));
}

/* The table is the owner: processes that share it are one, and the answer names the setter. */
CASE(processes_with_one_table_are_one_owner)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	long pid = start_simple(CLONE_FILES | SIGCHLD, set_thread, (void *)fd);
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(set(fd, RD, 0, 5), 0);
	expect_locks(fd, "R0-4 W5-9 W20-29");
	int other;
	CHILD(other)
		CHECK_EQ(test(fd, F_GETLK, WR, 20, 1).l_pid, pid);
	CHECK_EXIT(other, 0);
	CHECK_EQ(sys(SYS_close, opened()), 0);
	CHECK(is_free(fd, 0, 0));
}

struct late {
	long fd, result;
};

static int late_thread(void *arg)
{
	struct late *l = arg;

	l->result = wait_for(l->fd, WR, 0, 10);
	return 0;
}

static void granted_behind(long (*closing)(long fd))
{
	int pid, done = 0, ready[2];
	char c;

	scratch();
	long fd = opened(), mine = opened();
	CHECK_EQ(sys(SYS_pipe2, ready, 0), 0);
	CHILD(pid) {
		CHECK_EQ(set(fd, WR, 5, 1), 0);
		CHECK_EQ(sys(SYS_read, ready[0], &c, 1), 1);
	}
	while (test(fd, F_GETLK, WR, 0, 0).l_type == UN)
		sleep_ms(1);
	struct late l = {.fd = fd};
	long tid = start_thread(&done, late_thread, &l);
	tap_wait_blocked((pid_t)tid);
	CHECK(closing(fd) >= 0);
	CHECK_EQ(sys(SYS_write, ready[1], "x", 1), 1);
	join_thread(&done);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(l.result, -EBADF);
	CHECK(is_free(mine, 0, 0));
}

static long just_close(long fd)
{
	return sys(SYS_close, fd);
}

static long replace_by_zero(long fd)
{
	long zero = sys(SYS_open, "/dev/zero", O_RDWR), r = sys(SYS_dup2, zero, fd);

	sys(SYS_close, zero);
	return r;
}

CASE(granted_behind_a_close)
{
	granted_behind(just_close);
}

CASE(granted_behind_a_dup2)
{
	granted_behind(replace_by_zero);
}

static int closer(void *arg)
{
	sys(SYS_close, (long)arg);
	return 0;
}

/* Whichever is first, nothing stays locked. */
CASE(close_against_set, .timeout = 60)
{
	int done = 0;

	scratch();
	long keep = sys(SYS_open, "f", O_RDWR | O_CREAT, 0600);
	for (int i = 0; i < CLOSE_ROUNDS; i++) {
		long fd = opened();
		start_thread(&done, closer, (void *)fd);
		long r = set(fd, WR, 0, 10);
		CHECK(r == 0 || r == -EBADF);
		join_thread(&done);
		if (i % 16 == 0)
			CHECK(is_free(keep, 0, 0));
	}
	CHECK(is_free(keep, 0, 0));
}

CASE(lockf_counts_from_the_position)
{
	int pid;

	scratch();
	int fd = (int)opened();
	CHECK_EQ(lseek(fd, 10, SEEK_SET), 10);
	CHECK_EQ(lockf(fd, F_TLOCK, 5), 0);
	CHECK_EQ(lockf(fd, F_LOCK, -2), 0);
	expect_locks(fd, "W8-14");
	CHECK_EQ(lockf(fd, F_TEST, 0), 0);
	CHILD(pid) {
		CHECK_ERR(lockf(fd, F_TEST, 1), EACCES);
		CHECK_ERR(lockf(fd, F_TLOCK, 0), EAGAIN);
		CHECK_EQ(lseek(fd, 15, SEEK_SET), 15);
		CHECK_EQ(lockf(fd, F_TEST, 0), 0);
		CHECK_ERR(lockf(fd, 9, 0), EINVAL);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(lockf(fd, F_ULOCK, -5), 0);
	expect_locks(fd, "W8-9");
}

CASE(another_users_process_is_kept_out_too)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	long fd = opened();
	sys(SYS_fchmod, fd, 0666);
	CHILD(pid) {
		CHECK(become(NOBODY));
		long own = sys(SYS_open, "f", O_RDONLY);
		CHECK_EQ(set(own, RD, 0, 0), 0);
		CHECK_EQ(set(own, WR, 0, 0), -EBADF);
		sys(SYS_kill, getpid(), SIGSTOP);
	}
	wait_state(pid, 'T');
	CHECK_EQ(set(fd, WR, 0, 1), -EAGAIN);
	CHECK_EQ(test(fd, F_GETLK, WR, 0, 0).l_pid, pid);
	sys(SYS_kill, pid, SIGCONT);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(set(fd, WR, 0, 1), 0);
}
