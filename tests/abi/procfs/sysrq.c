// SPDX-License-Identifier: MIT
/*
 * procfs/sysrq: /proc/sysrq-trigger: what the kernel tells of itself when it is asked.
 *
 * Promise   the answers are in the log; only root may ask. Parley's `w` names every task that waits, with the kind of
 *           wait.
 * Linux     Documentation/admin-guide/sysrq
 */
#include <sys/klog.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "tests/abi/abi.h"

TAP_DANGEROUS("asks the kernel to write into its log");

enum { LOG_READ_ALL = 3, LOG_BYTES = 1 << 18, LIMIT_MS = 10000 };

static void ask(const char *key)
{
	long fd = sys(SYS_open, "/proc/sysrq-trigger", O_WRONLY);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, key, strlen(key)), strlen(key));
	sys(SYS_close, fd);
}

/* The answer comes from a thread of the kernel. */
static void expect_in_log(const char *text)
{
	static char log[LOG_BYTES];

	for (int64_t end = now_ms() + LIMIT_MS; now_ms() < end; sleep_ms(5)) {
		int n = klogctl(LOG_READ_ALL, log, sizeof(log) - 1);

		CHECK(n > 0);
		log[n] = 0;
		if (strstr(log, text))
			return;
	}
	tap_fail(__FILE__, __LINE__, "the log has no \"%s\"", text);
}

CASE(help_lists_the_keys)
{
	NEEDS_MACHINE("writes into the log");
	NEEDS_ROOT();
	ask("h");
	expect_in_log("sysrq: HELP :");
	expect_in_log("reboot(b)");
}

CASE(all_tasks_are_told)
{
	NEEDS_MACHINE("writes into the log");
	NEEDS_ROOT();
	int pid;

	CHILD(pid) {
		sys(SYS_prctl, PR_SET_NAME, "sought-for");
		sys(SYS_pause);
	}
	tap_wait_blocked(pid);
	ask("t");
	expect_in_log("sought-for");
	end_child(pid);
}

CASE(waits_are_told_with_their_kind)
{
	NEEDS_MACHINE("writes into the log");
	NEEDS_ROOT();
	char line[64];
	int pid, fd[2];

	if (!tap_is_parley())
		SKIP("Linux tells of waits that cannot be interrupted alone");
	CHECK_EQ(sys(SYS_pipe2, fd, 0), 0);
	CHILD(pid) {
		char c;

		sys(SYS_prctl, PR_SET_NAME, "reads-a-pipe");
		sys(SYS_read, fd[0], &c, 1);
	}
	tap_wait_blocked(pid);
	ask("w");
	snprintf(line, sizeof(line), "%7d %7d %-15s %-10s", pid, pid, "reads-a-pipe", "pipe");
	expect_in_log(line);
	end_child(pid);
}

CASE(it_is_for_root)
{
	NEEDS_MACHINE("writes into the log");
	NEEDS_ROOT();
	struct stat st;
	int pid;

	CHECK_EQ(sys(SYS_stat, "/proc/sysrq-trigger", &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0200);
	CHILD(pid) {
		CHECK_EQ(sys(SYS_setresuid, 1000, 1000, 1000), 0);
		CHECK_EQ(sys(SYS_open, "/proc/sysrq-trigger", O_WRONLY), -EACCES);
	}
	CHECK_EXIT(pid, 0);
	long fd = sys(SYS_open, "/proc/sysrq-trigger", O_WRONLY);
	CHECK_EQ(sys(SYS_write, fd, hole(), 1), -EFAULT);
}
