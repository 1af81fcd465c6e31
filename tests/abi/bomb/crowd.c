// SPDX-License-Identifier: MIT
/*
 * crowd: ten thousand pipes, a thousand processes, five hundred threads, all alive at once.
 *
 * Promise   They fit into 256 MiB (tests/harness/boots.py has such machines), each of them works, and all memory
 *           is back when they have ended.
 * Blocking  everybody waits at a gate, a pipe whose writing end is closed when all are there
 */
#include "tests/abi/bomb/bomb.h"
#include "tests/abi/thread.h"

TAP_DANGEROUS("needs a thousand processes and ten thousand pipes");

enum {
	PIPES = 10000, PROCESSES = 1000, THREADS = 500, HOLDERS = 10, FDS = 4096, EVERYBODY_MS = 60000,
	PIPES_EACH = PIPES / HOLDERS, NR_TASKS = 20000, ROUNDS = 2, SMALL_KIB = 300 * 1024,
};

/* What the crowd tells: who is there, and who found something wrong. */
static struct {
	int pipes, processes, threads, wrong;
} * count;

static int gate[2];

static void wait_at_gate(void)
{
	char c;

	while (sys(SYS_read, gate[0], &c, 1) == -EINTR)
		;
}

static void came(int *who)
{
	__atomic_fetch_add(who, 1, __ATOMIC_SEQ_CST);
}

static void hold_pipes(void)
{
	static int fd[PIPES_EACH][2];
	int value;

	sys(SYS_close, gate[1]);
	for (int i = 0; i < PIPES_EACH; i++) {
		if (sys(SYS_pipe2, fd[i], 0) != 0 || sys(SYS_write, fd[i][1], &i, sizeof(i)) != sizeof(i)) {
			came(&count->wrong);
			return;
		}
		came(&count->pipes);
	}
	wait_at_gate();
	for (int i = 0; i < PIPES_EACH; i++)
		if (sys(SYS_read, fd[i][0], &value, sizeof(value)) != sizeof(value) || value != i)
			came(&count->wrong);
}

static int be_thread(void *arg)
{
	(void)arg;
	came(&count->threads);
	wait_at_gate();
	return 0;
}

static void hold_threads(void)
{
	static int done[THREADS];

	sys(SYS_close, gate[1]);
	for (int i = 0; i < THREADS; i++)
		if (start_thread(&done[i], be_thread, NULL) < 0)
			came(&count->wrong);
	wait_at_gate();
	for (int i = 0; i < THREADS; i++)
		join_thread(&done[i]);
}

static void be_process(void)
{
	sys(SYS_close, gate[1]);
	came(&count->processes);
	wait_at_gate();
}

static void start(void (*body)(void), int n)
{
	int pid;

	for (int i = 0; i < n; i++) {
		CHILD(pid) {
			body();
		}
		if (pid < 0)
			came(&count->wrong);
	}
}

static int all_are_there(void)
{
	return count->pipes == PIPES && count->processes == PROCESSES && count->threads == THREADS;
}

static void gather(void)
{
	memset(count, 0, sizeof(*count));
	CHECK_EQ(sys(SYS_pipe2, gate, 0), 0);
	start(hold_pipes, HOLDERS);
	start(hold_threads, 1);
	start(be_process, PROCESSES);
	for (int64_t end = now_ms() + EVERYBODY_MS; !all_are_there() && !count->wrong && now_ms() < end;)
		sleep_ms(10);
	tap_note("%d pipes, %d processes, %d threads; %ld KiB free", count->pipes, count->processes, count->threads,
		meminfo_kib("MemFree:"));
	CHECK(all_are_there());
	sys(SYS_close, gate[1]);
	for (long r; (r = sys(SYS_wait4, -1, 0, 0, 0)) > 0 || r == -EINTR;)
		;
	sys(SYS_close, gate[0]);
	CHECK_EQ(count->wrong, 0);
}

CASE(thousands_at_once_and_all_memory_back, .timeout = 100)
{
	NEEDS_ROOT();
	if (meminfo_kib("MemTotal:") > SMALL_KIB)
		SKIP("is for machines of 256 MiB: boot/crowd, or MEMORY=256");
	count = shared_page();
	limit(RLIMIT_NOFILE, FDS);
	limit(RLIMIT_NPROC, NR_TASKS);
	struct memory before = memory_now();
	for (int round = 0; round < ROUNDS; round++) {
		gather();
		memory_is_back(before);
	}
}
