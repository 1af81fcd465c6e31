// SPDX-License-Identifier: MIT
/*
 * procfs/sysctl: the files of /proc/sys that cost nothing to try, and the facts of the system.
 *
 * Promise   a sysctl is said whole by a read at 0 and silent after it; its mode binds root too; nonsense
 *           is refused; system files have the lines that tools look for.
 * Linux     proc_sys(5), proc_meminfo(5), proc_stat(5).
 */
#include <sys/utsname.h>
#include "tests/abi/abi.h"

static char text[65536];

static long number(const char *path)
{
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK_EQ(text[strlen(text) - 1], '\n');
	return atol(text);
}

CASE(values_agree_with_calls)
{
	struct utsname u;
	char want[96];

	CHECK_EQ(sys(SYS_uname, &u), 0);
	CHECK(slurp("/proc/sys/kernel/osrelease", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%s\n", u.release);
	CHECK_STR(text, want);
	CHECK(slurp("/proc/sys/kernel/hostname", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%s\n", u.nodename);
	CHECK_STR(text, want);
	CHECK(slurp("/proc/sys/kernel/version", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%s\n", u.version);
	CHECK_STR(text, want);
	CHECK(slurp("/proc/sys/kernel/ostype", text, sizeof(text)) > 0);
	CHECK_STR(text, "Linux\n");
	CHECK(slurp("/proc/version", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "Linux version %s (", u.release);
	CHECK(strncmp(text, want, strlen(want)) == 0);
}

CASE(numbers)
{
	CHECK(number("/proc/sys/kernel/pid_max") >= 301);
	CHECK(number("/proc/sys/kernel/threads-max") > 0);
	CHECK_EQ(number("/proc/sys/kernel/ngroups_max"), 65536);
	CHECK(number("/proc/sys/kernel/cap_last_cap") >= 40);
	CHECK_EQ(number("/proc/sys/kernel/overflowuid"), 65534);
	CHECK_EQ(number("/proc/sys/kernel/random/entropy_avail"), 256);
	CHECK(number("/proc/sys/fs/nr_open") >= 1024);
	CHECK(number("/proc/sys/fs/file-max") > 1024);
	CHECK(number("/proc/sys/fs/file-nr") >= 0); /* Linux counts in batches */
	CHECK(number("/proc/sys/vm/max_map_count") >= 65530);
	CHECK(number("/proc/sys/vm/overcommit_memory") >= 0);
	CHECK(number("/proc/sys/vm/mmap_min_addr") >= PAGE);
	CHECK(slurp("/proc/sys/kernel/printk", text, sizeof(text)) > 0);
	CHECK_EQ(strspn(text, "0123456789\t"), strlen(text) - 1);
}

CASE(random_identities)
{
	char boot[64], again[64];

	CHECK_EQ(slurp("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)), 37);
	CHECK_EQ(slurp("/proc/sys/kernel/random/boot_id", again, sizeof(again)), 37);
	CHECK_STR(boot, again);
	CHECK_EQ(slurp("/proc/sys/kernel/random/uuid", again, sizeof(again)), 37);
	CHECK_EQ(again[14], '4');
	CHECK_EQ(slurp("/proc/sys/kernel/random/uuid", boot, sizeof(boot)), 37);
	CHECK(strcmp(boot, again) != 0);
}

CASE(said_whole_or_not_at_all)
{
	long fd = sys(SYS_open, "/proc/sys/kernel/pid_max", O_RDONLY);
	char c[4];

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_read, fd, c, 1), 1);
	CHECK_EQ(sys(SYS_read, fd, c, 1), 0);
	CHECK_EQ(sys(SYS_pread64, fd, c, 1, 1), 0);
	CHECK_EQ(sys(SYS_pread64, fd, c, 1, 0), 1);
}

CASE(modes_bind_root_too)
{
	struct stat st;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_open, "/proc/sys/kernel/osrelease", O_WRONLY), -EACCES);
	CHECK_EQ(sys(SYS_open, "/proc/sys/vm/drop_caches", O_RDONLY), -EACCES);
	CHECK_EQ(sys(SYS_stat, "/proc/sys/vm/drop_caches", &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0200);
	CHECK_EQ(sys(SYS_chmod, "/proc/sys/kernel/pid_max", 0600), -EPERM);
	CHECK_EQ(sys(SYS_mkdir, "/proc/sys/new", 0700), -ENOENT);
}

CASE(nonsense_is_refused)
{
	static const char *const wrong[] = {"\n", "abc", "-5", "300", "5000000", "0x12c", "99999999999999999999"};
	long fd, before = number("/proc/sys/kernel/pid_max");

	NEEDS_ROOT();
	fd = sys(SYS_open, "/proc/sys/kernel/pid_max", O_WRONLY);
	CHECK(fd >= 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_EQ(sys(SYS_pwrite64, fd, wrong[i], strlen(wrong[i]), 0), -EINVAL);
	CHECK_EQ(sys(SYS_write, fd, "", 0), 0);
	CHECK_EQ(number("/proc/sys/kernel/pid_max"), before);
	fd = sys(SYS_open, "/proc/uptime", O_WRONLY);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, "1", 1), -EIO);
}

CASE(others_may_not_write)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, "/proc/sys/kernel/hostname", O_WRONLY), -EACCES);
		CHECK_EQ(sys(SYS_open, "/proc/slabinfo", O_RDONLY), -EACCES);
		CHECK_EQ(sys(SYS_open, "/proc/kmsg", O_RDONLY), -EACCES);
		CHECK(number("/proc/sys/kernel/pid_max") > 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(system_files_have_their_lines)
{
	long a, b;
	char *end;

	CHECK(slurp("/proc/meminfo", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "MemTotal:       ", 16) == 0);
	CHECK(strstr(text, "\nMemFree:        "));
	CHECK(strstr(text, "\nMemAvailable:   "));
	CHECK(strstr(text, "\nSwapTotal:             0 kB\n") || strstr(text, "\nSwapTotal:"));
	CHECK(slurp("/proc/stat", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "cpu  ", 5) == 0);
	CHECK(strstr(text, "\ncpu0 "));
	CHECK(strstr(text, "\nctxt ") && strstr(text, "\nbtime ") && strstr(text, "\nprocesses "));
	CHECK(slurp("/proc/uptime", text, sizeof(text)) > 0);
	a = strtol(text, &end, 10);
	b = now_ns(7 /* CLOCK_BOOTTIME */) / 1000000000;
	CHECK(b - a <= 1 && a >= 0);
	CHECK_EQ(end[0], '.');
	CHECK_EQ(end[3], ' ');
	CHECK(slurp("/proc/loadavg", text, sizeof(text)) > 0);
	CHECK_EQ(text[strspn(text, "0123456789. /")], '\n');
	CHECK(slurp("/proc/cpuinfo", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "processor\t: 0\n", 14) == 0);
	CHECK(strstr(text, "\nflags\t\t: "));
	CHECK(slurp("/proc/filesystems", text, sizeof(text)) > 0);
	CHECK(strstr(text, "nodev\ttmpfs\n") && strstr(text, "nodev\tproc\n"));
	CHECK(slurp("/proc/mounts", text, sizeof(text)) > 0);
	CHECK(strstr(text, " /proc proc rw"));
	CHECK(slurp("/proc/self/mountinfo", text, sizeof(text)) > 0);
	CHECK(strstr(text, " / /proc rw"));
	CHECK(slurp("/proc/swaps", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n", 44) == 0);
	CHECK(slurp("/proc/devices", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "Character devices:\n  1 mem\n", 27) == 0);
	CHECK(slurp("/proc/buddyinfo", text, sizeof(text)) > 0);
	CHECK(slurp("/proc/vmstat", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "nr_free_pages ", 14) == 0);
	CHECK(slurp("/proc/cmdline", text, sizeof(text)) > 0);
}

static long interrupts(void)
{
	const char *line;

	CHECK(slurp("/proc/stat", text, sizeof(text)) > 0);
	line = strstr(text, "\nintr ");
	CHECK(line);
	return strtol(line + strlen("\nintr "), NULL, 10);
}

CASE(interrupts_are_counted)
{
	enum { SLEEPS = 20 };
	const struct timespec moment = { 0, 1000000 };
	long before = interrupts();

	CHECK(before > 0);
	for (int i = 0; i < SLEEPS; i++)
		CHECK_EQ(sys(SYS_nanosleep, &moment, NULL), 0);
	CHECK(interrupts() - before >= SLEEPS); /* the end of each sleep is one of the timer */
}

/* The sum of a row, and how many numbers it has. */
static long row_in(const char *file, const char *label, int *columns)
{
	char *at, *end;
	long sum = 0;

	CHECK(slurp(file, text, sizeof(text)) > 0);
	CHECK(at = strstr(text, label));
	at += strlen(label);
	for (*columns = 0;; ++*columns, at = end) {
		long n = strtol(at, &end, 10);

		if (end == at)
			return sum;
		sum += n;
	}
}

static long row_of(const char *label, int *columns)
{
	return row_in("/proc/interrupts", label, columns);
}

CASE(each_kind_of_deferred_work_has_a_row)
{
	static const char *const kinds[] = {
		"HI:", "TIMER:", "NET_TX:", "NET_RX:", "BLOCK:", "IRQ_POLL:", "TASKLET:", "SCHED:", "HRTIMER:", "RCU:",
	};
	int columns, cpus = 0;
	const char *at;

	row_in("/proc/softirqs", "HI:", &columns);
	CHECK(strncmp(text, "                    CPU0       ", 31) == 0);
	for (at = text; *at != '\n'; at++)
		cpus += *at == 'C';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		CHECK(row_in("/proc/softirqs", kinds[i], &columns) >= 0);
		CHECK(columns >= 1 && columns <= cpus);
		CHECK((at = strstr(text, kinds[i])) - strchr(text, '\n') > 0);
		CHECK(i == 0 || strstr(text, kinds[i - 1]) < at);
	}
}

CASE(each_kind_of_interrupt_has_a_row)
{
	int cpus = 0, columns;
	long before = row_of("LOC:", &columns);

	for (const char *at = text; (at = strstr(at, "CPU")); at++)
		cpus++;
	CHECK_EQ(columns, cpus);
	CHECK(before > 0);
	for (int i = 0; i < 20; i++)
		sleep_ms(1);
	CHECK(row_of("LOC:", &columns) >= before + 20);
	CHECK(row_of("RES:", &columns) >= 0 && columns == cpus);
}
