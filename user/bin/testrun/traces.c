// SPDX-License-Identifier: MIT
/*
 * traces: what a test program leaves behind in the kernel and in the file system.
 *
 * Promise   Objects are counted per slab cache, from /proc/slabinfo, pages by what they are for, from
 *           /proc/meminfo, and charges by kind, from /proc/ipc/charges; kernel warnings are read with their
 *           levels from the kernel's log; files are looked for in the directories where tests work.
 *           Where a source is missing nothing is found.
 * Linux     Of the three only files are looked for there: Linux's own caches grow and shrink as they
 *           like, and its messages are not ours to judge.
 */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "user/bin/testrun/testrun.h"

enum {
	MAX_COUNTS = 160,
	CACHE_NAME = 24,
	TEXT_BYTES = 16384,
	LOG_BYTES = 16384,
	PATH_BYTES = 600,
	SETTLE_MS = 300, /* for what the kernel frees late: grace periods, work left to idle CPUs */
	LEVEL_WARNING = 4,
	LOG_READ = 2, /* syslog(2): takes records out */
	LOG_UNREAD = 9,
};

struct row {
	char name[CACHE_NAME];
	long objects;
};

struct census {
	struct row row[MAX_COUNTS];
	int count;
};

static struct census before, after;
static bool is_parley;

/* --- files --- */

/* Empties a folder, so that only one program is told of what lies in it; says so where `tell`. */
static bool had_files(const char *folder, bool tell)
{
	char entry[PATH_BYTES];
	struct dirent *de;
	bool found = false;
	DIR *dir = opendir(folder);

	while (dir && (de = readdir(dir))) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		if ((size_t)snprintf(entry, sizeof(entry), "%s/%s", folder, de->d_name) >= sizeof(entry))
			continue;
		if (tell)
			say("# left behind: %s\n", entry);
		if (unlink(entry) != 0 && rmdir(entry) != 0) {
			had_files(entry, false);
			rmdir(entry);
		}
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

bool has_left_files(bool tell)
{
	return getpid() == 1 && (had_files("/tmp", tell) | had_files("/dev/shm", tell));
}

/* --- the kernel's log --- */

/* Tells the lines "<4>text" and graver ones of the text. */
static bool tell_warnings(const char *text)
{
	bool found = false;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (text[0] == '<' && atoi(text + 1) % 8 <= LEVEL_WARNING) {
			say("# kernel warning: %.*s\n", (int)len, text);
			found = true;
		}
		text += len + (text[len] == '\n');
	}
	return found;
}

bool has_kernel_warned(void)
{
	static char text[LOG_BYTES];
	bool found = false;
	int len;

	while (is_parley && klogctl(LOG_UNREAD, NULL, 0) > 0 &&
		(len = klogctl(LOG_READ, text, sizeof(text) - 1)) > 0) {
		text[len] = '\0';
		found |= tell_warnings(text);
	}
	return found;
}

void traces_begin(void)
{
	struct utsname name;

	is_parley = getpid() == 1 && uname(&name) == 0 && strstr(name.release, "parley");
	has_kernel_warned();
}

/* --- objects --- */

/* Kinds of memory that programs alone take; kilobytes. The kernel's own are its caches'. */
static const char *const memory_kinds[] = { "AnonPages:", "Shmem:", "PageTables:", "Committed_AS:" };

static bool is_programs_memory(const char *name)
{
	for (size_t i = 0; i < sizeof(memory_kinds) / sizeof(memory_kinds[0]); i++)
		if (strcmp(memory_kinds[i], name) == 0)
			return true;
	return false;
}

static bool is_any(const char *name)
{
	(void)name;
	return true;
}

/* The lines "NAME NUMBER ..." of a file whose name is wanted. */
static void count_lines(struct census *c, const char *path, bool (*is_wanted)(const char *name))
{
	static char text[TEXT_BYTES];
	int fd = is_parley ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	if (fd >= 0)
		close(fd);
	for (char *line = text; *line && c->count < MAX_COUNTS; line += *line == '\n') {
		struct row *r = &c->row[c->count];

		c->count += sscanf(line, "%23s %ld", r->name, &r->objects) == 2 && is_wanted(r->name);
		line += strcspn(line, "\n");
	}
}

static void take_census(struct census *c)
{
	c->count = 0;
	count_lines(c, "/proc/slabinfo", is_any);
	count_lines(c, "/proc/meminfo", is_programs_memory);
	count_lines(c, "/proc/ipc/charges", is_any);
}

/* Ranges of kernel addresses are kept for ever, for the next stack: their number is the most there ever was. */
#define HOARD "kvirt_range"

static long objects_before(const char *name)
{
	if (strcmp(name, HOARD) == 0)
		return LONG_MAX;
	for (int i = 0; i < before.count; i++)
		if (strcmp(before.row[i].name, name) == 0)
			return before.row[i].objects;
	return 0;
}

void objects_count(void)
{
	take_census(&before);
}

static bool is_more(void)
{
	for (int i = 0; i < after.count; i++)
		if (after.row[i].objects > objects_before(after.row[i].name))
			return true;
	return false;
}

bool objects_have_grown(void)
{
	for (long end = now_ms() + SETTLE_MS;;) {
		take_census(&after);
		if (!is_more())
			return false;
		if (now_ms() >= end)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
}

void objects_tell(void)
{
	for (int i = 0; i < after.count; i++) {
		long old = objects_before(after.row[i].name);

		if (after.row[i].objects > old)
			say("# leak: %s %ld more at every run (%ld)\n", after.row[i].name,
				after.row[i].objects - old, after.row[i].objects);
	}
}
