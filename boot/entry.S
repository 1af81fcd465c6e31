// SPDX-License-Identifier: MIT
/*
 * entry: from the loader's 32-bit world to C in the higher half.
 *
 * Promise   one entry for both boot routes. The loader leaves 32-bit protected mode, paging off, flat
 *           segments, and a pointer to its information in EBX; multiboot2 also its magic in EAX. Which
 *           route it was is decided by multiboot2's magic, else by start_info's own magic: EAX says
 *           nothing under PVH. boot_main(route, info) is called in 64-bit mode on the boot stack with
 *           interrupts off, .bss cleared, and a map of the first 4 GiB at 0, at DIRECT_BASE and (2 GiB)
 *           at KERNEL_BASE, everything writable and executable until arch_paging_init().
 * Locks     none: one CPU runs
 * Linux     not started by a known loader, or a CPU without long mode: one sentence on the first serial
 *           port and on the VGA text screen, then a halt
 *
 * Nothing here may touch memory outside the image before the loader's information has been copied.
 */
#include "boot/protocols.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) ((symbol) - KERNEL_BASE)

/* --- what the loaders look for --- */

	.section .boot.header, "a"
	.balign 8
header:
	.long MULTIBOOT2_HEADER_MAGIC
	.long 0 /* protected mode i386 */
	.long header_end - header
	.long -(MULTIBOOT2_HEADER_MAGIC + (header_end - header))
	/* wanted if there: command line, modules, memory map, framebuffer, both kinds of RSDP */
	.balign 8
1:	.short MULTIBOOT2_HEADER_TAG_REQUEST, MULTIBOOT2_HEADER_OPTIONAL
	.long 2f - 1b
	.long MULTIBOOT2_TAG_CMDLINE, MULTIBOOT2_TAG_MODULE, MULTIBOOT2_TAG_MMAP
	.long MULTIBOOT2_TAG_FRAMEBUFFER, MULTIBOOT2_TAG_RSDP_V1, MULTIBOOT2_TAG_RSDP_V2
2:	.balign 8
	.short MULTIBOOT2_HEADER_TAG_FRAMEBUFFER, MULTIBOOT2_HEADER_OPTIONAL
	.long 20, 1024, 768, 32
	.balign 8
	.short MULTIBOOT2_HEADER_TAG_MODULE_ALIGN, 0
	.long 8
	.short MULTIBOOT2_HEADER_TAG_END, 0
	.long 8
header_end:

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, PVH_NOTE_ENTRY
	.asciz "Xen"
	.long start32

/* --- 32 bits --- */

	.section .boot.text, "ax"
	.code32
	.globl start32
start32:
	cli
	cld
	movl %eax, %ebp
	movl $PHYS(boot_stack_top), %esp

	/* The loaders should have done this; a tired one may not. */
	movl $PHYS(bss_start), %edi
	movl $PHYS(bss_end), %ecx
	subl %edi, %ecx
	shrl $2, %ecx
	xorl %eax, %eax
	rep stosl

	movl $BOOT_ROUTE_MULTIBOOT2, %edi
	cmpl $MULTIBOOT2_MAGIC, %ebp
	je 1f
	movl $BOOT_ROUTE_PVH, %edi
	cmpl $PVH_MAGIC, (%ebx)
	je 1f
	movl $message_route, %esi
	jmp fail
1:	call has_long_mode
	testl %eax, %eax
	jnz 1f
	movl $message_cpu, %esi
	jmp fail

1:	call make_tables
	/* From scratch: this also leaves behind 5-level paging or CET that a loader had on. */
	movl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $PHYS(boot_top), %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME, %eax
	wrmsr
	movl $(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG), %eax
	movl %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $BOOT_CS, $1f
	.code64
1:	movabsq $start64, %rax
	jmp *%rax
	.code32

/* EAX: not 0 if the CPU can run 64-bit code. EBX, EDI, EBP are kept. */
has_long_mode:
	pushl %ebx
	/* CPUID exists if its flag can be changed */
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $RFLAGS_ID_BIT, %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	xorl %ecx, %eax
	andl $RFLAGS_ID_BIT, %eax
	jz 1f
	movl $CPUID_EXT_MAX, %eax
	cpuid
	cmpl $CPUID_EXT_FEATURES, %eax
	movl $0, %eax
	jb 1f
	movl $CPUID_EXT_FEATURES, %eax
	cpuid
	andl $CPUID_LONG_MODE, %edx
	movl %edx, %eax
1:	popl %ebx
	ret

/* Fills the temporary page tables; .bss is zero. EBX, EDI, EBP are kept. */
make_tables:
	movl $PHYS(boot_level1), %esi
	movl $(BOOT_PAGE_LARGE | BOOT_PAGE_PRESENT_WRITE), %eax
	movl $(512 * BOOT_MAP_GIB), %ecx
1:	movl %eax, (%esi)
	addl $8, %esi
	addl $0x200000, %eax
	loop 1b
	movl $(PHYS(boot_level1) + BOOT_PAGE_PRESENT_WRITE), %eax
	xorl %ecx, %ecx
1:	movl %eax, PHYS(boot_level2_low)(, %ecx, 8)
	addl $4096, %eax
	incl %ecx
	cmpl $BOOT_MAP_GIB, %ecx
	jb 1b
	movl $(PHYS(boot_level1) + BOOT_PAGE_PRESENT_WRITE), PHYS(boot_level2_high) + 510 * 8
	movl $(PHYS(boot_level1) + 4096 + BOOT_PAGE_PRESENT_WRITE), PHYS(boot_level2_high) + 511 * 8
	movl $(PHYS(boot_level2_low) + BOOT_PAGE_PRESENT_WRITE), PHYS(boot_top)
	movl $(PHYS(boot_level2_low) + BOOT_PAGE_PRESENT_WRITE), PHYS(boot_top) + 256 * 8
	movl $(PHYS(boot_level2_high) + BOOT_PAGE_PRESENT_WRITE), PHYS(boot_top) + 511 * 8
#ifdef KASAN
	/* C functions mark their arrays in the shadow: one page, at the end of one chain of tables, takes it all */
	movl $PHYS(boot_shadow_page), %eax
	movl $PHYS(boot_shadow_tables), %esi
1:	orl $BOOT_PAGE_PRESENT_WRITE, %eax
	movl $512, %ecx
2:	movl %eax, (%esi)
	addl $8, %esi
	loop 2b
	leal -4096(%esi), %eax
	cmpl $PHYS(boot_shadow_tables) + 3 * 4096, %esi
	jb 1b
	orl $BOOT_PAGE_PRESENT_WRITE, %eax
	movl $BOOT_SHADOW_TOPS, %ecx
	movl $(PHYS(boot_top) + BOOT_SHADOW_FIRST_TOP * 8), %esi
2:	movl %eax, (%esi)
	addl $8, %esi
	loop 2b
#endif
	ret

/* ESI: a sentence. On the serial port, if there is one, and on the VGA text screen. */
fail:
	movl $VGA_TEXT, %edi
	movw $(COM1 + UART_LINE_CONTROL), %dx
	movb $UART_DIVISOR_ACCESS, %al
	outb %al, %dx
	movw $COM1, %dx
	movb $1, %al /* 115200 bits a second */
	outb %al, %dx
	incw %dx
	xorb %al, %al
	outb %al, %dx
	movw $(COM1 + UART_LINE_CONTROL), %dx
	movb $UART_8N1, %al
	outb %al, %dx
1:	lodsb
	testb %al, %al
	jz 4f
	movb $VGA_WHITE_ON_RED, %ah
	stosw
	movb %al, %ah
	movl $UART_PATIENCE, %ecx
2:	movw $(COM1 + UART_LINE_STATUS), %dx
	inb %dx, %al
	testb $UART_CAN_SEND, %al
	jnz 3f
	loop 2b
3:	movw $COM1, %dx
	movb %ah, %al
	outb %al, %dx
	jmp 1b
4:	hlt
	jmp 4b

	.section .boot.rodata, "a"
message_cpu:
	.asciz "\r\nParley needs a 64-bit x86 processor (long mode), and this one has none. Halted.\r\n"
message_route:
	.asciz "\r\nParley must be started by a multiboot2 loader (GRUB) or by PVH (qemu -kernel). Halted.\r\n"
	.balign 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff /* 64-bit code */
	.quad 0x00cf93000000ffff /* data */
boot_gdt_pointer:
	.short boot_gdt_pointer - boot_gdt - 1
	.long boot_gdt

/* --- 64 bits, higher half --- */

	.text
	.code64
start64:
	movabsq $boot_stack_top, %rsp
	movl $BOOT_DS, %eax
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	/* a null selector leaves the old base in place on some CPUs; 0 is the boot CPU's per-CPU offset */
	xorl %edx, %edx
	movl $MSR_FS_BASE, %ecx
	wrmsr
	movl $MSR_GS_BASE, %ecx
	wrmsr
	movl $MSR_KERNEL_GS_BASE, %ecx
	wrmsr
	movl %ebx, %esi
	xorl %ebp, %ebp
	call boot_main
	ud2

	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
boot_level1:
	.skip 4096 * BOOT_MAP_GIB
boot_level2_low:
	.skip 4096
boot_level2_high:
	.skip 4096
boot_top:
	.skip 4096
#ifdef KASAN
boot_shadow_tables:
	.skip 3 * 4096
boot_shadow_page:
	.skip 4096
#endif
	.globl boot_stack_guard, boot_stack_top
boot_stack_guard:
	.skip 4096
	.skip BOOT_STACK_BYTES
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
