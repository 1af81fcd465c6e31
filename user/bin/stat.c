// SPDX-License-Identifier: MIT
/*
 * stat: all that the kernel tells of a file, as a text or by a format.
 *
 * Promise   -c FORMAT with %n name, %N name and link, %s size, %b blocks, %B 512, %f mode in hex, %F type, %a %A
 *           permissions, %u %U %g %G owners, %i inode, %h links, %d device, %t %T device type, %x %X %y %Y %z %Z
 *           times, %o preferred block. -L follows links.
 * Linux     stat(1), stat(2)
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

static const char *type_name(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symbolic link";
	case S_IFCHR:
		return "character special file";
	case S_IFBLK:
		return "block special file";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "socket";
	}
	return st->st_size ? "regular file" : "regular empty file";
}

static void print_time(const struct timespec *t)
{
	char text[64];
	struct tm *tm = localtime(&t->tv_sec);

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", tm);
	printf("%s.%09ld", text, t->tv_nsec);
	strftime(text, sizeof(text), " %z", tm);
	fputs(text, stdout);
}

static void print_name(const char *name, const struct stat *st)
{
	char target[PATH_MAX];

	printf("'%s'", name);
	if (!S_ISLNK(st->st_mode))
		return;
	ssize_t n = readlink(name, target, sizeof(target));
	printf(" -> '%.*s'", (int)(n > 0 ? n : 0), target);
}

static void print_field(char c, const char *name, const struct stat *st)
{
	char mode[11];

	switch (c) {
	case 'n':
		fputs(name, stdout);
		return;
	case 'N':
		print_name(name, st);
		return;
	case 'F':
		fputs(type_name(st), stdout);
		return;
	case 'A':
		tool_mode_text(st->st_mode, mode);
		fputs(mode, stdout);
		return;
	case 'U':
		fputs(tool_user_name(st->st_uid), stdout);
		return;
	case 'G':
		fputs(tool_group_name(st->st_gid), stdout);
		return;
	case 'x':
		print_time(&st->st_atim);
		return;
	case 'y':
		print_time(&st->st_mtim);
		return;
	case 'z':
		print_time(&st->st_ctim);
		return;
	case 'a':
		printf("%o", st->st_mode & 07777);
		return;
	case 'f':
		printf("%x", st->st_mode);
		return;
	case 't':
		printf("%x", major(st->st_rdev));
		return;
	case 'T':
		printf("%x", minor(st->st_rdev));
		return;
	}
	const struct {
		char letter;
		long value;
	} plain[] = {
		{ 's', st->st_size },	      { 'b', st->st_blocks },	    { 'B', 512 },
		{ 'u', st->st_uid },	      { 'g', st->st_gid },	    { 'i', st->st_ino },
		{ 'h', st->st_nlink },	      { 'd', st->st_dev },	    { 'o', st->st_blksize },
		{ 'X', st->st_atim.tv_sec },  { 'Y', st->st_mtim.tv_sec },  { 'Z', st->st_ctim.tv_sec },
	};
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i].letter == c) {
			printf("%ld", plain[i].value);
			return;
		}
	putchar(c == '%' ? c : '?');
}

static void print_format(const char *format, const char *name, const struct stat *st)
{
	for (; *format; format++) {
		if (format[0] == '%' && format[1])
			print_field(*++format, name, st);
		else
			putchar(*format);
	}
}

static const char default_format[] = "  File: %N\n"
				     "  Size: %s  Blocks: %b  IO Block: %o  %F\n"
				     "Device: %d  Inode: %i  Links: %h\n"
				     "Access: (%a/%A)  Uid: (%u/%U)  Gid: (%g/%G)\n"
				     "Access: %x\nModify: %y\nChange: %z";

int main(int argc, char **argv)
{
	const char *format = default_format;
	bool follow = false;
	int c;

	tool_start(argc, argv, "stat [-L] [-c FORMAT] FILE...");
	while ((c = getopt(argc, argv, "Lc:")) != -1) {
		if (c == 'c')
			format = optarg;
		else if (c == 'L')
			follow = true;
		else
			tool_usage();
	}
	if (!argv[optind])
		tool_usage();
	for (; argv[optind]; optind++) {
		struct stat st;

		if ((follow ? stat : lstat)(argv[optind], &st) != 0) {
			tool_warn_errno("%s", argv[optind]);
			continue;
		}
		print_format(format, argv[optind], &st);
		putchar('\n');
	}
	return tool_finish();
}
