// SPDX-License-Identifier: MIT
/*
 * tls: the thread-local variables, and the control block that %fs points to.
 *
 * Promise   every thread begins with what the program's file says, zeros behind it
 * Lifetime  the first thread's are in the program's own memory, or mapped once when they are large
 * Linux     x86-64 psABI: TLS variant II, where the variables end, rounded by their alignment, where the block
 *           begins; arch_prctl(2) for the first thread, clone(2) for the others
 */
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "kernel/uapi/elf.h"
#include "user/libc/thread.h"

enum { FIRST_ROOM = 512, MIN_ALIGN = 64 };

static struct {
	const char *data;
	size_t file_size, size, align;
} image;

static void find_image(void)
{
	const Elf64_Phdr *ph = (const Elf64_Phdr *)getauxval(AT_PHDR);
	unsigned long base = 0;

	image.align = MIN_ALIGN;
	for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) {
		if (ph[i].p_type == PT_PHDR)
			base = (unsigned long)ph - ph[i].p_vaddr;
		if (ph[i].p_type != PT_TLS)
			continue;
		image.data = (const char *)(ph[i].p_vaddr + base);
		image.file_size = ph[i].p_filesz;
		image.size = (ph[i].p_memsz + ph[i].p_align - 1) & -ph[i].p_align;
		if (ph[i].p_align > image.align)
			image.align = ph[i].p_align;
	}
}

size_t __tls_room(void)
{
	return image.size + sizeof(struct thread) + 2 * image.align;
}

/* Where the block is, with the variables below it, in the last bytes before `end`. */
struct thread *__tls_make(char *end, char **begin)
{
	struct thread *t = (struct thread *)(((unsigned long)end - sizeof(*t)) & -image.align);

	*begin = (char *)t - image.size;
	memcpy(*begin, image.data, image.file_size);
	t->self = t;
	return t;
}

void __tls_start(void)
{
	static char room[FIRST_ROOM] __attribute__((aligned(MIN_ALIGN)));
	const unsigned long *random = (const unsigned long *)getauxval(AT_RANDOM);
	char *end = room + sizeof(room), *begin;

	find_image();
	size_t need = __tls_room();
	if (need > sizeof(room))
		end = (char *)sys_mmap(0, need, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + need;
	struct thread *t = __tls_make(end, &begin);
	if (random)
		t->canary = random[0] & ~0xfful; /* a zero byte stops a string that runs over */
	sys_arch_prctl(ARCH_SET_FS, (unsigned long)t);
}
