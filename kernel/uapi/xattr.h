// SPDX-License-Identifier: MIT
/*
 * uapi/xattr: limits and flags of extended attributes.
 *
 * Linux     xattr(7), setxattr(2)
 */
#pragma once

#define XATTR_CREATE  1 /* fail if it is there */
#define XATTR_REPLACE 2 /* fail if it is not */

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536

/* The value of security.capability: a word of flags and revision, then one or two pairs of sets, then an owner. */
#define VFS_CAP_REVISION_MASK 0xff000000
#define VFS_CAP_REVISION_2    0x02000000
#define VFS_CAP_REVISION_3    0x03000000
#define XATTR_CAPS_SZ_2 20
#define XATTR_CAPS_SZ_3 24
#define VFS_CAP_FLAGS_EFFECTIVE 0x000001
#define XATTR_NAME_CAPS "security.capability"
struct vfs_cap_data {
	unsigned magic_etc;
	struct {
		unsigned permitted, inheritable;
	} data[2]; /* the low 32 capabilities first */
	unsigned rootid; /* revision 3 only */
};
_Static_assert(sizeof(struct vfs_cap_data) == XATTR_CAPS_SZ_3, "the ABI's size");
