// SPDX-License-Identifier: MIT
/*
 * cleanup: scope-bound release of references and locks.
 *
 * Promise   `T *p __autoput(T) = ...` calls T_put(p) when p leaves its scope, on every path; take(p)
 *           (macros.h) hands the reference out and leaves nothing to put. `guard(kind)(&lock)` holds
 *           a lock to the end of the scope. Release runs in reverse order of declaration.
 * Rules     declare and initialise in one statement; never in a function that has `goto`; declare a
 *           reference before a guard when its last put must run unlocked.
 */
#pragma once
#include "kernel/lib/macros.h"

#define __cleanup(fn) __attribute__((cleanup(fn)))
#define __autoput(type) __cleanup(type##_autoput_)
/* Once per reference-counted type, in its header: makes `__autoput(type)` usable. */
#define DEFINE_AUTOPUT(type)                                                                       \
	static inline void type##_autoput_(struct type **p)                                        \
	{                                                                                          \
		type##_put(*p);                                                                    \
	}
/* Once per lock kind, in its header: makes `guard(kind)(&lock)` usable. */
#define DEFINE_GUARD(kind, type, lock_fn, unlock_fn)                                               \
	static inline type *kind##_guard_enter_(type *lock)                                        \
	{                                                                                          \
		lock_fn(lock);                                                                     \
		return lock;                                                                       \
	}                                                                                          \
	static inline void kind##_guard_leave_(type **lock)                                        \
	{                                                                                          \
		unlock_fn(*lock);                                                                  \
	}                                                                                          \
	typedef type kind##_guard_type_
#define GUARD_NAME2(line) guard_##line##_
#define GUARD_NAME(line) GUARD_NAME2(line)
#define guard(kind)                                                                                \
	kind##_guard_type_ *GUARD_NAME(__LINE__) __unused __cleanup(kind##_guard_leave_) =         \
		kind##_guard_enter_
