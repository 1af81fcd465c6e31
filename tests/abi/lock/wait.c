// SPDX-License-Identifier: MIT
/*
 * lock/wait: F_SETLKW: who is woken by what, in which order, and who waits in vain.
 *
 * Promise   a waiter goes on when nothing is in its way, whatever it was that ended: release, shrinking, downgrade,
 *           close, death. Those who exclude each other get their turns in the order in which they came. A ring of
 *           processes that wait for each other is refused. A signal ends the wait, and nothing stays behind.
 * Linux     fcntl(2), signal(7).
 */
#include "tests/abi/lock/lock.h"

enum { WAITERS = 5, RING = 6, FIGHTERS = 4, TURNS = 60, BYTES = 3 };

/* A child that sleeps for a lock of that type there, and holds what it gets until it is killed, or exits at once. */
static int waiter(long fd, int type, long start, long len, int stays)
{
	int pid;

	CHILD(pid) {
		CHECK_EQ(wait_for(fd, type, start, len), 0);
		while (stays)
			sys(SYS_pause);
	}
	tap_wait_blocked(pid);
	return pid;
}

CASE(release_lets_it_in)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	int pid = waiter(fd, WR, 5, 10, 0);
	CHECK_EQ(set(fd, UN, 0, 0), 0);
	CHECK_EXIT(pid, 0);
}

CASE(all_that_is_in_the_way_must_go)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 5), 0);
	CHECK_EQ(set(fd, WR, 10, 5), 0);
	int pid = waiter(fd, WR, 0, 20, 0);
	CHECK_EQ(set(fd, UN, 0, 5), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(set(fd, UN, 10, 4), 0);
	tap_wait_blocked(pid);
	CHECK_EQ(set(fd, UN, 14, 1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(downgrade_lets_readers_in)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	int reader = waiter(fd, RD, 0, 1, 0), writer = waiter(fd, WR, 0, 1, 0);
	CHECK_EQ(set(fd, RD, 0, 10), 0);
	CHECK_EXIT(reader, 0);
	tap_wait_blocked(writer);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EXIT(writer, 0);
}

CASE(close_and_death_let_it_in)
{
	int holder, told[2];
	char c;

	scratch();
	long fd = opened();
	CHECK_EQ(sys(SYS_pipe2, told, 0), 0);
	CHILD(holder) {
		CHECK_EQ(set(fd, WR, 0, 10), 0);
		CHECK_EQ(sys(SYS_write, told[1], "x", 1), 1);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_read, told[0], &c, 1), 1);
	int pid = waiter(fd, RD, 0, 1, 0);
	end_child(holder);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	pid = waiter(fd, RD, 0, 1, 0);
	sys(SYS_close, sys(SYS_dup, fd));
	CHECK_EXIT(pid, 0);
}

CASE(turns_come_in_order)
{
	int *order = shared_page(), pid[WAITERS];

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	for (int i = 0; i < WAITERS; i++) {
		CHILD(pid[i]) {
			CHECK_EQ(wait_for(fd, WR, i, 10), 0);
			order[1 + __atomic_fetch_add(&order[0], 1, __ATOMIC_SEQ_CST)] = i;
		}
		tap_wait_blocked(pid[i]);
	}
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EXIT(pid[i], 0);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EQ(order[1 + i], i);
}

CASE(readers_come_in_together)
{
	int pid[WAITERS];

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	for (int i = 0; i < WAITERS; i++)
		pid[i] = waiter(fd, RD, 0, 10, 1);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	for (int i = 0; i < WAITERS; i++) {
		while (set(fd, WR, 0, 10) == 0) /* the last that still holds it keeps us out */
			CHECK_EQ(set(fd, UN, 0, 10), 0);
		tap_wait_blocked(pid[i]);
		end_child(pid[i]);
	}
	CHECK_EQ(set(fd, WR, 0, 10), 0);
}

CASE(who_has_it_all_free_does_not_wait)
{
	int pid;

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	int sleeper = waiter(fd, WR, 0, 20, 0);
	CHILD(pid)
		CHECK_EQ(wait_for(fd, WR, 10, 10), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EXIT(sleeper, 0);
}

CASE(handler_interrupts)
{
	int pid;

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		CHECK_EQ(wait_for(fd, WR, 0, 1), -EINTR);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(handler_with_restart_waits_on)
{
	int pid;

	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	CHILD(pid) {
		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(wait_for(fd, WR, 0, 1), 0);
		CHECK_EQ(signals, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	tap_wait_blocked(pid);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EXIT(pid, 0);
}

CASE(stop_and_continue_wait_on)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 10), 0);
	int pid = waiter(fd, RD, 0, 1, 0);
	sys(SYS_kill, pid, SIGSTOP);
	wait_state(pid, 'T');
	sys(SYS_kill, pid, SIGCONT);
	tap_wait_blocked(pid);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EXIT(pid, 0);
}

CASE(killed_waiter_lets_those_behind_it_in)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, RD, 0, 10), 0);
	int writer = waiter(fd, WR, 0, 10, 0), behind = waiter(fd, WR, 5, 10, 0);
	end_child(writer);
	tap_wait_blocked(behind);
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EXIT(behind, 0);
	CHECK_EQ(set(fd, WR, 0, 0), 0);
}

CASE(two_in_a_ring)
{
	scratch();
	long fd = opened();
	int told[2], pid;
	char c;
	CHECK_EQ(sys(SYS_pipe2, told, 0), 0);
	CHECK_EQ(set(fd, WR, 0, 1), 0);
	CHILD(pid) {
		CHECK_EQ(set(fd, WR, 1, 1), 0);
		CHECK_EQ(sys(SYS_write, told[1], "x", 1), 1);
		CHECK_EQ(wait_for(fd, WR, 0, 1), 0);
	}
	CHECK_EQ(sys(SYS_read, told[0], &c, 1), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(wait_for(fd, RD, 1, 1), -EDEADLK);
	CHECK_EQ(set(fd, RD, 1, 1), -EAGAIN);
	CHECK_EQ(wait_for(fd, WR, 0, 1), 0);
	CHECK_EQ(set(fd, UN, 0, 1), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(wait_for(fd, WR, 1, 1), 0);
}

CASE(ring_through_several_files)
{
	int told[2], pid[RING];
	long fd[RING];
	char name[16], c;

	scratch();
	CHECK_EQ(sys(SYS_pipe2, told, 0), 0);
	for (int i = 0; i < RING; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		fd[i] = sys(SYS_open, name, O_RDWR | O_CREAT, 0600);
	}
	CHECK_EQ(set(fd[0], WR, 0, 0), 0);
	for (int i = 1; i < RING; i++) {
		CHILD(pid[i]) {
			CHECK_EQ(set(fd[i], WR, 0, 0), 0);
			CHECK_EQ(sys(SYS_write, told[1], "x", 1), 1);
			CHECK_EQ(wait_for(fd[i - 1], WR, 0, 0), 0);
		}
		CHECK_EQ(sys(SYS_read, told[0], &c, 1), 1);
		tap_wait_blocked(pid[i]);
	}
	CHECK_EQ(wait_for(fd[RING - 1], WR, 0, 0), -EDEADLK);
	CHECK_EQ(set(fd[0], UN, 0, 0), 0);
	for (int i = 1; i < RING; i++)
		CHECK_EXIT(pid[i], 0);
	CHECK_EQ(wait_for(fd[RING - 1], WR, 0, 0), 0);
}

CASE(two_readers_that_both_want_to_write)
{
	int told[2], pid;
	char c;

	scratch();
	long fd = opened();
	CHECK_EQ(sys(SYS_pipe2, told, 0), 0);
	CHECK_EQ(set(fd, RD, 0, 10), 0);
	CHILD(pid) {
		CHECK_EQ(set(fd, RD, 0, 10), 0);
		CHECK_EQ(sys(SYS_write, told[1], "x", 1), 1);
		CHECK_EQ(wait_for(fd, WR, 0, 10), 0);
	}
	CHECK_EQ(sys(SYS_read, told[0], &c, 1), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(wait_for(fd, WR, 0, 10), -EDEADLK);
	expect_locks(fd, "R0-9");
	CHECK_EQ(set(fd, UN, 0, 10), 0);
	CHECK_EXIT(pid, 0);
}

/* The ring closes only when a turn has passed: B waits for A, then for C who had been waiting before it. */
CASE(ring_that_a_turn_closes)
{
	int told[2], c_pid, b_pid;
	char c;

	scratch();
	long fd = opened(), other = sys(SYS_open, "g", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(sys(SYS_pipe2, told, 0), 0);
	CHECK_EQ(set(fd, WR, 0, 1), 0);
	CHILD(c_pid) {
		CHECK_EQ(wait_for(fd, WR, 0, 1), 0);
		CHECK_EQ(sys(SYS_write, told[1], "x", 1), 1);
		CHECK_EQ(wait_for(other, WR, 0, 1), -EDEADLK);
	}
	tap_wait_blocked(c_pid);
	CHILD(b_pid) {
		CHECK_EQ(set(other, WR, 0, 1), 0);
		CHECK_EQ(wait_for(fd, WR, 0, 1), 0);
	}
	tap_wait_blocked(b_pid);
	CHECK_EQ(set(fd, UN, 0, 1), 0);
	CHECK_EQ(sys(SYS_read, told[0], &c, 1), 1);
	CHECK_EXIT(c_pid, 0);
	CHECK_EXIT(b_pid, 0);
}

CASE(waiting_for_nobody_in_a_ring_is_no_deadlock)
{
	scratch();
	long fd = opened();
	CHECK_EQ(set(fd, WR, 0, 1), 0);
	int a = waiter(fd, WR, 0, 1, 0), b = waiter(fd, RD, 0, 1, 0);
	CHECK_EQ(wait_for(fd, RD, 0, 1), 0);
	CHECK_EXIT(b, 0);
	CHECK_EQ(wait_for(fd, WR, 5, 1), 0);
	CHECK_EQ(set(fd, UN, 0, 0), 0);
	CHECK_EXIT(a, 0);
}

CASE(fight_for_one_byte, .timeout = 60)
{
	int *count = shared_page(), pid[FIGHTERS];

	scratch();
	for (int i = 0; i < FIGHTERS; i++)
		CHILD(pid[i]) {
			long fd = opened();
			for (int turn = 0; turn < TURNS; turn++) {
				CHECK_EQ(i % 2 ? ofd_wait(fd, WR, 7, 1) : wait_for(fd, WR, 0, 10), 0);
				int seen = *(volatile int *)count;
				sys(SYS_sched_yield);
				*(volatile int *)count = seen + 1;
				CHECK_EQ(i % 2 ? ofd_set(fd, UN, 7, 1) : set(fd, UN, 0, 0), 0);
			}
		}
	for (int i = 0; i < FIGHTERS; i++)
		CHECK_EXIT(pid[i], 0);
	CHECK_EQ(*count, FIGHTERS * TURNS);
}

/* --- rings by chance --- */

struct wanted {
	int at, type, is_held;
};

/* How many have each byte, [0] for reading and [1] for writing, counted while the lock is held. */
typedef int holders[BYTES][2];

static int *count_of(holders *h, const struct wanted *w)
{
	return &(*h)[w->at][w->type == WR];
}

/* 0, or -EDEADLK. */
static long take_one(long fd, holders *h, struct wanted *w)
{
	long r = wait_for(fd, w->type, w->at, 1);

	if (r == 0) {
		w->is_held = 1;
		__atomic_fetch_add(count_of(h, w), 1, __ATOMIC_SEQ_CST);
		sys(SYS_sched_yield);
	}
	return r;
}

static void check_and_forget(holders *h, const struct wanted *w)
{
	if (!w->is_held)
		return;
	int readers = __atomic_load_n(&(*h)[w->at][0], __ATOMIC_SEQ_CST);
	int writers = __atomic_load_n(&(*h)[w->at][1], __ATOMIC_SEQ_CST);
	CHECK(w->type == WR ? writers == 1 && readers == 0 : writers == 0 && readers > 0);
	__atomic_fetch_sub(count_of(h, w), 1, __ATOMIC_SEQ_CST);
}

/* Whoever is told of a ring lets go of all that he has. Nobody waits for ever, and writers are alone. */
CASE(rings_by_chance_are_all_found, .timeout = 60)
{
	holders *h = shared_page();
	int pid[FIGHTERS];

	scratch();
	long fd = opened();
	for (int i = 0; i < FIGHTERS; i++)
		CHILD(pid[i]) {
			uint32_t random = i + 1;
			for (int turn = 0; turn < TURNS; turn++) {
				random = random * 1664525 + 1013904223;
				int first = (random >> 10) % BYTES;
				struct wanted a = {.at = first, .type = (random >> 14) % 3 ? WR : RD};
				int second = (first + 1 + (random >> 20) % (BYTES - 1)) % BYTES;
				struct wanted b = {.at = second, .type = WR};
				long r = take_one(fd, h, &a);
				if (r == 0)
					r = take_one(fd, h, &b);
				CHECK(r == 0 || r == -EDEADLK);
				check_and_forget(h, &a);
				check_and_forget(h, &b);
				CHECK_EQ(set(fd, UN, 0, 0), 0);
			}
		}
	for (int i = 0; i < FIGHTERS; i++)
		CHECK_EXIT(pid[i], 0);
}
