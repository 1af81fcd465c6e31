// SPDX-License-Identifier: MIT
/*
 * stdio: opening streams, and reading and writing through them.
 *
 * Promise   as stdio(3); the buffers are stream.c's business.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/libc/stream.h"

static int flags_of(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;

	if (*mode == 'w')
		flags |= O_CREAT | O_TRUNC;
	if (*mode == 'a')
		flags |= O_CREAT | O_APPEND;
	if (strchr(mode, 'e'))
		flags |= O_CLOEXEC;
	if (strchr(mode, 'x'))
		flags |= O_EXCL;
	return flags;
}

static void set_up(FILE *f, int fd, const char *mode)
{
	int access = flags_of(mode) & O_ACCMODE;

	*f = (struct stream){ .fd = fd, .mode = -1, .next = f->next };
	f->readable = access != O_WRONLY;
	f->writable = access != O_RDONLY;
}

FILE *fdopen(int fd, const char *mode)
{
	FILE *f = calloc(1, sizeof(*f));

	if (f) {
		set_up(f, fd, mode);
		__stream_link(f);
	}
	return f;
}

FILE *fopen(const char *path, const char *mode)
{
	if (!strchr("rwa", *mode)) {
		errno = EINVAL;
		return NULL;
	}
	int fd = open(path, flags_of(mode), 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, mode);
	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static void release_buffer(FILE *f)
{
	if (f->own_buf)
		free(f->buf - UNGET_ROOM);
	f->own_buf = false;
	f->buf = NULL;
}

FILE *freopen(const char *path, const char *mode, FILE *f)
{
	fflush(f);
	int fd = open(path, flags_of(mode), 0666);
	if (fd < 0)
		return NULL;
	if (fd != f->fd) {
		dup2(fd, f->fd);
		close(fd);
	}
	release_buffer(f);
	set_up(f, f->fd, mode);
	return f;
}

FILE *open_memstream(char **text, size_t *size)
{
	FILE *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->fd = -1;
	f->writable = f->memory = true;
	f->mode = _IOFBF;
	f->memory_text = text;
	f->memory_size = size;
	__stream_write(f, "", 0);
	return f;
}

FILE *tmpfile(void)
{
	char name[] = "/tmp/tmp.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0)
		return NULL;
	unlink(name);
	FILE *f = fdopen(fd, "w+");
	if (!f)
		close(fd);
	return f;
}

int fclose(FILE *f)
{
	int result = fflush(f);

	if (f->fd >= 0 && close(f->fd) != 0)
		result = EOF;
	if (!f->memory) {
		__stream_unlink(f);
		release_buffer(f);
	}
	if (f != stdin && f != stdout && f != stderr)
		free(f);
	return result;
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *f)
{
	size_t total = size * count;

	if (!total)
		return 0;
	__lock(&f->lock);
	size_t done = __stream_write(f, from, total);
	__unlock(&f->lock);
	return done == total ? count : done / size;
}

size_t fread(void *to, size_t size, size_t count, FILE *f)
{
	char *p = to;
	size_t left = size * count;

	__lock(&f->lock);
	while (left) {
		int c = __stream_getc(f);
		if (c == EOF)
			break;
		*p++ = c;
		left--;
		size_t have = f->end - f->pos;
		if (have > left)
			have = left;
		memcpy(p, f->buf + f->pos, have);
		f->pos += have;
		p += have;
		left -= have;
	}
	__unlock(&f->lock);
	return size ? (p - (char *)to) / size : 0;
}

int fgetc(FILE *f)
{
	__lock(&f->lock);
	int c = __stream_getc(f);
	__unlock(&f->lock);
	return c;
}
int getc(FILE *f)
{
	return fgetc(f);
}
int getc_unlocked(FILE *f)
{
	return __stream_getc(f);
}
int getchar_unlocked(void)
{
	return __stream_getc(stdin);
}
int getchar(void)
{
	return fgetc(stdin);
}

char *fgets(char *s, int size, FILE *f)
{
	int n = 0, c = 0;

	__lock(&f->lock);
	while (n < size - 1 && c != '\n' && (c = __stream_getc(f)) != EOF)
		s[n++] = c;
	__unlock(&f->lock);
	if (n == 0)
		return NULL;
	s[n] = '\0';
	return s;
}

ssize_t getdelim(char **line, size_t *size, int delim, FILE *f)
{
	size_t n = 0;
	int c;

	if (!*line)
		*size = 0;
	__lock(&f->lock);
	do {
		c = __stream_getc(f);
		if (n + 2 > *size) {
			size_t grown_size = *size ? *size * 2 : 128;
			char *grown = realloc(*line, grown_size);
			if (!grown) {
				__unlock(&f->lock);
				return -1;
			}
			*line = grown;
			*size = grown_size;
		}
		if (c != EOF)
			(*line)[n++] = c;
	} while (c != EOF && c != delim);
	__unlock(&f->lock);
	(*line)[n] = '\0';
	return n ? (ssize_t)n : -1;
}

ssize_t getline(char **line, size_t *size, FILE *f)
{
	return getdelim(line, size, '\n', f);
}

int fputc(int c, FILE *f)
{
	char one = c;

	return fwrite(&one, 1, 1, f) == 1 ? (unsigned char)c : EOF;
}
int putc(int c, FILE *f)
{
	return fputc(c, f);
}
int putc_unlocked(int c, FILE *f)
{
	return fputc(c, f);
}
int putchar_unlocked(int c)
{
	return fputc(c, stdout);
}
int putchar(int c)
{
	return fputc(c, stdout);
}
int fputs(const char *s, FILE *f)
{
	size_t n = strlen(s);

	return fwrite(s, 1, n, f) == n ? 0 : EOF;
}
int puts(const char *s)
{
	return fputs(s, stdout) == EOF ? EOF : fputc('\n', stdout);
}

int fseeko(FILE *f, off_t offset, int whence)
{
	__lock(&f->lock);
	int bad = __stream_flush(f); /* also gives back what was read ahead */
	f->pos = f->end = 0;
	if (!bad && lseek(f->fd, offset, whence) < 0)
		bad = -1;
	f->eof &= bad != 0;
	__unlock(&f->lock);
	return bad ? -1 : 0;
}
int fseek(FILE *f, long offset, int whence)
{
	return fseeko(f, offset, whence);
}

int fgetpos(FILE *f, fpos_t *pos)
{
	*pos = ftello(f);
	return *pos < 0 ? -1 : 0;
}

int fsetpos(FILE *f, const fpos_t *pos)
{
	return fseeko(f, *pos, SEEK_SET);
}

off_t ftello(FILE *f)
{
	off_t at = lseek(f->fd, 0, SEEK_CUR);

	return at < 0 ? -1 : at - (off_t)(f->end - f->pos) + (off_t)f->fill;
}
long ftell(FILE *f)
{
	return ftello(f);
}
void rewind(FILE *f)
{
	fseeko(f, 0, SEEK_SET);
	f->error = false;
}

int feof(FILE *f)
{
	return f->eof;
}
int ferror(FILE *f)
{
	return f->error;
}
void clearerr(FILE *f)
{
	f->eof = f->error = false;
}
int fileno(FILE *f)
{
	return f->fd;
}

int remove(const char *path)
{
	if (unlink(path) == 0)
		return 0;
	return errno == EISDIR ? rmdir(path) : -1;
}
