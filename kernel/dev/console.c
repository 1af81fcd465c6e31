// SPDX-License-Identifier: MIT
/*
 * console: the option console=. The contract is in console.h.
 *
 * Locks     none: boot only
 */
#include "kernel/dev/console.h"
#include "kernel/dev/fbconsole.h"
#include "kernel/dev/serial.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/parse.h"
#include "kernel/lib/string.h"

enum { NAME_BYTES = 16 };

/* The digits before "n8" and what else may follow. */
static int parse_baud(const char *s, unsigned *baud)
{
	char digits[NAME_BYTES];
	size_t n = 0;
	while (s[n] >= '0' && s[n] <= '9' && n < sizeof(digits) - 1)
		n++;
	memcpy(digits, s, n);
	digits[n] = 0;
	u64 value;
	int err = parse_u64(digits, 10, &value);
	if (err || value > UINT32_MAX)
		return -EINVAL;
	*baud = (unsigned)value;
	return 0;
}

int console_choose(const char *option)
{
	char name[NAME_BYTES];
	unsigned baud = 0;
	const char *comma = strchr(option, ',');
	size_t n = comma ? (size_t)(comma - option) : strlen(option);
	if (!n || n >= sizeof(name))
		return -EINVAL;
	memcpy(name, option, n);
	name[n] = 0;
	int err = comma ? parse_baud(comma + 1, &baud) : 0;
	if (err)
		return err;
	if (strcmp(name, "tty0") == 0 || strcmp(name, "tty1") == 0 || strcmp(name, "tty") == 0)
		return fbconsole_choose();
	return serial_choose_console(name, baud);
}
