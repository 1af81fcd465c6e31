// SPDX-License-Identifier: MIT
/*
 * signal/info: what a handler or a waiter is told of a signal: siginfo field by field.
 *
 * Promise   si_code says who sent it (SI_USER kill, SI_TKILL tgkill, SI_QUEUE sigqueue, CLD_* a
 *           child, faults with their address), and nobody but the kernel can claim a kernel code.
 * Linux     sigaction(2), rt_sigqueueinfo(2), tgkill(2).
 */
#include <sys/time.h>
#include "tests/abi/abi.h"

static siginfo_t seen;
static volatile int calls;

static void keep(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	seen = *info;
	calls++;
}

/* Waits for a blocked signal without a time limit; the information is in `seen`. */
static void accept_signal(int sig)
{
	uint64_t set = sigbit(sig);

	memset(&seen, 0x55, sizeof(seen));
	CHECK_EQ(sys(SYS_rt_sigtimedwait, &set, &seen, 0, KSIGSET), sig);
}

CASE(kill_is_si_user)
{
	handle_info(SIGUSR1, keep, 0);
	sys(SYS_kill, getpid(), SIGUSR1);
	CHECK_EQ(calls, 1);
	CHECK_EQ(seen.si_signo, SIGUSR1);
	CHECK_EQ(seen.si_code, SI_USER);
	CHECK_EQ(seen.si_errno, 0);
	CHECK_EQ(seen.si_pid, getpid());
	CHECK_EQ(seen.si_uid, getuid());
}

CASE(kill_from_a_child_names_the_child)
{
	int pid;

	set_mask(SIG_BLOCK, sigbit(SIGUSR1));
	CHILD(pid) {
		CHECK(become(1234));
		CHECK_EQ(sys(SYS_kill, getppid(), SIGUSR1), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(get_pending(), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, 1234, 0, 0), 0);
		CHECK_EQ(sys(SYS_kill, getppid(), SIGUSR1), 0);
	}
	CHECK_EXIT(pid, 0);
	accept_signal(SIGUSR1);
	CHECK_EQ(seen.si_code, SI_USER);
	CHECK_EQ(seen.si_pid, pid);
	CHECK_EQ(seen.si_uid, 1234);
}

CASE(tgkill_is_si_tkill)
{
	handle_info(SIGUSR1, keep, 0);
	CHECK_EQ(sys(SYS_tgkill, getpid(), sys(SYS_gettid), SIGUSR1), 0);
	CHECK_EQ(seen.si_code, SI_TKILL);
	CHECK_EQ(seen.si_pid, getpid());
	CHECK_EQ(sys(SYS_tkill, sys(SYS_gettid), SIGUSR1), 0);
	CHECK_EQ(calls, 2);
	CHECK_EQ(seen.si_code, SI_TKILL);
}

static long queue_to(int pid, int sig, int code, long value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = sig;
	info.si_code = code;
	info.si_pid = 4321;
	info.si_uid = 8765;
	info.si_value.sival_ptr = (void *)value;
	return sys(SYS_rt_sigqueueinfo, pid, sig, &info);
}

CASE(queued_signal_carries_its_value)
{
	handle_info(SIGRTMIN, keep, 0);
	CHECK_EQ(queue_to(getpid(), SIGRTMIN, SI_QUEUE, 0x123456789abc), 0);
	CHECK_EQ(seen.si_signo, SIGRTMIN);
	CHECK_EQ(seen.si_code, SI_QUEUE);
	CHECK_EQ(seen.si_value.sival_ptr, 0x123456789abc);
	CHECK_EQ(seen.si_pid, 4321);
	CHECK_EQ(seen.si_uid, 8765);
}

CASE(nobody_forges_kernel_codes_for_others)
{
	int pid;

	CHILD(pid)
		sys(SYS_pause);
	CHECK_EQ(queue_to(pid, SIGUSR1, SI_USER, 0), -EPERM);
	CHECK_EQ(queue_to(pid, SIGUSR1, 1, 0), -EPERM);
	CHECK_EQ(queue_to(pid, SIGUSR1, SI_TKILL, 0), -EPERM);
	CHECK_EQ(queue_to(pid, 0, SI_QUEUE, 0), 0);
	CHECK_EQ(queue_to(pid, SIGKILL, SI_QUEUE, 0), 0);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(own_process_may_claim_any_code)
{
	handle_info(SIGUSR1, keep, 0);
	CHECK_EQ(queue_to(getpid(), SIGUSR1, SI_USER, 0), 0);
	CHECK_EQ(seen.si_code, SI_USER);
	CHECK_EQ(seen.si_pid, 4321);
}

CASE(sigqueueinfo_refuses_bad_arguments)
{
	siginfo_t info = {.si_code = SI_QUEUE};

	CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), 65, &info), -EINVAL);
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, 0x3fffffff, SIGUSR1, &info), -ESRCH);
}

CASE(exited_child_is_cld_exited)
{
	int pid;

	set_mask(SIG_BLOCK, sigbit(SIGCHLD));
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, 4242, 4242, 4242), 0);
		_exit(17);
	}
	accept_signal(SIGCHLD);
	CHECK_EQ(seen.si_code, CLD_EXITED);
	CHECK_EQ(seen.si_pid, pid);
	CHECK_EQ(seen.si_uid, 4242);
	CHECK_EQ(seen.si_status, 17);
	CHECK_EQ(reap(pid), EXITED(17));
}

CASE(killed_child_is_cld_killed)
{
	int pid;

	set_mask(SIG_BLOCK, sigbit(SIGCHLD));
	CHILD(pid)
		sys(SYS_kill, getpid(), SIGKILL);
	accept_signal(SIGCHLD);
	CHECK_EQ(seen.si_code, CLD_KILLED);
	CHECK_EQ(seen.si_pid, pid);
	CHECK_EQ(seen.si_status, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(stopped_and_continued_children_are_told)
{
	int pid;

	set_mask(SIG_BLOCK, sigbit(SIGCHLD));
	CHILD(pid) {
		sys(SYS_kill, getpid(), SIGSTOP);
		sys(SYS_pause);
	}
	accept_signal(SIGCHLD);
	CHECK_EQ(seen.si_code, CLD_STOPPED);
	CHECK_EQ(seen.si_status, SIGSTOP);
	CHECK_EQ(seen.si_pid, pid);
	sys(SYS_kill, pid, SIGCONT);
	accept_signal(SIGCHLD);
	CHECK_EQ(seen.si_code, CLD_CONTINUED);
	CHECK_EQ(seen.si_status, SIGCONT);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(sa_nocldstop_keeps_stops_quiet)
{
	int pid, status;

	handle_info(SIGCHLD, keep, SA_NOCLDSTOP);
	set_mask(SIG_BLOCK, sigbit(SIGCHLD));
	CHILD(pid) {
		sys(SYS_kill, getpid(), SIGSTOP);
		sys(SYS_pause);
	}
	CHECK_EQ(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid);
	CHECK_EQ(get_pending(), 0);
	sys(SYS_kill, pid, SIGCONT);
	CHECK_EQ(sys(SYS_wait4, pid, &status, 8, 0), pid);
	CHECK_EQ(status, 0xffff);
	CHECK_EQ(get_pending(), 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(get_pending(), sigbit(SIGCHLD));
}

CASE(alarm_comes_from_the_kernel)
{
	struct itimerval soon = {.it_value = {0, 2000}};

	set_mask(SIG_BLOCK, sigbit(SIGALRM));
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &soon, 0), 0);
	accept_signal(SIGALRM);
	CHECK_EQ(seen.si_code, SI_KERNEL);
	CHECK_EQ(seen.si_pid, 0);
}

CASE(waiter_is_told_the_same_as_a_handler)
{
	set_mask(SIG_BLOCK, sigbit(40));
	CHECK_EQ(queue_to(getpid(), 40, -60, 99), 0);
	accept_signal(40);
	CHECK_EQ(seen.si_signo, 40);
	CHECK_EQ(seen.si_code, -60);
	CHECK_EQ(seen.si_value.sival_int, 99);
}
