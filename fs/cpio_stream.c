// SPDX-License-Identifier: MIT
/*
 * cpio_stream: the newc format; the interface is in cpio_stream.h.
 *
 * Reading   an archive is entries, each a header of 110 characters (a magic and 13 numbers of 8 hexadecimal
 *           digits), the name with its NUL, and the data; name and data are padded so that what follows begins
 *           at a multiple of 4. The entry "TRAILER!!!" ends it.
 * Linux     cpio(5) "New ASCII Format"; initramfs buffer format. The variant with checksums (070702) is checked.
 */
#include "fs/cpio_stream.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"

enum { MAGIC_BYTES = 6, FIELD_BYTES = 8, NR_FIELDS = 13, ALIGNMENT = 4 };
/* The fields, in their order. */
enum { F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_SIZE, F_DEV_MAJOR, F_DEV_MINOR, F_RDEV_MAJOR,
	F_RDEV_MINOR, F_NAME_SIZE, F_CHECKSUM };

static const char trailer[] = "TRAILER!!!";

static int fail(struct cpio_stream *s, const char *why)
{
	s->why = why;
	return -EINVAL;
}

void cpio_stream_init(struct cpio_stream *s, const struct cpio_ops *ops, void *arg)
{
	*s = (struct cpio_stream){ .ops = ops, .arg = arg, .state = CPIO_BETWEEN };
}

static int parse_field(const u8 *digits, u32 *out)
{
	u32 v = 0;
	for (unsigned i = 0; i < FIELD_BYTES; i++) {
		u8 c = digits[i] | 0x20;
		if (c >= '0' && c <= '9')
			v = v << 4 | (u32)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (u32)(c - 'a' + 10);
		else
			return -EINVAL;
	}
	*out = v;
	return 0;
}

static int header_done(struct cpio_stream *s)
{
	u32 f[NR_FIELDS];
	bool is_newc = memcmp(s->header, "070701", MAGIC_BYTES) == 0;
	s->has_checksum = memcmp(s->header, "070702", MAGIC_BYTES) == 0;
	if (!is_newc && !s->has_checksum)
		return fail(s, s->nr_archives || s->nr_entries ? "there is no entry where the next one should be" :
								 "it is no newc cpio archive");
	for (unsigned i = 0; i < NR_FIELDS; i++)
		if (parse_field(s->header + MAGIC_BYTES + i * FIELD_BYTES, &f[i]))
			return fail(s, "a number in a header is no number");
	s->entry = (struct cpio_entry){
		.name = s->name, .ino = f[F_INO], .mode = f[F_MODE], .uid = f[F_UID], .gid = f[F_GID],
		.nlink = f[F_NLINK], .mtime = f[F_MTIME], .size = f[F_SIZE], .dev_major = f[F_DEV_MAJOR],
		.dev_minor = f[F_DEV_MINOR], .rdev_major = f[F_RDEV_MAJOR], .rdev_minor = f[F_RDEV_MINOR],
	};
	s->checksum = f[F_CHECKSUM];
	s->sum = 0;
	s->name_size = f[F_NAME_SIZE];
	if (s->name_size == 0 || s->name_size > CPIO_NAME_MAX)
		return fail(s, "the length of a name is out of range");
	s->state = CPIO_IN_NAME;
	s->left = s->name_size;
	return 0;
}

/* Skips to the next multiple of 4 and goes on with `next`, which has `left` bytes. */
static void pad(struct cpio_stream *s, enum cpio_state next)
{
	s->left = (u32)(-s->offset & (ALIGNMENT - 1));
	s->state = CPIO_IN_PADDING;
	s->next = next;
}

static int entry_done(struct cpio_stream *s)
{
	if (s->has_checksum && s->sum != s->checksum)
		return fail(s, "the checksum of a file is wrong");
	int err = s->ops->end(s->arg);
	if (err)
		return err;
	s->nr_entries++;
	pad(s, CPIO_IN_HEADER);
	return 0;
}

static int name_done(struct cpio_stream *s)
{
	if (s->name[s->name_size - 1] != '\0' || memchr(s->name, '\0', s->name_size - 1))
		return fail(s, "a name does not end where it should");
	if (strcmp(s->name, trailer) == 0) {
		s->nr_archives++;
		s->ops->archive_end(s->arg);
		s->state = CPIO_BETWEEN;
		return 0;
	}
	pad(s, CPIO_IN_DATA);
	return s->ops->begin(s->arg, &s->entry);
}

/* The bytes of the current part are complete: on to the next one. */
static int part_done(struct cpio_stream *s)
{
	switch (s->state) {
	case CPIO_IN_HEADER:
		return header_done(s);
	case CPIO_IN_NAME:
		return name_done(s);
	case CPIO_IN_DATA:
		return entry_done(s);
	default: /* padding */
		s->state = s->next;
		s->left = s->state == CPIO_IN_DATA ? s->entry.size : CPIO_HEADER;
		return 0;
	}
}

/* Takes n bytes that belong to the current part. */
static int take_part(struct cpio_stream *s, const u8 *data, size_t n)
{
	if (s->state == CPIO_IN_HEADER)
		memcpy(s->header + CPIO_HEADER - s->left, data, n);
	else if (s->state == CPIO_IN_NAME)
		memcpy(s->name + s->name_size - s->left, data, n);
	if (s->state != CPIO_IN_DATA)
		return 0;
	if (s->has_checksum)
		for (size_t i = 0; i < n; i++)
			s->sum += data[i];
	return s->ops->data(s->arg, data, n);
}

/* Between archives: zero bytes, or the first one of the next archive, which is not taken here. */
static size_t skip_zeroes(struct cpio_stream *s, const u8 *data, size_t n)
{
	size_t i = 0;
	while (i < n && data[i] == 0)
		i++;
	if (i < n && data[i] == '0') {
		s->state = CPIO_IN_HEADER;
		s->left = CPIO_HEADER;
		s->offset = 0;
	}
	return i;
}

int cpio_stream_feed(struct cpio_stream *s, const void *data, size_t n, size_t *used)
{
	const u8 *p = data, *end = p + n;
	for (;;) {
		if (s->state == CPIO_BETWEEN)
			p += skip_zeroes(s, p, (size_t)(end - p));
		*used = (size_t)(p - (const u8 *)data);
		if (s->state == CPIO_BETWEEN)
			return 0;
		size_t part = min((size_t)(end - p), (size_t)s->left);
		int err = part ? take_part(s, p, part) : 0;
		if (err)
			return err;
		p += part;
		s->offset += part;
		s->left -= (u32)part;
		*used += part;
		if (s->left)
			return 0;
		err = part_done(s);
		if (err)
			return err;
	}
}

int cpio_stream_finish(struct cpio_stream *s)
{
	if (s->state != CPIO_BETWEEN) {
		if (s->state == CPIO_IN_HEADER && s->left == CPIO_HEADER)
			return fail(s, "the end of the archive is missing");
		return fail(s, s->state == CPIO_IN_HEADER && !s->nr_entries && !s->nr_archives ?
				       "it is no newc cpio archive" :
				       "it ends in the middle of an entry");
	}
	return s->nr_archives ? 0 : fail(s, "there is no archive in it");
}
