// SPDX-License-Identifier: MIT
/*
 * procfs/strace: traces of system calls into an open file, by /proc/ipc/strace.
 *
 * Promise   a line per call, whole, begun with the thread's id; children are traced too, and the last who is
 *           traced closes the file. A full pipe holds up who is traced, until it is read or he is killed; one without a
 *           reader ends the trace and harms nobody. Who may not be dumped is not traced.
 * Linux     has no such file: everything here is skipped there
 */
#include "tests/abi/abi.h"

enum { PIPE_BYTES = 65536, PR_SET_DUMPABLE_ = 4, TEXT_BYTES = 65536 };

static char text[TEXT_BYTES];

static long switch_to(long fd)
{
	char number[16];
	long to = sys(SYS_open, "/proc/ipc/strace", O_WRONLY | O_CLOEXEC);
	int len = snprintf(number, sizeof(number), "%ld\n", fd);
	long n = sys(SYS_write, to, number, len);

	sys(SYS_close, to);
	return n == len ? 0 : n;
}

static void need_parley(void)
{
	if (!tap_is_parley())
		SKIP("only Parley has /proc/ipc/strace");
}

/* To the end of the pipe. */
static size_t read_all(int fd)
{
	size_t len = 0;
	long n;

	while (len + 1 < sizeof(text) && (n = sys(SYS_read, fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	return len;
}

static int count(const char *what)
{
	int n = 0;

	for (const char *s = text; (s = strstr(s, what)); s++)
		n++;
	return n;
}

CASE(lines_of_the_writer)
{
	int fd[2];
	char pid[16];

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHECK_EQ(switch_to(fd[1]), 0);
	sys(SYS_getppid);
	sys(SYS_chdir, "/no/such/place");
	CHECK_EQ(switch_to(-1), 0);
	sys(SYS_getuid); /* not traced any more */
	sys(SYS_close, fd[1]);
	CHECK(read_all(fd[0]) > 0);
	snprintf(pid, sizeof(pid), "%ld ", sys(SYS_getpid));
	CHECK_EQ(strncmp(text, pid, strlen(pid)), 0);
	CHECK_EQ(count("getppid()"), 1);
	CHECK_EQ(count("chdir(\"/no/such/place\")"), 1);
	CHECK_EQ(count("-1 ENOENT (No such file or directory)\n"), 1);
	CHECK_EQ(count("getuid"), 0);
	CHECK_EQ(text[strlen(text) - 1], '\n');
}

CASE(children_are_traced_and_the_last_closes)
{
	int fd[2], pid;

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		switch_to(fd[1]);
		sys(SYS_close, fd[0]);
		sys(SYS_close, fd[1]);
		for (int i = 0; i < 3; i++) {
			int inner = sys(SYS_fork);
			if (inner == 0)
				sys(SYS_exit_group, 40 + i);
			sys(SYS_wait4, inner, 0, 0, 0);
		}
		sys(SYS_exit_group, 7);
	}
	sys(SYS_close, fd[1]);
	CHECK(read_all(fd[0]) > 0); /* it ends: nobody holds the pipe any more */
	CHECK_EQ(reap(pid), EXITED(7));
	CHECK_EQ(count("fork()"), 3);
	CHECK_EQ(count("exit_group(40)") + count("exit_group(41)") + count("exit_group(42)"), 3);
	CHECK_EQ(count("exit_group(7) = ?\n"), 1);
}

CASE(what_is_written_must_be_a_writable_descriptor)
{
	int fd[2];

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHECK_EQ(switch_to(999), -EBADF);
	CHECK_EQ(switch_to(fd[0]), -EBADF);
	CHECK_EQ(switch_to(-2), -EINVAL);
	long to = sys(SYS_open, "/proc/ipc/strace", O_WRONLY);
	CHECK_EQ(sys(SYS_write, to, "x", 1), -EINVAL);
	CHECK_EQ(sys(SYS_write, to, 8, 4), -EFAULT);
	CHECK_EQ(sys(SYS_write, to, "99999999999999999999", 20), -EINVAL);
}

CASE(no_reader_ends_the_trace_without_sigpipe)
{
	int fd[2], pid;

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		switch_to(fd[1]);
		sys(SYS_close, fd[1]);
		sys(SYS_close, fd[0]);
		for (int i = 0; i < 10; i++)
			sys(SYS_getppid);
		sys(SYS_exit_group, 5);
	}
	sys(SYS_close, fd[0]);
	sys(SYS_close, fd[1]);
	CHECK_EQ(reap(pid), EXITED(5));
}

static void fill(int fd)
{
	char page[PAGE] = { 0 };

	for (int i = 0; i < PIPE_BYTES / PAGE; i++)
		CHECK_EQ(sys(SYS_write, fd, page, PAGE), PAGE);
}

CASE(full_pipe_holds_it_up_until_it_is_read)
{
	int fd[2], pid;

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	fill(fd[1]);
	CHILD(pid) {
		switch_to(fd[1]);
		sys(SYS_getppid);
		sys(SYS_exit_group, 6);
	}
	wait_state(pid, 'D');
	for (int i = 0; i < PIPE_BYTES / PAGE; i++)
		CHECK_EQ(sys(SYS_read, fd[0], text, PAGE), PAGE);
	CHECK_EQ(reap(pid), EXITED(6));
	sys(SYS_close, fd[1]);
	CHECK(read_all(fd[0]) > 0);
	CHECK_EQ(count("getppid()"), 1);
}

static void nothing(int sig)
{
}

CASE(of_signals_only_a_fatal_one_ends_the_wait)
{
	int fd[2], pid;

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	fill(fd[1]);
	handle(SIGUSR1, nothing, 0);
	CHILD(pid) {
		switch_to(fd[1]);
		sys(SYS_getppid);
		sys(SYS_exit_group, 6);
	}
	wait_state(pid, 'D');
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	sleep_ms(20);
	wait_state(pid, 'D');
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(who_may_not_be_dumped_is_not_traced)
{
	int fd[2], pid;

	need_parley();
	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	CHILD(pid) {
		switch_to(fd[1]);
		sys(SYS_close, fd[1]);
		sys(SYS_getppid);
		sys(SYS_prctl, PR_SET_DUMPABLE_, 0, 0, 0, 0);
		sys(SYS_getuid);
		if (switch_to(1) != -EPERM)
			sys(SYS_exit_group, 1);
		sys(SYS_exit_group, 0);
	}
	sys(SYS_close, fd[1]);
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK(read_all(fd[0]) > 0);
	CHECK_EQ(count("getppid()"), 1);
	CHECK_EQ(count("getuid"), 0);
}

CASE(a_file_has_the_lines_of_several_one_behind_the_other)
{
	int pid;

	need_parley();
	scratch();
	long fd = sys(SYS_open, "trace", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHILD(pid) {
		switch_to(fd);
		for (int i = 0; i < 3; i++)
			if (sys(SYS_fork) == 0)
				break;
		for (int i = 0; i < 50; i++)
			sys(SYS_getppid);
		while (sys(SYS_wait4, -1, 0, 0, 0) > 0)
			;
		sys(SYS_exit_group, 0);
	}
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK(slurp("trace", text, sizeof(text)) > 0);
	CHECK_EQ(count("getppid()"), 200);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		CHECK(line[0] >= '1' && line[0] <= '9' && strchr(line, '('));
}
