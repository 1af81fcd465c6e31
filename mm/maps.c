// SPDX-License-Identifier: MIT
/*
 * maps: address spaces as text: /proc/PID/maps and smaps.
 *
 * Promise   a line per mapping in the order of addresses; smaps adds what is resident, counted from the page
 *           tables. Made in parts of bounded length: mappings that stay while a program reads appear once.
 * Locks     mm->lock for reading while a part is made; the leaf tables' locks while pages are counted
 * Linux     proc_pid_maps(5), proc_pid_smaps(5). A page's share (Pss) is divided among those who hold a reference
 *           to it, which for a moment may be more than map it.
 */
#include "kernel/lib/strbuf.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

enum { PART_BYTES = 16384, BYTES_PER_KIB = 1024, PSS_SHIFT = 12 };

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
	if (name) {
		strbuf_pad(sb, MAPS_NAME_COLUMN);
		strbuf_puts(sb, name);
	}
	strbuf_putc(sb, '\n');
}

/* --- smaps --- */

struct residence { /* bytes, but for pss: 1/4096 of a byte */
	u64 rss, pss, pss_dirty, shared_clean, shared_dirty, private_clean, private_dirty, referenced, anonymous;
};

static void count_page(struct residence *r, pte_t e)
{
	struct page *pg = page_of_phys(pte_phys(e));
	if (pg == zero_page)
		return;
	bool is_anon = pg->kind == PAGE_ANON;
	u64 sharers = (u64)max(ref_count(&pg->ref) - (is_anon ? 0 : 1), 1); /* one reference is the object's */
	u64 share = (PAGE_SIZE << PSS_SHIFT) / sharers;
	bool is_dirty = e & PTE_DIRTY;
	r->rss += PAGE_SIZE;
	r->pss += share;
	r->pss_dirty += is_dirty ? share : 0;
	*(sharers > 1 ? is_dirty ? &r->shared_dirty : &r->shared_clean :
		  is_dirty ? &r->private_dirty : &r->private_clean) += PAGE_SIZE;
	r->referenced += e & PTE_ACCESSED ? PAGE_SIZE : 0;
	r->anonymous += is_anon ? PAGE_SIZE : 0;
}

static void count_pages(struct mm *mm, struct vma *v, struct residence *r)
{
	const uaddr_t leaf_bytes = PAGE_SIZE * PT_ENTRIES;
	if (v->flags & VMA_PHYS)
		return;
	for (uaddr_t va = v->start, stop; va < v->end; va = stop) {
		stop = min((va | (leaf_bytes - 1)) + 1, v->end);
		pte_t *pte = pt_find(mm, va);
		if (!pte)
			continue;
		struct spinlock *lock = pt_lock_of(pte);
		spin_lock(lock);
		for (; va < stop; va += PAGE_SIZE, pte++)
			if (pte_has_page(*pte))
				count_page(r, *pte);
		spin_unlock(lock);
	}
}

static void put_kib(struct strbuf *sb, const char *label, u64 bytes)
{
	strbuf_printf(sb, "%-16s%8lu kB\n", label, bytes / BYTES_PER_KIB);
}

static void put_flags(struct vma *v, struct strbuf *sb)
{
	static const struct { u32 flag; const char *name; } rows[] = {
		{ VMA_READ, "rd" }, { VMA_WRITE, "wr" }, { VMA_EXEC, "ex" }, { VMA_SHARED, "sh" },
		{ VMA_MAYREAD, "mr" }, { VMA_MAYWRITE, "mw" }, { VMA_MAYEXEC, "me" }, { VMA_GROWSDOWN, "gd" },
		{ VMA_PHYS, "pf" }, { VMA_LOCKED, "lo" }, { VMA_DONTFORK, "dc" }, { VMA_NORESERVE, "nr" },
		{ VMA_WIPEONFORK, "wf" }, { VMA_DONTDUMP, "dd" },
	};
	strbuf_puts(sb, "VmFlags: ");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (v->flags & rows[i].flag)
			strbuf_printf(sb, "%s ", rows[i].name);
	strbuf_putc(sb, '\n');
}

static void put_residence(struct mm *mm, struct vma *v, struct strbuf *sb)
{
	struct residence r = {};
	count_pages(mm, v, &r);
	const struct { const char *label; u64 bytes; } rows[] = {
		{ "Size:", v->end - v->start }, { "KernelPageSize:", PAGE_SIZE }, { "MMUPageSize:", PAGE_SIZE },
		{ "Rss:", r.rss }, { "Pss:", r.pss >> PSS_SHIFT }, { "Pss_Dirty:", r.pss_dirty >> PSS_SHIFT },
		{ "Shared_Clean:", r.shared_clean }, { "Shared_Dirty:", r.shared_dirty },
		{ "Private_Clean:", r.private_clean }, { "Private_Dirty:", r.private_dirty },
		{ "Referenced:", r.referenced }, { "Anonymous:", r.anonymous }, { "KSM:", 0 },
		{ "LazyFree:", 0 }, { "AnonHugePages:", 0 }, { "ShmemPmdMapped:", 0 }, { "FilePmdMapped:", 0 },
		{ "Shared_Hugetlb:", 0 }, { "Private_Hugetlb:", 0 }, { "Swap:", 0 }, { "SwapPss:", 0 },
		{ "Locked:", v->flags & VMA_LOCKED ? r.pss >> PSS_SHIFT : 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		put_kib(sb, rows[i].label, rows[i].bytes);
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
			put_residence(mm, v, sb);
	}
	return 0;
}
