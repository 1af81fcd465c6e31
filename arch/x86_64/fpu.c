// SPDX-License-Identifier: MIT
/*
 * fpu: x87, SSE and AVX state of tasks, and its form in signal frames.
 *
 * Promise   the kernel itself uses none of these registers: while a task runs, in user mode or not, they
 *           hold its state. arch_switch() saves it into the task's area when it leaves (XSAVEOPT: only
 *           what changed) and loads the next one's. Components: what CPUID offers of x87, SSE, AVX and
 *           AVX-512; the area's size is what the CPU says for those. Without XSAVE it is FXSAVE's 512.
 * Locks     none: the area belongs to the task, or to who creates it
 * Lifetime  the area lives as long as the task's struct; kernel threads have none
 * Linux     signal frames as described in uapi/ucontext.h: a frame whose extension does not check out
 *           counts as a legacy one and the rest of the state becomes initial; contents that the CPU refuses
 *           are an error. A hostile frame faults inside the exception table, nowhere else.
 *
 * An area in memory says in its header (XSTATE_BV) which components are valid; others are initial whatever
 * the bytes say, which may be old ones.
 */
#include "arch/x86_64/internal.h"
#include "arch/x86_64/asm.h"
#include "kernel/core/alloc.h"
#include "kernel/core/panic.h"
#include "kernel/core/preempt.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/ucontext.h"

enum {
	LEAF_XSAVE = 13, XCR0 = 0,
	LEGACY_BYTES = sizeof(struct fpstate), HEADER_BYTES = 64, AREA_MIN = LEGACY_BYTES + HEADER_BYTES,
	AREA_MAX = 4096, AREA_ALIGN = 64,
	FCW_INITIAL = 0x37f, MXCSR_INITIAL = 0x1f80, /* all exceptions masked */
};

#define COMPONENTS_LEGACY 0x3ul	 /* x87, SSE */
#define COMPONENT_AVX 0x4ul
#define COMPONENTS_AVX512 0xe0ul /* mask registers, upper halves, upper registers: all or none */

/* In usercopy.S and entry.S. */
int fpu_save_to_user(void __user *area);
int fpu_load_from_user(const void __user *area, u64 components);
int fpu_load_legacy_from_user(const void __user *area);
void load_user_state(void *unused, struct task *t);

_Static_assert(offsetof(struct arch_task, sp) + TASK_ARCH == TASK_SP, "asm.h");
_Static_assert(offsetof(struct arch_task, stack_top) + TASK_ARCH == TASK_STACK_TOP, "asm.h");
_Static_assert(offsetof(struct arch_task, fs_base) + TASK_ARCH == TASK_FS_BASE, "asm.h");
_Static_assert(offsetof(struct arch_task, gs_base) + TASK_ARCH == TASK_GS_BASE, "asm.h");
_Static_assert(offsetof(struct arch_task, fpu) + TASK_ARCH == TASK_FPU, "asm.h");
_Static_assert(offsetof(struct arch_task, live_cpu) + TASK_ARCH == TASK_LIVE_CPU, "asm.h");

/* Whose user state this CPU's registers were last loaded with; with live_cpu it tells if they still hold it. */
DEFINE_PERCPU(struct task *, live_user);

static u64 components __setup;	/* XCR0 */
static u32 area_bytes __setup = LEGACY_BYTES;
static u8 initial_area[AREA_MAX] __setup __aligned(AREA_ALIGN);
static struct kmem_cache *area_cache; /* [const after fpu_init] */

static void write_components(u64 v)
{
	__asm__ volatile("xsetbv" ::"c"(XCR0), "a"((u32)v), "d"((u32)(v >> 32)));
}

/* From kernel memory that is known to be good. */
static void load(const void *area, u64 which)
{
	if (cpu_features.xsave)
		__asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"((u32)which), "d"((u32)(which >> 32)) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}

static void save(void *area)
{
	if (cpu_features.xsave)
		__asm__ volatile("xsave64 (%0)" ::"r"(area), "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
}

/* --- start-up --- */

static void choose_components(void)
{
	u32 low, size, c, high;
	cpuid(LEAF_XSAVE, 0, &low, &size, &c, &high);
	components = COMPONENTS_LEGACY;
	if (cpu_features.avx && low & COMPONENT_AVX)
		components |= COMPONENT_AVX;
	if (components & COMPONENT_AVX && (low & COMPONENTS_AVX512) == COMPONENTS_AVX512)
		components |= COMPONENTS_AVX512;
	write_components(components);
	cpuid(LEAF_XSAVE, 0, &low, &size, &c, &high); /* the size for what is switched on now */
	if (size < AREA_MIN || size > AREA_MAX)
		panic("fpu: the CPU wants %u bytes for its registers", size);
	area_bytes = size;
}

void fpu_init_cpu(void)
{
	if (cpu_features.xsave && components)
		write_components(components);
	else if (cpu_features.xsave)
		choose_components();
	if (cpu_id() == 0) {
		struct fpstate *legacy = (struct fpstate *)initial_area;
		legacy->cwd = FCW_INITIAL;
		legacy->mxcsr = MXCSR_INITIAL;
	}
	load(initial_area, components);
}

/* --- tasks --- */

int arch_fpu_alloc(struct arch_task *a)
{
	if (unlikely(!area_cache)) /* the first program, before there can be another */
		area_cache = kmem_cache_create("fpu", area_bytes, AREA_ALIGN);
	void *area = kmem_cache_alloc(area_cache);
	if (!area)
		return -ENOMEM;
	memcpy(area, initial_area, AREA_MIN < area_bytes ? AREA_MIN : area_bytes);
	a->live_cpu = 0;
	/* A kernel thread that becomes a program: from now on the registers are its own. */
	u64 irq = irq_save();
	a->fpu = area;
	if (a == task_arch(current_task))
		load_user_state(NULL, current_task);
	irq_restore(irq);
	return 0;
}

void arch_fpu_copy(struct arch_task *to)
{
	save(to->fpu);
}

void arch_fpu_reset(struct arch_task *a)
{
	load(initial_area, components);
}

void arch_fpu_free(struct arch_task *a)
{
	void *area = a->fpu;
	u64 irq = irq_save();
	a->fpu = NULL;
	a->live_cpu = 0;
	irq_restore(irq);
	if (area)
		kmem_cache_free(area_cache, area);
}

/* --- signal frames --- */

u32 arch_fpu_frame_size(void)
{
	return cpu_features.xsave ? area_bytes + FP_XSTATE_MAGIC2_SIZE : LEGACY_BYTES;
}

static bool frame_is_ok(const void __user *frame)
{
	uaddr_t at = (uaddr_t)frame;
	return IS_ALIGNED(at, AREA_ALIGN) && at < USER_TOP && USER_TOP - at >= arch_fpu_frame_size();
}

int arch_fpu_save_user(void __user *frame)
{
	const struct fpx_sw_bytes sw = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = area_bytes + FP_XSTATE_MAGIC2_SIZE,
		.xfeatures = components,
		.xstate_size = area_bytes,
	};
	char __user *at = frame;
	if (!frame_is_ok(frame))
		return -EFAULT;
	if (!cpu_features.xsave)
		return fpu_save_to_user(at);
	/* XSAVE writes only the first word of its header */
	u64 valid;
	if (arch_clear_user(at + LEGACY_BYTES, HEADER_BYTES) || fpu_save_to_user(at) ||
		arch_copy_to_user(at + offsetof(struct fpstate, sw_reserved), &sw, sizeof(sw)) ||
		arch_put_user_32(at + area_bytes, FP_XSTATE_MAGIC2) ||
		arch_get_user_64(&valid, at + LEGACY_BYTES))
		return -EFAULT;
	/* Handlers that know only the legacy area change it without touching the header. */
	return arch_put_user_64(at + LEGACY_BYTES, valid | COMPONENTS_LEGACY);
}

/* Which components of a frame are to be believed; 0: only the legacy area. */
static int frame_components(const char __user *at, u64 *which)
{
	struct fpx_sw_bytes sw;
	u32 magic2;
	*which = 0;
	if (arch_copy_from_user(&sw, at + offsetof(struct fpstate, sw_reserved), sizeof(sw)))
		return -EFAULT;
	if (sw.magic1 != FP_XSTATE_MAGIC1 || sw.xstate_size < AREA_MIN || sw.xstate_size > area_bytes ||
		sw.xstate_size > sw.extended_size)
		return 0;
	if (arch_get_user_32(&magic2, at + sw.xstate_size))
		return -EFAULT;
	if (magic2 == FP_XSTATE_MAGIC2)
		*which = sw.xfeatures & components;
	return 0;
}

int arch_fpu_restore_user(const void __user *frame)
{
	u64 which = 0;
	int err = 0;
	if (!frame) {
		load(initial_area, components);
		return 0;
	}
	if (!frame_is_ok(frame))
		return -EINVAL;
	if (cpu_features.xsave)
		err = frame_components(frame, &which);
	if (!err)
		err = which ? fpu_load_from_user(frame, which) : fpu_load_legacy_from_user(frame);
	if (err)
		load(initial_area, components);
	else if (cpu_features.xsave)
		load(initial_area, components & ~(which ? which : COMPONENTS_LEGACY));
	return err;
}
