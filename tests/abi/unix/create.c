// SPDX-License-Identifier: MIT
/*
 * unix/create: making AF_UNIX sockets, and what such a descriptor is before it is connected.
 *
 * Promise   socket and socketpair take what Linux takes and refuse the rest with its errors, without leaving a
 *           descriptor behind; a socket is a file of type S_IFSOCK that cannot seek, be mapped or be opened again.
 * Linux     socket(2), socketpair(2), unix(7), fstat(2), proc(5).
 */
#include "tests/abi/program.h"
#include "tests/abi/unix/unix.h"

CASE(socket_of_each_type)
{
	FOR_EACH(type, all_types) {
		int fd = new_socket(type);

		CHECK_EQ(option(fd, SO_TYPE), type);
		CHECK_EQ(option(fd, SO_DOMAIN), AF_UNIX);
		CHECK_EQ(option(fd, SO_PROTOCOL), 0);
		CHECK_EQ(option(fd, SO_ERROR), 0);
		CHECK_EQ(option(fd, SO_ACCEPTCONN), 0);
	}
}

CASE(raw_socket_is_a_datagram_socket)
{
	int fd = new_socket(SOCK_RAW), pair[2];

	CHECK_EQ(option(fd, SO_TYPE), SOCK_DGRAM);
	new_pair(pair, SOCK_RAW);
	put(pair[0], "one");
	put(pair[0], "two");
	expect(pair[1], "one");
}

CASE(other_types_are_not_supported)
{
	static const int types[] = {0, SOCK_RDM, SOCK_DCCP, SOCK_PACKET, 7, 8, 9};
	int fd[2];

	FOR_EACH(type, types) {
		CHECK_EQ(sys(SYS_socket, AF_UNIX, type, 0), -ESOCKTNOSUPPORT);
		CHECK_EQ(sys(SYS_socketpair, AF_UNIX, type, 0, fd), -ESOCKTNOSUPPORT);
	}
}

CASE(types_that_no_family_has_are_invalid)
{
	static const int types[] = {SOCK_MAX, 12, 15, SOCK_STREAM | 0x10, SOCK_STREAM | 0x40000000, -1};
	int fd[2];

	FOR_EACH(type, types) {
		CHECK_EQ(sys(SYS_socket, AF_UNIX, type, 0), -EINVAL);
		CHECK_EQ(sys(SYS_socketpair, AF_UNIX, type, 0, fd), -EINVAL);
	}
}

CASE(families_that_do_not_exist_are_not_supported)
{
	static const int families[] = {AF_UNSPEC, AF_MAX, AF_MAX + 1000, -1};

	FOR_EACH(family, families)
		CHECK_EQ(sys(SYS_socket, family, SOCK_STREAM, 0), -EAFNOSUPPORT);
}

CASE(protocol_is_zero_or_the_family)
{
	int fd[2];

	CHECK(sys(SYS_socket, AF_UNIX, SOCK_STREAM, AF_UNIX) >= 0);
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, SOCK_DGRAM, AF_UNIX, fd), 0);
	CHECK_EQ(sys(SYS_socket, AF_UNIX, SOCK_STREAM, 2), -EPROTONOSUPPORT);
	CHECK_EQ(sys(SYS_socket, AF_UNIX, SOCK_STREAM, SOL_TCP), -EPROTONOSUPPORT);
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, SOL_TCP, fd), -EPROTONOSUPPORT);
	CHECK(sys(SYS_socket, AF_UNIX, SOCK_STREAM, -1) < 0);
}

CASE(flags_of_a_new_socket)
{
	static const int flags[] = {0, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_CLOEXEC | SOCK_NONBLOCK};

	FOR_EACH(flag, flags) {
		int fd[3];

		fd[0] = new_socket(SOCK_STREAM | flag);
		new_pair(fd + 1, SOCK_SEQPACKET | flag);
		for (int i = 0; i < 3; i++) {
			CHECK_EQ(sys(SYS_fcntl, fd[i], F_GETFD), flag & SOCK_CLOEXEC ? FD_CLOEXEC : 0);
			CHECK_EQ(sys(SYS_fcntl, fd[i], F_GETFL), O_RDWR | (flag & SOCK_NONBLOCK ? O_NONBLOCK : 0));
		}
	}
}

CASE(nonblocking_belongs_to_the_socket_not_the_descriptor)
{
	int fd[2], other, one = 1;

	new_pair(fd, SOCK_STREAM);
	other = sys(SYS_dup, fd[0]);
	CHECK_EQ(sys(SYS_ioctl, other, FIONBIO, &one), 0);
	CHECK_EQ(sys(SYS_fcntl, fd[0], F_GETFL), O_RDWR | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_RDWR);
	CHECK_EQ(sys(SYS_read, fd[0], &one, 1), -EAGAIN);
}

CASE(socketpair_gives_the_two_lowest_free_descriptors)
{
	int lowest = sys(SYS_dup, 0), fd[2];

	close_fd(lowest);
	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(fd[0], lowest);
	CHECK_EQ(fd[1], lowest + 1);
}

CASE(socketpair_is_connected_both_ways)
{
	FOR_EACH(type, all_types) {
		int fd[2];

		new_pair(fd, type);
		put(fd[0], "there");
		put(fd[1], "back");
		expect(fd[1], "there");
		expect(fd[0], "back");
	}
}

CASE(socketpair_bad_pointer_leaves_no_descriptors)
{
	int before = open_fds();

	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, page_end(PROT_READ) - 8), -EFAULT);
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, page_end(PROT_READ | PROT_WRITE) - 4), -EFAULT);
	CHECK_EQ(open_fds(), before);
}

CASE(socketpair_is_emfile_when_only_one_descriptor_is_free)
{
	int fd[2], lowest = sys(SYS_dup, 0);

	close_fd(lowest);
	set_limit(RLIMIT_NOFILE, lowest + 1);
	CHECK_EQ(sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fd), -EMFILE);
	CHECK_EQ(sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0), lowest);
	CHECK_EQ(sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0), -EMFILE);
}

CASE(fstat_says_that_it_is_a_socket)
{
	int fd[2];
	struct stat a, b;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_fstat, fd[0], &a), 0);
	CHECK_EQ(sys(SYS_fstat, fd[1], &b), 0);
	CHECK_EQ(a.st_mode, S_IFSOCK | 0777);
	CHECK_EQ(a.st_nlink, 1);
	CHECK_EQ(a.st_size, 0);
	CHECK_EQ(a.st_uid, geteuid());
	CHECK_EQ(a.st_dev, b.st_dev);
	CHECK(a.st_ino != b.st_ino);
}

CASE(socket_belongs_to_who_made_it)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		struct stat st;

		CHECK(become(OTHER_USER));
		CHECK_EQ(sys(SYS_fstat, new_socket(SOCK_DGRAM), &st), 0);
		CHECK_EQ(st.st_uid, OTHER_USER);
		CHECK_EQ(st.st_gid, OTHER_USER);
	}
	CHECK_EXIT(pid, 0);
}

CASE(proc_names_a_socket_by_its_inode)
{
	int fd = new_socket(SOCK_DGRAM);
	char path[64], want[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(want, sizeof(want), "socket:[%lu]", inode_of(fd));
	CHECK(sys(SYS_readlink, path, text, sizeof(text) - 1) > 0);
	CHECK_STR(text, want);
	CHECK_EQ(sys(SYS_open, path, O_RDWR), -ENXIO);
}

CASE(socket_cannot_seek_or_be_placed)
{
	int fd[2];
	char c;

	new_pair(fd, SOCK_STREAM);
	put(fd[0], "abc");
	CHECK_EQ(sys(SYS_lseek, fd[1], 0, SEEK_CUR), -ESPIPE);
	CHECK_EQ(sys(SYS_pread64, fd[1], &c, 1, 0), -ESPIPE);
	CHECK_EQ(sys(SYS_pwrite64, fd[1], "x", 1, 0), -ESPIPE);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED, fd[1], 0), -ENODEV);
	CHECK_EQ(sys(SYS_ftruncate, fd[1], 0), -EINVAL);
	CHECK_EQ(sys(SYS_fsync, fd[1]), -EINVAL);
	CHECK_EQ(sys(SYS_fallocate, fd[1], 0, 0, PAGE), -ENODEV);
	CHECK_EQ(sys(SYS_getdents64, fd[1], &c, 1), -ENOTDIR);
	CHECK_EQ(sys(SYS_fchdir, fd[1]), -ENOTDIR);
	expect(fd[1], "abc");
}

CASE(unconnected_socket_has_nobody_to_talk_to)
{
	int stream = new_socket(SOCK_STREAM), dgram = new_socket(SOCK_DGRAM), packet = new_socket(SOCK_SEQPACKET);

	CHECK_EQ(send_to(stream, "x", 1, MSG_NOSIGNAL), -ENOTCONN);
	CHECK_EQ(send_to(dgram, "x", 1, MSG_NOSIGNAL), -ENOTCONN);
	CHECK_EQ(send_to(packet, "x", 1, MSG_NOSIGNAL), -ENOTCONN);
	expect_answer(stream, -EINVAL);
	expect_answer(dgram, -EAGAIN);
	expect_answer(packet, -ENOTCONN);
}

CASE(unconnected_socket_polls_as_hung_up_unless_it_needs_no_connection)
{
	CHECK_EQ(poll_now(new_socket(SOCK_STREAM)), POLLHUP | WRITABLE);
	CHECK_EQ(poll_now(new_socket(SOCK_SEQPACKET)), POLLHUP | WRITABLE);
	CHECK_EQ(poll_now(new_socket(SOCK_DGRAM)), WRITABLE);
}

/* Every call of the family on a descriptor, with arguments that are good otherwise. */
static void all_answer(int fd, long want)
{
	struct sockaddr_un a;
	int alen = path_address(&a, "nowhere"), len = sizeof(a), value = 0, vlen = sizeof(value);
	struct message m;
	struct mmsghdr many = {0};
	char c;

	empty_message(&m, 0);
	many.msg_hdr = m.h;
	CHECK_EQ(sys(SYS_bind, fd, &a, alen), want);
	CHECK_EQ(sys(SYS_connect, fd, &a, alen), want);
	CHECK_EQ(sys(SYS_listen, fd, 1), want);
	CHECK_EQ(sys(SYS_accept, fd, 0, 0), want);
	CHECK_EQ(sys(SYS_accept4, fd, 0, 0, SOCK_CLOEXEC), want);
	CHECK_EQ(sys(SYS_getsockname, fd, &a, &len), want);
	CHECK_EQ(sys(SYS_getpeername, fd, &a, &len), want);
	CHECK_EQ(send_to(fd, "x", 1, 0), want);
	CHECK_EQ(recv_from(fd, &c, 1, MSG_DONTWAIT), want);
	CHECK_EQ(sys(SYS_sendmsg, fd, &m.h, 0), want);
	CHECK_EQ(sys(SYS_recvmsg, fd, &m.h, MSG_DONTWAIT), want);
	CHECK_EQ(sys(SYS_sendmmsg, fd, &many, 1, 0), want);
	CHECK_EQ(sys(SYS_recvmmsg, fd, &many, 1, MSG_DONTWAIT, 0), want);
	CHECK_EQ(sys(SYS_shutdown, fd, SHUT_RDWR), want);
	CHECK_EQ(set_option(fd, SO_PASSCRED, 1), want);
	CHECK_EQ(sys(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &vlen), want);
}

CASE(what_is_no_socket_is_refused_by_every_call)
{
	int fd[2], counter = sys(SYS_eventfd2, 0, O_NONBLOCK);

	scratch();
	new_pipe(fd);
	all_answer(fd[0], -ENOTSOCK);
	all_answer(fd[1], -ENOTSOCK);
	all_answer(counter, -ENOTSOCK);
	all_answer(sys(SYS_open, ".", O_RDONLY), -ENOTSOCK);
}

CASE(closed_descriptor_is_refused_by_every_call)
{
	int fd = new_socket(SOCK_STREAM);

	scratch();
	close_fd(fd);
	all_answer(fd, -EBADF);
	all_answer(-1, -EBADF);
	fd = sys(SYS_open, "/", O_PATH);
	all_answer(fd, -EBADF);
}

CASE(unknown_ioctl_is_not_for_sockets)
{
	int fd = new_socket(SOCK_STREAM), value;

	CHECK_EQ(sys(SYS_ioctl, fd, TCGETS, &value), -ENOTTY);
	CHECK_EQ(sys(SYS_ioctl, fd, 0xdeadbeef, &value), -ENOTTY);
}

/* 1: the descriptor is open in a program that was started by exec. */
static int survives_exec(int fd)
{
	char path[64], text[64];
	int pid, ready[2];
	long there;

	CHECK_EQ(sys(SYS_pipe2, ready, O_CLOEXEC), 0);
	CHILD(pid) {
		const char *argv[] = {"sleeper", NULL};

		sys(SYS_execve, "sleeper", argv, argv + 1);
		_exit(1);
	}
	close_fd(ready[1]);
	CHECK_EQ(sys(SYS_read, ready[0], text, 1), 0); /* exec has closed it */
	close_fd(ready[0]);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	there = sys(SYS_readlink, path, text, sizeof(text));
	end_child(pid);
	return there > 0;
}

CASE(exec_keeps_what_is_not_close_on_exec)
{
	int kept[2], closed[2];
	char c;

	scratch();
	write_program("sleeper", PROGRAM_SLEEP);
	new_pair(kept, SOCK_STREAM);
	new_pair(closed, SOCK_STREAM | SOCK_CLOEXEC);
	CHECK_EQ(survives_exec(kept[0]), 1);
	CHECK_EQ(survives_exec(closed[0]), 0);
	put(kept[0], "still");
	expect(kept[1], "still");
	close_fd(closed[0]);
	CHECK_EQ(sys(SYS_read, closed[1], &c, 1), 0);
}

CASE(two_processes_share_one_socket_after_fork)
{
	int fd[2], pid;

	new_pair(fd, SOCK_STREAM);
	CHILD(pid) {
		put(fd[0], "from the child");
		set_nonblocking(fd[1]);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_fcntl, fd[1], F_GETFL), O_RDWR | O_NONBLOCK);
	expect(fd[1], "from the child");
}

CASE(a_thousand_sockets_leave_as_many_descriptors_free)
{
	enum { ROUNDS = 1000 };
	int before = open_fds();

	for (int i = 0; i < ROUNDS; i++) {
		int fd[2];

		new_pair(fd, all_types[i % 3]);
		put(fd[0], "left unread");
		close_fd(fd[i % 2]);
		close_fd(fd[1 - i % 2]);
		close_fd(new_socket(all_types[i % 3]));
	}
	CHECK_EQ(open_fds(), before);
}
