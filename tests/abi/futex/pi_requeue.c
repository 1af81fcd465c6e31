// SPDX-License-Identifier: MIT
/*
 * futex/pi_requeue: condition variables of priority-inheriting locks.
 *
 * Promise   a waiter comes back with the lock that it named, or with an error and without; only the operation that
 *           names the same lock moves it; everything else is EINVAL and leaves it where it is
 * Linux     futex(2): WAIT_REQUEUE_PI, CMP_REQUEUE_PI
 */
#include "tests/abi/futex/pi.h"

enum { SOME = 4 };

static uint32_t cond, lock, third;

static long cmp_requeue_pi(uint32_t *from, int nr_wake, int nr_requeue, uint32_t *to, uint32_t value)
{
	return sys(SYS_futex, from, CMP_REQUEUE_PI | PRIVATE, nr_wake, nr_requeue, to, value);
}

/* A thread in WAIT_REQUEUE_PI; it unlocks what it got when it is let go. */
static int cond_wait(void *arg)
{
	struct holder *h = arg;

	h->result = sys(SYS_futex, h->word, WAIT_REQUEUE_PI | PRIVATE, *h->word, 0, &lock);
	h->has = 1;
	sys(SYS_futex, &h->has, WAKE | PRIVATE, 1);
	while (!h->go)
		sys(SYS_futex, &h->go, WAIT | PRIVATE, 0, 0);
	if (h->result == 0)
		CHECK_EQ(unlock_pi(&lock), 0);
	return 0;
}

static void start_waiting(struct holder *h, int n)
{
	for (int i = 0; i < n; i++) {
		h[i] = (struct holder){.word = &cond};
		h[i].pid = start_thread(&h[i].done, cond_wait, &h[i]);
		wait_state(h[i].pid, 'S');
	}
}

static void comes_back(struct holder *h, long result)
{
	wait_has(h);
	CHECK_EQ(h->result, result);
	if (result == 0)
		CHECK_EQ(lock & TID_MASK, h->pid);
	let_go(h);
}

CASE(nobody_waits)
{
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 10, &lock, 0), 0);
	CHECK_EQ(lock, 0);
}

CASE(a_free_lock_is_given)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	CHECK_EQ(lock, h[0].pid);
	comes_back(h, 0);
	CHECK_EQ(lock, 0);
}

CASE(a_free_lock_is_given_with_waiters)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, ALL_OF_THEM, &lock, 0), 1);
	CHECK_EQ(lock, h[0].pid | WAITERS);
	comes_back(h, 0);
	CHECK_EQ(lock, 0);
}

CASE(a_taken_lock_is_waited_for)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(lock_pi(&lock), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	CHECK_EQ(lock, my_tid() | WAITERS);
	CHECK_EQ(h[0].has, 0);
	CHECK_EQ(unlock_pi(&lock), 0);
	comes_back(h, 0);
	CHECK_EQ(lock, 0);
}

CASE(one_after_the_other)
{
	struct holder h[SOME];

	start_waiting(h, SOME);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, ALL_OF_THEM, &lock, 0), SOME);
	for (int i = 0; i < SOME; i++) {
		for (int later = i + 1; later < SOME; later++)
			CHECK_EQ(h[later].has, 0);
		comes_back(&h[i], 0);
	}
	CHECK_EQ(lock, 0);
}

CASE(only_as_many_as_are_told)
{
	struct holder h[SOME];

	start_waiting(h, SOME);
	CHECK_EQ(lock_pi(&lock), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 1, &lock, 0), 2);
	CHECK_EQ(unlock_pi(&lock), 0);
	comes_back(&h[0], 0);
	comes_back(&h[1], 0);
	CHECK_EQ(lock, 0);
	CHECK_EQ(h[2].has, 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(&h[2], 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(&h[3], 0);
}

CASE(comparison_comes_first)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 1), -EAGAIN);
	CHECK_EQ(h[0].has, 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(h, 0);
}

CASE(numbers)
{
	CHECK_EQ(cmp_requeue_pi(&cond, 0, 1, &lock, 0), -EINVAL);
	CHECK_EQ(cmp_requeue_pi(&cond, 2, 1, &lock, 0), -EINVAL);
	CHECK_EQ(cmp_requeue_pi(&cond, -1, 1, &lock, 0), -EINVAL);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, -1, &lock, 0), -EINVAL);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0x7fffffff, &lock, 0), 0);
}

CASE(onto_itself)
{
	uint32_t *w = shared_page();

	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &cond, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &cond), -EINVAL);
	CHECK_EQ(sys(SYS_futex, w, WAIT_REQUEUE_PI, 0, 0, w), -EINVAL);
}

/* Two addresses of one word. */
CASE(onto_itself_by_another_name)
{
	int fd = sys(SYS_open, tap_tmpdir(), O_TMPFILE | O_RDWR, 0600);
	uint32_t *a, *b;

	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE), 0);
	a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_EQ(sys(SYS_futex, a, CMP_REQUEUE_PI, 1, 0, b, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, a, WAIT_REQUEUE_PI, 0, 0, b), -EINVAL);
}

CASE(another_lock_than_it_named)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &third, 0), -EINVAL);
	CHECK_EQ(third, 0);
	CHECK_EQ(lock_pi(&third), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &third, 0), -EINVAL);
	CHECK_EQ(unlock_pi(&third), 0);
	CHECK_EQ(h[0].has, 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(h, 0);
}

CASE(plain_operations_do_not_reach_it)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(wake_private(&cond, 1), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &cond, WAKE_BITSET | PRIVATE, 1, 0, 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &cond, REQUEUE | PRIVATE, 1, 1, &lock, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &cond, CMP_REQUEUE | PRIVATE, 0, 1, &lock, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &cond, WAKE_OP | PRIVATE, 1, 1, &third, 0), -EINVAL);
	CHECK_EQ(lock_pi(&cond), -EINVAL);
	CHECK_EQ(h[0].has, 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(h, 0);
}

CASE(plain_waiters_are_not_moved)
{
	struct sleeper s[1];

	start_waiters(s, 1, &cond);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), -EINVAL);
	CHECK_EQ(lock, 0);
	CHECK_EQ(lock_pi(&lock), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 10, &lock, 0), -EINVAL);
	CHECK_EQ(lock, my_tid());
	CHECK_EQ(wake_private(&cond, 1), 1);
	CHECK_EQ(finish(s), 0);
}

/* The lock was opened by a store of the program while the kernel knows its owner, and the waiter is moved once more. */
CASE(moved_twice)
{
	struct holder h[1];

	start_waiting(h, 1);
	CHECK_EQ(lock_pi(&lock), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 0);
	lock = 0;
	CHECK_EQ(cmp_requeue_pi(&lock, 1, 0, &lock, 0), -EINVAL);
	CHECK_EQ(cmp_requeue_pi(&lock, 1, 0, &third, 0), -EINVAL);
	CHECK_EQ(lock_pi(&lock), -EINVAL);
	lock = my_tid() | WAITERS;
	CHECK_EQ(unlock_pi(&lock), 0);
	comes_back(h, 0);
}

CASE(the_owner_itself)
{
	struct holder h[1];

	start_waiting(h, 1);
	lock = h[0].pid;
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), -EDEADLK);
	CHECK_EQ(h[0].has, 0);
	lock = NO_TID;
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), -ESRCH);
	lock = 0;
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(h, 0);
}

CASE(value_that_differs)
{
	CHECK_EQ(sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE, 1, 0, &lock), -EAGAIN);
}

CASE(time_limits_before_it_is_moved)
{
	struct timespec at = in_ms(CLOCK_MONOTONIC, SHORT_MS);
	int64_t start = now_ms();

	CHECK_EQ(sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE, 0, &at, &lock), -ETIMEDOUT);
	at = in_ms(CLOCK_REALTIME, SHORT_MS);
	CHECK_EQ(sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE | REALTIME, 0, &at, &lock), -ETIMEDOUT);
	CHECK(now_ms() - start >= 2 * SHORT_MS - 2);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 0);
}

CASE(time_limit_after_it_was_moved)
{
	struct timespec at = in_ms(CLOCK_MONOTONIC, 300);
	struct sleeper s = SLEEP_IN(SYS_futex, (long)&cond, WAIT_REQUEUE_PI | PRIVATE, 0, (long)&at, (long)&lock);

	CHECK_EQ(lock_pi(&lock), 0);
	start_in_thread(&s);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	CHECK_EQ(finish(&s), -ETIMEDOUT);
	CHECK_EQ(lock, my_tid() | WAITERS);
	CHECK_EQ(unlock_pi(&lock), 0);
	CHECK_EQ(lock, 0);
}

CASE(signal_before_it_is_moved)
{
	struct holder h[1];

	handle(SIGUSR1, count_signal, 0);
	start_waiting(h, 1);
	signals = 0;
	CHECK_EQ(sys(SYS_tgkill, getpid(), h[0].pid, SIGUSR1), 0);
	while (!signals)
		sleep_ms(1);
	wait_state(h[0].pid, 'S');
	CHECK_EQ(h[0].has, 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(h, 0);
}

CASE(signal_after_it_was_moved)
{
	struct holder h[1];

	handle(SIGUSR1, count_signal, 0);
	start_waiting(h, 1);
	CHECK_EQ(lock_pi(&lock), 0);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	CHECK_EQ(sys(SYS_tgkill, getpid(), h[0].pid, SIGUSR1), 0);
	comes_back(h, -EAGAIN);
	CHECK_EQ(unlock_pi(&lock), 0);
	CHECK_EQ(lock, 0);
}

CASE(bad_addresses)
{
	uint32_t *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *gone = hole();
	struct holder h[1];

	CHECK_EQ(sys(SYS_futex, gone, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &lock), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE, 0, 0, (char *)&lock + 1), -EINVAL);
	CHECK_EQ(sys(SYS_futex, (char *)&cond + 2, WAIT_REQUEUE_PI | PRIVATE, 0, 0, &lock), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &cond, WAIT_REQUEUE_PI, 0, 0, gone), -EFAULT);
	CHECK_EQ(sys(SYS_futex, gone, CMP_REQUEUE_PI | PRIVATE, 1, 0, &lock, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &cond, CMP_REQUEUE_PI | PRIVATE, 1, 0, 0xffff800000000000, 0), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &cond, CMP_REQUEUE_PI, 1, 0, gone, 0), -EFAULT);
	h[0] = (struct holder){.word = &cond};
	h[0].pid = start_thread(&h[0].done, cond_wait, &h[0]);
	wait_state(h[0].pid, 'S');
	CHECK_EQ(sys(SYS_futex, &cond, CMP_REQUEUE_PI | PRIVATE, 1, 0, readonly, 0), -EFAULT);
	CHECK_EQ(cmp_requeue_pi(&cond, 1, 0, &lock, 0), 1);
	comes_back(h, 0);
}

/* --- together --- */

enum { THREADS = 4, ROUNDS = 100 };
static volatile int ready_items, consumed, finished;

static void cond_wait_locked(int64_t us)
{
	struct timespec at;
	int64_t ns = now_ns(CLOCK_MONOTONIC) + us * 1000;
	uint32_t seen = __atomic_load_n(&cond, __ATOMIC_SEQ_CST);
	long r;

	at = (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	unlock_fast(&lock);
	r = sys(SYS_futex, &cond, WAIT_REQUEUE_PI | PRIVATE, seen, us ? &at : NULL, &lock);
	CHECK(r == 0 || r == -EAGAIN || r == -ETIMEDOUT);
	if (r)
		lock_fast(&lock);
	CHECK_EQ(lock & TID_MASK, my_tid());
}

static int consume(void *arg)
{
	int64_t us = *(int64_t *)arg;

	lock_fast(&lock);
	while (!finished || ready_items) {
		while (!ready_items && !finished)
			cond_wait_locked(us);
		if (ready_items) {
			ready_items--;
			consumed++;
		}
	}
	unlock_fast(&lock);
	return 0;
}

static void produce_for(int64_t us)
{
	int done[THREADS];

	ready_items = consumed = finished = 0;
	for (int i = 0; i < THREADS; i++)
		CHECK(start_thread(&done[i], consume, &us) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t seen;
		long r;

		lock_fast(&lock);
		ready_items++;
		seen = __atomic_add_fetch(&cond, 1, __ATOMIC_SEQ_CST);
		r = sys(SYS_futex, &cond, CMP_REQUEUE_PI | PRIVATE, 1, i % 3 ? 0 : THREADS, &lock, seen);
		CHECK(r >= 0);
		unlock_fast(&lock);
		if (i % 5 == 0)
			sys(SYS_sched_yield);
	}
	lock_fast(&lock);
	finished = 1;
	__atomic_add_fetch(&cond, 1, __ATOMIC_SEQ_CST);
	CHECK(cmp_requeue_pi(&cond, 1, ALL_OF_THEM, &lock, cond) >= 0);
	unlock_fast(&lock);
	for (int i = 0; i < THREADS; i++)
		join_thread(&done[i]);
	CHECK_EQ(consumed, ROUNDS);
	CHECK_EQ(lock & ~WAITERS, 0);
}

CASE(producer_and_consumers, .timeout = 60)
{
	produce_for(0);
}

CASE(producer_and_impatient_consumers, .timeout = 60)
{
	produce_for(200);
}
