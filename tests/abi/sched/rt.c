// SPDX-License-Identifier: MIT
/*
 * sched/rt: who runs when: real-time tasks on one processor and on several.
 *
 * Promise   a more important task runs at once, wherever it comes from; equals in their order, by SCHED_FIFO until they
 *           let go, by SCHED_RR in turns; on several processors the most important ones run; fair tasks keep a
 *           share of each
 * Linux     sched(7)
 */
#include "tests/abi/sched/sched.h"

enum { WAIT = 0, WAKE = 1, MANY = 5 };

static void wait_word(volatile int *word, int old)
{
	while (*word == old)
		sys(SYS_futex, word, WAIT, old, 0);
}

static void set_word(volatile int *word, int value)
{
	*word = value;
	sys(SYS_futex, word, WAKE, 1000);
}

/* A child on processor 0 that waits for word[0] and then takes a step. */
static int start_stepper(struct steps *s, char who, int policy, int priority)
{
	int pid;

	CHILD(pid)
	{
		pin(0, 0);
		real_time(policy, priority);
		wait_word(&s->word[0], 0);
		step(s, who);
	}
	wait_state(pid, 'S');
	return pid;
}

static void reap_all(const int *pid, int n)
{
	for (int i = 0; i < n; i++)
		CHECK_EQ(reap(pid[i]), 0);
}

CASE(a_more_important_one_preempts_at_once)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 10);
	pid = start_stepper(s, 'h', FIFO, 20);
	set_word(&s->word[0], 1);
	step(s, 'l');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, "hl");
}

CASE(a_less_important_one_does_not)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 20);
	pid = start_stepper(s, 'l', FIFO, 10);
	set_word(&s->word[0], 1);
	burn_ms(20);
	step(s, 'h');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, "hl");
}

CASE(an_equal_one_does_not)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 20);
	pid = start_stepper(s, 'b', FIFO, 20);
	set_word(&s->word[0], 1);
	burn_ms(20);
	step(s, 'a');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, "ab");
}

CASE(real_time_before_fair)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	CHECK_EQ(sys(SYS_setpriority, PRIO_PROCESS, 0, -20), 0);
	pid = start_stepper(s, 'r', RR, 1);
	set_word(&s->word[0], 1);
	step(s, 'f');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, "rf");
}

/* Woken by one call, or in any order by several: they run by priority. */
CASE(many_by_priority)
{
	static const int priority[MANY] = {3, 9, 1, 7, 5};
	struct steps *s = shared_page();
	int pid[MANY];

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 50);
	for (int i = 0; i < MANY; i++)
		pid[i] = start_stepper(s, '0' + priority[i], i % 2 ? FIFO : RR, priority[i]);
	set_word(&s->word[0], 1);
	reap_all(pid, MANY);
	CHECK_STR((char *)s->who, "97531");
}

CASE(equals_in_their_order)
{
	struct steps *s = shared_page();
	int pid[MANY];

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 50);
	for (int i = 0; i < MANY; i++)
		pid[i] = start_stepper(s, 'a' + i, FIFO, 20);
	set_word(&s->word[0], 1);
	reap_all(pid, MANY);
	CHECK_STR((char *)s->who, "abcde");
}

/* --- yielding, rotation, changes --- */

/* Two equals on processor 0; the first wakes the second and then does something. */
static void two_equals(int policy, void (*first)(struct steps *s), const char *expected)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	real_time(policy, 20);
	pid = start_stepper(s, 'b', policy, 20);
	set_word(&s->word[0], 1);
	step(s, 'a');
	first(s);
	step(s, 'c');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, expected);
}

static void yield(struct steps *s)
{
	(void)s;
	sys(SYS_sched_yield);
}

CASE(a_yield_lets_equals_run)
{
	two_equals(FIFO, yield, "abc");
}

CASE(a_yield_of_round_robin)
{
	two_equals(RR, yield, "abc");
}

static void burn_a_turn(struct steps *s)
{
	(void)s;
	burn_ms(300);
}

CASE(a_turn_of_round_robin_ends)
{
	two_equals(RR, burn_a_turn, "abc");
}

CASE(fifo_has_no_turns)
{
	two_equals(FIFO, burn_a_turn, "acb");
}

static void lower(struct steps *s)
{
	(void)s;
	CHECK_EQ(set_priority(0, 19), 0);
}

CASE(lowering_oneself_lets_others_run)
{
	two_equals(FIFO, lower, "abc");
}

static void leave(struct steps *s)
{
	(void)s;
	CHECK_EQ(set_policy(0, OTHER, 0), 0);
}

CASE(leaving_the_class_lets_others_run)
{
	two_equals(FIFO, leave, "abc");
}

static void same_again(struct steps *s)
{
	(void)s;
	CHECK_EQ(set_priority(0, 20), 0);
	CHECK_EQ(set_policy(0, FIFO, 20), 0);
}

CASE(setting_the_same_changes_nothing)
{
	two_equals(FIFO, same_again, "acb");
}

static void yield_alone(struct steps *s)
{
	(void)s;
	CHECK_EQ(set_priority(0, 21), 0);
	for (int i = 0; i < 10; i++)
		sys(SYS_sched_yield);
}

CASE(a_yield_does_not_let_lesser_ones_run)
{
	two_equals(FIFO, yield_alone, "acb");
}

/* One that is preempted stays the first of its equals. */
CASE(preempted_ones_come_back_first)
{
	struct steps *s = shared_page();
	int a, b, high;

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 50);
	CHILD(a)
	{
		CHECK_EQ(set_priority(0, 20), 0);
		wait_word(&s->word[2], 0);
		set_word(&s->word[0], 1); /* b waits behind it from now on */
		set_word(&s->word[1], 1); /* preempts it */
		step(s, 'a');
	}
	b = start_stepper(s, 'b', FIFO, 20);
	CHILD(high)
	{
		wait_word(&s->word[1], 0);
		step(s, 'h');
	}
	wait_state(a, 'S');
	wait_state(high, 'S');
	set_word(&s->word[2], 1);
	reap_all((int[]){a, b, high}, 3);
	CHECK_STR((char *)s->who, "hab");
}

CASE(raising_a_waiting_one)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 20);
	pid = start_stepper(s, 'o', FIFO, 10);
	set_word(&s->word[0], 1);
	step(s, 'a');
	CHECK_EQ(set_priority(pid, 30), 0);
	step(s, 'c');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, "aoc");
}

CASE(making_a_waiting_fair_one_real_time)
{
	struct steps *s = shared_page();
	int pid;

	NEEDS_ROOT();
	pin(0, 0);
	CHILD(pid)
	{
		wait_word(&s->word[0], 0);
		step(s, 'o');
	}
	wait_state(pid, 'S');
	real_time(FIFO, 20);
	set_word(&s->word[0], 1);
	step(s, 'a');
	CHECK_EQ(set_policy(pid, FIFO, 30), 0);
	step(s, 'c');
	CHECK_EQ(reap(pid), 0);
	CHECK_STR((char *)s->who, "aoc");
}

CASE(priority_of_a_sleeper_counts_when_it_wakes)
{
	struct steps *s = shared_page();
	int pid[2];

	NEEDS_ROOT();
	pin(0, 0);
	real_time(FIFO, 50);
	pid[0] = start_stepper(s, 'a', FIFO, 20);
	pid[1] = start_stepper(s, 'b', FIFO, 10);
	CHECK_EQ(set_priority(pid[1], 30), 0);
	CHECK_EQ(set_priority(pid[0], 5), 0);
	set_word(&s->word[0], 1);
	reap_all(pid, 2);
	CHECK_STR((char *)s->who, "ba");
}

/* --- several processors --- */

/* As many busy ones as there are processors, and one more: the least important one waits. */
CASE(the_most_important_ones_run, .timeout = 30)
{
	NEEDS_MACHINE("real-time loops on all processors");
	struct steps *s = shared_page();
	int n = nr_cpus(), pid[STEPS];
	volatile int64_t *loops = shared_page();

	real_time(FIFO, 50);
	for (int i = 0; i <= n; i++) {
		CHILD(pid[i])
		{
			CHECK_EQ(set_priority(0, 10 + i), 0);
			wait_word(&s->word[0], 0);
			while (!s->word[1])
				loops[i]++;
		}
		wait_state(pid[i], 'S');
	}
	set_word(&s->word[0], 1);
	sleep_ms(200);
	s->word[1] = 1;
	reap_all(pid, n + 1);
	for (int i = 1; i <= n; i++)
		CHECK(loops[i] > 1000);
	CHECK(loops[0] < loops[1] / 10);
}

/* What is preempted goes on elsewhere if a less important task runs there. */
CASE(a_preempted_one_is_pushed, .timeout = 30)
{
	NEEDS_MACHINE("real-time loops");
	struct steps *s = shared_page();
	int busy, high;

	if (nr_cpus() < 2)
		SKIP("needs two processors");
	CHILD(busy)
	{
		unsigned long all = -1ul;

		pin(0, 0);
		real_time(FIFO, 10);
		sys(SYS_sched_setaffinity, 0, sizeof(all), &all);
		set_word(&s->word[0], 1);
		while (!s->word[1])
			s->word[2]++;
	}
	wait_word(&s->word[0], 0);
	CHILD(high)
	{
		real_time(FIFO, 20);
		pin(0, 0);
		int before = s->word[2];
		burn_ms(50);
		s->word[3] = s->word[2] - before;
	}
	CHECK_EQ(reap(high), 0);
	s->word[1] = 1;
	CHECK_EQ(reap(busy), 0);
	CHECK(s->word[3] > 1000);
}

/* Who waits behind a more important task is pulled when another processor has less to do. */
CASE(a_waiting_one_is_pulled, .timeout = 30)
{
	NEEDS_MACHINE("real-time loops");
	struct steps *s = shared_page();
	int n = nr_cpus(), hog[STEPS], waiting;

	if (n < 2)
		SKIP("needs two processors");
	for (int i = 0; i < n; i++) {
		CHILD(hog[i])
		{
			pin(0, i);
			real_time(FIFO, 30);
			set_word(&s->word[0], 1);
			burn_ms(i == n - 1 ? 40 : 400);
			step(s, i == n - 1 ? 's' : 'l');
		}
	}
	CHILD(waiting)
	{
		real_time(FIFO, 20);
		step(s, 'w');
	}
	CHECK_EQ(reap(waiting), 0);
	reap_all(hog, n);
	CHECK(s->who[n] == 'l');
}

/* --- the share of the others --- */

CASE(a_real_time_loop_leaves_a_share, .timeout = 30)
{
	NEEDS_MACHINE("a real-time loop");
	int pid;
	int64_t start;

	pin(0, 0);
	CHILD(pid)
	{
		pin(0, 0);
		CHECK_EQ(set_policy(0, FIFO, 99), 0);
		for (int64_t end = now_ms() + 3000; now_ms() < end;)
			;
	}
	sleep_ms(20);
	start = now_ms();
	for (int i = 0; i < 3; i++)
		burn_ms(10);
	CHECK(now_ms() - start < 2500);
	CHECK_EQ(reap(pid), 0);
}

CASE(the_share_can_be_set, .timeout = 30)
{
	NEEDS_MACHINE("sysctl");
	char text[32];
	struct timespec ts;
	int fd;

	CHECK(slurp("/proc/sys/kernel/sched_rt_runtime_us", text, sizeof(text)) > 0);
	CHECK_STR(text, "950000\n");
	fd = sys(SYS_open, "/proc/sys/kernel/sched_rt_runtime_us", O_WRONLY);
	CHECK_EQ(sys(SYS_pwrite64, fd, "1000001", 7, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, fd, "-2", 2, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, fd, "-1", 2, 0), 2);
	CHECK(slurp("/proc/sys/kernel/sched_rt_runtime_us", text, sizeof(text)) > 0);
	CHECK_STR(text, "-1\n");
	CHECK_EQ(sys(SYS_pwrite64, fd, "950000", 6, 0), 6);
	fd = sys(SYS_open, "/proc/sys/kernel/sched_rt_period_us", O_WRONLY);
	CHECK_EQ(sys(SYS_pwrite64, fd, "900000", 6, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, fd, "0", 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, fd, "1000000", 7, 0), 7);
	fd = sys(SYS_open, "/proc/sys/kernel/sched_rr_timeslice_ms", O_WRONLY);
	CHECK_EQ(sys(SYS_pwrite64, fd, "20", 2, 0), 2);
	CHECK_EQ(set_policy(0, RR, 1), 0);
	CHECK_EQ(sys(SYS_sched_rr_get_interval, 0, &ts), 0);
	CHECK_EQ(ts.tv_nsec, 20000000);
	CHECK_EQ(sys(SYS_pwrite64, fd, "0", 1, 0), 1);
	CHECK(slurp("/proc/sys/kernel/sched_rr_timeslice_ms", text, sizeof(text)) > 0);
	CHECK_STR(text, "100\n");
}
