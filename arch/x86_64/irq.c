// SPDX-License-Identifier: MIT
/*
 * irq: from a vector to who handles it.
 *
 * Promise   each interrupt is ended exactly once, spurious ones not at all. Handlers run with interrupts
 *           off, so no two run on one CPU at a time and none is preempted. Each CPU counts what
 *           came to it by a vector of these, by kind.
 * Locks     none
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/trace.h"

/* Rows: first the ISA interrupts, by number. */
enum { IRQ_TIMER = NR_ISA_IRQS, IRQ_SPURIOUS, IRQ_RESCHED, IRQ_CALL, IRQ_OTHER, NR_IRQ_ROWS };

static const struct irq_row kinds[NR_IRQ_ROWS] = {
	[IRQ_TIMER] = { .name = "LOC", .text = "Local timer interrupts" },
	[IRQ_SPURIOUS] = { .name = "SPU", .text = "Spurious interrupts" },
	[IRQ_RESCHED] = { .name = "RES", .text = "Rescheduling interrupts" },
	[IRQ_CALL] = { .name = "CAL", .text = "Function call interrupts" },
	[IRQ_OTHER] = { .name = "ERR", .text = "Unexpected interrupts" },
};

struct irq_counts {
	u64 of[NR_IRQ_ROWS];
};
static DEFINE_PERCPU(struct irq_counts, irq_counts);

static void count(unsigned row)
{
	this_cpu_ptr(struct irq_counts, irq_counts)->of[row]++;
}

bool irq_row_get(unsigned row, struct irq_row *out)
{
	if (row >= NR_IRQ_ROWS)
		return false;
	*out = row < NR_ISA_IRQS ? ioapic_row(row) : kinds[row];
	return true;
}

u64 irq_row_count(unsigned row, unsigned cpu)
{
	return READ_ONCE(percpu_of(cpu, struct irq_counts, irq_counts)->of[row]);
}

u64 irq_count(unsigned cpu)
{
	u64 all = 0;
	for (unsigned row = 0; row < NR_IRQ_ROWS; row++)
		all += irq_row_count(row, cpu);
	return all;
}

void irq_dispatch(struct regs *r, unsigned vector)
{
	trace_event(TRACE_IRQ, vector, r->rip);
	switch (vector) {
	case VECTOR_TIMER:
		count(IRQ_TIMER);
		apic_eoi();
		kernel_timer_interrupt(regs_from_user(r));
		return;
	case VECTOR_RESCHED:
		count(IRQ_RESCHED);
		apic_eoi();
		kernel_resched_ipi();
		return;
	case VECTOR_CALL:
		count(IRQ_CALL);
		apic_eoi();
		ipi_handle_call();
		return;
	case VECTOR_STOP:
		ipi_handle_stop();
	case VECTOR_IOAPIC_BASE ... VECTOR_IOAPIC_BASE + NR_ISA_IRQS - 1:
		count(vector - VECTOR_IOAPIC_BASE);
		ioapic_handle(vector - VECTOR_IOAPIC_BASE);
		return;
	case VECTOR_SPURIOUS:
	case VECTOR_PIC_BASE ... VECTOR_PIC_BASE + NR_ISA_IRQS - 1:
		/* withdrawn before it was delivered, by the local APIC or by a masked 8259: nothing is in service */
		count(IRQ_SPURIOUS);
		return;
	default:
		count(IRQ_OTHER);
		apic_eoi();
	}
}

/* Runs on its own stack, between any two instructions: takes no lock, prints only in a panic. */
void nmi_handler(struct regs *r)
{
	if (!ipi_handle_nmi(r))
		ipi_note_stray_nmi();
}
