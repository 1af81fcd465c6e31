// SPDX-License-Identifier: MIT
/*
 * procfacts: the files of /proc that put facts of several owners together.
 *
 * Promise   the lines and fields that tools look for, in Linux's order and form. A fact that nobody counts is 0
 *           or is left out.
 * Locks     none but those of who is asked
 * Linux     proc(5): meminfo, stat, uptime, loadavg, cpuinfo, devices and their like, as of 6.18. Interrupts
 *           are not counted. Memory by kind is counted when asked, page by page.
 */
#include "arch/x86_64/arch.h"
#include "fs/devfs.h"
#include "kernel/core/clock.h"
#include "kernel/core/sched.h"
#include "kernel/lib/strbuf.h"
#include "kernel/options.h"
#include "kernel/proc/facts.h"
#include "kernel/procfs.h"
#include "mm/commit.h"
#include "mm/page.h"
#include "mm/slab.h"

enum {
	KIB_PER_PAGE = PAGE_SIZE / 1024,
	LOAD_FRACTION_BITS = 11, LOAD_ONE = 1 << LOAD_FRACTION_BITS, LOAD_HALF_CENT = LOAD_ONE / 200,
	CENTS = 100,
};
#define NSEC_PER_TICK ((u64)NSEC_PER_SEC / USER_HZ)
#define NSEC_PER_CENT ((u64)NSEC_PER_SEC / CENTS)

/* --- memory --- */

static void put_kib(struct strbuf *sb, const char *name, u64 pages)
{
	char label[24];
	fmt_snprintf(label, sizeof(label), "%s:", name);
	strbuf_printf(sb, "%-16s%8lu kB\n", label, pages * KIB_PER_PAGE);
}

static u64 stack_pages(void)
{
	return (u64)READ_ONCE(nr_tasks) * (KSTACK_BYTES / PAGE_SIZE);
}

void proc_show_meminfo(struct strbuf *sb)
{
	struct page_census c = {};
	page_take_census(&c);
	u64 total = pages_total(), free = pages_free(), file = c.of_kind[PAGE_OBJECT], anon = c.of_kind[PAGE_ANON];
	const struct { const char *name; u64 pages; } rows[] = {
		{ "MemTotal", total }, { "MemFree", free }, { "MemAvailable", free }, { "Buffers", 0 },
		{ "Cached", file }, { "SwapCached", 0 }, { "Active", anon + file }, { "Inactive", 0 },
		{ "Active(anon)", anon + file }, { "Inactive(anon)", 0 }, { "Active(file)", 0 },
		{ "Inactive(file)", 0 }, { "Unevictable", 0 }, { "Mlocked", 0 }, { "SwapTotal", 0 },
		{ "SwapFree", 0 }, { "Dirty", 0 }, { "Writeback", 0 }, { "AnonPages", anon },
		{ "Mapped", c.mapped }, { "Shmem", file }, { "KReclaimable", 0 }, { "Slab", c.of_kind[PAGE_SLAB] },
		{ "SReclaimable", 0 }, { "SUnreclaim", c.of_kind[PAGE_SLAB] }, { "KernelStack", stack_pages() },
		{ "PageTables", c.of_kind[PAGE_TABLE] }, { "SecPageTables", 0 }, { "NFS_Unstable", 0 },
		{ "Bounce", 0 }, { "WritebackTmp", 0 }, { "CommitLimit", commit_limit() },
		{ "Committed_AS", commit_pages() },
		{ "VmallocTotal", (KVIRT_END - KVIRT_BASE) / PAGE_SIZE }, { "VmallocUsed", kvirt_pages_used() },
		{ "VmallocChunk", 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		put_kib(sb, rows[i].name, rows[i].pages);
}

void proc_show_buddyinfo(struct strbuf *sb)
{
	u64 blocks[PAGE_MAX_ORDER + 1];
	page_stats(blocks);
	strbuf_printf(sb, "Node 0, zone %8s ", "Normal");
	for (unsigned i = 0; i <= PAGE_MAX_ORDER; i++)
		strbuf_printf(sb, "%6lu ", blocks[i]);
	strbuf_putc(sb, '\n');
}

void proc_show_vmstat(struct strbuf *sb)
{
	struct page_census c = {};
	page_take_census(&c);
	const struct { const char *name; u64 value; } rows[] = {
		{ "nr_free_pages", pages_free() }, { "nr_slab_reclaimable", 0 },
		{ "nr_slab_unreclaimable", c.of_kind[PAGE_SLAB] }, { "nr_anon_pages", c.of_kind[PAGE_ANON] },
		{ "nr_mapped", c.mapped }, { "nr_file_pages", c.of_kind[PAGE_OBJECT] }, { "nr_dirty", 0 },
		{ "nr_writeback", 0 }, { "nr_shmem", c.of_kind[PAGE_OBJECT] },
		{ "nr_kernel_stack", stack_pages() * KIB_PER_PAGE },
		{ "nr_page_table_pages", c.of_kind[PAGE_TABLE] }, { "pgpgin", 0 }, { "pgpgout", 0 },
		{ "pswpin", 0 }, { "pswpout", 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		strbuf_printf(sb, "%s %lu\n", rows[i].name, rows[i].value);
}

void proc_show_swaps(struct strbuf *sb)
{
	strbuf_puts(sb, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
}

/* --- time --- */

struct cpu_time {
	u64 user, system, idle; /* ns */
};

static void cpu_time_add(struct cpu_time *sum, unsigned cpu, struct cpu_time *one)
{
	cpu_busy_split(cpu, &one->user, &one->system);
	one->idle = cpu_idle_ns(cpu);
	sum->user += one->user;
	sum->system += one->system;
	sum->idle += one->idle;
}

static void put_cpu_time(struct strbuf *sb, const struct cpu_time *t)
{
	strbuf_printf(sb, " %lu 0 %lu %lu 0 0 0 0 0 0\n", t->user / NSEC_PER_TICK, t->system / NSEC_PER_TICK,
		t->idle / NSEC_PER_TICK);
}

static u64 irq_row_sum(unsigned row)
{
	u64 sum = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		sum += irq_row_count(row, cpu);
	return sum;
}

void proc_show_stat(struct strbuf *sb)
{
	struct cpu_time sum = {}, one;
	u64 interrupts = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		cpu_time_add(&sum, cpu, &one);
		interrupts += irq_count(cpu);
	}
	strbuf_puts(sb, "cpu ");
	put_cpu_time(sb, &sum);
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		cpu_time_add(&sum, cpu, &one);
		strbuf_printf(sb, "cpu%u", cpu);
		put_cpu_time(sb, &one);
	}
	strbuf_printf(sb, "intr %lu", interrupts);
	struct irq_row row;
	for (unsigned i = 0; irq_row_get(i, &row) && row.is_device; i++)
		strbuf_printf(sb, " %lu", irq_row_sum(i));
	strbuf_putc(sb, '\n');
	strbuf_printf(sb, "ctxt %lu\nbtime %ld\nprocesses %lu\nprocs_running %u\nprocs_blocked 0\n",
		sched_nr_switches(), realtime_offset_ns() / (s64)NSEC_PER_SEC,
		__atomic_load_n(&nr_forks, __ATOMIC_RELAXED), sched_nr_running());
	strbuf_puts(sb, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void put_seconds(struct strbuf *sb, u64 ns, char end)
{
	strbuf_printf(sb, "%lu.%02lu%c", ns / NSEC_PER_SEC, ns / NSEC_PER_CENT % CENTS, end);
}

void proc_show_uptime(struct strbuf *sb)
{
	u64 idle = 0;
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		idle += cpu_idle_ns(cpu);
	put_seconds(sb, clock_now_ns(), ' ');
	put_seconds(sb, idle, '\n');
}

void proc_show_loadavg(struct strbuf *sb)
{
	u32 load[3];
	sched_load_average(load);
	for (unsigned i = 0; i < ARRAY_LEN(load); i++) {
		u32 v = load[i] + LOAD_HALF_CENT;
		strbuf_printf(sb, "%u.%02u ", v >> LOAD_FRACTION_BITS,
			(v & (LOAD_ONE - 1)) * CENTS >> LOAD_FRACTION_BITS);
	}
	strbuf_printf(sb, "%u/%d %d\n", sched_nr_running(), READ_ONCE(nr_tasks), READ_ONCE(pid_last));
}

/* --- the machine --- */

void proc_show_version(struct strbuf *sb)
{
	strbuf_puts(sb, KERNEL_SYSNAME " version " KERNEL_RELEASE " (parley@parley) (gcc " __VERSION__ ") "
		KERNEL_VERSION "\n");
}

void proc_show_cmdline(struct strbuf *sb)
{
	strbuf_printf(sb, "%s\n", boot_cmdline);
}

void proc_show_cpuinfo(struct strbuf *sb)
{
	unsigned family, model, stepping;
	const char *vendor;
	arch_cpuinfo(&family, &model, &stepping, &vendor);
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
		strbuf_printf(sb, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n", cpu, vendor,
			family, model);
		strbuf_printf(sb, "model name\t: %s\nstepping\t: %u\n", arch_cpu_model(), stepping);
		strbuf_printf(sb, "physical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\n", nr_cpus, cpu,
			nr_cpus);
		strbuf_printf(sb, "fpu\t\t: yes\nfpu_exception\t: yes\nwp\t\t: yes\nflags\t\t: %s\n",
			arch_cpu_flags());
		strbuf_puts(sb, "power management:\n\n");
	}
}

/* Linux's kinds of work that an interrupt leaves for a moment later. Here it is done at once, or by a thread. */
void proc_show_softirqs(struct strbuf *sb)
{
	static const char *const kinds[] = {
		"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU",
	};
	strbuf_puts(sb, "                    ");
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		strbuf_printf(sb, "CPU%-8u", cpu);
	strbuf_putc(sb, '\n');
	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		strbuf_printf(sb, "%12s:", kinds[i]);
		for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
			strbuf_printf(sb, " %10u", 0);
		strbuf_putc(sb, '\n');
	}
}

void proc_show_interrupts(struct strbuf *sb)
{
	strbuf_puts(sb, "           ");
	for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
		strbuf_printf(sb, "CPU%-8u", cpu);
	strbuf_putc(sb, '\n');
	struct irq_row row;
	for (unsigned i = 0; irq_row_get(i, &row); i++) {
		if (!row.name)
			continue;
		if (row.is_device)
			strbuf_printf(sb, "%3u: ", i);
		else
			strbuf_printf(sb, "%3s: ", row.name);
		for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
			strbuf_printf(sb, "%10lu ", irq_row_count(i, cpu));
		if (row.is_device)
			strbuf_printf(sb, " IO-APIC %3u-%-8s  %s\n", row.pin, row.is_level ? "fasteoi" : "edge",
				row.name);
		else
			strbuf_printf(sb, "  %s\n", row.text);
	}
}

/* --- devices --- */

static const struct { u32 type; u16 major, first_minor, last_minor; const char *name; } drivers[] = {
	{ S_IFCHR, 1, 0, 255, "mem" }, { S_IFCHR, 4, 0, 0, "/dev/vc/0" }, { S_IFCHR, 4, 0, 63, "tty" },
	{ S_IFCHR, 4, 64, 255, "ttyS" }, { S_IFCHR, 5, 0, 0, "/dev/tty" }, { S_IFCHR, 5, 1, 1, "/dev/console" },
	{ S_IFCHR, 5, 2, 2, "/dev/ptmx" }, { S_IFCHR, 10, 0, 255, "misc" }, { S_IFCHR, 13, 0, 255, "input" },
	{ S_IFCHR, 29, 0, 255, "fb" }, { S_IFCHR, 128, 0, 255, "ptm" }, { S_IFCHR, 136, 0, 255, "pts" },
	{ S_IFBLK, 7, 0, 255, "loop" }, { S_IFBLK, 254, 0, 255, "virtblk" },
};

static int note_driver(const struct device *dev, void *arg)
{
	u64 *present = arg;
	u32 major = rdev_major(dev->rdev), minor = rdev_minor(dev->rdev);
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (drivers[i].type == dev->type && drivers[i].major == major &&
			drivers[i].first_minor <= minor && minor <= drivers[i].last_minor)
			*present |= 1ull << i;
	return 0;
}

static void put_drivers(struct strbuf *sb, u32 type, u64 present)
{
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (drivers[i].type == type && present >> i & 1)
			strbuf_printf(sb, "%3u %s\n", drivers[i].major, drivers[i].name);
}

void proc_show_devices(struct strbuf *sb)
{
	u64 present = 0;
	devices_each(note_driver, &present);
	strbuf_puts(sb, "Character devices:\n");
	put_drivers(sb, S_IFCHR, present);
	strbuf_puts(sb, "\nBlock devices:\n");
	put_drivers(sb, S_IFBLK, present);
}

/* The serial line, if it is there, is what /dev/console stands for. */
static int note_serial(const struct device *dev, void *arg)
{
	enum { TTY_MAJOR = 4, FIRST_SERIAL = 64 };
	bool *found = arg;
	*found |= dev->type == S_IFCHR && dev->rdev == rdev_make(TTY_MAJOR, FIRST_SERIAL);
	return 0;
}

void proc_show_consoles(struct strbuf *sb)
{
	bool has_serial = false;
	devices_each(note_serial, &has_serial);
	if (has_serial)
		strbuf_puts(sb, "ttyS0                -W- (EC  p  )    4:64\n");
}
