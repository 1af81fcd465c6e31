// SPDX-License-Identifier: MIT
/*
 * futex/robust: what becomes of the locks that a thread dies with.
 *
 * Promise   words of the list that name the thread are marked and their waiters told, at the end of a thread or
 *           process, however it ends, and at exec; the pending entry; lists that are wrong in every way.
 * Linux     get_robust_list(2), set_robust_list(2).
 */
#include "tests/abi/futex/futex.h"
#include "tests/abi/program.h"

enum { HEAD_BYTES = 24, WALK_LIMIT = 2048, NOT_MINE = 0x12345 };

struct link {
	struct link *next;
};
struct head {
	struct link list;
	long offset;
	struct link *pending;
};
struct lock {
	struct link link;
	uint32_t word;
};
struct locks { /* in shared memory */
	struct head head;
	struct lock lock[8];
};

static struct locks *shared_locks(void)
{
	return shared_page();
}

/* A list of the first n locks, all of them taken by the caller. */
static void take_locks(struct locks *l, int n)
{
	struct link **at = &l->head.list.next;

	for (int i = 0; i < n; i++) {
		l->lock[i].word = sys(SYS_gettid);
		*at = &l->lock[i].link;
		at = &l->lock[i].link.next;
	}
	*at = &l->head.list;
	l->head.offset = offsetof(struct lock, word);
	l->head.pending = NULL;
	CHECK_EQ(sys(SYS_set_robust_list, &l->head, HEAD_BYTES), 0);
}

CASE(owner_died)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 3);
		l->lock[1].word |= WAITERS;
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[0].word, OWNER_DIED);
	CHECK_EQ(l->lock[1].word, OWNER_DIED | WAITERS);
	CHECK_EQ(l->lock[2].word, OWNER_DIED);
}

CASE(waiter_is_told)
{
	struct locks *l = shared_locks();
	int owner, waiter, bell[2];

	CHECK_EQ(pipe(bell), 0);
	CHILD(owner)
	{
		char c;

		take_locks(l, 1);
		l->lock[0].word |= WAITERS;
		CHECK_EQ(sys(SYS_read, bell[0], &c, 1), 1);
	}
	wait_state(owner, 'S');
	waiter = start_in_process(SLEEP_IN(SYS_futex, (long)&l->lock[0].word, WAIT, l->lock[0].word, 0), 0);
	CHECK_EQ(sys(SYS_write, bell[1], "x", 1), 1);
	CHECK_EQ(reap(owner), 0);
	CHECK_EQ(reap(waiter), 0);
	CHECK_EQ(l->lock[0].word, OWNER_DIED | WAITERS);
}

CASE(one_waiter_of_two)
{
	struct locks *l = shared_locks();
	int owner, waiter[2], first;

	CHILD(owner)
	{
		take_locks(l, 1);
		l->lock[0].word |= WAITERS;
		sys(SYS_pause);
	}
	wait_state(owner, 'S');
	for (int i = 0; i < 2; i++)
		waiter[i] = start_in_process(SLEEP_IN(SYS_futex, (long)&l->lock[0].word, WAIT, l->lock[0].word, 0), 0);
	sys(SYS_kill, owner, SIGKILL);
	CHECK_EQ(reap(owner), KILLED(SIGKILL));
	first = reap(waiter[0]);
	CHECK_EQ(first, 0);
	CHECK_EQ(task_state(waiter[1]), 'S');
	CHECK_EQ(sys(SYS_futex, &l->lock[0].word, WAKE, ALL_OF_THEM), 1);
	CHECK_EQ(reap(waiter[1]), 0);
}

CASE(waiters_that_the_word_does_not_tell_of_sleep_on)
{
	struct locks *l = shared_locks();
	int owner, waiter;

	CHILD(owner)
	{
		take_locks(l, 1);
		sys(SYS_pause);
	}
	wait_state(owner, 'S');
	waiter = start_in_process(SLEEP_IN(SYS_futex, (long)&l->lock[0].word, WAIT, l->lock[0].word, 0), 0);
	sys(SYS_kill, owner, SIGKILL);
	CHECK_EQ(reap(owner), KILLED(SIGKILL));
	CHECK_EQ(l->lock[0].word, OWNER_DIED);
	CHECK_EQ(sys(SYS_futex, &l->lock[0].word, WAKE, ALL_OF_THEM), 1);
	CHECK_EQ(reap(waiter), 0);
}

CASE(locks_of_others_are_left_alone)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 3);
		l->lock[0].word = NOT_MINE;
		l->lock[1].word = 0;
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[0].word, NOT_MINE);
	CHECK_EQ(l->lock[1].word, 0);
	CHECK_EQ(l->lock[2].word, OWNER_DIED);
}

static struct locks *thread_locks;

static int thread_with_locks(void *arg)
{
	(void)arg;
	take_locks(thread_locks, 2);
	return 0;
}

CASE(end_of_a_thread)
{
	int done;

	thread_locks = shared_locks();
	CHECK(start_thread(&done, thread_with_locks, NULL) > 0);
	join_thread(&done);
	CHECK_EQ(thread_locks->lock[0].word, OWNER_DIED);
	CHECK_EQ(thread_locks->lock[1].word, OWNER_DIED);
}

static int thread_with_locks_that_stays(void *arg)
{
	take_locks(thread_locks, 2);
	*(volatile int *)arg = 1;
	for (;;)
		sys(SYS_pause);
	return 0;
}

CASE(thread_killed_by_exit_group)
{
	int pid;

	thread_locks = shared_locks();
	CHILD(pid)
	{
		int done;
		volatile int is_ready = 0;

		CHECK(start_thread(&done, thread_with_locks_that_stays, (void *)&is_ready) > 0);
		while (!is_ready)
			sys(SYS_sched_yield);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(thread_locks->lock[0].word, OWNER_DIED);
	CHECK_EQ(thread_locks->lock[1].word, OWNER_DIED);
}

CASE(exec_walks_the_list)
{
	struct locks *l = shared_locks();
	char *argv[] = {"program", NULL};
	int pid;

	scratch();
	write_program("program", PROGRAM_SLEEP);
	CHILD(pid)
	{
		take_locks(l, 2);
		sys(SYS_execve, "program", argv, argv + 1);
		_exit(1);
	}
	for (int i = 0; i < STATE_WAIT_MS && *(volatile uint32_t *)&l->lock[1].word != OWNER_DIED; i++)
		sleep_ms(1);
	CHECK_EQ(l->lock[0].word, OWNER_DIED);
	CHECK_EQ(l->lock[1].word, OWNER_DIED);
	CHECK(task_state(pid) != 'Z');
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(exec_that_fails_leaves_it)
{
	struct locks *l = shared_locks();
	char *argv[] = {"none", NULL};
	int pid;

	CHILD(pid)
	{
		struct head *head;
		size_t size;

		take_locks(l, 1);
		CHECK_EQ(sys(SYS_execve, "/does/not/exist", argv, argv + 1), -ENOENT);
		CHECK_EQ(l->lock[0].word, sys(SYS_gettid));
		CHECK_EQ(sys(SYS_get_robust_list, 0, &head, &size), 0);
		CHECK(head == &l->head);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[0].word, OWNER_DIED);
}

CASE(fork_does_not_inherit_it)
{
	struct locks *l = shared_locks();
	int pid;

	take_locks(l, 1);
	CHILD(pid)
	{
		struct head *head = (void *)1;
		size_t size;

		CHECK_EQ(sys(SYS_get_robust_list, 0, &head, &size), 0);
		CHECK(head == NULL);
		l->lock[0].word = sys(SYS_gettid);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[0].word, pid);
	CHECK_EQ(sys(SYS_set_robust_list, NULL, HEAD_BYTES), 0);
}

/* --- the pending entry --- */

CASE(pending_lock_that_is_taken)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 0);
		l->lock[4].word = sys(SYS_gettid);
		l->head.pending = &l->lock[4].link;
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[4].word, OWNER_DIED);
}

CASE(pending_lock_that_is_also_listed)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 3);
		l->head.pending = &l->lock[1].link;
	}
	CHECK_EQ(reap(pid), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(l->lock[i].word, OWNER_DIED);
}

static void pending_free_lock(uint32_t value, int woken)
{
	struct locks *l = shared_locks();
	int waiter, owner;

	l->lock[4].word = value;
	waiter = start_in_process(SLEEP_IN(SYS_futex, (long)&l->lock[4].word, WAIT, value, 0), 0);
	CHILD(owner)
	{
		take_locks(l, 0);
		l->head.pending = &l->lock[4].link;
	}
	CHECK_EQ(reap(owner), 0);
	CHECK_EQ(sys(SYS_futex, &l->lock[4].word, WAKE, 1), !woken);
	CHECK_EQ(reap(waiter), 0);
	CHECK_EQ(l->lock[4].word, value);
}

CASE(pending_lock_that_is_free_wakes_one)
{
	pending_free_lock(0, 1);
}

CASE(pending_lock_that_is_free_with_waiters_wakes_one)
{
	pending_free_lock(WAITERS, 1);
}

CASE(pending_lock_of_another_wakes_nobody)
{
	pending_free_lock(NOT_MINE, 0);
}

CASE(pending_after_a_broken_next)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 2);
		l->lock[1].link.next = hole();
		l->lock[4].word = sys(SYS_gettid);
		l->head.pending = &l->lock[4].link;
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[0].word, OWNER_DIED);
	CHECK_EQ(l->lock[1].word, OWNER_DIED);
	/* The hole is an entry: its word cannot be read, which ends everything. */
	CHECK_EQ(l->lock[4].word, pid);
}

/* --- entries of priority-inheriting locks --- */

CASE(pi_entry_is_marked_and_wakes_nobody)
{
	struct locks *l = shared_locks();
	int owner, waiter;

	CHILD(owner)
	{
		take_locks(l, 1);
		l->head.list.next = (struct link *)((long)&l->lock[0].link | 1);
		l->lock[0].word |= WAITERS;
		sys(SYS_pause);
	}
	wait_state(owner, 'S');
	waiter = start_in_process(SLEEP_IN(SYS_futex, (long)&l->lock[0].word, WAIT, l->lock[0].word, 0), 0);
	sys(SYS_kill, owner, SIGKILL);
	CHECK_EQ(reap(owner), KILLED(SIGKILL));
	CHECK_EQ(l->lock[0].word, OWNER_DIED | WAITERS);
	CHECK_EQ(sys(SYS_futex, &l->lock[0].word, WAKE, 1), 1);
	CHECK_EQ(reap(waiter), 0);
}

/* --- hostile lists --- */

static void ends_with_head(void *head)
{
	int pid;

	CHILD(pid)
		CHECK_EQ(sys(SYS_set_robust_list, head, HEAD_BYTES), 0);
	CHECK_EQ(reap(pid), 0);
}

CASE(heads_from_nowhere)
{
	ends_with_head(hole());
	ends_with_head((void *)1);
	ends_with_head((void *)-1L);
	ends_with_head((void *)0xffffffff80000000);
	ends_with_head((void *)0x7fffffffffff);
	ends_with_head((void *)0x8000000000000000);
	ends_with_head(page_end(PROT_READ) - 8);
	ends_with_head(page_end(PROT_READ) - 16);
	ends_with_head(page_end(PROT_READ) - HEAD_BYTES);
}

static void ends_with_entry(void *entry, long offset)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 2);
		l->lock[0].link.next = entry;
		l->head.offset = offset;
		l->head.pending = entry;
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[1].word, pid);
	munmap(l, PAGE);
}

CASE(entries_from_nowhere)
{
	const long offset = offsetof(struct lock, word);
	void *bad[] = {hole(), (void *)2, (void *)-16L, (void *)0xffff888000000000, (void *)0x7ffffffff000,
		(void *)0x8000000000000000};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ends_with_entry(bad[i], offset);
}

CASE(offsets_from_nowhere)
{
	struct locks *l = shared_locks();
	long bad[] = {-1, 1, 9, 0x7fffffffffffffff, (long)0x8000000000000000, (long)0xffffffff80000000, 1L << 46};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int pid;

		CHILD(pid)
		{
			take_locks(l, 2);
			l->head.offset = bad[i];
			l->head.pending = &l->lock[3].link;
		}
		CHECK_EQ(reap(pid), 0);
		CHECK_EQ(l->lock[0].word, pid);
	}
}

CASE(word_that_is_read_only_ends_the_walk)
{
	struct locks *l = shared_locks();
	uint32_t *readonly = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pid;

	CHILD(pid)
	{
		struct lock *bad = (struct lock *)readonly;

		take_locks(l, 2);
		bad->word = sys(SYS_gettid);
		bad->link.next = &l->lock[1].link;
		l->lock[0].link.next = &bad->link;
		mprotect(readonly, PAGE, PROT_READ);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[0].word, OWNER_DIED);
	CHECK_EQ(((struct lock *)readonly)->word, pid);
	CHECK_EQ(l->lock[1].word, pid);
}

CASE(circle)
{
	struct locks *l = shared_locks();
	int pid;

	CHILD(pid)
	{
		take_locks(l, 3);
		l->lock[2].link.next = &l->lock[1].link;
		l->lock[4].word = sys(SYS_gettid);
		l->head.pending = &l->lock[4].link;
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(l->lock[2].word, OWNER_DIED);
	CHECK_EQ(l->lock[4].word, OWNER_DIED);
}

CASE(list_that_is_too_long)
{
	enum { LENGTH = WALK_LIMIT + 5 };
	size_t size = LENGTH * sizeof(struct lock);
	struct lock *lock = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct locks *l = shared_locks();
	int pid, marked = 0;

	CHILD(pid)
	{
		take_locks(l, 0);
		l->head.list.next = &lock[0].link;
		for (int i = 0; i < LENGTH; i++) {
			lock[i].word = sys(SYS_gettid);
			lock[i].link.next = i + 1 < LENGTH ? &lock[i + 1].link : &l->head.list;
		}
	}
	CHECK_EQ(reap(pid), 0);
	for (int i = 0; i < LENGTH; i++)
		marked += lock[i].word == OWNER_DIED;
	CHECK_EQ(marked, WALK_LIMIT);
	CHECK_EQ(lock[WALK_LIMIT - 1].word, OWNER_DIED);
}

/* --- the calls --- */

CASE(sizes_and_rights)
{
	struct head *head, mine;
	size_t size;
	int pid;

	for (int n = 0; n < 2 * HEAD_BYTES; n++)
		CHECK_EQ(sys(SYS_set_robust_list, &mine, n), n == HEAD_BYTES ? 0 : -EINVAL);
	CHECK_EQ(sys(SYS_get_robust_list, 0, &head, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_set_robust_list, NULL, HEAD_BYTES), 0);
	CHECK_EQ(sys(SYS_get_robust_list, -1, &head, &size), -ESRCH);
	if (geteuid() == 0) {
		CHILD(pid)
		{
			CHECK(become(NOBODY));
			CHECK_EQ(sys(SYS_get_robust_list, getppid(), &head, &size), -EPERM);
		}
		CHECK_EQ(reap(pid), 0);
	}
}
