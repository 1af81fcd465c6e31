// SPDX-License-Identifier: MIT
/*
 * df: how full the file systems are.
 *
 * Linux     POSIX.1-2017, df; -h of df(1)
 */
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { UNIT = 1024, LINE_BYTES = 4096, SIZE_BYTES = 24 };

static bool human;

static void size_text(unsigned long blocks, unsigned long block, char *text)
{
	if (human)
		tool_human_size(blocks * block, text, SIZE_BYTES);
	else
		snprintf(text, SIZE_BYTES, "%lu", blocks * block / UNIT);
}

static void print(const char *source, const char *dir, bool also_empty)
{
	char size[SIZE_BYTES], used[SIZE_BYTES], free_text[SIZE_BYTES], percent[8] = "-";
	struct statfs st;

	if (statfs(dir, &st) != 0) {
		if (also_empty)
			tool_warn_errno("%s", dir);
		return;
	}
	if (!st.f_blocks && !also_empty)
		return;
	unsigned long taken = st.f_blocks - st.f_bfree, all = taken + st.f_bavail;
	if (all)
		snprintf(percent, sizeof(percent), "%lu%%", (taken * 100 + all - 1) / all);
	size_text(st.f_blocks, st.f_bsize, size);
	size_text(taken, st.f_bsize, used);
	size_text(st.f_bavail, st.f_bsize, free_text);
	printf("%-20s %10s %10s %10s %4s %s\n", source, size, used, free_text, percent, dir);
}

static void print_mounts(void)
{
	char line[LINE_BYTES], source[256], dir[256];
	FILE *f = fopen("/proc/mounts", "r");

	if (!f)
		tool_die_errno("/proc/mounts");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%255s %255s", source, dir) == 2)
			print(source, dir, false);
	fclose(f);
}

int main(int argc, char **argv)
{
	int c;

	tool_start(argc, argv, "df [-hk] [FILE...]");
	while ((c = getopt(argc, argv, "hkP")) != -1) {
		if (c == '?')
			tool_usage();
		human |= c == 'h';
	}
	printf("%-20s %10s %10s %10s %4s %s\n", "Filesystem", human ? "Size" : "1K-blocks", "Used", "Available", "Use%",
		"Mounted on");
	if (!argv[optind])
		print_mounts();
	for (; argv[optind]; optind++)
		print("-", argv[optind], true);
	return tool_finish();
}
