// SPDX-License-Identifier: MIT
/*
 * facts/prctl: the options of prctl(2) and arch_prctl(2).
 *
 * Promise   what was set is what is read; bad arguments and missing rights are refused as on Linux.
 * Linux     prctl(2), capabilities(7), arch_prctl(2).
 */
#include "tests/abi/abi.h"

enum {
	SET_PDEATHSIG = 1, GET_PDEATHSIG = 2, GET_DUMPABLE = 3, SET_DUMPABLE = 4, GET_KEEPCAPS = 7,
	SET_KEEPCAPS = 8, GET_TIMING = 13, SET_TIMING = 14, SET_NAME = 15, GET_NAME = 16, GET_SECCOMP = 21,
	CAPBSET_READ = 23, CAPBSET_DROP = 24, GET_TSC = 25, GET_SECUREBITS = 27, SET_SECUREBITS = 28,
	SET_TIMERSLACK = 29, GET_TIMERSLACK = 30, SET_SUBREAPER = 36, GET_SUBREAPER = 37,
	SET_NO_NEW_PRIVS = 38, GET_NO_NEW_PRIVS = 39, GET_TID_ADDRESS = 40, CAP_AMBIENT = 47,
};
enum { AMBIENT_IS_SET = 1, AMBIENT_RAISE = 2, AMBIENT_LOWER = 3, AMBIENT_CLEAR_ALL = 4 };
enum { ARCH_SET_FS_OP = 0x1002, ARCH_GET_FS_OP = 0x1003, ARCH_GET_GS_OP = 0x1004, ARCH_SET_GS_OP = 0x1001 };
enum { CAP_CHOWN_NR = 0, CAP_SETPCAP_NR = 8 };

static long prctl_(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return sys(SYS_prctl, option, a, b, c, d);
}

CASE(unknown_options)
{
	CHECK_EQ(prctl_(0, 0, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(9999, 0, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(-1, 0, 0, 0, 0), -EINVAL);
}

CASE(name)
{
	char name[17] = "################";

	CHECK_EQ(prctl_(SET_NAME, (long)"fifteen letters and more", 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_NAME, (long)name, 0, 0, 0), 0);
	CHECK_STR(name, "fifteen letters");
	CHECK_EQ(prctl_(SET_NAME, (long)"", 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_NAME, (long)name, 0, 0, 0), 0);
	CHECK_MEM(name, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0#", 16);
	CHECK_EQ(prctl_(SET_NAME, (long)hole(), 0, 0, 0), -EFAULT);
	CHECK_EQ(prctl_(GET_NAME, (long)hole(), 0, 0, 0), -EFAULT);
}

CASE(parent_death_signal)
{
	int sig = -1, pid;

	CHECK_EQ(prctl_(SET_PDEATHSIG, 65, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(SET_PDEATHSIG, -1ul, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(SET_PDEATHSIG, SIGUSR1, 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_PDEATHSIG, (long)&sig, 0, 0, 0), 0);
	CHECK_EQ(sig, SIGUSR1);
	CHILD(pid) {
		CHECK_EQ(prctl_(GET_PDEATHSIG, (long)&sig, 0, 0, 0), 0);
		CHECK_EQ(sig, 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(prctl_(GET_PDEATHSIG, (long)hole(), 0, 0, 0), -EFAULT);
	CHECK_EQ(prctl_(SET_PDEATHSIG, 0, 0, 0, 0), 0);
}

CASE(dumpable)
{
	int pid;

	CHECK_EQ(prctl_(GET_DUMPABLE, 0, 0, 0, 0), 1);
	CHECK_EQ(prctl_(SET_DUMPABLE, 2, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(SET_DUMPABLE, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_DUMPABLE, 0, 0, 0, 0), 0);
	CHILD(pid)
		CHECK_EQ(prctl_(GET_DUMPABLE, 0, 0, 0, 0), 0);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(prctl_(SET_DUMPABLE, 1, 0, 0, 0), 0);
}

CASE(subreaper_is_not_inherited)
{
	int on = -1, pid;

	CHECK_EQ(prctl_(GET_SUBREAPER, (long)&on, 0, 0, 0), 0);
	CHECK_EQ(on, 0);
	CHECK_EQ(prctl_(SET_SUBREAPER, 77, 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_SUBREAPER, (long)&on, 0, 0, 0), 0);
	CHECK_EQ(on, 1);
	CHILD(pid) {
		CHECK_EQ(prctl_(GET_SUBREAPER, (long)&on, 0, 0, 0), 0);
		CHECK_EQ(on, 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(prctl_(SET_SUBREAPER, 0, 0, 0, 0), 0);
}

CASE(no_new_privs_stays)
{
	int pid;

	CHILD(pid) {
		CHECK_EQ(prctl_(GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
		CHECK_EQ(prctl_(GET_NO_NEW_PRIVS, 1, 0, 0, 0), -EINVAL);
		CHECK_EQ(prctl_(SET_NO_NEW_PRIVS, 0, 0, 0, 0), -EINVAL);
		CHECK_EQ(prctl_(SET_NO_NEW_PRIVS, 1, 1, 0, 0), -EINVAL);
		CHECK_EQ(prctl_(SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
		CHECK_EQ(prctl_(GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
		int child;

		CHILD(child)
			CHECK_EQ(prctl_(GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
		CHECK_EXIT(child, 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(bounding_set)
{
	int pid, last = 0;

	while (prctl_(CAPBSET_READ, last + 1, 0, 0, 0) >= 0)
		last++;
	CHECK(last >= 40);
	CHECK_EQ(prctl_(CAPBSET_READ, last + 1, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(CAPBSET_READ, 63, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(CAPBSET_READ, -1ul, 0, 0, 0), -EINVAL);
	NEEDS_ROOT();
	CHILD(pid) {
		CHECK_EQ(prctl_(CAPBSET_READ, CAP_CHOWN_NR, 0, 0, 0), 1);
		CHECK_EQ(prctl_(CAPBSET_DROP, CAP_CHOWN_NR, 0, 0, 0), 0);
		CHECK_EQ(prctl_(CAPBSET_READ, CAP_CHOWN_NR, 0, 0, 0), 0);
		CHECK_EQ(prctl_(CAPBSET_DROP, 64, 0, 0, 0), -EINVAL);
		CHECK(become(NOBODY));
		CHECK_EQ(prctl_(CAPBSET_DROP, 1, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(CAPBSET_DROP, 64, 0, 0, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(keeping_capabilities)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK_EQ(prctl_(GET_KEEPCAPS, 0, 0, 0, 0), 0);
		CHECK_EQ(prctl_(SET_KEEPCAPS, 2, 0, 0, 0), -EINVAL);
		CHECK_EQ(prctl_(SET_KEEPCAPS, 1, 0, 0, 0), 0);
		CHECK_EQ(prctl_(GET_KEEPCAPS, 0, 0, 0, 0), 1);
		CHECK_EQ(prctl_(GET_SECUREBITS, 0, 0, 0, 0), 0x10);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x10000, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x20, 0, 0, 0), 0);
		CHECK_EQ(prctl_(GET_KEEPCAPS, 0, 0, 0, 0), 0);
		CHECK_EQ(prctl_(SET_KEEPCAPS, 1, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x30, 0, 0, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(bits_that_ordinary_users_may_set)
{
	int pid;

	NEEDS_ROOT();
	NEEDS_LINUX(6, 14);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x100, 0, 0, 0), 0);
		CHECK_EQ(prctl_(GET_SECUREBITS, 0, 0, 0, 0), 0x100);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x500, 0, 0, 0), 0);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x501, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x1000, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x700, 0, 0, 0), 0);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x600, 0, 0, 0), -EPERM);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x300, 0, 0, 0), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(ambient_capabilities)
{
	int pid;

	CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_IS_SET, CAP_CHOWN_NR, 0, 0), 0);
	CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_IS_SET, 64, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_IS_SET, CAP_CHOWN_NR, 1, 0), -EINVAL);
	CHECK_EQ(prctl_(CAP_AMBIENT, 5, CAP_CHOWN_NR, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_CLEAR_ALL, 1, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0, 0, 0), 0);
	NEEDS_ROOT();
	CHILD(pid) {
		struct {
			uint32_t version;
			int pid;
		} header = {CAP_HEADER_V3, 0};
		struct {
			uint32_t effective, permitted, inheritable;
		} data[2];

		CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_RAISE, CAP_CHOWN_NR, 0, 0), -EPERM);
		CHECK_EQ(sys(SYS_capget, &header, data), 0);
		data[0].inheritable = 1u << CAP_CHOWN_NR;
		CHECK_EQ(sys(SYS_capset, &header, data), 0);
		CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_RAISE, CAP_CHOWN_NR, 0, 0), 0);
		CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_IS_SET, CAP_CHOWN_NR, 0, 0), 1);
		CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_LOWER, CAP_CHOWN_NR, 0, 0), 0);
		CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_IS_SET, CAP_CHOWN_NR, 0, 0), 0);
		CHECK_EQ(prctl_(SET_SECUREBITS, 0x40, 0, 0, 0), 0);
		CHECK_EQ(prctl_(CAP_AMBIENT, AMBIENT_RAISE, CAP_CHOWN_NR, 0, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(timer_slack_timing_and_others)
{
	int v = -1;
	int *tid = NULL;
	static int word;

	CHECK_EQ(prctl_(GET_TIMERSLACK, 0, 0, 0, 0), 50000);
	CHECK_EQ(prctl_(SET_TIMERSLACK, 1000, 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_TIMERSLACK, 0, 0, 0, 0), 1000);
	CHECK_EQ(prctl_(SET_TIMERSLACK, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_TIMERSLACK, 0, 0, 0, 0), 50000);
	CHECK_EQ(prctl_(GET_TIMING, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl_(SET_TIMING, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl_(SET_TIMING, 1, 0, 0, 0), -EINVAL);
	CHECK_EQ(prctl_(GET_SECCOMP, 0, 0, 0, 0), 0);
	CHECK_EQ(prctl_(GET_TSC, (long)&v, 0, 0, 0), 0);
	CHECK_EQ(v, 1);
	sys(SYS_set_tid_address, &word);
	if (prctl_(GET_TID_ADDRESS, (long)&tid, 0, 0, 0) == -EINVAL)
		SKIP("no GET_TID_ADDRESS");
	CHECK_EQ(tid, &word);
}

CASE(thread_pointers)
{
	unsigned long fs = 0, gs = 1, fs_again = 0, seen;
	static unsigned long cell = 0x1234567;

	CHECK_EQ(sys(SYS_arch_prctl, ARCH_GET_FS_OP, &fs), 0);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_GET_GS_OP, &gs), 0);
	CHECK_EQ(gs, 0);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_SET_GS_OP, &cell), 0);
	__asm__ volatile("mov %%gs:0, %0" : "=r"(seen));
	CHECK_EQ(seen, cell);
	sleep_ms(1);
	__asm__ volatile("mov %%gs:0, %0" : "=r"(seen));
	CHECK_EQ(seen, cell);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_SET_FS_OP, fs), 0);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_GET_FS_OP, &fs_again), 0);
	CHECK_EQ(fs, fs_again);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_SET_FS_OP, 1ul << 63), -EPERM);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_SET_GS_OP, -1ul), -EPERM);
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_GET_FS_OP, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_arch_prctl, 0x999, 0), -EINVAL);
}

static long ctl(int option, unsigned long a, unsigned long b, unsigned long c)
{
	return sys(SYS_prctl, option, a, b, c, 0);
}

/* Child runs body() and answers by its exit status. */
static int in_child(int (*body)(void))
{
	int pid;

	CHILD(pid)
		_exit(body());
	return reap(pid) >> 8;
}

static int slack_is(void)
{
	return (int)ctl(GET_TIMERSLACK, 0, 0, 0) / 1000;
}

CASE(timer_slack_is_inherited_and_becomes_the_default)
{
	CHECK_EQ(ctl(SET_TIMERSLACK, 7000, 0, 0), 0);
	CHECK_EQ(in_child(slack_is), 7);
	CHECK_EQ(ctl(SET_TIMERSLACK, 0, 0, 0), 0);
	CHECK_EQ(ctl(GET_TIMERSLACK, 0, 0, 0), 50000);
	CHECK_EQ(ctl(SET_TIMERSLACK, 7000, 0, 0), 0);
	int pid;
	CHILD(pid) {
		CHECK_EQ(ctl(SET_TIMERSLACK, 9000, 0, 0), 0);
		CHECK_EQ(ctl(SET_TIMERSLACK, 0, 0, 0), 0);
		CHECK_EQ(ctl(GET_TIMERSLACK, 0, 0, 0), 7000);
	}
	CHECK_EXIT(pid, 0);
}

/* Since Linux 6.12; who has a real-time policy is never late. */
CASE(timer_slack_of_real_time_policies)
{
	enum { FIFO = 1, OTHER = 0 };
	int pid, priority = 10, none = 0;

	NEEDS_ROOT();
	NEEDS_LINUX(6, 12);
	CHECK_EQ(ctl(SET_TIMERSLACK, 7000, 0, 0), 0);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, FIFO, &priority), 0);
	CHECK_EQ(slack_is(), 0);
	CHECK_EQ(ctl(SET_TIMERSLACK, 9000, 0, 0), 0);
	CHECK_EQ(slack_is(), 0);
	CHILD(pid) {
		CHECK_EQ(slack_is(), 0);
		CHECK_EQ(sys(SYS_sched_setscheduler, 0, OTHER, &none), 0);
		CHECK_EQ(slack_is(), 0);
		CHECK_EQ(ctl(SET_TIMERSLACK, 3000, 0, 0), 0);
		CHECK_EQ(slack_is(), 3);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_sched_setscheduler, 0, OTHER, &none), 0);
	CHECK_EQ(slack_is(), 50);
}

CASE(huge_timer_slack_is_a_number_like_others)
{
	CHECK_EQ(ctl(SET_TIMERSLACK, -1, 0, 0), 0);
	CHECK_EQ(ctl(GET_TIMERSLACK, 0, 0, 0), -1);
	CHECK_EQ(ctl(SET_TIMERSLACK, 1, 0, 0), 0);
	CHECK_EQ(ctl(GET_TIMERSLACK, 0, 0, 0), 1);
}

enum {
	SET_THP = 41, GET_THP = 42, MCE_KILL = 33, MCE_GET = 34, SET_FLUSHER = 57, GET_FLUSHER = 58,
	GET_AUXV = 0x41555856,
};

static int thp(void)
{
	return (int)ctl(GET_THP, 0, 0, 0);
}

CASE(huge_pages_may_be_declined)
{
	CHECK_EQ(thp(), 0);
	CHECK_EQ(ctl(SET_THP, 1, 0, 0), 0);
	CHECK_EQ(thp(), 1);
	CHECK_EQ(in_child(thp), 1);
	CHECK_EQ(ctl(SET_THP, 5, 0, 0), 0);
	CHECK_EQ(thp(), 1);
	CHECK_EQ(ctl(SET_THP, 1, 1, 0), -EINVAL);
	CHECK_EQ(ctl(SET_THP, 1, 0, 1), -EINVAL);
	CHECK_EQ(ctl(GET_THP, 1, 0, 0), -EINVAL);
	CHECK_EQ(ctl(SET_THP, 0, 0, 0), 0);
	CHECK_EQ(thp(), 0);
}

CASE(huge_pages_may_be_declined_unless_asked_for)
{
	NEEDS_LINUX(6, 18);
	CHECK_EQ(ctl(SET_THP, 1, 2, 0), 0);
	CHECK_EQ(thp(), 3);
	CHECK_EQ(ctl(SET_THP, 0, 2, 0), -EINVAL);
	CHECK_EQ(ctl(SET_THP, 1, 4, 0), -EINVAL);
}

static int mce(void)
{
	return (int)ctl(MCE_GET, 0, 0, 0);
}

CASE(what_happens_at_memory_errors)
{
	CHECK_EQ(mce(), 2);
	CHECK_EQ(ctl(MCE_KILL, 1, 1, 0), 0);
	CHECK_EQ(mce(), 1);
	CHECK_EQ(in_child(mce), 1);
	CHECK_EQ(ctl(MCE_KILL, 1, 0, 0), 0);
	CHECK_EQ(mce(), 0);
	CHECK_EQ(ctl(MCE_KILL, 1, 2, 0), 0);
	CHECK_EQ(mce(), 2);
	CHECK_EQ(ctl(MCE_KILL, 1, 1, 0), 0);
	CHECK_EQ(ctl(MCE_KILL, 0, 0, 0), 0);
	CHECK_EQ(mce(), 2);
	CHECK_EQ(ctl(MCE_KILL, 0, 1, 0), -EINVAL);
	CHECK_EQ(ctl(MCE_KILL, 1, 3, 0), -EINVAL);
	CHECK_EQ(ctl(MCE_KILL, 2, 0, 0), -EINVAL);
	CHECK_EQ(ctl(MCE_KILL, 1, 1, 1), -EINVAL);
	CHECK_EQ(ctl(MCE_GET, 1, 0, 0), -EINVAL);
}

CASE(flushers_of_disks_need_the_right)
{
	int pid;

	CHILD(pid) {
		become(NOBODY);
		CHECK_EQ(ctl(GET_FLUSHER, 0, 0, 0), -EPERM);
		CHECK_EQ(ctl(SET_FLUSHER, 1, 0, 0), -EPERM);
		CHECK_EQ(ctl(SET_FLUSHER, 7, 0, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	if (!have_cap(CAP_RESOURCE))
		SKIP("needs CAP_SYS_RESOURCE");
	CHECK_EQ(ctl(GET_FLUSHER, 0, 0, 0), 0);
	CHECK_EQ(ctl(SET_FLUSHER, 1, 0, 0), 0);
	CHECK_EQ(ctl(GET_FLUSHER, 0, 0, 0), 1);
	CHECK_EQ(ctl(SET_FLUSHER, 2, 0, 0), -EINVAL);
	CHECK_EQ(ctl(SET_FLUSHER, 1, 1, 0), -EINVAL);
	CHECK_EQ(ctl(SET_FLUSHER, 0, 0, 0), 0);
}

CASE(counters_may_be_switched)
{
	CHECK_EQ(ctl(31, 0, 0, 0), 0);
	CHECK_EQ(ctl(32, 0, 0, 0), 0);
}

CASE(the_auxiliary_vector_is_told_again)
{
	char a[1024], b[1024];

	NEEDS_LINUX(6, 4);
	memset(a, 7, sizeof(a));
	long size = ctl(GET_AUXV, (long)a, sizeof(a), 0);
	CHECK(size > 200 && size < (long)sizeof(a) && size % 16 == 0);
	CHECK_EQ(a[size], 7);
	long n = slurp("/proc/self/auxv", b, sizeof(b));
	CHECK(n > 200 && n <= size);
	CHECK_MEM(a, b, n);
	memset(b, 7, sizeof(b));
	CHECK_EQ(ctl(GET_AUXV, (long)b, 16, 0), size);
	CHECK_MEM(a, b, 16);
	CHECK_EQ(b[16], 7);
	CHECK_EQ(ctl(GET_AUXV, (long)b, 0, 0), size);
	CHECK_EQ(ctl(GET_AUXV, 0, 16, 0), -EFAULT);
	CHECK_EQ(ctl(GET_AUXV, (long)b, 16, 1), -EINVAL);
}

static int pdeath(void)
{
	int sig = -1;

	ctl(GET_PDEATHSIG, (long)&sig, 0, 0);
	return sig;
}

CASE(parent_death_signal_is_the_threads_and_not_inherited)
{
	CHECK_EQ(ctl(SET_PDEATHSIG, SIGUSR2, 0, 0), 0);
	CHECK_EQ(pdeath(), SIGUSR2);
	CHECK_EQ(in_child(pdeath), 0);
	CHECK_EQ(ctl(SET_PDEATHSIG, 65, 0, 0), -EINVAL);
	CHECK_EQ(ctl(SET_PDEATHSIG, -1, 0, 0), -EINVAL);
	CHECK_EQ(pdeath(), SIGUSR2);
	CHECK_EQ(ctl(SET_PDEATHSIG, 64, 0, 0), 0);
	CHECK_EQ(pdeath(), 64);
}

static int changes_user(void)
{
	ctl(SET_PDEATHSIG, SIGUSR2, 0, 0);
	if (pdeath() != SIGUSR2 || ctl(GET_DUMPABLE, 0, 0, 0) != 1)
		return 1;
	become(NOBODY);
	return pdeath() || ctl(GET_DUMPABLE, 0, 0, 0) == 1 ? 2 : 0;
}

CASE(another_identity_forgets_it_and_is_not_dumped)
{
	NEEDS_ROOT();
	CHECK_EQ(in_child(changes_user), 0);
}
