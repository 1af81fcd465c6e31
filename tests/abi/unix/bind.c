// SPDX-License-Identifier: MIT
/*
 * unix/bind: names of sockets: paths, abstract names, names given by the kernel, and none.
 *
 * Promise   a name is the bytes of the address up to its length, and getsockname gives them back; a path is an inode
 *           of its own that outlives the socket; an abstract name ends with the socket.
 * Linux     bind(2), unix(7), getsockname(2), path_resolution(7).
 */
#include "tests/abi/unix/unix.h"

enum { AUTOBIND_LEN = FAMILY_LEN + 1 + 5, MANY_NAMES = 50 };

/* A path of so many bytes in the current directory, without any terminator behind it. */
static int long_address(struct sockaddr_un *a, int bytes)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	memset(a->sun_path, 'p', bytes);
	return FAMILY_LEN + bytes;
}

CASE(path_is_given_back_with_its_terminator)
{
	struct sockaddr_un a;

	scratch();
	FOR_EACH(type, all_types) {
		int fd = new_socket(type), len = path_address(&a, "name");

		CHECK_EQ(sys(SYS_bind, fd, &a, len - 1), 0);
		CHECK_EQ(socket_name(fd, &a), len);
		CHECK_EQ(a.sun_family, AF_UNIX);
		CHECK_STR(a.sun_path, "name");
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(path_ends_at_its_first_zero_byte)
{
	struct sockaddr_un a;
	int fd = new_socket(SOCK_STREAM), len = path_address(&a, "name");

	scratch();
	strcpy(a.sun_path + len, "more");
	CHECK_EQ(sys(SYS_bind, fd, &a, sizeof(a)), 0);
	CHECK_EQ(socket_name(fd, &a), len);
	CHECK_EQ(sys(SYS_access, "name", F_OK), 0);
}

CASE(path_may_fill_the_whole_address)
{
	static const int lengths[] = {1, 107, 108};
	struct sockaddr_un a;

	scratch();
	FOR_EACH(length, lengths) {
		int fd = new_socket(SOCK_DGRAM), len = long_address(&a, length);
		char name[UNIX_PATH + 1] = "";

		memcpy(name, a.sun_path, length);
		CHECK_EQ(sys(SYS_bind, fd, &a, len), 0);
		CHECK_EQ(sys(SYS_access, name, F_OK), 0);
		CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), &a, len), 0);
	}
}

/* The length that getsockname tells counts a terminator that no address has room for. */
CASE(name_of_the_longest_path_is_said_to_be_longer_than_an_address)
{
	struct {
		struct sockaddr_un a;
		char more[8];
	} room;
	int fd = new_socket(SOCK_DGRAM), len = long_address(&room.a, UNIX_PATH), got = sizeof(room);

	scratch();
	CHECK_EQ(sys(SYS_bind, fd, &room.a, len), 0);
	memset(&room, 'x', sizeof(room));
	CHECK_EQ(sys(SYS_getsockname, fd, &room, &got), 0);
	CHECK_EQ(got, ADDRESS_MAX + 1);
	CHECK_EQ(room.a.sun_path[UNIX_PATH - 1], 'p');
	CHECK_EQ(room.more[0], 0);
	CHECK_EQ(room.more[1], 'x');
}

CASE(address_of_a_wrong_length_is_invalid)
{
	static const int lengths[] = {0, 1, ADDRESS_MAX + 1, 128, 129, 4096, -1};
	struct sockaddr_un a[40];

	scratch();
	memset(a, 0, sizeof(a));
	path_address(a, "name");
	FOR_EACH(length, lengths) {
		CHECK_EQ(sys(SYS_bind, new_socket(SOCK_STREAM), a, length), -EINVAL);
		CHECK_EQ(sys(SYS_connect, new_socket(SOCK_STREAM), a, length), -EINVAL);
	}
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_STREAM), a, FAMILY_LEN), -EINVAL);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), a, FAMILY_LEN), -EINVAL);
}

CASE(address_of_another_family_is_invalid)
{
	struct sockaddr_un a;
	int len = path_address(&a, "name");

	scratch();
	a.sun_family = 2;
	CHECK_EQ(sys(SYS_bind, new_socket(SOCK_STREAM), &a, len), -EINVAL);
	CHECK_EQ(sys(SYS_bind, new_socket(SOCK_STREAM), &a, FAMILY_LEN), -EINVAL);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_STREAM), &a, len), -EINVAL);
	a.sun_family = AF_UNSPEC;
	CHECK_EQ(sys(SYS_bind, new_socket(SOCK_DGRAM), &a, len), -EINVAL);
}

CASE(address_at_a_bad_pointer_is_a_fault)
{
	int fd = new_socket(SOCK_STREAM);
	char *edge = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_bind, fd, hole(), 10), -EFAULT);
	CHECK_EQ(sys(SYS_bind, fd, edge - 2, 3), -EFAULT);
	CHECK_EQ(sys(SYS_connect, fd, hole(), 10), -EFAULT);
	CHECK_EQ(sys(SYS_connect, fd, -1L, 10), -EFAULT);
}

CASE(second_name_is_invalid)
{
	int fd = new_socket(SOCK_STREAM);

	scratch();
	CHECK_EQ(bind_path(fd, "one"), 0);
	CHECK_EQ(bind_path(fd, "two"), -EINVAL);
	CHECK_EQ(sys(SYS_access, "two", F_OK), -ENOENT);
}

CASE(name_that_is_there_is_in_use_whatever_it_is)
{
	static const char *const names[] = {"file", "folder", "link", "dangling", "socket"};

	scratch();
	close_fd(sys(SYS_open, "file", O_CREAT | O_WRONLY, 0600));
	CHECK_EQ(sys(SYS_mkdir, "folder", 0700), 0);
	CHECK_EQ(sys(SYS_symlink, "file", "link"), 0);
	CHECK_EQ(sys(SYS_symlink, "nowhere", "dangling"), 0);
	bound(SOCK_STREAM, "socket");
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		FOR_EACH(type, all_types)
			CHECK_EQ(bind_path(new_socket(type), names[i]), -EADDRINUSE);
	CHECK_EQ(sys(SYS_access, "nowhere", F_OK), -ENOENT);
}

CASE(path_that_leads_nowhere)
{
	scratch();
	close_fd(sys(SYS_open, "file", O_CREAT | O_WRONLY, 0600));
	CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "missing/name"), -ENOENT);
	CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "file/name"), -ENOTDIR);
	CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "name/"), -ENOENT);
	CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "."), -EADDRINUSE);
	CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "/"), -EADDRINUSE);
}

CASE(failed_bind_can_be_tried_again)
{
	int fd = new_socket(SOCK_STREAM);

	scratch();
	CHECK_EQ(bind_path(fd, "missing/name"), -ENOENT);
	CHECK_EQ(bind_path(fd, "name"), 0);
}

CASE(directory_of_others_refuses_the_name)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "closed", 0700), 0);
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "name"), -EACCES);
		CHECK_EQ(bind_path(new_socket(SOCK_STREAM), "closed/name"), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(inode_has_the_mode_that_umask_leaves)
{
	static const int masks[] = {0, 022, 077, 0777};
	struct stat st;

	scratch();
	FOR_EACH(mask, masks) {
		sys(SYS_umask, mask);
		bound(SOCK_DGRAM, "name");
		CHECK_EQ(sys(SYS_stat, "name", &st), 0);
		CHECK_EQ(st.st_mode, S_IFSOCK | (0777 & ~mask));
		CHECK_EQ(st.st_uid, geteuid());
		CHECK_EQ(st.st_nlink, 1);
		CHECK_EQ(sys(SYS_unlink, "name"), 0);
	}
}

CASE(mode_of_the_descriptor_goes_into_the_inode)
{
	int fd = new_socket(SOCK_STREAM);
	struct stat st;

	scratch();
	sys(SYS_umask, 0);
	CHECK_EQ(sys(SYS_fchmod, fd, 0600), 0);
	CHECK_EQ(bind_path(fd, "name"), 0);
	CHECK_EQ(sys(SYS_stat, "name", &st), 0);
	CHECK_EQ(st.st_mode, S_IFSOCK | 0600);
}

CASE(path_cannot_be_opened_as_a_file)
{
	scratch();
	bound(SOCK_STREAM, "name");
	CHECK_EQ(sys(SYS_open, "name", O_RDWR), -ENXIO);
	CHECK_EQ(sys(SYS_open, "name", O_RDONLY), -ENXIO);
	CHECK_EQ(sys(SYS_open, "name", O_RDONLY | O_TRUNC), -ENXIO);
	CHECK_EQ(sys(SYS_truncate, "name", 0), -EINVAL);
	CHECK(sys(SYS_open, "name", O_PATH) >= 0);
}

CASE(path_outlives_the_socket)
{
	int fd = new_socket(SOCK_STREAM);

	scratch();
	close_fd(listener(SOCK_STREAM, "name", 1));
	CHECK_EQ(connect_path(fd, "name"), -ECONNREFUSED);
	CHECK_EQ(bind_path(fd, "name"), -EADDRINUSE);
	CHECK_EQ(sys(SYS_unlink, "name"), 0);
	CHECK_EQ(bind_path(fd, "name"), 0);
}

CASE(unlinked_path_cannot_be_found_but_the_socket_goes_on)
{
	int server, early, late, conn;
	struct sockaddr_un a;

	scratch();
	server = listener(SOCK_STREAM, "name", 4);
	early = connected(SOCK_STREAM, "name");
	CHECK_EQ(sys(SYS_unlink, "name"), 0);
	late = new_socket(SOCK_STREAM);
	CHECK_EQ(connect_path(late, "name"), -ENOENT);
	conn = accepted(server);
	put(early, "hello");
	expect(conn, "hello");
	CHECK_EQ(socket_name(server, &a), path_address(&a, "name"));
	listener(SOCK_STREAM, "name", 4);
	CHECK_EQ(connect_path(late, "name"), 0);
	set_nonblocking(server);
	CHECK_EQ(sys(SYS_accept, server, 0, 0), -EAGAIN);
}

CASE(any_name_of_the_inode_leads_to_the_socket)
{
	static const char *const names[] = {"moved", "hard", "soft"};
	struct sockaddr_un a;

	scratch();
	listener(SOCK_STREAM, "name", 8);
	CHECK_EQ(sys(SYS_link, "name", "hard"), 0);
	CHECK_EQ(sys(SYS_rename, "name", "moved"), 0);
	CHECK_EQ(sys(SYS_symlink, "moved", "soft"), 0);
	for (int i = 0; i < 3; i++) {
		int fd = connected(SOCK_STREAM, names[i]), len = sizeof(a);

		CHECK_EQ(sys(SYS_getpeername, fd, &a, &len), 0);
		CHECK_STR(a.sun_path, "name");
	}
}

CASE(descriptor_of_the_path_leads_to_the_socket)
{
	char path[64];

	scratch();
	listener(SOCK_STREAM, "name", 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", (int)sys(SYS_open, "name", O_PATH));
	CHECK_EQ(sys(SYS_unlink, "name"), 0);
	connected(SOCK_STREAM, path);
}

CASE(socket_file_made_by_mknod_refuses)
{
	scratch();
	CHECK_EQ(sys(SYS_mknod, "node", S_IFSOCK | 0666, 0), 0);
	FOR_EACH(type, all_types)
		CHECK_EQ(connect_path(new_socket(type), "node"), -ECONNREFUSED);
}

CASE(abstract_name_is_all_bytes_of_its_length)
{
	struct sockaddr_un a, b;
	int fd = new_socket(SOCK_DGRAM), len = abstract_address(&a, "bytes");

	memcpy(a.sun_path + len - FAMILY_LEN, "\0z\0", 3);
	len += 3;
	CHECK_EQ(sys(SYS_bind, fd, &a, len), 0);
	CHECK_EQ(socket_name(fd, &b), len);
	CHECK_MEM(&a, &b, len);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), &a, len), 0);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), &a, len - 1), -ECONNREFUSED);
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_DGRAM), &a, len + 1), -ECONNREFUSED);
}

CASE(abstract_name_may_be_as_long_as_a_path)
{
	struct sockaddr_un a, b;
	int fd = new_socket(SOCK_STREAM);

	memset(&a, 'n', sizeof(a));
	abstract_address(&a, "long");
	CHECK_EQ(sys(SYS_bind, fd, &a, sizeof(a)), 0);
	CHECK_EQ(socket_name(fd, &b), sizeof(b));
	CHECK_MEM(&a, &b, sizeof(a));
}

CASE(abstract_name_is_in_use_by_its_own_type_only)
{
	struct sockaddr_un a;
	int len = abstract_address(&a, "types");

	FOR_EACH(type, all_types) {
		CHECK_EQ(sys(SYS_bind, new_socket(type), &a, len), 0);
		CHECK_EQ(sys(SYS_bind, new_socket(type), &a, len), -EADDRINUSE);
	}
}

CASE(abstract_name_is_free_when_the_socket_ends)
{
	struct sockaddr_un a;
	int len = abstract_address(&a, "again"), other;

	for (int i = 0; i < 3; i++) {
		int fd = new_socket(SOCK_STREAM);

		CHECK_EQ(sys(SYS_bind, fd, &a, len), 0);
		other = sys(SYS_dup, fd);
		close_fd(fd);
		CHECK_EQ(sys(SYS_bind, new_socket(SOCK_STREAM), &a, len), -EADDRINUSE);
		close_fd(other);
	}
	CHECK_EQ(sys(SYS_connect, new_socket(SOCK_STREAM), &a, len), -ECONNREFUSED);
}

CASE(abstract_name_has_no_permissions)
{
	struct sockaddr_un a;
	int fd = new_socket(SOCK_STREAM), len = abstract_address(&a, "open"), pid;

	NEEDS_ROOT();
	sys(SYS_umask, 0777);
	CHECK_EQ(sys(SYS_bind, fd, &a, len), 0);
	CHECK_EQ(sys(SYS_listen, fd, 1), 0);
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(sys(SYS_connect, new_socket(SOCK_STREAM), &a, len), 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(bind_without_a_name_gets_one_of_five_hex_digits)
{
	struct sockaddr_un a[MANY_NAMES], family = {.sun_family = AF_UNIX};

	for (int i = 0; i < MANY_NAMES; i++) {
		int fd = new_socket(all_types[i % 3]);

		CHECK_EQ(sys(SYS_bind, fd, &family, FAMILY_LEN), 0);
		CHECK_EQ(socket_name(fd, &a[i]), AUTOBIND_LEN);
		CHECK_EQ(a[i].sun_path[0], 0);
		CHECK_EQ(strspn(a[i].sun_path + 1, "0123456789abcdef"), 5);
		for (int j = i % 3; j < i; j += 3)
			CHECK(memcmp(a[i].sun_path, a[j].sun_path, AUTOBIND_LEN - FAMILY_LEN) != 0);
	}
}

CASE(name_by_the_kernel_can_be_connected_to)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = new_socket(SOCK_DGRAM), other = new_socket(SOCK_DGRAM);

	CHECK_EQ(sys(SYS_bind, fd, &a, FAMILY_LEN), 0);
	CHECK_EQ(socket_name(fd, &a), AUTOBIND_LEN);
	CHECK_EQ(sys(SYS_connect, other, &a, AUTOBIND_LEN), 0);
	put(other, "found");
	expect(fd, "found");
}

CASE(bind_without_a_name_keeps_the_name_that_is_there)
{
	struct sockaddr_un a, family = {.sun_family = AF_UNIX};
	int fd;

	scratch();
	fd = bound(SOCK_STREAM, "name");
	CHECK_EQ(sys(SYS_bind, fd, &family, FAMILY_LEN), 0);
	CHECK_EQ(socket_name(fd, &a), path_address(&family, "name"));
}

CASE(sender_whose_credentials_are_told_gets_a_name)
{
	struct sockaddr_un a;
	int fd = new_socket(SOCK_DGRAM), other = new_socket(SOCK_DGRAM);

	scratch();
	bound(SOCK_DGRAM, "server");
	CHECK_EQ(send_path(fd, "x", 1, 0, "server"), 1);
	CHECK_EQ(socket_name(fd, &a), FAMILY_LEN);
	CHECK_EQ(set_option(fd, SO_PASSCRED, 1), 0);
	CHECK_EQ(send_path(fd, "x", 1, 0, "server"), 1);
	CHECK_EQ(socket_name(fd, &a), AUTOBIND_LEN);
	CHECK_EQ(set_option(other, SO_PASSCRED, 1), 0);
	CHECK_EQ(connect_path(other, "server"), 0);
	CHECK_EQ(socket_name(other, &a), AUTOBIND_LEN);
}

CASE(socket_without_a_name_has_only_a_family)
{
	struct sockaddr_un a;
	int fd[2], len = sizeof(a);

	FOR_EACH(type, all_types) {
		CHECK_EQ(socket_name(new_socket(type), &a), FAMILY_LEN);
		CHECK_EQ(a.sun_family, AF_UNIX);
		new_pair(fd, type);
		CHECK_EQ(socket_name(fd[0], &a), FAMILY_LEN);
		len = sizeof(a);
		CHECK_EQ(sys(SYS_getpeername, fd[0], &a, &len), 0);
		CHECK_EQ(len, FAMILY_LEN);
		len = sizeof(a);
		CHECK_EQ(sys(SYS_getpeername, new_socket(type), &a, &len), -ENOTCONN);
	}
}

CASE(short_buffer_gets_the_beginning_and_the_whole_length)
{
	char buf[16];
	int fd, len = 5;

	scratch();
	fd = bound(SOCK_STREAM, "a-long-name");
	memset(buf, 'x', sizeof(buf));
	CHECK_EQ(sys(SYS_getsockname, fd, buf, &len), 0);
	CHECK_EQ(len, FAMILY_LEN + 12);
	CHECK_MEM(buf + FAMILY_LEN, "a-lxx", 5);
	len = 0;
	CHECK_EQ(sys(SYS_getsockname, fd, 0, &len), 0);
	CHECK_EQ(len, FAMILY_LEN + 12);
}

CASE(bad_pointers_for_a_name)
{
	struct sockaddr_un a;
	int fd[2], len = -1;

	new_pair(fd, SOCK_STREAM);
	CHECK_EQ(sys(SYS_getsockname, fd[0], &a, &len), -EINVAL);
	CHECK_EQ(sys(SYS_getpeername, fd[0], &a, &len), -EINVAL);
	len = sizeof(a);
	CHECK_EQ(sys(SYS_getsockname, fd[0], hole(), &len), -EFAULT);
	CHECK_EQ(sys(SYS_getsockname, fd[0], &a, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_getpeername, fd[0], hole(), &len), -EFAULT);
	CHECK_EQ(sys(SYS_getpeername, fd[0], &a, 0), -EFAULT);
}

/* The line of /proc/net/unix whose last word is the name; 0: there is none. */
static int proc_line(const char *name, char *line, size_t size)
{
	static char text[1 << 20];
	char ending[UNIX_PATH + 2];

	CHECK(slurp("/proc/net/unix", text, sizeof(text)) > 0);
	snprintf(ending, sizeof(ending), " %s\n", name);
	for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) {
		size_t len = end + 1 - at;

		if (len < strlen(ending) || memcmp(end + 1 - strlen(ending), ending, strlen(ending)) != 0)
			continue;
		snprintf(line, size, "%.*s", (int)(len - 1), at);
		return 1;
	}
	return 0;
}

CASE(proc_lists_names_types_and_states)
{
	struct sockaddr_un a;
	char line[512], name[UNIX_PATH + 8], want[64];
	int fd = new_socket(SOCK_SEQPACKET), len = abstract_address(&a, "listed"), server;

	scratch();
	server = listener(SOCK_STREAM, "listed-path", 1);
	CHECK_EQ(sys(SYS_bind, fd, &a, len), 0);
	CHECK(proc_line("listed-path", line, sizeof(line)));
	snprintf(want, sizeof(want), " 00010000 0001 01 %5lu listed-path", inode_of(server));
	CHECK(strstr(line, want));
	snprintf(name, sizeof(name), "@%s", a.sun_path + 1);
	CHECK(proc_line(name, line, sizeof(line)));
	CHECK(strstr(line, " 00000000 0005 01 "));
	close_fd(server);
	CHECK(!proc_line("listed-path", line, sizeof(line)));
}

CASE(proc_shows_a_zero_byte_inside_a_name_as_an_at_sign)
{
	struct sockaddr_un a;
	char line[512], name[UNIX_PATH + 8];
	int fd = new_socket(SOCK_DGRAM), len = abstract_address(&a, "zero");

	memcpy(a.sun_path + len - FAMILY_LEN, "\0z", 2);
	CHECK_EQ(sys(SYS_bind, fd, &a, len + 2), 0);
	snprintf(name, sizeof(name), "@%s@z", a.sun_path + 1);
	CHECK(proc_line(name, line, sizeof(line)));
}
