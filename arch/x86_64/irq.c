// SPDX-License-Identifier: MIT
/*
 * irq: from a vector to who handles it.
 *
 * Promise   each interrupt is ended exactly once, spurious ones not at all. Handlers run with interrupts
 *           off, so no two run on one CPU at a time and none is preempted. Each CPU counts all that
 *           came to it by a vector of these.
 * Locks     none
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/trace.h"

static DEFINE_PERCPU(u64, nr_irqs);

u64 irq_count(unsigned cpu)
{
	return READ_ONCE(*percpu_of(cpu, u64, nr_irqs));
}

void irq_dispatch(struct regs *r, unsigned vector)
{
	nr_irqs++;
	trace_event(TRACE_IRQ, vector, r->rip);
	switch (vector) {
	case VECTOR_TIMER:
		apic_eoi();
		kernel_timer_interrupt(regs_from_user(r));
		return;
	case VECTOR_RESCHED:
		apic_eoi();
		kernel_resched_ipi();
		return;
	case VECTOR_CALL:
		apic_eoi();
		ipi_handle_call();
		return;
	case VECTOR_STOP:
		ipi_handle_stop();
	case VECTOR_IOAPIC_BASE ... VECTOR_IOAPIC_BASE + NR_ISA_IRQS - 1:
		ioapic_handle(vector - VECTOR_IOAPIC_BASE);
		return;
	case VECTOR_SPURIOUS:
	case VECTOR_PIC_BASE ... VECTOR_PIC_BASE + NR_ISA_IRQS - 1:
		/* withdrawn before it was delivered, by the local APIC or by a masked 8259: nothing is in service */
		return;
	default:
		apic_eoi();
	}
}

/* Runs on its own stack, between any two instructions: takes no lock, prints only in a panic. */
void nmi_handler(struct regs *r)
{
	if (!ipi_handle_nmi(r))
		ipi_note_stray_nmi();
}
