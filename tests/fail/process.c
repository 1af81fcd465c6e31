// SPDX-License-Identifier: MIT
/*
 * process: rows for calls on processes, identities, limits and scheduling; see fail.h.
 *
 * Linux     the man page of each call
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include "tests/abi/thread.h"
#include "tests/fail/fail.h"

enum { SIGCHLD_ONLY = SIGCHLD, PIDFD_FLAG = 0x1000, P_PIDFD_TYPE = 3, P_ALL_TYPE = 0, WAIT_FOR_END = 4, CLONE3 = 435 };
enum { PIDFD_SEND_SIGNAL = 424, PIDFD_OPEN = 434, PIDFD_GETFD = 438, GROUPS = 100, CAP_V3 = 0x20080522 };

struct clone_args_64 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static unsigned groups[GROUPS];
static struct rusage usage;
static struct rlimit limit = { 100, 100 };
static unsigned id[3];
static struct { unsigned version; int pid; } cap_header = { CAP_V3, 0 };
static unsigned cap_data[6];
static siginfo_t info;
static int zombie, pid_fd, status, thread_done;
static unsigned long cpus = 1;
static struct sched_param param;
static char rseq_area[64] __attribute__((aligned(64)));

static long reaped(long pid)
{
	if (pid == 0)
		sys(SYS_exit_group, 0);
	if (pid > 0)
		CHECK_EQ(sys(SYS_wait4, pid, 0, 0x40000000, 0), pid); /* __WALL */
	return pid;
}

static long do_fork(void)
{
	return reaped(sys(SYS_fork));
}

static long do_vfork(void)
{
	return reaped(sys(SYS_vfork));
}

static long do_clone(void)
{
	return reaped(sys(SYS_clone, SIGCHLD_ONLY, 0, 0, 0, 0));
}

static long do_clone_sharing(void)
{
	return reaped(sys(SYS_clone, SIGCHLD_ONLY | CLONE_FILES | CLONE_FS, 0, 0, 0, 0));
}

/* The descriptor is no leftover. */
static long do_clone_pidfd(void)
{
	int fd = -1;
	long pid = reaped(sys(SYS_clone, SIGCHLD_ONLY | PIDFD_FLAG, 0, &fd, 0, 0));

	if (pid > 0)
		sys(SYS_close, fd);
	return pid;
}

static long do_clone3(void)
{
	struct clone_args_64 args = { .exit_signal = SIGCHLD_ONLY };

	return reaped(sys(CLONE3, &args, sizeof(args)));
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static char stack[TASK_STACK];

/* start_thread() maps a stack, which may fail as well: the same clone, with this one. */
static long do_thread(void)
{
	unsigned long flags = THREAD_FLAGS | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
	void **sp = (void **)(stack + TASK_STACK) - 2;
	register long r10 __asm__("r10") = (long)&thread_done;
	register long r8 __asm__("r8") = 0;
	long ret;

	sp[0] = (void *)nothing;
	sp[1] = NULL;
	__asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n"
		"xor %%ebp, %%ebp\n pop %%rax\n pop %%rdi\n call *%%rax\n"
		"mov %%eax, %%edi\n mov $60, %%eax\n syscall\n 1:"
		: "=a"(ret)
		: "a"(SYS_clone), "D"(flags), "S"(sp), "d"(&thread_done), "r"(r10), "r"(r8)
		: "rcx", "r11", "memory");
	if (ret > 0)
		join_thread(&thread_done);
	return ret;
}

static void make_zombie(void)
{
	CHILD(zombie) {
	}
	wait_state(zombie, 'Z');
}

static long wait_pid(void)
{
	return sys(SYS_wait4, zombie, &status, 0, &usage);
}

static long wait_id(void)
{
	return sys(SYS_waitid, P_ALL_TYPE, 0, &info, WAIT_FOR_END, &usage);
}

static long open_self(void)
{
	return sys(PIDFD_OPEN, getpid(), 0);
}

static long signal_self(void)
{
	return sys(PIDFD_SEND_SIGNAL, PID_FD, SIGUSR2, 0, 0);
}

static void ignore_usr2(void)
{
	handle(SIGUSR2, count_signal, 0);
	(void)pid_fd;
}

static long get_priority(void)
{
	return sys(SYS_getpriority, PRIO_PROCESS, 0);
}

static long set_caps(void)
{
	CHECK_EQ(sys(SYS_capget, &cap_header, cap_data), 0);
	cap_data[2] = cap_data[5] = 0; /* inheritable */
	return sys(SYS_capset, &cap_header, cap_data);
}

static uint32_t attr[12] = { sizeof(attr) }; /* struct sched_attr: its size, and SCHED_OTHER */

static long compare(void)
{
	enum { KCMP_NR = 312, FILES = 0 };

	return sys(KCMP_NR, getpid(), getpid(), FILES, FILE_FD, FILE_FD);
}

static long set_robust(void)
{
	return sys(SYS_set_robust_list, BUF, 24);
}

static long get_robust(void)
{
	return sys(SYS_get_robust_list, 0, BUF, BUF + 8);
}

const struct row process_calls_rows[] = {
	{ "fork", {}, .act = do_fork, .error = { EAGAIN } },
	{ "vfork", {}, .act = do_vfork, .error = { EAGAIN } },
	{ "clone", {}, "of a process", .act = do_clone, .error = { EAGAIN } },
	{ "clone", {}, "of one that shares", .act = do_clone_sharing, .error = { EAGAIN } },
	{ "clone", {}, "with CLONE_PIDFD", .act = do_clone_pidfd, .error = { EAGAIN } },
	{ "clone", {}, "of a thread", .act = do_thread, .error = { EAGAIN } },
	{ "clone3", {}, .act = do_clone3, .error = { EAGAIN } },
	{ "wait4", {}, .before = make_zombie, .act = wait_pid },
	{ "waitid", {}, .before = make_zombie, .act = wait_id },
	{ "getpid", {} }, { "gettid", {} }, { "getppid", {} }, { "getpgrp", {} },
	{ "getuid", {} }, { "geteuid", {} }, { "getgid", {} }, { "getegid", {} },
	{ "getpgid", { 0 } }, { "getsid", { 0 } },
	{ "setpgid", { 0, 0 } },
	{ "setsid", {} },
	{ "setuid", { 0 }, "to the same" },
	{ "setuid", { 1000 }, "to another", .error = { EAGAIN } },
	{ "setgid", { 1000 } },
	{ "setreuid", { 1000, 1000 }, .error = { EAGAIN } },
	{ "setregid", { 1000, 1000 } },
	{ "setresuid", { 1000, 1000, 0 }, .error = { EAGAIN } },
	{ "setresgid", { 1000, 1000, 1000 } },
	{ "getresuid", { A(&id[0]), A(&id[1]), A(&id[2]) } },
	{ "getresgid", { A(&id[0]), A(&id[1]), A(&id[2]) } },
	{ "setfsuid", { 1000 } }, /* answers the old one, whatever happens */
	{ "setfsgid", { 1000 } },
	{ "getgroups", { GROUPS, A(groups) } },
	{ "setgroups", { GROUPS, A(groups) } },
	{ "capget", { A(&cap_header), A(cap_data) } },
	{ "capset", {}, .act = set_caps },
	{ "getrlimit", { RLIMIT_NOFILE, A(&limit) } },
	{ "setrlimit", { RLIMIT_CORE, A(&limit) } },
	{ "prlimit64", { 0, RLIMIT_CORE, A(&limit), 0 } },
	{ "getrusage", { RUSAGE_SELF, A(&usage) } },
	{ "times", { A(BUF) } },
	{ "getpriority", {}, .act = get_priority },
	{ "setpriority", { PRIO_PROCESS, 0, 5 } },
	{ "sched_setattr", { 0, A(attr), 0 } },
	{ "sched_getattr", { 0, BUF, sizeof(attr), 0 } },
	{ "kcmp", {}, .act = compare },
	{ "sched_yield", {} },
	{ "sched_setparam", { 0, A(&param) } },
	{ "sched_getparam", { 0, A(&param) } },
	{ "sched_setscheduler", { 0, 3, A(&param) } }, /* SCHED_BATCH */
	{ "sched_getscheduler", { 0 } },
	{ "sched_get_priority_max", { 1 } },
	{ "sched_get_priority_min", { 1 } },
	{ "sched_rr_get_interval", { 0, BUF } },
	{ "sched_setaffinity", { 0, sizeof(cpus), A(&cpus) } },
	{ "sched_getaffinity", { 0, 128, BUF } },
	{ "prctl", { PR_SET_NAME, A("renamed") } },
	{ "arch_prctl", { 0x1003, BUF } }, /* ARCH_GET_FS */
	{ "personality", { 0xffffffff } },
	{ "umask", { 022 } },
	{ "set_tid_address", { BUF } },
	{ "set_robust_list", {}, .act = set_robust },
	{ "get_robust_list", {}, .act = get_robust },
	{ "rseq", { A(rseq_area), 32, 0, 0x53053053 } },
	{ "getcpu", { BUF, BUF + 4, 0 } },
	{ "pidfd_open", {}, .act = open_self },
	{ "pidfd_send_signal", {}, .before = ignore_usr2, .act = signal_self, .error = { EAGAIN } },
	{ "pidfd_getfd", { PID_FD, FILE_FD, 0 } },
};
ROWS(process_calls);
