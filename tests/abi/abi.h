// SPDX-License-Identifier: MIT
/*
 * abi.h: what the ABI tests share beside tests/lib/tap.h.
 *
 * Promise   sys() is the bare system call: the result, or the negative errno, with no library between
 *           a case and the kernel and no thread-local errno. Helpers that wait have a bound.
 *           CASE() is a TEST() that closes the descriptors and empties the scratch directory of
 *           its body afterwards: a case about calls need not end in a column of closes.
 * Blocking  tap_wait_blocked() and wait_state() watch the state letter in /proc/PID/stat, so that
 *           "the reader sleeps now" is a fact and not a guess with a delay.
 * Linux     every number and layout here is the x86-64 ABI.
 */
#ifndef TESTS_ABI_ABI_H
#define TESTS_ABI_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/lib/tap.h"

enum {
	PAGE = 4096,
	KSIGSET = 8,           /* bytes in the kernel's signal set */
	NOBODY = 65534,        /* an id without any right */
	STATE_WAIT_MS = 5000,  /* how long wait_state() believes in a slow machine */
	SEEN_FDS = 1100,       /* descriptors that CASE looks at: the usual limit and a little more */
};

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
		: "=a"(ret)
		: "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return ret;
}

#define SYS_PICK(nr, a, b, c, d, e, f, ...) \
	sys6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define sys(...) SYS_PICK(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

static inline void sleep_ms(long ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	sys(SYS_nanosleep, &ts, 0);
}

static inline int64_t now_ns(int clock)
{
	struct timespec ts = {0};

	sys(SYS_clock_gettime, clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static inline int64_t now_ms(void)
{
	return now_ns(CLOCK_MONOTONIC) / 1000000;
}

/* The text of a small file; the length, or the negative errno of the open. Always terminated. */
static inline long slurp(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	long n, fd = sys(SYS_open, path, O_RDONLY | O_CLOEXEC);

	buf[0] = 0;
	if (fd < 0)
		return fd;
	while (used < size - 1 && (n = sys(SYS_read, fd, buf + used, size - 1 - used)) > 0)
		used += n;
	buf[used] = 0;
	sys(SYS_close, fd);
	return used;
}

/* The number of an option "NAME=" of the kernel's command line. */
static inline long boot_option(const char *name, long otherwise)
{
	static char text[PAGE];
	size_t len = strlen(name);

	if (slurp("/proc/cmdline", text, sizeof(text)) <= 0)
		return otherwise;
	for (const char *at = text; (at = strstr(at, name)); at += len)
		if (at[len] == '=')
			return strtol(at + len + 1, NULL, 0);
	return otherwise;
}

/* A line of /proc/meminfo, "MemFree:" for example; 0: there is none. */
static inline long meminfo_kib(const char *name)
{
	char text[PAGE];
	const char *at;

	slurp("/proc/meminfo", text, sizeof(text));
	at = strstr(text, name);
	return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

/* The state letter of a process or thread ('S' sleeps, 'T' stopped, 'Z' dead); 0 when there is none. */
static inline int task_state(int pid)
{
	char path[64], text[512], *close_paren;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return 0;
	close_paren = strrchr(text, ')');
	return close_paren && close_paren[1] ? close_paren[2] : 0;
}

static inline void wait_state(int pid, int state)
{
	for (int64_t end = now_ms() + STATE_WAIT_MS; now_ms() < end; sleep_ms(1))
		if (task_state(pid) == state)
			return;
	tap_fail(__FILE__, __LINE__, "process %d never came to state %c", pid, state);
}

/* Memory that children share with the case: zeroed. */
static inline void *shared_page(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* The raw wait status of a child, or the negative errno. */
static inline int reap(int pid)
{
	int status = -1;
	long r = sys(SYS_wait4, pid, &status, 0, 0);

	return r < 0 ? (int)r : status;
}

#define EXITED(code) (((code) & 0xff) << 8)
#define KILLED(sig) (sig)
#define DUMPED 0x80

/* CHILD(pid) { body }: the body runs in a child, which exits with 0 at its end; pid is the parent's. */
#define CHILD(pid) \
	if (((pid) = fork()) != 0) { \
	} else \
		for (;; _exit(0))

/* A child that does nothing, and its end. */
static inline int start_sleeper(void)
{
	int pid;

	CHILD(pid)
		for (;;)
			sys(SYS_pause);
	return pid;
}

static inline void end_child(int pid)
{
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

/* Becomes an ordinary user for good: all ids, no groups, hence no capability. */
static inline int become(int id)
{
	if (sys(SYS_setgroups, 0, 0) || sys(SYS_setresgid, id, id, id))
		return 0;
	return sys(SYS_setresuid, id, id, id) == 0;
}

enum { CAP_RESOURCE = 24, CAP_HEADER_V3 = 0x20080522 };

static inline int have_cap(int cap)
{
	struct {
		uint32_t version;
		int pid;
	} header = {CAP_HEADER_V3, 0};
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2];

	if (sys(SYS_capget, &header, data))
		return 0;
	return data[cap / 32].effective >> (cap % 32) & 1;
}

/* Two pages: the first usable, the second not there. The pointer is to the end of the first. */
static inline char *page_end(int prot)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 0, PAGE);
	munmap(p + PAGE, PAGE);
	mprotect(p, PAGE, prot);
	return p + PAGE;
}

/* An address where nothing is mapped now. */
static inline void *hole(void)
{
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p, PAGE);
	return p;
}

/* Installs a handler with the flags given and nothing masked. */
static inline void handle(int sig, void (*fn)(int), int flags)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_handler = fn;
	act.sa_flags = flags;
	sigaction(sig, &act, NULL);
}

static inline void handle_info(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = fn;
	act.sa_flags = flags | SA_SIGINFO;
	sigaction(sig, &act, NULL);
}

static __attribute__((unused)) volatile int signals; /* how often count_signal() ran in this process */

static inline void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* A kernel signal set of one or two signals. */
static inline uint64_t sigbit(int sig)
{
	return 1ULL << (sig - 1);
}

static inline long set_mask(int how, uint64_t set)
{
	return sys(SYS_rt_sigprocmask, how, &set, 0, KSIGSET);
}

static inline uint64_t get_mask(void)
{
	uint64_t set = 0;

	sys(SYS_rt_sigprocmask, SIG_BLOCK, 0, &set, KSIGSET);
	return set;
}

static inline uint64_t get_pending(void)
{
	uint64_t set = 0;

	sys(SYS_rt_sigpending, &set, KSIGSET);
	return set;
}

static int scratch_used;

/* The case's empty directory, now the working directory; others may search it. */
static inline void scratch(void)
{
	scratch_used = 1;
	CHECK_EQ(sys(SYS_chdir, tap_tmpdir()), 0);
	CHECK_EQ(sys(SYS_chmod, ".", 0755), 0);
}

static inline void remove_inside(void)
{
	DIR *dir = opendir(".");
	struct dirent *de;

	while (dir && (de = readdir(dir))) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		if (sys(SYS_unlink, de->d_name) == 0 || sys(SYS_rmdir, de->d_name) == 0)
			continue;
		if (sys(SYS_chdir, de->d_name))
			continue;
		remove_inside();
		sys(SYS_chdir, "..");
		sys(SYS_rmdir, de->d_name);
	}
	if (dir)
		closedir(dir);
}

static inline void abi_run(void (*body)(void))
{
	char before[SEEN_FDS];

	for (int fd = 0; fd < SEEN_FDS; fd++)
		before[fd] = sys(SYS_fcntl, fd, F_GETFD) >= 0;
	body();
	for (int fd = 0; fd < SEEN_FDS; fd++)
		if (!before[fd])
			sys(SYS_close, fd);
	if (scratch_used && sys(SYS_chdir, tap_tmpdir()) == 0)
		remove_inside();
	sys(SYS_chdir, "/");
}

#define CASE(NAME, ...) \
	static void case_##NAME(void); \
	TEST(NAME, ##__VA_ARGS__) \
	{ \
		abi_run(case_##NAME); \
	} \
	static void case_##NAME(void)

#endif
