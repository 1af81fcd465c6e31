// SPDX-License-Identifier: MIT
/*
 * stream: what a FILE is, for the files of the library that work on it.
 *
 * Locks     `lock` guards everything else; taken by the public functions, never by the __ ones.
 */
#pragma once
#include <stdio.h>
#include "user/libc/libc.h"

enum { UNGET_ROOM = 8 };

struct stream {
	int fd;
	int lock;
	bool readable, writable, append, eof, error;
	bool own_buf, memory;
	int mode;			/* _IOFBF _IOLBF _IONBF; -1: not decided yet */
	char *buf;			/* UNGET_ROOM bytes lie before it */
	size_t size;			/* of buf */
	size_t pos, end;		/* reading: the bytes not yet taken are [pos, end) */
	size_t fill;			/* writing: bytes not yet written; reading and writing exclude each other */
	char **memory_text;		/* open_memstream */
	size_t *memory_size;
	int pid;			/* popen */
	struct stream *next;		/* all open streams */
};

int __stream_flush(FILE *f);
void __stream_init_buffer(FILE *f);
size_t __stream_write(FILE *f, const char *from, size_t n);
int __stream_getc(FILE *f);
void __stream_link(FILE *f);
void __stream_unlink(FILE *f);
