// SPDX-License-Identifier: MIT
/*
 * procfs/names: which names /proc and /sys have, and what may be done to them.
 *
 * Promise   processes and threads are found by number and listed once; what is gone says so; nothing can be
 *           made, removed or renamed; numbers are written one way only.
 * Linux     proc(5), sysfs(5).
 */
#include <dirent.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum { DENTS_BYTES = 8192 };

struct dents {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/* How often a directory lists a name; its type to *type. */
static int listed(const char *dir, const char *name, int *type)
{
	static char buf[DENTS_BYTES];
	int found = 0;
	long n, fd = sys(SYS_open, dir, O_RDONLY | O_DIRECTORY);

	CHECK(fd >= 0);
	while ((n = sys(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n;) {
			struct dents *d = (void *)(buf + at);

			if (strcmp(d->name, name) == 0) {
				found++;
				*type = d->type;
			}
			at += d->reclen;
		}
	CHECK_EQ(n, 0);
	sys(SYS_close, fd);
	return found;
}

static long lstat_of(const char *path, struct stat *st)
{
	return sys(SYS_lstat, path, st);
}

CASE(own_number_is_listed_and_found)
{
	char name[16], path[32];
	int type = 0;
	struct stat st;

	snprintf(name, sizeof(name), "%ld", sys(SYS_getpid));
	snprintf(path, sizeof(path), "/proc/%s", name);
	CHECK_EQ(listed("/proc", name, &type), 1);
	CHECK_EQ(type, DT_DIR);
	CHECK_EQ(lstat_of(path, &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | 0555);
	CHECK_EQ(st.st_uid, sys(SYS_geteuid));
	CHECK_EQ(st.st_size, 0);
	CHECK_EQ(listed("/proc", "self", &type), 1);
	CHECK_EQ(type, DT_LNK);
	CHECK_EQ(listed("/proc", "version", &type), 1);
	CHECK_EQ(type, DT_REG);
}

CASE(listing_and_stat_agree_on_inode_numbers)
{
	static char buf[DENTS_BYTES];
	long n, seen = 0, fd = sys(SYS_open, "/proc/self", O_RDONLY | O_DIRECTORY);

	CHECK(fd >= 0);
	while ((n = sys(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n;) {
			struct dents *d = (void *)(buf + at);
			struct stat st;

			at += d->reclen;
			if (strcmp(d->name, "..") == 0)
				continue;
			CHECK_EQ(sys(SYS_newfstatat, fd, d->name, &st, AT_SYMLINK_NOFOLLOW), 0);
			CHECK_EQ(st.st_ino, d->ino);
			CHECK_EQ(st.st_mode >> 12, d->type);
			seen++;
		}
	CHECK(seen > 20);
}

CASE(self_leads_to_the_reader)
{
	char text[32] = "", want[32];
	struct stat st;
	int pid;

	snprintf(want, sizeof(want), "%ld", sys(SYS_getpid));
	CHECK_EQ(sys(SYS_readlink, "/proc/self", text, sizeof(text)), strlen(want));
	CHECK_STR(text, want);
	CHECK_EQ(lstat_of("/proc/self", &st), 0);
	CHECK_EQ(st.st_mode, S_IFLNK | 0777);
	CHECK_EQ(st.st_size, 0);
	CHILD(pid) {
		char mine[32] = "";

		CHECK(sys(SYS_readlink, "/proc/self", mine, sizeof(mine)) > 0);
		CHECK(strcmp(mine, want) != 0);
	}
	CHECK_EXIT(pid, 0);
	snprintf(want, sizeof(want), "%ld/task/%ld", sys(SYS_getpid), sys(SYS_gettid));
	memset(text, 0, sizeof(text));
	CHECK(sys(SYS_readlink, "/proc/thread-self", text, sizeof(text)) > 0);
	CHECK_STR(text, want);
	memset(text, 0, sizeof(text));
	CHECK(sys(SYS_readlink, "/proc/mounts", text, sizeof(text)) > 0);
	CHECK_STR(text, "self/mounts");
}

CASE(numbers_have_one_spelling)
{
	static const char *const wrong[] = {"0", "01", "+1", "-1", " 1", "1 ", "1x", "99999999999999999999"};
	char path[64];
	struct stat st;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%s", wrong[i]);
		CHECK_EQ(sys(SYS_stat, path, &st), -ENOENT);
	}
	CHECK_EQ(sys(SYS_stat, "/proc/self/fd/00", &st), -ENOENT);
	CHECK_EQ(sys(SYS_stat, "/proc/self/task/1", &st), -ENOENT);
	CHECK_EQ(sys(SYS_stat, "/proc/self/no-such-file", &st), -ENOENT);
}

CASE(names_cannot_be_changed)
{
	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_open, "/proc/new", O_CREAT | O_WRONLY, 0600), -ENOENT);
	CHECK_EQ(sys(SYS_open, "/proc/self/new", O_CREAT | O_WRONLY, 0600), -ENOENT);
	CHECK_EQ(sys(SYS_mkdir, "/proc/new", 0700), -ENOENT);
	CHECK_EQ(sys(SYS_symlink, "a", "/proc/new"), -ENOENT);
	CHECK_EQ(sys(SYS_unlink, "/proc/version"), -EPERM);
	CHECK_EQ(sys(SYS_rmdir, "/proc/sys"), -EPERM);
	CHECK_EQ(sys(SYS_rmdir, "/proc/1"), -EPERM);
	CHECK_EQ(sys(SYS_open, "/sys/new", O_CREAT | O_WRONLY, 0600), -EACCES);
	CHECK_EQ(sys(SYS_mkdir, "/sys/new", 0700), -EPERM);
}

CASE(attributes_of_process_files_cannot_be_changed)
{
	struct stat st;

	CHECK_EQ(lstat_of("/proc/self/stat", &st), 0);
	CHECK_EQ(sys(SYS_chmod, "/proc/self/stat", 0400), -EPERM);
	CHECK_EQ(sys(SYS_chown, "/proc/self/stat", st.st_uid, st.st_gid), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0444);
	CHECK_EQ(st.st_nlink, 1);
	CHECK_EQ(st.st_blksize, 1024);
}

CASE(zombie_keeps_its_directory_but_no_files)
{
	static char text[4096];
	char path[64];
	int pid;
	long fd;

	CHILD(pid)
		_exit(3);
	wait_state(pid, 'Z');
	snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
	CHECK_EQ(sys(SYS_readlink, path, text, sizeof(text)), -ENOENT);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	CHECK_EQ(sys(SYS_readlink, path, text, sizeof(text)), -ENOENT);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	CHECK_EQ(slurp(path, text, sizeof(text)), 0);
	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK_STR(text, "0 0 0 0 0 0 0\n");
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	CHECK_EQ(slurp(path, text, sizeof(text)), 0);
	snprintf(path, sizeof(path), "/proc/%d/mounts", pid);
	CHECK_EQ(slurp(path, text, sizeof(text)), -EINVAL);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fd = sys(SYS_open, path, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		CHECK_EQ(sys(SYS_getdents64, fd, text, sizeof(text)), 48); /* "." and ".." */
	CHECK_EXIT(pid, 3);
}

CASE(directory_of_a_process_that_is_gone)
{
	char path[64], text[256];
	struct stat st;
	int pid;
	long dir, fd, stat, status, comm;

	CHILD(pid)
		sys(SYS_pause);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	dir = sys(SYS_open, path, O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0);
	fd = sys(SYS_openat, dir, "fd", O_RDONLY | O_DIRECTORY);
	stat = sys(SYS_openat, dir, "stat", O_RDONLY);
	status = sys(SYS_openat, dir, "status", O_RDONLY);
	comm = sys(SYS_openat, dir, "comm", O_RDWR);
	CHECK(fd >= 0 && stat >= 0 && status >= 0 && comm >= 0);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_stat, path, &st), -ENOENT);
	CHECK_EQ(sys(SYS_openat, dir, "stat", O_RDONLY), -ESRCH);
	CHECK_EQ(sys(SYS_openat, dir, "nothing", O_RDONLY), -ESRCH);
	CHECK_EQ(sys(SYS_getdents64, dir, text, sizeof(text)), -ENOENT);
	CHECK_EQ(sys(SYS_getdents64, fd, text, sizeof(text)), -ENOENT);
	CHECK_EQ(sys(SYS_read, stat, text, sizeof(text)), -ESRCH);
	CHECK_EQ(sys(SYS_read, status, text, sizeof(text)), -ESRCH);
	CHECK_EQ(sys(SYS_read, comm, text, sizeof(text)), -ESRCH);
}

static int sleeping_thread(void *arg)
{
	int *tid = arg;

	__atomic_store_n(tid, (int)sys(SYS_gettid), __ATOMIC_SEQ_CST);
	sys(SYS_pause);
	return 0;
}

CASE(threads_are_found_in_task_and_by_number_but_not_listed)
{
	char path[64], name[16];
	int type, pid, *tid = shared_page();
	struct stat st;

	CHILD(pid) {
		start_simple(THREAD_FLAGS, sleeping_thread, tid);
		for (;;)
			sys(SYS_pause);
	}
	while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST))
		sleep_ms(1);
	snprintf(name, sizeof(name), "%d", *tid);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	CHECK_EQ(listed(path, name, &type), 1);
	CHECK_EQ(sys(SYS_stat, path, &st), 0);
	CHECK_EQ(st.st_nlink, 4);
	CHECK_EQ(listed("/proc", name, &type), 0);
	snprintf(path, sizeof(path), "/proc/%d", *tid);
	CHECK_EQ(sys(SYS_stat, path, &st), 0);
	snprintf(path, sizeof(path), "/proc/self/task/%d", *tid);
	CHECK_EQ(sys(SYS_stat, path, &st), -ENOENT);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(sys_has_cpus_and_no_selinux)
{
	char text[64];
	struct stat st;

	CHECK(slurp("/sys/devices/system/cpu/online", text, sizeof(text)) >= 2);
	CHECK_EQ(text[0], '0');
	CHECK_EQ(text[strlen(text) - 1], '\n');
	CHECK(slurp("/sys/devices/system/cpu/possible", text, sizeof(text)) >= 2);
	CHECK_EQ(sys(SYS_stat, "/sys/devices/system/cpu/online", &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0444);
	CHECK_EQ(st.st_size, PAGE);
	CHECK_EQ(sys(SYS_stat, "/sys/fs", &st), 0);
	CHECK_EQ(sys(SYS_stat, "/sys/kernel/mm", &st), 0);
	CHECK_EQ(sys(SYS_stat, "/sys/fs/selinux", &st), -ENOENT);
}

CASE(each_processor_has_a_folder)
{
	char text[64], path[64];
	struct stat st;

	CHECK(slurp("/sys/devices/system/cpu/present", text, sizeof(text)) > 0);
	char *last = strrchr(text, '-');
	int count = atoi(last ? last + 1 : text) + 1;
	for (int i = 0; i <= count; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d", i);
		CHECK_EQ(sys(SYS_stat, path, &st), i < count ? 0 : -ENOENT);
		CHECK(i == count || (S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0755));
	}
}

CASE(top_of_proc_is_procfs_own)
{
	struct stat st;

	CHECK_EQ(sys(SYS_stat, "/proc", &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | 0555);
	CHECK(st.st_mtime > 0);
}
