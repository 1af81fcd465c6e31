// SPDX-License-Identifier: MIT
/*
 * mutex: mutual exclusion of threads.
 *
 * Promise   Lock and unlock without contention are one atomic step each, and no system call. A recursive mutex counts,
 *           an error-checking one refuses what would block for ever or is not the caller's. Of a robust one the next
 *           owner learns that the last has died (EOWNERDEAD); if he unlocks it before pthread_mutex_consistent(),
 *           it is lost to all (ENOTRECOVERABLE). Priorities are not inherited.
 * How       All kinds have one form of word, the kernel's of robust futexes: the owner's id, bit FUTEX_WAITERS while
 *           somebody may sleep, bit FUTEX_OWNER_DIED set by the kernel. Who has slept takes the word with the bit for
 *           waiters, because he cannot know whether he was the only one.
 * Lifetime  Owned robust mutexes are in a list that the kernel walks when the thread ends. list_op_pending names the
 *           one that is just being locked or unlocked, so that the list and the word need not change in one step.
 * Linux     futex(2), get_robust_list(2); pthread_mutex_lock(3p), pthread_mutexattr_setrobust(3)
 */
#include "user/libc/thread.h"

enum { NOT_RECOVERABLE = FUTEX_TID_MASK }; /* an owner that no thread is */
enum { MAX_AGAIN = 0x7fffffff };

/* The kernel's wake at the owner's death is one for shared words. */
static bool is_shared(const pthread_mutex_t *m)
{
	return m->attr.shared || m->attr.robust;
}

static struct robust_list_head *robust_list(void)
{
	struct robust_list_head *head = &__self()->robust;

	if (!head->list.next) {
		head->list.next = &head->list;
		head->futex_offset = (long)offsetof(pthread_mutex_t, word) - (long)offsetof(pthread_mutex_t, next);
		sys_set_robust_list(head, sizeof(*head));
	}
	return head;
}

/* Said before the word changes, and taken back when the list is right again. */
static void set_pending(pthread_mutex_t *m, void *link)
{
	if (!m->attr.robust)
		return;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	robust_list()->list_op_pending = link;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static pthread_mutex_t *mutex_of(void *link)
{
	return (pthread_mutex_t *)((char *)link - offsetof(pthread_mutex_t, next));
}

static void put_into_list(pthread_mutex_t *m)
{
	struct robust_list_head *head = robust_list();

	m->next = head->list.next;
	m->prev = &head->list;
	if (m->next != &head->list)
		mutex_of(m->next)->prev = &m->next;
	__atomic_signal_fence(__ATOMIC_SEQ_CST); /* the kernel reads forwards only */
	head->list.next = (struct robust_list *)&m->next;
}

static void take_out_of_list(pthread_mutex_t *m)
{
	*(void **)m->prev = m->next;
	if (m->next != &__self()->robust.list)
		mutex_of(m->next)->prev = m->prev;
}

/* One try to become the owner: 0, EBUSY, EOWNERDEAD (and it is ours) or ENOTRECOVERABLE. */
static int try_to_take(pthread_mutex_t *m, unsigned tid, unsigned waiters)
{
	unsigned old = load(&m->word), new;

	do {
		unsigned owner = old & FUTEX_TID_MASK;
		if (owner)
			return owner == NOT_RECOVERABLE ? ENOTRECOVERABLE : EBUSY;
		new = tid | (old & FUTEX_WAITERS) | waiters;
	} while (!__atomic_compare_exchange_n(&m->word, &old, new, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE));
	return old & FUTEX_OWNER_DIED ? EOWNERDEAD : 0;
}

/* Sleeps until the word may be free. */
static int wait_for_owner(pthread_mutex_t *m, clockid_t clock, const struct timespec *deadline)
{
	unsigned old = load(&m->word);

	if (!(old & FUTEX_TID_MASK))
		return 0;
	if (!(old & FUTEX_WAITERS)) {
		unsigned marked = old | FUTEX_WAITERS;
		if (!__atomic_compare_exchange_n(&m->word, &old, marked, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
			return 0;
		old = marked;
	}
	return __futex_wait(&m->word, old, is_shared(m), clock, deadline);
}

/* Puts down what a try has given; answers it. */
static int settle(pthread_mutex_t *m, int err)
{
	if (err == EOWNERDEAD) {
		m->inconsistent = true;
		m->again = 0;
	}
	if (m->attr.robust && (!err || err == EOWNERDEAD))
		put_into_list(m);
	set_pending(m, NULL);
	return err;
}

static int take(pthread_mutex_t *m, clockid_t clock, const struct timespec *deadline)
{
	unsigned tid = __thread_id(), waiters = 0;
	int err;

	set_pending(m, &m->next);
	while ((err = try_to_take(m, tid, waiters)) == EBUSY) {
		if (__check_deadline(clock, deadline))
			return settle(m, EINVAL);
		if (wait_for_owner(m, clock, deadline) == -ETIMEDOUT)
			return settle(m, ETIMEDOUT);
		waiters = FUTEX_WAITERS;
	}
	return settle(m, err);
}

static bool is_mine(pthread_mutex_t *m)
{
	return (load(&m->word) & FUTEX_TID_MASK) == __thread_id();
}

/* What a kind that knows its owner answers to who is that. */
static int lock_again(pthread_mutex_t *m, int refused)
{
	if (m->attr.type != PTHREAD_MUTEX_RECURSIVE)
		return refused;
	if (m->again == MAX_AGAIN)
		return EAGAIN;
	m->again++;
	return 0;
}

int pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *deadline)
{
	if (m->attr.type != PTHREAD_MUTEX_NORMAL && is_mine(m))
		return lock_again(m, EDEADLK);
	return take(m, clock, deadline);
}

int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *deadline)
{
	return pthread_mutex_clocklock(m, CLOCK_REALTIME, deadline);
}

int pthread_mutex_lock(pthread_mutex_t *m)
{
	return pthread_mutex_clocklock(m, CLOCK_REALTIME, NULL);
}

int pthread_mutex_trylock(pthread_mutex_t *m)
{
	if (m->attr.type != PTHREAD_MUTEX_NORMAL && is_mine(m))
		return lock_again(m, EBUSY);
	set_pending(m, &m->next);
	return settle(m, try_to_take(m, __thread_id(), 0));
}

int pthread_mutex_unlock(pthread_mutex_t *m)
{
	bool shared = is_shared(m); /* whoever gets it may destroy it */
	unsigned new = 0;

	if ((m->attr.type != PTHREAD_MUTEX_NORMAL || m->attr.robust) && !is_mine(m))
		return EPERM;
	if (m->again) {
		m->again--;
		return 0;
	}
	if (m->attr.robust) {
		set_pending(m, &m->next);
		take_out_of_list(m);
		if (m->inconsistent)
			new = NOT_RECOVERABLE;
	}
	bool robust = m->attr.robust;
	if (__atomic_exchange_n(&m->word, new, __ATOMIC_RELEASE) & FUTEX_WAITERS)
		__futex_wake(&m->word, new ? EVERYBODY : 1, shared);
	if (robust)
		__self()->robust.list_op_pending = NULL;
	return 0;
}

int pthread_mutex_consistent(pthread_mutex_t *m)
{
	if (!m->attr.robust || !m->inconsistent || !is_mine(m))
		return EINVAL;
	m->inconsistent = false;
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr)
{
	*m = (pthread_mutex_t){ .attr = attr ? *attr : (pthread_mutexattr_t){ 0 } };
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *m)
{
	unsigned owner = load(&m->word) & FUTEX_TID_MASK;

	return owner && owner != NOT_RECOVERABLE ? EBUSY : 0;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
	*attr = (pthread_mutexattr_t){ 0 };
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	attr->type = type;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type)
{
	*type = attr->type;
	return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust)
{
	if (robust != PTHREAD_MUTEX_STALLED && robust != PTHREAD_MUTEX_ROBUST)
		return EINVAL;
	attr->robust = robust;
	return 0;
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *attr, int *robust)
{
	*robust = attr->robust;
	return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
	if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
		return EINVAL;
	attr->shared = shared;
	return 0;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attr, int *shared)
{
	*shared = attr->shared;
	return 0;
}
