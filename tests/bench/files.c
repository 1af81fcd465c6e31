// SPDX-License-Identifier: MIT
/*
 * files: the rows about names, directories, file contents, locks, and a shell that starts programs.
 *
 * Promise   see bench.c. The files are on tmpfs (path-1: on the root) and made by the first pass that needs them.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "tests/bench/bench.h"

enum {
	DIR_ENTRIES = 1000,
	DIR_BUFFER = 32768,
	BIG_BYTES = 65536,
	DEEP = 16,
	PATH_SIZE = 128,
	MARK_BYTES = 100, /* what a file at the end of a path has */
	LOCK_SPAN = 64,
};

/* --- names --- */

/* A file of MARK_BYTES at "/tmp/d/d/.../f" with so many components. */
static void make_deep(char *path, int depth)
{
	static const char mark[MARK_BYTES];

	strcpy(path, depth == 1 ? "" : "/tmp");
	for (int i = 2; i < depth; i++) {
		strcat(path, "/d");
		mkdir(path, 0755);
	}
	strcat(path, "/bench.f");
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (write(fd, mark, sizeof(mark)) != sizeof(mark))
		bad("cannot make %s", path);
	close(fd);
}

static long stat_deep(long n, int depth)
{
	char path[PATH_SIZE];
	struct stat st;

	make_deep(path, depth);
	long start = now();
	for (long i = 0; i < n; i++) {
		st.st_size = 0;
		if (raw(SYS_stat, (long)path, (long)&st, 0, 0) != 0 || st.st_size != MARK_BYTES)
			return bad("stat %s", path);
	}
	return now() - start;
}

static long path_1(long n)
{
	return stat_deep(n, 1);
}

static long path_4(long n)
{
	return stat_deep(n, 4);
}

static long path_16(long n)
{
	return stat_deep(n, DEEP);
}

struct dir_sum {
	long entries, dots, numbers;
};

static void add_entries(struct dir_sum *sum, const char *buf, long bytes)
{
	for (long at = 0; at < bytes;) {
		const struct dirent *d = (const struct dirent *)(buf + at);

		if (d->d_name[0] == '.')
			sum->dots++;
		else
			sum->numbers += atol(d->d_name + 1);
		sum->entries++;
		at += d->d_reclen;
	}
}

/* One operation is the whole directory. The names are added up in a turn that is not timed. */
static long read_dir(long n)
{
	static char buf[DIR_BUFFER];
	struct dir_sum sum = { 0 };
	char name[PATH_SIZE];
	long got, bytes = 0, all = 0;

	mkdir("/tmp/many", 0755);
	for (int i = 0; i < DIR_ENTRIES; i++) {
		snprintf(name, sizeof(name), "/tmp/many/f%d", i);
		close(open(name, O_WRONLY | O_CREAT, 0644));
	}
	int fd = open("/tmp/many", O_RDONLY | O_DIRECTORY);
	while ((got = raw(SYS_getdents64, fd, (long)buf, sizeof(buf), 0)) > 0) {
		add_entries(&sum, buf, got);
		bytes += got;
	}
	if (sum.entries != DIR_ENTRIES + 2 || sum.dots != 2 || sum.numbers != DIR_ENTRIES * (DIR_ENTRIES - 1) / 2)
		return bad("%ld entries, sum %ld", sum.entries, sum.numbers);
	long start = now();
	for (long i = 0; i < n; i++) {
		lseek(fd, 0, SEEK_SET);
		while ((got = raw(SYS_getdents64, fd, (long)buf, sizeof(buf), 0)) > 0)
			all += got;
	}
	long took = now() - start;
	close(fd);
	return all == bytes * n ? took : bad("%ld bytes, not %ld", all, bytes * n);
}

/* --- contents --- */

static unsigned char pattern_byte(long i)
{
	return (unsigned char)(i * 7 + i / 251);
}

static int pattern_file(unsigned char *block)
{
	int fd = open("/tmp/bench.data", O_RDWR | O_CREAT, 0644);

	for (long i = 0; i < BIG_BYTES; i++)
		block[i] = pattern_byte(i);
	if (pwrite(fd, block, BIG_BYTES, 0) != BIG_BYTES)
		bad("cannot make the file");
	return fd;
}

/* The ends are looked at each time, all of it once. */
static long read_file(long n, long size)
{
	static unsigned char want[BIG_BYTES], block[BIG_BYTES];
	int fd = pattern_file(want);
	long start = now();

	for (long i = 0; i < n; i++) {
		block[0] = (unsigned char)~want[0];
		block[size - 1] = (unsigned char)~want[size - 1];
		if (raw(SYS_pread64, fd, (long)block, size, 0) != size || block[0] != want[0] ||
			block[size - 1] != want[size - 1])
			return bad("read %ld", i);
	}
	long took = now() - start;
	memset(block, 0, sizeof(block));
	bool ok = pread(fd, block, (size_t)size, 0) == size && memcmp(block, want, (size_t)size) == 0;
	close(fd);
	return ok ? took : bad("other bytes");
}

static long write_file(long n, long size)
{
	static unsigned char want[BIG_BYTES], block[BIG_BYTES];
	int fd = pattern_file(want);
	long start = now();

	for (long i = 0; i < n; i++) {
		want[0] = want[size - 1] = (unsigned char)i;
		if (raw(SYS_pwrite64, fd, (long)want, size, 0) != size)
			return bad("write %ld", i);
	}
	long took = now() - start;
	bool ok = pread(fd, block, BIG_BYTES, 0) == BIG_BYTES && memcmp(block, want, BIG_BYTES) == 0;
	close(fd);
	return ok ? took : bad("other bytes");
}

static long read_1(long n)
{
	return read_file(n, 1);
}

static long read_4k(long n)
{
	return read_file(n, PAGE);
}

static long read_64k(long n)
{
	return read_file(n, BIG_BYTES);
}

static long write_1(long n)
{
	return write_file(n, 1);
}

static long write_4k(long n)
{
	return write_file(n, PAGE);
}

static long write_64k(long n)
{
	return write_file(n, BIG_BYTES);
}

/* --- locks --- */

static long set_lock(int fd, short type, long start)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1 };

	return raw(SYS_fcntl, fd, F_SETLK, (long)&fl, 0);
}

/* Another process sees the lock that is left at the end, and no other. */
static bool only_locked(int fd, long at)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

		_exit(fcntl(fd, F_GETLK, &fl) == 0 && fl.l_start == at && fl.l_len == 1 ? EXIT_STATUS : 1);
	}
	return ended_with(pid, EXIT_STATUS);
}

static long lock_unlock(long n)
{
	int fd = open("/tmp/bench.lock", O_RDWR | O_CREAT, 0644);
	long start = now();

	for (long i = 0; i < n; i++)
		if (set_lock(fd, F_WRLCK, i % LOCK_SPAN) != 0 || set_lock(fd, F_UNLCK, i % LOCK_SPAN) != 0)
			return bad("lock %ld", i);
	long took = now() - start;
	set_lock(fd, F_WRLCK, LOCK_SPAN);
	bool ok = only_locked(fd, LOCK_SPAN);
	close(fd);
	return ok ? took : bad("the lock is not seen");
}

/* --- a shell --- */

static long shell_loop(long n)
{
	static const char script[] = "i=0; while [ $i -lt %ld ]; do /bin/true || exit 1; i=$((i+1)); done; exit 42";
	static char *const env[] = { NULL };
	char text[PATH_SIZE];
	char *argv[] = { "sh", "-c", text, NULL };

	snprintf(text, sizeof(text), script, n);
	long start = now();
	pid_t pid = vfork();
	if (pid == 0) {
		execve("/bin/sh", argv, env);
		_exit(127);
	}
	bool ok = ended_with(pid, EXIT_STATUS);
	long took = now() - start;
	return ok ? took : bad("the shell");
}

const struct bench file_benches[] = {
	{ "path-1", 1000, path_1, NULL },
	{ "path-4", 1000, path_4, NULL },
	{ "path-16", 500, path_16, NULL },
	{ "getdents-1000", 5, read_dir, NULL },
	{ "file-read-1", 1000, read_1, NULL },
	{ "file-read-4k", 500, read_4k, NULL },
	{ "file-read-64k", 50, read_64k, NULL },
	{ "file-write-1", 1000, write_1, NULL },
	{ "file-write-4k", 500, write_4k, NULL },
	{ "file-write-64k", 50, write_64k, NULL },
	{ "fcntl-lock", 1000, lock_unlock, NULL },
	{ "shell-loop", 30, shell_loop, NULL },
	{ 0 },
};
