// SPDX-License-Identifier: MIT
/*
 * vdso: the small shared object that the kernel maps into every program.
 *
 * Promise   __vdso_find() answers a function's address, or NULL when there is no such object or name.
 * Linux     vdso(7); the symbols are counted by DT_HASH, or by the section headers where it is left out
 */
#include <string.h>
#include <sys/auxv.h>
#include "kernel/uapi/elf.h"
#include "user/libc/libc.h"

enum { SHT_DYNSYM = 11 };

struct image {
	unsigned long bias; /* what to add to addresses inside */
	const Elf64_Sym *symbols;
	const char *strings;
	unsigned long nr_symbols;
};

static void read_dynamic(struct image *im, const Elf64_Dyn *d)
{
	for (; d->d_tag != DT_NULL; d++) {
		unsigned long at = d->d_un.d_ptr + im->bias;

		if (d->d_tag == DT_SYMTAB)
			im->symbols = (const Elf64_Sym *)at;
		if (d->d_tag == DT_STRTAB)
			im->strings = (const char *)at;
		if (d->d_tag == DT_HASH)
			im->nr_symbols = ((const unsigned *)at)[1];
	}
}

static void count_by_sections(struct image *im, const Elf64_Ehdr *eh)
{
	const Elf64_Shdr *sh = (const Elf64_Shdr *)((unsigned long)eh + eh->e_shoff);

	for (int i = 0; eh->e_shoff && i < eh->e_shnum; i++)
		if (sh[i].sh_type == SHT_DYNSYM)
			im->nr_symbols = sh[i].sh_size / sizeof(Elf64_Sym);
}

void *__vdso_find(const char *name)
{
	const Elf64_Ehdr *eh = (const Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Dyn *dyn = NULL;
	struct image im = { 0 };

	if (!eh || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)((unsigned long)eh + eh->e_phoff);
	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD)
			im.bias = (unsigned long)eh + ph[i].p_offset - ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const Elf64_Dyn *)((unsigned long)eh + ph[i].p_offset);
	}
	if (!dyn)
		return NULL;
	read_dynamic(&im, dyn);
	if (!im.nr_symbols)
		count_by_sections(&im, eh);
	for (unsigned long i = 0; im.symbols && im.strings && i < im.nr_symbols; i++)
		if (im.symbols[i].st_shndx && strcmp(im.strings + im.symbols[i].st_name, name) == 0)
			return (void *)(im.symbols[i].st_value + im.bias);
	return NULL;
}
