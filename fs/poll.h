// SPDX-License-Identifier: MIT
/*
 * poll: what poll.c and select.c share: sleeping on many files, time-outs, masks. The theory is in poll.c.
 */
#pragma once
#include "fs/file.h"
#include "kernel/uapi/time.h"

enum { STACK_WATCHES = 8 };

/* One descriptor that a sleeping call watches. */
struct watch {
	struct fdref ref; /* file NULL: nothing to watch */
	struct wait_slot slot;
	u32 events, revents;
	bool armed;
};

void watch_init(struct watch *it, int fd, u32 events);
void watches_put(struct watch *items, unsigned n);
/* Arms, looks, sleeps: how many have revents, 0 at the deadline, -ERESTART. */
long watches_wait(struct watch *items, unsigned n, u64 deadline_ns);

/* Memory of one call: the caller's stack if it is enough. NULL: no memory. */
void *poll_memory(size_t bytes, void *on_stack, size_t stack_bytes);
void poll_memory_free(void *p, size_t bytes, size_t stack_bytes);

/* Deadlines: 0 does not wait, FOREVER has no end. -EINVAL: no valid time. */
int poll_deadline(s64 sec, s64 nsec, u64 *deadline_ns);
int poll_import_timespec(const struct timespec __user *uts, u64 *deadline_ns);
u64 poll_time_left_ns(u64 deadline_ns);
/* Writes the time left back; answers what the call answers. */
long poll_finish_timespec(struct timespec __user *uts, u64 deadline_ns, long result);
/* A restart needs the time left in the program's memory: where it could not be written, there is none. */
static inline long poll_finish(int write_error, long result)
{
	return write_error && result == -ERESTART ? -EINTR : result;
}

int poll_import_mask(const ksigset_t __user *umask, size_t size);
/* The handler of the signal that ended the wait runs with the temporary mask; else that one ends here. */
void poll_finish_mask(const ksigset_t __user *umask, long result);
