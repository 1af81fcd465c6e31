// SPDX-License-Identifier: MIT
/*
 * sched/rttime: RLIMIT_RTTIME.
 *
 * Promise   a real-time thread that does not sleep gets SIGXCPU at the soft limit and SIGKILL at the hard one; a sleep
 *           begins the time anew, a yield does not; other policies have no such limit
 * Linux     getrlimit(2)
 */
#include "tests/abi/sched/sched.h"

enum { SOFT_US = 60000, HARD_US = 200000, LONGER_MS = 400, LONG_US = 300000 };

static void burn_with_sleeps(struct steps *s);

static void hot_child(struct steps *s, int policy, int priority, void (*body)(struct steps *s), int expected)
{
	int pid;

	CHILD(pid)
	{
		limit_to(RLIMIT_RTTIME, SOFT_US, body == burn_with_sleeps ? LONG_US : HARD_US);
		handle(SIGXCPU, count_signal, 0);
		CHECK_EQ(set_policy(0, policy, priority), 0);
		body(s);
	}
	CHECK_EQ(reap(pid), expected);
}

static void burn(struct steps *s)
{
	int64_t start = cpu_ms();

	while (cpu_ms() - start < LONGER_MS) {
		s->word[0] = signals;
		s->word[1] = cpu_ms() - start;
	}
}

static void check_killed(int policy)
{
	struct steps *s = shared_page();

	NEEDS_ROOT();
	hot_child(s, policy, 1, burn, KILLED(SIGKILL));
	CHECK_EQ(s->word[0], 1);
	CHECK(s->word[1] < LONGER_MS);
}

CASE(fifo_is_told_and_killed)
{
	check_killed(FIFO);
}

CASE(rr_is_told_and_killed)
{
	check_killed(RR);
}

CASE(fair_policies_are_not_limited)
{
	struct steps *s = shared_page();

	hot_child(s, OTHER, 0, burn, 0);
	CHECK_EQ(s->word[0], 0);
}

static void burn_with_yields(struct steps *s)
{
	int64_t start = cpu_ms();

	while (cpu_ms() - start < LONGER_MS) {
		sys(SYS_sched_yield);
		s->word[0] = signals;
	}
}

CASE(a_yield_does_not_begin_anew)
{
	struct steps *s = shared_page();

	NEEDS_ROOT();
	hot_child(s, FIFO, 1, burn_with_yields, KILLED(SIGKILL));
	CHECK_EQ(s->word[0], 1);
}

static void burn_with_sleeps(struct steps *s)
{
	limit_to(RLIMIT_RTTIME, LONG_US, LONG_US);
	for (int i = 0; i < 20; i++) {
		burn_ms(LONG_US / 10000);
		sleep_ms(1);
	}
	s->word[0] = signals;
}

CASE(a_sleep_begins_anew)
{
	struct steps *s = shared_page();

	NEEDS_ROOT();
	hot_child(s, FIFO, 1, burn_with_sleeps, 0);
	CHECK_EQ(s->word[0], 0);
}

static void burn_until_told(struct steps *s)
{
	int64_t start = cpu_ms();

	while (!signals && cpu_ms() - start < LONGER_MS)
		;
	s->word[1] = cpu_ms() - start;
	CHECK_EQ(signals, 1);
	CHECK_EQ(set_policy(0, OTHER, 0), 0);
	burn_ms(HARD_US / 1000);
}

CASE(who_heeds_the_signal_lives)
{
	struct steps *s = shared_page();

	NEEDS_ROOT();
	hot_child(s, RR, 50, burn_until_told, 0);
	CHECK(s->word[1] >= SOFT_US / 1000 - 8);
}

CASE(the_signal_kills_who_has_no_handler)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid)
	{
		limit_to(RLIMIT_RTTIME, SOFT_US, HARD_US);
		limit_to(RLIMIT_CORE, 0, 0);
		CHECK_EQ(set_policy(0, FIFO, 1), 0);
		burn_ms(LONGER_MS);
	}
	CHECK_EQ(reap(pid) & ~DUMPED, KILLED(SIGXCPU));
}
