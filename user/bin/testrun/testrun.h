// SPDX-License-Identifier: MIT
/*
 * testrun.h: what the two files of testrun share.
 *
 * Promise   testrun.c runs the programs; traces.c looks for what one left behind.
 */
#pragma once
#include <stdbool.h>

__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);
long now_ms(void);

/* Before the first program: what the kernel has warned of so far is told. */
void traces_begin(void);

/* Files in the directories that are empty between programs; removes and tells them. */
bool has_left_files(bool tell);
/* Kernel messages of the level of a warning or graver since the last call; tells them. */
bool has_kernel_warned(void);

/* Counts the kernel's objects; has_grown() says whether there are more now, after a bounded wait for
 * what is freed late. It tells nothing: growth may be a cache that warms up. */
void objects_count(void);
bool objects_have_grown(void);
/* Tells which kinds grew since objects_count(), as leaks. */
void objects_tell(void);
