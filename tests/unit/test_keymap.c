// SPDX-License-Identifier: MIT
/*
 * test_keymap: scan codes to bytes (kernel/dev/keymap.c).
 *
 * Promise   what each kind of key sends, in both scan code sets; that no bytes at all make it send too much
 */
#include "kernel/dev/keymap.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

static struct keymap k;
static char typed[512];
static size_t nr_typed;

static void feed(const u8 *codes, size_t n)
{
	nr_typed = 0;
	for (size_t i = 0; i < n; i++)
		nr_typed += keymap_scan(&k, codes[i], (u8 *)typed + nr_typed);
}

static bool typed_is(const char *want, size_t n)
{
	bool same = nr_typed == n && memcmp(typed, want, n) == 0;
	for (size_t i = 0; !same && i < nr_typed; i++)
		printf("# typed %02x\n", (u8)typed[i]);
	return same;
}

/* The codes type exactly the text. */
#define EXPECT_TYPED(text, ...)                                                                    \
	do {                                                                                       \
		static const u8 codes_[] = { __VA_ARGS__ };                                        \
		feed(codes_, sizeof(codes_));                                                      \
		EXPECT(typed_is(text, sizeof(text) - 1));                                          \
	} while (0)

static void start(void)
{
	keymap_init(&k, KEYMAP_SET_1);
}

static void letters_and_signs(void)
{
	start();
	EXPECT_TYPED("ls -a\r", 0x26, 0xa6, 0x1f, 0x9f, 0x39, 0xb9, 0x0c, 0x8c, 0x1e, 0x9e, 0x1c, 0x9c);
	EXPECT_TYPED("A!|?", 0x2a, 0x1e, 0x9e, 0x02, 0x82, 0x2b, 0xab, 0xaa, 0x36, 0x35, 0xb5, 0xb6);
	EXPECT_TYPED("a1\177\t\033", 0x1e, 0x9e, 0x02, 0x0e, 0x0f, 0x01);
	EXPECT_TYPED("aaa", 0x1e, 0x1e, 0x1e, 0x9e);
	EXPECT_TYPED("<>", 0x56, 0xd6, 0x2a, 0x56, 0xd6, 0xaa);
}

/* Alt and SysRq: the next key is told, not typed, until SysRq is up; alone it is nothing. */
static void keys_for_the_kernel(void)
{
	start();
	EXPECT_TYPED("", 0x38, 0x54, 0x11, 0x91);
	EXPECT(k.sysrq_key == 'w');
	k.sysrq_key = 0;
	EXPECT_TYPED("w", 0xd4, 0xb8, 0x11, 0x91);
	EXPECT_TYPED("w", 0x54, 0x11, 0x91, 0xd4);
	EXPECT(k.sysrq_key == 0);
	keymap_init(&k, KEYMAP_SET_2);
	EXPECT_TYPED("", 0x11, 0x84, 0x33, 0xf0, 0x33, 0xf0, 0x84, 0xf0, 0x11);
	EXPECT(k.sysrq_key == 'h');
}

static void caps_lock(void)
{
	start();
	EXPECT_TYPED("aA1", 0x1e, 0x3a, 0xba, 0x1e, 0x02);
	EXPECT_TYPED("a!", 0x2a, 0x1e, 0x02, 0xaa);
	EXPECT_TYPED("a", 0x3a, 0xba, 0x1e);
}

static void control_and_alt(void)
{
	start();
	EXPECT_TYPED("\003\004\032c", 0x1d, 0x2e, 0x20, 0x2c, 0x9d, 0x2e);
	EXPECT_TYPED("\003c", 0xe0, 0x1d, 0x2e, 0xe0, 0x9d, 0x2e);
	EXPECT_TYPED("\0\033\034\035\036\037\177\b", 0x1d, 0x39, 0x04, 0x05, 0x06, 0x07, 0x0c, 0x09, 0x0e, 0x9d);
	EXPECT_TYPED("\033bb", 0x38, 0x30, 0xb8, 0x30);
	EXPECT_TYPED("\033\003", 0x38, 0x1d, 0x2e, 0x9d, 0xb8);
	EXPECT_TYPED("\003", 0x2a, 0x1d, 0x2e, 0x9d, 0xaa);
}

static void cursor_keys(void)
{
	start();
	EXPECT_TYPED("\033[A\033[B\033[C\033[D", 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x50, 0xe0, 0x4d, 0xe0, 0x4b);
	EXPECT_TYPED("\033[1~\033[4~\033[2~\033[3~", 0xe0, 0x47, 0xe0, 0x4f, 0xe0, 0x52, 0xe0, 0x53);
	EXPECT_TYPED("\033[5~\033[6~", 0xe0, 0x2a, 0xe0, 0x49, 0xe0, 0xaa, 0xe0, 0x51);
	k.app_cursor = true;
	EXPECT_TYPED("\033OA\033OD\033[5~", 0xe0, 0x48, 0xe0, 0x4b, 0xe0, 0x49);
}

static void function_keys(void)
{
	start();
	EXPECT_TYPED("\033[[A\033[[E\033[17~\033[21~", 0x3b, 0x3f, 0x40, 0x44);
	EXPECT_TYPED("\033[23~\033[24~", 0x57, 0x58);
	EXPECT_TYPED("\033[25~\033[Z", 0x2a, 0x3b, 0x0f, 0xaa);
}

static void keypad(void)
{
	start();
	EXPECT_TYPED("\033[A\033[G+-*/\r", 0x48, 0x4c, 0x4e, 0x4a, 0x37, 0xe0, 0x35, 0xe0, 0x1c);
	EXPECT_TYPED("85.", 0x45, 0xc5, 0x48, 0x4c, 0x53);
	EXPECT_TYPED("\033[A", 0x2a, 0x48, 0xaa);
}

static void pause_and_unknown_keys_are_silent(void)
{
	start();
	EXPECT_TYPED("a", 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e);
	EXPECT_TYPED("a", 0xe0, 0x5b, 0xe0, 0xdb, 0x46, 0x7e, 0xfa, 0xff, 0x1e);
	EXPECT(!k.num && k.held == 0);
}

static void second_set(void)
{
	keymap_init(&k, KEYMAP_SET_2);
	EXPECT_TYPED("aA", 0x1c, 0xf0, 0x1c, 0x12, 0x1c, 0xf0, 0x1c, 0xf0, 0x12);
	EXPECT_TYPED("\003\033[A\033[3~", 0x14, 0x21, 0xf0, 0x14, 0xe0, 0x75, 0xe0, 0xf0, 0x75, 0xe0, 0x71);
	EXPECT_TYPED("q1\r\033[[A\033[18~", 0x15, 0x16, 0x5a, 0x05, 0x83);
	EXPECT_TYPED("z", 0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77, 0x1a);
}

/* Every key of the second set that has a plain character types the same as in the first. */
static void sets_agree(void)
{
	static const u8 row[] = { 0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x1c, 0x1b,
		0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x1a, 0x22, 0x21, 0x2a, 0x32, 0x31, 0x3a, 0x41,
		0x49, 0x4a, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x0e, 0x5d, 0x29,
		0x66, 0x0d, 0x76 };
	static const char want[] = "qwertyuiop[]asdfghjkl;'zxcvbnm,./1234567890-=`\\ \177\t\033";
	keymap_init(&k, KEYMAP_SET_2);
	feed(row, sizeof(row));
	EXPECT(typed_is(want, sizeof(want) - 1));
}

static void survives_anything(void)
{
	for (unsigned set = KEYMAP_SET_1; set <= KEYMAP_SET_2; set++) {
		keymap_init(&k, set);
		for (unsigned i = 0; i < 200000; i++) {
			u8 out[KEYMAP_MAX_BYTES];
			EXPECT(keymap_scan(&k, (u8)unit_random(), out) <= sizeof(out));
		}
	}
}

UNIT_MAIN("keymap", CASE(letters_and_signs), CASE(caps_lock), CASE(keys_for_the_kernel), CASE(control_and_alt),
	CASE(cursor_keys), CASE(function_keys), CASE(keypad), CASE(pause_and_unknown_keys_are_silent),
	CASE(second_set), CASE(sets_agree), CASE(survives_anything))
