// SPDX-License-Identifier: MIT
/*
 * unix/options: what getsockopt and setsockopt know of AF_UNIX, and what the limits among it do.
 *
 * Promise   values are read back as socket(7) says, buffer sizes doubled and bounded; a buffer of a size holds about
 *           that much and no more; time limits end a wait with EAGAIN, and a wait with a limit is never restarted.
 * Linux     socket(7), unix(7), getsockopt(2), signal(7).
 */
#include "tests/abi/unix/unix.h"

enum { SMALL = 8192, LARGE = 65536, PIECE = 512, INT_BITS_MAX = 0x7fffffff };

static const int64_t NSEC = 1000000000;

static long limit_of(const char *name)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/sys/net/core/%s", name);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	return strtol(text, NULL, 10);
}

CASE(buffer_sizes_begin_at_the_system_wide_default)
{
	FOR_EACH(type, all_types) {
		int fd = new_socket(type);

		CHECK_EQ(option(fd, SO_SNDBUF), limit_of("wmem_default"));
		CHECK_EQ(option(fd, SO_RCVBUF), limit_of("rmem_default"));
	}
}

CASE(buffer_size_is_doubled)
{
	int fd = new_socket(SOCK_STREAM);

	CHECK_EQ(set_option(fd, SO_SNDBUF, LARGE), 0);
	CHECK_EQ(option(fd, SO_SNDBUF), 2 * LARGE);
	CHECK_EQ(set_option(fd, SO_RCVBUF, LARGE), 0);
	CHECK_EQ(option(fd, SO_RCVBUF), 2 * LARGE);
}

CASE(buffer_size_has_a_least_and_a_most)
{
	int fd = new_socket(SOCK_STREAM);
	long least = 0;

	CHECK_EQ(set_option(fd, SO_SNDBUF, 0), 0);
	least = option(fd, SO_SNDBUF);
	CHECK(least > 0 && least < 2 * SMALL);
	CHECK_EQ(set_option(fd, SO_SNDBUF, 1), 0);
	CHECK_EQ(option(fd, SO_SNDBUF), least);
	CHECK_EQ(set_option(fd, SO_SNDBUF, INT_BITS_MAX), 0);
	CHECK_EQ(option(fd, SO_SNDBUF), 2 * limit_of("wmem_max"));
	CHECK_EQ(set_option(fd, SO_SNDBUF, -1), 0);
	CHECK_EQ(option(fd, SO_SNDBUF), 2 * limit_of("wmem_max"));
	CHECK_EQ(set_option(fd, SO_RCVBUF, 0), 0);
	CHECK(option(fd, SO_RCVBUF) > 0);
	CHECK_EQ(set_option(fd, SO_RCVBUF, INT_BITS_MAX), 0);
	CHECK_EQ(option(fd, SO_RCVBUF), 2 * limit_of("rmem_max"));
}

CASE(only_root_may_force_a_buffer_size)
{
	int fd = new_socket(SOCK_STREAM), pid, most = limit_of("wmem_max");

	NEEDS_ROOT();
	CHECK_EQ(set_option(fd, SO_SNDBUFFORCE, most + PAGE), 0);
	CHECK_EQ(option(fd, SO_SNDBUF), 2 * (most + PAGE));
	CHECK_EQ(set_option(fd, SO_RCVBUFFORCE, most + PAGE), 0);
	CHECK_EQ(option(fd, SO_RCVBUF), 2 * (most + PAGE));
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(set_option(fd, SO_SNDBUFFORCE, SMALL), -EPERM);
		CHECK_EQ(set_option(fd, SO_RCVBUFFORCE, SMALL), -EPERM);
		CHECK_EQ(set_option(fd, SO_SNDBUF, SMALL), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(send_buffer_bounds_what_is_queued)
{
	static const int sizes[] = {SMALL, LARGE, 4 * LARGE};
	long last = 0;

	FOR_EACH(size, sizes) {
		int fd[2];
		long total;

		new_pair(fd, SOCK_STREAM);
		CHECK_EQ(set_option(fd[0], SO_SNDBUF, size), 0);
		total = fill_up(fd[0], PIECE);
		CHECK(total > size / 4);
		CHECK(total <= 2 * size + PAGE);
		CHECK(total > last);
		CHECK(asked(fd[0], SIOCOUTQ) >= total);
		last = total;
	}
}

CASE(receive_buffer_bounds_nothing)
{
	int fd[2];
	long total;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(set_option(fd[1], SO_RCVBUF, 0), 0);
	total = fill_up(fd[0], PAGE);
	CHECK(total > 4 * PAGE);
}

CASE(datagram_must_fit_the_send_buffer)
{
	static char bytes[4 * LARGE];
	int fd[2];

	new_pair(fd, SOCK_DGRAM);
	CHECK_EQ(set_option(fd[0], SO_SNDBUF, SMALL), 0);
	CHECK_EQ(send_to(fd[0], bytes, 2 * SMALL + 1, 0), -EMSGSIZE);
	CHECK_EQ(send_to(fd[0], bytes, SMALL, 0), SMALL);
	CHECK_EQ(set_option(fd[0], SO_SNDBUF, 4 * LARGE), 0);
	CHECK_EQ(send_to(fd[0], bytes, 4 * LARGE, 0), 4 * LARGE);
}

CASE(larger_send_buffer_wakes_a_sleeping_writer)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(set_option(fd[0], SO_SNDBUF, SMALL), 0);
	fill_up(fd[0], PIECE);
	CHILD(pid)
		CHECK_EQ(sys(SYS_write, fd[0], "x", 1), 1);
	tap_wait_blocked(pid);
	CHECK_EQ(set_option(fd[0], SO_SNDBUF, 4 * LARGE), 0);
	CHECK_EXIT(pid, 0);
}

CASE(reading_time_limit)
{
	static const int limits[] = {1, SHORT_MS};

	FOR_EACH(type, all_types)
		FOR_EACH(ms, limits) {
			int fd[2];
			char c;
			int64_t start = now_ms();

			new_pair(fd, type);
			set_time_limit(fd[1], SO_RCVTIMEO, ms);
			CHECK_EQ(sys(SYS_read, fd[1], &c, 1), -EAGAIN);
			CHECK(now_ms() - start >= ms);
			CHECK(now_ms() - start < LONG_MS);
			put(fd[0], "x");
			CHECK_EQ(sys(SYS_read, fd[1], &c, 1), 1);
		}
}

CASE(writing_time_limit)
{
	static char bytes[MORE_THAN_FITS];
	int fd[2];
	int64_t start = now_ms();

	new_pair(fd, SOCK_STREAM);
	set_time_limit(fd[0], SO_SNDTIMEO, SHORT_MS);
	CHECK(sys(SYS_write, fd[0], bytes, sizeof(bytes)) > 0);
	CHECK_EQ(sys(SYS_write, fd[0], bytes, PAGE), -EAGAIN);
	CHECK(now_ms() - start >= 2 * SHORT_MS);
}

CASE(time_limit_is_read_back)
{
	int fd = new_socket(SOCK_STREAM), len;
	struct time_limit t;

	for (int name = SO_RCVTIMEO; name <= SO_SNDTIMEO; name++) {
		len = sizeof(t);
		CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, name, &t, &len), 0);
		CHECK_EQ(len, sizeof(t));
		CHECK(t.sec == 0 && t.usec == 0);
		set_time_limit(fd, name, 1500);
		CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, name, &t, &len), 0);
		CHECK_EQ(t.sec, 1);
		CHECK_EQ(t.usec, 500000);
		set_time_limit(fd, name, 0);
		CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, name, &t, &len), 0);
		CHECK(t.sec == 0 && t.usec == 0);
	}
}

CASE(bad_time_limits)
{
	int fd[2];
	char c;
	struct time_limit bad[] = {{0, 1000000}, {0, -1}}, negative = {-1, 0};

	new_pair(fd, SOCK_STREAM);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(sys(SYS_setsockopt, fd[0], SOL_SOCKET, SO_RCVTIMEO, &bad[i], sizeof(bad[i])), -EDOM);
	CHECK_EQ(sys(SYS_setsockopt, fd[0], SOL_SOCKET, SO_RCVTIMEO, bad, sizeof(bad[0]) - 1), -EINVAL);
	CHECK_EQ(sys(SYS_setsockopt, fd[0], SOL_SOCKET, SO_RCVTIMEO, &negative, sizeof(negative)), 0);
	CHECK_EQ(sys(SYS_read, fd[0], &c, 1), -EAGAIN);
}

CASE(wait_with_a_time_limit_is_not_restarted)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	set_time_limit(fd[1], SO_RCVTIMEO, 4 * LONG_MS);
	CHILD(pid) {
		char c;

		handle(SIGUSR1, count_signal, SA_RESTART);
		CHECK_EQ(sys(SYS_read, fd[1], &c, 1), -EINTR);
	}
	tap_wait_blocked(pid);
	CHECK_EQ(sys(SYS_kill, pid, SIGUSR1), 0);
	CHECK_EXIT(pid, 0);
}

CASE(options_that_can_only_be_read)
{
	static const int names[] = {SO_TYPE, SO_ERROR, SO_DOMAIN, SO_PROTOCOL, SO_ACCEPTCONN, SO_PEERPIDFD};
	int fd = new_socket(SOCK_STREAM);

	FOR_EACH(name, names)
		CHECK_EQ(set_option(fd, name, 1), -ENOPROTOOPT);
}

CASE(unknown_options)
{
	int fd = new_socket(SOCK_STREAM), value = 1, len = sizeof(value);

	CHECK_EQ(set_option(fd, 999, 1), -ENOPROTOOPT);
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, 999, &value, &len), -ENOPROTOOPT);
	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_TCP, 1, &value, sizeof(value)), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_TCP, 1, &value, &len), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_setsockopt, fd, 0, 1, &value, sizeof(value)), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_setsockopt, fd, -1, 1, &value, sizeof(value)), -EOPNOTSUPP);
}

CASE(options_without_an_effect_here_are_kept)
{
	static const int names[] = {SO_REUSEADDR, SO_BROADCAST, SO_KEEPALIVE, SO_OOBINLINE, SO_TIMESTAMP};
	int fd = new_socket(SOCK_STREAM);

	FOR_EACH(name, names) {
		CHECK_EQ(option(fd, name), 0);
		CHECK_EQ(set_option(fd, name, 17), 0);
		CHECK_EQ(option(fd, name), 1);
		CHECK_EQ(set_option(fd, name, 0), 0);
		CHECK_EQ(option(fd, name), 0);
	}
	CHECK_EQ(option(fd, SO_SNDLOWAT), 1);
	CHECK_EQ(set_option(fd, SO_SNDLOWAT, 2), -ENOPROTOOPT);
}

CASE(linger_is_kept_and_holds_up_no_close)
{
	int fd[2], len = sizeof(struct linger);
	struct linger l = {1, 60}, got;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "unread");
	CHECK_EQ(sys(SYS_setsockopt, fd[0], SOL_SOCKET, SO_LINGER, &l, sizeof(l)), 0);
	CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_LINGER, &got, &len), 0);
	CHECK_MEM(&got, &l, sizeof(l));
	CHECK_EQ(sys(SYS_setsockopt, fd[0], SOL_SOCKET, SO_LINGER, &l, sizeof(l) - 1), -EINVAL);
	close_fd(fd[0]);
	expect(fd[1], "unread");
}

CASE(lengths_of_values)
{
	int fd = new_socket(SOCK_STREAM), value = -1, len = 2;

	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &len), 0);
	CHECK_EQ(len, 2);
	CHECK_EQ(value & 0xffff, SOCK_STREAM);
	CHECK_EQ(value >> 16, -1);
	len = 100;
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &len), 0);
	CHECK_EQ(len, sizeof(int));
	len = -1;
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &len), -EINVAL);
	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, &value, 3), -EINVAL);
	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, &value, -1), -EINVAL);
	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, &value, 0), -EINVAL);
}

CASE(bad_pointers_of_values)
{
	int fd = new_socket(SOCK_STREAM), value, len = sizeof(value);

	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, hole(), &len), -EFAULT);
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, hole(), &len), -EFAULT);
	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, hole(), sizeof(int)), -EFAULT);
	CHECK_EQ(sys(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, hole(), sizeof(struct time_limit)), -EFAULT);
}

CASE(name_of_the_peer_by_an_option)
{
	struct sockaddr_un a;
	int len = sizeof(a), fd;

	scratch();
	listener(SOCK_STREAM, "name", 1);
	fd = connected(SOCK_STREAM, "name");
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERNAME, &a, &len), -EINVAL);
	len = FAMILY_LEN + sizeof("name");
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERNAME, &a, &len), 0);
	CHECK_STR(a.sun_path, "name");
	CHECK_EQ(sys(SYS_getsockopt, new_socket(SOCK_STREAM), SOL_SOCKET, SO_PEERNAME, &a, &len), -ENOTCONN);
}

CASE(cookie_is_a_number_of_the_socket_alone)
{
	uint64_t a = 0, again = 0, b = 0;
	int fd[2], len = sizeof(a);

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_COOKIE, &a, &len), 0);
	CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_COOKIE, &again, &len), 0);
	CHECK_EQ(sys(SYS_getsockopt, fd[1], SOL_SOCKET, SO_COOKIE, &b, &len), 0);
	CHECK(a != 0 && a == again && a != b);
	len = 4;
	CHECK_EQ(sys(SYS_getsockopt, fd[0], SOL_SOCKET, SO_COOKIE, &a, &len), -EINVAL);
}

/* The times before, in, and behind a message in nanoseconds: the second one is in its control message. */
static void check_stamp(int name, long unit)
{
	int fd[2];
	struct message m;
	struct cmsghdr *c;
	int64_t before, stamp, seconds[2];

	new_pair(fd, SOCK_DGRAM);
	CHECK_EQ(set_option(fd[1], name, 1), 0);
	CHECK_EQ(option(fd[1], name), 1);
	before = now_ns(CLOCK_REALTIME);
	put(fd[0], "x");
	CHECK_EQ(receive(fd[1], &m, 0), 1);
	c = find_control(&m, name);
	CHECK(c != NULL);
	CHECK_EQ(c->cmsg_len, CMSG_LEN(sizeof(seconds)));
	memcpy(seconds, cmsg_data(c), sizeof(seconds));
	stamp = seconds[0] * NSEC + seconds[1] * unit;
	CHECK(stamp >= before / unit * unit);
	CHECK(stamp <= now_ns(CLOCK_REALTIME));
}

CASE(datagrams_can_be_stamped_with_the_time)
{
	check_stamp(SO_TIMESTAMP, 1000);
	check_stamp(SO_TIMESTAMPNS, 1);
}

CASE(stream_can_tell_how_much_is_left)
{
	int fd[2], left = -1;
	struct message m;
	struct cmsghdr *c;

	NEEDS_LINUX(6, 17);
	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(set_option(fd[1], SO_INQ, 1), 0);
	put(fd[0], "0123456789");
	empty_message(&m, sizeof(m.control));
	m.iov.iov_len = 4;
	CHECK_EQ(sys(SYS_recvmsg, fd[1], &m.h, 0), 4);
	c = find_control(&m, SO_INQ);
	CHECK(c != NULL);
	memcpy(&left, cmsg_data(c), sizeof(left));
	CHECK_EQ(left, 6);
	CHECK_EQ(set_option(new_socket(SOCK_DGRAM), SO_INQ, 1), -ENOPROTOOPT);
}
