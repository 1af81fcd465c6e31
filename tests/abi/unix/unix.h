// SPDX-License-Identifier: MIT
/*
 * unix.h: what the tests of AF_UNIX share.
 *
 * Promise   Helpers that make something fail the case when they cannot; those that are asked for an answer give the
 *           system call's, negative errno included.
 * Names     Paths are relative to the case's scratch directory. Abstract names carry the number of the case's process,
 *           because all processes of a machine share them.
 * Linux     unix(7), socket(7), send(2), recv(2), cmsg(3).
 */
#ifndef TESTS_ABI_UNIX_UNIX_H
#define TESTS_ABI_UNIX_UNIX_H

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include "tests/abi/abi.h"
#include "tests/abi/unix/socket.h"

enum {
	OTHER_USER = 61234, /* an ordinary user */
	FIRST_LONELY_USER = 1000000,
	LONG_MS = 5000,     /* what must happen does within it */
	SHORT_MS = 30,      /* for a time-out that is to expire */
	CONTROL_BYTES = 2048,
	MORE_THAN_FITS = 1 << 20,
};

static const int all_types[] __attribute__((unused)) = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
static const int connecting_types[] __attribute__((unused)) = {SOCK_STREAM, SOCK_SEQPACKET};

#define FOR_EACH(ITEM, ARRAY) \
	for (unsigned ITEM##_i = 0; ITEM##_i < sizeof(ARRAY) / sizeof(*(ARRAY)); ITEM##_i++) \
		for (int ITEM = (ARRAY)[ITEM##_i], ITEM##_once = 1; ITEM##_once; ITEM##_once = 0)

/* --- making --- */

static inline int new_socket(int type)
{
	long fd = sys(SYS_socket, AF_UNIX, type, 0);

	CHECK(fd >= 0);
	return fd;
}

static inline void new_pair(int fd[2], int type)
{
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, type, 0, fd), 0);
}

static inline void new_pipe(int fd[2])
{
	CHECK_EQ(sys(SYS_pipe2, fd, O_NONBLOCK), 0);
}

static inline void close_fd(int fd)
{
	CHECK_EQ(sys(SYS_close, fd), 0);
}

/* The address of a path; its length with the terminating byte, as programs give it. */
static inline int path_address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strcpy(a->sun_path, path);
	return FAMILY_LEN + strlen(path) + 1;
}

static inline int abstract_address(struct sockaddr_un *a, const char *name)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	return FAMILY_LEN + 1 + snprintf(a->sun_path + 1, UNIX_PATH - 1, "parley-%d-%s", getpgrp(), name);
}

static inline long bind_path(int fd, const char *path)
{
	struct sockaddr_un a;
	int len = path_address(&a, path);

	return sys(SYS_bind, fd, &a, len);
}

static inline long connect_path(int fd, const char *path)
{
	struct sockaddr_un a;
	int len = path_address(&a, path);

	return sys(SYS_connect, fd, &a, len);
}

static inline int bound(int type, const char *path)
{
	int fd = new_socket(type);

	CHECK_EQ(bind_path(fd, path), 0);
	return fd;
}

static inline int listener(int type, const char *path, int backlog)
{
	int fd = bound(type, path);

	CHECK_EQ(sys(SYS_listen, fd, backlog), 0);
	return fd;
}

static inline int connected(int type, const char *path)
{
	int fd = new_socket(type);

	CHECK_EQ(connect_path(fd, path), 0);
	return fd;
}

static inline int accepted(int fd)
{
	long r = sys(SYS_accept4, fd, 0, 0, 0);

	CHECK(r >= 0);
	return r;
}

static inline void set_nonblocking(int fd)
{
	CHECK_EQ(sys(SYS_fcntl, fd, F_SETFL, O_RDWR | O_NONBLOCK), 0);
}

/* --- moving --- */

static inline long send_to(int fd, const void *buf, size_t len, int flags)
{
	return sys(SYS_sendto, fd, buf, len, flags, 0, 0);
}

static inline long send_path(int fd, const void *buf, size_t len, int flags, const char *path)
{
	struct sockaddr_un a;
	int alen = path_address(&a, path);

	return sys(SYS_sendto, fd, buf, len, flags, &a, alen);
}

static inline long recv_from(int fd, void *buf, size_t len, int flags)
{
	return sys(SYS_recvfrom, fd, buf, len, flags, 0, 0);
}

static inline void put(int fd, const char *text)
{
	CHECK_EQ(sys(SYS_write, fd, text, strlen(text)), strlen(text));
}

/* One read that waits for nothing gives just this text. */
static inline void expect(int fd, const char *text)
{
	char buf[PAGE];

	CHECK_EQ(recv_from(fd, buf, sizeof(buf), MSG_DONTWAIT), strlen(text));
	CHECK_MEM(buf, text, strlen(text));
}

static inline void expect_answer(int fd, long want)
{
	char c;

	CHECK_EQ(recv_from(fd, &c, 1, MSG_DONTWAIT), want);
}

static inline void expect_nothing(int fd)
{
	expect_answer(fd, -EAGAIN);
}

/* Writes as much as fits, in pieces; how much that was. */
static inline long fill_up(int fd, size_t piece)
{
	static char bytes[64 * 1024];
	long n, total = 0;

	while ((n = send_to(fd, bytes, piece, MSG_DONTWAIT)) > 0)
		total += n;
	CHECK_EQ(n, -EAGAIN);
	return total;
}

/* Takes out all that is there. */
static inline long drain(int fd)
{
	static char bytes[64 * 1024];
	long n, total = 0;

	while ((n = recv_from(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		total += n;
	return total;
}

/* --- looking --- */

static inline unsigned poll_now(int fd)
{
	struct pollfd p = {
		.fd = fd,
		.events = POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND | POLLRDHUP,
	};

	CHECK(sys(SYS_poll, &p, 1, 0) >= 0);
	return p.revents;
}

enum { READABLE = POLLIN | POLLRDNORM, WRITABLE = POLLOUT | POLLWRNORM | POLLWRBAND };

/* One of the events, or 0 when none came in the time. */
static inline unsigned poll_for(int fd, unsigned events, int ms)
{
	struct pollfd p = {.fd = fd, .events = (short)events};

	CHECK(sys(SYS_poll, &p, 1, ms) >= 0);
	return p.revents;
}

static inline int option(int fd, int name)
{
	int value = -1, len = sizeof(value);

	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, name, &value, &len), 0);
	CHECK_EQ(len, sizeof(value));
	return value;
}

static inline long set_option(int fd, int name, int value)
{
	return sys(SYS_setsockopt, fd, SOL_SOCKET, name, &value, sizeof(value));
}

static inline void set_time_limit(int fd, int name, long ms)
{
	struct time_limit t = {ms / 1000, ms % 1000 * 1000};

	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_SOCKET, name, &t, sizeof(t)), 0);
}

static inline int asked(int fd, unsigned request)
{
	int value = -1;

	CHECK_EQ(sys(SYS_ioctl, fd, request, &value), 0);
	return value;
}

static inline long socket_name(int fd, struct sockaddr_un *a)
{
	int len = sizeof(*a);

	memset(a, 0, sizeof(*a));
	CHECK_EQ(sys(SYS_getsockname, fd, a, &len), 0);
	return len;
}

static inline unsigned long inode_of(int fd)
{
	struct stat st;

	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	return st.st_ino;
}

static inline void set_limit(int what, unsigned long value)
{
	struct rlimit limit = {value, value};

	CHECK_EQ(sys(SYS_prlimit64, 0, what, &limit, 0), 0);
}

/* --- control messages --- */

struct message {
	struct msghdr h;
	struct iovec iov;
	char data[64];
	char control[CONTROL_BYTES] __attribute__((aligned(8)));
};

/* A message to send: the text, and no control message yet. */
static inline void message_of(struct message *m, const char *text)
{
	memset(m, 0, sizeof(*m));
	m->iov.iov_base = memcpy(m->data, text, strlen(text));
	m->iov.iov_len = strlen(text);
	m->h.msg_iov = &m->iov;
	m->h.msg_iovlen = 1;
}

/* One more control message; where its data is. */
static inline void *add_control(struct message *m, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)(m->control + m->h.msg_controllen);

	m->h.msg_control = m->control;
	m->h.msg_controllen += CMSG_SPACE(len);
	CHECK(m->h.msg_controllen <= sizeof(m->control));
	c->cmsg_len = CMSG_LEN(len);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	return memcpy(cmsg_data(c), data, len);
}

static inline long send_fds(int sock, const int *fds, int n, int flags)
{
	struct message m;

	message_of(&m, "f");
	add_control(&m, SCM_RIGHTS, fds, n * sizeof(*fds));
	return sys(SYS_sendmsg, sock, &m.h, flags);
}

static inline long send_fd(int sock, int fd)
{
	return send_fds(sock, &fd, 1, 0);
}

/* A message to receive, with so much space for control messages. */
static inline void empty_message(struct message *m, size_t control)
{
	memset(m, 0, sizeof(*m));
	m->iov.iov_base = m->data;
	m->iov.iov_len = sizeof(m->data);
	m->h.msg_iov = &m->iov;
	m->h.msg_iovlen = 1;
	m->h.msg_control = control ? m->control : NULL;
	m->h.msg_controllen = control;
}

static inline long receive(int sock, struct message *m, int flags)
{
	empty_message(m, sizeof(m->control));
	return sys(SYS_recvmsg, sock, &m->h, flags | MSG_DONTWAIT);
}

/* The first control message of that type in what was received, or NULL. */
static inline struct cmsghdr *find_control(struct message *m, int type)
{
	for (size_t at = 0; at + sizeof(struct cmsghdr) <= m->h.msg_controllen;) {
		struct cmsghdr *c = (struct cmsghdr *)(m->control + at);

		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == type)
			return c;
		if (c->cmsg_len < sizeof(*c))
			break;
		at += CMSG_ALIGN(c->cmsg_len);
	}
	return NULL;
}

/* The descriptors in what was received: how many. */
static inline int fds_in(struct message *m, int *fds)
{
	struct cmsghdr *c = find_control(m, SCM_RIGHTS);
	size_t len = c ? c->cmsg_len - sizeof(*c) : 0;

	if (c)
		memcpy(fds, cmsg_data(c), len);
	return len / sizeof(*fds);
}

/* Receives a message with one descriptor, which it answers. */
static inline int receive_fd(int sock)
{
	struct message m;
	int fds[SCM_MAX_FD];

	CHECK_EQ(receive(sock, &m, 0), 1);
	CHECK_EQ(fds_in(&m, fds), 1);
	return fds[0];
}

/* The process has so many descriptors open now. */
static inline int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < SEEN_FDS; fd++)
		n += sys(SYS_fcntl, fd, F_GETFD) >= 0;
	return n;
}

/* A user whom nobody else runs as, for what is counted by users. */
static inline int lonely_user(void)
{
	return FIRST_LONELY_USER + getpid();
}

/* For the end of a child: 0 for a call that gave 0 or more, else the errno. */
static inline int answer(long r)
{
	return r >= 0 ? 0 : -(int)r;
}

#endif
