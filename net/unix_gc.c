// SPDX-License-Identifier: MIT
/*
 * unix_gc: descriptors of sockets that lie in sockets' queues, and may keep each other open for ever.
 *
 * Promise   A socket whose every reference lies in a queue that nobody can read is closed, with what else is there.
 *           One that anybody can still receive is never touched. The collector runs when a descriptor is closed or
 *           thrown away that leaves a socket open in flight only, so that garbage goes with the call that made it, as
 *           long as few are in flight: FEW, which is as many as a user without privileges has by default. With more
 *           of them, and where another thread's use of a descriptor hid the moment, the end of any socket will do,
 *           but all collections together take one part of SHARE of the time.
 * Locks     gc_lock (RANK_REGISTRY, before RANK_SOCK): all that is in flight. Rights with sockets among them come
 *           into a queue, leave it, and are copied by MSG_PEEK under this lock alone; a connection leaves its
 *           listener's queue under it. So the graph does not change while it is looked at, and what raises a file's
 *           count in secret finds the file in a descriptor table, which counts more than the queues do.
 * Lifetime  what is found unreachable is taken out of its queue under the lock, and closed after it
 * Blocking  none; the work is proportional to what is in flight, and no function calls itself
 *
 *	reachable	a socket with more references to its file than queues hold of it; one that has its file and is
 *			in no queue; a connection whose listener is reachable, or that is being accepted;
 *			a socket in the queue of a reachable one
 *	garbage		what else is in flight: its queue is emptied of rights, which closes it
 * Linux     unix(7); deviations: none known. Linux collects in the background.
 */
#include "net/unix_gc.h"
#include "kernel/core/clock.h"
#include "net/unix.h"

enum { FEW = 1024, SHARE = 16 };

static struct mutex gc_lock = MUTEX_INIT(gc_lock, RANK_REGISTRY);
static struct list holders = LIST_INIT(holders);     /* [gc_lock] by holder_node */
static struct list in_flight = LIST_INIT(in_flight); /* [gc_lock] by flight_node */
static u32 nr_in_flight;			     /* [gc_lock; readers] */
static u64 collection;				     /* [gc_lock] how many there were */
static u64 not_before_ns;			     /* [gc_lock; readers] the next one, if many are in flight */

static struct unix_sock *unix_of_file(const struct file *f)
{
	struct sock *s = f ? sock_of_file(f) : NULL;
	return s && s->family == AF_UNIX ? unix_of(s) : NULL;
}

u32 unix_gc_nr_in_flight(void)
{
	return READ_ONCE(nr_in_flight);
}

/* --- coming and going --- */

static void flight_begins(struct unix_sock *u)
{
	if (u->in_flight == 0) {
		list_add_tail(&in_flight, &u->flight_node);
		WRITE_ONCE(nr_in_flight, nr_in_flight + 1);
	}
	WRITE_ONCE(u->in_flight, u->in_flight + 1);
}

static void flight_ends(struct unix_sock *u)
{
	WRITE_ONCE(u->in_flight, u->in_flight - 1);
	if (u->in_flight == 0) {
		list_del(&u->flight_node);
		WRITE_ONCE(nr_in_flight, nr_in_flight - 1);
	}
}

void unix_gc_begin(void)
{
	mutex_lock(&gc_lock);
}

void unix_gc_end(void)
{
	mutex_unlock(&gc_lock);
}

void unix_gc_depart(struct scm_rights *r, struct unix_sock *holder, struct sockbuf *b)
{
	assert_mutex_held(&gc_lock);
	if (list_is_empty(&holder->held))
		list_add_tail(&holders, &holder->holder_node);
	list_add_tail(&holder->held, &r->node);
	r->holder = holder;
	r->buf = b;
	for (u32 i = 0; i < r->nr; i++) {
		struct unix_sock *u = unix_of_file(r->files[i]);
		if (u)
			flight_begins(u);
	}
}

static void arrive_locked(struct scm_rights *r)
{
	struct unix_sock *holder = r->holder;
	assert_mutex_held(&gc_lock);
	list_del(&r->node);
	r->holder = NULL;
	r->buf = NULL;
	if (list_is_empty(&holder->held))
		list_del(&holder->holder_node);
	for (u32 i = 0; i < r->nr; i++) {
		struct unix_sock *u = unix_of_file(r->files[i]);
		if (u)
			flight_ends(u);
	}
}

void unix_gc_arrive(struct scm_rights *r)
{
	guard(mutex)(&gc_lock);
	arrive_locked(r);
}

void unix_gc_copy(const struct scm_rights *r, struct scm_rights *copy)
{
	guard(mutex)(&gc_lock);
	for (u32 i = 0; i < r->nr; i++)
		copy->files[i] = file_get(r->files[i]);
	copy->nr = r->nr;
	copy->nr_sockets = r->nr_sockets;
}

struct unix_sock *unix_gc_accept(struct unix_sock *listener, struct file *to,
	struct unix_sock *(*take_first)(struct unix_sock *listener))
{
	guard(mutex)(&gc_lock);
	struct unix_sock *u = take_first(listener);
	if (u) {
		u->listener = NULL;
		sock_attach(to, &u->sk);
	}
	return u;
}

void unix_gc_leave(struct unix_sock *u)
{
	guard(mutex)(&gc_lock);
	u->listener = NULL;
}

/* --- collecting --- */

static void reach(struct unix_sock *u, struct list *work)
{
	if (u->reached == collection)
		return;
	u->reached = collection;
	list_add_tail(work, &u->work_node);
}

/* Does anybody but the queues refer to it? */
static bool is_held_outside(const struct unix_sock *u, const struct file *closing)
{
	const struct file *f = u->sk.file;
	if (!f)
		return true; /* it is being accepted, or has ended: its queue is somebody's business */
	return (u32)ref_count(&f->ref) - (f == closing) > u->in_flight;
}

static void reach_roots(struct list *work, const struct file *closing)
{
	struct unix_sock *u;
	list_for_each(u, &holders, holder_node) {
		const struct unix_sock *owner = u->listener ? u->listener : u;
		if (!owner->in_flight || is_held_outside(owner, closing))
			reach(u, work);
	}
	list_for_each(u, &in_flight, flight_node)
		if (is_held_outside(u, closing))
			reach(u, work);
}

static void reach_from(struct unix_sock *u, struct list *work)
{
	struct scm_rights *r;
	struct unix_sock *other;
	list_for_each(r, &u->held, node) {
		for (u32 i = 0; i < r->nr; i++) {
			other = unix_of_file(r->files[i]);
			if (other)
				reach(other, work);
		}
	}
	if (u->sk.state != SOCK_LISTENING)
		return;
	guard(spin)(&u->accept_lock);
	list_for_each(other, &u->waiting, waiting_node)
		reach(other, work);
}

/* Unlinks the rights that an unreachable socket holds from their buffers, and puts them on the list. */
static void empty(struct unix_sock *u, struct list *garbage)
{
	while (!list_is_empty(&u->held)) {
		struct scm_rights *r = list_first(&u->held, struct scm_rights, node);
		r->buf->scm.rights = NULL; /* nobody reads that queue, nor ends it: the file is in flight */
		arrive_locked(r);
		r->in_flight = false;
		uncharge(r->account, CHARGE_FILES_IN_FLIGHT, r->nr);
		list_add_tail(garbage, &r->node);
	}
}

/* The holders that were not reached; emptying one takes it off the list. */
static void sweep(struct list *garbage)
{
	struct unix_sock *u, *next;
	list_for_each_safe(u, next, &holders, holder_node)
		if (u->reached != collection)
			empty(u, garbage);
}

/* Closes what nobody can reach. `closing` has one reference that is about to go; NULL: none. */
static void unix_gc_run(const struct file *closing)
{
	struct list work = LIST_INIT(work), garbage = LIST_INIT(garbage);
	mutex_lock(&gc_lock);
	collection++;
	u64 began_ns = clock_now_ns();
	reach_roots(&work, closing);
	while (!list_is_empty(&work)) {
		struct unix_sock *u = list_first(&work, struct unix_sock, work_node);
		list_del(&u->work_node);
		reach_from(u, &work);
	}
	sweep(&garbage);
	u64 now_ns = clock_now_ns();
	WRITE_ONCE(not_before_ns, now_ns + (now_ns - began_ns) * SHARE);
	mutex_unlock(&gc_lock);
	while (!list_is_empty(&garbage)) {
		struct scm_rights *r = list_first(&garbage, struct scm_rights, node);
		list_del(&r->node);
		scm_rights_free(r);
	}
}

bool unix_gc_is_due(const struct file *f)
{
	const struct unix_sock *u = unix_of_file(f);
	u32 queued = u ? READ_ONCE(u->in_flight) : 0;
	return queued && (u32)ref_count(&f->ref) - 1 <= queued;
}

/* --- the ends of descriptors and sockets --- */

/* Something may have become garbage; `few`: if no more are in flight, it is looked for at once. */
static void collect_by_and_by(const struct file *closing, u32 few)
{
	u32 queued = READ_ONCE(nr_in_flight);
	if (likely(!queued))
		return;
	if (queued <= few || clock_now_ns() >= READ_ONCE(not_before_ns))
		unix_gc_run(closing);
}

void unix_closing(struct sock *s)
{
	if (unlikely(READ_ONCE(unix_of(s)->in_flight)) && unix_gc_is_due(s->file))
		collect_by_and_by(s->file, FEW);
}

void unix_gc_dropped(void)
{
	collect_by_and_by(NULL, FEW);
}

void unix_gc_ended(void)
{
	collect_by_and_by(NULL, 0);
}
