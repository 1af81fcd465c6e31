// SPDX-License-Identifier: MIT
/*
 * pipes: rows about pipes, FIFOs, eventfds as pipes, and terminals.
 *
 * Promise   as in bench.c
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { BLOCK = 65536 };

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

long value_ping_pong(long n, const int to[2], const int from[2], long size)
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
	return value_ping_pong(n, to, from, 1);
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
	return value_ping_pong(n, to, from, 1);
}

static long eventfd_ping_pong(long n)
{
	int a = eventfd(0, 0), b = eventfd(0, 0);
	int to[2] = { a, a }, from[2] = { b, b };

	if (b < 0)
		return bad("eventfd");
	return value_ping_pong(n, to, from, sizeof(uint64_t));
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

const struct bench pipe_benches[] = {
	{ "pipe-one-process", 1000, pipe_alone, NULL },
	{ "pipe-ping-pong", 500, pipe_ping_pong, NULL },
	{ "fifo-ping-pong", 500, fifo_ping_pong, NULL },
	{ "pipe-64k", 50, pipe_throughput, NULL },
	{ "eventfd-ping-pong", 500, eventfd_ping_pong, NULL },
	{ "pty-echo", 200, pty_echo, NULL },
	{ 0 },
};
