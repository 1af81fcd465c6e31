// SPDX-License-Identifier: MIT
/*
 * map: mapping, unmapping and protecting ranges; the system calls that need no descriptor.
 *
 * Promise   mmap(2), munmap(2), mprotect(2), brk(2): arguments are checked before anything changes; what fails
 *           half way (memory) leaves whole vmas, and what was promised to it (commit.h) is given back
 * Locks     mm->lock for writing around every change of the tree
 * Linux     sys_mmap itself is in fs/mmap.c, because it begins with a descriptor. A page that was promised stays so
 *           when its mapping becomes read-only, also if it was never touched. No MAP_DROPPABLE: EINVAL.
 */
#include "kernel/core/cred.h"
#include "kernel/lib/errno.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/commit.h"
#include "mm/implied.h"
#include "mm/pagetable.h"
#include "mm/upcalls.h"
#include "mm/vma.h"

/* What mmap(2) has always passed over in silence; all else is refused where the type asks for that. */
enum { MAP_IGNORED_IF_UNKNOWN = MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_UNINITIALIZED |
				MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK |
				MAP_HUGETLB | MAP_32BIT | MAP_ABOVE4G };

u32 vma_flags_of_prot(int prot)
{
	return (prot & PROT_READ ? VMA_READ : 0) | (prot & PROT_WRITE ? VMA_WRITE : 0) |
	       (prot & PROT_EXEC ? VMA_EXEC : 0);
}

bool mm_may_map(struct mm *mm, s64 pages, u32 flags)
{
	if (mm->total_pages + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	bool is_data = (flags & (VMA_WRITE | VMA_SHARED | VMA_STACK)) == VMA_WRITE;
	return !is_data || mm->data_pages + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}

/* Private memory that can be written needs pages of its own, which are promised. */
static bool needs_promise(u32 flags)
{
	return (flags & (VMA_WRITE | VMA_SHARED | VMA_NORESERVE | VMA_ACCOUNT)) == VMA_WRITE;
}

/* --- unmapping --- */

int mm_unmap_locked(struct mm *mm, uaddr_t addr, size_t bytes)
{
	uaddr_t end = addr + bytes;
	struct vma *v = mm_find(mm, addr);
	if (!v || v->start >= end)
		return 0;
	if (v->start < addr)
		v = vma_split(mm, v, addr);
	if (!v || (v->end != end && vma_boundary(mm, end)))
		return -ENOMEM;
	struct vma *prev = vma_prev(v);
	uaddr_t floor = prev ? prev->end : 0;
	while (v && v->start < end) {
		struct vma *next = vma_next(v);
		if (v->ops && v->ops->close)
			v->ops->close(v);
		/* Off the object's list first: a truncation must not walk tables that go away. */
		vma_remove(mm, v);
		pt_unmap_range(mm, v, v->start, v->end);
		if (unlikely(v->flags & VMA_GUARDED))
			pt_unguard_range(mm, v->start, v->end);
		if (v->flags & VMA_ACCOUNT)
			commit_give(mm, (s64)vma_pages(v));
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
	if (flags & MAP_NORESERVE && READ_ONCE(overcommit_mode) != OVERCOMMIT_NEVER)
		f |= VMA_NORESERVE;
	if (flags & MAP_LOCKED)
		f |= VMA_LOCKED;
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
	return vma_set_new_object(v, 0, v->end - v->start);
}

/* A mapping that is asked for; its place is found. */
struct wish {
	uaddr_t at;
	size_t bytes;
	int flags; /* MAP_* */
	struct file *file;
	u64 offset;
};

/* Found out after the place, as on Linux. Only a stack grows down, and a stack is private memory. */
static int check_type(const struct wish *w, u32 f)
{
	int flags = w->flags;
	struct file *file = w->file;
	int type = flags & MAP_TYPE;
	if (type != MAP_PRIVATE && type != MAP_SHARED && !(type == MAP_SHARED_VALIDATE && file))
		return -EINVAL;
	if (type == MAP_SHARED_VALIDATE && flags & ~(MAP_IGNORED_IF_UNKNOWN | MAP_TYPE))
		return -EOPNOTSUPP;
	int err = file ? vma_file_may_map(file, f, w->offset + w->bytes) : 0;
	if (err)
		return err;
	return flags & MAP_GROWSDOWN && (file || type != MAP_PRIVATE) ? -EINVAL : 0;
}

/* Adds up what an unmapping of the range would give back. */
static void count_overlap(struct mm *mm, uaddr_t start, uaddr_t end, s64 *pages, s64 *promised)
{
	for (struct vma *v = mm_find(mm, start); v && v->start < end; v = vma_next(v)) {
		s64 n = (s64)((min(v->end, end) - max(v->start, start)) >> PAGE_SHIFT);
		*pages += n;
		*promised += v->flags & VMA_ACCOUNT ? n : 0;
	}
}

/* The limits, and the promise of memory, for a new mapping: 0 and its flags, or -errno. *old: pages that it replaces. */
static int admit(struct mm *mm, const struct wish *w, u32 *f, s64 *old)
{
	s64 pages = (s64)(w->bytes >> PAGE_SHIFT), old_promised = 0;
	if (w->flags & MAP_LOCKED && !mm_may_lock())
		return -EPERM;
	if (!mm_may_lock_more(mm, (u64)pages, *f))
		return -EAGAIN;
	int err = check_type(w, *f);
	if (err)
		return err;
	if (w->flags & MAP_FIXED)
		count_overlap(mm, w->at, w->at + w->bytes, old, &old_promised);
	if (!mm_may_map(mm, pages - *old, *f))
		return -ENOMEM;
	if (!needs_promise(*f))
		return 0;
	*f |= VMA_ACCOUNT;
	return commit_take(mm, pages, old_promised) ? 0 : -ENOMEM;
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
	if (mm->nr_vmas > READ_ONCE(mm_max_vmas))
		return -ENOMEM;
	long at = place(mm, addr, bytes, flags);
	if (at < 0 && at > -4096)
		return at;
	u32 f = flags_for(prot, flags) | mm->future_lock;
	s64 old = 0;
	int err = admit(mm, &(struct wish){ at, bytes, flags, file, offset }, &f, &old);
	if (err)
		return err;
	struct vma *v = vma_alloc(mm, at, at + bytes, f);
	err = v ? attach(v, file, offset) : -ENOMEM;
	if (!err && old)
		err = mm_unmap_locked(mm, at, bytes);
	if (err) {
		if (f & VMA_ACCOUNT)
			commit_give(mm, (s64)(bytes >> PAGE_SHIFT));
		if (v)
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
	bool is_locked = flags & MAP_LOCKED || mm->future_lock;
	rwlock_write_done(&mm->lock);
	bool mapped = at >= 0 || at < -4095;
	/* The mapping is there, whether it can be filled or not: mmap(2). */
	if (unlikely(mapped && (is_locked || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)))
		(void)mm_populate(mm, at, at + ALIGN_UP(bytes, PAGE_SIZE), POPULATE_TRY);
	return at;
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
	if ((wanted & VMA_WRITE) && !(v->flags & (VMA_WRITE | VMA_SHARED)) &&
		mm->data_pages + vma_pages(v) > rlimit(RLIMIT_DATA) >> PAGE_SHIFT)
		return -ENOMEM;
	if (needs_promise(flags)) {
		if (!commit_take(mm, (s64)vma_pages(v), 0))
			return -ENOMEM;
		flags |= VMA_ACCOUNT;
	}
	vma_set_flags(mm, v, flags);
	pt_protect_range(mm, v, v->start, v->end);
	*vp = vma_merge(mm, v);
	return 0;
}
_Static_assert(VMA_MAYREAD == VMA_READ << 3 && VMA_MAYEXEC == VMA_EXEC << 3, "protect_one shifts by three");

int mm_protect(struct mm *mm, uaddr_t addr, size_t bytes, unsigned long prot)
{
	uaddr_t wanted = addr + ALIGN_UP(bytes, PAGE_SIZE);
	bool grows_down = prot & PROT_GROWSDOWN;
	if (addr & ~PAGE_MASK || (grows_down && (prot & PROT_GROWSUP)))
		return -EINVAL;
	if (!bytes)
		return 0;
	if (wanted <= addr) /* as on Linux, before the protection is looked at */
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	uaddr_t end = min(wanted, USER_TOP); /* nothing is mapped beyond, which is told last */
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
			return end < wanted ? -ENOMEM : 0;
		struct vma *next = vma_next(v);
		if (!next || next->start != v->end)
			return -ENOMEM;
		v = next;
	}
}

long sys_mprotect(unsigned long addr, size_t length, unsigned long prot)
{
	unsigned long wanted = prot_with_implied(prot);
	int err = mm_protect(current->mm, addr, length, wanted);
	return err == -EACCES && wanted != prot ? mm_protect(current->mm, addr, length, prot) : err;
}

/* --- the heap and the stack --- */

/* More heap, [start, end): false: there is none. */
static bool brk_grow(struct mm *mm, uaddr_t start, uaddr_t end)
{
	s64 pages = (s64)((end - start) >> PAGE_SHIFT);
	unsigned prot = prot_with_implied(PROT_READ | PROT_WRITE);
	u32 flags = flags_for(prot, MAP_PRIVATE) | VMA_HEAP | VMA_ACCOUNT | mm->future_lock;
	/* One page of distance to what lies above, so that the two are not taken for one. */
	if (!vma_range_is_free(mm, start, end + PAGE_SIZE) || mm->nr_vmas > READ_ONCE(mm_max_vmas) ||
		!mm_may_map(mm, pages, flags) || !mm_may_lock_more(mm, (u64)pages, flags))
		return false;
	if (!commit_take(mm, pages, 0))
		return false;
	struct vma *v = vma_alloc(mm, start, end, flags);
	if (!v) {
		commit_give(mm, pages);
		return false;
	}
	vma_insert(mm, v);
	vma_merge(mm, v);
	return true;
}

/* *fill: what is new and locked. */
static long brk_locked(struct mm *mm, uaddr_t addr, uaddr_t *fill)
{
	if (addr < mm->brk_start || addr > USER_TOP || addr - mm->brk_start > rlimit(RLIMIT_DATA))
		return mm->brk;
	uaddr_t old_end = ALIGN_UP(mm->brk, PAGE_SIZE), new_end = ALIGN_UP(addr, PAGE_SIZE);
	if (new_end < old_end && mm_unmap_locked(mm, new_end, old_end - new_end))
		return mm->brk;
	if (new_end > old_end && !brk_grow(mm, old_end, new_end))
		return mm->brk;
	if (mm->future_lock)
		*fill = old_end;
	return mm->brk = addr;
}

long sys_brk(unsigned long addr)
{
	struct mm *mm = current->mm;
	uaddr_t fill = 0;
	rwlock_write(&mm->lock);
	long end = brk_locked(mm, addr, &fill);
	rwlock_write_done(&mm->lock);
	if (unlikely(fill))
		(void)mm_populate(mm, fill, ALIGN_UP(addr, PAGE_SIZE), POPULATE_TRY);
	return end;
}

int mm_expand_stack(struct mm *mm, struct vma *v, uaddr_t addr)
{
	uaddr_t start = ALIGN_DOWN(addr, PAGE_SIZE);
	s64 pages = (s64)((v->start - start) >> PAGE_SHIFT);
	if (!(v->flags & VMA_GROWSDOWN) || v->end - start > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	struct vma *below = vma_prev(v);
	uaddr_t gap_start = start > STACK_GUARD_BYTES ? start - STACK_GUARD_BYTES : 0;
	bool too_near = below && below->end > gap_start && (below->flags & (VMA_READ | VMA_WRITE | VMA_EXEC)) &&
			!(below->flags & VMA_GROWSDOWN);
	if (start < MMAP_MIN_ADDR || too_near || (below && below->end > start) ||
		!mm_may_map(mm, pages, v->flags) || !mm_may_lock_more(mm, (u64)pages, v->flags))
		return -ENOMEM;
	if (v->flags & VMA_ACCOUNT && !commit_take(mm, pages, 0))
		return -ENOMEM;
	/* The order of the tree stays as it is. Private anonymous memory: there is no offset. */
	vma_remove(mm, v);
	v->start = start;
	vma_insert(mm, v);
	return 0;
}
