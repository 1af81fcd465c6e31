// SPDX-License-Identifier: MIT
/*
 * cpio_stream: takes newc archives apart, byte stream in, entries out. Pure: compiles on the host.
 *
 * Promise   the stream may come in pieces of any size. Archives follow one another with zero bytes between. The
 *           ops are called in this order for each entry: begin, data (any number of times, in all `size`
 *           bytes), end; and archive_end after each trailer. Any input whatever ends with 0, or with -EINVAL
 *           and a sentence in `why`; what an op answers other than 0 ends the work and is the result.
 * Locks     none
 * Lifetime  the entry's name is valid until `end` has returned
 */
#pragma once
#include "kernel/lib/macros.h"

enum { CPIO_HEADER = 110, CPIO_NAME_MAX = 4096 };

struct cpio_entry {
	const char *name;
	u32 ino, mode, uid, gid, nlink, mtime, size;
	u32 dev_major, dev_minor; /* of the file system it was packed from: hard links agree in them and ino */
	u32 rdev_major, rdev_minor;
};

struct cpio_ops {
	int (*begin)(void *arg, const struct cpio_entry *e);
	int (*data)(void *arg, const u8 *data, size_t n);
	int (*end)(void *arg);
	void (*archive_end)(void *arg);
};

enum cpio_state { CPIO_BETWEEN, CPIO_IN_HEADER, CPIO_IN_NAME, CPIO_IN_PADDING, CPIO_IN_DATA };

struct cpio_stream {
	const struct cpio_ops *ops; /* set by the caller, and arg */
	void *arg;
	const char *why; /* after -EINVAL */
	enum cpio_state state, next; /* next: what follows the padding */
	bool has_checksum;
	u32 checksum, sum;
	u32 name_size, left; /* bytes still to come of header, name, padding or data */
	u64 offset;	     /* from the archive's first byte: fields are aligned in it */
	unsigned nr_archives, nr_entries; /* whole ones */
	struct cpio_entry entry;
	u8 header[CPIO_HEADER];
	char name[CPIO_NAME_MAX + 8]; /* padded, so that word-wise readers stay within */
};

void cpio_stream_init(struct cpio_stream *s, const struct cpio_ops *ops, void *arg);
/* Takes what it can: all, or the bytes before something between two archives that begins none. */
int cpio_stream_feed(struct cpio_stream *s, const void *data, size_t n, size_t *used);
/* The input is over: -EINVAL if that is in the middle of an archive. */
int cpio_stream_finish(struct cpio_stream *s);
/* Not within an archive: here a compressed stream may begin or end. */
static inline bool cpio_stream_is_between(const struct cpio_stream *s)
{
	return s->state == CPIO_BETWEEN;
}
