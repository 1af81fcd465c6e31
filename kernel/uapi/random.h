// SPDX-License-Identifier: MIT
/*
 * uapi/random: flags of getrandom(2).
 *
 * Linux     getrandom(2)
 */
#pragma once

#define GRND_NONBLOCK 0x0001
#define GRND_RANDOM 0x0002
#define GRND_INSECURE 0x0004
