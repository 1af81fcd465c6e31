// SPDX-License-Identifier: MIT
/*
 * pipe/faults: bad memory and odd vectors at both ends.
 *
 * Promise   a fault costs the caller an errno and nobody a byte: what was not delivered whole page by
 *           whole page stays in the pipe, what was not taken whole is not there (CVE-2015-1805 is the
 *           class: offsets advance by what was really copied). A slot that is used again carries no
 *           flag of its last use (CVE-2022-0847).
 * Linux     readv(2), pipe(7).
 */
#include <sys/ioctl.h>
#include <sys/uio.h>
#include "tests/abi/abi.h"

enum { CAPACITY = 65536 };

static char bytes[CAPACITY];

static int queued(int fd)
{
	int n = -1;

	CHECK_EQ(sys(SYS_ioctl, fd, FIONREAD, &n), 0);
	return n;
}

CASE(fault_in_write_adds_nothing)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], hole(), 5), -EFAULT);
	CHECK_EQ(sys(SYS_write, fd[1], 0, 5), -EFAULT);
	CHECK_EQ(sys(SYS_write, fd[1], 0xffff800000000000, 5), -EFAULT);
	CHECK_EQ(queued(fd[0]), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "ok", 2), 2);
	CHECK_EQ(queued(fd[0]), 2);
}

CASE(fault_in_read_keeps_the_data)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "hello", 5), 5);
	CHECK_EQ(sys(SYS_read, fd[0], hole(), 5), -EFAULT);
	CHECK_EQ(sys(SYS_read, fd[0], 0xffffffff81000000, 5), -EFAULT);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 5);
	CHECK_MEM(bytes, "hello", 5);
}

CASE(read_into_read_only_memory_faults_and_keeps_the_data)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "hello", 5), 5);
	CHECK_EQ(sys(SYS_read, fd[0], page_end(PROT_READ) - 5, 5), -EFAULT);
	CHECK_EQ(queued(fd[0]), 5);
}

CASE(bad_pointer_to_an_empty_pipe_is_eagain)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_read, fd[0], hole(), 5), -EAGAIN);
}

CASE(partly_copied_read_keeps_all_the_data)
{
	int fd[2];
	char *edge = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "hello", 5), 5);
	CHECK_EQ(sys(SYS_read, fd[0], edge - 2, 5), -EFAULT);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 5);
	CHECK_MEM(bytes, "hello", 5);
}

CASE(read_over_a_fault_returns_the_whole_pages)
{
	int fd[2];
	char *edge = page_end(PROT_READ | PROT_WRITE);

	tap_fill(bytes, 2 * PAGE, 1);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 2 * PAGE), 2 * PAGE);
	CHECK_EQ(sys(SYS_read, fd[0], edge - PAGE, 2 * PAGE), PAGE);
	CHECK_MEM(edge - PAGE, bytes, PAGE);
	CHECK_EQ(queued(fd[0]), PAGE);
	memset(edge - PAGE, 0, PAGE);
	CHECK_EQ(sys(SYS_read, fd[0], edge - PAGE, PAGE), PAGE);
	CHECK_MEM(edge - PAGE, bytes + PAGE, PAGE);
}

CASE(write_over_a_fault_takes_the_whole_pages)
{
	int fd[2];
	char *edge = page_end(PROT_READ | PROT_WRITE);

	tap_fill(edge - PAGE, PAGE, 2);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], edge - PAGE, 2 * PAGE), PAGE);
	CHECK_EQ(queued(fd[0]), PAGE);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, CAPACITY), PAGE);
	CHECK_MEM(bytes, edge - PAGE, PAGE);
}

CASE(write_of_less_than_a_page_over_a_fault_adds_nothing)
{
	int fd[2];
	char *edge = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], edge - 100, 200), -EFAULT);
	CHECK_EQ(queued(fd[0]), 0);
}

CASE(merging_write_over_a_fault_adds_nothing)
{
	int fd[2];
	char *edge = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abc", 3), 3);
	CHECK_EQ(sys(SYS_write, fd[1], edge - 100, 200), -EFAULT);
	CHECK_EQ(queued(fd[0]), 3);
	CHECK_EQ(sys(SYS_write, fd[1], "def", 3), 3);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 6);
	CHECK_MEM(bytes, "abcdef", 6);
}

CASE(readv_with_an_unmapped_middle_keeps_the_data)
{
	int fd[2];
	char first[4] = "___", last[4] = "___";
	struct iovec v[3] = {{first, 3}, {hole(), 3}, {last, 3}};

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abcdefghi", 9), 9);
	CHECK_EQ(sys(SYS_readv, fd[0], v, 3), -EFAULT);
	CHECK_STR(last, "___");
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 9);
	CHECK_MEM(bytes, "abcdefghi", 9);
}

CASE(readv_over_a_page_boundary_with_an_unmapped_tail)
{
	int fd[2];
	struct iovec v[3] = {{bytes, 4000}, {bytes + 4000, 96}, {hole(), PAGE}};

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	tap_fill(bytes, 2 * PAGE, 4);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 2 * PAGE), 2 * PAGE);
	memset(bytes, 0, sizeof(bytes));
	CHECK_EQ(sys(SYS_readv, fd[0], v, 3), PAGE);
	CHECK(tap_is_filled(bytes, PAGE, 4));
	CHECK_EQ(queued(fd[0]), PAGE);
}

CASE(writev_with_an_unmapped_middle_adds_nothing)
{
	int fd[2];
	struct iovec v[3] = {{"abc", 3}, {hole(), 3}, {"ghi", 3}};

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_writev, fd[1], v, 3), -EFAULT);
	CHECK_EQ(queued(fd[0]), 0);
}

CASE(writev_is_one_atomic_write)
{
	int fd[2];
	struct iovec v[3] = {{"abc", 3}, {"", 0}, {"def", 3}};

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_writev, fd[1], v, 3), 6);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 6);
	CHECK_MEM(bytes, "abcdef", 6);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, CAPACITY - 5), CAPACITY - 5);
	CHECK_EQ(sys(SYS_writev, fd[1], v, 3), -EAGAIN);
	CHECK_EQ(queued(fd[0]), CAPACITY - 5);
}

CASE(readv_fills_its_segments_in_order)
{
	int fd[2];
	char a[3] = "", b[5] = "", c[8] = "";
	struct iovec v[3] = {{a, 2}, {b, 4}, {c, 7}};

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "123456789", 9), 9);
	CHECK_EQ(sys(SYS_readv, fd[0], v, 3), 9);
	CHECK_STR(a, "12");
	CHECK_STR(b, "3456");
	CHECK_STR(c, "789");
}

CASE(odd_vectors)
{
	int fd[2];
	struct iovec v[2] = {{bytes, 1}, {bytes, (size_t)-1}};

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_readv, fd[0], v, 0), 0);
	CHECK_EQ(sys(SYS_writev, fd[1], v, 0), 0);
	CHECK_EQ(sys(SYS_readv, fd[0], v, 2), -EINVAL);
	CHECK_EQ(sys(SYS_writev, fd[1], v, 2), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd[0], v, 1025), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd[0], v, -1), -EINVAL);
	CHECK_EQ(sys(SYS_readv, fd[0], hole(), 1), -EFAULT);
	CHECK_EQ(sys(SYS_writev, fd[1], 0, 1), -EFAULT);
	CHECK_EQ(queued(fd[0]), 0);
}

CASE(lengths_beyond_the_address_space)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, -1), -EFAULT);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, -1), -EFAULT);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1UL << 63), -EFAULT);
	CHECK_EQ(sys(SYS_write, fd[1], "abc", 3), 3);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 0x7fffffff), 3);
}

CASE(reused_slots_forget_their_last_use)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK | 040000), 0);
	for (int i = 0; i < 16; i++)
		CHECK_EQ(sys(SYS_write, fd[1], "p", 1), 1);
	for (int i = 0; i < 16; i++)
		CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 1);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, O_NONBLOCK), 0);
	for (int i = 0; i < 16; i++)
		CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE), PAGE);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, CAPACITY), CAPACITY);
	CHECK_EQ(sys(SYS_write, fd[1], "ab", 2), 2);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, O_NONBLOCK | 040000), 0);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 1);
	CHECK_MEM(bytes, "b", 1);
}

CASE(reopening_while_the_last_end_closes_never_crashes)
{
	int fd[2], pid;
	char path[64];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd[0]);
	CHILD(pid) {
		sys(SYS_close, fd[0]);
		sys(SYS_close, fd[1]);
		for (int i = 0; i < 300; i++) {
			long r = sys(SYS_open, path, O_RDWR | O_NONBLOCK);

			CHECK(r >= 0 || r == -ENOENT);
			if (r >= 0)
				sys(SYS_close, r);
		}
	}
	for (int i = 0; i < 150; i++) {
		int other[2];

		sys(SYS_close, fd[0]);
		sys(SYS_close, fd[1]);
		CHECK_EQ(sys(SYS_pipe2, other, 0), 0);
		CHECK_EQ(other[0], fd[0]);
	}
	CHECK_EXIT(pid, 0);
}
