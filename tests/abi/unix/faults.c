// SPDX-License-Identifier: MIT
/*
 * unix/faults: hostile pointers, lengths and control messages.
 *
 * Promise   a call that answers EFAULT or EINVAL has sent nothing; what a receiver could not store stays queued in a
 *           stream and is lost as a message; descriptors that arrive in nobody's hands are closed; nothing is
 *           written behind what a buffer says it holds.
 * Linux     sendmsg(2), recvmsg(2), cmsg(3).
 */
#include "tests/abi/unix/unix.h"

enum { GUARD = 16, IOV_LIMIT = 1024 };

static void expect_closed(int pipe_fd)
{
	char c;

	CHECK_EQ(poll_for(pipe_fd, POLLIN, LONG_MS), POLLHUP);
	CHECK_EQ(sys(SYS_read, pipe_fd, &c, 1), 0);
}

CASE(send_from_a_bad_pointer_sends_nothing)
{
	FOR_EACH(type, all_types) {
		int fd[2];

		new_pair(fd, type);
		CHECK_EQ(send_to(fd[0], hole(), 1, 0), -EFAULT);
		CHECK_EQ(send_to(fd[0], (void *)-1L, 1, 0), -EFAULT);
		CHECK_EQ(sys(SYS_write, fd[0], hole(), 10), -EFAULT);
		CHECK_EQ(send_to(fd[0], page_end(PROT_READ) - 4, 8, 0), -EFAULT);
		expect_nothing(fd[1]);
		put(fd[0], "good");
		expect(fd[1], "good");
	}
}

CASE(stream_keeps_what_could_not_be_stored)
{
	int fd[2];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "kept");
	CHECK_EQ(recv_from(fd[1], hole(), 4, 0), -EFAULT);
	CHECK_EQ(sys(SYS_read, fd[1], page_end(PROT_READ) - 4, 4), -EFAULT);
	CHECK_EQ(recv_from(fd[1], hole(), 4, MSG_PEEK), -EFAULT);
	CHECK_EQ(asked(fd[1], SIOCINQ), 4);
	expect(fd[1], "kept");
}

CASE(message_that_could_not_be_stored_is_lost)
{
	static const int types[] = {SOCK_DGRAM, SOCK_SEQPACKET};

	FOR_EACH(type, types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[0], "lost");
		put(fd[0], "next");
		CHECK_EQ(recv_from(fd[1], hole(), 4, MSG_PEEK), -EFAULT);
		CHECK_EQ(recv_from(fd[1], hole(), 4, 0), -EFAULT);
		expect(fd[1], "next");
	}
}

CASE(second_buffer_is_bad)
{
	int fd[2];
	char good[4] = "";
	struct iovec in[] = {{good, 2}, {NULL, 2}}, out[] = {{"ab", 2}, {NULL, 2}};

	in[1].iov_base = out[1].iov_base = hole();
	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_writev, fd[0], out, 2), -EFAULT);
	expect_nothing(fd[1]);
	put(fd[0], "abcd");
	CHECK_EQ(sys(SYS_readv, fd[1], in, 2), -EFAULT);
	expect(fd[1], "abcd");
	put(fd[0], "ab");
	put(fd[0], "cd");
	CHECK_EQ(sys(SYS_readv, fd[1], in, 2), 2);
	CHECK_MEM(good, "ab", 2);
	expect(fd[1], "cd");
}

CASE(bad_vectors)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "kept");
	message_of(&m, "x");
	m.h.msg_iovlen = IOV_LIMIT + 1;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EMSGSIZE);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), -EMSGSIZE);
	m.h.msg_iovlen = -1;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EMSGSIZE);
	message_of(&m, "x");
	m.h.msg_iov = hole();
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EFAULT);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), -EFAULT);
	message_of(&m, "x");
	m.iov.iov_len = -1;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EINVAL);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), -EINVAL);
	expect(fd[1], "kept");
	expect_nothing(fd[1]);
}

CASE(message_without_buffers)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_DGRAM);
	message_of(&m, "");
	m.h.msg_iov = NULL;
	m.h.msg_iovlen = 0;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), 0);
	expect_answer(fd[1], 0);
	put(fd[0], "cut");
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 0);
	CHECK_EQ(m.h.msg_flags, MSG_TRUNC);
}

CASE(bad_header_pointers)
{
	int fd[2];

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "kept");
	CHECK_EQ(sys(SYS_sendmsg, fd[0], hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], hole(), 0), -EFAULT);
	CHECK_EQ(sys(SYS_sendmsg, fd[0], page_end(PROT_READ) - sizeof(struct msghdr) + 8, 0), -EFAULT);
	CHECK_EQ(sys(SYS_recvmsg, fd[1], page_end(PROT_READ) - sizeof(struct msghdr) + 8, 0), -EFAULT);
	expect(fd[1], "kept");
}

CASE(names_in_a_header)
{
	int fd[2];
	struct message m;
	struct sockaddr_un a;

	scratch();
	bound(SOCK_DGRAM, "name");
	new_pair(fd, SOCK_DGRAM);
	path_address(&a, "name");
	message_of(&m, "x");
	m.h.msg_name = hole();
	m.h.msg_namelen = sizeof(a);
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EFAULT);
	m.h.msg_name = &a;
	m.h.msg_namelen = -1;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EINVAL);
	m.h.msg_name = NULL;
	m.h.msg_namelen = sizeof(a);
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), 1);
	expect(fd[1], "x");
	expect_nothing(fd[1]);
}

CASE(name_of_a_sender_at_a_bad_pointer)
{
	int server, client, len = sizeof(struct sockaddr_un);
	struct message m;
	char c;

	scratch();
	server = bound(SOCK_DGRAM, "server");
	client = bound(SOCK_DGRAM, "client");
	for (int i = 0; i < 4; i++)
		CHECK_EQ(send_path(client, "x", 1, 0, "server"), 1);
	CHECK_EQ(sys(SYS_recvfrom, server, &c, 1, 0, hole(), &len), -EFAULT);
	CHECK_EQ(sys(SYS_recvfrom, server, &c, 1, 0, &m, hole()), -EFAULT);
	empty_message(&m, 0);
	m.h.msg_name = &m.data;
	m.h.msg_namelen = -1;
	CHECK_EQ(sys(SYS_recvmsg, server, &m.h, 0), -EINVAL);
	m.h.msg_name = hole();
	m.h.msg_namelen = len;
	CHECK_EQ(sys(SYS_recvmsg, server, &m.h, 0), -EFAULT);
	expect(server, "x");
	expect_nothing(server);
}

CASE(control_messages_that_are_not_whole)
{
	static const size_t lengths[] = {0, 1, sizeof(struct cmsghdr) - 1, CMSG_LEN(8) + 1, 1000, 1ul << 32, -1ul};
	int fd[2], zero = 0;

	new_pair(fd, SOCK_STREAM);
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct message m;

		message_of(&m, "x");
		add_control(&m, SCM_RIGHTS, &zero, sizeof(zero));
		((struct cmsghdr *)m.control)->cmsg_len = lengths[i];
		CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EINVAL);
	}
	expect_nothing(fd[1]);
}

CASE(control_length_below_a_header_is_no_control_message)
{
	int fd[2], zero = 0;
	struct message m;

	new_pair(fd, SOCK_STREAM);
	message_of(&m, "x");
	add_control(&m, SCM_RIGHTS, &zero, sizeof(zero));
	m.h.msg_controllen = sizeof(struct cmsghdr) - 1;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), 1);
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK_EQ(m.h.msg_controllen, 0);
}

CASE(control_buffer_at_a_bad_pointer_or_much_too_long)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_STREAM);
	message_of(&m, "x");
	m.h.msg_control = hole();
	m.h.msg_controllen = CMSG_SPACE(sizeof(int));
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EFAULT);
	m.h.msg_control = m.control;
	m.h.msg_controllen = 1ul << 31;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -ENOBUFS);
	m.h.msg_controllen = -1ul;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -ENOBUFS);
	expect_nothing(fd[1]);
}

CASE(odd_length_of_rights_rounds_down)
{
	int fd[2], fds[2] = {0, 1}, got[2];
	struct message m;

	new_pair(fd, SOCK_STREAM);
	message_of(&m, "x");
	add_control(&m, SCM_RIGHTS, fds, sizeof(fds));
	((struct cmsghdr *)m.control)->cmsg_len = CMSG_LEN(7);
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), 1);
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK_EQ(fds_in(&m, got), 1);
}

CASE(unknown_control_messages)
{
	int fd[2], zero = 0;
	struct message m;

	new_pair(fd, SOCK_STREAM);
	message_of(&m, "x");
	add_control(&m, 77, &zero, sizeof(zero));
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EINVAL);
	message_of(&m, "x");
	add_control(&m, SCM_PIDFD, &zero, sizeof(zero));
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EINVAL);
	expect_nothing(fd[1]);
	message_of(&m, "x");
	add_control(&m, SCM_RIGHTS, &zero, sizeof(zero));
	((struct cmsghdr *)m.control)->cmsg_level = SOL_TCP;
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), 1); /* of another level: passed over */
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK_EQ(m.h.msg_controllen, 0);
}

/* The first of two is good and the second is not: nothing of it is sent, and the file is let go. */
CASE(bad_second_control_message_sends_nothing)
{
	int fd[2], pipe_fd[2], closed = -1;
	struct message m;

	new_pair(fd, SOCK_STREAM);
	new_pipe(pipe_fd);
	message_of(&m, "x");
	add_control(&m, SCM_RIGHTS, &pipe_fd[1], sizeof(int));
	add_control(&m, SCM_RIGHTS, &closed, sizeof(closed));
	CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EBADF);
	expect_nothing(fd[1]);
	close_fd(pipe_fd[1]);
	expect_closed(pipe_fd[0]);
}

CASE(bad_data_lets_the_descriptors_go)
{
	FOR_EACH(type, all_types) {
		int fd[2], pipe_fd[2];
		struct message m;

		new_pair(fd, type);
		new_pipe(pipe_fd);
		message_of(&m, "x");
		m.iov.iov_base = hole();
		add_control(&m, SCM_RIGHTS, &pipe_fd[1], sizeof(int));
		CHECK_EQ(sys(SYS_sendmsg, fd[0], &m.h, 0), -EFAULT);
		expect_nothing(fd[1]);
		close_fd(pipe_fd[1]);
		expect_closed(pipe_fd[0]);
	}
}

CASE(stream_keeps_descriptors_of_bytes_that_could_not_be_stored)
{
	int fd[2], before, got;
	struct message m;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(send_fd(fd[0], 0), 1);
	before = open_fds();
	empty_message(&m, sizeof(m.control));
	m.iov.iov_base = hole();
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), -EFAULT);
	CHECK_EQ(open_fds(), before);
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	CHECK_EQ(fds_in(&m, &got), 1);
}

CASE(control_buffer_for_receiving_at_a_bad_pointer)
{
	FOR_EACH(type, all_types) {
		int fd[2], pipe_fd[2], before;
		struct message m;

		new_pair(fd, type);
		new_pipe(pipe_fd);
		CHECK_EQ(send_fd(fd[0], pipe_fd[1]), 1);
		close_fd(pipe_fd[1]);
		before = open_fds();
		empty_message(&m, sizeof(m.control));
		m.h.msg_control = hole();
		CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 1);
		CHECK_EQ(m.h.msg_flags, MSG_CTRUNC);
		CHECK_EQ(m.h.msg_controllen, 0);
		CHECK_EQ(open_fds(), before);
		expect_closed(pipe_fd[0]);
	}
}

CASE(nothing_is_written_behind_a_control_buffer)
{
	for (size_t size = 0; size <= CMSG_SPACE(3 * sizeof(int)); size++) {
		int fd[2], fds[3] = {0, 1, 2}, n;
		struct message m;

		new_pair(fd, SOCK_STREAM);
		CHECK_EQ(send_fds(fd[0], fds, 3, 0), 1);
		empty_message(&m, size);
		memset(m.control, '-', sizeof(m.control));
		CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 1);
		for (int i = 0; i < GUARD; i++)
			CHECK_EQ(m.control[size + i], '-');
		CHECK(m.h.msg_controllen <= size);
		n = size < CMSG_LEN(sizeof(int)) ? 0 : (size - sizeof(struct cmsghdr)) / sizeof(int);
		n = n > 3 ? 3 : n;
		CHECK_EQ(fds_in(&m, fds), n);
		CHECK_EQ(m.h.msg_flags & MSG_CTRUNC, n < 3 ? MSG_CTRUNC : 0);
		for (int i = 0; i < n; i++)
			close_fd(fds[i]);
		close_fd(fd[0]);
		close_fd(fd[1]);
	}
}

CASE(flags_of_a_received_message_are_written_over)
{
	int fd[2];
	struct message m;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "x");
	empty_message(&m, 0);
	m.h.msg_flags = -1;
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 1);
	CHECK_EQ(m.h.msg_flags, 0);
}

CASE(flags_that_mean_nothing_here_are_passed_over)
{
	int fd[2];
	char c;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(send_to(fd[0], "x", 1, MSG_MORE | MSG_PEEK | MSG_WAITALL | MSG_EOR), 1);
	CHECK_EQ(recv_from(fd[1], &c, 1, MSG_NOSIGNAL | MSG_EOR | MSG_MORE), 1);
}

/* What is looked at first where two things are wrong. */
CASE(order_of_refusals)
{
	enum { NO_FAMILY = 5, TOO_LONG = 0x400, TOO_MANY = 5000, OF_32_BITS = (int)0x80000000 };
	int in[2], fd = new_socket(SOCK_DGRAM);
	struct message m;

	new_pipe(in);
	CHECK_EQ(sys(SYS_socketpair, NO_FAMILY, SOCK_STREAM, 0, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, 0x100, 0, hole()), -EINVAL);
	CHECK_EQ(sys(SYS_connect, in[0], hole(), 2), -EFAULT);
	CHECK_EQ(sys(SYS_connect, in[0], hole(), TOO_LONG), -EINVAL);
	CHECK_EQ(sys(SYS_connect, -1, hole(), TOO_LONG), -EBADF);
	CHECK_EQ(sys(SYS_bind, in[0], hole(), TOO_LONG), -ENOTSOCK);
	CHECK_EQ(sys(SYS_sendmsg, -1, hole(), OF_32_BITS), -EINVAL);
	CHECK_EQ(sys(SYS_recvmsg, in[0], hole(), OF_32_BITS), -EINVAL);
	CHECK_EQ(sys(SYS_sendmmsg, -1, hole(), 1, OF_32_BITS), -EINVAL);
	CHECK_EQ(sys(SYS_recvmmsg, -1, hole(), 1, OF_32_BITS, hole()), -EINVAL);
	empty_message(&m, 0);
	m.h.msg_iovlen = TOO_MANY;
	CHECK_EQ(sys(SYS_sendmsg, fd, &m.h, 0), -EMSGSIZE);
	m.h.msg_name = hole();
	m.h.msg_namelen = 2;
	CHECK_EQ(sys(SYS_sendmsg, fd, &m.h, 0), -EFAULT);
}
