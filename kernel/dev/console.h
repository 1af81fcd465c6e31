// SPDX-License-Identifier: MIT
/*
 * console: which device is /dev/console and shows the log.
 *
 * Promise   the log always goes to the screen, if there is one, and to one serial port, so that a report of a
 *           fault can be read wherever somebody looks; `console=` options choose which serial port, its
 *           speed, and which device programs find as /dev/console: the last one that exists, else the first
 *           serial port, else the screen.
 * Linux     the option's form is kernel-parameters' console=; there, only the devices named get the log
 */
#pragma once

/* One console= option: "ttyS0", "ttyS1,9600n8", "tty0", "tty1". 0, -EINVAL, -ENODEV: no such device here. */
int console_choose(const char *option);
