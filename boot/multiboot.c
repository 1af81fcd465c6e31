// SPDX-License-Identifier: MIT
/*
 * multiboot: reads the tags that a multiboot2 loader (GRUB on BIOS or UEFI) leaves.
 *
 * Promise   unknown tags are skipped, sizes are believed only within the block; the copy of the RSDP in
 *           tags 14 and 15 is kept, the newer one if there are both
 * Locks     none
 * Linux     Multiboot2 specification 2.0, section 3.6. The block usually lies below 1 MiB: it is gone
 *           after this.
 */
#include "boot/boot.h"
#include "arch/x86_64/paging.h"
#include "boot/protocols.h"
#include "kernel/lib/string.h"

struct tag {
	u32 type, size;
};

struct info_block {
	u32 size, reserved;
};

struct module_tag {
	struct tag tag;
	u32 start, end;
	char name[];
};

struct mmap_tag {
	struct tag tag;
	u32 entry_size, entry_version;
};

struct mmap_entry {
	u64 addr, size;
	u32 type, reserved;
};

struct framebuffer_tag {
	struct tag tag;
	u64 addr;
	u32 pitch, width, height;
	u8 bpp, kind, reserved[2];
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size; /* of kind 1 */
} __packed;

enum { FB_INDEXED = 0, FB_RGB = 1, FB_TEXT = 2 };
enum { MEMORY_RAM = 1, MEMORY_ACPI_RECLAIM = 3 };
enum { TAG_ALIGN = 8, RSDP_MAX = 64, RGB_BPP_MIN = 15, RGB_BPP_MAX = 32 };

static u8 rsdp_copy[RSDP_MAX] __aligned(16);

static void read_mmap(struct bootinfo *bi, const struct mmap_tag *t)
{
	if (t->entry_size < sizeof(struct mmap_entry))
		return;
	const u8 *end = (const u8 *)t + t->tag.size;
	for (const u8 *at = (const u8 *)(t + 1); at + t->entry_size <= end; at += t->entry_size) {
		const struct mmap_entry *e = (const struct mmap_entry *)at;
		bootinfo_add_range(bi, e->addr, e->size,
			e->type == MEMORY_RAM		? BOOT_RAM :
			e->type == MEMORY_ACPI_RECLAIM	? BOOT_ACPI_RECLAIM : BOOT_RESERVED);
	}
}

static void read_framebuffer(struct bootinfo *bi, const struct framebuffer_tag *t)
{
	struct boot_framebuffer *fb = &bi->fb;
	*fb = (struct boot_framebuffer){
		.kind = BOOT_FB_UNUSABLE,
		.addr = t->addr,
		.pitch_bytes = t->pitch,
		.width = t->width,
		.height = t->height,
		.bpp = t->bpp,
	};
	if (t->kind == FB_TEXT)
		fb->kind = BOOT_FB_TEXT;
	if (t->kind != FB_RGB || t->tag.size < sizeof(*t) || t->bpp < RGB_BPP_MIN || t->bpp > RGB_BPP_MAX)
		return;
	fb->kind = BOOT_FB_RGB;
	fb->red_pos = t->red_pos;
	fb->red_size = t->red_size;
	fb->green_pos = t->green_pos;
	fb->green_size = t->green_size;
	fb->blue_pos = t->blue_pos;
	fb->blue_size = t->blue_size;
}

static void read_rsdp(struct bootinfo *bi, const struct tag *t)
{
	static u32 copied_type;
	if (copied_type > t->type)
		return;
	copied_type = t->type;
	memcpy(rsdp_copy, t + 1, min(t->size - sizeof(*t), sizeof(rsdp_copy)));
	bi->rsdp = (u64)rsdp_copy - KERNEL_BASE;
}

static void read_tag(struct bootinfo *bi, const struct tag *t)
{
	switch (t->type) {
	case MULTIBOOT2_TAG_CMDLINE:
		bootinfo_set_cmdline(bi, (const char *)(t + 1));
		break;
	case MULTIBOOT2_TAG_MODULE: {
		const struct module_tag *m = (const struct module_tag *)t;
		bootinfo_add_module(bi, m->start, m->end, m->name);
		break;
	}
	case MULTIBOOT2_TAG_MMAP:
		read_mmap(bi, (const struct mmap_tag *)t);
		break;
	case MULTIBOOT2_TAG_FRAMEBUFFER:
		read_framebuffer(bi, (const struct framebuffer_tag *)t);
		break;
	case MULTIBOOT2_TAG_RSDP_V1:
	case MULTIBOOT2_TAG_RSDP_V2:
		read_rsdp(bi, t);
		break;
	}
}

void multiboot_read(struct bootinfo *bi, phys_t info)
{
	const struct info_block *block = phys_to_virt(info);
	const u8 *at = (const u8 *)(block + 1), *end = (const u8 *)block + block->size;
	bi->route = "multiboot2";
	while (at + sizeof(struct tag) <= end) {
		const struct tag *t = (const struct tag *)at;
		if (t->type == MULTIBOOT2_TAG_END || t->size < sizeof(*t) || t->size > (u64)(end - at))
			break;
		read_tag(bi, t);
		at += ALIGN_UP((u64)t->size, TAG_ALIGN);
	}
	if (!bi->nr_ranges)
		bi->complaint = "the multiboot2 loader gave no memory map";
}
