// SPDX-License-Identifier: MIT
/*
 * realtime: by how much a real-time task wakes too late while the machine is busy.
 *
 * Promise   as in bench.c, but that a row is one figure of one measurement: WAKES times a task of SCHED_FIFO sleeps
 *           until a time and looks at the clock when it runs; after LIMIT_NS no more. Meanwhile each processor has
 *           others who fork, map and touch memory, and pass a byte to and fro.
 * Linux     sched(7), clock_nanosleep(2)
 */
#define _GNU_SOURCE 1
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum {
	WAKES = 100000,
	LEAST_WAKES = 1000, /* a 99.9th percentile of fewer says nothing */
	PERIOD_NS = 20000,
	PRIORITY = 50,
	MAPPED_PAGES = 64,
	MAX_LOADS = 64,
};
#define LIMIT_NS 60000000000l
#define SECOND_NS 1000000000l

static struct {
	unsigned late_ns[WAKES]; /* in order, after the measurement */
	long count;
} wakes;

/* --- what keeps the machine busy: each until it is killed --- */

static void fork_on(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void map_on(void)
{
	for (;;) {
		char *p = private_memory((size_t)MAPPED_PAGES * PAGE);

		for (int i = 0; i < MAPPED_PAGES; i++)
			p[i * PAGE] = 1;
		munmap(p, (size_t)MAPPED_PAGES * PAGE);
	}
}

/* With a child, which ends when there is nobody who writes to it. */
static void pass_on(void)
{
	int to[2], from[2];
	char byte = 0;

	if (pipe(to) != 0 || pipe(from) != 0)
		_exit(1);
	bool is_child = fork() == 0;
	int in = is_child ? to[0] : from[0], out = is_child ? from[1] : to[1];
	close(is_child ? to[1] : from[1]);
	close(is_child ? from[0] : to[0]);
	if (!is_child)
		(void)!write(out, &byte, 1);
	while (read(in, &byte, 1) == 1)
		(void)!write(out, &byte, 1);
	_exit(0);
}

static int nr_cpus(void)
{
	unsigned long mask[16] = { 0 };

	raw(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask, 0);
	return __builtin_popcountl(mask[0]);
}

static int start_loads(pid_t *pid)
{
	static void (*const loads[])(void) = { fork_on, map_on, pass_on };
	int count = 0;

	for (int cpu = nr_cpus(); cpu > 0; cpu--)
		for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]) && count < MAX_LOADS; i++) {
			pid[count] = fork();
			if (pid[count] == 0)
				loads[i]();
			count++;
		}
	return count;
}

static void end_loads(const pid_t *pid, int count)
{
	for (int i = 0; i < count; i++)
		kill(pid[i], SIGKILL);
	for (int i = 0; i < count; i++)
		waitpid(pid[i], NULL, 0);
	while (waitpid(-1, NULL, 0) > 0) /* process 1 has got what they left, and that ends by itself */
		;
}

/* --- the measurement --- */

static void sleep_until(long ns)
{
	const struct timespec ts = { .tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static int by_size(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static bool set_policy(int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return raw(SYS_sched_setscheduler, 0, policy, (long)&param, 0) == 0;
}

static bool measure(void)
{
	static pid_t pid[MAX_LOADS];

	memset(wakes.late_ns, 1, sizeof(wakes.late_ns)); /* no page of it is touched for the first time below */
	int loads = start_loads(pid);
	bool ok = set_policy(SCHED_FIFO, PRIORITY);
	long start = now();
	for (long at = start + PERIOD_NS; ok && wakes.count < WAKES && at < start + LIMIT_NS;) {
		sleep_until(at);
		long here = now();
		ok &= here >= at;
		wakes.late_ns[wakes.count++] = (unsigned)(here - at);
		at = here + PERIOD_NS;
	}
	ok &= set_policy(SCHED_OTHER, 0);
	end_loads(pid, loads);
	qsort(wakes.late_ns, (size_t)wakes.count, sizeof(wakes.late_ns[0]), by_size);
	return ok && wakes.count >= LEAST_WAKES;
}

/* What is exceeded by so many of a thousand only. */
static long late_but(int exceptions)
{
	if (!wakes.count && !measure()) {
		wakes.count = 0;
		return bad("a wake came too early, or there are too few");
	}
	return wakes.late_ns[wakes.count - 1 - wakes.count * exceptions / 1000];
}

static long latest(long n)
{
	(void)n;
	return late_but(0);
}

static long latest_of_999(long n)
{
	(void)n;
	return late_but(1);
}

const struct bench realtime_benches[] = {
	{ "rt-wake-latest", 1, latest, NULL },
	{ "rt-wake-999", 1, latest_of_999, NULL },
	{ 0 },
};
