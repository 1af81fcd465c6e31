// SPDX-License-Identifier: MIT
/*
 * dd: copies in blocks.
 *
 * Promise   if= of= bs= ibs= obs= count= skip= seek= conv=notrunc,sync,noerror,ucase,lcase,swab,fsync status=none; at
 *           the end it tells how many blocks were whole and how many were not. Blocks that are read short are
 *           written as they are, or gathered when the sizes differ.
 * Linux     POSIX.1-2017, dd
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { BLOCK_BYTES = 512 };
enum conversion { NOTRUNC = 1, SYNC = 2, NOERROR = 4, UCASE = 8, LCASE = 16, SWAB = 32, FSYNC = 64, FULLBLOCK = 128 };

static const struct {
	const char *name;
	enum conversion bit;
} conversions[] = {
	{ "notrunc", NOTRUNC }, { "sync", SYNC }, { "noerror", NOERROR }, { "ucase", UCASE }, { "lcase", LCASE },
	{ "swab", SWAB }, { "fsync", FSYNC }, { "fdatasync", FSYNC }, { "fullblock", FULLBLOCK },
};

static const char *from, *to;
static long in_size = BLOCK_BYTES, out_size = BLOCK_BYTES, skip, seek, count = -1;
static bool one_size, quiet;
static int flags;
static unsigned long in_whole, in_part, out_whole, out_part, bytes;
static volatile sig_atomic_t interrupted;

static long size_of(const char *text)
{
	const char *w = strchr(text, 'x');
	long n = tool_parse_size(w ? strndup(text, w - text) : text);

	if (n < 0)
		tool_die("invalid number: '%s'", text);
	return w ? n * size_of(w + 1) : n;
}

static void take_conversions(char *list)
{
	for (char *name; (name = strsep(&list, ","));) {
		size_t i = 0, n = sizeof(conversions) / sizeof(conversions[0]);
		while (i < n && strcmp(conversions[i].name, name) != 0)
			i++;
		if (i == n)
			tool_die("invalid conversion: '%s'", name);
		flags |= conversions[i].bit;
	}
}

static bool take(const char *word, const char *name, const char **value)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len) != 0 || word[len] != '=')
		return false;
	*value = word + len + 1;
	return true;
}

static void take_operand(char *word)
{
	const char *v;

	if (take(word, "if", &v))
		from = v;
	else if (take(word, "of", &v))
		to = v;
	else if (take(word, "bs", &v))
		in_size = out_size = size_of(v), one_size = true;
	else if (take(word, "ibs", &v))
		in_size = size_of(v);
	else if (take(word, "obs", &v))
		out_size = size_of(v);
	else if (take(word, "count", &v))
		count = size_of(v);
	else if (take(word, "skip", &v))
		skip = size_of(v);
	else if (take(word, "seek", &v))
		seek = size_of(v);
	else if (take(word, "conv", &v) || take(word, "iflag", &v))
		take_conversions((char *)v);
	else if (take(word, "status", &v))
		quiet = strcmp(v, "none") == 0 || (quiet && strcmp(v, "noxfer") != 0);
	else
		tool_die("unrecognized operand '%s'", word);
}

static void convert(char *s, size_t n)
{
	if (flags & SWAB)
		for (size_t i = 0; i + 1 < n; i += 2) {
			char c = s[i];
			s[i] = s[i + 1];
			s[i + 1] = c;
		}
	for (size_t i = 0; flags & (UCASE | LCASE) && i < n; i++)
		s[i] = flags & UCASE ? toupper((unsigned char)s[i]) : tolower((unsigned char)s[i]);
}

static bool put(const char *s, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t w = write(STDOUT_FILENO, s + done, n - done);
		if (w < 0 && errno == EINTR && !interrupted)
			continue;
		if (w <= 0) {
			tool_warn_errno("error writing '%s'", to ? to : "standard output");
			return false;
		}
		done += w;
		bytes += w;
	}
	out_whole += n == (size_t)out_size;
	out_part += n != (size_t)out_size;
	return true;
}

static void set_places(void)
{
	char *buf = tool_must(malloc(in_size));

	if (skip && lseek(STDIN_FILENO, skip * in_size, SEEK_CUR) < 0)
		for (long i = 0; i < skip && read(STDIN_FILENO, buf, in_size) > 0; i++)
			;
	if (to && !(flags & NOTRUNC) && ftruncate(STDOUT_FILENO, seek * out_size) != 0 && seek)
		tool_warn_errno("%s", to);
	if (seek && lseek(STDOUT_FILENO, seek * out_size, SEEK_CUR) < 0)
		tool_warn_errno("%s: cannot seek", to ? to : "standard output");
	free(buf);
}

static ssize_t get(char *buf)
{
	ssize_t got = 0, n;

	do {
		n = read(STDIN_FILENO, buf + got, in_size - got);
		got += n > 0 ? n : 0;
	} while (!interrupted && ((n < 0 && errno == EINTR) || (n > 0 && got < in_size && flags & FULLBLOCK)));
	return got ? got : n;
}

static void copy(void)
{
	char *buf = tool_must(malloc(in_size)), *out = tool_must(malloc(out_size + in_size));
	size_t held = 0;
	ssize_t n;

	for (long i = 0; (count < 0 || i < count) && !interrupted && (n = get(buf)); i++) {
		if (n < 0) {
			tool_warn_errno("error reading '%s'", from ? from : "standard input");
			if (!(flags & NOERROR))
				break;
			n = 0;
		}
		in_whole += n == in_size;
		in_part += n != in_size;
		if (flags & SYNC && n < in_size) {
			memset(buf + n, 0, in_size - n);
			n = in_size;
		}
		convert(buf, n);
		if (one_size) {
			if (!put(buf, n))
				return;
			continue;
		}
		memcpy(out + held, buf, n);
		held += n;
		for (; held >= (size_t)out_size; held -= out_size) {
			if (!put(out, out_size))
				return;
			memmove(out, out + out_size, held - out_size);
		}
	}
	if (held)
		put(out, held);
	if (flags & FSYNC && fsync(STDOUT_FILENO) != 0)
		tool_warn_errno("fsync");
	free(buf);
	free(out);
}

static void on_interrupt(int sig)
{
	interrupted = sig;
}

static void tell(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	double s = (now.tv_sec - start->tv_sec) + (now.tv_nsec - start->tv_nsec) / 1e9;
	fprintf(stderr, "%lu+%lu records in\n%lu+%lu records out\n", in_whole, in_part, out_whole, out_part);
	fprintf(stderr, "%lu bytes copied, %g s, %.1f MB/s\n", bytes, s, s > 0 ? bytes / s / 1e6 : 0);
}

int main(int argc, char **argv)
{
	struct timespec start;

	tool_start(argc, argv, "dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=...]");
	for (int i = 1; i < argc; i++)
		take_operand(argv[i]);
	if (in_size <= 0 || out_size <= 0)
		tool_die("invalid number: '0'");
	int fd = from ? open(from, O_RDONLY) : STDIN_FILENO;
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		tool_die_errno("failed to open '%s'", from);
	fd = to ? open(to, O_RDWR | O_CREAT, 0666) : STDOUT_FILENO;
	if (fd < 0 && to)
		fd = open(to, O_WRONLY | O_CREAT, 0666);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		tool_die_errno("failed to open '%s'", to);
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_interrupt }, NULL);
	clock_gettime(CLOCK_MONOTONIC, &start);
	set_places();
	copy();
	if (!quiet)
		tell(&start);
	return interrupted ? 128 + SIGINT : tool_finish();
}
