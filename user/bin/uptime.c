// SPDX-License-Identifier: MIT
/*
 * uptime: how long the machine runs, and how busy it is; -p as words, -s since when.
 *
 * Linux     uptime(1), without the number of users
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static void put_part(long n, const char *name, bool *any)
{
	if (!n)
		return;
	printf("%s%ld %s%s", *any ? ", " : "", n, name, n == 1 ? "" : "s");
	*any = true;
}

static void print_words(long s)
{
	bool any = false;

	fputs("up ", stdout);
	put_part(s / DAY, "day", &any);
	put_part(s / HOUR % 24, "hour", &any);
	put_part(s / MINUTE % 60, "minute", &any);
	puts(any ? "" : "0 minutes");
}

int main(int argc, char **argv)
{
	double up, load[3];
	char text[32];
	bool words = false, since = false;
	int c;

	tool_start(argc, argv, "uptime [-ps]");
	while ((c = getopt(argc, argv, "ps")) != -1) {
		if (c == '?')
			tool_usage();
		words |= c == 'p';
		since |= c == 's';
	}
	FILE *f = fopen("/proc/uptime", "r"), *g = fopen("/proc/loadavg", "r");
	if (!f || fscanf(f, "%lf", &up) != 1 || !g || fscanf(g, "%lf %lf %lf", &load[0], &load[1], &load[2]) != 3)
		tool_die("/proc does not tell");
	time_t now = time(NULL), start = now - (long)up;
	long s = up;
	if (words) {
		print_words(s);
	} else if (since) {
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime(&start));
		puts(text);
	} else {
		strftime(text, sizeof(text), "%H:%M:%S", localtime(&now));
		printf(" %s up ", text);
		if (s >= DAY)
			printf("%ld day%s, ", s / DAY, s >= 2 * DAY ? "s" : "");
		printf(s >= HOUR ? "%2ld:%02ld" : "%.0ld%ld min", s >= HOUR ? s / HOUR % 24 : 0, s / MINUTE % 60);
		printf(",  load average: %.2f, %.2f, %.2f\n", load[0], load[1], load[2]);
	}
	return tool_finish();
}
