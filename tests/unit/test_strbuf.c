// SPDX-License-Identifier: MIT
/*
 * test_strbuf: text buffers over fixed and over growing memory.
 *
 * Promise   what was appended is there, terminated; what did not fit is dropped and told; no memory is lost
 */
#include "kernel/lib/strbuf.h"
#include "kernel/lib/string.h"
#include "tests/unit/unit.h"

static long live, fail_after = -1;

static void *test_resize(void *old, size_t n)
{
	if (fail_after >= 0 && fail_after-- == 0) {
		fail_after = 0;
		return NULL;
	}
	live += !old;
	return realloc(old, n);
}

static void test_release(void *p)
{
	live--;
	free(p);
}

static const struct strbuf_ops ops = { test_resize, test_release };

static void fixed_drops_what_does_not_fit(void)
{
	char memory[8];
	struct strbuf sb;
	strbuf_init(&sb, memory, sizeof(memory));
	EXPECT(!strcmp(strbuf_text(&sb), ""));
	strbuf_puts(&sb, "1234567");
	EXPECT(!sb.overflow && sb.len == 7);
	strbuf_putc(&sb, '8');
	EXPECT(sb.overflow && sb.len == 7 && !strcmp(memory, "1234567"));
	strbuf_reset(&sb);
	strbuf_printf(&sb, "%d-%s", 42, "abcdefgh");
	EXPECT(sb.overflow && !strcmp(memory, "42-abcd"));
	strbuf_free(&sb);
	strbuf_init(&sb, memory, 1);
	strbuf_puts(&sb, "x");
	EXPECT(sb.overflow && sb.len == 0 && !memory[0]);
}

static void grows_to_the_limit(void)
{
	struct strbuf sb;
	strbuf_set_allocator(&ops);
	strbuf_init_growing(&sb, 10000);
	EXPECT(!strcmp(strbuf_text(&sb), ""));
	for (unsigned i = 0; i < 1111; i++)
		strbuf_printf(&sb, "%08u\n", i);
	EXPECT(!sb.overflow && sb.len == 9999);
	EXPECT(!memcmp(sb.text + 9 * 1000, "00001000\n", 9));
	strbuf_putc(&sb, 'x');
	EXPECT(sb.overflow && sb.len == 9999 && sb.text[9999] == 0);
	strbuf_free(&sb);
	EXPECT(live == 0 && sb.len == 0);
}

static void survives_without_memory(void)
{
	for (long n = 0; n < 5; n++) {
		struct strbuf sb;
		strbuf_set_allocator(&ops);
		strbuf_init_growing(&sb, 1 << 20);
		fail_after = n;
		for (unsigned i = 0; i < 5000; i++)
			strbuf_puts(&sb, "ten bytes.");
		fail_after = -1;
		EXPECT(sb.overflow && (n == 0 ? sb.len == 0 : sb.len == (256ul << (n - 1)) - 1));
		strbuf_free(&sb);
		EXPECT_EQ(live, 0);
	}
}

static void escapes(void)
{
	char memory[64];
	struct strbuf sb;
	strbuf_init(&sb, memory, sizeof(memory));
	strbuf_puts_escaped(&sb, "a b\tc\\d\ne", " \t\n");
	EXPECT(!strcmp(memory, "a\\040b\\011c\\134d\\012e"));
}

UNIT_MAIN("strbuf", CASE(fixed_drops_what_does_not_fit), CASE(grows_to_the_limit), CASE(survives_without_memory),
	CASE(escapes))
