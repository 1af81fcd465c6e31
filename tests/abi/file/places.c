// SPDX-License-Identifier: MIT
/*
 * file/places: names in unusual places: removed directories, other roots, sticky and set-group-id folders.
 *
 * Promise   what is gone is gone from within too; a root is a wall for names, not for descriptors; the mask takes its
 *           bits from everything that is made; RESOLVE_* mean what they say.
 * Linux     getcwd(2), chroot(2), umask(2), mknod(2), openat2(2), rename(2), link(2), unlink(2), open(2).
 */
#include <sys/sysmacros.h>
#include "tests/abi/abi.h"

enum { REMOVEDIR = 0x200, FOLLOW = 0x400, EMPTY = 0x1000, PATH_ONLY = 010000000, TMPFILE = 020200000 };
enum { NO_MAGIC = 2, NO_LINKS = 4, BENEATH = 8, IN_ROOT = 16, CACHED = 32, STICKY = 01777, GROUP = 5 };

struct how {
	uint64_t flags, mode, resolve;
};

static void make(const char *name)
{
	long fd = sys(SYS_open, name, O_WRONLY | O_CREAT, 0644);

	CHECK(fd >= 0);
	sys(SYS_close, fd);
}

static long resolve(const char *name, uint64_t flags, uint64_t rules)
{
	struct how h = {flags, 0, rules};
	long fd = sys(SYS_openat2, AT_FDCWD, name, &h, sizeof(h));

	if (fd >= 0)
		sys(SYS_close, fd);
	return fd < 0 ? fd : 0;
}

static unsigned mode_of(const char *name)
{
	struct stat st;

	CHECK_EQ(sys(SYS_lstat, name, &st), 0);
	return st.st_mode;
}

CASE(folder_that_is_gone_from_within)
{
	char buf[256];

	scratch();
	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	CHECK_EQ(sys(SYS_chdir, "d"), 0);
	CHECK_EQ(sys(SYS_rmdir, "../d"), 0);
	CHECK_EQ(sys(SYS_getcwd, buf, sizeof(buf)), -ENOENT);
	CHECK_EQ(sys(SYS_open, "x", O_CREAT | O_RDWR, 0600), -ENOENT);
	CHECK_EQ(sys(SYS_mkdir, "x", 0700), -ENOENT);
	CHECK(sys(SYS_open, ".", O_RDONLY) >= 0);
	CHECK_EQ(sys(SYS_chdir, ".."), 0);
}

CASE(getcwd_and_its_buffer)
{
	char buf[PAGE];

	scratch();
	long n = sys(SYS_getcwd, buf, sizeof(buf));
	CHECK_EQ(n, strlen(tap_tmpdir()) + 1);
	CHECK_EQ(sys(SYS_getcwd, buf, n - 1), -ERANGE);
	CHECK_EQ(sys(SYS_getcwd, buf, 0), -ERANGE);
	CHECK_EQ(sys(SYS_getcwd, 0, n), -EFAULT);
	CHECK_EQ(sys(SYS_getcwd, page_end(PROT_READ | PROT_WRITE) - n + 1, n), -EFAULT);
}

CASE(changing_the_directory)
{
	scratch();
	make("f");
	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	CHECK_EQ(sys(SYS_chdir, "f"), -ENOTDIR);
	CHECK_EQ(sys(SYS_chdir, ""), -ENOENT);
	CHECK_EQ(sys(SYS_fchdir, sys(SYS_open, "f", O_RDONLY)), -ENOTDIR);
	CHECK_EQ(sys(SYS_fchdir, 999), -EBADF);
	CHECK_EQ(sys(SYS_fchdir, sys(SYS_open, "d", PATH_ONLY)), 0);
	CHECK_EQ(sys(SYS_access, "../f", 0), 0);
}

CASE(another_root)
{
	char buf[PAGE];
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "r", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "r/in", 0755), 0);
	CHECK_EQ(sys(SYS_symlink, "/in", "r/abs"), 0);
	make("f");
	CHECK_EQ(sys(SYS_chroot, "f"), -ENOTDIR);
	CHECK_EQ(sys(SYS_chroot, ""), -ENOENT);
	CHILD(pid) {
		long out = sys(SYS_open, ".", O_RDONLY);
		CHECK_EQ(sys(SYS_chroot, "r"), 0);
		CHECK(sys(SYS_getcwd, buf, sizeof(buf)) > 0);
		CHECK_MEM(buf, "(unreachable)", 13);
		CHECK_EQ(sys(SYS_access, "f", 0), 0); /* the working directory is where it was */
		CHECK_EQ(sys(SYS_chdir, "/"), 0);
		CHECK_EQ(sys(SYS_getcwd, buf, sizeof(buf)), 2);
		CHECK_STR(buf, "/");
		CHECK_EQ(sys(SYS_access, "/../../in", 0), 0);
		CHECK_EQ(sys(SYS_access, "abs", 0), 0);
		CHECK_EQ(sys(SYS_access, "../f", 0), -ENOENT);
		CHECK_EQ(sys(SYS_fchdir, out), 0);
		CHECK_EQ(sys(SYS_access, "f", 0), 0);
		CHECK_EQ(sys(SYS_access, "../f", 0), -ENOENT);
	}
	CHECK_EXIT(pid, 0);
}

CASE(root_is_for_the_privileged)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_chmod, ".", 0777), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_chroot, "."), -EPERM);
		CHECK_EQ(sys(SYS_mknod, "node", S_IFCHR | 0666, makedev(1, 3)), -EPERM);
	}
	CHECK_EXIT(pid, 0);
}

CASE(mask_takes_its_bits)
{
	scratch();
	CHECK_EQ(sys(SYS_umask, 027) & ~0777, 0);
	CHECK_EQ(sys(SYS_mknod, "reg", S_IFREG | 0666, 0), 0);
	CHECK_EQ(sys(SYS_mknod, "plain", 0666, 0), 0);
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0666, 0), 0);
	CHECK_EQ(sys(SYS_mknod, "sock", S_IFSOCK | 0666, 0), 0);
	CHECK_EQ(sys(SYS_mkdir, "dir", 07777), 0);
	CHECK_EQ(sys(SYS_symlink, "x", "link"), 0);
	CHECK_EQ(mode_of("reg"), S_IFREG | 0640);
	CHECK_EQ(mode_of("plain"), S_IFREG | 0640);
	CHECK_EQ(mode_of("fifo"), S_IFIFO | 0640);
	CHECK_EQ(mode_of("sock"), S_IFSOCK | 0640);
	CHECK_EQ(mode_of("dir"), S_IFDIR | 01750);
	CHECK_EQ(mode_of("link"), S_IFLNK | 0777);
	CHECK_EQ(sys(SYS_umask, 07777), 027);
	CHECK_EQ(sys(SYS_umask, 022), 0777);
}

CASE(nodes_that_cannot_be_made)
{
	scratch();
	make("f");
	CHECK_EQ(sys(SYS_mknod, "f", S_IFREG | 0666, 0), -EEXIST);
	CHECK_EQ(sys(SYS_mknod, "d", S_IFDIR | 0777, 0), -EPERM);
	CHECK_EQ(sys(SYS_mknod, "l", S_IFLNK | 0777, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mknod, "n", 0110000 | 0666, 0), -EINVAL);
	CHECK_EQ(sys(SYS_mknod, "n/", S_IFREG | 0666, 0), -ENOENT);
	CHECK_EQ(sys(SYS_mknod, "sock", S_IFSOCK | 0666, 0), 0);
	CHECK_EQ(sys(SYS_open, "sock", O_RDONLY), -ENXIO);
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0666, 0), 0);
	CHECK_EQ(sys(SYS_open, "fifo", O_WRONLY | O_NONBLOCK), -ENXIO);
}

CASE(walks_in_memory_only)
{
	char target[64];

	NEEDS_LINUX(5, 12);
	scratch();
	make("f");
	CHECK_EQ(sys(SYS_symlink, "f", "l"), 0);
	snprintf(target, sizeof(target), "/proc/self/fd/0");
	CHECK_EQ(sys(SYS_symlink, target, "magic"), 0);
	CHECK_EQ(resolve("f", O_RDONLY, CACHED), 0);
	CHECK_EQ(resolve("l", O_RDONLY, CACHED), 0);
	CHECK_EQ(resolve("none", O_RDONLY, CACHED), -EAGAIN);
	CHECK_EQ(resolve("f/below", O_RDONLY, CACHED), -EAGAIN);
	CHECK_EQ(resolve("magic", O_RDONLY, CACHED), -EAGAIN);
	CHECK_EQ(resolve("f", O_RDWR | O_TRUNC, CACHED), -EAGAIN);
	CHECK_EQ(resolve("f", O_RDWR | O_CREAT, CACHED), -EAGAIN);
	CHECK_EQ(resolve("f", O_RDONLY, 64), -EINVAL);
}

CASE(links_that_a_walk_refuses)
{
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	make("d/f");
	CHECK_EQ(sys(SYS_symlink, "d", "l"), 0);
	CHECK_EQ(sys(SYS_symlink, "..", "d/up"), 0);
	CHECK_EQ(sys(SYS_symlink, "/proc/self/fd/0", "magic"), 0);
	CHECK_EQ(resolve("l/f", O_RDONLY, NO_LINKS), -ELOOP);
	CHECK_EQ(resolve("l", PATH_ONLY | O_NOFOLLOW, NO_LINKS), 0);
	CHECK_EQ(resolve("l/f", O_RDONLY, NO_MAGIC), 0);
	CHECK_EQ(resolve("magic", O_RDONLY, NO_MAGIC), -ELOOP);
	CHECK_EQ(resolve("magic", PATH_ONLY | O_NOFOLLOW, NO_MAGIC), 0);
	CHECK_EQ(resolve("d/../d/f", O_RDONLY, BENEATH), 0);
	CHECK_EQ(resolve("d/up/d/f", O_RDONLY, BENEATH), 0);
	CHECK_EQ(resolve("..", PATH_ONLY, BENEATH), -EXDEV);
	CHECK_EQ(resolve("/d/up/../../d/f", O_RDONLY, IN_ROOT), 0);
}

CASE(flags_that_openat2_minds)
{
	struct how h = {O_CREAT | O_RDWR, 010644, 0};

	scratch();
	make("f");
	CHECK_EQ(sys(SYS_openat2, AT_FDCWD, "n", &h, sizeof(h)), -EINVAL);
	h.mode = 04755;
	CHECK(sys(SYS_openat2, AT_FDCWD, "n", &h, sizeof(h)) >= 0);
	CHECK_EQ(mode_of("n") & 07777, 04755);
	CHECK_EQ(resolve("f", PATH_ONLY | O_RDWR, 0), -EINVAL);
	CHECK_EQ(resolve("f", 0x80000000u, 0), -EINVAL);
	CHECK_EQ(resolve("f", O_ACCMODE, 0), 0);
	CHECK_EQ(resolve(".", TMPFILE | O_RDONLY, 0), -EINVAL);
	CHECK_EQ(resolve("f", O_DIRECTORY, 0), -ENOTDIR);
}

CASE(last_names_that_are_none)
{
	scratch();
	make("f");
	CHECK_EQ(sys(SYS_mkdir, "d/", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "d/.", 0755), -EEXIST);
	CHECK_EQ(sys(SYS_mkdir, "d/..", 0755), -EEXIST);
	CHECK_EQ(sys(SYS_mkdir, "/", 0755), -EEXIST);
	CHECK_EQ(sys(SYS_rmdir, "d/."), -EINVAL);
	CHECK_EQ(sys(SYS_rmdir, "d/.."), -ENOTEMPTY);
	CHECK_EQ(sys(SYS_rmdir, "/"), -EBUSY);
	CHECK_EQ(sys(SYS_unlink, "f/"), -ENOTDIR);
	CHECK_EQ(sys(SYS_unlink, "d/"), -EISDIR);
	CHECK_EQ(sys(SYS_unlink, "."), -EISDIR);
	CHECK_EQ(sys(SYS_unlinkat, AT_FDCWD, "d", 1), -EINVAL);
	CHECK_EQ(sys(SYS_unlinkat, AT_FDCWD, "d", REMOVEDIR), 0);
	CHECK_EQ(sys(SYS_mkdir, "/proc/x", 0755), -ENOENT);
	CHECK_EQ(sys(SYS_link, "f", "/proc/x"), -ENOENT);
	CHECK_EQ(sys(SYS_link, "/proc/self/stat", "x"), -EXDEV);
	CHECK_EQ(sys(SYS_rename, "f", "/proc/x"), -EXDEV);
	CHECK_EQ(sys(SYS_rename, "f", "f/x"), -ENOTDIR);
}

CASE(nameless_file_gets_a_name)
{
	char path[64];

	scratch();
	long fd = sys(SYS_open, ".", TMPFILE | O_RDWR, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	CHECK_EQ(sys(SYS_linkat, AT_FDCWD, path, AT_FDCWD, "named", FOLLOW), 0);
	CHECK_EQ(mode_of("named"), S_IFREG | 0600);
	fd = sys(SYS_open, ".", TMPFILE | O_RDWR | O_EXCL, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	CHECK_EQ(sys(SYS_linkat, AT_FDCWD, path, AT_FDCWD, "never", FOLLOW), -ENOENT);
}

CASE(sticky_folder_guards_both_names)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "t", 0777), 0);
	CHECK_EQ(sys(SYS_chmod, "t", STICKY), 0);
	CHECK_EQ(sys(SYS_mkdir, "t/dir", 0777), 0);
	make("t/theirs");
	CHILD(pid) {
		CHECK(become(NOBODY));
		make("t/mine");
		CHECK_EQ(sys(SYS_rmdir, "t/dir"), -EPERM);
		CHECK_EQ(sys(SYS_rename, "t/mine", "t/theirs"), -EPERM);
		CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "t/mine", AT_FDCWD, "t/theirs", 2), -EPERM);
		CHECK_EQ(sys(SYS_rename, "t/theirs", "t/other"), -EPERM);
		CHECK_EQ(sys(SYS_rename, "t/mine", "t/other"), 0);
		CHECK_EQ(sys(SYS_open, "t/theirs", O_WRONLY | O_CREAT, 0600), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(set_group_folder_gives_its_group)
{
	struct stat st;
	int pid;

	NEEDS_ROOT();
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "g", 0777), 0);
	CHECK_EQ(sys(SYS_chown, "g", 0, GROUP), 0);
	CHECK_EQ(sys(SYS_chmod, "g", 02777), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_mkdir, "g/in", 0755), 0);
		CHECK_EQ(mode_of("g/in"), S_IFDIR | 02755);
		make("g/f");
		CHECK_EQ(sys(SYS_stat, "g/f", &st), 0);
		CHECK_EQ(st.st_gid, GROUP);
		CHECK_EQ(sys(SYS_chmod, "g/f", 02777), 0);
		CHECK_EQ(mode_of("g/f"), S_IFREG | 0777); /* not of that group */
	}
	CHECK_EXIT(pid, 0);
}

CASE(set_id_bits_go_with_changes)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	make("f");
	CHECK_EQ(sys(SYS_chown, "f", NOBODY, NOBODY), 0);
	CHECK_EQ(sys(SYS_chmod, "f", 06755), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_chown, "f", 0, -1), -EPERM);
		CHECK_EQ(sys(SYS_chown, "f", -1, -1), 0);
		CHECK_EQ(mode_of("f"), S_IFREG | 0755);
		CHECK_EQ(sys(SYS_chmod, "f", 06755), 0);
		CHECK_EQ(sys(SYS_write, sys(SYS_open, "f", O_WRONLY), "x", 1), 1);
		CHECK_EQ(mode_of("f"), S_IFREG | 0755);
	}
	CHECK_EXIT(pid, 0);
}
