// SPDX-License-Identifier: MIT
/*
 * usercopy: the instructions that touch user memory. The contract is in usermem.h.
 *
 * Promise   each access of user memory has an entry in the exception table. Block copies answer exactly how many
 *           bytes are missing: after a fault the rest of a piece is tried again byte by byte. Up to 63
 *           bytes go through registers (two halves that may overlap, no loop); beyond that one string
 *           instruction, of bytes where the CPU says that those are fast (ERMS), else of words.
 * Locks     none. User memory is open (AC set, where there is SMAP) only between STAC and CLAC; an
 *           exception in between clears AC for the handler, and its IRET sets it again.
 *
 * The compiler knows user pointers as %fs-relative; here they are what they are: flat addresses.
 */
#include "arch/x86_64/asm.h"

#define MINUS_EFAULT (-14)
#define BY_STRING 64 /* from here on a string instruction pays */
#define PAGE_OFFSET_BITS 0xfff

	.text

.macro FUNCTION name
	.balign 16
	.globl \name
	.type \name, @function
\name:
.endm

/* 16 bytes at `offset` from where rsi and rdi, each plus `base`, point */
.macro MOVE_16 base, fixup, offset=0
1:	movq \offset(%rsi, \base), %r8
2:	movq 8 + \offset(%rsi, \base), %r9
3:	movq %r8, \offset(%rdi, \base)
4:	movq %r9, 8 + \offset(%rdi, \base)
	EXTABLE 1b, \fixup
	EXTABLE 2b, \fixup
	EXTABLE 3b, \fixup
	EXTABLE 4b, \fixup
.endm

/*
 * size_t arch_copy_to_user(void __user *to, const void *from, size_t n)
 * size_t arch_copy_from_user(void *to, const void __user *from, size_t n)
 * rdi, rsi, rdx stay as they are until a piece is done, so that the byte loop can repeat it.
 */
FUNCTION arch_copy_to_user
	.globl arch_copy_from_user
	.type arch_copy_from_user, @function
arch_copy_from_user:
	STAC
	cmpq $BY_STRING, %rdx
	jae copy_large
	cmpl $16, %edx
	jae copy_16_to_63
	cmpl $8, %edx
	jae copy_8_to_15
	testl %edx, %edx
	jz copy_done
copy_bytes:
1:	movb (%rsi), %al
2:	movb %al, (%rdi)
	incq %rsi
	incq %rdi
	decq %rdx
	jnz copy_bytes
copy_done:
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, copy_stuck
	EXTABLE 2b, copy_stuck
copy_stuck:
	CLAC
	movq %rdx, %rax
	ret

copy_8_to_15:
1:	movq (%rsi), %rax
2:	movq %rax, (%rdi)
	EXTABLE 1b, copy_bytes
	EXTABLE 2b, copy_bytes
copy_last_8:
1:	movq -8(%rsi, %rdx), %rax
2:	movq %rax, -8(%rdi, %rdx)
	EXTABLE 1b, copy_bytes
	EXTABLE 2b, copy_bytes
	CLAC
	xorl %eax, %eax
	ret

copy_16_to_63:
	xorl %ecx, %ecx
	MOVE_16 %rcx, copy_bytes
	cmpl $32, %edx
	jbe copy_last_16
	MOVE_16 %rcx, copy_bytes, 16
	cmpl $48, %edx
	jbe copy_last_16
	MOVE_16 %rcx, copy_bytes, 32
copy_last_16:
	MOVE_16 %rdx, copy_bytes, -16
	CLAC
	xorl %eax, %eax
	ret

copy_large:
	movq %rdx, %rcx
	UNLESS PATCH_ERMS, copy_words
1:	rep movsb
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, copy_bytes_left
copy_bytes_left:
	movq %rcx, %rdx
	jmp copy_stuck
copy_words:
	shrq $3, %rcx
	andl $7, %edx
1:	rep movsq
	EXTABLE 1b, copy_words_left
	jnz copy_last_8 /* the flags are still those of andl; before the end there is more than a word */
	jmp copy_done
copy_words_left:
	leaq (%rdx, %rcx, 8), %rdx
	jmp copy_bytes

/* size_t arch_clear_user(void __user *to, size_t n) */
FUNCTION arch_clear_user
	xorl %eax, %eax
	movq %rsi, %rcx
	STAC
	UNLESS PATCH_ERMS, clear_words
clear_bytes:
1:	rep stosb
clear_done:
	CLAC
	movq %rcx, %rax
	ret
	EXTABLE 1b, clear_done
clear_words:
	shrq $3, %rcx
	andl $7, %esi
1:	rep stosq
	movl %esi, %ecx
	jmp clear_bytes
	EXTABLE 1b, clear_words_left
clear_words_left:
	leaq (%rsi, %rcx, 8), %rcx
	jmp clear_bytes

/*
 * ssize_t arch_strncpy_from_user(char *to, const char __user *from, size_t n)
 * Words at a time, but never one that reaches into the next page: the string may end before it.
 * A word w has a zero byte if (w - 0x01..01) & ~w & 0x80..80 is not 0; its lowest bit tells where.
 */
FUNCTION arch_strncpy_from_user
	movq %rsi, %r8 /* where the string begins */
	leaq (%rsi, %rdx), %r9 /* where the room ends */
	movabsq $0x0101010101010101, %r10
	movabsq $0x8080808080808080, %r11
	STAC
string_page:
	movq %rsi, %rdx
	orq $PAGE_OFFSET_BITS, %rdx
	incq %rdx
	cmpq %r9, %rdx
	cmovaq %r9, %rdx /* where this page or the room ends */
	subq $8, %rdx
	jmp 2f
1:	movq (%rsi), %rax
	movq %rax, (%rdi)
	movq %rax, %rcx
	notq %rcx
	subq %r10, %rax
	andq %rcx, %rax
	andq %r11, %rax
	jnz string_end_in_word
	addq $8, %rsi
	addq $8, %rdi
2:	cmpq %rdx, %rsi
	jbe 1b
	EXTABLE 1b, string_fault
	addq $8, %rdx
3:	cmpq %rdx, %rsi
	jae string_limit
4:	movb (%rsi), %al
	movb %al, (%rdi)
	testb %al, %al
	jz string_end
	incq %rsi
	incq %rdi
	jmp 3b
	EXTABLE 4b, string_fault
string_limit:
	cmpq %r9, %rsi
	jb string_page
string_end:
	CLAC
	movq %rsi, %rax
	subq %r8, %rax
	ret
string_end_in_word:
	CLAC
	bsfq %rax, %rax
	shrl $3, %eax
	addq %rsi, %rax
	subq %r8, %rax
	ret
string_fault:
	CLAC
	movq $MINUS_EFAULT, %rax
	ret

/* --- words: int arch_get_user_N(uN *out, const void __user *from), int arch_put_user_N(void __user *to, uN v) --- */

word_fault:
	CLAC
word_fault_in_kernel:
	movl $MINUS_EFAULT, %eax
	ret

FUNCTION arch_get_user_8
	STAC
1:	movb (%rsi), %al
	CLAC
	movb %al, (%rdi)
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

FUNCTION arch_get_user_32
	STAC
1:	movl (%rsi), %eax
	CLAC
	movl %eax, (%rdi)
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

FUNCTION arch_get_user_64
	STAC
1:	movq (%rsi), %rax
	CLAC
	movq %rax, (%rdi)
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

FUNCTION arch_put_user_8
	STAC
1:	movb %sil, (%rdi)
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

FUNCTION arch_put_user_32
	STAC
1:	movl %esi, (%rdi)
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

FUNCTION arch_put_user_64
	STAC
1:	movq %rsi, (%rdi)
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

/* int arch_cmpxchg_user_32(u32 __user *at, u32 *seen, u32 expected, u32 desired) */
FUNCTION arch_cmpxchg_user_32
	movl %edx, %eax
	STAC
1:	lock cmpxchgl %ecx, (%rdi)
	CLAC
	movl %eax, (%rsi)
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

/* int arch_probe_kernel_64(u64 *out, const void *from) */
FUNCTION arch_probe_kernel_64
1:	movq (%rsi), %rax
	movq %rax, (%rdi)
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault_in_kernel

/* --- FPU state in signal frames (fpu.c): 0 or -EFAULT, also for contents that the CPU refuses --- */

/* int fpu_save_to_user(void *area) */
FUNCTION fpu_save_to_user
	movl $-1, %eax
	movl %eax, %edx
	STAC
1:	fxsave64 (%rdi)
2:	PATCH PATCH_XSAVE, 1b, 2b, 0x48, 0x0f, 0xae, 0x27 /* xsave64 (%rdi) */
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

/* int fpu_load_from_user(const void *area, u64 components): a whole XSAVE area */
FUNCTION fpu_load_from_user
	movl %esi, %eax
	movq %rsi, %rdx
	shrq $32, %rdx
	STAC
1:	xrstor64 (%rdi)
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

/* int fpu_load_legacy_from_user(const void *area): the first 512 bytes, x87 and SSE */
FUNCTION fpu_load_legacy_from_user
	STAC
1:	fxrstor64 (%rdi)
	CLAC
	xorl %eax, %eax
	ret
	EXTABLE 1b, word_fault

	.section .note.GNU-stack, "", @progbits
