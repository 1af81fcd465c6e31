// SPDX-License-Identifier: MIT
/*
 * inotify/limits: what happens when there is too much of something, and when a file system goes.
 *
 * Promise   a full queue says IN_Q_OVERFLOW once; each user has a number of descriptors and of watches, and gets
 *           them back; unmounting ends the watches.
 * Linux     inotify(7), proc_sys_fs(5)
 */
#include <sys/mount.h>
#include "tests/abi/inotify/watch.h"

TAP_DANGEROUS("sysctls and mounts");

enum { MOST = 5 };

static void set_limit(const char *name, const char *value)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/fs/inotify/%s", name);
	long fd = sys(SYS_open, path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, value, strlen(value)), strlen(value));
	sys(SYS_close, fd);
}

CASE(limits_are_numbers)
{
	char before[64], text[64];

	CHECK(slurp("/proc/sys/fs/inotify/max_user_watches", before, sizeof(before)) > 0);
	CHECK(atol(before) >= 8192);
	CHECK(slurp("/proc/sys/fs/inotify/max_user_instances", text, sizeof(text)) > 0);
	CHECK_EQ(atol(text), 128);
	CHECK(slurp("/proc/sys/fs/inotify/max_queued_events", text, sizeof(text)) > 0);
	CHECK_EQ(atol(text), 16384);
	set_limit("max_user_watches", "77");
	CHECK(slurp("/proc/sys/fs/inotify/max_user_watches", text, sizeof(text)) > 0);
	CHECK_STR(text, "77\n");
	long fd = sys(SYS_open, "/proc/sys/fs/inotify/max_user_watches", O_WRONLY);
	CHECK_EQ(sys(SYS_write, fd, "-1", 2), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, "4294967296", 10), -EINVAL);
	set_limit("max_user_watches", before);
}

static void make_and_remove(int rounds)
{
	char path[32];

	for (int i = 0; i < rounds; i++) {
		snprintf(path, sizeof(path), "d/%d", i);
		make_file(path);
		sys(SYS_unlink, path);
	}
}

CASE(a_full_queue_overflows_once)
{
	scratch();
	sys(SYS_mkdir, "d", 0755);
	set_limit("max_queued_events", "5");
	int in = new_inotify();
	set_limit("max_queued_events", "16384"); /* it was taken at the beginning */
	CHECK_EQ(watch(in, "d", IN_CREATE | IN_DELETE), 1);
	make_and_remove(20);
	CHECK_EVENTS(in, "1 CREATE 0, 1 DELETE 0, 1 CREATE 1, 1 DELETE 1, 1 CREATE 2, -1 Q_OVERFLOW");
	make_and_remove(1);
	CHECK_EVENTS(in, "1 CREATE 0, 1 DELETE 0");
	make_and_remove(20);
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 1), 0); /* its end is lost too */
	CHECK_EVENTS(in, "1 CREATE 0, 1 DELETE 0, 1 CREATE 1, 1 DELETE 1, 1 CREATE 2, -1 Q_OVERFLOW");
	CHECK_EQ(watch(in, "d", IN_CREATE), 2);
	make_and_remove(20);
	sys(SYS_close, in); /* with a full queue */
}

CASE(room_after_an_overflow_is_used_at_once)
{
	char event[2 * HEAD];

	scratch();
	sys(SYS_mkdir, "d", 0755);
	set_limit("max_queued_events", "5");
	int in = new_inotify();
	set_limit("max_queued_events", "16384");
	watch(in, "d", IN_CREATE | IN_DELETE);
	make_and_remove(20);
	CHECK_EQ(sys(SYS_read, in, event, sizeof(event)), sizeof(event));
	make_and_remove(1); /* 5 are left with the overflow: still full */
	CHECK_EQ(sys(SYS_read, in, event, sizeof(event)), sizeof(event));
	make_and_remove(1);
	CHECK_EVENTS(in, "1 CREATE 1, 1 DELETE 1, 1 CREATE 2, -1 Q_OVERFLOW, 1 CREATE 0");
}

CASE(a_user_has_so_many_descriptors)
{
	int pid;

	scratch();
	set_limit("max_user_instances", "5");
	CHILD(pid) {
		CHECK(become(NOBODY));
		long last = -1;
		for (int i = 0; i < MOST; i++)
			CHECK((last = sys(SYS_inotify_init)) >= 0);
		CHECK_EQ(sys(SYS_inotify_init), -EMFILE);
		sys(SYS_close, last);
		CHECK(sys(SYS_inotify_init) >= 0);
		CHECK_EQ(sys(SYS_inotify_init), -EMFILE);
	}
	CHECK_EXIT(pid, 0);
	CHILD(pid) {
		CHECK(become(NOBODY));
		for (int i = 0; i < MOST; i++)
			CHECK(sys(SYS_inotify_init) >= 0);
	}
	CHECK_EXIT(pid, 0);
	set_limit("max_user_instances", "128");
}

CASE(a_user_has_so_many_watches)
{
	char before[64], path[32];
	int pid;

	scratch();
	CHECK(slurp("/proc/sys/fs/inotify/max_user_watches", before, sizeof(before)) > 0);
	for (int i = 0; i <= MOST; i++) {
		snprintf(path, sizeof(path), "%d", i);
		make_file(path);
	}
	set_limit("max_user_watches", "5");
	CHILD(pid) {
		CHECK(become(NOBODY));
		int a = new_inotify(), b = new_inotify();
		for (int i = 0; i < MOST; i++) {
			snprintf(path, sizeof(path), "%d", i);
			watch(i % 2 ? a : b, path, IN_OPEN);
		}
		CHECK_EQ(sys(SYS_inotify_add_watch, a, "5", IN_OPEN), -ENOSPC);
		CHECK_EQ(watch(b, "0", IN_CLOSE), 1); /* is there */
		CHECK_EQ(sys(SYS_inotify_rm_watch, b, 1), 0);
		CHECK(watch(a, "5", IN_OPEN) > 0);
		CHECK_EQ(sys(SYS_inotify_add_watch, a, "0", IN_OPEN), -ENOSPC);
		sys(SYS_close, b);
		CHECK(watch(a, "0", IN_OPEN) > 0);
	}
	CHECK_EXIT(pid, 0);
	set_limit("max_user_watches", before);
}

CASE(unmounting_ends_the_watches)
{
	scratch();
	sys(SYS_mkdir, "m", 0755);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", 0, 0), 0);
	make_file("m/f");
	sys(SYS_mkdir, "m/d", 0755);
	int files = new_inotify(), dirs = new_inotify(), roots = new_inotify();
	CHECK_EQ(watch(files, "m/f", IN_OPEN), 1);
	CHECK_EQ(watch(dirs, "m/d", IN_OPEN), 1);
	CHECK_EQ(watch(roots, "m", IN_OPEN), 1);
	CHECK_EQ(sys(SYS_umount2, "m", 0), 0);
	CHECK_EVENTS(files, "1 UNMOUNT, 1 IGNORED");
	CHECK_EVENTS(dirs, "1 DIR+UNMOUNT, 1 IGNORED");
	CHECK_EVENTS(roots, "1 DIR+UNMOUNT, 1 IGNORED");
	CHECK_EQ(sys(SYS_inotify_rm_watch, files, 1), -EINVAL);
}

CASE(an_unmounted_file_system_with_open_files_goes_later)
{
	scratch();
	sys(SYS_mkdir, "m", 0755);
	CHECK_EQ(sys(SYS_mount, "none", "m", "tmpfs", 0, 0), 0);
	int fd = new_file("m/f"), in = new_inotify();
	CHECK_EQ(watch(in, "m/f", IN_ALL_EVENTS), 1);
	CHECK_EQ(sys(SYS_umount2, "m", MNT_DETACH), 0);
	CHECK_EVENTS(in, "");
	sys(SYS_write, fd, "a", 1);
	CHECK_EVENTS(in, "1 MODIFY");
	sys(SYS_close, fd);
	CHECK_EVENTS(in, "1 CLOSE_WRITE, 1 UNMOUNT, 1 IGNORED");
}
