// SPDX-License-Identifier: MIT
/*
 * unix/creds: who is on the other side: SCM_CREDENTIALS, SO_PEERCRED, SO_PEERGROUPS, pidfds, labels.
 *
 * Promise   credentials of a message are those at the send, true or allowed to be told; those of a peer are of the
 *           moment of socketpair, of connect, or of listen; a change of ids afterwards changes neither.
 * Linux     unix(7), socket(7), capabilities(7); CVE-2013-1979.
 */
#include "tests/abi/unix/unix.h"

enum { THIRD_USER = OTHER_USER + 1, SIX_GROUPS = 6, FDINFO_BYTES = 1024 };

static struct ucred peer_of(int fd)
{
	struct ucred c = {-7, 7, 7};
	int len = sizeof(c);

	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &c, &len), 0);
	CHECK_EQ(len, sizeof(c));
	return c;
}

static void expect_cred(struct ucred c, int pid, unsigned uid, unsigned gid)
{
	CHECK_EQ(c.pid, pid);
	CHECK_EQ(c.uid, uid);
	CHECK_EQ(c.gid, gid);
}

static long send_cred(int sock, int pid, unsigned uid, unsigned gid)
{
	struct message m;
	struct ucred c = {pid, uid, gid};

	message_of(&m, "c");
	add_control(&m, SCM_CREDENTIALS, &c, sizeof(c));
	return sys(SYS_sendmsg, sock, &m.h, 0);
}

/* The credentials of the next message. */
static struct ucred receive_cred(int sock)
{
	struct message m;
	struct ucred cred;
	struct cmsghdr *c;

	CHECK(receive(sock, &m, 0) >= 0);
	c = find_control(&m, SCM_CREDENTIALS);
	CHECK(c != NULL);
	CHECK_EQ(c->cmsg_len, CMSG_LEN(sizeof(cred)));
	memcpy(&cred, cmsg_data(c), sizeof(cred));
	return cred;
}

static void pass_cred(int fd)
{
	CHECK_EQ(set_option(fd, SO_PASSCRED, 1), 0);
}

/* The process that a pidfd is of, by its fdinfo. */
static int process_of(int pidfd)
{
	char path[64], text[FDINFO_BYTES], *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	at = strstr(text, "\nPid:");
	CHECK(at != NULL);
	return strtol(at + 5, NULL, 10);
}

CASE(credentials_come_with_each_message_when_asked_for)
{
	FOR_EACH(type, all_types) {
		int fd[2];
		struct message m;

		new_pair(fd, type);
		CHECK_EQ(option(fd[1], SO_PASSCRED), 0);
		put(fd[0], "x");
		CHECK_EQ(receive(fd[1], &m, 0), 1);
		CHECK_EQ(m.h.msg_controllen, 0);
		pass_cred(fd[1]);
		CHECK_EQ(option(fd[1], SO_PASSCRED), 1);
		put(fd[0], "y");
		expect_cred(receive_cred(fd[1]), getpid(), getuid(), getgid());
	}
}

CASE(credentials_sent_unasked_come_only_to_who_asks)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_DGRAM);
	CHECK_EQ(send_cred(fd[0], getpid(), getuid(), getgid()), 1);
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK_EQ(m.h.msg_controllen, 0);
	CHECK_EQ(m.h.msg_flags, 0);
	CHECK_EQ(send_cred(fd[0], getpid(), getuid(), getgid()), 1);
	pass_cred(fd[1]);
	expect_cred(receive_cred(fd[1]), getpid(), getuid(), getgid());
}

CASE(child_is_told_apart_from_its_parent)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	pass_cred(fd[1]);
	put(fd[0], "p");
	CHILD(pid)
		put(fd[0], "c");
	CHECK_EXIT(pid, 0);
	expect_cred(receive_cred(fd[1]), getpid(), getuid(), getgid());
	expect_cred(receive_cred(fd[1]), pid, getuid(), getgid());
}

CASE(read_of_a_stream_ends_where_the_sender_changes)
{
	int fd[2], pid;
	struct message m;

	new_pair(fd, SOCK_STREAM);
	pass_cred(fd[1]);
	put(fd[0], "one ");
	put(fd[0], "more");
	CHILD(pid)
		put(fd[0], "child");
	CHECK_EXIT(pid, 0);
	CHECK_EQ(receive(fd[1], &m, 0), 8);
	CHECK_EQ(receive(fd[1], &m, 0), 5);
}

CASE(root_may_tell_other_ids)
{
	int fd[2], pid;

	NEEDS_ROOT();
	new_pair(fd, SOCK_SEQPACKET);
	pass_cred(fd[1]);
	pid = start_sleeper();
	CHECK_EQ(send_cred(fd[0], pid, OTHER_USER, THIRD_USER), 1);
	expect_cred(receive_cred(fd[1]), pid, OTHER_USER, THIRD_USER);
	end_child(pid);
	CHECK_EQ(send_cred(fd[0], 0x3fffffff, 0, 0), -ESRCH);
}

CASE(ordinary_user_may_tell_only_what_is_true)
{
	int fd[2], pid;

	NEEDS_ROOT();
	new_pair(fd, SOCK_STREAM);
	pass_cred(fd[1]);
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(send_cred(fd[0], getppid(), OTHER_USER, OTHER_USER), -EPERM);
		CHECK_EQ(send_cred(fd[0], getpid(), 0, OTHER_USER), -EPERM);
		CHECK_EQ(send_cred(fd[0], getpid(), OTHER_USER, 0), -EPERM);
		CHECK_EQ(send_cred(fd[0], getpid(), THIRD_USER, OTHER_USER), -EPERM);
		CHECK_EQ(send_cred(fd[0], getpid(), -1, OTHER_USER), -EINVAL);
		CHECK_EQ(send_cred(fd[0], getpid(), OTHER_USER, OTHER_USER), 1);
	}
	CHECK_EXIT(pid, 0);
	expect_cred(receive_cred(fd[1]), pid, OTHER_USER, OTHER_USER);
	expect_nothing(fd[1]);
}

CASE(any_of_ones_own_ids_is_true)
{
	int fd[2], pid;

	NEEDS_ROOT();
	new_pair(fd, SOCK_DGRAM);
	pass_cred(fd[1]);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setgroups, 0, 0), 0);
		CHECK_EQ(sys(SYS_setresgid, OTHER_USER, THIRD_USER, OTHER_USER), 0);
		CHECK_EQ(sys(SYS_setresuid, OTHER_USER, THIRD_USER, OTHER_USER), 0);
		put(fd[0], "n");
		CHECK_EQ(send_cred(fd[0], getpid(), OTHER_USER, OTHER_USER), 1);
		CHECK_EQ(send_cred(fd[0], getpid(), THIRD_USER, THIRD_USER), 1);
	}
	CHECK_EXIT(pid, 0);
	expect_cred(receive_cred(fd[1]), pid, OTHER_USER, OTHER_USER); /* told unasked: the real ids */
	expect_cred(receive_cred(fd[1]), pid, OTHER_USER, OTHER_USER);
	expect_cred(receive_cred(fd[1]), pid, THIRD_USER, THIRD_USER);
}

CASE(credentials_are_those_of_the_send_not_of_the_receive)
{
	int fd[2], pid;

	NEEDS_ROOT();
	new_pair(fd, SOCK_DGRAM);
	pass_cred(fd[1]);
	CHILD(pid) {
		put(fd[0], "as root");
		CHECK(become(OTHER_USER));
		put(fd[0], "as other");
	}
	CHECK_EXIT(pid, 0);
	expect_cred(receive_cred(fd[1]), pid, 0, 0);
	expect_cred(receive_cred(fd[1]), pid, OTHER_USER, OTHER_USER);
}

CASE(credentials_of_the_wrong_size_are_invalid)
{
	static const size_t sizes[] = {0, 4, sizeof(struct ucred) - 1, sizeof(struct ucred) + 1};
	int fd[2];

	new_pair(fd, SOCK_DGRAM);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct message m;
		char data[sizeof(struct ucred) + 1] = "";

		message_of(&m, "c");
		add_control(&m, SCM_CREDENTIALS, data, sizes[i]);
		CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EINVAL);
	}
	expect_nothing(fd[1]);
}

CASE(small_control_buffer_cuts_credentials)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_DGRAM);
	pass_cred(fd[1]);
	put(fd[0], "x");
	empty_message(&m, CMSG_LEN(8));
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 1);
	CHECK_EQ(m.h.msg_flags, MSG_CTRUNC);
	CHECK_EQ(m.h.msg_controllen, CMSG_LEN(8));
	put(fd[0], "x");
	empty_message(&m, sizeof(struct cmsghdr) - 1);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 1);
	CHECK_EQ(m.h.msg_flags, MSG_CTRUNC);
	CHECK_EQ(m.h.msg_controllen, 0);
}

CASE(credentials_and_descriptors_come_together)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_STREAM);
	pass_cred(fd[1]);
	CHECK_EQ(send_fd(fd[0], 0), 1);
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK(find_control(&m, SCM_CREDENTIALS) != NULL);
	CHECK(find_control(&m, SCM_RIGHTS) != NULL);
	CHECK_EQ(m.h.msg_controllen, CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int)));
}

CASE(accepted_socket_tells_credentials_as_the_listener_does)
{
	int server, client, conn;

	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	pass_cred(server);
	client = connected(SOCK_STREAM, "name");
	put(client, "x");
	conn = accepted(server);
	CHECK_EQ(option(conn, SO_PASSCRED), 1);
	expect_cred(receive_cred(conn), getpid(), getuid(), getgid());
}

/* What was sent before anybody asked: nobody is named. */
CASE(message_without_credentials_names_nobody)
{
	int fd[2];
	struct ucred c;

	new_pair(fd, SOCK_DGRAM);
	put(fd[0], "early");
	pass_cred(fd[1]);
	c = receive_cred(fd[1]);
	CHECK_EQ(c.pid, 0);
	CHECK_EQ(c.uid, NOBODY);
	CHECK_EQ(c.gid, NOBODY);
}

CASE(peer_of_a_pair_is_who_made_it)
{
	FOR_EACH(type, all_types) {
		int fd[2], pid;

		new_pair(fd, type);
		expect_cred(peer_of(fd[0]), getpid(), geteuid(), getegid());
		CHILD(pid)
			expect_cred(peer_of(fd[1]), getppid(), geteuid(), getegid());
		CHECK_EXIT(pid, 0);
	}
}

CASE(unconnected_socket_has_no_peer)
{
	struct ucred c;

	scratch();
	c = peer_of(new_socket(SOCK_STREAM));
	expect_cred(c, 0, -1, -1);
	c = peer_of(new_socket(SOCK_DGRAM));
	expect_cred(c, 0, -1, -1);
	CHECK_EQ(set_option(new_socket(SOCK_STREAM), SO_PEERCRED, 1), -ENOPROTOOPT);
}

CASE(peers_are_who_connected_and_who_listened)
{
	int server, pid;

	NEEDS_ROOT();
	scratch();
	sys(SYS_umask, 0);
	server = listener(SOCK_STREAM, "name", 1);
	CHILD(pid) {
		int fd;

		CHECK(become(OTHER_USER));
		fd = connected(SOCK_STREAM, "name");
		expect_cred(peer_of(fd), getppid(), 0, 0);
	}
	expect_cred(peer_of(accepted(server)), pid, OTHER_USER, OTHER_USER);
	CHECK_EXIT(pid, 0);
}

CASE(peer_stays_who_it_was_when_ids_change)
{
	int server, pid;

	NEEDS_ROOT();
	scratch();
	sys(SYS_umask, 0);
	server = listener(SOCK_STREAM, "name", 1);
	CHILD(pid) {
		int fd = connected(SOCK_STREAM, "name");

		CHECK(become(OTHER_USER));
		put(fd, "x");
	}
	CHECK_EXIT(pid, 0);
	expect_cred(peer_of(accepted(server)), pid, 0, 0);
}

CASE(peer_is_who_listened_not_who_accepts)
{
	int server, client, pid;

	scratch();
	server = bound(SOCK_STREAM, "name");
	CHILD(pid)
		CHECK_EQ(sys(SYS_listen, server, 4), 0);
	CHECK_EXIT(pid, 0);
	client = connected(SOCK_STREAM, "name");
	accepted(server);
	CHECK_EQ(peer_of(client).pid, pid);
	CHECK_EQ(sys(SYS_listen, server, 4), 0);
	CHECK_EQ(peer_of(connected(SOCK_STREAM, "name")).pid, getpid());
}

CASE(listener_is_its_own_peer)
{
	scratch();
	expect_cred(peer_of(listener(SOCK_STREAM, "name", 1)), getpid(), geteuid(), getegid());
}

CASE(groups_of_the_peer)
{
	unsigned groups[SIX_GROUPS] = {10, 11, 12, 13, 14, 15}, got[SIX_GROUPS];
	int fd[2], pid, len = sizeof(got);

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_getsockopt, new_socket(SOCK_STREAM), SOL_SOCKET, SO_PEERGROUPS, got, &len), -ENODATA);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setgroups, SIX_GROUPS, groups), 0);
		new_pair(fd, SOCK_STREAM);
		CHECK_EQ(sys(SYS_setgroups, 0, 0), 0);
		CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERGROUPS, got, &len), 0);
		CHECK_EQ(len, sizeof(groups));
		CHECK_MEM(got, groups, sizeof(groups));
		len = sizeof(int);
		CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERGROUPS, got, &len), -ERANGE);
		CHECK_EQ(len, sizeof(groups));
		len = sizeof(groups);
		CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERGROUPS, hole(), &len), -EFAULT);
		new_pair(fd, SOCK_STREAM);
		CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERGROUPS, got, &len), 0);
		CHECK_EQ(len, 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(pidfd_of_the_sender_comes_with_each_message)
{
	int fd[2], pid, pidfd;
	struct message m;
	struct cmsghdr *c;

	NEEDS_LINUX(6, 5);
	FOR_EACH(type, all_types) {
		new_pair(fd, type);
		CHECK_EQ(option(fd[1], SO_PASSPIDFD), 0);
		CHECK_EQ(set_option(fd[1], SO_PASSPIDFD, 1), 0);
		CHECK_EQ(option(fd[1], SO_PASSPIDFD), 1);
		CHILD(pid) {
			put(fd[0], "x");
			for (;;)
				sys(SYS_pause);
		}
		CHECK_EQ(poll_for(fd[1], POLLIN, LONG_MS), POLLIN);
		CHECK_EQ(receive(fd[1], &m, 0), 1);
		c = find_control(&m, SCM_PIDFD);
		CHECK(c != NULL);
		CHECK_EQ(c->cmsg_len, CMSG_LEN(sizeof(int)));
		pidfd = *(int *)cmsg_data(c);
		CHECK_EQ(process_of(pidfd), pid);
		CHECK_EQ(sys(SYS_fcntl, pidfd, F_GETFD), FD_CLOEXEC);
		CHECK_EQ(poll_now(pidfd), 0);
		end_child(pid);
		CHECK(poll_now(pidfd) & POLLIN);
	}
}

CASE(pidfd_without_room_leaves_none_open)
{
	int fd[2], before;
	struct message m;

	NEEDS_LINUX(6, 5);
	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(set_option(fd[1], SO_PASSPIDFD, 1), 0);
	put(fd[0], "xyz");
	before = open_fds();
	empty_message(&m, sizeof(struct cmsghdr));
	m.iov.iov_len = 1;
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 1);
	CHECK(m.h.msg_flags & MSG_CTRUNC);
	CHECK_EQ(sys(SYS_read, fd[1], m.data, 1), 1);
	CHECK_EQ(open_fds(), before);
}

CASE(pidfd_of_the_peer)
{
	int fd[2], pidfd = -1, len = sizeof(pidfd), server, pid;

	NEEDS_LINUX(6, 5);
	scratch();
	CHECK_EQ(sys(SYS_getsockopt, new_socket(SOCK_STREAM), SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len), -ENODATA);
	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len), 0);
	CHECK_EQ(process_of(pidfd), getpid());
	CHECK_EQ(sys(SYS_fcntl, pidfd, F_GETFD), FD_CLOEXEC);
	server = listener(SOCK_STREAM, "name", 1);
	CHILD(pid) {
		connected(SOCK_STREAM, "name");
		for (;;)
			sys(SYS_pause);
	}
	fd[0] = accepted(server);
	CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len), 0);
	CHECK_EQ(process_of(pidfd), pid);
	end_child(pid);
	CHECK(poll_now(pidfd) & POLLIN);
}

/* The process may be gone and waited for: its pidfd says so, it is not refused. */
CASE(pidfd_of_a_peer_that_is_gone)
{
	int server, conn, pidfd = -1, len = sizeof(pidfd), pid;

	NEEDS_LINUX(6, 16);
	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	CHILD(pid)
		connected(SOCK_STREAM, "name");
	CHECK_EXIT(pid, 0);
	conn = accepted(server);
	CHECK_EQ(peer_of(conn).pid, pid);
	CHECK_EQ(sys(SYS_getsockopt, conn, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len), 0);
	CHECK_EQ(process_of(pidfd), -1);
	CHECK(poll_now(pidfd) & POLLIN);
}

/* Without a security module there is no label; with one there is, and it is the same from both ends. */
CASE(label_of_the_peer_or_none)
{
	int fd[2], len = 0;
	char a[256], b[256];
	long r;

	new_pair(fd, SOCK_STREAM);
	len = sizeof(a);
	r = sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_PEERSEC, a, &len);
	if (r == -ENOPROTOOPT)
		return;
	CHECK_EQ(r, 0);
	CHECK(len > 0);
	CHECK_EQ(sys(SYS_getsockopt, fd[1], SOL_SOCKET, SO_PEERSEC, b, &len), 0);
	CHECK_MEM(a, b, len);
}

CASE(labels_of_messages_can_be_asked_for)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_DGRAM);
	CHECK_EQ(option(fd[1], SO_PASSSEC), 0);
	CHECK_EQ(set_option(fd[1], SO_PASSSEC, 1), 0);
	CHECK_EQ(option(fd[1], SO_PASSSEC), 1);
	put(fd[0], "x");
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK(m.h.msg_controllen == 0 || find_control(&m, SCM_SECURITY));
}
