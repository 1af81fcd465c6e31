// SPDX-License-Identifier: MIT
/*
 * test_bootinfo: memory maps as firmware really has them, and as it never should.
 *
 * Promise   sorted, without overlaps, RAM in whole pages, the most restrictive kind wins at every address; no
 *           map at all writes out of bounds. The random cases are compared with a model that keeps one kind
 *           per quarter page.
 */
#define strlcpy k_strlcpy /* the kernel's own, renamed for the host: see string.syms */
#include "boot/bootinfo.c"
#include "tests/unit/unit.h"

static struct bootinfo bi;

static void start(void)
{
	memset(&bi, 0, sizeof(bi));
}

static void add(phys_t from, phys_t to, enum boot_range_kind kind)
{
	bootinfo_add_range(&bi, from, to - from, kind);
}

static void expect_range(unsigned i, phys_t from, phys_t to, enum boot_range_kind kind)
{
	EXPECT_EQ(bi.ranges[i].start, from);
	EXPECT_EQ(bi.ranges[i].end, to);
	EXPECT_EQ(bi.ranges[i].kind, kind);
}

/* q35 with 256 MiB, by PVH: what is there stays as it is. */
static void plain_map(void)
{
	start();
	add(0, 0x9fc00, BOOT_RAM);
	add(0x9fc00, 0xa0000, BOOT_RESERVED);
	add(0xf0000, 0x100000, BOOT_RESERVED);
	add(0x100000, 0xffe0000, BOOT_RAM);
	add(0xffe0000, 0x10000000, BOOT_RESERVED);
	add(0xfd00000000, 0x10000000000, BOOT_RESERVED);
	bootinfo_finish(&bi, 0x200000, 0x300000);
	EXPECT_EQ(bi.nr_ranges, 6);
	expect_range(0, 0, 0x9f000, BOOT_RAM);
	expect_range(1, 0x9fc00, 0xa0000, BOOT_RESERVED);
	expect_range(3, 0x100000, 0xffe0000, BOOT_RAM);
	expect_range(5, 0xfd00000000, 0x10000000000, BOOT_RESERVED);
	EXPECT_EQ(bi.nr_reserved, 1);
	EXPECT_EQ(bi.reserved[0].start, 0x200000);
	EXPECT(!bi.complaint);
}

static void unsorted_and_overlapping(void)
{
	start();
	add(0x500000, 0x600000, BOOT_RESERVED);
	add(0x100000, 0x800000, BOOT_RAM);
	add(0x580000, 0x700000, BOOT_ACPI_RECLAIM);
	add(0x0, 0x80000, BOOT_RAM);
	add(0x780000, 0x900000, BOOT_RAM);
	bootinfo_finish(&bi, 0x200000, 0x300000);
	EXPECT_EQ(bi.nr_ranges, 5);
	expect_range(0, 0, 0x80000, BOOT_RAM);
	expect_range(1, 0x100000, 0x500000, BOOT_RAM);
	expect_range(2, 0x500000, 0x600000, BOOT_RESERVED);
	expect_range(3, 0x600000, 0x700000, BOOT_ACPI_RECLAIM);
	expect_range(4, 0x700000, 0x900000, BOOT_RAM);
}

/* A page that is partly something else is not RAM; a range with no whole page is nothing. */
static void ram_is_cut_to_pages(void)
{
	start();
	add(0x1001, 0x4fff, BOOT_RAM);
	add(0x10000, 0x20000, BOOT_RAM);
	add(0x18010, 0x18020, BOOT_RESERVED);
	add(0x30800, 0x31700, BOOT_RAM);
	bootinfo_finish(&bi, 0, 0);
	EXPECT_EQ(bi.nr_ranges, 4);
	expect_range(0, 0x2000, 0x4000, BOOT_RAM);
	expect_range(1, 0x10000, 0x18000, BOOT_RAM);
	expect_range(2, 0x18010, 0x18020, BOOT_RESERVED);
	expect_range(3, 0x19000, 0x20000, BOOT_RAM);
}

static void empty_and_wrapping_entries(void)
{
	start();
	bootinfo_add_range(&bi, 0x1000, 0, BOOT_RAM);
	bootinfo_add_range(&bi, ~0ull - 100, 200, BOOT_RAM);
	bootinfo_add_range(&bi, 0x100000, ~0ull, BOOT_RAM);
	bootinfo_finish(&bi, 0, 0);
	EXPECT_EQ(bi.nr_ranges, 1);
	expect_range(0, 0x100000, PHYS_LIMIT, BOOT_RAM);
}

/* A UEFI map: hundreds of neighbours, of which most merge. */
static void long_map_of_neighbours(void)
{
	start();
	for (u64 i = 0; i < 1000; i++)
		add(i << 20, (i + 1) << 20, i % 50 == 0 ? BOOT_RESERVED : BOOT_RAM);
	bootinfo_finish(&bi, 0, 0);
	EXPECT_EQ(bi.nr_ranges, 40);
	EXPECT(!bi.complaint);
}

/* With no room left memory is lost, but nothing that is reserved becomes RAM. */
static void too_many_entries(void)
{
	start();
	for (u64 i = 0; i < 190; i++)
		add(i << 20, (i << 20) + 0x80000, BOOT_RAM);
	add(1ull << 32, 2ull << 32, BOOT_RAM);
	add(3ull << 32, 4ull << 32, BOOT_RAM);
	for (u64 i = 0; i < 10; i++)
		add((5 + i) << 32, (6 + i) << 32, i & 1 ? BOOT_RAM : BOOT_RESERVED);
	add(1ull << 32, (1ull << 32) + 0x5000, BOOT_RESERVED);
	add((4ull << 32) - 0x1000, (4ull << 32) + 0x5000, BOOT_RESERVED);
	bootinfo_finish(&bi, 0, 0);
	EXPECT(bi.complaint != NULL);
	EXPECT(bi.nr_ranges <= BOOT_MAX_RANGES);
	EXPECT_EQ(bi.ranges[190].start, (1ull << 32) + 0x5000);
	EXPECT_EQ(bi.ranges[191].end, (4ull << 32) - 0x1000);
}

static void modules(void)
{
	start();
	add(0x100000, 0x8000000, BOOT_RAM);
	bootinfo_add_module(&bi, 0x400000, 0x400123, "one");
	bootinfo_add_module(&bi, 0x500000, 0x500000, "empty");
	bootinfo_add_module(&bi, 0x7ff0000, 0x8000001, "beyond");
	bootinfo_add_module(&bi, 0x600000, 0x500000, "backwards");
	bootinfo_add_module(&bi, 0x600000, 0x700000, "two, with a name that is longer than the sixty-four bytes kept");
	bootinfo_finish(&bi, 0x200000, 0x300000);
	EXPECT_EQ(bi.nr_modules, 2);
	EXPECT_EQ(bi.nr_reserved, 3);
	EXPECT_EQ(bi.modules[0].end, 0x400123);
	EXPECT_EQ(bi.modules[1].start, 0x600000);
	EXPECT_EQ(bi.reserved[2].end, 0x700000);
	EXPECT(bi.complaint != NULL);
	for (unsigned i = 0; i < BOOT_MAX_MODULES + 5; i++)
		bootinfo_add_module(&bi, 0x600000, 0x700000, "");
	EXPECT_EQ(bi.nr_modules, BOOT_MAX_MODULES);
}

static void long_command_line(void)
{
	static char text[BOOT_CMDLINE_MAX + 10];
	start();
	memset(text, 'a', sizeof(text) - 1);
	bootinfo_set_cmdline(&bi, text);
	EXPECT_EQ(strlen(bi.cmdline), BOOT_CMDLINE_MAX - 1);
	EXPECT(bi.complaint != NULL);
}

/* mem=: what is above goes, but for the module that lies there. */
static void limited_ram(void)
{
	start();
	add(0x100000, 0x8000000, BOOT_RAM);
	add(0x8000000, 0x8100000, BOOT_RESERVED);
	add(0x100000000, 0x200000000, BOOT_RAM);
	bootinfo_add_module(&bi, 0x7f00800, 0x7f10800, "initrd");
	bootinfo_finish(&bi, 0x200000, 0x300000);
	bootinfo_limit_ram(&bi, 0x4000123);
	EXPECT_EQ(bi.nr_ranges, 3);
	expect_range(0, 0x100000, 0x4000000, BOOT_RAM);
	expect_range(1, 0x7f00000, 0x7f11000, BOOT_RAM);
	expect_range(2, 0x8000000, 0x8100000, BOOT_RESERVED);
}

enum { UNITS_PER_PAGE = 4, UNIT = 4096 / UNITS_PER_PAGE, MODEL_UNITS = 400, NO_KIND = -1 };

/* What the model says about a unit: RAM counts only where the whole page is. */
static int model_kind(const int *kinds, unsigned unit)
{
	unsigned page = unit / UNITS_PER_PAGE * UNITS_PER_PAGE;
	for (unsigned i = 0; kinds[unit] == BOOT_RAM && i < UNITS_PER_PAGE; i++)
		if (kinds[page + i] != BOOT_RAM)
			return NO_KIND;
	return kinds[unit];
}

static int result_kind(phys_t at)
{
	for (unsigned i = 0; i < bi.nr_ranges; i++)
		if (bi.ranges[i].start <= at && at < bi.ranges[i].end)
			return bi.ranges[i].kind;
	return NO_KIND;
}

static void random_maps_match_a_model(void)
{
	for (unsigned round = 0; round < 200; round++) {
		int kinds[MODEL_UNITS];
		start();
		for (unsigned u = 0; u < MODEL_UNITS; u++)
			kinds[u] = NO_KIND;
		for (unsigned n = unit_below(40); n; n--) {
			unsigned from = unit_below(MODEL_UNITS), to = from + unit_below(MODEL_UNITS - from);
			int kind = unit_below(3);
			add((u64)from * UNIT, (u64)to * UNIT, kind);
			for (unsigned u = from; u < to; u++)
				kinds[u] = max(kinds[u], kind);
		}
		bootinfo_finish(&bi, 0, 0);
		for (unsigned u = 0; u < MODEL_UNITS; u++)
			EXPECT_EQ(result_kind((u64)u * UNIT), model_kind(kinds, u));
		for (unsigned i = 1; i < bi.nr_ranges; i++)
			EXPECT(bi.ranges[i - 1].end <= bi.ranges[i].start);
	}
}

UNIT_MAIN("bootinfo", CASE(plain_map), CASE(unsorted_and_overlapping), CASE(ram_is_cut_to_pages),
	CASE(empty_and_wrapping_entries), CASE(long_map_of_neighbours), CASE(too_many_entries), CASE(modules),
	CASE(long_command_line), CASE(limited_ram), CASE(random_maps_match_a_model))
