// SPDX-License-Identifier: MIT
/*
 * vdso_image: the finished vDSO as whole pages of the kernel's read-only data.
 *
 * Promise   nothing else lies in its pages, for programs see all of them
 */
	.section .rodata
	.globl vdso_image_start, vdso_image_end
	.balign 4096
vdso_image_start:
	.incbin "arch/x86_64/vdso/vdso.so"
	.balign 4096
vdso_image_end:
	.section .note.GNU-stack, "", @progbits
