// SPDX-License-Identifier: MIT
/*
 * stdio.h: streams and formatted text.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF (-1)
#define BUFSIZ 4096
#define FILENAME_MAX 4096
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

typedef struct stream FILE;
extern FILE *const stdin, *const stdout, *const stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *f);
FILE *open_memstream(char **text, size_t *size);
int fclose(FILE *f);
int fflush(FILE *f);
size_t fread(void *to, size_t size, size_t count, FILE *f);
size_t fwrite(const void *from, size_t size, size_t count, FILE *f);
int fgetc(FILE *f);
int getc(FILE *f);
int getchar(void);
int getc_unlocked(FILE *f);
int ungetc(int c, FILE *f);
char *fgets(char *s, int size, FILE *f);
ssize_t getline(char **line, size_t *size, FILE *f);
ssize_t getdelim(char **line, size_t *size, int delim, FILE *f);
int fputc(int c, FILE *f);
int putc(int c, FILE *f);
int putchar(int c);
int getchar_unlocked(void);
int putchar_unlocked(int c);
int putc_unlocked(int c, FILE *f);
int fputs(const char *s, FILE *f);
int puts(const char *s);
int fseek(FILE *f, long offset, int whence);
int fseeko(FILE *f, off_t offset, int whence);
long ftell(FILE *f);
off_t ftello(FILE *f);
typedef off_t fpos_t;
int fgetpos(FILE *f, fpos_t *pos);
int fsetpos(FILE *f, const fpos_t *pos);
void rewind(FILE *f);
int feof(FILE *f);
int ferror(FILE *f);
void clearerr(FILE *f);
int fileno(FILE *f);
int setvbuf(FILE *f, char *buf, int mode, size_t size);
void setbuf(FILE *f, char *buf);
void setlinebuf(FILE *f);
void perror(const char *what);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);
int remove(const char *path);
FILE *tmpfile(void);
int rename(const char *from, const char *to);
int renameat(int fromfd, const char *from, int tofd, const char *to);
int renameat2(int fromfd, const char *from, int tofd, const char *to, unsigned flags);

#define __PRINTF(f, a) __attribute__((format(printf, f, a)))
__PRINTF(1, 2) int printf(const char *fmt, ...);
__PRINTF(2, 3) int fprintf(FILE *f, const char *fmt, ...);
__PRINTF(2, 3) int dprintf(int fd, const char *fmt, ...);
__PRINTF(2, 3) int sprintf(char *s, const char *fmt, ...);
__PRINTF(3, 4) int snprintf(char *s, size_t size, const char *fmt, ...);
__PRINTF(2, 3) int asprintf(char **s, const char *fmt, ...);
__PRINTF(1, 0) int vprintf(const char *fmt, va_list ap);
__PRINTF(2, 0) int vfprintf(FILE *f, const char *fmt, va_list ap);
__PRINTF(2, 0) int vdprintf(int fd, const char *fmt, va_list ap);
__PRINTF(2, 0) int vsprintf(char *s, const char *fmt, va_list ap);
__PRINTF(3, 0) int vsnprintf(char *s, size_t size, const char *fmt, va_list ap);
__PRINTF(2, 0) int vasprintf(char **s, const char *fmt, va_list ap);

#define __SCANF(f, a) __attribute__((format(scanf, f, a)))
__SCANF(2, 3) int sscanf(const char *s, const char *fmt, ...);
__SCANF(2, 0) int vsscanf(const char *s, const char *fmt, va_list ap);
__SCANF(2, 3) int fscanf(FILE *f, const char *fmt, ...);
__SCANF(2, 0) int vfscanf(FILE *f, const char *fmt, va_list ap);
__SCANF(1, 2) int scanf(const char *fmt, ...);
__SCANF(1, 0) int vscanf(const char *fmt, va_list ap);
