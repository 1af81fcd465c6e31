// SPDX-License-Identifier: MIT
/*
 * unix/races: threads and processes on the same sockets at the same time.
 *
 * Promise   whoever wins, nothing is lost, nothing comes twice, nobody sleeps for ever, and the counts are right in the
 *           end. Each case is bounded by a number of rounds, and right under any schedule.
 * Linux     unix(7); CVE-2021-4083, CVE-2016-7117.
 */
#include "tests/abi/thread.h"
#include "tests/abi/unix/unix.h"

enum { THREADS = 4, ROUNDS = 300, BATCH = 64, BYTES = 100000, FAR_FD = 200 };

/* What the threads of a case share. */
static int sock[2], other[2];
static volatile int stop, started;
static volatile long moved[THREADS];

static void start_all(int *done, int n, int (*fn)(void *))
{
	for (long i = 0; i < n; i++)
		CHECK(start_thread(&done[i], fn, (void *)i) > 0);
}

static void join_all(int *done, int n)
{
	for (int i = 0; i < n; i++)
		join_thread(&done[i]);
}

static int write_bytes(void *arg)
{
	char bytes[BATCH];
	long me = (long)arg, n;

	memset(bytes, 'a' + me, sizeof(bytes));
	for (long left = BYTES; left > 0; left -= n) {
		n = sys(SYS_write, sock[0], bytes, left < BATCH ? left : BATCH);
		CHECK(n > 0);
	}
	return 0;
}

static int read_bytes(void *arg)
{
	char bytes[BATCH];
	long me = (long)arg, n;

	while ((n = sys(SYS_read, sock[1], bytes, sizeof(bytes))) > 0)
		moved[me] += n;
	CHECK_EQ(n, 0);
	return 0;
}

static long all_moved(void)
{
	long sum = 0;

	for (int i = 0; i < THREADS; i++)
		sum += moved[i];
	return sum;
}

CASE(many_writers_and_many_readers_of_a_stream, .timeout = 30)
{
	int writers[THREADS], readers[THREADS];

	new_pair(sock, SOCK_STREAM);
	start_all(readers, THREADS, read_bytes);
	start_all(writers, THREADS, write_bytes);
	join_all(writers, THREADS);
	CHECK_EQ(sys(SYS_shutdown, sock[0], SHUT_WR), 0);
	join_all(readers, THREADS);
	CHECK_EQ(all_moved(), THREADS * BYTES);
}

static int send_numbers(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int value = (long)arg * ROUNDS + i;

		CHECK_EQ(sys(SYS_write, sock[0], &value, sizeof(value)), sizeof(value));
	}
	return 0;
}

static volatile char seen[THREADS * ROUNDS];

static int receive_numbers(void *arg)
{
	int value;

	while (sys(SYS_read, sock[1], &value, sizeof(value)) == sizeof(value)) {
		CHECK_EQ(__atomic_exchange_n(&seen[value], 1, __ATOMIC_SEQ_CST), 0);
		moved[(long)arg]++;
	}
	return 0;
}

CASE(each_packet_comes_to_one_reader, .timeout = 30)
{
	static const int types[] = {SOCK_SEQPACKET, SOCK_DGRAM};

	FOR_EACH(type, types) {
		int senders[THREADS], receivers[THREADS];

		for (int i = 0; i < THREADS * ROUNDS; i++)
			seen[i] = 0;
		for (int i = 0; i < THREADS; i++)
			moved[i] = 0;
		new_pair(sock, type);
		start_all(receivers, THREADS, receive_numbers);
		start_all(senders, THREADS, send_numbers);
		join_all(senders, THREADS);
		for (int i = 0; type == SOCK_DGRAM && i < THREADS; i++)
			CHECK_EQ(sys(SYS_write, sock[0], "", 0), 0); /* an end for each */
		CHECK_EQ(sys(SYS_shutdown, sock[0], SHUT_WR), 0);
		join_all(receivers, THREADS);
		CHECK_EQ(all_moved(), THREADS * ROUNDS);
	}
}

CASE(there_and_back_between_two_threads, .timeout = 30)
{
	int pid;

	FOR_EACH(type, all_types) {
		new_pair(sock, type);
		CHILD(pid)
			for (int i = 0; i < ROUNDS; i++) {
				char c;

				CHECK_EQ(sys(SYS_read, sock[1], &c, 1), 1);
				CHECK_EQ(sys(SYS_write, sock[1], &c, 1), 1);
			}
		for (int i = 0; i < ROUNDS; i++) {
			char c = i, back = 0;

			CHECK_EQ(sys(SYS_write, sock[0], &c, 1), 1);
			CHECK_EQ(sys(SYS_read, sock[0], &back, 1), 1);
			CHECK_EQ(back, c);
		}
		CHECK_EXIT(pid, 0);
	}
}

static int read_one(void *arg)
{
	char c = 0;

	(void)arg;
	started = 1;
	CHECK_EQ(sys(SYS_read, sock[1], &c, 1), 1);
	CHECK_EQ(c, 'x');
	return 0;
}

CASE(close_of_the_descriptor_does_not_disturb_who_reads_from_it)
{
	int done;

	new_pair(sock, SOCK_STREAM);
	CHECK(start_thread(&done, read_one, NULL) > 0);
	tap_wait_blocked(done);
	close_fd(sock[1]);
	put(sock[0], "x");
	join_thread(&done);
	CHECK_EQ(send_to(sock[0], "y", 1, MSG_NOSIGNAL), -EPIPE);
}

static int swap_all_the_time(void *arg)
{
	(void)arg;
	for (int i = 0; !stop; i++)
		CHECK_EQ(sys(SYS_dup2, other[i % 2], sock[1]), sock[1]);
	return 0;
}

/* The number that is sent is another file at each moment: what arrives is one of the two, and whole. */
CASE(number_that_changes_while_it_is_sent, .timeout = 30)
{
	int done, carrier[2];
	unsigned long inode[2];

	new_pair(sock, SOCK_STREAM);
	new_pair(other, SOCK_STREAM);
	new_pair(carrier, SOCK_DGRAM);
	inode[0] = inode_of(other[0]);
	inode[1] = inode_of(other[1]);
	CHECK_EQ(sys(SYS_dup2, other[0], sock[1]), sock[1]);
	CHECK(start_thread(&done, swap_all_the_time, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		unsigned long got;
		int fd;

		CHECK_EQ(send_fd(carrier[0], sock[1]), 1);
		fd = receive_fd(carrier[1]);
		got = inode_of(fd);
		CHECK(got == inode[0] || got == inode[1]);
		close_fd(fd);
	}
	stop = 1;
	join_thread(&done);
	put(other[0], "whole");
	expect(other[1], "whole");
}

static int open_and_close_all_the_time(void *arg)
{
	(void)arg;
	while (!stop) {
		sys(SYS_dup2, other[0], sock[1]);
		sys(SYS_close, sock[1]);
	}
	return 0;
}

CASE(number_that_comes_and_goes_while_it_is_sent_and_used, .timeout = 30)
{
	int done, carrier[2];

	new_pair(sock, SOCK_STREAM);
	new_pair(other, SOCK_STREAM);
	new_pair(carrier, SOCK_STREAM);
	CHECK(start_thread(&done, open_and_close_all_the_time, NULL) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		long r = send_fds(carrier[0], &sock[1], 1, 0);

		CHECK(r == 1 || r == -EBADF);
		if (r == 1)
			expect(carrier[1], "f");
		r = recv_from(sock[1], &(char){0}, 1, MSG_DONTWAIT);
		CHECK(r == -EAGAIN || r == -EBADF || r == 0);
	}
	stop = 1;
	join_thread(&done);
	put(other[0], "whole");
	expect(other[1], "whole");
}

static int connect_all_the_time(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		int fd = sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0);

		CHECK_EQ(connect_path(fd, "name"), 0);
		CHECK_EQ(sys(SYS_write, fd, "c", 1), 1);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
	return 0;
}

static int accept_all_the_time(void *arg)
{
	long conn;

	while ((conn = sys(SYS_accept, sock[0], 0, 0)) >= 0) {
		char c = 0;

		CHECK_EQ(sys(SYS_read, conn, &c, 1), 1);
		CHECK_EQ(c, 'c');
		CHECK_EQ(sys(SYS_read, conn, &c, 1), 0);
		CHECK_EQ(sys(SYS_close, conn), 0);
		moved[(long)arg]++;
	}
	CHECK_EQ(conn, -EINVAL);
	return 0;
}

static void wait_until_all_are_accepted(long want)
{
	for (int64_t end = now_ms() + LONG_MS; all_moved() < want && now_ms() < end;)
		sleep_ms(1);
	CHECK_EQ(all_moved(), want);
}

CASE(many_connect_and_many_accept, .timeout = 30)
{
	int clients[THREADS], servers[THREADS];

	scratch();
	sock[0] = listener(SOCK_STREAM, "name", 2);
	start_all(servers, THREADS, accept_all_the_time);
	start_all(clients, THREADS, connect_all_the_time);
	join_all(clients, THREADS);
	wait_until_all_are_accepted(THREADS * ROUNDS);
	CHECK_EQ(sys(SYS_shutdown, sock[0], SHUT_RDWR), 0);
	join_all(servers, THREADS);
}

static int listen_and_close_all_the_time(void *arg)
{
	(void)arg;
	while (!stop) {
		int fd = sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0);

		CHECK_EQ(bind_path(fd, "name"), 0);
		CHECK_EQ(sys(SYS_listen, fd, 1), 0);
		CHECK_EQ(sys(SYS_close, fd), 0);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
	return 0;
}

CASE(connect_while_the_listener_comes_and_goes, .timeout = 30)
{
	int done;

	scratch();
	CHECK(start_thread(&done, listen_and_close_all_the_time, NULL) > 0);
	for (int i = 0; i < 2 * ROUNDS; i++) {
		int fd = new_socket(SOCK_STREAM);
		long r = connect_path(fd, "name");

		CHECK(r == 0 || r == -ENOENT || r == -ECONNREFUSED);
		if (r == 0) {
			r = sys(SYS_read, fd, &(char){0}, 1);
			CHECK(r == -ECONNRESET);
		}
		close_fd(fd);
	}
	stop = 1;
	join_thread(&done);
}

CASE(one_of_many_gets_the_name, .timeout = 30)
{
	enum { CONTENDERS = 6, NAMES = 20 };
	int pid[CONTENDERS], go[2], winners;

	scratch();
	for (int n = 0; n < NAMES; n++) {
		struct sockaddr_un a;
		char name[16];
		int len;

		snprintf(name, sizeof(name), "race-%d", n);
		len = n % 2 ? abstract_address(&a, name) : path_address(&a, name);
		CHECK_EQ(sys(SYS_pipe2, go, 0), 0);
		for (int i = 0; i < CONTENDERS; i++)
			CHILD(pid[i]) {
				char c;
				int fd = new_socket(SOCK_STREAM);
				long r;

				close_fd(go[1]);
				sys(SYS_read, go[0], &c, 1);
				r = sys(SYS_bind, fd, &a, len);
				CHECK(r == 0 || r == -EADDRINUSE);
				if (r == 0) /* the name must last until all have tried */
					for (;;)
						sys(SYS_pause);
				_exit(1);
			}
		for (int i = 0; i < CONTENDERS; i++)
			tap_wait_blocked(pid[i]);
		close_fd(go[1]);
		for (int i = 0; i < CONTENDERS - 1; i++)
			CHECK_EQ(reap(-1), EXITED(1));
		winners = 0;
		for (int i = 0; i < CONTENDERS; i++)
			if (sys(SYS_kill, pid[i], SIGKILL) == 0)
				winners++;
		CHECK_EQ(winners, 1);
		CHECK_EQ(reap(-1), KILLED(SIGKILL));
		close_fd(go[0]);
	}
}

static int receive_with_a_bad_buffer(void *arg)
{
	(void)arg;
	while (!stop) {
		char text[8];
		struct iovec iov[2] = {{text, 8}, {arg, 8}};
		struct mmsghdr m[2] = {{.msg_hdr = {.msg_iov = &iov[0], .msg_iovlen = 1}},
			{.msg_hdr = {.msg_iov = &iov[1], .msg_iovlen = 1}}};
		long r = sys(SYS_recvmmsg, sock[1], m, 2, MSG_DONTWAIT, 0);

		CHECK(r == 1 || r == -EAGAIN || r == -EBADF || r == -EFAULT || r == -ENOTSOCK);
	}
	return 0;
}

/* The error of the second message is noted at a socket that may be gone by then. */
CASE(recvmmsg_that_fails_while_the_socket_is_closed, .timeout = 30)
{
	int done[2];
	char *unwritable = page_end(PROT_READ) - PAGE;

	sock[1] = FAR_FD;
	for (int i = 0; i < 2; i++)
		CHECK(start_thread(&done[i], receive_with_a_bad_buffer, unwritable) > 0);
	for (int i = 0; i < ROUNDS; i++) {
		int fresh[2];

		new_pair(fresh, SOCK_DGRAM);
		CHECK_EQ(sys(SYS_dup2, fresh[1], FAR_FD), FAR_FD);
		close_fd(fresh[1]);
		for (int j = 0; j < 4; j++)
			CHECK_EQ(send_to(fresh[0], "12345678", 8, 0), 8);
		close_fd(FAR_FD);
		close_fd(fresh[0]);
	}
	stop = 1;
	join_all(done, 2);
}

static int peek_all_the_time(void *arg)
{
	char bytes[BATCH];
	long n;

	(void)arg;
	while ((n = recv_from(sock[1], bytes, sizeof(bytes), MSG_PEEK)) > 0)
		for (long i = 1; i < n; i++)
			CHECK_EQ((unsigned char)bytes[i], (unsigned char)(bytes[i - 1] + 1));
	return 0;
}

CASE(peeks_while_others_read, .timeout = 30)
{
	int peeker, pid;
	char next = 0, bytes[7];
	long n;

	new_pair(sock, SOCK_STREAM);
	CHILD(pid) {
		char c = 0;

		close_fd(sock[1]);
		for (int i = 0; i < 10 * ROUNDS; i++, c++)
			CHECK_EQ(sys(SYS_write, sock[0], &c, 1), 1);
	}
	close_fd(sock[0]);
	CHECK(start_thread(&peeker, peek_all_the_time, NULL) > 0);
	while ((n = sys(SYS_read, sock[1], bytes, sizeof(bytes))) > 0)
		for (long i = 0; i < n; i++, next++)
			CHECK_EQ(bytes[i], next);
	CHECK_EQ(next, (char)(10 * ROUNDS));
	join_thread(&peeker);
	CHECK_EXIT(pid, 0);
}

/* A descriptor that goes round through processes, each of which closes its own copy. */
CASE(descriptor_goes_round_a_ring_of_processes, .timeout = 30)
{
	enum { RING = 4, TURNS = 25 };
	int ring[RING][2], pid[RING], fd[2], got;
	char buf[RING * TURNS + 1];
	long n = 0, part;

	for (int i = 0; i < RING; i++)
		new_pair(ring[i], SOCK_SEQPACKET);
	new_pipe(fd);
	for (int i = 0; i < RING; i++)
		CHILD(pid[i]) {
			close_fd(fd[0]);
			close_fd(fd[1]);
			for (int turn = 0; turn < TURNS; turn++) {
				CHECK_EQ(poll_for(ring[i][1], POLLIN, LONG_MS), POLLIN);
				got = receive_fd(ring[i][1]);
				put(got, "t");
				CHECK_EQ(send_fd(ring[(i + 1) % RING][0], got), 1);
				close_fd(got);
			}
		}
	CHECK_EQ(send_fd(ring[0][0], fd[1]), 1);
	close_fd(fd[1]);
	for (int i = 0; i < RING; i++)
		CHECK_EXIT(pid[i], 0);
	got = receive_fd(ring[0][1]);
	while ((part = sys(SYS_read, fd[0], buf + n, sizeof(buf) - n)) > 0)
		n += part;
	CHECK_EQ(n, RING * TURNS);
	CHECK_EQ(part, -EAGAIN);
	close_fd(got);
	CHECK_EQ(sys(SYS_read, fd[0], buf, 1), 0);
}

static int write_until_the_end(void *arg)
{
	char bytes[BATCH] = "";
	long r;

	(void)arg;
	while ((r = send_to(sock[0], bytes, sizeof(bytes), MSG_NOSIGNAL)) > 0)
		;
	CHECK(r == -EPIPE || r == -ECONNRESET);
	return 0;
}

CASE(end_comes_to_all_writers, .timeout = 30)
{
	for (int how = 0; how < 2; how++)
		for (int i = 0; i < ROUNDS / 10; i++) {
			int writers[THREADS];

			new_pair(sock, how ? SOCK_STREAM : SOCK_SEQPACKET);
			start_all(writers, THREADS, write_until_the_end);
			CHECK(poll_for(sock[1], POLLIN, LONG_MS) & POLLIN);
			if (i % 2)
				CHECK_EQ(sys(SYS_shutdown, sock[1], SHUT_RDWR), 0);
			else
				close_fd(sock[1]);
			join_all(writers, THREADS);
			sys(SYS_close, sock[1]);
			close_fd(sock[0]);
		}
}
