// SPDX-License-Identifier: MIT
/*
 * apic: the local interrupt controller of each CPU: its identity, its timer, interrupts between CPUs.
 *
 * Promise   works in both modes. x2APIC (registers are MSRs) is used where the CPU has it, and must be when
 *           the firmware left it on; else the registers lie in one uncached page. The 8259s are moved away
 *           from the exceptions and masked. The timer is one-shot: by TSC deadline, or by counting.
 * Locks     none: each CPU touches its own. Sending writes two registers in xAPIC mode, with interrupts off;
 *           what an NMI may send (apic_send_call_to_self) writes only the second.
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"

enum { /* registers: offset in the page; MSR X2APIC_MSRS + offset / 16 */
	APIC_ID = 0x20, APIC_VERSION = 0x30, APIC_TPR = 0x80, APIC_EOI = 0xb0, APIC_SPURIOUS = 0xf0, APIC_ISR = 0x100,
	APIC_ESR = 0x280, APIC_LVT_CMCI = 0x2f0, APIC_ICR = 0x300, APIC_ICR_HIGH = 0x310, APIC_LVT_TIMER = 0x320,
	APIC_LVT_THERMAL = 0x330, APIC_LVT_PERF = 0x340, APIC_LVT_LINT0 = 0x350, APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370, APIC_TIMER_INITIAL = 0x380, APIC_TIMER_CURRENT = 0x390, APIC_TIMER_DIVIDE = 0x3e0,
};
enum {
	MSR_APIC_BASE = 0x1b, MSR_TSC_DEADLINE = 0x6e0, X2APIC_MSRS = 0x800,
	BASE_X2APIC = 1 << 10, BASE_ENABLED = 1 << 11,
	SPURIOUS_ENABLE = 1 << 8,
	LVT_MASKED = 1 << 16, LVT_ACTIVE_LOW = 1 << 13, LVT_NMI = 4 << 8, LVT_TSC_DEADLINE = 2 << 17,
	DIVIDE_BY_1 = 0xb,
	ICR_NMI = 4 << 8, ICR_INIT = 5 << 8, ICR_STARTUP = 6 << 8, ICR_BUSY = 1 << 12, ICR_ASSERT = 1 << 14,
	ICR_SELF = 1 << 18,
	XAPIC_ID_SHIFT = 24, XAPIC_ID_BROADCAST = 0xff,
	ISR_WORDS = 8, ISR_STRIDE = 0x10,
	ICR_SPINS = 100000, /* an interrupt is accepted within microseconds, or never */
	CPUID_EDX_APIC = 1 << 9,
};
enum { /* 8259 */
	PIC1_COMMAND = 0x20, PIC1_DATA = 0x21, PIC2_COMMAND = 0xa0, PIC2_DATA = 0xa1,
	PIC_INIT_WITH_ICW4 = 0x11, PIC_SECOND_ON_2 = 1 << 2, PIC_CASCADE_ID = 2, PIC_8086 = 1, PIC_MASK_ALL = 0xff,
	PIC_LINES = 8,
};
#define APIC_BASE_ADDRESS 0x000ffffffffff000ul

static bool x2apic;	   /* [const after apic_init] */
static volatile u8 *page; /* [const after apic_init] xAPIC registers */

static inline u32 apic_read(unsigned reg)
{
	return x2apic ? (u32)rdmsr(X2APIC_MSRS + reg / 16) : mmio_read32(page + reg);
}

static inline void apic_write(unsigned reg, u32 v)
{
	if (x2apic)
		wrmsr(X2APIC_MSRS + reg / 16, v);
	else
		mmio_write32(page + reg, v);
}

u32 apic_own_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> XAPIC_ID_SHIFT;
}

bool apic_can_address(u32 apic_id)
{
	return x2apic || apic_id < XAPIC_ID_BROADCAST;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/* --- sending --- */

static void icr_wait(void)
{
	for (unsigned i = 0; i < ICR_SPINS && (apic_read(APIC_ICR) & ICR_BUSY); i++)
		cpu_relax();
}

static void icr_send(u32 apic_id, u32 command)
{
	if (x2apic) {
		/* writes of these MSRs do not wait for earlier stores, which the other CPU is to see */
		__asm__ volatile("mfence; lfence" ::: "memory");
		wrmsr(X2APIC_MSRS + APIC_ICR / 16, (u64)apic_id << 32 | command);
		return;
	}
	u64 irq = irq_save();
	icr_wait();
	apic_write(APIC_ICR_HIGH, apic_id << XAPIC_ID_SHIFT);
	apic_write(APIC_ICR, command);
	irq_restore(irq);
}

void apic_send_ipi(unsigned cpu, unsigned vector)
{
	icr_send(cpu_apic_id[cpu], ICR_ASSERT | vector);
}

void apic_send_nmi(unsigned cpu)
{
	icr_send(cpu_apic_id[cpu], ICR_ASSERT | ICR_NMI);
}

void apic_send_call_to_self(void)
{
	apic_write(APIC_ICR, ICR_SELF | ICR_ASSERT | VECTOR_CALL);
}

void apic_send_init(u32 apic_id)
{
	icr_send(apic_id, ICR_ASSERT | ICR_INIT);
	if (!x2apic)
		icr_wait();
}

void apic_send_startup(u32 apic_id, phys_t at)
{
	apic_write(APIC_ESR, 0);
	icr_send(apic_id, ICR_ASSERT | ICR_STARTUP | (u32)(at >> PAGE_SHIFT));
	if (!x2apic)
		icr_wait();
}

/* --- the timer --- */

u32 apic_timer_count(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

void apic_timer_start(u32 count)
{
	apic_write(APIC_TIMER_INITIAL, count);
}

void apic_timer_set_deadline(u64 tsc)
{
	wrmsr(MSR_TSC_DEADLINE, tsc);
}

void apic_timer_use_deadline(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | LVT_TSC_DEADLINE);
	/* the mode is a memory write in xAPIC mode, the deadline's MSR is not ordered after it by itself */
	__asm__ volatile("mfence" ::: "memory");
}

/* --- start-up --- */

static void pic_mask(void)
{
	outb(PIC1_COMMAND, PIC_INIT_WITH_ICW4);
	outb(PIC2_COMMAND, PIC_INIT_WITH_ICW4);
	outb(PIC1_DATA, VECTOR_PIC_BASE);
	outb(PIC2_DATA, VECTOR_PIC_BASE + PIC_LINES);
	outb(PIC1_DATA, PIC_SECOND_ON_2);
	outb(PIC2_DATA, PIC_CASCADE_ID);
	outb(PIC1_DATA, PIC_8086);
	outb(PIC2_DATA, PIC_8086);
	outb(PIC1_DATA, PIC_MASK_ALL);
	outb(PIC2_DATA, PIC_MASK_ALL);
}

/* What the firmware left in service would block everything of its priority and below. */
static void finish_leftovers(void)
{
	for (unsigned word = 0; word < ISR_WORDS; word++)
		for (u32 bits = apic_read(APIC_ISR + word * ISR_STRIDE); bits; bits &= bits - 1)
			apic_eoi();
}

static void switch_on(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);
	if (!(base & BASE_ENABLED)) {
		base |= BASE_ENABLED;
		wrmsr(MSR_APIC_BASE, base);
	}
	if (x2apic && !(base & BASE_X2APIC))
		wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
}

void apic_init(void)
{
	u32 a, b, c, d;
	cpuid(1, 0, &a, &b, &c, &d);
	if (!(d & CPUID_EDX_APIC))
		panic("this CPU has no local APIC (or the firmware switched it off)");
	u64 base = rdmsr(MSR_APIC_BASE);
	x2apic = cpu_features.x2apic || (base & BASE_X2APIC);
	if (!x2apic) {
		page = direct_map(base & APIC_BASE_ADDRESS, PAGE_SIZE, KMAP_RW_UNCACHED);
		if (!page)
			panic("apic: registers at %#lx cannot be reached", base & APIC_BASE_ADDRESS);
	}
	pic_mask();
	apic_init_cpu();
	log_info("apic: %s, this is id %u", x2apic ? "x2APIC" : "xAPIC", apic_own_id());
}

void apic_init_cpu(void)
{
	switch_on();
	u32 nmi = LVT_NMI | (platform.nmi_lint_active_low ? LVT_ACTIVE_LOW : 0);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	apic_write(APIC_LVT_LINT0, platform.nmi_lint == 0 ? nmi : LVT_MASKED);
	apic_write(APIC_LVT_LINT1, platform.nmi_lint == 1 ? nmi : LVT_MASKED);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	finish_leftovers();
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_TIMER_INITIAL, 0);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
}
