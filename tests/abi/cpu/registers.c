// SPDX-License-Identifier: MIT
/*
 * cpu/registers: what a program's registers hold across calls, switches and damaged frames.
 *
 * Promise   a call changes rax, rcx and r11 and nothing else; segment bases and vector registers are each
 *           thread's own, however often others run in between; a signal frame whose extended state is
 *           damaged costs the program, at most.
 * Linux     syscall(2), arch_prctl(2), sched_setaffinity(2); the frame as in the kernel's
 *           asm/sigcontext.h
 */
#include <ucontext.h>
#include "tests/abi/abi.h"

enum {
	YIELDS = 200, ARCH_SET_GS = 0x1001, CPUID_OSXSAVE_AVX = 3 << 27,
	SW_OFFSET = 464, XSTATE_OFFSET = 512, XMM_OFFSET = 160, MAGIC1 = 0x46505853,
	FLAG_CARRY = 1, FLAG_DIRECTION = 0x400,
};

struct words {
	uint64_t rbx, rbp, rdx, rsi, rdi, r8, r9, r10, r12, r13, r14, r15;
};

/* getpid with a known value in every register; what they hold behind it. */
static struct words registers_after_a_call(void)
{
	struct words w;

	__asm__ volatile("push %%rbx\n push %%rbp\n push %%rax\n"
		"mov $11, %%ebx\n mov $12, %%ebp\n mov $13, %%edx\n mov $14, %%esi\n mov $15, %%edi\n"
		"mov $16, %%r8d\n mov $17, %%r9d\n mov $18, %%r10d\n mov $19, %%r12d\n mov $20, %%r13d\n"
		"mov $21, %%r14d\n mov $22, %%r15d\n mov $39, %%eax\n syscall\n"
		"pop %%rax\n"
		"mov %%rbx, (%%rax)\n mov %%rbp, 8(%%rax)\n mov %%rdx, 16(%%rax)\n mov %%rsi, 24(%%rax)\n"
		"mov %%rdi, 32(%%rax)\n mov %%r8, 40(%%rax)\n mov %%r9, 48(%%rax)\n mov %%r10, 56(%%rax)\n"
		"mov %%r12, 64(%%rax)\n mov %%r13, 72(%%rax)\n mov %%r14, 80(%%rax)\n mov %%r15, 88(%%rax)\n"
		"pop %%rbp\n pop %%rbx"
		:: "a"(&w) : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		"memory");
	return w;
}

CASE(call_keeps_all_but_three_registers)
{
	struct words w = registers_after_a_call();

	for (unsigned i = 0; i < sizeof(w) / 8; i++)
		CHECK_EQ(((uint64_t *)&w)[i], 11 + i);
}

CASE(call_leaves_rip_and_flags_in_rcx_and_r11)
{
	uint64_t rcx, r11, rip, flags;

	__asm__ volatile("mov $39, %%eax\n stc\n syscall\n 1: mov %%r11, %1\n lea 1b(%%rip), %2\n"
		"sub $128, %%rsp\n pushf\n pop %3\n add $128, %%rsp"
		: "=&c"(rcx), "=&r"(r11), "=&r"(rip), "=&r"(flags) :: "rax", "r11", "cc", "memory");
	CHECK_EQ(rcx, rip);
	CHECK_EQ(r11 & FLAG_CARRY, FLAG_CARRY);
	CHECK_EQ(r11 & 0x200, 0x200);
}

CASE(call_keeps_carry_and_direction)
{
	uint64_t flags;

	__asm__ volatile("sub $128, %%rsp\n mov $39, %%eax\n std\n stc\n syscall\n pushf\n pop %0\n cld\n"
		"add $128, %%rsp" : "=r"(flags) :: "rax", "rcx", "r11", "cc", "memory");
	CHECK_EQ(flags & FLAG_CARRY, FLAG_CARRY);
	CHECK_EQ(flags & FLAG_DIRECTION, FLAG_DIRECTION);
}

CASE(upper_half_of_the_number_does_not_count)
{
	CHECK_EQ(sys(SYS_getpid | 0x123456L << 32), getpid());
	CHECK_EQ(sys(-1L), -ENOSYS);
	CHECK_EQ(sys(0x80000000L | SYS_getpid), -ENOSYS);
	CHECK_EQ(sys(INT64_MIN | SYS_getpid), getpid());
}

/* --- switches --- */

/* This process and its children on one CPU, so that a yield is a switch. */
static void use_one_cpu(void)
{
	uint64_t mask[16] = {0}, one[16] = {0};

	CHECK(sys(SYS_sched_getaffinity, 0, sizeof(mask), mask) > 0);
	for (unsigned i = 0; i < 64 * 16; i++)
		if (mask[i / 64] >> i % 64 & 1) {
			one[i / 64] = 1ull << i % 64;
			break;
		}
	CHECK_EQ(sys(SYS_sched_setaffinity, 0, sizeof(one), one), 0);
}

static uint64_t gs_word(void)
{
	uint64_t v;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(v));
	return v;
}

static void keep_a_gs_base(uint64_t mine)
{
	CHECK_EQ(sys(SYS_arch_prctl, ARCH_SET_GS, &mine), 0);
	for (int i = 0; i < YIELDS; i++) {
		CHECK_EQ(gs_word(), mine);
		sys(SYS_sched_yield);
	}
}

CASE(gs_base_is_each_threads_own)
{
	int a, b;

	use_one_cpu();
	CHILD(a)
		keep_a_gs_base(0x1111);
	CHILD(b)
		keep_a_gs_base(0x2222);
	CHECK_EQ(reap(a), 0);
	CHECK_EQ(reap(b), 0);
}

static bool has_avx(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return (c & CPUID_OSXSAVE_AVX) == CPUID_OSXSAVE_AVX;
}

/* Loads ymm5 (or xmm5), makes the call, and stores the register again. */
static void call_with_vector(long nr, const uint64_t in[4], uint64_t out[4])
{
	long rax = nr;

	memcpy(out, in, 32);
	if (has_avx())
		__asm__ volatile("vmovdqu (%[in]), %%ymm5\n syscall\n vmovdqu %%ymm5, (%[out])\n vzeroupper"
			: "+a"(rax) : [in] "r"(in), [out] "r"(out), "D"(getpid()), "S"(SIGUSR1)
			: "rcx", "r11", "xmm5", "memory");
	else
		__asm__ volatile("movdqu (%[in]), %%xmm5\n syscall\n movdqu %%xmm5, (%[out])"
			: "+a"(rax) : [in] "r"(in), [out] "r"(out), "D"(getpid()), "S"(SIGUSR1)
			: "rcx", "r11", "xmm5", "memory");
}

static void keep_a_vector(uint64_t mine)
{
	uint64_t in[4] = {mine, mine + 1, mine + 2, mine + 3}, out[4];

	for (int i = 0; i < YIELDS; i++) {
		call_with_vector(SYS_sched_yield, in, out);
		CHECK_MEM(out, in, sizeof(in));
	}
}

CASE(vector_registers_are_each_threads_own)
{
	int a, b;

	use_one_cpu();
	CHILD(a)
		keep_a_vector(0x1111111111110000);
	CHILD(b)
		keep_a_vector(0x2222222222220000);
	keep_a_vector(0x3333333333330000);
	CHECK_EQ(reap(a), 0);
	CHECK_EQ(reap(b), 0);
}

/* A CPU that went idle in between may have lost nothing, or must load everything again. */
CASE(vector_registers_survive_sleep)
{
	struct timespec little = {0, 2000000};
	uint64_t in[4] = {1, 2, 3, 4}, out[4];

	for (int i = 0; i < 5; i++) {
		long rax = SYS_nanosleep;

		if (!has_avx())
			SKIP("needs AVX");
		__asm__ volatile("vmovdqu (%[in]), %%ymm5\n syscall\n vmovdqu %%ymm5, (%[out])\n vzeroupper"
			: "+a"(rax) : [in] "r"(in), [out] "r"(out), "D"(&little), "S"(0)
			: "rcx", "r11", "xmm5", "memory");
		CHECK_MEM(out, in, sizeof(in));
	}
}

/* --- damaged frames --- */

static void forget_magic(int sig, siginfo_t *info, void *context)
{
	char *fx = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	memset(fx + SW_OFFSET, 0, 4);
	memset(fx + XMM_OFFSET + 5 * 16, 0x55, 16);
}

CASE(frame_without_magic_is_a_legacy_one)
{
	uint64_t in[4] = {1, 2, 3, 4}, out[4];

	if (!has_avx())
		SKIP("needs AVX");
	handle_info(SIGUSR1, forget_magic, 0);
	call_with_vector(SYS_kill, in, out);
	CHECK_EQ(out[0], 0x5555555555555555);
	CHECK_EQ(out[1], 0x5555555555555555);
	CHECK_EQ(out[2], 0);
	CHECK_EQ(out[3], 0);
}

/* The header of the extended state with reserved bits set: the CPU refuses it. */
static void damage_header(int sig, siginfo_t *info, void *context)
{
	char *fx = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;
	uint32_t magic;

	(void)sig;
	(void)info;
	memcpy(&magic, fx + SW_OFFSET, 4);
	if (magic != MAGIC1)
		SKIP("no extended state");
	memset(fx + XSTATE_OFFSET + 8, 0xff, 16);
}

CASE(frame_that_the_cpu_refuses_kills)
{
	int pid;

	if (!has_avx())
		SKIP("needs XSAVE");
	CHILD(pid) {
		handle_info(SIGUSR1, damage_header, 0);
		sys(SYS_kill, getpid(), SIGUSR1);
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

/* A state area in the kernel's half, unaligned, or nowhere. */
static uint64_t bad_area;

static void move_area(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.fpregs = (void *)bad_area;
}

CASE(frame_with_a_bad_area_kills)
{
	static const uint64_t areas[] = {0xffff800000100000, 0xffffffff80200000, 0x7fffffffffc0, 64, 0x4000000001};

	for (unsigned i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		int pid;

		bad_area = areas[i];
		CHILD(pid) {
			handle_info(SIGUSR1, move_area, 0);
			sys(SYS_kill, getpid(), SIGUSR1);
		}
		CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
	}
}
