// SPDX-License-Identifier: MIT
/*
 * uapi/dirent: the records that getdents64(2) answers, and the types of entries.
 *
 * Linux     getdents(2), readdir(3)
 */
#pragma once

struct dirent64 {
	unsigned long d_ino;
	long d_off; /* where the next entry begins, for lseek */
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};
#define DIRENT64_NAME_OFFSET 19 /* of d_name; sizeof would round up */

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
#define DT_WHT 14
