// SPDX-License-Identifier: MIT
/*
 * exec_args: the new program's stack, as it finds it.
 *
 * Promise   the initial process stack of the x86-64 psABI: argc, argv, envp, auxiliary vector; above them
 *           random bytes, platform name, the strings of argv, of envp, and the program's name. It is made
 *           in pages that nobody sees, from the bottom up, and becomes part of the new memory whole.
 * Blocking  reading the old program's strings may fault, and sleep
 * Linux     execve(2) "Limits on size of arguments and environment": a string up to 128 KiB, all of it up to
 *           a quarter of RLIMIT_STACK, at least 128 KiB, at most 6 MiB. An empty argv becomes { "" }.
 *
 *	base -> argc | argv[] 0 | envp[] 0 | auxv[] | random[16] platform | strings of argv | of envp | name | 0
 */
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/exec.h"
#include "kernel/uapi/auxvec.h"
#include "kernel/uapi/limits.h"
#include "kernel/uapi/rseq.h"
#include "kernel/uapi/ucontext.h"
#include "mm/uaccess.h"

enum {
	MAX_STRING_BYTES = 32 * PAGE_SIZE, /* MAX_ARG_STRLEN */
	MAX_ALL_BYTES = 6 << 20,
	MAX_STRINGS = INT32_MAX,
	RANDOM_BYTES = 16,
	STACK_ALIGNMENT = 16,
	SIGFRAME_ALIGNMENT = 64,
	RSEQ_FEATURE_SIZE = offsetof(struct rseq, end), /* fields that the kernel fills in */
	RSEQ_ALIGN = 32,
};
static const char platform[] = "x86_64";

/* --- the pages --- */

static bool stack_add_page(struct exec_stack *s)
{
	if (s->nr_pages == s->room) {
		unsigned room = s->room ? 2 * s->room : EXEC_INLINE_PAGES;
		if (s->room == 0) {
			s->pages = s->inline_pages;
		} else {
			struct page **more = kmalloc(room * sizeof(*more));
			if (!more)
				return false;
			memcpy(more, s->pages, s->nr_pages * sizeof(*more));
			if (s->pages != s->inline_pages)
				kfree(s->pages);
			s->pages = more;
		}
		s->room = room;
	}
	struct page *pg = page_alloc_zeroed(PAGE_ANON);
	if (!pg)
		return false;
	s->pages[s->nr_pages++] = pg;
	return true;
}

void exec_stack_free(struct exec_stack *s)
{
	for (unsigned i = 0; i < s->nr_pages; i++)
		page_put(s->pages[i]);
	if (s->pages != s->inline_pages)
		kfree(s->pages);
}

/* Kernel address of byte `at` of the stack, and how many bytes follow in its page. NULL: no memory. */
static char *stack_at(struct exec_stack *s, size_t at, size_t *left)
{
	while (at / PAGE_SIZE >= s->nr_pages)
		if (!stack_add_page(s))
			return NULL;
	*left = PAGE_SIZE - at % PAGE_SIZE;
	return (char *)page_virt(s->pages[at / PAGE_SIZE]) + at % PAGE_SIZE;
}

/* Words are aligned and their pages are there: see exec_args_copy(). */
static void stack_put_word(struct exec_stack *s, size_t at, u64 v)
{
	size_t left;
	*(u64 *)stack_at(s, at, &left) = v;
}

static int stack_put_bytes(struct exec_stack *s, const void *from, size_t n)
{
	while (n) {
		size_t left;
		char *to = stack_at(s, s->used, &left);
		if (!to)
			return -ENOMEM;
		size_t part = min(left, n);
		memcpy(to, from, part);
		s->used += part;
		from = (const char *)from + part;
		n -= part;
	}
	return 0;
}

/* A user string with its NUL: 0, -E2BIG, -EFAULT, -ENOMEM. */
static int stack_put_user_string(struct exec_stack *s, const char __user *from)
{
	size_t start = s->used;
	for (;;) {
		size_t left;
		char *to = stack_at(s, s->used, &left);
		if (!to)
			return -ENOMEM;
		ssize_t n = strncpy_from_user(to, from, left);
		if (n >= 0) {
			s->used += n + 1;
			return s->used - start > MAX_STRING_BYTES ? -E2BIG : 0;
		}
		if (n != -ENAMETOOLONG)
			return n;
		s->used += left;
		from += left;
		if (s->used - start >= MAX_STRING_BYTES || s->used > s->limit)
			return -E2BIG;
	}
}

/* --- counting --- */

static int string_pointer(const struct exec_strings *a, unsigned i, kuptr_t *out)
{
	if (a->kernel) {
		*out = (kuptr_t)a->kernel[i];
		return 0;
	}
	return get_user(*out, a->user + i);
}

static int count(struct exec_strings *a)
{
	if (!a->kernel && !a->user)
		return 0;
	for (;; a->nr++) {
		kuptr_t p;
		if (a->nr >= MAX_STRINGS)
			return -E2BIG;
		if (string_pointer(a, a->nr, &p))
			return -EFAULT;
		if (!p)
			return 0;
		/* A task that is killed should not count a gigabyte of pointers first. */
		if (a->nr % 1024 == 1023 && READ_ONCE(current->work) & TASK_WORK_KILL)
			return -ERESTART;
	}
}

int exec_args_count(struct exec *e)
{
	int err = count(&e->argv);
	return err ? err : count(&e->envp);
}

/* --- copying --- */

static unsigned argc_of(const struct exec *e)
{
	if (e->nr_prefix)
		return e->nr_prefix + (e->argv.nr ? e->argv.nr - 1 : 0);
	return max(e->argv.nr, 1u);
}

static size_t vector_bytes(const struct exec *e)
{
	size_t words = 1 + argc_of(e) + 1 + e->envp.nr + 1 + 2 * EXEC_AUXV_MAX;
	return words * sizeof(u64) + RANDOM_BYTES + sizeof(platform);
}

static int set_limit(struct exec *e, size_t offset)
{
	u64 all = min(rlimit(RLIMIT_STACK) / 4, (u64)MAX_ALL_BYTES);
	all = max(all, (u64)ARG_MAX);
	u64 pointers = ((u64)max(e->argv.nr, 1u) + e->envp.nr) * sizeof(u64);
	if (all <= pointers)
		return -E2BIG;
	e->stack.limit = offset + vector_bytes(e) + (all - pointers);
	return 0;
}

static int put_string(struct exec *e, const struct exec_strings *a, unsigned i)
{
	kuptr_t p;
	if (string_pointer(a, i, &p))
		return -EFAULT;
	int err = a->kernel ? stack_put_bytes(&e->stack, (const char *)p, strlen((const char *)p) + 1) :
			      stack_put_user_string(&e->stack, (const char __user *)p);
	return !err && e->stack.used > e->stack.limit ? -E2BIG : err;
}

/* Strings first..nr of an array; their addresses go to *slot and on. */
static int put_strings(struct exec *e, const struct exec_strings *a, unsigned first, size_t *slot)
{
	for (unsigned i = first; i < a->nr; i++) {
		stack_put_word(&e->stack, *slot, e->stack.base + e->stack.used);
		*slot += sizeof(u64);
		int err = put_string(e, a, i);
		if (err)
			return err;
	}
	return 0;
}

static int put_prefix(struct exec *e, size_t *slot)
{
	static const char empty[] = "";
	int err = 0;
	for (unsigned i = e->nr_prefix; !err && i-- > 0; *slot += sizeof(u64)) {
		stack_put_word(&e->stack, *slot, e->stack.base + e->stack.used);
		err = stack_put_bytes(&e->stack, e->prefix[i], strlen(e->prefix[i]) + 1);
	}
	if (!err && !e->nr_prefix && !e->argv.nr) {
		stack_put_word(&e->stack, *slot, e->stack.base + e->stack.used);
		*slot += sizeof(u64);
		err = stack_put_bytes(&e->stack, empty, sizeof(empty));
	}
	return err;
}

/* Where the stack goes: its top follows from what is on it, so there is room for the most. */
static void choose_place(struct exec *e)
{
	_Static_assert(EXEC_STACK_ROOM > MAX_ALL_BYTES + PATH_MAX + PAGE_SIZE, "the top stays below USER_TOP");
	u64 pages = exec_random_bits(e, EXEC_RANDOM_HIGH, 0, STACK_PAGES_BITS);
	e->stack.base = ALIGN_DOWN(USER_TOP, PAGE_SIZE) - EXEC_STACK_ROOM - pages * PAGE_SIZE;
	e->stack.used = exec_random_bits(e, EXEC_RANDOM_HIGH, STACK_OFFSET_SHIFT, STACK_OFFSET_BITS) * STACK_ALIGNMENT;
}

int exec_args_copy(struct exec *e)
{
	struct exec_stack *s = &e->stack;
	choose_place(e);
	size_t slot = s->used, left;
	int err = set_limit(e, slot);
	if (err)
		return err;
	e->sp = e->places.stack_start = s->base + slot;
	s->used = slot + vector_bytes(e);
	if (!stack_at(s, s->used, &left)) /* all pages of the vectors */
		return -ENOMEM;
	unsigned argc = argc_of(e);
	stack_put_word(s, slot, argc);
	slot += sizeof(u64);
	e->places.arg_start = s->base + s->used;
	err = put_prefix(e, &slot);
	if (!err)
		err = put_strings(e, &e->argv, e->nr_prefix ? 1 : 0, &slot);
	e->places.arg_end = e->places.env_start = s->base + s->used;
	slot += sizeof(u64); /* the NULL */
	if (!err)
		err = put_strings(e, &e->envp, 0, &slot);
	e->places.env_end = s->base + s->used;
	slot += sizeof(u64);
	e->auxv_at = slot;
	e->name_at = s->base + s->used;
	if (!err)
		err = stack_put_bytes(s, e->name, strlen(e->name) + 1);
	return err;
}

/* --- the auxiliary vector --- */

/* Where the next pair goes. */
static u64 *aux(u64 *at, u64 key, u64 value)
{
	at[0] = key;
	at[1] = value;
	return at + 2;
}

/* The most that a signal frame can take: return address, ucontext, siginfo, FPU state, alignment. */
static u64 minimal_signal_stack(void)
{
	return ALIGN_UP(sizeof(u64) + sizeof(struct ucontext) + sizeof(struct siginfo) + arch_fpu_frame_size() +
				SIGFRAME_ALIGNMENT, 16ul);
}

static void fill_auxv(struct exec *e, const struct cred *cred, uaddr_t random_at)
{
	u64 *v = e->auxv;
	v = aux(v, AT_SYSINFO_EHDR, e->mm->vdso);
	v = aux(v, AT_MINSIGSTKSZ, minimal_signal_stack());
	v = aux(v, AT_HWCAP, arch_hwcap());
	v = aux(v, AT_PAGESZ, PAGE_SIZE);
	v = aux(v, AT_CLKTCK, USER_HZ);
	v = aux(v, AT_PHDR, e->phdr);
	v = aux(v, AT_PHENT, sizeof(Elf64_Phdr));
	v = aux(v, AT_PHNUM, e->elf.nr);
	v = aux(v, AT_BASE, e->interp ? e->interp_elf.bias : 0);
	v = aux(v, AT_FLAGS, 0);
	v = aux(v, AT_ENTRY, e->elf.header.e_entry + e->elf.bias);
	v = aux(v, AT_UID, cred->uid);
	v = aux(v, AT_EUID, cred->euid);
	v = aux(v, AT_GID, cred->gid);
	v = aux(v, AT_EGID, cred->egid);
	v = aux(v, AT_SECURE, e->secure);
	v = aux(v, AT_RANDOM, random_at);
	v = aux(v, AT_HWCAP2, arch_hwcap2());
	v = aux(v, AT_EXECFN, e->name_at);
	v = aux(v, AT_PLATFORM, random_at + RANDOM_BYTES);
	v = aux(v, AT_RSEQ_FEATURE_SIZE, RSEQ_FEATURE_SIZE);
	v = aux(v, AT_RSEQ_ALIGN, RSEQ_ALIGN); /* zeroes follow: AT_NULL */
}

void exec_args_auxv(struct exec *e)
{
	struct exec_stack *s = &e->stack;
	size_t used = s->used, extra = e->auxv_at + sizeof(e->auxv);
	fill_auxv(e, e->cred ? e->cred : current_cred(), s->base + extra);
	/* The pages are there: none of these can fail. */
	s->used = e->auxv_at;
	(void)stack_put_bytes(s, e->auxv, sizeof(e->auxv));
	(void)stack_put_bytes(s, &e->random[EXEC_RANDOM_AT], RANDOM_BYTES);
	(void)stack_put_bytes(s, platform, sizeof(platform));
	s->used = used;
}

int exec_args_map(struct exec *e)
{
	struct exec_stack *s = &e->stack;
	uaddr_t top = s->base + (size_t)s->nr_pages * PAGE_SIZE;
	int err = mm_setup_stack(e->mm, top, top - s->base, e->exec_stack);
	if (!err)
		err = mm_add_pages(e->mm, s->base, s->pages, s->nr_pages);
	if (!err)
		s->nr_pages = 0; /* they are the mm's now */
	return err;
}
