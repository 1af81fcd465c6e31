// SPDX-License-Identifier: MIT
/*
 * signal/wait: waiting for signals, real-time queues, and interrupted calls.
 *
 * Promise   real-time signals queue, lowest number first and in order of sending within a number;
 *           sigtimedwait takes a signal without its handler; sigsuspend and pause return after a
 *           handler only; SA_RESTART and the call decide together whether a call goes on.
 * Linux     sigwaitinfo(2), sigsuspend(2), pause(2), signal(7).
 */
#include <sys/time.h>
#include "tests/abi/abi.h"

enum { SIGPENDING_LIMIT = 11 };

static volatile int calls, order[8];
static volatile long values[8];

static void note(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (calls < 8) {
		order[calls] = sig;
		values[calls] = info->si_value.sival_int;
	}
	calls++;
}

static long queue(int pid, int sig, int value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = value;
	return sys(SYS_rt_sigqueueinfo, pid, sig, &info);
}

static long timedwait(uint64_t set, siginfo_t *info, long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	return sys(SYS_rt_sigtimedwait, &set, info, ms < 0 ? NULL : &ts, KSIGSET);
}

CASE(real_time_signals_queue_in_order)
{
	set_mask(SIG_BLOCK, sigbit(40));
	handle_info(40, note, 0);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(queue(getpid(), 40, 100 + i), 0);
	set_mask(SIG_UNBLOCK, sigbit(40));
	CHECK_EQ(calls, 5);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(values[i], 100 + i);
}

CASE(waiting_takes_the_lowest_number_first)
{
	static const int sent[] = {50, SIGUSR2, 40, SIGUSR1, 45};
	static const int want[] = {SIGUSR1, SIGUSR2, 40, 45, 50};
	uint64_t set = 0;

	for (int i = 0; i < 5; i++)
		set |= sigbit(sent[i]);
	set_mask(SIG_BLOCK, set);
	for (int i = 0; i < 5; i++)
		sys(SYS_kill, getpid(), sent[i]);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(timedwait(set, 0, 0), want[i]);
	CHECK_EQ(timedwait(set, 0, 0), -EAGAIN);
}

CASE(handlers_of_real_time_signals_run_lowest_last_on_the_stack)
{
	set_mask(SIG_BLOCK, sigbit(40) | sigbit(41) | sigbit(42));
	for (int sig = 42; sig >= 40; sig--) {
		struct sigaction act;

		memset(&act, 0, sizeof(act));
		act.sa_sigaction = note;
		act.sa_flags = SA_SIGINFO;
		sigfillset(&act.sa_mask);
		sigaction(sig, &act, NULL);
		sys(SYS_kill, getpid(), sig);
	}
	set_mask(SIG_UNBLOCK, sigbit(40) | sigbit(41) | sigbit(42));
	CHECK_EQ(calls, 3);
	CHECK_EQ(order[0], 40);
	CHECK_EQ(order[1], 41);
	CHECK_EQ(order[2], 42);
}

CASE(faults_and_other_synchronous_signals_come_first)
{
	uint64_t set = sigbit(SIGSEGV) | sigbit(SIGHUP);

	set_mask(SIG_BLOCK, set);
	sys(SYS_kill, getpid(), SIGHUP);
	sys(SYS_kill, getpid(), SIGSEGV);
	CHECK_EQ(timedwait(set, 0, 0), SIGSEGV);
	CHECK_EQ(timedwait(set, 0, 0), SIGHUP);
}

CASE(queue_is_limited_for_each_user)
{
	struct { uint64_t cur, max; } lim = {3, 3};
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(54401));
		set_mask(SIG_BLOCK, sigbit(40));
		CHECK_EQ(sys(SYS_prlimit64, 0, SIGPENDING_LIMIT, &lim, 0), 0);
		for (int i = 0; i < 3; i++)
			CHECK_EQ(queue(getpid(), 40, i), 0);
		CHECK_EQ(queue(getpid(), 40, 3), -EAGAIN);
		CHECK_EQ(sys(SYS_kill, getpid(), SIGWINCH), 0);
		CHECK_EQ(timedwait(sigbit(40), 0, 0), 40);
		CHECK_EQ(queue(getpid(), 40, 4), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(timedwait_takes_the_signal_without_the_handler)
{
	siginfo_t info;

	handle_info(SIGUSR1, note, 0);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(timedwait(sigbit(SIGUSR1), &info, -1), SIGUSR1);
	CHECK_EQ(info.si_signo, SIGUSR1);
	CHECK_EQ(calls, 0);
	CHECK_EQ(get_pending(), 0);
}

CASE(timedwait_times_out)
{
	int64_t start = now_ns(CLOCK_MONOTONIC);

	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	CHECK_EQ(timedwait(sigbit(SIGUSR1), 0, 12), -EAGAIN);
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 12000000);
}

CASE(timedwait_refuses_bad_arguments)
{
	uint64_t set = sigbit(SIGUSR1);
	struct timespec bad = {0, 1000000000}, past = {-1, 0};

	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, &bad, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, &past, KSIGSET), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, 0, 4), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, hole(), 0, 0, KSIGSET), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, 0, hole(), KSIGSET), -EFAULT);
}

CASE(other_handlers_interrupt_timedwait_always)
{
	int pid;

	CHILD(pid) {
		handle_info(SIGUSR2, note, SA_RESTART);
		set_mask(SIG_BLOCK, sigbit(SIGUSR1));
		CHECK_EQ(timedwait(sigbit(SIGUSR1), 0, -1), -EINTR);
		CHECK_EQ(calls, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR2);
	CHECK_EXIT(pid, 0);
}

CASE(sent_signal_wakes_a_waiter)
{
	int pid;

	set_mask(SIG_BLOCK, sigbit(40));
	CHILD(pid) {
		siginfo_t info;

		CHECK_EQ(timedwait(sigbit(40), &info, -1), 40);
		CHECK_EQ(info.si_value.sival_int, 7);
		CHECK_EQ(info.si_pid, getppid());
	}
	tap_wait_blocked(pid);
	CHECK_EQ(queue(pid, 40, 7), 0);
	CHECK_EXIT(pid, 0);
}

CASE(kill_and_stop_cannot_be_waited_for)
{
	int pid;

	CHILD(pid)
		timedwait(sigbit(SIGKILL) | sigbit(SIGSTOP), 0, -1);
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(sigsuspend_lets_a_pending_signal_in_and_restores_the_mask)
{
	uint64_t open = 0;

	handle_info(SIGUSR1, note, SA_RESTART);
	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(sys(SYS_rt_sigsuspend, &open, KSIGSET), -EINTR);
	CHECK_EQ(calls, 1);
	CHECK_EQ(get_mask(), sigbit(SIGUSR1));
}

CASE(sigsuspend_sleeps_until_a_handler_ran)
{
	int pid;

	CHILD(pid) {
		uint64_t mask = sigbit(SIGHUP);

		handle_info(SIGUSR1, note, SA_RESTART);
		CHECK_EQ(sys(SYS_rt_sigsuspend, &mask, KSIGSET), -EINTR);
		CHECK_EQ(calls, 1);
		CHECK_EQ(get_mask(), 0);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGHUP);
	sys(SYS_kill, pid, SIGWINCH);
	sleep_ms(3);
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EQ(reap(pid), KILLED(SIGHUP));
}

CASE(sigsuspend_refuses_bad_arguments)
{
	uint64_t set = 0;

	CHECK_EQ(sys(SYS_rt_sigsuspend, &set, 4), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigsuspend, hole(), KSIGSET), -EFAULT);
}

CASE(pause_returns_after_a_handler_whatever_its_flags)
{
	int pid;

	CHILD(pid) {
		handle_info(SIGUSR1, note, SA_RESTART);
		CHECK_EQ(sys(SYS_pause), -EINTR);
		CHECK_EQ(calls, 1);
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGWINCH);
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGUSR1);
	CHECK_EXIT(pid, 0);
}

CASE(wait_is_restarted_with_sa_restart_only)
{
	int pid, child, status;

	for (int restart = 0; restart < 2; restart++) {
		CHILD(pid) {
			CHILD(child)
				sys(SYS_pause);
			handle_info(SIGUSR1, note, restart ? SA_RESTART : 0);
			CHECK_EQ(sys(SYS_wait4, child, &status, 0, 0), restart ? child : -EINTR);
			if (!restart)
				sys(SYS_kill, child, SIGKILL), reap(child);
		}
		tap_wait_blocked(pid);
		sys(SYS_kill, pid, SIGUSR1);
		if (restart) {
			char path[64], text[64];

			sleep_ms(2);
			tap_wait_blocked(pid);
			snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
			if (slurp(path, text, sizeof(text)) <= 0) {
				sys(SYS_kill, pid, SIGKILL);
				reap(pid);
				SKIP("no children file in proc");
			}
			sys(SYS_kill, atoi(text), SIGKILL);
		}
		CHECK_EXIT(pid, 0);
	}
}

CASE(alarm_sends_sigalrm_and_counts_down)
{
	signal(SIGALRM, SIG_DFL);
	CHECK_EQ(sys(SYS_alarm, 100), 0);
	CHECK_EQ(sys(SYS_alarm, 50), 100);
	CHECK_EQ(sys(SYS_alarm, 0), 50);
	CHECK_EQ(sys(SYS_alarm, 0), 0);
}

CASE(itimer_reads_back_and_repeats)
{
	struct itimerval every = {{0, 3000}, {0, 3000}}, old = {{9, 9}, {9, 9}};

	set_mask(SIG_BLOCK, sigbit(SIGALRM));
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &every, &old), 0);
	CHECK_EQ(old.it_value.tv_sec | old.it_value.tv_usec, 0);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_REAL, &old), 0);
	CHECK_EQ(old.it_interval.tv_usec, 3000);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(timedwait(sigbit(SIGALRM), 0, 2000), SIGALRM);
	memset(&every, 0, sizeof(every));
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &every, 0), 0);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_REAL, &old), 0);
	CHECK_EQ(old.it_value.tv_sec | old.it_value.tv_usec, 0);
}

CASE(itimer_calls_refuse_bad_arguments)
{
	struct itimerval bad = {{0, 0}, {0, 1000000}}, cur;

	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &bad, 0), -EINVAL);
	CHECK_EQ(sys(SYS_setitimer, 7, &bad, 0), -EINVAL);
	CHECK_EQ(sys(SYS_getitimer, 7, &cur), -EINVAL);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_getitimer, ITIMER_REAL, hole()), -EFAULT);
}

CASE(virtual_timer_runs_with_the_process)
{
	struct itimerval soon = {{0, 0}, {0, 5000}};
	int64_t end = now_ms() + 1500;

	handle_info(SIGVTALRM, note, 0);
	CHECK_EQ(sys(SYS_setitimer, ITIMER_VIRTUAL, &soon, 0), 0);
	while (!calls && now_ms() < end)
		for (volatile int i = 0; i < 20000; i++)
			;
	CHECK_EQ(calls, 1);
}
