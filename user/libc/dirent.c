// SPDX-License-Identifier: MIT
/*
 * dirent: reading directories.
 *
 * Promise   an entry is the kernel's record in the stream's buffer: valid until the next readdir().
 * Linux     getdents64(2), readdir(3)
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/libc/libc.h"

enum { DIR_BUF_BYTES = 4096 };
_Static_assert(offsetof(struct dirent, d_name) == DIRENT64_NAME_OFFSET, "the kernel's record");

struct dir_stream {
	int fd;
	long next_pos; /* where the entry after the last answered one begins */
	int pos, end;
	char buf[DIR_BUF_BYTES] __attribute__((aligned(8)));
};

DIR *fdopendir(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return NULL;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	DIR *d = calloc(1, sizeof(*d));
	if (d)
		d->fd = fd;
	return d;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		close(fd);
	return d;
}

struct dirent *readdir(DIR *d)
{
	if (d->pos >= d->end) {
		long n = sys_getdents64(d->fd, d->buf, sizeof(d->buf));
		if (n <= 0) {
			if (n < 0 && n != -ENOENT)
				errno = -n;
			return NULL;
		}
		d->pos = 0;
		d->end = n;
	}
	struct dirent *e = (struct dirent *)(d->buf + d->pos);
	d->pos += e->d_reclen;
	d->next_pos = e->d_off;
	return e;
}

int closedir(DIR *d)
{
	int fd = d->fd;

	free(d);
	return close(fd);
}

void seekdir(DIR *d, long where)
{
	lseek(d->fd, where, SEEK_SET);
	d->pos = d->end = 0;
	d->next_pos = where;
}
void rewinddir(DIR *d)
{
	seekdir(d, 0);
}
long telldir(DIR *d)
{
	return d->next_pos;
}
int dirfd(DIR *d)
{
	return d->fd;
}

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcoll((*a)->d_name, (*b)->d_name);
}

static void free_list(struct dirent **list, int n)
{
	while (n)
		free(list[--n]);
	free(list);
}

int scandir(const char *path, struct dirent ***list, int (*wanted)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent **found = NULL, *e;
	int n = 0, room = 0;
	DIR *d = opendir(path);

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		if (wanted && !wanted(e))
			continue;
		if (n == room) {
			room = room ? 2 * room : 16;
			struct dirent **more = realloc(found, room * sizeof(*found));
			if (!more)
				break;
			found = more;
		}
		found[n] = malloc(e->d_reclen);
		if (!found[n])
			break;
		memcpy(found[n++], e, e->d_reclen);
	}
	closedir(d);
	if (e) { /* memory was out */
		free_list(found, n);
		errno = ENOMEM;
		return -1;
	}
	if (compare && n)
		qsort(found, n, sizeof(*found), (int (*)(const void *, const void *))compare);
	*list = found ? found : malloc(sizeof(*found));
	return n;
}
