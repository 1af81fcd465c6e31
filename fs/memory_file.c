// SPDX-License-Identifier: MIT
/*
 * memory_file: files of memory without a name, and the seals of a file. Interface in memory_file.h.
 *
 * Promise   the files live in a tmpfs of the kernel's own that is mounted nowhere and has no limits. A seal is for
 *           ever and for everybody: who looks at the seals of a file he was given may rely on them.
 * Locks     seals change under the inode's lock, which writes and changes of size hold, and the object's maps_lock,
 *           which new mappings take: no change of contents is half way when F_SEAL_WRITE succeeds
 * Lifetime  the file system lives for ever; a file as long as it is open or mapped, like any that was unlinked
 * Linux     fcntl(2), "File Sealing". No pages are ever pinned, so there is nothing to wait for.
 */
#include "fs/memory_file.h"
#include "fs/mount.h"
#include "fs/tmpfs.h"
#include "kernel/core/panic.h"
#include "mm/vm_object.h"

static struct mount *memory_mount; /* [boot] never in the tree */

int memory_file_new(const char *name, size_t len, u32 mode, u32 seals, struct file **out)
{
	struct dentry *root = memory_mount->root;
	struct inode *ino;
	int err = tmpfs_create(root->inode, S_IFREG | mode, 0, NULL, &ino);
	if (err)
		return err;
	inode_lose_names(ino);
	ino->object->seals = seals;
	struct path p = { memory_mount, dentry_new(root, name, len, ino) }; /* in no chain: "(deleted)" */
	if (!p.dentry)
		return -ENOMEM;
	*out = file_new_at(&tmpfs_file_ops, NULL, NULL, O_RDWR | O_LARGEFILE, &p);
	dentry_put(p.dentry);
	return *out ? 0 : -ENOMEM;
}

int memory_file_seal(struct inode *ino, u32 seals)
{
	struct vm_object *o = ino->object;
	if (seals & ~(u32)F_ALL_SEALS)
		return -EINVAL;
	guard(rwwrite)(&ino->lock);
	if (o->seals & F_SEAL_SEAL)
		return -EPERM;
	if (seals & F_SEAL_EXEC && ino->mode & EXEC_BITS) /* a program for ever: nor may what it does change */
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	return vm_object_seal(o, seals);
}

void memory_file_init(void)
{
	struct superblock *sb;
	int err = superblock_make(&tmpfs_type, "size=0,nr_inodes=0", &sb);
	if (err == 0)
		memory_mount = mount_new(sb, sb->root, MS_RELATIME, "tmpfs");
	if (!memory_mount)
		panic("memory_file: no memory");
}
