// SPDX-License-Identifier: MIT
/*
 * tmpfs.h: a tmpfs of the case's own, with options.
 *
 * Promise   inside() makes it the working directory; outside() leaves it and takes it away, whoever still has it open.
 */
#ifndef TESTS_ABI_TMPFS_TMPFS_H
#define TESTS_ABI_TMPFS_TMPFS_H

#include <sys/mount.h>
#include <sys/statfs.h>
#include "tests/abi/abi.h"

static inline void inside(const char *options)
{
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "m", 0755), 0);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", 0, options), 0);
	CHECK_EQ(sys(SYS_chdir, "m"), 0);
}

static inline void outside(void)
{
	CHECK_EQ(sys(SYS_chdir, ".."), 0);
	CHECK_EQ(sys(SYS_umount2, "m", MNT_DETACH), 0);
	CHECK_EQ(sys(SYS_rmdir, "m"), 0);
}

static inline long remount(const char *options)
{
	return sys(SYS_mount, "none", ".", "tmpfs", MS_REMOUNT, options);
}

static inline struct statfs room(void)
{
	struct statfs s;

	CHECK_EQ(sys(SYS_statfs, ".", &s), 0);
	return s;
}

static inline long free_pages(void)
{
	return room().f_bfree;
}

static inline long free_inodes(void)
{
	return room().f_ffree;
}

static inline long make(const char *name)
{
	long fd = sys(SYS_open, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	return fd;
}

static inline struct stat stat_of(const char *name)
{
	struct stat st;

	CHECK_EQ(sys(SYS_lstat, name, &st), 0);
	return st;
}

static inline long size_of(long fd)
{
	struct stat st;

	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	return st.st_size;
}

static inline long pages_of(long fd)
{
	struct stat st;

	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	return st.st_blocks / (PAGE / 512);
}

#endif
