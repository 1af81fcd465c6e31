// SPDX-License-Identifier: MIT
/*
 * calls: every system call with arguments that no honest program passes.
 *
 * Promise   For each call of kernel/syscalls.def, and each argument of a kind: a descriptor that is not
 *           open answers EBADF, a pointer that cannot be used answers EFAULT, unless answers[] knows
 *           that Linux looks at something else first; a length too large answers an error or moves no
 *           more than there is; a number without a call answers ENOSYS. The caller survives all of it.
 *           Each call runs in a child of its own, so what it does to itself goes with it.
 * Linux     The answers are those of Linux 6.1 and 6.18, for root; for others EPERM is right everywhere. On a
 *           machine that is not a test's own, root becomes nobody first.
 */
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include "tests/abi/abi.h"
#include "tests/fuzz/table.h"

enum {
	TMP_FD = 90, DIR_FD = 91, CLOSED_FD = 77, INOTIFY_FD = 92, EPOLL_FD = 93, EVENT_FD = 94, SIGNAL_FD = 95,
	TIMER_FD = 96, PID_FD = 97, SOCKET_FD = 98, LISTENER_FD = 99,
};
enum { SHOWN = 30, RESULTS = 64, CHILD_S = 20, ANY = 1, NEWEST_OLD_CALL = 440 };

/* --- which calls, and what they need --- */

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
	{ "futex_waitv", 1, 1 },
	{ "futex_wake", 3, 2 }, /* FUTEX2_SIZE_U32 */
	{ "futex_wait", 3, 2 },
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
	{ "connect", 0, SOCKET_FD },
	{ "connect", 2, 16 },
	{ "bind", 0, SOCKET_FD },
	{ "bind", 2, 16 },
	{ "listen", 0, LISTENER_FD },
	{ "accept", 0, LISTENER_FD },
	{ "accept4", 0, LISTENER_FD },
	{ "accept4", 3, 0 },
	{ "sendto", 0, SOCKET_FD },
	{ "sendto", 3, 0 },
	{ "sendto", 4, 0 },
	{ "sendto", 5, 16 },
	{ "recvfrom", 0, SOCKET_FD },
	{ "recvfrom", 3, 0 },
	{ "sendmsg", 0, SOCKET_FD },
	{ "recvmsg", 0, SOCKET_FD },
	{ "sendmmsg", 0, SOCKET_FD },
	{ "sendmmsg", 2, 1 },
	{ "recvmmsg", 0, SOCKET_FD },
	{ "recvmmsg", 2, 1 },
	{ "recvmmsg", 3, 0 },
	{ "shutdown", 0, SOCKET_FD },
	{ "getsockname", 0, SOCKET_FD },
	{ "getpeername", 0, SOCKET_FD },
	{ "setsockopt", 0, SOCKET_FD },
	{ "setsockopt", 1, 1 }, /* SOL_SOCKET */
	{ "setsockopt", 2, 2 }, /* SO_REUSEADDR */
	{ "setsockopt", 4, 4 },
	{ "getsockopt", 0, SOCKET_FD },
	{ "getsockopt", 1, 1 },
	{ "getsockopt", 2, 2 },
	{ "socket", 0, 1 },
	{ "socket", 1, 1 },
	{ "socketpair", 0, 1 },
	{ "socketpair", 1, 1 },
	{ "socketpair", 2, 0 },
	{ "process_vm_readv", 5, 0 },
	{ "process_vm_writev", 5, 0 },
};

/* What the child tells: the result of each bad value of each argument. */
struct report {
	long result[ARGS][RESULTS];
	int done; /* all values were tried */
};
static struct report *report;

static char *good, *edge, *readonly; /* memory: usable; its end before a hole; without writing */
static char *gone;
static int wrong, is_root;

/* --- what is passed --- */

struct value {
	const char *name;
	long value;
};

#define HOLE_AT 0x100000000000
#define GOOD_AT 0x200000000000
enum { GOOD_BYTES = 4 * PAGE, TEXT_AT = 3 * PAGE };
enum { BAD_FDS = 5, BAD_POINTERS = 8, BAD_SIZES = 6 };
static struct value bad_fd[BAD_FDS] = {
	{ "-1", -1 }, { "closed", CLOSED_FD }, { "INT_MAX", 0x7fffffff }, { "INT_MIN", (int)0x80000000 },
	{ "1<<30", 1 << 30 },
};
static struct value bad_pointer[BAD_POINTERS];
static struct value bad_size[BAD_SIZES] = {
	{ "-1", -1 }, { "LONG_MIN", (long)(1ul << 63) }, { "LONG_MAX", (long)~(1ul << 63) }, { "1<<32", 1l << 32 },
	{ "INT_MAX", 0x7fffffff }, { "1<<47", 1l << 47 },
};

/* The hole and the good memory are far from where the kernel puts mappings by itself. */
static void make_values(void)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

	good = mmap((void *)GOOD_AT, GOOD_BYTES, PROT_READ | PROT_WRITE, anonymous | MAP_FIXED, -1, 0);
	edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, anonymous, -1, 0) + PAGE;
	edge[-1] = 'x';
	mprotect(edge, PAGE, PROT_NONE);
	readonly = mmap(NULL, PAGE, PROT_READ, anonymous, -1, 0);
	gone = mmap((void *)HOLE_AT, PAGE, PROT_READ, anonymous | MAP_FIXED, -1, 0);
	munmap(gone, PAGE);
	const struct value list[BAD_POINTERS] = {
		{ "1", 1 }, { "unmapped", (long)gone }, { "edge", (long)edge - 1 },
		{ "noncanonical", (long)0x0000800000000000 }, { "kernel", (long)0xffffffff80200000 },
		{ "direct map", (long)0xffff888000000000 }, { "-1", -1 }, { "-4096", -4096 },
	};
	memcpy(bad_pointer, list, sizeof(list));
}

#define ATTRIBUTE "user.mark"

static const char *usual_file(const char *call)
{
	if (strstr(call, "xattr"))
		return ATTRIBUTE; /* the file and its attribute have one name, because a path and a text are one here */
	return strncmp(call, "readlink", 8) == 0 ? "link" : strcmp(call, "execveat") == 0 ? "program" : "file";
}

/* An argument that is all right. */
static long usual(const struct call *c, int arg)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (needs[i].arg == arg && strcmp(needs[i].name, c->name) == 0)
			return needs[i].value;
	switch (c->arg[arg].kind) {
	case KIND_FD: return c->arg[arg + 1].kind == KIND_PATH ? AT_FDCWD : TMP_FD;
	case KIND_SIZE: return arg > 0 && strncmp(c->name, "rt_sig", 6) == 0 ? KSIGSET : 16;
	case KIND_ULONG: return 1;
	case KIND_PID: return sys(SYS_getpid);
	case KIND_MODE: return 0600;
	case KIND_PATH:
	case KIND_STR: return (long)strcpy(good + TEXT_AT, usual_file(c->name));
	case KIND_RBUF:
	case KIND_WBUF:
	case KIND_PTR:
	case KIND_IN:
	case KIND_OUT:
	case KIND_INOUT: return (long)good + arg * 512;
	default: return 0;
	}
}

static long call_with(const struct call *c, const long *a)
{
	return sys6(c->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void usual_arguments(const struct call *c, long *a)
{
	memset(good, 0, GOOD_BYTES);
	for (int i = 0; i < ARGS; i++)
		a[i] = c->arg[i].kind ? usual(c, i) : 0;
	if (strncmp(c->name, "cap", 3) == 0)
		*(int *)a[0] = CAP_HEADER_V3;
}

/* --- the child --- */

static void make_files(void)
{
	long fd = sys(SYS_open, "file", O_RDWR | O_CREAT, 0600);

	sys(SYS_ftruncate, fd, PAGE);
	sys(SYS_fsetxattr, fd, ATTRIBUTE, "text", 4, 0);
	sys(SYS_link, "file", ATTRIBUTE);
	sys(SYS_dup2, fd, TMP_FD);
	sys(SYS_close, fd);
	fd = sys(SYS_open, ".", O_RDONLY | O_DIRECTORY);
	sys(SYS_dup2, fd, DIR_FD);
	sys(SYS_close, fd);
	sys(SYS_lseek, TMP_FD, 0, SEEK_SET);
	sys(SYS_symlink, "file", "link");
	sys(SYS_mknod, "program", S_IFREG | 0700, 0);
}

/* A set with one item, which is ready, and one descriptor of each kind. */
static void make_event_fds(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	uint64_t mask = 0;

	sys(SYS_dup2, sys(SYS_epoll_create1, 0), EPOLL_FD);
	sys(SYS_dup2, sys(SYS_eventfd2, 1, 0), EVENT_FD);
	sys(SYS_epoll_ctl, EPOLL_FD, EPOLL_CTL_ADD, EVENT_FD, &ev);
	sys(SYS_dup2, sys(SYS_signalfd4, -1, &mask, KSIGSET, 0), SIGNAL_FD);
	sys(SYS_dup2, sys(SYS_timerfd_create, CLOCK_MONOTONIC, 0), TIMER_FD);
	sys(SYS_dup2, sys(SYS_pidfd_open, sys(SYS_getpid), 0), PID_FD);
}

/* An end of a connection with something to read, and a listener with somebody to accept; neither ever waits. */
static void make_sockets(void)
{
	struct { unsigned short family; char path[4]; } name = { 1, "s" };
	int pair[2], fd = (int)sys(SYS_socket, 1, 1 | O_NONBLOCK, 0);
	int client = (int)sys(SYS_socket, 1, 1 | O_NONBLOCK, 0);

	sys(SYS_socketpair, 1, 1 | O_NONBLOCK, 0, pair);
	for (int i = 0; i < RESULTS; i++)
		sys(SYS_write, pair[1], "bytes", 5);
	sys(SYS_dup2, pair[0], SOCKET_FD);
	sys(SYS_bind, fd, &name, sizeof(name));
	sys(SYS_listen, fd, 1);
	sys(SYS_connect, client, &name, sizeof(name));
	sys(SYS_dup2, fd, LISTENER_FD);
}

/* Nothing is read of or written to what the case has open; a time-out ends it. */
static void become_harmless(void)
{
	unsigned group = NOBODY;

	sys(SYS_setgroups, 1, &group);
	if (!is_root && tap_is_root()) { /* on somebody's own machine nothing here needs root's rights */
		sys(SYS_setresgid, NOBODY, NOBODY, NOBODY);
		sys(SYS_setresuid, NOBODY, NOBODY, NOBODY);
		CHECK(!tap_is_root());
	}
	sys(SYS_alarm, CHILD_S);
	make_files();
	sys(SYS_timer_create, CLOCK_MONOTONIC, 0, good); /* number 0 */
	sys(SYS_dup2, sys(SYS_inotify_init), INOTIFY_FD);
	make_event_fds();
	make_sockets();
	for (int fd = 0; fd < 3; fd++)
		sys(SYS_dup2, TMP_FD, fd);
}

static void try_values(const struct call *c, int (*of_kind)(enum kind), const struct value *v, int n)
{
	long a[ARGS];

	for (int arg = 0; arg < ARGS && c->arg[arg].kind; arg++) {
		if (!of_kind(c->arg[arg].kind))
			continue;
		for (int i = 0; i < n; i++) {
			make_files();
			usual_arguments(c, a);
			a[arg] = v[i].value;
			report->result[arg][i] = call_with(c, a);
		}
	}
	report->done = 1;
}

/* This Linux is older than the call. */
static int is_unknown(const struct call *c)
{
	return !tap_is_parley() && sys(c->nr, -1, -1, -1, -1, -1, -1) == -ENOSYS;
}

static int is_excluded(const struct call *c)
{
	if (c->nr >= NEWEST_OLD_CALL && is_unknown(c))
		return 1;
	if (strstr(c->name, "xattr") && !tap_has_linux(6, 6)) /* not on tmpfs */
		return 1;
	for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++)
		if (strcmp(excluded[i], c->name) == 0)
			return 1;
	return 0;
}

/* Runs one call with all bad values in a child; false when the child did not come to the end. */
static int try_call(const struct call *c, int (*of_kind)(enum kind), const struct value *v, int n)
{
	int pid, status;

	memset(report, 0, sizeof(*report));
	CHILD(pid) {
		become_harmless();
		try_values(c, of_kind, v, n);
	}
	status = reap(pid);
	sys(SYS_chmod, tap_tmpdir(), 0755); /* the folder itself was a descriptor like any other */
	if (report->done && status == 0)
		return 1;
	wrong++;
	tap_note("%s: the caller ended with status %#x", c->name, (unsigned)status);
	return 0;
}

/* --- what is expected --- */

/* Where Linux answers something else; -1 as argument: any; ANY as answer: several are right. */
static const struct answer {
	const char *name;
	int arg;
	const char *value; /* NULL: every bad one */
	long result;
} answers[] = {
#include "tests/abi/hostile/answers.def"
	{ "", 0, NULL, 0 },
};

static long expected(const struct call *c, int arg, const char *value, long usual_answer)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *e = &answers[i];

		if (strcmp(e->name, c->name) == 0 && (e->arg == arg || e->arg == -1) &&
			(!e->value || strcmp(e->value, value) == 0))
			return e->result;
	}
	return usual_answer;
}

static void compare(const struct call *c, int (*of_kind)(enum kind), const struct value *v, int n, long usual_answer)
{
	for (int arg = 0; arg < ARGS && c->arg[arg].kind; arg++) {
		for (int i = 0; of_kind(c->arg[arg].kind) && i < n; i++) {
			long got = report->result[arg][i], want = expected(c, arg, v[i].name, usual_answer);

			if (want == ANY || got == want || (!is_root && got == -EPERM))
				continue;
			if (wrong++ < SHOWN)
				tap_note("%s: argument %d is %s: %ld, not %ld", c->name, arg, v[i].name, got, want);
		}
	}
}

static void start(void)
{
	scratch();
	is_root = tap_is_root() && getenv("TAP_MACHINE");
	if (tap_is_root() && !is_root)
		CHECK_EQ(sys(SYS_chown, ".", NOBODY, NOBODY), 0);
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	make_values();
}

static void all_calls(int (*of_kind)(enum kind), const struct value *v, int n, long usual_answer)
{
	start();
	for (int i = 0; i < CALLS; i++)
		if (!is_excluded(&calls[i]) && try_call(&calls[i], of_kind, v, n))
			compare(&calls[i], of_kind, v, n, usual_answer);
	CHECK_EQ(wrong, 0);
}

/* --- the cases --- */

static int is_fd(enum kind k)
{
	return k == KIND_FD;
}

static int is_size(enum kind k)
{
	return k == KIND_SIZE || k == KIND_OFF;
}

CASE(bad_descriptors_are_ebadf, .timeout = 60)
{
	all_calls(is_fd, bad_fd, BAD_FDS, -EBADF);
}

static int is_result(enum kind k)
{
	return k == KIND_WBUF || k == KIND_OUT || k == KIND_INOUT;
}

CASE(results_for_read_only_memory_are_efault, .timeout = 60)
{
	start();
	const struct value value = { "read-only", (long)readonly };

	for (int i = 0; i < CALLS; i++)
		if (!is_excluded(&calls[i]) && try_call(&calls[i], is_result, &value, 1))
			compare(&calls[i], is_result, &value, 1, -EFAULT);
	CHECK_EQ(wrong, 0);
}

CASE(bad_pointers_are_efault, .timeout = 60)
{
	all_calls(is_pointer_kind, bad_pointer, BAD_POINTERS, -EFAULT);
}

/* What a call moved can be no more than the file or the buffers have. */
CASE(huge_lengths_move_no_more_than_there_is, .timeout = 60)
{
	start();
	for (int i = 0; i < CALLS; i++) {
		if (is_excluded(&calls[i]) || !try_call(&calls[i], is_size, bad_size, BAD_SIZES))
			continue;
		for (int arg = 0; arg < ARGS && calls[i].arg[arg].kind; arg++)
			for (int v = 0; is_size(calls[i].arg[arg].kind) && v < BAD_SIZES; v++)
				if (report->result[arg][v] > GOOD_BYTES && strcmp(calls[i].name, "lseek") != 0 &&
					strcmp(calls[i].name, "mmap") != 0 && strcmp(calls[i].name, "mremap") != 0)
					wrong++, tap_note("%s: argument %d is %s: %ld", calls[i].name, arg,
							bad_size[v].name, report->result[arg][v]);
	}
	CHECK_EQ(wrong, 0);
}

CASE(numbers_without_a_call_are_enosys)
{
	const long numbers[] = { 340, 400, 423, 600, 1000, 0x7fffffff, 0x80000000, -1, 0x40000000, 1l << 32 | 1000 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		CHECK_EQ(sys(numbers[i], -1, -1, -1, -1, -1, -1), -ENOSYS);
}
