// SPDX-License-Identifier: MIT
/*
 * sys/sysmacros.h: the two halves of a device number.
 */
#pragma once
#define major(d) ((unsigned)((((d) >> 8) & 0xfff) | (((unsigned long)(d) >> 32) & ~0xffful)))
#define minor(d) ((unsigned)(((d) & 0xff) | (((d) >> 12) & ~0xfful)))
#define makedev(ma, mi)                                                                      \
	((((ma) & 0xffful) << 8) | (((unsigned long)(ma) & ~0xffful) << 32) | ((mi) & 0xfful) | \
		(((unsigned long)(mi) & ~0xfful) << 12))
