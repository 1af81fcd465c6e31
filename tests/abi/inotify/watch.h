// SPDX-License-Identifier: MIT
/*
 * watch.h: what the cases about inotify share: events as text.
 *
 * Promise   events(fd) takes what is queued and says it as "1 OPEN f, 1 ACCESS f, 2 IGNORED": the number of the
 *           watch, the event with "DIR+" in front for directories, and the name if there is one.
 */
#ifndef TESTS_ABI_INOTIFY_WATCH_H
#define TESTS_ABI_INOTIFY_WATCH_H

#include <sys/inotify.h>
#include <sys/ioctl.h>
#include "tests/abi/abi.h"

enum { QUEUE_BYTES = 65536, TEXT_BYTES = 16384, HEAD = 16 };

static inline int new_inotify(void)
{
	int fd = (int)sys(SYS_inotify_init1, IN_NONBLOCK | IN_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

static inline int watch(int fd, const char *path, unsigned mask)
{
	int wd = (int)sys(SYS_inotify_add_watch, fd, path, mask);

	CHECK(wd > 0);
	return wd;
}

static inline const char *event_name(unsigned mask)
{
	static const char *const names[] = {
		"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN", "MOVED_FROM", "MOVED_TO",
		"CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", "?", "UNMOUNT", "Q_OVERFLOW", "IGNORED",
	};

	mask &= ~IN_ISDIR;
	for (unsigned i = 0; i < 16; i++)
		if (mask == 1u << i)
			return names[i];
	return "several";
}

static inline const char *events(int fd)
{
	static char queue[QUEUE_BYTES], text[TEXT_BYTES];
	long n = sys(SYS_read, fd, queue, sizeof(queue));
	size_t used = 0;

	text[0] = 0;
	for (long at = 0; at < n && used < sizeof(text) - 300;) {
		struct inotify_event *e = (struct inotify_event *)(queue + at);

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d %s%s%s%s", at ? ", " : "", e->wd,
			e->mask & IN_ISDIR ? "DIR+" : "", event_name(e->mask), e->len ? " " : "",
			e->len ? e->name : "");
		at += HEAD + e->len;
	}
	return text;
}

static inline int new_file(const char *path)
{
	int fd = (int)sys(SYS_open, path, O_RDWR | O_CREAT, 0644);

	CHECK(fd >= 0);
	return fd;
}

static inline void make_file(const char *path)
{
	sys(SYS_close, new_file(path));
}

#define CHECK_EVENTS(fd, text) CHECK_STR(events(fd), text)

#endif
