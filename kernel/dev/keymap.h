// SPDX-License-Identifier: MIT
/*
 * keymap: from the scan codes of a PC keyboard to the bytes of a terminal. No hardware here.
 *
 * Promise   a US keyboard, as Linux's console types it: letters and signs with shift and caps lock, control
 *           characters, ESC before what alt is held with, and for cursor and function keys the
 *           sequences of the terminfo entry "linux". Both scan code sets are understood. Any bytes are
 *           taken; what no key sends changes nothing.
 * Locks     the owner's
 * Linux     keymaps(5), defkeymap; left out: compose, dead keys, AltGr as more than alt, the keypad's
 *           application mode
 */
#pragma once
#include "kernel/lib/macros.h"

enum { KEYMAP_MAX_BYTES = 8 }; /* that one key sends */

enum keymap_set {
	KEYMAP_SET_1, /* what the controller's translation makes of it */
	KEYMAP_SET_2, /* what keyboards send */
};

struct keymap {
	u8 set;		 /* [const] enum keymap_set */
	u8 held;	 /* modifier keys that are down */
	bool caps, num;	 /* locks that are on */
	bool extended;	 /* 0xe0 came */
	bool released;	 /* set 2: 0xf0 came */
	u8 skip;	 /* bytes of the Pause key to come */
	bool app_cursor; /* the screen's: arrows send "ESC O" */
	bool sysrq;	 /* Alt and SysRq are down: keys type nothing, they are told in sysrq_key */
	u8 sysrq_key;	 /* the last such key's plain character; the owner takes it and writes 0 */
};

void keymap_init(struct keymap *k, enum keymap_set set);
/* Takes one byte of the keyboard; answers how many bytes were typed, in out[KEYMAP_MAX_BYTES]. */
size_t keymap_scan(struct keymap *k, u8 code, u8 *out);
