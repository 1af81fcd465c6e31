// SPDX-License-Identifier: MIT
/*
 * clock: the monotonic clock, each CPU's one-shot timer, and that all CPUs agree on the time.
 *
 * Promise   clock_now_ns() is the TSC times a constant: a few instructions, no lock, never backwards, also
 *           as seen by one CPU after another (the read is ordered after earlier loads). A timer fires
 *           at or a little after its deadline; one too far for the hardware fires early once, which
 *           the timer queue takes for what it is.
 * Locks     none: the constants are [const after clock_early_init]
 * Several   a CPU that starts compares its TSC with the boot CPU's: the answer to a question lies between
 *           asking and hearing, so half the shortest round trip bounds the error. A counter that is off
 *           by more is set right, once; if that does not help, programs read the clock by system call.
 */
#include "arch/x86_64/platform.h"
#include "kernel/core/log.h"
#include "kernel/lib/math64.h"

enum {
	FRACTION_BITS = 32, /* of the constants below */
	COMPARE_ROUNDS = 32, COMPARE_PASSES = 2, COMPARE_SLACK_CYCLES = 500,
	MSR_TSC = 0x10, MSR_TSC_ADJUST = 0x3b,
	LEAF7_EBX_TSC_ADJUST = 1 << 1,
	CYCLES_PER_US_GUESS = 1000, /* before calibration: panics wait a little */
};
#define COMPARE_MAX_NS (2 * NSEC_PER_MSEC)
#define COMPARE_GIVE_UP_NS (5 * NSEC_PER_SEC)
#define TIMER_REACH_NS (3600 * NSEC_PER_SEC) /* farther deadlines are reached in steps */

static u64 ns_per_cycle;    /* with FRACTION_BITS */
static u64 boot_ns;	    /* what the TSC stood at, in ns, when the clock began */
static u64 ticks_per_ns;    /* with FRACTION_BITS: of the timer, be it APIC or TSC */
static bool use_deadline;   /* the timer is the TSC itself */
static u64 cycles_per_us = CYCLES_PER_US_GUESS;

/* TSCs compared: the starting CPU asks, the boot CPU answers. */
static u32 question, answer;  /* [atomic] round numbers, never reused */
static u64 answered_tsc;      /* [boot CPU until answer is set] */
static u32 questions_end;     /* [atomic] no more will come from this CPU */

static inline u64 scale(u64 value, u64 factor)
{
	return (u64)(((unsigned __int128)value * factor) >> FRACTION_BITS);
}

static inline u64 rdtsc_ordered(void)
{
	__asm__ volatile("lfence" ::: "memory");
	return rdtsc();
}

u64 clock_now_ns(void)
{
	return scale(rdtsc_ordered(), ns_per_cycle) - boot_ns;
}

void clock_delay_us(unsigned us)
{
	/* without cpu_relax(): under an emulator that takes longer than a short delay */
	for (u64 start = rdtsc(); rdtsc() - start < us * cycles_per_us;)
		;
}

/* --- the one-shot timer --- */

void arch_timer_program(u64 deadline_ns)
{
	if (deadline_ns == FOREVER) {
		if (use_deadline)
			apic_timer_set_deadline(0);
		else
			apic_timer_start(0);
		return;
	}
	u64 tsc = rdtsc_ordered(), now = scale(tsc, ns_per_cycle) - boot_ns;
	u64 ns = deadline_ns > now ? min(deadline_ns - now, TIMER_REACH_NS) : 0;
	u64 ticks = scale(ns, ticks_per_ns) + 1;
	if (use_deadline)
		apic_timer_set_deadline(tsc + ticks);
	else
		apic_timer_start(min(ticks, (u64)UINT32_MAX));
}

/* --- one clock for all CPUs --- */

void clock_check_cpu_source(void)
{
	u64 began = clock_now_ns();
	while (!__atomic_exchange_n(&questions_end, 0, __ATOMIC_ACQUIRE)) {
		u32 asked = __atomic_load_n(&question, __ATOMIC_ACQUIRE);
		if (asked == answer) {
			if (clock_now_ns() - began > COMPARE_GIVE_UP_NS)
				return;
			cpu_relax();
			continue;
		}
		answered_tsc = rdtsc_ordered();
		__atomic_store_n(&answer, asked, __ATOMIC_RELEASE);
	}
}

/* How far the boot CPU's TSC is ahead of ours, and how wrong that can be. */
static s64 measure_offset(s64 *error)
{
	s64 offset = 0;
	u64 shortest = FOREVER, began = rdtsc();
	for (unsigned i = 0; i < COMPARE_ROUNDS; i++) {
		u32 round = question + 1;
		u64 asked = rdtsc_ordered();
		__atomic_store_n(&question, round, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&answer, __ATOMIC_ACQUIRE) != round)
			cpu_relax();
		u64 heard = rdtsc_ordered();
		if (heard - asked < shortest) {
			shortest = heard - asked;
			offset = (s64)(answered_tsc - (asked + shortest / 2));
		}
		if (heard - began > COMPARE_MAX_NS / NSEC_PER_USEC * cycles_per_us)
			break;
	}
	*error = (s64)(shortest / 2);
	return offset;
}

static void move_tsc(s64 by)
{
	u32 a, b = 0, c, d;
	if (cpu_features.max_leaf >= 7)
		cpuid(7, 0, &a, &b, &c, &d);
	if (b & LEAF7_EBX_TSC_ADJUST)
		wrmsr(MSR_TSC_ADJUST, rdmsr(MSR_TSC_ADJUST) + by);
	else
		wrmsr(MSR_TSC, rdtsc() + by);
}

static void agree_with_boot_cpu(void)
{
	s64 error, offset = 0;
	for (unsigned pass = 0; pass < COMPARE_PASSES; pass++) {
		offset = measure_offset(&error);
		s64 size = offset < 0 ? -offset : offset;
		if (size <= error + COMPARE_SLACK_CYCLES)
			break;
		log_warn("clock: cpu %u is %ld cycles off (+-%ld)%s", cpu_id(), offset, error,
			pass ? ": programs must ask the kernel for the time" : "");
		if (pass)
			vdso_set_clock(0, 0);
		else
			move_tsc(offset);
	}
	__atomic_store_n(&questions_end, 1, __ATOMIC_RELEASE);
}

/* --- start-up --- */

void clock_early_init(void)
{
	struct tsc_rates rates;
	u64 start = rdtsc();
	tsc_calibrate(&rates);
	use_deadline = cpu_features.tsc_deadline;
	u64 timer_hz = use_deadline ? rates.tsc_hz : rates.apic_hz;
	cycles_per_us = max(rates.tsc_hz / 1000000, 1ul);
	ticks_per_ns = mul_div(timer_hz, 1ul << FRACTION_BITS, NSEC_PER_SEC);
	u64 factor = ((NSEC_PER_SEC << FRACTION_BITS) + rates.tsc_hz / 2) / rates.tsc_hz;
	boot_ns = scale(start, factor);
	ns_per_cycle = factor;
	vdso_set_clock(factor, boot_ns);
	clock_init_cpu();
}

void clock_init_cpu(void)
{
	if (use_deadline)
		apic_timer_use_deadline();
	if (cpu_id())
		agree_with_boot_cpu();
}
