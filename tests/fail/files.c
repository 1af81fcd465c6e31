// SPDX-License-Identifier: MIT
/*
 * files: rows for calls on open files and on names; see fail.h.
 *
 * Linux     the man page of each call
 */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include "tests/fail/fail.h"

enum { EMPTY_PATH = 0x1000, LOCK_EX_NB = 6, OFD_SETLK = 37, HIDDEN = 4, GETDENTS = 1024, FREE_BLOCK = PAGE };

static struct stat st;
static char statx_room[256], list[1024];
static struct statfs fs;
static const struct iovec pieces[] = { { (void *)TEXT, 10 }, { (void *)(TEXT + PAGE), 20 } };
static const struct iovec room[] = { { (void *)BUF, 10 }, { (void *)(BUF + PAGE), 20 } };
static struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5 };
static int two[2];
static const struct { uint64_t flags, mode, resolve; } how = { O_RDWR | O_CREAT | O_EXCL, 0600, 0 };
static const struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
static const struct timeval old_times[2] = { { 1, 0 }, { 2, 0 } };
static const long seconds[2] = { 1, 2 };
static long offset;
static struct pollfd pipe_in = { PIPE_R, POLLIN, 0 };

/* More of them than fit the kernel's own room on the stack. */
enum { MANY_PIECES = 64 };
static struct iovec many[MANY_PIECES];

static void cut_text(void)
{
	for (int i = 0; i < MANY_PIECES; i++)
		many[i] = (struct iovec){ (char *)TEXT + i * PAGE, 100 };
}

static void cut_room(void)
{
	for (int i = 0; i < MANY_PIECES; i++)
		many[i] = (struct iovec){ (char *)BUF + i * PAGE / 2, 100 };
	CHECK_EQ(sys(SYS_ftruncate, FILE_FD, BIG), 0);
}

static void rewind_file(void)
{
	offset = 0;
	CHECK_EQ(sys(SYS_lseek, FILE_FD, 0, SEEK_SET), 0);
}

static void fill_pipe(void)
{
	while (sys(SYS_write, PIPE_W, TEXT, PAGE) > 0)
		;
}

static void lock_middle(void)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 100 };

	lock.l_type = F_UNLCK; /* one lock becomes two */
	CHECK_EQ(sys(SYS_fcntl, FILE_FD, F_SETLK, &whole), 0);
}

static void open_many(void)
{
	for (int fd = FREE_FD + 1; fd < FREE_FD + 5; fd++)
		CHECK_EQ(sys(SYS_dup2, FILE_FD, fd), fd);
}

static long close_one(void)
{
	CHECK_EQ(sys(SYS_dup2, FILE_FD, FREE_FD), FREE_FD); /* before allocations count, or again */
	return sys(SYS_close, FREE_FD);
}

static long lock_file(void)
{
	return sys(SYS_flock, FILE_FD, LOCK_EX_NB);
}

static long get_lock(void)
{
	return sys(SYS_fcntl, FILE_FD, F_GETLK, &lock);
}

#define RW O_RDWR
const struct row file_calls_rows[] = {
	{ "read", { FILE_FD, BUF, FILE_BYTES }, "of a file", rewind_file },
	{ "read", { PIPE_R, BUF, 100 }, "of a pipe" },
	{ "read", { EVENT_FD, BUF, 8 }, "of an eventfd", .success = 0, .error = { EAGAIN } },
	{ "read", { TIMER_FD, BUF, 8 }, "of a timerfd" },
	{ "read", { SIGNAL_FD, BUF, 1280 }, "of a signalfd" },
	{ "read", { INOTIFY_FD, BUF, PAGE }, "of an inotify" },
	{ "read", { SLAVE_FD, BUF, 100 }, "of a terminal" },
	{ "write", { OUT_FD, TEXT, FILE_BYTES }, "to a file", .error = { ENOSPC } },
	{ "write", { PIPE_W, TEXT, 5 * PAGE }, "to a pipe" },
	{ "write", { EVENT_FD, TEXT, 8 }, "to an eventfd" },
	{ "write", { SLAVE_FD, TEXT, 500 }, "to a terminal" },
	{ "write", { MASTER_FD, TEXT, 500 }, "to a terminal's keyboard" },
	{ "pread64", { FILE_FD, BUF, FILE_BYTES, 10 } },
	{ "pwrite64", { OUT_FD, TEXT, FILE_BYTES, 100 * PAGE }, .error = { ENOSPC } },
	{ "readv", { FILE_FD, A(room), 2 }, "of two", rewind_file },
	{ "readv", { FILE_FD, A(many), MANY_PIECES }, "of many", cut_room },
	{ "writev", { OUT_FD, A(pieces), 2 }, "of two", .error = { ENOSPC } },
	{ "writev", { OUT_FD, A(many), MANY_PIECES }, "of many", cut_text, .error = { ENOSPC } },
	{ "preadv", { FILE_FD, A(many), MANY_PIECES, 5 }, .before = cut_room },
	{ "pwritev", { OUT_FD, A(many), MANY_PIECES, 5 }, .before = cut_text, .error = { ENOSPC } },
	{ "preadv2", { FILE_FD, A(many), MANY_PIECES, 5 }, .before = cut_room },
	{ "pwritev2", { OUT_FD, A(many), MANY_PIECES, 5 }, .before = cut_text, .error = { ENOSPC } },
	{ "lseek", { FILE_FD, 0, HIDDEN } }, /* SEEK_HOLE */
	{ "sendfile", { OUT_FD, FILE_FD, A(&offset), FILE_BYTES }, "to a file", rewind_file, .error = { ENOSPC } },
	{ "sendfile", { PIPE_W, FILE_FD, A(&offset), FILE_BYTES }, "to a pipe", rewind_file },
	{ "copy_file_range", { FILE_FD, A(&offset), OUT_FD, 0, FILE_BYTES }, .before = rewind_file,
		.error = { ENOSPC } },
	{ "dup", { FILE_FD } },
	{ "dup2", { FILE_FD, 200 } },
	{ "dup3", { FILE_FD, 200, O_CLOEXEC } },
	{ "fcntl", { FILE_FD, F_DUPFD, 300 }, "F_DUPFD" },
	{ "fcntl", { FILE_FD, F_SETLK, A(&lock) }, "F_SETLK", .error = { ENOLCK } },
	{ "fcntl", { FILE_FD, F_SETLK, A(&lock) }, "F_SETLK in the middle", lock_middle, .error = { ENOLCK } },
	{ "fcntl", { FILE_FD, OFD_SETLK, A(&lock) }, "F_OFD_SETLK", .error = { ENOLCK } },
	{ "fcntl", {}, "F_GETLK", .act = get_lock, .error = { ENOLCK } },
	{ "fcntl", { FILE_FD, 8, 1 }, "F_SETOWN" },
	{ "fcntl", { PIPE_W, 1031, 32 * PAGE }, "F_SETPIPE_SZ" },
	{ "fcntl", { PIPE_W, 1031, PAGE }, "F_SETPIPE_SZ to less" },
	{ "fcntl", { MEMFD_FD, 1033, 2 }, "F_ADD_SEALS" },
	{ "flock", {}, .act = lock_file, .error = { ENOLCK } },
	{ "close", {}, .act = close_one },
	{ "close_range", { FREE_FD, FREE_FD + 4, 0 }, .before = open_many },
	{ "close_range", { FREE_FD, FREE_FD + 4, 2 }, "CLOSE_RANGE_UNSHARE", open_many },
	{ "ioctl", { FILE_FD, FIONREAD, A(&two) }, "FIONREAD" },
	{ "ioctl", { SLAVE_FD, TCGETS, BUF }, "TCGETS" },
	{ "ioctl", { MASTER_FD, 0x5441, O_RDWR }, "TIOCGPTPEER" },
	{ "ioctl", { SLAVE_FD, TIOCSTI, TEXT }, "TIOCSTI", .error = { EIO } },
	{ "fsync", { FILE_FD } },
	{ "fdatasync", { FILE_FD } },
	{ "sync", {} },
	{ "syncfs", { FILE_FD } },
	{ "ftruncate", { OUT_FD, 100 * PAGE + 5 }, "longer" },
	{ "ftruncate", { FILE_FD, PAGE + 5 }, "shorter" },
	{ "fallocate", { OUT_FD, 0, 0, 20 * PAGE }, .error = { ENOSPC } },
	{ "fallocate", { FILE_FD, 3, 100, PAGE }, "of a hole" },
	{ "fadvise64", { FILE_FD, 0, FILE_BYTES, 4 } },
	{ "fstat", { FILE_FD, A(&st) } },
	{ "fstatfs", { FILE_FD, A(&fs) } },
	{ "getdents64", { DIR_FD, A(list), sizeof(list) } },
	{ "fchdir", { DIR_FD } },
	{ "fchmod", { FILE_FD, 0600 } },
	{ "fchown", { FILE_FD, 1, 1 } },
	{ "fsetxattr", { FILE_FD, A("user.new"), TEXT, 1000 }, .error = { ENOSPC } },
	{ "fsetxattr", { FILE_FD, A("user.old"), TEXT, 2000 }, "over an old one", .error = { ENOSPC } },
	{ "fgetxattr", { FILE_FD, A("user.old"), BUF, 100 } },
	{ "flistxattr", { FILE_FD, BUF, 100 } },
	{ "fremovexattr", { FILE_FD, A("user.old") } },
	{ "poll", { A(&pipe_in), 1, 0 } },
	{ "write", { PIPE_W, TEXT, 10 }, "to a full pipe", fill_pipe, .success = -EAGAIN },
};
ROWS(file_calls);

/* --- names --- */

static char long_path[1000];

/* Too long for the room on the kernel's stack. */
static void make_long_path(void)
{
	for (size_t i = 0; i + 8 < sizeof(long_path); i += 2)
		memcpy(long_path + i, "./", 2);
	strcat(long_path, "file");
}

static void make_target(void)
{
	CHECK_EQ(sys(SYS_mount, "some", "dir", "tmpfs", 0, 0), 0);
}

static void unmount(void)
{
	CHECK_EQ(sys(SYS_umount2, "dir", MNT_DETACH), 0);
}

/* A mount with a mount in it, beside a place for both; under "dir" as a whole. */
static void make_tree(void)
{
	make_target();
	CHECK_EQ(sys(SYS_mkdir, "dir/a", 0755), 0);
	CHECK_EQ(sys(SYS_mkdir, "dir/b", 0755), 0);
	CHECK_EQ(sys(SYS_mount, "some", "dir/a", "tmpfs", 0, 0), 0);
	CHECK_EQ(sys(SYS_mkdir, "dir/a/c", 0755), 0);
	CHECK_EQ(sys(SYS_mount, "some", "dir/a/c", "tmpfs", 0, 0), 0);
	CHECK_EQ(sys(SYS_mount, 0, "dir", 0, MS_REC | MS_PRIVATE, 0), 0);
}

static void watch_all(void)
{
	CHECK(sys(SYS_inotify_add_watch, INOTIFY_FD, ".", 0xfff) >= 0);
	CHECK(sys(SYS_inotify_add_watch, INOTIFY_FD, "file", 0xfff) >= 0);
}

static void make_fifo(void)
{
	CHECK_EQ(sys(SYS_mknod, "fifo", S_IFIFO | 0600, 0), 0);
}

const struct row name_calls_rows[] = {
	{ "open", { A("new"), RW | O_CREAT | O_EXCL, 0600 }, "of a new one", .error = { ENOSPC } },
	{ "open", { A("new"), RW | O_CREAT | O_EXCL, 0600 }, "of a new one, watched", watch_all,
		.error = { ENOSPC } },
	{ "open", { A("file"), O_RDONLY }, "of an old one" },
	{ "open", { A("file"), RW | O_TRUNC }, "to cut" },
	{ "open", { A("dir"), O_RDONLY | O_DIRECTORY }, "of a directory" },
	{ "open", { A("."), RW | O_TMPFILE, 0600 }, "without a name", .error = { ENOSPC } },
	{ "open", { A("link"), O_RDONLY }, "through a link" },
	{ "open", { A("/proc/self/fd/20"), O_RDONLY }, "through a magic link" },
	{ "open", { A("/proc/self/fd/22"), O_RDWR }, "of a pipe" },
	{ "open", { A("/dev/ptmx"), O_RDWR | O_NOCTTY }, "of a terminal", .error = { ENOSPC, EIO } },
	{ "open", { A(long_path), O_RDONLY }, "by a long name", make_long_path },
	{ "open", { A("fifo"), RW }, "of a FIFO", make_fifo },
	{ "openat", { DIR_FD, A("new"), RW | O_CREAT | O_EXCL, 0600 }, .error = { ENOSPC } },
	{ "openat2", { DIR_FD, A("new"), A(&how), sizeof(how) }, .error = { ENOSPC } },
	{ "creat", { A("new"), 0600 }, .error = { ENOSPC } },
	{ "stat", { A("file"), A(&st) } },
	{ "lstat", { A("link"), A(&st) } },
	{ "newfstatat", { DIR_FD, A("empty"), A(&st), 0 } },
	{ "statx", { DIR_FD, A("empty"), 0, 0x7ff, A(statx_room) } },
	{ "access", { A("file"), R_OK } },
	{ "faccessat", { DIR_FD, A("empty"), R_OK } },
	{ "faccessat2", { DIR_FD, A("empty"), R_OK, 0 } },
	{ "truncate", { A("file"), PAGE + 5 } },
	{ "getcwd", { BUF, PAGE } },
	{ "chdir", { A("dir") } },
	{ "chroot", { A("dir") } },
	{ "rename", { A("file"), A("dir/other") }, .error = { ENOSPC } },
	{ "rename", { A("file"), A("hard2") }, "watched", watch_all, .error = { ENOSPC } },
	{ "renameat", { AT_FDCWD, A("file"), DIR_FD, A("other") }, .error = { ENOSPC } },
	{ "renameat2", { AT_FDCWD, A("file"), AT_FDCWD, A("dir"), 2 }, .error = { ENOSPC } },
	{ "mkdir", { A("new"), 0700 }, .error = { ENOSPC } },
	{ "mkdirat", { DIR_FD, A("new"), 0700 }, .error = { ENOSPC } },
	{ "rmdir", { A("dir/empty") } },
	{ "link", { A("file"), A("new") }, .error = { ENOSPC } },
	{ "linkat", { FILE_FD, A(""), AT_FDCWD, A("new"), EMPTY_PATH }, .error = { ENOSPC } },
	{ "symlink", { A("file"), A("new") }, "short", .error = { ENOSPC } },
	{ "symlink", { A(long_path), A("new") }, "long", make_long_path, .error = { ENOSPC } },
	{ "symlinkat", { A("file"), DIR_FD, A("new") }, .error = { ENOSPC } },
	{ "unlink", { A("file") }, .before = watch_all },
	{ "unlinkat", { DIR_FD, A("empty"), AT_REMOVEDIR } },
	{ "readlink", { A("link"), BUF, 100 } },
	{ "readlink", { A("/proc/self/exe"), BUF, 100 }, "of /proc" },
	{ "readlinkat", { AT_FDCWD, A("link"), BUF, 100 } },
	{ "chmod", { A("file"), 0600 } },
	{ "fchmodat", { AT_FDCWD, A("file"), 0600 } },
	{ "fchmodat2", { AT_FDCWD, A("file"), 0600, 0 } },
	{ "chown", { A("file"), 1, 1 } },
	{ "lchown", { A("link"), 1, 1 } },
	{ "fchownat", { AT_FDCWD, A("file"), 1, 1, 0 } },
	{ "utime", { A("file"), A(seconds) } },
	{ "utimes", { A("file"), A(old_times) } },
	{ "futimesat", { AT_FDCWD, A("file"), A(old_times) } },
	{ "utimensat", { AT_FDCWD, A("file"), A(times), 0 } },
	{ "mknod", { A("new"), S_IFIFO | 0600, 0 }, .error = { ENOSPC } },
	{ "mknodat", { DIR_FD, A("new"), S_IFCHR | 0600, 0x103 }, .error = { ENOSPC } },
	{ "statfs", { A("file"), A(&fs) } },
	{ "mount", { A("some"), A("dir"), A("tmpfs"), 0, A("size=1m") }, "of a tmpfs", .undo = unmount },
	{ "mount", { A("proc"), A("dir"), A("proc"), 0, 0 }, "of /proc", .undo = unmount },
	{ "mount", { A("."), A("dir"), 0, MS_BIND, 0 }, "of a directory", .undo = unmount },
	{ "mount", { A("dir/a"), A("dir/b"), 0, MS_BIND | MS_REC, 0 }, "of a tree", make_tree, .undo = unmount },
	{ "mount", { A("dir/a"), A("dir/b"), 0, MS_MOVE, 0 }, "elsewhere", make_tree, .undo = unmount },
	{ "mount", { 0, A("dir"), 0, MS_REMOUNT | MS_RDONLY, 0 }, "read-only", make_target, .undo = unmount },
	{ "mount", { A("some"), A("file"), A("tmpfs"), 0, 0 }, "over a file", .success = -ENOTDIR },
	{ "umount2", { A("dir"), 0 }, .before = make_target },
	{ "setxattr", { A("file"), A("user.new"), TEXT, 1000 }, .error = { ENOSPC } },
	{ "lsetxattr", { A("file"), A("user.new"), TEXT, 1000 }, .error = { ENOSPC } },
	{ "getxattr", { A("file"), A("user.old"), BUF, 100 } },
	{ "lgetxattr", { A("file"), A("user.old"), BUF, 100 } },
	{ "listxattr", { A("file"), BUF, 100 } },
	{ "llistxattr", { A("file"), BUF, 100 } },
	{ "removexattr", { A("file"), A("user.old") } },
	{ "lremovexattr", { A("file"), A("user.old") } },
};
ROWS(name_calls);
