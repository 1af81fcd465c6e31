// SPDX-License-Identifier: MIT
/*
 * tmpfs: a file system in memory. Contents are vm_objects, directories are the pinned dentries.
 *
 * Promise   tmpfs(5): size=, nr_blocks=, nr_inodes=, mode=, uid=, gid=; holes, SEEK_DATA and SEEK_HOLE,
 *           fallocate(2) with KEEP_SIZE and PUNCH_HOLE; half of memory at most unless told otherwise.
 *           A write that fails part way leaves exactly the bytes it reported, a fallocate no page.
 * Locks     inode->lock: shared by reads, exclusive for writes and changes of size, so a read never
 *           sees half of a write. User memory is touched under it (RANK_INODE is before RANK_MM).
 * Lifetime  the last put of an inode drops its pages; the superblock counts pages and inodes
 * Linux     seals (fs/memory_file.h) are honoured here. Pages that fallocate made count as data for SEEK_DATA
 *           from the start; files end at 2^54 bytes; directory sizes as Linux's. Of huge= there is never, of
 *           inode32 and inode64 no difference, and no mpol= nor quota.
 */
#include "fs/inode.h"
#include "fs/memory_file.h"
#include "fs/mount.h"
#include "fs/tmpfs.h"
#include "fs/xattr.h"
#include "kernel/core/cred.h"
#include "kernel/core/upcalls.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/falloc.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/mount.h"
#include "kernel/uapi/signal.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "mm/vm_object.h"

enum {
	ENTRY_BYTES = 20, /* what Linux says that a directory entry takes */
	PERCENT = 100,
	PERM_BITS = 07777,
};

/* A page index has 42 bits (idtable.h). */
#define FILE_BYTES_MAX (1ll << 54)
#define MAX_BLOCKS ((u64)INT64_MAX)

/* --- quota --- */

static int charge_pages(struct vm_object *o, long pages)
{
	struct superblock *sb = o->owner;
	u64 now = __atomic_add_fetch(&sb->used_blocks, (u64)pages, __ATOMIC_RELAXED);
	u64 limit = READ_ONCE(sb->max_blocks);
	if (pages <= 0 || limit == 0 || now <= limit)
		return 0;
	__atomic_sub_fetch(&sb->used_blocks, (u64)pages, __ATOMIC_RELAXED);
	return -ENOSPC;
}

/* --- contents --- */

static ssize_t tmpfs_read(struct file *f, struct uio *u)
{
	struct inode *ino = f->inode;
	struct vm_object *o = ino->object;
	guard(rwread)(&ino->lock);
	u64 size = READ_ONCE(o->size_bytes), pos = (u64)u->pos, end = min(size, pos + u->left);
	if (pos >= end)
		return uio_overflows(u) ? -EINVAL : 0;
	while (pos < end) {
		size_t at = pos % PAGE_SIZE, n = min(PAGE_SIZE - at, end - pos);
		const struct page *pg = vm_object_peek(o, pos / PAGE_SIZE);
		size_t done = likely(pg) ? uio_put(u, (char *)page_virt(pg) + at, n) : uio_put_zero(u, n);
		pos += done;
		if (unlikely(done < n)) {
			if (pos == (u64)u->pos)
				return -EFAULT;
			break;
		}
	}
	ssize_t total = (off_t)pos - u->pos;
	u->pos = (off_t)pos;
	inode_touch_atime(ino, f->path.mount);
	return total;
}

/* Of n bytes at pos. Nothing grows: a write that would ends before the page in which it did. */
static __noinline ssize_t may_write_sealed(const struct vm_object *o, u64 pos, ssize_t n)
{
	if (n == 0)
		return 0;
	if (o->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if (pos + (u64)n <= o->size_bytes)
		return n;
	u64 whole = ALIGN_DOWN(o->size_bytes, PAGE_SIZE);
	return pos < whole ? (ssize_t)(whole - pos) : -EPERM;
}

/* The bytes that may be written at pos: RLIMIT_FSIZE, the largest file, seals. */
static ssize_t may_write(struct vm_object *o, const struct uio *u)
{
	u64 limit = rlimit(RLIMIT_FSIZE);
	off_t pos = u->pos;
	size_t n = u->left;
	if (unlikely(n && pos >= min(limit, (u64)FILE_BYTES_MAX))) {
		if (uio_overflows(u))
			return -EINVAL;
		if (pos >= limit)
			signal_raise(SIGXFSZ);
		return -EFBIG;
	}
	ssize_t room = (ssize_t)min(min((u64)n, limit - pos), (u64)(FILE_BYTES_MAX - pos));
	if (unlikely(o->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_GROW)))
		return may_write_sealed(o, (u64)pos, room);
	return room;
}

/* One page's worth that is beyond the end, or in a page that is not there. The size grows before the page is made
 * and shrinks back if nothing came. */
static __noinline ssize_t write_new(struct vm_object *o, struct uio *u, u64 pos, size_t n)
{
	u64 before = o->size_bytes, end = pos + n;
	struct page *pg;
	if (end > before)
		WRITE_ONCE(o->size_bytes, end);
	int err = vm_object_page(o, pos / PAGE_SIZE, true, &pg);
	size_t done = 0;
	if (err == 0) {
		done = uio_take(u, (char *)page_virt(pg) + pos % PAGE_SIZE, n);
		page_put(pg);
	}
	if (done < n && end > before)
		vm_object_truncate(o, max(before, done ? pos + done : 0));
	return err ? err : (ssize_t)done;
}

static bool appends(const struct file *f, const struct uio *u)
{
	return u->flags & RWF_APPEND || (READ_ONCE(f->flags) & O_APPEND && !(u->flags & RWF_NOAPPEND));
}

static ssize_t tmpfs_write(struct file *f, struct uio *u)
{
	struct inode *ino = f->inode;
	struct vm_object *o = ino->object;
	ssize_t done = 0;
	guard(rwwrite)(&ino->lock);
	if (appends(f, u))
		u->pos = (off_t)o->size_bytes;
	ssize_t room = may_write(o, u);
	if (room <= 0)
		return room;
	u64 pos = (u64)u->pos, end = pos + (u64)room;
	while (pos < end) {
		size_t at = pos % PAGE_SIZE, n = min(PAGE_SIZE - at, end - pos);
		struct page *pg = vm_object_peek(o, pos / PAGE_SIZE);
		done = likely(pg && pos + n <= o->size_bytes) ? (ssize_t)uio_take(u, (char *)page_virt(pg) + at, n) :
								write_new(o, u, pos, n);
		if (unlikely(done < (ssize_t)n)) {
			pos += (u64)max(done, (ssize_t)0);
			break;
		}
		pos += n;
	}
	ssize_t total = (off_t)pos - u->pos;
	if (total == 0)
		return done < 0 ? done : -EFAULT;
	u->pos = (off_t)pos;
	inode_drop_privileges(ino);
	inode_touch(ino, true);
	return total;
}

static off_t tmpfs_seek(struct file *f, off_t offset, int whence)
{
	struct vm_object *o = f->inode->object;
	u64 size = READ_ONCE(o->size_bytes), page;
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return file_seek_generic(f, offset, whence, (off_t)size);
	if (offset < 0 || offset >= size)
		return -ENXIO;
	u64 found = size;
	if (vm_object_find(o, offset / PAGE_SIZE, whence == SEEK_DATA, &page))
		found = min(max((u64)offset, page * PAGE_SIZE), size);
	else if (whence == SEEK_DATA)
		return -ENXIO;
	if (whence == SEEK_DATA && found >= size)
		return -ENXIO;
	return f->pos = (off_t)found;
}

static int tmpfs_setsize(struct inode *ino, off_t size)
{
	struct vm_object *o = ino->object;
	if ((o->seals & F_SEAL_SHRINK && size < o->size_bytes) ||
		(o->seals & F_SEAL_GROW && size > o->size_bytes))
		return -EPERM;
	if (size > FILE_BYTES_MAX)
		return -EFBIG;
	vm_object_truncate(o, (u64)size);
	return 0;
}

static int punch(struct vm_object *o, u64 start, u64 end)
{
	if (o->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	u64 last = ALIGN_UP(o->size_bytes, PAGE_SIZE); /* to the end means: the whole last page */
	if (start < last)
		vm_object_punch(o, start, min(end, last));
	return 0;
}

/* The pages that a fallocate has made, chained by their private word until it is sure of all of them. */
static void forget_made(struct page *made)
{
	while (made) {
		struct page *before = (struct page *)made->priv;
		made->priv = 0;
		made = before;
	}
}

static void drop_made(struct vm_object *o, struct page *made)
{
	while (made) {
		struct page *before = (struct page *)made->priv;
		u64 at = made->index * PAGE_SIZE;
		made->priv = 0;
		if (ref_count(&made->ref) == 1) /* else somebody has it mapped, and may have written */
			vm_object_punch(o, at, at + PAGE_SIZE);
		made = before;
	}
}

/* Makes the pages of [start, end), all or none. */
static int make_pages(struct vm_object *o, u64 start, u64 end)
{
	struct page *made = NULL, *pg;
	for (u64 index = start / PAGE_SIZE; index * PAGE_SIZE < end; index++) {
		bool is_interrupted = READ_ONCE(current->work) & (TASK_WORK_KILL | TASK_WORK_SIGNAL);
		int err = is_interrupted ? -EINTR : vm_object_prepare(o, index, &pg);
		if (err) {
			drop_made(o, made);
			return err;
		}
		if (pg) {
			pg->priv = (u64)made;
			made = pg;
		}
	}
	forget_made(made);
	return 0;
}

static int allocate(struct vm_object *o, u64 start, u64 end, bool keep_size)
{
	if (end > o->size_bytes && o->seals & F_SEAL_GROW)
		return -EPERM; /* also where the size would stay */
	int err = make_pages(o, start, end);
	if (err == 0 && end > o->size_bytes && !keep_size)
		WRITE_ONCE(o->size_bytes, end);
	return err;
}

static long tmpfs_fallocate(struct file *f, int mode, off_t offset, off_t len)
{
	struct inode *ino = f->inode;
	u64 start = (u64)offset, end = start + (u64)len;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	if (end > FILE_BYTES_MAX)
		return -EFBIG;
	u64 pages = ALIGN_UP(end, PAGE_SIZE) / PAGE_SIZE - start / PAGE_SIZE;
	if (!(mode & FALLOC_FL_PUNCH_HOLE) && ino->sb->max_blocks && pages > ino->sb->max_blocks)
		return -ENOSPC; /* seen before the first page is made */
	guard(rwwrite)(&ino->lock);
	int err;
	if (mode & FALLOC_FL_PUNCH_HOLE)
		err = punch(ino->object, start, end);
	else
		err = inode_may_grow(ino, (off_t)end);
	if (err == 0 && !(mode & FALLOC_FL_PUNCH_HOLE))
		err = allocate(ino->object, start, end, mode & FALLOC_FL_KEEP_SIZE);
	if (err == 0) {
		inode_drop_privileges(ino);
		inode_touch(ino, true);
	}
	return err;
}

static int tmpfs_mmap(struct file *f, struct vma *v)
{
	int err = vma_set_sealed_object(v, f->inode->object, v->offset);
	if (err == 0)
		inode_touch_atime(f->inode, f->path.mount);
	return err;
}

static int tmpfs_fsync(struct file *f)
{
	return 0;
}

static long tmpfs_fcntl(struct file *f, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case F_GET_SEALS:
		return READ_ONCE(f->inode->object->seals);
	case F_ADD_SEALS:
		return memory_file_seal(f->inode, (u32)arg);
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		return -EBADF;
	default:
		return -EINVAL;
	}
}

const struct file_ops tmpfs_file_ops = {
	.name = "file", .flags = FILE_SEEKABLE | FILE_NO_NOWAIT,
	.read = tmpfs_read, .write = tmpfs_write, .seek = tmpfs_seek, .mmap = tmpfs_mmap,
	.fsync = tmpfs_fsync, .fallocate = tmpfs_fallocate, .fcntl = tmpfs_fcntl,
};

/* --- inodes --- */

static void tmpfs_evict(struct inode *ino)
{
	if (ino->object) /* mappings may outlive the inode by a moment, the pages' account does not */
		vm_object_truncate(ino->object, 0);
	superblock_uncharge_inode(ino->sb);
}

int tmpfs_create(struct inode *dir, u32 mode, u64 rdev, const char *target, struct inode **out)
{
	struct superblock *sb = dir->sb;
	int err = superblock_charge_inode(sb);
	if (err)
		return err;
	struct inode *ino = inode_new(sb, mode, dir->ops);
	if (!ino) {
		superblock_uncharge_inode(sb);
		return -ENOMEM;
	}
	bool ok = true;
	ino->rdev = rdev;
	if (S_ISREG(mode)) {
		ino->fops = &tmpfs_file_ops;
		ino->object = vm_object_create(0);
		ok = ino->object;
		if (ok) {
			ino->object->seals = F_SEAL_SEAL;
			ino->object->charge = charge_pages;
			ino->object->owner = sb;
		}
	} else if (S_ISDIR(mode)) {
		ino->fops = &dir_ops;
		ino->entry_bytes = ENTRY_BYTES;
	} else if (S_ISLNK(mode)) {
		ok = (ino->link_target = kstrdup(target));
	}
	if (!ok) {
		inode_put(ino);
		return -ENOMEM;
	}
	*out = ino;
	return 0;
}

static int tmpfs_setattr(struct inode *ino, u32 mode, u32 uid, u32 gid)
{
	bool is_sealed = ino->object && ino->object->seals & F_SEAL_EXEC;
	return is_sealed && (mode ^ ino->mode) & EXEC_BITS ? -EPERM : 0;
}

static const struct inode_ops tmpfs_inode_ops = {
	.create = tmpfs_create, .setsize = tmpfs_setsize, .setattr = tmpfs_setattr, .evict = tmpfs_evict,
};

/* --- mounting --- */

struct tmpfs_options {
	u64 blocks, inodes; /* 0: no limit */
	u64 mode, uid, gid;
};

static int parse_blocks(const char *text, u64 *blocks)
{
	size_t n = strlen(text);
	char number[24];
	u64 bytes, percent;
	if (n == 0 || text[n - 1] != '%') {
		int err = parse_size(text, &bytes);
		if (err == 0)
			*blocks = bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
		return err;
	}
	if (n > sizeof(number) - 1)
		return -EINVAL;
	memcpy(number, text, n - 1);
	number[n - 1] = '\0';
	if (parse_u64(number, 0, &percent) || percent > MAX_BLOCKS / max(pages_total(), (u64)1))
		return -EINVAL;
	*blocks = pages_total() * percent / PERCENT;
	return 0;
}

static int parse_limit(const char *text, u64 most, u64 *limit)
{
	u64 v;
	if (parse_size(text, &v) || v > most)
		return -EINVAL;
	*limit = v;
	return 0;
}

/* A user or group: there is none of the number -1. */
static int parse_id(const char *text, u64 *id)
{
	u64 v;
	if (parse_u64(text, 0, &v) || v >= UINT32_MAX)
		return -EINVAL;
	*id = v;
	return 0;
}

static bool is_switch(const char *key)
{
	static const char *const switches[] = { "noswap", "inode32", "inode64" }; /* nothing is there to switch */
	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (strcmp(key, switches[i]) == 0)
			return true;
	return false;
}

static int parse_option(void *arg, const char *key, const char *value)
{
	struct tmpfs_options *o = arg;
	int err = -EINVAL;
	if (!value)
		return is_switch(key) ? 0 : -EINVAL;
	if (strcmp(key, "size") == 0) {
		err = parse_blocks(value, &o->blocks);
	} else if (strcmp(key, "nr_blocks") == 0) {
		err = parse_limit(value, MAX_BLOCKS, &o->blocks);
	} else if (strcmp(key, "nr_inodes") == 0) {
		err = parse_limit(value, UINT64_MAX / INODE_ACCOUNT_BYTES, &o->inodes);
	} else if (strcmp(key, "mode") == 0) {
		err = parse_u64(value, 8, &o->mode);
		o->mode &= PERM_BITS;
	} else if (strcmp(key, "uid") == 0) {
		err = parse_id(value, &o->uid);
	} else if (strcmp(key, "gid") == 0) {
		err = parse_id(value, &o->gid);
	} else if (strcmp(key, "huge") == 0) {
		err = strcmp(value, "never");
	}
	return err ? -EINVAL : 0;
}

int tmpfs_mount(struct superblock *sb, const char *options)
{
	u64 half = pages_total() / 2;
	struct tmpfs_options o = {
		.blocks = half, .inodes = half, .mode = 01777,
		.uid = current_cred()->fsuid, .gid = current_cred()->fsgid,
	};
	int err = mount_options_each(options, parse_option, &o);
	if (err)
		return err;
	sb->magic = TMPFS_MAGIC;
	sb->max_blocks = o.blocks;
	sb->max_inodes = o.inodes;
	struct inode *root = inode_new(sb, S_IFDIR | (u32)o.mode, &tmpfs_inode_ops);
	if (!root)
		return -ENOMEM;
	sb->used_inodes = 1;
	root->uid = (u32)o.uid;
	root->gid = (u32)o.gid;
	root->fops = &dir_ops;
	root->entry_bytes = ENTRY_BYTES;
	sb->root = dentry_new_root(root);
	return sb->root ? 0 : -ENOMEM;
}

/* What was without a limit stays so; another must leave room for what is there. */
static bool may_limit(u64 before, u64 now, u64 used)
{
	return now == 0 || (before != 0 && now >= used);
}

static int tmpfs_remount(struct superblock *sb, const char *options)
{
	struct tmpfs_options o = { .blocks = sb->max_blocks, .inodes = sb->max_inodes };
	int err = mount_options_each(options, parse_option, &o);
	if (err)
		return err;
	if (!may_limit(sb->max_blocks, o.blocks, READ_ONCE(sb->used_blocks)) ||
		!may_limit(sb->max_inodes, o.inodes, superblock_inodes(sb)))
		return -EINVAL;
	sb->max_blocks = o.blocks;
	sb->max_inodes = o.inodes;
	return 0;
}

static void tmpfs_show_options(struct superblock *sb, struct strbuf *out)
{
	u64 half = pages_total() / 2;
	u32 mode = sb->root->inode->mode & PERM_BITS;
	if (sb->max_blocks != half)
		strbuf_printf(out, ",size=%luk", sb->max_blocks * (PAGE_SIZE / 1024));
	if (sb->max_inodes != half)
		strbuf_printf(out, ",nr_inodes=%lu", sb->max_inodes);
	if (mode != 01777)
		strbuf_printf(out, ",mode=%03o", mode);
	if (sb->root->inode->uid)
		strbuf_printf(out, ",uid=%u", sb->root->inode->uid);
	if (sb->root->inode->gid)
		strbuf_printf(out, ",gid=%u", sb->root->inode->gid);
	strbuf_puts(out, ",inode64");
}

const struct fs_type tmpfs_type = {
	.name = "tmpfs", .mount = tmpfs_mount, .remount = tmpfs_remount,
	.show_options = tmpfs_show_options, .flags = FS_NODEV | FS_XATTR,
};
