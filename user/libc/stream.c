// SPDX-License-Identifier: MIT
/*
 * stream: buffers between a program and its descriptors.
 *
 * Promise   a terminal is line-buffered, stderr unbuffered, everything else has 4 KiB. Before a stream
 *           is read, line-buffered output is written out. A short write is continued; an error stays
 *           in the stream.
 * Locks     one per stream, and one for the list of all
 * Lifetime  the three standard streams are never freed
 * Linux     stdio(3), setvbuf(3)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/stream.h"

static struct stream standard[3] = {
	{ .fd = 0, .readable = true, .mode = -1, .next = &standard[1] },
	{ .fd = 1, .writable = true, .mode = -1, .next = &standard[2] },
	{ .fd = 2, .writable = true, .mode = _IONBF },
};
FILE *const stdin = &standard[0], *const stdout = &standard[1], *const stderr = &standard[2];

static int list_lock;
static struct stream *streams = &standard[0];

void __stream_link(FILE *f)
{
	__lock(&list_lock);
	f->next = streams;
	streams = f;
	__unlock(&list_lock);
}

void __stream_unlink(FILE *f)
{
	__lock(&list_lock);
	for (struct stream **p = &streams; *p; p = &(*p)->next)
		if (*p == f) {
			*p = f->next;
			break;
		}
	__unlock(&list_lock);
}

void __stream_init_buffer(FILE *f)
{
	if (f->mode < 0) {
		int saved = errno;
		f->mode = isatty(f->fd) ? _IOLBF : _IOFBF;
		errno = saved;
	}
	if (f->buf)
		return;
	size_t size = f->mode == _IONBF && !f->readable ? 0 : BUFSIZ;
	char *room = size ? malloc(size + UNGET_ROOM) : NULL;
	if (!room) { /* do without */
		f->mode = _IONBF;
		return;
	}
	f->buf = room + UNGET_ROOM;
	f->size = size;
	f->own_buf = true;
}

static bool write_all(FILE *f, const char *from, size_t n)
{
	while (n) {
		ssize_t done = write(f->fd, from, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			f->error = true;
			return false;
		}
		from += done;
		n -= done;
	}
	return true;
}

static bool memory_write(FILE *f, const char *from, size_t n)
{
	if (f->fill + n + 1 > f->size) {
		size_t size = (f->fill + n + 1) * 2;
		char *grown = realloc(f->buf, size);
		if (!grown) {
			f->error = true;
			return false;
		}
		f->buf = grown;
		f->size = size;
	}
	memcpy(f->buf + f->fill, from, n);
	f->fill += n;
	f->buf[f->fill] = '\0';
	*f->memory_text = f->buf;
	*f->memory_size = f->fill;
	return true;
}

int __stream_flush(FILE *f)
{
	if (f->memory)
		return 0;
	if (f->fill) {
		size_t n = f->fill;
		f->fill = 0;
		return write_all(f, f->buf, n) ? 0 : EOF;
	}
	/* What was read ahead goes back to the file, where it can. */
	if (f->end > f->pos) {
		int saved = errno;
		lseek(f->fd, -(off_t)(f->end - f->pos), SEEK_CUR);
		errno = saved;
		f->pos = f->end = 0;
	}
	return 0;
}

size_t __stream_write(FILE *f, const char *from, size_t n)
{
	if (!f->writable) {
		errno = EBADF;
		f->error = true;
		return 0;
	}
	if (f->memory)
		return memory_write(f, from, n) ? n : 0;
	if (f->end)
		__stream_flush(f);
	__stream_init_buffer(f);
	if (f->mode == _IONBF)
		return write_all(f, from, n) ? n : 0;
	if (n > f->size - f->fill) {
		if (__stream_flush(f))
			return 0;
		if (n >= f->size)
			return write_all(f, from, n) ? n : 0;
	}
	memcpy(f->buf + f->fill, from, n);
	f->fill += n;
	if (f->mode == _IOLBF && memchr(from, '\n', n) && __stream_flush(f))
		return 0;
	return n;
}

/* Before a program waits for input, the user should see what it asked. */
static void flush_terminals(void)
{
	if (stdout->mode == _IOLBF && stdout->fill)
		__stream_flush(stdout);
}

static bool refill(FILE *f)
{
	if (!f->readable) {
		errno = EBADF;
		f->error = true;
		return false;
	}
	if (f->fill)
		__stream_flush(f);
	__stream_init_buffer(f);
	if (!f->buf)
		return false;
	if (f->mode != _IOFBF)
		flush_terminals();
	ssize_t n;
	do
		n = read(f->fd, f->buf, f->mode == _IONBF ? 1 : f->size);
	while (n < 0 && errno == EINTR);
	f->eof |= n == 0;
	f->error |= n < 0;
	f->pos = 0;
	f->end = n > 0 ? n : 0;
	return n > 0;
}

int __stream_getc(FILE *f)
{
	if (f->pos == f->end && !refill(f))
		return EOF;
	return (unsigned char)f->buf[f->pos++];
}

int ungetc(int c, FILE *f)
{
	if (c == EOF)
		return EOF;
	__lock(&f->lock);
	__stream_init_buffer(f);
	if (f->buf && f->end == 0)
		f->pos = f->end = 0;
	if (!f->buf || f->buf + f->pos == f->buf - UNGET_ROOM) {
		c = EOF;
	} else {
		f->pos--;
		f->buf[(ptrdiff_t)f->pos] = c;
		f->eof = false;
	}
	__unlock(&f->lock);
	return c;
}

int fflush(FILE *f)
{
	int result = 0;

	if (f) {
		__lock(&f->lock);
		result = __stream_flush(f);
		__unlock(&f->lock);
		return result;
	}
	for (f = streams; f; f = f->next)
		if (f->fill)
			result |= fflush(f);
	return result;
}

void __stdio_flush_all(void)
{
	for (FILE *f = streams; f; f = f->next)
		__stream_flush(f);
}

int setvbuf(FILE *f, char *buf, int mode, size_t size)
{
	if (f->fill)
		__stream_flush(f);
	f->mode = mode;
	if (mode == _IONBF || (buf && size > UNGET_ROOM)) {
		if (f->own_buf)
			free(f->buf - UNGET_ROOM);
		f->own_buf = false;
		f->buf = mode == _IONBF ? NULL : buf + UNGET_ROOM;
		f->size = mode == _IONBF ? 0 : size - UNGET_ROOM;
		f->pos = f->end = 0;
	}
	return 0;
}

void setbuf(FILE *f, char *buf)
{
	setvbuf(f, buf, buf ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *f)
{
	setvbuf(f, NULL, _IOLBF, 0);
}
