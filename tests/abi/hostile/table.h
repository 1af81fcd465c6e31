// SPDX-License-Identifier: MIT
/*
 * table.h: kernel/syscalls.def as data: for each call its number and the kinds of its arguments.
 *
 * Promise   A line that is added to the table is called with bad arguments from then on. Calls that would
 *           end, block or change the machine with harmless-looking arguments are in excluded[];
 *           arguments that a call needs to come to the point where it looks at the others are in
 *           needs[].
 */
#ifndef TESTS_ABI_HOSTILE_TABLE_H
#define TESTS_ABI_HOSTILE_TABLE_H

#include "tests/abi/abi.h"

enum kind {
	KIND_END, KIND_FD, KIND_PID, KIND_INT, KIND_SIG, KIND_UINT, KIND_FLAGS, KIND_MODE, KIND_LONG, KIND_ULONG,
	KIND_ADDR, KIND_DEV, KIND_SIZE, KIND_OFF, KIND_PATH, KIND_STR, KIND_RBUF, KIND_WBUF, KIND_PTR, KIND_IN,
	KIND_OUT, KIND_INOUT,
};

enum {
	ARGS = 6, TMP_FD = 90, DIR_FD = 91, CLOSED_FD = 77, INOTIFY_FD = 92, EPOLL_FD = 93, EVENT_FD = 94,
	SIGNAL_FD = 95, TIMER_FD = 96, PID_FD = 97,
};

struct call {
	const char *name;
	int nr;
	enum kind kind[ARGS + 1];
};

#define IN(T) IN
#define OUT(T) OUT
#define INOUT(T) INOUT
#define KIND_OF(kind) KIND_##kind,
#define KIND_1(F, k, n) F(k)
#define KIND_2(F, k, n, ...) F(k) KIND_1(F, __VA_ARGS__)
#define KIND_3(F, k, n, ...) F(k) KIND_2(F, __VA_ARGS__)
#define KIND_4(F, k, n, ...) F(k) KIND_3(F, __VA_ARGS__)
#define KIND_5(F, k, n, ...) F(k) KIND_4(F, __VA_ARGS__)
#define KIND_6(F, k, n, ...) F(k) KIND_5(F, __VA_ARGS__)
#define KIND_0(F)
#define COUNT_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, ...) n
#define COUNT(...) COUNT_(0, ##__VA_ARGS__, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define KINDS(...) JOIN(KIND_, COUNT(__VA_ARGS__))(KIND_OF, ##__VA_ARGS__)

static const struct call calls[] = {
#define SYSCALL(nr, name, policy, ...) { #name, nr, { KINDS(__VA_ARGS__) } },
#include "kernel/syscalls.def"
#undef SYSCALL
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static const char *const excluded[] = {
	/* end the caller, or start what is not told that it is a test */
	"exit", "exit_group", "fork", "vfork", "clone", "clone3", "rt_sigreturn", "execve",
	/* wait for what will not come */
	"pause", "rt_sigsuspend", "restart_syscall",
	/* change the machine, or every process of it */
	"reboot", "sethostname", "setdomainname", "settimeofday", "clock_settime", "mount", "umount2", "syslog", "sync",
	"chroot", "setpriority", "munmap",
};

/* What an argument must be that others are looked at. Not named: see usual() in calls.c. */
static const struct need {
	const char *name;
	int arg;
	long value;
} needs[] = {
	{ "mmap", 3, MAP_PRIVATE | MAP_ANONYMOUS },
	{ "futex", 2, 1 }, /* the word is 0: no waiting */
	{ "openat2", 3, 24 },
	{ "fcntl", 1, F_GETLK },
	{ "rt_sigaction", 0, SIGUSR1 },
	{ "set_robust_list", 1, 24 },
	{ "statx", 3, 0x7ff },
	{ "getcwd", 1, PAGE },
	{ "getgroups", 0, 8 },
	{ "setgroups", 0, 1 },
	{ "sched_getaffinity", 1, 128 },
	{ "waitid", 3, 4 },
	{ "rseq", 1, 32 },
	{ "prlimit64", 1, 7 },
	{ "getrlimit", 0, 7 },
	{ "setrlimit", 0, 7 },
	{ "poll", 1, 1 },
	{ "ppoll", 1, 1 },
	{ "select", 0, 1 },
	{ "pselect6", 0, 1 },
	{ "access", 1, 4 },
	{ "faccessat", 2, 4 },
	{ "faccessat2", 2, 4 },
	{ "faccessat2", 3, 0 },
	{ "ppoll", 4, KSIGSET },
	{ "sigaltstack", 0, 0 },
	{ "getdents64", 0, DIR_FD },
	{ "getdents64", 2, 1024 },
	{ "fchdir", 0, DIR_FD },
	{ "inotify_add_watch", 0, INOTIFY_FD },
	{ "inotify_add_watch", 2, 0x20 },
	{ "flock", 1, 6 }, /* LOCK_EX | LOCK_NB */
	{ "timer_create", 1, 0 },
	{ "epoll_ctl", 0, EPOLL_FD },
	{ "epoll_ctl", 1, 3 }, /* EPOLL_CTL_MOD */
	{ "epoll_ctl", 2, EVENT_FD },
	{ "epoll_wait", 0, EPOLL_FD },
	{ "epoll_wait", 2, 1 },
	{ "epoll_pwait", 0, EPOLL_FD },
	{ "epoll_pwait", 2, 1 },
	{ "epoll_pwait", 5, KSIGSET },
	{ "epoll_pwait2", 0, EPOLL_FD },
	{ "epoll_pwait2", 2, 1 },
	{ "epoll_pwait2", 5, KSIGSET },
	{ "signalfd", 0, SIGNAL_FD },
	{ "signalfd", 2, KSIGSET },
	{ "signalfd4", 0, SIGNAL_FD },
	{ "signalfd4", 2, KSIGSET },
	{ "timerfd_settime", 0, TIMER_FD },
	{ "timerfd_gettime", 0, TIMER_FD },
	{ "pidfd_send_signal", 0, PID_FD },
	{ "pidfd_getfd", 0, PID_FD },
	{ "process_vm_readv", 5, 0 },
	{ "process_vm_writev", 5, 0 },
};

#endif
