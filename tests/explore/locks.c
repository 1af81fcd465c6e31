// SPDX-License-Identifier: MIT
/*
 * locks: explorations of futexes, and of the kernel's own mutex.
 */
#include "kernel/uapi/futex.h"
#include "tests/explore/explore.h"

enum {
	PARTNERS = 3, ROUNDS = 3,
	WAIT = FUTEX_WAIT | FUTEX_PRIVATE_FLAG, WAKE = FUTEX_WAKE | FUTEX_PRIVATE_FLAG,
	MOVE = FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG,
};

/* A lock of three states: free, taken, taken with somebody waiting. */
static int lock_word, inside, turns;

static void lock(int *word)
{
	int seen = 0;

	if (__atomic_compare_exchange_n(word, &seen, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	while (__atomic_exchange_n(word, 2, __ATOMIC_SEQ_CST) != 0)
		futex(word, WAIT, 2, NULL, NULL, 0);
}

static void unlock(int *word)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST) == 2)
		futex(word, WAKE, 1, NULL, NULL, 0);
}

static int take_turns(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		lock(&lock_word);
		CHECK_EQ(__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST), 1);
		sys(SYS_getpid); /* a place to be preempted at, inside */
		turns++;
		CHECK_EQ(__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST), 0);
		unlock(&lock_word);
	}
	return 0;
}

EXPLORATION(futex_lock)
{
	struct partners p = {.nr = 0};

	for (int i = 0; i < PARTNERS; i++)
		partner_start(&p, take_turns, NULL);
	partners_join(&p);
	CHECK_EQ(turns, PARTNERS * ROUNDS);
}

/* A condition: who waits for it is moved to the lock, one by one it gets that. */
static int sequence, is_true, awake;

static int wait_for_condition(void *arg)
{
	lock(&lock_word);
	while (!is_true) {
		int seen = __atomic_load_n(&sequence, __ATOMIC_SEQ_CST);
		unlock(&lock_word);
		futex(&sequence, WAIT, seen, NULL, NULL, 0);
		while (__atomic_exchange_n(&lock_word, 2, __ATOMIC_SEQ_CST) != 0)
			futex(&lock_word, WAIT, 2, NULL, NULL, 0);
	}
	awake++;
	unlock(&lock_word);
	return 0;
}

EXPLORATION(futex_condition)
{
	struct partners p = {.nr = 0};

	for (int i = 0; i < PARTNERS; i++)
		partner_start(&p, wait_for_condition, NULL);
	lock(&lock_word);
	is_true = 1;
	for (;;) {
		int now = __atomic_add_fetch(&sequence, 1, __ATOMIC_SEQ_CST);
		long moved = futex(&sequence, MOVE, 1, (void *)(long)PARTNERS, &lock_word, now);
		CHECK(moved >= 0 && moved <= PARTNERS);
		if (moved >= 0)
			break;
	}
	unlock(&lock_word);
	partners_join(&p);
	CHECK_EQ(awake, PARTNERS);
}

/* Wakes and waits that end well are as many on both sides, whoever is interrupted meanwhile. */
static int woken, interrupted;

static int wait_once(void *arg)
{
	long r = futex(&sequence, WAIT, 0, NULL, NULL, 0);

	if (r == 0)
		__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	else if (r == -EINTR)
		__atomic_add_fetch(&interrupted, 1, __ATOMIC_SEQ_CST);
	else
		CHECK_EQ(r, -EAGAIN);
	return 0;
}

EXPLORATION(futex_interrupted)
{
	struct partners p = {.nr = 0};
	long first, told = 0;

	interrupt_by(SIGUSR1);
	first = partner_start(&p, wait_once, NULL);
	partner_start(&p, wait_once, NULL);
	told += futex(&sequence, WAKE, 1, NULL, NULL, 0);
	sys(SYS_tgkill, getpid(), first, SIGUSR1);
	told += futex(&sequence, WAKE, 1, NULL, NULL, 0);
	__atomic_store_n(&sequence, 1, __ATOMIC_SEQ_CST);
	told += futex(&sequence, WAKE, PARTNERS, NULL, NULL, 0);
	partners_join(&p);
	CHECK_EQ(woken, told);
	CHECK(interrupted <= 1);
}

/* Words on a page that is copied when it is first written to: who waits reads the copy as soon as others write there.
 * Nobody has written to it since the process was made. */
static int beside;

static int write_beside(void *arg)
{
	futex(&sequence, WAIT, 2, NULL, NULL, 0); /* not what is there: the kernel has read it, and knows where it is */
	__atomic_store_n(&beside, 1, __ATOMIC_SEQ_CST);
	return 0;
}

EXPLORATION(futex_copied_page)
{
	struct partners p = {.nr = 0};

	partner_start(&p, write_beside, NULL);
	partner_start(&p, wait_once, NULL);
	futex(&sequence, WAKE, 1, NULL, NULL, 0);
	__atomic_store_n(&sequence, 1, __ATOMIC_SEQ_CST);
	futex(&sequence, WAKE, PARTNERS, NULL, NULL, 0);
	partners_join(&p);
}

/* One waiter on two words: one wake only is for it. */
static int words[2], index_woken = -1;

static int wait_for_either(void *arg)
{
	struct futex_waitv v[2] = {
		{.val = 0, .uaddr = (uintptr_t)&words[0], .flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE},
		{.val = 0, .uaddr = (uintptr_t)&words[1], .flags = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE},
	};
	long r = sys(449 /* futex_waitv */, v, 2, 0, 0, 0);

	CHECK(r == 0 || r == 1 || r == -EAGAIN);
	index_woken = r;
	return 0;
}

static int wake_word(void *arg)
{
	int i = (long)arg;

	__atomic_store_n(&words[i], 1, __ATOMIC_SEQ_CST);
	long n = futex(&words[i], WAKE, 1, NULL, NULL, 0);
	CHECK(n == 0 || n == 1);
	__atomic_add_fetch(&woken, n, __ATOMIC_SEQ_CST);
	return 0;
}

EXPLORATION(futex_either)
{
	struct partners p = {.nr = 0};

	partner_start(&p, wait_for_either, NULL);
	partner_start(&p, wake_word, (void *)0L);
	partner_start(&p, wake_word, (void *)1L);
	partners_join(&p);
	/* of two wakes before it leaves both may hit it, but none may say so and be lost */
	CHECK(index_woken == -EAGAIN ? woken == 0 : woken >= 1);
}

/* Whoever waits for a lock whose owner ends learns of it. */
static struct robust_list_head heads[2];
static struct {
	struct robust_list entry;
	int word;
} owned;

static int end_as_owner(void *arg)
{
	struct robust_list_head *head = &heads[0];

	head->list.next = &owned.entry;
	head->futex_offset = (char *)&owned.word - (char *)&owned.entry;
	owned.entry.next = &head->list;
	sys(SYS_set_robust_list, head, sizeof(*head));
	__atomic_store_n(&owned.word, sys(SYS_gettid), __ATOMIC_SEQ_CST);
	sys(SYS_getpid);
	return 0;
}

static int wait_for_owner(void *arg)
{
	for (;;) {
		int seen = __atomic_load_n(&owned.word, __ATOMIC_SEQ_CST);
		if (seen & FUTEX_OWNER_DIED)
			return 0;
		if (seen == 0) {
			sys(SYS_sched_yield);
			continue;
		}
		int marked = seen | (int)FUTEX_WAITERS;
		if (marked == seen ||
			__atomic_compare_exchange_n(&owned.word, &seen, marked, false, __ATOMIC_SEQ_CST,
				__ATOMIC_SEQ_CST))
			futex(&owned.word, FUTEX_WAIT, marked, NULL, NULL, 0);
	}
}

EXPLORATION(futex_owner_ends)
{
	struct partners p = {.nr = 0};

	partner_start(&p, end_as_owner, NULL);
	partner_start(&p, wait_for_owner, NULL);
	partners_join(&p);
	CHECK_EQ(owned.word & (int)FUTEX_OWNER_DIED, (int)FUTEX_OWNER_DIED);
}

/* The lock of a folder: all make names in it, and take them away again. */
enum { MAKERS = 4, NAMES = 4 };

static int make_names(void *arg)
{
	char name[32];

	snprintf(name, sizeof(name), "explore-%d-%ld", getpid(), (long)arg);
	for (int i = 0; i < NAMES; i++) {
		CHECK_EQ(sys(SYS_mkdir, name, 0700), 0);
		CHECK_EQ(sys(SYS_rmdir, name), 0);
	}
	return 0;
}

EXPLORATION(folder_lock)
{
	struct partners p = {.nr = 0};

	CHECK_EQ(sys(SYS_chdir, "/tmp"), 0);
	for (long i = 0; i < MAKERS; i++)
		partner_start(&p, make_names, (void *)i);
	partners_join(&p);
}
