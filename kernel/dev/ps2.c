// SPDX-License-Identifier: MIT
/*
 * ps2: the keyboard controller. The contract is in ps2.h.
 *
 * Promise   keys come by interrupt and reach tty1 as keymap.c translates them. The second port (a mouse) stays
 *           switched off. Where the controller does not translate scan codes, keymap.c does.
 * Locks     ps2.lock (RANK_DEVICE), interrupts off: the keymap's state. The terminal gets its bytes after it is
 *           dropped.
 * Lifetime  static
 * Linux     no lamps, no repeat rate, no control-alt-delete
 */
#include "kernel/dev/ps2.h"
#include "arch/x86_64/arch.h"
#include "arch/x86_64/io.h"
#include "kernel/core/clock.h"
#include "kernel/core/log.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/upcalls.h"
#include "kernel/dev/fbconsole.h"
#include "kernel/dev/keymap.h"
#include "kernel/dev/tty_port.h"
#include "kernel/lib/errno.h"

enum {
	PORT_DATA = 0x60, PORT_COMMAND = 0x64, PORT_STATUS = 0x64, NOTHING_THERE = 0xff,
	STATUS_OUTPUT_FULL = 1, STATUS_INPUT_FULL = 2, STATUS_FROM_SECOND = 0x20,
	CMD_READ_CONFIG = 0x20, CMD_WRITE_CONFIG = 0x60, CMD_DISABLE_SECOND = 0xa7, CMD_SELF_TEST = 0xaa,
	CMD_DISABLE_FIRST = 0xad, CMD_ENABLE_FIRST = 0xae,
	CONFIG_IRQ_FIRST = 1, CONFIG_IRQ_SECOND = 2, CONFIG_CLOCK_OFF_FIRST = 0x10, CONFIG_CLOCK_OFF_SECOND = 0x20,
	CONFIG_TRANSLATE = 0x40,
	SELF_TEST_PASSED = 0x55, KEYBOARD_ENABLE = 0xf4, KEYBOARD_ACK = 0xfa,
	KEYBOARD_IRQ = 1, MAX_PER_INTERRUPT = 32, DRAIN_MAX = 64,
};
#define WAIT_NS (50 * NSEC_PER_MSEC)

static struct {
	struct spinlock lock;
	struct keymap keymap;	/* [lock] */
	struct tty_port *port;	/* [const] tty1 */
} ps2;

/* --- talking to it, at boot: false after WAIT_NS without an answer --- */

static bool wait_status(u8 mask, u8 want)
{
	u64 deadline = deadline_after(WAIT_NS);
	while ((inb(PORT_STATUS) & mask) != want) {
		if (clock_now_ns() > deadline)
			return false;
		cpu_relax();
	}
	return true;
}

static bool put(u16 port, u8 value)
{
	if (!wait_status(STATUS_INPUT_FULL, 0))
		return false;
	outb(port, value);
	return true;
}

static bool get(u8 *value)
{
	if (!wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	*value = inb(PORT_DATA);
	return true;
}

static void drain(void)
{
	for (unsigned i = 0; i < DRAIN_MAX && inb(PORT_STATUS) & STATUS_OUTPUT_FULL; i++)
		inb(PORT_DATA);
}

static bool read_config(u8 *config)
{
	return put(PORT_COMMAND, CMD_READ_CONFIG) && get(config);
}

static bool write_config(u8 config)
{
	return put(PORT_COMMAND, CMD_WRITE_CONFIG) && put(PORT_DATA, config);
}

/* Both ports off, the controller tested, the first port on. `config` is what it then has. */
static bool set_up(u8 *config)
{
	u8 answer;
	if (!put(PORT_COMMAND, CMD_DISABLE_FIRST) || !put(PORT_COMMAND, CMD_DISABLE_SECOND))
		return false;
	drain();
	if (!put(PORT_COMMAND, CMD_SELF_TEST) || !get(&answer) || answer != SELF_TEST_PASSED || !read_config(config))
		return false;
	*config &= ~(CONFIG_IRQ_SECOND | CONFIG_CLOCK_OFF_FIRST);
	*config |= CONFIG_IRQ_FIRST | CONFIG_CLOCK_OFF_SECOND | CONFIG_TRANSLATE;
	return write_config(*config) && read_config(config) && put(PORT_COMMAND, CMD_ENABLE_FIRST);
}

/* Asks the keyboard to send its keys; false: none answers (one may be plugged in later). */
static bool enable_keyboard(void)
{
	u8 answer = 0;
	bool acknowledged = put(PORT_DATA, KEYBOARD_ENABLE);
	for (unsigned i = 0; acknowledged && answer != KEYBOARD_ACK && i < MAX_PER_INTERRUPT; i++)
		acknowledged = get(&answer); /* a key that is held sends as well */
	return acknowledged && answer == KEYBOARD_ACK;
}

/* --- keys --- */

/* What the bytes type that one interrupt brought. */
static size_t take_keys(u8 *typed)
{
	size_t n = 0;
	u64 irq = spin_lock_irqsave(&ps2.lock);
	ps2.keymap.app_cursor = fbconsole_wants_app_cursor();
	for (unsigned i = 0; i < MAX_PER_INTERRUPT; i++) {
		u8 status = inb(PORT_STATUS);
		if (!(status & STATUS_OUTPUT_FULL))
			break;
		u8 code = inb(PORT_DATA);
		if (!(status & STATUS_FROM_SECOND))
			n += keymap_scan(&ps2.keymap, code, typed + n);
	}
	spin_unlock_irqrestore(&ps2.lock, irq);
	return n;
}

static void keyboard_interrupt(void *unused)
{
	u8 typed[MAX_PER_INTERRUPT * KEYMAP_MAX_BYTES];
	size_t n = take_keys(typed);
	if (ps2.keymap.sysrq_key) {
		watch_key(ps2.keymap.sysrq_key);
		ps2.keymap.sysrq_key = 0;
	}
	if (n)
		tty_port_input(ps2.port, typed, n, TTY_INPUT_NORMAL);
}

void ps2_init(void)
{
	u8 config;
	ps2.port = tty_port_find("tty1");
	if (!ps2.port || !arch_has_i8042() || inb(PORT_STATUS) == NOTHING_THERE)
		return;
	if (!set_up(&config)) {
		log_warn("ps2: the keyboard controller does not answer");
		return;
	}
	bool translates = config & CONFIG_TRANSLATE;
	spin_init(&ps2.lock, RANK_DEVICE);
	keymap_init(&ps2.keymap, translates ? KEYMAP_SET_1 : KEYMAP_SET_2);
	bool answers = enable_keyboard();
	int err = irq_register_isa(KEYBOARD_IRQ, "i8042", keyboard_interrupt, NULL);
	keyboard_interrupt(NULL); /* a byte that came before has no edge to tell of it any more */
	if (err)
		log_warn("ps2: no interrupt for the keyboard: error %d", -err);
	else
		log_info("ps2: %s, scan code set %d", answers ? "keyboard" : "no keyboard answers", translates ? 1 : 2);
}
