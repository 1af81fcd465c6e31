// SPDX-License-Identifier: MIT
/*
 * futex/pi: priority-inheriting locks as their words show them.
 *
 * Promise   values of the word at each step; errors; hostile words and addresses; time limits and signals
 * Linux     futex(2): LOCK_PI, LOCK_PI2, TRYLOCK_PI, UNLOCK_PI
 */
#include "tests/abi/futex/pi.h"

static uint32_t word, other;

CASE(free_lock)
{
	CHECK_EQ(lock_pi(&word), 0);
	CHECK_EQ(word, my_tid());
	CHECK_EQ(unlock_pi(&word), 0);
	CHECK_EQ(word, 0);
	CHECK_EQ(trylock_pi(&word), 0);
	CHECK_EQ(word, my_tid());
	CHECK_EQ(unlock_pi(&word), 0);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI2 | PRIVATE, 0, 0), 0);
	CHECK_EQ(word, my_tid());
}

CASE(shared_memory)
{
	uint32_t *w = shared_page();

	CHECK_EQ(sys(SYS_futex, w, LOCK_PI, 0, 0), 0);
	CHECK_EQ(*w, my_tid());
	CHECK_EQ(sys(SYS_futex, w, UNLOCK_PI), 0);
	CHECK_EQ(*w, 0);
}

CASE(bits_of_a_free_word)
{
	word = WAITERS;
	CHECK_EQ(lock_pi(&word), 0);
	CHECK_EQ(word, my_tid());
	word = OWNER_DIED;
	CHECK_EQ(lock_pi(&word), 0);
	CHECK_EQ(word, my_tid() | OWNER_DIED);
	word = OWNER_DIED | WAITERS;
	CHECK_EQ(trylock_pi(&word), 0);
	CHECK_EQ(word, my_tid() | OWNER_DIED);
	CHECK_EQ(unlock_pi(&word), 0);
	CHECK_EQ(word, 0);
}

CASE(unlock_of_all_bits)
{
	word = my_tid() | WAITERS | OWNER_DIED;
	CHECK_EQ(unlock_pi(&word), 0);
	CHECK_EQ(word, 0);
}

CASE(taken_twice)
{
	CHECK_EQ(lock_pi(&word), 0);
	CHECK_EQ(lock_pi(&word), -EDEADLK);
	CHECK_EQ(trylock_pi(&word), -EDEADLK);
	CHECK_EQ(word, my_tid());
	word |= WAITERS;
	CHECK_EQ(lock_pi(&word), -EDEADLK);
}

CASE(not_mine_to_unlock)
{
	struct holder h;

	CHECK_EQ(unlock_pi(&word), -EPERM);
	start_holder(&h, &word);
	CHECK_EQ(unlock_pi(&word), -EPERM);
	CHECK_EQ(word, h.pid);
	let_go(&h);
	CHECK_EQ(word, 0);
	word = WAITERS;
	CHECK_EQ(unlock_pi(&word), -EPERM);
}

CASE(handed_over)
{
	struct holder h;

	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	CHECK_EQ(word, my_tid() | WAITERS);
	CHECK_EQ(unlock_pi(&word), 0);
	CHECK_EQ(word, h.pid | WAITERS);
	wait_has(&h);
	CHECK_EQ(h.result, 0);
	let_go(&h);
	CHECK_EQ(word, 0);
}

CASE(handed_over_in_order)
{
	enum { N = 5 };
	struct holder h[N];

	CHECK_EQ(lock_pi(&word), 0);
	for (int i = 0; i < N; i++)
		start_wanting(&h[i], &word);
	CHECK_EQ(unlock_pi(&word), 0);
	for (int i = 0; i < N; i++) {
		CHECK_EQ(word, h[i].pid | WAITERS);
		wait_has(&h[i]);
		for (int later = i + 1; later < N; later++)
			CHECK_EQ(h[later].has, 0);
		let_go(&h[i]);
	}
	CHECK_EQ(word, 0);
}

CASE(trylock_of_a_taken_one_sets_waiters)
{
	struct holder h;

	start_holder(&h, &word);
	CHECK_EQ(trylock_pi(&word), -EAGAIN);
	CHECK_EQ(word, h.pid | WAITERS);
	let_go(&h);
	CHECK_EQ(word, 0);
}

CASE(between_processes)
{
	uint32_t *w = shared_page();
	int pid;

	CHECK_EQ(sys(SYS_futex, w, LOCK_PI, 0, 0), 0);
	CHILD(pid)
	{
		CHECK_EQ(sys(SYS_futex, w, LOCK_PI, 0, 0), 0);
		CHECK_EQ(*w, my_tid() | WAITERS);
		CHECK_EQ(sys(SYS_futex, w, UNLOCK_PI), 0);
	}
	wait_state(pid, 'S');
	CHECK_EQ(*w, my_tid() | WAITERS);
	CHECK_EQ(sys(SYS_futex, w, UNLOCK_PI), 0);
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(*w, 0);
}

/* --- time and signals --- */

CASE(time_limits)
{
	struct timespec at = in_ms(CLOCK_REALTIME, SHORT_MS), mono;
	struct holder h;
	int64_t start = now_ms();

	start_holder(&h, &word);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &at), -ETIMEDOUT);
	CHECK(now_ms() - start >= SHORT_MS - 1);
	CHECK_EQ(word, h.pid | WAITERS);
	mono = in_ms(CLOCK_MONOTONIC, SHORT_MS);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI2 | PRIVATE, 0, &mono), -ETIMEDOUT);
	at = in_ms(CLOCK_REALTIME, SHORT_MS);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI2 | PRIVATE | REALTIME, 0, &at), -ETIMEDOUT);
	CHECK(now_ms() - start >= 3 * SHORT_MS - 3);
	at = (struct timespec){0};
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &at), -ETIMEDOUT);
	let_go(&h);
	CHECK_EQ(word, 0);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &at), 0);
}

CASE(times_that_are_none)
{
	struct timespec bad = {.tv_nsec = 1000000000};

	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &bad), -EINVAL);
	bad = (struct timespec){.tv_sec = -1};
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &bad), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, hole()), -EFAULT);
	CHECK_EQ(word, 0);
}

CASE(who_may_name_a_clock)
{
	const struct timespec wrong = {0, 1000000000}, now = {0, 0};

	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | REALTIME, 0, 0), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | REALTIME, 0, &now), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | REALTIME, 0, &wrong), -EINVAL); /* the time comes first */
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | REALTIME, 0, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_futex, &word, TRYLOCK_PI | REALTIME, 0, 0), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &word, UNLOCK_PI | REALTIME, 0, 0), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &word, CMP_REQUEUE_PI | REALTIME, 1, 0, &other, 0), -ENOSYS);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI2 | REALTIME, 0, 0), 0);
}

/* Without SA_RESTART, too: a lock cannot fail with EINTR. */
CASE(a_signal_does_not_end_it)
{
	struct holder h;

	handle(SIGUSR1, count_signal, 0);
	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	signals = 0;
	for (int i = 1; i <= 3; i++) {
		CHECK_EQ(sys(SYS_tgkill, getpid(), h.pid, SIGUSR1), 0);
		while (signals < i)
			sleep_ms(1);
		wait_state(h.pid, 'S');
		CHECK_EQ(h.has, 0);
	}
	CHECK_EQ(unlock_pi(&word), 0);
	wait_has(&h);
	CHECK_EQ(h.result, 0);
	let_go(&h);
	CHECK_EQ(word, 0);
}

CASE(a_waiter_is_killed)
{
	uint32_t *w = shared_page();
	int pid;

	CHECK_EQ(sys(SYS_futex, w, LOCK_PI, 0, 0), 0);
	pid = start_in_process(SLEEP_IN(SYS_futex, (long)w, LOCK_PI, 0, 0), 0);
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
	CHECK_EQ(*w, my_tid() | WAITERS);
	CHECK_EQ(sys(SYS_futex, w, UNLOCK_PI), 0);
	CHECK_EQ(*w, 0);
}

/* --- words that lie --- */

CASE(owners_that_are_none)
{
	word = NO_TID;
	CHECK_EQ(lock_pi(&word), -ESRCH);
	CHECK_EQ(word, NO_TID | WAITERS);
	word = NO_TID;
	CHECK_EQ(trylock_pi(&word), -ESRCH);
	word = TID_MASK;
	CHECK_EQ(lock_pi(&word), -ESRCH);
	word = TID_MASK | OWNER_DIED | WAITERS;
	CHECK_EQ(lock_pi(&word), -ESRCH);
}

CASE(an_owner_that_is_a_zombie)
{
	uint32_t *w = shared_page();
	int pid;

	CHILD(pid)
		;
	wait_state(pid, 'Z');
	*w = pid;
	CHECK_EQ(sys(SYS_futex, w, LOCK_PI, 0, 0), -ESRCH);
	CHECK_EQ(*w, pid | WAITERS);
	CHECK_EQ(reap(pid), 0);
}

/* Who is named need not know of it; but who cannot even see the word is no owner. */
CASE(an_owner_that_is_a_stranger)
{
	struct timespec at = in_ms(CLOCK_REALTIME, SHORT_MS);
	uint32_t *w = shared_page();

	*w = getppid();
	CHECK_EQ(sys(SYS_futex, w, LOCK_PI, 0, &at), -ETIMEDOUT);
	CHECK_EQ(*w, getppid() | WAITERS);
	word = getppid();
	NEEDS_LINUX(6, 18);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &at), -EPERM);
	CHECK_EQ(word, getppid() | WAITERS);
	CHECK_EQ(sys(SYS_futex, &word, LOCK_PI, 0, &at), -ETIMEDOUT);
}

CASE(word_changed_while_somebody_waits)
{
	struct holder h;

	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	word = getppid() | WAITERS;
	CHECK_EQ(lock_pi(&word), -EINVAL);
	CHECK_EQ(trylock_pi(&word), -EINVAL);
	CHECK_EQ(unlock_pi(&word), -EPERM);
	word = 0;
	CHECK_EQ(lock_pi(&word), -EINVAL);
	CHECK_EQ(unlock_pi(&word), -EPERM);
	word = h.pid | WAITERS;
	CHECK_EQ(lock_pi(&word), -EINVAL);
	word = NO_TID;
	CHECK_EQ(lock_pi(&word), -EINVAL);
	word = my_tid();
	CHECK_EQ(unlock_pi(&word), 0);
	wait_has(&h);
	let_go(&h);
	CHECK_EQ(word, 0);
}

static int steal_and_unlock(void *arg)
{
	struct holder *h = arg;

	*h->word = my_tid() | WAITERS;
	h->result = unlock_pi(h->word);
	return 0;
}

/* A thread that forges its number into the word does not get at the lock. */
CASE(unlock_by_a_forger)
{
	struct holder h, forger = {.word = &word};

	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	forger.pid = start_thread(&forger.done, steal_and_unlock, &forger);
	join_thread(&forger.done);
	CHECK_EQ(forger.result, -EINVAL);
	CHECK_EQ(h.has, 0);
	word = my_tid() | WAITERS;
	CHECK_EQ(unlock_pi(&word), 0);
	wait_has(&h);
	let_go(&h);
}

#define ADD_NOTHING_IF_NOT_ZERO 0x11000000

CASE(plain_operations_do_not_reach_those_who_wait)
{
	struct holder h;

	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	CHECK_EQ(wake_private(&word, 1), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_BITSET | PRIVATE, 1, 0, 0, ANY), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, REQUEUE | PRIVATE, 1, 1, &other, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, CMP_REQUEUE | PRIVATE, 0, 1, &other, word), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, WAKE_OP | PRIVATE, 1, 1, &other, 0), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &other, WAKE_OP | PRIVATE, 1, 1, &word, ADD_NOTHING_IF_NOT_ZERO), -EINVAL);
	CHECK_EQ(sys(SYS_futex, &word, CMP_REQUEUE_PI | PRIVATE, 1, 1, &other, word), -EINVAL);
	CHECK_EQ(h.has, 0);
	CHECK_EQ(unlock_pi(&word), 0);
	wait_has(&h);
	let_go(&h);
}

CASE(plain_waiters_on_the_word)
{
	struct sleeper s[1];
	struct holder h;

	start_waiters(s, 1, &word);
	CHECK_EQ(lock_pi(&word), -EINVAL);
	CHECK_EQ(trylock_pi(&word), -EINVAL);
	word = my_tid();
	CHECK_EQ(unlock_pi(&word), -EINVAL);
	CHECK_EQ(word, my_tid());
	CHECK_EQ(wake_private(&word, 1), 1);
	CHECK_EQ(finish(s), 0);
	word = 0;
	start_holder(&h, &word);
	start_waiters(s, 1, &word);
	CHECK_EQ(lock_pi(&word), -EINVAL);
	CHECK_EQ(wake_private(&word, 1), 1);
	CHECK_EQ(finish(s), 0);
	let_go(&h);
}

CASE(private_and_shared_are_two_locks)
{
	struct holder h;

	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	CHECK_EQ(sys(SYS_futex, &word, UNLOCK_PI), 0); /* finds nobody */
	CHECK_EQ(word, 0);
	CHECK_EQ(h.has, 0);
	word = my_tid();
	CHECK_EQ(unlock_pi(&word), 0);
	wait_has(&h);
	let_go(&h);
}

/* --- addresses --- */

CASE(bad_addresses)
{
	uint32_t *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *gone = hole(), *kernel = (char *)0xffff888000000000;
	static const int op[] = {LOCK_PI, LOCK_PI2, TRYLOCK_PI, UNLOCK_PI};

	for (int i = 0; i < 4; i++) {
		for (int private = 0; private <= PRIVATE; private += PRIVATE) {
			long locks = op[i] == UNLOCK_PI ? -EPERM : -EFAULT;

			CHECK_EQ(sys(SYS_futex, gone, op[i] | private, 0, 0), -EFAULT);
			CHECK_EQ(sys(SYS_futex, kernel, op[i] | private, 0, 0), -EFAULT);
			CHECK_EQ(sys(SYS_futex, 0, op[i] | private, 0, 0), -EFAULT);
			CHECK_EQ(sys(SYS_futex, readonly, op[i] | private, 0, 0), locks);
		}
	}
	for (int at = 1; at < 4; at++) {
		CHECK_EQ(sys(SYS_futex, (char *)&word + at, LOCK_PI, 0, 0), -EINVAL);
		CHECK_EQ(sys(SYS_futex, (char *)&word + at, TRYLOCK_PI, 0, 0), -EINVAL);
	}
}

CASE(pages_that_must_be_faulted_in)
{
	uint32_t *fresh = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int pid;

	CHECK_EQ(lock_pi(fresh), 0);
	CHECK_EQ(*fresh, my_tid());
	CHECK_EQ(unlock_pi(fresh), 0);
	CHILD(pid)
	{
		CHECK_EQ(lock_pi(fresh), 0); /* a copy is made first */
		CHECK_EQ(*fresh, my_tid());
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(*fresh, 0);
}

CASE(unlock_of_a_page_that_became_read_only)
{
	uint32_t *w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct holder h;

	CHECK_EQ(lock_pi(w), 0);
	start_wanting(&h, w);
	CHECK_EQ(mprotect(w, PAGE, PROT_READ), 0);
	CHECK_EQ(unlock_pi(w), -EFAULT);
	CHECK_EQ(h.has, 0);
	CHECK_EQ(mprotect(w, PAGE, PROT_READ | PROT_WRITE), 0);
	CHECK_EQ(unlock_pi(w), 0);
	wait_has(&h);
	let_go(&h);
	CHECK_EQ(*w, 0);
}

/* --- circles --- */

static uint32_t ring[4];

static int take_two(void *arg)
{
	struct holder *h = arg;
	int i = h->word - ring;

	CHECK_EQ(lock_pi(&ring[i]), 0);
	h->has = 1;
	while (!h->go)
		sys(SYS_futex, &h->go, WAIT | PRIVATE, 0, 0);
	h->result = lock_pi(&ring[(i + 1) % 4]);
	if (h->result == 0)
		CHECK_EQ(unlock_pi(&ring[(i + 1) % 4]), 0);
	CHECK_EQ(unlock_pi(&ring[i]), 0);
	return 0;
}

CASE(a_circle_of_four)
{
	struct holder h[3] = {{0}};

	for (int i = 0; i < 3; i++) {
		h[i].word = &ring[i + 1];
		h[i].pid = start_thread(&h[i].done, take_two, &h[i]);
		while (!h[i].has)
			sleep_ms(1);
	}
	CHECK_EQ(lock_pi(&ring[0]), 0);
	for (int i = 2; i >= 0; i--) {
		h[i].go = 1;
		sys(SYS_futex, &h[i].go, WAKE | PRIVATE, 1);
		wait_state(h[i].pid, 'S');
	}
	while (!(ring[0] & WAITERS) || !(ring[2] & WAITERS) || !(ring[3] & WAITERS))
		sleep_ms(1);
	for (int i = 0; i < 3; i++)
		wait_state(h[i].pid, 'S');
	CHECK_EQ(lock_pi(&ring[1]), -EDEADLK);
	CHECK_EQ(unlock_pi(&ring[0]), 0);
	for (int i = 2; i >= 0; i--) {
		join_thread(&h[i].done);
		CHECK_EQ(h[i].result, 0);
	}
	for (int i = 0; i < 4; i++)
		CHECK_EQ(ring[i], 0);
}

/* --- together --- */

enum { THREADS = 6, ROUNDS = 100 };
static volatile int inside, total;

static int take_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		lock_fast(&word);
		CHECK_EQ(__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST), 0);
		total++;
		if (i % 16 == 0)
			sys(SYS_sched_yield);
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		unlock_fast(&word);
	}
	return 0;
}

CASE(many_threads, .timeout = 60)
{
	int done[THREADS];

	for (int i = 0; i < THREADS; i++)
		CHECK(start_thread(&done[i], take_often, NULL) > 0);
	for (int i = 0; i < THREADS; i++)
		join_thread(&done[i]);
	CHECK_EQ(total, THREADS * ROUNDS);
	CHECK_EQ(word, 0);
}

static int try_with_limits(void *arg)
{
	long *got = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct timespec at = in_ms(CLOCK_REALTIME, 0);
		long r;

		at.tv_nsec += 50000 + i * 100;
		if (at.tv_nsec >= 1000000000)
			at = in_ms(CLOCK_REALTIME, 1);
		r = sys(SYS_futex, &word, LOCK_PI | PRIVATE, 0, &at);
		CHECK(r == 0 || r == -ETIMEDOUT);
		if (r)
			continue;
		CHECK_EQ(word & TID_MASK, my_tid());
		CHECK_EQ(__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST), 0);
		++*got;
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		CHECK_EQ(unlock_pi(&word), 0);
	}
	return 0;
}

/* A limit that is over in the moment of the hand-over: either the lock or ETIMEDOUT, never neither nor both. */
CASE(time_outs_and_hand_overs, .timeout = 60)
{
	int done[THREADS];
	long got[THREADS] = {0}, all = 0;

	for (int i = 0; i < THREADS; i++)
		CHECK(start_thread(&done[i], try_with_limits, &got[i]) > 0);
	for (int i = 0; i < THREADS; i++)
		join_thread(&done[i]);
	for (int i = 0; i < THREADS; i++)
		all += got[i];
	CHECK(all > 0);
	CHECK_EQ(word & ~WAITERS, 0);
	CHECK_EQ(lock_pi(&word), 0);
	CHECK_EQ(word, my_tid());
}

static int storm_over;

static int storm(void *arg)
{
	long *tids = arg;

	while (!__atomic_load_n(&storm_over, __ATOMIC_SEQ_CST)) {
		for (int i = 0; i < THREADS; i++)
			sys(SYS_tgkill, getpid(), tids[i], SIGUSR1);
		sys(SYS_sched_yield);
	}
	return 0;
}

CASE(signals_and_hand_overs, .timeout = 60)
{
	int done[THREADS], storm_done;
	long tids[THREADS];

	handle(SIGUSR1, count_signal, 0);
	for (int i = 0; i < THREADS; i++)
		tids[i] = start_thread(&done[i], take_often, NULL);
	CHECK(start_thread(&storm_done, storm, tids) > 0);
	for (int i = 0; i < THREADS; i++)
		join_thread(&done[i]);
	__atomic_store_n(&storm_over, 1, __ATOMIC_SEQ_CST);
	join_thread(&storm_done);
	CHECK_EQ(total, THREADS * ROUNDS);
	CHECK_EQ(word, 0);
}

CASE(the_owner_is_named_as_releaser)
{
	static char text[32768];
	char expected[64];
	struct holder h;

	if (!tap_is_parley())
		SKIP("/proc/ipc/waits");
	CHECK_EQ(lock_pi(&word), 0);
	start_wanting(&h, &word);
	CHECK(slurp("/proc/ipc/waits", text, sizeof(text)) > 0);
	snprintf(expected, sizeof(expected), "%7d %7ld ", getpid(), h.pid);
	char *line = strstr(text, expected);
	CHECK(line);
	*strchr(line, '\n') = 0;
	snprintf(expected, sizeof(expected), " %d", (int)my_tid());
	CHECK_STR(strrchr(line, ' '), expected);
	CHECK_EQ(unlock_pi(&word), 0);
	wait_has(&h);
	let_go(&h);
}
