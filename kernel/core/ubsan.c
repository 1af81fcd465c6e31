// SPDX-License-Identifier: MIT
/*
 * ubsan: what the compiler calls when the code did something undefined; debug builds only.
 *
 * Promise   each place in the source is reported once, as a line with "WARNING: ubsan:" and a backtrace, and
 *           the code goes on with what the processor made of it; only what cannot go on panics. Test
 *           runs fail on the line.
 * Locks     none. Undefined behaviour inside the report itself, or on another CPU meanwhile, is not told
 *           now: its place stays unmarked and is told the next time.
 *
 * The structures are the compiler's, as it lays them out for -fsanitize=undefined: each begins with a place,
 * then come the types involved. A value is passed in a register if it fits, else by its address.
 * This file is compiled without the checks.
 */
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/lib/fmt.h"

struct place {
	const char *file;
	u32 line, column;
};

struct type {
	u16 kind; /* TYPE_INTEGER or something else */
	u16 info; /* of integers: bit 0 signed, above it the binary logarithm of the bits */
	char name[];
};

struct one_type { /* overflows, loads, and the start of the others */
	struct place at;
	const struct type *type;
};

struct two_types { /* shifts: left, right; arrays: array, index */
	struct place at;
	const struct type *a, *b;
};

struct mismatch {
	struct place at;
	const struct type *type;
	u8 align_log, access;
};

enum { TYPE_INTEGER = 0, REGISTER_BITS = 64, VALUE_BYTES = 32, TOLD = 0x80000000 };

static const char *const accesses[] = { "load of", "store to", "reference to", "member access in", "member call on",
	"constructor call on", "downcast of", "downcast of", "upcast of", "cast to", "dynamic access in" };

static u32 is_reporting; /* [atomic] */

/* The number as the type has it. */
static const char *show(const struct type *t, u64 value, char *buf)
{
	unsigned bits = 1u << (t->info >> 1);
	bool is_signed = t->info & 1;
	if (t->kind != TYPE_INTEGER)
		return "?";
	if (bits > REGISTER_BITS)
		value = *(const u64 *)value; /* the low half says enough */
	else if (is_signed)
		value = (u64)((s64)(value << (REGISTER_BITS - bits)) >> (REGISTER_BITS - bits));
	fmt_snprintf(buf, VALUE_BYTES, is_signed ? "%ld" : "%lu", value);
	return buf;
}

/* True if this place is to be reported, by us, now. Then report_end() follows. */
static bool report_begin(struct place *at)
{
	if (READ_ONCE(at->column) & TOLD || __atomic_exchange_n(&is_reporting, 1, __ATOMIC_ACQUIRE))
		return false;
	at->column |= TOLD;
	return true;
}

static void report_end(void)
{
	backtrace_print(NULL);
	__atomic_store_n(&is_reporting, 0, __ATOMIC_RELEASE);
}

#define SAY(at, format, ...)                                                                       \
	log_warn("WARNING: ubsan: %s:%u:%u: " format, (at)->file, (at)->line, (at)->column & ~TOLD,     \
		##__VA_ARGS__)

/* Defines __ubsan_handle_NAME(); it is declared right here because the compiler alone calls it. */
#define HANDLER(name, ...)                                                                         \
	void __ubsan_handle_##name(__VA_ARGS__);                                                   \
	void __ubsan_handle_##name(__VA_ARGS__)

static void say_overflow(struct one_type *d, u64 left, const char *operator, u64 right)
{
	char a[VALUE_BYTES], b[VALUE_BYTES];
	if (!report_begin(&d->at))
		return;
	SAY(&d->at, "%s %s %s does not fit into %s", show(d->type, left, a), operator, show(d->type, right, b),
		d->type->name);
	report_end();
}

static void say_plain(struct place *at, const char *what)
{
	if (!report_begin(at))
		return;
	SAY(at, "%s", what);
	report_end();
}

HANDLER(add_overflow, struct one_type *d, u64 left, u64 right)
{
	say_overflow(d, left, "+", right);
}

HANDLER(sub_overflow, struct one_type *d, u64 left, u64 right)
{
	say_overflow(d, left, "-", right);
}

HANDLER(mul_overflow, struct one_type *d, u64 left, u64 right)
{
	say_overflow(d, left, "*", right);
}

HANDLER(divrem_overflow, struct one_type *d, u64 left, u64 right)
{
	say_overflow(d, left, "/", right);
}

HANDLER(negate_overflow, struct one_type *d, u64 value)
{
	say_overflow(d, 0, "-", value);
}

HANDLER(shift_out_of_bounds, struct two_types *d, u64 left, u64 right)
{
	char a[VALUE_BYTES], b[VALUE_BYTES];
	if (!report_begin(&d->at))
		return;
	SAY(&d->at, "shift of %s (%s) by %s", show(d->a, left, a), d->a->name, show(d->b, right, b));
	report_end();
}

HANDLER(out_of_bounds, struct two_types *d, u64 index)
{
	char buf[VALUE_BYTES];
	if (!report_begin(&d->at))
		return;
	SAY(&d->at, "index %s is outside of %s", show(d->b, index, buf), d->a->name);
	report_end();
}

HANDLER(type_mismatch_v1, struct mismatch *d, u64 pointer)
{
	const char *access = d->access < ARRAY_LEN(accesses) ? accesses[d->access] : "access to";
	u64 align = 1ul << d->align_log;
	if (!report_begin(&d->at))
		return;
	if (!pointer)
		SAY(&d->at, "%s null pointer of type %s", access, d->type->name);
	else if (pointer & (align - 1))
		SAY(&d->at, "%s %s at 0x%lx, not aligned to %lu", access, d->type->name, pointer, align);
	else
		SAY(&d->at, "%s 0x%lx, too small for %s", access, pointer, d->type->name);
	report_end();
}

HANDLER(load_invalid_value, struct one_type *d, u64 value)
{
	char buf[VALUE_BYTES];
	if (!report_begin(&d->at))
		return;
	SAY(&d->at, "%s is no value of %s", show(d->type, value, buf), d->type->name);
	report_end();
}

HANDLER(pointer_overflow, struct place *at, u64 base, u64 result)
{
	if (!report_begin(at))
		return;
	SAY(at, "pointer 0x%lx became 0x%lx", base, result);
	report_end();
}

HANDLER(vla_bound_not_positive, struct one_type *d, u64 bound)
{
	say_plain(&d->at, "array without elements");
}

HANDLER(nonnull_arg, struct place *at)
{
	say_plain(at, "null pointer for a parameter that must not be null");
}

HANDLER(nonnull_return_v1, const void *d, struct place *at)
{
	say_plain(at, "null pointer from a function that must not return it");
}

HANDLER(invalid_builtin, struct place *at)
{
	say_plain(at, "count of leading or trailing zeros of 0");
}

HANDLER(builtin_unreachable, struct place *at)
{
	panic("ubsan: %s:%u: the unreachable was reached", at->file, at->line);
}
