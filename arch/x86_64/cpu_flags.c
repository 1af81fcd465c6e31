// SPDX-License-Identifier: MIT
/*
 * cpu_flags: the processor's features under the names that /proc/cpuinfo has for them.
 *
 * Promise   one line of Linux's names, separated by spaces, made once. What we do not hand on to programs (5-level
 *           paging, protection keys, shadow stacks, AMX) is not listed, though CPUID shows it.
 * Locks     none: [const after arch_early_init]
 * Linux     proc(5), cpuinfo; the order is by CPUID leaf, as there
 */
#include "arch/x86_64/internal.h"
#include "kernel/lib/string.h"

enum { EAX, EBX, ECX, EDX, NR_REGISTERS, FLAGS_MAX = 1536 };

struct leaf {
	u32 leaf, sub;
	u8 reg;
	const char *names; /* bit 0 first, separated by spaces; "-" where there is no name */
};

static const struct leaf leaves[] = {
	{ 1, 0, EDX,
	  "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx "
	  "fxsr sse sse2 ss ht tm ia64 pbe" },
	{ 0x80000001, 0, EDX,
	  "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm "
	  "3dnowext 3dnow" },
	{ 1, 0, ECX,
	  "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca "
	  "sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor" },
	{ 0x80000001, 0, ECX,
	  "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit "
	  "wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext ptsc perfctr_llc "
	  "mwaitx - -" },
	{ 7, 0, EBX,
	  "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - - rdt_a avx512f avx512dq "
	  "rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw "
	  "avx512vl" },
	{ 13, 1, EAX, "xsaveopt xsavec xgetbv1 xsaves" },
	{ 7, 0, ECX,
	  "- avx512vbmi umip - - waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni avx512_bitalg tme "
	  "avx512_vpopcntdq - - - - - - - rdpid - - cldemote - movdiri movdir64b enqcmd" },
	{ 7, 0, EDX, "- - avx512_4vnniw avx512_4fmaps fsrm - - - avx512_vp2intersect - md_clear - - - serialize" },
};

static char flags[FLAGS_MAX] __setup;

static void append(const char *name, size_t len)
{
	size_t used = strlen(flags);
	if (used + len + 2 > sizeof(flags))
		return;
	if (used)
		flags[used++] = ' ';
	memcpy(flags + used, name, len);
}

static void append_leaf(const struct leaf *l)
{
	u32 regs[NR_REGISTERS];
	cpuid(l->leaf, l->sub, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]);
	const char *name = l->names;
	for (unsigned bit = 0; *name; bit++) {
		const char *space = strchr(name, ' ');
		size_t len = space ? (size_t)(space - name) : strlen(name);
		if (regs[l->reg] & 1u << bit && *name != '-')
			append(name, len);
		name += len + (space != NULL);
	}
}

void cpu_flags_read(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(leaves); i++) {
		u32 last = leaves[i].leaf & 1u << 31 ? cpu_features.max_ext_leaf : cpu_features.max_leaf;
		if (leaves[i].leaf <= last)
			append_leaf(&leaves[i]);
	}
	if (cpu_features.invariant_tsc)
		append("constant_tsc nonstop_tsc", strlen("constant_tsc nonstop_tsc"));
	append("nopl cpuid", strlen("nopl cpuid"));
}

const char *arch_cpu_flags(void)
{
	return flags;
}
