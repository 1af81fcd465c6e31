// SPDX-License-Identifier: MIT
/*
 * smp: per-CPU areas, and starting the other CPUs.
 *
 * Promise   CPU 0 is the one that booted; the others get numbers in the order of the firmware's list, without
 *           gaps: one that does not come up within a bounded time is named in the log and its number goes
 *           to the next. A started CPU runs kernel_ap_main() on the kernel stack of the task that
 *           sched_init_cpu() made its first, with everything of its own set up and interrupts off.
 * Locks     none: one CPU starts the others, one after the other
 * Lifetime  per-CPU areas are for ever; they start as zeroes
 *
 *     starter                               started CPU
 *     ap_claim = number, INIT, STARTUP      trampoline, takes ap_claim (a late one gets 0 and halts)
 *     wait, bounded                         own registers, tables, APIC; stage = ARRIVED
 *     compare clocks                        compare clocks; stage = READY
 *     nr_cpus + 1; stage = GO               wait for GO, then kernel_ap_main()
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/upcalls.h"
#include "kernel/core/alloc.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/preempt.h"
#include "kernel/lib/string.h"

enum {
	LOW_START = 0x1000, LOW_END = 0x9f000, /* conventional memory; page 0 belongs to the BIOS */
	PAGE_CODE = 0, PAGE_TOP, PAGE_LEVEL2, PAGE_LEVEL1, TRAMPOLINE_PAGES,
	EFER_LME = 1 << 8, EFER_NX = 1 << 11,
	INIT_WAIT_US = 10000, /* as the MP specification wants it; emulated CPUs do not need it */
	STARTUP_AGAIN_US = 1000, ARRIVE_US = 1000000, READY_US = 5000000,
};

enum ap_stage { STAGE_NONE, STAGE_ARRIVED, STAGE_READY, STAGE_GO };

/* The same words as in trampoline.S. */
struct trampoline_words {
	u32 top;  /* page table to enter long mode with */
	u32 efer; /* bits to set */
	u32 far_offset;
	u16 far_selector;
	u16 gdt_limit;
	u32 gdt_base;
} __packed;

extern const u8 trampoline_start[], trampoline_end[], trampoline_words[], trampoline_long[];
extern u8 percpu_start[], percpu_end[];

u64 percpu_offset[MAX_CPUS];
DEFINE_PERCPU(unsigned, cpu_index);
unsigned nr_cpus = 1;
unsigned nr_possible_cpus = 1;
u32 cpu_apic_id[MAX_CPUS];

u32 ap_claim;	   /* [atomic] the number the next CPU to come takes, 0: none */
u64 ap_page_table; /* [starter, while nobody starts] */
u64 ap_stack;	   /* [starter, while nobody starts] */
static u32 ap_stage; /* [atomic] enum ap_stage of the CPU that starts */
static u32 candidates[MAX_CPUS], nr_candidates; /* [const after smp_prepare] APIC ids */
static phys_t trampoline; /* [const after smp_prepare] TRAMPOLINE_PAGES below 1 MiB; 0: none */

void ap_start(void); /* trampoline.S */
void ap_main(unsigned cpu);

/* --- preparation --- */

static bool is_free_ram(const struct bootinfo *bi, phys_t start, phys_t end)
{
	bool ram = false;
	for (unsigned i = 0; i < bi->nr_ranges; i++)
		ram |= bi->ranges[i].kind == BOOT_RAM && bi->ranges[i].start <= start && bi->ranges[i].end >= end;
	for (unsigned i = 0; i < bi->nr_reserved; i++)
		ram &= bi->reserved[i].end <= start || bi->reserved[i].start >= end;
	return ram;
}

/* The page allocator leaves everything below 1 MiB to us. */
static phys_t find_low_pages(const struct bootinfo *bi)
{
	phys_t bytes = TRAMPOLINE_PAGES * PAGE_SIZE;
	for (phys_t at = LOW_END - bytes; at >= LOW_START; at -= PAGE_SIZE)
		if (is_free_ram(bi, at, at + bytes))
			return at;
	return 0;
}

static void add_area(unsigned cpu)
{
	u8 *area = kzalloc(ALIGN_UP((size_t)(percpu_end - percpu_start), PAGE_SIZE));
	if (!area)
		panic("smp: no memory for the variables of cpu %u", cpu);
	percpu_offset[cpu] = (u64)(area - percpu_start);
	*percpu_of(cpu, unsigned, cpu_index) = cpu;
}

void smp_prepare(struct bootinfo *bi)
{
	cpu_apic_id[0] = apic_own_id();
	for (unsigned i = 0; i < platform.nr_cpus; i++) {
		u32 id = platform.apic_ids[i];
		if (id == cpu_apic_id[0])
			continue;
		if (!apic_can_address(id))
			log_warn("smp: APIC id %u needs x2APIC: left out", id);
		else if (nr_possible_cpus < MAX_CPUS) {
			candidates[nr_candidates++] = id;
			add_area(nr_possible_cpus++);
		}
	}
	trampoline = find_low_pages(bi);
}

/* --- one CPU --- */

static void fill_trampoline(void)
{
	u8 *low = direct_map(trampoline, TRAMPOLINE_PAGES * PAGE_SIZE, KMAP_RW);
	const u64 *kernel_top = phys_to_virt(paging_kernel_top());
	u64 *top = (u64 *)(low + PAGE_TOP * PAGE_SIZE);
	u64 *level2 = (u64 *)(low + PAGE_LEVEL2 * PAGE_SIZE), *level1 = (u64 *)(low + PAGE_LEVEL1 * PAGE_SIZE);
	memset(low, 0, TRAMPOLINE_PAGES * PAGE_SIZE);
	memcpy(low, trampoline_start, trampoline_end - trampoline_start);
	for (unsigned i = PT_ENTRIES / 2; i < PT_ENTRIES; i++)
		top[i] = kernel_top[i];
	top[0] = (trampoline + PAGE_LEVEL2 * PAGE_SIZE) | PTE_PRESENT | PTE_WRITE;
	level2[0] = (trampoline + PAGE_LEVEL1 * PAGE_SIZE) | PTE_PRESENT | PTE_WRITE;
	level1[0] = PTE_PRESENT | PTE_WRITE | PTE_LARGE;

	struct trampoline_words *w = (struct trampoline_words *)(low + (trampoline_words - trampoline_start));
	w->top = trampoline + PAGE_TOP * PAGE_SIZE;
	w->efer = EFER_LME | (cpu_features.nx ? EFER_NX : 0);
	w->far_offset = trampoline + (trampoline_long - trampoline_start);
	w->gdt_base = trampoline + ((const u8 *)w - low) - (w->gdt_limit + 1);
	ap_page_table = paging_kernel_top();
}

static bool wait_stage(enum ap_stage stage, unsigned us)
{
	for (u64 end = clock_now_ns() + us * NSEC_PER_USEC;; cpu_relax()) {
		if (__atomic_load_n(&ap_stage, __ATOMIC_ACQUIRE) >= stage)
			return true;
		if (clock_now_ns() > end)
			return false;
	}
}

enum start_result { STARTED, ABSENT, LOST };

static enum start_result start_cpu(unsigned cpu, u32 apic_id)
{
	struct task *first = *percpu_of(cpu, struct task *, current_task);
	if (!first)
		panic("smp: cpu %u has no task to start with", cpu);
	ap_stack = task_arch(first)->stack_top;
	__atomic_store_n(&ap_stage, STAGE_NONE, __ATOMIC_RELAXED);
	__atomic_store_n(&ap_claim, cpu, __ATOMIC_SEQ_CST);
	apic_send_init(apic_id);
	if (!cpu_features.hypervisor)
		clock_delay_us(INIT_WAIT_US);
	apic_send_startup(apic_id, trampoline);
	if (!wait_stage(STAGE_ARRIVED, STARTUP_AGAIN_US)) {
		if (__atomic_load_n(&ap_claim, __ATOMIC_SEQ_CST))
			apic_send_startup(apic_id, trampoline);
		wait_stage(STAGE_ARRIVED, ARRIVE_US);
	}
	if (__atomic_exchange_n(&ap_claim, 0, __ATOMIC_SEQ_CST))
		return ABSENT;
	if (!wait_stage(STAGE_ARRIVED, READY_US))
		return LOST;
	clock_check_cpu_source();
	if (!wait_stage(STAGE_READY, READY_US))
		return LOST;
	nr_cpus = cpu + 1;
	__atomic_store_n(&ap_stage, STAGE_GO, __ATOMIC_RELEASE);
	return STARTED;
}

void arch_start_cpus(unsigned max)
{
	if (max <= 1 || !nr_candidates)
		return;
	if (!trampoline) {
		log_warn("smp: no free page below 1 MiB: one CPU is used");
		return;
	}
	fill_trampoline();
	for (unsigned i = 0, cpu = 1; i < nr_candidates && cpu < max; i++) {
		cpu_stacks_alloc(cpu);
		enum start_result result = start_cpu(cpu, candidates[i]);
		if (result == LOST) {
			log_err("smp: the CPU with APIC id %u stopped half-way; no others are started", candidates[i]);
			break;
		}
		if (result == ABSENT)
			log_warn("smp: the CPU with APIC id %u does not start", candidates[i]);
		else
			cpu++;
	}
	log_info("smp: %u of %u CPUs", nr_cpus, nr_possible_cpus);
}

/* The started CPU, called by trampoline.S. */
void ap_main(unsigned cpu)
{
	cpu_init_features();
	gdt_init_cpu(cpu);
	idt_load();
	syscall_init_cpu();
	fpu_init_cpu();
	apic_init_cpu();
	cpu_apic_id[cpu] = apic_own_id();
	__atomic_store_n(&ap_stage, STAGE_ARRIVED, __ATOMIC_RELEASE);
	clock_init_cpu();
	__atomic_store_n(&ap_stage, STAGE_READY, __ATOMIC_RELEASE);
	while (__atomic_load_n(&ap_stage, __ATOMIC_ACQUIRE) != STAGE_GO)
		cpu_relax();
	kernel_ap_main(cpu);
}
