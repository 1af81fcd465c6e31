// SPDX-License-Identifier: MIT
/*
 * endian.h: the order of bytes: little.
 */
#pragma once
#define LITTLE_ENDIAN 1234
#define BIG_ENDIAN 4321
#define BYTE_ORDER LITTLE_ENDIAN
