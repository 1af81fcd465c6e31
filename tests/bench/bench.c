// SPDX-License-Identifier: MIT
/*
 * bench: what the operations cost, on whichever kernel it is process 1 of.
 *
 * Promise   One line for each row: `row NAME VALUE UNIT`, then `bench done`. A row runs PASSES times after
 *           one that warms up, and the least counts. Every row checks the data that it moves; a line
 *           `bad NAME: ...` and a failing end otherwise.
 *           VALUE is nanoseconds of CLOCK_MONOTONIC per operation. Under `qemu -icount shift=0` these
 *           are instructions, the same at every run.
 * Options   from /proc/cmdline: bench.memory=KIB the machine has, bench.dynamic=PATH of a dynamic program
 *           that does nothing, bench.rows=GLOB only these, bench.profile: each row waits for a byte of
 *           input and then runs a few operations once, for profile.py. As arguments: `exit N` ends with N
 *           at once.
 * Linux     The same binary runs there; nothing but calls of the common base is used.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "tests/bench/bench.h"
#include "user/bin/guest.h"

enum {
	PASSES = 3,
	PAGE = 4096,
	FAULT_PAGES = 256,
	SMALL_PAGES = 1,
	WARM_TURNS = 100,
	WARM_YIELDS = 1000000,
	POLL_PIPES = 100,
	BLOCK = 65536,
	CMDLINE_BYTES = 2048,
	PROFILED_PART = 20, /* of the operations of a pass */
	SLACK = 10, /* of a hundred yields so many may find nobody else to run */
};

static const char *row_name = "start";
static bool failed, is_profiled;
static long memory_kib;
static const char *dynamic_path = "/usr/bin/true", *rows = "*";
static char *self_argv[] = { "/bin/bench", "exit", "42", NULL };

/* --- help --- */

__attribute__((noinline)) long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

long bad(const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("bad %s: %s (errno %d)\n", row_name, text, errno);
	fflush(stdout);
	failed = true;
	return -1;
}

static void *shared_memory(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static char *private_memory(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
	return p;
}

bool ended_with(pid_t pid, int code)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* --- calls --- */

static long null_call(long n)
{
	long start = now(), pid = getpid();

	for (long i = 0; i < n; i++)
		if (raw(SYS_getpid, 0, 0, 0, 0) != pid)
			return bad("another pid");
	return now() - start;
}

static long read_zero(long n)
{
	int fd = open("/dev/zero", O_RDONLY);
	long start = now();

	for (long i = 0; i < n; i++) {
		char c = 1;

		if (raw(SYS_read, fd, (long)&c, 1, 0) != 1 || c != 0)
			return bad("no zero");
	}
	long took = now() - start;
	close(fd);
	return took;
}

static long open_close(long n)
{
	int first = open("/tmp/bench", O_RDONLY);

	close(first);
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_open, (long)"/tmp/bench", O_RDONLY, 0, 0) != first || raw(SYS_close, first, 0, 0, 0) != 0)
			return bad("open or close");
	return now() - start;
}

static long stat_file(long n)
{
	struct stat st;
	long start = now();

	for (long i = 0; i < n; i++) {
		st.st_size = 0;
		if (raw(SYS_stat, (long)"/tmp/bench", (long)&st, 0, 0) != 0 || st.st_size != FAULT_PAGES * PAGE)
			return bad("stat");
	}
	return now() - start;
}

static long gettime(long n)
{
	struct timespec last = { 0 }, ts;
	long start = now();

	for (long i = 0; i < n; i++) {
		clock_gettime(CLOCK_MONOTONIC, &ts);
		if (ts.tv_sec < last.tv_sec || (ts.tv_sec == last.tv_sec && ts.tv_nsec < last.tv_nsec))
			return bad("time goes back");
		last = ts;
	}
	return now() - start;
}

/* --- processes --- */

static long fork_exit(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(EXIT_STATUS);
		if (!ended_with(pid, EXIT_STATUS))
			return bad("child %d", (int)pid);
	}
	return now() - start;
}

static long spawn(long n, char *const argv[], int code)
{
	static char *const env[] = { NULL };
	long start = now();

	for (long i = 0; i < n; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execve(argv[0], argv, env);
			_exit(127);
		}
		if (!ended_with(pid, code))
			return bad("%s did not end with %d", argv[0], code);
	}
	return now() - start;
}

static long exec_static(long n)
{
	return spawn(n, self_argv, EXIT_STATUS);
}

static long exec_dynamic(long n)
{
	char *argv[] = { (char *)dynamic_path, NULL };

	return spawn(n, argv, 0);
}

static bool has_one_cpu(void)
{
	unsigned long mask[16] = { 0 };

	return raw(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask, 0) > 0 && mask[0] == 1;
}

/*
 * Two processes on one CPU; each turn of the other one that we see is two switches. Not where others could
 * run them: whether a yield then switches depends on who ran how long, by the wall clock.
 */
static long yield_switch(long n)
{
	if (!has_one_cpu())
		return NO_ROW;
	volatile long *turns = shared_memory(PAGE); /* [0] the child's, [1] the end */
	pid_t pid = fork();

	if (pid == 0) {
		while (!turns[1]) {
			turns[0]++;
			raw(SYS_sched_yield, 0, 0, 0, 0);
		}
		_exit(EXIT_STATUS);
	}
	/* A new process may start with a debt: until each yield really is a turn of the other one. */
	long seen = 0, last = 0;
	for (long i = 0, row = 0; row < WARM_TURNS && i < WARM_YIELDS; i++) {
		raw(SYS_sched_yield, 0, 0, 0, 0);
		row = turns[0] != last ? row + 1 : 0;
		last = turns[0];
	}
	long start = now();
	for (long i = 0; i < n; i++) {
		raw(SYS_sched_yield, 0, 0, 0, 0);
		long turn = turns[0];

		seen += turn != last;
		last = turn;
	}
	long took = now() - start;
	turns[1] = 1;
	if (!ended_with(pid, EXIT_STATUS) || seen * 100 < n * (100 - SLACK))
		return bad("%ld of %ld yields switched", seen, n);
	munmap((void *)turns, PAGE);
	return took * n / seen / 2;
}

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	signals += sig == SIGUSR1;
}

static long signal_self(long n)
{
	struct sigaction act = { .sa_handler = count_signal };
	pid_t pid = getpid();

	sigaction(SIGUSR1, &act, NULL);
	signals = 0;
	long start = now();
	for (long i = 0; i < n; i++)
		raw(SYS_kill, pid, SIGUSR1, 0, 0);
	long took = now() - start;
	return signals == n ? took : bad("%d signals", (int)signals);
}

/* The signal is waited for, so one operation is an expiry with all that it causes. */
static long timer_signal(long n)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec at_once = { .it_value = { .tv_nsec = 1 } };
	ksigset_t set = 1ul << (SIGUSR1 - 1);
	long taken = 0;
	int id;

	raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, sizeof(set));
	if (raw(SYS_timer_create, CLOCK_MONOTONIC, (long)&event, (long)&id, 0))
		return bad("no timer");
	long start = now();
	for (long i = 0; i < n; i++) {
		raw(SYS_timer_settime, id, 0, (long)&at_once, 0);
		taken += raw(SYS_rt_sigtimedwait, (long)&set, 0, 0, sizeof(set)) == SIGUSR1;
	}
	long took = now() - start;
	raw(SYS_timer_delete, id, 0, 0, 0);
	raw(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&set, 0, sizeof(set));
	return taken == n ? took : bad("%ld signals", taken);
}

/* --- memory; operations are pages --- */

static long fault_anonymous(long n)
{
	char *p = private_memory(FAULT_PAGES);
	long start = now();

	for (long i = 0; i < n; i++)
		p[i * PAGE] = (char)(i + 1);
	long took = now() - start;
	for (long i = 0; i < n; i++)
		if (p[i * PAGE] != (char)(i + 1) || p[i * PAGE + PAGE - 1] != 0)
			return bad("page %ld", i);
	munmap(p, FAULT_PAGES * PAGE);
	return took;
}

static long fault_file(long n)
{
	int fd = open("/tmp/bench", O_RDWR);
	char *p = mmap(NULL, FAULT_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	long start = now();

	for (long i = 0; i < n; i++)
		if (p[i * PAGE] != (char)(i * 7))
			return bad("page %ld is %d", i, p[i * PAGE]);
	long took = now() - start;
	munmap(p, FAULT_PAGES * PAGE);
	close(fd);
	return took;
}

static long fault_cow(long n)
{
	char *p = private_memory(FAULT_PAGES);
	volatile long *took = shared_memory(PAGE);

	for (long i = 0; i < n; i++)
		p[i * PAGE] = p[i * PAGE + PAGE - 1] = (char)i;
	pid_t pid = fork();
	if (pid == 0) {
		long start = now(), wrong = 0;

		for (long i = 0; i < n; i++)
			p[i * PAGE] = (char)(i + 1);
		*took = now() - start;
		for (long i = 0; i < n; i++)
			wrong += p[i * PAGE] != (char)(i + 1) || p[i * PAGE + PAGE - 1] != (char)i;
		_exit(wrong ? 1 : EXIT_STATUS);
	}
	bool ok = ended_with(pid, EXIT_STATUS);
	for (long i = 0; i < n; i++)
		ok &= p[i * PAGE] == (char)i;
	long ns = *took;
	munmap((void *)took, PAGE);
	munmap(p, FAULT_PAGES * PAGE);
	return ok ? ns : bad("a copy is wrong");
}

static long map_unmap(long n)
{
	long start = now();

	for (long i = 0; i < n; i++) {
		char *p = mmap(NULL, SMALL_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (int page = 0; page < SMALL_PAGES; page++) {
			p[page * PAGE] = (char)(page + 1);
			if (p[page * PAGE + 1] != 0)
				return bad("page is not clear");
		}
		if (munmap(p, SMALL_PAGES * PAGE) != 0)
			return bad("munmap");
	}
	return now() - start;
}

/* --- pipes and eventfds --- */

static long pipe_alone(long n)
{
	int fd[2];

	if (pipe(fd) != 0)
		return bad("pipe");
	long start = now();
	for (long i = 0; i < n; i++) {
		char out = (char)i, in = (char)~i;

		if (raw(SYS_write, fd[1], (long)&out, 1, 0) != 1 || raw(SYS_read, fd[0], (long)&in, 1, 0) != 1 ||
			in != out)
			return bad("byte %ld", i);
	}
	long took = now() - start;
	close(fd[0]);
	close(fd[1]);
	return took;
}

/* n round trips of `size` bytes: out on to[1], back on from[0]; the child answers each value plus 1. */
static long ping_pong(long n, const int to[2], const int from[2], long size)
{
	uint64_t value;
	pid_t pid = fork();

	if (pid == 0) {
		for (long i = 0; i < n + 1; i++) {
			value = 0;
			if (raw(SYS_read, to[0], (long)&value, size, 0) != size)
				_exit(1);
			value = size == 1 ? (value + 1) & 0xff : value + 1;
			if (raw(SYS_write, from[1], (long)&value, size, 0) != size)
				_exit(1);
		}
		_exit(EXIT_STATUS);
	}
	long start = 0, wrong = 0;
	for (long i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the child to start */
			start = now();
		value = i % 100 + 1;
		raw(SYS_write, to[1], (long)&value, size, 0);
		value = 0;
		raw(SYS_read, from[0], (long)&value, size, 0);
		wrong += value != (uint64_t)(i % 100 + 2);
	}
	long took = now() - start;
	if (!ended_with(pid, EXIT_STATUS) || wrong)
		return bad("%ld answers are wrong", wrong);
	for (int i = 0; i < 2; i++) {
		close(to[i]);
		if (from[i] != to[1 - i])
			close(from[i]);
	}
	return took;
}

static long pipe_ping_pong(long n)
{
	int to[2], from[2];

	if (pipe(to) != 0 || pipe(from) != 0)
		return bad("pipe");
	return ping_pong(n, to, from, 1);
}

static long fifo_ping_pong(long n)
{
	int to[2], from[2];

	mkfifo("/tmp/bench.to", 0600);
	mkfifo("/tmp/bench.from", 0600);
	to[0] = open("/tmp/bench.to", O_RDWR);
	to[1] = open("/tmp/bench.to", O_WRONLY);
	from[0] = open("/tmp/bench.from", O_RDWR);
	from[1] = open("/tmp/bench.from", O_WRONLY);
	if (from[1] < 0)
		return bad("open");
	unlink("/tmp/bench.to");
	unlink("/tmp/bench.from");
	return ping_pong(n, to, from, 1);
}

static long eventfd_ping_pong(long n)
{
	int a = eventfd(0, 0), b = eventfd(0, 0);
	int to[2] = { a, a }, from[2] = { b, b };

	if (b < 0)
		return bad("eventfd");
	return ping_pong(n, to, from, sizeof(uint64_t));
}

/* Each block carries its number at both ends; the first one is compared as a whole. */
static void fill_block(unsigned char *block, long number)
{
	memcpy(block, &number, sizeof(number));
	memcpy(block + BLOCK - sizeof(number), &number, sizeof(number));
}

static void fill_pattern(unsigned char *block)
{
	for (int i = 0; i < BLOCK; i++)
		block[i] = (unsigned char)(i * 7 + i / 251);
}

static long pipe_throughput(long n)
{
	static unsigned char block[BLOCK], want[BLOCK];
	int fd[2];

	if (pipe(fd) != 0)
		return bad("pipe");
	fill_pattern(want);
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n + 1; i++) {
			fill_block(want, i);
			if (raw(SYS_write, fd[1], (long)want, BLOCK, 0) != BLOCK)
				_exit(1);
		}
		_exit(EXIT_STATUS);
	}
	close(fd[1]);
	long start = 0, wrong = 0;
	for (long i = 0; i < n + 1; i++) {
		long got = 0, part;

		while (got < BLOCK && (part = raw(SYS_read, fd[0], (long)block + got, BLOCK - got, 0)) > 0)
			got += part;
		wrong += got != BLOCK || memcmp(block, &i, sizeof(i)) ||
			memcmp(block + BLOCK - sizeof(i), &i, sizeof(i));
		if (i == 0) {
			fill_block(want, 0);
			wrong += memcmp(block, want, BLOCK) != 0;
			start = now();
		}
	}
	long took = now() - start;
	close(fd[0]);
	if (!ended_with(pid, EXIT_STATUS) || wrong)
		return bad("%ld blocks are wrong", wrong);
	return took;
}

static long poll_idle(long n)
{
	static int fd[POLL_PIPES][2];
	static struct pollfd set[POLL_PIPES];

	for (int i = 0; i < POLL_PIPES; i++) {
		if (pipe(fd[i]) != 0)
			return bad("pipe");
		set[i] = (struct pollfd){ .fd = fd[i][0], .events = POLLIN };
	}
	long start = now();
	for (long i = 0; i < n; i++)
		if (raw(SYS_poll, (long)set, POLL_PIPES, 0, 0) != 0)
			return bad("a pipe is ready");
	long took = now() - start;
	(void)!write(fd[POLL_PIPES / 2][1], "x", 1);
	if (poll(set, POLL_PIPES, 0) != 1 || set[POLL_PIPES / 2].revents != POLLIN)
		return bad("the ready pipe is not seen");
	for (int i = 0; i < POLL_PIPES; i++) {
		close(fd[i][0]);
		close(fd[i][1]);
	}
	return took;
}

/* --- terminals --- */

/* A key at the master, its echo there, and the key at the slave. */
static long pty_echo(long n)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct termios t;

	if (master < 0 || unlockpt(master) != 0 || (slave = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0)
		return bad("no pseudo-terminal");
	tcgetattr(slave, &t);
	t.c_lflag &= ~ICANON;
	tcsetattr(slave, TCSANOW, &t);
	long start = now();
	for (long i = 0; i < n; i++) {
		char key = (char)('a' + i % 26), echo = 0, got = 0;

		if (raw(SYS_write, master, (long)&key, 1, 0) != 1 || raw(SYS_read, master, (long)&echo, 1, 0) != 1 ||
			raw(SYS_read, slave, (long)&got, 1, 0) != 1 || echo != key || got != key)
			return bad("key %ld", i);
	}
	long took = now() - start;
	close(slave);
	close(master);
	return took;
}

static const struct bench benches[] = {
	{ "null-call", 2000, null_call },
	{ "read-zero", 2000, read_zero },
	{ "open-close", 1000, open_close },
	{ "stat", 1000, stat_file },
	{ "clock-gettime", 2000, gettime },
	{ "fork-exit-wait", 30, fork_exit },
	{ "exec-static", 20, exec_static },
	{ "exec-dynamic", 10, exec_dynamic },
	{ "yield-switch", 1000, yield_switch },
	{ "fault-anonymous", FAULT_PAGES, fault_anonymous },
	{ "fault-file-shared", FAULT_PAGES, fault_file },
	{ "fault-copy-on-write", FAULT_PAGES, fault_cow },
	{ "mmap-munmap", 200, map_unmap },
	{ "pipe-one-process", 1000, pipe_alone },
	{ "pipe-ping-pong", 500, pipe_ping_pong },
	{ "fifo-ping-pong", 500, fifo_ping_pong },
	{ "pipe-64k", 50, pipe_throughput },
	{ "poll-100-pipes", 200, poll_idle },
	{ "eventfd-ping-pong", 500, eventfd_ping_pong },
	{ "pty-echo", 200, pty_echo },
	{ "signal-self", 500, signal_self },
	{ "timer-signal", 500, timer_signal },
	{ 0 },
};

/* --- the run --- */

static void print_row(const char *name, long value, const char *unit)
{
	if (fnmatch(rows, name, 0) == 0)
		printf("row %s %ld %s\n", name, value, unit);
	fflush(stdout);
}

static void profile_bench(const struct bench *b)
{
	long n = b->count / PROFILED_PART + 1;
	char c;

	b->run(b->count);
	printf("profile ready %s %ld %lx\n", b->name, n, (long)now);
	fflush(stdout);
	(void)!read(STDIN_FILENO, &c, 1);
	b->run(n);
	printf("profile done\n");
	fflush(stdout);
	(void)!read(STDIN_FILENO, &c, 1);
}

static void run_bench(const struct bench *b)
{
	long least = -1;

	if (fnmatch(rows, b->name, 0) != 0)
		return;
	row_name = b->name;
	if (is_profiled) {
		profile_bench(b);
		return;
	}
	for (int pass = 0; pass <= PASSES; pass++) {
		long took = b->run(b->count);

		if (took < 0)
			return;
		if (pass > 0 && (least < 0 || took < least))
			least = took;
	}
	print_row(b->name, (least + b->count / 2) / b->count, "ns");
}

static long free_kib(void)
{
	char text[CMDLINE_BYTES];
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	char *at = strstr(text, "MemFree:");
	return at ? atol(at + strlen("MemFree:")) : -1;
}

static unsigned long read_tsc(void)
{
	unsigned lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return lo | (unsigned long)hi << 32;
}

/* The TSC counts from the machine's start; its rate is measured against the clock. */
static long boot_us(unsigned long tsc_at_start)
{
	enum { MEASURED_NS = 20000000 };
	unsigned long tsc = read_tsc();
	long start = now(), took;

	while ((took = now() - start) < MEASURED_NS)
		;
	return (long)((__int128)tsc_at_start * took / (long)(read_tsc() - tsc) / 1000);
}

static void read_options(void)
{
	static char text[CMDLINE_BYTES];
	int fd = open("/proc/cmdline", O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n")) {
		if (strncmp(word, "bench.memory=", 13) == 0)
			memory_kib = atol(word + 13);
		else if (strncmp(word, "bench.dynamic=", 14) == 0)
			dynamic_path = word + 14;
		else if (strncmp(word, "bench.rows=", 11) == 0)
			rows = word + 11;
		else if (strcmp(word, "bench.profile") == 0)
			is_profiled = true;
	}
}

static void make_file(void)
{
	static char page[PAGE];
	int fd = open("/tmp/bench", O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (int i = 0; i < FAULT_PAGES; i++) {
		page[0] = (char)(i * 7);
		if (write(fd, page, PAGE) != PAGE)
			bad("/tmp/bench");
	}
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned long tsc = read_tsc();

	if (argc == 3 && strcmp(argv[1], "exit") == 0)
		return atoi(argv[2]);
	if (getpid() == 1)
		guest_mount();
	long free_now = free_kib();
	read_options();
	print_row("boot", boot_us(tsc), "us");
	if (memory_kib && free_now >= 0)
		print_row("memory-after-boot", memory_kib - free_now, "KiB");
	make_file();
	for (const struct bench *b = benches; b->name; b++)
		run_bench(b);
	for (const struct bench *b = event_benches; b->name; b++)
		run_bench(b);
	for (const struct bench *b = file_benches; b->name; b++)
		run_bench(b);
	printf("bench %s\n", failed ? "failed" : "done");
	fflush(stdout);
	guest_end(!failed);
	return failed;
}
