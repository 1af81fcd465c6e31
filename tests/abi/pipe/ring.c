// SPDX-License-Identifier: MIT
/*
 * pipe/ring: how much a pipe holds, in which units, and how its size is changed.
 *
 * Promise   a pipe is a ring of pages: a small write joins the page of the write before it when all
 *           of it fits there, else it takes a page of its own; a page is free again when its last
 *           byte is read. Writes up to PIPE_BUF are whole or not at all.
 * Linux     pipe(7) "Pipe capacity", "PIPE_BUF"; fcntl(2) F_SETPIPE_SZ, F_GETPIPE_SZ.
 */
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

enum {
	CAPACITY = 65536,
	PIPE_PAGES = 16,
	SET_SIZE = 1031,    /* F_SETPIPE_SZ */
	GET_SIZE = 1032,    /* F_GETPIPE_SZ */
	QUOTA_USER = 54321, /* a user that nobody else is */
	RECORDS = 24,
	WRITERS = 4,
};

static char bytes[CAPACITY * 4];

static int queued(int fd)
{
	int n = -1;

	CHECK_EQ(sys(SYS_ioctl, fd, FIONREAD, &n), 0);
	return n;
}

CASE(pipe_holds_sixteen_pages)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), CAPACITY);
	CHECK_EQ(sys(SYS_fcntl, fd[1], GET_SIZE), CAPACITY);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, sizeof(bytes)), CAPACITY);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1), -EAGAIN);
	CHECK_EQ(queued(fd[0]), CAPACITY);
}

CASE(data_survives_a_full_ring)
{
	int fd[2];

	tap_fill(bytes, CAPACITY, 7);
	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	memset(bytes, 0, CAPACITY);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, CAPACITY + 1), CAPACITY);
	CHECK(tap_is_filled(bytes, CAPACITY, 7));
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), -EAGAIN);
}

CASE(ring_wraps_many_times)
{
	int fd[2];
	char out[5000];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	for (int turn = 0; turn < 60; turn++) {
		tap_fill(out, sizeof(out), turn);
		CHECK_EQ(sys(SYS_write, fd[1], out, sizeof(out)), sizeof(out));
		memset(out, 0, sizeof(out));
		CHECK_EQ(sys(SYS_read, fd[0], out, sizeof(out)), sizeof(out));
		CHECK(tap_is_filled(out, sizeof(out), turn));
	}
}

CASE(single_bytes_share_pages)
{
	int fd[2], n = 0;

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, PAGE), PAGE);
	while (sys(SYS_write, fd[1], "x", 1) == 1)
		n++;
	CHECK_EQ(n, PAGE);
}

CASE(writes_that_do_not_fit_the_last_page_take_a_page_each)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	for (int i = 0; i < PIPE_PAGES; i++)
		CHECK_EQ(sys(SYS_write, fd[1], bytes, 3000), 3000);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 3000), -EAGAIN);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1097), -EAGAIN);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1096), 1096);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1), -EAGAIN);
	CHECK_EQ(queued(fd[0]), PIPE_PAGES * 3000 + 1096);
}

CASE(last_page_can_be_merged_into_after_partial_reads)
{
	int fd[2];
	char buf[16] = "";

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, PAGE), PAGE);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 4090), 4090);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 4000), 4000);
	CHECK_EQ(sys(SYS_write, fd[1], "abcdefg", 7), -EAGAIN);
	CHECK_EQ(sys(SYS_write, fd[1], "abcdef", 6), 6);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 90), 90);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 16), 6);
	CHECK_EQ(memcmp(buf, "abcdef", 6), 0);
}

CASE(partly_read_page_is_not_free)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE - 1), PAGE - 1);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1), -EAGAIN);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), 1);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE), PAGE);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1), -EAGAIN);
}

CASE(nonblocking_long_write_is_partial)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 15 * PAGE), 15 * PAGE);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 2 * PAGE), PAGE);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 2 * PAGE), -EAGAIN);
}

CASE(nonblocking_short_write_is_all_or_nothing)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 15 * PAGE + 1), 15 * PAGE + 1);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE), -EAGAIN);
	CHECK_EQ(queued(fd[0]), 15 * PAGE + 1);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE - 1), PAGE - 1);
	CHECK_EQ(queued(fd[0]), CAPACITY);
}

CASE(nonblocking_long_write_merges_its_odd_bytes_first)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 15 * PAGE + 1), 15 * PAGE + 1);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE + 10), 10);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 2 * PAGE), -EAGAIN);
	CHECK_EQ(queued(fd[0]), 15 * PAGE + 11);
}

CASE(size_is_rounded_up_to_a_power_of_two_of_pages)
{
	int fd[2];
	static const int ask_got[][2] = {
		{1, PAGE}, {0, PAGE}, {PAGE, PAGE}, {PAGE + 1, 2 * PAGE}, {3 * PAGE, 4 * PAGE},
		{65536, 65536}, {65537, 131072}, {1000000, 1048576}, {1048576, 1048576},
	};

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	for (size_t i = 0; i < sizeof(ask_got) / sizeof(ask_got[0]); i++) {
		CHECK_EQ(sys(SYS_fcntl, fd[i & 1], SET_SIZE, ask_got[i][0]), ask_got[i][1]);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), ask_got[i][1]);
		CHECK_EQ(sys(SYS_fcntl, fd[1], GET_SIZE), ask_got[i][1]);
	}
}

CASE(size_beyond_two_gigabytes_is_refused)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, 0x80000001u), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, -1), -EINVAL);
	CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), CAPACITY);
}

CASE(size_calls_are_for_pipes_only)
{
	int fd = sys(SYS_open, "/dev/null", O_RDWR);

	CHECK_EQ(sys(SYS_fcntl, fd, GET_SIZE), -EBADF);
	CHECK_EQ(sys(SYS_fcntl, fd, SET_SIZE, PAGE), -EBADF);
	CHECK_EQ(sys(SYS_fcntl, 9999, GET_SIZE), -EBADF);
}

CASE(ring_cannot_shrink_below_its_content)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 2 * PAGE + 1), 2 * PAGE + 1);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, 2 * PAGE), -EBUSY);
	CHECK_EQ(sys(SYS_fcntl, fd[1], GET_SIZE), CAPACITY);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, 4 * PAGE), 4 * PAGE);
	CHECK_EQ(queued(fd[0]), 2 * PAGE + 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE), PAGE);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, 2 * PAGE), 2 * PAGE);
}

CASE(resize_keeps_wrapped_data_in_order)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 14 * PAGE), 14 * PAGE);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 14 * PAGE), 14 * PAGE);
	tap_fill(bytes, 6 * PAGE, 3);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 6 * PAGE), 6 * PAGE);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, 8 * PAGE), 8 * PAGE);
	memset(bytes, 0, 6 * PAGE);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, CAPACITY), 6 * PAGE);
	CHECK(tap_is_filled(bytes, 6 * PAGE, 3));
}

CASE(grown_ring_takes_more)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, 2 * CAPACITY), 2 * CAPACITY);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, sizeof(bytes)), CAPACITY);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 1), -EAGAIN);
}

CASE(growing_wakes_a_blocked_writer)
{
	int fd[2], pid;

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), CAPACITY);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_fcntl, fd[1], SET_SIZE, 2 * CAPACITY), 2 * CAPACITY);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(queued(fd[0]), CAPACITY + 1);
}

CASE(pipe_max_size_is_readable_and_a_power_of_two)
{
	char text[32];
	long max;

	CHECK(slurp("/proc/sys/fs/pipe-max-size", text, sizeof(text)) > 0);
	max = atol(text);
	CHECK(max >= PAGE);
	CHECK_EQ(max & (max - 1), 0);
	CHECK_EQ(text[strlen(text) - 1], '\n');
}

CASE(ordinary_user_cannot_exceed_pipe_max_size)
{
	int fd[2], pid;
	char text[32];
	long max;

	NEEDS_ROOT();
	CHECK(slurp("/proc/sys/fs/pipe-max-size", text, sizeof(text)) > 0);
	max = atol(text);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHILD(pid) {
		CHECK(become(QUOTA_USER));
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, max + 1), -EPERM);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), CAPACITY);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, max), max);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, PAGE), PAGE);
	}
	CHECK_EXIT(pid, 0);
}

CASE(cap_sys_resource_exceeds_pipe_max_size)
{
	int fd[2];
	char text[32];
	long max;

	if (!have_cap(CAP_RESOURCE))
		SKIP("needs CAP_SYS_RESOURCE");
	CHECK(slurp("/proc/sys/fs/pipe-max-size", text, sizeof(text)) > 0);
	max = atol(text);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, max + 1), 2 * max);
}

/* Brings the user's count of pipe pages to the soft limit exactly, with pipes kept open. */
static void reach_soft_limit(long soft)
{
	int fd[2];
	long have = 0, big = 256;

	for (; have + big <= soft; have += big) {
		CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, big * PAGE), big * PAGE);
		if (have + big + big > soft)
			CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, (big - PIPE_PAGES) * PAGE),
				big * PAGE);
	}
	CHECK_EQ(have, soft);
}

static long soft_limit(void)
{
	char text[32];

	CHECK(slurp("/proc/sys/fs/pipe-user-pages-soft", text, sizeof(text)) > 0);
	return atol(text);
}

CASE(beyond_the_soft_quota_new_pipes_get_two_pages)
{
	int pid;
	long soft = soft_limit();

	NEEDS_ROOT();
	if (soft != 16384)
		SKIP("pipe-user-pages-soft is not the default");
	CHILD(pid) {
		int fd[2];

		CHECK(become(QUOTA_USER));
		reach_soft_limit(soft);
		CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), 2 * PAGE);
		CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY), 2 * PAGE);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, 4 * PAGE), -EPERM);
		CHECK_EQ(sys(SYS_read, fd[0], bytes, CAPACITY), 2 * PAGE);
		CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, PAGE), PAGE);
	}
	CHECK_EXIT(pid, 0);
}

CASE(closing_pipes_gives_the_quota_back)
{
	int pid;
	long soft = soft_limit();

	NEEDS_ROOT();
	if (soft != 16384)
		SKIP("pipe-user-pages-soft is not the default");
	CHILD(pid) {
		int fd[2], lowest = sys(SYS_dup, 0);

		CHECK(become(QUOTA_USER + 1));
		reach_soft_limit(soft);
		CHECK_EQ(sys(SYS_close_range, lowest, ~0u, 0), 0);
		CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
		CHECK_EQ(sys(SYS_fcntl, fd[0], GET_SIZE), CAPACITY);
	}
	CHECK_EXIT(pid, 0);
}

/* One record: the writer's number and the record's in every word of a PIPE_BUF-sized block. */
static void write_records(int fd, int writer)
{
	uint32_t record[PAGE / 4];

	for (int i = 0; i < RECORDS; i++) {
		for (size_t w = 0; w < PAGE / 4; w++)
			record[w] = writer << 16 | i;
		CHECK_EQ(sys(SYS_write, fd, record, sizeof(record)), PAGE);
	}
}

CASE(pipe_buf_writes_of_several_writers_do_not_mix)
{
	int fd[2], pid[WRITERS], next[WRITERS] = {0};
	uint32_t got[PAGE / 4];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	for (int i = 0; i < WRITERS; i++)
		CHILD(pid[i])
			write_records(fd[1], i);
	for (int n = 0; n < WRITERS * RECORDS; n++) {
		for (size_t have = 0; have < PAGE;) {
			long r = sys(SYS_read, fd[0], (char *)got + have, PAGE - have);

			CHECK(r > 0);
			have += r;
		}
		for (size_t w = 1; w < PAGE / 4; w++)
			CHECK_EQ(got[w], got[0]);
		CHECK(got[0] >> 16 < WRITERS);
		CHECK_EQ(got[0] & 0xffff, next[got[0] >> 16]++);
	}
	for (int i = 0; i < WRITERS; i++)
		CHECK_EXIT(pid[i], 0);
}

CASE(odd_sized_short_writes_do_not_mix_either)
{
	int fd[2], pid[2];
	char got[700];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], SET_SIZE, 2 * PAGE), 2 * PAGE);
	for (int i = 0; i < 2; i++)
		CHILD(pid[i]) {
			memset(bytes, 'a' + i, sizeof(got));
			for (int n = 0; n < 50; n++)
				CHECK_EQ(sys(SYS_write, fd[1], bytes, sizeof(got)), sizeof(got));
		}
	for (int n = 0; n < 100; n++) {
		for (size_t have = 0; have < sizeof(got);) {
			long r = sys(SYS_read, fd[0], got + have, sizeof(got) - have);

			CHECK(r > 0);
			have += r;
		}
		for (size_t i = 1; i < sizeof(got); i++)
			CHECK_EQ(got[i], got[0]);
	}
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
}
