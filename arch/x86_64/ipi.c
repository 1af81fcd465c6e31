// SPDX-License-Identifier: MIT
/*
 * ipi: interrupts that CPUs send each other: look at your run queue, run this function, stop.
 *
 * Promise   ipi_call_*() return when the function has run on every CPU asked. CPUs that call each other at
 *           the same time, with interrupts off or on, do not deadlock: who waits serves. Stopping and
 *           backtraces for a panic wait for a bounded time only.
 * Locks     none. A caller must not hold a lock that is also taken with interrupts off: the other CPU may
 *           be spinning for it and would never answer.
 * Lifetime  a call is described by one static slot per sender; it is reused when the last receiver has
 *           cleared its bit, and the sender keeps interrupts off until then, so it sends one at a time
 *
 *     sender                                receiver
 *     slot: fn, arg, unanswered             (interrupt, or while it waits itself)
 *     senders[receiver] |= own bit          take all bits of senders[own]
 *     send the vector                       for each: run slot.fn(slot.arg),
 *     until unanswered is 0: serve, look        clear own bit in slot.unanswered
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/trace.h"

enum { STOP_WAIT_US = 100000, NMI_WAIT_US = 200000 };
#define CALL_PATIENCE_NS (10 * NSEC_PER_SEC) /* then the log names the CPU that does not answer */

struct call {
	void (*fn)(void *); /* [sender until unanswered is set] */
	void *arg;
	u64 unanswered; /* [atomic] a bit per CPU that has not run it yet */
} __aligned(64);

static struct call calls[MAX_CPUS];	/* by sender */
static u64 senders[MAX_CPUS];		/* [atomic] by receiver: a bit per CPU whose call waits */
static u64 nmi_unanswered;		/* [atomic] CPUs that are to print a backtrace */
static u64 running = UINT64_MAX;	/* [atomic] a bit per CPU that was not stopped */
static u32 stopping;			/* [atomic] an NMI means: stop */
static u32 stray_nmis;			/* [atomic] not logged yet */

static u64 bit_of(unsigned cpu)
{
	return 1ull << cpu;
}

static u64 online_others(void)
{
	u64 all = nr_cpus == MAX_CPUS ? UINT64_MAX : bit_of(nr_cpus) - 1;
	return all & ~bit_of(cpu_id());
}

void ipi_resched(unsigned cpu)
{
	trace_event(TRACE_IPI, cpu, VECTOR_RESCHED);
	apic_send_ipi(cpu, VECTOR_RESCHED);
}

/* --- calls --- */

static void serve(void)
{
	unsigned me = cpu_id();
	if (likely(!__atomic_load_n(&senders[me], __ATOMIC_RELAXED)))
		return;
	for (u64 from = __atomic_exchange_n(&senders[me], 0, __ATOMIC_ACQUIRE); from; from &= from - 1) {
		struct call *c = &calls[__builtin_ctzll(from)];
		c->fn(c->arg);
		__atomic_fetch_and(&c->unanswered, ~bit_of(me), __ATOMIC_RELEASE);
	}
}

static void report_stray_nmis(void)
{
	u32 n = __atomic_exchange_n(&stray_nmis, 0, __ATOMIC_RELAXED);
	if (n)
		log_warn("nmi: %u of unknown origin, ignored", n);
}

void ipi_handle_call(void)
{
	serve();
	if (unlikely(__atomic_load_n(&stray_nmis, __ATOMIC_RELAXED)))
		report_stray_nmis();
}

static void wait_answered(struct call *c)
{
	u64 began = 0;
	for (unsigned spins = 1; __atomic_load_n(&c->unanswered, __ATOMIC_ACQUIRE); spins++) {
		serve();
		cpu_relax();
		if (likely(spins % 4096))
			continue;
		u64 now = clock_now_ns();
		if (!began)
			began = now;
		if (began != FOREVER && now - began > CALL_PATIENCE_NS) {
			log_err("ipi: CPUs %#lx do not answer cpu %u", c->unanswered, cpu_id());
			began = FOREVER;
		}
	}
}

void ipi_call_mask(u64 cpus, void (*fn)(void *), void *arg)
{
	u64 irq = irq_save();
	unsigned me = cpu_id();
	struct call *c = &calls[me];
	cpus &= ~bit_of(me);
	if (cpus) {
		c->fn = fn;
		c->arg = arg;
		__atomic_store_n(&c->unanswered, cpus, __ATOMIC_RELEASE);
		for (u64 left = cpus; left; left &= left - 1) {
			unsigned cpu = __builtin_ctzll(left);
			/* a CPU that has calls waiting was sent its interrupt by who put the first one there */
			if (!__atomic_fetch_or(&senders[cpu], bit_of(me), __ATOMIC_SEQ_CST)) {
				trace_event(TRACE_IPI, cpu, VECTOR_CALL);
				apic_send_ipi(cpu, VECTOR_CALL);
			}
		}
		wait_answered(c);
	}
	irq_restore(irq);
}

void ipi_call_others(void (*fn)(void *), void *arg)
{
	u64 irq = irq_save();
	ipi_call_mask(online_others(), fn, arg);
	irq_restore(irq);
}

void ipi_call_one(unsigned cpu, void (*fn)(void *), void *arg)
{
	u64 irq = irq_save();
	if (cpu == cpu_id())
		fn(arg);
	else
		ipi_call_mask(bit_of(cpu), fn, arg);
	irq_restore(irq);
}

/* --- for panics --- */

/* Waits until none of `cpus` is set in *left, so long and no longer. */
static void wait_cleared(const u64 *left, u64 cpus, unsigned us)
{
	u64 end = clock_now_ns() + us * NSEC_PER_USEC;
	while ((__atomic_load_n(left, __ATOMIC_ACQUIRE) & cpus) && clock_now_ns() < end)
		cpu_relax();
}

__noreturn void ipi_handle_stop(void)
{
	__atomic_fetch_and(&running, ~bit_of(cpu_id()), __ATOMIC_RELEASE);
	cpu_halt_forever();
}

void ipi_stop_others(void)
{
	u64 irq = irq_save(); /* stay on this CPU */
	u64 others = online_others() & __atomic_load_n(&running, __ATOMIC_ACQUIRE);
	for (u64 left = others; left; left &= left - 1)
		apic_send_ipi(__builtin_ctzll(left), VECTOR_STOP);
	wait_cleared(&running, others, STOP_WAIT_US);
	/* one that keeps interrupts off is told so that it cannot miss it */
	__atomic_store_n(&stopping, 1, __ATOMIC_SEQ_CST);
	for (u64 left = others & __atomic_load_n(&running, __ATOMIC_ACQUIRE); left; left &= left - 1)
		apic_send_nmi(__builtin_ctzll(left));
	wait_cleared(&running, others, STOP_WAIT_US);
	irq_restore(irq);
}

void arch_nmi_backtrace_others(void)
{
	for (u64 left = online_others(); left; left &= left - 1) {
		unsigned cpu = __builtin_ctzll(left);
		__atomic_store_n(&nmi_unanswered, bit_of(cpu), __ATOMIC_SEQ_CST);
		apic_send_nmi(cpu);
		wait_cleared(&nmi_unanswered, bit_of(cpu), NMI_WAIT_US);
		if (__atomic_exchange_n(&nmi_unanswered, 0, __ATOMIC_SEQ_CST))
			log_err("  cpu %u does not answer", cpu);
	}
}

bool ipi_handle_nmi(const struct regs *r)
{
	u64 me = bit_of(cpu_id());
	if (__atomic_load_n(&stopping, __ATOMIC_ACQUIRE))
		ipi_handle_stop();
	if (!(__atomic_load_n(&nmi_unanswered, __ATOMIC_ACQUIRE) & me))
		return false;
	bool printed = panic_handle_nmi(r);
	__atomic_fetch_and(&nmi_unanswered, ~me, __ATOMIC_RELEASE);
	return printed;
}

void ipi_note_stray_nmi(void)
{
	__atomic_fetch_add(&stray_nmis, 1, __ATOMIC_RELAXED);
	apic_send_call_to_self();
}
