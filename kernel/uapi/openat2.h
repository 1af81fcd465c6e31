// SPDX-License-Identifier: MIT
/*
 * uapi/openat2: the extended open call.
 *
 * Linux     openat2(2)
 */
#pragma once

struct open_how {
	unsigned long long flags;
	unsigned long long mode;
	unsigned long long resolve;
};

#define OPEN_HOW_SIZE_VER0 24

#define RESOLVE_NO_XDEV 0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS 0x04
#define RESOLVE_BENEATH 0x08
#define RESOLVE_IN_ROOT 0x10
#define RESOLVE_CACHED 0x20
