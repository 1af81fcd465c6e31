// SPDX-License-Identifier: MIT
/*
 * kasan_report: tells what an address that may not be touched belongs to.
 *
 * Promise   the title says what was done wrong, how many bytes where, and in which function; then come the object
 *           (slab object with cache, global or local variable by name, page), the callers of those who
 *           allocated and freed it, and the shadow around. By default the kernel panics with the title;
 *           with kasan=warn it goes on and numbers the reports. A wrong access while another is told is
 *           counted only.
 * Locks     `telling` (atomic): one report at a time; tracks and slabs are read without locks
 */
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/symbols.h"
#include "kernel/core/task.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/string.h"
#include "mm/kasan.h"
#include "mm/page.h"

#ifdef KASAN
enum {
	FILES_MAX = 1024, NAME_BYTES = 96, SHADOW_SHOWN = 16,
	FRAME_REACH_BYTES = 8192, /* how far below an address the frame that it belongs to may begin */
};
#define FRAME_MAGIC 0x41b58ab3ul /* the compiler's, at the start of a frame with marked arrays */

/* As the compiler lays it out. */
struct global {
	const void *start;
	size_t bytes, bytes_with_zone;
	const char *name, *file;
	size_t has_dynamic_init;
	const void *location, *odr_indicator;
};

struct frame {
	u64 magic;
	const char *variables; /* "2 32 8 1 a 64 40 3 buf": how many; place, bytes, length of name, name */
	u64 function;
};

enum kasan_mode kasan_mode;
static struct { const struct global *globals; size_t nr; } files[FILES_MAX]; /* [const after kasan_init] */
static unsigned nr_files;
static u32 telling;			/* [atomic] */
static u32 nr_reports;			/* [atomic] */
static struct task *expecting;		/* [atomic] whose reports are kept */
static unsigned nr_expected;		/* [expecting] */
static struct kasan_report expected;	/* [expecting] */
static char variable_name[NAME_BYTES];	/* [telling] */

void __asan_register_globals(const struct global *globals, size_t nr);
void __asan_register_globals(const struct global *globals, size_t nr)
{
	if (nr_files == FILES_MAX)
		panic("kasan: more than %u files", FILES_MAX);
	files[nr_files].globals = globals;
	files[nr_files++].nr = nr;
	for (const struct global *g = globals; g < globals + nr; g++) {
		size_t used = ALIGN_UP(g->bytes, (size_t)KASAN_GRANULE);
		kasan_unpoison(g->start, g->bytes);
		kasan_poison((const char *)g->start + used, g->bytes_with_zone - used, KASAN_GLOBAL_ZONE);
	}
}

/* The destructors that name it are not linked. */
void __asan_unregister_globals(const struct global *globals, size_t nr);
void __asan_unregister_globals(const struct global *globals, size_t nr) {}

/* --- what it belongs to --- */

static const char *bug_of(u64 va)
{
	u8 v = kasan_shadow_byte(va);
	if (v && v < KASAN_GRANULE) /* an object's last bytes: what follows says what it is */
		v = kasan_shadow_byte(va + KASAN_GRANULE);
	switch (v) {
	case KASAN_STACK_LEFT:
	case KASAN_STACK_BETWEEN:
	case KASAN_STACK_RIGHT:
		return "stack out of bounds";
	case KASAN_GLOBAL_ZONE:
		return "global out of bounds";
	case KASAN_KVIRT_FREED:
		return "use of freed kernel memory";
	case KASAN_SLAB_FREED:
		return "use after free";
	case KASAN_SLAB_ZONE:
		return "slab out of bounds";
	case KASAN_STACK_FREED:
		return "use of a freed stack";
	case KASAN_PAGE_ZONE:
		return "page block out of bounds";
	case KASAN_PAGE_FREED:
		return "page use after free";
	default:
		return "out of bounds";
	}
}

static void describe_slab(struct kasan_report *r)
{
	struct slab_place place;
	if (!slab_find(r->address, &place))
		return;
	r->object = place.cache;
	r->offset = (s64)(r->address - place.object);
	r->object_bytes = place.bytes;
	r->made = place.zone->made;
	r->freed = place.zone->freed;
}

static void describe_page(struct kasan_report *r)
{
	struct page *pg = page_of_virt((void *)ALIGN_DOWN(r->address, PAGE_SIZE));
	r->object = "page";
	r->offset = (s64)(r->address & (PAGE_SIZE - 1));
	r->object_bytes = PAGE_SIZE;
	r->made = pg->made;
	r->freed = pg->freed;
}

static void describe_global(struct kasan_report *r)
{
	for (unsigned i = 0; i < nr_files; i++)
		for (const struct global *g = files[i].globals; g < files[i].globals + files[i].nr; g++)
			if (r->address - (u64)g->start < g->bytes_with_zone) {
				r->object = g->name;
				r->offset = (s64)(r->address - (u64)g->start);
				r->object_bytes = g->bytes;
				return;
			}
}

static const struct frame *frame_around(u64 va)
{
	u64 at = ALIGN_DOWN(va, (u64)KASAN_GRANULE), bottom = at - FRAME_REACH_BYTES;
	while (at > bottom && kasan_shadow_byte(at) != KASAN_STACK_LEFT)
		at -= KASAN_GRANULE;
	while (at > bottom && kasan_shadow_byte(at - KASAN_GRANULE) == KASAN_STACK_LEFT)
		at -= KASAN_GRANULE;
	const struct frame *f = (const struct frame *)at;
	return at > bottom && f->magic == FRAME_MAGIC ? f : NULL;
}

static u64 take_number(const char **s)
{
	u64 v = 0;
	while (**s == ' ')
		++*s;
	while (**s >= '0' && **s <= '9')
		v = v * 10 + (u64)(*(*s)++ - '0');
	return v;
}

/* The variable of the frame that ends or begins nearest to the address. */
static void describe_stack(struct kasan_report *r)
{
	const struct frame *f = frame_around(r->address);
	if (!f)
		return;
	const char *s = f->variables;
	u64 nearest = UINT64_MAX;
	for (u64 left = take_number(&s); left; left--) {
		u64 start = (u64)f + take_number(&s), bytes = take_number(&s), name_bytes = take_number(&s);
		u64 distance = r->address < start ? start - r->address : r->address - (start + bytes);
		if (*s == ' ')
			s++;
		if (distance < nearest) {
			nearest = distance;
			strlcpy(variable_name, s, min((size_t)name_bytes + 1, sizeof(variable_name)));
			r->object = variable_name;
			r->offset = (s64)(r->address - start);
			r->object_bytes = bytes;
		}
		s += name_bytes;
	}
}

static void describe(struct kasan_report *r)
{
	u64 va = r->address;
	if (va >= KERNEL_BASE) {
		describe_global(r);
		if (!r->object)
			describe_stack(r); /* the boot CPU's first stack */
	} else if (va >= KVIRT_BASE && va < KVIRT_END) {
		describe_stack(r);
	} else if (va < KVIRT_BASE && page_phys_is_ram(direct_to_phys((void *)va))) {
		if (page_of_virt((void *)ALIGN_DOWN(va, PAGE_SIZE))->kind == PAGE_SLAB)
			describe_slab(r);
		else
			describe_page(r);
	}
}

/* --- telling --- */

static void tell_track(const char *what, const struct kasan_track *t)
{
	char name[NAME_BYTES];
	if (!t->pcs[0])
		return;
	log_err("KASAN: %s by task %d on cpu %u", what, t->tid, t->cpu);
	for (unsigned i = 0; i < KASAN_TRACK_DEPTH && t->pcs[i]; i++) {
		u64 pc = (s64)(s32)t->pcs[i]; /* text lies in the last 2 GiB */
		symbol_describe(pc, name, sizeof(name));
		log_err("  [<%016lx>] %s", pc, name);
	}
}

static void tell_shadow(u64 va)
{
	enum { CHARS = 3 };
	char text[SHADOW_SHOWN * CHARS + 1] = "";
	u64 from = ALIGN_DOWN(va, (u64)KASAN_GRANULE) - SHADOW_SHOWN / 2 * KASAN_GRANULE;
	for (unsigned i = 0; i < SHADOW_SHOWN; i++)
		fmt_snprintf(text + i * CHARS, CHARS + 1, "%02x%c", kasan_shadow_byte(from + i * KASAN_GRANULE),
			i == SHADOW_SHOWN / 2 - 1 ? '>' : ' ');
	log_err("KASAN: shadow from %016lx: %s", from, text);
}

static void tell(const struct kasan_report *r, const char *title)
{
	if (r->object && r->offset < 0)
		log_err("KASAN: %lu bytes before %s of %lu bytes", -r->offset, r->object, r->object_bytes);
	else if (r->object && (size_t)r->offset >= r->object_bytes)
		log_err("KASAN: %lu bytes behind %s of %lu bytes", r->offset - r->object_bytes, r->object,
			r->object_bytes);
	else if (r->object)
		log_err("KASAN: %lu bytes into %s of %lu bytes", r->offset, r->object, r->object_bytes);
	tell_track("allocated", &r->made);
	tell_track("freed", &r->freed);
	tell_shadow(r->address);
	if (kasan_mode == KASAN_PANICS)
		panic("%s", title);
	log_err("%s (report %u)", title, READ_ONCE(nr_reports));
	backtrace_print(NULL);
}

static void deliver(struct kasan_report *r)
{
	char title[LOG_TEXT_MAX / 2], where[NAME_BYTES];
	u64 irq = irq_save();
	if (READ_ONCE(expecting) == current && current) {
		describe(r);
		if (nr_expected++ == 0)
			expected = *r;
		irq_restore(irq);
		return;
	}
	__atomic_fetch_add(&nr_reports, 1, __ATOMIC_RELAXED);
	if (!panic_is_on() && !__atomic_exchange_n(&telling, 1, __ATOMIC_ACQUIRE)) {
		describe(r);
		symbol_describe(r->pc, where, sizeof(where));
		fmt_snprintf(title, sizeof(title), "KASAN: %s: %s of %lu bytes at %016lx in %s", r->bug,
			r->is_write ? "write" : "read", r->bytes, r->address, where);
		tell(r, title);
		__atomic_store_n(&telling, 0, __ATOMIC_RELEASE);
	}
	irq_restore(irq);
}

void kasan_report_access(u64 first_bad, size_t bytes, bool is_write, u64 pc)
{
	struct kasan_report r = {
		.bug = bug_of(first_bad), .address = first_bad, .pc = pc, .bytes = bytes, .is_write = is_write,
	};
	deliver(&r);
}

void kasan_report_free(const void *p, const char *bug, u64 pc)
{
	struct kasan_report r = { .bug = bug, .address = (u64)p, .pc = pc, .is_write = true };
	if (kasan_mode == KASAN_IS_OFF)
		panic("slab: %p: %s", p, bug);
	deliver(&r);
}

/* --- for tests --- */

void kasan_expect_begin(void)
{
	nr_expected = 0;
	memset(&expected, 0, sizeof(expected));
	WRITE_ONCE(expecting, current);
}

unsigned kasan_expect_end(struct kasan_report *first)
{
	WRITE_ONCE(expecting, NULL);
	*first = expected;
	return nr_expected;
}
#endif
