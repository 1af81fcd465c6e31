// SPDX-License-Identifier: MIT
/*
 * futex/pi_owner: owners of priority-inheriting locks that end.
 *
 * Promise   whoever waits gets the lock, with OWNER_DIED in its word; whoever comes later finds that, or that nobody
 *           owns it; by exit, by a fatal signal, by exec, with a robust list and without
 * Linux     futex(2), get_robust_list(2)
 */
#include "tests/abi/futex/pi.h"

enum { HEAD_BYTES = 24 };

struct link {
	struct link *next;
};

struct shared {
	uint32_t word, other, go;
	int64_t limit_ms;
	struct link link;
	struct {
		struct link list;
		long offset;
		struct link *pending;
	} head;
};

static long lock_shared(uint32_t *w)
{
	return sys(SYS_futex, w, LOCK_PI, 0, 0);
}

static void put_on_list(struct shared *m, int pi)
{
	m->head.list.next = (struct link *)((long)&m->link | pi);
	m->link.next = &m->head.list;
	m->head.offset = (long)&m->word - (long)&m->link;
	CHECK_EQ(sys(SYS_set_robust_list, &m->head, HEAD_BYTES), 0);
}

/* A process that has the lock. */
static int start_owner(struct shared *m, int robust)
{
	int pid;

	CHILD(pid)
	{
		if (robust)
			put_on_list(m, 1);
		CHECK_EQ(lock_shared(&m->word), 0);
		m->go = 1;
		sys(SYS_pause);
	}
	while (!*(volatile uint32_t *)&m->go)
		sleep_ms(1);
	return pid;
}

static int start_wanting_process(struct shared *m, uint32_t expected_bits)
{
	int pid;

	CHILD(pid)
	{
		CHECK_EQ(lock_shared(&m->word), 0);
		CHECK_EQ(m->word, my_tid() | expected_bits);
		CHECK_EQ(sys(SYS_futex, &m->word, UNLOCK_PI), 0);
	}
	wait_state(pid, 'S');
	return pid;
}

static void owner_is_killed(int robust)
{
	struct shared *m = shared_page();
	int owner = start_owner(m, robust), waiter = start_wanting_process(m, WAITERS | OWNER_DIED);

	CHECK_EQ(m->word, owner | WAITERS);
	end_child(owner);
	CHECK_EQ(reap(waiter), 0);
	CHECK_EQ(m->word, 0);
}

CASE(killed_without_a_list)
{
	owner_is_killed(0);
}

CASE(killed_with_a_list)
{
	owner_is_killed(1);
}

CASE(several_wait)
{
	struct shared *m = shared_page();
	int owner = start_owner(m, 0), first = start_wanting_process(m, WAITERS | OWNER_DIED), pid[3];

	for (int i = 0; i < 3; i++)
		pid[i] = start_wanting_process(m, WAITERS);
	end_child(owner);
	CHECK_EQ(reap(first), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(reap(pid[i]), 0);
	CHECK_EQ(m->word, 0);
}

CASE(nobody_waits)
{
	struct shared *m = shared_page();
	int owner = start_owner(m, 0);

	end_child(owner);
	CHECK_EQ(m->word, owner);
	CHECK_EQ(lock_shared(&m->word), -ESRCH);
	CHECK_EQ(sys(SYS_futex, &m->word, TRYLOCK_PI), -ESRCH);
}

CASE(nobody_waits_and_a_list)
{
	struct shared *m = shared_page();
	int owner = start_owner(m, 1);

	end_child(owner);
	CHECK_EQ(m->word, OWNER_DIED);
	CHECK_EQ(lock_shared(&m->word), 0);
	CHECK_EQ(m->word, my_tid() | OWNER_DIED);
}

/* An entry of a lock that is not marked as such is woken in the plain way, which reaches nobody: the lock goes on all
 * the same. */
CASE(an_entry_without_its_mark)
{
	struct shared *m = shared_page();
	int owner, waiter;

	CHILD(owner)
	{
		put_on_list(m, 0);
		CHECK_EQ(lock_shared(&m->word), 0);
		m->go = 1;
		sys(SYS_pause);
	}
	while (!*(volatile uint32_t *)&m->go)
		sleep_ms(1);
	waiter = start_wanting_process(m, WAITERS | OWNER_DIED);
	end_child(owner);
	CHECK_EQ(reap(waiter), 0);
}

static int own_and_end(void *arg)
{
	struct holder *h = arg;

	h->result = lock_pi(h->word);
	h->has = 1;
	while (!h->go)
		sys(SYS_futex, &h->go, WAIT | PRIVATE, 0, 0);
	return 0;
}

CASE(a_thread_ends)
{
	static uint32_t word;
	struct holder dying = {.word = &word}, h;

	dying.pid = start_thread(&dying.done, own_and_end, &dying);
	while (!dying.has)
		sleep_ms(1);
	start_wanting(&h, &word);
	let_go(&dying);
	wait_has(&h);
	CHECK_EQ(h.result, 0);
	CHECK_EQ(word, h.pid | WAITERS | OWNER_DIED);
	let_go(&h);
	CHECK_EQ(word, 0);
}

CASE(exec_gives_it_up)
{
	struct shared *m = shared_page();
	char *argv[] = {"sleep", "60", NULL};
	int owner, waiter;

	CHILD(owner)
	{
		CHECK_EQ(lock_shared(&m->word), 0);
		m->go = 1;
		while (m->go != 2)
			sys(SYS_futex, &m->go, WAIT, 1, 0);
		sys(SYS_execve, "/bin/sleep", argv, argv + 2);
	}
	while (!*(volatile uint32_t *)&m->go)
		sleep_ms(1);
	waiter = start_wanting_process(m, WAITERS | OWNER_DIED);
	m->go = 2;
	sys(SYS_futex, &m->go, WAKE, 1);
	CHECK_EQ(reap(waiter), 0);
	end_child(owner);
}

/* The owner holds two; both go on. */
CASE(two_locks)
{
	struct shared *m = shared_page();
	int owner, waiter, second;

	CHILD(owner)
	{
		CHECK_EQ(lock_shared(&m->word), 0);
		CHECK_EQ(lock_shared(&m->other), 0);
		m->go = 1;
		sys(SYS_pause);
	}
	while (!*(volatile uint32_t *)&m->go)
		sleep_ms(1);
	waiter = start_wanting_process(m, WAITERS | OWNER_DIED);
	second = start_in_process(SLEEP_IN(SYS_futex, (long)&m->other, LOCK_PI, 0, 0), 0);
	end_child(owner);
	CHECK_EQ(reap(waiter), 0);
	CHECK_EQ(reap(second), 0);
	CHECK_EQ(m->other, second | WAITERS | OWNER_DIED);
}

/* The one that gets it ends as well, without having looked at it. */
CASE(a_chain_of_deaths)
{
	enum { N = 6 };
	struct shared *m = shared_page();
	int pid[N], owner = start_owner(m, 0);

	for (int i = 0; i < N; i++)
		pid[i] = start_in_process(SLEEP_IN(SYS_futex, (long)&m->word, LOCK_PI, 0, 0), 0);
	end_child(owner);
	for (int i = 0; i < N; i++)
		CHECK_EQ(reap(pid[i]), 0);
	CHECK_EQ(m->word, pid[N - 1] | WAITERS | OWNER_DIED);
}

CASE(owner_and_first_waiter_die)
{
	struct shared *m = shared_page();
	int owner = start_owner(m, 0), victim, waiter;

	victim = start_in_process(SLEEP_IN(SYS_futex, (long)&m->word, LOCK_PI, 0, 0), 0);
	waiter = start_wanting_process(m, WAITERS | OWNER_DIED);
	sys(SYS_kill, victim, SIGKILL);
	sys(SYS_kill, owner, SIGKILL);
	CHECK_EQ(reap(owner), KILLED(SIGKILL));
	reap(victim);
	CHECK_EQ(reap(waiter), 0);
	CHECK_EQ(m->word, 0);
}

/* What is to be mended is not there any more: the waiter hears of that, and the next one gets the lock. */
CASE(the_word_vanishes)
{
	static uint32_t nothing;
	uint32_t *w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct holder dying = {.word = w}, h[2];

	dying.pid = start_thread(&dying.done, own_and_end, &dying);
	while (!dying.has)
		sleep_ms(1);
	for (int i = 0; i < 2; i++)
		start_wanting(&h[i], w);
	munmap(w, PAGE);
	let_go(&dying);
	for (int i = 0; i < 2; i++) {
		h[i].word = &nothing;
		wait_has(&h[i]);
		CHECK_EQ(h[i].result, -EFAULT);
		let_go(&h[i]);
	}
}

CASE(a_moved_waiter_gets_it)
{
	struct shared *m = shared_page();
	int owner = start_owner(m, 1), waiter;

	CHILD(waiter)
	{
		CHECK_EQ(sys(SYS_futex, &m->other, WAIT_REQUEUE_PI, 0, 0, &m->word), 0);
		CHECK_EQ(m->word, my_tid() | WAITERS | OWNER_DIED);
		CHECK_EQ(sys(SYS_futex, &m->word, UNLOCK_PI), 0);
	}
	wait_state(waiter, 'S');
	CHECK_EQ(sys(SYS_futex, &m->other, CMP_REQUEUE_PI, 1, 0, &m->word, 0), 1);
	end_child(owner);
	CHECK_EQ(reap(waiter), 0);
	CHECK_EQ(m->word, 0);
}

/* Attaching to an owner that is just ending: the lock, ESRCH, or the mark of its death; never a sleep for ever. */
CASE(racing_with_the_end, .timeout = 60)
{
	enum { ROUNDS = 200 };
	struct shared *m = shared_page();

	for (int i = 0; i < ROUNDS; i++) {
		int owner;
		long r;

		m->word = m->go = 0;
		CHILD(owner)
		{
			if (i % 2)
				put_on_list(m, 1);
			CHECK_EQ(lock_shared(&m->word), 0);
			m->go = 1;
		}
		while (!*(volatile uint32_t *)&m->go)
			;
		r = lock_shared(&m->word);
		if (r == 0) {
			CHECK_EQ(m->word & TID_MASK, my_tid());
			CHECK(m->word & OWNER_DIED);
		} else {
			CHECK_EQ(r, -ESRCH);
			CHECK(i % 2 == 0);
		}
		CHECK_EQ(reap(owner), 0);
	}
}
