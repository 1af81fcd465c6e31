// SPDX-License-Identifier: MIT
/*
 * platform: start-up of everything outside the CPU itself, in the one order that works.
 *
 * Promise   after arch_init() the clock runs, this CPU's timer can be set, interrupts can be registered, and
 *           per-CPU areas exist for all CPUs that may be started
 * Locks     none: boot CPU, interrupts off
 */
#include "arch/x86_64/platform.h"

void arch_init(struct bootinfo *bi)
{
	acpi_init(bi);
	apic_init();	    /* its timer is also what the TSC may be measured with */
	clock_early_init();
	ioapic_init();
	smp_prepare(bi);
	vdso_init();
}
