// SPDX-License-Identifier: MIT
/*
 * map: mapping, unmapping and protecting ranges; the system calls that need no descriptor.
 *
 * Promise   mmap(2), munmap(2), mprotect(2), brk(2), mremap(2), madvise(2): arguments are checked before
 *           anything changes; what fails half way (memory) leaves whole vmas
 * Locks     mm->lock for writing around every change of the tree
 * Linux     sys_mmap itself is in fs/mmap.c, because it begins with a descriptor. MAP_HUGETLB, mlock and
 *           the other advices come with issue "memory that can be shared": EINVAL until then.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/implied.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

u32 vma_flags_of_prot(int prot)
{
	return (prot & PROT_READ ? VMA_READ : 0) | (prot & PROT_WRITE ? VMA_WRITE : 0) |
	       (prot & PROT_EXEC ? VMA_EXEC : 0);
}

/* RLIMIT_AS and RLIMIT_DATA, and a plain sanity bound on private writable memory (overcommit mode 0). */
bool mm_may_map(struct mm *mm, u64 pages, u32 flags)
{
	if (mm->total_pages + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	bool is_data = (flags & (VMA_WRITE | VMA_SHARED | VMA_STACK)) == VMA_WRITE;
	if (is_data && mm->data_pages + pages > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return false;
	bool committed = (flags & VMA_WRITE) && !(flags & VMA_NORESERVE);
	return !committed || pages <= pages_total();
}

/* --- unmapping --- */

int mm_unmap_locked(struct mm *mm, uaddr_t addr, size_t bytes)
{
	uaddr_t end = addr + bytes;
	int err = vma_boundary(mm, addr);
	if (!err)
		err = vma_boundary(mm, end);
	if (err)
		return err;
	struct vma *v = mm_find(mm, addr);
	if (!v || v->start >= end)
		return 0;
	struct vma *prev = vma_prev(v);
	uaddr_t floor = prev ? prev->end : 0;
	while (v && v->start < end) {
		struct vma *next = vma_next(v);
		if (v->ops && v->ops->close)
			v->ops->close(v);
		/* Off the object's list first: a truncation must not walk tables that go away. */
		vma_remove(mm, v);
		pt_unmap_range(mm, v, v->start, v->end);
		vma_free(v);
		v = next;
	}
	pt_free_tables(mm, addr, end, floor, v ? v->start : UINT64_MAX);
	return 0;
}

static int check_range(uaddr_t addr, size_t bytes, size_t *rounded)
{
	*rounded = ALIGN_UP(bytes, PAGE_SIZE);
	if (addr & ~PAGE_MASK || *rounded < bytes || addr > USER_TOP || *rounded > USER_TOP - addr)
		return -EINVAL;
	return 0;
}

int mm_unmap(struct mm *mm, uaddr_t addr, size_t bytes)
{
	size_t rounded;
	int err = check_range(addr, bytes, &rounded);
	if (err || !rounded)
		return -EINVAL;
	guard(rwwrite)(&mm->lock);
	return mm_unmap_locked(mm, addr, rounded);
}

long sys_munmap(unsigned long addr, size_t length)
{
	return mm_unmap(current->mm, addr, length);
}

/* --- mapping --- */

static u32 flags_for(int prot, int flags)
{
	u32 f = vma_flags_of_prot(prot) | VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC;
	if ((flags & MAP_TYPE) != MAP_PRIVATE)
		f |= VMA_SHARED;
	if (flags & MAP_NORESERVE)
		f |= VMA_NORESERVE;
	if (flags & MAP_GROWSDOWN)
		f |= VMA_GROWSDOWN;
	return f;
}

/* Where the mapping goes: an address or -errno. */
static long place(struct mm *mm, uaddr_t addr, size_t bytes, int flags)
{
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
		addr = vma_find_free(mm, ALIGN_DOWN(addr, PAGE_SIZE), bytes, flags);
		return addr ? (long)addr : -ENOMEM;
	}
	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (addr > USER_TOP || bytes > USER_TOP - addr)
		return -ENOMEM;
	if (addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (flags & MAP_FIXED_NOREPLACE && !vma_range_is_free(mm, addr, addr + bytes))
		return -EEXIST;
	return addr;
}

/* Gives the new vma its contents: a file, or an object of its own for shared anonymous memory. */
static int attach(struct vma *v, struct file *file, u64 offset)
{
	if (file) {
		v->offset = offset;
		v->file = file;
		vma_file_get(file);
		return vma_file_map(file, v);
	}
	if (!(v->flags & VMA_SHARED))
		return 0;
	struct vm_object *o = vm_object_create(v->end - v->start);
	if (!o)
		return -ENOMEM;
	vma_set_object(v, o, 0);
	vm_object_put(o);
	return 0;
}

/* Found out after the place, as on Linux. Only a stack grows down, and a stack is private memory. */
static bool is_type_of_mapping(int flags, const struct file *file)
{
	int type = flags & MAP_TYPE;
	if (flags & MAP_GROWSDOWN && (file || type != MAP_PRIVATE))
		return false;
	return type == MAP_PRIVATE || type == MAP_SHARED || (type == MAP_SHARED_VALIDATE && file);
}

long mm_map_locked(struct mm *mm, uaddr_t addr, size_t bytes, int prot, int flags, struct file *file, u64 offset)
{
	if (!bytes)
		return -EINVAL;
	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!bytes || bytes > USER_TOP)
		return -ENOMEM;
	if (offset + bytes < offset)
		return -EOVERFLOW;
	if (mm->nr_vmas >= MM_MAX_VMAS)
		return -ENOMEM;
	long at = place(mm, addr, bytes, flags);
	if (at < 0 && at > -4096)
		return at;
	if (!is_type_of_mapping(flags, file))
		return -EINVAL;
	u32 f = flags_for(prot, flags);
	if (!mm_may_map(mm, bytes >> PAGE_SHIFT, f))
		return -ENOMEM;
	struct vma *v = vma_alloc(mm, at, at + bytes, f);
	if (!v)
		return -ENOMEM;
	int err = attach(v, file, offset);
	if (!err && flags & MAP_FIXED)
		err = mm_unmap_locked(mm, at, bytes);
	if (err) {
		vma_free(v);
		return err;
	}
	vma_insert(mm, v);
	vma_merge(mm, v);
	return at;
}

long mm_map(struct mm *mm, uaddr_t addr, size_t bytes, int prot, int flags, struct file *file, u64 offset)
{
	rwlock_write(&mm->lock);
	long at = mm_map_locked(mm, addr, bytes, prot, flags, file, offset);
	rwlock_write_done(&mm->lock);
	bool mapped = at >= 0 || at < -4095;
	if (mapped && (flags & MAP_POPULATE) && !(flags & MAP_NONBLOCK))
		mm_populate(mm, at, at + ALIGN_UP(bytes, PAGE_SIZE));
	return at;
}

/* Faults a range in, as far as it can be: mmap(2) does not fail when populating does. */
int mm_populate(struct mm *mm, uaddr_t start, uaddr_t end)
{
	for (uaddr_t va = start; va < end; va += PAGE_SIZE) {
		rwlock_read(&mm->lock);
		struct vma *v = mm_find(mm, va);
		bool there = v && v->start <= va;
		bool write = there && (v->flags & VMA_WRITE);
		rwlock_read_done(&mm->lock);
		int sig, code;
		if (!there || mm_fault(mm, va, FAULT_USER | (write ? FAULT_WRITE : 0), &sig, &code))
			return -ENOMEM;
	}
	return 0;
}

/* --- protection --- */

static int protect_one(struct mm *mm, struct vma **vp, uaddr_t end, int prot)
{
	struct vma *v = *vp;
	u32 wanted = vma_flags_of_prot(prot);
	if ((wanted & ~(v->flags >> 3)) & (VMA_READ | VMA_WRITE | VMA_EXEC))
		return -EACCES; /* beyond the MAY* bits, which stand three above */
	if (v->end > end && !vma_split(mm, v, end))
		return -ENOMEM;
	u32 flags = (v->flags & ~(VMA_READ | VMA_WRITE | VMA_EXEC)) | wanted;
	if (flags == v->flags)
		return 0;
	if ((wanted & VMA_WRITE) && !(v->flags & (VMA_WRITE | VMA_SHARED))) {
		u64 pages = (v->end - v->start) >> PAGE_SHIFT;
		if (mm->data_pages + pages > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
			return -ENOMEM;
	}
	vma_remove(mm, v);
	v->flags = flags;
	vma_insert(mm, v);
	pt_protect_range(mm, v, v->start, v->end);
	*vp = vma_merge(mm, v);
	return 0;
}
_Static_assert(VMA_MAYREAD == VMA_READ << 3 && VMA_MAYEXEC == VMA_EXEC << 3, "protect_one shifts by three");

int mm_protect(struct mm *mm, uaddr_t addr, size_t bytes, int prot)
{
	size_t rounded;
	bool grows_down = prot & PROT_GROWSDOWN;
	if (addr & ~PAGE_MASK || (grows_down && (prot & PROT_GROWSUP)))
		return -EINVAL;
	if (!bytes)
		return 0;
	if (addr + ALIGN_UP(bytes, PAGE_SIZE) <= addr) /* as on Linux, before the protection is looked at */
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	if (check_range(addr, bytes, &rounded))
		return -ENOMEM;
	uaddr_t end = addr + rounded;
	guard(rwwrite)(&mm->lock);
	struct vma *v = mm_find(mm, addr);
	if (!v || (v->start > addr && !grows_down) || v->start >= end)
		return -ENOMEM;
	if (prot & (PROT_GROWSDOWN | PROT_GROWSUP)) {
		if (!grows_down || !(v->flags & VMA_GROWSDOWN))
			return -EINVAL;
		addr = v->start;
	}
	if (v->start < addr) {
		v = vma_split(mm, v, addr);
		if (!v)
			return -ENOMEM;
	}
	prot &= PROT_READ | PROT_WRITE | PROT_EXEC;
	for (;;) {
		int err = protect_one(mm, &v, end, prot);
		if (err)
			return err;
		if (v->end >= end)
			return 0;
		struct vma *next = vma_next(v);
		if (!next || next->start != v->end)
			return -ENOMEM;
		v = next;
	}
}

long sys_mprotect(unsigned long addr, size_t length, unsigned prot)
{
	unsigned wanted = prot_with_implied(prot);
	int err = mm_protect(current->mm, addr, length, wanted);
	return err == -EACCES && wanted != prot ? mm_protect(current->mm, addr, length, prot) : err;
}

/* --- the heap and the stack --- */

long sys_brk(unsigned long addr)
{
	struct mm *mm = current->mm;
	guard(rwwrite)(&mm->lock);
	if (addr < mm->brk_start || addr - mm->brk_start > rlimit(RLIMIT_DATA))
		return mm->brk;
	uaddr_t old_end = ALIGN_UP(mm->brk, PAGE_SIZE), new_end = ALIGN_UP(addr, PAGE_SIZE);
	if (addr > USER_TOP)
		return mm->brk;
	if (new_end < old_end) {
		if (mm_unmap_locked(mm, new_end, old_end - new_end))
			return mm->brk;
	} else if (new_end > old_end) {
		u32 flags = flags_for(prot_with_implied(PROT_READ | PROT_WRITE), MAP_PRIVATE) | VMA_HEAP;
		struct vma *v = NULL;
		/* One page of distance to what lies above, so that the two are not taken for one. */
		if (vma_range_is_free(mm, old_end, new_end + PAGE_SIZE) &&
			mm_may_map(mm, (new_end - old_end) >> PAGE_SHIFT, flags))
			v = vma_alloc(mm, old_end, new_end, flags);
		if (!v)
			return mm->brk;
		vma_insert(mm, v);
		vma_merge(mm, v);
	}
	return mm->brk = addr;
}

int mm_expand_stack(struct mm *mm, struct vma *v, uaddr_t addr)
{
	uaddr_t start = ALIGN_DOWN(addr, PAGE_SIZE);
	if (!(v->flags & VMA_GROWSDOWN) || v->end - start > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	struct vma *below = vma_prev(v);
	uaddr_t gap_start = start > STACK_GUARD_BYTES ? start - STACK_GUARD_BYTES : 0;
	bool too_near = below && below->end > gap_start && (below->flags & (VMA_READ | VMA_WRITE | VMA_EXEC)) &&
			!(below->flags & VMA_GROWSDOWN);
	if (start < MMAP_MIN_ADDR || too_near || (below && below->end > start) ||
		!mm_may_map(mm, (v->start - start) >> PAGE_SHIFT, v->flags))
		return -ENOMEM;
	vma_remove(mm, v);
	if (v->object)
		v->offset -= v->start - start;
	v->start = start;
	vma_insert(mm, v);
	return 0;
}
