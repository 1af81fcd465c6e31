// SPDX-License-Identifier: MIT
/*
 * procfs/task: what a process is about: the call it sleeps in, its timers, its slack, its fate when memory ends.
 *
 * Promise   the texts are those of the manual, for those who may see them; what is written counts from then on.
 * Linux     proc_pid_syscall(5), proc_pid_timers(5), proc_pid_timerslack_ns(5), proc_pid_oom_adj(5)
 */
#include <stdarg.h>
#include <sys/mman.h>
#include <time.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum { TEXT = 65536, MANY = 200, LIMIT = 123 };

static char text[TEXT];

static const char *of(int pid, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return path;
}

static const char *read_of(int pid, const char *name)
{
	CHECK(slurp(of(pid, name), text, sizeof(text)) >= 0);
	return text;
}

static long write_of(int pid, const char *name, const char *value)
{
	long fd = sys(SYS_open, of(pid, name), O_WRONLY), n;

	if (fd < 0)
		return fd;
	n = sys(SYS_write, fd, value, strlen(value));
	sys(SYS_close, fd);
	return n;
}

static long try_read(int pid, const char *name)
{
	long fd = sys(SYS_open, of(pid, name), O_RDONLY), n;

	if (fd < 0)
		return fd;
	n = sys(SYS_read, fd, text, sizeof(text));
	sys(SYS_close, fd);
	return n;
}

static void begins_with(const char *what, const char *want)
{
	if (strncmp(what, want, strlen(want)))
		tap_fail(__FILE__, __LINE__, "\"%.100s\" does not begin with \"%s\"", what, want);
}

/* --- syscall --- */

CASE(the_call_that_a_process_sleeps_in)
{
	int fd[2], pid;
	char want[128], *buffer = page_end(PROT_READ | PROT_WRITE) - LIMIT;
	unsigned long call, argument[6], sp, pc;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHILD(pid)
		sys6(SYS_read, fd[0], (long)buffer, LIMIT, -1, 0x1234567890, 0);
	wait_state(pid, 'S');
	snprintf(want, sizeof(want), "%d 0x%x 0x%lx 0x%x 0xffffffffffffffff 0x1234567890 0x0 ", SYS_read, fd[0],
		(unsigned long)buffer, LIMIT);
	begins_with(read_of(pid, "syscall"), want);
	CHECK_EQ(sscanf(text, "%lu %lx %lx %lx %lx %lx %lx %lx %lx\n", &call, &argument[0], &argument[1], &argument[2],
			 &argument[3], &argument[4], &argument[5], &sp, &pc), 9);
	CHECK(sp - (unsigned long)&pid < 1 << 20 || (unsigned long)&pid - sp < 1 << 20);
	CHECK(pc);
	CHECK_EQ(((unsigned char *)pc)[-2], 0x0f); /* SYSCALL is 0f 05 */
	CHECK_EQ(((unsigned char *)pc)[-1], 0x05);
	snprintf(want, sizeof(want), "task/%d/syscall", pid);
	CHECK_EQ(strtoul(read_of(pid, want), NULL, 10), SYS_read);
	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	wait_state(pid, 'T');
	CHECK_EQ(strtoul(read_of(pid, "syscall"), NULL, 10), SYS_read);
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	wait_state(pid, 'Z');
	CHECK_STR(read_of(pid, "syscall"), "-1 0x0 0x0\n");
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(the_call_of_one_that_runs)
{
	char want[64];
	int pid;

	NEEDS_ROOT();
	snprintf(want, sizeof(want), "%d 0x", SYS_read);
	begins_with(read_of((int)sys(SYS_getpid), "syscall"), want);
	CHILD(pid)
		for (;;)
			;
	CHECK_STR(read_of(pid, "syscall"), "running\n");
	end_child(pid);
}

CASE(calls_are_for_those_who_may_trace)
{
	int pid = start_sleeper(), other;

	NEEDS_ROOT();
	CHILD(other) {
		CHECK(become(NOBODY));
		CHECK_EQ(try_read(pid, "syscall"), -EACCES);
		CHECK_EQ(try_read(pid, "timers"), -EACCES);
		CHECK_EQ(try_read(pid, "timerslack_ns"), -EPERM);
		CHECK_EQ(write_of(pid, "timerslack_ns", "1"), -EPERM);
		CHECK_EQ(write_of(pid, "oom_adj", "15"), -EACCES);
	}
	CHECK_EXIT(other, 0);
	end_child(pid);
}

/* --- timers --- */

static int make_timer(int clock, int how, int sig, long value)
{
	struct {
		long value;
		int sig, how, tid;
		char rest[44];
	} event = {value, sig, how, (int)sys(SYS_gettid), ""};
	int id = -1;

	CHECK_EQ(sys(SYS_timer_create, clock, &event, &id), 0);
	return id;
}

static void expect_timers(int pid, const char *format, ...)
{
	char want[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(want, sizeof(want), format, args);
	va_end(args);
	CHECK_STR(read_of(pid, "timers"), want);
}

CASE(timers_newest_first)
{
	int self = (int)sys(SYS_getpid), plain = -1;
	int a = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0x1234);
	int b = make_timer(CLOCK_REALTIME, SIGEV_NONE, SIGUSR2, -1);
	int c = make_timer(CLOCK_PROCESS_CPUTIME_ID, 4 /* SIGEV_THREAD_ID */, 40, 7);
	int d = make_timer(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, 64, 0);

	CHECK_EQ(sys(SYS_timer_create, CLOCK_BOOTTIME, 0, &plain), 0);
	expect_timers(self,
		"ID: %d\nsignal: 14/%016x\nnotify: signal/pid.%d\nClockID: 7\n"
		"ID: %d\nsignal: 64/0000000000000000\nnotify: signal/pid.%d\nClockID: -2\n"
		"ID: %d\nsignal: 40/0000000000000007\nnotify: signal/tid.%d\nClockID: -6\n"
		"ID: %d\nsignal: 12/ffffffffffffffff\nnotify: none/pid.%d\nClockID: 0\n"
		"ID: %d\nsignal: 10/0000000000001234\nnotify: signal/pid.%d\nClockID: 1\n",
		plain, plain, self, d, self, c, self, b, self, a, self);
	CHECK_EQ(sys(SYS_timer_delete, a), 0);
	CHECK_EQ(sys(SYS_timer_delete, b), 0);
	CHECK_EQ(sys(SYS_timer_delete, d), 0);
	CHECK_EQ(sys(SYS_timer_delete, plain), 0);
	expect_timers(self, "ID: %d\nsignal: 40/0000000000000007\nnotify: signal/tid.%d\nClockID: -6\n", c, self);
	CHECK_EQ(sys(SYS_timer_delete, c), 0);
	expect_timers(self, "%s", "");
}

CASE(many_timers_while_some_go)
{
	int self = (int)sys(SYS_getpid), id[MANY], shown[MANY], n = 0;
	long fd, got, all = 0;

	for (int i = 0; i < MANY; i++)
		id[i] = make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, i);
	fd = sys(SYS_open, of(self, "timers"), O_RDONLY);
	CHECK(fd >= 0);
	got = sys(SYS_read, fd, text, 100);
	CHECK(got > 0);
	CHECK_EQ(sys(SYS_timer_delete, id[0]), 0);
	for (all = got; (got = sys(SYS_read, fd, text + all, 100)) > 0;)
		all += got;
	CHECK_EQ(got, 0);
	text[all] = 0;
	for (const char *at = text; (at = strstr(at, "ID: ")) && n < MANY; at++)
		if (at == text || at[-1] == '\n')
			shown[n++] = atoi(at + 4);
	CHECK_EQ(n, MANY - 1);
	for (int i = 0; i < n; i++)
		CHECK_EQ(shown[i], id[MANY - 1 - i]);
	sys(SYS_close, fd);
}

CASE(timers_go_with_the_program)
{
	int pid;

	make_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
	CHILD(pid)
		sys(SYS_pause);
	wait_state(pid, 'S');
	expect_timers(pid, "%s", ""); /* a child has none */
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	wait_state(pid, 'Z');
	CHECK_STR(read_of(pid, "timers"), "");
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

/* --- slack --- */

CASE(slack_of_another_process)
{
	static const char *const bad[] = {"-1", "0x10", "abc", "12 13", " "};
	int pid, ready[2];
	char byte;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_pipe2, ready, 0), 0);
	CHILD(pid) {
		sys(SYS_read, ready[0], &byte, 1);
		CHECK_EQ(sys(SYS_prctl, 30 /* PR_GET_TIMERSLACK */), 4321);
	}
	CHECK_STR(read_of(pid, "timerslack_ns"), "50000\n");
	CHECK_EQ(write_of(pid, "timerslack_ns", "1234\n"), 5);
	CHECK_STR(read_of(pid, "timerslack_ns"), "1234\n");
	CHECK_EQ(write_of(pid, "timerslack_ns", "0"), 1);
	CHECK_STR(read_of(pid, "timerslack_ns"), "50000\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(write_of(pid, "timerslack_ns", bad[i]), -EINVAL);
	CHECK_EQ(write_of(pid, "timerslack_ns", "99999999999999999999"), -ERANGE);
	CHECK_STR(read_of(pid, "timerslack_ns"), "50000\n");
	CHECK_EQ(write_of(pid, "timerslack_ns", "18446744073709551615"), 20);
	CHECK_STR(read_of(pid, "timerslack_ns"), "18446744073709551615\n");
	CHECK_EQ(write_of(pid, "timerslack_ns", "4321"), 4);
	CHECK_EQ(sys(SYS_write, ready[1], "x", 1), 1);
	CHECK_EXIT(pid, 0);
}

CASE(ones_own_slack)
{
	int pid, self = (int)sys(SYS_getpid);
	char path[64];

	CHECK_EQ(write_of(self, "timerslack_ns", "777"), 3);
	CHECK_EQ(sys(SYS_prctl, 30), 777);
	snprintf(path, sizeof(path), "task/%d/timerslack_ns", self);
	CHECK_EQ(try_read(self, path), -ENOENT);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_STR(read_of((int)sys(SYS_getpid), "timerslack_ns"), "777\n");
	}
	CHECK_EXIT(pid, 0);
}

/* --- out of memory --- */

CASE(the_old_scale)
{
	static const int pairs[][2] = {
		{0, 0}, {125, 2}, {250, 4}, {500, 8}, {625, 10}, {875, 14}, {999, 15}, {1000, 15}
	};
	int pid = start_sleeper();
	char value[16];

	NEEDS_ROOT();
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		snprintf(value, sizeof(value), "%d", pairs[i][0]);
		CHECK_EQ(write_of(pid, "oom_score_adj", value), strlen(value));
		CHECK_EQ(atoi(read_of(pid, "oom_adj")), pairs[i][1]);
	}
	CHECK_EQ(write_of(pid, "oom_score_adj", "0"), 1);
	for (int old = 1; old <= 15; old++) {
		snprintf(value, sizeof(value), "%d\n", old);
		CHECK_EQ(write_of(pid, "oom_adj", value), strlen(value));
		CHECK_EQ(atoi(read_of(pid, "oom_score_adj")), old == 15 ? 1000 : old * 1000 / 17);
	}
	CHECK_EQ(write_of(pid, "oom_adj", "16"), -EINVAL);
	CHECK_EQ(write_of(pid, "oom_adj", "-18"), -EINVAL);
	CHECK_EQ(write_of(pid, "oom_adj", "x"), -EINVAL);
	if (!have_cap(24 /* CAP_SYS_RESOURCE */))
		CHECK_EQ(write_of(pid, "oom_adj", "3"), -EACCES);
	CHECK_STR(read_of(pid, "oom_adj"), "15\n");
	end_child(pid);
}
