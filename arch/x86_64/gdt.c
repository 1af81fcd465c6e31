// SPDX-License-Identifier: MIT
/*
 * gdt: segments, the task state segment, and the stacks that interrupts switch to by themselves.
 *
 * Promise   each CPU has its own table and TSS in its per-CPU area. The TSS names the kernel stack for entries
 *           from user mode (rsp0, kept by arch_switch) and two stacks for what can come at any time:
 *           one for NMIs (its lowest page for debug exceptions), one for the two that are fatal. Right
 *           above each place where the CPU starts to push lies the CPU's own %gs base (entry.S).
 * Locks     none: a CPU sets up its own
 * Lifetime  for ever
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"
#include "kernel/core/alloc.h"
#include "kernel/core/panic.h"
#include "kernel/core/task.h"

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, iomap_base;
} __packed;

enum { GDT_TSS = 8, GDT_CPU_NUMBER = 15, NR_GDT = 16 };

#define SEGMENT_CODE 0x00209b0000000000ul /* 64-bit, present, executable, readable, accessed */
#define SEGMENT_DATA 0x0000930000000000ul /* present, writable, accessed */
#define SEGMENT_USER 0x0000600000000000ul /* privilege level 3 */
#define SEGMENT_TSS 0x0000890000000000ul  /* present, available 64-bit TSS */
#define SEGMENT_LIMIT_ONLY 0x0000f10000000000ul /* present, level 3, data, read-only: for LSL */

DEFINE_PERCPU(struct tss, cpu_tss) __aligned(16); /* entry.S reads and writes rsp[0] */
DEFINE_PERCPU(u64, syscall_user_rsp);	   /* entry.S: the user's rsp for a few instructions */
static DEFINE_PERCPU(u64, gdt[NR_GDT]);
static DEFINE_PERCPU(u8 *, nmi_stack);	   /* lowest address */
static DEFINE_PERCPU(u8 *, fatal_stack);

_Static_assert(offsetof(struct tss, rsp) == TSS_RSP0, "entry.S");
_Static_assert((int)BOOT_IST_STACK_BYTES == (int)KSTACK_BYTES, "the same use of the stacks on every CPU");

struct table_pointer {
	u16 limit;
	const void *base;
} __packed;

/* The boot CPU's, in .bss; paging.c takes away the guard pages. */
struct boot_stacks boot_ist_stacks __section(".bss.page_aligned") __aligned(PAGE_SIZE);

void cpu_stacks_alloc(unsigned cpu)
{
	u8 **nmi = percpu_of(cpu, u8 *, nmi_stack), **fatal = percpu_of(cpu, u8 *, fatal_stack);
	if (!*nmi)
		*nmi = kstack_alloc();
	if (!*fatal)
		*fatal = kstack_alloc();
	if (!*nmi || !*fatal)
		panic("gdt: no memory for the interrupt stacks of cpu %u", cpu);
}

/* What the CPU is to load as stack pointer for a stack that ends at `top`. */
static u64 ist_stack(u8 *top, unsigned cpu)
{
	enum { SLOT_BYTES = 16 }; /* of which the lower word counts; the CPU aligns to 16 */
	u64 *slot = (u64 *)(top - SLOT_BYTES);
	*slot = percpu_offset[cpu];
	return (u64)slot;
}

static void tss_init(struct tss *t, unsigned cpu)
{
	u8 *nmi = *percpu_of(cpu, u8 *, nmi_stack), *fatal = *percpu_of(cpu, u8 *, fatal_stack);
	u64 fatal_sp = ist_stack(fatal + KSTACK_BYTES, cpu);
	t->ist[IST_NMI - 1] = ist_stack(nmi + KSTACK_BYTES, cpu);
	t->ist[IST_DEBUG - 1] = ist_stack(nmi + PAGE_SIZE, cpu);
	t->ist[IST_FATAL - 1] = fatal_sp;
	t->iomap_base = sizeof(*t); /* none: user mode may touch no port */
}

static void gdt_fill(u64 *table, u64 tss, unsigned cpu)
{
	table[KERNEL_CS / 8] = SEGMENT_CODE;
	table[KERNEL_DS / 8] = SEGMENT_DATA;
	table[USER_DS / 8] = SEGMENT_DATA | SEGMENT_USER;
	table[USER_CS / 8] = SEGMENT_CODE | SEGMENT_USER;
	table[GDT_TSS] = SEGMENT_TSS | (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 |
			 (tss >> 24 & 0xff) << 56;
	table[GDT_TSS + 1] = tss >> 32;
	table[GDT_CPU_NUMBER] = SEGMENT_LIMIT_ONLY | cpu;
}

static void load_segments(void)
{
	__asm__ volatile("pushq %0\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\tmovl %1, %%eax\n\t"
			 "movl %%eax, %%ss\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs" ::"i"(KERNEL_CS), "i"(KERNEL_DS) : "rax", "memory");
}

void gdt_init_cpu(unsigned cpu)
{
	if (cpu == 0) {
		*percpu_of(0, u8 *, nmi_stack) = boot_ist_stacks.nmi;
		*percpu_of(0, u8 *, fatal_stack) = boot_ist_stacks.fatal;
	}
	struct tss *tss = percpu_of(cpu, struct tss, cpu_tss);
	u64 *table = (u64 *)((u64)(uintptr_t)&gdt + percpu_offset[cpu]);
	tss_init(tss, cpu);
	gdt_fill(table, (u64)tss, cpu);
	struct table_pointer pointer = { sizeof(u64) * NR_GDT - 1, table };
	__asm__ volatile("lgdt %0" ::"m"(pointer));
	load_segments(); /* clears the base of %gs on some CPUs: no per-CPU access in between */
	wrmsr(MSR_GS_BASE, percpu_offset[cpu]);
	__asm__ volatile("lldt %w0; ltr %w1" ::"r"(0), "r"(GDT_TSS * 8));
	if (cpu_features.rdtscp)
		wrmsr(MSR_TSC_AUX, cpu);
}
