// SPDX-License-Identifier: MIT
/*
 * procmem: what /proc/PID shows of an address space: cmdline, environ, auxv, maps, smaps, pagemap, mem.
 *
 * Promise   who may look is decided when the file is opened, and what is read is the address space of
 *           that moment: an execve(2) in between does not hand out the new program's. mem reads and writes
 *           what a debugger could; the first byte that is not there ends it, alone it is EIO. pagemap shows page
 *           frames to those only who were CAP_SYS_ADMIN when they opened it.
 * Locks     none here; mm takes its own. process->lock for the places of arguments and environment.
 * Lifetime  an open file counts the struct mm, and becomes one of its users only while a read runs: it keeps no
 *           memory of a process that is gone (reads then answer nothing)
 * Linux     EACCES for those who may not; ESRCH for environ, auxv, pagemap, smaps_rollup and mem of what has no memory.
 *           pagemap has no PAGEMAP_SCAN. Positions in mem are addresses: any 64 bits will do.
 */
#include "kernel/core/alloc.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/proc/procfiles.h"
#include "kernel/uapi/auxvec.h"
#include "mm/mm.h"

enum { CHUNK = 512, ARGUMENTS_MAX = 2 << 20 };

/* The task's mm as a counted struct (NULL if it has none), for those who may look: 0 or -EACCES. */
static int guarded_mm(struct task *t, struct mm **out)
{
	int err = task_mm_for_access(t, process_may_trace, out);
	if (*out) {
		mm_get(*out);
		mm_unuse(*out);
	}
	return err;
}

/* Becomes a user until mm_unuse(); false: all users are gone. */
static bool mm_tryuse(struct mm *mm)
{
	return mm && ref_tryget(&mm->users);
}

static int open_guarded(struct procfs_open *o, struct task *t)
{
	struct mm *mm;
	int err = guarded_mm(t, &mm);
	o->held = mm;
	return err;
}

static int open_present(struct procfs_open *o, struct task *t)
{
	int err = open_guarded(o, t);
	return err == 0 && !o->held ? -ESRCH : err;
}

static void close_guarded(struct procfs_open *o)
{
	if (o->held)
		mm_put(o->held);
}

/* --- maps --- */

static int show_mappings(struct procfs_open *o, struct strbuf *sb, bool smaps)
{
	uaddr_t from = o->cursor;
	o->cursor = 0;
	if (!mm_tryuse(o->held))
		return 0;
	o->cursor = mm_show_maps(o->held, sb, smaps, from);
	mm_unuse(o->held);
	return 0;
}

static int show_maps(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	return show_mappings(o, sb, false);
}

static int show_smaps(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	return show_mappings(o, sb, true);
}

static int show_rollup(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	if (!mm_tryuse(o->held))
		return -ESRCH;
	mm_show_rollup(o->held, sb);
	mm_unuse(o->held);
	return 0;
}

static int store_clear_refs(struct task *t, char *text)
{
	s64 which;
	int err = parse_s64(text, 10, &which);
	if (err || which > INT32_MAX)
		return err ? err : -ERANGE;
	if (which < CLEAR_REFS_ALL || which > CLEAR_REFS_PEAK)
		return -EINVAL;
	struct mm *mm = mm_of_task(t);
	if (mm) {
		mm_clear_refs(mm, (enum clear_refs)which);
		mm_unuse(mm);
	}
	return 0;
}

/* --- arguments and environment --- */

/* Appends the bytes of [start, end); `stop_at_nul`: only up to the first NUL. */
static void put_range(struct mm *mm, struct strbuf *sb, uaddr_t start, uaddr_t end, bool stop_at_nul)
{
	char buf[CHUNK];
	end = min(end, start + ARGUMENTS_MAX);
	while (start < end) {
		ssize_t n = mm_read_remote(mm, start, buf, min((u64)sizeof(buf), end - start), true);
		if (n <= 0)
			return;
		char *nul = stop_at_nul ? memchr(buf, 0, (size_t)n) : NULL;
		strbuf_put(sb, buf, nul ? (size_t)(nul - buf) : (size_t)n);
		if (nul)
			return;
		start += (u64)n;
	}
}

/* A program that has written over the NUL behind its arguments shows a title, which may reach into the environment. */
static void put_arguments(struct mm *mm, struct strbuf *sb, uaddr_t arg_start, uaddr_t arg_end, uaddr_t env_end)
{
	char last = 0;
	if (arg_start >= arg_end)
		return;
	if (mm_read_remote(mm, arg_end - 1, &last, 1, true) == 1 && last)
		put_range(mm, sb, arg_start, max(arg_end, env_end), true);
	else
		put_range(mm, sb, arg_start, arg_end, false);
}

static int show_cmdline(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	struct process *p = t->process;
	struct mm *mm = mm_of_task(t);
	if (!mm)
		return 0;
	spin_lock(&p->lock);
	uaddr_t start = p->arg_start, end = p->arg_end, env_end = p->env_end;
	spin_unlock(&p->lock);
	put_arguments(mm, sb, start, end, env_end);
	mm_unuse(mm);
	return 0;
}

static int show_environ(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	if (!t || !mm_tryuse(o->held))
		return 0;
	struct process *p = t->process;
	spin_lock(&p->lock);
	uaddr_t start = p->env_start, end = p->env_end;
	spin_unlock(&p->lock);
	if (start < end)
		put_range(o->held, sb, start, end, false);
	mm_unuse(o->held);
	return 0;
}

static int show_auxv(struct procfs_open *o, struct task *t, struct strbuf *sb)
{
	u64 copy[ARRAY_LEN(((struct process *)NULL)->auxv)];
	size_t n = 0;
	if (!t || READ_ONCE(t->mm) != o->held) /* it has gone, or on to another program */
		return 0;
	spin_lock(&t->process->lock);
	memcpy(copy, t->process->auxv, sizeof(copy));
	spin_unlock(&t->process->lock);
	while (n + 2 < ARRAY_LEN(copy) && copy[n] != AT_NULL)
		n += 2;
	strbuf_put(sb, (const char *)copy, (n + 2) * sizeof(u64));
	return 0;
}

const struct procfs_item proc_cmdline = { .name = "cmdline", .mode = S_IFREG | 0444, .show_of = show_cmdline };
const struct procfs_item proc_environ = {
	.name = "environ", .mode = S_IFREG | 0400, .open = open_present, .close = close_guarded,
	.show_of = show_environ,
};
const struct procfs_item proc_auxv = {
	.name = "auxv", .mode = S_IFREG | 0400, .open = open_present, .close = close_guarded,
	.show_of = show_auxv,
};
const struct procfs_item proc_maps = {
	.name = "maps", .mode = S_IFREG | 0444, .open = open_guarded, .close = close_guarded,
	.show_of = show_maps,
};
const struct procfs_item proc_smaps = {
	.name = "smaps", .mode = S_IFREG | 0444, .open = open_guarded, .close = close_guarded,
	.show_of = show_smaps,
};
const struct procfs_item proc_smaps_rollup = {
	.name = "smaps_rollup", .mode = S_IFREG | 0444, .open = open_present, .close = close_guarded,
	.show_of = show_rollup,
};
const struct procfs_item proc_clear_refs = {
	.name = "clear_refs", .mode = S_IFREG | 0200, .store_of = store_clear_refs,
};

/* --- mem and pagemap: places in the address space are places in the file --- */

static int mem_open(struct file *f)
{
	struct task *t __autoput(task) = procfs_task(procfs_node_of(f));
	if (!t)
		return -ESRCH;
	struct mm *mm;
	int err = guarded_mm(t, &mm);
	f->priv = mm;
	return err ? err : mm ? 0 : -ESRCH;
}

static void mem_release(struct file *f)
{
	mm_put(f->priv);
}

/* 0 when all its users have gone. */
static ssize_t mem_move(struct file *f, struct uio *u, unsigned how)
{
	struct mm *mm = f->priv;
	if (!u->left || !mm_tryuse(mm))
		return 0;
	ssize_t n = mm_move_remote(mm, (uaddr_t)u->pos, u, u->left, how | REMOTE_FORCE);
	mm_unuse(mm);
	u->pos += max(n, (ssize_t)0);
	return n;
}

static ssize_t mem_read(struct file *f, struct uio *u)
{
	return mem_move(f, u, REMOTE_READ);
}

static ssize_t mem_write(struct file *f, struct uio *u)
{
	return mem_move(f, u, REMOTE_WRITE);
}

/* An address may have the sign bit; what is answered then looks like an error to those who do not know. */
static off_t mem_seek(struct file *f, off_t offset, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return f->pos = whence == SEEK_SET ? offset : (off_t)((u64)f->pos + (u64)offset);
}

/* n words from page number `first` on, by the buffer of a page. */
static ssize_t pagemap_copy(struct mm *mm, struct uio *u, u64 first, u64 n, bool with_frames)
{
	u64 *words = kmalloc(PAGE_SIZE);
	ssize_t result = words ? 0 : -ENOMEM;
	for (u64 done = 0, part; result == 0 && done < n; done += part) {
		part = min(n - done, PAGE_SIZE / sizeof(*words));
		mm_pagemap(mm, (first + done) << PAGE_SHIFT, part, words, with_frames);
		result = uio_put_all(u, words, part * sizeof(*words));
	}
	kfree(words);
	return result ? result : (ssize_t)(n * sizeof(*words));
}

static ssize_t pagemap_read(struct file *f, struct uio *u)
{
	const u64 word = sizeof(u64), pages = USER_TOP >> PAGE_SHIFT;
	struct mm *mm = f->priv;
	if (u->pos < 0 || uio_overflows(u))
		return -EINVAL;
	if (!mm_tryuse(mm))
		return 0;
	u64 first = (u64)u->pos / word, n = u->left / word;
	ssize_t result = 0;
	if (u->pos % word || u->left % word)
		result = -EINVAL;
	else if (first < pages)
		result = pagemap_copy(mm, u, first, min(n, pages - first), cred_has_cap(f->cred, CAP_SYS_ADMIN));
	mm_unuse(mm);
	u->pos += max(result, (ssize_t)0);
	return result;
}

static const struct file_ops mem_ops = {
	.name = "mem", .flags = FILE_SEEKABLE,
	.open = mem_open, .read = mem_read, .write = mem_write, .seek = mem_seek, .release = mem_release,
};
static const struct file_ops pagemap_ops = {
	.name = "pagemap", .flags = FILE_SEEKABLE,
	.open = mem_open, .read = pagemap_read, .seek = mem_seek, .release = mem_release,
};

const struct procfs_item proc_mem = { .name = "mem", .mode = S_IFREG | 0600, .fops = &mem_ops };
const struct procfs_item proc_pagemap = { .name = "pagemap", .mode = S_IFREG | 0400, .fops = &pagemap_ops };
