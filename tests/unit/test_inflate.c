// SPDX-License-Identifier: MIT
/*
 * test_inflate: the decoder against zlib, through inflate_data.py.
 *
 * Promise   what zlib packs is unpacked to the byte, whatever the level and strategy; of damaged data exactly
 *           that is accepted which zlib accepts; nothing outside the input is read (each input is an
 *           allocation of its exact size); a sink that refuses ends the work
 */
#include "kernel/lib/inflate.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

typedef struct FILE FILE;
FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);
size_t fread(void *p, size_t size, size_t n, FILE *f);

struct record {
	u8 gzip, ok;
	u32 packed_bytes, used_bytes, text_bytes;
} __packed;

struct output {
	u8 *text;
	size_t len, size;
	size_t refuse_at;
};

static struct inflate state;

static int collect(void *arg, const u8 *data, size_t n)
{
	struct output *out = arg;
	if (out->refuse_at && out->len + n >= out->refuse_at)
		return -ENOSPC;
	EXPECT(n && n <= INFLATE_WINDOW);
	if (out->len + n <= out->size)
		memcpy(out->text + out->len, data, n);
	out->len += n;
	return 0;
}

static int unpack(const struct record *r, const u8 *packed, struct output *out, size_t *used)
{
	state.sink = collect;
	state.arg = out;
	return r->gzip ? inflate_gzip(&state, packed, r->packed_bytes, used) :
			 inflate_raw(&state, packed, r->packed_bytes, used);
}

static void check_record(const struct record *r, const u8 *packed, const u8 *text)
{
	struct output out = { .text = malloc(r->text_bytes + 1), .size = r->text_bytes };
	size_t used = 0;
	int err = unpack(r, packed, &out, &used);
	EXPECT_EQ(err, r->ok ? 0 : -EINVAL);
	if (err)
		EXPECT(state.why[0]);
	if (!err && r->ok) {
		EXPECT_EQ(used, r->used_bytes);
		EXPECT_EQ(out.len, r->text_bytes);
		EXPECT(out.len == r->text_bytes && !memcmp(out.text, text, out.len));
	}
	if (r->ok && r->text_bytes) {
		struct output refusing = { .refuse_at = r->text_bytes };
		EXPECT_EQ(unpack(r, packed, &refusing, &used), -ENOSPC);
	}
	free(out.text);
}

static void as_zlib_does(void)
{
	const char *python = getenv("PYTHON");
	char command[256];
	snprintf(command, sizeof(command), "%s tests/unit/inflate_data.py %llu",
		python ? python : "/usr/bin/python3", (unsigned long long)unit_seed);
	FILE *f = popen(command, "r");
	struct record r;
	unsigned good = 0, bad = 0;
	while (f && fread(&r, sizeof(r), 1, f) == 1) {
		u8 *packed = malloc(r.packed_bytes ? r.packed_bytes : 1), *text = malloc(r.text_bytes + 1);
		EXPECT_EQ(fread(packed, 1, r.packed_bytes, f), r.packed_bytes);
		EXPECT_EQ(fread(text, 1, r.text_bytes, f), r.text_bytes);
		check_record(&r, packed, text);
		good += r.ok;
		bad += !r.ok;
		free(packed);
		free(text);
	}
	EXPECT(f && pclose(f) == 0);
	EXPECT(good > 100 && bad > 1000);
	printf("# %u good and %u bad streams\n", good, bad);
}

static void knows_gzip(void)
{
	EXPECT(inflate_is_gzip("\x1f\x8b", 2) && !inflate_is_gzip("\x1f\x8b", 1) && !inflate_is_gzip("0707", 4));
}

UNIT_MAIN("inflate", CASE(as_zlib_does), CASE(knows_gzip))
