// SPDX-License-Identifier: MIT
/*
 * processes: rows about calls, and about making, replacing and switching processes.
 *
 * Promise   as in bench.c
 * Linux     fork(2), execve(2), sched_yield(2)
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
	WARM_TURNS = 100,
	WARM_YIELDS = 1000000,
	SLACK = 10, /* of a hundred yields so many may find nobody else to run */
	BIG_BYTES = 256 << 20,
	IDLE = 10000,
};

static char *self_argv[] = { "/bin/bench", "exit", "42", NULL };

/* --- calls --- */

static long null_call(long n)
{
	long start = now(), pid = getpid();

	for (long i = 0; i < n; i++)
		if (raw(SYS_getpid, 0, 0, 0, 0) != pid)
			return bad("another pid");
	return now() - start;
}

static long read_zero(long n)
{
	int fd = open("/dev/zero", O_RDONLY);
	long start = now();

	for (long i = 0; i < n; i++) {
		char c = 1;

		if (raw(SYS_read, fd, (long)&c, 1, 0) != 1 || c != 0)
			return bad("no zero");
	}
	long took = now() - start;
	close(fd);
	return took;
}

static long open_close(long n)
{
	int first = open("/tmp/bench", O_RDONLY);

	close(first);
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_open, (long)"/tmp/bench", O_RDONLY, 0, 0) != first || raw(SYS_close, first, 0, 0, 0) != 0)
			return bad("open or close");
	return now() - start;
}

static long stat_file(long n)
{
	struct stat st;
	long start = now();

	for (long i = 0; i < n; i++) {
		st.st_size = 0;
		if (raw(SYS_stat, (long)"/tmp/bench", (long)&st, 0, 0) != 0 || st.st_size != FILE_PAGES * PAGE)
			return bad("stat");
	}
	return now() - start;
}

static long gettime(long n)
{
	struct timespec last = { 0 }, ts;
	long start = now();

	for (long i = 0; i < n; i++) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		if (ts.tv_sec < last.tv_sec || (ts.tv_sec == last.tv_sec && ts.tv_nsec < last.tv_nsec))
			return bad("time goes back");
		last = ts;
	}
	return now() - start;
}

/* --- processes --- */

static long fork_exit(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(EXIT_STATUS);
		if (!ended_with(pid, EXIT_STATUS))
			return bad("child %d", (int)pid);
	}
	return now() - start;
}

static long spawn(long n, char *const argv[], int code)
{
	static char *const env[] = { NULL };
	long start = now();

	for (long i = 0; i < n; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execve(argv[0], argv, env);
			_exit(127);
		}
		if (!ended_with(pid, code))
			return bad("%s did not end with %d", argv[0], code);
	}
	return now() - start;
}

static long exec_static(long n)
{
	return spawn(n, self_argv, EXIT_STATUS);
}

static long exec_dynamic(long n)
{
	char *argv[] = { (char *)dynamic_path, NULL };

	return spawn(n, argv, 0);
}


/* With BIG_BYTES of memory in the parent. */
static long fork_big(long n)
{
	char *p = private_memory(BIG_BYTES);

	for (long i = 0; i < BIG_BYTES; i += PAGE)
		p[i] = (char)(i / PAGE);
	long start = now();
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(p[BIG_BYTES - PAGE] == (char)(BIG_BYTES / PAGE - 1) ? EXIT_STATUS : 1);
		if (!ended_with(pid, EXIT_STATUS))
			return bad("child %d", (int)pid);
	}
	long took = now() - start;
	munmap(p, BIG_BYTES);
	return took;
}

static pid_t idle[IDLE];

/* A process that waits for its end. It shares our memory and stack, of which it touches nothing. */
static pid_t idle_process(void)
{
	long ret;

	__asm__ volatile("syscall\n test %%eax, %%eax\n jnz 2f\n 1: mov %1, %%eax\n syscall\n jmp 1b\n 2:"
			 : "=a"(ret)
			 : "i"(SYS_pause), "a"(SYS_clone), "D"(CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD), "S"(0l)
			 : "rcx", "r11", "memory");
	return (pid_t)ret;
}

/* Beside IDLE other processes. */
static long fork_among_many(long n)
{
	for (int i = 0; i < IDLE && idle[i] == 0; i++) {
		idle[i] = idle_process();
		if (idle[i] < 0) {
			idle[i] = 0;
			return bad("process %d", i);
		}
	}
	return fork_exit(n);
}

static void end_idle(void)
{
	for (int i = 0; i < IDLE && idle[i] > 0; i++)
		kill(idle[i], SIGKILL);
	for (int i = 0; i < IDLE && idle[i] > 0; i++) {
		waitpid(idle[i], NULL, 0);
		idle[i] = 0;
	}
}

/* --- switches --- */

/* The other one's part: turns[0] are its own, turns[1] is the end. */
static int take_turns(void *arg)
{
	volatile long *turns = arg;

	while (!turns[1]) {
		turns[0]++;
		raw(SYS_sched_yield, 0, 0, 0, 0);
	}
	return EXIT_STATUS;
}

/*
 * On one CPU each turn of the other one that we see is two switches. Not where others could run it: whether a
 * yield then switches depends on who ran how long, by the wall clock.
 */
static long count_turns(long n, volatile long *turns)
{
	/* One that is new may start with a debt: until each yield really is a turn of the other one. */
	long seen = 0, last = 0;
	for (long i = 0, row = 0; row < WARM_TURNS && i < WARM_YIELDS; i++) {
		raw(SYS_sched_yield, 0, 0, 0, 0);
		row = turns[0] != last ? row + 1 : 0;
		last = turns[0];
	}
	long start = now();
	for (long i = 0; i < n; i++) {
		raw(SYS_sched_yield, 0, 0, 0, 0);
		long turn = turns[0];

		seen += turn != last;
		last = turn;
	}
	long took = now() - start;
	turns[1] = 1;
	if (seen * 100 < n * (100 - SLACK))
		return bad("%ld of %ld yields switched", seen, n);
	return took * n / seen / 2;
}

static long yield_processes(long n)
{
	if (!has_one_cpu())
		return NO_ROW;
	volatile long *turns = shared_memory(PAGE);
	pid_t pid = fork();

	if (pid == 0)
		_exit(take_turns((void *)turns));
	long took = count_turns(n, turns);
	if (!ended_with(pid, EXIT_STATUS))
		return bad("child");
	munmap((void *)turns, PAGE);
	return took;
}

static long yield_threads(long n)
{
	static char stack[THREAD_STACK];
	long turns[2] = { 0, 0 };
	volatile int alive;

	if (!has_one_cpu())
		return NO_ROW;
	if (!thread_start(&alive, stack, take_turns, turns))
		return bad("no thread");
	long took = count_turns(n, turns);
	thread_join(&alive);
	return took;
}

const struct bench process_benches[] = {
	{ "null-call", 2000, null_call, NULL },
	{ "read-zero", 2000, read_zero, NULL },
	{ "open-close", 1000, open_close, NULL },
	{ "stat", 1000, stat_file, NULL },
	{ "clock-gettime", 2000, gettime, NULL },
	{ "fork-exit-wait", 30, fork_exit, NULL },
	{ "fork-256m", 4, fork_big, NULL },
	{ "fork-beside-10000", 30, fork_among_many, end_idle },
	{ "exec-static", 20, exec_static, NULL },
	{ "exec-dynamic", 10, exec_dynamic, NULL },
	{ "yield-switch", 1000, yield_processes, NULL },
	{ "yield-threads", 1000, yield_threads, NULL },
	{ 0 },
};
