// SPDX-License-Identifier: MIT
/*
 * procfs/links: the magic links of /proc/PID and its descriptors.
 *
 * Promise   fd/N opens the object again whatever its name is by now; exe, cwd and root lead to the places
 *           themselves; the names shown are the reader's view.
 * Linux     proc_pid_fd(5), proc_pid_fdinfo(5), proc_pid_exe(5).
 */
#include <poll.h>
#include "tests/abi/abi.h"

enum { NOFOLLOW_OPEN = O_RDONLY | O_NOFOLLOW };

static char text[4096], path[64];

static long link_of_fd(long fd)
{
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	memset(text, 0, sizeof(text));
	return sys(SYS_readlink, path, text, sizeof(text) - 1);
}

CASE(descriptor_names_its_file)
{
	struct stat st;
	long fd;

	scratch();
	fd = sys(SYS_open, "named", O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK(link_of_fd(fd) > 0);
	CHECK_STR(strrchr(text, '/'), "/named");
	CHECK_EQ(sys(SYS_lstat, path, &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK | 0300);
	CHECK_EQ(st.st_size, 64);
	CHECK_EQ(sys(SYS_rename, "named", "renamed"), 0);
	link_of_fd(fd);
	CHECK_STR(strrchr(text, '/'), "/renamed");
	CHECK_EQ(sys(SYS_unlink, "renamed"), 0);
	link_of_fd(fd);
	CHECK_STR(strrchr(text, '/'), "/renamed (deleted)");
}

CASE(link_shows_how_the_descriptor_is_open)
{
	static const struct {
		int flags, mode;
	} rows[] = {{O_RDONLY, 0500}, {O_WRONLY, 0300}, {O_RDWR, 0700}};
	struct stat st;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		link_of_fd(sys(SYS_open, "/dev/null", rows[i].flags));
		CHECK_EQ(sys(SYS_lstat, path, &st), 0);
		CHECK_EQ(st.st_mode, S_IFLNK | rows[i].mode);
	}
	link_of_fd(sys(SYS_open, "/dev/null", O_PATH));
	CHECK_EQ(sys(SYS_lstat, path, &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK);
}

CASE(deleted_file_opens_again)
{
	char c = 0;
	long fd, again;

	scratch();
	fd = sys(SYS_open, "file", O_WRONLY | O_CREAT, 0600);
	CHECK_EQ(sys(SYS_write, fd, "xyz", 3), 3);
	CHECK_EQ(sys(SYS_unlink, "file"), 0);
	link_of_fd(fd);
	again = sys(SYS_open, path, O_RDWR);
	CHECK(again >= 0);
	CHECK_EQ(sys(SYS_read, again, &c, 1), 1);
	CHECK_EQ(c, 'x');
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), 3);
	CHECK_EQ(sys(SYS_open, path, NOFOLLOW_OPEN), -ELOOP);
	CHECK_EQ(sys(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC, 0600) >= 0, 1);
	CHECK_EQ(sys(SYS_read, again, &c, 1), 0);
}

CASE(descriptor_of_a_directory_is_a_way_in)
{
	struct stat a, b;
	long dir;

	scratch();
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
	CHECK_EQ(sys(SYS_mkdir, "d/inside", 0700), 0);
	dir = sys(SYS_open, "d", O_PATH | O_DIRECTORY);
	link_of_fd(dir);
	strcat(path, "/inside");
	CHECK_EQ(sys(SYS_stat, path, &a), 0);
	CHECK_EQ(sys(SYS_stat, "d/inside", &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	strcat(path, "/../..");
	CHECK_EQ(sys(SYS_stat, path, &a), 0);
	CHECK_EQ(sys(SYS_stat, ".", &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
}

CASE(closed_descriptor_is_not_there)
{
	long fd = sys(SYS_open, "/dev/null", O_RDONLY);
	struct stat st;

	link_of_fd(fd);
	CHECK_EQ(sys(SYS_lstat, path, &st), 0);
	sys(SYS_close, fd);
	CHECK_EQ(sys(SYS_lstat, path, &st), -ENOENT);
	CHECK_EQ(link_of_fd(fd), -ENOENT);
	CHECK_EQ(link_of_fd(1234567), -ENOENT);
}

CASE(anonymous_files_have_stats_but_no_open)
{
	long fd = sys(SYS_eventfd2, 0, 0);
	struct stat st;

	CHECK(link_of_fd(fd) > 0);
	CHECK_STR(text, "anon_inode:[eventfd]");
	CHECK_EQ(sys(SYS_stat, path, &st), 0);
	CHECK_EQ(st.st_mode & ~07777, 0);
	CHECK_EQ(sys(SYS_open, path, O_RDWR), -ENXIO);
	strcat(path, "/x");
	CHECK_EQ(sys(SYS_open, path, O_RDWR), -ENOTDIR);
}

CASE(pipe_has_one_identity)
{
	struct stat a, b;
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	link_of_fd(fd[1]);
	CHECK_EQ(sys(SYS_stat, path, &a), 0);
	CHECK_EQ(sys(SYS_fstat, fd[0], &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK(S_ISFIFO(a.st_mode));
}

CASE(pipe_opens_again_without_waiting)
{
	struct pollfd p = {.events = POLLIN};
	char read_end[64], c;
	int fd[2];

	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	snprintf(read_end, sizeof(read_end), "/proc/self/fd/%d", fd[0]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[1]);
	CHECK_EQ(sys(SYS_write, fd[1], "x", 1), 1);
	sys(SYS_close, fd[1]);
	p.fd = sys(SYS_open, read_end, O_RDONLY);
	CHECK(p.fd >= 0);
	CHECK_EQ(sys(SYS_read, p.fd, &c, 1), 1);
	CHECK_EQ(sys(SYS_read, p.fd, &c, 1), 0);
	sys(SYS_close, p.fd);
	p.fd = sys(SYS_open, read_end, O_RDONLY | O_NONBLOCK);
	CHECK(p.fd >= 0);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLHUP);
}

CASE(pipe_without_reader_opens_again_for_writing)
{
	int fd[2];

	handle(SIGPIPE, SIG_IGN, 0);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[1]);
	sys(SYS_close, fd[0]);
	for (int flags = O_WRONLY; flags <= (O_WRONLY | O_NONBLOCK); flags += O_NONBLOCK) {
		long again = sys(SYS_open, path, flags);

		CHECK(again >= 0);
		CHECK_EQ(sys(SYS_write, again, "x", 1), -EPIPE);
	}
}

CASE(openat2_can_forbid_magic_links)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {O_RDONLY, 0, 2 /* RESOLVE_NO_MAGICLINKS */};

	link_of_fd(sys(SYS_open, "/dev/null", O_RDONLY));
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)), -ELOOP);
	CHECK(sys(SYS_openat2, AT_FDCWD, "/proc/self/stat", &how, sizeof(how)) >= 0);
}

CASE(cwd_and_root_lead_to_the_places)
{
	struct stat a, b;
	int pid;

	scratch();
	CHECK_EQ(sys(SYS_stat, ".", &a), 0);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_chdir, "/"), 0);
		snprintf(path, sizeof(path), "/proc/%ld/cwd", sys(SYS_getppid));
		CHECK_EQ(sys(SYS_stat, path, &b), 0);
		CHECK_EQ(a.st_ino, b.st_ino);
		memset(text, 0, sizeof(text));
		CHECK(sys(SYS_readlink, path, text, sizeof(text) - 1) > 0);
		CHECK_STR(text, tap_tmpdir());
	}
	CHECK_EXIT(pid, 0);
	memset(text, 0, sizeof(text));
	CHECK(sys(SYS_readlink, "/proc/self/root", text, sizeof(text) - 1) > 0);
	CHECK_STR(text, "/");
	CHECK_EQ(sys(SYS_lstat, "/proc/self/root", &b), 0);
	CHECK_EQ(b.st_mode, S_IFLNK | 0777);
}

CASE(exe_is_the_program)
{
	char magic[4] = "";
	long fd, n;

	memset(text, 0, sizeof(text));
	n = sys(SYS_readlink, "/proc/self/exe", text, sizeof(text) - 1);
	CHECK(n > 0);
	CHECK_EQ(text[0], '/');
	fd = sys(SYS_open, "/proc/self/exe", O_RDONLY);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_read, fd, magic, 4), 4);
	CHECK_MEM(magic, "\177ELF", 4);
	CHECK_EQ(sys(SYS_readlink, "/proc/self/exe", text, 3), 3);
}

CASE(fdinfo_shows_position_and_flags)
{
	char want[64];
	long fd;

	scratch();
	fd = sys(SYS_open, "file", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	CHECK_EQ(sys(SYS_write, fd, "12345", 5), 5);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%ld", fd);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK(strncmp(text, "pos:\t5\n", 7) == 0);
	snprintf(want, sizeof(want), "\nflags:\t0%o\n", O_RDWR | O_APPEND | O_CLOEXEC | 0100000);
	CHECK(strstr(text, want) || strstr(text, "\nflags:\t02002002\n"));
	CHECK(strstr(text, "\nmnt_id:\t"));
	CHECK(strstr(text, "\nino:\t"));
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(slurp(path, text, sizeof(text)), -ENOENT);
}

CASE(descriptor_directory_counts_its_entries)
{
	struct stat before, after;

	NEEDS_LINUX(6, 2);
	CHECK_EQ(sys(SYS_stat, "/proc/self/fd", &before), 0);
	CHECK_EQ(before.st_mode, S_IFDIR | 0500);
	for (int i = 0; i < 5; i++)
		CHECK(sys(SYS_open, "/dev/null", O_RDONLY) >= 0);
	CHECK_EQ(sys(SYS_stat, "/proc/self/fd", &after), 0);
	CHECK_EQ(after.st_size, before.st_size + 5);
}

CASE(own_descriptors_stay_open_to_a_process_that_changed_its_user)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		long fd = sys(SYS_open, "/dev/null", O_RDONLY);

		CHECK(become(NOBODY));
		snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
		CHECK(sys(SYS_readlink, path, text, sizeof(text)) > 0);
		CHECK(sys(SYS_open, path, O_RDONLY) >= 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(reopen_races_with_close)
{
	enum { ROUNDS = 2000 };
	int pid;

	CHILD(pid) {
		int fd[2];

		for (;;) {
			sys(SYS_pipe2, fd, O_NONBLOCK);
			sys(SYS_close, fd[0]);
			sys(SYS_close, fd[1]);
		}
	}
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, 3 + i % 6);
		long fd = sys(SYS_open, path, O_RDONLY | O_NONBLOCK);

		CHECK(fd >= 0 || fd == -ENOENT || fd == -ENXIO);
		if (fd >= 0)
			sys(SYS_close, fd);
	}
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}
