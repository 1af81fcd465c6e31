// SPDX-License-Identifier: MIT
/*
 * exec: what the files of execve(2) hand to one another.
 *
 *	exec.c		the calls, opening, the order of steps, the point of no return
 *	exec_script.c	"#!" lines
 *	exec_args.c	arguments, environment and auxiliary vector on the new stack
 *	exec_cred.c	set-id programs and capabilities
 *	elf.c		from headers to mappings
 */
#pragma once
#include "fs/path.h"
#include "kernel/proc/process.h"
#include "kernel/uapi/elf.h"
#include "mm/mm.h"

enum {
	EXEC_HEAD_BYTES = 1024,	  /* read at once: the header, and as a rule the program headers too */
	EXEC_SCRIPT_BYTES = 256,  /* of which a "#!" line may use that many: execve(2) */
	EXEC_MAX_DEPTH = 5,	  /* scripts run by scripts */
	EXEC_MAX_PREFIX = 2 * EXEC_MAX_DEPTH + 1, /* interpreter and argument of each, and the script's name */
	EXEC_SHORT_NAME = 256,
	EXEC_INLINE_PAGES = 8,
	EXEC_AUXV_MAX = 24,	  /* pairs, with AT_NULL */
	EXEC_STACK_ROOM = 8 << 20, /* above the stack pointer: more than arguments can take */
};
/* Two words choose places, the next two are what AT_RANDOM points to: what one run of the generator gives. */
enum exec_random { EXEC_RANDOM_HIGH, EXEC_RANDOM_LOW, EXEC_RANDOM_AT, EXEC_RANDOMS = EXEC_RANDOM_AT + 2 };
/* Which bits of the words choose what. */
enum {
	STACK_PAGES_BITS = 22,		   /* EXEC_RANDOM_HIGH: the stack, in pages */
	STACK_OFFSET_BITS = 7,		   /* and its lowest bits, in steps of 16 bytes */
	MMAP_PAGES_BITS = 28,		   /* the mmap area; EXEC_RANDOM_LOW: the program */
	STACK_OFFSET_SHIFT = STACK_PAGES_BITS,
	MMAP_PAGES_SHIFT = STACK_OFFSET_SHIFT + STACK_OFFSET_BITS,
	BRK_PAGES_BITS = 18,		   /* the heap */
	BRK_PAGES_SHIFT = MMAP_PAGES_BITS,
};

/* An array of strings: of a user, or of the kernel that starts process 1. */
struct exec_strings {
	const kuptr_t __user *user;
	char *const *kernel;
	unsigned nr;
};

/* The new stack from its pointer upwards, page by page, before it is mapped. */
struct exec_stack {
	struct page *inline_pages[EXEC_INLINE_PAGES];
	struct page **pages;
	unsigned nr_pages, room;
	uaddr_t base;	 /* where page 0 will be */
	size_t used;	 /* bytes so far, from base */
	size_t limit;	 /* bytes that strings may take */
};

/* For /proc: the fields of struct process from arg_start on, in that order. */
struct exec_places {
	uaddr_t arg_start, arg_end, env_start, env_end, stack_start, code_start, code_end, data_start, data_end;
};
_Static_assert(sizeof(struct exec_places) ==
	offsetof(struct process, thp_disabled) - offsetof(struct process, arg_start), "the same fields");
_Static_assert(2 * EXEC_AUXV_MAX * sizeof(u64) == sizeof(((struct process *)0)->auxv), "the same array");

struct elf_file {
	Elf64_Ehdr header;
	Elf64_Phdr *segments; /* kmalloc'ed */
	unsigned nr;
	uaddr_t low, end;     /* page-aligned range of its PT_LOADs, before the bias */
	u64 align;
	uaddr_t bias;
};

struct exec {
	struct file *file;	   /* counted: what is run, or looked at */
	char head[EXEC_HEAD_BYTES]; /* its first bytes, zeroes behind its end */
	size_t head_bytes;
	char *name;		   /* AT_EXECFN */
	char comm[TASK_COMM_LEN];
	char short_name[EXEC_SHORT_NAME];
	bool fd_closes;		   /* execveat's descriptor will be closed: no script could open it */
	/* --- arguments --- */
	struct exec_strings argv, envp;
	char *prefix[EXEC_MAX_PREFIX]; /* kmalloc'ed, the last one comes first; then argv without [0] */
	unsigned nr_prefix;
	struct exec_stack stack;
	/* --- the program --- */
	struct elf_file elf, interp_elf;
	struct file *interp;	   /* counted; NULL: none */
	bool exec_stack;	   /* PT_GNU_STACK asks for an executable one */
	bool randomize;		   /* places; personality(2) can turn it off */
	u64 random[EXEC_RANDOMS];
	struct mm *mm;		   /* the new one, until it is the current task's */
	uaddr_t entry, sp, phdr;
	size_t auxv_at;		   /* in the stack */
	uaddr_t name_at;
	struct exec_places places;
	u64 auxv[2 * EXEC_AUXV_MAX];
	/* --- who it will be --- */
	struct cred *cred;	   /* NULL: the same as before */
	bool secure, other_user, may_dump;
	struct sighand *sighand;   /* if the old one is shared */
};

static inline u64 exec_random_bits(const struct exec *e, enum exec_random word, unsigned shift, unsigned bits)
{
	return e->randomize ? e->random[word] >> shift & ((1ul << bits) - 1) : 0;
}

#define EXEC_FATAL 1 /* not an errno: the old program cannot be gone back to (execve(2) on Linux) */

/* exec.c */
int exec_open_program(const struct path *p, struct file **out); /* -EACCES, -ETXTBSY, ... */
int exec_read_head(struct exec *e);
void exec_close_program(struct file *f); /* accepts NULL */
/* exec_script.c: replaces e->file by the interpreter, as often as need be. 0 or -errno. */
int exec_follow_scripts(struct exec *e);
/* exec_args.c */
int exec_args_count(struct exec *e);
int exec_args_copy(struct exec *e);		/* strings and pointers; sets e->stack */
void exec_args_auxv(struct exec *e);		/* fills in the auxiliary vector: everything else is known now */
int exec_args_map(struct exec *e);		/* the pages become the stack of e->mm */
void exec_stack_free(struct exec_stack *s);
/* exec_cred.c */
int exec_cred_prepare(struct exec *e);
/* elf.c */
int elf_read(struct exec *e);			/* headers, interpreter: 0 or what execve(2) answers */
int elf_map(struct exec *e);			/* 0, -ENOMEM, or EXEC_FATAL */
void elf_free(struct exec *e);
