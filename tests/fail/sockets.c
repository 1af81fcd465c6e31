// SPDX-License-Identifier: MIT
/*
 * sockets: rows for AF_UNIX sockets; see fail.h.
 *
 * Linux     the man page of each call; unix(7)
 */
#include <sys/socket.h>
#include <sys/un.h>
#include "tests/fail/fail.h"

enum { NEAR = FREE_FD, FAR, LISTENER, CLIENT, BIG_BYTES = 60000 };

static struct sockaddr_un path = { AF_UNIX, "sock" }, other = { AF_UNIX, "other" };
static struct sockaddr_un abstract = { AF_UNIX, "\0fail-walk" };
static char byte = 'x', big[BIG_BYTES];
static struct iovec one = { &byte, 1 };
static union { char bytes[CMSG_SPACE(2 * sizeof(int))]; struct cmsghdr head; } control;
static struct msghdr message = { .msg_iov = &one, .msg_iovlen = 1 };
static struct mmsghdr messages[2];
static int pair[2], value = 1;
static socklen_t length;

static void at(long from, int to)
{
	CHECK_EQ(sys(SYS_dup2, from, to), to);
	sys(SYS_close, from);
}

static void connect_pair(int type)
{
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, type | SOCK_NONBLOCK, 0, pair), 0);
	at(pair[0], NEAR);
	at(pair[1], FAR);
}

static void streams(void)
{
	connect_pair(SOCK_STREAM);
}

static void dgrams(void)
{
	connect_pair(SOCK_DGRAM);
}

static void with_bytes(void)
{
	streams();
	for (int i = 0; i < 2; i++)
		CHECK_EQ(sys(SYS_write, FAR, &byte, 1), 1);
}

/* Two descriptors of sockets travel with a byte. */
static void with_rights(void)
{
	int fds[2] = { NEAR, FAR };

	streams();
	control.head = (struct cmsghdr){ CMSG_LEN(sizeof(fds)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control), fds, sizeof(fds));
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
}

static void rights_there(void)
{
	with_rights();
	CHECK_EQ(sys(SYS_sendmsg, FAR, &message, 0), 1);
}

static void two_messages(void)
{
	dgrams();
	messages[0].msg_hdr = messages[1].msg_hdr = message;
}

static void two_there(void)
{
	two_messages();
	CHECK_EQ(sys(SYS_sendmmsg, FAR, messages, 2, 0), 2);
}

static void fresh(void)
{
	at(sys(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), CLIENT);
}

static void listening(void)
{
	fresh();
	at(sys(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), LISTENER);
	CHECK_EQ(sys(SYS_bind, LISTENER, &path, sizeof(path)), 0);
	CHECK_EQ(sys(SYS_listen, LISTENER, 4), 0);
}

static void waiting(void)
{
	listening();
	CHECK_EQ(sys(SYS_connect, CLIENT, &path, sizeof(path)), 0);
}

static void remove_path(void)
{
	sys(SYS_unlink, "sock");
	sys(SYS_unlink, "other");
}

static long make_pair(void)
{
	return sys(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET, 0, pair);
}

/* The message is as it was for each attempt; the kernel writes into it. */
static long receive(void)
{
	struct msghdr m = message;
	long n = sys(SYS_recvmsg, NEAR, &m, MSG_PEEK);

	return n < 0 ? n : m.msg_flags & MSG_CTRUNC ? -ENOMEM : n;
}

static long ask(void)
{
	length = sizeof(value);
	return sys(SYS_getsockopt, NEAR, SOL_SOCKET, SO_PEERPIDFD, &value, &length);
}

static long own_name(void)
{
	length = sizeof(path);
	return sys(SYS_getsockname, NEAR, &path, &length);
}

static long other_name(void)
{
	length = sizeof(path);
	return sys(SYS_getpeername, NEAR, &path, &length);
}

const struct row socket_calls_rows[] = {
	{ "socket", { AF_UNIX, SOCK_DGRAM } },
	{ "socketpair", {}, .act = make_pair },
	{ "bind", { CLIENT, A(&other), sizeof(other) }, "path", fresh, .undo = remove_path,
		.error = { EINVAL, ENOSPC } },
	{ "bind", { CLIENT, A(&abstract), 12 }, "abstract", fresh, .error = { EINVAL } },
	{ "bind", { CLIENT, A(&abstract), 2 }, "any name", fresh },
	{ "listen", { LISTENER, 1 }, .before = listening, .undo = remove_path },
	{ "connect", { CLIENT, A(&path), sizeof(path) }, .before = listening, .undo = remove_path,
		.error = { EISCONN } },
	{ "accept", { LISTENER }, .before = waiting, .undo = remove_path, .error = { EAGAIN } },
	{ "accept4", { LISTENER, 0, 0, SOCK_CLOEXEC }, .before = waiting, .undo = remove_path, .error = { EAGAIN } },
	{ "sendto", { NEAR, A(&byte), 1 }, "a byte", streams, .error = { ENOBUFS } },
	{ "sendto", { NEAR, A(big), BIG_BYTES }, "a lot", streams, .error = { ENOBUFS } },
	{ "sendto", { NEAR, A(big), BIG_BYTES }, "a large message", dgrams, .error = { ENOBUFS } },
	{ "recvfrom", { NEAR, A(&byte), 1 }, .before = with_bytes },
	{ "sendmsg", { NEAR, A(&message), 0 }, "with rights", with_rights, .error = { ENOBUFS } },
	{ "recvmsg", {}, "with rights", rights_there, receive },
	{ "sendmmsg", { NEAR, A(messages), 2 }, .before = two_messages, .error = { ENOBUFS } },
	{ "recvmmsg", { NEAR, A(messages), 1 }, .before = two_there },
	{ "shutdown", { NEAR, SHUT_RDWR }, .before = streams },
	{ "setsockopt", { NEAR, SOL_SOCKET, SO_PASSCRED, A(&value), sizeof(value) }, .before = streams },
	{ "getsockopt", {}, .before = streams, .act = ask },
	{ "getsockname", {}, .before = streams, .act = own_name },
	{ "getpeername", {}, .before = streams, .act = other_name },
};
ROWS(socket_calls);
