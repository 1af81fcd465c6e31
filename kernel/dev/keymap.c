// SPDX-License-Identifier: MIT
/*
 * keymap: scan codes to bytes. The contract is in keymap.h.
 *
 * Locks     the owner's
 *
 * Set 1 is what everything here is written in: a byte below 0x80 is a key that went down, the same with bit 7
 * one that came up, 0xe0 before it says that it is one of the keys that the first PC did not have. Set 2 is
 * brought into this form first.
 */
#include "kernel/dev/keymap.h"
#include "kernel/lib/string.h"

enum {
	CODE_EXTENDED = 0xe0, CODE_PAUSE = 0xe1, CODE_RELEASED = 0xf0, CODE_UP = 0x80,
	PAUSE_BYTES_1 = 5, PAUSE_BYTES_2 = 7, /* that follow 0xe1 */
	KEY_CTRL = 0x1d, KEY_LEFT_SHIFT = 0x2a, KEY_RIGHT_SHIFT = 0x36, KEY_ALT = 0x38, KEY_CAPS = 0x3a,
	KEY_NUM = 0x45, KEY_BACKSPACE = 0x0e, KEY_TAB = 0x0f, KEY_ENTER = 0x1c, KEY_PAD_SLASH = 0x35,
	KEY_SYSRQ = 0x54,
	KEY_F1 = 0x3b, KEY_F10 = 0x44, KEY_F11 = 0x57, KEY_F12 = 0x58, KEY_PAD_FIRST = 0x47, KEY_PAD_LAST = 0x53,
	NR_PLAIN = 0x3a, KEY_102ND = 0x56,
	CTRL_MASK = 0x1f, ESC = 0x1b, DEL = 0x7f,
};

enum held { LEFT_SHIFT = 1, RIGHT_SHIFT = 2, LEFT_CTRL = 4, RIGHT_CTRL = 8, LEFT_ALT = 16, RIGHT_ALT = 32 };
enum { SHIFT = LEFT_SHIFT | RIGHT_SHIFT, CTRL = LEFT_CTRL | RIGHT_CTRL, ALT = LEFT_ALT | RIGHT_ALT };

/* By code from 0 on; 0: no character. */
static const char plain[NR_PLAIN + 1] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[NR_PLAIN + 1] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
/* The keypad from 7 on, and what stands there with the lock off: as in set 1's extended keys. */
static const char pad[KEY_PAD_LAST - KEY_PAD_FIRST + 1 + 1] = "789-456+1230.";

/* Set 2's codes in the order of set 1's; 0xff: no key. */
static const u8 set_2_to_1[] = {
	0xff, 0x43, 0xff, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0xff, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0xff,
	0xff, 0x38, 0x2a, 0xff, 0x1d, 0x10, 0x02, 0xff, 0xff, 0xff, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
	0xff, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0xff, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
	0xff, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0xff, 0xff, 0xff, 0x32, 0x24, 0x16, 0x08, 0x09, 0xff,
	0xff, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0xff, 0xff, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0xff,
	0xff, 0xff, 0x28, 0xff, 0x1a, 0x0d, 0xff, 0xff, 0x3a, 0x36, 0x1c, 0x1b, 0xff, 0x2b, 0xff, 0xff,
	0xff, 0x56, 0xff, 0xff, 0xff, 0xff, 0x0e, 0xff, 0xff, 0x4f, 0xff, 0x4b, 0x47, 0xff, 0xff, 0xff,
	0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0xff,
	0xff, 0xff, 0xff, 0x41, 0x54,
};

void keymap_init(struct keymap *k, enum keymap_set set)
{
	*k = (struct keymap){ .set = (u8)set };
}

static size_t send(u8 *out, const char *bytes)
{
	size_t n = strlen(bytes);
	memcpy(out, bytes, n);
	return n;
}

/* --- keys that hold and lock --- */

static u8 modifier_of(u8 key, bool extended)
{
	switch (key) {
	case KEY_LEFT_SHIFT: return extended ? 0 : LEFT_SHIFT; /* extended: a companion of the cursor keys */
	case KEY_RIGHT_SHIFT: return extended ? 0 : RIGHT_SHIFT;
	case KEY_CTRL: return extended ? RIGHT_CTRL : LEFT_CTRL;
	case KEY_ALT: return extended ? RIGHT_ALT : LEFT_ALT;
	default: return 0;
	}
}

static bool is_lock(struct keymap *k, u8 key)
{
	if (key == KEY_CAPS)
		k->caps = !k->caps;
	else if (key == KEY_NUM)
		k->num = !k->num;
	else
		return false;
	return true;
}

/* --- keys that send a sequence --- */

/* Home to Delete, by their place on the keypad; NULL: the 5 and what is no cursor key. */
static const char *cursor_key(const struct keymap *k, u8 key)
{
	static const char *const usual[] = {
		"\033[1~", "\033[A", "\033[5~", NULL, "\033[D", "\033[G", "\033[C", NULL, "\033[4~", "\033[B",
		"\033[6~", "\033[2~", "\033[3~",
	};
	static const char *const application[] = { [1] = "\033OA", [4] = "\033OD", [6] = "\033OC", [9] = "\033OB" };
	unsigned i = key - KEY_PAD_FIRST;
	if (k->app_cursor && i < ARRAY_LEN(application) && application[i])
		return application[i];
	return usual[i];
}

static const char *function_key(const struct keymap *k, u8 key)
{
	static const char *const usual[] = {
		"\033[[A", "\033[[B", "\033[[C", "\033[[D", "\033[[E", "\033[17~", "\033[18~", "\033[19~", "\033[20~",
		"\033[21~", "\033[23~", "\033[24~",
	};
	static const char *const with_shift[] = {
		"\033[25~", "\033[26~", "\033[28~", "\033[29~", "\033[31~", "\033[32~", "\033[33~", "\033[34~",
		"", "", "", "",
	};
	unsigned i;
	if (key >= KEY_F1 && key <= KEY_F10)
		i = key - KEY_F1;
	else if (key == KEY_F11 || key == KEY_F12)
		i = key - KEY_F11 + KEY_F10 - KEY_F1 + 1;
	else
		return NULL;
	return k->held & SHIFT ? with_shift[i] : usual[i];
}

/* --- keys that send a character --- */

static u8 with_control(char c)
{
	switch (c) {
	case '2': case ' ': case '`': return 0;
	case '3' ... '7': return (u8)(c - '3' + ESC);
	case '8': return DEL;
	case '/': case '-': return '_' & CTRL_MASK;
	case '?': return DEL;
	case DEL: return '\b';
	default: return c >= '@' && c < DEL ? c & CTRL_MASK : (u8)c;
	}
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static size_t send_char(const struct keymap *k, char base, char with_shift, u8 *out)
{
	size_t n = 0;
	bool upper = (k->held & SHIFT) != 0;
	if (is_letter(base))
		upper ^= k->caps;
	char c = upper ? with_shift : base;
	if (k->held & ALT)
		out[n++] = ESC;
	out[n++] = k->held & CTRL ? with_control(c) : (u8)c;
	return n;
}

static size_t pad_key(const struct keymap *k, u8 key, u8 *out)
{
	char c = pad[key - KEY_PAD_FIRST];
	bool is_sign = c == '-' || c == '+';
	bool digits = k->num != ((k->held & SHIFT) != 0);
	if (is_sign || digits)
		return send_char(k, c, c, out);
	const char *sequence = cursor_key(k, key);
	return sequence ? send(out, sequence) : 0;
}

static size_t extended_key(const struct keymap *k, u8 key, u8 *out)
{
	if (key == KEY_ENTER)
		return send_char(k, '\r', '\r', out);
	if (key == KEY_PAD_SLASH)
		return send_char(k, '/', '/', out);
	if (key < KEY_PAD_FIRST || key > KEY_PAD_LAST)
		return 0;
	const char *sequence = cursor_key(k, key);
	return sequence ? send(out, sequence) : 0;
}

static size_t key_down(struct keymap *k, u8 key, bool extended, u8 *out)
{
	if (extended)
		return extended_key(k, key, out);
	if (is_lock(k, key))
		return 0;
	if (key >= KEY_PAD_FIRST && key <= KEY_PAD_LAST)
		return pad_key(k, key, out);
	if (key == KEY_TAB && k->held & SHIFT)
		return send(out, "\033[Z");
	const char *sequence = function_key(k, key);
	if (sequence)
		return send(out, sequence);
	if (key == KEY_102ND)
		return send_char(k, '<', '>', out);
	return key < NR_PLAIN && plain[key] ? send_char(k, plain[key], shifted[key], out) : 0;
}

/* --- the two sets --- */

static size_t scan_key(struct keymap *k, u8 key, bool up, u8 *out)
{
	bool extended = k->extended;
	u8 modifier = modifier_of(key, extended);
	k->extended = false;
	if (modifier && up)
		k->held &= ~modifier;
	else if (modifier)
		k->held |= modifier;
	if (key == KEY_SYSRQ && !extended)
		k->sysrq = !up && (k->held & ALT);
	if (modifier || up)
		return 0;
	if (k->sysrq) {
		k->sysrq_key = key < NR_PLAIN ? (u8)plain[key] : 0;
		return 0;
	}
	return key_down(k, key, extended, out);
}

static size_t scan_set_2(struct keymap *k, u8 code, u8 *out)
{
	if (code == CODE_RELEASED) {
		k->released = true;
		return 0;
	}
	bool up = k->released;
	u8 key = code < sizeof(set_2_to_1) ? set_2_to_1[code] : 0xff;
	k->released = false;
	if (key == 0xff) {
		k->extended = false;
		return 0;
	}
	return scan_key(k, key, up, out);
}

size_t keymap_scan(struct keymap *k, u8 code, u8 *out)
{
	if (k->skip) {
		k->skip--;
		return 0;
	}
	if (code == CODE_PAUSE) {
		k->skip = k->set == KEYMAP_SET_2 ? PAUSE_BYTES_2 : PAUSE_BYTES_1;
		return 0;
	}
	if (code == CODE_EXTENDED) {
		k->extended = true;
		return 0;
	}
	if (k->set == KEYMAP_SET_2)
		return scan_set_2(k, code, out);
	return scan_key(k, code & ~CODE_UP, code & CODE_UP, out);
}
