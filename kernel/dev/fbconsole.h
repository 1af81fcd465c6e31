// SPDX-License-Identifier: MIT
/*
 * fbconsole: the screen that the boot loader left us, as the log's console and as the terminal tty1.
 *
 * Promise   after fbconsole_init() everything that was logged is on the screen, if there is one that can be
 *           used; else nothing happens. tty1 only shows: there is no keyboard behind it yet.
 */
#pragma once
#include "boot/bootinfo.h"

void fbconsole_init(const struct bootinfo *bi); /* kmalloc and kvirt_map_phys work */
int fbconsole_choose(void);			/* tty1 becomes /dev/console: 0, -ENODEV */
