// SPDX-License-Identifier: MIT
/*
 * inotify/inotify: the descriptor: its watches, its queue, and who waits for it.
 *
 * Promise   a watch is known by a number that is not given again soon; whole events are read, in order; the same
 *           one twice in a row counts once; a removed watch leaves what it queued; all goes with the last close.
 * Linux     inotify(7), inotify_init(2), inotify_add_watch(2), inotify_rm_watch(2), proc_pid_fdinfo(5)
 */
#include <poll.h>
#include "tests/abi/inotify/watch.h"
#include "tests/abi/thread.h"

enum { ROUNDS = 200, UNKNOWN_BIT = 0x00100000 };

static char buf[4096];

/* A directory d, watched for everything, and in it the file f. */
static int set_up(void)
{
	scratch();
	CHECK_EQ(sys(SYS_mkdir, "d", 0755), 0);
	make_file("d/f");
	int in = new_inotify();
	CHECK_EQ(watch(in, "d", IN_ALL_EVENTS), 1);
	return in;
}

static void touch(const char *path)
{
	sys(SYS_close, sys(SYS_open, path, O_RDONLY));
}

static int queued_bytes(int fd)
{
	int bytes = -1;

	CHECK_EQ(sys(SYS_ioctl, fd, FIONREAD, &bytes), 0);
	return bytes;
}

CASE(flags_of_the_descriptor)
{
	struct stat st;
	long fd = sys(SYS_inotify_init);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDONLY);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), 0);
	fd = sys(SYS_inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFL), O_RDONLY | O_NONBLOCK);
	CHECK_EQ(sys(SYS_fcntl, fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sys(SYS_inotify_init1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_init1, O_APPEND), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, "a", 1), -EBADF);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_pread64, fd, buf, sizeof(buf), 0), -ESPIPE);
	CHECK_EQ(sys(SYS_ioctl, fd, 0x1234, 0), -ENOTTY);
	CHECK_EQ(sys(SYS_fstat, fd, &st), 0);
	CHECK_EQ(st.st_mode, 0600);
}

CASE(library_functions_set_errno)
{
	set_up();
	int fd = inotify_init1(IN_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQ(inotify_add_watch(fd, "d", IN_OPEN), 1);
	CHECK_ERR(inotify_add_watch(fd, "none", IN_OPEN), ENOENT);
	CHECK_EQ(inotify_rm_watch(fd, 1), 0);
	CHECK_ERR(inotify_rm_watch(fd, 1), EINVAL);
	CHECK(inotify_init() >= 0);
}

CASE(one_inode_has_one_watch)
{
	int in = set_up();

	CHECK_EQ(sys(SYS_link, "d/f", "g"), 0);
	CHECK_EQ(watch(in, "./d/../d", IN_OPEN), 1);
	CHECK_EQ(watch(in, "d/f", IN_OPEN), 2);
	CHECK_EQ(watch(in, "g", IN_OPEN), 2);
	CHECK_EQ(watch(new_inotify(), "d", IN_OPEN), 1);
}

CASE(a_mask_is_replaced_or_added_to)
{
	int in = set_up();

	CHECK_EQ(watch(in, "d", IN_OPEN), 1);
	touch("d/f");
	CHECK_EVENTS(in, "1 OPEN f");
	CHECK_EQ(watch(in, "d", IN_CLOSE_NOWRITE | IN_MASK_ADD), 1);
	touch("d/f");
	CHECK_EVENTS(in, "1 OPEN f, 1 CLOSE_NOWRITE f");
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "d", IN_ATTRIB | IN_MASK_CREATE), -EEXIST);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "d/f", IN_ATTRIB | IN_MASK_CREATE), 2);
	CHECK_EQ(watch(in, "d", IN_ONLYDIR), 1); /* nothing is asked for */
	touch("d/f");
	CHECK_EVENTS(in, "");
}

CASE(arguments_are_looked_at_in_order)
{
	int in = set_up(), both = IN_MASK_ADD | IN_MASK_CREATE | IN_OPEN;
	long path_fd = sys(SYS_open, "d", O_PATH), file = sys(SYS_open, "d/f", O_RDONLY);

	CHECK_EQ(sys(SYS_inotify_add_watch, -1, "d", 0), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "d", UNKNOWN_BIT | IN_OPEN), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "d", 0x1000), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_add_watch, -1, "d", both), -EBADF);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "none", both), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_add_watch, path_fd, "d", IN_OPEN), -EBADF);
	CHECK_EQ(sys(SYS_inotify_add_watch, file, 1, IN_OPEN), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, 1, IN_OPEN), -EFAULT);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "", IN_OPEN), -ENOENT);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "none", IN_OPEN), -ENOENT);
	CHECK_EQ(sys(SYS_inotify_add_watch, in, "d/f", IN_OPEN | IN_ONLYDIR), -ENOTDIR);
	CHECK_EQ(sys(SYS_inotify_rm_watch, -1, 1), -EBADF);
	CHECK_EQ(sys(SYS_inotify_rm_watch, path_fd, 1), -EBADF);
	CHECK_EQ(sys(SYS_inotify_rm_watch, file, 1), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 0), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, -1), -EINVAL);
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 0x7fffffff), -EINVAL);
}

CASE(links_are_followed_or_not)
{
	int in = set_up();

	CHECK_EQ(sys(SYS_symlink, "d/f", "l"), 0);
	CHECK_EQ(watch(in, "l", IN_ALL_EVENTS), 2);
	CHECK_EQ(watch(in, "l", IN_ALL_EVENTS | IN_DONT_FOLLOW), 3);
	CHECK_EQ(watch(in, "d/f", IN_ALL_EVENTS), 2);
	sys(SYS_rename, "l", "m");
	CHECK_EVENTS(in, "3 MOVE_SELF");
}

CASE(oneshot_ends_after_one)
{
	int in = set_up();

	CHECK_EQ(watch(in, "d/f", IN_OPEN | IN_CLOSE | IN_ONESHOT), 2);
	CHECK_EQ(watch(in, "d", IN_ATTRIB), 1);
	touch("d/f");
	CHECK_EVENTS(in, "2 OPEN, 2 IGNORED");
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 2), -EINVAL);
	CHECK_EQ(watch(in, "d/f", IN_OPEN), 3);
}

CASE(a_removed_watch_leaves_its_events)
{
	int in = set_up();

	touch("d/f");
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 1), 0);
	CHECK_EQ(sys(SYS_inotify_rm_watch, in, 1), -EINVAL);
	touch("d/f");
	CHECK_EQ(watch(in, "d", IN_OPEN), 2);
	CHECK_EVENTS(in, "1 OPEN f, 1 CLOSE_NOWRITE f, 1 IGNORED");
}

CASE(two_descriptors_have_a_queue_each)
{
	int a = set_up(), b = new_inotify();

	CHECK_EQ(watch(b, "d", IN_CLOSE), 1);
	touch("d/f");
	CHECK_EVENTS(a, "1 OPEN f, 1 CLOSE_NOWRITE f");
	CHECK_EVENTS(b, "1 CLOSE_NOWRITE f");
	sys(SYS_close, a);
	touch("d/f");
	CHECK_EVENTS(b, "1 CLOSE_NOWRITE f");
}

CASE(the_same_event_twice_counts_once)
{
	int in = set_up();
	long fd = sys(SYS_open, "d/f", O_RDWR);

	events(in);
	for (int i = 0; i < 3; i++)
		sys(SYS_write, fd, "a", 1);
	CHECK_EQ(queued_bytes(in), 2 * HEAD);
	sys(SYS_pread64, fd, buf, 1, 0);
	sys(SYS_write, fd, "a", 1);
	CHECK_EVENTS(in, "1 MODIFY f, 1 ACCESS f, 1 MODIFY f");
	sys(SYS_write, fd, "a", 1); /* what was read is not the last one any more */
	CHECK_EVENTS(in, "1 MODIFY f");
	watch(in, "d", IN_MOVED_FROM);
	for (int i = 0; i < 3; i++) {
		sys(SYS_rename, "d/f", "f");
		sys(SYS_rename, "f", "d/f");
	}
	CHECK_EVENTS(in, "1 MOVED_FROM f");
}

CASE(names_are_padded_to_16_bytes)
{
	char path[40] = "d/aaaaaaaaaaaaaa";
	struct inotify_event *e = (struct inotify_event *)buf;
	int in = set_up();

	watch(in, "d", IN_DELETE);
	for (int length = 14; length <= 17; length++) {
		memset(path + 2, 'a', (size_t)length);
		make_file(path);
		sys(SYS_unlink, path);
		memset(buf, '?', sizeof(buf));
		unsigned len = length < 16 ? 16 : 32;
		CHECK_EQ(sys(SYS_read, in, buf, sizeof(buf)), HEAD + len);
		CHECK_EQ(e->len, len);
		CHECK_STR(e->name, path + 2);
		for (unsigned i = (unsigned)length; i < len; i++)
			CHECK_EQ(e->name[i], 0);
	}
}

CASE(the_longest_name_fits)
{
	char path[260] = "d/";
	int in = set_up();

	memset(path + 2, 'x', 255);
	watch(in, "d", IN_CREATE);
	make_file(path);
	CHECK_EQ(queued_bytes(in), HEAD + 256);
	CHECK_EQ(sys(SYS_read, in, buf, HEAD + 255), -EINVAL);
	CHECK_EQ(sys(SYS_read, in, buf, HEAD + 256), HEAD + 256);
	CHECK_EQ(strlen(buf + HEAD), 255);
}

CASE(a_buffer_takes_whole_events)
{
	int in = set_up();

	CHECK_EQ(sys(SYS_read, in, buf, 0), -EAGAIN);
	touch("d/f");
	CHECK_EQ(queued_bytes(in), 4 * HEAD);
	CHECK_EQ(sys(SYS_read, in, buf, 0), -EINVAL);
	CHECK_EQ(sys(SYS_read, in, buf, HEAD), -EINVAL);
	CHECK_EQ(sys(SYS_read, in, buf, 2 * HEAD - 1), -EINVAL);
	CHECK_EQ(sys(SYS_read, in, buf, 2 * HEAD), 2 * HEAD);
	CHECK_EQ(queued_bytes(in), 2 * HEAD);
	touch("d/f");
	CHECK_EQ(sys(SYS_read, in, buf, 6 * HEAD - 1), 4 * HEAD);
	CHECK_EQ(sys(SYS_read, in, buf, sizeof(buf)), 2 * HEAD);
	CHECK_EQ(sys(SYS_read, in, buf, sizeof(buf)), -EAGAIN);
}

CASE(a_buffer_that_faults_loses_the_event)
{
	int in = set_up();
	char *end = page_end(PROT_READ | PROT_WRITE);

	touch("d/f");
	CHECK_EQ(sys(SYS_read, in, 1, 4096), -EFAULT);
	CHECK_EVENTS(in, "1 CLOSE_NOWRITE f");
	touch("d/f");
	CHECK_EQ(sys(SYS_read, in, end - 2 * HEAD, 4096), -EFAULT);
	CHECK_EQ(sys(SYS_read, in, buf, sizeof(buf)), -EAGAIN);
	CHECK_EQ(sys(SYS_ioctl, in, FIONREAD, 1), -EFAULT);
}

CASE(poll_tells_what_is_queued)
{
	int in = set_up();
	struct pollfd p = { .fd = in, .events = POLLIN | POLLRDNORM | POLLOUT | POLLPRI };

	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
	touch("d/f");
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLIN | POLLRDNORM);
	events(in);
	CHECK_EQ(sys(SYS_poll, &p, 1, 0), 0);
}

CASE(fdinfo_lists_the_watches)
{
	char path[64], line[128];
	struct stat st;
	int in = set_up();

	CHECK_EQ(sys(SYS_stat, "d", &st), 0);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", in);
	snprintf(line, sizeof(line), "inotify wd:1 ino:%lx sdev:", (unsigned long)st.st_ino);
	CHECK(slurp(path, buf, sizeof(buf)) > 0);
	CHECK(strstr(buf, line) != NULL);
	CHECK(strstr(buf, " mask:fff ignored_mask:0") != NULL);
	sys(SYS_inotify_rm_watch, in, 1);
	CHECK(slurp(path, buf, sizeof(buf)) > 0);
	CHECK(strstr(buf, "inotify wd:") == NULL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", in);
	long n = sys(SYS_readlink, path, buf, sizeof(buf));
	buf[n > 0 ? n : 0] = 0;
	CHECK_STR(buf, "anon_inode:inotify");
}

CASE(others_need_to_read_what_they_watch)
{
	int pid;

	NEEDS_ROOT();
	set_up();
	sys(SYS_chmod, "d", 0711);
	sys(SYS_chmod, "d/f", 0622);
	CHILD(pid) {
		CHECK(become(NOBODY));
		int in = new_inotify();
		CHECK_EQ(sys(SYS_inotify_add_watch, in, "d", IN_OPEN), -EACCES);
		CHECK_EQ(sys(SYS_inotify_add_watch, in, "d/f", IN_OPEN), -EACCES);
		CHECK_EQ(sys(SYS_inotify_add_watch, in, ".", IN_OPEN), 1);
	}
	CHECK_EXIT(pid, 0);
	sys(SYS_chmod, "d", 0700);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_inotify_add_watch, new_inotify(), "d/f", IN_OPEN), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

/* --- waiting --- */

CASE(a_reader_waits_for_an_event)
{
	int pid;

	set_up();
	int in = (int)sys(SYS_inotify_init1, IN_CLOEXEC);
	watch(in, "d", IN_OPEN);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_read, in, buf, sizeof(buf)), 2 * HEAD);
		CHECK_STR(buf + HEAD, "f");
	}
	tap_wait_blocked(pid);
	touch("d/f");
	CHECK_EXIT(pid, 0);
}

CASE(a_signal_ends_the_wait)
{
	int pid;

	set_up();
	int in = (int)sys(SYS_inotify_init1, IN_CLOEXEC);
	CHILD(pid) {
		sys(SYS_read, in, buf, sizeof(buf));
	}
	tap_wait_blocked(pid);
	sys(SYS_kill, pid, SIGTERM);
	CHECK_EQ(reap(pid), KILLED(SIGTERM));
}

CASE(each_of_two_readers_gets_one)
{
	int pid[2];

	set_up();
	int in = (int)sys(SYS_inotify_init1, IN_CLOEXEC);
	watch(in, "d", IN_OPEN | IN_CLOSE);
	for (int i = 0; i < 2; i++) {
		CHILD(pid[i]) {
			CHECK_EQ(sys(SYS_read, in, buf, 2 * HEAD), 2 * HEAD);
		}
		tap_wait_blocked(pid[i]);
	}
	touch("d/f");
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
}

static int blocked_in;
static long blocked_result;

static int blocked_reader(void *arg)
{
	blocked_result = sys(SYS_read, blocked_in, buf, sizeof(buf));
	return 0;
}

CASE(close_does_not_wake_the_reader)
{
	int done;

	set_up();
	blocked_in = (int)sys(SYS_inotify_init1, IN_CLOEXEC);
	watch(blocked_in, "d", IN_OPEN);
	long tid = start_thread(&done, blocked_reader, NULL);
	tap_wait_blocked(tid);
	CHECK_EQ(sys(SYS_close, blocked_in), 0);
	CHECK_EQ(task_state((int)tid), 'S');
	touch("d/f");
	join_thread(&done);
	CHECK_EQ(blocked_result, 2 * HEAD);
}

CASE(a_child_shares_the_queue)
{
	int pid, in = set_up();

	CHILD(pid) {
		touch("d/f");
		CHECK_EVENTS(in, "1 OPEN f, 1 CLOSE_NOWRITE f");
		CHECK_EQ(watch(in, "d/f", IN_ATTRIB), 2);
		sys(SYS_close, in);
	}
	CHECK_EXIT(pid, 0);
	sys(SYS_chmod, "d/f", 0600);
	CHECK_EVENTS(in, "1 ATTRIB f, 2 ATTRIB");
}

/* --- many at once --- */

CASE(watches_come_and_go_while_files_change)
{
	int pid[2], in = set_up();

	CHILD(pid[0]) {
		for (int i = 0; i < ROUNDS; i++) {
			make_file("d/g");
			sys(SYS_rename, "d/g", "d/h");
			sys(SYS_unlink, "d/h");
		}
	}
	CHILD(pid[1]) {
		for (int i = 0; i < ROUNDS; i++) {
			int own = new_inotify();

			watch(own, "d", IN_ALL_EVENTS);
			sys(SYS_inotify_add_watch, own, "d/h", IN_ALL_EVENTS);
			sys(SYS_inotify_add_watch, own, "d/g", IN_OPEN | IN_ONESHOT);
			sys(SYS_close, own);
		}
	}
	for (int i = 0; i < ROUNDS; i++) {
		long wd = sys(SYS_inotify_add_watch, in, "d/g", IN_ALL_EVENTS);

		if (wd > 1)
			sys(SYS_inotify_rm_watch, in, wd);
		events(in);
	}
	CHECK_EXIT(pid[0], 0);
	CHECK_EXIT(pid[1], 0);
	events(in);
	touch("d/f");
	CHECK_EVENTS(in, "1 OPEN f, 1 CLOSE_NOWRITE f");
}

CASE(closing_ends_a_thousand_watches)
{
	char path[32];
	int in = set_up();

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "d/%d", i);
		make_file(path);
		CHECK_EQ(watch(in, path, IN_OPEN), i + 2);
	}
	sys(SYS_close, in);
	in = new_inotify();
	CHECK_EQ(watch(in, "d/500", IN_OPEN), 1);
	touch("d/500");
	CHECK_EVENTS(in, "1 OPEN");
}
