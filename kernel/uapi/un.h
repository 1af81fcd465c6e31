// SPDX-License-Identifier: MIT
/*
 * uapi/un: the address of an AF_UNIX socket.
 *
 * Linux     unix(7)
 */
#pragma once
#include "kernel/uapi/socket.h"

#define UNIX_PATH_MAX 108

struct sockaddr_un {
	sa_family_t sun_family;
	char sun_path[UNIX_PATH_MAX];
};
