// SPDX-License-Identifier: MIT
/*
 * tmpfs/mount: options of a mount, and of another one of the same.
 *
 * Promise   what is taken shows in statfs, in the root's attributes and in /proc/mounts; what is refused leaves
 *           everything as it was.
 * Linux     tmpfs(5), mount(2), statfs(2).
 */
#include "tests/abi/tmpfs/tmpfs.h"

TAP_DANGEROUS("mounts");

static char text[1 << 16];

/* The options of the mount that is the working directory, as /proc/mounts has them. */
static const char *shown(void)
{
	char cwd[256], key[300], *at;

	CHECK(sys(SYS_getcwd, cwd, sizeof(cwd)) > 0);
	CHECK(slurp("/proc/self/mounts", text, sizeof(text)) > 0);
	snprintf(key, sizeof(key), " %s tmpfs ", cwd);
	at = strstr(text, key);
	CHECK(at);
	at += strlen(key);
	at[strcspn(at, " ")] = 0;
	return at;
}

static bool shows(const char *option)
{
	const char *at = shown();
	size_t len = strlen(option);

	for (; at; at = strchr(at, ','), at += at != NULL)
		if (strncmp(at, option, len) == 0 && (at[len] == ',' || !at[len]))
			return true;
	return false;
}

CASE(defaults)
{
	inside(NULL);
	struct statfs s = room();
	struct stat st = stat_of(".");

	CHECK_EQ(st.st_mode, S_IFDIR | 01777);
	CHECK_EQ(st.st_uid, 0);
	CHECK_EQ(st.st_nlink, 2);
	CHECK_EQ(st.st_size, 40);
	CHECK_EQ(s.f_type, 0x01021994);
	CHECK_EQ(s.f_bsize, PAGE);
	CHECK_EQ(s.f_frsize, PAGE);
	CHECK_EQ(s.f_namelen, 255);
	CHECK(s.f_blocks > 100 && s.f_blocks == s.f_bfree && s.f_bfree == s.f_bavail);
	CHECK_EQ(s.f_ffree, s.f_files - 1);
	CHECK_EQ(s.f_flags, 0x1020); /* valid, relatime */
	CHECK(strncmp(shown(), "rw,relatime", 11) == 0);
	CHECK(!strstr(shown(), "size=") && !strstr(shown(), "mode=") && !strstr(shown(), "nr_inodes="));
	outside();
}

CASE(sizes)
{
	static const struct { const char *option; long pages; const char *shown; } rows[] = {
		{"size=1M", 256, "size=1024k"}, {"size=1m", 256, "size=1024k"}, {"size=1", 1, "size=4k"},
		{"size=4097", 2, "size=8k"}, {"size=0x1000", 1, "size=4k"}, {"size=010000", 1, "size=4k"},
		{"nr_blocks=10", 10, "size=40k"}, {"size=1M,nr_blocks=10", 10, "size=40k"},
		{"nr_blocks=10,size=1M", 256, "size=1024k"}, {"size=1M,size=2M", 512, "size=2048k"},
		{",,size=1M,,", 256, "size=1024k"}, {"nr_blocks=1k", 1024, "size=4096k"},
		{"size=0", 0, NULL}, {"nr_blocks=0", 0, NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		inside(rows[i].option);
		CHECK_EQ(room().f_blocks, rows[i].pages);
		CHECK_EQ(room().f_bfree, rows[i].pages);
		if (rows[i].shown && !shows(rows[i].shown))
			tap_fail(__FILE__, __LINE__, "%s shows %s", rows[i].option, shown());
		outside();
	}
}

CASE(a_part_of_memory)
{
	inside(NULL);
	long half = (long)room().f_blocks, whole;
	outside();
	inside("size=100%");
	whole = (long)room().f_blocks;
	CHECK(whole >= 2 * half - 2 && whole <= 2 * half + 2);
	outside();
	inside("size=50%");
	CHECK((long)room().f_blocks >= half - 1 && (long)room().f_blocks <= half + 1);
	outside();
}

CASE(numbers_of_inodes)
{
	inside("nr_inodes=10k");
	CHECK_EQ(room().f_files, 10240);
	CHECK_EQ(room().f_ffree, 10239);
	CHECK(shows("nr_inodes=10240"));
	outside();
	inside("nr_inodes=1");
	CHECK_EQ(room().f_ffree, 0);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), -ENOSPC);
	outside();
	inside("nr_inodes=0"); /* no limit */
	CHECK_EQ(room().f_files, 0);
	CHECK_EQ(room().f_ffree, 0);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
	outside();
}

CASE(attributes_of_the_root)
{
	inside("mode=750,uid=5,gid=0x10");
	struct stat st = stat_of(".");

	CHECK_EQ(st.st_mode, S_IFDIR | 0750);
	CHECK_EQ(st.st_uid, 5);
	CHECK_EQ(st.st_gid, 16);
	CHECK(shows("mode=750") && shows("uid=5") && shows("gid=16"));
	outside();
	inside("mode=77777");
	CHECK_EQ(stat_of(".").st_mode, S_IFDIR | 07777);
	outside();
}

CASE(switches_without_effect)
{
	inside("inode64,huge=never");
	outside();
	inside("inode32");
	outside();
}

CASE(what_is_refused)
{
	static const char *const wrong[] = {"size", "size=", "size=x", "size=1Mx", "size=1kk", "size=50%x", "size=-1",
		"SIZE=1M", "size=1 M", "nr_blocks=x", "nr_blocks=18446744073709551615", "nr_inodes=x", "nr_inodes=-1",
		"nr_inodes=9223372036854775807", "mode", "mode=", "mode=8", "mode=0x1", "uid=x", "uid=-1",
		"uid=4294967296", "gid=4294967295", "huge=bad", "foo", "foo=1", "size=1M,foo", "inode64=1", "defaults"};

	scratch();
	CHECK_EQ(sys(SYS_mkdir, "m", 0755), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		long r = sys(SYS_mount, "none", "m", "tmpfs", 0, wrong[i]);

		if (r != -EINVAL)
			tap_fail(__FILE__, __LINE__, "%s: %ld", wrong[i], r);
	}
	CHECK_EQ(sys(SYS_umount2, "m", 0), -EINVAL);
}

CASE(another_size)
{
	static char bytes[32 * PAGE];

	inside("size=1M,nr_inodes=20,mode=755,uid=3");
	long fd = make("f");
	CHECK_EQ(sys(SYS_write, fd, bytes, sizeof(bytes)), sizeof(bytes));
	CHECK_EQ(remount("size=64k"), -EINVAL); /* less than there is */
	CHECK_EQ(remount("size=124k"), -EINVAL);
	CHECK_EQ(room().f_blocks, 256);
	CHECK_EQ(remount("size=128k"), 0);
	CHECK_EQ(room().f_blocks, 32);
	CHECK_EQ(room().f_bfree, 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, sizeof(bytes)), -ENOSPC);
	CHECK_EQ(remount("size=2M"), 0);
	CHECK_EQ(room().f_bfree, 512 - 32);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, sizeof(bytes)), 1);
	outside();
}

CASE(another_number_of_inodes)
{
	inside("size=1M,nr_inodes=20");
	make("a");
	CHECK_EQ(remount("nr_inodes=1"), -EINVAL);
	CHECK_EQ(remount("nr_inodes=2"), 0);
	CHECK_EQ(room().f_ffree, 0);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), -ENOSPC);
	CHECK_EQ(remount("nr_inodes=3"), 0);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), 0);
	CHECK_EQ(room().f_blocks, 256); /* what is not named stays */
	outside();
}

CASE(limits_may_go_but_not_come)
{
	inside("size=1M,nr_inodes=20");
	CHECK_EQ(remount("size=0"), 0);
	CHECK_EQ(room().f_blocks, 0);
	CHECK_EQ(remount("size=1M"), -EINVAL);
	CHECK_EQ(remount("nr_blocks=100"), -EINVAL);
	CHECK_EQ(remount("nr_inodes=0"), 0);
	CHECK_EQ(remount("nr_inodes=100"), -EINVAL);
	CHECK_EQ(remount("size=0,nr_inodes=0"), 0);
	outside();
}

CASE(the_root_keeps_its_attributes)
{
	inside("mode=755,uid=3");
	CHECK_EQ(remount("mode=700,uid=7,gid=8"), 0);
	struct stat st = stat_of(".");

	CHECK_EQ(st.st_mode, S_IFDIR | 0755);
	CHECK_EQ(st.st_uid, 3);
	CHECK_EQ(st.st_gid, 0);
	CHECK_EQ(remount(NULL), 0);
	CHECK_EQ(remount(""), 0);
	CHECK_EQ(remount("foo=1"), -EINVAL);
	CHECK_EQ(remount("size=x"), -EINVAL);
	CHECK_EQ(remount("mode=x"), -EINVAL);
	outside();
}

CASE(read_only)
{
	inside("size=64k");
	long fd = make("f");
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_mount, "none", ".", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
	CHECK_EQ(room().f_flags & 1, 1);
	CHECK(strncmp(shown(), "ro,relatime", 11) == 0);
	CHECK_EQ(sys(SYS_mkdir, "d", 0700), -EROFS);
	CHECK_EQ(sys(SYS_open, "f", O_RDWR), -EROFS);
	CHECK_EQ(sys(SYS_open, ".", O_TMPFILE | O_RDWR, 0600), -EROFS);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, "g", 4), -EROFS);
	outside();
}

CASE(for_the_privileged)
{
	int pid;

	inside("size=64k");
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(remount("size=128k"), -EPERM);
		CHECK_EQ(sys(SYS_mount, "none", ".", "tmpfs", 0, NULL), -EPERM);
		CHECK_EQ(sys(SYS_mount, "none", ".", "tmpfs", 1ul << 31, NULL), -EINVAL); /* nobody may use it */
	}
	CHECK_EXIT(pid, 0);
	CHECK_EQ(room().f_blocks, 16);
	outside();
}
