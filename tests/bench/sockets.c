// SPDX-License-Identifier: MIT
/*
 * sockets: rows about AF_UNIX sockets.
 *
 * Promise   as in bench.c
 */
#define _GNU_SOURCE 1
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { BLOCK = 65536, NAME_BYTES = 6, CONTROL_BYTES = CMSG_SPACE(sizeof(int)) };

static long alone(long n, int type)
{
	int fd[2];

	if (socketpair(AF_UNIX, type, 0, fd) != 0)
		return bad("socketpair");
	long start = now();
	for (long i = 0; i < n; i++) {
		char out = (char)i, in = (char)~i;

		if (raw6(SYS_sendto, fd[1], (long)&out, 1, 0, 0, 0) != 1 ||
			raw6(SYS_recvfrom, fd[0], (long)&in, 1, 0, 0, 0) != 1 || in != out)
			return bad("byte %ld", i);
	}
	long took = now() - start;
	close(fd[0]);
	close(fd[1]);
	return took;
}

static long stream_alone(long n)
{
	return alone(n, SOCK_STREAM);
}

static long dgram_alone(long n)
{
	return alone(n, SOCK_DGRAM);
}

static long both_ways(long n, int type)
{
	int fd[2];

	if (socketpair(AF_UNIX, type, 0, fd) != 0)
		return bad("socketpair");
	int to[2] = { fd[1], fd[0] }, from[2] = { fd[0], fd[1] };
	return value_ping_pong(n, to, from, sizeof(uint64_t));
}

static long stream_ping_pong(long n)
{
	return both_ways(n, SOCK_STREAM);
}

static long dgram_ping_pong(long n)
{
	return both_ways(n, SOCK_DGRAM);
}

static long stream_throughput(long n)
{
	static unsigned char block[BLOCK];
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) != 0)
		return bad("socketpair");
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n + 1; i++) {
			memcpy(block + BLOCK - sizeof(i), &i, sizeof(i));
			if (raw(SYS_write, fd[1], (long)block, BLOCK, 0) != BLOCK)
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
		wrong += got != BLOCK || memcmp(block + BLOCK - sizeof(i), &i, sizeof(i));
		if (i == 0)
			start = now();
	}
	long took = now() - start;
	close(fd[0]);
	if (!ended_with(pid, EXIT_STATUS) || wrong)
		return bad("%ld blocks are wrong", wrong);
	return took;
}

static long pair_life(long n)
{
	int fd[2];
	long start = now();

	for (long i = 0; i < n; i++) {
		if (raw(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (long)fd) != 0)
			return bad("socketpair");
		close(fd[0]);
		close(fd[1]);
	}
	return now() - start;
}

/* A client's whole visit: socket, connect, accept, and both ends closed. */
static long connect_accept(long n)
{
	struct sockaddr_un name = { AF_UNIX, "\0bench" };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + NAME_BYTES;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&name, len) != 0 || listen(listener, 1) != 0)
		return bad("listen");
	long start = now();
	for (long i = 0; i < n; i++) {
		int near = socket(AF_UNIX, SOCK_STREAM, 0);

		if (raw(SYS_connect, near, (long)&name, len, 0) != 0)
			return bad("connect");
		int far = (int)raw(SYS_accept, listener, 0, 0, 0);
		if (far < 0)
			return bad("accept");
		close(near);
		close(far);
	}
	long took = now() - start;
	close(listener);
	return took;
}

/* A descriptor sent to oneself, received and closed. */
static long pass_descriptor(long n)
{
	int fd[2];
	char byte = 0;
	union {
		char bytes[CONTROL_BYTES];
		struct cmsghdr head;
	} control;
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control };

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) != 0)
		return bad("socketpair");
	long start = now();
	for (long i = 0; i < n; i++) {
		int passed = 0;

		control.head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&control), &passed, sizeof(passed));
		m.msg_controllen = CONTROL_BYTES;
		if (raw(SYS_sendmsg, fd[0], (long)&m, 0, 0) != 1)
			return bad("sendmsg");
		m.msg_controllen = CONTROL_BYTES;
		if (raw(SYS_recvmsg, fd[1], (long)&m, 0, 0) != 1 || m.msg_controllen < CMSG_LEN(sizeof(int)))
			return bad("recvmsg");
		memcpy(&passed, CMSG_DATA(&control), sizeof(passed));
		close(passed);
	}
	long took = now() - start;
	close(fd[0]);
	close(fd[1]);
	return took;
}

const struct bench socket_benches[] = {
	{ "socket-one-process", 1000, stream_alone, NULL },
	{ "dgram-one-process", 1000, dgram_alone, NULL },
	{ "socket-ping-pong", 500, stream_ping_pong, NULL },
	{ "dgram-ping-pong", 500, dgram_ping_pong, NULL },
	{ "socket-64k", 50, stream_throughput, NULL },
	{ "socketpair-life", 500, pair_life, NULL },
	{ "socket-connect", 500, connect_accept, NULL },
	{ "pass-descriptor", 500, pass_descriptor, NULL },
	{ 0 },
};
