// SPDX-License-Identifier: MIT
/*
 * sigframe: what a handler finds on its stack, and rt_sigreturn(2), which takes it back.
 *
 * Promise   the frame is Linux's for x86-64, byte for byte: unwinders, debuggers and language runtimes read
 *           and change it. All registers come back as the frame then has them, as far as user mode may
 *           have them; a frame of nonsense costs the program SIGSEGV.
 * Locks     none; the registers and the alternate stack are the current task's own
 * Linux     sigreturn(2), sigaltstack(2). A handler without SA_RESTORER gets SIGSEGV instead, as there: the
 *           C libraries all bring their own.
 *
 *	old rsp - 128	the red zone that the ABI leaves to leaf functions; or the top of the alternate stack
 *	  fpstate	FPU state, aligned to 64
 *	  siginfo, ucontext
 *	new rsp		the restorer's address: 16 n + 8, as at the entry of any function
 */
#include "kernel/core/sched.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall.h"
#include "kernel/uapi/ucontext.h"
#include "mm/uaccess.h"

enum {
	RED_ZONE_BYTES = 128, FPU_ALIGN = 64, STACK_ALIGN = 16, LEGACY_FPU_BYTES = 512,
	RFLAGS_ARITHMETIC = 0x8d5, /* carry, parity, adjust, zero, sign, overflow */
	RFLAGS_RESTORED = RFLAGS_ARITHMETIC | RFLAGS_DF | RFLAGS_TF | RFLAGS_RF | RFLAGS_AC,
	GENERAL_PROTECTION = 13, SELECTOR_RPL = 3,
};

struct rt_sigframe {
	u64 restorer;
	struct ucontext uc;
	struct siginfo info;
};
_Static_assert(sizeof(struct rt_sigframe) == 440, "the ABI's size");

/* --- to the handler --- */

/* Field by field: an initialiser would clear all of it first. */
static void save_registers(struct sigcontext *sc, const struct regs *r, const struct task *t, ksigset_t mask)
{
	sc->r8 = r->r8;
	sc->r9 = r->r9;
	sc->r10 = r->r10;
	sc->r11 = r->r11;
	sc->r12 = r->r12;
	sc->r13 = r->r13;
	sc->r14 = r->r14;
	sc->r15 = r->r15;
	sc->rdi = r->rdi;
	sc->rsi = r->rsi;
	sc->rbp = r->rbp;
	sc->rbx = r->rbx;
	sc->rdx = r->rdx;
	sc->rax = r->rax;
	sc->rcx = r->rcx;
	sc->rsp = r->rsp;
	sc->rip = r->rip;
	sc->eflags = r->rflags;
	sc->cs = (u16)r->cs;
	sc->gs = 0;
	sc->fs = 0;
	sc->ss = (u16)r->ss;
	sc->err = t->trap_error;
	sc->trapno = t->trap_nr;
	sc->oldmask = mask;
	sc->cr2 = t->trap_address;
	memset(sc->reserved1, 0, sizeof(sc->reserved1));
}

/* Where the frame and the FPU state go; 0: the alternate stack is too small for them. */
static uaddr_t place_frame(const struct regs *r, const struct ksigaction *a, const struct sigaltstack *ss,
	u32 fpu_bytes, uaddr_t *fpu)
{
	uaddr_t sp = r->rsp - RED_ZONE_BYTES;
	bool on_alternate = sigaltstack_in_use(ss, r->rsp);
	if (a->flags & SA_ONSTACK && ss->ss_size && !sigaltstack_in_use(ss, sp)) {
		sp = (uaddr_t)ss->ss_sp + ss->ss_size;
		on_alternate = true;
	}
	*fpu = ALIGN_DOWN(sp - fpu_bytes, (uaddr_t)FPU_ALIGN);
	uaddr_t at = ALIGN_DOWN(*fpu - sizeof(struct rt_sigframe), (uaddr_t)STACK_ALIGN) - sizeof(u64);
	return on_alternate && !sigaltstack_holds(ss, at) ? 0 : at;
}

int sigframe_push(struct regs *r, const struct siginfo *info, const struct ksigaction *a, ksigset_t mask)
{
	struct task *t = current;
	struct rt_sigframe f;
	u32 fpu_bytes = arch_fpu_frame_size();
	uaddr_t fpu, at = place_frame(r, a, &t->altstack, fpu_bytes, &fpu);
	if (!at || !(a->flags & SA_RESTORER) || arch_fpu_save_user((void __user *)fpu))
		return -EFAULT;
	f.restorer = (u64)a->restorer;
	f.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | (fpu_bytes > LEGACY_FPU_BYTES ? UC_FP_XSTATE : 0);
	f.uc.uc_link = NULL;
	memset(&f.uc.uc_stack, 0, sizeof(f.uc.uc_stack)); /* the hole between its fields too */
	f.uc.uc_stack.ss_sp = t->altstack.ss_sp;
	f.uc.uc_stack.ss_flags = t->altstack.ss_flags;
	f.uc.uc_stack.ss_size = t->altstack.ss_size;
	save_registers(&f.uc.uc_mcontext, r, t, mask);
	f.uc.uc_mcontext.fpstate = (struct fpstate __user *)fpu;
	f.uc.uc_sigmask = mask;
	size_t bytes = offsetof(struct rt_sigframe, info);
	if (a->flags & SA_SIGINFO) {
		memcpy(&f.info, info, SIGINFO_BYTES);
		memset((char *)&f.info + SIGINFO_BYTES, 0, sizeof(f.info) - SIGINFO_BYTES);
		bytes = sizeof(f);
	}
	if (copy_to_user((void __user *)at, &f, bytes))
		return -EFAULT;
	if (unlikely(t->altstack.ss_flags & SS_AUTODISARM))
		t->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	(void)arch_fpu_restore_user(NULL); /* a handler starts like a program */
	r->rdi = info->si_signo;
	r->rsi = at + offsetof(struct rt_sigframe, info);
	r->rdx = at + offsetof(struct rt_sigframe, uc);
	r->rax = 0;
	r->rip = (u64)a->handler;
	r->rsp = at;
	r->cs = USER_CS;
	r->ss = USER_DS;
	r->rflags &= ~(u64)(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
	return 0; /* the way to user mode that had this work to do loads every register */
}

/* --- and back --- */

static void load_registers(struct regs *r, const struct ucontext *uc)
{
	const struct sigcontext *sc = &uc->uc_mcontext;
	r->r8 = sc->r8;
	r->r9 = sc->r9;
	r->r10 = sc->r10;
	r->r11 = sc->r11;
	r->r12 = sc->r12;
	r->r13 = sc->r13;
	r->r14 = sc->r14;
	r->r15 = sc->r15;
	r->rdi = sc->rdi;
	r->rsi = sc->rsi;
	r->rbp = sc->rbp;
	r->rbx = sc->rbx;
	r->rdx = sc->rdx;
	r->rax = sc->rax;
	r->rcx = sc->rcx;
	r->rsp = sc->rsp;
	r->rip = sc->rip;
	r->rflags = (r->rflags & ~(u64)RFLAGS_RESTORED) | (sc->eflags & RFLAGS_RESTORED);
	r->cs = sc->cs | SELECTOR_RPL;
	r->ss = uc->uc_flags & UC_STRICT_RESTORE_SS ? sc->ss | SELECTOR_RPL : USER_DS;
	r->orig_rax = ~0ul;
}

/* The processor would refuse to go there. The way out loads the right selectors in any case; the frame of
 * the SIGSEGV shows the wrong ones. */
static void refuse_selectors(const struct regs *r)
{
	u64 wrong = r->cs != USER_CS ? r->cs : r->ss;
	current->trap_nr = GENERAL_PROTECTION;
	current->trap_error = wrong & ~(u64)SELECTOR_RPL;
	signal_fault(SIGSEGV, SI_KERNEL, 0);
}

long sys_rt_sigreturn(void)
{
	struct task *t = current;
	struct regs *r = arch_user_regs(&t->arch);
	struct ucontext uc;
	task_work_set(t, TASK_WORK_IRET);
	/* The restorer's address has been popped: the stack pointer is at the ucontext. */
	if (copy_from_user(&uc, (void __user *)r->rsp, sizeof(uc))) {
		signal_fault(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	signal_set_mask(uc.uc_sigmask);
	const struct sigaltstack *now = &t->altstack, *then = &uc.uc_stack;
	if (unlikely(now->ss_sp != then->ss_sp || now->ss_size != then->ss_size || now->ss_flags != then->ss_flags))
		(void)sigaltstack_set(then, r->rsp); /* not while the handler is on it */
	load_registers(r, &uc);
	t->restart_valid = false;
	if (arch_fpu_restore_user(uc.uc_mcontext.fpstate)) {
		signal_fault(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	if (unlikely(r->cs != USER_CS || r->ss != USER_DS))
		refuse_selectors(r);
	return (long)r->rax;
}
