// SPDX-License-Identifier: MIT
/*
 * procfs/namespaces: /proc/PID/ns and the files that its links lead to.
 *
 * Promise   each kind has a link "KIND:[NUMBER]"; opening it gives a file with that number that nobody can read, write
 *           or change, and that tells of itself by ioctl. Who shares a name space sees the same number.
 * Linux     namespaces(7), ioctl_nsfs(2), proc_pid_ns(5)
 */
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include "tests/abi/abi.h"

enum {
	GET_USERNS = 0xb701, GET_PARENT = 0xb702, GET_NSTYPE = 0xb703, GET_OWNER_UID = 0xb704, NO_REQUEST = 0xb7ff,
	OTHER_USER = 4321, NO_PROCESS = 0x7ffffff0, FS_TYPE = 0x6e736673,
};
#define PID_FROM_PIDNS _IOR(0xb7, 6, int)
#define TGID_FROM_PIDNS _IOR(0xb7, 7, int)
#define PID_IN_PIDNS _IOR(0xb7, 8, int)
#define TGID_IN_PIDNS _IOR(0xb7, 9, int)

static const struct {
	const char *link, *kind;
	long clone_flag;
	bool has_parent, outlives; /* a zombie still has it */
} kinds[] = {
	{"net", "net", 0x40000000, false, false}, {"uts", "uts", 0x04000000, false, false},
	{"ipc", "ipc", 0x08000000, false, false}, {"pid", "pid", 0x20000000, true, true},
	{"pid_for_children", "pid", 0x20000000, true, false}, {"user", "user", 0x10000000, true, true},
	{"mnt", "mnt", 0x00020000, false, false}, {"cgroup", "cgroup", 0x02000000, false, false},
	{"time", "time", 0x00000080, false, false}, {"time_for_children", "time", 0x00000080, false, false},
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static char path[64], text[64], other[64];

static const char *path_of(int pid, const char *link)
{
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	return path;
}

static long text_of(int pid, const char *link)
{
	memset(text, 0, sizeof(text));
	return sys(SYS_readlink, path_of(pid, link), text, sizeof(text) - 1);
}

static int open_kind(const char *link)
{
	return (int)sys(SYS_open, path_of(getpid(), link), O_RDONLY);
}

CASE(each_link_names_its_kind_and_number)
{
	struct stat st;

	for (size_t i = 0; i < NR_KINDS; i++) {
		int fd = open_kind(kinds[i].link);

		CHECK(fd >= 0);
		CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
		CHECK_EQ(st.st_mode, S_IFREG | 0444);
		CHECK_EQ(st.st_size, 0);
		CHECK_EQ(st.st_nlink, 1);
		snprintf(other, sizeof(other), "%s:[%lu]", kinds[i].kind, (unsigned long)st.st_ino);
		CHECK_EQ(text_of(getpid(), kinds[i].link), (long)strlen(other));
		CHECK_STR(text, other);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		memset(text, 0, sizeof(text));
		CHECK(sys(SYS_readlink, path, text, sizeof(text) - 1) > 0);
		CHECK_STR(text, other);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
}

CASE(parent_and_child_are_in_the_same)
{
	int pid;

	for (size_t i = 0; i < NR_KINDS; i++) {
		text_of(getpid(), kinds[i].link);
		memcpy(other, text, sizeof(other));
		CHILD(pid) {
			CHECK(text_of(getpid(), kinds[i].link) > 0);
			CHECK_STR(text, other);
		}
		CHECK_EQ(reap(pid), 0);
	}
}

CASE(the_directory_lists_them)
{
	char buf[2048];
	size_t found = 0;
	struct stat st;
	int fd = (int)sys(SYS_open, "/proc/self/ns", O_RDONLY | O_DIRECTORY);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | 0511);
	CHECK_EQ(st.st_nlink, 2);
	for (long n; (n = sys(SYS_getdents64, fd, buf, sizeof(buf))) > 0;)
		for (long at = 0; at < n; at += *(unsigned short *)(buf + at + 16))
			for (size_t i = 0; i < NR_KINDS; i++)
				found += strcmp(buf + at + 19, kinds[i].link) == 0;
	CHECK_EQ(found, NR_KINDS);
	CHECK_EQ(sys(SYS_lstat, path_of(getpid(), "ipc"), &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK | 0777);
	CHECK_EQ(sys(SYS_open, path_of(getpid(), "nosuch"), O_RDONLY), -ENOENT);
}

CASE(nobody_reads_writes_or_changes_one)
{
	struct statfs fs;
	char byte = 0;
	int fd = open_kind("uts");

	CHECK_EQ(sys(SYS_read, fd, &byte, 1), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, &byte, 1), -EBADF);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), -ESPIPE);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), -ENODEV);
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fstatfs, fd, &fs), 0);
	CHECK_EQ(fs.f_type, FS_TYPE);
	path_of(getpid(), "uts");
	CHECK_EQ(sys(SYS_open, path, O_RDWR), -EPERM);
	CHECK_EQ(sys(SYS_open, path, O_WRONLY), -EPERM);
	CHECK_EQ(sys(SYS_open, path, O_RDONLY | O_TRUNC), -EPERM);
	CHECK_EQ(sys(SYS_open, path, O_RDONLY | O_NOFOLLOW), -ELOOP);
	CHECK_EQ(sys(SYS_open, path, O_RDONLY | O_DIRECTORY), -ENOTDIR);
	CHECK_EQ(sys(SYS_truncate, path, 0), -EPERM);
	CHECK_EQ(sys(SYS_access, path, W_OK), -EPERM);
	CHECK_EQ(sys(SYS_access, path, X_OK), -EACCES);
	CHECK_EQ(sys(SYS_fchmod, fd, 0600), -EPERM);
	CHECK_EQ(sys(SYS_fchown, fd, 0, 0), -EPERM);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, path, 0, 0), -EPERM);
	CHECK_EQ(sys(SYS_unlink, path), -EPERM);
}

CASE(it_tells_its_kind)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		int fd = open_kind(kinds[i].link);

		CHECK_EQ(sys(SYS_ioctl, fd, GET_NSTYPE, 0), kinds[i].clone_flag);
		CHECK_EQ(sys(SYS_ioctl, fd, NO_REQUEST, 0), -ENOTTY);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
}

/* Both are out of the caller's sight, or there is none. */
CASE(the_first_ones_have_no_parent)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		int fd = open_kind(kinds[i].link);

		CHECK_EQ(sys(SYS_ioctl, fd, GET_PARENT, 0), kinds[i].has_parent ? -EPERM : -EINVAL);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
}

CASE(each_belongs_to_a_user_name_space)
{
	struct stat st, user;
	unsigned uid = OTHER_USER;
	int fd = open_kind("user");

	CHECK_EQ(sys(SYS_fstat, fd, &user), 0);
	CHECK_EQ(sys(SYS_ioctl, fd, GET_USERNS, 0), -EPERM);
	CHECK_EQ(sys(SYS_ioctl, fd, GET_OWNER_UID, &uid), 0);
	CHECK_EQ(uid, 0);
	CHECK_EQ(sys(SYS_ioctl, fd, GET_OWNER_UID, hole()), -EFAULT);
	CHECK_EQ(sys(SYS_close, fd), 0);
	for (size_t i = 0; i < NR_KINDS; i++) {
		if (strcmp(kinds[i].kind, "user") == 0)
			continue;
		fd = open_kind(kinds[i].link);
		long owner = sys(SYS_ioctl, fd, GET_USERNS, 0);
		CHECK(owner >= 0);
		CHECK_EQ(sys(SYS_fcntl, owner, F_GETFD), FD_CLOEXEC);
		CHECK_EQ(sys(SYS_fstat, owner, &st), 0);
		CHECK_EQ(st.st_ino, user.st_ino);
		CHECK_EQ(sys(SYS_ioctl, fd, GET_OWNER_UID, &uid), -EINVAL);
		CHECK_EQ(sys(SYS_close, owner), 0);
		CHECK_EQ(sys(SYS_close, fd), 0);
	}
}

CASE(numbers_of_processes_are_translated)
{
	static const unsigned requests[] = {PID_FROM_PIDNS, TGID_FROM_PIDNS, PID_IN_PIDNS, TGID_IN_PIDNS};
	int fd = open_kind("pid"), ipc = open_kind("ipc");

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		CHECK_EQ(sys(SYS_ioctl, fd, requests[i], getpid()), getpid());
		CHECK_EQ(sys(SYS_ioctl, fd, requests[i], 0), -ESRCH);
		CHECK_EQ(sys(SYS_ioctl, fd, requests[i], -1), -ESRCH);
		CHECK_EQ(sys(SYS_ioctl, fd, requests[i], NO_PROCESS), -ESRCH);
		CHECK_EQ(sys(SYS_ioctl, ipc, requests[i], getpid()), -EINVAL);
	}
}

CASE(a_zombie_has_left_most_of_them)
{
	siginfo_t info;
	int pid = (int)sys(SYS_fork);

	if (pid == 0)
		_exit(0);
	CHECK_EQ(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT, 0), 0);
	for (size_t i = 0; i < NR_KINDS; i++) {
		if (kinds[i].outlives)
			CHECK(text_of(pid, kinds[i].link) > 0);
		else
			CHECK_EQ(text_of(pid, kinds[i].link), -ENOENT);
	}
	CHECK_EQ(reap(pid), 0);
	CHECK_EQ(text_of(pid, "user"), -ENOENT);
}

CASE(another_users_process_keeps_them_to_itself)
{
	struct stat st;
	int parent = getpid(), pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(text_of(parent, "ipc"), -EACCES);
		CHECK_EQ(sys(SYS_open, path_of(parent, "ipc"), O_RDONLY), -EACCES);
		CHECK_EQ(sys(SYS_lstat, path, &st), 0);
		snprintf(path, sizeof(path), "/proc/%d/ns", parent);
		CHECK_EQ(sys(SYS_access, path, R_OK), -EACCES);
		CHECK_EQ(sys(SYS_access, path, X_OK), 0);
		CHECK_EQ(sys(SYS_open, path, O_RDONLY | O_DIRECTORY), -EACCES);
	}
	CHECK_EQ(reap(pid), 0);
}
