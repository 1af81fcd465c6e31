// SPDX-License-Identifier: MIT
/*
 * pipe/direct: large writes that meet readers asleep.
 *
 * Promise   a kernel may copy such a write straight into a sleeping reader's memory. Whether it does or
 *           not: each byte arrives once and in order, a write of up to PIPE_BUF is not split between two
 *           readers that could take it whole, a signal loses nothing, and only the reader's own memory
 *           changes: not a copy that was forked meanwhile, not what was unmapped or cut off.
 * Linux     pipe(7), fork(2), read(2) (EFAULT)
 */
#include <sys/uio.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum { BIG = 65536, SMALL = 4096, ODD = 12345 };

static unsigned char out[4 * BIG], in[4 * BIG];
static int fds[2];
static volatile long answer;
static void prepare(void)
{
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (unsigned char)(i * 31 + i / 251);
	memset(in, 0, sizeof(in)); /* also: its pages are there and writable */
	CHECK_EQ(sys(SYS_pipe, fds), 0);
}

static void *fresh(size_t bytes, int prot, int flags)
{
	void *p = mmap(NULL, bytes, prot, flags | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* Reads until `n` bytes are there; a short read is legal. */
static long read_all(int fd, unsigned char *to, long n)
{
	long done = 0, got = 1;

	while (done < n && (got = sys(SYS_read, fd, to + done, n - done)) > 0)
		done += got;
	return got < 0 ? got : done;
}

CASE(a_sleeping_reader_gets_all_of_a_large_write)
{
	int pid;

	prepare();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, fds[0], in, BIG), BIG);
		CHECK_MEM(in, out, BIG);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, BIG), BIG);
	CHECK_EXIT(pid, 0);
}

CASE(odd_addresses_and_lengths_on_both_sides)
{
	int pid;

	prepare();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, fds[0], in + 4001, ODD), ODD);
		CHECK_MEM(in + 4001, out + 77, ODD);
		CHECK_EQ(in[4000], 0);
		CHECK_EQ(in[4001 + ODD], 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out + 77, ODD), ODD);
	CHECK_EXIT(pid, 0);
}

CASE(vectors_on_both_sides)
{
	int pid;

	prepare();
	CHILD(pid) {
		struct iovec to[] = {{in, 1}, {in, 0}, {in + 1, 5000}, {in + 5001, 7000}, {in + 12001, 4}};

		CHECK_EQ(sys(SYS_readv, fds[0], to, 5), 12005);
		CHECK_MEM(in, out, 12005);
	}
	tap_wait_blocked(pid);
	struct iovec from[] = {{out, 3000}, {out + 3000, 0}, {out + 3000, 9004}, {out + 12004, 1}};
	CHECK_EQ(sys(SYS_writev, fds[1], from, 4), 12005);
	CHECK_EXIT(pid, 0);
}

CASE(what_a_reader_does_not_want_stays_in_the_pipe)
{
	int pid;

	prepare();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, fds[0], in, 5000), 5000);
		CHECK_MEM(in, out, 5000);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, 20000), 20000);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(read_all(fds[0], in, 15000), 15000);
	CHECK_MEM(in, out + 5000, 15000);
}

CASE(a_reader_that_wants_more_returns_with_what_there_is)
{
	int pid;

	prepare();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, fds[0], in, BIG), 2000);
		CHECK_MEM(in, out, 2000);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, 2000), 2000);
	CHECK_EXIT(pid, 0);
}

CASE(a_write_larger_than_pipe_and_reader_comes_through)
{
	int pid;

	prepare();
	CHILD(pid) {
		CHECK_EQ(read_all(fds[0], in, sizeof(in)), sizeof(in));
		CHECK_MEM(in, out, sizeof(in));
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, sizeof(out)), sizeof(out));
	CHECK_EXIT(pid, 0);
}

CASE(memory_that_was_never_touched)
{
	int pid;

	prepare();
	CHILD(pid) {
		unsigned char *p = fresh(BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE);

		CHECK_EQ(sys(SYS_read, fds[0], p + 100, 30000), 30000);
		CHECK_MEM(p + 100, out, 30000);
		CHECK_EQ(p[99], 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, 30000), 30000);
	CHECK_EXIT(pid, 0);
}

CASE(a_source_that_was_never_touched)
{
	int pid;

	prepare();
	CHILD(pid) {
		memset(in, 1, 8192);
		CHECK_EQ(sys(SYS_read, fds[0], in, 8192), 8192);
		for (int i = 0; i < 8192; i++)
			CHECK_EQ(in[i], 0);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], fresh(8192, PROT_READ, MAP_PRIVATE), 8192), 8192);
	CHECK_EXIT(pid, 0);
}

CASE(memory_shared_with_the_parent_after_fork_is_copied_first)
{
	int pid;

	prepare(); /* the child's `in` is the parent's until somebody writes */
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, fds[0], in, BIG), BIG);
		CHECK_MEM(in, out, BIG);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, BIG), BIG);
	CHECK_EXIT(pid, 0);
	for (int i = 0; i < BIG; i++)
		CHECK_EQ(in[i], 0);
}

static int read_big(void *arg)
{
	answer = sys(SYS_read, fds[0], arg, BIG);
	return 0;
}

/* A thread that sleeps in a read of BIG bytes. */
static void start_reader(void *to)
{
	answer = -1;
	long tid = start_simple(THREAD_FLAGS, read_big, to);

	CHECK(tid > 0);
	tap_wait_blocked(tid);
}

static long wait_answer(void)
{
	for (int64_t end = now_ms() + STATE_WAIT_MS; answer == -1 && now_ms() < end;)
		sleep_ms(1);
	return answer;
}

CASE(between_threads_of_one_address_space)
{
	prepare();
	start_reader(in);
	CHECK_EQ(sys(SYS_write, fds[1], out, BIG), BIG);
	CHECK_EQ(wait_answer(), BIG);
	CHECK_MEM(in, out, BIG);
}

CASE(a_fork_while_the_reader_sleeps_keeps_the_old_bytes)
{
	int pid, go[2];

	prepare();
	CHECK_EQ(sys(SYS_pipe, go), 0);
	start_reader(in);
	CHILD(pid) {
		char c;

		CHECK_EQ(sys(SYS_read, go[0], &c, 1), 1);
		for (int i = 0; i < BIG; i++)
			CHECK_EQ(in[i], 0);
	}
	CHECK_EQ(sys(SYS_write, fds[1], out, BIG), BIG);
	CHECK_EQ(wait_answer(), BIG);
	CHECK_MEM(in, out, BIG);
	CHECK_EQ(sys(SYS_write, go[1], "g", 1), 1);
	CHECK_EXIT(pid, 0);
}

static unsigned char *elsewhere;

CASE(memory_unmapped_while_the_reader_sleeps_is_efault_and_loses_nothing)
{
	prepare();
	elsewhere = fresh(BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	memset(elsewhere, 1, BIG);
	start_reader(elsewhere);
	CHECK_EQ(sys(SYS_munmap, elsewhere, BIG), 0);
	CHECK_EQ(sys(SYS_write, fds[1], out, 10000), 10000);
	CHECK_EQ(wait_answer(), -EFAULT);
	CHECK_EQ(read_all(fds[0], in, 10000), 10000);
	CHECK_MEM(in, out, 10000);
}

CASE(memory_made_read_only_meanwhile_is_not_written)
{
	prepare();
	elsewhere = fresh(BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	memset(elsewhere, 1, BIG);
	start_reader(elsewhere);
	CHECK_EQ(sys(SYS_mprotect, elsewhere, BIG, PROT_READ), 0);
	CHECK_EQ(sys(SYS_write, fds[1], out, 10000), 10000);
	CHECK_EQ(wait_answer(), -EFAULT);
	for (int i = 0; i < BIG; i++)
		CHECK_EQ(elsewhere[i], 1);
}

CASE(a_file_cut_off_under_the_reader_is_not_written_behind_its_end)
{
	prepare();
	scratch();
	long fd = sys(SYS_open, "cut", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, BIG), 0);
	elsewhere = mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(elsewhere, 1, BIG);
	start_reader(elsewhere);
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fds[1], out, 10000), 10000);
	CHECK_EQ(wait_answer(), -EFAULT);
	CHECK_EQ(sys(SYS_ftruncate, fd, BIG), 0);
	for (int i = 0; i < BIG; i++)
		CHECK_EQ(elsewhere[i], 0);
}

CASE(a_bad_source_is_efault_and_the_reader_sleeps_on)
{
	int pid;

	prepare();
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, fds[0], in, BIG), 3000);
		CHECK_MEM(in, out, 3000);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], 8, SMALL), -EFAULT);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, fds[1], out, 3000), 3000);
	CHECK_EXIT(pid, 0);
}

CASE(a_killed_reader_takes_nothing_with_it)
{
	int pid;

	prepare();
	CHILD(pid)
		sys(SYS_read, fds[0], in, BIG);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGKILL), 0);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
	CHECK_EQ(sys(SYS_write, fds[1], out, BIG), BIG);
	CHECK_EQ(read_all(fds[0], in, BIG), BIG);
	CHECK_MEM(in, out, BIG);
}

CASE(the_last_close_ends_a_large_read)
{
	int pid;

	prepare();
	CHILD(pid) {
		sys(SYS_close, fds[1]);
		CHECK_EQ(sys(SYS_read, fds[0], in, BIG), 0);
	}
	tap_wait_blocked(pid);
	sys(SYS_close, fds[1]);
	CHECK_EXIT(pid, 0);
}

CASE(packets_keep_their_boundaries_for_a_sleeping_reader)
{
	int pid;

	prepare();
	int packet[2];
	CHECK_EQ(sys(SYS_pipe2, packet, O_DIRECT), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, packet[0], in, BIG), SMALL);
		CHECK_MEM(in, out, SMALL);
		CHECK_EQ(sys(SYS_read, packet[0], in, BIG), 2000);
		CHECK_MEM(in, out + SMALL, 2000);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_write, packet[1], out, SMALL + 2000), SMALL + 2000);
	CHECK_EXIT(pid, 0);
}

enum { READERS = 4, MESSAGES = 400 };

CASE(messages_are_not_split_between_readers)
{
	int pid[READERS], counts[2], total = 0;

	prepare();
	CHECK_EQ(sys(SYS_pipe, counts), 0);
	for (int r = 0; r < READERS; r++)
		CHILD(pid[r]) {
			int n = 0;
			long got;

			sys(SYS_close, fds[1]);
			while ((got = sys(SYS_read, fds[0], in, 2048)) == 2048) {
				for (int i = 1; i < 2048; i++)
					CHECK_EQ(in[i], in[0]);
				n++;
			}
			CHECK_EQ(got, 0);
			CHECK_EQ(sys(SYS_write, counts[1], &n, sizeof(n)), sizeof(n));
		}
	for (int i = 0; i < MESSAGES; i++) {
		memset(out, i, 2048);
		CHECK_EQ(sys(SYS_write, fds[1], out, 2048), 2048);
		if (i % 50 == 0)
			sleep_ms(1);
	}
	sys(SYS_close, fds[1]);
	for (int r = 0; r < READERS; r++) {
		int n;

		CHECK_EXIT(pid[r], 0);
		CHECK_EQ(sys(SYS_read, counts[0], &n, sizeof(n)), sizeof(n));
		total += n;
	}
	CHECK_EQ(total, MESSAGES);
}

enum { STORM_MESSAGES = 1500, MESSAGE = 3000 };

CASE(signals_in_the_middle_lose_and_repeat_nothing)
{
	int pid, reader = getpid(), interrupted = 0;
	uint32_t expected = 0;

	prepare();
	handle(SIGUSR1, count_signal, 0);
	CHILD(pid) {
		for (uint32_t i = 0; i < STORM_MESSAGES; i++) {
			for (int at = 0; at < MESSAGE; at += 4)
				memcpy(out + at, &i, 4);
			sys(SYS_kill, reader, SIGUSR1);
			CHECK_EQ(sys(SYS_write, fds[1], out, MESSAGE), MESSAGE);
			if (i % 16 == 0)
				sys(SYS_sched_yield);
		}
	}
	while (expected < STORM_MESSAGES) {
		long got = sys(SYS_read, fds[0], in, MESSAGE);

		if (got == -EINTR) {
			interrupted++;
			continue;
		}
		CHECK_EQ(got, MESSAGE);
		for (int at = 0; at < MESSAGE; at += 4)
			CHECK(memcmp(in + at, &expected, 4) == 0);
		expected++;
	}
	CHECK_EXIT(pid, 0);
	CHECK(signals > 0 && interrupted <= signals);
}
