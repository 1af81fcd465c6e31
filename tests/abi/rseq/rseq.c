// SPDX-License-Identifier: MIT
/*
 * rseq/rseq: restartable sequences.
 *
 * Promise   a sequence is aborted by a switch, a move and a signal, and by nothing else; nonsense costs SIGSEGV.
 * Linux     rseq(2).
 */
#include <sys/prctl.h>
#include <ucontext.h>
#include "tests/abi/rseq/sequence.h"
#include "tests/abi/thread.h"

static volatile struct rseq_area area;
static volatile int never;

CASE(preemption_aborts)
{
	const struct sequence s = spinning();
	int pid;

	CHECK_EQ(run_on(0, (unsigned)cpu_number(0)), 0);
	CHECK_EQ(register_area(&area), 0);
	CHILD(pid)
		for (;;)
			; /* wants the same CPU */
	CHECK_EQ(spin_in_sequence(&area, &s, &never), 1);
	CHECK_EQ(area.sequence, 0);
	end_child(pid);
}

CASE(a_move_aborts)
{
	const struct sequence s = spinning();
	int parent = (int)sys(SYS_getpid), other = cpu_number(1), pid;
	unsigned cpu = 99;

	if (other < 0)
		SKIP("needs two processors");
	CHECK_EQ(run_on(0, (unsigned)cpu_number(0)), 0);
	CHECK_EQ(register_area(&area), 0);
	CHILD(pid) {
		sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
		run_on(0, (unsigned)other);
		sleep_ms(20);
		CHECK_EQ(run_on(parent, (unsigned)other), 0);
	}
	CHECK_EQ(spin_in_sequence(&area, &s, &never), 1);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_getcpu, &cpu, 0, 0), 0);
	CHECK_EQ(area.cpu_id, cpu);
	CHECK_EQ(area.cpu_id_start, cpu);
}

static volatile uint64_t interrupted_at, sequence_then;

static void note_place(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	interrupted_at = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	sequence_then = area.sequence;
}

CASE(a_handler_finds_it_aborted)
{
	const struct sequence s = spinning();
	int parent = (int)sys(SYS_getpid), pid;

	handle_info(SIGUSR1, note_place, 0);
	CHECK_EQ(register_area(&area), 0);
	CHILD(pid) {
		sleep_ms(20);
		sys(SYS_kill, parent, SIGUSR1);
	}
	while (!interrupted_at)
		CHECK_EQ(spin_in_sequence(&area, &s, &never), 1);
	CHECK_EXIT(pid, 0);
	if (interrupted_at != (uint64_t)spin_abort) /* between two: it was preempted just then */
		CHECK(interrupted_at < s.start || interrupted_at >= s.start + s.length);
	CHECK_EQ(sequence_then, 0);
}

CASE(being_stopped_aborts)
{
	const struct sequence s = spinning();
	int pid;

	CHILD(pid) {
		CHECK_EQ(register_area(&area), 0);
		_exit(spin_in_sequence(&area, &s, &never));
	}
	sys(SYS_kill, pid, SIGSTOP);
	wait_state(pid, 'T');
	sys(SYS_kill, pid, SIGCONT);
	/* it may have been stopped before it began: then something else has to come */
	for (int i = 0; sys(SYS_wait4, pid, &never, 1 /* WNOHANG */, 0) == 0; i++) {
		sys(SYS_kill, pid, i % 2 ? SIGCONT : SIGSTOP);
		sleep_ms(1);
	}
	CHECK_EQ(never, EXITED(1));
}

CASE(a_sequence_that_is_over_is_forgotten)
{
	const struct sequence s = spinning();

	handle(SIGUSR1, count_signal, 0);
	CHECK_EQ(register_area(&area), 0);
	area.sequence = (uint64_t)&s;
	CHECK_EQ(sys(SYS_kill, sys(SYS_getpid), SIGUSR1), 0); /* we are not in it */
	CHECK_EQ(signals, 1);
	CHECK_EQ(area.sequence, 0);
}

CASE(without_interruption_it_ends)
{
	const struct sequence s = spinning();
	volatile int stop = 1;
	int ended = 0;

	CHECK_EQ(register_area(&area), 0);
	for (int i = 0; i < 1000; i++)
		ended += spin_in_sequence(&area, &s, &stop) == 0;
	CHECK(ended > 900);
	CHECK_EQ(area.sequence, 0);
}

CASE(unregistered_areas_are_let_alone)
{
	const struct sequence s = spinning();

	handle(SIGUSR1, count_signal, 0);
	CHECK_EQ(register_area(&area), 0);
	CHECK_EQ(unregister_area(&area), 0);
	CHECK_EQ(area.cpu_id, (uint32_t)-1);
	CHECK_EQ(area.mm_cid, 0);
	area.sequence = (uint64_t)&s;
	CHECK_EQ(sys(SYS_kill, sys(SYS_getpid), SIGUSR1), 0);
	CHECK_EQ(area.sequence, (uint64_t)&s);
	CHECK_EQ(unregister_area(&area), -EINVAL);
	CHECK_EQ(register_area(&area), 0);
	CHECK_EQ(area.sequence, 0); /* a new registration begins without */
}

/* A child with this sequence noted, to which a signal comes: its end. */
static int end_with(uint64_t sequence, void (*on_fault)(int))
{
	int pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, 0);
		if (on_fault)
			handle(SIGSEGV, on_fault, 0);
		CHECK_EQ(register_area(&area), 0);
		area.sequence = sequence;
		sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
	}
	return reap(pid) & ~DUMPED;
}

static void exit_3(int sig)
{
	(void)sig;
	_exit(3);
}

CASE(nonsense_is_a_fault)
{
	struct sequence good = spinning(), wrong[8];

	for (int i = 0; i < 8; i++)
		wrong[i] = good;
	wrong[0].version = 1;
	wrong[1].start = 0xffff800000000000;
	wrong[2].abort = 0xffff800000000000;
	wrong[3].length = -1UL;
	wrong[4].abort = good.start;      /* it would begin again in itself */
	wrong[5].abort = good.start + 1;
	wrong[6].abort = (uint64_t)unsigned_abort;
	wrong[7].abort = (uint64_t)hole();
	CHECK_EQ(end_with((uint64_t)&good, NULL), EXITED(0));
	for (int i = 0; i < 8; i++)
		if (end_with((uint64_t)&wrong[i], NULL) != KILLED(SIGSEGV))
			tap_fail(__FILE__, __LINE__, "sequence %d does not end it", i);
	CHECK_EQ(end_with(0xffff800000000000, NULL), KILLED(SIGSEGV));
	CHECK_EQ(end_with((uint64_t)hole(), NULL), KILLED(SIGSEGV));
	CHECK_EQ(end_with(8, NULL), KILLED(SIGSEGV));
}

CASE(a_handler_hears_of_nonsense_once)
{
	struct sequence s = spinning();
	int end = 0;

	s.abort = (uint64_t)unsigned_abort;
	/* A switch just before the handler's first instruction is the second time. */
	for (int i = 0; i < 20 && end != EXITED(3); i++) {
		end = end_with((uint64_t)&s, exit_3);
		CHECK(end == EXITED(3) || end == KILLED(SIGSEGV));
	}
	CHECK_EQ(end, EXITED(3));
	CHECK_EQ(end_with((uint64_t)&s, count_signal), KILLED(SIGSEGV));
}

CASE(flags_of_a_sequence_are_a_fault_while_it_is_run)
{
	struct sequence s = spinning();
	int pid;

	s.flags = 1;
	CHECK_EQ(end_with((uint64_t)&s, NULL), EXITED(0)); /* we are not in it */
	for (int which = 0; which < 2; which++) {
		CHILD(pid) {
			CHECK_EQ(register_area(&area), 0);
			s.flags = which == 0;
			area.flags = which == 1;
			spin_in_sequence(&area, &s, &never);
		}
		for (int i = 0, status = 0; sys(SYS_wait4, pid, &status, 1, 0) != pid; i++) {
			sys(SYS_kill, pid, i % 2 ? SIGCONT : SIGSTOP);
			sleep_ms(1);
			if (i > 4000)
				tap_fail(__FILE__, __LINE__, "nothing ends it");
		}
	}
}

CASE(an_area_that_is_gone_is_a_fault)
{
	int pid;

	for (int readonly = 0; readonly < 2; readonly++) {
		CHILD(pid) {
			volatile struct rseq_area *a = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			const struct sequence s = spinning();

			handle(SIGUSR1, count_signal, 0);
			CHECK_EQ(register_area(a), 0);
			a->sequence = (uint64_t)&s;
			if (readonly)
				mprotect((void *)a, PAGE, PROT_READ);
			else
				munmap((void *)a, PAGE);
			sys(SYS_kill, sys(SYS_getpid), SIGUSR1);
		}
		CHECK_EQ(reap(pid) & ~DUMPED, KILLED(SIGSEGV));
	}
}

static int register_in_thread(void *arg)
{
	static volatile struct rseq_area mine;

	(void)arg;
	CHECK_EQ(unregister_area(&area), -EINVAL); /* the other thread's is not ours */
	CHECK_EQ(register_area(&mine), 0);
	CHECK_EQ(unregister_area(&mine), 0);
	return 0;
}

CASE(who_inherits_it)
{
	static int done;
	int pid;

	CHECK_EQ(register_area(&area), 0);
	CHILD(pid) {
		CHECK_EQ(register_area(&area), -EBUSY);
		CHECK_EQ(unregister_area(&area), 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(area.cpu_id < 64, 1); /* it was the child's copy */
	CHECK(start_thread(&done, register_in_thread, NULL) > 0);
	join_thread(&done);
}

CASE(lengths_and_places)
{
	static char room[256] __attribute__((aligned(64)));

	CHECK_EQ(sys(SYS_rseq, room, 31, 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, room, 0, 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, room + 16, 32, 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, room + 8, 64, 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, 0xffff800000000000, 32, 0, 1), -EFAULT);
	CHECK_EQ(sys(SYS_rseq, room, 64, 0, 1), 0); /* with room for fields to come */
	CHECK_EQ(sys(SYS_rseq, room, 32, 1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, room, 64, 1, 2), -EPERM);
	CHECK_EQ(sys(SYS_rseq, room, 64, 2, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, room, 64, 3, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, 0, 64, 1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_rseq, room, 64, 1, 1), 0);
}

enum { ADDERS = 4, ADDITIONS = 20000 };
static char counters[64 * COUNTER_STRIDE] __attribute__((aligned(64)));

static int add(void *arg)
{
	volatile struct rseq_area *mine = arg;
	const struct sequence s = {.start = (uint64_t)add_start, .length = (uint64_t)(add_end - add_start),
		.abort = (uint64_t)add_abort};

	CHECK_EQ(register_area(mine), 0);
	for (int i = 0; i < ADDITIONS; i++) {
		while (add_in_sequence(mine, &s, counters))
			;
		if (i % 512 == 0)
			sys(SYS_sched_yield);
	}
	CHECK_EQ(unregister_area(mine), 0);
	return 0;
}

CASE(counters_of_processors_need_no_locks, .timeout = 60)
{
	static struct rseq_area areas[ADDERS];
	static int done[ADDERS];
	long sum = 0;

	for (int i = 0; i < ADDERS; i++)
		CHECK(start_thread(&done[i], add, &areas[i]) > 0);
	for (int i = 0; i < ADDERS; i++)
		join_thread(&done[i]);
	for (int cpu = 0; cpu < 64; cpu++)
		sum += *(long *)(counters + cpu * COUNTER_STRIDE);
	CHECK_EQ(sum, ADDERS * ADDITIONS);
}
