// SPDX-License-Identifier: MIT
/*
 * sys/mman.h: mappings.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/mman.h"

void *mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t size);
int mprotect(void *addr, size_t size, int prot);
int msync(void *addr, size_t size, int flags);
int madvise(void *addr, size_t size, int advice);
void *mremap(void *addr, size_t old_size, size_t new_size, int flags, ...);
int memfd_create(const char *name, unsigned flags);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);
