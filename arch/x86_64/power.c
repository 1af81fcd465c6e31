// SPDX-License-Identifier: MIT
/*
 * power: the end of a run: off, reset, or an exit status for the emulator.
 *
 * Promise   arch_poweroff() tries what ACPI describes, then the ports of well-known emulators, then halts;
 *           arch_reboot() the reset register, the chipset's port, the keyboard controller, a triple fault.
 *           Each step waits for a bounded time. What was written to the early serial port is sent first.
 * Locks     none; callable from a panic: registers were mapped at boot
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"

enum {
	PM1_SCI_ENABLE = 1 << 0, PM1_SLEEP_TYPE_SHIFT = 10, PM1_SLEEP_TYPE_MASK = 7 << 10, PM1_SLEEP_ENABLE = 1 << 13,
	SLEEP_CONTROL_TYPE_SHIFT = 2, SLEEP_CONTROL_ENABLE = 1 << 5, /* of hardware-reduced ACPI */
	STEP_WAIT_US = 50000, POLL_US = 50,
	Q35_PM1A_CONTROL = 0x604, PIIX_PM1A_CONTROL = 0xb004, EMULATOR_S5 = PM1_SLEEP_ENABLE,
	RESET_PORT = 0xcf9, RESET_HARD = 0x02, RESET_GO = 0x06,
	KEYBOARD_COMMAND = 0x64, KEYBOARD_INPUT_FULL = 2, KEYBOARD_PULSE_RESET = 0xfe,
	DEBUG_EXIT_PORT = 0xf4,
};

/* Machines in legacy mode answer PM1 writes only after a word to the firmware. */
static void acpi_mode_on(void)
{
	if (!platform.smi_command_port || !platform.acpi_enable_value ||
		(acpi_reg_read(&platform.pm1a_control) & PM1_SCI_ENABLE))
		return;
	outb(platform.smi_command_port, platform.acpi_enable_value);
	for (unsigned waited = 0; waited < STEP_WAIT_US; waited += POLL_US) {
		if (acpi_reg_read(&platform.pm1a_control) & PM1_SCI_ENABLE)
			return;
		clock_delay_us(POLL_US);
	}
}

static void pm1_sleep(const struct acpi_reg *r, u8 type)
{
	u32 v = acpi_reg_read(r) & ~(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE);
	v |= (u32)type << PM1_SLEEP_TYPE_SHIFT;
	acpi_reg_write(r, v);
	acpi_reg_write(r, v | PM1_SLEEP_ENABLE);
}

static void acpi_off(void)
{
	if (!platform.has_s5)
		return;
	if (platform.hardware_reduced) {
		acpi_reg_write(&platform.sleep_control,
			(u32)platform.s5_type_a << SLEEP_CONTROL_TYPE_SHIFT | SLEEP_CONTROL_ENABLE);
	} else {
		acpi_mode_on();
		pm1_sleep(&platform.pm1a_control, platform.s5_type_a);
		pm1_sleep(&platform.pm1b_control, platform.s5_type_b);
	}
	clock_delay_us(STEP_WAIT_US);
}

__noreturn void arch_poweroff(void)
{
	irq_disable();
	serial_early_flush();
	acpi_off();
	if (!platform.has_acpi) {
		outw(Q35_PM1A_CONTROL, EMULATOR_S5);
		outw(PIIX_PM1A_CONTROL, EMULATOR_S5);
	}
	log_print(LOG_EMERG, "power: the machine can be switched off now");
	cpu_halt_forever();
}

bool arch_has_i8042(void)
{
	return platform.has_i8042;
}

static void keyboard_reset(void)
{
	for (unsigned waited = 0; waited < STEP_WAIT_US; waited += POLL_US) {
		if (!(inb(KEYBOARD_COMMAND) & KEYBOARD_INPUT_FULL))
			break;
		clock_delay_us(POLL_US);
	}
	outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
	clock_delay_us(STEP_WAIT_US);
}

static __noreturn void triple_fault(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed no_idt = { 0, 0 };
	__asm__ volatile("lidt %0; int3" ::"m"(no_idt));
	cpu_halt_forever();
}

__noreturn void arch_reboot(void)
{
	irq_disable();
	serial_early_flush();
	if (platform.reset.space != REG_NONE) {
		acpi_reg_write(&platform.reset, platform.reset_value);
		clock_delay_us(STEP_WAIT_US);
	}
	outb(RESET_PORT, RESET_HARD);
	outb(RESET_PORT, RESET_GO);
	clock_delay_us(STEP_WAIT_US);
	if (platform.has_i8042)
		keyboard_reset();
	triple_fault();
}

void arch_debug_exit(unsigned code)
{
	serial_early_flush();
	outl(DEBUG_EXIT_PORT, code);
}
