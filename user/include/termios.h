// SPDX-License-Identifier: MIT
/*
 * termios.h: terminal modes.
 */
#pragma once
#include <sys/types.h>
#include "kernel/uapi/termios.h"

typedef unsigned tcflag_t;
typedef unsigned char cc_t;
typedef unsigned speed_t;

int tcgetattr(int fd, struct termios *t);
int tcsetattr(int fd, int when, const struct termios *t);
int tcflush(int fd, int queue);
int tcflow(int fd, int action);
int tcdrain(int fd);
int tcsendbreak(int fd, int duration);
pid_t tcgetsid(int fd);
void cfmakeraw(struct termios *t);
speed_t cfgetospeed(const struct termios *t);
speed_t cfgetispeed(const struct termios *t);
int cfsetospeed(struct termios *t, speed_t speed);
int cfsetispeed(struct termios *t, speed_t speed);
