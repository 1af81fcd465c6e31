// SPDX-License-Identifier: MIT
/*
 * sockets: rows about AF_UNIX sockets between two processes, and about making and passing them.
 *
 * Promise   as in bench.c. A message carries its number in its first byte and in its last one.
 * Linux     unix(7). The numbers and the two structures are those of socket(2) and sendmsg(2).
 */
#define _GNU_SOURCE 1
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { AF_UNIX = 1, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOL_SOCKET = 1, SCM_RIGHTS = 1 };
enum { SMALL = 1, BLOCK = 4096, LARGE = 65536, BACKLOG = 8 };

struct path_address {
	uint16_t family;
	char path[16];
};

struct message {
	void *name;
	int name_len;
	struct iovec *iov;
	size_t iov_len;
	void *control;
	size_t control_len;
	int flags;
};

struct rights {
	size_t len;
	int level, type, fd;
};
enum { RIGHTS_LEN = offsetof(struct rights, fd) + sizeof(int) };

static long new_pair(int type, int fd[2])
{
	return raw(SYS_socketpair, AF_UNIX, type, 0, (long)fd);
}

/* --- there and back --- */

static void mark(char *block, long size, long number)
{
	block[0] = block[size - 1] = (char)number;
}

static bool is_marked(const char *block, long size, long number)
{
	return block[0] == (char)number && block[size - 1] == (char)number;
}

/* Reads all of a message: a stream may give it in parts. */
static bool receive(int fd, char *block, long size)
{
	long got = 0, part;

	while (got < size && (part = raw(SYS_read, fd, (long)block + got, size - got, 0)) > 0)
		got += part;
	return got == size;
}

static bool send_block(int fd, const char *block, long size)
{
	return raw(SYS_write, fd, (long)block, size, 0) == size;
}

/* Answers each message with its number plus 1. */
static int echo(int fd, long n, long size)
{
	static char block[LARGE];

	for (long i = 0; i < n; i++) {
		if (!receive(fd, block, size) || !is_marked(block, size, i))
			return 1;
		mark(block, size, i + 1);
		if (!send_block(fd, block, size))
			return 1;
	}
	return EXIT_STATUS;
}

static long round_trips(long n, int type, long size)
{
	static char block[LARGE];
	int fd[2];

	if (new_pair(type, fd) != 0)
		return bad("socketpair");
	pid_t pid = fork();
	if (pid == 0)
		_exit(echo(fd[1], n + 1, size));
	long start = 0, wrong = 0;
	for (long i = 0; i < n + 1; i++) {
		if (i == 1) /* the first trip waits for the child to start */
			start = now();
		mark(block, size, i);
		wrong += !send_block(fd[0], block, size) || !receive(fd[0], block, size) ||
			!is_marked(block, size, i + 1);
	}
	long took = now() - start;
	close(fd[0]);
	close(fd[1]);
	if (!ended_with(pid, EXIT_STATUS) || wrong)
		return bad("%ld answers are wrong", wrong);
	return took;
}

static long stream_small(long n)
{
	return round_trips(n, SOCK_STREAM, SMALL);
}

static long stream_block(long n)
{
	return round_trips(n, SOCK_STREAM, BLOCK);
}

static long dgram_small(long n)
{
	return round_trips(n, SOCK_DGRAM, SMALL);
}

static long packet_small(long n)
{
	return round_trips(n, SOCK_SEQPACKET, SMALL);
}

/* --- one way --- */

static long stream_large(long n)
{
	static char block[LARGE];
	int fd[2];

	if (new_pair(SOCK_STREAM, fd) != 0)
		return bad("socketpair");
	pid_t pid = fork();
	if (pid == 0) {
		for (long i = 0; i < n + 1; i++) {
			mark(block, LARGE, i);
			if (!send_block(fd[1], block, LARGE))
				_exit(1);
		}
		_exit(EXIT_STATUS);
	}
	long start = 0, wrong = 0;
	for (long i = 0; i < n + 1; i++) {
		wrong += !receive(fd[0], block, LARGE) || !is_marked(block, LARGE, i);
		if (i == 0)
			start = now();
	}
	long took = now() - start;
	close(fd[0]);
	close(fd[1]);
	if (!ended_with(pid, EXIT_STATUS) || wrong)
		return bad("%ld blocks are wrong", wrong);
	return took;
}

/* --- making --- */

static long pair_life(long n)
{
	int fd[2];

	long start = now();
	for (long i = 0; i < n; i++)
		if (new_pair(SOCK_STREAM, fd) != 0 || raw(SYS_close, fd[0], 0, 0, 0) != 0 ||
			raw(SYS_close, fd[1], 0, 0, 0) != 0)
			return bad("pair %ld", i);
	return now() - start;
}

static long connection_life(long n)
{
	static const struct path_address address = { AF_UNIX, "/tmp/bench.sock" };
	long server = raw(SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0);
	char byte = 0;

	if (raw(SYS_bind, server, (long)&address, sizeof(address), 0) != 0 ||
		raw(SYS_listen, server, BACKLOG, 0, 0) != 0)
		return bad("no listener");
	long start = now(), wrong = 0;
	for (long i = 0; i < n; i++) {
		long client = raw(SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0), conn;

		wrong += raw(SYS_connect, client, (long)&address, sizeof(address), 0) != 0;
		conn = raw(SYS_accept, server, 0, 0, 0);
		raw(SYS_close, client, 0, 0, 0);
		wrong += raw(SYS_read, conn, (long)&byte, 1, 0) != 0;
		raw(SYS_close, conn, 0, 0, 0);
	}
	long took = now() - start;
	close((int)server);
	unlink(address.path);
	return wrong ? bad("%ld connections", wrong) : took;
}

/* --- passing a descriptor --- */

static long pass_descriptor(long n)
{
	int fd[2];
	char byte = 'x';
	struct iovec iov = { &byte, 1 };

	if (new_pair(SOCK_STREAM, fd) != 0)
		return bad("socketpair");
	long start = now();
	for (long i = 0; i < n; i++) {
		struct rights out = { RIGHTS_LEN, SOL_SOCKET, SCM_RIGHTS, fd[0] }, in = { 0 };
		struct message m = { .iov = &iov, .iov_len = 1, .control = &out, .control_len = sizeof(out) };

		if (raw(SYS_sendmsg, fd[0], (long)&m, 0, 0) != 1)
			return bad("message %ld is not sent", i);
		m.control = &in;
		m.control_len = sizeof(in);
		if (raw(SYS_recvmsg, fd[1], (long)&m, 0, 0) != 1 || in.len != RIGHTS_LEN || in.fd <= fd[1])
			return bad("message %ld is not received", i);
		raw(SYS_close, in.fd, 0, 0, 0);
	}
	long took = now() - start;
	close(fd[0]);
	close(fd[1]);
	return took;
}

const struct bench socket_benches[] = {
	{ "unix-stream-1", 500, stream_small, NULL },
	{ "unix-stream-4k", 200, stream_block, NULL },
	{ "unix-stream-64k", 50, stream_large, NULL },
	{ "unix-dgram-1", 500, dgram_small, NULL },
	{ "unix-packet-1", 500, packet_small, NULL },
	{ "unix-pair-life", 500, pair_life, NULL },
	{ "unix-connect-accept", 300, connection_life, NULL },
	{ "unix-pass-fd", 500, pass_descriptor, NULL },
	{ 0 },
};
