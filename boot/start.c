// SPDX-License-Identifier: MIT
/*
 * start: the first C code: reads what the loader left and hands it to the kernel.
 *
 * Promise   everything wanted is copied into `bootinfo` before anything else may touch memory outside
 *           the image
 * Locks     none: one CPU runs, interrupts are off, `current` does not exist yet, nothing may log
 */
#include "boot/boot.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/upcalls.h"
#include "boot/protocols.h"

static struct bootinfo bootinfo;

/* From linker.ld. */
extern const u8 image_start[], image_end[];

__noreturn void boot_main(unsigned route, phys_t info)
{
	if (route == BOOT_ROUTE_MULTIBOOT2)
		multiboot_read(&bootinfo, info);
	else
		pvh_read(&bootinfo, info);
	bootinfo_finish(&bootinfo, (u64)image_start - KERNEL_BASE, (u64)image_end - KERNEL_BASE);
	kernel_main(&bootinfo);
}
