// SPDX-License-Identifier: MIT
/*
 * strace: formats system calls from the kinds in syscalls.def.
 *
 * Promise   arguments that the call reads are formatted before it runs, what it writes after; one console
 *           line per call, so that lines of several tasks do not mix. Calls that do not come back print
 *           at once. A pointer that cannot be read is shown as an address. Known flag words are shown by
 *           name, other structures as addresses.
 * Locks     none; user memory is read, so no lock may be held
 * Linux     strace(1)'s format of `strace -f -o`: "PID name(args) = result"
 */
#include "kernel/strace.h"
#include "kernel/core/log.h"
#include "kernel/core/task.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/string.h"
#include "kernel/syscall.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/mman.h"
#include "kernel/uapi/time.h"
#include "mm/uaccess.h"

enum { ARGS_MAX = 6, TEXT_SHOWN = 32, PATH_SHOWN = 200, WORDS_SHOWN = 8, RESULT_COLUMN = 39, NR_LIMIT = 512,
       TID_SHOWN = 16 };

enum kind {
	K_FD, K_PID, K_INT, K_SIG, K_UINT, K_FLAGS, K_MODE, K_LONG, K_ULONG, K_ADDR, K_DEV, K_SIZE, K_OFF, K_PATH,
	K_STR, K_RBUF, K_WBUF, K_PTR, K_IN_, K_OUT_, K_INOUT_,
};

struct arg {
	u8 kind;	  /* enum kind */
	const char *type; /* of what a pointer points to */
	const char *name;
};

struct call {
	const char *name;
	u8 nr_args;
	struct arg args[ARGS_MAX];
};

#define K_IN(T) K_IN_, #T
#define K_OUT(T) K_OUT_, #T
#define K_INOUT(T) K_INOUT_, #T
#define ARG_(kind_, type_, name_, ...) { .kind = kind_, .type = type_, .name = name_ }
#define ARG_EXPANDED(...) ARG_(__VA_ARGS__)
/* Kinds without a type get an empty one: K_FD, "" */
#define K_TYPED(...) K_TYPED_(__VA_ARGS__, "", )
#define K_TYPED_(kind_, type_, ...) kind_, type_
#define DESCRIBE(kind_, name_, reg) ARG_EXPANDED(K_TYPED(K_##kind_), #name_)
#define ARGS_0()
#define ARGS_1(...) SC_MAP_1(DESCRIBE, __VA_ARGS__)
#define ARGS_2(...) SC_MAP_2(DESCRIBE, __VA_ARGS__)
#define ARGS_3(...) SC_MAP_3(DESCRIBE, __VA_ARGS__)
#define ARGS_4(...) SC_MAP_4(DESCRIBE, __VA_ARGS__)
#define ARGS_5(...) SC_MAP_5(DESCRIBE, __VA_ARGS__)
#define ARGS_6(...) SC_MAP_6(DESCRIBE, __VA_ARGS__)

static const struct call calls[NR_LIMIT] = {
#define SYSCALL(nr, name_, policy, ...)                                                            \
	[nr] = { #name_, SC_COUNT(__VA_ARGS__), { SC_CAT(ARGS_, SC_COUNT(__VA_ARGS__))(__VA_ARGS__) } },
#include "kernel/syscalls.def"
#undef SYSCALL
};

static const char *const signal_names[] = {
#define SIGNAL(name, number, text) [number] = #name,
#include "kernel/uapi/signal.def"
#undef SIGNAL
};

static const struct {
	int number;
	const char *name, *text;
} errors[] = {
#define ERRNO(name, number, text) { number, #name, text },
#include "kernel/uapi/errno.def"
#undef ERRNO
};

/* --- flag words --- */

struct flag_name {
	u32 bits;
	const char *name;
};
#define FLAG(f) { f, #f }
static const struct flag_name open_flags[] = {
	FLAG(O_CREAT), FLAG(O_EXCL), FLAG(O_NOCTTY), FLAG(O_TRUNC), FLAG(O_APPEND), FLAG(O_NONBLOCK), FLAG(O_DIRECT),
	FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW), FLAG(O_CLOEXEC), FLAG(O_PATH), {},
};
static const struct flag_name prot_flags[] = { FLAG(PROT_READ), FLAG(PROT_WRITE), FLAG(PROT_EXEC), {} };
static const struct flag_name map_flags[] = {
	FLAG(MAP_SHARED), FLAG(MAP_PRIVATE), FLAG(MAP_FIXED), FLAG(MAP_ANONYMOUS), FLAG(MAP_GROWSDOWN),
	FLAG(MAP_NORESERVE), FLAG(MAP_POPULATE), FLAG(MAP_STACK), {},
};

static void put_flags(struct strbuf *sb, const struct flag_name *names, u32 v, const char *zero)
{
	const char *separator = "";
	if (zero && !(v & O_ACCMODE)) {
		strbuf_puts(sb, zero);
		separator = "|";
	}
	for (; names->name; names++)
		if (v & names->bits) {
			strbuf_printf(sb, "%s%s", separator, names->name);
			separator = "|";
			v &= ~names->bits;
		}
	if (v || !*separator)
		strbuf_printf(sb, "%s%#x", separator, v);
}

static void put_flag_word(struct strbuf *sb, const char *call, const char *arg, u32 v)
{
	bool opens = str_has_prefix(call, "open") && strcmp(arg, "flags") == 0;
	if (opens && (v & O_ACCMODE)) {
		strbuf_puts(sb, (v & O_ACCMODE) == O_WRONLY ? "O_WRONLY" : "O_RDWR");
		if (v & ~O_ACCMODE) {
			strbuf_putc(sb, '|');
			put_flags(sb, open_flags, v & ~O_ACCMODE, NULL);
		}
	} else if (opens) {
		put_flags(sb, open_flags, v, "O_RDONLY");
	} else if (strcmp(arg, "prot") == 0) {
		if (v)
			put_flags(sb, prot_flags, v, NULL);
		else
			strbuf_puts(sb, "PROT_NONE");
	} else if (strcmp(call, "mmap") == 0) {
		put_flags(sb, map_flags, v, NULL);
	} else {
		strbuf_printf(sb, v ? "%#x" : "%x", v);
	}
}

/* --- user memory --- */

static void put_quoted(struct strbuf *sb, const char *s, size_t n)
{
	strbuf_putc(sb, '"');
	for (size_t i = 0; i < n; i++) {
		u8 c = s[i];
		if (c == '\n')
			strbuf_puts(sb, "\\n");
		else if (c == '\t')
			strbuf_puts(sb, "\\t");
		else if (c == '"' || c == '\\')
			strbuf_printf(sb, "\\%c", c);
		else if (c < ' ' || c > '~')
			strbuf_printf(sb, "\\%o", c);
		else
			strbuf_putc(sb, c);
	}
	strbuf_putc(sb, '"');
}

static void put_address(struct strbuf *sb, u64 v)
{
	if (v)
		strbuf_printf(sb, "%#lx", v);
	else
		strbuf_puts(sb, "NULL");
}

static void put_string(struct strbuf *sb, u64 at)
{
	char text[PATH_SHOWN];
	ssize_t n = strncpy_from_user(text, (const char __user *)at, sizeof(text));
	if (n == -ENAMETOOLONG) {
		put_quoted(sb, text, sizeof(text));
		strbuf_puts(sb, "...");
	} else if (n < 0) {
		put_address(sb, at);
	} else {
		put_quoted(sb, text, n);
	}
}

static void put_bytes(struct strbuf *sb, u64 at, size_t n)
{
	char text[TEXT_SHOWN];
	size_t shown = min(n, sizeof(text));
	if (copy_from_user(text, (const void __user *)at, shown)) {
		put_address(sb, at);
		return;
	}
	put_quoted(sb, text, shown);
	if (n > shown)
		strbuf_puts(sb, "...");
}

static void put_string_array(struct strbuf *sb, u64 at)
{
	strbuf_putc(sb, '[');
	for (unsigned i = 0; i < WORDS_SHOWN; i++) {
		u64 word;
		if (get_user(word, (const u64 __user *)at + i) || !word)
			break;
		if (i)
			strbuf_puts(sb, ", ");
		put_string(sb, word);
	}
	strbuf_putc(sb, ']');
}

static void put_pointer(struct strbuf *sb, const struct arg *arg, u64 at)
{
	union {
		int i;
		long l;
		struct timespec ts;
	} v;
	if (strcmp(arg->type, "int") == 0 && !copy_from_user(&v.i, (void __user *)at, sizeof(v.i)))
		strbuf_printf(sb, "[%d]", v.i);
	else if (strcmp(arg->type, "long") == 0 && !copy_from_user(&v.l, (void __user *)at, sizeof(v.l)))
		strbuf_printf(sb, "[%ld]", v.l);
	else if (strcmp(arg->type, "struct timespec") == 0 && !copy_from_user(&v.ts, (void __user *)at, sizeof(v.ts)))
		strbuf_printf(sb, "{tv_sec=%ld, tv_nsec=%ld}", v.ts.tv_sec, v.ts.tv_nsec);
	else if (strcmp(arg->name, "argv") == 0)
		put_string_array(sb, at);
	else
		put_address(sb, at);
}

/* --- lines --- */

static u64 arg_of(const struct regs *r, unsigned i)
{
	const u64 v[ARGS_MAX] = { r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9 };
	return v[i];
}

/* `bytes`: how many an RBUF or WBUF argument has. */
static void put_arg(struct strbuf *sb, const struct call *c, unsigned i, u64 v, size_t bytes)
{
	const struct arg *arg = &c->args[i];
	switch (arg->kind) {
	case K_FD:
		if ((int)v == AT_FDCWD && strcmp(arg->name, "fd"))
			strbuf_puts(sb, "AT_FDCWD");
		else
			strbuf_printf(sb, "%d", (int)v);
		break;
	case K_SIG:
		if (v < ARRAY_LEN(signal_names) && signal_names[v])
			strbuf_puts(sb, signal_names[v]);
		else
			strbuf_printf(sb, "%d", (int)v);
		break;
	case K_PID: case K_INT: strbuf_printf(sb, "%d", (int)v); break;
	case K_UINT: strbuf_printf(sb, "%u", (unsigned)v); break;
	case K_FLAGS: put_flag_word(sb, c->name, arg->name, v); break;
	case K_MODE: strbuf_printf(sb, "0%03o", (unsigned)v); break;
	case K_LONG: case K_OFF: strbuf_printf(sb, "%ld", (long)v); break;
	case K_SIZE: strbuf_printf(sb, "%lu", v); break;
	case K_ULONG: case K_DEV: strbuf_printf(sb, "%#lx", v); break;
	case K_PATH: case K_STR: put_string(sb, v); break;
	case K_RBUF: case K_WBUF: put_bytes(sb, v, bytes); break;
	case K_IN_: case K_OUT_: case K_INOUT_: put_pointer(sb, arg, v); break;
	default: put_address(sb, v); break;
	}
}

static bool is_output(const struct arg *arg)
{
	return arg->kind == K_WBUF || arg->kind == K_OUT_;
}

static const struct call *call_of(const struct regs *r)
{
	return r->orig_rax < NR_LIMIT && calls[r->orig_rax].name ? &calls[r->orig_rax] : NULL;
}

/* Arguments up to the first output (before the call) or all that are left (after it: result >= 0 or not). */
static void put_args(struct strace_line *line, const struct regs *r, bool returned, long result)
{
	const struct call *c = call_of(r);
	for (; line->next_arg < c->nr_args; line->next_arg++) {
		unsigned i = line->next_arg;
		if (!returned && is_output(&c->args[i]))
			return;
		if (i)
			strbuf_puts(&line->text, ", ");
		if (is_output(&c->args[i]) && result < 0)
			put_address(&line->text, arg_of(r, i));
		else
			put_arg(&line->text, c, i, arg_of(r, i),
				c->args[i].kind == K_WBUF ? (size_t)result : i + 1 < ARGS_MAX ? arg_of(r, i + 1) : 0);
	}
}

static void put_result(struct strbuf *sb, const struct call *c, long result)
{
	if (result == -ERESTART) {
		strbuf_puts(sb, "? ERESTARTSYS (To be restarted if SA_RESTART is set)");
		return;
	}
	for (size_t i = 0; result < 0 && i < ARRAY_LEN(errors); i++)
		if (errors[i].number == -result) {
			strbuf_printf(sb, "-1 %s (%s)", errors[i].name, errors[i].text);
			return;
		}
	bool is_address = c && (strcmp(c->name, "mmap") == 0 || strcmp(c->name, "brk") == 0 ||
				      strcmp(c->name, "mremap") == 0);
	strbuf_printf(sb, is_address ? "%#lx" : "%ld", result);
}

static void print_line(struct strace_line *line)
{
	if (!current->trace_file) {
		console_printf("%-5d %s\n", current->tid, strbuf_text(&line->text));
		return;
	}
	char text[STRACE_LINE_MAX + TID_SHOWN];
	struct strbuf sb;
	strbuf_init(&sb, text, sizeof(text));
	strbuf_printf(&sb, "%-5d %s\n", current->tid, strbuf_text(&line->text));
	strace_write(text, sb.len);
}

void strace_enter(struct strace_line *line, const struct regs *r)
{
	const struct call *c = call_of(r);
	strbuf_init(&line->text, line->memory, sizeof(line->memory));
	line->next_arg = 0;
	if (!c) {
		strbuf_printf(&line->text, "syscall_%#lx(%#lx, %#lx, %#lx", r->orig_rax, r->rdi, r->rsi, r->rdx);
		return;
	}
	strbuf_printf(&line->text, "%s(", c->name);
	put_args(line, r, false, 0);
	if (str_has_prefix(c->name, "exit")) {
		strbuf_puts(&line->text, ") = ?");
		print_line(line);
	}
}

void strace_exit(struct strace_line *line, const struct regs *r, long result)
{
	const struct call *c = call_of(r);
	if (c)
		put_args(line, r, true, result);
	strbuf_putc(&line->text, ')');
	while (line->text.len < RESULT_COLUMN && !line->text.overflow)
		strbuf_putc(&line->text, ' ');
	strbuf_puts(&line->text, " = ");
	put_result(&line->text, c, result);
	print_line(line);
}
