// SPDX-License-Identifier: MIT
/*
 * arch: the whole contract between the kernel and the processor.
 *
 * Promise   nothing outside arch/x86_64 includes another header of this folder than this one; what is
 *           not named here (descriptor tables, APICs, ACPI, entry code) is nobody else's business.
 * Locks     functions marked (I) may be called with interrupts off and from interrupts; the TLB and
 *           call IPIs wait for other CPUs and need interrupts on (or a single CPU).
 */
#pragma once
#include "arch/x86_64/atomic.h"
#include "arch/x86_64/paging.h"
#include "arch/x86_64/percpu.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/usermem.h"
#include "kernel/lib/macros.h"

struct task; struct bootinfo;

/* --- interrupts of this CPU --- */
static inline u64 irq_save(void) /* answers the flags for irq_restore() */
{
	u64 flags;
	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags)::"memory");
	return flags;
}
static inline void irq_restore(u64 flags)
{
	if (flags & RFLAGS_IF)
		__asm__ volatile("sti" ::: "memory");
}
static inline void irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}
static inline void irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}
static inline bool irqs_enabled(void)
{
	u64 flags;
	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	return flags & RFLAGS_IF;
}
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}
static inline void cpu_wait_for_irq(void) /* call with interrupts off; returns with them on */
{
	__asm__ volatile("sti; hlt" ::: "memory");
}
__noreturn void cpu_halt_forever(void);

/* --- start-up, in the order kernel_main() calls them --- */
/* CPU features, descriptor tables, early serial; panics if the CPU lacks what we need */
void arch_early_init(struct bootinfo *bi);
/* the kernel's own tables: W^X image, direct map of all RAM; uses kernel_alloc_table() */
void arch_paging_init(struct bootinfo *bi);
/* ACPI, local APIC, IOAPIC, clocks, fpu; after the page allocator and kmap work */
void arch_init(struct bootinfo *bi);
void arch_start_cpus(unsigned max);		/* starts the others; each comes up in kernel_ap_main() */
extern unsigned nr_cpus;			/* [const after arch_start_cpus] online CPUs, numbered 0..nr_cpus-1 */
extern unsigned nr_possible_cpus;		/* [const after arch_init] */
const char *arch_cpu_model(void);		/* for /proc/cpuinfo: the brand string, trimmed */
u64 arch_hwcap(void);					/* AT_HWCAP: edx of CPUID leaf 1 */
/* AT_HWCAP2: bit 1, user code may use the FSGSBASE instructions */
u64 arch_hwcap2(void);
const char *arch_cpu_flags(void);		/* for /proc/cpuinfo: Linux's flag names separated by spaces */
void arch_cpuinfo(unsigned *family, unsigned *model, unsigned *stepping, const char **vendor);

/* --- tasks --- */
struct arch_task {		/* inside struct task */
	u64 sp;			/* [owner] saved stack pointer while not running */
	u64 stack_top;		/* [const] struct regs of user entry lies right below it */
	/* [owner] user's; current only while not running (fs_base also when set by arch_set_fs) */
	u64 fs_base, gs_base;
	void *fpu;		/* [owner] XSAVE area, NULL for kernel threads */
	u32 live_cpu;		/* [owner] 1 + the CPU whose registers may still hold its FPU state and bases; 0: none.
				 * Whoever changes them in memory while it does not run sets 0. */
};
/* interrupts off, run queue lock held; returns when prev runs again */
void arch_switch(struct task *prev, struct task *next);
struct arch_task *task_arch(struct task *t);		/* defined in core/sched.c */
/* will run kernel_task_start(), fn(arg); fn must not return */
void arch_task_init_kernel(struct arch_task *a, void (*fn)(void *), void *arg);
/* will run kernel_task_start() and go to user mode with a copy of *parent, rax = 0 */
void arch_task_init_fork(struct arch_task *a, const struct regs *parent);
struct regs *arch_user_regs(struct arch_task *a);	/* where its user registers are while it is in the kernel */
__noreturn void arch_enter_user(struct regs *r);	/* exec of the first program: loads *r and goes */
int arch_fpu_alloc(struct arch_task *a);		/* -ENOMEM; initial state */
void arch_fpu_copy(struct arch_task *to);		/* the current task's live state into `to` (fork) */
void arch_fpu_reset(struct arch_task *a);		/* exec: initial state for the current task */
void arch_fpu_free(struct arch_task *a);
/* bytes an XSAVE area takes in a signal frame, with its trailing magic */
u32 arch_fpu_frame_size(void);
/* current's live state -> signal frame (fx sw-reserved fields as Linux) */
int arch_fpu_save_user(void __user *buf);
int arch_fpu_restore_user(const void __user *buf);	/* -EFAULT, -EINVAL; NULL resets the state */
void arch_set_fs_base(u64 base);			/* current's, now */
void arch_set_gs_base(u64 base);
u64 arch_get_fs_base(void);				/* live values (user code may change them with wrfsbase) */
u64 arch_get_gs_base(void);

/* --- interrupts and IPIs --- */
typedef void (*irq_handler)(void *arg);			/* (I) */
/* Through the MADT's overrides; -ENODEV without IOAPIC. The name stays. */
int irq_register_isa(unsigned isa_irq, const char *name, irq_handler fn, void *arg);
/* What interrupts are counted by: for devices the ISA number is the row, and `name` who handles it. */
struct irq_row {
	const char *name;	/* NULL: none */
	const char *text;	/* not of devices */
	bool is_device, is_level;
	unsigned pin;		/* of a device: of its IOAPIC */
};
bool irq_row_get(unsigned row, struct irq_row *out);	/* (I) false: there are no more */
u64 irq_row_count(unsigned row, unsigned cpu);		/* (I) */
u64 irq_count(unsigned cpu);				/* (I) interrupts that came to it, of all kinds but NMIs */
void ipi_resched(unsigned cpu);				/* (I) */
/* runs fn on every other online CPU, in interrupt context, and waits */
void ipi_call_others(void (*fn)(void *), void *arg);
void ipi_call_one(unsigned cpu, void (*fn)(void *), void *arg);	/* the same on one (may be this) CPU */
void ipi_stop_others(void);				/* (I) panic: the others print nothing more and halt */
/* (I) panic: each other CPU prints its backtrace (bounded wait) */
void arch_nmi_backtrace_others(void);

/* what was fetched or done before is forgotten: code may have changed */
static inline void arch_sync_core(void)
{
	u32 eax = 0, ecx = 0;
	__asm__ volatile("cpuid" : "+a"(eax), "+c"(ecx)::"ebx", "edx", "memory");
}

/* --- time --- */
u64 clock_now_ns(void);					/* (I) monotonic since boot, all CPUs agree */
u64 arch_boot_realtime_ns(void);			/* UTC of clock 0, read once from the RTC */
void arch_timer_program(u64 deadline_ns);		/* (I) this CPU's one-shot timer; FOREVER stops it */
struct vdso_image {
	phys_t text;		/* physical address of the page-aligned vDSO image */
	size_t text_bytes;
	phys_t data;		/* one page of clock data, mapped read-only right before the text */
	u32 sigreturn_offset;	/* of __vdso_rt_sigreturn, with CFI for unwinders */
};
extern const struct vdso_image *arch_vdso(void);
/* realtime = monotonic + offset; TAI is tai_ns ahead of it */
void arch_vdso_set_realtime(s64 offset_ns, s64 tai_ns);

/* --- chance --- */
/* the processor's random generator; false: none, or it is exhausted */
bool arch_random(u64 *v);
static inline u64 arch_cycles(void)			/* a free-running counter, for measuring and stirring */
{
	u32 lo, hi;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return lo | (u64)hi << 32;
}

/* --- the end --- */
__noreturn void arch_poweroff(void);			/* ACPI S5, else halt */
bool arch_has_i8042(void);			/* the firmware does not deny that there is a keyboard controller */
__noreturn void arch_reboot(void);			/* ACPI reset, keyboard controller, triple fault */
/* QEMU's isa-debug-exit: status (code << 1) | 1; returns if there is none */
void arch_debug_exit(unsigned code);

/* --- the exception table: places in the kernel that may fault, and where they go on then --- */
bool arch_has_fixup(const struct regs *r);
/* moves r->rip to the fix-up: the access fails; false: there is none */
bool arch_fixup(struct regs *r);

/* --- diagnosis --- */
/* (I) polled serial with a bounded probe; nothing if there is none */
void early_console_write(const char *s, size_t n);
u16 early_console_port(void);				/* the port it uses, 0: none */
u16 arch_console_port(void);				/* the 16550 that the firmware names for its console, 0: none */
/* (I) by frame pointers; NULL: the caller's */
unsigned arch_backtrace(const struct regs *from, u64 *pcs, unsigned max);
