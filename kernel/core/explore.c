// SPDX-License-Identifier: MIT
/*
 * explore: see explore.h.
 *
 * Theory    Explored tasks pass points: the end of each section without preemption, the entry of each system
 *           call, each DELAY_POINT(). Points are counted. At a point the seed and the number say whether the task
 *           goes on or somebody else does; when a task sleeps or yields, that is a point, too, and they say who is
 *           next. Who can be next are the explored tasks that are runnable, in the order of their ids from
 *           the current one on, round and round; a choice is a place in that order. Choice 0 is "as if nothing
 *           were": stay, or the next one. So a schedule is the list of the points with another choice, and a
 *           shorter list is a simpler schedule: that is how one is shrunk.
 *           Neither virtual run time nor where an object lies in memory takes part, so a list means nearly the
 *           same in another boot; ticks still end long slices, so that a loop that waits for another task ends.
 * Odds      a seed's last two bits choose how often it switches at all: a schedule of few switches reaches deep,
 *           one of many reaches odd corners.
 * Locks     none: store refuses more than one CPU, and the state is used with preemption disabled
 * Linux     none: /proc/ipc/explore is ours
 */
#include "kernel/core/explore.h"
#include "kernel/core/sched_internal.h"
#include "kernel/core/symbols.h"
#include "kernel/core/random.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"

#ifdef DEBUG
enum {
	SWITCHES_MAX = 4096, /* of one schedule; more are made but not listed */
	CHOICE_BITS = 3,     /* more tasks than that are reached by choices in a row */
	SYMBOL_BYTES = 64,
};
static const unsigned seed_odds[] = { 3, 9, 30, 120 };

struct switch_point {
	u32 number, choice;
	const void *where; /* NULL: a task slept or yielded */
};

bool explore_is_on;
u8 explore_fault;

static struct {
	u64 seed;
	bool from_list;	 /* else by the seed */
	u32 point;	 /* the number of the last point */
	u32 forced;	 /* a preemption's choice, on its way to explore_pick() */
	struct switch_point happened[SWITCHES_MAX];
	u32 nr_happened; /* may be more than there is room for */
	struct switch_point wanted[SWITCHES_MAX];
	u32 nr_wanted, next_wanted;
} run;
static u64 boot_seed;
static bool has_boot_seed;

static void begin(u64 seed, bool from_list)
{
	run.seed = seed;
	run.from_list = from_list;
	run.point = run.forced = run.nr_happened = run.next_wanted = 0;
	current->explored = true;
	WRITE_ONCE(explore_is_on, true);
}

/* The choice at the next point; odds 1: it is one of who is next, not whether. */
static u32 decide(unsigned odds)
{
	u32 number = ++run.point;
	if (run.from_list) {
		while (run.next_wanted < run.nr_wanted && run.wanted[run.next_wanted].number < number)
			run.next_wanted++;
		bool is_listed = run.next_wanted < run.nr_wanted && run.wanted[run.next_wanted].number == number;
		return is_listed ? run.wanted[run.next_wanted].choice : 0;
	}
	u64 h = hash_u64(hash_u64(run.seed + 1) ^ number);
	u32 choice = h >> (64 - CHOICE_BITS);
	if (odds == 1)
		return choice;
	return (u32)h % odds ? 0 : choice + 1;
}

static void note(u32 choice, const void *where)
{
	if (choice && run.nr_happened < SWITCHES_MAX)
		run.happened[run.nr_happened] = (struct switch_point){ run.point, choice, where };
	if (choice)
		run.nr_happened++;
}

void explore_visit(unsigned odds)
{
	if (preempt_count || !irqs_enabled() || !current->explored)
		return;
	preempt_disable();
	u32 choice = decide(odds ? odds : seed_odds[run.seed % ARRAY_LEN(seed_odds)]);
	run.forced = choice;
	note(choice, __builtin_return_address(0));
	preempt_enable_no_resched();
	if (choice)
		sched_explore_switch();
}

/* The place of a task in the order that starts behind the current one. */
static u32 distance(const struct rq *rq, const struct task *t)
{
	return (u32)t->tid - (u32)rq->curr->tid - 1;
}

static struct task *task_at(struct rb_node *n)
{
	return container_of(n, struct task, se.node);
}

/* The explored task of the least distance that is at least `from`. */
static struct task *nearest(struct rq *rq, u64 from)
{
	struct task *best = NULL;
	for (struct rb_node *n = rb_first(&rq->fair); n; n = rb_next(n)) {
		struct task *t = task_at(n);
		if (t->explored && distance(rq, t) >= from && (!best || distance(rq, t) < distance(rq, best)))
			best = t;
	}
	return best;
}

struct task *explore_pick(struct rq *rq, struct task *first)
{
	u32 count = 0;
	if (!explore_is_on || !first->explored)
		return first; /* what is not explored has its turn as always */
	for (struct rb_node *n = rb_first(&rq->fair); n; n = rb_next(n))
		count += task_at(n)->explored;
	u32 place = run.forced ? run.forced - 1 : decide(1);
	if (!run.forced)
		note(place, NULL);
	run.forced = 0;
	struct task *t = nearest(rq, 0);
	for (place %= count; place; place--)
		t = nearest(rq, (u64)distance(rq, t) + 1);
	return t;
}

bool explore_owns(const struct task *a, const struct task *b)
{
	return explore_is_on && a->explored && b->explored;
}

void explore_inherit(struct task *t)
{
	t->explored = current->explored;
}

/* --- from the start --- */

int explore_set_seed(const char *text)
{
	has_boot_seed = text && parse_u64(text, 0, &boot_seed) == 0;
	return has_boot_seed ? 0 : -EINVAL;
}

void explore_from_start(void)
{
	if (has_boot_seed)
		random_predictable(boot_seed);
}

void explore_process_1(void)
{
	if (has_boot_seed && nr_cpus == 1)
		begin(boot_seed, false);
}

/* --- /proc/ipc/explore --- */

void explore_show(struct strbuf *sb)
{
	strbuf_printf(sb, "seed %lu\npoints %u\nswitches %u\n", run.seed, run.point, run.nr_happened);
	for (u32 i = 0; i < run.nr_happened && i < SWITCHES_MAX; i++) {
		const struct switch_point *s = &run.happened[i];
		char name[SYMBOL_BYTES] = "sleep";
		if (s->where)
			symbol_describe((u64)s->where, name, sizeof(name));
		strbuf_printf(sb, "at %u:%u %s\n", s->number, s->choice, name);
	}
}

static int want(char *words)
{
	char *word;
	while ((word = parse_word(&words))) {
		char *value = strchr(word, ':');
		u64 number, choice;
		if (!value || run.nr_wanted == SWITCHES_MAX)
			return -EINVAL;
		*value++ = '\0';
		if (parse_u64(word, 10, &number) || parse_u64(value, 10, &choice))
			return -EINVAL;
		run.wanted[run.nr_wanted++] = (struct switch_point){ (u32)number, (u32)choice, NULL };
	}
	return 0;
}

static int break_order(const char *name)
{
	static const char *const names[] = {
		[EXPLORE_NO_FAULT] = "nothing", [EXPLORE_REARM] = "rearm", [EXPLORE_BATON] = "baton",
		[EXPLORE_FUTEX] = "futex",
	};
	for (unsigned i = 0; name && i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0) {
			explore_fault = (u8)i;
			return 0;
		}
	return -EINVAL;
}

/*
 *	seed N		from here on the caller and its descendants go by this seed, the points counted from 1
 *	list		forget the list
 *	at P:C ...	more of the list, in the order of P
 *	replay		as "seed", but by the list
 *	off		nobody new is explored, nothing is switched
 *	break NAME	one order is wrong until "break nothing"
 */
int explore_store(char *text)
{
	u64 seed;
	char *verb = parse_word(&text);
	if (!verb || nr_cpus > 1)
		return -EINVAL;
	if (strcmp(verb, "at") == 0)
		return want(text);
	if (strcmp(verb, "break") == 0)
		return break_order(parse_word(&text));
	if (strcmp(verb, "seed") == 0) {
		char *number = parse_word(&text);
		if (!number || parse_u64(number, 0, &seed))
			return -EINVAL;
		begin(seed, false);
	} else if (strcmp(verb, "list") == 0) {
		run.nr_wanted = 0;
	} else if (strcmp(verb, "replay") == 0) {
		begin(0, true);
	} else if (strcmp(verb, "off") == 0) {
		WRITE_ONCE(explore_is_on, false);
		current->explored = false;
	} else {
		return -EINVAL;
	}
	return 0;
}
#endif
