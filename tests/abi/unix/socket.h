// SPDX-License-Identifier: MIT
/*
 * socket.h: the part of the sockets' ABI that the tests of AF_UNIX use.
 *
 * Promise   numbers and layouts are those of x86-64 Linux, written down here once more and not taken from
 *           kernel/uapi: a number that is wrong there must be seen
 * Linux     socket(2), socket(7), unix(7), cmsg(3), sock_diag(7)
 */
#ifndef TESTS_ABI_UNIX_SOCKET_H
#define TESTS_ABI_UNIX_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum { AF_UNSPEC = 0, AF_UNIX = 1, AF_NETLINK = 16, AF_MAX = 46 };
enum {
	SOCK_STREAM = 1,
	SOCK_DGRAM = 2,
	SOCK_RAW = 3,
	SOCK_RDM = 4,
	SOCK_SEQPACKET = 5,
	SOCK_DCCP = 6,
	SOCK_PACKET = 10,
	SOCK_MAX = 11,
	SOCK_NONBLOCK = 04000,
	SOCK_CLOEXEC = 02000000,
};

enum {
	MSG_OOB = 0x1,
	MSG_PEEK = 0x2,
	MSG_CTRUNC = 0x8,
	MSG_TRUNC = 0x20,
	MSG_DONTWAIT = 0x40,
	MSG_EOR = 0x80,
	MSG_WAITALL = 0x100,
	MSG_NOSIGNAL = 0x4000,
	MSG_MORE = 0x8000,
	MSG_WAITFORONE = 0x10000,
	MSG_CMSG_CLOEXEC = 0x40000000,
};

enum {
	SOL_SOCKET = 1,
	SOL_TCP = 6,
	SO_DEBUG = 1,
	SO_REUSEADDR = 2,
	SO_TYPE = 3,
	SO_ERROR = 4,
	SO_BROADCAST = 6,
	SO_SNDBUF = 7,
	SO_RCVBUF = 8,
	SO_KEEPALIVE = 9,
	SO_OOBINLINE = 10,
	SO_LINGER = 13,
	SO_PASSCRED = 16,
	SO_PEERCRED = 17,
	SO_RCVLOWAT = 18,
	SO_SNDLOWAT = 19,
	SO_RCVTIMEO = 20,
	SO_SNDTIMEO = 21,
	SO_PEERNAME = 28,
	SO_TIMESTAMP = 29,
	SO_ACCEPTCONN = 30,
	SO_PEERSEC = 31,
	SO_SNDBUFFORCE = 32,
	SO_RCVBUFFORCE = 33,
	SO_PASSSEC = 34,
	SO_TIMESTAMPNS = 35,
	SO_PROTOCOL = 38,
	SO_DOMAIN = 39,
	SO_PEEK_OFF = 42,
	SO_COOKIE = 57,
	SO_PEERGROUPS = 59,
	SO_PASSPIDFD = 76,
	SO_PEERPIDFD = 77,
	SO_PASSRIGHTS = 83,
	SO_INQ = 84,
};

enum { SCM_RIGHTS = 1, SCM_CREDENTIALS = 2, SCM_SECURITY = 3, SCM_PIDFD = 4, SCM_MAX_FD = 253 };
enum { SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2 };
enum { SIOCSPGRP = 0x8902, SIOCGPGRP = 0x8904, SIOCATMARK = 0x8905, SIOCINQ = 0x541b, SIOCOUTQ = 0x5411 };

enum { UNIX_PATH = 108 };

struct sockaddr_un {
	uint16_t sun_family;
	char sun_path[UNIX_PATH];
};

enum { FAMILY_LEN = offsetof(struct sockaddr_un, sun_path), ADDRESS_MAX = sizeof(struct sockaddr_un) };

struct msghdr {
	void *msg_name;
	int msg_namelen;
	struct iovec *msg_iov;
	size_t msg_iovlen;
	void *msg_control;
	size_t msg_controllen;
	int msg_flags;
};

struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned msg_len;
};

struct cmsghdr {
	size_t cmsg_len;
	int cmsg_level;
	int cmsg_type;
};

struct ucred {
	int pid;
	unsigned uid, gid;
};

struct linger {
	int l_onoff, l_linger;
};

struct time_limit {
	long sec, usec;
};

#define CMSG_ALIGN(len) (((len) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))
#define CMSG_LEN(len) (sizeof(struct cmsghdr) + (len))
#define CMSG_SPACE(len) (CMSG_ALIGN(len) + sizeof(struct cmsghdr))

static inline void *cmsg_data(struct cmsghdr *c)
{
	return c + 1;
}

#endif
