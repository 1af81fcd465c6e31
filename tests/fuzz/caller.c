// SPDX-License-Identifier: MIT
/*
 * caller: runs the batches; see fuzz.h.
 *
 * Locks     none: the record has one writer, the child, and is read when the child is gone
 * Blocking  the parent waits for the child in slices of STALL_MS
 */
#include <sys/statfs.h>
#include <sys/time.h>
#include "tests/fuzz/fuzz.h"

enum { SETTLE_ROUNDS = 2000, SET_CHILD_SUBREAPER = 36, STRAYS_EVERY = 64 };

/* tests/harness/cpio.py puts it into every initrd. */
#define MARKER "/.machine-of-tests"

int fuzz_is_safe(void)
{
	struct statfs root;

	if (sys(SYS_access, MARKER, 0) || statfs("/", &root))
		return 0;
	return root.f_type == TMPFS_MAGIC || root.f_type == RAMFS_MAGIC;
}

/* --- one call --- */

/*
 * For calls that make a task: the new one ends at once and touches no memory, whatever its stack is.
 * The number of exit is that of the thread's end.
 */
static long call_with_child(long nr, const long *a)
{
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	long ret;

	__asm__ volatile(
		"syscall\n"
		"test %%rax, %%rax\n"
		"jnz 1f\n"
		"xor %%edi, %%edi\n"
		"mov $60, %%eax\n"
		"syscall\n"
		"1:\n"
		: "=a"(ret)
		: "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return ret;
}

static int makes_task(const char *name)
{
	return strcmp(name, "fork") == 0 || strcmp(name, "vfork") == 0 || strncmp(name, "clone", 5) == 0;
}

static int makes_fd(const char *name)
{
	static const char *const names[] = {
		"open", "openat", "openat2", "creat", "dup", "dup2", "dup3", "eventfd", "eventfd2", "inotify_init",
		"inotify_init1", "socket", "accept", "accept4", "epoll_create", "epoll_create1", "signalfd",
		"signalfd4", "timerfd_create", "memfd_create", "pidfd_open", "userfaultfd", "mq_open",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return 0;
}

/* The new task has gone, so that nothing of it shows in the calls that follow. */
static void settle(long id)
{
	int status;

	if (sys(SYS_wait4, id, &status, __WALL, 0) == id)
		return;
	for (int i = 0; i < SETTLE_ROUNDS && sys(SYS_tgkill, sys(SYS_getpid), id, 0) == 0; i++)
		sys(SYS_sched_yield);
}

static void keep(struct fuzz *f, const struct call *c, const long *a, long result)
{
	if (result < 0)
		return;
	if (makes_fd(c->name))
		f->fd[f->nr_fds++ % KEPT] = result;
	else if (strncmp(c->name, "pipe", 4) == 0 || strcmp(c->name, "socketpair") == 0)
		f->fd[f->nr_fds++ % KEPT] = *(int *)a[c->name[0] == 'p' ? 0 : 3];
	else if (makes_task(c->name))
		f->child[f->nr_children++ % KEPT] = result;
}

static const struct call *choose(struct fuzz *f)
{
	const struct call *c;

	do
		c = &calls[fuzz_below(f, CALLS)];
	while (!call_is_wanted(f, c));
	return c;
}

/* Text for whoever reads the record; a path that is not in usable memory shows as nothing. */
static void show_paths(struct step *s, const struct call *c)
{
	int n = 0;

	for (int i = 0; i < ARGS && c->arg[i].kind && n < 2; i++)
		if (c->arg[i].kind == KIND_PATH || c->arg[i].kind == KIND_STR) {
			if ((unsigned long)s->a[i] - GOOD_AT < ARGS * PART)
				strncpy(s->path[n], (char *)s->a[i], PATH_SHOWN - 1);
			n++;
		}
}

static void do_step(struct fuzz *f, struct step *s)
{
	const struct call *c = choose(f);

	s->call = c - calls;
	for (int i = 0; i < ARGS; i++)
		s->a[i] = c->arg[i].kind ? value_of(f, c, i) : 0;
	show_paths(s, c);
	f->record->started++;
	if (makes_task(c->name)) {
		s->result = call_with_child(c->nr, s->a);
		if (s->result > 0 && f->mode == FUZZ_COMPARE)
			settle(s->result);
	} else {
		s->result = sys6(c->nr, s->a[0], s->a[1], s->a[2], s->a[3], s->a[4], s->a[5]);
	}
	keep(f, c, s->a, s->result);
	f->record->done++;
}

static uint64_t state_of(uint64_t seed, unsigned batch, unsigned step)
{
	struct fuzz f = { .state = seed * 0x100000001b3ull + ((uint64_t)batch << 16) + step };

	return fuzz_random(&f) ^ fuzz_random(&f) << 1;
}

/* --- a batch --- */

/* It interrupts the wait for the child, that is all. */
static void on_alarm(int sig)
{
	(void)sig;
}

/* Waits for the child; wakes it when it waits itself, and ends it when that does not help. */
static int follow(struct fuzz *f, int pid)
{
	int status, seen = -1, stalls = 0;
	long r;

	while ((r = sys(SYS_wait4, pid, &status, __WALL, 0)) == -EINTR) {
		if (f->record->done != seen) {
			seen = f->record->done;
			stalls = 0;
			continue;
		}
		if (seen > 0 || f->record->started)
			sys(SYS_kill, pid, ++stalls > STALLS_MAX ? SIGKILL : SIGUSR2);
	}
	return r < 0 ? (int)r : status;
}

/* The parent of a process, 0 when it is gone. */
static int parent_of(const char *pid)
{
	char path[64], text[512], *paren;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (slurp(path, text, sizeof(text)) <= 0 || !(paren = strrchr(text, ')')))
		return 0;
	return paren[1] ? atoi(paren + 4) : 0;
}

/* Whoever left its batch's session and does not end by itself. */
static void end_strays(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *de;

	while (dir && (de = readdir(dir)))
		if (de->d_name[0] >= '1' && de->d_name[0] <= '9' && parent_of(de->d_name) == getpid())
			sys(SYS_kill, atoi(de->d_name), SIGKILL);
	if (dir)
		closedir(dir);
	while (sys(SYS_wait4, -1, 0, __WALL, 0) > 0)
		;
}

int fuzz_batch(struct fuzz *f, unsigned batch)
{
	int pid, status;

	memset((void *)f->record, 0, sizeof(*f->record));
	f->is_root = batch & 1;
	f->nr_fds = f->nr_children = f->nr_timers = 0;
	world_mount(f);
	CHILD(pid) {
		world_make(f);
		for (unsigned i = 0; i < STEPS && !f->record->world; i++) {
			f->state = state_of(f->seed, batch, i);
			do_step(f, &f->record->step[i]);
		}
	}
	status = follow(f, pid);
	sys(SYS_kill, -pid, SIGKILL); /* what it left of its session */
	while (sys(SYS_wait4, -1, 0, __WALL | WNOHANG, 0) > 0)
		;
	if (batch % STRAYS_EVERY == STRAYS_EVERY - 1)
		end_strays();
	world_unmount(f);
	return status;
}

void fuzz_begin(struct fuzz *f, uint64_t seed, enum fuzz_mode mode, int worker)
{
	const struct itimerval each = { { 0, STALL_MS * 1000 }, { 0, STALL_MS * 1000 } };

	memset(f, 0, sizeof(*f));
	f->seed = seed;
	f->mode = mode;
	f->worker = worker;
	f->record = mmap((void *)RECORD_AT, (sizeof(struct record) + PAGE - 1) & -PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	sys(SYS_prctl, SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* what a batch leaves comes here */
	handle(SIGALRM, on_alarm, 0);
	sys(SYS_setitimer, 0, &each, 0);
}

void fuzz_end(struct fuzz *f)
{
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	sys(SYS_setitimer, 0, &never, 0);
	end_strays();
	sys(SYS_munmap, f->record, (sizeof(struct record) + PAGE - 1) & -PAGE);
}
