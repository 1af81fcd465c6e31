// SPDX-License-Identifier: MIT
/*
 * fail/nth: /proc/PID/fail-nth itself, and what ends a process while its allocations fail.
 *
 * Promise   a count is of one thread; it comes to 0 once, when that allocation has failed. An execve(2) that fails
 *           has had no effect, or ends the process with SIGSEGV when the old program is gone already. An exit comes
 *           through.
 * Linux     Documentation/fault-injection, execve(2)
 */
#include "tests/abi/program.h"
#include "tests/abi/thread.h"

TAP_DANGEROUS("makes allocations fail");

enum { EXEC_MOST = 300, EXITS = 20, CODE = 7, SETTLE_MS = 5000 };

static long nth_file(int pid)
{
	char path[64];
	long fd;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = sys(SYS_open, path, O_RDWR | O_CLOEXEC);
	if (fd == -ENOENT)
		SKIP("only debug builds make allocations fail");
	CHECK(fd >= 0);
	return fd;
}

static long set_nth(long fd, const char *text)
{
	return sys(SYS_pwrite64, fd, text, strlen(text), 0);
}

static long get_nth(long fd)
{
	char text[16] = "";

	CHECK(sys(SYS_pread64, fd, text, sizeof(text) - 1, 0) > 0);
	return atol(text);
}

CASE(counts_to_a_failure_and_no_further)
{
	long fd = nth_file(getpid());

	CHECK_EQ(get_nth(fd), 0);
	CHECK_EQ(set_nth(fd, "1000"), 4);
	CHECK_EQ(get_nth(fd), 1000);
	CHECK_EQ(get_nth(fd), 1000);
	CHECK(sys(SYS_eventfd2, 0, 0) >= 0);
	CHECK(get_nth(fd) < 1000 && get_nth(fd) > 900);
	CHECK_EQ(set_nth(fd, "0"), 1);
	CHECK_EQ(set_nth(fd, "0x1\n"), 4);
	CHECK_EQ(sys(SYS_eventfd2, 0, 0), -ENOMEM);
	CHECK_EQ(get_nth(fd), 0);
	CHECK(sys(SYS_eventfd2, 0, 0) >= 0);
}

CASE(takes_numbers_only)
{
	long fd = nth_file(getpid());

	CHECK_EQ(set_nth(fd, "x"), -EINVAL);
	CHECK_EQ(set_nth(fd, "-1"), -EINVAL);
	CHECK_EQ(set_nth(fd, "1 2"), -EINVAL);
	CHECK_EQ(set_nth(fd, "4294967296"), -ERANGE);
	CHECK_EQ(get_nth(fd), 0);
}

CASE(is_the_owners)
{
	long fd = nth_file(getpid());
	char path[64];
	int pid;

	CHECK_EQ(sys(SYS_close, fd), 0);
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", getpid());
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, path, O_WRONLY), -EACCES);
		CHECK(sys(SYS_open, path, O_RDONLY) >= 0);
	}
	CHECK_EXIT(pid, 0);
}

/* What the other side does is not counted. */
static int make_files(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20; i++)
		CHECK_EQ(sys(SYS_close, sys(SYS_eventfd2, 0, 0)), 0);
	return 0;
}

CASE(is_of_one_thread)
{
	static int done;
	long fd = nth_file(getpid());
	int pid;

	CHECK_EQ(set_nth(fd, "1000"), 4);
	CHILD(pid) {
		long own = nth_file(getpid());

		CHECK_EQ(get_nth(own), 0);
		make_files(NULL);
	}
	long left = get_nth(fd);
	CHECK_EXIT(pid, 0);
	CHECK(start_thread(&done, make_files, NULL) > 0);
	long after = get_nth(fd);
	join_thread(&done);
	CHECK(left > 0 && after > 0);
	CHECK_EQ(get_nth(fd), after);
	CHECK_EQ(set_nth(fd, "0"), 1);
}

/* --- exec --- */

static char *const no_words[] = { "program", NULL };

/* A child that has executed a program, which sleeps, or that tells why not; allocations fail from the call on. */
static int start_program(int n, bool by_fd, long *error)
{
	char count[16];
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, O_CLOEXEC), 0);
	snprintf(count, sizeof(count), "%d", n);
	CHILD(pid) {
		long nth = nth_file(getpid()), program = sys(SYS_open, "program", O_PATH | O_CLOEXEC), err;

		CHECK_EQ(set_nth(nth, count), strlen(count));
		err = by_fd ? sys(SYS_execveat, program, "", no_words, no_words, AT_EMPTY_PATH) :
			      sys(SYS_execve, "program", no_words, no_words);
		if (set_nth(nth, "0") < 0)
			CHECK_EQ(set_nth(nth, "0"), 1);
		CHECK_EQ(sys(SYS_write, fd[1], &err, sizeof(err)), sizeof(err));
	}
	sys(SYS_close, fd[1]);
	*error = 0;
	CHECK(sys(SYS_read, fd[0], error, sizeof(*error)) >= 0);
	sys(SYS_close, fd[0]);
	return pid;
}

/* Does it sleep in the new program, or has it ended? */
static int is_running(int pid)
{
	for (int64_t end = now_ms() + SETTLE_MS; now_ms() < end; sleep_ms(1)) {
		int state = task_state(pid);

		if (state == 'S' || state == 'Z')
			return state == 'S';
	}
	return 0;
}

static void exec_with_failures(bool by_fd)
{
	int failed = 0, n, pid;
	long error, left = 0;

	sys(SYS_close, nth_file(getpid()));
	scratch();
	write_program("program", PROGRAM_SLEEP);
	for (n = 1; n < EXEC_MOST && !left; n++) {
		pid = start_program(n, by_fd, &error);
		if (error == 0 && is_running(pid)) {
			long fd = nth_file(pid);

			left = get_nth(fd);
			sys(SYS_close, fd);
			end_child(pid);
		} else if (error) {
			CHECK_EQ(error, -ENOMEM);
			CHECK_EXIT(pid, 0);
			failed++;
		} else {
			CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
		}
	}
	CHECK(n < EXEC_MOST);
	CHECK(failed > 5); /* the file, the arguments, the memory, its tables ... */
}

CASE(exec_fails_without_effect, .timeout = 120)
{
	exec_with_failures(false);
}

CASE(exec_of_a_descriptor_fails_without_effect, .timeout = 120)
{
	exec_with_failures(true);
}

CASE(an_exit_comes_through, .timeout = 60)
{
	char count[16];
	int pid;

	sys(SYS_close, nth_file(getpid()));
	for (int n = 1; n < EXITS; n++) {
		snprintf(count, sizeof(count), "%d", n);
		CHILD(pid) {
			long fd = nth_file(getpid());

			CHECK_EQ(sys(SYS_dup, fd) > 0, 1);
			CHECK_EQ(set_nth(fd, count), strlen(count));
			if (n % 2)
				sys(SYS_exit_group, CODE);
			sys(SYS_exit, CODE);
		}
		CHECK_EXIT(pid, CODE);
	}
}
