// SPDX-License-Identifier: MIT
/*
 * pipe/packet: O_DIRECT, where every write is a packet and every read takes one.
 *
 * Promise   a read ends with the packet it began and throws away what did not fit; a write longer
 *           than PIPE_BUF is several packets; each packet has a page of its own.
 * Linux     pipe(2) O_DIRECT.
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

enum { DIRECT = 040000, CAPACITY = 65536 };

static char bytes[CAPACITY];

CASE(reads_return_one_packet_each)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT | O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abc", 3), 3);
	CHECK_EQ(sys(SYS_write, fd[1], "defgh", 5), 5);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 3);
	CHECK_MEM(bytes, "abc", 3);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 5);
	CHECK_MEM(bytes, "defgh", 5);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), -EAGAIN);
}

CASE(short_read_discards_the_rest_of_the_packet)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abcdef", 6), 6);
	CHECK_EQ(sys(SYS_write, fd[1], "XYZ", 3), 3);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 2), 2);
	CHECK_MEM(bytes, "ab", 2);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 3);
	CHECK_MEM(bytes, "XYZ", 3);
}

CASE(zero_length_read_takes_no_packet)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "abc", 3), 3);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 0), 0);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), 3);
}

CASE(zero_length_write_makes_no_packet)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT | O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "", 0), 0);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 100), -EAGAIN);
}

CASE(long_write_is_split_into_packets_of_pipe_buf)
{
	int fd[2];

	tap_fill(bytes, 10000, 9);
	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, 10000), 10000);
	memset(bytes, 0, 10000);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10000), 4096);
	CHECK_EQ(sys(SYS_read, fd[0], bytes + 4096, 10000), 4096);
	CHECK_EQ(sys(SYS_read, fd[0], bytes + 8192, 10000), 1808);
	CHECK(tap_is_filled(bytes, 10000, 9));
}

CASE(each_packet_takes_a_page)
{
	int fd[2], n;

	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT | O_NONBLOCK), 0);
	for (int i = 0; i < 16; i++)
		CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), -EAGAIN);
	CHECK_EQ(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 16);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 1), 1);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
}

CASE(only_the_write_end_shows_o_direct)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, DIRECT), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDONLY);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_WRONLY | DIRECT);
}

CASE(setfl_switches_packets_on_and_off)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, DIRECT), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_WRONLY | DIRECT);
	CHECK_EQ(sys(SYS_write, fd[1], "a", 1), 1);
	CHECK_EQ(sys(SYS_write, fd[1], "b", 1), 1);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, 0), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "c", 1), 1);
	CHECK_EQ(sys(SYS_write, fd[1], "d", 1), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 2);
	CHECK_MEM(bytes, "cd", 2);
}

CASE(read_goes_from_the_stream_into_the_packet_behind_it)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], bytes, PAGE), PAGE);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, DIRECT | O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "cde", 3), 3);
	CHECK_EQ(sys(SYS_write, fd[1], "f", 1), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, PAGE + 2), PAGE + 2);
	CHECK_MEM(bytes + PAGE, "cd", 2);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 1);
	CHECK_MEM(bytes, "f", 1);
}

CASE(packet_that_fits_the_stream_page_before_it_joins_the_stream)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "ab", 2), 2);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_SETFL, DIRECT | O_NONBLOCK), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "cde", 3), 3);
	CHECK_EQ(sys(SYS_write, fd[1], "f", 1), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 4), 4);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 2);
	CHECK_MEM(bytes, "ef", 2);
}

CASE(reader_flag_does_not_make_packets)
{
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_SETFL, DIRECT), 0);
	CHECK_EQ(sys(SYS_write, fd[1], "a", 1), 1);
	CHECK_EQ(sys(SYS_write, fd[1], "b", 1), 1);
	CHECK_EQ(sys(SYS_read, fd[0], bytes, 10), 2);
}
