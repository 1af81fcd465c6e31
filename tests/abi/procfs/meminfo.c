// SPDX-License-Identifier: MIT
/*
 * procfs/meminfo: the memory of the whole machine: meminfo, vmstat, buddyinfo, slabinfo.
 *
 * Promise   lines that free, top, vmstat and slabtop read are there, agree with one another, and follow what a case
 *           does with more memory than others can do meanwhile.
 * Linux     proc_meminfo(5), proc_vmstat(5), proc_slabinfo(5).
 */
#include <sys/sysinfo.h>
#include "tests/abi/abi.h"

enum { TEXT = 1 << 17, BYTES = 24 << 20, KB = BYTES / 1024, NOISE = 8 << 10, AGREE = 12 << 10, PAGE_KB = PAGE / 1024 };

static char text[TEXT];

static long number_after(const char *label)
{
	size_t len = strlen(label);

	for (const char *at = text; at; at = strchr(at, '\n'), at += at != NULL)
		if (strncmp(at, label, len) == 0)
			return strtol(at + len, NULL, 10);
	tap_fail(__FILE__, __LINE__, "no line %s", label);
}

static long meminfo(const char *key)
{
	char label[64];

	CHECK(slurp("/proc/meminfo", text, sizeof(text)) > 0);
	snprintf(label, sizeof(label), "%s:", key);
	return number_after(label);
}

static long vmstat(const char *key)
{
	char label[64];

	CHECK(slurp("/proc/vmstat", text, sizeof(text)) > 0);
	snprintf(label, sizeof(label), "%s ", key);
	return number_after(label);
}

/* These are everybody's: on a host, what others do at the same time is more than a case does. */
static bool is_near(long a, long b, long by)
{
	return !getenv("TAP_MACHINE") || (a - b <= by && b - a <= by);
}

static bool is_free(long kb, long want)
{
	return is_near(kb, want, AGREE);
}

CASE(lines_in_their_order)
{
	static const char *const keys[] = {"MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached",
		"Active", "Inactive", "Active(anon)", "Inactive(anon)", "Active(file)", "Inactive(file)",
		"Unevictable", "Mlocked", "SwapTotal", "SwapFree", "Dirty", "Writeback", "AnonPages", "Mapped",
		"Shmem", "KReclaimable", "Slab", "SReclaimable", "SUnreclaim", "KernelStack", "PageTables",
		"Bounce", "WritebackTmp", "CommitLimit", "Committed_AS", "VmallocTotal", "VmallocUsed",
		"VmallocChunk"};
	char label[32];
	const char *last = text, *at;

	CHECK(slurp("/proc/meminfo", text, sizeof(text)) > 0);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(label, sizeof(label), "%s:", keys[i]);
		at = strncmp(text, label, strlen(label)) == 0 ? text : NULL;
		if (!at) {
			snprintf(label, sizeof(label), "\n%s:", keys[i]);
			at = strstr(text, label);
		}
		if (!at || at < last)
			tap_fail(__FILE__, __LINE__, "%s is not there, or not in its place", keys[i]);
		last = at;
		CHECK(strncmp(strchr(at + 1, '\n') - 3, " kB", 3) == 0);
	}
	CHECK(strncmp(text + 24, " kB\n", 4) == 0);
}

CASE(parts_make_the_whole)
{
	long total = meminfo("MemTotal"), free = meminfo("MemFree");
	struct sysinfo s;

	CHECK(total > 0 && free > 0 && free < total);
	CHECK(meminfo("MemAvailable") <= total);
	CHECK_EQ(sysinfo(&s), 0);
	CHECK_EQ(s.totalram / 1024 * s.mem_unit, total);
	CHECK(is_free((long)(s.freeram / 1024 * s.mem_unit), meminfo("MemFree")));
	CHECK(meminfo("Slab") == meminfo("SReclaimable") + meminfo("SUnreclaim") ||
		is_near(meminfo("Slab"), meminfo("SReclaimable") + meminfo("SUnreclaim"), NOISE));
	CHECK(meminfo("Slab") > 0 && meminfo("KernelStack") > 0 && meminfo("PageTables") > 0);
	CHECK(meminfo("VmallocUsed") > 0 && meminfo("VmallocUsed") < meminfo("VmallocTotal"));
	CHECK_EQ(meminfo("SwapFree") <= meminfo("SwapTotal"), 1);
}

CASE(private_memory_is_counted)
{
	long anon = meminfo("AnonPages"), free = meminfo("MemFree"), shmem = meminfo("Shmem");
	char *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(is_near(meminfo("AnonPages"), anon, NOISE));
	memset(p, 1, BYTES);
	CHECK(is_near(meminfo("AnonPages"), anon + KB, NOISE));
	CHECK(is_free(meminfo("MemFree"), free - KB));
	CHECK(is_near(meminfo("Shmem"), shmem, NOISE));
	munmap(p, BYTES);
	CHECK(is_near(meminfo("AnonPages"), anon, NOISE));
	CHECK(is_free(meminfo("MemFree"), free));
}

CASE(shared_memory_is_counted)
{
	long shmem = meminfo("Shmem"), mapped = meminfo("Mapped"), cached = meminfo("Cached"), fd;
	static char block[1 << 20];
	char *p;

	fd = sys(SYS_memfd_create, "m", 0);
	for (int i = 0; i < BYTES; i += sizeof(block))
		CHECK_EQ(sys(SYS_write, fd, block, sizeof(block)), sizeof(block));
	CHECK(is_near(meminfo("Shmem"), shmem + KB, NOISE));
	CHECK(is_near(meminfo("Cached"), cached + KB, NOISE));
	CHECK(is_near(meminfo("Mapped"), mapped, NOISE));
	p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	for (int i = 0; i < BYTES; i += PAGE)
		p[i]++;
	CHECK(is_near(meminfo("Mapped"), mapped + KB, NOISE));
	CHECK(is_near(meminfo("Shmem"), shmem + KB, NOISE));
	munmap(p, BYTES);
	CHECK(is_near(meminfo("Mapped"), mapped, NOISE));
	CHECK_EQ(sys(SYS_ftruncate, fd, 0), 0);
	CHECK(is_near(meminfo("Shmem"), shmem, NOISE));
}

CASE(stacks_of_threads_and_tables_are_counted)
{
	enum { CHILDREN = 64, LEAST = 64 * 8 };
	int pids[CHILDREN];
	long stacks = meminfo("KernelStack"), tables = meminfo("PageTables");

	for (int i = 0; i < CHILDREN; i++)
		pids[i] = start_sleeper();
	CHECK(meminfo("KernelStack") >= stacks + LEAST);
	CHECK(meminfo("PageTables") >= tables + CHILDREN * 2 * PAGE_KB);
	for (int i = 0; i < CHILDREN; i++)
		end_child(pids[i]);
}

CASE(vmstat_agrees_with_meminfo)
{
	CHECK(is_free(vmstat("nr_free_pages") * PAGE_KB, meminfo("MemFree")));
	CHECK(is_near(vmstat("nr_anon_pages") * PAGE_KB, meminfo("AnonPages"), AGREE));
	CHECK(is_near(vmstat("nr_mapped") * PAGE_KB, meminfo("Mapped"), NOISE));
	CHECK(is_near(vmstat("nr_shmem") * PAGE_KB, meminfo("Shmem"), NOISE));
	CHECK(is_near(vmstat("nr_page_table_pages") * PAGE_KB, meminfo("PageTables"), NOISE));
	CHECK(is_near(vmstat("nr_kernel_stack"), meminfo("KernelStack"), NOISE));
	CHECK(is_near((vmstat("nr_slab_reclaimable") + vmstat("nr_slab_unreclaimable")) * PAGE_KB, meminfo("Slab"),
		NOISE));
	CHECK(vmstat("pgpgin") >= 0 && vmstat("pgpgout") >= 0 && vmstat("pswpin") >= 0 && vmstat("pswpout") >= 0);
	/* each line is a name and a number */
	for (const char *at = text; *at; at = strchr(at, '\n') + 1) {
		size_t name = strcspn(at, " "), digits = strspn(at + name + 1, "0123456789");

		CHECK(name > 0 && digits > 0 && at[name + 1 + digits] == '\n');
	}
}

CASE(free_blocks_add_up)
{
	long pages = 0;

	CHECK(slurp("/proc/buddyinfo", text, sizeof(text)) > 0);
	for (char *at = text; *at; at = strchr(at, '\n') + 1) {
		char *p = strstr(at, "zone");

		CHECK(strncmp(at, "Node 0, zone ", 13) == 0 && p);
		p += strcspn(p, " ");
		p += strspn(p, " ");
		p += strcspn(p, " ");
		for (int order = 0; order <= 10; order++)
			pages += strtol(p, &p, 10) << order;
		CHECK_EQ(p[strspn(p, " ")], '\n');
	}
	CHECK(is_free(pages * PAGE_KB, meminfo("MemFree")));
}

CASE(slabs_have_their_columns)
{
	int lines = 0;
	char name[64];

	NEEDS_ROOT();
	CHECK(slurp("/proc/slabinfo", text, sizeof(text)) > 0);
	CHECK(strncmp(text, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize>", 76) == 0);
	for (char *at = strchr(strchr(text, '\n') + 1, '\n') + 1; *at; at = strchr(at, '\n') + 1, lines++) {
		char *p = at + strcspn(at, " ");
		long n[5];

		snprintf(name, sizeof(name), "%.*s", (int)(p - at), at);
		for (int i = 0; i < 5; i++)
			n[i] = strtol(p, &p, 10);
		if (!(n[0] >= 0 && n[0] <= n[1] && n[2] > 0 && n[3] > 0 && n[4] > 0))
			tap_fail(__FILE__, __LINE__, "%s: %ld %ld %ld %ld %ld", name, n[0], n[1], n[2], n[3], n[4]);
		CHECK(strncmp(p, " : tunables ", 12) == 0);
		p = strstr(p, " : slabdata ");
		CHECK(p);
		p += 12;
		for (int i = 0; i < 3; i++)
			n[i] = strtol(p, &p, 10);
		CHECK(n[0] <= n[1] && *p == '\n');
	}
	CHECK(lines > 20);
}

CASE(slabs_are_for_root)
{
	struct stat st;
	int pid;

	NEEDS_ROOT();
	CHECK_EQ(sys(SYS_stat, "/proc/slabinfo", &st), 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0400);
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(sys(SYS_open, "/proc/slabinfo", O_RDONLY), -EACCES);
		CHECK(slurp("/proc/meminfo", text, sizeof(text)) > 0);
		CHECK(slurp("/proc/vmstat", text, sizeof(text)) > 0);
	}
	CHECK_EXIT(pid, 0);
}
