// SPDX-License-Identifier: MIT
/*
 * file/names: what a name means: slashes, dots, links, and the calls that make, move and remove names.
 *
 * Promise   the errno of each call in the order in which Linux finds out; creation is one step.
 * Linux     path_resolution(7), open(2), mkdir(2), mknod(2), link(2), rename(2), unlink(2), openat2(2).
 */
#include "tests/abi/abi.h"

enum { TMPFILE = 020200000, PATH_ONLY = 010000000, LARGE = 0100000, NOREPLACE = 1, EXCHANGE = 2, REMOVEDIR = 0x200 };

struct how {
	uint64_t flags, mode, resolve;
};

static void make(const char *name, const char *text)
{
	long fd = sys(SYS_open, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, text, strlen(text)), (long)strlen(text));
	sys(SYS_close, fd);
}

static void folder(const char *name)
{
	CHECK_EQ(sys(SYS_mkdir, name, 0755), 0);
}

static long open_close(const char *name, int flags)
{
	long fd = sys(SYS_open, name, flags, 0600);

	if (fd >= 0)
		sys(SYS_close, fd);
	return fd >= 0 ? 0 : fd;
}

static long with_how(const char *name, uint64_t flags, uint64_t resolve)
{
	struct how h = {flags, 0, resolve};
	long fd = sys(SYS_openat2, AT_FDCWD, name, &h, sizeof(h));

	if (fd >= 0)
		sys(SYS_close, fd);
	return fd >= 0 ? 0 : fd;
}

CASE(slash_behind_a_file)
{
	scratch();
	make("f", "");
	CHECK_EQ(open_close("f/", O_RDONLY), -ENOTDIR);
	CHECK_EQ(open_close("f/x", O_RDONLY), -ENOTDIR);
	CHECK_EQ(open_close("f/.", O_RDONLY), -ENOTDIR);
	CHECK_EQ(open_close("none/", O_RDONLY), -ENOENT);
	CHECK_EQ(open_close("none/", O_RDWR | O_CREAT), -EISDIR);
	CHECK_EQ(open_close("", O_RDONLY), -ENOENT);
}

CASE(creating_what_is_there)
{
	scratch();
	make("f", "");
	CHECK_EQ(open_close("f", O_RDWR | O_CREAT), 0);
	CHECK_EQ(open_close("f", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
	CHECK_EQ(open_close(".", O_RDWR | O_CREAT), -EISDIR);
	CHECK_EQ(open_close("..", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
	CHECK_EQ(open_close("/", O_RDWR | O_CREAT), -EISDIR);
	CHECK_EQ(open_close(".", O_RDONLY | O_CREAT | O_DIRECTORY), -EINVAL);
	CHECK_EQ(open_close(".", O_RDWR), -EISDIR);
}

CASE(links_in_the_last_place)
{
	scratch();
	make("f", "x");
	CHECK_EQ(sys(SYS_symlink, "f", "l"), 0);
	CHECK_EQ(sys(SYS_symlink, ".", "d"), 0);
	CHECK_EQ(sys(SYS_symlink, "made", "dangling"), 0);
	CHECK_EQ(open_close("l", O_RDONLY | O_NOFOLLOW), -ELOOP);
	CHECK_EQ(open_close("l", O_RDWR | O_CREAT | O_NOFOLLOW), -ELOOP);
	CHECK_EQ(open_close("l", O_RDWR | O_CREAT | O_EXCL), -EEXIST);
	CHECK_EQ(open_close("d", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), -ENOTDIR);
	CHECK_EQ(open_close("d/", O_RDONLY | O_NOFOLLOW), 0);
	CHECK_EQ(open_close("dangling", O_RDONLY), -ENOENT);
	CHECK_EQ(open_close("dangling/", O_RDWR | O_CREAT), -EISDIR);
	CHECK_EQ(open_close("dangling", O_RDWR | O_CREAT), 0);
	CHECK_EQ(sys(SYS_access, "made", 0), 0);
}

CASE(links_that_lead_nowhere_for_ever)
{
	char name[32], target[32];

	scratch();
	CHECK_EQ(sys(SYS_symlink, "b", "a"), 0);
	CHECK_EQ(sys(SYS_symlink, "a", "b"), 0);
	CHECK_EQ(open_close("a", O_RDONLY), -ELOOP);
	make("link0", "");
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "link%d", i);
		snprintf(target, sizeof(target), "link%d", i - 1);
		CHECK_EQ(sys(SYS_symlink, target, name), 0);
	}
	CHECK_EQ(open_close("link40", O_RDONLY), 0);
	CHECK_EQ(open_close("link41", O_RDONLY), -ELOOP);
}

CASE(names_that_are_too_long)
{
	static char name[5000];

	scratch();
	memset(name, 'n', sizeof(name) - 1);
	CHECK_EQ(open_close(name, O_RDONLY), -ENAMETOOLONG);
	name[256] = '\0';
	CHECK_EQ(open_close(name, O_RDWR | O_CREAT), -ENAMETOOLONG);
	name[255] = '\0';
	CHECK_EQ(open_close(name, O_RDWR | O_CREAT), 0);
	CHECK_EQ(sys(SYS_unlink, name), 0);
	for (int i = 0; i < 4096; i += 2)
		memcpy(name + i, "./", 2);
	name[4095] = '\0';
	CHECK_EQ(open_close(name, O_RDONLY), 0);
	name[4095] = '.';
	name[4096] = '\0';
	CHECK_EQ(open_close(name, O_RDONLY), -ENAMETOOLONG);
}

CASE(flags_that_stay_with_the_file)
{
	scratch();
	long fd = sys(SYS_open, "f", O_RDWR | O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDWR | O_NOFOLLOW | LARGE);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	fd = sys(SYS_open, ".", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDONLY | O_DIRECTORY | LARGE);
	fd = sys(SYS_open, "f", PATH_ONLY | O_NOFOLLOW | O_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), PATH_ONLY | O_NOFOLLOW);
	CHECK_EQ(sys(SYS_fchmod, fd, 0600), -EBADF);
	CHECK_EQ(sys(SYS_read, fd, 0, 0), -EBADF);
}

CASE(nameless_files)
{
	struct stat st;

	scratch();
	CHECK_EQ(open_close(".", TMPFILE | O_RDONLY), -EINVAL);
	CHECK_EQ(open_close(".", (TMPFILE & ~O_DIRECTORY) | O_RDWR), -EINVAL);
	make("f", "");
	CHECK_EQ(open_close("f", TMPFILE | O_RDWR), -ENOTDIR);
	long fd = sys(SYS_open, ".", TMPFILE | O_RDWR, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "named", 0x1000), 0);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_nlink, 1);
	fd = sys(SYS_open, ".", TMPFILE | O_RDWR | O_EXCL, 0600);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "never", 0x1000), -ENOENT);
}

CASE(making_folders_and_nodes)
{
	struct stat st;

	scratch();
	sys(SYS_umask, 022);
	CHECK_EQ(sys(SYS_mkdir, "d/", 07777), 0);
	CHECK_EQ(sys(SYS_stat, "d", &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | 01755);
	CHECK_EQ(st.st_nlink, 2);
	CHECK_EQ(sys(SYS_mkdir, "d", 0), -EEXIST);
	CHECK_EQ(sys(SYS_mkdir, "d/.", 0), -EEXIST);
	CHECK_EQ(sys(SYS_mkdir, "..", 0), -EEXIST);
	CHECK_EQ(sys(SYS_mkdir, "/", 0), -EEXIST);
	CHECK_EQ(sys(SYS_mkdir, "no/d", 0), -ENOENT);
	CHECK_EQ(sys(SYS_mknod, "n", S_IFDIR | 0600, 0), -EPERM);
	CHECK_EQ(sys(SYS_mknod, "n", S_IFLNK | 0600, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mknod, "n/", S_IFREG | 0600, 0), -ENOENT);
	CHECK_EQ(sys(SYS_mknod, "n", 0600, 0), 0);
	CHECK_EQ(sys(SYS_symlink, "", "l"), -ENOENT);
	CHECK_EQ(sys(SYS_symlink, "x", "l/"), -ENOENT);
}

CASE(removing_names)
{
	scratch();
	folder("d");
	make("f", "");
	make("d/in", "");
	CHECK_EQ(sys(SYS_rmdir, "."), -EINVAL);
	CHECK_EQ(sys(SYS_rmdir, "d/.."), -ENOTEMPTY);
	CHECK_EQ(sys(SYS_rmdir, "/"), -EBUSY);
	CHECK_EQ(sys(SYS_rmdir, "f"), -ENOTDIR);
	CHECK_EQ(sys(SYS_rmdir, "d"), -ENOTEMPTY);
	CHECK_EQ(sys(SYS_unlink, "d"), -EISDIR);
	CHECK_EQ(sys(SYS_unlink, "d/"), -EISDIR);
	CHECK_EQ(sys(SYS_unlink, "f/"), -ENOTDIR);
	CHECK_EQ(sys(SYS_unlink, "none/"), -ENOENT);
	CHECK_EQ(sys(SYS_unlinkat, AT_FDCWD, "d", 1), -EINVAL);
	CHECK_EQ(sys(SYS_unlink, "d/in"), 0);
	CHECK_EQ(sys(SYS_unlinkat, AT_FDCWD, "d/", REMOVEDIR), 0);
}

CASE(folder_that_was_removed)
{
	char cwd[100];

	scratch();
	folder("d");
	long fd = sys(SYS_open, "d", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(sys(SYS_chdir, "d"), 0);
	CHECK_EQ(sys(SYS_rmdir, "../d"), 0);
	CHECK_EQ(open_close("f", O_RDWR | O_CREAT), -ENOENT);
	CHECK_EQ(sys(SYS_mkdir, "x", 0700), -ENOENT);
	CHECK_EQ(open_close(".", O_RDONLY), 0);
	CHECK_EQ(sys(SYS_getcwd, cwd, sizeof(cwd)), -ENOENT);
	CHECK_EQ(sys(SYS_getdents64, fd, cwd, sizeof(cwd)), -ENOENT);
	CHECK_EQ(sys(SYS_chdir, ".."), 0);
}

CASE(hard_links_count)
{
	struct stat st;

	scratch();
	folder("d");
	make("f", "x");
	CHECK_EQ(sys(SYS_link, "f", "g"), 0);
	CHECK_EQ(sys(SYS_link, "f", "g"), -EEXIST);
	CHECK_EQ(sys(SYS_link, "f", "none/g"), -ENOENT);
	CHECK_EQ(sys(SYS_link, "f", "h/"), -ENOENT);
	CHECK_EQ(sys(SYS_link, "d", "e"), -EPERM);
	CHECK_EQ(sys(SYS_stat, "g", &st), 0);
	CHECK_EQ(st.st_nlink, 2);
	CHECK_EQ(sys(SYS_unlink, "f"), 0);
	CHECK_EQ(sys(SYS_stat, "g", &st), 0);
	CHECK_EQ(st.st_nlink, 1);
}

CASE(folders_count_their_folders)
{
	struct stat st;

	scratch();
	folder("d");
	folder("d/a");
	folder("d/b");
	make("d/f", "");
	CHECK_EQ(sys(SYS_stat, "d", &st), 0);
	CHECK_EQ(st.st_nlink, 4);
	CHECK_EQ(sys(SYS_rename, "d/a", "a"), 0);
	CHECK_EQ(sys(SYS_rmdir, "d/b"), 0);
	CHECK_EQ(sys(SYS_stat, "d", &st), 0);
	CHECK_EQ(st.st_nlink, 2);
}

CASE(rename_replaces_what_may_be_replaced)
{
	scratch();
	folder("d");
	folder("full");
	make("full/x", "");
	folder("empty");
	make("f", "new");
	make("g", "old");
	CHECK_EQ(sys(SYS_rename, "f", "d"), -EISDIR);
	CHECK_EQ(sys(SYS_rename, "d", "f"), -ENOTDIR);
	CHECK_EQ(sys(SYS_rename, "d", "full"), -ENOTEMPTY);
	CHECK_EQ(sys(SYS_rename, "d", "empty"), 0);
	CHECK_EQ(sys(SYS_rename, "f", "g"), 0);
	CHECK_EQ(sys(SYS_rename, "f", "g"), -ENOENT);
	CHECK_EQ(sys(SYS_rename, "g", "g"), 0);
	CHECK_EQ(sys(SYS_rename, "g", "h/"), -ENOTDIR);
	CHECK_EQ(sys(SYS_rename, "empty", "e/"), 0);
	CHECK_EQ(sys(SYS_rename, ".", "x"), -EBUSY);
	CHECK_EQ(sys(SYS_rename, "g", ".."), -EBUSY);
}

CASE(rename_of_two_names_of_one_file_does_nothing)
{
	scratch();
	make("f", "");
	CHECK_EQ(sys(SYS_link, "f", "g"), 0);
	CHECK_EQ(sys(SYS_rename, "f", "g"), 0);
	CHECK_EQ(sys(SYS_access, "f", 0), 0);
	CHECK_EQ(sys(SYS_access, "g", 0), 0);
}

CASE(folder_does_not_move_into_itself)
{
	scratch();
	folder("d");
	folder("d/e");
	CHECK_EQ(sys(SYS_rename, "d", "d/e/f"), -EINVAL);
	CHECK_EQ(sys(SYS_rename, "d/e", "d"), -ENOTEMPTY);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "d/e", EXCHANGE), -EINVAL);
}

CASE(rename_without_replacing_and_exchange)
{
	char c;

	scratch();
	folder("d");
	make("f", "f");
	make("g", "g");
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "g", NOREPLACE), -EEXIST);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "g", NOREPLACE | EXCHANGE), -EINVAL);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "none", EXCHANGE), -ENOENT);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "d", EXCHANGE), 0);
	CHECK_EQ(sys(SYS_rmdir, "f"), 0);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "g", EXCHANGE), 0);
	long fd = sys(SYS_open, "g", O_RDONLY);
	CHECK_EQ(sys(SYS_read, fd, &c, 1), 1);
	CHECK_EQ(c, 'f');
}

CASE(sticky_folder_protects_its_files)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "t", 0777), 0);
	CHECK_EQ(sys(SYS_chmod, "t", 01777), 0);
	CHECK_EQ(sys(SYS_chmod, ".", 0755), 0);
	make("t/mine", "");
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_unlink, "t/mine"), -EPERM);
		CHECK_EQ(sys(SYS_rename, "t/mine", "t/other"), -EPERM);
		CHECK_EQ(open_close("t/own", O_RDWR | O_CREAT), 0);
		CHECK_EQ(sys(SYS_unlink, "t/own"), 0);
		CHECK_EQ(sys(SYS_mkdir, "d", 0700), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(scoped_walks)
{
	scratch();
	folder("d");
	make("d/f", "");
	CHECK_EQ(sys(SYS_symlink, "f", "d/l"), 0);
	CHECK_EQ(sys(SYS_symlink, "/", "d/root"), 0);
	CHECK_EQ(sys(SYS_symlink, "../d", "d/up"), 0);
	CHECK_EQ(sys(SYS_chdir, "d"), 0);
	CHECK_EQ(with_how("l", O_RDONLY, 4), -ELOOP);	     /* no symlinks */
	CHECK_EQ(with_how("l", O_RDONLY, 8), 0);	     /* beneath */
	CHECK_EQ(with_how("../d/f", O_RDONLY, 8), -EXDEV);
	CHECK_EQ(with_how("root", O_RDONLY, 8), -EXDEV);
	CHECK_EQ(with_how("up", O_RDONLY, 8), -EXDEV);
	CHECK_EQ(with_how("/f", O_RDONLY, 8), -EXDEV);
	CHECK_EQ(with_how("/f", O_RDONLY, 16), 0);	     /* in root */
	CHECK_EQ(with_how("../../f", O_RDONLY, 16), 0);
	CHECK_EQ(with_how("root/f", O_RDONLY, 16), 0);
	CHECK_EQ(with_how("/proc", O_RDONLY, 1), -EXDEV);    /* no crossing */
	CHECK_EQ(with_how("f", O_RDONLY, 8 | 16), -EINVAL);
	CHECK_EQ(with_how("f", O_RDONLY, 1 << 20), -EINVAL);
	CHECK_EQ(with_how("f", 1ull << 40, 0), -EINVAL);
	CHECK_EQ(sys(SYS_chdir, ".."), 0);
}

CASE(shape_of_open_how)
{
	struct { struct how h; uint64_t more; } big = {{O_RDONLY, 0, 0}, 0};

	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "/", &big, 8), -EINVAL);
	long fd = sys(SYS_openat2, AT_FDCWD, "/", &big, 32);
	CHECK(fd >= 0);
	big.more = 1;
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "/", &big, 32), -E2BIG);
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "/", &big, 5000), -E2BIG);
	big.h.mode = 0600;
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "/", &big, 24), -EINVAL);
}

CASE(bad_name_pointers)
{
	CHECK_EQ(sys(SYS_open, hole(), O_RDONLY), -EFAULT);
	CHECK_EQ(sys(SYS_open, 0, O_RDONLY), -EFAULT);
	CHECK_EQ(sys(SYS_rename, hole(), "x"), -EFAULT);
	CHECK_EQ(sys(SYS_rename, "x", hole()), -EFAULT);
	char *edge = page_end(PROT_READ | PROT_WRITE);
	edge[-1] = '/';
	CHECK_EQ(sys(SYS_open, edge - 1, O_RDONLY), -EFAULT);
	CHECK_EQ(sys(SYS_openat, 999, "x", O_RDONLY), -EBADF);
	CHECK(sys(SYS_openat, 999, "/", O_RDONLY) >= 0);
}
