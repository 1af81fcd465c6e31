// SPDX-License-Identifier: MIT
/*
 * boot: what the files of boot/ need of each other; nobody else includes it.
 *
 * Promise   the readers run with the boot page tables: the first BOOT_MAP_GIB GiB of physical memory are
 *           at DIRECT_BASE, so phys_to_virt() works for what a 32-bit loader can have made
 */
#pragma once
#include "boot/bootinfo.h"
#include "kernel/lib/macros.h"

__noreturn void boot_main(unsigned route, phys_t info);
void multiboot_read(struct bootinfo *bi, phys_t info);
void pvh_read(struct bootinfo *bi, phys_t info);
