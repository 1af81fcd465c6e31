// SPDX-License-Identifier: MIT
/*
 * calls: functions whose arguments or answers differ a little from the system call's.
 *
 * Linux     each one's page, section "C library/kernel differences"
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <unistd.h>
#include "user/libc/libc.h"

enum { NICE_ZERO = 20 }; /* the call answers 20 - nice, so that no answer is negative */

char *getcwd(char *buf, size_t size)
{
	char *own = NULL;

	if (!buf)
		buf = own = malloc(size = size ? size : PATH_MAX);
	if (!buf || ret(sys_getcwd(buf, size)) < 0) {
		free(own);
		return NULL;
	}
	return buf;
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
	return flags ? ret(sys_faccessat2(dirfd, path, mode, flags)) : ret(sys_faccessat(dirfd, path, mode));
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	return flags ? ret(sys_fchmodat2(dirfd, path, mode, flags)) : ret(sys_fchmodat(dirfd, path, mode));
}

int mkfifo(const char *path, mode_t mode)
{
	return mknod(path, mode | S_IFIFO, 0);
}
int mkfifoat(int dirfd, const char *path, mode_t mode)
{
	return mknodat(dirfd, path, mode | S_IFIFO, 0);
}
int futimens(int fd, const struct timespec times[2])
{
	return ret(sys_utimensat(fd, NULL, times, 0));
}

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
	return -sys_fadvise64(fd, offset, size, advice);
}
int posix_fallocate(int fd, off_t offset, off_t size)
{
	return -sys_fallocate(fd, 0, offset, size);
}

int lockf(int fd, int cmd, off_t size)
{
	static const struct {
		int cmd;
		short type;
	} calls[] = {
		[F_ULOCK] = { F_SETLK, F_UNLCK }, [F_LOCK] = { F_SETLKW, F_WRLCK },
		[F_TLOCK] = { F_SETLK, F_WRLCK }, [F_TEST] = { F_GETLK, F_RDLCK },
	};
	struct flock fl = { .l_whence = SEEK_CUR, .l_len = size };

	if (cmd < F_ULOCK || cmd > F_TEST)
		return ret(-EINVAL);
	fl.l_type = calls[cmd].type;
	long err = sys_fcntl(fd, calls[cmd].cmd, (unsigned long)&fl);
	if (cmd == F_TEST && !err && fl.l_type != F_UNLCK && fl.l_pid != getpid())
		err = -EACCES;
	return ret(err);
}

ssize_t preadv(int fd, const struct iovec *iov, int count, off_t pos)
{
	return ret(sys_preadv(fd, iov, count, pos, 0));
}
ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t pos)
{
	return ret(sys_pwritev(fd, iov, count, pos, 0));
}
ssize_t preadv2(int fd, const struct iovec *iov, int count, off_t pos, int flags)
{
	return ret(sys_preadv2(fd, iov, count, pos, 0, flags));
}
ssize_t pwritev2(int fd, const struct iovec *iov, int count, off_t pos, int flags)
{
	return ret(sys_pwritev2(fd, iov, count, pos, 0, flags));
}

int getpriority(int which, id_t who)
{
	long r = ret(sys_getpriority(which, who));

	return r < 0 ? r : NICE_ZERO - r;
}

int nice(int by)
{
	errno = 0;
	int now = getpriority(PRIO_PROCESS, 0);
	if (now == -1 && errno)
		return -1;
	now += by;
	now = now < PRIO_MIN ? PRIO_MIN : now > PRIO_MAX - 1 ? PRIO_MAX - 1 : now;
	return setpriority(PRIO_PROCESS, 0, now) ? -1 : now;
}

int seteuid(uid_t uid)
{
	return setresuid(-1, uid, -1);
}
int setegid(gid_t gid)
{
	return setresgid(-1, gid, -1);
}

int umount(const char *target)
{
	return umount2(target, 0);
}

int reboot(int command)
{
	return ret(sys_reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, NULL));
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	long n = ret(sys_sched_getaffinity(pid, size, set->bits));

	if (n < 0)
		return -1;
	memset((char *)set + n, 0, size - n);
	return 0;
}

int __cpu_count(const cpu_set_t *set)
{
	int n = 0;

	for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		n += __builtin_popcountl(set->bits[i]);
	return n;
}

int getcpu(unsigned *cpu, unsigned *node)
{
	return ret(sys_getcpu(cpu, node, NULL));
}

int sched_getcpu(void)
{
	unsigned cpu;

	return getcpu(&cpu, NULL) ? -1 : (int)cpu;
}

int get_nprocs(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

int eventfd(unsigned initial, int flags)
{
	return ret(sys_eventfd2(initial, flags));
}
int eventfd_read(int fd, eventfd_t *value)
{
	return read(fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}
int eventfd_write(int fd, eventfd_t value)
{
	return write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}

ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	return sendto(fd, buf, n, flags, NULL, 0);
}
ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	return recvfrom(fd, buf, n, flags, NULL, NULL);
}
int sockatmark(int fd)
{
	int is_at;

	return ioctl(fd, SIOCATMARK, &is_at) ? -1 : is_at;
}

static unsigned long program_end; /* as brk last answered */

int brk(void *end)
{
	program_end = sys_brk((unsigned long)end);
	if (program_end == (unsigned long)end)
		return 0;
	errno = ENOMEM;
	return -1;
}

void *sbrk(long by)
{
	if (!program_end)
		program_end = sys_brk(0);
	unsigned long old = program_end;
	return by && brk((void *)(old + by)) ? (void *)-1 : (void *)old;
}

long sysconf(int name)
{
	struct rlimit limit;
	struct sysinfo info;

	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CLK_TCK:
		return USER_HZ;
	case _SC_NGROUPS_MAX:
		return NGROUPS_MAX;
	case _SC_PAGESIZE:
		return getpagesize();
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return get_nprocs();
	case _SC_OPEN_MAX:
		return getrlimit(RLIMIT_NOFILE, &limit) ? -1 : (long)limit.rlim_cur;
	case _SC_CHILD_MAX:
		return getrlimit(RLIMIT_NPROC, &limit) ? -1 : (long)limit.rlim_cur;
	case _SC_PHYS_PAGES:
		return sysinfo(&info) ? -1 : (long)(info.totalram / getpagesize() * info.mem_unit);
	case _SC_AVPHYS_PAGES:
		return sysinfo(&info) ? -1 : (long)(info.freeram / getpagesize() * info.mem_unit);
	}
	errno = EINVAL;
	return -1;
}

int getpagesize(void)
{
	return PAGE_SIZE;
}
