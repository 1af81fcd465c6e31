// SPDX-License-Identifier: MIT
/*
 * internal: what the files of arch/x86_64 need of each other; nobody else includes it.
 *
 * Promise   interrupt vectors are numbered here once. Start-up of a CPU, the first or another, is the
 *           same four calls in the same order: cpu_init_features(), gdt_init_cpu(), idt_load(),
 *           syscall_init_cpu(); then apic_init_cpu() and clock_init_cpu().
 * Locks     all of it runs with interrupts off, but for ipi_call_mask()
 */
#pragma once
#include "arch/x86_64/arch.h"
#include "boot/bootinfo.h"

enum vector {
	VECTOR_DE = 0, VECTOR_DB = 1, VECTOR_NMI = 2, VECTOR_BP = 3, VECTOR_UD = 6, VECTOR_NM = 7, VECTOR_DF = 8,
	VECTOR_GP = 13, VECTOR_PF = 14, VECTOR_MF = 16, VECTOR_AC = 17, VECTOR_MC = 18, VECTOR_XM = 19,
	NR_EXCEPTIONS = 32,
	VECTOR_PIC_BASE = 0x20,	 /* the masked 8259s: their spurious interrupts land here */
	VECTOR_IOAPIC_BASE = 0x30, /* + ISA interrupt number */
	VECTOR_TIMER = 0xf0, VECTOR_RESCHED = 0xf1, VECTOR_CALL = 0xf2, VECTOR_STOP = 0xf3,
	VECTOR_SPURIOUS = 0xff,
};

/* What this CPU can do, read once on the boot CPU; others must have the same. */
struct cpu_features {
	bool nx, pge, pcid, invpcid, smep, smap, umip, fsgsbase, gbpages, pat;
	bool xsave, xsaveopt, xsavec, xsaves, fxsr, avx, erms, fsrm;
	bool x2apic, tsc_deadline, invariant_tsc, rdtscp, rdrand, arat, hypervisor, sysenter;
	u32 max_leaf, max_ext_leaf;
};
extern struct cpu_features cpu_features; /* [const after arch_early_init] */

/* Stacks that the CPU switches to by itself (gdt.c). */
enum { IST_NMI = 1, IST_DEBUG = 2, IST_FATAL = 3, BOOT_IST_STACK_BYTES = 4 * 4096
#ifdef KASAN
	* 2 /* as every kernel stack */
#endif
};
struct boot_stacks {
	u8 nmi_guard[PAGE_SIZE], nmi[BOOT_IST_STACK_BYTES];
	u8 fatal_guard[PAGE_SIZE], fatal[BOOT_IST_STACK_BYTES];
};
extern struct boot_stacks boot_ist_stacks;

/* Data that arch_early_init() fills in and that is read-only from arch_paging_init() on. */
#define __setup __section(".setup")

/* --- cpu.c, gdt.c, idt.c, entry.S, fpu.c, paging.c --- */
void cpu_features_read(void);	     /* the boot CPU, once */
void cpu_flags_read(void);	     /* after that: the line for arch_cpu_flags() */
void cpu_init_features(void);	     /* this CPU's control registers and PAT, from cpu_features; EFER.NXE must be
				      * on before it loads paging_kernel_top(), whose entries use it */
void gdt_init_cpu(unsigned cpu);     /* descriptor tables, TSS, IST stacks, %gs base of `cpu`; its copy of the
				      * per-CPU area and percpu_offset[cpu] are there */
void idt_init(void);
void idt_load(void);
void syscall_init_cpu(void);	     /* SYSCALL's MSRs */
void fpu_init_cpu(void);
phys_t paging_kernel_top(void);	     /* the level-3 table with the kernel half, for CPUs that start; below 4 GiB */
void extable_init(void);
void patch_apply(void);		     /* the instructions that depend on what the CPU can do */
void cpu_stacks_alloc(unsigned cpu); /* before it starts, on the boot CPU: guarded IST stacks */

/* --- irq.c, apic.c, ioapic.c, smp.c, clock.c, acpi.c --- */
void irq_dispatch(struct regs *r, unsigned vector); /* every vector >= NR_EXCEPTIONS; ends the interrupt itself */
void nmi_handler(struct regs *r);
void apic_init(void);		     /* finds and maps it, masks the 8259s */
void apic_init_cpu(void);
void apic_send_ipi(unsigned cpu, unsigned vector);
void ipi_call_mask(u64 cpus, void (*fn)(void *), void *arg); /* runs fn there (never here) and waits */
void ioapic_init(void);
void clock_early_init(void);	     /* calibrates the TSC; before that clock_now_ns() answers 0 */
void clock_init_cpu(void);
void acpi_init(struct bootinfo *bi);
void vdso_init(void);
void serial_early_init(void);

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;
	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return lo | (u64)hi << 32;
}
static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}
static inline void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(sub));
}
static inline u64 rdtsc(void)
{
	u32 lo, hi;
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return lo | (u64)hi << 32;
}
