// SPDX-License-Identifier: MIT
/*
 * pvh: reads Xen's start_info, as `qemu -kernel` (SeaBIOS, qboot) leaves it.
 *
 * Promise   memory map entries of unknown type count as reserved, empty ones are skipped; pointers
 *           beyond the boot map are refused with a complaint, not followed
 * Locks     none
 * Linux     Xen's x86/HVM direct boot ABI, version 1. Version 0 has no memory map: such a loader is told
 *           of, and the kernel then stops for want of memory.
 */
#include "boot/boot.h"
#include "arch/x86_64/paging.h"
#include "boot/protocols.h"

struct start_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist, cmdline, rsdp;
	u64 memmap; /* from version 1 on */
	u32 memmap_entries, reserved;
};

struct modlist_entry {
	u64 paddr, size, cmdline, reserved;
};

struct memmap_entry {
	u64 addr, size;
	u32 type, reserved;
};

enum { E820_RAM = 1, E820_ACPI_RECLAIM = 3, MEMMAP_ENTRIES_MAX = 1024 };
#define BOOT_MAP_BYTES ((u64)BOOT_MAP_GIB << 30)

/* NULL: none, or out of reach. */
static const void *reach(struct bootinfo *bi, u64 addr, u64 bytes)
{
	if (!addr)
		return NULL;
	if (addr >= BOOT_MAP_BYTES || bytes > BOOT_MAP_BYTES - addr) {
		bi->complaint = "the loader put its information above 4 GiB: some is ignored";
		return NULL;
	}
	return phys_to_virt(addr);
}

static enum boot_range_kind kind_of(u32 type)
{
	return type == E820_RAM ? BOOT_RAM : type == E820_ACPI_RECLAIM ? BOOT_ACPI_RECLAIM : BOOT_RESERVED;
}

static void read_memmap(struct bootinfo *bi, const struct start_info *si)
{
	unsigned n = min(si->memmap_entries, (u32)MEMMAP_ENTRIES_MAX);
	const struct memmap_entry *e = reach(bi, si->memmap, n * sizeof(*e));
	if (si->version < 1 || !e) {
		bi->complaint = "the PVH loader gave no memory map";
		return;
	}
	for (unsigned i = 0; i < n; i++)
		bootinfo_add_range(bi, e[i].addr, e[i].size, kind_of(e[i].type));
}

static void read_modules(struct bootinfo *bi, const struct start_info *si)
{
	unsigned n = min(si->nr_modules, (u32)BOOT_MAX_MODULES + 1);
	const struct modlist_entry *m = reach(bi, si->modlist, n * sizeof(*m));
	for (unsigned i = 0; m && i < n; i++) {
		const char *name = reach(bi, m[i].cmdline, sizeof(bi->modules[0].name));
		bootinfo_add_module(bi, m[i].paddr, m[i].paddr + m[i].size, name ? name : "");
	}
}

void pvh_read(struct bootinfo *bi, phys_t info)
{
	const struct start_info *si = phys_to_virt(info);
	bi->route = "pvh";
	const char *cmdline = reach(bi, si->cmdline, BOOT_CMDLINE_MAX);
	if (cmdline)
		bootinfo_set_cmdline(bi, cmdline);
	bi->rsdp = si->rsdp;
	read_memmap(bi, si);
	read_modules(bi, si);
}
