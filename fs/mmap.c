// SPDX-License-Identifier: MIT
/*
 * mmap: mapping files, where memory management and files meet.
 *
 * Promise   mmap(2)'s checks of descriptor and access mode are here; layout and pages are mm's. A mapping
 *           keeps its file open.
 * Locks     none; mm takes its own
 * Linux     mmap(2); MAP_HUGETLB is -ENOMEM, as where no huge page is free, and -EINVAL with a file
 */
#include "fs/file.h"
#include "fs/inode.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/falloc.h"
#include "kernel/uapi/mman.h"
#include "kernel/uapi/mount.h"
#include "mm/implied.h"
#include "mm/mm.h"
#include "mm/upcalls.h"

void vma_file_get(struct file *f)
{
	file_get(f);
}

void vma_file_put(struct file *f)
{
	file_put(f);
}

static bool is_noexec(const struct file *f)
{
	return f->path.mount && READ_ONCE(f->path.mount->flags) & MS_NOEXEC;
}

/* What mprotect(2) may add later is bounded by how the file was opened and where it lies. */
int vma_file_map(struct file *f, struct vma *v)
{
	if (v->flags & VMA_SHARED && !(f->mode & FILE_WRITE))
		v->flags &= ~(u32)VMA_MAYWRITE;
	if (is_noexec(f))
		v->flags &= ~(u32)VMA_MAYEXEC;
	return f->ops->mmap ? f->ops->mmap(f, v) : -ENODEV;
}

int vma_file_punch(struct file *f, struct vm_object *o, u64 start, u64 end)
{
	if (!f->inode || f->inode->object != o) { /* /dev/zero: nobody knows it but those who map it */
		vm_object_punch(o, start, end);
		return 0;
	}
	if (!f->ops->fallocate)
		return -EOPNOTSUPP;
	return (int)f->ops->fallocate(f, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)start,
		(off_t)(end - start));
}

bool vma_file_may_know(struct file *f)
{
	return !f->inode || inode_owner_or_capable(f->inode) || inode_permission(f->inode, WANT_WRITE) == 0;
}

void vma_file_show(struct file *f, struct strbuf *sb)
{
	u64 dev = f->inode && f->inode->sb ? f->inode->sb->dev : 0;
	strbuf_printf(sb, "%02x:%02x %lu ", rdev_major(dev), rdev_minor(dev),
		f->inode ? (unsigned long)f->inode->ino : 0ul);
	strbuf_pad(sb, MAPS_NAME_COLUMN);
	if (f->path.dentry)
		path_to_strbuf(&f->path, sb);
	else
		strbuf_puts(sb, f->ops->name);
}

int vma_file_may_map(struct file *f, u32 flags, u64 end)
{
	const u32 shared_write = VMA_SHARED | VMA_WRITE;
	bool ends = f->inode && (S_ISREG(f->inode->mode) || S_ISSOCK(f->inode->mode)); /* what else has any offset */
	if (ends && end > INT64_MAX)
		return -EOVERFLOW;
	if (!(f->mode & FILE_READ))
		return -EACCES;
	if ((flags & shared_write) == shared_write && !(f->mode & FILE_WRITE))
		return -EACCES;
	if (flags & VMA_EXEC && is_noexec(f))
		return -EPERM;
	return f->ops->mmap ? 0 : -ENODEV;
}

/* Pages of a size that the machine has, of which none is set aside; or of one that it has not. */
static int refuse_huge(size_t length, unsigned flags)
{
	enum { DEFAULT = 0, LOG_2M = 21, LOG_1G = 30 };
	unsigned log = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
	return length && (log == DEFAULT || log == LOG_2M || log == LOG_1G) ? -ENOMEM : -EINVAL;
}

long sys_mmap(unsigned long addr, size_t length, unsigned prot, unsigned flags, int fd, off_t offset)
{
	if (offset & (off_t)(PAGE_SIZE - 1))
		return -EINVAL;
	if (flags & MAP_ANONYMOUS)
		return flags & MAP_HUGETLB ? refuse_huge(length, flags) :
					     mm_map(current->mm, addr, length, (int)prot_with_implied(prot), (int)flags,
						     NULL, 0);
	FDREF r = fd_borrow(fd);
	if (!r.file)
		return -EBADF;
	if (length == 0 || flags & MAP_HUGETLB)
		return -EINVAL;
	if (!is_noexec(r.file))
		prot = prot_with_implied(prot);
	return mm_map(current->mm, addr, length, (int)prot, (int)flags, r.file, (u64)offset);
}
