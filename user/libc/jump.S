// SPDX-License-Identifier: MIT
/*
 * jump: setjmp and its relatives, vfork, clone, a wait that can be cancelled, and the way back from a
 * signal handler: what C cannot say.
 *
 * Linux     setjmp(3), vfork(2), clone(2), sigreturn(2)
 */
#define NR_rt_sigprocmask 14
#define NR_rt_sigreturn 15
#define NR_clone 56
#define NR_vfork 58
#define NR_exit 60
#define NR_futex 202
#define ECANCELED 125
#define CANCEL_WORD %fs:0x30 /* of struct thread (thread.h) */
#define CANCEL_ASKED 1
#define CANCEL_DISABLED 2
#define SIG_BLOCK 0
#define SIG_SETMASK 2
#define SIGSET_BYTES 8
#define JB_HAS_MASK 64 /* offsets in jmp_buf */
#define JB_MASK 72

	.macro function name
	.section .text.\name, "ax", @progbits
	.globl \name
	.type \name, @function
\name:
	.endm

	function setjmp
	.globl _setjmp
_setjmp:
	xor	%esi, %esi
	/* fall through */
	.globl sigsetjmp
	.type sigsetjmp, @function
sigsetjmp:
	mov	%rbx, (%rdi)
	mov	%rbp, 8(%rdi)
	mov	%r12, 16(%rdi)
	mov	%r13, 24(%rdi)
	mov	%r14, 32(%rdi)
	mov	%r15, 40(%rdi)
	lea	8(%rsp), %rdx
	mov	%rdx, 48(%rdi)
	mov	(%rsp), %rdx
	mov	%rdx, 56(%rdi)
	mov	%esi, JB_HAS_MASK(%rdi)
	test	%esi, %esi
	jz	1f
	lea	JB_MASK(%rdi), %rdx
	xor	%esi, %esi
	mov	$SIG_BLOCK, %edi
	mov	$SIGSET_BYTES, %r10d
	mov	$NR_rt_sigprocmask, %eax
	syscall
1:	xor	%eax, %eax
	ret

	function longjmp
	.globl siglongjmp
siglongjmp:
	mov	%rdi, %r8
	mov	%esi, %r9d
	cmpl	$0, JB_HAS_MASK(%rdi)
	je	1f
	lea	JB_MASK(%rdi), %rsi
	xor	%edx, %edx
	mov	$SIG_SETMASK, %edi
	mov	$SIGSET_BYTES, %r10d
	mov	$NR_rt_sigprocmask, %eax
	syscall
1:	mov	%r9d, %eax
	cmp	$1, %eax
	adc	$0, %eax /* 0 becomes 1 */
	mov	(%r8), %rbx
	mov	8(%r8), %rbp
	mov	16(%r8), %r12
	mov	24(%r8), %r13
	mov	32(%r8), %r14
	mov	40(%r8), %r15
	mov	48(%r8), %rsp
	jmp	*56(%r8)

	/* The child runs on the parent's stack: the return address must not be there meanwhile. */
	function vfork
	pop	%rdx
	mov	$NR_vfork, %eax
	syscall
	push	%rdx
	mov	%rax, %rdi
	jmp	__set_errno

	/* int clone(fn, stack, flags, arg, parent_tid, tls, child_tid) */
	function clone
	mov	%rdi, %r11
	and	$-16, %rsi
	sub	$16, %rsi
	mov	%rdi, (%rsi)
	mov	%rcx, 8(%rsi)
	movslq	%edx, %rdi
	mov	%r8, %rdx
	mov	8(%rsp), %r10
	mov	%r9, %r8
	mov	$NR_clone, %eax
	syscall
	test	%eax, %eax
	jz	1f
	mov	%rax, %rdi
	jmp	__set_errno
1:	xor	%ebp, %ebp
	pop	%rax
	pop	%rdi
	call	*%rax
	mov	%eax, %edi
	mov	$NR_exit, %eax
	syscall
	hlt

	/* The kernel returns from a handler to here. */
	function __sigreturn
	mov	$NR_rt_sigreturn, %eax
	syscall

	/* futex(2), unless the thread is to be cancelled. Between the labels it still can be: see cancel.c. */
	function __cancelable_futex
	.globl __cancel_begin
	.globl __cancel_end
	.globl __cancel_out
	mov	%rcx, %r10
	mov	$NR_futex, %eax
__cancel_begin:
	mov	CANCEL_WORD, %r11d
	and	$CANCEL_ASKED + CANCEL_DISABLED, %r11d
	cmp	$CANCEL_ASKED, %r11d
	je	__cancel_out
	syscall
__cancel_end:
	ret
__cancel_out:
	mov	$-ECANCELED, %rax
	ret

	/* long syscall(number, a, b, c, d, e, f) */
	function syscall
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	mov	8(%rsp), %r9
	syscall
	mov	%rax, %rdi
	jmp	__set_errno

	.section .note.GNU-stack, "", @progbits
