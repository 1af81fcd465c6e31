// SPDX-License-Identifier: MIT
/*
 * sys/file.h: flags of flock and open.
 */
#pragma once
#include <fcntl.h>
