// SPDX-License-Identifier: MIT
/*
 * unix/connect: connect, listen and accept, and who sleeps in them.
 *
 * Promise   a connection exists from connect on, before anybody accepts it; a queue that is full refuses or makes wait;
 *           each sleeper is told of what he waits for, of signals, of time limits and of the end of the other side.
 * Linux     connect(2), listen(2), accept(2), unix(7), signal(7) "Interruption of system calls".
 */
#include "tests/abi/unix/unix.h"

enum { BACKLOG = 3, WAITERS = 4, STEP_MS = 1 };

/* Connects without waiting until the queue is full; how many did. */
static int fill_queue(const char *path)
{
	for (int n = 0;; n++) {
		int fd = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
		long r = connect_path(fd, path);

		if (r == -EAGAIN) {
			close_fd(fd);
			return n;
		}
		CHECK_EQ(r, 0);
	}
}

/* A child that connects, with the handler's flags given; it ends with the errno. */
static int connecting_child(const char *path, int type, int flags)
{
	int pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, flags);
		_exit(answer(connect_path(new_socket(type), path)));
	}
	return pid;
}

static int accepting_child(int fd, int flags)
{
	int pid;

	CHILD(pid) {
		handle(SIGUSR1, count_signal, flags);
		_exit(answer(sys(SYS_accept, fd, 0, 0)));
	}
	tap_wait_blocked(pid);
	return pid;
}

CASE(path_that_is_not_there)
{
	scratch();
	FOR_EACH(type, all_types) {
		CHECK_EQ(connect_path(new_socket(type), "nowhere"), -ENOENT);
		CHECK_EQ(connect_path(new_socket(type), "nowhere/deeper"), -ENOENT);
		CHECK_EQ(connect_path(new_socket(type), "/var/run/nscd/parley-has-none"), -ENOENT);
	}
}

CASE(path_that_is_no_socket_refuses)
{
	scratch();
	close_fd(sys(SYS_open, "file", O_CREAT | O_WRONLY, 0666));
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0666, 0), 0);
	FOR_EACH(type, all_types) {
		CHECK_EQ(connect_path(new_socket(type), "file"), -ECONNREFUSED);
		CHECK_EQ(connect_path(new_socket(type), "fifo"), -ECONNREFUSED);
		CHECK_EQ(connect_path(new_socket(type), "."), -ECONNREFUSED);
		CHECK_EQ(connect_path(new_socket(type), "file/deeper"), -ENOTDIR);
	}
}

CASE(socket_that_does_not_listen_refuses)
{
	scratch();
	FOR_EACH(type, connecting_types) {
		bound(type, "name");
		CHECK_EQ(connect_path(new_socket(type), "name"), -ECONNREFUSED);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(type_of_the_path_must_be_ones_own)
{
	scratch();
	listener(SOCK_STREAM, "stream", 1);
	listener(SOCK_SEQPACKET, "packet", 1);
	bound(SOCK_DGRAM, "dgram");
	CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "packet"), -EPROTOTYPE);
	CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "dgram"), -EPROTOTYPE);
	CHECK_EQ(connect_path(new_socket(SOCK_SEQPACKET), "stream"), -EPROTOTYPE);
	CHECK_EQ(connect_path(new_socket(SOCK_DGRAM), "stream"), -EPROTOTYPE);
	CHECK_EQ(send_path(new_socket(SOCK_DGRAM), "x", 1, 0, "packet"), -EPROTOTYPE);
}

CASE(abstract_name_of_another_type_is_not_there)
{
	struct sockaddr_un a;
	int fd = new_socket(SOCK_STREAM), len = abstract_address(&a, "typed");

	CHECK_EQ(sys(SYS_bind, fd, &a, len), 0);
	CHECK_EQ(sys(SYS_listen, fd, 1), 0);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_SEQPACKET), &a, len), -ECONNREFUSED);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), &a, len), -ECONNREFUSED);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_STREAM), &a, len), 0);
}

CASE(write_permission_of_the_path_is_needed)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	listener(SOCK_STREAM, "mine", 8);
	listener(SOCK_STREAM, "all", 8);
	bound(SOCK_DGRAM, "dgram");
	CHECK_EQ(sys(SYS_mkdir, "closed", 0700), 0);
	listener(SOCK_STREAM, "closed/all", 8);
	CHECK_EQ(sys(SYS_chmod, "mine", 0755), 0);
	CHECK_EQ(sys(SYS_chmod, "dgram", 0755), 0);
	CHECK_EQ(sys(SYS_chmod, "all", 0222), 0);
	CHECK_EQ(sys(SYS_chmod, "closed/all", 0777), 0);
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "mine"), -EACCES);
		CHECK_EQ(connect_path(new_socket(SOCK_DGRAM), "dgram"), -EACCES);
		CHECK_EQ(send_path(new_socket(SOCK_DGRAM), "x", 1, 0, "dgram"), -EACCES);
		CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "closed/all"), -EACCES);
		CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "all"), 0);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_chmod, "mine", 0), 0);
	CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "mine"), 0);
}

CASE(second_connection_is_refused)
{
	scratch();
	FOR_EACH(type, connecting_types) {
		int server = listener(type, "name", 4), fd = connected(type, "name"), pair[2];

		CHECK_EQ(connect_path(fd, "name"), -EISCONN);
		new_pair(pair, type);
		CHECK_EQ(connect_path(pair[0], "name"), -EISCONN);
		CHECK_EQ(connect_path(accepted(server), "name"), -EISCONN);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(listener_cannot_connect)
{
	int fd;

	scratch();
	fd = listener(SOCK_STREAM, "one", 1);
	listener(SOCK_STREAM, "two", 1);
	CHECK_EQ(connect_path(fd, "two"), -EINVAL);
	CHECK_EQ(connect_path(fd, "one"), -EINVAL);
}

CASE(failed_connect_can_be_tried_again)
{
	int fd = new_socket(SOCK_STREAM), server;

	scratch();
	CHECK_EQ(connect_path(fd, "name"), -ENOENT);
	server = bound(SOCK_STREAM, "name");
	CHECK_EQ(connect_path(fd, "name"), -ECONNREFUSED);
	CHECK_EQ(option(fd, SO_ERROR), 0);
	CHECK_EQ(sys(SYS_listen, server, 1), 0);
	CHECK_EQ(connect_path(fd, "name"), 0);
}

CASE(connection_carries_bytes_before_it_is_accepted)
{
	int server, client, conn;
	char c;

	scratch();
	FOR_EACH(type, connecting_types) {
		server = listener(type, "name", 1);
		client = connected(type, "name");
		put(client, "early");
		CHECK_EQ(poll_now(client), WRITABLE);
		CHECK_EQ(poll_now(server), READABLE);
		CHECK_EQ(sys(SYS_shutdown, client, SHUT_WR), 0);
		conn = accepted(server);
		expect(conn, "early");
		CHECK_EQ(sys(SYS_read, conn, &c, 1), 0);
		CHECK_EQ(poll_now(server), 0);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(connections_are_accepted_in_their_order)
{
	int server, clients[BACKLOG];
	char want[2] = "a";

	scratch();
	server = listener(SOCK_STREAM, "name", BACKLOG);
	for (int i = 0; i < BACKLOG; i++) {
		clients[i] = connected(SOCK_STREAM, "name");
		want[0] = 'a' + i;
		put(clients[i], want);
	}
	for (int i = 0; i < BACKLOG; i++) {
		want[0] = 'a' + i;
		expect(accepted(server), want);
	}
}

CASE(client_that_is_gone_before_it_is_accepted_leaves_its_bytes)
{
	int server, client, conn;
	char c;

	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	client = connected(SOCK_STREAM, "name");
	put(client, "last words");
	close_fd(client);
	conn = accepted(server);
	expect(conn, "last words");
	CHECK_EQ(sys(SYS_read, conn, &c, 1), 0);
	CHECK_EQ(send_to(conn, "x", 1, MSG_NOSIGNAL), -EPIPE);
}

CASE(accept_tells_names_of_both_sides)
{
	struct sockaddr_un a;
	int server, named, conn, len = sizeof(a);

	scratch();
	server = listener(SOCK_STREAM, "server", 4);
	named = bound(SOCK_STREAM, "client");
	CHECK_EQ(connect_path(named, "server"), 0);
	connected(SOCK_STREAM, "server");
	conn = sys(SYS_accept, server, &a, &len);
	CHECK_EQ(len, FAMILY_LEN + sizeof("client"));
	CHECK_STR(a.sun_path, "client");
	CHECK_EQ(socket_name(conn, &a), FAMILY_LEN + sizeof("server"));
	CHECK_STR(a.sun_path, "server");
	len = sizeof(a);
	CHECK_EQ(sys(SYS_getpeername, named, &a, &len), 0);
	CHECK_STR(a.sun_path, "server");
	len = sizeof(a);
	CHECK(sys(SYS_accept, server, &a, &len) >= 0);
	CHECK_EQ(len, FAMILY_LEN);
}

CASE(accept_cuts_the_name_to_the_buffer)
{
	char buf[16];
	int server, client, len = 4;

	scratch();
	server = listener(SOCK_STREAM, "server", 4);
	client = bound(SOCK_STREAM, "client");
	CHECK_EQ(connect_path(client, "server"), 0);
	memset(buf, 'x', sizeof(buf));
	CHECK(sys(SYS_accept, server, buf, &len) >= 0);
	CHECK_EQ(len, FAMILY_LEN + sizeof("client"));
	CHECK_MEM(buf + FAMILY_LEN, "clxx", 4);
}

CASE(accept_at_a_bad_pointer_loses_the_connection)
{
	int server, client, len = 10, before;
	char c;

	scratch();
	server = listener(SOCK_STREAM | SOCK_NONBLOCK, "server", 4);
	client = connected(SOCK_STREAM, "server");
	before = open_fds();
	CHECK_EQ(sys(SYS_accept, server, hole(), &len), -EFAULT);
	CHECK_EQ(open_fds(), before);
	CHECK_EQ(sys(SYS_read, client, &c, 1), 0);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EAGAIN);
	client = connected(SOCK_STREAM, "server");
	len = -1;
	CHECK_EQ(sys(SYS_accept, server, &c, &len), -EINVAL);
	CHECK_EQ(sys(SYS_read, client, &c, 1), 0);
}

CASE(accept_without_a_free_descriptor_keeps_the_connection)
{
	struct rlimit limit = {0, 0}, old;
	int server, client;

	scratch();
	server = listener(SOCK_STREAM, "server", 4);
	client = connected(SOCK_STREAM, "server");
	put(client, "kept");
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &old), 0);
	limit.rlim_max = old.rlim_max;
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, 0), 0);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EMFILE);
	CHECK_EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, &old, 0), 0);
	expect(accepted(server), "kept");
}

CASE(accepted_socket_has_the_flags_asked_for_and_no_others)
{
	static const int flags[] = {0, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_CLOEXEC | SOCK_NONBLOCK};
	int server;

	scratch();
	server = listener(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, "server", 8);
	FOR_EACH(flag, flags) {
		int conn;

		connected(SOCK_STREAM, "server");
		conn = sys(SYS_accept4, server, 0, 0, flag);
		CHECK_EQ(sys(SYS_fcntl, conn, F_GETFD), flag & SOCK_CLOEXEC ? FD_CLOEXEC : 0);
		CHECK_EQ(sys(SYS_fcntl, conn, F_GETFL), O_RDWR | (flag & SOCK_NONBLOCK ? O_NONBLOCK : 0));
		CHECK_EQ(option(conn, SO_TYPE), SOCK_STREAM);
		CHECK_EQ(option(conn, SO_ACCEPTCONN), 0);
	}
	CHECK_EQ(sys(SYS_accept4, server, 0, 0, 1), -EINVAL);
	CHECK_EQ(sys(SYS_accept4, server, 0, 0, O_APPEND), -EINVAL);
}

CASE(only_a_listener_can_accept)
{
	int fd[2];

	scratch();
	FOR_EACH(type, connecting_types) {
		new_pair(fd, type);
		CHECK_EQ(sys(SYS_accept, fd[0], 0, 0), -EINVAL);
		CHECK_EQ(sys(SYS_accept, new_socket(type), 0, 0), -EINVAL);
		CHECK_EQ(sys(SYS_accept, bound(type, "name"), 0, 0), -EINVAL);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
	CHECK_EQ(sys(SYS_accept, new_socket(SOCK_DGRAM), 0, 0), -EOPNOTSUPP);
}

CASE(only_an_unconnected_socket_with_a_name_can_listen)
{
	int fd[2], client;

	scratch();
	FOR_EACH(type, connecting_types) {
		CHECK_EQ(sys(SYS_listen, new_socket(type), 1), -EINVAL);
		new_pair(fd, type);
		CHECK_EQ(sys(SYS_listen, fd[0], 1), -EINVAL);
		listener(type, "server", 4);
		client = bound(type, "client");
		CHECK_EQ(connect_path(client, "server"), 0);
		CHECK_EQ(sys(SYS_listen, client, 1), -EINVAL);
		CHECK_EQ(sys(SYS_unlink, "server"), 0);
		CHECK_EQ(sys(SYS_unlink, "client"), 0);
	}
	CHECK_EQ(sys(SYS_listen, bound(SOCK_DGRAM, "name"), 1), -EOPNOTSUPP);
}

CASE(listener_is_told_by_its_option_and_moves_no_data)
{
	int fd;

	scratch();
	fd = listener(SOCK_STREAM, "name", 1);
	CHECK_EQ(option(fd, SO_ACCEPTCONN), 1);
	CHECK_EQ(send_to(fd, "x", 1, MSG_NOSIGNAL), -ENOTCONN);
	expect_answer(fd, -EINVAL);
	CHECK_EQ(poll_now(fd), 0);
	fd = listener(SOCK_SEQPACKET, "other", 1);
	expect_answer(fd, -ENOTCONN);
}

CASE(full_queue_refuses_who_does_not_wait)
{
	int server, n;

	scratch();
	server = listener(SOCK_STREAM, "name", BACKLOG);
	n = fill_queue("name");
	CHECK(n == BACKLOG || n == BACKLOG + 1);
	accepted(server);
	CHECK_EQ(fill_queue("name"), 1);
}

CASE(queue_of_nothing_still_takes_one)
{
	scratch();
	listener(SOCK_STREAM, "name", 0);
	CHECK_EQ(fill_queue("name"), 1);
}

CASE(second_listen_changes_the_length_of_the_queue)
{
	int server, n;

	scratch();
	server = listener(SOCK_STREAM, "name", 0);
	CHECK_EQ(fill_queue("name"), 1);
	CHECK_EQ(sys(SYS_listen, server, BACKLOG), 0);
	n = fill_queue("name");
	CHECK(n == BACKLOG || n == BACKLOG - 1);
	CHECK_EQ(sys(SYS_listen, server, 0), 0);
	CHECK_EQ(fill_queue("name"), 0);
	for (int i = 0; i < n + 1; i++)
		accepted(server);
	CHECK_EQ(fill_queue("name"), 1);
}

CASE(negative_backlog_is_the_longest)
{
	int server;

	scratch();
	server = listener(SOCK_STREAM | SOCK_NONBLOCK, "name", -1);
	for (int i = 0; i < 100; i++)
		connected(SOCK_STREAM | SOCK_NONBLOCK, "name");
	for (int i = 0; i < 100; i++)
		accepted(server);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EAGAIN);
}

CASE(full_queue_makes_others_wait_until_one_is_accepted)
{
	int server, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 0);
	fill_queue("name");
	pid = connecting_child("name", SOCK_STREAM, 0);
	tap_wait_blocked(pid);
	accepted(server);
	CHECK_EXIT(pid, 0);
}

CASE(longer_queue_lets_a_waiting_connection_in)
{
	int server, pid;

	scratch();
	server = listener(SOCK_SEQPACKET, "name", 0);
	connected(SOCK_SEQPACKET, "name");
	pid = connecting_child("name", SOCK_SEQPACKET, 0);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_listen, server, 1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(end_of_the_listener_refuses_a_waiting_connection)
{
	int server, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 0);
	fill_queue("name");
	CHILD(pid) {
		close_fd(server);
		_exit(answer(connect_path(new_socket(SOCK_STREAM), "name")));
	}
	tap_wait_blocked(pid);
	close_fd(server);
	CHECK_EXIT(pid, ECONNREFUSED);
}

CASE(signal_interrupts_a_waiting_connection)
{
	int pid;

	scratch();
	listener(SOCK_STREAM, "name", 0);
	fill_queue("name");
	pid = connecting_child("name", SOCK_STREAM, 0);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, EINTR);
}

CASE(sa_restart_restarts_a_waiting_connection)
{
	int server, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 0);
	fill_queue("name");
	pid = connecting_child("name", SOCK_STREAM, SA_RESTART);
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	sleep_ms(STEP_MS);
	tap_wait_blocked(pid);
	accepted(server);
	CHECK_EXIT(pid, 0);
}

CASE(time_limit_of_sending_ends_a_waiting_connection)
{
	int fd = new_socket(SOCK_STREAM);
	int64_t start = now_ms();

	scratch();
	listener(SOCK_STREAM, "name", 0);
	fill_queue("name");
	set_time_limit(fd, SO_SNDTIMEO, SHORT_MS);
	CHECK_EQ(connect_path(fd, "name"), -EAGAIN);
	CHECK(now_ms() - start >= SHORT_MS);
}

CASE(accept_waits_for_a_connection)
{
	int server, pid;

	scratch();
	FOR_EACH(type, connecting_types) {
		server = listener(type, "name", 1);
		pid = accepting_child(server, 0);
		connected(type, "name");
		CHECK_EXIT(pid, 0);
		set_nonblocking(server);
		CHECK_EQ(sys(SYS_accept, server, 0, 0), -EAGAIN);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(signal_interrupts_accept)
{
	int server, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	pid = accepting_child(server, 0);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, EINTR);
	pid = accepting_child(server, SA_RESTART);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	sleep_ms(STEP_MS);
	tap_wait_blocked(pid);
	connected(SOCK_STREAM, "name");
	CHECK_EXIT(pid, 0);
}

CASE(time_limit_of_receiving_ends_accept)
{
	int server;
	int64_t start = now_ms();

	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	set_time_limit(server, SO_RCVTIMEO, SHORT_MS);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EAGAIN);
	CHECK(now_ms() - start >= SHORT_MS);
}

CASE(each_of_many_waiters_accepts_one)
{
	int server, pid[WAITERS];

	scratch();
	server = listener(SOCK_STREAM, "name", WAITERS);
	for (int i = 0; i < WAITERS; i++)
		pid[i] = accepting_child(server, 0);
	for (int i = 0; i < WAITERS; i++)
		connected(SOCK_STREAM, "name");
	for (int i = 0; i < WAITERS; i++)
		CHECK_EXIT(pid[i], 0);
	set_nonblocking(server);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EAGAIN);
}

CASE(shutdown_of_the_listener_ends_accept_and_refuses)
{
	int server, pid[WAITERS];

	scratch();
	server = listener(SOCK_STREAM, "name", 1);
	for (int i = 0; i < WAITERS; i++)
		pid[i] = accepting_child(server, 0);
	CHECK_EQ(sys(SYS_shutdown, server, SHUT_RD), 0);
	for (int i = 0; i < WAITERS; i++)
		CHECK_EXIT(pid[i], EINVAL);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EINVAL);
	CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "name"), -ECONNREFUSED);
}

CASE(end_of_the_listener_resets_what_nobody_accepted)
{
	int server, client;
	char c;

	scratch();
	FOR_EACH(type, connecting_types) {
		server = listener(type, "name", 2);
		client = connected(type, "name");
		close_fd(server);
		CHECK(poll_now(client) & POLLHUP);
		CHECK_EQ(sys(SYS_read, client, &c, 1), -ECONNRESET);
		CHECK_EQ(sys(SYS_read, client, &c, 1), 0);
		CHECK_EQ(send_to(client, "x", 1, MSG_NOSIGNAL), -EPIPE);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(listener_lives_on_in_a_child)
{
	int server, client, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 2);
	CHILD(pid)
		put(accepted(server), "from the child");
	close_fd(server);
	tap_wait_blocked(pid);
	client = connected(SOCK_STREAM, "name");
	CHECK_EXIT(pid, 0);
	expect(client, "from the child");
	CHECK_EQ(connect_path(new_socket(SOCK_STREAM), "name"), -ECONNREFUSED);
}

CASE(one_accepted_end_serves_two_processes)
{
	int server, client, conn, pid;

	scratch();
	server = listener(SOCK_STREAM, "name", 2);
	client = connected(SOCK_STREAM, "name");
	conn = accepted(server);
	CHILD(pid)
		put(conn, "one");
	CHECK_EXIT(pid, 0);
	put(conn, "two");
	expect(client, "onetwo");
	close_fd(conn);
	expect_answer(client, 0);
}

CASE(many_short_connections_leave_nothing)
{
	enum { ROUNDS = 300 };
	int server, before;

	scratch();
	server = listener(SOCK_STREAM, "name", 4);
	before = open_fds();
	for (int i = 0; i < ROUNDS; i++) {
		int client = connected(SOCK_STREAM, "name"), conn;
		char c = 0;

		put(client, "?");
		conn = accepted(server);
		CHECK_EQ(sys(SYS_read, conn, &c, 1), 1);
		put(conn, "!");
		close_fd(conn);
		expect(client, "!");
		expect_answer(client, 0);
		close_fd(client);
	}
	CHECK_EQ(open_fds(), before);
}
