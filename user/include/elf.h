// SPDX-License-Identifier: MIT
/*
 * elf.h: the ELF format.
 */
#pragma once
#include "kernel/uapi/auxvec.h"
#include "kernel/uapi/elf.h"
