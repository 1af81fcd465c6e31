// SPDX-License-Identifier: MIT
/*
 * xattr/xattr: names with values beside a file's contents.
 *
 * Promise   what is set is read, listed and removed, whole; user.* follow the file's mode, trusted.* are there for
 *           the mighty alone, security.* are changed by them alone; names, sizes and pointers are checked in
 *           Linux's order; a file system without them says so.
 * Linux     xattr(7), setxattr(2), getxattr(2), listxattr(2), removexattr(2); as tmpfs of 6.18 does it.
 */
#include <sys/xattr.h>
#include "tests/abi/abi.h"

TAP_NEEDS_LINUX(6, 6); /* user.* on tmpfs */

enum { BIG = 65536, LONGEST_NAME = 255, ROUNDS = 300 };

static char buf[BIG + PAGE];

static int new_file(const char *name)
{
	scratch();
	int fd = (int)sys(SYS_open, name, O_RDWR | O_CREAT, 0644);

	CHECK(fd >= 0);
	return fd;
}

/* A file without a name on a file system in memory, on the host too. */
static int new_memory_file(void)
{
	int fd = (int)sys(SYS_open, "/dev/shm", O_TMPFILE | O_RDWR, 0600);

	CHECK(fd >= 0);
	return fd;
}

static long set(const char *file, const char *name, const char *value)
{
	return sys(SYS_setxattr, file, name, value, strlen(value), 0);
}

static long get(const char *file, const char *name)
{
	memset(buf, 0, 256);
	return sys(SYS_getxattr, file, name, buf, sizeof(buf));
}

static int is_listed(const char *file, const char *name)
{
	long n = sys(SYS_listxattr, file, buf, sizeof(buf));

	for (long at = 0; at < n; at += (long)strlen(buf + at) + 1)
		if (strcmp(buf + at, name) == 0)
			return 1;
	return 0;
}

static char *long_name(int length)
{
	static char name[LONGEST_NAME + 2];

	memset(name, 'n', sizeof(name));
	memcpy(name, "user.", 5);
	name[length] = 0;
	return name;
}

CASE(what_is_set_is_read_listed_and_removed)
{
	new_file("f");
	CHECK_EQ(get("f", "user.a"), -ENODATA);
	CHECK_EQ(set("f", "user.a", "value"), 0);
	CHECK_EQ(get("f", "user.a"), 5);
	CHECK_STR(buf, "value");
	CHECK(is_listed("f", "user.a"));
	CHECK_EQ(set("f", "user.a", "longer value"), 0);
	CHECK_EQ(get("f", "user.a"), 12);
	CHECK_STR(buf, "longer value");
	CHECK_EQ(sys(SYS_removexattr, "f", "user.a"), 0);
	CHECK_EQ(sys(SYS_removexattr, "f", "user.a"), -ENODATA);
	CHECK_EQ(get("f", "user.a"), -ENODATA);
	CHECK(!is_listed("f", "user.a"));
}

CASE(library_functions_set_errno)
{
	int fd = new_file("f");

	CHECK_EQ(fsetxattr(fd, "user.a", "1", 1, XATTR_CREATE), 0);
	CHECK_ERR(fsetxattr(fd, "user.a", "1", 1, XATTR_CREATE), EEXIST);
	CHECK_EQ(lgetxattr("f", "user.a", buf, sizeof(buf)), 1);
	CHECK_EQ(flistxattr(fd, buf, sizeof(buf)) >= 7, 1);
	CHECK_EQ(lremovexattr("f", "user.a"), 0);
	CHECK_ERR(fremovexattr(fd, "user.a"), ENODATA);
}

CASE(directories_have_them_too)
{
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	CHECK_EQ(set("d", "user.a", "1"), 0);
	CHECK_EQ(get("d", "user.a"), 1);
}

CASE(flags_say_whether_it_must_be_there)
{
	new_file("f");
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "1", 1, XATTR_REPLACE), -ENODATA);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "1", 1, XATTR_CREATE | XATTR_REPLACE), -ENODATA);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "1", 1, XATTR_CREATE), 0);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "22", 2, XATTR_CREATE), -EEXIST);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "22", 2, XATTR_CREATE | XATTR_REPLACE), -EEXIST);
	CHECK_EQ(get("f", "user.a"), 1);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "22", 2, XATTR_REPLACE), 0);
	CHECK_EQ(get("f", "user.a"), 2);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", "1", 1, 4), -EINVAL);
}

CASE(size_0_asks_for_the_size_and_less_is_erange)
{
	new_file("f");
	set("f", "user.a", "value");
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", 0, 0), 5);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", buf, 4), -ERANGE);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", buf, 5), 5);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", buf, -1), 5);
	long n = sys(SYS_listxattr, "f", 0, 0);
	CHECK(n >= 7);
	CHECK_EQ(sys(SYS_listxattr, "f", buf, n - 1), -ERANGE);
	CHECK_EQ(sys(SYS_listxattr, "f", buf, n), n);
	CHECK_EQ(sys(SYS_listxattr, "f", buf, -1), n);
}

CASE(an_empty_value_is_a_value)
{
	new_file("f");
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_setxattr, "f", "user.b", 1, 0, 0), 0);
	CHECK_EQ(get("f", "user.a"), 0);
	CHECK_EQ(get("f", "user.b"), 0);
	CHECK(is_listed("f", "user.a"));
}

CASE(names_have_a_class_and_at_most_255_bytes)
{
	new_file("f");
	CHECK_EQ(set("f", long_name(LONGEST_NAME), ""), 0);
	CHECK_EQ(get("f", long_name(LONGEST_NAME)), 0);
	CHECK_EQ(set("f", long_name(LONGEST_NAME + 1), ""), -ERANGE);
	CHECK_EQ(get("f", long_name(LONGEST_NAME + 1)), -ERANGE);
	CHECK_EQ(sys(SYS_removexattr, "f", long_name(LONGEST_NAME + 1)), -ERANGE);
	CHECK_EQ(set("f", "", ""), -ERANGE);
	CHECK_EQ(set("f", "user", ""), -EOPNOTSUPP);
	CHECK_EQ(set("f", "foo.a", ""), -EOPNOTSUPP);
	CHECK_EQ(set("f", "system.a", ""), -EOPNOTSUPP);
	CHECK_EQ(get("f", "foo.a"), -EOPNOTSUPP);
	CHECK_EQ(set("f", "user.", ""), -EINVAL);
	CHECK_EQ(get("f", "user."), -EINVAL);
	CHECK_EQ(sys(SYS_removexattr, "f", "user."), -EINVAL);
}

CASE(a_value_has_at_most_64_kib)
{
	static char big[BIG + 1];
	int fd = new_memory_file();

	for (int i = 0; i < BIG; i++)
		big[i] = (char)(i * 7);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.big", big, BIG, 0), 0);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "user.big", buf, BIG - 1), -ERANGE);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "user.big", buf, BIG), BIG);
	CHECK_MEM(buf, big, BIG);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "user.big", buf, 1l << 40), BIG);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.big", big, BIG + 1, 0), -E2BIG);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.big", 1, BIG + 1, 0), -E2BIG);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.big", big, -1, 0), -E2BIG);
}

CASE(a_list_has_at_most_64_kib)
{
	int fd = new_memory_file();
	char *name = long_name(LONGEST_NAME);

	for (int i = 0; i < 256; i++) {
		snprintf(name + 5, 4, "%03d", i);
		name[8] = 'n';
		CHECK_EQ(sys(SYS_fsetxattr, fd, name, 0, 0, 0), 0);
	}
	CHECK_EQ(sys(SYS_flistxattr, fd, buf, sizeof(buf)), BIG);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.a", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_flistxattr, fd, 0, 0), BIG + 7);
	CHECK_EQ(sys(SYS_flistxattr, fd, buf, BIG - 1), -ERANGE);
	CHECK_EQ(sys(SYS_flistxattr, fd, buf, BIG), -E2BIG);
	CHECK_EQ(sys(SYS_flistxattr, fd, buf, BIG + 7), -E2BIG);
}

CASE(lists_are_in_descending_order)
{
	static const char all[] = "user.c\0user.b\0user.a\0trusted.z\0security.z";
	int fd = new_memory_file();

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.b", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "security.z", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.a", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.c", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "trusted.z", 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_flistxattr, fd, buf, sizeof(buf)), sizeof(all));
	CHECK_MEM(buf, all, sizeof(all));
}

CASE(links_and_special_files_have_no_user_ones)
{
	NEEDS_ROOT();
	new_file("f");
	CHECK_EQ(sys(SYS_symlink, "f", "l"), 0);
	CHECK_EQ(sys(SYS_mknod, "p", S_IFIFO | 0666, 0), 0);
	CHECK_EQ(sys(SYS_lsetxattr, "l", "user.a", "1", 1, 0), -EPERM);
	CHECK_EQ(sys(SYS_lgetxattr, "l", "user.a", buf, 9), -ENODATA);
	CHECK_EQ(sys(SYS_lremovexattr, "l", "user.a"), -EPERM);
	CHECK_EQ(sys(SYS_lsetxattr, "l", "user.", "1", 1, 0), -EPERM);
	CHECK_EQ(set("p", "user.a", "1"), -EPERM);
	CHECK_EQ(get("p", "user.a"), -ENODATA);
	CHECK_EQ(set("p", "trusted.a", "1"), 0);
	CHECK_EQ(get("p", "trusted.a"), 1);
	CHECK_EQ(sys(SYS_lsetxattr, "l", "trusted.a", "12", 2, 0), 0);
	CHECK_EQ(sys(SYS_lgetxattr, "l", "trusted.a", buf, 9), 2);
	CHECK_EQ(sys(SYS_llistxattr, "l", buf, sizeof(buf)) > 0, 1);
	CHECK_EQ(get("l", "trusted.a"), -ENODATA); /* f has none */
	CHECK_EQ(set("l", "user.a", "123"), 0);
	CHECK_EQ(get("f", "user.a"), 3);
}

CASE(names_of_one_file_share_them)
{
	int fd = new_file("f");

	CHECK_EQ(set("f", "user.a", "1"), 0);
	CHECK_EQ(sys(SYS_link, "f", "g"), 0);
	CHECK_EQ(get("g", "user.a"), 1);
	CHECK_EQ(sys(SYS_rename, "g", "h"), 0);
	CHECK_EQ(sys(SYS_unlink, "f"), 0);
	CHECK_EQ(get("h", "user.a"), 1);
	CHECK_EQ(sys(SYS_unlink, "h"), 0);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "user.a", buf, 9), 1);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.b", "1", 1, 0), 0);
}

CASE(a_change_moves_the_ctime)
{
	struct stat before, after;
	int fd = new_memory_file();

	sys(SYS_fstat, fd, &before);
	sleep_ms(20);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.a", "1", 1, 0), 0);
	sys(SYS_fstat, fd, &after);
	CHECK(before.st_ctim.tv_nsec != after.st_ctim.tv_nsec);
	CHECK_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	sleep_ms(20);
	CHECK_EQ(sys(SYS_fremovexattr, fd, "user.b"), -ENODATA);
	sys(SYS_fstat, fd, &before);
	CHECK_EQ(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
	CHECK_EQ(sys(SYS_fremovexattr, fd, "user.a"), 0);
	sys(SYS_fstat, fd, &after);
	CHECK(before.st_ctim.tv_nsec != after.st_ctim.tv_nsec);
}

CASE(any_descriptor_but_a_path_only_one_will_do)
{
	int pipe_fd[2];

	new_file("f");
	long fd = sys(SYS_open, "f", O_RDONLY), path_fd = sys(SYS_open, "f", O_PATH);

	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.a", "1", 1, 0), 0);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "user.a", buf, 9), 1);
	CHECK_EQ(sys(SYS_fsetxattr, path_fd, "user.a", "1", 1, 0), -EBADF);
	CHECK_EQ(sys(SYS_fgetxattr, path_fd, "user.a", buf, 9), -EBADF);
	CHECK_EQ(sys(SYS_flistxattr, path_fd, buf, 9), -EBADF);
	CHECK_EQ(sys(SYS_fremovexattr, path_fd, "user.a"), -EBADF);
	CHECK_EQ(sys(SYS_pipe2, pipe_fd, 0), 0);
	CHECK_EQ(sys(SYS_fsetxattr, pipe_fd[0], "user.a", "1", 1, 0), -EPERM);
	CHECK_EQ(sys(SYS_fgetxattr, pipe_fd[0], "user.a", buf, 9), -ENODATA);
	CHECK_EQ(sys(SYS_fgetxattr, pipe_fd[0], "security.a", buf, 9), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_flistxattr, pipe_fd[0], buf, 9), 0);
}

CASE(procfs_has_none)
{
	CHECK_EQ(get("/proc/version", "user.a"), -EOPNOTSUPP);
	CHECK_EQ(get("/proc/version", "security.a"), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_listxattr, "/proc/version", buf, 100), 0);
	CHECK_EQ(sys(SYS_lgetxattr, "/proc/self", "user.a", buf, 9), -ENODATA);
	CHECK_EQ(sys(SYS_removexattr, "/proc/version", "security.a"), tap_is_root() ? -EOPNOTSUPP : -EPERM);
}

CASE(what_ls_and_cp_ask_for_is_answered)
{
	int fd = new_memory_file();

	CHECK_EQ(sys(SYS_fgetxattr, fd, "security.selinux", buf, 99), -ENODATA);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "security.capability", buf, 99), -ENODATA);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "system.posix_acl_access", buf, 99), -ENODATA);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "system.posix_acl_default", buf, 99), -ENODATA);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "system.posix_acl_other", buf, 99), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fremovexattr, fd, "system.posix_acl_access"), 0);
}

CASE(arguments_are_looked_at_before_the_file)
{
	new_file("f");
	set("f", "user.a", "value");
	CHECK_EQ(sys(SYS_setxattr, "none", 1, "", 0, 8), -EINVAL);
	CHECK_EQ(sys(SYS_setxattr, "none", 1, "", 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_setxattr, 1, "", "", 0, 0), -ERANGE);
	CHECK_EQ(sys(SYS_setxattr, "none", "user.a", 1, 9, 0), -EFAULT);
	CHECK_EQ(sys(SYS_setxattr, "none", "user.a", 1, BIG + 1, 0), -E2BIG);
	CHECK_EQ(sys(SYS_setxattr, "none", "", 1, BIG + 1, 0), -ERANGE);
	CHECK_EQ(sys(SYS_setxattr, "none", "user.a", "", 0, 0), -ENOENT);
	CHECK_EQ(sys(SYS_setxattr, "f", "foo.a", 1, 9, 0), -EFAULT);
	CHECK_EQ(sys(SYS_getxattr, "none", 1, buf, 1), -EFAULT);
	CHECK_EQ(sys(SYS_getxattr, 1, "", buf, 1), -ERANGE);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.none", 1, 9), -ENODATA);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", 1, 1), -ERANGE);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", 1, 9), -EFAULT);
	CHECK_EQ(sys(SYS_getxattr, "f", "user.a", 0, 9), -EFAULT);
	CHECK_EQ(sys(SYS_removexattr, "none", 1), -EFAULT);
	CHECK_EQ(sys(SYS_fsetxattr, -1, "user.a", "", 0, 8), -EINVAL);
	CHECK_EQ(sys(SYS_fsetxattr, -1, "", "", 0, 0), -ERANGE);
	CHECK_EQ(sys(SYS_fgetxattr, -1, 1, buf, 0), -EFAULT);
	CHECK_EQ(sys(SYS_fremovexattr, -1, "user.a"), -EBADF);
	CHECK_EQ(sys(SYS_flistxattr, -1, 1, 9), -EBADF);
	CHECK_EQ(sys(SYS_listxattr, "f", 1, 1), -ERANGE);
	CHECK_EQ(sys(SYS_listxattr, "f", 1, 1000), -EFAULT);
	CHECK_EQ(sys(SYS_listxattr, "f", 0, 1000), -EFAULT);
}

CASE(a_value_that_cannot_be_read_leaves_the_old_one)
{
	char *end = page_end(PROT_READ | PROT_WRITE);

	new_file("f");
	set("f", "user.a", "value");
	CHECK_EQ(sys(SYS_setxattr, "f", "user.a", end - 4, 8, 0), -EFAULT);
	CHECK_EQ(get("f", "user.a"), 5);
	CHECK_STR(buf, "value");
}

/* --- other users --- */

static void make_for_others(void)
{
	static const struct { const char *name; int mode; } files[] = {
		{ "open", 0666 }, { "readable", 0644 }, { "closed", 0600 }, { "drop", 0622 },
	};

	scratch();
	sys(SYS_umask, 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		sys(SYS_close, sys(SYS_open, files[i].name, O_RDWR | O_CREAT, files[i].mode));
		CHECK_EQ(set(files[i].name, "user.a", "1"), 0);
		CHECK_EQ(set(files[i].name, "trusted.a", "1"), 0);
		CHECK_EQ(set(files[i].name, "security.a", "1"), 0);
	}
	CHECK_EQ(sys(SYS_mkdir, "sticky", 01777), 0);
	CHECK_EQ(sys(SYS_mkdir, "public", 0777), 0);
}

CASE(user_ones_follow_the_mode)
{
	int pid;

	NEEDS_ROOT();
	make_for_others();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(set("open", "user.a", "22"), 0);
		CHECK_EQ(get("open", "user.a"), 2);
		CHECK_EQ(set("readable", "user.a", "22"), -EACCES);
		CHECK_EQ(sys(SYS_removexattr, "readable", "user.a"), -EACCES);
		CHECK_EQ(get("readable", "user.a"), 1);
		CHECK_EQ(get("closed", "user.a"), -EACCES);
		CHECK_EQ(get("closed", "user.none"), -EACCES);
		CHECK(is_listed("closed", "user.a"));
		CHECK_EQ(get("drop", "user.a"), -EACCES);
		CHECK_EQ(set("drop", "user.a", "22"), 0);
		CHECK_EQ(set("readable", "foo.a", "1"), -EACCES);
		CHECK_EQ(get("closed", "foo.a"), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(sticky_directories_belong_to_their_owner)
{
	int pid;

	NEEDS_ROOT();
	make_for_others();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(set("public", "user.a", "1"), 0);
		CHECK_EQ(set("sticky", "user.a", "1"), -EPERM);
		CHECK_EQ(sys(SYS_removexattr, "sticky", "user.a"), -EPERM);
		CHECK_EQ(get("sticky", "user.a"), -ENODATA);
	}
	CHECK_EXIT(pid, 0);
}

CASE(trusted_ones_are_not_there_for_others)
{
	int pid;

	NEEDS_ROOT();
	make_for_others();
	CHECK(is_listed("open", "trusted.a"));
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(get("open", "trusted.a"), -ENODATA);
		CHECK_EQ(get("open", "trusted."), -ENODATA);
		CHECK_EQ(set("open", "trusted.a", "1"), -EPERM);
		CHECK_EQ(sys(SYS_removexattr, "open", "trusted.a"), -EPERM);
		CHECK(!is_listed("open", "trusted.a"));
		CHECK(is_listed("open", "user.a"));
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(get("open", "trusted.a"), 1);
}

CASE(security_ones_are_read_by_all_and_changed_by_the_mighty)
{
	int pid;

	NEEDS_ROOT();
	make_for_others();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(get("closed", "security.a"), 1);
		CHECK(is_listed("closed", "security.a"));
		CHECK_EQ(set("open", "security.a", "1"), -EPERM);
		CHECK_EQ(set("open", "security.", "1"), -EPERM);
		CHECK_EQ(sys(SYS_removexattr, "open", "security.a"), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(capabilities_of_files_have_a_form)
{
	uint32_t sets[5] = { 0x02000001, 1 << 21 };
	int fd = new_memory_file();

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_fsetxattr, fd, "security.capability", "val", 3, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "security.capability", sets, 24, 0), -EINVAL);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "security.capability", sets, 20, 0), 0);
	CHECK_EQ(sys(SYS_fgetxattr, fd, "security.capability", buf, 99), 20);
	CHECK_EQ(sys(SYS_fremovexattr, fd, "security.capability"), 0);
	CHECK_EQ(sys(SYS_setxattr, "/proc/version", "security.capability", "val", 3, 0), -EINVAL);
}

/* --- the whole or nothing --- */

CASE(a_reader_never_sees_half_a_value)
{
	static char a[PAGE], b[PAGE];
	int pid, fd = new_memory_file();

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b) / 2);
	CHECK_EQ(sys(SYS_fsetxattr, fd, "user.v", a, PAGE, 0), 0);
	CHILD(pid) {
		for (int i = 0; i < ROUNDS; i++) {
			sys(SYS_fsetxattr, fd, "user.v", b, PAGE / 2, 0);
			sys(SYS_fsetxattr, fd, "user.v", a, PAGE, 0);
		}
	}
	for (int i = 0; i < ROUNDS; i++) {
		long n = sys(SYS_fgetxattr, fd, "user.v", buf, sizeof(buf));

		CHECK(n == PAGE || n == PAGE / 2);
		CHECK_MEM(buf, n == PAGE ? a : b, n);
	}
	CHECK_EXIT(pid, 0);
}
