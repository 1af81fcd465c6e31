// SPDX-License-Identifier: MIT
/*
 * cpu: what the processor can do, its control registers, and the first step of start-up.
 *
 * Promise   cpu_features tells what is there; everything that is not required has a way without it. A CPU
 *           that lacks what is required is named in a panic, on every console there is. Five-level
 *           paging is not used: boot/entry.S wrote CR4 from scratch, and the check here is a second look.
 * Locks     none: features are [const after arch_early_init]
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/lib/string.h"

enum {
	LEAF_EXT = 0x80000000, LEAF_EXT_FEATURES = 0x80000001, LEAF_BRAND = 0x80000002,
	LEAF_BRAND_LAST = 0x80000004, LEAF_EXT_POWER = 0x80000007,
	LEAF_POWER = 6, LEAF_FEATURES_7 = 7, LEAF_XSAVE = 13,
	EFER_NXE = 1 << 11,
};

/* CR0: protection, FPU present and with native errors, write protection also for us, alignment checks,
 * paging. CR4: page size extensions and what every 64-bit CPU has for SSE. */
#define CR0_VALUE 0x80050033ul
#define CR4_BASE ((1ul << 4) | (1ul << 5) | (1ul << 6) | (1ul << 9) | (1ul << 10))
#define CR4_PGE (1ul << 7)
#define CR4_UMIP (1ul << 11)
#define CR4_LA57 (1ul << 12)
#define CR4_FSGSBASE (1ul << 16)
#define CR4_PCIDE (1ul << 17)
#define CR4_OSXSAVE (1ul << 18)
#define CR4_SMEP (1ul << 20)
#define CR4_SMAP (1ul << 21)

/* Memory types of the eight combinations of the PAT, PCD and PWT bits: write-back, write-combining,
 * uncached unless an MTRR says else, uncached; and the same again. */
#define PAT_VALUE 0x0007010600070106ul

struct cpu_features cpu_features __setup;
static char brand[49] __setup, vendor[13] __setup;
static u32 signature __setup; /* family, model, stepping as CPUID packs them */
static u32 basic_features __setup; /* edx of leaf 1 */

/* --- reading --- */

static void read_names(void)
{
	u32 r[12] = { 0 };
	cpuid(0, 0, &cpu_features.max_leaf, &r[0], &r[2], &r[1]);
	memcpy(vendor, r, sizeof(vendor) - 1);
	cpuid(LEAF_EXT, 0, &cpu_features.max_ext_leaf, &r[0], &r[1], &r[2]);
	if (cpu_features.max_ext_leaf < LEAF_BRAND_LAST)
		return;
	for (unsigned i = 0; i < 3; i++)
		cpuid(LEAF_BRAND + i, 0, &r[4 * i], &r[4 * i + 1], &r[4 * i + 2], &r[4 * i + 3]);
	const char *text = (const char *)r;
	size_t skip = 0, len = strnlen(text, sizeof(r));
	while (skip < len && text[skip] == ' ')
		skip++;
	while (len > skip && text[len - 1] == ' ')
		len--;
	memcpy(brand, text + skip, len - skip);
}

static void read_leaf7(struct cpu_features *f)
{
	u32 a, b, c, d;
	if (f->max_leaf < LEAF_FEATURES_7)
		return;
	cpuid(LEAF_FEATURES_7, 0, &a, &b, &c, &d);
	f->fsgsbase = b & 1u << 0;
	f->smep = b & 1u << 7;
	f->erms = b & 1u << 9;
	f->invpcid = b & 1u << 10;
	f->smap = b & 1u << 20;
	f->umip = c & 1u << 2;
	f->fsrm = d & 1u << 4;
}

void cpu_features_read(void)
{
	struct cpu_features *f = &cpu_features;
	u32 a, b, c, d;
	read_names();
	cpuid(1, 0, &a, &b, &c, &d);
	signature = a;
	basic_features = d;
	f->sysenter = d & 1u << 11;
	f->pge = d & 1u << 13;
	f->pat = d & 1u << 16;
	f->fxsr = d & 1u << 24;
	f->pcid = c & 1u << 17;
	f->x2apic = c & 1u << 21;
	f->tsc_deadline = c & 1u << 24;
	f->xsave = c & 1u << 26;
	f->avx = c & 1u << 28;
	f->rdrand = c & 1u << 30;
	f->hypervisor = c & 1u << 31;
	read_leaf7(f);
	if (f->xsave) {
		cpuid(LEAF_XSAVE, 1, &a, &b, &c, &d);
		f->xsaveopt = a & 1u << 0;
		f->xsavec = a & 1u << 1;
		f->xsaves = a & 1u << 3;
	}
	if (f->max_leaf >= LEAF_POWER) {
		cpuid(LEAF_POWER, 0, &a, &b, &c, &d);
		f->arat = a & 1u << 2;
	}
	cpuid(LEAF_EXT_FEATURES, 0, &a, &b, &c, &d);
	f->nx = d & 1u << 20;
	f->gbpages = d & 1u << 26;
	f->rdtscp = d & 1u << 27;
	if (f->max_ext_leaf >= LEAF_EXT_POWER) {
		cpuid(LEAF_EXT_POWER, 0, &a, &b, &c, &d);
		f->invariant_tsc = d & 1u << 8;
	}
	pte_nx_mask = f->nx ? PTE_NX : 0;
}

/* What every 64-bit processor has had from the first on, and we build on. */
static void check_required(void)
{
	static const struct {
		u8 bit;
		const char *name;
	} required[] = {
		{ 0, "an FPU" }, { 4, "a time stamp counter" }, { 5, "model-specific registers" },
		{ 8, "CMPXCHG8B" }, { 9, "a local APIC" }, { 13, "global pages" }, { 15, "CMOV" },
		{ 24, "FXSAVE" }, { 25, "SSE" }, { 26, "SSE2" },
	};
	for (unsigned i = 0; i < ARRAY_LEN(required); i++)
		if (!(basic_features & 1u << required[i].bit))
			panic("Parley needs a processor with %s; this one (%s) has none", required[i].name,
				arch_cpu_model());
	u64 cr4;
	__asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
	if (cr4 & CR4_LA57)
		panic("the loader left five-level paging on, which Parley does not use");
}

/* --- control registers --- */

void cpu_init_features(void)
{
	const struct cpu_features *f = &cpu_features;
	u64 cr4 = CR4_BASE | (f->pge ? CR4_PGE : 0) | (f->umip ? CR4_UMIP : 0) | (f->smep ? CR4_SMEP : 0) |
		  (f->smap ? CR4_SMAP : 0) | (f->fsgsbase ? CR4_FSGSBASE : 0) | (f->xsave ? CR4_OSXSAVE : 0);
	if (f->nx)
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	if (f->pat)
		wrmsr(MSR_PAT, PAT_VALUE);
	__asm__ volatile("movq %0, %%cr0" ::"r"(CR0_VALUE) : "memory");
	__asm__ volatile("movq %0, %%cr4" ::"r"(cr4) : "memory");
	/* Allowed only in long mode with address space number 0 loaded, as now. */
	if (f->pcid)
		__asm__ volatile("movq %0, %%cr4" ::"r"(cr4 | CR4_PCIDE) : "memory");
}

void arch_early_init(struct bootinfo *bi)
{
	serial_early_init();
	cpu_features_read();
	check_required();
	cpu_flags_read();
	extable_init();
	patch_apply();
	cpu_init_features();
	idt_init();
	gdt_init_cpu(0);
	idt_load();
	syscall_init_cpu();
	fpu_init_cpu();
	if (bi->complaint)
		log_warn("boot: %s", bi->complaint);
}

__noreturn void cpu_halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}

bool arch_random(u64 *v)
{
	enum { TRIES = 10 }; /* as its makers advise */
	bool ok = false;
	for (unsigned i = 0; cpu_features.rdrand && i < TRIES && !ok; i++)
		__asm__ volatile("rdrand %0" : "=r"(*v), "=@ccc"(ok));
	return ok;
}

/* --- what programs are told --- */

u64 arch_hwcap(void)
{
	return basic_features;
}

u64 arch_hwcap2(void)
{
	enum { HWCAP2_FSGSBASE = 1 << 1 };
	return cpu_features.fsgsbase ? HWCAP2_FSGSBASE : 0;
}

const char *arch_cpu_model(void)
{
	return brand[0] ? brand : "unknown";
}

void arch_cpuinfo(unsigned *family, unsigned *model, unsigned *stepping, const char **vendor_name)
{
	enum { FAMILY_EXTENDED = 15, FAMILY_WITH_LONG_MODEL = 6 };
	*stepping = signature & 15;
	*family = signature >> 8 & 15;
	*model = signature >> 4 & 15;
	if (*family >= FAMILY_WITH_LONG_MODEL)
		*model |= (signature >> 16 & 15) << 4;
	if (*family == FAMILY_EXTENDED)
		*family += signature >> 20 & 255;
	*vendor_name = vendor;
}
