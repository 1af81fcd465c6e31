// SPDX-License-Identifier: MIT
/*
 * platform: what the firmware says about the machine, and what the interrupt, clock and power files need
 * of each other. Nobody outside arch/x86_64 includes it.
 *
 * Promise   `platform` is complete after acpi_init(); without ACPI it describes the least machine that
 *           can run us: one CPU and no second clock, with an IOAPIC at its usual place if there is one.
 * Locks     none: [const after acpi_init]
 */
#pragma once
#include "arch/x86_64/internal.h"

enum { MAX_IOAPICS = 8, NR_ISA_IRQS = 16, APIC_ID_NONE = -1 };

/* A register as ACPI names it (generic address structure), ready to be used. */
enum reg_space { REG_NONE, REG_PORT, REG_MEMORY };
struct acpi_reg {
	enum reg_space space;
	u8 bits;	     /* 8, 16 or 32 */
	u16 port;
	volatile void *at;
};
u32 acpi_reg_read(const struct acpi_reg *r);
void acpi_reg_write(const struct acpi_reg *r, u32 v);

struct isa_route {
	u32 gsi; /* global system interrupt: counts the pins of all IOAPICs */
	bool active_low, level;
};

struct platform {
	bool has_acpi;
	bool has_i8042;		/* a keyboard controller may be touched */
	bool pm_timer_is_32bit;
	bool hardware_reduced;	/* no PM1 registers: sleep_control instead */
	bool has_s5;
	u8 s5_type_a, s5_type_b; /* what to write into PM1a's and PM1b's SLP_TYP to power off */
	u8 reset_value, acpi_enable_value;
	u8 rtc_century;		/* CMOS register of the century, 0: none */
	u8 nmi_lint;		/* the local APIC's pin that NMI comes in on */
	bool nmi_lint_active_low;
	u16 smi_command_port;	/* 0: ACPI mode needs no switching on */
	u16 console_port;	/* SPCR: a 16550 in port space, 0: none named */
	unsigned nr_cpus, nr_cpus_beyond; /* enabled ones; those for which there was no room */
	u32 apic_ids[MAX_CPUS];
	unsigned nr_ioapics;
	struct {
		phys_t at;
		u32 gsi_base;
	} ioapics[MAX_IOAPICS];
	struct isa_route isa[NR_ISA_IRQS];
	phys_t hpet;		/* 0: none */
	struct acpi_reg pm_timer, pm1a_control, pm1b_control, sleep_control, reset;
};
extern struct platform platform;

/* --- acpi.c --- */
struct acpi_table {
	char signature[4];
	u32 length; /* of the whole table */
	u8 revision, checksum;
	char oem_id[6], oem_table_id[8];
	u32 oem_revision, creator_id, creator_revision;
} __packed;
/* The table at `at`, mapped and checked; NULL: it is none or damaged. */
const struct acpi_table *acpi_table_at(phys_t at);
/* Little-endian words at byte `offset` of a table; 0 where the table is too short. */
u8 acpi_u8(const struct acpi_table *t, u32 offset);
u16 acpi_u16(const struct acpi_table *t, u32 offset);
u32 acpi_u32(const struct acpi_table *t, u32 offset);
u64 acpi_u64(const struct acpi_table *t, u32 offset);
/* Makes [at, at + bytes) accessible at its place in the direct map, where RAM is already; NULL: cannot be. */
void *direct_map(phys_t at, size_t bytes, enum kmap_prot prot);

/* --- acpi_madt.c, acpi_fadt.c: one table each, into `platform` --- */
void acpi_parse_madt(const struct acpi_table *t);
void acpi_parse_fadt(const struct acpi_table *t);
/* Looks for \_S5 in a definition block; true if it is there. */
bool acpi_find_s5(const struct acpi_table *aml);

/* --- apic.c --- */
u32 apic_own_id(void);
bool apic_can_address(u32 apic_id);
void apic_eoi(void);
void apic_send_nmi(unsigned cpu);
void apic_send_call_to_self(void); /* also from an NMI: touches nothing that a sender may be half through */
void apic_send_init(u32 apic_id);
void apic_send_startup(u32 apic_id, phys_t page);
u32 apic_timer_count(void);	  /* counts down, wrapping, at its full rate, once started */
void apic_timer_start(u32 count); /* one interrupt when it reaches 0; 0 stops */
void apic_timer_use_deadline(void); /* this CPU's, from now on: fires when the TSC reaches the MSR */
void apic_timer_set_deadline(u64 tsc); /* 0 stops */

/* --- ioapic.c --- */
struct irq_row ioapic_row(unsigned isa_irq); /* without a name: nobody handles it */
void ioapic_handle(unsigned isa_irq); /* its interrupt has come: runs the handler and ends it */

/* --- smp.c --- */
extern u32 cpu_apic_id[MAX_CPUS]; /* [const once the CPU runs] */
void smp_prepare(struct bootinfo *bi); /* after acpi_init: per-CPU areas of all CPUs that may come */

/* --- ipi.c --- */
void ipi_handle_call(void);
__noreturn void ipi_handle_stop(void);
bool ipi_handle_nmi(const struct regs *r); /* true: a panic sent it */
void ipi_note_stray_nmi(void);		   /* logged by the next call interrupt, which it sends itself */

/* --- tsc.c, clock.c --- */
struct tsc_rates {
	u64 tsc_hz, apic_hz;
};
/* Measures against what the machine has; takes some milliseconds. */
void tsc_calibrate(struct tsc_rates *rates);
void clock_check_cpu_source(void);  /* the boot CPU's half of comparing TSCs with a CPU that starts */
void clock_delay_us(unsigned us);

/* --- rtc.c --- */
s64 rtc_read_seconds(void); /* since 1970 UTC; -1: there is no usable clock */

/* --- vdso.c --- */
void vdso_set_clock(u64 mult, u64 boot_ns);

/* --- serial.c --- */
void serial_early_flush(void); /* until everything is on the wire, bounded */
