// SPDX-License-Identifier: MIT
/*
 * dirent.h: reading directories.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/dirent.h"

/* The kernel's record itself, valid until the next readdir of the same directory. */
struct dirent {
	ino_t d_ino;
	off_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[256];
};

typedef struct dir_stream DIR;

DIR *opendir(const char *path);
DIR *fdopendir(int fd);
struct dirent *readdir(DIR *d);
int closedir(DIR *d);
void rewinddir(DIR *d);
void seekdir(DIR *d, long where);
long telldir(DIR *d);
int dirfd(DIR *d);
ssize_t getdents64(int fd, void *to, size_t n);
int versionsort(const struct dirent **a, const struct dirent **b);
int alphasort(const struct dirent **a, const struct dirent **b);
int scandir(const char *path, struct dirent ***list, int (*wanted)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **));
