// SPDX-License-Identifier: MIT
/*
 * protocols: the numbers of multiboot2 and PVH, and what the start-up code needs of the machine.
 *
 * Promise   numbers only, for C and assembly: Multiboot2 specification 2.0, Xen's x86/HVM direct boot
 *           ABI ("start_info"). Only boot/ includes this.
 */
#pragma once

/* --- multiboot2 --- */
#define MULTIBOOT2_MAGIC 0x36d76289	   /* in EAX */
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_HEADER_OPTIONAL 1
#define MULTIBOOT2_HEADER_TAG_END 0
#define MULTIBOOT2_HEADER_TAG_REQUEST 1
#define MULTIBOOT2_HEADER_TAG_FRAMEBUFFER 5
#define MULTIBOOT2_HEADER_TAG_MODULE_ALIGN 6
#define MULTIBOOT2_TAG_END 0
#define MULTIBOOT2_TAG_CMDLINE 1
#define MULTIBOOT2_TAG_MODULE 3
#define MULTIBOOT2_TAG_MMAP 6
#define MULTIBOOT2_TAG_FRAMEBUFFER 8
#define MULTIBOOT2_TAG_RSDP_V1 14
#define MULTIBOOT2_TAG_RSDP_V2 15

/* --- PVH --- */
#define PVH_MAGIC 0x336ec578 /* first word of start_info */
#define PVH_NOTE_ENTRY 18    /* type of the ELF note with the entry's physical address */

/* --- ours: the first argument of boot_main() --- */
#define BOOT_ROUTE_MULTIBOOT2 1
#define BOOT_ROUTE_PVH 2

/* --- the machine before anything is set up --- */
#ifdef KASAN
#define BOOT_STACK_BYTES 32768 /* red zones around local arrays */
#else
#define BOOT_STACK_BYTES 16384
#endif
#define BOOT_MAP_GIB 4
#define BOOT_SHADOW_FIRST_TOP 472 /* kasan: where in the top table the shadow of the kernel half begins */
#define BOOT_SHADOW_TOPS 32
#define BOOT_CS 0x08
#define BOOT_DS 0x10
#define BOOT_PAGE_PRESENT_WRITE 0x3
#define BOOT_PAGE_LARGE 0x80
#define CR0_PE (1 << 0)
#define CR0_MP (1 << 1)
#define CR0_ET (1 << 4)
#define CR0_NE (1 << 5)
#define CR0_WP (1 << 16)
#define CR0_AM (1 << 18)
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define MSR_EFER 0xc0000080
#define EFER_LME (1 << 8)
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define RFLAGS_ID_BIT (1 << 21)
#define CPUID_EXT_MAX 0x80000000
#define CPUID_EXT_FEATURES 0x80000001
#define CPUID_LONG_MODE (1 << 29)
#define VGA_TEXT 0xb8000
#define VGA_WHITE_ON_RED 0x4f
#define COM1 0x3f8
#define UART_LINE_CONTROL 3
#define UART_LINE_STATUS 5
#define UART_DIVISOR_ACCESS 0x80
#define UART_8N1 0x03
#define UART_CAN_SEND 0x20
#define UART_PATIENCE 100000
