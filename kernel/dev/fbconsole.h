// SPDX-License-Identifier: MIT
/*
 * fbconsole: the screen that the boot loader left us, as the log's console and as the terminal tty1.
 *
 * Promise   after fbconsole_init() everything that was logged is on the screen, if there is one that can be
 *           used; else nothing happens. What is typed at tty1 comes from ps2.c.
 */
#pragma once
#include "boot/bootinfo.h"

void fbconsole_init(const struct bootinfo *bi); /* kmalloc and kvirt_map_phys work */
bool fbconsole_wants_app_cursor(void);		/* the arrow keys are to send "ESC O" */
int fbconsole_choose(void);			/* tty1 becomes /dev/console: 0, -ENODEV */
