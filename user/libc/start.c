// SPDX-License-Identifier: MIT
/*
 * start: from the stack that the kernel made to main(), and from there to exit().
 *
 * Promise   before main() runs, the program is relocated (when it is static-PIE), thread-local
 *           variables work, environ and the auxiliary vector are known, constructors have run.
 * Lifetime  threads that clone() makes without CLONE_SETTLS share the first thread's variables, errno included
 * Linux     execve(2), getauxval(3); x86-64 psABI for the stack
 */
#include <string.h>
#include <sys/auxv.h>
#include <stdlib.h>
#include <unistd.h>
#include "kernel/uapi/elf.h"
#include "user/libc/thread.h"

char **environ;
unsigned long *__auxv;
char *program_invocation_short_name = "";

int main(int argc, char **argv, char **envp);
__attribute__((noreturn)) void libc_start(unsigned long *stack); /* called by start.S */
extern void (*const __init_array_start[])(int, char **, char **) __attribute__((weak, visibility("hidden")));
extern void (*const __init_array_end[])(int, char **, char **) __attribute__((weak, visibility("hidden")));

/* Nothing that needs a relocation may be used before relocate() has run, hence static inline. */
static inline unsigned long find_aux(const unsigned long *aux, unsigned long type)
{
	for (; aux[0] != AT_NULL; aux += 2)
		if (aux[0] == type)
			return aux[1];
	return 0;
}

unsigned long getauxval(unsigned long type)
{
	return find_aux(__auxv, type);
}

/* Adds the load address to the places that the linker listed; none in a program of fixed address. */
static inline void relocate(const unsigned long *aux)
{
	const Elf64_Phdr *ph = (const Elf64_Phdr *)find_aux(aux, AT_PHDR);
	unsigned long count = find_aux(aux, AT_PHNUM), base = 0, rela = 0, size = 0;
	const Elf64_Dyn *dyn = NULL;

	for (unsigned long i = 0; i < count; i++) {
		if (ph[i].p_type == PT_PHDR)
			base = (unsigned long)ph - ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const Elf64_Dyn *)ph[i].p_vaddr;
	}
	if (!dyn)
		return;
	for (dyn = (const Elf64_Dyn *)((unsigned long)dyn + base); dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_RELA)
			rela = dyn->d_un.d_ptr + base;
		if (dyn->d_tag == DT_RELASZ)
			size = dyn->d_un.d_val;
	}
	for (const Elf64_Rela *r = (const Elf64_Rela *)rela; size; r++, size -= sizeof(*r))
		if (ELF64_R_TYPE(r->r_info) == R_X86_64_RELATIVE)
			*(unsigned long *)(r->r_offset + base) = base + r->r_addend;
}

__attribute__((noreturn)) void libc_start(unsigned long *stack)
{
	int argc = stack[0];
	char **argv = (char **)(stack + 1);
	char **envp = argv + argc + 1;
	unsigned long *aux = (unsigned long *)envp;

	while (*aux++)
		;
	relocate(aux);
	environ = envp;
	__auxv = aux;
	__tls_start();
	if (argc > 0) {
		char *slash = strrchr(argv[0], '/');
		program_invocation_short_name = slash ? slash + 1 : argv[0];
	}
	for (void (*const *fn)(int, char **, char **) = __init_array_start; fn < __init_array_end; fn++)
		(*fn)(argc, argv, envp);
	exit(main(argc, argv, environ));
}
