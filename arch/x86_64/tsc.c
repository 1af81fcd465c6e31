// SPDX-License-Identifier: MIT
/*
 * tsc: how fast the time stamp counter and the APIC's timer count.
 *
 * Promise   the CPU's or hypervisor's own word is taken if it is complete and a measurement does not
 *           contradict it; else the measurement against the best clock there is (HPET, an emulator's
 *           APIC of known rate, PM timer, PIT), compared with the second best. With no clock at all the
 *           CPU's nominal frequency, or 1 GHz, is assumed and the log says so. Never hangs: a clock
 *           that does not step within STALL_READS looks is none.
 * Locks     none: boot CPU, once, interrupts off
 * Accuracy  a moment is taken right after the other clock stepped, as the middle between the last look
 *           before and the first look after, the tightest of SAMPLE_TRIES: so what counts is how long one
 *           look takes, not how coarse the clock steps. A result within SNAP_PPM of a whole MHz is taken as
 *           that: under `-icount shift=0` this makes it exact, elsewhere crystals are no better.
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"
#include "kernel/lib/string.h"

enum {
	WINDOW_US = 20000, WINDOW_EMULATED_US = 5000, /* how long a measurement takes */
	SAMPLE_TRIES = 5, STALL_READS = 4000, ATTEMPTS = 3,
	SNAP_PPM = 50, AGREE_PPM = 1000, TRUST_PPM = 10000, PPM = 1000000,
	HZ_PER_MHZ = 1000000, ASSUMED_HZ = 1000000000,
};
enum {
	LEAF_TSC_RATIO = 0x15, LEAF_FREQUENCY = 0x16, LEAF_HYPERVISOR = 0x40000000, LEAF_HYPERVISOR_KHZ = 0x40000010,
	EMULATED_APIC_HZ = 1000000000, /* of QEMU's own and of KVM's local APIC */
};
enum { HPET_BYTES = 0x400, HPET_PERIOD = 0x04, HPET_CONFIG = 0x10, HPET_ENABLE = 1, HPET_COUNTER = 0xf0 };
#define HPET_PERIOD_MAX_FS 100000000u
#define FEMTOSECONDS 1000000000000000ull
enum { PM_TIMER_HZ = 3579545 };
enum {
	PIT_HZ = 1193182, PIT_CHANNEL2 = 0x42, PIT_COMMAND = 0x43, PIT_GATE = 0x61,
	PIT_GATE_ON = 1, PIT_SPEAKER = 2, PIT_CHANNEL2_MODE0 = 0xb0, PIT_LATCH_CHANNEL2 = 0x80,
};

struct reference {
	const char *name;
	bool (*setup)(struct reference *r); /* fills in the rest; false: the machine has none */
	u64 (*read)(void);
	u64 hz, mask;
	bool counts_down;
};

struct moment {
	u64 tsc, value;
	u32 apic;
};

static volatile u8 *hpet;

static u64 hpet_read(void)
{
	return mmio_read32(hpet + HPET_COUNTER);
}

static bool hpet_setup(struct reference *r)
{
	hpet = platform.hpet ? direct_map(platform.hpet, HPET_BYTES, KMAP_RW_UNCACHED) : NULL;
	u32 period_fs = hpet ? mmio_read32(hpet + HPET_PERIOD) : 0;
	if (!period_fs || period_fs > HPET_PERIOD_MAX_FS)
		return false;
	mmio_write32(hpet + HPET_CONFIG, mmio_read32(hpet + HPET_CONFIG) | HPET_ENABLE);
	r->hz = FEMTOSECONDS / period_fs;
	r->mask = UINT32_MAX;
	return true;
}

enum emulator { REAL_CPU, OTHER_HYPERVISOR, EMULATOR_KVM, EMULATOR_TCG };

static enum emulator emulator(void)
{
	u32 a, name[3];
	if (!cpu_features.hypervisor)
		return REAL_CPU;
	cpuid(LEAF_HYPERVISOR, 0, &a, &name[0], &name[1], &name[2]);
	if (memcmp(name, "TCGTCGTCGTCG", sizeof(name)) == 0)
		return EMULATOR_TCG;
	return memcmp(name, "KVMKVMKVM\0\0\0", sizeof(name)) == 0 ? EMULATOR_KVM : OTHER_HYPERVISOR;
}

static u64 apic_read_count(void)
{
	return apic_timer_count();
}

static bool apic_setup(struct reference *r)
{
	r->hz = EMULATED_APIC_HZ;
	r->mask = UINT32_MAX;
	r->counts_down = true;
	return emulator() >= EMULATOR_KVM;
}

static u64 pm_timer_read(void)
{
	return acpi_reg_read(&platform.pm_timer);
}

static bool pm_timer_setup(struct reference *r)
{
	r->hz = PM_TIMER_HZ;
	r->mask = platform.pm_timer_is_32bit ? UINT32_MAX : (1u << 24) - 1;
	return platform.pm_timer.space != REG_NONE;
}

static u64 pit_read(void)
{
	outb(PIT_COMMAND, PIT_LATCH_CHANNEL2);
	u8 low = inb(PIT_CHANNEL2);
	return (u64)inb(PIT_CHANNEL2) << 8 | low;
}

/* Counts through its 16 bits again and again; that is longer than a window. */
static bool pit_setup(struct reference *r)
{
	outb(PIT_GATE, (inb(PIT_GATE) & ~PIT_SPEAKER) | PIT_GATE_ON);
	outb(PIT_COMMAND, PIT_CHANNEL2_MODE0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	r->hz = PIT_HZ;
	r->mask = UINT16_MAX;
	r->counts_down = true;
	return true;
}

/* In the order of trust. */
static struct reference references[] = {
	{ .name = "HPET", .setup = hpet_setup, .read = hpet_read },
	{ .name = "APIC", .setup = apic_setup, .read = apic_read_count },
	{ .name = "PM timer", .setup = pm_timer_setup, .read = pm_timer_read },
	{ .name = "PIT", .setup = pit_setup, .read = pit_read },
};

/* --- measuring --- */

static u64 ref_read(const struct reference *r)
{
	return r->read() & r->mask;
}

static bool take_moment(const struct reference *r, struct moment *m)
{
	u64 tightest = FOREVER;
	for (unsigned try = 0; try < SAMPLE_TRIES; try++) {
		u64 last = ref_read(r), before = rdtsc(), now, after;
		for (unsigned reads = 0;; reads++) {
			now = ref_read(r);
			after = rdtsc();
			if (now != last)
				break;
			if (reads == STALL_READS)
				return false;
			before = after;
		}
		if (after - before >= tightest)
			continue;
		tightest = after - before;
		*m = (struct moment){ .tsc = before + tightest / 2, .value = now, .apic = apic_timer_count() };
	}
	return true;
}

static u64 ref_ticks(const struct reference *r, const struct moment *from, const struct moment *to)
{
	return (r->counts_down ? from->value - to->value : to->value - from->value) & r->mask;
}

static void wait_window(const struct reference *r, const struct moment *start, unsigned us)
{
	struct moment now;
	do
		now.value = ref_read(r);
	while (ref_ticks(r, start, &now) < r->hz * us / PPM);
}

/* `second` may be NULL. Each clock's idea of the TSC's rate goes to hz[]. */
static void measure(const struct reference *first, const struct reference *second, u64 hz[2],
	struct tsc_rates *rates)
{
	const struct reference *refs[2] = { first, second };
	struct moment start[2] = { 0 }, end[2] = { 0 };
	apic_timer_start(UINT32_MAX);
	for (unsigned i = 0; i < 2 && refs[i]; i++)
		take_moment(refs[i], &start[i]);
	wait_window(first, &start[0], emulator() == EMULATOR_TCG ? WINDOW_EMULATED_US : WINDOW_US);
	for (unsigned i = 0; i < 2 && refs[i]; i++) {
		take_moment(refs[i], &end[i]);
		hz[i] = (end[i].tsc - start[i].tsc) * refs[i]->hz / max(ref_ticks(refs[i], &start[i], &end[i]), 1ul);
	}
	apic_timer_start(0);
	rates->tsc_hz = hz[0];
	rates->apic_hz = (u64)(start[0].apic - end[0].apic) * hz[0] / (end[0].tsc - start[0].tsc);
}

static bool within(u64 a, u64 b, unsigned ppm)
{
	u64 differs = a > b ? a - b : b - a;
	return differs <= a / PPM * ppm;
}

/* The clocks of this machine that really run, at most two. */
static unsigned find_references(const struct reference *found[2])
{
	struct moment m;
	unsigned n = 0;
	apic_timer_start(UINT32_MAX);
	for (unsigned i = 0; i < ARRAY_LEN(references) && n < 2; i++)
		if (references[i].setup(&references[i]) && take_moment(&references[i], &m))
			found[n++] = &references[i];
	apic_timer_start(0);
	return n;
}

/* --- what the CPU says itself --- */

static u64 stated_hz(void)
{
	u32 denominator, numerator, crystal_hz, khz, d;
	if (cpu_features.max_leaf >= LEAF_TSC_RATIO) {
		cpuid(LEAF_TSC_RATIO, 0, &denominator, &numerator, &crystal_hz, &d);
		if (denominator && numerator && crystal_hz)
			return (u64)crystal_hz * numerator / denominator;
	}
	if (cpu_features.hypervisor) {
		u32 max_leaf, b, c;
		cpuid(LEAF_HYPERVISOR, 0, &max_leaf, &b, &c, &d);
		if (max_leaf >= LEAF_HYPERVISOR_KHZ) {
			cpuid(LEAF_HYPERVISOR_KHZ, 0, &khz, &b, &c, &d);
			return (u64)khz * 1000;
		}
	}
	return 0;
}

/* Not the TSC's rate by promise, but near it. */
static u64 nominal_hz(void)
{
	u32 base_mhz = 0, b, c, d;
	if (cpu_features.max_leaf >= LEAF_FREQUENCY)
		cpuid(LEAF_FREQUENCY, 0, &base_mhz, &b, &c, &d);
	return (u64)(base_mhz & UINT16_MAX) * HZ_PER_MHZ;
}

static u64 snap(u64 hz)
{
	u64 whole = (hz + HZ_PER_MHZ / 2) / HZ_PER_MHZ * HZ_PER_MHZ;
	return within(whole, hz, SNAP_PPM) ? whole : hz;
}

static void assume(struct tsc_rates *rates, u64 stated)
{
	u64 nominal = nominal_hz();
	rates->tsc_hz = stated ? stated : nominal ? nominal : ASSUMED_HZ;
	if (!stated)
		log_warn("tsc: no second clock to measure it: %lu MHz are assumed", rates->tsc_hz / HZ_PER_MHZ);
	apic_timer_start(UINT32_MAX);
	u64 start = rdtsc(), cycles = rates->tsc_hz / PPM * WINDOW_EMULATED_US;
	while (rdtsc() - start < cycles)
		cpu_relax();
	rates->apic_hz = (u64)(UINT32_MAX - apic_timer_count()) * rates->tsc_hz / (rdtsc() - start);
	apic_timer_start(0);
}

void tsc_calibrate(struct tsc_rates *rates)
{
	const struct reference *refs[2] = { NULL, NULL };
	u64 stated = stated_hz(), hz[2] = { 0, 0 };
	unsigned n = find_references(refs);
	if (!n) {
		assume(rates, stated);
		return;
	}
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		measure(refs[0], refs[1], hz, rates);
		if (n < 2 || within(hz[0], hz[1], AGREE_PPM))
			break;
	}
	if (n == 2 && !within(hz[0], hz[1], AGREE_PPM))
		log_warn("tsc: %lu kHz by %s, but %lu by %s", hz[0] / 1000, refs[0]->name, hz[1] / 1000,
			refs[1]->name);
	bool trust = stated && within(stated, hz[0], TRUST_PPM);
	if (stated && !trust)
		log_warn("tsc: the CPU says %lu kHz, measured are %lu", stated / 1000, hz[0] / 1000);
	rates->tsc_hz = trust ? stated : snap(hz[0]);
	rates->apic_hz = snap(rates->apic_hz);
	log_info("tsc: %lu.%03lu MHz by %s%s%s%s, APIC timer %lu.%03lu MHz", rates->tsc_hz / HZ_PER_MHZ,
		rates->tsc_hz / 1000 % 1000, trust ? "CPUID, " : "", refs[0]->name, n == 2 ? ", " : "",
		n == 2 ? refs[1]->name : "", rates->apic_hz / HZ_PER_MHZ, rates->apic_hz / 1000 % 1000);
}
