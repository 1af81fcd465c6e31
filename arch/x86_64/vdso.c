// SPDX-License-Identifier: MIT
/*
 * vdso: the kernel's side of the vDSO: where its pages are, and the clock data in one of them.
 *
 * Promise   the data page is complete before the first program runs; later only offsets change, a word each
 *           (vdso/data.h)
 * Locks     arch_vdso_set_realtime(): the caller's, for there is one realtime clock
 * Lifetime  both are parts of the kernel image
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/vdso/data.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/elf.h"

extern const u8 vdso_image_start[], vdso_image_end[];

static union {
	struct vdso_data data;
	u8 page[PAGE_SIZE]; /* programs see all of it */
} vvar __aligned(PAGE_SIZE);

static struct vdso_image image;

const struct vdso_image *arch_vdso(void)
{
	return &image;
}

static u64 vdso_address(const void *dynamic_entry_of, s64 tag)
{
	for (const Elf64_Dyn *d = dynamic_entry_of; d->d_tag != DT_NULL; d++)
		if (d->d_tag == tag)
			return d->d_un.d_ptr;
	panic("vdso: the image has no dynamic entry %ld", tag);
}

static const void *find_dynamic(void)
{
	const Elf64_Ehdr *eh = (const void *)vdso_image_start;
	const Elf64_Phdr *ph = (const void *)(vdso_image_start + eh->e_phoff);
	for (unsigned i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			return vdso_image_start + ph[i].p_offset;
	panic("vdso: the image is no shared object");
}

/* Addresses in the image count from its start. */
static u64 find_symbol(const char *name)
{
	enum { HASH_NR_SYMBOLS = 1 };
	const void *dynamic = find_dynamic();
	const u32 *hash = (const void *)(vdso_image_start + vdso_address(dynamic, DT_HASH));
	const Elf64_Sym *symbols = (const void *)(vdso_image_start + vdso_address(dynamic, DT_SYMTAB));
	const char *strings = (const char *)(vdso_image_start + vdso_address(dynamic, DT_STRTAB));
	for (u32 i = 0; i < hash[HASH_NR_SYMBOLS]; i++)
		if (strcmp(strings + symbols[i].st_name, name) == 0)
			return symbols[i].st_value;
	panic("vdso: no symbol %s", name);
}

void vdso_init(void)
{
	image = (struct vdso_image){
		.text = (u64)vdso_image_start - KERNEL_BASE,
		.text_bytes = vdso_image_end - vdso_image_start,
		.data = (u64)&vvar - KERNEL_BASE,
		.sigreturn_offset = find_symbol("__vdso_rt_sigreturn"),
	};
}

void vdso_set_clock(u64 ns_per_cycle, u64 boot_ns)
{
	static const u8 monotonic[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME };
	u32 clocks = 1u << CLOCK_REALTIME | 1u << CLOCK_REALTIME_COARSE | 1u << CLOCK_TAI;
	for (unsigned i = 0; i < ARRAY_LEN(monotonic); i++) {
		vvar.data.offset_ns[monotonic[i]] = -boot_ns;
		clocks |= 1u << monotonic[i];
	}
	vvar.data.ns_per_cycle = ns_per_cycle;
	vvar.data.boot_ns = boot_ns;
	vvar.data.seconds_factor = VDSO_SECONDS_FACTOR;
	s32 fast = ns_per_cycle && cpu_features.rdtscp ? CLOCK_MONOTONIC : VDSO_NO_CLOCK;
	__atomic_store_n(&vvar.data.fast_clock, fast, __ATOMIC_RELEASE);
	__atomic_store_n(&vvar.data.clocks, ns_per_cycle ? clocks : 0, __ATOMIC_RELEASE);
}

void arch_vdso_set_realtime(s64 offset_ns, s64 tai_ns)
{
	u64 offset = vvar.data.offset_ns[CLOCK_MONOTONIC] + (u64)offset_ns;
	__atomic_store_n(&vvar.data.offset_ns[CLOCK_REALTIME], offset, __ATOMIC_RELAXED);
	__atomic_store_n(&vvar.data.offset_ns[CLOCK_REALTIME_COARSE], offset, __ATOMIC_RELAXED);
	__atomic_store_n(&vvar.data.offset_ns[CLOCK_TAI], offset + (u64)tai_ns, __ATOMIC_RELAXED);
}
