// SPDX-License-Identifier: MIT
/*
 * guest: what the programs that may be process 1 of a test machine share (testrun, runcmd).
 *
 * Promise   guest_mount() mounts what is missing of the usual tree and fails nothing: what cannot
 *           be mounted is missed by those who need it. What was packed into /tmp stays in sight.
 *           guest_end() ends QEMU through its
 *           isa-debug-exit device when this is process 1, and returns otherwise.
 * Linux     The same binaries serve both systems. On Linux the debug port is reached by ioperm();
 *           Parley has no such call, there the boot option exit=debug makes process 1's exit
 *           status the answer, so the caller exits with it after guest_end().
 */
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	GUEST_EXIT_PORT = 0xf4,
	GUEST_EXIT_PASS = 0x10, /* QEMU's own status is 2 * this + 1 */
	GUEST_EXIT_FAIL = 0x11,
	GUEST_TCSBRK = 0x5409, /* with argument 1: wait until all output is on the line */
};

static inline bool guest_has_files(const char *path)
{
	bool found = false;
	DIR *dir = opendir(path);

	for (struct dirent *e; dir && !found && (e = readdir(dir));)
		found = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (dir)
		closedir(dir);
	return found;
}

/* Linux leaves these to user space. */
static inline void guest_link_streams(void)
{
	static const char *const table[][2] = {
		{"/proc/self/fd", "/dev/fd"}, {"/proc/self/fd/0", "/dev/stdin"},
		{"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		(void)!symlink(table[i][0], table[i][1]);
}

static inline void guest_mount(void)
{
	static const struct {
		const char *type, *dir, *probe;
	} table[] = {
		{"proc", "/proc", "/proc/self"},
		{"devtmpfs", "/dev", "/dev/zero"},
		{"sysfs", "/sys", "/sys/kernel"},
		{"tmpfs", "/dev/shm", NULL},
		{"devpts", "/dev/pts", "/dev/pts/ptmx"},
		{"mqueue", "/dev/mqueue", NULL},
		{"tmpfs", "/tmp", NULL},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].probe ? access(table[i].probe, F_OK) == 0 : guest_has_files(table[i].dir))
			continue;
		mkdir(table[i].dir, 01777);
		(void)!mount(table[i].type, table[i].dir, table[i].type, 0, NULL);
		if (!table[i].probe)
			chmod(table[i].dir, 01777);
	}
	guest_link_streams();
}

static inline void guest_end(bool passed)
{
	if (getpid() != 1)
		return;
	ioctl(STDOUT_FILENO, GUEST_TCSBRK, 1);
	if (syscall(SYS_ioperm, GUEST_EXIT_PORT, 4, 1) == 0) {
		unsigned value = passed ? GUEST_EXIT_PASS : GUEST_EXIT_FAIL;

		__asm__ volatile("outl %0, %w1" ::"a"(value), "d"(GUEST_EXIT_PORT));
	}
}
