// SPDX-License-Identifier: MIT
/*
 * epoll: sets of files that are watched for good, so that waiting costs what is ready, not what is watched.
 *
 * Promise   a wait looks only at items whose file was woken since they were found not ready. Level-triggered items
 *           go to the end of the line when they are told, so none starves; an edge-triggered one is told again after a
 *           wake only; EPOLLONESHOT once until it is modified. What cannot be copied to the program stays
 *           ready. No item is told twice by one call. EPOLLEXCLUSIVE: a wake stops at the first set in which
 *           somebody waits to whom no other wake is on its way. At most MAX_SETS sets lie one inside the other, and
 *           none inside itself.
 * Locks     nest_lock (RANK_EPOLL_NEST): which sets lie in which. set->lock (RANK_EPOLL, the depth as subrank while
 *           sets are looked at inside sets): the items, and who looks. set->wq.lock (RANK_WAITQ): the ready list.
 *           file->lock: the list of items that watch a file.
 * Lifetime  an item is known by file and descriptor number. It holds no reference on its file: the file's last
 *           put ends the item (epoll_forget()) before anything of the file is freed, so duplicates, children and
 *           SCM_RIGHTS keep it as they keep the file. It goes under set->lock, from whichever side is first:
 *           EPOLL_CTL_DEL, the file's end, or the set's. A set is counted by its own file, and by who is
 *           about to take an item out of it.
 *
 *	who removes an item			a wake of its file
 *	queue's lock: the slot is out		queue's lock: relay.queued = true
 *	set->wq.lock: item->gone = true,	set->wq.lock: queued = false; an item that is gone
 *	queued? then free it a grace		stays away from the ready list
 *	period later, else at once
 *
 *           The queue of a signalfd belongs to the process that added it, and may end before the file: the slot is
 *           detached then (POLLFREE), the item stays, and is never woken again, as on Linux.
 * Blocking  epoll_wait and its kin, until an item is ready: -ERESTART after a signal (policy NEVER). Waiters are
 *           exclusive; who leaves items behind wakes the next.
 * Linux     epoll(7), epoll_ctl(2), epoll_wait(2), proc_pid_fdinfo(5). Waiters are served in their order; Linux takes
 *           the latest first. The number of paths by which a wake can spread is not limited (a wake passes an item once
 *           for each depth), so EINVAL for too many of them does not occur. EPOLLWAKEUP is kept and has no effect: the
 *           machine never sleeps. The busy polling parameters are kept; no device can be polled.
 */
#include "fs/epoll.h"
#include "fs/epoll_internal.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/syscall.h"
#include "mm/page.h"
#include "mm/uaccess.h"

#define ALWAYS_REPORTED (EPOLLERR | EPOLLHUP)
#define WITH_EXCLUSIVE (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

enum {
	MAX_SETS = 5,		   /* in a chain: epoll(7), "a maximum allowed depth" */
	MEMORY_SHARE = 25,	   /* one part of so many may go into one user's items: proc_sys_fs(5) */
	BUSY_BUDGET_MAX = 64,	   /* without CAP_NET_ADMIN */
};

u64 epoll_max_user_watches;
static struct kmem_cache *item_cache;
static struct mutex nest_lock = MUTEX_INIT(nest_lock, RANK_EPOLL_NEST);
static u64 walks; /* [nest_lock] */

void epoll_init(void)
{
	item_cache = kmem_cache_create("epoll_item", sizeof(struct epoll_item), 8);
	epoll_max_user_watches = pages_total() / MEMORY_SHARE * PAGE_SIZE / sizeof(struct epoll_item);
}

/* --- sets --- */

static void set_free_rcu(struct rcu_head *head)
{
	kfree(container_of(head, struct epoll_set, rcu));
}

static void set_put(struct epoll_set *s)
{
	if (!ref_put(&s->ref))
		return;
	account_put(s->account);
	rcu_defer(&s->rcu, set_free_rcu); /* the relay of an item that is gone looks at it */
}

/* --- which sets lie in which --- */

/* How many sets lie one in the other from s downwards, s included; more than MAX_SETS if `outer` is among them. */
static unsigned sets_below(struct epoll_set *s, const struct epoll_set *outer)
{
	struct epoll_item *it;
	unsigned deepest = 0;
	if (s == outer)
		return MAX_SETS + 1;
	if (s->walk == walks)
		return s->below;
	s->walk = walks;
	list_for_each(it, &s->inner, in_inner)
		deepest = max(deepest, sets_below(it->file->priv, outer));
	return s->below = deepest + 1;
}

static unsigned sets_above(struct epoll_set *s)
{
	struct epoll_item *it;
	unsigned highest = 0;
	if (s->walk == walks)
		return s->below;
	s->walk = walks;
	list_for_each(it, &s->file->epolls, in_file)
		highest = max(highest, sets_above(it->set));
	return s->below = highest + 1;
}

static bool may_nest(struct epoll_set *outer, struct epoll_set *inner)
{
	assert_mutex_held(&nest_lock);
	walks++;
	unsigned below = sets_below(inner, outer);
	walks++;
	return below + sets_above(outer) <= MAX_SETS;
}

/* --- items --- */

static int compare(int fd, const struct file *f, const struct epoll_item *it)
{
	if (fd != it->fd)
		return fd < it->fd ? -1 : 1;
	return f == it->file ? 0 : f < it->file ? -1 : 1;
}

/* Where the item is, or would be: *parent and the link to it. */
static struct rb_node **item_place(struct epoll_set *s, int fd, const struct file *f, struct rb_node **parent)
{
	struct rb_node **link = &s->items.top;
	*parent = NULL;
	while (*link) {
		int order = compare(fd, f, rb_entry(*link, struct epoll_item, node));
		if (order == 0)
			break;
		*parent = *link;
		link = order < 0 ? &(*link)->left : &(*link)->right;
	}
	return link;
}

static void item_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(item_cache, container_of(head, struct epoll_item, rcu));
}

/* set->lock is held, and nest_lock if the file is a set. */
static void item_remove(struct epoll_item *it)
{
	struct epoll_set *s = it->set;
	assert_mutex_held(&s->lock);
	(void)wait_remove(&it->slot);
	spin_lock(&it->file->lock);
	list_del(&it->in_file);
	spin_unlock(&it->file->lock);
	list_del(&it->in_inner);
	rb_erase(&s->items, &it->node);
	u64 irq = spin_lock_irqsave(&s->wq.lock);
	it->gone = true;
	list_del(&it->in_ready);
	bool is_used = READ_ONCE(it->relay.queued);
	spin_unlock_irqrestore(&s->wq.lock, irq);
	uncharge(s->account, CHARGE_EPOLL_WATCHES, 1);
	if (unlikely(is_used))
		rcu_defer(&it->rcu, item_free_rcu);
	else
		kmem_cache_free(item_cache, it);
}

static void item_set_events(struct epoll_item *it, const struct epoll_event *ev)
{
	it->events = ev->events | ALWAYS_REPORTED;
	it->data = ev->data;
	WRITE_ONCE(it->slot.mask, (it->events & ~EPOLL_PRIVATE_BITS) | POLLFREE);
}

static struct epoll_item *item_new(struct epoll_set *s, int fd, struct file *f)
{
	struct epoll_item *it = kmem_cache_alloc(item_cache);
	if (!it)
		return NULL;
	it->set = s;
	it->file = f;
	it->fd = fd;
	it->fresh = false;
	it->gone = false;
	it->slot = (struct wait_slot){ .q = NULL }; /* stays so for a file that is always the same */
	list_init(&it->in_inner);
	list_init(&it->in_ready);
	it->relay.queued = false;
	it->relay.run = epoll_item_relay;
	return it;
}

static int item_add(struct epoll_set *s, int fd, struct file *f, const struct epoll_event *ev)
{
	struct rb_node *parent, **link = item_place(s, fd, f, &parent);
	if (*link)
		return -EEXIST;
	struct epoll_item *it = NULL;
	if (charge(s->account, CHARGE_EPOLL_WATCHES, 1) > (s64)READ_ONCE(epoll_max_user_watches) ||
		!(it = item_new(s, fd, f))) {
		uncharge(s->account, CHARGE_EPOLL_WATCHES, 1);
		return it ? -ENOMEM : -ENOSPC;
	}
	rb_link(&s->items, &it->node, parent, link);
	spin_lock(&f->lock);
	list_add(&f->epolls, &it->in_file);
	spin_unlock(&f->lock);
	if (epoll_set_of(f))
		list_add(&s->inner, &it->in_inner);
	item_set_events(it, ev);
	struct waitq *q = file_waitq(f);
	if (q)
		wait_add_callback(&it->slot, q, it->slot.mask,
			ev->events & EPOLLEXCLUSIVE ? WAIT_EXCLUSIVE : WAIT_SHARED, epoll_item_fired);
	if (epoll_item_look(it, 0))
		epoll_item_make_ready(it);
	return 0;
}

static int item_modify(struct epoll_item *it, const struct epoll_event *ev)
{
	if (it->events & EPOLLEXCLUSIVE)
		return -EINVAL;
	item_set_events(it, ev);
	full_barrier(); /* a wake that still saw the old mask changed the file before we look */
	if (epoll_item_look(it, 0))
		epoll_item_make_ready(it);
	return 0;
}

static int change_locked(struct epoll_set *s, int op, int fd, struct file *f, const struct epoll_event *ev)
{
	struct rb_node *parent, **link;
	if (op == EPOLL_CTL_ADD)
		return item_add(s, fd, f, ev);
	if (op != EPOLL_CTL_DEL && op != EPOLL_CTL_MOD)
		return -EINVAL;
	link = item_place(s, fd, f, &parent);
	if (!*link)
		return -ENOENT;
	struct epoll_item *it = rb_entry(*link, struct epoll_item, node);
	if (op == EPOLL_CTL_MOD)
		return item_modify(it, ev);
	item_remove(it);
	return 0;
}

static int change(struct epoll_set *s, int op, int fd, struct file *f, const struct epoll_event *ev)
{
	struct epoll_set *inner = epoll_set_of(f);
	int err = 0;
	if (unlikely(inner)) {
		mutex_lock(&nest_lock);
		if (op == EPOLL_CTL_ADD && !may_nest(s, inner))
			err = -ELOOP;
	}
	if (!err) {
		mutex_lock(&s->lock);
		err = change_locked(s, op, fd, f, ev);
		mutex_unlock(&s->lock);
	}
	if (unlikely(inner))
		mutex_unlock(&nest_lock);
	return err;
}

/* --- ends --- */

/* Takes one item of f's out of its set: false if there is none. */
static bool forget_one(struct file *f)
{
	spin_lock(&f->lock);
	struct epoll_item *it = list_first_or_null(&f->epolls, struct epoll_item, in_file);
	struct epoll_set *s = it ? it->set : NULL;
	if (s)
		ref_get(&s->ref); /* on the file's list, so its set is there */
	spin_unlock(&f->lock);
	if (!s)
		return false;
	mutex_lock(&s->lock);
	spin_lock(&f->lock);
	it = list_first_or_null(&f->epolls, struct epoll_item, in_file);
	spin_unlock(&f->lock);
	if (it && it->set == s) /* else somebody was faster; nobody adds any */
		item_remove(it);
	mutex_unlock(&s->lock);
	set_put(s);
	return true;
}

void epoll_forget(struct file *f)
{
	bool is_set = epoll_set_of(f);
	if (is_set)
		mutex_lock(&nest_lock);
	while (forget_one(f))
		;
	if (is_set)
		mutex_unlock(&nest_lock);
}

static void epoll_release(struct file *f)
{
	struct epoll_set *s = f->priv;
	struct rb_node *node;
	mutex_lock(&nest_lock);
	mutex_lock(&s->lock);
	while ((node = rb_first(&s->items)))
		item_remove(rb_entry(node, struct epoll_item, node));
	mutex_unlock(&s->lock);
	mutex_unlock(&nest_lock);
	set_put(s);
}

/* --- the file --- */

static u32 epoll_ready(struct file *f)
{
	return epoll_set_look(f->priv, 0);
}

static void epoll_show(struct file *f, struct strbuf *sb)
{
	struct epoll_set *s = f->priv;
	guard(mutex)(&s->lock);
	rb_for_each(node, &s->items) {
		struct epoll_item *it = rb_entry(node, struct epoll_item, node);
		struct inode *ino = file_inode_get(it->file);
		if (!ino)
			continue;
		strbuf_printf(sb, "tfd: %8d events: %8x data: %16lx  pos:%ld ino:%lx sdev:%lx\n", it->fd, it->events,
			it->data.ptr_value, (long)READ_ONCE(it->file->pos), ino->ino, ino->sb->dev);
		inode_put(ino);
	}
}

int epoll_find(struct file *f, unsigned fd, unsigned nth, struct file **out)
{
	struct epoll_set *s = epoll_set_of(f);
	if (!s)
		return -EINVAL;
	guard(mutex)(&s->lock);
	rb_for_each(node, &s->items) {
		struct epoll_item *it = rb_entry(node, struct epoll_item, node);
		if ((unsigned)it->fd != fd || nth-- > 0)
			continue;
		if (!ref_tryget(&it->file->ref)) /* it ends right now */
			return -ENOENT;
		*out = it->file;
		return 0;
	}
	return -ENOENT;
}

static long set_busy_params(struct epoll_set *s, const struct epoll_params *p)
{
	if (p->__pad || p->busy_poll_usecs > INT32_MAX || p->prefer_busy_poll > 1)
		return -EINVAL;
	if (p->busy_poll_budget > BUSY_BUDGET_MAX && !capable(CAP_NET_ADMIN))
		return -EPERM;
	guard(mutex)(&s->lock);
	s->busy = *p;
	return 0;
}

static long epoll_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct epoll_set *s = f->priv;
	struct epoll_params p;
	switch (cmd) {
	case EPIOCSPARAMS:
		return copy_from_user(&p, (void __user *)arg, sizeof(p)) ? -EFAULT : set_busy_params(s, &p);
	case EPIOCGPARAMS:
		mutex_lock(&s->lock);
		p = s->busy;
		mutex_unlock(&s->lock);
		return copy_to_user((void __user *)arg, &p, sizeof(p));
	default:
		return -EINVAL;
	}
}

const struct file_ops epoll_ops = {
	.name = "[eventpoll]",
	.ready = epoll_ready,
	.ioctl = epoll_ioctl,
	.seek = file_seek_noop,
	.show = epoll_show,
	.release = epoll_release,
};

/* --- calls --- */

long sys_epoll_create1(unsigned flags)
{
	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	struct epoll_set *s = kzalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	ref_init(&s->ref);
	mutex_init(&s->lock, RANK_EPOLL);
	waitq_init(&s->wq, WAIT_EPOLL, s);
	list_init(&s->ready);
	list_init(&s->inner);
	int fd = fd_reserve(flags, 0);
	s->file = fd < 0 ? NULL : file_new(&epoll_ops, s, &s->wq, O_RDWR);
	if (!s->file) {
		if (fd >= 0)
			fd_cancel(fd);
		kfree(s);
		return fd < 0 ? fd : -ENOMEM;
	}
	s->account = current_cred()->account;
	ref_get(&s->account->ref);
	fd_install(fd, s->file);
	return fd;
}

long sys_epoll_create(int size)
{
	return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}

/* The order of the checks is Linux's. */
static int check_change(const struct file *ep, const struct file *f, int op, struct epoll_event *ev)
{
	if (!file_can_poll(f))
		return -EPERM;
	if (op == EPOLL_CTL_DEL)
		return ep == f || !epoll_set_of(ep) ? -EINVAL : 0;
	if (ev->events & EPOLLWAKEUP && !capable(CAP_BLOCK_SUSPEND))
		ev->events &= ~EPOLLWAKEUP;
	if (ep == f || !epoll_set_of(ep))
		return -EINVAL;
	if (!(ev->events & EPOLLEXCLUSIVE))
		return 0;
	bool is_refused = op == EPOLL_CTL_MOD ||
			  (op == EPOLL_CTL_ADD && (epoll_set_of(f) || ev->events & ~WITH_EXCLUSIVE));
	return is_refused ? -EINVAL : 0;
}

long sys_epoll_ctl(int epfd, int op, int fd, const struct epoll_event __user *event)
{
	struct epoll_event ev = {};
	if (op != EPOLL_CTL_DEL && copy_from_user(&ev, event, sizeof(ev)))
		return -EFAULT;
	FDREF ep = fd_borrow(epfd);
	FDREF f = fd_borrow(fd);
	if (!ep.file || !f.file)
		return -EBADF;
	int err = check_change(ep.file, f.file, op, &ev);
	return err ? err : change(ep.file->priv, op, fd, f.file, &ev);
}
