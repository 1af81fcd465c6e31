// SPDX-License-Identifier: MIT
/*
 * signal/default: what happens without a handler, signal by signal, and job control.
 *
 * Promise   each signal terminates, is ignored, stops or continues as signal(7)'s table says, and
 *           the parent's wait status tells it; SIGCONT continues even where it is blocked or
 *           ignored, and takes pending stops away.
 * Linux     signal(7), wait(2), kill(2). Core dumps are switched off by the limit; the dump flag
 *           is then not set.
 */
#include "tests/abi/abi.h"

enum { CORE_LIMIT = 4 };

/* The wait status of a child that sends itself the signal with the default action set. */
static int status_of(int sig)
{
	struct { uint64_t cur, max; } none = {0, 0};
	int pid;

	CHILD(pid) {
		sys(SYS_prlimit64, 0, CORE_LIMIT, &none, 0);
		signal(sig, SIG_DFL);
		sys(SYS_kill, getpid(), sig);
		_exit(3);
	}
	return reap(pid);
}

CASE(signals_that_terminate)
{
	static const char list[] = {SIGHUP, SIGINT, SIGKILL, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM,
		SIGTERM, SIGSTKFLT, SIGVTALRM, SIGPROF, SIGIO, SIGPWR};

	for (size_t i = 0; i < sizeof(list); i++)
		CHECK_EQ(status_of(list[i]), KILLED(list[i]));
}

CASE(signals_that_dump_core)
{
	static const char list[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV,
		SIGXCPU, SIGXFSZ, SIGSYS};

	for (size_t i = 0; i < sizeof(list); i++)
		CHECK_EQ(status_of(list[i]) & ~DUMPED, KILLED(list[i]));
}

CASE(real_time_signals_terminate)
{
	for (int sig = 32; sig <= 64; sig += 8)
		CHECK_EQ(status_of(sig), KILLED(sig));
}

CASE(signals_that_are_ignored)
{
	static const char list[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH};

	for (size_t i = 0; i < sizeof(list); i++)
		CHECK_EQ(status_of(list[i]), EXITED(3));
}

CASE(signals_that_stop)
{
	static const char list[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};

	for (size_t i = 0; i < sizeof(list); i++) {
		int pid, status;

		CHILD(pid) {
			signal(list[i], SIG_DFL);
			sys(SYS_kill, getpid(), list[i]);
			_exit(4);
		}
		CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
		CHECK_EQ(status, list[i] << 8 | 0x7f);
		CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
		CHECK_EQ(reap(pid), EXITED(4));
	}
}

static int stopped_child(void)
{
	int pid, status;

	CHILD(pid)
		for (;;)
			sys(SYS_pause);
	CHECK_EQ(sys(SYS_kill, pid, SIGSTOP), 0);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	return pid;
}

CASE(stop_is_reported_once)
{
	int pid = stopped_child(), status;

	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED | WNOHANG, 0), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(continue_is_reported_once_and_only_on_request)
{
	int pid = stopped_child(), status;

	CHECK_EQ(sys(SYS_kill, pid, SIGCONT), 0);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED | WNOHANG, 0), 0);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WCONTINUED, 0), pid);
	CHECK_EQ(status, 0xffff);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WCONTINUED | WNOHANG, 0), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(stopped_process_dies_of_sigkill_at_once)
{
	int pid = stopped_child();

	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(stopped_process_keeps_other_signals_for_later)
{
	int pid = stopped_child(), status;

	sys(SYS_kill, pid, SIGTERM);
	sleep_ms(3);
	CHECK_EQ(sys(SYS_wait4, pid, &status, WNOHANG, 0), 0);
	CHECK_EQ(task_state(pid), 'T');
	sys(SYS_kill, pid, SIGCONT);
	CHECK_KILLED(pid, SIGTERM);
}

CASE(continue_works_though_blocked_or_ignored)
{
	int pid, status;

	for (int ignore = 0; ignore < 2; ignore++) {
		CHILD(pid) {
			set_mask(SIG_BLOCK, ignore ? 0 : sigbit(SIGCONT));
			signal(SIGCONT, ignore ? SIG_IGN : SIG_DFL);
			sys(SYS_kill, getpid(), SIGSTOP);
			_exit(5);
		}
		CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
		sys(SYS_kill, pid, SIGCONT);
		CHECK_EQ(reap(pid), EXITED(5));
	}
}

CASE(handler_of_sigcont_runs_after_continuing)
{
	int pid, status;

	CHILD(pid) {
		handle(SIGCONT, count_signal, 0);
		sys(SYS_kill, getpid(), SIGSTOP);
		_exit(signals);
	}
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	sys(SYS_kill, pid, SIGCONT);
	CHECK_EQ(reap(pid), EXITED(1));
}

CASE(sigcont_takes_pending_stops_away)
{
	set_mask(SIG_BLOCK, sigbit(SIGTSTP) | sigbit(SIGCONT));
	handle(SIGTSTP, count_signal, 0);
	handle(SIGCONT, count_signal, 0);
	sys(SYS_kill, getpid(), SIGTSTP);
	CHECK_EQ(get_pending(), sigbit(SIGTSTP));
	sys(SYS_kill, getpid(), SIGCONT);
	CHECK_EQ(get_pending(), sigbit(SIGCONT));
	sys(SYS_kill, getpid(), SIGTSTP);
	CHECK_EQ(get_pending(), sigbit(SIGTSTP));
}

CASE(caught_stop_signal_does_not_stop)
{
	handle(SIGTSTP, count_signal, 0);
	sys(SYS_kill, getpid(), SIGTSTP);
	CHECK_EQ(signals, 1);
}

CASE(orphaned_group_ignores_terminal_stops)
{
	int pid;

	CHILD(pid) {
		sys(SYS_setsid);
		signal(SIGTSTP, SIG_DFL);
		sys(SYS_kill, getpid(), SIGTSTP);
		_exit(6);
	}
	CHECK_EQ(reap(pid), EXITED(6));
}

CASE(ignored_sigchld_reaps_by_itself)
{
	int pid, status;

	signal(SIGCHLD, SIG_IGN);
	CHILD(pid)
		_exit(1);
	CHECK_EQ(sys(SYS_wait4, pid, &status, 0, 0), -ECHILD);
	/* It is no child any more before its pid is given back. */
	for (int i = 0; i < 1000 && sys(SYS_kill, pid, 0) == 0; i++)
		sleep_ms(1);
	CHECK_EQ(sys(SYS_kill, pid, 0), -ESRCH);
}

CASE(sa_nocldwait_reaps_by_itself_but_still_signals)
{
	int pid, status;

	handle(SIGCHLD, count_signal, SA_NOCLDWAIT | SA_RESTART);
	CHILD(pid)
		_exit(1);
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), -ECHILD);
	CHECK_EQ(signals, 1);
}

CASE(wait_with_ignored_sigchld_waits_for_all_children)
{
	int pid, status;

	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 3; i++)
		CHILD(pid)
			sleep_ms(3 * i);
	CHECK_EQ(sys(SYS_wait4, -1, &status, 0, 0), -ECHILD);
}
