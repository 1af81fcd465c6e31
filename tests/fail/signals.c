// SPDX-License-Identifier: MIT
/*
 * signals: rows for signals and timers; see fail.h.
 *
 * Promise   a signal whose record cannot be had is sent all the same where it carries nothing (kill), and refused
 *           with EAGAIN where it does (rt_sigqueueinfo)
 * Linux     the man page of each call; signal(7)
 */
#include <sys/time.h>
#include "tests/fail/fail.h"

enum { RT = 40, QUEUE_CODE = -1, TICK_US = 1000, ALT_BYTES = 64 * 1024 };

static uint64_t usr1 = 1ull << (SIGUSR1 - 1), rt = 1ull << (RT - 1), none, old_set;
static struct {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
} action, old_action;
static const struct timespec no_time = { 0, 1000 };
static siginfo_t info;
static stack_t alternate = { .ss_sp = (void *)(FREE), .ss_size = ALT_BYTES };
static struct itimerval interval, old_interval;
static struct itimerspec hour = { .it_value.tv_sec = 3600 }, old_hour;
static struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RT };
static int timer = -1;

static void count_them(void)
{
	handle(SIGUSR1, count_signal, 0); /* one is pending */
	handle(SIGUSR2, count_signal, 0);
	handle(RT, count_signal, 0);
	handle(SIGALRM, count_signal, 0);
}

static void block_rt(void)
{
	count_them();
	set_mask(SIG_BLOCK, rt);
}

static void queue_rt(void)
{
	block_rt();
	memset(&info, 0, sizeof(info));
	info.si_code = QUEUE_CODE;
	info.si_signo = RT;
	CHECK_EQ(sys(SYS_rt_sigqueueinfo, getpid(), RT, &info), 0);
}

static void tick(void)
{
	count_them();
	interval.it_interval.tv_usec = interval.it_value.tv_usec = TICK_US;
	CHECK_EQ(sys(SYS_setitimer, ITIMER_REAL, &interval, 0), 0);
}

static long queue_process(void)
{
	return sys(SYS_rt_sigqueueinfo, getpid(), RT, &info);
}

static long queue_thread(void)
{
	return sys(SYS_rt_tgsigqueueinfo, getpid(), sys(SYS_gettid), RT, &info);
}

static void prepare_info(void)
{
	count_them();
	memset(&info, 0, sizeof(info));
	info.si_code = QUEUE_CODE;
	info.si_signo = RT;
}

static long kill_self(void)
{
	return sys(SYS_kill, getpid(), SIGUSR2);
}

static long kill_thread(void)
{
	return sys(SYS_tkill, sys(SYS_gettid), SIGUSR2);
}

static long kill_thread_of_process(void)
{
	return sys(SYS_tgkill, getpid(), sys(SYS_gettid), SIGUSR2);
}

/* The frame goes to a stack that nobody has touched; the way back needs what is in it. */
static void prepare_stack(void)
{
	CHECK_EQ(sys(SYS_mmap, FREE, ALT_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), FREE);
	CHECK_EQ(sys(SYS_sigaltstack, &alternate, 0), 0);
	handle(SIGUSR2, count_signal, SA_ONSTACK);
}

static long deliver(void)
{
	int before = signals;
	long err = sys(SYS_kill, getpid(), SIGUSR2);

	return err ? err : signals == before + 1 ? 0 : -EIO;
}

static void make_timer(void)
{
	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer), 0);
	CHECK_EQ(timer, 0);
}

/* The signal of a timer has its record with it. */
static void make_due(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1 };

	block_rt();
	make_timer();
	CHECK_EQ(sys(SYS_timer_settime, timer, 0, &soon, 0), 0);
}

static long take_rt(void)
{
	const struct timespec second = { 1, 0 };

	return sys(SYS_rt_sigtimedwait, &rt, &info, &second, KSIGSET);
}

const struct row signal_calls_rows[] = {
	{ "rt_sigaction", { SIGUSR2, A(&action), A(&old_action), KSIGSET } },
	{ "rt_sigprocmask", { SIG_BLOCK, A(&usr1), A(&old_set), KSIGSET } },
	{ "rt_sigpending", { A(&old_set), KSIGSET } },
	{ "rt_sigreturn", {}, .before = prepare_stack, .act = deliver, .error = { EAGAIN } },
	{ "rt_sigtimedwait", { A(&rt), A(&info), A(&no_time), KSIGSET }, "of a queued one", queue_rt },
	{ "rt_sigtimedwait", {}, "of a timer's", make_due, take_rt },
	{ "rt_sigtimedwait", { A(&rt), A(&info), A(&no_time), KSIGSET }, "in vain", block_rt, .success = -EAGAIN },
	{ "rt_sigqueueinfo", {}, .before = prepare_info, .act = queue_process, .error = { EAGAIN } },
	{ "rt_sigqueueinfo", {}, "blocked", queue_rt, queue_process, .error = { EAGAIN } },
	{ "rt_tgsigqueueinfo", {}, .before = prepare_info, .act = queue_thread, .error = { EAGAIN } },
	{ "rt_sigsuspend", { A(&none), KSIGSET }, .before = tick, .success = -EINTR },
	{ "pause", {}, .before = tick, .success = -EINTR },
	{ "sigaltstack", { A(&alternate), 0 } },
	{ "kill", {}, .before = count_them, .act = kill_self },
	{ "tkill", {}, .before = count_them, .act = kill_thread },
	{ "tgkill", {}, .before = count_them, .act = kill_thread_of_process },
	{ "alarm", { 1000 } },
	{ "getitimer", { ITIMER_REAL, A(&old_interval) } },
	{ "setitimer", { ITIMER_VIRTUAL, A(&interval), A(&old_interval) } },
	{ "nanosleep", { A(&no_time), 0 } },
	{ "clock_nanosleep", { CLOCK_MONOTONIC, 0, A(&no_time), 0 } },
	{ "timer_create", { CLOCK_MONOTONIC, A(&event), A(&timer) }, .error = { EAGAIN } },
	{ "timer_create", { CLOCK_PROCESS_CPUTIME_ID, A(&event), A(&timer) }, "of processor time",
		.error = { EAGAIN } },
	{ "timer_settime", { 0, 0, A(&hour), A(&old_hour) }, .before = make_timer },
	{ "timer_gettime", { 0, A(&old_hour) }, .before = make_timer },
	{ "timer_getoverrun", { 0 }, .before = make_timer },
	{ "timer_delete", { 0 }, .before = make_timer },
};
ROWS(signal_calls);
