// SPDX-License-Identifier: MIT
/*
 * memory: twenty processes change shared memory and their own at random, and check each byte of it.
 *
 * Promise   whatever they map, unmap, protect, move, fork, touch, cut, punch, seal, and write into one another, each
 *           byte is what the model (soak.h) says, each access that must fail fails with the right signal, and
 *           all memory is back at the end. A failure names the seed, the worker and its step.
 * Options   soak.seconds=N soak.seed=N, on the kernel's command line or in the environment
 * Linux     passes there for as long as one likes; memory is bounded (about 40 MiB)
 */
#include "tests/abi/soak/soak.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#endif
enum {
	DEFAULT_SECONDS = 3, RW = PROT_READ | PROT_WRITE, CHILD_STEPS = 12, RUN_MOST = 12,
	KEEP_SIZE = 1, PUNCH = 2 | KEEP_SIZE, SEALING = 2,
	SEAL_SHRINK = 2, SEAL_GROW = 4, SEAL_WRITE = 8,
	REMAP_MAYMOVE = 1, REMAP_FIXED = 2, REMAP_DONTUNMAP = 4,
	SPARE_KIB = 24 << 10, SETTLE_MS = 3000, TOLD_EVERY_MS = 20000,
};

struct world *world;
struct worker me;
static sigjmp_buf fault_place;
static volatile sig_atomic_t fault_expected;
static uint8_t near[PAGE];

/* --- accesses that may fail --- */

static void on_fault(int sig)
{
	if (!fault_expected) {
		static const char what[] = "# soak: an access that must work faulted\n";
		(void)!write(1, what, sizeof(what) - 1);
		world->failed = 1;
		_exit(1);
	}
	siglongjmp(fault_place, sig);
}

/* The signal that an access of this byte raises; 0: none. */
static int probe(char *at, bool is_write)
{
	int sig = sigsetjmp(fault_place, 1);

	if (sig == 0) {
		fault_expected = 1;
		if (is_write)
			*(volatile char *)at = *(volatile char *)at;
		else
			(void)*(volatile char *)at;
	}
	fault_expected = 0;
	return sig;
}

/* --- one cell --- */

/* A truncation takes private copies along: what is there after it comes from the object again. */
static void forget_cut_copy(struct cell *c)
{
	if (c->kind == PRIVATE && c->own && c->cut != world->object[c->object].page[c->page].cut)
		c->own = false;
}

static bool is_object_cell(const struct cell *c)
{
	return c->kind == SHARED || c->kind == PRIVATE;
}

static struct object *cell_lock(struct cell *c)
{
	struct object *o = &world->object[c->object];

	read_lock(o);
	forget_cut_copy(c);
	return o;
}

static void check_object_cell(struct cell *c, char *at)
{
	struct object *o = cell_lock(c);
	struct page_model *p = &o->page[c->page];

	if (c->page * SLOTS >= o->slots) {
		WANT_EQ(probe(at, false), SIGBUS);
	} else if (c->own) {
		check_page(at, c->seed, "a private copy");
	} else {
		page_lock(p);
		check_page(at, p->seed, c->kind == SHARED ? "a shared mapping" : "an untouched private mapping");
		page_unlock(p);
	}
	read_unlock(o);
}

static void check_cell(unsigned i)
{
	struct cell *c = &me.cell[i];

	if (c->kind == NOTHING || c->prot == PROT_NONE)
		WANT_EQ(probe(CELL_AT(i), false), SIGSEGV);
	else if (is_object_cell(c))
		check_object_cell(c, CELL_AT(i));
	else
		check_page(CELL_AT(i), c->seed, "private memory");
	if (c->kind != NOTHING && c->prot == PROT_READ)
		WANT(probe(CELL_AT(i), true) != 0);
}

static void write_own(struct cell *c, char *at, unsigned slot)
{
	c->seed[slot] = new_seed();
	fill_slot(at + slot * SLOT, c->seed[slot], slot);
}

static void write_object_cell(struct cell *c, char *at, unsigned slot)
{
	struct object *o = cell_lock(c);
	struct page_model *p = &o->page[c->page];

	if (c->page * SLOTS + slot < o->slots) {
		page_lock(p);
		if (c->kind == SHARED) {
			p->seed[slot] = new_seed();
			fill_slot(at + slot * SLOT, p->seed[slot], slot);
		} else {
			if (!c->own)
				memcpy(c->seed, p->seed, sizeof(c->seed));
			c->own = true;
			c->cut = p->cut;
			write_own(c, at, slot);
		}
		page_unlock(p);
	}
	read_unlock(o);
}

static void op_check(void)
{
	check_cell(random_below(CELLS));
}

static void op_write(void)
{
	unsigned i = random_below(CELLS), slot = random_below(SLOTS);
	struct cell *c = &me.cell[i];

	if (c->kind == NOTHING || c->prot != RW)
		check_cell(i);
	else if (is_object_cell(c))
		write_object_cell(c, CELL_AT(i), slot);
	else
		write_own(c, CELL_AT(i), slot);
}

/* --- the shape of the address space --- */

struct run {
	unsigned first, n;
};

static struct run random_run(void)
{
	unsigned first = random_below(CELLS), most = CELLS - first;

	return (struct run){first, 1 + random_below(most < RUN_MOST ? most : RUN_MOST)};
}

static int random_prot(void)
{
	static const int prots[] = {PROT_NONE, PROT_READ, RW, RW, RW};

	return prots[random_below(5)];
}

static void op_map(void)
{
	static uint32_t mappings;
	struct run r = random_run();
	enum kind kind = ANONYMOUS + random_below(3);
	int object = random_below(OBJECTS), page = random_below(OBJECT_PAGES - r.n + 1), prot = random_prot();
	int flags = MAP_FIXED | (kind == SHARED ? MAP_SHARED : MAP_PRIVATE) | (kind == ANONYMOUS ? MAP_ANONYMOUS : 0);

	WANT_EQ(sys(SYS_mmap, CELL_AT(r.first), r.n * PAGE, prot, flags,
			kind == ANONYMOUS ? -1 : world->object[object].fd, kind == ANONYMOUS ? 0 : page * PAGE),
		CELL_AT(r.first));
	mappings++;
	for (unsigned i = 0; i < r.n; i++)
		me.cell[r.first + i] = (struct cell){
			.kind = kind, .prot = prot, .object = object, .page = page + i, .mapping = mappings};
}

static void op_unmap(void)
{
	struct run r = random_run();

	WANT_EQ(sys(SYS_munmap, CELL_AT(r.first), r.n * PAGE), 0);
	memset(&me.cell[r.first], 0, r.n * sizeof(struct cell));
}

/* How many cells from the first of the run on are mapped. */
static unsigned mapped_part(struct run r)
{
	unsigned n = 0;

	while (n < r.n && me.cell[r.first + n].kind != NOTHING)
		n++;
	return n;
}

static void op_protect(void)
{
	struct run r = random_run();
	int prot = random_prot();
	unsigned n = mapped_part(r);

	/* Up to the hole it is done. */
	WANT_EQ(sys(SYS_mprotect, CELL_AT(r.first), r.n * PAGE, prot), n < r.n ? -ENOMEM : 0);
	for (unsigned i = 0; i < n; i++) {
		me.cell[r.first + i].prot = prot;
		me.cell[r.first + i].mapping = 0;
	}
}

static void op_dont_need(void)
{
	struct run r = random_run();

	WANT_EQ(sys(SYS_madvise, CELL_AT(r.first), r.n * PAGE, MADV_DONTNEED), mapped_part(r) < r.n ? -ENOMEM : 0);
	for (unsigned i = r.first; i < r.first + r.n; i++) {
		me.cell[i].own = false;
		if (me.cell[i].kind == ANONYMOUS)
			memset(me.cell[i].seed, 0, sizeof(me.cell[i].seed));
	}
}

/* The run, cut to what surely is one mapping. */
static unsigned one_mapping(struct run r)
{
	unsigned n = 1;

	while (n < r.n && me.cell[r.first].mapping && me.cell[r.first + n].mapping == me.cell[r.first].mapping)
		n++;
	return n;
}

static void op_move(void)
{
	struct run from = random_run(), to = random_run();
	struct cell moved[RUN_MOST], *c = &me.cell[from.first];
	bool stays = c->kind == ANONYMOUS && random_below(4) == 0;
	unsigned n = one_mapping(from);

	if (c->kind == NOTHING || to.first + n > CELLS ||
		(to.first < from.first + n && from.first < to.first + n))
		return;
	WANT_EQ(sys(SYS_mremap, CELL_AT(from.first), n * PAGE, n * PAGE,
			REMAP_MAYMOVE | REMAP_FIXED | (stays ? REMAP_DONTUNMAP : 0), CELL_AT(to.first)),
		CELL_AT(to.first));
	memcpy(moved, c, n * sizeof(*c));
	for (unsigned i = 0; i < n; i++) {
		memset(c[i].seed, 0, sizeof(c[i].seed));
		c[i].mapping = moved[i].mapping = 0;
		if (!stays)
			c[i].kind = NOTHING;
	}
	memcpy(&me.cell[to.first], moved, n * sizeof(*c));
}

/* --- objects --- */

static void drop_slots(struct object *o, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		o->page[i / SLOTS].seed[i % SLOTS] = 0;
}

static void op_truncate(void)
{
	struct object *o = &world->object[random_below(OBJECTS)];
	unsigned slots = random_below(OBJECT_SLOTS + 1);

	if (!write_lock(o))
		return;
	WANT_EQ(sys(SYS_ftruncate, o->fd, slots * SLOT), 0);
	drop_slots(o, slots, OBJECT_SLOTS);
	for (unsigned p = (slots + SLOTS - 1) / SLOTS; p < OBJECT_PAGES && p * SLOTS < o->slots; p++)
		o->page[p].cut++;
	o->slots = slots;
	write_unlock(o);
}

static void op_punch(void)
{
	struct object *o = &world->object[random_below(OBJECTS)];
	unsigned from = random_below(OBJECT_SLOTS), n = 1 + random_below(OBJECT_SLOTS - from);

	if (!write_lock(o))
		return;
	WANT_EQ(sys(SYS_fallocate, o->fd, PUNCH, from * SLOT, n * SLOT), 0);
	drop_slots(o, from, from + n);
	write_unlock(o);
}

static void op_file_io(void)
{
	struct object *o = &world->object[random_below(OBJECTS)];
	unsigned page = random_below(OBJECT_PAGES), slot = random_below(SLOTS);
	struct page_model *p = &o->page[page];
	static uint8_t buf[PAGE] __attribute__((aligned(16)));

	read_lock(o);
	if (page * SLOTS + slot < o->slots) {
		long there = (o->slots - page * SLOTS) * SLOT;

		page_lock(p);
		memset(buf, 0, sizeof(buf));
		WANT_EQ(sys(SYS_pread64, o->fd, buf, PAGE, page * PAGE), there < PAGE ? there : PAGE);
		check_page(buf, p->seed, "a read");
		p->seed[slot] = new_seed();
		fill_slot(buf, p->seed[slot], slot);
		WANT_EQ(sys(SYS_pwrite64, o->fd, buf, SLOT, page * PAGE + slot * SLOT), SLOT);
		page_unlock(p);
	} else {
		WANT_EQ(sys(SYS_pread64, o->fd, buf, SLOT, page * PAGE + slot * SLOT), 0);
	}
	read_unlock(o);
}

/* Whatever happens to the shared ones, seals hold on one of its own. */
static void op_seal(void)
{
	long fd = sys(SYS_memfd_create, "sealed", SEALING);
	uint32_t seed = new_seed();
	char *at;

	WANT(fd >= 0);
	WANT_EQ(sys(SYS_ftruncate, fd, 2 * PAGE), 0);
	at = (char *)sys(SYS_mmap, 0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	WANT((long)at > 0);
	fill_slot(at + PAGE, seed, 0);
	WANT_EQ(sys(SYS_fcntl, fd, F_ADD_SEALS, SEAL_WRITE), -EBUSY);
	WANT_EQ(sys(SYS_munmap, at, 2 * PAGE), 0);
	WANT_EQ(sys(SYS_fcntl, fd, F_ADD_SEALS, SEAL_WRITE | SEAL_SHRINK | SEAL_GROW), 0);
	WANT_EQ(sys(SYS_pwrite64, fd, "x", 1, 0), -EPERM);
	WANT_EQ(sys(SYS_ftruncate, fd, PAGE), -EPERM);
	WANT_EQ(sys(SYS_fallocate, fd, PUNCH, 0, PAGE), -EPERM);
	WANT_EQ(sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, fd, 0), -EPERM);
	at = (char *)sys(SYS_mmap, 0, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	WANT((long)at > 0);
	WANT_EQ(sys(SYS_mprotect, at, PAGE, RW), -EACCES);
	check_slot(at + PAGE, seed, 0, "a sealed file");
	check_slot(at, 0, 0, "a sealed file");
	WANT_EQ(sys(SYS_munmap, at, 2 * PAGE), 0);
	WANT_EQ(sys(SYS_close, fd), 0);
}

/* --- one another's memory --- */

static long move_far(long nr, int pid, char *far)
{
	struct iovec l = {near, PAGE}, r = {far, PAGE};

	return sys(nr, pid, &l, 1, &r, 1, 0);
}

static void swap_far(int pid, char *far, struct page_model *p, const char *where)
{
	unsigned slot = random_below(SLOTS);

	WANT_EQ(move_far(SYS_process_vm_readv, pid, far), PAGE);
	check_page(near, p->seed, where);
	p->seed[slot] = new_seed();
	fill_slot(near + slot * SLOT, p->seed[slot], slot);
	WANT_EQ(move_far(SYS_process_vm_writev, pid, far), PAGE);
}

static void op_far_box(void)
{
	int other = random_below(WORKERS), page = random_below(BOX_PAGES);
	struct page_model *p = &world->box[other][page];

	page_lock(p);
	swap_far(world->pid[other], BOX_AT + page * PAGE, p, "another's box");
	page_unlock(p);
}

static void op_far_object(void)
{
	int other = random_below(WORKERS), object = random_below(OBJECTS), page = random_below(OBJECT_PAGES);
	struct object *o = &world->object[object];
	char *far = OBJECT_AT(object) + page * PAGE;

	read_lock(o);
	if (page * SLOTS + SLOTS <= o->slots) {
		page_lock(&o->page[page]);
		swap_far(world->pid[other], far, &o->page[page], "another's mapping");
		page_unlock(&o->page[page]);
	} else if (page * SLOTS >= o->slots) {
		WANT_EQ(move_far(SYS_process_vm_readv, world->pid[other], far), -EFAULT);
	}
	read_unlock(o);
}

static void op_own_box(void)
{
	int page = random_below(BOX_PAGES), slot = random_below(SLOTS);
	struct page_model *p = &world->box[me.number][page];

	if (me.is_child) /* its box is a copy that only it knows */
		return;
	page_lock(p);
	check_page(BOX_AT + page * PAGE, p->seed, "its own box");
	p->seed[slot] = new_seed();
	fill_slot(BOX_AT + page * PAGE + slot * SLOT, p->seed[slot], slot);
	page_unlock(p);
}

/* --- fork --- */

static void step(void);

static void child(uint32_t seeds[BOX_PAGES][SLOTS])
{
	me.is_child = true;
	me.random ^= mix(me.step);
	for (unsigned i = 0; i < CHILD_STEPS && !world->failed; i++)
		step();
	for (unsigned i = 0; i < BOX_PAGES; i++)
		check_page(BOX_AT + i * PAGE, seeds[i], "a copy of a box");
	for (unsigned i = 0; i < CELLS; i += 1 + random_below(8))
		check_cell(i);
	_exit(0);
}

static void op_fork(void)
{
	uint32_t seeds[BOX_PAGES][SLOTS];
	struct page_model *box = world->box[me.number];
	int pid, status;

	if (me.is_child)
		return;
	for (unsigned i = 0; i < BOX_PAGES; i++) {
		page_lock(&box[i]);
		memcpy(seeds[i], box[i].seed, sizeof(seeds[i]));
	}
	pid = fork();
	if (pid == 0)
		child(seeds);
	for (unsigned i = 0; i < BOX_PAGES; i++)
		page_unlock(&box[i]);
	WANT(pid > 0);
	while ((status = reap(pid)) == -EINTR)
		continue;
	WANT_EQ(status, EXITED(0));
}

/* --- all of it --- */

static const struct {
	const char *name;
	void (*run)(void);
	unsigned weight;
} operations[] = {
	{"check", op_check, 30}, {"write", op_write, 40}, {"map", op_map, 12}, {"unmap", op_unmap, 5},
	{"protect", op_protect, 10}, {"dont_need", op_dont_need, 4}, {"move", op_move, 8},
	{"truncate", op_truncate, 3}, {"punch", op_punch, 3}, {"file_io", op_file_io, 8}, {"seal", op_seal, 1},
	{"far_box", op_far_box, 8}, {"far_object", op_far_object, 6}, {"own_box", op_own_box, 8},
	{"fork", op_fork, 2},
};

static void step(void)
{
	unsigned all = 0, at;

	for (unsigned i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		all += operations[i].weight;
	at = random_below(all);
	for (unsigned i = 0;; at -= operations[i++].weight)
		if (at < operations[i].weight) {
			me.doing = operations[i].name;
			me.step++;
			operations[i].run();
			return;
		}
}

static void work(int number)
{
	struct timespec ts = {.tv_nsec = 1000000};

	me = (struct worker){.number = number, .random = world->seed * WORKERS + number};
	handle(SIGSEGV, on_fault, 0);
	handle(SIGBUS, on_fault, 0);
	WANT_EQ(sys(SYS_mmap, BOX_AT, BOX_PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), BOX_AT);
	__atomic_add_fetch(&world->ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&world->ready, __ATOMIC_SEQ_CST) <= WORKERS && !world->failed)
		sys(SYS_nanosleep, &ts, 0);
	while (now_ms() < world->end_ms && !world->failed)
		step();
	me.doing = "the end";
	for (unsigned i = 0; i < CELLS && !world->failed; i++)
		check_cell(i);
	world->operations[number] = me.step;
	/* The others may still reach into this one. */
	__atomic_add_fetch(&world->finished, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&world->finished, __ATOMIC_SEQ_CST) < WORKERS && !world->failed)
		sys(SYS_nanosleep, &ts, 0);
}

static long option(const char *name, long otherwise)
{
	const char *in_environment = getenv(name);

	return in_environment ? strtol(in_environment, NULL, 0) : boot_option(name, otherwise);
}

static void make_world(long seconds)
{
	size_t bytes = (sizeof(*world) + PAGE - 1) & -(size_t)PAGE;

	world = mmap(NULL, bytes, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(world != MAP_FAILED);
	world->seed = option("soak.seed", 1);
	world->end_ms = now_ms() + seconds * 1000;
	for (int i = 0; i < OBJECTS; i++) {
		struct object *o = &world->object[i];

		o->fd = sys(SYS_memfd_create, "soak", SEALING);
		o->slots = OBJECT_SLOTS;
		CHECK(o->fd >= 0);
		CHECK_EQ(sys(SYS_ftruncate, o->fd, OBJECT_PAGES * PAGE), 0);
		CHECK_EQ(sys(SYS_mmap, OBJECT_AT(i), OBJECT_PAGES * PAGE, RW, MAP_SHARED | MAP_FIXED, o->fd, 0),
			OBJECT_AT(i));
	}
}

/* With nobody else there: every byte once more. */
static void check_objects(void)
{
	for (int i = 0; i < OBJECTS; i++)
		for (unsigned p = 0; p * SLOTS < world->object[i].slots; p++)
			check_page(OBJECT_AT(i) + p * PAGE, world->object[i].page[p].seed, "an object at the end");
}

static void run_soak(long seconds)
{
	unsigned long steps = 0;

	make_world(seconds);
	for (int i = 0; i < WORKERS; i++) {
		int pid; /* both sides of the fork store it */

		CHILD(pid)
			work(i);
		world->pid[i] = pid;
	}
	/* Let go together, when each knows all others. */
	while (__atomic_load_n(&world->ready, __ATOMIC_SEQ_CST) < WORKERS)
		sleep_ms(1);
	__atomic_add_fetch(&world->ready, 1, __ATOMIC_SEQ_CST);
	for (int64_t told = now_ms(); now_ms() < world->end_ms && !world->failed; sleep_ms(100))
		if (now_ms() - told > TOLD_EVERY_MS) { /* or the machine would be taken for dead */
			told = now_ms();
			tap_note("%ld s to go", (long)(world->end_ms - told) / 1000);
		}
	for (int i = 0; i < WORKERS; i++)
		CHECK_EQ(reap(world->pid[i]), EXITED(0));
	CHECK_EQ(world->failed, 0);
	me.doing = "the end";
	check_objects();
	for (int i = 0; i < WORKERS; i++)
		steps += world->operations[i];
	tap_note("seed %lu: %lu steps in %ld s", world->seed, steps, seconds);
}

CASE(every_byte_is_what_the_model_says, .timeout = 30)
{
	run_soak(getenv("TAP_AGAIN") ? DEFAULT_SECONDS : option("soak.seconds", DEFAULT_SECONDS));
}

/* Caches fill once; on Linux others use memory, too. */
CASE(memory_comes_back, .timeout = 30)
{
	long before;
	int pid;

	if (!tap_is_parley())
		SKIP("others use memory, too");
	before = meminfo_kib("MemFree:");
	CHILD(pid)
		run_soak(1);
	CHECK_EXIT(pid, 0);
	for (int64_t end = now_ms() + SETTLE_MS; now_ms() < end; sleep_ms(10))
		if (meminfo_kib("MemFree:") + SPARE_KIB >= before)
			return;
	tap_fail(__FILE__, __LINE__, "%ld KiB were free, now %ld", before, meminfo_kib("MemFree:"));
}
