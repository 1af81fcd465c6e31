// SPDX-License-Identifier: MIT
/*
 * bootinfo: what the boot loader told us, in one form for every boot route.
 *
 * Promise   boot/multiboot.c and boot/pvh.c fill it; nobody else reads a loader's own structures.
 *           It is a static object: valid for ever. Memory ranges are sorted, do not overlap, usable
 *           ones are page-aligned inward, and where sources disagree the most restrictive kind wins.
 *           The kernel image and the modules are still inside usable ranges: `reserved` lists them. The
 *           loader's own tables are not needed any more.
 *
 * The functions are pure: they compile and are tested on the host (tests/unit/test_bootinfo.c).
 */
#pragma once
#include "kernel/lib/types.h"

enum { BOOT_MAX_RANGES = 384, BOOT_MAX_MODULES = 16, BOOT_CMDLINE_MAX = 2048 };

enum boot_range_kind { BOOT_RAM, BOOT_ACPI_RECLAIM, BOOT_RESERVED };

struct boot_range {
	phys_t start, end; /* [start, end) in bytes */
	enum boot_range_kind kind;
};

struct boot_module {
	phys_t start, end;
	char name[64]; /* the loader's string for it, maybe empty */
};

enum boot_fb_kind { BOOT_FB_NONE, BOOT_FB_RGB, BOOT_FB_TEXT, BOOT_FB_UNUSABLE };

struct boot_framebuffer {
	enum boot_fb_kind kind;
	phys_t addr;
	u32 pitch_bytes, width, height; /* pixels; characters for BOOT_FB_TEXT */
	u8 bpp, red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

struct bootinfo {
	const char *route; /* "multiboot2" or "pvh" */
	char cmdline[BOOT_CMDLINE_MAX];
	unsigned nr_ranges, nr_modules, nr_reserved;
	struct boot_range ranges[BOOT_MAX_RANGES];
	struct boot_module modules[BOOT_MAX_MODULES];
	struct boot_range reserved[BOOT_MAX_MODULES + 8]; /* kernel image, modules, loader tables */
	phys_t rsdp; /* physical address, 0 if the loader gave none (then arch/acpi.c searches) */
	struct boot_framebuffer fb;
	const char *complaint; /* NULL, or a sentence about what had to be left out; arch_early_init() logs it */
};

/* --- for multiboot.c and pvh.c: in any order, then bootinfo_finish() once --- */
void bootinfo_add_range(struct bootinfo *bi, phys_t start, u64 bytes, enum boot_range_kind kind);
void bootinfo_add_module(struct bootinfo *bi, phys_t start, phys_t end, const char *name);
void bootinfo_set_cmdline(struct bootinfo *bi, const char *text);
/* Sorts and merges; drops modules that do not lie in RAM; reserves the image [start, end) and the rest. */
void bootinfo_finish(struct bootinfo *bi, phys_t image_start, phys_t image_end);

/* Option mem=: forgets RAM from `limit` on, but for what is reserved there. After bootinfo_finish(). */
void bootinfo_limit_ram(struct bootinfo *bi, phys_t limit);
