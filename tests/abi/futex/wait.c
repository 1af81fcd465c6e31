// SPDX-License-Identifier: MIT
/*
 * futex/wait: one word, those who wait for it, and what names it.
 *
 * Promise   values, numbers, order and bits; private and shared names of one word are different futexes; time
 *           limits; a word that two threads hand to and fro.
 * Linux     futex(2): FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET.
 */
#include "tests/abi/futex/futex.h"

enum { ROUNDS = 3000 };

static uint32_t word;

CASE(value_that_differs)
{
	CHECK_EQ(sys(SYS_futex, &word, WAIT | PRIVATE, 1, 0), -EAGAIN);
	CHECK_EQ(sys(SYS_futex, &word, WAIT, 1, 0), -EAGAIN);
	CHECK_EQ(sys(SYS_futex, &word, WAIT_BITSET | PRIVATE, 1, 0, 0, 1), -EAGAIN);
}

CASE(woken_in_their_order)
{
	struct sleeper s[4];

	start_waiters(s, 4, &word);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(wake_private(&word, 1), 1);
		CHECK_EQ(finish(&s[i]), 0);
	}
	CHECK_EQ(wake_private(&word, 1), 0);
}

CASE(a_private_wait_and_a_shared_wake_do_not_meet)
{
	struct sleeper s = SLEEP_IN(SYS_futex, (long)&word, WAIT | PRIVATE, 0, 0);

	start_in_thread(&s);
	CHECK_EQ(sys(SYS_futex, &word, WAKE, 1), 0);
	CHECK_EQ(wake_private(&word, 1), 1);
	CHECK_EQ(finish(&s), 0);
	s = SLEEP_IN(SYS_futex, (long)&word, WAIT, 0, 0);
	start_in_thread(&s);
	CHECK_EQ(wake_private(&word, 1), 0);
	CHECK_EQ(sys(SYS_futex, &word, WAKE, 1), 1);
	CHECK_EQ(finish(&s), 0);
}

CASE(two_mappings_of_one_page)
{
	int fd = sys(SYS_open, tap_tmpdir(), O_TMPFILE | O_RDWR, 0600);
	uint32_t *a, *b;
	int pid;

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, 2 * PAGE), 0);
	a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	pid = start_in_process(SLEEP_IN(SYS_futex, (long)b, WAIT, 0, 0), 0);
	CHECK_EQ(sys(SYS_futex, a, WAKE, 1), 0);
	CHECK_EQ(sys(SYS_futex, a + PAGE / sizeof(*a), WAKE, 1), 1);
	CHECK_EQ(reap(pid), 0);
}

CASE(private_memory_is_not_shared_by_fork)
{
	int pid = start_in_process(SLEEP_IN(SYS_futex, (long)&word, WAIT, 0, 0), 0);

	CHECK_EQ(sys(SYS_futex, &word, WAKE, 1), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(unmapped_while_waited_on)
{
	uint32_t *w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sleeper s[1];

	start_waiters(s, 1, w);
	munmap(w, PAGE);
	CHECK_EQ(sys(SYS_futex, w, WAKE, 1), -EFAULT);
	CHECK_EQ(wake_private(w, 1), 1);
	CHECK_EQ(finish(s), 0);
}

CASE(truncated_while_waited_on)
{
	int fd = sys(SYS_open, tap_tmpdir(), O_TMPFILE | O_RDWR, 0600), pid;
	uint32_t *w;

	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE), 0);
	w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pid = start_in_process(SLEEP_IN(SYS_futex, (long)w, WAIT, 0, 0), 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), 0);
	CHECK_EQ(task_state(pid), 'S');
	CHECK_EQ(sys(SYS_futex, w, WAIT, 0, 0), -EFAULT);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(relative_and_absolute_limits)
{
	struct timespec shortly = {.tv_nsec = SHORT_MS * 1000000}, at;
	int64_t start = now_ms();

	CHECK_EQ(sys(SYS_futex, &word, WAIT | PRIVATE, 0, &shortly), -ETIMEDOUT);
	CHECK(now_ms() - start >= SHORT_MS - 1);
	at = in_ms(CLOCK_MONOTONIC, SHORT_MS);
	CHECK_EQ(sys(SYS_futex, &word, WAIT_BITSET | PRIVATE, 0, &at, 0, ANY), -ETIMEDOUT);
	CHECK(now_ms() - start >= 2 * SHORT_MS - 2);
	at = in_ms(CLOCK_REALTIME, SHORT_MS);
	CHECK_EQ(sys(SYS_futex, &word, WAIT_BITSET | PRIVATE | REALTIME, 0, &at, 0, ANY), -ETIMEDOUT);
	CHECK(now_ms() - start >= 3 * SHORT_MS - 3);
}

CASE(bits)
{
	struct sleeper s[2];

	for (int i = 0; i < 2; i++) {
		s[i] = SLEEP_IN(SYS_futex, (long)&word, WAIT_BITSET | PRIVATE, 0, 0, 0, 1 << i);
		start_in_thread(&s[i]);
	}
	CHECK_EQ(sys(SYS_futex, &word, WAIT_BITSET | PRIVATE, 0, 0, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_BITSET | PRIVATE, 1, 0, 0, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_BITSET | PRIVATE, ALL_OF_THEM, 0, 0, 4), 0);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_BITSET | PRIVATE, ALL_OF_THEM, 0, 0, 2), 1);
	CHECK_EQ(finish(&s[1]), 0);
	CHECK_EQ(wake_private(&word, ALL_OF_THEM), 1);
	CHECK_EQ(finish(&s[0]), 0);
}

CASE(unknown_operations)
{
	CHECK_EQ(sys(SYS_futex, &word, 2, 1), -ENOSYS);
	for (int op = LOCK_PI2 + 1; op < PRIVATE; op++)
		CHECK_EQ(sys(SYS_futex, &word, op, 1), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &word, WAKE | 512, 1), -ENOSYS);
}

static volatile uint32_t turn;

static int answer(void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		while (turn != 2 * i + 1)
			sys(SYS_futex, &turn, WAIT | PRIVATE, 2 * i, 0);
		turn = 2 * i + 2;
		sys(SYS_futex, &turn, WAKE | PRIVATE, 1);
	}
	return 0;
}

CASE(to_and_fro, .timeout = 60)
{
	int done;

	turn = 0;
	CHECK(start_thread(&done, answer, NULL) > 0);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		turn = 2 * i + 1;
		sys(SYS_futex, &turn, WAKE | PRIVATE, 1);
		while (turn != 2 * i + 2)
			sys(SYS_futex, &turn, WAIT | PRIVATE, 2 * i + 1, 0);
	}
	join_thread(&done);
}
