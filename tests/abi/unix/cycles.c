// SPDX-License-Identifier: MIT
/*
 * unix/cycles: sockets inside sockets, and what becomes of those that only their own messages still hold.
 *
 * Promise   what no process can reach any more is closed: a pipe's write end inside it gives the end of file. What
 *           can still be reached, however deep, stays and works.
 * Waiting   a kernel may look for cycles only when some socket ends, so expect_collected() ends one now and then.
 * Linux     unix(7) SCM_RIGHTS; CVE-2021-0920, CVE-2021-4083, CVE-2024-26923, CVE-2025-40214, CVE-2026-23394,
 *           CVE-2008-5029, CVE-2010-4249.
 */
#include <sys/epoll.h>
#include "tests/abi/thread.h"
#include "tests/abi/unix/unix.h"

enum { CHAIN = 3000, FLIGHT_ROOM = 64, RING = 50, ROUNDS = 100, LOOK_MS = 20 };

/* The end of some socket: where a collector may start. */
static void end_some_socket(void)
{
	int fd[2];

	new_pair(fd, SOCK_STREAM);
	close_fd(fd[0]);
	close_fd(fd[1]);
}

static void expect_collected(int pipe_fd)
{
	char c;
	int64_t end = now_ms() + LONG_MS;

	do
		end_some_socket();
	while (!poll_for(pipe_fd, POLLIN, LOOK_MS) && now_ms() < end);
	CHECK_EQ(sys(SYS_read, pipe_fd, &c, 1), 0);
}

static void expect_alive(int pipe_fd)
{
	char c;

	end_some_socket();
	CHECK_EQ(poll_for(pipe_fd, POLLIN, LOOK_MS), 0);
	CHECK_EQ(sys(SYS_read, pipe_fd, &c, 1), -EAGAIN);
}

/* Puts the pipe's write end into the socket, and gives it up here. */
static void bury(int sock, int pipe_fd)
{
	CHECK_EQ(send_fd(sock, pipe_fd), 1);
	close_fd(pipe_fd);
}

CASE(socket_inside_itself)
{
	FOR_EACH(type, all_types) {
		int sock[2], fd[2];

		new_pair(sock, type);
		new_pipe(fd);
		bury(sock[0], fd[1]);
		CHECK_EQ(send_fd(sock[0], sock[1]), 1);
		expect_alive(fd[0]);
		close_fd(sock[1]); /* that the other end is open does not let anybody read this one */
		expect_collected(fd[0]);
		CHECK(send_to(sock[0], "x", 1, MSG_NOSIGNAL) < 0);
	}
}

CASE(both_ends_inside_each_other)
{
	int sock[2], fd[2];

	new_pair(sock, SOCK_STREAM);
	new_pipe(fd);
	bury(sock[0], fd[1]);
	CHECK_EQ(send_fd(sock[0], sock[0]), 1);
	CHECK_EQ(send_fd(sock[1], sock[1]), 1);
	close_fd(sock[0]);
	close_fd(sock[1]);
	expect_collected(fd[0]);
}

CASE(two_pairs_inside_each_other)
{
	int a[2], b[2], fd[2];

	new_pair(a, SOCK_STREAM);
	new_pair(b, SOCK_DGRAM);
	new_pipe(fd);
	CHECK_EQ(send_fd(a[0], b[1]), 1);
	CHECK_EQ(send_fd(b[0], a[1]), 1);
	bury(a[0], fd[1]);
	close_fd(a[0]);
	close_fd(a[1]);
	close_fd(b[0]);
	expect_alive(fd[0]);
	close_fd(b[1]);
	expect_collected(fd[0]);
}

CASE(long_ring)
{
	int first[2], last[2], fd[2];

	new_pipe(fd);
	new_pair(first, SOCK_STREAM);
	bury(first[0], fd[1]);
	last[0] = first[0];
	last[1] = first[1];
	for (int i = 0; i < RING; i++) {
		int next[2];

		new_pair(next, SOCK_STREAM);
		CHECK_EQ(send_fd(next[0], last[1]), 1);
		if (i > 0) {
			close_fd(last[0]);
			close_fd(last[1]);
		}
		last[0] = next[0];
		last[1] = next[1];
	}
	CHECK_EQ(send_fd(first[0], last[1]), 1);
	close_fd(last[0]);
	close_fd(last[1]);
	close_fd(first[0]);
	expect_alive(fd[0]);
	close_fd(first[1]);
	expect_collected(fd[0]);
}

CASE(what_hangs_on_a_dead_cycle_goes_with_it)
{
	int sock[2], child[2], deeper[2], fd[2];

	new_pair(sock, SOCK_STREAM);
	new_pair(child, SOCK_STREAM);
	new_pair(deeper, SOCK_SEQPACKET);
	new_pipe(fd);
	bury(deeper[0], fd[1]);
	CHECK_EQ(send_fd(child[0], deeper[1]), 1);
	CHECK_EQ(send_fd(sock[0], child[1]), 1);
	CHECK_EQ(send_fd(sock[0], sock[1]), 1);
	for (int i = 0; i < 2; i++) {
		close_fd(deeper[i]);
		close_fd(child[i]);
	}
	expect_alive(fd[0]);
	close_fd(sock[1]);
	close_fd(sock[0]);
	expect_collected(fd[0]);
}

CASE(what_a_dead_cycle_holds_and_others_hold_too_stays)
{
	int sock[2], other[2], fd[2];

	new_pair(sock, SOCK_STREAM);
	new_pair(other, SOCK_STREAM);
	new_pipe(fd);
	bury(sock[0], fd[1]);
	CHECK_EQ(send_fd(sock[0], sock[1]), 1);
	CHECK_EQ(send_fd(sock[0], other[1]), 1);
	close_fd(sock[0]);
	close_fd(sock[1]);
	expect_collected(fd[0]);
	put(other[0], "still here");
	expect(other[1], "still here");
}

CASE(cycle_that_a_living_socket_holds_stays_and_can_be_taken_apart)
{
	int holder[2], a[2], fd[2], got, inner;

	new_pair(holder, SOCK_STREAM);
	new_pair(a, SOCK_STREAM);
	new_pipe(fd);
	CHECK_EQ(send_fd(a[0], a[1]), 1);
	bury(a[0], fd[1]);
	CHECK_EQ(send_fd(holder[0], a[1]), 1);
	close_fd(a[0]);
	close_fd(a[1]);
	expect_alive(fd[0]);
	got = receive_fd(holder[1]);
	inner = receive_fd(got);
	CHECK_EQ(inode_of(inner), inode_of(got));
	close_fd(got);
	got = receive_fd(inner);
	put(got, "out");
	CHECK_EQ(sys(SYS_read, fd[0], &got, 3), 3);
}

/* The peek makes a second reference that no list of messages knows of. */
CASE(peek_rescues_a_cycle)
{
	int a[2], fd[2], got;
	struct message m;

	new_pair(a, SOCK_STREAM);
	new_pipe(fd);
	CHECK_EQ(send_fd(a[0], a[1]), 1);
	bury(a[0], fd[1]);
	CHECK_EQ(receive(a[1], &m, MSG_PEEK), 1);
	CHECK_EQ(fds_in(&m, &got), 1);
	close_fd(a[0]);
	close_fd(a[1]);
	expect_alive(fd[0]);
	CHECK_EQ(inode_of(receive_fd(got)), inode_of(got));
	close_fd(receive_fd(got));
	close_fd(got);
	expect_collected(fd[0]);
}

static volatile int stop_collecting;

static int collect_all_the_time(void *arg)
{
	(void)arg;
	while (!stop_collecting) {
		int fd[2];

		sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fd);
		sys(SYS_close, fd[0]);
		sys(SYS_close, fd[1]);
	}
	return 0;
}

CASE(peeks_while_cycles_are_collected, .timeout = 30)
{
	int done;

	CHECK(start_thread(&done, collect_all_the_time, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		int a[2], fd[2], got;
		struct message m;

		new_pair(a, SOCK_STREAM);
		new_pipe(fd);
		CHECK_EQ(send_fd(a[0], a[1]), 1);
		bury(a[0], fd[1]);
		CHECK_EQ(receive(a[1], &m, MSG_PEEK), 1);
		CHECK_EQ(fds_in(&m, &got), 1);
		close_fd(a[1]);
		put(a[0], "through");
		CHECK_EQ(inode_of(receive_fd(got)), inode_of(got));
		close_fd(receive_fd(got));
		expect(got, "through");
		close_fd(a[0]);
		close_fd(got);
		close_fd(fd[0]);
	}
	stop_collecting = 1;
	join_thread(&done);
}

CASE(listener_in_flight_inside_a_connection_to_it)
{
	int server, client, fd[2];

	scratch();
	new_pipe(fd);
	server = listener(SOCK_STREAM, "name", 4);
	client = connected(SOCK_STREAM, "name");
	CHECK_EQ(send_fd(client, server), 1);
	bury(client, fd[1]);
	close_fd(client);
	expect_alive(fd[0]);
	close_fd(server);
	expect_collected(fd[0]);
}

CASE(listener_in_flight_can_be_received_and_used)
{
	int server, client, holder[2], got, conn;

	scratch();
	new_pair(holder, SOCK_STREAM);
	server = listener(SOCK_STREAM, "name", 4);
	CHECK_EQ(send_fd(holder[0], server), 1);
	close_fd(server);
	client = connected(SOCK_STREAM, "name");
	CHECK_EQ(send_fd(client, 0), 1);
	end_some_socket();
	got = receive_fd(holder[1]);
	conn = accepted(got);
	close_fd(receive_fd(conn));
	put(conn, "served");
	expect(client, "served");
}

/* A collector may run between the connection and the message that goes into what nobody has accepted. */
CASE(connections_to_a_listener_in_flight_while_cycles_are_collected, .timeout = 30)
{
	int done;

	scratch();
	CHECK(start_thread(&done, collect_all_the_time, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		int server = listener(SOCK_STREAM, "name", 4), holder[2], client, got, conn, inner;

		new_pair(holder, SOCK_STREAM);
		CHECK_EQ(send_fd(holder[0], server), 1);
		close_fd(server);
		client = connected(SOCK_STREAM, "name");
		CHECK_EQ(send_fd(client, holder[1]), 1);
		got = receive_fd(holder[1]);
		conn = accepted(got);
		inner = receive_fd(conn);
		CHECK_EQ(inode_of(inner), inode_of(holder[1]));
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
		close_fd(holder[0]);
		close_fd(holder[1]);
		close_fd(client);
		close_fd(got);
		close_fd(conn);
		close_fd(inner);
	}
	stop_collecting = 1;
	join_thread(&done);
}

CASE(same_cycle_built_broken_and_built_again)
{
	int a[2], fd[2];

	new_pair(a, SOCK_STREAM);
	new_pipe(fd);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQ(send_fd(a[0], a[1]), 1);
		CHECK_EQ(send_fd(a[1], a[0]), 1);
		end_some_socket();
		close_fd(receive_fd(a[1]));
		end_some_socket();
		close_fd(receive_fd(a[0]));
	}
	CHECK_EQ(send_fd(a[0], a[1]), 1);
	bury(a[0], fd[1]);
	close_fd(a[0]);
	close_fd(a[1]);
	expect_collected(fd[0]);
}

/* A set holds no reference to what it watches: there is no cycle, but a collector has to see that. */
CASE(set_in_flight_inside_a_socket_that_it_watches)
{
	int a[2], fd[2], ep = sys(SYS_epoll_create1, 0);
	struct epoll_event ev = {.events = EPOLLIN};

	new_pair(a, SOCK_STREAM);
	new_pipe(fd);
	CHECK_EQ(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, a[1], &ev), 0);
	CHECK_EQ(send_fd(a[0], ep), 1);
	CHECK_EQ(send_fd(a[0], a[1]), 1);
	bury(a[0], fd[1]);
	close_fd(ep);
	close_fd(a[0]);
	expect_alive(fd[0]);
	close_fd(a[1]);
	expect_collected(fd[0]);
}

CASE(cycle_ends_with_its_process)
{
	int fd[2], pid;

	new_pipe(fd);
	CHILD(pid) {
		int a[2], b[2];

		new_pair(a, SOCK_STREAM);
		new_pair(b, SOCK_STREAM);
		CHECK_EQ(send_fd(a[0], b[1]), 1);
		CHECK_EQ(send_fd(b[0], a[1]), 1);
		CHECK_EQ(send_fd(a[0], fd[1]), 1);
	}
	close_fd(fd[1]);
	CHECK_EXIT(pid, 0);
	expect_collected(fd[0]);
}

/* Each socket inside the next: its end must not take a stack as deep, nor a second as long. */
static void chain_of_user(int pipe_fd)
{
	int inner[2];

	set_limit(RLIMIT_NOFILE, CHAIN + FLIGHT_ROOM);
	CHECK(become(lonely_user()));
	new_pair(inner, SOCK_STREAM);
	CHECK_EQ(send_fd(inner[0], pipe_fd), 1);
	for (int i = 0; i < CHAIN; i++) {
		int next[2];

		new_pair(next, SOCK_STREAM);
		CHECK_EQ(send_fd(next[0], inner[1]), 1);
		close_fd(inner[0]);
		close_fd(inner[1]);
		inner[0] = next[0];
		inner[1] = next[1];
	}
	close_fd(inner[0]);
	close_fd(inner[1]);
}

CASE(chain_of_thousands_ends_at_once, .timeout = 60)
{
	int fd[2], pid;

	NEEDS_ROOT();
	new_pipe(fd);
	CHILD(pid)
		chain_of_user(fd[1]);
	close_fd(fd[1]);
	CHECK_EXIT(pid, 0);
	expect_collected(fd[0]);
}

CASE(chain_can_be_walked_from_its_outside, .timeout = 30)
{
	enum { DEPTH = 200 };
	int inner[2], fd[2], at;

	new_pipe(fd);
	new_pair(inner, SOCK_STREAM);
	bury(inner[0], fd[1]);
	for (int i = 0; i < DEPTH; i++) {
		int next[2];

		new_pair(next, SOCK_STREAM);
		CHECK_EQ(send_fd(next[0], inner[1]), 1);
		close_fd(inner[0]);
		close_fd(inner[1]);
		inner[0] = next[0];
		inner[1] = next[1];
	}
	end_some_socket();
	at = inner[1];
	for (int i = 0; i <= DEPTH; i++) {
		int deeper = receive_fd(at);

		close_fd(at);
		at = deeper;
	}
	put(at, "bottom");
	CHECK_EQ(sys(SYS_read, fd[0], inner, 6), 6);
}
