// SPDX-License-Identifier: MIT
/*
 * ps2: the keyboard behind an i8042 controller, as what is typed at the screen's terminal, tty1.
 *
 * Promise   ps2_init() never hangs: each wait is bounded, and a machine without the controller is known by its
 *           tables or by a bus that answers 0xff.
 */
#pragma once

void ps2_init(void); /* after fbconsole_init() and the clock */
