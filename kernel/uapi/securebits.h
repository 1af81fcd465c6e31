// SPDX-License-Identifier: MIT
/*
 * uapi/securebits: how much of root's special treatment a task keeps.
 *
 * Linux     capabilities(7), prctl(2) PR_SET_SECUREBITS
 */
#pragma once

#define SECBIT_NOROOT 0x01
#define SECBIT_NOROOT_LOCKED 0x02
#define SECBIT_NO_SETUID_FIXUP 0x04
#define SECBIT_NO_SETUID_FIXUP_LOCKED 0x08
#define SECBIT_KEEP_CAPS 0x10
#define SECBIT_KEEP_CAPS_LOCKED 0x20
#define SECBIT_NO_CAP_AMBIENT_RAISE 0x40
#define SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED 0x80
/* These two only tell interpreters what to do, and ordinary users may set them. */
#define SECBIT_EXEC_RESTRICT_FILE 0x100
#define SECBIT_EXEC_RESTRICT_FILE_LOCKED 0x200
#define SECBIT_EXEC_DENY_INTERACTIVE 0x400
#define SECBIT_EXEC_DENY_INTERACTIVE_LOCKED 0x800
