// SPDX-License-Identifier: MIT
/*
 * acpi_fadt: the fixed registers: power, reset, the PM timer; and the one thing we need of AML, \_S5.
 *
 * Promise   each register comes out usable or as REG_NONE. The extended (64-bit) fields win over the old
 *           ones where they are filled in. \_S5 is found without an interpreter: it is a package of
 *           constants in every firmware that was seen.
 * Locks     none: boot only
 */
#include "arch/x86_64/platform.h"
#include "kernel/core/log.h"
#include "kernel/lib/string.h"

enum { /* byte offsets in the table */
	FADT_DSDT = 40, FADT_SMI_COMMAND = 48, FADT_ACPI_ENABLE = 52, FADT_PM1A_CONTROL = 64,
	FADT_PM1B_CONTROL = 68, FADT_PM_TIMER = 76, FADT_CENTURY = 108, FADT_BOOT_ARCH = 109, FADT_FLAGS = 112,
	FADT_RESET = 116, FADT_RESET_VALUE = 128, FADT_X_DSDT = 140, FADT_X_PM1A_CONTROL = 172,
	FADT_X_PM1B_CONTROL = 184, FADT_X_PM_TIMER = 208, FADT_SLEEP_CONTROL = 244,
};
enum { /* byte offsets in a generic address structure */
	GAS_SPACE = 0, GAS_BITS = 1, GAS_ADDRESS = 4,
	GAS_SPACE_MEMORY = 0, GAS_SPACE_PORT = 1,
};
enum {
	FLAG_TIMER_32BIT = 1 << 8, FLAG_RESET_REG = 1 << 10, FLAG_HARDWARE_REDUCED = 1 << 20,
	BOOT_ARCH_8042 = 1 << 1,
	FADT_REVISION_BOOT_ARCH = 3, /* older tables say nothing about the keyboard controller */
};
enum { /* AML */
	OP_ZERO = 0x00, OP_ONE = 0x01, OP_NAME = 0x08, OP_BYTE = 0x0a, OP_WORD = 0x0b, OP_PACKAGE = 0x12,
	OP_ROOT = '\\', OP_ONES = 0xff, SLEEP_TYPE_MASK = 7,
};

static struct acpi_reg reg_port(u32 port, u8 bits)
{
	if (!port || port > UINT16_MAX)
		return (struct acpi_reg){ .space = REG_NONE };
	return (struct acpi_reg){ .space = REG_PORT, .bits = bits, .port = port };
}

static struct acpi_reg reg_gas(const struct acpi_table *t, u32 offset, u8 bits)
{
	u8 space = acpi_u8(t, offset + GAS_SPACE);
	u64 address = acpi_u64(t, offset + GAS_ADDRESS);
	if (space == GAS_SPACE_PORT && address <= UINT16_MAX)
		return reg_port(address, bits);
	if (space != GAS_SPACE_MEMORY || !address)
		return (struct acpi_reg){ .space = REG_NONE };
	void *at = direct_map(address, bits / 8, KMAP_RW_UNCACHED);
	return (struct acpi_reg){ .space = at ? REG_MEMORY : REG_NONE, .bits = bits, .at = at };
}

/* A register that has an extended field and an old one, which is a port. */
static struct acpi_reg reg_either(const struct acpi_table *t, u32 extended, u32 old, u8 bits)
{
	struct acpi_reg r = reg_gas(t, extended, bits);
	return r.space == REG_NONE ? reg_port(acpi_u32(t, old), bits) : r;
}

/* A constant at *p; moves *p behind it. False: it is something else. */
static bool aml_constant(const u8 **p, const u8 *end, u8 *value)
{
	if (*p >= end)
		return false;
	u8 op = *(*p)++;
	if (op == OP_ZERO || op == OP_ONE || op == OP_ONES) {
		*value = op;
		return true;
	}
	unsigned bytes = op == OP_BYTE ? 1 : op == OP_WORD ? 2 : 0;
	if (!bytes || (size_t)(end - *p) < bytes)
		return false;
	*value = **p;
	*p += bytes;
	return true;
}

/* p: behind the name. */
static bool s5_package(const u8 *p, const u8 *end)
{
	u8 type_a, type_b = 0;
	if (end - p < 3 || *p++ != OP_PACKAGE)
		return false;
	unsigned more_length_bytes = *p >> 6;
	p += 1 + more_length_bytes;
	if (p >= end)
		return false;
	u8 elements = *p++;
	if (!elements || !aml_constant(&p, end, &type_a))
		return false;
	if (elements > 1 && !aml_constant(&p, end, &type_b))
		return false;
	platform.s5_type_a = type_a & SLEEP_TYPE_MASK;
	platform.s5_type_b = type_b & SLEEP_TYPE_MASK;
	platform.has_s5 = true;
	return true;
}

bool acpi_find_s5(const struct acpi_table *aml)
{
	enum { NAME_BYTES = 4 };
	const u8 *start = (const u8 *)(aml + 1), *end = (const u8 *)aml + aml->length;
	for (const u8 *p = start + 1; p + NAME_BYTES < end; p++) {
		if (*p != '_' || memcmp(p, "_S5_", NAME_BYTES) != 0)
			continue;
		bool named = p[-1] == OP_NAME || (p[-1] == OP_ROOT && p - 1 > start && p[-2] == OP_NAME);
		if (named && s5_package(p + NAME_BYTES, end))
			return true;
	}
	return false;
}

void acpi_parse_fadt(const struct acpi_table *t)
{
	u32 flags = acpi_u32(t, FADT_FLAGS);
	platform.hardware_reduced = flags & FLAG_HARDWARE_REDUCED;
	if (platform.hardware_reduced) {
		platform.sleep_control = reg_gas(t, FADT_SLEEP_CONTROL, 8);
	} else {
		platform.pm1a_control = reg_either(t, FADT_X_PM1A_CONTROL, FADT_PM1A_CONTROL, 16);
		platform.pm1b_control = reg_either(t, FADT_X_PM1B_CONTROL, FADT_PM1B_CONTROL, 16);
		platform.pm_timer = reg_either(t, FADT_X_PM_TIMER, FADT_PM_TIMER, 32);
		platform.pm_timer_is_32bit = flags & FLAG_TIMER_32BIT;
		platform.smi_command_port = acpi_u32(t, FADT_SMI_COMMAND);
		platform.acpi_enable_value = acpi_u8(t, FADT_ACPI_ENABLE);
	}
	if (flags & FLAG_RESET_REG) {
		platform.reset = reg_gas(t, FADT_RESET, 8);
		platform.reset_value = acpi_u8(t, FADT_RESET_VALUE);
	}
	platform.rtc_century = acpi_u8(t, FADT_CENTURY);
	if (t->revision >= FADT_REVISION_BOOT_ARCH)
		platform.has_i8042 = acpi_u16(t, FADT_BOOT_ARCH) & BOOT_ARCH_8042;

	phys_t dsdt_at = acpi_u64(t, FADT_X_DSDT);
	const struct acpi_table *dsdt = acpi_table_at(dsdt_at ? dsdt_at : acpi_u32(t, FADT_DSDT));
	if (dsdt && !acpi_find_s5(dsdt))
		log_debug("acpi: no \\_S5 in the DSDT");
}
