// SPDX-License-Identifier: MIT
/*
 * other: rows for clocks and the system, and reads of /proc; see fail.h.
 *
 * Linux     the man page of each call; proc(5)
 */
#include <sys/utsname.h>
#include "tests/fail/fail.h"

enum { MAGIC_1 = (int)0xfee1dead, MAGIC_2 = 672274793, KEYS_OFF = 0, LOG_SIZE = 10, LOG_ALL = 3, READ_BYTES = 60000 };

static struct utsname names;
static char now_or_then[64];
static long adjustment[26]; /* struct timex: nothing is to be changed */

static long clock_as_it_is(void)
{
	struct timespec ts;

	CHECK_EQ(sys(SYS_clock_gettime, CLOCK_REALTIME, &ts), 0);
	return sys(SYS_clock_settime, CLOCK_REALTIME, &ts);
}

static long time_as_it_is(void)
{
	struct timeval tv;

	CHECK_EQ(sys(SYS_gettimeofday, &tv, 0), 0);
	return sys(SYS_settimeofday, &tv, 0);
}

static long host_as_it_is(void)
{
	CHECK_EQ(sys(SYS_uname, &names), 0);
	return sys(SYS_sethostname, names.nodename, strlen(names.nodename));
}

static long domain_as_it_is(void)
{
	CHECK_EQ(sys(SYS_uname, &names), 0);
	return sys(SYS_setdomainname, names.domainname, strlen(names.domainname));
}

static long keys_off(void)
{
	return sys(SYS_reboot, MAGIC_1, MAGIC_2, KEYS_OFF, 0);
}

const struct row other_calls_rows[] = {
	{ "uname", { A(&names) } },
	{ "sysinfo", { BUF } },
	{ "syslog", { LOG_ALL, BUF, READ_BYTES }, "READ_ALL" },
	{ "syslog", { LOG_SIZE }, "SIZE" },
	{ "sethostname", {}, .act = host_as_it_is },
	{ "setdomainname", {}, .act = domain_as_it_is },
	{ "reboot", {}, .act = keys_off },
	{ "gettimeofday", { BUF, 0 } },
	{ "settimeofday", {}, .act = time_as_it_is },
	{ "time", { BUF } },
	{ "clock_gettime", { CLOCK_REALTIME, A(now_or_then) } },
	{ "clock_settime", {}, .act = clock_as_it_is },
	{ "clock_getres", { CLOCK_REALTIME, A(now_or_then) } },
	{ "adjtimex", { A(adjustment) } },
	{ "clock_adjtime", { CLOCK_REALTIME, A(adjustment) } },
	{ "getrandom", { BUF, 1000, 0 } },
};
ROWS(other_calls);

/* --- what /proc says --- */

static long read_all(const char *name)
{
	long n, fd = sys(SYS_open, name, O_RDONLY);

	if (fd < 0)
		return fd;
	while ((n = sys(SYS_read, fd, TEXT, READ_BYTES)) > 0)
		;
	sys(SYS_close, fd);
	return n;
}

static long list_all(const char *name)
{
	long n, fd = sys(SYS_open, name, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	while ((n = sys(SYS_getdents64, fd, TEXT, READ_BYTES)) > 0)
		;
	sys(SYS_close, fd);
	return n;
}

#define READ(NAME, FILE)                              \
	static long read_##NAME(void)                 \
	{                                             \
		return read_all("/proc/" FILE);       \
	}
#define LIST(NAME, FILE)                              \
	static long list_##NAME(void)                 \
	{                                             \
		return list_all("/proc/" FILE);       \
	}
READ(stat, "stat")
READ(locks, "locks")
READ(meminfo, "meminfo")
READ(mounts, "self/mounts")
READ(mountinfo, "self/mountinfo")
READ(slabinfo, "slabinfo")
READ(cpuinfo, "cpuinfo")
READ(waits, "ipc/waits")
READ(allocations, "ipc/allocations")
READ(hostname, "sys/kernel/hostname")
READ(status, "self/status")
READ(self_stat, "self/stat")
READ(maps, "self/maps")
READ(smaps, "self/smaps")
READ(cmdline, "self/cmdline")
READ(environ, "self/environ")
READ(limits, "self/limits")
READ(fdinfo, "self/fdinfo/27")
READ(timers, "self/timers")
READ(trace, "ipc/trace")
READ(sockets, "net/unix")
LIST(root, "")
LIST(self, "self")
LIST(fd, "self/fd")
LIST(task, "self/task")
LIST(sys, "sys/kernel")

static void make_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	int id;

	CHECK_EQ(sys(SYS_timer_create, CLOCK_MONOTONIC, &event, &id), 0);
}

/* The rings of all processors are of the old size, or all of the new one. */
static long resize_trace(void)
{
	static const char text[] = "none 64";
	long n, fd = sys(SYS_open, "/proc/ipc/trace", O_WRONLY);

	if (fd < 0)
		return fd;
	n = sys(SYS_write, fd, text, sizeof(text) - 1);
	sys(SYS_close, fd);
	return n;
}

static long read_memory(void)
{
	long fd = sys(SYS_open, "/proc/self/mem", O_RDWR), n = fd;

	if (fd >= 0) {
		n = sys(SYS_pread64, fd, BUF, 100, MAP);
		if (n >= 0)
			n = sys(SYS_pwrite64, fd, TEXT, 100, BUF + PAGE);
		sys(SYS_close, fd);
	}
	return n;
}

const struct row reads_of_proc_rows[] = {
	{ "", {}, "stat", .act = read_stat }, { "", {}, "locks", .act = read_locks },
	{ "", {}, "meminfo", .act = read_meminfo }, { "", {}, "mounts", .act = read_mounts },
	{ "", {}, "mountinfo", .act = read_mountinfo }, { "", {}, "slabinfo", .act = read_slabinfo },
	{ "", {}, "cpuinfo", .act = read_cpuinfo }, { "", {}, "waits", .act = read_waits },
	{ "", {}, "allocations", .act = read_allocations }, { "", {}, "hostname", .act = read_hostname },
	{ "", {}, "status", .act = read_status }, { "", {}, "stat of a process", .act = read_self_stat },
	{ "", {}, "maps", .act = read_maps }, { "", {}, "smaps", .act = read_smaps },
	{ "", {}, "cmdline", .act = read_cmdline }, { "", {}, "environ", .act = read_environ },
	{ "", {}, "limits", .act = read_limits }, { "", {}, "fdinfo", .act = read_fdinfo },
	{ "", {}, "mem", .act = read_memory }, { "", {}, "timers", make_timer, .act = read_timers },
	{ "", {}, "trace", .act = read_trace }, { "", {}, "the trace's size", .act = resize_trace },
	{ "", {}, "sockets", .act = read_sockets },
	{ "", {}, "the list of processes", .act = list_root }, { "", {}, "the list of a process", .act = list_self },
	{ "", {}, "the list of descriptors", .act = list_fd }, { "", {}, "the list of threads", .act = list_task },
	{ "", {}, "the list of settings", .act = list_sys },
};
ROWS(reads_of_proc);
