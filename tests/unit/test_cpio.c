// SPDX-License-Identifier: MIT
/*
 * test_cpio: the taking apart of newc archives (fs/cpio_stream.c).
 *
 * Promise   what was packed comes out, however the stream is cut; archives may follow one another; of an archive
 *           that is cut short or damaged no entry is reported that is not whole, and nothing outside the input
 *           is read (each input is an allocation of its exact size)
 */
#include "fs/cpio_stream.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

enum { ARCHIVE_MAX = 1 << 16, NAMES_MAX = 64 };

struct archive {
	u8 bytes[ARCHIVE_MAX];
	size_t len, start; /* start: of the current archive, for the padding */
};

static struct archive packed;
static struct cpio_stream stream;

/* What the ops saw, as text: "+name mode size", the bytes of the data, "." at the end, "#" for a trailer. */
static struct {
	char text[ARCHIVE_MAX];
	size_t len;
	unsigned begun, ended;
	int refuse;
	bool is_damaged; /* fields may have any value */
} seen;

static void pad(struct archive *a)
{
	while ((a->len - a->start) % 4)
		a->bytes[a->len++] = 0;
}

static void pack(struct archive *a, const char *magic, const char *name, u32 mode, const void *data, u32 size)
{
	u32 sum = 0;
	for (u32 i = 0; i < size; i++)
		sum += ((const u8 *)data)[i];
	u32 fields[] = { 7, mode, 1, 2, 1, 1000, size, 8, 1, 5, 6, (u32)strlen(name) + 1,
		strcmp(magic, "070702") == 0 ? sum : 0 };
	memcpy(a->bytes + a->len, magic, 6);
	a->len += 6;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		a->len += (size_t)snprintf((char *)a->bytes + a->len, 9, i % 2 ? "%08X" : "%08x", fields[i]);
	memcpy(a->bytes + a->len, name, strlen(name) + 1);
	a->len += strlen(name) + 1;
	pad(a);
	memcpy(a->bytes + a->len, data, size);
	a->len += size;
	pad(a);
}

static void begin(struct archive *a)
{
	a->start = a->len;
}

static void finish(struct archive *a)
{
	pack(a, "070701", "TRAILER!!!", 0, "", 0);
}

static int see_begin(void *arg, const struct cpio_entry *e)
{
	seen.begun++;
	seen.len += (size_t)snprintf(seen.text + seen.len, sizeof(seen.text) - seen.len, "+%s %o %u ", e->name,
		e->mode, e->size);
	if (seen.is_damaged)
		return seen.refuse;
	EXPECT_EQ(e->ino, 7);
	EXPECT_EQ(e->uid, 1);
	EXPECT_EQ(e->gid, 2);
	EXPECT_EQ(e->rdev_major, 5);
	EXPECT_EQ(e->rdev_minor, 6);
	return seen.refuse;
}

static int see_data(void *arg, const u8 *data, size_t n)
{
	memcpy(seen.text + seen.len, data, n);
	seen.len += n;
	return 0;
}

static int see_end(void *arg)
{
	seen.ended++;
	seen.text[seen.len++] = '.';
	return 0;
}

static void see_archive_end(void *arg)
{
	seen.text[seen.len++] = '#';
}

static const struct cpio_ops see = {
	.begin = see_begin, .data = see_data, .end = see_end, .archive_end = see_archive_end,
};

static bool is_damaged;

static void start(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.is_damaged = is_damaged;
	cpio_stream_init(&stream, &see, NULL);
}

/* Feeds in pieces of up to `piece` bytes, each an allocation of its own; then the end. */
static int run(const u8 *data, size_t n, size_t piece)
{
	start();
	while (n) {
		size_t part = 1 + unit_below(piece), used = 0;
		part = min(part, n);
		u8 *copy = malloc(part);
		memcpy(copy, data, part);
		int err = cpio_stream_feed(&stream, copy, part, &used);
		free(copy);
		if (err)
			return err;
		if (used < part)
			return 1;
		data += part;
		n -= part;
	}
	return cpio_stream_finish(&stream);
}

static void pack_sample(const char *magic)
{
	memset(&packed, 0, sizeof(packed));
	begin(&packed);
	pack(&packed, magic, "bin", 040755, "", 0);
	pack(&packed, magic, "bin/sh", 0100755, "hello", 5);
	pack(&packed, magic, "a", 0120777, "bin/sh", 6);
	finish(&packed);
}

#define SAMPLE_TEXT "+bin 40755 0 .+bin/sh 100755 5 hello.+a 120777 6 bin/sh.#"

static void entries_come_out_whatever_the_pieces(void)
{
	for (size_t piece = 1; piece < 300; piece += 7) {
		pack_sample(piece % 2 ? "070701" : "070702");
		EXPECT_EQ(run(packed.bytes, packed.len, piece), 0);
		EXPECT(strcmp(seen.text, SAMPLE_TEXT) == 0);
		EXPECT_EQ(stream.nr_entries, 3);
		EXPECT_EQ(stream.nr_archives, 1);
	}
}

static void archives_follow_one_another(void)
{
	pack_sample("070701");
	packed.len += 512 - packed.len % 512;
	begin(&packed);
	pack(&packed, "070701", "late", 0100644, "xyz", 3);
	finish(&packed);
	packed.len += 3; /* zeroes to no particular boundary */
	begin(&packed);
	finish(&packed);
	EXPECT_EQ(run(packed.bytes, packed.len, 50), 0);
	EXPECT(strcmp(seen.text, SAMPLE_TEXT "+late 100644 3 xyz.##") == 0);
	EXPECT_EQ(stream.nr_archives, 3);
}

static void stops_before_what_is_no_archive(void)
{
	size_t used = 0;
	pack_sample("070701");
	size_t n = packed.len;
	packed.bytes[n] = 0x1f; /* gzip begins so */
	start();
	EXPECT_EQ(cpio_stream_feed(&stream, packed.bytes, n + 1, &used), 0);
	EXPECT_EQ(used, n);
	EXPECT(cpio_stream_is_between(&stream));
	EXPECT_EQ(cpio_stream_feed(&stream, packed.bytes + n, 1, &used), 0);
	EXPECT_EQ(used, 0);
	EXPECT_EQ(cpio_stream_finish(&stream), 0);
}

static void every_cut_is_noticed(void)
{
	pack_sample("070701");
	for (size_t n = 0; n < packed.len; n++) {
		int err = run(packed.bytes, n, 64);
		bool trailer_is_whole = packed.len - n < 4; /* only padding is missing */
		EXPECT_EQ(err, trailer_is_whole ? 0 : -EINVAL);
		EXPECT(err == 0 || stream.why);
		EXPECT(seen.ended <= seen.begun && seen.begun <= seen.ended + 1);
	}
}

static void damage_never_makes_it_read_or_write_elsewhere(void)
{
	is_damaged = true;
	for (unsigned round = 0; round < 3000; round++) {
		pack_sample(round % 2 ? "070701" : "070702");
		for (unsigned i = 0; i <= round % 3; i++)
			packed.bytes[unit_below(packed.len)] = (u8)unit_random();
		int err = run(packed.bytes, packed.len, 40);
		EXPECT(err == 0 || err == 1 || (err == -EINVAL && stream.why));
	}
	is_damaged = false;
}

static void noise_is_refused(void)
{
	for (unsigned round = 0; round < 500; round++) {
		size_t n = unit_below(400);
		for (size_t i = 0; i < n; i++)
			packed.bytes[i] = (u8)unit_random();
		if (round % 2)
			packed.bytes[0] = '0';
		EXPECT(run(packed.bytes, n, 100) != 0);
		EXPECT_EQ(seen.ended, 0);
	}
}

static void checksum_is_checked(void)
{
	pack_sample("070702");
	char *hello = strstr((char *)packed.bytes + 2 * CPIO_HEADER, "hello");
	for (size_t i = 0; !hello && i + 5 <= packed.len; i++)
		if (memcmp(packed.bytes + i, "hello", 5) == 0)
			hello = (char *)packed.bytes + i;
	hello[1] = 'a';
	EXPECT_EQ(run(packed.bytes, packed.len, 1000), -EINVAL);
	EXPECT_EQ(seen.ended, 1);
}

static void names_out_of_range(void)
{
	pack_sample("070701");
	memcpy(packed.bytes + 94, "00000000", 8);
	EXPECT_EQ(run(packed.bytes, packed.len, 1000), -EINVAL);
	memcpy(packed.bytes + 94, "00001001", 8);
	EXPECT_EQ(run(packed.bytes, packed.len, 1000), -EINVAL);
	memcpy(packed.bytes + 94, "ffffffff", 8);
	EXPECT_EQ(run(packed.bytes, packed.len, 1000), -EINVAL);
	memcpy(packed.bytes + 94, "00000003", 8); /* ends before its NUL */
	EXPECT_EQ(run(packed.bytes, packed.len, 1000), -EINVAL);
	EXPECT_EQ(seen.begun, 0);
}

static void refusal_ends_the_work(void)
{
	size_t used;
	pack_sample("070701");
	start();
	seen.refuse = -ENOSPC;
	EXPECT_EQ(cpio_stream_feed(&stream, packed.bytes, packed.len, &used), -ENOSPC);
	EXPECT_EQ(seen.begun, 1);
	EXPECT_EQ(seen.ended, 0);
}

static void nothing_is_no_archive(void)
{
	memset(&packed, 0, sizeof(packed));
	EXPECT_EQ(run(packed.bytes, 0, 1), -EINVAL);
	EXPECT_EQ(run(packed.bytes, 1000, 100), -EINVAL);
	EXPECT(stream.why);
}

UNIT_MAIN("cpio", CASE(entries_come_out_whatever_the_pieces), CASE(archives_follow_one_another),
	CASE(stops_before_what_is_no_archive), CASE(every_cut_is_noticed),
	CASE(damage_never_makes_it_read_or_write_elsewhere), CASE(noise_is_refused), CASE(checksum_is_checked),
	CASE(names_out_of_range), CASE(refusal_ends_the_work), CASE(nothing_is_no_archive))
