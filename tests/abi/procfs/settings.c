// SPDX-License-Identifier: MIT
/*
 * procfs/settings: sysctls that change the machine, and reading the log destructively.
 *
 * Promise   what is written is what calls and other readers see; each case puts back what it found.
 * Linux     proc_sys_kernel(5), proc_sys_vm(5), syslog(2).
 */
#include <sys/utsname.h>
#include "tests/abi/abi.h"

TAP_DANGEROUS("changes the host name, limits of the kernel and its log");

enum {
	LOG_READ = 2, LOG_READ_ALL = 3, LOG_CLEAR = 5, LOG_CONSOLE_OFF = 6, LOG_CONSOLE_ON = 7, LOG_CONSOLE_LEVEL = 8,
	LOG_UNREAD = 9, LOG_BUFFER = 10,
};

static char text[1 << 18];

static long put(const char *path, const char *what)
{
	long n, fd = sys(SYS_open, path, O_WRONLY);

	CHECK(fd >= 0);
	n = sys(SYS_write, fd, what, strlen(what));
	sys(SYS_close, fd);
	return n;
}

CASE(host_name_by_call_and_by_file)
{
	struct utsname before, u;
	char longest[66];

	sys(SYS_uname, &before);
	CHECK_EQ(sys(SYS_sethostname, "by-call", 7), 0);
	slurp("/proc/sys/kernel/hostname", text, sizeof(text));
	CHECK_STR(text, "by-call\n");
	CHECK_EQ(put("/proc/sys/kernel/hostname", "by-file\nand more"), 16);
	CHECK_EQ(sys(SYS_uname, &u), 0);
	CHECK_STR(u.nodename, "by-file");
	memset(longest, 'n', 65);
	longest[65] = 0;
	CHECK_EQ(sys(SYS_sethostname, longest, 64), 0);
	sys(SYS_uname, &u);
	CHECK_EQ(strlen(u.nodename), 64);
	CHECK_EQ(put("/proc/sys/kernel/hostname", longest), 65);
	sys(SYS_uname, &u);
	CHECK_EQ(strlen(u.nodename), 64);
	CHECK_EQ(sys(SYS_setdomainname, "domain", 6), 0);
	slurp("/proc/sys/kernel/domainname", text, sizeof(text));
	CHECK_STR(text, "domain\n");
	sys(SYS_setdomainname, before.domainname, strlen(before.domainname));
	sys(SYS_sethostname, before.nodename, strlen(before.nodename));
}

CASE(pid_max_is_set_in_any_base)
{
	char before[32];

	slurp("/proc/sys/kernel/pid_max", before, sizeof(before));
	CHECK_EQ(put("/proc/sys/kernel/pid_max", "0x1000\n"), 7);
	slurp("/proc/sys/kernel/pid_max", text, sizeof(text));
	CHECK_STR(text, "4096\n");
	CHECK_EQ(put("/proc/sys/kernel/pid_max", "  5000"), 6);
	slurp("/proc/sys/kernel/pid_max", text, sizeof(text));
	CHECK_STR(text, "5000\n");
	CHECK(put("/proc/sys/kernel/pid_max", before) > 0);
}

CASE(writes_behind_the_start_change_nothing)
{
	char before[32];
	long fd = sys(SYS_open, "/proc/sys/kernel/pid_max", O_WRONLY);

	slurp("/proc/sys/kernel/pid_max", before, sizeof(before));
	CHECK_EQ(sys(SYS_pwrite64, fd, "4096", 4, 7), 4);
	slurp("/proc/sys/kernel/pid_max", text, sizeof(text));
	CHECK_STR(text, before);
}

CASE(caches_are_dropped)
{
	CHECK_EQ(put("/proc/sys/vm/drop_caches", "1"), 1);
	CHECK_EQ(put("/proc/sys/vm/drop_caches", "0"), -EINVAL);
	CHECK_EQ(put("/proc/sys/vm/drop_caches", "5"), -EINVAL);
	CHECK_EQ(put("/proc/sys/vm/drop_caches", "words"), -EINVAL);
}

CASE(console_level)
{
	char before[64];
	int old;

	slurp("/proc/sys/kernel/printk", before, sizeof(before));
	old = atoi(before);
	CHECK_EQ(sys(SYS_syslog, LOG_CONSOLE_LEVEL, 0, 3), 0);
	slurp("/proc/sys/kernel/printk", text, sizeof(text));
	CHECK_EQ(strncmp(text, "3\t4\t1\t7", 3), 0);
	CHECK_EQ(sys(SYS_syslog, LOG_CONSOLE_OFF, 0, 0), 0);
	slurp("/proc/sys/kernel/printk", text, sizeof(text));
	CHECK_EQ(atoi(text), 1);
	CHECK_EQ(sys(SYS_syslog, LOG_CONSOLE_ON, 0, 0), 0);
	slurp("/proc/sys/kernel/printk", text, sizeof(text));
	CHECK_EQ(atoi(text), 3);
	CHECK_EQ(put("/proc/sys/kernel/printk", "5"), 1);
	slurp("/proc/sys/kernel/printk", text, sizeof(text));
	CHECK_EQ(atoi(text), 5);
	CHECK_EQ(sys(SYS_syslog, LOG_CONSOLE_LEVEL, 0, old), 0);
}

/* A line of one's own in the log: by /dev/kmsg. */
static void say(const char *line)
{
	long fd = sys(SYS_open, "/dev/kmsg", O_WRONLY);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, line, strlen(line)), strlen(line));
	sys(SYS_close, fd);
}

CASE(log_is_read_whole_and_cleared)
{
	long n, size = sys(SYS_syslog, LOG_BUFFER, 0, 0);

	CHECK(size > 0);
	say("settings: the first line\n");
	say("settings: the second line\n");
	memset(text, 0, sizeof(text));
	n = sys(SYS_syslog, LOG_READ_ALL, text, sizeof(text) - 1);
	CHECK(n > 0 && n == (long)strlen(text));
	CHECK_EQ(text[0], '<');
	CHECK_EQ(text[n - 1], '\n');
	CHECK(strstr(text, "] settings: the first line\n<"));
	memset(text, 0, sizeof(text));
	n = sys(SYS_syslog, LOG_READ_ALL, text, 60); /* the newest line that fits */
	CHECK(n > 0 && n <= 60);
	CHECK(strstr(text, "] settings: the second line\n"));
	CHECK(!strstr(text, "first"));
	CHECK_EQ(sys(SYS_syslog, LOG_CLEAR, 0, 0), 0);
	CHECK_EQ(sys(SYS_syslog, LOG_READ_ALL, text, sizeof(text)), 0);
}

CASE(log_is_read_in_pieces_and_waited_for)
{
	char piece[8];
	size_t at = 0;
	long n, fd;
	int pid;

	/* drained first: what the kernel said before is not ours */
	while (sys(SYS_syslog, LOG_UNREAD, 0, 0) > 0)
		CHECK(sys(SYS_syslog, LOG_READ, text, sizeof(text)) > 0);
	say("settings: in pieces\n");
	memset(text, 0, sizeof(text));
	while (sys(SYS_syslog, LOG_UNREAD, 0, 0) > 0) {
		n = sys(SYS_syslog, LOG_READ, piece, sizeof(piece));
		CHECK(n > 0 && n <= (long)sizeof(piece));
		memcpy(text + at, piece, n);
		at += n;
	}
	CHECK(strstr(text, "] settings: in pieces\n"));
	CHECK_EQ(strchr(text, '\n')[1], 0);
	fd = sys(SYS_open, "/proc/kmsg", O_RDONLY | O_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_read, fd, text, sizeof(text)), -EAGAIN);
	CHILD(pid) {
		n = sys(SYS_syslog, LOG_READ, text, sizeof(text));
		CHECK(n > 0);
		CHECK(strstr(text, "] settings: waited for\n"));
	}
	wait_state(pid, 'S');
	say("settings: waited for\n");
	CHECK_EXIT(pid, 0);
	say("settings: by file\n");
	memset(text, 0, sizeof(text));
	CHECK(sys(SYS_read, fd, text, sizeof(text)) > 0);
	CHECK(strstr(text, "] settings: by file\n"));
}
