// SPDX-License-Identifier: MIT
/*
 * sockbuf: in-kernel tests of what a piece of data between sockets is charged, and of its bytes.
 *
 * Linux     the charges are those that SIOCOUTQ tells on 6.18 after one send of so many bytes
 */
#include "kernel/core/ktest.h"
#include "kernel/lib/macros.h"
#include "kernel/lib/string.h"
#include "net/sockbuf.h"

static const struct {
	u32 bytes, stream, dgram;
} measured[] = {
	{ 1, 768, 768 }, { 128, 768, 768 }, { 300, 1280, 1280 }, { 704, 1280, 1280 }, { 705, 2304, 2304 },
	{ 1728, 2304, 2304 }, { 1729, 4352, 4352 }, { 3776, 4352, 4352 }, { 3777, 4864, 8448 }, { 5000, 6400, 8448 },
	{ 8192, 8960, 16640 }, { 16064, 16640, 16640 }, { 16065, 17152, 20736 }, { 20000, 20736, 20736 },
};
static const u32 dgrams[][2] = { { 48832, 49408 }, { 48833, 53504 }, { 65536, 69888 }, { 100000, 102656 } };

KTEST(charges_are_those_of_linux)
{
	for (unsigned i = 0; i < ARRAY_LEN(measured); i++) {
		KEXPECT_EQ(sockbuf_stream_charge(measured[i].bytes), measured[i].stream);
		KEXPECT_EQ(sockbuf_dgram_charge(measured[i].bytes), measured[i].dgram);
	}
	KEXPECT_EQ(sockbuf_stream_charge(SOCKBUF_STREAM_MAX), 37120);
	for (unsigned i = 0; i < ARRAY_LEN(dgrams); i++)
		KEXPECT_EQ(sockbuf_dgram_charge(dgrams[i][0]), dgrams[i][1]);
}

enum { SMALL = 100, PAGED = 3 * 4096 + 5 };
static u8 in[PAGED], out[PAGED];

/* Any piece of the bytes comes out as it went in. */
static void there_and_back(u32 bytes)
{
	struct uio u;
	struct sockbuf *b = sockbuf_new(bytes);
	KASSERT(b);
	for (u32 i = 0; i < bytes; i++)
		in[i] = (u8)(i * 7 + i / 251);
	uio_init_kernel(&u, in, bytes);
	KEXPECT_EQ(sockbuf_fill(b, &u), 0);
	KEXPECT_EQ(sockbuf_left(b), bytes);
	for (u32 off = 0; off < bytes; off += bytes / 3) {
		u32 n = bytes - off;
		memset(out, 0, sizeof(out));
		uio_init_kernel(&u, out, n);
		KEXPECT_EQ(sockbuf_copy(b, off, &u, n), n);
		KEXPECT(memcmp(out, in + off, n) == 0);
	}
	sockbuf_free(b);
}

KTEST(bytes_come_out_as_they_went_in)
{
	there_and_back(SMALL);
	there_and_back(PAGED);
}
