// SPDX-License-Identifier: MIT
/*
 * cksum: a check sum and the length of each file.
 *
 * How       CRC-32 with the polynomial 04c11db7, over the bytes and then the length, the lowest byte first
 * Linux     POSIX.1-2017, cksum
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BITS = 8, TOP = 24 };

static unsigned table[256];

static void make_table(void)
{
	for (unsigned i = 0; i < 256; i++) {
		unsigned crc = i << TOP;
		for (int bit = 0; bit < BITS; bit++)
			crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
		table[i] = crc;
	}
}

static unsigned add(unsigned crc, unsigned char c)
{
	return crc << BITS ^ table[crc >> TOP ^ c];
}

static void sum(const char *name)
{
	bool is_standard = !name || strcmp(name, "-") == 0;
	FILE *f = is_standard ? stdin : fopen(name, "r");
	unsigned long len = 0;
	unsigned crc = 0;
	int c;

	while (f && (c = getc(f)) != EOF) {
		crc = add(crc, c);
		len++;
	}
	if (!f || ferror(f)) {
		tool_warn_errno("%s", name);
		return;
	}
	for (unsigned long n = len; n; n >>= BITS)
		crc = add(crc, n);
	printf("%u %lu%s%s\n", ~crc, len, name ? " " : "", name ? name : "");
	if (!is_standard)
		fclose(f);
}

int main(int argc, char **argv)
{
	tool_start(argc, argv, "cksum [FILE...]");
	make_table();
	if (argc < 2)
		sum(NULL);
	for (int i = 1; i < argc; i++)
		sum(argv[i]);
	return tool_finish();
}
