// SPDX-License-Identifier: MIT
/*
 * program.h: programs of a few instructions, for cases about execve.
 *
 * Promise   write_program() makes an executable ELF file out of one of the pieces of code below; no
 *           other program of the system is needed and nothing of a library runs in it.
 * Linux     elf(5): one loadable segment, the file's headers included.
 */
#ifndef TESTS_ABI_PROGRAM_H
#define TESTS_ABI_PROGRAM_H

#include <elf.h>
#include "tests/abi/abi.h"

enum program {
	PROGRAM_EXIT_ARGC, /* exits with the number of its arguments */
	PROGRAM_DUMP,      /* writes its stack pointer and then its stack, up to the top, to fd 1 */
	PROGRAM_SIGNALS,   /* writes struct program_signals to fd 1 */
	PROGRAM_SLEEP,     /* pauses until a signal ends it */
	/* takes memory, a MiB at a time, and writes to each page, until it gets no more: exits with 3 */
	PROGRAM_HOG,
	PROGRAM_CAPS,      /* writes its two capability structures to fd 1, then what PROGRAM_DUMP does */
	PROGRAM_BARRIERS,  /* exits with what it has registered for membarrier(2) */
};

struct program_signals {
	uint64_t mask, pending, usr1[4], usr2[4], alternate[3];
};

enum { PROGRAM_BASE = 0x400000 };

#define DUMP_STACK \
	"mov %rsp, %rbx\n push %rbx\n mov %rsp, %rsi\n" \
	"	mov $8, %edx\n mov $1, %edi\n mov $1, %eax\n syscall\n mov %rbx, %rsi\n" \
	"1:	mov $1, %eax\n syscall\n add $8, %rsi\n cmp $8, %rax\n je 1b\n" \
	"	xor %edi, %edi\n mov $231, %eax\n syscall\n"

__asm__(".pushsection .rodata\n"
	"program_exit_argc: mov (%rsp), %rdi\n mov $231, %eax\n syscall\n"
	"program_dump: " DUMP_STACK
	"program_signals: sub $256, %rsp\n mov $8, %r10d\n"
	"	xor %edi, %edi\n xor %esi, %esi\n mov %rsp, %rdx\n mov $14, %eax\n syscall\n"
	"	lea 8(%rsp), %rdi\n mov $8, %esi\n mov $127, %eax\n syscall\n"
	"	mov $10, %edi\n xor %esi, %esi\n lea 16(%rsp), %rdx\n mov $13, %eax\n syscall\n"
	"	mov $12, %edi\n xor %esi, %esi\n lea 48(%rsp), %rdx\n mov $13, %eax\n syscall\n"
	"	xor %edi, %edi\n lea 80(%rsp), %rsi\n mov $131, %eax\n syscall\n"
	"	mov $1, %edi\n mov %rsp, %rsi\n mov $104, %edx\n mov $1, %eax\n syscall\n"
	"	xor %edi, %edi\n mov $231, %eax\n syscall\n"
	"program_sleep: mov $34, %eax\n syscall\n jmp program_sleep\n"
	"program_hog: xor %edi, %edi\n mov $0x100000, %esi\n mov $3, %edx\n mov $0x4022, %r10d\n mov $-1, %r8\n"
	"	xor %r9d, %r9d\n mov $9, %eax\n syscall\n test %rax, %rax\n js 2f\n lea 0x100000(%rax), %rcx\n"
	"1:	movb $1, (%rax)\n add $4096, %rax\n cmp %rcx, %rax\n jb 1b\n jmp program_hog\n"
	"2:	mov $3, %edi\n mov $231, %eax\n syscall\n"
	"program_caps: sub $40, %rsp\n movl $0x20080522, (%rsp)\n movl $0, 4(%rsp)\n"
	"	mov %rsp, %rdi\n lea 8(%rsp), %rsi\n mov $125, %eax\n syscall\n"
	"	mov $1, %edi\n lea 8(%rsp), %rsi\n mov $24, %edx\n mov $1, %eax\n syscall\n"
	"	add $40, %rsp\n" DUMP_STACK
	"program_barriers: mov $512, %edi\n xor %esi, %esi\n mov $324, %eax\n syscall\n"
	"	mov %eax, %edi\n mov $231, %eax\n syscall\n"
	"program_end: .popsection\n");

extern const char program_exit_argc[], program_dump[], program_signals[], program_sleep[],
	program_hog[], program_caps[], program_barriers[], program_end[];

/* The headers of a program whose code follows them. */
struct program_file {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	char code[256];
};

static inline size_t build_program(struct program_file *f, enum program which)
{
	const char *from[] = {
		program_exit_argc, program_dump, program_signals, program_sleep, program_hog,
		program_caps, program_barriers, program_end};
	size_t len = from[which + 1] - from[which];
	size_t total = offsetof(struct program_file, code) + len;

	memset(f, 0, sizeof(*f));
	memcpy(f->eh.e_ident, "\177ELF\2\1\1", 7);
	f->eh.e_type = ET_EXEC;
	f->eh.e_machine = EM_X86_64;
	f->eh.e_version = EV_CURRENT;
	f->eh.e_entry = PROGRAM_BASE + offsetof(struct program_file, code);
	f->eh.e_phoff = offsetof(struct program_file, ph);
	f->eh.e_ehsize = sizeof(f->eh);
	f->eh.e_phentsize = sizeof(f->ph);
	f->eh.e_phnum = 1;
	f->ph.p_type = PT_LOAD;
	f->ph.p_flags = PF_R | PF_X;
	f->ph.p_vaddr = f->ph.p_paddr = PROGRAM_BASE;
	f->ph.p_filesz = f->ph.p_memsz = total;
	f->ph.p_align = PAGE;
	memcpy(f->code, from[which], len);
	return total;
}

static inline void write_file(const char *path, const void *data, size_t size, int mode)
{
	long fd = sys(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, data, size), size);
	CHECK_EQ(sys(SYS_close, fd), 0);
	CHECK_EQ(sys(SYS_chmod, path, mode), 0);
}

static inline void write_program(const char *path, enum program which)
{
	struct program_file f;
	size_t size = build_program(&f, which);

	write_file(path, &f, size, 0755);
}

#endif
