// SPDX-License-Identifier: MIT
/*
 * futex/waitv: waiting for many words at once, and the futex calls with numbers of their own.
 *
 * Promise   a wake at any word ends the wait and its index is the answer; values are tested at all words; 128 of
 *           them; time limits on either clock; signals; arguments that are not meant.
 * Linux     futex_waitv(2), futex_wake, futex_wait.
 */
#include "tests/abi/futex/futex.h"

enum { ROUNDS = 300, SLEEPERS = 3 };

static uint32_t words[WAITV_MOST];

static void fill(struct waitv *v, int n)
{
	for (int i = 0; i < n; i++)
		v[i] = (struct waitv){words[i], (long)&words[i], U32_PRIVATE, 0};
}

static long waitv(struct waitv *v, unsigned n, unsigned flags, void *timeout, int clock)
{
	return sys(SYS_futex_waitv, v, n, flags, timeout, clock);
}

CASE(index_of_the_woken)
{
	struct waitv v[5];

	fill(v, 5);
	for (int i = 0; i < 5; i++) {
		struct sleeper s = SLEEP_IN(SYS_futex_waitv, (long)v, 5);

		start_in_thread(&s);
		CHECK_EQ(wake_private(&words[i], 1), 1);
		CHECK_EQ(finish(&s), i);
		for (int k = 0; k < 5; k++)
			CHECK_EQ(wake_private(&words[k], 1), 0);
	}
}

CASE(all_128)
{
	struct waitv v[WAITV_MOST];
	const int at[] = {0, 1, 63, 64, WAITV_MOST - 1};

	fill(v, WAITV_MOST);
	for (int i = 0; i < 5; i++) {
		struct sleeper s = SLEEP_IN(SYS_futex_waitv, (long)v, WAITV_MOST);

		start_in_thread(&s);
		CHECK_EQ(wake_private(&words[at[i]], 1), 1);
		CHECK_EQ(finish(&s), at[i]);
	}
}

CASE(one_word_in_two_places)
{
	struct waitv v[3];
	struct sleeper s = SLEEP_IN(SYS_futex_waitv, (long)v, 3);

	fill(v, 3);
	v[2].uaddr = v[0].uaddr;
	start_in_thread(&s);
	CHECK_EQ(wake_private(&words[0], ALL_OF_THEM), 2); /* places are counted */
	CHECK_EQ(finish(&s), 2);			   /* the last of them is told */
}

CASE(a_value_that_differs)
{
	struct waitv v[4];

	fill(v, 4);
	for (int i = 0; i < 4; i++) {
		v[i].val = 1;
		CHECK_EQ(waitv(v, 4, 0, NULL, 0), -EAGAIN);
		v[i].val = 0;
	}
	for (int i = 0; i < 4; i++)
		CHECK_EQ(wake_private(&words[i], 1), 0);
}

CASE(counts_and_flags)
{
	struct waitv v[WAITV_MOST + 1];

	memset(v, 0, sizeof(v));
	fill(v, WAITV_MOST);
	v[0].val = 1;
	CHECK_EQ(waitv(v, 0, 0, NULL, 0), -EINVAL);
	CHECK_EQ(waitv(v, WAITV_MOST, 0, NULL, 0), -EAGAIN);
	CHECK_EQ(waitv(v, WAITV_MOST + 1, 0, NULL, 0), -EINVAL);
	CHECK_EQ(waitv(v, 0xffffffff, 0, NULL, 0), -EINVAL);
	CHECK_EQ(waitv(v, 1, 1, NULL, 0), -EINVAL);
	CHECK_EQ(waitv(v, 1, 0x80000000, NULL, 0), -EINVAL);
	CHECK_EQ(waitv(NULL, 1, 0, NULL, 0), -EINVAL);
	CHECK_EQ(waitv(hole(), 1, 0, NULL, 0), -EFAULT);
	CHECK_EQ(waitv((void *)0xffff800000000000, 1, 0, NULL, 0), -EFAULT);
}

CASE(array_at_the_end_of_its_page)
{
	struct waitv *v = (struct waitv *)page_end(PROT_READ | PROT_WRITE) - 2;

	fill(v, 2);
	v[1].val = 1;
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EAGAIN);
	CHECK_EQ(waitv(v, 3, 0, NULL, 0), -EFAULT);
	CHECK_EQ(waitv((void *)((char *)v + 1), 2, 0, NULL, 0), -EINVAL); /* one by one: the first is nonsense */
}

CASE(flags_of_an_entry)
{
	struct waitv v[2];

	for (unsigned flag = 0; flag < 256; flag++) {
		fill(v, 2);
		v[0].val = 1;
		v[1].flags = flag;
		if ((flag & ~PRIVATE) == U32)
			CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EAGAIN);
		else if (!(flag & 0xc)) /* what NUMA words are is another story */
			CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EINVAL);
	}
	for (int bit = 8; bit < 32; bit++) {
		fill(v, 2);
		v[1].flags |= 1u << bit;
		CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EINVAL);
	}
	fill(v, 2);
	v[1].reserved = 1;
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EINVAL);
	fill(v, 2);
	v[1].val = 1ULL << 32;
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EINVAL);
}

CASE(addresses_of_an_entry)
{
	struct waitv v[2];

	fill(v, 2);
	v[1].uaddr++;
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EINVAL);
	v[1].uaddr = (long)hole();
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EFAULT);
	v[1].flags = U32;
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EFAULT);
	v[1].uaddr = 0xffffffff80000000;
	CHECK_EQ(waitv(v, 2, 0, NULL, 0), -EFAULT);
	CHECK_EQ(wake_private(&words[0], 1), 0);
}

CASE(word_that_must_be_faulted_in)
{
	struct timespec at = in_ms(CLOCK_MONOTONIC, SHORT_MS);
	struct waitv v[3];

	fill(v, 3);
	for (int i = 1; i < 3; i++)
		v[i].uaddr = (long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(waitv(v, 3, 0, &at, CLOCK_MONOTONIC), -ETIMEDOUT);
}

static void times_out(int clock)
{
	struct waitv v[2];
	struct timespec at = in_ms(clock, SHORT_MS);
	int64_t start = now_ms();

	fill(v, 2);
	CHECK_EQ(waitv(v, 2, 0, &at, clock), -ETIMEDOUT);
	CHECK(now_ms() - start >= SHORT_MS - 1);
	CHECK_EQ(waitv(v, 2, 0, &at, clock), -ETIMEDOUT); /* it is past now */
	CHECK_EQ(wake_private(&words[0], 1), 0);
}

CASE(time_limits_are_absolute_on_either_clock)
{
	times_out(CLOCK_MONOTONIC);
	times_out(CLOCK_REALTIME);
}

CASE(time_limit_arguments)
{
	struct timespec bad[] = {{.tv_nsec = 1000000000}, {.tv_nsec = -1}, {.tv_sec = -1}}, good = {0};
	struct waitv v[1];

	fill(v, 1);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(waitv(v, 1, 0, &bad[i], CLOCK_MONOTONIC), -EINVAL);
	CHECK_EQ(waitv(v, 1, 0, hole(), CLOCK_MONOTONIC), -EFAULT);
	for (int clock = 2; clock < 12; clock++)
		CHECK_EQ(waitv(v, 1, 0, &good, clock), -EINVAL);
	CHECK_EQ(waitv(v, 1, 0, &good, -1), -EINVAL);
	v[0].val = 1;
	CHECK_EQ(waitv(v, 1, 0, NULL, 77), -EAGAIN); /* no time, no clock */
	CHECK_EQ(waitv(v, 1, 0, &good, CLOCK_MONOTONIC), -EAGAIN);
	CHECK_EQ(waitv(hole(), 1, 0, &bad[0], CLOCK_MONOTONIC), -EINVAL);
}

static volatile int handled;

static void count(int sig)
{
	(void)sig;
	handled++;
}

/* What a call does that a handler with these flags interrupts; restarted, it is woken at `word`. */
static long interrupted(struct sleeper s, int flags, uint32_t *word)
{
	handled = 0;
	handle(SIGUSR1, count, flags);
	start_in_thread(&s);
	CHECK_EQ(sys(SYS_tgkill, getpid(), s.pid, SIGUSR1), 0);
	while (!handled)
		sys(SYS_sched_yield);
	for (int i = 0; s.done && i < STATE_WAIT_MS; i++) {
		if (task_state(s.pid) == 'S' && flags)
			wake_private(word, 1);
		sleep_ms(1);
	}
	return finish(&s);
}

CASE(signals_and_restarts)
{
	struct timespec at = in_ms(CLOCK_MONOTONIC, LONG_MS);
	struct waitv v[2];
	struct sleeper s = SLEEP_IN(SYS_futex_waitv, (long)v, 2);

	fill(v, 2);
	CHECK_EQ(interrupted(s, 0, &words[1]), -EINTR);
	CHECK_EQ(interrupted(s, SA_RESTART, &words[1]), 1);
	s.call[4] = (long)&at;
	s.call[5] = CLOCK_MONOTONIC;
	CHECK_EQ(interrupted(s, 0, &words[1]), -EINTR);
	CHECK_EQ(interrupted(s, SA_RESTART, &words[1]), 1);
}

CASE(signals_and_restarts_of_one_word)
{
	struct timespec at = in_ms(CLOCK_MONOTONIC, LONG_MS), relative = {.tv_sec = LONG_MS / 1000};
	struct sleeper newer = SLEEP_IN(SYS_futex_wait, (long)&words[0], 0, ANY, U32_PRIVATE, (long)&at,
		CLOCK_MONOTONIC);
	struct sleeper plain = SLEEP_IN(SYS_futex, (long)&words[0], WAIT | PRIVATE, 0, 0);

	CHECK_EQ(interrupted(newer, 0, &words[0]), -EINTR);
	CHECK_EQ(interrupted(newer, SA_RESTART, &words[0]), 0);
	CHECK_EQ(interrupted(plain, 0, &words[0]), -EINTR);
	CHECK_EQ(interrupted(plain, SA_RESTART, &words[0]), 0);
	plain.call[4] = (long)&relative;
	CHECK_EQ(interrupted(plain, SA_RESTART, &words[0]), -EINTR); /* with a time limit a handler ends it */
}

CASE(stop_and_continue_restarts)
{
	uint32_t *w = shared_page();
	struct waitv v = {0, (long)w, U32, 0};
	int pid = start_in_process(SLEEP_IN(SYS_futex_waitv, (long)&v, 1), 0);

	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	wait_state(pid, 'T');
	CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
	wait_state(pid, 'S');
	CHECK_EQ(sys(SYS_futex, w, WAKE, 1), 1);
	CHECK_EQ(reap(pid), 0);
}

CASE(shared_and_private_words_together)
{
	uint32_t *shared = shared_page();
	struct waitv v[2];

	fill(v, 2);
	v[1] = (struct waitv){0, (long)shared, U32, 0};
	for (int i = 0; i < 2; i++) {
		struct sleeper s = SLEEP_IN(SYS_futex_waitv, (long)v, 2);

		start_in_thread(&s);
		CHECK_EQ(sys(SYS_futex, shared, WAKE | PRIVATE, 1), 0);
		CHECK_EQ(i ? sys(SYS_futex, shared, WAKE, 1) : wake_private(&words[0], 1), 1);
		CHECK_EQ(finish(&s), i);
	}
}

CASE(requeued_entry)
{
	static uint32_t target;
	struct waitv v[3];
	struct sleeper s = SLEEP_IN(SYS_futex_waitv, (long)v, 3);

	fill(v, 3);
	start_in_thread(&s);
	CHECK_EQ(sys(SYS_futex, &words[1], REQUEUE | PRIVATE, 0, 1, &target, 0), 1);
	CHECK_EQ(wake_private(&words[1], 1), 0);
	CHECK_EQ(wake_private(&target, 1), 1);
	CHECK_EQ(finish(&s), 1);
	CHECK_EQ(wake_private(&words[0], 1), 0);
}

CASE(killed)
{
	uint32_t *w = shared_page();
	struct waitv v[2] = {{0, (long)w, U32, 0}, {0, (long)(w + 1), U32, 0}};
	int pid = start_in_process(SLEEP_IN(SYS_futex_waitv, (long)v, 2), 0);

	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
	CHECK_EQ(sys(SYS_futex, w, WAKE, 1), 0);
	CHECK_EQ(sys(SYS_futex, w + 1, WAKE, 1), 0);
}

static int wait_shortly(void *arg)
{
	struct waitv v[8];
	long *woken = arg;

	fill(v, 8);
	for (int i = 0; i < ROUNDS; i++) {
		struct timespec at = {.tv_nsec = 0};
		long r;

		sys(SYS_clock_gettime, CLOCK_MONOTONIC, &at);
		at.tv_nsec += 100000;
		if (at.tv_nsec >= 1000000000) {
			at.tv_nsec -= 1000000000;
			at.tv_sec++;
		}
		r = waitv(v, 8, 0, &at, CLOCK_MONOTONIC);
		CHECK((r >= 0 && r < 8) || r == -ETIMEDOUT);
		*woken += r >= 0;
	}
	return 0;
}

CASE(no_wake_is_lost_to_a_time_out, .timeout = 60)
{
	long told[SLEEPERS] = {0}, all_told = 0, woken = 0;
	int done[SLEEPERS];

	for (int i = 0; i < SLEEPERS; i++)
		CHECK(start_thread(&done[i], wait_shortly, &told[i]) > 0);
	/* Always the same word: a waiter has one place there, so each place woken is a wait that tells. */
	for (int i = 0; i < 10 * ROUNDS; i++)
		woken += wake_private(&words[3], 1);
	for (int i = 0; i < SLEEPERS; i++) {
		join_thread(&done[i]);
		all_told += told[i];
	}
	CHECK_EQ(all_told, woken);
}

/* --- futex_wake, futex_wait --- */

CASE(newer_wake_and_wait)
{
	struct sleeper s = SLEEP_IN(SYS_futex_wait, (long)&words[0], 0, 6, U32_PRIVATE, 0, 0);

	start_in_thread(&s);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], 1, 1, U32_PRIVATE), 0);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], ANY, 0, U32_PRIVATE), 0);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], ANY, 1, U32), 0);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], 4, 1, U32_PRIVATE), 1);
	CHECK_EQ(finish(&s), 0);
}

CASE(newer_wake_of_less_than_none)
{
	struct sleeper s[2];

	start_waiters(s, 2, &words[0]);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], ANY, -1, U32_PRIVATE), 1);
	CHECK_EQ(wake_private(&words[0], 0), 1);
	CHECK_EQ(finish(&s[0]), 0);
	CHECK_EQ(finish(&s[1]), 0);
}

CASE(newer_wake_arguments)
{
	CHECK_EQ(sys(SYS_futex_wake, &words[0], 0, 1, U32), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], 0, 0, U32), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], 1ULL << 32, 1, U32), -EINVAL);
	for (unsigned size = 0; size < 4; size++)
		CHECK_EQ(sys(SYS_futex_wake, &words[0], 1, 1, size), size == U32 ? 0 : -EINVAL);
	CHECK_EQ(sys(SYS_futex_wake, &words[0], 1, 1, U32 | 1 << 8), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wake, (char *)&words[0] + 1, 1, 1, U32), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wake, (char *)&words[0] + 1, 1, 0, U32), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wake, hole(), 1, 0, U32), -EFAULT);
	CHECK_EQ(sys(SYS_futex_wake, hole(), 1, 1, U32_PRIVATE), 0);
}

CASE(newer_wait_arguments)
{
	struct timespec past = {.tv_nsec = 1}, bad = {.tv_nsec = -1};
	uint32_t *w = &words[0];

	CHECK_EQ(sys(SYS_futex_wait, w, 1, ANY, U32, 0, 0), -EAGAIN);
	CHECK_EQ(sys(SYS_futex_wait, w, 1, 0, U32, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wait, w, 1, 1ULL << 32, U32, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wait, w, 1ULL << 32, ANY, U32, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wait, w, 1, ANY, 1, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wait, w, 0, ANY, U32, &past, CLOCK_MONOTONIC), -ETIMEDOUT);
	CHECK_EQ(sys(SYS_futex_wait, w, 0, ANY, U32, &past, CLOCK_REALTIME), -ETIMEDOUT);
	CHECK_EQ(sys(SYS_futex_wait, w, 0, ANY, U32, &past, CLOCK_BOOTTIME), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wait, w, 0, ANY, U32, &bad, CLOCK_MONOTONIC), -EINVAL);
	CHECK_EQ(sys(SYS_futex_wait, w, 0, ANY, U32, hole(), CLOCK_MONOTONIC), -EFAULT);
	CHECK_EQ(sys(SYS_futex_wait, hole(), 0, ANY, U32, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex_wait, (char *)w + 2, 0, ANY, U32, 0, 0), -EINVAL);
}
