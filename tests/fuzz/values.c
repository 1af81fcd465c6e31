// SPDX-License-Identifier: MIT
/*
 * values: an argument for a call, from its kind and from what hints.def knows about it.
 *
 * Promise   Most arguments make sense to the call, so that it comes to the point where it looks at the
 *           others; the rest is what no honest program passes: descriptors that are closed, negative or
 *           of the wrong type, pointers to the kernel, to nothing, to read-only memory, to the last bytes
 *           before a hole; lengths near every limit; flags that nobody has heard of.
 *           No value reaches what is not the world's own: process ids are the caller's and its children's,
 *           devices are null and zero, addresses are inside the world's memory.
 */
#include "tests/fuzz/fuzz.h"

#define LENGTH(a) ((int)(sizeof(a) / sizeof((a)[0])))

enum how { BITS, RANGE };

static const struct hint {
	const char *call, *arg;
	enum how how;
	long a, b;
} hints[] = {
#include "tests/fuzz/hints.def"
};

/* Numbers that may be pointers, and pointers that lead to more than their type says. */
static const struct {
	const char *call, *arg, *type;
} typed[] = {
	{ "fcntl", "arg", "struct flock" }, { "futex", "timeout", "struct timespec" },
	{ "futex", "uaddr*", "lock word" },
};

uint64_t fuzz_random(struct fuzz *f)
{
	uint64_t z = f->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

#define ONE_OF(f, list) ((list)[fuzz_below(f, LENGTH(list))])

static int matches(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, name, n - 1) == 0;
	return !n || strcmp(pattern, name) == 0;
}

static int hint_for(struct fuzz *f, const struct call *c, const char *arg, long *value)
{
	const struct hint *found = NULL;
	int seen = 0;

	for (int i = 0; i < LENGTH(hints); i++)
		if (matches(hints[i].call, c->name) && matches(hints[i].arg, arg) && fuzz_below(f, ++seen) == 0)
			found = &hints[i];
	if (!found)
		return 0;
	if (found->how == BITS)
		*value = (long)(fuzz_random(f) & fuzz_random(f) & (uint64_t)found->a);
	else
		*value = found->a + (long)(fuzz_random(f) % (uint64_t)(found->b - found->a + 1));
	return 1;
}

/* --- which calls --- */

static int is_in(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (matches(*list, name))
			return 1;
	return 0;
}

int call_is_wanted(const struct fuzz *f, const struct call *c)
{
	/* The batch would end, or wait for what does not come; the machine's clock is not the world's. */
	static const char *const never[] = {
		"exit", "exit_group", "rt_sigreturn", "pause", "rt_sigsuspend", "clock_settime", "settimeofday",
		"reboot", NULL,
	};
	/* Reads what others have yet to read; shows in the names of the machine. */
	static const char *const not_as_root[] = { "syslog", "sethostname", "setdomainname", NULL };
	/* Answers depend on the time or on the load; or the Linux of Debian 12 has no such call. */
	static const char *const not_compared[] = { "vfork", "alarm", "setitimer", "fchmodat2", "rseq", NULL };

	if (is_in(c->name, never) || (f->is_root && is_in(c->name, not_as_root)))
		return 0;
	return f->mode == FUZZ_WILD || !is_in(c->name, not_compared);
}

/* --- numbers --- */

static long some_fd(struct fuzz *f, int for_path)
{
	static const int bad[] = { -1, 77, 0x7fffffff, (int)0x80000000, 1 << 30, 1023, 1024 };
	unsigned r = fuzz_below(f, 20);

	if (for_path && r < 12)
		return AT_FDCWD;
	if (r < 15)
		return FIRST_FD + fuzz_below(f, LAST_FD - FIRST_FD + 1);
	if (r < 18 && f->nr_fds)
		return f->fd[fuzz_below(f, f->nr_fds < KEPT ? f->nr_fds : KEPT)];
	return r == 18 ? fuzz_below(f, 3) : ONE_OF(f, bad);
}

static long some_pid(struct fuzz *f)
{
	static const int bad[] = { 0x7fffffff, (int)0x80000000, -0x7fffffff, 0x3fffffff };
	unsigned r = fuzz_below(f, 8);

	if (r < 4)
		return sys(SYS_getpid);
	if (r < 6)
		return 0;
	if (r == 6 && f->nr_children)
		return f->child[fuzz_below(f, f->nr_children < KEPT ? f->nr_children : KEPT)];
	return ONE_OF(f, bad);
}

static long some_size(struct fuzz *f)
{
	static const long sizes[] = {
		0, 1, 2, 4, 7, 8, 12, 16, 16, 24, 32, 64, 100, 128, 512, 1024, 4095, 4096, 4097, 8192, 10000, 65536,
		0x7fffffff, 0x80000000, 1l << 32, 1l << 47, -1, -4096, (long)(1ul << 63), (long)~(1ul << 63),
	};

	return ONE_OF(f, sizes);
}

/* A length that stays in the arena, or that nothing accepts. */
static long some_map_size(struct fuzz *f)
{
	static const long huge[] = { 0, 1, -1, -4096, 1l << 47 };

	if (fuzz_below(f, 8) == 0)
		return ONE_OF(f, huge);
	return (1 + fuzz_below(f, 12)) * PAGE - (fuzz_below(f, 4) == 0);
}

static long some_offset(struct fuzz *f)
{
	static const long offsets[] = {
		0, 0, 1, 2, 100, 4095, 4096, 5000, 8192, 20480, -1, -2, -100, 1l << 20, 1l << 32, 1l << 40,
		(long)~(1ul << 63), (long)(1ul << 63),
	};

	return ONE_OF(f, offsets);
}

static long some_number(struct fuzz *f)
{
	static const long numbers[] = {
		0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 10, 16, 63, 64, 65, 100, 255, 256, 1000, 1024, 4096, 65534, 65535, 65536,
		-1, -2, -100, 0x7fffffff, 0x80000000, -0x80000000l, 0xffffffff, 1l << 32, 1l << 62, -1,
	};

	return ONE_OF(f, numbers);
}

static long some_flags(struct fuzz *f)
{
	unsigned r = fuzz_below(f, 8);

	if (r < 3)
		return 0;
	return r < 7 ? 1l << fuzz_below(f, 33) : (long)fuzz_random(f);
}

static long some_id(struct fuzz *f)
{
	static const int ids[] = { 0, USER_ID, USER_ID, 1, NOBODY, 65535, -1, 70000 };

	return ONE_OF(f, ids);
}

static long some_mode(struct fuzz *f, const struct call *c)
{
	static const int modes[] = { 0, 0600, 0644, 0755, 0777, 07777, 01777, 04755, 02755, 0444, 0111, -1, 0200 };
	static const int types[] = { 0, S_IFREG, S_IFIFO, S_IFCHR, S_IFBLK, S_IFDIR, S_IFLNK, S_IFSOCK, 0170000 };
	long mode = ONE_OF(f, modes);

	return strncmp(c->name, "mknod", 5) == 0 ? mode | ONE_OF(f, types) : mode;
}

static long some_device(struct fuzz *f)
{
	static const int devices[] = { 0x103, 0x105, 0x103, 0, 0x105 };

	return ONE_OF(f, devices);
}

static long some_signal(struct fuzz *f)
{
	static const int bad[] = { 0, -1, 65, 0x7fffffff, 0 };
	unsigned r = fuzz_below(f, 16);

	if (r < 4)
		return ONE_OF(f, bad);
	r = r < 12 ? (r & 1 ? SIGUSR1 : SIGCHLD) : 1 + fuzz_below(f, 64);
	return r == SIGSTOP || r == SIGKILL ? SIGCONT : r; /* the batch would end */
}

/* --- pointers --- */

static long bad_pointer(struct fuzz *f)
{
	static const long bad[] = {
		1, 0x0000800000000000, (long)0xffffffff80200000, (long)0xffff888000000000, -1, -4096, -8,
		(long)0x7ffffffff000, (long)0x7fffffffeffc, GONE_AT, GONE_AT + 3,
	};

	return ONE_OF(f, bad);
}

static long some_address(struct fuzz *f)
{
	unsigned r = fuzz_below(f, 16);

	if (r < 13)
		return ARENA_AT + fuzz_below(f, ARENA_PAGES) * PAGE + (r == 0 ? 8 : 0);
	return r == 13 ? 0 : bad_pointer(f);
}

/* A pointer to less than `size` bytes, none of which ends a text. */
static long unterminated(struct fuzz *f, int size)
{
	int n = 1 + fuzz_below(f, size > 1 ? size - 1 : 1);

	memset(f->edge - n, 'x', n);
	return (long)f->edge - n;
}

/* Memory for an argument; NULL when the pointer is a bad one, in *bad. `size` bytes are wanted at least. */
static char *some_memory(struct fuzz *f, int arg, int size, int writable, long *bad)
{
	unsigned r = fuzz_below(f, 32);

	if (r < 22)
		return (char *)GOOD_AT + arg * PART;
	if (r < 24) /* not aligned */
		return (char *)GOOD_AT + arg * PART + 1 + fuzz_below(f, 7);
	if (r < 26) /* ends where the hole begins */
		return f->edge - size;
	if (r == 26) /* or in it */
		*bad = unterminated(f, size);
	else if (r == 27)
		*bad = writable ? (long)f->readonly : 0;
	else if (r == 28)
		*bad = ARENA_AT + fuzz_below(f, ARENA_PAGES) * PAGE + fuzz_below(f, 2) * (PAGE - 4);
	else if (r == 29)
		*bad = 0;
	else
		*bad = bad_pointer(f);
	return NULL;
}

static const char *const names[] = { /* of attributes, of file systems */
	"user.one", "user.two", "user.", "trusted.one", "security.one", "system.posix_acl_access", "one", "",
	"tmpfs", "nosuch", "user.0123456789",
};

static long some_text(struct fuzz *f, int arg, const char *text)
{
	long bad = 0;
	int size = strlen(text) + 1;
	char *p = some_memory(f, arg, size, 0, &bad);

	if (!p)
		return bad;
	memcpy(p, text, size);
	return (long)p;
}

enum { LONG_NAME = 255, LONG_PATH = 4095 };

/* A name, or a path, at or over a limit. */
static long long_text(struct fuzz *f, int arg, int is_path)
{
	char *p = (char *)GOOD_AT + arg * PART;
	int n = (is_path ? LONG_PATH : LONG_NAME) + fuzz_below(f, 2);

	for (int i = 0; i < n; i++)
		p[i] = is_path && i % 2 ? '/' : is_path ? '.' : 'n';
	p[n] = 0;
	return (long)p;
}

static long some_path(struct fuzz *f, int arg)
{
	if (fuzz_below(f, 32) == 0)
		return long_text(f, arg, fuzz_below(f, 2));
	return some_text(f, arg, world_path(f));
}

enum { BUFFER = 16 };

static long some_buffer(struct fuzz *f, int arg, int writable)
{
	long bad = 0;
	char *p = some_memory(f, arg, BUFFER, writable, &bad);

	if (!p)
		return bad;
	for (int i = 0; i < BUFFER; i += 8)
		*(uint64_t *)(p + i) = fuzz_random(f);
	return (long)p;
}

static long some_structure(struct fuzz *f, int arg, const char *type, int writable)
{
	long bad = 0;
	char *p = some_memory(f, arg, STRUCTURE, writable, &bad);

	if (!p)
		return bad;
	fill(f, type, p, arg);
	return (long)p;
}

/* --- all of it --- */

static long of_kind(struct fuzz *f, const struct call *c, int arg)
{
	const struct argument *a = &c->arg[arg];
	int on_maps = c->arg[0].kind == KIND_ADDR;

	switch (a->kind) {
	case KIND_FD: return some_fd(f, c->arg[arg + 1].kind == KIND_PATH);
	case KIND_PID: return some_pid(f);
	case KIND_SIG: return some_signal(f);
	case KIND_FLAGS: return some_flags(f);
	case KIND_MODE: return some_mode(f, c);
	case KIND_DEV: return some_device(f);
	case KIND_SIZE: return on_maps ? some_map_size(f) : some_size(f);
	case KIND_OFF: return some_offset(f);
	case KIND_ADDR: return some_address(f);
	case KIND_PATH: return some_path(f, arg);
	case KIND_STR: return fuzz_below(f, 40) ? some_text(f, arg, ONE_OF(f, names)) : long_text(f, arg, 0);
	case KIND_RBUF: return some_buffer(f, arg, 0);
	case KIND_WBUF: return some_buffer(f, arg, 1);
	case KIND_PTR: return some_buffer(f, arg, 1);
	case KIND_IN: return some_structure(f, arg, a->type, 0);
	case KIND_OUT: return some_buffer(f, arg, 1);
	case KIND_INOUT: return some_structure(f, arg, a->type, 1);
	case KIND_ULONG:
	case KIND_LONG: return fuzz_below(f, 3) ? some_number(f) : some_buffer(f, arg, 1);
	case KIND_UINT: return strstr(a->name, "id") ? some_id(f) : some_number(f);
	default: return some_number(f);
	}
}

static const char *other_type(const struct call *c, const char *arg)
{
	for (int i = 0; i < LENGTH(typed); i++)
		if (matches(typed[i].call, c->name) && matches(typed[i].arg, arg))
			return typed[i].type;
	return NULL;
}

long value_of(struct fuzz *f, const struct call *c, int arg)
{
	const char *type = other_type(c, c->arg[arg].name);
	long value;

	if (type && fuzz_below(f, 2))
		return some_structure(f, arg, type, 1);

	if (fuzz_below(f, 10) && hint_for(f, c, c->arg[arg].name, &value))
		return value;
	if (strcmp(c->arg[arg].name, "who") == 0)
		return some_pid(f);
	value = of_kind(f, c, arg);
	/* All processes of a user are not the world's. */
	return strcmp(c->name, "setpriority") == 0 && arg == 0 && value == 2 ? 3 : value;
}
