// SPDX-License-Identifier: MIT
/*
 * mount/tree: bind mounts, moves, and what stands in the way of an end or of becoming read-only.
 *
 * Promise   a bind shows the same files again, with MS_REC also what is mounted below; a move takes along who is in
 *           it; a mount in use stays unless MNT_DETACH says otherwise; MNT_EXPIRE wants two calls with nobody in
 *           between.
 * Linux     mount(2), umount(2)
 */
#include <pthread.h>
#include <sys/mount.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

TAP_DANGEROUS("mounts");

#ifndef MNT_EXPIRE
enum { MNT_EXPIRE = 4 };
#endif
enum { NOSYMFOLLOW = 0x100, OTHER_USER = 4321, MOVES = 300, READONLY_BIND = MS_REMOUNT | MS_BIND | MS_RDONLY };

enum { PLACE_BYTES = 600 };

static char here[512], text[1 << 16];

static long bind_to(const char *from, const char *to, unsigned long more)
{
	return sys(SYS_mount, from, to, 0, MS_BIND | more, 0);
}

static long move_to(const char *from, const char *to)
{
	return sys(SYS_mount, from, to, 0, MS_MOVE, 0);
}

static long touch(const char *name)
{
	long fd = sys(SYS_open, name, O_WRONLY | O_CREAT, 0644);

	if (fd >= 0)
		sys(SYS_close, fd);
	return fd < 0 ? fd : 0;
}

static bool is_there(const char *name)
{
	struct stat st;

	return sys(SYS_lstat, name, &st) == 0;
}

/* A file system of its own in the scratch folder "top", and folders in it; all of it is private. */
static void begin(void)
{
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "top", 0755), 0);
	CHECK_EQ(sys(SYS_mount, "top", "top", "tmpfs", 0, 0), 0);
	CHECK_EQ(sys(SYS_mount, 0, "top", 0, MS_PRIVATE, 0), 0);
	CHECK_EQ(sys(SYS_chdir, "top"), 0);
	CHECK_EQ(sys(SYS_mkdir, "a", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "b", 0755), 0);
	CHECK(sys(SYS_getcwd, here, sizeof(here)) > 0);
}

static void end(void)
{
	CHECK_EQ(sys(SYS_chdir, here), 0);
	CHECK_EQ(sys(SYS_chdir, ".."), 0);
	CHECK_EQ(sys(SYS_umount2, "top", MNT_DETACH), 0);
}

/* A tmpfs on the folder, with one file. */
static void mount_with_file(const char *folder, const char *file)
{
	char name[64];

	CHECK_EQ(sys(SYS_mount, folder, folder, "tmpfs", 0, 0), 0);
	snprintf(name, sizeof(name), "%s/%s", folder, file);
	CHECK_EQ(touch(name), 0);
}

static int mounts_named(const char *source)
{
	char key[64];
	int n = 0;

	snprintf(key, sizeof(key), "\n%s ", source);
	text[0] = '\n';
	CHECK(slurp("/proc/self/mounts", text + 1, sizeof(text) - 1) > 0);
	for (const char *p = text; (p = strstr(p, key)); p++)
		n++;
	return n;
}

CASE(bind_shows_the_same_files)
{
	struct stat one, two;

	begin();
	CHECK_EQ(touch("a/f"), 0);
	CHECK_EQ(touch("b/hidden"), 0);
	CHECK_EQ(bind_to("a", "b", 0), 0);
	CHECK_EQ(sys(SYS_stat, "a/f", &one), 0);
	CHECK_EQ(sys(SYS_stat, "b/f", &two), 0);
	CHECK_EQ(one.st_ino, two.st_ino);
	CHECK_EQ(one.st_dev, two.st_dev);
	CHECK(!is_there("b/hidden"));
	CHECK_EQ(touch("b/new"), 0);
	CHECK(is_there("a/new"));
	CHECK_EQ(sys(SYS_rename, "a/f", "b/g"), -EXDEV);
	CHECK_EQ(sys(SYS_rmdir, "b"), -EBUSY);
	CHECK_EQ(sys(SYS_umount2, "b", 0), 0);
	CHECK(is_there("b/hidden") && !is_there("b/f"));
	end();
}

CASE(bind_of_a_file)
{
	struct stat one, two;

	begin();
	CHECK_EQ(touch("f"), 0);
	CHECK_EQ(touch("g"), 0);
	CHECK_EQ(bind_to("f", "g", 0), 0);
	CHECK_EQ(sys(SYS_stat, "f", &one), 0);
	CHECK_EQ(sys(SYS_stat, "g", &two), 0);
	CHECK_EQ(one.st_ino, two.st_ino);
	CHECK_EQ(sys(SYS_unlink, "g"), -EBUSY);
	CHECK_EQ(bind_to("a", "f", 0), -ENOTDIR);
	CHECK_EQ(bind_to("f", "a", 0), -ENOTDIR);
	CHECK_EQ(sys(SYS_umount2, "g", 0), 0);
	CHECK_EQ(sys(SYS_unlink, "g"), 0);
	end();
}

CASE(bad_sources)
{
	int fd[2];
	char name[64];

	begin();
	for (unsigned long how = MS_BIND;; how = MS_MOVE) {
		CHECK_EQ(sys(SYS_mount, 0, "a", 0, how, 0), -EINVAL);
		CHECK_EQ(sys(SYS_mount, "", "a", 0, how, 0), -EINVAL);
		CHECK_EQ(sys(SYS_mount, "nosuch", "a", 0, how, 0), -ENOENT);
		CHECK_EQ(sys(SYS_mount, hole(), "a", 0, how, 0), -EFAULT);
		CHECK_EQ(sys(SYS_mount, "a", "nosuch", 0, how, 0), -ENOENT);
		if (how == MS_MOVE)
			break;
	}
	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHECK_EQ(touch("f"), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[0]);
	CHECK_EQ(bind_to(name, "f", 0), -EINVAL); /* a pipe was never mounted */
	end();
}

CASE(a_tree_only_with_rec)
{
	begin();
	CHECK_EQ(sys(SYS_mkdir, "a/in", 0755), 0);
	mount_with_file("a/in", "f");
	CHECK_EQ(sys(SYS_mkdir, "a/in/deep", 0755), 0);
	mount_with_file("a/in/deep", "g");
	CHECK_EQ(bind_to("a", "b", 0), 0);
	CHECK(is_there("b/in") && !is_there("b/in/f"));
	CHECK_EQ(sys(SYS_umount2, "b", 0), 0);
	CHECK_EQ(bind_to("a", "b", MS_REC), 0);
	CHECK(is_there("b/in/f") && is_there("b/in/deep/g"));
	CHECK_EQ(mounts_named("a/in/deep"), 2);
	CHECK_EQ(sys(SYS_umount2, "a/in/deep", 0), 0);
	CHECK(is_there("b/in/deep/g"));
	CHECK_EQ(sys(SYS_umount2, "b", 0), -EBUSY);
	CHECK_EQ(sys(SYS_umount2, "b", MNT_DETACH), 0);
	CHECK_EQ(mounts_named("a/in/deep"), 0);
	CHECK_EQ(mounts_named("a/in"), 1);
	end();
}

/* What is mounted beside the source, and what is hidden by it, does not come along. */
CASE(a_tree_of_a_part)
{
	begin();
	CHECK_EQ(sys(SYS_mkdir, "a/x", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "a/y", 0755), 0);
	mount_with_file("a/x", "in_x");
	mount_with_file("a/y", "in_y");
	CHECK_EQ(sys(SYS_mkdir, "c", 0755), 0);
	CHECK_EQ(bind_to("a/x", "b", MS_REC), 0);
	CHECK(is_there("b/in_x"));
	CHECK_EQ(mounts_named("a/x"), 2);
	CHECK_EQ(mounts_named("a/y"), 1);
	CHECK_EQ(bind_to("a", "c", MS_REC), 0);
	CHECK(is_there("c/x/in_x") && is_there("c/y/in_y"));
	CHECK_EQ(mounts_named("a/x"), 3);
	CHECK_EQ(mounts_named("a/y"), 2);
	end();
}

CASE(a_tree_into_itself)
{
	begin();
	mount_with_file("a", "f");
	CHECK_EQ(bind_to(".", "b", MS_REC), 0);
	CHECK(is_there("b/a/f") && is_there("b/b"));
	CHECK(!is_there("b/b/a"));
	CHECK_EQ(mounts_named("a"), 2);
	end();
}

CASE(a_bind_may_be_read_only_alone)
{
	begin();
	CHECK_EQ(bind_to("a", "b", 0), 0);
	long fd = sys(SYS_open, "b/f", O_WRONLY | O_CREAT, 0644);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_mount, 0, "b", 0, READONLY_BIND, 0), -EBUSY);
	CHECK_EQ(touch("b/still"), 0);
	CHECK_EQ(sys(SYS_close, fd), 0);
	fd = sys(SYS_open, "a/f", O_WRONLY); /* by another mount: not in the way */
	CHECK_EQ(sys(SYS_mount, 0, "b", 0, READONLY_BIND, 0), 0);
	CHECK_EQ(touch("b/g"), -EROFS);
	CHECK_EQ(sys(SYS_open, "b/f", O_WRONLY), -EROFS);
	CHECK_EQ(sys(SYS_unlink, "b/f"), -EROFS);
	CHECK_EQ(touch("a/g"), 0);
	CHECK(is_there("b/g"));
	CHECK_EQ(sys(SYS_mount, 0, "b", 0, MS_REMOUNT | MS_BIND, 0), 0);
	CHECK_EQ(sys(SYS_unlink, "b/g"), 0);
	end();
}

CASE(a_file_open_for_writing_keeps_it_writable)
{
	begin();
	mount_with_file("a", "f");
	long reader = sys(SYS_open, "a/f", O_RDONLY), fd = sys(SYS_open, "a/f", O_RDWR);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), -EBUSY);
	CHECK_EQ(sys(SYS_write, fd, "x", 1), 1);
	CHECK_EQ(touch("a/g"), 0);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), 0);
	CHECK_EQ(touch("a/h"), -EROFS);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT, 0), 0);
	CHECK_EQ(touch("a/h"), 0);
	CHECK(reader >= 0);
	end();
}

CASE(a_shared_mapping_does_so_too)
{
	begin();
	mount_with_file("a", "f");
	long fd = sys(SYS_open, "a/f", O_RDWR);
	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE), 0);
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), -EBUSY);
	munmap(p, PAGE);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), 0);
	end();
}

/* An open file without a name has to be removed when it is closed. */
CASE(a_removed_file_keeps_it_writable)
{
	begin();
	mount_with_file("a", "f");
	long fd = sys(SYS_open, "a/f", O_RDONLY);
	CHECK_EQ(sys(SYS_unlink, "a/f"), 0);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), -EBUSY);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_mkdir, "a/dir", 0755), 0);
	fd = sys(SYS_open, "a/dir", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(sys(SYS_rmdir, "a/dir"), 0);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), -EBUSY);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), 0);
	end();
}

CASE(a_move_takes_everything_along)
{
	char cwd[PLACE_BYTES], wanted[PLACE_BYTES];
	struct stat st, root;

	begin();
	mount_with_file("a", "f");
	CHECK_EQ(sys(SYS_mkdir, "a/in", 0755), 0);
	mount_with_file("a/in", "g");
	long fd = sys(SYS_open, "a/f", O_RDONLY);
	CHECK_EQ(sys(SYS_chdir, "a/in"), 0);
	snprintf(wanted, sizeof(wanted), "%s/a", here);
	snprintf(cwd, sizeof(cwd), "%s/b", here);
	CHECK_EQ(move_to(wanted, cwd), 0);
	snprintf(wanted, sizeof(wanted), "%s/b/in", here);
	CHECK(sys(SYS_getcwd, cwd, sizeof(cwd)) > 0);
	CHECK_STR(cwd, wanted);
	CHECK_EQ(sys(SYS_stat, "../..", &st), 0);
	CHECK_EQ(sys(SYS_stat, here, &root), 0);
	CHECK_EQ(st.st_ino, root.st_ino);
	CHECK_EQ(st.st_dev, root.st_dev);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(sys(SYS_chdir, here), 0);
	CHECK(is_there("b/f") && is_there("b/in/g"));
	CHECK(is_there("a") && !is_there("a/f"));
	CHECK_EQ(mounts_named("a"), 1);
	CHECK_EQ(sys(SYS_rmdir, "a"), 0);
	CHECK_EQ(sys(SYS_umount2, "b/in", 0), 0);
	CHECK_EQ(sys(SYS_umount2, "b", 0), -EBUSY);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_umount2, "b", 0), 0);
	end();
}

CASE(moves_that_are_refused)
{
	begin();
	mount_with_file("a", "f");
	CHECK_EQ(sys(SYS_mkdir, "a/in", 0755), 0);
	CHECK_EQ(touch("file"), 0);
	CHECK_EQ(move_to("b", "a"), -EINVAL);	    /* no mount */
	CHECK_EQ(move_to("a/in", "b"), -EINVAL);    /* not its root */
	CHECK_EQ(move_to("a", "a/in"), -ELOOP);
	CHECK_EQ(move_to("a", "file"), -EINVAL);
	CHECK_EQ(bind_to("file", "a/f", 0), 0);
	CHECK_EQ(move_to("a/f", "b"), -EINVAL);
	CHECK(is_there("a/in"));
	end();
}

/* Its parent is younger than itself then. */
CASE(a_moved_one_below_a_younger_one)
{
	begin();
	mount_with_file("a", "old");
	mount_with_file("b", "young");
	CHECK_EQ(sys(SYS_mkdir, "b/place", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "c", 0755), 0);
	CHECK_EQ(move_to("a", "b/place"), 0);
	CHECK_EQ(bind_to("b", "c", MS_REC), 0);
	CHECK(is_there("c/young") && is_there("c/place/old"));
	CHECK_EQ(mounts_named("a"), 2);
	CHECK_EQ(sys(SYS_umount2, "b", MNT_DETACH), 0);
	CHECK_EQ(sys(SYS_umount2, "c", MNT_DETACH), 0);
	CHECK_EQ(mounts_named("a"), 0);
	CHECK_EQ(mounts_named("b"), 0);
	end();
}

CASE(who_is_in_it_keeps_it)
{
	begin();
	mount_with_file("a", "f");
	long fd = sys(SYS_open, "a/f", O_RDONLY);
	CHECK_EQ(sys(SYS_umount2, "a", 0), -EBUSY);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_chdir, "a"), 0);
	CHECK_EQ(sys(SYS_umount2, ".", 0), -EBUSY);
	CHECK_EQ(sys(SYS_umount2, ".", MNT_DETACH), 0);
	CHECK(is_there("f"));
	CHECK_EQ(touch("g"), 0);
	CHECK_EQ(mounts_named("a"), 0);
	CHECK_EQ(sys(SYS_chdir, here), 0);
	CHECK(!is_there("a/f"));
	CHECK_EQ(sys(SYS_umount2, "a", 0), -EINVAL);
	end();
}

CASE(expiring_takes_two_calls)
{
	begin();
	mount_with_file("a", "f");
	CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE | MNT_FORCE), -EINVAL);
	CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE | MNT_DETACH), -EINVAL);
	CHECK_EQ(sys(SYS_umount2, "b", MNT_EXPIRE), -EINVAL);
	long fd = sys(SYS_open, "a/f", O_RDONLY);
	CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE), -EBUSY);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE), -EAGAIN);
	fd = sys(SYS_open, "a/f", O_RDONLY); /* somebody came by */
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE), -EAGAIN);
	CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE), 0);
	CHECK(!is_there("a/f"));
	end();
}

/* So one keeps a name space whose processes have ended. */
CASE(a_name_space_can_be_bound)
{
	struct stat one, two;

	begin();
	CHECK_EQ(touch("f"), 0);
	CHECK_EQ(bind_to("/proc/self/ns/uts", "f", 0), 0);
	CHECK_EQ(sys(SYS_stat, "/proc/self/ns/uts", &one), 0);
	CHECK_EQ(sys(SYS_stat, "f", &two), 0);
	CHECK_EQ(one.st_ino, two.st_ino);
	CHECK_EQ(one.st_dev, two.st_dev);
	CHECK(slurp("/proc/self/mountinfo", text, sizeof(text)) > 0);
	CHECK(strstr(text, " uts:["));
	CHECK(strstr(text, " - nsfs nsfs rw"));
	CHECK_EQ(sys(SYS_umount2, "f", 0), 0);
	end();
}

CASE(links_need_not_be_followed)
{
	char name[16] = {0};

	begin();
	mount_with_file("a", "f");
	CHECK_EQ(sys(SYS_symlink, "f", "a/link"), 0);
	CHECK_EQ(sys(SYS_symlink, "a/f", "outer"), 0);
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_BIND | NOSYMFOLLOW, 0), 0);
	CHECK_EQ(sys(SYS_open, "a/link", O_RDONLY), -ELOOP);
	CHECK_EQ(sys(SYS_truncate, "a/link", 0), -ELOOP);
	CHECK_EQ(sys(SYS_readlink, "a/link", name, sizeof(name)), 1);
	long fd = sys(SYS_open, "outer", O_RDONLY); /* lies elsewhere */
	CHECK(fd >= 0);
	CHECK(slurp("/proc/self/mounts", text, sizeof(text)) > 0);
	CHECK(strstr(text, ",nosymfollow"));
	CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_BIND, 0), 0);
	CHECK(sys(SYS_open, "a/link", O_RDONLY) >= 0);
	end();
}

CASE(only_for_the_privileged)
{
	int pid;

	begin();
	mount_with_file("a", "f");
	CHILD(pid) {
		CHECK(become(OTHER_USER));
		CHECK_EQ(bind_to("a", "b", 0), -EPERM);
		CHECK_EQ(move_to("a", "b"), -EPERM);
		CHECK_EQ(sys(SYS_umount2, "a", MNT_EXPIRE), -EPERM);
		CHECK_EQ(sys(SYS_mount, 0, "a", 0, MS_REMOUNT | MS_RDONLY, 0), -EPERM);
	}
	CHECK_EQ(reap(pid), 0);
	end();
}

/* --- races --- */

static volatile int stop;

/* Who is inside a mount that moves to and fro is always in one of the two places. */
static void *look_up(void *arg)
{
	char cwd[PLACE_BYTES], in_a[PLACE_BYTES], in_b[PLACE_BYTES];
	struct stat st, root;
	long wrong = 0;

	(void)arg;
	snprintf(in_a, sizeof(in_a), "%s/a", here);
	snprintf(in_b, sizeof(in_b), "%s/b", here);
	wrong += sys(SYS_stat, here, &root) != 0;
	while (!stop) {
		wrong += sys(SYS_getcwd, cwd, sizeof(cwd)) <= 0 || (strcmp(cwd, in_a) && strcmp(cwd, in_b));
		wrong += sys(SYS_stat, "..", &st) != 0 || st.st_ino != root.st_ino || st.st_dev != root.st_dev;
		wrong += sys(SYS_stat, "../b/../a/../b", &st) != 0;
	}
	return (void *)wrong;
}

CASE(moving_while_others_look)
{
	char a[PLACE_BYTES], b[PLACE_BYTES];
	pthread_t thread[2];
	void *wrong;

	begin();
	mount_with_file("a", "f");
	snprintf(a, sizeof(a), "%s/a", here);
	snprintf(b, sizeof(b), "%s/b", here);
	CHECK_EQ(sys(SYS_chdir, "a"), 0);
	stop = 0;
	for (int i = 0; i < 2; i++)
		CHECK_EQ(pthread_create(&thread[i], NULL, look_up, NULL), 0);
	for (int i = 0; i < MOVES; i++)
		CHECK_EQ(i % 2 ? move_to(b, a) : move_to(a, b), 0);
	stop = 1;
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(pthread_join(thread[i], &wrong), 0);
		CHECK_EQ((long)wrong, 0);
	}
	end();
}
