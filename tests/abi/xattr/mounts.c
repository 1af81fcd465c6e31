// SPDX-License-Identifier: MIT
/*
 * xattr/mounts: what a mount says of extended attributes on it.
 *
 * Promise   they take the room of inodes, and give it back; a read-only mount lets none be changed.
 * Linux     tmpfs(5), xattr(7)
 */
#include <sys/mount.h>
#include <sys/statfs.h>
#include "tests/abi/abi.h"

TAP_DANGEROUS("mounts");
TAP_NEEDS_LINUX(6, 6); /* user.* on tmpfs */

static char buf[1000];

CASE(they_take_the_room_of_inodes)
{
	struct statfs before, after;

	scratch();
	sys(SYS_mkdir, "m", 0755);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", 0, "nr_inodes=4"), 0);
	sys(SYS_close, sys(SYS_open, "m/f", O_RDWR | O_CREAT, 0644));
	sys(SYS_statfs, "m", &before);
	CHECK_EQ(before.f_ffree, 2);
	CHECK_EQ(sys(SYS_setxattr, "m/f", "user.a", buf, 1000, 0), 0);
	CHECK_EQ(sys(SYS_setxattr, "m/f", "user.b", buf, 900, 0), 0);
	sys(SYS_statfs, "m", &after);
	CHECK_EQ(after.f_ffree, 0);
	CHECK_EQ(sys(SYS_setxattr, "m/f", "user.c", buf, 100, 0), -ENOSPC);
	CHECK_EQ(sys(SYS_getxattr, "m/f", "user.c", buf, 100), -ENODATA);
	CHECK_EQ(sys(SYS_open, "m/g", O_RDWR | O_CREAT, 0644), -ENOSPC);
	CHECK_EQ(sys(SYS_removexattr, "m/f", "user.a"), 0);
	CHECK_EQ(sys(SYS_removexattr, "m/f", "user.b"), 0);
	sys(SYS_statfs, "m", &after);
	CHECK_EQ(after.f_ffree, 2);
	CHECK_EQ(sys(SYS_setxattr, "m/f", "user.a", buf, 1000, 0), 0);
	CHECK_EQ(sys(SYS_unlink, "m/f"), 0);
	sys(SYS_statfs, "m", &after);
	CHECK_EQ(after.f_ffree, 3);
	CHECK_EQ(sys(SYS_umount2, "m", 0), 0);
}

CASE(a_read_only_mount_keeps_what_it_has)
{
	scratch();
	sys(SYS_mkdir, "m", 0755);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", 0, 0), 0);
	sys(SYS_close, sys(SYS_open, "m/f", O_RDWR | O_CREAT, 0644));
	CHECK_EQ(sys(SYS_setxattr, "m/f", "user.a", "1", 1, 0), 0);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, 0), 0);
	CHECK_EQ(sys(SYS_getxattr, "m/f", "user.a", buf, 9), 1);
	CHECK_EQ(sys(SYS_setxattr, "m/f", "user.a", "1", 1, 0), -EROFS);
	CHECK_EQ(sys(SYS_setxattr, "m/f", "foo.a", "1", 1, 0), -EROFS);
	CHECK_EQ(sys(SYS_removexattr, "m/f", "user.none"), -EROFS);
	CHECK_EQ(sys(SYS_umount2, "m", 0), 0);
}
