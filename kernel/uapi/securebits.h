// SPDX-License-Identifier: MIT
/*
 * uapi/securebits: how uid 0 and capabilities hang together for a task.
 *
 * Linux     capabilities(7) "The securebits flags", prctl(2): PR_SET_SECUREBITS
 */
#pragma once

#define SECBIT_NOROOT (1u << 0)
#define SECBIT_NOROOT_LOCKED (1u << 1)
#define SECBIT_NO_SETUID_FIXUP (1u << 2)
#define SECBIT_NO_SETUID_FIXUP_LOCKED (1u << 3)
#define SECBIT_KEEP_CAPS (1u << 4)
#define SECBIT_KEEP_CAPS_LOCKED (1u << 5)
#define SECBIT_NO_CAP_AMBIENT_RAISE (1u << 6)
#define SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED (1u << 7)
