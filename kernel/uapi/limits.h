// SPDX-License-Identifier: MIT
/*
 * uapi/limits: limits that are part of the ABI.
 *
 * Linux     limits.h(0p), pathconf(3)
 */
#pragma once

#define NAME_MAX 255
#define PATH_MAX 4096
#define PIPE_BUF 4096
#define ARG_MAX 131072
#define NGROUPS_MAX 65536
#define SYMLOOP_MAX 40 /* path_resolution(7): ELOOP beyond */
#ifndef IOV_MAX
#define IOV_MAX 1024
#endif
