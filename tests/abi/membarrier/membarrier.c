// SPDX-License-Identifier: MIT
/*
 * membarrier/membarrier: barriers that one thread pays for all.
 *
 * Promise   commands need their registration and refuse unknown flags; no thread's accesses pass the barrier, though
 *           the frequent side has none of its own.
 * Linux     membarrier(2).
 */
#include <sys/prctl.h>
#include "tests/abi/rseq/sequence.h"
#include "tests/abi/program.h"
#include "tests/abi/thread.h"

enum {
	QUERY = 0, GLOBAL = 1, GLOBAL_EXPEDITED = 2, REGISTER_GLOBAL = 4, PRIVATE = 8, REGISTER_PRIVATE = 16,
	SYNC_CORE = 32, REGISTER_SYNC_CORE = 64, RSEQ = 128, REGISTER_RSEQ = 256, GET_REGISTRATIONS = 512,
	FLAG_CPU = 1,
};

static long membarrier(int cmd, unsigned flags, int cpu)
{
	return sys(SYS_membarrier, cmd, flags, cpu);
}

CASE(commands_are_told)
{
	long all = membarrier(QUERY, 0, 0);

	CHECK_EQ(all & 511, 511);
	CHECK_EQ(membarrier(QUERY, 0, 99), all); /* no CPU is looked at without the flag */
	for (unsigned flags = 1; flags < 5; flags++)
		CHECK_EQ(membarrier(QUERY, flags, 0), -EINVAL);
}

CASE(what_is_no_command)
{
	static const int wrong[] = {-1, 3, 5, 24, 1024, 2048, 1 << 30, 1 << 31};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_EQ(membarrier(wrong[i], 0, 0), -EINVAL);
}

CASE(flags)
{
	for (int cmd = 1; cmd <= GET_REGISTRATIONS; cmd <<= 1) {
		CHECK_EQ(membarrier(cmd, 2, 0), -EINVAL);
		CHECK_EQ(membarrier(cmd, 3, 0), -EINVAL);
		CHECK_EQ(membarrier(cmd, FLAG_CPU, 0), cmd == RSEQ ? -EPERM : -EINVAL);
	}
	NEEDS_LINUX(6, 3);
	CHECK_EQ(membarrier(GET_REGISTRATIONS, 0, 0), 0); /* nothing of it has registered */
}

CASE(private_commands_need_their_registration)
{
	static const struct { int registers, allows; } rows[] = {
		{REGISTER_PRIVATE, PRIVATE}, {REGISTER_SYNC_CORE, SYNC_CORE}, {REGISTER_RSEQ, RSEQ},
		{REGISTER_GLOBAL, 0}};
	int pid;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHILD(pid) {
			CHECK_EQ(membarrier(rows[i].registers, 0, 0), 0);
			CHECK_EQ(membarrier(rows[i].registers, 0, 0), 0);
			CHECK_EQ(membarrier(PRIVATE, 0, 0), rows[i].allows == PRIVATE ? 0 : -EPERM);
			CHECK_EQ(membarrier(SYNC_CORE, 0, 0), rows[i].allows == SYNC_CORE ? 0 : -EPERM);
			CHECK_EQ(membarrier(RSEQ, 0, 0), rows[i].allows == RSEQ ? 0 : -EPERM);
			CHECK_EQ(membarrier(GLOBAL, 0, 0), 0);
			CHECK_EQ(membarrier(GLOBAL_EXPEDITED, 0, 0), 0);
		}
		CHECK_EXIT(pid, 0);
	}
}

CASE(registrations_are_told)
{
	NEEDS_LINUX(6, 3);
	CHECK_EQ(membarrier(GET_REGISTRATIONS, 0, 0), 0);
	CHECK_EQ(membarrier(REGISTER_SYNC_CORE, 0, 0), 0);
	CHECK_EQ(membarrier(GET_REGISTRATIONS, 0, 0), REGISTER_SYNC_CORE | REGISTER_PRIVATE);
	CHECK_EQ(membarrier(PRIVATE, 0, 0), -EPERM); /* although */
	CHECK_EQ(membarrier(REGISTER_PRIVATE, 0, 0), 0);
	CHECK_EQ(membarrier(PRIVATE, 0, 0), 0);
	CHECK_EQ(membarrier(REGISTER_RSEQ, 0, 0), 0);
	CHECK_EQ(membarrier(REGISTER_GLOBAL, 0, 0), 0);
	CHECK_EQ(membarrier(GET_REGISTRATIONS, 0, 0), 4 | 16 | 64 | 256);
}

CASE(numbers_of_processors)
{
	static const int cpus[] = {0, 1, 63, 9999, -1, -5, 0x7fffffff};

	CHECK_EQ(membarrier(REGISTER_RSEQ, 0, 0), 0);
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++)
		CHECK_EQ(membarrier(RSEQ, FLAG_CPU, cpus[i]), 0);
}

static int as_a_thread(void *arg)
{
	(void)arg;
	CHECK_EQ(membarrier(PRIVATE, 0, 0), 0);
	CHECK_EQ(membarrier(REGISTER_SYNC_CORE, 0, 0), 0);
	return 0;
}

CASE(who_inherits_registrations)
{
	static int done;
	int pid;

	CHECK_EQ(membarrier(REGISTER_PRIVATE, 0, 0), 0);
	CHECK(start_thread(&done, as_a_thread, NULL) > 0);
	join_thread(&done);
	CHECK_EQ(membarrier(SYNC_CORE, 0, 0), 0); /* the thread's registration is its process's */
	CHILD(pid) {
		CHECK_EQ(membarrier(PRIVATE, 0, 0), 0);
		CHECK_EQ(membarrier(REGISTER_RSEQ, 0, 0), 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(membarrier(RSEQ, 0, 0), -EPERM);
}

CASE(a_program_begins_without)
{
	int pid;

	NEEDS_LINUX(6, 3);
	scratch();
	write_program("barriers", PROGRAM_BARRIERS);
	CHECK_EQ(membarrier(REGISTER_PRIVATE, 0, 0), 0);
	CHILD(pid) {
		char *argv[] = {"barriers", NULL};

		CHECK_EQ(membarrier(GET_REGISTRATIONS, 0, 0), REGISTER_PRIVATE);
		sys(SYS_execve, "barriers", argv, argv + 1);
	}
	CHECK_EXIT(pid, 0);
}

/* --- that it is a barrier --- */

struct game {
	volatile int round, answered, stop;
	volatile int x __attribute__((aligned(64))), y __attribute__((aligned(64))), frequent;
};

/* For each round: writes x, then reads y, with nothing in between. */
static int play_frequent(void *arg)
{
	struct game *g = arg;

	for (int last = 0; !g->stop;) {
		int round = g->round;

		if (round == last) {
			sys(SYS_sched_yield);
			continue;
		}
		last = round;
		for (volatile int i = round % 37; i > 0; i--)
			;
		g->x = 1;
		__asm__ volatile("" ::: "memory");
		g->frequent = g->y;
		__atomic_store_n(&g->answered, round, __ATOMIC_RELEASE);
	}
	return 0;
}

static void play_seldom(struct game *g, int cmd, int rounds)
{
	for (int round = 1; round <= rounds; round++) {
		g->x = g->y = 0;
		__atomic_store_n(&g->round, round, __ATOMIC_SEQ_CST);
		for (volatile int i = round % 61; i > 0; i--)
			;
		g->y = 1;
		CHECK_EQ(membarrier(cmd, 0, 0), 0);
		int seldom = g->x;
		while (__atomic_load_n(&g->answered, __ATOMIC_ACQUIRE) != round)
			sys(SYS_sched_yield);
		if (!seldom && !g->frequent)
			tap_fail(__FILE__, __LINE__, "round %d: both read 0", round);
	}
	g->stop = 1;
}

static void play(int cmd, int rounds)
{
	static struct game g;
	static int done;

	CHECK(start_thread(&done, play_frequent, &g) > 0);
	play_seldom(&g, cmd, rounds);
	join_thread(&done);
}

CASE(threads_of_one_process, .timeout = 60)
{
	CHECK_EQ(membarrier(REGISTER_PRIVATE, 0, 0), 0);
	play(PRIVATE, 600);
}

CASE(threads_of_one_process_with_sync, .timeout = 60)
{
	CHECK_EQ(membarrier(REGISTER_SYNC_CORE, 0, 0), 0);
	play(SYNC_CORE, 200);
}

CASE(threads_of_one_process_slowly, .timeout = 60)
{
	play(GLOBAL, 10);
}

CASE(processes, .timeout = 60)
{
	struct game *g = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pid;

	CHILD(pid) {
		CHECK_EQ(membarrier(REGISTER_GLOBAL, 0, 0), 0);
		play_frequent(g);
	}
	g->round = -1; /* it is there, and has registered, when it answers this */
	while (g->answered != -1)
		sys(SYS_sched_yield);
	play_seldom(g, GLOBAL_EXPEDITED, 200);
	CHECK_EXIT(pid, 0);
}

/* --- restartable sequences of other threads --- */

static volatile struct rseq_area area;
static volatile int cpu_of_spinner = -1, is_enough, never, aborts;

static int spin(void *arg)
{
	const struct sequence s = spinning();

	CHECK_EQ(run_on(0, (unsigned)(long)arg), 0);
	CHECK_EQ(register_area(&area), 0);
	cpu_of_spinner = (int)area.cpu_id;
	while (!is_enough)
		aborts += spin_in_sequence(&area, &s, &never);
	CHECK_EQ(unregister_area(&area), 0);
	return 0;
}

/* The other thread is in its sequence on a CPU of its own; it leaves it by being aborted. */
static void abort_other(unsigned flags)
{
	static int done;
	int mine = cpu_number(0), other = cpu_number(1);

	if (other < 0)
		SKIP("needs two processors");
	CHECK_EQ(run_on(0, (unsigned)mine), 0);
	CHECK_EQ(membarrier(REGISTER_RSEQ, 0, 0), 0);
	CHECK(start_thread(&done, spin, (void *)(long)other) > 0);
	while (cpu_of_spinner != other)
		sys(SYS_sched_yield);
	for (int before = aborts, i = 0; aborts < before + 5; i++) {
		CHECK_EQ(membarrier(RSEQ, flags, flags ? other : 0), 0);
		if (i % 64 == 0)
			sys(SYS_sched_yield);
	}
	is_enough = 1;
	while (done) {
		CHECK_EQ(membarrier(RSEQ, flags, flags ? other : 0), 0);
		sys(SYS_sched_yield);
	}
	join_thread(&done);
}

CASE(sequences_are_aborted, .timeout = 30)
{
	abort_other(0);
}

CASE(sequences_of_one_processor_are_aborted, .timeout = 30)
{
	abort_other(FLAG_CPU);
}

/* --- changed code --- */

static unsigned char *code;
static volatile int wanted, got, quit;

static int run_code(void *arg)
{
	(void)arg;
	for (int last = 0; !quit;) {
		int want = __atomic_load_n(&wanted, __ATOMIC_ACQUIRE);

		if (want == last) {
			sys(SYS_sched_yield);
			continue;
		}
		last = want;
		got = ((int (*)(void))(void *)code)();
		CHECK_EQ(got, want);
		__atomic_store_n(&wanted, 0, __ATOMIC_RELEASE);
		last = 0;
	}
	return 0;
}

CASE(changed_code_is_seen, .timeout = 30)
{
	static const unsigned char return_0[] = {0xb8, 0, 0, 0, 0, 0xc3};
	static int done;

	code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(code, return_0, sizeof(return_0));
	CHECK_EQ(membarrier(REGISTER_SYNC_CORE, 0, 0), 0);
	CHECK(start_thread(&done, run_code, NULL) > 0);
	for (int i = 1; i <= 100; i++) {
		memcpy(code + 1, &i, sizeof(i));
		CHECK_EQ(membarrier(SYNC_CORE, 0, 0), 0);
		__atomic_store_n(&wanted, i, __ATOMIC_RELEASE);
		while (__atomic_load_n(&wanted, __ATOMIC_ACQUIRE))
			sys(SYS_sched_yield);
	}
	quit = 1;
	join_thread(&done);
}
