// SPDX-License-Identifier: MIT
/*
 * upcalls: what memory needs of files (L4), declared low and defined in fs/file.c and fs/mmap.c.
 *
 * Promise   this is the whole list; mm never looks inside a struct file
 */
#pragma once
#include "kernel/lib/types.h"

struct file;
struct vma;
struct strbuf;
struct vm_object;

void vma_file_get(struct file *f);
void vma_file_put(struct file *f);
/* May it be mapped with these VMA_* flags up to this offset? 0, or mmap(2)'s -EOVERFLOW, -EACCES, -EPERM, -ENODEV. */
int vma_file_may_map(struct file *f, u32 flags, u64 end);
/* The file's mmap op: sets the vma's object, or answers -ENODEV, -EACCES, -EPERM. */
int vma_file_map(struct file *f, struct vma *v);
/* Frees bytes [start, end) of what a mapping of the file shows, which is `o`: 0 or -errno. No lock is held. */
int vma_file_punch(struct file *f, struct vm_object *o, u64 start, u64 end);
bool vma_file_may_know(struct file *f); /* which of its pages are in memory: mincore(2) */
enum { MAPS_NAME_COLUMN = 73 }; /* where names stand in /proc/PID/maps */
void vma_file_show(struct file *f, struct strbuf *sb); /* its last columns: device, inode, and the name at its place */
