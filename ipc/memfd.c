// SPDX-License-Identifier: MIT
/*
 * memfd: memory behind a descriptor, to be handed to others, and sealed before they trust it.
 *
 * Promise   The file is a tmpfs file without a name: size 0, read and written, resized, mapped and opened again
 *           through /proc/PID/fd like any other. Whether seals can be added is decided here, once; what they
 *           forbid is tmpfs's and the mappings' business (fs/tmpfs.c, mm/vma.c).
 * Locks     none of its own
 * Lifetime  as long as it is open or mapped anywhere
 * Linux     memfd_create(2). MFD_HUGETLB is EINVAL: there are no huge pages.
 */
#include "ipc/memfd.h"
#include "fs/memory_file.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/mman.h"
#include "mm/uaccess.h"

#define MEMFD_PREFIX "memfd:"

enum {
	PREFIX_BYTES = sizeof(MEMFD_PREFIX) - 1,
	NAME_BYTES = FS_NAME_MAX - PREFIX_BYTES + 1, /* with the NUL: 249 characters */
	MODE = 0777,				     /* the umask has no say */
};

u32 memfd_noexec;

/* What the administrator makes of the flags: 0, or -EACCES. */
static int apply_policy(unsigned *flags)
{
	u32 policy = READ_ONCE(memfd_noexec);
	if (policy >= MEMFD_NOEXEC_DEFAULT && !(*flags & (MFD_EXEC | MFD_NOEXEC_SEAL)))
		*flags |= MFD_NOEXEC_SEAL;
	return policy >= MEMFD_NOEXEC_ENFORCED && !(*flags & MFD_NOEXEC_SEAL) ? -EACCES : 0;
}

static u32 first_seals(unsigned flags)
{
	if (flags & MFD_NOEXEC_SEAL)
		return F_SEAL_EXEC;
	return flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
}

long sys_memfd_create(const char __user *uname, unsigned flags)
{
	char name[FS_NAME_MAX + 1] = MEMFD_PREFIX;
	struct file *f;
	if (flags & ~(unsigned)(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) ||
		(flags & MFD_EXEC && flags & MFD_NOEXEC_SEAL))
		return -EINVAL;
	int err = apply_policy(&flags);
	if (err)
		return err;
	ssize_t len = strncpy_from_user(name + PREFIX_BYTES, uname, NAME_BYTES);
	if (len < 0)
		return len == -ENAMETOOLONG ? -EINVAL : len;
	int fd = fd_reserve(flags & MFD_CLOEXEC ? O_CLOEXEC : 0, 0);
	if (fd < 0)
		return fd;
	err = memory_file_new(name, PREFIX_BYTES + (size_t)len, flags & MFD_NOEXEC_SEAL ? MODE & ~EXEC_BITS : MODE,
		first_seals(flags), &f);
	if (err) {
		fd_cancel(fd);
		return err;
	}
	fd_install(fd, f);
	return fd;
}
