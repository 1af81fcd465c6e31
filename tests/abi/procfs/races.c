// SPDX-License-Identifier: MIT
/*
 * procfs/races: reading about processes, threads and descriptors that come and go.
 *
 * Promise   whatever happens meanwhile, a reader gets a text, or one of the errors that say "it is gone".
 * Linux     proc(5). Bounded by rounds, not by time: on one processor little of it is at the same moment.
 */
#include <dirent.h>
#include "tests/abi/abi.h"
#include "tests/abi/thread.h"

enum { ROUNDS = 20, TEXT = 65536 };

static char text[TEXT];

static void expect_gone(const char *path, long err)
{
	static const int errors[] = {ENOENT, ESRCH, EACCES, EINVAL, EIO, ENXIO};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (err == -errors[i])
			return;
	tap_fail(__FILE__, __LINE__, "%s: error %ld", path, -err);
}

static void read_all(const char *path)
{
	long n, fd = sys(SYS_open, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		expect_gone(path, fd);
		return;
	}
	while ((n = sys(SYS_read, fd, text, sizeof(text))) > 0)
		;
	if (n < 0)
		expect_gone(path, n);
	sys(SYS_close, fd);
}

/* Reads what /proc/PID has, and follows its links. */
static void look_at(int pid)
{
	static const char *const files[] = {"stat", "statm", "status", "cmdline", "comm", "environ", "auxv", "maps",
		"smaps", "limits", "wchan", "io", "oom_score", "mounts", "personality", "cgroup"};
	static const char *const links[] = {"exe", "cwd", "root", "fd/0", "fd/3", "fd/4"};
	char path[64];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
		read_all(path);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct stat st;
		long n;

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, links[i]);
		n = sys(SYS_readlink, path, text, sizeof(text));
		if (n < 0)
			expect_gone(path, n);
		n = sys(SYS_stat, path, &st);
		if (n < 0)
			expect_gone(path, n);
	}
}

/* Lists a directory of numbers and looks at each that is newer than this process; the number of entries. */
static int list(const char *dir, void (*look)(int))
{
	DIR *d = opendir(dir);
	struct dirent *de;
	int seen = 0;

	while (d && (de = readdir(d))) {
		int pid = atoi(de->d_name);

		if (pid > sys(SYS_getpid) && look)
			look(pid);
		seen++;
	}
	if (d)
		closedir(d);
	return seen;
}

/* Processes that live for a moment, each with a descriptor and some memory, until they are stopped. */
static int breeder(void)
{
	int pid;

	CHILD(pid)
		for (;;) {
			int child, fd[2];

			CHILD(child) {
				sys(SYS_pipe2, fd, 0);
				mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
				sys(SYS_prctl, 15 /* PR_SET_NAME */, "brief");
				sys(SYS_setpgid, 0, 0);
				sys(SYS_chdir, "/proc");
			}
			reap(child);
		}
	return pid;
}

/* Ends a child and waits for what it has just made, which ends by itself. */
static void stop(int pid)
{
	sys(SYS_prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	while (sys(SYS_wait4, -1, 0, 0, 0) > 0)
		;
}

CASE(processes_come_and_go, .timeout = 60)
{
	int pid = breeder();

	for (int i = 0; i < ROUNDS; i++)
		list("/proc", look_at);
	stop(pid);
}

static int brief_thread(void *arg)
{
	sleep_ms(0);
	return 0;
}

CASE(threads_come_and_go, .timeout = 60)
{
	char dir[64], path[96];
	int pid;

	CHILD(pid) {
		static int done[4];

		for (;;)
			for (int i = 0; i < 4; i++) {
				if (__atomic_load_n(&done[i], __ATOMIC_SEQ_CST))
					continue;
				start_thread(&done[i], brief_thread, NULL);
			}
	}
	snprintf(dir, sizeof(dir), "/proc/%d/task", pid);
	for (int i = 0; i < ROUNDS; i++) {
		DIR *d = opendir(dir);
		struct dirent *de;

		CHECK(d);
		while ((de = readdir(d))) {
			if (de->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%.16s/stat", dir, de->d_name);
			read_all(path);
			snprintf(path, sizeof(path), "%s/%.16s/status", dir, de->d_name);
			read_all(path);
			look_at(atoi(de->d_name));
		}
		closedir(d);
	}
	stop(pid);
}

CASE(programs_change_meanwhile, .timeout = 60)
{
	int pid;

	CHILD(pid) {
		char *const argv[] = {"/proc/self/exe", "--no-such-case", NULL}, *const envp[] = {"A=B", NULL};
		int child;

		for (;;) {
			CHILD(child) {
				sys(SYS_close, 1);
				sys(SYS_close, 2);
				sys(SYS_execve, argv[0], argv, envp);
			}
			reap(child);
		}
	}
	for (int i = 0; i < ROUNDS; i++)
		list("/proc", look_at);
	stop(pid);
}

CASE(descriptors_come_and_go, .timeout = 60)
{
	char dir[64], info[64];
	int pid;

	CHILD(pid)
		for (;;) {
			long fd = sys(SYS_open, "/dev/null", O_RDONLY);

			sys(SYS_dup, fd);
			sys(SYS_close_range, 3, -1u, 0);
		}
	snprintf(dir, sizeof(dir), "/proc/%d/fd", pid);
	for (int i = 0; i < 10 * ROUNDS; i++) {
		CHECK(list(dir, NULL) >= 2);
		for (int fd = 3; fd < 5; fd++) {
			snprintf(info, sizeof(info), "/proc/%d/fdinfo/%d", pid, fd);
			read_all(info);
		}
	}
	stop(pid);
}
