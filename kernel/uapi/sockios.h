// SPDX-License-Identifier: MIT
/*
 * uapi/sockios: the ioctl numbers of sockets.
 *
 * Linux     unix(7), socket(7), sockatmark(3)
 */
#pragma once
#include "kernel/uapi/ioctl.h"

#define FIOSETOWN 0x8901 /* who gets SIGIO and SIGURG */
#define SIOCSPGRP 0x8902
#define FIOGETOWN 0x8903
#define SIOCGPGRP 0x8904
#define SIOCATMARK 0x8905
#define SIOCINQ FIONREAD
#define SIOCOUTQ TIOCOUTQ
