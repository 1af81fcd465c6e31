// SPDX-License-Identifier: MIT
/*
 * acpi_madt: the table of interrupt controllers: CPUs, IOAPICs, and how ISA interrupts are wired.
 *
 * Promise   every CPU that is enabled is listed once, whichever of the two kinds of entry names it, in the
 *           table's order, up to MAX_CPUS; ids may have gaps. CPUs that are disabled, also those that could
 *           be plugged in later, are left out. An entry that does not fit the table ends the walk.
 * Locks     none: boot only
 */
#include "arch/x86_64/platform.h"
#include "kernel/core/log.h"

enum {
	MADT_ENTRIES = 44, /* where they begin */
	ENTRY_LAPIC = 0, ENTRY_IOAPIC = 1, ENTRY_OVERRIDE = 2, ENTRY_LAPIC_NMI = 4, ENTRY_X2APIC = 9,
	ENTRY_X2APIC_NMI = 10,
	CPU_ENABLED = 1 << 0,
	XAPIC_ID_INVALID = 0xff,
	BUS_ISA = 0,
	POLARITY_MASK = 3, POLARITY_LOW = 3,
	TRIGGER_MASK = 3 << 2, TRIGGER_LEVEL = 3 << 2,
};
#define X2APIC_ID_INVALID 0xffffffffu

static void add_cpu(u32 apic_id, u32 flags)
{
	if (!(flags & CPU_ENABLED))
		return;
	for (unsigned i = 0; i < platform.nr_cpus; i++)
		if (platform.apic_ids[i] == apic_id)
			return;
	if (platform.nr_cpus == MAX_CPUS)
		platform.nr_cpus_beyond++;
	else
		platform.apic_ids[platform.nr_cpus++] = apic_id;
}

static void add_ioapic(phys_t at, u32 gsi_base)
{
	if (platform.nr_ioapics == MAX_IOAPICS) {
		log_warn("acpi: more than %d IOAPICs", MAX_IOAPICS);
		return;
	}
	platform.ioapics[platform.nr_ioapics].at = at;
	platform.ioapics[platform.nr_ioapics++].gsi_base = gsi_base;
}

static void add_override(u8 bus, u8 source, u32 gsi, u16 flags)
{
	if (bus != BUS_ISA || source >= NR_ISA_IRQS)
		return;
	platform.isa[source] = (struct isa_route){
		.gsi = gsi,
		.active_low = (flags & POLARITY_MASK) == POLARITY_LOW,
		.level = (flags & TRIGGER_MASK) == TRIGGER_LEVEL,
	};
}

/* Firmware may name a pin for each CPU; they are all wired alike. */
static void set_nmi_pin(u8 lint, u16 flags)
{
	platform.nmi_lint = lint & 1;
	platform.nmi_lint_active_low = (flags & POLARITY_MASK) == POLARITY_LOW;
}

void acpi_parse_madt(const struct acpi_table *t)
{
	platform.nr_ioapics = 0;
	for (u32 at = MADT_ENTRIES; at + 2 <= t->length;) {
		u8 type = acpi_u8(t, at), bytes = acpi_u8(t, at + 1);
		if (bytes < 2 || at + bytes > t->length) {
			log_warn("acpi: APIC: entry of %u bytes at offset %u", bytes, at);
			break;
		}
		if (type == ENTRY_LAPIC && acpi_u8(t, at + 3) != XAPIC_ID_INVALID)
			add_cpu(acpi_u8(t, at + 3), acpi_u32(t, at + 4));
		else if (type == ENTRY_X2APIC && acpi_u32(t, at + 4) != X2APIC_ID_INVALID)
			add_cpu(acpi_u32(t, at + 4), acpi_u32(t, at + 8));
		else if (type == ENTRY_IOAPIC)
			add_ioapic(acpi_u32(t, at + 4), acpi_u32(t, at + 8));
		else if (type == ENTRY_OVERRIDE)
			add_override(acpi_u8(t, at + 2), acpi_u8(t, at + 3), acpi_u32(t, at + 4),
				acpi_u16(t, at + 8));
		else if (type == ENTRY_LAPIC_NMI)
			set_nmi_pin(acpi_u8(t, at + 5), acpi_u16(t, at + 3));
		else if (type == ENTRY_X2APIC_NMI)
			set_nmi_pin(acpi_u8(t, at + 8), acpi_u16(t, at + 2));
		at += bytes;
	}
	if (platform.nr_cpus_beyond)
		log_warn("acpi: %u CPUs are left out: at most %d are used", platform.nr_cpus_beyond, MAX_CPUS);
}
