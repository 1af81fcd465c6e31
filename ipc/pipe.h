// SPDX-License-Identifier: MIT
/*
 * pipe: the limits of pipes, for /proc/sys/fs.
 *
 * Linux     proc_sys_fs(5), pipe(7)
 */
#pragma once
#include "kernel/lib/types.h"

extern unsigned pipe_max_size;		     /* [atomic] bytes an ordinary user may set with F_SETPIPE_SZ */
extern unsigned long pipe_user_pages_soft;   /* [atomic] beyond it his new pipes get two pages; 0: no limit */
extern unsigned long pipe_user_pages_hard;   /* [atomic] beyond it he gets none; 0: no limit */
int pipe_set_max_size(unsigned long bytes);  /* rounds up to a power of two of pages; -EINVAL */
