// SPDX-License-Identifier: MIT
/*
 * world: where the calls of a batch take place.
 *
 * Promise   Each batch begins with the same files, the same memory at the same addresses, the same
 *           descriptors at the same numbers: one of every kind that the table of system calls can make.
 *           The child's root is a tmpfs of its own with room for little.
 * Linux     A kind of descriptor whose call is not in kernel/syscalls.def is not made there either, so that both
 *           worlds are the same.
 */
#include <sys/mount.h>
#include "tests/fuzz/fuzz.h"

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))

static const char *const paths[] = {
	"file", "file", "file", "dir", "dir/inner", "dir/inner", "link", "link", "dirlink", "dangling", "loop",
	"loop/x",
	"fifo", "null", "zero", "program", "script", "readonly", "private", "private/inner", "setuid", "sticky",
	"sticky/theirs", "sticky/mine", "nosuch", "nosuch/x", "file/x", "file/", "dir/", "link/", "dirlink/",
	"dirlink/inner",
	"", ".", "..", "/", "/file", "dir/..", "dir/.", "./file", "//file", "new", "new", "new2", "dir/new", "new3/",
	"empty", "empty", "full", "../../file", "mine", "mine", "hard", "open", "open/x",
};

/* What is there differs from kernel to kernel. Only the caller's own: modes of other names would stay changed. */
static const char *const proc_paths[] = {
	"proc/self", "proc/self/stat", "proc/self/maps", "proc/self/mem", "proc/self/fd", "proc/self/fd/10",
	"proc/self/fd/16", "proc/self/fdinfo/16", "proc/self/task", "proc/self/cwd/file", "proc/self/root",
	"proc/self/comm", "proc/self/environ", "proc/self/nosuch",
};

enum { ONE_IN = 8 };

const char *world_path(struct fuzz *f)
{
	if (f->mode == FUZZ_WILD && fuzz_below(f, ONE_IN) == 0)
		return proc_paths[fuzz_below(f, LENGTH(proc_paths))];
	return paths[fuzz_below(f, LENGTH(paths))];
}

/* --- the parent's part --- */

static const char *place(const struct fuzz *f)
{
	static char path[32];

	snprintf(path, sizeof(path), "/tmp/world%d", f->worker);
	return path;
}

void world_mount(const struct fuzz *f)
{
	sys(SYS_mkdir, place(f), 0755);
	sys(SYS_mount, "world", place(f), "tmpfs", 0, "size=2m,mode=755");
}

void world_unmount(const struct fuzz *f)
{
	while (sys(SYS_umount2, place(f), MNT_DETACH) == 0) /* the batch may have mounted something over it */
		;
	sys(SYS_rmdir, place(f));
}

/* --- the child's part --- */

static void make_memory(struct fuzz *f)
{
	const int private = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, rw = PROT_READ | PROT_WRITE;
	char *arena = (char *)ARENA_AT;

	mmap((void *)GOOD_AT, ARGS * PART, rw, private, -1, 0);
	f->edge = (char *)GOOD_AT - 2 * PAGE; /* a hole follows */
	mmap(f->edge - PAGE, PAGE, rw, private, -1, 0);
	f->readonly = (char *)GOOD_AT - 8 * PAGE;
	mmap(f->readonly, PAGE, PROT_READ, private, -1, 0);
	mmap(arena, 16 * PAGE, rw, private, -1, 0);
	mmap(arena + 16 * PAGE, 4 * PAGE, PROT_READ, private, -1, 0);
	mmap(arena + 20 * PAGE, 4 * PAGE, PROT_NONE, private, -1, 0);
	mmap(arena + 32 * PAGE, 4 * PAGE, rw, MAP_SHARED | MAP_FIXED, FIRST_FD, 0);
	mmap(arena + 40 * PAGE, 4 * PAGE, rw, MAP_PRIVATE | MAP_FIXED, FIRST_FD, 0);
	mmap(arena + 48 * PAGE, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, FIRST_FD + 1, 0);
}

static void make_file(const char *name, int mode, const char *text, int owner)
{
	long fd = sys(SYS_open, name, O_RDWR | O_CREAT, 0600);

	sys(SYS_write, fd, text, strlen(text));
	sys(SYS_fchown, fd, owner, owner);
	sys(SYS_fchmod, fd, mode);
	sys(SYS_close, fd);
}

static void make_folder(const char *name, int mode, int owner)
{
	sys(SYS_mkdir, name, 0700);
	sys(SYS_chown, name, owner, owner);
	sys(SYS_chmod, name, mode);
}

static void make_files(void)
{
	sys(SYS_umask, 0);
	make_file("file", 0666, "this is a file\n", 0);
	sys(SYS_truncate, "file", 5 * PAGE);
	make_folder("dir", 0777, 0);
	make_file("dir/inner", 0644, "inner", USER_ID);
	make_folder("empty", 0755, USER_ID);
	make_folder("private", 0700, 0);
	make_file("private/inner", 0600, "private", 0);
	make_folder("sticky", 01777, 0);
	make_file("sticky/theirs", 0666, "", 0);
	make_file("sticky/mine", 0666, "", USER_ID);
	make_folder("open", 0777, USER_ID);
	make_file("readonly", 0444, "readonly", 0);
	make_file("mine", 0640, "mine", USER_ID);
	make_file("program", 0755, "not a program", 0);
	make_file("script", 0755, "#!/nosuch\n", 0);
	make_file("setuid", 06777, "x", 0);
	sys(SYS_link, "mine", "hard");
	sys(SYS_symlink, "file", "link");
	sys(SYS_symlink, "dir", "dirlink");
	sys(SYS_symlink, "nosuch", "dangling");
	sys(SYS_symlink, "loop", "loop");
	sys(SYS_mknod, "fifo", S_IFIFO | 0666, 0);
	sys(SYS_mknod, "null", S_IFCHR | 0666, 0x103);
	sys(SYS_mknod, "zero", S_IFCHR | 0666, 0x105);
	sys(SYS_mknod, "full", S_IFCHR | 0666, 0x107);
	sys(SYS_chmod, ".", 0777);
}

static int next_fd;

/* The descriptor becomes the next number; one that could not be made leaves a gap. */
static void put(long fd)
{
	if (fd >= 0 && fd != next_fd) {
		sys(SYS_dup2, fd, next_fd);
		sys(SYS_close, fd);
	}
	next_fd++;
}

static void put_pair(long err, const int *fd)
{
	int second = -1;

	/* The second may have the number that the first shall get. */
	if (err == 0)
		second = sys(SYS_fcntl, fd[1], F_DUPFD, LAST_FD + 1), sys(SYS_close, fd[1]);
	put(err ? err : fd[0]);
	put(err ? err : second);
}

/* Kinds that a call makes: SYSCALL(number, ...) is only called when the table has it. */
enum {
	NR_SOCKETPAIR = 53, NR_SOCKET = 41, NR_SIGNALFD4 = 289, NR_TIMERFD_CREATE = 283, NR_EPOLL_CREATE1 = 291,
	NR_MEMFD_CREATE = 319, NR_USERFAULTFD = 323, NR_PIDFD_OPEN = 434,
};

static long made(int nr, long a, long b, long c, long d)
{
	return call_of(nr) ? sys6(nr, a, b, c, d, 0, 0) : -ENOSYS;
}

static void make_special(void)
{
	uint64_t set = sigbit(SIGUSR1);
	int fd[2];

	put_pair(made(NR_SOCKETPAIR, 1, 1 | O_NONBLOCK, 0, (long)fd), fd);
	put_pair(made(NR_SOCKETPAIR, 1, 2 | O_NONBLOCK, 0, (long)fd), fd);
	put(made(NR_SOCKET, 1, 1 | O_NONBLOCK, 0, 0));
	put(made(NR_SIGNALFD4, -1, (long)&set, KSIGSET, O_NONBLOCK));
	put(made(NR_TIMERFD_CREATE, CLOCK_MONOTONIC, O_NONBLOCK, 0, 0));
	put(made(NR_EPOLL_CREATE1, 0, 0, 0, 0));
	put(made(NR_MEMFD_CREATE, (long)"memory", 2, 0, 0));
	put(made(NR_USERFAULTFD, O_NONBLOCK | 1, 0, 0, 0));
	put(made(NR_PIDFD_OPEN, sys(SYS_getpid), 0, 0, 0));
}

static void make_descriptors(void)
{
	int fd[2];

	next_fd = FIRST_FD;
	put(sys(SYS_open, "file", O_RDWR));
	put(sys(SYS_open, "file", O_RDONLY));
	put(sys(SYS_open, "file", O_WRONLY | O_APPEND));
	put(sys(SYS_open, ".", O_RDONLY | O_DIRECTORY));
	put(sys(SYS_open, "dir", O_RDONLY | O_DIRECTORY));
	put(sys(SYS_open, "file", 010000000)); /* O_PATH */
	put_pair(sys(SYS_pipe2, fd, O_NONBLOCK), fd);
	put_pair(sys(SYS_pipe2, fd, O_NONBLOCK | O_DIRECT), fd);
	sys(SYS_pipe2, fd, O_NONBLOCK);
	sys(SYS_close, fd[0]); /* nobody reads what is written here */
	put(fd[1]);
	sys(SYS_pipe2, fd, O_NONBLOCK);
	sys(SYS_close, fd[1]);
	put(fd[0]);
	put(sys(SYS_open, "fifo", O_RDWR | O_NONBLOCK));
	put(sys(SYS_eventfd2, 3, O_NONBLOCK));
	put(sys(SYS_eventfd2, 0, O_NONBLOCK | 1));
	put(sys(SYS_inotify_init1, O_NONBLOCK));
	put(sys(SYS_open, "null", O_RDWR));
	put(sys(SYS_open, "zero", O_RDWR));
	put(sys(SYS_open, "full", O_RDWR));
	put(sys(SYS_open, "gone", O_RDWR | O_CREAT, 0600));
	sys(SYS_unlink, "gone");
	make_special();
}

static void on_signal(int sig)
{
	(void)sig;
}

/* Faults end the child; everything else that arrives is taken without harm. */
static void take_signals(void)
{
	const uint64_t faults = 1ul << SIGSEGV | 1ul << SIGBUS | 1ul << SIGILL | 1ul << SIGFPE | 1ul << SIGTRAP;

	for (int sig = 1; sig <= 64; sig++)
		if (!(faults >> sig % 64 & 1) && sig != SIGKILL && sig != SIGSTOP)
			handle(sig, on_signal, 0);
	set_mask(SIG_SETMASK, 0);
}

void world_make(struct fuzz *f)
{
	struct { uint64_t soft, hard; } core = { 0, 0 }, files = { 1024, 1024 }, processes = { 100, 100 };

	if (sys(SYS_chroot, place(f)) || sys(SYS_chdir, "/"))
		f->record->world = 1;
	sys(SYS_setsid);
	make_files();
	if (f->mode == FUZZ_WILD && sys(SYS_mkdir, "proc", 0755) == 0)
		sys(SYS_mount, "proc", "proc", "proc", 0, 0);
	make_descriptors();
	make_memory(f);
	take_signals();
	long null = sys(SYS_open, "null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		sys(SYS_dup2, null, fd);
	sys(SYS_close_range, LAST_FD + 1, -1, 0);
	sys(SYS_setrlimit, 4, &core);
	sys(SYS_setrlimit, 7, &files);
	sys(SYS_setrlimit, 6, &processes);
	if (!f->is_root && !become(USER_ID))
		f->record->world = 2;
	if (!f->is_root) /* as after an exec: others of this user may look */
		sys(SYS_prctl, 4, 1, 0, 0, 0);
}
