// SPDX-License-Identifier: MIT
/*
 * procmem: what /proc/PID shows of an address space: cmdline, environ, auxv, maps, smaps, mem.
 *
 * Promise   who may look is decided when the file is opened, and what is read is the address space of
 *           that moment: an execve(2) in between does not hand out the new program's. mem reads and writes
 *           what a debugger could; the first byte that is not there ends it, alone it is EIO.
 * Locks     none here; mm takes its own. process->lock for the places of arguments and environment.
 * Lifetime  an open file counts the struct mm, and becomes one of its users only while a read runs: it keeps no
 *           memory of a process that is gone (reads then answer nothing)
 * Linux     EACCES for those who may not; ESRCH for environ, auxv and mem of what has no memory
 */
#include "kernel/core/alloc.h"
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

/* --- mem --- */

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

static off_t mem_seek(struct file *f, off_t offset, int whence)
{
	return whence == SEEK_END ? -EINVAL : file_seek_generic(f, offset, whence, 0);
}

static const struct file_ops mem_ops = {
	.name = "mem", .flags = FILE_SEEKABLE,
	.open = mem_open, .read = mem_read, .write = mem_write, .seek = mem_seek, .release = mem_release,
};

const struct procfs_item proc_mem = { .name = "mem", .mode = S_IFREG | 0600, .fops = &mem_ops };
