// SPDX-License-Identifier: MIT
/*
 * serial: 16550 serial ports as terminals and as the log's console. The contract is in serial.h.
 *
 * Promise   terminal output leaves in the order it was written, log lines between it, never within a burst.
 *           With an interrupt, a write waits for nothing: what the FIFO does not take goes to a ring that the
 *           interrupt empties. Without one (no IOAPIC) output is sent polled and input is looked for every
 *           POLL_NS while the terminal is open. Every wait for the device is bounded, and a port that did
 *           not get ready in time once is not waited for again.
 * Locks     uart->lock (RANK_DEVICE), interrupts off, for the registers and the ring; the terminal's side is
 *           called without it. In a panic the log's writer takes no lock.
 * Lifetime  static objects
 * Blocking  never; the terminal is told when there is room again: below LOW_WATER and when the ring is empty
 * Linux     setserial's standard ports, ttyS(4). The line starts with 115200 8N1 and ignores the modem lines.
 */
#include "kernel/dev/serial.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/spinlock.h"
#include "kernel/core/timer.h"
#include "kernel/core/upcalls.h"
#include "kernel/dev/tty_port.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/ring.h"
#include "kernel/lib/string.h"

enum { /* registers and their bits */
	UART_DATA = 0, UART_IER = 1, UART_IIR = 2, UART_FCR = 2, UART_LCR = 3, UART_MCR = 4, UART_LSR = 5,
	UART_DIVISOR_LOW = 0, UART_DIVISOR_HIGH = 1,
	IER_RECEIVE = 1, IER_TRANSMIT = 2, IER_LINE_STATUS = 4,
	IIR_NONE_PENDING = 1, IIR_FIFOS_ON = 0xc0,
	FCR_ENABLE = 1, FCR_CLEAR_RECEIVE = 2, FCR_CLEAR_TRANSMIT = 4, FCR_TRIGGER_8 = 0x80,
	LCR_STOP_2 = 4, LCR_PARITY = 8, LCR_PARITY_EVEN = 0x10, LCR_BREAK = 0x40, LCR_DIVISOR = 0x80,
	MCR_DTR = 1, MCR_RTS = 2, MCR_OUT2 = 8, MCR_LOOPBACK = 0x10,
	LSR_DATA = 1, LSR_OVERRUN = 2, LSR_PARITY = 4, LSR_FRAME = 8, LSR_BREAK = 0x10, LSR_THR_EMPTY = 0x20,
	LSR_IDLE = 0x40,
	LSR_ERRORS = LSR_OVERRUN | LSR_PARITY | LSR_FRAME | LSR_BREAK,
};
enum {
	NR_UARTS = 5, MAJOR_TTYS = 4, MINOR_TTYS = 64,
	CLOCK_BAUD = 115200, FIFO_BYTES = 16,
	TX_BYTES = 4096, LOW_WATER = 255, RX_BATCH = 64,
	READY_SPINS = 100000, PROBE_SPINS = 10000, PROBE_BYTE = 0x5a,
	SERVICE_ROUNDS = 64, /* what comes faster than that is left to the poll timer, a moment later */
	IRQ_NONE = 0,
};
#define POLL_NS (10 * NSEC_PER_MSEC)
#define FLOOD_NS NSEC_PER_MSEC
#define WATCH_KEY_NS (5 * NSEC_PER_SEC) /* as Linux waits for it */

struct uart {
	struct tty_port port;
	struct spinlock lock;
	u16 io;		  /* [const] 0: no such port here */
	u8 irq;		  /* [const] ISA interrupt, IRQ_NONE: polled */
	u8 fifo_bytes;	  /* [const] */
	u8 ier, lcr, mcr; /* [lock] as in the registers */
	bool stopped;	  /* [lock] by flow control */
	bool stuck;	  /* [lock] did not get ready in time: not waited for any more */
	struct ring tx;	  /* [lock] */
	u8 tx_bytes[TX_BYTES];
	u32 baud;	  /* [lock] */
	struct timer poll; /* without an interrupt, and when one brings too much */
	/* [its interrupt] of the console: a break came then, the next byte is for kernel/watch.c; 0: none */
	u64 break_ns;
};

static struct uart uarts[NR_UARTS];
static struct uart *log_uart; /* [boot, printing] where the log goes */

static const struct {
	u16 io;
	u8 irq;
} standard_ports[] = { { 0x3f8, 4 }, { 0x2f8, 3 }, { 0x3e8, 4 }, { 0x2e8, 3 } };

static const char *const names[NR_UARTS] = { "ttyS0", "ttyS1", "ttyS2", "ttyS3", "ttyS4" };

static struct uart *uart_of(struct tty_port *p)
{
	return container_of(p, struct uart, port);
}

static inline u8 get(const struct uart *u, unsigned reg)
{
	return inb(u->io + reg);
}

static inline void set(const struct uart *u, unsigned reg, u8 v)
{
	outb(u->io + reg, v);
}

/* A panic may have stopped the holder, who may be this CPU itself. */
static u64 lock_uart(struct uart *u)
{
	return panic_is_on() ? irq_save() : spin_lock_irqsave(&u->lock);
}

static void unlock_uart(struct uart *u, u64 irq)
{
	if (panic_is_on())
		irq_restore(irq);
	else
		spin_unlock_irqrestore(&u->lock, irq);
}

static void set_ier(struct uart *u, u8 ier)
{
	if (ier != u->ier)
		set(u, UART_IER, u->ier = ier);
}

/* --- sending: the lock is held --- */

static bool wait_ready(struct uart *u, u8 lsr_bits)
{
	if (u->stuck)
		return false;
	for (unsigned spins = 0; spins < READY_SPINS; spins++)
		if (get(u, UART_LSR) & lsr_bits)
			return true;
	u->stuck = true;
	return false;
}

/* As much as the transmitter takes right now. */
static size_t send_burst(struct uart *u, const u8 *s, size_t n)
{
	size_t done = 0;
	while (done < n && (get(u, UART_LSR) & LSR_THR_EMPTY)) {
		size_t burst = min(n - done, (size_t)u->fifo_bytes);
		for (size_t i = 0; i < burst; i++)
			set(u, UART_DATA, s[done + i]);
		done += burst;
	}
	return done;
}

static void send_polled(struct uart *u, const u8 *s, size_t n)
{
	for (size_t done = 0; done < n && wait_ready(u, LSR_THR_EMPTY);)
		done += send_burst(u, s + done, n - done);
}

/* Moves the ring's bytes to the transmitter and asks for an interrupt if some are left. */
static void send_queued(struct uart *u)
{
	while (!ring_is_empty(&u->tx) && !u->stopped) {
		size_t piece = ring_used_contiguous(&u->tx);
		size_t sent = send_burst(u, u->tx_bytes + ring_tail_slot(&u->tx), piece);
		ring_pop(&u->tx, sent);
		if (sent < piece)
			break;
	}
	bool more = !ring_is_empty(&u->tx) && !u->stopped;
	set_ier(u, more ? u->ier | IER_TRANSMIT : u->ier & ~IER_TRANSMIT);
}

static void drain(struct uart *u)
{
	while (!ring_is_empty(&u->tx)) {
		size_t piece = ring_used_contiguous(&u->tx);
		send_polled(u, u->tx_bytes + ring_tail_slot(&u->tx), piece);
		ring_pop(&u->tx, piece);
	}
}

/* Of all ports, not only the log's. */
static void drain_all(void)
{
	for (unsigned i = 0; i < NR_UARTS; i++) {
		struct uart *u = &uarts[i];
		if (!u->io)
			continue;
		u64 irq = lock_uart(u);
		drain(u);
		wait_ready(u, LSR_IDLE);
		unlock_uart(u, irq);
	}
}

/* --- receiving and the interrupt --- */

static enum tty_port_event event_of(u8 lsr)
{
	if (lsr & LSR_BREAK)
		return TTY_INPUT_BREAK;
	if (lsr & LSR_PARITY)
		return TTY_INPUT_PARITY;
	return lsr & LSR_FRAME ? TTY_INPUT_FRAME : TTY_INPUT_OVERRUN;
}

/* One batch of good bytes, or one bad: the batch before a bad one is handed over first, for its status
 * is read together with it. Answers the number of good bytes; *bad tells of one behind them. */
static size_t receive(struct uart *u, u8 *buf, u8 *bad_lsr, u8 *bad_byte)
{
	size_t n = 0;
	*bad_lsr = 0;
	while (n < RX_BATCH) {
		u8 lsr = get(u, UART_LSR);
		if (!(lsr & (LSR_DATA | LSR_OVERRUN)))
			break;
		u8 byte = lsr & LSR_DATA ? get(u, UART_DATA) : 0;
		if (lsr & LSR_ERRORS) {
			*bad_lsr = lsr;
			*bad_byte = byte;
			break;
		}
		buf[n++] = byte;
	}
	return n;
}

/* The first byte soon after a break is a key for kernel/watch.c. Takes it out of buf; how many bytes that were. */
static size_t take_watch_key(struct uart *u, u8 *buf)
{
	bool soon = clock_now_ns() - u->break_ns < WATCH_KEY_NS;
	u->break_ns = 0;
	if (!soon)
		return 0;
	watch_key(buf[0]);
	memmove(buf, buf + 1, RX_BATCH - 1);
	return 1;
}

/* Everything the port wants now, but for input beyond one batch; true if there was some. */
static bool service(struct uart *u)
{
	u8 buf[RX_BATCH], bad_lsr, bad_byte;
	u64 irq = spin_lock_irqsave(&u->lock);
	size_t n = receive(u, buf, &bad_lsr, &bad_byte);
	u32 before = ring_used(&u->tx);
	if (before)
		send_queued(u);
	u32 after = ring_used(&u->tx);
	spin_unlock_irqrestore(&u->lock, irq);
	if (n && u->break_ns)
		n -= take_watch_key(u, buf);
	if (n)
		tty_port_input(&u->port, buf, n, TTY_INPUT_NORMAL);
	if (bad_lsr & LSR_BREAK && u == log_uart && !u->break_ns && watch_wants_keys())
		u->break_ns = clock_now_ns();
	else if (bad_lsr) {
		u->break_ns = 0;
		enum tty_port_event event = event_of(bad_lsr);
		tty_port_input(&u->port, &bad_byte, 1, event);
		/* an overrun lost bytes before this one, which is good */
		if (event == TTY_INPUT_OVERRUN && (bad_lsr & LSR_DATA))
			tty_port_input(&u->port, &bad_byte, 1, TTY_INPUT_NORMAL);
	}
	if ((before > LOW_WATER && after <= LOW_WATER) || (before && !after))
		tty_port_room(&u->port);
	return n || bad_lsr;
}

/* Ports may share a line, and it tells of an edge only: so all must be quiet at the same time. */
static void serial_interrupt(void *arg)
{
	u8 line = (u8)(uintptr_t)arg;
	struct uart *busy = &uarts[0];
	for (unsigned round = 0; busy && round < SERVICE_ROUNDS; round++) {
		busy = NULL;
		for (unsigned i = 0; i < NR_UARTS; i++) {
			struct uart *u = &uarts[i];
			if (!u->io || u->irq != line || (get(u, UART_IIR) & IIR_NONE_PENDING))
				continue;
			service(u);
			busy = u;
		}
	}
	if (busy)
		timer_start(&busy->poll, clock_now_ns() + FLOOD_NS);
}

/* Runs on the CPU that takes the interrupts, if there are any: so input stays in order. */
static void poll_expired(struct timer *t)
{
	struct uart *u = container_of(t, struct uart, poll);
	unsigned round = 0;
	while (round < SERVICE_ROUNDS && service(u))
		round++;
	if (round == SERVICE_ROUNDS)
		timer_start(t, clock_now_ns() + FLOOD_NS);
	else if (u->irq == IRQ_NONE)
		timer_start(t, clock_now_ns() + POLL_NS);
}

/* --- the terminal's side --- */

static int serial_open(struct tty_port *p)
{
	struct uart *u = uart_of(p);
	if (u->irq == IRQ_NONE)
		timer_start(&u->poll, clock_now_ns() + POLL_NS);
	return 0;
}

static void serial_close(struct tty_port *p)
{
	timer_cancel_sync(&uart_of(p)->poll);
}

static size_t serial_write(struct tty_port *p, const u8 *s, size_t n)
{
	struct uart *u = uart_of(p);
	u64 irq = lock_uart(u);
	size_t done = 0;
	if (u->irq == IRQ_NONE && !u->stopped) {
		send_polled(u, s, n);
		done = n;
	} else {
		if (ring_is_empty(&u->tx) && !u->stopped)
			done = send_burst(u, s, n);
		while (done < n && !ring_is_full(&u->tx)) {
			size_t piece = min((size_t)ring_room_contiguous(&u->tx), n - done);
			memcpy(u->tx_bytes + ring_head_slot(&u->tx), s + done, piece);
			ring_push(&u->tx, piece);
			done += piece;
		}
		if (!ring_is_empty(&u->tx))
			send_queued(u);
	}
	unlock_uart(u, irq);
	return done;
}

static size_t serial_write_room(struct tty_port *p)
{
	return ring_room(&uart_of(p)->tx);
}

static size_t serial_pending(struct tty_port *p)
{
	return ring_used(&uart_of(p)->tx);
}

static void serial_set_stopped(struct tty_port *p, bool stopped)
{
	struct uart *u = uart_of(p);
	u64 irq = lock_uart(u);
	u->stopped = stopped;
	if (u->irq == IRQ_NONE && !stopped)
		drain(u);
	else
		send_queued(u);
	unlock_uart(u, irq);
}

static void serial_flush_output(struct tty_port *p)
{
	struct uart *u = uart_of(p);
	u64 irq = lock_uart(u);
	ring_pop(&u->tx, ring_used(&u->tx));
	set_ier(u, u->ier & ~IER_TRANSMIT);
	unlock_uart(u, irq);
}

static void serial_set_break(struct tty_port *p, bool on)
{
	struct uart *u = uart_of(p);
	u64 irq = lock_uart(u);
	u->lcr = on ? u->lcr | LCR_BREAK : u->lcr & ~LCR_BREAK;
	set(u, UART_LCR, u->lcr);
	unlock_uart(u, irq);
}

/* --- line settings --- */

static const struct {
	u32 code, baud;
} speeds[] = {
	{ B50, 50 }, { B75, 75 }, { B110, 110 }, { B134, 134 }, { B150, 150 }, { B200, 200 }, { B300, 300 },
	{ B600, 600 }, { B1200, 1200 }, { B1800, 1800 }, { B2400, 2400 }, { B4800, 4800 }, { B9600, 9600 },
	{ B19200, 19200 }, { B38400, 38400 }, { B57600, 57600 }, { B115200, 115200 },
};

static u32 baud_of(u32 code)
{
	for (unsigned i = 0; i < ARRAY_LEN(speeds); i++)
		if (speeds[i].code == code)
			return speeds[i].baud;
	return CLOCK_BAUD;
}

static void set_line(struct uart *u, u32 baud)
{
	u16 divisor = CLOCK_BAUD / baud;
	u->baud = baud;
	set(u, UART_LCR, u->lcr | LCR_DIVISOR);
	set(u, UART_DIVISOR_LOW, divisor & 0xff);
	set(u, UART_DIVISOR_HIGH, divisor >> 8);
	set(u, UART_LCR, u->lcr);
}

static void serial_set_termios(struct tty_port *p, const struct termios *t)
{
	struct uart *u = uart_of(p);
	u32 flags = t->c_cflag, speed = flags & CBAUD;
	u8 lcr = (flags & CSIZE) / CS6; /* 5 to 8 bits are 0 to 3, here and there */
	lcr |= flags & CSTOPB ? LCR_STOP_2 : 0;
	lcr |= flags & PARENB ? LCR_PARITY | (flags & PARODD ? 0 : LCR_PARITY_EVEN) : 0;
	u8 modem = speed == B0 ? MCR_OUT2 : MCR_OUT2 | MCR_DTR | MCR_RTS;
	u32 baud = speed == B0 ? u->baud : baud_of(speed);
	u64 irq = lock_uart(u);
	if (u->lcr != lcr || u->mcr != modem || u->baud != baud) {
		wait_ready(u, LSR_IDLE); /* bytes on their way keep the old settings */
		u->lcr = lcr;
		u->mcr = modem;
		set(u, UART_MCR, modem);
		set_line(u, baud);
	}
	unlock_uart(u, irq);
}

static const struct tty_port_ops serial_ops = {
	.open = serial_open, .close = serial_close, .write = serial_write, .write_room = serial_write_room,
	.pending = serial_pending, .set_stopped = serial_set_stopped, .flush_output = serial_flush_output,
	.set_termios = serial_set_termios, .set_break = serial_set_break,
};

/* --- the log's side --- */

static void log_write(const char *s, size_t n)
{
	struct uart *u = log_uart;
	u64 irq = lock_uart(u);
	drain(u);
	for (size_t i = 0, line; i < n; i += line) {
		const char *end = memchr(s + i, '\n', n - i);
		line = end ? (size_t)(end - (s + i)) : n - i;
		send_polled(u, (const u8 *)s + i, line);
		if (end) {
			send_polled(u, (const u8 *)"\r\n", 2);
			line++;
		}
	}
	unlock_uart(u, irq);
}

static struct console log_console = { .write = log_write, .drain = drain_all };

static void log_goes_to(struct uart *u)
{
	if (log_uart == u)
		return;
	if (log_uart)
		console_unregister(&log_console);
	log_uart = u;
	console_register(&log_console, u->io == early_console_port() ? CONSOLE_REPLACES_EARLY : CONSOLE_WHOLE_LOG);
}

int serial_choose_console(const char *name, unsigned baud)
{
	struct uart *u = NULL;
	for (unsigned i = 0; i < NR_UARTS; i++)
		if (uarts[i].io && strcmp(names[i], name) == 0)
			u = &uarts[i];
	if (!u)
		return -ENODEV;
	if (baud) {
		u32 code = B0;
		for (unsigned i = 0; i < ARRAY_LEN(speeds); i++)
			if (speeds[i].baud == baud)
				code = speeds[i].code;
		if (code == B0)
			return -EINVAL;
		u->port.initial.c_cflag = (u->port.initial.c_cflag & ~CBAUD) | code;
		serial_set_termios(&u->port, &u->port.initial);
	}
	log_goes_to(u);
	tty_port_set_console(&u->port);
	return 0;
}

/* --- finding them --- */

/* A byte must come back in loopback mode. */
static bool probe(struct uart *u)
{
	if (get(u, UART_LSR) == 0xff)
		return false;
	wait_ready(u, LSR_IDLE); /* the early console's last words */
	set(u, UART_IER, 0);
	set(u, UART_MCR, MCR_LOOPBACK);
	set(u, UART_FCR, FCR_ENABLE | FCR_CLEAR_RECEIVE | FCR_CLEAR_TRANSMIT | FCR_TRIGGER_8);
	set_line(u, CLOCK_BAUD);
	set(u, UART_DATA, PROBE_BYTE);
	bool echoes = false;
	for (unsigned spins = 0; spins < PROBE_SPINS && !echoes; spins++)
		echoes = (get(u, UART_LSR) & LSR_DATA) && get(u, UART_DATA) == PROBE_BYTE;
	set(u, UART_MCR, u->mcr);
	u->fifo_bytes = (get(u, UART_IIR) & IIR_FIFOS_ON) == IIR_FIFOS_ON ? FIFO_BYTES : 1;
	u->stuck = false;
	return echoes;
}

static void uart_init(unsigned n, u16 io)
{
	struct uart *u = &uarts[n];
	u->io = io;
	u->lcr = CS8 / CS6;
	u->mcr = MCR_OUT2 | MCR_DTR | MCR_RTS;
	spin_init(&u->lock, RANK_DEVICE);
	ring_init(&u->tx, TX_BYTES);
	timer_init(&u->poll, poll_expired);
	if (!probe(u)) {
		u->io = 0;
		return;
	}
	u->port = (struct tty_port){
		.name = names[n], .major = MAJOR_TTYS, .minor = MINOR_TTYS + n, .ops = &serial_ops,
		.initial = tty_default_termios,
	};
	u->port.initial.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL;
	tty_port_register(&u->port);
}

/* One registration per interrupt line; -EBUSY means that another port of ours has done it. */
static void uart_use_irq(struct uart *u, u8 line)
{
	int err = irq_register_isa(line, u->port.name, serial_interrupt, (void *)(uintptr_t)line);
	if (err && err != -EBUSY)
		return;
	u->irq = line;
	set_ier(u, IER_RECEIVE | IER_LINE_STATUS);
}

void serial_init(void)
{
	u16 extra = arch_console_port();
	for (unsigned i = 0; i < ARRAY_LEN(standard_ports); i++) {
		struct uart *u = &uarts[i];
		uart_init(i, standard_ports[i].io);
		if (extra == standard_ports[i].io)
			extra = 0;
		if (!u->io)
			continue;
		uart_use_irq(u, standard_ports[i].irq);
		log_info("serial: %s at %#x, %s", names[i], u->io, u->irq ? "interrupt" : "polled");
		if (!log_uart && u->io == early_console_port())
			log_goes_to(u);
	}
	if (extra)
		uart_init(ARRAY_LEN(standard_ports), extra);
	for (unsigned i = 0; i < NR_UARTS && !log_uart; i++)
		if (uarts[i].io)
			log_goes_to(&uarts[i]);
	if (log_uart)
		tty_port_set_console(&log_uart->port); /* until an option names another */
}
