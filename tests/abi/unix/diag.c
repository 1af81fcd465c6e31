// SPDX-License-Identifier: MIT
/*
 * unix/diag: what netlink's sock_diag tells of AF_UNIX sockets; it is how ss(8) sees them.
 *
 * Promise   a socket is found by its inode, with its type, state, name, peer and queues; a dump has all of the states
 *           that were asked for
 * Linux     sock_diag(7), netlink(7).
 */
#include "tests/abi/unix/unix.h"

TAP_NEEDS_LINUX(6, 2); /* Debian's 6.1 has it in a module, which a machine without modules cannot load */

enum {
	NETLINK_SOCK_DIAG = 4,
	SOCK_DIAG_BY_FAMILY = 20,
	NLMSG_ERROR = 2,
	NLMSG_DONE = 3,
	NLM_F_REQUEST = 1,
	NLM_F_DUMP = 0x300,
	STATE_ESTABLISHED = 1,
	STATE_CLOSE = 7,
	STATE_LISTEN = 10,
	ANSWER_BYTES = 65536,
	NO_COOKIE = -1,
};

/* UNIX_DIAG_*: the kinds of attributes; a bit UDIAG_SHOW_* for the kind K is 1 << K. */
enum { DIAG_NAME, DIAG_VFS, DIAG_PEER, DIAG_ICONS, DIAG_RQLEN, DIAG_MEMINFO, DIAG_SHUTDOWN };

struct header {
	uint32_t len;
	uint16_t type, flags;
	uint32_t seq, pid;
};

struct request {
	struct header h;
	uint8_t family, protocol;
	uint16_t pad;
	uint32_t states, inode, show;
	int cookie[2];
};

struct entry {
	struct header h;
	uint8_t family, type, state, pad;
	uint32_t inode, cookie[2];
	char attributes[];
};

struct attribute {
	uint16_t len, type;
};

static char answer_buf[ANSWER_BYTES] __attribute__((aligned(8)));

static int new_diag(void)
{
	long fd = sys(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd == -EAFNOSUPPORT)
		SKIP("no AF_NETLINK");
	CHECK(fd >= 0);
	return fd;
}

static void ask(int diag, struct request r)
{
	r.h.len = sizeof(r);
	r.h.type = SOCK_DIAG_BY_FAMILY;
	r.h.flags |= NLM_F_REQUEST;
	r.family = AF_UNIX;
	r.cookie[0] = r.cookie[1] = NO_COOKIE;
	CHECK_EQ(send_to(diag, &r, sizeof(r), 0), sizeof(r));
}

/* The answer about one socket. */
static struct entry *one(int fd, unsigned show)
{
	int diag = new_diag();
	struct entry *e = (struct entry *)answer_buf;

	ask(diag, (struct request){.inode = inode_of(fd), .states = -1, .show = show});
	CHECK(recv_from(diag, answer_buf, sizeof(answer_buf), 0) >= (long)sizeof(*e));
	CHECK_EQ(e->h.type, SOCK_DIAG_BY_FAMILY);
	CHECK_EQ(e->inode, inode_of(fd));
	CHECK_EQ(e->family, AF_UNIX);
	close_fd(diag);
	return e;
}

/* The data of an attribute and its length; NULL: there is none. */
static void *attribute(struct entry *e, int type, int *len)
{
	char *end = (char *)e + e->h.len;

	for (char *at = e->attributes; at + sizeof(struct attribute) <= end;) {
		struct attribute *a = (struct attribute *)at;

		if (a->type == type) {
			*len = a->len - sizeof(*a);
			return a + 1;
		}
		at += (a->len + 3) & ~3;
	}
	return NULL;
}

static uint32_t number(struct entry *e, int type, int index)
{
	int len;
	uint32_t *data = attribute(e, type, &len);

	CHECK(data != NULL && len >= (index + 1) * (int)sizeof(*data));
	return data[index];
}

CASE(pair_has_types_states_and_peers)
{
	FOR_EACH(type, all_types) {
		int fd[2];
		struct entry *e;

		new_pair(fd, type);
		e = one(fd[0], 1 << DIAG_PEER);
		CHECK_EQ(e->type, type);
		CHECK_EQ(e->state, STATE_ESTABLISHED);
		CHECK_EQ(number(e, DIAG_PEER, 0), inode_of(fd[1]));
	}
}

CASE(queues_of_a_stream)
{
	int fd[2];
	struct entry *e;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "12345");
	e = one(fd[1], 1 << DIAG_RQLEN);
	CHECK_EQ(number(e, DIAG_RQLEN, 0), 5);
	CHECK_EQ(number(e, DIAG_RQLEN, 1), 0);
	e = one(fd[0], 1 << DIAG_RQLEN);
	CHECK_EQ(number(e, DIAG_RQLEN, 0), 0);
	CHECK(number(e, DIAG_RQLEN, 1) >= 5);
}

CASE(listener_has_its_name_and_its_queue)
{
	int server, client, len = 0;
	struct entry *e;
	struct stat st;
	char *name;

	scratch();
	server = listener(SOCK_STREAM, "listening", 7);
	client = connected(SOCK_STREAM, "listening");
	e = one(server, 1 << DIAG_NAME | 1 << DIAG_VFS | 1 << DIAG_ICONS | 1 << DIAG_RQLEN);
	CHECK_EQ(e->state, STATE_LISTEN);
	name = attribute(e, DIAG_NAME, &len);
	CHECK(name != NULL && len >= 9);
	CHECK_MEM(name, "listening", 9);
	CHECK_EQ(sys(SYS_stat, "listening", &st), 0);
	CHECK_EQ(number(e, DIAG_VFS, 0), st.st_ino);
	CHECK_EQ(number(e, DIAG_RQLEN, 0), 1);
	CHECK_EQ(number(e, DIAG_RQLEN, 1), 7);
	CHECK_EQ(number(e, DIAG_ICONS, 0), inode_of(client));
}

CASE(shutdown_is_told)
{
	int fd[2], len = 0;
	struct entry *e;
	char *bits;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_shutdown, fd[0], SHUT_WR), 0);
	e = one(fd[0], 0);
	bits = attribute(e, DIAG_SHUTDOWN, &len);
	CHECK(bits != NULL);
	CHECK_EQ(*bits, 2);
	e = one(fd[1], 0);
	bits = attribute(e, DIAG_SHUTDOWN, &len);
	CHECK(bits != NULL);
	CHECK_EQ(*bits, 1);
}

CASE(inode_that_no_socket_has)
{
	int diag = new_diag();
	struct {
		struct header h;
		int error;
	} *answer = (void *)answer_buf;

	ask(diag, (struct request){.inode = 0x7ffffff0, .states = -1});
	CHECK(recv_from(diag, answer_buf, sizeof(answer_buf), 0) >= (long)sizeof(*answer));
	CHECK_EQ(answer->h.type, NLMSG_ERROR);
	CHECK_EQ(answer->error, -ENOENT);
}

/* Bits 0 and 1 for each of the two that a dump lists. */
static int dumped(unsigned states, unsigned long first, unsigned long second)
{
	int diag = new_diag(), found = 0;

	ask(diag, (struct request){.h.flags = NLM_F_DUMP, .states = states});
	for (;;) {
		long n = recv_from(diag, answer_buf, sizeof(answer_buf), 0);

		CHECK(n > 0);
		for (char *at = answer_buf; at < answer_buf + n;) {
			struct entry *e = (struct entry *)at;

			if (e->h.type == NLMSG_DONE)
				return found;
			CHECK_EQ(e->h.type, SOCK_DIAG_BY_FAMILY);
			found |= (e->inode == first) | (e->inode == second) << 1;
			at += (e->h.len + 3) & ~3;
		}
	}
}

CASE(dump_has_the_states_asked_for)
{
	int server, fd[2];

	scratch();
	server = listener(SOCK_SEQPACKET, "listening", 1);
	new_pair(fd, SOCK_DGRAM);
	CHECK_EQ(dumped(-1, inode_of(server), inode_of(fd[0])), 3);
	CHECK_EQ(dumped(1 << STATE_LISTEN, inode_of(server), inode_of(fd[0])), 1);
	CHECK_EQ(dumped(1 << STATE_ESTABLISHED, inode_of(server), inode_of(fd[0])), 2);
	CHECK_EQ(dumped(1 << STATE_CLOSE, inode_of(server), inode_of(fd[0])), 0);
}
