// SPDX-License-Identifier: MIT
/*
 * elf: programs and their interpreters, from headers to mappings.
 *
 * Promise   ET_EXEC where it says, ET_DYN at a random place; contents are mapped from the file, never read in;
 *           what a segment has more in memory than in the file is zero, also the rest of its last page.
 * Order     elf_read() makes all refusals that execve(2) answers with an errno. elf_map() works on memory that
 *           nobody sees yet; what it refuses is, on Linux, found out when the old program is gone already, and
 *           answered by SIGSEGV: EXEC_FATAL. So nothing half-mapped can ever run.
 * Linux     elf(5), execve(2): ENOEXEC, ELIBBAD, EIO. Segments may overlap: the later one wins. e_ident's
 *           class and version are not looked at, as on Linux.
 */
#include "fs/file.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/string.h"
#include "kernel/proc/exec.h"
#include "kernel/uapi/limits.h"
#include "kernel/uapi/mman.h"
#include "mm/mm.h"

enum {
	MAX_SEGMENT_BYTES = 65536,
	STACK_MAX_RANDOM = 1ul << (STACK_PAGES_BITS + PAGE_SHIFT),
	STACK_GUARD = 256 * PAGE_SIZE,
};
#define GAP_MIN (128ul << 20)		  /* room for the stack below USER_TOP */
#define GAP_MAX (USER_TOP / 6 * 5)
#define PIE_BASE (USER_TOP / 3 * 2)

/* --- reading --- */

static bool header_is_elf(const Elf64_Ehdr *h)
{
	return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 && h->e_machine == EM_X86_64;
}

static int read_exactly(struct file *f, void *buf, size_t n, u64 offset, int if_short)
{
	off_t pos = offset;
	if (pos < 0)
		return -EIO;
	ssize_t got = kernel_read(f, buf, n, &pos);
	return got == (ssize_t)n ? 0 : got < 0 ? got : if_short;
}

/* `head`: the file's first bytes. 0, -ENOEXEC or -ENOMEM. */
static int read_segments(struct file *f, const char *head, struct elf_file *elf)
{
	const Elf64_Ehdr *h = &elf->header;
	size_t bytes = (size_t)h->e_phnum * sizeof(Elf64_Phdr);
	if (h->e_phentsize != sizeof(Elf64_Phdr) || bytes == 0 || bytes > MAX_SEGMENT_BYTES)
		return -ENOEXEC;
	elf->segments = kmalloc(bytes);
	if (!elf->segments)
		return -ENOMEM;
	elf->nr = h->e_phnum;
	if (head && h->e_phoff <= EXEC_HEAD_BYTES && bytes <= EXEC_HEAD_BYTES - h->e_phoff) {
		memcpy(elf->segments, head + h->e_phoff, bytes);
		return 0;
	}
	return read_exactly(f, elf->segments, bytes, h->e_phoff, -ENOEXEC) ? -ENOEXEC : 0;
}

/* The range and the greatest alignment of what will be mapped. Values that make no sense are left to
 * elf_map(), which refuses them one by one. */
static void measure(struct elf_file *elf)
{
	elf->low = UINT64_MAX;
	elf->align = PAGE_SIZE;
	for (unsigned i = 0; i < elf->nr; i++) {
		const Elf64_Phdr *s = &elf->segments[i];
		if (s->p_type != PT_LOAD)
			continue;
		elf->low = min(elf->low, ALIGN_DOWN(s->p_vaddr, PAGE_SIZE));
		elf->end = max(elf->end, ALIGN_UP(s->p_vaddr + s->p_memsz, PAGE_SIZE));
		if (s->p_align && !(s->p_align & (s->p_align - 1)))
			elf->align = max(elf->align, s->p_align);
	}
}

static int open_interpreter(struct exec *e, const Elf64_Phdr *s)
{
	if (s->p_filesz < 2 || s->p_filesz > PATH_MAX)
		return -ENOEXEC;
	char *name = kmalloc(s->p_filesz);
	if (!name)
		return -ENOMEM;
	int err = read_exactly(e->file, name, s->p_filesz, s->p_offset, -EIO);
	if (!err && name[s->p_filesz - 1])
		err = -ENOEXEC;
	PATHREF p = {};
	if (!err)
		err = path_lookup_kernel(name, LOOKUP_FOLLOW, &p);
	if (!err)
		err = exec_open_program(&p, &e->interp);
	kfree(name);
	return err;
}

static int read_interpreter(struct exec *e)
{
	struct elf_file *elf = &e->interp_elf;
	int err = read_exactly(e->interp, &elf->header, sizeof(elf->header), 0, -EIO);
	if (err)
		return err;
	if (!header_is_elf(&elf->header))
		return -ELIBBAD;
	err = read_segments(e->interp, NULL, elf);
	if (err)
		return err == -ENOMEM ? err : -ELIBBAD;
	measure(elf);
	return 0;
}

int elf_read(struct exec *e)
{
	struct elf_file *elf = &e->elf;
	memcpy(&elf->header, e->head, sizeof(elf->header));
	const Elf64_Ehdr *h = &elf->header;
	if (e->head_bytes < sizeof(*h) || !header_is_elf(h) || (h->e_type != ET_EXEC && h->e_type != ET_DYN) ||
		!e->file->ops->mmap)
		return -ENOEXEC;
	int err = read_segments(e->file, e->head_bytes == EXEC_HEAD_BYTES ? e->head : NULL, elf);
	if (err)
		return err;
	measure(elf);
	for (unsigned i = 0; i < elf->nr; i++) {
		const Elf64_Phdr *s = &elf->segments[i];
		if (s->p_type == PT_GNU_STACK)
			e->exec_stack = s->p_flags & PF_X;
		if (s->p_type != PT_INTERP || e->interp)
			continue;
		err = open_interpreter(e, s);
		if (!err)
			err = read_interpreter(e);
		if (err)
			return err;
	}
	return 0;
}

void elf_free(struct exec *e)
{
	kfree(e->elf.segments);
	kfree(e->interp_elf.segments);
	exec_close_program(e->interp);
}

/* --- placing --- */

/* The top of the mmap area: below the most that the stack may become. */
static void place_mmap_area(struct exec *e)
{
	u64 gap = rlimit(RLIMIT_STACK), pad = STACK_GUARD + EXEC_STACK_ROOM;
	if (e->randomize)
		pad += STACK_MAX_RANDOM;
	if (gap + pad > gap)
		gap += pad;
	gap = min(max(gap, GAP_MIN), GAP_MAX);
	u64 pages = exec_random_bits(e, EXEC_RANDOM_HIGH, MMAP_PAGES_SHIFT, MMAP_PAGES_BITS);
	e->mm->mmap_base = ALIGN_DOWN(USER_TOP - gap, PAGE_SIZE) - pages * PAGE_SIZE;
}

/* Chooses where a position-independent file goes: at `at` or, if 0, below everything in the mmap area. */
static void place(struct exec *e, struct elf_file *elf, uaddr_t at, uaddr_t *area_top)
{
	if (elf->header.e_type != ET_DYN)
		return;
	if (!at) {
		at = ALIGN_DOWN(*area_top - (elf->end - elf->low), elf->align);
		*area_top = at;
	}
	elf->bias = ALIGN_DOWN(at, elf->align) - elf->low;
}

/* --- mapping --- */

static int prot_of(const Elf64_Phdr *s)
{
	return (s->p_flags & PF_R ? PROT_READ : 0) | (s->p_flags & PF_W ? PROT_WRITE : 0) |
	       (s->p_flags & PF_X ? PROT_EXEC : 0);
}

static int map_failure(long at)
{
	return at >= 0 || at < -4095 ? 0 : at == -ENOMEM ? -ENOMEM : EXEC_FATAL;
}

static int map_zeroes(struct mm *mm, const Elf64_Phdr *s, uaddr_t start, uaddr_t end)
{
	int prot = PROT_READ | PROT_WRITE | (s->p_flags & PF_X ? PROT_EXEC : 0);
	if (start >= end)
		return 0;
	return map_failure(mm_map(mm, start, end - start, prot, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0));
}

/* Zeroes behind the file's part, to the end of its last page. A segment that nobody may write keeps what
 * the file has there. */
static int clear_tail(struct mm *mm, const Elf64_Phdr *s, uaddr_t from)
{
	size_t n = ALIGN_UP(from, PAGE_SIZE) - from;
	if (n == 0 || !(s->p_flags & PF_W))
		return 0;
	return mm_write_remote(mm, from, page_virt(zero_page), n, false) == (ssize_t)n ? 0 : EXEC_FATAL;
}

static bool segment_is_sane(const Elf64_Phdr *s, uaddr_t at)
{
	return s->p_filesz <= s->p_memsz && s->p_memsz <= USER_TOP && at < USER_TOP && at <= USER_TOP - s->p_memsz &&
	       (s->p_filesz == 0 || ((s->p_offset ^ s->p_vaddr) & ~PAGE_MASK) == 0) && (s64)s->p_offset >= 0;
}

static int map_segment(struct mm *mm, struct file *f, const Elf64_Phdr *s, u64 bias)
{
	uaddr_t at = s->p_vaddr + bias, start = ALIGN_DOWN(at, PAGE_SIZE), file_end = start;
	uaddr_t end = ALIGN_UP(at + s->p_memsz, PAGE_SIZE);
	if (!segment_is_sane(s, at))
		return EXEC_FATAL;
	if (s->p_filesz) {
		file_end = at + s->p_filesz;
		int err = map_failure(mm_map(mm, start, file_end - start, prot_of(s), MAP_PRIVATE | MAP_FIXED, f,
			s->p_offset - (at - start)));
		if (!err && s->p_memsz > s->p_filesz)
			err = clear_tail(mm, s, file_end);
		if (err)
			return err;
		file_end = ALIGN_UP(file_end, PAGE_SIZE);
	}
	return map_zeroes(mm, s, file_end, end);
}

static int map_file(struct mm *mm, struct file *f, const struct elf_file *elf)
{
	if (elf->low >= elf->end || (elf->header.e_type != ET_EXEC && elf->header.e_type != ET_DYN))
		return EXEC_FATAL;
	for (unsigned i = 0; i < elf->nr; i++) {
		int err = elf->segments[i].p_type == PT_LOAD ? map_segment(mm, f, &elf->segments[i], elf->bias) : 0;
		if (err)
			return err;
	}
	return 0;
}

/* Where code, data and headers are, for /proc and the auxiliary vector. */
static uaddr_t note_ranges(struct exec *e)
{
	struct exec_places *at = &e->places;
	const struct elf_file *elf = &e->elf;
	uaddr_t brk = 0;
	at->code_start = UINT64_MAX;
	for (unsigned i = 0; i < elf->nr; i++) {
		const Elf64_Phdr *s = &elf->segments[i];
		if (s->p_type != PT_LOAD)
			continue;
		uaddr_t start = s->p_vaddr + elf->bias, file_end = start + s->p_filesz;
		if (s->p_flags & PF_X) {
			at->code_start = min(at->code_start, start);
			at->code_end = max(at->code_end, file_end);
		}
		at->data_start = max(at->data_start, start);
		at->data_end = max(at->data_end, file_end);
		brk = max(brk, start + s->p_memsz);
		if (elf->header.e_phoff - s->p_offset < s->p_filesz)
			e->phdr = elf->header.e_phoff - s->p_offset + start;
	}
	if (at->code_start == UINT64_MAX)
		at->code_start = 0;
	return brk;
}

static void place_heap(struct exec *e, uaddr_t end_of_program)
{
	uaddr_t brk = end_of_program;
	if (e->elf.header.e_type == ET_DYN && !e->interp)
		brk = PIE_BASE; /* the program itself is among the mappings: no room to grow there */
	brk = ALIGN_UP(brk, PAGE_SIZE);
	if (READ_ONCE(randomize_va_space) > 1)
		brk += exec_random_bits(e, EXEC_RANDOM_LOW, BRK_PAGES_SHIFT, BRK_PAGES_BITS) * PAGE_SIZE;
	mm_set_brk(e->mm, brk);
}

int elf_map(struct exec *e)
{
	struct elf_file *elf = &e->elf, *interp = &e->interp_elf;
	place_mmap_area(e);
	uaddr_t area_top = e->mm->mmap_base;
	uaddr_t pie = PIE_BASE + exec_random_bits(e, EXEC_RANDOM_LOW, 0, MMAP_PAGES_BITS) * PAGE_SIZE;
	place(e, elf, e->interp ? pie : 0, &area_top);
	int err = map_file(e->mm, e->file, elf);
	if (!err && e->interp) {
		place(e, interp, 0, &area_top);
		err = map_file(e->mm, e->interp, interp);
	}
	if (err)
		return err;
	const struct elf_file *first = e->interp ? interp : elf;
	e->entry = first->header.e_entry + first->bias;
	if (e->entry >= USER_TOP || elf->header.e_entry + elf->bias >= USER_TOP)
		return EXEC_FATAL;
	place_heap(e, note_ranges(e));
	return mm_map_vdso(e->mm);
}
