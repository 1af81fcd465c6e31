// SPDX-License-Identifier: MIT
/*
 * serial: output by the first serial port before there are drivers.
 *
 * Promise   a port is used only if a byte comes back from it in loopback mode, so none at all costs a few
 *           reads, never a hang. Every wait for the transmitter is bounded; a port that once did not get
 *           ready in time is waited for no more. Sends "\r\n" for "\n".
 * Locks     none: log.c lets one CPU print at a time
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"

enum { /* 16550 registers */
	UART_DATA = 0, UART_IER = 1, UART_FCR = 2, UART_LCR = 3, UART_MCR = 4, UART_LSR = 5,
	UART_DIVISOR_LOW = 0, UART_DIVISOR_HIGH = 1,
	LCR_8N1 = 3, LCR_DIVISOR = 0x80, FCR_ENABLE_AND_CLEAR = 7, MCR_DTR_RTS = 3, MCR_OUT2 = 8, MCR_LOOPBACK = 0x10,
	LSR_DATA = 1, LSR_THR_EMPTY = 0x20, LSR_IDLE = 0x40,
	DIVISOR_115200 = 1,
	READY_SPINS = 100000, /* a port read takes about a microsecond: some 1000 bytes' time */
	PROBE_BYTE = 0xae, PROBE_SPINS = 10000,
};

static const u16 candidates[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
static u16 port; /* [const after serial_early_init] 0: none */
static bool is_stuck;

static bool wait_lsr(u8 bits, unsigned spins)
{
	while (!(inb(port + UART_LSR) & bits))
		if (!spins--)
			return false;
	return true;
}

static void set_line(u16 at)
{
	outb(at + UART_IER, 0);
	outb(at + UART_LCR, LCR_DIVISOR);
	outb(at + UART_DIVISOR_LOW, DIVISOR_115200);
	outb(at + UART_DIVISOR_HIGH, 0);
	outb(at + UART_LCR, LCR_8N1);
	outb(at + UART_FCR, FCR_ENABLE_AND_CLEAR);
}

/* Leaves the port set up if it is one. */
static bool probe(u16 at)
{
	if (inb(at + UART_LSR) == 0xff)
		return false;
	port = at;
	set_line(at);
	outb(at + UART_MCR, MCR_LOOPBACK | MCR_OUT2 | MCR_DTR_RTS);
	outb(at + UART_DATA, PROBE_BYTE);
	bool echoes = wait_lsr(LSR_DATA, PROBE_SPINS) && inb(at + UART_DATA) == PROBE_BYTE;
	outb(at + UART_MCR, MCR_OUT2 | MCR_DTR_RTS);
	return echoes;
}

void serial_early_init(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(candidates); i++)
		if (probe(candidates[i]))
			return;
	port = 0;
}

u16 early_console_port(void)
{
	return port;
}

u16 arch_console_port(void)
{
	return platform.console_port;
}

static void put(u8 byte)
{
	if (!is_stuck && !wait_lsr(LSR_THR_EMPTY, READY_SPINS))
		is_stuck = true;
	outb(port + UART_DATA, byte);
}

void early_console_write(const char *s, size_t n)
{
	if (!port)
		return;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			put('\r');
		put((u8)s[i]);
	}
}

void serial_early_flush(void)
{
	if (port && !is_stuck)
		wait_lsr(LSR_IDLE, READY_SPINS);
}
