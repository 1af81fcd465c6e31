// SPDX-License-Identifier: MIT
/*
 * start: where the kernel enters a program.
 *
 * Promise   the stack pointer as the kernel left it (argc, argv, envp, auxv) goes to libc_start(),
 *           which never returns; the frame chain ends here.
 * Linux     x86-64 psABI, "Process Initialization"
 */
	.section .text._start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	xor	%ebp, %ebp
	mov	%rsp, %rdi
	and	$-16, %rsp
	call	libc_start
	hlt
	.size _start, . - _start
	.section .note.GNU-stack, "", @progbits
