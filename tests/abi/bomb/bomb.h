// SPDX-License-Identifier: MIT
/*
 * bomb: what the cases here share: free memory before and after, and an end for everything of a user.
 *
 * Promise   memory_is_back() waits until as much memory is free or kept for the next as was (slabs that the
 *           magazines of each processor hold on to, 512 stacks of 16 KiB for the next threads), until what is
 *           kept is no more than such caches may keep, and until there are no more objects than before; it
 *           says what is missing when it does not come. Nothing here runs but in a machine of its own.
 */
#ifndef TESTS_ABI_BOMB_BOMB_H
#define TESTS_ABI_BOMB_BOMB_H

#include <sys/klog.h>
#include <sys/resource.h>
#include "tests/abi/abi.h"

enum { MAX_LOG = 16384, LOG_TAKE = 2, LOG_UNREAD = 9 };
enum { BOMBER = 1000, CACHES_KIB = 16 * 1024, LOST_KIB = 2 * 1024, CACHED_OBJECTS = 60, SETTLE_MS = 30000 };
enum { NR_SET_CHILD_SUBREAPER = 36 };

/* Objects of all kinds that the kernel has; 0 where that is another kernel's own affair. */
static inline long kernel_objects(void)
{
	static char text[8 * PAGE];
	long sum = 0;

	if (!tap_is_parley() || slurp("/proc/slabinfo", text, sizeof(text)) <= 0)
		return 0;
	for (char *line = text; *line; line += *line == '\n') {
		/* addresses of stacks are kept for the next stacks */
		if (strncmp(line, "kvirt_range", 11) != 0)
			sum += atoi(line + strcspn(line, " \n"));
		line += strcspn(line, "\n");
	}
	return sum;
}

struct memory {
	long free_kib, kept_kib, objects;
};

static inline struct memory memory_now(void)
{
	return (struct memory){
		.free_kib = meminfo_kib("MemFree:"),
		.kept_kib = meminfo_kib("Slab:") + meminfo_kib("VmallocUsed:"),
		.objects = kernel_objects(),
	};
}

/* What is freed late, after a grace period, may take its time. */
static inline void memory_is_back(struct memory before)
{
	struct memory m = { 0, 0, 0 };

	for (int64_t end = now_ms() + SETTLE_MS; now_ms() < end; sleep_ms(20)) {
		m = memory_now();
		if (m.free_kib + m.kept_kib + LOST_KIB >= before.free_kib + before.kept_kib &&
			m.kept_kib <= before.kept_kib + CACHES_KIB && m.objects <= before.objects + CACHED_OBJECTS)
			return;
	}
	tap_fail(__FILE__, __LINE__, "%ld KiB free and %ld kept before, now %ld and %ld; %ld objects, now %ld",
		before.free_kib, before.kept_kib, m.free_kib, m.kept_kib, before.objects, m.objects);
}

static inline void limit(int what, long to)
{
	struct rlimit r = { to, to };

	CHECK_EQ(sys(SYS_setrlimit, what, &r), 0);
}

/* What ends up without a parent becomes ours. */
static inline void adopt(void)
{
	sys(SYS_prctl, NR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* Ends all processes of the user, who may be making new ones at the same time. */
static inline void end_user(int user)
{
	int pid;

	for (int round = 0; round < 3; round++) {
		CHILD(pid) {
			sys(SYS_setpriority, 0, 0, -20);
			sys(SYS_setresuid, user, user, user);
			for (int i = 0; i < 50; i++)
				sys(SYS_kill, -1, SIGKILL);
		}
		CHECK_EXIT(pid, 0);
	}
	for (long r; (r = sys(SYS_wait4, -1, 0, 0, 0)) > 0 || r == -EINTR;)
		;
}

/* How often the log, as far as nobody has read it, has the text. Whoever was ended is told of there: that is a
 * warning, and here it is awaited. */
static inline int take_log(const char *text)
{
	static char log[MAX_LOG];
	int found = 0, n;

	while (klogctl(LOG_UNREAD, NULL, 0) > 0 && (n = klogctl(LOG_TAKE, log, sizeof(log) - 1)) > 0) {
		log[n] = 0;
		for (const char *at = log; (at = strstr(at, text)); at += strlen(text))
			found++;
	}
	return found;
}

enum { GULP = 16 << 20 };

static inline void swallow(void)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	for (;;) {
		char *p = mmap(NULL, GULP, PROT_READ | PROT_WRITE, anonymous, -1, 0);

		if (p == MAP_FAILED)
			_exit(1);
		memset(p, 1, GULP);
	}
}

#endif
