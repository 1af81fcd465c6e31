// SPDX-License-Identifier: MIT
/*
 * procfs/smaps: what is resident, and how: smaps, smaps_rollup, clear_refs, statm and the memory lines of status.
 *
 * Promise   figures follow from what the case did with its memory. Whether a page that was only read is clean is
 *           not asked: where every file is in memory nothing is.
 * Linux     proc_pid_smaps(5), proc_pid_clear_refs(5), proc_pid_statm(5), proc_pid_status(5).
 */
#include "tests/abi/procfs/memory.h"
#include "tests/abi/program.h"

static const char *const smaps_labels[] = {"Size", "KernelPageSize", "MMUPageSize", "Rss", "Pss", "Pss_Dirty",
	"Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM",
	"LazyFree", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb", "Swap",
	"SwapPss", "Locked", "THPeligible", "VmFlags"};
static const char *const rollup_labels[] = {"Rss", "Pss", "Pss_Dirty", "Pss_Anon", "Pss_File", "Pss_Shmem",
	"Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM",
	"LazyFree", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb", "Swap",
	"SwapPss", "Locked"};

/* The lines of a text from `at` on have these labels, and nothing follows. */
static void check_labels(const char *at, const char *const *labels, size_t nr)
{
	char label[64];

	for (size_t i = 0; i < nr; i++) {
		snprintf(label, sizeof(label), "%.*s", (int)strcspn(at, ":"), at);
		CHECK_STR(label, labels[i]);
		at = strchr(at, '\n') + 1;
	}
	CHECK_EQ(*at, 0);
}

CASE(every_field_in_its_order)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	NEEDS_LINUX(6, 10);
	p[0] = 1;
	const char *text = paragraph((int)sys(SYS_getpid), p);
	check_labels(strchr(text, '\n') + 1, smaps_labels, sizeof(smaps_labels) / sizeof(smaps_labels[0]));
	CHECK(strstr(text, "\nSize:                 16 kB\nKernelPageSize:        4 kB\n"));
	CHECK(strstr(text, "\nMMUPageSize:           4 kB\n"));
	CHECK(strstr(text, "\nTHPeligible:           "));
}

CASE(written_read_and_untouched_private_pages)
{
	char *p = island(6, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	volatile char seen;

	p[0] = p[PAGE] = 1;
	seen = p[2 * PAGE]; /* the page of zeroes is nobody's */
	seen = p[3 * PAGE];
	(void)seen;
	CHECK_EQ(smap(p, "Rss"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Pss"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Pss_Dirty"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Private_Dirty"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Referenced"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Anonymous"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Shared_Dirty"), 0);
	CHECK_EQ(smap(p, "Swap"), 0);
}

CASE(pages_stay_when_nobody_may_touch_them)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	memset(p, 1, 3 * PAGE);
	CHECK_EQ(mprotect(p, 4 * PAGE, PROT_READ), 0);
	CHECK_EQ(smap(p, "Private_Dirty"), 3 * PAGE_KB);
	/* one page only, or it would be one with its neighbours */
	CHECK_EQ(mprotect(p + PAGE, PAGE, PROT_NONE), 0);
	CHECK_EQ(smap(p + PAGE, "Rss"), PAGE_KB);
	CHECK_EQ(smap(p + PAGE, "Anonymous"), PAGE_KB);
	CHECK_EQ(smap(p, "Rss"), PAGE_KB);
	CHECK_EQ(smap(p + 2 * PAGE, "Rss"), PAGE_KB);
}

CASE(dropped_pages_are_gone)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	memset(p, 1, 4 * PAGE);
	CHECK_EQ(smap(p, "Rss"), 4 * PAGE_KB);
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(smap(p, "Rss"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Size"), 4 * PAGE_KB);
}

/* A child that has what its parent has, and does `step` when it is told to. */
struct child {
	int pid, to, from;
};

static struct child child_start(void (*step)(char *), char *arg)
{
	struct child c;
	int go[2], done[2];
	char byte;

	CHECK_EQ(sys(SYS_pipe, go), 0);
	CHECK_EQ(sys(SYS_pipe, done), 0);
	CHILD(c.pid) {
		sys(SYS_close, go[1]);
		while (sys(SYS_read, go[0], &byte, 1) == 1) {
			step(arg);
			sys(SYS_write, done[1], "d", 1);
		}
	}
	sys(SYS_close, go[0]);
	c.to = go[1];
	c.from = done[0];
	return c;
}

static void child_step(const struct child *c)
{
	char byte;

	CHECK_EQ(sys(SYS_write, c->to, "g", 1), 1);
	CHECK_EQ(sys(SYS_read, c->from, &byte, 1), 1);
}

static void child_end(const struct child *c)
{
	sys(SYS_close, c->to);
	CHECK_EXIT(c->pid, 0);
}

static void write_one(char *p)
{
	p[0]++;
}

CASE(a_fork_shares_until_one_side_writes)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct child c;

	memset(p, 1, 4 * PAGE);
	c = child_start(write_one, p);
	CHECK_EQ(smap(p, "Rss"), 4 * PAGE_KB);
	CHECK_EQ(smap(p, "Pss"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Shared_Dirty"), 4 * PAGE_KB);
	CHECK_EQ(smap(p, "Private_Dirty"), 0);
	CHECK_EQ(figure(paragraph(c.pid, p), "Rss"), 4 * PAGE_KB);
	CHECK_EQ(figure(paragraph(c.pid, p), "Pss"), 2 * PAGE_KB);
	child_step(&c);
	CHECK_EQ(smap(p, "Shared_Dirty"), 3 * PAGE_KB);
	CHECK_EQ(smap(p, "Private_Dirty"), PAGE_KB);
	CHECK_EQ(smap(p, "Pss"), PAGE_KB + 3 * PAGE_KB / 2);
	CHECK_EQ(figure(paragraph(c.pid, p), "Private_Dirty"), PAGE_KB);
	child_end(&c);
	CHECK_EQ(smap(p, "Pss"), 4 * PAGE_KB);
	CHECK_EQ(smap(p, "Private_Dirty"), 4 * PAGE_KB);
}

CASE(shared_memory_by_two_mappings)
{
	long fd = sys(SYS_memfd_create, "m", 0);
	char *a, *b;

	CHECK_EQ(sys(SYS_ftruncate, fd, 4 * PAGE), 0);
	a = island_of(4, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd);
	memset(a, 1, 3 * PAGE);
	CHECK_EQ(smap(a, "Rss"), 3 * PAGE_KB);
	CHECK_EQ(smap(a, "Private_Dirty"), 3 * PAGE_KB);
	CHECK_EQ(smap(a, "Anonymous"), 0);
	b = island_of(4, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd);
	b[0] = b[PAGE] = 1;
	b[2 * PAGE] = 1;
	CHECK_EQ(smap(a, "Pss"), 3 * PAGE_KB / 2);
	CHECK_EQ(smap(a, "Shared_Dirty"), 3 * PAGE_KB);
	CHECK_EQ(smap(b, "Shared_Dirty"), 3 * PAGE_KB);
	CHECK_EQ(munmap(a, 4 * PAGE), 0);
	CHECK_EQ(smap(b, "Private_Dirty"), 3 * PAGE_KB);
	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE), 0);
	CHECK_EQ(smap(b, "Rss"), PAGE_KB);
}

CASE(private_copies_of_a_file_are_anonymous)
{
	long fd = sys(SYS_memfd_create, "m", 0);
	static char bytes[2 * PAGE];
	char *p;
	volatile char seen;

	CHECK_EQ(sys(SYS_write, fd, bytes, sizeof(bytes)), sizeof(bytes));
	p = island_of(2, PROT_READ | PROT_WRITE, MAP_PRIVATE, (int)fd);
	seen = p[0];
	seen = p[PAGE];
	(void)seen;
	CHECK_EQ(smap(p, "Rss"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Anonymous"), 0);
	p[0] = 1;
	CHECK_EQ(smap(p, "Rss"), 2 * PAGE_KB);
	CHECK_EQ(smap(p, "Anonymous"), PAGE_KB);
	CHECK_EQ(smap(p, "Private_Dirty"), 2 * PAGE_KB);
}

static bool has_flags(const void *p, const char *want)
{
	char all[256], one[8];

	snprintf(all, sizeof(all), "%s", vm_flags(p));
	for (; *want; want += 3) {
		snprintf(one, sizeof(one), " %.2s ", want);
		if (!strstr(all, one))
			tap_fail(__FILE__, __LINE__, "no %.2s in \"%s\"", want, all);
	}
	return true;
}

static bool lacks_flags(const void *p, const char *unwanted)
{
	char all[256], one[8];

	snprintf(all, sizeof(all), "%s", vm_flags(p));
	for (; *unwanted; unwanted += 3) {
		snprintf(one, sizeof(one), " %.2s ", unwanted);
		if (strstr(all, one))
			tap_fail(__FILE__, __LINE__, "%.2s in \"%s\"", unwanted, all);
	}
	return true;
}

CASE(flags_of_mappings)
{
	long fd;
	char *p = island(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	scratch();
	CHECK(has_flags(p, "rd wr mr mw me ") && lacks_flags(p, "ex sh ms gd pf lo io dc de nr wf dd "));
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_DONTFORK), 0);
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_DONTDUMP), 0);
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_WIPEONFORK), 0);
	CHECK(has_flags(p, "rd wr mr mw me dc wf dd "));
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_DOFORK), 0);
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_DODUMP), 0);
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_KEEPONFORK), 0);
	CHECK(lacks_flags(p, "dc wf dd "));
	CHECK(has_flags(p, "ac "));
	p[0] = p[PAGE] = 1; /* promised, and it stays so */
	CHECK_EQ(mprotect(p, 2 * PAGE, PROT_READ), 0);
	CHECK(has_flags(p, "ac "));
	p = island(2, PROT_READ | PROT_EXEC, MAP_SHARED);
	CHECK(has_flags(p, "rd ex sh mr mw me ms ") && lacks_flags(p, "wr "));
	p = island(2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);
	CHECK(has_flags(p, "gd "));
	p = island(2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
	CHECK(has_flags(p, "nr ") && lacks_flags(p, "ac "));
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_RANDOM), 0);
	CHECK(has_flags(p, "rr ") && lacks_flags(p, "sr "));
	CHECK_EQ(madvise(p, 2 * PAGE, MADV_SEQUENTIAL), 0);
	CHECK(has_flags(p, "sr ") && lacks_flags(p, "rr "));
	p = island(1, PROT_READ, MAP_PRIVATE);
	CHECK_EQ(mprotect(p, PAGE, PROT_WRITE), 0);
	CHECK(has_flags(p, "wr mr mw me ") && lacks_flags(p, "rd ex "));
	fd = sys(SYS_open, "file", O_RDWR | O_CREAT, 0600);
	CHECK_EQ(sys(SYS_ftruncate, fd, PAGE), 0);
	fd = sys(SYS_open, "file", O_RDONLY);
	p = island_of(1, PROT_READ, MAP_SHARED, (int)fd); /* it can never be written through this */
	CHECK(has_flags(p, "rd mr ms ") && lacks_flags(p, "sh mw "));
}

CASE(flags_of_what_the_kernel_maps)
{
	char line[256], *at;
	unsigned long data = 0, text = 0;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (fgets(line, sizeof(line), maps)) {
		at = strchr(line, '[');
		if (at && strncmp(at, "[vvar]", 6) == 0)
			data = strtoul(line, NULL, 16);
		if (at && strncmp(at, "[vdso]", 6) == 0)
			text = strtoul(line, NULL, 16);
	}
	fclose(maps);
	CHECK(data && text);
	CHECK(has_flags((void *)data, "rd mr pf io de dd ") && lacks_flags((void *)data, "wr mw "));
	CHECK(has_flags((void *)text, "rd ex mr me de ") && lacks_flags((void *)text, "wr dd "));
}

CASE(locked_memory)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long before = status("VmLck");

	p[0] = p[PAGE] = 1;
	CHECK_EQ(sys(SYS_mlock2, p, 4 * PAGE, 1 /* MLOCK_ONFAULT */), 0);
	CHECK(has_flags(p, "lo lf "));
	CHECK_EQ(smap(p, "Locked"), 2 * PAGE_KB); /* what is there */
	CHECK_EQ(status("VmLck"), before + 4 * PAGE_KB);
	CHECK_EQ(sys(SYS_mlock, p, 4 * PAGE), 0);
	CHECK(has_flags(p, "lo ") && lacks_flags(p, "lf "));
	CHECK_EQ(smap(p, "Locked"), 4 * PAGE_KB);
	CHECK_EQ(smap(p, "Rss"), 4 * PAGE_KB);
	CHECK_EQ(sys(SYS_munlock, p, 4 * PAGE), 0);
	CHECK(lacks_flags(p, "lo lf "));
	CHECK_EQ(smap(p, "Locked"), 0);
	CHECK_EQ(status("VmLck"), before);
}

/* Sums one figure over all mappings. */
static long sum_of(const char *key)
{
	char label[64];
	long sum = 0;

	CHECK(slurp("/proc/self/smaps", maps_text, sizeof(maps_text)) > 0);
	snprintf(label, sizeof(label), "\n%s:", key);
	for (const char *at = maps_text; (at = strstr(at, label)); at++)
		sum += strtol(at + strlen(label), NULL, 10);
	return sum;
}

static long rollup(const char *key)
{
	static char text[4096];

	CHECK(slurp("/proc/self/smaps_rollup", text, sizeof(text)) > 0);
	return figure(text, key);
}

CASE(rollup_is_the_sum)
{
	static const char *const keys[] = {"Rss", "Private_Dirty", "Shared_Dirty", "Referenced", "Anonymous", "Locked"};
	char *p = island(64, PROT_READ | PROT_WRITE, MAP_PRIVATE), *s = island(8, PROT_READ | PROT_WRITE, MAP_SHARED);
	long before, shmem;

	memset(maps_text, 1, sizeof(maps_text));
	memset(s, 1, 8 * PAGE);
	for (int i = 0; i < 2; i++) /* what is touched on the way is touched by now */
		before = rollup("Anonymous") + sum_of("Rss") * 0;
	shmem = rollup("Pss_Shmem");
	CHECK(shmem >= 8 * PAGE_KB);
	memset(p, 1, 64 * PAGE);
	CHECK_EQ(rollup("Anonymous"), before + 64 * PAGE_KB);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		CHECK_EQ(rollup(keys[i]), sum_of(keys[i]));
	CHECK_EQ(rollup("Pss_Shmem"), shmem);
	long parts = rollup("Pss_Anon") + rollup("Pss_File") + shmem, whole = rollup("Pss");
	CHECK(whole - parts >= 0 && whole - parts <= 2); /* each is rounded down */
	CHECK_EQ(munmap(s, 8 * PAGE), 0);
	CHECK_EQ(rollup("Pss_Shmem"), shmem - 8 * PAGE_KB);
}

CASE(rollup_has_its_lines)
{
	static char text[4096];
	char *end;

	NEEDS_LINUX(6, 10);
	CHECK(slurp("/proc/self/smaps_rollup", text, sizeof(text)) > 0);
	unsigned long from = strtoul(text, &end, 16), to = strtoul(end + 1, &end, 16);
	CHECK(from && from < (unsigned long)&sys6 && (unsigned long)text < to);
	CHECK(strncmp(end, " ---p 00000000 00:00 0 ", 23) == 0);
	CHECK(strncmp(text + 73, "[rollup]\n", 9) == 0);
	check_labels(strchr(text, '\n') + 1, rollup_labels, sizeof(rollup_labels) / sizeof(rollup_labels[0]));
}

CASE(of_a_process_that_is_gone)
{
	char path[64], text[16];
	int pid = start_sleeper();
	long smaps, sum;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	smaps = sys(SYS_open, path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	sum = sys(SYS_open, path, O_RDONLY);
	CHECK(smaps >= 0 && sum >= 0);
	sys(SYS_kill, pid, SIGKILL);
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_read, smaps, text, sizeof(text)), 0);
	CHECK_EQ(sys(SYS_read, sum, text, sizeof(text)), -ESRCH);
	CHECK_EQ(sys(SYS_open, path, O_RDONLY), -ESRCH);
	CHECK_KILLED(pid, SIGKILL);
	CHECK_EQ(sys(SYS_open, path, O_RDONLY), -ENOENT);
}

CASE(opened_before_an_execve)
{
	char path[64], text[16];
	int pid, go[2], gone[2];
	long fd;

	scratch();
	write_program("sleep", PROGRAM_SLEEP);
	CHECK_EQ(sys(SYS_pipe, go), 0);
	CHECK_EQ(sys(SYS_pipe2, gone, O_CLOEXEC), 0);
	CHILD(pid) {
		char *argv[] = {"sleep", NULL};

		sys(SYS_read, go[0], text, 1);
		sys(SYS_execve, "sleep", argv, argv + 1);
	}
	sys(SYS_close, gone[1]);
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	fd = sys(SYS_open, path, O_RDONLY);
	CHECK(fd >= 0);
	sys(SYS_write, go[1], "g", 1);
	CHECK_EQ(sys(SYS_read, gone[0], text, 1), 0);
	CHECK_EQ(sys(SYS_read, fd, text, sizeof(text)), -ESRCH); /* its memory is no more */
	CHECK(slurp(path, maps_text, sizeof(maps_text)) > 0);
	end_child(pid);
}

/* --- clear_refs --- */

static long clear(const char *what)
{
	long fd = sys(SYS_open, "/proc/self/clear_refs", O_WRONLY), n;

	CHECK(fd >= 0);
	n = sys(SYS_write, fd, what, strlen(what));
	sys(SYS_close, fd);
	return n;
}

/* Linux leaves translations in the processor, which then does not mark the page: so they are thrown out first. */
static void touch(char *p)
{
	CHECK_EQ(mprotect(p, PAGE, PROT_NONE), 0);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_WRITE), 0);
	p[0]++;
}

CASE(references_are_forgotten)
{
	char *p = island(4, PROT_READ | PROT_WRITE, MAP_PRIVATE), *s = island(4, PROT_READ | PROT_WRITE, MAP_SHARED);

	memset(p, 1, 4 * PAGE);
	memset(s, 1, 4 * PAGE);
	CHECK_EQ(smap(p, "Referenced"), 4 * PAGE_KB);
	CHECK_EQ(clear("1"), 1);
	CHECK_EQ(smap(p, "Referenced"), 0);
	CHECK_EQ(smap(s, "Referenced"), 0);
	CHECK_EQ(smap(p, "Rss"), 4 * PAGE_KB);
	touch(p);
	touch(s + PAGE);
	touch(s + 2 * PAGE);
	CHECK_EQ(smap(p, "Referenced"), PAGE_KB);
	CHECK_EQ(smap(s, "Referenced"), 2 * PAGE_KB);
	CHECK_EQ(clear("2"), 1); /* anonymous mappings */
	CHECK_EQ(smap(p, "Referenced"), 0);
	CHECK_EQ(smap(s, "Referenced"), 2 * PAGE_KB);
	touch(p);
	CHECK_EQ(clear("3\n"), 2); /* those of files, and shared memory is one */
	CHECK_EQ(smap(p, "Referenced"), PAGE_KB);
	CHECK_EQ(smap(s, "Referenced"), 0);
}

CASE(what_clear_refs_refuses)
{
	static const struct { const char *text; long answer; } tries[] = {
		{"0", -EINVAL}, {"6", -EINVAL}, {"-1", -EINVAL}, {"", -EINVAL}, {"1x", -EINVAL}, {"0x1", -EINVAL},
		{"1 2", -EINVAL}, {"99999999999", -ERANGE}, {"4", 1}, {" 1", 2}, {"1 ", 2},
	};
	char byte;
	long fd;
	int pid;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (clear(tries[i].text) != tries[i].answer)
			tap_fail(__FILE__, __LINE__, "\"%s\" is %ld", tries[i].text, clear(tries[i].text));
	fd = sys(SYS_open, "/proc/self/clear_refs", O_WRONLY);
	CHECK_EQ(sys(SYS_write, fd, (void *)8, 1), -EFAULT);
	NEEDS_ROOT();
	fd = sys(SYS_open, "/proc/self/clear_refs", O_RDWR);
	CHECK_EQ(sys(SYS_read, fd, &byte, 1), -EINVAL);
	CHILD(pid) {
		char path[64];

		CHECK(become(NOBODY));
		snprintf(path, sizeof(path), "/proc/%ld/clear_refs", sys(SYS_getppid));
		CHECK_EQ(sys(SYS_open, path, O_WRONLY), -EACCES);
	}
	CHECK_EXIT(pid, 0);
}

/* --- status and statm --- */

CASE(peaks_stay_and_can_be_reset)
{
	enum { BYTES = 32 << 20, KB = BYTES / 1024, SLACK = 1024 };
	long before = status("VmRSS");
	char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long size = status("VmSize");

	memset(p, 1, BYTES);
	CHECK(status("VmRSS") >= before + KB - SLACK);
	CHECK_EQ(munmap(p, BYTES), 0);
	CHECK_EQ(status("VmSize"), size - KB);
	CHECK(status("VmPeak") >= size);
	CHECK(status("VmRSS") < before + SLACK);
	CHECK(status("VmHWM") >= before + KB - SLACK); /* Linux counts in batches */
	CHECK_EQ(clear("5"), 1);
	CHECK(status("VmHWM") < before + SLACK);
	CHECK(status("VmPeak") >= size);
}

CASE(resident_memory_has_three_kinds)
{
	char *p = island(16, PROT_READ | PROT_WRITE, MAP_PRIVATE), *s = island(8, PROT_READ | PROT_WRITE, MAP_SHARED);
	long anon, shmem;

	memset(maps_text, 1, sizeof(maps_text));
	status("VmRSS");
	anon = status("RssAnon");
	shmem = status("RssShmem");
	CHECK_EQ(status("VmRSS"), anon + status("RssFile") + shmem);
	memset(p, 1, 16 * PAGE);
	memset(s, 1, 8 * PAGE);
	CHECK_EQ(status("RssAnon"), anon + 16 * PAGE_KB);
	CHECK_EQ(status("RssShmem"), shmem + 8 * PAGE_KB);
	CHECK_EQ(status("VmRSS"), status("RssAnon") + status("RssFile") + status("RssShmem"));
}

CASE(mapped_memory_has_its_kinds)
{
	long data, exec, size, tables;
	char *p;

	memset(maps_text, 1, sizeof(maps_text));
	data = status("VmData");
	size = status("VmSize");
	exec = status("VmExe") + status("VmLib");
	tables = status("VmPTE");
	CHECK(status("VmExe") > 0 && tables > 0 && status("VmStk") > 0);
	mmap(NULL, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(status("VmData"), data + 10 * PAGE_KB);
	mmap(NULL, 7 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mmap(NULL, 5 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(status("VmData"), data + 10 * PAGE_KB);
	p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(status("VmExe") + status("VmLib"), exec + 3 * PAGE_KB);
	CHECK_EQ(status("VmSize"), size + 25 * PAGE_KB);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	CHECK_EQ(status("VmExe") + status("VmLib"), exec + 2 * PAGE_KB);
	CHECK_EQ(status("VmData"), data + 11 * PAGE_KB);
	/* two tables, and one above: nothing else is near */
	p = mmap((void *)0x200000000000, 4L << 20, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
	CHECK_EQ(p, 0x200000000000);
	madvise(p, 4L << 20, MADV_NOHUGEPAGE);
	p[0] = p[2L << 20] = 1;
	CHECK(status("VmPTE") >= tables + 3 * PAGE_KB);
	CHECK_EQ(munmap(p, 4L << 20), 0);
	CHECK(status("VmPTE") < tables + 2 * PAGE_KB);
}

CASE(statm_and_status_agree)
{
	long n[7];
	char *at = maps_text;

	memset(maps_text, 1, sizeof(maps_text));
	status("VmSize");
	CHECK(slurp("/proc/self/statm", maps_text, sizeof(maps_text)) > 0);
	for (int i = 0; i < 7; i++)
		n[i] = strtol(at, &at, 10);
	CHECK_STR(at, "\n");
	CHECK_EQ(n[0] * PAGE_KB, status("VmSize"));
	CHECK_EQ(n[1] * PAGE_KB, status("VmRSS"));
	CHECK_EQ(n[2] * PAGE_KB, status("RssFile") + status("RssShmem"));
	CHECK_EQ(n[3] * PAGE_KB, status("VmExe"));
	CHECK_EQ(n[4], 0);
	CHECK_EQ(n[5] * PAGE_KB, status("VmData") + status("VmStk"));
	CHECK_EQ(n[6], 0);
}

CASE(a_large_empty_mapping_is_looked_over_at_once)
{
	enum { ROUNDS = 20, LIMIT_MS = 3000 };
	const unsigned long bytes = 1UL << 44;
	char *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int64_t began = now_ms();

	CHECK(p != MAP_FAILED);
	for (int i = 0; i < ROUNDS; i++)
		CHECK(sum_of("Size") >= (long)(bytes / 1024));
	CHECK(now_ms() - began < LIMIT_MS);
}
