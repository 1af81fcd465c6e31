// SPDX-License-Identifier: MIT
/*
 * sched/share: the fair class: shares by weight, and processors that are kept busy.
 *
 * Promise   over a second on one processor, shares are within 2 percent of what the weights say; more tasks than
 *           processors keep all of them busy
 * Linux     sched(7), setpriority(2)
 */
#include "tests/abi/sched/sched.h"

enum { SECOND_MS = 1000, MOST = 8, PERCENT_OFF = 2, TRIES = 5, STOLEN_US = 1000, STOLEN_MOST_US = 10000 };

static int64_t cpu_us_of(int pid)
{
	enum { PROCESS_SCHED = 2 };

	return now_ns((int)(~(unsigned)pid << 3 | PROCESS_SCHED)) / 1000;
}

static volatile int64_t *stolen; /* us, of each child: see burn_and_watch() */

/* A host that stops a virtual processor for a while has all of it charged to the task that was running. */
static void burn_and_watch(int i)
{
	for (int64_t last = now_ns(CLOCK_THREAD_CPUTIME_ID);;) {
		int64_t now = now_ns(CLOCK_THREAD_CPUTIME_ID);

		if ((now - last) / 1000 > STOLEN_US)
			stolen[i] += (now - last) / 1000;
		last = now;
	}
}

static void start_busy(const int *nice, const int *policy, int n, int *pid)
{
	volatile int *ready = shared_page();

	stolen = shared_page();
	for (int i = 0; i < n; i++) {
		CHILD(pid[i])
		{
			CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, nice[i]), 0);
			CHECK_EQ(set_policy(0, policy ? policy[i] : OTHER, 0), 0);
			pin(0, 0);
			__atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
			burn_and_watch(i);
		}
	}
	real_time(FIFO, 1);
	while (*ready < n)
		sleep_ms(10);
}

static int64_t all_stolen(int n)
{
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += stolen[i];
	return sum;
}

/* The CPU time that each had of one second in which, and shortly before which, little was stolen. */
static void measure(const int *pid, int n, int64_t *used_us)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int64_t before = all_stolen(n);

		sleep_ms(SECOND_MS / 4);
		for (int i = 0; i < n; i++)
			used_us[i] = -cpu_us_of(pid[i]);
		sleep_ms(SECOND_MS);
		for (int i = 0; i < n; i++)
			used_us[i] += cpu_us_of(pid[i]);
		if (all_stolen(n) - before < STOLEN_MOST_US)
			return;
	}
	SKIP("the host is too busy");
}

/* How far the shares are from the weights at the most, in hundredths of a percent of all. */
static int64_t worst_share(const int64_t *used_us, const int *weight, int n)
{
	int64_t all = 0, weights = 0, worst = 0;

	for (int i = 0; i < n; i++) {
		all += used_us[i];
		weights += weight[i];
	}
	for (int i = 0; i < n; i++) {
		int64_t off = used_us[i] * 10000 / all - weight[i] * 10000ll / weights;

		worst = off > worst ? off : -off > worst ? -off : worst;
	}
	return worst;
}

static void check_shares(const int *nice, const int *weight, int n)
{
	NEEDS_MACHINE("a quiet machine: measures shares");
	int64_t used[MOST], worst;
	int pid[MOST];

	start_busy(nice, NULL, n, pid);
	measure(pid, n, used);
	for (int i = 0; i < n; i++)
		end_child(pid[i]);
	worst = worst_share(used, weight, n);
	tap_note("off by %lld/10000", (long long)worst);
	CHECK(worst < PERCENT_OFF * 100);
}

CASE(two_equal_ones, .timeout = 30)
{
	check_shares((int[]){0, 0}, (int[]){1024, 1024}, 2);
}

CASE(five_equal_ones, .timeout = 30)
{
	check_shares((int[]){0, 0, 0, 0, 0}, (int[]){1, 1, 1, 1, 1}, 5);
}

CASE(nice_5, .timeout = 30)
{
	check_shares((int[]){0, 5}, (int[]){1024, 335}, 2);
}

CASE(nice_from_minus_5_to_5, .timeout = 30)
{
	check_shares((int[]){-5, 0, 5}, (int[]){3121, 1024, 335}, 3);
}

CASE(nice_19, .timeout = 30)
{
	check_shares((int[]){0, 19}, (int[]){1024, 15}, 2);
}

CASE(idle_gets_what_is_left, .timeout = 30)
{
	NEEDS_MACHINE("a quiet machine: measures shares");
	int64_t used[2];
	int pid[2];

	start_busy((int[]){0, 0}, (int[]){IDLE, OTHER}, 2, pid);
	measure(pid, 2, used);
	for (int i = 0; i < 2; i++)
		end_child(pid[i]);
	CHECK(used[1] >= used[0] * 30);
}

/* One task more than processors, and one of two halves: nothing idles while somebody waits. */
CASE(all_processors_are_busy, .timeout = 30)
{
	NEEDS_MACHINE("a quiet machine: measures shares");
	int n = nr_cpus(), pid[STEPS];
	volatile int64_t *used = shared_page();
	int64_t all = 0;

	for (int i = 0; i <= n; i++) {
		CHILD(pid[i])
		{
			int64_t before = now_ns(CLOCK_THREAD_CPUTIME_ID);
			for (int64_t end = now_ms() + SECOND_MS; now_ms() < end;)
				;
			used[i] = now_ns(CLOCK_THREAD_CPUTIME_ID) - before;
		}
	}
	for (int i = 0; i <= n; i++) {
		CHECK_EQ(reap(pid[i]), 0);
		all += used[i] / 1000000;
	}
	CHECK(all > n * SECOND_MS * 9 / 10);
}

/* Two that may run on the first and on the last one: it is the last one, however many idle ones are nearer. */
CASE(those_who_may_run_on_two_do, .timeout = 30)
{
	NEEDS_MACHINE("a quiet machine: measures shares");
	int n = nr_cpus(), pid[2];
	unsigned long ends = 1ul | 1ul << (n - 1);
	volatile int64_t *used = shared_page();

	if (n < 2)
		SKIP("needs two processors");
	pin(0, 0);
	for (int i = 0; i < 2; i++) {
		CHILD(pid[i])
		{
			sys(SYS_sched_setaffinity, 0, sizeof(ends), &ends);
			burn_ms(50);
			int64_t before = now_ns(CLOCK_THREAD_CPUTIME_ID);
			for (int64_t end = now_ms() + SECOND_MS / 2; now_ms() < end;)
				;
			used[i] = (now_ns(CLOCK_THREAD_CPUTIME_ID) - before) / 1000000;
		}
	}
	for (int i = 0; i < 2; i++)
		CHECK_EQ(reap(pid[i]), 0);
	CHECK(used[0] + used[1] > SECOND_MS * 8 / 10);
}

/* All start on one processor; when they may go everywhere, the queues become of one length. */
CASE(a_long_queue_is_shared_out, .timeout = 30)
{
	NEEDS_MACHINE("a quiet machine: measures shares");
	int n = 2 * nr_cpus(), pid[STEPS];
	volatile int64_t *used = shared_page();
	volatile int *ready = shared_page();
	unsigned long everywhere = -1ul;

	pin(0, 0);
	for (int i = 0; i < n; i++) {
		CHILD(pid[i])
		{
			sys(SYS_sched_setaffinity, 0, sizeof(everywhere), &everywhere);
			__atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
			while (*ready < n)
				;
			burn_ms(200);
			int64_t before = now_ns(CLOCK_THREAD_CPUTIME_ID);
			for (int64_t end = now_ms() + SECOND_MS; now_ms() < end;)
				;
			used[i] = (now_ns(CLOCK_THREAD_CPUTIME_ID) - before) / 1000000;
		}
	}
	for (int i = 0; i < n; i++)
		CHECK_EQ(reap(pid[i]), 0);
	for (int i = 0; i < n; i++)
		CHECK(used[i] > SECOND_MS / 4);
}
