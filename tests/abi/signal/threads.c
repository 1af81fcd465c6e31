// SPDX-License-Identifier: MIT
/*
 * signal/threads: signals to one thread and to the whole process, when it has several.
 *
 * Promise   a signal to the process goes to a thread that does not block it, the leader if that can; one to a
 *           thread stays with it; what ends, stops or continues, does so to all threads, wherever they
 *           are: asleep, running, or waiting for another signal.
 * Linux     signal(7), pthreads(7), tgkill(2), wait(2).
 */
#include "tests/abi/thread.h"

enum { THREADS = 3, TRIES = 20, ROUNDS = 300 };

static volatile int handler_tid, calls;
static volatile int quit;
static int done[THREADS];

static void note_thread(int sig)
{
	(void)sig;
	handler_tid = (int)sys(SYS_gettid);
	calls++;
}

static void wait_for(volatile int *word, int value)
{
	for (int64_t end = now_ms() + STATE_WAIT_MS; *word != value && now_ms() < end;)
		sleep_ms(1);
	CHECK_EQ(*word, value);
}

/* The state letter of a thread of ours. */
static int thread_state(int pid, int tid)
{
	char path[64], text[512], *close_paren;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return 0;
	close_paren = strrchr(text, ')');
	return close_paren ? close_paren[2] : 0;
}

static void wait_thread_state(int pid, int tid, int state)
{
	for (int64_t end = now_ms() + STATE_WAIT_MS; now_ms() < end; sleep_ms(1))
		if (thread_state(pid, tid) == state)
			return;
	tap_fail(__FILE__, __LINE__, "thread %d never came to state %c", tid, state);
}

static int pause_open(void *arg)
{
	set_mask(SIG_SETMASK, 0);
	while (!quit)
		sys(SYS_pause);
	return arg != NULL;
}

static int pause_blocked(void *arg)
{
	set_mask(SIG_SETMASK, ~0UL & ~sigbit(SIGUSR2));
	while (!quit)
		sys(SYS_pause);
	return arg != NULL;
}

/* Lets the threads that pause go. */
static void end_thread(int *word)
{
	int tid = *word;

	quit = 1;
	while (*(volatile int *)word) {
		sys(SYS_tgkill, getpid(), tid, SIGUSR2);
		sleep_ms(1);
	}
	quit = 0;
}

CASE(process_signal_goes_to_a_thread_that_does_not_block_it)
{
	handle(SIGUSR1, note_thread, 0);
	handle(SIGUSR2, note_thread, 0);
	set_mask(SIG_SETMASK, sigbit(SIGUSR1));
	int tid = (int)start_thread(&done[0], pause_open, NULL);

	CHECK(tid > 0);
	wait_thread_state(getpid(), tid, 'S');
	CHECK_EQ(sys(SYS_kill, getpid(), SIGUSR1), 0);
	wait_for(&calls, 1);
	CHECK_EQ(handler_tid, tid);
	CHECK_EQ(get_pending(), 0);
	end_thread(&done[0]);
}

CASE(leader_gets_it_if_it_can)
{
	handle(SIGUSR1, note_thread, 0);
	handle(SIGUSR2, note_thread, 0);
	int tid = (int)start_thread(&done[0], pause_open, NULL);

	wait_thread_state(getpid(), tid, 'S');
	for (int i = 0; i < TRIES; i++) {
		sys(SYS_kill, getpid(), SIGUSR1);
		CHECK_EQ(calls, i + 1);
		CHECK_EQ(handler_tid, getpid());
	}
	end_thread(&done[0]);
}

CASE(signal_to_a_thread_stays_with_it)
{
	handle(SIGUSR1, note_thread, 0);
	handle(SIGUSR2, note_thread, 0);
	int tid = (int)start_thread(&done[0], pause_blocked, NULL);

	wait_thread_state(getpid(), tid, 'S');
	CHECK_EQ(sys(SYS_tgkill, getpid(), tid, SIGUSR1), 0);
	CHECK_EQ(get_pending(), 0);
	CHECK_EQ(calls, 0);
	end_thread(&done[0]);
	CHECK_EQ(get_pending(), 0);
	CHECK_EQ(handler_tid, tid); /* of SIGUSR2 */
}

static int unblock_and_leave(void *arg)
{
	set_mask(SIG_UNBLOCK, sigbit(SIGUSR1));
	return arg != NULL;
}

CASE(pending_process_signal_is_taken_by_whoever_unblocks_it)
{
	handle(SIGUSR1, note_thread, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	CHECK_EQ(sys(SYS_kill, getpid(), SIGUSR1), 0);
	int tid = (int)start_thread(&done[0], unblock_and_leave, NULL);

	join_thread(&done[0]);
	CHECK_EQ(calls, 1);
	CHECK_EQ(handler_tid, tid);
	CHECK_EQ(get_pending(), 0);
}

static int leave_at_once(void *arg)
{
	return arg != NULL;
}

CASE(no_process_signal_is_lost_when_threads_come_and_go)
{
	handle(SIGUSR1, note_thread, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	for (int i = 0; i < TRIES; i++) {
		done[0] = 0;
		calls = 0;
		start_thread(&done[0], unblock_and_leave, NULL);
		start_thread(&done[1], leave_at_once, NULL);
		sys(SYS_kill, getpid(), SIGUSR1);
		join_thread(&done[0]);
		join_thread(&done[1]);
		CHECK_EQ(calls + (get_pending() == sigbit(SIGUSR1)), 1);
		set_mask(SIG_UNBLOCK, sigbit(SIGUSR1));
		CHECK_EQ(calls, 1);
		set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	}
}

static int nr_sent, nr_got;

static void count_one(int sig)
{
	(void)sig;
	__atomic_fetch_add(&nr_got, 1, __ATOMIC_SEQ_CST);
}

static int send_and_flip(void *arg)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	for (long i = 0; i < ROUNDS; i++) {
		set_mask(SIG_BLOCK, sigbit(40));
		if (sys(SYS_rt_sigqueueinfo, getpid(), 40, &info) == 0)
			__atomic_fetch_add(&nr_sent, 1, __ATOMIC_SEQ_CST);
		if ((i + (long)arg) % 3)
			set_mask(SIG_UNBLOCK, sigbit(40));
	}
	return 0;
}

CASE(no_queued_signal_is_lost_while_masks_change)
{
	handle(40, count_one, 0);
	for (int t = 0; t < THREADS; t++)
		start_thread(&done[t], send_and_flip, (void *)(long)t);
	for (int t = 0; t < THREADS; t++)
		join_thread(&done[t]);
	set_mask(SIG_UNBLOCK, sigbit(40));
	CHECK(nr_sent > 0);
	CHECK_EQ(nr_got, nr_sent);
}

static volatile long taken;

static int take_40(void *arg)
{
	uint64_t set = sigbit(40);
	siginfo_t info;

	(void)arg;
	taken = sys(SYS_rt_sigtimedwait, &set, &info, 0, KSIGSET);
	return 0;
}

CASE(any_thread_may_wait_for_a_process_signal)
{
	set_mask(SIG_BLOCK, sigbit(40));
	int tid = (int)start_thread(&done[0], take_40, NULL);

	wait_thread_state(getpid(), tid, 'S');
	CHECK_EQ(sys(SYS_kill, getpid(), 40), 0);
	join_thread(&done[0]);
	CHECK_EQ(taken, 40);
	CHECK_EQ(get_pending(), 0);
}

static volatile unsigned long *counters;

static int count_up(void *arg)
{
	volatile unsigned long *mine = &counters[(long)arg];

	while (!quit)
		(*mine)++;
	return 0;
}

static int wait_for_40(void *arg)
{
	uint64_t set = sigbit(40);

	sys(SYS_rt_sigtimedwait, &set, 0, 0, KSIGSET);
	for (;;)
		sys(SYS_pause);
	return arg != NULL;
}

/* A process whose threads run, sleep, and wait for a signal. */
static int busy_process(void)
{
	int pid;

	counters = shared_page();
	CHILD(pid) {
		start_thread(&done[0], count_up, (void *)0);
		start_thread(&done[1], count_up, (void *)1);
		start_thread(&done[2], wait_for_40, NULL);
		for (;;)
			sys(SYS_pause);
	}
	for (int64_t end = now_ms() + STATE_WAIT_MS; !counters[0] || !counters[1]; sleep_ms(1))
		CHECK(now_ms() < end);
	return pid;
}

CASE(fatal_signal_ends_all_threads)
{
	static const int fatal[] = {SIGTERM, SIGKILL, SIGUSR1, 40, SIGSEGV};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++) {
		int pid = busy_process();

		CHECK_EQ(sys(SYS_kill, pid, fatal[i]), 0);
		CHECK_EQ(reap(pid) & ~DUMPED, KILLED(fatal[i]));
	}
}

CASE(fatal_signal_to_a_thread_ends_the_process)
{
	int pid;
	volatile int *tid = shared_page();

	CHILD(pid) {
		*tid = (int)start_thread(&done[0], pause_open, NULL);
		for (;;)
			sys(SYS_pause);
	}
	while (!*tid)
		sleep_ms(1);
	wait_thread_state(pid, *tid, 'S');
	CHECK_EQ(sys(SYS_tgkill, pid, *tid, SIGTERM), 0);
	CHECK_KILLED(pid, SIGTERM);
}

CASE(stop_and_continue_are_for_all_threads)
{
	int pid = busy_process(), status;

	for (int i = 0; i < 3; i++) {
		CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
		CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
		CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
		unsigned long a = counters[0], b = counters[1];

		sleep_ms(3);
		CHECK_EQ(counters[0], a);
		CHECK_EQ(counters[1], b);
		CHECK_EQ(task_state(pid), 'T');
		CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
		CHECK_EQ(sys(SYS_wait4, pid, &status, WCONTINUED, 0), pid);
		for (int64_t end = now_ms() + STATE_WAIT_MS; counters[0] == a || counters[1] == b; sleep_ms(1))
			CHECK(now_ms() < end);
	}
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(stop_sent_to_a_thread_stops_the_process)
{
	int pid, status;

	CHILD(pid) {
		int tid = (int)start_thread(&done[0], pause_open, NULL);

		sys(SYS_tgkill, getpid(), tid, SIGSTOP);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(stops_and_continues_in_quick_succession)
{
	int pid = busy_process(), status;

	for (int i = 0; i < 10 * TRIES; i++) {
		sys(SYS_kill, pid, SIGSTOP);
		sys(SYS_kill, pid, SIGCONT);
	}
	sys(SYS_kill, pid, SIGSTOP);
	do
		CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	while (sys(SYS_wait4, pid, &status, WCONTINUED | WNOHANG, 0) == pid);
	wait_state(pid, 'T');
	sys(SYS_kill, pid, SIGCONT);
	unsigned long a = counters[0];

	for (int64_t end = now_ms() + STATE_WAIT_MS; counters[0] == a; sleep_ms(1))
		CHECK(now_ms() < end);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

static int exit_thread(void *arg)
{
	sleep_ms((long)arg);
	return 0;
}

CASE(stop_does_not_wait_for_threads_that_leave)
{
	int status, pid;

	for (int i = 0; i < TRIES; i++) {
		CHILD(pid) {
			for (int t = 0; t < THREADS; t++)
				start_thread(&done[t], exit_thread, (void *)(long)(t & 1));
			sys(SYS_kill, getpid(), SIGSTOP);
			for (;;)
				sys(SYS_pause);
		}
		CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
		CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
		sys(SYS_kill, pid, SIGKILL);
		CHECK_KILLED(pid, SIGKILL);
	}
}

static int fault(void *arg)
{
	*(volatile int *)arg = 1;
	return 0;
}

CASE(fault_in_a_thread_is_its_own_signal)
{
	int pid;

	CHILD(pid) {
		start_thread(&done[0], fault, (void *)8);
		for (;;)
			sys(SYS_pause);
	}
	CHECK_EQ(reap(pid) & ~DUMPED, KILLED(SIGSEGV));
}

static long queue_to_thread(int tid, int code, int value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = code;
	info.si_value.sival_int = value;
	return sys(SYS_rt_tgsigqueueinfo, getpid(), tid, 40, &info);
}

CASE(thread_queue_carries_values_in_order)
{
	uint64_t set = sigbit(40);
	siginfo_t info;

	set_mask(SIG_BLOCK, set);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(queue_to_thread((int)sys(SYS_gettid), SI_QUEUE, 10 + i), 0);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, &info, 0, KSIGSET), 40);
		CHECK_EQ(info.si_value.sival_int, 10 + i);
	}
	CHECK_EQ(sys(SYS_rt_tgsigqueueinfo, getpid(), 0, 40, &info), -EINVAL);
	CHECK_EQ(sys(SYS_rt_tgsigqueueinfo, 0, getpid(), 40, &info), -EINVAL);
	CHECK_EQ(sys(SYS_rt_tgsigqueueinfo, getpid(), 0x3fffffff, 40, &info), -ESRCH);
}

CASE(codes_of_the_kernel_are_refused_towards_another_thread)
{
	handle(SIGUSR2, note_thread, 0);
	set_mask(SIG_BLOCK, sigbit(40));
	int tid = (int)start_thread(&done[0], pause_blocked, NULL);

	CHECK_EQ(queue_to_thread(tid, SI_USER, 0), -EPERM);
	CHECK_EQ(queue_to_thread(tid, SI_TKILL, 0), -EPERM);
	CHECK_EQ(queue_to_thread((int)sys(SYS_gettid), SI_USER, 0), 0);
	end_thread(&done[0]);
}

static int kill_the_process(void *arg)
{
	sys(SYS_exit_group, (long)arg);
	return 0;
}

CASE(exit_group_ends_threads_wherever_they_are)
{
	int pid;

	for (int i = 0; i < TRIES; i++) {
		counters = shared_page();
		CHILD(pid) {
			start_thread(&done[0], count_up, (void *)0);
			start_thread(&done[1], wait_for_40, NULL);
			start_thread(&done[2], kill_the_process, (void *)33);
			for (;;)
				sys(SYS_pause);
		}
		CHECK_EXIT(pid, 33);
	}
}

CASE(process_lives_on_without_its_leader)
{
	int pid;

	CHILD(pid) {
		handle(SIGUSR1, _exit, 0);
		start_thread(&done[0], pause_open, NULL);
		sys(SYS_exit, 0);
	}
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_wait4, pid, 0, WNOHANG, 0), 0);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, SIGUSR1);
}
