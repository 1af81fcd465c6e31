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
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/bench/bench.h"
#include "user/bin/guest.h"

enum {
	PASSES = 3,
	CMDLINE_BYTES = 2048,
	PROFILED_PART = 20, /* of the operations of a pass */
	MAX_FILES = 20000,
};

static const char *row_name = "start";
static bool failed, is_profiled;
static long memory_kib;
const char *dynamic_path = "/usr/bin/true";
static const char *rows = "*";

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

void *shared_memory(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

char *private_memory(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(p, bytes, MADV_NOHUGEPAGE);
	return p;
}

bool ended_with(pid_t pid, int code)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

bool has_one_cpu(void)
{
	unsigned long mask[16] = { 0 };

	return raw(SYS_sched_getaffinity, 0, sizeof(mask), (long)mask, 0) > 0 && mask[0] == 1;
}

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
	if (b->end)
		b->end();
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
			break;
		if (pass > 0 && (least < 0 || took < least))
			least = took;
	}
	if (b->end)
		b->end();
	if (least < 0)
		return;
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

	for (int i = 0; i < FILE_PAGES; i++) {
		page[0] = (char)(i * 7);
		if (write(fd, page, PAGE) != PAGE)
			bad("/tmp/bench");
	}
	close(fd);
}

/* Rows have thousands of descriptors and of processes; by themselves systems allow for fewer. */
static void raise_limits(void)
{
	const struct rlimit files = { MAX_FILES, MAX_FILES };
	static const char tasks[] = "20000";
	int fd = open("/proc/sys/kernel/threads-max", O_WRONLY);

	if (setrlimit(RLIMIT_NOFILE, &files) != 0 || write(fd, tasks, sizeof(tasks) - 1) < 0)
		bad("limits");
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct bench *const tables[] = {
		process_benches, memory_benches, pipe_benches, socket_benches, crowd_benches, event_benches,
		signal_benches, thread_benches, realtime_benches, file_benches,
	};
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
	raise_limits();
	make_file();
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct bench *b = tables[i]; b->name; b++)
			run_bench(b);
	printf("bench %s\n", failed ? "failed" : "done");
	fflush(stdout);
	guest_end(!failed);
	return failed;
}
