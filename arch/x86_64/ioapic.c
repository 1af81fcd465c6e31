// SPDX-License-Identifier: MIT
/*
 * ioapic: interrupts of devices, as far as they are the sixteen of the ISA bus.
 *
 * Promise   every pin is masked until its interrupt is registered; then it is delivered to the boot CPU with
 *           the polarity and trigger that the firmware's overrides say. An IOAPIC that does not answer
 *           like one (none is there) is left alone: registration then answers -ENODEV, and drivers poll.
 * Locks     none: interrupts are registered at boot, by the boot CPU
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"
#include "kernel/lib/errno.h"

enum {
	IOAPIC_SELECT = 0x00, IOAPIC_WINDOW = 0x10, IOAPIC_BYTES = 0x20,
	REG_VERSION = 1, REG_REDIRECTION = 0x10, /* two words per pin */
	PIN_ACTIVE_LOW = 1 << 13, PIN_LEVEL = 1 << 15, PIN_MASKED = 1 << 16,
	DESTINATION_SHIFT = 24,
	VERSION_MASK = 0xff, VERSION_FIRST = 0x01, VERSION_LAST = 0x2f,
	PINS_SHIFT = 16, PINS_MASK = 0xff, PINS_MAX = 240,
};

struct ioapic {
	volatile u8 *at;
	u32 gsi_base, nr_pins;
};

static struct ioapic ioapics[MAX_IOAPICS];
static unsigned nr_ioapics;
static struct {
	irq_handler fn; /* [atomic] set last */
	void *arg;
	const char *name;
} handlers[NR_ISA_IRQS];

static u32 ioapic_read(const struct ioapic *io, u32 reg)
{
	mmio_write32(io->at + IOAPIC_SELECT, reg);
	return mmio_read32(io->at + IOAPIC_WINDOW);
}

static void ioapic_write(const struct ioapic *io, u32 reg, u32 v)
{
	mmio_write32(io->at + IOAPIC_SELECT, reg);
	mmio_write32(io->at + IOAPIC_WINDOW, v);
}

static void pin_write(const struct ioapic *io, u32 pin, u32 low, u32 apic_id)
{
	ioapic_write(io, REG_REDIRECTION + 2 * pin, PIN_MASKED);
	ioapic_write(io, REG_REDIRECTION + 2 * pin + 1, apic_id << DESTINATION_SHIFT);
	ioapic_write(io, REG_REDIRECTION + 2 * pin, low);
}

static bool probe(struct ioapic *io, phys_t at, u32 gsi_base)
{
	io->at = direct_map(at, IOAPIC_BYTES, KMAP_RW_UNCACHED);
	if (!io->at)
		return false;
	u32 version = ioapic_read(io, REG_VERSION);
	io->gsi_base = gsi_base;
	io->nr_pins = (version >> PINS_SHIFT & PINS_MASK) + 1;
	version &= VERSION_MASK;
	return version >= VERSION_FIRST && version <= VERSION_LAST && io->nr_pins > 1 && io->nr_pins <= PINS_MAX;
}

void ioapic_init(void)
{
	for (unsigned i = 0; i < platform.nr_ioapics; i++) {
		struct ioapic *io = &ioapics[nr_ioapics];
		if (!probe(io, platform.ioapics[i].at, platform.ioapics[i].gsi_base)) {
			log_warn("ioapic: none at %#lx", platform.ioapics[i].at);
			continue;
		}
		for (u32 pin = 0; pin < io->nr_pins; pin++)
			pin_write(io, pin, PIN_MASKED, 0);
		log_info("ioapic: at %#lx, interrupts %u to %u", platform.ioapics[i].at, io->gsi_base,
			io->gsi_base + io->nr_pins - 1);
		nr_ioapics++;
	}
}

static struct ioapic *ioapic_of(u32 gsi)
{
	for (unsigned i = 0; i < nr_ioapics; i++)
		if (gsi >= ioapics[i].gsi_base && gsi - ioapics[i].gsi_base < ioapics[i].nr_pins)
			return &ioapics[i];
	return NULL;
}

int irq_register_isa(unsigned isa_irq, const char *name, irq_handler fn, void *arg)
{
	if (isa_irq >= NR_ISA_IRQS)
		return -EINVAL;
	const struct isa_route *route = &platform.isa[isa_irq];
	struct ioapic *io = ioapic_of(route->gsi);
	if (!io)
		return -ENODEV;
	if (handlers[isa_irq].fn)
		return -EBUSY;
	handlers[isa_irq].arg = arg;
	handlers[isa_irq].name = name;
	__atomic_store_n(&handlers[isa_irq].fn, fn, __ATOMIC_RELEASE);
	u32 low = VECTOR_IOAPIC_BASE + isa_irq;
	low |= (route->active_low ? PIN_ACTIVE_LOW : 0) | (route->level ? PIN_LEVEL : 0);
	pin_write(io, route->gsi - io->gsi_base, low, cpu_apic_id[0]);
	return 0;
}

struct irq_row ioapic_row(unsigned isa_irq)
{
	const struct isa_route *route = &platform.isa[isa_irq];
	const struct ioapic *io = ioapic_of(route->gsi);
	bool used = io && __atomic_load_n(&handlers[isa_irq].fn, __ATOMIC_ACQUIRE);
	return (struct irq_row){
		.name = used ? handlers[isa_irq].name : NULL, .is_device = true, .is_level = route->level,
		.pin = io ? route->gsi - io->gsi_base : 0,
	};
}

void ioapic_handle(unsigned isa_irq)
{
	irq_handler fn = __atomic_load_n(&handlers[isa_irq].fn, __ATOMIC_ACQUIRE);
	if (fn)
		fn(handlers[isa_irq].arg);
	apic_eoi(); /* after the handler: a level-triggered line would come again at once */
}
