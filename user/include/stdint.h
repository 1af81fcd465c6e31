// SPDX-License-Identifier: MIT
/*
 * stdint.h: integers of known width; the compiler's own list.
 */
#pragma once
#include <stdint-gcc.h>
