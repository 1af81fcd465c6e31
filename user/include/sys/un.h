// SPDX-License-Identifier: MIT
/*
 * sys/un.h: addresses of AF_UNIX sockets.
 */
#pragma once
#include "kernel/uapi/un.h"
