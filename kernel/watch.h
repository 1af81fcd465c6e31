// SPDX-License-Identifier: MIT
/*
 * watch: see watch.c. Who hands it keys: watch_key() in kernel/core/upcalls.h.
 */
#pragma once
#include "kernel/core/sched.h"

struct strbuf;

void watch_start(void); /* boot, in a thread: the keys are heard from here on */
int watch_store_key(char *text);		   /* /proc/sysrq-trigger: its first character */
/* True: t, a program's, has waited for so long without end or switch. To be asked again and again, by one alone. */
bool watch_is_hung(struct task *t, u64 now_ns, u64 limit_ns);
int watch_set_hung_secs(u64 secs); /* 0: no watch; -EINVAL */
extern u32 watch_keys_on, watch_hung_secs, watch_hung_warnings; /* [atomic] settings */

/* procwaits.c */
/* the task behind it (NULL: the first), counted; prev is put. NULL: no more */
struct task *waits_next(struct task *prev);
bool waits_put(struct strbuf *sb, struct task *t); /* a line about its wait; false: it does not wait */
