// SPDX-License-Identifier: MIT
/*
 * futex/requeue: waiters that are moved from one word to another.
 *
 * Promise   the first are woken, the next moved in their order and behind those who are there; the comparison, the
 *           numbers, the errors; and a moved waiter can be woken, time out, be interrupted and die like any other.
 * Linux     futex(2): FUTEX_REQUEUE, FUTEX_CMP_REQUEUE; futex_requeue.
 */
#include "tests/abi/futex/futex.h"

enum { SOME = 4, MANY = 40, ROUNDS = 300 };

static uint32_t from, to;

static long requeue(int nr_wake, int nr_requeue)
{
	return sys(SYS_futex, &from, REQUEUE | PRIVATE, nr_wake, nr_requeue, &to, 0);
}

static long cmp_requeue(int nr_wake, int nr_requeue, uint32_t expected)
{
	return sys(SYS_futex, &from, CMP_REQUEUE | PRIVATE, nr_wake, nr_requeue, &to, expected);
}

CASE(nobody_to_move)
{
	CHECK_EQ(requeue(1, 1), 0);
	CHECK_EQ(cmp_requeue(1, 1, 0), 0);
}

CASE(comparison_comes_first)
{
	struct sleeper s[1];

	start_waiters(s, 1, &from);
	CHECK_EQ(cmp_requeue(1, 1, 1), -EAGAIN);
	CHECK_EQ(wake_private(&from, 1), 1);
	CHECK_EQ(finish(s), 0);
}

CASE(plain_requeue_compares_nothing)
{
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | PRIVATE, 1, 1, &to, 77), 0);
}

CASE(negative_numbers)
{
	CHECK_EQ(requeue(-1, 1), -EINVAL);
	CHECK_EQ(requeue(1, -1), -EINVAL);
	CHECK_EQ(cmp_requeue(-1, 1, 1), -EINVAL);
	CHECK_EQ(cmp_requeue(0, 0x80000000, 1), -EINVAL);
}

CASE(high_bits_of_the_second_number_do_not_count)
{
	struct sleeper s[2];

	start_waiters(s, 2, &from);
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | PRIVATE, 0, 0x700000001, &to, 0), 1);
	CHECK_EQ(wake_private(&to, ALL_OF_THEM), 1);
	CHECK_EQ(wake_private(&from, ALL_OF_THEM), 1);
	CHECK_EQ(finish(&s[0]), 0);
	CHECK_EQ(finish(&s[1]), 0);
}

CASE(both_kinds_answer_woken_and_moved)
{
	struct sleeper s[SOME];

	start_waiters(s, SOME, &from);
	CHECK_EQ(requeue(1, 1), 2);
	CHECK_EQ(cmp_requeue(1, ALL_OF_THEM, 0), 2);
	CHECK_EQ(wake_private(&from, ALL_OF_THEM), 0);
	CHECK_EQ(wake_private(&to, ALL_OF_THEM), 2);
	for (int i = 0; i < SOME; i++)
		CHECK_EQ(finish(&s[i]), 0);
}

CASE(none_to_wake_and_none_to_move)
{
	struct sleeper s[2];

	start_waiters(s, 2, &from);
	CHECK_EQ(requeue(0, 0), 0);
	CHECK_EQ(requeue(0, 1), 1);
	CHECK_EQ(requeue(1, 0), 1);
	CHECK_EQ(wake_private(&to, ALL_OF_THEM), 1);
	CHECK_EQ(finish(&s[0]), 0);
	CHECK_EQ(finish(&s[1]), 0);
}

CASE(order_is_kept)
{
	struct sleeper s[SOME];

	start_waiters(s, SOME, &from);
	CHECK_EQ(requeue(1, ALL_OF_THEM), SOME);
	for (int i = 0; i < SOME; i++) {
		CHECK_EQ(finish(&s[i]), 0);
		for (int later = i + 1; later < SOME; later++)
			CHECK(s[later].done != 0);
		CHECK_EQ(wake_private(&to, 1), i < SOME - 1);
	}
}

CASE(moved_ones_go_behind_those_who_are_there)
{
	/* Words that share no bucket, whatever the hash: on Linux one of these pairs at least. */
	static uint32_t words[8][2];

	for (int i = 0; i < 8; i++) {
		struct sleeper first, moved;
		bool in_order;

		start_waiters(&moved, 1, &words[i][0]);
		start_waiters(&first, 1, &words[i][1]);
		CHECK_EQ(sys(SYS_futex, words[i], REQUEUE | PRIVATE, 0, 1, &words[i][1], 0), 1);
		CHECK_EQ(wake_private(&words[i][1], 1), 1);
		in_order = sys(SYS_futex, &first.done, WAIT, first.pid, &(struct timespec){.tv_nsec = 300000000}) !=
			-ETIMEDOUT;
		CHECK_EQ(wake_private(&words[i][1], 1), 1);
		CHECK_EQ(finish(&moved), 0);
		CHECK_EQ(finish(&first), 0);
		if (in_order)
			return;
	}
	CHECK(!"a moved waiter came first each time");
}

CASE(onto_itself)
{
	struct sleeper s[3];

	start_waiters(s, 3, &from);
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | PRIVATE, 1, 1, &from, 0), 2);
	CHECK_EQ(finish(&s[0]), 0);
	CHECK_EQ(sys(SYS_futex, &from, CMP_REQUEUE | PRIVATE, 0, ALL_OF_THEM, &from, 0), 2);
	CHECK_EQ(wake_private(&from, 1), 1);
	CHECK_EQ(finish(&s[1]), 0);
	CHECK_EQ(wake_private(&from, ALL_OF_THEM), 1);
	CHECK_EQ(finish(&s[2]), 0);
}

CASE(back_again)
{
	struct sleeper s[2];

	start_waiters(s, 2, &from);
	for (int i = 0; i < 10; i++) {
		CHECK_EQ(requeue(0, ALL_OF_THEM), 2);
		CHECK_EQ(sys(SYS_futex, &to, REQUEUE | PRIVATE, 0, ALL_OF_THEM, &from, 0), 2);
	}
	CHECK_EQ(wake_private(&to, ALL_OF_THEM), 0);
	CHECK_EQ(wake_private(&from, 1), 1);
	CHECK_EQ(finish(&s[0]), 0);
	CHECK_EQ(wake_private(&from, 1), 1);
	CHECK_EQ(finish(&s[1]), 0);
}

CASE(moved_waiter_times_out)
{
	struct timespec at = in_ms(CLOCK_MONOTONIC, 200);
	struct sleeper s = SLEEP_IN(SYS_futex, (long)&from, WAIT_BITSET | PRIVATE, 0, (long)&at, 0, ANY);

	start_in_thread(&s);
	CHECK_EQ(requeue(0, 1), 1);
	CHECK_EQ(finish(&s), -ETIMEDOUT);
	CHECK_EQ(wake_private(&to, 1), 0);
	CHECK_EQ(wake_private(&from, 1), 0);
}

static void nothing(int sig)
{
	(void)sig;
}

CASE(moved_waiter_is_interrupted)
{
	struct sleeper s[1];

	handle(SIGUSR1, nothing, 0);
	start_waiters(s, 1, &from);
	CHECK_EQ(requeue(0, 1), 1);
	CHECK_EQ(sys(SYS_tgkill, getpid(), s->pid, SIGUSR1), 0);
	CHECK_EQ(finish(s), -EINTR);
	CHECK_EQ(wake_private(&to, 1), 0);
}

CASE(restarted_waiter_is_at_its_first_word_again)
{
	struct sleeper s[1];

	handle(SIGUSR1, nothing, SA_RESTART);
	start_waiters(s, 1, &from);
	CHECK_EQ(requeue(0, 1), 1);
	CHECK_EQ(sys(SYS_tgkill, getpid(), s->pid, SIGUSR1), 0);
	while (wake_private(&from, 1) == 0)
		sleep_ms(1);
	CHECK_EQ(finish(s), 0);
	CHECK_EQ(wake_private(&to, 1), 0);
}

CASE(moved_waiter_keeps_its_bits)
{
	struct sleeper s = SLEEP_IN(SYS_futex, (long)&from, WAIT_BITSET | PRIVATE, 0, 0, 0, 4);

	start_in_thread(&s);
	CHECK_EQ(requeue(0, 1), 1);
	CHECK_EQ(sys(SYS_futex, &to, WAKE_BITSET | PRIVATE, 1, 0, 0, 3), 0);
	CHECK_EQ(sys(SYS_futex, &to, WAKE_BITSET | PRIVATE, 1, 0, 0, 6), 1);
	CHECK_EQ(finish(&s), 0);
}

CASE(moved_process_is_killed)
{
	uint32_t *w = shared_page();
	int pid = start_in_process(SLEEP_IN(SYS_futex, (long)w, WAIT, 0, 0), 0);

	CHECK_EQ(sys(SYS_futex, w, REQUEUE, 0, 1, w + 1, 0), 1);
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
	CHECK_EQ(sys(SYS_futex, w + 1, WAKE, 1), 0);
}

CASE(between_shared_mappings_of_processes)
{
	uint32_t *w = shared_page(), *other = shared_page();
	int a = start_in_process(SLEEP_IN(SYS_futex, (long)w, WAIT, 0, 0), 0);
	int b = start_in_process(SLEEP_IN(SYS_futex, (long)w, WAIT, 0, 0), 0);

	CHECK_EQ(sys(SYS_futex, w, CMP_REQUEUE, 1, 1, other, 0), 2);
	CHECK_EQ(reap(a), 0);
	CHECK_EQ(sys(SYS_futex, w, WAKE, 1), 0);
	CHECK_EQ(sys(SYS_futex, other, WAKE, 1), 1);
	CHECK_EQ(reap(b), 0);
}

CASE(bad_addresses)
{
	char *gone = hole();

	CHECK_EQ(sys(SYS_futex, gone, CMP_REQUEUE | PRIVATE, 1, 1, &to, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, gone, REQUEUE | PRIVATE, 1, 1, &to, 0), 0);
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | PRIVATE, 1, 1, gone, 0), 0);
	CHECK_EQ(sys(SYS_futex, gone, REQUEUE, 1, 1, &to, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE, 1, 1, gone, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, (char *)&from + 1, REQUEUE | PRIVATE, 1, 1, &to, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | PRIVATE, 1, 1, (char *)&to + 2, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, 0xffff800000000000, REQUEUE | PRIVATE, 1, 1, &to, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | PRIVATE, 1, 1, 0xffff800000000000, 0), -EFAULT);
}

CASE(word_that_must_be_faulted_in)
{
	uint32_t *fresh = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_EQ(sys(SYS_futex, fresh, CMP_REQUEUE | PRIVATE, 1, 1, &to, 1), -EAGAIN);
	fresh = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(sys(SYS_futex, fresh, CMP_REQUEUE, 1, 1, &to, 0), 0);
}

CASE(has_no_clock)
{
	CHECK_EQ(sys(SYS_futex, &from, REQUEUE | REALTIME, 1, 1, &to, 0), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &from, CMP_REQUEUE | REALTIME, 1, 1, &to, 0), -ENOSYS);
}

/* --- the newer call --- */

static long requeue2(struct waitv *v, unsigned flags, int nr_wake, int nr_requeue)
{
	return sys(SYS_futex_requeue, v, flags, nr_wake, nr_requeue);
}

CASE(newer_call)
{
	struct waitv v[2] = {{0, (long)&from, U32_PRIVATE, 0}, {99, (long)&to, U32_PRIVATE, 0}};
	struct sleeper s[3];

	start_waiters(s, 3, &from);
	CHECK_EQ(requeue2(v, 0, 1, 1), 2);
	CHECK_EQ(finish(&s[0]), 0);
	CHECK_EQ(wake_private(&to, ALL_OF_THEM), 1);
	v[0].val = 1;
	CHECK_EQ(requeue2(v, 0, 1, 1), -EAGAIN);
	CHECK_EQ(wake_private(&from, ALL_OF_THEM), 1);
	CHECK_EQ(finish(&s[1]), 0);
	CHECK_EQ(finish(&s[2]), 0);
}

CASE(newer_call_with_shared_words)
{
	uint32_t *w = shared_page();
	struct waitv v[2] = {{0, (long)w, U32, 0}, {0, (long)(w + 1), U32, 0}};
	int pid = start_in_process(SLEEP_IN(SYS_futex, (long)w, WAIT, 0, 0), 0);

	CHECK_EQ(requeue2(v, 0, 0, 1), 1);
	CHECK_EQ(sys(SYS_futex, w + 1, WAKE | PRIVATE, 1), 0);
	CHECK_EQ(sys(SYS_futex, w + 1, WAKE, 1), 1);
	CHECK_EQ(reap(pid), 0);
}

CASE(newer_call_does_not_mix_private_and_shared)
{
	struct waitv v[2] = {{0, (long)&from, U32_PRIVATE, 0}, {0, (long)&to, U32, 0}};

	CHECK_EQ(requeue2(v, 0, 1, 1), -EINVAL);
	v[0].flags = U32;
	v[1].flags = U32_PRIVATE;
	CHECK_EQ(requeue2(v, 0, 1, 1), -EINVAL);
}

CASE(newer_call_arguments)
{
	struct waitv good[2] = {{0, (long)&from, U32, 0}, {0, (long)&to, U32, 0}}, v[2];

	CHECK_EQ(requeue2(good, 0, 1, 1), 0);
	CHECK_EQ(requeue2(good, 1, 1, 1), -EINVAL);
	CHECK_EQ(requeue2(NULL, 0, 1, 1), -EINVAL);
	CHECK_EQ(requeue2(hole(), 0, 1, 1), -EFAULT);
	CHECK_EQ(requeue2((void *)(page_end(PROT_READ) - sizeof(*v)), 0, 1, 1), -EINVAL);
	CHECK_EQ(requeue2(good, 0, -1, 1), -EINVAL);
	CHECK_EQ(requeue2(good, 0, 1, -1), -EINVAL);
	for (int i = 0; i < 2; i++) {
		memcpy(v, good, sizeof(v));
		v[i].val = 1ULL << 32;
		CHECK_EQ(requeue2(v, 0, 1, 1), -EINVAL);
		memcpy(v, good, sizeof(v));
		v[i].flags = 3;
		CHECK_EQ(requeue2(v, 0, 1, 1), -EINVAL);
		memcpy(v, good, sizeof(v));
		v[i].reserved = 1;
		CHECK_EQ(requeue2(v, 0, 1, 1), -EINVAL);
	}
}

/* --- together --- */

static volatile int stop_moving;

static int move_to_and_fro(void *arg)
{
	(void)arg;
	while (!stop_moving) {
		requeue(0, ALL_OF_THEM);
		sys(SYS_futex, &to, REQUEUE | PRIVATE, 0, ALL_OF_THEM, &from, 0);
	}
	return 0;
}

static int wait_shortly(void *arg)
{
	struct timespec ts = {.tv_nsec = 100000};
	long *outcomes = arg;

	for (int i = 0; i < ROUNDS; i++) {
		long r = sys(SYS_futex, &from, WAIT | PRIVATE, 0, &ts);

		CHECK(r == 0 || r == -ETIMEDOUT);
		outcomes[r == 0]++;
	}
	return 0;
}

CASE(time_outs_while_being_moved, .timeout = 60)
{
	long outcomes[SOME][2] = {0}, told = 0, woken = 0;
	int done[SOME], mover;

	stop_moving = 0;
	CHECK(start_thread(&mover, move_to_and_fro, NULL) > 0);
	for (int i = 0; i < SOME; i++)
		CHECK(start_thread(&done[i], wait_shortly, outcomes[i]) > 0);
	for (int i = 0; i < ROUNDS; i++)
		woken += wake_private(i % 2 ? &from : &to, 1);
	for (int i = 0; i < SOME; i++) {
		join_thread(&done[i]);
		told += outcomes[i][1];
	}
	stop_moving = 1;
	join_thread(&mover);
	CHECK_EQ(told, woken);
	CHECK_EQ(wake_private(&from, ALL_OF_THEM) + wake_private(&to, ALL_OF_THEM), 0);
}

CASE(many, .timeout = 30)
{
	struct sleeper *s = calloc(MANY, sizeof(*s));

	start_waiters(s, MANY, &from);
	CHECK_EQ(cmp_requeue(1, ALL_OF_THEM, 0), MANY);
	for (int i = 0; i < MANY; i++) {
		CHECK_EQ(finish(&s[i]), 0);
		CHECK_EQ(wake_private(&to, 1), i < MANY - 1);
	}
	free(s);
}
