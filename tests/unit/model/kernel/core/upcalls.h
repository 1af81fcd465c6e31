// SPDX-License-Identifier: MIT
/*
 * model/upcalls: what lower layers ask of the futexes.
 */
#pragma once
void futex_wake_one_user(int __user *addr);
