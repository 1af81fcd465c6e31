// SPDX-License-Identifier: MIT
/*
 * serial: 16550 serial ports as terminals and as the log's console.
 *
 * Promise   after serial_init() each port that passed its self-test is a terminal, ttyS0 to ttyS4, and the one
 *           that early messages went to shows the log
 */
#pragma once
#include "kernel/lib/types.h"

void serial_init(void);
/* Sets the speed that the port starts with and moves the log there. -ENODEV: no such port; -EINVAL: no
 * such speed. 0 keeps the speed. */
int serial_choose_console(const char *name, unsigned baud);
