// SPDX-License-Identifier: MIT
/*
 * unix/rights: descriptors that travel in messages (SCM_RIGHTS).
 *
 * Promise   what arrives is the same open file under the lowest free numbers; what does not arrive is closed; a read
 *           of a stream ends with the message that brought descriptors; who has no room is told by MSG_CTRUNC.
 * Limits    253 in a message; as many in flight as the sender's RLIMIT_NOFILE, and a little more, for who has no
 *           capability. The cases about that run as users whom nobody else runs as.
 * Linux     unix(7), cmsg(3), recvmsg(2).
 */
#include "tests/abi/unix/unix.h"

enum { FD_LIMIT = 64, FLIGHT = 8, MANY_ROUNDS = 40 };

static void same_file(int a, int b)
{
	CHECK_EQ(sys(SYS_fcntl, a, F_SETFL, O_NONBLOCK), 0);
	CHECK(sys(SYS_fcntl, b, F_GETFL) & O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, a, F_SETFL, 0), 0);
	CHECK(!(sys(SYS_fcntl, b, F_GETFL) & O_NONBLOCK));
}

/* The pipe whose read end this is has no writer any more, now. */
static void expect_closed(int fd)
{
	char c;

	CHECK_EQ(poll_for(fd, POLLIN, LONG_MS), POLLHUP);
	CHECK_EQ(sys(SYS_read, fd, &c, 1), 0);
}

static void expect_open(int fd)
{
	char c;

	CHECK_EQ(sys(SYS_read, fd, &c, 1), -EAGAIN);
}

CASE(descriptor_arrives_as_the_same_file)
{
	FOR_EACH(type, all_types) {
		int sock[2], fd[2], got;
		char buf[16];

		new_pair(sock, type);
		new_pipe(fd);
		CHECK_EQ(send_fd(sock[0], fd[1]), 1);
		got = receive_fd(sock[1]);
		CHECK(got != fd[1]);
		same_file(got, fd[1]);
		CHECK_EQ(sys(SYS_fcntl, got, F_GETFD), 0);
		put(got, "by the copy");
		close_fd(fd[1]);
		close_fd(got);
		CHECK_EQ(sys(SYS_read, fd[0], buf, sizeof(buf)), 11);
		expect_closed(fd[0]);
	}
}

CASE(descriptor_is_open_while_it_travels)
{
	int sock[2], fd[2], got;

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	CHECK_EQ(send_fd(sock[0], fd[1]), 1);
	close_fd(fd[1]);
	expect_open(fd[0]);
	got = receive_fd(sock[1]);
	put(got, "x");
	close_fd(got);
	CHECK_EQ(sys(SYS_read, fd[0], &got, 1), 1);
	expect_closed(fd[0]);
}

CASE(position_is_shared_with_the_sender)
{
	int sock[2], fd, got;

	scratch();
	new_pair(sock, SOCK_STREAM);
	fd = sys(SYS_open, "file", O_CREAT | O_RDWR, 0600);
	put(fd, "0123456789");
	CHECK_EQ(send_fd(sock[0], fd), 1);
	got = receive_fd(sock[1]);
	CHECK_EQ(sys(SYS_lseek, got, 4, SEEK_SET), 4);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 4);
}

CASE(numbers_are_the_lowest_free_ones_in_order)
{
	int sock[2], fd[2], send[3], got[3], low, n;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	low = sys(SYS_dup, 0);
	send[0] = fd[0];
	send[1] = fd[1];
	send[2] = fd[0];
	CHECK_EQ(send_fds(sock[0], send, 3, 0), 1);
	close_fd(low);
	CHECK_EQ(receive(sock[1], &m, 0), 1);
	n = fds_in(&m, got);
	CHECK_EQ(n, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(got[i], low + i);
		same_file(got[i], send[i]);
	}
	CHECK_EQ(m.h.msg_flags, 0);
}

CASE(another_process_can_use_it)
{
	int sock[2], fd[2], pid;
	char buf[8];

	new_pair(sock, SOCK_SEQPACKET);
	new_pipe(fd);
	CHILD(pid) {
		int got;

		close_fd(fd[0]);
		close_fd(fd[1]);
		CHECK_EQ(poll_for(sock[1], POLLIN, LONG_MS), POLLIN);
		got = receive_fd(sock[1]);
		put(got, "child");
	}
	CHECK_EQ(send_fd(sock[0], fd[1]), 1);
	close_fd(fd[1]);
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 8), 5);
	close_fd(sock[1]);
	expect_closed(fd[0]);
}

CASE(receiver_may_ask_for_close_on_exec)
{
	int sock[2], got;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	CHECK_EQ(send_fd(sock[0], 0), 1);
	CHECK_EQ(receive(sock[1], &m, MSG_CMSG_CLOEXEC), 1);
	CHECK_EQ(fds_in(&m, &got), 1);
	CHECK_EQ(sys(SYS_fcntl, got, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(m.h.msg_flags, MSG_CMSG_CLOEXEC);
}

CASE(most_that_a_message_takes)
{
	int sock[2], fds[SCM_MAX_FD + 1], got[SCM_MAX_FD];
	struct message m;

	new_pair(sock, SOCK_STREAM);
	memset(fds, 0, sizeof(fds));
	CHECK_EQ(send_fds(sock[0], fds, SCM_MAX_FD + 1, 0), -EINVAL);
	expect_nothing(sock[1]);
	CHECK_EQ(send_fds(sock[0], fds, SCM_MAX_FD, 0), 1);
	CHECK_EQ(receive(sock[1], &m, 0), 1);
	CHECK_EQ(fds_in(&m, got), SCM_MAX_FD);
}

CASE(descriptors_of_several_control_messages_come_as_one)
{
	int sock[2], a[2] = {0, 1}, b = 2, got[3], too_many[200] = {0};
	struct message m;

	new_pair(sock, SOCK_STREAM);
	message_of(&m, "f");
	add_control(&m, SCM_RIGHTS, a, sizeof(a));
	add_control(&m, SCM_RIGHTS, &b, sizeof(b));
	CHECK_EQ(sys(SYS_sendmsg, sock[0], &m.h, 0), 1);
	CHECK_EQ(receive(sock[1], &m, 0), 1);
	CHECK_EQ(fds_in(&m, got), 3);
	CHECK_EQ(m.h.msg_controllen, CMSG_SPACE(3 * sizeof(int)));
	message_of(&m, "f");
	add_control(&m, SCM_RIGHTS, too_many, sizeof(too_many));
	add_control(&m, SCM_RIGHTS, too_many, sizeof(too_many));
	CHECK_EQ(sys(SYS_sendmsg, sock[0], &m.h, 0), -EINVAL);
}

CASE(control_message_of_no_descriptors_is_nothing)
{
	int sock[2];
	struct message m;

	new_pair(sock, SOCK_STREAM);
	CHECK_EQ(send_fds(sock[0], NULL, 0, 0), 1);
	CHECK_EQ(receive(sock[1], &m, 0), 1);
	CHECK_EQ(m.h.msg_controllen, 0);
}

CASE(closed_descriptor_sends_nothing_at_all)
{
	int sock[2], fds[3] = {0, -1, 1}, fd[2];

	new_pair(sock, SOCK_STREAM);
	CHECK_EQ(send_fds(sock[0], fds, 3, 0), -EBADF);
	new_pipe(fd);
	fds[0] = fd[1];
	fds[1] = 1000000;
	CHECK_EQ(send_fds(sock[0], fds, 3, 0), -EBADF);
	expect_nothing(sock[1]);
	close_fd(fd[1]);
	expect_closed(fd[0]);
}

CASE(path_descriptor_can_be_sent)
{
	int sock[2], path = sys(SYS_open, "/", O_PATH), got;

	new_pair(sock, SOCK_STREAM);
	CHECK(path >= 0);
	CHECK_EQ(send_fd(sock[0], path), 1);
	got = receive_fd(sock[1]);
	CHECK(sys(SYS_fcntl, got, F_GETFL) & O_PATH);
}

CASE(small_control_buffer_gets_what_fits_and_the_rest_is_closed)
{
	int sock[2], fd[2], fds[4], before;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	for (int i = 0; i < 4; i++)
		fds[i] = fd[1];
	CHECK_EQ(send_fds(sock[0], fds, 4, 0), 1);
	close_fd(fd[1]);
	before = open_fds();
	empty_message(&m, CMSG_LEN(2 * sizeof(int)));
	CHECK_EQ(sys(SYS_recvmsg, sock[1], &m.h, 0), 1);
	CHECK_EQ(m.h.msg_flags, MSG_CTRUNC);
	CHECK_EQ(fds_in(&m, fds), 2);
	CHECK_EQ(open_fds(), before + 2);
	close_fd(fds[0]);
	expect_open(fd[0]);
	close_fd(fds[1]);
	expect_closed(fd[0]);
}

CASE(no_control_buffer_closes_what_came)
{
	static const size_t sizes[] = {0, 1, sizeof(struct cmsghdr) - 1, sizeof(struct cmsghdr), CMSG_LEN(3)};

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		int sock[2], fd[2], before;
		struct message m;

		new_pair(sock, SOCK_STREAM);
		new_pipe(fd);
		CHECK_EQ(send_fd(sock[0], fd[1]), 1);
		close_fd(fd[1]);
		before = open_fds();
		empty_message(&m, sizes[i]);
		CHECK_EQ(sys(SYS_recvmsg, sock[1], &m.h, 0), 1);
		CHECK_EQ(m.h.msg_flags, MSG_CTRUNC);
		CHECK_EQ(open_fds(), before);
		expect_closed(fd[0]);
	}
}

CASE(plain_read_closes_what_came)
{
	FOR_EACH(type, all_types) {
		int sock[2], fd[2], before;

		new_pair(sock, type);
		new_pipe(fd);
		CHECK_EQ(send_fd(sock[0], fd[1]), 1);
		close_fd(fd[1]);
		before = open_fds();
		expect(sock[1], "f");
		CHECK_EQ(open_fds(), before);
		expect_closed(fd[0]);
	}
}

CASE(end_of_the_receiver_closes_what_travels)
{
	FOR_EACH(type, all_types) {
		int sock[2], fd[2];

		new_pair(sock, type);
		new_pipe(fd);
		CHECK_EQ(send_fd(sock[0], fd[1]), 1);
		close_fd(fd[1]);
		expect_open(fd[0]);
		close_fd(sock[0]);
		expect_open(fd[0]);
		close_fd(sock[1]);
		expect_closed(fd[0]);
	}
}

CASE(limit_of_descriptors_at_the_receiver)
{
	int sock[2], fd[2], fds[4], lowest;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	for (int i = 0; i < 4; i++)
		fds[i] = fd[1];
	CHECK_EQ(send_fds(sock[0], fds, 4, 0), 1);
	close_fd(fd[1]);
	lowest = sys(SYS_dup, 0);
	close_fd(lowest);
	set_limit(RLIMIT_NOFILE, fd[1] + 2);
	CHECK_EQ(receive(sock[1], &m, 0), 1);
	CHECK_EQ(m.h.msg_flags, MSG_CTRUNC);
	CHECK_EQ(fds_in(&m, fds), 2);
	CHECK_EQ(fds[0], lowest);
	close_fd(fds[0]);
	close_fd(fds[1]);
	expect_closed(fd[0]);
}

CASE(read_of_a_stream_ends_with_the_message_that_brought_descriptors)
{
	int sock[2], got;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	put(sock[0], "before ");
	CHECK_EQ(send_fd(sock[0], 0), 1);
	put(sock[0], " after");
	CHECK_EQ(receive(sock[1], &m, 0), 8);
	CHECK_MEM(m.data, "before f", 8);
	CHECK_EQ(fds_in(&m, &got), 1);
	expect(sock[1], " after");
}

CASE(two_messages_with_descriptors_are_never_one_read)
{
	int sock[2], got;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	CHECK_EQ(send_fd(sock[0], 0), 1);
	CHECK_EQ(send_fd(sock[0], 1), 1);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(receive(sock[1], &m, 0), 1);
		CHECK_EQ(fds_in(&m, &got), 1);
		same_file(got, i);
	}
}

CASE(descriptors_come_with_the_first_byte)
{
	int sock[2], zero = 0, got;
	struct message m;

	new_pair(sock, SOCK_STREAM);
	message_of(&m, "abcdef");
	add_control(&m, SCM_RIGHTS, &zero, sizeof(zero));
	CHECK_EQ(sys(SYS_sendmsg, sock[0], &m.h, 0), 6);
	empty_message(&m, sizeof(m.control));
	m.iov.iov_len = 2;
	CHECK_EQ(sys(SYS_recvmsg, sock[1], &m.h, 0), 2);
	CHECK_EQ(fds_in(&m, &got), 1);
	CHECK_EQ(receive(sock[1], &m, 0), 4);
	CHECK_EQ(m.h.msg_controllen, 0);
}

CASE(stream_needs_a_byte_to_carry_descriptors)
{
	int sock[2], fd[2];
	struct message m;

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	message_of(&m, "");
	add_control(&m, SCM_RIGHTS, &fd[1], sizeof(int));
	CHECK_EQ(sys(SYS_sendmsg, sock[0], &m.h, 0), 0);
	expect_nothing(sock[1]);
	close_fd(fd[1]);
	expect_closed(fd[0]);
}

CASE(datagram_of_nothing_carries_descriptors)
{
	int sock[2], zero = 0, got;
	struct message m;

	new_pair(sock, SOCK_DGRAM);
	message_of(&m, "");
	add_control(&m, SCM_RIGHTS, &zero, sizeof(zero));
	CHECK_EQ(sys(SYS_sendmsg, sock[0], &m.h, 0), 0);
	CHECK_EQ(receive(sock[1], &m, 0), 0);
	CHECK_EQ(fds_in(&m, &got), 1);
	same_file(got, 0);
}

CASE(peek_gives_descriptors_of_its_own)
{
	FOR_EACH(type, all_types) {
		int sock[2], fd[2], one, two, three;
		struct message m;

		new_pair(sock, type);
		new_pipe(fd);
		CHECK_EQ(send_fd(sock[0], fd[1]), 1);
		close_fd(fd[1]);
		CHECK_EQ(receive(sock[1], &m, MSG_PEEK), 1);
		CHECK_EQ(fds_in(&m, &one), 1);
		CHECK_EQ(receive(sock[1], &m, MSG_PEEK), 1);
		CHECK_EQ(fds_in(&m, &two), 1);
		three = receive_fd(sock[1]);
		CHECK(one != two && two != three);
		close_fd(one);
		close_fd(two);
		expect_open(fd[0]);
		close_fd(three);
		expect_closed(fd[0]);
	}
}

CASE(descriptor_of_every_kind_can_be_sent)
{
	int sock[2], other[2], kinds[4];

	new_pair(sock, SOCK_STREAM);
	new_pair(other, SOCK_STREAM);
	kinds[0] = sys(SYS_eventfd2, 3, 0);
	kinds[1] = sys(SYS_epoll_create1, 0);
	kinds[2] = other[0];
	kinds[3] = sock[0]; /* the sending end itself */
	for (int i = 0; i < 4; i++)
		CHECK_EQ(send_fd(sock[0], kinds[i]), 1);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(inode_of(receive_fd(sock[1])), inode_of(kinds[i]));
}

CASE(received_socket_works_like_the_sent_one)
{
	int sock[2], other[2], got;

	new_pair(sock, SOCK_DGRAM);
	new_pair(other, SOCK_STREAM);
	put(other[1], "early");
	CHECK_EQ(send_fd(sock[0], other[0]), 1);
	close_fd(other[0]);
	put(other[1], " late");
	got = receive_fd(sock[1]);
	expect(got, "early late");
	put(got, "back");
	expect(other[1], "back");
	close_fd(got);
	expect_answer(other[1], 0);
}

CASE(sender_may_receive_its_own_descriptor)
{
	int fd, pipe_fd[2], got;
	struct message m;
	struct sockaddr_un a;

	scratch();
	fd = bound(SOCK_DGRAM, "self");
	new_pipe(pipe_fd);
	message_of(&m, "f");
	m.h.msg_namelen = path_address(&a, "self");
	m.h.msg_name = &a;
	add_control(&m, SCM_RIGHTS, &pipe_fd[1], sizeof(int));
	CHECK_EQ(sys(SYS_sendmsg, fd, &m.h, 0), 1);
	got = receive_fd(fd);
	same_file(got, pipe_fd[1]);
}

/* Sends the descriptor until the limit refuses, at most so often; how many went. */
static int fill_flight(int sock, int fd, int most)
{
	int fds[FLIGHT], n = 0;
	long r = 1;

	for (int i = 0; i < FLIGHT; i++)
		fds[i] = fd;
	while (n < most && (r = send_fds(sock, fds, FLIGHT, MSG_DONTWAIT)) == 1)
		n++;
	CHECK(n == most || r == -ETOOMANYREFS);
	return n;
}

static void limited_user(void)
{
	int sock[2], fd[2], n;
	struct message m;
	int got[FLIGHT];

	set_limit(RLIMIT_NOFILE, FD_LIMIT);
	CHECK(become(lonely_user()));
	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	for (int round = 0; round < 3; round++) {
		n = fill_flight(sock[0], fd[1], MANY_ROUNDS);
		CHECK(n < MANY_ROUNDS);
		CHECK(n * FLIGHT >= FD_LIMIT - FLIGHT);
		CHECK_EQ(send_fd(sock[0], fd[1]), -ETOOMANYREFS);
		put(sock[0], "x"); /* bytes may still go */
		for (int i = 0; i < n; i++) {
			CHECK_EQ(receive(sock[1], &m, 0), 1);
			CHECK_EQ(fds_in(&m, got), FLIGHT);
			for (int j = 0; j < FLIGHT; j++)
				close_fd(got[j]);
		}
		expect(sock[1], "x");
	}
	n = fill_flight(sock[0], fd[1], MANY_ROUNDS);
	close_fd(sock[1]);
	close_fd(sock[0]);
	new_pair(sock, SOCK_STREAM);
	CHECK_EQ(fill_flight(sock[0], fd[1], MANY_ROUNDS), n);
}

/* CVE-2013-4312, CVE-2016-2550 */
CASE(descriptors_in_flight_are_limited_and_come_back)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid)
		limited_user();
	CHECK_EXIT(pid, 0);
}

CASE(flight_is_charged_to_the_sender_not_the_owner_of_the_socket)
{
	int sock[2], pid, user = lonely_user();

	NEEDS_ROOT();
	new_pair(sock, SOCK_STREAM);
	CHILD(pid) {
		set_limit(RLIMIT_NOFILE, FD_LIMIT);
		CHECK(become(user));
		CHECK(fill_flight(sock[0], 0, MANY_ROUNDS) < MANY_ROUNDS);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(send_fd(sock[0], 0), 1);
	CHILD(pid) {
		set_limit(RLIMIT_NOFILE, FD_LIMIT);
		CHECK(become(user));
		CHECK_EQ(send_fd(sock[0], 0), -ETOOMANYREFS);
		while (recv_from(sock[1], &(char){0}, 1, MSG_DONTWAIT) == 1)
			;
		CHECK_EQ(send_fd(sock[0], 0), 1);
	}
	CHECK_EXIT(pid, 0);
}

CASE(fdinfo_counts_descriptors_that_wait)
{
	int sock[2], fds[3] = {0, 1, 2};
	char path[64], text[512];

	new_pair(sock, SOCK_STREAM);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", sock[1]);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "\nscm_fds: 0\n"));
	CHECK_EQ(send_fds(sock[0], fds, 3, 0), 1);
	CHECK_EQ(send_fd(sock[0], 0), 1);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "\nscm_fds: 4\n"));
	drain(sock[1]);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strstr(text, "\nscm_fds: 0\n"));
}

CASE(failed_send_keeps_no_descriptor)
{
	int sock[2], fd[2];

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	fill_up(sock[0], PAGE);
	CHECK_EQ(send_fds(sock[0], &fd[1], 1, MSG_DONTWAIT), -EAGAIN);
	close_fd(sock[1]);
	CHECK_EQ(send_fds(sock[0], &fd[1], 1, MSG_NOSIGNAL), -EPIPE);
	close_fd(fd[1]);
	expect_closed(fd[0]);
}

CASE(death_of_a_sleeping_sender_lets_its_descriptor_go)
{
	FOR_EACH(type, all_types) {
		int sock[2], fd[2], pid;

		new_pair(sock, type);
		new_pipe(fd);
		fill_up(sock[0], PAGE);
		CHILD(pid)
			send_fd(sock[0], fd[1]);
		close_fd(fd[1]);
		tap_wait_blocked(pid);
		expect_open(fd[0]);
		end_child(pid);
		expect_closed(fd[0]);
	}
}

CASE(rights_can_be_refused)
{
	int sock[2], fd[2];
	struct message m;

	NEEDS_LINUX(6, 16);
	FOR_EACH(type, all_types) {
		new_pair(sock, type);
		new_pipe(fd);
		CHECK_EQ(option(sock[1], SO_PASSRIGHTS), 1);
		CHECK_EQ(set_option(sock[1], SO_PASSRIGHTS, 0), 0);
		CHECK_EQ(option(sock[1], SO_PASSRIGHTS), 0);
		CHECK_EQ(send_fd(sock[0], fd[1]), -EPERM);
		expect_nothing(sock[1]);
		CHECK_EQ(send_fd(sock[1], fd[1]), 1);
		CHECK_EQ(set_option(sock[1], SO_PASSRIGHTS, 1), 0);
		CHECK_EQ(send_fd(sock[0], fd[1]), 1);
		CHECK_EQ(set_option(sock[1], SO_PASSRIGHTS, 0), 0);
		CHECK_EQ(receive(sock[1], &m, 0), 1);
		CHECK(find_control(&m, SCM_RIGHTS) != NULL);
		close_fd(sock[1]);
	}
}

CASE(accepted_socket_refuses_rights_as_the_listener_does)
{
	int server, client, conn;

	NEEDS_LINUX(6, 16);
	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	CHECK_EQ(set_option(server, SO_PASSRIGHTS, 0), 0);
	client = connected(SOCK_STREAM, "name");
	CHECK_EQ(send_fd(client, 0), -EPERM);
	conn = accepted(server);
	CHECK_EQ(option(conn, SO_PASSRIGHTS), 0);
	CHECK_EQ(send_fd(conn, 0), 1);
}
