// SPDX-License-Identifier: MIT
/*
 * idt: which code runs for which vector, and the entry point of SYSCALL.
 *
 * Promise   one table for all CPUs, filled before interrupts are first enabled and read-only once
 *           arch_paging_init() has run. All gates turn interrupts off. User code may raise only the
 *           breakpoint (int3) and overflow vectors by itself.
 * Locks     none: [const after arch_early_init]
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"

struct gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
} __packed;
_Static_assert(sizeof(struct gate) == 16, "as the CPU reads it");

enum { NR_VECTORS = 256, GATE_INTERRUPT = 0x8e, GATE_USER = 0x60, VECTOR_OF = 4 };

/* Every flag but the one that is always set: the kernel starts from a clean register, like C expects. */
#define SYSCALL_FLAGS_CLEARED 0x257fd5ul
enum { EFER_SCE = 1 << 0 };

extern const u8 vector_stubs[], entry_nmi[], entry_double_fault[], entry_machine_check[], entry_debug[],
	syscall_entry[];

static struct gate idt[NR_VECTORS] __setup __aligned(PAGE_SIZE);

static void gate_set(unsigned vector, const u8 *entry, unsigned ist)
{
	u64 at = (u64)entry;
	bool user = vector == VECTOR_BP || vector == VECTOR_OF;
	idt[vector] = (struct gate){
		.offset_low = at & 0xffff,
		.offset_middle = at >> 16 & 0xffff,
		.offset_high = at >> 32,
		.selector = KERNEL_CS,
		.ist = ist,
		.type = GATE_INTERRUPT | (user ? GATE_USER : 0),
	};
}

void idt_init(void)
{
	for (unsigned v = 0; v < NR_VECTORS; v++)
		gate_set(v, vector_stubs + v * VECTOR_STUB_BYTES, 0);
	gate_set(VECTOR_DB, entry_debug, IST_DEBUG);
	gate_set(VECTOR_NMI, entry_nmi, IST_NMI);
	gate_set(VECTOR_DF, entry_double_fault, IST_FATAL);
	gate_set(VECTOR_MC, entry_machine_check, IST_FATAL);
}

void idt_load(void)
{
	struct {
		u16 limit;
		const void *base;
	} __packed pointer = { sizeof(idt) - 1, idt };
	__asm__ volatile("lidt %0" ::"m"(pointer));
}

void syscall_init_cpu(void)
{
	/* SYSRET loads ss from the upper field + 8 and cs from it + 16 */
	wrmsr(MSR_STAR, (u64)KERNEL_CS << 32 | (u64)(USER_DS - 8) << 48);
	wrmsr(MSR_LSTAR, (u64)syscall_entry);
	wrmsr(MSR_FMASK, SYSCALL_FLAGS_CLEARED);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	if (cpu_features.sysenter)
		wrmsr(MSR_SYSENTER_CS, 0); /* SYSENTER is a fault */
}
_Static_assert(USER_CS == USER_DS + 8, "SYSRET's order");
