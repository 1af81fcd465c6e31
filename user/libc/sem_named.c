// SPDX-License-Identifier: MIT
/*
 * sem_named: semaphores that processes find by name: one mapped page of a file /dev/shm/sem.NAME.
 *
 * Promise   Nobody ever finds a semaphore that is not initialised: a new one is written under another name and linked
 *           to its own, which fails when there is one already. A process that opens the same semaphore again gets the
 *           same address, and has to close it as often. A name that is unlinked and made again is another one.
 * Locks     `lock`: the list of what is open
 * Linux     sem_open(3), sem_close(3), sem_unlink(3), sem_overview(7)
 */
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/libc/thread.h"

#define PREFIX "sem."
enum { RETRIES = 100 };

static int lock;
struct open_sem {
	struct open_sem *next;
	sem_t *sem;
	dev_t dev;
	ino_t ino;
	unsigned count;
};
static struct open_sem *opened; /* [lock] */

/* The mapping of an open file, which is closed: the one that there is already, or a new one. */
static sem_t *map(int fd)
{
	struct open_sem *o = NULL;
	struct stat st;

	__lock(&lock);
	long err = sys_fstat(fd, &st);
	if (!err && st.st_size < (off_t)sizeof(sem_t))
		err = -EINVAL;
	if (!err)
		for (o = opened; o && (o->dev != st.st_dev || o->ino != st.st_ino); o = o->next)
			;
	if (!err && !o) {
		sem_t *sem = mmap(NULL, sizeof(*sem), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		o = malloc(sizeof(*o));
		if (sem != MAP_FAILED && o) {
			*o = (struct open_sem){ opened, sem, st.st_dev, st.st_ino, 0 };
			opened = o;
		} else {
			err = sem == MAP_FAILED ? -errno : -ENOMEM;
			if (sem != MAP_FAILED)
				munmap(sem, sizeof(*sem));
			free(o);
		}
	}
	if (!err)
		o->count++;
	__unlock(&lock);
	sys_close(fd);
	ret(err);
	return err ? SEM_FAILED : o->sem;
}

/* A file with a new semaphore, open, that has the name: a descriptor, or the negative error. */
static int create(const char *path, mode_t mode, unsigned value)
{
	static unsigned number; /* [atomic] */
	char other[SHM_PATH_BYTES];
	sem_t sem;
	int fd = -EEXIST;

	if (sem_init(&sem, 1, value))
		return -EINVAL;
	for (int i = 0; i < RETRIES && fd == -EEXIST; i++) {
		snprintf(other, sizeof(other), SHM_DIR "%d.%u.new", getpid(),
			__atomic_add_fetch(&number, 1, __ATOMIC_RELAXED));
		fd = (int)sys_open(other, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	}
	if (fd < 0)
		return fd;
	long err = sys_write(fd, &sem, sizeof(sem));
	if (err == sizeof(sem))
		err = sys_link(other, path);
	sys_unlink(other);
	if (!err)
		return fd;
	sys_close(fd);
	return (int)err;
}

sem_t *sem_open(const char *name, int flags, ...)
{
	char path[SHM_PATH_BYTES];
	va_list ap;

	va_start(ap, flags);
	mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	unsigned value = flags & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	if (__shm_path(PREFIX, name, path))
		return SEM_FAILED;
	for (;;) {
		int fd = -ENOENT;
		if (!(flags & O_CREAT) || !(flags & O_EXCL))
			fd = (int)sys_open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0);
		if (fd == -ENOENT && (flags & O_CREAT)) {
			fd = create(path, mode, value);
			if (fd == -EEXIST && !(flags & O_EXCL))
				continue; /* somebody was faster */
		}
		if (fd >= 0)
			return map(fd);
		ret(fd);
		return SEM_FAILED;
	}
}

int sem_close(sem_t *sem)
{
	int err = -EINVAL;

	__lock(&lock);
	for (struct open_sem **at = &opened, *o; err && (o = *at) != NULL; at = &o->next) {
		if (o->sem != sem)
			continue;
		err = 0;
		if (--o->count)
			break;
		*at = o->next;
		munmap(sem, sizeof(*sem));
		free(o);
		break;
	}
	__unlock(&lock);
	return (int)ret(err);
}

int sem_unlink(const char *name)
{
	char path[SHM_PATH_BYTES];

	return __shm_path(PREFIX, name, path) ? (int)ret(-ENOENT) : unlink(path);
}
