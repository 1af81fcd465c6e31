// SPDX-License-Identifier: MIT
/*
 * trampoline: the first instructions of a CPU that is started: from real mode to the kernel's C code.
 *
 * Promise   smp.c copies trampoline_start..trampoline_end to a page below 1 MiB and fills in its words.
 *           The CPU goes from 16-bit code straight to long mode, on tables that map the first 2 MiB
 *           one to one and the kernel half as everywhere, then takes a number from ap_claim. A CPU that
 *           comes too late finds none there and halts for ever, without having touched memory.
 * Locks     none: CPUs are started one at a time; the exchange makes a late one harmless
 */

#define MSR_EFER 0xc0000080
#define MSR_GS_BASE 0xc0000101
#define CR0_PG_WP_NE_ET_MP_PE 0x80010033
#define CR4_PAE 0x20
#define TRAMPOLINE_CS 8

	.section .rodata
	.balign 16
	.globl trampoline_start, trampoline_end, trampoline_words
trampoline_start:
	.code16
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl gdt_pointer - trampoline_start
	movl $CR4_PAE, %eax
	movl %eax, %cr4
	movl word_top - trampoline_start, %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl word_efer - trampoline_start, %eax
	wrmsr
	movl $CR0_PG_WP_NE_ET_MP_PE, %eax
	movl %eax, %cr0
	ljmpl *(word_far - trampoline_start)

	.code64
	.globl trampoline_long
trampoline_long:
	movabsq $ap_start, %rax
	jmp *%rax

	.balign 8
gdt:
	.quad 0
	.quad 0x00af9b000000ffff /* 64-bit code */
	/* struct trampoline_words, filled in by smp.c */
	.balign 8
trampoline_words:
word_top:
	.long 0
word_efer:
	.long 0
word_far:
	.long 0
	.word TRAMPOLINE_CS
gdt_pointer:
	.word 15
	.long 0
trampoline_end:

	.text
	.balign 16
	.globl ap_start
ap_start:
	xorl %eax, %eax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movw %ax, %fs
	movw %ax, %gs
	xchgl %eax, ap_claim
	testl %eax, %eax
	jz 1f
	movl %eax, %ebx
	movq ap_page_table, %rax
	movq %rax, %cr3
	movl $MSR_GS_BASE, %ecx
	movl percpu_offset(, %rbx, 8), %eax
	movl percpu_offset + 4(, %rbx, 8), %edx
	wrmsr
	movq ap_stack, %rsp
	xorl %ebp, %ebp
	movl %ebx, %edi
	call ap_main
1:	cli
	hlt
	jmp 1b
	.size ap_start, . - ap_start
	.section .note.GNU-stack, "", @progbits
