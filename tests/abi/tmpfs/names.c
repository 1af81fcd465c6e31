// SPDX-License-Identifier: MIT
/*
 * tmpfs/names: whiteouts, exchanges, nameless files, and which times each change sets.
 *
 * Promise   a rename with a whiteout leaves a node in the old place in the same step; times move with what changed.
 * Linux     rename(2), open(2), linkat(2), inode(7).
 */
#include <sys/sysmacros.h>
#include "tests/abi/tmpfs/tmpfs.h"

TAP_DANGEROUS("mounts");

enum { NOREPLACE = 1, EXCHANGE = 2, WHITEOUT = 4, EMPTY_PATH = 0x1000 };

static long move(const char *from, const char *to, int flags)
{
	return sys(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static bool is_whiteout(const char *name)
{
	struct stat st = stat_of(name);

	return st.st_mode == S_IFCHR && st.st_rdev == 0 && st.st_nlink == 1;
}

static bool is_there(const char *name)
{
	struct stat st;

	return sys(SYS_lstat, name, &st) == 0;
}

CASE(a_whiteout_stays_behind)
{
	inside(NULL);
	CHECK_EQ(sys(SYS_close, make("a")), 0);
	unsigned long ino = stat_of("a").st_ino;
	CHECK_EQ(move("a", "b", WHITEOUT), 0);
	CHECK(is_whiteout("a"));
	CHECK_EQ(stat_of("b").st_ino, ino);
	CHECK_EQ(stat_of(".").st_size, 40 + 2 * 20);
	CHECK_EQ(sys(SYS_open, "a", O_RDONLY), -ENXIO);
	CHECK_EQ(move("b", "a", WHITEOUT), 0); /* over the one before */
	CHECK(is_whiteout("b"));
	CHECK_EQ(stat_of("a").st_ino, ino);
	CHECK_EQ(sys(SYS_unlink, "b"), 0);
	CHECK(!is_there("b"));
	outside();
}

CASE(whiteouts_of_folders_and_between_them)
{
	inside(NULL);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
	CHECK_EQ(sys(SYS_mkdir, "e", 0700), 0);
	CHECK_EQ(stat_of(".").st_nlink, 4);
	CHECK_EQ(move("d", "e/d", WHITEOUT), 0);
	CHECK(is_whiteout("d"));
	CHECK_EQ(stat_of(".").st_nlink, 3);
	CHECK_EQ(stat_of("e").st_nlink, 3);
	CHECK_EQ(sys(SYS_rmdir, "d"), -ENOTDIR);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), -EEXIST);
	CHECK_EQ(sys(SYS_unlink, "d"), 0);
	CHECK_EQ(move("e/d", "d", WHITEOUT), 0);
	CHECK(is_whiteout("e/d"));
	CHECK_EQ(sys(SYS_rmdir, "e"), -ENOTEMPTY);
	CHECK_EQ(sys(SYS_unlink, "e/d"), 0);
	CHECK_EQ(sys(SYS_rmdir, "e"), 0);
	outside();
}

CASE(whiteouts_that_are_refused)
{
	inside("nr_inodes=8");
	CHECK_EQ(sys(SYS_close, make("a")), 0);
	CHECK_EQ(sys(SYS_close, make("b")), 0);
	CHECK_EQ(sys(SYS_link, "a", "c"), 0);
	long left = free_inodes();
	CHECK_EQ(move("a", "b", WHITEOUT | EXCHANGE), -EINVAL);
	CHECK_EQ(move("a", "b", WHITEOUT | NOREPLACE), -EEXIST);
	CHECK_EQ(move("a", "b", 8), -EINVAL);
	CHECK_EQ(move("none", "b", WHITEOUT), -ENOENT);
	CHECK_EQ(move("a", "c", WHITEOUT), 0); /* two names of one file: nothing happens */
	CHECK_EQ(move("a", "a", WHITEOUT), 0);
	CHECK_EQ(stat_of("a").st_nlink, 2);
	CHECK_EQ(free_inodes(), left);
	CHECK_EQ(move("a", "d", WHITEOUT | NOREPLACE), 0);
	CHECK(is_whiteout("a"));
	CHECK_EQ(free_inodes(), left - 1);
	outside();
}

CASE(whiteouts_need_no_privilege)
{
	int pid;

	inside("mode=777");
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_close, make("a")), 0);
		CHECK_EQ(move("a", "b", WHITEOUT), 0);
		CHECK(is_whiteout("a"));
		CHECK_EQ(stat_of("a").st_uid, NOBODY);
		CHECK_EQ(sys(SYS_mknod, "w", S_IFCHR, 0), 0);
		CHECK_EQ(sys(SYS_mknod, "n", S_IFCHR, makedev(1, 3)), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	outside();
}

CASE(a_name_with_a_whiteout_is_never_missing, .timeout = 30)
{
	enum { ROUNDS = 1500 };
	int pid;

	inside(NULL);
	CHECK_EQ(sys(SYS_close, make("a")), 0);
	CHECK_EQ(move("a", "b", WHITEOUT), 0);
	CHILD(pid)
		for (;;) {
			move("a", "b", WHITEOUT);
			move("b", "a", WHITEOUT);
		}
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(is_there("a"));
		CHECK(is_there("b"));
	}
	end_child(pid);
	outside();
}

CASE(exchanges)
{
	inside(NULL);
	CHECK_EQ(sys(SYS_close, make("f")), 0);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
	CHECK_EQ(sys(SYS_mkdir, "d/e", 0700), 0);
	CHECK_EQ(sys(SYS_symlink, "nowhere", "l"), 0);
	unsigned long f = stat_of("f").st_ino, e = stat_of("d/e").st_ino;
	CHECK_EQ(move("f", "d/e", EXCHANGE), 0); /* of different kinds */
	CHECK_EQ(stat_of("d/e").st_ino, f);
	CHECK_EQ(stat_of("f").st_ino, e);
	CHECK_EQ(stat_of("d").st_nlink, 2);
	CHECK_EQ(stat_of(".").st_nlink, 4);
	CHECK_EQ(move("l", "d/e", EXCHANGE), 0);
	CHECK(S_ISLNK(stat_of("d/e").st_mode));
	CHECK_EQ(move("l", "none", EXCHANGE), -ENOENT);
	CHECK_EQ(move("d", "d/e", EXCHANGE), -EINVAL);
	CHECK_EQ(move("d/e", "d", EXCHANGE), -EINVAL);
	CHECK_EQ(move("l", "d", EXCHANGE | NOREPLACE), -EINVAL);
	outside();
}

CASE(nameless_files)
{
	char path[64], link[256] = "";
	struct stat st;

	inside(NULL);
	long fd = sys(SYS_open, ".", O_TMPFILE | O_RDWR, 0640), never;
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	CHECK_EQ(sys(SYS_write, fd, "text", 4), 4);
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	CHECK(sys(SYS_readlink, path, link, sizeof(link) - 1) > 0);
	CHECK(strstr(link, "/#") && strstr(link, " (deleted)"));
	CHECK_EQ(sys(SYS_linkat, AT_FDCWD, path, AT_FDCWD, "a", 0x400 /* AT_SYMLINK_FOLLOW */), 0);
	CHECK_EQ(stat_of("a").st_size, 4);
	CHECK_EQ(stat_of("a").st_nlink, 1);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "a", EMPTY_PATH), -EEXIST);
	CHECK_EQ(sys(SYS_linkat, fd, "", AT_FDCWD, "b", EMPTY_PATH), 0);
	never = sys(SYS_open, ".", O_TMPFILE | O_RDWR | O_EXCL, 0640);
	CHECK(never >= 0);
	CHECK_EQ(sys(SYS_linkat, never, "", AT_FDCWD, "c", EMPTY_PATH), -ENOENT);
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", never);
	CHECK_EQ(sys(SYS_linkat, AT_FDCWD, path, AT_FDCWD, "c", 0x400), -ENOENT);
	CHECK_EQ(sys(SYS_open, ".", O_TMPFILE | O_RDONLY, 0600), -EINVAL);
	CHECK_EQ(sys(SYS_open, ".", O_TMPFILE | O_RDWR | O_CREAT, 0600), -EINVAL);
	CHECK(sys(SYS_open, ".", O_TMPFILE | O_WRONLY | O_TRUNC, 0600) >= 0);
	CHECK_EQ(sys(SYS_open, "a", O_TMPFILE | O_RDWR, 0600), -ENOTDIR);
	CHECK_EQ(sys(SYS_open, "none", O_TMPFILE | O_RDWR, 0600), -ENOENT);
	CHECK_EQ(sys(SYS_open, "/proc", O_TMPFILE | O_RDWR, 0600), -EOPNOTSUPP);
	outside();
}

CASE(lengths_of_names)
{
	static char name[300], target[5000];

	inside(NULL);
	memset(name, 'n', 256);
	memset(target, 't', 4999);
	CHECK_EQ(sys(SYS_mkdir, name, 0700), -ENAMETOOLONG);
	CHECK_EQ(sys(SYS_symlink, "x", name), -ENAMETOOLONG);
	name[255] = 0;
	CHECK_EQ(sys(SYS_mkdir, name, 0700), 0);
	CHECK_EQ(sys(SYS_rmdir, name), 0);
	CHECK_EQ(sys(SYS_symlink, target, "l"), -ENAMETOOLONG);
	target[4096] = 0;
	CHECK_EQ(sys(SYS_symlink, target, "l"), -ENAMETOOLONG);
	target[4095] = 0;
	CHECK_EQ(sys(SYS_symlink, target, "l"), 0);
	CHECK_EQ(stat_of("l").st_size, 4095);
	CHECK_EQ(sys(SYS_symlink, "", "e"), -ENOENT);
	outside();
}

/* Which of a file's times an action has moved, as text: "amc". */
static struct stat before;

static void note(const char *name)
{
	struct timespec now, then;

	before = stat_of(name);
	sys(SYS_clock_gettime, 5 /* CLOCK_REALTIME_COARSE */, &then);
	do
		sys(SYS_clock_gettime, 5, &now);
	while (now.tv_nsec == then.tv_nsec);
}

static const char *moved(const char *name)
{
	static char text[4];
	struct stat st = stat_of(name);
	int n = 0;

	if (st.st_atim.tv_nsec != before.st_atim.tv_nsec)
		text[n++] = 'a';
	if (st.st_mtim.tv_nsec != before.st_mtim.tv_nsec)
		text[n++] = 'm';
	if (st.st_ctim.tv_nsec != before.st_ctim.tv_nsec)
		text[n++] = 'c';
	text[n] = 0;
	return text;
}

#define MOVES(NAME, WANT, CALL) \
	do { \
		note(NAME); \
		CHECK((CALL) >= 0); \
		CHECK_STR(moved(NAME), WANT); \
	} while (0)

CASE(times_of_a_file)
{
	char buf[8];

	inside(NULL);
	long fd = make("f");
	MOVES("f", "mc", sys(SYS_write, fd, "text", 4));
	MOVES("f", "a", sys(SYS_pread64, fd, buf, 4, 0));
	MOVES("f", "", sys(SYS_pread64, fd, buf, 4, 0)); /* once is enough: relatime */
	MOVES("f", "mc", sys(SYS_pwrite64, fd, "x", 1, 0));
	MOVES("f", "", sys(SYS_write, fd, "x", 0));
	MOVES("f", "mc", sys(SYS_ftruncate, fd, 2));
	MOVES("f", "mc", sys(SYS_ftruncate, fd, 2));
	MOVES("f", "mc", sys(SYS_fallocate, fd, 0, 0, PAGE));
	MOVES("f", "mc", sys(SYS_fallocate, fd, 3, 0, PAGE));
	MOVES("f", "c", sys(SYS_chmod, "f", 0640));
	MOVES("f", "c", sys(SYS_chown, "f", 1, 1));
	MOVES("f", "c", sys(SYS_link, "f", "g"));
	MOVES("f", "c", sys(SYS_unlink, "g"));
	MOVES("f", "c", sys(SYS_setxattr, "f", "trusted.a", "1", 1, 0));
	MOVES("f", "", sys(SYS_fsync, fd));
	note("f");
	CHECK_EQ(sys(SYS_rename, "f", "h"), 0);
	CHECK_STR(moved("h"), "c");
	MOVES("h", "mc", sys(SYS_open, "h", O_WRONLY | O_TRUNC));
	outside();
}

CASE(times_of_a_folder)
{
	inside(NULL);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
	MOVES("d", "mc", sys(SYS_open, "d/f", O_RDWR | O_CREAT, 0600));
	MOVES("d", "", sys(SYS_open, "d/f", O_RDWR | O_CREAT, 0600));
	MOVES("d", "mc", sys(SYS_mkdir, "d/e", 0700));
	MOVES("d", "mc", sys(SYS_symlink, "x", "d/l"));
	MOVES("d", "mc", sys(SYS_link, "d/f", "d/g"));
	MOVES("d", "mc", sys(SYS_rename, "d/g", "d/h"));
	MOVES("d", "mc", move("d/h", "d/l", EXCHANGE));
	MOVES("d", "mc", move("d/h", "d/w", WHITEOUT));
	MOVES("d", "mc", sys(SYS_unlink, "d/h"));
	MOVES("d", "mc", sys(SYS_rmdir, "d/e"));
	MOVES("d", "", sys(SYS_open, "d", O_TMPFILE | O_RDWR, 0600));
	MOVES("d", "", sys(SYS_chmod, "d/f", 0640));
	MOVES("d", "mc", sys(SYS_rename, "d/f", "f"));
	MOVES("d", "c", sys(SYS_rename, "d", "e") + sys(SYS_rename, "e", "d"));
	outside();
}
