// SPDX-License-Identifier: MIT
/*
 * printf: the formatter (format.c) on streams, strings and descriptors.
 *
 * Linux     printf(3), asprintf(3), dprintf(3)
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/stream.h"

struct stream_sink {
	struct sink sink;
	FILE *f;
};

static void put_stream(struct sink *s, const char *text, size_t n)
{
	if (n)
		__stream_write(((struct stream_sink *)s)->f, text, n);
}

int vfprintf(FILE *f, const char *fmt, va_list ap)
{
	struct stream_sink s = { { .put = put_stream }, f };

	__lock(&f->lock);
	/* One write for one call, on unbuffered streams too. */
	bool unbuffered = f->mode == _IONBF && !f->buf && f->writable;
	char room[UNGET_ROOM + 512];
	if (unbuffered) {
		f->buf = room + UNGET_ROOM;
		f->size = sizeof(room) - UNGET_ROOM;
		f->mode = _IOFBF;
	}
	bool before = f->error;
	f->error = false;
	int n = __format(&s.sink, fmt, ap);
	if (unbuffered) {
		__stream_flush(f);
		f->buf = NULL;
		f->size = 0;
		f->mode = _IONBF;
	}
	if (f->error)
		n = -1;
	f->error |= before;
	__unlock(&f->lock);
	return n;
}

struct string_sink {
	struct sink sink;
	char *p;
	size_t room; /* without the NUL */
};

static void put_string(struct sink *s, const char *text, size_t n)
{
	struct string_sink *to = (struct string_sink *)s;

	if (n > to->room)
		n = to->room;
	memcpy(to->p, text, n);
	to->p += n;
	to->room -= n;
}

int vsnprintf(char *s, size_t size, const char *fmt, va_list ap)
{
	char none;
	struct string_sink to = { { .put = put_string }, size ? s : &none, size ? size - 1 : 0 };
	int n = __format(&to.sink, fmt, ap);

	*to.p = '\0';
	return n;
}

int vsprintf(char *s, const char *fmt, va_list ap)
{
	return vsnprintf(s, INT_MAX, fmt, ap);
}

int vasprintf(char **s, const char *fmt, va_list ap)
{
	int n = vsnprintf(NULL, 0, fmt, ap);

	*s = malloc(n + 1);
	return *s ? vsnprintf(*s, n + 1, fmt, ap) : -1;
}

int vdprintf(int fd, const char *fmt, va_list ap)
{
	char *text;
	int n = vasprintf(&text, fmt, ap);

	if (n < 0)
		return -1;
	ssize_t done = write(fd, text, n);
	free(text);
	return done;
}

int vprintf(const char *fmt, va_list ap)
{
	return vfprintf(stdout, fmt, ap);
}

/* The same six with arguments in place. */
#define WITH_ARGUMENTS(call)      \
	va_list ap;               \
	va_start(ap, fmt);        \
	int n = call;             \
	va_end(ap);               \
	return n

int printf(const char *fmt, ...)
{
	WITH_ARGUMENTS(vfprintf(stdout, fmt, ap));
}
int fprintf(FILE *f, const char *fmt, ...)
{
	WITH_ARGUMENTS(vfprintf(f, fmt, ap));
}
int dprintf(int fd, const char *fmt, ...)
{
	WITH_ARGUMENTS(vdprintf(fd, fmt, ap));
}
int sprintf(char *s, const char *fmt, ...)
{
	WITH_ARGUMENTS(vsprintf(s, fmt, ap));
}
int snprintf(char *s, size_t size, const char *fmt, ...)
{
	WITH_ARGUMENTS(vsnprintf(s, size, fmt, ap));
}
int asprintf(char **s, const char *fmt, ...)
{
	WITH_ARGUMENTS(vasprintf(s, fmt, ap));
}
