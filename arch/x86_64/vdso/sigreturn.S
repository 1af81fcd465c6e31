// SPDX-License-Identifier: MIT
/*
 * sigreturn: where a signal handler returns to, and how debuggers and exceptions get past it.
 *
 * Promise   entered by the handler's return, the stack pointer at the frame's struct ucontext. The unwind
 *           table says where in it the interrupted function's registers are.
 * Linux     sigreturn(2); layout of struct ucontext in kernel/uapi/ucontext.h
 */

#define SYS_rt_sigreturn 15
/* struct ucontext: flags, link and stack, then the registers in the order of REG_R8 ... REG_RIP */
#define UCONTEXT_REGS 40
#define REG_PLACE(n) (UCONTEXT_REGS + 8 * (n))

/* DWARF */
#define DW_CFA_def_cfa_expression 0x0f
#define DW_CFA_expression 0x10
#define DW_OP_deref 0x06
#define DW_OP_breg7 0x77 /* rsp + offset */
#define SLEB_LOW(v) (((v) & 0x7f) | 0x80)
#define SLEB_HIGH(v) ((v) >> 7)
/* the register with DWARF number `reg` is saved at rsp + place (two bytes of SLEB128) */
#define SAVED(reg, place)                                                                          \
	.cfi_escape DW_CFA_expression, reg, 3, DW_OP_breg7, SLEB_LOW(place), SLEB_HIGH(place)

	.text
	.balign 16
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_escape DW_CFA_def_cfa_expression, 4, DW_OP_breg7, SLEB_LOW(REG_PLACE(15)), \
		SLEB_HIGH(REG_PLACE(15)), DW_OP_deref
	SAVED(8, REG_PLACE(0))
	SAVED(9, REG_PLACE(1))
	SAVED(10, REG_PLACE(2))
	SAVED(11, REG_PLACE(3))
	SAVED(12, REG_PLACE(4))
	SAVED(13, REG_PLACE(5))
	SAVED(14, REG_PLACE(6))
	SAVED(15, REG_PLACE(7))
	SAVED(5, REG_PLACE(8))	/* rdi */
	SAVED(4, REG_PLACE(9))	/* rsi */
	SAVED(6, REG_PLACE(10)) /* rbp */
	SAVED(3, REG_PLACE(11)) /* rbx */
	SAVED(1, REG_PLACE(12)) /* rdx */
	SAVED(0, REG_PLACE(13)) /* rax */
	SAVED(2, REG_PLACE(14)) /* rcx */
	SAVED(7, REG_PLACE(15)) /* rsp */
	SAVED(16, REG_PLACE(16)) /* rip */
	nop /* unwinders that take any pc for a return address look one byte before it */
	.globl __vdso_rt_sigreturn
	.type __vdso_rt_sigreturn, @function
__vdso_rt_sigreturn:
	movl $SYS_rt_sigreturn, %eax
	syscall
	.cfi_endproc
	.size __vdso_rt_sigreturn, . - __vdso_rt_sigreturn

	/* glibc's loader reads from it which kernel it runs on: 6.18.0 */
	.section .note.Linux, "a", @note
	.balign 4
	.long 6, 4, 0
	.asciz "Linux"
	.balign 4
	.long 0x00061200
	.section .note.GNU-stack, "", @progbits
