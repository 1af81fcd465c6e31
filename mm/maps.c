// SPDX-License-Identifier: MIT
/*
 * maps: address spaces as text: /proc/PID/maps, smaps and smaps_rollup.
 *
 * Promise   a line per mapping in the order of addresses; smaps adds what is resident, counted from the page
 *           tables. Made in parts of bounded length: mappings that stay while a program reads appear once.
 *           smaps_rollup is the sum, of one moment as far as the mappings go.
 * Locks     mm->lock for reading while a part is made; the leaf tables' locks while pages are counted
 * Linux     proc_pid_maps(5), proc_pid_smaps(5). A page's share (Pss) is divided among those who hold a reference
 *           to it, which for a moment may be more than map it.
 */
#include "kernel/lib/strbuf.h"
#include "mm/upcalls.h"
#include "mm/vma.h"
#include "mm/walk.h"

enum { PART_BYTES = 16384, BYTES_PER_KIB = 1024 };

/* --- maps --- */

static const char *name_of(const struct mm *mm, const struct vma *v)
{
	if (v->flags & VMA_VDSO)
		return "[vdso]";
	if (v->flags & VMA_VVAR)
		return "[vvar]";
	if (v->flags & VMA_STACK)
		return "[stack]";
	return v->start < mm->brk && v->end > mm->brk_start ? "[heap]" : NULL;
}

static void put_name(struct strbuf *sb, const char *name)
{
	strbuf_pad(sb, MAPS_NAME_COLUMN);
	strbuf_puts(sb, name);
}

static void put_mapping(struct mm *mm, struct vma *v, struct strbuf *sb)
{
	bool is_backed = v->file || v->object;
	strbuf_printf(sb, "%08lx-%08lx %c%c%c%c %08lx ", v->start, v->end, v->flags & VMA_READ ? 'r' : '-',
		v->flags & VMA_WRITE ? 'w' : '-', v->flags & VMA_EXEC ? 'x' : '-',
		v->flags & VMA_SHARED ? 's' : 'p', is_backed ? v->offset : 0);
	const char *name = NULL;
	if (v->file) {
		vma_file_show(v->file, sb);
	} else if (v->object) { /* shared anonymous memory: Linux makes it of /dev/zero */
		strbuf_printf(sb, "00:01 %lu ", v->object->ino);
		name = "/dev/zero (deleted)";
	} else {
		strbuf_puts(sb, "00:00 0 ");
		name = name_of(mm, v);
	}
	if (name)
		put_name(sb, name);
	strbuf_putc(sb, '\n');
}

/* --- smaps --- */

struct row {
	const char *label;
	u64 bytes;
};

static void put_kib(struct strbuf *sb, const struct row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		strbuf_printf(sb, "%-16s%8lu kB\n", rows[i].label, rows[i].bytes / BYTES_PER_KIB);
}

static void put_rows_before_shares(struct strbuf *sb, const struct residence *r)
{
	const struct row rows[] = {
		{ "Rss:", r->rss }, { "Pss:", r->pss >> PSS_SHIFT }, { "Pss_Dirty:", r->pss_dirty >> PSS_SHIFT },
	};
	put_kib(sb, rows, ARRAY_LEN(rows));
}

static void put_rows_after_shares(struct strbuf *sb, const struct residence *r)
{
	const struct row rows[] = {
		{ "Shared_Clean:", r->shared_clean }, { "Shared_Dirty:", r->shared_dirty },
		{ "Private_Clean:", r->private_clean }, { "Private_Dirty:", r->private_dirty },
		{ "Referenced:", r->referenced }, { "Anonymous:", r->anonymous }, { "KSM:", 0 },
		{ "LazyFree:", 0 }, { "AnonHugePages:", 0 }, { "ShmemPmdMapped:", 0 }, { "FilePmdMapped:", 0 },
		{ "Shared_Hugetlb:", 0 }, { "Private_Hugetlb:", 0 }, { "Swap:", 0 }, { "SwapPss:", 0 },
		{ "Locked:", r->pss_locked >> PSS_SHIFT },
	};
	put_kib(sb, rows, ARRAY_LEN(rows));
}

static void put_flags(const struct vma *v, struct strbuf *sb)
{
	static const struct { u32 all_of; const char *name; } rows[] = {
		{ VMA_READ, "rd" }, { VMA_WRITE, "wr" }, { VMA_EXEC, "ex" },
		{ VMA_SHARED | VMA_MAYWRITE, "sh" }, /* of a file that is not open for writing Linux says "ms" only */
		{ VMA_MAYREAD, "mr" }, { VMA_MAYWRITE, "mw" }, { VMA_MAYEXEC, "me" }, { VMA_SHARED, "ms" },
		{ VMA_GROWSDOWN, "gd" }, { VMA_PHYS, "pf" }, { VMA_LOCKED, "lo" }, { VMA_PHYS, "io" },
		{ VMA_SEQUENTIAL, "sr" }, { VMA_RANDOM, "rr" }, { VMA_DONTFORK, "dc" }, { VMA_PHYS, "de" },
		{ VMA_LOCKONFAULT, "lf" }, { VMA_ACCOUNT, "ac" }, { VMA_NORESERVE, "nr" }, { VMA_WIPEONFORK, "wf" },
		{ VMA_DONTDUMP, "dd" }, { VMA_HUGEPAGE, "hg" }, { VMA_NOHUGEPAGE, "nh" }, { VMA_MERGEABLE, "mg" },
	};
	strbuf_puts(sb, "VmFlags: ");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((v->flags & rows[i].all_of) == rows[i].all_of)
			strbuf_printf(sb, "%s ", rows[i].name);
	strbuf_putc(sb, '\n');
}

static void put_residence(const struct vma *v, struct strbuf *sb)
{
	struct residence r = {};
	const struct row sizes[] = {
		{ "Size:", v->end - v->start }, { "KernelPageSize:", PAGE_SIZE }, { "MMUPageSize:", PAGE_SIZE },
	};
	residence_add(&r, v);
	put_kib(sb, sizes, ARRAY_LEN(sizes));
	put_rows_before_shares(sb, &r);
	put_rows_after_shares(sb, &r);
	strbuf_puts(sb, "THPeligible:           0\n");
	put_flags(v, sb);
}

uaddr_t mm_show_maps(struct mm *mm, struct strbuf *sb, bool smaps, uaddr_t from)
{
	guard(rwread)(&mm->lock);
	struct vma *v = mm_find(mm, from);
	for (; v; v = vma_next(v)) {
		if (sb->len >= PART_BYTES)
			return v->start;
		put_mapping(mm, v, sb);
		if (smaps)
			put_residence(v, sb);
	}
	return 0;
}

void mm_show_rollup(struct mm *mm, struct strbuf *sb)
{
	struct residence r = {};
	guard(rwread)(&mm->lock);
	struct vma *first = vma_first(mm), *last = first;
	for (struct vma *v = first; v; v = vma_next(v)) {
		residence_add(&r, v);
		last = v;
	}
	strbuf_printf(sb, "%08lx-%08lx ---p 00000000 00:00 0 ", first ? first->start : 0, last ? last->end : 0);
	put_name(sb, "[rollup]\n");
	put_rows_before_shares(sb, &r);
	const struct row kinds[] = {
		{ "Pss_Anon:", r.pss_anon >> PSS_SHIFT }, { "Pss_File:", 0 },
		{ "Pss_Shmem:", r.pss_object >> PSS_SHIFT },
	};
	put_kib(sb, kinds, ARRAY_LEN(kinds));
	put_rows_after_shares(sb, &r);
}
