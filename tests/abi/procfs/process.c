// SPDX-License-Identifier: MIT
/*
 * procfs/process: what the files of /proc/PID say.
 *
 * Promise   stat, statm and status have Linux's fields; names, arguments, limits, memory and the like are those of
 *           the process; one reader's offset goes on in one moment's text.
 * Linux     proc_pid_stat(5), proc_pid_status(5) and their kin.
 */
#include <sys/resource.h>
#include "tests/abi/abi.h"

enum { STAT_FIELDS = 52, TEXT = 16384 };

static char text[TEXT];

/* The nth field of a stat text, counted from 1 as in the manual; from 3 on. */
static long field(const char *stat, int n)
{
	const char *p = strrchr(stat, ')');

	CHECK(p);
	for (int at = 2; at < n; at++) {
		p = strchr(p + 1, ' ');
		CHECK(p);
	}
	return strtol(p + 1, NULL, 10);
}

static const char *line(const char *name)
{
	static char copy[256];
	char key[64];
	const char *at = text;
	size_t len;

	snprintf(key, sizeof(key), "%s:\t", name);
	while (strncmp(at, key, strlen(key)) != 0) {
		at = strchr(at, '\n');
		if (!at)
			tap_fail(__FILE__, __LINE__, "no line %s", name);
		at++;
	}
	at += strlen(key);
	len = strcspn(at, "\n");
	snprintf(copy, sizeof(copy), "%.*s", (int)len, at);
	return copy;
}

CASE(stat_has_all_fields)
{
	const char *p;
	int fields = 2;

	CHECK(slurp("/proc/self/stat", text, sizeof(text)) > 0);
	CHECK_EQ(strtol(text, NULL, 10), sys(SYS_getpid));
	CHECK_EQ(strrchr(text, ')')[2], 'R');
	for (p = strrchr(text, ')') + 1; *p == ' '; p = strpbrk(p + 1, " \n"))
		fields++;
	CHECK_EQ(fields, STAT_FIELDS);
	CHECK_STR(p, "\n");
	CHECK_EQ(field(text, 4), sys(SYS_getppid));
	CHECK_EQ(field(text, 5), sys(SYS_getpgid, 0));
	CHECK_EQ(field(text, 6), sys(SYS_getsid, 0));
	CHECK_EQ(field(text, 18), 20);
	CHECK_EQ(field(text, 19), 0);
	CHECK_EQ(field(text, 20), 1);
	CHECK(field(text, 22) > 0);
	CHECK(field(text, 23) > PAGE);
	CHECK(field(text, 24) >= 0); /* Linux counts in batches */
	CHECK_EQ(field(text, 38), SIGCHLD);
}

CASE(stat_shows_signals_nice_and_state)
{
	char path[64];
	int pid;

	CHILD(pid) {
		signal(SIGUSR1, SIG_IGN);
		set_mask(SIG_SETMASK, sigbit(SIGUSR2));
		sys(SYS_setpriority, PRIO_PROCESS, 0, 7);
		sys(SYS_kill, sys(SYS_getpid), SIGUSR2);
		for (;;)
			sys(SYS_pause);
	}
	wait_state(pid, 'S');
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK_EQ(field(text, 4), sys(SYS_getpid));
	CHECK_EQ(field(text, 18), 27);
	CHECK_EQ(field(text, 19), 7);
	CHECK_EQ(field(text, 31), 0); /* sent to the process, not to the thread */
	CHECK_EQ(field(text, 32), sigbit(SIGUSR2));
	CHECK_EQ(field(text, 33) & sigbit(SIGUSR1), sigbit(SIGUSR1));
	CHECK_EQ(field(text, 35), 1);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK_STR(line("ShdPnd"), "0000000000000800");
	CHECK_STR(line("SigPnd"), "0000000000000000");
	CHECK_STR(line("SigBlk"), "0000000000000800");
	CHECK_STR(line("State"), "S (sleeping)");
	sys(SYS_kill, pid, SIGSTOP);
	wait_state(pid, 'T');
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(stat_of_a_zombie_has_its_exit_code)
{
	char path[64];
	int pid;

	CHILD(pid)
		_exit(3);
	wait_state(pid, 'Z');
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	CHECK(slurp(path, text, sizeof(text)) > 0);
	CHECK_EQ(field(text, 20), 1);
	CHECK_EQ(field(text, 23), 0);
	CHECK_EQ(field(text, 24), 0);
	CHECK_EQ(field(text, 52), 3 << 8);
	CHECK_EXIT(pid, 3);
}

CASE(status_names_ids_and_capabilities)
{
	char want[64];
	int pid = (int)sys(SYS_getpid);

	sys(SYS_umask, 027);
	CHECK(slurp("/proc/self/status", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "Name:\t", 6) == 0);
	CHECK_STR(line("Umask"), "0027");
	CHECK_STR(line("State"), "R (running)");
	snprintf(want, sizeof(want), "%d", pid);
	CHECK_STR(line("Tgid"), want);
	CHECK_STR(line("Pid"), want);
	CHECK_STR(line("NSpid"), want);
	CHECK_STR(line("TracerPid"), "0");
	CHECK_STR(line("Threads"), "1");
	CHECK_EQ(strlen(line("CapEff")), 16);
	CHECK_STR(line("NoNewPrivs"), "0");
	CHECK_STR(line("Seccomp"), "0");
	CHECK(strstr(line("VmSize"), " kB"));
	CHECK(strtol(line("VmRSS"), NULL, 10) > 0);
	CHECK(strtol(line("FDSize"), NULL, 10) >= 64);
	line("Cpus_allowed");
	line("Cpus_allowed_list");
	line("Mems_allowed");
	line("voluntary_ctxt_switches");
	line("nonvoluntary_ctxt_switches");
}

CASE(status_shows_all_four_ids_and_groups)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		unsigned groups[] = {7, 5};

		CHECK_EQ(sys(SYS_setgroups, 2, groups), 0);
		CHECK_EQ(sys(SYS_setresgid, 11, 12, 13), 0);
		CHECK_EQ(sys(SYS_setresuid, 0, 0, 23), 0);
		CHECK(slurp("/proc/self/status", text, sizeof(text)) > 0);
		CHECK_STR(line("Uid"), "0\t0\t23\t0");
		CHECK_STR(line("Gid"), "11\t12\t13\t12");
		CHECK_STR(line("Groups"), "5 7 ");
	}
	CHECK_EXIT(pid, 0);
}

CASE(comm_is_read_and_written)
{
	long fd = sys(SYS_open, "/proc/self/comm", O_RDWR);
	char path[64], name[16];
	int pid;

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, "a name that is too long", 23), 23);
	CHECK(slurp("/proc/self/comm", text, sizeof(text)) > 0);
	CHECK_STR(text, "a name that is \n");
	CHECK_EQ(sys(SYS_prctl, 16 /* PR_GET_NAME */, name), 0);
	CHECK_STR(name, "a name that is ");
	CHECK_EQ(sys(SYS_prctl, 15 /* PR_SET_NAME */, "other) x"), 0);
	CHECK(slurp("/proc/self/stat", text, sizeof(text)) > 0);
	CHECK(strstr(text, " (other) x) R "));
	CHILD(pid)
		sys(SYS_pause);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = sys(SYS_open, path, O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, "x", 1), -EINVAL);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(cmdline_and_environ_are_the_memory_of_the_process)
{
	extern char **environ;
	char *first = environ && environ[0] ? environ[0] : NULL, before;
	long n = slurp("/proc/self/cmdline", text, sizeof(text));

	CHECK(n > 0);
	CHECK_EQ(text[n - 1], 0);
	n = slurp("/proc/self/environ", text, sizeof(text));
	CHECK(n >= 0);
	if (!first || !*first)
		return;
	CHECK(n > 0);
	before = first[0];
	CHECK_EQ(text[0], before);
	first[0] = '#';
	CHECK(slurp("/proc/self/environ", text, sizeof(text)) > 0);
	CHECK_EQ(text[0], '#');
	first[0] = before;
}

CASE(reading_in_pieces_goes_on_in_one_text)
{
	static char whole[TEXT], pieces[TEXT];
	long fd = sys(SYS_open, "/proc/self/limits", O_RDONLY), n, at = 0;
	long length = slurp("/proc/self/limits", whole, sizeof(whole));

	CHECK(length > 500);
	while ((n = sys(SYS_read, fd, pieces + at, 7)) > 0)
		at += n;
	CHECK_EQ(at, length);
	CHECK_MEM(whole, pieces, length);
	CHECK_EQ(sys(SYS_pread64, fd, pieces, 10, 26), 10);
	CHECK_MEM(pieces, whole + 26, 10);
	CHECK_EQ(sys(SYS_pread64, fd, pieces, 10, length), 0);
	CHECK_EQ(sys(SYS_pread64, fd, pieces, 10, 1L << 40), 0);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, -1, SEEK_SET), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	CHECK_EQ(sys(SYS_read, fd, pieces, sizeof(pieces)), length);
	CHECK_EQ(sys(SYS_write, fd, "x", 1), -EBADF);
}

CASE(reading_at_zero_looks_again)
{
	struct rlimit lim = {100, 200};
	long fd = sys(SYS_open, "/proc/self/limits", O_RDONLY);

	CHECK(sys(SYS_pread64, fd, text, sizeof(text), 0) > 0);
	CHECK(!strstr(text, "Max core file size        100                  200                  bytes     \n"));
	CHECK_EQ(sys(SYS_setrlimit, RLIMIT_CORE, &lim), 0);
	memset(text, 0, sizeof(text));
	CHECK(sys(SYS_pread64, fd, text, sizeof(text), 0) > 0);
	CHECK(strstr(text, "Max core file size        100                  200                  bytes     \n"));
	CHECK(strncmp(text, "Limit                     Soft Limit           Hard Limit           Units     \n",
		79) == 0);
	CHECK(strstr(text, "Max realtime timeout      unlimited            unlimited            us        \n"));
}

CASE(bad_buffers_fault)
{
	long fd = sys(SYS_open, "/proc/self/stat", O_RDONLY);
	char *end = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(sys(SYS_read, fd, hole(), 10), -EFAULT);
	CHECK_EQ(sys(SYS_pread64, fd, end - 5, 100, 0), 5);
	fd = sys(SYS_open, "/proc/self/comm", O_WRONLY);
	CHECK_EQ(sys(SYS_write, fd, hole(), 10), -EFAULT);
}

CASE(oom_adjustment_is_bounded)
{
	static const char *const wrong[] = {"abc", "-1001", "1001", "5 5", "\n"};
	long fd = sys(SYS_open, "/proc/self/oom_score_adj", O_RDWR);
	int pid;

	CHECK(fd >= 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_EQ(sys(SYS_pwrite64, fd, wrong[i], strlen(wrong[i]), 0), -EINVAL);
	CHECK_EQ(sys(SYS_pwrite64, fd, "0x10", 4, 0), 4);
	CHECK(slurp("/proc/self/oom_score_adj", text, sizeof(text)) > 0);
	CHECK_STR(text, "16\n");
	CHILD(pid) {
		CHECK(slurp("/proc/self/oom_score_adj", text, sizeof(text)) > 0);
		CHECK_STR(text, "16\n");
	}
	CHECK_EXIT(pid, 0);
	CHECK(slurp("/proc/self/oom_score", text, sizeof(text)) > 0);
	CHECK(strtol(text, NULL, 10) >= 676);
}

CASE(ordinary_users_may_raise_the_adjustment_and_take_it_back)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		long fd;

		CHECK(become(NOBODY));
		sys(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1);
		fd = sys(SYS_open, "/proc/self/oom_score_adj", O_RDWR);
		CHECK(fd >= 0);
		CHECK_EQ(sys(SYS_pwrite64, fd, "500", 3, 0), 3);
		CHECK_EQ(sys(SYS_pwrite64, fd, "0", 1, 0), 1);
		CHECK_EQ(sys(SYS_pwrite64, fd, "-1", 2, 0), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

CASE(mem_reads_and_writes_the_memory)
{
	static const char shown[] = "what is in memory";
	char copy[sizeof(shown)] = "";
	long fd = sys(SYS_open, "/proc/self/mem", O_RDWR);
	char *readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *gone = hole();

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_pread64, fd, copy, sizeof(copy), shown), sizeof(copy));
	CHECK_MEM(copy, shown, sizeof(copy));
	CHECK_EQ(sys(SYS_pread64, fd, copy, 1, 0), -EIO);
	CHECK_EQ(sys(SYS_pread64, fd, copy, 1, gone), -EIO);
	CHECK_EQ(sys(SYS_pread64, fd, copy, 20, page_end(PROT_READ) - 4), 4);
	CHECK_EQ(sys(SYS_pwrite64, fd, "by force", 9, readonly), 9);
	CHECK_STR(readonly, "by force");
	CHECK_EQ(sys(SYS_lseek, fd, shown, SEEK_SET), shown);
	CHECK_EQ(sys(SYS_read, fd, copy, 4), 4);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), shown + 4);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), -EINVAL);
}

CASE(mem_is_that_of_the_moment_of_opening)
{
	char path[64], copy[4];
	int pid;
	long fd;

	CHILD(pid)
		sys(SYS_pause);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = sys(SYS_open, path, O_RDONLY);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_pread64, fd, copy, 4, text), 4);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_pread64, fd, copy, 4, text), 0);
}

CASE(maps_has_the_mappings_in_order)
{
	static char maps[1 << 17];
	unsigned long start, end, last = 0, mine;
	char perms[8], want[64];
	char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *at;
	int seen = 0;

	mine = (unsigned long)p;
	CHECK(slurp("/proc/self/maps", maps, sizeof(maps)) > 0);
	for (at = maps; *at; at = strchr(at, '\n') + 1) {
		start = strtoul(at, &at, 16);
		end = strtoul(at + 1, &at, 16);
		CHECK(start < end && start >= last);
		last = end;
		memcpy(perms, at + 1, 4);
		perms[4] = 0;
		if (start <= mine && mine + 3 * PAGE <= end) {
			seen++;
			CHECK_STR(perms, "r--s");
		}
	}
	CHECK_EQ(seen, 1);
	CHECK(strstr(maps, "[stack]\n"));
	snprintf(want, sizeof(want), "%lx-%lx r--s 00000000 00:01 ", mine, mine + 3 * PAGE);
	at = strstr(maps, want);
	CHECK(at);
	CHECK(strncmp(at + 73, "/dev/zero (deleted)\n", 20) == 0);
}

CASE(maps_names_files_and_offsets)
{
	static char maps[1 << 17];
	struct stat st;
	char want[128], *at;
	long fd;
	char *p;

	scratch();
	fd = sys(SYS_open, "mapped", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_ftruncate, fd, 3 * PAGE), 0);
	p = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 2 * PAGE);
	if (p == MAP_FAILED)
		p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
	CHECK(p != MAP_FAILED);
	sys(SYS_fstat, fd, &st);
	CHECK(slurp("/proc/self/maps", maps, sizeof(maps)) > 0);
	snprintf(want, sizeof(want), "%lx-%lx ", (unsigned long)p, (unsigned long)p + PAGE);
	at = strstr(maps, want);
	CHECK(at);
	CHECK(strncmp(at + strlen(want) + 3, "p 00002000 ", 11) == 0);
	snprintf(want, sizeof(want), " %lu ", (unsigned long)st.st_ino);
	CHECK(strstr(at, want) && strstr(at, want) < strchr(at, '\n'));
	CHECK(at[73] == '/');
	CHECK(strncmp(strchr(at, '\n') - 7, "/mapped", 7) == 0);
	CHECK_EQ(sys(SYS_unlink, "mapped"), 0);
	CHECK(slurp("/proc/self/maps", maps, sizeof(maps)) > 0);
	CHECK(strstr(maps, "/mapped (deleted)\n"));
}

CASE(smaps_counts_what_was_touched)
{
	static char smaps[1 << 19];
	char want[64], *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at, *next;

	/* a neighbour that cannot be merged on either side */
	CHECK_EQ(mprotect(p, PAGE, PROT_NONE), 0);
	CHECK_EQ(mprotect(p + 7 * PAGE, PAGE, PROT_NONE), 0);
	p[PAGE] = p[2 * PAGE] = p[3 * PAGE] = 1;
	CHECK(slurp("/proc/self/smaps", smaps, sizeof(smaps)) > 0);
	snprintf(want, sizeof(want), "%lx-%lx rw-p", (unsigned long)p + PAGE, (unsigned long)p + 7 * PAGE);
	at = strstr(smaps, want);
	CHECK(at);
	next = strstr(at, "VmFlags: ");
	CHECK(next);
	next[9] = 0;
	CHECK(strstr(at, "Size:                 24 kB\n"));
	CHECK(strstr(at, "Rss:                  12 kB\n"));
	CHECK(strstr(at, "Pss:                  12 kB\n"));
	CHECK(strstr(at, "Private_Dirty:        12 kB\n"));
	CHECK(strstr(at, "Anonymous:            12 kB\n"));
	CHECK(strstr(at, "Shared_Clean:          0 kB\n"));
}

CASE(many_mappings_are_all_shown)
{
	enum { MAPPINGS = 1500 };
	char *area = mmap(NULL, 2 * MAPPINGS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int seen = 0;
	long fd, n;

	for (long i = 0; i < MAPPINGS; i++)
		CHECK_EQ(mprotect(area + 2 * i * PAGE, PAGE, PROT_READ), 0);
	fd = sys(SYS_open, "/proc/self/maps", O_RDONLY);
	while ((n = sys(SYS_read, fd, text, sizeof(text))) > 0)
		for (long i = 0; i < n; i++)
			seen += text[i] == '\n';
	CHECK(seen >= 2 * MAPPINGS);
	CHECK(seen < 2 * MAPPINGS + 200);
}

CASE(wchan_of_the_running_is_zero)
{
	char path[64];
	int pid;

	CHECK_EQ(slurp("/proc/self/wchan", text, sizeof(text)), 1);
	CHECK_STR(text, "0");
	CHILD(pid)
		sys(SYS_pause);
	wait_state(pid, 'S');
	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	CHECK(slurp(path, text, sizeof(text)) >= 1);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(personality_and_auxv)
{
	unsigned long aux[128] = {0};
	int pages = 0, n = 0;
	long fd = sys(SYS_open, "/proc/self/auxv", O_RDONLY);

	CHECK(slurp("/proc/self/personality", text, sizeof(text)) == 9);
	CHECK(fd >= 0);
	CHECK(sys(SYS_read, fd, aux, sizeof(aux)) > 64);
	while (n < 126 && aux[n]) {
		pages += aux[n] == 6 /* AT_PAGESZ */ && aux[n + 1] == PAGE;
		n += 2;
	}
	CHECK_EQ(pages, 1);
	CHECK_EQ(aux[n], 0);
}

CASE(files_of_others_are_guarded)
{
	static const char *const guarded[] = {
		"maps", "smaps", "smaps_rollup", "pagemap", "environ", "auxv", "mem",
		"io", "personality", "fd", "fdinfo"};
	static const char *const open_to_all[] = {
		"stat", "statm", "status", "cmdline", "limits", "comm", "wchan", "mounts"};
	char path[64];
	int pid, victim;

	NEEDS_ROOT();
	CHILD(victim)
		sys(SYS_pause);
	CHILD(pid) {
		CHECK(become(NOBODY));
		for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++) {
			snprintf(path, sizeof(path), "/proc/%d/%s", victim, guarded[i]);
			CHECK_EQ(sys(SYS_open, path, O_RDONLY), -EACCES);
		}
		for (size_t i = 0; i < sizeof(open_to_all) / sizeof(open_to_all[0]); i++) {
			snprintf(path, sizeof(path), "/proc/%d/%s", victim, open_to_all[i]);
			CHECK(slurp(path, text, sizeof(text)) > 0);
		}
		snprintf(path, sizeof(path), "/proc/%d/exe", victim);
		CHECK_EQ(sys(SYS_readlink, path, text, sizeof(text)), -EACCES);
		snprintf(path, sizeof(path), "/proc/%d/cwd/etc", victim);
		CHECK_EQ(sys(SYS_open, path, O_RDONLY), -EACCES);
		snprintf(path, sizeof(path), "/proc/%d/stat", victim);
		CHECK(slurp(path, text, sizeof(text)) > 0);
		CHECK_EQ(field(text, 26), 1);
		CHECK_EQ(field(text, 28), 0);
		CHECK_EQ(field(text, 48), 0);
	}
	CHECK_EXIT(pid, 0);
	sys(SYS_kill, victim, SIGKILL);
	CHECK_KILLED(victim, SIGKILL);
}

CASE(undumpable_processes_belong_to_root)
{
	struct stat st;
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 0), 0);
		CHECK_EQ(sys(SYS_stat, "/proc/self/stat", &st), 0);
		CHECK_EQ(st.st_uid, 0);
		CHECK_EQ(sys(SYS_stat, "/proc/self", &st), 0);
		CHECK_EQ(st.st_uid, NOBODY);
		CHECK_EQ(sys(SYS_open, "/proc/self/environ", O_RDONLY), -EACCES);
		CHECK(sys(SYS_open, "/proc/self/fd", O_RDONLY) >= 0);
		CHECK_EQ(sys(SYS_prctl, 4, 1), 0);
		CHECK_EQ(sys(SYS_stat, "/proc/self/stat", &st), 0);
		CHECK_EQ(st.st_uid, NOBODY);
		CHECK(sys(SYS_open, "/proc/self/environ", O_RDONLY) >= 0);
	}
	CHECK_EXIT(pid, 0);
}
