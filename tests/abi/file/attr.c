// SPDX-License-Identifier: MIT
/*
 * file/attr: what a file says of itself, and who may change it.
 *
 * Promise   stat, statx and statfs agree; mode, owner and times change as their owner or root asks; set-id bits do
 *           not survive a write or a change of owner by others.
 * Linux     stat(2), statx(2), chmod(2), chown(2), utimensat(2), access(2), readlink(2), inode(7).
 */
#include "tests/abi/abi.h"

enum { NOFOLLOW = 0x100, EMPTY_PATH = 0x1000, PATH_ONLY = 010000000 };
enum { TIME_NOW = (1 << 30) - 1, TIME_OMIT = (1 << 30) - 2 };

static long opened(const char *name, int flags)
{
	long fd = sys(SYS_open, name, flags, 0644);

	CHECK(fd >= 0);
	return fd;
}

static unsigned mode_of(const char *name)
{
	struct stat st;

	CHECK_EQ(sys(SYS_lstat, name, &st), 0);
	return st.st_mode;
}

CASE(kinds_and_sizes)
{
	struct stat st;

	scratch();
	sys(SYS_umask, 022);
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_write, fd, "hello", 5), 5);
	CHECK_EQ(sys(SYS_symlink, "target", "l"), 0);
	CHECK_EQ(sys(SYS_stat, "f", &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0644);
	CHECK_EQ(st.st_size, 5);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(st.st_blksize, 4096);
	CHECK_EQ(sys(SYS_lstat, "l", &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK | 0777);
	CHECK_EQ(st.st_size, 6);
	CHECK_EQ(sys(SYS_stat, "l", &st), -ENOENT);
	CHECK_EQ(sys(SYS_stat, "/dev/null", &st), 0);
	CHECK_EQ(st.st_rdev, 0x103);
	CHECK_EQ(sys(SYS_stat, "f", hole()), -EFAULT);
	CHECK_EQ(sys(SYS_fstat, 999, &st), -EBADF);
}

CASE(stat_at)
{
	struct stat st;

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_newfstatat, fd, "", &st, EMPTY_PATH), 0);
	CHECK_EQ(st.st_mode & S_IFMT, S_IFREG);
	CHECK_EQ(sys(SYS_newfstatat, AT_FDCWD, "", &st, EMPTY_PATH), 0);
	CHECK_EQ(st.st_mode & S_IFMT, S_IFDIR);
	CHECK_EQ(sys(SYS_newfstatat, fd, "", &st, 0), -ENOENT);
	CHECK_EQ(sys(SYS_newfstatat, fd, "x", &st, 0), -ENOTDIR);
	CHECK_EQ(sys(SYS_newfstatat, 999, "x", &st, 0), -EBADF);
	CHECK_EQ(sys(SYS_newfstatat, 999, "/", &st, 0), 0);
	CHECK_EQ(sys(SYS_newfstatat, AT_FDCWD, "f", &st, 0x80), -EINVAL);
}

CASE(statx_tells_the_same)
{
	struct {
		uint32_t mask, blksize;
		uint64_t attributes;
		uint32_t nlink, uid, gid;
		uint16_t mode, pad;
		uint64_t ino, size;
		char more[256];
	} x;
	struct stat st;

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_write, fd, "abc", 3), 3);
	CHECK_EQ(sys(SYS_stat, "f", &st), 0);
	CHECK_EQ(sys(SYS_statx, AT_FDCWD, "f", 0, 0x7ff, &x), 0);
	CHECK_EQ(x.mask & 0x7ff, 0x7ff);
	CHECK_EQ(x.mode, st.st_mode);
	CHECK_EQ(x.size, 3);
	CHECK_EQ(x.ino, st.st_ino);
	CHECK_EQ(sys(SYS_statx, fd, "", EMPTY_PATH, 0x7ff, &x), 0);
	CHECK_EQ(x.ino, st.st_ino);
	CHECK_EQ(sys(SYS_statx, AT_FDCWD, "f", 0x6000, 0x7ff, &x), -EINVAL);
	CHECK_EQ(sys(SYS_statx, AT_FDCWD, "f", 0, 0x80000000, &x), -EINVAL);
	CHECK_EQ(sys(SYS_statx, AT_FDCWD, "f", 0x80, 0, &x), -EINVAL);
}

CASE(changing_modes)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	sys(SYS_close, opened("f", O_RDWR | O_CREAT));
	CHECK_EQ(sys(SYS_symlink, "f", "l"), 0);
	CHECK_EQ(sys(SYS_chmod, "l", 06755), 0);
	CHECK_EQ(mode_of("f"), S_IFREG | 06755);
	CHECK_EQ(sys(SYS_fchmodat, AT_FDCWD, "f", 0644), 0);
	CHECK_EQ(sys(SYS_chmod, ".", 0755), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_chmod, "f", 0666), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_chmod, "none", 0666), -ENOENT);
	CHECK_EQ(sys(SYS_fchmod, opened("f", PATH_ONLY), 0666), -EBADF);
}

CASE(owner_and_set_id_bits)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	sys(SYS_close, opened("f", O_RDWR | O_CREAT));
	CHECK_EQ(sys(SYS_chmod, "f", 06755), 0);
	CHECK_EQ(sys(SYS_chown, "f", -1, -1), 0);
	CHECK_EQ(mode_of("f"), S_IFREG | 0755);
	CHECK_EQ(sys(SYS_chmod, "f", 06745), 0);
	CHECK_EQ(sys(SYS_chown, "f", NOBODY, NOBODY), 0);
	CHECK_EQ(mode_of("f"), S_IFREG | 02745);
	CHECK_EQ(sys(SYS_chmod, "f", 06777), 0);
	CHECK_EQ(sys(SYS_chmod, ".", 0755), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_chown, "f", 0, -1), -EPERM);
		CHECK_EQ(sys(SYS_chown, "f", NOBODY, 0), -EPERM);
		CHECK_EQ(sys(SYS_write, opened("f", O_WRONLY), "x", 1), 1);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(mode_of("f"), S_IFREG | 0777);
}

CASE(times_are_set)
{
	struct timespec t[2] = {{1000, 1}, {2000, 2}};
	struct stat st;

	scratch();
	long fd = opened("f", O_RDWR | O_CREAT);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "f", t, 0), 0);
	CHECK_EQ(sys(SYS_stat, "f", &st), 0);
	CHECK_EQ(st.st_atim.tv_sec, 1000);
	CHECK_EQ(st.st_mtim.tv_nsec, 2);
	t[0].tv_nsec = TIME_OMIT;
	t[1] = (struct timespec){-5, 0};
	CHECK_EQ(sys(SYS_utimensat, fd, 0, t, 0), 0);
	CHECK_EQ(sys(SYS_stat, "f", &st), 0);
	CHECK_EQ(st.st_atim.tv_sec, 1000);
	CHECK_EQ(st.st_mtim.tv_sec, -5);
	t[1].tv_nsec = TIME_OMIT;
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "none", t, 0), 0); /* nothing to do: not even looked at */
	t[1].tv_nsec = -1;
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "f", t, 0), -EINVAL);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, 0, 0, 0), -EFAULT);
	CHECK_EQ(sys(SYS_utimensat, fd, 0, 0, NOFOLLOW), -EINVAL);
	CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "f", 0, 0x80), -EINVAL);
}

CASE(who_may_touch)
{
	struct timespec t[2] = {{1, 0}, {1, 0}};
	int pid;

	NEEDS_ROOT();
	scratch();
	sys(SYS_close, opened("f", O_RDWR | O_CREAT));
	CHECK_EQ(sys(SYS_chmod, "f", 0666), 0);
	CHECK_EQ(sys(SYS_chmod, ".", 0755), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "f", 0, 0), 0);
		CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "f", t, 0), -EPERM);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(sys(SYS_chmod, "f", 0644), 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_utimensat, AT_FDCWD, "f", 0, 0), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(access_asks_for_the_real_user)
{
	int pid;

	NEEDS_ROOT();
	scratch();
	sys(SYS_close, opened("f", O_RDWR | O_CREAT));
	CHECK_EQ(sys(SYS_chmod, "f", 0600), 0);
	CHECK_EQ(sys(SYS_chmod, ".", 0755), 0);
	CHECK_EQ(sys(SYS_access, "f", 1), -EACCES); /* nobody may execute it: not even root */
	CHECK_EQ(sys(SYS_access, "f", 6), 0);
	CHECK_EQ(sys(SYS_access, "f", 8), -EINVAL);
	CHECK_EQ(sys(SYS_access, "none", 0), -ENOENT);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, NOBODY, 0, 0), 0);
		CHECK_EQ(sys(SYS_access, "f", 4), -EACCES);
		CHECK_EQ(sys(SYS_faccessat2, AT_FDCWD, "f", 4, 0x200), 0);
		CHECK(sys(SYS_open, "f", O_RDONLY) >= 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(reading_links)
{
	char buf[10] = "zzzzzzzzz";

	scratch();
	sys(SYS_close, opened("f", O_RDWR | O_CREAT));
	CHECK_EQ(sys(SYS_symlink, "some/where", "l"), 0);
	CHECK_EQ(sys(SYS_readlink, "l", buf, 4), 4);
	CHECK_MEM(buf, "somez", 5);
	CHECK_EQ(sys(SYS_readlink, "f", buf, 4), -EINVAL);
	CHECK_EQ(sys(SYS_readlink, "l", buf, 0), -EINVAL);
	CHECK_EQ(sys(SYS_readlink, "", buf, 4), -ENOENT);
	CHECK_EQ(sys(SYS_readlink, "l", hole(), 4), -EFAULT);
	CHECK_EQ(sys(SYS_readlinkat, sys(SYS_open, "l", PATH_ONLY | O_NOFOLLOW), "", buf, 4), 4);
}

CASE(anonymous_files_have_no_attributes_to_change)
{
	const struct timespec times[2] = {{1, 1}, {1, 1}};
	struct stat st;
	int fd[2];

	long e = sys(SYS_eventfd2, 0, 0);
	CHECK_EQ(sys(SYS_fstat, e, &st), 0);
	CHECK_EQ(st.st_mode, 0600);
	NEEDS_LINUX(6, 18);
	CHECK_EQ(sys(SYS_fchmod, e, 0600), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHECK_EQ(sys(SYS_fchmod, fd[0], 0640), 0);
	CHECK_EQ(sys(SYS_fstat, fd[1], &st), 0);
	CHECK_EQ(st.st_mode, S_IFIFO | 0640);
	long p = sys(SYS_pidfd_open, getpid(), 0);
	CHECK_EQ(sys(SYS_fstat, p, &st), 0);
	unsigned mode = st.st_mode;
	CHECK_EQ(sys(SYS_fchmod, p, 0644), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fchown, p, -1, -1), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fchown, p, 1, 1), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_utimensat, p, 0, times, 0), -EOPNOTSUPP);
	CHECK_EQ(sys(SYS_fstat, p, &st), 0);
	CHECK_EQ(st.st_mode, mode);
}

CASE(listing_a_folder)
{
	char buf[1000];
	int seen = 0;

	scratch();
	for (int i = 0; i < 20; i++) {
		char name[8];

		snprintf(name, sizeof(name), "f%02d", i);
		sys(SYS_close, opened(name, O_RDWR | O_CREAT));
	}
	long fd = opened(".", O_RDONLY), n;
	CHECK_EQ(sys(SYS_getdents64, fd, buf, 10), -EINVAL);
	while ((n = sys(SYS_getdents64, fd, buf, 100)) > 0)
		for (long at = 0; at < n; at += *(unsigned short *)(buf + at + 16)) {
			seen++;
			if (buf[at + 19] == 'f')
				CHECK_EQ(sys(SYS_unlink, buf + at + 19), 0); /* while it is listed */
		}
	CHECK_EQ(n, 0);
	CHECK_EQ(seen, 22);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_getdents64, fd, buf, sizeof(buf)), 48);
	CHECK_EQ(sys(SYS_getdents64, opened("/dev/null", O_RDWR), buf, 100), -ENOTDIR);
	CHECK_EQ(sys(SYS_getdents64, fd, hole(), 100), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_getdents64, fd, hole(), 100), -EFAULT);
}
