// SPDX-License-Identifier: MIT
/*
 * inotify/events: which call is told as what, to whom, and in which order.
 *
 * Promise   a watch on a file hears of the file, one on a directory also of what is in it; the directory first.
 * Linux     inotify(7)
 */
#include <sys/sendfile.h>
#include <sys/uio.h>
#include "tests/abi/inotify/watch.h"

static int in;
static char buf[256];

/* Directories d (1) and e (2) and the file d/f (3), all watched for everything. */
static void set_up(void)
{
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "e", 0755), 0);
	make_file("d/f");
	in = new_inotify();
	CHECK_EQ(watch(in, "d", IN_ALL_EVENTS), 1);
	CHECK_EQ(watch(in, "e", IN_ALL_EVENTS), 2);
	CHECK_EQ(watch(in, "d/f", IN_ALL_EVENTS), 3);
}

CASE(opening_and_closing)
{
	set_up();
	sys(SYS_close, sys(SYS_open, "d/f", O_RDONLY));
	CHECK_EVENTS(in, "1 OPEN f, 3 OPEN, 1 CLOSE_NOWRITE f, 3 CLOSE_NOWRITE");
	sys(SYS_close, sys(SYS_open, "d/f", O_WRONLY));
	CHECK_EVENTS(in, "1 OPEN f, 3 OPEN, 1 CLOSE_WRITE f, 3 CLOSE_WRITE");
	sys(SYS_close, sys(SYS_open, "d/f", O_RDONLY | O_TRUNC));
	CHECK_EVENTS(in, "1 OPEN f, 3 OPEN, 1 MODIFY f, 3 MODIFY, 1 CLOSE_NOWRITE f, 3 CLOSE_NOWRITE");
	sys(SYS_close, sys(SYS_open, "d/f", O_PATH));
	CHECK_EVENTS(in, "");
	sys(SYS_open, "d/f", O_RDONLY | O_DIRECTORY);
	sys(SYS_open, "d/f", O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK_EVENTS(in, "");
	sys(SYS_close, sys(SYS_open, "d", O_RDONLY));
	CHECK_EVENTS(in, "1 DIR+OPEN, 1 DIR+CLOSE_NOWRITE");
}

CASE(only_the_last_close_counts)
{
	int pid;

	set_up();
	long fd = sys(SYS_open, "d/f", O_RDONLY), copy = sys(SYS_dup, fd);

	events(in);
	sys(SYS_close, fd);
	CHILD(pid) {
	}
	CHECK_EXIT(pid, 0);
	CHECK_EVENTS(in, "");
	sys(SYS_close, copy);
	CHECK_EVENTS(in, "1 CLOSE_NOWRITE f, 3 CLOSE_NOWRITE");
}

CASE(reading_and_writing)
{
	struct iovec none = { buf, 0 };

	set_up();
	long fd = sys(SYS_open, "d/f", O_RDWR);

	events(in);
	sys(SYS_write, fd, "abc", 3);
	CHECK_EVENTS(in, "1 MODIFY f, 3 MODIFY");
	sys(SYS_pread64, fd, buf, 2, 0);
	CHECK_EVENTS(in, "1 ACCESS f, 3 ACCESS");
	sys(SYS_lseek, fd, 0, SEEK_SET);
	CHECK_EVENTS(in, "");
	sys(SYS_read, fd, buf, 9);
	CHECK_EVENTS(in, "1 ACCESS f, 3 ACCESS");
	sys(SYS_read, fd, buf, 9);
	sys(SYS_read, fd, buf, 0);
	sys(SYS_write, fd, buf, 0);
	sys(SYS_writev, fd, &none, 1);
	sys(SYS_read, fd, 1, 9);
	sys(SYS_fsync, fd);
	CHECK_EVENTS(in, "");
	sys(SYS_readv, fd, &none, 1); /* even of nothing */
	CHECK_EVENTS(in, "1 ACCESS f, 3 ACCESS");
}

CASE(copying_between_files)
{
	off_t from = 0, to = 0;

	set_up();
	long a = sys(SYS_open, "d/f", O_RDWR), b = new_file("e/g");

	sys(SYS_write, a, "hello", 5);
	events(in);
	CHECK_EQ(sys(SYS_sendfile, b, a, &from, 3), 3);
	CHECK_EVENTS(in, "1 ACCESS f, 3 ACCESS, 2 MODIFY g");
	from = 0;
	CHECK_EQ(sys(SYS_copy_file_range, a, &from, b, &to, 3, 0), 3);
	CHECK_EVENTS(in, "1 ACCESS f, 3 ACCESS, 2 MODIFY g");
}

CASE(changing_the_size)
{
	set_up();
	long fd = sys(SYS_open, "d/f", O_RDWR);

	events(in);
	CHECK_EQ(sys(SYS_ftruncate, fd, 1), 0);
	CHECK_EVENTS(in, "1 MODIFY f, 3 MODIFY");
	CHECK_EQ(sys(SYS_truncate, "d/f", 1), 0);
	CHECK_EVENTS(in, "1 MODIFY f, 3 MODIFY");
	CHECK_EQ(sys(SYS_fallocate, fd, 0, 0, 100), 0);
	CHECK_EVENTS(in, "1 MODIFY f, 3 MODIFY");
}

CASE(changing_attributes)
{
	struct timespec t[2] = { { 1, 0 }, { 1, 0 } };

	set_up();
	sys(SYS_chmod, "d/f", 0600);
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	sys(SYS_chown, "d/f", -1, -1);
	CHECK_EVENTS(in, "");
	sys(SYS_chown, "d/f", sys(SYS_getuid), -1);
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	sys(SYS_setxattr, "d/f", "user.a", "1", 1, 0);
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	sys(SYS_getxattr, "d/f", "user.a", buf, 9);
	sys(SYS_removexattr, "d/f", "user.b");
	CHECK_EVENTS(in, "");
	sys(SYS_removexattr, "d/f", "user.a");
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	sys(SYS_utimensat, AT_FDCWD, "d/f", t, 0);
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	t[1].tv_nsec = UTIME_OMIT;
	sys(SYS_utimensat, AT_FDCWD, "d/f", t, 0);
	CHECK_EVENTS(in, "1 ACCESS f, 3 ACCESS");
	t[1] = t[0];
	t[0].tv_nsec = UTIME_OMIT;
	sys(SYS_utimensat, AT_FDCWD, "d/f", t, 0);
	CHECK_EVENTS(in, "1 MODIFY f, 3 MODIFY");
	sys(SYS_chmod, "d", 0700);
	CHECK_EVENTS(in, "1 DIR+ATTRIB");
}

CASE(making_and_removing_names)
{
	set_up();
	make_file("d/n");
	CHECK_EVENTS(in, "1 CREATE n, 1 OPEN n, 1 CLOSE_WRITE n");
	make_file("d/n");
	CHECK_EVENTS(in, "1 OPEN n, 1 CLOSE_WRITE n");
	sys(SYS_unlink, "d/n");
	CHECK_EVENTS(in, "1 DELETE n");
	sys(SYS_mkdir, "d/n", 0755);
	CHECK_EVENTS(in, "1 DIR+CREATE n");
	sys(SYS_rmdir, "d/n");
	CHECK_EVENTS(in, "1 DIR+DELETE n");
	sys(SYS_symlink, "f", "d/l");
	sys(SYS_readlink, "d/l", buf, 9);
	CHECK_EVENTS(in, "1 CREATE l");
	sys(SYS_chmod, "d/l", 0600);
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	sys(SYS_unlink, "d/l");
	CHECK_EVENTS(in, "1 DELETE l");
	sys(SYS_link, "d/f", "e/h");
	CHECK_EVENTS(in, "3 ATTRIB, 2 CREATE h");
	sys(SYS_close, sys(SYS_open, "e/h", O_RDONLY)); /* told by the name that is used */
	CHECK_EVENTS(in, "2 OPEN h, 3 OPEN, 2 CLOSE_NOWRITE h, 3 CLOSE_NOWRITE");
	sys(SYS_unlink, "e/h");
	CHECK_EVENTS(in, "3 ATTRIB, 2 DELETE h");
	sys(SYS_mkdir, "d", 0755);
	sys(SYS_unlink, "d/none");
	sys(SYS_rmdir, "d");
	CHECK_EVENTS(in, "");
}

CASE(moving_names)
{
	char queue[256];
	const struct inotify_event *from = (struct inotify_event *)queue, *to;

	set_up();
	make_file("d/n");
	events(in);
	sys(SYS_rename, "d/n", "d/m");
	CHECK_EVENTS(in, "1 MOVED_FROM n, 1 MOVED_TO m");
	sys(SYS_rename, "d/f", "e/f");
	CHECK_EQ(sys(SYS_read, in, queue, sizeof(queue)), 5 * HEAD);
	to = (const struct inotify_event *)(queue + HEAD + from->len);
	CHECK_EQ(from->mask, IN_MOVED_FROM);
	CHECK_EQ(to->mask, IN_MOVED_TO);
	CHECK(from->cookie != 0);
	CHECK_EQ(from->cookie, to->cookie);
	CHECK_EQ(to->wd, 2);
	sys(SYS_rename, "e/f", "d/m");
	CHECK_EVENTS(in, "2 MOVED_FROM f, 1 MOVED_TO m, 3 MOVE_SELF");
	sys(SYS_rename, "d/m", "d/m");
	sys(SYS_rename, "d/none", "d/m");
	CHECK_EVENTS(in, "");
}

CASE(moving_onto_a_name_ends_what_had_it)
{
	set_up();
	make_file("d/n");
	events(in);
	sys(SYS_rename, "d/n", "d/f");
	CHECK_EVENTS(in, "1 MOVED_FROM n, 1 MOVED_TO f, 3 ATTRIB, 3 DELETE_SELF, 3 IGNORED");
}

CASE(exchanging_names)
{
	set_up();
	make_file("e/x");
	events(in);
	CHECK_EQ(watch(in, "e/x", IN_ALL_EVENTS), 4);
	CHECK_EQ(sys(SYS_renameat2, AT_FDCWD, "d/f", AT_FDCWD, "e/x", 2), 0);
	CHECK_EVENTS(in, "1 MOVED_FROM f, 2 MOVED_TO x, 3 MOVE_SELF, 2 MOVED_FROM x, 1 MOVED_TO f, 4 MOVE_SELF");
}

CASE(directories_move_and_go)
{
	char entries[512];

	set_up();
	sys(SYS_mkdir, "d/s", 0755);
	events(in);
	CHECK_EQ(watch(in, "d/s", IN_ALL_EVENTS), 4);
	sys(SYS_rename, "d/s", "e/s");
	CHECK_EVENTS(in, "1 DIR+MOVED_FROM s, 2 DIR+MOVED_TO s, 4 MOVE_SELF");
	long fd = sys(SYS_open, "e/s", O_RDONLY);
	CHECK_EVENTS(in, "2 DIR+OPEN s, 4 DIR+OPEN");
	sys(SYS_getdents64, fd, entries, sizeof(entries));
	CHECK_EVENTS(in, "2 DIR+ACCESS s, 4 DIR+ACCESS");
	sys(SYS_mkdir, "e/s/u", 0755);
	sys(SYS_rmdir, "e/s/u");
	CHECK_EVENTS(in, "4 DIR+CREATE u, 4 DIR+DELETE u");
	sys(SYS_close, fd);
	events(in);
	sys(SYS_rmdir, "e/s");
	CHECK_EVENTS(in, "4 DELETE_SELF, 4 IGNORED, 2 DIR+DELETE s");
}

CASE(an_unlinked_file_ends_with_its_last_close)
{
	set_up();
	sys(SYS_unlink, "d/f");
	CHECK_EVENTS(in, "3 ATTRIB, 3 DELETE_SELF, 3 IGNORED, 1 DELETE f");
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 3), -EINVAL);
	long fd = new_file("d/f");
	CHECK_EQ(watch(in, "d/f", IN_ALL_EVENTS), 4);
	events(in);
	sys(SYS_unlink, "d/f");
	CHECK_EVENTS(in, "4 ATTRIB, 1 DELETE f");
	sys(SYS_write, fd, "a", 1);
	CHECK_EVENTS(in, "1 MODIFY f, 4 MODIFY");
	sys(SYS_close, fd);
	CHECK_EVENTS(in, "1 CLOSE_WRITE f, 4 CLOSE_WRITE, 4 DELETE_SELF, 4 IGNORED");
}

CASE(an_open_directory_ends_with_its_last_close)
{
	set_up();
	long fd = sys(SYS_open, "e", O_RDONLY);

	events(in);
	sys(SYS_rmdir, "e");
	CHECK_EVENTS(in, "");
	sys(SYS_close, fd);
	CHECK_EVENTS(in, "2 DIR+CLOSE_NOWRITE, 2 DELETE_SELF, 2 IGNORED");
}

CASE(excl_unlink_is_for_what_is_done_through_descriptors)
{
	set_up();
	long fd = sys(SYS_open, "d/f", O_RDWR);

	watch(in, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK);
	watch(in, "d/f", IN_ALL_EVENTS | IN_EXCL_UNLINK);
	sys(SYS_unlink, "d/f");
	events(in);
	sys(SYS_write, fd, "a", 1);
	CHECK_EVENTS(in, "");
	sys(SYS_fchmod, fd, 0600);
	CHECK_EVENTS(in, "1 ATTRIB f, 3 ATTRIB");
	sys(SYS_ftruncate, fd, 0);
	CHECK_EVENTS(in, "1 MODIFY f, 3 MODIFY");
	sys(SYS_close, fd);
	CHECK_EVENTS(in, "3 DELETE_SELF, 3 IGNORED");
}

CASE(pipes_by_name_are_opened_and_closed_only)
{
	set_up();
	sys(SYS_mknod, "d/p", S_IFIFO | 0600, 0);
	events(in);
	long fd = sys(SYS_open, "d/p", O_RDWR);
	sys(SYS_write, fd, "a", 1);
	sys(SYS_read, fd, buf, 1);
	sys(SYS_close, fd);
	CHECK_EVENTS(in, "1 OPEN p, 1 CLOSE_WRITE p");
	CHECK_EQ(watch(in, "d/p", IN_ALL_EVENTS), 4);
	fd = sys(SYS_open, "d/p", O_RDWR);
	sys(SYS_write, fd, "a", 1);
	sys(SYS_read, fd, buf, 1);
	sys(SYS_close, fd);
	CHECK_EVENTS(in, "1 OPEN p, 4 OPEN, 4 MODIFY, 4 ACCESS, 1 CLOSE_WRITE p, 4 CLOSE_WRITE");
}

CASE(files_of_proc_are_watched_for_as_long_as_one_likes)
{
	scratch();
	in = new_inotify();
	CHECK_EQ(watch(in, "/proc/version", IN_ALL_EVENTS), 1);
	for (int i = 0; i < 2; i++) {
		long fd = sys(SYS_open, "/proc/version", O_RDONLY);

		sys(SYS_read, fd, buf, sizeof(buf));
		sys(SYS_close, fd);
		CHECK_EVENTS(in, "1 OPEN, 1 ACCESS, 1 CLOSE_NOWRITE");
	}
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 1), 0);
	CHECK_EVENTS(in, "1 IGNORED");
}

CASE(running_a_program_is_reading_it)
{
	int pid;
	char *argv[] = { "x", NULL }, *envp[] = { NULL };

	scratch();
	long to = sys(SYS_open, "x", O_WRONLY | O_CREAT, 0755);
	sys(SYS_write, to, "#!/proc/self/none\n", 18);
	sys(SYS_close, to);
	in = new_inotify();
	watch(in, "x", IN_ALL_EVENTS);
	CHILD(pid) {
		sys(SYS_execve, "x", argv, envp);
	}
	CHECK_EXIT(pid, 0);
	CHECK_EVENTS(in, "1 OPEN, 1 ACCESS, 1 CLOSE_NOWRITE");
}

CASE(a_file_without_a_name_has_one_for_its_directory)
{
	scratch();
	sys(SYS_mkdir, "d", 0755);
	in = new_inotify();
	watch(in, "d", IN_OPEN | IN_MODIFY | IN_CLOSE);
	long fd = sys(SYS_open, "d", O_TMPFILE | O_RDWR, 0600);
	const char *text = events(in);
	CHECK(strncmp(text, "1 OPEN #", 8) == 0);
	sys(SYS_write, fd, "a", 1);
	CHECK(strncmp(events(in), "1 MODIFY #", 10) == 0);
}
